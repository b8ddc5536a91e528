"""How layers are cut into arrays, and how often everything happens in one inference.

All arguments are counts, rates and times that may be arrays: an axis of layers broadcasts against axes of
design points.
"""

from __future__ import annotations

import numpy as np

from neuroest.equations._arithmetic import divided, rounded_up
from neuroest.provenance import equation
from neuroest.units import Bit, Dimensionless, Second

_DERIVED = "derivation: docs/models/mapping.md"


@equation(formula="n = ceil(size / capacity)", reference=_DERIVED, valid="whole numbers")
def block_count(size: Dimensionless, capacity: Dimensionless) -> Dimensionless:
    """Arrays along one side that a matrix needs. [1].

    Parameters
    ----------
    size : float or array
        Rows or columns of the matrix, all copies and slices of a weight counted. [1]
    capacity : float or array
        Rows or columns of one array. [1]

    Returns
    -------
    float or array
        Number of arrays; infinite where an array has none. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    A 3 x 3 convolution of 64 channels has 576 rows: five arrays of 128.

    >>> f"{block_count(576.0, 128.0):g}"
    '5'
    """
    blocks: Dimensionless = np.ceil(divided(size, capacity))
    return blocks


@equation(
    formula="u = K M / [ceil(K / R) R ceil(M / C) C]",
    reference=_DERIVED,
    valid="dense layers; depthwise layers fill only the blocks of `groups_per_array`",
)
def array_utilisation(
    reduction: Dimensionless, outputs: Dimensionless, rows: Dimensionless, columns: Dimensionless
) -> Dimensionless:
    """Share of the cells of its arrays that a layer fills. [1].

    Parameters
    ----------
    reduction, outputs : float or array
        Rows and columns of the matrix, all copies and slices of a weight counted. [1]
    rows, columns : float or array
        Rows and columns of one array, above zero. [1]

    Returns
    -------
    float or array
        Utilisation, at most 1. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    3 x 3 convolution, 64 to 64 channels, pairs of four 2-bit cells: 576 x 512 in 5 x 4 arrays of 128 x 128.

    >>> f"{array_utilisation(576.0, 512.0, 128.0, 128.0):.2g}"
    '0.9'
    """
    return divided(
        reduction * outputs, np.ceil(reduction / rows) * rows * np.ceil(outputs / columns) * columns
    )


@equation(
    formula="n = min(floor(R / R_group), floor(C / C_group))",
    reference=_DERIVED,
    valid="grouped and depthwise convolutions packed as blocks on the diagonal of an array",
)
def groups_per_array(
    rows: Dimensionless, columns: Dimensionless, group_rows: Dimensionless, group_columns: Dimensionless
) -> Dimensionless:
    """Capacity of one array in groups of a convolution that share neither a row nor a column. [1].

    Parameters
    ----------
    rows, columns : float or array
        Rows and columns of one array. [1]
    group_rows, group_columns : float or array
        Rows and columns of one group, above zero. [1]

    Returns
    -------
    float or array
        Whole groups in one array; 0 where a group needs more than one array. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    A depthwise 3 x 3 convolution has groups of 9 rows and 2 columns: 14 on the diagonal of 128 x 128.

    >>> f"{groups_per_array(128.0, 128.0, 9.0, 2.0):g}"
    '14'
    """
    groups: Dimensionless = np.minimum(np.floor(rows / group_rows), np.floor(columns / group_columns))
    return groups


@equation(
    formula="n = (q p^2 + r^2) / g - 1, q = floor(g / p), r = g - q p",
    reference=_DERIVED,
    valid="all groups of an array read at once; cells off the diagonal left at their low conductance",
)
def groups_beside(groups: Dimensionless, packed: Dimensionless) -> Dimensionless:
    """Groups into whose columns a driven row of a group reaches off the diagonal, in the mean. [1].

    Parameters
    ----------
    groups : float or array
        Groups of the convolution, g, above zero. [1]
    packed : float or array
        Groups that lie on the diagonal of one array, p, at least one. [1]

    Returns
    -------
    float or array
        Mean number of other groups in the array of a group. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    64 groups, 14 in an array: four arrays of 14 and one of 8, (4 x 196 + 64) / 64 - 1.

    >>> f"{groups_beside(64.0, 14.0):g}"
    '12.25'
    """
    full = np.floor(groups / packed)
    rest = groups - full * packed
    beside: Dimensionless = (full * packed**2 + rest**2) / groups - 1.0
    return beside


@equation(
    formula="t = N_work t_cycle / n",
    reference=_DERIVED,
    valid="work that divides evenly over the copies",
)
def stage_interval(work: Dimensionless, cycle_time: Second, replication: Dimensionless) -> Second:
    """Time that one pipeline stage is busy with one inference. [s].

    Parameters
    ----------
    work : float or array
        Array cycles of one inference: output positions times cycles of one position. [1]
    cycle_time : float or array
        Time of one array cycle. [s]
    replication : float or array
        Copies of the layer's arrays that work in parallel. [1]

    Returns
    -------
    float or array
        Time; the largest of all stages is the initiation interval. Infinite without copies. [s]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    A map of 56 x 56 positions at 100 ns on 4 copies: 3136 x 100 ns / 4.

    >>> f"{stage_interval(3136.0, 100e-9, 4.0):.3g}"
    '7.84e-05'
    """
    return divided(work * cycle_time, replication)


@equation(
    formula="n = max(1, ceil(N_work t_cycle / t_interval))",
    reference=_DERIVED,
    valid="pipelined layers, copies that hold the same weights",
)
def replication_for_interval(work: Dimensionless, cycle_time: Second, interval: Second) -> Dimensionless:
    """Fewest copies of a layer's arrays that keep up with an initiation interval. [1].

    Parameters
    ----------
    work : float or array
        Array cycles of one inference: output positions times cycles of one position. [1]
    cycle_time : float or array
        Time of one array cycle. [s]
    interval : float or array
        Initiation interval that is wanted, above zero. [s]

    Returns
    -------
    float or array
        Copies, at least one. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    3136 positions of 100 ns in 100 us: 3.136, so four copies.

    >>> f"{replication_for_interval(3136.0, 100e-9, 100e-6):g}"
    '4'
    """
    copies: Dimensionless = np.maximum(rounded_up(work * (cycle_time / interval)), 1.0)
    return copies


@equation(
    formula="n = ceil(n_needed / n_unit)",
    reference=_DERIVED,
    valid="units that are all alike; a little more than a whole number through rounding is that number",
)
def units_for(needed: Dimensionless, per_unit: Dimensionless) -> Dimensionless:
    """Units of the next level (tiles, cores, chips) that hold what is needed. [1].

    Parameters
    ----------
    needed : float or array
        Arrays, neurons or whatever a unit holds, as many as all layers need. [1]
    per_unit : float or array
        How many one unit holds. [1]

    Returns
    -------
    float or array
        Number of units; infinite where a unit holds none. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    92 arrays in tiles of 8.

    >>> f"{units_for(92.0, 8.0):g}"
    '12'
    """
    return rounded_up(divided(needed, per_unit))


@equation(
    formula="N = T r N_neurons",
    reference=_DERIVED,
    valid="the mean rate of the layer over a data set; the encoded input is a layer too",
)
def spikes(timesteps: Dimensionless, rate: Dimensionless, neurons: Dimensionless) -> Dimensionless:
    """Spikes of a layer in one inference. [1].

    Parameters
    ----------
    timesteps : float or array
        Time steps of one inference. [1]
    rate : float or array
        Mean spikes per neuron and time step. [1]
    neurons : float or array
        Neurons of the layer. [1]

    Returns
    -------
    float or array
        Number of spikes. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    20 steps at 0.1 and 512 neurons.

    >>> f"{spikes(20.0, 0.1, 512.0):g}"
    '1024'
    """
    return timesteps * rate * neurons


@equation(
    formula="N = T r N_connections",
    reference=_DERIVED,
    valid="rates that do not depend on a neuron's fan-out; synapses of zero weight count",
)
def synaptic_operations(
    timesteps: Dimensionless, rate: Dimensionless, connections: Dimensionless
) -> Dimensionless:
    """Synaptic operations of a layer in one inference: one spike times one synapse each. [1].

    Parameters
    ----------
    timesteps : float or array
        Time steps of one inference. [1]
    rate : float or array
        Mean spikes per neuron and time step of the layer that sends. [1]
    connections : float or array
        Synapses of the layer, shared weights counted at every position. [1]

    Returns
    -------
    float or array
        Number of synaptic operations. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    784-512-512-10 has 668 672 synapses; 20 steps at 0.1.

    >>> f"{synaptic_operations(20.0, 0.1, 668672.0):.7g}"
    '1337344'
    """
    return timesteps * rate * connections


@equation(
    formula="F = k_h k_w C_out / s^2",
    reference=_DERIVED,
    valid="inputs away from the edge of the map",
)
def convolution_fan_out(
    kernel_height: Dimensionless,
    kernel_width: Dimensionless,
    output_channels: Dimensionless,
    stride: Dimensionless,
) -> Dimensionless:
    """Synapses that one input neuron of a convolution drives. [1].

    Parameters
    ----------
    kernel_height, kernel_width : float or array
        Size of the kernel. [1]
    output_channels : float or array
        Output channels of the group that the input belongs to. [1]
    stride : float or array
        Stride in both directions, above zero. [1]

    Returns
    -------
    float or array
        Mean fan-out. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    3 x 3 to 64 channels at stride 2: 576 / 4.

    >>> f"{convolution_fan_out(3.0, 3.0, 64.0, 2.0):g}"
    '144'
    """
    return divided(kernel_height * kernel_width * output_channels, stride**2)


@equation(
    formula="N = n ceil(P / n) M",
    reference=_DERIVED,
    valid="neurons that keep their membrane in the device, so that none can serve two positions",
)
def physical_neurons(
    positions: Dimensionless, outputs: Dimensionless, replication: Dimensionless
) -> Dimensionless:
    """Neurons that a layer needs when a neuron holds one membrane. [1].

    Parameters
    ----------
    positions : float or array
        Output positions of the layer, 1 for a fully connected one. [1]
    outputs : float or array
        Outputs of one position. [1]
    replication : float or array
        Copies of the layer's arrays; each serves an equal share of the positions. [1]

    Returns
    -------
    float or array
        Neurons on the chip; infinite without copies. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    784 positions of 32 channels on 3 copies: 3 x 262 x 32, and 784 x 32 on one.

    >>> f"{physical_neurons(784.0, 32.0, 3.0):g}", f"{physical_neurons(784.0, 32.0, 1.0):g}"
    ('25152', '25088')
    """
    possible = replication > 0.0
    copies = np.where(possible, replication, 1.0)
    neurons: Dimensionless = (
        copies * np.ceil(positions / copies) * divided(outputs, np.where(possible, 1.0, 0.0))
    )
    return neurons


@equation(
    formula="N = S n_col d",
    reference=_DERIVED,
    valid="event-driven reading: a row is driven only when its input spikes",
)
def row_activations(
    spikes: Dimensionless, column_blocks: Dimensionless, row_copies: Dimensionless
) -> Dimensionless:
    """Rows that are driven in one inference of a spiking layer. [1].

    Parameters
    ----------
    spikes : float or array
        Spikes that the layer receives, at every position where they are read. [1]
    column_blocks : float or array
        Arrays along the outputs, which all get the spike. [1]
    row_copies : float or array
        Rows of one input: 2 for row-differential weights, otherwise 1. [1]

    Returns
    -------
    float or array
        Number of row activations. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    1024 spikes into 8 arrays.

    >>> f"{row_activations(1024.0, 8.0, 1.0):g}"
    '8192'
    """
    return spikes * column_blocks * row_copies


@equation(
    formula="N = P K n_col b p",
    reference=_DERIVED,
    valid="bit-serial inputs; the share of ones of typical activations is 0.2 to 0.5",
)
def dense_row_activations(
    positions: Dimensionless,
    reduction: Dimensionless,
    column_blocks: Dimensionless,
    input_planes: Dimensionless,
    one_probability: Dimensionless,
) -> Dimensionless:
    """Rows that are driven in one inference of a layer that is not spiking. [1].

    Parameters
    ----------
    positions : float or array
        Output positions of the layer. [1]
    reduction : float or array
        Rows of the matrix. [1]
    column_blocks : float or array
        Arrays along the outputs. [1]
    input_planes : float or array
        Bit planes of an input that are driven one after another. [1]
    one_probability : float or array
        Share of ones among the input bits. [1]

    Returns
    -------
    float or array
        Number of row activations. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    3136 positions x 576 rows x 4 arrays x 8 planes, a quarter of them ones.

    >>> f"{dense_row_activations(3136.0, 576.0, 4.0, 8.0, 0.25):g}"
    '1.44507e+07'
    """
    return positions * reduction * column_blocks * input_planes * one_probability


@equation(
    formula="N = S d_r d_c n",
    reference=_DERIVED,
    valid="every cell of a synapse conducts when its row is driven",
)
def cell_events(
    synaptic_operations: Dimensionless,
    row_copies: Dimensionless,
    column_copies: Dimensionless,
    slices: Dimensionless,
) -> Dimensionless:
    """Cells that are read in one inference. [1].

    Parameters
    ----------
    synaptic_operations : float or array
        Synaptic operations of the layer. [1]
    row_copies, column_copies : float or array
        Cells of a differential weight along the rows and along the columns. [1]
    slices : float or array
        Cells over which the bits of a weight are spread. [1]

    Returns
    -------
    float or array
        Number of cell reads. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    A million operations on column-differential pairs of one cell each.

    >>> f"{cell_events(1e6, 1.0, 2.0, 1.0):g}"
    '2e+06'
    """
    return synaptic_operations * row_copies * column_copies * slices


@equation(
    formula="N = T n_row M",
    reference=_DERIVED,
    valid="every used column of every array is converted in every step, nothing is skipped",
)
def conversions(timesteps: Dimensionless, row_blocks: Dimensionless, columns: Dimensionless) -> Dimensionless:
    """Analogue-to-digital conversions of a layer in one inference. [1].

    Parameters
    ----------
    timesteps : float or array
        Reads of the arrays in one inference: time steps, or positions times bit planes. [1]
    row_blocks : float or array
        Arrays along the inputs, whose partial sums are added digitally. [1]
    columns : float or array
        Columns of the matrix that are read, all copies and slices of a weight counted. [1]

    Returns
    -------
    float or array
        Number of conversions. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    784 inputs on 7 arrays, 512 outputs in pairs of columns, 20 steps: 20 x 7 x 1024.

    >>> f"{conversions(20.0, 7.0, 1024.0):g}"
    '143360'
    """
    return timesteps * row_blocks * columns


@equation(
    formula="p = (1 - r)^R",
    reference=_DERIVED,
    valid="inputs that spike independently, at most one spike a step",
)
def silent_block_fraction(rate: Dimensionless, rows: Dimensionless) -> Dimensionless:
    """Share of the steps in which no row of an array is driven, so that its conversions may be skipped. [1].

    Parameters
    ----------
    rate : float or array
        Probability that an input spikes in a step. [1]
    rows : float or array
        Rows of the array that are in use. [1]

    Returns
    -------
    float or array
        Fraction of silent steps; 0 for a rate of 1 and above. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    1 % on 128 rows: 0.99^128 = 0.276.

    >>> f"{silent_block_fraction(0.01, 128.0):.3f}"
    '0.276'
    """
    silent: Dimensionless = np.maximum(1.0 - rate, 0.0) ** rows
    return silent


@equation(
    formula="S = (k_h - 1) W C b",
    reference=_DERIVED,
    valid="maps that arrive row by row; the output queue is not included",
)
def line_buffer_capacity(
    kernel_height: Dimensionless, map_width: Dimensionless, channels: Dimensionless, bits: Bit
) -> Bit:
    """Capacity of the buffer that holds the rows of a map which a convolution still needs. [bit].

    Parameters
    ----------
    kernel_height : float or array
        Height of the kernel. [1]
    map_width : float or array
        Width of the input map with its padding. [1]
    channels : float or array
        Input channels. [1]
    bits : float or array
        Bits of one activation. [bit]

    Returns
    -------
    float or array
        Capacity. [bit]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    Two rows of 58 x 64 activations of 8 bits.

    >>> line_buffer_capacity(3.0, 58.0, 64.0, 8.0)
    59392.0
    """
    return (kernel_height - 1.0) * map_width * channels * bits


@equation(
    formula="t = (T + L - 1) t_step",
    reference=_DERIVED,
    valid="clock-driven layers that hand on their spikes after every step",
)
def layer_pipelined_latency(timesteps: Dimensionless, step_time: Second, layers: Dimensionless) -> Second:
    """Time from the first input to the last output when layers work as a pipeline of time steps. [s].

    Parameters
    ----------
    timesteps : float or array
        Time steps of one inference. [1]
    step_time : float or array
        Longest step of all layers. [s]
    layers : float or array
        Layers, at least one. [1]

    Returns
    -------
    float or array
        Latency. [s]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    20 steps of 100 ns through 3 layers.

    >>> f"{layer_pipelined_latency(20.0, 100e-9, 3.0):.3g}"
    '2.2e-06'
    """
    return (timesteps + layers - 1.0) * step_time


@equation(
    formula="t = T t_step + t_rest",
    reference=_DERIVED,
    valid="state that is cleared between inferences",
)
def initiation_interval(timesteps: Dimensionless, step_time: Second, rest_time: Second) -> Second:
    """Time after which the next inference may begin. [s].

    Parameters
    ----------
    timesteps : float or array
        Time steps of one inference. [1]
    step_time : float or array
        Longest step of all layers. [s]
    rest_time : float or array
        Time until the state of the last inference is gone. [s]

    Returns
    -------
    float or array
        Initiation interval, the inverse of the throughput. [s]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    20 steps of 100 ns and a reset of 500 ns.

    >>> f"{initiation_interval(20.0, 100e-9, 500e-9):.3g}"
    '2.5e-06'
    """
    return timesteps * step_time + rest_time


@equation(
    formula="N = 2 L d n",
    reference=_DERIVED,
    valid="keys and values of one attention layer, written anew for every sequence",
)
def dynamic_attention_writes(
    sequence_length: Dimensionless, width: Dimensionless, cells_per_value: Dimensionless
) -> Dimensionless:
    """Cells that one attention layer writes per sequence if its keys and values sit in arrays. [1].

    Parameters
    ----------
    sequence_length : float or array
        Tokens of a sequence. [1]
    width : float or array
        Width of keys and values over all heads. [1]
    cells_per_value : float or array
        Cells of one number: copies times slices. [1]

    Returns
    -------
    float or array
        Cell writes; each cell once per sequence, so the endurance over the sequence rate is the lifetime. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    512 tokens, width 512, 8 cells: 4.19 million.

    >>> f"{dynamic_attention_writes(512.0, 512.0, 8.0):.3g}"
    '4.19e+06'
    """
    return 2.0 * sequence_length * width * cells_per_value


@equation(
    formula="N = E n",
    reference=_DERIVED,
    valid="factors that are computed anew in every inference and kept in cells for its products",
)
def rewritten_cells(elements: Dimensionless, cells_per_value: Dimensionless) -> Dimensionless:
    """Cells that are written in each inference if computed factors of products sit in arrays. [1].

    Parameters
    ----------
    elements : float or array
        Elements of all such factors, E. [1]
    cells_per_value : float or array
        Cells of one number, n: copies times slices. [1]

    Returns
    -------
    float or array
        Cell writes in an inference; for keys and values of one layer that is `dynamic_attention_writes`. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    Keys and values of 512 tokens and width 512 in 8 cells each: 4.19 million.

    >>> f"{rewritten_cells(2 * 512 * 512, 8.0):.3g}"
    '4.19e+06'
    """
    return elements * cells_per_value


@equation(
    formula="n = N_end / N_p",
    reference=_DERIVED,
    valid="every cell written once in an inference, with verification",
)
def rewriting_limit(endurance: Dimensionless, pulses: Dimensionless) -> Dimensionless:
    """Inferences after which cells are worn out that are written in each of them. [1].

    Parameters
    ----------
    endurance : float or array
        Write pulses that a cell stands, N_end. [1]
    pulses : float or array
        Pulses of one write with verification, N_p, above zero. [1]

    Returns
    -------
    float or array
        Inferences. [1]

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    A million cycles and nine pulses: 111 thousand inferences.

    >>> f"{rewriting_limit(1e6, 9.0):.3g}"
    '1.11e+05'
    """
    return endurance / pulses
