"""Documents and rows of studies: contests, requirements of a device, and what measured values have taught."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.document import Block, Document, Gap, Heading, Interval, Paragraph, Points, Quantity, Table
from neuroest.core.text_layout import words
from neuroest.core.units import formatted, formatted_interval, percent, three_digits
from neuroest.pipeline.cost_table import DESCRIPTION
from neuroest.reporting.formatting import counted, ratio_digits
from neuroest.results.comparison import Verdict
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, column_name, label_and_unit
from neuroest.results.studies import GOALS, STATISTICS, Cell, Contest, Goal, RegimeAxis, Target, TargetAxis

if TYPE_CHECKING:
    from neuroest.validation.calibrate import Contradiction, Learnt, LearntCause


# --- Contests ------------------------------------------------------------------------------------------------------

_MAP = "The map: winner, and the cost of the runner-up over its own (medians)"
_DEAD_ENDS = "Choices without a feasible chip, and the check that most of these chips fail"
_NAMED = 2
"""Number of reasons to name for a choice without a valid chip."""
_WIDE = 9
"""Columns of a map in letters."""
_MANY = 1e3


def letters(contest: Contest) -> Mapping[str, str]:
    """A letter for each contender, in the order of the file."""
    return dict(zip(contest.titles, ascii_uppercase, strict=False))


def axis_value(axis: RegimeAxis, value: float) -> str:
    """A value of an axis with its unit."""
    return f"{value:.3g}" if axis.unit == "1" else formatted(value, axis.unit)


def contest_document(contest: Contest, *, screen: bool = False) -> Document:
    """Standings at the workload's own point, then the map, then the lines between winners.

    Parameters
    ----------
    contest : Contest
        The contest.
    screen : bool
        Whether a letter stands for each contender, so that the map fits 80 columns; otherwise each cell has the title
        of its winner and the band of the margin.
    """
    names = letters(contest) if screen else contest.titles
    choices = any(one.dead_ends for one in contest.standings)
    named = letters(contest)
    rows = [(named[name], contest.titles[name], wins, ahead) for name, (wins, ahead) in contest.wins.items()]
    return Document(
        _title(contest),
        (
            *_rules(contest), Gap(), Heading(_place(contest)), standings_table(contest),
            Points(tuple(_notes(contest))), Gap(), Heading(_MAP),
            *(_map_in_letters(contest) if screen else [map_table(contest)]), Gap(), Heading("Cells won"),
            Table.of(("", "contender", "wins", "ahead in a tie or level"), rows, "<<>>"), Gap(), Heading(_DEAD_ENDS),
            dead_ends_table(contest, names) if choices else "Every choice has a chip.", Gap(), Heading("Break-even"),
            lines_table(contest, names) if contest.lines else "One contender is ahead in the whole map.",
        ),
    )  # fmt: skip


def standings_table(contest: Contest) -> Table:
    """Each contender in its best chip at the workload's own point."""
    unit = label_and_unit(contest.objective)[1]
    head = ("", "median", "p10 .. p90", "x best", "p10 .. p90", "passes")
    rows = [
        (one.title, "no chip", "", "", "", "") if one.value is None or one.ratio is None else (
            one.title, Quantity(one.value.median, unit), Interval(one.value.low, one.value.high, unit),
            f"{one.ratio.median:.3g}", f"{one.ratio.low:.3g} .. {one.ratio.high:.3g}", percent(one.passes),
        )
        for one in contest.standings
    ]  # fmt: skip
    return Table.of(head, rows, "<>>>>>")


def map_table(contest: Contest) -> Table:
    """The map: winner, margin over the runner-up and its band in each cell."""
    x, y = contest.axes
    rows = [
        (
            axis_value(y, y.values[j]),
            *(_cell_words(contest, contest.cell(i, j)) for i in range(len(x.values))),
        )
        for j in reversed(range(len(y.values)))
    ]
    head = (f"{y.label} \\ {x.label}", *(axis_value(x, value) for value in x.values))
    return Table.of(head, rows, "<" * len(head))


def _cell_words(contest: Contest, cell: Cell) -> str:
    if not cell.winner:
        return "nobody"
    title = contest.titles[cell.winner]
    if cell.margin is None:
        return f"{title}, alone"
    return f"{title} {cell.margin.median:.3g} ({cell.margin.low:.3g} .. {cell.margin.high:.3g})"


def lines_table(contest: Contest, names: Mapping[str, str]) -> Table:
    """Points at which the winner changes along each axis, with a name for each contender."""
    rows = []
    for line in contest.lines:
        axis, other = sorted(contest.axes, key=lambda one: one.name != line.along)
        value = "one has no chip" if line.value is None else axis_value(axis, line.value)
        between = f"{axis_value(axis, line.low)} .. {axis_value(axis, line.high)}"
        at = f"{other.name.replace('_', ' ')} {axis_value(other, line.at)}"
        rows.append((line.along.replace("_", " "), at, names[line.before], names[line.after], value, between))
    return Table.of(("along", "at", "below", "above", "equal at", "between"), rows, "<><<>>")


def map_rows(contest: Contest) -> list[dict[str, Any]]:
    """One row per cell: position, winner, margin, and the winner's chip."""
    x, y = contest.axes
    return [
        {
            x.name: x.values[cell.x], y.name: y.values[cell.y], "verdict": cell.verdict, "winner": cell.winner,
            "runner_up": cell.runner_up, "margin_p10": cell.margin and cell.margin.low,
            "margin_median": cell.margin and cell.margin.median, "margin_p90": cell.margin and cell.margin.high,
            "chip": cell.chip,
            **{f"{name}_{contest.objective}": cell.median.get(name) for name in contest.titles},
        }
        for cell in contest.cells
    ]  # fmt: skip


def _title(contest: Contest) -> str:
    return f"{contest.name} on {contest.workload}: {contest.best} {label_and_unit(contest.objective)[0]} wins"


def _rules(contest: Contest) -> Iterator[str]:
    yield (
        f"{contest.chips} chips in each of {len(contest.cells)} cells; a chip competes if it passes every check, uses "
        "no model outside its range, and meets " + (", ".join(contest.limits) or "no further limit")
    )
    yield (
        f"medians and bands (p10 .. p90) are of {contest.samples} samples; parameters that two chips share are "
        "sampled once for both, and a sample without an estimate counts as infinite cost; passes: share of the samples "
        "that pass all checks"
    )
    share = percent(contest.relevance)
    yield (
        f"win: the band of the margin is above 1, its median by more than {share}, and neurons that differ contribute "
        f"as much; tie: they do, and the band contains 1; otherwise level"
        + ("".join(f"; {contest.titles[name]} is a bound and wins no cell" for name in contest.bounds))
    )
    enough = QUANTITIES[contest.objective].enough
    if math.isfinite(enough):
        label, unit = label_and_unit(contest.objective)
        yield f"{label}: beyond {formatted(enough, unit)} all are equal, and so is what has no end, such as no wear"
    if contest.given:
        yield contest.given


def _place(contest: Contest) -> str:
    words = " and ".join(
        f"{axis.name.replace('_', ' ')} {axis_value(axis, axis.values[axis.reference])}"
        for axis in contest.axes
    )
    stated = all(axis.stated for axis in contest.axes)
    return f"Position of the workload: {words}" if stated else f"At {words}; the workload does not state both"


def _notes(contest: Contest) -> Iterator[str]:
    judged = contest.cell(*(axis.reference for axis in contest.axes)).verdicts
    for one in contest.standings:
        if one.value is None:
            yield f"{one.title} has no chip: {one.reason}"
            continue
        area = formatted(one.totals["area_m2"], "m^2")
        yield f"{one.title}: {area}; {one.chip or 'as in its file'}"
        if one.attribution:
            yield f"{one.title}: {one.attribution}: {judged[one.contender]}"
        if one.works < 1.0:
            yield f"{one.title} has an estimate in {percent(one.works)} of the samples"


def dead_ends_table(contest: Contest, names: Mapping[str, str]) -> Table:
    """Choices without a valid chip at the workload's own point, the contenders, and the check that most chips fail."""
    contenders: dict[tuple[str, str], list[str]] = {}
    for one in contest.standings:
        for end in one.dead_ends:
            choices = ", ".join(f"{name} {label}" for name, label in end.choices.items()).replace("_", " ")
            reasons = ", ".join(list(end.reasons)[:_NAMED])
            contenders.setdefault((choices, reasons), []).append(names[one.contender])
    rows = [
        (choices, ", ".join(sorted(without)), reasons) for (choices, reasons), without in contenders.items()
    ]
    return Table.of(("no chip with", "of", "most fail by"), rows, "<<<")


def _map_in_letters(contest: Contest) -> Iterator[Block]:
    """Map in letters, in parts of 80 columns."""
    x, y = contest.axes
    named = letters(contest)
    for start in range(0, len(x.values), _WIDE):
        part = range(start, min(start + _WIDE, len(x.values)))
        rows = [
            (axis_value(y, y.values[j]), *(_letter(named, contest.cell(i, j)) for i in part))
            for j in reversed(range(len(y.values)))
        ]
        yield Table.of(("", *(axis_value(x, x.values[i]) for i in part)), rows, ">" + "<" * len(part))
        yield Gap()
    yield f"across: {x.label}; down: {y.label}"
    yield "lower-case letter: tie or level; a letter alone: no other contender has a chip"


def _letter(named: Mapping[str, str], cell: Cell) -> str:
    if not cell.winner:
        return "-"
    letter = named[cell.winner]
    if cell.margin is None:
        return letter
    text = f"{cell.margin.median:.2g}" if cell.margin.median < _MANY else f"{cell.margin.median:.0e}"
    return f"{letter if cell.verdict == 'win' else letter.lower()} {text.replace('e+0', 'e')}"


# --- Requirements of a device --------------------------------------------------------------------------------------

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
        today = ", ".join(f"{words(axis.name)} {formatted(axis.today, axis.unit)}" for axis in target.axes)
        notes.append(f"today, {today}: {_banded(target.today, target.verdict)}{_part(target)}")
    return Document(title, (*notes, Gap(), _table(target), Gap(), *_target_notes(target)))


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


def interval_words(axis: TargetAxis, intervals: Iterable[tuple[float, float]]) -> str:
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


def _target_notes(target: Target) -> Iterator[str]:
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


# --- What measured values have taught ------------------------------------------------------------------------------

_MOST_CAUSES = 6
_MOST_CANDIDATES = 4
_LONGEST_NAME = 28
_MOVED = 0.1
"""Change, in standard deviations, below which a cause is not worth a line."""


def learnt_document(learnt: Learnt) -> Document:
    """Measured values, contradictions, what moved, how much narrower the bands are, and what to measure next."""
    used = sum(one.used for one in learnt.values)
    return Document(
        f"{learnt.calibration.spec.name}: {used} of {counted(len(learnt.values), 'measured value')} of "
        f"{learnt.architecture} on {learnt.workload}",
        (
            Gap(), _values(learnt),
            "distance: measured from predicted, in standard deviations; ! contradicts, does not count",
            *(Paragraph(f"! {contradiction_words(one)}", tone="warning") for one in learnt.contradictions),
            Gap(), *_causes(learnt), Gap(), _totals(learnt), Gap(), _candidates(learnt), Gap(),
            Paragraph(
                f"{learnt.draws} draws, worth {learnt.effective:.0f} of the exact posterior; "
                f"{counted(learnt.iterations, 'iteration')}"
            ),
        ),
    )  # fmt: skip


def _values(learnt: Learnt) -> Table:
    rows = []
    for one in learnt.values:
        value = f"{one.value:.3g} {one.unit}".strip()
        before, after = (f"{band.low:.3g}..{band.high:.3g}" for band in (one.before, one.after))
        rows.append((one.name, value, before, after, f"{one.distance:+.1f}{'' if one.used else '!'}"))
    return Table.of(("", "measured", "before: p10..p90", "after", "distance"), rows, "<>>>>")


def contradiction_words(one: Contradiction) -> str:
    """A contradiction in one sentence, with the part that would have to be wrong."""
    size = f"{max(one.ratio, 1.0 / one.ratio):.3g} times {'above' if one.ratio > 1.0 else 'below'}"
    what = "the other values" if one.others else "what the draws reach"
    return (
        f"{one.value} is {size} its prediction ({abs(one.distance):.1f} standard deviations) and contradicts {what}; "
        f"to explain it alone, {cause_words(one.cause)} ({one.path}) would have to be {one.factor:.3g} times its "
        f"stated value, {abs(one.deviations):.1f} standard deviations off"
    )


def cause_words(cause: str) -> str:
    """Name of a cause: a parameter with its file, or the error of a model.

    Examples
    --------
    >>> cause_words("model_discrepancy:sram.energy"), cause_words("cmos_28nm_lp:on_current")
    ('the error of model sram in energy', 'on_current of cmos_28nm_lp')
    """
    origin, _, name = cause.partition(":")
    if origin == "model_discrepancy":
        model, _, quantity = name.rpartition(".")
        return f"the error of model {model} in {quantity.replace('_', ' ')}"
    return f"{name} of {origin}"


def _causes(learnt: Learnt) -> list[Table | str]:
    shown = [one for one in learnt.causes if abs(one.moved) + 1.0 - one.narrowed > _MOVED]
    if not shown:
        return ["nothing moved by more than a tenth of a standard deviation"]
    rows = [
        (_short_cause(one), _range(one.prior, one.unit), _range(one.posterior, one.unit), f"{one.moved:+.1f} sd",
         f"{one.narrowed:.0%}")
        for one in shown[:_MOST_CAUSES]
    ]  # fmt: skip
    more = len(shown) - _MOST_CAUSES
    table = Table.of(("moved", "before: p10 .. p90", "after", "by", "width"), rows, "<>>>>")
    return [table, *([f"and {more} more"] if more > 0 else [])]


def _short_cause(one: LearntCause) -> str:
    """Name of a cause, with its file where there is room."""
    origin, _, name = one.cause.partition(":")
    if one.model:
        model, _, cost = name.rpartition(".")
        return f"{DESCRIPTION}, {cost}" if model.endswith(DESCRIPTION) else f"model {name}"
    whole = f"{name} ({origin})"
    return whole if len(whole) <= _LONGEST_NAME else name


def _range(band: Band, unit: str) -> str:
    return formatted_interval(band.low, band.high, unit).replace(" .. ", "..")


def _totals(learnt: Learnt) -> Table:
    rows = []
    for one in learnt.totals:
        label, unit = label_and_unit(one.name)
        widths = (_width(band) for band in (one.prior, one.here, one.elsewhere))
        rows.append(
            (label, *widths, three_digits(one.prior.median, unit), three_digits(one.here.median, unit))
        )
    head = ("p90 / p10", "before", "this chip", "another chip", "median before", "this chip")
    return Table.of(head, rows, "<>>>>>")


def _width(band: Band) -> str:
    return f"x{band.high / band.low:.3g}" if band.low > 0.0 else "-"


def _candidates(learnt: Learnt) -> Table | str:
    rows = [
        (one.quantity, f"about {three_digits(one.expected, one.unit)}", f"x{one.width:.3g}", f"-{percent(one.reduced)}")
        for one in learnt.candidates[:_MOST_CANDIDATES]
        if math.isfinite(one.expected)
    ]  # fmt: skip
    if not rows:
        return "no further measurement narrows it"
    title = f"to narrow {QUANTITIES[learnt.target].label} further, measure (to 5 %)"
    return Table.of(("", "expected", "p90 / p10", "narrower by"), rows, "<>>>", title)
