"""Properties of a neuron at crossbar columns, owned by one output of the network.

State of such a neuron lives in ions or on a capacitor. It cannot be saved and swapped, so there are as many
physical neurons as the network has outputs.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from neuroest.blocks.base import Characteristic, Check, Component, Costs, EnergyCost, NetworkContext, either
from neuroest.blocks.electrical_point import Burst, ElectricalPoint, Loads
from neuroest.blocks.process_scaling import ROOM_TEMPERATURE, leakage_at_chip_temperature
from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import integration, neuron_geometry
from neuroest.equations import neurons as equations
from neuroest.equations._numbers import rounded_down, rounded_up

if TYPE_CHECKING:
    from neuroest.blocks.circuit import Circuit


def leak_current(neuron: Component[Any]) -> u.Ampere:
    """Current that leaves the membrane while it integrates, at the nominal supply and temperature of the chip. [A].

    The off-current of its switches, and that of their drain junctions, which no gate voltage lowers.
    """
    d = neuron.device
    cold = neuron.process.off_current * d.switch_width * d.switch_leakage + d.junction_leakage
    return leakage_at_chip_temperature(neuron, cold, ROOM_TEMPERATURE)


def longest_memory(neuron: Component[Any]) -> u.Second:
    """Longest time constant that the capacitor can hold; infinite for a device that states no switch. [s]."""
    d, leaks = neuron.device, np.asarray(neuron.device.switch_width) > 0.0
    current = either(leaks, leak_current(neuron), 1.0)
    longest = equations.membrane_hold_time(d.membrane_capacitance, d.threshold_voltage, current)
    return either(leaks, longest, np.inf)


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

    def loads(self) -> Loads | None:
        """Load of the input on its column before a spike; None if a column cannot drive it directly."""
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
