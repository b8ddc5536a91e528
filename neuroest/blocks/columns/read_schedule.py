"""Sequence of the steps of an array read."""

from typing import Literal, Self

import numpy as np

from neuroest.blocks.base import Component, NetworkContext, TechnologyPoint, chosen
from neuroest.blocks.model_error import WITHOUT_COSTS
from neuroest.core import units as u
from neuroest.specs.base import Count, CountOrAuto, Duration, Time, numeric_options
from neuroest.specs.blocks import Block


class ReadScheduleBlock(Block):
    """Read schedule of an array: columns driven together, storage of results, and application of inputs."""

    model: Literal["read_schedule"] = "read_schedule"
    columns: Literal["together", "in_turn"] = "together"
    """together: all columns are driven in one read; in_turn: only the columns that the converters read next, one per
    converter at a time, and each settles separately. Interfaces and sample-and-hold stages are then behind the
    multiplexer, one per converter."""
    rows_at_once: CountOrAuto = "auto"
    """Rows of an array that are driven and summed in one read; a higher array reads them in several groups, whose sums
    are added digitally. auto: all rows."""
    holding: Literal["auto", "stage", "converter", "none"] = "auto"
    """Storage of a result during its conversion, so that the columns can settle for the next read: stage, a
    sample-and-hold stage or time encoder; converter, the sampling capacitor of the converter, for one column at a time;
    none, the columns are driven until all are converted. auto: the stage if the file has one, otherwise none."""
    sample_time: Duration = 0.0
    """Time in which the stage samples a settled result between two conversions; without it, the estimate reports that
    it is missing."""
    reset_time: Duration = 0.0
    """Time in which the columns are reset or precharged before each read."""
    cycle_time: Time | None = None
    """Time from one read to the next, as the chip is clocked: of one group of columns, one group of rows and one phase
    of an input. Conversions take at most what it leaves. Default: reads follow as fast as the circuits allow."""
    input_signs: Literal["together", "in_turn"] = "together"
    """together: an input is applied with all of its bits, including the sign; in_turn: positive inputs are read in one
    phase and negative ones in another, each with the bits of the magnitude, and the results are subtracted."""
    bits_per_phase: CountOrAuto = "auto"
    """Bits of an input applied per phase; auto: what the driver supports, one bit or the whole input."""
    pulse_widths: Literal["equal", "binary", "shared"] = "equal"
    """equal: each bit of a one-bit driver is a read with its own conversion; binary: the bits are pulses of one, two,
    four and so on times `pulse_width`, whose charges add up on the holding stage; shared: pulses of equal width, where
    each result shares its charge equally with the result of the previous bits, lowest bit first. The last two take one
    conversion for all bits."""
    reads_per_result: Count = 1.0
    """Times that the rows are driven for one result of a phase, such as four for two signs of inputs by two of weights,
    several whose results are averaged, or one for each decision of a converter that reads its column again."""
    converted: Literal["each_read", "last_read"] = "each_read"
    """What a converter does with several reads of a result: each_read, it converts each of them, and the results are
    added; last_read, one conversion takes all of them."""


class ReadScheduleChoice(Component[None]):
    """Chosen read schedule; times follow from the surrounding array."""

    schema = ReadScheduleBlock
    part_of_array = True
    prior_error = WITHOUT_COSTS

    @classmethod
    def default(cls, technology: TechnologyPoint) -> Self:
        """The schedule of an array whose file states none."""
        spec = ReadScheduleBlock.model_construct()
        options = {
            n: value for n in numeric_options(cls.schema) if isinstance(value := getattr(spec, n), float)
        }
        return cls("schedule", spec, None, None, options, technology, {})

    in_turn: bool = chosen("columns", "in_turn")
    """Whether only the columns that the converters read next are driven."""
    equal: bool = chosen("pulse_widths", "equal")
    """Whether the pulses of all bits of an input have the same width, each with a conversion."""
    binary: bool = chosen("pulse_widths", "binary")
    """Whether the pulses of the bits of an input are as wide as the bits count."""
    shares_bits: bool = chosen("pulse_widths", "shared")
    """Whether capacitors share the result of each input bit with the charge of the previous bits."""
    signs_together: bool = chosen("input_signs", "together")
    """Whether an input is applied with its sign."""

    @property
    def sign_phases(self) -> float:
        """Reads of an input for its signs: two if they are read in sequence."""
        return 1.0 if self.signs_together else 2.0

    def input_bits(self, network: NetworkContext) -> u.Bit:
        """Bits of an input that pulses or voltages encode: all, or the magnitude if signs are read in sequence."""
        bits = network.activation_bits
        return bits if self.signs_together else np.maximum(bits - 1.0, 1.0)

    @property
    def reads_per_result(self) -> u.Dimensionless:
        """Times that an array is read for one result of a phase."""
        return self.options["reads_per_result"]

    @property
    def reads_per_conversion(self) -> u.Dimensionless:
        """Reads of a result that one conversion takes."""
        return self.reads_per_result if self.spec.converted == "last_read" else 1.0

    @property
    def results_of_phase(self) -> u.Dimensionless:
        """Converted results of one phase of an input that are added or subtracted: of its signs, and of its reads."""
        return self.sign_phases * self.reads_per_result / self.reads_per_conversion

    @property
    def cycle(self) -> u.Second | None:
        """Time from one read to the next, if the chip's clock sets it."""
        return self.options.get("cycle_time")
