"""What is replaced in an ONNX graph before it is read: open axes of inputs, loops that are cells, and branches.

A graph may leave extents open, write a recurrent cell as a loop, or choose between branches. Each is replaced
here by what an estimate can count; notes say what was assumed.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from neuroest.core.errors import did_you_mean
from neuroest.core.frozen import frozen_dataclass
from neuroest.workloads.importers.network import ImportOptions, NetworkImportError, Shape
from neuroest.workloads.importers.onnx_shapes import constant_value, inferred, static_shapes
from neuroest.workloads.shapes import GATES

CELLS = frozenset({"DynamicQuantizeLSTM", "GRU", "LSTM", "RNN"})
_BATCHES = frozenset({"b", "batch", "batch_size", "batchsize", "n", "none", "samples"})
"""Names that exporters give to the axis of the samples."""


@frozen_dataclass
class FixedInputs:
    """What was decided on the inputs of a graph.

    Attributes
    ----------
    batch : int
        Samples that the file computes together; the network is counted for one of them.
    notes : tuple of str
        What was taken for a batch, for timesteps or for tokens, and what an option replaced.
    """

    batch: int
    notes: tuple[str, ...]


def batch_axis(graph: Any, name: str) -> int:
    """Axis of the samples of an input: the second where a recurrent cell reads time first, which is its standard."""
    for node in graph.node:
        if node.op_type in CELLS and node.input and node.input[0] == name:
            return int(not any(one.name == "layout" and one.i for one in node.attribute))
    return 0


def fix_inputs(graph: Any, options: ImportOptions) -> FixedInputs:
    """Give all open axes of the inputs an extent, in place.

    Raises
    ------
    NetworkImportError
        If an axis stays open, or if an option fits no input.
    """
    stored = {tensor.name for tensor in graph.initializer}
    inputs = [_Input(one, batch_axis(graph, one.name)) for one in graph.input if one.name not in stored]
    notes: list[str] = []
    named = _fix_axes(inputs, options)
    _fix_shapes(inputs, options, notes)
    _open_batches(inputs, notes)
    still = [one for one in inputs if one.open]
    if still:
        axes: dict[str, list[str]] = {}
        for one in still:
            for index in one.open:
                axes.setdefault(one.axis(index), []).append(one.shown)
        listed = ", ".join(f"{name} of {' and '.join(shown[:3])}" for name, shown in list(axes.items())[:8])
        first, example = still[0], next(iter(axes))
        sizes = ",".join("16" if dim.dim_value <= 0 else str(dim.dim_value) for dim in first.dims[1:])
        raise NetworkImportError(
            f"open axes: {listed}; import it with an extent of each, such as --axis {example}=16, or the shape of one "
            f"sample, such as --input-shape {sizes}"
        )
    batch = _batch(inputs[0], options, named, notes) if inputs else 1
    return FixedInputs(batch, tuple(notes))


class _Input:
    """An input of a graph and its axes."""

    def __init__(self, proto: Any, batch: int) -> None:
        self.name: str = proto.name
        self.dims: Sequence[Any] = proto.type.tensor_type.shape.dim
        self.batch = batch

    @property
    def shown(self) -> str:
        """The input with its shape, for messages."""
        extents = " x ".join(
            str(dim.dim_value) if dim.dim_value > 0 else self.word(index)[:30] or "?"
            for index, dim in enumerate(self.dims)
        )
        return f"{self.name[:60]!r} ({extents or 'a single number'})"

    @property
    def open(self) -> list[int]:
        """Axes without an extent."""
        return [index for index, dim in enumerate(self.dims) if dim.dim_value <= 0]

    def axis(self, index: int) -> str:
        """Name of an axis: as in the file, or the input and the number of the axis."""
        return self.word(index)[:60] or f"{self.name[:60]}.{index}"

    def word(self, index: int) -> str:
        """Name of an axis in the file, if it has one."""
        word: str = self.dims[index].dim_param
        return "" if word == "?" else word


def _fix_axes(inputs: list[_Input], options: ImportOptions) -> set[tuple[str, int]]:
    """Give the axes that the options name their extents; returns which those are."""
    fixed: set[tuple[str, int]] = set()
    open_ = [(one, index) for one in inputs for index in one.open]
    for name, extent in options.axes.items():
        places = [(one, index) for one, index in open_ if (name in {one.word(index), f"{one.name}.{index}"})]
        if not places:
            known = list(dict.fromkeys(one.axis(index) for one, index in open_))
            listed = f"; open axes: {', '.join(known)}" if known else "; no axis of the file is open"
            raise NetworkImportError(
                f"--axis {name[:60]}={extent}: no open axis has this name{listed}{did_you_mean(name, known)}"
            )
        for one, index in places:
            one.dims[index].dim_value = extent
            fixed.add((one.name, index))
    return fixed


def _fix_shapes(inputs: list[_Input], options: ImportOptions, notes: list[str]) -> None:
    by_name = {one.name: one for one in inputs}
    for name, given in options.input_shapes.items():
        if name not in by_name:
            raise NetworkImportError(
                f"--input-shape {name[:60]}: the file has no such input{did_you_mean(name, by_name)}"
            )
        if not _reshape(by_name[name], given, notes):
            raise NetworkImportError(
                f"--input-shape {name[:60]}={_listed(given)} has {len(given)} extents and does not fit "
                f"{by_name[name].shown}; give all of them, or all but that of the batch"
            )
    if options.input_shape is None:
        return
    shape = options.input_shape
    rest = [one for one in inputs if one.name not in options.input_shapes]
    wanted = rest if len(rest) == 1 else [one for one in rest if set(one.open) - {one.batch}]
    fits = [_reshape(one, shape, notes) for one in wanted]
    if not any(fits):
        raise NetworkImportError(
            f"--input-shape {_listed(shape)} fits no input: {', '.join(one.shown for one in inputs)}; give the shape "
            "of one sample of each, such as --input-shape NAME=16"
        )


def _listed(shape: Shape) -> str:
    return ",".join(map(str, shape))


def _reshape(one: _Input, shape: Shape, notes: list[str]) -> bool:
    """Give an input a shape with or without its batch; False if neither has as many axes."""
    places = list(range(len(one.dims)))
    if len(shape) == len(places) - 1:
        places.remove(one.batch)
    elif len(shape) != len(places):
        return False
    before = one.shown
    replaced = any(
        one.dims[place].dim_value > 0 and one.dims[place].dim_value != extent
        for place, extent in zip(places, shape, strict=True)
    )
    for place, extent in zip(places, shape, strict=True):
        one.dims[place].dim_value = extent
    if replaced:
        notes.append(f"--input-shape {_listed(shape)} replaces the fixed shape of {before}.")
    return True


def _open_batches(inputs: list[_Input], notes: list[str]) -> None:
    """An open axis of the samples becomes one."""
    names = {one.word(one.batch) for one in inputs if one.batch in one.open} - {""}
    for number, one in enumerate(inputs):
        left = one.open
        for index in left:
            word = one.word(index)
            alone = number > 0 and len(left) == 1 and not word
            if index != one.batch and word not in names and word.lower() not in _BATCHES and not alone:
                continue
            if number == 0:
                where = "first" if index == 0 else "second" if index == 1 else "last"
                notes.append(
                    f"The {where} axis of {one.shown}, which the file leaves open, is taken for the batch: one "
                    "sample is counted."
                )
            one.dims[index].dim_value = 1


def _batch(one: _Input, options: ImportOptions, named: set[tuple[str, int]], notes: list[str]) -> int:
    """Samples that a file with fixed shapes computes together."""
    extent = one.dims[one.batch].dim_value if len(one.dims) > one.batch else 1
    where = "first" if one.batch == 0 else "second"
    if options.batch is not None:
        if options.batch not in {1, extent}:
            raise NetworkImportError(
                f"--batch {options.batch}: the {where} extent of {one.shown} is {extent}; give {extent} or 1"
            )
        return options.batch
    if extent <= 1:
        return 1
    if (one.name, one.batch) in named or (len(one.dims) <= 2 and one.batch == 0):
        notes.append(
            f"{extent}, the {where} extent of {one.shown}, is taken for positions (tokens or timesteps) of one sample: "
            f"all are counted. If it is a batch, give --batch {extent}."
        )
        return 1
    notes.append(
        f"{extent}, the {where} extent of {one.shown}, is taken for the batch: one sample is counted. If it is not, "
        "give --batch 1."
    )
    return int(extent)


_FIRST_STATE = 2
"""Inputs of a loop before its states: how often it runs, and whether it begins."""
_OF_STANDARD = {"gru": "GRU", "lstm": "LSTM", "simple": "RNN"}


@frozen_dataclass
class _Cell:
    """A cell in the body of a loop: what it reads step by step, and its stored matrices."""

    kind: str
    sequence: str
    weights: str
    recurrent: str
    inputs: int
    hidden: int


def cells_of_loops(model: Any) -> list[str]:
    """Put a recurrent cell in the place of each loop that is one, in place; returns what was replaced.

    Such a loop multiplies its part of a sequence by one stored matrix and its own state by another, and passes
    on both matrices as they are.
    """
    graph = model.graph
    stored = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    notes, nodes = [], []
    for node in graph.node:
        cell = _cell(node, stored) if node.op_type == "Loop" else None
        if cell is None:
            nodes.append(node)
            continue
        nodes += _replacement(graph, node, cell)
        notes.append(
            f"Loop {node.name[:60]!r} is counted as a recurrent cell ({cell.kind}) without what it masks out."
        )
    if notes:
        copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
        del graph.node[:]
        graph.node.extend(copies)
    return notes


def _cell(node: Any, stored: Mapping[str, tuple[int, ...]]) -> _Cell | None:
    """The cell in the body of a loop; None for another loop."""
    body = next((one.g for one in node.attribute if one.name == "body"), None)
    if body is None or len(body.input) < _FIRST_STATE:
        return None
    # a state of the loop is the same in all steps where its output is its input
    states = [one.name for one in body.input[_FIRST_STATE:]]
    outs = [one.name for one in body.output[1 : len(states) + 1]]
    outer = dict(zip(states, node.input[_FIRST_STATE:], strict=False))
    kept = {name: outer[name] for name, out in zip(states, outs, strict=False) if name == out}
    products = [one for one in body.node if one.op_type == "MatMul"]
    taken = {one.output[0]: one for one in body.node if one.op_type == "Gather"}
    dims = [stored.get(kept.get(one.input[1], one.input[1]), ()) for one in products]
    if len(products) != 2 or any(len(one) != 2 for one in dims):
        return None
    read = [place for place, one in enumerate(products) if one.input[0] in taken]
    own = [place for place, one in enumerate(products) if one.input[0] in set(states) - set(kept)]
    if len(read) != 1 or len(own) != 1:
        return None
    (inputs, wide), (hidden, also) = dims[read[0]], dims[own[0]]
    kind = next((name for name, gates in GATES.items() if gates * hidden == wide), None)
    if kind is None or wide != also:
        return None
    first, second = (kept.get(products[one[0]].input[1], products[one[0]].input[1]) for one in (read, own))
    sequence = taken[products[read[0]].input[0]].input[0]
    return _Cell(kind, kept.get(sequence, sequence), first, second, inputs, hidden)


def _replacement(graph: Any, node: Any, cell: _Cell) -> list[Any]:
    """Nodes that put out what a loop does: all states, the last ones, and what it passes on."""
    from onnx import helper  # noqa: PLC0415 - an extra

    base = node.name or node.output[0]

    def shape(name: str, *extents: int) -> str:
        full = f"{base}/{name}_shape"
        graph.initializer.append(helper.make_tensor(full, 7, [len(extents)], extents))
        return full

    found = []
    for name, matrix, columns in (
        ("weights", cell.weights, cell.inputs),
        ("recurrent", cell.recurrent, cell.hidden),
    ):
        turned = f"{base}/{name}_turned"
        found += [
            helper.make_node("Transpose", [matrix], [turned], perm=[1, 0]),
            helper.make_node(
                "Reshape",
                [turned, shape(name, 1, GATES[cell.kind] * cell.hidden, columns)],
                [f"{base}/{name}"],
            ),
        ]
    outs = [f"{base}/{name}" for name in ("all", "last", "state")]
    found.append(
        helper.make_node(
            _OF_STANDARD[cell.kind], [cell.sequence, f"{base}/weights", f"{base}/recurrent"],
            outs[: 3 if cell.kind == "lstm" else 2], name=base, hidden_size=cell.hidden,
        )
    )  # fmt: skip
    body = next(one.g for one in node.attribute if one.name == "body")
    given = node.input[_FIRST_STATE:]
    last = [outs[1], *([outs[2]] if cell.kind == "lstm" else [])]
    for place, name in enumerate(node.output):
        if not name:
            continue
        if place >= len(given):  # of all steps
            found.append(
                helper.make_node("Reshape", [outs[0], shape(f"out{place}", 0, -1, cell.hidden)], [name])
            )
        elif body.input[_FIRST_STATE + place].name == body.output[1 + place].name or not last:
            found.append(helper.make_node("Identity", [given[place]], [name]))
        elif _extent(body.input[_FIRST_STATE + place]) == cell.hidden:
            found.append(
                helper.make_node(
                    "Reshape", [last.pop(0), shape(f"out{place}", -1, cell.hidden)], [name]
                )
            )  # fmt: skip
        else:
            found.append(helper.make_node("Identity", [given[place]], [name]))
    return found


def _extent(info: Any) -> int:
    """The last extent of a tensor; zero where it is not stated."""
    dims = info.type.tensor_type.shape.dim
    return int(dims[-1].dim_value) if dims else 0


_MOST_ROUNDS = 64
"""Branches within each other."""
_MOST_KEPT = 64
"""Elements of a tensor that may decide on a branch."""


def choose_branches(model: Any, options: ImportOptions) -> list[str]:
    """Put the nodes of a branch in the place of each `If` whose condition is known or chosen, in place.

    Returns what was chosen by the option.
    """
    notes: dict[str, None] = {}
    for round_ in range(_MOST_ROUNDS):
        graph = model.graph
        if not any(node.op_type == "If" for node in graph.node):
            break
        known = _constants(model, _shapes(model))
        branches = [node for node in graph.node if node.op_type == "If" and node.input]
        decided = {
            node.output[0]: bool(np.all(known[node.input[0]])) for node in branches if node.input[0] in known
        }
        if not decided and options.branch is not None and branches:
            # one at a time: those behind it may follow from the shapes that it puts out
            decided = {branches[0].output[0]: options.branch == "then"}
            name = branches[0].name[:60]
            notes.setdefault(f"--branch {options.branch}: this branch of If {name!r} is counted.")
        nodes: list[Any] = []
        chosen = 0
        for node in graph.node:
            if node.op_type != "If" or not node.output or node.output[0] not in decided:
                nodes.append(node)
                continue
            chosen += 1
            prefix = f"{node.name or 'if'}_{round_}_{chosen}/"
            nodes += _inlined(graph, node, condition=decided[node.output[0]], prefix=prefix)
        if not chosen:
            break
        copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
        del graph.node[:]
        graph.node.extend(copies)
    return list(notes)


def _shapes(model: Any) -> dict[str, tuple[int, ...]]:
    """Shapes that follow from those of the inputs; weights keep their shape only."""
    light = type(model).FromString(model.SerializeToString())
    for tensor in light.graph.initializer:
        if prod(tensor.dims) > _MOST_KEPT:
            for field in (
                "raw_data",
                "float_data",
                "int32_data",
                "int64_data",
                "double_data",
                "external_data",
            ):
                tensor.ClearField(field)
            tensor.ClearField("data_location")
    for out in light.graph.output:
        out.type.tensor_type.ClearField("shape")
    del light.graph.value_info[:]
    found, guessed = inferred(light)
    known, open_ = static_shapes(found), set(guessed)
    for node in light.graph.node:  # what is behind a guess is one too
        if open_ & {*node.input}:
            open_.update(node.output)
    return {name: shape for name, shape in known.items() if name not in open_}


def _constants(model: Any, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """Values of small tensors that follow from stored ones and from shapes alone."""
    from onnx import numpy_helper  # noqa: PLC0415 - an extra

    known: dict[str, Any] = {}
    for tensor in model.graph.initializer:
        if prod(tensor.dims) <= _MOST_KEPT and tensor.data_type in {6, 7, 9} and not tensor.data_location:
            known[tensor.name] = numpy_helper.to_array(tensor)
    for node in model.graph.node:
        value = constant_value(model, node, known, shapes)
        if value is not None and value.size <= _MOST_KEPT:
            known[node.output[0]] = value
    return known


def _inlined(graph: Any, node: Any, *, condition: bool, prefix: str) -> list[Any]:
    """The nodes of a branch, whose inner names get a prefix and whose outputs get those of the node."""
    name = "then_branch" if condition else "else_branch"
    body = next((one.g for one in node.attribute if one.name == name), None)
    if body is None or len(body.output) != len(node.output):
        return [node]
    names = {one.name: prefix + one.name for one in body.initializer}
    names |= {out: prefix + out for inner in body.node for out in inner.output if out}
    aliases = []
    for outer, inner in zip(node.output, (one.name for one in body.output), strict=True):
        if any(inner in one.output for one in body.node) and names[inner].startswith(prefix):
            names[inner] = outer
        else:  # an outer value or a stored one passes through
            alias = type(node)(op_type="Identity", name=f"{prefix}{outer}")
            alias.input.append(names.get(inner, inner))
            alias.output.append(outer)
            aliases.append(alias)
    for tensor in body.initializer:
        graph.initializer.add().CopyFrom(tensor)
        graph.initializer[-1].name = names[tensor.name]
    found = []
    for inner in body.node:
        one = type(node)()
        one.CopyFrom(inner)
        one.name = prefix + (inner.name or inner.op_type)
        _rename(one, names)
        found.append(one)
    return [*found, *aliases]


def _rename(node: Any, names: Mapping[str, str]) -> None:
    """Replace names that a node and its own branches read or write."""
    for names_of in (node.input, node.output):
        for place, name in enumerate(names_of):
            names_of[place] = names.get(name, name)
    for attribute in node.attribute:
        for graph in (attribute.g, *attribute.graphs):
            hidden = {one.name for one in (*graph.initializer, *graph.input)}
            hidden |= {out for inner in graph.node for out in inner.output}
            outer = {name: new for name, new in names.items() if name not in hidden}
            for inner in graph.node:
                _rename(inner, outer)
            for one in graph.output:
                one.name = outer.get(one.name, one.name)
