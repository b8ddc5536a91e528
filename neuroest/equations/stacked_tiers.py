"""Tiers of devices over each other: footprint, vias, heat and yield."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def stacked_area(lower: u.SquareMetre, upper: u.SquareMetre) -> u.SquareMetre:
    """Area of a die with two tiers over each other. [m^2].

    Parameters
    ----------
    lower, upper : float or array
        Area of each tier with its white space. [m^2]

    Returns
    -------
    float or array
        Area of the wider one. [m^2]

    Notes
    -----
    Formula: A = max(A_lower, A_upper)

    Valid: tiers whose blocks may be placed anywhere over each other

    References
    ----------
    .. [1] Derivation: docs/models/stacked_tiers.md.

    Examples
    --------
    0.03 mm^2 of cells over 0.67 mm^2 of logic:

    >>> f"{stacked_area(0.67e-6, 0.03e-6):.3g}"
    '6.7e-07'
    """
    return np.maximum(lower, upper)


@equation
def blocked_area(signals: u.Dimensionless, area: u.SquareMetre) -> u.SquareMetre:
    """Area of devices that vias take from a tier. [m^2].

    Parameters
    ----------
    signals : float or array
        Number of vias. [1]
    area : float or array
        Area that one via takes, keep-out zone included. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = n A_via

    Valid: vias whose keep-out zones do not overlap

    References
    ----------
    .. [1] Derivation: docs/models/stacked_tiers.md.

    Examples
    --------
    8192 through-silicon vias of 10 um by 10 um:

    >>> f"{blocked_area(8192.0, 1e-10):.4g}"
    '8.192e-07'
    """
    return signals * area


@equation
def via_field(signals: u.Dimensionless, pitch: u.Metre) -> u.SquareMetre:
    """Area over which vias at their smallest pitch extend. [m^2].

    Parameters
    ----------
    signals : float or array
        Number of vias. [1]
    pitch : float or array
        Distance between two of them. [m]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = n p^2

    Valid: vias on a square grid

    References
    ----------
    .. [1] Derivation: docs/models/stacked_tiers.md.

    Examples
    --------
    256 lines of an array at 9 um: 256 x 81 um^2.

    >>> f"{via_field(256.0, 9e-6):.4g}"
    '2.074e-08'
    """
    return signals * pitch**2


@equation
def memory_signals(words: u.Dimensionless, width: u.Dimensionless) -> u.Dimensionless:
    """Signals of a memory with one port. [1].

    Parameters
    ----------
    words : float or array
        Words of the memory. [1]
    width : float or array
        Lines of a word, one for each bit. [1]

    Returns
    -------
    float or array
        Data in, data out and address. [1]

    Notes
    -----
    Formula: n = 2 w + ceil(log2 m)

    Valid: one port for reads and writes, without control signals

    References
    ----------
    .. [1] Derivation: docs/models/stacked_tiers.md.

    Examples
    --------
    8 KiB in 1024 words of 64 bits: 128 + 10.

    >>> f"{memory_signals(1024.0, 64.0):g}"
    '138'
    """
    return 2.0 * width + np.ceil(np.log2(np.maximum(words, 1.0)))


@equation
def series_loss(cells: u.Dimensionless, conductance: u.Siemens, resistance: u.Ohm) -> u.Dimensionless:
    """Share of the current of a line that a resistance at its end takes. [1].

    Parameters
    ----------
    cells : float or array
        Conducting cells of the line. [1]
    conductance : float or array
        Conductance of a cell. [S]
    resistance : float or array
        Resistance between the line and its circuit. [ohm]

    Returns
    -------
    float or array
        Share of the current without the resistance. [1]

    Notes
    -----
    Formula: s = n G R / (1 + n G R)

    Valid: cells that are all driven at one voltage

    References
    ----------
    .. [1] Derivation: docs/models/stacked_tiers.md.

    Examples
    --------
    100 cells of 10 uS behind 10 ohm: 0.01 / 1.01.

    >>> f"{series_loss(100.0, 10e-6, 10.0):.4f}"
    '0.0099'
    """
    drop = cells * conductance * resistance
    return drop / (1.0 + drop)


@equation
def tier_temperature_rise(
    power: u.Watt, thermal_resistance: u.SquareMetreKelvinPerWatt, area: u.SquareMetre
) -> u.Kelvin:
    """Temperature of a tier above that of the one below it. [K].

    Parameters
    ----------
    power : float or array
        Power that flows down through the layer between them. [W]
    thermal_resistance : float or array
        Thermal resistance of that layer for a unit of area. [m^2 K/W]
    area : float or array
        Area of the die. [m^2]

    Returns
    -------
    float or array
        Difference of temperature. [K]

    Notes
    -----
    Formula: dT = P r_th / A

    Valid: power spread evenly over the die, heat sink below the lowest tier

    References
    ----------
    .. [1] Derivation: docs/models/stacked_tiers.md.

    Examples
    --------
    1 W through 1 um of oxide (1.4 W/(m K)) of 1 mm^2: 1e-6 / 1.4 / 1e-6.

    >>> f"{tier_temperature_rise(1.0, 1e-6 / 1.4, 1e-6):.3f}"
    '0.714'
    """
    return power * thermal_resistance / area


@equation
def stacking_yield(
    good_share: u.Dimensionless, kept: u.Dimensionless, vias: u.Dimensionless, via_failure: u.Dimensionless
) -> u.Dimensionless:
    """Share of the dies on which a stacked tier and all of its vias work. [1].

    Parameters
    ----------
    good_share : float or array
        Share of the tiers without a defect of their own. [1]
    kept : float or array
        Share of the dies that stacking leaves intact. [1]
    vias : float or array
        Vias of a die. [1]
    via_failure : float or array
        Share of the vias that are open. [1]

    Returns
    -------
    float or array
        Yield of the tier, by which that of the tiers below is multiplied. [1]

    Notes
    -----
    Formula: Y = Y_t Y_s (1 - f)^n

    Valid: tiers that cannot be tested before they are stacked (grown, or bonded wafer to wafer), no spare vias

    References
    ----------
    .. [1] Derivation: docs/models/stacked_tiers.md.

    Examples
    --------
    10 000 vias of which one in a million is open, 98 % good and 99 % intact: 0.98 x 0.99 x exp(-0.01).

    >>> f"{stacking_yield(0.98, 0.99, 1e4, 1e-6):.4f}"
    '0.9605'
    """
    return good_share * kept * (1.0 - via_failure) ** vias
