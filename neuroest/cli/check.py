"""``neuroest check``: problems of spec files.

Parameters
----------
files
    Files of any kind: specs, networks, cells, curves, recordings, results, sweeps, bundles.
form
    Form of the list of problems.

Examples
--------
neuroest check my_neuron.yaml my_chip.yaml
neuroest check my_macro.yaml my_network.yaml
"""

from dataclasses import asdict
from typing import Annotated, Any

import typer

import neuroest
from neuroest.cli import BAD_INPUT, shared
from neuroest.cli.completion import names


def run(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", autocompletion=names())],
    form: shared.Form = shared.Format.TABLE,
) -> None:
    """Problems of spec files and of what they refer to.

    Lists all problems of all files, one per line: file, line, column, path, and what is allowed. For a valid chip it
    also lists the kinds of network that the chip cannot run, and for an analog macro together with a
    network, where its efficiency lies among published macros. The runs of a published chip must have an estimate.
    """
    bad = False
    rows: list[dict[str, Any]] = []
    for file in dict.fromkeys(files):
        problems = neuroest.check_files([file])
        bad = bad or bool(problems)
        limits = () if problems else neuroest.refused_networks(file)
        if form is not shared.Format.TABLE:
            rows += [asdict(problem) for problem in problems] or [{"file": file, "message": "ok"}]
            rows += [asdict(limit) for limit in limits]
            continue
        shared.note(map(str, problems or limits))
        if not problems:
            shared.emit(f"{file}: ok\n")
    if form is not shared.Format.TABLE:
        shared.emit_in_form(None, form, str, lambda: rows, "Problems of spec files")
    if bad:
        raise typer.Exit(BAD_INPUT)
    if len(files) > 1:
        from neuroest.reporting.published_macros import place_among_published  # noqa: PLC0415 - slow to import

        shared.note(place_among_published(files))
