"""Branches of ONNX graphs: an `If` on a constant is replaced by the branch that runs, before anything else is read."""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from neuroest.workloads.importers.network import ImportOptions
from neuroest.workloads.importers.onnx_shapes import constant_value, inferred, static_shapes

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
