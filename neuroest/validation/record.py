"""Recorded scoreboard of this version, so that a report need not recompute every case."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.loading.kinds import data_folder
from neuroest.results.estimate import Estimate
from neuroest.validation.board import Scoreboard
from neuroest.validation.expressions import unit_factor
from neuroest.validation.scoring import CHIPS, COVERAGE_GOAL, Row, Summary, summaries

FILE = "scoreboard.json"
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
    if not is_crossbar(level.compute) or not level.compute.adds_charges:
        return str(level.mapper)
    cell = level.compute.cell
    kinds = {"divider": cell.divides, "current": cell.discharges}
    domain = next((name for name, applies in kinds.items() if applies), "charge")
    return f"{domain}_domain_{level.mapper}"


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
    path = file or data_folder("validation_case") / FILE
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
