"""Embodied and operational carbon of a die."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.model_error import exact_model
from neuroest.blocks.roles import EmitsCarbon
from neuroest.core import units as u
from neuroest.equations import carbon
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
        return carbon.embodied_carbon(
            die_area, d.fab_energy, d.fab_carbon_intensity, d.gas_emissions, d.material_emissions,
            d.die_yield if good_share is None else good_share, d.package_carbon,
        )  # fmt: skip

    def operational(self, power: u.Watt) -> u.Kilogram:
        """Carbon of the electricity over the service life, at a mean power while the chip computes. [kg]."""
        d = self.device
        return carbon.operational_carbon(power, d.use_share, d.service_life, d.use_carbon_intensity)
