"""Layers on a processor that is known by its peak rate and bandwidth."""

from __future__ import annotations

import numpy as np

from neuroest.equations import accelerators
from neuroest.mapping.base import Array, Mapper, Placement, Work
from neuroest.units import Numeric

_BYTE = 8.0  # bits; a processor moves nothing smaller


class RooflineMapper(Mapper):
    """Every layer is a kernel that is bound by computing or by memory."""

    unit_name = "processor"

    def place(self) -> Placement:
        """Everything runs on the one processor."""
        t = self.layers
        ones = np.ones_like(t.positions)
        return Placement(
            units=t.is_weighted * ones,
            utilisation=t.is_weighted * ones,
            replication=ones,
            row_blocks=ones,
            column_blocks=ones,
            reached_units=t.is_weighted * ones,
            neurons=self.zeros(),
            shared=True,
        )

    @property
    def batch(self) -> Numeric:
        """Inferences computed together."""
        return self.compute.slots["processor"].options["batch"]

    def work(self, placement: Placement) -> Work:
        """Seconds of work per inference."""
        path = self.compute.slots["processor"].path
        busy = self.unit_time(placement) * self.steps
        return Work({(path, "busy_second"): busy}, [], {}, self.zeros(), self.zeros())

    def unit_time(self, placement: Placement) -> Array:
        """Time of a layer's kernel, for one inference of the batch and one time step."""
        t, d = self.layers, self.compute.slots["processor"].device
        element = np.maximum(self.network.activation_bits, _BYTE)
        moved = (t.input_elements + t.output_elements) * element * self.batch
        weights = t.weights * np.maximum(self.network.weight_bits, _BYTE)
        operations = 2.0 * t.macs + t.window_elements * t.output_elements
        time = accelerators.roofline_time(
            operations * self.batch, moved + weights, d.peak_rate, d.memory_rate, d.compute_efficiency,
            d.memory_efficiency, 1.0, d.launch_time,
        )  # fmt: skip
        call = accelerators.call_time_share(d.call_time, self.batch) / self.steps
        return np.asarray(time / self.batch + self._first() * call)

    def _first(self) -> Array:
        """One for the first layer, where the call that runs all layers is entered; zero for the others."""
        first = np.zeros_like(self.layers.positions)
        first[..., 0] = 1.0
        return first
