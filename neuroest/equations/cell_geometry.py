"""Area and pitch of memory cells and the width of their access transistors."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation

# Length, in feature sizes, of a planar access transistor with its share of the two contacts.
_CELL_LENGTH = 3.0
"""Geometry of a planar transistor."""


@equation
def access_transistor_width(
    write_current: u.Ampere,
    on_current_density: u.AmperePerMetre,
    drive_factor: u.Dimensionless,
    minimum_width: u.Metre,
) -> u.Metre:
    """Width of the access transistor that carries the write current. [m].

    Parameters
    ----------
    write_current : float or array
        Largest current of a cell, normally while it is programmed. [A]
    on_current_density : float or array
        Saturated on-current per transistor width. [A/m]
    drive_factor : float or array
        Share of the saturated current that is available: 1 in saturation, less in the linear region.
    minimum_width : float or array
        Smallest width of the process. [m]

    Returns
    -------
    float or array
        Width. [m]

    Notes
    -----
    Formula: W = max(W_min, I_write / (k j_on))

    Valid: planar transistor whose current grows with its width

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    100 uA at 0.79 mA/um (22 nm, low standby power) take 100 / 790 um = 127 nm:

    >>> f"{access_transistor_width(100e-6, 790.0, 1.0, 22e-9):.3g}"
    '1.27e-07'
    """
    return np.maximum(minimum_width, write_current / (drive_factor * on_current_density))


@equation
def transistor_limited_cell_area(access_width: u.Metre, feature_size: u.Metre) -> u.SquareMetre:
    """Area of a cell whose access transistor sets its size. [m^2].

    Parameters
    ----------
    access_width : float or array
        Width of the access transistor. [m]
    feature_size : float or array
        Feature size of the process. [m]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = 3 (W/F + 1) F^2

    Valid: planar one-transistor one-resistor cell in logic rules; F is the feature size of the transistor

    Do not combine with an area quoted in feature squares from a layout, which already includes the
    transistor.

    References
    ----------
    X. Dong, C. Xu, Y. Xie and N. P. Jouppi, "NVSim: a circuit-level performance, energy, and area model for
    emerging nonvolatile memory", IEEE TCAD 31, 994 (2012), doi:10.1109/TCAD.2012.2185930, Eq. 7.

    Examples
    --------
    W/F = 6 is 3 (6 + 1) = 21 feature squares:

    >>> f"{transistor_limited_cell_area(6.0, 1.0):.0f}"
    '21'
    """
    return _CELL_LENGTH * (access_width / feature_size + 1.0) * feature_size**2


@equation
def cell_area(
    feature_squares: u.Dimensionless, feature_size: u.Metre, minimum_area: u.SquareMetre
) -> u.SquareMetre:
    """Area of a cell that is quoted in feature squares, with the floor that does not scale. [m^2].

    Parameters
    ----------
    feature_squares : float or array
        Cell area over the square of the feature size.
    feature_size : float or array
        Feature size that the quotation means: node label or half metal pitch. [m]
    minimum_area : float or array
        Floor set by the access transistor that withstands the write voltage; 0 for none. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = max(n F^2, A_min)

    Valid: any layout quoted in feature squares

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    53 squares of 28 nm are 53 x 784 nm^2 = 0.0416 um^2:

    >>> f"{cell_area(53.0, 28e-9, 0.0):.3g}"
    '4.16e-14'
    """
    return np.maximum(feature_squares * feature_size**2, minimum_area)


@equation
def access_width_in_cell(width: u.Metre, stated_pitch: u.Metre, pitch: u.Metre) -> u.Metre:
    """Width of an access transistor in a cell on another process. [m].

    Parameters
    ----------
    width : float or array
        Width on the process that it is stated for. [m]
    stated_pitch, pitch : float or array
        Side of the cell there and here. [m]

    Returns
    -------
    float or array
        Width. [m]

    Notes
    -----
    Formula: W = W_0 min(1, p / p_0)

    Valid: transistors that withstand the writing voltage and do not shrink with the node, and cells that they fill

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A cell of 0.085 um^2 at 40 nm that becomes 0.049 um^2 at 22 nm leaves three quarters of the width:

    >>> f"{access_width_in_cell(320e-9, 0.291e-6, 0.220e-6):.3g}"
    '2.42e-07'
    """
    return width * np.minimum(1.0, pitch / stated_pitch)


@equation
def passive_cell_area(half_pitch: u.Metre, layers: u.Dimensionless) -> u.SquareMetre:
    """Footprint of a cell without transistor, one at each crossing of two wires. [m^2].

    Parameters
    ----------
    half_pitch : float or array
        Half of the wire pitch. [m]
    layers : float or array
        Number of stacked cell layers.

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = (2 p)^2 / n

    Valid: cells at the wire crossings only, without the CMOS below the array

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    A half-pitch of 10 nm gives 20 nm x 20 nm:

    >>> f"{passive_cell_area(10e-9, 1.0):.3g}"
    '4e-16'
    """
    return (2.0 * half_pitch) ** 2 / layers


@equation
def cell_pitch(cell_area: u.SquareMetre) -> u.Metre:
    """Pitch of square cells. [m].

    Parameters
    ----------
    cell_area : float or array
        Area of one cell. [m^2]

    Returns
    -------
    float or array
        Pitch. [m]

    Notes
    -----
    Formula: p = sqrt(A)

    Valid: square cells

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    >>> cell_pitch(4.0)
    np.float64(2.0)
    """
    return np.sqrt(cell_area)
