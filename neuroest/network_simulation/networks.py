"""A spiking network with its weights: layers with neurons, and what only passes spikes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import IntEnum
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array

Shape: TypeAlias = tuple[int, ...]
Pair: TypeAlias = tuple[int, int]


class Reset(IntEnum):
    """What the ideal neuron subtracts after a spike, as a number in a file of weights."""

    SUBTRACT_LATER = 0
    """The threshold, in the next timestep and after its decay, as in snnTorch."""
    SUBTRACT = 1
    """The threshold, at once, as in SpikingJelly with ``v_reset=None``."""
    ZERO = 2
    """Everything: the state is zero after a spike."""


@frozen_dataclass
class Window:
    """Windows of a convolution or a pooling over a map.

    Attributes
    ----------
    shape : tuple of int
        Channels, rows and columns of the map.
    kernel, stride, padding, dilation : tuple of int
        Rows and columns of each.
    """

    shape: Shape
    kernel: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)

    @property
    def extent(self) -> Pair:
        """Rows and columns of the result.

        Examples
        --------
        >>> Window((1, 8, 8), (3, 3), padding=(1, 1)).extent
        (8, 8)
        """
        rows, columns = (
            (size + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1
            for size, pad, dilation, kernel, stride in zip(
                self.shape[1:], self.padding, self.dilation, self.kernel, self.stride, strict=True
            )
        )
        return rows, columns

    def of(self, maps: Array) -> Array:
        """Windows of maps: (samples, channels, rows, columns, kernel rows, kernel columns)."""
        maps = maps.reshape(-1, *self.shape)
        (of_rows, of_columns), (down, along) = self.padding, self.dilation
        padded = np.pad(maps, ((0, 0), (0, 0), (of_rows, of_rows), (of_columns, of_columns)))
        rows, columns = (d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel, strict=True))
        found = sliding_window_view(padded, (rows, columns), axis=(2, 3))
        return found[:, :, :: self.stride[0], :: self.stride[1], ::down, ::along]


@frozen_dataclass
class NeuronLayer:
    """Weights of one layer, and the neuron model used in training.

    Attributes
    ----------
    weights : ndarray of shape (outputs, inputs)
        Whole numbers; of a convolution one row for each channel.
    recurrent : ndarray of shape (outputs, outputs) or None
        Weights for the layer's own spikes of the previous timestep.
    step : float
        Value of an integer weight of one.
    decay, threshold : float
        Leaky integrate-and-fire neuron: the share of its state that remains after a timestep, and its threshold.
    bias : ndarray of shape (outputs,) or None
        Added to every result, in the unit of `step`.
    reset : Reset
        What a spike subtracts.
    window : Window or None
        Of a convolution.
    sources : tuple of str
        What it reads, one after the other.
    """

    name: str
    weights: Array
    recurrent: Array | None
    step: float
    decay: float
    threshold: float
    bias: Array | None = None
    reset: Reset = Reset.SUBTRACT_LATER
    window: Window | None = None
    sources: tuple[str, ...] = ("input",)

    @property
    def positions(self) -> int:
        """Positions of a convolution; one for other layers."""
        return 1 if self.window is None else prod(self.window.extent)

    @property
    def outputs(self) -> int:
        """Neurons of the layer."""
        return int(self.weights.shape[0]) * self.positions

    @property
    def matrix(self) -> Array:
        """All weights of a neuron in one row: input weights, then recurrent weights."""
        return self.weights if self.recurrent is None else np.hstack([self.weights, self.recurrent])

    def with_matrix(self, matrix: Array, step: float | None = None) -> NeuronLayer:
        """The layer with other weights: input weights, then recurrent weights; and perhaps another step."""
        inputs = self.weights.shape[1]
        own = None if self.recurrent is None else matrix[:, inputs:]
        return replace(
            self, weights=matrix[:, :inputs], recurrent=own, step=self.step if step is None else step
        )

    def rounded_to(self, bits: int) -> NeuronLayer:
        """The layer with weights of so many bits, sign included, the largest of them at the end of the range.

        Weights that fit stay as they are.
        """
        top, largest = float(2 ** (bits - 1) - 1), float(np.max(np.abs(self.matrix)))
        if largest <= top:
            return self
        return self.with_matrix(np.rint(self.matrix / largest * top), self.step * largest / top)

    def rows(self, given: Array, own: Array) -> Array:
        """What multiplies the weights, (samples times positions, inputs): input spikes, then the layer's own."""
        if self.recurrent is not None:
            return np.hstack([given, own])
        if self.window is None:
            return given
        return self.window.of(given).transpose(0, 2, 3, 1, 4, 5).reshape(-1, self.weights.shape[1])

    def results(self, products: Array) -> Array:
        """Results of each neuron in thresholds, from products in the unit of `step`."""
        if self.bias is not None:
            products = products + self.bias / self.step
        found = np.asarray(products) * (self.step / self.threshold)
        if self.window is None:
            return found
        return found.reshape(-1, self.positions, found.shape[1]).transpose(0, 2, 1).reshape(-1, self.outputs)


@frozen_dataclass
class PassiveLayer:
    """A layer without neurons: a pooling, a sum, or another order.

    Attributes
    ----------
    kind : str
        ``maximum``, ``average``, ``add`` or ``joined``.
    """

    name: str
    kind: str
    sources: tuple[str, ...]
    window: Window | None = None

    def of(self, given: list[Array]) -> Array:
        """What it passes on of its inputs, each (samples, elements)."""
        if self.kind == "add":
            return np.asarray(np.sum(given, axis=0))
        joined = given[0] if len(given) == 1 else np.hstack(given)
        if self.window is None:
            return joined
        windows = self.window.of(joined)
        pooled = windows.max(axis=(4, 5)) if self.kind == "maximum" else windows.mean(axis=(4, 5))
        return np.asarray(pooled).reshape(len(joined), -1)


Advance: TypeAlias = Callable[[NeuronLayer, Array], Array]
"""Takes a layer and what multiplies its weights in a timestep, and returns its spikes (samples, neurons)."""


@frozen_dataclass
class Network:
    """All layers, in the order in which they run within a timestep."""

    steps: tuple[NeuronLayer | PassiveLayer, ...]

    @property
    def layers(self) -> tuple[NeuronLayer, ...]:
        """Layers with neurons."""
        return tuple(step for step in self.steps if isinstance(step, NeuronLayer))

    @property
    def output(self) -> NeuronLayer:
        """The layer whose spikes are the answer."""
        return self.layers[-1]

    def rounded_to(self, bits: Mapping[str, int]) -> Network:
        """The network with weights of so many bits, by layer."""
        return Network(
            tuple(
                step.rounded_to(bits[step.name])
                if isinstance(step, NeuronLayer) and step.name in bits
                else step
                for step in self.steps
            )
        )

    def spikes(self, given: Array, advance: Advance) -> Iterator[dict[str, Array]]:
        """Spikes of every layer with neurons, timestep after timestep.

        Parameters
        ----------
        given : ndarray of shape (samples, timesteps, inputs)
            Input.
        advance : callable
            Runs the neurons of a layer for one timestep.
        """
        samples = len(given)
        own = {layer.name: np.zeros((samples, layer.outputs), dtype=bool) for layer in self.layers}
        for timestep in range(given.shape[1]):
            values: dict[str, Array] = {"input": given[:, timestep]}
            for step in self.steps:
                read = [values[name] for name in step.sources]
                if isinstance(step, PassiveLayer):
                    values[step.name] = step.of(read)
                    continue
                joined = read[0] if len(read) == 1 else np.hstack(read)
                values[step.name] = own[step.name] = advance(step, step.rows(joined, own[step.name]))
            yield dict(own)
