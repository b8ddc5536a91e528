"""Six experiments on the characteristics of a neuron, each with results and the published measurement."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.units import format_quantity
from neuroest.dynamics.compact import simulate
from neuroest.dynamics.diffusive_cells import (
    DiffusiveCells,
    Run,
    immediate_switching_voltage,
    integration_time,
)
from neuroest.dynamics.experiments import (
    Bench,
    Characteristic,
    Series,
    Value,
    conditions_of,
    median_and_band,
    misses_in_words,
    misses_of,
    pulse_for,
    repeat,
)
from neuroest.dynamics.in_time import Array, Segment, constant, pulse_pair, pulse_train
from neuroest.equations import diffusive_neuron as equations
from neuroest.equations import firing_statistics
from neuroest.fitting.measurements import published


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
    findings: list[str] = []
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
        values=(Value("growth over the gaps", growth, np.nan, "1"),),
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
    findings = []
    if not np.isfinite(half):
        findings.append(f"half of the pulses fire nowhere from {levels[0]:.3g} to {levels[-1]:.3g} V")
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
        values=(Value("median amplitude", half, median, "V"),),
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


def intrinsic_plasticity(bench: Bench) -> Characteristic:
    """Earlier firing of the second of two pulses versus the gap between them."""
    cells = bench.cells
    level = 2.0 * float(immediate_switching_voltage(cells))
    memory = 1.0 / float(np.max(cells.residue_decay))
    spans = np.array([0.015, 0.15, 0.4, 1.0, 5.0]) * memory
    columns, measured = conditions_of(
        bench, "zhao2025_paired_pulse",
        {"voltage": np.full(5, level), "pulse_width": np.full(5, 3.0 * pulse_for(cells, level)), "gap": spans},
    )  # fmt: skip
    level, width, gaps = float(columns["voltage"][0]), float(columns["pulse_width"][0]), columns["gap"]
    first, gains, bands = np.nan, [], []
    for index, gap in enumerate(gaps):
        typical = _pair(bench, cells, level, width, float(gap), None)
        generator = np.random.default_rng([bench.seed, index])
        many = _pair(bench, bench.drawn(generator), level, width, float(gap), generator)
        first = float(typical[0][0])
        gains.append(float(typical[0][0] - typical[1][0]))
        bands.append((many[0] - many[1])[np.isfinite(many[0] - many[1])])
    _, low, high = median_and_band([b if len(b) else np.array([np.nan]) for b in bands])
    simulated = np.array(gains)
    relative = simulated / first
    series = [
        Series("simulated, typical device and 80 % of devices", gaps, relative, low / first, high / first)
    ]
    findings = ["shortenings are shown as shares of the first integration"]
    misses: tuple[float, ...] = ()
    if measured is not None:
        whole = float(columns["first_integration_time"][0])
        misses = misses_of(relative, measured / whole)
        series.append(Series("measured, Zhao et al. 2025, Fig. 4a, b", gaps, measured / whole, measured=True))
        findings.append(f"measured it took {format_quantity(whole, 's')}, {whole / first:.2f} times as long")
        findings.append("share of the first integration, " + misses_in_words(misses))
    findings.append(f"the residue forgets with {format_quantity(memory, 's')}")
    waves = bench.run(cells, pulse_pair(level, width, float(gaps[0])), kept=1).traces
    return Characteristic(
        "intrinsic_plasticity", "Intrinsic plasticity", ("gap between two pulses", "s"),
        ("shortening over first integration time", "1"), tuple(series), tuple(findings), misses, waves,
        logarithmic=True, values=(Value("first integration time", first, np.nan, "s"),),
    )  # fmt: skip


def _pair(
    bench: Bench, cells: DiffusiveCells, level: float, width: float, gap: float, generator: Any
) -> tuple[Array, Array]:
    settled = 20.0 / float(np.min(cells.settling)) + 5.0 * float(
        np.max(cells.control_resistance * cells.gate_capacitance)
    )
    first = bench.run(cells, [Segment(width, level), Segment(min(gap, settled), 0.0)], generator)
    # then only residue remains, which decays
    first.final.residue = first.final.residue * np.exp(-cells.residue_decay * max(0.0, gap - settled))
    second = simulate(
        cells, [Segment(width, level)], generator=generator, step=bench.step, start=first.final,
        until_switched=True,
    )  # fmt: skip
    return first.first_switch, second.first_switch


def refractory_period(bench: Bench) -> Characteristic:
    """Mean interval between spikes versus the control resistor, and the closed form of the refractory time."""
    cells = bench.cells
    usual = float(np.max(cells.control_resistance))
    level = float(cells.input_voltage)
    columns, measured = conditions_of(
        bench, "zhao2025_spike_interval",
        {"voltage": np.full(5, level), "control_resistance": usual * np.array([0.2, 0.4, 1.0, 2.0, 4.0]),
         "stimulus_period": np.full(5, 1.2 / float(np.max(cells.settling)))},
    )  # fmt: skip
    level, resistances = float(columns["voltage"][0]), columns["control_resistance"]
    period = float(columns["stimulus_period"][0])
    count = len(resistances)
    # as published and with the measured rupture, in one run
    twice = cells.changed(control_resistance=np.tile(resistances, 2))
    ruptures = np.repeat([True, False], count)
    pulses = int(_TRAINS * float(integration_time(cells, level)) / period) + 20
    releases = _RELEASES if bench.compare else _FEW_RELEASES
    pulses += int(releases * float(np.max(resistances * cells.gate_capacitance)) / period)
    stimulus = pulse_train(level, period / 2.0, period / 2.0, pulses)
    run = simulate(twice, stimulus, step=bench.step, rupture=ruptures, kept=count)
    trains = [run.spike_times[run.spike_devices == device] for device in range(count)]
    simulated = np.array([np.mean(np.diff(train)) if len(train) > 2 else np.nan for train in trains])
    peak = equations.gate_peak_voltage(level, cells.on_resistance, resistances)
    closed = equations.refractory_time(
        resistances, cells.gate_capacitance, peak, cells.rearm_fraction * level
    )
    series = [
        Series("rate equations with rupture", resistances, simulated),
        Series("closed form of the refractory time", resistances, np.asarray(closed)),
    ]
    latched = resistances[run.latched[count:]]
    findings = [
        f"without rupture the rate equations latch from {format_quantity(float(latched.min()), 'ohm')} on, under these "
        "pulses"
        if len(latched) else "without rupture the rate equations do not latch at these resistors"
    ]  # fmt: skip
    misses: tuple[float, ...] = ()
    if measured is not None:
        misses = misses_of(simulated, measured)
        series.append(Series("measured, Zhao et al. 2025, Fig. 4d", resistances, measured, measured=True))
        findings.append("rate equations with rupture, " + misses_in_words(misses))
        findings.append("closed form, " + misses_in_words(misses_of(np.maximum(closed, period), measured)))
    middle = count // 2
    waves = {k: v if v.ndim == 1 else v[:, [middle]] for k, v in run.traces.items()}
    return Characteristic(
        "refractory_period", "Refractory period", ("control resistor", "ohm"), ("interval between spikes", "s"),
        tuple(series), tuple(findings), misses, waves,
        logarithmic=True,
    )  # fmt: skip


_RELEASES, _FEW_RELEASES = 30.0, 10.0
"""Length of a train over the slowest release of the gate: next to measured means, and where a few intervals do."""
_TRAINS = 14.0
"""Length of a train over the integration time at a constant input: pulses of half duty take six times as long."""


def cascaded_connection(bench: Bench) -> Characteristic:
    """A neuron drives the next one: directly from its drain, and through an inverting buffer."""
    cells = bench.cells
    level = float(cells.input_voltage)
    release = float(np.max(cells.control_resistance * cells.gate_capacitance))
    first = float(np.max(integration_time(cells, level)))
    duration = 4.0 * first + 20.0 * release
    supply = float(cells.output_supply_voltage)
    # the first neuron, and a second one driven by the resting output of another
    sender = bench.run(repeat(cells.broadcast(1), 2), constant(np.array([level, supply]), duration), kept=1)
    if not sender.traces or not sender.counts[0]:
        return Characteristic(
            "cascaded_connection", "Cascaded connection", ("buffer voltage", "V"), ("spikes sent for one", "1"), (),
            ("the first neuron does not spike at its input voltage, so there is nothing to pass on",),
        )  # fmt: skip
    low = supply - float(
        equations.output_swing(supply, cells.load_resistance, cells.transistor_on_resistance)
    )
    # intervals with the first output on and off: the next neuron sees only these edges
    steps = np.diff([0.0, *(edge for one in sender.output_on(0) for edge in one), duration])
    on = np.arange(len(steps)) % 2 == 1
    drain = np.where(on, low, supply)
    buffers = np.linspace(0.5, 4.0, 15) * level
    # after the bare drain and after each buffer, in one run
    many = repeat(cells.broadcast(1), 1 + len(buffers))
    levels = np.column_stack([drain, np.outer(on, buffers)])
    driven = bench.run(many, [Segment(float(s), v) for s, v in zip(steps, levels, strict=True) if s > 0.0])
    straight, counts, latched = float(driven.counts[0]), driven.counts[1:], driven.latched[1:]
    needed = np.where(counts > 0, sender.counts[0] / np.maximum(counts, 1), np.nan)
    at_level = float(needed[int(np.argmin(np.abs(buffers - level)))])
    findings = [
        f"the output rests at {supply:.3g} V and falls to {low:.3g} V with a spike: the edge is inverted"
    ]
    findings.append(_straight(straight, sender, supply))
    works = buffers[counts > 0]
    pulse = float(np.median(steps[on]))
    if len(works):
        findings.append(f"through an inverting buffer the next neuron fires from {works[0]:.3g} V on")
    one = buffers[counts >= 0.9 * sender.counts[0]]
    findings.append(
        f"one spike for one needs a buffer of {one[0]:.3g} V (pulses of {format_quantity(pulse, 's')})" if len(one)
        else f"no buffer up to {buffers[-1]:.3g} V gives one spike for one within {format_quantity(pulse, 's')}"
    )  # fmt: skip
    if np.any(latched):
        findings.append(f"from {buffers[latched].min():.3g} V on the output of the next neuron latches")
    limit = float(np.max(equations.unbuffered_load_limit(np.asarray(pulse), cells.load_resistance, _SETTLED)))
    findings.append(
        f"without a buffer the drain could drive {format_quantity(limit, 'F')} to 95 % within a pulse"
    )
    findings.append("no published numbers of two connected neurons were found to compare with")
    return Characteristic(
        "cascaded_connection", "Cascaded connection", ("voltage of the buffer", "V"),
        ("spikes sent for one", "1"),
        (Series("through an inverting buffer", buffers, needed),), tuple(findings), (), sender.traces,
        values=(Value("spikes for one at its own voltage", at_level, np.nan, "1"),),
    )  # fmt: skip


_SETTLED = 3.0
"""Number of time constants until a load counts as charged: 95 %."""


def _straight(straight: float, sender: Run, supply: float) -> str:
    if sender.counts[1] > 0 or np.isfinite(sender.first_switch[1]):
        return (
            f"wired straight the link fails: the resting output of {supply:.3g} V fires the next neuron "
            f"{sender.counts[1]:.0f} times without any spike of the first ({straight:.0f} times with)"
        )
    if straight == 0.0:
        return "wired straight the link fails: the next neuron never fires"
    return f"wired straight the next neuron fires {straight:.0f} times"


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
    # median and deviation of the firing amplitude, from the quantiles of the curve
    rising = np.maximum.accumulate(probability)
    below, median, above = (float(np.interp(p, rising, levels)) for p in (0.1587, 0.5, 0.8413))
    spread = (above - below) / 2.0
    findings = [f"pulses of {format_quantity(width, 's')}"]
    if rising[0] > 0.25 or rising[-1] < 0.75:
        median = spread = np.nan
        span = f"from {levels[0]:.3g} to {levels[-1]:.3g} V"
        findings.append(f"{span} the probability does not pass from a quarter to three quarters")
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
        values=(
            Value("median amplitude", median, level, "V"),
            Value("deviation of the amplitude", spread, float(np.max(cells.firing_voltage_spread)), "V"),
        ),
    )  # fmt: skip


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
