"""Successive-approximation converter from its circuit."""

from typing import Literal

from neuroest.blocks.base import NetworkContext
from neuroest.blocks.converters.base import ClockedAdcBlock, ClockedAdcParameters, ClockedConverter
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.equations import converters, drivers
from neuroest.specs.parameters import CHOSEN, non_negative, positive


class SarAdcParameters(ClockedAdcParameters):
    """Successive-approximation converter from its circuit."""

    reference_voltage: u.Volt = positive(maximum=10.0, symbol="V_ref", exact=CHOSEN)
    """Reference of the capacitor array."""
    unit_capacitance: u.Farad = positive(symbol="C_u")
    """Capacitance of the least significant bit."""
    switching_factor: u.Dimensionless = positive(maximum=4.0, symbol="k_c")
    """Ratio of the conversion energy to the energy of charging all capacitors."""
    comparator_energy: u.Joule = positive(symbol="E_cmp")
    """Energy of one decision."""
    logic_energy: u.Joule = positive()
    """Energy of the control logic for one bit."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Density of the capacitors."""
    switch_area: u.SquareMetre = non_negative()
    """Area of the switches of one bit."""
    logic_area: u.SquareMetre = positive()
    """Area of the control logic of one bit."""


class SarAdcBlock(ClockedAdcBlock):
    """Successive-approximation converter from its circuit."""

    record = SarAdcParameters
    model: Literal["sar_adc"]
    reference: Literal["own", "supply"] = "supply"
    """Reference of the capacitor array: the chip's supply, or a separate voltage from the device."""


class SarAdc(ClockedConverter):
    """Successive-approximation converter.

    Model errors
    ------------
    energy
        an ideal core, without reference, clock and calibration; as for the survey, from whose regression single
        converters deviate by this factor
    area
        as for its energy
    """

    schema = SarAdcBlock
    prior_error = model_errors(energy=2.5, area=2.5)
    device: SarAdcParameters

    @property
    def holds_input(self) -> bool:
        """Whether the input is held during conversion: on the capacitor array."""
        return True

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second: one cycle to sample and one per bit."""
        return 1.0 / converters.successive_approximation_time(bits, self.clock_period())

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of decisions, logic and the capacitor array."""
        d = self.device
        own = self.spec.reference == "own"
        reference = d.reference_voltage if own else self.supply_voltage()
        array = drivers.capacitive_dac_energy(bits, d.unit_capacitance, reference, d.switching_factor)
        return converters.successive_approximation_energy(
            bits, self.at_supply(d.comparator_energy), self.at_supply(d.logic_energy), array
        )

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of capacitor array, comparator and logic."""
        d = self.device
        array = drivers.capacitive_dac_area(bits, d.unit_capacitance, d.capacitance_density, d.switch_area)
        return self.area_at_node(
            converters.successive_approximation_area(bits, d.logic_area, d.comparator_area, array)
        )

    def input_capacitance(self, bits: u.Dimensionless, given: u.Farad) -> u.Farad:
        """Capacitance of the whole array."""
        return drivers.capacitive_dac_capacitance(bits, self.device.unit_capacitance)

    def acquisition_time(
        self, given_share: u.Dimensionless, bits: u.Dimensionless, network: NetworkContext
    ) -> u.Second:
        """Time of the first cycle."""
        return self.clock_period()
