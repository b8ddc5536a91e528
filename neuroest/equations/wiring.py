"""Wires on a die: energy and delay, buses and H trees, and the buffers that drive them."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided, rounded_up

_HALF_SWING: float = np.log(2.0)  # time constants of an RC stage until half the swing
_HALF_SWING_LINE: float = (2.0 / np.pi) ** 2 * np.log(2.0**3 / np.pi)
"""The same of a distributed line, in R C."""
_H_LENGTH = 3.0
"""Bars of one H, each half as long as the side of the square that it serves."""


@equation
def wire_energy_per_bit_length(
    charging_probability: u.Dimensionless,
    repeater_factor: u.Dimensionless,
    capacitance_per_length: u.FaradPerMetre,
    supply_voltage: u.Volt,
    bits_per_transfer: u.Bit,
) -> u.JoulePerBitMetre:
    """Energy of moving one bit over a wire, per length. [J/bit/m].

    Parameters
    ----------
    charging_probability : float or array
        How often one transfer charges the wire: 1 for a spike that returns to zero, 1/4 for random bits that
        stay until the next one. [1]
    repeater_factor : float or array
        Capacitance of wire and repeaters per capacitance of the wire. [1]
    capacitance_per_length : float or array
        Capacitance of the wire. [F/m]
    supply_voltage : float or array
        Swing and supply of the wire. [V]
    bits_per_transfer : float or array
        Information that one transfer on the wire carries, above zero: 1 bit for two-level signals. [bit]

    Returns
    -------
    float or array
        Energy per bit and length. [J/bit/m]

    Notes
    -----
    Formula: e = p kappa c V^2 / b

    Valid: full-swing wires; the energy from the supply, not the energy stored in the capacitance

    Published energies per millimetre use C V^2, C V^2 / 2 and C V^2 / 4 for the same wire.

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    Random bits, 0.2 fF/um, 1 V and a factor of 1.5: 0.25 x 1.5 x 200 fJ/mm = 75 fJ per bit and millimetre.

    >>> f"{wire_energy_per_bit_length(0.25, 1.5, 0.2e-9, 1.0, 1.0):.3g}"
    '7.5e-11'
    """
    return (
        charging_probability
        * repeater_factor
        * capacitance_per_length
        * supply_voltage**2
        / bits_per_transfer
    )


@equation
def wire_energy(bits: u.Bit, length: u.Metre, energy_per_bit_length: u.JoulePerBitMetre) -> u.Joule:
    """Energy of moving bits over a wire. [J].

    Parameters
    ----------
    bits : float or array
        Bits that are moved. [bit]
    length : float or array
        Length that is charged: for a bus or a broadcast tree all of it. [m]
    energy_per_bit_length : float or array
        Energy per bit and length. [J/bit/m]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = b L e_w

    Valid: point-to-point wires, buses and trees whose whole length is charged

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    64 bits over 0.5 mm at 50 fJ per bit and millimetre: 1.6 pJ.

    >>> f"{wire_energy(64.0, 0.5e-3, 50e-12):.3g}"
    '1.6e-12'
    """
    return bits * length * energy_per_bit_length


@equation
def repeated_wire_delay(
    length: u.Metre,
    resistance_per_length: u.OhmPerMetre,
    capacitance_per_length: u.FaradPerMetre,
    inverter_time_constant: u.Second,
) -> u.Second:
    """Delay of a wire with repeaters of optimal size and spacing. [s].

    Parameters
    ----------
    length : float or array
        Length of the wire. [m]
    resistance_per_length : float or array
        Resistance of the wire. [ohm/m]
    capacitance_per_length : float or array
        Capacitance of the wire. [F/m]
    inverter_time_constant : float or array
        Output resistance times input capacitance of a repeater, which does not depend on its size. [s]

    Returns
    -------
    float or array
        Delay, 2.41 sqrt(tau_0 r c) L. [s]

    Notes
    -----
    Formula: t = 2 [ln 2 + sqrt(0.379 ln 2)] sqrt(tau_0 r c) L

    Valid: repeaters of optimal size and spacing, wires much longer than one spacing

    References
    ----------
    .. [1] H. B. Bakoglu, J. D. Meindl, "Optimal interconnection circuits for VLSI", IEEE Trans. Electron
       Devices 32, 903-909 (1985), doi:10.1109/T-ED.1985.22046; the book form of it is 2.5 sqrt(R0 C0 R C).
    .. [2] Derivation: docs/models/network.md.

    Examples
    --------
    1 mm of 1 ohm/um and 0.2 fF/um with 2 ps: 2.41 x sqrt(2 ps x 200 ps) = 48 ps.

    >>> f"{repeated_wire_delay(1e-3, 1e6, 0.2e-9, 2e-12):.2g}"
    '4.8e-11'
    """
    coefficient = 2.0 * (_HALF_SWING + np.sqrt(_HALF_SWING_LINE * _HALF_SWING))
    delay: u.Second = (
        coefficient
        * np.sqrt(inverter_time_constant * resistance_per_length * capacitance_per_length)
        * length
    )
    return delay


@equation
def inverter_time_constant(
    supply_voltage: u.Volt, gate_capacitance: u.FaradPerMetre, on_current: u.AmperePerMetre
) -> u.Second:
    """Output resistance of an inverter times its input capacitance, independent of its size. [s].

    Parameters
    ----------
    supply_voltage : float or array
        Supply, V_dd. [V]
    gate_capacitance : float or array
        Gate capacitance per transistor width, c_g. [F/m]
    on_current : float or array
        Saturation current per transistor width, i_on. [A/m]

    Returns
    -------
    float or array
        Time constant. [s]

    Notes
    -----
    Formula: tau_0 = 3 V_dd c_g / i_on

    Valid: inverters with a PMOS twice as wide as the NMOS, without self-loading

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    0.9 V, 1.45 fF/um and 0.66 mA/um of a low-power 28 nm process: 3 x 0.9 V x 1.45 fF / 0.66 mA.

    >>> f"{inverter_time_constant(0.9, 1.45e-9, 660.0):.3g}"
    '5.93e-12'
    """
    one, wide = 1.0, 2.0
    return (one + wide) * supply_voltage * gate_capacitance / on_current


@equation
def bus_area(
    wires: u.Dimensionless, pitch: u.Metre, length: u.Metre, layers: u.Dimensionless
) -> u.SquareMetre:
    """Area of a bus on the floor plan. [m^2].

    Parameters
    ----------
    wires : float or array
        Parallel wires. [1]
    pitch : float or array
        Distance from wire to wire. [m]
    length : float or array
        Length of the bus. [m]
    layers : float or array
        Metal layers over which the wires are spread. [1]

    Returns
    -------
    float or array
        Area; infinite without layers. [m^2]

    Notes
    -----
    Formula: A = n_wires p L / n_layers

    Valid: parallel wires distributed over metal layers, which block nothing else

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    64 wires of 0.1 um pitch over 1 mm in 2 layers: 3200 um^2.

    >>> f"{bus_area(64.0, 0.1e-6, 1e-3, 2.0):.3g}"
    '3.2e-09'
    """
    return divided(wires * pitch * length, layers)


@equation
def h_tree_path_length(side: u.Metre, leaves: u.Dimensionless) -> u.Metre:
    """Length from the root of an H-tree to any of its leaves. [m].

    Parameters
    ----------
    side : float or array
        Side of the square that the tree serves. [m]
    leaves : float or array
        Leaves, one in the middle of every part of the square. [1]

    Returns
    -------
    float or array
        Length of the path. [m]

    Notes
    -----
    Formula: L = D (1 - 1 / sqrt(N))

    Valid: H-trees over a square; exact where the number of leaves is a power of four

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    16 leaves on 1 mm: 0.25 + 0.25 mm to the quarter, half of it inside the quarter: 0.75 mm.

    >>> f"{h_tree_path_length(1e-3, 16.0):.3g}"
    '0.00075'
    """
    return side * (1.0 - 1.0 / np.sqrt(np.maximum(leaves, 1.0)))


@equation
def h_tree_total_length(side: u.Metre, leaves: u.Dimensionless) -> u.Metre:
    """Total wire length of an H-tree, charged by a broadcast. [m].

    Parameters
    ----------
    side : float or array
        Side of the square that the tree serves. [m]
    leaves : float or array
        Leaves, one in the middle of every part of the square. [1]

    Returns
    -------
    float or array
        Length of the tree. [m]

    Notes
    -----
    Formula: L = (3/2) D (sqrt(N) - 1)

    Valid: H-trees over a square; exact where the number of leaves is a power of four

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    16 leaves on 1 mm: one H of 3 x 0.5 mm and four of 3 x 0.25 mm: 4.5 mm.

    >>> f"{h_tree_total_length(1e-3, 16.0):.3g}"
    '0.0045'
    """
    return _H_LENGTH / 2.0 * side * (np.sqrt(np.maximum(leaves, 1.0)) - 1.0)


@equation
def h_tree_leaves(places: u.Dimensionless) -> u.Dimensionless:
    """Leaves of the smallest full H-tree for all places. [1].

    Parameters
    ----------
    places : float or array
        Places that are connected; one place is a tree of one leaf. [1]

    Returns
    -------
    float or array
        Leaves, a power of four. [1]

    Notes
    -----
    Formula: N = 4^ceil(log_4 n)

    Valid: H-trees, including the wires of unused places

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    Five places take the tree of sixteen leaves, four that of four.

    >>> f"{h_tree_leaves(5.0):g}, {h_tree_leaves(4.0):g}"
    '16, 4'
    """
    levels = rounded_up(np.log2(np.maximum(places, 1.0)) / 2.0)
    return (2.0**levels) ** 2


@equation
def h_tree_side(leaf_pitch: u.Metre, leaves: u.Dimensionless) -> u.Metre:
    """Side of the square that a full H-tree serves. [m].

    Parameters
    ----------
    leaf_pitch : float or array
        Distance between neighbouring leaves. [m]
    leaves : float or array
        Leaves, a power of four. [1]

    Returns
    -------
    float or array
        Side of the square. [m]

    Notes
    -----
    Formula: D = p sqrt(N)

    Valid: leaves of equal size that tile a square

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    16 leaves 0.25 mm apart fill 1 mm.

    >>> f"{h_tree_side(0.25e-3, 16.0):.3g}"
    '0.001'
    """
    return leaf_pitch * np.sqrt(leaves)


@equation
def router_pitch(area: u.SquareMetre, routers: u.Dimensionless) -> u.Metre:
    """Distance between neighbouring routers: the side of the area that one of them serves. [m].

    Parameters
    ----------
    area : float or array
        Area of all blocks that the network connects. [m^2]
    routers : float or array
        Routers, or places on a bus or a tree; less than one counts as one. [1]

    Returns
    -------
    float or array
        Pitch. [m]

    Notes
    -----
    Formula: p = sqrt(A / n)

    Valid: routers evenly spread over a square

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    4 mm^2 with 16 routers: 0.25 mm^2 each, 0.5 mm.

    >>> f"{router_pitch(4e-6, 16.0):.3g}"
    '0.0005'
    """
    return np.sqrt(area / np.maximum(routers, 1.0))


@equation
def tapered_buffer_stages(
    load_capacitance: u.Farad, input_capacitance: u.Farad, stage_ratio: u.Dimensionless
) -> u.Dimensionless:
    """Inverters in a chain that drives a load from a small input. [1].

    Parameters
    ----------
    load_capacitance : float or ndarray
        Capacitance to drive, C_L. [F]
    input_capacitance : float or ndarray
        Input capacitance of the first inverter, C_0. [F]
    stage_ratio : float or ndarray
        Ratio of the sizes of two inverters in a row, f. [1]

    Returns
    -------
    float or ndarray
        Whole number of stages. [1]

    Notes
    -----
    Formula: N = ceil(ln(C_L/C_0)/ln f), at least 1

    Valid: f > 1; at least one inverter, as the output of the neuron is inverted

    References
    ----------
    docs/models/neurons.md, "Passing the spike on".

    Examples
    --------
    64 fF from 1 fF in steps of 4.

    >>> f"{tapered_buffer_stages(64e-15, 1e-15, 4.0):.0f}"
    '3'
    """
    steps = np.log(load_capacitance / input_capacitance) / np.log(stage_ratio)
    return np.maximum(rounded_up(steps), 1.0)


@equation
def tapered_buffer_energy(
    load_capacitance: u.Farad, supply_voltage: u.Volt, stage_ratio: u.Dimensionless
) -> u.Joule:
    """Energy of charging a load and its inverter chain once. [J].

    Parameters
    ----------
    load_capacitance : float or ndarray
        Capacitance to drive, C_L. [F]
    supply_voltage : float or ndarray
        Supply of the chain. [V]
    stage_ratio : float or ndarray
        Ratio of the sizes of two inverters in a row, f. [1]

    Returns
    -------
    float or ndarray
        Energy per spike. [J]

    Notes
    -----
    Formula: E = C_L V^2 (1 + 1/(f - 1))

    Valid: f > 1; gates of all stages, without their drains and through currents; upper bound for few stages

    References
    ----------
    docs/models/neurons.md, "Passing the spike on".

    Examples
    --------
    64 fF at 0.9 V, ratio 4: 51.84 fJ * 4/3.

    >>> f"{1e15 * tapered_buffer_energy(64e-15, 0.9, 4.0):.2f} fJ"
    '69.12 fJ'
    """
    return load_capacitance * supply_voltage * supply_voltage * (1.0 + 1.0 / (stage_ratio - 1.0))


@equation
def tapered_buffer_area(
    inverter_area: u.SquareMetre, stages: u.Dimensionless, stage_ratio: u.Dimensionless
) -> u.SquareMetre:
    """Area of a chain of growing inverters. [m^2].

    Parameters
    ----------
    inverter_area : float or ndarray
        Area of the first inverter. [m^2]
    stages : float or ndarray
        Number of inverters, N. [1]
    stage_ratio : float or ndarray
        Ratio of the sizes of two inverters in a row, f. [1]

    Returns
    -------
    float or ndarray
        Area of all inverters. [m^2]

    Notes
    -----
    Formula: A = A_inv (f^N - 1)/(f - 1)

    Valid: f > 1; area proportional to drive

    References
    ----------
    docs/models/neurons.md, "Passing the spike on".

    Examples
    --------
    Three stages of ratio 4 from 0.5 um^2: (1 + 4 + 16) * 0.5 um^2.

    >>> f"{1e12 * tapered_buffer_area(0.5e-12, 3.0, 4.0):.1f} um^2"
    '10.5 um^2'
    """
    return inverter_area * (np.power(stage_ratio, stages) - 1.0) / (stage_ratio - 1.0)
