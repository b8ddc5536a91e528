"""Figures of an estimate and of a comparison, by name: what `Estimate.plot` and `Comparison.plot` draw."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from neuroest.core.errors import NeuroestError, check_names
from neuroest.plotting.bottleneck import bottleneck_figure
from neuroest.plotting.breakdowns import breakdown_figure, parts_figure
from neuroest.plotting.comparisons import ratios_figure, tradeoff_figure
from neuroest.plotting.style import COLUMN, PAGE, save_figure, styled
from neuroest.plotting.tiers import tiers_figure
from neuroest.plotting.treemap import area_map_figure, energy_map_figure
from neuroest.plotting.uncertainty import distribution_figure, tornado_figure
from neuroest.reporting.estimate_views import View
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate

_QUANTITIES = ("energy", "area", "latency", "learning")
_OF_SEVERAL: Mapping[str, Callable[[Sequence[View]], Any]] = {
    **{name: partial(breakdown_figure, quantity=name, width=PAGE) for name in _QUANTITIES},
    **{f"{name}_parts": partial(parts_figure, quantity=name, width=PAGE) for name in _QUANTITIES},
    "distribution": partial(distribution_figure, width=COLUMN),
}
"""Figures of any number of designs."""
_OF_ONE: Mapping[str, Callable[[View], Any]] = {
    "area_map": partial(area_map_figure, width=COLUMN),
    "bottleneck": partial(bottleneck_figure, width=PAGE),
    "energy_map": partial(energy_map_figure, width=COLUMN),
    "tiers": partial(tiers_figure, width=COLUMN),
    "tornado": partial(tornado_figure, width=COLUMN),
}
"""Figures of one design."""


@styled
def estimate_figure(result: Estimate, kind: str, path: str | Path | None) -> Any:
    """A figure of one design."""
    check_names("figure of an estimate", [kind], [*_OF_SEVERAL, *_OF_ONE])
    view = View(result)
    _check_learners(kind, [view])
    figure = _OF_ONE[kind](view) if kind in _OF_ONE else _OF_SEVERAL[kind]([view])
    return save_figure(figure, path)


@styled
def comparison_figure(result: Comparison, kind: str, path: str | Path | None) -> Any:
    """A figure of a design and its baselines."""
    check_names("figure of a comparison", [kind], ["ratios", "tradeoff", *_OF_SEVERAL])
    if kind == "ratios":
        return save_figure(ratios_figure(result, COLUMN), path)
    views = [View(estimate) for estimate in result.estimates]
    _check_learners(kind, views)
    make = partial(tradeoff_figure, width=COLUMN) if kind == "tradeoff" else _OF_SEVERAL[kind]
    return save_figure(make(views), path)


def _check_learners(kind: str, views: Sequence[View]) -> None:
    """Refuse a figure of learning for a design that spends no energy of its own on it."""
    idle = [view for view in views if not view.learning]
    if kind.startswith("learning") and idle:
        raise NeuroestError(f"{idle[0].architecture} spends no energy on learning with {idle[0].workload}")
