"""``neuroest contest``: each neuron in the best chip that it can have, and who wins where."""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.completion import names
from neuroest.cli.exploring import Scheduler, Workers, progress
from neuroest.cli.shared import (
    DEFAULT_WORKLOAD,
    Format,
    Output,
    Plot,
    Seed,
    Workload,
    emit,
    in_form,
    note,
    style_for,
)
from neuroest.error_analysis.draws import SEED
from neuroest.exploration.contest import SAMPLES, SHIPPED, contest
from neuroest.exploration.space import settings_space
from neuroest.reporting.contest_text import contest_document, contest_text, map_rows

MapAxes = Annotated[
    list[str] | None,
    typer.Option(
        "--axis", metavar="NAME=VALUES",
        help="One of the two axes of the map: period=lo..hi:n:log, spike_rate=a,b,c, or a path; given twice.",
    ),
]  # fmt: skip
Limits = Annotated[
    list[str] | None,
    typer.Option("--limit", metavar="COMPARISON", help="A constraint on every chip, such as 'area_m2 <= 4 mm^2'; "
                 "may be repeated."),
]  # fmt: skip
By = Annotated[
    str | None,
    typer.Option("--by", metavar="ALTERNATIVE", help="Compare the choices of one alternative, such as column."),
]  # fmt: skip
Points = Annotated[
    Path | None,
    typer.Option("--points", metavar="FILE", help=".parquet or .csv for the best chips of all cells; an interrupted "
                 "run goes on when it is started again."),
]  # fmt: skip


def run(
    rules: Annotated[
        str,
        typer.Argument(
            metavar="CONTEST", help="Name of a shipped contest, or a file.", autocompletion=names("contest")
        ),
    ] = SHIPPED,
    workload: Workload = DEFAULT_WORKLOAD,
    axes: MapAxes = None,
    limits: Limits = None,
    minimize: Annotated[
        str | None, typer.Option("--minimize", metavar="RESULT", help="The result to be minimised.")
    ] = None,
    by: By = None,
    points: Points = None,
    samples: Annotated[int, typer.Option(min=10, help="Samples of the bands.")] = SAMPLES,
    seed: Seed = SEED,
    workers: Workers = None,
    scheduler: Scheduler = None,
    plot: Plot = None,
    front: Annotated[
        Path | None, typer.Option("--front", metavar="FILE", help="Draw the Pareto fronts in the cell of the workload.")
    ] = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="CONTENDER", help="Draw the map of one contender against all others.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Overwrite points of another input.")] = False,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:  # fmt: skip
    """Each neuron in its best chip: who wins where.

    All chips run the same network at the same rate. In every cell of the map, every combination of the design
    alternatives is evaluated. -p draws the map.
    """
    named = {axis.name: axis.tracks[axis.name] for axis in settings_space(axes or []).axes}
    with progress("contest") as started:
        found = contest(
            rules, workload, axes=named, limits=limits or [], minimize=minimize, by=by, points=points,
            workers=workers, scheduler=scheduler, overwrite=overwrite, samples=samples, seed=seed, started=started,
        )  # fmt: skip
    if plot is not None:
        found.plot(plot, of)
    if front is not None:
        found.plot_front(front)
    if form is Format.MARKDOWN:
        text = contest_document(found).to_markdown()
    else:
        label = f"Map of {found.name} on {found.workload}"
        text = in_form(
            form,
            lambda: contest_text(found, style_for(output)),
            lambda: map_rows(found),
            label,
            found.to_dict(),
        )
    emit(text, output)
    if points is not None:
        note([f"what can win of {found.chips * len(found.cells)} points in {points}"])
