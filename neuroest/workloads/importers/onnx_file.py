"""Networks in ONNX files: the graph with the shapes that the library infers, and the statistics of the weights.

Nothing of the graph is executed.
"""

from collections.abc import Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from math import prod
from pathlib import Path
from typing import Any

from neuroest.core.installed import extra
from neuroest.workloads.importers.building import NetworkBuilder
from neuroest.workloads.importers.files import brief, file_sha256, formatted, reading
from neuroest.workloads.importers.network import (
    ImportedNetwork,
    ImportOptions,
    NetworkImportError,
    Shape,
    Value,
    as_map,
)
from neuroest.workloads.importers.onnx_node import DEEPEST, Node
from neuroest.workloads.importers.onnx_operators import NAMES, OPERATORS
from neuroest.workloads.importers.onnx_rewriting import (
    FixedInputs,
    cells_of_loops,
    choose_branches,
    fix_inputs,
)
from neuroest.workloads.importers.onnx_shapes import inferred, static_shapes
from neuroest.workloads.importers.onnx_weights import Weights, Widths

_MOST_NODES = 20_000
_KEPT_FOR_SHAPES = 1024
_DOMAINS = frozenset(NAMES["domains"])
_BY_NAME = frozenset(name for row in NAMES["operators"] if row["is"] == "activation" for name in row["names"])
"""Operators that are what their name says in any domain."""


def read_onnx(path: Path, options: ImportOptions) -> ImportedNetwork:
    """The network of an ONNX file.

    Raises
    ------
    NetworkImportError
        When the file is damaged, has no static shapes, or points out of its folder.
    """
    onnx = extra("onnx", "onnx")
    with reading(path, "ONNX model as its standard has it"):
        options.refuse("an ONNX file, which has no timesteps of spikes", "timesteps", "time_step")
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
    # a graph with gradients is a step of training, in which weights are inputs and losses are outputs
    found = next((node for node in graph.node if node.op_type.endswith("Grad")), None)
    if found is not None:
        raise NetworkImportError(
            f"a step of training: {found.op_type[:60]} {found.name[:60]!r} computes gradients; export the network for "
            "inference, and state a rule of `learning` in the workload"
        )
    _order(graph)
    _store_weight_inputs(graph)
    fixed = fix_inputs(graph, options)
    chosen = [*cells_of_loops(model), *choose_branches(model, options)]
    weights = Weights(path, graph.initializer)
    weights.check()
    widths = Widths(graph)
    for out in graph.output:  # what is stated there may contradict the batch of one
        out.type.tensor_type.ClearField("shape")
    del graph.value_info[:]
    for tensor in graph.initializer:
        if prod(tensor.dims) > _KEPT_FOR_SHAPES:
            tensor.ClearField("raw_data")
            for field in ("float_data", "int32_data", "int64_data", "double_data", "external_data"):
                tensor.ClearField(field)
            tensor.ClearField("data_location")
    fixed = replace(fixed, notes=(*chosen, *fixed.notes))
    return _Reader(*inferred(model), weights, options, fixed, widths).network(path)


def _order(graph: Any) -> None:
    """Every tensor is computed before it is read, and once; nodes that a tool wrote in another order are sorted.

    Raises
    ------
    NetworkImportError
        For a cycle, or for a tensor that nothing computes.
    """
    stored = {tensor.name for tensor in graph.initializer} | {one.name for one in graph.input} | {""}
    stored |= {one.values.name for one in graph.sparse_initializer}
    makers: dict[str, int] = {}
    for place, node in enumerate(graph.node):
        for name in node.output:
            if name and (name in stored or name in makers):
                raise NetworkImportError(f"{name[:80]!r} is computed twice")
            makers[name] = place
    for node in graph.node:
        for name in node.input:
            if name not in stored and name not in makers:
                what = f"{(node.name or node.op_type)[:80]!r} reads {name[:80]!r}"
                raise NetworkImportError(f"node {what}, which nothing computes")
    for out in graph.output:
        if out.name not in stored and out.name not in makers:
            raise NetworkImportError(f"nothing computes the output {out.name[:80]!r}")
    reads = [{makers[name] for name in node.input if name not in stored} for node in graph.node]
    if all(before < place for place, one in enumerate(reads) for before in one):
        return
    try:
        places = list(TopologicalSorter(dict(enumerate(reads))).static_order())
    except CycleError as error:
        node = graph.node[error.args[1][0]]
        raise NetworkImportError(
            f"node {(node.name or node.op_type)[:80]!r} waits for itself: a cycle"
        ) from None
    copies = [type(graph.node[place]).FromString(graph.node[place].SerializeToString()) for place in places]
    del graph.node[:]
    graph.node.extend(copies)


def _store_weight_inputs(graph: Any) -> None:
    """Inputs that only stand for weights are stored tensors without numbers: what training tools write.

    A floating-point input is one if another input is not, and all its readers take it for their weights or bias.
    """
    stored = {tensor.name for tensor in graph.initializer}
    inputs = [one for one in graph.input if one.name not in stored]
    readers: dict[str, list[tuple[str, int]]] = {}
    for node in graph.node:
        for place, name in enumerate(node.input):
            readers.setdefault(name, []).append((node.op_type, place))
    weights = [
        one
        for one in inputs
        if readers.get(one.name)
        and all(kind in _WITH_WEIGHTS and place > 0 for kind, place in readers[one.name])
        and all(dim.dim_value > 0 for dim in one.type.tensor_type.shape.dim)
        and len(one.type.tensor_type.shape.dim) > 0
    ]
    if len(weights) == len(inputs):
        return
    for one in weights:
        tensor = graph.initializer.add(name=one.name, data_type=one.type.tensor_type.elem_type)
        tensor.dims.extend(dim.dim_value for dim in one.type.tensor_type.shape.dim)


_WITH_WEIGHTS = frozenset({"BatchNormalization", "Conv", "ConvTranspose", "GRU", "Gemm", "LSTM", "RNN"})
"""Operators whose inputs after the first are weights."""


class _Reader:
    """Goes through the nodes of a graph with shapes, and drives a builder."""

    def __init__(
        self, graph: Any, guessed: frozenset[str], weights: Weights, options: ImportOptions, fixed: FixedInputs,
        widths: Widths,
    ) -> None:  # fmt: skip
        self.fixed, self.widths = fixed, widths
        self.graph, self.guessed, self.options = graph, guessed, options
        self.statistics = weights.statistics
        self.shapes: dict[str, Shape] = static_shapes(graph)
        self.types: dict[str, int] = {one.name: one.data_type for one in graph.initializer}
        self.constants: dict[str, str] = {one.name: one.name for one in graph.initializer}
        self.values: dict[str, Value] = {}
        self.excluded: dict[str, None] = {}
        self.by_name: dict[str, None] = {}
        self.batch = fixed.batch
        self.not_finite = weights.not_finite
        self.absent = weights.absent

    def network(self, path: Path) -> ImportedNetwork:
        """The network of the graph."""
        inputs = [one for one in self.graph.input if one.name not in self.constants]
        if not inputs:
            raise NetworkImportError("the graph has no input")
        shapes = [self.sample(self.shapes.get(one.name, ())) for one in inputs]
        joint = shapes[0] if len(shapes) == 1 else (sum(map(prod, shapes)),)
        self.builder = builder = NetworkBuilder(joint)
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
            options=self.options, excluded=tuple(self.excluded), assumed=(*self.fixed.notes, *self.by_name),
            widths=(self.widths.weights, self.widths.inputs),
        )  # fmt: skip

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
                f"the shape of {name[:80]!r} does not follow from the file{self._first_open()}; export with "
                "fixed sizes"
            )
        return shape

    def _about_guesses(self) -> str:
        """Names the first operator whose output shape is a guess, which may be why what follows does not fit."""
        for node in self.graph.node:
            if node.output and node.output[0] in self.guessed:
                name = (node.name or node.output[0])[:60]
                return (
                    f"; before it, the shape that {node.op_type[:40]} {name!r} puts out is unknown and was taken to be "
                    "its input's"
                )
        return ""

    def _first_open(self) -> str:
        """The first operator whose output has no known shape, though its inputs have."""
        for node in self.graph.node:
            reads = [name for name in node.input if name]
            if any(name and name not in self.shapes for name in node.output) and all(
                name in self.shapes for name in reads
            ):
                name = (node.name or node.output[0])[:60]
                branch = " (choose one with --branch then or else)" if node.op_type == "If" else ""
                return f": {node.op_type} {name!r} is the first whose output is unknown{branch}"
        return ""

    def _take(self, node: Node) -> None:
        live = [name for name in node.inputs if name in self.values]
        if not live:
            for name in node.outputs:
                self.constants[name] = next(
                    (self.constants[one] for one in node.inputs if one in self.constants), ""
                )
            self.widths.of_constant(node.proto)
            return
        if node.operator in {"Shape", "Size"}:  # a static shape is a constant
            self.constants.update(dict.fromkeys(node.outputs, ""))
            return
        self.builder.recent.clear()
        if not self._handled(node):
            self._unsupported(node, live)
        self.widths.of_node(node.proto, live, self.builder.recent)

    def _handled(self, node: Node) -> bool:
        """Whether an operator has a meaning in a workload, which its outputs have then."""
        known = node.domain in _DOMAINS
        handler = OPERATORS.get(node.operator) if known or node.operator in _BY_NAME else None
        if handler is not None and not known:
            self.by_name.setdefault(f"{node.operator} of {node.domain[:40]!r} is taken by its name.")
        if handler is not None:
            try:
                found = handler(node)
            except NetworkImportError as error:
                raise NetworkImportError(f"{error}{self._about_guesses()}") from None
            if found is not None:
                values = found if isinstance(found, list) else [found]
                for name, value in zip(node.outputs, values, strict=False):
                    self.values[name] = value
                for name in node.outputs[len(values) :]:
                    if name not in self.constants:
                        self.values.setdefault(name, values[0])
                return True
        return False

    def _unsupported(self, node: Node, live: Sequence[str]) -> None:
        sources = [self.values[name] for name in live]
        # stored weights that a node reads, or that its branches hold: the branch with most
        weights = _weights_within(node.proto) + sum(
            prod(self.shapes[name])
            for name in dict.fromkeys(node.inputs)
            if name in self.constants and name in self.shapes and len(self.shapes[name]) > 1
        )
        for name in node.outputs:
            known = self.shapes.get(name)
            fits = known is not None and all(extent > 0 for extent in known)
            shape = self.sample(known) if fits and known is not None else sources[0].shape
            reason = (
                ""
                if fits and name not in self.guessed
                else "its output's shape is unknown and taken to be its input's"
            )
            if node.operator == "If":
                reason = "the network's input decides; choose with --branch then or --branch else"
            self.values[name] = self.builder.not_supported(
                node.operator, node.name, sources, shape, reason, weights
            )
            weights = 0


def _weights_within(node: Any, depth: int = 0) -> int:
    """Stored weights in the branches of a node: of the branch with most, and of those within it."""
    graphs = [graph for one in node.attribute for graph in (one.g, *one.graphs) if graph.node]
    held = [0]
    for graph in graphs if depth <= DEEPEST else ():
        constants = [one.t for inner in graph.node for one in inner.attribute if inner.op_type == "Constant"]
        own = sum(prod(tensor.dims) for tensor in (*graph.initializer, *constants) if len(tensor.dims) > 1)
        held.append(own + sum(_weights_within(inner, depth + 1) for inner in graph.node))
    return max(held)
