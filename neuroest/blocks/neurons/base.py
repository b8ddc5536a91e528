"""Properties of a neuron at crossbar columns, owned by one output of the network, and its drive by the columns.

State of such a neuron lives in ions or on a capacitor. It cannot be saved and swapped, so there are as many
physical neurons as the network has outputs.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import (
    Characteristic,
    Check,
    Component,
    Costs,
    EnergyCost,
    NetworkContext,
    either,
    largest_of_layers,
    smallest_of_layers,
)
from neuroest.blocks.electrical_point import Burst, ElectricalPoint
from neuroest.blocks.process_scaling import ROOM_TEMPERATURE, leakage_at_chip_temperature
from neuroest.core import units as u
from neuroest.core.arrays import Array, Mask
from neuroest.core.distinct_layers import DistinctLayers
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.recording import recording_of, surely, surely_none
from neuroest.core.threshold_search import least_reaching, recorded_least_reaching
from neuroest.equations import integration, neuron_geometry
from neuroest.equations import neurons as equations
from neuroest.equations._numbers import rounded_down, rounded_up

if TYPE_CHECKING:
    from neuroest.blocks.circuit import Circuit


_NOISE_SIGMAS = 6.0
"""Standard deviations of kT/C noise that a threshold must exceed; a convention: about once in 10^9 for a Gaussian."""


_TWICE = 2.0
"""Spikes for one of the network from which on a neuron counts as one that fires too often; a convention."""
_SOONER = 1e-4
"""Share of the timesteps to a spike that a search for the shortest drive leaves open; numerical."""
_LONGER = 1e-9
"""Share of a drive that such a search may miss: one that is shorter by rounding may never fire; numerical."""


@frozen_dataclass(eq=False)
class FiringRule:
    """Rule for the timesteps to a spike as a function of the drive in each, for one neuron.

    Attributes
    ----------
    rule : callable
        Timesteps, from the time that a full drive is on in each, the time between them, and the numbers.
    numbers : tuple
        What the rule takes of the neuron.
    inverse : callable, optional
        Shortest drive in each timestep, from the timesteps to a spike, the time between them, and the numbers; None for
        a rule without a closed form of it.
    """

    rule: Callable[..., u.Dimensionless]
    numbers: tuple[u.Numeric, ...]
    inverse: Callable[..., u.Second] | None = None

    def steps_to_fire(self, hold_time: u.Second, period: u.Second) -> u.Dimensionless:
        """Timesteps to a spike; infinite for a neuron that never fires."""
        return self.rule(hold_time, period, *self.numbers)

    def spread(self, shape: tuple[int, ...]) -> FiringRule:
        """Rule with each number that is not the same for all broadcast to this shape and flattened to one axis."""
        given = (np.asarray(number, dtype=float) for number in self.numbers)
        spread = (one.ravel() if one.size == 1 else np.broadcast_to(one, shape).ravel() for one in given)
        return replace(self, numbers=tuple(spread))

    def at(self, places: NDArray[np.intp]) -> FiringRule:
        """Rule with a selection of the numbers on each axis."""
        given = (np.asarray(number) for number in self.numbers)
        return replace(self, numbers=tuple(one if one.size == 1 else one[places] for one in given))


@frozen_dataclass(eq=False)
class Membrane:
    """State of a neuron that follows one linear equation, in units of its threshold.

    Attributes
    ----------
    integration_time : float
        From an empty state to the threshold under a full drive. [s]
    driven, idle : float
        Time constants of the state with and without a drive; infinite for a state that does not decay. [s]
    final : float
        Where a lasting full drive settles; infinite where it does not.
    rest : float
        State after a spike.
    delay : float
        From the threshold to the spike, with the drive still on. [s]
    refractory : float
        After a spike, in which the neuron takes no input. [s]
    gain_spread : float
        Standard deviation of the logarithm of the drive between neurons.
    threshold_spread : float
        Standard deviation of the threshold from spike to spike.
    signed : bool
        Whether a negative drive discharges the state, at most to zero.
    """

    integration_time: u.Second
    driven: u.Second = np.inf
    idle: u.Second = np.inf
    final: u.Dimensionless = np.inf
    rest: u.Dimensionless = 0.0
    delay: u.Second = 0.0
    refractory: u.Second = 0.0
    gain_spread: u.Dimensionless = 0.0
    threshold_spread: u.Dimensionless = 0.0
    signed: bool = False


def _leaky_steps(
    hold_time: u.Second, period: u.Second, integration_time: u.Second, memory_time: u.Second
) -> u.Dimensionless:
    """Timesteps to a spike of a state that decays with the same time constant with and without drive."""
    memory = integration.counted_memory(memory_time, period, integration_time)
    final = integration.settled_state(integration_time, memory)
    return integration.leaky_steps_to_fire(hold_time, period, memory, memory, final, 0.0)


def _leaky_drive(
    steps: u.Dimensionless, period: u.Second, integration_time: u.Second, memory_time: u.Second
) -> u.Second:
    """Shortest drive in each timestep with which such a state reaches the threshold within so many."""
    memory = integration.counted_memory(memory_time, period, integration_time)
    return integration.leaky_drive_time(steps, period, memory, integration_time)


class Neuron(Component[Any]):
    """Properties of the neuron at its columns that a crossbar needs."""

    family = "neuron"
    output_buffer: ClassVar[Literal["inside", "outside", "unstated"]] = "inside"
    """Location of the circuit that drives the output wire: in the model, in a block behind it, or not known."""
    in_time: ClassVar[str] = "neuroest.dynamics.circuits_in_time.NumbersInTime"
    """Class that simulates it in time (`dynamics.in_time.NeuronInTime`); the default uses its closed forms."""
    all_times: ClassVar[Mapping[str, float]] = {}
    """Parameters that move together when all of its times are scaled, each with its exponent; nothing for the one of
    `time_parameter` alone."""
    no_circuit: ClassVar[str] = "its block describes no circuit"
    """Reason why there is no circuit to export, if `circuit` returns None."""
    behaviour: ClassVar[str] = ""
    """Device spec with further parameters of its circuit, such as a leak that estimates do not use."""

    @classmethod
    def circuit(cls, values: Mapping[str, float]) -> Circuit | None:  # noqa: ARG003 - for those that have one
        """The neuron as a circuit for a circuit simulator, or None for a neuron known only by its numbers.

        Parameters
        ----------
        values : mapping of str to float
            Parameters of its device and of its `behaviour`, as `neuroest simulate` integrates them. [SI]
        """
        return None

    def signals(self) -> u.Dimensionless:
        """Its input and its output."""
        return 2.0

    conducts_while_driven: ClassVar[bool] = False
    """Whether the costs of a timestep are a current that flows for as long, and as strongly, as the input is on."""
    fires_again: ClassVar[bool] = False
    """Whether it fires again or stays on while its drive lasts, so that circuits end the drive at a spike."""

    state_can_be_read: ClassVar[bool] = True
    """Whether a circuit can read how near to firing it is, as rules with a surrogate slope need."""

    @property
    def reset_between_inferences(self) -> bool:
        """Whether its state outlives an inference, so that each neuron is reset before the next one."""
        return False

    def with_input_scaled(self, share: u.Dimensionless) -> Self:
        """The neuron with this share of its nominal input.

        Neurons whose circuit does not say what a weaker input does stay as they are.
        """
        return self

    @property
    def supports_input_scaling(self) -> bool:
        """Whether the effect of a weaker input on the neuron is known."""
        return type(self).with_input_scaled is not Neuron.with_input_scaled

    def with_device(self, **values: Any) -> Self:
        """The same neuron with some device parameters changed."""
        return replace(self, device=self.device.changed(**values))

    @abstractmethod
    def integration_time(self) -> u.Second:
        """Time under a full drive from an empty state to a spike."""

    @abstractmethod
    def refractory_time(self) -> u.Second:
        """Time after a spike before the next integration can begin."""

    def drive_margin(self) -> u.Dimensionless:
        """Time of drives over that with which its model fires, for the error of the model."""
        return 1.0

    def drive_time(self) -> u.Second:
        """Time of a full drive that fires it in one timestep, with the margin."""
        return self.integration_time() * self.drive_margin()

    @abstractmethod
    def spike_energies(
        self, drive_time: u.Second, hold_time: u.Second, on_time: u.Second = 0.0
    ) -> list[EnergyCost]:
        """Energy terms of a spike, of a timestep, fired or not, and of an inference.

        Parameters
        ----------
        drive_time : float or ndarray
            Time that the input is on in a timestep. [s]
        hold_time : float or ndarray
            Part of it that the neuron needs. [s]
        on_time : float or ndarray
            Time that the input stays on after a spike, while the neuron conducts. [s]
        """

    @property
    def time_parameter(self) -> tuple[str, float]:
        """Parameter that sets the integration time, and its approximate exponent; an empty name for none."""
        return "", 1.0

    def drive_voltage(self) -> u.Volt | None:
        """Voltage that the column circuits must reach at its input; None for neurons with a current input."""
        return None

    def fed_checks(self, source: u.Ohm) -> list[Check]:
        """Checks whether it can spike with its input in series with this resistance."""
        return []

    def minimum_interval(self) -> u.Second:
        """Shortest time from one spike of the neuron to the next."""
        return self.integration_time() + self.refractory_time()

    def recovery_time(self) -> u.Second:
        """Time that the neuron needs between inferences to forget."""
        return 0.0

    def memory_time(self) -> u.Second | None:
        """Time constant with which the neuron forgets; None if the device does not state it."""
        return None

    @property
    def leak_can_be_set(self) -> bool:
        """Whether a bias sets the leak to any time constant below that with which it forgets at most."""
        return False

    def time_after_drive(self, hold_time: u.Second) -> u.Second:
        """Time from the end of a timestep's drive to the next drive, for a timestep with a spike."""
        return self.refractory_time()

    def time_between_drives(self, hold_time: u.Second) -> u.Second:
        """Time from the end of a drive without a spike to the next drive."""
        return 0.0

    def firing_rule(self) -> FiringRule:
        """Rule for the timesteps to a spike, with the numbers of this neuron."""
        memory = self.memory_time()
        numbers = self.integration_time(), np.inf if memory is None else memory
        return FiringRule(_leaky_steps, numbers, _leaky_drive)

    def steps_to_fire(self, hold_time: u.Second, period: u.Second) -> u.Dimensionless:
        """Timesteps to a spike with a full drive for the hold time of each; infinite for a neuron that never fires."""
        return self.firing_rule().steps_to_fire(hold_time, period)

    def membrane(self) -> Membrane | None:
        """State of a neuron that follows a linear equation; None for one that does not."""
        time, memory = self.integration_time(), self.memory_time()
        if memory is None or not np.all(np.isfinite(memory)):
            return Membrane(time, refractory=self.refractory_time())
        settled = integration.settled_state(time, memory)
        return Membrane(time, memory, memory, settled, refractory=self.refractory_time())

    def firing_spreads(self) -> tuple[u.Dimensionless, u.Dimensionless]:
        """Relative standard deviations of the drive that fires it: between neurons, and from spike to spike."""
        membrane = self.membrane()
        return (0.0, 0.0) if membrane is None else (membrane.gain_spread, membrane.threshold_spread)

    def state_memory(self) -> u.Second:
        """Time constant of what the neuron keeps from one timestep to the next."""
        membrane = self.membrane()
        return np.inf if membrane is None else membrane.idle

    def least_drive(self) -> u.Second:
        """Shortest drive that changes the state of the neuron."""
        return 0.0

    def drive_checks(self, hold_time: u.Second, period: u.Second) -> list[Check]:
        """Checks whether `steps_to_fire` is valid for drives of this length and period."""
        return []

    def spikes_of(self, burst: Burst) -> u.Dimensionless:
        """Spikes of the typical neuron in a drive for one spike of the network.

        One that forgets between timesteps, or that is faster than its column, fires in each drive, and again in it.
        """
        period = np.maximum(burst.period, burst.pulse)
        steps = self.steps_to_fire(burst.pulse * (1.0 + _LONGER), period)
        needed = np.maximum(rounded_up(steps * (1.0 - _SOONER)), 1.0)
        rest = np.maximum(burst.pulse - self.integration_time(), 0.0)
        in_each = 1.0 + rounded_down(rest / self.minimum_interval())
        return np.maximum(rounded_down(burst.steps / needed), 1.0) * in_each

    def conducting_steps(self, burst: Burst) -> u.Dimensionless:
        """Timesteps without a spike that conduct as much as the driven ones of a burst do before its spikes."""
        return burst.steps

    def on_time(self, burst: Burst) -> u.Second:
        """Time for which the input stays on after each of them while the neuron conducts."""
        return 0.0

    def burst_checks(self, burst: Burst) -> list[Check]:
        """Whether a neuron fires as often as that of the network.

        Checks
        ------
        neuron_fires_once
            the typical neuron spikes more often than that of the network; spikes for one
        """
        worst = np.max(np.asarray(self.spikes_of(burst)), axis=-1, keepdims=True)
        return [self.require("advice", "neuron_fires_once", worst, "<", _TWICE)]

    def endurance(self) -> u.Dimensionless | None:
        """Spikes before the device wears out; None if it does not."""
        return None

    @property
    def counts_misfires(self) -> bool:
        """Whether the length of a drive follows from the required share of successful spikes."""
        return False

    def firing_probability(self) -> u.Dimensionless | None:
        """Probability that a full-length drive makes the neuron fire; None if it is not known."""
        return None

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Times, and the probability of a spike."""
        figures = [
            self.characteristic("integration time", self.integration_time(), "s"),
            self.characteristic("refractory time", self.refractory_time(), "s"),
            self.characteristic("highest spike rate", 1.0 / self.minimum_interval(), "1/s"),
        ]
        probability = self.firing_probability()
        if probability is not None:
            figures.append(self.characteristic("firing probability", probability, "1"))
        return figures

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs with the energies of a timestep, and of all spikes of a neuron for one of the network.

        Counts do not depend on the pace of a chip, and how often a neuron fires again does. A neuron by itself has a
        drive of the stated hold time, or of a whole integration, and spikes once.
        """
        costs, hold = super().costs(network, point), point.get("hold_time", self.integration_time())
        burst, checks = point.get("burst", None), list(costs.checks)
        if burst is None:
            drive = np.maximum(point.get("read_time", 0.0), hold)
            burst = Burst(drive, drive + self.refractory_time(), 1.0, 0.0, 1.0, ends=False)
            on = 0.0 if self.fires_again else self.on_time(burst)
        else:
            on, checks = self.on_time(burst), [*checks, *self.burst_checks(burst)]
        spikes = point.get("spikes_for_one", 1.0)
        if np.shape(spikes) == (1,):  # a number keeps the origin of what it multiplies, an array does not
            spikes = np.ravel(spikes)[0]
        times = {"spike": spikes, "time_step": point.get("drive_share", 1.0)}
        energies = [
            replace(one, energy=one.energy * times.get(one.action, 1.0))
            for one in self.spike_energies(burst.pulse, hold, on)
        ]
        return replace(costs, energies=[*costs.energies, *energies], checks=checks)

    def noise_check(self, node: u.Farad, swing: u.Volt) -> Check:
        """Whether thermal noise stays far below the voltage that separates rest from firing.

        Checks
        ------
        thermal_noise
            the capacitance is so small that thermal noise fires the neuron
        """
        needed = neuron_geometry.noise_limited_capacitance(self.technology.temperature, swing, _NOISE_SIGMAS)
        return self.require("design_rule", "thermal_noise", node, ">=", needed, "F")


class LeakingNeuron(Neuron):
    """Neuron whose capacitor holds its state for as long as the switches at it allow, with a leak that a bias sets."""

    def leak_current(self) -> u.Ampere:
        """Current that leaves the membrane while it integrates, at the nominal supply and temperature of the chip.

        The off-current of its switches, and that of their drain junctions, which no gate voltage lowers.
        """
        d = self.device
        cold = self.process.off_current * d.switch_width * d.switch_leakage + d.junction_leakage
        return leakage_at_chip_temperature(self, cold, ROOM_TEMPERATURE)

    def held_time(self) -> u.Second:
        """Time constant of the membrane: as stated, at most what its switches allow; infinite without either."""
        d, leaks = self.device, np.asarray(self.device.switch_width) > 0.0
        current = either(leaks, self.leak_current(), 1.0)
        longest = equations.membrane_hold_time(d.membrane_capacitance, d.threshold_voltage, current)
        held: u.Second = np.minimum(d.memory_time, either(leaks, longest, np.inf))
        return held

    def memory_time(self) -> u.Second | None:
        """Time constant with which it forgets; None for one that does not."""
        memory = self.held_time()
        return memory if np.any(np.isfinite(memory)) else None

    @property
    def leak_can_be_set(self) -> bool:
        """Whether a bias sets the leak to any shorter time constant."""
        return not np.any(np.isfinite(self.device.memory_time))


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


_ROUNDING = 1e-9
"""Tolerance of the search for the hold time, as a share of an integration; numerical."""
_NEARLY = 0.1
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
        # as a share of the whole integration, where that ends
        whole = np.asarray(full, dtype=float)
        share = np.where(np.isfinite(whole), found / np.where(np.isfinite(whole), whole, 1.0), 1.0)
        hold = integration.hold_time(full, share if np.size(share) > 1 else float(np.ravel(share)[0]))
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
        whole = hold >= neuron.drive_time() * (1.0 - _ROUNDING)
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
        alone = hold >= neuron.drive_time() * (1.0 - _NEARLY)
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
