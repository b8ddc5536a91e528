"""The chip to scale, divided among its levels and blocks in proportion to area."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from neuroest.plotting.style import line, matplotlib, named, new_figure
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import formatted, typeset, words

Box = tuple[float, float, float, float]

_TONES = ("#dddddd", "#bbbbbb", "#eeeeee", "#cccccc")
_FONT = 6.0
_LETTER = 0.64
"""Mean width of a letter over the size of the font."""
_SQUARE = 0.72
"""Side of the chip over the width of the figure, about."""


def area_map_figure(view: View, width: float) -> Any:
    """The chip as a square to scale, levels inside it, blocks inside those; where they stand is not meant."""
    found = view.breakdown("area", "component")
    slices = found.slices if found else ()
    side = math.sqrt(view.estimate.totals["area_m2"] or 1.0)
    groups: dict[str, list[Any]] = {}
    for item in slices:
        groups.setdefault(item.path.rpartition(".")[0], []).append(item)
    order = sorted(groups, key=lambda name: -sum(s.value for s in groups[name]))
    boxes = squarified([sum(s.value for s in groups[name]) for name in order])
    plot = width * _SQUARE
    small: list[str] = []
    figure, axes = new_figure(width, width)
    for name, outer in zip(order, boxes, strict=True):
        inner = squarified([s.value for s in groups[name]])
        for item, (x, y, w, h) in zip(groups[name], inner, strict=True):
            box = (outer[0] + x * outer[2], outer[1] + y * outer[3], w * outer[2], h * outer[3])
            _block(axes, item, box, plot, small)
        if len(groups) > 1:
            _rectangle(axes, outer, facecolor="none", edgecolor="black", linewidth=1.4)
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.01)
    axes.set_aspect("equal")
    ticks = _round_ticks(side)
    axes.set_xticks([t / side for t in ticks], [typeset(formatted(t, "m")) if t else "0" for t in ticks])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"side of a square chip; thick lines: levels{', numbers: blocks below' if small else ''}")
    if small:
        handles = [line(ls="", label=text) for text in small]
        figure.legend(
            handles=handles,
            loc="outside lower center",
            ncols=2,
            handlelength=0,
            handletextpad=0,
        )
    axes.set_title(
        f"{named(view.architecture).replace(chr(10), '')}, {typeset(formatted(side * side, 'm^2'))}"
    )
    return figure


def _block(axes: Any, item: Any, box: Box, plot: float, small: list[str]) -> None:
    x, y, w, h = box
    white = item.name.endswith("white_space")
    tone = "#ffffff" if white else _TONES[sum(map(ord, item.name)) % len(_TONES)]
    _rectangle(axes, box, facecolor=tone, edgecolor="black", linewidth=0.5, hatch="//" if white else "")
    value = typeset(formatted(item.value, "m^2"))
    about = [words(item.name), value]
    width, height = w * plot * 72.0, h * plot * 72.0
    wide = [line_.replace(" ", "\n", 1) for line_ in about[:1]] + [value]
    backing = {"facecolor": tone, "edgecolor": "none", "pad": 0.8}
    for lines in (about, [*wide[0].split("\n"), value]):
        if width > _LETTER * _FONT * max(map(len, lines)) and height > 1.35 * _FONT * len(lines):
            place = (x + w / 2, y + h / 2)
            axes.text(*place, "\n".join(lines), ha="center", va="center", fontsize=_FONT, bbox=backing)
            return
    small.append(f"{len(small) + 1} {words(item.name)}, {value}")
    if min(width, height) > 1.3 * _FONT:
        place = (x + w / 2, y + h / 2)
        axes.text(*place, str(len(small)), ha="center", va="center", fontsize=_FONT, bbox=backing)


def _rectangle(axes: Any, box: Box, **options: Any) -> None:
    x, y, w, h = box
    axes.add_patch(matplotlib("patches").Rectangle((x, y), w, h, **options))


def _round_ticks(side: float) -> list[float]:
    """Zero and a few round lengths along a side."""
    step = 10.0 ** math.floor(math.log10(side / 2.0))
    step *= max(m for m in (1.0, 2.0, 5.0) if m * step <= side / 2.0)
    return [i * step for i in range(int(side / step + 1e-9) + 1)]


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
