"""Layers of diffusive neurons in time: column currents become voltages, and the compact model spikes.

In every timestep a neuron gets its input for as long as the chip holds it, then no input while its gate discharges. A
spike is a rise of the gate through the output's threshold. The row driver of the next layer passes on at most one spike
per timestep. Filament, residue, gate and noise carry over from one timestep to the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.dynamics.compact import Idealised, simulate
from neuroest.dynamics.compact_record import State
from neuroest.dynamics.diffusive_cells import DiffusiveCells, draw_devices
from neuroest.dynamics.stimulus import Array, Segment
from neuroest.equations import diffusive_neuron as equations
from neuroest.network_simulation.columns import IDEAL, ArrayErrors, Columns
from neuroest.network_simulation.conditions import Chips, OperatingConditions
from neuroest.network_simulation.files import NeuronLayer

STEP_OF_SETTLING = 0.1
"""Time step relative to the settling time of the filament. Halving it changes spike counts by less than their noise."""


@frozen_dataclass
class Drive:
    """Conversion of a layer's currents to the voltage at its memristors.

    Attributes
    ----------
    offset : float
        Voltage at zero current. [V]
    transresistance : float
        Load resistance for the mirrored current. [ohm]
    """

    offset: float
    transresistance: float


@frozen_dataclass
class SimulationOptions:
    """Device effects to include in a run.

    Attributes
    ----------
    noise : bool
        Cycle-to-cycle fluctuation, and thermal noise of the gate.
    spread : bool
        Device-to-device spread.
    leak : bool
        Decay of the residue, the memory from one timestep to the next.
    threshold : bool
        Firing threshold. Without it, a neuron spikes with a probability proportional to its input.
    restoration : bool
        The row drivers restore the spike amplitude. Without them, the drains drive the rows directly.
    idealised : Idealised
        Refractory time and memory of earlier spikes, which can be left out.
    array : Truth
        Cell variation and IR drop.
    """

    noise: bool = True
    spread: bool = True
    leak: bool = True
    threshold: bool = True
    restoration: bool = True
    idealised: Idealised = field(default_factory=Idealised)
    array: ArrayErrors = IDEAL


@dataclass
class LayerActivity:
    """Activity of the neurons of a layer.

    Attributes
    ----------
    counts : ndarray of shape (samples, timesteps, neurons)
        Number of spikes in each timestep.
    energy : dict of str to float
        Energy from the supplies by term, summed over all samples. [J]
    first_spike : ndarray
        Time of the first spike of each neuron and sample; infinite if there is none. [s]
    latched : float
        Share of neurons and samples whose filament never closed although the output was on: the gate follows
        the filament and removes its drive.
    """

    counts: Array
    energy: dict[str, float]
    first_spike: Array
    latched: float
    voltage: Array

    @property
    def spikes(self) -> Array:
        """Spikes passed on by the row drivers: at most one per timestep."""
        return self.counts > 0


class Layer:
    """Neurons of one layer for all samples, with the state carried from step to step."""

    def __init__(
        self, place: OperatingConditions, drive: Drive, neurons: int, samples: int, setting: SimulationOptions,
        chips: Chips, number: int, cells: DiffusiveCells | None = None,
    ) -> None:  # fmt: skip
        self.place, self.drive, self.setting = place, drive, setting
        self.shape = (samples, neurons)
        self.generator = np.random.default_rng([chips.seed, number, 1])
        self.cells = (
            cells if cells is not None else devices_of(place, neurons, samples, setting, chips, number)
        )
        self.state: State | None = None
        self.energy: dict[str, float] = {}
        self.counts: list[Array] = []
        self.voltages: list[Array] = []
        self.first = np.full(samples * neurons, np.inf)
        self.ever_closed = np.zeros(samples * neurons, dtype=bool)
        self.ever_on = np.zeros(samples * neurons, dtype=bool)

    def voltage(self, current: Array) -> Array:
        """Voltage at the memristors [V]."""
        return np.asarray(
            equations.transresistance_voltage(
                current, self.drive.transresistance, self.drive.offset, self.place.supply_voltage
            )
        )

    def advance(self, current: Array) -> Array:
        """Run one timestep and return the spikes passed on."""
        place, time = self.place, len(self.counts) * self.place.timestep
        voltage = self.voltage(current).ravel()
        stimulus = [Segment(place.hold, voltage)]
        if place.rest > 0.0:
            stimulus.append(Segment(place.rest, 0.0))
        run = simulate(
            self.cells, stimulus, generator=self.generator if self.setting.noise else None, start=self.state,
            step=STEP_OF_SETTLING / float(np.max(self.cells.settling)), idealised=self.setting.idealised,
        )  # fmt: skip
        self.state = run.final
        for term, joules in run.energy.items():
            self.energy[term] = self.energy.get(term, 0.0) + float(np.sum(joules))
        counts = run.counts
        who = run.spike_devices.astype(int)
        np.minimum.at(self.first, who, run.spike_times + time)
        self.ever_closed |= np.isfinite(run.first_switch)
        self.ever_on |= counts > 0
        self.counts.append(counts.reshape(self.shape))
        self.voltages.append(voltage.reshape(self.shape))
        return self.counts[-1] > 0

    def activity(self) -> LayerActivity:
        """Activity so far."""
        following = self.ever_on & ~self.ever_closed
        return LayerActivity(
            np.stack(self.counts, axis=1), self.energy, self.first.reshape(self.shape),
            float(np.mean(following)), np.stack(self.voltages, axis=1),
        )  # fmt: skip


class ProportionalLayer(Layer):
    """Neurons without a threshold: each spikes with a probability proportional to its input voltage."""

    slope = 0.0

    def advance(self, current: Array) -> Array:
        """One timestep."""
        voltage = self.voltage(current)
        drawn = self.generator.random(voltage.shape) < np.minimum(self.slope * voltage, 1.0)
        self.counts.append(drawn.astype(float))
        self.voltages.append(voltage)
        return drawn


def devices_of(
    place: OperatingConditions,
    neurons: int,
    samples: int,
    setting: SimulationOptions,
    chips: Chips,
    number: int,
) -> DiffusiveCells:
    """One device per neuron on each chip; all samples of a chip use the same devices."""
    cells = place.cells
    if not setting.leak:
        cells = cells.changed(residue_decay=cells.residue_decay * _NO_LEAK)
    if not setting.spread:
        return cells.broadcast(samples * neurons)
    drawn = draw_devices(
        cells, place.neuron, chips.number * neurons, np.random.default_rng([chips.seed, number, 0])
    )
    chip = np.arange(samples) % chips.number
    index = (chip[:, None] * neurons + np.arange(neurons)[None, :]).ravel()
    return drawn.take(index)


_NO_LEAK = 1e-6
"""Factor on the residue's decay that is small enough to mean no decay."""


def run_network(
    place: OperatingConditions, layers: list[NeuronLayer], drives: Mapping[str, Drive], spikes: Array,
    setting: SimulationOptions | None = None, chips: Chips | None = None, slopes: Mapping[str, float] | None = None,
) -> dict[str, LayerActivity]:  # fmt: skip
    """Run all layers of a network on samples of input spikes.

    Parameters
    ----------
    place : Conditions
        The chip.
    layers : list of NeuronLayer
        The network.
    drives : mapping of str to Drive
        Input circuit of each layer.
    spikes : ndarray of shape (samples, timesteps, inputs)
        Input.
    setting : Setting, optional
        Device effects to include; by default, all.
    chips : Chips, optional
        Devices and noise.
    slopes : mapping of str to float, optional
        Spikes per volt of each layer if the setting has no threshold.
    """
    setting, chips = setting or SimulationOptions(), chips or Chips()
    samples = len(spikes)
    kinds = Layer if setting.threshold else ProportionalLayer
    running = {
        layer.name: kinds(place, drives[layer.name], layer.outputs, samples, setting, chips, number)
        for number, layer in enumerate(layers)
    }
    for name, one in running.items():
        if isinstance(one, ProportionalLayer):
            one.slope = (slopes or {})[name]
    columns = {
        layer.name: Columns(place, layer, chips, number, setting.array) for number, layer in enumerate(layers)
    }
    own = {layer.name: np.zeros((samples, layer.outputs), dtype=bool) for layer in layers}
    for step in range(spikes.shape[1]):
        given, amplitude = spikes[:, step], 1.0
        for layer in layers:
            rows = given if layer.recurrent is None else np.hstack([given, own[layer.name]])
            own[layer.name] = running[layer.name].advance(columns[layer.name].currents(rows, amplitude))
            given = own[layer.name]
            amplitude = 1.0 if setting.restoration else min(place.unbuffered_share[layer.name], 1.0)
    return {name: one.activity() for name, one in running.items()}


def run_layer(
    place: OperatingConditions, drive: Drive, currents: Array, setting: SimulationOptions | None = None,
    chips: Chips | None = None, number: int = 0,
) -> LayerActivity:  # fmt: skip
    """Run the neurons of one layer with given currents.

    Parameters
    ----------
    currents : ndarray of shape (samples, timesteps, neurons)
        Current of the positive column minus the negative column. [A]

    Raises
    ------
    NeuroestError
        For currents that are not finite.
    """
    if currents.ndim != 3 or not np.all(np.isfinite(currents)):
        raise NeuroestError("currents must be finite numbers (samples, timesteps, neurons)")
    samples, steps, neurons = currents.shape
    setting, chips = setting or SimulationOptions(), chips or Chips()
    layer = Layer(place, drive, neurons, samples, setting, chips, number)
    for step in range(steps):
        layer.advance(currents[:, step])
    return layer.activity()
