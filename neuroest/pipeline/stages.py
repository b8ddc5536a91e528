"""The stages of a pass, one after the other: layers, chip, mapping, counts, costs, times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from neuroest.core import units as u
from neuroest.design.build import Design
from neuroest.design.chip import Chip, instantiate
from neuroest.levels.base import Mapper, NetworkMapping
from neuroest.levels.crossbar.array_circuit import ArrayCircuit
from neuroest.pipeline.action_counts import ActionCounts, count_actions
from neuroest.pipeline.cost_table import CostTable, cost_components
from neuroest.pipeline.learning import Learning, learn
from neuroest.pipeline.mapping import map_network, mapper_for
from neuroest.pipeline.self_heating import SelfHeating
from neuroest.pipeline.timing import Timing, time_network
from neuroest.specs.learning import LearningRule
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.layers import LayerTable, layer_table

FIRING_SLACK = 0.1
"""Share by which neurons may fire later than the network's; a convention, the error of the closed forms."""
_STRETCHES = 4
"""Rounds in which a timestep and the drives within it are made to fit; numerical, each is some ten times closer."""


@dataclass(frozen=True, eq=False, repr=False)
class Stages:
    """What each stage of a pass returned, as arrays.

    Attributes
    ----------
    layers, chip, mapper, mapped, counts, costs, timing
        Of the stages, in their order. The layers stand on the last axis, the design points before it.
    learning : Learning or None
        What changing the weights takes, where the network learns.
    heating : SelfHeating or None
        How the temperature came about, where the chip's own power makes it.
    """

    layers: LayerTable
    chip: Chip
    mapper: Mapper
    mapped: NetworkMapping
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
        mapper, mapped, counts, timing = _timed(chip, layers, 0.0, rule)
        if isinstance(mapper.compute, ArrayCircuit) and mapper.compute.neuron is not None:
            # neurons that forget are driven for longer where the rest of the chip stretches the timestep; the longer
            # drive stretches it a little more
            least: u.Second = 0.0
            for _ in range(_STRETCHES):
                step = np.max(timing.stage_interval, axis=-1, keepdims=True)
                late = np.asarray(mapper.compute.overstretched(mapper.network, step) > 1.0 + FIRING_SLACK)
                if not np.any(late):
                    break
                least = np.where(late, step, least)  # the other points of a batch stay as they are
                mapper, mapped, counts, timing = _timed(chip, layers, least, rule)
        learning = learn(workload, values, mapper, mapped, counts)
        costs = cost_components(chip, mapped, mapper.network)
        return cls(layers, chip, mapper, mapped, counts, costs, timing, learning)


def _timed(
    chip: Chip, layers: LayerTable, least_timestep: u.Second, rule: LearningRule | None
) -> tuple[Mapper, NetworkMapping, ActionCounts, Timing]:
    """Mapping, counts and times of a network whose timesteps are at least that long."""
    mapper = mapper_for(chip, layers, least_timestep, rule)
    mapped = map_network(mapper)
    counts = count_actions(mapper, mapped)
    return mapper, mapped, counts, time_network(mapper, mapped, counts)


def _list_length(values: Mapping[str, u.Numeric]) -> int:
    """Points of a list; one for a single point and for an open grid."""
    shapes = {np.shape(value) for value in values.values() if not isinstance(value, float)}
    long = [shape for shape in shapes if max(shape, default=1) > 1]
    return int(long[0][0]) if len(long) == 1 and len(long[0]) == 2 else 1
