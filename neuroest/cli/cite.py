"""``neuroest cite``: the sources that an estimate uses."""

from enum import StrEnum
from typing import Annotated

import typer

import neuroest
from neuroest.cli.shared import (
    DEFAULT_WORKLOAD,
    Architecture,
    Format,
    Output,
    Settings,
    Workload,
    emit,
    in_form,
    note,
)
from neuroest.design.overrides import parse_settings
from neuroest.reporting.bibliography import cite, sources_rows


class CitationFormat(StrEnum):
    """Forms of a bibliography."""

    TEXT = "text"
    BIBTEX = "bibtex"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    LATEX = "latex"


def run(
    architecture: Architecture,
    workload: Workload = DEFAULT_WORKLOAD,
    settings: Settings = None,
    form: Annotated[CitationFormat, typer.Option("--format", help="Form of the list.")] = CitationFormat.TEXT,
    output: Output = None,
) -> None:
    """The sources that an estimate uses, and no others."""
    result = neuroest.estimate(architecture, workload, parse_settings(settings or []))
    if form is CitationFormat.BIBTEX:
        text = cite(result, "bibtex")
    else:
        kind = Format.TABLE if form is CitationFormat.TEXT else Format(form.value)
        label = f"Sources of {result.architecture} on {result.workload.name}"
        text = in_form(kind, lambda: cite(result), lambda: sources_rows(result.sources), label)
    emit(text, output)
    if not result.sources:
        note(["no value that the estimate uses names a source"])
