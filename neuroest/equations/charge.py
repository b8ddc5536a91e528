"""Charge-domain columns: each memory cell puts one bit of a product on a capacitor with a common plate.

All capacitors of a column are equal (`C_u`) and share one plate, or switches join them after they were charged.
The plate itself has a capacitance to ground, given here as its ratio to `C_u`.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import BOLTZMANN, UNIFORM_VARIANCE, JoulePerKelvin


@equation
def stacked_cell_area(
    transistor_area: u.SquareMetre, capacitance: u.Farad, capacitance_density: u.FaradPerSquareMetre
) -> u.SquareMetre:
    """Area of a cell with its capacitor above its transistors. [m^2].

    Parameters
    ----------
    transistor_area : float or array
        Area of the transistors. [m^2]
    capacitance : float or array
        Capacitance of the cell's capacitor. [F]
    capacitance_density : float or array
        Capacitance per area of the metal layers that are free for it. [F/m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = max(A_t, C / c_A)

    Valid: capacitor of metal fingers above the transistors of the cell

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    3 fF at 1 fF/um^2 take more than 1.8 um^2 of transistors:

    >>> f"{stacked_cell_area(1.8e-12, 3e-15, 1e-3):.3g}"
    '3e-12'
    """
    return np.maximum(transistor_area, capacitance / capacitance_density)


@equation
def shared_plate_charges(
    cells: u.Dimensionless,
    probability: u.Dimensionless,
    capacitors: u.Dimensionless,
    plate_ratio: u.Dimensionless,
) -> u.Dimensionless:
    """Unit capacitors that the supply charges in one read of a column with a common floating plate. [1].

    Parameters
    ----------
    cells : float or array
        Cells whose product may be one, n.
    probability : float or array
        Probability that the product of one of them is one, p.
    capacitors : float or array
        Capacitors on the plate, N.
    plate_ratio : float or array
        Capacitance of the plate to ground over that of one capacitor, c.

    Returns
    -------
    float or array
        Mean of k (N - k + c) / (N + c) over the number k of ones; times C_u V^2 it is the energy from the supply.

    Notes
    -----
    Formula: q = n p - [n p (1 - p) + n^2 p^2] / (N + c)

    Valid: products independent of each other; capacitors of idle cells stay at ground; the plate floats

    The k capacitors that are driven high are in series with the N - k that stay low. The charge is zero if
    all or none are driven, and largest, N/4, if half of them are.

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    4 cells with fair products on a plate of 4 capacitors: (0 x 1 + 0.75 x 4 + 1 x 6 + 0.75 x 4 + 0 x 1) / 16.

    >>> float(shared_plate_charges(4.0, 0.5, 4.0, 0.0))
    0.75
    """
    ones = cells * probability
    squared = ones * (1.0 - probability) + ones**2
    return ones - squared / (capacitors + plate_ratio)


@equation
def separate_charges(cells: u.Dimensionless, probability: u.Dimensionless) -> u.Dimensionless:
    """Unit capacitors that the supply charges in one read of a column with cells joined by switches. [1].

    Parameters
    ----------
    cells : float or array
        Cells whose product may be one, n.
    probability : float or array
        Probability that the product of one of them is one, p.

    Returns
    -------
    float or array
        Mean number of charged capacitors; times C_u V^2 it is the energy from the supply.

    Notes
    -----
    Formula: q = n p

    Valid: every capacitor is charged from ground on its own and joined with the others afterwards

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> separate_charges(2304.0, 0.5)
    1152.0
    """
    return cells * probability


@equation
def product_probability(input_density: u.Dimensionless, weight_density: u.Dimensionless) -> u.Dimensionless:
    """Probability that an input bit and a weight bit are both one. [1].

    Parameters
    ----------
    input_density : float or array
        Share of the input bits that are one.
    weight_density : float or array
        Share of the weight bits that are one.

    Returns
    -------
    float or array
        Probability.

    Notes
    -----
    Formula: p = d w

    Valid: bits independent of each other; weights in two's complement that are symmetric around zero have w = 1/2

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> product_probability(0.5, 0.5)
    0.25
    """
    return input_density * weight_density


@equation
def plate_swing(drive_voltage: u.Volt, capacitors: u.Dimensionless, plate_ratio: u.Dimensionless) -> u.Volt:
    """Voltage of the plate when all products are one. [V].

    Parameters
    ----------
    drive_voltage : float or array
        Voltage that a product of one drives its capacitor to. [V]
    capacitors : float or array
        Capacitors on the plate, N.
    plate_ratio : float or array
        Capacitance of the plate to ground over that of one capacitor, c.

    Returns
    -------
    float or array
        Full scale of the column. [V]

    Notes
    -----
    Formula: V_fs = V N / (N + c)

    Valid: the plate floats while the capacitors are driven, or keeps its charge while they are joined

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A plate with a quarter of the capacitors' sum to ground keeps four fifths of 1 V:

    >>> plate_swing(1.0, 100.0, 25.0)
    0.8
    """
    return drive_voltage * capacitors / (capacitors + plate_ratio)


@equation
def charging_current(capacitance: u.Farad, voltage: u.Volt, time: u.Second) -> u.Ampere:
    """Mean current that charges a row and the capacitors of its cells. [A].

    Parameters
    ----------
    capacitance : float or array
        Row line and capacitors. [F]
    voltage : float or array
        Largest voltage of an input. [V]
    time : float or array
        Time in which it settles. [s]

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: I = C V / t

    Valid: mean over the settling; a buffer of class A draws several times as much, which its overhead states

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 pF to 1 V in 10 ns:

    >>> f"{charging_current(1e-12, 1.0, 10e-9):.3g}"
    '0.0001'
    """
    return capacitance * voltage / time


@equation
def charge_noise_energy_floor(
    temperature: u.Kelvin, bits: u.Dimensionless, boltzmann: JoulePerKelvin = BOLTZMANN
) -> u.Joule:
    """Smallest C V^2 of a column with thermal noise below the quantisation noise. [J].

    Parameters
    ----------
    temperature : float or array
        Temperature. [K]
    bits : float or array
        Bits to which the column is read.
    boltzmann : float
        Boltzmann constant. [J/K]

    Returns
    -------
    float or array
        Capacitance of the whole column times its full scale squared. [J]

    Notes
    -----
    Formula: E = 12 k T 4^b

    Valid: noise of a switched capacitor, kT/C, against the quantisation noise of b bits

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    8 bits at 300 K take 12 x 4.14e-21 J x 65536 = 3.26 fJ:

    >>> f"{charge_noise_energy_floor(300.0, 8.0):.3g}"
    '3.26e-15'
    """
    return UNIFORM_VARIANCE * boltzmann * temperature * np.exp2(2.0 * bits)


@equation
def capacitor_mismatch_error(
    relative_spread: u.Dimensionless, capacitors: u.Dimensionless
) -> u.Dimensionless:
    """Error of a column's voltage from the mismatch of its capacitors, over its full scale. [1].

    Parameters
    ----------
    relative_spread : float or array
        Standard deviation of one capacitor over its mean.
    capacitors : float or array
        Capacitors of the column.

    Returns
    -------
    float or array
        One standard deviation.

    Notes
    -----
    Formula: s = sigma / (2 sqrt(N))

    Valid: independent capacitors, half of them driven, where the error is largest

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1 % on each of 2500 capacitors: 0.01 / (2 x 50).

    >>> f"{capacitor_mismatch_error(0.01, 2500.0):.1e}"
    '1.0e-04'
    """
    return relative_spread / (2.0 * np.sqrt(capacitors))
