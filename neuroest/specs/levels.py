"""Levels that compute, beside the crossbar."""

from typing import ClassVar, Literal

from neuroest.specs.architecture import Level
from neuroest.specs.base import Count, CountOrUnlimited, Frequency, Time, WordWidth
from neuroest.specs.blocks import AnyMemoryBlock
from neuroest.specs.blocks.digital import BitSerialCellBlock, DigitalNeuronBlock, MultiplyAccumulateBlock
from neuroest.specs.blocks.processors import EventEnergiesBlock, RooflineBlock


class DigitalArrayLevel(Level):
    """Array of multiply-accumulate units."""

    slots: ClassVar[tuple[str, ...]] = ("unit",)
    mapper: Literal["digital_array"]
    """The mapper of this level."""
    rows: Count
    """Rows of units: the reduction dimension."""
    columns: Count
    """Columns of units: the output dimension."""
    dataflow: Literal["weight_stationary"]
    """What stays in the units while the rest streams by."""
    summation: Literal["systolic", "tree"] = "systolic"
    """How products of a column are added: from unit to unit, so that every block of weights fills and drains the
    array; or by a tree of adders, inputs reaching all columns at once. Its levels grow by a bit each, every adder keeps
    its sum in a register, and a sum of accumulator width stands at its root."""
    convolution: Literal["direct", "winograd"] = "direct"
    """winograd: kernels of 3 x 3 and stride one multiply tiles of 4 x 4 inputs by transformed weights, which takes
    16 multiplications for four outputs in place of 36."""
    strides: Literal["native", "extended"] = "native"
    """extended: a strided convolution runs as one of stride one with the square of the stride times as many channels,
    its kernels stored with the zeros that fill them up; zeros are not multiplied."""
    layer_outputs: Literal["kept", "external"] = "kept"
    """kept: what a layer writes stays on the chip as long as it fits; external: it goes to the external memory, after
    the pooling and additions that follow at once, and the next layer reads it from there."""
    clock_frequency: Frequency
    """Clock."""
    batch: Count
    """Inferences that share one loading of the weights."""
    unit: MultiplyAccumulateBlock
    """The processing element."""


class RowStationaryLevel(Level):
    """Array of multiply-accumulate units that each keep one row of a kernel and slide it over a row of the input."""

    slots: ClassVar[tuple[str, ...]] = ("unit", "filter_memory")
    mapper: Literal["row_stationary"]
    """The mapper of this level."""
    rows: Count
    """Rows of units: the rows of a kernel."""
    columns: Count
    """Columns of units: the rows of an output map."""
    filters_per_unit: Count
    """Filters that a unit works on in turn, so that an input that has come serves all of them."""
    channels_per_unit: Count
    """Most input channels that a unit adds up before it hands on a partial sum."""
    inputs_per_unit: CountOrUnlimited = "unlimited"
    """Inputs that a unit holds: a window as wide as the kernel for each of its channels."""
    sums_per_cycle: CountOrUnlimited = "unlimited"
    """Partial sums that reach the array in a cycle, and as many that leave it."""
    gating: Literal["none", "zero_inputs"]
    """zero_inputs: a unit neither reads its storage nor multiplies where the input is zero; that saves no time."""
    clock_frequency: Frequency
    """Clock."""
    batch: Count
    """Inferences that share one loading of the weights."""
    unit: MultiplyAccumulateBlock
    """The processing element."""
    filter_memory: AnyMemoryBlock | None = None
    """Memory of each unit for its filters; without one they lie in the storage of the unit."""


class BitSerialLevel(Level):
    """Array of memory cells with adders: weights lie in it, inputs come bit by bit, sums ripple through it."""

    slots: ClassVar[tuple[str, ...]] = ("cell",)
    mapper: Literal["bit_serial"]
    """The mapper of this level."""
    rows: Count
    """Rows: inputs."""
    columns: Count
    """Columns: bits of weights and of their sums."""
    guard_bits: WordWidth
    """Columns beside the bits of a weight for the growth of its sum."""
    registers: Count
    """Registers along a column, which cut the ripple of the sums into stages."""
    adder_delay: Time
    """Delay of one full adder, which sets the cycle."""
    cell: BitSerialCellBlock
    """The cell."""


class SpikingCoreLevel(Level):
    """Digital spiking core: one datapath shared in time by many neurons."""

    slots: ClassVar[tuple[str, ...]] = ("neuron", "synapse_memory", "state_memory")
    mapper: Literal["spiking_core"]
    """The mapper of this level."""
    neurons: Count
    """Neurons whose state one core can hold."""
    accumulation: Literal["state_memory", "register"]
    """Where weights are added up during a time step: in the state memory, read and written for each synaptic
    operation, or in a register of the neuron that is being served."""
    neuron: DigitalNeuronBlock
    """The neuron datapath."""
    synapse_memory: AnyMemoryBlock
    """Memory of the weights."""
    state_memory: AnyMemoryBlock
    """Memory of the neurons' state."""


class EventCoreLevel(Level):
    """Core of a chip that is known by its published energies per event."""

    slots: ClassVar[tuple[str, ...]] = ("events",)
    mapper: Literal["event_core"]
    """The mapper of this level."""
    events: EventEnergiesBlock
    """The published energies and times."""


class RooflineLevel(Level):
    """Processor that is known by its peak rate, bandwidth and power."""

    slots: ClassVar[tuple[str, ...]] = ("processor",)
    mapper: Literal["roofline"]
    """The mapper of this level."""
    processor: RooflineBlock
    """The processor."""
