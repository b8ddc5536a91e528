"""How long neurons see their input in a timestep: the least time with which they fire as often as the network's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neuroest.blocks.base import NetworkContext
from neuroest.blocks.neurons.base import Neuron
from neuroest.core import units as u
from neuroest.equations import integration

_HALVINGS = 40
"""Halvings of the span in which a hold time is looked for; numerical, a part in 10^12 of the whole integration."""


def hold_times(
    neuron: Neuron, network: NetworkContext, period_of: Callable[[u.Second], u.Second]
) -> u.Second:
    """Time of a timestep for which the neurons of each layer see a full drive. [s].

    The layer that takes longest for a timestep sets the period of all, since the layers work as a pipeline. The others
    hold their input for a little longer than at their own pace, because their neurons forget for longer in between.

    Parameters
    ----------
    neuron : Neuron
        The neuron of all layers.
    network : NetworkContext
        With the rate of each layer on the last axis.
    period_of : callable
        Time from one timestep of each layer to the next, for a hold time.

    Returns
    -------
    float or ndarray
        Hold time, at most the whole integration; one for each layer where rates differ.
    """
    steps = integration.timesteps_per_spike(network.output_rate, network.timesteps)
    full = neuron.integration_time()
    own = _least_hold(neuron, steps, full, period_of)
    period = np.maximum(longest(np.asarray(period_of(own))), network.least_timestep)
    found = _least_hold(neuron, steps, full, lambda hold: period + 0.0 * hold)
    whole = np.asarray(full, dtype=float)
    share = np.where(np.isfinite(whole), found / np.where(np.isfinite(whole), whole, 1.0), 1.0)
    return integration.hold_time(full, share if np.size(share) > 1 else float(np.ravel(share)[0]))


def longest(time: u.Second) -> u.Second:
    """Longest time of the layers, for what must hold in all of them; a single number keeps its origin."""
    return np.max(time, axis=-1, keepdims=True) if np.ndim(time) else time


def shortest(time: u.Second) -> u.Second:
    """Shortest time of the layers."""
    return np.min(time, axis=-1, keepdims=True) if np.ndim(time) else time


def _least_hold(
    neuron: Neuron, steps: u.Dimensionless, full: u.Second, period_of: Callable[[u.Second], u.Second]
) -> u.Second:
    """Least time with which the neuron fires within so many timesteps; the whole integration at most."""
    shape = np.broadcast(np.asarray(full), np.asarray(steps)).shape
    low, high = np.zeros(shape), np.broadcast_to(np.asarray(full, dtype=float), shape)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        fires = np.asarray(neuron.steps_to_fire(middle, period_of(middle))) <= steps
        low, high = np.where(fires, low, middle), np.where(fires, middle, high)
    return high
