"""Yield and cost of a die."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.model_error import exact_model
from neuroest.blocks.roles import PricesDie
from neuroest.core import units as u
from neuroest.equations import die_yield
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, Record, non_negative, positive


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
            return die_yield.poisson_yield(area, density)
        if self.spec.yield_model == "murphy":
            return die_yield.murphy_yield(area, density)
        return die_yield.negative_binomial_yield(area, density, d.clustering)

    def dies(self, die_area: u.SquareMetre) -> u.Dimensionless:
        """Dies per wafer."""
        return die_yield.dies_per_wafer(self.device.wafer_diameter, die_area)

    def cost(
        self, die_area: u.SquareMetre, good_share: u.Dimensionless, stacked: u.Dimensionless
    ) -> u.Dimensionless:
        """Cost of a good die, in US dollars, at this yield and with this cost of the stacked tiers of a wafer."""
        d = self.device
        return die_yield.cost_per_good_die(
            d.wafer_cost + d.added_wafer_cost + stacked,
            self.dies(die_area),
            good_share,
            d.test_and_package_cost,
        )
