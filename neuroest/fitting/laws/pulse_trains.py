"""Trains of equal pulses on a resistive cell: its window, and the pulse response that learning uses.

Trains go one way or both. The fit finds the ends of the window and how the steps shrink; the scatter of the steps about it
gives the noise from pulse to pulse and the spread from device to device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.units import format_quantity
from neuroest.dynamics.stimulus import Array
from neuroest.equations import device_curves, learning
from neuroest.fitting.laws.base import LEAST_DEVIATION, Columns, LawFit, Values
from neuroest.fitting.laws.curve import CurveLaw
from neuroest.fitting.layouts import Experiment

MODEL = "one_transistor_one_resistor"
_CURVED = 3.0
"""Pulse constants within the train from which a search starts."""
_FEWEST_DEVICES = 3
"""Devices from which on what their steps differ by is known."""
_FEWEST_STEPS = 8
"""Steps from which on their scatter is known."""
_NEIGHBOURS = 2.0
"""Times that the product of two neighbouring steps enters: a read moves both, in opposite ways."""
_READS_TOO = 3.0
"""Factor on the variance of an estimated variance, since the share of the reads is estimated as well."""
_WAYS = {1.0: "rising", 0.0: "falling"}
_DERIVED = {
    "update_states": "pulses of a train",
    "update_noise": "scatter of the steps, without that of the reads",
    "update_spread": "mean step of each device",
}


class Response(NamedTuple):
    """The response to pulses one way: their number from end to end, and how far steps shrink."""

    states: float
    nonlinearity: float


@dataclass(frozen=True)
class PulseLaw(CurveLaw):
    """A curve through trains of pulses, and what it means for learning.

    Attributes
    ----------
    both : bool
        Whether the file must hold trains both ways; if not, trains one way.
    """

    both: bool = False

    @property
    def unknowns(self) -> tuple[str, ...]:
        """What the curve is fitted by; noise and spread follow from what it leaves."""
        return tuple(name for name in self.determined_by if name not in _DERIVED)

    def fit(self, experiment: Experiment) -> LawFit:
        """Fit the curve, then find noise and spread of the steps."""
        experiment = _with_ways(experiment)
        ways = set(experiment.columns["rising"])
        if self.both != (len(ways) > 1):
            which = "trains one way only" if self.both else "trains both ways"
            raise NeuroestError(f"{self.about}: the file holds {which}")
        found = super().fit(experiment)
        responses = self._responses(found, experiment)
        settings = {**found.settings, **_amplitude(experiment)}
        states = [one.states for one in responses.values()]
        settings["update_states"] = float(np.exp(np.mean(np.log(states))))
        if "rising_nonlinearity" not in found.values:
            settings |= {f"{_WAYS[way]}_nonlinearity": one.nonlinearity for way, one in responses.items()}
        values, deviations, freedoms, notes = _scatter(experiment, found.values, responses)
        settings |= {name: value for name, value in values.items() if name not in deviations}
        stated = {name: value for name, value in values.items() if name in deviations}
        whole = np.eye(len(found.values) + len(stated))
        whole[: len(found.values), : len(found.values)] = found.correlation
        return replace(
            found, values={**found.values, **stated}, settings=settings, deviations={**found.deviations, **deviations},
            freedoms={**found.freedoms, **freedoms}, correlation=whole, notes=(*found.notes, *notes),
        )  # fmt: skip

    def _responses(self, found: LawFit, experiment: Experiment) -> dict[float, Response]:
        """What the fit says of each way."""
        pulses, rising = experiment.columns["pulse"], experiment.columns["rising"]
        responses = {}
        for way in sorted(set(rising)):
            last = float(np.max(pulses[rising == way]))
            bent = found.values.get(f"{_WAYS[way]}_nonlinearity", 0.0)
            if "pulse_constant" in found.values:
                # the window ends where infinitely many pulses lead, and the train crosses a part of it
                bent = last / found.values["pulse_constant"]
                last = last / -float(np.expm1(-bent))
            responses[way] = Response(last, bent)
        return responses


def _with_ways(experiment: Experiment) -> Experiment:
    """The experiment with a column that says of each row which way its train goes."""
    columns, layout = dict(experiment.columns), experiment.layout
    stated = columns.get("rising", np.full(experiment.rows, np.nan))
    trains, conductance = trains_of(experiment), columns["conductance"]
    rising = np.where(np.isfinite(stated), (stated > 0.0) * 1.0, np.nan)
    for train in np.unique(trains):
        rows = np.flatnonzero(trains == train)
        known = rising[rows][np.isfinite(rising[rows])]
        way = known[0] if len(known) else float(conductance[rows[-1]] >= conductance[rows[0]])
        rising[rows] = way
    columns["rising"] = rising
    needed = {**layout.columns, "rising": "1"} if len(set(rising)) > 1 else layout.columns
    return replace(experiment, columns=columns, layout=replace(layout, columns=needed))


def trains_of(experiment: Experiment) -> Array:
    """Number of the train of each row: a new one begins with another device or way, or where pulses count anew."""
    keys = [experiment.column(name, -1.0) for name in ("device", "cycle", "rising")]
    begins = np.diff(experiment.columns["pulse"], prepend=np.inf) <= 0.0
    for key in keys:
        begins |= np.diff(key, prepend=key[:1]) != 0.0
    return np.asarray(np.cumsum(begins))


def _amplitude(experiment: Experiment) -> dict[str, float]:
    """Amplitude and width of the pulses, where the file states them."""
    names = {"update_voltage": "voltage", "update_time": "pulse_width"}
    stated = {name: np.abs(experiment.column(column)) for name, column in names.items()}
    return {name: float(np.nanmedian(c)) for name, c in stated.items() if np.any(np.isfinite(c))}


def _scatter(
    experiment: Experiment, values: Values, responses: Mapping[float, Response]
) -> tuple[dict[str, float], dict[str, float], dict[str, float], tuple[str, ...]]:
    """Noise and spread of the steps with deviations and degrees of freedom, and notes.

    The step of each row is compared with that of the curve at the conductance before it. A read that is off makes one step
    too large and the next too small, so that the product of neighbours holds its variance and takes it off.
    """
    rows, due = _steps(experiment, values, responses)
    if len(rows) < _FEWEST_STEPS:
        return {}, {}, {}, (f"{len(rows)} steps are too few for their scatter",)
    conductance, device = experiment.columns["conductance"], experiment.column("device", -1.0)[rows]
    moved = conductance[rows] - conductance[rows - 1]
    # steps that change their sign would divide out the noise, so each device has one factor on all of its steps
    names = np.unique(device)
    gains = {name: _gain(moved[device == name], due[device == name]) for name in names}
    residual = moved - np.array([gains[name] for name in device]) * due
    pairs = np.flatnonzero(np.diff(rows) == 1)
    variance = np.sum(residual**2) + _NEIGHBOURS * np.sum(residual[pairs] * residual[pairs + 1])
    noise = float(np.sqrt(max(variance, 0.0) / np.sum(due**2)))
    found: dict[str, float] = {"update_noise": noise}
    deviations, freedoms, notes = {}, {}, []
    if noise > 0.0:
        raw = float(np.sqrt(np.sum(residual**2) / np.sum(due**2)))
        relative = np.sqrt(_READS_TOO / (2.0 * len(rows))) * (raw / noise) ** 2
        deviations["update_noise"] = float(max(relative, LEAST_DEVIATION))
        freedoms["update_noise"] = float(len(rows) - 1)
        notes.append(f"steps scatter by {raw:.3g} of the mean step, {noise:.3g} of it without the reads")
    else:
        notes.append("steps scatter no more than the reads do")
    if len(names) < _FEWEST_DEVICES:
        notes.append(f"{len(names)} device: how far steps differ from device to device is not known")
        return found, deviations, freedoms, tuple(notes)
    means = np.array([*gains.values()])
    by_chance = np.mean([
        noise**2 * np.sum(due[device == name] ** 4) / np.sum(due[device == name] ** 2) ** 2 for name in names
    ])  # fmt: skip
    spread = float(np.sqrt(max(np.var(means, ddof=1) - by_chance, 0.0)) / np.mean(means))
    found["update_spread"] = spread
    if spread > 0.0:
        deviations["update_spread"] = float(max(1.0 / np.sqrt(2.0 * (len(names) - 1)), LEAST_DEVIATION))
        freedoms["update_spread"] = float(len(names) - 1)
    return found, deviations, freedoms, tuple(notes)


def _gain(moved: Array, due: Array) -> float:
    return float(np.sum(moved * due) / np.sum(due**2))


def _steps(experiment: Experiment, values: Values, responses: Mapping[float, Response]) -> tuple[Array, Array]:
    """Rows that follow another of their train by one pulse, and the step of the curve there. [S]."""
    columns, trains = experiment.columns, trains_of(experiment)
    follows = (np.diff(trains, prepend=-1.0) == 0.0) & (np.diff(columns["pulse"], prepend=np.inf) == 1.0)
    rows = np.flatnonzero(follows)
    low, window = values["low_conductance"], values["high_conductance"] - values["low_conductance"]
    state = np.clip((columns["conductance"][rows - 1] - low) / window, 0.0, 1.0)
    due = np.zeros(len(rows))
    for way, response in responses.items():
        seen = state if way else 1.0 - state
        step = np.asarray(learning.step_size(seen, response.states, response.nonlinearity))
        due = np.where(columns["rising"][rows] == way, (step if way else -step) * window, due)
    return rows, due


def _pulse_settings(columns: Columns) -> dict[str, float]:
    """How many pulses each way has; of trains one way, whether they fall."""
    pulses, rising = columns["pulse"], columns["rising"]
    found = {f"last_{_WAYS[way]}": float(np.max(pulses[rising == way])) for way in set(rising)}
    return {**found, "falls": float(not np.any(rising)), "last_pulse": float(np.max(pulses))}


def _one_way(values: Mapping[str, Array]) -> tuple[Array, Array]:
    """Conductance before the first pulse and after the last, whichever of the two is the higher."""
    low, high = values["low_conductance"], values["high_conductance"]
    return (high, low) if values["falls"] else (low, high)


def _straight(columns: Columns, values: Mapping[str, Array]) -> Array:
    first, last = _one_way(values)
    return np.asarray(first + (last - first) * columns["pulse"] / values["last_pulse"])


def _saturating(columns: Columns, values: Mapping[str, Array]) -> Array:
    first, last = _one_way(values)
    return np.asarray(
        device_curves.conductance_after_pulses(columns["pulse"], first, last, values["pulse_constant"])
    )


def _both_ways(columns: Columns, values: Mapping[str, Array]) -> Array:
    low, window = values["low_conductance"], values["high_conductance"] - values["low_conductance"]
    pulse, nothing = columns["pulse"], np.zeros(())
    share = {
        way: learning.state_after_pulses(pulse, values[f"last_{way}"], values.get(f"{way}_nonlinearity", nothing))
        for way in _WAYS.values()
    }
    return np.asarray(low + window * np.where(columns["rising"] > 0.0, share["rising"], 1.0 - share["falling"]))


def _ends(columns: Columns, result: Array) -> Values:
    """The lowest and the highest conductance near the ends of the trains."""
    order = np.argsort(columns["pulse"], kind="stable")
    few = max(1, len(order) // 50)
    ends = sorted((float(np.median(result[order[:few]])), float(np.median(result[order[-few:]]))))
    if len(set(columns["rising"])) > 1:
        ends = [float(end) for end in np.quantile(result, (0.02, 0.98))]
    return {"low_conductance": ends[0], "high_conductance": ends[1]}


def _start(columns: Columns, result: Array) -> Values:
    bent = dict.fromkeys(("rising_nonlinearity", "falling_nonlinearity"), 1.0)
    return {**_ends(columns, result), **bent, "pulse_constant": float(np.max(columns["pulse"])) / _CURVED}


def _range(v: Values) -> str:
    return f"{format_quantity(v['low_conductance'], 'S')} to {format_quantity(v['high_conductance'], 'S')}"


_FROM = {
    "low_conductance": "conductance at the low end of the trains",
    "high_conductance": "conductance at the high end of the trains",
    **_DERIVED,
}
_BENT = {
    "rising_nonlinearity": "how much the steps upwards shrink",
    "falling_nonlinearity": "how much the steps downwards shrink",
}

LAWS: tuple[PulseLaw, ...] = (
    PulseLaw(
        "pulse_linear", MODEL, "pulse_response", "each pulse moves the conductance by as much", _FROM,
        lambda v: f"{_range(v)} in {v['last_pulse']:.0f} equal steps", _straight, _start, _pulse_settings,
    ),
    PulseLaw(
        "pulse_saturating", MODEL, "pulse_response", "pulses move the conductance by less and less",
        {**_FROM, "pulse_constant": "how soon the curve bends"},
        lambda v: f"{_range(v)}, to 1/e in {v['pulse_constant']:.3g} pulses", _saturating, _start, _pulse_settings,
    ),
    PulseLaw(
        "pulse_linear_both", MODEL, "pulse_response", "each pulse moves the conductance by as much, either way", _FROM,
        lambda v: f"{_range(v)} in {v['last_rising']:.0f} equal steps, back in {v['last_falling']:.0f}", _both_ways,
        _start, _pulse_settings, both=True,
    ),
    PulseLaw(
        "pulse_saturating_both", MODEL, "pulse_response", "steps shrink on the way up and on the way down",
        {**_FROM, **_BENT},
        lambda v: f"{_range(v)} in {v['last_rising']:.0f} steps up that shrink by exp(-{v['rising_nonlinearity']:.3g}), "
        f"{v['last_falling']:.0f} down by exp(-{v['falling_nonlinearity']:.3g})",
        _both_ways, _start, _pulse_settings, both=True,
    ),
)  # fmt: skip
"""Models of trains of pulses to fit."""
