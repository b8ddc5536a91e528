"""Tier of devices stacked over the logic, or over another tier."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from neuroest.blocks.base import AreaCost, Check, Component, EnergyCost
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.roles import StacksTier
from neuroest.core import units as u
from neuroest.equations import crossbar_wires, stacked_tiers
from neuroest.specs.base import CountOrAuto
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive


class StackedTierParameters(Record):
    """Vias, heat path, yield and cost of a tier that is grown or bonded on another one."""

    via_pitch: u.Metre = positive(maximum=1e-3, symbol="p_via")
    """Smallest distance between the centres of two vias."""
    blocked_area: u.SquareMetre = non_negative(symbol="A_via")
    """Area of devices that one via takes from the tier that it passes through, keep-out zone included; zero where vias
    join metal to metal."""
    capacitance: u.Farad = non_negative(symbol="C_via")
    """Capacitance of one via."""
    resistance: u.Ohm = non_negative(symbol="R_via")
    """Resistance of one via."""
    tier_thermal_resistance: u.SquareMetreKelvinPerWatt = non_negative(symbol="r_th")
    """Thermal resistance between this tier and the one below, for a unit of area."""
    via_failure: u.Dimensionless = non_negative(maximum=1.0, symbol="f_via")
    """Share of vias that are open."""
    stacking_yield: u.Dimensionless = positive(maximum=1.0, symbol="Y_s")
    """Share of dies that stacking leaves intact, apart from open vias and defects of the tier itself."""
    defect_density: u.PerSquareMetre = non_negative(symbol="D_t")
    """Density of killer defects of the tier itself."""
    tier_wafer_cost: u.Dimensionless = non_negative()
    """Cost of the tier on one wafer, in US dollars: its own wafer and bonding, or the steps that grow it."""


class StackedTierBlock(DeviceBlock):
    """A tier of devices over the logic or over another tier. It belongs to the top level of the chip."""

    record = StackedTierParameters
    model: Literal["stacked_tier"]
    over: str
    """Tier below: `logic`, or the name of another stacked tier."""
    contains: Annotated[tuple[str, ...], Field(min_length=1)]
    """Paths of the blocks in this tier, such as `chip.tile.array.cell`, or of one of their area terms, such as
    `chip.tile.array.readout.neuron.footprint`."""
    signals: CountOrAuto = "auto"
    """Signals between one instance of each contained block and the tiers below, each with a via. auto: rows and columns
    of an array for its cells, input and output for a neuron, data and address for a memory."""


class StackedTier(Component[StackedTierParameters], StacksTier):
    """Tier of devices over the logic or over another tier.

    Model errors
    ------------
    area
        the floor plan of the tier is taken as free: no block has to stand over the circuits that it connects to
    energy
        the wires from a block to its vias are not included
    """

    schema = StackedTierBlock
    family = "stacked_tier"
    owns = ("vias between tiers",)
    overhead = owns
    prior_error = model_errors(area=1.2, energy=2)
    example = "inter_tier_via_monolithic"

    def via_areas(self, path: str, signals: u.Dimensionless) -> list[AreaCost]:
        """Area that the vias of one instance of a block take from this tier.

        Parameters
        ----------
        path : str
            Path that the instances are counted under.
        signals : float or array
            Signals of one instance.
        """
        blocked = stacked_tiers.blocked_area(signals, self.device.blocked_area)
        return [AreaCost(self.path, "vias", blocked, counted_as=path)]

    def via_energy(self, block: Component[Any], action: str, signals: u.Dimensionless) -> EnergyCost:
        """Energy of the vias of one instance in one of its actions, in which each of its signals toggles once."""
        toggled = crossbar_wires.line_toggle_energy(self.device.capacitance, block.technology.supply_voltage)
        own = self.energy(action, "vias", signals * toggled, "vias between tiers")
        return EnergyCost(block.path, own.action, own.term, own.energy, own.quantity, own.operation)

    def via_check(self, path: str, signals: u.Dimensionless, area: u.SquareMetre) -> Check:
        """Whether the vias of one instance of a block fit over it.

        Checks
        ------
        vias_fit_block
            the vias of a block take more room than the block; use a device with a finer via_pitch, or fewer signals
        """
        needed = stacked_tiers.via_field(signals, self.device.via_pitch)
        found = self.require("infeasible", "vias_fit_block", needed, "<=", area, "m^2")
        return replace(found, message=found.message.replace("a block", path, 1))
