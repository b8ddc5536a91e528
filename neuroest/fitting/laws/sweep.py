"""Read current-voltage sweeps of a volatile switch: turn-on, turn-off, and conductance in both states.

Sweeps need no numbering: a branch ends where the voltage reverses. A quantity hidden by the compliance is a bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.stimulus import Array
from neuroest.fitting.laws.base import LEAST_DEVIATION, Law, LawFit
from neuroest.fitting.layouts import Experiment
from neuroest.fitting.predictions import Rows, compliance_current

_JUMP = 10.0
"""Minimum conductance ratio of two adjacent rows that counts as switching."""
_SMALLEST = 1e-3
"""Share of the largest voltage below which rows give no resistance, because of the instrument's zero error."""
_EVEN = 1.0 / np.sqrt(12.0)
"""Standard deviation of a uniform distribution of width one."""
_ONE_SWEEP = 0.2
"""Standard deviation of the logarithm of a value from one sweep; assumed, as for a current."""
_FREE = 0.8
"""Share of the compliance below which a noisy current is not limited by it."""
_STAYS = 0.1
"""Share of the threshold by which a volatile switch must have turned off; a convention."""
_NEAR, _FAR = 0.5, 3.0
"""Share of the compliance above which currents show its scatter, and deviations beyond which a current is excluded."""
_BESIDE = 0.7
"""Range below the threshold, as a share of it, where the open switch is read. Below it, instruments measure noise."""


@dataclass
class _Seen:
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
        """Median, standard deviation of its logarithm, and degrees of freedom (from devices if several)."""
        logs, device = np.log(self.values), np.array(self.devices)
        names = np.unique(device)
        resolution = _EVEN * float(np.mean(np.array(self.widths) / np.array(self.values)))
        groups = [float(np.mean(logs[device == name])) for name in names] if len(names) > 1 else list(logs)
        if len(groups) == 1:
            return float(np.exp(logs[0])), float(np.hypot(_ONE_SWEEP, resolution)), np.inf
        error = float(np.std(groups, ddof=1)) / np.sqrt(len(groups))
        middle = float(np.exp(np.median(logs)))
        return middle, float(np.hypot(max(error, LEAST_DEVIATION), resolution)), float(len(groups) - 1)


@dataclass
class _Sweeps:
    """All values read from the branches of an experiment."""

    threshold: _Seen = field(default_factory=_Seen)
    hold: _Seen = field(default_factory=_Seen)
    off: _Seen = field(default_factory=_Seen)
    on: _Seen = field(default_factory=_Seen)
    hold_current: _Seen = field(default_factory=_Seen)
    limited_on: list[float] = field(default_factory=list)
    limited_hold: list[float] = field(default_factory=list)
    stays_on: list[float] = field(default_factory=list)
    rising: int = 0
    falling: int = 0


@frozen_dataclass
class SweepLaw(Law):
    """Turn-on and turn-off of a volatile switch from sweeps."""

    def fit(self, experiment: Experiment) -> LawFit:
        """Read each branch, then combine the branches."""
        seen = _sweeps(experiment)
        if not seen.threshold.values:
            raise NeuroestError(
                f"no sweep of {experiment.layout.name} has a jump of the current by a factor {_JUMP:g}: this is not a "
                "volatile switch, or its off current is below the instrument's floor"
            )
        stays = min(seen.stays_on, default=np.inf)
        if not seen.hold.values and stays < _STAYS * float(np.median(seen.threshold.values)):
            lowest = format_quantity(stays, "V")
            raise NeuroestError(
                f"no sweep of {experiment.layout.name} turns off again, down to {lowest}: this is not a volatile switch"
            )
        known = {
            name: part.known()
            for name, part in (
                ("threshold_voltage", seen.threshold), ("hold_voltage", seen.hold), ("off_resistance", seen.off),
                ("on_resistance", seen.on), ("hold_current", seen.hold_current),
            )
            if part.values
        }  # fmt: skip
        bounds, notes = {}, []
        if seen.limited_on and not seen.on.values:
            bounds["on_resistance"] = float(np.min(seen.limited_on))
        if seen.limited_hold and not seen.hold_current.values:
            bounds["hold_current"] = float(np.max(seen.limited_hold))
        if not seen.hold.values and np.isfinite(stays):
            notes.append(f"it is still on at {format_quantity(stays, 'V')}, the lowest voltage of its sweeps")
        silent = seen.rising - len(seen.threshold.values)
        if silent:
            notes.append(f"{silent} of {seen.rising} rising branches do not switch")
        if len(seen.threshold.values) == 1:
            notes.append(f"one sweep: its scatter is not known, and taken as {100 * _ONE_SWEEP:.0f} %")
        values = {name: value for name, (value, _, _) in known.items()}
        scatter = _scatter(seen.threshold)
        freedoms = {name: freedom for name, (_, _, freedom) in known.items()}
        deviations = {name: deviation for name, (_, deviation, _) in known.items()}
        if scatter is not None:
            values["threshold_spread"], count = scatter[0] * values["threshold_voltage"], scatter[1]
            deviations["threshold_spread"], freedoms["threshold_spread"] = 1.0 / np.sqrt(2.0 * count), count
        return LawFit(
            law=self, values=values, settings={}, deviations=deviations, freedoms=freedoms,
            rows=_shown(experiment, {**bounds, **values}), bounds=bounds, notes=tuple(notes),
            conditions=len(seen.threshold.values), correlation=np.eye(len(values)),
        )  # fmt: skip


def _turns(values: Array) -> int:
    """Number of direction reversals of a quantity."""
    way = np.sign(np.diff(np.abs(values)))
    return int(np.sum(np.diff(way[way != 0.0]) != 0.0))


def driven_by(experiment: Experiment) -> str:
    """The swept quantity: the one with fewer reversals, since the switch makes the other one jump."""
    return min(("voltage", "current"), key=lambda name: _turns(experiment.columns[name]))


def _branches(experiment: Experiment) -> Iterator[tuple[Array, bool]]:
    """Rows of each branch, and whether the swept quantity rises along it."""
    voltage = np.abs(experiment.columns[driven_by(experiment)])
    label = np.stack([experiment.column("device", -1.0), experiment.column("cycle", 0.0)])
    way = np.sign(np.diff(voltage))
    breaks = np.any(np.diff(label) != 0.0, axis=0)
    start, direction = 0, 0.0
    for row in range(len(way)):
        turned = direction and way[row] and way[row] != direction
        if breaks[row] or turned:
            yield np.arange(start, row + 1), direction > 0.0
            # the row where the voltage reverses belongs to both branches
            start, direction = (row + 1, 0.0) if breaks[row] else (row, way[row])
        elif way[row]:
            direction = way[row]
    yield np.arange(start, len(voltage)), direction > 0.0


def _sweeps(experiment: Experiment) -> _Sweeps:
    voltage, current = (np.abs(experiment.columns[name]) for name in ("voltage", "current"))
    compliance = compliance_current(experiment)
    limited = current >= _free_share(current, compliance) * compliance
    # scatter above the compliance does not mean a smaller resistance
    current = np.minimum(current, compliance)
    device = experiment.column("device", -1.0)
    seen = _Sweeps()
    for rows, rising in _branches(experiment):
        kept = rows[(voltage[rows] > _SMALLEST * np.max(voltage)) & (current[rows] > 0.0)]
        if len(kept) < 2:
            continue
        steps = np.diff(np.log(current[kept] / voltage[kept]))
        place = int(np.argmax(steps if rising else -steps))
        jump = abs(steps[place]) if (steps[place] > 0.0) == rising else 0.0
        seen.rising += rising
        seen.falling += not rising
        if jump < np.log(_JUMP):
            # the lowest voltage of a branch on the way down on which it is on all the same
            conducts = not rising and len(seen.on.values) + len(seen.limited_on) > 0
            seen.stays_on += [float(voltage[kept[-1]])] if conducts else []
            continue
        before, after, name = kept[: place + 1], kept[place + 1 :], float(device[kept[0]])
        # in a current sweep the voltage snaps back: turn-on is the last voltage before it, turn-off the last one after
        here, next_one, last_one = (float(voltage[kept[at]]) for at in (place, place + 1, max(0, place - 1)))
        snaps = (here > next_one) == rising
        middle = here if snaps else (here + next_one) / 2.0
        width = abs(here - (last_one if snaps else next_one))
        (seen.threshold if rising else seen.hold).add(middle, name, width)
        off, on = (before, after) if rising else (after, before)
        _conductances(seen, voltage, current, limited, off if rising else off[:0], on, middle, name)
        if not rising:
            last = kept[place]
            if limited[last]:
                seen.limited_hold.append(float(current[last]))
            else:
                seen.hold_current.add(float(current[last]), name)
    return seen


def _free_share(current: Array, compliance: Array) -> float:
    """Share of the compliance below which a current is not limited, given the scatter of the limited ones."""
    near = current[current > compliance * _NEAR]
    if len(near) < 2:
        return _FREE
    return min(_FREE, float(np.exp(-_FAR * np.std(np.log(near)))))


def _conductances(
    seen: _Sweeps, voltage: Array, current: Array, limited: Array, off: Array, on: Array, jump: float, name: float
) -> None:  # fmt: skip
    near = off[voltage[off] >= (1.0 - _BESIDE) * jump]
    if len(near):
        seen.off.add(float(np.median(voltage[near] / current[near])), name)
    free = on[~limited[on]]
    if len(free):
        seen.on.add(float(np.median(voltage[free] / current[free])), name)
    if len(on):
        seen.limited_on.append(float(np.min(voltage[on] / current[on])))


def _scatter(seen: _Seen) -> tuple[float, float] | None:
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
    residual = np.log(predicted[used] / measured[used]) / experiment.layout.error
    return Rows(experiment, used, measured[used], predicted[used][None, :], residual[None, :])
