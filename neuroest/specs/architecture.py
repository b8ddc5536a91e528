"""What an architecture file may say: one format for every chip.

A chip is a hierarchy of named levels with counts. In a level stand, under names of the designer's choice, blocks
(they say their `model`) and further levels (they say their `count`). A level that computes says its `mapper`,
which brings the slots that such a level must fill.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from neuroest.registry import Registry
from neuroest.specs.base import (
    Count,
    CountOrAuto,
    CountOrUnlimited,
    PositiveFraction,
    SpareNumber,
    Spec,
    Temperature,
    ThermalResistance,
    Time,
    Voltage,
)
from neuroest.specs.blocks import (
    BLOCKS,
    FREE_BLOCKS,
    CellBlock,
    InputBlock,
    LineBufferBlock,
    ReadoutBlock,
    ReadSupplyBlock,
    WritingBlock,
)
from neuroest.specs.choice import Choice, stated

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Technology(Spec):
    """Process, supply and temperature of the chip."""

    process: str
    """Name or path of a device spec of model `cmos_process`."""
    corner: Literal["slow", "typical", "fast"] = "typical"
    """Where all transistors of the die lie within what the process turns out: slow and fast are the corners that a
    foundry signs off, both kinds of transistors alike."""
    corners: str = "corners_open_kits"
    """Name or path of a device spec of model `process_corners`, which says what slow and fast are."""
    supply_voltage: Voltage
    """Supply of the digital blocks and the drivers."""
    ambient_temperature: Temperature | None = None
    """Temperature of the air around the package: the die is as warm as its own power makes it."""
    package: str | None = None
    """Name or path of a device spec of model `package`, with `ambient_temperature`."""
    thermal_resistance: ThermalResistance | None = None
    """Thermal resistance from the die of one chip to the air, in place of a `package`."""
    temperature: Temperature | None = Field(default=None, validate_default=True)
    """Temperature of the die, where it is known; otherwise `ambient_temperature` and the package say it."""

    @field_validator("temperature")
    @classmethod
    def _known_in_some_way(cls, stated: float | None, info: ValidationInfo) -> float | None:
        if stated is None and info.data.get("ambient_temperature") is None:
            raise PydanticCustomError("missing", "is missing")
        return stated


class Operation(Spec):
    """How the chip is used in time, which says what static power is charged for."""

    mode: Literal["back_to_back", "duty_cycled", "always_on"]
    """back_to_back: inferences follow each other at the initiation interval; duty_cycled: powered for the
    latency of each inference and off between; always_on: powered through, one inference a `period`."""
    period: Time | None = None
    """Time from one inference to the next in always_on. With it, duty_cycled also pays for what must be kept while the
    chip is off: the self-refresh of a memory off the chip that holds weights."""
    inferences_per_programming: Count | None = None
    """Inferences after which the weights are written anew: each then carries its share of the energy and time of it.
    Left out, programming is reported on its own line only."""


def _node_word(node: Any) -> str:
    for key in ("mapper", "model"):
        word = stated(key)(node)
        if word is not None:
            return f"{key}:{word}"
    return "level"


LEVELS: "Mapping[str, type[Level]]" = Registry(
    "neuroest.specs",
    {
        "crossbar": "architecture.CrossbarLevel",
        "digital_array": "levels.DigitalArrayLevel",
        "bit_serial": "levels.BitSerialLevel",
        "row_stationary": "levels.RowStationaryLevel",
        "spiking_core": "levels.SpikingCoreLevel",
        "event_core": "levels.EventCoreLevel",
        "roofline": "levels.RooflineLevel",
    },
)
"""Schema of each level that computes, by its mapper."""


class _Nodes(Mapping[str, type[Spec]]):
    """Schema of whatever may stand in a level, by the word that tells it."""

    def __getitem__(self, word: str) -> type[Spec]:
        key, _, name = word.partition(":")
        return Level if key == "level" else LEVELS[name] if key == "mapper" else BLOCKS[name]

    def __iter__(self) -> Iterator[str]:
        yield "level"
        yield from (f"mapper:{mapper}" for mapper in LEVELS)
        yield from (f"model:{model}" for model in FREE_BLOCKS)

    def __len__(self) -> int:
        return 1 + len(LEVELS) + len(FREE_BLOCKS)


NODES = Choice(_Nodes(), tuple(_Nodes()), _node_word, "model")
"""A block or a level."""
Node: TypeAlias = Annotated[Spec, NODES]


class Level(Spec):
    """A level of the hierarchy: so many equal instances, each holding the blocks and levels named in it."""

    model_config = ConfigDict(**{**Spec.model_config, "extra": "allow"})
    __pydantic_extra__: dict[str, Node]

    slots: ClassVar[tuple[str, ...]] = ()
    """Fields of a computing level that hold blocks."""
    count: CountOrAuto
    """Instances in one instance of the level above; auto: as many as the network needs."""


class CrossbarLevel(Level):
    """Resistive crossbar arrays that hold the weights and multiply in place."""

    slots: ClassVar[tuple[str, ...]] = (
        "cell", "input", "readout", "read_supply", "row_buffer", "column_buffer", "write_circuit"
    )  # fmt: skip
    mapper: Literal["crossbar"]
    """The mapper of this level."""
    rows: Count
    """Rows of one array."""
    columns: Count
    """Columns of one array."""
    spare_columns: SpareNumber = 0.0
    """Columns beside those, which stand in the place of columns with cells that cannot be written."""
    pairing: Literal["column_differential", "row_differential", "offset"]
    """How a signed weight is held: two columns, two rows of opposite drive, or one column with an offset."""
    offset_reference: Literal["reference_column", "digital_sum", "none"] | None = None
    """What takes the offset off with `pairing: offset`: reference_column, one more column in each array, its cells in
    the middle of the window, read like the others and subtracted from each result; digital_sum, the accumulator adds
    up the inputs; none, nothing is counted and the estimate says so. Left out it is reference_column, except for
    cells that add charges, which need none."""
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
    interval, as long as there are arrays left. Arrays that layers share count once."""
    sharing: Literal["none", "layers"] = "none"
    """Whether an array may hold pieces of several layers, which then take turns: less area, a longer interval. With a
    `target_interval` only as long as the turns fit into it, with an `array_budget` only as far as it needs."""
    cells_programmed_together: CountOrAuto = "auto"
    """Cells of one array that are written at a time, all in one row; auto: one row, or what the `write_circuit` can."""
    arrays_programmed_together: Count = 1.0
    """Arrays of the chip that are written at the same time."""
    time_since_programming: Time | None = None
    """Time since the weights were written, at which the chip is estimated: conductances drift and wander by then.
    Left out it is the `refresh_interval`, and without that the cells are as they were written."""
    refresh_interval: Time | None = None
    """Time after which all weights are written again, whether or not they have faded."""
    drift_correction: Literal["none", "common_gain"] = "none"
    """common_gain: results are multiplied by one factor for an array, which makes up for the mean drift of its cells;
    none: they fall with the conductances, and slow neurons integrate for longer."""
    weight_error_limit: PositiveFraction | None = None
    """Error of a weight, one standard deviation over the largest weight, above which a design check fails."""
    when_too_small: Literal["refuse", "reprogram"] = "refuse"
    """What a chip of fixed size does with a network that needs more arrays: refuse it, or write the arrays anew with
    the next part of the network, again in every inference."""
    inferences_per_pass: Count = 1.0
    """Inferences that share one writing of a part; what they leave for the next part waits in the memory for
    activations, or outside over a link that carries them."""
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
    row_buffer: LineBufferBlock | None = None
    """Analogue buffers that cut the rows into pieces, so that an input is converted once for all of them."""
    column_buffer: LineBufferBlock | None = None
    """Analogue buffers that cut the columns into pieces, whose sum is converted once."""
    write_circuit: WritingBlock | None = None
    """Circuits that write the cells; without them the estimate says that they are left out."""


class Heading(Spec):
    """What every architecture file states of itself."""

    kind: Literal["architecture"]
    """The kind of this file."""
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Name; equals the file name."""
    description: str
    """One or two sentences: what this chip is, and whether it exists."""


class ArchitectureSpec(Heading):
    """A chip."""

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
