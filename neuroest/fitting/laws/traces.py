"""Read sweeps of a volatile switch, and the voltage of a firing neuron over time.

Only loops that turn on and off again count, in most of the cycles. A quantity hidden by the compliance is a bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Array
from neuroest.fitting.headers import Experiment
from neuroest.fitting.laws.base import LEAST_DEVIATION, Law, LawFit
from neuroest.fitting.predictions import Rows, compliance_current, rows_of_law
from neuroest.fitting.sequence import independent_count
from neuroest.fitting.sweeps import VOLATILE, Branch, loops_of_kind

_EVEN = 1.0 / np.sqrt(12.0)
"""Standard deviation of a uniform distribution of width one."""
_ONE_SWEEP = 0.2
"""Standard deviation of the logarithm of a value from one sweep; assumed, as for a current."""
_BESIDE = 0.7
"""Range below the threshold, as a share of it, where the open switch is read. Below it, instruments measure noise."""


@dataclass
class Seen:
    """Values of one quantity, each with its device and the width of its interval."""

    values: list[float] = field(default_factory=list)
    devices: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)

    def add(self, value: float, device: float, width: float = 0.0) -> None:
        """Record a value."""
        self.values.append(value)
        self.devices.append(device)
        self.widths.append(width)

    def known(self) -> tuple[float, float, float]:
        """Median, standard deviation of its logarithm, and degrees of freedom (from devices if several).

        Cycles of one device that follow each other closely count as fewer.
        """
        logs, device = np.log(self.values), np.array(self.devices)
        names = np.unique(device)
        resolution = _EVEN * float(np.mean(np.array(self.widths) / np.array(self.values)))
        groups = [float(np.mean(logs[device == name])) for name in names] if len(names) > 1 else list(logs)
        if len(groups) == 1:
            return float(np.exp(logs[0])), float(np.hypot(_ONE_SWEEP, resolution)), np.inf
        count = float(len(groups)) if len(names) > 1 else max(2.0, independent_count(np.array(groups)))
        error = float(np.std(groups, ddof=1)) / np.sqrt(count)
        middle = float(np.exp(np.median(logs)))
        return middle, float(np.hypot(max(error, LEAST_DEVIATION), resolution)), count - 1.0


@frozen_dataclass
class Known:
    """Values with the standard deviations of their logarithms and their degrees of freedom, as `LawFit` has them."""

    values: dict[str, float] = field(default_factory=dict)
    deviations: dict[str, float] = field(default_factory=dict)
    freedoms: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, value: float, deviation: float, freedom: float) -> None:
        """Record a value."""
        self.values[name], self.deviations[name], self.freedoms[name] = value, deviation, freedom

    @staticmethod
    def of(seen: Mapping[str, Seen]) -> "Known":
        """Medians of what was seen."""
        known = Known()
        for name, part in seen.items():
            if part.values:
                known.add(name, *part.known())
        return known


@dataclass
class _Sweeps:
    """All values read from the branches of an experiment."""

    threshold: Seen = field(default_factory=Seen)
    hold: Seen = field(default_factory=Seen)
    off: Seen = field(default_factory=Seen)
    on: Seen = field(default_factory=Seen)
    hold_current: Seen = field(default_factory=Seen)
    limited_on: list[float] = field(default_factory=list)
    limited_hold: list[float] = field(default_factory=list)


@frozen_dataclass
class SweepLaw(Law):
    """Turn-on and turn-off of a volatile switch from sweeps."""

    def fit(self, experiment: Experiment) -> LawFit:
        """Read each loop that switches, then combine them."""
        experiment, offset, loops, _ = loops_of_kind(experiment, VOLATILE)
        # values of the loops that switch; of sweeps one way, those that turn on
        seen = _Sweeps()
        one_way = not any(loop.whole for loop in loops)
        for loop in loops:
            if loop.switches or (one_way and loop.up is not None and loop.up.jump >= 0):
                for branch in (loop.up, loop.back):
                    if branch is not None:
                        _add(seen, branch)
        known = Known.of({
            "threshold_voltage": seen.threshold, "hold_voltage": seen.hold, "off_resistance": seen.off,
            "on_resistance": seen.on, "hold_current": seen.hold_current,
        })  # fmt: skip
        bounds, notes = {}, [text for text in (offset,) if text]
        if seen.limited_on and not seen.on.values:
            bounds["on_resistance"] = float(np.min(seen.limited_on))
        if seen.limited_hold and not seen.hold_current.values:
            bounds["hold_current"] = float(np.max(seen.limited_hold))
        left = len(loops) - len(seen.threshold.values)
        if left:
            notes.append(f"{left} of {len(loops)} loops do not switch both ways, and are left out")
        if len(seen.threshold.values) == 1:
            notes.append(f"one sweep: its scatter is not known, and taken as {100 * _ONE_SWEEP:.0f} %")
        if (scatter := _scatter(seen.threshold)) is not None:
            spread, count = scatter[0] * known.values["threshold_voltage"], scatter[1]
            known.add("threshold_spread", spread, 1.0 / np.sqrt(2.0 * count), count)
        return LawFit(
            law=self, **vars(known), settings={}, rows=_shown(experiment, {**bounds, **known.values}), bounds=bounds,
            notes=tuple(notes), conditions=len(seen.threshold.values), correlation=np.eye(len(known.values)),
        )  # fmt: skip


def _add(seen: _Sweeps, branch: Branch) -> None:
    jump, width = branch.at_jump
    name, resistance = branch.device, 1.0 / branch.ratio
    (seen.threshold if branch.rising else seen.hold).add(jump, name, width)
    near = branch.off[branch.voltage[branch.off] >= (1.0 - _BESIDE) * jump]
    if branch.rising and len(near):
        seen.off.add(float(np.median(resistance[near])), name)
    free = branch.on[~branch.limited[branch.on]]
    if len(free):
        seen.on.add(float(np.median(resistance[free])), name)
    seen.limited_on.append(float(np.min(resistance[branch.on])))
    if not branch.rising and branch.limited[branch.turn]:
        seen.limited_hold.append(float(branch.current[branch.turn]))
    elif not branch.rising:
        seen.hold_current.add(float(branch.current[branch.turn]), name)


def _scatter(seen: Seen) -> tuple[float, float] | None:
    """Sweep-to-sweep standard deviation of the logarithm for one device, and its degrees of freedom."""
    logs, device = np.log(seen.values), np.array(seen.devices)
    means = {name: float(np.mean(logs[device == name])) for name in np.unique(device)}
    freedom = len(logs) - len(means)
    if freedom < 2:
        return None
    left = logs - np.array([means[name] for name in device])
    resolution = _EVEN * float(np.mean(np.array(seen.widths) / np.array(seen.values)))
    variance = float(np.sum(left**2)) / freedom - resolution**2
    return float(np.sqrt(max(variance, resolution**2))), float(freedom)


def _shown(experiment: Experiment, values: dict[str, float]) -> Rows:
    """Predicted currents of the sweeps, in the order of the rows."""
    voltage, measured = (np.abs(experiment.columns[name]) for name in ("voltage", "current"))
    on_voltage, off_voltage = values["threshold_voltage"], values.get("hold_voltage", 0.0)
    compliance = compliance_current(experiment)
    predicted, on, previous = np.zeros(len(voltage)), False, -1
    label = np.stack([experiment.column("device", -1.0), experiment.column("cycle", 0.0)])
    for row, level in enumerate(voltage):
        fresh = previous < 0 or np.any(label[:, row] != label[:, previous])
        on = level >= (off_voltage if on and not fresh else on_voltage)
        resistance = values.get("on_resistance" if on else "off_resistance", np.nan)
        predicted[row], previous = min(level / resistance, compliance[row]) if level else 0.0, row
    used = np.flatnonzero((measured > 0.0) & np.isfinite(predicted) & (predicted > 0.0))
    return rows_of_law(experiment, used, measured[used], predicted[used])


_LOW, _HIGH = 0.3, 0.7
"""Shares of the range of the voltage that a spike passes; a convention."""
_END = 0.02
"""Share of the readings beyond either end of the range, which are noise."""
_ABOVE_NOISE = 6.0
"""Smallest range of the voltage over the median step from reading to reading."""
_PASSES_ZERO = 0.1
"""Share of the maxima by which minima of the other sign show that the voltage is a drive; a convention."""
_ALIKE = 0.2
"""Difference of the times up and down, as a share of the interval, below which a trace may be its own drive."""
_FEWEST = 3
"""Minimum number of spikes."""


@frozen_dataclass
class TraceLaw(Law):
    """Maxima and minima of the node of a relaxation oscillator: threshold and hold voltage of its switch."""

    def fit(self, experiment: Experiment) -> LawFit:
        """Find the spikes, then their maxima, minima and intervals."""
        time, voltage = experiment.columns["time"], experiment.columns["voltage"]
        tops, bottoms = _extremes(voltage)
        if len(tops) <= _FEWEST:
            # a record may begin before the drive, whose step is larger than a spike
            later = len(voltage) // 2
            tops, bottoms = (rows + later for rows in _extremes(voltage[later:]))
        if len(tops) < _FEWEST + 1:
            raise NeuroestError(
                f"voltage_trace: {len(tops)} spikes above the noise, {_FEWEST + 1} are needed; record more periods, or "
                "state intervals as spike_interval or oscillation"
            )
        if float(np.median(voltage[bottoms])) < -_PASSES_ZERO * float(np.median(voltage[tops])):
            raise NeuroestError(
                "voltage_trace: the voltage passes zero in every period, so this is a drive and not the node of a "
                "neuron; a drive with the current through the device is a sweep (voltage, current)"
            )
        charging = float(np.median(time[tops[1:]] - time[bottoms[: len(tops) - 1]]))
        interval = np.diff(time[tops])
        if 2.0 * charging < float(np.median(interval)):
            raise NeuroestError(
                f"voltage_trace: {len(tops)} spikes every {format_quantity(float(np.median(interval)), 's')} rise "
                "faster than they fall, so this is not the node of a threshold switch that charges; state the "
                "intervals as spike_interval, or the rates as firing_rate"
            )
        seen = {"threshold_voltage": Seen(), "hold_voltage": Seen(), "spike_interval": Seen()}
        device = experiment.column("device", -1.0)
        found = {
            "threshold_voltage": voltage[tops],
            "hold_voltage": voltage[bottoms],
            "spike_interval": interval,
        }
        for name, column in found.items():
            for amplitude, row in zip(np.abs(column), tops, strict=False):
                seen[name].add(float(amplitude), float(device[row]))
        known, free = Known.of(seen), float(len(tops) - 1)
        scatter = max(float(np.std(voltage[tops], ddof=1)), np.finfo(float).tiny)
        known.add("threshold_spread", scatter, 1.0 / np.sqrt(2.0 * free), free)
        values, settings = known.values, {}
        capacitance = experiment.column("capacitance")
        if np.any(np.isfinite(capacitance)):
            swing = values["threshold_voltage"] - values["hold_voltage"]
            settings["spike_charge"] = float(np.nanmedian(capacitance)) * swing
        spread = float(np.std(interval) / np.mean(interval))
        alike = abs(2.0 * charging / float(np.median(interval)) - 1.0) < _ALIKE
        why = "it rises as slowly as it falls, as a drive does too, or a node behind a slow amplifier"
        notes = (
            f"{len(tops)} spikes; their intervals scatter by {100.0 * spread:.2g} %",
            "a node at the input of an instrument has its capacitance too, and a limited bandwidth cuts the maxima",
        )
        predicted = np.full(len(tops), values["threshold_voltage"])
        return LawFit(
            law=self, **vars(known), settings=settings, notes=notes,
            rows=rows_of_law(experiment, tops, np.abs(voltage[tops]), predicted), conditions=len(tops),
            correlation=np.eye(len(values)), reservations=(("", why),) if alike else (),
        )  # fmt: skip


def _extremes(voltage: Array) -> tuple[Array, Array]:
    """Rows of the maxima of the spikes, and of the minimum before the next one; whole periods only."""
    bottom, top = np.quantile(voltage, (_END, 1.0 - _END))
    nothing = np.zeros(0, dtype=int)
    if top - bottom < _ABOVE_NOISE * float(np.median(np.abs(np.diff(voltage)))):
        return nothing, nothing
    share = (voltage - bottom) / (top - bottom)
    # a state machine with hysteresis, so that noise at one level is no spike
    level = np.where(share > _HIGH, 1.0, np.where(share < _LOW, -1.0, 0.0))
    last = np.maximum.accumulate(np.where(level != 0.0, np.arange(len(level)), 0))
    high = level[last] > 0.0
    edges = np.flatnonzero(np.diff(high.astype(int)))
    parts = list(zip(edges[:-1] + 1, edges[1:] + 1, strict=True))
    tops = [first + int(np.argmax(voltage[first:end])) for first, end in parts if high[first]]
    bottoms = [first + int(np.argmin(voltage[first:end])) for first, end in parts if not high[first]]
    bottoms = [row for row in bottoms if tops and row > tops[0]]
    return np.array(tops, dtype=int), np.array(bottoms, dtype=int)
