"""Complete macro converters: energy, area and time as functions of bits and node, from published ones.

The laws and the converters that they are fitted to: docs/models/converters.md, Whole converters.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def whole_conversion_energy(bits: u.Dimensionless, bit_energy: u.Joule, step_energy: u.Joule) -> u.Joule:
    """Energy of one conversion with references, buffers, sampling and calibration. [J].

    Parameters
    ----------
    bits : float or array
        Nominal resolution.
    bit_energy : float or array
        Energy for each bit: decisions and logic. [J]
    step_energy : float or array
        Energy for each of the 2^b steps: capacitors, comparators of a flash converter, cycles of a counter. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = b E_b + 2^b E_s

    Valid: resolutions of the fitted converters

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    8 bits of 50 fJ and 256 steps of 3 fJ: 400 + 768 fJ.

    >>> f"{whole_conversion_energy(8.0, 50e-15, 3e-15):.4g}"
    '1.168e-12'
    """
    return bits * bit_energy + np.exp2(bits) * step_energy


@equation
def whole_converter_area(
    bits: u.Dimensionless, bit_area: u.SquareMetre, step_area: u.SquareMetre
) -> u.SquareMetre:
    """Area of one converter with references, buffers, sampling and calibration. [m^2].

    Parameters
    ----------
    bits : float or array
        Nominal resolution.
    bit_area : float or array
        Area for each bit. [m^2]
    step_area : float or array
        Area for each of the 2^b steps. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = b A_b + 2^b A_s

    Valid: resolutions of the fitted converters

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    8 bits of 20 um2 and 256 steps of 3 um2: 160 + 768 um2.

    >>> f"{whole_converter_area(8.0, 20e-12, 3e-12):.3g}"
    '9.28e-10'
    """
    return bits * bit_area + np.exp2(bits) * step_area


@equation
def whole_conversion_time(
    bits: u.Dimensionless, base_time: u.Second, bit_time: u.Second, step_time: u.Second
) -> u.Second:
    """Time of one conversion, sampling included. [s].

    Parameters
    ----------
    bits : float or array
        Nominal resolution.
    base_time : float or array
        Time that does not depend on the resolution. [s]
    bit_time : float or array
        Time for each bit. [s]
    step_time : float or array
        Time for each of the 2^b steps. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = t_0 + b t_b + 2^b t_s

    Valid: resolutions of the fitted converters

    References
    ----------
    Derivation: docs/models/converters.md.

    Examples
    --------
    One sampling and 8 bits of 1.5 ns each:

    >>> f"{whole_conversion_time(8.0, 1.5e-9, 1.5e-9, 0.0):.3g}"
    '1.35e-08'
    """
    return base_time + bits * bit_time + np.exp2(bits) * step_time
