"""Power of the surroundings of a chip: boards, frames, racks, supplies and cooling."""

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import divided


@equation
def power_into_shell(
    inside: u.Watt,
    number: u.Dimensionless,
    idle_power: u.Watt,
    active_power: u.Watt,
    duty: u.Dimensionless,
    efficiency: u.Dimensionless,
    overhead: u.Dimensionless,
) -> u.Watt:
    """Power that all shells of one kind take, with everything inside of them. [W].

    Parameters
    ----------
    inside : float or array
        Power of all that is inside: chips, or shells further in. [W]
    number : float or array
        Shells of this kind. [1]
    idle_power : float or array
        Power of the parts of one shell at rest. [W]
    active_power : float or array
        What these parts take more while the system computes. [W]
    duty : float or array
        Share of the time in which it does. [1]
    efficiency : float or array
        Power that arrives inside over power that is converted. [1]
    overhead : float or array
        Power of cooling and distribution over the power that becomes heat in the shell. [1]

    Returns
    -------
    float or array
        Power; infinite where nothing arrives inside. [W]

    Notes
    -----
    Formula: P = (P_in / eta + n (P_idle + d P_active)) (1 + h)

    Valid: mean powers; the efficiency is that at the load of the shell

    References
    ----------
    .. [1] SpiNNMachine, spinn_machine/version/version_5.py and version_spin1.py,
       https://github.com/SpiNNakerManchester/SpiNNMachine.

    Examples
    --------
    A SpiNNaker board of 48 chips in its box: chips at rest 16.82 W, an idle board 26.84 W, so 10.02 W of its own; a box
    5.04 W; 806 busy cores 27.5 W: 31.88 W at rest, 59.38 W at work.

    >>> board = power_into_shell(16.82, 1.0, 10.02, 0.0, 1.0, 1.0, 0.0)
    >>> f"{power_into_shell(board, 1.0, 5.04, 0.0, 1.0, 1.0, 0.0):.2f}"
    '31.88'
    >>> board = power_into_shell(16.82 + 27.5, 1.0, 10.02, 0.0, 1.0, 1.0, 0.0)
    >>> f"{power_into_shell(board, 1.0, 5.04, 0.0, 1.0, 1.0, 0.0):.2f}"
    '59.38'
    """
    own: u.Watt = number * (idle_power + duty * active_power)
    return (divided(inside, efficiency) + own) * (1.0 + overhead)
