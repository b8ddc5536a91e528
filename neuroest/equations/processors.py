"""Programmable processors, with an energy per cycle."""

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def cycle_power(
    cycle_energy: u.Joule, cores: u.Dimensionless, frequency: u.PerSecond, share: u.Dimensionless
) -> u.Watt:
    """Power of clocked cores from the energy per cycle. [W].

    Parameters
    ----------
    cycle_energy : float or array
        Energy of one core in one cycle, which data sheets state as power over clock. [J]
    cores : float or array
        Cores that are clocked. [1]
    frequency : float or array
        Clock. [Hz]
    share : float or array
        Share of the cycles that take this energy. [1]

    Returns
    -------
    float or array
        Power. [W]

    Notes
    -----
    Formula: P = E n f s

    Valid: cores whose energy of a cycle does not depend on the clock, at one supply

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] Nordic Semiconductor, nRF54L15 data sheet, current consumption: CPU running CoreMark at 128 MHz from
           non-volatile memory, 2.6 mA at 3 V.

    Examples
    --------
    3 V x 2.6 mA over 128 MHz are 60.9 pJ a cycle, which give the 7.8 mW again:

    >>> f"{cycle_power(60.94e-12, 1.0, 128e6, 1.0):.3g}"
    '0.0078'
    """
    return cycle_energy * cores * frequency * share
