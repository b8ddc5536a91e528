"""How crossbar arrays change their weights: pulses on cells, row by row or all at once, from one end or from both."""

from __future__ import annotations

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.cells.base import ResistiveMemory
from neuroest.core import units as u
from neuroest.core.errors import MappingError
from neuroest.equations import learning as equations
from neuroest.levels.base import Array, Placement
from neuroest.levels.crossbar.layout import CrossbarLayout
from neuroest.levels.crossbar.written_array import UPDATE, UPDATE_ROW, VERIFY
from neuroest.levels.learning import LevelLearning, due_per_value
from neuroest.workloads.learning import LearningCounts, Visits

_PHASES = 2.0
"""Cells of a row that rise are written before those that fall, since both need voltages of opposite sign."""


def learn_in_arrays(mapper: CrossbarLayout, placement: Placement, counts: LearningCounts) -> LevelLearning:
    """Pulses on cells and rows, and the time that they take.

    Raises
    ------
    MappingError
        When the arrays cannot do what the rule asks for.
    """
    _refuse(mapper, counts)
    return _Updates(mapper, placement, counts).learning()


def _refuse(mapper: CrossbarLayout, counts: LearningCounts) -> None:
    """Refuse rules that need a circuit which the arrays have not."""
    array, path, rule = mapper.compute, mapper.level.path, counts.rule
    if rule.update is None:
        return
    if not isinstance(array.cell, ResistiveMemory):
        raise MappingError(f"{array.cell.path} is no cell that pulses move, so {path} cannot learn")
    if array.write_circuit is None:
        raise MappingError(
            f"{path} has no write_circuit, so that no learning rule can change its cells; add one"
        )
    if np.all(array.slices(mapper.network) > 1.0):
        raise MappingError(
            f"{path} holds a weight in several cells, which no pulse moves as one; set {path}.weight_bits to what one "
            "cell holds, its sign included"
        )
    named = {f for products in rule.formulas.values() for product in products for f in product.factors}
    if "w" in named and array.converter is None:
        raise MappingError(
            f"the rule reads the weight w, and {path} ends at neurons: nothing reads a single cell; use an adc read-out"
        )
    if rule.error == "backward" and array.spec.backward_readout == "none":
        raise MappingError(
            f"the rule sends errors back through the weights, and {path} is read at its columns only; write "
            f"backward_readout: at_rows"
        )


class _Updates:
    """One rule on the arrays of one chip."""

    def __init__(self, mapper: CrossbarLayout, placement: Placement, counts: LearningCounts) -> None:
        self.mapper, self.placement, self.counts = mapper, placement, counts
        self.array = mapper.compute

    @property
    def pair(self) -> float:
        """Cells of a weight that an update moves."""
        columns, rows = self.array.devices_per_weight()
        return 1.0 if self.array.spec.updated_cells == "one" else columns * rows

    def learning(self) -> LevelLearning:
        """All actions, times and pulses."""
        mapper, array, counts = self.mapper, self.array, self.counts
        if counts.rule.update is None:
            return LevelLearning({}, mapper.zeros(), by_layer=False, engine=True)
        circuit = array.write_circuit
        columns, rows = array.devices_per_weight()
        steps = equations.asked_steps(1.0, counts.asked_share, array.update_states())
        pulses, slots = mapper.zeros(), mapper.zeros()
        for visit in counts.updates:
            own, row = self.visit(visit, *due_per_value(counts, steps), steps)
            pulses, slots = pulses + own, slots + row
        if counts.rule.tag_memory == "cells":
            for visit in counts.tags:
                own, row = self.visit(visit, np.minimum(steps, 1.0), steps, steps)
                pulses, slots = pulses + own, slots + row
        d = array.memory.device
        verified = circuit is not None and circuit.spec.update_verification == "after_each_pulse"
        slot = array.update_time() + (d.verify_time if verified else 0.0)
        actions = {(writer.path, UPDATE): pulses for writer in array.writers}
        actions[array.cell.path, UPDATE_ROW] = slots
        if verified:
            actions[array.cell.path, VERIFY] = pulses
        actions |= self.backward()
        return LevelLearning(
            actions, np.asarray(slots * slot / array.options["arrays_programmed_together"]), by_layer=True,
            engine=True, pulses=np.asarray(pulses), cells=np.asarray(counts.weights * columns * rows),
            checks=(self.one_cell(),),
        )  # fmt: skip

    def one_cell(self) -> Check:
        """Whether one cell holds a weight, of all points of a batch."""
        cells = self.array.slices(self.mapper.network)
        return Check(
            "one_cell_learns", self.array.path, "infeasible", cells <= 1.0,
            "a weight lies in several cells, which no pulse of a learning rule moves as one", cells, 1.0,
        )  # fmt: skip

    def visit(
        self, visit: Visits, share: u.Dimensionless, pulses: u.Dimensionless, steps: u.Dimensionless
    ) -> tuple[Array, Array]:
        """Pulses on cells, and slots in which one row or column of an array is pulsed."""
        array, placement, t = self.array, self.placement, self.mapper.layers
        circuit = array.write_circuit
        on_cells = np.asarray(visit.written * pulses * self.pair)
        columns_each, rows_each = array.devices_per_weight()
        lines = visit.events * (placement.column_blocks * rows_each)
        across = np.minimum(t.outputs * columns_each, array.options["columns"])
        if visit.access == "column":
            lines = visit.events * (placement.row_blocks * columns_each)
            across = np.minimum((t.reduction + t.recurrent_reduction) * rows_each, array.options["rows"])
            if circuit is not None and circuit.spec.update_access == "rows":
                # each cell of the column lies in a row of its own
                lines, across = visit.values * self.pair, np.ones_like(across)
        due = np.minimum(visit.written * self.pair / np.maximum(lines * across, 1.0), 1.0)
        written = due * share
        together = array.cells_together()
        if visit.access == "column" and circuit is not None:
            together = circuit.supplied(
                array.options["rows"],
                array.written_cell_current(),
                array.options["arrays_programmed_together"],
            )
        groups = np.ceil(across / together)
        some = equations.written_words(written, np.minimum(across, together))
        longest: u.Numeric = 1.0
        if self.counts.rule.write in {"threshold", "stochastic"}:
            longest = equations.slowest_pulses(steps, np.maximum(np.minimum(across, together) * due, 1.0))
        if circuit is not None and circuit.spec.update_order == "whole_array" and visit.access == "array":
            # all rows of all arrays of a layer at once, as often as a row would be visited
            lines = lines / np.maximum((t.reduction + t.recurrent_reduction) * rows_each, 1.0)
            groups = np.ones_like(groups)
        return on_cells, np.asarray(lines * groups * some * longest * _PHASES)

    def backward(self) -> dict[tuple[str, str], Array]:
        """Reads of the arrays from their columns to their rows, as many circuits for each as in a forward read."""
        counts, mapper = self.counts, self.mapper
        if not np.any(counts.backward_steps > 0.0):
            return {}
        forward = mapper.action_counts(self.placement).actions
        often = counts.backward_steps / mapper.steps
        inside = f"{mapper.level.path}."
        return {
            key: np.asarray(count * often)
            for key, count in forward.items()
            if key[0].startswith(inside) and key[1] not in {"program", "spike", "time_step", "inference"}
        }
