"""Costs of learning: due updates, pulses per update, and the time of a row of updates."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def any_share(share: u.Dimensionless, number: u.Dimensionless) -> u.Dimensionless:
    """Share of the groups with at least one of several independent events. [1].

    For example a spike in the window of a trace, or a changed value in a word.

    Parameters
    ----------
    share : float or array
        Share of the single things that are there, such as spikes of a neuron in a timestep, p. [1]
    number : float or array
        Things in a group, such as timesteps of a window or values in a word, k. [1]

    Returns
    -------
    float or array
        Share of the groups. [1]

    Notes
    -----
    Formula: P = 1 - (1 - p)^k

    Valid: independent spikes or changes

    References
    ----------
    .. [1] Derivation: docs/models/learning.md.

    Examples
    --------
    A spike in one of ten timesteps, a trace of two: 1 - 0.9^2 = 0.19.

    >>> f"{any_share(0.1, 2.0):.3g}"
    '0.19'
    """
    return 1.0 - (1.0 - share) ** number


@equation
def either_share(first: u.Dimensionless, second: u.Dimensionless) -> u.Dimensionless:
    """Share of the cases with at least one of two independent events. [1].

    Parameters
    ----------
    first, second : float or array
        Share of each. [1]

    Returns
    -------
    float or array
        Share. [1]

    Notes
    -----
    Formula: p = p_1 + p_2 - p_1 p_2

    Valid: events that are independent of each other

    References
    ----------
    .. [1] Derivation: docs/models/learning.md.

    Examples
    --------
    Two coins: 1/2 + 1/2 - 1/4.

    >>> either_share(0.5, 0.5)
    0.75
    """
    return first + second - first * second


@equation
def asked_steps(
    learning_rate: u.Dimensionless, mean_change: u.Dimensionless, states: u.Dimensionless
) -> u.Dimensionless:
    """Mean change of an update, in steps of the device. [1].

    Parameters
    ----------
    learning_rate : float or array
        Factor on the change, eta. [1]
    mean_change : float or array
        Mean absolute change at a rate of one, over the range of a weight, c. [1]
    states : float or array
        Steps from one end of the range to the other, K. [1]

    Returns
    -------
    float or array
        Steps. [1]

    Notes
    -----
    Formula: m = eta c K

    Valid: changes that do not reach the ends of the range

    References
    ----------
    .. [1] P.-Y. Chen et al., NeuroSim, processing of dG over (G_max - G_min)/K in ProcessingUnit.cpp, V2.1.

    Examples
    --------
    One per cent of the range on a device of 60 states: 0.6 steps.

    >>> f"{asked_steps(1.0, 0.01, 60.0):.3g}"
    '0.6'
    """
    return learning_rate * mean_change * states


@equation
def written_share(steps: u.Dimensionless) -> u.Dimensionless:
    """Share of the due updates that are at least one step of the device. [1].

    Parameters
    ----------
    steps : float or array
        Mean change in steps, m. [1]

    Returns
    -------
    float or array
        Share. [1]

    Notes
    -----
    Formula: q = exp(-1/m)

    Valid: exponentially distributed changes, none written below one step

    References
    ----------
    .. [1] Derivation: docs/models/learning.md.

    Examples
    --------
    A mean of one step: 1/e of all updates.

    >>> f"{written_share(1.0):.4f}"
    '0.3679'
    """
    some = steps > 0.0
    return np.where(some, np.exp(-1.0 / np.where(some, steps, 1.0)), 0.0)


@equation
def threshold_pulses(steps: u.Dimensionless) -> u.Dimensionless:
    """Mean pulses per due update, with N = ceil(x) pulses for a change of x steps, and none below one. [1].

    Parameters
    ----------
    steps : float or array
        Mean change in steps, m. [1]

    Returns
    -------
    float or array
        Pulses. [1]

    Notes
    -----
    Formula: n = q (2 - q)/(1 - q), with q = exp(-1/m)

    Valid: as for `written_share`; a change of m steps takes m pulses where m is large

    References
    ----------
    .. [1] NeuroSim V2.1, ProcessingUnit.cpp: a cell is written if dG is at least one step, with ceil(dG/step) pulses.

    Examples
    --------
    A mean of one step: 0.3679 x 1.6321/0.6321 = 0.950.

    >>> f"{threshold_pulses(1.0):.3f}"
    '0.950'
    """
    q = written_share(steps)
    # 1 - q without loss of digits where m is large
    return q * (2.0 - q) / -np.expm1(-1.0 / np.where(steps > 0.0, steps, 1.0))


@equation
def slowest_pulses(steps: u.Dimensionless, cells: u.Dimensionless) -> u.Dimensionless:
    """Mean pulses of the slowest of several cells that are written together. [1].

    Parameters
    ----------
    steps : float or array
        Mean change in steps, m. [1]
    cells : float or array
        Cells written together, n. [1]

    Returns
    -------
    float or array
        Pulses, at least one. [1]

    Notes
    -----
    Formula: N = max(1, m (ln n + gamma) + 1/2)

    Valid: as for `written_share`; gamma is Euler's constant, and half a pulse is the mean of rounding up

    References
    ----------
    .. [1] Derivation: docs/models/learning.md.

    Examples
    --------
    A mean of two steps in each of 128 cells: 2 x (4.852 + 0.577) + 0.5 = 11.4 pulses.

    >>> f"{slowest_pulses(2.0, 128.0):.3g}"
    '11.4'
    """
    return np.maximum(1.0, steps * (np.log(np.maximum(cells, 1.0)) + np.euler_gamma) + 1.0 / 2.0)


@equation
def pulse_energy(
    voltage: u.Volt, old_conductance: u.Siemens, new_conductance: u.Siemens, width: u.Second,
    pulses: u.Dimensionless,
) -> u.Joule:  # fmt: skip
    """Cell energy of the pulses for a change from one conductance to another. [J].

    Parameters
    ----------
    voltage : float or array
        Amplitude, V. [V]
    old_conductance, new_conductance : float or array
        Conductance before and after, G_1 and G_2, above zero. [S]
    width : float or array
        Width of a pulse, t. [s]
    pulses : float or array
        Pulses, N. [1]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = V^2 2/(1/G_1 + 1/G_2) t N

    Valid: an ohmic cell at its mean resistance of both ends

    References
    ----------
    .. [1] NeuroSim V2.1, ProcessingUnit.cpp, GetWriteUpdateEstimation.

    Examples
    --------
    4 V and 50 ns on a cell that stays at 240 kohm: 16 x 50e-9/240e3 = 3.33 pJ.

    >>> f"{pulse_energy(4.0, 1 / 240e3, 1 / 240e3, 50e-9, 1.0):.3g}"
    '3.33e-12'
    """
    return voltage**2 * 2.0 / (1.0 / old_conductance + 1.0 / new_conductance) * width * pulses


@equation
def step_size(
    state: u.Dimensionless, states: u.Dimensionless, nonlinearity: u.Dimensionless
) -> u.Dimensionless:
    """Step of a cell for one pulse, over its window. [1].

    Parameters
    ----------
    state : float or array
        Where the cell lies in its window, seen from the end that the pulse moves it away from, g. [1]
    states : float or array
        Pulses from one end of the window to the other, K. [1]
    nonlinearity : float or array
        How much the steps shrink on the way, nu. [1]

    Returns
    -------
    float or array
        Step. [1]

    Notes
    -----
    Formula: dg = (nu/K) (1/(1 - exp(-nu)) - g), and 1/K for nu = 0

    Valid: exponentially shrinking steps, with g = (1 - exp(-nu n/K))/(1 - exp(-nu)) after n pulses, for many
    states

    References
    ----------
    .. [1] P.-Y. Chen et al., NeuroSim, IEEE Transactions on Computer-Aided Design 37 (2018) 3067, weight update curves.

    Examples
    --------
    100 states and a nonlinearity of 2: 0.02 x 1/(1 - exp(-2)) = 0.0231 at the beginning.

    >>> f"{step_size(0.0, 100.0, 2.0):.4f}"
    '0.0231'
    """
    bent = nonlinearity > 0.0
    known = np.where(bent, nonlinearity, 1.0)
    return np.where(bent, known / states * (-1.0 / np.expm1(-known) - state), 1.0 / states)


@equation
def state_after_pulses(
    pulses: u.Dimensionless, states: u.Dimensionless, nonlinearity: u.Dimensionless
) -> u.Dimensionless:
    """Position of a cell in its window after a number of pulses from one end. [1].

    Parameters
    ----------
    pulses : float or array
        Pulses from the end on, n. [1]
    states : float or array
        Pulses from one end of the window to the other, K. [1]
    nonlinearity : float or array
        How much the steps shrink on the way, nu. [1]

    Returns
    -------
    float or array
        Part of the window. [1]

    Notes
    -----
    Formula: g = (1 - exp(-nu n/K))/(1 - exp(-nu)), and n/K for nu = 0

    Valid: at most the pulses to the other end

    References
    ----------
    .. [1] P.-Y. Chen et al., NeuroSim, IEEE Transactions on Computer-Aided Design 37 (2018) 3067, weight update curves.

    Examples
    --------
    Half of the pulses at a nonlinearity of 2: (1 - exp(-1))/(1 - exp(-2)) = 0.731.

    >>> f"{state_after_pulses(50.0, 100.0, 2.0):.3f}"
    '0.731'
    """
    bent = nonlinearity > 0.0
    known = np.where(bent, nonlinearity, 1.0)
    return np.where(bent, np.expm1(-known * pulses / states) / np.expm1(-known), pulses / states)


@equation
def row_readout_area(area: u.SquareMetre, rows: u.Dimensionless, columns: u.Dimensionless) -> u.SquareMetre:
    """Area of row read-out circuits that copy the column circuits, per column circuit. [m^2].

    Parameters
    ----------
    area : float or array
        Area of one circuit at a column, A. [m^2]
    rows, columns : float or array
        Rows and columns of an array, R and C. [1]

    Returns
    -------
    float or array
        Area. [m^2]

    Notes
    -----
    Formula: A_r = A R/C

    Valid: the same sharing of circuits at rows and columns

    References
    ----------
    .. [1] Derivation: docs/models/learning.md.

    Examples
    --------
    A circuit of 8 um^2 at each of 64 columns of an array of 128 rows: 16 um^2.

    >>> f"{row_readout_area(8e-12, 128.0, 64.0):.3g}"
    '1.6e-11'
    """
    return area * rows / columns
