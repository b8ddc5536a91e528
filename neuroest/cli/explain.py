"""``neuroest explain``: how a number came about."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

import neuroest
from neuroest.cli.shared import DEFAULT_WORKLOAD, Architecture, Output, Settings, Workload, emit, style_for
from neuroest.reporting.explanation import explain, explainable
from neuroest.settings import parse_settings


class TextFormat(StrEnum):
    """Forms of an explanation."""

    TEXT = "text"
    JSON = "json"


def run(
    architecture: Architecture,
    quantity: Annotated[
        str | None,
        typer.Argument(
            metavar="QUANTITY",
            show_default=False,
            help="energy, area, latency ..., a component, component.action.term, or a parameter; the last words "
            "of a path will do. Without it: everything there is to explain.",
        ),
    ] = None,
    workload: Workload = DEFAULT_WORKLOAD,
    settings: Settings = None,
    form: Annotated[TextFormat, typer.Option("--format", help="Form of the result.")] = TextFormat.TEXT,
    output: Output = None,
) -> None:
    """How a number came about, down to equations and sources."""
    result = neuroest.estimate(architecture, workload, parse_settings(settings or []))
    if quantity is None:
        names = explainable(result)
        if form is TextFormat.JSON:
            text = (
                json.dumps([{"name": name, "description": about} for name, about in names], indent=2) + "\n"
            )
        else:
            text = "".join(f"{name}\t{about}\n" for name, about in names)
    elif form is TextFormat.JSON:
        text = json.dumps(explain(result, quantity).to_dict(), indent=2, allow_nan=False) + "\n"
    else:
        text = explain(result, quantity).to_text(style_for(output))
    emit(text, output)
