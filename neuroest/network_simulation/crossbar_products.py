"""Matrix-vector products of a layer on a crossbar with converters: cells, reads, ADC codes.

Weights and inputs are integers. A read sums the active rows of a column. Column sums are counted in levels: the
smallest difference that an integer weight and input can make (docs/accuracy.md).
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array
from neuroest.equations import accuracy, ageing
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.crossbar.column_gains import ConverterRange
from neuroest.levels.crossbar.mapper import CrossbarMapper
from neuroest.network_simulation.columns import WireLoss

NOISE, DRIFT, CLIPPING, ROUNDING, WIRES = "noise", "drift", "clipping", "rounding", "wire resistance"
CAUSES: Mapping[str, str] = read_data(Path(__file__).with_name("left_out.yaml"))["errors"]
"""Error sources that a run can leave out, and what is left."""
_AT_ONCE = 2**21
"""Largest number of results computed together, to limit memory and fit the cache."""
_BYTE = 8
"""Bits per byte."""
_ON_ONE_THREAD = 2**18
"""Number of multiplications up to which OpenBLAS uses one thread; here, more threads would cost more than they gain."""


@frozen_dataclass
class Reads:
    """Read parameters of one layer, as in its estimate.

    Attributes
    ----------
    encoding, subtraction : str
        How cells encode a weight, and how offset coding subtracts the offset.
    inputs : int
        Inputs summed in one read.
    weight_bits, slice_bits, slices : int
        Bits of a stored weight, bits of one cell, and cells per weight.
    merges_slices, merges_pairs : bool
        Whether one conversion covers all slices, and whether it covers both columns of a pair.
    input_bits, at_once : int
        Magnitude bits of an input, and bits covered by one conversion.
    signs_apart : bool
        Whether positive and negative inputs use separate reads.
    low_end, high_end, step : float
        Lowest and highest code of the converters, and the step between codes. [levels]
    wires : WireLoss
        Wires of the arrays.
    """

    encoding: str
    subtraction: str
    inputs: int
    weight_bits: int
    slice_bits: int
    slices: int
    merges_slices: bool
    merges_pairs: bool
    input_bits: int
    at_once: int
    signs_apart: bool
    low_end: float
    high_end: float
    step: float
    wires: WireLoss

    @property
    def full_weight(self) -> int:
        """Largest integer of a weight."""
        return int(2 ** (self.weight_bits - 1) - 1)


def _one(value: Any, place: int) -> float:
    """Value of a parameter for one layer."""
    found = np.ravel(np.asarray(value, dtype=float))
    return float(found[place] if found.size > 1 else found[0])


def reads_of(mapper: CrossbarMapper, place: int) -> Reads:
    """Read parameters of a layer on the arrays of a level.

    Raises
    ------
    NeuroestError
        If the arrays are not resistive cells read by rounding converters.
    """
    array, network = mapper.compute, mapper.network
    if not isinstance(array, CrossbarArray) or not array.cell.summation.flows:
        raise NeuroestError(
            f"{array.path}: its cells are not conductances; accuracy is simulated on resistive cells"
        )
    if array.converter is None:
        raise NeuroestError(
            f"{array.path}: is read by neurons; accuracy of dense networks needs an adc read-out"
        )
    phase, bits = (
        int(_one(array.phase_bits(network), place)),
        int(_one(array.read_schedule.input_bits(network), place)),
    )
    at_once = bits if array.adds_pulses else phase
    converted = _one(array.converted_bits(network), place)
    rows = _one(array.rows_at_once(), place) * array.merged_lines
    codes = ConverterRange(array, network, mapper.kinds_of_blocks, float(at_once))
    resolution = array.resolution(network)
    step = _one(accuracy.converter_step(rows, at_once, converted, resolution), place)
    step = max(step * _one(codes.share, place), 1.0)  # codes finer than one level are rounded to levels
    largest = rows * (2.0**at_once - 1.0) * (2.0**converted - 1.0)
    low_end, high_end = (_one(end, place) * largest for end in codes.ends)
    return Reads(
        encoding=array.spec.weight_encoding,
        subtraction=array.weights.offset_subtraction,
        inputs=max(int(_one(array.rows_at_once(), place) / array.weights.devices_per_weight()[1]), 1),
        weight_bits=int(_one(array.weights.stored_weight_bits(network), place)),
        slice_bits=int(_one(array.weights.bits_per_cell(network), place)),
        slices=int(_one(array.weights.slices(network), place)),
        merges_slices=_one(array.merged_slices(network), place) > 1.0,
        merges_pairs=array.merged_lines > 1.0,
        input_bits=bits,
        at_once=at_once,
        # a pulse width or voltage has one sign per read; two's complement bits have separate weights
        signs_apart=array.read_schedule.sign_phases > 1.0 or at_once > 1,
        low_end=low_end,
        high_end=min(high_end, low_end + (2.0 ** _one(resolution, place) - 1.0) * step),
        step=step,
        wires=wire_loss(mapper, place),
    )


def wire_loss(mapper: CrossbarMapper, place: int) -> WireLoss:
    """Wires of the arrays of a layer at its mean activity."""
    array, network = mapper.compute, mapper.network
    stacked = _one(array.stacked_arrays(network), place)
    rows = int(_one(array.options["rows"], place) * stacked)
    at_once = _one(array.rows_at_once(), place) / _one(array.options["rows"], place)
    return WireLoss(
        _one(array.weights.ends()[0], place), rows, int(_one(array.options["columns"], place)),
        _one(array.segment_resistance(), place), _one(array.piece("rows"), place) * stacked,
        _one(array.piece("columns"), place),
        1.0 if array.cell.idle_rows_conduct else _one(mapper.active_share(), place) * at_once,
    )  # fmt: skip


class ProgrammedLayer:
    """Weights of one layer programmed into the cells of one chip.

    Parameters
    ----------
    array : CrossbarArray
        Array with the cells.
    reads : Reads
        Read parameters.
    weights : ndarray of shape (outputs, inputs)
        Integers.
    generator : Generator
        Random generator for cell errors and read noise.
    without : collection of str
        Error sources to leave out, from `CAUSES`.
    """

    def __init__(
        self, array: CrossbarArray, reads: Reads, weights: Array, generator: np.random.Generator,
        without: Collection[str] = (),
    ) -> None:  # fmt: skip
        self.reads, self.outputs, self.generator = reads, len(weights), generator
        self.without = frozenset(name.replace("_", " ") for name in without)
        age = None if DRIFT in self.without else array.weights.age
        low, high = (_one(end, 0) for end in array.weights.window(age))
        lowest, highest = (_one(end, 0) for end in array.weights.window(None))
        window = highest - lowest
        halves = 2.0 if reads.encoding == "offset" else 1.0
        self.gain = window / (halves * _one(array.weights.result_weight(age), 0))
        self.top = 2**reads.slice_bits - 1
        d = array.memory.device
        self.white = _one(d.read_noise, 0) * high / window * self.top
        elapsed = d.drift_reference_time if age is None else age
        self.pink = _one(ageing.flicker_spread(d.flicker_noise, elapsed, d.flicker_pulse_width), 0)

        def cells(levels: Array) -> Array:
            """Levels of the cells of all lines (lines, slices, outputs, inputs) as they are read."""
            found = np.asarray(
                array.weights.drawn_conductances(levels / self.top, age, generator, self.without)
            )
            if WIRES not in self.without:
                meant = np.moveaxis(low + window * levels / self.top, 0, 1)
                kept = np.moveaxis(1.0 - reads.wires.lost(meant), 1, 0)
                found = found * (kept / np.mean(kept))  # a gain common to all columns is corrected
            # the current of all active cells at the lowest conductance is subtracted before the converters
            return np.asarray((found - low) / window * self.top)

        self.offset = low / window * self.top
        self.blocks = [
            (first, *self._columns(weights[:, first : first + reads.inputs], cells))
            for first in range(0, weights.shape[1], reads.inputs)
        ]

    def _digits(self, magnitude: Array) -> Array:
        """Digits of integers, the lowest first: (slices, outputs, inputs)."""
        base = 2**self.reads.slice_bits
        return np.stack([np.floor(magnitude / base**k) % base for k in range(self.reads.slices)])

    def _columns(self, weights: Array, cells: Callable[[Array], Array]) -> tuple[Array, Array]:
        """Column matrix of a block and its noise: (inputs, converted columns) and (1, converted columns).

        Both are in levels. Lines that share a conversion form one column.
        """
        r = self.reads
        if r.encoding == "offset":
            digits = self._digits(weights + 2 ** (r.weight_bits - 1))
            if r.subtraction == "reference_column":
                middle = np.full((r.slices, 1, weights.shape[1]), self.top / 2.0)
                digits = np.concatenate([digits, middle], axis=1)
            lines = list(cells(digits[np.newaxis]))
        else:
            signed = [self._digits(np.maximum(sign * weights, 0.0)) for sign in (1.0, -1.0)]
            lines = list(cells(np.stack(signed)))
        squares = [self.white**2 + (self.pink * (line + self.offset)) ** 2 for line in lines]
        if r.encoding == "row_differential" or r.merges_pairs:
            lines, squares = [lines[0] - lines[1]], [squares[0] + squares[1]]
        found, noise = np.stack(lines), np.stack(squares)  # (lines, slices, outputs, inputs)
        if r.merges_slices:
            places = self._places().reshape(1, -1, 1, 1)
            found = np.sum(found * places, axis=1, keepdims=True)
            noise = np.sum(noise * places**2, axis=1, keepdims=True)
        inputs = weights.shape[1]
        spread = np.sqrt(np.mean(noise, axis=-1)).reshape(1, -1)
        return found.reshape(-1, inputs).T.astype(np.float32), spread.astype(np.float32)

    def _places(self) -> Array:
        return 2.0 ** (self.reads.slice_bits * np.arange(self.reads.slices))

    def product(self, codes: Array) -> Array:
        """Integer products of inputs with the weights, with the errors of the array.

        Parameters
        ----------
        codes : ndarray of shape (samples, inputs)
            Integer inputs within the bits of the layer.
        """
        codes = np.asarray(codes)
        many = max(_AT_ONCE // max(self.blocks[0][1].shape[1], codes.shape[1]), 1)
        found = [self._product(codes[first : first + many]) for first in range(0, len(codes), many)]
        return np.concatenate(found) if found else np.zeros((0, self.outputs), dtype=np.float32)

    def _product(self, codes: Array) -> Array:
        if self.reads.signs_apart and np.any(codes < 0):
            return self._phases(np.maximum(codes, 0)) - self._phases(np.maximum(-codes, 0))
        return self._phases(codes)

    def _phases(self, codes: Array) -> Array:
        """Sum over the reads of all input bits; the highest two's complement bit is the sign."""
        r, total = self.reads, np.zeros((len(codes), self.outputs), dtype=np.float32)
        signed = bool(np.any(codes < 0))
        narrow: Any = np.uint8 if r.input_bits <= _BYTE else np.int32
        whole: Any = codes.astype(np.int32) & (2**r.input_bits - 1) if signed else codes
        whole = whole.astype(narrow)
        for first in range(0, r.input_bits, r.at_once):
            digits = (whole >> first) & narrow(2**r.at_once - 1)
            sign = -1.0 if signed and first + r.at_once >= r.input_bits else 1.0
            if np.any(digits):
                part = self._read(digits.astype(np.float32))
                part *= np.float32(sign * 2.0**first)
                total += part
        return total

    def _read(self, digits: Array) -> Array:
        total, step = np.zeros((len(digits), self.outputs), dtype=np.float32), np.float32(self.reads.step)
        for first, columns, noise in self.blocks:
            part = digits[:, first : first + len(columns)]
            sums = _sums(part, columns)
            if NOISE not in self.without and np.any(noise > 0.0):
                power = np.sqrt(np.einsum("ni,ni->n", part, part))[:, np.newaxis]
                drawn = self.generator.standard_normal(sums.shape, dtype=np.float32)
                drawn *= power
                drawn *= noise
                sums += drawn
            if ROUNDING not in self.without:
                # half a step rounds up, since the transition levels of a converter are fixed
                sums *= np.float32(1.0) / step
                sums += np.float32(0.5)
                np.floor(sums, out=sums)
                sums *= step
            if CLIPPING not in self.without:
                np.clip(sums, self.reads.low_end, self.reads.high_end, out=sums)
            total += self._added_up(sums, part)
        return total

    def _added_up(self, codes: Array, digits: Array) -> Array:
        """Shift and add the columns of each weight."""
        r = self.reads
        codes *= np.float32(self.gain)
        if r.encoding != "offset" and codes.shape[1] == self.outputs:
            return codes
        slices = 1 if r.merges_slices else r.slices
        places = np.ones(1) if r.merges_slices else self._places()
        reference = self.reads.encoding == "offset" and self.reads.subtraction == "reference_column"
        shaped = codes.reshape(len(codes), -1, slices, self.outputs + int(reference))
        weighed = np.einsum("nlso,s->nlo", shaped, places.astype(np.float32))
        if r.encoding != "offset":
            return np.asarray(weighed[:, 0] - weighed[:, 1] if weighed.shape[1] > 1 else weighed[:, 0])
        stored, half = weighed[:, 0, : self.outputs], 2 ** (r.weight_bits - 1)
        active = np.sum(digits, axis=1, keepdims=True)
        if r.subtraction != "reference_column":
            return np.asarray(stored - half * active)
        # the reference column stores half of each digit, in total slightly less than half of the weight range
        middle = (2.0 ** (r.slice_bits * r.slices) - 1.0) / 2.0
        return np.asarray(stored - weighed[:, 0, self.outputs :] - (half - middle) * active)


def _sums(digits: Array, columns: Array) -> Array:
    """Column sums for each row of digits, in products small enough for one thread."""
    each = max(_ON_ONE_THREAD // columns.size, 1)
    whole = len(digits) // each * each
    sums = np.empty((len(digits), columns.shape[1]), dtype=np.float32)
    stacked = (-1, each, columns.shape[0])
    np.matmul(digits[:whole].reshape(stacked), columns, out=sums[:whole].reshape(-1, each, columns.shape[1]))
    np.matmul(digits[whole:], columns, out=sums[whole:])
    return sums
