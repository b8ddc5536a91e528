"""How long neurons see their input in a timestep: the least time with which they fire as often as the network's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import NetworkContext
from neuroest.blocks.neurons.base import Neuron
from neuroest.core import units as u
from neuroest.equations import integration

_ROUNDS = 16
"""Rounds in which a hold time is looked for; numerical: within a part in 10^6 of the nominal values of neurons that
integrate a current, 10^4 of the diffusive ones, and a few in 10^3 of the extreme draws of a band."""
_NEAREST = 1e-6
"""Share of the interval that a round leaves at either end."""


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
        Time from one timestep of each layer to the next, for a hold time. Where each event is read by itself, a
        timestep is its events one after the other, and the hold time that of an event.

    Returns
    -------
    float or ndarray
        Hold time, at most the whole integration; one for each layer where rates differ.
    """
    steps, events = drives_per_spike(network), network.events
    full = neuron.integration_time()
    own = _least_hold(neuron, steps, full, lambda hold: period_of(hold) / events)
    period = np.maximum(longest(np.asarray(period_of(own))), network.least_timestep) / events
    found = _least_hold(neuron, steps, full, lambda hold: period + 0.0 * hold)
    whole = np.asarray(full, dtype=float)
    share = np.where(np.isfinite(whole), found / np.where(np.isfinite(whole), whole, 1.0), 1.0)
    return integration.hold_time(full, share if np.size(share) > 1 else float(np.ravel(share)[0]))


def drives_per_spike(network: NetworkContext) -> u.Dimensionless:
    """Timesteps, or events that are read by themselves, in which a neuron gathers what makes it fire, by layer."""
    rate, drives = network.output_rate / network.events, network.timesteps * network.events
    return integration.timesteps_per_spike(rate, drives)


def longest(time: u.Second) -> u.Second:
    """Longest time of the layers, for what must hold in all of them; a single number keeps its origin."""
    return np.max(time, axis=-1, keepdims=True) if np.ndim(time) else time


def shortest(time: u.Second) -> u.Second:
    """Shortest time of the layers."""
    return np.min(time, axis=-1, keepdims=True) if np.ndim(time) else time


def _least_hold(
    neuron: Neuron, steps: u.Dimensionless, full: u.Second, period_of: Callable[[u.Second], u.Second]
) -> u.Second:
    """Least time with which the neuron fires within so many timesteps; the whole integration at most.

    The rate of a neuron rises with its drive. Chandrupatla's method (Adv. Eng. Software 28 (1997) 145) interpolates
    where that is safe and halves the interval elsewhere; every point takes as many rounds, so that a list gives what
    its points give.
    """
    # no drive is longer than the time from one to the next
    longest_drive = np.minimum(full, period_of(np.asarray(full, dtype=float)))
    shape = np.broadcast(longest_drive, np.asarray(steps)).shape
    wanted = np.broadcast_to(1.0 / np.asarray(steps, dtype=float), shape)

    def excess(hold: u.Second) -> NDArray[np.float64]:
        return np.asarray(1.0 / np.asarray(neuron.steps_to_fire(hold, period_of(hold)), dtype=float) - wanted)

    low, high = np.zeros(shape), np.broadcast_to(longest_drive, shape)
    at_low, at_high = -wanted, np.maximum(1.0 - wanted, 0.0)
    older, at_older, share = low, at_low, np.full(shape, 1.0 / 2.0)
    new, other, at_new, at_other = high, low, at_high, at_low
    for _ in range(_ROUNDS):
        tried = new + share * (other - new)
        found = excess(tried)
        same = (found >= 0.0) == (at_new >= 0.0)
        older, at_older = np.where(same, new, other), np.where(same, at_new, at_other)
        other, at_other = np.where(same, other, new), np.where(same, at_other, at_new)
        new, at_new = tried, found
        share = _next_share(new, other, older, at_new, at_other, at_older)
    return np.where(at_new >= 0.0, new, other)


def _next_share(
    new: NDArray[np.float64], other: NDArray[np.float64], older: NDArray[np.float64],
    at_new: NDArray[np.float64], at_other: NDArray[np.float64], at_older: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    """Share of the way from the newest end of the interval to the other one at which to try next."""
    with np.errstate(all="ignore"):
        place, value = (new - other) / (older - other), (at_new - at_other) / (at_older - at_other)
        safe = (value * value < place) & ((1.0 - value) ** 2 < 1.0 - place)
        inverse = at_new / (at_other - at_new) * at_older / (at_other - at_older) + (older - new) / (
            other - new
        ) * at_new / (at_older - at_new) * at_other / (at_older - at_other)
    inside = np.clip(np.where(np.isfinite(inverse), inverse, 1.0 / 2.0), _NEAREST, 1.0 - _NEAREST)
    return np.asarray(np.where(safe, inside, 1.0 / 2.0))
