"""Energy and area of digital blocks: arithmetic, comparison, registers and register files.

The coefficients per bit are arguments: they belong to a cell library and are in its spec file. An energy here
is that of one action; the clock tree and the sequencer are separate shares.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


def _tree_bits(inputs: u.Numeric, bits: u.Numeric, growth: u.Numeric) -> u.Numeric:
    """Bits of all adders of a tree: n/2 adders of b bits, n/4 of b + growth, and so on to the root."""
    inputs = np.maximum(inputs, 1.0)
    return (inputs - 1.0) * bits + (inputs - 1.0 - np.log2(inputs)) * growth


@equation
def adder_energy(energy_per_bit: u.JoulePerBit, bits: u.Bit) -> u.Joule:
    """Energy of one addition, subtraction or accumulation. [J].

    Parameters
    ----------
    energy_per_bit : float or array
        Energy of an adder per bit of its operands. [J/bit]
    bits : float or array
        Width of the operands. [bit]

    Returns
    -------
    float or array
        Energy of one addition. [J]

    Notes
    -----
    Formula: E = e_bit b

    Valid: ripple or short carry chains, 4 to 64 bits; random operands

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] M. Horowitz, "Computing's energy problem", ISSCC 2014, 10-14, doi:10.1109/ISSCC.2014.6757323.

    Examples
    --------
    45 nm integer addition of 32 bits, 0.1 pJ: 3.125 fJ per bit.

    >>> adder_energy(3.125e-15, 32.0)
    1e-13
    """
    return energy_per_bit * bits


@equation
def transistor_area(gate_area: u.SquareMetre, transistors: u.Dimensionless) -> u.SquareMetre:
    """Area of full-custom logic, from its number of transistors. [m^2].

    Parameters
    ----------
    gate_area : float or array
        Area of a two-input NAND gate of the process. [m^2]
    transistors : float or array
        Transistors of the circuit. [1]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = n A_NAND / 4

    Valid: static logic with the density of a four-transistor two-input NAND gate

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] N. Weste, D. Harris, "CMOS VLSI design", 4th ed., Addison-Wesley (2010), section 11.2: a mirror adder has
       28 transistors.

    Examples
    --------
    A mirror adder of 28 transistors with a product of 6, NAND gates of 1.35 um^2: 11.5 um^2.

    >>> f"{transistor_area(1.35e-12, 34.0):.3g}"
    '1.15e-11'
    """
    of_a_gate = 2.0 + 2.0  # two n-type and two p-type transistors
    return gate_area * transistors / of_a_gate


@equation
def adder_area(area_per_bit: u.SquareMetrePerBit, bits: u.Bit) -> u.SquareMetre:
    """Area of an adder. [m^2].

    Parameters
    ----------
    area_per_bit : float or array
        Area of an adder per bit of its operands. [m^2/bit]
    bits : float or array
        Width of the operands. [bit]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = a_bit b

    Valid: ripple or short carry chains, 4 to 64 bits

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] Y. S. Shao et al., "Aladdin", ISCA 2014, 97-108, doi:10.1109/ISCA.2014.6853196, 40 nm library.

    Examples
    --------
    The 32-bit adder of the 40 nm library has 278 um^2: 8.6875 um^2 per bit.

    >>> f"{adder_area(8.6875e-12, 32.0):.4g}"
    '2.78e-10'
    """
    return area_per_bit * bits


@equation
def adder_tree_energy(
    inputs: u.Dimensionless, energy_per_bit: u.JoulePerBit, bits: u.Bit, growth: u.Bit
) -> u.Joule:
    """Energy of adding many numbers in a balanced tree. [J].

    Parameters
    ----------
    inputs : float or array
        How many numbers are added. [1]
    energy_per_bit : float or array
        Energy of an adder per bit of its operands. [J/bit]
    bits : float or array
        Width of the numbers at the leaves. [bit]
    growth : float or array
        What each level is wider than the one before: 1 bit loses nothing, 0 is for saturating adders. [bit]

    Returns
    -------
    float or array
        Energy of all additions of the tree. [J]

    Notes
    -----
    Formula: E = e_bit [(n - 1) b + (n - 1 - log2 n) g]

    Valid: balanced trees; exact where the number of inputs is a power of two

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    Eight 8-bit numbers: 4 additions of 8 bits, 2 of 9 and 1 of 10 are 60 bits, of 1 fJ each.

    >>> f"{adder_tree_energy(8.0, 1e-15, 8.0, 1.0):.4g}"
    '6e-14'
    """
    return energy_per_bit * _tree_bits(inputs, bits, growth)


@equation
def adder_tree_area(
    inputs: u.Dimensionless, area_per_bit: u.SquareMetrePerBit, bits: u.Bit, growth: u.Bit
) -> u.SquareMetre:
    """Area of a balanced tree of adders. [m^2].

    Parameters
    ----------
    inputs : float or array
        How many numbers are added. [1]
    area_per_bit : float or array
        Area of an adder per bit of its operands. [m^2/bit]
    bits : float or array
        Width of the numbers at the leaves. [bit]
    growth : float or array
        What each level is wider than the one before: 1 bit loses nothing, 0 is for saturating adders. [bit]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = a_bit [(n - 1) b + (n - 1 - log2 n) g]

    Valid: balanced trees, all adders in parallel; exact where the number of inputs is a power of two

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    Eight 8-bit numbers take 60 bits of adder, of 8 um^2 each.

    >>> f"{adder_tree_area(8.0, 8e-12, 8.0, 1.0):.4g}"
    '4.8e-10'
    """
    return area_per_bit * _tree_bits(inputs, bits, growth)


@equation
def product_bits(bits_a: u.Dimensionless, bits_b: u.Dimensionless) -> u.Dimensionless:
    """Number of bits of a product. [1].

    Parameters
    ----------
    bits_a, bits_b : float or array
        Numbers of bits of the two operands. [1]

    Returns
    -------
    float or array
        Number of bits of the product. [1]

    Notes
    -----
    Formula: b = b_a + b_b, and one less if an operand has one bit, which gates the other

    Valid: unsigned operands of at least one bit; an operand of no bits, such as a spike, leaves the other as it is

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    Eight bits times eight bits, one bit, and a spike.

    >>> [f"{product_bits(8.0, other):g}" for other in (8.0, 1.0, 0.0)]
    ['16', '8', '8']
    """
    narrower = np.minimum(bits_a, bits_b)
    return bits_a + bits_b - np.where(narrower == 1.0, 1.0, 0.0)


@equation
def multiplier_energy(
    cell_energy: u.Joule, bits_a: u.Dimensionless, bits_b: u.Dimensionless, gate_share: u.Dimensionless
) -> u.Joule:
    """Energy of one multiplication. [J].

    Parameters
    ----------
    cell_energy : float or array
        Energy of one cell of a gate and an adder. [J]
    bits_a, bits_b : float or array
        Numbers of bits of the two operands. [1]
    gate_share : float or array
        Share of the gate in such a cell. [1]

    Returns
    -------
    float or array
        Energy of one multiplication. [J]

    Notes
    -----
    Formula: E = e_cell [g b_a b_b + (1 - g) (b_a - 1) (b_b - 1)]

    Valid: array multipliers of 1 to 32 bits, random operands

    Published libraries differ by a factor of four for the same operation; use only one library per study.

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] M. Horowitz, "Computing's energy problem", ISSCC 2014, 10-14, doi:10.1109/ISSCC.2014.6757323.

    Examples
    --------
    45 nm integer multiplication, 0.2 pJ for 8 x 8 bits and 3.1 pJ for 32 x 32, by 3.85 fJ a cell:

    >>> [f"{multiplier_energy(3.85e-15, b, b, 0.2):.2g}" for b in (8.0, 32.0)]
    ['2e-13', '3.7e-12']

    A product of one bit is a gate.

    >>> f"{multiplier_energy(3.85e-15, 1.0, 1.0, 0.2):.2g}"
    '7.7e-16'
    """
    adders = (bits_a - 1.0) * (bits_b - 1.0)
    return cell_energy * (gate_share * bits_a * bits_b + (1.0 - gate_share) * adders)


@equation
def multiplier_area(
    area_per_square_bit: u.SquareMetrePerSquareBit, bits_a: u.Bit, bits_b: u.Bit
) -> u.SquareMetre:
    """Area of an array multiplier. [m^2].

    Parameters
    ----------
    area_per_square_bit : float or array
        Area of one partial-product cell. [m^2/bit^2]
    bits_a, bits_b : float or array
        Widths of the two operands. [bit]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = a_bit2 b_a b_b

    Valid: array multipliers of 4 to 32 bits

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] Y. S. Shao et al., "Aladdin", ISCA 2014, 97-108, doi:10.1109/ISCA.2014.6853196, 40 nm library.

    Examples
    --------
    The 32-bit multiplier of the 40 nm library has 6350 um^2: 8 x 8 bits take a sixteenth.

    >>> f"{multiplier_area(6350e-12 / 1024.0, 8.0, 8.0):.3g}"
    '3.97e-10'
    """
    return area_per_square_bit * bits_a * bits_b


@equation
def comparator_energy(energy_per_bit: u.JoulePerBit, bits: u.Bit) -> u.Joule:
    """Energy of one digital comparison. [J].

    Parameters
    ----------
    energy_per_bit : float or array
        Energy of a comparator per bit of its operands. [J/bit]
    bits : float or array
        Width of the operands. [bit]

    Returns
    -------
    float or array
        Energy of one comparison. [J]

    Notes
    -----
    Formula: E = e_bit b

    Valid: magnitude comparators of 4 to 64 bits

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] Y. S. Shao et al., "Aladdin", ISCA 2014, 97-108, doi:10.1109/ISCA.2014.6853196, 40 nm library.

    Examples
    --------
    The 32-bit comparator of the 40 nm library takes 29 fJ: 8 bits take a quarter.

    >>> f"{comparator_energy(29e-15 / 32.0, 8.0):.3g}"
    '7.25e-15'
    """
    return energy_per_bit * bits


@equation
def comparator_area(area_per_bit: u.SquareMetrePerBit, bits: u.Bit) -> u.SquareMetre:
    """Area of a digital comparator. [m^2].

    Parameters
    ----------
    area_per_bit : float or array
        Area of a comparator per bit of its operands. [m^2/bit]
    bits : float or array
        Width of the operands. [bit]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = a_bit b

    Valid: magnitude comparators of 4 to 64 bits

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] Y. S. Shao et al., "Aladdin", ISCA 2014, 97-108, doi:10.1109/ISCA.2014.6853196, 40 nm library.

    Examples
    --------
    The 32-bit comparator of the 40 nm library has 71 um^2: 8 bits take a quarter.

    >>> f"{comparator_area(71e-12 / 32.0, 8.0):.4g}"
    '1.775e-11'
    """
    return area_per_bit * bits


@equation
def control_energy(datapath_energy: u.Joule, control_fraction: u.Dimensionless) -> u.Joule:
    """Energy of the sequencer of a datapath. [J].

    Parameters
    ----------
    datapath_energy : float or array
        Dynamic energy of the datapath that is steered. [J]
    control_fraction : float or array
        Control energy per datapath energy. [1]

    Returns
    -------
    float or array
        Energy of the control alone. [J]

    Notes
    -----
    Formula: E = f E_datapath

    Valid: the fraction of the design it was measured on; commonly 0.10 to 0.25

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    20 % on 10 pJ.

    >>> control_energy(10e-12, 0.2)
    2e-12
    """
    return datapath_energy * control_fraction


@equation
def register_energy(energy_per_bit: u.JoulePerBit, bits: u.Bit) -> u.Joule:
    """Energy of clocking one word into a register. [J].

    Parameters
    ----------
    energy_per_bit : float or array
        Energy of one flip-flop in one cycle. [J/bit]
    bits : float or array
        Width of the register. [bit]

    Returns
    -------
    float or array
        Energy of one write. [J]

    Notes
    -----
    Formula: E = e_bit b

    Valid: data activity and clock load of the energy per bit that is given

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] Y. S. Shao et al., "Aladdin", ISCA 2014, 97-108, doi:10.1109/ISCA.2014.6853196, 40 nm library.

    Examples
    --------
    9 fJ per bit in the 40 nm library: 16 bits take 144 fJ.

    >>> f"{register_energy(9e-15, 16.0):.3g}"
    '1.44e-13'
    """
    return energy_per_bit * bits


@equation
def free_running_clock_power(clock_energy: u.JoulePerBit, bits: u.Bit, frequency: u.PerSecond) -> u.Watt:
    """Power of a clock that reaches registers whether or not they are written. [W].

    Parameters
    ----------
    clock_energy : float or array
        Energy of the clocked transistors of one register in one cycle. [J/bit]
    bits : float or array
        Registers that are clocked. [bit]
    frequency : float or array
        Clock. [Hz]

    Returns
    -------
    float or array
        Power. [W]

    Notes
    -----
    Formula: P = e_clk b f

    Valid: registers without clock gating; the clock tree above the last buffer is not included

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    1000 registers of 5 fJ at 1 GHz: 5 mW.

    >>> f"{free_running_clock_power(5e-15, 1000.0, 1e9):.3g}"
    '0.005'
    """
    return clock_energy * bits * frequency


@equation
def register_area(area_per_bit: u.SquareMetrePerBit, bits: u.Bit) -> u.SquareMetre:
    """Area of a register. [m^2].

    Parameters
    ----------
    area_per_bit : float or array
        Area of one flip-flop. [m^2/bit]
    bits : float or array
        Width of the register. [bit]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = a_bit b

    Valid: flip-flops of one library

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] Y. S. Shao et al., "Aladdin", ISCA 2014, 97-108, doi:10.1109/ISCA.2014.6853196, 40 nm library.

    Examples
    --------
    5.98 um^2 per bit in the 40 nm library: 16 bits take 95.7 um^2.

    >>> f"{register_area(5.98e-12, 16.0):.3g}"
    '9.57e-11'
    """
    return area_per_bit * bits


@equation
def register_file_energy(
    energy_per_bit: u.JoulePerBit, bits: u.Bit, words: u.Dimensionless, depth_coefficient: u.Dimensionless
) -> u.Joule:
    """Energy of reading or writing one word of a register file. [J].

    Parameters
    ----------
    energy_per_bit : float or array
        Energy of a single register per bit. [J/bit]
    bits : float or array
        Width of a word. [bit]
    words : float or array
        How many words the file contains. [1]
    depth_coefficient : float or array
        Share of the register's energy that every doubling of the depth adds for multiplexers and decoder. [1]

    Returns
    -------
    float or array
        Energy of one access. [J]

    Notes
    -----
    Formula: E = e_bit b [1 + k log2(n_words)]

    Valid: one small register file of flip-flops with a few ports; larger ones are memories

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    16 words at a coefficient of 1/4 take twice the energy of one register: 8 x 9 fJ x 2 = 144 fJ.

    >>> f"{register_file_energy(9e-15, 8.0, 16.0, 0.25):.3g}"
    '1.44e-13'
    """
    return energy_per_bit * bits * (1.0 + depth_coefficient * np.log2(np.maximum(words, 1.0)))


@equation
def register_file_area(
    area_per_bit: u.SquareMetrePerBit,
    bits: u.Bit,
    words: u.Dimensionless,
    further_ports: u.Dimensionless,
    port_share: u.Dimensionless,
) -> u.SquareMetre:
    """Area of a register file: every further port adds a multiplexer with an input from each stored bit. [m^2].

    Parameters
    ----------
    area_per_bit : float or array
        Area of one stored bit with its multiplexers. [m^2/bit]
    bits : float or array
        Width of a word. [bit]
    words : float or array
        How many words the file contains. [1]
    further_ports : float or array
        Ports beyond one that reads and one that writes. [1]
    port_share : float or array
        Area that one further port adds to a stored bit, of the area of that bit. [1]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = a_bit b n_words [1 + k p]

    Valid: one small register file of flip-flops with a few ports; larger ones are memories

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    16 words of 8 bits at 6 um^2: 768 um^2; a second port to read adds 0.45 of it.

    >>> f"{register_file_area(6e-12, 8.0, 16.0, 0.0, 0.45):.3g}"
    '7.68e-10'
    >>> f"{register_file_area(6e-12, 8.0, 16.0, 1.0, 0.45):.4g}"
    '1.114e-09'
    """
    return area_per_bit * bits * words * (1.0 + port_share * further_ports)
