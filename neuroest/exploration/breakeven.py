"""A design and others along one axis: results with bands, and the values at which they cost the same.

The axis is a range of a parameter, or one that architects draw, by its name. The headline is the median over the draws
of `estimate`, as everywhere; the nominal value, with all inputs as stated, is given with it. The designs share the
draws of common inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.neurons.base import Neuron
from neuroest.core.arrays import Array
from neuroest.core.errors import NeuroestError, UnknownNameError, check_names, did_you_mean
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.design.chip import instantiate
from neuroest.equations.twins import matched_activation_bits
from neuroest.error_analysis.draws import SAMPLES, draw
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.breakeven_result import (
    BreakEvenPoint,
    BreakevenResult,
    Curve,
    difference,
    published_rate,
)
from neuroest.exploration.draws_along import band_over_draws, break_even_values, results_along
from neuroest.exploration.space import Axis, ExplorationError, Range, Space, setting_axis
from neuroest.exploration.structures import Group, NumericAxis, Resolved, resolve, spelled_out
from neuroest.results.quantities import QUANTITIES, first_number, quantity_names
from neuroest.specs.loaded import Named, listed
from neuroest.workloads.layers import layer_table

# --- Axes that architects draw -------------------------------------------------------------------------------------

_POINTS = 33
_REACH = (1e-2, 1e4)
"""Integration times relative to that of the design: the search range for break-even points."""
_RATES = (1e-2, 1e1)
"""Spike rates relative to those of the network."""
UNIFORM_SPIKE_RATE = "uniform-spike-rate"
_UNIFORM_RATES = np.geomspace(1e-6, 1.0, 97)
_BITS = tuple(range(3, 13))
_SIDES = (32, 64, 128, 256, 512)

Structure: TypeAlias = Callable[[Mapping[str, str]], Group]
"""The chip on its network with further settings."""


@frozen_dataclass(eq=False)
class Segment:
    """Points of an axis that share one structure.

    Attributes
    ----------
    places : array of int
        Where they are on the axis.
    group : Group
        The structure.
    drawn : mapping of array
        Values of each path that changes, by draw (or one row for exact values) and point; empty if all points are the
        same.
    stated : mapping of array
        The same paths with all other inputs as stated, by point.
    """

    places: NDArray[np.intp]
    group: Group
    drawn: Mapping[str, Array]
    stated: Mapping[str, Array]


@frozen_dataclass(eq=False)
class Line:
    """A chip along an axis.

    Attributes
    ----------
    values : array
        Points of the axis, rising.
    stated : float
        Value of the chip as its file has it; NaN if it states none.
    segments : tuple of Segment
        All points, by structure.
    """

    values: Array
    stated: float
    segments: tuple[Segment, ...]


def _scaled(group: Group, factors: Mapping[str, Array], most: float) -> Segment:
    """Points at which inputs keep their spread and are multiplied, up to a largest value."""
    drawn, stated = draw(group.claims), {path: group.claims[path].value for path in factors}
    count = len(next(iter(factors.values())))
    return Segment(
        np.arange(count),
        group,
        {
            path: np.minimum(drawn.get(path, np.full((1, 1), stated[path])) * by, most)
            for path, by in factors.items()
        },
        {path: np.minimum(stated[path] * by, most) for path, by in factors.items()},
    )


def _settings_of(values: tuple[int, ...], stated: float, make: Callable[[int], Group]) -> Line:
    """A structure for each value."""
    segments = tuple(Segment(np.array([at]), make(value), {}, {}) for at, value in enumerate(values))
    return Line(np.array(values, dtype=float), stated, segments)


def _integration_times(structure: Structure) -> Line:
    """The design with longer and shorter integration times, through the parameter that the neuron model names."""
    group = structure({})
    neurons = _neurons(group, group.values)
    if not neurons:
        raise ExplorationError(f"no array of {group.design.spec.name} is read by neurons")
    place, neuron = next(iter(neurons.items()))
    name, exponent = neuron.time_parameter
    path = f"{place}.{name}"
    if not name:
        raise ExplorationError(
            f"the integration time of {group.design.spec.name} cannot be varied: its model names no parameter for it"
        )
    if path not in group.claims:  # the device does not state it, so the model uses its default
        group = structure({path: f"{float(neuron.integration_time())!r} s"})
    factors = np.geomspace(*_REACH, _POINTS) ** exponent
    times = np.array(
        [
            float(_neurons(group, {**group.values, path: group.claims[path].value * by})[place].integration_time())
            for by in factors
        ]
    )  # fmt: skip
    order = np.argsort(times)
    order = order[np.isfinite(times[order])]  # a neuron that never fires has no time and is left out
    return Line(
        times[order], float(neuron.integration_time()), (_scaled(group, {path: factors[order]}, np.inf),)
    )


def _neurons(group: Group, values: Mapping[str, Any]) -> dict[str, Neuron]:
    with np.errstate(all="ignore"):
        parts = instantiate(group.design, values).components()
        return {part.path: part for part in parts if isinstance(part, Neuron)}


def _path(group: Group, tail: str, what: str) -> str:
    paths = [part.path for part in group.design.root.walk() if part.path.endswith(tail)]
    if not paths:
        raise ExplorationError(f"{group.design.spec.name} has no {what}")
    return paths[0]


def _converter_bits(structure: Structure) -> Line:
    group = structure({})
    path = _path(group, ".readout.converter", "converters at its columns")
    claim = group.claims.get(f"{path}.bits")
    stated = np.nan if claim is None else claim.value  # without a stated value, the bits that the sums need
    dropped = {f"{path}.dropped_bits": "0"} if f"{path}.dropped_bits" in group.claims else {}
    return _settings_of(_BITS, stated, lambda bits: structure({**dropped, f"{path}.bits": str(bits)}))


def _array_sides(structure: Structure) -> Line:
    group = structure({})
    path = _path(group, ".array", "arrays")
    if f"{path}.rows" not in group.claims:
        raise ExplorationError(f"{group.design.spec.name} has no arrays of rows and columns")
    return _settings_of(
        _SIDES,
        group.claims[f"{path}.rows"].value,
        lambda side: structure({f"{path}.rows": str(side), f"{path}.columns": str(side)}),
    )


def spikes(group: Group) -> list[str]:
    """Paths of the spike rates that a network states."""
    return [path for path in group.claims if path.startswith("workload.") and path.endswith("activity.rate")]


def mean_spike_rate(group: Group) -> float:
    """Mean spike rate of the inputs of the synapses, as the network states it."""
    table = layer_table(group.workload, {})
    possible = float(np.sum(table.macs)) * first_number(table.timesteps)
    return float(np.sum(table.synaptic_operations)) / possible


def _rates(structure: Structure, *, uniform: bool) -> Line:
    """The network at multiples of its spike rates, or with one rate of its input and all layers."""
    group = structure({})
    paths = spikes(group)
    if not paths:
        raise ExplorationError(f"{group.workload.name} states no spike rate")
    if not uniform:
        factors = np.geomspace(*_RATES, _POINTS)
        return Line(factors, 1.0, (_scaled(group, dict.fromkeys(paths, factors), 1.0),))
    rates = dict.fromkeys(paths, _UNIFORM_RATES)
    segment = Segment(np.arange(_UNIFORM_RATES.size), group, rates, rates)
    return Line(_UNIFORM_RATES, mean_spike_rate(group), (segment,))


@frozen_dataclass
class NamedAxis:
    """An axis with a name.

    Attributes
    ----------
    label, unit : str
        Of the axis in figures.
    line : callable
        The chip along it.
    shared : bool
        Whether all chips on spiking networks change along it, as along a spike rate, or the design alone.
    """

    label: str
    unit: str
    line: Callable[[Structure], Line]
    shared: bool = False


NAMED_AXES: Mapping[str, NamedAxis] = {
    "integration-time": NamedAxis("integration time of the neurons", "s", _integration_times),
    "adc-bits": NamedAxis("bits of the converters", "1", _converter_bits),
    "array-size": NamedAxis("rows and columns of an array", "1", _array_sides),
    "spike-rate": NamedAxis(
        "spike rate over that of the network", "1", partial(_rates, uniform=False), shared=True
    ),
    UNIFORM_SPIKE_RATE: NamedAxis(
        "spike rate of the input and all layers", "1", partial(_rates, uniform=True), shared=True
    ),
}
"""Each axis by its name."""


# --- Break-even ----------------------------------------------------------------------------------------------------

_SCAN = 1025
"""Points of the first nominal comparison; it misses break-even points that are closer together than a step."""
_ZOOM = 65
_ROUNDS = 12
_PLACES = 65
"""Points along a range at which each draw compares the chips."""
_ALONG = "--along"
"""Option that the parameter is given to."""
_ACTIVATIONS = "workload.precision.activations"
_RELATIVE_WIDTH = 1e-9
_NO_COMMON_POINT = "the two chips have no estimate at the same point of this range"
VARIED = ("first", "second", "both")
"""Choices of the chips whose parameter varies if several have it: the design, the others, or all."""


@frozen_dataclass
class _Contender:
    """A chip on its network with its settings; `twin` follows its name in results."""

    chip: Named
    network: Named
    settings: Mapping[str, str]
    twin: str = ""

    def along(self, axes: tuple[Axis, ...]) -> Resolved:
        """The chip along an axis that it has, or as it is."""
        return resolve(self.chip, self.network, Space(axes), self.settings)

    def group(self, changes: Mapping[str, str] = MappingProxyType({})) -> Group:
        """The chip with further settings."""
        return resolve(self.chip, self.network, Space(()), {**self.settings, **changes}).groups[0]


@frozen_dataclass
class _Ranged:
    """A chip along the range of a parameter."""

    group: Group
    axis: NumericAxis | None

    def segments(self, values: Array) -> tuple[Segment, ...]:
        """The chip at values of the parameter, which are exact; the same everywhere if it does not change."""
        rows = {} if self.axis is None else dict.fromkeys(self.axis.tracks, values)
        return (Segment(np.arange(values.size), self.group, rows, rows),)

    def nominal(self, values: Array, quantity: str) -> Array:
        """The result with all other inputs as stated."""
        return _nominal(self.segments(values), values.size, [quantity], judged=False)[0][quantity]


def _nominal(
    segments: Sequence[Segment], size: int, quantities: Sequence[str], *, judged: bool = True
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Results at each point with all other inputs as stated, and the check that fails there."""
    results = {quantity: np.empty(size) for quantity in quantities}
    failed = np.full(size, "", dtype=object)
    for one in segments:
        columns = {path: values.reshape(-1, 1) for path, values in one.stated.items()}
        count = len(one.places) if columns else 1
        points = evaluate_points(one.group, columns, (count,), list(quantities), judged=judged)
        for quantity in quantities:
            results[quantity][one.places] = points.totals[quantity]
        failed[one.places] = [points.reasons[code] if code >= 0 else "" for code in points.failed]
    return results, tuple(failed)


def _curves(
    names: tuple[str, str],
    segments: Sequence[Segment],
    size: int,
    quantities: Sequence[str],
    progress: Progress,
) -> dict[str, Curve]:
    """One chip along the axis, by result."""
    nominal, failed = _nominal(segments, size, quantities)
    samples = {quantity: np.empty((SAMPLES, size)) for quantity in quantities}
    for number, one in enumerate(segments):
        count = len(one.places) if one.drawn else 1
        share = part(progress, number, len(segments))
        for quantity, drawn in results_along(one.group, one.drawn, count, quantities, share).items():
            samples[quantity][:, one.places] = drawn
    return {
        quantity: Curve(*names, quantity, nominal[quantity], samples[quantity], failed)
        for quantity in quantities
    }


@frozen_dataclass
class _Scan:
    """Two chips along a range with all other inputs as stated."""

    first: _Ranged
    second: _Ranged
    quantity: str
    whole: bool

    def sign(self, values: Array) -> Array:
        """Below zero where the first chip is better."""
        return np.sign(difference(self.quantity, *self._both(values)))

    def _both(self, values: Array) -> tuple[Array, Array]:
        return self.first.nominal(values, self.quantity), self.second.nominal(values, self.quantity)

    def sign_changes(self, values: Array) -> list[tuple[float, bool, bool]]:
        """Each value at which the sign changes, whether one result jumps there, and whether the first is better below.

        Raises
        ------
        ExplorationError
            If the two have no estimate at any common point.
        """
        sign, changes = self.sign(values), []
        if not np.any(np.isfinite(sign)):
            raise ExplorationError(_NO_COMMON_POINT)
        defined = np.flatnonzero(np.isfinite(sign) & (sign != 0.0))
        for left, right in pairwise(defined):
            if sign[left] != sign[right] and np.isfinite(sign[left : right + 1]).all():
                changes.append((*self._narrowed(values[left], values[right]), bool(sign[left] < 0)))
        return changes

    def _narrowed(self, low: float, high: float) -> tuple[float, bool]:
        """Locate a sign change between two values, with many points per round."""
        for _ in range(_ROUNDS):
            values = _spaced(low, high, _ZOOM, log=False, whole=self.whole)
            sign = self.sign(values)
            step = int(np.argmax(sign != sign[0]))
            if sign[step] == 0.0:
                return float(values[step]), False
            low, high = values[step - 1], values[step]
            if abs(high - low) <= _RELATIVE_WIDTH * abs(high) or (self.whole and high - low <= 1.0):
                break
        first, second = self._both(np.array([low, high]))
        gap = abs(first[1] - second[1]) / max(abs(first[1]), abs(second[1]))
        return float(high if self.whole else (low + high) / 2.0), bool(gap > 1e-6)


def _spaced(low: float, high: float, count: int, *, log: bool, whole: bool) -> Array:
    """Values of a parameter."""
    values = np.geomspace(low, high, count) if log else np.linspace(low, high, count)
    return np.unique(np.round(values)) if whole else np.asarray(values)


def _points(
    design: Curve, other: Curve, values: Array, nominal: Sequence[tuple[float, bool, bool]],
    *, log: bool, whole: bool,
) -> list[BreakEvenPoint]:  # fmt: skip
    """Points at which two chips are equal; an only one with its band over the draws, or that of the draws alone.

    Of each nominal point: its value, whether a result jumps there, and whether the design is better below. Parameters
    that both chips share are drawn once for both. Draws that are never equal on the axis count as equal below or above
    it, so the band covers all draws.
    """
    quantity, names = design.quantity, (design.name, other.name)
    points = [
        BreakEvenPoint(quantity, other.name, value, *(names if below else names[::-1]), jump)
        for value, jump, below in nominal
    ]
    if len(points) > 1:
        return points
    with np.errstate(all="ignore"):
        gap = difference(quantity, np.log(design.samples), np.log(other.samples))
    equal_at = break_even_values(np.log(values) if log else values, gap)
    if equal_at is None:
        return points
    with np.errstate(over="ignore"):
        equal_at = np.where(np.isfinite(equal_at), np.exp(equal_at), equal_at) if log else equal_at
        band = band_over_draws(np.ceil(equal_at) if whole else equal_at)
    if points:
        return [replace(points[0], band=band)]
    if np.isinf((band.low, band.high)).all() and (band.low < 0.0) == (band.high < 0.0):
        return []
    falls = np.nanmedian(gap[:, -1]) < np.nanmedian(gap[:, 0])
    below, above = names[::-1] if falls else names
    return [BreakEvenPoint(quantity, names[1], None, below, above, jump=False, band=band)]


def breakeven(
    design: Named,
    others: Named | Sequence[Named],
    workload: Named,
    along: Axis | str,
    *,
    varied: str = "both",
    other_workload: Named | None = None,
    matched_bits: bool = False,
    quantity: str | Sequence[str] = "energy_per_inference_J",
    settings: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> BreakevenResult:
    """Compute results of chips along one axis, with bands, and find where the first costs the same as each other.

    Parameters
    ----------
    design : str, Path or Loaded
        The design.
    others : the same, or a sequence of them
        Chips to compare with; none for the design alone along a named axis.
    workload, other_workload
        Network of the design, and of the others if it differs.
    along : Axis or str
        A range, as text such as ``path=1 ns..1 ms:log`` or from `neuroest.exploration.space.setting_axis`; the
        parameter may belong to any of the chips or to the workload. Or an axis by name: ``integration-time`` of the
        design's neurons, ``adc-bits``, ``array-size``; or, for all chips on spiking networks, ``spike-rate``, by which
        the rates of the network are multiplied, or ``uniform-spike-rate``, one rate of the input and all layers. There,
        a varied input keeps its spread; in a range, and as a uniform rate, it is exact.
    varied : str
        ``first``, ``second`` or ``both``: the design, the others, or all, if several have the parameter of a range.
    matched_bits : bool
        Whether to compare a spiking design also with each dense network at as many bits of activations as the
        timesteps distinguish.
    quantity : str or sequence of str
        Results to compare.
    settings : mapping, optional
        Values to change first, by path; each chip gets the values of the paths that it has.
    progress : callable, optional
        Receives the share that is done.

    Returns
    -------
    BreakevenResult
        Values of the chips along the axis, and the points at which the design equals another.

    Raises
    ------
    NeuroestError
        If no chip has the parameter, or the design and another have no common point with an estimate.

    Examples
    --------
    >>> found = breakeven("adc_crossbar_28nm", [], "mlp_mnist_dense", "array-size")
    >>> [float(side) for side in found.values]
    [32.0, 64.0, 128.0, 256.0, 512.0]
    """
    quantities = quantity_names([quantity] if isinstance(quantity, str) else quantity)
    check_names("choice of the chip that varies", [varied], VARIED)
    chips = [design, *listed(others)]
    undirected = [name for name in quantities if not QUANTITIES[name].better]
    if len(chips) > 1 and undirected:
        directed = ", ".join(name for name, known in QUANTITIES.items() if known.better)
        raise ExplorationError(
            f"{undirected[0]} is better neither large nor small; compare one of {directed}"
        )
    nets = [workload, *[other_workload or workload] * (len(chips) - 1)]
    contenders = _contenders(tuple(zip(chips, nets, strict=True)), settings or {})
    if matched_bits:
        contenders += _twins(contenders)
    if isinstance(along, str) and "=" not in along:
        if varied != "both":
            raise ExplorationError(
                f"{along}: which chip varies is chosen along a range only; along a named axis the design changes, and "
                "every chip along a spike rate"
            )
        return _along_named(along.strip(), contenders, quantities, progress)
    return _along_range(_ranged(along), contenders, varied, quantities, progress)


def _along_range(
    axis: Axis, contenders: Sequence[_Contender], varied: str, quantities: Sequence[str], progress: Progress
) -> BreakevenResult:
    unknown = None
    for one in contenders:  # the first chip that knows a short path completes it
        try:
            axis = spelled_out(Space((axis,)), one.chip, one.network).axes[0]
            break
        except UnknownNameError as error:
            unknown = unknown or error.at(_ALONG)
    else:
        raise unknown or ExplorationError(f"{axis.name}: no chip to look it up in")
    sides = _sides(contenders, axis, varied)
    moved, claims = next((side.axis, side.group.claims) for side in sides if side.axis is not None)
    track = next(iter(moved.tracks.values()))
    scanned = _spaced(track.low, track.high, _SCAN, log=track.log, whole=track.whole)
    values = scanned[np.unique(np.linspace(0, scanned.size - 1, _PLACES).round().astype(int))]
    groups = [side.group for side in sides]
    names = _distinct(contenders, groups)
    changes = {
        quantity: [_Scan(sides[0], other, quantity, track.whole).sign_changes(scanned) for other in sides[1:]]
        for quantity in quantities
    }
    by_chip = [
        _curves(name, side.segments(values), values.size, quantities, part(progress, at, len(sides)))
        for at, (name, side) in enumerate(zip(names, sides, strict=True))
    ]
    curves = [[curves[quantity] for curves in by_chip] for quantity in quantities]
    points: list[BreakEvenPoint] = []
    for design, *others in curves:
        for other, found in zip(others, changes[design.quantity], strict=True):
            points += _points(design, other, values, found, log=track.log, whole=track.whole)
    return BreakevenResult(
        axis.name, axis.name, claims[axis.name].unit, tuple(quantities), groups[0].workload.name, values,
        claims[axis.name].value, tuple(chain(*curves)), tuple(points),
        tuple(name for (name, _), side in zip(names, sides, strict=True) if side.axis is not None),
        _failed(names, groups, quantities[0]),
    )  # fmt: skip


def _along_named(
    name: str, contenders: Sequence[_Contender], quantities: Sequence[str], progress: Progress
) -> BreakevenResult:
    if name not in NAMED_AXES:
        raise ExplorationError(
            f"{name!r}: expected PATH=LO..HI, such as workload.activity.rate=0.01..0.3, or an axis by name"
            f"{did_you_mean(name, NAMED_AXES)}"
        )
    axis, groups = NAMED_AXES[name], [one.group() for one in contenders]
    design = axis.line(contenders[0].group)
    size, lines = design.values.size, [design]
    changing = [True, *(axis.shared and bool(spikes(group)) for group in groups[1:])]
    for one, group, changes in list(zip(contenders, groups, changing, strict=True))[1:]:
        still = Line(design.values, np.nan, (Segment(np.arange(size), group, {}, {}),))
        lines.append(axis.line(one.group) if changes else still)
    names = _distinct(contenders, groups)
    by_chip = [
        _curves(named, line.segments, size, quantities, part(progress, at, len(contenders)))
        for at, (named, line) in enumerate(zip(names, lines, strict=True))
    ]
    curves = [[curves[quantity] for curves in by_chip] for quantity in quantities]
    points: list[BreakEvenPoint] = []
    for first, *others in curves:
        for other in others:
            with np.errstate(all="ignore"):
                gap = difference(first.quantity, np.log(first.nominal), np.log(other.nominal))
            if not np.isfinite(gap).any():
                raise ExplorationError(_NO_COMMON_POINT)
            equal_at = break_even_values(np.log(design.values), gap[np.newaxis])
            found = []
            if equal_at is not None and np.isfinite(equal_at[0]):
                found = [(float(np.exp(equal_at[0])), False, bool(gap[np.isfinite(gap)][0] < 0))]
            points += _points(first, other, design.values, found, log=True, whole=False)
    dense = name == UNIFORM_SPIKE_RATE and any(group.workload.coding == "dense" for group in groups[1:])
    return BreakevenResult(
        name, axis.label, axis.unit, tuple(quantities), groups[0].workload.name, design.values, design.stated,
        tuple(chain(*curves)), tuple(points),
        tuple(named for (named, _), changes in zip(names, changing, strict=True) if changes),
        _failed(names, groups, quantities[0]), published_rate(groups[0].workload) if dense else None,
    )  # fmt: skip


def _twins(contenders: Sequence[_Contender]) -> tuple[_Contender, ...]:
    """The others on dense networks at as many bits of activations as the timesteps of the design distinguish."""
    network, found = contenders[0].group().workload, []
    if network.coding == "spiking":
        bits = float(matched_activation_bits(first_number(layer_table(network, {}).timesteps)))
        for one in contenders[1:]:
            group = one.group()
            if group.workload.coding == "dense" and group.values.get(_ACTIVATIONS) != bits:
                changes = {**one.settings, _ACTIVATIONS: f"{bits:g} bit"}
                found.append(replace(one, settings=changes, twin=f" at {bits:g} bits"))
        if any(one.group().workload.coding == "dense" for one in contenders[1:]):
            return tuple(found)
    raise ExplorationError(
        "matched bits are those of a dense network next to the timesteps of a spiking design"
    )


def _failed(names: Sequence[tuple[str, str]], groups: Sequence[Group], quantity: str) -> tuple[str, ...]:
    """Checks that fail at the values in the files."""
    return tuple(
        f"{name}: {reason}"
        for (name, _), group in zip(names, groups, strict=True)
        for reason in evaluate_points(group, {}, (1,), [quantity]).reasons
    )


def _distinct(contenders: Sequence[_Contender], groups: Sequence[Group]) -> list[tuple[str, str]]:
    """Name and label of each chip; those of the same name are numbered."""

    def numbered(words: list[str]) -> list[str]:
        return [
            f"{word} ({words[: at + 1].count(word)})" if words.count(word) > 1 else word
            for at, word in enumerate(words)
        ]

    pairs = [(group.design.spec, one.twin) for one, group in zip(contenders, groups, strict=True)]
    names = numbered([spec.name + twin for spec, twin in pairs])
    return list(zip(names, numbered([spec.label + twin for spec, twin in pairs]), strict=True))


def _ranged(axis: Axis | str) -> Axis:
    """Return a range axis, given as an axis or as text."""
    if isinstance(axis, str):
        path, _, text = axis.partition("=")
        if not text.strip():
            raise ExplorationError(
                f"{axis!r}: expected PATH=LO..HI, such as workload.activity.rate=0.01..0.3"
            )
        axis = setting_axis(path.strip(), text.strip())
    if not isinstance(axis.tracks[axis.name], Range):
        raise ExplorationError(f"{axis.name}: a break-even is looked for in a range lo..hi, not in a list")
    return axis


def _sides(contenders: Sequence[_Contender], axis: Axis, varied: str) -> list[_Ranged]:
    """All chips; a chip gets the axis if it has the parameter and is to be varied."""
    sides, problems = [], []
    for at, one in enumerate(contenders):
        try:
            resolved = one.along((axis,) if varied in {VARIED[min(at, 1)], "both"} else ())
            sides.append(_Ranged(resolved.groups[0], resolved.numeric[0] if resolved.numeric else None))
        except UnknownNameError as error:
            problems.append(error)
            sides.append(_Ranged(one.group(), None))
    if all(side.axis is None for side in sides):
        raise problems[0].at(_ALONG)
    return sides


def _contenders(pairs: Sequence[tuple[Named, Named]], settings: Mapping[str, str]) -> tuple[_Contender, ...]:
    """Each chip with the settings whose paths it has; a setting that no chip has is refused."""
    found = []
    for chip, net in pairs:
        kept = {}
        for path, value in settings.items():
            try:
                resolve(chip, net, Space(()), {path: value})
            except UnknownNameError:
                continue
            except NeuroestError:
                pass
            kept[path] = value
        found.append(_Contender(chip, net, kept))
    for path, value in settings.items():
        if not any(path in one.settings for one in found):
            resolve(*pairs[0], Space(()), {path: value})  # raises the right error
    return tuple(found)
