"""Write the page ``docs/scoreboard.md``, and the record of the scoreboard that reports show.

::

    python docs/tools/scoreboard_page.py
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from description_factors import GUIDE, DescribedOnce, described_once, factors, read_described

from neuroest.loading.kinds import data_folder
from neuroest.validation.board import (
    CLASS_NAMES,
    RECORD_FILE,
    Scoreboard,
    factor,
    first_and_present,
    record_text,
    reproduce,
)
from neuroest.validation.case_spec import CLASSES
from neuroest.validation.cases import load_case, shipped_cases
from neuroest.validation.scoring import COVERAGE_GOAL, EVERY_NODE, Calibration, Row, Summary, summaries

PAGE = Path(__file__).parents[1] / "scoreboard.md"

_MEANING = {
    "bookkeeping": "sums of published inputs must close",
    "structural": "scaling with bits, size or bandwidth from one anchored point, or from the structure alone",
    "bottom_up": "from process and device constants alone",
}


def _markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *(
            "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
            for row in rows
        ),
        "",
    ]


def page(board: Scoreboard) -> str:
    """The page ``docs/scoreboard.md``."""
    lines = [
        "<!-- Written by docs/tools/scoreboard_page.py; change the cases under validation/ instead. -->",
        "# Scoreboard",
        "",
        "How close are estimates to published chips?",
        *_headline(board),
        "A case is a folder under `validation/`; `neuroest reproduce CASE` prints its values,",
        "[one page](../validation/) those of all. A *ratio* is predicted over published. No constant was fitted to one",
        "chip; several were chosen with known ratios, so those rows are",
        "[in-sample](validation.md#choices-made-with-known-ratios). Classes are never averaged together:",
        "",
        *(f"- **{CLASS_NAMES[c]}**: {_MEANING[c]}." for c in CLASSES),
        "",
        "## By class",
        "",
        "Chips are measured or estimated by their vendor, studies have not been built, and peers are simulators of",
        "other groups, which are no evidence of accuracy.",
        "",
        *_summaries({"chips": board.summaries, "studies": board.studies, "peers": board.peers}),
    ]
    lines += _misses(board)
    lines += _first(board)
    lines += _families(board)
    lines += _nodes(board)
    lines += _descriptions()
    lines += _bands(board)
    return "\n".join([*lines, *_constants(board)]).rstrip() + "\n"


def _summaries(found: Mapping[str, Sequence[Summary]]) -> list[str]:
    return _markdown_table(
        ("of", "class", "values", "within tolerance", "median abs(ln ratio)", "worst ratio", "inside p10 to p90",
         "mean ln(p90/p10)"),
        (
            (
                of, CLASS_NAMES[s.quantity_class], str(s.count), str(s.within), f"{s.median_absolute_log_ratio:.3f}",
                f"{s.worst_ratio:.3g}", "-" if s.coverage is None else f"{s.coverage:.0%}",
                "-" if s.mean_band_width is None else f"{s.mean_band_width:.2f}",
            )
            for of, each in found.items()
            for s in each
        ),
    )  # fmt: skip


def _headline(board: Scoreboard) -> list[str]:
    """First and present errors of all blind chips in a sentence."""
    summary = next((s for s in board.first_and_present if s.family == "all"), None)
    if summary is None:
        return []
    first, present = summary.first, summary.present
    return [
        "A chip described once, before any ratio was computed, was off by a median factor of",
        f"**{first.median_factor:.2f}**, with {first.coverage:.0%} of the values inside p10 to p90:",
        f"{summary.values} bottom-up values of {summary.chips} chips, by the models of the day. The present models,",
        f"in part a fit to these chips and with corrected descriptions, are off by {present.median_factor:.2f}, with",
        f"{present.coverage:.0%} inside. First descriptions with the models of today, each chip with the widths of",
        "the [others](calibration.md#chips-that-are-described-once), are the fairest guess for the next chip:",
        f"{'; '.join(map(_once, described_once(read_described())))} ([bands](#error-of-a-description)).",
        "",
    ]


def _once(found: DescribedOnce) -> str:
    """Error of a family's first descriptions."""
    return f"{found.family} {found.median_factor:.2f}, {found.coverage:.0%} inside"


def _first(board: Scoreboard) -> list[str]:
    """First and present errors of blind chips of each family, side by side."""
    if not board.first_and_present:
        return []
    without = [
        f"{case} {name.replace('_', ' ')} ({value.ratio:.3g})"
        for (case, name), value in board.first.items()
        if value.p10 == value.p90
        if any(r.banded for r in board.rows if (r.case, r.quantity) == (case, name))
    ]
    return [
        "## First ratios of blind chips",
        "",
        "*First*: by the code of the commit with the description (`first.yaml` of each case). *Now*: the present",
        "prediction, in part a fit to these chips. The *median factor* is the exponential of the median of",
        "abs(ln(p50 / published)).",
        "",
        *_markdown_table(
            ("family", "chips", "values", "median factor, first", "now", "inside p10 to p90, first", "now",
             "mean ln(p90/p10), first", "now"),
            ((s.family, str(s.chips), str(s.values), *first_and_present(s)) for s in board.first_and_present),
        ),
        *([f"Without a band at first, and therefore not counted: {', '.join(without)}.", ""] if without else []),
    ]  # fmt: skip


def _families(board: Scoreboard) -> list[str]:
    """Errors of the chips of each family, with the blind ones shown separately."""
    if not board.families:
        return []
    return [
        "## By family of chips",
        "",
        "Bottom-up values, by the median of the band. A *blind* chip was described before its first score; since then",
        "only errors were corrected, and listed changes made. *Left out*: the median factor of nominal ratios when",
        "each chip is divided by the median of the others of its family, by cost. Medians count each chip once.",
        "",
        *_markdown_table(
            ("family", "chips", "values", "median factor", "left out", "median area", "median energy",
             "inside p10 to p90", "each chip once", "mean ln(p90/p10)"),
            (
                (
                    f"{s.family}, {'blind' if s.blind else 'all'}", str(s.chips), str(s.values),
                    factor(s.median_factor), factor(s.left_out_factor), factor(s.area_median),
                    factor(s.energy_median), f"{s.coverage:.0%}", f"{s.coverage_by_chip:.0%}",
                    f"{s.mean_band_width:.2f}",
                )
                for s in board.families
            ),
        ),
    ]  # fmt: skip


def _nodes(board: Scoreboard) -> list[str]:
    """Errors of chips by kind of cost, node and family."""
    if not board.nodes:
        return []
    families = tuple(dict.fromkeys(s.family for s in board.nodes))
    return [
        "## By node",
        "",
        "The same values: the median, the factor *left out*, and the share of the chips inside p10 to p90, each once.",
        "*Both* are digital and spiking chips.",
        "",
        _biased(board),
        "",
        *_markdown_table(("cost", "nodes", *families), _by_node(board, families)),
    ]


def _by_node(board: Scoreboard, families: Sequence[str]) -> Iterable[Sequence[str]]:
    """Rows of costs and nodes with a cell for each family."""
    cells = {
        (s.kind, s.nodes, s.family): f"{factor(s.median)}, {factor(s.left_out_factor)}, "
        f"{s.coverage_by_chip:.0%} of {s.chips}"
        for s in board.nodes
    }
    for kind, nodes in dict.fromkeys((s.kind, s.nodes) for s in board.nodes):
        yield kind, nodes, *(cells.get((kind, nodes, family), "") for family in families)


def _biased(board: Scoreboard) -> str:
    """Rows of many chips whose median is far from one."""
    names = [
        f"{s.kind}, {s.nodes.replace(EVERY_NODE, 'all nodes')} ({s.family}, {s.median:.2f})"
        for s in board.nodes
        if s.biased
    ]
    return f"Outside 0.8 to 1.25 with eight chips or more: {', '.join(names) if names else 'none'}."


def _descriptions() -> list[str]:
    """Errors of a description by family and cost, with the chips that they come from."""
    return [
        "## Error of a description",
        "",
        "Bands of every estimate contain a factor for what a description leaves out or states wrongly",
        "([rule](calibration.md#chips-that-are-described-once)). *Exponent* is that of the errors of models. *Left",
        "out* is the share inside of each chip with exponent and factor of the others; each chip counts once.",
        "",
        *_markdown_table(
            ("family", "cost", "chips", "exponent", "factor", "median factor", "inside without it", "with it",
             "left out", "mean ln(p90/p10)"),
            (
                (
                    each.family, each.cost, f"{len(each.chips)} {each.chosen}", f"{each.exponent:g}",
                    f"{each.factor:g}", f"{each.median_factor:.2f}", f"{each.before:.0%}", f"{each.coverage:.0%}",
                    f"{each.left_out:.0%}", f"{each.mean_width:.2f}",
                )
                for each in factors(read_described())
            ),
        ),
        "All first descriptions with the models of today, each chip with exponents and factors of the others, and",
        f"those since {GUIDE}, the day of the guides:",
        "",
        *_markdown_table(
            ("family", "described", "chips", "values", "median factor", "inside p10 to p90", "each chip once",
             "mean ln(p90/p10)"),
            (
                (
                    each.family, when, str(each.chips), str(each.values), f"{each.median_factor:.2f}",
                    f"{each.coverage:.0%}", f"{each.coverage_by_chip:.0%}", f"{each.mean_width:.2f}",
                )
                for when, day in (("any day", ""), ("since the guide", GUIDE))
                for each in described_once(read_described(), day)
            ),
        ),
    ]  # fmt: skip


def _bands(board: Scoreboard) -> list[str]:
    calibration = board.calibration
    if calibration is None:
        return []
    least, worst = min((share, chip) for chip, share in calibration.left_out_by_chip.items())
    return [
        "## Bands",
        "",
        (
            "One exponent acts on the errors of all models (`prior_error`): as shipped, in "
            f"`neuroest/error_analysis/model_discrepancy.yaml`, {calibration.shipped:g}."
        ),
        "[Coverage](validation.md#bands) of the bottom-up values of chips, without the error of a description:",
        "",
        *_markdown_table(
            ("exponent", *(f"{scale:g}" for scale in calibration.coverage)),
            [
                ("inside p10 to p90", *(f"{value:.0%}" for value in calibration.coverage.values())),
                ("the same, each chip once", *(f"{value:.0%}" for value in calibration.by_chip.values())),
                ("mean ln(p90/p10)", *(f"{value:.2f}" for value in calibration.width.values())),
            ],
        ),
        (
            "Leave-one-chip-out: each chip by the smallest exponent with which "
            f"{COVERAGE_GOAL:.0%} of the *other* chips' values are inside,"
        ),
        (
            f"also with each of them counted once ({min(calibration.chosen.values()):g} to "
            f"{max(calibration.chosen.values()):g}). The bands then cover {calibration.left_out_coverage:.0%} of the "
            "chips left out and"
        ),
        f"{calibration.left_out_of_values:.0%} of all their values ({worst}, the least, {least:.0%}).",
        _error_of(calibration),
        "",
    ]


def _error_of(calibration: Calibration) -> str:
    """How much so few chips can show of the coverage of chips that were left out."""
    middle, error = calibration.left_out_coverage, calibration.left_out_standard_error
    return (
        f"So few chips, {len(calibration.left_out_by_chip)}, show it with a standard error of "
        f"{100.0 * error:.0f} percentage points: {max(middle - error, 0.0):.0%} to {min(middle + error, 1.0):.0%}."
    )


def _constants(board: Scoreboard) -> list[str]:
    lines = [
        "## Constants",
        "",
        "Fitted constants, and the error on values that were not used in the fit. No value is scored with a constant",
        "that was solved from it.",
        "",
    ]
    solved = [
        (r.case.spec.name, "; ".join(" ".join(text.split()) for text in r.case.spec.fitted),
         _others(board, r.case.spec.name))
        for r in board.results
        if r.case.spec.fitted
    ]  # fmt: skip
    calibration, rows = board.calibration, []
    if calibration is not None:
        rows.append(
            (
                f"the one exponent over all model discrepancies, {calibration.shipped:g}",
                f"bottom-up values of {len(calibration.chosen)} chips",
                f"each chip by the exponent of the others: {calibration.left_out_coverage:.0%} inside, see above",
            )
        )
    rows += [(text, f"values of {name} itself", error) for name, text, error in solved]
    lines += _markdown_table(("fitted", "on", "error shown"), rows) if rows else ["None was fitted.", ""]
    shared = [r.case.spec for r in board.results if r.case.spec.shared_with_model]
    if shared:
        lines += [
            f"Shipped constants name {len(shared)} of these chips among their sources; the site has each:",
            f"{', '.join(s.name for s in shared)}.",
            "",
            "<!-- site: scoreboard_shared -->",
        ]
        named = {s.name for s in shared}
        rest = [row for row in board.rows if row.case not in named]
        apart = next(s for s in summaries(rest) if s.quantity_class == "bottom_up")
        lines += [
            "",
            f"Of the {apart.count} bottom-up values of the other chips {apart.within} are within tolerance; the median",
            f"of abs(ln ratio) is {apart.median_absolute_log_ratio:.3f}, and {apart.coverage:.0%} are inside p10 to",
            "p90.",
        ]
    return lines


def _others(board: Scoreboard, case: str) -> str:
    """Errors of the values of a case that were not used in a fit."""
    logs = [
        math.log(row.ratio)
        for row in board.rows
        if row.case == case and row.quantity_class == "structural" and row.scored
    ]
    if not logs:
        return "no other values of the case"
    median, worst = statistics.median(map(abs, logs)), math.exp(max(logs, key=abs))
    return (
        f"its {len(logs)} other structural values: median abs(ln ratio) {median:.3f}, worst ratio {worst:.3g}"
    )


def _misses(board: Scoreboard) -> list[str]:
    """Every value outside its tolerance with its ratio."""
    found = [row for row in board.rows if row.scored and row.verdict != "within"]
    return [
        "## Misses by cause",
        "",
        f"All {len(found)} values outside their tolerance; the `published.yaml` of each case and the site have the",
        "cause:",
        f"{', '.join(map(_missed, sorted(found, key=lambda row: row.ratio)))}.",
        "",
        "<!-- site: scoreboard_misses -->",
        "",
    ]


def _missed(row: Row) -> str:
    return f"{row.case} {row.quantity.replace('_', ' ')} ({row.ratio:.3g})"


def missed(rows: Iterable[Row]) -> list[str]:
    """Every value outside its tolerance, by the cause that its case states."""
    by_cause: dict[str, list[Row]] = {}
    for row in rows:
        if row.scored and row.verdict != "within":
            by_cause.setdefault(" ".join(row.cause.split()), []).append(row)
    return [
        f"- {', '.join(map(_missed, found))}: {cause or 'no cause is stated'}."
        for cause, found in by_cause.items()
    ]


def shared_constants() -> list[str]:
    """Shipped constants that name a published chip among their sources."""
    specs = [load_case(name).spec for name in shipped_cases()]
    return [f"- {s.title}: {' '.join(text.split())}." for s in specs for text in s.shared_with_model]


def main() -> None:
    """Rebuild all shipped cases and write the page and the record."""
    board = reproduce()
    PAGE.write_text(page(board), encoding="utf-8")
    (data_folder("validation_case") / RECORD_FILE).write_text(record_text(board), encoding="utf-8")


if __name__ == "__main__":
    main()
