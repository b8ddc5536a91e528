"""On-chip network and what leaves the chip."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import (
    AreaCost,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
    at_corner,
    leakage_at_chip_temperature,
    leakage_ratio,
    logic_area_ratio,
    logic_delay_ratio,
    logic_energy_ratio,
)
from neuroest.devices.digital import LinkParameters, MeshParameters, WiresParameters
from neuroest.equations import network as equations
from neuroest.equations import technology
from neuroest.units import Bit, BitPerSecond, Dimensionless, Metre, Second


class Network(Component[Any]):
    """What counting, costing and timing must know of a network on the chip."""

    family: ClassVar[str] = "network"
    synchronous: ClassVar[bool] = True
    moves: ClassVar[bool] = True
    everybody_hears: ClassVar[bool] = False
    """Whether one transfer reaches all places."""
    one_medium: ClassVar[bool] = False
    """Whether all layers take turns on the same wires, rather than each on links of its own."""

    @abstractmethod
    def transport(self, tile_pitch: Metre, places: Dimensionless) -> list[EnergyCost]:
        """Energy of one bit over one hop, and of one bit entering and leaving the network."""

    @abstractmethod
    def hop_time(self) -> Second:
        """Time of one hop."""

    def wire_checks(self, tile_pitch: Metre, places: Dimensionless) -> list[Check]:
        """Whether the wires are crossed in the time of a hop; a mesh states the time of routers with their links."""
        return []

    @abstractmethod
    def link_rate(self) -> BitPerSecond:
        """Data rate of one link."""

    @abstractmethod
    def flit_width(self) -> Bit:
        """Bits that a link moves in one cycle."""

    def packet_time(self, packet: Bit) -> Second:
        """Time for which a packet occupies a link: whole cycles."""
        width = self.flit_width()
        return equations.serialisation_time(packet, width, self.link_rate() / width)

    def payload_rate(self, packet: Bit) -> BitPerSecond:
        """Data rate of a link for packets of so many bits, which leave a part of their last cycle empty; 0: frames."""
        event = packet > 0.0
        size = np.where(event, packet, 1.0)
        return np.where(event, size / self.packet_time(size), self.link_rate())


class _Wires(Network):
    """Common part of the networks without routers."""

    device: WiresParameters
    one_medium: ClassVar[bool] = True

    @abstractmethod
    def length(self, tile_pitch: Metre, places: Dimensionless) -> Metre:
        """Wire that one transfer charges."""

    @abstractmethod
    def total_length(self, tile_pitch: Metre, places: Dimensionless) -> Metre:
        """All its wire, whatever a transfer charges of it."""

    def wire_checks(self, tile_pitch: Metre, places: Dimensionless) -> list[Check]:
        """Whether a repeated wire, as thick as the narrowest, is crossed in a cycle, and whether all fit above."""
        process = self.process
        delay = equations.repeated_wire_delay(
            self.length(tile_pitch, places),
            process.wire_resistance * process.metal_pitch / self.device.wire_pitch, process.wire_capacitance,
            equations.inverter_time_constant(
                self.technology.supply_voltage, process.gate_capacitance,
                at_corner(self, "drive", process.on_current),
            ),
        )  # fmt: skip
        taken = equations.bus_area(
            self.options["width"], self.device.wire_pitch, self.total_length(tile_pitch, places),
            self.device.metal_layers,
        )  # fmt: skip
        above = places * tile_pitch**2
        return [
            Check(
                "wires_fit", self.path, "limit", taken <= above,
                "the wires take more than the area of the places that they run above; use fewer", taken, above, "m^2",
            ),
            Check(
                "wire_keeps_up", self.path, "limit", delay <= self.hop_time(),
                "a repeated wire of this length takes longer than a cycle; use a slower clock, or a mesh", delay,
                self.hop_time(), "s",
            )
        ]  # fmt: skip

    def transport(self, tile_pitch: Metre, places: Dimensionless) -> list[EnergyCost]:
        """Energy of one bit over the whole way, and of one bit entering and leaving."""
        d, bit, ledger = self.device, 1.0, "spike and data transport"
        wire = technology.voltage_scaled_energy(
            equations.wire_energy(bit, self.length(tile_pitch, places), d.wire_energy),
            self.technology.supply_voltage, d.reference_voltage,
        )  # fmt: skip
        interface = 2.0 * d.interface_energy * bit * logic_energy_ratio(self, d.reference_voltage)
        return [
            self.energy("bit_hop", "wire", wire, ledger, owner="network"),
            self.energy("bit_entry", "interface", interface, ledger, owner="network"),
        ]

    def hop_time(self) -> Second:
        """One clock cycle."""
        time: Second = 1.0 / self.options["clock_frequency"]
        return time

    def link_rate(self) -> BitPerSecond:
        """Width times clock."""
        return self.options["width"] * self.options["clock_frequency"]

    def flit_width(self) -> Bit:
        """All wires at once."""
        return self.options["width"]


class Bus(_Wires):
    """Bus along all places; every transfer charges it from end to end."""

    model: ClassVar[str] = "bus"
    everybody_hears: ClassVar[bool] = True

    def length(self, tile_pitch: Metre, places: Dimensionless) -> Metre:
        """The bus passes each place once."""
        return tile_pitch * places

    def total_length(self, tile_pitch: Metre, places: Dimensionless) -> Metre:
        """One line past all places."""
        return self.length(tile_pitch, places)


class HTree(_Wires):
    """Tree of equal branches from the middle of the chip; a transfer climbs to the root and down again."""

    model: ClassVar[str] = "h_tree"

    def length(self, tile_pitch: Metre, places: Dimensionless) -> Metre:
        """Twice the way from the root to a leaf of a full tree."""
        leaves = equations.h_tree_leaves(places)
        return 2.0 * equations.h_tree_path_length(equations.h_tree_side(tile_pitch, leaves), leaves)

    def total_length(self, tile_pitch: Metre, places: Dimensionless) -> Metre:
        """All branches of the full tree."""
        leaves = equations.h_tree_leaves(places)
        return equations.h_tree_total_length(equations.h_tree_side(tile_pitch, leaves), leaves)


class Mesh(Network):
    """Mesh of routers; costs are per bit and hop."""

    model: ClassVar[str] = "mesh"
    device: MeshParameters

    def transport(self, tile_pitch: Metre, places: Dimensionless) -> list[EnergyCost]:
        """Energy of one bit over one hop, and of one bit entering and leaving the network."""
        d, bit = self.device, 1.0
        router = d.router_energy * bit * logic_energy_ratio(self, d.reference_voltage)
        wire = technology.voltage_scaled_energy(
            equations.wire_energy(bit, tile_pitch, d.wire_energy),
            self.technology.supply_voltage,
            d.reference_voltage,
        )
        interface = 2.0 * d.interface_energy * bit * logic_energy_ratio(self, d.reference_voltage)
        ledger = "spike and data transport"
        return [
            self.energy("bit_hop", "router", router, ledger, owner="network"),
            self.energy("bit_hop", "wire", wire, ledger, owner="network"),
            self.energy("bit_entry", "interface", interface, ledger, owner="network"),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one router."""
        return [AreaCost(self.path, "router", self.device.router_area * logic_area_ratio(self))]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of one router."""
        power = self.device.router_leakage * leakage_ratio(self, self.device.reference_voltage)
        return [StaticCost(self.path, "leakage", leakage_at_chip_temperature(self, power))]

    def hop_time(self) -> Second:
        """Time of one hop."""
        return self.device.hop_time * logic_delay_ratio(self, self.device.reference_voltage)

    def link_rate(self) -> BitPerSecond:
        """Data rate of one link."""
        return self.device.link_rate / logic_delay_ratio(self, self.device.reference_voltage)

    def flit_width(self) -> Bit:
        """Width of a link."""
        return self.device.flit_width


class Link(Component[Any]):
    """What counting and timing must know of a link off the chip."""

    family: ClassVar[str] = "off_chip_link"
    reads_and_writes: ClassVar[bool] = False
    """Whether there is a memory at its end, which takes reading and writing apart."""
    beside_die: ClassVar[frozenset[str]] = frozenset()
    """Terms whose power is spent in devices beside the chip, which it does not warm up by."""

    @abstractmethod
    def latency(self) -> Second:
        """Time from a request to its first bit."""

    @abstractmethod
    def rate(self) -> BitPerSecond:
        """Data rate."""


class OffChip(Link):
    """Link off the chip, or the memory behind it, by its value per bit."""

    model: ClassVar[str] = "off_chip_link"
    device: LinkParameters

    def latency(self) -> Second:
        """As stated."""
        return self.device.latency

    def rate(self) -> BitPerSecond:
        """As stated."""
        return self.device.rate

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one bit; input and output do not scale with the process."""
        bit = 1.0
        return [self.energy("bit", "transfer", self.device.energy * bit, "off-chip transfer")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the pads and their circuits, which is outside the floor plan's utilisation."""
        return [AreaCost(self.path, "input_output", self.device.footprint, placed=True)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of the idle link."""
        return [StaticCost(self.path, "idle", self.device.static_power)]
