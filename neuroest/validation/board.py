"""The scoreboard: all requested cases with their scores."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from neuroest.core.errors import NeuroestError, printable
from neuroest.core.files import write_whole
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.progress import Progress, silent
from neuroest.error_analysis.draws import discrepancies
from neuroest.specs.loaded import listed
from neuroest.validation.cases import CaseResult, run_case, run_of, selected_cases
from neuroest.validation.families import (
    FamilySummary,
    FirstSummary,
    NodeSummary,
    family_summaries,
    first_summaries,
    node_summaries,
)
from neuroest.validation.first_ratios import FILE, FirstRatiosSpec, FirstValue, first_text
from neuroest.validation.scoring import Calibration, Row, Summary, calibrate, case_rows, row_data, summaries

SCHEMA_VERSION = "1.3"
"""Version of the JSON that `Scoreboard.to_dict` returns."""
_NODE = "technology.process.feature_size"
"""Claim that is the node of a design."""


@frozen_dataclass
class Scoreboard:
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
            "calibration": None
            if calibration is None
            else {
                "by_scale": [
                    {
                        "scale": s,
                        "coverage": c,
                        "coverage_by_chip": calibration.by_chip[s],
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
        }

    def to_json(self) -> str:
        """The scoreboard as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)


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
        added = {row.quantity: _first_value(row) for row in scored if row.quantity not in known}
        file = case.folder / FILE
        if not added:
            where = printable(str(file))
            raise NeuroestError(f"{where}: has the first ratios of all values of {name}, which never change")
        spec = case.first or FirstRatiosSpec(kind="first_ratios", name=name)
        texts[file] = first_text(spec.model_copy(update={"values": {**spec.values, **added}}))
    for file, text in texts.items():
        write_whole(file, text.encode())


def _first_value(row: Row) -> FirstValue:
    return FirstValue(
        unit=row.unit, published=row.published, predicted=row.predicted, p10=row.low, p50=row.median, p90=row.high,
        date=datetime.now(UTC).date().isoformat(), version=package_version(),
    )  # fmt: skip
