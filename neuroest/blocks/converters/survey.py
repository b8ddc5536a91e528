"""Analog-to-digital converter by a regression over published ones."""

from typing import Literal

from neuroest.blocks.base import Check
from neuroest.blocks.converters.base import ResolvedAdcBlock, SampledConverter
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.blocks.process_scaling import CircuitParameters
from neuroest.core import units as u
from neuroest.equations import converters
from neuroest.specs.base import Frequency, ResolutionOrAuto
from neuroest.specs.parameters import FIT, RANGE_END, positive, quantity


class SurveyAdcParameters(CircuitParameters):
    """Analog-to-digital converter by a regression over published ones."""

    speed_merit_constant: u.Dimensionless = quantity(exact=FIT)
    """Speed-limited figure of merit at 1 Hz, in dB."""
    speed_merit_slope: u.Dimensionless = quantity(exact=FIT)
    """Slope of the speed-limited figure of merit per ln(Hz), in dB; negative."""
    resolution_merit_constant: u.Dimensionless = quantity(exact=FIT)
    """Resolution-limited figure of merit at zero bits, in dB."""
    resolution_merit_slope: u.Dimensionless = quantity(exact=FIT)
    """Rise of the resolution-limited figure of merit per bit, in dB."""
    energy_constant: u.Dimensionless = quantity(exact=FIT)
    """Constant of the logarithm of the energy correction."""
    energy_node_exponent: u.Dimensionless = quantity(exact=FIT)
    """Exponent of the node in the energy correction."""
    energy_bits_exponent: u.Dimensionless = quantity(exact=FIT)
    """Exponent of the resolution in the energy correction."""
    area_constant: u.Dimensionless = quantity(exact=FIT)
    """Constant of the logarithm of the area."""
    area_node_exponent: u.Dimensionless = quantity(exact=FIT)
    """Exponent of the node in the area."""
    area_rate_exponent: u.Dimensionless = quantity(exact=FIT)
    """Exponent of the sampling rate in the area."""
    area_energy_exponent: u.Dimensionless = quantity(exact=FIT)
    """Exponent of the conversion energy in the area."""
    minimum_feature_size: u.Metre = positive(exact=RANGE_END)
    """Smallest node in the survey."""
    maximum_feature_size: u.Metre = positive(exact=RANGE_END)
    """Largest node in the survey."""
    minimum_bits: u.Dimensionless = positive(exact=RANGE_END)
    """Lowest resolution that the regression covers."""
    maximum_bits: u.Dimensionless = positive(exact=RANGE_END)
    """Highest resolution that the regression covers."""
    maximum_sample_rate: u.PerSecond = positive(exact=RANGE_END)
    """Highest sampling rate that the regression covers."""
    energy_quality: u.Dimensionless = positive()
    """Ratio of the converter's energy to the regression's best case."""
    area_quality: u.Dimensionless = positive()
    """Ratio of the converter's area to the regression's best case."""


class SurveyAdcBlock(ResolvedAdcBlock):
    """Analog-to-digital converter by a regression over published ones."""

    record = SurveyAdcParameters
    model: Literal["survey_adc"]
    bits: ResolutionOrAuto = "auto"
    """Effective number of bits, as in the survey; auto: the lossless resolution minus `dropped_bits`."""
    sample_rate: Frequency
    """Conversions per second of one converter."""


# Units that the converter survey's regression is stated in.
_NANOMETRE, _HERTZ, _PICOJOULE, _SQUARE_MICROMETRE = 1e-9, 1.0, 1e-12, 1e-12
"""Units that a regression is stated in."""


class SurveyAdc(SampledConverter):
    """Converter by the survey regression.

    Model errors
    ------------
    energy
        a peer tool needs 0.28 to 3.15 of the regression's energy to meet three compute-in-memory macros
    area
        the same tool needs 0.25 to 1 of the regression's area for four macros
    """

    analog_circuit = False
    schema = SurveyAdcBlock
    prior_error = model_errors(
        energy=ModelError(2.5, source="andrulis2024cimloop"),
        area=ModelError(2.5, source="andrulis2024cimloop"),
    )
    device: SurveyAdcParameters

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second as chosen."""
        return self.options["sample_rate"]

    def best_energy(self, bits: u.Dimensionless) -> u.Numeric:
        """Best-case energy of one conversion by the regression."""
        d = self.device
        merit = converters.survey_figure_of_merit(
            bits, self.options["sample_rate"], _HERTZ, d.speed_merit_constant, d.speed_merit_slope,
            d.resolution_merit_constant, d.resolution_merit_slope
        )  # fmt: skip
        return converters.survey_conversion_energy(
            bits, self.process.feature_size, merit, _NANOMETRE, _PICOJOULE, d.energy_constant,
            d.energy_node_exponent, d.energy_bits_exponent, 0.0
        )  # fmt: skip

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of one conversion, with the quality factor of the converter."""
        return self.at_supply(self.best_energy(bits) * self.device.energy_quality)

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one converter, with the quality factor of the converter."""
        d = self.device
        area = converters.survey_converter_area(
            self.process.feature_size, self.options["sample_rate"], self.best_energy(bits), _NANOMETRE, _HERTZ,
            _PICOJOULE, _SQUARE_MICROMETRE, d.area_constant, d.area_node_exponent, d.area_rate_exponent,
            d.area_energy_exponent
        )  # fmt: skip
        return area * d.area_quality

    def range_checks(self, bits: u.Dimensionless) -> list[Check]:
        """Whether resolution, rate and node are within the survey.

        Checks
        ------
        converter_resolution
            resolution is outside the converter survey
        converter_rate
            sampling rate is outside the converter survey
        converter_node
            node is outside the converter survey, so its energy and area are extrapolated
        """
        d, size, rate = self.device, self.process.feature_size, self.options["sample_rate"]
        return [
            self.check_range(
                "converter_resolution", bits, d.minimum_bits, d.maximum_bits, "1", severity="infeasible"
            ),
            self.check_range(
                "converter_rate", rate, 0.0, d.maximum_sample_rate, "1/s", severity="infeasible"
            ),
            self.check_range("converter_node", size, d.minimum_feature_size, d.maximum_feature_size, "m"),
        ]
