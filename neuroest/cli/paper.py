"""``neuroest paper``: from a folder with curves and a network to everything for a paper.

Parameters
----------
folder
    Folder with curves and a network, or one that this has written.
workload
    Network, if the folder contains none.
like
    Chip whose fabric the device replaces the neuron or cell of.
output
    Folder to write; FOLDER/paper by default.
only
    Run this step alone.
again
    Run this step even if nothing has changed.
commands
    Print the commands and run none.
force
    Replace files edited by hand where their inputs have changed.

Examples
--------
neuroest paper my_curves -w mlp_mnist_spiking
"""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared


def run(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
    workload: shared.OptionalWorkload = None,
    like: Annotated[
        str | None, typer.Option(metavar="ARCH", autocompletion=shared.complete_architecture)
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="DIR")] = None,
    only: Annotated[str | None, typer.Option(metavar="STEP")] = None,
    again: Annotated[str | None, typer.Option(metavar="STEP")] = None,
    commands: Annotated[bool, typer.Option("--commands")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """From measured curves and a network to a paper, step by step.

    Fits the device, places it in the fabric of a baseline chip, estimates, compares, runs the contest, and writes
    figures, tables, methods, a checklist and a summary. Prints the command of each step. A second run repeats only
    the steps whose inputs changed.
    """
    from neuroest.publishing.paper.run import paper  # noqa: PLC0415 - loaded for this verb only

    found = paper(
        folder, workload=workload, like=like, output=output, only=only, again=again, commands=commands, force=force,
        say=lambda line: shared.note([line]),
    )  # fmt: skip
    if found.outcomes and only is None:
        shared.note([f"read {found.folder / 'summary.md'}, then {found.folder / 'checklist.md'}"])
    if missing := [
        f"{one.step.name} ({one.reason})" for one in found.outcomes if one.became == "unavailable"
    ]:
        shared.note([f"error: failed steps: {'; '.join(missing)}"])
        raise typer.Exit(1)
