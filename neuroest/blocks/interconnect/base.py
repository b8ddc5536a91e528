"""Common part of on-chip networks and off-chip links."""

from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np

from neuroest.blocks.base import Check, Component, Costs, EnergyCost, NetworkContext
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.process_scaling import at_corner, logic_energy_ratio
from neuroest.core import units as u
from neuroest.equations import network as equations
from neuroest.equations import technology, wiring
from neuroest.specs.base import Frequency, LengthOrAuto, WordWidth, WordWidthOrAuto
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


class Wires(NetworkOnChip):
    """Common part of the networks without routers."""

    device: WiresParameters
    one_medium = True

    @abstractmethod
    def length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """Length of wire that one transfer charges."""

    @abstractmethod
    def total_length(self, tile_pitch: u.Metre, places: u.Dimensionless) -> u.Metre:
        """Total length of wire, whatever part a transfer charges."""

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
        d, bit, ledger = self.device, 1.0, "spike and data transport"
        wire = technology.voltage_scaled_energy(
            wiring.wire_energy(bit, self.length(tile_pitch, places), d.wire_energy),
            self.technology.supply_voltage, d.reference_voltage,
        )  # fmt: skip
        interface = 2.0 * d.interface_energy * bit * logic_energy_ratio(self, d.reference_voltage)
        return [
            self.energy("bit_hop", "wire", wire, ledger),
            self.energy("bit_entry", "interface", interface, ledger),
        ]

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
