"""Integrator that weights input bits by repetition, with a step-wise converter."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import Check, EnergyCost, NetworkContext
from neuroest.blocks.converters.base import CORE_ERROR, Converter
from neuroest.blocks.process_scaling import CircuitParameters
from neuroest.blocks.roles import IntegratesInput
from neuroest.core import units as u
from neuroest.equations import converters
from neuroest.specs.base import Resolution, WholeNumber
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import RANGE_END, non_negative, positive


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
        converter_resolution
            resolution is beyond the range of this kind of converter
        input_sign
            the polarity of a pulse carries one bit
        """
        return [
            self.check_range(
                "converter_resolution", bits, 1.0, self.device.maximum_bits, "1", severity="infeasible"
            ),
            self.check_range("input_sign", self.options["sign_bits"], 0.0, 1.0, "1", severity="infeasible"),
        ]
