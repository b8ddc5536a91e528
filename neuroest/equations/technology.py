"""How energy, delay, area and leakage of CMOS follow the node, the supply voltage and the temperature.

The coefficients of every fit are arguments: they belong to a process and stand in its spec file.
"""

from __future__ import annotations

import numpy as np

from neuroest.equations._arithmetic import divided
from neuroest.provenance import equation
from neuroest.units import (
    AmperePerMetre,
    Dimensionless,
    Joule,
    Kelvin,
    Metre,
    Numeric,
    PerBit,
    PerCubicVolt,
    PerSquareVolt,
    PerVolt,
    Second,
    SquareMetre,
    SquareMetrePerBit,
    Volt,
    Watt,
)

_STILLMAKER = "Stillmaker and Baas, Integration 58, 74-81 (2017), doi:10.1016/j.vlsi.2017.02.002"
_HWCOMPONENTS = "hwcomponents of the Accelergy project, hwcomponents/scaling/techscaling.py"


def _factor_ratio(factor: Numeric, reference_factor: Numeric) -> Numeric:
    fitted = factor > 0.0
    return divided(np.where(fitted, factor, 1.0), np.where(fitted, reference_factor, 0.0))


@equation(
    formula="x_E = e2 V^2 + e1 V + e0",
    reference=f"{_STILLMAKER}, energy fit, Table 5",
    valid="supply voltages inside the fitted range of the node; dynamic energy of static logic",
)
def logic_energy_factor(
    supply_voltage: Volt, quadratic: PerSquareVolt, linear: PerVolt, constant: Dimensionless
) -> Dimensionless:
    """Relative energy of a logic gate in one process at one supply voltage. [1].

    Parameters
    ----------
    supply_voltage : float or array
        Supply voltage of the logic. [V]
    quadratic, linear, constant : float or array
        Coefficients of the process. [1/V^2, 1/V, 1]

    Returns
    -------
    float or array
        Energy factor; only ratios of two factors mean something. [1]

    Notes
    -----
    A value that is not positive tells that the voltage is outside the fit. 65 nm to 130 nm have one fit, the
    smaller nodes one for high-performance and one for low-power transistors; the two do not mix.

    References
    ----------
    .. [1] A. Stillmaker, B. Baas, "Scaling equations for the accurate prediction of CMOS device performance
       from 180 nm to 7 nm", Integration 58, 74-81 (2017), Table 5 and corrigendum to its Section 4.2.1.

    Examples
    --------
    The corrigendum evaluates 32 nm at 0.9 V as 0.4571 and 65 nm at 1.3 V as 2.604.

    >>> f"{logic_energy_factor(0.9, 0.8367, -0.4341, 0.1701):.4f}"
    '0.4571'
    >>> f"{logic_energy_factor(1.3, 3.755, -4.398, 1.975):.3f}"
    '2.604'
    """
    return quadratic * supply_voltage**2 + linear * supply_voltage + constant


@equation(
    formula="x_t = d3 V^3 + d2 V^2 + d1 V + d0",
    reference=f"{_STILLMAKER}, delay fit",
    valid="supply voltages inside the fitted range of the node; static logic",
)
def logic_delay_factor(
    supply_voltage: Volt,
    cubic: PerCubicVolt,
    quadratic: PerSquareVolt,
    linear: PerVolt,
    constant: Dimensionless,
) -> Dimensionless:
    """Relative delay of a logic gate in one process at one supply voltage. [1].

    Parameters
    ----------
    supply_voltage : float or array
        Supply voltage of the logic. [V]
    cubic, quadratic, linear, constant : float or array
        Coefficients of the process. [1/V^3, 1/V^2, 1/V, 1]

    Returns
    -------
    float or array
        Delay factor; only ratios of two factors mean something. [1]

    Notes
    -----
    The fits of 45 nm and 32 nm high-performance logic have a shallow minimum below their nominal voltage and
    rise a little after it, so a slope of the wrong sign does not tell that a voltage is outside the fit; a
    value that is not positive does.

    References
    ----------
    .. [1] A. Stillmaker, B. Baas, Integration 58, 74-81 (2017), doi:10.1016/j.vlsi.2017.02.002.

    Examples
    --------
    7 nm at 0.7 V by hand: -28.58 x 0.343 + 76.6 x 0.49 - 70.26 x 0.7 + 24.69 = 3.239.

    >>> f"{logic_delay_factor(0.7, -28.58, 76.6, -70.26, 24.69):.3f}"
    '3.239'
    """
    return cubic * supply_voltage**3 + quadratic * supply_voltage**2 + linear * supply_voltage + constant


@equation(
    formula="E = E_ref x_E / x_E,ref",
    reference=f"{_STILLMAKER}, corrigendum to Section 4.2.1",
    valid="logic only; both factors from fits of one transistor class, inside their voltage ranges",
)
def scaled_energy(reference_energy: Joule, factor: Dimensionless, reference_factor: Dimensionless) -> Joule:
    """Energy of a logic block moved from a reference process to another. [J].

    Parameters
    ----------
    reference_energy : float or array
        Energy in the reference process at its supply voltage. [J]
    factor, reference_factor : float or array
        `logic_energy_factor` of the wanted and of the reference process. [1]

    Returns
    -------
    float or array
        Energy in the wanted process; infinite where a factor is not positive. [J]

    References
    ----------
    .. [1] A. Stillmaker, B. Baas, Integration 58, 74-81 (2017), corrigendum: 1 pJ in 65 nm at 1.3 V is
       0.1755 pJ in 32 nm at 0.9 V.

    Examples
    --------
    >>> f"{scaled_energy(1e-12, 0.4571, 2.604):.4g}"
    '1.755e-13'
    """
    return reference_energy * _factor_ratio(factor, reference_factor)


@equation(
    formula="t = t_ref x_t / x_t,ref",
    reference=_STILLMAKER,
    valid="logic only; both factors from fits of one transistor class, inside their voltage ranges",
)
def scaled_delay(reference_delay: Second, factor: Dimensionless, reference_factor: Dimensionless) -> Second:
    """Delay of a logic path moved from a reference process to another. [s].

    Parameters
    ----------
    reference_delay : float or array
        Delay in the reference process at its supply voltage. [s]
    factor, reference_factor : float or array
        `logic_delay_factor` of the wanted and of the reference process. [1]

    Returns
    -------
    float or array
        Delay in the wanted process; infinite where a factor is not positive. [s]

    References
    ----------
    .. [1] A. Stillmaker, B. Baas, Integration 58, 74-81 (2017), doi:10.1016/j.vlsi.2017.02.002.

    Examples
    --------
    45 nm at 1.0 V (12.5) to 7 nm at 0.7 V (3.24): 1 ns becomes 0.2592 ns.

    >>> f"{scaled_delay(1e-9, 3.24, 12.5):.4g}"
    '2.592e-10'
    """
    return reference_delay * _factor_ratio(factor, reference_factor)


@equation(
    formula="A = A_ref x_A / x_A,ref",
    reference=f"{_STILLMAKER}, area table",
    valid="logic; neither analogue blocks, capacitors, resistors, pads nor the memristor itself",
)
def scaled_area(
    reference_area: SquareMetre, area_factor: Dimensionless, reference_area_factor: Dimensionless
) -> SquareMetre:
    """Area of a logic block moved from a reference process to another. [m^2].

    Parameters
    ----------
    reference_area : float or array
        Area in the reference process. [m^2]
    area_factor, reference_area_factor : float or array
        Relative area of the wanted and of the reference process. [1]

    Returns
    -------
    float or array
        Area in the wanted process; infinite where a factor is not positive. [m^2]

    References
    ----------
    .. [1] A. Stillmaker, B. Baas, Integration 58, 74-81 (2017), doi:10.1016/j.vlsi.2017.02.002.

    Examples
    --------
    The table gives 0.66 for 45 nm and 0.039 for 7 nm, both relative to 65 nm: 1 mm^2 becomes 0.0591 mm^2.

    >>> f"{scaled_area(1e-6, 0.039, 0.66):.3g}"
    '5.91e-08'
    """
    return reference_area * _factor_ratio(area_factor, reference_area_factor)


@equation(
    formula="y = y_low (y_high / y_low)^[ln(n / n_low) / ln(n_high / n_low)]",
    reference="derivation: docs/models/technology.md",
    valid="nodes between the two of the table; positive values",
)
def log_interpolated(
    value_low: Dimensionless, value_high: Dimensionless, node: Metre, node_low: Metre, node_high: Metre
) -> Dimensionless:
    """Value at a node between two nodes of a table, as the power law through both. [1].

    Parameters
    ----------
    value_low, value_high : float or array
        Values at the two nodes, both positive. [1]
    node : float or array
        Node that is wanted. [m]
    node_low, node_high : float or array
        Nodes of the table, above zero; equal where the table has the node itself. [m]

    Returns
    -------
    float or array
        Interpolated value; infinite for a node outside the two, never extrapolated. [1]

    Notes
    -----
    The law has no scale of its own: two values of any one unit give a value of that unit.

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    Halfway on a logarithmic scale (20 nm between 10 nm and 40 nm) it is the geometric mean of 1 and 9.

    >>> f"{log_interpolated(1.0, 9.0, 20e-9, 10e-9, 40e-9):.6g}"
    '3'
    """
    span = np.log(node_high / node_low)
    position = np.log(node / node_low) / np.where(span == 0.0, 1.0, span)
    inside = np.logical_and(node >= np.minimum(node_low, node_high), node <= np.maximum(node_low, node_high))
    # Clipped so that a far-away node cannot overflow before it is marked as outside.
    position = np.clip(position, 0.0, 1.0)
    return value_low * (value_high / value_low) ** position * np.where(inside, 1.0, np.inf)


@equation(
    formula="x_A = x_A,last n / n_last",
    reference=f"{_HWCOMPONENTS}, after the SoC area in the IRDS 2016 and 2017 tables",
    valid="nodes below the last one of the table; an assumption of about 40 %",
)
def extrapolated_area_factor(area_factor: Dimensionless, node: Metre, last_node: Metre) -> Dimensionless:
    """Relative logic area at a node beyond the end of the table. [1].

    Parameters
    ----------
    area_factor : float or array
        Relative area at the last node of the table. [1]
    node, last_node : float or array
        Node that is wanted, and the last node of the table, above zero. [m]

    Returns
    -------
    float or array
        Relative area, proportional to the node. [1]

    References
    ----------
    .. [1] T. Andrulis et al., hwcomponents, `tech_node_area`.

    Examples
    --------
    0.039 at 7 nm becomes 0.039 x 3.5 / 7 = 0.0195 at 3.5 nm.

    >>> f"{extrapolated_area_factor(0.039, 3.5e-9, 7e-9):.4g}"
    '0.0195'
    """
    return area_factor * (node / last_node)


@equation(
    formula="x_E = x_E,last sqrt(max(n, n_floor) / n_last)",
    reference=f"{_HWCOMPONENTS}, after the energy per switch in the IRDS 2016, 2017 and 2022 tables",
    valid="nodes below the last one of the table; an assumption of about 40 %",
)
def extrapolated_energy_factor(
    energy_factor: Dimensionless, node: Metre, last_node: Metre, floor_node: Metre
) -> Dimensionless:
    """Relative logic energy at a node beyond the end of the table. [1].

    Parameters
    ----------
    energy_factor : float or array
        Relative energy at the last node of the table. [1]
    node, last_node : float or array
        Node that is wanted, and the last node of the table, above zero. [m]
    floor_node : float or array
        Node below which the energy no longer falls. [m]

    Returns
    -------
    float or array
        Relative energy, proportional to the square root of the node. [1]

    References
    ----------
    .. [1] T. Andrulis et al., hwcomponents, `tech_node_energy`.

    Examples
    --------
    A quarter of the node halves the energy: 0.0478 at 7 nm becomes 0.0239 at 1.75 nm.

    >>> f"{extrapolated_energy_factor(0.0478, 1.75e-9, 7e-9, 1e-9):.4g}"
    '0.0239'
    """
    return energy_factor * np.sqrt(np.maximum(node, floor_node) / last_node)


@equation(
    formula="P = P_ref 2^((T - T_ref) / dT_2)",
    reference="derivation: docs/models/technology.md",
    valid="subthreshold leakage over some tens of kelvin around the reference temperature",
)
def leakage_at_temperature(
    leakage: Watt, temperature: Kelvin, reference_temperature: Kelvin, doubling_temperature: Kelvin
) -> Watt:
    """Leakage power at a temperature, from that at a reference temperature. [W].

    Parameters
    ----------
    leakage : float or array
        Leakage power at the reference temperature. [W]
    temperature, reference_temperature : float or array
        Temperature that is wanted, and that of the given leakage. [K]
    doubling_temperature : float or array
        Rise of temperature that doubles the leakage, above zero. [K]

    Returns
    -------
    float or array
        Leakage power at the temperature. [W]

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    Two doublings: 1 mW at 300 K with 10 K each is 4 mW at 320 K.

    >>> leakage_at_temperature(1e-3, 320.0, 300.0, 10.0)
    0.004
    """
    return leakage * 2.0 ** ((temperature - reference_temperature) / doubling_temperature)


@equation(
    formula="P = W I_off V_dd",
    reference="derivation: docs/models/technology.md",
    valid="total width of the transistors that are off at a time; subthreshold leakage",
)
def gate_leakage_power(off_current_per_width: AmperePerMetre, width: Metre, supply_voltage: Volt) -> Watt:
    """Leakage power of transistors that are off between the supply rails. [W].

    Parameters
    ----------
    off_current_per_width : float or array
        Off current of a transistor per gate width. [A/m]
    width : float or array
        Total width of the transistors that are off. [m]
    supply_voltage : float or array
        Supply voltage. [V]

    Returns
    -------
    float or array
        Leakage power. [W]

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    1 m of high-performance gates at 100 nA/um and 1 V: 0.1 A x 1 V = 0.1 W.

    >>> f"{gate_leakage_power(0.1, 1.0, 1.0):.3g}"
    '0.1'
    """
    return off_current_per_width * width * supply_voltage


@equation(
    formula="E = E_ref (V / V_ref)^2",
    reference="derivation: docs/models/technology.md",
    valid="energies that charge a capacitance which does not change: wires, capacitors, pads",
)
def voltage_scaled_energy(energy: Joule, voltage: Volt, reference_voltage: Volt) -> Joule:
    """Energy of charging a fixed capacitance, moved from a reference voltage to another. [J].

    Parameters
    ----------
    energy : float or array
        Energy at the reference voltage. [J]
    voltage, reference_voltage : float or array
        Voltage that is wanted, and that of the given energy, the latter above zero. [V]

    Returns
    -------
    float or array
        Energy at the voltage. [J]

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    Half the voltage takes a quarter of the energy.

    >>> voltage_scaled_energy(8e-15, 0.5, 1.0)
    2e-15
    """
    return energy * (voltage / reference_voltage) ** 2


@equation(
    formula="x = (V / V_ref)^2",
    reference="derivation: docs/models/technology.md",
    valid="switching energy of logic within one process: the capacitances stay, only the supply moves",
)
def supply_energy_factor(supply_voltage: Volt, reference_voltage: Volt) -> Dimensionless:
    """Switching energy of logic at one supply over that at another, in the same process. [1].

    Parameters
    ----------
    supply_voltage, reference_voltage : float or array
        Supply that is wanted, and that of the known energy, the latter above zero. [V]

    Returns
    -------
    float or array
        Ratio of the energies. [1]

    Notes
    -----
    The fits over nodes contain a step that takes longer at a low supply and leaks meanwhile; at 65 nm their energy
    therefore hardly falls below 0.8 V and rises below 0.59 V, which no measured chip does at a given clock.

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.
    .. [2] H. Jia et al., IEEE J. Solid-State Circuits 55, 2609-2621 (2020): energies of three digital and mixed blocks
       in 65 nm grow by 1.77 to 2.10 from 0.85 V to 1.2 V, where the square of the supply grows by 1.99.

    Examples
    --------
    0.7 V in place of 0.8 V: 0.49 / 0.64.

    >>> f"{supply_energy_factor(0.7, 0.8):.4g}"
    '0.7656'
    """
    return (supply_voltage / reference_voltage) ** 2


@equation(
    formula="k = (F / F_ref) (I_off / I_off,ref) (V / V_ref)",
    reference="derivation: docs/models/technology.md",
    valid="equal circuits of minimum width on both processes; subthreshold leakage",
)
def leakage_factor(
    feature_size: Metre,
    reference_feature_size: Metre,
    off_current_per_width: AmperePerMetre,
    reference_off_current_per_width: AmperePerMetre,
    supply_voltage: Volt,
    reference_voltage: Volt,
) -> Dimensionless:
    """Leakage power of a circuit on one process over that of the same circuit on another. [1].

    The transistors shrink with the feature size, each metre of width leaks the off-current of its process, and the
    supply drives that current. This is a law of its own: leakage does not follow the energy of switching.

    Parameters
    ----------
    feature_size, reference_feature_size : float or array
        Feature size here, and of the process that the leakage is known for. [m]
    off_current_per_width, reference_off_current_per_width : float or array
        Off-current of a transistor per gate width on the two processes. [A/m]
    supply_voltage, reference_voltage : float or array
        Supply here and there. [V]

    Returns
    -------
    float or array
        Ratio of the powers, both at the same temperature. [1]

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    Half the width, three times the off-current, 0.8 V in place of 1 V: 0.5 x 3 x 0.8.

    >>> f"{leakage_factor(14e-9, 28e-9, 3e-4, 1e-4, 0.8, 1.0):.3g}"
    '1.2'
    """
    widths = feature_size / reference_feature_size
    currents = off_current_per_width / reference_off_current_per_width
    return widths * currents * (supply_voltage / reference_voltage)


@equation(
    formula="k = a_cell / (n_F F^2)",
    reference="derivation: docs/models/digital.md",
    valid="a memory model that draws its cell as a fixed number of squares of the feature size",
)
def cell_area_ratio(
    bitcell_area_per_bit: SquareMetrePerBit, squares_per_bit: PerBit, feature_size: Metre
) -> Dimensionless:
    """Area of a process's memory cell over that of a model's cell, which shrinks with the feature size. [1].

    Parameters
    ----------
    bitcell_area_per_bit : float or array
        Area of the memory cell of the process. [m^2/bit]
    squares_per_bit : float or array
        Area of the model's cell in squares of its feature size, above zero. [1/bit]
    feature_size : float or array
        Feature size of the model's node, above zero. [m]

    Returns
    -------
    float or array
        Ratio of the areas. [1]

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    A cell of 0.127 um^2 at 28 nm against 146 squares of 28 nm, which are 0.1145 um^2: 1.110.

    >>> f"{cell_area_ratio(0.127e-12, 146.0, 28e-9):.4g}"
    '1.11'
    """
    return bitcell_area_per_bit / (squares_per_bit * feature_size**2)


@equation(
    formula="x = k^s",
    reference="derivation: docs/models/technology.md",
    valid="a whole chip at one corner of its process; k of transistors at the same supply and temperature",
)
def corner_factor(corner_ratio: Dimensionless, depth: Dimensionless) -> Dimensionless:
    """Delay, current, leakage or energy at a corner of the process over the typical one. [1].

    Parameters
    ----------
    corner_ratio : float or array
        The same ratio in the kit that it was found in, above zero. [1]
    depth : float or array
        How far this process's corner lies out beside the kit's, as an exponent; 0 is a typical die. [1]

    Returns
    -------
    float or array
        Ratio. [1]

    Notes
    -----
    The exponent keeps slow slow: whatever it is, above zero a ratio above one stays above one. It is linear in the
    threshold voltage that makes most of a corner, for leakage is exponential in it.

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    A corner twice as far out as one where logic takes 1.2 times as long: 1.44.

    >>> f"{corner_factor(1.2, 2.0):.4g}"
    '1.44'
    """
    return corner_ratio**depth


@equation(
    formula="V_T = V_T,typical + s dV_T",
    reference="derivation: docs/models/technology.md",
    valid="transistors of the logic process",
)
def threshold_at_corner(typical_threshold: Volt, threshold_shift: Volt, depth: Dimensionless) -> Volt:
    """Threshold voltage of a transistor at a corner of the process. [V].

    Parameters
    ----------
    typical_threshold : float or array
        Threshold on a typical die. [V]
    threshold_shift : float or array
        Threshold at the corner less that on a typical die, of the kit that it was found in. [V]
    depth : float or array
        How far this process's corner lies out beside the kit's. [1]

    Returns
    -------
    float or array
        Threshold voltage, not below zero. [V]

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    0.4 V and a slow corner of 25 mV, once and a half as far out: 0.4375 V.

    >>> f"{threshold_at_corner(0.4, 0.025, 1.5):.4g}"
    '0.4375'
    """
    threshold: Volt = np.maximum(typical_threshold + threshold_shift * depth, 0.0)
    return threshold
