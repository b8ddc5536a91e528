"""``neuroest paper``: from a folder with curves and a network to everything for a paper."""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.shared import complete_architecture, complete_workload, note


def run(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Folder with curves and a network, or one that this has written."
        ),
    ],
    workload: Annotated[
        str | None,
        typer.Option(
            "-w",
            "--workload",
            metavar="WORKLOAD",
            help="Network, if the folder contains none.",
            autocompletion=complete_workload,
        ),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="ARCH",
            help="Chip whose fabric the device replaces the neuron or cell of.",
            autocompletion=complete_architecture,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Folder to write; FOLDER/paper by default."),
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="STEP", help="Run this step alone.")] = None,
    again: Annotated[
        str | None, typer.Option(metavar="STEP", help="Run this step even if nothing has changed.")
    ] = None,
    commands: Annotated[bool, typer.Option("--commands", help="Print the commands and run none.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files edited by hand where their inputs have changed.")
    ] = False,
) -> None:
    """From measured curves and a network to a paper, step by step.

    Fits the device, places it in the fabric of a baseline chip, estimates, compares, runs the contest, and writes
    figures, tables, methods, a checklist and a summary. Prints the command of each step. A second run repeats only
    the steps whose inputs changed.
    """
    from neuroest.publishing.paper.run import paper  # noqa: PLC0415 - loaded for this verb only

    found = paper(
        folder, workload=workload, like=like, output=output, only=only, again=again, commands=commands, force=force,
        say=lambda line: note([line]),
    )  # fmt: skip
    if found.outcomes and only is None:
        note([f"read {found.folder / 'summary.md'}, then {found.folder / 'checklist.md'}"])
