"""Writing of array cells: program and verify, or pulses of a learning rule."""

from dataclasses import replace
from functools import cached_property

import numpy as np

from neuroest.blocks.base import EnergyCost, NetworkContext, either
from neuroest.blocks.cells.base import ResistiveMemory
from neuroest.blocks.electrical_point import Lines, Written
from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.equations import array_lines, learning, write_circuits, writing
from neuroest.levels.crossbar.array_circuit import ArrayCircuit

UPDATE, UPDATE_ROW, VERIFY = "update_pulse", "update_row", "update_verify"
"""Actions of learning: a pulse on a cell, a pulse on its row or column, and the verifying read of a cell."""
INHIBIT = "inhibited_column"
"""Action of learning: a column held at the pulse amplitude, which protects its cell."""
FALLING = 1.0 / 2.0
"""Share of the pulses that lower a conductance; a convention, since weights move both ways."""
SPIKE_ROW, SPIKE_COLUMN = "spike_row", "spike_column"
"""Actions of pulses that time pairs of spikes by themselves: lines driven by a spike on either side of an array."""


class WrittenArray(ArrayCircuit):
    """Array with the interface that write circuits see."""

    @property
    def program_voltage(self) -> u.Volt:
        """Write voltage of the cells."""
        return self.memory.device.program_voltage

    def cell_programming_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of writing one cell with verification, including its lines, at the programming voltage."""
        written = self.mean_conductance(network, None)
        read = written * self.options["read_voltage"] * self.read_supply_voltage()
        return self.cell.programming_energy(self.at_rest, read)

    def programming_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of writing one cell, including its write circuit and its supply."""
        circuit = self.write_circuit
        costs = [] if circuit is None else circuit.written_energies(self.written)
        return sum((cost.energy for cost in costs), start=self.cell_programming_energy(network))

    def cells_together(self) -> u.Dimensionless:
        """Cells written in parallel: as chosen, or one row, or the part of it that drivers and pump support."""
        if "cells_programmed_together" in self.options:
            return self.options["cells_programmed_together"]
        columns = self.options["columns"]
        if self.write_circuit is None or self.adds_charges:
            return columns
        return self.write_circuit.cells_at_once(
            columns, self.written_cell_current(), self.options["arrays_programmed_together"]
        )

    def written_cell_current(self) -> u.Ampere:
        """Current from the programming supply for one written cell, including half-selected cells of its lines."""
        d = self.memory.device
        line_energy = self.memory.half_select_energy(self.options["rows"], self.options["columns"])
        return d.program_current + line_energy / (d.program_voltage * d.program_time)

    @cached_property
    def written(self) -> Written:
        """Array properties that the write circuits need."""
        circuit, cell = self.write_circuit, self.memory
        if circuit is None:
            raise NeuroestError(f"{self.path} has no write_circuit")
        if self.adds_charges:
            raise NeuroestError(
                f"the write circuits of {self.cell.path} are in its area; leave out write_circuit"
            )
        rows, columns = self.options["rows"], self.options["columns"]
        d, other_current, together = cell.device, cell.half_selected_cell_current(), self.cells_together()
        one, voltage, levels = circuit.unipolar, self.program_voltage, cell.write_levels(circuit.unipolar)
        in_row = write_circuits.written_line_current(columns, together, d.program_current, other_current)
        in_column = write_circuits.written_line_current(rows, 1.0, d.program_current, other_current)
        shifter = self.driver.slots.get("level_shifter") is not None
        along_columns, drivers = circuit.spec.plates == "along_columns", circuit.drivers(columns)
        row = Lines(
            rows, rows, levels, 0.0 if cell.has_plates else in_row, voltage, read=True, shifted=shifter
        )
        column = Lines(
            columns,
            drivers,
            levels,
            in_column,
            cell.highest_column_voltage(one),
            read=True,
            held=cell.holds_parts,
        )
        plate = None
        if cell.has_plates and not one:
            plate = (
                Lines(columns, drivers, levels, in_column, voltage, read=False)
                if along_columns
                else Lines(rows, rows, levels, in_row, voltage, read=False)
            )
        return Written(
            row, column, plate, along_columns, voltage, self.written_cell_current(), together,
            self.options["arrays_programmed_together"], d.write_pulses, cell.pitch(), self.programming_time(),
            cell.programming_energy(self.at_rest, 0.0),
        )  # fmt: skip

    def rewriting_interval(self) -> u.Second:
        """Interval at which weights are rewritten even if never read: as chosen, or before they fade."""
        kept = self.cell.retention_time()
        if "refresh_interval" in self.options:
            return np.minimum(kept, self.options["refresh_interval"])
        return kept

    def programming_time(self) -> u.Second:
        """Time to write one whole array."""
        cell, cells = self.cell, self.options["rows"] * self.options["columns"]
        return writing.array_programming_time(
            cells, self.cells_together(), cell.write_pulses(), cell.write_time(), cell.verify_time()
        )

    # --- learning

    def update_states(self) -> u.Dimensionless:
        """Update steps of a cell from one end of its window to the other."""
        d = self.memory.device
        return either(d.update_states > 0.0, d.update_states, 2.0**d.bits_per_cell - 1.0)

    def update_voltage(self) -> u.Volt:
        """Amplitude of a learning pulse: its own, or that of programming."""
        d = self.memory.device
        return either(d.update_voltage > 0.0, d.update_voltage, d.program_voltage)

    def update_time(self) -> u.Second:
        """Width of a learning pulse: its own, or that of programming."""
        d = self.memory.device
        return either(d.update_time > 0.0, d.update_time, d.program_time)

    def update_cell_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of one learning pulse in the cell, from its conductance or from the write current."""
        d = self.memory.device
        conductance = self.mean_conductance(network, None)
        ohmic = learning.pulse_energy(
            self.update_voltage(), conductance, conductance, self.update_time(), 1.0
        )
        limited = writing.write_verify_energy(
            1.0, d.program_voltage, d.program_current, d.program_time, 0.0, 0.0
        )
        return either(d.update_voltage > 0.0, ohmic, limited)

    def update_energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energies of the pulses of a learning rule: cell, half-selected cells, lines, and surrounding circuits."""
        circuit, cell = self.write_circuit, self.cell
        if network.learning is None or circuit is None or not isinstance(cell, ResistiveMemory):
            return []
        voltage = self.update_voltage()
        half_selected = cell.half_select_energy(self.options["rows"], self.options["columns"])
        column = array_lines.line_toggle_energy(self.column_capacitance(), voltage)
        shared = circuit.spec.update_bit_lines == "along_rows"
        across = column * FALLING if shared else column
        along = array_lines.line_toggle_energy(self.row_capacitance(), voltage)
        read = self.mean_conductance(network, None) * self.options["read_voltage"]
        read = read * self.read_supply_voltage() * cell.device.verify_time
        own, quantity = self.update_cell_energy(network), "cell programming"
        taken = own + half_selected + across
        once = replace(self.written, pulses=1.0, time=self.update_time() * self.options["rows"], energy=taken)
        # what the circuits draw while they are on is power, for as long as the network learns
        around = [
            replace(cost, action=UPDATE)
            for cost in circuit.written_energies(once)
            if cost.term not in {"leakage", "idle"}
        ]
        costs = [
            cell.energy(UPDATE, "pulse", own, quantity),
            cell.energy(UPDATE, "column_line", across, quantity),
            cell.energy(UPDATE_ROW, "row_line", along, quantity),
            cell.energy(VERIFY, "verification", read, quantity),
            *around,
        ]
        if shared:
            costs.append(cell.energy(INHIBIT, "inhibited_column", column, quantity))
            lost = circuit.written_energies(replace(once, energy=column))
            costs += [replace(cost, action=INHIBIT) for cost in lost if cost.term == "pump_loss"]
        costs += self._timing_energies(network)
        if np.any(np.asarray(half_selected) > 0.0):
            costs.insert(1, cell.energy(UPDATE, "half_selected", half_selected, quantity))
        return costs

    def _timing_energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energies of a spike that finds its timing relative to another by itself: half-driven lines, or timers."""
        circuit, cell = self.write_circuit, self.memory
        if circuit is None or circuit.spec.update_timing == "datapath":
            return []
        half = self.update_voltage() / 2.0
        sides = (
            (SPIKE_ROW, self.row_capacitance(), self.options["columns"]),
            (SPIKE_COLUMN, self.column_capacitance(), self.options["rows"]),
        )
        costs = []
        for action, line, cells in sides:
            costs.append(
                cell.energy(action, "line", array_lines.line_toggle_energy(line, half), "cell programming")
            )
            if circuit.spec.update_timing == "diffusive_timers":
                timer = circuit.energy(action, "timer", circuit.device.timer_energy, "write addressing")
                costs.append(timer)
                continue
            conductance = self.mean_conductance(network, None)
            window = circuit.options["overlap_window"]
            through = learning.pulse_energy(half, conductance, conductance, window, cells)
            costs.append(cell.energy(action, "half_selected", through, "cell programming"))
        return costs
