"""Writing of an array: decoders, line switches and charge pump, and energy, time and wear of its cells.

Derivations: docs/models/crossbar.md, section "Write circuits".
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided, rounded_down, rounded_up


@equation
def decoder_gates(outputs: u.Dimensionless) -> u.Dimensionless:
    """Two-input gates of a decoder with one gate for each output and two groups of predecoded lines. [1].

    Parameters
    ----------
    outputs : float or array
        Lines that it selects one of, N. [1]

    Returns
    -------
    float or array
        Gates; the predecoders' own first stages, some fourth root of N, are left out. [1]

    Notes
    -----
    Formula: n_g = N + 2 sqrt(N)

    Valid: two stages of two-input gates and their predecoders; conservative below four outputs

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Write circuits".

    Examples
    --------
    256 lines from two groups of 16: 256 + 32 gates.

    >>> f"{decoder_gates(256.0):.0f}"
    '288'
    """
    return outputs + 2.0 * np.sqrt(outputs)


@equation
def decoder_capacitance(
    outputs: u.Dimensionless, pitch: u.Metre, wire_capacitance: u.FaradPerMetre, gate_width: u.Metre,
    gate_capacitance: u.FaradPerMetre,
) -> u.Farad:  # fmt: skip
    """Capacitance that a decoder charges when it selects another line. [F].

    Parameters
    ----------
    outputs : float or array
        Lines that it selects one of, N. [1]
    pitch : float or array
        Distance between two lines, p. [m]
    wire_capacitance : float or array
        Capacitance of a wire per length, c_w. [F/m]
    gate_width : float or array
        Width of all transistors of one gate input, W. [m]
    gate_capacitance : float or array
        Gate capacitance per width, c_g. [F/m]

    Returns
    -------
    float or array
        Capacitance. [F]

    Notes
    -----
    Formula: C = 2 (N p c_w + sqrt(N) W c_g)

    Valid: one predecoded line of each of two groups along all outputs, each with one gate input for sqrt(N)
        of them

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Write circuits".

    Examples
    --------
    256 lines 0.2 um apart, 0.2 fF/um, 16 inputs of 0.5 um and 1 fF/um on a line: 2 x (10.24 + 8) fF.

    >>> f"{1e15 * decoder_capacitance(256.0, 0.2e-6, 0.2e-9, 0.5e-6, 1e-9):.2f} fF"
    '36.48 fF'
    """
    wire = outputs * pitch * wire_capacitance
    return 2.0 * (wire + np.sqrt(outputs) * gate_width * gate_capacitance)


@equation
def switch_area(
    width: u.Metre, gate_length: u.Metre, contact_length: u.Metre, layout_factor: u.Dimensionless
) -> u.SquareMetre:
    """Area of a switch that passes any voltage of a line. [m^2].

    Parameters
    ----------
    width : float or array
        Width of each of its two transistors, W. [m]
    gate_length : float or array
        Length of their gates, L. [m]
    contact_length : float or array
        Length of a contact next to a gate, s. [m]
    layout_factor : float or array
        Area of a layout with its wires over that of its transistors, k. [1]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = 2 W (L + s) k

    Valid: an n-type and a p-type transistor of the same width

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Write circuits".

    Examples
    --------
    1 um wide, 0.27 um gates and 0.23 um contacts, no wires: 2 x 0.5 um^2.

    >>> f"{1e12 * switch_area(1e-6, 0.27e-6, 0.23e-6, 1.0):.2f} um^2"
    '1.00 um^2'
    """
    return 2.0 * width * (gate_length + contact_length) * layout_factor


@equation
def charge_pump_stages(
    output_voltage: u.Volt, input_voltage: u.Volt, parasitic_fraction: u.Dimensionless
) -> u.Dimensionless:
    """Stages of a Dickson charge pump with the lowest input power. [1].

    Parameters
    ----------
    output_voltage : float or array
        Voltage that is asked for, V_out. [V]
    input_voltage : float or array
        Voltage of its supply and of its clock, V_in. [V]
    parasitic_fraction : float or array
        Capacitance of a clocked plate to ground over that of the capacitor, a, above zero. [1]

    Returns
    -------
    float or array
        Whole number of stages. [1]

    Notes
    -----
    Formula: N = ceil((1 + sqrt(a/(1 + a))) (V_out/V_in - 1)), at least 1

    Valid: the number of stages with the lowest power, rounded up; ideal switches

    References
    ----------
    G. Palumbo and D. Pappalardo, "Charge pump circuits: an overview on design strategies and topologies", IEEE Circuits
    and Systems Magazine 10(1), 31 (2010), doi:10.1109/MCAS.2009.935695.

    Examples
    --------
    2 V from 0.9 V with a tenth of parasitics: 1.3015 x 1.2222 = 1.59.

    >>> f"{charge_pump_stages(2.0, 0.9, 0.1):.0f}"
    '2'
    """
    beyond = 1.0 + np.sqrt(parasitic_fraction / (1.0 + parasitic_fraction))
    return np.maximum(rounded_up(beyond * (output_voltage / input_voltage - 1.0)), 1.0)


@equation
def charge_pump_open_voltage(stages: u.Dimensionless, input_voltage: u.Volt) -> u.Volt:
    """Open-circuit voltage of a Dickson charge pump. [V].

    Parameters
    ----------
    stages : float or array
        Its stages, N. [1]
    input_voltage : float or array
        Voltage of its supply and of its clock. [V]

    Returns
    -------
    float or array
        Voltage. [V]

    Notes
    -----
    Formula: V = (N + 1) V_in

    Valid: ideal switches, no load

    References
    ----------
    .. [1] Palumbo and Pappalardo, doi:10.1109/MCAS.2009.935695.
    .. [2] Palumbo and Pappalardo, IEEE Circuits Syst. Mag. 10(1), 31 (2010), doi:10.1109/MCAS.2009.935695.

    Examples
    --------
    Two stages from 0.9 V.

    >>> f"{charge_pump_open_voltage(2.0, 0.9):.1f}"
    '2.7'
    """
    return (stages + 1.0) * input_voltage


@equation
def charge_pump_capacitance(
    stages: u.Dimensionless,
    load_current: u.Ampere,
    clock_frequency: u.PerSecond,
    input_voltage: u.Volt,
    output_voltage: u.Volt,
) -> u.Farad:
    """Capacitance of all stages of a Dickson charge pump that delivers a current at a voltage. [F].

    Parameters
    ----------
    stages : float or array
        Its stages, N. [1]
    load_current : float or array
        Current at its output, I. [A]
    clock_frequency : float or array
        Clock, f. [1/s]
    input_voltage : float or array
        Voltage of its supply and of its clock, V_in. [V]
    output_voltage : float or array
        Voltage at that current, V_out. [V]

    Returns
    -------
    float or array
        Capacitance of all stages together. [F]

    Notes
    -----
    Formula: C = N^2 I/(f ((N + 1) V_in - V_out)), from V_out = (N + 1) V_in - N I/(f C/N)

    Valid: slow switching: the capacitors are charged in each cycle; infinite for a voltage out of reach

    References
    ----------
    .. [1] Palumbo and Pappalardo, doi:10.1109/MCAS.2009.935695.
    .. [2] Palumbo and Pappalardo, IEEE Circuits Syst. Mag. 10(1), 31 (2010), doi:10.1109/MCAS.2009.935695.

    Examples
    --------
    1.6 mA at 2 V from 0.9 V in two stages at 100 MHz: 4 x 1.6 mA/(100 MHz x 0.7 V).

    >>> f"{1e12 * charge_pump_capacitance(2.0, 1.6e-3, 100e6, 0.9, 2.0):.1f} pF"
    '91.4 pF'
    """
    left = charge_pump_open_voltage(stages, input_voltage) / input_voltage - output_voltage / input_voltage
    moved: u.Farad = load_current / (clock_frequency * input_voltage)
    return moved * divided(stages * stages, left)


@equation
def charge_pump_efficiency(
    stages: u.Dimensionless,
    input_voltage: u.Volt,
    output_voltage: u.Volt,
    parasitic_fraction: u.Dimensionless,
) -> u.Dimensionless:
    """Output power over input power of a Dickson charge pump. [1].

    Parameters
    ----------
    stages : float or array
        Its stages, N. [1]
    input_voltage : float or array
        Voltage of its supply and of its clock, V_in. [V]
    output_voltage : float or array
        Voltage at its output, V_out. [V]
    parasitic_fraction : float or array
        Capacitance of a clocked plate to ground over that of the capacitor, a. [1]

    Returns
    -------
    float or array
        Efficiency, whatever current it is made for. [1]

    Notes
    -----
    Formula: eta = V_out/(V_in ((N + 1) + a N^2 V_in/((N + 1) V_in - V_out)))

    Valid: ideal switches; charge of the parasitic plates is lost in each cycle; zero for a voltage out of
        reach

    References
    ----------
    .. [1] Palumbo and Pappalardo, doi:10.1109/MCAS.2009.935695.
    .. [2] Palumbo and Pappalardo, IEEE Circuits Syst. Mag. 10(1), 31 (2010), doi:10.1109/MCAS.2009.935695.

    Examples
    --------
    Two stages from 0.9 V to 2 V, a tenth of parasitics: 2/(0.9 x (3 + 0.1 x 4 x 0.9/0.7)) = 2/3.163.

    >>> f"{charge_pump_efficiency(2.0, 0.9, 2.0, 0.1):.4f}"
    '0.6323'
    """
    gain = output_voltage / input_voltage
    left = charge_pump_open_voltage(stages, input_voltage) / input_voltage - gain
    return gain / (stages + 1.0 + divided(parasitic_fraction * stages * stages, left))


@equation
def charge_pump_area(
    capacitance: u.Farad, capacitance_density: u.FaradPerSquareMetre, area_factor: u.Dimensionless
) -> u.SquareMetre:
    """Area of a charge pump with its switches, clock drivers and regulation. [m^2].

    Parameters
    ----------
    capacitance : float or array
        Capacitance of all its stages. [F]
    capacitance_density : float or array
        Capacitance per area, c_A. [F/m^2]
    area_factor : float or array
        Area of the pump over that of its capacitors, k. [1]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A = k C/c_A

    Valid: capacitors side by side, not above other circuits

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Write circuits".

    Examples
    --------
    91.4 pF at 5 fF/um^2, half as much in addition: 18.3 x 1.5 = 27.4 thousand um^2.

    >>> f"{1e12 * charge_pump_area(91.4e-12, 5e-3, 1.5):.0f} um^2"
    '27420 um^2'
    """
    return area_factor * capacitance / capacitance_density


@equation
def supply_loss_energy(output_energy: u.Joule, efficiency: u.Dimensionless) -> u.Joule:
    """Energy loss of a supply in addition to its output. [J].

    Parameters
    ----------
    output_energy : float or array
        Energy at its output. [J]
    efficiency : float or array
        Power at its output over the power that it takes, eta. [1]

    Returns
    -------
    float or array
        Energy; infinite for an efficiency of zero. [J]

    Notes
    -----
    Formula: E = E_out (1/eta - 1)

    Valid: the efficiency of the pump at its design current

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Write circuits".

    Examples
    --------
    180 pJ at 63.2 %: 105 pJ.

    >>> f"{1e12 * supply_loss_energy(180e-12, 0.632):.0f} pJ"
    '105 pJ'
    """
    return output_energy * (divided(1.0, efficiency) - 1.0)


@equation
def level_shift_energy(pulses: u.Dimensionless, shifters: u.Dimensionless, toggle_energy: u.Joule) -> u.Joule:
    """Level-shifting energy per written cell. [J].

    Parameters
    ----------
    pulses : float or array
        Pulses of one write with verification, N. [1]
    shifters : float or array
        Level shifters that move in a pulse, for one cell, n. [1]
    toggle_energy : float or array
        Energy of one shifter for both edges of a pulse. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = N n E_t

    Valid: every pulse goes through the shifters again

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Write circuits".

    Examples
    --------
    Nine pulses, shifters of a column and its plate and a sixteenth of that of the row: 9 x 2.0625 x 20 fJ.

    >>> f"{1e15 * level_shift_energy(9.0, 2.0625, 20e-15):.1f} fJ"
    '371.2 fJ'
    """
    return pulses * shifters * toggle_energy


@equation
def written_line_current(
    cells: u.Dimensionless, written: u.Dimensionless, write_current: u.Ampere, half_select_current: u.Ampere
) -> u.Ampere:
    """Largest current of a line while cells on it are written. [A].

    Parameters
    ----------
    cells : float or array
        Cells of the line, N. [1]
    written : float or array
        How many of them are written at once, n. [1]
    write_current : float or array
        Current of a cell that is written, I_w. [A]
    half_select_current : float or array
        Current of a cell next to it on the line, I_h; zero behind transistors that are off. [A]

    Returns
    -------
    float or array
        Current. [A]

    Notes
    -----
    Formula: I = n I_w + (N - n) I_h

    Valid: cells that are written at once, and the others on the same line

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Write circuits".

    Examples
    --------
    One of 128 cells at 100 uA, the others at 1 uA: 227 uA.

    >>> f"{1e6 * written_line_current(128.0, 1.0, 100e-6, 1e-6):.0f} uA"
    '227 uA'
    """
    return written * write_current + (cells - written) * half_select_current


@equation
def cells_at_once(
    drivers: u.Dimensionless,
    largest_current: u.Ampere,
    cell_current: u.Ampere,
    arrays_together: u.Dimensionless,
) -> u.Dimensionless:
    """Cells of one array that its drivers and their supply can write at once. [1].

    Parameters
    ----------
    drivers : float or array
        Drivers of the array's columns, C/k. [1]
    largest_current : float or array
        What the supply delivers, I_max; infinite where it is made for the drivers. [A]
    cell_current : float or array
        Current of one cell that is written, half-selected cells next to it included, I_w. [A]
    arrays_together : float or array
        Arrays that are written at the same time behind one supply, m. [1]

    Returns
    -------
    float or array
        Cells, at least one. [1]

    Notes
    -----
    Formula: n = max(1, min(C/k, floor(I_max/(m I_w))))

    Valid: cells of one row, each with its own driver, in all arrays that are written together

    References
    ----------
    Derivation: docs/models/crossbar.md, section "Write circuits".

    Examples
    --------
    16 drivers, and a supply of 1 mA for cells of 100 uA.

    >>> f"{cells_at_once(16.0, 1e-3, 100e-6, 1.0):.0f}"
    '10'
    """
    fed = np.maximum(rounded_down(largest_current / (arrays_together * cell_current)), 1.0)
    return np.minimum(drivers, fed)


@equation
def write_verify_energy(
    pulses: u.Dimensionless,
    write_voltage: u.Volt,
    write_current: u.Ampere,
    pulse_width: u.Second,
    line_energy: u.Joule,
    verify_energy: u.Joule,
) -> u.Joule:
    """Energy of programming one cell with write-verify pulses. [J].

    Parameters
    ----------
    pulses : float or array
        Mean number of pulses: about 1 for two states, more for several.
    write_voltage : float or array
        Voltage of the supply that the write current comes from. [V]
    write_current : float or array
        Mean current during a pulse. [A]
    pulse_width : float or array
        Duration of a pulse. [s]
    line_energy : float or array
        Energy of charging the lines for one pulse. [J]
    verify_energy : float or array
        Energy of reading the cell back once. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = N (V I t + E_line + E_verify)

    Valid: mean over the cells, without the half-selected cells of a passive array

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    9 pulses of 2 V, 100 uA and 100 ns: 9 x 20 pJ = 180 pJ.

    >>> f"{write_verify_energy(9.0, 2.0, 100e-6, 100e-9, 0.0, 0.0):.3g}"
    '1.8e-10'
    """
    return pulses * (write_voltage * write_current * pulse_width + line_energy + verify_energy)


@equation
def array_programming_time(
    cells: u.Dimensionless,
    parallel_cells: u.Dimensionless,
    pulses: u.Dimensionless,
    pulse_width: u.Second,
    verify_time: u.Second,
) -> u.Second:
    """Time of programming all cells of an array. [s].

    Parameters
    ----------
    cells : float or array
        Number of cells to be written.
    parallel_cells : float or array
        Number of cells written at once.
    pulses : float or array
        Pulses of each group: that of its slowest cell, if all wait for it.
    pulse_width, verify_time : float or array
        Duration of a pulse and of the read after it. [s]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = ceil(n_cells / n_parallel) N (t_write + t_verify)

    Valid: groups written one after another, each for the same number of pulses

    References
    ----------
    Derivation: docs/models/crossbar.md.

    Examples
    --------
    1.5 million cells, 128 at once: 11719 x 9 x 200 ns = 21.1 ms.

    >>> f"{array_programming_time(1.5e6, 128.0, 9.0, 100e-9, 100e-9):.3g}"
    '0.0211'
    """
    return np.ceil(cells / parallel_cells) * pulses * (pulse_width + verify_time)


@equation
def rewritten_cells(elements: u.Dimensionless, cells_per_value: u.Dimensionless) -> u.Dimensionless:
    """Cells written per inference if computed operands of products are stored in arrays. [1].

    Parameters
    ----------
    elements : float or array
        Elements of all such factors, E. [1]
    cells_per_value : float or array
        Cells of one number, n: copies times slices. [1]

    Returns
    -------
    float or array
        Cell writes in an inference. [1]

    Notes
    -----
    Formula: N = E n

    Valid: factors that are recomputed in every inference and kept in cells for its products

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    Keys and values of 512 tokens and width 512 in 8 cells each: 4.19 million.

    >>> f"{rewritten_cells(2 * 512 * 512, 8.0):.3g}"
    '4.19e+06'
    """
    return elements * cells_per_value


@equation
def rewriting_limit(endurance: u.Dimensionless, pulses: u.Dimensionless) -> u.Dimensionless:
    """Inferences until cells that are written in each of them wear out. [1].

    Parameters
    ----------
    endurance : float or array
        Write pulses that a cell stands, N_end. [1]
    pulses : float or array
        Pulses of one write with verification, N_p, above zero. [1]

    Returns
    -------
    float or array
        Inferences. [1]

    Notes
    -----
    Formula: n = N_end / N_p

    Valid: every cell written once in an inference, with verification

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    A million cycles and nine pulses: 111 thousand inferences.

    >>> f"{rewriting_limit(1e6, 9.0):.3g}"
    '1.11e+05'
    """
    return endurance / pulses
