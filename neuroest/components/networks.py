"""On-chip network and what leaves the chip."""

from __future__ import annotations

from typing import ClassVar

from neuroest.components.base import (
    AreaCost,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
    leakage_at_chip_temperature,
    leakage_ratio,
    logic_area_ratio,
    logic_delay_ratio,
    logic_energy_ratio,
)
from neuroest.devices.digital import LinkParameters, MeshParameters
from neuroest.equations import network as equations
from neuroest.equations import technology
from neuroest.units import BitPerSecond, Metre, Second


class Mesh(Component[MeshParameters]):
    """Mesh of routers; costs are per bit and hop."""

    model: ClassVar[str] = "mesh"
    synchronous: ClassVar[bool] = True

    def transport(self, tile_pitch: Metre) -> list[EnergyCost]:
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


class OffChip(Component[LinkParameters]):
    """Link off the chip."""

    model: ClassVar[str] = "off_chip_link"

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
