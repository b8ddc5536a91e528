"""Read-out of a crossbar by converters at the end of its columns."""

from typing import ClassVar, Literal

from neuroest.blocks.base import Component
from neuroest.blocks.columns.analog_stage import AnalogStageBlock
from neuroest.blocks.model_error import ModelErrors, exact_model
from neuroest.specs import blocks
from neuroest.specs.base import Count, PositiveFraction, PositiveNumber


class AdcReadoutBlock(blocks.Block):
    """Converters at the end of the columns."""

    slots: ClassVar[tuple[str, ...]] = (
        "converter", "interface", "merge", "sample_and_hold", "multiplexer", "current_adder", "time_encoder"
    )  # fmt: skip
    model: Literal["adc"]
    converter: blocks.AdcBlock
    """The converter."""
    columns_per_converter: Count
    """Columns that share one converter, one after the other; those that are merged are converted together."""
    full_scale: PositiveFraction | None = None
    """Largest sum that the converters have a code for, as a share of the largest that a column can have; what lies
    above is clipped. Left out they cover every sum."""
    full_scale_spreads: PositiveNumber | None = None
    """The same in spreads: the codes reach from the mean of a layer's sums by so many standard deviations to either
    side, as with a reference that is set for each layer."""
    interface: blocks.ConvertedInterfaceBlock | None = None
    """Circuit that holds a column at its potential and hands its current on; voltage_mode where the converter takes the
    voltage of a column that floats. Without it a converter of voltages has none, and the estimate says so."""
    merge: blocks.MergeBlock | None = None
    """Circuit that weighs columns and joins them before one conversion; without it each column is converted."""
    merged: Literal["slices", "pairs", "slices_and_pairs"] = "slices"
    """What is joined: the bit slices of a weight, the two columns of a pair, which are subtracted, or both."""
    merged_slices: Count | None = None
    """Bit slices of a weight that are joined before one conversion; those of a weight with more are converted in so
    many groups, whose results are shifted and added. Left out, all slices are joined."""
    sample_and_hold: blocks.HoldingBlock | None = None
    """Stage that keeps the columns' results meanwhile; without it the estimate takes one for granted and says so."""
    multiplexer: blocks.SwitchingBlock | None = None
    """Switches to the columns that share a converter; without them the estimate takes them for granted and says so."""
    current_adder: AnalogStageBlock | None = None
    """Circuit that sums the currents of the pieces of a column."""
    time_encoder: AnalogStageBlock | None = None
    """Charging unit with comparator, which turns the result of a column into a time and keeps it."""


class AdcReadout(Component[None]):
    """The read-out as a whole; its costs are those of the blocks in its slots."""

    schema: ClassVar[type[blocks.Block]] = AdcReadoutBlock
    part_of_array: ClassVar[bool] = True
    prior_error: ClassVar[ModelErrors] = exact_model("it costs nothing itself")
