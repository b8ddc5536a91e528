"""A contest as text of 80 columns, as a document, and as rows of a table."""

import math
from collections.abc import Iterator, Mapping
from string import ascii_uppercase
from typing import Any

from neuroest.core.text_layout import columns, wrapped
from neuroest.reporting.document import Document, Heading, Points
from neuroest.reporting.formatting import formatted, percent
from neuroest.reporting.table_model import Interval, Quantity, Table
from neuroest.reporting.text_style import PLAIN, Style
from neuroest.results.contest import BreakEven, Cell, Contest, RegimeAxis, Standing
from neuroest.results.estimate import Band
from neuroest.results.quantities import QUANTITIES, label_and_unit

_MAP = "The map: winner, and the cost of the runner-up over its own (medians)"
_DEAD_ENDS = "Choices without a feasible chip, and the check that most of these chips fail"
_NAMED = 2
"""Number of reasons to name for a choice without a valid chip."""
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


def contest_text(contest: Contest, style: Style = PLAIN) -> str:
    """Standings at the workload's own point, then the map, then the lines between winners."""
    lines = [style.bold(line) for line in wrapped(_title(contest), hanging=2)]
    lines += [line for note in _rules(contest) for line in wrapped(note, hanging=2)]
    lines += ["", style.bold(_place(contest)), *standings_table(contest).lines(indent=2)]
    lines += [line for note in _notes(contest) for line in wrapped(note, indent=2, hanging=4)]
    lines += ["", *[style.bold(line) for line in wrapped(_MAP)], *_map_lines(contest)]
    lines += ["", style.bold("Cells won"), *wins_table(contest).lines(indent=2)]
    if any(one.dead_ends for one in contest.standings):
        lines += ["", *[style.bold(line) for line in wrapped(_DEAD_ENDS)], *_dead_end_lines(contest)]
    if contest.lines:
        lines += ["", style.bold("Break-even"), *lines_table(contest, letters(contest)).lines(indent=2)]
    return "\n".join(lines) + "\n"


def contest_document(contest: Contest) -> Document:
    """Contest as a document for Markdown and HTML."""
    return Document(
        _title(contest),
        (
            Points(tuple(_rules(contest))),
            Heading(_place(contest)),
            standings_table(contest),
            Points(tuple(_notes(contest))),
            Heading(_MAP),
            map_table(contest),
            wins_table(contest),
            Heading(_DEAD_ENDS),
            dead_ends_table(contest)
            if any(one.dead_ends for one in contest.standings)
            else "Every choice has a chip.",
            Heading("Break-even"),
            lines_table(contest) if contest.lines else "One contender is ahead in the whole map.",
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


def lines_table(contest: Contest, names: Mapping[str, str] | None = None) -> Table:
    """Points at which the winner changes along each axis; contenders by their titles, or by other names."""
    rows = [_line(contest, line, names or contest.titles) for line in contest.lines]
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


def dead_ends_table(contest: Contest) -> Table:
    """Choices that leave a contender without a valid chip at the workload's own point, with reasons."""
    return Table.of(
        ("no chip with", "of", "most fail by"),
        [(choices, ", ".join(contest.titles[name] for name in names), reason)
         for choices, reason, names in _dead_ends(contest)],
        "<<<",
    )  # fmt: skip


def _dead_ends(contest: Contest) -> list[tuple[str, str, list[str]]]:
    """Choices, the most common failures of chips with them, and the affected contenders."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in contest.standings:
        for end in one.dead_ends:
            choices = ", ".join(f"{name} {label}" for name, label in end.choices.items()).replace("_", " ")
            reasons = ", ".join(list(end.reasons)[:_NAMED])
            found.setdefault((choices, reasons), []).append(one.contender)
    return [(choices, reason, names) for (choices, reason), names in found.items()]


def _dead_end_lines(contest: Contest) -> Iterator[str]:
    named = letters(contest)
    for choices, reason, names in _dead_ends(contest):
        yield from wrapped(
            f"{choices}: {reason} ({' '.join(sorted(named[name] for name in names))})", indent=2, hanging=4
        )


def _map_lines(contest: Contest) -> list[str]:
    """Map in letters, divided into parts of 80 columns."""
    x, y = contest.axes
    named = letters(contest)
    wide = 9
    lines: list[str] = []
    for start in range(0, len(x.values), wide):
        part = range(start, min(start + wide, len(x.values)))
        rows = [("", *(axis_value(x, x.values[i]) for i in part))]
        for j in reversed(range(len(y.values))):
            cells = (contest.cell(i, j) for i in part)
            rows.append((axis_value(y, y.values[j]), *(_letter(named, cell) for cell in cells)))
        lines += [*([""] if lines else []), *columns(rows, ">" + "<" * len(part), indent=2)]
    lines += wrapped(f"across: {x.label}; down: {y.label}", indent=2, hanging=4)
    lines += wrapped(
        "lower-case letter: tie or level; a letter alone: no other contender has a chip", indent=2,
        hanging=4,
    )  # fmt: skip
    return lines


def _letter(named: Mapping[str, str], cell: Cell) -> str:
    if not cell.winner:
        return "-"
    letter = named[cell.winner]
    if cell.margin is None:
        return letter
    text = f"{cell.margin.median:.2g}" if cell.margin.median < _MANY else f"{cell.margin.median:.0e}"
    return f"{letter if cell.verdict == 'win' else letter.lower()} {text.replace('e+0', 'e')}"
