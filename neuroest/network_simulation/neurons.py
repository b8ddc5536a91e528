"""Neurons of a network in discrete time: ideal ones of the training, linear ones of chips, and digital ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from neuroest.blocks.neurons.base import Membrane
from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.dynamics.in_time import Array
from neuroest.network_simulation.columns import Stage, Trim
from neuroest.network_simulation.networks import Network, NeuronLayer, Reset


class Neurons(Protocol):
    """Neurons of one layer for all samples, with the state that they carry from timestep to timestep."""

    def advance(self, results: Array) -> Array:
        """Run one timestep with results (samples, neurons) in thresholds, and return the spikes that are passed on."""
        ...


class Products(Protocol):
    """Weights of one layer where a chip stores them."""

    def of(self, rows: Array) -> Array:
        """Results (samples, outputs) in the unit of the layer's `step`, without errors that depend on the neuron."""
        ...


def after_spikes(state: Array, fired: Array, threshold: float, decay: float, reset: Reset) -> Array:
    """State of leaky integrate-and-fire neurons at the next timestep, before its input is added."""
    if reset is Reset.ZERO:
        return np.asarray(decay * np.where(fired, 0.0, state))
    if reset is Reset.SUBTRACT:
        return np.asarray(decay * (state - threshold * fired))
    return np.asarray(decay * state - threshold * fired)


class IdealNeurons:
    """Leaky integrate-and-fire neurons of a layer; states are in thresholds."""

    def __init__(self, layer: NeuronLayer, samples: int) -> None:
        self.layer = layer
        self.state = np.zeros((samples, layer.outputs))

    def advance(self, results: Array) -> Array:
        """Spikes of one timestep."""
        layer = self.layer
        kept = after_spikes(self.state, self.state > 1.0, 1.0, layer.decay, layer.reset)
        self.state = kept + results
        return np.asarray(self.state > 1.0)


class ExactProducts:
    """Integer weights multiplied exactly, as in the training and in digital cores."""

    def __init__(self, layer: NeuronLayer) -> None:
        self.matrix = layer.matrix.T

    def of(self, rows: Array) -> Array:
        """Integer results."""
        return np.asarray(rows.astype(float) @ self.matrix)


def run_network(
    network: Network, given: Array, products: Mapping[str, Products], neurons: Mapping[str, Neurons],
    watched: Callable[[str, Array], None] = lambda *_: None, progress: Progress = silent,
) -> dict[str, Array]:  # fmt: skip
    """Spikes of every layer with neurons, (samples, timesteps, neurons).

    Parameters
    ----------
    network : Network
        The layers.
    given : ndarray of shape (samples, timesteps, inputs)
        Input spikes.
    products, neurons : mapping
        Weights and neurons of each layer.
    watched : callable
        Receives the name of a layer and its results in thresholds, once for each timestep.
    progress : callable
        Called with the completed share of the timesteps.
    """

    def advance(layer: NeuronLayer, rows: Array) -> Array:
        results = layer.results(products[layer.name].of(rows))
        watched(layer.name, results)
        return neurons[layer.name].advance(results)

    found = []
    for timestep in network.spikes(given, advance):
        found.append(timestep)
        progress(len(found) / given.shape[1])
    return {layer.name: np.stack([one[layer.name] for one in found], axis=1) for layer in network.layers}


def ideal_network(
    network: Network, given: Array, watched: Callable[[str, Array], None] = lambda *_: None
) -> dict[str, Array]:
    """Spikes of every layer of the ideal network."""
    exact = {layer.name: ExactProducts(layer) for layer in network.layers}
    return run_network(network, given, exact, ideal_neurons(network, len(given)), watched)


def ideal_neurons(network: Network, samples: int) -> dict[str, Neurons]:
    """Ideal neurons of every layer, at rest."""
    return {layer.name: IdealNeurons(layer, samples) for layer in network.layers}


def decided(output: Array) -> Array:
    """Class of each sample: the output neuron with the most spikes; the first one in a tie."""
    counts = np.sum(np.minimum(output, 1), axis=1)
    return np.asarray(np.argmax(counts, axis=1))


_ROUNDING = 1e-12
"""Share of a drive by which a spike at its very end may miss it; numerical."""
_MOST_SPIKES = 1000
"""Spikes of a neuron in one timestep after which its further drive is ignored; a convention."""
_LEAST_THRESHOLD = 0.01
"""Smallest threshold of a cycle over the mean one, since a drawn one could be negative; a convention."""


@dataclass
class Effects:
    """Deviations that a run includes.

    Attributes
    ----------
    noise : bool
        From spike to spike, and from read to read.
    spread : bool
        Between neurons, and between the circuits in front of them.
    leak : bool
        Decay of the state.
    """

    noise: bool = True
    spread: bool = True
    leak: bool = True


class Devices:
    """Which physical neuron serves a sample: each chip has its own, and those of an output serve one after the other.

    Parameters
    ----------
    samples : ndarray of int
        Numbers of the samples in the whole run.
    chips, neurons_per_output : int
        Chips of the run, and neurons that serve an output one after the other.
    """

    def __init__(self, samples: Array, chips: int, neurons_per_output: int) -> None:
        self.number = chips * neurons_per_output
        self.of_sample = samples % chips * neurons_per_output + samples // chips % neurons_per_output

    def drawn(self, generator: np.random.Generator, neurons: int) -> Array:
        """A standard normal number of each neuron, (samples, neurons)."""
        return np.asarray(generator.standard_normal((self.number, neurons))[self.of_sample])


class LinearNeurons:
    """Neurons whose state charges and decays by one linear equation.

    A drive is on from the start of a timestep. A neuron that reaches its threshold spikes, starts again at its rest
    state after its refractory time, and takes what is left of the drive.

    Attributes
    ----------
    counts : list of ndarray
        Spikes of each neuron in each timestep; the row drivers pass on one.
    """

    def __init__(
        self, membrane: Membrane, stage: Stage, trim: Trim, shape: tuple[int, int], devices: Devices,
        generators: tuple[np.random.Generator, np.random.Generator], effects: Effects,
    ) -> None:  # fmt: skip
        self.membrane, self.stage, self.trim, self.effects = membrane, stage, trim, effects
        of_devices, self.generator = generators
        spread = float(np.max(membrane.gain_spread)) * effects.spread
        self.gain = np.exp(spread * devices.drawn(of_devices, shape[1]))
        self.offsets = stage.offset_spread * effects.spread * devices.drawn(of_devices, shape[1])
        self.state = np.zeros(shape)
        self.threshold = self._thresholds(shape)
        self.counts: list[Array] = []

    def _thresholds(self, shape: tuple[int, ...]) -> Array:
        """Thresholds of the next spikes."""
        spread = float(np.max(self.membrane.threshold_spread)) * self.effects.noise
        drawn = 1.0 + spread * self.generator.standard_normal(shape) if spread else np.ones(shape)
        return np.maximum(drawn, _LEAST_THRESHOLD)

    def advance(self, results: Array) -> Array:
        """Spikes of one timestep."""
        stage = self.stage
        share = stage.shares(results, self.trim, self.offsets)
        if stage.form == "width":
            left, strength = np.abs(share) * stage.hold, np.sign(share) * self.gain
        else:
            left, strength = np.full(share.shape, stage.hold), share * self.gain
        idle = stage.period - left
        counts = np.zeros(share.shape, dtype=int)
        for _ in range(_MOST_SPIKES):
            # to the next spike of every neuron, or to the end of its drive
            m = self.membrane
            time = self._time_to(strength)
            fires = (left > 0.0) & (time + m.delay <= left * (1.0 + _ROUNDING))
            driven = np.where(fires, 0.0, left)
            self.state = np.where(driven > 0.0, self._after(strength, driven), self.state)
            self.state = np.where(fires, m.rest, self.state)
            self.threshold = np.where(fires, self._thresholds(fires.shape), self.threshold)
            remaining = np.maximum(left - time - m.delay - m.refractory, 0.0)
            left[...] = np.where(fires & (self.stage.ending_delay is None), remaining, 0.0)
            if not np.any(fires):
                break
            counts += fires
        if self._leaks(self.membrane.idle):
            self.state = self.state * np.exp(-np.maximum(idle, 0.0) / self.membrane.idle)
        self.counts.append(counts)
        return counts > 0

    def _time_to(self, strength: Array) -> Array:
        """Time until the state reaches its threshold; infinite where it does not."""
        m, gap = self.membrane, self.threshold - self.state
        with np.errstate(divide="ignore", invalid="ignore"):
            if not self._leaks(m.driven):
                time = np.where(strength > 0.0, gap / strength * m.integration_time, np.inf)
            else:
                final = m.final * strength
                time = np.where(
                    final > self.threshold,
                    m.driven * np.log((final - self.state) / (final - self.threshold)),
                    np.inf,
                )
        return np.where(gap <= 0.0, 0.0, time)

    def _after(self, strength: Array, time: Array) -> Array:
        """State after a drive that does not fire the neuron, at least zero."""
        m = self.membrane
        if not self._leaks(m.driven):
            moved = self.state + strength * time / m.integration_time
        else:
            final = m.final * strength
            moved = final + (self.state - final) * np.exp(-time / m.driven)
        return np.asarray(np.maximum(moved, 0.0))

    def _leaks(self, time_constant: u.Numeric) -> bool:
        return bool(self.effects.leak and np.all(np.isfinite(time_constant)))


@frozen_dataclass
class Arithmetic:
    """Numbers of a digital neuron.

    Attributes
    ----------
    bits : int or None
        Bits of a state, sign included; None where they are not published.
    shifts : bool
        Whether the leak is a shift, so that a timestep leaves 1 - 2^-k of a state.
    leaks : bool
        Whether states decay at all.
    """

    bits: int | None
    shifts: bool
    leaks: bool = True

    def decay(self, wanted: float) -> float:
        """Share of a state that a timestep leaves: the wanted one, or the nearest that a shift makes.

        Examples
        --------
        >>> Arithmetic(16, shifts=True).decay(0.9)
        0.875
        """
        if not self.leaks or wanted >= 1.0:
            return 1.0
        if not self.shifts or wanted <= 0.0:
            return wanted
        shifts = 1.0 - 2.0 ** -np.arange(1.0, 16.0)
        return float(min([*shifts, 1.0], key=lambda share: abs(share - wanted)))


class DigitalNeurons:
    """Leaky integrate-and-fire neurons in whole numbers.

    Attributes
    ----------
    saturated : int
        States, over all timesteps, that reached an end of their range.
    """

    def __init__(self, layer: NeuronLayer, arithmetic: Arithmetic, samples: int) -> None:
        self.layer, self.arithmetic = layer, arithmetic
        self.scale = layer.threshold / layer.step
        self.threshold = np.rint(self.scale)
        self.decay = arithmetic.decay(layer.decay)
        self.state = np.zeros((samples, layer.outputs))
        self.fired = np.zeros((samples, layer.outputs), dtype=bool)
        self.saturated = 0
        self.counts: list[Array] = []

    def advance(self, results: Array) -> Array:
        """Spikes of one timestep."""
        kept = np.floor(after_spikes(self.state, self.fired, self.threshold, self.decay, self.layer.reset))
        self.state = kept + np.rint(results * self.scale)
        if self.arithmetic.bits is not None:
            top = 2.0 ** (self.arithmetic.bits - 1) - 1.0
            self.saturated += int(np.sum(np.abs(self.state) > top))
            self.state = np.clip(self.state, -top, top)
        self.fired = self.state > self.threshold
        self.counts.append(self.fired)
        return self.fired
