"""Loops of ONNX graphs that are recurrent cells, as TensorFlow writes them: each becomes the cell of the standard."""

from collections.abc import Mapping
from typing import Any

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.workloads.shapes import GATES

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
