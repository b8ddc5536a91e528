"""A digital neuron in time: integers added in each clock step."""

from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.dynamics.in_time import Asked, Drive, NeuronInTime, OneSpike, changed_values
from neuroest.dynamics.parameters import LifBehaviourParameters
from neuroest.dynamics.reference_neurons import digital_lif_spikes
from neuroest.dynamics.spikes import SpikeRun
from neuroest.dynamics.stimulus import Array, Noise
from neuroest.loading.library import Device

_LONGEST = 2_000
"""Number of steps to wait with a weak input; a convention."""


class DigitalInTime(NeuronInTime):
    """An integer leaky integrator with decay by shift; time is counted in steps."""

    no_variation = "a digital neuron repeats exactly"
    time_unit = "1"
    no_temperature = "a digital neuron adds the same numbers at any temperature"

    def __init__(self, device: Device, asked: Asked) -> None:
        self.behaviour: Any = LifBehaviourParameters(**changed_values(device, asked.changes))
        threshold = float(self.behaviour.digital_threshold)
        self.drive = Drive(
            "number added in a step",
            "1",
            threshold,
            threshold,
            "the threshold itself, which fires in each step",
            "{:.4g} a step",
        )

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """Whole numbers in steps of one."""
        steps = int(np.ceil(np.max(durations)))
        on = np.arange(steps)[:, None] < durations[None, :]
        spikes, states = digital_lif_spikes(self.behaviour, on * np.round(levels)[None, :])
        when, who = np.nonzero(spikes)
        traces = {
            "time": np.arange(steps) + 1.0, "gate": states[:, 0].astype(float),
            "input": (on * np.round(levels))[:, 0],
        }  # fmt: skip
        return SpikeRun(float(steps), len(levels), who.astype(float), when + 1.0, {}, traces if kept else {})

    def levels(self, count: int) -> Array:
        """Integer inputs, starting with the smallest that fires."""
        low = self.least_drive()
        return np.unique(np.round(np.geomspace(max(low, 1.0), self.drive.top(), count)))

    def least_drive(self) -> float:
        """Decay per step of a state just below the threshold."""
        top, shift = int(self.behaviour.digital_threshold) - 1, int(self.behaviour.decay_shift)
        return float((top >> shift) + 1) if shift else 1.0

    def patience(self) -> float:
        """A number of steps."""
        return float(_LONGEST)

    def lasting(self, level: float, spikes: int) -> float:
        """Number of steps; for a weak input, limited by the decay."""
        return min(spikes * 4.0 * self.drive.nominal / level, self.patience())

    def one_spike(self) -> OneSpike:
        """Not available: no chip uses this neuron directly.

        Raises
        ------
        NeuroestError
            Always.
        """
        raise NeuroestError("a digital neuron of the lab has no energies, so no spike of it can be priced")
