"""Whole converters: a fit to published ones with all supporting circuits, or the published numbers of one."""

from dataclasses import replace
from typing import Literal

import numpy as np

from neuroest.blocks.base import Check, NetworkContext, chosen
from neuroest.blocks.converters.base import ResolvedAdcBlock, SampledConverter
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.blocks.model_error import PUBLISHED, exact_model
from neuroest.blocks.process_scaling import CircuitParameters
from neuroest.core import units as u
from neuroest.equations import converters as equations
from neuroest.specs.base import Frequency
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, DEFINED, FIT, RANGE_END, non_negative, positive, quantity


class WholeAdcParameters(CircuitParameters):
    """Complete converter by a fit to published ones: reference, buffers, sampling, calibration, layout at pitch."""

    bit_energy: u.Joule = non_negative(symbol="E_b", exact=FIT)
    """Energy per conversion and bit."""
    step_energy: u.Joule = non_negative(symbol="E_s", exact=FIT)
    """Energy per conversion and step, with 2^b steps."""
    energy_factor: u.Dimensionless = positive()
    """Ratio of the converter's energy to the fit."""
    bit_area: u.SquareMetre = non_negative(symbol="A_b", exact=FIT)
    """Area per bit."""
    step_area: u.SquareMetre = non_negative(symbol="A_s", exact=FIT)
    """Area per step, with 2^b steps."""
    area_factor: u.Dimensionless = positive()
    """Ratio of the converter's area to the fit."""
    base_time: u.Second = non_negative(symbol="t_0")
    """Resolution-independent time of one conversion, such as sampling."""
    bit_time: u.Second = non_negative(symbol="t_b")
    """Time per conversion and bit."""
    step_time: u.Second = non_negative(symbol="t_s")
    """Time per conversion and step, with 2^b steps."""
    input_resistance: u.Ohm = non_negative(absent=0.0, symbol="R_in")
    """Input resistance of a current-input converter. Without it, only the cells determine the settling of the column.
    """
    adds_current: u.Dimensionless = non_negative(absent=0.0, maximum=1.0, exact=DEFINED)
    """One for a converter whose count adds up a current while it flows, such as that of an oscillator."""
    maximum_bits: u.Dimensionless = positive(exact=RANGE_END)
    """Highest resolution of this kind of converter."""
    lowest_fitted_bits: u.Dimensionless = positive(exact=RANGE_END)
    """Lowest resolution of the converters in the fit."""
    highest_fitted_bits: u.Dimensionless = positive(exact=RANGE_END)
    """Highest resolution of the converters in the fit."""
    minimum_feature_size: u.Metre = positive(exact=RANGE_END)
    """Smallest node of the converters in the fit."""
    maximum_feature_size: u.Metre = positive(exact=RANGE_END)
    """Largest node of the converters in the fit."""


class WholeAdcBlock(ResolvedAdcBlock):
    """Complete converter of a macro, by a fit to published ones."""

    record = WholeAdcParameters
    model: Literal["whole_adc"]
    sample_rate: Frequency | None = None
    """Conversions per second of one converter. Default: the maximum rate of the circuit."""
    takes: Literal["voltage", "current", "time"] = "voltage"
    """Input: a voltage that a circuit makes from the column current, the current itself, or a time."""
    counts: Literal["auto", "after_pulse", "during_pulse"] = "auto"
    """When a converter that counts runs: after the columns have settled, or while the rows are driven, so that the
    count is complete when the pulses end. auto: during the pulse for an oscillator of each column that takes its
    current, itself or from a clamp, if inputs are pulse widths, since nothing holds a current; otherwise after it."""


class WholeAdc(SampledConverter):
    """Complete converter by a fit to published ones; energy and speed follow the supply and the node of the chip."""

    schema = WholeAdcBlock
    example = "sar_macro"
    prior_error = exact_model(
        "the scatter of published converters around the law is in the factors of its device"
    )
    device: WholeAdcParameters

    takes_columns: bool = chosen("takes", "current")
    """Whether it clamps a column and takes its current."""

    def loads(self, point: ElectricalPoint) -> Loads:
        """Virtual ground of a converter that takes the current of its column and states its input resistance."""
        stated = self.takes_columns and np.any(np.asarray(self.device.input_resistance) > 0.0)
        return Loads(clamp=self.device.input_resistance if stated else None)

    takes_times: bool = chosen("takes", "time")
    """Whether its input is a time."""

    @property
    def ramps(self) -> bool:
        """Whether it compares its input over many cycles: a counter runs through the steps."""
        return self.spec.takes == "voltage" and self.steps_in_time

    counts_during_pulse: bool = chosen("counts", "during_pulse")
    """Whether its counter runs while the rows are driven, by choice."""

    @property
    def may_count_during_pulse(self) -> bool:
        """Whether its counter runs while the rows are driven, if the circuits around it allow it."""
        return bool(self.spec.counts == "auto" and np.any(np.asarray(self.device.adds_current) > 0.0))

    @property
    def steps_in_time(self) -> bool:
        """Whether it passes its steps one after the other, so that its counter can run during a pulse."""
        return bool(np.all(np.asarray(self.device.step_time) > 0.0))

    @property
    def holds_input(self) -> bool:
        """Whether it resolves a sampled voltage or current bit by bit, during which it must hold it."""
        d = self.device
        bit_by_bit = np.all(np.asarray(d.step_time) == 0.0) and np.all(np.asarray(d.bit_time) > 0.0)
        clamps = np.any(np.asarray(d.input_resistance) > 0.0)  # it needs the current of the column to the end
        return bool(self.spec.takes != "time" and bit_by_bit and not clamps)

    def acquisition_time(
        self, given_share: u.Dimensionless, bits: u.Dimensionless, network: NetworkContext
    ) -> u.Second:
        """Resolution-independent part of a conversion, or the given share where this kind has none."""
        d = self.device
        share = d.base_time / equations.whole_conversion_time(bits, d.base_time, d.bit_time, d.step_time)
        return np.where(share > 0.0, share, given_share) / self.rate(bits, network)

    def fastest(self, bits: u.Dimensionless) -> u.PerSecond:
        """Maximum conversions per second at the chip's node and supply."""
        d = self.device
        time = equations.whole_conversion_time(bits, d.base_time, d.bit_time, d.step_time)
        return 1.0 / self.time_at_supply(time)

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second: as chosen, or the maximum rate of the circuit."""
        return self.options["sample_rate"] if "sample_rate" in self.options else self.fastest(bits)

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of one conversion, at the chip's node and supply."""
        d = self.device
        energy = equations.whole_conversion_energy(bits, d.bit_energy, d.step_energy)
        return self.at_supply(energy * d.energy_factor)

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one converter at the chip's node."""
        d = self.device
        area = equations.whole_converter_area(bits, d.bit_area, d.step_area)
        return self.area_at_node(area * d.area_factor)

    def range_checks(self, bits: u.Dimensionless) -> list[Check]:
        """Whether resolution, rate and node are within the range of the fit.

        Checks
        ------
        converter_fit
            the law includes no published converter of this resolution, so it extrapolates: state the bits of one
            conversion (converter.bits), not those of a sum, or its measured energy (converter.parameters)
        converter_rate
            the converter must be faster than published ones at this node and supply
        converter_node
            node is outside the published converters, so area is extrapolated, and energy follows the law of the process
        """
        d, fastest, size = self.device, self.fastest(bits), self.process.feature_size
        node = self.check_range("converter_node", size, d.minimum_feature_size, d.maximum_feature_size, "m")
        return [
            *super().range_checks(bits),
            self.check_range("converter_fit", bits, d.lowest_fitted_bits, d.highest_fitted_bits, "1"),
            self.check_range("converter_rate", self.sample_rate(bits), 0.0, fastest, "1/s"),
            # the spread of the law of energies comes from converters down to 4 nm, that of areas does not
            replace(node, quantities=("area",)),
        ]


class ReportedAdcParameters(CircuitParameters):
    """Analog-to-digital converter known by its published numbers."""

    bits: u.Dimensionless = quantity(minimum=1, maximum=24, exact=CHOSEN)
    """Resolution."""
    conversion_energy: u.Joule = positive()
    """Energy of one conversion."""
    sample_rate: u.PerSecond = positive(exact=CHOSEN)
    """Conversions per second."""
    footprint: u.SquareMetre = positive()
    """Area of one converter."""


class ReportedAdcBlock(DeviceBlock):
    """Analog-to-digital converter known by its published numbers."""

    record = ReportedAdcParameters
    model: Literal["reported_adc"]


class ReportedAdc(SampledConverter):
    """Converter as published."""

    schema = ReportedAdcBlock
    prior_error = PUBLISHED
    device: ReportedAdcParameters

    def bits(
        self, rows: u.Dimensionless, input_bits: u.Dimensionless, cell_bits: u.Dimensionless
    ) -> u.Dimensionless:
        """Resolution as published."""
        return self.device.bits

    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second as published."""
        return self.device.sample_rate

    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of one conversion as published, at the chip's supply."""
        return self.at_supply(self.device.conversion_energy)

    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one converter as published."""
        return self.area_at_node(self.device.footprint)
