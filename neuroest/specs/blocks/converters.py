"""Converters at the columns of a crossbar."""

from typing import ClassVar, Literal

from neuroest.specs.base import (
    Count,
    DroppedBits,
    Frequency,
    Resolution,
    ResolutionOrAuto,
    SeriesShare,
    WholeNumber,
)
from neuroest.specs.blocks import (
    AdcBlock,
    Block,
    ConvertedInterfaceBlock,
    DeviceBlock,
    HoldingBlock,
    SwitchingBlock,
)


class SurveyAdcBlock(DeviceBlock):
    """Analog-to-digital converter by a regression over published ones."""

    device_model: ClassVar[str | None] = "survey_adc"
    model: Literal["survey_adc"]
    bits: ResolutionOrAuto = "auto"
    """Resolution (effective number of bits); auto: what loses nothing, less `dropped_bits`."""
    dropped_bits: DroppedBits = 0.0
    """Bits below the lossless resolution that the network is known to tolerate."""
    sample_rate: Frequency
    """Conversions per second of one converter."""


class ReportedAdcBlock(DeviceBlock):
    """Analog-to-digital converter known by its published numbers."""

    device_model: ClassVar[str | None] = "reported_adc"
    model: Literal["reported_adc"]


class ClockedAdcBlock(DeviceBlock):
    """What the converters share that are computed from their circuit."""

    bits: ResolutionOrAuto = "auto"
    """Resolution; auto: what loses nothing, less `dropped_bits`."""
    dropped_bits: DroppedBits = 0.0
    """Bits below the lossless resolution that the network is known to tolerate."""
    clock_frequency: Frequency
    """Clock of the converter."""


class SarAdcBlock(ClockedAdcBlock):
    """Successive-approximation converter from its circuit."""

    device_model: ClassVar[str | None] = "sar_adc"
    model: Literal["sar_adc"]
    reference: Literal["own", "supply"] = "own"
    """Reference of the capacitor array: the voltage that the device states, or the chip's supply."""


class FlashAdcBlock(ClockedAdcBlock):
    """Flash converter from its circuit."""

    device_model: ClassVar[str | None] = "flash_adc"
    model: Literal["flash_adc"]


class RampAdcBlock(ClockedAdcBlock):
    """Single-slope converter from its circuit."""

    device_model: ClassVar[str | None] = "ramp_adc"
    model: Literal["ramp_adc"]
    columns_per_ramp: Count
    """Columns that share one ramp and one counter."""


class IntegratingAdcBlock(DeviceBlock):
    """Integrator at each column that weighs the bits of an input by repetition, and a step-wise converter."""

    device_model: ClassVar[str | None] = "integrating_adc"
    model: Literal["integrating_adc"]
    bits: Resolution
    """Resolution of the result."""
    sign_bits: WholeNumber = 0.0
    """Bits of an input that the polarity of the row's pulse carries, and that take no pulse of their own: 0 or 1."""
    single_phase_bits: Resolution
    """Magnitude bits up to which an input is integrated in one phase; a longer one is split in two halves."""


class TimeConverterBlock(DeviceBlock):
    """Time-to-digital converter, for columns whose result is a time."""

    device_model: ClassVar[str | None] = "time_to_digital"
    model: Literal["time_to_digital"]
    bits: ResolutionOrAuto = "auto"
    """Resolution; auto: what loses nothing, less `dropped_bits`."""
    dropped_bits: DroppedBits = 0.0
    """Bits below the lossless resolution that the network is known to tolerate."""


class AnalogStageBlock(DeviceBlock):
    """Analogue circuit at each column that acts once in each read."""

    device_model: ClassVar[str | None] = "analog_stage"
    model: Literal["analog_stage"]


class SenseAmplifierBlock(DeviceBlock):
    """Sense amplifier: a result of one bit."""

    device_model: ClassVar[str | None] = "sense_amplifier"
    model: Literal["sense_amplifier"]


class SampleAndHoldBlock(DeviceBlock):
    """Stage at each column that keeps its result until the shared converter comes to it."""

    device_model: ClassVar[str | None] = "sample_and_hold"
    model: Literal["sample_and_hold"]


class SampleAndHoldCircuitBlock(DeviceBlock):
    """The same stage computed for the converter that it serves: capacitor by noise, follower by settling."""

    device_model: ClassVar[str | None] = "sample_and_hold_circuit"
    model: Literal["sample_and_hold_circuit"]
    follower: Literal["while_sampled", "while_converted", "while_held"] = "while_sampled"
    """while_sampled: the follower works while the converter takes its input, its current switched on for that;
    while_converted: as long as the converter is at its column; while_held: until the last of the columns is
    converted."""


class MultiplexerBlock(DeviceBlock):
    """Transmission gates between columns and the converter, or the neurons, that they take turns at."""

    device_model: ClassVar[str | None] = "transmission_gate"
    model: Literal["multiplexer"]
    resistance_share: SeriesShare
    """Share of the resistance between source and converter or neuron that the gates may have: of the read signal where
    a column drives them, of the supply where a clamp or mirror does, of the settling where a follower does."""
    levels: Count = 1.0
    """Gates in series: a tree of several levels has short lines for many columns."""


class AdcReadoutBlock(Block):
    """Converters at the foot of the columns."""

    slots: ClassVar[tuple[str, ...]] = (
        "converter", "interface", "sample_and_hold", "multiplexer", "current_adder", "time_encoder"
    )  # fmt: skip
    model: Literal["adc"]
    converter: AdcBlock
    """The converter."""
    columns_per_converter: Count
    """Columns that share one converter, one after the other."""
    interface: ConvertedInterfaceBlock | None = None
    """Circuit that holds a column at its potential and hands its current on; voltage_mode where the converter takes the
    voltage of a column that floats. Without it a converter of voltages has none, and the estimate says so."""
    sample_and_hold: HoldingBlock | None = None
    """Stage that keeps the columns' results meanwhile; without it the estimate takes one for granted and says so."""
    multiplexer: SwitchingBlock | None = None
    """Switches to the columns that share a converter; without them the estimate takes them for granted and says so."""
    current_adder: AnalogStageBlock | None = None
    """Circuit that sums the currents of the pieces of a column."""
    time_encoder: AnalogStageBlock | None = None
    """Charging unit with comparator, which turns the result of a column into a time and keeps it."""
