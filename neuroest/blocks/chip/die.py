"""Yield and cost of a die, and its carbon footprint."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.model_error import exact_model
from neuroest.blocks.roles import EmitsCarbon, PricesDie
from neuroest.core import units as u
from neuroest.equations import dies
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
