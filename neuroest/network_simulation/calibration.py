"""Choose offset and load of each layer's input circuit on samples that are not test samples."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from neuroest.core.progress import Progress, silent
from neuroest.dynamics.diffusive_cells import dc_threshold_voltage
from neuroest.dynamics.stimulus import Array
from neuroest.network_simulation.columns import Columns
from neuroest.network_simulation.conditions import Chips, OperatingConditions
from neuroest.network_simulation.files import NeuronLayer, Samples
from neuroest.network_simulation.reference import decided, ideal_network
from neuroest.network_simulation.spiking import Drive, Layer, SimulationOptions, devices_of

GAINS = (0.4, 0.55, 0.75, 1.0, 1.35, 1.8)
"""Voltages for the ideal neuron's threshold, relative to the neuron's input voltage."""
OFFSETS = (0.0, 0.5, 1.0)
"""Offsets, relative to the voltage below which the neuron never fires."""
MOST_NEURONS = 900
"""Number of neurons times samples in one trial of a hidden layer."""


def calibrate(
    place: OperatingConditions, layers: list[NeuronLayer], samples: Samples, chips: Chips,
    note: Callable[[str], None] | None = None, setting: SimulationOptions | None = None,
    progress: Progress = silent,
) -> dict[str, Drive]:  # fmt: skip
    """Drives that match each layer to the ideal one: two numbers per layer, none per neuron.

    A hidden layer is fitted to the spike counts of the ideal network. An output layer with classes is fitted to the
    share of correctly classified samples; ties are decided by the counts. Each layer gets the spikes of the calibrated
    layers before it. All trials of a layer run at once.
    """
    setting = setting or SimulationOptions()
    wanted, given, amplitude = ideal_network(layers, samples.spikes), samples.spikes, 1.0
    found: dict[str, Drive] = {}
    for number, layer in enumerate(layers):
        last = number == len(layers) - 1
        labels = samples.labels if last else None
        bench = _Trials(place, layer, number, chips, setting, amplitude)
        trials = bench.scores(given, wanted[layer.name], labels)
        score, drive = max(trials, key=lambda trial: trial[0])
        found[layer.name] = drive
        progress((number + 1) / len(layers))
        if note is not None:
            note(
                f"{layer.name}: {drive.offset:.3g} V + {drive.transresistance / 1e3:.4g} kohm x current; "
                + (f"{100.0 * score[0]:.1f} % of the calibration samples" if last and labels is not None else
                   f"mean squared difference of counts {-score[1]:.3g}")
            )  # fmt: skip
        if not last:
            given = bench.spikes(drive)
            amplitude = 1.0 if setting.restoration else min(place.unbuffered_share[layer.name], 1.0)
    return found


@dataclass
class _Trials:
    """One layer under several drives."""

    place: OperatingConditions
    layer: NeuronLayer
    number: int
    chips: Chips
    setting: SimulationOptions
    amplitude: float
    currents: Array = field(init=False)

    def drives(self) -> list[Drive]:
        """Drives to try."""
        cells, never = self.place.cells, dc_threshold_voltage(self.place.cells)
        load = float(np.max(cells.input_voltage)) / self.place.unit_current(self.layer) / self.amplitude
        return [Drive(offset * never, gain * load) for offset in OFFSETS for gain in GAINS]

    def scores(
        self, given: Array, wanted: Array, labels: Array | None
    ) -> list[tuple[tuple[float, float], Drive]]:
        """Score of each drive: accuracy if there are classes, then the counts."""
        self.currents = self._currents(given, wanted)
        samples, _, neurons = self.currents.shape
        few = samples if labels is not None else min(samples, max(1, MOST_NEURONS // neurons))
        drives, target = self.drives(), wanted[:few].sum(axis=1)
        found = []
        for drive, one in zip(drives, self._all_at_once(drives, self.currents[:few]), strict=True):
            error = -float(np.mean((np.minimum(one, 1).sum(axis=1) - target) ** 2))
            right = float(np.mean(decided(one) == labels[:few])) if labels is not None else 0.0
            found.append(((right, error), drive))
        return found

    def spikes(self, drive: Drive) -> Array:
        """Spikes of all samples under one drive."""
        return self._all_at_once([drive], self.currents)[0] > 0

    def _currents(self, given: Array, wanted: Array) -> Array:
        """Currents in all timesteps; a recurrent layer gets its own ideal spikes of the previous timestep."""
        rows = given
        if self.layer.recurrent is not None:
            before = np.concatenate([np.zeros_like(wanted[:, :1]), wanted[:, :-1]], axis=1)
            rows = np.concatenate([given, before], axis=2)
        columns = Columns(self.place, self.layer, self.chips, self.number, self.setting.array)
        steps = range(rows.shape[1])
        return np.stack([columns.currents(rows[:, t], self.amplitude) for t in steps], axis=1)

    def _all_at_once(self, drives: list[Drive], currents: Array) -> list[Array]:
        """Spike counts for several drives, in one run with the same devices for each drive."""
        samples, steps, neurons = currents.shape
        offsets = np.repeat([d.offset for d in drives], samples)[:, None]
        loads = np.repeat([d.transresistance for d in drives], samples)[:, None]
        once = devices_of(self.place, neurons, samples, self.setting, self.chips, self.number)
        cells = once.take(np.tile(np.arange(samples * neurons), len(drives)))
        # pass the voltage as a current through one ohm
        many, one_ohm = samples * len(drives), Drive(0.0, 1.0)
        layer = Layer(self.place, one_ohm, neurons, many, self.setting, self.chips, self.number, cells)
        for step in range(steps):
            layer.advance(offsets + loads * np.tile(currents[:, step], (len(drives), 1)))
        counts = layer.activity().counts
        return [counts[each * samples : (each + 1) * samples] for each in range(len(drives))]
