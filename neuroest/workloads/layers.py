"""Shapes, exact counts and activity of every layer of a network, as arrays over the layers.

The shapes of a network never change during a sweep, so they are worked out once (`geometry`); the activity,
the timesteps and the bits may be replaced by arrays (`layer_table`). Counts are for one pass through the
network: one inference in dense coding, one timestep in spiking coding.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.errors import UnknownNameError, did_you_mean
from neuroest.specs.claims import Claim
from neuroest.specs.workload import (
    ACTIVITY_QUANTITIES,
    Add,
    AnyLayer,
    Coding,
    Concatenation,
    Convolution,
    ElementWise,
    Fault,
    FullyConnected,
    Host,
    Layer,
    MatrixProduct,
    Pooling,
    Rearrangement,
    Recurrent,
    RecurrentCell,
    WorkloadSpec,
    activity_path,
    check_claims,
    input_quantities,
    raise_faults,
    workload_claims,
)
from neuroest.units import Numeric

Array: TypeAlias = NDArray[np.float64]
Shape: TypeAlias = tuple[int, ...]
_Pair: TypeAlias = tuple[int, int]

NETWORK_INPUT = -1
"""Index that stands for the network's input among the layers that a layer reads."""
_WEIGHTLESS = (Pooling, Add, Concatenation, ElementWise, Rearrangement)
_SEVERAL = (Add, Concatenation, MatrixProduct, ElementWise, Rearrangement, Host)
_GATES = {"simple": 1, "gru": 3, "lstm": 4}
# multiplications, additions and functions of one neuron in one step, besides the weighted sums
_CELL_OPERATIONS = {"simple": 1, "gru": 9, "lstm": 9}


@dataclass(frozen=True, eq=False)
class Geometry:
    """What follows from the shapes of a network alone.

    All arrays have one element a layer. A pooling or an addition has no weights: its reduction, connections,
    MACs and weights are zero, and its outputs are its channels.

    Attributes
    ----------
    names, types : tuple of str
        Of the layers, in order.
    reads : tuple of tuple of int
        Indices of the layers that each layer reads; `NETWORK_INPUT` for the network's input.
    output_shapes : tuple of tuple of int
        ``(features,)`` or ``(channels, rows, columns)``.
    is_weighted, is_pooling, is_addition : array
        One or zero.
    reduction : array
        Inputs of one output within its group: kernel rows x kernel columns x channels of the group, or all
        inputs of a fully connected layer. Padding counts, as it does in a mapped array.
    recurrent_reduction : array
        Further inputs of one output from the layer itself.
    outputs : array
        Outputs that see the same inputs: channels of one group, or neurons.
    groups : array
        Groups of channels that do not see each other.
    kernel_rows, output_rows : array
        Rows of the kernel and of the output map; one for a fully connected layer.
    positions : array
        Positions of the kernel, one for a fully connected layer.
    input_elements, output_elements : array
        Elements read and written; the elements of all operands for an addition.
    connections : array
        Uses of a feed-forward synapse by an element that exists, so without the taps that fall on padding.
    recurrent_connections : array
        Uses of a recurrent synapse.
    macs : array
        Multiply-accumulate operations with padding counted, as a frame-based engine does them.
    weights : array
        Stored weights, without biases.
    input_taps : array
        Elements that the kernel (or pooling window) meets over all positions, without padding.
    window_elements : array
        Operations of a vector unit for one output: elements of a pooling window, operands of an addition,
        operations of an element-wise layer or a recurrent cell; zero for other weighted layers.
    stationary_elements : array
        Elements of a factor that takes the place of weights though it is computed anew in each inference.
    sequential_steps : array
        Steps of a recurrent cell, each of which waits for the one before.
    input_bits : array
        Bits of an input that is given as numbers in spiking coding; one everywhere else.
    line_buffer_elements : array
        Elements of the complete input rows that a kernel or window must still have at hand.
    time_constant_steps : array
        Membrane time constant over the time of a timestep; zero where the network does not state it.
    fan_out_layers : array
        Layers that read the output.
    input_elements_total, output_elements_total : float
        Elements that enter and leave the network.
    coding : str
        ``spiking`` or ``dense``.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    reads: tuple[tuple[int, ...], ...]
    output_shapes: tuple[Shape, ...]
    is_weighted: Array
    is_pooling: Array
    is_addition: Array
    reduction: Array
    recurrent_reduction: Array
    outputs: Array
    groups: Array
    kernel_rows: Array
    output_rows: Array
    positions: Array
    input_elements: Array
    output_elements: Array
    connections: Array
    recurrent_connections: Array
    macs: Array
    weights: Array
    input_taps: Array
    window_elements: Array
    line_buffer_elements: Array
    stationary_elements: Array
    sequential_steps: Array
    input_bits: Array
    time_constant_steps: Array
    fan_out_layers: Array
    input_elements_total: float
    output_elements_total: float
    coding: Coding

    @property
    def total_macs(self) -> float:
        """Multiply-accumulate operations of one pass through the network, padding counted."""
        return float(self.macs.sum())

    @property
    def total_weights(self) -> float:
        """Stored weights of the network, without biases and batch normalisation."""
        return float(self.weights.sum())


@dataclass(frozen=True, eq=False)
class LayerTable(Geometry):
    """Geometry and activity of a network.

    The arrays of the activity have the layers on their last axis and the design points before it.

    Attributes
    ----------
    input_rate, output_rate : array
        Probability that an element that the layer reads or writes is active in a timestep: spikes per neuron
        and timestep, or in dense coding the fraction of activations that are not zero.
    input_density, output_density : array
        Fraction of elements that are not zero; equal to the rates.
    input_bit_density, output_bit_density : array
        Probability that a bit of an element is one; equal to the rates in spiking coding.
    timesteps : float or array
        Timesteps of one inference; one in dense coding.
    weight_bits, activation_bits, accumulator_bits : float or array
        Bits of a number; a spike has one.
    mean_absolute_weight : float or array
        Mean absolute weight over the largest.
    """

    input_rate: Array
    output_rate: Array
    input_density: Array
    output_density: Array
    input_bit_density: Array
    output_bit_density: Array
    timesteps: Numeric
    weight_bits: Numeric
    activation_bits: Numeric
    accumulator_bits: Numeric
    mean_absolute_weight: Numeric

    @property
    def layer_synaptic_operations(self) -> Array:
        """Synaptic operations of each layer in one inference: active elements times the synapses they use.

        A synapse of weight zero counts, a tap on padding does not. In dense coding these are the
        multiply-accumulate operations with a non-zero activation.
        """
        events = self.input_rate * self.connections + self.output_rate * self.recurrent_connections
        return np.asarray(self.timesteps * events, dtype=np.float64)

    @property
    def synaptic_operations(self) -> Numeric:
        """Synaptic operations of one inference."""
        total = self.layer_synaptic_operations.sum(axis=-1)
        return float(total) if total.ndim == 0 else total


def check_workload(spec: WorkloadSpec) -> list[Fault]:
    """Find everything that is wrong with a workload beyond what the schema sees."""
    faults = [*check_claims(spec), *check_shapes(spec)]
    if not faults and not np.any(geometry(spec).is_weighted):
        faults.append((("layers",), "no layer has weights, so there is nothing to place on a chip"))
    return faults


def check_shapes(spec: WorkloadSpec) -> list[Fault]:
    """Find what is wrong with names, references and shapes, and which layer has no activity.

    Each fault is the place in the file, such as ``("layers", 3, "kernel")``, and a message.
    """
    return _Inference(spec).faults


def geometry(spec: WorkloadSpec) -> Geometry:
    """Shapes and exact counts of a network, worked out once for each spec.

    Raises
    ------
    SpecError
        With everything that `check_workload` finds.
    """
    return _plan(spec).geometry


def layer_table(spec: WorkloadSpec, values: Mapping[str, Numeric] | None = None) -> LayerTable:
    """Geometry and activity of a network.

    Parameters
    ----------
    spec : WorkloadSpec
        The network.
    values : mapping of str to float or array, optional
        Values that replace those of the file, by the paths of `workload_claims`, for example
        ``workload.layers.conv1.activity.rate``; a layer may be named whose activity the file leaves to the
        default. An array holds design points and has a last axis of length one, to which the layers go. Paths
        that do not begin with ``workload.`` are left to others.

    Raises
    ------
    SpecError
        With everything that `check_workload` finds.
    UnknownNameError
        For a path that the workload does not have.
    ValueError
        For an array whose last axis is not of length one.
    """
    plan = _plan(spec)
    given = dict(plan.stated)
    for path, value in (values or {}).items():
        if path in plan.paths:
            if np.ndim(value) and np.shape(value)[-1] != 1:
                raise ValueError(f"{path}: an array of design points needs a last axis of length one")
            given[path] = value
        elif path.startswith("workload."):
            raise UnknownNameError("workload value", path, plan.paths)
    read, written = plan.activity(given)
    return LayerTable(
        **plan.counts,
        input_rate=read[0],
        output_rate=written[0],
        input_density=read[0],
        output_density=written[0],
        input_bit_density=read[-1],
        output_bit_density=written[-1],
        timesteps=given.get("workload.timesteps", 1.0),
        weight_bits=given["workload.precision.weights"],
        activation_bits=given["workload.precision.activations"],
        accumulator_bits=given["workload.precision.accumulator"],
        mean_absolute_weight=given["workload.weights.mean_absolute"],
    )


def _pair(extent: int | _Pair) -> _Pair:
    return extent if isinstance(extent, tuple) else (extent, extent)


def _words(shape: Shape) -> str:
    if len(shape) == 1:
        return f"{shape[0]} features"
    return "{} channels of {} x {}".format(*shape)


@dataclass(frozen=True, eq=False)
class _Axis:
    """One axis of a kernel that moves over a map."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int = 1

    @property
    def span(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        return self.size + 2 * self.padding

    @property
    def positions(self) -> int:
        return (self.padded - self.span) // self.stride + 1

    @property
    def taps(self) -> int:
        """Kernel elements that meet an element of the map rather than padding, over all positions."""
        count = 0
        for element in range(self.kernel):
            offset = element * self.dilation - self.padding
            first = max(0, -(offset // self.stride))
            last = min(self.positions - 1, (self.size - 1 - offset) // self.stride)
            count += max(0, last - first + 1)
        return count


@dataclass(frozen=True, eq=False)
class _Counts:
    """Counts of one layer; the names are those of `Geometry`."""

    output_shape: Shape
    input_elements: int
    is_weighted: int = 0
    is_pooling: int = 0
    is_addition: int = 0
    reduction: int = 0
    recurrent_reduction: int = 0
    outputs: int = 1
    groups: int = 1
    kernel_rows: int = 1
    output_rows: int = 1
    positions: int = 1
    input_taps: int = 0
    window_elements: int = 0
    line_buffer_elements: int = 0
    stationary_elements: int = 0
    sequential_steps: int = 1
    input_bits: int = 1

    @property
    def output_elements(self) -> int:
        return prod(self.output_shape)

    @property
    def connections(self) -> int:
        return self.is_weighted * self.input_taps * self.outputs

    @property
    def recurrent_connections(self) -> int:
        return self.recurrent_reduction * self.outputs

    @property
    def weights(self) -> int:
        if self.stationary_elements:
            return 0
        return (self.reduction * self.groups + self.recurrent_reduction) * self.outputs

    @property
    def macs(self) -> int:
        return self.positions * self.reduction * self.groups * self.outputs + self.recurrent_connections


class _Inference:
    """Goes through the layers once; what cannot be worked out is None, and is complained about only once."""

    def __init__(self, spec: WorkloadSpec) -> None:
        self.spec = spec
        self.faults: list[Fault] = []
        self.index: dict[str, int] = {"input": NETWORK_INPUT}
        self.reads: list[tuple[int, ...]] = []
        self.counts: list[_Counts | None] = []
        self.input_shape: Shape | None = spec.input.shape
        if len(spec.input.shape) not in {1, 3}:
            self.faults.append((("input", "shape"), "give [features] or [channels, rows, columns]"))
            self.input_shape = None
        if not spec.layers:
            self.faults.append((("layers",), "a network needs at least one layer"))
        for position, layer in enumerate(spec.layers):
            self._take(position, layer)
        self._complain_about_unread()

    def _take(self, position: int, layer: AnyLayer) -> None:
        if layer.name in self.index:
            other = "the network's input" if layer.name == "input" else f"layer {self.index[layer.name]}"
            self._fault(position, "name", f"{layer.name!r} is already the name of {other}")
        reads = self._references(position, layer)
        shapes = [self._shape(index) for index in reads]
        known = [shape for shape in shapes if shape is not None]
        complete = bool(known) and len(known) == len(shapes)
        counts = self._count(position, layer, known) if complete else None
        self.counts.append(replace(counts, input_bits=self._bits(layer, reads)) if counts else None)
        self.reads.append(reads)
        self.index.setdefault(layer.name, position)
        if not isinstance(layer, _WEIGHTLESS):
            for quantity in ACTIVITY_QUANTITIES[self.spec.coding]:
                stated = [getattr(owner, quantity) for owner in (layer.activity, self.spec.activity) if owner]
                if all(value is None for value in stated):
                    message = (
                        f"states no {quantity!r}, and the network's `activity` gives none for all layers"
                    )
                    self._fault(position, "activity", message)

    def _fault(self, position: int, key: str | tuple[str | int, ...], message: str) -> None:
        self.faults.append((("layers", position, *((key,) if isinstance(key, str) else key)), message))

    def _shape(self, index: int) -> Shape | None:
        if index == NETWORK_INPUT:
            return self.input_shape
        counts = self.counts[index]
        return counts.output_shape if counts else None

    def _bits(self, layer: AnyLayer, reads: tuple[int, ...]) -> int:
        """Bits of what a layer reads; a layer without weights passes numbers on."""
        found = [
            self.spec.input.bits or 1
            if index == NETWORK_INPUT
            else (self.counts[index] or _Counts((1,), 1)).input_bits
            if isinstance(self.spec.layers[index], _WEIGHTLESS)
            else 1
            for index in reads
        ]
        return max(found, default=1)

    def _references(self, position: int, layer: AnyLayer) -> tuple[int, ...]:
        if layer.inputs is None:
            return (position - 1,)
        later = {other.name for other in self.spec.layers[position:]}
        found: list[int] = []
        for place, name in enumerate(layer.inputs):
            if name in self.index:
                found.append(self.index[name])
            elif name in later:
                self._fault(position, ("inputs", place), f"{name!r} is no earlier layer; order the layers")
            else:
                message = f"unknown layer {name!r}{did_you_mean(name, self.index)}"
                self._fault(position, ("inputs", place), message)
        if isinstance(layer, Add | Concatenation) and len(layer.inputs) < 2:
            word = "an addition" if isinstance(layer, Add) else "a concatenation"
            self._fault(position, "inputs", f"{word} reads at least two layers")
            return ()
        if isinstance(layer, MatrixProduct) and len(layer.inputs) != 2:
            self._fault(position, "inputs", "a matrix product reads two layers, its factors")
            return ()
        if not isinstance(layer, _SEVERAL) and len(layer.inputs) != 1:
            message = (
                f"{len(layer.inputs)} inputs; only an addition reads several, or a concatenation or product"
            )
            self._fault(position, "inputs", message)
            return ()
        return tuple(found) if len(found) == len(layer.inputs) else ()

    def _complain_about_unread(self) -> None:
        read = {index for reads in self.reads for index in reads}
        if not self.reads or any(not reads for reads in self.reads):
            return
        for position, layer in enumerate(self.spec.layers[:-1]):
            if position not in read and self.index[layer.name] == position:
                message = f"nothing reads {layer.name!r}, and only the last layer is an output"
                self._fault(position, "name", message)
        if NETWORK_INPUT not in read:
            self.faults.append((("input",), "no layer reads the network's input"))

    def _count(self, position: int, layer: AnyLayer, shapes: Sequence[Shape]) -> _Counts | None:
        shape = shapes[0]
        if isinstance(layer, FullyConnected | Recurrent):
            return _Counts(
                output_shape=(layer.outputs,),
                input_elements=prod(shape),
                is_weighted=1,
                reduction=prod(shape),
                recurrent_reduction=layer.outputs if isinstance(layer, Recurrent) else 0,
                outputs=layer.outputs,
                input_taps=prod(shape),
            )
        if isinstance(layer, Add):
            return self._addition(position, layer, shapes)
        if isinstance(layer, Concatenation):
            return self._concatenation(position, layer, shapes)
        if isinstance(layer, ElementWise):
            return _element_wise(layer, shapes)
        if isinstance(layer, Rearrangement | Host):
            return self._moved(position, layer, shapes)
        if isinstance(layer, MatrixProduct):
            return self._product(position, layer, shapes)
        if isinstance(layer, RecurrentCell):
            return self._cell(position, layer, shape)
        if len(shape) == 1:
            message = f"a {layer.type} needs channels, rows and columns, but reads {_words(shape)}"
            self._fault(position, "type", message)
            return None
        if isinstance(layer, Convolution):
            return self._convolution(position, layer, shape)
        return self._pooling(position, layer, shape)

    def _addition(self, position: int, layer: Add, shapes: Sequence[Shape]) -> _Counts | None:
        if len(set(shapes)) > 1:
            named = zip(layer.inputs, shapes, strict=True)
            parts = ", ".join(f"{name} has {_words(shape)}" for name, shape in named)
            self._fault(position, "inputs", f"an addition needs equal shapes, but {parts}")
            return None
        shape = shapes[0]
        return _Counts(
            output_shape=shape,
            input_elements=len(shapes) * prod(shape),
            is_addition=1,
            outputs=shape[0],
            positions=prod(shape[1:]),
            input_taps=len(shapes) * prod(shape),
            window_elements=len(shapes),
        )

    def _concatenation(self, position: int, layer: Concatenation, shapes: Sequence[Shape]) -> _Counts | None:
        if len({shape[1:] for shape in shapes}) > 1:
            named = zip(layer.inputs, shapes, strict=True)
            parts = ", ".join(f"{name} has {_words(shape)}" for name, shape in named)
            self._fault(position, "inputs", f"a concatenation needs equal rows and columns, but {parts}")
            return None
        channels = sum(shape[0] for shape in shapes)
        return _Counts(
            output_shape=(channels, *shapes[0][1:]),
            input_elements=sum(prod(shape) for shape in shapes),
            outputs=channels,
            positions=prod(shapes[0][1:]),
        )

    def _moved(self, position: int, layer: Rearrangement | Host, shapes: Sequence[Shape]) -> _Counts | None:
        if len(layer.shape) not in {1, 3}:
            self._fault(position, "shape", "give [features] or [channels, rows, columns]")
            return None
        return _Counts(
            output_shape=layer.shape,
            input_elements=sum(prod(shape) for shape in shapes),
            outputs=layer.shape[0],
            positions=prod(layer.shape[1:]),
        )

    def _product(self, position: int, layer: MatrixProduct, shapes: Sequence[Shape]) -> _Counts | None:
        left, right = (shape if len(shape) == 3 else (*shape, 1, 1) for shape in shapes)
        if left[0] % layer.heads or right[0] % layer.heads:
            message = f"{left[0]} and {right[0]} channels do not divide into {layer.heads} heads"
            self._fault(position, "heads", message)
            return None
        summed = left[0] // layer.heads
        over_channels = layer.over == "channels"
        met = right[0] // layer.heads if over_channels else prod(right[1:])
        if summed != met:
            names = " and ".join(layer.inputs)
            self._fault(position, "over", f"{names} do not fit: {summed} elements a head meet {met}")
            return None
        outputs = prod(right[1:]) if over_channels else right[0] // layer.heads
        return _Counts(
            output_shape=(outputs * layer.heads, *left[1:]),
            input_elements=prod(left) + prod(right),
            is_weighted=1,
            reduction=summed,
            outputs=outputs,
            groups=layer.heads,
            positions=prod(left[1:]),
            input_taps=prod(left),
            stationary_elements=prod(right),
        )

    def _cell(self, position: int, layer: RecurrentCell, shape: Shape) -> _Counts | None:
        features, steps, columns = shape if len(shape) == 3 else (*shape, 1, 1)
        if columns != 1:
            message = f"a cell runs along the rows of a map with one column, but reads {_words(shape)}"
            self._fault(position, "type", message)
            return None
        seen = features + layer.outputs
        return _Counts(
            output_shape=(layer.outputs, steps, 1) if len(shape) == 3 else (layer.outputs,),
            input_elements=seen * steps,
            is_weighted=1,
            reduction=seen,
            outputs=_GATES[layer.cell] * layer.outputs,
            positions=steps,
            input_taps=seen * steps,
            window_elements=_CELL_OPERATIONS[layer.cell] - 1,
            sequential_steps=steps,
        )

    def _axes(
        self,
        position: int,
        shape: Shape,
        kernel: _Pair,
        stride: _Pair,
        padding: _Pair,
        dilation: _Pair = (1, 1),
    ) -> tuple[_Axis, _Axis] | None:
        rows, columns = (
            _Axis(size, *settings)
            for size, *settings in zip(shape[1:], kernel, stride, padding, dilation, strict=True)
        )
        fits = True
        for axis, word in ((rows, "rows"), (columns, "columns")):
            if axis.span > axis.padded:
                message = f"reaches over {axis.span} {word}, but the padded input has {axis.padded}"
                self._fault(position, "kernel", message)
                fits = False
        return (rows, columns) if fits else None

    def _convolution(self, position: int, layer: Convolution, shape: Shape) -> _Counts | None:
        channels = shape[0]
        kernel, dilation = _pair(layer.kernel), _pair(layer.dilation)
        axes = self._axes(position, shape, kernel, _pair(layer.stride), _pair(layer.padding), dilation)
        divides = True
        for count, what in ((channels, "input channels"), (layer.outputs, "output channels")):
            if count % layer.groups:
                self._fault(position, "groups", f"{count} {what} do not divide into {layer.groups} groups")
                divides = False
        if axes is None or not divides:
            return None
        rows, columns = axes
        return _Counts(
            output_shape=(layer.outputs, rows.positions, columns.positions),
            input_elements=prod(shape),
            is_weighted=1,
            reduction=prod(kernel) * channels // layer.groups,
            outputs=layer.outputs // layer.groups,
            groups=layer.groups,
            kernel_rows=kernel[0],
            output_rows=rows.positions,
            positions=rows.positions * columns.positions,
            input_taps=rows.taps * columns.taps * channels,
            line_buffer_elements=(rows.span - 1) * shape[2] * channels,
        )

    def _pooling(self, position: int, layer: Pooling, shape: Shape) -> _Counts | None:
        channels, padding = shape[0], _pair(layer.padding)
        kernel = (shape[1], shape[2]) if layer.kernel == "global" else _pair(layer.kernel)
        stride = _pair(layer.stride) if layer.stride is not None else kernel
        if layer.kernel == "global" and (layer.stride is not None or padding != (0, 0)):
            key = "padding" if layer.stride is None else "stride"
            self._fault(position, key, "does not go with `kernel: global`, one window over the whole map")
            return None
        if any(2 * added > extent for added, extent in zip(padding, kernel, strict=True)):
            self._fault(position, "padding", "is more than half of the window: some would hold padding only")
            return None
        axes = self._axes(position, shape, kernel, stride, padding)
        if axes is None:
            return None
        rows, columns = axes
        # a global mean or maximum is kept up to date as the elements come, so it needs no rows at hand
        rows_at_hand = 0 if layer.kernel == "global" else rows.span - 1
        return _Counts(
            output_shape=(channels, rows.positions, columns.positions),
            input_elements=prod(shape),
            is_pooling=1,
            outputs=channels,
            positions=rows.positions * columns.positions,
            input_taps=rows.taps * columns.taps * channels,
            window_elements=prod(kernel),
            line_buffer_elements=rows_at_hand * shape[2] * channels,
        )


def _element_wise(layer: ElementWise, shapes: Sequence[Shape]) -> _Counts:
    """A smaller operand, such as one factor a channel, is repeated over the largest."""
    shape = max(shapes, key=prod)
    elements = sum(prod(one) for one in shapes)
    return _Counts(
        output_shape=shape,
        input_elements=elements,
        is_addition=1,
        outputs=shape[0],
        positions=prod(shape[1:]),
        input_taps=elements,
        window_elements=layer.operations,
    )


def _frozen(numbers: Iterable[float]) -> Array:
    array = np.array(list(numbers), dtype=np.float64)
    array.flags.writeable = False
    return array


_COUNTED = [
    name
    for name in (field.name for field in fields(Geometry))
    if name
    not in {"names", "types", "reads", "output_shapes", "fan_out_layers", "coding", "time_constant_steps"}
    and "_total" not in name
]


def _geometry(spec: WorkloadSpec, inference: _Inference) -> Geometry:
    counts = [one for one in inference.counts if one is not None]
    layers = range(len(counts))
    read = [index for reads in inference.reads for index in reads]
    arrays = {name: _frozen(getattr(one, name) for one in counts) for name in _COUNTED}
    return Geometry(
        names=tuple(layer.name for layer in spec.layers),
        types=tuple(layer.type for layer in spec.layers),
        reads=tuple(inference.reads),
        output_shapes=tuple(one.output_shape for one in counts),
        fan_out_layers=_frozen(read.count(index) for index in layers),
        time_constant_steps=_frozen(
            (layer.time_constant or 0.0) / (spec.time_step or 1.0) for layer in spec.layers
        ),
        input_elements_total=float(prod(spec.input.shape)),
        output_elements_total=float(counts[-1].output_elements),
        coding=spec.coding,
        **arrays,
    )


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is worked out once for a spec, so that a table costs microseconds.

    `rules` says for each quantity of the activity and each layer which paths may hold its output's value, the
    first that does wins; none does for a pooling or addition that passes on what it reads.
    """

    geometry: Geometry
    counts: dict[str, Any]
    stated: dict[str, Numeric]
    paths: frozenset[str]
    inputs: tuple[str, ...]
    rules: tuple[tuple[tuple[str, ...], ...], ...]
    shares: tuple[tuple[float, ...] | None, ...]
    """Share of each operand in what a layer reads, None for equal ones; one more share is the layer itself."""

    def activity(self, given: Mapping[str, Numeric]) -> tuple[list[Array], list[Array]]:
        """For each quantity the arrays of what the layers read and of what they write."""
        read, written = [], []
        for input_path, rules in zip(self.inputs, self.rules, strict=True):
            outputs: list[Numeric] = []
            sources: list[Numeric] = []
            for reads, paths, shares in zip(self.geometry.reads, rules, self.shares, strict=True):
                found = [given[input_path] if index == NETWORK_INPUT else outputs[index] for index in reads]
                own = next((given[path] for path in paths if path in given), None)
                source: Numeric
                if shares is not None:
                    parts = [*found, found[0] if own is None else own]
                    source = sum(share * part for share, part in zip(shares, parts, strict=False))
                else:
                    source = found[0] if len(found) == 1 else sum(found[1:], start=found[0]) / len(found)
                sources.append(source)
                outputs.append(source if own is None else own)
            read.append(_stack(sources))
            written.append(_stack(outputs))
        return read, written


def _stack(values: Sequence[Numeric]) -> Array:
    """Put the values side by side on the last axis."""
    if not any(np.ndim(value) for value in values):
        return np.array(values, dtype=np.float64)
    shape = np.broadcast_shapes(*{np.shape(value) for value in values})
    stacked = np.empty((*shape[:-1], len(values)))
    for index, value in enumerate(values):
        stacked[..., index : index + 1] = value
    return stacked


def _new_plan(spec: WorkloadSpec) -> _Plan:
    inference = _Inference(spec)
    raise_faults(spec, [*check_claims(spec), *inference.faults])
    claims: dict[str, Claim] = workload_claims(spec)
    shapes = _geometry(spec, inference)
    given = input_quantities(spec)
    quantities = ACTIVITY_QUANTITIES[spec.coding]
    # numbers at the input of a spiking network have a density and a bit density, its layers a rate for both
    quantities = quantities * (len(given) // len(quantities))

    def rule(layer: Layer, quantity: str) -> tuple[str, ...]:
        own = activity_path(layer.name, quantity)
        return (own,) if isinstance(layer, _WEIGHTLESS) else (own, activity_path(None, quantity))

    rules = tuple(tuple(rule(layer, quantity) for layer in spec.layers) for quantity in quantities)
    every_path = {path for paths in rules for alternatives in paths for path in alternatives}
    return _Plan(
        geometry=shapes,
        counts={field.name: getattr(shapes, field.name) for field in fields(Geometry)},
        stated={path: claim.value for path, claim in claims.items()},
        paths=frozenset(claims) | every_path,
        inputs=tuple(activity_path("input", quantity) for quantity in given),
        rules=rules,
        shares=tuple(
            _shares(layer, reads, shapes, spec)
            for layer, reads in zip(spec.layers, shapes.reads, strict=True)
        ),
    )


def _shares(
    layer: Layer, reads: tuple[int, ...], shapes: Geometry, spec: WorkloadSpec
) -> tuple[float, ...] | None:
    sizes = [
        prod(spec.input.shape) if index == NETWORK_INPUT else prod(shapes.output_shapes[index])
        for index in reads
    ]
    if isinstance(layer, MatrixProduct):
        return (1.0, 0.0)
    if isinstance(layer, RecurrentCell):
        steps = shapes.sequential_steps[spec.layers.index(layer)]
        sizes.append(int(layer.outputs * steps))
    elif not isinstance(layer, Concatenation):
        return None
    return tuple(size / sum(sizes) for size in sizes)


_plans: dict[int, tuple[weakref.ref[WorkloadSpec], _Plan]] = {}


def _plan(spec: WorkloadSpec) -> _Plan:
    """Return the plan of a spec, which is kept as long as the spec lives; hashing a spec would be slower."""
    key = id(spec)
    known = _plans.get(key)
    if known is not None and known[0]() is spec:
        return known[1]
    plan = _new_plan(spec)
    _plans[key] = weakref.ref(spec, _forget(key)), plan
    return plan


def _forget(key: int) -> Callable[[weakref.ref[WorkloadSpec]], None]:
    def forget(gone: weakref.ref[WorkloadSpec]) -> None:
        known = _plans.get(key)
        if known is not None and known[0] is gone:
            del _plans[key]

    return forget
