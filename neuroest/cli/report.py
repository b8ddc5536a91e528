"""``neuroest report``: figures, tables, a page and a bundle for a paper."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.shared import (
    DEFAULT_WORKLOAD,
    Settings,
    complete_architecture,
    complete_workload,
    note,
    parse_labels,
)
from neuroest.design.overrides import parse_settings
from neuroest.plotting.style import VENUES
from neuroest.publishing.publish import publish
from neuroest.reporting.formatting import counted
from neuroest.reporting.report import report

Venue = StrEnum("Venue", {name.upper(): name for name in VENUES})  # type: ignore[misc]  # names known at import


def run(
    architectures: Annotated[
        list[str],
        typer.Argument(
            metavar="ARCH...", help="Names or files; the first is compared with the others.",
            autocompletion=complete_architecture,
        )
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to write.")],
    workloads: Annotated[
        list[str] | None,
        typer.Option(
            "-w", "--workload", metavar="WORKLOAD",
            help=f"Network; may be repeated, each runs on every design; default: {DEFAULT_WORKLOAD}.",
            autocompletion=complete_workload,
        )
    ] = None,
    sweep: Annotated[
        Path | None,
        typer.Option("--from", metavar="SWEEP", help="Also show this sweep, a file written by `neuroest sweep -o`.")
    ] = None,
    settings: Settings = None,
    labels: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="NAME=LABEL", help="Name of a design in figures; may be repeated."),
    ] = None,
    venue: Annotated[Venue, typer.Option(help="Column widths of the figures.")] = Venue.IEEE,  # type: ignore[attr-defined]
    bundle: Annotated[bool, typer.Option("--bundle", help="Pack what `neuroest rerun` needs.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a report of the same name.")] = False,
) -> None:  # fmt: skip
    """Write figures, tables and a web page for a paper.

    Writes report.html, tables for LaTeX, figures as PDF, SVG and PNG, CSV, JSON, methods, and references.bib.
    """
    found = report(
        architectures,
        workloads or [DEFAULT_WORKLOAD],
        parse_settings(settings or []),
        sweep,
        parse_labels(labels),
    )
    publish(found, output, venue=venue.value, force=force, bundle=bundle)
    note(f"no estimate: {item.architecture} on {item.workload}: {item.reason}" for item in found.refused)
    note([f"{counted(len(found.views), 'result')} in {output}; open {output / 'report.html'}"])
