"""``neuroest pareto``: the points of a sweep that none beats.

Parameters
----------
file
    File that `neuroest sweep -o` wrote.
minimize
    Less is better; may be repeated.
maximize
    More is better; may be repeated.
form
    Form of the result.

Examples
--------
neuroest pareto sweep.csv --minimize energy_per_inference_J --minimize area_m2
"""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import quantities
from neuroest.cli.exploring import frame_text
from neuroest.exploration.pareto import pareto


def run(
    file: Annotated[Path, typer.Argument(metavar="SWEEP")],
    minimize: Annotated[list[str] | None, typer.Option(metavar="RESULT", autocompletion=quantities)] = None,
    maximize: Annotated[list[str] | None, typer.Option(metavar="RESULT", autocompletion=quantities)] = None,
    plot: shared.Plot = None,
    form: shared.Form = shared.Format.CSV,
    output: shared.Output = None,
) -> None:
    """The Pareto front of a sweep; CSV by default."""
    found = pareto(file, minimize or [], maximize or [])
    if plot is not None:
        found.plot(plot)
    label = f"Pareto front of {file.name}"
    shared.emit_in_form(output, form, lambda: frame_text(found.frame), lambda: found.frame, label)
    shared.note([f"{len(found.frame)} of {found.considered} feasible points"])
