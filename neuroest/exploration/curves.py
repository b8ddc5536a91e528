"""Curves that architects draw: a result against integration time, converter bits, array size or spike rate.

Each design has its median and band at every point, over the draws of `estimate`. The points at which the first design
and a baseline cost the same have bands too. The designs share the draws of common inputs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.blocks.neurons.base import Neuron
from neuroest.core.arrays import Array
from neuroest.core.errors import check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.design.chip import instantiate
from neuroest.error_analysis.draws import SAMPLES, draw
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.draws_along import band_at, band_over_draws, break_even_values, results_along
from neuroest.exploration.space import ExplorationError, Space
from neuroest.exploration.structures import Group, resolve
from neuroest.registry import render
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, quantity_names
from neuroest.specs.loaded import Named, listed

_POINTS = 33
_REACH = (1e-2, 1e4)
"""Integration times relative to that of the design: the search range for break-even points."""
_RATES = (1e-2, 1e1)
"""Spike rates relative to those of the network."""
_BITS = tuple(range(3, 13))
_SIDES = (32, 64, 128, 256, 512)
_OF_THE_NETWORK = "spike-rate"
"""The axis that all designs share."""


@frozen_dataclass(eq=False)
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
        return band_at(self.samples)


@frozen_dataclass
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


@frozen_dataclass(eq=False)
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

    def __repr__(self) -> str:
        names = ", ".join(curve.name for curve in self.curves)
        return f"<Curves: {self.quantity} along {self.label}, {names}, {len(self.equal)} break-even points>"


Point = tuple[float, Group, Mapping[str, Any]]
"""Axis value, structure, and the value of each path as a number or as a factor on its draw."""


def curves(
    kind: str,
    architecture: Named,
    baselines: Sequence[Named],
    workload: Named,
    quantity: str = "energy_per_inference_J",
    progress: Progress = silent,
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
    progress : callable, optional
        Receives the share that is done.

    Returns
    -------
    Curves
        The result of each design at each value of the axis, with bands and break-even points.

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
    (quantity,) = quantity_names([quantity])
    label, unit, points_of = KINDS[kind]
    own, points = points_of(architecture, workload)
    values = np.array([value for value, *_ in points])
    first = _group(architecture, workload)  # with the label of this run; a changed design has none
    others = listed(baselines)
    found = [_curve(first, points, quantity, part(progress, 0, len(others) + 1))]
    for number, baseline in enumerate(others, start=1):
        still = _group(baseline, workload)
        moved: Sequence[Point] = [(value, still, {}) for value in values]
        if kind == _OF_THE_NETWORK:
            moved = points_of(baseline, workload)[1]
        found.append(_curve(still, moved, quantity, part(progress, number, len(others) + 1)))
    equal = [_equal(values, found[0], other, quantity) for other in found[1:]]
    return Curves(
        kind, label, unit, quantity, first.workload.name, values, own, tuple(found),
        tuple(one for one in equal if one is not None),
    )  # fmt: skip


def _group(architecture: Named, workload: Named, settings: Mapping[str, str] | None = None) -> Group:
    return resolve(architecture, workload, Space(()), settings).groups[0]


def _curve(group: Group, points: Sequence[Point], quantity: str, progress: Progress) -> Curve:
    spec = group.design.spec
    samples = np.empty((SAMPLES, len(points)))
    failed = np.full(len(points), "", dtype=object)
    done = 0
    for at, structure, changes in _by_structure(points):
        drawn, stated = draw(structure.claims), structure.claims
        moved = {
            path: np.minimum(drawn.get(path, np.array([[stated[path].value]])) * factors, most)
            for path, (factors, most) in changes.items()
        }
        nominal = {
            path: np.minimum(stated[path].value * factors, most).reshape(-1, 1)
            for path, (factors, most) in changes.items()
        }
        count = len(at) if changes else 1
        samples[:, at] = results_along(structure, moved, count, quantity)
        found = evaluate_points(structure, nominal, (count,), [quantity])
        failed[at] = [found.reasons[one] if one >= 0 else "" for one in found.failed]
        done += len(at)
        progress(done / len(points))
    return Curve(spec.name, spec.label, samples, tuple(failed))


def _by_structure(
    points: Sequence[Point],
) -> Iterator[tuple[list[int], Group, dict[str, tuple[Array, float]]]]:
    """Points with one structure: their places, the structure, and the factors and the largest value of each path."""
    places: dict[int, list[int]] = {}
    for at, (_, group, _) in enumerate(points):
        places.setdefault(id(group), []).append(at)
    for found in places.values():
        _, group, first = points[found[0]]
        changes = {
            path: (np.array([points[at][2][path][0] for at in found]), most)
            for path, (_, most) in first.items()
        }
        yield found, group, changes


def _equal(values: Array, design: Curve, baseline: Curve, quantity: str) -> Equal | None:
    """Where the draws of a design cross those of a baseline; None if the median of these points is off the axis.

    Draws that do not cross on the axis count as crossing below or above it, so the band covers all draws.
    """
    sign = -1.0 if QUANTITIES[quantity].better == "more" else 1.0
    with np.errstate(all="ignore"):
        difference = sign * (np.log(design.samples) - np.log(baseline.samples))
    found = break_even_values(np.log(values), difference)
    if found is None:
        return None
    along = band_over_draws(found)
    if not np.isfinite(along.median):
        return None
    with np.errstate(over="ignore"):
        band = Band(*(float(np.exp(end)) for end in (along.low, along.median, along.high)))
    return Equal(baseline.name, baseline.title, band, float(np.isfinite(found).mean()))


def _integration_times(architecture: Named, workload: Named) -> tuple[float, list[Point]]:
    """The design with longer and shorter integration times, through the parameter that the neuron model names."""
    group = _group(architecture, workload)
    place, neuron = _neuron(group)
    name, exponent = neuron.time_parameter
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
        with np.errstate(all="ignore"):  # a neuron that never fires has no time and is left out
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


KINDS: Mapping[str, tuple[str, str, Callable[[Named, Named], tuple[float, list[Point]]]]] = {
    "integration-time": ("integration time of the neurons", "s", _integration_times),
    "adc-bits": ("bits of the converters", "1", _converter_bits),
    "array-size": ("rows and columns of an array", "1", _array_sides),
    "spike-rate": ("spike rate over that of the network", "1", _spike_rates),
}
"""Label, unit and points of each kind of axis."""
