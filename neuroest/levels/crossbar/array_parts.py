"""Parts of a crossbar array: its blocks, and the storage of weights in its cells."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from neuroest.blocks.base import Component, NetworkContext, chosen, slot
from neuroest.blocks.cells.base import Cell, ResistiveMemory
from neuroest.blocks.cells.static_memory import StaticCell
from neuroest.blocks.columns.buffers import AnalogBuffer, AnalogStage, FanOutBuffer
from neuroest.blocks.columns.multiplexer import Multiplexer
from neuroest.blocks.columns.sample_and_hold import SampleAndHold
from neuroest.blocks.converters.base import Converter
from neuroest.blocks.electrical_point import Loads
from neuroest.blocks.neurons.base import Neuron
from neuroest.blocks.roles import CouplesDirectly, LeavesColumnFloating
from neuroest.blocks.row_drivers import RowDriver
from neuroest.blocks.write_circuit import WriteCircuit
from neuroest.core import units as u
from neuroest.equations import ageing, digits, mapping, weight_spreads
from neuroest.equations import crossbar as equations


class ArrayParts(Component[None]):
    """Cells, drivers and column circuits of an array, and the number of each per weight."""

    model = "crossbar"
    answers_for_slots = True

    @property
    def adds_charges(self) -> bool:
        """Whether the columns add charges instead of currents."""
        return self.cell.adds_charges

    cell: Cell = slot("cell")
    """The cell."""

    memory: ResistiveMemory = slot("cell")
    """The cell of an array whose weights are conductances."""

    static_cell: StaticCell = slot("cell")
    """The cell of an array whose columns add charges."""

    driver: RowDriver = slot("input")
    """The circuit at the rows."""

    readout: Component[Any] = slot("readout")
    """Neuron or converter read-out."""

    @cached_property
    def neuron(self) -> Neuron | None:
        """Neuron at the columns of an array read by neurons, driven by the weights at their present age."""
        neuron: Any = self.readout.slots.get("neuron")
        if neuron is None or self.age is None or not self.drift_weakens:
            return neuron  # type: ignore[no-any-return]
        driven: Neuron = neuron.with_input_scaled(self.weight_share())
        return driven

    @property
    def neurons_per_output(self) -> u.Dimensionless:
        """Physical neurons that take turns at one output of the network."""
        return self.readout.options.get("neurons_per_output", 1.0)

    reads_events: bool = chosen("reads", "each_event")
    """Whether each input spike is read separately, instead of all spikes of a timestep at once."""

    @property
    def stacks_columns(self) -> bool:
        """Whether the columns of all arrays of an output form one line with one circuit."""
        return self.neuron is not None and bool(self.readout.spec.column_circuits == "per_stack")

    def stacked_arrays(self, network: NetworkContext) -> u.Dimensionless:
        """Arrays whose columns are joined to one line, by layer: as many as the fan-in needs."""
        if not self.stacks_columns:
            return 1.0
        rows = network.fan_in * self.devices_per_weight()[1]
        return np.maximum(mapping.block_count(rows, self.options["rows"]), 1.0)

    interface: Component[Any] | None = slot("interface", of="readout")
    """Circuit between column and neuron."""

    @property
    def driven_load(self) -> Loads | None:
        """Load of the neuron that a column drives directly; None with a circuit between them."""
        if self.neuron is None or not isinstance(self.interface, CouplesDirectly):
            return None
        return self.neuron.loads()

    merge: Any = slot("merge", of="readout")
    """Circuit that weights and merges bit slices, or merges the arrays of one output; None without one."""

    buffer: FanOutBuffer | None = slot("fan_out_buffer", of="readout")
    """Buffer behind each neuron."""

    converter: Converter | None = slot("converter", of="readout")
    """Converter at the columns, if the array is read by converters."""

    sampler: SampleAndHold | None = slot("sample_and_hold", of="readout")
    """Stage that holds column results for the converters."""

    write_circuit: WriteCircuit | None = slot("write_circuit")
    """Write circuit of the cells, if the file has one."""

    @property
    def writers(self) -> list[Component[Any]]:
        """Components that take energy when a cell is written."""
        circuit = self.write_circuit
        return [self.cell] if circuit is None else [self.cell, *circuit.parts]

    multiplexer: Multiplexer | None = slot("multiplexer", of="readout")
    """Switches between columns and the circuits that they share, or between a column and the neurons of its positions.
    """

    @property
    def column_stages(self) -> list[AnalogStage]:
        """Circuits at each column in front of the converters, active once per read."""
        stages = (self.readout.slots.get(name) for name in ("current_adder", "time_encoder"))
        return [stage for stage in stages if isinstance(stage, AnalogStage)]

    @property
    def circuits(self) -> list[Component[Any]]:
        """The cell and its circuits in the order of a signal, from a row to a result; then those that write."""
        line_buffers = (buffer for buffer, _, _ in self.line_buffers)
        chain = (
            self.cell, self.driver, *self.driver.slots.values(), self.interface, self.merge, self.neuron, self.buffer,
            *self.column_stages, *line_buffers, self.sampler, self.multiplexer, self.converter, self.write_circuit,
        )  # fmt: skip
        return [part for part in chain if part is not None]

    @property
    def line_buffers(self) -> list[tuple[AnalogBuffer, str, str]]:
        """Buffers along rows and columns, with the names of the options for cells per line and number of lines."""
        lines = (("row_buffer", "columns", "rows"), ("column_buffer", "rows", "columns"))
        return [
            (self.slots[name], cells, count)  # type: ignore[misc]
            for name, cells, count in lines
            if name in self.slots
        ]

    def devices_per_weight(self) -> tuple[float, float]:
        """Columns and rows that one weight occupies, before slicing."""
        return {"column_differential": (2.0, 1.0), "row_differential": (1.0, 2.0), "offset": (1.0, 1.0)}[
            self.spec.weight_encoding
        ]

    def bits_per_cell(self, network: NetworkContext) -> u.Dimensionless:
        """Bits stored in one cell: as chosen, or as many as the device can store and the weight needs."""
        if "bits_per_cell" in self.options:
            return self.options["bits_per_cell"]
        return np.minimum(self.cell.bits(), self.magnitude_bits(network))

    def magnitude_bits(self, network: NetworkContext) -> u.Dimensionless:
        """Bits of a stored weight, without the sign if a pair of columns or rows carries it."""
        signed_by_pair = 0.0 if self.spec.weight_encoding == "offset" else 1.0
        return np.maximum(self.stored_weight_bits(network) - signed_by_pair, 1.0)

    def stored_weight_bits(self, network: NetworkContext) -> u.Dimensionless:
        """Bits of a stored weight, sign included: those of the network, or fewer if the level states fewer."""
        return np.minimum(network.weight_bits, self.options.get("weight_bits", np.inf))

    def slices(self, network: NetworkContext) -> u.Dimensionless:
        """Adjacent cells that store the bits of one weight."""
        return equations.slices_per_weight(self.magnitude_bits(network), self.bits_per_cell(network))

    def digits_of_weight(self, network: NetworkContext) -> tuple[u.Dimensionless, u.Dimensionless]:
        """Slices of a weight that are weighted before the read-out, and the bits of each."""
        merged = self.slices(network) if self.converter is None else self.merged_slices(network)
        return merged, self.bits_per_cell(network)

    def _merges(self, what: str) -> bool:
        """Whether columns are joined before a converter: the `slices` of a weight, or its `pairs`."""
        return self.converter is not None and self.merge is not None and what in self.readout.spec.merged

    def merged_slices(self, network: NetworkContext) -> u.Dimensionless:
        """Bit slices of a weight that one conversion covers."""
        if not self._merges("slices"):
            return 1.0
        slices = self.slices(network)
        return np.minimum(self.readout.options.get("merged_slices", slices), slices)

    def merged_groups(self, network: NetworkContext) -> u.Dimensionless:
        """Conversions needed for the slices of a weight."""
        return self.slices(network) / self.merged_slices(network)

    @property
    def merged_lines(self) -> float:
        """Columns of one bit slice that one conversion covers: both columns of a pair if pairs are merged."""
        return self.devices_per_weight()[0] if self._merges("pairs") else 1.0

    def merged_columns(self, network: NetworkContext) -> u.Dimensionless:
        """Columns that one conversion covers."""
        return self.merged_lines * self.merged_slices(network)

    def converted_bits(self, network: NetworkContext) -> u.Dimensionless:
        """Bits of a weight that one conversion covers."""
        return self.bits_per_cell(network) * self.merged_slices(network)

    def over_digits(
        self, moment: Callable[..., u.Dimensionless], network: NetworkContext
    ) -> tuple[u.Dimensionless, ...]:
        """One of the moments of `equations.digits` for each cell of a weight, highest digit first."""
        key = f"{moment.__name__}()"  # errors, energies and checks all ask for the same moments
        kept = self.__dict__.get(key)
        if kept is not None and kept[0] is network:
            moments: tuple[u.Dimensionless, ...] = kept[1]
            return moments
        centre = 1.0 / 2.0 if self.spec.weight_encoding == "offset" else 0.0
        bits, slices = self.bits_per_cell(network), self.slices(network)
        moments = tuple(
            moment(network.mean_absolute_weight, centre, bits, slices, float(place))
            for place in range(int(np.max(slices)))
        )
        if all(isinstance(each, float) or hasattr(each, "__array_function__") for each in moments):
            self.__dict__[key] = (network, moments)
        return moments

    def place_values(self, network: NetworkContext) -> list[u.Dimensionless]:
        """Significance of each cell's window in the weight."""
        bits, slices = self.bits_per_cell(network), self.slices(network)
        return [digits.digit_place_value(bits, slices, float(place)) for place in range(int(np.max(slices)))]

    @property
    def offset_subtraction(self) -> str:
        """Method of offset correction: `reference_column`, `digital_sum`, or `none`.

        Charges need none: the highest bit of two's complement counts negative, and plus and minus one need no offset.
        """
        if self.spec.weight_encoding != "offset" or self.adds_charges:
            return "none"
        return str(self.spec.offset_subtraction or "reference_column")

    @property
    def reference_columns(self) -> float:
        """Reference columns of an array, in addition to those of the weights."""
        return 1.0 if self.offset_subtraction == "reference_column" else 0.0

    def clean_columns(self) -> u.Dimensionless:
        """Share of the columns without stuck cells."""
        d = self.memory.device
        return weight_spreads.clean_column_fraction(
            d.stuck_low_share + d.stuck_high_share, self.options["rows"]
        )

    def stuck_shares(self) -> tuple[u.Dimensionless, u.Dimensionless]:
        """Shares of the cells in use that are stuck at the low and high conductance, after column repair."""
        d = self.memory.device
        if not np.any(np.asarray(self.options["spare_columns"]) > 0.0):
            return d.stuck_low_share, d.stuck_high_share
        clean = self.clean_columns()
        left = weight_spreads.faulty_share_after_repair(
            self.options["columns"], self.options["spare_columns"], clean
        )
        kept = left / np.maximum(1.0 - clean, np.finfo(float).tiny)
        return d.stuck_low_share * kept, d.stuck_high_share * kept

    @property
    def age(self) -> u.Second | None:
        """Time since the weights were written: as stated, or the refresh interval; None for weights just written."""
        return self.options.get("time_since_programming", self.options.get("refresh_interval"))

    @property
    def drift_weakens(self) -> bool:
        """Whether results decrease as conductances drift: no gain correction, and no read-out of conductance ratios."""
        ratio = isinstance(self.interface, LeavesColumnFloating)
        return bool(self.spec.drift_correction == "none") and not ratio

    def ends(self) -> tuple[u.Siemens, u.Siemens]:
        """Lowest and highest conductance of a cell when it is read, access transistor included."""
        return self.window(self.age)

    def window(self, age: u.Second | None) -> tuple[u.Siemens, u.Siemens]:
        """Lowest and highest conductance of a cell at this age, access transistor included; None: as written."""
        low, high = self.cell.ends(age)
        return self.cell.limited(low), self.cell.limited(high)

    def weight_share(self) -> u.Dimensionless:
        """Share of a weight that its conductance still represents when it is read."""
        return ageing.weight_share(*self.window(None), *self.ends())
