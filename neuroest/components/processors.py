"""Cores and processors that are known by published numbers, and what surrounds the blocks of a chip."""

from __future__ import annotations

from typing import ClassVar

from neuroest.components.base import (
    AreaCost,
    Characteristic,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
)
from neuroest.devices.digital import EventEnergiesParameters, FixedBlockParameters, RooflineParameters
from neuroest.devices.process import DieCost, Overheads
from neuroest.equations import accelerators, power
from neuroest.units import Dimensionless, SquareMetre


class EventEnergies(Component[EventEnergiesParameters]):
    """A core by its published energies per event."""

    model: ClassVar[str] = "event_energies"

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of each event as reported, at the supply it was reported at."""
        d, ledger = self.device, "event as reported"
        return [
            self.energy("synaptic_operation", "reported", d.synaptic_operation_energy, ledger),
            self.energy("active_update", "reported", d.active_update_energy, ledger),
            self.energy("inactive_update", "reported", d.inactive_update_energy, ledger),
            self.energy("spike", "reported", d.spike_energy, ledger),
            self.energy("hop", "reported", d.hop_energy, ledger),
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Die area per core as reported."""
        return [AreaCost(self.path, "core", self.device.core_area, placed=True)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Static power per core as reported."""
        return [StaticCost(self.path, "static", self.device.core_static_power)]


class FixedBlock(Component[FixedBlockParameters]):
    """A block by its published area and power."""

    model: ClassVar[str] = "fixed_block"

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area as published, for one instance of the level."""
        return [AreaCost(self.path, "block", self.device.footprint / self.options["shared_by"])]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power as published, for one instance of the level."""
        return [StaticCost(self.path, "full_activity", self.device.power / self.options["shared_by"])]


class RooflineProcessor(Component[RooflineParameters]):
    """A processor by peak rate, bandwidth and power."""

    model: ClassVar[str] = "roofline_processor"

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one second of work above idling."""
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
        """Where the roofline has its ridge, at the shares of both peaks that are reached."""
        d = self.device
        ridge = accelerators.ridge_intensity(
            d.peak_rate * d.compute_efficiency, d.memory_rate * d.memory_efficiency
        )
        return [self.characteristic("operations per bit above which computing limits", ridge, "1/bit")]


class ChipOverheads(Component[Overheads]):
    """Floor plan, clock, control and cooling; the estimate applies its fractions to the other blocks."""

    model: ClassVar[str] = "chip_overheads"


class DieYield(Component[DieCost]):
    """Yield and cost of a good die."""

    model: ClassVar[str] = "die_cost"

    def good_share(self, die_area: SquareMetre) -> Dimensionless:
        """Share of the dies that work."""
        d = self.device
        if self.spec.yield_model == "poisson":
            return power.poisson_yield(die_area, d.defect_density)
        if self.spec.yield_model == "murphy":
            return power.murphy_yield(die_area, d.defect_density)
        return power.negative_binomial_yield(die_area, d.defect_density, d.clustering)

    def cost(self, die_area: SquareMetre) -> Dimensionless:
        """Cost of a good die, in US dollars."""
        d = self.device
        return power.cost_per_good_die(
            d.wafer_cost + d.added_wafer_cost, power.dies_per_wafer(d.wafer_diameter, die_area),
            self.good_share(die_area), d.test_and_package_cost,
        )  # fmt: skip
