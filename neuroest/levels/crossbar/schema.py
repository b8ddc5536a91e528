"""Schema of a crossbar level."""

from typing import Literal

from neuroest.specs import base, blocks
from neuroest.specs.architecture import ComputingLevel


class CrossbarLevel(ComputingLevel):
    """Crossbar arrays that store the weights and multiply in place."""

    slots = (
        "cell", "input", "readout", "read_supply", "schedule", "row_buffer", "column_buffer",
        "write_circuit",
    )  # fmt: skip
    mapper: Literal["crossbar"]
    """The mapper of this level."""
    rows: base.Count
    """Rows of one array."""
    columns: base.Count
    """Columns of one array."""
    spare_columns: base.SpareNumber = 0.0
    """Spare columns, which replace columns with stuck cells."""
    weight_encoding: Literal["column_differential", "row_differential", "offset"]
    """Encoding of signed weights: two columns, two rows with opposite drive, or one column with an offset."""
    offset_subtraction: Literal["reference_column", "digital_sum", "none"] | None = None
    """Offset correction for `weight_encoding: offset`. reference_column: one extra column per array with cells at
    mid-window; it is read like the others and subtracted from each result. digital_sum: the accumulator sums the
    inputs. none: no correction is counted, and the estimate reports this. Default: reference_column, except for
    charge-domain cells, which need none."""
    weight_bits: base.Count | None = None
    """Stored bits per weight, including the sign, if fewer than in the network. The weights are rounded, and the
    rounding error adds to the errors of a result. Default: all bits of the network."""
    bits_per_cell: base.CountOrAuto = "auto"
    """Bits per cell; auto: as many as the device can store, at most the bits of the weight."""
    read_voltage: base.VoltageOrSupply
    """Read voltage across an active cell; for static cells, the precharge voltage of the columns. supply: the chip's
    supply voltage, the usual choice for static cells."""
    pulse_width: base.Time
    """Shortest drive time of an active row. Slow neurons extend it to their share of a timestep; conversions that need
    the driven column add to it."""
    sequential_reads: base.CountOrUnlimited = "unlimited"
    """Maximum number of convolution positions that one copy of a layer's arrays processes in series. A layer with more
    positions gets more copies."""
    target_interval: base.Time | None = None
    """Target time per layer for one timestep, or for one inference of a dense network. A slower layer gets more
    copies."""
    array_budget: base.Count | None = None
    """Total number of arrays for the network, an area target. Layers get more copies, for the shortest interval, as
    long as arrays remain. An array shared by several layers counts once."""
    sharing: Literal["none", "layers"] = "none"
    """Whether an array may contain parts of several layers, which then share it in time: less area, longer interval.
    With a `target_interval`, sharing is limited to time slots that fit into it; with an `array_budget`, to what the
    budget requires."""
    cells_programmed_together: base.CountOrAuto = "auto"
    """Cells of one array that are written in parallel, all in one row; auto: one row, or as many as the `write_circuit`
    allows."""
    arrays_programmed_together: base.Count = 1.0
    """Arrays of the chip that are written in parallel."""
    time_since_programming: base.Time | None = None
    """Age of the weights at which the chip is estimated. Conductances drift and fluctuate over this time. Default: the
    `refresh_interval`; without one, the cells are as written."""
    refresh_interval: base.Time | None = None
    """Interval after which all weights are rewritten, regardless of drift."""
    drift_correction: Literal["none", "common_gain"] = "none"
    """common_gain: results are multiplied by one factor per array, which compensates the mean drift of its cells; none:
    results decrease with the conductances, and slow neurons integrate for longer."""
    weight_error_limit: base.PositiveFraction | None = None
    """Limit of the weight error (one standard deviation relative to the largest weight). Above it a design check
    fails."""
    error_limit: base.PositiveFraction = 1.0
    """Limit of the result error in the worst layer (one standard deviation relative to the spread of its results).
    Above it a design check fails, and sweeps and searches treat the design as infeasible. At 100 % the errors are as
    large as the results; the page on crossbars states what networks need."""
    oversize: Literal["refuse", "time_multiplex"] = "refuse"
    """Behaviour of a fixed-size chip if a network needs more arrays: reject the network, or rewrite the arrays with the
    next part of the network in every inference."""
    inferences_per_pass: base.Count = 1.0
    """Inferences per rewrite of a network part. Intermediate results wait in the activation memory, or off-chip over a
    link that carries them."""
    updated_cells: Literal["all", "one"] = "all"
    """Cells of a weight that a learning rule updates: both cells of a pair in opposite directions, or one cell next to
    a fixed one."""
    backward_readout: Literal["none", "at_rows"] = "none"
    """at_rows: the rows have a second set of column circuits, so errors can be read back through the weights."""
    silent_blocks: Literal["read", "skip"] = "read"
    """Read of a block of rows without any active row. skip: no read; bias and converters of an array wake on the first
    event and are otherwise idle. read: a read in every timestep."""
    reads: Literal["each_timestep", "each_event"] = "each_timestep"
    """When the columns are read. each_timestep: once for all rows active in the timestep; each_event: once for each
    input spike on arrival, without timesteps; this needs `pulse_coupling` to neurons. With `operation.period` the
    events are spread over the whole period; without it they arrive as fast as the chip can process them."""
    settling_error: base.PositiveFraction
    """Settling error of a column at read-out, which sets the settling time."""
    parallel_wires: base.WireNumberOrAuto = "auto"
    """Number of parallel minimum-pitch wires per array line, on several metal layers or as one wider wire. Resistance
    is divided and capacitance multiplied by this number. auto: the fewest wires that keep the mean loss within
    `ir_drop_limit` with all rows of a read active and cells at mid-window, one where that is enough. The `ir_drop`
    check fails if there are too few."""
    ir_drop_limit: base.PositiveFraction
    """Limit of the mean column-current loss from IR drop. Above it a design check fails."""
    cell: blocks.CellBlock
    """The cell."""
    input: blocks.InputBlock
    """The row driver."""
    readout: blocks.ReadoutBlock
    """Neuron or converter at the columns."""
    read_supply: blocks.ReadSupplyBlock
    """Source of the read voltage."""
    schedule: blocks.ScheduleBlock | None = None
    """Sequence of a read. Default: all columns are read together, and the next read overlaps only if a sample-and-hold
    stage or time encoder stores the results."""
    row_buffer: blocks.LineBufferBlock | None = None
    """Analog buffers that divide the rows into segments, so all segments share one input conversion."""
    column_buffer: blocks.LineBufferBlock | None = None
    """Analog buffers that divide the columns into segments, whose sum is converted once."""
    write_circuit: blocks.WritingBlock | None = None
    """Write circuit of the cells. Without it, the estimate lists it as an exclusion."""
