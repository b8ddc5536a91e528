"""Read-out of a crossbar with converters at the end of its columns."""

from typing import Literal

from neuroest.blocks.base import Component
from neuroest.blocks.columns.buffers import AnalogStageBlock
from neuroest.blocks.model_error import WITHOUT_COSTS
from neuroest.specs import blocks
from neuroest.specs.base import Count, PositiveFraction, PositiveNumber


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
