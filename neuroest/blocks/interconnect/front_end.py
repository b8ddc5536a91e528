"""Front end: the sensor and its conversion of what it senses into the network's input, by published power."""

from typing import Literal

from neuroest.blocks.base import AreaCost, Component, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.roles import SensesInput
from neuroest.core import units as u
from neuroest.equations import mapping as equations
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, RANGE_END, Record, non_negative, positive, quantity


class FrontEndParameters(Record):
    """Sensor with its conversion into events or features: event camera, silicon cochlea, microphone, or plain pads."""

    power: u.Watt = non_negative()
    """Power of one sensor while it senses, whatever it sees."""
    event_energy: u.Joule = non_negative()
    """Energy of one event, or of one number of a frame, beyond that power."""
    channels: u.Dimensionless = quantity(minimum=1, integer=True, exact=CHOSEN)
    """Pixels, frequency channels or features of one sensor: inputs of a network that it serves."""
    event_rate: u.PerSecond = positive(exact=RANGE_END)
    """Most events, or numbers, of one sensor per second."""
    footprint: u.SquareMetre = non_negative()
    """Area of one sensor with its circuits."""


class FrontEndBlock(DeviceBlock):
    """Sensor in front of the chip, or on it."""

    record = FrontEndParameters
    model: Literal["front_end"]
    placement: Literal["on_die", "bonded", "board"]
    """on_die: part of the chip, whose inputs then pass no link; bonded: a die in the same package; board: a chip of its
    own. From the last two, inputs come over the off_chip_link that carries them, and their area is not the chip's."""


class FrontEnd(Component[FrontEndParameters], SensesInput):
    """Sensor by its published power, as many of them as the inputs of the network need."""

    schema = FrontEndBlock
    family = "front_end"
    owns = ("sensing",)
    overhead = ("sensing",)
    example = "event_camera_350nm"
    prior_error = PUBLISHED

    @property
    def on_die(self) -> bool:
        """Whether it is part of the chip."""
        return bool(self.spec.placement == "on_die")

    def sensors(self, network: NetworkContext) -> u.Dimensionless:
        """Sensors that serve all inputs of the network."""
        return equations.units_for(network.inputs, self.device.channels)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one event; published circuits do not scale with the process of the chip."""
        event = 1.0
        return [self.energy("event", "events", self.device.event_energy * event, "sensing")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of all sensors, if they are on the die."""
        if not self.on_die:
            return []
        return [AreaCost(self.path, "sensors", self.sensors(network) * self.device.footprint, placed=True)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of all sensors, for as long as the chip is powered."""
        return [StaticCost(self.path, "sensing", self.sensors(network) * self.device.power)]
