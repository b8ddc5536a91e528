"""Workloads of ZigZag in YAML: a list of layers, each an equation over loops.

`O[b][k][oy][ox] += W[k][c][fy][fx] * I[b][c][iy][ix]` with `loop_dims`, `loop_sizes`, and `dimension_relations` such
as `ix = 2*ox + 1*fx` for stride and dilation (ZigZag's `parser/workload_validator.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import field, replace
from math import prod
from pathlib import Path
from typing import Any

from neuroest.core.errors import Problem, SpecError
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.reading import Document, read_document
from neuroest.workloads.importers.building import NetworkBuilder
from neuroest.workloads.importers.files import reading
from neuroest.workloads.importers.network import (
    OF_SHAPES,
    ImportedNetwork,
    ImportOptions,
    NetworkImportError,
    Value,
)

_OPERAND = re.compile(r"([OIW])((?:\[\s*+\w*+\s*+\])+)")
_RELATION = re.compile(r"^\s*(\w+)\s*=\s*(?:(\d+)\s*\*\s*)?(\w+)\s*\+\s*(?:(\d+)\s*\*\s*)?(\w+)\s*$")
_POOLS = {
    "Pooling": "maximum", "Pool": "maximum", "MaxPool": "maximum", "Max": "maximum", "AveragePool": "average",
    "GlobalAveragePool": "average",
}  # fmt: skip


@frozen_dataclass
class _Layer:
    """A layer as the file states it."""

    place: int
    number: int
    name: str
    kind: str
    sizes: Mapping[str, int]
    indices: Mapping[str, tuple[str, ...]]
    relations: Mapping[str, tuple[int, str, int, str]]
    sources: Mapping[str, int]
    bits: Mapping[str, int]
    padding: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def size(self, loop: str) -> int:
        """Iterations of a loop, one where there is none."""
        return self.sizes.get(loop, 1)


def read_zigzag(path: Path, options: ImportOptions) -> ImportedNetwork:
    """The network of a workload file of ZigZag.

    Raises
    ------
    SpecError
        With the place of what is none of the format.
    """
    document = read_document(path)
    data = document.data
    if not isinstance(data, list) or not data:
        raise SpecError([Problem(document.file, 1, 1, "", "expected a list of layers with operator_type")])
    layers = [_layer(document, place, entry) for place, entry in enumerate(data)]
    with reading(path, "workload of ZigZag"):
        options.refuse("a ZigZag workload", *OF_SHAPES, "timesteps", "time_step")
        return _Reader(document, layers).network(path, options)


def _layer(document: Document, place: int, entry: Any) -> _Layer:
    def required(key: str, kind: type) -> Any:
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get(key), kind)
            or isinstance(entry[key], bool)
        ):
            what = {str: "text", list: "a list", int: "a whole number", dict: "a mapping"}[kind]
            raise document.fault((place, key), f"{key} must be {what}; a layer of ZigZag has one")
        return entry[key]

    def optional(key: str, kind: type) -> Any:
        return required(key, kind) if isinstance(entry, dict) and entry.get(key) is not None else kind()

    number, kind, equation = required("id", int), required("operator_type", str), required("equation", str)
    loops, sizes = required("loop_dims", list), required("loop_sizes", list)
    bits = required("operand_precision", dict)
    whole = [size for size in sizes if isinstance(size, int) and not isinstance(size, bool) and size >= 1]
    if len(whole) != len(loops) or len(sizes) != len(loops) or not all(isinstance(one, str) for one in loops):
        raise document.fault((place, "loop_sizes"), f"{len(loops)} loops need as many whole numbers above 0")
    for key, value in bits.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise document.fault((place, "operand_precision", key), "must be a whole number of bits")
    indices = {
        name: tuple(part.lower() for part in re.findall(r"\w+", text))
        for name, text in _OPERAND.findall(equation)
    }
    if "O" not in indices or "I" not in indices:
        raise document.fault((place, "equation"), f"expected O[..] += W[..] * I[..]; got {equation[:60]!r}")
    relations = {}
    for index, text in enumerate(optional("dimension_relations", list)):
        match = _RELATION.match(str(text))
        if match is None:
            where = (place, "dimension_relations", index)
            raise document.fault(where, f"expected, for example, ix=2*ox+1*fx; got {str(text)[:40]!r}")
        to, first, one, second, two = match.groups()
        relations[to.lower()] = (int(first or 1), one.lower(), int(second or 1), two.lower())
    padding = {}
    for loop, pair in zip(optional("pr_loop_dims", list), optional("padding", list), strict=False):
        if not (
            isinstance(pair, list)
            and len(pair) == 2
            and all(isinstance(one, int) and one >= 0 for one in pair)
        ):
            raise document.fault((place, "padding"), "expected a pair of whole numbers for each loop")
        padding[str(loop).lower()] = (pair[0], pair[1])
    sources = {
        str(key): value for key, value in optional("operand_source", dict).items() if isinstance(value, int)
    }
    named = entry.get("name")
    name = named if isinstance(named, str) and named else f"{kind}_{number}"
    sized = dict(zip((loop.lower() for loop in loops), sizes, strict=True))
    if sized.get("b", 1) > 1 and kind.startswith("Conv"):
        raise document.fault(
            (place, "loop_sizes"), f"B is {sized['b']}; a workload is one sample, so set B to 1"
        )
    return _Layer(place, number, name, kind, sized, indices, relations, sources, bits, padding)


class _Reader:
    def __init__(self, document: Document, layers: list[_Layer]) -> None:
        self._document, self._layers = document, layers
        self._values: dict[int, Value] = {}
        self._network = NetworkBuilder(self._input(layers[0]))

    def network(self, path: Path, options: ImportOptions) -> ImportedNetwork:
        """All layers, in the order of the file."""
        read: set[int] = set()
        for layer in self._layers:
            if layer.number in self._values:
                raise self._document.fault((layer.place, "id"), f"{layer.number} appears twice in the file")
            read |= {source for source in layer.sources.values() if source != layer.number}
            self._values[layer.number] = self._put(layer)
        ends = [value for number, value in self._values.items() if number not in read]
        # bits of an operand as the file states them, by layer
        widths = (
            {
                self._values[layer.number].layer: layer.bits[operand]
                for layer in self._layers
                if layer.bits.get(operand) and self._values[layer.number].layer in self._network.layers
            }
            for operand in "WI"
        )
        return self._network.finished(
            ends, name=path.stem, origin=path.name, format="ZigZag", sha256=self._document.sha256, coding="dense",
            options=replace(options, accumulator_bits=self._sums(options)),
            widths=tuple(widths),
        )  # fmt: skip

    def _sums(self, options: ImportOptions) -> int:
        """Bits of a sum as the file states them, the most of all layers where they differ."""
        due = [layer for layer in self._layers if layer.kind.startswith("Conv") or layer.kind == "Gemm"]
        stated = {layer.bits.get("O", 0) for layer in due} - {0}
        if len(stated) > 1:
            self._network.notes.append(f"sums have {min(stated)} to {max(stated)} bits; the most count")
        return max(stated, default=options.accumulator_bits)

    def _input(self, layer: _Layer) -> tuple[int, ...]:
        if layer.kind == "Gemm" or not layer.relations:
            return (prod(layer.size(index) for index in layer.indices["I"]),)
        channels = prod(
            layer.size(index) for index in layer.indices["I"] if index in layer.sizes and index != "b"
        )
        rows, columns = (
            self._reach(layer, axis) - sum(layer.padding.get(axis, (0, 0))) for axis in ("iy", "ix")
        )
        return channels, rows, columns

    def _reach(self, layer: _Layer, axis: str) -> int:
        stride, out, dilation, window = layer.relations.get(axis, (1, f"o{axis[1]}", 1, f"f{axis[1]}"))
        return (layer.size(out) - 1) * stride + (layer.size(window) - 1) * dilation + 1

    def _source(self, layer: _Layer, operand: str) -> Value:
        source = layer.sources.get(operand, layer.number if layer.place == 0 else -1)
        if source == layer.number or (source not in self._values and layer.place == 0):
            return self._network.input
        if source not in self._values:
            known = ", ".join(map(str, self._values)) or "none"
            message = f"{operand} comes from {source}, which is not an earlier layer: {known}"
            raise self._document.fault((layer.place, "operand_source", operand), message)
        return self._values[source]

    def _put(self, layer: _Layer) -> Value:
        computed = layer.sources.get("W", layer.number) != layer.number
        value = self._source(layer, "I")
        try:
            if layer.kind == "Add":
                return self._network.add(layer.name, [self._source(layer, "W") if computed else value, value])
            if layer.kind in _POOLS:
                return self._pool(layer, value)
            if computed:
                shape = tuple(layer.size(index) for index in layer.indices["O"] if index != "b") or (1,)
                return self._network.not_supported(
                    layer.kind, layer.name, [value], shape, "a product of two computed factors"
                )
            if layer.kind == "Gemm":
                return self._matrix(layer, value)
            if layer.kind in {"Conv", "Conv_downsample"}:
                return self._convolution(layer, value)
        except NetworkImportError as error:
            raise self._document.fault((layer.place,), str(error)) from None
        raise self._document.fault((layer.place, "operator_type"),
            f"{layer.kind[:40]} is unknown; allowed: Conv, Conv_downsample, Gemm, Add, {', '.join(_POOLS)}",
        )  # fmt: skip

    def _matrix(self, layer: _Layer, value: Value) -> Value:
        weights = set(layer.indices.get("W", ()))
        outputs = prod(layer.size(index) for index in layer.indices["O"] if index in weights)
        inputs = prod(layer.size(index) for index in weights if index not in layer.indices["O"])
        positions = prod(layer.size(index) for index in layer.indices["O"] if index not in weights)
        return self._network.linear(layer.name, value, inputs, outputs, positions)

    def _convolution(self, layer: _Layer, value: Value) -> Value:
        kernel, stride, padding, dilation = self._windows(layer, value)
        groups = layer.size("g")
        outputs = layer.size("k") * groups
        if value.map[0] != layer.size("c") * groups:
            given = f"{layer.size('c') * groups} channels, and its source has {value.map[0]}"
            raise NetworkImportError(f"{layer.name} reads {given}")
        if kernel == (1, 1) and value.map[1:] == (1, 1):
            return self._network.linear(layer.name, value, value.map[0], outputs)
        edges = ((padding[0],) * 2, (padding[1],) * 2)
        found = self._network.convolution(layer.name, value, outputs, kernel, stride, edges, dilation, groups)
        self._check(layer, found)
        return found

    def _pool(self, layer: _Layer, value: Value) -> Value:
        kernel, stride, padding, _ = self._windows(layer, value)
        found = self._network.pooling(layer.name, value, _POOLS[layer.kind], kernel, stride, padding)
        self._check(layer, found)
        return found

    def _check(self, layer: _Layer, value: Value) -> None:
        due = (layer.size("oy"), layer.size("ox"))
        if value.map[1:] != due:
            rows, columns = value.map[1:]
            raise NetworkImportError(
                f"{layer.name} has OY x OX of {due[0]} x {due[1]}, its source gives {rows} x {columns}"
            )

    def _windows(self, layer: _Layer, value: Value) -> tuple[Any, Any, Any, Any]:
        found = []
        for axis, extent in zip(("iy", "ix"), value.map[1:], strict=True):
            stride, _out, dilation, window = layer.relations.get(axis, (1, f"o{axis[1]}", 1, f"f{axis[1]}"))
            lacking = max(self._reach(layer, axis) - extent, 0)
            edge = max(layer.padding[axis]) if axis in layer.padding else (lacking + 1) // 2
            found.append((layer.size(window), stride, edge, dilation))
        kernel, strides, edges, dilations = zip(*found, strict=True)
        return kernel, strides, edges, dilations
