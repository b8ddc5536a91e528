"""Leaky integrators in time: a CMOS neuron from its circuit, and a neuron described only by published numbers."""

from dataclasses import replace
from typing import Any

import numpy as np

from neuroest.blocks.neurons.base import Burst
from neuroest.core.errors import NeuroestError
from neuroest.core.progress import Progress, silent
from neuroest.dynamics.in_time import (
    Asked,
    ClosedForms,
    Drive,
    NeuronInTime,
    OneSpike,
    driven,
    pulses_of,
    spike_energy,
)
from neuroest.dynamics.parameters import LifBehaviourParameters
from neuroest.dynamics.reference_neurons import Membrane, simulate_analog_lif, simulate_membrane
from neuroest.dynamics.spikes import SpikeRun
from neuroest.dynamics.stimulus import Array, Noise, Stimulus, constant, total_duration
from neuroest.equations.integration import settled_state
from neuroest.loading.library import Device

_PATIENCE = 3.5
"""Number of integration times for three spikes at full drive."""
_AFTER = 1.0 + 1e-9
"""Time of a spike to just behind it, over it; numerical."""
_TRACED = 1000
"""Number of steps of a run with a trace."""
_ENDLESS = 1e6
"""Memory of a membrane without leak, in integration times."""
_OF_A_SPIKE = ("membrane", "parasitic", "short_circuit", "slow_edge")
"""Energy per spike; bias currents are static power."""


class AnalogInTime(NeuronInTime):
    """A CMOS integrator with the leak and the refractory time stated in its file, as in an estimate."""

    no_variation = "a CMOS neuron has no deviation between cycles in its file, but for thermal noise (kT/C)"

    def __init__(self, device: Device, asked: Asked) -> None:
        self.component: Any = asked.block(device)
        d = self.component.device
        largest = float(d.maximum_input_current)
        self.drive = Drive(
            "input current", "A", largest, largest, "the file states this as the largest membrane current"
        )
        full = float(d.membrane_capacitance * d.threshold_voltage) / largest
        memory = self.component.memory_time()
        leak = np.inf if memory is None else float(memory)
        self.behaviour = LifBehaviourParameters(
            leak_time_constant=leak if np.isfinite(leak) else _ENDLESS * full,
            refractory_time=float(d.refractory_time), threshold_variation=0.0, threshold_mismatch=0.0,
            state_bits=16.0, digital_threshold=1.0, decay_shift=0.0,
        )  # fmt: skip

    def _simulate(self, stimulus: Stimulus, devices: int = 1, parts: int = 1) -> SpikeRun:
        step = max(segment.duration for segment in stimulus) / parts
        return simulate_analog_lif(
            self.component.device, self.behaviour, stimulus, devices=devices, step=step
        )

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """Run with currents of finite duration."""
        run = self._simulate(driven(levels, durations), len(levels), _TRACED if kept else 1)
        run.energy = {term: run.energy[term] for term in _OF_A_SPIKE}
        return run

    def bursts(self, burst: Burst, level: float) -> SpikeRun:
        """Pulses of its current."""
        run = self._simulate(pulses_of(burst, level))
        run.energy = {term: run.energy[term] for term in _OF_A_SPIKE}
        return run

    def least_drive(self) -> float:
        """Leakage current at the threshold."""
        d, memory = self.component.device, self.component.memory_time()
        return 0.0 if memory is None else float(d.membrane_capacitance * d.threshold_voltage / memory)

    def differences(self, devices: int, generator: np.random.Generator) -> Array:
        """Currents of neurons whose transistors do not match."""
        spread = np.log(float(np.max(self.component.current_spread())))
        return np.asarray(np.exp(spread * generator.standard_normal(devices)))

    def one_spike(self) -> OneSpike:
        """Three spikes at the largest current."""
        closed, level = float(self.component.minimum_interval()), self.drive.nominal
        run = self._simulate(constant(level, _PATIENCE * closed))
        if len(run.spike_times) < 2:
            raise NeuroestError("the membrane never reaches its threshold at the largest current")
        last = self._simulate(constant(level, float(run.spike_times[1]) * _AFTER))
        energy = sum(float(last.energy[term][0]) for term in _OF_A_SPIKE)
        notes = ("at the largest input current; bias currents are static power in both",)
        return OneSpike(
            float(run.spike_times[0]),
            float(np.diff(run.spike_times)[0]),
            energy / float(last.counts[0]),
            notes,
        )


class NumbersInTime(NeuronInTime):
    """A neuron by its closed forms: a leaky integrator with its integration, memory and refractory time."""

    no_variation = "it is known by published numbers, which do not describe single cycles"
    no_temperature = "it is known by published numbers, which belong to one temperature"

    def __init__(self, device: Device, asked: Asked) -> None:
        self.component: Any = asked.block(device)
        self.drive = Drive("input", "1", 1.0, 1.0, "the numbers belong to a full drive")
        full, memory = float(self.component.integration_time()), self.component.memory_time()
        tau = min(np.inf if memory is None else float(memory), _ENDLESS * full)
        self.final = float(settled_state(full, tau))
        self.leaks = tau < _ENDLESS * full
        self.membrane = Membrane(self.final / tau, tau, 1.0, float(self.component.refractory_time()))

    def closed(self, level: float) -> ClosedForms:
        """Closed forms for a constant drive: a leak slows drives down that settle near the threshold."""
        without_leak = super().closed(level)
        if not self.leaks or not np.isfinite(without_leak.integration_time):
            return without_leak
        settled = level * self.final
        if settled <= 1.0:
            return ClosedForms(np.inf, np.inf, np.nan)
        time = self.membrane.time_constant * float(np.log(settled / (settled - 1.0)))
        return replace(without_leak, integration_time=time, interval=time + self.membrane.refractory_time)

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """Run with shares of the full drive of finite duration; each spike has the published energy."""
        return self.simulate(driven(levels, durations), len(levels), parts=_TRACED if kept else 1)

    def simulate(
        self, stimulus: Stimulus, devices: int, parts: int = 1, progress: Progress = silent
    ) -> SpikeRun:
        """Under any input."""
        step = total_duration(stimulus) / parts
        run = simulate_membrane(self.membrane, stimulus, devices=devices, step=step, progress=progress)
        run.energy = {"spikes": run.counts * spike_energy(self.component)}
        return run

    def bursts(self, burst: Burst, level: float) -> SpikeRun:
        """Pulses of the full drive."""
        return self.simulate(pulses_of(burst, level), 1)

    def least_drive(self) -> float:
        """Leak at the threshold, as a share of the full drive."""
        return 1.0 / self.final if self.leaks else 0.0

    def one_spike(self) -> OneSpike:
        """One spike at full drive."""
        full = float(self.component.integration_time())
        run = self.simulate(constant(1.0, full * _AFTER), 1)
        notes = (
            "described by published numbers, not by equations in time; the numbers are used as published",
        )
        when = float(run.spike_times[0]) if len(run.spike_times) else np.inf
        return OneSpike(
            when, when + float(self.component.refractory_time()), spike_energy(self.component), notes
        )
