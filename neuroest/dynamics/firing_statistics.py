"""One device again and again: its firing probability and the statistics of its intervals."""

import numpy as np

from neuroest.core.units import format_quantity
from neuroest.dynamics.diffusive_cells import integration_time
from neuroest.dynamics.experiments import Bench, Characteristic, Series, pulse_for, repeat
from neuroest.dynamics.stimulus import Array, constant, pulse_train
from neuroest.fitting.layouts import published


def stochasticity(bench: Bench) -> Characteristic:
    """One device again and again: its firing probability and the statistics of its intervals."""
    cells = bench.cells
    level = float(cells.firing_median_voltage)
    width = pulse_for(cells, level)
    generator = np.random.default_rng(bench.seed)
    levels = np.linspace(0.75, 1.3, 12) * level
    same = repeat(cells.broadcast(bench.devices), len(levels))
    run = bench.run(same, constant(np.repeat(levels, bench.devices), width), generator, until_switched=True)
    fired = np.isfinite(run.first_switch).reshape(len(levels), -1)
    probability = fired.mean(axis=1)
    error = np.sqrt(np.maximum(probability * (1.0 - probability), 1e-12) / bench.devices)
    series = [Series(
        f"one device, {bench.devices} pulses each, and 80 % interval", levels, probability,
        np.clip(probability - 1.2816 * error, 0.0, 1.0), np.clip(probability + 1.2816 * error, 0.0, 1.0),
    )]  # fmt: skip
    median, spread = _probit(levels, probability)
    pulses = f"pulses of {format_quantity(width, 's')}"
    if np.isfinite(median):
        findings = [
            f"{pulses}: half fire at {median:.3g} V, deviation {1e3 * spread:.3g} mV",
            f"that is {100.0 * spread / median:.2g} %; the spec states {100.0 * cells.drive_variation:.2g} %",
        ]
    else:
        span = f"from {levels[0]:.3g} to {levels[-1]:.3g} V"
        findings = [f"{pulses}: {span} the probability does not pass from a quarter to three quarters"]
    period = 1.2 / float(np.max(cells.settling))
    long = int(25.0 * float(integration_time(cells, level)) / period)
    trains = bench.run(
        cells.broadcast(min(bench.devices, 20)), pulse_train(level, period / 2.0, period / 2.0, long), generator,
        kept=1,
    )  # fmt: skip
    intervals = trains.intervals()
    if len(intervals) > 10:
        spread_of = float(np.std(intervals) / np.mean(intervals))
        findings.append(
            f"intervals in a train of pulses: mean {format_quantity(float(np.mean(intervals)), 's')}, coefficient of "
            f"variation {spread_of:.2g}, from {len(intervals)} intervals"
        )
    misses: tuple[float, ...] = ()
    if bench.compare and np.isfinite(median):
        experiment = published("zhao2025_firing_probability").experiments[0]
        measured = experiment.columns["probability"]
        voltages = experiment.columns["voltage"]
        # each relative to its own median: the rate equations fire late, as threshold_firing shows
        own = np.interp(voltages / level * median, levels, probability)
        misses = tuple(float(v) for v in own - measured)
        series.append(
            Series(
                "measured, Zhao et al. 2025, moved to the same median", voltages / level * median, measured,
                measured=True,
            )
        )  # fmt: skip
        findings.append(
            "probability about the median, simulated minus measured: "
            + ", ".join(f"{100.0 * m:+.0f} points" for m in misses)
        )
        findings.append("no published statistics of the intervals were found to compare with")
    return Characteristic(
        "stochasticity", "Stochasticity", ("amplitude of one pulse", "V"), ("firing probability", "1"),
        tuple(series), tuple(findings), misses, trains.traces, intervals=intervals,
    )  # fmt: skip


def _probit(levels: Array, probability: Array) -> tuple[float, float]:
    """Median and deviation of the firing amplitude from the quantiles of the curve."""
    rising = np.maximum.accumulate(probability)
    if rising[0] > 0.25 or rising[-1] < 0.75:
        return float("nan"), float("nan")
    low, middle, high = (float(np.interp(p, rising, levels)) for p in (0.1587, 0.5, 0.8413))
    return middle, (high - low) / 2.0
