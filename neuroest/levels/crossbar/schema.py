"""What a file may say of a crossbar level."""

from typing import ClassVar, Literal

from neuroest.blocks.cells.static_memory import StaticCellParameters
from neuroest.specs import base, blocks
from neuroest.specs.architecture import ComputingLevel


class CrossbarLevel(ComputingLevel):
    """Resistive crossbar arrays that hold the weights and multiply in place."""

    slots: ClassVar[tuple[str, ...]] = (
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
    """Further columns, which replace columns with cells that cannot be written."""
    weight_encoding: Literal["column_differential", "row_differential", "offset"]
    """How a signed weight is held: two columns, two rows of opposite drive, or one column with an offset."""
    offset_subtraction: Literal["reference_column", "digital_sum", "none"] | None = None
    """What takes the offset off with `weight_encoding: offset`: reference_column, one more column in each array, its
    cells in the middle of the window, read like the others and subtracted from each result; digital_sum, the
    accumulator adds up the inputs; none, nothing is counted and the estimate says so. Left out it is
    reference_column, except for charge-domain cells, which need none."""
    weight_bits: base.Count | None = None
    """Bits of a weight that the arrays hold, sign included, where the network's weights have more: they are rounded,
    and the error of that is one of the errors of a result. Left out, all bits of the network are held."""
    bits_per_cell: base.CountOrAuto = "auto"
    """Bits held by one cell; auto: what the device can hold, at most the bits of the weight."""
    read_voltage: base.VoltageOrSupply
    """Voltage across an active cell, to which columns of static cells are charged; supply: that of the chip, as such
    cells have it."""
    pulse_width: base.Time
    """Shortest time that an active row is driven; slow neurons stretch it to their share of a timestep, and conversions
    that need the column itself add to it."""
    sequential_reads: base.CountOrUnlimited = "unlimited"
    """Positions of a convolution that one copy of a layer's arrays may handle one after the other; a layer with
    more gets further copies."""
    target_interval: base.Time | None = None
    """Time in which every layer shall finish one time step, or one inference of a dense network; a layer that is
    slower gets further copies."""
    array_budget: base.Count | None = None
    """Arrays that the network may take in all, which is a target of area: layers get further copies, for the shortest
    interval, as long as there are arrays left. Arrays that layers share count once."""
    sharing: Literal["none", "layers"] = "none"
    """Whether an array may hold pieces of several layers, which then take turns: less area, a longer interval. With a
    `target_interval` only as long as the time slots fit into it, with an `array_budget` only as far as it needs."""
    cells_programmed_together: base.CountOrAuto = "auto"
    """Cells of one array that are written at a time, all in one row; auto: one row, or what the `write_circuit` can."""
    arrays_programmed_together: base.Count = 1.0
    """Arrays of the chip that are written at the same time."""
    time_since_programming: base.Time | None = None
    """Time since the weights were written, at which the chip is estimated: conductances drift and wander by then.
    Left out it is the `refresh_interval`, and without that the cells are as they were written."""
    refresh_interval: base.Time | None = None
    """Time after which all weights are written again, whether or not they have faded."""
    drift_correction: Literal["none", "common_gain"] = "none"
    """common_gain: results are multiplied by one factor for an array, which makes up for the mean drift of its cells;
    none: they fall with the conductances, and slow neurons integrate for longer."""
    weight_error_limit: base.PositiveFraction | None = None
    """Error of a weight, one standard deviation over the largest weight, above which a design check fails."""
    error_limit: base.PositiveFraction = 1.0
    """Error of the results of the layer with the largest error, one standard deviation over the spread of its results.
    Above it a design check fails, and no sweep or search calls the design feasible. At 100 % errors are as large as
    results; the page on crossbars says what networks need."""
    oversize: Literal["refuse", "time_multiplex"] = "refuse"
    """What a chip of fixed size does with a network that needs more arrays: refuse it, or write the arrays again with
    the next part of the network, again in every inference."""
    inferences_per_pass: base.Count = 1.0
    """Inferences that share one writing of a part; what they leave for the next part waits in the memory for
    activations, or outside over a link that carries them."""
    updated_cells: Literal["all", "one"] = "all"
    """Cells of a weight that a learning rule moves: both of a pair, in opposite directions, or one next to a fixed
    one."""
    backward_readout: Literal["none", "at_rows"] = "none"
    """at_rows: the circuits of the columns are at the rows once more, so that errors can be read back through the
    weights."""
    silent_blocks: Literal["read", "skip"] = "read"
    """Whether the columns of a block of rows are read when none of its rows is active: skip, for which bias and
    converters of an array wake with the first event and are idle without one; read, in every step."""
    reads: Literal["each_timestep", "each_event"] = "each_timestep"
    """When the columns are read: each_timestep, once for all rows that are active in it; each_event, once for each
    input spike as it comes, without timesteps, which takes `pulse_coupling` to neurons. With `operation.period` the
    events come over the whole period, without it as fast as the chip takes them."""
    settling_error: base.PositiveFraction
    """Remaining error of the column when it is read out, for the settling time."""
    parallel_wires: base.WireNumberOrAuto = 1.0
    """Wires as the process has them for short distances that each line of an array is made of, on several metal layers
    or as a wider one: so many times less resistance and more capacitance. The lines of large arrays are never single
    wires; `ir_drop` fails where they are too few. auto: the fewest that keep the mean loss within `ir_drop_limit` when
    all rows of a read are active, with cells in the middle of their window."""
    ir_drop_limit: base.PositiveFraction
    """Largest mean loss of column current along the wires before a design check fails."""
    cell: blocks.CellBlock
    """The cell."""
    input: blocks.InputBlock
    """The row driver."""
    readout: blocks.ReadoutBlock
    """Neuron or converter at the columns."""
    read_supply: blocks.ReadSupplyBlock
    """Where the read voltage comes from."""
    schedule: blocks.ScheduleBlock | None = None
    """Order of what a read does; without it all columns are read together, and the next read begins meanwhile only
    where a sample-and-hold stage or time encoder holds the results."""
    row_buffer: blocks.LineBufferBlock | None = None
    """Analog buffers that divide the rows into segments, so one conversion of an input serves all of them."""
    column_buffer: blocks.LineBufferBlock | None = None
    """Analog buffers that cut the columns into pieces, whose sum is converted once."""
    write_circuit: blocks.WritingBlock | None = None
    """Write circuit of the cells; without it the estimate lists it as left out."""

    @property
    def calibrated_as(self) -> str | None:
        """Published macros have converters and resistive or static cells; none of them ends at neurons."""
        if self.readout.model != "adc":
            return None
        record = type(self.cell).record
        return (
            "static_array"
            if record is not None and issubclass(record, StaticCellParameters)
            else "resistive_array"
        )
