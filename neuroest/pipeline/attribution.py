"""Attribution of a ratio of two chips to the families of blocks that differ, and to the time for which chips leak.

The cost of each family in its own chip is exchanged, not the block itself, so that any two chips can be compared,
including those whose blocks do not fit together.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self, TypeAlias

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array, Mask, at_points
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.statistics import quantiles, shapley_logarithms
from neuroest.design.build import Design
from neuroest.pipeline.area import area_by_component
from neuroest.pipeline.energy import is_neuron, neuron_parts
from neuroest.pipeline.evaluation import Evaluation
from neuroest.results.comparison import (
    INTEGRATING,
    MEMORIES,
    NEURON,
    OTHERS,
    WAITING,
    Attribution,
    Factor,
    product,
)
from neuroest.results.estimate import Band

_FAMILIES: Mapping[str, str] = {
    "neurons": NEURON, "columns": "coupling", "array": "array", "cells": "cells", "converters": "converters",
    "memories": MEMORIES, "interconnect": "links and networks", "digital": "digital blocks",
    "row_drivers": "drivers", "write_circuit": "write circuits", "chip": "clock, control and white space",
}  # fmt: skip
"""Name of each package or module of blocks in a product, in the order of factors; `array` is the computing part."""
Attributing: TypeAlias = Callable[["Ledger", "Ledger", float, "Mask | None"], Attribution]
_PACKAGE, _LEVELS = "neuroest.blocks.", "neuroest.levels."
_MOST = 6
"""Families apart from the neuron that are exchanged one by one; those that differ least are exchanged together."""
_ALIKE = 1e-12
"""Relative difference below which a family costs the same; numerical."""
_SETS_PACE = 0.5
"""Share of a step from which the neurons set the pace."""


@frozen_dataclass(eq=False)
class Ledger:
    """What each component of a chip takes, for one or more points.

    Attributes
    ----------
    dynamic, static : mapping
        Energy of an inference by component. [J]
    power : mapping
        Static power of a component that is on, whether or not it sleeps. [W]
    area : mapping
        Area by component, with its white space. [m^2]
    families : mapping
        Family of each component.
    powered, interval : array
        Time for which an inference is charged static power, and from one inference to the next. [s]
    neurons : mapping
        Device of the neurons by their path.
    neuron_parts : frozenset of str
        Neurons, and memories that store nothing but their states.
    paced_by_neurons : array of bool
        Whether neurons take most of the slowest step.
    """

    dynamic: Mapping[str, Array]
    static: Mapping[str, Array]
    power: Mapping[str, Array]
    area: Mapping[str, Array]
    families: Mapping[str, str]
    powered: Array
    interval: Array
    neurons: Mapping[str, str]
    neuron_parts: frozenset[str]
    paced_by_neurons: Mask

    def followed_by(self, other: Self) -> Self:
        """The points of both, one after the other."""
        return self._with_points(other, lambda one, more: np.concatenate([one, more]))

    def at(self, places: slice) -> Self:
        """Some of the points."""
        return self._with_points(self, lambda one, _: one[places])

    def _with_points(self, other: Self, made: Callable[[Any, Any], Any]) -> Self:
        """The same with points that are made of those of both."""
        sums: dict[str, Any] = {
            name: {
                path: made(values, getattr(other, name)[path]) for path, values in getattr(self, name).items()
            }
            for name in ("dynamic", "static", "power", "area")
        }
        arrays = ("powered", "interval", "paced_by_neurons")
        return replace(
            self, **sums, **{name: made(getattr(self, name), getattr(other, name)) for name in arrays}
        )


def ledger(design: Design, result: Evaluation, points: int = 1) -> Ledger:
    """What each component of an evaluated chip takes.

    Parameters
    ----------
    design : Design
        The chip.
    result : Evaluation
        Its results.
    points : int
        Number of points of the evaluation.
    """
    dynamic, static, power = dict[str, Array](), dict[str, Array](), dict[str, Array]()

    def add(sums: dict[str, Array], component: str, value: u.Numeric) -> None:
        sums[component] = sums.get(component, 0.0) + at_points(value, points)

    with np.errstate(all="ignore"):  # a sample whose neurons never fire has no estimate, and is left out
        for row in result.dynamic:
            add(dynamic, row.component, np.sum(row.energy, axis=-1))
        for drawn in result.statics:
            add(static, drawn.component, drawn.total * result.leakage_time(drawn))
        instances = result.mapped.instances
        for cost in result.costs.statics:
            if not cost.standby:
                add(power, cost.component, cost.power * instances[cost.counted_as or cost.component])
        by_component = area_by_component(result.costs, result.areas)
        area = {component: at_points(value, points) for component, value in by_component.items()}
        return Ledger(
            dynamic, static, power, area, {part.path: _family(part) for part in result.chip.components()},
            at_points(result.active_time, points), at_points(result.timing.initiation_interval, points),
            _neurons(design, result), neuron_parts(result.chip.components()), _paced_by_neurons(result, points),
        )  # fmt: skip


def _family(component: Any) -> str:
    if is_neuron(component):
        return NEURON
    module = type(component).__module__
    if module.startswith(_LEVELS):
        return _FAMILIES["array"]
    return _FAMILIES.get(module.removeprefix(_PACKAGE).partition(".")[0], OTHERS)


def _neurons(design: Design, result: Evaluation) -> dict[str, str]:
    paths = [part.path for part in result.chip.components() if _family(part) == NEURON]
    return {path: design.devices[path].spec.name for path in paths if path in design.devices}


def _paced_by_neurons(result: Evaluation, points: int) -> Mask:
    """Whether the neurons take most of the slowest step."""

    def by_layer(time: u.Numeric) -> Array:
        return np.broadcast_to(np.asarray(time, dtype=np.float64), (points, len(result.layers.names)))

    slowest = np.argmax(by_layer(result.timing.step), axis=-1)

    def at(time: u.Numeric) -> Array:
        return np.asarray(by_layer(time)[np.arange(points), slowest])

    resources = result.timing.resources
    longest = np.argmax([at(time) for time in resources.values()], axis=0)
    found = np.zeros(points, dtype=bool)
    for number, path in enumerate(resources):
        here = longest == number
        if not np.any(here):
            continue
        level = next((one for one in result.levels if one.path == path), None)
        if level is None:
            found |= here & any(part.path == path and is_neuron(part) for part in result.chip.components())
        else:
            own = level.mapper.unit_time(level.mapped.placement)
            found |= here & (at(level.mapper.neuron_time()) >= _SETS_PACE * at(own))
    return found


def attributed_energy(
    design: Ledger, baseline: Ledger, ratio: float, kept: Mask | None = None, left_out: Collection[str] = ()
) -> Attribution:
    """Attribution of a ratio of energies of an inference.

    Each component takes a dynamic energy, and a static power for the time for which it is on. A family is exchanged
    with the dynamic energies and powers of its components, the time with that of all components: what a shared block
    leaks because an inference takes longer is the factor of the time.

    Parameters
    ----------
    design, baseline : Ledger
        Both chips; the first point is that of the stated inputs, the others are the draws.
    ratio : float
        The ratio to be explained, as shown.
    kept : array of bool, optional
        Points in which both chips have an estimate.
    left_out : collection of str, optional
        Components whose energy the ratio leaves out.
    """
    slower = design if design.interval[0] >= baseline.interval[0] else baseline
    time = INTEGRATING if slower.paced_by_neurons[0] else WAITING
    table: dict[str, Array] = {}
    for component in {**design.dynamic, **design.static, **baseline.dynamic, **baseline.static}:
        if component in left_out:
            continue
        family = design.families.get(component) or baseline.families.get(component, OTHERS)
        table[family] = table.get(family, 0.0) + _energies((baseline, design), component)
    return _attribution(table, time, design, baseline, ratio, kept)


def attributed_area(design: Ledger, baseline: Ledger, ratio: float, kept: Mask | None = None) -> Attribution:
    """Attribution of a ratio of areas, as `attributed_energy`; no time matters."""
    table: dict[str, Array] = {}
    for component in {**design.area, **baseline.area}:
        family = design.families.get(component) or baseline.families.get(component, OTHERS)
        sides = [side.area.get(component, 0.0 * side.powered) for side in (baseline, design)]
        table[family] = table.get(family, 0.0) + np.stack([np.stack([side, side]) for side in sides])
    return _attribution(table, WAITING, design, baseline, ratio, kept)


def attributed_spike_energy(
    design: Ledger, baseline: Ledger, ratio: float, kept: Mask | None = None
) -> Attribution:
    """Attribution of a ratio of energies per spike, as `attributed_energy`; chips of a network have the same spikes."""
    parts = design.neuron_parts | baseline.neuron_parts
    others = {*design.dynamic, *design.static, *baseline.dynamic, *baseline.static} - parts
    return attributed_energy(design, baseline, ratio, kept, others)


def _energies(sides: Sequence[Ledger], component: str) -> Array:
    """Energy of a component of the baseline or the design, over the time of either; two by two by points."""
    nothing = 0.0 * np.nan_to_num(sides[0].powered)
    dynamic, power, time = [], [], []
    for side in sides:
        drawn = side.power.get(component, nothing)
        energy, static = side.dynamic.get(component, nothing), side.static.get(component, nothing)
        on = drawn > 0.0
        dynamic.append(energy + np.where(on, 0.0, static))
        power.append(drawn)
        # a chip without the component would have it on for as long as the chip
        time.append(np.where(on, static / np.where(on, drawn, 1.0), side.powered))
    return np.array([[dynamic[own] + power[own] * time[of] for of in (0, 1)] for own in (0, 1)])


def _attribution(
    table: Mapping[str, Array], time: str, design: Ledger, baseline: Ledger, ratio: float, kept: Mask | None
) -> Attribution:
    """Factors of the sum of a table that has the cost of each family by its chip, chip of the time and point."""
    shared = sum((cost[0] for cost in table.values() if _same(cost[0], cost[1])), start=np.zeros((2, 1)))
    differing = {family: cost for family, cost in table.items() if not _same(cost[0], cost[1])}
    ranked = sorted(
        differing.keys() - {NEURON, OTHERS}, key=lambda family: -float(np.ptp(differing[family][..., 0]))
    )
    for family in ranked[_MOST:]:
        merged = differing.pop(family)
        differing[OTHERS] = merged + differing[OTHERS] if OTHERS in differing else merged
    names = [name for name in (*_FAMILIES.values(), OTHERS) if name in differing]
    timed = not all(_same(cost[..., 0, :], cost[..., 1, :]) for cost in (shared, *differing.values()))
    players = [*names, time] if timed else names

    halves = []  # coalitions without and with the other time; each player doubles those of the players before
    for when in (0, 1) if timed else (0,):
        costs = shared[when : when + 1]
        for name in names:
            costs = np.concatenate([costs + differing[name][own, when] for own in (0, 1)])
        halves.append(costs)
    logarithms = shapley_logarithms(np.concatenate(halves), len(players)) if players else np.zeros((0, 1))
    if kept is not None and players:
        logarithms[:, 1:] = np.where(kept, logarithms, np.nan)[:, 1:]
    factors = tuple(_factor(name, shares) for name, shares in zip(players, logarithms, strict=True))
    nominal = product(factors)
    both = design.neurons.keys() & baseline.neurons.keys()
    subject = NEURON if any(design.neurons[path] != baseline.neurons[path] for path in both) else ""
    of_neurons = [place for place, name in enumerate(players) if name in {NEURON, INTEGRATING}]
    contribution = _contribution(np.sum(logarithms[of_neurons], axis=0)) if subject and of_neurons else 1.0
    return Attribution(ratio, factors, ratio / nominal, subject, contribution if subject else ratio)


def _contribution(logarithms: Array) -> float:
    """What holds both at the stated inputs and in the median of the draws: the nearer of both to one.

    A spread without a stated value, such as a static power that nobody published, is no contribution by itself.
    """
    stated, drawn = float(logarithms[0]), logarithms[1:][np.isfinite(logarithms[1:])]
    middle = quantiles(drawn, (1.0 / 2.0,))[0] if drawn.size else stated
    return math.exp(min(stated, middle, key=abs)) if stated * middle > 0.0 else 1.0


def _same(cost: Array, other: Array) -> bool:
    return bool(np.allclose(cost, other, rtol=_ALIKE, atol=0.0, equal_nan=True))


def _factor(name: str, logarithms: Array) -> Factor:
    drawn = np.exp(logarithms[1:])
    return Factor(name, math.exp(logarithms[0]), Band.of(drawn) if np.any(np.isfinite(drawn)) else None)


ATTRIBUTED: Mapping[str, Attributing] = {
    "energy_per_inference_J": attributed_energy, "area_m2": attributed_area,
    "energy_per_spike_J": attributed_spike_energy,
}  # fmt: skip
"""Results whose ratios have an attribution."""
