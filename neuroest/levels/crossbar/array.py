"""Resistive crossbar: costs, limits and accuracy of the circuit of an array."""

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from neuroest.blocks.base import (
    AreaCost,
    Characteristic,
    Check,
    Costs,
    EnergyCost,
    NetworkContext,
    StaticCost,
)
from neuroest.blocks.columns.clamps import CurrentClamp
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.roles import CouplesDirectly, HoldsResults, IdealColumn
from neuroest.core import units as u
from neuroest.equations import (
    converters,
    crossbar_wires,
    front_ends,
    learning,
    power,
    stacked_tiers,
    weight_spreads,
)
from neuroest.equations import crossbar as equations
from neuroest.levels.crossbar.array_circuit import ArrayCircuit
from neuroest.levels.crossbar.timestep import longest, shortest
from neuroest.levels.crossbar.writing import Writing
from neuroest.levels.learning import BACKWARD_READOUT

_LONG = 1e3
"""Read time over settling time above which a stage that holds the results is advised; a convention."""
_WAITING = 2.0
"""Times of its own read for which a column may conduct while others are converted; a convention."""
_SOLVED_LOSS = 6.6
"""Largest G r N^2 for which the IR drop was compared with a solution of all nodes (docs/models)."""


class CrossbarArray(ArrayCircuit):
    """Array of cells, drivers and column circuits, with its wires."""

    def point(self, network: NetworkContext) -> ElectricalPoint:
        """Currents, voltages and times at the cells and circuits of the array for this network."""
        slices, cell_bits = self.digits_of_weight(network)
        conductance, drawn = self.weights.conductance(network), self.weights.drawn_conductance(network)
        values: dict[str, Any] = {
            "slices": slices,
            "cell_bits": cell_bits,
            "rows_per_weight": self.weights.devices_per_weight()[1],
            "read_time": self.read_time(network),
            "drive_time": self.drive_time(network),
            "row_time": self.row_time(network),
            "row_energy": self.row_energy(),
            "row_current": self.row_current(network, conductance),
            "drawn_row_current": self.row_current(network, drawn),
            "hold_time": self.hold_time(network),
            "longest_hold_time": longest(self.hold_time(network)),
            "settled_bits": self.settled_bits(),
            "read_bits": self.settled_bits() if self.converter is None else self.resolution(network),
            "signal_energy": self.signal_energy(network),
            "cell_programming_energy": self.cell_programming_energy(network),
            "programming_energy": self.programming_energy(network),
            "written_conductance": self.weights.written_conductance(network),
            "neuron_capacitance": None if self.driven_load is None else self.driven_load.column,
        }
        if not self.adds_charges:
            values["cell_conductance"] = conductance
            values["lowest_conductance"] = self.weights.ends()[0]
            values["cell_supply_voltage"] = self.cell_supply_voltage()
            values["current_share"] = self.current_share(network)
            values["reads_reference"] = bool(self.weights.reference_columns)
            values["column_energy"] = (
                None if isinstance(self.interface, IdealColumn) else self.column_energy()
            )
        if isinstance(self.interface, CurrentClamp):
            values["clamp_current"] = self.current_of_clamp(network)
            if not self.adds_charges:
                values["column_current"] = self.column_current_of_clamp(network)
        if self.neuron is not None:
            drive = self.drive(network)
            values["spike_ends_drive"] = drive.ends
            values["burst"] = drive.burst
            values["spikes_for_one"] = drive.spikes_for_one
            if self.neuron.conducts_while_driven:
                values["drive_share"] = drive.mean_share
        if self.converter is not None:
            values["resolution"] = self.resolution(network)
        if self.sampler is not None:
            values["sampled_load"] = self.sampled_load(network)
        if self.multiplexer is not None:
            values["switch_source"] = self.switched_source(network, conductance)
            values["drawn_switch_source"] = self.switched_source(network, drawn)
            values["switched_swing"], values["switched_supply"] = self.switched_swing()
            values["switched_pitch"] = self.switched_pitch(network)
            values["column_span"] = self.options["columns"] * self.column_pitch()
        if self.write_circuit is not None:
            values["written"] = self.writing.written
        return self.at_rest.changed(**values)

    def circuit_costs(self, network: NetworkContext) -> Costs:
        """Costs and checks of the cells, of the circuits around them, and of writing again."""
        point, phase = self.point(network), self.phase_context(network)
        chain = [part.costs(phase if part is self.driver else network, point) for part in self.circuits]
        return Costs.of_all([*chain, self.writing.costs(network, point)])

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Cells, circuits, learning pulses and rewriting."""
        return list(self.circuit_costs(network).energies)

    @cached_property
    def writing(self) -> Writing:
        """Writing of the cells."""
        shifts_rows = self.driver.slots.get("level_shifter") is not None
        return Writing(self.cell, self.write_circuit, self.at_rest, self.options, shifts_rows)

    def programming_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of writing one cell, including its write circuit and its supply."""
        return self.writing.energy(self.cell_programming_energy(network))

    def cell_programming_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of writing one cell, including its lines."""
        return self.writing.cell_energy(self.weights.written_conductance(network))

    def current_share(self, network: NetworkContext) -> u.Dimensionless:
        """Share of the cell current that remains with the wire loss and, if the column drives a neuron, its voltage."""
        left = self.current_left(network)
        if self.driven_load is None:
            return left
        reached = self.driven_voltage(network)
        left = left * (1.0 - reached / self.options["read_voltage"])
        return left * (1.0 - reached / self.cell_supply_voltage())

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one cell, and of each circuit around the cells."""
        costs = list(self.circuit_costs(network).areas)
        return costs + self._backward_areas(costs)

    def _backward_areas(self, forward: list[AreaCost]) -> list[AreaCost]:
        """Area of a second set of column circuits, at the rows, for errors that are read back through the weights."""
        if self.spec.backward_readout == "none":
            return []
        parts = (self.interface, self.sampler, self.converter, self.multiplexer, *self.column_stages)
        paths = {part.path for part in parts if part is not None}
        rows, columns = self.options["rows"], self.options["columns"]
        return [
            replace(cost, term=BACKWARD_READOUT, area=learning.row_readout_area(cost.area, rows, columns))
            for cost in forward
            if cost.component in paths
        ]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power of the circuits, and refresh of cells; grounded rows draw no current."""
        return list(self.circuit_costs(network).statics)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Cells and circuits, regulator headroom, cell bits, ageing, and how long columns conduct.

        Checks
        ------
        read_supply
            the read voltage exceeds the supply it is made from, or half of it if opposed rows are above and below
            their columns
        bits_per_cell
            more bits per cell than the device can store
        wire_loss_range
            wires and cells lie outside the range in which the IR drop was compared with a full solution
        columns_conduct_long
            the columns draw current far longer than they need to settle, as the neuron integrates slowly; sample
            their result (sampled_clamp or pulse_coupling), or use cells of lower conductance
        columns_wait
            the columns draw current while they wait for the converters that they share; read them one after the
            other (columns: in_turn of a read_schedule) or hold their results (sample_and_hold of the readout)
        read_fits_cycle
            a read with its conversions takes longer than the stated cycle_time of the read_schedule; results have the
            stated time
        """
        read, cell, bits = self.options["read_voltage"], self.cell, self.weights.bits_per_cell(network)
        checks = [
            *self.circuit_costs(network).checks,
            self.require("infeasible", "read_supply", read, "<=", self.cell_supply_voltage(), "V"),
            self.require("infeasible", "bits_per_cell", bits, "<=", cell.bits(), path=cell.path),
        ]
        if not self.adds_charges:
            strength = self._loss_strength(network)
            checks.append(self.check_range("wire_loss_range", strength, 0.0, _SOLVED_LOSS, "1"))
            checks.extend(self._ageing_checks(network))
        if self.neuron is not None:
            checks.extend(self._drive_checks(self.neuron.drive_voltage()))
        if (
            self.neuron is not None
            and not self.samples_columns
            and not isinstance(self.interface, IdealColumn | CouplesDirectly)
        ):
            longer = longest(self.read_time(network)) / shortest(self.settling_time(network))
            checks.append(self.require("advice", "columns_conduct_long", longer, "<=", _LONG))
        if self.converter is not None:
            checks.extend(self._waiting_checks(network))
            cycle = self.read_schedule.cycle
            if cycle is not None:
                reads = self.fastest_schedule(network)
                longer = longest(reads.interval / reads.groups)
                checks.append(self.require("design_rule", "read_fits_cycle", longer, "<=", cycle, "s"))
        return checks

    def _waiting_checks(self, network: NetworkContext) -> list[Check]:
        """Whether columns conduct much longer than for their own conversion; nothing where none waits."""
        waits = self.holding == "none" and not self.read_schedule.in_turn
        turns = self.columns_in_turn(network)
        if not waits or self.adds_charges or not np.any(turns > 1.0):
            return []
        alone = self.settled_time(network) + self.conversion_time(network) / turns
        longer = longest(self.read_time(network) / alone)
        return [self.require("advice", "columns_wait", longer, "<=", _WAITING)]

    def _drive_checks(self, drive: u.Volt | None) -> list[Check]:
        """Whether the column circuits can generate the drive voltage of a neuron.

        Checks
        ------
        drive_within_rails
            the input voltage of the neuron exceeds the supply of the circuits that drive it
        held_result_reaches_neuron
            the largest held voltage is below the input voltage of the neuron
        """
        if drive is None:
            return []
        supply = self.technology.supply_voltage
        checks = [self.require("design_rule", "drive_within_rails", drive, "<=", supply, "V")]
        if isinstance(self.interface, HoldsResults):
            stored, stage = self.interface.driven_voltage(), self.interface.path
            checks.append(
                self.require(
                    "design_rule", "held_result_reaches_neuron", stored, ">=", drive, "V", path=stage
                )
            )
        return checks

    def _ageing_checks(self, network: NetworkContext) -> list[Check]:
        """Whether weights of the stated age are retained, distinguishable and within the error limit.

        Checks
        ------
        age_within_refresh
            time_since_programming exceeds the refresh_interval, after which the weights are rewritten
        weights_are_kept
            the weights are older than the retention time of the cells
        levels_stay_apart
            drift, relaxation and programming move a cell by more than half a level
        weight_error
            the weight error (standard deviation over the largest weight) exceeds weight_error_limit; refresh more
            often, or correct the gain
        """
        checks, age = [], self.weights.age
        if age is not None:
            kept, interval = self.cell.retention_time(), self.options.get("refresh_interval", np.inf)
            error = self.weights.cell_error(network, age)
            step = converters.half_step(1.0, self.weights.bits_per_cell(network))
            checks = [
                self.require("infeasible", "age_within_refresh", age, "<=", interval, "s"),
                self.require("design_rule", "weights_are_kept", age, "<=", kept, "s", path=self.cell.path),
                self.require("design_rule", "levels_stay_apart", error, "<=", step, path=self.cell.path),
            ]
        if "weight_error_limit" in self.options:
            error, limit = self.weights.errors(network, age).total, self.options["weight_error_limit"]
            checks.append(
                self.require("design_rule", "weight_error", error, "<=", limit, path=self.cell.path)
            )
        return checks

    def signal_energy(self, network: NetworkContext) -> u.Joule:
        """Energy that all cells of one column dissipate in one read, or that of a column of charges at full scale."""
        if self.adds_charges:
            return self.static_cell.signal_energy(self.in_pulse(network))
        if self.driven_load is not None:  # kT/C on the line instead of the noise of a current
            return self.column_energy()
        read = self.options["read_voltage"]
        rows = self.rows_at_once() * shortest(self.stacked_arrays(network))
        return rows * equations.cell_read_energy(
            self.weights.conductance(network), read, read, shortest(self.settled_time(network))
        )

    def _loss_strength(self, network: NetworkContext) -> u.Dimensionless:
        """Conductance of a cell times resistance of a segment times the square of the longer side."""
        side = np.maximum(self.piece("rows") * longest(self.stacked_arrays(network)), self.piece("columns"))
        return self.weights.conductance(network) * self.segment_resistance() * side**2

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit that an array designer asks for, and those of the circuits around the cells."""
        figures = [
            self.characteristic("settling time", longest(self.settling_time(network)), "s"),
            self.characteristic("read time", longest(self.read_time(network)), "s"),
            self.characteristic("energy to program a cell", self.programming_energy(network), "J"),
            self.characteristic("time to program an array", self.writing.time, "s"),
        ]
        figures += (
            self._charge_characteristics(network)
            if self.adds_charges
            else self._current_characteristics(network)
        )
        if self.converter is not None:
            bits = self.resolution(network)
            figures.append(self.characteristic("resolution of the converters", bits, "1"))
        for buffer, cells, lines in self.line_buffers:
            error = buffer.error(self.options[cells])
            label = f"error that the buffers of {lines} add at their end, over full scale"
            figures.append(buffer.characteristic(label, error, "1"))
        point = self.point(network)
        return figures + [figure for part in self.circuits for figure in part.characteristics_at(point)]

    def _current_characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit that a designer of current-domain columns asks for."""
        segment, conductance = self.segment_resistance(), self.weights.conductance(network)
        side = crossbar_wires.maximum_array_side(self.options["ir_drop_limit"], conductance, segment, 1.0)
        figures = [
            self.characteristic("mean conductance of a cell", conductance, "S"),
            self.characteristic("largest square array within the loss allowed, all rows on", side, "1"),
            self.characteristic("parallel wires of a line", self.parallel_wires(), "1"),
            self.characteristic("largest row current", self.point(network).row_current, "A"),
        ]
        if np.any(np.isfinite(self.cell.retention_time())):
            figures.append(
                self.characteristic("retention at the chip's temperature", self.cell.retention_time(), "s")
            )
        if self.slots["read_supply"].spec.model == "linear_regulator":
            efficiency = power.linear_regulator_efficiency(
                self.options["read_voltage"], self.technology.supply_voltage
            )
            figures.append(self.characteristic("largest efficiency of the read supply", efficiency, "1"))
        figures.extend(self._ageing_characteristics(network))
        if self.memory.has_stuck_cells:
            clean, spare = self.weights.clean_columns(), self.options["spare_columns"]
            figures.append(self.characteristic("share of columns without a stuck cell", clean, "1"))
            whole = weight_spreads.repaired_array_fraction(self.options["columns"], spare, clean)
            figures.append(self.characteristic("share of arrays without a stuck cell in use", whole, "1"))
        scatter = equations.lognormal_relative_spread(self.memory.device.conductance_spread)
        spread = equations.column_current_spread(scatter, self.options["rows"])
        label = "relative spread of a column's current from its cells, all rows on"
        figures.append(self.characteristic(label, spread, "1"))
        if self.converter is not None:
            width = self.column_pitch() * self.readout.options["columns_per_converter"]
            length = self.converter.area(self.resolution(network)) / width
            figures.append(self.characteristic("length of a converter as wide as its columns", length, "m"))
        return figures

    def _charge_characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit that a designer of charge-domain columns asks for."""
        cell, point = self.static_cell, self.in_pulse(network)
        error, swing = cell.mismatch_error(point), cell.full_scale(point)
        figures = [
            self.characteristic("capacitance of a column", cell.column_capacitance(point), "F"),
            self.characteristic("full scale of a column", swing, "V"),
            self.characteristic("error of a column from mismatch, over its full scale", error, "1"),
        ]
        if self.converter is not None:
            step = 2.0 * converters.half_step(swing, self.resolution(network))
            figures.append(self.characteristic("step of the converters at a column", step, "V"))
        return figures

    def _ageing_characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Accuracy of a weight after writing and at its stated age."""
        age = self.weights.age
        written = self.weights.errors(network, None)
        figures = [self.characteristic("error of a weight as written, over the largest", written.total, "1")]
        if age is not None:
            errors = self.weights.errors(network, age)
            figures.append(
                self.characteristic("share of a weight that is left", self.weights.weight_share(), "1")
            )
            figures.append(self.characteristic("error of a weight, over the largest", errors.total, "1"))
            figures.extend(
                self.characteristic(f"error of a weight from {cause}", error, "1")
                for cause, error in errors.lasting.items()
            )
        if "weight_error_limit" in self.options:
            longest = self.weights.time_to_error(network, self.options["weight_error_limit"])
            figures.append(self.characteristic("longest refresh interval for the weight error", longest, "s"))
        return figures

    def ir_drop(self, network: NetworkContext, active_fraction: u.Numeric) -> u.Dimensionless:
        """Mean share of the column current lost in the wires; without transistors, idle rows conduct as well."""
        segment = self.segment_resistance()
        active_fraction = np.ones_like(active_fraction) if self.cell.idle_rows_conduct else active_fraction
        lost = crossbar_wires.ir_drop_error_mean(
            self.weights.conductance(network), self.row_segment_resistance(network), segment,
            self.piece("rows") * self.stacked_arrays(network), self.piece("columns"), active_fraction,
        )  # fmt: skip
        vias = self.cell.via
        if vias is None:
            return lost
        cell, via = self.weights.conductance(network), vias.resistance
        at_row = stacked_tiers.series_loss(self.conducting_columns(network), cell, via)
        at_column = stacked_tiers.series_loss(self.piece("rows") * active_fraction, cell, via)
        return 1.0 - (1.0 - lost) * (1.0 - at_row) * (1.0 - at_column)

    def row_segment_resistance(self, network: NetworkContext) -> u.Ohm:
        """Wire resistance between neighbouring cells of a row, lower if only some of its columns conduct at a time."""
        return self.segment_resistance() * self.conducting_columns(network) / self.piece("columns")

    def current_left(self, network: NetworkContext) -> u.Dimensionless:
        """Share of the cell current that remains after the wire loss, by layer.

        Where the loss is outside the range of its model it counts as at the end of the range, so that no energy
        vanishes with it.
        """
        rows = self.rows_at_once() / self.options["rows"]
        lost = self.ir_drop(network, network.active_share * rows)
        beyond = np.maximum(self._loss_strength(network) / _SOLVED_LOSS, 1.0)
        return crossbar_wires.current_left(lost, beyond)

    def column_current(self, network: NetworkContext, active_fraction: u.Numeric) -> u.Ampere:
        """Mean current of a clamped column at this share of active rows; for opposed rows the root mean square."""
        rows = self.options["rows"] * self.stacked_arrays(network)
        if self.opposed:
            low, high = self.weights.ends()
            return self.opposed_current(network, rows, active_fraction, high - low)
        active = active_fraction * rows * self.weights.conductance(network)
        lost = self.ir_drop(network, active_fraction)
        return equations.clamped_column_current(self.options["read_voltage"], active) * (1.0 - lost)

    def driven_conductance(self, network: NetworkContext) -> u.Siemens:
        """Conductance between the active rows and a column line, at least that of one cell."""
        active = network.active_share * self.rows_at_once() * self.stacked_arrays(network)
        return np.maximum(active, 1.0) * self.weights.conductance(network)

    def driven_voltage(self, network: NetworkContext) -> u.Volt:
        """Voltage at a neuron that is driven directly by its column, for the mean number of active rows, by layer."""
        return self.voltage_through(self.driven_conductance(network))

    def voltage_through(self, conductance: u.Siemens) -> u.Volt:
        """Voltage at a directly driven neuron, for a given conductance to active rows."""
        leak = 0.0 if self.driven_load is None else self.driven_load.conductance
        return front_ends.loaded_column_voltage(self.options["read_voltage"], conductance, leak)

    def column_voltage(self, active_fraction: u.Numeric) -> u.Volt:
        """Voltage of an unclamped column: attenuated by grounded idle rows, or the mean of the active rows alone."""
        everything = 1.0 + 0.0 * active_fraction
        conducting = everything if self.cell.idle_rows_conduct else active_fraction
        return equations.grounded_idle_column_voltage(
            self.options["read_voltage"], active_fraction, conducting
        )
