"""Layers on an array whose units keep rows of kernels, one layer after the other."""

from __future__ import annotations

import numpy as np

from neuroest.equations import accelerators, mapping
from neuroest.errors import MappingError
from neuroest.mapping.base import Array, Placement, Traffic, Work
from neuroest.mapping.digital_array import DigitalArrayMapper


class RowStationaryMapper(DigitalArrayMapper):
    """Row-stationary: every unit convolves one row of a kernel with one row of the input."""

    def refuse(self) -> None:
        """Refuse spikes, and numbers wider than the units."""
        if self.network.spiking:
            raise MappingError(f"{self.level.path} runs dense networks only; use a dense workload")
        super().refuse()

    def cycles(self) -> Array:
        """Cycles of each layer on one array."""
        t = self.layers
        kernel_rows, output_rows = t.kernel_rows, t.output_rows
        channels = t.reduction / kernel_rows  # kernel columns included, which lie in time
        pairs_by_columns = channels * t.outputs * t.groups
        columns = np.maximum(t.positions / output_rows, 1.0)
        return np.asarray(
            t.is_weighted
            * accelerators.row_stationary_cycles(
                kernel_rows, output_rows, np.maximum(pairs_by_columns, 1.0), columns, self.options["rows"],
                self.options["columns"],
            )
        )  # fmt: skip

    def place(self) -> Placement:
        """Every layer uses all arrays in its turn."""
        t = self.layers
        ones = t.is_weighted * 1.0
        units = self.options["rows"] * self.options["columns"]
        used = t.macs / np.maximum(self.cycles() * units, 1.0)
        stacked = np.maximum(np.floor(self.options["rows"] / t.kernel_rows), 1.0)
        beside = np.maximum(np.floor(self.options["columns"] / t.output_rows), 1.0)
        channels = t.reduction / (t.kernel_rows * t.kernel_rows)
        return Placement(
            units=ones * self.arrays,
            utilisation=ones * used,
            replication=np.ones_like(t.positions),
            row_blocks=np.maximum(mapping.block_count(channels, self.options["channels_per_unit"] * stacked), 1.0),
            column_blocks=np.maximum(mapping.block_count(t.outputs, self.options["filters_per_unit"] * beside), 1.0),
            reached_units=ones * self.arrays,
            neurons=self.zeros(),
            shared=True,
        )  # fmt: skip

    def work(self, placement: Placement) -> Work:
        """Multiply-accumulates with their operands in the units, and what the units exchange with the memories."""
        t, bits = self.layers, self.network.activation_bits
        unit = self.compute.slots["unit"]
        done = t.macs * (t.input_density if self.compute.spec.gating == "zero_inputs" else 1.0)
        moved = self.network.weight_bits + bits + 2.0 * unit.options["accumulator_bits"]
        outputs = t.is_weighted * t.output_elements
        sums = outputs * (placement.row_blocks - 1.0) * unit.options["accumulator_bits"]
        loaded = t.weights * self.network.weight_bits / self.options["batch"]
        nothing = 0.0 * t.macs
        return Work(
            actions={(unit.path, "multiply_accumulate"): done, (unit.path, "storage_bit"): done * moved},
            traffic=[
                Traffic(
                    "activations", t.is_weighted * t.input_elements * placement.column_blocks * bits, outputs * bits
                ),
                Traffic("partial_sums", sums, sums),
                Traffic("weights", loaded, nothing),
            ],
            element_operations=t.window_elements * t.output_elements + outputs,
            additions=nothing,
            neuron_updates=nothing,
        )  # fmt: skip

    def unit_time(self, placement: Placement) -> Array:
        """Cycles of each layer."""
        return np.asarray(self.cycles() / (self.options["clock_frequency"] * self.arrays))
