"""Check a figure as the production office of a journal would: what is unreadable, and where.

`faults` takes a figure of matplotlib. `watched` collects the faults of every figure that is written inside it, so that
the gallery and a test can check the figures of any command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import combinations
from typing import Any
from unittest.mock import patch

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from neuroest.core import files
from neuroest.plotting import style
from neuroest.plotting.style import shown_by

LEAST_FONT = 4.5
"""Points of the smallest text of a figure for no venue, the digits in the cells of maps."""
LEAST_CONTRAST_TEXT, LEAST_CONTRAST_MARK = 4.5, 2.2
"""Ratios of luminance to the background: of text by WCAG 2.2 (1.4.3); of a mark at least that of its palest colour."""
LEAST_TICKS = 2
_SLACK = 0.6
"""Points by which boxes may overlap, since a box is a little larger than its letters."""


def faults(figure: Any) -> list[str]:
    """What is wrong with a figure; empty for one that a journal takes."""
    figure.draw_without_rendering()
    return [
        *_labels(figure), *_ticks(figure), *_sizes(figure), *_contrasts(figure), *_legends(figure), *_fonts(figure),
    ]  # fmt: skip


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect the faults of every figure that is written."""
    collected: list[str] = []
    write = files.figure_bytes

    def checked(figure: Any, suffix: str) -> bytes:
        collected.extend(fault for fault in faults(figure) if fault not in collected)
        return write(figure, suffix)

    with patch.object(files, "figure_bytes", checked), patch.object(style, "figure_bytes", checked):
        yield collected


def texts(figure: Any) -> list[Text]:
    """Every text that can be seen."""
    axes_off = {
        id(text)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        if not (axes.axison and axes.get_visible() and axis.get_visible())
        for text in axis.findobj(Text)
    }
    outside = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.majorTicks, *axis.minorTicks)
        if not _within(axis, tick.get_loc())
        for label in (tick.label1, tick.label2)
    }
    return [
        text
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and id(text) not in axes_off | outside
    ]


def _within(axis: Any, place: float) -> bool:
    low, high = sorted(axis.get_view_interval())
    margin = 1e-9 * (high - low)
    return bool(low - margin <= place <= high + margin)


def _labels(figure: Any) -> Iterator[str]:
    """Labels that leave the figure or lie on one another."""
    slack = _SLACK * figure.dpi / 72.0
    paper = figure.bbox
    boxes = [(text.get_text().replace("\n", " "), text.get_window_extent()) for text in texts(figure)]
    for name, box in boxes:
        if (
            box.x0 < paper.x0 - slack
            or box.y0 < paper.y0 - slack
            or box.x1 > paper.x1 + slack
            or box.y1 > paper.y1 + slack
        ):
            yield f"{name!r} leaves the figure"
    for (name, box), (other_name, other) in combinations(boxes, 2):
        across = min(box.x1, other.x1) - max(box.x0, other.x0)
        up = min(box.y1, other.y1) - max(box.y0, other.y0)
        if across > slack and up > 2.0 * slack:
            yield f"{name!r} and {other_name!r} overlap"


def _ticks(figure: Any) -> Iterator[str]:
    """Axes of quantities without two numbers, or without a name."""
    for axes in figure.axes:
        if not axes.axison or not axes.get_visible():
            continue
        for side, axis in (("horizontal", axes.xaxis), ("vertical", axes.yaxis)):
            shared = not axis.get_tick_params()["labelbottom" if side == "horizontal" else "labelleft"]
            labels = [
                tick.label1.get_text()
                for tick in axis.get_major_ticks()
                if _within(axis, tick.get_loc()) and tick.label1.get_text()
            ]
            named = shown_by(axis) is None and any(
                re.search("[a-z]", label, re.IGNORECASE) for label in labels
            )
            twin = axes.yaxis.get_ticks_position() == "right" and side == "vertical"
            if (shared and not twin) or named or not axis.get_visible():
                continue
            if len(labels) < LEAST_TICKS:
                yield f"a {side} axis has {len(labels)} labelled ticks: {axis.label.get_text()!r}"
            if not axis.label.get_text().strip():
                yield f"a {side} axis with the ticks {', '.join(labels)} has no name"
            if len(set(labels)) < len(labels):
                yield f"a {side} axis repeats a number: {', '.join(labels)}"


def _sizes(figure: Any) -> Iterator[str]:
    for text in texts(figure):
        if text.get_fontsize() < style.points(LEAST_FONT):
            yield f"{text.get_text()!r} is set in {text.get_fontsize():g} points"


def _contrasts(figure: Any) -> Iterator[str]:
    for text in texts(figure):
        box = text.get_bbox_patch()
        ground = box.get_facecolor()[:3] if box is not None else (1.0, 1.0, 1.0)
        if contrast(text.get_color(), ground) < LEAST_CONTRAST_TEXT:
            yield f"{text.get_text()!r} is too pale"
    for _, label, look in _entries(figure):
        if look[0] is not None and contrast(look[0], (1.0, 1.0, 1.0)) < LEAST_CONTRAST_MARK:
            yield f"the line or marker of {label!r} is too pale"


def contrast(colour: Any, ground: Sequence[float]) -> float:
    """Ratio of the luminances of two colours, from 1 to 21, by WCAG 2.2."""
    light = []
    for one in (colour, ground):
        part = np.array(to_rgb(one))
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        light.append(float(np.array([0.2126, 0.7152, 0.0722]) @ linear))
    return (max(light) + 0.05) / (min(light) + 0.05)


def _entries(figure: Any) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
    """Legend, label and look of every line that is no area; marks that differ by filling are kinds of their own."""
    legends = [axes.get_legend() for axes in figure.axes if axes.get_legend()] + list(figure.legends)
    for place, legend in enumerate(legends):
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            if not hasattr(handle, "get_linestyle") or not hasattr(handle, "get_marker"):
                continue
            drawn = handle.get_linestyle() not in {"None", "", " "} or handle.get_marker() not in {
                "None",
                "",
                " ",
                None,
            }
            if drawn:
                yield place, text.get_text(), (
                    handle.get_color(), str(handle.get_marker()), str(handle.get_linestyle()),
                    str(handle.get_markerfacecolor()), handle.get_linewidth(),
                )  # fmt: skip


def _legends(figure: Any) -> Iterator[str]:
    """Two entries of one legend that look the same."""
    for (place, label, look), (other_place, other_label, other) in combinations(_entries(figure), 2):
        if place == other_place and look == other and label != other_label:
            yield f"{label!r} and {other_label!r} look the same"


def _fonts(figure: Any) -> Iterator[str]:
    """Fonts of a PDF that are outlines of type 3, or none of those that a journal takes."""
    file = BytesIO()
    figure.savefig(file, format="pdf")
    drawn = file.getvalue()
    if b"/Type3" in drawn:
        yield "the PDF has fonts of type 3"
    fonts = {name.decode().split("+")[-1] for name in re.findall(rb"/BaseFont\s*/([\w+-]+)", drawn)}
    allowed = [name.replace(" ", "") for name in (*style.JOURNAL_FONTS, "DejaVu Sans")]
    yield from (f"the PDF has the font {one}" for one in fonts if not one.startswith(tuple(allowed)))
    if fonts and b"/FontFile2" not in drawn:
        yield "the fonts of the PDF are not embedded"
