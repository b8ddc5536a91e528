"""Off-chip link with energy per bit, data rate, idle power and sleep."""

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, StaticCost, either
from neuroest.blocks.interconnect.on_chip import Link
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import sleeping
from neuroest.core import units as u
from neuroest.equations import network as equations
from neuroest.specs.base import Length
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, Record, non_negative, positive

AUTO = "auto"
"""Word for the link, or its sleep, that takes least energy at the pace of the chip."""


class LinkParameters(Record):
    """Off-chip link, or the memory behind it."""

    energy: u.JoulePerBit = positive()
    """Energy per bit beyond the idle power; includes the far end if the source includes it."""
    rate: u.BitPerSecond = positive(exact=CHOSEN)
    """Data rate."""
    latency: u.Second = non_negative(absent=0.0)
    """Time from a request to its first bit, including the far end."""
    static_power: u.Watt = non_negative()
    """Power of the idle link."""
    sleep_power: u.Watt = non_negative()
    """Power of the sleeping link; that of the idle link if it has no sleep state."""
    wake_time: u.Second = non_negative()
    """Time from sleep to the first bit, in which it draws idle power."""
    reach: u.Metre = non_negative(absent=0.0, exact=CHOSEN)
    """Longest connection that it drives to another chip; zero for the interface of a memory."""
    footprint: u.SquareMetre = non_negative()
    """Area on the die."""


class OffChipBlock(DeviceBlock):
    """Off-chip link, or the memory at its end."""

    record = LinkParameters
    model: Literal["off_chip_link"]
    device: str
    """Name of a shipped device spec, or path of one. auto: the link of `candidates` that takes the chip least energy
    per inference, of those that span the `distance` and do not slow the chip down."""
    candidates: tuple[str, ...] = ()
    """Devices that `auto` chooses from; if left out, the links of the library."""
    distance: Length | None = None
    """Length of the connection; `auto` needs it."""
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
    sleep: Literal["none", "off", "between_timesteps", "auto"] = "none"
    """off: asleep between the inferences of an always_on chip; between_timesteps: also in each timestep after its
    traffic, for any operation mode, and every timestep then waits for it to wake; auto: whichever takes the chip
    least energy per inference without slowing it down."""

    @model_validator(mode="after")
    def _distance_of_auto(self) -> Self:
        if self.device == AUTO and self.distance is None:
            raise PydanticCustomError(
                "distance",
                "device: auto needs the `distance` that the link spans, such as 10 cm between chips",
            )
        return self


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
        """Latency as stated, after waking up if it sleeps in every timestep."""
        if self.spec.sleep == "between_timesteps":
            return self.device.latency + self.device.wake_time
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
        """Power of the sleeping link, and its energy of waking up.

        In a timestep that waits for it to wake, its idle power already covers that time.
        """
        if self.spec.sleep == "none":
            return costs
        d, often = self.device, self.spec.sleep == "between_timesteps" and network.spiking
        # a share of no power is none, whatever the share
        share = equations.asleep_share(d.sleep_power, either(d.static_power > 0.0, d.static_power, 1.0))
        waking = 0.0 if often else d.static_power * d.wake_time
        return [sleeping(cost, "idle", share, waking, often=often) for cost in costs]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of the idle link."""
        return [StaticCost(self.path, "idle", self.device.static_power)]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether it spans the stated distance.

        Checks
        ------
        link_reaches
            the connection is longer than this link drives; use another link, or `device: auto`
        """
        distance = self.options.get("distance")
        if distance is None:
            return []
        return [self.require("design_rule", "link_reaches", distance, "<=", self.device.reach, "m")]
