"""Characteristics of every neuron at a constant drive: rate, least drive, energy, delays, intervals and limits."""

from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import groupby

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles
from neuroest.core.units import format_quantity
from neuroest.dynamics.experiments import Characteristic, Series, Value
from neuroest.dynamics.in_time import Array, NeuronInTime, SpikeRun, spike_energy

_LEVELS = 25
"""Number of drives of a curve besides the nominal one; a convention."""
_NEAR_AN_EDGE = 6
"""Further drives between two, where the neuron fires at only one of them; a convention."""
_SPIKES = 5
"""Number of spikes per drive, used for rate and energy; a convention."""
_INTERVALS = 120
"""Approximate number of intervals in a distribution; a convention."""
_CYCLES = 60
"""Neurons that are asked for one by one, at most, where each point is expensive to simulate; a convention."""
_DIFFERENT = 20
"""Maximum number of different neurons for the band of a rate; a convention."""
_SILENT = 2.0
"""Silence at the end of a run over the interval from which on a neuron counts as one that stays on; a convention."""
_TREND = 0.1
"""Change of the intervals within a train from which on it is reported; a convention."""
_AFTER = 1.0 + 1e-9
"""Time of a spike to just behind it, over it; numerical."""
_SEARCHED = 13
"""Drives that a search looks at in each of its rounds; a convention."""
_ROUNDS = 2
"""Rounds of a search for the least drive, each within one step of the last one; a convention."""
_AROUND = (0.8, 1.3)
"""Drives over the closed form of the least one, between which it is searched; a convention."""
_BELOW = 0.9
"""Drive over the least one at which checks are looked at, too; a convention."""


@frozen_dataclass
class Curve:
    """A typical neuron at constant drives; arrays over the drives.

    Attributes
    ----------
    first, interval : ndarray
        Time of the first spike, infinite for none, and mean interval after it, NaN for less than two. [s]
    energy : ndarray
        From one spike to the next, or of the only one, without static power; NaN for none. [J]
    stays_on : ndarray of bool
        Whether it fires and then stops.
    """

    levels: Array
    first: Array
    interval: Array
    energy: Array
    stays_on: Array

    @property
    def rate(self) -> Array:
        """Spike rate per second; zero if it does not fire, or stays on."""
        repeats = np.isfinite(self.interval) & ~self.stays_on
        return np.asarray(np.where(repeats, 1.0 / np.where(repeats, self.interval, 1.0), 0.0))


@frozen_dataclass
class NeuronBench:
    """A neuron, what is drawn, and the runs that several experiments share."""

    neuron: NeuronInTime
    name: str
    devices: int
    seed: int

    @cached_property
    def curve(self) -> Curve:
        """The typical neuron versus its drive."""
        levels = self.neuron.levels(_LEVELS)
        fires = typical(self.neuron, levels, priced=False).rate > 0.0
        edges = np.flatnonzero(fires[1:] != fires[:-1])
        within = [np.linspace(levels[at], levels[at + 1], _NEAR_AN_EDGE + 2)[1:-1] for at in edges]
        return typical(self.neuron, np.unique(np.concatenate([levels, *within])))

    @cached_property
    def noisy(self) -> SpikeRun:
        """Many cycles at the nominal drive, each run of one device."""
        count = min(self.devices, _CYCLES)
        spikes = 1 + max(2, int(np.ceil(_INTERVALS / count)))
        nominal = self.neuron.drive.nominal
        duration = self.neuron.lasting(nominal, spikes)
        return self.neuron.run(
            np.full(count, nominal), np.full(count, duration), np.random.default_rng(self.seed), 1
        )

    @property
    def rate_unit(self) -> str:
        """Unit of its rates."""
        return "1" if self.neuron.time_unit == "1" else f"1/{self.neuron.time_unit}"

    def time_text(self, time: float) -> str:
        """A time as text."""
        return f"{time:.4g} steps" if self.neuron.time_unit == "1" else format_quantity(time, "s")

    @property
    def varies(self) -> bool:
        """Whether there is cycle-to-cycle variation."""
        return not self.neuron.no_variation


def typical(neuron: NeuronInTime, levels: Array, *, priced: bool = True) -> Curve:
    """Run one neuron without noise at each of some drives; energies only on request."""
    durations = np.array([neuron.lasting(float(level), _SPIKES) for level in levels])
    run = neuron.run(levels, durations)
    times = [np.sort(run.spike_times[run.spike_devices == at]) for at in range(len(levels))]
    first = np.array([t[0] if len(t) else np.inf for t in times])
    interval = np.array([np.mean(np.diff(t)) if len(t) > 1 else np.nan for t in times])
    # whether it fires and then stays silent for longer than its intervals
    intervals = [neuron.closed(float(level)).interval for level in levels]
    usual = [
        float(np.max(np.diff(t))) if len(t) > 1 else own if np.isfinite(own) else 0.0
        for t, own in zip(times, intervals, strict=True)
    ]
    ends = zip(durations, times, usual, strict=True)
    stuck = np.array([bool(len(t)) and bool(end - t[-1] > _SILENT * most) for end, t, most in ends])
    energy = _energies(neuron, levels, times, run) if priced else np.full(len(levels), np.nan)
    return Curve(levels, first, interval, np.where(stuck, np.nan, energy), stuck)


def _energies(neuron: NeuronInTime, levels: Array, times: list[Array], run: SpikeRun) -> Array:
    """Energy per spike from the second to the last one; with fewer spikes, energy of the run per spike."""
    counts = np.array([len(t) for t in times])
    total = sum(run.energy.values(), start=np.zeros(len(levels)))
    if not run.energy:
        return np.full(len(levels), np.nan)
    found = np.where(counts > 0, total / np.maximum(counts, 1), np.nan)
    several = np.flatnonzero(counts > 2)
    if len(several):
        until = [times[at][which] * _AFTER for which in (1, -1) for at in several]
        part = neuron.run(np.tile(levels[several], 2), np.array(until))
        begun, ended = np.split(sum(part.energy.values(), start=np.zeros(len(until))), 2)
        found[several] = (ended - begun) / (counts[several] - 2)
    return found


def rate(bench: NeuronBench) -> Characteristic:
    """Spike rate versus constant drive: the f-I curve."""
    neuron, curve = bench.neuron, bench.curve
    drive = neuron.drive
    closed = np.array([1.0 / neuron.closed(float(level)).interval for level in curve.levels])
    series = [Series("simulated, typical neuron", curve.levels, curve.rate)]
    if np.any(np.isfinite(closed)):
        series.append(Series("closed form of the estimate", curve.levels, closed))
    generator = np.random.default_rng(bench.seed)
    factors = neuron.differences(min(bench.devices, _DIFFERENT), generator)
    if np.ptp(factors) and np.any(curve.rate):
        series.append(_different(bench, factors))
    at = int(np.argmin(np.abs(curve.levels - drive.nominal)))
    unit, finite = bench.rate_unit, closed[np.isfinite(closed)]
    highest = float(np.max(finite)) if len(finite) else np.nan
    values = (
        Value(f"rate at {drive.text(drive.nominal)}", _none(curve.rate[at]), closed[at], unit),
        Value("highest rate of the curve", _none(float(np.max(curve.rate))), highest, unit),
    )
    findings = []
    both = (curve.rate > 0.0) & np.isfinite(closed) & (closed > 0.0)
    if np.any(both):
        off = np.where(both, closed / np.where(both, curve.rate, 1.0) - 1.0, 0.0)
        worst = int(np.argmax(np.abs(off)))
        place = drive.text(float(curve.levels[worst]))
        findings.append(f"the closed form is off by {100.0 * off[worst]:+.2g} % at most, at {place}")
    if np.any(curve.stays_on):
        findings.append(f"from {drive.text(float(curve.levels[curve.stays_on][0]))} on {neuron.stays_on}")
    if drive.why_largest:
        findings.append(f"the curve ends at {drive.text(drive.top())}: {drive.why_largest}")
    return Characteristic(
        "rate", "Rate against drive", (drive.name, drive.unit), ("spike rate", bench.rate_unit), tuple(series),
        tuple(findings), values=values,
    )  # fmt: skip


def _none(value: float) -> float:
    return float(value) if value > 0.0 else np.nan


def _different(bench: NeuronBench, factors: Array) -> Series:
    """Rates of neurons that differ, each without noise, under every second drive but those near the least one."""
    neuron, levels = bench.neuron, bench.curve.levels[2::2]
    many = np.outer(levels, factors).ravel()
    durations = np.repeat([neuron.lasting(float(level), 2) for level in levels], len(factors))
    run = neuron.run(many, durations)
    order = np.lexsort((run.spike_times, run.spike_devices))
    who, when = run.spike_devices[order].astype(int), run.spike_times[order]
    counts = np.bincount(who, minlength=len(many))
    first, last = np.full(len(many), np.inf), np.full(len(many), -np.inf)
    np.minimum.at(first, who, when)
    np.maximum.at(last, who, when)
    rates = np.where(counts > 1, (counts - 1) / np.where(counts > 1, last - first, 1.0), 0.0)
    low, middle, high = np.array([quantiles(row) for row in rates.reshape(len(levels), -1)]).T
    return Series("neurons that differ as its file states, median and 80 %", levels, middle, low, high)


def least_drive(bench: NeuronBench) -> Characteristic:
    """Least drive that fires it (rheobase), and the delay of the first spike above it."""
    neuron, curve = bench.neuron, bench.curve
    drive, closed = neuron.drive, neuron.least_drive()
    due = np.array([neuron.closed(float(level)).integration_time for level in curve.levels])
    fired = np.isfinite(curve.first)
    series = [Series("simulated, typical neuron", curve.levels[fired], curve.first[fired])]
    if np.any(np.isfinite(due)):
        series.append(
            Series("closed form of the estimate", curve.levels, np.where(np.isfinite(due), due, np.nan))
        )
    values: tuple[Value, ...] = ()
    if closed <= 0.0:
        findings = ["no least drive: its file states no leak, so that any drive fires it in the end"]
    else:
        patience = neuron.patience()
        found = _searched(lambda levels: neuron.fires(levels, patience), closed * np.array(_AROUND))
        within = _searched(
            lambda levels: np.array([neuron.closed(v).integration_time <= patience for v in levels.tolist()]),
            closed * np.array(_AROUND),
        )
        values = (
            Value(f"least drive that fires it within {bench.time_text(patience)}", found, within, drive.unit),
        )
        findings = [f"closed form for a drive of any length: {drive.text(closed)}"]
    return Characteristic(
        "least_drive", "Least drive and first spike", (drive.name, drive.unit),
        ("delay of the first spike", neuron.time_unit), tuple(series), tuple(findings), values=values,
    )  # fmt: skip


def _searched(holds: Callable[[Array], Array], around: Array, rounds: int = _ROUNDS) -> float:
    """Lowest level above which a condition is met, or NaN if it is not between the two."""
    low, high = (float(each) for each in around)
    for _ in range(rounds):
        levels = np.linspace(low, high, _SEARCHED)
        held = holds(levels)
        if not held[-1] or np.all(held):
            return np.nan
        at = int(np.flatnonzero(~held)[-1])
        low, high = float(levels[at]), float(levels[at + 1])
    return high


def energy_against_rate(bench: NeuronBench) -> Characteristic:
    """Energy per spike versus rate, at a constant drive."""
    neuron, curve = bench.neuron, bench.curve
    rates, energies = curve.rate, curve.energy
    if neuron.component is None and np.all(np.isnan(energies)):
        why = f"{bench.name} states no energies, being a reference of behaviour"
        return Characteristic("spike_energy", _ENERGY, ("", "1"), ("", "1"), (), (), absent=why)
    kept = (rates > 0.0) & np.isfinite(energies)
    order = np.flatnonzero(kept)[np.argsort(rates[kept])]
    series, values, findings = [], [], []
    if len(order):
        series.append(Series("simulated, drive stays on", rates[order], energies[order]))
    forms = [neuron.closed(float(level)) for level in curve.levels]
    known = [
        (1.0 / each.interval, each.energy)
        for each in forms
        if np.isfinite(each.energy) and each.interval > 0.0
    ]
    if known:
        pairs = np.array(sorted(known))
        series.append(Series("closed form, drive stays on", pairs[:, 0], pairs[:, 1]))
    if not len(order):
        why = neuron.stays_on if np.any(curve.stays_on) else "it does not fire twice under these drives"
        findings.append(f"no energy for a second spike: {why}")
    static = neuron.static_power()
    if static and len(order):
        whole = energies[order] + static / rates[order]
        series.append(Series("simulated, with static power", rates[order], whole))
        findings.append(
            f"static power of {format_quantity(static, 'W')} is shared by fewer spikes at a low rate"
        )
    if neuron.component is not None:
        try:
            one = neuron.one_spike().energy
        except NeuroestError:
            one = np.nan  # it never fires, which the least drive shows
        values.append(Value("a spike whose drive ends with it", one, spike_energy(neuron.component), "J"))
    at = int(np.argmin(np.abs(curve.levels - neuron.drive.nominal)))
    values.append(Value("a spike under a drive that stays on", energies[at], forms[at].energy, "J"))
    return Characteristic(
        "spike_energy", _ENERGY, ("spike rate", "1/s"), ("energy of a spike", "J"), tuple(series), tuple(findings),
        logarithmic=True, values=tuple(values),
    )  # fmt: skip


_ENERGY = "Energy of a spike against rate"


def delays(bench: NeuronBench) -> Characteristic:
    """Delay of the first spike and later intervals at the nominal drive, over cycles of one neuron."""
    neuron = bench.neuron
    level, closed = neuron.drive.nominal, neuron.closed(neuron.drive.nominal)
    run = bench.noisy
    who, when = run.spike_devices.astype(int), run.spike_times
    first = np.full(run.devices, np.inf)
    np.minimum.at(first, who, when)
    first, intervals = first[np.isfinite(first)], run.intervals()
    places, trend = _by_place(run)
    values = [
        Value("delay of the first spike, mean", _mean(first), closed.integration_time, neuron.time_unit),
        Value("interval, mean", _mean(intervals), closed.interval, neuron.time_unit),
    ]
    findings = [f"at {neuron.drive.text(level)}, {len(first)} first spikes and {len(intervals)} intervals"]
    silent = run.devices - len(first)
    if silent:
        findings.append(f"{silent} of {run.devices} runs of {bench.time_text(run.duration)} gave no spike")
    if not bench.varies:
        findings.append(f"no cycle-to-cycle variation: {neuron.no_variation}")
    else:
        values += [
            Value(
                "coefficient of variation of the delay",
                float(np.std(first) / np.mean(first)) if len(first) > 1 else np.nan,
                np.nan,
                "1",
            ),
            Value("coefficient of variation of the interval", _spread(places), np.nan, "1"),
        ]
        for name, times in (("delay", first), ("interval", intervals)):
            if len(times) > 1:
                low, _, high = quantiles(times)
                spanned = f"{bench.time_text(float(low))} to {bench.time_text(float(high))}"
                findings.append(f"80 % of the {name}s: {spanned}")
    if len(trend) > 1 and abs(trend[-1] / trend[0] - 1.0) > _TREND:
        ends = f"{bench.time_text(trend[0])} to {bench.time_text(trend[-1])}"
        findings.append(f"intervals change in a train from {ends}; their variation is that about this trend")
    if len(first) and not len(intervals):
        findings.append(f"no interval: after its first spike {neuron.stays_on}")
    return Characteristic(
        "intervals", "Delay and intervals", ("cycle", "1"), ("interval between spikes", neuron.time_unit),
        (Series("one neuron, cycle by cycle", np.arange(1.0, len(intervals) + 1.0), intervals),) if len(intervals)
        else (), tuple(findings), waveforms=run.traces, intervals=intervals if bench.varies else None,
        values=tuple(values),
    )  # fmt: skip


def _by_place(run: SpikeRun) -> tuple[list[Array], list[float]]:
    """Intervals of all runs at each place in their trains, and their means where half of the runs have one."""
    trains = [np.diff(np.sort(run.spike_times[run.spike_devices == device])) for device in range(run.devices)]
    longest = max((len(train) for train in trains), default=0)
    places = [np.array([train[at] for train in trains if len(train) > at]) for at in range(longest)]
    return places, [float(np.mean(place)) for place in places if len(place) >= run.devices / 2]


def _spread(places: list[Array]) -> float:
    """Deviation of the intervals from the mean at their place, over the mean of all."""
    beyond = [place - np.mean(place) for place in places if len(place) > 1]
    if not beyond:
        return np.nan
    return float(np.std(np.concatenate(beyond)) / np.mean(np.concatenate(places)))


def _mean(values: Array) -> float:
    return float(np.mean(values)) if len(values) else np.nan


def limits(bench: NeuronBench) -> Characteristic:
    """Drives where it is silent, stays on or has its highest rate, and where checks of the estimate fail."""
    neuron, curve = bench.neuron, bench.curve
    drive, findings, values = neuron.drive, [], []
    on = np.flatnonzero(curve.stays_on)
    fired = np.flatnonzero(np.isfinite(curve.first))
    if len(fired) and not np.any(curve.rate):
        findings.append(f"under every drive that fires it {neuron.stays_on}")
    elif len(on):
        start = int(on[0])
        low = float(curve.levels[start - 1]) if start else float(curve.levels[0])
        found = _searched(
            lambda levels: typical(neuron, levels, priced=False).stays_on,
            np.array([low, curve.levels[start]]), 1,
        )  # fmt: skip
        values.append(Value("stays on from a drive of", found, np.nan, drive.unit))
        findings.append(f"there {neuron.stays_on}")
    else:
        findings.append(f"no drive up to {drive.text(float(curve.levels[-1]))} keeps it on")
    if not np.any(np.isfinite(curve.first)):
        findings.append(f"no spike under any drive up to {drive.text(float(curve.levels[-1]))}")
    if neuron.component is not None:
        pause = float(neuron.component.refractory_time())
        if pause:
            most = format_quantity(1.0 / pause, "1/s")
            findings.append(f"its pause of {bench.time_text(pause)} after a spike allows {most} at most")
    findings += _checked(neuron, curve)
    return Characteristic(
        "limits",
        "Limits of validity",
        (drive.name, drive.unit),
        ("", "1"),
        (),
        tuple(findings),
        values=tuple(values),
    )


def _checked(neuron: NeuronInTime, curve: Curve) -> list[str]:
    """Checks of the estimate that fail, with the drives at which they fail."""
    if neuron.component is None:
        return ["no checks: it is a device of the lab, not a neuron of a chip"]
    least = neuron.least_drive()
    levels = [float(level) for level in curve.levels]
    if 0.0 < least < np.inf:
        levels = [_BELOW * least, *levels]
    levels = sorted(set(levels))
    failing: dict[str, tuple[str, set[float]]] = {}
    for level in levels:
        for check in neuron.failing_checks(level):
            failing.setdefault(check.name, (check.message, set()))[1].add(level)
    found = []
    for name, (message, where) in failing.items():
        runs = [list(run) for fails, run in groupby(levels, where.__contains__) if fails]
        ends = [[neuron.drive.text(level) for level in (run[0], run[-1])] for run in runs]
        places = " and ".join(
            f"at {first}" if len(run) == 1 else f"from {first} to {last}"
            for run, (first, last) in zip(runs, ends, strict=True)
        )
        if len(where) == len(levels):
            places = "at every drive"
        found.append(f"check {name} fails {places}: {message}")
    return found or ["all checks of the estimate pass at these drives"]


EVERY_NEURON: Mapping[str, Callable[[NeuronBench], Characteristic]] = {
    "rate": rate, "least_drive": least_drive, "spike_energy": energy_against_rate, "intervals": delays,
    "limits": limits,
}  # fmt: skip
"""Experiments that every neuron has, by name."""
