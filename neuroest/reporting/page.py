"""The report as one page of HTML that needs nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from neuroest.estimating import package_version
from neuroest.reporting.bibliography import reference
from neuroest.reporting.explanation import explain
from neuroest.reporting.figures import report_module
from neuroest.reporting.quantities import (
    BANDED,
    check_line,
    label_and_unit,
    percent,
    short,
    shown,
    shown_interval,
    words,
)
from neuroest.reporting.report import Report
from neuroest.reporting.table import basis_words
from neuroest.reporting.views import View

MOST_POINTS = 100_000
"""Points of a sweep that the page takes."""
_TEMPLATES = Path(__file__).parent / "templates"
_EXPLAINED = (*BANDED, "average_power_W", "energy_per_synaptic_operation_J")


def page(
    report: Report, sweep: Mapping[str, Any] | None = None, pictures: Sequence[tuple[str, Path]] = ()
) -> str:
    """The page.

    Parameters
    ----------
    report : Report
        What it shows.
    sweep : mapping, optional
        Columns of numbers of a sweep by name, from `sweep_points`.
    pictures : sequence of (str, Path), optional
        Titles and SVG files that are put into the page.
    """
    jinja = report_module("jinja2")
    environment = jinja.Environment(
        loader=jinja.FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja.StrictUndefined,
    )  # fmt: skip
    script = (_TEMPLATES / "report.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # the browser runs this one script and fetches nothing, whatever a file smuggled into the page
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return str(
        environment.get_template("report.html.j2").render(
            title=_title(report), version=package_version(), policy=policy,
            style=jinja.utils.markupsafe.Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),
            script=jinja.utils.markupsafe.Markup(script),
            networks=[_network(report, name, views) for name, views in report.networks],
            labels=[label_and_unit(name)[0] for name in BANDED], refused=report.refused, methods=report.methods,
            assumptions=[_assumption(owner, claim) for owner, claim in report.assumptions],
            sources=[(key, reference(source), source.doi) for key, source in report.sources],
            sweep=jinja.utils.markupsafe.Markup(_json(sweep)) if sweep else None,
            pictures=[(title, base64.b64encode(file.read_bytes()).decode()) for title, file in pictures],
        )
    )  # fmt: skip


def sweep_points(frame: Any) -> dict[str, Any]:
    """Numeric columns of a sweep for the page, thinned evenly where they are too many."""
    numbers = frame.select_dtypes("number")
    thinned = len(numbers) > MOST_POINTS
    if thinned:
        numbers = numbers.iloc[:: math.ceil(len(numbers) / MOST_POINTS)]
    numbers = numbers.loc[:, numbers.nunique() > 1]
    columns = {
        str(name): [None if not math.isfinite(v) else float(f"{v:.6g}") for v in numbers[name]]
        for name in numbers.columns
    }
    return {"columns": columns, "rows": len(numbers), "of": len(frame)}


def _json(data: Any) -> str:
    return (
        json.dumps(data, allow_nan=False, separators=(",", ":"))
        .replace("<", "\\u003c")
        .replace("&", "\\u0026")
    )


def _title(report: Report) -> str:
    names = list(dict.fromkeys(view.architecture for view in report.views))
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _network(report: Report, name: str, views: Sequence[View]) -> dict[str, Any]:
    comparison = report.comparisons.get(name)
    return {
        "name": name,
        "description": views[0].estimate.workload.description,
        "designs": [_design(view) for view in views],
        "names": [view.architecture for view in views],
        "different": [d for d in comparison.differences if d.differs] if comparison else [],
        "alike": [d for d in comparison.differences if not d.differs] if comparison else [],
        "left_out": list(zip([v.architecture for v in views], comparison.left_out, strict=True))
        if comparison
        else [],
        "left_out_by_all": comparison.left_out_by_all if comparison else views[0].estimate.exclusions,
        "ratios": [_ratio(ratio) for ratio in comparison.ratios] if comparison else [],
        "breakdowns": [_breakdown(view, b) for view in views for b in view.breakdowns],
    }


def _ratio(ratio: Any) -> dict[str, Any]:
    return {
        "label": label_and_unit(ratio.quantity)[0], "baseline": ratio.baseline, "value": f"{ratio.value:.3g}",
        "raw": ratio.value, "marked": max(ratio.unproven) >= 0.05,
        "band": f"{ratio.low:.3g} .. {ratio.high:.3g}" if ratio.low is not None else "",
        "unproven": f"{percent(ratio.unproven[0])} and {percent(ratio.unproven[1])}",
    }  # fmt: skip


def _design(view: View) -> dict[str, Any]:
    result = view.estimate
    cells = []
    for name in BANDED:
        value, unit = result.totals[name], label_and_unit(name)[1]
        found = result.bands.totals.get(name)
        interval = shown_interval(found.low, found.high, unit) if found else ""
        cells.append(
            {"raw": value, "value": shown(value, unit), "band": interval, "marked": view.marked(name)}
        )
    totals = [
        (label_and_unit(name)[0], value, shown(value, label_and_unit(name)[1]))
        for name, value in result.totals.items()
        if value is not None
    ]
    return {
        "name": view.architecture,
        "description": result.design.spec.description,
        "cells": cells,
        "totals": totals,
        "checks": [check_line(check) for check in result.failed_checks],
        "passed": len(result.checks) - len(result.failed_checks),
        "basis": [(name, basis_words(shares)) for name, shares in result.basis_share.items()],
        "explanations": _explanations(view),
    }


def _explanations(view: View) -> list[tuple[str, str]]:
    names = [name for name in _EXPLAINED if view.estimate.totals.get(name) is not None]
    found = dict.fromkeys(f"{r.component}.{r.action or 'area'}.{r.term}" for r in _largest(view))
    told = [(label_and_unit(name)[0], explain(view.estimate, name).to_text()) for name in names]
    for path in found:
        explanation = explain(view.estimate, path.replace(".rest.", ".static."))
        told.append((short(path), explanation.to_text()))
    return told


def _largest(view: View) -> list[Any]:
    """Terms that make up 99 % of energy and of area, at most a dozen of each."""
    rows = []
    for column in ("energy_J", "area_m2"):
        sums: dict[tuple[str, str, str], float] = {}
        kept = {}
        for row in view.estimate.breakdown:
            key = (row.component, row.action, row.term)
            sums[key] = sums.get(key, 0.0) + getattr(row, column)
            kept[key] = row
        total, gone = sum(sums.values()), 0.0
        for key in sorted(sums, key=lambda k: -sums[k])[:12]:
            if gone < 0.99 * total and key[2] != "white_space":
                rows.append(kept[key])
            gone += sums[key]
    return rows


def _breakdown(view: View, found: Any) -> dict[str, Any]:
    return {
        "design": view.architecture, "quantity": found.quantity, "by": found.by, "about": found.about,
        "slices": [
            {
                "name": words(s.name), "raw": s.value, "value": shown(s.value, found.unit), "share": percent(s.share),
                "width": f"{min(s.share, 1.0) * 100:.2f}", "share_raw": s.share,
                "band": shown_interval(s.low, s.high, found.unit) if s.low is not None else "",
            }
            for s in found.slices
        ],
    }  # fmt: skip


def _assumption(owner: str, claim: Any) -> dict[str, Any]:
    return {
        "owner": owner, "name": words(short(claim.path).rpartition(".")[2]), "path": claim.path,
        "value": shown(claim.value, claim.unit), "raw": claim.value, "basis": claim.basis,
        "band": shown_interval(claim.low, claim.high, claim.unit) if claim.has_spread else "",
        "reason": claim.rationale or claim.description, "source": claim.source or "",
    }  # fmt: skip
