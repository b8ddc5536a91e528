"""The stage that assigns each layer of a network to a computing level of the chip."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from neuroest.blocks.base import Check
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen
from neuroest.design.build import AMBIENT, TEMPERATURE, Design
from neuroest.design.chip import Chip, instantiate
from neuroest.levels.assignment import Assignment, assigned
from neuroest.levels.base import MappedLevel
from neuroest.pipeline.action_counts import count_actions
from neuroest.pipeline.area import InstanceRow, area_rows
from neuroest.pipeline.cost_table import contexts, cost_components
from neuroest.pipeline.energy import energy_rows
from neuroest.pipeline.mapping import in_coding, joined, map_network, mapper_for, mappers_for
from neuroest.pipeline.timing import time_network
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.layers import LayerTable, layer_table
from neuroest.workloads.layout import of_one_point
from neuroest.workloads.level_view import layers_of


def owners(design: Design, chip: Chip, layers: LayerTable) -> tuple[tuple[int, ...], tuple[Check, ...]]:
    """Place of the computing level of each layer in the list of levels, and whether all names name something.

    Raises
    ------
    MappingError
        If the chip has no computing level, no level can run a layer, or design points of a batch disagree.
    """
    levels = chip.computing_levels()
    if not levels:
        raise MappingError("a chip needs a level with a mapper; this one has none")
    if design.layer_levels is not None:
        places = {level.path: place for place, level in enumerate(levels)}
        return tuple(places[design.layer_levels[name]] for name in layers.names), ()
    found = assigned(levels, layers)
    known = [place for place in found.owner if place is not None]
    if len(known) == len(found.owner):
        return tuple(known), found.checks
    return _cheapest(design, chip, layers, found), found.checks


def settled(design: Design, workload: WorkloadSpec, values: Mapping[str, u.Numeric]) -> Design:
    """Fix the level of each layer by the costs at these values, for layers without a stated level.

    Uncertainty changes the costs of a chip, but its layers stay where the designer put them. So bands and scenarios use
    the fixed assignment.
    """
    auto = [part for part in design.root.walk() if "auto" in (getattr(part.spec, "layers", None) or ())]
    if not auto or design.layer_levels is not None:
        return design
    moved = {path: value for path, value in values.items() if path.startswith("workload.")}
    # a self-heating die is evaluated at the ambient temperature
    at = values if TEMPERATURE in values else {**values, TEMPERATURE: values[AMBIENT]}
    layers, chip = layer_table(workload, moved), instantiate(design, at)
    owner, _ = owners(design, chip, layers)
    paths = [level.path for level in chip.computing_levels()]
    names = {name: paths[place] for name, place in zip(layers.names, owner, strict=True)}
    return replace(design, layer_levels=frozen(names))


def _cheapest(design: Design, chip: Chip, layers: LayerTable, stated: Assignment) -> tuple[int, ...]:
    """The level of each layer if costs decide between several possible levels.

    Each level reports the cost of all open layers together. The cost of moving results from one level to another is not
    included.
    """
    able = {place: _able(chip, place, layers, stated) for place in stated.open_to}
    for index, name in enumerate(layers.names):
        if stated.owner[index] is None and not any(runs[index] for runs in able.values()):
            paths = ", ".join(chip.computing_levels()[place].path for place in stated.open_to)
            raise MappingError(f"none of the levels that are open to it can run layer {name!r}: {paths}")
    costs = {}
    for place in stated.open_to:
        # all open layers on this level, but for those that only another one can run
        on_it = tuple(
            said if said is not None else next(other for other in (place, *able) if able[other][index])
            for index, said in enumerate(stated.owner)
        )
        costs[place] = _costs(design, chip, layers, on_it)
    owner: list[int] = []
    weighted = of_one_point(layers.is_weighted) > 0.0
    for index, name in enumerate(layers.names):
        said, source = stated.owner[index], layers.reads[index][0]
        # a layer without weights runs where its input runs, if it can
        neighbour = None if weighted[index] or source < 0 else owner[source]
        if said is not None:
            owner.append(said)
        elif neighbour is not None and (neighbour not in able or able[neighbour][index]):
            owner.append(neighbour)
        else:
            owner.append(_least(name, {p: cost[..., index] for p, cost in costs.items() if able[p][index]}))
    return tuple(owner)


def _able(chip: Chip, place: int, layers: LayerTable, stated: Assignment) -> list[bool]:
    """Open layers that a level can run."""
    level = chip.computing_levels()[place]
    seen = chip.seen_from(level)

    def runs(own: Array) -> bool:
        try:
            mapper_for(seen, level, layers_of(in_coding(layers, own, level), own))
        except MappingError:
            return False
        return True

    every = np.array([1.0 if said is None else 0.0 for said in stated.owner])
    if runs(every):
        return [said is None for said in stated.owner]
    alone = np.eye(len(every))
    return [said is None and runs(alone[index]) for index, said in enumerate(stated.owner)]


def _costs(design: Design, chip: Chip, layers: LayerTable, owner: Sequence[int]) -> Array:
    """Cost of each layer on its level: dynamic energy, time, or area of its units."""
    levels = map_network(chip, mappers_for(chip, layers, owner))
    counts = count_actions(layers, levels)
    by = design.spec.layers_by
    if by == "time":
        return np.asarray(time_network(chip, layers, levels, counts).step)
    costs = cost_components(chip, joined(levels), contexts(layers, levels))
    if by == "energy":
        return np.asarray(
            sum((row.energy for row in energy_rows(counts, costs)), start=0.0 * layers.positions)
        )
    rows = area_rows(joined(levels), costs)
    return np.asarray(sum((_area_of(one, rows) for one in levels), start=0.0 * layers.positions))


def _area_of(one: MappedLevel, rows: Sequence[InstanceRow]) -> Array:
    """Area of the units of a level that each layer fills; none if layers share the units in time."""
    placement = one.mapped.placement
    if placement.shared:
        return np.asarray(0.0 * placement.units)
    inside = [row for row in rows if f"{row.component}.".startswith(f"{one.path}.")]
    area: u.Numeric = sum((row.total for row in inside), start=0.0)
    return np.asarray(placement.units * area / np.maximum(one.mapped.counts[one.path], 1.0))


def _least(name: str, costs: Mapping[int, Array]) -> int:
    """The level with the lowest cost for a layer; all design points of a batch must agree on it."""
    places = list(costs)
    table = np.stack([np.ravel(cost) for cost in np.broadcast_arrays(*costs.values())])
    least = np.argmin(table, axis=0)
    if np.any(least != least[0]):
        raise MappingError(f"design points disagree on the level of layer {name!r}")
    return places[int(least[0])]
