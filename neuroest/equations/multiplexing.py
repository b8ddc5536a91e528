"""Switches between columns and shared circuits, and hold stages for their results.

A multiplexer is a tree of transmission gates: n inputs meet on one line through L levels, each gate of a level leading
to a line of n^(1/L) gates. Widths are those of the NMOS; the PMOS is sized for the same conductance.
Derivations: docs/models/converters.md, sections "Multiplexers" and "Sample-and-hold stages".
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import BOLTZMANN, UNIFORM_VARIANCE, JoulePerKelvin, rounded_up


@equation
def transmission_gate_conductance(
    on_current: u.AmperePerMetre,
    resistance_factor: u.Dimensionless,
    nominal_supply_voltage: u.Volt,
    supply_voltage: u.Volt,
    threshold_voltage: u.Volt,
    least_overdrive: u.Volt,
) -> u.SiemensPerMetre:
    """Minimum conductance of a transmission gate that is on, per width of its NMOS. [S/m].

    Parameters
    ----------
    on_current : float or array
        Saturation current of the n-type transistor per width at the nominal supply. [A/m]
    resistance_factor : float or array
        Resistance of a closed transistor at small voltage over that of nominal supply and on-current.
    nominal_supply_voltage : float or array
        Supply that the on-current is stated at. [V]
    supply_voltage : float or array
        Supply of the gate. [V]
    threshold_voltage : float or array
        Threshold of both transistors, below the nominal supply. [V]
    least_overdrive : float or array
        What is kept where the supply lies below two thresholds and less than this. [V]

    Returns
    -------
    float or array
        Conductance per width. [S/m]

    Notes
    -----
    Formula: g = (j_on / (k V_nom)) max(V_dd - 2 V_T, V_0) / (V_nom - V_T)

    Valid: signal in the middle of the supply, small voltage across the gate; V_0 is the limit for weak
    inversion

    References
    ----------
    N. H. E. Weste and D. Harris, "CMOS VLSI Design", 4th ed. (2011), transmission gates. Derivation:
    docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    A fifth of 0.9 V / 662 uA/um, thresholds of 0.3 V: 3678 S/m at full drive, half of it in the middle of the supply.

    >>> f"{transmission_gate_conductance(662.0, 0.2, 0.9, 0.9, 0.3, 0.05):.0f} S/m"
    '1839 S/m'
    """
    full = on_current / (resistance_factor * nominal_supply_voltage)
    overdrive = np.maximum(supply_voltage - 2.0 * threshold_voltage, least_overdrive)
    return full * overdrive / (nominal_supply_voltage - threshold_voltage)


@equation
def switch_width(
    source_conductance: u.Siemens,
    resistance_share: u.Dimensionless,
    conductance_per_width: u.SiemensPerMetre,
    levels: u.Dimensionless,
) -> u.Metre:
    """NMOS width of a gate with a given share of the resistance of its path. [m].

    Parameters
    ----------
    source_conductance : float or array
        Conductance of what drives the path. [S]
    resistance_share : float or array
        Share of the path's resistance that all gates in series may have, above 0.
    conductance_per_width : float or array
        Conductance of a closed gate per width. [S/m]
    levels : float or array
        Gates in series.

    Returns
    -------
    float or array
        Width. [m]

    Notes
    -----
    Formula: W = L G_s (1 - x) / (x g)

    Valid: x = R_on / (R_on + R_s), R_on of L gates in series

    References
    ----------
    Derivation: docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    A column of 1 kohm may lose 5 %: a gate of 52.6 ohm, 10.3 um at 1839 S/m.

    >>> f"{1e6 * switch_width(1e-3, 0.05, 1839.0, 1.0):.1f} um"
    '10.3 um'
    """
    gates = levels * source_conductance * (1.0 - resistance_share) / resistance_share
    return gates / conductance_per_width


@equation
def switch_resistance_share(
    source_conductance: u.Siemens,
    width: u.Metre,
    conductance_per_width: u.SiemensPerMetre,
    levels: u.Dimensionless,
) -> u.Dimensionless:
    """Share of the series gates in the resistance of a path. [1].

    Parameters
    ----------
    source_conductance : float or array
        Conductance of what drives the path. [S]
    width : float or array
        Width of the n-type transistor of each gate. [m]
    conductance_per_width : float or array
        Conductance of a closed gate per width. [S/m]
    levels : float or array
        Gates in series.

    Returns
    -------
    float or array
        Share, 0 to 1.

    Notes
    -----
    Formula: x = L G_s / (L G_s + g W)

    Valid: applies to lost current, voltage drop or settling

    References
    ----------
    Derivation: docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    10.33 um at 1839 S/m are 19 mS in parallel with the 1 mS of the column:

    >>> f"{switch_resistance_share(1e-3, 10.33e-6, 1839.0, 1.0):.3f}"
    '0.050'
    """
    source = levels * source_conductance
    return source / (source + conductance_per_width * width)


@equation
def path_resistance(
    width: u.Metre, conductance_per_width: u.SiemensPerMetre, levels: u.Dimensionless
) -> u.Ohm:
    """On-resistance of the gates of a path. [ohm].

    Parameters
    ----------
    width : float or array
        Width of the n-type transistor of each gate. [m]
    conductance_per_width : float or array
        Conductance of a closed gate per width. [S/m]
    levels : float or array
        Gates in series.

    Returns
    -------
    float or array
        Resistance. [ohm]

    Notes
    -----
    Formula: R = L / (g W)

    Valid: signal in the middle of the supply

    References
    ----------
    Derivation: docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    1 um at 1839 S/m:

    >>> f"{path_resistance(1e-6, 1839.0, 1.0):.0f} ohm"
    '544 ohm'
    """
    return levels / (conductance_per_width * width)


@equation
def multiplexer_gates(inputs: u.Dimensionless, levels: u.Dimensionless) -> u.Dimensionless:
    """Transmission gates of a multiplexer, and line length of one path in input pitches. [1].

    Parameters
    ----------
    inputs : float or array
        Inputs n of one multiplexer, 1 or more.
    levels : float or array
        Gates in series on a path.

    Returns
    -------
    float or array
        Gates. The lines of a path span m, m^2, ... n inputs, which is the same sum.

    Notes
    -----
    Formula: N = m (n - 1) / (m - 1), m = n^(1/L); 0 for n = 1

    Valid: levels of equal fan-in, n + n/m + n/m^2 + ...; fractions of a gate are not rounded up

    References
    ----------
    Derivation: docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    16 inputs in two levels: 16 gates, and 4 behind them.

    >>> float(multiplexer_gates(16.0, 2.0))
    20.0
    """
    fan_in = inputs ** (1.0 / levels)
    several = inputs > 1.0
    below = np.where(several, fan_in - 1.0, 1.0)
    return np.where(several, fan_in * (inputs - 1.0) / below, 0.0)


@equation
def path_gates(inputs: u.Dimensionless, levels: u.Dimensionless) -> u.Dimensionless:
    """Gates whose junctions load the lines between an input and the output of a multiplexer. [1].

    Parameters
    ----------
    inputs : float or array
        Inputs of one multiplexer, 1 or more.
    levels : float or array
        Gates in series on a path.

    Returns
    -------
    float or array
        Gates.

    Notes
    -----
    Formula: N = L n^(1/L); 0 for n = 1

    Valid: one line of each level

    References
    ----------
    Derivation: docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    256 inputs load a single line with 256 junctions, two levels with 2 x 16.

    >>> float(path_gates(256.0, 1.0)), float(path_gates(256.0, 2.0))
    (256.0, 32.0)
    """
    return np.where(inputs > 1.0, levels * inputs ** (1.0 / levels), 0.0)


@equation
def select_gates(
    inputs: u.Dimensionless, levels: u.Dimensionless, counter_gates: u.Dimensionless
) -> u.Dimensionless:
    """Two-input gates that select the input of multiplexers with a common counter. [1].

    Parameters
    ----------
    inputs : float or array
        Inputs of one multiplexer, 1 or more.
    levels : float or array
        Gates in series on a path.
    counter_gates : float or array
        Gates of two inputs that one bit of the counter takes.

    Returns
    -------
    float or array
        Gates, 0 for one input.

    Notes
    -----
    Formula: N = k ceil(log2 n) + L min(m log2 m, 2 m + sqrt(m) log2 m), m = n^(1/L)

    Valid: binary counter; decoders of gates in a row at each output, or of two halves and two gates at each
        output

    References
    ----------
    Derivation: docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    8 inputs: 3 bits of 8 gates, and 8 outputs of 3 gates.

    >>> float(select_gates(8.0, 1.0, 8.0))
    48.0
    """
    address, fan_in = np.log2(inputs), inputs ** (1.0 / levels)
    of_level = address / levels
    # below some ten outputs the halves cost more than they save
    decoder = np.minimum(fan_in * of_level, 2.0 * fan_in + np.sqrt(fan_in) * of_level)
    return counter_gates * rounded_up(address) + levels * decoder


@equation
def select_switching(inputs: u.Dimensionless, counter_gates: u.Dimensionless) -> u.Dimensionless:
    """Maximum number of two-input gates that switch when multiplexers step to the next input. [1].

    Parameters
    ----------
    inputs : float or array
        Inputs of one multiplexer, 1 or more.
    counter_gates : float or array
        Gates of two inputs that one bit of the counter takes.

    Returns
    -------
    float or array
        Gates.

    Notes
    -----
    Formula: N = k ceil(log2 n) + 2 log2 n

    Valid: the clock reaches all bits of the counter; one output of each decoder falls and one rises

    References
    ----------
    Derivation: docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    >>> float(select_switching(8.0, 8.0))
    30.0
    """
    address = np.log2(inputs)
    return counter_gates * rounded_up(address) + 2.0 * address


@equation
def transistor_pair_area(
    first_width: u.Metre, second_width: u.Metre, gate_pitch: u.Metre, metal_pitch: u.Metre
) -> u.SquareMetre:
    """Area of two transistors without shared diffusion. [m^2].

    Parameters
    ----------
    first_width, second_width : float or array
        Widths of the transistors. [m]
    gate_pitch : float or array
        Contacted gate pitch. [m]
    metal_pitch : float or array
        Smallest metal pitch. [m]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = 2 p_gate (W_n + W_p + 2 p_metal)

    Valid: each finger with its own contacts on both sides, one metal pitch next to each transistor

    References
    ----------
    Derivation: docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    1 um and 2 um, gates 0.1 um and wires 0.1 um apart: 0.2 um x 3.2 um.

    >>> f"{1e12 * transistor_pair_area(1e-6, 2e-6, 0.1e-6, 0.1e-6):.2f} um^2"
    '0.64 um^2'
    """
    return 2.0 * gate_pitch * (first_width + second_width + 2.0 * metal_pitch)


@equation
def hold_capacitance(
    temperature: u.Kelvin,
    bits: u.Dimensionless,
    signal_swing: u.Volt,
    noise_share: u.Dimensionless,
    boltzmann: JoulePerKelvin = BOLTZMANN,
) -> u.Farad:
    """Smallest capacitor for a sample with a given number of bits. [F].

    Parameters
    ----------
    temperature : float or array
        Temperature. [K]
    bits : float or array
        Resolution of the converter behind it.
    signal_swing : float or array
        Full scale on the capacitor. [V]
    noise_share : float or array
        Noise power of the sample over that of the converter's quantisation.
    boltzmann : float
        Boltzmann constant. [J/K]

    Returns
    -------
    float or array
        Capacitance. [F]

    Notes
    -----
    Formula: C = 12 k T 4^b / (a V^2)

    Valid: noise of a switched capacitor, kT/C, at a times the quantisation noise of b bits over V

    References
    ----------
    Derivation: docs/models/converters.md, section "Sample-and-hold stages".

    Examples
    --------
    8 bits of 0.5 V at 300 K, as noisy as the quantisation: 3.26 fJ / 0.25 V^2.

    >>> f"{1e15 * hold_capacitance(300.0, 8.0, 0.5, 1.0):.1f} fF"
    '13.0 fF'
    """
    noise = UNIFORM_VARIANCE * boltzmann * temperature * np.exp2(2.0 * bits)
    return noise / (noise_share * signal_swing * signal_swing)


@equation
def junction_time(
    inputs: u.Dimensionless,
    levels: u.Dimensionless,
    junction_capacitance: u.FaradPerMetre,
    conductance_per_width: u.SiemensPerMetre,
    resistance_share: u.Dimensionless,
) -> u.Second:
    """Time constant of a multiplexer from its own junctions, independent of the gate width. [s].

    Parameters
    ----------
    inputs : float or array
        Inputs of one multiplexer, 1 or more.
    levels : float or array
        Gates in series on a path.
    junction_capacitance : float or array
        Junctions of both transistors of a gate, per width of the n-type one. [F/m]
    conductance_per_width : float or array
        Conductance of a closed gate per width of that transistor. [S/m]
    resistance_share : float or array
        Share of the path's resistance that the gates have, above 0.

    Returns
    -------
    float or array
        Time constant. [s]

    Notes
    -----
    Formula: t_j = L^2 m c_d (1 + b_p) / (x g), m = n^(1/L); 0 for n = 1

    Valid: all resistance of the path in front of all its junctions, which is conservative

    References
    ----------
    Derivation: docs/models/converters.md, section "Multiplexers".

    Examples
    --------
    8 inputs, 2.2 fF/um on a line and 1839 S/m, a fifth of the path: 17.6 fF/um x 544 ohm um x 5.

    >>> f"{1e12 * junction_time(8.0, 1.0, 2.2e-9, 1839.0, 0.2):.1f} ps"
    '47.9 ps'
    """
    junctions = path_gates(inputs, levels) * junction_capacitance
    return levels * junctions / (resistance_share * conductance_per_width)


@equation
def settling_conductance(
    load_capacitance: u.Farad, acquisition_time: u.Second, bits: u.Dimensionless, own_time: u.Second
) -> u.Siemens:
    """Path conductance needed to charge the input of a converter in time. [S].

    Parameters
    ----------
    load_capacitance : float or array
        Input of the converter, and the wire to it. [F]
    acquisition_time : float or array
        Time in which the converter takes its input. [s]
    bits : float or array
        Resolution of the converter.
    own_time : float or array
        Time constant that the path has by itself, `junction_time`. [s]

    Returns
    -------
    float or array
        Conductance of follower and switches in series. [S]

    Notes
    -----
    Formula: G = C / (tau - min(t_j, tau/2)), tau = t / ln 2^(b + 1)

    Valid: single pole within half an LSB of b bits in the time t; t_j up to half of its time constant

    References
    ----------
    Derivation: docs/models/converters.md, section "Sample-and-hold stages".

    Examples
    --------
    256 fF to 8 bits in 1 ns: a time constant of 160 ps, so 1.6 mS.

    >>> f"{1e3 * settling_conductance(256e-15, 1e-9, 8.0, 0.0):.2f} mS"
    '1.60 mS'
    """
    time_constant = acquisition_time / ((bits + 1.0) * np.log(2.0))
    left: u.Second = time_constant - np.minimum(own_time, time_constant / 2.0)
    return load_capacitance / left


@equation
def follower_current(
    transconductance: u.Siemens,
    transconductance_efficiency: u.PerVolt,
    load_capacitance: u.Farad,
    signal_swing: u.Volt,
    acquisition_time: u.Second,
) -> u.Ampere:
    """Bias of a source follower, for its transconductance and for the largest step. [A].

    Parameters
    ----------
    transconductance : float or array
        Transconductance that settling asks for. [S]
    transconductance_efficiency : float or array
        Transconductance per current, which the inversion of the transistor sets. [1/V]
    load_capacitance : float or array
        What it charges. [F]
    signal_swing : float or array
        Largest step. [V]
    acquisition_time : float or array
        Time for it. [s]

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: I = max(g_m / e, C V / t)

    Valid: class A: the charging current also flows without a signal

    References
    ----------
    F. Silveira, D. Flandre and P. G. A. Jespers, "A gm/ID based methodology for the design of CMOS analog circuits",
    IEEE J. Solid-State Circuits 31, 1314 (1996), doi:10.1109/4.535416. Derivation: docs/models/converters.md, section
    "Sample-and-hold stages".

    Examples
    --------
    1.6 mS at 15/V are 107 uA, but 0.5 V on 256 fF in 1 ns take 128 uA:

    >>> f"{1e6 * follower_current(1.6e-3, 15.0, 256e-15, 0.5, 1e-9):.0f} uA"
    '128 uA'
    """
    return np.maximum(
        transconductance / transconductance_efficiency, load_capacitance * signal_swing / acquisition_time
    )
