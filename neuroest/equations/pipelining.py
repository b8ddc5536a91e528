"""When layers that work as a pipeline begin and end.

All arguments are counts, rates and times that may be arrays: an axis of layers broadcasts against axes of
design points.
"""

from __future__ import annotations

from neuroest.core import units as u
from neuroest.core.provenance import equation

_DERIVED = "derivation: docs/models/mapping.md"


@equation
def layer_pipelined_latency(
    timesteps: u.Dimensionless, step_time: u.Second, layers: u.Dimensionless
) -> u.Second:
    """Time from the first input to the last output when layers work as a pipeline of time steps. [s].

    Parameters
    ----------
    timesteps : float or array
        Time steps of one inference. [1]
    step_time : float or array
        Longest step of all layers. [s]
    layers : float or array
        Layers, at least one. [1]

    Returns
    -------
    float or array
        Latency. [s]

    Notes
    -----
    Formula: t = (T + L - 1) t_step

    Valid: clock-driven layers that hand on their spikes after every step

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    20 steps of 100 ns through 3 layers.

    >>> f"{layer_pipelined_latency(20.0, 100e-9, 3.0):.3g}"
    '2.2e-06'
    """
    return (timesteps + layers - 1.0) * step_time


@equation
def initiation_interval(timesteps: u.Dimensionless, step_time: u.Second, recovery_time: u.Second) -> u.Second:
    """Time after which the next inference may begin. [s].

    Parameters
    ----------
    timesteps : float or array
        Time steps of one inference. [1]
    step_time : float or array
        Longest step of all layers. [s]
    recovery_time : float or array
        Time until the state of the last inference is gone. [s]

    Returns
    -------
    float or array
        Initiation interval, the inverse of the throughput. [s]

    Notes
    -----
    Formula: t = T t_step + t_rest

    Valid: state that is cleared between inferences

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    20 steps of 100 ns and a reset of 500 ns.

    >>> f"{initiation_interval(20.0, 100e-9, 500e-9):.3g}"
    '2.5e-06'
    """
    return timesteps * step_time + recovery_time
