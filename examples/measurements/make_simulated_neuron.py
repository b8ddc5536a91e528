"""Make simulated_neuron.csv: a neuron of known parameters, measured with noise by the stochastic simulation.

Run from the top of the repository: ``python examples/measurements/make_simulated_neuron.py``. The parameters
differ from those of every shipped device, so that a fit must find them.
"""

from pathlib import Path

import numpy as np

from neuroest.dynamics.compact import simulate
from neuroest.dynamics.diffusive_cells import load_cells
from neuroest.dynamics.in_time import Segment, constant, pulse_train

TRUTH = {
    "field_mobility": 240.0,
    "residue_rate": 28.0,
    "filament_decay": 900.0,
    "residue_decay": 9.0,
    "gate_capacitance": 7e-12,
    "rearm_fraction": 0.2,
    "firing_median_voltage": 0.95,
    "firing_voltage_spread": 0.05,
}
"""In SI units."""
DEVICE_TO_DEVICE = 0.04
CYCLE_TO_CYCLE = 0.03
READING = 0.02
"""Relative error of every reading."""
HEADER = (
    "experiment,voltage [V],pulse_width [ms],gap [ms],device [1],cycle [1],integration_time [ms],"
    "pulses_to_fire [1],probability [%],trials [1],control_resistance [Mohm],interval [ms],stimulus_period [ms],"
    "shortening [ms]"
)


def rows(seed: int = 7) -> list[str]:
    """Lines of the file, without its header."""
    generator = np.random.default_rng(seed)
    typical = load_cells("diffusive_bench").changed(**TRUTH, drive_variation=CYCLE_TO_CYCLE)
    found = []

    def read(value: float) -> float:
        return value * np.exp(READING * generator.standard_normal())

    drives = np.exp(DEVICE_TO_DEVICE * generator.standard_normal(6))
    levels = np.array([0.45, 0.6, 0.8, 1.0, 1.4])
    for device, drive in enumerate(drives, 1):
        cells = typical.changed(field_mobility=TRUTH["field_mobility"] * drive).broadcast(3 * len(levels))
        run = simulate(
            cells, constant(np.repeat(levels, 3), 0.5), generator=generator, until_switched=True, step=2e-5
        )
        for place, time in enumerate(run.first_switch):
            if np.isfinite(time):
                level = levels[place // 3]
                found.append(
                    f"integration_time,{level},,,{device},{place % 3 + 1},{1e3 * read(time):.4g},,,,,,,"
                )
    for gap in (0.3e-3, 0.6e-3, 1.2e-3, 2e-3):
        run = simulate(typical, pulse_train(0.9, 1e-3, gap, 300), until_switched=True)
        count = np.floor(run.first_switch[0] / (1e-3 + gap)) + 1
        found.append(f"pulse_train,0.9,1,{1e3 * gap},,,,{count:.0f},,,,,,")
    for level in (0.85, 0.9, 0.95, 1.0, 1.05):
        share = generator.normal(TRUTH["firing_median_voltage"], TRUTH["firing_voltage_spread"], 60)
        found.append(f"firing_probability,{level},15,,,,,,{100 * np.mean(share < level):.4g},60,,,,")
    for resistance in (200e6, 400e6, 800e6):
        interval = resistance * TRUTH["gate_capacitance"] * np.log(1.0 / TRUTH["rearm_fraction"])
        found.append(f"spike_interval,0.8,,,,,,,,,{1e-6 * resistance:.4g},{1e3 * read(interval):.4g},,")
    for gap in (20e-3, 60e-3, 150e-3, 400e-3):
        first = simulate(typical, [Segment(6e-3, 1.4), Segment(gap, 0.0)])
        second = simulate(typical, [Segment(6e-3, 1.4)], start=first.final)
        gain = first.first_switch[0] - second.first_switch[0]
        found.append(f"paired_pulse,1.4,6,{1e3 * gap},,,,,,,,,,{1e3 * read(gain):.4g}")
    return found


def main() -> None:
    """Write the file next to this script."""
    path = Path(__file__).with_name("simulated_neuron.csv")
    truth = ", ".join(f"{name} {value:g}" for name, value in TRUTH.items())
    head = [
        "# basis: simulated",
        "# source: examples/measurements/make_simulated_neuron.py, seed 7",
        f"# truth: {truth}; device to device {DEVICE_TO_DEVICE}, cycle to cycle {CYCLE_TO_CYCLE}",
    ]
    path.write_text("\n".join([*head, HEADER, *rows()]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
