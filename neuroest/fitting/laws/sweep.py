"""Read current-voltage sweeps of a volatile switch: turn-on, turn-off, and conductance in both states.

Only loops that turn on and off again count, in most of the cycles. A quantity hidden by the compliance is a bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.fitting.laws.base import LEAST_DEVIATION, Law, LawFit
from neuroest.fitting.layouts import Experiment
from neuroest.fitting.predictions import Rows, compliance_current
from neuroest.fitting.sequence import independent_count
from neuroest.fitting.sweeps import VOLATILE, Branch, Loop, kind_of, loops_of, read_voltage, without_offset

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
        experiment, offset = without_offset(experiment)
        loops = loops_of(experiment)
        if not loops:
            raise NeuroestError(f"no sweep of {experiment.layout.name} has a current above zero")
        kind = kind_of(loops, read_voltage(loops))
        if kind.name != VOLATILE:
            raise NeuroestError(f"{experiment.layout.name}: {kind}")
        seen = _sweeps(loops)
        known = {
            name: part.known()
            for name, part in (
                ("threshold_voltage", seen.threshold), ("hold_voltage", seen.hold), ("off_resistance", seen.off),
                ("on_resistance", seen.on), ("hold_current", seen.hold_current),
            )
            if part.values
        }  # fmt: skip
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


def _sweeps(loops: Sequence[Loop]) -> _Sweeps:
    """Values of the loops that switch; of sweeps one way, those that turn on."""
    seen = _Sweeps()
    one_way = not any(loop.whole for loop in loops)
    for loop in loops:
        if loop.switches or (one_way and loop.up is not None and loop.up.jump >= 0):
            for branch in (loop.up, loop.back):
                if branch is not None:
                    _add(seen, branch)
    return seen


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
    residual = np.log(predicted[used] / measured[used]) / experiment.layout.error
    return Rows(experiment, used, measured[used], predicted[used][None, :], residual[None, :])
