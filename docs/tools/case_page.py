"""The page of the site with the values of each published chip, and what its case states, leaves out and allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from neuroest.validation.board import CLASS_NAMES, EVIDENCE_NAMES, VERDICT_NAMES, inside, number, recorded
from neuroest.validation.cases import Case, load_case, shipped_cases
from neuroest.validation.scoring import Row

_HEAD = ("quantity", "class", "published", "predicted", "ratio", "first ratio", "p10 to p90", "verdict")


def page() -> str:
    """All cases, in the order of their names."""
    rows = recorded().rows
    return "\n".join(
        [
            "# Cases",
            "",
            "What does each published chip of the [scoreboard](scoreboard.md) state, leave out and allow? The words",
            "are those of the `published.yaml` of its folder under `validation/`, the numbers those of the record",
            "`validation/scoreboard.json`. *First ratios* are those before anything was corrected.",
            "",
            *(
                line
                for name in shipped_cases()
                for line in _case(load_case(name), [row for row in rows if row.case == name])
            ),
        ]
    )


def _case(case: Case, rows: Iterable[Row]) -> list[str]:
    spec, blind = case.spec, "Described blind. " if case.spec.blind else ""
    notes = [
        *spec.notes,
        *(f"Restated: {text}" for text in spec.restated),
        *(f"Not scored: {text}" for text in spec.not_scored),
    ]
    reasons: dict[str, list[str]] = {}
    for name, stated in case.published.items():
        allowed = f"{stated.tolerance:.3g}" if stated.tolerance is not None else f"factor {stated.factor:g}"
        reasons.setdefault(f"{allowed}: {_line(stated.reason)}", []).append(name.replace("_", " "))
    return [
        f"## {spec.title} (`{spec.name}`)",
        "",
        f"Evidence: {EVIDENCE_NAMES[spec.evidence]}. {blind}{_line(spec.description)}.",
        "",
        f"| {' | '.join(_HEAD)} |",
        "|" + "---|" * len(_HEAD),
        *(f"| {' | '.join(_cells(case, row))} |" for row in rows),
        "",
        *(f"- {_line(text)}." for text in notes),
        *([""] if notes else []),
        "Tolerances:",
        "",
        *(f"- {', '.join(names)}, {reason}." for reason, names in reasons.items()),
        "",
    ]


def _cells(case: Case, row: Row) -> Iterator[str]:
    first = None if case.first is None else case.first.values.get(row.quantity)
    yield from (row.quantity.replace("_", " "), CLASS_NAMES[row.quantity_class].lower())
    yield from (f"{number(row.published)} {row.unit}", number(row.predicted), f"{row.ratio:.3f}")
    yield "" if first is None else f"{first.ratio:.3f}"
    within = {"yes": ", inside", "no": ", outside"}.get(inside(row))
    yield f"{number(row.low)} to {number(row.high)}{within}" if within else ""
    yield VERDICT_NAMES[row.verdict]


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
