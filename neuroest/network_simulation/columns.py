"""Columns of a layer on every chip of a run: programmed cells, wires, clamps, and how results reach neurons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array
from neuroest.equations import crossbar, crossbar_wires
from neuroest.network_simulation.networks import NeuronLayer


@frozen_dataclass
class Trim:
    """Two numbers of a layer that its circuits are set to; none belongs to a single neuron.

    Attributes
    ----------
    offset : float
        Drive at a result of zero, as a share of the full drive.
    full : float
        Result that makes a full drive, less the offset, in thresholds of the network.
    """

    offset: float
    full: float


@frozen_dataclass
class Stage:
    """Circuit between a column and its neuron, as the estimate prices it.

    Attributes
    ----------
    form : str
        ``width``: the result sets for how long the full drive is on; ``amplitude``: how strong the drive is.
    full : float
        Result that makes a full drive, in thresholds of the network.
    hold, period : float
        Time of a full pulse, and of a timestep. [s]
    drive : float
        Voltage of a full drive; not a number for neurons that take a current. [V]
    signed : bool
        Whether results below zero discharge the neuron; otherwise they give no drive.
    offset_spread : float
        Standard deviation between neurons of the point at which a pulse ends, over the full drive.
    droop : float
        Share of a held full drive that is lost at its end.
    error, offset : float
        Errors of a result that are not drawn cell by cell, over the deviation of the results: those that are new in
        each read, such as thermal noise, and those that stay, such as that of mirrors.
    ending_delay : float or None
        Time after a spike at which circuits end the drive of its timestep; None where it stays on. [s]
    """

    form: Literal["width", "amplitude"]
    full: float
    hold: float
    period: float
    drive: float = np.nan
    signed: bool = False
    offset_spread: float = 0.0
    droop: float = 0.0
    error: float = 0.0
    offset: float = 0.0
    ending_delay: float | None = None

    @property
    def trim(self) -> Trim:
        """Setting without any calibration: no offset, and the full drive of the estimate."""
        return Trim(0.0, self.full)

    def shares(self, results: Array, trim: Trim, offsets: Array | float = 0.0) -> Array:
        """Drives, as shares of the full drive.

        Parameters
        ----------
        results : ndarray
            In thresholds.
        trim : Trim
            Setting of the layer.
        offsets : ndarray
            Error of each neuron's stage, as a share of the full drive.
        """
        share = trim.offset + results / trim.full + offsets
        share = np.clip(share, -1.0 if self.signed else 0.0, 1.0)
        if (
            self.form == "width"
        ):  # what leaks empties the capacitor together with the current that times the pulse
            return np.asarray(share / (1.0 + self.droop))
        return np.asarray(np.sign(share) * np.maximum(np.abs(share) - self.droop / 2.0, 0.0))


@frozen_dataclass
class WireLoss:
    """Wires of the arrays of one layer.

    Attributes
    ----------
    low : float
        Conductance of unused cells. [S]
    rows, columns : int
        Cells of an array.
    segment_resistance : float
        Wire resistance from one cell to the next. [ohm]
    line_rows, line_columns : float
        Cells between two buffers along a column and along a row.
    active_share : float
        Mean share of the rows that are on.
    """

    low: float
    rows: int
    columns: int
    segment_resistance: float
    line_rows: float
    line_columns: float
    active_share: float

    def lost(self, conductance: Array) -> Array:
        """Lost share of each cell, in the shape of `conductance`.

        Outputs take neighbouring columns, with the slices and the lines of a pair of each side by side, and inputs take
        neighbouring rows, the first of them where the column is read.

        Parameters
        ----------
        conductance : ndarray of shape (slices, lines, outputs, inputs)
            Of the cells. [S]
        """
        slices, lines, outputs, inputs = conductance.shape
        columns = slices * lines * outputs
        of_rows, of_columns = min(inputs / self.rows, 1.0), min(columns / self.columns, 1.0)
        along = of_columns * float(np.mean(conductance)) + (1.0 - of_columns) * self.low
        down = of_rows * np.mean(conductance, axis=(2, 3), keepdims=True) + (1.0 - of_rows) * self.low
        number = np.moveaxis(np.arange(columns).reshape(outputs, slices, lines), 0, 2)
        return np.asarray(
            crossbar_wires.ir_drop_error_at(
                along, down, self.segment_resistance, self.segment_resistance, self.line_rows, self.line_columns,
                self.active_share, np.asarray(np.arange(inputs) % self.line_rows + 1.0, dtype=np.float64),
                np.asarray(number % self.line_columns + 1.0)[..., np.newaxis],
            )
        )  # fmt: skip


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
        # mean gain of the results of a layer for random inputs of its activity
        inputs = layer.matrix.shape[1]
        chance = np.random.default_rng(inputs).random((_PROBES, inputs))
        rows = (chance < max(self.path.wires.active_share, 1.0 / inputs)).astype(float)
        results = rows @ layer.matrix.T
        found = [self._of_chip(cells, rows) for cells in self.written]
        power = float(np.sum(results * results)) * len(found)
        slope = sum(float(np.sum(one * results)) for one in found) / power if power > 0.0 else 0.0
        self.unit = path.step_current * (slope / self.path.step_current if slope > 0.0 else 1.0)

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
