"""Digital units and datapaths."""

from typing import ClassVar, Literal

from neuroest.specs.base import BitCount, Count, Frequency, WordWidth
from neuroest.specs.blocks import DeviceBlock


class ClockedBlock(DeviceBlock):
    """Datapath with registers."""

    free_running_clock: Frequency | None = None
    """Clock that runs through all registers whether or not they are written; without it, only those are clocked that
    are written."""


class AccumulatorBlock(ClockedBlock):
    """Digital adders that merge the partial sums of several arrays and the slices of a weight."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["accumulator"]
    lanes: Count
    """Additions that one instance does in a clock cycle."""
    clock_frequency: Frequency
    """Clock."""


class VectorUnitBlock(ClockedBlock):
    """Digital unit for what is no matrix product: pooling, element-wise addition, activation."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["vector_unit"]
    lanes: Count
    """Elements that one instance handles in a clock cycle."""
    clock_frequency: Frequency
    """Clock."""
    rescaling: Literal["none", "shift", "multiply"] = "none"
    """How the sum of a layer with weights comes back to the bits of an activation. multiply: by a factor of each output
    channel; shift: by a power of two, which takes nothing; none: the unit does not do it, and the estimate says so."""
    scale_bits: WordWidth = 16.0
    """Bits of that factor."""


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


class SpikeCoderBlock(DeviceBlock):
    """Makes spikes of the numbers that a spiking network is given, and reads its output by counting spikes."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["spike_coder"]
    input: Literal["numbers", "events"] = "numbers"
    """numbers: spikes are made on the chip, at random in proportion to each number; events: spikes enter the chip, as
    from a sensor."""
    input_bits: WordWidth
    """Bits of a number at the input, which a random number of as many bits is held against in each timestep."""
    output: Literal["counts", "class"]
    """What leaves the chip. counts: how often each output has spiked; class: the number of the one that spiked most."""
    counters: Count
    """Outputs whose spikes can be counted."""
    lanes: Count
    """Inputs that are compared, or spikes that are counted, in a clock cycle."""
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


class MultiplyAccumulateBlock(ClockedBlock):
    """Processing element of a digital array: multiplier, adder, registers; its share of a tree that sums a column."""

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
    transistors: Count = 34.0
    """Transistors of its logic: a static mirror adder has 28, a product of two bits 6."""
