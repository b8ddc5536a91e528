"""Read-out of a crossbar with neurons at the end of its columns."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.columns.buffers import FanOutBufferBlock
from neuroest.blocks.columns.merges import CurrentMirrorBlock
from neuroest.blocks.model_error import WITHOUT_COSTS
from neuroest.specs.base import Count, PositiveNumber
from neuroest.specs.blocks import Block, InterfaceBlock, NeuronBlock, SwitchingBlock


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
