"""The builder that every network reader calls, layer by layer.

It knows the shapes of a workload (channels, rows, columns), folds operators without a cost, and records the
operators that it cannot express.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from neuroest.core.errors import first_few, printable
from neuroest.core.files import read_data
from neuroest.specs.layers import AnyLayer
from neuroest.specs.workload import INPUT_BITS, WEIGHT_BITS
from neuroest.workloads.importers.network import (
    ImportedLayer,
    ImportedNetwork,
    NetworkImportError,
    Pair,
    Recorded,
    Shape,
    Unsupported,
    UnsupportedOperatorError,
    Value,
    fitting_name,
)
from neuroest.workloads.shapes import Axis, LayerCounts, counted

_WEIGHTED = frozenset(
    {"convolution", "fully_connected", "lookup", "population", "recurrent", "recurrent_cell"}
)
_MOST_NAMED = 3


def with_widths(
    network: ImportedNetwork, weights: Mapping[str, int], inputs: Mapping[str, int]
) -> ImportedNetwork:
    """A network whose layers have the widths that its file states.

    The precision of the network is the widest that its layers have; layers with another width state their own.

    Parameters
    ----------
    network : ImportedNetwork
        The network, with the widths to assume in its options.
    weights, inputs : mapping of str to int
        Bits of the weights of a layer and of what it reads, by layer, where the file states them. [bit]
    """
    options = network.options
    held = [layer.name for layer in network.layers if layer.type in _WEIGHTED]
    own_weights = {name: weights.get(name, options.weight_bits) for name in held}
    weight_bits = max(own_weights.values(), default=options.weight_bits)
    fields: dict[str, dict[str, int]] = {
        name: {WEIGHT_BITS: bits} for name, bits in own_weights.items() if bits != weight_bits
    }
    said = [*_said("weights", "--weight-bits", own_weights, weights, options.weight_bits)]
    activation_bits = options.activation_bits
    if network.coding == "dense":
        # what other layers read follows those that multiply
        multiplying = {*_WEIGHTED, "matrix_product"} - {"lookup"}
        multiply = [layer.name for layer in network.layers if layer.type in multiplying]
        read = {name: inputs.get(name, options.activation_bits) for name in multiply}
        known = {layer.name: inputs[layer.name] for layer in network.layers if layer.name in inputs}
        activation_bits = max([*read.values(), *known.values()], default=options.activation_bits)
        for name, bits in (read | known).items():
            if bits != activation_bits:
                fields.setdefault(name, {})[INPUT_BITS] = bits
        said += _said("activations", "--activation-bits", read, inputs, options.activation_bits)
    said.append(f"{options.accumulator_bits} bits of a sum are assumed (--accumulator-bits).")
    return replace(
        network,
        layers=tuple(
            replace(layer, fields={**layer.fields, **fields.get(layer.name, {})}) for layer in network.layers
        ),
        options=replace(options, weight_bits=weight_bits, activation_bits=activation_bits),
        assumed=(*network.assumed, *map(printable, said)),
    )  # fmt: skip


def _said(
    what: str, flag: str, widths: Mapping[str, int], stated: Mapping[str, int], given: int
) -> Iterable[str]:
    """Widths that the file states, and the layers whose width is assumed."""
    known = {name: bits for name, bits in widths.items() if name in stated}
    open_ = [name for name in widths if name not in stated]
    if known:
        counts = Counter(known.values())
        if len(counts) == 1:
            yield f"The file has {next(iter(counts))} bits of {what}."
        else:
            parts = (
                f"{bits} bits in {first_few([name for name, one in known.items() if one == bits], _MOST_NAMED)}"
                for bits in sorted(counts)
            )
            yield f"The file has {what} of {', '.join(parts)}."
    if open_:
        where = "" if not known else f" in {first_few(open_, _MOST_NAMED)}"
        yield f"{given} bits of {what}{where} are assumed: the file does not quantise them ({flag})."


WEIGHTED = _WEIGHTED - {"lookup", "population"}
MOST_ELEMENTS = 10**10
MOST_LAYERS = 2_000
_LARGEST_EXTENT = 10**6
_FORMAT_NOTES = read_data(Path(__file__).with_name("format_notes.yaml"))


def weight_statistics(weights: Any) -> tuple[float, int] | None:
    """Mean absolute weight over the largest one and the number of weights; None where all are zero.

    The mean is not a number where a weight is not finite.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what does not fit is not finite, and said to be
        flat = np.abs(np.asarray(weights).astype(np.float32, copy=False)).reshape(-1)
    if not np.all(np.isfinite(flat)):
        return float("nan"), int(flat.size)
    largest = float(flat.max(initial=0.0))
    return (float(flat.mean(dtype=np.float64)) / largest, int(flat.size)) if largest != 0.0 else None


class NetworkBuilder:
    """Receives layers one after the other, in the order of computation."""

    def __init__(self, input_shape: Shape) -> None:
        self.input = Value("input", self.checked("the network's input", input_shape))
        self.layers: dict[str, ImportedLayer] = {}
        self.rectified: set[str] = set()
        self.activated: set[str] = set()
        self.weights: dict[str, tuple[float, int]] = {}
        self.zeros: dict[str, int] = {}
        self.largest: dict[str, float] = {}
        self.users: dict[Any, list[str]] = {}
        self.unsupported: list[Unsupported] = []
        self.notes: list[str] = []
        self.recent: list[ImportedLayer] = []

    @staticmethod
    def checked(what: str, shape: Iterable[int]) -> Shape:
        """A shape with positive extents of a plausible size."""
        found = tuple(int(extent) for extent in shape)
        if any(not 0 < extent <= _LARGEST_EXTENT for extent in found) or prod(found) > MOST_ELEMENTS:
            formatted = " x ".join(map(str, found)) or "nothing"
            raise NetworkImportError(
                f"{what} has the shape {formatted}; every extent must be between 1 and {_LARGEST_EXTENT}"
            )
        return found

    def put(self, kind: str, raw: str, inputs: Sequence[Value], out: Iterable[int], **fields: Any) -> Value:
        """Add a layer under a name like `raw`."""
        if len(self.layers) >= MOST_LAYERS:
            raise NetworkImportError(f"the network has more than {MOST_LAYERS} layers")
        base = name = fitting_name(raw, kind)
        number = 1
        while name in self.layers or name == "input":
            number += 1
            name = f"{base}_{number}"
        value = Value(name, self.checked(f"the output of {name}", out))
        reads = tuple(one.layer for one in inputs)
        kept = {key: given for key, given in fields.items() if given is not None}
        self.layers[name] = made = ImportedLayer(name, kind, reads, value.shape, kept, str(raw)[:200])
        self.recent.append(made)
        return value

    def is_weighted(self, value: Value) -> bool:
        """Whether a value comes directly from a layer with weights."""
        return value.layer in self.layers and self.layers[value.layer].type in WEIGHTED

    def weighed(self, value: Value, weights: Any) -> Value:
        """The value of a layer whose weights have been recorded."""
        found = weight_statistics(weights)
        if found is not None and np.isfinite(found[0]):
            array = np.asarray(weights)
            self.weights[value.layer] = found
            self.zeros[value.layer] = found[1] - int(np.count_nonzero(array))
            self.largest[value.layer] = float(np.max(np.abs(array)))
        return value

    def weighed_too(self, value: Value, weights: Any) -> Value:
        """The value of a layer that has further weights, such as recurrent ones: statistics are over all of them."""
        before = (
            self.weights.get(value.layer),
            self.zeros.get(value.layer, 0),
            self.largest.get(value.layer, 0.0),
        )
        self.weighed(value, weights)
        if before[0] is not None and value.layer in self.weights:
            (mean, count), (new, more) = before[0], self.weights[value.layer]
            largest = max(before[2], self.largest[value.layer])
            total = mean * count * before[2] + new * more * self.largest[value.layer]
            self.weights[value.layer] = (total / largest / (count + more), count + more)
            self.zeros[value.layer] += before[1]
            self.largest[value.layer] = largest
        return value

    def note_user(self, value: Value, key: Any) -> None:
        """Record which stored weights a layer uses; each layer of a workload has its own weights."""
        self.users.setdefault(key, []).append(value.layer)

    def _shared(self, layers: Iterable[str]) -> list[str]:
        kept = set(layers)
        groups = [[name for name in dict.fromkeys(users) if name in kept] for users in self.users.values()]
        return [
            f"{first_few(names, _MOST_NAMED)} use the same weights, which count in each of them"
            for names in groups if len(names) > 1
        ]  # fmt: skip

    def convolution(
        self, raw: str, value: Value, outputs: int, kernel: Pair, stride: Pair = (1, 1),
        padding: tuple[Pair, Pair] = ((0, 0), (0, 0)), dilation: Pair = (1, 1), groups: int = 1,
    ) -> Value:  # fmt: skip
        """A convolution; padding that differs at the two edges becomes a layer before it, for nothing."""
        channels, rows, columns = value.map
        if any(first != last for first, last in padding):
            shape = channels, rows + sum(padding[0]), columns + sum(padding[1])
            value, padding = self.moved(f"{raw}_padding", [value], shape), ((0, 0), (0, 0))
            self.notes.append(
                f"{fitting_name(raw)} pads its edges unequally; the added zeros count as elements"
            )
        edges = (padding[0][0], padding[1][0])
        out = [
            Axis(*one).positions for one in zip(value.map[1:], kernel, stride, edges, dilation, strict=True)
        ]
        value = self.shaped(value, value.map, raw)
        return self.put(
            "convolution", raw, [value], (outputs, *out), outputs=outputs, kernel=_extent(kernel),
            stride=_unless(stride, (1, 1)), padding=_unless(edges, (0, 0)),
            dilation=_unless(dilation, (1, 1)), groups=groups if groups > 1 else None,
        )  # fmt: skip

    def pooling(
        self, raw: str, value: Value, mode: str, kernel: Pair | None, stride: Pair = (1, 1),
        padding: Pair = (0, 0), out: Pair | None = None,
    ) -> Value:  # fmt: skip
        """A pooling; `out` where rounding up or unequal padding make it larger than the plain formula."""
        channels, rows, columns = value.map
        value = self.shaped(value, value.map, raw)
        if kernel is None or (kernel == (rows, columns) and padding == (0, 0)):
            return self.put("pooling", raw, [value], (channels, 1, 1), mode=mode, kernel="global")
        settings = zip((rows, columns), kernel, stride, padding, strict=True)
        plain = [Axis(*one).positions for one in settings]
        if out is not None and tuple(plain) != tuple(out):
            # the last window reaches over the edge: the map grows by what it lacks
            grown = [(out[axis] - 1) * stride[axis] + kernel[axis] for axis in (0, 1)]
            value = self.moved(f"{raw}_padding", [value], (channels, *grown))
            padding, plain = (0, 0), list(out)
        return self.put(
            "pooling", raw, [value], (channels, *plain), mode=mode, kernel=_extent(kernel),
            stride=_unless(stride, kernel), padding=_unless(padding, (0, 0)),
        )  # fmt: skip

    def linear(self, raw: str, value: Value, inputs: int, outputs: int, positions: int = 1) -> Value:
        """A matrix product with weights; at several positions it is a convolution of one element."""
        if prod(value.shape) != inputs * positions:
            raise NetworkImportError(
                f"{fitting_name(raw)[:60]} expects {inputs * positions} elements and is given {prod(value.shape)}"
            )
        if positions == 1:
            return self.put("fully_connected", raw, [value], (outputs,), outputs=outputs)
        channels, rows, columns = value.map
        if channels != inputs or rows * columns != positions:
            value = self.shaped(value, (inputs, positions, 1), raw)
        return self.convolution(raw, value, outputs, (1, 1))

    def add(self, raw: str, values: Sequence[Value], spikes: str | None = None) -> Value:
        """A sum of equal shapes, or an element-wise layer where one is repeated; `spikes` where it passes on all."""
        if len({value.shape for value in values}) == 1:
            return self.put("add", raw, values, values[0].shape, spikes=spikes)
        if len({prod(value.shape) for value in values}) == 1:
            shape = max((value.shape for value in values), key=len)
            return self.put(
                "add", raw, [self.shaped(value, shape, raw) for value in values], shape, spikes=spikes
            )
        return self.element_wise(raw, values)

    def element_wise(self, raw: str, values: Sequence[Value], operations: int = 1) -> Value:
        """Operations on each element of the largest of some values."""
        shape = max((value.shape for value in values), key=prod)
        return self.put("element_wise", raw, values, shape, operations=operations if operations > 1 else None)

    def activation(self, raw: str, value: Value, *, rectifies: bool = False) -> Value:
        """An activation function: the first one belongs to the layer before it."""
        if value.layer == "input" or value.layer in self.activated:
            value = self.element_wise(raw, [value])
        self.activated.add(value.layer)
        if rectifies:
            self.rectified.add(value.layer)
        return value

    def normalisation(self, raw: str, value: Value) -> Value:
        """A normalisation by stored statistics: folded into the weights before it, or a factor and a summand."""
        if self.is_weighted(value) and value.layer not in self.activated:
            return value
        return self.element_wise(raw, [value], 2)

    def concatenation(self, raw: str, values: Sequence[Value], shape: Shape | None = None) -> Value:
        """Maps one after the other along the channels, or along anything else into the given shape."""
        if len(values) == 1:
            return values[0]
        maps = [value.map for value in values]
        channels = sum(one[0] for one in maps)
        joined = (channels, *maps[0][1:]) if len(values[0].shape) == 3 else (channels,)
        equal = len({one[1:] for one in maps}) == 1 and len({len(value.shape) for value in values}) == 1
        if equal and (shape is None or joined == tuple(shape) or len(shape) == 1):
            return self.put("concatenation", raw, values, joined)
        return self.moved(raw, values, shape or joined)

    def moved(self, raw: str, values: Sequence[Value], shape: Shape) -> Value:
        """Elements in another order."""
        return self.put("rearrangement", raw, values, shape, shape=list(shape))

    def lookup(self, raw: str, indices: Value, table: Shape, shape: Shape) -> Value:
        """Rows of a stored table, such as an embedding."""
        rows = max(1, table[0])
        return self.put(
            "lookup", raw, [indices], shape, shape=list(shape), rows=rows, width=max(1, prod(table) // rows)
        )

    def shaped(self, value: Value, shape: Shape, raw: str) -> Value:
        """The value in another shape, at no cost."""
        return value if value.shape == tuple(shape) else self.moved(f"{raw}_reshape", [value], tuple(shape))

    def product(self, raw: str, left: Value, right: Value, sizes: tuple[int, int, int, int]) -> Value:
        """A product of two computed factors: `sizes` are heads, rows of the left, summed elements, columns."""
        heads, rows, summed, columns = sizes
        if left.map[0] != heads * summed or prod(left.map[1:]) != rows:
            left = self.shaped(left, (heads * summed, rows, 1), f"{raw}_left")
        channels, positions = right.map[0], prod(right.map[1:])
        over = "channels"
        if not (channels == heads * summed and positions == columns):
            if channels == heads * columns and positions == summed:
                over = "positions"
            else:
                right = self.shaped(right, (heads * summed, columns, 1), f"{raw}_right")
        return self.put(
            "matrix_product", raw, [left, right], (heads * columns, *left.map[1:]),
            heads=heads if heads > 1 else None, over=over,
        )  # fmt: skip

    def cell(self, raw: str, value: Value, kind: str, features: int, outputs: int, steps: int) -> Value:
        """A recurrent cell along the rows of a map."""
        value = self.shaped(value, (features, steps, 1), raw)
        return self.put("recurrent_cell", raw, [value], (outputs, steps, 1), cell=kind, outputs=outputs)

    def recurrent(self, value: Value, weights: Any) -> Value:
        """A fully connected layer whose neurons also read themselves through a matrix."""
        before = self.layers.pop(value.layer)
        shapes = {"input": self.input.shape, **{name: layer.shape for name, layer in self.layers.items()}}
        reads = [Value(one, shapes[one]) for one in before.inputs]
        made = self.put("recurrent", before.name, reads, value.shape, outputs=value.shape[0])
        return self.weighed_too(made, weights)

    def without_weights(self, raw: str, value: Value) -> Value:
        """Neurons without a layer with weights before them."""
        self.notes.append(
            f"{raw} are neurons without weights; each counts as one element-wise operation a step."
        )
        return self.element_wise(raw, [value])

    def note_silent(self, value: Value, kind: str) -> None:
        """Mark a layer whose neurons never spike."""
        self.notes.append(
            f"{value.layer} ends in {kind} neurons, which never spike: their output is a membrane potential."
        )

    def not_supported(
        self, operator: str, raw: str, values: Sequence[Value], shape: Shape, reason: str = "", weights: int = 0
    ) -> Value:  # fmt: skip
        """Insert a placeholder for an operator that a workload cannot express."""
        formatted = printable(str(operator)[:60])
        value = self.put("host", raw or formatted, values, shape, shape=list(shape), operator=formatted)
        same = bool(values) and prod(values[0].shape) == prod(value.shape)
        operations, name = prod(value.shape) + 2 * weights, printable(str(raw)[:100])
        self.unsupported.append(Unsupported(formatted, name, value.layer, operations, same, reason, weights))
        return value

    def finished(
        self, outputs: Sequence[Value], excluded: Iterable[str] = (),
        recorded: Mapping[str, Recorded] = MappingProxyType({}), **about: Any,
    ) -> ImportedNetwork:  # fmt: skip
        """The network without layers that reach no output, and with a single last layer."""
        ends = [value for value in dict.fromkeys(outputs) if value.layer != "input"]
        if not ends:
            raise NetworkImportError("there is no layer between the network's input and its output")
        if len(ends) > 1:
            total = sum(prod(value.shape) for value in ends)
            self.notes.append(f"The network has {len(ends)} outputs; they leave the chip together.")
            ends = [self.moved("outputs", ends, (total,))]
        ignored = {u.layer: u for u in self.unsupported if about["options"].unsupported == "ignore"}
        kept, instead = _bypassed(self.layers, ignored)
        last = instead.get(ends[0].layer, ends[0].layer)
        if last == "input":
            raise NetworkImportError("nothing is left of the network without the ignored operators")
        needed, open_ = set(), [last]
        while open_:
            one = open_.pop()
            if one in kept and one not in needed:
                needed.add(one)
                open_.extend(kept[one].inputs)
        order = [one for name, one in kept.items() if name in needed and name != last]
        shares = _shares(self.layers, self.input.shape, self.unsupported) if self.unsupported else {}
        assumed, widths = list(about.pop("assumed", ())), about.pop("widths", ({}, {}))
        unread = [name for name, one in kept.items() if name not in needed and one.type in WEIGHTED]
        if unread:
            assumed.append(
                f"{first_few(unread, _MOST_NAMED)}: not counted, since no output of the network needs them."
            )
        notes = [*_FORMAT_NOTES.get(about["format"], ()), *self.notes, *self._shared(kept)]
        network = ImportedNetwork(
            layers=(*order, kept[last]), input_shape=self.input.shape, rectified=frozenset(self.rectified),
            weights={k: v for k, v in self.weights.items() if k in needed},
            zero_weights={k: v for k, v in self.zeros.items() if k in needed}, shares=shares,
            recorded={k: v for k, v in recorded.items() if k in needed or k == "input"},
            unsupported=tuple(self.unsupported), excluded=tuple(map(printable, excluded)), **about,
            assumed=tuple(map(printable, assumed)), notes=tuple(map(printable, dict.fromkeys(notes))),
        )  # fmt: skip
        return with_widths(network, *widths)


def _extent(pair: Pair) -> int | list[int]:
    return pair[0] if pair[0] == pair[1] else list(pair)


def _unless(pair: Pair, default: Pair) -> int | list[int] | None:
    return None if tuple(pair) == tuple(default) else _extent(pair)


def _bypassed(
    layers: Mapping[str, ImportedLayer], ignored: Mapping[str, Unsupported]
) -> tuple[dict[str, ImportedLayer], dict[str, str]]:
    """The layers without the ignored ones, whose readers read what those read; and what is read in their place."""
    instead: dict[str, str] = {}
    kept: dict[str, ImportedLayer] = {}
    for name, layer in layers.items():
        inputs = tuple(instead.get(read, read) for read in layer.inputs)
        if name in ignored:
            one = ignored[name]
            if not one.same_shape:
                raise UnsupportedOperatorError(
                    f"{one.operator} {one.name!r} changes the shape and cannot be ignored; choose host"
                )
            instead[name] = inputs[0]
        else:
            kept[name] = replace(layer, inputs=inputs)
    return kept, instead


def _shares(
    layers: Mapping[str, ImportedLayer], input_shape: Shape, unsupported: Iterable[Unsupported]
) -> dict[str, float]:
    """Share of some layers in the operations of the network, of what the host computes the known ones."""
    known = {"input": input_shape, **{name: layer.shape for name, layer in layers.items()}}
    schema: TypeAdapter[AnyLayer] = TypeAdapter(AnyLayer)
    count = {one.layer: one.operations for one in unsupported}
    for name, layer in layers.items():
        if name in count:
            continue
        fields = {"name": name, "type": layer.type, "inputs": list(layer.inputs), **layer.fields}
        counts = counted(
            schema.validate_python(fields), [known[one] for one in layer.inputs] or [layer.shape]
        )
        count[name] = counts.operations if isinstance(counts, LayerCounts) else prod(layer.shape)
    return {one.layer: count[one.layer] / sum(count.values()) for one in unsupported}
