"""Processor modelled by its peak rate, bandwidth and power."""

from collections import Counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.chip.roofline_processor import RooflineBlock
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.equations import processors
from neuroest.levels.base import LevelCounts, Placement
from neuroest.levels.learning import BYTE, LearnsInSoftware
from neuroest.specs.architecture import ComputingLevel
from neuroest.workloads.shapes import NETWORK_INPUT


class RooflineLevel(ComputingLevel):
    """Processor, modelled by its peak rate, bandwidth and power."""

    slots = ("processor",)
    mapper: Literal["roofline"]
    """The mapper of this level."""
    processor: RooflineBlock
    """The processor."""


class RooflineMapper(LearnsInSoftware):
    """Every layer is a kernel that is bound by computing or by memory.

    Model errors
    ------------
    time
        clocks that follow the load, and software overhead between calls
    """

    schema = RooflineLevel
    built_of_blocks = False
    multiplies_computed = True
    runs_elementwise = True
    writes_weights_back = False
    prior_error = model_errors(time=1.5)

    unit_name = "processor"

    def place(self) -> Placement:
        """Everything runs on the one processor, whose memory must hold the weights.

        Checks
        ------
        network_fits
            the weights of the network do not fit its memory
        """
        t, processor = self.layers, self.processor
        ones, held = np.ones_like(t.positions), processor.device.weight_memory
        needed = np.sum(t.weights * np.maximum(self.network.weight_bits, BYTE), axis=-1, keepdims=True)
        check = self.require("infeasible", "network_fits", needed, "<=", held, "bit", path=processor.path)
        weighted, checks = t.is_weighted * ones, (check,) if np.any(np.isfinite(held)) else ()
        return self.placed(weighted, weighted, shared=True, checks=checks)

    @property
    def batch(self) -> u.Numeric:
        """Inferences computed together."""
        return self.processor.options["batch"]

    def peak_rate(self) -> u.Numeric:
        """As published."""
        return self.processor.device.peak_rate

    def action_counts(self, placement: Placement) -> LevelCounts:
        """Seconds of work per inference."""
        path = self.processor.path
        busy = self.unit_time(placement) * self.steps
        return LevelCounts({(path, "busy_second"): busy})

    def unit_time(self, placement: Placement) -> Array:
        """Time of a layer's kernel, for one inference of the batch and one time step."""
        return np.asarray(self._kernel_time(self._traffic()) / self.batch + self.setup_time())

    def _operations(self) -> Array:
        """Operations of the kernels of a batch."""
        t = self.layers
        return np.asarray((2.0 * t.macs + t.window_elements * t.output_elements) * self.batch)

    def _traffic(self) -> Array:
        """Bits that the kernels of a batch move between the processor and its memory."""
        t = self.layers
        read, written = (
            np.maximum(bits, BYTE) for bits in (self.network.activation_bits, self.network.written_bits)
        )
        moved = (t.input_elements * read + t.output_elements * written) * self.batch
        return np.asarray(moved + t.weights * np.maximum(self.network.weight_bits, BYTE))

    def _kernel_time(self, traffic: u.Bit) -> Array:
        """Time of the kernels of a batch with this traffic, without starting them."""
        d, operations = self.processor.device, self._operations()
        threads = processors.kernel_threads(operations, d.operations_per_thread, d.cores)
        time = processors.roofline_time(
            operations, traffic, d.peak_rate * threads / d.cores, d.memory_rate, d.compute_efficiency,
            d.memory_efficiency, 1.0, 0.0,
        )  # fmt: skip
        return np.asarray(time)

    def setup_time(self) -> Array:
        """Starts of the kernels of a layer, and the call that runs all layers."""
        d = self.processor.device
        call = (processors.call_time_share(d.call_time, self.batch) + d.host_time) / self.steps
        # kernels side by side take one handover, at the first layer of their depth
        depth: list[int] = []
        for reads in self.layers.reads:
            depth.append(1 + max((depth[layer] for layer in reads if layer != NETWORK_INPUT), default=0))
        abreast = np.zeros_like(self.layers.positions)
        for level, kernels in Counter(depth).items():
            if kernels > 1:
                abreast[..., depth.index(level)] = 1.0
        started = d.launch_time + abreast * d.handover_time
        return np.asarray(started / self.batch + self._first() * call)

    def sustained_share(self) -> u.Dimensionless:
        """Operations of the kernels relative to the peak rate in the time that they take."""
        time = self._kernel_time(self._traffic())
        at_peak = self._operations() / self.processor.device.peak_rate
        return np.where(time > 0.0, at_peak / np.where(time > 0.0, time, 1.0), 1.0)

    def waits_for_memory(self) -> NDArray[np.bool_]:
        """Layers whose kernels are limited by the memory."""
        return np.asarray(self._kernel_time(self._traffic()) > self._kernel_time(0.0))

    def _first(self) -> Array:
        """One for the first layer, where the call that runs all layers is entered; zero for the others."""
        first = np.zeros_like(self.layers.positions)
        first[..., 0] = 1.0
        return first
