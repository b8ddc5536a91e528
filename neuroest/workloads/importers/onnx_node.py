"""A node of an ONNX graph as the handlers of operators see it."""

from collections.abc import Callable
from math import prod
from typing import Any, TypeAlias

from neuroest.workloads.importers.building import NetworkBuilder
from neuroest.workloads.importers.network import NetworkImportError, Shape, Value

Found: TypeAlias = Value | list[Value] | None
DEEPEST = 8
"""Loops and branches within each other."""


class Node:
    """A node of an ONNX graph, with the reader that knows its tensors."""

    def __init__(self, reader: Any, proto: Any) -> None:
        self.reader = reader
        self.builder: NetworkBuilder = reader.builder
        self.proto = proto
        self.operator: str = proto.op_type
        self.domain: str = proto.domain
        self.inputs: list[str] = [*proto.input, *captured(proto)]
        self.places: list[str] = list(proto.output)
        self.outputs: list[str] = [name for name in proto.output if name]
        self.name: str = proto.name or (self.outputs[0] if self.outputs else proto.op_type)
        self.attributes = {one.name: one for one in proto.attribute}

    def ints(self, name: str, default: list[int]) -> list[int]:
        """An attribute that is a list of integers."""
        return list(self.attributes[name].ints) if name in self.attributes else default

    def integer(self, name: str, default: int) -> int:
        """An attribute that is an integer."""
        return int(self.attributes[name].i) if name in self.attributes else default

    def text(self, name: str, default: str) -> str:
        """An attribute that is a text."""
        return self.attributes[name].s.decode("utf-8", "replace") if name in self.attributes else default

    def live(self, index: int) -> Value | None:
        """The value of an input that depends on the network's input."""
        return self.reader.values.get(self.inputs[index]) if index < len(self.inputs) else None

    @property
    def lives(self) -> list[Value]:
        """Values of all inputs that depend on the network's input."""
        return [self.reader.values[name] for name in self.inputs if name in self.reader.values]

    def shape(self, index: int) -> Shape:
        """Shape of an input as ONNX has it."""
        found: Shape = self.reader.shape(self.inputs[index])
        return found

    @property
    def out(self) -> Shape:
        """Shape of the first output as ONNX has it."""
        found: Shape = self.reader.shape(self.outputs[0])
        return found

    @property
    def sample(self) -> Shape:
        """Shape of the first output as a workload has it."""
        found: Shape = self.reader.sample(self.out)
        return found

    def mapped(self) -> Value | None:
        """The first input as channels, rows and columns in the order of ONNX."""
        value = self.live(0)
        if value is None:
            return None
        return self.builder.shaped(value, self.reader.sample(self.shape(0)), self.name)

    def channels_first(self) -> Value | None:
        """The same where an operator may have its channels last; None where it has."""
        return None if self.integer("channels_last", 0) else self.mapped()

    @property
    def batch(self) -> int:
        """Samples that the file computes together."""
        found: int = self.reader.batch
        return found

    def weigh(self, value: Value, index: int) -> Value:
        """Take the statistics and the width of a stored tensor for a layer."""
        base = self.reader.constants.get(self.inputs[index], "")
        if base in self.reader.statistics:
            self.builder.weights[value.layer] = self.reader.statistics[base]
            # directions of a cell share a tensor, not weights
            if self.builder.layers[value.layer].type != "recurrent_cell":
                self.builder.note_user(value, self.inputs[index])
        self.reader.widths.of_layer(value.layer, self.inputs[index], base)
        return value

    def whole(self, value: Value, elements: int | None = None) -> Value:
        """A layer that multiplies, whose output is one sample of what the file computes.

        Raises
        ------
        NetworkImportError
            Where it is not: an extent is a batch for some nodes and positions for others.
        """
        computed = prod(self.out) if elements is None else elements
        if computed != self.batch * prod(value.shape):
            raise NetworkImportError(
                f"{self.name[:60]!r} computes {computed} elements, and {self.batch} x {prod(value.shape)} are counted: "
                f"{self.batch} is a batch for some nodes and positions (tokens or timesteps) for others; give --batch "
                "1 to count all of them"
            )
        return value

    def broadcast(self, values: list[Value]) -> list[Value]:
        """Values, the largest as large as the output, repeated where a stored factor is larger."""
        known = self.reader.shapes.get(self.outputs[0])
        if known is None or any(extent <= 0 for extent in known):
            return values
        largest = max(values, key=lambda value: prod(value.shape))
        if prod(self.sample) <= prod(largest.shape):
            return values
        repeated = self.builder.moved(f"{self.name}_repeated", [largest], self.sample)
        return [repeated if value is largest else value for value in values]


Handler: TypeAlias = Callable[..., Found]


def captured(proto: Any, depth: int = 0) -> list[str]:
    """Names that the bodies of a loop or branch read from outside or inside."""
    graphs = [graph for one in proto.attribute for graph in (one.g, *one.graphs)] if depth <= DEEPEST else []
    return [
        name for graph in graphs for node in graph.node for name in (*node.input, *captured(node, depth + 1))
    ]
