"""Run ONNX networks in numpy, with a replaceable product for the layers with weights.

The ONNX reference evaluator computes everything without weights in floating point: activation functions, normalisation,
residual additions, softmax and attention products. Only standard operators of the file are executed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.dynamics.in_time import Array
from neuroest.workloads.importers.files import fault, model_file, reading
from neuroest.workloads.importers.onnx_node import captured
from neuroest.workloads.importers.onnx_operators import SAME, same_padding


class Products(Protocol):
    """Arithmetic of the layers with weights, by layer index."""

    def prepared(self, place: int, inputs: Array) -> Array:
        """Prepare the inputs of a layer for its product, for example by quantisation."""

    def product(self, place: int, inputs: Array) -> Array:
        """Product of prepared inputs (samples, groups, inputs) with the weights: (samples, groups, outputs)."""


_WEIGHTED = ("Conv", "Gemm", "MatMul")


@frozen_dataclass(eq=False)
class WeightedNode:
    """A node with one stored factor.

    Attributes
    ----------
    name : str
        Name of the node in the file.
    matrices : ndarray of shape (groups, outputs, inputs)
        Weights.
    """

    name: str
    output: str
    matrices: Array


class OnnxNetwork:
    """A network of an ONNX file with its weights.

    Attributes
    ----------
    layers : tuple of WeightedNode
        Layers with weights, in the order of computation.
    """

    def __init__(self, path: Path, output: str | None = None) -> None:
        onnx = extra("onnx", "onnx")
        from neuroest.workloads.importers.onnx_weights import stored_array  # noqa: PLC0415 - an optional library

        model_file(path)
        with reading(path, "ONNX model as its standard has it"):
            self._model = onnx.ModelProto()
            self._model.ParseFromString(path.read_bytes())
            for tensor in self._model.graph.initializer:  # weights from a separate file
                if tensor.data_location == onnx.TensorProto.EXTERNAL:
                    array = stored_array(path, tensor)
                    if array is None:
                        raise fault(path, f"the weights of {tensor.name[:60]!r} are not there")
                    tensor.CopyFrom(onnx.numpy_helper.from_array(array.reshape(tensor.dims), tensor.name))
            _keep_output(self._model, path, output)
            _fold_constants(self._model)
            self.layers = tuple(self._weighted(path))
        graph, stored = self._model.graph, {one.name for one in self._model.graph.initializer}
        inputs = [one for one in graph.input if one.name not in stored]
        self._inputs = [one.name for one in inputs]
        if len(inputs) != 1:
            raise fault(path, f"has {len(inputs)} inputs; one runs")
        dims = inputs[0].type.tensor_type.shape.dim
        self._batch: int | None = dims[0].dim_value if dims and dims[0].dim_value > 0 else None
        self._places = {layer.output: place for place, layer in enumerate(self.layers)}
        self._products: Products = self
        operators = [_operator(kind, self) for kind in (*_WEIGHTED, *_POOLS)]
        self._evaluator = extra("onnx.reference", "onnx").ReferenceEvaluator(self._model, new_ops=operators)

    def _weighted(self, path: Path) -> list[WeightedNode]:
        from onnx import numpy_helper  # noqa: PLC0415 - an optional library

        stored = {one.name: one for one in self._model.graph.initializer}
        found = []
        for node in self._model.graph.node:
            if node.op_type not in _WEIGHTED or node.domain not in {"", "ai.onnx"} or len(node.input) < 2:
                continue
            if node.input[1] not in stored:
                continue
            weights = np.asarray(numpy_helper.to_array(stored[node.input[1]]), dtype=np.float64)
            attributes = {one.name: one.i for one in node.attribute}
            if not np.all(np.isfinite(weights)):
                raise fault(path, f"{node.name[:60]!r} has weights that are not finite")
            if node.op_type == "Conv":
                groups = int(attributes.get("group", 1))
                matrices = weights.reshape(groups, len(weights) // groups, -1)
            else:
                turned = node.op_type == "Gemm" and attributes.get("transB", 0)
                matrices = (weights if turned else weights.T)[np.newaxis]
            if matrices.ndim != 3:
                raise fault(path, f"{node.name[:60]!r} multiplies by more than a matrix")
            matrices = matrices.astype(np.float32)
            found.append(WeightedNode(node.name or node.output[0], node.output[0], matrices))
        if not found:
            raise fault(path, "has no layer with weights")
        return found

    def prepared(self, _place: int, inputs: Array) -> Array:
        """Inputs in floating point."""
        return inputs

    def product(self, place: int, inputs: Array) -> Array:
        """Product in floating point."""
        turned = self.layers[place].matrices.swapaxes(1, 2)
        return np.asarray(np.matmul(inputs.swapaxes(0, 1), turned).swapaxes(0, 1))

    def run(self, samples: Array, products: Products | None = None) -> Array:
        """Outputs of the network, one row per sample; a file with a fixed batch runs that many at a time."""
        self._products = products or self
        count = len(samples)
        batch = self._batch or count
        given = samples.astype(np.float32)
        if count % batch:  # the last batch is filled up with its last sample
            given = np.concatenate([given, np.repeat(given[-1:], batch - count % batch, axis=0)])
        parts = [
            np.asarray(self._evaluator.run(None, {self._inputs[0]: given[first : first + batch]})[0])
            for first in range(0, len(given), batch)
        ]
        return np.concatenate([part.reshape(batch, -1) for part in parts])[:count]

    def multiply(self, output: str, inputs: Array, weights: Array) -> Array:
        """Product of the node with this output; floating point if both factors are computed."""
        place = self._places.get(output)
        if place is None:
            return np.asarray(np.matmul(inputs, weights))
        flat = self._products.prepared(place, inputs).reshape(-1, 1, inputs.shape[-1])
        return self._products.product(place, flat).reshape(*inputs.shape[:-1], -1)

    def place(self, output: str) -> tuple[int, Products]:
        """Index of the layer that computes an output, and the arithmetic of a run."""
        return self._places[output], self._products


def _keep_output(model: Any, path: Path, output: str | None) -> None:
    """Leave of a graph what computes the scores of the classes: the output that is named, or the only one in numbers.

    A classifier of scikit-learn puts out a label and its scores, which a map may hold under the names of the classes.
    """
    graph = model.graph
    maps = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "ZipMap"}
    names = [one.name for one in graph.output]
    scores = [
        one.name
        for one in graph.output
        if one.name in maps or one.type.tensor_type.elem_type in _FLOATS or len(names) == 1
    ]
    if output is not None and output not in names:
        raise UnknownNameError("output", output[:60], names)
    if output is None and len(scores) != 1:
        raise fault(path, f"has {len(names)} outputs ({', '.join(names[:8])}); choose one with --output NAME")
    chosen = output or scores[0]
    wanted = {maps.get(chosen, chosen)}
    kept = []
    for node in reversed(graph.node):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= {*captured(node), *node.input}
    copies = [type(node).FromString(node.SerializeToString()) for node in reversed(kept)]
    del graph.node[:]
    graph.node.extend(copies)
    del graph.output[:]
    graph.output.add(name=maps.get(chosen, chosen)).type.tensor_type.elem_type = _FLOAT


_FLOAT = 1
_FLOATS = frozenset({_FLOAT, 10, 11})
"""Numbers of the types of floating-point numbers in the format."""


def _fold_constants(model: Any) -> None:
    """Replace nodes that compute with stored tensors alone by what they put out, such as a reshaped weight."""
    from onnx import helper, numpy_helper  # noqa: PLC0415 - an optional library
    from onnx.reference import ReferenceEvaluator  # noqa: PLC0415

    graph = model.graph
    stored = {one.name for one in graph.initializer}
    constant, live = [], []
    for node in graph.node:
        if (
            node.op_type not in _RANDOM
            and not captured(node)
            and all(name in stored for name in node.input if name)
        ):
            constant.append(node)
            stored.update(node.output)
        else:
            live.append(node)
    if not constant:
        return
    made = {name for node in constant for name in node.output}
    read = {name for node in live for name in (*node.input, *captured(node))} | {
        one.name for one in graph.output
    }
    names = [name for node in constant for name in node.output if name in read & made]
    outs = [helper.make_empty_tensor_value_info(name) for name in names]
    part = helper.make_graph(constant, "constants", [], outs, list(graph.initializer))
    values = ReferenceEvaluator(helper.make_model(part, opset_imports=model.opset_import)).run(names, {})
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value), name) for name, value in zip(names, values, strict=True)
    )
    copies = [type(node).FromString(node.SerializeToString()) for node in live]
    del graph.node[:]
    graph.node.extend(copies)


_RANDOM = frozenset({"Bernoulli", "Multinomial", "RandomNormal", "RandomUniform"})
_POOLS = ("MaxPool", "AveragePool")


def _operator(kind: str, network: OnnxNetwork) -> Any:
    """A class of the reference evaluator that computes one operator for a network."""
    base = extra("onnx.reference.op_run", "onnx").OpRun
    run = {"Conv": _conv, "Gemm": _gemm, "MatMul": _matmul}.get(kind, _pool)

    def _run(self: Any, *inputs: Any, **attributes: Any) -> tuple[Array]:
        return (run(network, self.onnx_node, inputs, attributes).astype(inputs[0].dtype),)

    return type(kind, (base,), {"op_domain": "", "_run": _run})


def _windows(data: Array, kernel: Sequence[int], attributes: dict[str, Any], fill: float = 0.0) -> Array:
    """Windows over the axes of a map: (samples, channels, *positions, *kernel)."""
    rank = len(kernel)
    strides = attributes.get("strides") or [1] * rank
    dilations = attributes.get("dilations") or [1] * rank
    pads = list(attributes.get("pads") or [0] * 2 * rank)
    reach = [d * (k - 1) + 1 for d, k in zip(dilations, kernel, strict=True)]
    sizes = [*zip(data.shape[2:], strides, reach, strict=True)]
    edges = [*zip(pads[:rank], pads[rank:], strict=True)]
    if (auto := attributes.get("auto_pad")) in SAME:
        edges = [same_padding(*one, auto) for one in sizes]
    if attributes.get("ceil_mode"):
        edges = [
            (first, last + -(size + first + last - r) % s)
            for (first, last), (size, s, r) in zip(edges, sizes, strict=True)
        ]
    padded = np.pad(data, [(0, 0), (0, 0), *edges], constant_values=fill) if np.any(edges) else data
    found = sliding_window_view(padded, reach, axis=tuple(range(2, 2 + rank)))
    taken = [slice(None, None, step) for step in (1, 1, *strides, *dilations)]
    return np.asarray(found[tuple(taken)])


def _conv(network: OnnxNetwork, node: Any, inputs: Sequence[Array], attributes: dict[str, Any]) -> Array:
    data, weights = inputs[0], inputs[1]
    groups, rank = int(attributes.get("group") or 1), data.ndim - 2
    place, products = network.place(node.output[0])
    windows = _windows(products.prepared(place, data), weights.shape[2:], attributes)
    samples, channels, *positions = windows.shape[: 2 + rank]
    each = channels // groups
    split = windows.reshape(samples, groups, each, *windows.shape[2:])
    # samples, positions, groups, then channels and taps of a kernel
    order = (0, *range(3, 3 + rank), 1, 2, *range(3 + rank, 3 + 2 * rank))
    flat = split.transpose(order).reshape(-1, groups, each * int(np.prod(weights.shape[2:])))
    found = products.product(place, flat).reshape(samples, *positions, -1)
    found = np.moveaxis(found, -1, 1)
    return (
        found + inputs[2].reshape(1, -1, *[1] * rank) if len(inputs) > 2 and inputs[2] is not None else found
    )


def _gemm(network: OnnxNetwork, node: Any, inputs: Sequence[Array], attributes: dict[str, Any]) -> Array:
    data = inputs[0].T if attributes.get("transA") else inputs[0]
    weights = inputs[1].T if attributes.get("transB") else inputs[1]
    alpha, beta = attributes.get("alpha"), attributes.get("beta")
    found = (1.0 if alpha is None else alpha) * network.multiply(node.output[0], data, weights)
    if len(inputs) > 2 and inputs[2] is not None:
        found = found + (1.0 if beta is None else beta) * inputs[2]
    return np.asarray(found)


def _matmul(network: OnnxNetwork, node: Any, inputs: Sequence[Array], _: dict[str, Any]) -> Array:
    return network.multiply(node.output[0], inputs[0], inputs[1])


def _pool(_: OnnxNetwork, node: Any, inputs: Sequence[Array], attributes: dict[str, Any]) -> Array:
    data, kernel = inputs[0], attributes["kernel_shape"]
    axes = tuple(range(-len(kernel), 0))
    if len([name for name in node.output if name]) > 1:
        raise NeuroestError(f"{node.name[:60]!r} requests the indices of its maxima, which are not computed")
    if node.op_type == "MaxPool":
        return np.asarray(np.max(_windows(data, kernel, attributes, -np.inf), axis=axes))
    sums = np.sum(_windows(data, kernel, attributes), axis=axes)
    if attributes.get("count_include_pad"):
        return np.asarray(sums / np.prod(kernel))
    return np.asarray(sums / np.sum(_windows(np.ones_like(data[:1, :1]), kernel, attributes), axis=axes))
