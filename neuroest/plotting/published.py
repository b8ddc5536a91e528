"""Published chips as figures: the scoreboard and surveys."""

import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, TypeAlias

from neuroest.core.errors import NeuroestError
from neuroest.core.text_layout import words
from neuroest.plotting import style
from neuroest.reporting.survey import Row as SurveyRow
from neuroest.reporting.survey import Survey
from neuroest.reporting.validation_coverage import ValidationCoverage
from neuroest.results.estimate import Band
from neuroest.validation.board import Scoreboard, in_si
from neuroest.validation.case_spec import CLASSES
from neuroest.validation.expressions import unit_factor
from neuroest.validation.scoring import Row

_AROUND = (0.5, 2.0)
Style: TypeAlias = tuple[str, str]
"""Marker and colour."""

_SHAPES = {
    "measured_silicon": "opXh",
    "vendor_estimate": "Dd",
    "design_study": "s*",
    "peer_simulator": "^v",
    "measured_device": "PX",
}
"""Shapes of values by what is behind them; the first ones are used up first."""
_COLOURS = 10
_WIDTH = 4.6
_ABOVE = 3.4
_ROW = 0.075
_LEAST, _MOST = 3.0, 12.0
"""Inches: width of a column, height of the panels above, of a row below, least and most height of the panels below."""
_NAMED = 60
"""Rows up to which each has its name next to it; of more only the cases are named, and misses."""
_MARGIN = 1.04
_ROOM = 1.15
"""How far from the edge of a panel the name of a miss still is at its right."""
_TICKS = {
    3.0: (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3, 1.5, 1.75, 2.0),
    100.0: (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0),
}
"""Ticks of ratios by how far an axis may reach for them; one that reaches further has powers of ten."""
_CAPTION = (
    "filled: within the tolerance, hollow: outside; lines: p10 to p90, cut at the edge of the panel; grey: tolerance\n"
    "circles, plusses, crosses: measured silicon, diamonds: estimates of a vendor, squares and stars: design studies, "
    "triangles: simulators"
)


def scoreboard_figure(standing: ValidationCoverage, width: float) -> Any:
    """Left every scored value, predicted against published; right the ratio of the bottom-up values with bands."""
    alike = {(row.case, row.quantity) for row in standing.rows}
    rows = [row for row in standing.record.rows if row.scored and row.predicted > 0.0]
    bottom_up = [row for row in rows if row.quantity_class == "bottom_up"]
    cases = list(dict.fromkeys(row.case for row in bottom_up))
    figure, axes = style.new_figure(
        width, max(2.3, 0.9 + 0.21 * len(cases)), ncols=2, width_ratios=(1.0, 1.15)
    )
    looks: dict[str, tuple[str, str]] = dict(
        zip(CLASSES, zip(style.MARKERS, style.COLOURS, strict=False), strict=False)
    )
    ends = []
    for row in rows:
        published, predicted, _, _ = in_si(row)
        marker, colour = looks[row.quantity_class]
        face = colour if (row.case, row.quantity) in alike else "none"
        axes[0].plot([published], [predicted], marker, ms=3.0, mfc=face, mec=colour, mew=0.6)
        ends += [published]
    span = (min(ends) / 3.0, max(ends) * 3.0)
    axes[0].plot(span, span, color="black", lw=0.6)
    axes[0].fill_between(
        span, [s * _AROUND[0] for s in span], [s * _AROUND[1] for s in span], color="#e8e8e8", lw=0
    )
    style.logarithmic(axes[0].xaxis, "1", "published, in SI units; grey: a factor of two")
    style.logarithmic(axes[0].yaxis, "1", "predicted, in SI units")
    _ratios(axes[1], standing, bottom_up, cases, alike, looks["bottom_up"][1])
    handles = [
        style.line(ls="", marker=m, ms=3.5, color=c, label=words(name)) for name, (m, c) in looks.items()
    ]
    handles.append(
        style.line(ls="", marker="o", ms=3.5, mfc="none", mec="black", label="open: other kind of design")
    )
    style.legend_outside(figure, 4, handles, "upper")
    return figure


def _ratios(
    axes: Any,
    standing: ValidationCoverage,
    rows: Any,
    cases: list[str],
    alike: set[tuple[str, str]],
    colour: str,
) -> None:
    for place, case in enumerate(reversed(cases)):
        own = [row for row in rows if row.case == case]
        for index, row in enumerate(own):
            at = place + 0.7 * ((index + 0.5) / len(own) - 0.5)
            low, high = row.low / row.published, row.high / row.published
            if low > 0.0 and math.isfinite(high):
                axes.plot((low, high), (at, at), color=colour, lw=0.6)
            face = colour if (row.case, row.quantity) in alike else "white"
            axes.plot([row.ratio], [at], style.marker(2), ms=2.4, mfc=face, mec=colour, mew=0.5)
    axes.axvline(1.0, color="black", lw=0.6)
    style.logarithmic(axes.xaxis, "1", "predicted over published, bottom-up")
    found = standing.record.by_case
    axes.set_yticks(
        range(len(cases)),
        [found[c].title + ("" if found[c].is_chip else " (no chip)") for c in reversed(cases)],
    )
    axes.set_ylim(-0.6, len(cases) - 0.4)


def case_styles(board: Scoreboard) -> dict[str, Style]:
    """A pair of marker and colour for each case, the same in all panels: markers show the evidence.

    No two cases share a pair as long as markers and colours suffice, which is for 20 cases of one kind of evidence.
    """
    found: dict[str, Style] = {}
    for place, (case, evidence) in enumerate(dict.fromkeys((row.case, row.evidence) for row in board.rows)):
        shapes = _SHAPES[evidence]
        pairs = [(shape, f"C{(place + step) % _COLOURS}") for shape in shapes for step in range(_COLOURS)]
        found[case] = next((pair for pair in pairs if pair not in found.values()), pairs[0])
    return found


@style.styled
def board_figure(board: Scoreboard) -> Any:
    """A column for each class: above predicted against published, below their ratios.

    Raises
    ------
    NeuroestError
        When no value is scored, or without matplotlib.
    """
    scored = [row for row in board.rows if row.scored]
    by_class = {c: [r for r in scored if r.quantity_class == c] for c in CLASSES}
    by_class = {c: rows for c, rows in by_class.items() if rows}
    if not by_class:
        raise NeuroestError("nothing to draw: no value of these cases is scored")
    below = min(max(_ROW * max(map(len, by_class.values())), _LEAST), _MOST)
    figure, panels = style.new_figure(
        _WIDTH * len(by_class), _ABOVE + below + 1.0, nrows=2, ncols=len(by_class), height_ratios=(_ABOVE, below),
        squeeze=False,
    )  # fmt: skip
    styles = case_styles(board)
    for (above, ratios), (quantity_class, rows) in zip(panels.T, by_class.items(), strict=True):
        above.set_title(quantity_class.replace("_", "-"))
        _draw(above, rows, styles)
        _case_ratios(ratios, rows, styles, with_bands=quantity_class == "bottom_up")
    handles = [
        style.line(linestyle="", marker=marker, color=colour, markersize=4, label=case)
        for case, (marker, colour) in styles.items()
    ]
    style.legend_outside(figure, 2 + 2 * len(by_class), handles, "upper")
    figure.supxlabel(_CAPTION, fontsize=style.points(style.STYLE["legend.fontsize"]))
    return figure


def _draw(panel: Any, rows: Sequence[Row], styles: Mapping[str, Style]) -> None:
    """Predicted against published with bands, misses hollow."""
    style.logarithmic(panel.xaxis, "1", "published, in SI units")
    style.logarithmic(panel.yaxis, "1", "predicted, in SI units")
    ends = []
    for row in rows:
        factor = unit_factor(row.unit)
        published = row.published * factor
        panel.plot([published] * 2, [row.low * factor, row.high * factor], color=styles[row.case][1], lw=0.8)
        _mark(panel, row, published, row.predicted * factor, styles[row.case])
        ends.append(published)
    panel.plot([min(ends), max(ends)], [min(ends), max(ends)], color="0.6", linewidth=0.8, zorder=0)


def _case_ratios(panel: Any, rows: Sequence[Row], styles: Mapping[str, Style], *, with_bands: bool) -> None:
    """Predicted over published, a line for each value, with its band and its tolerance."""
    style.logarithmic(panel.xaxis, "1", "predicted over published")
    panel.axvline(1.0, color="0.5", linewidth=0.8, zorder=1)
    panel.set_ylim(len(rows) - 0.5, -0.5)
    cases: dict[str, list[int]] = {}
    ends = [1.0]
    for place, row in enumerate(rows):
        cases.setdefault(row.case, []).append(place)
        least, most = _allowed(row)
        panel.fill_betweenx([place - 0.5, place + 0.5], least, most, color="0.87", linewidth=0, zorder=0)
        low, high = row.low / row.published, row.high / row.published
        pale = 1.0 if with_bands else 0.35
        panel.plot(
            [low, high], [place, place], color=styles[row.case][1], linewidth=1.0, alpha=pale, zorder=2
        )
        _mark(panel, row, row.ratio, place, styles[row.case])
        ends += [row.ratio, least, most, *((low, high) if with_bands else ())]
    margin = (max(ends) / min(ends)) ** 0.06 * _MARGIN
    panel.set_xlim(min(ends) / margin, max(ends) * margin)
    _ticks(panel)
    for places in list(cases.values())[1:]:
        panel.axhline(places[0] - 0.5, color="0.8", linewidth=0.5, zorder=0)
    if len(rows) <= _NAMED:
        names = [f"{row.case}  {row.quantity.replace('_', ' ')}" for row in rows]
        panel.set_yticks(range(len(rows)), names)
        return
    middles = [(places[0] + places[-1]) / 2 for places in cases.values()]
    panel.set_yticks(middles, list(cases))
    for place, row in enumerate(rows):
        if row.verdict != "within":
            is_far = row.ratio > panel.get_xlim()[1] / _ROOM
            panel.annotate(
                row.quantity.replace("_", " "), (row.ratio, place), (-5 if is_far else 5, 0),
                textcoords="offset points", ha="right" if is_far else "left", va="center", zorder=4,
                bbox={"color": "white", "alpha": 0.8, "pad": 0.5},
            )  # fmt: skip


def _allowed(row: Row) -> tuple[float, float]:
    """Least and largest ratio of a row that its tolerance allows."""
    if row.allowed.startswith("x"):
        factor = float(row.allowed.removeprefix("x"))
        return 1.0 / factor, factor
    tolerance = float(row.allowed)
    return max(1.0 - tolerance, math.ulp(1.0)), 1.0 + tolerance


def _ticks(panel: Any) -> None:
    low, high = panel.get_xlim()
    known = next((ticks for reach, ticks in _TICKS.items() if high / low < reach), ())
    if known:
        ticks = [tick for tick in known if low <= tick <= high]
        panel.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        panel.set_xticks([], minor=True)
    panel.tick_params(axis="x", top=True, labeltop=True)
    panel.grid(axis="x", color="0.92", linewidth=0.5, zorder=0)


def _mark(panel: Any, row: Row, across: float, up: float, style: Style) -> None:
    marker, colour = style
    face = colour if row.verdict == "within" else "white"
    panel.plot(
        [across], [up], linestyle="", marker=marker, markersize=4, markeredgecolor=colour, markerfacecolor=face,
        markeredgewidth=0.9, zorder=3,
    )  # fmt: skip


# --- Surveys -------------------------------------------------------------------------------------------------------

_MEASURED = frozenset({"circuit measured", "device measured", "silicon"})
_EDGE = 0.985
"""Place of a row without an area across the axes."""
_OWN = ("*", "P", "X", "d")
"""Markers of one's own rows."""
_UNKNOWN_AREA = {"marker": "_", "ls": "", "ms": 6.0, "color": "#777777"}
_LABELS = {"neurons": ("area of a neuron", "energy per spike"), "chips": ("area", "energy per operation")}


@style.styled
def scatter(found: Survey, path: str | Path | None) -> Any:
    """Energy of a spike or operation against area, on logarithmic axes.

    Filled markers are measured, open ones simulated or projected. Chips of synaptic operations and of
    multiply-accumulates have markers of their own. Rows without an area are dashes at the right edge, rows
    without an energy are not drawn.
    """
    figure, axes = style.new_figure(style.COLUMN, style.COLUMN)
    kinds: dict[str, int] = {}
    stars = {
        row.name: mark for row, mark in zip((r for r in found.entries if r.own), cycle(_OWN), strict=False)
    }
    unplaced = False
    for row in found.entries:
        energy, area = energy_of(row), row.number("area")
        if energy is None:
            continue
        if area is None:
            axes.plot([_EDGE], [energy], **_UNKNOWN_AREA, transform=axes.get_yaxis_transform())
            unplaced = True
            continue
        if row.own:
            # one's own row: a star, or the next marker, with its band
            bars = {}
            for axis, value, band in (
                ("xerr", area, row.cells["area"].band),
                ("yerr", energy, _energy_band(row)),
            ):
                if band is not None:
                    bars[axis] = [[value - band.low], [band.high - value]]
            axes.errorbar(
                [area], [energy], fmt=stars[row.name], ms=8.0, color="black", elinewidth=0.8, capsize=2.0,
                zorder=3, **bars,
            )  # fmt: skip
            continue
        kind = _kind_of(found, row)
        place = kinds.setdefault(kind, len(kinds))
        drawn, cell = _marker(place), row.cells.get("realisation")
        face = drawn["color"] if cell is not None and cell.value in _MEASURED else "white"
        axes.plot([area], [energy], **drawn, ls="", ms=3.6, mfc=face, mew=0.8)
    across, up = _LABELS[found.subject]
    style.logarithmic(axes.xaxis, "m^2", across)
    style.logarithmic(axes.yaxis, "J", up)
    handles = [style.line(**_marker(place), ls="", ms=3.6, label=kind) for kind, place in kinds.items()]
    open_marker = {"marker": "o", "ls": "", "ms": 3.6, "mfc": "white", "mec": "black"}
    handles.append(style.line(label="open: simulated or projected", **open_marker))
    if unplaced:
        handles.append(style.line(**_UNKNOWN_AREA, label="area not stated"))
    handles += [
        style.line(
            marker=stars[row.name],
            ms=7.0,
            ls="",
            color="black",
            label=f"{style.named(row.title)}, p10 to p90",
        )
        for row in found.entries
        if row.own
    ]
    style.legend_outside(figure, 2, handles, "upper")
    return style.save_figure(figure, path)


def energy_of(row: SurveyRow) -> float | None:
    """Energy of a spike or synaptic operation, or else one over the operations a joule."""
    energy, efficiency = row.number("energy"), row.number("efficiency")
    return energy if energy is not None or not efficiency else 1.0 / efficiency


def _marker(place: int) -> dict[str, str]:
    """Colour and marker of a kind of row."""
    return {"color": style.colour(place), "marker": style.marker(place)}


def _kind_of(found: Survey, row: SurveyRow) -> str:
    """Legend entry of a row: what a chip counts as an operation, or the family of a neuron."""
    if found.subject == "chips":
        return "synaptic operation" if row.number("energy") is not None else "half a multiply-accumulate"
    return "with an emerging device" if row.number("devices") else "transistors only"


def _energy_band(row: SurveyRow) -> Band | None:
    """Band of the energy that `energy_of` returns."""
    if "energy" in row.cells:
        return row.cells["energy"].band
    band = row.cells["efficiency"].band
    return None if band is None else Band(1.0 / band.high, 1.0 / band.median, 1.0 / band.low)
