"""Row drivers and digital-to-analog conversion at the input of a crossbar array.

The energy of the line itself, with the access gates on it, and the current of the cells belong to the array;
a driver owns the energy of its own transistors and its converter. Bits are plain numbers.
Derivations: docs/models/crossbar.md, section "Drivers".
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation

# Mean input conductance of a binary R-2R ladder over all codes, times R: n/12 + (1 - 4^-n)/18.
_LADDER_PER_BIT = 1.0 / 12.0
"""Exact mean over the codes of an R-2R ladder."""
_LADDER_END = 1.0 / 18.0
"""Exact mean over the codes of an R-2R ladder."""
# Mean switched capacitance of a C-2C ladder over all codes, over C: n/6 + (1 - 4^-n)/9.
_CAPACITORS_PER_BIT = 1.0 / 6.0
"""Exact mean over the codes of a C-2C ladder."""
_CAPACITORS_END = 1.0 / 9.0
"""Exact mean over the codes of a C-2C ladder."""
_LADDER_UNITS = 3.0
"""Unit capacitors of a C-2C ladder for each bit, less one at its end: n legs, n - 1 links of two, a termination."""
# Unit resistors of a ladder of n legs: 2 n in the legs, n - 1 in the links, 2 in the termination.
_RESISTORS_PER_BIT = 3.0
"""Elements of an R-2R ladder."""


@equation
def driver_self_load_energy(line_energy: u.Joule, self_load_fraction: u.Dimensionless) -> u.Joule:
    """Energy of a driver's own gates for one pulse on its line. [J].

    Parameters
    ----------
    line_energy : float or array
        Energy of the pulse on the line, which the array owns. [J]
    self_load_fraction : float or array
        Capacitance of the driver chain over that of the line: 1/(f - 1) for a chain that grows f-fold from
        stage to stage, and the drain capacitances.

    Returns
    -------
    float or array
        Energy without that of the line. [J]

    Notes
    -----
    Formula: E = k E_line

    Valid: tapered chain of inverters on the supply of the line

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    A third of 21.6 fJ for a chain that grows fourfold:

    >>> f"{driver_self_load_energy(21.6e-15, 1 / 3):.3g}"
    '7.2e-15'
    """
    return self_load_fraction * line_energy


@equation
def row_current(
    read_voltage: u.Volt, columns: u.Dimensionless, used_fraction: u.Dimensionless, conductance: u.Siemens
) -> u.Ampere:
    """Load current of one active row. [A].

    Parameters
    ----------
    read_voltage : float or array
        Voltage across the cells. [V]
    columns : float or array
        Number of cells along the row.
    used_fraction : float or array
        Share of them that the mapping uses.
    conductance : float or array
        Mean conductance of a used cell. [S]

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: I = V_read n u G

    Valid: clamped columns, without wire resistance

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    128 cells of 6.2 uS at 0.2 V: 128 x 1.24 uA = 159 uA.

    >>> f"{row_current(0.2, 128.0, 1.0, 6.2e-6):.3g}"
    '0.000159'
    """
    return read_voltage * columns * used_fraction * conductance


@equation
def driver_resistance_limit(
    allowed_voltage_loss: u.Dimensionless,
    columns: u.Dimensionless,
    used_fraction: u.Dimensionless,
    conductance: u.Siemens,
) -> u.Ohm:
    """Resistance of a row driver at which the full row current causes the allowed drop. [ohm].

    Parameters
    ----------
    allowed_voltage_loss : float or array
        Largest share of the read voltage that the driver may lose.
    columns : float or array
        Number of cells along the row.
    used_fraction : float or array
        Share of them that the mapping uses.
    conductance : float or array
        Mean conductance of a used cell. [S]

    Returns
    -------
    float or array
        Largest resistance; infinite for a row without load. [ohm]

    Notes
    -----
    Formula: R = e / (n u G)

    Valid: e << 1; conservative

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    5 % over 128 cells of 6.2 uS: 0.05 / 794 uS = 63 ohm.

    >>> f"{driver_resistance_limit(0.05, 128.0, 1.0, 6.2e-6):.0f}"
    '63'
    """
    with np.errstate(divide="ignore"):
        return np.divide(allowed_voltage_loss, columns * used_fraction * conductance)


@equation
def driver_width(
    row_current: u.Ampere, on_current_density: u.AmperePerMetre, drive_factor: u.Dimensionless
) -> u.Metre:
    """Width of a driver transistor that carries the current of its row. [m].

    Parameters
    ----------
    row_current : float or array
        Static current of the row. [A]
    on_current_density : float or array
        Saturated on-current per transistor width. [A/m]
    drive_factor : float or array
        Share of it that is available at the small voltage across a closed switch.

    Returns
    -------
    float or array
        Width. [m]

    Notes
    -----
    Formula: W = I / (k j_on)

    Valid: planar transistor; compare with the width required by the resistance limit

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    159 uA at a fifth of 0.79 mA/um: 159 / 158 um = 1.01 um.

    >>> f"{driver_width(159e-6, 790.0, 0.2):.3g}"
    '1.01e-06'
    """
    return row_current / (drive_factor * on_current_density)


@equation
def driver_area(
    width: u.Metre, contacted_gate_pitch: u.Metre, level_shifter_area: u.SquareMetre
) -> u.SquareMetre:
    """Area of one row driver. [m^2].

    Parameters
    ----------
    width : float or array
        Width of each of its two output transistors. [m]
    contacted_gate_pitch : float or array
        Distance between two gates with a contact between them. [m]
    level_shifter_area : float or array
        Area of the level shifter; 0 unless the line is driven above the supply. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = 2 W p_gate + A_shifter

    Valid: two transistors of that width, without the earlier stages of the chain

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    1 um wide, gates 0.1 um apart: 2 x 0.1 = 0.2 um^2.

    >>> f"{driver_area(1e-6, 0.1e-6, 0.0):.3g}"
    '2e-13'
    """
    return 2.0 * width * contacted_gate_pitch + level_shifter_area


@equation
def capacitive_dac_capacitance(bits: u.Dimensionless, unit_capacitance: u.Farad) -> u.Farad:
    """Capacitance of a binary-weighted capacitive converter. [F].

    Parameters
    ----------
    bits : float or array
        Resolution.
    unit_capacitance : float or array
        Smallest capacitor. [F]

    Returns
    -------
    float or array
        Capacitance. [F]

    Notes
    -----
    Formula: C = 2^n C_unit

    Valid: binary-weighted capacitors

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    >>> f"{capacitive_dac_capacitance(8.0, 1e-15):.3g}"
    '2.56e-13'
    """
    return np.exp2(bits) * unit_capacitance


@equation
def capacitive_dac_energy(
    bits: u.Dimensionless,
    unit_capacitance: u.Farad,
    reference_voltage: u.Volt,
    switching_factor: u.Dimensionless,
) -> u.Joule:
    """Mean energy of one conversion of a binary-weighted capacitive converter. [J].

    Parameters
    ----------
    bits : float or array
        Resolution.
    unit_capacitance : float or array
        Smallest capacitor. [F]
    reference_voltage : float or array
        Voltage to which the capacitors are switched. [V]
    switching_factor : float or array
        Mean energy over that of charging all capacitors once: 1/6 for a single step to a random code with the
        output floating, 1/2 with the output held, 2/3 for a conventional successive-approximation search.

    Returns
    -------
    float or array
        Energy drawn from the reference. [J]

    Notes
    -----
    Formula: E = k 2^n C_unit V^2

    Valid: binary-weighted capacitors; k by switching scheme

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    4 bits of 1 fF at 1 V, factor 1/2: 16 x 0.5 = 8 fJ.

    >>> f"{capacitive_dac_energy(4.0, 1e-15, 1.0, 0.5):.3g}"
    '8e-15'
    """
    return switching_factor * np.exp2(bits) * unit_capacitance * reference_voltage**2


@equation
def capacitive_dac_area(
    bits: u.Dimensionless,
    unit_capacitance: u.Farad,
    capacitance_per_area: u.FaradPerSquareMetre,
    switch_area: u.SquareMetre,
) -> u.SquareMetre:
    """Area of a binary-weighted capacitive converter. [m^2].

    Parameters
    ----------
    bits : float or array
        Resolution.
    unit_capacitance : float or array
        Smallest capacitor. [F]
    capacitance_per_area : float or array
        Density of the capacitors. [F/m^2]
    switch_area : float or array
        Area of the switches of one bit. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = 2^n C_unit / c_area + ceil(n) A_switch

    Valid: binary-weighted capacitors next to their switches

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    4 bits of 1 fF at 2 fF/um^2 and switches of 0.5 um^2: 8 + 2 = 10 um^2.

    >>> f"{capacitive_dac_area(4.0, 1e-15, 2e-3, 0.5e-12):.3g}"
    '1e-11'
    """
    return np.exp2(bits) * unit_capacitance / capacitance_per_area + np.ceil(bits) * switch_area


@equation
def capacitive_ladder_energy(
    bits: u.Dimensionless, unit_capacitance: u.Farad, reference_voltage: u.Volt
) -> u.Joule:
    """Mean energy of one conversion of a C-2C ladder. [J].

    Parameters
    ----------
    bits : float or array
        Resolution.
    unit_capacitance : float or array
        Capacitor C of a leg and of the termination; links have 2 C. [F]
    reference_voltage : float or array
        Voltage to which the legs are switched. [V]

    Returns
    -------
    float or array
        Energy drawn from the reference. [J]

    Notes
    -----
    Formula: E = (n/6 + (1 - 4^-n)/9) C V^2

    Valid: one step from ground to a code, floating output, all codes equally likely, no parasitic capacitance
    at the nodes

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Row DACs".

    Examples
    --------
    One bit charges C in series with the termination half of the time, 1/4 C V^2; eight bits of 2 fF at 1 V:

    >>> [f"{capacitive_ladder_energy(bits, 2e-15, 1.0):.4g}" for bits in (1.0, 8.0)]
    ['5e-16', '2.889e-15']
    """
    switched = _CAPACITORS_PER_BIT * bits + _CAPACITORS_END * (1.0 - np.exp2(-2.0 * bits))
    return switched * unit_capacitance * reference_voltage**2


@equation
def capacitive_ladder_area(
    bits: u.Dimensionless,
    unit_capacitance: u.Farad,
    capacitance_per_area: u.FaradPerSquareMetre,
    switch_area: u.SquareMetre,
) -> u.SquareMetre:
    """Area of a C-2C ladder. [m^2].

    Parameters
    ----------
    bits : float or array
        Resolution.
    unit_capacitance : float or array
        Capacitor C of a leg. [F]
    capacitance_per_area : float or array
        Density of the capacitors. [F/m^2]
    switch_area : float or array
        Area of the switches of one bit. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = (3 n - 1) C / c_area + n A_switch

    Valid: legs of C, links of 2 C and a termination of C, next to their switches

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Row DACs".

    Examples
    --------
    8 bits of 2 fF at 2 fF/um^2 and switches of 0.5 um^2: 23 + 4 = 27 um^2.

    >>> f"{capacitive_ladder_area(8.0, 2e-15, 2e-3, 0.5e-12):.3g}"
    '2.7e-11'
    """
    units = _LADDER_UNITS * bits - 1.0
    return units * unit_capacitance / capacitance_per_area + bits * switch_area


@equation
def resistive_ladder_energy(
    bits: u.Dimensionless, reference_voltage: u.Volt, unit_resistance: u.Ohm, on_time: u.Second
) -> u.Joule:
    """Mean static energy of an R-2R ladder. [J].

    Parameters
    ----------
    bits : float or array
        Resolution.
    reference_voltage : float or array
        Voltage of the legs that are on. [V]
    unit_resistance : float or array
        R of the ladder. [ohm]
    on_time : float or array
        Time for which the output is held. [s]

    Returns
    -------
    float or array
        Energy drawn from the reference. [J]

    Notes
    -----
    Formula: E = (n/12 + (1 - 4^-n)/18) V^2 t / R

    Valid: R-2R ladder switched between reference and ground, unloaded output, all codes equally likely

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    1 bit is one leg of 2R in series with the termination of 2R, on half of the time: V^2 t / (8 R).

    >>> f"{resistive_ladder_energy(1.0, 1.0, 1.0, 1.0):.3f}"
    '0.125'
    """
    conductance_times_unit = bits * _LADDER_PER_BIT + (1.0 - np.exp2(-2.0 * bits)) * _LADDER_END
    return conductance_times_unit * reference_voltage**2 * on_time / unit_resistance


@equation
def resistive_ladder_area(bits: u.Dimensionless, resistor_area: u.SquareMetre) -> u.SquareMetre:
    """Area of the resistors of an R-2R ladder. [m^2].

    Parameters
    ----------
    bits : float or array
        Resolution.
    resistor_area : float or array
        Area of one unit resistor. [m^2]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = (3 n + 1) A_resistor

    Valid: R-2R ladder of unit resistors, switches left out

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    2 bits: two legs of 2, one link, a termination of 2.

    >>> resistive_ladder_area(2.0, 1.0)
    7.0
    """
    return (_RESISTORS_PER_BIT * bits + 1.0) * resistor_area


@equation
def pulse_width_modulation_time(
    mean_input: u.Dimensionless, bits: u.Dimensionless, step_time: u.Second
) -> u.Second:
    """Mean time for which a row is driven with pulse-width inputs. [s].

    Parameters
    ----------
    mean_input : float or array
        Mean input over the largest one; 1 gives the time that a read must wait for.
    bits : float or array
        Resolution of the input.
    step_time : float or array
        Time of one step. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = x (2^n - 1) t_step

    Valid: one pulse per input, with a width proportional to the value

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Drivers".

    Examples
    --------
    The largest of 4 bits at 1 ns: 15 ns.

    >>> f"{pulse_width_modulation_time(1.0, 4.0, 1e-9):.3g}"
    '1.5e-08'
    """
    return mean_input * (np.exp2(bits) - 1.0) * step_time
