"""Shapes of the inputs of an ONNX graph: open axes that the options fix, and which extent is a batch.

Files do not say what their first extent is. What is taken for a batch, for timesteps or for tokens is said.
"""

from collections.abc import Sequence
from typing import Any

from neuroest.core.errors import did_you_mean
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.workloads.importers.network import ImportOptions, NetworkImportError, Shape

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
            f"open axes: {listed}; give each an extent, such as --axis {example}=16, or the shape of one sample, "
            f"such as --input-shape {sizes}"
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

    def is_axis(self, index: int, name: str) -> bool:
        """Whether an option names this axis."""
        return name in {self.word(index), f"{self.name}.{index}"}


def _fix_axes(inputs: list[_Input], options: ImportOptions) -> set[tuple[str, int]]:
    """Give the axes that the options name their extents; returns which those are."""
    fixed: set[tuple[str, int]] = set()
    open_ = [(one, index) for one in inputs for index in one.open]
    for name, extent in options.axes.items():
        places = [(one, index) for one, index in open_ if one.is_axis(index, name)]
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
