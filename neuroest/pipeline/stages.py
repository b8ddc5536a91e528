"""The stages of a pass, one after the other: layers, chip, mapping, counts, costs, times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from neuroest.blocks.base import UNKNOWN_PACE, Pace
from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.design.build import Design
from neuroest.design.chip import Chip, instantiate
from neuroest.levels import populations
from neuroest.levels.base import MappedLevel, Mapper, NetworkMapping
from neuroest.levels.crossbar.array_circuit import ArrayCircuit
from neuroest.pipeline.action_counts import ActionCounts, count_actions
from neuroest.pipeline.assignment import owners
from neuroest.pipeline.cost_table import CostTable, contexts, cost_components
from neuroest.pipeline.learning import Learning, learn
from neuroest.pipeline.mapping import joined, map_network, mappers_for
from neuroest.pipeline.self_heating import SelfHeating
from neuroest.pipeline.timing import Timing, time_network
from neuroest.specs.learning import LearningRule
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.layers import LayerTable, layer_table

FIRING_SLACK = 0.1
"""Share by which neurons may fire later than the network's; a convention, the error of the closed forms."""
_STRETCHES = 4
"""Rounds in which a timestep and the drives within it are made to fit; numerical, the check `neuron_fires_in_time`
reports designs that need more."""


@dataclass(frozen=True, eq=False, repr=False)
class Stages:
    """What each stage of a pass returned, as arrays.

    Attributes
    ----------
    layers, chip, levels, counts, costs, timing
        Results of the stages, in their order. The last axis is the layers, the axes before it the design points.
    learning : Learning or None
        Costs of changing the weights, where the network learns.
    heating : SelfHeating or None
        How the temperature was calculated, where the chip's own power makes it.
    """

    layers: LayerTable
    chip: Chip
    levels: tuple[MappedLevel, ...]
    counts: ActionCounts
    costs: CostTable
    timing: Timing
    learning: Learning | None = None
    heating: SelfHeating | None = None

    @classmethod
    def run(cls, design: Design, workload: WorkloadSpec, values: Mapping[str, u.Numeric]) -> Self:
        """All stages at stated values, the temperature of the die among them.

        Raises
        ------
        MappingError
            When the chip cannot run the network whatever its numbers.
        """
        moved = {path: value for path, value in values.items() if path.startswith("workload.")}
        layers = layer_table(workload, moved, _list_length(values))
        chip = instantiate(design, values)
        rule = None if workload.learning is None else workload.learning.stated
        owner, unknown = owners(design, chip, layers)
        given = _Given(owner, rule, design.spec.partition)
        paces = [UNKNOWN_PACE] * len(chip.computing_levels())
        levels, counts, timing = _timed(chip, layers, given, paces)
        # neurons that forget are driven for longer where the rest of the chip stretches the timestep; the longer drive
        # stretches it a little more
        for _ in range(_STRETCHES):
            before, paces = paces, [_paced(*each, timing) for each in zip(paces, levels, strict=True)]
            if all(now is old for now, old in zip(paces, before, strict=True)):
                break
            levels, counts, timing = _timed(chip, layers, given, paces)
        learning = learn(workload, values, levels, counts)
        costs = cost_components(chip, joined(levels), contexts(layers, levels))
        if first := (*populations.checks(layers), *unknown):
            counts = replace(counts, checks=(*first, *counts.checks))
        return cls(layers, chip, levels, counts, costs, timing, learning)

    @cached_property
    def mapped(self) -> NetworkMapping:
        """The network on all computing levels together."""
        return joined(self.levels)

    @property
    def mapper(self) -> Mapper:
        """The mapper of a chip with one computing level.

        Raises
        ------
        NeuroestError
            When it has several.
        """
        return self.one_level.mapper

    @property
    def one_level(self) -> MappedLevel:
        """The computing level of a chip that has one.

        Raises
        ------
        NeuroestError
            When it has several.
        """
        if len(self.levels) > 1:
            paths = " and ".join(level.path for level in self.levels)
            raise NeuroestError(f"this is for chips with one computing level; this chip has {paths}")
        return self.levels[0]


def _paced(pace: Pace, level: MappedLevel, timing: Timing) -> Pace:
    """The pace with the timestep that the rest of the chip makes, where that is too long for neurons that forget.

    It stays as it is where there is no such point, or where none of them moves any more.
    """
    array, network = level.mapper.compute, level.mapper.network
    if not isinstance(array, ArrayCircuit) or array.neuron is None or not np.any(level.own > 0.0):
        return pace
    step = timing.timestep(level)
    late = np.asarray(array.overstretched(network, step) > 1.0 + FIRING_SLACK) & (step > 0.0)
    # the other points of a batch stay as they are
    asked = np.where(late, step, pace.least_timestep)
    return pace if np.all(asked == pace.least_timestep) else Pace(asked, array.own_hold(network))


@dataclass(frozen=True, eq=False, repr=False)
class _Given:
    """What is settled before a network is mapped: the level of each layer, how it learns, how chips divide it."""

    owner: Sequence[int]
    rule: LearningRule | None
    partition: str


def _timed(
    chip: Chip, layers: LayerTable, given: _Given, paces: Sequence[Pace]
) -> tuple[tuple[MappedLevel, ...], ActionCounts, Timing]:
    """Mapping, counts and times of a network at a pace for each level."""
    levels = map_network(chip, mappers_for(chip, layers, given.owner, paces, given.rule))
    counts = count_actions(layers, levels, given.partition)
    return levels, counts, time_network(chip, layers, levels, counts)


def _list_length(values: Mapping[str, u.Numeric]) -> int:
    """Points of a list; one for a single point and for an open grid."""
    shapes = {np.shape(value) for value in values.values() if not isinstance(value, float)}
    long = [shape for shape in shapes if max(shape, default=1) > 1]
    return int(long[0][0]) if len(long) == 1 and len(long[0]) == 2 else 1
