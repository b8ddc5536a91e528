"""Adder trees: switching activity of their bits and of multipliers, registers, and delay.

Energies and areas of the adders themselves are those of `neuroest.equations.digital`.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation

_LEVELS = 16
"""Levels of a tree behind which a ten-thousandth of its adders is left; a convention of the sum."""
_MEAN_STEP = 4.0 / (3.0 * np.pi)
"""A step that is normal has a squared mean of 2/pi of its mean square. A random number of b bits has a mean square of
(1 - 2^-b) (2 - 2^-b) / 6 of its range squared; it comes or goes at twice the rate of its bits."""


@equation
def product_toggle_rate(input_density: u.Dimensionless, weight_density: u.Dimensionless) -> u.Dimensionless:
    """Probability that a bit of a product switches when the next input bits arrive. [1].

    Parameters
    ----------
    input_density : float or array
        Probability that a bit of an input is one. [1]
    weight_density : float or array
        Probability that a bit of a weight is one. [1]

    Returns
    -------
    float or array
        Probability that a bit of the product switches. [1]

    Notes
    -----
    Formula: a = 2 d (1 - d) d_w

    Valid: constant weights, independent consecutive input bits, one-bit by one-bit products

    References
    ----------
    .. [1] Derivation: docs/models/digital_compute_in_memory.md.

    Examples
    --------
    Random bits switch in half of the cycles, and half of them meet a weight bit of one.

    >>> product_toggle_rate(0.5, 0.5)
    0.25
    """
    return 2.0 * input_density * (1.0 - input_density) * weight_density


@equation
def booth_toggle_rate(input_density: u.Dimensionless) -> u.Dimensionless:
    """Probability that a bit of a multiple, selected by a Booth digit, switches when the next digit arrives. [1].

    Parameters
    ----------
    input_density : float or array
        Probability that a bit of an input is one. [1]

    Returns
    -------
    float or array
        Probability that a bit of the multiple switches. [1]

    Notes
    -----
    Formula: a = 2 p (1 - p), p = [1 - d^3 - (1 - d)^3] / 2

    A digit of radix four is zero where its two bits and the one below are equal, with d^3 + (1 - d)^3. Otherwise the
    weight or its complement is selected, half of whose bits are one.

    Valid: independent input bits, digits of either sign equally likely

    References
    ----------
    .. [1] O. L. MacSorley, "High-speed arithmetic in binary computers", Proc. IRE 49, 67-91 (1961),
       doi:10.1109/JRPROC.1961.287779.
    .. [2] Derivation: docs/models/digital_compute_in_memory.md.

    Examples
    --------
    Two of eight digits are zero, so three of eight bits are one: 2 x 3/8 x 5/8.

    >>> booth_toggle_rate(0.5)
    0.46875
    """
    zero: u.Dimensionless = 1.0 - input_density
    equal = input_density * input_density * input_density + zero * zero * zero
    ones = (1.0 - equal) / 2.0
    return 2.0 * ones * (1.0 - ones)


@equation
def operand_activity(density: u.Dimensionless) -> u.Dimensionless:
    """Switching of a multiplier with one constant operand, over that with random operands. [1].

    Parameters
    ----------
    density : float or array
        Fraction of the operands that are not zero. [1]

    Returns
    -------
    float or array
        Fraction of the operands that are not the zero that came before. [1]

    Notes
    -----
    Formula: A = 1 - (1 - d)^2

    Valid: multi-bit operands, independent of the previous ones; two non-zero numbers differ like random ones

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    Half of the numbers are zero, and a quarter of them follow another zero.

    >>> operand_activity(0.5)
    0.75
    """
    return 1.0 - (1.0 - density) ** 2


@equation
def slice_toggle_rate(
    toggle_rate: u.Dimensionless,
    input_bits: u.Dimensionless,
    weight_bits: u.Dimensionless,
    product_bits: u.Dimensionless,
) -> u.Dimensionless:
    """Probability that a bit of a product of two slices switches when the next slice arrives. [1].

    Parameters
    ----------
    toggle_rate : float or array
        Probability that a product of two bits switches. [1]
    input_bits : float or array
        Bits of an input that come at once, as a number. [1]
    weight_bits : float or array
        Bits of a weight that they meet, as a number. [1]
    product_bits : float or array
        Width of the product, as a number. [1]

    Returns
    -------
    float or array
        Mean over the bits of the product. [1]

    Notes
    -----
    Formula: a_p = [s + w - 1 - 2 (q - q^l) / (1 - q) - (h - l + 1) q^l] / (2 p),
    q = 1 - 2 a, l = min(s, w), h = max(s, w)

    A bit of a product sums one product of two bits at the lowest and the highest place, one more at each place
    inwards, and l of them in the middle. It switches when an odd number of them do, (1 - q^n) / 2; the carry above
    them stays.

    Valid: constant weights, independent input bits. Trees of drawn products of 4 to 12 bits switch within 2 % for
    random inputs, 6 % to 13 % less than this if a tenth of the input bits is one

    References
    ----------
    .. [1] Derivation: docs/models/digital_compute_in_memory.md.

    Examples
    --------
    One bit that meets four is four products of two bits. Four random bits that meet four switch more often.

    >>> f"{slice_toggle_rate(0.25, 1.0, 4.0, 4.0):g}"
    '0.25'
    >>> f"{slice_toggle_rate(0.25, 4.0, 4.0, 8.0):.4f}"
    '0.3242'
    """
    still: u.Dimensionless = 1.0 - 2.0 * toggle_rate
    fewer, more = np.minimum(input_bits, weight_bits), np.maximum(input_bits, weight_bits)
    middle = still**fewer
    some = toggle_rate > 0.0
    ends = np.where(some, (still - middle) / np.where(some, toggle_rate, 1.0), 2.0 * (fewer - 1.0))
    return (input_bits + weight_bits - 1.0 - ends - (more - fewer + 1.0) * middle) / (2.0 * product_bits)


@equation
def tree_activity(
    inputs: u.Dimensionless, bits: u.Dimensionless, growth: u.Dimensionless, toggle_rate: u.Dimensionless
) -> u.Dimensionless:
    """Switching activity of a tree's adders relative to adders with random operands. [1].

    Parameters
    ----------
    inputs : float or array
        How many numbers are added. [1]
    bits : float or array
        Width of the numbers at the leaves, as a number. [1]
    growth : float or array
        What each level is wider than the one before, as a number. [1]
    toggle_rate : float or array
        Probability that a bit of a leaf switches in a cycle, at most one half. [1]

    Returns
    -------
    float or array
        Mean over all adders, by their width. [1]

    Notes
    -----
    Formula: A = sum_j 2^-j {b [1 - (1 - 2 a)^(2^(j-1))] + g sum_(i<j) [1 - exp(-2^(1-i) r_j)]} /
    sum_j 2^-j [b + (j - 1) g], r_j = sqrt(4/(3 pi) 2^j a (1 - 2^-b) (2 - 2^-b))

    The LSB of a sum switches when an odd number of its leaves switch, and so do the other bits of a leaf. The i-th
    bit above them switches when the sum crosses a multiple of its value. A leaf that comes or goes moves the sum by a
    random number; r_j is the mean step of a sum of 2^(j-1) leaves, in halves of the value of the first bit above.

    Valid: leaves that switch independently. Drawn numbers of 4 and 8 bits switch up to 2 % less than this for random
    inputs and 9 % to 15 % less if a tenth of the input bits is one; of one bit, 6 % and 33 % less

    References
    ----------
    .. [1] Derivation: docs/models/digital_compute_in_memory.md.

    Examples
    --------
    Two leaves that switch in a quarter of the cycles: one adder at half of what random operands cause. The second
    level has four bits of the leaves at 1 - (1 - 0.5)^2 = 3/4, and one bit above them at 1 - exp(-0.88).

    >>> f"{tree_activity(2.0, 4.0, 1.0, 0.25):g}"
    '0.5'
    >>> f"{tree_activity(4.0, 4.0, 0.0, 0.25):.4f}"
    '0.5833'
    >>> f"{tree_activity(4.0, 4.0, 1.0, 0.25):.4f}"
    '0.5834'
    """
    found: u.Numeric = 0.0
    adders: u.Numeric = 0.0
    same: u.Numeric = 1.0 - 2.0 * toggle_rate
    levels = int(np.log2(np.clip(np.max(inputs), 2.0, 2.0**_LEVELS)))
    least = 2.0**-bits
    step = np.sqrt(_MEAN_STEP * toggle_rate * (1.0 - least) * (2.0 - least))
    # bits above a leaf at the last level and at the one before it; a level adds one bit at either end of those two back
    above: u.Numeric = 0.0
    before: u.Numeric = 0.0
    for level in range(1, levels + 1):
        there = np.where(inputs >= 2.0**level, 1.0, 0.0) * 2.0**-level
        if level > 1:
            highest = 1.0 - np.exp(-step * 2.0 ** (2.0 - level / 2.0))
            lowest = 1.0 - np.exp(-step * 2.0 ** (level / 2.0)) if level > 2 else 0.0
            above, before = highest + lowest + before, above
        found = found + there * (bits * (1.0 - same) + growth * above)
        adders = adders + there * (bits + (level - 1.0) * growth)
        same = same * same
    some = adders > 0.0 * bits
    return np.where(some, found / np.where(some, adders, bits), 1.0)


@equation
def tree_stage_registers(
    inputs: u.Dimensionless, bits: u.Bit, growth: u.Bit, stages: u.Dimensionless
) -> u.Bit:
    """Registers of an adder tree with equal pipeline stages, without those at its root. [bit].

    Parameters
    ----------
    inputs : float or array
        How many numbers are added. [1]
    bits : float or array
        Width of the numbers at the leaves. [bit]
    growth : float or array
        What each level is wider than the one before. [bit]
    stages : float or array
        Stages of the tree; one has no registers inside. [1]

    Returns
    -------
    float or array
        Bits of all registers inside the tree. [bit]

    Notes
    -----
    Formula: S = sum_(s=1)^(m-1) n 2^(-j_s) (b + j_s g), j_s = s log2(n) / m

    Valid: balanced trees of up to 17 stages; exact where a cut falls between two levels

    References
    ----------
    .. [1] Derivation: docs/models/digital_compute_in_memory.md.

    Examples
    --------
    256 products of 4 bits in two stages: behind the fourth of eight levels stand 16 sums of 8 bits.

    >>> f"{tree_stage_registers(256.0, 4.0, 1.0, 2.0):g}"
    '128'
    """
    levels = np.log2(np.maximum(inputs, 1.0))
    kept: u.Numeric = 0.0
    for cut in range(1, _LEVELS + 1):
        level = cut * levels / stages
        kept = kept + np.where(cut < stages, 1.0, 0.0) * inputs * 2.0**-level * (bits + level * growth)
    return kept


@equation
def ripple_tree_depth(inputs: u.Dimensionless, bits: u.Dimensionless) -> u.Dimensionless:
    """Full adders in series on the longest path through a tree of ripple-carry adders. [1].

    Parameters
    ----------
    inputs : float or array
        How many numbers are added, at least two. [1]
    bits : float or array
        Width of the numbers at the leaves, as a number. [1]

    Returns
    -------
    float or array
        Full adders. [1]

    Notes
    -----
    Formula: n = b + 2 log2(n) - 2

    Valid: ripple-carry adders whose low bits proceed while the high ones still ripple; one bit wider at each
    level

    References
    ----------
    .. [1] Derivation: docs/models/digital_compute_in_memory.md.

    Examples
    --------
    Two numbers of four bits ripple through four. Each further level waits for one more low bit and has one more high
    bit: 18 for 256 numbers.

    >>> f"{ripple_tree_depth(2.0, 4.0):g}"
    '4'
    >>> f"{ripple_tree_depth(256.0, 4.0):g}"
    '18'
    """
    return bits + 2.0 * (np.log2(np.maximum(inputs, 2.0)) - 1.0)


@equation
def compressor_tree_adders(inputs: u.Dimensionless, bits: u.Bit, growth: u.Bit) -> u.Bit:
    """Full adders of a tree of compressors and of the adder of its last two numbers. [bit].

    Parameters
    ----------
    inputs : float or array
        How many numbers are added. [1]
    bits : float or array
        Width of the numbers at the leaves. [bit]
    growth : float or array
        What a sum of twice as many numbers is wider. [bit]

    Returns
    -------
    float or array
        Full adders. [bit]

    Notes
    -----
    Formula: B = (n - 1) b - log2(n) g

    A full adder turns three bits into two, so each one removes one bit: n b bits at the leaves become the
    b + log2(n) g bits of the sum. A compressor of four numbers to two is two full adders for each bit.

    Valid: without half adders, which reduce no bits; at least as many adders as numbers allow

    References
    ----------
    .. [1] L. Dadda, "Some schemes for parallel multipliers", Alta Frequenza 34, 349-356 (1965).
    .. [2] Derivation: docs/models/digital_compute_in_memory.md.

    Examples
    --------
    64 products of four bits: 256 bits become ten.

    >>> f"{compressor_tree_adders(64.0, 4.0, 1.0):g}"
    '246'
    """
    return np.maximum((inputs - 1.0) * bits - np.log2(np.maximum(inputs, 1.0)) * growth, 0.0 * bits)


@equation
def carry_save_depth(inputs: u.Dimensionless) -> u.Dimensionless:
    """Full adders in series in a carry-save tree, which reduces three numbers to two at each level. [1].

    Parameters
    ----------
    inputs : float or array
        How many numbers are added, those that an accumulator holds among them. [1]

    Returns
    -------
    float or array
        Full adders. [1]

    Notes
    -----
    Formula: n = log(n / 2) / log(3 / 2)

    Valid: trees of full adders down to two numbers, a sum and a carry; within one level of the Wallace tree

    References
    ----------
    .. [1] C. S. Wallace, "A suggestion for a fast multiplier", IEEE Trans. Electron. Comput. EC-13, 14-17 (1964),
       doi:10.1109/PGEC.1964.263830.
    .. [2] Derivation: docs/models/digital_compute_in_memory.md.

    Examples
    --------
    Three numbers take one level. Nine take four in Wallace's tree (9, 6, 4, 3, 2).

    >>> f"{carry_save_depth(3.0):.3g}"
    '1'
    >>> f"{carry_save_depth(9.0):.3g}"
    '3.71'
    """
    three_to_two = 1.0 + 1.0 / 2.0  # a full adder takes three bits and gives two
    depth: u.Dimensionless = np.log(np.maximum(inputs, 2.0) / 2.0) / np.log(three_to_two)
    return depth


@equation
def look_ahead_depth(bits: u.Dimensionless) -> u.Dimensionless:
    """Gates in series of the carries of the fastest adder of two numbers. [1].

    Parameters
    ----------
    bits : float or array
        Bits of a number. [1]

    Returns
    -------
    float or array
        Gates in series. [1]

    Notes
    -----
    Formula: n = max(log2(b), 1)

    Valid: lower bound; the gates that form the inputs and the outputs of the carries come on top

    References
    ----------
    .. [1] P. M. Kogge, H. S. Stone, "A parallel algorithm for the efficient solution of a general class of recurrence
       equations", IEEE Trans. Comput. C-22, 786-793 (1973), doi:10.1109/TC.1973.5009159.

    Examples
    --------
    The carries of 32 bits take five gates in series, those of a ripple-carry adder 32.

    >>> f"{look_ahead_depth(32.0):g}"
    '5'
    """
    depth: u.Dimensionless = np.maximum(np.log2(np.maximum(bits, 1.0)), 1.0)
    return depth


@equation
def stage_time(
    depth: u.Dimensionless, stages: u.Dimensionless, adder_delay: u.Second, register_delay: u.Second
) -> u.Second:
    """Shortest clock cycle of a chain of adders that registers divide into equal stages. [s].

    Parameters
    ----------
    depth : float or array
        Full adders in a row. [1]
    stages : float or array
        Stages. [1]
    adder_delay : float or array
        Delay of a full adder from carry to carry. [s]
    register_delay : float or array
        From the clock to the output of a register, and its setup. [s]

    Returns
    -------
    float or array
        Cycle. [s]

    Notes
    -----
    Formula: t = n / m t_add + t_reg

    Valid: stages of equal depth, without clock skew and margins

    References
    ----------
    .. [1] Derivation: docs/models/digital_compute_in_memory.md.

    Examples
    --------
    19 adders of 90 ps with a register of 160 ps: 1.87 ns.

    >>> f"{stage_time(19.0, 1.0, 90e-12, 160e-12):.3g}"
    '1.87e-09'
    """
    return depth / stages * adder_delay + register_delay


@equation
def changed_sum_bits(operand_bits: u.Bit, carried_bits: u.Bit, sum_bits: u.Bit) -> u.Bit:
    """Bits of a running sum that change when a narrower number is added. [bit].

    Parameters
    ----------
    operand_bits : float or array
        Bits of what is added. [bit]
    carried_bits : float or array
        Bits beyond them that a carry changes, on average. [bit]
    sum_bits : float or array
        Bits of the sum. [bit]

    Returns
    -------
    float or array
        Bits. [bit]

    Notes
    -----
    Formula: b = min(b_o + b_c, b_s)

    Valid: random operands: every second one carries, through two bits on average, so b_c is one

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    A result of three bits into a sum of 24: four bits work, twenty keep what they have.

    >>> f"{changed_sum_bits(3.0, 1.0, 24.0):g}"
    '4'
    """
    return np.minimum(operand_bits + carried_bits, sum_bits)


@equation
def place_tree_adders(results: u.Dimensionless, result_bits: u.Bit, places: u.Bit) -> u.Bit:
    """Full adders that combine results of neighbouring places, without registers between them. [bit].

    Parameters
    ----------
    results : float or array
        Results that are joined, at least one.
    result_bits : float or array
        Bits of one of them. [bit]
    places : float or array
        Places by which one is worth more than its neighbour. [bit]

    Returns
    -------
    float or array
        Bits of all adders. [bit]

    Notes
    -----
    Formula: B = (n - 1) b + (n/2) log2(n) c

    A level of the tree adds two numbers, one of them shifted by half of the places that both span. The places
    that only the lower one has bypass the adder, so the adders of level k have b + 2^(k-1) c bits, and there
    are n/2^k of them.

    Valid: a number of results that is a power of two; between these it interpolates

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    Eight results of four bits, one place apart: four adders of 5 bits, two of 6, one of 8.

    >>> f"{place_tree_adders(8.0, 4.0, 1.0):g}"
    '40'
    """
    return (results - 1.0) * result_bits + results / 2.0 * np.log2(results) * places


@equation
def joined_bits(results: u.Dimensionless, result_bits: u.Bit, places: u.Bit, sum_bits: u.Bit) -> u.Bit:
    """Bits of several combined results, at most the bits of the sum that they are added to. [bit].

    Parameters
    ----------
    results : float or array
        Results that are joined, at least one.
    result_bits : float or array
        Bits of one of them. [bit]
    places : float or array
        Places by which one is worth more than its neighbour. [bit]
    sum_bits : float or array
        Bits of the sum. [bit]

    Returns
    -------
    float or array
        Bits. [bit]

    Notes
    -----
    Formula: b_n = min(b + n c, b_s); b of a single result

    Valid: each result takes all its codes

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    Eight results of four bits, one place apart, are at most 15 x 255, which has twelve bits.

    >>> f"{joined_bits(8.0, 4.0, 1.0, 20.0):g}"
    '12'
    """
    joined = result_bits + np.where(np.asarray(results) > 1.0, results, 0.0) * places
    return np.minimum(joined, sum_bits)
