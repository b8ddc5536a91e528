"""Networks on a chip: common part, buses, H trees, and two-dimensional meshes of routers."""

from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np

from neuroest.blocks.base import (
    AreaCost,
    Check,
    Component,
    Costs,
    EnergyCost,
    NetworkContext,
    StaticCost,
    chosen,
)
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.blocks.process_scaling import (
    GatedBlock,
    at_corner,
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
from neuroest.specs.base import Frequency, LengthOrAuto, PositiveNumberOrAuto, WordWidth, WordWidthOrAuto
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, DEFINED, Record, non_negative, positive, quantity


class WiresParameters(Record):
    """Wires of an on-chip network without routers."""

    model = "wires"

    reference_voltage: u.Volt = positive(exact=DEFINED)
    """Supply of the energies."""
    wire_energy: u.JoulePerBitMetre = positive()
    """Energy of repeated wire per bit and length."""
    interface_energy: u.JoulePerBit = non_negative()
    """Energy of entering or leaving the network per bit."""
    wire_pitch: u.Metre = positive(maximum=1e-4)
    """Pitch of the wires."""
    metal_layers: u.Dimensionless = quantity(minimum=1, maximum=20, integer=True, exact=CHOSEN)
    """Metal layers that carry them."""


class WiresBlock(DeviceBlock):
    """Common part of networks without routers."""

    record = WiresParameters
    packet: Literal["address_event", "frame"]
    """address_event: one packet with an address per spike; frame: all elements of a layer in sequence."""
    packet_bits: WordWidthOrAuto = "auto"
    """Bits of one address-event packet; auto: address bits plus header."""
    tile_pitch: LengthOrAuto = "auto"
    """Distance between neighbouring nodes; auto: the side length of the area that one node serves."""
    width: WordWidth
    """Number of parallel wires."""
    clock_frequency: Frequency
    """Transfers per second."""


class NetworkOnChip(Component[Any]):
    """Properties of an on-chip network that counting, costing and timing need."""

    family = "network"
    synchronous = True
    scales_with_process = True
    everybody_hears: ClassVar[bool] = False
    """Whether one transfer reaches all nodes."""
    one_medium: ClassVar[bool] = False
    """Whether all layers share the same wires in time, instead of each having its own links."""
    owns = ("spike and data transport",)
    overhead = ("spike and data transport",)

    @abstractmethod
    def transport(self, tile_pitch: u.Metre, places: u.Dimensionless) -> list[EnergyCost]:
        """Energy of one bit over one hop, and of one bit entering and leaving the network."""

    @abstractmethod
    def hop_time(self) -> u.Second:
        """Time of one hop."""

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs with the energy of one bit over one hop between this number of nodes, and of entering and leaving."""
        stated = self.options.get("tile_pitch")
        pitch = point.tile_pitch if stated is None else stated
        costs, places = super().costs(network, point), point.places
        checks = [*costs.checks, *self.wire_checks(pitch, places)]
        return replace(costs, energies=[*costs.energies, *self.transport(pitch, places)], checks=checks)

    def wire_checks(self, tile_pitch: u.Metre, places: u.Dimensionless) -> list[Check]:
        """Whether wires can be crossed in the time of a hop; for a mesh, the hop time includes routers and links."""
        return []

    def wire_energy(self, length: u.Metre) -> u.Joule:
        """Energy of one bit over this length of repeated wire."""
        d, bit = self.device, 1.0
        return technology.voltage_scaled_energy(
            wiring.wire_energy(bit, length, d.wire_energy),
            self.technology.supply_voltage,
            d.reference_voltage,
        )

    def bit_costs(self, wire: u.Joule) -> list[EnergyCost]:
        """Energy of one bit over the wires of a hop, and of one bit entering and leaving."""
        d, bit = self.device, 1.0
        interface = 2.0 * d.interface_energy * bit * logic_energy_ratio(self, d.reference_voltage)
        return [
            self.energy("bit_hop", "wire", wire, "spike and data transport"),
            self.energy("bit_entry", "interface", interface, "spike and data transport"),
        ]

    @abstractmethod
    def link_rate(self) -> u.BitPerSecond:
        """Data rate of one link."""

    @abstractmethod
    def flit_width(self) -> u.Bit:
        """Bits that a link moves in one cycle."""

    def packet_time(self, packet: u.Bit) -> u.Second:
        """Time for which a packet occupies a link: whole cycles."""
        width = self.flit_width()
        return equations.serialisation_time(packet, width, self.link_rate() / width)

    def payload_rate(self, packet: u.Bit) -> u.BitPerSecond:
        """Data rate of a link for packets of this size, which leave part of their last cycle empty; 0: frames."""
        event = packet > 0.0
        size = np.where(event, packet, 1.0)
        return np.where(event, size / self.packet_time(size), self.link_rate())


_WIRES_ERROR = model_errors(
    energy=ModelError(1.5, "detours of the wires and the sizes of repeaters are not in the model"),
    area=ModelError(1.5, "as for its energy"),
)
"""Error of the models of networks without routers."""


class Wires(NetworkOnChip):
    """Common part of the networks without routers."""

    device: WiresParameters
    one_medium = True

    @abstractmethod
    def length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """Length of wire that one transfer charges."""

    def total_length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """Total length of wire: that of a transfer, if it charges all of it."""
        return self.length(tile_pitch, places)

    def wire_checks(self, tile_pitch: u.Metre, places: u.Dimensionless) -> list[Check]:
        """Whether a repeated wire of the narrowest thickness is crossed in a cycle, and whether all wires fit.

        Checks
        ------
        wires_fit
            the wires need more area than they run over; use fewer
        wire_keeps_up
            a repeated wire of this length takes longer than a cycle; use a slower clock, or a mesh
        """
        process = self.process
        delay = wiring.repeated_wire_delay(
            self.length(tile_pitch, places),
            process.wire_resistance * process.metal_pitch / self.device.wire_pitch, process.wire_capacitance,
            wiring.inverter_time_constant(
                self.technology.supply_voltage, process.gate_capacitance,
                at_corner(self, "drive", process.on_current),
            ),
        )  # fmt: skip
        taken = wiring.bus_area(
            self.options["width"], self.device.wire_pitch, self.total_length(tile_pitch, places),
            self.device.metal_layers,
        )  # fmt: skip
        above = places * tile_pitch**2
        return [
            self.require("design_rule", "wires_fit", taken, "<=", above, "m^2"),
            self.require("design_rule", "wire_keeps_up", delay, "<=", self.hop_time(), "s"),
        ]

    def transport(self, tile_pitch: u.Metre, places: u.Dimensionless) -> list[EnergyCost]:
        """Energy of one bit over the whole path, and of one bit entering and leaving."""
        return self.bit_costs(self.wire_energy(self.length(tile_pitch, places)))

    def hop_time(self) -> u.Second:
        """One clock cycle."""
        return 1.0 / self.options["clock_frequency"]

    def link_rate(self) -> u.BitPerSecond:
        """Data rate: width times clock."""
        return self.options["width"] * self.options["clock_frequency"]

    def flit_width(self) -> u.Bit:
        """Bits per cycle: all wires in parallel."""
        return self.options["width"]


class Link(Component[Any]):
    """Properties of an off-chip link that counting and timing need."""

    family = "off_chip_link"
    reads_and_writes: ClassVar[bool] = False
    """Whether there is a memory at its end, with separate energies for reads and writes."""
    outside_die: ClassVar[frozenset[str]] = frozenset()
    """Terms whose power is dissipated in devices next to the chip and does not heat it."""
    owns = ("off-chip transfer",)
    overhead = ("off-chip transfer",)

    @abstractmethod
    def latency(self) -> u.Second:
        """Time from a request to its first bit."""

    def capacity(self) -> u.Bit:
        """Bits that the memory at its end stores; infinite for a link whose other end is not described."""
        return np.inf

    @abstractmethod
    def rate(self) -> u.BitPerSecond:
        """Data rate."""


class BusBlock(WiresBlock):
    """One bus along all children of the level; each transfer is broadcast."""

    model: Literal["bus"]


class Bus(Wires):
    """Bus along all nodes; every transfer charges its full length."""

    schema = BusBlock
    everybody_hears = True
    prior_error = _WIRES_ERROR

    def length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """Length: the bus passes each node once."""
        return tile_pitch * places


class HTreeBlock(WiresBlock):
    """Tree from the middle of the level to its children, with two equal branches at each node."""

    model: Literal["h_tree"]


class HTree(Wires):
    """Balanced tree from the middle of the chip; a transfer goes up to the root and down again."""

    schema = HTreeBlock
    prior_error = _WIRES_ERROR

    def length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """Twice the distance from the root to a leaf of a full tree."""
        leaves = wiring.h_tree_leaves(places)
        return 2.0 * wiring.h_tree_path_length(wiring.h_tree_side(tile_pitch, leaves), leaves)

    def total_length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """All branches of the full tree."""
        leaves = wiring.h_tree_leaves(places)
        return wiring.h_tree_total_length(wiring.h_tree_side(tile_pitch, leaves), leaves)


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
        router = d.router_energy * bit * logic_energy_ratio(self, d.reference_voltage) * self.router_factor()
        return [
            self.energy("bit_hop", "router", router, "spike and data transport"),
            *self.bit_costs(self.wire_energy(tile_pitch) * self.wire_factor()),
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
