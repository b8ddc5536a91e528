"""Limits of a crossbar array, and figures of merit of its columns; no cost depends on them."""

from typing import Any

import numpy as np

from neuroest.blocks.base import (
    Characteristic,
    Check,
    NetworkContext,
    StatesChecks,
    largest_of_layers,
    smallest_of_layers,
)
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.roles import CouplesDirectly, HoldsResults, IdealColumn
from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import converters, crossbar, crossbar_wires, power, weight_spreads

SOLVED_LOSS = 6.6
"""Largest G r N^2 for which the IR drop was compared with a solution of all nodes (docs/models)."""
_LONG = 1e3
"""Read time over settling time above which a stage that holds the results is advised; a convention."""
_WAITING = 2.0
"""Times of its own read for which a column may conduct while others are converted; a convention."""


@frozen_dataclass(eq=False)
class ArrayLimits(StatesChecks):
    """Limits and figures of merit of an array for one network.

    Attributes
    ----------
    array : CrossbarArray
        The array, which makes this value when it is asked for its checks.
    network : NetworkContext
        The network.
    """

    array: Any
    network: NetworkContext

    @property
    def path(self) -> str:  # type: ignore[override]
        """Path of the array."""
        return str(self.array.path)

    def checks(self) -> list[Check]:
        """Regulator headroom, cell bits, ageing, and how long columns conduct.

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
        array, network, cell = self.array, self.network, self.array.cell
        read, bits = array.options["read_voltage"], array.weights.bits_per_cell(network)
        checks = [
            self.require("infeasible", "read_supply", read, "<=", array.cell_supply_voltage(), "V"),
            self.require("infeasible", "bits_per_cell", bits, "<=", cell.storage.bits, path=cell.path),
        ]
        if array.cell.summation.flows:
            strength = array.loss_strength(network)
            checks.append(self.check_range("wire_loss_range", strength, 0.0, SOLVED_LOSS, "1"))
            checks.extend(self._ageing_checks())
        if array.neuron is not None:
            checks.extend(self._drive_checks(array.neuron.drive_voltage()))
            if not array.samples_columns and not isinstance(array.interface, IdealColumn | CouplesDirectly):
                settling = smallest_of_layers(array.settling_time(network))
                longer = largest_of_layers(array.read_time(network)) / settling
                checks.append(self.require("advice", "columns_conduct_long", longer, "<=", _LONG))
        if array.converter is None:
            return checks
        waits = array.holding == "none" and not array.read_schedule.in_turn
        turns = array.columns_in_turn(network)
        if waits and array.cell.summation.flows and np.any(turns > 1.0):
            alone = array.settled_time(network) + array.conversion_time(network) / turns
            longer = largest_of_layers(array.read_time(network) / alone)
            checks.append(self.require("advice", "columns_wait", longer, "<=", _WAITING))
        cycle = array.read_schedule.cycle
        if cycle is not None:
            reads = array.fastest_schedule(network)
            longer = largest_of_layers(reads.interval / reads.groups)
            checks.append(self.require("design_rule", "read_fits_cycle", longer, "<=", cycle, "s"))
        return checks

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
        supply, stage = self.array.technology.supply_voltage, self.array.interface
        checks = [self.require("design_rule", "drive_within_rails", drive, "<=", supply, "V")]
        if isinstance(stage, HoldsResults):
            stored, path = stage.driven_voltage(), stage.path
            checks.append(
                self.require("design_rule", "held_result_reaches_neuron", stored, ">=", drive, "V", path=path)
            )
        return checks

    def _ageing_checks(self) -> list[Check]:
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
        array, network, weights = self.array, self.network, self.array.weights
        checks, age, path = [], weights.age, array.cell.path
        if age is not None:
            kept, interval = array.cell.storage.retention_time, array.options.get("refresh_interval", np.inf)
            error = weights.cell_error(network, age)
            step = converters.half_step(1.0, weights.bits_per_cell(network))
            checks = [
                self.require("infeasible", "age_within_refresh", age, "<=", interval, "s"),
                self.require("design_rule", "weights_are_kept", age, "<=", kept, "s", path=path),
                self.require("design_rule", "levels_stay_apart", error, "<=", step, path=path),
            ]
        if "weight_error_limit" in array.options:
            error, limit = weights.errors(network, age).total, array.options["weight_error_limit"]
            checks.append(self.require("design_rule", "weight_error", error, "<=", limit, path=path))
        return checks

    def characteristics(self, point: ElectricalPoint) -> list[Characteristic]:
        """Figures of merit that an array designer asks for."""
        array, network = self.array, self.network
        figures = [
            array.characteristic("settling time", largest_of_layers(array.settling_time(network)), "s"),
            array.characteristic("read time", largest_of_layers(array.read_time(network)), "s"),
            array.characteristic("energy to program a cell", array.programming_energy(network), "J"),
            array.characteristic("time to program an array", array.writing.time, "s"),
            *(array.characteristic(*figure) for figure in array.cell.column_figures(point)),
        ]
        if array.cell.summation.flows:
            figures.extend(self._of_currents())
        if array.converter is not None:
            bits = array.resolution(network)
            figures.append(array.characteristic("resolution of the converters", bits, "1"))
        for buffer, cells, lines in array.line_buffers:
            error = buffer.error(array.options[cells])
            label = f"error that the buffers of {lines} add at their end, over full scale"
            figures.append(buffer.characteristic(label, error, "1"))
        return figures

    def _of_currents(self) -> list[Characteristic]:
        """Figures of merit that a designer of current-domain columns asks for."""
        array, network, options = self.array, self.network, self.array.options
        segment, conductance = array.segment_resistance(), array.weights.conductance(network)
        side = crossbar_wires.maximum_array_side(options["ir_drop_limit"], conductance, segment, 1.0)
        current = array.row_current(network, conductance)
        figures = [
            array.characteristic("mean conductance of a cell", conductance, "S"),
            array.characteristic("largest square array within the loss allowed, all rows on", side, "1"),
            array.characteristic("parallel wires of a line", array.parallel_wires(), "1"),
            array.characteristic("largest row current", current, "A"),
        ]
        kept = array.cell.storage.retention_time
        if np.any(np.isfinite(kept)):
            figures.append(array.characteristic("retention at the chip's temperature", kept, "s"))
        if array.linear_supply:
            efficiency = power.linear_regulator_efficiency(
                options["read_voltage"], array.technology.supply_voltage
            )
            figures.append(array.characteristic("largest efficiency of the read supply", efficiency, "1"))
        figures.extend(self._of_ageing())
        if array.memory.has_stuck_cells:
            clean = array.weights.clean_columns()
            figures.append(array.characteristic("share of columns without a stuck cell", clean, "1"))
            whole = weight_spreads.repaired_array_fraction(
                options["columns"], options["spare_columns"], clean
            )
            figures.append(array.characteristic("share of arrays without a stuck cell in use", whole, "1"))
        scatter = crossbar.lognormal_relative_spread(array.memory.device.conductance_spread)
        spread = crossbar.column_current_spread(scatter, options["rows"])
        label = "relative spread of a column's current from its cells, all rows on"
        figures.append(array.characteristic(label, spread, "1"))
        if array.converter is not None:
            width = array.column_pitch() * array.readout.options["columns_per_converter"]
            length = array.converter.area(array.resolution(network)) / width
            figures.append(array.characteristic("length of a converter as wide as its columns", length, "m"))
        return figures

    def _of_ageing(self) -> list[Characteristic]:
        """Accuracy of a weight after writing and at its stated age."""
        array, network, weights = self.array, self.network, self.array.weights
        written = weights.errors(network, None).total
        figures = [array.characteristic("error of a weight as written, over the largest", written, "1")]
        if weights.age is not None:
            errors = weights.errors(network, weights.age)
            figures += [
                array.characteristic("share of a weight that is left", weights.weight_share(), "1"),
                array.characteristic("error of a weight, over the largest", errors.total, "1"),
                *(
                    array.characteristic(f"error of a weight from {cause}", error, "1")
                    for cause, error in errors.lasting.items()
                ),
            ]
        if "weight_error_limit" in array.options:
            longest = weights.time_to_error(network, array.options["weight_error_limit"])
            figures.append(
                array.characteristic("longest refresh interval for the weight error", longest, "s")
            )
        return figures
