"""Read-out of a crossbar: neurons or converters at the end of its columns."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.columns.buffers import AnalogStageBlock, FanOutBufferBlock
from neuroest.blocks.columns.interfaces import CurrentMirrorBlock
from neuroest.blocks.model_error import WITHOUT_COSTS
from neuroest.specs import blocks
from neuroest.specs.base import Count, PositiveFraction, PositiveNumber
from neuroest.specs.blocks import Block, InterfaceBlock, NeuronBlock, SwitchingBlock


class AdcReadoutBlock(blocks.Block):
    """Converters at the end of the columns."""

    slots = (
        "converter", "interface", "merge", "sample_and_hold", "multiplexer", "current_adder", "time_encoder"
    )  # fmt: skip
    model: Literal["adc"]
    converter: blocks.AdcBlock
    """The converter."""
    columns_per_converter: Count
    """Columns that share one converter in series. Merged columns are converted together."""
    full_scale: PositiveFraction | None = None
    """Full scale of the converters, as a share of the largest column sum. Larger sums are clipped. Default: the
    converters cover every sum."""
    full_scale_spreads: PositiveNumber | None = None
    """Full scale in standard deviations: the codes cover this many on either side of the mean of a layer's sums, as
    with a reference per layer."""
    interface: blocks.ConvertedInterfaceBlock | None = None
    """Circuit that clamps a column and passes on its current; voltage_mode if the converter reads the voltage of a
    floating column. Without it, a voltage converter has no such circuit, and the estimate reports this."""
    merge: blocks.MergeBlock | None = None
    """Circuit that weights and merges columns before one conversion. Without it, each column is converted."""
    merged: Literal["slices", "pairs", "slices_and_pairs"] = "slices"
    """Columns to merge: the bit slices of a weight, the two columns of a pair (subtracted), or both."""
    merged_slices: Count | None = None
    """Bit slices of a weight merged before one conversion. If a weight has more, it is converted in several groups,
    whose results are shifted and added. Default: all slices are merged."""
    sample_and_hold: blocks.HoldingBlock | None = None
    """Stage that stores the column results before conversion. Without it, the estimate assumes an ideal stage and
    reports this."""
    multiplexer: blocks.SwitchingBlock | None = None
    """Switches to the columns that share a converter. Without them, the estimate assumes ideal switches and reports
    this."""
    current_adder: AnalogStageBlock | None = None
    """Circuit that sums the currents of the column segments."""
    time_encoder: AnalogStageBlock | None = None
    """Charging unit with comparator, which converts the result of a column to a time and stores it."""


class AdcReadout(Component[None]):
    """Read-out as a whole; its costs are those of the blocks in its slots."""

    schema = AdcReadoutBlock
    part_of_array = True
    prior_error = WITHOUT_COSTS


class NeuronReadoutBlock(Block):
    """Neurons at the end of the columns, one per output of the network."""

    slots = ("neuron", "interface", "merge", "multiplexer", "fan_out_buffer")
    model: Literal["neuron"]
    neuron: NeuronBlock
    """Neuron at the columns."""
    interface: InterfaceBlock
    """Circuit between column and neuron."""
    integration: Literal["across_timesteps", "within_timestep"] = "across_timesteps"
    """Integration of a neuron relative to the timestep. across_timesteps: over several timesteps, with leakage in
    between, so it matches the network's firing rate; within_timestep: a full integration in each timestep, the naive
    wiring that drives a neuron from reset to threshold whether or not it fires."""
    largest_result: PositiveNumber = 3.0
    """Largest result that the columns are made for, in standard deviations of the results of a layer. A full drive is
    then the share of a neuron's threshold, one whole or one of several equal parts, that is next below it: fewer parts
    clip less, and more of them shorten the drives. This one full scale sets integration, comparator error, droop and
    clipping."""
    neurons_per_output: Count = 1.0
    """Physical neurons per output for wear levelling: they alternate from inference to inference, so each wears less
    and rests meanwhile. All of them need area and leak; the multiplexer selects the active one."""
    partial_sums: Literal["analog_merge", "none", "digital_counter"]
    """How results of arrays with a common output are combined: as currents on a common line (`analog_merge`); not at
    all, which limits the fan-in of a layer to the rows of one array (`none`); or as spike counts of a neuron at every
    array, which an accumulator adds and a digital neuron converts to spikes (`digital_counter`)."""
    column_circuits: Literal["per_array", "per_stack"] = "per_array"
    """Column termination of arrays with a common output. per_array: each column has its own circuit, and the results
    are merged; per_stack: columns are joined end to end to one line with one circuit, which carries the total current
    and needs no mirror between arrays. A stack has as many arrays as the fan-in of its layer needs."""
    merge: CurrentMirrorBlock | None = None
    """Circuit that weights bit slices and merges currents. Without it, the estimate leaves out both."""
    multiplexer: SwitchingBlock | None = None
    """Switches between a column and the neurons of its positions, or of the layers that share it. Without them, the
    estimate assumes ideal switches and reports this."""
    fan_out_buffer: FanOutBufferBlock | None = None
    """Output buffer of each neuron. Without it, the neuron is assumed to drive its load directly."""


class NeuronReadout(Component[None]):
    """Read-out as a whole; its costs are those of the blocks in its slots."""

    schema = NeuronReadoutBlock
    part_of_array = True
    prior_error = WITHOUT_COSTS
