"""Networks in ONNX files: the graph with the shapes that the library infers, and the statistics of the weights.

Nothing of the graph is executed. Weights in files of their own are looked up next to the model only.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.extras import extra
from neuroest.workloads.importers.building import NetworkBuilder, weight_statistics
from neuroest.workloads.importers.files import LARGEST_ARRAY, brief, file_sha256, formatted, reading
from neuroest.workloads.importers.network import (
    ImportedNetwork,
    ImportOptions,
    NetworkImportError,
    Shape,
    Value,
    as_map,
)
from neuroest.workloads.importers.onnx_operators import OPERATORS, Node
from neuroest.workloads.importers.onnx_shapes import inferred, static_shapes

_MOST_NODES = 20_000
_KEPT_FOR_SHAPES = 1024


def read_onnx(path: Path, options: ImportOptions) -> ImportedNetwork:
    """The network of an ONNX file.

    Raises
    ------
    NetworkImportError
        When the file is damaged, has no static shapes, or points out of its folder.
    """
    onnx = extra("onnx", "onnx")
    with reading(path, "ONNX model as its standard has it"):
        return _read(onnx, path, options)


def _read(onnx: Any, path: Path, options: ImportOptions) -> ImportedNetwork:
    model = onnx.ModelProto()
    try:
        model.ParseFromString(path.read_bytes())
    except Exception as error:
        raise NetworkImportError(f"not an ONNX model, or a truncated one ({brief(error)})") from None
    graph = model.graph
    if not graph.node or not graph.output:
        raise NetworkImportError("not an ONNX model: it has no nodes or no output")
    if len(graph.node) > _MOST_NODES:
        raise NetworkImportError(f"more than {_MOST_NODES} nodes")
    _check_order(graph)
    weights = _Weights(path, graph.initializer)
    weights.check()
    _fix_shapes(graph, options)
    for tensor in graph.initializer:
        if prod(tensor.dims) > _KEPT_FOR_SHAPES:
            tensor.ClearField("raw_data")
            for field in ("float_data", "int32_data", "int64_data", "double_data", "external_data"):
                tensor.ClearField(field)
            tensor.ClearField("data_location")
    return _Reader(*inferred(model), weights, options).network(path)


def _check_order(graph: Any) -> None:
    """Every tensor is computed before it is read, and once; so there is no cycle."""
    known = {tensor.name for tensor in graph.initializer} | {one.name for one in graph.input} | {""}
    known |= {one.values.name for one in graph.sparse_initializer}
    for node in graph.node:
        for name in node.input:
            if name not in known:
                raise NetworkImportError(
                    f"node {(node.name or node.op_type)[:80]!r} reads {name[:80]!r}, which nothing computes "
                    "before it: a cycle, or nodes out of order"
                )
        for name in node.output:
            if name and name in known:
                raise NetworkImportError(f"{name[:80]!r} is computed twice")
            known.add(name)
    for out in graph.output:
        if out.name not in known:
            raise NetworkImportError(f"nothing computes the output {out.name[:80]!r}")


def _fix_shapes(graph: Any, options: ImportOptions) -> None:
    """One sample at a time: an open batch becomes one, a shape that is given fills what is open."""
    stored = {tensor.name for tensor in graph.initializer}
    inputs = [one for one in graph.input if one.name not in stored]
    for one in inputs:
        dims = one.type.tensor_type.shape.dim
        batch = batch_axis(graph, one.name)
        given = options.input_shape if len(inputs) == 1 else None
        if given is not None and len(dims) == len(given) + 1:
            inner = [dim for index, dim in enumerate(dims) if index != batch]
            for dim, extent in zip(inner, given, strict=True):
                dim.dim_value = extent
        for index, dim in enumerate(dims):
            if index == batch and dim.dim_value <= 0:
                dim.dim_value = 1
            elif dim.dim_value <= 0:
                raise NetworkImportError(
                    f"extent {index} of input {one.name[:60]!r} is open ({dim.dim_param[:40] or 'no name'}); "
                    "import it with the shape of one sample, such as --input-shape 3,224,224"
                )
    for out in graph.output:  # what is stated there may contradict the batch of one
        out.type.tensor_type.ClearField("shape")
    del graph.value_info[:]


def batch_axis(graph: Any, name: str) -> int:
    """Axis of the samples of an input: the second where a recurrent cell reads time first, which is its standard."""
    for node in graph.node:
        if node.op_type in _CELLS and node.input and node.input[0] == name:
            return int(not any(one.name == "layout" and one.i for one in node.attribute))
    return 0


_CELLS = frozenset({"DynamicQuantizeLSTM", "GRU", "LSTM", "RNN"})
_TEXTS = 8
"""Number of the type of texts in the format."""
_PACKED = {21: (4, False), 22: (4, True), 25: (2, False), 26: (2, True)}
"""Bits and sign of the types that share a byte: UINT4, INT4, UINT2, INT2."""
_WIDTHS = {2: 8, 3: 8, 4: 16, 5: 16, **{kind: bits for kind, (bits, _) in _PACKED.items()}}
"""Bits of integer types by their number in the format."""


class _Weights:
    """Stored tensors of a graph, read one at a time and only for their statistics."""

    def __init__(self, path: Path, tensors: Iterable[Any]) -> None:
        self.path = path
        self.tensors = {tensor.name: tensor for tensor in tensors}
        self.statistics: dict[str, tuple[float, int]] = {}
        self.not_finite: list[str] = []
        self.absent: dict[str, int] = {}

    def check(self) -> None:
        """Take the statistics of all weights, so that their data may be dropped before shapes are inferred."""
        for name, tensor in self.tensors.items():
            NetworkBuilder.checked(f"tensor {name[:60]!r}", [d or 1 for d in tensor.dims])
            if len(tensor.dims) >= 2:
                if tensor.data_type == _TEXTS:
                    raise NetworkImportError(f"tensor {name[:60]!r} contains text, not numbers")
                array = self.array(tensor)
                found = None if array is None else weight_statistics(array)
                if found is not None and np.isfinite(found[0]):
                    self.statistics[name] = found
                elif found is not None:
                    self.not_finite.append(name)

    def array(self, tensor: Any) -> Any:
        """Numbers of a tensor; None where they are no numbers, too many, or not there."""
        from onnx import TensorProto, helper  # noqa: PLC0415

        packed = _PACKED.get(tensor.data_type)
        try:
            dtype = np.dtype(
                helper.tensor_dtype_to_np_dtype(tensor.data_type) if packed is None else np.uint8
            )
        except (KeyError, TypeError, ValueError):
            return None
        bits, signed = packed or (dtype.itemsize * 8, False)
        count = prod(tensor.dims)
        needed = -(-count * bits // 8)
        if dtype.kind not in "fiu" or needed > LARGEST_ARRAY:
            return None
        is_external = tensor.data_location == TensorProto.EXTERNAL
        data = self._external(tensor, needed) if is_external else tensor.raw_data
        if packed and not data and not is_external:
            data = np.asarray(tensor.int32_data, dtype=np.int64).astype(np.uint8).tobytes()
        if data or (packed and not is_external):
            found = np.frombuffer(_whole(tensor, data, needed), dtype=dtype)
            return _unpacked(found, bits, signed=signed)[:count] if packed else found
        listed = tensor.float_data if dtype.kind == "f" else tensor.int32_data
        return np.asarray(listed, dtype=np.float32) if len(listed) == count else None

    def _external(self, tensor: Any, needed: int) -> bytes:
        about = {entry.key: entry.value for entry in tensor.external_data}
        location, name = about.get("location", ""), tensor.name[:60]
        folder = self.path.parent.resolve()
        target = (folder / location).resolve() if "\x00" not in location else folder
        if (
            not location
            or Path(location).is_absolute()
            or not target.is_relative_to(folder)
            or target == folder
        ):
            raise NetworkImportError(
                f"the weights of {name!r} lie at {formatted(location[:80])!r}, outside of the model's folder; not read"
            )
        if not target.exists():  # the shapes are in the model, and most of an estimate needs no more
            self.absent[location] = self.absent.get(location, 0) + 1
            return b""
        try:
            offset, length = int(about.get("offset", 0)), int(about.get("length", needed))
            size = target.stat().st_size if target.is_file() else -1
        except (OSError, ValueError):
            size, offset, length = -1, 0, 0
        if size < 0 or offset < 0 or length != needed or offset + length > size:
            raise NetworkImportError(
                f"the weights of {name!r} should be {needed} bytes of {formatted(location[:80])!r}, which has no "
                "such part"
            )
        with target.open("rb") as stream:
            stream.seek(offset)
            return stream.read(length)


def stored_array(path: Path, tensor: Any) -> Any:
    """Numbers of a tensor, stored in the model or in a separate file; None if they are missing."""
    return _Weights(path, ()).array(tensor)


def _unpacked(data: Any, bits: int, *, signed: bool) -> Any:
    """Numbers that share a byte, the first in its lowest bits."""
    levels = 2**bits
    codes = ((data[:, None] >> np.arange(0, 8, bits, dtype=np.uint8)) % levels).reshape(-1).astype(np.int16)
    return np.where(codes >= levels // 2, codes - levels, codes) if signed else codes


def _whole(tensor: Any, data: bytes, needed: int) -> bytes:
    if len(data) != needed:
        raise NetworkImportError(
            f"tensor {tensor.name[:60]!r} announces {prod(tensor.dims)} elements and holds {len(data)} bytes"
        )
    return data


class _Reader:
    """Goes through the nodes of a graph with shapes, and drives a builder."""

    def __init__(
        self, graph: Any, guessed: frozenset[str], weights: _Weights, options: ImportOptions
    ) -> None:
        self.graph, self.guessed, self.options = graph, guessed, options
        self.statistics = weights.statistics
        self.shapes: dict[str, Shape] = static_shapes(graph)
        self.types: dict[str, int] = {one.name: one.data_type for one in graph.initializer}
        self.constants: dict[str, str] = {one.name: one.name for one in graph.initializer}
        self.values: dict[str, Value] = {}
        self.excluded: dict[str, None] = {}
        self.batch = 1
        self.not_finite = weights.not_finite
        self.absent = weights.absent

    def network(self, path: Path) -> ImportedNetwork:
        """The network of the graph."""
        inputs = [one for one in self.graph.input if one.name not in self.constants]
        first = self.shapes.get(inputs[0].name, ()) if inputs else ()
        axis = batch_axis(self.graph, inputs[0].name) if inputs else 0
        self.batch = max(1, first[axis]) if len(first) > axis else 1
        self.builder = builder = NetworkBuilder(self._joint_input(inputs))
        for one in inputs:
            self.values[one.name] = builder.input
        if len(inputs) > 1:
            for one in inputs:
                self.values[one.name] = builder.moved(
                    one.name, [builder.input], self.sample(self.shapes.get(one.name, ()))
                )
        for proto in self.graph.node:
            self._take(Node(self, proto))
        builder.notes += [
            f"Weights {name[:60]!r} hold numbers that are not finite; they are excluded from the statistics."
            for name in self.not_finite
        ]
        builder.notes += [
            f"{formatted(location[:80])!r} is not there: the shapes of {count} tensors come from the model, and the "
            "mean absolute weight is assumed."
            for location, count in self.absent.items()
        ]
        outputs = [self.values[one.name] for one in self.graph.output if one.name in self.values]
        return builder.finished(
            outputs, name=path.stem, origin=formatted(path), format="ONNX", sha256=file_sha256(path), coding="dense",
            options=self._options(), excluded=tuple(self.excluded),
        )  # fmt: skip

    def _joint_input(self, inputs: list[Any]) -> Shape:
        if not inputs:
            raise NetworkImportError("the graph has no input")
        shapes = [self.sample(self.shapes.get(one.name, ())) for one in inputs]
        return shapes[0] if len(shapes) == 1 else (sum(prod(shape) for shape in shapes),)

    def _options(self) -> ImportOptions:
        """Bits as the file quantises, where it does."""
        found = [
            _WIDTHS[self.types[name]]
            for name in self.constants
            if name in self.statistics and self.types.get(name) in _WIDTHS
        ]
        return replace(self.options, weight_bits=max(found)) if found else self.options

    def sample(self, shape: Shape) -> Shape:
        """A shape of ONNX, whose first extent is the batch, as a workload has it."""
        inner = shape[1:] if shape and shape[0] == self.batch else shape
        if self.batch > 1 and shape and shape[0] != self.batch:  # the batch is somewhere within
            return (max(1, prod(shape) // self.batch),)
        return as_map(inner)

    def shape(self, name: str) -> Shape:
        """Static shape of a tensor."""
        shape = self.shapes.get(name)
        if shape is None or any(extent <= 0 for extent in shape):
            raise NetworkImportError(
                f"the shape of {name[:80]!r} does not follow from the file; export with fixed sizes"
            )
        return shape

    def _take(self, node: Node) -> None:
        live = [name for name in node.inputs if name in self.values]
        if not live:
            for name in node.outputs:
                self.constants[name] = next(
                    (self.constants[one] for one in node.inputs if one in self.constants), ""
                )
            return
        if node.operator in {"Shape", "Size"}:  # a static shape is a constant
            self.constants.update(dict.fromkeys(node.outputs, ""))
            return
        handler = OPERATORS.get(node.operator) if node.domain in {"", "ai.onnx", "com.microsoft"} else None
        if handler is not None:
            try:
                found = handler(node)
            except NetworkImportError as error:
                if self.batch == 1:
                    raise
                raise NetworkImportError(
                    f"{error}; {self.batch}, the first extent of the input, was taken for a batch: if it is none, "
                    "export with a batch of one before it"
                ) from None
            if found is not None:
                values = found if isinstance(found, list) else [found]
                for name, value in zip(node.outputs, values, strict=False):
                    self.values[name] = value
                for name in node.outputs[len(values) :]:
                    if name not in self.constants:
                        self.values.setdefault(name, values[0])
                return
        self._unsupported(node, live)

    def _unsupported(self, node: Node, live: list[str]) -> None:
        sources = [self.values[name] for name in live]
        for name in node.outputs:
            known = self.shapes.get(name)
            fits = known is not None and all(extent > 0 for extent in known)
            shape = self.sample(known) if fits and known is not None else sources[0].shape
            reason = (
                ""
                if fits and name not in self.guessed
                else "its output's shape is unknown and taken to be its input's"
            )
            self.values[name] = self.builder.not_supported(node.operator, node.name, sources, shape, reason)
