"""Which figures a report has, each with the caption that a paper prints below it."""

from collections.abc import Sequence
from functools import partial

from neuroest.plotting.block_diagram import block_diagram
from neuroest.plotting.bottleneck import bottleneck_figure
from neuroest.plotting.breakdowns import MOST_BESIDE, breakdown_figure, parts_figure
from neuroest.plotting.comparisons import ratios_figure, tradeoff_figure
from neuroest.plotting.scoreboard import scoreboard_figure
from neuroest.plotting.style import MOST_DESIGNS, VENUES
from neuroest.plotting.sweep import points_figure
from neuroest.plotting.treemap import area_map_figure, energy_map_figure
from neuroest.plotting.uncertainty import distribution_figure, tornado_figure
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import counted
from neuroest.reporting.page import Plan
from neuroest.reporting.report import Report, unique_slugs
from neuroest.reporting.sweep_data import SweepPoints
from neuroest.results.comparison import LEAST_UNPROVEN

_BANDS = "Bands are the 10th and 90th percentile over the uncertainty of the inputs."
_MARK = f"Open markers and asterisks: at least {LEAST_UNPROVEN * 100:g} % is based on projected or assumed values."
_QUANTITIES = {
    "energy": ("Energy of one inference", "static energy belongs to no layer"),
    "area": ("Area", "what layers share, including white space, is one part"),
    "latency": (
        "Latency",
        (
            "parts are the time of one step of each layer, given to the resource that it waits for; layers may work "
            "at the same time, so they need not add up to the latency"
        ),
    ),
}

MOST_DRAWN_ALONE = 4
"""Designs of a network that have a tornado, a roofline and an area map of their own."""


def plans(report: Report, sweep: SweepPoints | None, venue: str) -> list[Plan]:
    """All figures of a report."""
    standing = report.validation_coverage
    narrow, wide = VENUES[venue]
    names = unique_slugs([name for name, _ in report.networks])
    found: list[Plan] = []
    for network, views in report.networks:
        found += _of_network(report, network, names[network], views, (narrow, wide))
    found += _of_designs(report, (narrow, wide))
    kinds = ", ".join(standing.levels).replace("_", " ")
    found.append(
        Plan(
            "scoreboard", "Predicted against published",
            f"Predicted against published values, recorded with neuroest {standing.record.version}. Filled: cases "
            f"whose computing level is of a kind in this report ({kinds}). Left all values, right those that were "
            f"predicted from process and device values alone. {_BANDS}",
            partial(scoreboard_figure, standing, wide), wide=True,
        )
    )  # fmt: skip
    if sweep is not None and sweep.results:
        drawn = len(sweep.formatted)
        left = f"; {counted(sweep.infeasible, 'infeasible point')} left out" if sweep.infeasible else ""
        of = f", of which {drawn} are drawn," if drawn < sweep.count else ""
        caption = f"{counted(sweep.count, 'point')} of a sweep{of} and the Pareto front of the two results shown{left}."
        found.append(Plan("sweep", "Sweep", caption, partial(points_figure, sweep, narrow)))
    return found


def _of_network(
    report: Report, network: str, name: str, views: Sequence[View], widths: tuple[float, float]
) -> list[Plan]:
    narrow, wide = widths
    first = views[0]
    most = MOST_DESIGNS
    formatted = f" The first {most} of {len(views)} designs." if len(views) > most else ""
    drawn = ", ".join(view.architecture for view in views[:MOST_BESIDE])
    found = []
    for quantity, (label, about) in _QUANTITIES.items():
        caption = f"{label} on {network} with the shares of components and layers; {about}. {_BANDS} {_MARK}{formatted}"
        make = partial(breakdown_figure, views, quantity, wide)
        found.append(Plan(f"{quantity}_{name}", f"{label} with shares, {network}", caption, make, wide=True))
        caption = f"{label} by component and by layer on {network}, of {drawn}; {about}. {_BANDS}"
        make = partial(parts_figure, views, quantity, wide)
        found.append(
            Plan(f"{quantity}_parts_{name}", f"{label} in parts, {network}", caption, make, wide=True)
        )
    comparison = report.comparisons.get(network)
    if comparison is not None:
        _ = comparison.ratios  # before the workers part, so that it is computed once
        caption = (
            f"{first.architecture} over its baselines on {network}; Table "
            f"{{differences}} says what differs between them. {_BANDS} {_MARK}{formatted}"
        )
        make = partial(ratios_figure, comparison, narrow)
        found.append(Plan(f"ratios_{name}", f"Ratios, {network}", caption, make))
        caption = (
            f"Energy against area on {network}; larger markers are faster, filled ones are on the Pareto front of "
            f"energy, area and throughput, squares rest in part on projected or assumed values. {_BANDS}{formatted}"
        )
        make = partial(tradeoff_figure, views, narrow)
        found.append(Plan(f"tradeoff_{name}", f"Energy against area, {network}", caption, make))
    caption = (
        f"Samples of the energy per inference on {network} over the uncertainty of the inputs. "
        f"{_MARK}{formatted}"
    )
    make = partial(distribution_figure, views, narrow)
    found.append(Plan(f"distribution_{name}", f"Distribution of the energy, {network}", caption, make))
    return found


def _of_designs(report: Report, widths: tuple[float, float]) -> list[Plan]:
    """What is drawn of one design at a time: of the first of each network."""
    narrow, wide = widths
    chosen = [
        (network, view, len(views)) for network, views in report.networks for view in views[:MOST_DRAWN_ALONE]
    ]
    names = unique_slugs([_pair(network, view) for network, view, _ in chosen])
    found = []
    for network, view, of in chosen:
        name, who = names[_pair(network, view)], f"{view.architecture} on {network}"
        left = f" Drawn of the first {MOST_DRAWN_ALONE} of {of} designs." if of > MOST_DRAWN_ALONE else ""
        caption = (
            f"Energy per inference of {who} with each cause of doubt at its 10th and 90th percentile, others as they "
            f"are.{left}"
        )
        make = partial(tornado_figure, view, narrow)
        found.append(Plan(f"tornado_{name}", f"Tornado, {who}", caption, make))
        caption = (
            f"What limits the throughput of {who}. Left, the time of each resource for one step of each layer; right, "
            "the layers below the rates of what computes (dashed) and of what moves data (diagonals; one out of view "
            f"is no limit), each layer once for every resource that moves data.{left}"
        )
        make = partial(bottleneck_figure, view, wide)
        found.append(
            Plan(f"bottleneck_{name}", f"What limits the throughput, {who}", caption, make, wide=True)
        )
        caption = (
            f"Levels, memories, links and neurons of {who}. Lines are as wide as the energy of what they lead to; "
            f"tinted: computing levels (blue), neurons (red), links off the chip (green).{left}"
        )
        make = partial(block_diagram, view.estimate, wide)
        found.append(Plan(f"block_diagram_{name}", f"Block diagram, {who}", caption, make, wide=True))
        caption = f"Area of {who} to scale. Positions mean nothing: it is not a floorplan.{left}"
        make = partial(area_map_figure, view, narrow)
        found.append(Plan(f"area_map_{name}", f"Area map, {who}", caption, make))
        if view.estimate.shells:
            caption = f"Energy of an inference of {who} from the wall to the cell, sizes to scale.{left}"
            make = partial(energy_map_figure, view, narrow)
            found.append(Plan(f"energy_map_{name}", f"Energy map, {who}", caption, make))
    return found


def _pair(network: str, view: View) -> str:
    return f"{network}\n{view.architecture}"
