"""``neuroest cite``: the sources that an estimate rests on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

import neuroest
from neuroest.cli.shared import DEFAULT_WORKLOAD, Architecture, Output, Settings, Workload, emit, note
from neuroest.reporting.bibliography import sources_bibtex, sources_text
from neuroest.settings import parse_settings


class CitationFormat(StrEnum):
    """Forms of a bibliography."""

    TEXT = "text"
    BIBTEX = "bibtex"


def run(
    architecture: Architecture,
    workload: Workload = DEFAULT_WORKLOAD,
    settings: Settings = None,
    form: Annotated[CitationFormat, typer.Option("--format", help="Form of the list.")] = CitationFormat.TEXT,
    output: Output = None,
) -> None:
    """Exactly the sources that an estimate uses."""
    result = neuroest.estimate(architecture, workload, parse_settings(settings or []))
    written = sources_bibtex if form is CitationFormat.BIBTEX else sources_text
    emit(written(result.sources), output)
    if not result.sources:
        note(["no value that the estimate uses names a source"])
