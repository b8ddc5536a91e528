"""``neuroest pareto``: the points of a sweep that none beats."""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.completion import quantities
from neuroest.cli.exploring import frame_text
from neuroest.cli.shared import Format, Output, Plot, emit, in_form, note
from neuroest.exploration.pareto import pareto

Minimize = Annotated[
    list[str] | None,
    typer.Option(
        "--minimize", metavar="RESULT", help="Less is better; may be repeated.", autocompletion=quantities
    ),
]
Maximize = Annotated[
    list[str] | None,
    typer.Option(
        "--maximize", metavar="RESULT", help="More is better; may be repeated.", autocompletion=quantities
    ),
]


def run(
    file: Annotated[Path, typer.Argument(metavar="SWEEP", help="File that `neuroest sweep -o` wrote.")],
    minimize: Minimize = None,
    maximize: Maximize = None,
    plot: Plot = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.CSV,
    output: Output = None,
) -> None:
    """The Pareto front of a sweep; CSV by default."""
    found = pareto(file, minimize or [], maximize or [])
    if plot is not None:
        found.plot(plot)
    emit(
        in_form(form, lambda: frame_text(found.frame), lambda: found.frame, f"Pareto front of {file.name}"),
        output,
    )
    note([f"{len(found.frame)} of {found.considered} feasible points"])
