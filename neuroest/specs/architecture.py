"""What an architecture file may say: one format for every chip.

A chip is a hierarchy of named levels with counts. In a level stand, under names of the designer's choice, blocks
(they say their `model`) and further levels (they say their `count`). A level that computes says its `mapper`,
which brings the slots that such a level must fill.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, Tag

from neuroest.specs.base import (
    Count,
    CountOrAuto,
    CountOrUnlimited,
    Frequency,
    PositiveFraction,
    Spec,
    Temperature,
    Time,
    Voltage,
    WordWidth,
)
from neuroest.specs.blocks import (
    AccumulatorBlock,
    AnyMemoryBlock,
    BitSerialCellBlock,
    BusBlock,
    CellBlock,
    DieCostBlock,
    DigitalNeuronBlock,
    EventEnergiesBlock,
    FixedBlock,
    HTreeBlock,
    InputBlock,
    MatrixUnitBlock,
    MemoryMacroBlock,
    MeshBlock,
    MultiplyAccumulateBlock,
    OffChipBlock,
    OverheadsBlock,
    ReadoutBlock,
    ReadSupplyBlock,
    RegisterFileBlock,
    RooflineBlock,
    SramBlock,
    VectorUnitBlock,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Technology(Spec):
    """Process, supply and temperature of the chip."""

    process: str
    """Name or path of a device spec of model `cmos_process`."""
    supply_voltage: Voltage
    """Supply of the digital blocks and the drivers."""
    temperature: Temperature
    """Temperature of the die."""


class Operation(Spec):
    """How the chip is used in time, which says what static power is charged for."""

    mode: Literal["back_to_back", "duty_cycled", "always_on"]
    """back_to_back: inferences follow each other at the initiation interval; duty_cycled: powered for the
    latency of each inference and off between; always_on: powered through, one inference a `period`."""
    period: Time | None = None
    """Time from one inference to the next in always_on."""
    inferences_per_programming: Count | None = None
    """Inferences after which the weights are written anew: each then carries its share of the energy of programming.
    Left out, programming is reported on its own line only."""


class Level(Spec):
    """A level of the hierarchy: so many equal instances, each holding the blocks and levels named in it."""

    model_config = ConfigDict(**{**Spec.model_config, "extra": "allow"})
    __pydantic_extra__: "dict[str, Node]"

    slots: ClassVar[tuple[str, ...]] = ()
    """Fields of a computing level that hold blocks."""
    count: CountOrAuto
    """Instances in one instance of the level above; auto: as many as the network needs."""


class CrossbarLevel(Level):
    """Resistive crossbar arrays that hold the weights and multiply in place."""

    slots: ClassVar[tuple[str, ...]] = ("cell", "input", "readout", "read_supply")
    mapper: Literal["crossbar"]
    """The mapper of this level."""
    rows: Count
    """Rows of one array."""
    columns: Count
    """Columns of one array."""
    pairing: Literal["column_differential", "row_differential", "offset"]
    """How a signed weight is held: two columns, two rows of opposite drive, or one column with an offset."""
    bits_per_cell: CountOrAuto = "auto"
    """Bits held by one cell; auto: what the device can hold, at most the bits of the weight."""
    read_voltage: Voltage
    """Voltage across an active cell."""
    pulse_width: Time
    """Shortest time that an active row is driven; slow neurons stretch it to their integration time."""
    sequential_reads: CountOrUnlimited = "unlimited"
    """Positions of a convolution that one copy of a layer's arrays may handle one after the other; a layer with
    more gets further copies."""
    target_interval: Time | None = None
    """Time in which every layer shall finish one time step, or one inference of a dense network; a layer that is
    slower gets further copies."""
    array_budget: Count | None = None
    """Arrays that the network may take in all, which is a target of area: layers get further copies, for the shortest
    interval, as long as there are arrays left."""
    cells_programmed_together: CountOrAuto = "auto"
    """Cells of one array that are written at a time; auto: one row."""
    arrays_programmed_together: Count = 1.0
    """Arrays of the chip that are written at the same time."""
    when_too_small: Literal["refuse", "reprogram"] = "refuse"
    """What a chip of fixed size does with a network that needs more arrays: refuse it, or write the arrays anew with
    the next part of the network, again in every inference."""
    inferences_per_pass: Count = 1.0
    """Inferences that share one writing of a part, their intermediate results kept meanwhile."""
    settling_error: PositiveFraction
    """Remaining error of the column when it is read out, for the settling time."""
    ir_drop_limit: PositiveFraction
    """Largest mean loss of column current along the wires before a design check fails."""
    cell: CellBlock
    """The cell."""
    input: InputBlock
    """The row driver."""
    readout: ReadoutBlock
    """Neuron or converter at the columns."""
    read_supply: ReadSupplyBlock
    """Where the read voltage comes from."""


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
    clock_frequency: Frequency
    """Clock."""
    batch: Count
    """Inferences that share one loading of the weights."""
    unit: MultiplyAccumulateBlock
    """The processing element."""


class RowStationaryLevel(Level):
    """Array of multiply-accumulate units that each keep one row of a kernel and slide it over a row of the input."""

    slots: ClassVar[tuple[str, ...]] = ("unit",)
    mapper: Literal["row_stationary"]
    """The mapper of this level."""
    rows: Count
    """Rows of units: the rows of a kernel."""
    columns: Count
    """Columns of units: the rows of an output map."""
    filters_per_unit: Count
    """Filters that a unit works on in turn, so that an input that has come serves all of them."""
    channels_per_unit: Count
    """Input channels that a unit adds up before it hands on a partial sum."""
    gating: Literal["none", "zero_inputs"]
    """zero_inputs: a unit neither reads its storage nor multiplies where the input is zero; that saves no time."""
    clock_frequency: Frequency
    """Clock."""
    batch: Count
    """Inferences that share one loading of the weights."""
    unit: MultiplyAccumulateBlock
    """The processing element."""


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


def _node_tag(node: Any) -> str:
    for key in ("mapper", "model"):
        stated = node.get(key) if isinstance(node, dict) else getattr(node, key, None)
        if stated is not None:
            return f"{key}:{stated}"
    return "level"


Node: TypeAlias = Annotated[
    Annotated[Level, Tag("level")]
    | Annotated[CrossbarLevel, Tag("mapper:crossbar")]
    | Annotated[DigitalArrayLevel, Tag("mapper:digital_array")]
    | Annotated[BitSerialLevel, Tag("mapper:bit_serial")]
    | Annotated[RowStationaryLevel, Tag("mapper:row_stationary")]
    | Annotated[SpikingCoreLevel, Tag("mapper:spiking_core")]
    | Annotated[EventCoreLevel, Tag("mapper:event_core")]
    | Annotated[RooflineLevel, Tag("mapper:roofline")]
    | Annotated[SramBlock, Tag("model:sram")]
    | Annotated[MemoryMacroBlock, Tag("model:memory_macro")]
    | Annotated[RegisterFileBlock, Tag("model:register_file")]
    | Annotated[AccumulatorBlock, Tag("model:accumulator")]
    | Annotated[VectorUnitBlock, Tag("model:vector_unit")]
    | Annotated[MatrixUnitBlock, Tag("model:matrix_unit")]
    | Annotated[DigitalNeuronBlock, Tag("model:digital_lif")]
    | Annotated[MeshBlock, Tag("model:mesh")]
    | Annotated[BusBlock, Tag("model:bus")]
    | Annotated[HTreeBlock, Tag("model:h_tree")]
    | Annotated[DieCostBlock, Tag("model:die_cost")]
    | Annotated[OffChipBlock, Tag("model:off_chip_link")]
    | Annotated[FixedBlock, Tag("model:fixed_block")]
    | Annotated[OverheadsBlock, Tag("model:chip_overheads")],
    Discriminator(_node_tag),
]


class ArchitectureSpec(Spec):
    """A chip."""

    kind: Literal["architecture"]
    """The kind of this file."""
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Name; equals the file name."""
    description: str
    """One or two sentences: what this chip is, and whether it exists."""
    technology: Technology
    """Process, supply and temperature."""
    operation: Operation
    """How the chip is used in time."""
    baseline: str | None = None
    """Architecture that this one is put beside when nothing else is asked for."""
    exclusions: tuple[str, ...] = ()
    """What the description leaves out and the estimate therefore does not contain."""
    chip: Level
    """The chip itself, the top of the hierarchy."""


def misnamed(level: Level, place: tuple[str, ...] = ("chip",)) -> Iterator[tuple[tuple[str, ...], str]]:
    """Blocks and levels whose name is no word, with the reason; paths are made of these names."""
    for name, part in (level.__pydantic_extra__ or {}).items():
        if not _NAME.fullmatch(name):
            reason = "is no name; use up to 64 lower-case letters, digits and underscores, a letter first"
            yield (*place, name), f"{name[:40]!r} {reason}"
        if isinstance(part, Level):
            yield from misnamed(part, (*place, name))
