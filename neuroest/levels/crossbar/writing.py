"""Writing of array cells: program and verify, or pulses of a learning rule."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import cast

import numpy as np

from neuroest.blocks.base import Costs, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.cells.base import Cell, ResistiveMemory
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.write_circuit import Lines, WriteCircuit, Written
from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import ageing, crossbar_wires, learning, write_circuits

UPDATE, UPDATE_ROW, VERIFY = "update_pulse", "update_row", "update_verify"
"""Actions of learning: a pulse on a cell, a pulse on its row or column, and the verifying read of a cell."""
INHIBIT = "inhibited_column"
"""Action of learning: a column held at the pulse amplitude, which protects its cell."""
FALLING = 1.0 / 2.0
"""Share of the pulses that lower a conductance; a convention, since weights move both ways."""
SPIKE_ROW, SPIKE_COLUMN = "spike_row", "spike_column"
"""Actions of pulses that time pairs of spikes by themselves: lines driven by a spike on either side of an array."""


@frozen_dataclass(eq=False)
class Writing:
    """Writing of the cells of an array.

    Attributes
    ----------
    cell : Cell
        The cell.
    circuit : WriteCircuit or None
        Its write circuit, if the file has one.
    point : ElectricalPoint
        Lines and voltages of the array.
    options : mapping
        Numeric choices of the array: `arrays_programmed_together`, and `cells_programmed_together` and
        `refresh_interval` if stated.
    shifts_rows : bool
        Whether the row drivers have level shifters.
    """

    cell: Cell
    circuit: WriteCircuit | None
    point: ElectricalPoint
    options: Mapping[str, u.Numeric]
    shifts_rows: bool

    @property
    def memory(self) -> ResistiveMemory:
        """The cell of an array whose weights are conductances."""
        return cast("ResistiveMemory", self.cell)

    def read_power(self, conductance: u.Siemens) -> u.Watt:
        """Power of the read that verifies a cell of this conductance. [W]."""
        return conductance * self.point.read_voltage * self.point.read_supply_voltage

    def cell_energy(self, conductance: u.Siemens) -> u.Joule:
        """Energy of writing one cell to this mean conductance, including its lines. [J]."""
        return self.cell.programming_energy(self.point, self.read_power(conductance))

    def energy(self, cell_energy: u.Joule) -> u.Joule:
        """Energy of writing one cell that takes this energy itself, with its write circuit and its supply. [J]."""
        costs = [] if self.circuit is None else self.circuit.written_energies(self.written)
        return sum((cost.energy for cost in costs), start=cell_energy)

    @cached_property
    def cells_together(self) -> u.Dimensionless:
        """Cells written in parallel: as chosen, or one row, or the part of it that drivers and pump support."""
        if "cells_programmed_together" in self.options:
            return self.options["cells_programmed_together"]
        columns = self.point.array_columns
        if self.circuit is None or self.cell.adds_charges:
            return columns
        return self.circuit.cells_at_once(
            columns, self.cell_current, self.options["arrays_programmed_together"]
        )

    @cached_property
    def cell_current(self) -> u.Ampere:
        """Current from the programming supply for one written cell, half-selected cells of its lines included. [A]."""
        d = self.memory.device
        line_energy = self.memory.half_select_energy(self.point.array_rows, self.point.array_columns)
        return d.program_current + line_energy / (d.program_voltage * d.program_time)

    @cached_property
    def written(self) -> Written:
        """Array properties that the write circuits need."""
        circuit, cell = self.circuit, self.memory
        if circuit is None:
            raise NeuroestError(f"{self.point.array_path} has no write_circuit")
        if cell.adds_charges:
            raise NeuroestError(f"the write circuits of {cell.path} are in its area; leave out write_circuit")
        rows, columns = self.point.array_rows, self.point.array_columns
        d, other_current, together = cell.device, cell.half_selected_cell_current(), self.cells_together
        one, voltage, levels = circuit.unipolar, d.program_voltage, cell.write_levels(circuit.unipolar)
        in_row = write_circuits.written_line_current(columns, together, d.program_current, other_current)
        in_column = write_circuits.written_line_current(rows, 1.0, d.program_current, other_current)
        along_columns, drivers = circuit.spec.plates == "along_columns", circuit.drivers(columns)
        current = 0.0 if cell.has_plates else in_row
        row = Lines(rows, rows, levels, current, voltage, read=True, shifted=self.shifts_rows)
        highest = cell.highest_column_voltage(one)
        column = Lines(columns, drivers, levels, in_column, highest, read=True, held=cell.holds_parts)
        plate = None
        if cell.has_plates and not one:
            plate = (
                Lines(columns, drivers, levels, in_column, voltage, read=False)
                if along_columns
                else Lines(rows, rows, levels, in_row, voltage, read=False)
            )
        return Written(
            row, column, plate, along_columns, voltage, self.cell_current, together,
            self.options["arrays_programmed_together"], d.write_pulses, cell.pitch(), self.time,
            cell.programming_energy(self.point, 0.0),
        )  # fmt: skip

    @cached_property
    def interval(self) -> u.Second:
        """Interval at which weights are rewritten even if never read: as chosen, or before they fade. [s]."""
        kept = self.cell.retention_time()
        if "refresh_interval" in self.options:
            return np.minimum(kept, self.options["refresh_interval"])
        return kept

    @cached_property
    def time(self) -> u.Second:
        """Time to write one whole array. [s]."""
        cell, cells = self.cell, self.point.array_rows * self.point.array_columns
        return write_circuits.array_programming_time(
            cells, self.cells_together, cell.write_pulses(), cell.write_time(), cell.verify_time()
        )

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Learning pulses, and the rewriting of cells that reads disturb or that fade."""
        energies, statics = self._update_energies(network, point.written_conductance), []
        reads = self.cell.disturb_reads()
        if np.any(np.isfinite(reads)):
            disturbed = ageing.disturb_rewriting_energy(point.programming_energy, reads)
            energies.append(self.cell.energy("cell_read", "disturb_rewriting", disturbed, "cell rewriting"))
        if np.any(np.isfinite(self.interval)):
            rewriting = ageing.refresh_power(point.programming_energy, self.interval)
            statics.append(StaticCost(self.cell.path, "refresh", rewriting, self.cell.programmed))
        return Costs(energies, (), statics)

    def _update_energies(self, network: NetworkContext, conductance: u.Siemens) -> list[EnergyCost]:
        """Energies of the pulses of a learning rule: cell, half-selected cells, lines, and surrounding circuits."""
        circuit, cell, point = self.circuit, self.cell, self.point
        if network.learning is None or circuit is None or not isinstance(cell, ResistiveMemory):
            return []
        voltage, quantity = cell.update_voltage(), "cell programming"
        half_selected = cell.half_select_energy(point.array_rows, point.array_columns)
        column = crossbar_wires.line_toggle_energy(point.column_capacitance, voltage)
        shared = circuit.spec.update_bit_lines == "along_rows"
        across = column * FALLING if shared else column
        along = crossbar_wires.line_toggle_energy(point.row_capacitance, voltage)
        read = self.read_power(conductance) * cell.verify_time()
        pulse = cell.update_energy(conductance)
        taken = pulse + half_selected + across
        once = replace(self.written, pulses=1.0, time=cell.update_time() * point.array_rows, energy=taken)
        # what the circuits draw while they are on is power, for as long as the network learns
        around = [
            replace(cost, action=UPDATE)
            for cost in circuit.written_energies(once)
            if cost.term not in {"leakage", "idle"}
        ]
        costs = [
            cell.energy(UPDATE, "pulse", pulse, quantity),
            cell.energy(UPDATE, "column_line", across, quantity),
            cell.energy(UPDATE_ROW, "row_line", along, quantity),
            cell.energy(VERIFY, "verification", read, quantity),
            *around,
        ]
        if shared:
            costs.append(cell.energy(INHIBIT, "inhibited_column", column, quantity))
            lost = circuit.written_energies(replace(once, energy=column))
            costs += [replace(cost, action=INHIBIT) for cost in lost if cost.term == "pump_loss"]
        if circuit.spec.update_timing != "datapath":
            costs += self._timing_energies(circuit, conductance)
        if np.any(np.asarray(half_selected) > 0.0):
            costs.insert(1, cell.energy(UPDATE, "half_selected", half_selected, quantity))
        return costs

    def _timing_energies(self, circuit: WriteCircuit, conductance: u.Siemens) -> list[EnergyCost]:
        """Energies of a spike that finds its timing relative to another by itself: half-driven lines, or timers."""
        cell, point = self.memory, self.point
        half = cell.update_voltage() / 2.0
        sides = (
            (SPIKE_ROW, point.row_capacitance, point.array_columns),
            (SPIKE_COLUMN, point.column_capacitance, point.array_rows),
        )
        costs = []
        for action, capacitance, cells in sides:
            line = crossbar_wires.line_toggle_energy(capacitance, half)
            costs.append(cell.energy(action, "line", line, "cell programming"))
            if circuit.spec.update_timing == "diffusive_timers":
                timer = circuit.energy(action, "timer", circuit.device.timer_energy, "write addressing")
                costs.append(timer)
                continue
            window = circuit.options["overlap_window"]
            through = learning.pulse_energy(half, conductance, conductance, window, cells)
            costs.append(cell.energy(action, "half_selected", through, "cell programming"))
        return costs
