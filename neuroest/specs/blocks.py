"""What a spec may say of each block of a chip.

A block names its `model` and, where the model has physical parameters, the `device` that supplies them. What
stands beside them in a block are the designer's choices: sizes, counts, clock, which interface.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from neuroest.specs.base import (
    BitCount,
    Count,
    CountOrAuto,
    Frequency,
    Length,
    LengthOrAuto,
    PositiveFraction,
    PositiveFractionOrAuto,
    PositiveNumberOrAuto,
    Spec,
    VoltageOrAuto,
    WholeNumber,
    WordWidth,
    WordWidthOrAuto,
)
from neuroest.specs.claims import GivenClaim
from neuroest.specs.device import ParameterName

GivenClaims = TypeAliasType("GivenClaims", dict[ParameterName, GivenClaim])


class Block(Spec):
    """A block of a chip."""

    device_model: ClassVar[str | None] = None
    """Device model that supplies the block's parameters, if there is one."""
    slots: ClassVar[tuple[str, ...]] = ()
    """Fields that hold blocks of their own."""

    model: str
    """The block's model."""


class DeviceBlock(Block):
    """A block whose physical parameters come from a device spec."""

    device: str
    """Name of a shipped device spec, or path of one."""
    parameters: GivenClaims = Field(default_factory=dict)
    """Single parameters that replace those of the device: a full claim, or a quantity, which then counts as
    assumed by this architecture."""


class MemoryBlock(DeviceBlock):
    """A buffer, a weight store or a state store of whatever kind."""

    capacity: BitCount
    """Capacity of one instance."""
    width: WordWidth
    """Bits that one access moves."""
    stores: tuple[Literal["activations", "weights", "partial_sums", "state"], ...] = Field(min_length=1)
    """What is kept in it; each kind of traffic goes to the memory that stores it, the nearest level first."""


class SramBlock(MemoryBlock):
    """Static memory."""

    device_model: ClassVar[str | None] = "sram"
    model: Literal["sram"]


class MemoryMacroBlock(MemoryBlock):
    """Memory known by its values per bit: embedded DRAM, magnetic or resistive macros."""

    device_model: ClassVar[str | None] = "memory_macro"
    model: Literal["memory_macro"]


class RegisterFileBlock(MemoryBlock):
    """Registers of a standard-cell library with a multiplexer."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["register_file"]
    clock_frequency: Frequency
    """Clock; an access takes one cycle."""


AnyMemoryBlock = Annotated[SramBlock | MemoryMacroBlock | RegisterFileBlock, Field(discriminator="model")]


class AccumulatorBlock(DeviceBlock):
    """Digital adders that merge the partial sums of several arrays and the slices of a weight."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["accumulator"]
    lanes: Count
    """Additions that one instance does in a clock cycle."""
    clock_frequency: Frequency
    """Clock."""


class VectorUnitBlock(DeviceBlock):
    """Digital unit for what is no matrix product: pooling, element-wise addition, activation."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["vector_unit"]
    lanes: Count
    """Elements that one instance handles in a clock cycle."""
    clock_frequency: Frequency
    """Clock."""


class MatrixUnitBlock(DeviceBlock):
    """Systolic array beside crossbars for products of two computed factors, such as attention."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["matrix_unit"]
    rows: Count
    """Rows of multipliers: the elements that are summed over."""
    columns: Count
    """Columns of multipliers: the positions of the factor that stays."""
    operand_bits: WordWidth
    """Bits of either factor."""
    accumulator_bits: WordWidth
    """Bits of a sum."""
    clock_frequency: Frequency
    """Clock."""


class DigitalNeuronBlock(DeviceBlock):
    """Digital leaky integrate-and-fire datapath that is shared by many neurons in time."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["digital_lif"]
    state_bits: WordWidth
    """Bits of state of one neuron."""
    lanes: Count
    """Neurons that one instance updates in a clock cycle."""
    clock_frequency: Frequency
    """Clock."""


class MeshBlock(DeviceBlock):
    """Two-dimensional mesh of routers between the level's children."""

    device_model: ClassVar[str | None] = "mesh"
    model: Literal["mesh"]
    packet: Literal["address_event", "frame"]
    """address_event: one packet a spike that carries an address; frame: all elements of a layer in a row."""
    packet_bits: WordWidthOrAuto = "auto"
    """Bits of one address-event packet; auto: what the addresses need, with header."""
    hops: PositiveNumberOrAuto = "auto"
    """Routers that a packet passes; auto: from the sizes of neighbouring layers placed side by side."""
    destinations: PositiveNumberOrAuto = "auto"
    """Places that one packet goes to; auto: every place that holds a part of the next layer's fan-in."""
    tile_pitch: LengthOrAuto = "auto"
    """Distance between neighbouring routers; auto: the side of what hangs on one router."""
    routing: Literal["unicast", "multicast"] = "unicast"
    """unicast: one packet for every place; multicast: one packet that is copied where its ways part."""


class WiresBlock(DeviceBlock):
    """What networks without routers share."""

    device_model: ClassVar[str | None] = "wires"
    packet: Literal["address_event", "frame"]
    """address_event: one packet a spike that carries an address; frame: all elements of a layer in a row."""
    packet_bits: WordWidthOrAuto = "auto"
    """Bits of one address-event packet; auto: what the addresses need, with header."""
    tile_pitch: LengthOrAuto = "auto"
    """Distance between neighbouring places; auto: the side of what hangs on one of them."""
    width: WordWidth
    """Wires side by side."""
    clock_frequency: Frequency
    """Transfers per second."""


class BusBlock(WiresBlock):
    """One bus along all children of the level; everybody hears each transfer."""

    model: Literal["bus"]


class HTreeBlock(WiresBlock):
    """Tree from the middle of the level to its children, branching in two at equal lengths."""

    model: Literal["h_tree"]


class OffChipBlock(DeviceBlock):
    """Link off the chip, or the memory that hangs on it."""

    device_model: ClassVar[str | None] = "off_chip_link"
    model: Literal["off_chip_link"]
    carries: tuple[Literal["inputs", "outputs", "weights", "activations", "between_chips"], ...] = Field(
        min_length=1
    )
    """What goes over the link. weights: those that no memory of the chip can hold; activations: what a layer reads
    and writes, where both together exceed the memory that stores activations; between_chips: what layers on different
    chips exchange, where the chip's own count is above one."""


Work = Literal["additions", "element_operations", "activations", "weights", "partial_sums", "state"]
"""What a block known by its published power may do: a kind of operation, or storing a kind of content."""


class FixedBlock(DeviceBlock):
    """A block with a published area and power that is charged at full activity as long as the chip is powered."""

    device_model: ClassVar[str | None] = "fixed_block"
    model: Literal["fixed_block"]
    shared_by: Count = 1.0
    """Instances of the level that share one such block."""
    stands_for: tuple[Work, ...] = ()
    """What the block does, so that no other block is asked to do it; its published power covers that work."""


class OverheadsBlock(DeviceBlock):
    """Floor plan, clock, control and the cooling limit of the chip."""

    device_model: ClassVar[str | None] = "chip_overheads"
    model: Literal["chip_overheads"]


class ResistiveCellBlock(DeviceBlock):
    """Crossbar cell of one resistive memory and one access transistor."""

    device_model: ClassVar[str | None] = "one_transistor_one_resistor"
    model: Literal["one_transistor_one_resistor"]


class SelectorCellBlock(DeviceBlock):
    """Crossbar cell of one resistive memory and one two-terminal selector."""

    device_model: ClassVar[str | None] = "one_selector_one_resistor"
    model: Literal["one_selector_one_resistor"]


class PassiveCellBlock(DeviceBlock):
    """Crossbar cell of one resistive memory alone."""

    device_model: ClassVar[str | None] = "passive"
    model: Literal["passive"]


CellBlock = Annotated[ResistiveCellBlock | SelectorCellBlock | PassiveCellBlock, Field(discriminator="model")]


class LevelShifterBlock(DeviceBlock):
    """Level shifter between logic and a row."""

    device_model: ClassVar[str | None] = "level_shifter"
    model: Literal["level_shifter"]


class SpikeDriverBlock(DeviceBlock):
    """One-bit driver at the end of each row; a number enters bit by bit."""

    slots: ClassVar[tuple[str, ...]] = ("level_shifter",)
    device_model: ClassVar[str | None] = "spike_driver"
    model: Literal["spike_driver"]
    drive_voltage: VoltageOrAuto = "auto"
    """Voltage that a row of transistor gates swings by; auto: the supply. Above the supply it takes a level shifter."""
    level_shifter: LevelShifterBlock | None = None
    """Level shifter in front of each row, if there is one."""


class PulseWidthBlock(DeviceBlock):
    """Driver at the end of each row that is on in proportion to the input, one `pulse_width` of the array a step."""

    device_model: ClassVar[str | None] = "pulse_width"
    model: Literal["pulse_width"]


class CapacitiveDacBlock(DeviceBlock):
    """Charge-redistribution digital-to-analog converter at the end of each row."""

    device_model: ClassVar[str | None] = "capacitive_dac"
    model: Literal["capacitive_dac"]


class ResistiveLadderBlock(DeviceBlock):
    """R-2R digital-to-analog converter at the end of each row."""

    device_model: ClassVar[str | None] = "resistive_ladder"
    model: Literal["resistive_ladder"]


InputBlock = Annotated[
    SpikeDriverBlock | PulseWidthBlock | CapacitiveDacBlock | ResistiveLadderBlock,
    Field(discriminator="model"),
]


class DiffusiveNeuronBlock(DeviceBlock):
    """Neuron of one diffusive memristor, one transistor and one resistor, as published."""

    device_model: ClassVar[str | None] = "diffusive_1m1t1r"
    model: Literal["diffusive_1m1t1r"]
    rest_time_constants: WholeNumber = 5.0
    """Decay times of the residue to wait between inferences, so that one does not colour the next."""


class IntegratedDiffusiveNeuronBlock(DeviceBlock):
    """The same neuron with node capacitance, control resistor and footprint computed from geometry."""

    device_model: ClassVar[str | None] = "diffusive_1m1t1r_integrated"
    model: Literal["diffusive_1m1t1r_integrated"]
    layout: Literal["stacked", "planar"]
    """stacked: memristor and resistor above the transistor; planar: side by side."""
    rest_time_constants: WholeNumber = 5.0
    """Decay times of the residue to wait between inferences, so that one does not colour the next."""


class ReportedNeuronBlock(DeviceBlock):
    """Neuron known by its published energy, area and rate."""

    device_model: ClassVar[str | None] = "reported_neuron"
    model: Literal["reported_neuron"]


class AnalogLifBlock(DeviceBlock):
    """Analog CMOS leaky integrate-and-fire neuron from its circuit."""

    device_model: ClassVar[str | None] = "analog_lif"
    model: Literal["analog_lif"]


class ThresholdSwitchBlock(DeviceBlock):
    """Neuron of a volatile threshold switch, a resistor and an explicit capacitor."""

    device_model: ClassVar[str | None] = "threshold_switch_neuron"
    model: Literal["threshold_switch_neuron"]


class PhaseChangeNeuronBlock(DeviceBlock):
    """Neuron of a phase-change cell that crystallises pulse by pulse."""

    device_model: ClassVar[str | None] = "phase_change_neuron"
    model: Literal["phase_change_neuron"]


class FerroelectricNeuronBlock(DeviceBlock):
    """Neuron of a ferroelectric transistor that switches after enough pulses."""

    device_model: ClassVar[str | None] = "ferroelectric_neuron"
    model: Literal["ferroelectric_neuron"]


NeuronBlock = Annotated[
    DiffusiveNeuronBlock
    | IntegratedDiffusiveNeuronBlock
    | ReportedNeuronBlock
    | AnalogLifBlock
    | ThresholdSwitchBlock
    | PhaseChangeNeuronBlock
    | FerroelectricNeuronBlock,
    Field(discriminator="model"),
]


class CurrentClampBlock(DeviceBlock):
    """Circuit at each column that holds its potential and hands the current to the neuron."""

    device_model: ClassVar[str | None] = "current_clamp"
    model: Literal["current_clamp"]


class SampledClampBlock(DeviceBlock):
    """The same circuit with a capacitor that keeps the result, so that the rows rest while a neuron integrates."""

    device_model: ClassVar[str | None] = "sampled_clamp"
    model: Literal["sampled_clamp"]


class VoltageModeBlock(Block):
    """No circuit: the column's voltage is the neuron's input, attenuated by the idle rows."""

    model: Literal["voltage_mode"]


class IdealInterfaceBlock(Block):
    """No circuit and no loss; the estimate lists it as left out."""

    model: Literal["ideal"]


InterfaceBlock = Annotated[
    CurrentClampBlock | SampledClampBlock | VoltageModeBlock | IdealInterfaceBlock,
    Field(discriminator="model"),
]


class CurrentMirrorBlock(DeviceBlock):
    """Mirror at each column that weighs its current by the place of its bit slice and merges arrays."""

    device_model: ClassVar[str | None] = "current_mirror"
    model: Literal["current_mirror"]


class FanOutBufferBlock(DeviceBlock):
    """Tapered buffer behind each neuron."""

    device_model: ClassVar[str | None] = "tapered_buffer"
    model: Literal["tapered_buffer"]
    wire_length: Length
    """Wire from a neuron to what takes its spikes, a router or the next rows."""
    receivers: Count
    """Inputs at the end of that wire."""


class NeuronReadoutBlock(Block):
    """A neuron at the foot of the columns, one for every output of the network."""

    slots: ClassVar[tuple[str, ...]] = ("neuron", "interface", "merge", "fan_out_buffer")
    model: Literal["neuron"]
    neuron: NeuronBlock
    """The neuron."""
    interface: InterfaceBlock
    """The circuit between column and neuron."""
    partial_sums: Literal["analog_merge", "none", "digital_counter"]
    """How the results of arrays that share an output come together: as currents on a common line (`analog_merge`);
    not at all, so that the fan-in of a layer is limited to the rows of one array (`none`); or as counts of the
    spikes of a neuron at every array, which an accumulator adds and a digital neuron turns into spikes
    (`digital_counter`)."""
    merge: CurrentMirrorBlock | None = None
    """Circuit that weighs bit slices and merges currents; without it both are left out of the estimate."""
    fan_out_buffer: FanOutBufferBlock | None = None
    """Buffer behind each neuron; without it the neuron is taken to drive what takes its spikes."""


class SurveyAdcBlock(DeviceBlock):
    """Analog-to-digital converter by a regression over published ones."""

    device_model: ClassVar[str | None] = "survey_adc"
    model: Literal["survey_adc"]
    bits: CountOrAuto = "auto"
    """Resolution (effective number of bits); auto: what loses nothing, less `dropped_bits`."""
    dropped_bits: WholeNumber = 0.0
    """Bits below the lossless resolution that the network is known to tolerate."""
    sample_rate: Frequency
    """Conversions per second of one converter."""


class ReportedAdcBlock(DeviceBlock):
    """Analog-to-digital converter known by its published numbers."""

    device_model: ClassVar[str | None] = "reported_adc"
    model: Literal["reported_adc"]


class ClockedAdcBlock(DeviceBlock):
    """What the converters share that are computed from their circuit."""

    bits: CountOrAuto = "auto"
    """Resolution; auto: what loses nothing, less `dropped_bits`."""
    dropped_bits: WholeNumber = 0.0
    """Bits below the lossless resolution that the network is known to tolerate."""
    clock_frequency: Frequency
    """Clock of the converter."""


class SarAdcBlock(ClockedAdcBlock):
    """Successive-approximation converter from its circuit."""

    device_model: ClassVar[str | None] = "sar_adc"
    model: Literal["sar_adc"]


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
    bits: Count
    """Resolution of the result."""
    sign_bits: WholeNumber = 0.0
    """Bits of an input that the polarity of the row's pulse carries, and that take no pulse of their own: 0 or 1."""
    single_phase_bits: Count
    """Magnitude bits up to which an input is integrated in one phase; a longer one is split in two halves."""


class SenseAmplifierBlock(DeviceBlock):
    """Sense amplifier: a result of one bit."""

    device_model: ClassVar[str | None] = "sense_amplifier"
    model: Literal["sense_amplifier"]


class SampleAndHoldBlock(DeviceBlock):
    """Stage at each column that keeps its result until the shared converter comes to it."""

    device_model: ClassVar[str | None] = "sample_and_hold"
    model: Literal["sample_and_hold"]


AdcBlock = Annotated[
    SurveyAdcBlock
    | ReportedAdcBlock
    | SarAdcBlock
    | FlashAdcBlock
    | RampAdcBlock
    | IntegratingAdcBlock
    | SenseAmplifierBlock,
    Field(discriminator="model"),
]


class AdcReadoutBlock(Block):
    """Converters at the foot of the columns."""

    slots: ClassVar[tuple[str, ...]] = ("converter", "sample_and_hold")
    model: Literal["adc"]
    converter: AdcBlock
    """The converter."""
    columns_per_converter: Count
    """Columns that share one converter, one after the other."""
    sample_and_hold: SampleAndHoldBlock | None = None
    """Stage that keeps the columns' results meanwhile; without it the estimate takes one for granted and says so."""


ReadoutBlock = Annotated[NeuronReadoutBlock | AdcReadoutBlock, Field(discriminator="model")]


class LinearRegulatorBlock(Block):
    """The read voltage is dropped from the supply: the supply gives its full voltage for the read current."""

    model: Literal["linear_regulator"]


class SwitchingConverterBlock(Block):
    """The read voltage comes from a switching converter."""

    model: Literal["switching_converter"]
    efficiency: PositiveFraction
    """Output power over input power."""


ReadSupplyBlock = Annotated[LinearRegulatorBlock | SwitchingConverterBlock, Field(discriminator="model")]


class MultiplyAccumulateBlock(DeviceBlock):
    """Processing element of a digital array: multiplier, adder and registers."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["multiply_accumulate"]
    weight_bits: WordWidth
    """Bits of the weight operand."""
    activation_bits: WordWidth
    """Bits of the activation operand."""
    accumulator_bits: WordWidth
    """Bits of the partial sum."""
    storage: BitCount | None = None
    """Operand storage of each unit beside the registers of its datapath."""


class BitSerialCellBlock(DeviceBlock):
    """Memory cell with a one-bit multiplier and a full adder, of which a bit-serial array is made."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["bit_serial_cell"]


class EventEnergiesBlock(DeviceBlock):
    """All that a core does, by published energies and times per event."""

    device_model: ClassVar[str | None] = "event_energies"
    model: Literal["event_energies"]
    active_fraction: PositiveFractionOrAuto = "auto"
    """Share of the neuron updates that count as active; auto: the spike rate of the layer."""
    hops: PositiveNumberOrAuto = "auto"
    """Hops of a spike between tiles; auto: from the sizes of neighbouring layers."""


class RooflineBlock(DeviceBlock):
    """Processor known by peak rate, bandwidth and power."""

    device_model: ClassVar[str | None] = "roofline_processor"
    model: Literal["roofline_processor"]
    batch: Count
    """Inferences that are computed together and share one reading of the weights."""


class DieCostBlock(DeviceBlock):
    """Yield and cost of a good die; costs nothing in energy or area."""

    device_model: ClassVar[str | None] = "die_cost"
    model: Literal["die_cost"]


FREE_BLOCKS = (
    SramBlock,
    MemoryMacroBlock,
    RegisterFileBlock,
    AccumulatorBlock,
    VectorUnitBlock,
    MatrixUnitBlock,
    DigitalNeuronBlock,
    MeshBlock,
    BusBlock,
    HTreeBlock,
    OffChipBlock,
    FixedBlock,
    OverheadsBlock,
    DieCostBlock,
)
"""Blocks that may stand under any name in any level."""
