"""Analog-to-digital converters at the columns of a crossbar, and what stands in front of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import (
    AreaCost,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    leakage_at_chip_temperature,
)
from neuroest.devices.arrays import (
    AnalogStageParameters,
    FlashAdcParameters,
    IntegratingAdcParameters,
    RampAdcParameters,
    ReportedAdcParameters,
    SampleAndHoldCircuitParameters,
    SampleAndHoldParameters,
    SarAdcParameters,
    SenseAmplifierParameters,
    SurveyAdcParameters,
    TimeConverterParameters,
)
from neuroest.equations import converters as equations
from neuroest.equations import (
    crossbar,
    crossbar_wires,
    drivers,
    integrating,
    mapping,
    multiplexing,
    neuron_geometry,
    technology,
)
from neuroest.units import (
    Ampere,
    Dimensionless,
    Farad,
    Joule,
    Metre,
    Numeric,
    PerSecond,
    Second,
    Siemens,
    SquareMetre,
    Volt,
)

# Units that the converter survey's regression is stated in.
_NANOMETRE, _HERTZ, _PICOJOULE, _SQUARE_MICROMETRE = 1e-9, 1.0, 1e-12, 1e-12


def droop_check(path: str, lost: Volt, half_step: Volt) -> Check:
    """Whether a stored column result keeps to half a step while it waits."""
    return Check(
        "sample_droop", path, "limit", lost <= half_step,
        "the stored column result droops by more than half a step while it waits", lost, half_step, "V",
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class SampledLoad:
    """What a stage at a column serves.

    Attributes
    ----------
    converter : Converter
        Behind it.
    network : NetworkContext
        That the array runs.
    bits : Dimensionless
        Resolution of the converter.
    held_time : Second
        From the sample to the end of the last conversion.
    wire : Farad
        Wires of the multiplexer to the converter.
    own_time : Second
        Time constant that the multiplexer has by itself.
    switch_share : Dimensionless
        Share of the resistance to the converter that the multiplexer has.
    """

    converter: Converter
    network: NetworkContext
    bits: Dimensionless
    held_time: Second
    wire: Farad
    own_time: Second
    switch_share: Dimensionless


class SampleAndHold(Component[Any]):
    """Stage that keeps a column's result while the columns that share a converter take turns."""

    model: ClassVar[str] = "sample_and_hold"
    device: SampleAndHoldParameters

    def capacitance(self, bits: Dimensionless) -> Farad:
        """Capacitor that keeps the sample."""
        return self.device.hold_capacitance

    def droop_current(self) -> Ampere:
        """Leakage off the capacitor."""
        return self.device.droop_current

    def output_conductance(self, load: SampledLoad) -> Siemens:
        """Conductance with which the follower hands on its sample; it is known by its current alone."""
        conductance: Siemens = self.device.hold_current / self.device.signal_swing
        return conductance

    def follower(self, load: SampledLoad) -> tuple[Ampere, Second]:
        """Current of the follower, and the time for which it flows for one sample."""
        return self.device.hold_current, load.held_time

    def footprint(self, load: SampledLoad) -> SquareMetre:
        """Area of one stage."""
        return self.device.footprint

    def sample_energies(self, load: SampledLoad) -> list[EnergyCost]:
        """Charging the capacitor, and the follower while the sample is used."""
        supply = self.technology.supply_voltage
        charge = crossbar.column_swing_energy(self.capacitance(load.bits), self.device.signal_swing, supply)
        current, time = self.follower(load)
        follower = equations.front_end_bias_energy(current, supply, time)
        owner = "sample_and_hold"
        return [
            self.energy("sample", "hold_capacitor", charge, "sample and hold", owner),
            self.energy("sample", "follower", follower, "sample and hold", owner),
        ]

    def stage_area(self, load: SampledLoad) -> AreaCost:
        """Area of one stage."""
        return AreaCost(self.path, "stage", self.footprint(load))

    def lost_voltage(self, held_time: Second, bits: Dimensionless) -> Volt:
        """What a sample has lost after so long."""
        return equations.sample_droop(self.droop_current(), held_time, self.capacitance(bits))

    def noise_voltage(self, bits: Dimensionless) -> Volt:
        """Thermal noise of a sample."""
        return neuron_geometry.thermal_noise_voltage(self.technology.temperature, self.capacitance(bits))

    def stage_checks(self, load: SampledLoad) -> list[Check]:
        """Whether the sample keeps to half a step while it waits."""
        lost = self.lost_voltage(load.held_time, load.bits)
        return [droop_check(self.path, lost, equations.half_step(self.device.signal_swing, load.bits))]


class SampleAndHoldCircuit(SampleAndHold):
    """The same stage computed for the converter that it serves."""

    model: ClassVar[str] = "sample_and_hold_circuit"
    device: SampleAndHoldCircuitParameters  # type: ignore[assignment]

    def capacitance(self, bits: Dimensionless) -> Farad:
        """Capacitor whose noise is small enough."""
        d = self.device
        least = multiplexing.hold_capacitance(
            self.technology.temperature, bits, d.signal_swing, d.noise_share
        )
        return np.maximum(least, d.minimum_capacitance)

    def switch_width(self) -> Metre:
        """Width of the sampling switch."""
        width: Metre = self.device.switch_width_ratio * self.process.feature_size
        return width

    def droop_current(self) -> Ampere:
        """Leakage of the open sampling switch at the chip's temperature and corner."""
        supply = self.technology.supply_voltage
        leakage = technology.gate_leakage_power(self.process.off_current, self.switch_width(), supply)
        current: Ampere = leakage_at_chip_temperature(self, leakage) / supply
        return current

    def load_capacitance(self, load: SampledLoad) -> Farad:
        """What the follower charges: the input of the converter, and the wires to it."""
        given = self.device.converter_input_capacitance
        return load.converter.input_capacitance(load.bits, given) + load.wire

    def acquisition_time(self, load: SampledLoad) -> Second:
        """Time in which the converter takes its input."""
        return load.converter.acquisition_time(self.device.acquisition_share, load.bits, load.network)

    def output_conductance(self, load: SampledLoad) -> Siemens:
        """Transconductance of the follower: it and the multiplexer in series settle in time."""
        path = multiplexing.settling_conductance(
            self.load_capacitance(load), self.acquisition_time(load), load.bits, load.own_time
        )
        conductance: Siemens = path / (1.0 - load.switch_share)
        return conductance

    def follower(self, load: SampledLoad) -> tuple[Ampere, Second]:
        """Current of the follower, and the time for which it flows for one sample."""
        d, sampled = self.device, self.acquisition_time(load)
        current = multiplexing.follower_current(
            self.output_conductance(load), d.transconductance_efficiency, self.load_capacitance(load),
            d.signal_swing, sampled,
        )  # fmt: skip
        times = {
            "while_sampled": sampled,
            "while_converted": 1.0 / load.converter.rate(load.bits, load.network),
            "while_held": load.held_time,
        }
        return current, times[self.spec.follower]

    def footprint(self, load: SampledLoad) -> SquareMetre:
        """Capacitor, sampling switch with its twin that takes up its charge, follower and its current source."""
        d, process = self.device, self.process
        width = drivers.driver_width(self.follower(load)[0], process.on_current, d.current_linearity)
        switch = self.switch_width()
        pairs = [
            multiplexing.transistor_pair_area(side, side, process.gate_pitch, process.metal_pitch)
            for side in (width, switch)
        ]
        area: SquareMetre = self.capacitance(load.bits) / d.capacitance_density + pairs[0] + pairs[1]
        return area

    def stage_checks(self, load: SampledLoad) -> list[Check]:
        """What the droop says, and whether the multiplexer leaves the follower time."""
        alone = crossbar_wires.settling_time(load.own_time, 0.0, load.bits)
        allowed = self.acquisition_time(load) / 2.0
        return [
            *super().stage_checks(load),
            Check(
                "multiplexer_settles", self.path, "limit", alone <= allowed,
                "the junctions of the multiplexer alone take more than half of the time in which the converter takes "
                "its input; use more levels, a larger resistance_share or fewer columns a converter", alone, allowed,
                "s",
            ),
        ]  # fmt: skip


class AnalogStage(Component[AnalogStageParameters]):
    """Circuit at each column that acts once in each read: an adder of currents, a charging unit with comparator."""

    model: ClassVar[str] = "analog_stage"

    def read_energies(self) -> list[EnergyCost]:
        """Energy of one read of one column."""
        return [self.energy("column_read", "stage", self.device.action_energy, "analog column stage")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area at one column."""
        return [AreaCost(self.path, "stage", self.device.footprint)]


class AnalogBuffer(Component[AnalogStageParameters]):
    """Buffers that cut the lines of an array into pieces."""

    model: ClassVar[str] = "analog_buffer"

    def pieces(self, cells: Dimensionless) -> Dimensionless:
        """Pieces of a line of so many cells."""
        return mapping.block_count(cells, self.options["every"])

    def buffers(self, cells: Dimensionless) -> Dimensionless:
        """Buffers along such a line."""
        return self.pieces(cells) - (1.0 if self.spec.first == "driven" else 0.0)

    def pass_energies(self) -> list[EnergyCost]:
        """Energy of handing on one value."""
        return [self.energy("pass", "buffer", self.device.action_energy, "analog buffering")]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one buffer."""
        return [AreaCost(self.path, "buffers", self.device.footprint)]

    def error(self, cells: Dimensionless) -> Dimensionless:
        """Error at the end of a line, each buffer adding its own."""
        return equations.cascaded_error(self.device.relative_error, self.buffers(cells))


class Converter(Component[Any], ABC):
    """Analog-to-digital converter at the columns."""

    integrates: ClassVar[bool] = False
    """Whether one conversion covers all bits of an input, instead of one for each read of the array."""
    takes_columns: ClassVar[bool] = False
    """Whether it takes a column as it is, rather than a voltage that a circuit has made of the column's current."""
    takes_times: ClassVar[bool] = False
    """Whether what it takes is a time."""
    ramps: ClassVar[bool] = False
    """Whether it watches its input for many cycles."""

    def bits(self, rows: Dimensionless, input_bits: Dimensionless, cell_bits: Dimensionless) -> Dimensionless:
        """Resolution: as chosen, or lossless less the dropped bits."""
        if "bits" in self.options:
            return self.options["bits"]
        lossless = equations.lossless_resolution(rows, input_bits, cell_bits)
        return lossless - self.options["dropped_bits"]

    @abstractmethod
    def rate(self, bits: Dimensionless, network: NetworkContext) -> PerSecond:
        """Results per second on that network."""

    @abstractmethod
    def energy_costs(self, bits: Dimensionless, network: NetworkContext) -> list[EnergyCost]:
        """Energy of a conversion."""

    @abstractmethod
    def area(self, bits: Dimensionless) -> SquareMetre:
        """Area of one converter."""

    def input_capacitance(self, bits: Dimensionless, given: Farad) -> Farad:
        """What must be charged for a conversion: as given where the circuit does not tell it."""
        return given

    def acquisition_time(
        self, given_share: Dimensionless, bits: Dimensionless, network: NetworkContext
    ) -> Second:
        """Time in which it takes its input: the given share of a conversion where the circuit does not tell it."""
        time: Second = given_share / self.rate(bits, network)
        return time

    def booked(self, term: str, energy: Joule) -> EnergyCost:
        """An energy term of one conversion, in the ledger of converters."""
        return self.energy("conversion", term, energy, "analog-to-digital conversion", owner="converter")

    def area_cost(self, bits: Dimensionless) -> AreaCost:
        """Area of a converter."""
        return AreaCost(self.path, "converter", self.area(bits))

    def range_checks(self, bits: Dimensionless) -> list[Check]:
        """Where the model ends."""
        return []


class _SampledConverter(Converter):
    """Common part of the converters whose rate and energy do not depend on the network."""

    @abstractmethod
    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """Conversions per second."""

    @abstractmethod
    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """Energy of one conversion."""

    def rate(self, bits: Dimensionless, network: NetworkContext) -> PerSecond:
        """Results per second, whatever the network."""
        return self.sample_rate(bits)

    def energy_costs(self, bits: Dimensionless, network: NetworkContext) -> list[EnergyCost]:
        """Energy of a conversion, whatever the network."""
        return [self.booked("conversion", self.conversion_energy(bits))]


class SurveyAdc(_SampledConverter):
    """Converter by the survey regression."""

    model: ClassVar[str] = "survey_adc"
    device: SurveyAdcParameters

    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """Conversions per second as chosen."""
        return self.options["sample_rate"]

    def best_energy(self, bits: Dimensionless) -> Numeric:
        """Best-case energy of one conversion by the regression."""
        d = self.device
        merit = equations.survey_figure_of_merit(
            bits, self.options["sample_rate"], _HERTZ, d.speed_merit_constant, d.speed_merit_slope,
            d.resolution_merit_constant, d.resolution_merit_slope,
        )  # fmt: skip
        return equations.survey_conversion_energy(
            bits, self.process.feature_size, merit, _NANOMETRE, _PICOJOULE, d.energy_constant,
            d.energy_node_exponent, d.energy_bits_exponent, 0.0,
        )  # fmt: skip

    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """Energy of one conversion with its quality."""
        return self.best_energy(bits) * self.device.energy_quality

    def area(self, bits: Dimensionless) -> SquareMetre:
        """Area of one converter with its quality."""
        d = self.device
        area = equations.survey_converter_area(
            self.process.feature_size, self.options["sample_rate"], self.best_energy(bits), _NANOMETRE, _HERTZ,
            _PICOJOULE, _SQUARE_MICROMETRE, d.area_constant, d.area_node_exponent, d.area_rate_exponent,
            d.area_energy_exponent,
        )  # fmt: skip
        return area * d.area_quality

    def range_checks(self, bits: Dimensionless) -> list[Check]:
        """Whether resolution, rate and node lie within the survey."""
        d, size = self.device, self.process.feature_size
        return [
            self.check_range(
                "converter_resolution", bits, d.minimum_bits, d.maximum_bits, "1",
                "resolution lies outside the converter survey", severity="refuse",
            ),
            self.check_range(
                "converter_rate", self.options["sample_rate"], 0.0, d.maximum_sample_rate, "1/s",
                "sampling rate lies outside the converter survey", severity="refuse",
            ),
            self.check_range(
                "converter_node", size, d.minimum_feature_size, d.maximum_feature_size, "m",
                "node lies outside the converter survey, so that its energy and area are extrapolated",
            ),
        ]  # fmt: skip


class ReportedAdc(_SampledConverter):
    """Converter as published."""

    model: ClassVar[str] = "reported_adc"
    device: ReportedAdcParameters

    def bits(self, rows: Dimensionless, input_bits: Dimensionless, cell_bits: Dimensionless) -> Dimensionless:
        """Resolution as published."""
        return self.device.bits

    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """Conversions per second as published."""
        return self.device.sample_rate

    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """Energy of one conversion as published."""
        return self.device.conversion_energy

    def area(self, bits: Dimensionless) -> SquareMetre:
        """Area of one converter as published."""
        return self.device.footprint


class TimeConverter(_SampledConverter):
    """Time-to-digital converter: a step for every value."""

    model: ClassVar[str] = "time_to_digital"
    takes_times: ClassVar[bool] = True
    device: TimeConverterParameters

    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """One conversion in the time of all steps."""
        rate: PerSecond = 1.0 / equations.ramp_time(bits, self.device.step_time)
        return rate

    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """All steps, as long as the longest time."""
        return equations.time_converter_energy(bits, self.device.step_energy)

    def area(self, bits: Dimensionless) -> SquareMetre:
        """Area of one converter."""
        return self.device.footprint

    def range_checks(self, bits: Dimensionless) -> list[Check]:
        """Whether the resolution is within what the circuit is good for."""
        return [
            self.check_range(
                "converter_resolution", bits, 1.0, self.device.maximum_bits, "1",
                "resolution is beyond what this kind of converter is good for", severity="refuse",
            )
        ]  # fmt: skip


class SenseAmplifier(_SampledConverter):
    """One comparison with a reference: a result of one bit."""

    model: ClassVar[str] = "sense_amplifier"
    takes_columns: ClassVar[bool] = True
    device: SenseAmplifierParameters

    def bits(self, rows: Dimensionless, input_bits: Dimensionless, cell_bits: Dimensionless) -> Dimensionless:
        """One."""
        return 1.0

    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """Decisions per second."""
        rate: PerSecond = 1.0 / self.device.decision_time
        return rate

    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """Energy of one decision."""
        return self.device.decision_energy

    def area(self, bits: Dimensionless) -> SquareMetre:
        """Area of one amplifier."""
        return self.device.footprint


class _ClockedConverter(_SampledConverter):
    """Common part of the converters that are computed from their circuit."""

    moves: ClassVar[bool] = True

    def clock_period(self) -> Second:
        """Period of the converter's clock."""
        period: Second = 1.0 / self.options["clock_frequency"]
        return period

    def at_supply(self, energy: Joule) -> Joule:
        """Energy at the chip's supply, where the device says at which one it was found."""
        supply, found_at = self.technology.supply_voltage, self.device.circuit_voltage
        if not np.any(found_at > 0.0):
            return energy
        return technology.voltage_scaled_energy(energy, supply, np.where(found_at > 0.0, found_at, supply))

    def range_checks(self, bits: Dimensionless) -> list[Check]:
        """Whether resolution and clock are within what the circuit is good for."""
        d, clock = self.device, self.options["clock_frequency"]
        return [
            self.check_range(
                "converter_resolution", bits, 1.0, d.maximum_bits, "1",
                "resolution is beyond what this kind of converter is good for", severity="refuse",
            ),
            self.check_range(
                "converter_clock", clock, 0.0, d.maximum_clock_frequency, "1/s",
                "the clock is faster than the comparator of the converter", severity="refuse",
            ),
            Check(
                "converter_process", self.path, "range", self.device_process is None,
                "the circuit values of the converter belong to another process and are used as they stand",
            ),
        ]  # fmt: skip


class SarAdc(_ClockedConverter):
    """Successive-approximation converter."""

    model: ClassVar[str] = "sar_adc"
    device: SarAdcParameters

    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """One cycle to sample and one for each bit."""
        rate: PerSecond = 1.0 / equations.successive_approximation_time(bits, self.clock_period())
        return rate

    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """Decisions, logic and the capacitor array."""
        d = self.device
        own = self.spec.reference == "own"
        reference = d.reference_voltage if own else self.technology.supply_voltage
        array = drivers.capacitive_dac_energy(bits, d.unit_capacitance, reference, d.switching_factor)
        return equations.successive_approximation_energy(
            bits, self.at_supply(d.comparator_energy), self.at_supply(d.logic_energy), array
        )

    def area(self, bits: Dimensionless) -> SquareMetre:
        """Capacitor array, comparator and logic."""
        d = self.device
        array = drivers.capacitive_dac_area(bits, d.unit_capacitance, d.capacitance_density, d.switch_area)
        return equations.successive_approximation_area(bits, d.logic_area, d.comparator_area, array)

    def input_capacitance(self, bits: Dimensionless, given: Farad) -> Farad:
        """All capacitors of the array."""
        return drivers.capacitive_dac_capacitance(bits, self.device.unit_capacitance)

    def acquisition_time(
        self, given_share: Dimensionless, bits: Dimensionless, network: NetworkContext
    ) -> Second:
        """The first cycle."""
        return self.clock_period()


class FlashAdc(_ClockedConverter):
    """Flash converter: a comparator for every step."""

    model: ClassVar[str] = "flash_adc"
    device: FlashAdcParameters

    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """A conversion in a few cycles."""
        rate: PerSecond = 1.0 / equations.flash_time(self.device.clock_cycles, self.clock_period())
        return rate

    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """All comparators and the ladder."""
        comparator, ladder = self.device.comparator_energy, self.device.ladder_energy
        return equations.flash_energy(bits, self.at_supply(comparator), self.at_supply(ladder))

    def area(self, bits: Dimensionless) -> SquareMetre:
        """All comparators and the ladder."""
        return equations.flash_area(bits, self.device.comparator_area, self.device.ladder_area)

    def acquisition_time(
        self, given_share: Dimensionless, bits: Dimensionless, network: NetworkContext
    ) -> Second:
        """Half of a cycle, before the comparators decide."""
        time: Second = self.clock_period() / 2.0
        return time


class RampAdc(_ClockedConverter):
    """Single-slope converter whose ramp several columns share."""

    model: ClassVar[str] = "ramp_adc"
    ramps: ClassVar[bool] = True
    device: RampAdcParameters

    def sample_rate(self, bits: Dimensionless) -> PerSecond:
        """A cycle for every step."""
        rate: PerSecond = 1.0 / equations.ramp_time(bits, self.clock_period())
        return rate

    def conversion_energy(self, bits: Dimensionless) -> Joule:
        """Comparator, latch and the share of the ramp."""
        d = self.device
        return equations.ramp_energy(
            bits, self.at_supply(d.comparator_cycle_energy), d.mean_fraction, self.at_supply(d.latch_energy),
            self.at_supply(d.generator_energy), self.options["columns_per_ramp"],
        )  # fmt: skip

    def area(self, bits: Dimensionless) -> SquareMetre:
        """Comparator, latch and the share of the ramp."""
        d = self.device
        return equations.ramp_area(
            bits, d.comparator_area, d.latch_area, d.generator_area, self.options["columns_per_ramp"]
        )

    def input_capacitance(self, bits: Dimensionless, given: Farad) -> Farad:
        """The gate of a comparator, which the sample drives without a follower."""
        return 0.0


class IntegratingAdc(Converter):
    """Integrator that weighs the bits of an input by repetition, and a step-wise converter behind it."""

    model: ClassVar[str] = "integrating_adc"
    integrates: ClassVar[bool] = True
    takes_columns: ClassVar[bool] = True
    device: IntegratingAdcParameters

    def magnitude_bits(self, network: NetworkContext) -> Dimensionless:
        """Pulses of one input: its bits without the sign; one for spikes."""
        bits = 1.0 if network.spiking else network.activation_bits
        return np.maximum(bits - self.options["sign_bits"], 1.0)

    def steps(
        self, bits: Dimensionless, network: NetworkContext
    ) -> tuple[Dimensionless, Dimensionless, Dimensionless]:
        """Integrations, phases and conversion steps of one input."""
        magnitude, single = self.magnitude_bits(network), self.options["single_phase_bits"]
        return (
            integrating.integration_steps(magnitude, single),
            integrating.input_phases(magnitude, single),
            integrating.conversion_steps(magnitude, single, bits),
        )

    def rate(self, bits: Dimensionless, network: NetworkContext) -> PerSecond:
        """Inputs per second."""
        d = self.device
        time = integrating.integrating_read_time(
            *self.steps(bits, network), d.integration_step_time, d.sample_time, d.conversion_step_time
        )
        rate: PerSecond = 1.0 / time
        return rate

    def energy_costs(self, bits: Dimensionless, network: NetworkContext) -> list[EnergyCost]:
        """Integrations, samples and conversion steps of one input."""
        d = self.device
        energy = integrating.integrating_read_energy(
            *self.steps(bits, network), d.integration_step_energy, d.sample_energy, d.conversion_step_energy
        )
        return [self.booked("conversion", energy)]

    def area(self, bits: Dimensionless) -> SquareMetre:
        """Area of one integrator with its converter."""
        return self.device.footprint

    def range_checks(self, bits: Dimensionless) -> list[Check]:
        """Whether the resolution is within what the circuit is good for, and the sign is one bit."""
        return [
            self.check_range(
                "converter_resolution", bits, 1.0, self.device.maximum_bits, "1",
                "resolution is beyond what this kind of converter is good for", severity="refuse",
            ),
            self.check_range(
                "input_sign", self.options["sign_bits"], 0.0, 1.0, "1",
                "the polarity of a pulse carries one bit", severity="refuse",
            ),
        ]  # fmt: skip
