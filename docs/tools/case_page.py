"""The page of the site that says of each published chip what its case states, leaves out and allows, from its file."""

from __future__ import annotations

from neuroest.validation.cases import Case, load_case, shipped_cases
from neuroest.validation.scoreboard_text import EVIDENCE_NAMES


def page() -> str:
    """All cases, in the order of their names."""
    return "\n".join(
        [
            "# Cases",
            "",
            "What does each published chip of the [scoreboard](scoreboard.md) state, leave out and allow? These words",
            "are those of the `published.yaml` of its folder under `validation/`.",
            "",
            *(line for name in shipped_cases() for line in _case(load_case(name))),
        ]
    )


def _case(case: Case) -> list[str]:
    spec, blind = case.spec, "Described blind. " if case.spec.blind else ""
    notes = [
        *spec.notes,
        *(f"Restated: {text}" for text in spec.restated),
        *(f"Not scored: {text}" for text in spec.not_scored),
    ]
    reasons: dict[str, list[str]] = {}
    for name, stated in case.published.items():
        reasons.setdefault(_line(stated.reason), []).append(name.replace("_", " "))
    return [
        f"## {spec.title} (`{spec.name}`)",
        "",
        f"Evidence: {EVIDENCE_NAMES[spec.evidence]}. {blind}{_line(spec.description)}.",
        "",
        *(f"- {_line(text)}." for text in notes),
        *([""] if notes else []),
        "Tolerances:",
        "",
        *(f"- {', '.join(names)}: {reason}." for reason, names in reasons.items()),
        "",
    ]


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
