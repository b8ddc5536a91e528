"""``neuroest check``: problems of spec files."""

from __future__ import annotations

from typing import Annotated

import typer

import neuroest
from neuroest.cli import BAD_INPUT
from neuroest.cli.shared import emit, note


def run(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Spec files of any kind.")],
) -> None:
    """Problems of spec files and of what they refer to.

    All problems of all files, one a line: file, line, column, path, and what is allowed.
    """
    bad = False
    for file in dict.fromkeys(files):
        problems = neuroest.check_files([file])
        bad = bad or bool(problems)
        note(map(str, problems))
        if not problems:
            emit(f"{file}: ok\n")
    if bad:
        raise typer.Exit(BAD_INPUT)
