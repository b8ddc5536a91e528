"""Data that figures, tables and the page share: shares with bands, samples, tornado."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial, reduce
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles
from neuroest.error_analysis.draws import discrepancy_claims
from neuroest.exploration.sensitivity import Bar, Surrogate, surrogate, tornado
from neuroest.exploration.structures import Group
from neuroest.pipeline.evaluation import Evaluation
from neuroest.reporting.formatting import short_names
from neuroest.results.comparison import LEAST_UNPROVEN
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import MAIN

_Parts: TypeAlias = dict[str, Any]
"""Parts of a total by name; each a number, or one number per sample."""

_ABOUT: Mapping[str, Mapping[str, str]] = read_data(Path(__file__).with_suffix(".yaml"))
_ALIKE = 1e-9
"""Relative difference below which times count as equal."""
STATIC = "static, whole chip"
"""Name of the part of the energy that belongs to no layer."""
SHARED, UNUSED = "shared by the layers", "units without a layer"
"""Names of the parts of the area that belong to no layer."""


@frozen_dataclass
class Slice:
    """One part of a total.

    Attributes
    ----------
    name : str
        Component or layer.
    value, share : float
        In SI units, and of the sum of all parts.
    low, high : float or None
        10th and 90th percentile; None where no sample exists.
    path : str
        Path of the component; empty for a layer.
    median : float or None
        50th percentile; None where no sample exists.
    """

    name: str
    value: float
    share: float
    low: float | None
    high: float | None
    path: str = ""
    median: float | None = None


@frozen_dataclass
class Breakdown:
    """A total in parts: components largest first, layers in network order.

    Attributes
    ----------
    quantity : str
        ``energy``, ``area``, ``latency`` or ``learning``.
    by : str
        ``component`` or ``layer``.
    about : str
        What the parts are and whether they add up to the total.
    """

    quantity: str
    by: str
    unit: str
    about: str
    slices: tuple[Slice, ...]


@frozen_dataclass
class RooflinePoint:
    """A layer and one resource that moves data.

    Attributes
    ----------
    intensity : float
        Operations of the layer for each bit that the resource moves.
    attained : float
        Operations in a second at the speed of the layer.
    limits : bool
        Whether the resource is what the layer waits for.
    """

    layer: str
    resource: str
    intensity: float
    attained: float
    limits: bool


@frozen_dataclass
class Roofline:
    """Layers below the roofs of compute rate and data movement.

    Attributes
    ----------
    unit : str
        What computes.
    computing : float
        Operations in a second that it does in its best layer, waiting for nothing.
    rates : mapping
        Bits in a second of every resource that moves data, in the layer that has most of it.
    """

    unit: str
    computing: float
    rates: Mapping[str, float]
    points: tuple[RooflinePoint, ...]


class View:
    """Estimate with all data for figures; each part is computed on first use."""

    def __init__(self, estimate: Estimate) -> None:
        self.estimate = estimate

    @property
    def label(self) -> str:
        """Name in figures."""
        return self.estimate.title

    @property
    def architecture(self) -> str:
        """Name of the architecture."""
        return self.estimate.architecture

    @property
    def workload(self) -> str:
        """Name of the workload."""
        return self.estimate.workload.name

    @property
    def network(self) -> str:
        """Name of the workload in figures."""
        return self.estimate.network

    @property
    def who(self) -> dict[str, str]:
        """Architecture and workload, as columns of a table."""
        return {"architecture": self.architecture, "workload": self.workload}

    @cached_property
    def samples(self) -> Mapping[str, Array]:
        """Samples of the banded totals, for draws with an estimate."""
        sample = self.estimate.sample
        return {name: values[sample.feasible] for name, values in sample.totals.items()}

    @cached_property
    def unproven(self) -> Mapping[str, float]:
        """Share of each banded total from projected or assumed values."""
        return {name: self.estimate.unproven_share(name) for name in MAIN}

    def marked(self, total: str) -> bool:
        """Whether the share of projected or assumed values in a total is large enough for a mark."""
        return self.unproven.get(total, 0.0) >= LEAST_UNPROVEN

    @cached_property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """Energy, area and latency by component and by layer."""
        with np.errstate(all="ignore"):  # draws without an estimate are left out below
            return tuple(self._broken_down(*kind) for kind in _BREAKDOWNS)

    def breakdown(self, quantity: str, by: str) -> Breakdown | None:
        """One of the breakdowns; None if there is none of this kind."""
        found = self.learning if quantity == "learning" else self.breakdowns
        return next((b for b in found if (b.quantity, b.by) == (quantity, by)), None)

    @cached_property
    def learning(self) -> tuple[Breakdown, ...]:
        """Energy of learning by component and by layer; empty where it has none of its own."""
        if self.estimate.evaluation.learning_energy is None:
            return ()
        with np.errstate(all="ignore"):
            return tuple(self._broken_down(*kind) for kind in _OF_LEARNING)

    def _broken_down(
        self, quantity: str, by: str, unit: str, parts: Callable[[Evaluation], _Parts]
    ) -> Breakdown:
        values, draws = parts(self.estimate.evaluation), parts(self.estimate.sampled)
        total = float(sum(float(_flat(value)[0]) for value in values.values()))
        feasible = self.estimate.sample.feasible
        formatted = short_names(values) if by == "component" else {name: name for name in values}
        slices = []
        for name, value in values.items():
            amount = float(_flat(value)[0])
            drawn = np.broadcast_to(_flat(draws.get(name, value)), feasible.shape)[feasible]
            drawn = drawn[np.isfinite(drawn)]
            low, median, high = quantiles(drawn) if drawn.size else (None, None, None)
            if amount > 0.0:
                path = name if by == "component" else ""
                slices.append(
                    Slice(formatted[name], amount, amount / total if total else 0.0, low, high, path, median)
                )
        if by == "component":
            slices.sort(key=lambda item: -item.value)
        return Breakdown(quantity, by, unit, _ABOUT[quantity][by], tuple(slices))

    @cached_property
    def _bars(self) -> Mapping[str, tuple[Bar, ...]]:
        result = self.estimate
        claims = {**result.claims, **discrepancy_claims(result.design)}
        with np.errstate(all="ignore"):
            return tornado(Group({}, result.design, result.workload, claims), MAIN)

    def tornado(self, total: str = "energy_per_inference_J") -> tuple[Bar, ...]:
        """The total with each uncertain input at its p10 and p90, the others unchanged, longest bar first."""
        return tuple(bar for bar in self._bars[total] if bar.low != bar.high)

    @cached_property
    def surrogate(self) -> Surrogate | None:
        """Table of the main results over the most influential parameters."""
        result = self.estimate
        claims = {**result.claims, **discrepancy_claims(result.design)}
        with np.errstate(all="ignore"):
            return surrogate(Group({}, result.design, result.workload, claims))

    @cached_property
    def occupation(self) -> tuple[tuple[str, Mapping[str, float]], ...]:
        """Occupation time of each resource for one step of each layer. [s]."""
        timing, names = self.estimate.evaluation.timing, self.estimate.evaluation.layers.names
        formatted = short_names(timing.resources)
        table = {formatted[p]: np.broadcast_to(t, (len(names),)) for p, t in timing.resources.items()}
        return tuple(
            (name, {resource: float(times[i]) for resource, times in table.items() if times[i] > 0.0})
            for i, name in enumerate(names)
        )

    @cached_property
    def roofline(self) -> Roofline:
        """Layers below the roofs of compute rate and data movement."""
        source = self.estimate.evaluation
        layers, timing = source.layers, source.timing
        shape = (len(layers.names),)
        steps = layers.timesteps if timing.by_steps else 1.0
        work = layers.layer_synaptic_operations / steps if layers.coding == "spiking" else layers.macs
        operations = np.broadcast_to(np.asarray(work, dtype=np.float64), shape)
        step = np.broadcast_to(timing.step, shape)
        levels = [level.path for level in source.levels]
        formatted = short_names(timing.resources)
        computing = np.broadcast_to(reduce(np.add, (timing.resources[level] for level in levels)), shape)
        busy = (operations > 0.0) & (computing > 0.0)
        best = float(np.max(operations[busy] / computing[busy])) if np.any(busy) else 0.0
        rates: dict[str, float] = {}
        points = []
        widths = {memory.path: memory.options["width"] for memory in source.chip.memories()}
        networks = {mesh.path for _, mesh in source.chip.networks()}
        for path, times in timing.resources.items():
            # bits moved by a memory, the network or a link per inference, by layer; none for computing resources
            moved = np.zeros(len(source.layers.names))
            for (component, action), count in source.counts.actions.items():
                if component == path and component in widths:
                    moved = moved + count * widths[component]
                elif component == path and (
                    action == "bit" or (component in networks and action == "bit_hop")
                ):
                    moved = moved + count
            moved = np.broadcast_to(moved / steps, shape)
            time = np.broadcast_to(times, shape)
            for index in np.flatnonzero((moved > 0.0) & (operations > 0.0) & (time > 0.0)):
                rates[formatted[path]] = max(
                    rates.get(formatted[path], 0.0), float(moved[index] / time[index])
                )
                points.append(
                    RooflinePoint(
                        layers.names[index], formatted[path], float(operations[index] / moved[index]),
                        float(operations[index] / step[index]), bool(time[index] >= step[index]),
                    )
                )  # fmt: skip
        return Roofline(
            " and ".join(formatted[level] for level in levels),
            best,
            rates if best > 0.0 else {},
            tuple(points) if best > 0.0 else (),
        )


def slowest(times: Mapping[str, float]) -> frozenset[str]:
    """Resources that limit a layer, from their times.

    Examples
    --------
    >>> sorted(slowest({"array": 2.0, "buffer": 1.0, "link": 2.0}))
    ['array', 'link']
    """
    longest = max(times.values(), default=0.0)
    return frozenset(name for name, time in times.items() if time >= longest * (1.0 - _ALIKE))


def _energy(source: Evaluation, *, by_layer: bool, learning: bool = False) -> _Parts:
    """Energy of an inference, or of what learning adds to it, by layer or by component."""
    rows: Iterable[Any] = source.dynamic
    powered: Iterable[Any] = ((static, source.leakage_time(static)) for static in source.statics)
    if learning:
        learned = source.learned
        rows, powered = ((), ()) if learned is None else (learned.rows, learned.powered(source.statics))
    parts: _Parts = defaultdict(float)
    for row in rows:
        whole = ((row.component, np.sum(row.energy, axis=-1)),)
        for name, energy in _by_layer(source, row.energy) if by_layer else whole:
            parts[name] = parts[name] + energy
    for static, time in powered:
        name = STATIC if by_layer else static.component
        parts[name] = parts[name] + _flat(static.total) * _flat(time)
    return parts


def _area_by_component(source: Evaluation) -> _Parts:
    parts: _Parts = defaultdict(float)
    for row in source.areas:
        parts[row.component] = parts[row.component] + _flat(row.total)
    if source.costs.overheads is not None:
        placed = sum(_flat(row.total) for row in source.areas)
        parts[f"{source.costs.overheads}.white_space"] = _flat(source.area) - placed
    return parts


def _area_by_layer(source: Evaluation) -> _Parts:
    parts: _Parts = {}
    held: Any = 0.0
    for one in source.levels:
        placement, level, inside = one.mapped.placement, one.path, _flat(0.0)
        there = np.maximum(_flat(source.mapped.counts[level]), 1.0)
        if placement.shared:
            continue
        for row in source.areas:
            if row.component == level or row.component.startswith(f"{level}."):
                inside = inside + _flat(row.total)
        units = dict(_by_layer(source, placement.units))
        for name, number in units.items():
            parts[name] = parts.get(name, 0.0) + inside * _flat(number) / there
        used = _flat(np.sum([*units.values()], axis=0))
        parts[UNUSED] = parts.get(UNUSED, 0.0) + inside * np.maximum(there - used, 0.0) / there
        held = held + inside
    return {**parts, SHARED: _flat(source.area) - held}


def _latency_by_component(source: Evaluation) -> _Parts:
    names = list(source.timing.resources)
    times = np.stack(np.broadcast_arrays(*source.timing.resources.values()))
    slowest = np.argmax(times, axis=0)
    return {
        name: np.sum(np.where(slowest == index, times[index], 0.0), axis=-1)
        for index, name in enumerate(names)
    }


_BREAKDOWNS: tuple[tuple[str, str, str, Callable[[Evaluation], _Parts]], ...] = (
    ("energy", "component", "J", partial(_energy, by_layer=False)),
    ("energy", "layer", "J", partial(_energy, by_layer=True)),
    ("area", "component", "m^2", _area_by_component),
    ("area", "layer", "m^2", _area_by_layer),
    ("latency", "component", "s", _latency_by_component),
    ("latency", "layer", "s", lambda source: dict(_by_layer(source, source.timing.step))),
)
"""Total, parts, unit and method of each breakdown."""
_OF_LEARNING: tuple[tuple[str, str, str, Callable[[Evaluation], _Parts]], ...] = (
    ("learning", "component", "J", partial(_energy, by_layer=False, learning=True)),
    ("learning", "layer", "J", partial(_energy, by_layer=True, learning=True)),
)
"""The same of networks that learn."""


def _by_layer(source: Evaluation, values: Any) -> Iterator[tuple[str, Any]]:
    """Name and value of each layer; the layers are the last axis of `values`, or share one value."""
    array, names = np.asarray(values), source.layers.names
    every = np.broadcast_to(array, (*array.shape[:-1], len(names)))
    return ((name, every[..., index]) for index, name in enumerate(names))


def _flat(value: Any) -> Array:
    return np.asarray(value, dtype=np.float64).reshape(-1)
