"""The scoreboard as a figure: predicted against published on logarithmic axes, one panel a class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroest.errors import NeuroestError
from neuroest.outputs import write_figure
from neuroest.validating.expressions import unit_factor
from neuroest.validating.specs import CLASSES

if TYPE_CHECKING:
    from neuroest.validating.board import Scoreboard
    from neuroest.validating.scoring import Row


_SHAPE = {"measured_silicon": "o", "vendor_estimate": "D", "design_study": "s", "peer_simulator": "^"}
"""Shape of a value by what stands behind it."""


def save_figure(board: Scoreboard, path: Path) -> None:
    """Write the figure; its kind follows the suffix of `path`.

    Raises
    ------
    NeuroestError
        When matplotlib is not installed or cannot write such a file.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, and only figures need it
    except ImportError:
        raise NeuroestError("figures need matplotlib: pip install 'neuroest[lab]'") from None
    figure = Figure(figsize=(12, 4.4), layout="constrained")
    panels = figure.subplots(1, len(CLASSES))
    for panel, quantity_class in zip(panels, CLASSES, strict=True):
        _draw(panel, [row for row in board.rows if row.quantity_class == quantity_class and row.scored])
        panel.set_title(quantity_class.replace("_", "-"))
    figure.supxlabel(
        "circles: measured silicon, diamonds: estimates of a vendor, squares: design studies, triangles: simulators; "
        "hollow: outside of the tolerance; lines: p10 to p90",
        fontsize=7,
    )
    try:
        write_figure(figure, path)
    except ValueError as error:  # of a suffix that matplotlib does not know
        raise NeuroestError(f"cannot write {path}: {error}") from None


def _draw(panel: Any, rows: list[Row]) -> None:
    """Predicted against published with bands: a shape for the evidence, a colour for the case, misses hollow."""
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel("published (SI units)")
    panel.set_ylabel("predicted (SI units)")
    ends = []
    for place, case in enumerate(dict.fromkeys(row.case for row in rows)):
        named = False
        for met in (True, False):
            chosen = [row for row in rows if row.case == case and (row.verdict == "within") is met]
            if not chosen:
                continue
            scale = [unit_factor(row.unit) for row in chosen]
            published = [row.published * s for row, s in zip(chosen, scale, strict=True)]
            predicted = [row.predicted * s for row, s in zip(chosen, scale, strict=True)]
            below = [max(row.predicted - row.low, 0.0) * s for row, s in zip(chosen, scale, strict=True)]
            above = [max(row.high - row.predicted, 0.0) * s for row, s in zip(chosen, scale, strict=True)]
            panel.errorbar(
                published, predicted, yerr=[below, above], fmt=_SHAPE[chosen[0].evidence], markersize=4,
                linewidth=0.8, color=f"C{place}", markerfacecolor=f"C{place}" if met else "white",
                label="_" if named else case,
            )  # fmt: skip
            named = True
            ends += published
    if ends:
        panel.plot([min(ends), max(ends)], [min(ends), max(ends)], color="0.6", linewidth=0.8)
        panel.legend(fontsize=6)
