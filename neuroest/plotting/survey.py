"""Survey of neurons and chips: energy against area, one's own as a star with its band."""

from itertools import cycle
from pathlib import Path
from typing import Any

from neuroest.plotting import quantity_axes, style
from neuroest.reporting.survey import Row, Survey
from neuroest.results.estimate import Band

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
            _star(axes, row, area, energy, stars[row.name])
            continue
        kind = _kind_of(found, row)
        place = kinds.setdefault(kind, len(kinds))
        drawn, cell = _marker(place), row.cells.get("realisation")
        face = drawn["color"] if cell is not None and cell.value in _MEASURED else "white"
        axes.plot([area], [energy], **drawn, ls="", ms=3.6, mfc=face, mew=0.8)
    across, up = _LABELS[found.subject]
    quantity_axes.logarithmic(axes.xaxis, "m^2", across)
    quantity_axes.logarithmic(axes.yaxis, "J", up)
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
    columns = style.legend_columns(figure.get_figwidth(), [one.get_label() for one in handles], 2)
    figure.legend(handles=handles, loc="outside upper center", ncols=columns)
    return style.save_figure(figure, path)


def energy_of(row: Row) -> float | None:
    """Energy of a spike or synaptic operation, or else one over the operations a joule."""
    energy, efficiency = row.number("energy"), row.number("efficiency")
    return energy if energy is not None or not efficiency else 1.0 / efficiency


def _marker(place: int) -> dict[str, str]:
    """Colour and marker of a kind of row."""
    return {
        "color": style.colour(place),
        "marker": style.marker(place),
    }


def _kind_of(found: Survey, row: Row) -> str:
    """Legend entry of a row: what a chip counts as an operation, or the family of a neuron."""
    if found.subject == "chips":
        return "synaptic operation" if row.number("energy") is not None else "half a multiply-accumulate"
    return "with an emerging device" if row.number("devices") else "transistors only"


def _star(axes: Any, row: Row, area: float, energy: float, marker: str) -> None:
    """One's own row: a star, or the next marker, with its band."""
    bars = {}
    for axis, value, band in (("xerr", area, row.cells["area"].band), ("yerr", energy, _energy_band(row))):
        if band is not None:
            bars[axis] = [[value - band.low], [band.high - value]]
    axes.errorbar(
        [area], [energy], fmt=marker, ms=8.0, color="black", elinewidth=0.8, capsize=2.0, zorder=3, **bars
    )


def _energy_band(row: Row) -> Band | None:
    """Band of the energy that `energy_of` returns."""
    if "energy" in row.cells:
        return row.cells["energy"].band
    band = row.cells["efficiency"].band
    return None if band is None else Band(1.0 / band.high, 1.0 / band.median, 1.0 / band.low)
