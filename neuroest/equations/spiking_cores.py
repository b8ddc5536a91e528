"""Actions of a digital core with time-multiplexed neurons."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import rounded_down, rounded_up


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
