"""Layers on an array of multiply-accumulate units, one after the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neuroest.equations import accelerators, mapping
from neuroest.errors import MappingError
from neuroest.mapping.base import Array, Mapper, Placement, Traffic, Work
from neuroest.units import Numeric


class DigitalArrayMapper(Mapper):
    """Weight-stationary: a block of weights is loaded, all positions stream by, the next block follows."""

    unit_name = "array"

    def refuse(self) -> None:
        """Refuse numbers wider than the units."""
        unit = self.compute.slots["unit"]
        pairs = (("weight_bits", self.network.weight_bits), ("activation_bits", self.network.activation_bits))
        if np.any(self.layers.input_bits > unit.options["activation_bits"]):
            raise MappingError(
                f"{unit.path}.activation_bits is {np.min(unit.options['activation_bits']):g}, the network's input "
                f"has {np.max(self.layers.input_bits):g}"
            )
        for name, needed in pairs:
            if np.any(needed > unit.options[name]):
                raise MappingError(
                    f"{unit.path}.{name} is {np.min(unit.options[name]):g}, the network needs {np.max(needed):g}"
                )
        if self.network.spiking and not self.chip.find("digital_lif"):
            raise MappingError("the chip has no neurons for a spiking network; add a digital_lif block")

    @property
    def arrays(self) -> Numeric:
        """Arrays that work on one layer side by side."""
        return self.level.count if self.level.count is not None else 1.0

    def place(self) -> Placement:
        """Every layer uses all arrays in its turn."""
        t = self.layers
        reduction = t.reduction + t.recurrent_reduction
        rows, columns = self.options["rows"], self.options["columns"]
        streamed = t.positions * self.steps * self.options["batch"]
        used = accelerators.systolic_utilisation(
            np.maximum(reduction, 1.0), np.maximum(t.outputs, 1.0), np.maximum(streamed, 1.0), rows, columns
        )
        row_blocks = np.maximum(mapping.block_count(reduction, rows), 1.0)
        column_blocks = np.maximum(mapping.block_count(t.outputs, columns), 1.0)
        ones = t.is_weighted * 1.0
        return Placement(
            units=ones * self.arrays,
            utilisation=t.is_weighted * used,
            replication=np.ones_like(t.positions),
            row_blocks=row_blocks,
            column_blocks=column_blocks,
            reached_units=ones * self.arrays,
            neurons=self.zeros(),
            shared=True,
        )

    def work(self, placement: Placement) -> Work:
        """Every multiply-accumulate, padding included: this array skips nothing."""
        t, bits = self.layers, self.network.activation_bits
        operations = self.steps * t.macs
        outputs = self.steps * t.positions * t.outputs * t.groups * t.is_weighted
        inputs = self.steps * t.positions * (t.reduction + t.recurrent_reduction) * t.groups
        written = self.steps * t.output_elements * bits
        sums = outputs * placement.row_blocks * self.network.accumulator_bits
        weights = t.weights * self.network.weight_bits / self.options["batch"]
        # blocks that do not all stay in the arrays come anew for each step that waits for the one before
        kept = placement.row_blocks * placement.column_blocks <= self.arrays
        weights = weights * np.where(kept, 1.0, t.sequential_steps)
        wide = np.maximum(bits, t.input_bits)
        stationary = self.steps * t.stationary_elements * bits
        nothing = 0.0 * operations
        spiking_updates = self.steps * t.is_weighted * t.output_elements if self.network.spiking else nothing
        activation = nothing if self.network.spiking else t.is_weighted * t.output_elements
        return Work(
            actions={(self.compute.slots["unit"].path, "multiply_accumulate"): operations},
            traffic=[
                Traffic("activations", inputs * placement.column_blocks * wide + stationary, written),
                Traffic("partial_sums", sums, sums),
                Traffic("weights", weights, nothing),
            ],
            element_operations=self.steps * t.window_elements * t.output_elements + activation,
            additions=nothing,
            neuron_updates=spiking_updates,
        )

    def unit_time(self, placement: Placement) -> Array:
        """Cycles of all blocks, for one inference of the batch."""
        t = self.layers
        cycles = accelerators.systolic_cycles(
            np.maximum(t.reduction + t.recurrent_reduction, 1.0),
            np.maximum(t.outputs, 1.0),
            t.positions / t.sequential_steps * self.steps * self.options["batch"],
            self.options["rows"],
            self.options["columns"],
        )
        time = t.is_weighted * t.groups * t.sequential_steps * cycles / self.options["clock_frequency"]
        return np.asarray(time / (self.arrays * self.options["batch"] * self.steps))

    def slot_instances(self, placement: Placement, units: Numeric) -> Mapping[str, Numeric]:
        """Processing elements of all arrays."""
        return {self.compute.slots["unit"].path: units * self.options["rows"] * self.options["columns"]}
