"""Resistive crossbar: the chain of its circuits, its lines, currents and times, and what they cost."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from neuroest.blocks.base import (
    AreaCost,
    Characteristic,
    Check,
    Component,
    Costs,
    EnergyCost,
    NetworkContext,
    StaticCost,
    chosen,
    either,
    largest_of_layers,
    slot,
    smallest_of_layers,
)
from neuroest.blocks.cells.base import Cell, ResistiveMemory
from neuroest.blocks.columns.buffers import AnalogBuffer, AnalogStage, FanOutBuffer
from neuroest.blocks.columns.interfaces import CurrentClamp, CurrentMirror
from neuroest.blocks.columns.multiplexer import Multiplexer
from neuroest.blocks.columns.read_schedule import ReadScheduleChoice
from neuroest.blocks.columns.sample_and_hold import SampleAndHold
from neuroest.blocks.converters.base import Converter
from neuroest.blocks.electrical_point import ElectricalPoint, Loads, SampledLoad
from neuroest.blocks.neurons.base import Neuron, NeuronDrive
from neuroest.blocks.roles import (
    ClampsColumn,
    CouplesDirectly,
    HoldsResults,
    IdealColumn,
    IntegratesInput,
    LeavesColumnFloating,
)
from neuroest.blocks.row_drivers import RowDriver, drive_resistance
from neuroest.blocks.write_circuit import WriteCircuit, Writing
from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import (
    converters,
    crossbar,
    crossbar_wires,
    digits,
    drivers,
    front_ends,
    learning,
    mapping,
    memory_cells,
    power,
    stacked_tiers,
)
from neuroest.levels.crossbar.array_limits import SOLVED_LOSS, ArrayLimits
from neuroest.levels.crossbar.stored_weights import StoredWeights
from neuroest.levels.learning import BACKWARD_READOUT

if TYPE_CHECKING:
    from neuroest.blocks.cells.static_memory import StaticCell


@frozen_dataclass(eq=False)
class ReadSchedule:
    """Steps of a read of one group of columns, and their repetitions in one phase of an input.

    Attributes
    ----------
    settling : Second
        Time for which the columns are driven until they have settled, in one pulse of an input.
    reset : Second
        Time before it in which the columns are reset.
    sampling : Second
        Time in which a stage or a converter takes the result.
    converting : Second
        Time of the conversions for which the columns must stay driven.
    held : Second
        Time of the conversions of held results.
    groups : Dimensionless
        Groups of columns that are driven one after the other.
    pulses : Dimensionless
        Pulses of an input that one conversion covers.
    cycle : Second, optional
        Time from one read to the next, if the chip's clock sets it.
    """

    settling: u.Second
    reset: u.Second
    sampling: u.Second
    converting: u.Second
    held: u.Second
    groups: u.Dimensionless
    pulses: u.Dimensionless
    cycle: u.Second | None = None

    def clocked(self, cycle: u.Second) -> Self:
        """The same reads at a stated time from one to the next: conversions take at most what it leaves."""
        taken = self.reset + self.pulses * self.settling + self.sampling
        left = np.maximum(cycle - taken, 0.0)
        held = np.minimum(self.held, np.maximum(cycle - self.sampling - self.converting, 0.0))
        return replace(self, converting=np.minimum(self.converting, left), held=held, cycle=cycle)

    @property
    def column_time(self) -> u.Second:
        """Time for which a column is driven in one pulse; pulses share one sampling and one conversion."""
        return crossbar.column_driven_time(
            self.settling, self.sampling / self.pulses, self.converting / self.pulses
        )

    @property
    def row_time(self) -> u.Second:
        """Time for which a row is driven in one pulse, for all groups of columns."""
        return self.groups * self.column_time

    @property
    def interval(self) -> u.Second:
        """Time from one phase of an input to the next, with all groups read in sequence."""
        if self.cycle is not None:
            return self.groups * self.cycle
        settling = self.reset + self.pulses * self.settling
        return self.groups * crossbar.read_interval(settling, self.sampling, self.converting, self.held)


class CrossbarArray(Component[None]):
    """A chain of cells, drivers and column circuits, with its lines: loads, voltages, currents, times and costs.

    `point` gathers what the parts of the chain have to know of each other, and each of them answers with its costs.
    Formulas and their ranges: docs/models/crossbar.md, and read_schedule.md for the times.
    """

    model = "crossbar"
    answers_for_slots = True

    # --- the chain of circuits

    cell: Cell = slot("cell")
    """The cell."""

    memory: ResistiveMemory = slot("cell")
    """The cell of an array whose weights are conductances."""

    static_cell: "StaticCell" = slot("cell")
    """The cell of an array whose columns add charges."""

    driver: RowDriver = slot("input")
    """The circuit at the rows."""

    readout: Component[Any] = slot("readout")
    """Neuron or converter read-out."""

    @cached_property
    def neuron(self) -> Neuron | None:
        """Neuron at the columns of an array read by neurons, driven by the weights at their present age."""
        neuron: Any = self.readout.slots.get("neuron")
        if neuron is None or self.weights.age is None or not self.drift_weakens:
            return neuron  # type: ignore[no-any-return]
        driven: Neuron = neuron.with_input_scaled(self.weights.weight_share())
        return driven

    interface: Component[Any] | None = slot("interface", of="readout")
    """Circuit between column and neuron."""

    merge: Any = slot("merge", of="readout")
    """Circuit that weights and merges bit slices, or merges the arrays of one output; None without one."""

    buffer: FanOutBuffer | None = slot("fan_out_buffer", of="readout")
    """Buffer behind each neuron."""

    converter: Converter | None = slot("converter", of="readout")
    """Converter at the columns, if the array is read by converters."""

    sampler: SampleAndHold | None = slot("sample_and_hold", of="readout")
    """Stage that holds column results for the converters."""

    multiplexer: Multiplexer | None = slot("multiplexer", of="readout")
    """Switches between columns and the circuits that they share, or between a column and the neurons of its positions.
    """

    @property
    def column_stages(self) -> list[AnalogStage]:
        """Circuits at each column in front of the converters, active once per read."""
        stages = (self.readout.slots.get(name) for name in ("current_adder", "time_encoder"))
        return [stage for stage in stages if isinstance(stage, AnalogStage)]

    @property
    def line_buffers(self) -> list[tuple[AnalogBuffer, str, str]]:
        """Buffers along rows and columns, with the names of the options for cells per line and number of lines."""
        lines = (("row_buffer", "columns", "rows"), ("column_buffer", "rows", "columns"))
        return [
            (self.slots[name], cells, count)  # type: ignore[misc]
            for name, cells, count in lines
            if name in self.slots
        ]

    write_circuit: WriteCircuit | None = slot("write_circuit")
    """Write circuit of the cells, if the file has one."""

    @property
    def writers(self) -> list[Component[Any]]:
        """Components that take energy when a cell is written."""
        circuit = self.write_circuit
        return [self.cell] if circuit is None else [self.cell, *circuit.parts]

    @cached_property
    def read_schedule(self) -> ReadScheduleChoice:
        """Read schedule as stated in the file, or the default one."""
        stated: Any = self.slots.get("schedule")
        return stated or ReadScheduleChoice.default(self.technology)

    @property
    def circuits(self) -> list[Component[Any]]:
        """The cell and its circuits in the order of a signal, from a row to a result; then those that write."""
        line_buffers = (buffer for buffer, _, _ in self.line_buffers)
        chain = (
            self.cell, self.driver, *self.driver.slots.values(), self.interface, self.merge, self.neuron, self.buffer,
            *self.column_stages, *line_buffers, self.sampler, self.multiplexer, self.converter, self.write_circuit,
        )  # fmt: skip
        return [part for part in chain if part is not None]

    # --- weights and the columns that hold them

    @cached_property
    def weights(self) -> StoredWeights:
        """The weights in its cells."""
        return StoredWeights(self.cell, self.spec, self.options)

    @property
    def drift_weakens(self) -> bool:
        """Whether results decrease as conductances drift: no gain correction, and no read-out of conductance ratios."""
        ratio = isinstance(self.interface, LeavesColumnFloating)
        return bool(self.spec.drift_correction == "none") and not ratio

    opposed: bool = chosen("weight_encoding", "row_differential")
    """Whether the rows of a pair are driven with opposite signs, so that a column carries a difference of currents."""

    @property
    def neurons_per_output(self) -> u.Dimensionless:
        """Physical neurons that take turns at one output of the network."""
        return self.readout.options.get("neurons_per_output", 1.0)

    @property
    def stacks_columns(self) -> bool:
        """Whether the columns of all arrays of an output form one line with one circuit."""
        return self.neuron is not None and bool(self.readout.spec.column_circuits == "per_stack")

    def stacked_arrays(self, network: NetworkContext) -> u.Dimensionless:
        """Arrays whose columns are joined to one line, by layer: as many as the fan-in needs."""
        if not self.stacks_columns:
            return 1.0
        rows = network.fan_in * self.weights.devices_per_weight()[1]
        return np.maximum(mapping.block_count(rows, self.options["rows"]), 1.0)

    def _merges(self, what: str) -> bool:
        """Whether columns are joined before a converter: the `slices` of a weight, or its `pairs`."""
        return self.converter is not None and self.merge is not None and what in self.readout.spec.merged

    def merged_slices(self, network: NetworkContext) -> u.Dimensionless:
        """Bit slices of a weight that one conversion covers."""
        if not self._merges("slices"):
            return 1.0
        slices = self.weights.slices(network)
        return np.minimum(self.readout.options.get("merged_slices", slices), slices)

    def merged_groups(self, network: NetworkContext) -> u.Dimensionless:
        """Conversions needed for the slices of a weight."""
        return self.weights.slices(network) / self.merged_slices(network)

    @property
    def merged_lines(self) -> float:
        """Columns of one bit slice that one conversion covers: both columns of a pair if pairs are merged."""
        return self.weights.devices_per_weight()[0] if self._merges("pairs") else 1.0

    def merged_columns(self, network: NetworkContext) -> u.Dimensionless:
        """Columns that one conversion covers."""
        return self.merged_lines * self.merged_slices(network)

    def converted_bits(self, network: NetworkContext) -> u.Dimensionless:
        """Bits of a weight that one conversion covers."""
        return self.weights.bits_per_cell(network) * self.merged_slices(network)

    # --- rows and inputs of a read

    def rows_at_once(self) -> u.Dimensionless:
        """Rows that one read sums."""
        return self.read_schedule.options.get("rows_at_once", self.options["rows"])

    def conducting_rows(self) -> u.Dimensionless:
        """Rows whose cells load a column in one read: the rows read at once, or all if cells have no transistors."""
        return self.options["rows"] if self.cell.idle_rows_conduct else self.rows_at_once()

    reads_events: bool = chosen("reads", "each_event")
    """Whether each input spike is read separately, instead of all spikes of a timestep at once."""

    def phase_bits(self, network: NetworkContext) -> u.Dimensionless:
        """Bits of an input that one phase applies."""
        if network.spiking or not self.driver.whole_numbers:
            return 1.0
        chosen = self.read_schedule.options.get("bits_per_phase")
        bits = self.read_schedule.input_bits(network)
        return bits if chosen is None else np.minimum(chosen, bits)

    def phase_context(self, network: NetworkContext) -> NetworkContext:
        """The network as the row drivers see it: its inputs have the bits of one phase."""
        if network.spiking or not self.driver.whole_numbers:
            return network
        return replace(network, activation_bits=self.phase_bits(network))

    @property
    def adds_pulses(self) -> bool:
        """Whether one conversion covers the pulses of all bits of an input."""
        integrates = self.converter is not None and self.converter.integrates
        return integrates or not self.read_schedule.equal

    def pulses_converted(self, network: NetworkContext) -> u.Dimensionless:
        """Pulses of an input that one conversion covers."""
        if isinstance(self.converter, IntegratesInput):
            return self.converter.magnitude_bits(network)
        return self.read_schedule.input_bits(network) if self.adds_pulses and not network.spiking else 1.0

    @property
    def counts_during_pulse(self) -> bool:
        """Whether converters count while their columns are driven: by choice, or where only this holds a current."""
        converter = self.converter
        if converter is None or converter.counts_during_pulse:
            return converter is not None
        timed = self.cell.summation.flows and self.driver.whole_numbers and not self.driver.analog
        taken = converter.takes_columns or isinstance(self.interface, ClampsColumn)
        alone = self.read_schedule.in_turn or not np.any(self.readout.options["columns_per_converter"] > 1.0)
        fits = timed and taken and alone and self.sampler is None
        return converter.may_count_during_pulse and fits

    @property
    def holding(self) -> str:
        """Block that stores a result during conversion: `stage`, `converter` or `none`."""
        chosen = self.read_schedule.spec.holding
        if chosen != "auto":
            return str(chosen)
        return "stage" if self.sampler is not None or "time_encoder" in self.readout.slots else "none"

    def resolution(self, network: NetworkContext) -> u.Dimensionless:
        """Resolution of the converters."""
        if self.converter is None:
            raise NeuroestError(f"{self.path} is read by neurons and has no resolution")
        network = network.widest  # layers share the converters
        return self.converter.bits(
            self.rows_at_once() * self.merged_lines,
            self.phase_bits(network) * self.pulses_converted(network),
            self.converted_bits(network),
        )

    # --- lines

    def column_pitch(self) -> u.Metre:
        """Distance between neighbouring columns."""
        return self.cell.folding * self.cell.pitch()

    def row_capacitance(self) -> u.Farad:
        """Capacitance of one row line with its access gates, spare columns and all folds of a column included."""
        cells = self.options["columns"] + self.options["spare_columns"]
        return self._line_capacitance(cells, self.column_pitch(), self.cell.loads(self.stated).row)

    def column_capacitance(self) -> u.Farad:
        """Capacitance of one column line with its junctions."""
        return self._line_capacitance(
            self.options["rows"], self.cell.pitch(), self.cell.loads(self.stated).column
        )

    def _line_capacitance(self, cells: u.Dimensionless, pitch: u.Metre, load: u.Farad) -> u.Farad:
        line = crossbar_wires.line_capacitance(cells, pitch, self.wire_capacitance(), load)
        return line if self.cell.via is None else line + self.cell.via.capacitance

    def pieces(self, cells: str) -> u.Dimensionless:
        """Pieces into which buffers divide the lines of these `columns` or `rows`."""
        count = self.options[cells]
        return next((b.pieces(count) for b, along, _ in self.line_buffers if along == cells), 1.0)

    def piece(self, cells: str) -> u.Dimensionless:
        """Cells of one piece of a line."""
        return self.options[cells] / self.pieces(cells)

    def line_count(self) -> u.Dimensionless:
        """Rows and columns of an array, spare and reference columns included."""
        columns = self.options["columns"] + self.options["spare_columns"] + self.weights.reference_columns
        return self.options["rows"] + columns

    def single_segment_resistance(self) -> u.Ohm:
        """Wire resistance between neighbouring cells of a line that is a single wire."""
        return crossbar_wires.cell_wire_resistance(self.process.wire_resistance, self.cell.pitch())

    def segment_resistance(self) -> u.Ohm:
        """Wire resistance between neighbouring cells, equal along rows and columns."""
        return self.single_segment_resistance() / self.parallel_wires()

    def row_segment_resistance(self, network: NetworkContext) -> u.Ohm:
        """Wire resistance between neighbouring cells of a row, lower if only some of its columns conduct at a time."""
        return self.segment_resistance() * self.conducting_columns(network) / self.piece("columns")

    def parallel_wires(self) -> u.Dimensionless:
        """Wires of a line: as chosen, or the fewest that keep the loss of a full read within its limit.

        Settled lines of charge-domain columns carry no current: wires cause no loss.
        """
        if "parallel_wires" in self.options:
            return self.options["parallel_wires"]
        conductance = self.cell.limited_as_drawn(crossbar.offset_mean_conductance(*self.cell.ends(None)))
        alone = self.single_segment_resistance()
        one_by_one = self.read_schedule.in_turn and self.merge is None
        turns = self.readout.options["columns_per_converter"] if one_by_one else 1.0
        lost = crossbar_wires.ir_drop_error_mean(
            conductance, alone / turns, alone, self.piece("rows"), self.piece("columns"),
            self.conducting_rows() / self.options["rows"],
        )  # fmt: skip
        return crossbar_wires.wires_within_loss(lost, self.options["ir_drop_limit"])

    def wire_capacitance(self) -> u.FaradPerMetre:
        """Line capacitance per length, all parallel wires included."""
        more = crossbar_wires.line_width_capacitance(
            self.parallel_wires(), self.cell.pitch(), self.process.metal_pitch
        )
        return self.process.wire_capacitance * more

    def loss_strength(self, network: NetworkContext) -> u.Dimensionless:
        """Conductance of a cell times resistance of a segment times the square of the longer side."""
        side = np.maximum(
            self.piece("rows") * largest_of_layers(self.stacked_arrays(network)), self.piece("columns")
        )
        return self.weights.conductance(network) * self.segment_resistance() * side**2

    def ir_drop(self, network: NetworkContext, active_fraction: u.Numeric) -> u.Dimensionless:
        """Mean share of the column current lost in the wires (docs/models/crossbar.md, IR drop).

        Without transistors, idle rows conduct as well.
        """
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

    def current_left(self, network: NetworkContext) -> u.Dimensionless:
        """Share of the cell current that remains after the wire loss, by layer.

        Where the loss is outside the range of its model it counts as at the end of the range, so that no energy
        vanishes with it.
        """
        rows = self.rows_at_once() / self.options["rows"]
        lost = self.ir_drop(network, network.active_share * rows)
        beyond = np.maximum(self.loss_strength(network) / SOLVED_LOSS, 1.0)
        return crossbar_wires.current_left(lost, beyond)

    # --- voltages and currents

    @property
    def linear_supply(self) -> bool:
        """Whether a linear regulator makes the read voltage, so that the read current flows from the chip's supply."""
        return bool(self.slots["read_supply"].spec.model == "linear_regulator")

    def read_supply_voltage(self) -> u.Volt:
        """Voltage of the supply that delivers the read current."""
        if self.linear_supply:
            return self.technology.supply_voltage
        efficiency = self.slots["read_supply"].options["efficiency"]
        return power.regulator_supply_voltage(self.options["read_voltage"], efficiency)

    def cell_supply_voltage(self) -> u.Volt:
        """Supply voltage for each cell that conducts.

        Where linear regulators drive opposed rows above and below their columns from one supply, the current of one
        cell of a pair leaves its column through the other, so that two cells share what the supply delivers.
        """
        supply = self.read_supply_voltage()
        return supply / 2.0 if self.opposed and self.linear_supply else supply

    def source_conductance(self, network: NetworkContext, cell_conductance: u.Siemens) -> u.Siemens:
        """Conductance of the cells that drive a column in one read."""
        # settling depends on it, except for cells that conduct for the time of a pulse
        point = self.at_rest if self.cell.summation.settles else self.in_pulse(network)
        return self.cell.source_conductance(point, cell_conductance)

    def conducting_columns(self, network: NetworkContext) -> u.Dimensionless:
        """Columns whose cells are driven at a time by one piece of a row."""
        groups = self.columns_switched(network) if self.read_schedule.in_turn else 1.0
        return self.piece("columns") / groups

    def row_current(self, network: NetworkContext, cell_conductance: u.Siemens) -> u.Ampere:
        """Largest current of one row."""
        columns, time = self.conducting_columns(network), self.settled_time(network)
        return self.cell.row_current(self.at_rest, columns, cell_conductance, time)

    def column_current(self, network: NetworkContext, active_fraction: u.Numeric) -> u.Ampere:
        """Mean current of a clamped column at this share of active rows; for opposed rows the root mean square."""
        rows = self.options["rows"] * self.stacked_arrays(network)
        if self.opposed:
            low, high = self.weights.ends()
            return self.opposed_current(network, rows, active_fraction, high - low)
        active = active_fraction * rows * self.weights.conductance(network)
        lost = self.ir_drop(network, active_fraction)
        return crossbar.clamped_column_current(self.options["read_voltage"], active) * (1.0 - lost)

    def opposed_current(
        self, network: NetworkContext, rows: u.Dimensionless, active_share: u.Dimensionless, window: u.Siemens
    ) -> u.Ampere:
        """Root-mean-square current of a column with this many rows in opposed pairs.

        See docs/models/crossbar.md, Column circuits.
        """
        squares = self.weights.over_digits(digits.digit_mean_square_share, network)
        square = sum(squares, start=0.0) / self.weights.slices(network)
        pairs = rows / self.weights.devices_per_weight()[1]
        return front_ends.opposed_column_current(
            self.options["read_voltage"], window, pairs, active_share, square
        )

    def front_end(self, network: NetworkContext) -> Component[Any] | None:
        """Circuit at the end of a column, sized for the current of the rows that are read at once."""
        circuit = self.interface
        if not isinstance(circuit, CurrentClamp) or not self.cell.summation.flows:
            return circuit
        return circuit.sized_for(self.column_current_of_clamp(network))

    def column_current_of_clamp(self, network: NetworkContext) -> u.Ampere:
        """Column current for which a clamp is sized: the mean of each layer if its bias follows it."""
        if self.readout.slots["interface"].spec.bias_follows != "mapped_current":
            return self.carried_current(network)
        rows = self.rows_at_once() * self.stacked_arrays(network)
        active = np.maximum(network.active_share * rows, 1.0) * self.weights.conductance(network)
        if self.reads_events:  # no other cell makes up for one of high conductance
            active = self.weights.ends()[1] + 0.0 * active
        return crossbar.clamped_column_current(self.options["read_voltage"], active)

    def carried_current(self, network: NetworkContext) -> u.Ampere:
        """Column current for which the front end is sized, on a typical die.

        Its rows are those that are read at once and that the network has weights for; those of the largest stack
        where stacks share a front end, since all are drawn alike.
        """
        weights = network.largest_fan_in * self.weights.devices_per_weight()[1]
        rows = weights if self.stacks_columns else np.minimum(self.rows_at_once(), weights)
        chosen = self.readout.slots["interface"].options
        if self.opposed:
            low, high = (self.cell.limited_as_drawn(end) for end in self.cell.ends(None))
            drawn = self.opposed_current(network, rows, chosen["active_rows"], high - low)
            return chosen["current_spreads"] * drawn
        active = chosen["active_rows"] * rows * self.weights.drawn_conductance(network)
        return crossbar.clamped_column_current(self.options["read_voltage"], active)

    def current_of_clamp(self, network: NetworkContext) -> u.Ampere:
        """Mean magnitude of the column current that the clamp gives: the difference of opposed rows.

        In other arrays the supply of the cells gives the current of a column.
        """
        if not self.opposed:
            return 0.0
        rows = np.minimum(self.rows_at_once(), network.fan_in * self.weights.devices_per_weight()[1])
        low, high = self.weights.ends()
        spread = self.opposed_current(network, rows, network.active_share, high - low)
        return front_ends.mean_magnitude(spread)

    @cached_property
    def driven_load(self) -> Loads | None:
        """Load of the neuron that a column drives directly; None with a circuit between them."""
        if self.neuron is None or not isinstance(self.interface, CouplesDirectly):
            return None
        return self.neuron.loads(self.stated)

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
        return crossbar.grounded_idle_column_voltage(
            self.options["read_voltage"], active_fraction, conducting
        )

    def current_share(self, network: NetworkContext) -> u.Dimensionless:
        """Share of the cell current that remains with the wire loss and, if the column drives a neuron, its voltage."""
        left = self.current_left(network)
        if self.driven_load is None:
            return left
        reached = self.driven_voltage(network)
        left = left * (1.0 - reached / self.options["read_voltage"])
        return left * (1.0 - reached / self.cell_supply_voltage())

    # --- times

    def settled_bits(self) -> u.Dimensionless:
        """Accuracy to which a column settles before it is read, in bits."""
        return converters.settled_bits(self.options["settling_error"])

    def column_end(self, network: NetworkContext) -> Loads:
        """Load at the end of a column: of its circuit, of a neuron that it drives, or of a converter."""
        if self.driven_load is not None:
            return self.driven_load
        if not self.cell.summation.flows:
            return Loads()
        end = self.front_end(network) or self.converter
        return Loads() if end is None else end.loads(self.at_rest)

    def settling_time(self, network: NetworkContext) -> u.Second:
        """Time until the column is within its settling error, as two poles (docs/models/crossbar.md, Settling)."""
        time_constants = self.row_time_constant(network), self.column_time_constant(network)
        return crossbar_wires.settling_time(*time_constants, self.settled_bits())

    def row_time_constant(self, network: NetworkContext) -> u.Second:
        """Time constant of a row with all its pieces, for the driver of each at its largest resistance.

        Drivers that carry no current of cells are assumed to be large enough.
        """
        pieces, via = self.pieces("columns"), self.cell.via
        drive: u.Ohm = 0.0
        if self.cell.summation.flows:
            conductance = self.weights.conductance(network)
            drive = drive_resistance(self.driver, self.conducting_columns(network), conductance)
        if via is not None:
            drive = drive + via.resistance
        wire = self.cell.folding * self.options["columns"] / pieces * self.segment_resistance()
        return pieces * crossbar_wires.row_time_constant(drive, wire, self.row_capacitance() / pieces)

    def column_time_constant(self, network: NetworkContext) -> u.Second:
        """Time constant of a column with all its pieces and arrays; zero if the cells discharge it in the pulse."""
        if not self.cell.summation.settles:
            return 0.0
        pieces, stack, via = self.pieces("rows"), self.stacked_arrays(network), self.cell.via
        source = self.source_conductance(network, self.weights.conductance(network)) / pieces * stack
        capacitance = self.cell.column_capacitance(self.at_rest) / pieces * stack
        wire = self.options["rows"] / pieces * stack * self.segment_resistance()
        if via is not None:
            wire = wire + via.resistance
        end = self.column_end(network)
        if end.clamp is not None:
            settling = crossbar_wires.column_time_constant_clamped(end.clamp, source, wire, capacitance)
        else:
            settling = crossbar_wires.column_time_constant_floating(
                source + end.conductance, wire, capacitance + end.column
            )
        return pieces * (settling + self.switching_time_constant(network, source, wire) / pieces)

    def switching_time_constant(
        self, network: NetworkContext, total: u.Siemens, column_resistance: u.Ohm
    ) -> u.Second:
        """Time constant that multiplexer lines add to bare columns."""
        if not self.switches_columns:
            return 0.0
        switches = self.switch_loads(network)
        resistance = crossbar_wires.column_time_constant_floating(total, column_resistance, 1.0)
        return (resistance + switches.series) * switches.column

    def drive_time(self, network: NetworkContext) -> u.Second:
        """Minimum time of one input pulse in the array: the pulse itself, or settling."""
        if network.pace.drive_time is not None:
            return network.pace.drive_time
        pulse = self.driver.drive_time(self.options["pulse_width"], self.phase_context(network))
        time = np.maximum(pulse, self.settling_time(network))
        if self.read_schedule.binary:
            time = time * crossbar.mean_binary_width(self.read_schedule.input_bits(network))
        return time

    def drive(self, network: NetworkContext) -> NeuronDrive:
        """Drive of the neurons by the columns."""
        neuron, readout, interface = self.neuron, self.readout, self.interface
        if neuron is None:
            raise NeuroestError(f"{self.path} is read by converters and drives no neurons")
        holds = interface if isinstance(interface, HoldsResults) else None
        return NeuronDrive(
            neuron, network, self.drive_time(network), readout.options["largest_result"],
            self.options.get("sequential_reads", np.inf),
            within_timestep=readout.spec.integration == "within_timestep", each_event=self.reads_events,
            sampled=self.samples_columns, timed=holds is not None and holds.adds_results,
            ends=holds is not None and holds.spike_ends_drive and neuron.fires_again,
        )  # fmt: skip

    def hold_time(self, network: NetworkContext) -> u.Second:
        """Time for which a neuron sees a full drive in one timestep, by layer; zero for converters."""
        return 0.0 if self.neuron is None else self.drive(network).hold_time

    @property
    def samples_columns(self) -> bool:
        """Whether the rows can go idle while the neurons integrate."""
        return isinstance(self.interface, ClampsColumn) and self.interface.samples_columns

    def settled_time(self, network: NetworkContext) -> u.Second:
        """Time for which active rows are driven before a result is taken: pulse, settling, and a neuron's hold time."""
        return self.drive_time(network) if self.neuron is None else self.drive(network).column_time

    def read_time(self, network: NetworkContext) -> u.Second:
        """Time for which a column is driven in one pulse of an input, including conversions that need the column."""
        return self.schedule(network).column_time

    def row_time(self, network: NetworkContext) -> u.Second:
        """Time for which a row is driven in one pulse of an input, for all groups of columns."""
        return self.schedule(network).row_time

    def conversion_time(self, network: NetworkContext) -> u.Second:
        """Time to convert the columns that a converter reads in one step; zero for neurons."""
        if self.converter is None:
            return 0.0
        turns = 1.0 if self.read_schedule.in_turn else self.columns_in_turn(network)
        return converters.shared_read_time(turns, self.converter.rate(self.resolution(network), network))

    def schedule(self, network: NetworkContext) -> ReadSchedule:
        """Sequence of reads in one phase of an input, at the clock of the chip if it is stated."""
        fastest, cycle = self.fastest_schedule(network), self.read_schedule.cycle
        return fastest if cycle is None else fastest.clocked(cycle)

    def fastest_schedule(self, network: NetworkContext) -> ReadSchedule:
        """Sequence of reads in one phase of an input, as fast as the circuits allow (docs/models/read_schedule.md)."""
        stated, settling = self.read_schedule, self.settled_time(network)
        reset = stated.options["reset_time"] * stated.reads_per_conversion
        groups = self.columns_switched(network) if stated.in_turn else 1.0
        pulses = self.pulses_converted(network) * stated.reads_per_conversion
        all_of_them = self.conversion_time(network)
        sampling = stated.options["sample_time"]
        converter = self.converter
        if converter is None:
            return ReadSchedule(settling, reset, 0.0, 0.0, 0.0, 1.0, 1.0)
        if self.counts_during_pulse:  # the count of all columns is complete with the pulses
            counted = np.maximum(settling, all_of_them / pulses)
            return ReadSchedule(counted, reset, sampling, 0.0, 0.0, groups, pulses)
        if stated.shares_bits:  # each bit is taken by itself
            settling, sampling = settling + sampling, 0.0
        if converter.integrates or self.holding == "stage":
            return ReadSchedule(settling, reset, sampling, 0.0, all_of_them, groups, pulses)
        if self.holding == "none":
            return ReadSchedule(settling, reset, sampling, all_of_them, 0.0, groups, pulses)
        bits = self.resolution(network)
        one, taken = 1.0 / converter.rate(bits, network), converter.acquisition_time(1.0, bits, network)
        return ReadSchedule(settling, reset, sampling + taken, all_of_them - one, one - taken, groups, pulses)

    # --- columns that share a converter

    def converters_each(self) -> u.Dimensionless:
        """Converters of one array; the reference column has its own if there are several."""
        number = mapping.block_count(self.options["columns"], self.readout.options["columns_per_converter"])
        return number + self.weights.reference_columns * np.where(number > 1.0, 1.0, 0.0)

    def columns_in_turn(self, network: NetworkContext) -> u.Dimensionless:
        """Results that one converter reads in turn, including the reference column if it is the only converter."""
        columns = self.readout.options["columns_per_converter"]
        shared = np.maximum(mapping.block_count(columns, self.merged_columns(network)), 1.0)
        if not self.weights.reference_columns:
            return shared
        return shared + np.where(columns >= self.options["columns"], self.weights.reference_columns, 0.0)

    def columns_switched(self, network: NetworkContext) -> u.Dimensionless:
        """Inputs of the multiplexer in front of one converter."""
        results = self.options["columns"] / self.merged_columns(network) + self.weights.reference_columns
        return np.minimum(self.columns_in_turn(network), results)

    @property
    def switches_columns(self) -> bool:
        """Whether the multiplexer to shared converters is at the bare columns, which then charge its lines."""
        stored = self.sampler is not None or isinstance(self.interface, ClampsColumn)
        switched = self.converter is not None and self.multiplexer is not None
        return switched and (self.read_schedule.in_turn or not stored)

    def column_circuits(self, network: NetworkContext) -> u.Dimensionless:
        """Interfaces and stages of an array: one per column, or one per converter if columns are read in sequence."""
        if self.read_schedule.in_turn:
            return self.converters_each() * self.merged_columns(network)
        return self.options["columns"] + self.weights.reference_columns

    def switched_source(self, network: NetworkContext, cell_conductance: u.Siemens) -> u.Siemens:
        """Conductance in front of a multiplexer: of a follower, of a current over its supply, or of the column."""
        if self.sampler is not None and not self.read_schedule.in_turn:
            return self.sampler.output_conductance(self.sampled_load(network))
        current: u.Ampere | None = None
        if self.read_schedule.in_turn:
            pass
        elif isinstance(self.merge, CurrentMirror):
            current = self.merge.device.bias_current
        elif isinstance(self.interface, ClampsColumn):
            current = smallest_of_layers(self.front_end(network).device.bias_current)
        if current is not None:
            return current / self.technology.supply_voltage
        return self.source_conductance(network, cell_conductance)

    def switch_loads(self, network: NetworkContext) -> Loads:
        """Lines and gates of the multiplexer from a column to shared converters."""
        if self.multiplexer is None:
            return Loads()
        drawn = self.switched_source(network, self.weights.drawn_conductance(network))
        inputs, pitch = self.columns_switched(network), self.column_pitch()
        return self.multiplexer.loads(
            self.at_rest.changed(drawn_switch_source=drawn, switched_inputs=inputs, switched_pitch=pitch)
        )

    def switched_swing(self) -> tuple[u.Volt, u.Volt]:
        """Maximum swing of the multiplexer lines, and the supply that delivers their charge."""
        supply = self.technology.supply_voltage
        if self.sampler is not None and not self.read_schedule.in_turn:
            return self.sampler.device.signal_swing, supply
        if isinstance(self.interface, ClampsColumn) and not self.read_schedule.in_turn:
            return supply, supply
        return self.options["read_voltage"], self.read_supply_voltage()

    def switched_pitch(self, network: NetworkContext) -> u.Metre:
        """Distance between neighbouring inputs of a multiplexer: columns, or neurons side by side."""
        if self.neuron is None:
            return self.column_pitch()
        area = sum((cost.area for cost in self.neuron.areas(network)), start=0.0)
        return memory_cells.cell_pitch(area)

    def sampled_load(self, network: NetworkContext) -> SampledLoad:
        """Load and timing of the stages that hold column results."""
        if self.converter is None or self.sampler is None:
            raise NeuroestError(f"{self.path} samples nothing")
        inputs, switches, bits = self.columns_switched(network), self.multiplexer, self.resolution(network)
        share, capacitance = self.sampler.assumed_input()
        conversion = 1.0 / self.converter.rate(bits, network)
        times = conversion, self.converter.acquisition_time(share, bits, network)
        load = self.converter.input_capacitance(bits, capacitance)
        held_time = self.conversion_time(network)
        if switches is None or self.read_schedule.in_turn:
            return SampledLoad(bits, *times, load, held_time, 0.0, 0.0, 0.0)
        share = either(inputs > 1.0, switches.options["resistance_share"], 0.0)
        wire, own_time = switches.wire(inputs, self.column_pitch()), switches.junction_time(inputs)
        return SampledLoad(bits, *times, load, held_time, wire, own_time, share)

    # --- the electrical point

    @cached_property
    def stated(self) -> ElectricalPoint:
        """The part of the electrical point that the file states: size and voltages."""
        return ElectricalPoint(
            array_path=self.path, array_rows=self.options["rows"], array_columns=self.options["columns"],
            rows=self.rows_at_once(), conducting_rows=self.conducting_rows(), analog_rows=self.driver.analog,
            read_voltage=self.options["read_voltage"], read_supply_voltage=self.read_supply_voltage(),
        )  # fmt: skip

    @cached_property
    def at_rest(self) -> ElectricalPoint:
        """The part of the electrical point that no network changes: lines and voltages."""
        return self.stated.changed(
            row_capacitance=self.row_capacitance(), column_capacitance=self.column_capacitance()
        )

    def in_pulse(self, network: NetworkContext) -> ElectricalPoint:
        """The point at rest with the time of one input pulse."""
        return self.at_rest.changed(drive_time=self.drive_time(network))

    def point(self, network: NetworkContext) -> ElectricalPoint:
        """Currents, voltages and times at the cells and circuits of the array for this network."""
        merged = self.weights.slices(network) if self.converter is None else self.merged_slices(network)
        hold, bits, row_energy = self.hold_time(network), self.settled_bits(), self.row_energy()
        return self.in_pulse(network).changed(
            slices=merged,
            cell_bits=self.weights.bits_per_cell(network),
            rows_per_weight=self.weights.devices_per_weight()[1],
            read_time=self.read_time(network),
            row_time=self.row_time(network),
            row_energy=row_energy,
            driver_energy=drivers.driver_self_load_energy(row_energy, self.driver.device.self_load_fraction),
            row_current=self.row_current(network, self.weights.conductance(network)),
            drawn_row_current=self.row_current(network, self.weights.drawn_conductance(network)),
            hold_time=hold,
            longest_hold_time=largest_of_layers(hold),
            settled_bits=bits,
            read_bits=bits if self.converter is None else self.resolution(network),
            signal_energy=self.signal_energy(network),
            cell_programming_energy=self.cell_programming_energy(network),
            programming_energy=self.programming_energy(network),
            written_conductance=self.weights.written_conductance(network),
            **(self.current_quantities(network) if self.cell.summation.flows else {}),
            **self.circuit_quantities(network),
        )

    def current_quantities(self, network: NetworkContext) -> dict[str, Any]:
        """Quantities of the point where columns carry the currents of their cells."""
        quantities = {
            "cell_conductance": self.weights.conductance(network),
            "lowest_conductance": self.weights.ends()[0],
            "cell_supply_voltage": self.cell_supply_voltage(),
            "current_share": self.current_share(network),
            "reads_reference": bool(self.weights.reference_columns),
            "column_energy": None if isinstance(self.interface, IdealColumn) else self.column_energy(),
        }
        if isinstance(self.interface, CurrentClamp):
            quantities["column_current"] = self.column_current_of_clamp(network)
            quantities["clamp_current"] = self.current_of_clamp(network)
        return quantities

    def circuit_quantities(self, network: NetworkContext) -> dict[str, Any]:
        """Quantities of the point that only some circuits have, for those that the array has."""
        quantities: dict[str, Any] = {}
        if self.driven_load is not None:
            quantities["neuron_capacitance"] = self.driven_load.column
        if self.neuron is not None:
            drive = self.drive(network)
            quantities["spike_ends_drive"] = drive.ends
            quantities["burst"] = drive.burst
            quantities["spikes_for_one"] = drive.spikes_for_one
            if self.neuron.conducts_while_driven:
                quantities["drive_share"] = drive.mean_share
        if self.converter is not None:
            quantities["resolution"] = self.resolution(network)
        if self.sampler is not None:
            quantities["sampled_load"] = self.sampled_load(network)
        if self.multiplexer is not None:
            weights, (swing, supply) = self.weights, self.switched_swing()
            quantities["switch_source"] = self.switched_source(network, weights.conductance(network))
            quantities["drawn_switch_source"] = self.switched_source(
                network, weights.drawn_conductance(network)
            )
            quantities["switched_swing"], quantities["switched_supply"] = swing, supply
            quantities["switched_pitch"] = self.switched_pitch(network)
            quantities["column_span"] = self.options["columns"] * self.column_pitch()
        if self.write_circuit is not None:
            quantities["written"] = self.writing.written
        return quantities

    def row_energy(self) -> u.Joule:
        """Energy of charging one row for one read: gates at the logic swing, bare cells at the read voltage."""
        if self.cell.rows_at_read_voltage or self.driver.analog:
            return crossbar_wires.column_swing_energy(
                self.row_capacitance(), self.options["read_voltage"], self.read_supply_voltage()
            )
        return crossbar_wires.line_toggle_energy(self.row_capacitance(), self.driver.drive_voltage())

    def column_energy(self) -> u.Joule:
        """Energy of charging one column for one read."""
        return crossbar_wires.column_swing_energy(
            self.column_capacitance(), self.options["read_voltage"], self.read_supply_voltage()
        )

    def signal_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of a column at full scale, with all arrays of its line."""
        if self.driven_load is not None:  # kT/C on the line instead of the noise of a current
            return self.column_energy()
        point, conductance = self.in_pulse(network), self.weights.conductance(network)
        time = smallest_of_layers(self.settled_time(network))
        stack = smallest_of_layers(self.stacked_arrays(network))
        return stack * self.cell.signal_energy(point, conductance, time)

    # --- costs

    @cached_property
    def writing(self) -> Writing:
        """Writing of the cells."""
        shifts_rows = self.driver.slots.get("level_shifter") is not None
        return Writing(self.cell, self.write_circuit, self.at_rest, self.options, shifts_rows)

    def cell_programming_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of writing one cell, including its lines."""
        return self.writing.cell_energy(self.weights.written_conductance(network))

    def programming_energy(self, network: NetworkContext) -> u.Joule:
        """Energy of writing one cell, including its write circuit and its supply."""
        return self.writing.energy(self.cell_programming_energy(network))

    def circuit_costs(self, network: NetworkContext) -> Costs:
        """Costs and checks of the cells, of the circuits around them, and of writing again."""
        point, phase = self.point(network), self.phase_context(network)
        chain = [part.costs(phase if part is self.driver else network, point) for part in self.circuits]
        return Costs.of_all([*chain, self.writing.costs(network, point)])

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Cells, circuits, learning pulses and rewriting."""
        return list(self.circuit_costs(network).energies)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one cell, and of each circuit around the cells; a rule may need column circuits at the rows too.

        A second set there reads errors back through the weights.
        """
        costs = list(self.circuit_costs(network).areas)
        if self.spec.backward_readout == "none":
            return costs
        parts = (self.interface, self.sampler, self.converter, self.multiplexer, *self.column_stages)
        paths = {part.path for part in parts if part is not None}
        rows, columns = self.options["rows"], self.options["columns"]
        return costs + [
            replace(cost, term=BACKWARD_READOUT, area=learning.row_readout_area(cost.area, rows, columns))
            for cost in costs
            if cost.component in paths
        ]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power of the circuits, and refresh of cells; grounded rows draw no current."""
        return list(self.circuit_costs(network).statics)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Checks of cells and circuits, and limits of the array."""
        return [*self.circuit_costs(network).checks, *ArrayLimits(self, network).checks()]

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit of the array, and those of its circuits."""
        point = self.point(network)
        figures = ArrayLimits(self, network).characteristics(point)
        return figures + [figure for part in self.circuits for figure in part.characteristics_at(point)]
