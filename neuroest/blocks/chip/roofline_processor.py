"""Processor with peak rate, bandwidth and power."""

import math
from typing import Literal

from neuroest.blocks.base import AreaCost, Characteristic, Component, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.model_error import PUBLISHED
from neuroest.core import units as u
from neuroest.equations import processors
from neuroest.specs.base import Count
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import EXACT, Record, non_negative, positive


class RooflineParameters(Record):
    """A processor described by its peak rate, memory bandwidth and power."""

    peak_rate: u.PerSecond = positive(exact=EXACT)
    """Operations per second at the precision used; one multiply-accumulate counts as two."""
    memory_rate: u.BitPerSecond = positive(exact=EXACT)
    """Bandwidth of the memory."""
    compute_efficiency: u.Dimensionless = positive(maximum=1.0)
    """Achieved share of the peak rate."""
    memory_efficiency: u.Dimensionless = positive(maximum=1.0)
    """Achieved share of the bandwidth."""
    launch_time: u.Second = non_negative()
    """Time to start one kernel."""
    call_time: u.Second = non_negative(absent=0.0)
    """Overhead time of a call without its kernels: framework, and transfer to and from the host. Default: none."""
    host_time: u.Second = non_negative(absent=0.0)
    """Host time per inference of a batch: input preparation, transfer, and read of the result."""
    handover_time: u.Second = non_negative(absent=0.0)
    """Time to dispatch parallel kernels to other threads and wait for them, per network depth with several kernels.
    Zero if one thread starts all kernels."""
    cores: u.Dimensionless = positive(absent=1.0)
    """Cores that share the peak rate."""
    operations_per_thread: u.Dimensionless = non_negative(absent=0.0)
    """Operations of a kernel per additional thread. Without it, every kernel uses all cores."""
    idle_power: u.Watt = non_negative()
    """Power of the idle processor."""
    busy_power: u.Watt = positive()
    """Power at full load, idle power included."""
    die_area: u.SquareMetre = positive()
    """Area of the die."""
    weight_memory: u.Bit = positive(absent=math.inf, exact=EXACT)
    """Memory that stores all weights, if there is no other memory for them."""


class RooflineBlock(DeviceBlock):
    """Processor known by peak rate, bandwidth and power."""

    record = RooflineParameters
    model: Literal["roofline_processor"]
    batch: Count
    """Batch size: inferences that are computed together and share one read of the weights."""
    updates: Literal["none", "dense", "events"] = "none"
    """Synapses that a learning rule updates. none: no learning; dense: all synapses, as with tensor kernels; events:
    those that a spike or a trace triggers, as with a loop over spikes."""


class RooflineProcessor(Component[RooflineParameters]):
    """A processor by peak rate, bandwidth and power."""

    schema = RooflineBlock
    owns = ("processor as reported",)
    prior_error = PUBLISHED

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one second of work above idle."""
        second = 1.0
        energy = (self.device.busy_power - self.device.idle_power) * second
        return [self.energy("busy_second", "work", energy, "processor as reported")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the die."""
        return [AreaCost(self.path, "die", self.device.die_area, placed=True)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of the idle processor."""
        return [StaticCost(self.path, "idle", self.device.idle_power)]

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Ridge point of the roofline, at the achieved shares of both peaks."""
        d = self.device
        ridge = processors.ridge_intensity(
            d.peak_rate * d.compute_efficiency, d.memory_rate * d.memory_efficiency
        )
        return [self.characteristic("operations per bit above which computing limits", ridge, "1/bit")]
