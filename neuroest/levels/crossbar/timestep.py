"""Input hold time of neurons in a timestep, and their drive by the columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import NetworkContext, largest_of_layers, smallest_of_layers
from neuroest.blocks.electrical_point import Burst
from neuroest.blocks.neurons.base import Neuron
from neuroest.core import units as u
from neuroest.core.arrays import Array, Mask
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.recording import recording_of, surely, surely_none
from neuroest.core.threshold_search import least_reaching, recorded_least_reaching
from neuroest.equations import integration
from neuroest.levels.crossbar.distinct_layers import DistinctLayers

_NEAR = 1e-8
"""Share below a hold time where one of a pace that is the same does no longer suffice; numerical."""
_TURNS = 3
"""Steps of Aitken's formula; numerical, most neurons need two."""
_ABOVE = 1e-12
"""Share by which a hold time exceeds the one of an inverse, so that no rounding makes a neuron late; numerical."""
_CLOSE = 1e-13
"""Relative difference of two hold times that agree; numerical."""


def drives_per_spike(network: NetworkContext) -> u.Dimensionless:
    """Timesteps, or separately read events, from one spike of a neuron to the next, by layer."""
    rate, drives = network.output_rate / network.events, network.timesteps * network.events
    return integration.timesteps_per_spike(rate, drives)


ROUNDING = 1e-9
"""Tolerance of the search for the hold time, as a share of an integration; numerical."""
NEARLY = 0.1
"""Share of an integration that an event may fall short of and still count as a whole one; a convention."""


@frozen_dataclass(eq=False)
class NeuronDrive:
    """Drive of the neurons of each layer by the columns of an array.

    Where each event is read by itself, a timestep is its events one after the other, and the hold time is of one event.

    Attributes
    ----------
    neuron : Neuron
        The neuron of all layers.
    network : NetworkContext
        With threshold, rate and positions of each layer on the last axis.
    drive_time : float or ndarray
        Time that the arrays of each layer need for one input pulse. [s]
    largest_result : float or ndarray
        Largest result that the columns are made for, over the standard deviation of the results of a timestep.
    most_in_turn : float or ndarray
        Largest number of positions that one copy of the arrays reads one after the other in a timestep.
    within_timestep : bool
        Whether one timestep is a whole integration.
    each_event : bool
        Whether each input spike is read by itself.
    sampled : bool
        Whether rows go idle while the neurons integrate.
    timed : bool
        Whether a result is the time of a drive, instead of its amplitude.
    ends : bool
        Whether a spike ends the drive of its timestep.
    """

    neuron: Neuron
    network: NetworkContext
    drive_time: u.Second
    largest_result: u.Dimensionless
    most_in_turn: u.Dimensionless
    within_timestep: bool
    each_event: bool
    sampled: bool
    timed: bool
    ends: bool

    @cached_property
    def steps(self) -> u.Dimensionless:
        """Timesteps with a full drive, or events that are read by themselves, that fire a neuron, by layer."""
        if self.within_timestep:
            return 1.0
        # events of a timestep that are read by themselves bring its result together, each at the scale of one weight
        return self._full_drives * self.network.events if self.each_event else self._full_drives

    @cached_property
    def _full_drives(self) -> u.Dimensionless:
        drives = drives_per_spike(self.network) / self.network.events
        return integration.full_drives_per_spike(self.network.firing_threshold, self.largest_result, drives)

    @cached_property
    def full_scale(self) -> u.Dimensionless:
        """Result that makes a full drive, over the standard deviation of the results of a timestep, by layer."""
        if self.within_timestep or self.each_event:
            return self.largest_result
        return integration.trimmed_full_scale(self.network.firing_threshold, self._full_drives)

    def period(self, hold: u.Second) -> u.Second:
        """Timestep of each layer at its own pace, with as few copies of its arrays as allowed. [s]."""
        in_turn = np.minimum(self.network.positions, self.most_in_turn)
        if self.each_event:
            return np.maximum(in_turn * self.network.events * self.drive_time, self.busy_time(hold))
        each, once = (self.drive_time, hold) if self.sampled else (np.maximum(self.drive_time, hold), 0.0)
        return in_turn * each + once + self.neuron.time_after_drive(hold)

    def busy_time(self, hold: u.Second) -> u.Second:
        """Time that a neuron needs for all events of a timestep in series, with a spike at the end. [s]."""
        drives = self.network.events * (hold + self.neuron.time_between_drives(hold))
        return drives + self.neuron.refractory_time()

    @cached_property
    def own_hold(self) -> u.Second:
        """Hold time with each layer at its own pace, independent of the other layers. [s]."""
        return (
            self._own_hold(self.period) if self.network.pace.own_hold is None else self.network.pace.own_hold
        )

    def _own_hold(self, period_of: Callable[[u.Second], u.Second], sought: Any = True) -> u.Second:
        """Hold time at the pace of each layer, at most the whole integration, for the design points that need one.

        Layers with the same positions, events and `drive_time` have the same time from one timestep to the next.
        """
        neuron, steps, events = self.neuron, self.steps, self.network.events
        alike = (self.network.positions, events, self.drive_time)

        def period(hold: u.Second) -> u.Second:
            return period_of(hold) / events

        guess = neuron.drive_time() / steps
        if neuron.firing_rule().inverse is None:
            return _least_hold(neuron, steps, period, alike, sought, guess)
        guess, agrees = _agreeing_hold(neuron, steps, period)
        if surely(np.all(agrees)):
            return guess
        sought = np.logical_and(sought, np.logical_not(agrees))
        return np.where(agrees, guess, _least_hold(neuron, steps, period, (*alike, guess), sought, guess))

    @cached_property
    def hold_time(self) -> u.Second:
        """Time for which a neuron sees a full drive in one timestep, by layer, at most the whole integration. [s].

        The layer that takes longest for a timestep sets the period of all, since the layers work as a pipeline. The
        others hold their input for a little longer than at their own pace, because their neurons forget for longer in
        between.
        """
        neuron, steps, network = self.neuron, self.steps, self.network
        full = neuron.drive_time()
        if self.within_timestep:
            return full
        own = self.own_hold
        pace = np.asarray(self.period(own))
        slowest = largest_of_layers(pace)
        longer = np.maximum(slowest, network.pace.least_timestep)
        period = longer / network.events
        near = network.pace.near_hold
        done = near is not None and np.equal(network.pace.least_timestep, network.pace.near_timestep)
        found, waits = own, np.logical_and(longer > pace, np.logical_not(done))
        if recording_of(own, longer, steps) is not None:
            guess = largest_of_layers(np.where(pace < slowest, 0.0, own)) * (longer / slowest)
            if surely_none(pace < slowest):
                found = np.where(waits, _hold_at(neuron, steps, period, guess, sought=waits), own)
            else:
                # layers that wait for no other get the same again, so that all with the same steps are one operation
                found = _hold_at(neuron, steps, period, guess, sought=np.logical_not(done))
        elif not surely_none(waits):
            # with the same share of a longer period a neuron fires as often or sooner
            guesses = (own * (longer / pace), own) if near is None else (near, near * (1.0 - _NEAR))
            found = np.where(waits, _hold_at(neuron, steps, period, *guesses, sought=waits), own)
        hold = _as_share(found, full)
        return hold if near is None else np.where(done, near, hold)[()]

    @cached_property
    def column_time(self) -> u.Second:
        """Time for which active rows drive a column: a pulse or settling, and the hold time if not sampled. [s]."""
        return self.drive_time if self.sampled else np.maximum(self.drive_time, self.hold_time)

    @cached_property
    def own_timestep(self) -> u.Second:
        """Timestep of the slowest layer at its own pace; drives are sized for it or for a longer one. [s]."""
        return np.maximum(largest_of_layers(self.period(self.own_hold)), self.network.pace.least_timestep)

    def stretched(self, timestep: u.Second, share: u.Dimensionless, late: Mask) -> tuple[u.Second, u.Second]:
        """Timestep with drives sized for it, if the time of the arrays depends only on the timestep of the layers. [s].

        The second number is the hold time of each layer at its own pace in that timestep. [s].

        Parameters
        ----------
        timestep : float or array
            Timestep that the chip makes with drives for the layers alone. [s]
        share : float or array
            Share of it that the arrays take.
        late : array of bool
            Design points that need it.
        """
        rest, each = (1.0 - share) * timestep, share * timestep / self.own_timestep

        def period(hold: u.Second) -> u.Second:
            return rest + each * self.period(hold)

        hold = self._own_hold(period, late)
        return np.maximum(largest_of_layers(period(hold)), timestep), hold

    def overstretched(self, timestep: u.Second) -> u.Dimensionless:
        """Timesteps of this length that a spike needs, over those allowed, for the slowest layer."""
        hold, neuron = self.hold_time, self.neuron
        needed = neuron.steps_to_fire(hold, np.maximum(timestep / self.network.events, hold))
        whole = hold >= neuron.drive_time() * (1.0 - ROUNDING)
        spiking = np.asarray(self.network.output_rate) > 0.0
        return largest_of_layers(
            np.where(np.logical_and(spiking, np.logical_not(whole)), needed / self.steps, 0.0)
        )

    def events_added_up(self, timestep: u.Second) -> u.Dimensionless:
        """Events that a neuron adds up for a spike, over those in the network, for the worst layer.

        Less than one where a neuron forgets each before the next, and can only answer to it or not: one event that
        lasts for nearly a whole integration counts as all.
        """
        hold, neuron = self.hold_time, self.neuron
        added = np.maximum(neuron.steps_to_fire(hold, np.maximum(timestep / self.network.events, hold)), 1.0)
        alone = hold >= neuron.drive_time() * (1.0 - NEARLY)
        added = np.where(alone, 1.0, added)
        return smallest_of_layers(
            np.where(np.asarray(self.network.output_rate) > 0.0, added / self.steps, 1.0)
        )

    @cached_property
    def burst(self) -> Burst:
        """Drive of the neurons of each layer for one spike of the network, at the timestep of the layers."""
        network, interval = self.network, drives_per_spike(self.network)
        # an input that is not sampled is on for as long as the column is read
        pulse = self.hold_time if self.sampled else self.column_time
        period = self.own_timestep / network.events
        number = network.timesteps * network.events / interval
        idle = np.maximum(interval - self.steps, 0.0) * period
        return Burst(pulse, period, self.steps, idle, number, self.ends)

    @cached_property
    def spikes_for_one(self) -> u.Dimensionless:
        """Spikes of the typical neuron of each layer per spike of the network."""
        return self.neuron.spikes_of(self.burst)

    @cached_property
    def mean_share(self) -> u.Dimensionless:
        """Mean current into a neuron of each layer over all timesteps, as a share of that under a full drive.

        Of a recorded drive, what is left after a spike that ends it is not conducted. Without a record it is that of
        results with a mean of zero, conducted to its end: more than trained layers have.
        """
        if self.within_timestep:
            return 1.0
        assumed = integration.mean_drive_share(self.full_scale, 1.0 if self.timed else 2.0)
        recorded = self.network.recorded_drive
        if recorded is None or not self.timed:  # of an amplitude the mean square would be needed
            return assumed
        if self.ends:
            ended = self.burst.steps - self.neuron.conducting_steps(self.burst)
            recorded = np.maximum(recorded - self.network.output_rate * ended, 0.0)
        return np.where(np.isnan(recorded), assumed, recorded)


def _as_share(hold: u.Second, full: u.Second) -> u.Second:
    """A hold time as a share of the whole integration, where that ends."""
    whole = np.asarray(full, dtype=float)
    share = np.where(np.isfinite(whole), hold / np.where(np.isfinite(whole), whole, 1.0), 1.0)
    return integration.hold_time(full, share if np.size(share) > 1 else float(np.ravel(share)[0]))


def _hold_at(
    neuron: Neuron, steps: u.Dimensionless, period: u.Second, *guesses: u.Second, sought: Any = True
) -> u.Second:
    """Shortest hold time of the neurons of each layer in timesteps, or events, of that length."""
    if neuron.firing_rule().inverse is None:
        return _least_hold(neuron, steps, lambda _: period, (period, sought), sought, *guesses)
    return _closed_hold(neuron, steps, period, np.minimum(neuron.drive_time(), period))


def _closed_hold(
    neuron: Neuron, steps: u.Dimensionless, period: u.Second, longest_drive: u.Second
) -> u.Second:
    """Shortest drive of a neuron whose rule has an inverse, in a timestep of that length; at most the longest."""
    rule = neuron.firing_rule()
    drive = rule.inverse(steps, period, *rule.numbers)  # type: ignore[misc]
    return np.clip(neuron.drive_margin() * drive * (1.0 + _ABOVE), neuron.least_drive(), longest_drive)


def _agreeing_hold(
    neuron: Neuron, steps: u.Dimensionless, period_of: Callable[[u.Second], u.Second]
) -> tuple[u.Second, Mask]:
    """Shortest hold time of a neuron whose rule has an inverse, and where it has been found.

    A hold time makes a period, for which the rule asks for a longer one, up to that which makes its own; Aitken's
    formula goes on from two of them to where their differences, which shrink by a factor, end.
    """
    full = neuron.drive_time()
    most = np.minimum(full, period_of(full))

    def needed(hold: u.Second) -> u.Second:
        return _closed_hold(neuron, steps, period_of(hold), most)

    hold = needed(neuron.least_drive())
    for _ in range(_TURNS):
        first = needed(hold)
        found = needed(first)
        rise, more = first - hold, np.asarray(found - first)
        agrees = np.abs(more) <= _CLOSE * found
        if surely(agrees.all()):
            break
        slows = np.abs(more) < np.abs(rise)
        hold = found + np.where(slows, more * more / np.where(slows, rise - more, 1.0), 0.0)
    return found, agrees


def _least_hold(
    neuron: Neuron, steps: u.Dimensionless, period_of: Callable[[u.Second], u.Second], alike: Sequence[Any],
    sought: Any, *guesses: u.Second,
) -> u.Second:  # fmt: skip
    """Shortest hold time with which the neuron fires within its driven timesteps; at most the whole integration.

    The rate of a neuron rises with its drive. Only what is sought is searched for, and once for layers that have the
    same steps, guesses and `alike` numbers, with which `period_of` gives the same.
    """
    full, steps = np.asarray(neuron.drive_time(), dtype=float), np.asarray(steps)
    # no drive is longer than the time from one to the next
    longest_drive = np.minimum(full, period_of(full))
    rule = neuron.firing_rule()
    if recording_of(longest_drive, steps, sought, rule.numbers) is not None:

        def rate_of(hold: Array) -> Array:
            return np.asarray(1.0 / rule.steps_to_fire(hold / neuron.drive_margin(), period_of(hold)))

        wanted = np.where(sought, 1.0 / steps, np.inf)
        found: u.Second = recorded_least_reaching(
            rate_of, wanted, neuron.least_drive(), longest_drive, *guesses
        )
        return found
    shape = np.broadcast_shapes(np.shape(longest_drive), np.shape(steps), *map(np.shape, rule.numbers))
    rule = rule.spread(shape)
    holds = np.array(np.broadcast_to(longest_drive, shape))

    def spread(numbers: u.Numeric) -> Array:
        given = np.asarray(numbers, dtype=float)
        return (given if given.shape == shape else np.full(shape, given)).ravel()

    def rates(places: NDArray[np.intp]) -> Callable[[Array], Array]:
        chosen, margins = rule.at(places), margin[places]

        def rate(hold: Array) -> Array:
            holds.flat[places] = hold
            period = spread(period_of(holds))[places]
            return np.asarray(1.0 / chosen.steps_to_fire(hold / margins, period))

        return rate

    margin = spread(neuron.drive_margin())
    ends = spread(neuron.least_drive()), spread(longest_drive)
    wanted = np.where(np.broadcast_to(sought, shape), 1.0 / steps, np.inf)
    differing = (steps, *alike)  # whichever guess leads to the same result
    layers = DistinctLayers.of(np.ones(shape[-1:] or (1,), dtype=bool), differing, (longest_drive,))
    if layers.places.size < layers.kinds.size:
        wanted[..., np.delete(np.arange(layers.kinds.size), layers.places)] = np.inf
    found = least_reaching(rates, wanted.ravel(), *ends, *map(spread, guesses)).reshape(shape)
    return layers.by_layer(np.asarray(layers.of_each(found)))
