"""Pareto-optimal points of a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.arrays import Array, Mask
from neuroest.core.errors import UnknownNameError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.exploration.space import ExplorationError
from neuroest.exploration.sweep import PrintedPoints, SweepResult, read_sweep
from neuroest.registry import render
from neuroest.results.quantities import QUANTITIES, full_name, label_and_unit
from neuroest.specs.loaded import listed

if TYPE_CHECKING:
    import pandas as pd


@frozen_dataclass
class ParetoResult(PrintedPoints):
    """A Pareto front.

    Attributes
    ----------
    frame : pandas.DataFrame
        All columns of the points on the front, sorted by the first objective.
    minimize, maximize : tuple of str
        Objectives.
    considered : int
        Feasible points that were compared.
    sample : pandas.DataFrame
        Some of the dominated points, for a figure.
    """

    frame: pd.DataFrame
    minimize: tuple[str, ...]
    maximize: tuple[str, ...]
    considered: int
    sample: pd.DataFrame

    @property
    def objectives(self) -> tuple[str, ...]:
        """All objectives, those to minimize first."""
        return (*self.minimize, *self.maximize)

    def to_frame(self) -> pd.DataFrame:
        """The front."""
        return self.frame

    def plot(self, path: str | Path | None = None) -> Any:
        """Plot front and dominated points in the first two objectives; written to `path` if given, and returned."""
        return render(self, "figure", path)

    def some_rows(self, most: int) -> pd.DataFrame:
        """Rows to show, the first by the first objective."""
        return self.frame.head(most)

    @property
    def lead(self) -> str:
        """Number of points, and what they reach."""
        ends = ", ".join(
            f"{label} {' .. '.join(format_quantity(end, unit) for end in (values.min(), values.max()))}"
            for label, unit, values in ((*label_and_unit(name), self.frame[name]) for name in self.objectives)
        )
        return f"{len(self.frame)} of {self.considered} feasible points, {ends}; results are nominal"


def non_dominated(values: Array) -> Mask:
    """Which rows are not dominated: no other row is smaller or equal in every column and smaller in one.

    Equal rows do not dominate each other.
    """
    count = values.shape[0]
    keep = np.zeros(count, dtype=bool)
    if count == 0:
        return keep
    order = np.lexsort(values.T[::-1])
    kept = np.empty((0, values.shape[1]))
    if values.shape[1] <= 2:
        ordered = values[order]
        last = ordered[:, -1]
        # rows before this one have a smaller first value, or an equal one and a smaller second value
        fresh = np.r_[True, np.any(ordered[1:] != ordered[:-1], axis=1)]
        best = np.minimum.accumulate(np.where(fresh, last, np.inf))
        before = np.r_[np.inf, best[:-1]]
        which = np.cumsum(fresh) - 1
        keep[order] = (last[fresh] < before[fresh])[which]
        return keep
    for start in range(0, count, 512):
        rows = order[start : start + 512]
        block = values[rows]
        alive = ~_beaten(block, kept) if kept.size else np.ones(len(rows), dtype=bool)
        alive[alive] = ~_beaten(block[alive], block[alive])
        keep[rows[alive]] = True
        kept = np.vstack([kept, block[alive]])
    return keep


def objective_values(frame: pd.DataFrame, objectives: Sequence[str]) -> Array:
    """Columns of rows that have an estimate as objectives, by `Quantity.as_objective`, one column each."""
    columns = (frame[name].to_numpy(np.float64) for name in objectives)
    return np.stack(
        [
            QUANTITIES[name].as_objective(values) if name in QUANTITIES else values
            for name, values in zip(objectives, columns, strict=True)
        ],
        axis=1,
    )


def _beaten(rows: Array, others: Array) -> Mask:
    found = np.zeros(len(rows), dtype=bool)
    for start in range(0, len(others), 2048):
        part = others[np.newaxis, start : start + 2048]
        no_worse = np.all(part <= rows[:, np.newaxis], axis=2)
        better = np.any(part < rows[:, np.newaxis], axis=2)
        found |= np.any(no_worse & better, axis=1)
    return found


def pareto(
    source: SweepResult | str | Path, minimize: Sequence[str] = (), maximize: Sequence[str] = ()
) -> ParetoResult:
    """Find the Pareto-optimal feasible points of a sweep.

    Parameters
    ----------
    source : SweepResult or path
        A sweep or a sweep file; a file is read in pieces.
    minimize, maximize : sequence of str
        Columns; at least two together.

    Returns
    -------
    ParetoResult
        The rows of the sweep that no other row beats in all objectives.

    Raises
    ------
    ExplorationError
        When no point is feasible, or there are fewer than two objectives.
    UnknownNameError
        For a missing column.
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

    minimize, maximize = (tuple(map(full_name, listed(names))) for names in (minimize, maximize))
    objectives = [*minimize, *maximize]
    if len(objectives) < 2 or len(set(objectives)) < len(objectives):
        raise ExplorationError(
            "a Pareto front needs at least two objectives, each named once by --minimize or --maximize"
        )
    result = source if isinstance(source, SweepResult) else read_sweep(source)
    signs = np.array([1.0] * len(minimize) + [-1.0] * len(maximize))
    front: pd.DataFrame | None = None
    samples, considered = [], 0
    for frame in result.pieces():
        for name in objectives:
            if name not in frame.columns or not pd.api.types.is_numeric_dtype(frame[name]):
                numbers = [str(c) for c in frame.columns if pd.api.types.is_numeric_dtype(frame[c])]
                given = "--minimize" if name in minimize else "--maximize"
                raise UnknownNameError("column of the sweep", name, numbers).at(given)
        sound = np.all(np.isfinite(objective_values(frame, objectives)), axis=1)
        if "feasible" in frame.columns:
            sound &= frame["feasible"].to_numpy(bool)
        kept = frame[sound]
        considered += len(kept)
        samples.append(kept.iloc[:: max(1, len(kept) // 2000)][objectives])
        both = kept if front is None else pd.concat([front, kept], ignore_index=True)
        front = both[non_dominated(objective_values(both, objectives) * signs)]
    if front is None or considered == 0:
        raise ExplorationError("no point of the sweep is feasible, so none can be best")
    front = front.sort_values(objectives[0], kind="stable").reset_index(drop=True)
    sample = pd.concat(samples, ignore_index=True)
    sample = sample.iloc[:: max(1, len(sample) // 5000)]
    return ParetoResult(front, tuple(minimize), tuple(maximize), considered, sample)
