"""Writing the cells of a crossbar array: energy, time and wear."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


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
