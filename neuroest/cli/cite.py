"""``neuroest cite``: the sources that an estimate uses.

Parameters
----------
form
    Form of the list.

Examples
--------
neuroest cite analog_lif_28nm -w mlp_mnist_spiking --format bibtex
"""

from enum import StrEnum
from typing import Annotated

import typer

import neuroest
from neuroest.cli import shared
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
    architecture: shared.Architecture,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    settings: shared.Settings = None,
    form: Annotated[CitationFormat, typer.Option("--format")] = CitationFormat.TEXT,
    output: shared.Output = None,
) -> None:
    """The sources that an estimate uses, and no others."""
    result = neuroest.estimate(architecture, workload, shared.changes(settings))
    if form is CitationFormat.BIBTEX:
        text = cite(result, "bibtex")
    else:
        kind = shared.Format.TABLE if form is CitationFormat.TEXT else shared.Format(form.value)
        label = f"Sources of {result.architecture} on {result.workload.name}"
        text = shared.in_form(kind, lambda: cite(result), lambda: sources_rows(result.sources), label)
    shared.emit(text, output)
    if not result.sources:
        shared.note(["no value that the estimate uses names a source"])
