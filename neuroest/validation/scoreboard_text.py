"""The scoreboard as text for a terminal and as table rows."""

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from neuroest.core.text_layout import columns, wrapped
from neuroest.validation.board import Scoreboard
from neuroest.validation.case_spec import CLASSES
from neuroest.validation.families import FamilySummary, FirstSummary
from neuroest.validation.first_ratios import FirstValue
from neuroest.validation.scoring import Row, Summary

CLASS_NAMES: Mapping[str, str] = MappingProxyType(
    {"bookkeeping": "Bookkeeping", "structural": "Structural", "bottom_up": "Bottom-up"}
)
EVIDENCE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "measured_silicon": "measured silicon",
        "design_study": "design study",
        "vendor_estimate": "estimate of the vendor",
        "peer_simulator": "simulator",
        "measured_device": "measured device and its projections",
    }
)
VERDICT_NAMES: Mapping[str, str] = MappingProxyType({
    "within": "within", "known_miss": "known miss", "moved": "MOVED", "outside": "OUTSIDE", "anchor": "anchor",
})  # fmt: skip


def number(value: float) -> str:
    """A number with three digits, without needless exponents."""
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}"
    size = math.floor(math.log10(abs(value)))
    if -3 <= size < 6:
        return f"{value:.{max(2 - size, 0)}f}"
    return f"{value:.2e}"


def table(board: Scoreboard) -> str:
    """Text of the scoreboard for a terminal."""
    return "\n".join(_lines(board)).rstrip() + "\n"


def _lines(board: Scoreboard) -> Iterator[str]:
    for case in dict.fromkeys(row.case for row in board.rows):
        rows = [row for row in board.rows if row.case == case]
        yield f"{case} ({EVIDENCE_NAMES[rows[0].evidence]})"
        width = max(len(row.quantity) for row in rows)
        unit = max(len(row.unit) for row in rows)
        for quantity_class in CLASSES:
            chosen = [row for row in rows if row.quantity_class == quantity_class]
            yield from [f"  {CLASS_NAMES[quantity_class]}"] if chosen else []
            yield from (
                f"    {row.quantity:<{width}} {number(row.published):>8} {number(row.predicted):>8} {row.unit:<{unit}}"
                f" {row.ratio:6.3f} {VERDICT_NAMES[row.verdict]}{_band(row)}"
                f"{_first(board.first.get((row.case, row.quantity)))}"
                for row in chosen
            )
        yield ""
    yield from _summary_lines(board.summaries, "Chips")
    yield from _summary_lines(board.studies, "Design studies")
    yield from _summary_lines(board.peers, "Simulators of others")
    yield from _first_lines(board.first_and_present)
    yield from _family_lines(board.families)
    for row in board.failed:
        yield f"{VERDICT_NAMES[row.verdict]}: {row.case}.{row.quantity} has a ratio of {row.ratio:.4g}"


def board_rows(board: Scoreboard, *, reported: bool = False) -> list[dict[str, object]]:
    """The scoreboard as table rows, one per published value.

    Parameters
    ----------
    reported : bool
        Include the text of each value: its source and place, the reason for its tolerance, the reason for its miss.
    """
    return [
        {
            "case": row.case, "evidence": row.evidence, "quantity": row.quantity, "class": row.quantity_class,
            "unit": row.unit, "published": row.published, "predicted": row.predicted, "p10": row.low,
            "p90": row.high, "ratio": row.ratio, "inside": inside(row), "allowed": row.allowed,
            "verdict": row.verdict, "first_ratio": None if first is None else first.ratio,
        }
        | (
            {"p50": row.median, "status": row.status, "source": row.source, "locator": row.locator,
             "first_p10": first and first.p10, "first_p50": first and first.p50, "first_p90": first and first.p90,
             "reason": " ".join(row.reason.split()), "cause": " ".join(row.cause.split())}
            if reported else {}
        )
        for row in board.rows
        for first in [board.first.get((row.case, row.quantity))]
    ]  # fmt: skip


def factor(value: float | None) -> str:
    """A ratio with two decimals; a dash where there is none."""
    return "-" if value is None else f"{value:.2f}"


def _family_lines(found: Sequence[FamilySummary]) -> list[str]:
    """Families as a table; factors and medians are ratios, and the last column is the mean of ln(p90/p10)."""
    if not found:
        return []
    head = ("", "chips", "values", "median factor", "left out", "area", "energy", "inside", "width")
    lines = [
        (
            f"{s.family}, {'blind' if s.blind else 'all'}", f"{s.chips}", f"{s.values}",
            factor(s.median_factor), factor(s.left_out_factor), factor(s.area_median), factor(s.energy_median),
            f"{s.coverage:.0%}", f"{s.mean_band_width:.2f}",
        )
        for s in found
    ]  # fmt: skip
    heading = "Bottom-up values of chips by family, median of the band over published"
    return [heading, *columns([head, *lines], "<>>>>>>>>", indent=2), ""]


def _first_lines(found: Sequence[FirstSummary]) -> list[str]:
    """First and present errors of blind chips as a table."""
    if not found:
        return []
    head = ("", "chips", "values", "factor first", "now", "inside first", "now", "width first", "now")
    lines = [(s.family, f"{s.chips}", f"{s.values}", *first_and_present(s)) for s in found]
    heading = (
        "First ratios of blind chips, before any change, and present ones: median factor, share inside, width"
    )
    return [heading, *columns([head, *lines], "<>>>>>>>>", indent=2), ""]


def first_and_present(s: FirstSummary) -> tuple[str, ...]:
    """Median factor, share inside p10 to p90 and width of the bands, each first and now."""
    both = (s.first, s.present)
    return (
        *(factor(e.median_factor) for e in both), *(f"{e.coverage:.0%}" for e in both),
        *(f"{e.mean_band_width:.2f}" for e in both),
    )  # fmt: skip


def _first(value: FirstValue | None) -> str:
    return "" if value is None else f", first {value.ratio:.3g}"


def _band(row: Row) -> str:
    """The band of a bottom-up value, and whether the published value is inside."""
    if row.quantity_class != "bottom_up":
        return ""
    if not row.banded:
        return ", no band"
    return f", {'in' if row.inside else 'outside of'} {number(row.low)} .. {number(row.high)}"


def inside(row: Row) -> str:
    """Whether a value is inside its band, for bottom-up values with a band."""
    return ("yes" if row.inside else "no") if row.quantity_class == "bottom_up" and row.banded else ""


def _summary_lines(found: Sequence[Summary], title: str) -> Iterator[str]:
    if not found:
        return
    yield title
    for s in found:
        text = (
            f"  {CLASS_NAMES[s.quantity_class]:<12} {s.within:>3} of {s.count} within tolerance, median |ln ratio| "
            f"{s.median_absolute_log_ratio:.3f}, worst ratio {s.worst_ratio:.3g}"
        )
        if s.coverage is not None and s.mean_band_width is not None:
            text += f", {s.coverage:.0%} inside p10 to p90, mean ln(p90/p10) {s.mean_band_width:.2f}"
        yield from wrapped(text, hanging=17)
    yield ""
