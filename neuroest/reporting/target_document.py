"""Requirements of a device as a document and as rows of a table."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from neuroest.reporting.document import Document, Gap
from neuroest.reporting.formatting import formatted, percent, ratio_digits
from neuroest.reporting.table_model import Table
from neuroest.reporting.text_style import words
from neuroest.results.comparison import Verdict
from neuroest.results.estimate import Band
from neuroest.results.quantities import column_name, label_and_unit
from neuroest.results.target import GOALS, STATISTICS, Goal, Interval, Target, TargetAxis

_NAMES: dict[Goal, str] = {"win": "wins", "level": "is level"}
_NONE = "none"


def target_document(target: Target) -> Document:
    """What the device would have to be, how many of the draws reach it, and what is in the way."""
    what = label_and_unit(target.quantity)[0]
    sides = f"{target.design} with {target.device} against {target.baseline}"
    title = f"{sides} on {target.workload}: {what}, {words(target.pace)}"
    margin = percent(target.relevance)
    notes = [
        (
            f"ratio over {target.draws} draws of all other uncertain inputs; wins: median beyond {margin}, at p90 the "
            f"band below 1 as well; is level: median, or p90, of no loss beyond {margin}"
        ),
        *(f"counts only where {limit}" for limit in target.limits),
    ]
    if target.today is not None:
        notes.append(f"today, {_today(target)}: {_banded(target.today, target.verdict)}{_part(target)}")
    return Document(title, (*notes, Gap(), _table(target), Gap(), *_notes(target)))


def target_rows(target: Target) -> list[dict[str, Any]]:
    """One row for each goal, statistic and place of the other parameters: the intervals of the first parameter."""
    first = target.axes[0]
    return [
        {
            "goal": _NAMES[goal], "at": statistic,
            **{
                column_name(axis.name, axis.unit): axis.values[place]
                for axis, place in zip(target.axes[1:], others, strict=True)
            },
            first.name: interval_words(first, target.intervals(goal, statistic, others)),
            "share_of_draws": target.reach_win if goal == "win" else target.reach_level,
        }
        for goal in GOALS for statistic in STATISTICS for others in target.others()
    ]  # fmt: skip


def interval_words(axis: TargetAxis, intervals: list[Interval]) -> str:
    """Intervals of a parameter in words.

    Examples
    --------
    >>> axis = TargetAxis("integration_time", "s", 1e-6, (1e-9, 1e-6, 1e-3), stated=False)
    >>> interval_words(axis, [(1e-9, 2e-6)]), interval_words(axis, [(1e-9, 1e-3)]), interval_words(axis, [])
    ('up to 2 us', 'all values tried', 'none')
    """
    first, last = axis.values[0], axis.values[-1]
    said = []
    for low, high in intervals:
        if low == first and high == last:
            return "all values tried"
        start, end = formatted(low, axis.unit), formatted(high, axis.unit)
        said.append(
            f"up to {end}" if low == first else f"from {start}" if high == last else f"{start} to {end}"
        )
    return ", ".join(said) or _NONE


def _today(target: Target) -> str:
    return ", ".join(f"{words(axis.name)} {formatted(axis.today, axis.unit)}" for axis in target.axes)


def _banded(band: Band, said: Verdict | None) -> str:
    if not math.isfinite(band.median):
        return "too slow, outside of a limit or without an estimate in most of the draws"
    return f"{ratio_digits(band.median)} ({ratio_digits(band.low)} .. {ratio_digits(band.high)}), {said}"


def _part(target: Target) -> str:
    """What the neurons have to do with the ratio of today."""
    made = target.attribution_today
    if made is None or not made.subject:
        return ""
    what = label_and_unit(target.quantity)[0]
    return (
        f"; the neurons contribute a factor of {made.contribution:.3g} to it and take "
        f"{percent(target.neuron_share_today)} of the {what}"
    )


def _table(target: Target) -> Table:
    """Requirements on the first parameter: by goal, and for values of the others where there are any."""
    first, *rest = target.axes
    columns = [(goal, statistic) for goal in GOALS for statistic in STATISTICS]
    if not rest:
        at = {"median": "at the median", "p90": "at p90"}
        rows = [
            (f"{_NAMES[goal]}, {at[statistic]}", interval_words(first, target.intervals(goal, statistic)))
            for goal, statistic in columns
        ]
        return Table.of(("goal", words(first.name)), rows, "<<")
    head = ("wins", "wins, p90", "is level", "is level, p90")
    cells = [
        (
            *(formatted(axis.values[place], axis.unit) for axis, place in zip(rest, others, strict=True)),
            *(
                interval_words(first, target.intervals(goal, statistic, others))
                for goal, statistic in columns
            ),
        )
        for others in target.others()
    ]
    return Table.of((*(words(axis.name) for axis in rest), *head), cells, "<" * (len(rest) + len(head)))


def _notes(target: Target) -> Iterator[str]:
    first = target.axes[0]
    if len(target.axes) > 1:
        yield f"values of {words(first.name)}, at the median and at p90, for each value of the others"
    yield (
        f"some value tried wins in {percent(target.reach_win)} of the draws, and is level in "
        f"{percent(target.reach_level)}"
    )
    for goal, value in target.nearest.items():
        nearest = formatted(value, first.unit)
        yield f"nearest value outside of this range that {_NAMES[goal]} at the median: {nearest}"
    where = ", ".join(
        f"{words(axis.name)} {formatted(value, axis.unit)}"
        for axis, value in zip(target.axes, target.best, strict=True)
    )
    if not target.reached("win", "median"):
        yield f"no value tried wins at the median: {_why(target)}"
    if np.isfinite(target.median).any():
        made = "" if target.attribution is None else f"; at the stated inputs {target.attribution.words}"
        yield f"least median {ratio_digits(float(np.min(target.median)))} at {where}{made}"
    if target.missed > 0.0:
        share = percent(target.missed)
        yield f"in {share} of the draws the chip there is late, outside of a limit or without an estimate"
    if target.failed:
        yield f"there the chip fails what it does not fail today: {', '.join(target.failed)}"


def _why(target: Target) -> str:
    """What dominates where the ratio is least."""
    if target.refusal:
        return f"the chip has no estimate; {target.refusal}"
    if not target.largest:
        return "no component has a share of this result"
    parts = ", ".join(f"{path.removeprefix('chip.')} {percent(share)}" for path, share in target.largest)
    return f"at the best the neurons take {percent(target.neuron_share)} of it; {parts}"
