"""Read current-voltage sweeps of a memory cell: set and reset, both states at the read voltage, and their variation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.fitting.headers import Experiment
from neuroest.fitting.laws.base import Law, LawFit, Values
from neuroest.fitting.laws.traces import Known, Seen
from neuroest.fitting.predictions import Rows, rows_of_law
from neuroest.fitting.sequence import few_changes
from neuroest.fitting.sweeps import (
    MEMORY,
    Branch,
    Loop,
    loops_of,
    loops_of_kind,
    read_voltage,
    rectifies,
    without_offset,
)

_FEWEST = 3
"""Minimum number of states for their spread."""
_ALONG = 0.01
"""Probability of so few changes of sign below which states change along a file; a convention."""
_QUARTILES_APART = 1.349
"""Distance of the quartiles of a normal distribution over its standard deviation."""
_NOT_NORMAL = 1.3
"""Ratio of the standard deviation to that from the quartiles above which states have outliers, or several levels; a
convention."""
_ENOUGH = 20
"""Fewest states whose quartiles say something of their spread."""
_LINEAR = 2.0
"""Ratio of the currents at the read voltage and at half of it in a resistor."""


@frozen_dataclass
class SwitchingLaw(Law):
    """Set and reset of a memory cell, loop by loop."""

    def numbers(self, values: Values) -> Values:
        """With the resistances of both states."""
        return {
            **values, "low_resistance": 1.0 / values["high_conductance"],
            "high_resistance": 1.0 / values["low_conductance"],
        }  # fmt: skip

    def fit(self, experiment: Experiment) -> LawFit:
        """Read the states before and after each loop that changes them."""
        experiment, offset, loops, at = loops_of_kind(experiment, MEMORY)
        sets = [loop for loop in loops if loop.whole and loop.change(at) > 0.0]
        resets = [loop for loop in loops if loop.whole and loop.change(at) < 0.0]
        # a cell is read with one polarity, so that a rectifier has its low state before each set
        one_polarity = bool(sets) and rectifies(loops, at)
        seen = {
            "low_conductance": _states(sets, 0, at) if one_polarity or not resets else _states(resets, 1, at),
            "high_conductance": _states(sets, 1, at) if sets else _states(resets, 0, at),
            "set_voltage": _all(sets, _set_voltage),
            # from the largest current on, the cell turns off
            "reset_voltage": _all(resets, lambda branch: float(branch.voltage[int(np.argmax(branch.current))])),
            "program_current": _all(loops, lambda branch: float(np.max(branch.current))),
        }  # fmt: skip
        known, scattered = _known(seen)
        rectifier = "it rectifies: both states are those at the polarity of the set" if one_polarity else ""
        notes = [text for text in (offset, rectifier, *_notes(sets, resets, at), *scattered) if text]
        missing = "set" if not sets else "reset"
        why = f"no loop {missing}s the cell, which may take more"
        reservations = [] if sets and resets else [("program_voltage", why), ("program_current", why)]
        if len(sets) == 1 and not resets:
            reservations.append(
                ("low_conductance", "the state before the only set may be that of a cell never formed")
            )
        return LawFit(
            law=self, **vars(known), reservations=tuple(reservations), settings={"state_read_voltage": at},
            notes=tuple(notes), rows=_shown(experiment, sets, resets, known.values, at),
            conditions=len(sets) + len(resets), correlation=np.eye(len(known.values)),
        )  # fmt: skip


@frozen_dataclass
class PassiveLaw(SwitchingLaw):
    """Set and reset of a cell without a transistor, with what its half-selected neighbours carry."""

    def fit(self, experiment: Experiment) -> LawFit:
        """The states, and the current of the high one, below any compliance, over that at half of the voltage."""
        found = super().fit(experiment)
        seen = Seen()
        loops = loops_of(without_offset(experiment)[0])
        at = read_voltage(loops)
        for loop in loops:
            branch = loop.back if loop.change(at) > 0.0 else loop.up if loop.change(at) < 0.0 else None
            free = np.zeros(0) if branch is None else branch.voltage[~branch.limited]
            if branch is not None and len(free):
                highest = float(np.max(free))
                ratio = 2.0 * branch.read_at(highest) / branch.read_at(highest / 2.0)
                if ratio >= 1.0:
                    seen.add(ratio, branch.device)
        if not seen.values:
            return found
        value, deviation, freedom = seen.known()
        name = "nonlinearity"
        return replace(
            found, values={**found.values, name: value}, deviations={**found.deviations, name: deviation},
            freedoms={**found.freedoms, name: freedom}, correlation=np.eye(len(found.values) + 1),
        )  # fmt: skip


@frozen_dataclass
class StatesLaw(SwitchingLaw):
    """Resistances of both states, cycle by cycle, as somebody has taken them from sweeps or pulses."""

    def fit(self, experiment: Experiment) -> LawFit:
        """Medians and scatter of the columns."""
        device = experiment.column("device", -1.0)
        seen: dict[str, Seen] = {}
        for name, column, way in (
            ("low_conductance", "high_resistance", -1.0), ("high_conductance", "low_resistance", -1.0),
            ("set_voltage", "set_voltage", 1.0), ("reset_voltage", "reset_voltage", 1.0),
        ):  # fmt: skip
            seen[name] = Seen()
            for value, own in zip(experiment.column(column), device, strict=True):
                if np.isfinite(value):
                    seen[name].add(float(value**way), float(own))
        known, scattered = _known(seen)
        every = np.arange(experiment.rows)
        measured = experiment.columns["low_resistance"]
        predicted = np.full(experiment.rows, 1.0 / known.values["high_conductance"])
        return LawFit(
            law=self, **vars(known), settings={}, notes=scattered,
            rows=rows_of_law(experiment, every, measured, predicted), conditions=experiment.rows,
            correlation=np.eye(len(known.values)),
        )  # fmt: skip


@frozen_dataclass
class SpreadLaw(Law):
    """Scatter of states that were programmed alike; the level itself is one of many and no end of the window."""

    def fit(self, experiment: Experiment) -> LawFit:
        """Median of the states, and the standard deviation of their logarithm; of several reads of a device, the mean.

        Raises
        ------
        NeuroestError
            If they change along the file, as those of pulses or of a retention do.
        """
        used = np.flatnonzero(experiment.columns["conductance"] > 0.0)
        measured, device = experiment.columns["conductance"][used], experiment.column("device", np.nan)[used]
        logs, each = np.log(measured), device
        if np.all(np.isnan(device)):
            each = np.arange(len(used), dtype=float)
            if few_changes(logs - np.median(logs)) < _ALONG:
                raise NeuroestError(
                    "programmed_states: the conductances change along the file, as those of pulses or of a retention; "
                    "name their column `pulse` or `time [s]`"
                )
        place = np.unique(each, return_inverse=True)[1]
        means = np.bincount(place, logs) / np.bincount(place)
        spread = float(np.std(means, ddof=1)) if len(means) > 1 else 0.0
        if len(means) < _FEWEST or not spread:
            raise NeuroestError(
                f"programmed_states: {len(means)} devices give no scatter, {_FEWEST} that differ are needed"
            )
        middle, freedom = float(np.exp(np.median(means))), float(len(means) - 1)
        inner = float(np.ptp(np.quantile(means, (0.25, 0.75)))) / _QUARTILES_APART
        doubts: tuple[tuple[str, str], ...] = ()
        if len(means) >= _ENOUGH and spread > _NOT_NORMAL * inner:
            why = (
                f"the middle half of the states scatters by {inner:.2g} only: they have outliers, or several levels, "
                "which belong in files of their own"
            )
            doubts = (("conductance_spread", why),)
        predicted = np.full(len(used), middle)
        ends = [format_quantity(float(np.exp(end)), "S") for end in (np.min(means), np.max(means))]
        return LawFit(
            law=self, values={"state_conductance": middle, "conductance_spread": spread}, settings={},
            deviations={
                "state_conductance": spread / np.sqrt(len(means)),
                "conductance_spread": 1.0 / np.sqrt(2.0 * freedom),
            },
            freedoms={"state_conductance": freedom, "conductance_spread": freedom},
            rows=rows_of_law(experiment, used, measured, predicted),
            conditions=1, correlation=np.eye(2), reservations=doubts,
            notes=(f"{len(means)} states, from {ends[0]} to {ends[1]}",),
        )  # fmt: skip


def _known(seen: Mapping[str, Seen]) -> tuple[Known, tuple[str, ...]]:
    """Medians, the programming voltage, which is the larger one of set and reset, and the spread of the states."""
    known = Known.of(seen)
    ways = [name for name in ("set_voltage", "reset_voltage") if name in known.values]
    if ways:
        more = max(ways, key=known.values.__getitem__)
        known.add("program_voltage", *seen[more].known())
    lows, highs = (np.log(seen[f"{word}_conductance"].values) for word in ("low", "high"))
    if len(highs) < _FEWEST or not np.ptp(highs) > 0.0:
        return known, ()
    free = len(highs) - 1
    known.add("conductance_spread", float(np.std(highs, ddof=1)), 1.0 / np.sqrt(2.0 * free), float(free))
    spread = f"{100.0 * np.std(lows, ddof=1):.2g} %" if len(lows) > 1 else "an unknown amount"
    return known, (f"the low conductance scatters by {spread} as a logarithm",)


def _states(loops: Sequence[Loop], after: int, at: float) -> Seen:
    """States before or after each loop."""
    found = Seen()
    for loop in loops:
        if np.isfinite(state := loop.states(at)[after]):
            found.add(state, loop.any.device)
    return found


def _all(loops: Sequence[Loop], of: Callable[[Branch], float]) -> Seen:
    """A value of each way up."""
    found = Seen()
    for loop in loops:
        if loop.up is not None:
            found.add(of(loop.up), loop.up.device)
    return found


def _set_voltage(branch: Branch) -> float:
    """Voltage of the jump; of a gradual cell, where half of the way is done, as a logarithm."""
    if branch.jump >= 0:
        return branch.at_jump[0]
    ways = np.log(branch.ratio)
    done = np.maximum.accumulate(ways) >= (ways[0] + np.max(ways)) / 2.0
    return float(branch.voltage[int(np.argmax(done))])


def _notes(sets: Sequence[Loop], resets: Sequence[Loop], at: float) -> list[str]:
    notes = [f"{len(sets)} loops set the cell and {len(resets)} reset it"]
    jumps = sum(loop.up is not None and loop.up.jump >= 0 for loop in sets)
    if sets and 2 * jumps < len(sets):
        notes.append(
            "its states change gradually, as an interface-type cell does; measure pulse_response for learning. "
            "--model passive takes its nonlinearity, as a cell without a transistor"
        )
    loops, low_first = sets or resets, bool(sets)
    for words, after in (("low", not low_first), ("high", low_first)):
        branches = [branch for loop in loops if (branch := loop.back if after else loop.up) is not None]
        bends = [2.0 * branch.read_at(at) / branch.read_at(at / 2.0) for branch in branches]
        bend = float(np.nanmedian(bends)) if np.any(np.isfinite(bends)) else np.nan
        if np.isfinite(bend):
            notes.append(
                f"the {words} state carries {bend:.3g} times as much at {format_quantity(at, 'V')} as at half of it "
                f"({_LINEAR:g} is a resistor)"
            )
    return notes


def _shown(
    experiment: Experiment, sets: Sequence[Loop], resets: Sequence[Loop], values: dict[str, float], at: float
) -> Rows:  # fmt: skip
    """Currents at the read voltage before and after each loop, and those of the two states."""
    low, high = values["low_conductance"], values["high_conductance"]
    used, predicted = [], []
    for loops, states in ((sets, (low, high)), (resets, (high, low))):
        for loop in loops:
            for branch, state in zip((loop.up, loop.back), states, strict=True):
                if branch is not None:
                    place = int(np.argmin(np.abs(branch.voltage - at)))
                    used.append(int(branch.rows[place]))
                    predicted.append(state * float(branch.voltage[place]))
    rows, shown = np.array(used), np.array(predicted)
    return rows_of_law(experiment, rows, np.abs(experiment.columns["current"][rows]), shown)
