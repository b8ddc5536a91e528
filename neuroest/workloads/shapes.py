"""The shapes of a network's layers and the exact counts that follow from them, one layer after the other.

What does not fit is a fault with its place in the file; all of them are found in one pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from neuroest.core.errors import QuantityError, did_you_mean
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs import layers
from neuroest.specs.workload import ACTIVITY_QUANTITIES, Fault, WorkloadSpec, layer_codings

Shape: TypeAlias = tuple[int, ...]
_Pair: TypeAlias = tuple[int, int]

_Number = TypeVar("_Number")
_NONE: Any = 0
"""Count of what a layer does not have."""
_ONE: Any = 1
"""Count where there is nothing to divide or repeat."""
Misfits: TypeAlias = tuple[Fault, ...]
"""What does not fit in a layer, by the place in it."""
_SHAPES = "give [features] or [channels, rows, columns]"

NETWORK_INPUT = -1
"""Index that stands for the network's input among the layers that a layer reads."""
WEIGHTLESS = (layers.Pooling, layers.Add, layers.Concatenation, layers.ElementWise, layers.Rearrangement)
"""Layers that pass on the activity of what they read."""
_SEVERAL = (
    layers.Add,
    layers.Concatenation,
    layers.MatrixProduct,
    layers.ElementWise,
    layers.Rearrangement,
    layers.Host,
)
GATES = MappingProxyType({"simple": 1, "gru": 3, "lstm": 4})
"""Weighted sums of one neuron of a recurrent cell in one step."""
# multiplications, additions and functions of one neuron in one step, besides the weighted sums
_CELL_OPERATIONS = {"simple": 1, "gru": 9, "lstm": 9}


def _pair(extent: int | _Pair) -> _Pair:
    return extent if isinstance(extent, tuple) else (extent, extent)


def _words(shape: Shape) -> str:
    if len(shape) == 1:
        return f"{shape[0]} features"
    return "{} channels of {} x {}".format(*shape)


@frozen_dataclass(eq=False)
class Axis:
    """One axis of a kernel that moves over a map."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int = 1

    @property
    def span(self) -> int:
        """Elements from the first to the last that the kernel reaches."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        """Elements of the map with its padding."""
        return self.size + 2 * self.padding

    @property
    def positions(self) -> int:
        """Places of the kernel."""
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

    @property
    def uses(self) -> tuple[int, ...]:
        """How many positions of the kernel meet each element of the map."""
        found = [0] * self.size
        for position in range(self.positions):
            first = position * self.stride - self.padding
            for element in range(first, first + self.span, self.dilation):
                if 0 <= element < self.size:
                    found[element] += 1
        return tuple(found)


@frozen_dataclass(eq=False, kw_only=True)
class Counts(Generic[_Number]):
    """Counts that follow from the shapes of one layer, or arrays of them with one element a layer.

    A pooling or an addition has no weights: its reduction is zero, and its outputs are its channels.

    Attributes
    ----------
    is_weighted, is_pooling, is_addition
        One or zero.
    reduction
        Inputs of one output within its group: kernel rows x kernel columns x channels of the group, or all
        inputs of a fully connected layer. Padding counts, as it does in a mapped array.
    recurrent_reduction
        Further inputs of one output from the layer itself.
    outputs
        Outputs that see the same inputs: channels of one group, or neurons.
    groups
        Groups of channels without connections between them.
    kernel_rows, kernel_columns, row_stride, column_stride, output_rows
        Size and stride of the kernel, and rows of the output map; one for a fully connected layer.
    dilation
        Distance of neighbouring elements of the kernel, the larger of both axes; one where it is not dilated.
    padded_columns
        Columns of the input map with its padding; one for a fully connected layer.
    row_elements
        Elements of one row of the input map of a convolution, all channels, without padding; one elsewhere.
    positions
        Positions of the kernel, one for a fully connected layer.
    input_elements
        Elements read; the elements of all operands for an addition.
    input_taps
        Elements that the kernel (or pooling window) meets over all positions, without padding.
    window_elements
        Elements of a pooling window, operands of an addition, operations of an element-wise layer or a recurrent
        cell; zero for other weighted layers.
    window_comparisons, window_additions
        Of one output of a pooling layer or an addition, one less than its elements; zero for others.
    line_buffer_elements
        Elements of the complete input rows that a kernel or window still needs.
    stationary_elements
        Elements of a factor that replaces weights but is recomputed in each inference.
    sequential_steps
        Sequential steps of a recurrent cell; each waits for the previous one.
    input_bits
        Bits of a numeric input in spiking coding; one everywhere else.
    table_elements, table_reads
        Numbers of a stored table, and numbers read from it in one pass; zero for layers without a table.
    population
        Neurons of a population; zero for other layers.
    sheet_density, decay_length, long_range_share, long_range_areas, long_range_distance
        Numbers of a population: neurons per area, decay length of the connection density, and distant targets.
    """

    input_elements: _Number
    is_weighted: _Number = _NONE
    is_pooling: _Number = _NONE
    is_addition: _Number = _NONE
    reduction: _Number = _NONE
    recurrent_reduction: _Number = _NONE
    outputs: _Number = _ONE
    groups: _Number = _ONE
    kernel_rows: _Number = _ONE
    kernel_columns: _Number = _ONE
    row_stride: _Number = _ONE
    column_stride: _Number = _ONE
    dilation: _Number = _ONE
    output_rows: _Number = _ONE
    padded_columns: _Number = _ONE
    row_elements: _Number = _ONE
    positions: _Number = _ONE
    input_taps: _Number = _NONE
    window_elements: _Number = _NONE
    window_comparisons: _Number = _NONE
    window_additions: _Number = _NONE
    line_buffer_elements: _Number = _NONE
    stationary_elements: _Number = _NONE
    sequential_steps: _Number = _ONE
    input_bits: _Number = _ONE
    table_elements: _Number = _NONE
    table_reads: _Number = _NONE
    population: _Number = _NONE
    sheet_density: _Number = _NONE
    decay_length: _Number = _NONE
    long_range_share: _Number = _NONE
    long_range_areas: _Number = _NONE
    long_range_distance: _Number = _NONE


@frozen_dataclass(eq=False, kw_only=True)
class LayerCounts(Counts[int]):
    """Counts of one layer."""

    output_shape: Shape

    @property
    def output_elements(self) -> int:
        """Elements of the output."""
        return prod(self.output_shape)

    @property
    def connections(self) -> int:
        """Uses of a feed-forward synapse by an element that exists."""
        return self.is_weighted * self.input_taps * self.outputs

    @property
    def recurrent_connections(self) -> int:
        """Uses of a recurrent synapse."""
        return self.recurrent_reduction * self.outputs

    @property
    def weights(self) -> int:
        """Stored weights."""
        if self.stationary_elements:
            return 0
        return (self.reduction * self.groups + self.recurrent_reduction) * self.outputs

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one pass."""
        return self.positions * self.reduction * self.groups * self.outputs + self.recurrent_connections

    @property
    def operations(self) -> int:
        """Operations of one pass: two for a multiply-accumulate, one for anything else on an element."""
        return 2 * self.macs + self.window_elements * self.output_elements


def _whole(value: Any) -> Any:
    """Whole part of one value or of one for each design point."""
    return np.floor(value) if np.ndim(value) else int(value)


@frozen_dataclass(eq=False, kw_only=True)
class PopulationCounts(LayerCounts):
    """Counts of a population: its synapses, and not the crosspoints among which they lie, are stored and used."""

    synapses: float = 0.0

    @property
    def recurrent_connections(self) -> int:
        """Synapses within the population."""
        connections: int = _whole(self.population * self.synapses)
        return connections

    @property
    def weights(self) -> int:
        """Synapses, those from outside included."""
        return self.recurrent_connections + self.reduction * self.outputs


_AS_STATED = ("sheet_density", "decay_length", "long_range_share", "long_range_areas", "synapses")


def population_counts(numbers: Mapping[str, Any], input_elements: Any) -> PopulationCounts:
    """Counts of a population with these numbers, each of one value or of one for each design point.

    Parameters
    ----------
    numbers : mapping
        What `POPULATION_NUMBERS` names, in SI.
    input_elements : int or array
        Elements of what it reads. [1]
    """
    neurons, fan_in = _whole(numbers["neurons"]), _whole(numbers["input_synapses"])
    return PopulationCounts(
        output_shape=(neurons,),
        input_elements=input_elements,
        is_weighted=1,
        reduction=fan_in,
        recurrent_reduction=_whole(numbers["synapses"] / numbers["crosspoint_density"]),
        outputs=neurons,
        input_taps=fan_in,
        population=neurons * 1.0,
        long_range_distance=numbers.get("long_range_distance", 0.0),
        **{name: numbers[name] for name in _AS_STATED},
    )


class ShapeInference:
    """Goes through the layers once; what cannot be worked out is None, and is complained about only once."""

    def __init__(self, spec: WorkloadSpec) -> None:
        self.spec = spec
        self.faults: list[Fault] = []
        self.index: dict[str, int] = {"input": NETWORK_INPUT}
        self.reads: list[tuple[int, ...]] = []
        self.counts: list[LayerCounts | None] = []
        self.input_shape: Shape | None = spec.input.shape
        self._due = _due_quantities(spec)
        if len(spec.input.shape) not in {1, 3}:
            self.faults.append((("input", "shape"), _SHAPES))
            self.input_shape = None
        if not spec.layers:
            self.faults.append((("layers",), "a network needs at least one layer"))
        for position, layer in enumerate(spec.layers):
            self._take(position, layer)
        read = {index for reads in self.reads for index in reads}
        if not self.reads or any(not reads for reads in self.reads):
            return  # what is read is unknown
        for position, layer in enumerate(spec.layers[:-1]):
            if position not in read and self.index[layer.name] == position:
                message = f"nothing reads {layer.name!r}, and only the last layer is an output"
                self._fault(position, "name", message)
        if NETWORK_INPUT not in read:
            self.faults.append((("input",), "no layer reads the network's input"))

    def _take(self, position: int, layer: layers.AnyLayer) -> None:
        if layer.name in self.index:
            other = "the network's input" if layer.name == "input" else f"layer {self.index[layer.name]}"
            self._fault(position, "name", f"{layer.name!r} is already the name of {other}")
        reads = self._references(position, layer)
        shapes = [self._shape(index) for index in reads]
        known = [shape for shape in shapes if shape is not None]
        complete = bool(known) and len(known) == len(shapes)
        counts = counted(layer, known) if complete else ()
        if isinstance(counts, LayerCounts):
            self.counts.append(replace(counts, input_bits=self._bits(layer, reads)))
        else:
            self.counts.append(None)
            for place, message in counts:
                self._fault(position, place, message)
        self.reads.append(reads)
        self.index.setdefault(layer.name, position)
        if not isinstance(layer, WEIGHTLESS):
            for quantity in self._due[position]:
                stated = [getattr(owner, quantity) for owner in (layer.activity, self.spec.activity) if owner]
                if all(value is None for value in stated):
                    message = (
                        f"states no {quantity!r}, and the network's `activity` gives none for all layers"
                    )
                    self._fault(position, "activity", message)

    def _fault(self, position: int, key: str | tuple[str | int, ...], message: str) -> None:
        place = (key,) if isinstance(key, str) else key
        self.faults.append((("layers", position, *place), message))

    def _shape(self, index: int) -> Shape | None:
        if index == NETWORK_INPUT:
            return self.input_shape
        counts = self.counts[index]
        return counts.output_shape if counts else None

    def _bits(self, layer: layers.AnyLayer, reads: tuple[int, ...]) -> int:
        """Bits of what a layer reads; a layer without weights passes numbers on."""
        found = [
            self.spec.input.bits or 1
            if index == NETWORK_INPUT
            else (self.counts[index] or LayerCounts(output_shape=(1,), input_elements=1)).input_bits
            if isinstance(self.spec.layers[index], WEIGHTLESS)
            else 1
            for index in reads
        ]
        return max(found, default=1)

    def _references(self, position: int, layer: layers.AnyLayer) -> tuple[int, ...]:
        if layer.inputs is None:
            return (position - 1,)
        later = {other.name for other in self.spec.layers[position:]}
        found: list[int] = []
        for place, name in enumerate(layer.inputs):
            if name in self.index:
                found.append(self.index[name])
            else:
                message = f"unknown layer {name!r}{did_you_mean(name, self.index)}"
                if name in later:
                    message = f"{name!r} is not an earlier layer; order the layers"
                self._fault(position, ("inputs", place), message)
        message = _miscounted(layer, len(layer.inputs))
        if not (layer.inputs or message):
            message = "names no layer; leave it out to read the layer before this one"
        if message:
            self._fault(position, "inputs", message)
        return tuple(found) if len(found) == len(layer.inputs) and not message else ()


def _due_quantities(spec: WorkloadSpec) -> list[tuple[str, ...]]:
    """What the activity of each layer must state: in its own coding, and in those of the layers that read it."""
    codings = layer_codings(spec)
    wanted = [{coding} for coding in codings]
    places = {layer.name: place for place, layer in enumerate(spec.layers)}
    for place, layer in enumerate(spec.layers):
        sources = layer.inputs or ((spec.layers[place - 1].name,) if place else ())
        for name in sources:
            if name in places:
                wanted[places[name]].add(codings[place])
    return [
        tuple(q for c in ("spiking", "dense") if c in kinds for q in ACTIVITY_QUANTITIES[c])
        for kinds in wanted
    ]


def _miscounted(layer: layers.AnyLayer, inputs: int) -> str:
    """What is wrong with the number of layers that a layer reads."""
    if isinstance(layer, layers.Add | layers.Concatenation) and inputs < 2:
        return f"{'an addition' if isinstance(layer, layers.Add) else 'a concatenation'} reads at least two layers"
    if isinstance(layer, layers.MatrixProduct) and inputs != 2:
        return "a matrix product reads two layers, its factors"
    if not isinstance(layer, _SEVERAL) and inputs != 1:
        return f"{inputs} inputs; only an addition reads several, or a concatenation or product"
    return ""


def counted(layer: layers.AnyLayer, shapes: Sequence[Shape]) -> LayerCounts | Misfits:
    """Counts of a layer that reads these shapes, or what does not fit."""
    shape = shapes[0]
    if isinstance(layer, layers.FullyConnected | layers.Recurrent):
        return LayerCounts(
            output_shape=(layer.outputs,),
            input_elements=prod(shape),
            is_weighted=1,
            reduction=prod(shape),
            recurrent_reduction=layer.outputs if isinstance(layer, layers.Recurrent) else 0,
            outputs=layer.outputs,
            input_taps=prod(shape),
        )
    if isinstance(layer, layers.Population):
        try:
            numbers = layer.numbers
        except QuantityError:
            return ()  # is reported with the claim itself
        return population_counts(numbers, prod(shape))
    if isinstance(layer, layers.Add):
        unequal = _unequal(layer, shapes, shapes, "an addition needs equal shapes")
        return unequal or _combined(shapes, len(shapes), additions=len(shapes) - 1)
    if isinstance(layer, layers.Concatenation):
        maps = [shape[1:] for shape in shapes]
        channels = sum(shape[0] for shape in shapes)
        unequal = _unequal(layer, shapes, maps, "a concatenation needs equal rows and columns")
        return unequal or _passed_on((channels, *maps[0]), shapes)
    if isinstance(layer, layers.ElementWise):
        return _combined(shapes, layer.operations)
    if isinstance(layer, layers.Rearrangement | layers.Host):
        return _passed_on(layer.shape, shapes) if len(layer.shape) in {1, 3} else ((("shape",), _SHAPES),)
    if isinstance(layer, layers.Lookup):
        return _lookup(layer, shape)
    if isinstance(layer, layers.MatrixProduct):
        return _product(layer, shapes)
    if isinstance(layer, layers.RecurrentCell):
        return _cell(layer, shape)
    if len(shape) == 1:
        message = f"a {layer.type} needs channels, rows and columns, but reads {_words(shape)}"
        return ((("type",), message),)
    return _convolution(layer, shape) if isinstance(layer, layers.Convolution) else _pooling(layer, shape)


def window_uses(layer: layers.Pooling, shape: Shape) -> NDArray[np.int64]:
    """In how many windows of a pooling each element of a map is, by channel, row and column.

    Parameters
    ----------
    layer : Pooling
        The pooling.
    shape : tuple of int
        Channels, rows and columns of what it reads.

    Examples
    --------
    A window of two elements fits twice into five, so the last one is in none:

    >>> from neuroest.specs.layers import Pooling
    >>> pool = Pooling(name="pool", type="pooling", mode="sum", kernel=(2, 1))
    >>> window_uses(pool, (1, 5, 1)).ravel().tolist()
    [1, 1, 1, 1, 0]
    """
    kernel, stride = _window(layer, shape)
    (rows, columns), _ = _axes(shape, kernel, stride, _pair(layer.padding))
    one_channel = np.multiply.outer(np.array(rows.uses), np.array(columns.uses))
    return np.broadcast_to(one_channel, shape)


def _unequal(
    layer: layers.Add | layers.Concatenation, shapes: Sequence[Shape], due: Sequence[Shape], what: str
) -> Misfits:
    if len(set(due)) == 1:
        return ()
    parts = (f"{name} has {_words(shape)}" for name, shape in zip(layer.inputs, shapes, strict=True))
    return ((("inputs",), f"{what}, but {', '.join(parts)}"),)


def _combined(shapes: Sequence[Shape], operations: int, additions: int = 0) -> LayerCounts:
    """A smaller operand, such as one factor a channel, is repeated over the largest."""
    elements = sum(map(prod, shapes))
    return replace(
        _passed_on(max(shapes, key=prod), shapes),
        is_addition=1,
        input_taps=elements,
        window_elements=operations,
        window_additions=additions,
    )


def _passed_on(shape: Shape, shapes: Sequence[Shape]) -> LayerCounts:
    return LayerCounts(
        output_shape=shape, input_elements=sum(map(prod, shapes)), outputs=shape[0], positions=prod(shape[1:])
    )


def _lookup(layer: layers.Lookup, shape: Shape) -> LayerCounts | Misfits:
    if len(layer.shape) not in {1, 3}:
        return ((("shape",), _SHAPES),)
    if prod(layer.shape) % layer.width:
        return ((("shape",), f"has {prod(layer.shape)} elements, no multiple of the width {layer.width}"),)
    counts = _passed_on(layer.shape, [shape])
    return replace(counts, table_elements=layer.rows * layer.width, table_reads=prod(layer.shape))


def _product(layer: layers.MatrixProduct, shapes: Sequence[Shape]) -> LayerCounts | Misfits:
    left, right = (shape if len(shape) == 3 else (*shape, 1, 1) for shape in shapes)
    if left[0] % layer.heads or right[0] % layer.heads:
        message = f"{left[0]} and {right[0]} channels do not divide into {layer.heads} heads"
        return ((("heads",), message),)
    summed = left[0] // layer.heads
    met, outputs = right[0] // layer.heads, prod(right[1:])
    if layer.over != "channels":
        met, outputs = outputs, met
    if summed != met:
        names = " and ".join(layer.inputs)
        return ((("over",), f"{names} do not fit: {summed} elements a head meet {met}"),)
    return LayerCounts(
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


def _cell(layer: layers.RecurrentCell, shape: Shape) -> LayerCounts | Misfits:
    features, steps, columns = shape if len(shape) == 3 else (*shape, 1, 1)
    if columns != 1:
        message = f"a cell runs along the rows of a map with one column, but reads {_words(shape)}"
        return ((("type",), message),)
    seen = features + layer.outputs
    return LayerCounts(
        output_shape=(layer.outputs, steps, 1) if len(shape) == 3 else (layer.outputs,),
        input_elements=seen * steps,
        is_weighted=1,
        reduction=seen,
        outputs=GATES[layer.cell] * layer.outputs,
        positions=steps,
        input_taps=seen * steps,
        window_elements=_CELL_OPERATIONS[layer.cell] - 1,
        sequential_steps=steps,
    )


def _axes(
    shape: Shape, kernel: _Pair, stride: _Pair, padding: _Pair, dilation: _Pair = (1, 1)
) -> tuple[list[Axis], Misfits]:
    """Rows and columns of a kernel over a map, and where it does not fit in."""
    axes = [
        Axis(size, *settings)
        for size, *settings in zip(shape[1:], kernel, stride, padding, dilation, strict=True)
    ]
    misfits = (
        (("kernel",), f"reaches over {axis.span} {word}, but the padded input has {axis.padded}")
        for axis, word in zip(axes, ("rows", "columns"), strict=True)
        if axis.span > axis.padded
    )
    return axes, tuple(misfits)


def _convolution(layer: layers.Convolution, shape: Shape) -> LayerCounts | Misfits:
    channels = shape[0]
    kernel, dilation = _pair(layer.kernel), _pair(layer.dilation)
    (rows, columns), misfits = _axes(shape, kernel, _pair(layer.stride), _pair(layer.padding), dilation)
    misfits += tuple(
        (("groups",), f"{count} {what} channels do not divide into {layer.groups} groups")
        for count, what in ((channels, "input"), (layer.outputs, "output"))
        if count % layer.groups
    )
    return misfits or LayerCounts(
        output_shape=(layer.outputs, rows.positions, columns.positions),
        input_elements=prod(shape),
        is_weighted=1,
        reduction=prod(kernel) * channels // layer.groups,
        outputs=layer.outputs // layer.groups,
        groups=layer.groups,
        kernel_rows=kernel[0],
        kernel_columns=kernel[1],
        row_stride=rows.stride,
        column_stride=columns.stride,
        dilation=max(dilation),
        output_rows=rows.positions,
        padded_columns=columns.padded,
        row_elements=shape[2] * channels,
        positions=rows.positions * columns.positions,
        input_taps=rows.taps * columns.taps * channels,
        line_buffer_elements=(rows.span - 1) * shape[2] * channels,
    )


def _window(layer: layers.Pooling, shape: Shape) -> tuple[tuple[int, int], tuple[int, int]]:
    """Rows and columns of a window of a pooling, and of the step to the next window."""
    kernel = (shape[1], shape[2]) if layer.kernel == "global" else _pair(layer.kernel)
    return kernel, kernel if layer.stride is None else _pair(layer.stride)


def _pooling(layer: layers.Pooling, shape: Shape) -> LayerCounts | Misfits:
    channels, padding, is_global = shape[0], _pair(layer.padding), layer.kernel == "global"
    kernel, stride = _window(layer, shape)
    if is_global and (layer.stride is not None or padding != (0, 0)):
        key = "padding" if layer.stride is None else "stride"
        return (((key,), "does not go with `kernel: global`, one window over the whole map"),)
    if any(2 * added > extent for added, extent in zip(padding, kernel, strict=True)):
        return ((("padding",), "is more than half of the window: some windows would contain only padding"),)
    (rows, columns), misfits = _axes(shape, kernel, stride, padding)
    # a global mean or maximum is kept up to date as the elements come, so it needs no stored rows
    rows_at_hand = 0 if is_global else rows.span - 1
    return misfits or LayerCounts(
        output_shape=(channels, rows.positions, columns.positions),
        input_elements=prod(shape),
        is_pooling=1,
        outputs=channels,
        positions=rows.positions * columns.positions,
        input_taps=rows.taps * columns.taps * channels,
        window_elements=prod(kernel),
        window_comparisons=prod(kernel) - 1 if layer.mode == "maximum" else 0,
        window_additions=prod(kernel) - 1 if layer.mode != "maximum" else 0,
        line_buffer_elements=rows_at_hand * shape[2] * channels,
    )
