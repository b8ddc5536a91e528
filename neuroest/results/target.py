"""What a device would have to be so that its chip wins, as data."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.errors import check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.text_layout import Printed
from neuroest.registry import render
from neuroest.results.comparison import Attribution, Pace, Verdict
from neuroest.results.estimate import SCHEMA_VERSION, Band
from neuroest.results.quantities import column_name, label_and_unit

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

Goal: TypeAlias = Literal["win", "level"]
Statistic: TypeAlias = Literal["median", "p90"]
GOALS: Mapping[Goal, str] = {"win": "wins", "level": "loses nothing relevant"}
"""Goals, with their meaning."""
STATISTICS: tuple[Statistic, ...] = ("median", "p90")
Interval: TypeAlias = tuple[float, float]


@frozen_dataclass(eq=False)
class TargetAxis:
    """One parameter of the device.

    Attributes
    ----------
    name, unit : str
        Its name and unit; `integration_time` is all parameters of the times of the neuron.
    today : float or None
        The value in the device file; None if the device does not state it.
    values : tuple of float
        The values that were tried.
    stated : bool
        Whether the range was asked for.
    """

    name: str
    unit: str
    today: float | None
    values: tuple[float, ...]
    stated: bool


@frozen_dataclass(eq=False)
class Target(Printed):
    """A chip against another one, over values of parameters of its neuron.

    Attributes
    ----------
    design, device, baseline, workload : str
        The chip and its neuron, what it is compared with, and the network.
    titles : mapping
        Name in figures of each of these.
    pace : str
        One of `neuroest.results.comparison.PACES`.
    quantity : str
        The result that is compared.
    relevance : float
        Margin of a win; a loss within it is level.
    limits : tuple of str
        What the chip must meet in a draw to count.
    axes : tuple of TargetAxis
        The parameters, the first of them the one that requirements are stated in.
    low, median, high : array
        p10, median and p90 of the ratio, one axis for each parameter; infinite where too few draws have an estimate.
    wins, levels : array
        Share of the draws in which the ratio is beyond the margin, or no relevant loss.
    reach_win, reach_level : float
        Share of the draws in which any of the values does that.
    today : Band or None
        The ratio with the values in the device file; None if it does not state one of the parameters.
    verdict : str or None
        Whether that is a win, a loss, a tie or level.
    attribution_today : Attribution or None
        That ratio as a product; None where the chip has no estimate at the stated inputs.
    neuron_share_today : float
        Share of the neurons in the result then.
    best : tuple of float
        The values with the least median.
    attribution : Attribution or None
        The ratio there as a product; None where the chip has no estimate at the stated inputs.
    largest : tuple
        Components that take most there, with their shares.
    neuron_share : float
        Share of the neurons there.
    missed : float
        Share of the draws in which the chip is late, misses a limit or has no estimate there.
    failed : tuple of str
        Checks that the chip fails there and does not fail today.
    refusal : str
        Why it has no estimate there at the stated inputs; empty if it has one.
    draws : int
        Number of draws.
    nearest : mapping
        For a goal that no value of a stated range reaches at the median: the nearest value outside of it that does.
    """

    design: str
    device: str
    baseline: str
    workload: str
    titles: Mapping[str, str]
    pace: Pace
    quantity: str
    relevance: float
    limits: tuple[str, ...]
    axes: tuple[TargetAxis, ...]
    low: Array
    median: Array
    high: Array
    wins: Array
    levels: Array
    reach_win: float
    reach_level: float
    today: Band | None
    verdict: Verdict | None
    attribution_today: Attribution | None
    neuron_share_today: float
    best: tuple[float, ...]
    attribution: Attribution | None
    largest: tuple[tuple[str, float], ...]
    neuron_share: float
    missed: float
    failed: tuple[str, ...]
    refusal: str
    draws: int
    nearest: Mapping[Goal, float]

    def labelled(self, labels: Mapping[str, str]) -> Target:
        """The same with other titles of the device, a chip or the network, by their names.

        Raises
        ------
        UnknownNameError
            For a label of anything else.
        """
        check_names("device, design or network of --label", labels, list(self.titles))
        return replace(self, titles={**self.titles, **labels})

    @property
    def label(self) -> str:
        """Device, chips and network in figures and LaTeX."""
        device, design, baseline, workload = (
            self.titles[name] for name in (self.device, self.design, self.baseline, self.workload)
        )
        return f"{device} in {design} against {baseline} on {workload}"

    def score(self, goal: Goal, statistic: Statistic) -> Array:
        """Distance of the ratio from the goal, in logarithms: negative where it is reached.

        A win needs a median beyond the margin, and at p90 a band below 1 as well; level needs a median, or a p90, of
        no relevant loss.
        """
        beyond = math.log1p(self.relevance)
        with np.errstate(divide="ignore"):
            median, high = np.log(self.median), np.log(self.high)
        if goal == "level":
            return (median if statistic == "median" else high) - beyond
        win = median + beyond
        return np.asarray(win if statistic == "median" else np.maximum(win, high))

    def reached(self, goal: Goal, statistic: Statistic) -> bool:
        """Whether any of the values reaches a goal."""
        return bool(np.any(self.score(goal, statistic) <= 0.0))

    def intervals(self, goal: Goal, statistic: Statistic, others: tuple[int, ...] = ()) -> list[Interval]:
        """Intervals of the first parameter that reach a goal, at places of the others.

        An end that is one of the values tried is that of the range.
        """
        scores = self.score(goal, statistic).reshape(len(self.axes[0].values), -1)
        at = int(np.ravel_multi_index(others, self.median.shape[1:])) if others else 0
        scores = scores[:, at]
        values = np.array(self.axes[0].values)
        good, found = scores <= 0.0, list[Interval]()
        starts = np.flatnonzero(good & ~np.concatenate([[False], good[:-1]]))
        ends = np.flatnonzero(good & ~np.concatenate([good[1:], [False]]))
        for first, last in zip(starts.tolist(), ends.tolist(), strict=True):
            low = values[first] if first == 0 else _crossing(values, scores, first, first - 1)
            high = values[last] if last == len(values) - 1 else _crossing(values, scores, last, last + 1)
            found.append((float(low), float(high)))
        return found

    def others(self, most: int = 7) -> Iterator[tuple[int, ...]]:
        """Places of the other parameters to show requirements at, evenly over their values."""
        each = most if len(self.axes) <= 2 else 3
        places = [
            sorted({round(place) for place in np.linspace(0, len(axis.values) - 1, each)})
            for axis in self.axes[1:]
        ]
        yield from itertools.product(*places)

    def to_dict(self) -> dict[str, Any]:
        """The region and the requirements as plain data."""

        def plain(values: Array) -> list[Any]:
            nothing: Any = None
            kept: list[Any] = np.where(np.isfinite(values), values.astype(object), nothing).tolist()
            return kept

        return {
            "schema_version": SCHEMA_VERSION, "neuroest_version": package_version(),
            "design": self.design, "device": self.device, "baseline": self.baseline, "workload": self.workload,
            "pace": self.pace, "quantity": self.quantity, "relevance": self.relevance, "limits": list(self.limits),
            "axes": [asdict(axis) for axis in self.axes], "draws": self.draws, "nearest": dict(self.nearest),
            "today": None if self.today is None else {
                **{end: v if math.isfinite(v) else None for end, v in asdict(self.today).items()},
                "verdict": self.verdict, "neuron_share": self.neuron_share_today,
                "attribution": None if self.attribution_today is None else self.attribution_today.to_dict(),
            },
            "reachable": {"win": self.reach_win, "level": self.reach_level},
            "requirements": [
                {"goal": goal, "statistic": statistic, **self._at(others),
                 "intervals": [list(one) for one in self.intervals(goal, statistic, others)]}
                for goal in GOALS for statistic in STATISTICS for others in self.others()
            ],
            "best": {
                "values": list(self.best), "failed_checks": list(self.failed), "refusal": self.refusal,
                "share_missed": self.missed, "neuron_share": self.neuron_share,
                "largest": [list(one) for one in self.largest],
                "attribution": None if self.attribution is None else self.attribution.to_dict(),
            },
            "ratio": {"p10": plain(self.low), "median": plain(self.median), "p90": plain(self.high)},
            "share_of_draws": {"win": self.wins.tolist(), "level": self.levels.tolist()},
        }  # fmt: skip

    def _at(self, others: tuple[int, ...]) -> dict[str, float]:
        return {
            column_name(axis.name, axis.unit): axis.values[place]
            for axis, place in zip(self.axes[1:], others, strict=True)
        }

    def to_json(self) -> str:
        """The region and the requirements as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_frame(self) -> pd.DataFrame:
        """Ratio and shares at every combination of values as a table."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        grid = np.meshgrid(*(axis.values for axis in self.axes), indexing="ij")
        frame: dict[str, Array] = {
            column_name(axis.name, axis.unit): values.ravel()
            for axis, values in zip(self.axes, grid, strict=True)
        }
        for name, values in (
            ("ratio_p10", self.low), ("ratio_median", self.median), ("ratio_p90", self.high),
            ("share_win", self.wins), ("share_level", self.levels),
        ):  # fmt: skip
            frame[name] = np.where(np.isfinite(values), values, np.nan).ravel()
        return pd.DataFrame(frame)

    def rows(self) -> list[dict[str, Any]]:
        """The requirements as rows of a table."""
        found: list[dict[str, Any]] = render(self, "rows")
        return found

    def to_text(self) -> str:
        """The requirements as text of 80 columns."""
        return str(render(self, "document").to_text())

    def plot(self, path: str | Path | None = None) -> Any:
        """The ratio along the parameter, or the region of two of them; written to `path` if given, and returned."""
        return render(self, "figure", path)

    @property
    def lead(self) -> str:
        """The ratio today, and in what share of the draws the device wins."""
        now = "no estimate today"
        if self.today is not None:
            now = f"today {self.today.median:.3g} ({self.today.low:.3g} .. {self.today.high:.3g}) {self.verdict}"
        share = (
            f"wins in {100.0 * self.reach_win:.0f} %, level in {100.0 * self.reach_level:.0f} % of the draws"
        )
        what = label_and_unit(self.quantity)[0]
        return f"{self.device} in {self.design} against {self.baseline}: {what}, {now}; {share}"


def _crossing(values: Array, scores: Array, good: int, bad: int) -> float:
    """Value at which a score crosses zero between two places, along the logarithm of positive values."""
    if not math.isfinite(scores[bad]) or not math.isfinite(scores[good]):
        return float(values[good])
    share = scores[good] / (scores[good] - scores[bad])
    if values[good] > 0.0 and values[bad] > 0.0:
        return float(values[good] * (values[bad] / values[good]) ** share)
    return float(values[good] + (values[bad] - values[good]) * share)
