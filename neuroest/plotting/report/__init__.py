"""Figures for papers: column widths of the venues, embedded fonts, readable in grey and by the colour-blind."""

from neuroest.plotting.canvas import FORMATS, MOST_DESIGNS, VENUES, draw, report_module
from neuroest.plotting.report.area_map import area_map_figure, squarified
from neuroest.plotting.report.bottleneck import bottleneck_figure
from neuroest.plotting.report.breakdowns import MOST_BESIDE, breakdown_figure, parts_figure
from neuroest.plotting.report.comparisons import ratios_figure, tradeoff_figure
from neuroest.plotting.report.scoreboard import scoreboard_figure
from neuroest.plotting.report.sweeps import sweep_figure
from neuroest.plotting.report.uncertainty import distribution_figure, tornado_figure

__all__ = [
    "FORMATS",
    "MOST_BESIDE",
    "MOST_DESIGNS",
    "VENUES",
    "area_map_figure",
    "bottleneck_figure",
    "breakdown_figure",
    "distribution_figure",
    "draw",
    "parts_figure",
    "ratios_figure",
    "report_module",
    "scoreboard_figure",
    "squarified",
    "sweep_figure",
    "tornado_figure",
    "tradeoff_figure",
]
