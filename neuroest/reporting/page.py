"""The report as one self-contained HTML page."""

import base64
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from neuroest.core.document import records_csv
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra, package_version
from neuroest.core.text_layout import words
from neuroest.core.units import formatted, formatted_interval, percent
from neuroest.reporting.answers import (
    accuracy_words,
    area_by_component,
    energy_by_component,
    reliability_words,
)
from neuroest.reporting.bibliography import reference
from neuroest.reporting.comparison_document import attribution_lines, attribution_rule, pace_notes, pace_table
from neuroest.reporting.estimate_document import basis_words
from neuroest.reporting.estimate_views import Breakdown, View
from neuroest.reporting.explanation import explain
from neuroest.reporting.formatting import (
    check_line,
    headline_cells,
    operating_point,
    short,
    short_causes,
    typeset,
    with_subscripts,
)
from neuroest.reporting.report import Report, unique_slugs
from neuroest.reporting.validation_coverage import TABLE_HEAD, scoreboard_rows
from neuroest.results.comparison import scope_note
from neuroest.results.quantities import MAIN, label_and_unit

_TEMPLATES = Path(__file__).parent / "templates"
_EXPLAINED = (*MAIN, "average_power_W", "energy_per_synaptic_operation_J", "signal_to_error_ratio")
_TOTAL_OF = {"energy": "energy_per_inference_J", "area": "area_m2", "latency": "latency_s"}
MOST_SLID = 6
"""Number of designs per network with sliders."""
_MOST_TOLD = 0.99
"""Share of a component's energy and area for which formulas are shown."""


def _interval(low: float | None, high: float | None, unit: str) -> str:
    return "" if low is None or high is None else typeset(formatted_interval(low, high, unit))


_FILTERS: Mapping[str, Callable[..., Any]] = {
    "digits": lambda value: typeset(f"{value:.3g}"),
    "interval": _interval,
    "label": lambda name: label_and_unit(name)[0],
    "percent": percent,
    "quantity": lambda value, unit: typeset(formatted(value, unit)),
    "raw": lambda value: "" if value is None else value,
    "typeset": typeset,
    "words": words,
}
"""Functions with which the template formats names and numbers."""


@frozen_dataclass
class Plan:
    """A planned figure.

    Attributes
    ----------
    name : str
        Of its files.
    title, caption : str
        Plain text: what it shows in a few words, and what a paper prints below it.
    wide : bool
        Whether it spans two columns.
    """

    name: str
    title: str
    caption: str
    make: Callable[[], Any]
    wide: bool = False


def page(
    report: Report, sweep: Mapping[str, Any] | None = None, pictures: Sequence[tuple[Plan, Path]] = ()
) -> str:
    """The page.

    Parameters
    ----------
    report : Report
        What it shows.
    sweep : mapping, optional
        Points of a sweep, from `sweep_points`.
    pictures : sequence of (Plan, Path), optional
        Figures and their SVG files, which are put into the page.
    """
    jinja = extra("jinja2", "report")
    safe = jinja.utils.markupsafe.Markup
    environment = jinja.Environment(
        loader=jinja.FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja.StrictUndefined,
    )  # fmt: skip
    environment.filters |= _FILTERS
    names = ("d3/d3.min.js", "report.js", "sliders.js", "sweep.js") if sweep else ("report.js", "sliders.js")
    scripts = [(_TEMPLATES / name).read_text(encoding="utf-8").rstrip("\n") for name in names]
    # the browser runs these scripts and fetches nothing, whatever a file smuggled into the page
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src " + " ".join(
        f"'sha256-{_digest(script)}'" for script in scripts
    )
    slugs = unique_slugs([name for name, _ in report.networks])
    drawn = [(plan, base64.b64encode(file.read_bytes()).decode()) for plan, file in pictures]
    first = {
        kind: {name: one for name, slug in slugs.items() for one in drawn if one[0].name == f"{kind}_{slug}"}
        for kind in ("energy", "ratios")
    }
    shown_first = [picture for found in first.values() for picture in found.values()]
    sliders = {name: _sliders(views) for name, views in report.networks}
    return str(
        environment.get_template("report.html.j2").render(
            title=_title(report), version=package_version(), policy=policy,
            style=safe((_TEMPLATES / "report.css").read_text(encoding="utf-8")),
            scripts=[safe(script) for script in scripts],
            networks=[
                {
                    **_network(report, i, name, views), "figure": first["energy"].get(name),
                    "lead": first["ratios"].get(name),
                    "sliders": sliders.get(name, ()), "sliders_json": safe(_json(sliders.get(name, ()))),
                }
                for i, (name, views) in enumerate(report.networks, 1)
            ],
            download=base64.b64encode(_spreadsheet(report).encode()).decode(),
            labels=[label_and_unit(name)[0] for name in MAIN], refused=report.refused, methods=report.methods,
            assumptions=report.assumptions,
            sources=[(key, reference(source), source.doi) for key, source in report.sources],
            source_keys={key for key, _ in report.sources},
            standing=report.validation_coverage, standing_head=TABLE_HEAD,
            scored=scoreboard_rows(report.validation_coverage),
            sweep=safe(_json(sweep)) if sweep else None,
            pictures=[picture for picture in drawn if picture not in shown_first],
        )
    )  # fmt: skip


def _sliders(views: Sequence[View]) -> list[dict[str, Any]]:
    """Tables of the first designs of a network, from which a browser computes results for other parameters."""
    sliders = []
    for view in views[:MOST_SLID]:
        table = view.surrogate
        if table is None:
            continue
        data = table.to_dict()
        labels = short_causes([parameter["paths"][0] for parameter in data["parameters"]])
        for parameter, label in zip(data["parameters"], labels, strict=True):
            parameter["label"] = label
        off = max((high for _, high in table.errors.values() if math.isfinite(high)), default=0.0)
        usual = max((middle for middle, _ in table.errors.values() if math.isfinite(middle)), default=0.0)
        points = math.prod(len(parameter.factors) for parameter in table.parameters)
        about = (
            f"Interpolated between {points} points that the model computed. At 200 random points the result with the "
            f"largest error is off by {percent(usual)} in the median and by less than {percent(off)} in 95 % of them."
        )
        results = [
            {
                "name": name, "label": label_and_unit(name)[0], "unit": label_and_unit(name)[1],
                "value": view.estimate.totals[name],
            }
            for name in MAIN
        ]  # fmt: skip
        sliders.append({"label": with_subscripts(view.label), "about": about, "results": results, **data})
    return sliders


def _spreadsheet(report: Report) -> str:
    """One row per design and network: medians, bands and nominal values of all totals in SI units."""
    rows = []
    for view in report.views:
        row: dict[str, Any] = {
            "design": view.architecture,
            "title": with_subscripts(view.label),
            "network": view.workload,
        }
        for name in view.estimate.totals:
            found = view.estimate.headline(name)
            row |= {name: found.value}
            if found.low is not None:
                row |= {f"{name}_p10": found.low, f"{name}_p90": found.high, f"{name}_nominal": found.nominal}
        rows.append(row)
    head = dict.fromkeys(name for row in rows for name in row)
    return records_csv(head, rows)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _json(data: Any) -> str:
    return (
        json.dumps(data, allow_nan=False, separators=(",", ":"))
        .replace("<", "\\u003c")
        .replace("&", "\\u0026")
    )


_NAMED = 3
"""Number of designs named in a title; a convention."""


def _title(report: Report) -> str:
    names = list(dict.fromkeys(with_subscripts(view.label) for view in report.views))
    if len(names) == 1:
        return names[0]
    others = f"{names[1]} and {len(names) - 2} more" if len(names) > _NAMED else " and ".join(names[1:])
    return f"{names[0]} compared with {others}"


def _network(report: Report, number: int, name: str, views: Sequence[View]) -> dict[str, Any]:
    comparison = report.comparisons.get(name)
    strips = _strips(views)
    keys = [f"why-{number}-{index}" for index in range(1, len(views) + 1)]
    labels = {view.architecture: with_subscripts(view.label) for view in views}
    designs = [_design(view, key, strip) for view, key, strip in zip(views, keys, strips, strict=True)]
    found: dict[str, Any] = {
        "name": with_subscripts(views[0].network),
        "description": views[0].estimate.workload.description,
        "designs": designs,
        "names": [with_subscripts(view.label) for view in views],
        "comparison": comparison,
        "left_out_by_all": comparison.left_out_by_all if comparison else views[0].estimate.exclusions,
        "breakdowns": [
            (view.architecture, design["label"], found, _sources_of(found, design["keys"]))
            for view, design in zip(views, designs, strict=True)
            for found in view.breakdowns
        ],
    }
    if comparison:
        baselines = {one.architecture: one for one in comparison.baselines}
        found["left_out"] = zip(labels.values(), comparison.left_out, strict=True)
        # names of the baselines, marked where they leave out other parts than the design
        found["over"] = {
            name: labels[name] + scope_note(comparison.design, b) for name, b in baselines.items()
        }
        found["attributions"] = [
            *(
                f"over {labels[b.architecture]}: {line}"
                for b in comparison.baselines
                for line in attribution_lines(comparison, b)
            ),
            attribution_rule(comparison),
        ]
        found["paces"] = [
            (name, labels[name], pace_table(comparison, b).rows, pace_notes(comparison, b, labels))
            for name, b in baselines.items()
        ]
    return found


def _band_of(view: View, name: str) -> tuple[float, float, float] | None:
    """P10, median and p90, if a logarithmic scale can show them."""
    found = view.estimate.headline(name)
    if found.low is None or found.median is None or found.high is None:
        return None
    return (found.low, found.median, found.high) if found.low > 0.0 and math.isfinite(found.high) else None


def _strips(views: Sequence[View]) -> list[dict[str, tuple[float, float, float]]]:
    """Positions of p10, median and p90 between 2 and 98 on a common logarithmic scale, by design and result."""
    strips: list[dict[str, tuple[float, float, float]]] = [{} for _ in views]
    for name in MAIN:
        rows = [_band_of(view, name) for view in views]
        ends = [math.log(v) for row in rows if row for v in row]
        if not ends or max(ends) <= min(ends):
            continue
        for place, row in zip(strips, rows, strict=True):
            if row:
                low, at, high = (
                    round(2.0 + 96.0 * (math.log(v) - min(ends)) / (max(ends) - min(ends)), 2) for v in row
                )
                place[name] = (low, at, high)
    return strips


def _design(view: View, key: str, strip: Mapping[str, tuple[float, float, float]]) -> dict[str, Any]:
    result = view.estimate
    # anchor, name, label and text of the explanations of a design's numbers, totals first
    reported = [
        (name, label_and_unit(name)[0], explain(view.estimate, name).to_text())
        for name in _EXPLAINED
        if view.estimate.totals.get(name) is not None
    ]
    known = {part.path for part in view.estimate.design.root.walk()}
    terms = _terms(view)
    for path in dict.fromkeys(row.component for row in view.estimate.breakdown if row.component in known):
        parts = [explain(view.estimate, path).to_text()]
        parts += [explain(view.estimate, term).to_text() for term in terms.get(path, ())]
        reported.append((path, short(path), "\n".join(parts)))
    explanations = [
        (f"{key}-{index}", name, label, text) for index, (name, label, text) in enumerate(reported, 1)
    ]
    keys = {name: anchor for anchor, name, _, _ in explanations}
    cells = []
    for name in MAIN:
        found = result.headline(name)
        lead, interval, nominal = map(typeset, headline_cells(found, name))
        cells.append(
            {
                "raw": found.value, "value": lead, "marked": view.marked(name), "band": interval, "nominal": nominal,
                "why": keys.get(name, ""), "strip": strip.get(name),
            }
        )  # fmt: skip
    exactness = accuracy_words(result) or ""
    totals = [
        (label_and_unit(name)[0], found.value, *map(typeset, headline_cells(found, name)))
        for name in result.totals
        for found in (result.headline(name),)
        if found.value is not None
    ]
    return {
        "name": view.architecture,
        "label": with_subscripts(view.label),
        "description": result.design.spec.description,
        "place": typeset(operating_point(result)),
        "cells": cells,
        "totals": totals,
        "checks": [
            *(("failed", text) for text in (reliability_words(result),) if text),
            *(("advice" if c in result.advice else "failed", check_line(c)) for c in result.remarks),
        ],
        "passed": len(result.checks) - len(result.remarks),
        "exactness": typeset(exactness[:1].upper() + exactness[1:]),
        "basis": [(name, basis_words(shares)) for name, shares in result.basis_share.items()],
        "explanations": [(anchor, label, text) for anchor, _, label, text in explanations],
        "keys": keys,
    }


def _terms(view: View) -> dict[str, list[str]]:
    """Terms that make up 99 % of a component's energy or area, largest first."""
    chosen: dict[str, list[str]] = {}
    for part in (*energy_by_component(view.estimate), *area_by_component(view.estimate)):
        terms = [term for term in part.terms if term.value > 0.0 and term.term != "white_space"]
        total, gone = sum(term.value for term in terms), 0.0
        for term in terms:
            if gone < _MOST_TOLD * total:
                chosen.setdefault(part.component, []).append(term.path)
            gone += term.value
    return chosen


def _sources_of(breakdown: Breakdown, keys: Mapping[str, str]) -> list[str]:
    """Anchor of the explanation of each slice."""
    total = keys.get(_TOTAL_OF[breakdown.quantity], "")
    if breakdown.quantity == "latency" or breakdown.by != "component":
        return [total] * len(breakdown.slices)
    return [keys.get(item.path.removesuffix(".white_space"), total) for item in breakdown.slices]
