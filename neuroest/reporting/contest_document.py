"""A contest as a document and as rows of a table."""

import math
from collections.abc import Iterator, Mapping
from string import ascii_uppercase
from typing import Any

from neuroest.reporting.document import Block, Document, Gap, Heading, Points
from neuroest.reporting.formatting import formatted, percent
from neuroest.reporting.table_model import Interval, Quantity, Table
from neuroest.results.contest import BreakEven, Cell, Contest, RegimeAxis, Standing
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, label_and_unit

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


def margin_words(margin: Band | None) -> str:
    """A margin with its band: ``1.8 (1.2 .. 3.1)``."""
    return "-" if margin is None else f"{margin.median:.3g} ({margin.low:.3g} .. {margin.high:.3g})"


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
    return Document(
        _title(contest),
        (
            *_rules(contest), Gap(), Heading(_place(contest)), standings_table(contest),
            Points(tuple(_notes(contest))), Gap(), Heading(_MAP),
            *(_map_in_letters(contest) if screen else [map_table(contest)]), Gap(), Heading("Cells won"),
            wins_table(contest), Gap(), Heading(_DEAD_ENDS),
            dead_ends_table(contest, names) if choices else "Every choice has a chip.", Gap(), Heading("Break-even"),
            lines_table(contest, names) if contest.lines else "One contender is ahead in the whole map.",
        ),
    )  # fmt: skip


def standings_table(contest: Contest) -> Table:
    """Each contender in its best chip at the workload's own point."""
    unit = label_and_unit(contest.objective)[1]
    head = ("", "median", "p10 .. p90", "x best", "p10 .. p90", "passes")
    rows = [_standing(one, unit) for one in contest.standings]
    return Table.of(head, rows, "<>>>>>")


def _standing(one: Standing, unit: str) -> tuple[Any, ...]:
    if one.value is None or one.ratio is None:
        return (one.title, "no chip", "", "", "", "")
    return (
        one.title, Quantity(one.value.median, unit), Interval(one.value.low, one.value.high, unit),
        f"{one.ratio.median:.3g}", f"{one.ratio.low:.3g} .. {one.ratio.high:.3g}", percent(one.passes),
    )  # fmt: skip


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
    return f"{title}, alone" if cell.margin is None else f"{title} {margin_words(cell.margin)}"


def wins_table(contest: Contest) -> Table:
    """Number of cells that each contender wins, and of those where it leads within the band."""
    named = letters(contest)
    rows = [(named[name], contest.titles[name], wins, ahead) for name, (wins, ahead) in contest.wins.items()]
    return Table.of(("", "contender", "wins", "ahead in a tie or level"), rows, "<<>>")


def lines_table(contest: Contest, names: Mapping[str, str]) -> Table:
    """Points at which the winner changes along each axis, with a name for each contender."""
    rows = [_line(contest, line, names) for line in contest.lines]
    return Table.of(("along", "at", "below", "above", "equal at", "between"), rows, "<><<>>")


def _line(contest: Contest, line: BreakEven, names: Mapping[str, str]) -> tuple[str, ...]:
    axis = next(one for one in contest.axes if one.name == line.along)
    other = next(one for one in contest.axes if one.name != line.along)
    value = "one has no chip" if line.value is None else axis_value(axis, line.value)
    low, high = axis_value(axis, line.low), axis_value(axis, line.high)
    at = f"{other.name.replace('_', ' ')} {axis_value(other, line.at)}"
    return (
        line.along.replace("_", " "), at, names[line.before], names[line.after], value, f"{low} .. {high}",
    )  # fmt: skip


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
