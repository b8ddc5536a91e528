"""Columns of a layer on every chip of a run: programmed cells, wires and clamps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.stimulus import Array
from neuroest.equations import crossbar
from neuroest.network_simulation.networks import NeuronLayer
from neuroest.network_simulation.wires import WireLoss

_PROBES = 128
"""Random inputs on which the common gain of a layer is measured."""


@frozen_dataclass
class ArrayErrors:
    """Array effects to include.

    Attributes
    ----------
    errors : bool
        Errors of the cells: programming errors and drift.
    wires : bool
        IR drop.
    """

    errors: bool = True
    wires: bool = True


IDEAL = ArrayErrors(errors=False, wires=False)


@frozen_dataclass
class ArrayPath:
    """Signal path from active rows to the current of a column pair, for one layer.

    Attributes
    ----------
    read_voltage : float
        Voltage of an active row. [V]
    low, high : float
        Conductances of a zero weight and of the largest weight of a slice, including the access transistor. [S]
    rows : int
        Rows whose currents one circuit takes; more inputs need several, whose currents are added.
    magnitude_bits, slice_bits : int
        Magnitude bits of a weight, and bits of one cell.
    wires : WireLoss
        Wires of the arrays.
    input_resistance, bias_current : float
        Input resistance and bias current of the clamp; zero and infinite for an ideal interface. [ohm], [A]
    drawn : callable
        Returns cell conductances with the estimate's weight errors, given the normalized targets and a generator.
    """

    read_voltage: float
    low: float
    high: float
    rows: int
    magnitude_bits: int
    slice_bits: int
    wires: WireLoss
    input_resistance: float
    bias_current: float
    drawn: Callable[[Array, np.random.Generator], Array]

    @property
    def slices(self) -> int:
        """Cells of a weight."""
        return -(-self.magnitude_bits // self.slice_bits)

    @property
    def step_current(self) -> float:
        """Lossless column current of an integer weight of one [A]."""
        base = 2**self.slice_bits
        window = self.read_voltage * (self.high - self.low)
        return float(window / (base - 1) / float(base) ** (self.slices - 1))

    def holding(self, matrix: Array) -> ArrayPath:
        """The path with cells for these weights, should they have more bits than a weight of the chip."""
        needed = int(np.ceil(np.log2(np.max(np.abs(matrix), initial=1.0) + 1.0)))
        if needed <= self.magnitude_bits:
            return self
        return replace(
            self, magnitude_bits=needed, slice_bits=needed if self.slices == 1 else self.slice_bits
        )

    def levels(self, matrix: Array) -> Array:
        """Target conductances relative to the window: (slices, two of a pair, outputs, inputs)."""
        magnitude, base = np.abs(matrix), 2**self.slice_bits
        level = np.stack(
            [np.floor(magnitude / base**each) % base / (base - 1) for each in range(self.slices)]
        )
        return np.stack([np.where(sign * matrix > 0.0, level, 0.0) for sign in (1.0, -1.0)], axis=1)


class Columns:
    """The column pairs of one layer.

    The gain that all results of the layer have in common, after clamps and wires, is taken out: the full scale of the
    circuits behind the columns is trimmed to it.

    Parameters
    ----------
    path : ArrayPath
        Arrays of the layer.
    layer : NeuronLayer
        Layer whose weights are in the array.
    generators : list of Generator
        Cells of each chip.
    chip_of_sample : ndarray of int
        Chip on which each sample runs.
    truth : ArrayErrors, optional
        Array effects to include; by default, ideal cells and wires without loss.
    """

    def __init__(
        self, path: ArrayPath, layer: NeuronLayer, generators: list[np.random.Generator],
        chip_of_sample: Array | None = None, truth: ArrayErrors = IDEAL,
    ) -> None:  # fmt: skip
        self.path = path = path.holding(layer.matrix)
        self.positions = layer.positions
        self.chips = np.zeros(1, dtype=int) if chip_of_sample is None else chip_of_sample
        meant = path.levels(layer.matrix)
        exact = path.low + (path.high - path.low) * meant
        self.written = (
            [np.asarray(path.drawn(meant, generator)) for generator in generators]
            if truth.errors
            else [exact]
        )
        if truth.wires:
            kept = 1.0 - path.wires.lost(exact)
            self.written = [cells * kept for cells in self.written]
        self.unit = path.step_current * self._common_gain(layer.matrix)

    def _common_gain(self, matrix: Array) -> float:
        """Mean gain of the results of a layer for random inputs of its activity."""
        inputs = matrix.shape[1]
        chance = np.random.default_rng(inputs).random((_PROBES, inputs))
        rows = (chance < max(self.path.wires.active_share, 1.0 / inputs)).astype(float)
        exact = rows @ matrix.T
        found = [self._of_chip(cells, rows) for cells in self.written]
        power = float(np.sum(exact * exact)) * len(found)
        slope = sum(float(np.sum(one * exact)) for one in found) / power if power > 0.0 else 0.0
        return slope / self.path.step_current if slope > 0.0 else 1.0

    def of(self, rows: Array) -> Array:
        """Results in integer weights, without their common gain."""
        return self.currents(rows) / self.unit

    def currents(self, rows: Array) -> Array:
        """Current of the positive column minus the negative column of each output [A].

        Parameters
        ----------
        rows : ndarray of shape (samples times positions, inputs)
            Active rows.
        """
        rows = rows.astype(float)
        if len(self.written) == 1:
            return self._of_chip(self.written[0], rows)
        chips = np.repeat(self.chips, self.positions)
        found = np.zeros((len(rows), self.written[0].shape[2]))
        for chip in np.unique(chips):
            found[chips == chip] = self._of_chip(self.written[chip], rows[chips == chip])
        return found

    def _of_chip(self, conductance: Array, active: Array) -> Array:
        path = self.path
        slices, _, outputs, inputs = conductance.shape
        total = np.zeros((len(active), outputs))
        for number in range(slices):
            share = 2.0 ** (path.slice_bits * (number + 1 - slices))
            for first in range(0, inputs, path.rows):
                block = slice(first, first + path.rows)
                plus, minus = (
                    crossbar.biased_clamp_current(
                        path.read_voltage, active[:, block] @ one.T, path.input_resistance, path.bias_current
                    )
                    for one in conductance[number, :, :, block]
                )
                total += share * (np.asarray(plus) - np.asarray(minus))
        return total
