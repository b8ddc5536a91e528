"""The stages of a pass, one after the other: layers, chip, mapping, counts, costs, times."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Self

from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.build import Design
from neuroest.design.chip import Chip
from neuroest.levels import populations
from neuroest.levels.base import MappedLevel, Mapper, NetworkMapping
from neuroest.pipeline.action_counts import ActionCounts
from neuroest.pipeline.assignment import owners
from neuroest.pipeline.cost_table import CostTable, contexts, cost_components
from neuroest.pipeline.learning import Learning, learn
from neuroest.pipeline.mapping import joined
from neuroest.pipeline.pacing import Points, Settled, fit_timesteps
from neuroest.pipeline.power import SelfHeating
from neuroest.pipeline.timing import Timing
from neuroest.specs.workload import WorkloadSpec
from neuroest.workloads.layers import LayerTable


@frozen_dataclass(eq=False)
class Stages:
    """Results of each stage of a pass, as arrays.

    Attributes
    ----------
    layers, chip, levels, counts, costs, timing
        Results of the stages, in their order. The last axis is the layers, the axes before it the design points.
    learning : Learning or None
        Costs of changing the weights, if the network learns.
    heating : SelfHeating or None
        Calculation of the temperature, if the chip's own power determines it.
    """

    layers: LayerTable
    chip: Chip
    levels: tuple[MappedLevel, ...]
    counts: ActionCounts
    costs: CostTable
    timing: Timing
    learning: Learning | None = None
    heating: SelfHeating | None = None
    data_period: u.Numeric | None = None
    """Time in which the data of one inference arise, where the network states it. [s]."""

    @classmethod
    def run(cls, design: Design, workload: WorkloadSpec, values: Mapping[str, u.Numeric]) -> Self:
        """All stages at stated values, the temperature of the die among them.

        Raises
        ------
        MappingError
            When the chip cannot run the network whatever its numbers.
        """
        points = Points(design, workload, values)
        layers, chip = points.layers, points.chip
        owner, unknown = owners(design, chip, layers)
        rule = None if workload.learning is None else workload.learning.stated
        levels, counts, timing, _, fitted = fit_timesteps(points, Settled(owner, rule, design.spec.partition))
        learning = learn(workload, values, levels, counts)
        costs = cost_components(chip, joined(levels), contexts(layers, levels))
        if first := (*populations.checks(layers), *unknown, *fitted):
            counts = replace(counts, checks=(*first, *counts.checks))
        period = values.get("workload.period")
        return cls(layers, chip, levels, counts, costs, timing, learning, data_period=period)

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
