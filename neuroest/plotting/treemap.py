"""Treemaps of the area of a chip, and of the energy from the wall to the cell."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import words
from neuroest.plotting.style import HEADLINE, STYLE, matplotlib, named, points, venue_height, venue_width
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import formatted, typeset

Box = tuple[float, float, float, float]

_TONES = ("#dddddd", "#bbbbbb", "#eeeeee", "#cccccc")
_FONT = 6.0
_LETTER = 0.62
"""Mean width of a letter over the size of the font."""
_EDGES = 1.5
"""Letters that stay free next to a label, since a browser may take a wider font."""
_MARGIN, _TITLE, _LINE = 0.08, 0.24, 0.13
"""Inches around the map, for the title above it, and for a line of the key below it."""
_KEY_COLUMNS = 2
_SHELLS = "around the chips"


@frozen_dataclass
class Part:
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
    return _treemap(view, width, (*_parts(view, "energy"), *_around(view)), "J")


def _parts(view: View, quantity: str) -> Sequence[Part]:
    found = view.breakdown(quantity, "component")
    return [Part(item.name, item.path, item.value) for item in found.slices] if found else []


def _around(view: View) -> Iterator[Part]:
    """Energy of each shell without its content."""
    for inner, outer in pairwise(view.estimate.shells):
        added = outer.energy_per_inference_J - inner.energy_per_inference_J
        if added > 0.0:
            name = outer.shell.rpartition(".")[2]
            yield Part(name, f"{_SHELLS}.{name}", added)


def _treemap(view: View, width: float, parts: Sequence[Part], unit: str) -> Any:
    groups: dict[str, list[Part]] = {}
    for item in sorted(parts, key=lambda part: -part.value):
        groups.setdefault(item.group, []).append(item)
    order = sorted(groups, key=lambda name: -sum(s.value for s in groups[name]))
    boxes = squarified([sum(s.value for s in groups[name]) for name in order])
    width = venue_width(width)
    side, line = width - 2.0 * _MARGIN, venue_height(_LINE)
    drawn: list[tuple[Part, Box]] = []
    for name, outer in zip(order, boxes, strict=True):
        inner = squarified([s.value for s in groups[name]])
        drawn += [
            (item, (outer[0] + x * outer[2], outer[1] + y * outer[3], w * outer[2], h * outer[3]))
            for item, (x, y, w, h) in zip(groups[name], inner, strict=True)
        ]
    key = _key([(item, box) for item, box in drawn if not _label(item, box, side, unit)], side, unit)
    below = line * (1 - (-len(key) // _KEY_COLUMNS)) + _MARGIN
    height = _TITLE + side + below
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


def _words_of(item: Part, unit: str) -> tuple[str, str]:
    return words(item.name), typeset(formatted(item.value, unit))


def _label(item: Part, box: Box, side: float, unit: str) -> str:
    """Name and value of a block in lines that fit into it; nothing where none do."""
    name, value = _words_of(item, unit)
    width, height = box[2] * side * 72.0, box[3] * side * 72.0
    for lines in ([name, value], [*name.split(" ", 1), value]):
        if width > _LETTER * points(_FONT) * (max(map(len, lines)) + _EDGES) and height > 1.35 * points(
            _FONT
        ) * len(lines):
            return "\n".join(lines)
    return ""


def _key(blocks: Sequence[tuple[Part, Box]], side: float, unit: str) -> dict[str, tuple[str, str]]:
    """Number and words of each block without a label by its path; no number where there is no room for one."""
    key = {}
    number = 0
    for item, box in blocks:
        room = min(box[2], box[3]) * side * 72.0 > 1.3 * points(_FONT)
        number += room
        key[item.path] = (str(number) if room else "", ", ".join(_words_of(item, unit)))
    return key


def _block(axes: Any, item: Part, box: Box, text: str) -> None:
    x, y, w, h = box
    white = item.name.endswith("white_space")
    tone = "#ffffff" if white else _TONES[sum(map(ord, item.name)) % len(_TONES)]
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
