"""Memory cells with adders: the cells store weights, inputs are bit-serial."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from neuroest.blocks.attributes import slot
from neuroest.blocks.base import Component
from neuroest.blocks.digital.bit_serial_cell import BitSerialCell, BitSerialCellBlock
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.roles import AddsPartialSums
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import MappingError
from neuroest.equations import accelerators, mapping
from neuroest.levels.base import LevelCounts, Mapper, Placement, Traffic
from neuroest.specs.architecture import ComputingLevel
from neuroest.specs.base import Count, Time, WordWidth


class BitSerialLevel(ComputingLevel):
    """Array of memory cells with adders: weights are stored, inputs are bit-serial, sums ripple through it."""

    slots = ("cell",)
    mapper: Literal["bit_serial"]
    """The mapper of this level."""
    rows: Count
    """Rows, one per input."""
    columns: Count
    """Columns, one per bit of the weights and their sums."""
    guard_bits: WordWidth
    """Additional columns for the bit growth of a weight's sum."""
    registers: Count
    """Pipeline registers along a column, which divide the ripple path of the sums into stages."""
    adder_delay: Time
    """Delay of one full adder, which sets the cycle."""
    cell: BitSerialCellBlock
    """The cell."""


_ONE_BIT = 1.0


class BitSerialMapper(Mapper):
    """Weight-stationary: every cell is active in every cycle, also in unused columns.

    Model errors
    ------------
    time
        margins of the clock
    """

    schema = BitSerialLevel
    writes_weights_back = False
    prior_error = model_errors(time=1.2)
    family = "digital"
    cell: BitSerialCell = slot("cell")
    """The cell."""

    unit_name = "array"

    @property
    def weight_store(self) -> Component[Any]:
        """The cells."""
        return self.cell

    def check_supported(self) -> None:
        """Refuse spikes, weights wider than the array, and partial sums without an adder."""
        self.refuse_spikes()
        if np.any(self.weights_per_row() < 1.0):
            raise MappingError(f"{self.level.path} has too few columns for a weight with its guard bits")

    def weights_per_row(self) -> u.Numeric:
        """Number of weights in one row."""
        each = self.network.weight_bits + self.options["guard_bits"]
        return np.floor(self.options["columns"] / each)

    def place(self) -> Placement:
        """Split every layer over arrays."""
        t = self.layers
        row_blocks = np.maximum(
            mapping.block_count(t.reduction + t.recurrent_reduction, self.options["rows"]), 1.0
        )
        column_blocks = np.maximum(mapping.block_count(t.outputs, self.weights_per_row()), 1.0)
        units = t.is_weighted * t.groups * row_blocks * column_blocks
        bits = t.weights * self.network.weight_bits
        filled = bits / np.maximum(units * self.options["rows"] * self.options["columns"], 1.0)
        if np.any(row_blocks > 1.0) and not (
            self.chip.find(AddsPartialSums) or self.chip.covers("additions")
        ):
            raise MappingError(f"{self.level.path} splits a fan-in over arrays; add an accumulator block")
        used, reached = t.is_weighted * filled, t.is_weighted * column_blocks
        return self.placed(
            units, used, row_blocks=row_blocks, column_blocks=column_blocks, reached_units=reached
        )

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Cell cycles, and additions of partial sums across arrays."""
        t, bits = self.layers, self.network.activation_bits
        cycles = t.positions * bits * placement.units * self.options["rows"] * self.options["columns"]
        sums = t.is_weighted * t.output_elements * (placement.row_blocks - 1.0)
        outputs = t.is_weighted * t.output_elements
        return LevelCounts(
            actions={(self.cell.path, "cycle"): np.asarray(cycles)},
            traffic=[
                Traffic(
                    "activations", t.input_taps * bits, outputs * self.network.written_bits, required=False
                )
            ],
            element_operations=self.elementwise(),
            additions=sums,
        )

    def pass_time(self) -> u.Second:
        """Time of one position: its input bits in series."""
        o = self.options
        cycle = accelerators.bit_serial_cycle_time(
            o["adder_delay"], self.network.weight_bits, o["guard_bits"], o["rows"], o["registers"], _ONE_BIT
        )
        return self.network.activation_bits * cycle

    def peak_rate(self) -> u.Numeric:
        """Every stored weight is multiplied once per pass."""
        return self.at_best(2.0 * self.options["rows"] * self.weights_per_row() / self.pass_time())

    def unit_time(self, placement: Placement) -> Array:
        """Position after position."""
        return np.asarray(self.layers.is_weighted * self.layers.positions * self.pass_time())

    def slot_instances(self, placement: Placement, units: u.Numeric) -> Mapping[str, u.Numeric]:
        """Cells of all arrays."""
        return {self.cell.path: units * self.options["rows"] * self.options["columns"]}
