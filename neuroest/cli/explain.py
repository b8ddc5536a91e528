"""``neuroest explain``: how a number was calculated."""

from enum import StrEnum
from typing import Annotated, Any

import typer

import neuroest
from neuroest.cli.completion import quantities
from neuroest.cli.shared import (
    DEFAULT_WORKLOAD,
    Architecture,
    Format,
    Output,
    Settings,
    Workload,
    emit,
    in_form,
    style_for,
)
from neuroest.design.overrides import parse_settings
from neuroest.reporting.explanation import explain, explainable, explanation_rows


class ExplanationFormat(StrEnum):
    """Forms of an explanation."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    LATEX = "latex"


def run(
    architecture: Architecture,
    quantity: Annotated[
        str | None,
        typer.Argument(
            metavar="QUANTITY",
            help="energy, area, latency ..., a component, component.action.term, or a parameter; the last words "
            "of a path will do. Without it: everything there is to explain.",
            autocompletion=quantities,
        ),
    ] = None,
    workload: Workload = DEFAULT_WORKLOAD,
    settings: Settings = None,
    form: Annotated[
        ExplanationFormat, typer.Option("--format", help="Form of the result.")
    ] = ExplanationFormat.TEXT,
    output: Output = None,
) -> None:
    """How a number is calculated, down to equations and sources."""
    result = neuroest.estimate(architecture, workload, parse_settings(settings or []))
    if quantity is None:
        names = explainable(result)
        rows: list[dict[str, Any]] = [{"name": name, "description": about} for name, about in names]
        text = "".join(f"{name}\t{about}\n" for name, about in names)
        data: Any = rows
    else:
        found = explain(result, quantity)
        rows, data = [], found.to_dict()
        if form not in {ExplanationFormat.TEXT, ExplanationFormat.JSON}:
            rows = explanation_rows(found)
        text = found.to_text(style_for(output))
    kind = Format.TABLE if form is ExplanationFormat.TEXT else Format(form.value)
    label = (
        f"How {quantity or 'every number'} of {result.architecture} on {result.workload.name} was calculated"
    )
    emit(in_form(kind, lambda: text, lambda: rows, label, data), output)
