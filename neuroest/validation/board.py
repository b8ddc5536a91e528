"""The scoreboard: all requested cases with their scores, as text, as rows and as recorded.

>>> board = reproduce(["isaac_ce"])
>>> board.failed
()
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, field
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from neuroest.core.document import Block, Document, Facts, Gap, Heading, Span, Table
from neuroest.core.errors import NeuroestError, printable
from neuroest.core.files import write_whole
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.progress import Progress, silent
from neuroest.core.text_layout import Exported
from neuroest.error_analysis.draws import discrepancies
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.loading.kinds import data_folder
from neuroest.results.estimate import Estimate
from neuroest.specs.loaded import listed
from neuroest.validation.case_spec import CLASSES, FIRST_FILE, FirstRatiosSpec, FirstValue, first_text
from neuroest.validation.cases import CaseResult, run_case, run_of, selected_cases
from neuroest.validation.expressions import unit_factor
from neuroest.validation.scoring import (
    CHIPS,
    COVERAGE_GOAL,
    Calibration,
    FamilySummary,
    FirstSummary,
    NodeSummary,
    Row,
    Summary,
    calibrate,
    case_rows,
    family_summaries,
    first_summaries,
    node_summaries,
    row_data,
    summaries,
)

SCHEMA_VERSION = "1.3"
"""Version of the JSON that `Scoreboard.to_dict` returns."""
_NODE = "technology.process.feature_size"
"""Claim that is the node of a design."""


@frozen_dataclass
class Scoreboard(Exported):
    """All requested cases with their scores.

    Attributes
    ----------
    rows : tuple of Row
        One row per published value.
    summaries : tuple of Summary
        Summaries by class, chips only.
    studies, peers : tuple of Summary
        Summaries by class of design studies and of third-party simulators.
    """

    results: tuple[CaseResult, ...] = field(repr=False)
    rows: tuple[Row, ...]
    summaries: tuple[Summary, ...]
    studies: tuple[Summary, ...]
    peers: tuple[Summary, ...]

    def __repr__(self) -> str:
        within = sum(row.verdict == "within" for row in self.rows)
        return f"<Scoreboard: {len(self.results)} cases, {within} of {len(self.rows)} values within what is allowed>"

    @property
    def failed(self) -> tuple[Row, ...]:
        """Values that have moved out of the range stated in their case."""
        return tuple(row for row in self.rows if row.failed)

    @cached_property
    def calibration(self) -> Calibration | None:
        """Width of the model discrepancies versus coverage, leave-one-chip-out, on the non-blind chips."""
        return calibrate(self.results, discrepancies().scale)

    @cached_property
    def families(self) -> tuple[FamilySummary, ...]:
        """Errors of the chips in each family, with blind chips also listed separately."""
        blind = frozenset(result.case.spec.name for result in self.results if result.case.spec.blind)
        return tuple(family_summaries(self.rows, self._family_of, blind))

    @cached_property
    def first(self) -> Mapping[tuple[str, str], FirstValue]:
        """First predictions of the values of blind cases, by case and value."""
        return {
            (result.case.spec.name, name): value
            for result in self.results
            if result.case.first is not None
            for name, value in result.case.first.values.items()
        }

    @cached_property
    def first_and_present(self) -> tuple[FirstSummary, ...]:
        """Errors of blind chips by family, with their first ratios and with the present ones."""
        return tuple(first_summaries(self.rows, self._family_of, self.first))

    @cached_property
    def nodes(self) -> tuple[NodeSummary, ...]:
        """Errors of analog, digital and spiking chips by kind of cost and node."""
        found = {
            (spec.name, name): claim.value
            for result in self.results
            for spec in [result.case.spec]
            for name, stated in result.case.published.items()
            if (run := run_of(spec, stated)) in result.estimates
            and (claim := result.estimates[run].claims.get(_NODE)) is not None
        }
        return tuple(node_summaries(self.rows, self._family_of, found))

    @property
    def _family_of(self) -> dict[str, str]:
        specs = [result.case.spec for result in self.results]
        return {spec.name: spec.family for spec in specs if spec.family is not None}

    def to_dict(self) -> dict[str, Any]:
        """The scoreboard as plain data, in the layout of ``--format json``."""
        calibration = self.calibration
        return {
            "schema_version": SCHEMA_VERSION,
            "neuroest_version": package_version(),
            "rows": [
                row_data(row)
                | {"first": None if first is None else first.model_dump() | {"ratio": first.ratio}}
                for row in self.rows
                for first in [self.first.get((row.case, row.quantity))]
            ],
            "summaries": [asdict(summary) for summary in self.summaries],
            "studies": [asdict(summary) for summary in self.studies],
            "peers": [asdict(summary) for summary in self.peers],
            "first_and_present": [asdict(summary) for summary in self.first_and_present],
            "families": [asdict(summary) for summary in self.families],
            "nodes": [asdict(summary) for summary in self.nodes],
            "calibration": None if calibration is None else {
                "by_scale": [
                    {
                        "scale": s, "coverage": c, "coverage_by_chip": calibration.by_chip[s],
                        "mean_band_width": calibration.width[s],
                    }
                    for s, c in calibration.coverage.items()
                ],
                "chosen_without": dict(calibration.chosen),
                "left_out_coverage": calibration.left_out_coverage,
                "left_out_standard_error": calibration.left_out_standard_error,
                "left_out_of_values": calibration.left_out_of_values,
                "left_out_by_chip": dict(calibration.left_out_by_chip),
                "shipped_scale": calibration.shipped,
            },
            "fitted_constants": {r.case.spec.name: list(r.case.spec.fitted) for r in self.results},
            "failed": [f"{row.case}.{row.quantity}" for row in self.failed],
        }  # fmt: skip


def reproduce(cases: str | Sequence[str] = (), progress: Progress = silent) -> Scoreboard:
    """Rebuild published chips and compare the estimates with the published values.

    Parameters
    ----------
    cases : str or sequence of str
        Names of shipped cases, or folders of other cases; by default, all shipped chips. Duplicates count once.
    progress : callable
        Called with the completed fraction.

    Returns
    -------
    Scoreboard
        Scores with bands, by class.

    Raises
    ------
    UnknownNameError
        If a case does not exist.
    SpecError
        With all problems of a file.
    """
    asked = selected_cases(listed(cases))
    results = []
    for number, case in enumerate(asked, 1):
        results.append(run_case(case))
        progress(number / len(asked))
    rows = tuple(row for result in results for row in case_rows(result))
    return Scoreboard(
        tuple(results), rows, tuple(summaries(rows)), tuple(summaries(rows, ("design_study",))),
        tuple(summaries(rows, ("peer_simulator",))),
    )  # fmt: skip


def write_first(board: Scoreboard) -> None:
    """Write the first ratios of values that have none to the file next to their case.

    Parameters
    ----------
    board : Scoreboard
        Blind cases with their scores.

    Raises
    ------
    NeuroestError
        If a case is not blind, or all its values have a first ratio, which never changes. Nothing is written then.
    """
    texts: dict[Path, str] = {}
    for result in board.results:
        case, name = result.case, result.case.spec.name
        if not case.spec.blind:
            raise NeuroestError(f"{name} is not blind: only cases that state `blind: true` have first ratios")
        scored = [row for row in board.rows if row.case == name and row.scored]
        known = {} if case.first is None else {**case.first.values, **case.first.unknown}
        now: dict[str, Any] = {"date": datetime.now(UTC).date().isoformat(), "version": package_version()}
        added = {
            row.quantity: FirstValue(
                unit=row.unit, published=row.published, predicted=row.predicted, p10=row.low, p50=row.median,
                p90=row.high, **now,
            )
            for row in scored if row.quantity not in known
        }  # fmt: skip
        file = case.folder / FIRST_FILE
        if not added:
            where = printable(str(file))
            raise NeuroestError(f"{where}: has the first ratios of all values of {name}, which never change")
        spec = case.first or FirstRatiosSpec(kind="first_ratios", name=name)
        texts[file] = first_text(spec.model_copy(update={"values": {**spec.values, **added}}))
    for file, text in texts.items():
        write_whole(file, text.encode())


# --- The scoreboard as text and as rows ----------------------------------------------------------------------------

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


_CLASS_WIDTH = 13
"""Characters of the longest name of a class with its colon."""


def number(value: float) -> str:
    """A number with three digits, without needless exponents."""
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}"
    size = math.floor(math.log10(abs(value)))
    if -3 <= size < 6:
        return f"{value:.{max(2 - size, 0)}f}"
    return f"{value:.2e}"


def document(board: Scoreboard) -> Document:
    """The values of each case, the summaries, and what failed."""
    blocks: list[Block] = []
    for case in dict.fromkeys(row.case for row in board.rows):
        rows = [row for row in board.rows if row.case == case]
        cells: list[tuple[object, ...]] = []
        for quantity_class in CLASSES:
            chosen = [row for row in rows if row.quantity_class == quantity_class]
            cells += [(Span(f"  {CLASS_NAMES[quantity_class]}"), *[""] * 5)] if chosen else []
            cells += [
                (
                    row.quantity, number(row.published), number(row.predicted), row.unit, f"{row.ratio:.3f}",
                    f"{VERDICT_NAMES[row.verdict]}{_band(row)}{_first(board.first.get((row.case, row.quantity)))}",
                )
                for row in chosen
            ]  # fmt: skip
        values = Table.of([""] * 6, cells, "<>><><", indent=4, gap=2)
        blocks += [Heading(f"{case} ({EVIDENCE_NAMES[rows[0].evidence]})"), values, Gap()]
    for title, found in (
        ("Chips", board.summaries),
        ("Design studies", board.studies),
        ("Simulators of others", board.peers),
    ):
        if found:
            facts = tuple((CLASS_NAMES[s.quantity_class], _summary(s)) for s in found)
            blocks += [title, Facts(facts, _CLASS_WIDTH), Gap()]
    if board.first_and_present:
        heads = ("", "chips", "values", "factor first", "now", "inside first", "now", "width first", "now")
        lines = [
            (s.family, f"{s.chips}", f"{s.values}", *first_and_present(s)) for s in board.first_and_present
        ]
        blocks += [
            "First ratios of blind chips, before any change, and present ones: median factor, share inside, width",
            Table.of(heads, lines, "<>>>>>>>>", indent=2, gap=2), Gap(),
        ]  # fmt: skip
    if board.families:
        # factors and medians are ratios, and the last column is the mean of ln(p90/p10)
        heads = ("", "chips", "values", "median factor", "left out", "area", "energy", "inside", "width")
        ratios = [
            (s.median_factor, s.left_out_factor, s.area_median, s.energy_median) for s in board.families
        ]
        lines = [
            (
                f"{s.family}, {'blind' if s.blind else 'all'}", f"{s.chips}", f"{s.values}", *map(factor, of),
                f"{s.coverage:.0%}", f"{s.mean_band_width:.2f}",
            )
            for s, of in zip(board.families, ratios, strict=True)
        ]  # fmt: skip
        blocks += [
            "Bottom-up values of chips by family, median of the band over published",
            Table.of(heads, lines, "<>>>>>>>>", indent=2, gap=2), Gap(),
        ]  # fmt: skip
    for row in board.failed:
        name = f"{row.case}.{row.quantity}"
        blocks.append(f"{VERDICT_NAMES[row.verdict]}: {name} has a ratio of {row.ratio:.4g}")
    return Document("", tuple(blocks))


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


def _summary(s: Summary) -> str:
    text = (
        f"{s.within:>3} of {s.count} within tolerance, median |ln ratio| {s.median_absolute_log_ratio:.3f}, "
        f"worst ratio {s.worst_ratio:.3g}"
    )
    if s.coverage is not None and s.mean_band_width is not None:
        text += f", {s.coverage:.0%} inside p10 to p90, mean ln(p90/p10) {s.mean_band_width:.2f}"
    return text


# --- The recorded scoreboard ---------------------------------------------------------------------------------------

RECORD_FILE = "scoreboard.json"
"""Next to the cases."""
_DIGITS = 6
_LEFT_OUT = ("reason", "status", "median", "allowed")
"""Keys shown on the scoreboard page but not in a report."""


@frozen_dataclass
class RecordedCase:
    """Description of a case.

    Attributes
    ----------
    evidence : str
        Whether silicon was measured, or who calculated.
    levels : tuple of str
        Kinds of its computing levels.
    models : tuple of str
        Block models used in its chips.
    """

    name: str
    title: str
    evidence: str
    levels: tuple[str, ...]
    models: tuple[str, ...]

    @property
    def is_chip(self) -> bool:
        """Whether the values come from a chip."""
        return self.evidence in CHIPS


@frozen_dataclass
class Record:
    """Scores of all shipped cases, computed by one version of neuroest.

    Attributes
    ----------
    version : str
        The version.
    goal, left_out_coverage : float
        Target share of the bottom-up values of chips inside the bands, and actual share when the width of the bands is
        chosen without the chip.
    """

    version: str
    goal: float
    left_out_coverage: float | None
    cases: tuple[RecordedCase, ...]
    rows: tuple[Row, ...]

    @cached_property
    def by_case(self) -> dict[str, RecordedCase]:
        """The cases by name."""
        return {case.name: case for case in self.cases}

    def of_levels(self, levels: Iterable[str]) -> tuple[Row, ...]:
        """Scored values of the cases that have one of these computing level kinds."""
        wanted = set(levels)
        names = {case.name for case in self.cases if wanted & set(case.levels)}
        return tuple(row for row in self.rows if row.case in names and row.scored)

    def summaries(self, rows: Iterable[Row]) -> tuple[Summary, ...]:
        """Values of chips by class; design studies and simulators are excluded, since they are not evidence."""
        return tuple(summaries(tuple(rows)))


def models_by_path(result: Estimate) -> dict[str, str]:
    """Model of every block of a design, and mapper of its computing level, by path."""
    found = {}
    for part in result.design.root.walk():
        name = getattr(part.spec, "mapper", None) or getattr(part.spec, "model", None)
        if name is not None:
            found[part.path] = str(name)
    return found


def level_of(result: Estimate) -> str:
    """Kind of the computing level of a design: its mapper, and the domain in which static cells compute."""
    level = result.evaluation.levels[0].mapped.level
    if not is_crossbar(level.compute) or level.compute.cell.summation.flows:
        return str(level.mapper)
    return f"{level.compute.cell.summation.domain}_domain_{level.mapper}"


def record_text(board: Scoreboard) -> str:
    """The record as JSON, one line per value."""
    plain = board.to_dict()
    calibration = board.calibration
    head = {
        "kind": "scoreboard record",
        "schema_version": plain["schema_version"],
        "neuroest_version": plain["neuroest_version"],
        "coverage_goal": COVERAGE_GOAL,
        "left_out_coverage": None if calibration is None else _short(calibration.left_out_coverage),
        "first_and_present": {
            s.family: {
                "chips": s.chips,
                "values": s.values,
                "first": {name: _short(value) for name, value in asdict(s.first).items()},
                "present": {name: _short(value) for name, value in asdict(s.present).items()},
            }
            for s in board.first_and_present
        },
    }
    cases = []
    for result in board.results:
        found = result.estimates.values()
        cases.append(
            {
                "name": result.case.spec.name, "title": result.case.spec.title,
                "evidence": result.case.spec.evidence, "levels": sorted(set(map(level_of, found))),
                "models": sorted({model for one in found for model in models_by_path(one).values()}),
            }
        )  # fmt: skip
    kept = [name for name in Row.__dataclass_fields__ if name not in _LEFT_OUT]
    rows = [{name: _short(getattr(row, name)) for name in kept} for row in board.rows]
    lines = [json.dumps(head, indent=1)[:-2] + ","]
    lines += [' "cases": [', ",\n".join(f"  {json.dumps(case)}" for case in cases), " ],"]
    lines += [' "rows": [', ",\n".join(f"  {json.dumps(row)}" for row in rows), " ]", "}"]
    return "\n".join(lines) + "\n"


def _short(value: Any) -> Any:
    """Round numbers to six digits, so that rounding on another machine does not change the file."""
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


@cache
def recorded(file: Path | None = None) -> Record:
    """Load the shipped record.

    Raises
    ------
    NeuroestError
        If the file is missing or not a record.

    Examples
    --------
    >>> recorded().by_case["odin"].levels
    ('spiking_core',)
    """
    path = file or data_folder("validation_case") / RECORD_FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        cases = tuple(
            RecordedCase(c["name"], c["title"], c["evidence"], tuple(c["levels"]), tuple(c["models"]))
            for c in data["cases"]
        )
        blank: dict[str, Any] = dict.fromkeys(_LEFT_OUT, "") | {"median": math.nan}
        rows = tuple(Row(**blank, **row) for row in data["rows"])
        return Record(data["neuroest_version"], data["coverage_goal"], data["left_out_coverage"], cases, rows)
    except OSError as error:
        raise NeuroestError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise NeuroestError(
            f"{path} is not a scoreboard record ({error}); `neuroest reproduce --record` writes it"
        ) from None


def in_si(row: Row) -> tuple[float, float, float, float]:
    """Published value, prediction, p10 and p90 of a row in SI units."""
    factor = unit_factor(row.unit)
    return row.published * factor, row.predicted * factor, row.low * factor, row.high * factor
