"""Converters computed from their circuit: successive approximation, flash, ramp, time to digital, integrating.

A sense amplifier, whose result has one bit, is here too.
"""

from typing import ClassVar, Literal

import numpy as np

from neuroest.blocks.base import Check, EnergyCost, NetworkContext
from neuroest.blocks.converters.base import (
    CORE_ERROR,
    ClockedAdcBlock,
    ClockedAdcParameters,
    ClockedConverter,
    Converter,
    ResolvedAdcBlock,
    SampledConverter,
)
from neuroest.blocks.model_error import PUBLISHED, model_errors
from neuroest.blocks.process_scaling import CircuitParameters
from neuroest.blocks.roles import IntegratesInput
from neuroest.core import units as u
from neuroest.equations import converters, drivers
from neuroest.specs.base import Count, Resolution, WholeNumber
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, RANGE_END, non_negative, positive


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


class FlashAdcParameters(ClockedAdcParameters):
    """Flash converter from its circuit."""

    comparator_energy: u.Joule = positive(symbol="E_cmp")
    """Energy of one decision."""
    ladder_energy: u.Joule = non_negative()
    """Energy of the reference ladder in one conversion."""
    ladder_area: u.SquareMetre = non_negative()
    """Area of the reference ladder."""
    clock_cycles: u.Dimensionless = positive(exact=CHOSEN)
    """Clock cycles of one conversion."""


class FlashAdcBlock(ClockedAdcBlock):
    """Flash converter from its circuit."""

    record = FlashAdcParameters
    model: Literal["flash_adc"]


class FlashAdc(ClockedConverter):
    """Flash converter: one comparator per step."""

    schema = FlashAdcBlock
    prior_error = CORE_ERROR
    device: FlashAdcParameters

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second: a conversion takes a few cycles."""
        return 1.0 / converters.flash_time(self.device.clock_cycles, self.clock_period())

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of all comparators and the ladder."""
        comparator, ladder = self.device.comparator_energy, self.device.ladder_energy
        return converters.flash_energy(bits, self.at_supply(comparator), self.at_supply(ladder))

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of all comparators and the ladder."""
        return self.area_at_node(
            converters.flash_area(bits, self.device.comparator_area, self.device.ladder_area)
        )

    def acquisition_time(
        self, given_share: u.Dimensionless, bits: u.Dimensionless, network: NetworkContext
    ) -> u.Second:
        """Half of a cycle, before the comparators decide."""
        return self.clock_period() / 2.0


class RampAdcParameters(ClockedAdcParameters):
    """Single-slope converter from its circuit: a shared ramp, with a comparator and a latch per column."""

    comparator_cycle_energy: u.Joule = positive()
    """Energy of the comparator in one clock cycle."""
    mean_fraction: u.Dimensionless = positive(maximum=1.0, exact="mean of a uniform distribution")
    """Average share of the ramp before the comparator decides."""
    latch_energy: u.Joule = positive()
    """Energy of the latch for one bit."""
    generator_energy: u.Joule = non_negative()
    """Energy of the ramp generator and counter in one conversion."""
    latch_area: u.SquareMetre = positive()
    """Area of the latch for one bit."""
    generator_area: u.SquareMetre = non_negative()
    """Area of the ramp generator and counter."""


class RampAdcBlock(ClockedAdcBlock):
    """Single-slope converter from its circuit."""

    record = RampAdcParameters
    model: Literal["ramp_adc"]
    columns_per_ramp: Count
    """Columns that share one ramp and one counter."""


class RampAdc(ClockedConverter):
    """Single-slope converter whose ramp several columns share."""

    schema = RampAdcBlock
    ramps: ClassVar[bool] = True
    prior_error = CORE_ERROR
    device: RampAdcParameters

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second: a conversion takes one cycle per step."""
        return 1.0 / converters.ramp_time(bits, self.clock_period())

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of comparator, latch and a share of the ramp."""
        d = self.device
        return converters.ramp_energy(
            bits, self.at_supply(d.comparator_cycle_energy), d.mean_fraction, self.at_supply(d.latch_energy),
            self.at_supply(d.generator_energy), self.options["columns_per_ramp"]
        )  # fmt: skip

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of comparator, latch and a share of the ramp."""
        d = self.device
        return self.area_at_node(
            converters.ramp_area(
                bits, d.comparator_area, d.latch_area, d.generator_area, self.options["columns_per_ramp"]
            )
        )

    def input_capacitance(self, bits: u.Dimensionless, given: u.Farad) -> u.Farad:
        """Gate capacitance of a comparator, which the sample drives without a follower."""
        return 0.0


class TimeConverterParameters(CircuitParameters):
    """Time-to-digital converter: a counter or delay line that stops at the edge of a pulse."""

    step_time: u.Second = positive(symbol="t_lsb")
    """Time of one step."""
    step_energy: u.Joule = positive(symbol="E_lsb")
    """Energy of one step."""
    footprint: u.SquareMetre = positive()
    """Area of one converter."""
    maximum_bits: u.Dimensionless = positive(exact=RANGE_END)
    """Highest resolution of the circuit."""


class TimeConverterBlock(ResolvedAdcBlock):
    """Time-to-digital converter for columns whose result is a time."""

    record = TimeConverterParameters
    model: Literal["time_to_digital"]


class TimeConverter(SampledConverter):
    """Time-to-digital converter: one time step per code."""

    schema = TimeConverterBlock
    takes_times = True
    prior_error = PUBLISHED
    device: TimeConverterParameters

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second: a conversion takes the time of all steps."""
        return 1.0 / converters.ramp_time(bits, self.time_at_supply(self.device.step_time))

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of all steps, for the longest time."""
        return converters.time_converter_energy(bits, self.at_supply(self.device.step_energy))

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one converter."""
        return self.area_at_node(self.device.footprint)


class IntegratingAdcParameters(CircuitParameters):
    """Integrator and step-wise converter at one column, with times and energies per step."""

    integration_step_time: u.Second = positive(symbol="t_int")
    """Time of one sampling and integration."""
    sample_time: u.Second = non_negative(symbol="t_s")
    """Time between integration and conversion of a phase."""
    conversion_step_time: u.Second = positive(symbol="t_cmp")
    """Time of one bit of the conversion."""
    integration_step_energy: u.Joule = positive(symbol="E_int")
    """Energy of one sampling and integration."""
    sample_energy: u.Joule = non_negative(symbol="E_s")
    """Energy between integration and conversion of a phase."""
    conversion_step_energy: u.Joule = positive(symbol="E_cmp")
    """Energy of one bit of the conversion."""
    footprint: u.SquareMetre = positive()
    """Area of integrator and converter."""
    maximum_bits: u.Dimensionless = positive(exact=RANGE_END)
    """Highest resolution of the circuit."""


class IntegratingAdcBlock(DeviceBlock):
    """Integrator at each column that weights input bits by repetition, and a step-wise converter."""

    record = IntegratingAdcParameters
    model: Literal["integrating_adc"]
    bits: Resolution
    """Resolution of the result."""
    sign_bits: WholeNumber = 0.0
    """Input bits encoded by the polarity of the row pulse, without a separate pulse: 0 or 1."""
    single_phase_bits: Resolution
    """Maximum magnitude bits per integration phase. A longer input is split in two halves."""


class IntegratingAdc(Converter, IntegratesInput):
    """Integrator that weights the bits of an input by repetition, followed by a step-wise converter."""

    schema = IntegratingAdcBlock
    integrates = True
    takes_columns = True
    prior_error = CORE_ERROR
    device: IntegratingAdcParameters

    def magnitude_bits(self, network: NetworkContext) -> u.Dimensionless:
        """Pulses of one input: its bits without the sign; one for spikes."""
        bits = 1.0 if network.spiking else network.activation_bits
        return np.maximum(bits - self.options["sign_bits"], 1.0)

    def steps(
        self, bits: u.Dimensionless, network: NetworkContext
    ) -> tuple[u.Dimensionless, u.Dimensionless, u.Dimensionless]:
        """Integrations, phases and conversion steps of one input."""
        magnitude, single = self.magnitude_bits(network), self.options["single_phase_bits"]
        return (
            converters.integration_steps(magnitude, single),
            converters.input_phases(magnitude, single),
            converters.conversion_steps(magnitude, single, bits),
        )

    def rate(self, bits: u.Dimensionless, network: NetworkContext) -> u.PerSecond:
        """Inputs per second."""
        d = self.device
        time = converters.integrating_read_time(
            *self.steps(bits, network), d.integration_step_time, d.sample_time, d.conversion_step_time
        )
        return 1.0 / self.time_at_supply(time)

    def energy_costs(self, bits: u.Dimensionless, network: NetworkContext) -> list[EnergyCost]:
        """Integrations, samples and conversion steps of one input."""
        d = self.device
        energy = converters.integrating_read_energy(
            *self.steps(bits, network), d.integration_step_energy, d.sample_energy, d.conversion_step_energy
        )
        return [self.booked("conversion", self.at_supply(energy))]

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one integrator with its converter."""
        return self.area_at_node(self.device.footprint)

    def range_checks(self, bits: u.Dimensionless) -> list[Check]:
        """Whether the resolution is within the limit of the circuit, and the sign is at most one bit.

        Checks
        ------
        input_sign
            the polarity of a pulse carries one bit
        """
        return [
            *super().range_checks(bits),
            self.check_range("input_sign", self.options["sign_bits"], 0.0, 1.0, "1", severity="infeasible"),
        ]


class SenseAmplifierParameters(CircuitParameters):
    """Sense amplifier: one comparison of a column with a reference."""

    decision_energy: u.Joule = positive()
    """Energy of one decision."""
    decision_time: u.Second = positive()
    """Time of one decision."""
    offset: u.Volt = non_negative(maximum=1.0)
    """Input-referred offset, one standard deviation."""
    footprint: u.SquareMetre = positive()
    """Area of one amplifier."""


class SenseAmplifierBlock(DeviceBlock):
    """Sense amplifier: a one-bit result."""

    record = SenseAmplifierParameters
    model: Literal["sense_amplifier"]


class SenseAmplifier(SampledConverter):
    """Comparison of a column with a reference: a one-bit result."""

    schema = SenseAmplifierBlock
    takes_columns = True
    rounds = False
    prior_error = PUBLISHED
    device: SenseAmplifierParameters

    def bits(
        self, rows: u.Dimensionless, input_bits: u.Dimensionless, cell_bits: u.Dimensionless
    ) -> u.Dimensionless:
        """One."""
        return 1.0

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Decisions per second."""
        return 1.0 / self.time_at_supply(self.device.decision_time)

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of one decision."""
        return self.at_supply(self.device.decision_energy)

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one amplifier."""
        return self.area_at_node(self.device.footprint)
