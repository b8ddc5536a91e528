"""Off-chip link with energy per bit and data rate."""

from typing import Literal

from pydantic import Field

from neuroest.blocks import sleep
from neuroest.blocks.base import AreaCost, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.interconnect.base import Link
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.sleep import Sleep
from neuroest.core import units as u
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, Record, non_negative, positive


class LinkParameters(Record):
    """Off-chip link, or the memory behind it."""

    energy: u.JoulePerBit = positive()
    """Energy per bit; includes the far end if the source includes it."""
    rate: u.BitPerSecond = positive(exact=CHOSEN)
    """Data rate."""
    latency: u.Second = non_negative(absent=0.0)
    """Time from a request to its first bit, including the far end."""
    static_power: u.Watt = non_negative()
    """Power of the idle link."""
    footprint: u.SquareMetre = non_negative()
    """Area on the die."""


class OffChipBlock(DeviceBlock):
    """Off-chip link, or the memory at its end."""

    record = LinkParameters
    model: Literal["off_chip_link"]
    carries: tuple[Literal["inputs", "outputs", "weights", "activations", "between_chips"], ...] = Field(
        min_length=1
    )
    """Traffic over the link. weights: weights that do not fit any on-chip memory, and weights that are written into
    cells in operation; activations: inputs and outputs of a layer if together they exceed the activation memory, and
    intermediate results between parts of a network; between_chips: traffic between layers on different chips, if the
    chip count is above one."""
    topology: Literal["switched", "grid"] = "switched"
    """Topology between chips. switched: every chip has one link to a switch that reaches all others; grid: every chip
    has a link to each of its four neighbours, and longer routes pass through the chips in between, with copies made on
    the way."""
    sleep: Sleep = "none"
    """off: asleep between the inferences of an always_on chip; see `technology.sleep_options`."""


class OffChip(Link):
    """Off-chip link, or the memory behind it, by its energy per bit.

    Model errors
    ------------
    energy
        the spread of the link itself is stated in its device
    time
        the loop order in use reads more than the best one, and refresh and changes of row take 5 %
        to 20 % of the rate of a memory
    """

    schema = OffChipBlock
    prior_error = model_errors(energy=1.2, time=1.15)
    device: LinkParameters

    def latency(self) -> u.Second:
        """Latency as stated."""
        return self.device.latency

    def rate(self) -> u.BitPerSecond:
        """Data rate as stated."""
        return self.device.rate

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one bit; input and output circuits do not scale with the process."""
        bit = 1.0
        return [self.energy("bit", "transfer", self.device.energy * bit, "off-chip transfer")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the pads and their circuits, which is not subject to the floor plan's utilisation."""
        return [AreaCost(self.path, "input_output", self.device.footprint, placed=True)]

    def slept(self, costs: list[StaticCost], network: NetworkContext) -> list[StaticCost]:
        """Power of the sleeping link, and its energy of waking up."""
        if self.spec.sleep == "none":
            return costs
        options = sleep.options_of(self)
        waking = self.device.static_power * options.link_wake_time
        return [sleep.sleeping(cost, "idle", options.link_asleep_share, waking) for cost in costs]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of the idle link."""
        return [StaticCost(self.path, "idle", self.device.static_power)]
