"""Weight updates of crossbar arrays: pulses on cells, row by row or all at once, from one side or both."""

import numpy as np

from neuroest.blocks import write_circuit
from neuroest.blocks.base import Check
from neuroest.blocks.cells.base import ResistiveMemory
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import MappingError
from neuroest.equations import learning as equations
from neuroest.levels.base import Placement
from neuroest.levels.crossbar.layout import CrossbarLayout
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
    updates = _Updates(mapper, placement, counts)
    circuit = mapper.compute.write_circuit
    if counts.rule.update is None or circuit is None or circuit.spec.update_timing == "datapath":
        return updates.learning()
    return updates.paired()


def _refuse(mapper: CrossbarLayout, counts: LearningCounts) -> None:
    """Refuse rules that need a circuit which the arrays do not have.

    Pulses that time spikes by themselves make pairs of spikes only.
    """
    array, path, rule = mapper.compute, mapper.level.path, counts.rule
    circuit = array.write_circuit
    if rule.update is None:
        return
    if not isinstance(array.cell, ResistiveMemory):
        raise MappingError(f"{array.cell.path} is not a cell that pulses can program, so {path} cannot learn")
    if circuit is None:
        raise MappingError(
            f"{path} has no write_circuit, so a learning rule cannot change its cells; add one"
        )
    if np.all(array.weights.slices(mapper.network) > 1.0):
        raise MappingError(
            f"{path} splits a weight over several cells, which one pulse cannot update; set {path}.weight_bits to the "
            "bits of one cell, sign included"
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
    kind = circuit.spec.update_timing
    if kind == "datapath":
        return
    spikes = {"x0", "y0"}
    pairs = all(
        len(spikes & set(p.factors)) == 1 and {*p.factors} <= {*spikes, *rule.traces} and not p.constants[1:]
        for p in rule.formulas["update"]
    )
    if rule.tags or not pairs:
        raise MappingError(
            f"{circuit.path} times spikes by {kind}, which make pairs of spikes only; use a datapath"
        )
    if kind == "overlapping_pulses" and "overlap_window" not in circuit.options:
        raise MappingError(f"{circuit.path} needs an overlap_window for overlapping_pulses, such as 1 us")
    if kind == "diffusive_timers" and not np.all(np.asarray(circuit.device.timer_energy) > 0.0):
        raise MappingError(
            f"{circuit.path} times spikes by diffusive_timers, and its device states no timer_energy and timer_area"
        )


class _Updates:
    """Updates of one rule on the arrays of one chip."""

    def __init__(self, mapper: CrossbarLayout, placement: Placement, counts: LearningCounts) -> None:
        self.mapper, self.placement, self.counts = mapper, placement, counts
        self.array = mapper.compute

    @property
    def pair(self) -> float:
        """Cells of a weight that an update moves."""
        columns, rows = self.array.weights.devices_per_weight()
        return 1.0 if self.array.spec.updated_cells == "one" else columns * rows

    def cells(self) -> Array:
        """Cells of the weights that learn, in all copies of a layer."""
        columns, rows = self.array.weights.devices_per_weight()
        return np.asarray(self.counts.weights * columns * rows * self.placement.replication)

    def learning(self) -> LevelLearning:
        """All actions, times and pulses of an update."""
        mapper, array, counts = self.mapper, self.array, self.counts
        if counts.rule.update is None:
            return LevelLearning({}, mapper.zeros(), by_layer=False, engine=True)
        circuit = array.write_circuit
        steps = equations.asked_steps(1.0, counts.asked_share, array.memory.update_states())
        due = [(visit, *due_per_value(counts, steps)) for visit in counts.updates]
        if counts.rule.tag_memory == "cells":
            due += [(visit, np.minimum(steps, 1.0), steps) for visit in counts.tags]
        pulses, slots, held = mapper.zeros(), mapper.zeros(), mapper.zeros()
        for visit, share, number in due:
            own, row = self.visit(visit, share, number, steps)
            pulses, slots, held = pulses + own, slots + row, held + self.held_columns(visit, own, row)
        d = array.memory.device
        verified = circuit is not None and circuit.spec.update_verification == "after_each_pulse"
        slot = array.memory.update_time() + (d.verify_time if verified else 0.0)
        actions = {(writer.path, write_circuit.UPDATE): pulses for writer in array.writers}
        actions[array.cell.path, write_circuit.UPDATE_ROW] = slots
        if circuit is not None and circuit.spec.update_bit_lines == "along_rows":
            actions[array.cell.path, write_circuit.INHIBIT] = held
        if verified:
            actions[array.cell.path, write_circuit.VERIFY] = pulses
        actions |= self.backward()
        return LevelLearning(
            actions, np.asarray(slots * slot / array.options["arrays_programmed_together"]), by_layer=True,
            engine=True, pulses=np.asarray(pulses), cells=self.cells(), checks=(self.one_cell(),),
        )  # fmt: skip

    def paired(self) -> LevelLearning:
        """Spikes that drive their lines, and the pulses where two of them overlap; all lines work in parallel."""
        mapper, array, counts = self.mapper, self.array, self.counts
        circuit, placement = array.write_circuit, self.placement
        columns, rows = array.weights.devices_per_weight()
        steps = equations.asked_steps(1.0, counts.asked_share, array.memory.update_states())
        _, each = due_per_value(counts, steps)
        pulses = mapper.zeros()
        spikes = {write_circuit.SPIKE_ROW: mapper.zeros(), write_circuit.SPIKE_COLUMN: mapper.zeros()}
        for visit in counts.updates:
            pulses = pulses + visit.written * each * self.pair * placement.replication
            side, lines = (
                (write_circuit.SPIKE_ROW, placement.column_blocks * rows)
                if visit.access == "row"
                else (write_circuit.SPIKE_COLUMN, placement.row_blocks * columns)
            )
            spikes[side] = np.asarray(spikes[side] + visit.events * lines)
        actions = {(writer.path, write_circuit.UPDATE): np.asarray(pulses) for writer in array.writers}
        timed = array.cell.path if circuit is None else circuit.path
        for action, number in spikes.items():
            actions[array.cell.path, action] = number
            actions[timed, action] = number
        window = array.memory.update_time() if circuit is None else circuit.options.get("overlap_window", 0.0)
        slot = np.maximum(array.memory.update_time(), window)
        return LevelLearning(
            actions, np.asarray(counts.learns * mapper.steps * slot), by_layer=False, engine=False,
            pulses=np.asarray(pulses), cells=self.cells(), checks=(self.one_cell(),),
        )  # fmt: skip

    def one_cell(self) -> Check:
        """Whether one cell holds a weight, at all points of a batch."""
        cells = self.array.weights.slices(self.mapper.network)
        return Check(
            "one_cell_learns", self.array.path, "infeasible", cells <= 1.0,
            "a weight is split over several cells, which a pulse of a learning rule cannot update together", cells, 1.0,
        )  # fmt: skip

    def visit(
        self, visit: Visits, share: u.Dimensionless, pulses: u.Dimensionless, steps: u.Dimensionless
    ) -> tuple[Array, Array]:
        """Pulses on cells, and slots in which one row or column of an array is pulsed."""
        array, placement, t = self.array, self.placement, self.mapper.layers
        circuit = array.write_circuit
        on_cells = np.asarray(visit.written * pulses * self.pair * placement.replication)
        columns_each, rows_each = array.weights.devices_per_weight()
        lines = visit.events * (placement.column_blocks * rows_each * placement.replication)
        across = np.minimum(t.outputs * columns_each, array.options["columns"])
        if visit.access == "column":
            lines = visit.events * (placement.row_blocks * columns_each * placement.replication)
            across = np.minimum((t.reduction + t.recurrent_reduction) * rows_each, array.options["rows"])
            if circuit is not None and circuit.spec.update_access == "rows":
                # each cell of the column lies in a row of its own
                lines, across = visit.values * self.pair * placement.replication, np.ones_like(across)
        asked = visit.written * self.pair * placement.replication
        due = np.minimum(asked / np.maximum(lines * across, 1.0), 1.0)
        written = due * share
        together = array.writing.cells_together
        if visit.access == "column" and circuit is not None:
            together = circuit.supplied(
                array.options["rows"], array.writing.cell_current, array.options["arrays_programmed_together"]
            )
        groups = np.ceil(across / together)
        some = equations.any_share(written, np.minimum(across, together))
        longest: u.Numeric = 1.0
        if self.counts.rule.write in {"threshold", "stochastic"}:
            longest = equations.slowest_pulses(steps, np.maximum(np.minimum(across, together) * due, 1.0))
        if circuit is not None and circuit.spec.update_order == "whole_array" and visit.access == "array":
            # all rows of all arrays of a layer at once, as often as a row would be visited
            lines = lines / np.maximum((t.reduction + t.recurrent_reduction) * rows_each, 1.0)
            groups = np.ones_like(groups)
        return on_cells, np.asarray(lines * groups * some * longest * _PHASES)

    def held_columns(self, visit: Visits, pulses: Array, slots: Array) -> Array:
        """Columns held at the pulse amplitude while other cells of their row are raised, if rows share a bit line."""
        columns_each, _ = self.array.weights.devices_per_weight()
        width = np.minimum(self.mapper.layers.outputs * columns_each, self.array.options["columns"])
        own = slots if visit.access == "column" else pulses
        return np.asarray((1.0 - write_circuit.FALLING) * np.maximum(slots * width - own, 0.0))

    def backward(self) -> dict[tuple[str, str], Array]:
        """Backward reads of the arrays, from columns to rows, through as many circuits as a forward read."""
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
