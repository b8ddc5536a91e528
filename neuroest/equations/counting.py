"""Action counts of one inference.

All arguments are counts, rates and times that may be arrays: an axis of layers broadcasts against axes of
design points.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import rounded_down, rounded_up


@equation
def spikes(timesteps: u.Dimensionless, rate: u.Dimensionless, neurons: u.Dimensionless) -> u.Dimensionless:
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

    Notes
    -----
    Formula: N = T r N_neurons

    Valid: the mean rate of the layer over a data set; the encoded input is a layer too

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


@equation
def synaptic_operations(
    timesteps: u.Dimensionless, rate: u.Dimensionless, connections: u.Dimensionless
) -> u.Dimensionless:
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

    Notes
    -----
    Formula: N = T r N_connections

    Valid: rates that do not depend on a neuron's fan-out; synapses of zero weight count

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


@equation
def row_activations(
    spikes: u.Dimensionless, column_blocks: u.Dimensionless, row_copies: u.Dimensionless
) -> u.Dimensionless:
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

    Notes
    -----
    Formula: N = S n_col d

    Valid: event-driven reading: a row is driven only when its input spikes

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


@equation
def cell_events(
    synaptic_operations: u.Dimensionless,
    row_copies: u.Dimensionless,
    column_copies: u.Dimensionless,
    slices: u.Dimensionless,
) -> u.Dimensionless:
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

    Notes
    -----
    Formula: N = S d_r d_c n

    Valid: every cell of a synapse conducts when its row is driven

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


@equation
def silent_block_share(rows: u.Dimensionless, active_share: u.Dimensionless) -> u.Dimensionless:
    """Share of the reads in which no row of a block is active. [1].

    Parameters
    ----------
    rows : float or array
        Rows of the block that hold weights, R. [1]
    active_share : float or array
        Probability that a row is active in a read, r. [1]

    Returns
    -------
    float or array
        Share of the reads. [1]

    Notes
    -----
    Formula: s = (1 - r)^R

    Valid: rows that are active independently of each other; spikes in bursts leave blocks silent more often

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    128 rows at 0.3 %: 0.997^128 = 0.681, so that a third of the reads is left.

    >>> f"{silent_block_share(128.0, 0.003):.3f}"
    '0.681'
    """
    return (1.0 - active_share) ** rows


@equation
def conversions(
    timesteps: u.Dimensionless, row_blocks: u.Dimensionless, columns: u.Dimensionless
) -> u.Dimensionless:
    """Analog-to-digital conversions of a layer in one inference. [1].

    Parameters
    ----------
    timesteps : float or array
        Reads of the arrays in one inference: time steps, or positions times bit planes. [1]
    row_blocks : float or array
        Arrays along the inputs that are read, whose partial sums are added; those that are skipped not counted. [1]
    columns : float or array
        Columns of the matrix that are read, all copies and slices of a weight counted. [1]

    Returns
    -------
    float or array
        Number of conversions. [1]

    Notes
    -----
    Formula: N = T n_row M

    Valid: every used column of the arrays that are read

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


@equation
def words_of_items(items: u.Dimensionless, item_bits: u.Bit, word_bits: u.Bit) -> u.Dimensionless:
    """Memory words for neighbouring items; an item that fits into a word is not split. [1].

    Parameters
    ----------
    items : float or array
        Items that are read one after the other. [1]
    item_bits : float or array
        Bits of an item. [bit]
    word_bits : float or array
        Bits of a word. [bit]

    Returns
    -------
    float or array
        Words. [1]

    Notes
    -----
    Formula: n = ceil(N / floor(w / b)) for b <= w, N ceil(b / w) for b > w

    Valid: items in the order in which they are read, the first at the beginning of a word

    References
    ----------
    .. [1] Derivation: docs/models/digital.md, "Spiking cores".

    Examples
    --------
    256 weights of 4 bits in words of 32 bits, and ten states of 126 bits in words of 64 bits.

    >>> f"{words_of_items(256.0, 4.0, 32.0):g}", f"{words_of_items(10.0, 126.0, 64.0):g}"
    ('32', '20')
    """
    in_a_word = rounded_down(word_bits / item_bits)
    several = rounded_up(items / np.maximum(in_a_word, 1.0))
    return np.where(in_a_word >= 1.0, several, items * rounded_up(item_bits / word_bits))


@equation
def items_held(capacity: u.Bit, item_bits: u.Bit, word_bits: u.Bit) -> u.Dimensionless:
    """Items that a memory holds, none of them split where it fits into a word. [1].

    Parameters
    ----------
    capacity : float or array
        Capacity of the memory. [bit]
    item_bits : float or array
        Bits of an item. [bit]
    word_bits : float or array
        Bits of a word. [bit]

    Returns
    -------
    float or array
        Items. [1]

    Notes
    -----
    Formula: N = floor(C / w) floor(w / b) for b <= w, floor(floor(C / w) / ceil(b / w)) for b > w

    Valid: all items are equal

    References
    ----------
    .. [1] Derivation: docs/models/digital.md, "Spiking cores".

    Examples
    --------
    States of 24 bits in 4 KiB of words of 32 bits, and of 126 bits in words of 64 bits.

    >>> f"{items_held(32768.0, 24.0, 32.0):g}", f"{items_held(32768.0, 126.0, 64.0):g}"
    ('1024', '256')
    """
    words, in_a_word = rounded_down(capacity / word_bits), rounded_down(word_bits / item_bits)
    return np.where(
        in_a_word >= 1.0, words * in_a_word, rounded_down(words / rounded_up(item_bits / word_bits))
    )


@equation
def operations_energy(
    additions: u.Dimensionless, add_energy: u.Joule, multiplications: u.Dimensionless, multiply_energy: u.Joule,
    comparisons: u.Dimensionless, compare_energy: u.Joule, register_energy: u.Joule,
) -> u.Joule:  # fmt: skip
    """Energy of a neuron update by the list of its operations. [J].

    Parameters
    ----------
    additions : float or array
        Additions of one update. [1]
    add_energy : float or array
        Energy of one of them. [J]
    multiplications : float or array
        Multiplications of one update. [1]
    multiply_energy : float or array
        Energy of one of them. [J]
    comparisons : float or array
        Comparisons of one update. [1]
    compare_energy : float or array
        Energy of one of them. [J]
    register_energy : float or array
        Energy of writing the result into a register. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = n_+ E_+ + n_x E_x + n_< E_< + E_register

    Valid: operations that each run once an update

    References
    ----------
    .. [1] Derivation: docs/models/digital.md, "Spiking cores".

    Examples
    --------
    Four additions of 30 fJ, a multiplication of 200 fJ, two comparisons of 10 fJ and a register of 80 fJ.

    >>> f"{operations_energy(4.0, 30e-15, 1.0, 200e-15, 2.0, 10e-15, 80e-15):.3g}"
    '4.2e-13'
    """
    arithmetic = additions * add_energy + multiplications * multiply_energy + comparisons * compare_energy
    return arithmetic + register_energy


@equation
def gates_energy(
    gates: u.Dimensionless,
    gate_area: u.SquareMetre,
    add_energy: u.JoulePerBit,
    adder_area: u.SquareMetrePerBit,
) -> u.Joule:
    """Energy of one use of a datapath that is known by its gates. [J].

    Parameters
    ----------
    gates : float or array
        Gates of the datapath, each as large as a NAND gate of two inputs. [1]
    gate_area : float or array
        Area of such a gate in the library's process. [m^2]
    add_energy : float or array
        Energy of an addition in the library. [J/bit]
    adder_area : float or array
        Area of an adder in the library. [m^2/bit]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = N A_gate e_add / a_add

    Valid: gates that switch as often, for their area, as those of an adder on random numbers

    References
    ----------
    .. [1] Derivation: docs/models/digital.md, "Spiking cores".

    Examples
    --------
    1000 gates of 0.5 um2 next to an adder of 2 fJ and 4 um2 a bit.

    >>> f"{gates_energy(1000.0, 0.5e-12, 2e-15, 4e-12):.3g}"
    '2.5e-13'
    """
    return gates * gate_area * add_energy / adder_area
