"""Run a network on its chip: samples in groups, kept in a file, so that a long run goes on where it stopped."""

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.files import write_whole
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.dynamics.in_time import Array, Noise
from neuroest.network_simulation.chip_network import ChipNetwork
from neuroest.network_simulation.columns import ArrayErrors, Stage, Trim
from neuroest.network_simulation.diffusive_neurons import DiffusiveEffects
from neuroest.network_simulation.files import read_arrays
from neuroest.network_simulation.networks import Network
from neuroest.network_simulation.neurons import (
    Devices,
    DigitalNeurons,
    Neurons,
    Products,
    ideal_network,
    ideal_neurons,
    run_network,
)
from neuroest.network_simulation.runs import Chips, Run

_MOST_ARRAYS = 1_000_000
_PATIENCE = 10.0
"""Seconds from one writing of the file to the next; a convention."""
_NUMBERS = ("energy", "latched", "full", "saturated")


_MOST_SAMPLES = 500
"""Samples that run together."""
_MOST_NUMBERS = 2**25
"""Numbers that multiply the weights of a layer in one timestep, over all samples that run together."""
DRIVES = 256
"""Steps into which drives are sorted by their strength."""
_PROBED = 100
"""Samples on which the deviation of the results is measured."""
_NOISE, _CHANCE, _OFFSETS = 3, 4, 5
"""Purposes of random numbers besides those of devices, neurons and cells."""


@frozen_dataclass
class Conditions:
    """Effects of the chip that a run includes.

    Attributes
    ----------
    effects : DiffusiveEffects
        Deviations and characteristics of the neurons.
    array : ArrayErrors
        Cell variation and IR drop.
    rounded : bool
        Weights of the chip's bits instead of the network's.
    stages : bool
        Droop and offsets of the stages in front of the neurons.
    threshold : bool
        Firing threshold. Without it, a neuron spikes with a probability proportional to its drive.
    restoration : bool
        The row drivers restore the spike amplitude. Without them, the drains of diffusive neurons drive the rows.
    """

    effects: DiffusiveEffects = field(default_factory=DiffusiveEffects)
    array: ArrayErrors = field(default_factory=ArrayErrors)
    rounded: bool = True
    stages: bool = True
    threshold: bool = True
    restoration: bool = True


@dataclass
class LayerActivity:
    """Activity of the neurons of a layer.

    Attributes
    ----------
    counts : ndarray of shape (samples, timesteps, neurons)
        Number of spikes in each timestep.
    energy : float
        Energy from the supplies of diffusive neurons, summed over all samples. [J]
    latched : float
        Share of neurons and samples whose filament never closed although the output was on: the gate follows
        the filament and removes its drive.
    full : float
        Share of the drives that are full.
    saturated : float
        Share of the states of digital neurons at an end of their range.
    drives : ndarray
        Number of drives by their share of a full one, in `DRIVES` equal steps from zero to one.
    drive : ndarray of shape (samples,)
        Mean share of a full drive over timesteps and neurons; zero without a stage.
    """

    counts: Array
    energy: float = 0.0
    latched: float = 0.0
    full: float = 0.0
    saturated: float = 0.0
    drives: Array = field(default_factory=lambda: np.zeros(DRIVES))
    drive: Array = field(default_factory=lambda: np.zeros(0))

    @property
    def spikes(self) -> Array:
        """Spikes passed on by the row drivers: at most one per timestep."""
        return np.asarray(self.counts > 0)

    @property
    def first_spike(self) -> float:
        """Median number of timesteps to the first spike of those that fire."""
        fires = np.any(self.spikes, axis=1)
        first = np.argmax(self.spikes, axis=1)[fires] + 1.0
        return float(np.median(first)) if len(first) else np.nan

    @classmethod
    def joined(cls, parts: list["LayerActivity"]) -> "LayerActivity":
        """Activity of all samples from that of groups of them."""
        weight = [len(part.counts) for part in parts]
        means = {
            name: float(np.average([getattr(part, name) for part in parts], weights=weight))
            for name in ("latched", "full", "saturated")
        }
        return cls(
            np.concatenate([part.counts for part in parts]), sum(part.energy for part in parts),
            **means, drives=np.sum([part.drives for part in parts], axis=0),
            drive=np.concatenate([part.drive for part in parts]),
        )  # fmt: skip


class _Watched:
    """Neurons whose results get the errors that no run draws one by one, and whose drives are kept."""

    def __init__(
        self, neurons: Neurons, stage: Stage | None, trim: Trim | None, deviation: float, noise: Noise,
        offsets: Array | float = 0.0,
    ) -> None:  # fmt: skip
        self.neurons, self.stage, self.trim = neurons, stage, trim
        self.deviation, self.noise, self.offsets = deviation, noise, offsets
        self.drives = np.zeros(DRIVES)
        self.every: list[Array] = []
        self.full = self.seen = 0

    def advance(self, results: Array) -> Array:
        if self.stage is not None and self.trim is not None:
            results = results + self.offsets
            if self.noise is not None:
                results = results + self.deviation * self.noise.standard_normal(results.shape)
            share = self.stage.shares(results, self.trim)
            self.full += int(np.count_nonzero(np.abs(share) >= 1.0 / (1.0 + self.stage.droop)))
            self.seen += share.size
            self.drives += np.histogram(share, DRIVES, (0.0, 1.0))[0]
            self.every.append(np.clip(share, 0.0, 1.0).reshape(len(share), -1).mean(axis=1))
        return self.neurons.advance(results)


class _Proportional:
    """Neurons without a threshold: each spikes with a probability proportional to its drive."""

    def __init__(self, stage: Stage, trim: Trim, slope: float, generator: np.random.Generator) -> None:
        self.stage, self.trim, self.slope, self.generator = stage, trim, slope, generator
        self.counts: list[Array] = []

    def advance(self, results: Array) -> Array:
        share = np.maximum(self.stage.shares(results, self.trim), 0.0)
        self.counts.append(self.generator.random(share.shape) < np.minimum(self.slope * share, 1.0))
        return self.counts[-1]


class _Attenuated:
    """Products of rows that are driven below the read voltage."""

    def __init__(self, products: Products, share: float) -> None:
        self.products, self.share = products, share

    def of(self, rows: Array) -> Array:
        return self.products.of(rows * self.share)


@frozen_dataclass(eq=False)
class Simulation:
    """A network on a chip, ready to run.

    Attributes
    ----------
    network : ChipNetwork
        The network on the chip.
    chips : Chips
        Devices and noise.
    """

    network: ChipNetwork
    chips: Chips

    def together(self) -> int:
        """Samples that run together."""
        most = max(
            layer.positions * layer.matrix.shape[1] + layer.outputs for layer in self.network.trained.layers
        )
        return int(np.clip(_MOST_NUMBERS // most, 1, _MOST_SAMPLES))

    def groups(self, samples: int) -> list[Run]:
        """Groups of samples that run one after the other."""
        each = self.together()
        return [
            Run(np.arange(first, min(first + each, samples)), self.chips) for first in range(0, samples, each)
        ]

    def deviations(self, spikes: Array) -> dict[str, float]:
        """Standard deviation of the results of each layer in the ideal network, in thresholds."""
        squares: dict[str, list[float]] = {}

        def watched(name: str, results: Array) -> None:
            squares.setdefault(name, []).append(float(np.mean(results**2)) - float(np.mean(results)) ** 2)

        ideal_network(self.network.trained, spikes[: min(_PROBED, self.together())], watched)
        return {name: float(np.sqrt(np.mean(found))) for name, found in squares.items()}

    def stored(self, conditions: Conditions) -> Network:
        """The network with the weights that the run uses."""
        return self.network.stored if conditions.rounded else self.network.trained

    def products(self, network: Network, run: Run, conditions: Conditions) -> dict[str, Products]:
        """Weights of all layers, as the chips of the run have them."""
        return {
            layer.name: self.network.layers[layer.name].products(layer, number, run, conditions.array)
            for number, layer in enumerate(network.layers)
        }

    def behind_columns(self, spikes: Array, conditions: Conditions) -> dict[str, Array]:
        """Spikes of ideal neurons that get the results of the chip."""
        network, parts = self.stored(conditions), []
        for run in self.groups(len(spikes)):
            products = self.products(network, run, conditions)
            neurons = ideal_neurons(network, len(run.samples))
            parts.append(run_network(network, spikes[run.samples], products, neurons))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def activity(
        self, spikes: Array, trims: Mapping[str, Trim], conditions: Conditions,
        slopes: Mapping[str, float] | None = None, progress: Progress = silent,
        kept: Callable[[int], Mapping[str, LayerActivity] | None] = lambda _: None,
        keep: Callable[[int, Mapping[str, LayerActivity]], None] = lambda *_: None,
    ) -> dict[str, LayerActivity]:  # fmt: skip
        """Spikes of the chip's neurons.

        Parameters
        ----------
        spikes : ndarray of shape (samples, timesteps, inputs)
            Input.
        trims : mapping of str to Trim
            Setting of the stages of each layer.
        conditions : Conditions
            Effects to include.
        slopes : mapping of str to float, optional
            Spikes per full drive of each layer without a threshold.
        progress : callable
            Called with the completed share of the samples.
        kept, keep : callable
            Give what was kept of a group in an earlier run, and keep a finished one, by its number.
        """
        deviations, groups = self.deviations(spikes), self.groups(len(spikes))
        parts: list[Mapping[str, LayerActivity]] = []
        for number, run in enumerate(groups):
            found = kept(number)
            if found is None:
                ticked = part(progress, number, len(groups))
                given = spikes[run.samples]
                found = self._of_group(run, given, trims, conditions, slopes or {}, deviations, ticked)
                keep(number, found)
            parts.append(found)
            progress((number + 1) / len(groups))
        return {name: LayerActivity.joined([part[name] for part in parts]) for name in parts[0]}

    def _of_group(
        self, run: Run, spikes: Array, trims: Mapping[str, Trim], conditions: Conditions,
        slopes: Mapping[str, float], deviations: Mapping[str, float], progress: Progress,
    ) -> dict[str, LayerActivity]:  # fmt: skip
        """Activity of samples that run together."""
        network = self.stored(conditions)
        products, neurons = self.products(network, run, conditions), {}
        for number, layer in enumerate(network.layers):
            chip, trim = self.network.layers[layer.name], trims.get(layer.name)
            if chip.stage is not None and not conditions.stages:
                chip = replace(chip, stage=replace(chip.stage, droop=0.0, offset_spread=0.0))
            made: Neurons
            if chip.stage is None or trim is None:
                made = chip.neurons(layer, number, Trim(0.0, 1.0), run, conditions.effects)
            elif conditions.threshold:
                made = chip.neurons(layer, number, trim, run, conditions.effects)
            else:
                made = _Proportional(chip.stage, trim, slopes[layer.name], run.noise(number, _CHANCE))
            error, offset = (0.0, 0.0) if chip.stage is None else (chip.stage.error, chip.stage.offset)
            noisy = conditions.effects.noise and error > 0.0
            stays = offset * deviations[layer.name] * conditions.array.errors
            drawn = Devices(run.samples, run.chips.number, 1).drawn(
                run.generator(number, _OFFSETS), layer.outputs
            )
            neurons[layer.name] = _Watched(
                made, chip.stage, trim, error * deviations[layer.name],
                run.noise(number, _NOISE) if noisy else None, stays * drawn,
            )  # fmt: skip
            if not conditions.restoration and layer.sources != ("input",):
                products[layer.name] = _Attenuated(products[layer.name], self.network.unbuffered_share)
        run_network(network, spikes, products, neurons, progress=progress)
        return {layer.name: _activity(neurons[layer.name]) for layer in network.layers}


def _activity(watched: _Watched) -> LayerActivity:
    """What is kept of the neurons of a layer."""
    neurons = watched.neurons
    counts = np.stack(getattr(neurons, "counts"), axis=1)  # noqa: B009 - every kind of neuron has them
    energy = sum(getattr(neurons, "energy", {}).values())
    saturated = neurons.saturated / counts.size if isinstance(neurons, DigitalNeurons) else 0.0
    return LayerActivity(
        counts, float(energy), getattr(neurons, "latched", 0) / counts[:, 0].size,
        watched.full / max(watched.seen, 1), saturated,
        watched.drives, np.mean(watched.every, axis=0) if watched.every else np.zeros(len(counts)),
    )  # fmt: skip


class KeptGroups:
    """Finished groups of the runs of a comparison.

    Parameters
    ----------
    path : Path or None
        File to keep them in; None keeps nothing.
    fingerprint : str
        What the run depends on: chip, network, samples, seed and version, as hexadecimal digits.

    Raises
    ------
    NeuroestError
        If the file belongs to another run.
    """

    def __init__(self, path: Path | None, fingerprint: str) -> None:
        self.path = path
        self.arrays: dict[str, Array] = {}
        mark = np.frombuffer(bytes.fromhex(fingerprint), dtype=np.uint8)
        if path is not None and path.exists():
            found = read_arrays(path, _MOST_ARRAYS)
            if not np.array_equal(found.get("fingerprint", np.zeros(0)), mark):
                raise NeuroestError(
                    f"{path}: is kept from a run of another chip, network, samples or version; remove it"
                )
            self.arrays = found
        self.arrays["fingerprint"] = mark
        self.written = time.monotonic()

    def run(
        self, simulation: Simulation, name: str, spikes: Array, trims: Mapping[str, Trim], conditions: Conditions,
        slopes: Mapping[str, float] | None = None, progress: Progress = silent,
    ) -> dict[str, LayerActivity]:  # fmt: skip
        """Activity of a run; groups that the file has are taken from it, and finished ones are added."""
        layers = [layer.name for layer in simulation.network.trained.layers]

        def kept(number: int) -> Mapping[str, LayerActivity] | None:
            key = f"{name}/{number}"
            if f"{key}/{layers[0]}/counts" not in self.arrays:
                return None
            return {layer: self._taken(f"{key}/{layer}") for layer in layers}

        def keep(number: int, found: Mapping[str, LayerActivity]) -> None:
            if self.path is None:
                return
            for layer, one in found.items():
                key = f"{name}/{number}/{layer}"
                self.arrays[f"{key}/counts"] = np.minimum(one.counts, 255).astype(np.uint8)
                self.arrays[f"{key}/drives"] = one.drives
                self.arrays[f"{key}/drive"] = one.drive
                self.arrays[f"{key}/numbers"] = np.array([getattr(one, each) for each in _NUMBERS])
            if time.monotonic() - self.written >= _PATIENCE:
                self._write()
                self.written = time.monotonic()

        return simulation.activity(spikes, trims, conditions, slopes, progress, kept, keep)

    def _taken(self, key: str) -> LayerActivity:
        numbers: dict[str, Any] = dict(zip(_NUMBERS, self.arrays[f"{key}/numbers"].tolist(), strict=True))
        return LayerActivity(
            self.arrays[f"{key}/counts"].astype(int),
            drives=self.arrays[f"{key}/drives"],
            drive=self.arrays[f"{key}/drive"],
            **numbers,
        )

    def _write(self) -> None:
        assert self.path is not None  # noqa: S101 - the caller asked
        stream = io.BytesIO()
        np.savez_compressed(stream, allow_pickle=False, **self.arrays)
        write_whole(self.path, stream.getvalue())

    def finished(self) -> None:
        """Remove the file of a run that is complete."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
