"""Registers and register files."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


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
