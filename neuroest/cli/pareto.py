"""``neuroest pareto``: the points of a sweep that none beats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.exploring import Plot
from neuroest.cli.shared import Output, emit, note
from neuroest.exploration.pareto import pareto

Minimize = Annotated[
    list[str] | None,
    typer.Option("--minimize", metavar="RESULT", show_default=False, help="Less is better; may be repeated."),
]
Maximize = Annotated[
    list[str] | None,
    typer.Option("--maximize", metavar="RESULT", show_default=False, help="More is better; may be repeated."),
]


def run(
    file: Annotated[Path, typer.Argument(metavar="SWEEP", help="File that `neuroest sweep -o` wrote.")],
    minimize: Minimize = None,
    maximize: Maximize = None,
    plot: Plot = None,
    output: Output = None,
) -> None:
    """The Pareto front of a sweep, as CSV."""
    found = pareto(file, minimize or [], maximize or [])
    if plot is not None:
        found.plot(plot)
    emit(str(found.frame.to_csv(index=False)), output)
    note([f"{len(found.frame)} of {found.considered} feasible points"])
