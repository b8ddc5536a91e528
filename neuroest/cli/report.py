"""``neuroest report``: figures, tables, a page and a bundle for a paper.

Parameters
----------
architectures
    Names or files; the first is compared with the others.
output
    Folder to write.
workloads
    Network; may be repeated, each runs on every design; default: that of `neuroest estimate`.
sweep
    Also show this sweep, a file written by `neuroest sweep -o`.
venue
    Widths and least font of the figures.
bundle
    Pack what `neuroest rerun` needs.
force
    Replace a report of the same name.

Examples
--------
neuroest report analog_lif_28nm digital_spiking_28nm -w mlp_mnist_spiking -o report
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.elapsed import progress_shown
from neuroest.plotting.style import VENUES
from neuroest.publishing.publish import publish
from neuroest.reporting.formatting import counted
from neuroest.reporting.report import report

Venue = StrEnum("Venue", {name.upper(): name for name in VENUES})  # type: ignore[misc]  # names known at import


def run(
    architectures: Annotated[
        list[str], typer.Argument(metavar="ARCH...", autocompletion=shared.complete_architecture)
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR")],
    workloads: shared.Workloads = None,
    sweep: Annotated[Path | None, typer.Option("--from", metavar="SWEEP")] = None,
    settings: shared.Settings = None,
    labels: shared.Labels = None,
    venue: Venue | None = None,
    bundle: Annotated[bool, typer.Option("--bundle")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """Write figures, tables and a web page for a paper.

    Writes report.html, tables for LaTeX, figures as PDF, SVG and PNG, CSV, JSON, methods, and references.bib.
    """
    networks = workloads or [shared.DEFAULT_WORKLOAD]
    found = report(architectures, networks, shared.changes(settings), sweep, shared.parse_labels(labels))
    publish(
        found,
        output,
        venue=venue.value if venue else None,
        force=force,
        bundle=bundle,
        progress=progress_shown(),
    )
    shared.note(
        f"no estimate: {item.architecture} on {item.workload}: {item.reason}" for item in found.refused
    )
    shared.note([f"{counted(len(found.views), 'result')} in {output}; open {output / 'report.html'}"])
