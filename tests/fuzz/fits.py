"""Small tables of every experiment whose numbers are changed, and a fit of each by every law that reads it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from tests.fuzz.wrong import WrongResultError

_VALUES = ("0", "-1", "-0.6", "1e-300", "1e-12", "1e6", "1e12", "1e300", "0.5", "1", "")
_FACTORS = (-1.0, 0.0, 1e-9, 0.5, 2.0, 1e9)


def _table(heading: str, rows: object) -> bytes:
    lines = [",".join(f"{value:.6g}" for value in row) for row in np.asarray(rows, dtype=float)]
    return "\n".join([heading, *lines, ""]).encode()


def tables() -> list[tuple[str, bytes]]:
    """One table an experiment, of a law that some model knows."""
    volts = np.array([0.6, 0.8, 1.0, 1.2])
    grid = [(v, w) for v in (0.8, 1.2) for w in (1e-6, 4e-6)]
    cells = np.array([1e-6, 3e-6, 1e-5, 3e-5])
    up = 1e-6 + 2e-6 * np.arange(8)
    loop = [(v, 1e-9 * v) for v in (0.1, 0.3, 0.5)] + [(v, 1e-4 * v) for v in (0.6, 0.4, 0.2)]
    found = {
        "integration_time": ("voltage [V],integration_time [s]", [(v, 2e-9 * np.exp(9.0 / v)) for v in volts]),
        "pulse_train": (
            "voltage [V],pulse_width [s],gap [s],pulses_to_fire",
            [(v, 1e-6, 1e-6, n) for v, n in ((2.0, 80), (2.5, 20), (3.0, 8), (3.5, 4))],
        ),
        "firing_probability": (
            "voltage [V],pulse_width [s],probability [%],trials",
            [(v, 1e-3, p, 50) for v, p in ((0.7, 4), (0.8, 20), (0.9, 60), (1.0, 95))],
        ),
        "current_voltage": ("voltage [V],current [A]", [*loop, (0.05, 5e-11)]),
        "relaxation": (
            "voltage [V],pulse_width [s],relaxation_time [s]",
            [(v, w, 1e-4 * v * (w / 1e-6) ** 0.4) for v, w in grid],
        ),
        "capacitor_area": ("area [um^2],capacitance [fF]", [(a, 2.0 + 3.0 * a) for a in (1, 4, 16, 64)]),
        "oscillation": (
            "voltage [V],control_resistance [ohm],capacitance [F],interval [s]",
            [(3.0, r, c, 0.6 * r * c) for r in (1e4, 3e4) for c in (1e-12, 1e-11)],
        ),
        "threshold_temperature": (
            "temperature [K],threshold_voltage [V]",
            [(t, 0.2 * np.sqrt(340.0 - t)) for t in (290, 300, 310, 320)],
        ),
        "pulse_response": (
            "pulse,conductance [S],rising",
            [*((n, g, 1) for n, g in enumerate(up)), *((n, g, 0) for n, g in enumerate(up[::-1]))],
        ),
        "retention": ("time [s],conductance [S]", [(t, 1e-5 * t**-0.02) for t in (1, 10, 100, 1000)]),
        "retention_time": (
            "temperature [K],retention_time [s]",
            [(t, 1e-12 * np.exp(1.2 / 8.617e-5 / t)) for t in (360, 400, 440)],
        ),
        "endurance": ("cycles,failed", [(1e5, 1), (3e5, 1), (8e5, 1), (1e6, 0), (2e5, 1)]),
        "read_noise": ("conductance [S],noise [S]", [(g, 0.02 * g + 1e-8) for g in cells]),
        "firing_rate": ("current [A],spike_rate [1/s]", [(i, 1e12 * i) for i in (1e-9, 2e-9, 4e-9, 8e-9)]),
    }  # fmt: skip
    return [(name, _table(heading, rows)) for name, (heading, rows) in found.items()]


def changed_numbers(content: bytes, rng: random.Random) -> bytes:
    """Cells, columns and rows with other numbers: the file stays a table that the fit must answer."""
    heading, *lines = content.decode().splitlines()
    rows = [line.split(",") for line in lines]
    for _ in range(rng.choice((1, 1, 2, 3))):
        at, column, kind = rng.randrange(len(rows)), rng.randrange(len(rows[0])), rng.randrange(6)
        if kind == 0:
            rows[at][column] = rng.choice(_VALUES)
        elif kind == 1:
            value = rng.choice((rows[at][column], *_VALUES[:-1]))
            for row in rows:
                row[column] = value
        elif kind == 2:
            factor = rng.choice(_FACTORS)
            for row in rows:
                row[column] = f"{float(row[column] or 0.0) * factor:.6g}"
        elif kind == 3 and len(rows) > 1:
            del rows[at]
        elif kind == 4:
            rows += [list(rows[at]) for _ in range(rng.choice((1, 3, 20)))]
        else:
            rows[at][column] = rows[rng.randrange(len(rows))][column]
    return "\n".join([heading, *(",".join(row) for row in rows), ""]).encode()


def read_and_fit(file: Path, seed: str) -> None:
    """Fit each device model with laws to the table, and load the spec that comes of it."""
    from neuroest.core.errors import NeuroestError
    from neuroest.fitting.device_fit import fit
    from neuroest.fitting.laws.table import laws_of
    from neuroest.loading.library import load_device

    refused: NeuroestError | None = None
    for model in dict.fromkeys(law.model for law in laws_of(seed)):
        try:
            found = fit(file, model=model)
        except NeuroestError as error:
            refused = error
            continue
        if "nan" in found.to_text():
            raise WrongResultError(f"{model}: a fit says nan")
        if found.refusal:
            continue
        output = file.with_name("fitted.yaml")
        output.unlink(missing_ok=True)
        found.write(output)
        try:
            load_device(str(output))
        except NeuroestError as error:
            raise WrongResultError(f"{model}: wrote a spec that is refused: {error}") from None
    if refused is not None:
        raise refused
