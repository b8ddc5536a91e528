"""Dies: yield, cost and carbon footprint, and tiers of devices stacked over the logic."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from neuroest.blocks.base import AreaCost, Check, Component, EnergyCost
from neuroest.blocks.model_error import exact_model, model_errors
from neuroest.blocks.roles import EmitsCarbon, PricesDie, StacksTier
from neuroest.core import units as u
from neuroest.equations import crossbar_wires, dies, stacked_tiers
from neuroest.specs.base import CountOrAuto
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, Record, non_negative, positive


class CarbonFootprint(Record):
    """Carbon dioxide equivalent of the wafers of a fab, of a package, and of the electricity in use."""

    fab_energy: u.JoulePerSquareMetre = positive()
    """Electrical energy of the fab per area of wafer."""
    fab_carbon_intensity: u.KilogramPerJoule = non_negative()
    """Carbon of the fab's electricity."""
    gas_emissions: u.KilogramPerSquareMetre = non_negative()
    """Carbon of the emitted process gases, per area of wafer."""
    material_emissions: u.KilogramPerSquareMetre = non_negative()
    """Carbon of the raw materials, per area of wafer."""
    die_yield: u.Dimensionless = positive(maximum=1.0)
    """Yield; a `die_cost` block of the chip replaces it."""
    package_carbon: u.Kilogram = non_negative()
    """Carbon of the package."""
    use_carbon_intensity: u.KilogramPerJoule = non_negative()
    """Carbon of the electricity in use."""
    service_life: u.Second = positive(exact=CHOSEN)
    """Years for which the chip is in service."""
    use_share: u.Dimensionless = non_negative(maximum=1.0, exact=CHOSEN)
    """Share of the service life in which it computes."""


class CarbonFootprintBlock(DeviceBlock):
    """Embodied and operational carbon of a die; adds no energy or area."""

    record = CarbonFootprint
    model: Literal["carbon_footprint"]


class Carbon(Component[CarbonFootprint], EmitsCarbon):
    """Embodied and operational carbon of a die."""

    schema = CarbonFootprintBlock
    prior_error = exact_model("emissions per area and intensities are inputs with spreads")

    def embodied(self, die_area: u.SquareMetre, good_share: u.Dimensionless | None) -> u.Kilogram:
        """Carbon of making a good die and its package. [kg].

        Parameters
        ----------
        die_area : float or array
            Area of the die. [m^2]
        good_share : float or array, optional
            Share of good dies; as the device states where nothing else says it. [1]
        """
        d = self.device
        return dies.embodied_carbon(
            die_area, d.fab_energy, d.fab_carbon_intensity, d.gas_emissions, d.material_emissions,
            d.die_yield if good_share is None else good_share, d.package_carbon,
        )  # fmt: skip

    def operational(self, power: u.Watt) -> u.Kilogram:
        """Carbon of the electricity over the service life, at a mean power while the chip computes. [kg]."""
        d = self.device
        return dies.operational_carbon(power, d.use_share, d.service_life, d.use_carbon_intensity)


class DieCost(Record):
    """Cost and yield of a wafer. Costs are in US dollars."""

    wafer_diameter: u.Metre = positive(maximum=1.0, exact=CHOSEN)
    """Diameter of the wafer."""
    wafer_cost: u.Dimensionless = positive()
    """Cost of a processed wafer, in US dollars."""
    added_wafer_cost: u.Dimensionless = non_negative()
    """Additional wafer cost of the memory layers, in US dollars."""
    defect_density: u.PerSquareMetre = non_negative(symbol="D_0")
    """Density of killer defects."""
    clustering: u.Dimensionless = positive(symbol="alpha")
    """Clustering parameter of the defects."""
    test_and_package_cost: u.Dimensionless = non_negative()
    """Test and package of one die, in US dollars."""


class DieCostBlock(DeviceBlock):
    """Yield and cost of a good die; adds no energy or area."""

    record = DieCost
    model: Literal["die_cost"]
    yield_model: Literal["negative_binomial", "poisson", "murphy"] = "negative_binomial"
    """Distribution of defects on the wafer. negative_binomial: in clusters, with the clustering parameter of the
    device; poisson: independent, the lowest yield; murphy: with a triangular distribution of the density."""


class DieYield(Component[DieCost], PricesDie):
    """Yield and cost of a good die."""

    schema = DieCostBlock
    prior_error = exact_model("yield and wafer price are inputs with a spread of their own")

    def good_share(
        self, area: u.SquareMetre, defect_density: u.PerSquareMetre | None = None
    ) -> u.Dimensionless:
        """Share of the dies, or of the tiers of another defect density, that work."""
        d = self.device
        density = d.defect_density if defect_density is None else defect_density
        if self.spec.yield_model == "poisson":
            return dies.poisson_yield(area, density)
        if self.spec.yield_model == "murphy":
            return dies.murphy_yield(area, density)
        return dies.negative_binomial_yield(area, density, d.clustering)

    def dies(self, die_area: u.SquareMetre) -> u.Dimensionless:
        """Dies per wafer."""
        return dies.dies_per_wafer(self.device.wafer_diameter, die_area)

    def cost(
        self, die_area: u.SquareMetre, good_share: u.Dimensionless, stacked: u.Dimensionless
    ) -> u.Dimensionless:
        """Cost of a good die, in US dollars, at this yield and with this cost of the stacked tiers of a wafer."""
        d = self.device
        return dies.cost_per_good_die(
            d.wafer_cost + d.added_wafer_cost + stacked,
            self.dies(die_area),
            good_share,
            d.test_and_package_cost,
        )


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
        return replace(own, component=block.path)

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
