"""Measurements of an invented Ag/SiOx threshold switch whose law is known: ln(delay) = ln(2 ns) + 9 V/V.

Six devices, ten cycles, 25 % scatter between cycles and 10 % between devices. On 12 kohm, off 2 Gohm, threshold 0.62 V,
hold 0.15 V, relaxation 400 us after pulses of 1 V and 100 us. Each curve goes into a file of its own, as instruments
write them. Run it in the folder that the files go to.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

DEVICES, CYCLES, SCATTER, BETWEEN = 6, 10, 0.25, 0.1
ON, OFF, THRESHOLD, HOLD, COMPLIANCE = 12e3, 2e9, 0.62, 0.15, 50e-6
COMMENT = (
    "# source: an invented device, ln(delay) = ln(2 ns) + 9 V/V, drawn by make_threshold_switch.py\n"
    "# basis: simulated\n"
)


def delays(generator: np.random.Generator) -> str:
    """Delay against voltage, 420 rows."""
    rows = ["Voltage (V),Delay (us),Device,Cycle"]
    for device in range(1, DEVICES + 1):
        own = np.exp(BETWEEN * generator.standard_normal())
        for voltage in (0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5):
            for cycle in range(1, CYCLES + 1):
                delay = 2e-3 * np.exp(9.0 / voltage) * own * np.exp(SCATTER * generator.standard_normal())
                rows.append(f"{voltage},{delay:.4g},{device},{cycle}")
    return COMMENT + "\n".join(rows) + "\n"


def sweeps(generator: np.random.Generator) -> str:
    """Current against voltage, up and down, at a compliance, four sweeps of two devices; preamble of an instrument."""
    rows = [
        "Keithley 2450 SourceMeter",
        "Serial,04412345",
        "Voltage (V),Current (A),Compliance (A),Device,Cycle",
    ]
    up = np.arange(0.02, 1.0 + 1e-9, 0.02)
    for device in (1, 2):
        own = 1.0 + 0.03 * generator.standard_normal()
        for cycle in (1, 2, 3, 4):
            on_at = THRESHOLD * own * (1.0 + 0.04 * generator.standard_normal())
            off_at = HOLD * (1.0 + 0.06 * generator.standard_normal())
            on = False
            for voltage in np.concatenate([up, up[-2::-1]]):
                on = voltage >= (off_at if on else on_at)
                current = min(voltage / (ON if on else OFF), COMPLIANCE) * (
                    1.0 + 0.02 * generator.standard_normal()
                )
                rows.append(f"{voltage:.2f},{current:.3e},{COMPLIANCE:.0e},{device},{cycle}")
    return COMMENT + "\n".join(rows) + "\n"


def relaxations(generator: np.random.Generator) -> str:
    """Relaxation time against amplitude and width; semicolons and decimal commas."""
    rows = ["Amplitude [V];Width [us];Relaxation time [us];Device"]
    for device in (1, 2, 3):
        own = np.exp(BETWEEN * generator.standard_normal())
        for voltage in (0.8, 1.0, 1.25):
            for width in (10.0, 30.0, 100.0, 300.0):
                time = 400.0 * voltage**1.5 * (width / 100.0) ** 0.4 * own
                time *= np.exp(0.1 * generator.standard_normal())
                rows.append(f"{voltage};{width:.0f};{time:.4g};{device}".replace(".", ","))
    return COMMENT + "\n".join(rows) + "\n"


def capacitors(generator: np.random.Generator) -> str:
    """Capacitance against area: 4 fF/um^2 and 60 fF of pads."""
    rows = ["Area / um^2\tCapacitance / fF"]
    rows += [
        f"{area}\t{(4.0 * area + 60.0) * (1.0 + 0.01 * generator.standard_normal()):.4g}"
        for area in (25, 50, 100, 200, 400, 900)
    ]
    return COMMENT + "\n".join(rows) + "\n"


if __name__ == "__main__":
    draw = np.random.default_rng(18)
    for name, made in (
        ("switch_delays", delays), ("switch_sweeps", sweeps), ("switch_relaxation", relaxations),
        ("switch_capacitors", capacitors),
    ):  # fmt: skip
        Path(f"{name}.csv").write_text(made(draw), encoding="utf-8")
