"""Pictures of a chip: its block diagram, and maps of its area and energy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import words
from neuroest.core.units import formatted, percent
from neuroest.design.build import Part
from neuroest.plotting.style import (
    HEADLINE,
    PAGE,
    STYLE,
    headline,
    matplotlib,
    named,
    new_figure,
    points,
    save_figure,
    styled,
    venue_height,
    venue_width,
)
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import typeset
from neuroest.results.estimate import Estimate
from neuroest.specs.architecture import Level

_FONT = 6.0
_ROW = 0.2
"""Height of a block with its gap, in inches."""
_TITLE = 0.2
_GAP = 0.07
_INDENT = 0.22
"""From the edge of a level to its blocks: the room of the trunk that connects them."""
_WIDEST, _THINNEST = 9.0, 0.4
"""Line widths of all and of none of the energy, in points."""
_ORDER = (
    "input", "cell", "interface", "sample_and_hold", "multiplexer", "merge", "readout", "converter", "synapse_memory",
    "neuron", "state_memory",
)  # fmt: skip
"""Way of a signal through an array: from the rows over the cells to what reads the columns."""
_TONES = {
    "level": "#f2f2f2",
    "compute": "#dbe9f6",
    "neuron": "#f6d8c3",
    "link": "#e3f0dc",
    "block": "#ffffff",
}


@frozen_dataclass
class _Node:
    """A box of the diagram: a level, a block, or a block of a computing level.

    Attributes
    ----------
    title : str
        What is in it.
    kind : str
        Which tone it has.
    energy : float
        Energy of the box alone, in one inference. [J]
    inside : tuple of _Node
        Boxes inside it, from the top down.
    chain : tuple of _Node
        Boxes that a signal passes in sequence.
    """

    title: str
    kind: str
    energy: float
    inside: tuple[_Node, ...] = ()
    chain: tuple[_Node, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it is a level, which has other boxes inside."""
        return self.kind in {"level", "compute"}

    @property
    def head(self) -> float:
        """Height of its title, in inches."""
        return _TITLE if self.holds else _ROW

    @property
    def height(self) -> float:
        """Room that it takes, in inches."""
        if not self.holds:
            return _ROW
        chain = 2.0 * _ROW if self.chain else 0.0
        return _TITLE + chain + sum(node.height for node in self.inside) + _GAP

    @property
    def total(self) -> float:
        """Energy of the box with all of its content. [J]."""
        return self.energy + sum(node.total for node in (*self.inside, *self.chain))


def block_diagram(estimate: Estimate, width: float = PAGE) -> Any:
    """The levels of a chip or of a system of chips with their blocks; a line is as wide as its share of the energy."""
    energies: dict[str, float] = {}
    for row in estimate.breakdown:
        if row.kind in {"dynamic", "static"}:
            energies[row.component] = energies.get(row.component, 0.0) + row.energy_J
    counts = {path: float(np.ravel(n)[0]) for path, n in estimate.evaluation.mapped.counts.items()}
    top = _level(estimate.design.root, energies, counts)
    figure, axes = new_figure(width, top.height + 0.5)
    axes.set_xlim(0.0, width)
    axes.set_ylim(-top.height - 0.02, 0.02)
    axes.axis("off")
    axes.set_aspect("equal")
    _draw(axes, top, (0.02, 0.0), width - 0.06, top.total or 1.0)
    headline(
        axes,
        f"{named(estimate.title).replace(chr(10), '')} on {estimate.network}: "
        f"{typeset(formatted(top.total, 'J'))} an inference; a line is as wide as its share of the energy",
    )
    return figure


@styled
def draw_block_diagram(estimate: Estimate, path: str | Path | None = None) -> Any:
    """The same as a figure of its own, written to a file if a path is given."""
    return save_figure(block_diagram(estimate), path)


def _level(part: Part, energies: Mapping[str, float], counts: Mapping[str, float]) -> _Node:
    """A level with its blocks and the levels inside it; a computing one with the way of a signal through its slots."""
    spec: Any = part.spec
    above = counts.get(part.path.rpartition(".")[0], 1.0)
    number = counts.get(part.path, 1.0) / (above or 1.0)
    many = f" × {number:,.4g}" if number != 1.0 else ""
    slots = [part.parts[name] for name in spec.slots if name in part.parts]
    chain, unchained = _chain(slots, energies)
    blocks = [
        _Node(_title(child), _kind(child), energies.get(child.path, 0.0))
        for child in part.parts.values()
        if not isinstance(child.spec, Level) and child not in slots
    ]
    levels = [
        _level(child, energies, counts) for child in part.parts.values() if isinstance(child.spec, Level)
    ]
    mapper = getattr(spec, "mapper", None)
    title = f"{words(part.name)}{many}" + (f": {words(mapper)}" if mapper else "")
    layers = getattr(spec, "layers", None)
    if layers:
        title += f", layers {', '.join(layers)}"
    return _Node(
        title,
        "compute" if mapper else "level",
        energies.get(part.path, 0.0),
        (*blocks, *unchained, *levels),
        chain,
    )


def _chain(slots: list[Part], energies: Mapping[str, float]) -> tuple[tuple[_Node, ...], tuple[_Node, ...]]:
    """Slots on the way of a signal, those of a read-out among them, and what is next to it."""
    every = [part for slot in slots for part in slot.walk()]
    on_the_way = sorted(
        (part for part in every if part.name in _ORDER and (part.name != "readout" or not part.parts)),
        key=lambda part: _ORDER.index(part.name),
    ) or slots  # fmt: skip
    chain = tuple(_Node(words(part.name), _kind(part), energies.get(part.path, 0.0)) for part in on_the_way)
    others = [part for part in every if part not in on_the_way and energies.get(part.path, 0.0) > 0.0]
    unchained = tuple(_Node(_title(part), "block", energies.get(part.path, 0.0)) for part in others)
    return chain, unchained


def _kind(part: Part) -> str:
    model = str(getattr(part.spec, "model", ""))
    if part.name == "neuron" or model == "digital_lif":
        return "neuron"
    return "link" if hasattr(part.spec, "carries") else "block"


def _title(part: Part) -> str:
    spec: Any = part.spec
    about = [words(str(spec.model))]
    device = getattr(spec, "device", None)
    if device is not None:
        about.append(str(device))
    stores = getattr(spec, "stores", None) or getattr(spec, "carries", None)
    if stores:
        about.append(", ".join(map(words, stores)))
    return f"{words(part.name)}: {'; '.join(about)}"


def _draw(axes: Any, node: _Node, corner: tuple[float, float], width: float, whole: float) -> None:
    """A box with its title and energy, and all inside it; `corner` is its upper left."""
    x, y = corner
    top, bottom = (0.0, _GAP) if node.holds else (0.02, 0.02)
    _box(axes, (x, y - top), width, node.height - top - bottom, _TONES[node.kind])
    at, weight = y - node.head / 2, "bold" if node.holds else "normal"
    axes.text(
        x + 0.05, at, _fitted(node.title, width - 1.1), va="center", fontsize=points(_FONT), weight=weight
    )
    axes.text(
        x + width - 0.05, at, _amount(node.total, whole), ha="right", va="center", fontsize=points(_FONT)
    )
    down = y - node.head
    if node.chain:
        _draw_chain(axes, node.chain, (x + _INDENT, down), width - _INDENT - 0.08, whole)
        down -= 2.0 * _ROW
    trunk = x + _INDENT / 2
    first = down
    for child in node.inside:
        middle = down - child.head / 2
        _join(axes, (trunk, x + _INDENT), middle, child.total / whole)
        _draw(axes, child, (x + _INDENT, down), width - _INDENT - 0.08, whole)
        axes.plot([trunk, trunk], [first, middle], color="black", lw=_THINNEST)
        down -= child.height


def _join(axes: Any, ends: tuple[float, float], height: float, share: float) -> None:
    axes.plot(ends, (height, height), color="black", lw=_width(share), solid_capstyle="butt")


def _width(share: float) -> float:
    """Width of a line in points, in proportion to a share of the energy, none thinner than can be seen."""
    return max(_WIDEST * share, _THINNEST)


def _draw_chain(
    axes: Any, chain: tuple[_Node, ...], corner: tuple[float, float], width: float, whole: float
) -> None:
    """Boxes side by side, joined by lines as wide as the energy of what they lead to."""
    x, y = corner
    between = 0.18 * width / len(chain)
    box = (width - between * (len(chain) - 1)) / len(chain)
    each = box + between
    for index, node in enumerate(chain):
        left, middle = x + index * each, y - _ROW
        if index:
            start = x + (index - 1) * each + box
            _join(axes, (start, left), middle, node.energy / whole)
        _box(axes, (left, y - 0.03), box, 2.0 * _ROW - 0.06, _TONES[node.kind])
        value = _amount(node.energy, whole)
        text = f"{_fitted(node.title, box)}\n{_fitted(value, box)}"
        axes.text(left + box / 2, middle, text, ha="center", va="center", fontsize=points(_FONT - 0.5))


def _amount(energy: float, whole: float) -> str:
    """Energy of a box and its share of the whole."""
    return f"{typeset(formatted(energy, 'J'))}, {percent(energy / whole)}" if energy > 0.0 else "no energy"


def _fitted(text: str, width: float) -> str:
    """A text shortened to the width of a box in inches."""
    room = max(int(width * 72.0 / (points(_FONT) * 0.56)), 4)
    return text if len(text) <= room else text[: room - 3].rstrip(" ,;:") + "..."


def _box(axes: Any, corner: tuple[float, float], width: float, height: float, tone: str) -> None:
    x, y = corner
    axes.add_patch(
        matplotlib("patches").Rectangle(
            (x, y - height), width, height, facecolor=tone, edgecolor="black", linewidth=0.5
        )
    )


# --- Maps of area and energy ---------------------------------------------------------------------------------------

Box = tuple[float, float, float, float]

_GREYS = ("#dddddd", "#bbbbbb", "#eeeeee", "#cccccc")
_LETTER = 0.62
"""Mean width of a letter over the size of the font."""
_EDGES = 1.5
"""Letters that stay free next to a label, since a browser may take a wider font."""
_MARGIN, _MAP_TITLE, _LINE = 0.08, 0.24, 0.13
"""Inches around the map, for the title above it, and for a line of the key below it."""
_KEY_COLUMNS = 2
_SHELLS = "around the chips"


@frozen_dataclass
class Rectangle:
    """A rectangle: its name, the path that says which group it belongs to, and its size in SI."""

    name: str
    path: str
    value: float

    @property
    def group(self) -> str:
        """The enclosing rectangle."""
        return self.path.rpartition(".")[0]


def area_map_figure(view: View, width: float) -> Any:
    """A treemap of the chip: sizes to scale, levels inside the chip and blocks inside those, positions arbitrary."""
    return _treemap(view, width, _parts(view, "area"), "m^2")


def energy_map_figure(view: View, width: float) -> Any:
    """A treemap of the energy of an inference: what shells around the chips add, then levels, then blocks."""
    around = []
    for inner, outer in pairwise(view.estimate.shells):
        added = outer.energy_per_inference_J - inner.energy_per_inference_J
        if added > 0.0:
            name = outer.shell.rpartition(".")[2]
            around.append(Rectangle(name, f"{_SHELLS}.{name}", added))
    return _treemap(view, width, (*_parts(view, "energy"), *around), "J")


def _parts(view: View, quantity: str) -> Sequence[Rectangle]:
    found = view.breakdown(quantity, "component")
    return [Rectangle(item.name, item.path, item.value) for item in found.slices] if found else []


def _treemap(view: View, width: float, parts: Sequence[Rectangle], unit: str) -> Any:
    groups: dict[str, list[Rectangle]] = {}
    for item in sorted(parts, key=lambda part: -part.value):
        groups.setdefault(item.group, []).append(item)
    order = sorted(groups, key=lambda name: -sum(s.value for s in groups[name]))
    boxes = squarified([sum(s.value for s in groups[name]) for name in order])
    width = venue_width(width)
    side, line = width - 2.0 * _MARGIN, venue_height(_LINE)
    drawn: list[tuple[Rectangle, Box]] = []
    for name, outer in zip(order, boxes, strict=True):
        inner = squarified([s.value for s in groups[name]])
        drawn += [
            (item, (outer[0] + x * outer[2], outer[1] + y * outer[3], w * outer[2], h * outer[3]))
            for item, (x, y, w, h) in zip(groups[name], inner, strict=True)
        ]
    key = _key([(item, box) for item, box in drawn if not _label(item, box, side, unit)], side, unit)
    below = line * (1 - (-len(key) // _KEY_COLUMNS)) + _MARGIN
    height = _MAP_TITLE + side + below
    figure = matplotlib("figure").Figure(figsize=(width, height))
    axes = figure.add_axes((_MARGIN / width, below / height, side / width, side / height))
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
    axes.axis("off")
    for item, box in drawn:
        _block(axes, item, box, _label(item, box, side, unit) or key.get(item.path, ("", ""))[0])
    for outer in boxes if len(groups) > 1 else ():
        _rectangle(axes, outer, facecolor="none", edgecolor="black", linewidth=1.4, clip_on=False)
    total = typeset(formatted(sum(part.value for part in parts), unit))
    title = f"{named(view.label).replace(chr(10), '')}, nominal {total}"
    about = "treemap: sizes to scale, positions arbitrary"
    figure.text(
        1.0 - _MARGIN / width,
        (below - 0.1) / height,
        about,
        fontsize=points(_FONT),
        ha="right",
        style="italic",
    )
    figure.text(
        _MARGIN / width, 1.0 - 0.16 / height, title, fontsize=points(STYLE["axes.titlesize"]), gid=HEADLINE
    )
    for place, (number, text) in enumerate(key.values()):
        column, row = place % _KEY_COLUMNS, place // _KEY_COLUMNS
        spot = (_MARGIN / width + column / _KEY_COLUMNS, (below - line * (row + 1.9)) / height)
        figure.text(*spot, f"{number or '-'}  {text}", fontsize=points(_FONT))
    return figure


def _words_of(item: Rectangle, unit: str) -> tuple[str, str]:
    return words(item.name), typeset(formatted(item.value, unit))


def _label(item: Rectangle, box: Box, side: float, unit: str) -> str:
    """Name and value of a block in lines that fit into it; nothing where none do."""
    name, value = _words_of(item, unit)
    width, height = box[2] * side * 72.0, box[3] * side * 72.0
    for lines in ([name, value], [*name.split(" ", 1), value]):
        if width > _LETTER * points(_FONT) * (max(map(len, lines)) + _EDGES) and height > 1.35 * points(
            _FONT
        ) * len(lines):
            return "\n".join(lines)
    return ""


def _key(blocks: Sequence[tuple[Rectangle, Box]], side: float, unit: str) -> dict[str, tuple[str, str]]:
    """Number and words of each block without a label by its path; no number where there is no room for one."""
    key = {}
    number = 0
    for item, box in blocks:
        room = min(box[2], box[3]) * side * 72.0 > 1.3 * points(_FONT)
        number += room
        key[item.path] = (str(number) if room else "", ", ".join(_words_of(item, unit)))
    return key


def _block(axes: Any, item: Rectangle, box: Box, text: str) -> None:
    x, y, w, h = box
    white = item.name.endswith("white_space")
    tone = "#ffffff" if white else _GREYS[sum(map(ord, item.name)) % len(_GREYS)]
    _rectangle(axes, box, facecolor=tone, edgecolor="black", linewidth=0.5, hatch="//" if white else "")
    backing = {"facecolor": tone, "edgecolor": "none", "pad": 0.6} if white else None
    axes.text(x + w / 2, y + h / 2, text, ha="center", va="center", fontsize=points(_FONT), bbox=backing)


def _rectangle(axes: Any, box: Box, **options: Any) -> None:
    x, y, w, h = box
    axes.add_patch(matplotlib("patches").Rectangle((x, y), w, h, **options))


def squarified(values: Sequence[float]) -> list[Box]:
    """Rectangles (left, bottom, width, height) in the unit square, near to squares, for values in falling order.

    Examples
    --------
    >>> squarified([2.0, 1.0, 1.0])
    [(0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5)]
    """
    total = sum(values)
    left = [value / total for value in values] if total > 0.0 else []
    placed: list[Box] = []
    x, y, w, h = 0.0, 0.0, 1.0, 1.0
    while left:
        side = min(w, h)
        count, worst = 0, math.inf
        while count < len(left):
            row = left[: count + 1]
            if sum(row) <= 0.0:
                break
            depth = sum(row) / side
            now = max(max(depth / (v / depth), (v / depth) / depth) if v > 0.0 else worst for v in row)
            if now > worst:
                break
            count, worst = count + 1, now
        count = max(count, 1)
        row = left[:count]
        depth = sum(row) / side if side else 0.0
        spot = 0.0
        for value in row:
            length = value / depth if depth else 0.0
            placed.append((x, y + spot, depth, length) if w >= h else (x + spot, y, length, depth))
            spot += length
        x, y, w, h = (x + depth, y, w - depth, h) if w >= h else (x, y + depth, w, h - depth)
        left = left[count:]
    return placed
