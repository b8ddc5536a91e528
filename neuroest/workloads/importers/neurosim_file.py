"""Network structures of NeuroSim: one line a layer, `NetWork_*.csv`.

A line holds length, width and depth of what the layer reads, length and width of its kernel, its outputs, whether a
pooling follows, and the stride (NeuroSim's `main.cpp`, `getNetStructure`). It names no source: a layer reads the
latest output of the size that its line states, and outputs of one size that no layer has read are added first.
"""

from math import prod
from pathlib import Path

from neuroest.core.errors import Problem, SpecError
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.file_text import decoded, file_content
from neuroest.workloads.importers.building import NetworkBuilder
from neuroest.workloads.importers.files import file_sha256, formatted, reading
from neuroest.workloads.importers.network import OF_SHAPES, ImportedNetwork, ImportOptions, Shape, Value

_COLUMNS = "length, width, depth, kernel length, kernel width, outputs, pooling (0 or 1), stride"
_POOL = (2, 2)
"""Window of the pooling that a line announces; NeuroSim divides what it stores by four (`Chip.cpp`)."""


@frozen_dataclass
class _Line:
    """A layer as the file states it."""

    number: int
    shape: Shape
    kernel: tuple[int, int]
    outputs: int
    pooled: bool
    stride: int


def read_neurosim(path: Path, options: ImportOptions) -> ImportedNetwork:
    """The network of a structure file of NeuroSim.

    Raises
    ------
    SpecError
        With each line that holds anything but eight whole numbers, and one whose input no layer puts out.
    """
    lines = _lines(path)
    with reading(path, "network structure of NeuroSim"):
        options.refuse("a NeuroSim network", *OF_SHAPES, "timesteps", "time_step")
        network = NetworkBuilder(lines[0].shape)
        unread: list[Value] = [network.input]
        every: list[Value] = [network.input]
        for index, line in enumerate(lines):
            value = _source(network, line, unread, every, path)
            following = lines[index + 1] if index + 1 < len(lines) else None
            value = _layer(network, line, value, following)
            unread.append(value)
            every.append(value)
        return network.finished(
            unread, name=path.stem, origin=path.name, format="NeuroSim", sha256=file_sha256(path), coding="dense",
            options=options, excluded=(),
        )  # fmt: skip


def _lines(path: Path) -> list[_Line]:
    file = formatted(path)
    lines, problems = [], []
    for number, text in enumerate(decoded(file_content(path, file), file).splitlines(), 1):
        if not text.strip():
            continue
        cells = [cell.strip() for cell in text.split(",")]
        try:
            numbers = [int(cell) for cell in cells]
        except ValueError:
            numbers = []
        fits = len(numbers) == _COLUMNS.count(",") + 1 and numbers[6] in {0, 1}
        if not fits or min([*numbers[:6], numbers[7]]) < 1:
            problems.append(Problem(file, number, 1, "", f"expected {_COLUMNS}; got {text.strip()[:40]!r}"))
            continue
        length, width, depth, *kernel, outputs, pooled, stride = numbers
        lines.append(
            _Line(number, (depth, length, width), (kernel[0], kernel[1]), outputs, pooled == 1, stride)
        )
    if not lines and not problems:
        problems.append(Problem(file, 0, 0, "", f"contains no layer; a line has {_COLUMNS}"))
    if problems:
        raise SpecError(problems[:20])
    return lines


def _source(
    network: NetworkBuilder, line: _Line, unread: list[Value], every: list[Value], path: Path
) -> Value:
    """What a line reads: all unread outputs of its size, added up, else the latest output of that size."""

    def fits(value: Value) -> bool:
        depth, length, width = line.shape
        return value.map == line.shape or (length == width == 1 and depth == prod(value.shape))

    waiting = [value for value in unread if fits(value)]
    for value in waiting:
        unread.remove(value)
    if len(waiting) > 1:
        shape = waiting[0].shape
        value = network.add(f"line_{line.number}_sum", [network.shaped(one, shape, "sum") for one in waiting])
        every.append(value)
        return value
    known = waiting or [value for value in every if fits(value)]
    if not known:
        sizes = ", ".join(dict.fromkeys("x".join(map(str, value.map)) for value in reversed(every)))
        wanted = "x".join(map(str, line.shape))
        message = (
            f"reads depth x length x width {wanted}, which no layer before it puts out; they put out {sizes}"
        )
        raise SpecError([Problem(formatted(path), line.number, 1, "", message[:300])])
    return known[-1]


def _layer(network: NetworkBuilder, line: _Line, value: Value, following: _Line | None) -> Value:
    name = f"layer_{line.number}"
    depth, length, width = line.shape
    if (length, width) == (1, 1) and line.kernel == (1, 1):
        value = network.linear(name, value, depth, line.outputs)
    else:
        edges = tuple(((extent - 1) // 2, (extent - 1) // 2) for extent in line.kernel)
        padding = (edges[0], edges[1])
        value = network.convolution(
            name, value, line.outputs, line.kernel, (line.stride, line.stride), padding
        )
    if following is not None:
        value = network.activation(f"{name}_rectifier", value, rectifies=True)
    if line.pooled:
        whole = following is not None and following.shape == (line.outputs, 1, 1)
        value = network.pooling(f"{name}_pooling", value, "maximum", None if whole else _POOL, _POOL)
    return value
