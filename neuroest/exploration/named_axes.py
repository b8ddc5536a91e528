"""Axes that architects draw, by name: integration time, bits of converters, size of arrays, spike rates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.neurons.base import Neuron
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.chip import instantiate
from neuroest.error_analysis.draws import draw
from neuroest.exploration.space import ExplorationError
from neuroest.exploration.structures import Group
from neuroest.results.quantities import first_number
from neuroest.workloads.layers import layer_table

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
    def those() -> Iterator[tuple[str, Neuron]]:
        for component in instantiate(group.design, values).components():
            if isinstance(component, Neuron):
                yield component.path, component

    with np.errstate(all="ignore"):
        return dict(those())


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


def _with_rates(structure: Structure) -> tuple[Group, list[str]]:
    group = structure({})
    if paths := spikes(group):
        return group, paths
    raise ExplorationError(f"{group.workload.name} states no spike rate")


def _relative_rates(structure: Structure) -> Line:
    group, paths = _with_rates(structure)
    factors = np.geomspace(*_RATES, _POINTS)
    return Line(factors, 1.0, (_scaled(group, dict.fromkeys(paths, factors), 1.0),))


def _uniform_rates(structure: Structure) -> Line:
    group, paths = _with_rates(structure)
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
    "spike-rate": NamedAxis("spike rate over that of the network", "1", _relative_rates, shared=True),
    UNIFORM_SPIKE_RATE: NamedAxis("spike rate of the input and all layers", "1", _uniform_rates, shared=True),
}
"""Each axis by its name."""
