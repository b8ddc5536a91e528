"""Curves that architects draw: a result against integration time, converter bits, array size or spike rate.

Each design has its median and band at every point. The points at which the first design and a baseline cost the same
have bands too. The designs share the draws of common inputs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.blocks.neurons.base import Neuron
from neuroest.core.arrays import Array
from neuroest.core.errors import check_names
from neuroest.design.chip import instantiate
from neuroest.error_analysis.draws import SEED, draw
from neuroest.error_analysis.model_error import discrepancy_claims
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.errors import ExplorationError
from neuroest.exploration.space import Space
from neuroest.exploration.structures import Group, resolve
from neuroest.registry import render
from neuroest.results.quantities import QUANTITIES, check_quantities
from neuroest.results.uncertainty import Band
from neuroest.specs.loaded import Named, listed

SAMPLES = 200
"""Draws of each design; a convention of smooth curves in seconds."""
_POINTS = 33
_REACH = (1e-2, 1e4)
"""Integration times relative to that of the design: the search range for break-even points."""
_RATES = (1e-2, 1e1)
"""Spike rates relative to those of the network."""
_BITS = tuple(range(3, 13))
_SIDES = (32, 64, 128, 256, 512)
_OF_THE_NETWORK = "spike-rate"
"""The axis that all designs share."""
_LEAST_SHARE = 0.5
"""Share of the draws that must have an estimate for a point to be drawn."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One design along the axis.

    Attributes
    ----------
    name, title : str
        Name and title of the architecture.
    samples : array
        The result by draw and point; NaN without an estimate.
    failed : tuple of str
        Check that fails at each point at the stated inputs; empty if all pass.
    """

    name: str
    title: str
    samples: Array
    failed: tuple[str, ...] = ()

    def bands(self) -> list[Band | None]:
        """Band at each point; None if fewer than half of the draws have an estimate."""
        shares = np.isfinite(self.samples).mean(axis=0)
        return [
            Band.of(column) if share >= _LEAST_SHARE else None
            for column, share in zip(self.samples.T, shares, strict=True)
        ]


@dataclass(frozen=True)
class Equal:
    """Point at which the design and a baseline cost the same.

    Attributes
    ----------
    baseline, title : str
        The baseline.
    band : Band
        Band over all draws; an end below or above the axis is zero or infinite.
    share : float
        Share of the draws with such a point on the axis.
    """

    baseline: str
    title: str
    band: Band
    share: float


@dataclass(frozen=True, eq=False)
class Curves:
    """Designs along one axis.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    label, unit : str
        Label and unit of the axis.
    quantity : str
        The result.
    workload : str
        The network.
    values : array
        Points of the axis.
    own : float
        Value of the first design as stated in its file.
    curves : tuple of Curve
        The design first.
    equal : tuple of Equal
        Break-even points with the baselines whose median is on the axis.
    """

    kind: str
    label: str
    unit: str
    quantity: str
    workload: str
    values: Array
    own: float
    curves: tuple[Curve, ...]
    equal: tuple[Equal, ...]

    def rows(self) -> list[dict[str, Any]]:
        """A row for each design and point."""
        return [
            {"architecture": curve.name, self.kind: float(x), **(asdict(band) if band else {})}
            | {"failed_check": curve.failed[at] if curve.failed else ""}
            for curve in self.curves
            for at, (x, band) in enumerate(zip(self.values, curve.bands(), strict=True))
        ]

    def plot(self, path: str | Path | None = None) -> Any:
        """The figure; written to `path` if given, and returned."""
        return render(self, "figure", path)


Point = tuple[float, Group, Mapping[str, Any]]
"""Axis value, structure, and the value of each path as a number or as a factor on its draw."""


def curves(
    kind: str,
    architecture: Named,
    baselines: Sequence[Named],
    workload: Named,
    quantity: str = "energy_per_inference_J",
) -> Curves:
    """Compute a result of a design and its baselines along one axis, with bands and break-even points.

    Parameters
    ----------
    kind : str
        ``integration-time`` of the design's neurons, ``adc-bits``, ``array-size`` or ``spike-rate`` of the network.
        Baselines stay as stated in their files, except for the spike rate, which all designs share.
    architecture : str, Path or Loaded
        The design.
    baselines : sequence of the same
        Designs to compare with.
    workload : str, Path or Loaded
        The network.
    quantity : str
        A result.

    Raises
    ------
    NeuroestError
        For an unknown kind or result, or if the design lacks the parameter.

    Examples
    --------
    >>> found = curves("array-size", "adc_crossbar_28nm", [], "mlp_mnist_dense")
    >>> [float(side) for side in found.values]
    [32.0, 64.0, 128.0, 256.0, 512.0]
    """
    check_names("kind of figure", [kind], KINDS)
    check_quantities([quantity])
    label, unit, points_of = KINDS[kind]
    own, points = points_of(architecture, workload)
    values = np.array([value for value, *_ in points])
    first = _group(architecture, workload)  # with the label of this run; a changed design has none
    found = [_curve(first, points, quantity)]
    for baseline in listed(baselines):
        still = _group(baseline, workload)
        moved: Sequence[Point] = [(value, still, {}) for value in values]
        if kind == _OF_THE_NETWORK:
            moved = points_of(baseline, workload)[1]
        found.append(_curve(still, moved, quantity))
    equal = [_equal(values, found[0], other, quantity) for other in found[1:]]
    return Curves(
        kind, label, unit, quantity, first.workload.name, values, own, tuple(found),
        tuple(one for one in equal if one is not None),
    )  # fmt: skip


def _group(architecture: Named, workload: Named, settings: Mapping[str, str] | None = None) -> Group:
    return resolve(architecture, workload, Space(()), settings).groups[0]


def _curve(group: Group, points: Sequence[Point], quantity: str) -> Curve:
    spec = group.design.spec
    return Curve(spec.name, spec.title or spec.name, _drawn(points, quantity), _failures(points, quantity))


def _failures(points: Sequence[Point], quantity: str) -> tuple[str, ...]:
    """The first check that fails at each point, at the stated inputs."""
    known: dict[tuple[int, tuple[Any, ...]], str] = {}
    for _, group, changes in points:
        key = (id(group), tuple(changes.items()))
        if key not in known:
            moved = {
                path: np.minimum(np.array([[group.claims[path].value]]) * factor[0], factor[1])
                for path, factor in changes.items()
            }
            found = evaluate_points(group, moved, (1,), [quantity])
            known[key] = "" if found.feasible[0] else found.reasons[found.failed[0]]
    return tuple(known[id(group), tuple(changes.items())] for _, group, changes in points)


def _drawn(points: Sequence[Point], quantity: str) -> Array:
    """The result by draw and point."""
    columns = []
    known: dict[tuple[int, tuple[Any, ...]], Array] = {}
    for _, group, changes in points:
        key = (id(group), tuple(changes.items()))
        if key not in known:
            claims = {**group.claims, **discrepancy_claims(group.design)}
            drawn = {path: values.reshape(-1, 1) for path, values in draw(claims, SAMPLES, SEED).items()}
            for path, factor in changes.items():
                nominal = group.claims[path].value
                drawn[path] = np.minimum(
                    drawn.get(path, np.full((SAMPLES, 1), nominal)) * factor[0], factor[1]
                )
            found = evaluate_points(group, drawn, (SAMPLES,), [quantity], judged=False)
            known[key] = found.totals[quantity]
        columns.append(known[key])
    return np.stack(columns, axis=1)


def _equal(values: Array, design: Curve, baseline: Curve, quantity: str) -> Equal | None:
    """Where the draws of a design cross those of a baseline; None if the median of these points is off the axis.

    Draws that do not cross on the axis count as crossing below or above it, so the band covers all draws.
    """
    sign = -1.0 if QUANTITIES[quantity].better == "more" else 1.0
    with np.errstate(all="ignore"):
        difference = sign * (np.log(design.samples) - np.log(baseline.samples))
    difference = difference[np.isfinite(difference).any(axis=1)]
    if len(difference) < _LEAST_SHARE * SAMPLES:
        return None
    along = np.log(values)
    found = np.array([_passed(along, row) for row in difference])
    low, median, high = np.quantile(found, (0.1, 0.5, 0.9), method="nearest")
    if not np.isfinite(median):
        return None
    with np.errstate(over="ignore"):
        band = Band(*(float(np.exp(one)) for one in (low, median, high)))
    return Equal(baseline.name, baseline.title, band, float(np.isfinite(found).mean()))


def _passed(along: Array, row: Array) -> float:
    """Crossing of one draw, or an infinity on the side where it would cross."""
    known = np.flatnonzero(np.isfinite(row))
    at, row = along[known], row[known]
    change = np.flatnonzero(np.sign(row[:-1]) != np.sign(row[1:]))
    if change.size:
        one = int(change[0])
        return float(at[one] + (at[one + 1] - at[one]) * row[one] / (row[one] - row[one + 1]))
    rising = row[-1] > row[0]
    return np.inf if (row[0] < 0.0) == rising else -np.inf


def _integration_times(architecture: Named, workload: Named) -> tuple[float, list[Point]]:
    """The design with longer and shorter integration times, through the parameter that the neuron model names."""
    group = _group(architecture, workload)
    place, neuron = _neuron(group)
    name, exponent = type(neuron).time_parameter
    path = f"{place}.{name}"
    if not name:
        raise ExplorationError(
            f"the integration time of {group.design.spec.name} cannot be varied: its model names no parameter for it"
        )
    if path not in group.claims:  # the device does not state it, so the model uses its default
        group = _group(architecture, workload, {path: f"{float(neuron.integration_time())!r} s"})
    factors = np.geomspace(*_REACH, _POINTS)
    points: list[Point] = []
    for factor in factors:
        share = float(factor**exponent)
        moved = instantiate(group.design, {**group.values, path: group.claims[path].value * share})
        time = next(one for here, one in _neurons(moved) if here == place).integration_time()
        if np.isfinite(time):
            points.append((float(time), group, {path: (share, np.inf)}))
    return float(neuron.integration_time()), sorted(points, key=lambda point: point[0])


def _neurons(chip: Any) -> Iterator[tuple[str, Neuron]]:
    return ((component.path, component) for component in chip.components() if isinstance(component, Neuron))


def _neuron(group: Group) -> tuple[str, Neuron]:
    found = next(_neurons(instantiate(group.design, group.values)), None)
    if found is None:
        raise ExplorationError(f"no array of {group.design.spec.name} is read by neurons")
    return found


def _path(group: Group, tail: str, what: str) -> str:
    paths = [part.path for part in group.design.root.walk() if part.path.endswith(tail)]
    if not paths:
        raise ExplorationError(f"{group.design.spec.name} has no {what}")
    return paths[0]


def _converter_bits(architecture: Named, workload: Named) -> tuple[float, list[Point]]:
    group = _group(architecture, workload)
    path = _path(group, ".readout.converter", "converters at its columns")
    stated = group.claims.get(f"{path}.bits")
    own = np.nan if stated is None else stated.value  # without a stated value, the bits that the sums need
    dropped = {f"{path}.dropped_bits": "0"} if f"{path}.dropped_bits" in group.claims else {}
    return own, [
        (float(bits), _group(architecture, workload, {**dropped, f"{path}.bits": str(bits)}), {})
        for bits in _BITS
    ]


def _array_sides(architecture: Named, workload: Named) -> tuple[float, list[Point]]:
    group = _group(architecture, workload)
    path = _path(group, ".array", "arrays")
    if f"{path}.rows" not in group.claims:
        raise ExplorationError(f"{group.design.spec.name} has no arrays of rows and columns")
    return group.claims[f"{path}.rows"].value, [
        (
            float(side),
            _group(architecture, workload, {f"{path}.rows": str(side), f"{path}.columns": str(side)}),
            {},
        )
        for side in _SIDES
    ]


def _spike_rates(architecture: Named, workload: Named) -> tuple[float, list[Point]]:
    group = _group(architecture, workload)
    paths = [path for path in group.claims if path.startswith("workload.") and path.endswith("activity.rate")]
    if not paths:
        raise ExplorationError(f"{group.workload.name} states no spike rate")
    return 1.0, [
        (float(factor), group, {path: (float(factor), 1.0) for path in paths})
        for factor in np.geomspace(*_RATES, _POINTS)
    ]


KINDS: Mapping[str, tuple[str, str, Callable[[Named, Named], tuple[float, list[Point]]]]] = MappingProxyType(
    {
        "integration-time": ("integration time of the neurons", "s", _integration_times),
        "adc-bits": ("bits of the converters", "1", _converter_bits),
        "array-size": ("rows and columns of an array", "1", _array_sides),
        "spike-rate": ("spike rate over that of the network", "1", _spike_rates),
    }
)
"""Label, unit and points of each kind of axis."""
