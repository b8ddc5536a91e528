"""Start and end of layers in a pipeline.

All arguments are counts, rates and times that may be arrays: an axis of layers broadcasts against axes of
design points.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


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

    Valid: clock-driven layers that pass on their spikes after every step

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


@equation
def data_timestep(period: u.Second, timesteps: u.Dimensionless) -> u.Second:
    """Time in which the inputs of a timestep arrive at a chip that streams. [s].

    Parameters
    ----------
    period : float or array
        Time in which the data of one inference arrive. [s]
    timesteps : float or array
        Time steps of one inference. [1]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t_step = P/T

    Valid: timesteps of equal length, one inference after the other

    References
    ----------
    .. [1] Derivation: docs/streaming.md.

    Examples
    --------
    A spoken word of 1.4 s in 100 timesteps.

    >>> f"{1e3 * data_timestep(1.4, 100.0):.0f} ms"
    '14 ms'
    """
    return period / timesteps


@equation
def event_latency(timesteps: u.Dimensionless, step_time: u.Second, passage_time: u.Second) -> u.Second:
    """Latency of event-driven layers. [s].

    Parameters
    ----------
    timesteps : float or array
        Timesteps of the data, T. [1]
    step_time : float or array
        Time of one of them, t_step. [s]
    passage_time : float or array
        Time of the last event from the first layer to the spike of the last, t_pass. [s]

    Returns
    -------
    float or array
        Time from the first event to the last spike. [s]

    Notes
    -----
    Formula: t = T t_step + t_pass

    Valid: no layer waits for the end of a timestep

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    100 timesteps of 14 ms, and 6 ms of passage.

    >>> f"{event_latency(100.0, 14e-3, 6e-3):.3f} s"
    '1.406 s'
    """
    return timesteps * step_time + passage_time


@equation
def rest_in_turns(recovery_time: u.Second, working_time: u.Second, neurons: u.Dimensionless) -> u.Second:
    """Pause between inferences with several neurons per output, which rest in turn. [s].

    Parameters
    ----------
    recovery_time : float or array
        Time until the state of an inference is gone, t_rest. [s]
    working_time : float or array
        Time of an inference in which a neuron works, t. [s]
    neurons : float or array
        Neurons per output, N. [1]

    Returns
    -------
    float or array
        Rest between two inferences. [s]

    Notes
    -----
    Formula: max((t + t_rest)/N - t, 0)

    Valid: neurons in a fixed order, one inference each

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    0.12 s of work and 0.4 s of rest: two neurons leave 0.14 s, five rest while the others work.

    >>> f"{rest_in_turns(0.4, 0.12, 2.0):.2f} s {rest_in_turns(0.4, 0.12, 5.0):.2f} s"
    '0.14 s 0.00 s'
    """
    return np.maximum((working_time + recovery_time) / neurons - working_time, 0.0)


@equation
def longest_work_in_turns(period: u.Second, recovery_time: u.Second, neurons: u.Dimensionless) -> u.Second:
    """Longest active time of a neuron per inference with which it recovers before its next use. [s].

    Parameters
    ----------
    period : float or array
        Time from one inference to the next, T. [s]
    recovery_time : float or array
        Time until the state of an inference is gone, t_rest. [s]
    neurons : float or array
        Neurons per output, N. [1]

    Returns
    -------
    float or array
        Time; not above zero where the neurons rest for too long. [s]

    Notes
    -----
    Formula: min(T, N T - t_rest)

    Valid: neurons in a fixed order, one inference each

    References
    ----------
    .. [1] Derivation: docs/models/mapping.md.

    Examples
    --------
    The two neurons of `rest_in_turns`: in 0.26 s they rest for 0.4 s of two periods, and work for 0.12 s.

    >>> f"{longest_work_in_turns(0.26, 0.4, 2.0):.2f} s {longest_work_in_turns(0.26, 0.4, 5.0):.2f} s"
    '0.12 s 0.26 s'
    """
    return np.minimum(period, neurons * period - recovery_time)


@equation
def barrier_step_time(
    update_time: u.Second, receiving_time: u.Second, sending_time: u.Second, link_time: u.Second,
    flight_time: u.Second, barrier_time: u.Second,
) -> u.Second:  # fmt: skip
    """Time of one step of a core with barrier synchronisation. [s].

    Parameters
    ----------
    update_time : float or array
        Time for which the core updates its neurons. [s]
    receiving_time : float or array
        Time for which the core takes in spikes and works on their synapses. [s]
    sending_time : float or array
        Time for which one core sends the spikes that go to this one and its neighbours. [s]
    link_time : float or array
        Time for which the busiest link on the way is occupied. [s]
    flight_time : float or array
        Time of the last spike from its sender to the core. [s]
    barrier_time : float or array
        Time of the barrier at the end of a step. [s]

    Returns
    -------
    float or array
        Time of the step. [s]

    Notes
    -----
    Formula: t = t_update + max(t_receive, t_send, t_link) + t_flight + t_barrier

    Valid: cores that update their neurons one after the other, and parallel senders, links and receivers; a
    lower bound if full buffers block a sender

    References
    ----------
    .. [1] Derivation: docs/models/network.md.

    Examples
    --------
    256 neurons of 5.3 ns, ten spikes of 256 operations of 3.5 ns, and a barrier of 465 ns.

    >>> f"{barrier_step_time(256 * 5.3e-9, 10 * 256 * 3.5e-9, 21e-9, 53e-9, 5.3e-9, 465e-9):.4g}"
    '1.079e-05'
    """
    longest: u.Second = np.maximum(np.maximum(receiving_time, sending_time), link_time)
    return update_time + longest + flight_time + barrier_time
