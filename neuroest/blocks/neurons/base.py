"""What a crossbar must know of a neuron that one output of the network owns for itself.

State of such a neuron lives in ions or on a capacitor. It cannot be saved and swapped, so there are as many
physical neurons as the network has outputs.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np

from neuroest.blocks.base import Characteristic, Check, Component, Costs, EnergyCost, NetworkContext, Place
from neuroest.core import units as u
from neuroest.equations import neuron_geometry

_NOISE_SIGMAS = 6.0
"""Standard deviations of kT/C noise that a threshold must exceed; a convention, once in 10^9 for a Gaussian."""


class Neuron(Component[Any]):
    """What a crossbar must know of the neuron at its columns."""

    reset_between_inferences: ClassVar[bool] = False
    """Whether its state outlives an inference, so that each neuron is reset before the next one."""
    family: ClassVar[str] = "neuron"

    def with_input_scaled(self, share: u.Dimensionless) -> Self:
        """The neuron when it is given this share of the input that it was designed for.

        Neurons whose circuit does not say what a weaker input does stay as they are.
        """
        return self

    @property
    def supports_input_scaling(self) -> bool:
        """Whether it is known what a weaker input does to the neuron."""
        return type(self).with_input_scaled is not Neuron.with_input_scaled

    def with_device(self, **values: Any) -> Self:
        """The same neuron with some other numbers of its device."""
        return replace(self, device=self.device.changed(**values))

    @abstractmethod
    def input_hold_time(self) -> u.Second:
        """Time that the input must be held until the neuron has integrated it."""

    @abstractmethod
    def refractory_time(self) -> u.Second:
        """Time after a spike before the next integration can begin."""

    @abstractmethod
    def spike_energies(self, read_time: u.Second) -> list[EnergyCost]:
        """Energy terms of a spike, of a time step in which the neuron is driven, fired or not, and of an inference."""

    def drive_voltage(self) -> u.Volt | None:
        """Voltage that the circuit behind the columns must reach at its input; None for neurons that take a current."""
        return None

    def minimum_interval(self) -> u.Second:
        """Shortest time from one spike of the neuron to the next."""
        return self.input_hold_time() + self.refractory_time()

    def recovery_time(self) -> u.Second:
        """Time between inferences that the neuron needs to forget."""
        return 0.0

    def memory_time(self) -> u.Second | None:
        """Time constant with which a membrane forgets; None where the device does not state it."""
        return None

    def endurance(self) -> u.Dimensionless | None:
        """Spikes before the device wears out, or None where it does not."""
        return None

    def steps_per_spike(self) -> u.Dimensionless:
        """Timesteps of full drive that a spike takes."""
        return 1.0

    def firing_probability(self) -> u.Dimensionless | None:
        """Probability that a drive of full length makes the neuron fire, or None where it is not known."""
        return None

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Times, and how sure a spike is."""
        found = [
            self.characteristic("integration time", self.input_hold_time(), "s"),
            self.characteristic("refractory time", self.refractory_time(), "s"),
            self.characteristic("highest spike rate", 1.0 / self.minimum_interval(), "1/s"),
        ]
        probability = self.firing_probability()
        if probability is not None:
            found.append(self.characteristic("firing probability", probability, "1"))
        return found

    def alone(self, place: Place) -> Costs:
        """With the energies of a drive as long as it needs, or as long as the array is read."""
        drive = np.maximum(place.given.get("read_time", 0.0), self.input_hold_time())
        costs = super().alone(place)
        return replace(costs, energies=[*costs.energies, *self.spike_energies(drive)])

    def noise_check(self, node: u.Farad, swing: u.Volt, what: str) -> Check:
        """Whether thermal noise stays far below the voltage that separates rest from firing."""
        needed = neuron_geometry.noise_limited_capacitance(self.technology.temperature, swing, _NOISE_SIGMAS)
        return Check("thermal_noise", self.path, "design_rule", node >= needed, what, node, needed, "F")
