"""The order of what an array does in one read."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.model_error import WITHOUT_COSTS
from neuroest.specs.base import CountOrAuto, Duration
from neuroest.specs.blocks import Block


class ReadScheduleBlock(Block):
    """Read schedule of an array: columns driven together, holding of results, and application of inputs."""

    model: Literal["read_schedule"] = "read_schedule"
    columns: Literal["together", "in_turn"] = "together"
    """together: all columns are driven in one read; in_turn: only the columns that the converters read next, one of
    those that share a converter at a time, and each settles by itself. Interfaces and sample-and-hold stages then
    are behind the multiplexer, one for each converter."""
    rows_at_once: CountOrAuto = "auto"
    """Rows of an array that are driven and summed in one read; those of a higher array take turns, and their sums are
    added digitally. auto: all rows."""
    holding: Literal["auto", "stage", "converter", "none"] = "auto"
    """What holds a result while it is converted, so that the columns can settle for the next read: stage, a
    sample-and-hold stage or time encoder; converter, the sampling capacitor of the converter itself, for one column at
    a time; none, the columns stay driven until all are converted. auto: the stage if the file has one, else none."""
    sample_time: Duration = 0.0
    """Time in which the stage takes a settled result, between two conversions; an estimate without it says so."""
    reset_time: Duration = 0.0
    """Time in which the columns are reset or precharged before each read."""
    input_signs: Literal["together", "in_turn"] = "together"
    """together: an input is applied in all of its bits, the sign among them; in_turn: positive inputs are read in one
    phase and negative ones in another, each with the bits of the magnitude, and the results are subtracted."""
    bits_per_phase: CountOrAuto = "auto"
    """Bits of an input that one phase applies; auto: what the driver can, one bit or the whole input."""
    pulse_widths: Literal["equal", "binary", "shared"] = "equal"
    """equal: each bit of a one-bit driver is a read with a conversion of its own; binary: the bits are pulses of one,
    two, four and so on times `pulse_width` whose charges add up on the holding stage; shared: pulses of one width, each
    result shared half and half with what the bits before it left, the lowest bit first. Both take one conversion for
    all bits."""


class ReadScheduleChoice(Component[None]):
    """The schedule as chosen; times follow from the array around it."""

    schema = ReadScheduleBlock
    part_of_array = True
    prior_error = WITHOUT_COSTS
