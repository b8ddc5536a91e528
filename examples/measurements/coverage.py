"""How often the bands of a fit hold the truth: many simulated data sets, each fitted from the bench neuron.

Run from the top of the repository: ``python examples/measurements/coverage.py``. It takes minutes and writes
`coverage.json` next to itself. Each data set has the experiments of `make_simulated_neuron.py`: six devices of a
population with their times from the stochastic simulation, and pulses and pairs of the first of them.
"""

from __future__ import annotations

import copy
import json
import math
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.statistics import NORMAL_P90
from neuroest.dynamics.compact import simulate
from neuroest.dynamics.diffusive_cells import load_cells
from neuroest.dynamics.in_time import constant, pulse_train
from neuroest.fitting.estimation import fit
from neuroest.fitting.headers import LAYOUTS, Experiment, Measurements
from neuroest.loading.library import load_device

TRUTH = {
    "field_mobility": 240.0, "residue_rate": 28.0, "filament_decay": 900.0, "residue_decay": 9.0,
    "gate_capacitance": 7e-12, "rearm_fraction": 0.2, "firing_median_voltage": 0.95, "firing_voltage_spread": 0.05,
    "on_resistance": 1e6, "off_resistance": 1e12,
}  # fmt: skip
"""In SI units; of a population of devices. The resistances are those of the bench neuron."""
SETS, DEVICES, CYCLES = 48, 6, 3
LEVELS = (0.5, 0.65, 0.8, 1.0, 1.4)
DEVICE_TO_DEVICE, CYCLE_TO_CYCLE, READING = 0.04, 0.03, 0.02
SHARE = 0.9


def experiment(name: str, **columns: Any) -> Experiment:
    """Rows as a file would give them."""
    arrays = {key: np.asarray(value, dtype=float) for key, value in columns.items()}
    rows = len(next(iter(arrays.values())))
    if name != "firing_probability":
        arrays["uncertainty"] = np.full(rows, READING)
    return Experiment(LAYOUTS[name], arrays, tuple(range(1, rows + 1)), "simulated")


def data_sets(sets: int, seed: int) -> list[Measurements]:
    """All data sets; the stochastic times of all of them come from one run."""
    generator = np.random.default_rng(seed)
    typical = load_cells("diffusive_bench").changed(**TRUTH, drive_variation=CYCLE_TO_CYCLE)
    drives = np.exp(DEVICE_TO_DEVICE * generator.standard_normal((sets, DEVICES)))
    levels = np.tile(np.repeat(LEVELS, CYCLES), DEVICES)
    device = np.repeat(np.arange(1, DEVICES + 1), len(LEVELS) * CYCLES)
    mobility = TRUTH["field_mobility"] * drives[:, device - 1]
    cells = typical.changed(field_mobility=mobility.ravel()).broadcast(mobility.size)
    run = simulate(
        cells, constant(np.tile(levels, sets), 1.0), generator=generator, until_switched=True, step=1e-4
    )
    times = run.first_switch.reshape(sets, -1)
    # the first device of each set, with the drive at its mean: a count or a pair is a mean of many cycles
    first = typical.changed(field_mobility=TRUTH["field_mobility"] * drives[:, 0]).broadcast(sets)
    gaps, spans = np.array([0.3e-3, 0.6e-3, 1.2e-3, 2e-3]), np.array([20e-3, 60e-3, 150e-3, 400e-3])
    counts, gains = [], []
    for gap in gaps:
        train = simulate(first, pulse_train(0.9, 1e-3, float(gap), 300), until_switched=True)
        counts.append(np.floor(train.first_switch / (1e-3 + gap)) + 1)
    once = simulate(first, constant(1.4, 6e-3))
    rested = simulate(first, constant(0.0, spans[0]), start=once.final).final
    residue = rested.residue
    for span in spans:
        # what is left after the first gap is residue, which decays alone
        rested.residue = residue * np.exp(-TRUTH["residue_decay"] * (span - spans[0]))
        again = simulate(first, constant(1.4, 6e-3), start=copy.deepcopy(rested), until_switched=True)
        gains.append(once.first_switch - again.first_switch)
    resistances = np.array([200e6, 400e6, 800e6])
    intervals = resistances * TRUTH["gate_capacitance"] * math.log(1.0 / TRUTH["rearm_fraction"])
    amplitudes = np.array([0.85, 0.9, 0.95, 1.0, 1.05])

    def read(values: Any) -> Any:
        return np.asarray(values) * np.exp(READING * generator.standard_normal(len(values)))

    found = []
    for number, row in enumerate(times):
        seen = np.isfinite(row)
        drawn = generator.normal(
            TRUTH["firing_median_voltage"], TRUTH["firing_voltage_spread"], (60, len(amplitudes))
        )
        found.append(Measurements("simulated", (
            experiment("integration_time", voltage=levels[seen], integration_time=read(row[seen]), device=device[seen]),
            experiment("pulse_train", voltage=np.full(4, 0.9), pulse_width=np.full(4, 1e-3), gap=gaps,
                       pulses_to_fire=[count[number] for count in counts], device=np.ones(4)),
            experiment("firing_probability", voltage=amplitudes, pulse_width=np.full(5, 15e-3),
                       probability=np.mean(drawn < amplitudes, axis=0), trials=np.full(5, 60.0)),
            experiment("spike_interval", voltage=np.full(3, 0.8), control_resistance=resistances,
                       interval=read(intervals)),
            experiment("paired_pulse", voltage=np.full(4, 1.4), pulse_width=np.full(4, 6e-3), gap=spans,
                       shortening=read([gain[number] for gain in gains]), device=np.ones(4)),
        )))  # fmt: skip
    return found


def one_fit(data: Measurements) -> dict[str, list[float]]:
    """Value over truth and the factor of the band, of each fitted parameter."""
    claims = load_device("diffusive_bench").claims
    known = {
        name: math.log(c.high / c.low) / 2.0 / NORMAL_P90
        for name, c in claims.items()
        if c.has_spread and c.low > 0.0
    }
    result = fit(
        data,
        {name: c.value for name, c in claims.items()},
        conduction_length=0.2,
        template_deviations=known,
        starts=1,
    )
    return {name: [result.values[name] / TRUTH[name], result.factor(name, SHARE)] for name in result.fitted}


def summary(fits: list[dict[str, list[float]]]) -> dict[str, dict[str, float]]:
    """Bias, scatter and coverage of each parameter."""
    found = {}
    for name in TRUTH:
        pairs = np.array([one[name] for one in fits if name in one])
        if len(pairs):
            off = np.log(pairs[:, 0])
            found[name] = {
                "fitted_in": len(pairs), "mean_error_%": round(100.0 * float(np.mean(off)), 2),
                "scatter_%": round(100.0 * float(np.std(off)), 2),
                "median_band_factor": round(float(np.median(pairs[:, 1])), 4),
                "coverage": round(float(np.mean(np.abs(off) <= np.log(pairs[:, 1]))), 4),
            }  # fmt: skip
    return found


def main() -> None:
    """Simulate, fit, count, write."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else SETS
    with ProcessPoolExecutor(2) as pool:
        fits = []
        for done in pool.map(one_fit, data_sets(sets, seed=20)):
            fits.append(done)
            sys.stderr.write(f"{len(fits)} of {sets}\n")
    reported = summary(fits)
    within = [abs(math.log(v)) <= math.log(f) for one in fits for v, f in one.values()]
    record = {
        "sets": sets, "seed": 20, "share": SHARE, "coverage_of_all": round(float(np.mean(within)), 4),
        "parameters": reported,
        "fits": [{name: [round(v, 5) for v in pair] for name, pair in one.items()} for one in fits],
    }  # fmt: skip
    Path(__file__).with_name("coverage.json").write_text(
        json.dumps(record, indent=1) + "\n", encoding="utf-8"
    )
    for name, line in reported.items():
        sys.stdout.write(f"{name:<24} {line}\n")
    sys.stdout.write(
        f"all: {record['coverage_of_all']:.3f} of the {100 * SHARE:.0f} % bands hold the truth\n"
    )


if __name__ == "__main__":
    main()
