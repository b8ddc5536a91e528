"""Trains of equal pulses on a resistive cell: the conductance window and the pulse response for learning.

Trains go in one direction or both. The fit finds the ends of the window and how the steps shrink. The scatter of the
steps around the fit gives the pulse-to-pulse noise and the device-to-device spread.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import ClassVar, NamedTuple

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array
from neuroest.equations import device_curves, learning
from neuroest.fitting.adequacy import quantile
from neuroest.fitting.headers import Experiment
from neuroest.fitting.laws.base import LEAST_DEVIATION, Columns, LawFit, Values, described
from neuroest.fitting.laws.curve import CurveLaw
from neuroest.fitting.laws.traces import Known
from neuroest.fitting.sequence import trains_of, with_directions

_CURVED = 3.0
"""Starting value of the search: pulse constants per train."""
_FEWEST_DEVICES = 3
"""Minimum number of devices for a device-to-device spread of steps."""
_FEWEST_STEPS = 8
"""Minimum number of steps for an estimate of their scatter."""
_WINDOWS = 8.0
"""Segments of a train over which the scatter of steps is summed. Cells fluctuate for tens of pulses, so segments must
be longer; numerical."""
_OPEN = 1.0
"""Standard deviation of a logarithm above which a value counts as an upper bound."""
_TOLD = 0.8
"""Probability of the interval stated in a spec."""
_ALIKE = 2.0
"""Factor within which step variances over few and many pulses count as equal; numerical."""
_SMOOTHED = 20.0
"""Fraction of a train over which the conductance is averaged on either side; numerical."""
_MOST_ROWS = 2500
"""Rows of pulse trains that are fitted; numerical."""
_WAYS = {1.0: "rising", 0.0: "falling"}
_DERIVED = frozenset({"update_states", "update_noise", "update_spread"})


@frozen_dataclass
class Scatter(Known):
    """Results from the scatter of the steps, in the format of `LawFit`."""

    bounds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Response(NamedTuple):
    """Response to pulses in one direction: the number of pulses from end to end, and how much steps shrink."""

    states: float
    nonlinearity: float


@frozen_dataclass
class PulseLaw(CurveLaw):
    """A curve through pulse trains, with the parameters for learning.

    Attributes
    ----------
    both : bool
        Whether the file must contain trains in both directions; if false, in one direction.
    """

    bounded_by: ClassVar[str] = "the readings go no further, or their scatter hides it"
    least_of_bound: ClassVar[float] = 0.05
    both: bool = False

    @property
    def unknowns(self) -> tuple[str, ...]:
        """The law for the curve; noise and spread follow from its residuals."""
        return tuple(name for name in self.determined_by if name not in _DERIVED)

    def fit(self, experiment: Experiment) -> LawFit:
        """Fit the curve, then estimate the noise and spread of the steps."""
        if np.ptp(experiment.columns["conductance"]) == 0.0:
            raise NeuroestError(f"{self.about}: no pulse changes the conductance")
        experiment, fewer = _fewer(with_directions(experiment))
        ways = set(experiment.columns["rising"])
        if self.both != (len(ways) > 1):
            which = "trains one way only" if self.both else "trains both ways"
            raise NeuroestError(f"{self.about}: the file contains {which}")
        found = super().fit(experiment)
        # results of the fit for each direction
        pulses, rising, responses = experiment.columns["pulse"], experiment.columns["rising"], {}
        for way in sorted(ways):
            last = float(np.max(pulses[rising == way]))
            bent = found.values.get(f"{_WAYS[way]}_nonlinearity", 0.0)
            if "pulse_constant" in found.values:
                # the window ends at the limit of infinitely many pulses; the train covers only a part of it
                bent = last / found.values["pulse_constant"]
                last = last / -float(np.expm1(-bent))
            responses[way] = Response(last, bent)
        # amplitude and width of the pulses, if the file states them
        names = {"update_voltage": "voltage", "update_time": "pulse_width"}
        stated = {name: np.abs(experiment.column(column)) for name, column in names.items()}
        settings = dict(found.settings)
        settings |= {name: float(np.nanmedian(c)) for name, c in stated.items() if np.any(np.isfinite(c))}
        states = [one.states for one in responses.values()]
        # one number for both directions: the geometric mean of trains of different lengths
        settings["update_states"] = float(f"{np.exp(np.mean(np.log(states))):.6g}")
        if "rising_nonlinearity" not in found.values:
            settings |= {f"{_WAYS[way]}_nonlinearity": one.nonlinearity for way, one in responses.items()}
        scatter = _scatter(experiment, found.values, responses)
        whole = np.eye(len(found.values) + len(scatter.values))
        whole[: len(found.values), : len(found.values)] = found.correlation
        return _within_readings(replace(
            found, values={**found.values, **scatter.values}, settings=settings,
            deviations={**found.deviations, **scatter.deviations}, freedoms={**found.freedoms, **scatter.freedoms},
            bounds={**found.bounds, **scatter.bounds}, correlation=whole, notes=(*fewer, *found.notes, *scatter.notes),
        ), experiment)  # fmt: skip


def _fewer(experiment: Experiment) -> tuple[Experiment, tuple[str, ...]]:
    """Evenly chosen pairs of trains if there are very many rows, with a note; more of them decide nothing."""
    every = int(np.ceil(experiment.rows / _MOST_ROWS))
    if every == 1:
        return experiment, ()
    trains = trains_of(experiment)
    kept = np.flatnonzero(trains // 2 % every == 0)
    shown = (
        f"{len(np.unique(trains[kept]))} of {len(np.unique(trains))} trains are fitted, evenly chosen pairs"
    )
    return experiment.at(kept), (shown,)


def _within_readings(found: LawFit, experiment: Experiment) -> LawFit:
    """The fit with an open end of the window at the lowest or the highest reading: the train goes no further."""
    reading = experiment.columns["conductance"]
    ends = {"low_conductance": float(np.min(reading)), "high_conductance": float(np.max(reading))}
    loose = [name for name in ends if name in found.left_open]
    if not loose:
        return found
    kept = [at for at, name in enumerate(found.values) if name != "low_conductance" or name not in loose]
    values, bounds, reservations = dict(found.values), dict(found.bounds), list(found.reservations)
    if "low_conductance" in loose:
        bounds["low_conductance"] = ends["low_conductance"]
        del values["low_conductance"]
    if "high_conductance" in loose:
        values["high_conductance"] = ends["high_conductance"]
        why = "the train ends below its limit; the value is the highest reading"
        reservations = [
            *(pair for pair in reservations if pair[0] != "high_conductance"),
            ("high_conductance", why),
        ]
    settings = {**found.settings, "update_states": found.settings["last_pulse"]}
    return replace(
        found, values=values, bounds=bounds, settings=settings, reservations=tuple(reservations),
        deviations={n: found.deviations[n] for n in values}, freedoms={n: found.freedoms[n] for n in values},
        correlation=found.correlation[np.ix_(kept, kept)],
        notes=(*found.notes, f"{' and '.join(loose)}: the train ends before its limit; taken from the readings"),
    )  # fmt: skip


def _scatter(experiment: Experiment, curve: Values, responses: Mapping[float, Response]) -> Scatter:
    """Noise and spread of the steps.

    Each measured step is compared with the curve's step at the same conductance.
    """
    rows, due = _steps(experiment, curve, responses)
    if len(rows) < _FEWEST_STEPS:
        return Scatter(notes=[f"{len(rows)} steps are too few for their scatter"])
    conductance, device = experiment.columns["conductance"], experiment.column("device", -1.0)[rows]
    moved = conductance[rows] - conductance[rows - 1]
    names = np.unique(device)
    gains = {
        name: float(np.sum((moved * due)[device == name]) / np.sum(due[device == name] ** 2))
        for name in names
    }
    residual = moved - np.array([gains[name] for name in device]) * due
    noise, deviation, most = _noise(rows, residual, due)
    raw = float(np.sqrt(np.mean(residual**2) / np.mean(due**2)))
    words = f"readings scatter by {raw:.3g} of the mean step from pulse to pulse, the steps themselves by "
    known = 0.0 < deviation < _OPEN
    found = Scatter(notes=[f"{words}{noise:.3g}" if known else f"{words}{most:.3g} at most"])
    if known:
        found.add("update_noise", noise, max(deviation, LEAST_DEVIATION), float(len(rows) - 1))
    else:
        found.bounds["update_noise"] = most
    if len(names) < _FEWEST_DEVICES:
        found.notes.append(f"{len(names)} device: the spread of the steps between devices is not known")
        return found
    means = np.array([*gains.values()])
    by_chance = np.mean([
        noise**2 * np.sum(due[device == name] ** 4) / np.sum(due[device == name] ** 2) ** 2 for name in names
    ])  # fmt: skip
    spread = float(np.sqrt(max(np.var(means, ddof=1) - by_chance, 0.0)) / np.mean(means))
    if spread > 0.0:
        free = len(names) - 1
        deviation = max(1.0 / np.sqrt(2.0 * free), LEAST_DEVIATION)
        found.add("update_spread", spread, float(deviation), float(free))
    else:
        found.bounds["update_spread"] = float(np.sqrt(by_chance) / np.mean(means))
    return found


def _noise(rows: Array, residual: Array, due: Array) -> tuple[float, float, float]:
    """Noise of a step relative to the mean step, the standard deviation of its logarithm, and an upper bound.

    Step errors accumulate over the pulses, read errors do not. So the variance of a sum grows by one step variance per
    pulse, on top of a constant from the reads. If reads fluctuate slowly, sums over few pulses grow faster than sums
    over many; then the latter are used.
    """
    starts = np.flatnonzero(np.diff(rows, prepend=-np.inf) != 1.0)
    parts = np.split(residual, starts[1:])
    longest = max(1, round(float(np.median([len(part) for part in parts])) / _WINDOWS))
    if sum(max(len(part) - 2 * longest + 1, 0) for part in parts) < _FEWEST_STEPS:
        return 0.0, 0.0, float(np.sqrt(np.mean(residual**2) / np.mean(due**2)))
    lags = [*(2**k for k in range(int(np.log2(longest)) + 1)), longest]
    squares = {
        size: float(np.mean(np.concatenate([_sums(part, size) for part in parts]) ** 2))
        for size in {size for lag in lags for size in (lag, 2 * lag)}
    }
    # growth of the variance per pulse
    grown = {lag: max(squares[2 * lag] - squares[lag], 0.0) / lag for lag in lags}
    lag = next(lag for lag in lags if grown[lag] <= _ALIKE * grown[longest] or lag == longest)
    variance, whole = grown[lag], squares[2 * lag]
    windows = len(rows) / (2.0 * lag)
    unsure = whole / lag * np.sqrt(2.0 / windows)
    relative = unsure / max(2.0 * variance, np.finfo(float).tiny)
    most = variance + quantile(_TOLD, windows) * unsure
    noise, most = (float(np.sqrt(one / np.mean(due**2))) for one in (variance, most))
    return noise, float(relative), most


def _sums(values: Array, size: int) -> Array:
    """Sums over all windows of a given size."""
    whole = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(whole[size:] - whole[: max(len(whole) - size, 0)])


def _steps(
    experiment: Experiment, values: Values, responses: Mapping[float, Response]
) -> tuple[Array, Array]:
    """Rows one pulse after another row of the same train, and the step of the curve there [S]."""
    columns, trains = experiment.columns, trains_of(experiment)
    low, window = values["low_conductance"], values["high_conductance"] - values["low_conductance"]
    rows, steps = [], []
    for train in np.unique(trains):
        own = np.flatnonzero(trains == train)
        way = float(columns["rising"][own[0]])
        response = responses[way]
        state = np.clip((_between(columns["conductance"][own]) - low) / window, 0.0, 1.0)
        seen = state if way else 1.0 - state
        step = np.asarray(learning.step_size(seen, response.states, response.nonlinearity)) * window
        single = np.diff(columns["pulse"][own]) == 1.0
        rows.append(own[1:][single])
        steps.append((step if way else -step)[single])
    return np.concatenate(rows), np.concatenate(steps)


def _between(conductance: Array) -> Array:
    """Conductance between consecutive readings of a train, averaged over equally many readings before and after.

    Without the average, a reading that is too high would be followed by a lower one, and steps would look too large.
    """
    count = len(conductance)
    whole = np.concatenate([[0.0], np.cumsum(conductance)])
    place = np.arange(1, count)
    half = np.minimum(max(1, round(count / _SMOOTHED)), np.minimum(place, count - place))
    return np.asarray((whole[place + half] - whole[place - half]) / (2 * half))


def _one_way(values: Mapping[str, Array]) -> tuple[Array, Array]:
    """Conductance before the first pulse and after the last, in either order."""
    low, high = values["low_conductance"], values["high_conductance"]
    return (high, low) if values["falls"] else (low, high)


def _straight(columns: Columns, values: Mapping[str, Array]) -> Array:
    first, last = _one_way(values)
    return np.asarray(first + (last - first) * columns["pulse"] / values["last_pulse"])


def _both_ways(columns: Columns, values: Mapping[str, Array]) -> Array:
    low, window = values["low_conductance"], values["high_conductance"] - values["low_conductance"]
    pulse, nothing = columns["pulse"], np.zeros(())
    share = {
        way: learning.state_after_pulses(
            pulse, values[f"last_{way}"], values.get(f"{way}_nonlinearity", nothing)
        )
        for way in _WAYS.values()
    }
    return np.asarray(
        low + window * np.where(columns["rising"] > 0.0, share["rising"], 1.0 - share["falling"])
    )


def _start(columns: Columns, result: Array) -> Values:
    """The lowest and the highest conductance near the ends of the trains, and a slight bend."""
    order = np.argsort(columns["pulse"], kind="stable")
    few = max(1, len(order) // 50)
    ends = sorted((float(np.median(result[order[:few]])), float(np.median(result[order[-few:]]))))
    if len(set(columns["rising"])) > 1:
        ends = [float(end) for end in np.quantile(result, (0.02, 0.98))]
    return {
        "low_conductance": ends[0], "high_conductance": ends[1],
        "rising_nonlinearity": 1.0, "falling_nonlinearity": 1.0,
        "pulse_constant": float(np.max(columns["pulse"])) / _CURVED,
    }  # fmt: skip


LAWS: tuple[PulseLaw, ...] = tuple(
    PulseLaw(
        *described(name), predict, _start,
        # number of pulses in each direction; for trains in one direction, whether they fall
        lambda columns: {
            **{
                f"last_{_WAYS[way]}": float(np.max(columns["pulse"][columns["rising"] == way]))
                for way in set(columns["rising"])
            },
            "falls": float(not np.any(columns["rising"])), "last_pulse": float(np.max(columns["pulse"])),
        },
        both=name.endswith("_both"),
    )
    for name, predict in (
        ("pulse_linear", _straight),
        ("pulse_saturating", lambda columns, values: device_curves.conductance_after_pulses(
            columns["pulse"], *_one_way(values), values["pulse_constant"]
        )),
        ("pulse_linear_both", _both_ways),
        ("pulse_saturating_both", _both_ways),
    )
)  # fmt: skip
"""Models of pulse trains that can be fitted."""
