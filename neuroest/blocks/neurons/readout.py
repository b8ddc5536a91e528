"""Read-out of a crossbar by neurons at the end of its columns."""

from typing import ClassVar, Literal

from neuroest.blocks.base import Component
from neuroest.blocks.columns.current_mirror import CurrentMirrorBlock
from neuroest.blocks.columns.tapered_buffer import FanOutBufferBlock
from neuroest.blocks.model_error import ModelErrors, exact_model
from neuroest.specs.base import Count
from neuroest.specs.blocks import Block, InterfaceBlock, NeuronBlock, SwitchingBlock


class NeuronReadoutBlock(Block):
    """A neuron at the end of the columns, one for every output of the network."""

    slots: ClassVar[tuple[str, ...]] = ("neuron", "interface", "merge", "multiplexer", "fan_out_buffer")
    model: Literal["neuron"]
    neuron: NeuronBlock
    """The neuron."""
    interface: InterfaceBlock
    """The circuit between column and neuron."""
    integration: Literal["across_timesteps", "within_timestep"] = "across_timesteps"
    """What of a neuron's integration a timestep holds: across_timesteps, as much as lets it fire as often as the
    network's, with the leak between timesteps; within_timestep, all of it in each timestep, the naive wiring that
    drives a neuron from empty to firing whether it fires or not."""
    neurons_per_output: Count = 1.0
    """Physical neurons that take turns at one output, inference after inference, so that each of them wears less and
    rests while others work. All of them take area and leak, one of them works; the multiplexer selects it."""
    partial_sums: Literal["analog_merge", "none", "digital_counter"]
    """How the results of arrays that share an output come together: as currents on a common line (`analog_merge`);
    not at all, so that the fan-in of a layer is limited to the rows of one array (`none`); or as counts of the
    spikes of a neuron at every array, which an accumulator adds and a digital neuron turns into spikes
    (`digital_counter`)."""
    column_circuits: Literal["per_array", "per_stack"] = "per_array"
    """Where the columns of arrays that share an output end: per_array, each at a circuit of its own, whose results are
    merged; per_stack, joined end to end on one line with one circuit at its foot, which carries the current of all of
    them and needs no mirror between arrays. A stack has as many arrays as the fan-in of its layer takes."""
    merge: CurrentMirrorBlock | None = None
    """Circuit that weighs bit slices and merges currents; without it both are left out of the estimate."""
    multiplexer: SwitchingBlock | None = None
    """Switches between a column and the neurons of its positions, or of the layers that share it; without them the
    estimate takes them for granted and says so."""
    fan_out_buffer: FanOutBufferBlock | None = None
    """Buffer behind each neuron; without it the neuron is taken to drive what takes its spikes."""


class NeuronReadout(Component[None]):
    """The read-out as a whole; its costs are those of the blocks in its slots."""

    schema: ClassVar[type[Block]] = NeuronReadoutBlock
    part_of_array: ClassVar[bool] = True
    prior_error: ClassVar[ModelErrors] = exact_model("it costs nothing itself")
