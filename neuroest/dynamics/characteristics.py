"""The six characteristics of a neuron as experiments, each with its numbers and the published measurement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neuroest.dynamics.cells import DiffusiveCells, draw_devices, integration_time
from neuroest.dynamics.compact import Run, simulate
from neuroest.dynamics.stimulus import Array, Segment, constant, pulse_pair, pulse_train
from neuroest.equations import diffusive_neuron as equations
from neuroest.errors import UnknownNameError
from neuroest.fitting.layouts import published


@dataclass(frozen=True)
class Series:
    """Points of one curve; `low` and `high` are its 10 % and 90 % quantiles over devices or cycles."""

    label: str
    x: Array
    y: Array
    low: Array | None = None
    high: Array | None = None
    measured: bool = False


@dataclass(frozen=True)
class Characteristic:
    """One experiment: curves, waveforms, and findings in words.

    Attributes
    ----------
    x, y : tuple of str and str
        Label and SI unit of the axes.
    misses : tuple of float
        Simulated over measured, minus one, at each published point; absolute where `y` is a probability.
    waveforms : dict of str to ndarray
        Time and traces of a typical device.
    intervals : ndarray, optional
        Intervals between spikes, where their distribution is of interest. [s]
    """

    name: str
    title: str
    x: tuple[str, str]
    y: tuple[str, str]
    series: tuple[Series, ...]
    findings: tuple[str, ...]
    misses: tuple[float, ...] = ()
    waveforms: dict[str, Array] = field(default_factory=dict)
    logarithmic: bool = False
    intervals: Array | None = None


@dataclass(frozen=True)
class Bench:
    """What an experiment works on.

    Attributes
    ----------
    cells : DiffusiveCells
        The typical neuron.
    neuron : str
        Name or path of its spec, whose deviations between devices are drawn.
    devices : int
        Devices, or repetitions, that a point is averaged over.
    compare : bool
        Whether the published measurement belongs to this neuron.
    """

    cells: DiffusiveCells
    neuron: str
    devices: int = 100
    seed: int = 0
    compare: bool = True
    step: float | None = None

    def drawn(self, generator: np.random.Generator) -> DiffusiveCells:
        """Different devices."""
        return draw_devices(self.cells, self.neuron, self.devices, generator)

    def run(
        self, cells: DiffusiveCells, stimulus: list[Segment], generator: Any = None, kept: int = 0,
        until_switched: bool = False,
    ) -> Run:  # fmt: skip
        """One simulation."""
        return simulate(
            cells, stimulus, generator=generator, step=self.step, kept=kept, until_switched=until_switched
        )


def _quantiles(values: list[Array]) -> tuple[Array, Array, Array]:
    found = np.array([np.quantile(v, [0.1, 0.5, 0.9], method="inverted_cdf") for v in values])
    return found[:, 1], found[:, 0], found[:, 2]


def _misses(simulated: Array, measured: Array) -> tuple[float, ...]:
    return tuple(float(v) for v in simulated / measured - 1.0)


def _worst(misses: tuple[float, ...]) -> str:
    shown = ", ".join(f"{100.0 * m:+.0f} %" for m in misses)
    return f"simulated against measured, point by point: {shown}"


def _settings(
    bench: Bench, name: str, fallback: Mapping[str, Array]
) -> tuple[Mapping[str, Array], Array | None]:
    """Conditions of the published measurement with its result, or scaled ones for another neuron."""
    if not bench.compare:
        return fallback, None
    experiment = published(name).experiments[0]
    return experiment.columns, experiment.columns[experiment.layout.result]


def leaky_integration(bench: Bench) -> Characteristic:
    """Pulses until the neuron fires, against the gap between them in which it leaks."""
    cells, unit = bench.cells, 1.0 / float(np.max(bench.cells.settling))
    gaps = np.array([0.25, 0.4, 0.5, 0.6, 0.75]) * unit
    columns, measured = _settings(
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
    median, low, high = _quantiles(counts)
    silent = float(np.mean([np.mean(~np.isfinite(c)) for c in counts]))
    shown = [np.where(np.isfinite(v), v, most) for v in (median, low, high)]
    series = [Series("simulated, median and 80 % of devices", gaps, shown[0], shown[1], shown[2])]
    growth = shown[0][-1] / shown[0][0]
    findings = [f"from the shortest to the longest gap the pulses needed grow by {growth:.2f} times"]
    misses: tuple[float, ...] = ()
    if measured is not None:
        misses = _misses(shown[0], measured)
        series.append(Series("measured, Zhao et al. 2025, Fig. 3b", gaps, measured, measured=True))
        findings.append(_worst(misses))
        findings.append(f"the measured growth is {measured[-1] / measured[0]:.2f} times")
    if silent > 0.0:
        findings.append(f"{100.0 * silent:.0f} % of the devices did not fire within {most} pulses")
    typical = bench.run(cells, pulse_train(level, width, float(gaps[0]), int(shown[0][0] * 1.3) + 3), kept=1)
    return Characteristic(
        "leaky_integration", "Leaky integration", ("gap between pulses", "s"), ("pulses to fire", "1"),
        tuple(series), tuple(findings), misses, typical.traces,
    )  # fmt: skip


def threshold_firing(bench: Bench) -> Characteristic:
    """Share of pulses that fire, against their amplitude; and the rate at a constant amplitude."""
    cells = bench.cells
    median = float(cells.firing_median_voltage)
    columns, measured = _settings(
        bench, "zhao2025_firing_probability",
        {"voltage": np.linspace(0.8, 1.2, 3) * median, "pulse_width": np.full(3, _pulse_for(cells, median))},
    )  # fmt: skip
    width = float(columns["pulse_width"][0])
    levels = np.unique(np.concatenate([np.linspace(0.7, 1.6, 19) * median, columns["voltage"]]))
    generator = np.random.default_rng(bench.seed)
    count = bench.devices
    many = _repeat(bench.drawn(generator), len(levels))
    run = bench.run(many, constant(np.repeat(levels, count), width), generator)
    fired = np.isfinite(run.first_switch).reshape(len(levels), count).mean(axis=1)
    closed = equations.firing_probability(levels, median, cells.firing_voltage_spread)
    series = [
        Series("rate equations with noise", levels, fired),
        Series("probability of the device spec", levels, np.asarray(closed)),
    ]
    half = float(np.interp(0.5, fired, levels)) if fired[-1] > 0.5 > fired[0] else np.nan
    findings = [
        f"half of the pulses fire at {half:.3g} V in the rate equations, at {median:.3g} V in the spec"
    ]
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
        _repeat(cells.broadcast(1), 2), constant(np.array([0.8 * median, 1.5 * median]), 3.0 * width), kept=2
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
    run = bench.run(_repeat(bench.cells.broadcast(1), 3), constant(chosen, duration))
    rates = np.where(run.latched, 0.0, run.counts / duration)
    return [(float(v), float(r)) for v, r in zip(chosen, rates, strict=True)]


def _pulse_for(cells: DiffusiveCells, level: float) -> float:
    time = float(np.max(integration_time(cells, level)))
    return time if np.isfinite(time) else 10.0 / float(np.max(cells.settling))


def _repeat(cells: DiffusiveCells, times: int) -> DiffusiveCells:
    index = np.tile(np.arange(cells.devices), times)
    return cells.take(index)


def cascaded_connection(bench: Bench) -> Characteristic:
    """One neuron drives the next: straight from its drain, and through an inverting buffer."""
    cells = bench.cells
    level = float(cells.input_voltage)
    release = float(np.max(cells.control_resistance * cells.gate_capacitance))
    first = float(np.max(integration_time(cells, level)))
    duration = 4.0 * first + 20.0 * release
    sender = bench.run(cells, constant(level, duration), kept=1)
    if not sender.traces or not len(sender.spike_times):
        return Characteristic(
            "cascaded_connection", "Cascaded connection", ("buffer voltage", "V"), ("spikes sent for one", "1"), (),
            ("the first neuron does not spike at its input voltage, so there is nothing to pass on",),
        )  # fmt: skip
    time, gate = sender.traces["time"], sender.traces["gate"][:, 0]
    on = gate > float(cells.output_threshold)
    steps = np.append(np.diff(time), duration - time[-1])
    supply = float(cells.output_supply_voltage)
    low = supply - float(
        equations.output_swing(supply, cells.load_resistance, cells.transistor_on_resistance)
    )
    drain = np.where(on, low, supply)
    straight = bench.run(cells, _waveform(steps, drain), kept=1)
    silent = bench.run(cells, constant(supply, duration))
    buffers = np.linspace(0.5, 4.0, 15) * level
    many = _repeat(cells.broadcast(1), len(buffers))
    buffered = bench.run(many, _waveform(steps, np.outer(on, buffers)))
    needed = np.where(buffered.counts > 0, sender.counts[0] / np.maximum(buffered.counts, 1), np.nan)
    shown = np.where(np.isfinite(needed), needed, np.nan)
    findings = [
        f"the output rests at {supply:.3g} V and falls to {low:.3g} V with a spike: the edge is inverted"
    ]
    findings.append(_straight(straight, silent, supply))
    works = buffers[buffered.counts > 0]
    pulse = float(np.median(_lengths(on, steps)))
    if len(works):
        findings.append(
            f"through an inverting buffer the next neuron fires from {works[0]:.3g} V on; at its own {level:.3g} V "
            + _at_level(buffered.counts, buffers, level, float(sender.counts[0]))
        )
    one = buffers[buffered.counts >= 0.9 * sender.counts[0]]
    findings.append(
        f"one spike for one needs a buffer of {one[0]:.3g} V (pulses of {1e3 * pulse:.3g} ms)" if len(one)
        else f"no buffer up to {buffers[-1]:.3g} V gives one spike for one within {1e3 * pulse:.3g} ms"
    )  # fmt: skip
    if np.any(buffered.latched):
        findings.append(
            f"from {buffers[buffered.latched].min():.3g} V on the output of the next neuron latches"
        )
    limit = float(np.max(equations.unbuffered_load_limit(np.asarray(pulse), cells.load_resistance, _SETTLED)))
    findings.append(f"without a buffer the drain could drive {limit:.3g} F to 95 % within a pulse")
    findings.append("no published numbers of two connected neurons were found to compare with")
    return Characteristic(
        "cascaded_connection", "Cascaded connection", ("voltage of the buffer", "V"),
        ("spikes sent for one", "1"),
        (Series("through an inverting buffer", buffers, shown),), tuple(findings), (), sender.traces,
    )  # fmt: skip


_SETTLED = 3.0
"""Time constants after which a load counts as charged: 95 %."""


def _straight(straight: Run, silent: Run, supply: float) -> str:
    if silent.counts[0] > 0 or np.isfinite(silent.first_switch[0]):
        return (
            f"wired straight the link fails: the resting output of {supply:.3g} V fires the next neuron "
            f"{silent.counts[0]:.0f} times without any spike of the first ({straight.counts[0]:.0f} times with)"
        )
    if straight.counts[0] == 0:
        return "wired straight the link fails: the next neuron never fires"
    return f"wired straight the next neuron fires {straight.counts[0]:.0f} times"


def _at_level(counts: Array, buffers: Array, level: float, sent: float) -> str:
    fired = counts[int(np.argmin(np.abs(buffers - level)))]
    return f"it takes {sent / fired:.3g} spikes for one" if fired else f"{sent:.0f} spikes do not fire it"


def _waveform(steps: Array, levels: Array) -> list[Segment]:
    return [Segment(float(s), v) for s, v in zip(steps, levels, strict=True) if s > 0.0]


def _lengths(on: Array, steps: Array) -> Array:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(int), [0]])))
    return np.array([np.sum(steps[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True)])


def intrinsic_plasticity(bench: Bench) -> Characteristic:
    """How much earlier the second of two pulses fires, against the gap between them."""
    cells = bench.cells
    level = 2.0 * float(equations.immediate_switching_voltage(
        cells.field_mobility, cells.field_offset, cells.residue_rate, cells.filament_decay
    ))  # fmt: skip
    memory = 1.0 / float(np.max(cells.residue_decay))
    spans = np.array([0.015, 0.15, 0.4, 1.0, 5.0]) * memory
    columns, measured = _settings(
        bench, "zhao2025_paired_pulse",
        {"voltage": np.full(5, level), "pulse_width": np.full(5, 3.0 * _pulse_for(cells, level)), "gap": spans},
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
    _, low, high = _quantiles([b if len(b) else np.array([np.nan]) for b in bands])
    simulated = np.array(gains)
    relative = simulated / first
    series = [
        Series("simulated, typical device and 80 % of devices", gaps, relative, low / first, high / first)
    ]
    findings = [f"the first integration takes {1e3 * first:.3g} ms; shortenings are shown as shares of it"]
    misses: tuple[float, ...] = ()
    if measured is not None:
        whole = float(columns["first_integration_time"][0])
        misses = _misses(relative, measured / whole)
        series.append(Series("measured, Zhao et al. 2025, Fig. 4a, b", gaps, measured / whole, measured=True))
        findings.append(f"measured it takes {1e3 * whole:.3g} ms, {whole / first:.2f} times as long")
        findings.append("share of the first integration, " + _worst(misses))
    findings.append(f"the residue forgets with {1e3 * memory:.3g} ms")
    waves = bench.run(cells, pulse_pair(level, width, float(gaps[0])), kept=1).traces
    return Characteristic(
        "intrinsic_plasticity", "Intrinsic plasticity", ("gap between two pulses", "s"),
        ("shortening over first integration time", "1"), tuple(series), tuple(findings), misses, waves,
        logarithmic=True,
    )  # fmt: skip


def _pair(
    bench: Bench, cells: DiffusiveCells, level: float, width: float, gap: float, generator: Any
) -> tuple[Array, Array]:
    settled = 20.0 / float(np.min(cells.settling)) + 5.0 * float(
        np.max(cells.control_resistance * cells.gate_capacitance)
    )
    first = bench.run(cells, [Segment(width, level), Segment(min(gap, settled), 0.0)], generator)
    # then nothing is left but residue, which decays alone
    first.final.residue = first.final.residue * np.exp(-cells.residue_decay * max(0.0, gap - settled))
    second = simulate(
        cells, [Segment(width, level)], generator=generator, step=bench.step, start=first.final,
        until_switched=True,
    )  # fmt: skip
    return first.first_switch, second.first_switch


def refractory_period(bench: Bench) -> Characteristic:
    """Mean interval between spikes against the control resistor, and the closed form of the refractory time."""
    cells = bench.cells
    usual = float(np.max(cells.control_resistance))
    level = float(cells.input_voltage)
    columns, measured = _settings(
        bench, "zhao2025_spike_interval",
        {"voltage": np.full(5, level), "control_resistance": usual * np.array([0.2, 0.4, 1.0, 2.0, 4.0]),
         "stimulus_period": np.full(5, 1.2 / float(np.max(cells.settling)))},
    )  # fmt: skip
    level, resistances = float(columns["voltage"][0]), columns["control_resistance"]
    period = float(columns["stimulus_period"][0])
    many = cells.changed(control_resistance=resistances)
    pulses = int(_TRAINS * float(integration_time(cells, level)) / period) + 20
    pulses += int(30.0 * float(np.max(resistances * cells.gate_capacitance)) / period)
    run = bench.run(many, pulse_train(level, period / 2.0, period / 2.0, pulses), kept=len(resistances))
    simulated = np.array([_mean_interval(run, device) for device in range(len(resistances))])
    peak = equations.gate_peak_voltage(level, cells.on_resistance, resistances)
    closed = equations.refractory_time(
        resistances, cells.gate_capacitance, peak, cells.rearm_fraction * level
    )
    series = [
        Series("rate equations with rupture", resistances, simulated),
        Series("closed form of the refractory time", resistances, np.asarray(closed)),
    ]
    published_rates = simulate(many, pulse_train(level, period / 2.0, period / 2.0, pulses), rupture=False)
    latched = resistances[published_rates.latched]
    findings = [
        f"without rupture the rate equations latch from {latched.min():.3g} ohm on, under these pulses"
        if len(latched) else "without rupture the rate equations do not latch at these resistors"
    ]  # fmt: skip
    misses: tuple[float, ...] = ()
    if measured is not None:
        misses = _misses(simulated, measured)
        series.append(Series("measured, Zhao et al. 2025, Fig. 4d", resistances, measured, measured=True))
        findings.append("rate equations with rupture, " + _worst(misses))
        findings.append("closed form, " + _worst(_misses(np.maximum(closed, period), measured)))
    middle = len(resistances) // 2
    waves = {k: v if v.ndim == 1 else v[:, [middle]] for k, v in run.traces.items()}
    return Characteristic(
        "refractory_period", "Refractory period", ("control resistor", "ohm"), ("interval between spikes", "s"),
        tuple(series), tuple(findings), misses, waves,
        logarithmic=True,
    )  # fmt: skip


_TRAINS = 14.0
"""Length of a train over the integration time at a constant input: pulses of half duty take six times as long."""


def _mean_interval(run: Run, device: int) -> float:
    times = run.spike_times[run.spike_devices == device]
    return float(np.mean(np.diff(times))) if len(times) > 2 else np.nan


def stochasticity(bench: Bench) -> Characteristic:
    """One device again and again: its firing probability and the statistics of its intervals."""
    cells = bench.cells
    level = float(cells.firing_median_voltage)
    width = _pulse_for(cells, level)
    generator = np.random.default_rng(bench.seed)
    levels = np.linspace(0.75, 1.3, 12) * level
    same = _repeat(cells.broadcast(bench.devices), len(levels))
    run = bench.run(same, constant(np.repeat(levels, bench.devices), width), generator)
    fired = np.isfinite(run.first_switch).reshape(len(levels), -1)
    probability = fired.mean(axis=1)
    error = np.sqrt(np.maximum(probability * (1.0 - probability), 1e-12) / bench.devices)
    series = [Series(
        f"one device, {bench.devices} pulses each, and 80 % interval", levels, probability,
        np.clip(probability - 1.2816 * error, 0.0, 1.0), np.clip(probability + 1.2816 * error, 0.0, 1.0),
    )]  # fmt: skip
    median, spread = _probit(levels, probability)
    findings = [
        f"pulses of {1e3 * width:.3g} ms: half fire at {median:.3g} V, deviation {1e3 * spread:.3g} mV",
        f"that is {100.0 * spread / median:.2g} %; the spec states {100.0 * cells.drive_variation:.2g} %",
    ]
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
            f"intervals in a train of pulses: mean {1e3 * np.mean(intervals):.3g} ms, coefficient of variation "
            f"{spread_of:.2g}, from {len(intervals)} intervals"
        )
    misses: tuple[float, ...] = ()
    if bench.compare:
        experiment = published("zhao2025_firing_probability").experiments[0]
        measured = experiment.columns["probability"]
        voltages = experiment.columns["voltage"]
        # each about its own median: the rate equations fire late, which threshold_firing shows
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


CHARACTERISTICS: Mapping[str, Callable[[Bench], Characteristic]] = {
    "leaky_integration": leaky_integration,
    "threshold_firing": threshold_firing,
    "cascaded_connection": cascaded_connection,
    "intrinsic_plasticity": intrinsic_plasticity,
    "refractory_period": refractory_period,
    "stochasticity": stochasticity,
}
"""Experiments by name."""


def characterise(bench: Bench, name: str) -> Characteristic:
    """One experiment by name.

    Raises
    ------
    UnknownNameError
        When there is no such characteristic.
    """
    if name not in CHARACTERISTICS:
        raise UnknownNameError("characteristic", name, CHARACTERISTICS)
    return CHARACTERISTICS[name](bench)
