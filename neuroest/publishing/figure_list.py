"""The figures of a report, each with its caption for a paper."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from neuroest.core.files import read_data
from neuroest.plotting.block_diagram import block_diagram
from neuroest.plotting.bottleneck import bottleneck_figure
from neuroest.plotting.breakdowns import MOST_BESIDE, breakdown_figure, parts_figure
from neuroest.plotting.comparisons import ratios_figure, tradeoff_figure
from neuroest.plotting.scoreboard import scoreboard_figure
from neuroest.plotting.style import COLUMN, MOST_DESIGNS, PAGE
from neuroest.plotting.sweep import points_figure
from neuroest.plotting.tiers import tiers_figure
from neuroest.plotting.treemap import area_map_figure, energy_map_figure
from neuroest.plotting.uncertainty import distribution_figure, tornado_figure
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import counted
from neuroest.reporting.page import Plan
from neuroest.reporting.report import Report, unique_slugs
from neuroest.reporting.sweep_data import SweepPoints
from neuroest.results.comparison import LEAST_UNPROVEN

_TEXTS = read_data(Path(__file__).with_name("figures.yaml"))
_WORDS = {"bands": _TEXTS["bands"], "mark": _TEXTS["mark"].format(share=LEAST_UNPROVEN * 100)}

MOST_DRAWN_ALONE = 4
"""Designs per network with their own tornado, roofline and area map."""


def plans(report: Report, sweep: SweepPoints | None) -> list[Plan]:
    """All figures of a report."""
    widths = (COLUMN, PAGE)
    names = unique_slugs([name for name, _ in report.networks])
    found: list[Plan] = []
    for network, views in report.networks:
        found += _of_network(report, network, names[network], views, widths)
    found += _of_designs(report, widths)
    standing = report.validation_coverage
    kinds = ", ".join(standing.levels).replace("_", " ")
    make = partial(scoreboard_figure, standing, widths[1])
    found.append(_plan("scoreboard", "scoreboard", make, version=standing.record.version, kinds=kinds))
    if sweep is not None and sweep.results:
        shown = len(sweep.formatted)
        left = f"; {counted(sweep.infeasible, 'infeasible point')} left out" if sweep.infeasible else ""
        drawn = f" ({shown} of them drawn)" if shown < sweep.count else ""
        points = counted(sweep.count, "point")
        make = partial(points_figure, sweep, widths[0])
        found.append(_plan("sweep", "sweep", make, points=points, drawn=drawn, left=left))
    return found


def _plan(kind: str, name: str, make: Callable[[], Any], **words: str) -> Plan:
    """A figure with the title and caption of its kind."""
    text, filled = _TEXTS["figures"][kind], {**_WORDS, **words}
    title, caption = (text[key].format(**filled) for key in ("title", "caption"))
    return Plan(name, title, caption, make, wide=text.get("wide", False))


def _of_network(
    report: Report, network: str, name: str, views: Sequence[View], widths: tuple[float, float]
) -> Iterator[Plan]:
    narrow, wide = widths
    most = MOST_DESIGNS
    words = {
        "network": views[0].network,
        "left": f" The first {most} of {len(views)} designs." if len(views) > most else "",
        "drawn": ", ".join(view.label for view in views[:MOST_BESIDE]),
        "first": views[0].label,
    }
    for quantity, about in _TEXTS["quantities"].items():
        make = partial(breakdown_figure, views, quantity, wide)
        yield _plan("shares", f"{quantity}_{name}", make, **words, **about)
        make = partial(parts_figure, views, quantity, wide)
        yield _plan("parts", f"{quantity}_parts_{name}", make, **words, **about)
    comparison = report.comparisons.get(network)
    if comparison is not None:
        _ = comparison.ratios  # before the workers part, so that it is computed once
        yield _plan("ratios", f"ratios_{name}", partial(ratios_figure, comparison, narrow), **words)
        yield _plan("tradeoff", f"tradeoff_{name}", partial(tradeoff_figure, views, narrow), **words)
    yield _plan("distribution", f"distribution_{name}", partial(distribution_figure, views, narrow), **words)


def _of_designs(report: Report, widths: tuple[float, float]) -> Iterator[Plan]:
    """Figures of a single design, drawn for the first design of each network."""
    narrow, wide = widths
    chosen = [
        (network, view, len(views)) for network, views in report.networks for view in views[:MOST_DRAWN_ALONE]
    ]
    names = unique_slugs([_pair(network, view) for network, view, _ in chosen])
    for network, view, of in chosen:
        name = names[_pair(network, view)]
        left = f" Drawn of the first {MOST_DRAWN_ALONE} of {of} designs." if of > MOST_DRAWN_ALONE else ""
        words = {"who": view.estimate.label, "left": left}
        yield _plan("tornado", f"tornado_{name}", partial(tornado_figure, view, narrow), **words)
        yield _plan("bottleneck", f"bottleneck_{name}", partial(bottleneck_figure, view, wide), **words)
        make = partial(block_diagram, view.estimate, wide)
        yield _plan("block_diagram", f"block_diagram_{name}", make, **words)
        yield _plan("area_map", f"area_map_{name}", partial(area_map_figure, view, narrow), **words)
        if view.estimate.tiers:
            yield _plan("tiers", f"tiers_{name}", partial(tiers_figure, view, narrow), **words)
        if view.estimate.shells:
            yield _plan("energy_map", f"energy_map_{name}", partial(energy_map_figure, view, narrow), **words)


def _pair(network: str, view: View) -> str:
    return f"{network}\n{view.architecture}"
