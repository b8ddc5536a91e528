"""Six experiments on the characteristics of a neuron, each with results and the published measurement."""

from collections.abc import Callable, Mapping

import numpy as np

from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.units import format_quantity
from neuroest.dynamics.cascade import cascaded_connection
from neuroest.dynamics.diffusive_cells import integration_time
from neuroest.dynamics.experiments import (
    Bench,
    Characteristic,
    Series,
    conditions_of,
    median_and_band,
    misses_in_words,
    misses_of,
    pulse_for,
    repeat,
)
from neuroest.dynamics.firing_statistics import stochasticity
from neuroest.dynamics.residue import intrinsic_plasticity, refractory_period
from neuroest.dynamics.stimulus import Array, constant, pulse_train
from neuroest.equations import firing_statistics


def leaky_integration(bench: Bench) -> Characteristic:
    """Number of pulses until the neuron fires versus the gap between pulses, during which it leaks."""
    cells, unit = bench.cells, 1.0 / float(np.max(bench.cells.settling))
    gaps = np.array([0.25, 0.4, 0.5, 0.6, 0.75]) * unit
    columns, measured = conditions_of(
        bench, "zhao2025_leaky_integration",
        {"voltage": np.full(5, float(cells.input_voltage)), "pulse_width": np.full(5, 0.6 * unit), "gap": gaps},
    )  # fmt: skip
    level, width, gaps = float(columns["voltage"][0]), float(columns["pulse_width"][0]), columns["gap"]
    most = int(4.0 * float(integration_time(cells, level)) / width) + 60
    counts = []
    for index, gap in enumerate(gaps):
        generator = np.random.default_rng([bench.seed, index])
        run = bench.run(bench.drawn(generator), pulse_train(level, width, float(gap), most), generator,
                        until_switched=True)  # fmt: skip
        counts.append(np.floor(run.first_switch / (width + gap)) + 1.0)
    median, low, high = median_and_band(counts)
    silent = float(np.mean([np.mean(~np.isfinite(c)) for c in counts]))
    formatted = [np.where(np.isfinite(v), v, most) for v in (median, low, high)]
    series = [Series("simulated, median and 80 % of devices", gaps, formatted[0], formatted[1], formatted[2])]
    growth = formatted[0][-1] / formatted[0][0]
    findings = [f"from the shortest to the longest gap the pulses needed grow by {growth:.2f} times"]
    misses: tuple[float, ...] = ()
    if measured is not None:
        misses = misses_of(formatted[0], measured)
        series.append(Series("measured, Zhao et al. 2025, Fig. 3b", gaps, measured, measured=True))
        findings.append(misses_in_words(misses))
        findings.append(f"the measured growth is {measured[-1] / measured[0]:.2f} times")
    if silent > 0.0:
        findings.append(f"{100.0 * silent:.0f} % of the devices did not fire within {most} pulses")
    typical = bench.run(
        cells, pulse_train(level, width, float(gaps[0]), int(formatted[0][0] * 1.3) + 3), kept=1
    )
    return Characteristic(
        "leaky_integration", "Leaky integration", ("gap between pulses", "s"), ("pulses to fire", "1"),
        tuple(series), tuple(findings), misses, typical.traces,
    )  # fmt: skip


def threshold_firing(bench: Bench) -> Characteristic:
    """Firing probability per pulse versus amplitude, and the rate at constant amplitude."""
    cells = bench.cells
    median = float(cells.firing_median_voltage)
    columns, measured = conditions_of(
        bench, "zhao2025_firing_probability",
        {"voltage": np.linspace(0.8, 1.2, 3) * median, "pulse_width": np.full(3, pulse_for(cells, median))},
    )  # fmt: skip
    width = float(columns["pulse_width"][0])
    levels = np.unique(np.concatenate([np.linspace(0.7, 1.6, 19) * median, columns["voltage"]]))
    generator = np.random.default_rng(bench.seed)
    count = bench.devices
    many = repeat(bench.drawn(generator), len(levels))
    run = bench.run(many, constant(np.repeat(levels, count), width), generator, until_switched=True)
    fired = np.isfinite(run.first_switch).reshape(len(levels), count).mean(axis=1)
    closed = firing_statistics.firing_probability(levels, median, cells.firing_voltage_spread)
    series = [
        Series("rate equations with noise", levels, fired),
        Series("probability of the device spec", levels, np.asarray(closed)),
    ]
    half = float(np.interp(0.5, fired, levels)) if fired[-1] > 0.5 > fired[0] else np.nan
    where = f"at {half:.3g} V" if np.isfinite(half) else f"nowhere from {levels[0]:.3g} to {levels[-1]:.3g} V"
    findings = [f"half of the pulses fire {where} in the rate equations, at {median:.3g} V in the spec"]
    misses: tuple[float, ...] = ()
    if measured is not None:
        simulated = np.interp(columns["voltage"], levels, fired)
        misses = tuple(float(v) for v in simulated - measured)
        series.append(
            Series("measured, Zhao et al. 2025, Fig. 3c, d", columns["voltage"], measured, measured=True)
        )
        findings.append(
            "simulated minus measured probability: " + ", ".join(f"{100.0 * m:+.0f} points" for m in misses)
        )
    rates = _rates(bench, levels)
    findings.append(
        "rate at a constant input: " + ", ".join(f"{r:.3g} /s at {v:.2f} V" for v, r in rates if r > 0.0)
        if any(r > 0.0 for _, r in rates) else "at a constant input the output latches or stays silent"
    )  # fmt: skip
    typical = bench.run(
        repeat(cells.broadcast(1), 2), constant(np.array([0.8 * median, 1.5 * median]), 3.0 * width), kept=2
    )
    return Characteristic(
        "threshold_firing", "Threshold firing", ("amplitude of one pulse", "V"), ("firing probability", "1"),
        tuple(series), tuple(findings), misses, typical.traces,
    )  # fmt: skip


def _rates(bench: Bench, levels: Array) -> list[tuple[float, float]]:
    chosen = levels[[0, len(levels) // 2, -1]]
    times = np.asarray(integration_time(bench.cells, chosen))
    if not np.any(np.isfinite(times)):
        return [(float(v), 0.0) for v in chosen]
    duration = 4.0 * float(np.max(times[np.isfinite(times)]))
    run = bench.run(repeat(bench.cells.broadcast(1), 3), constant(chosen, duration))
    rates = np.where(run.latched, 0.0, run.counts / duration)
    return [(float(v), float(r)) for v, r in zip(chosen, rates, strict=True)]


CHARACTERISTICS: Mapping[str, Callable[[Bench], Characteristic]] = {
    "leaky_integration": leaky_integration,
    "threshold_firing": threshold_firing,
    "cascaded_connection": cascaded_connection,
    "intrinsic_plasticity": intrinsic_plasticity,
    "refractory_period": refractory_period,
    "stochasticity": stochasticity,
}
"""Experiments by name."""
_DRIVEN_AT = {
    "leaky_integration": "input_voltage",
    "threshold_firing": "firing_median_voltage",
    "cascaded_connection": "input_voltage",
    "refractory_period": "input_voltage",
    "stochasticity": "firing_median_voltage",
}
"""Input voltage of the spec, at which the neuron must fire; plasticity uses any drive that it needs."""


def characterise(bench: Bench, name: str) -> Characteristic:
    """Run one experiment by name.

    Raises
    ------
    UnknownNameError
        If there is no such characteristic.
    NeuroestError
        If the neuron never fires under conditions where the experiment needs spikes.
    """
    check_names("characteristic", [name], CHARACTERISTICS)
    if name in _DRIVEN_AT:
        level = float(np.max(getattr(bench.cells, _DRIVEN_AT[name])))
        if not np.all(np.isfinite(integration_time(bench.cells, level))):
            raise NeuroestError(
                f"{bench.neuron}: never fires at {format_quantity(level, 'V')}, however long, so there is no {name} to "
                "measure; its threshold for a constant input is higher"
            )
    return CHARACTERISTICS[name](bench)
