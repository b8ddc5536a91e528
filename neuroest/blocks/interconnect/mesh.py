"""Two-dimensional mesh of routers."""

from typing import Literal

import numpy as np

from neuroest.blocks.attributes import chosen
from neuroest.blocks.base import AreaCost, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.interconnect.base import NetworkOnChip
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import (
    GatedBlock,
    gated,
    leakage_at_chip_temperature,
    leakage_of_gates,
    leakage_ratio,
    logic_area_ratio,
    logic_delay_ratio,
    logic_energy_ratio,
)
from neuroest.core import units as u
from neuroest.equations import network as equations
from neuroest.equations import technology, wiring
from neuroest.specs.base import LengthOrAuto, PositiveNumberOrAuto, WordWidthOrAuto
from neuroest.specs.parameters import CHOSEN, DEFINED, Record, non_negative, positive


class MeshParameters(Record):
    """Routers and wires of an on-chip network."""

    reference_voltage: u.Volt = positive(exact=DEFINED)
    """Supply of the energies."""
    router_energy: u.JoulePerBit = non_negative()
    """Energy of one router per bit and hop."""
    wire_energy: u.JoulePerBitMetre = non_negative()
    """Energy of repeated wire per bit and length."""
    interface_energy: u.JoulePerBit = non_negative()
    """Energy of entering or leaving the network per bit."""
    router_area: u.SquareMetre = non_negative()
    """Area of one router."""
    leakage_width: u.Dimensionless = non_negative(absent=0.0)
    """Leaking width per two-input gate area of a router, in feature sizes."""
    router_leakage: u.Watt = non_negative(absent=0.0)
    """Total leakage of one router if known, in addition to that of its gates by `leakage_width`."""
    hop_time: u.Second = positive()
    """Time of one hop."""
    link_rate: u.BitPerSecond = positive()
    """Data rate of one link."""
    flit_width: u.Bit = positive(absent=1.0, exact=CHOSEN)
    """Bits per cycle of a link; a packet needs a whole number of flits."""


class MeshBlock(GatedBlock):
    """Two-dimensional mesh of routers between the level's children."""

    record = MeshParameters
    model: Literal["mesh"]
    packet: Literal["address_event", "frame"]
    """address_event: one packet with an address per spike; frame: all elements of a layer in sequence."""
    packet_bits: WordWidthOrAuto = "auto"
    """Bits of one address-event packet; auto: the bits of the addresses, with header."""
    hops: PositiveNumberOrAuto = "auto"
    """Routers that a packet passes; auto: from the sizes of neighbouring layers placed side by side."""
    destinations: PositiveNumberOrAuto = "auto"
    """Destinations of one packet; auto: every node that holds part of the next layer's fan-in."""
    tile_pitch: LengthOrAuto = "auto"
    """Distance between neighbouring routers; auto: side length of the area that one router serves."""
    routing: Literal["multicast", "unicast"] = "multicast"
    """multicast: one packet that is copied where its routes diverge; unicast: one packet per destination."""
    signalling: Literal["clocked", "bundled_data", "dual_rail", "one_of_four"] = "clocked"
    """clocked: one wire per bit; the others have handshakes instead of a clock. bundled_data: one wire per bit, with
    request and acknowledge; dual_rail, one_of_four: two wires per bit or four per two bits, with return to zero."""


_SYMBOL_BITS = {"dual_rail": 1.0, "one_of_four": 2.0}
"""Bits carried by one wire of a code; implied by its name."""


class Mesh(NetworkOnChip):
    """Mesh of routers; costs are per bit and hop.

    Model errors
    ------------
    energy
        routers of different flow control differ by that at one node
    area
        buffer depth and virtual channels
    static_power
        threshold options of the real library
    """

    schema = MeshBlock
    prior_error = model_errors(energy=1.7, area=2, static_power=3)
    one_per_child = True
    device: MeshParameters

    clocked: bool = chosen("signalling", "clocked")
    """Whether the routers are clocked."""

    def wire_factor(self) -> u.Dimensionless:
        """Ratio of wire energy to that of clocked wires."""
        if self.clocked:
            return 1.0
        if self.spec.signalling == "bundled_data":
            return equations.bundled_data_wire_factor(self.device.flit_width)
        return equations.handshake_wire_factor(_SYMBOL_BITS[self.spec.signalling], self.device.flit_width)

    def router_factor(self) -> u.Dimensionless:
        """Ratio of router energy to that of a clocked router: buffers and crossbar of a code return to zero, too."""
        return self.wire_factor() if self.spec.signalling in _SYMBOL_BITS else 1.0

    def transport(self, tile_pitch: u.Metre, places: u.Dimensionless) -> list[EnergyCost]:
        """Energy of one bit over one hop, and of one bit entering and leaving the network."""
        d, bit = self.device, 1.0
        router = d.router_energy * bit * logic_energy_ratio(self, d.reference_voltage)
        wire = technology.voltage_scaled_energy(
            wiring.wire_energy(bit, tile_pitch, d.wire_energy),
            self.technology.supply_voltage,
            d.reference_voltage,
        )
        interface = 2.0 * d.interface_energy * bit * logic_energy_ratio(self, d.reference_voltage)
        ledger = "spike and data transport"
        return [
            self.energy("bit_hop", "router", router * self.router_factor(), ledger),
            self.energy("bit_hop", "wire", wire * self.wire_factor(), ledger),
            self.energy("bit_entry", "interface", interface, ledger),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one router."""
        return [AreaCost(self.path, "router", self.router_area())]

    def router_area(self) -> u.SquareMetre:
        """Area of one router on the chip's process."""
        return self.device.router_area * logic_area_ratio(self)

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of one router: of all gates that fit in its area, plus the stated total."""
        gates = leakage_of_gates(self, self.router_area(), self.device.leakage_width)
        ratio = leakage_ratio(self, self.device.reference_voltage)
        stated = leakage_at_chip_temperature(self, self.device.router_leakage * ratio)
        return [StaticCost(self.path, "leakage", gates + stated)]

    def slept(self, costs: list[StaticCost], network: NetworkContext) -> list[StaticCost]:
        """Leakage with power switches open, and the energy of recharging the gates of a router."""
        return gated(self, costs, self.router_area(), self.device.leakage_width)

    def hop_time(self) -> u.Second:
        """Time of one hop."""
        return self.device.hop_time * logic_delay_ratio(self, self.device.reference_voltage)

    def link_rate(self) -> u.BitPerSecond:
        """Data rate of one link; with handshakes, each flit waits until the previous handshake has completed."""
        stated = self.device.link_rate / logic_delay_ratio(self, self.device.reference_voltage)
        if self.clocked:
            return stated
        return np.minimum(stated, equations.handshake_rate(self.device.flit_width, self.hop_time()))

    def flit_width(self) -> u.Bit:
        """Width of a link."""
        return self.device.flit_width
