"""``neuroest contest``: each neuron in its best chip, and who wins where.

Parameters
----------
rules
    Name of a shipped contest, or a file.
axes
    One of the two axes of the map: period=lo..hi:n:log, spike_rate=a,b,c, or a path; give it twice.
limits
    A constraint on every chip, such as 'area <= 4 mm^2'; may be repeated.
minimize
    The result to be minimised.
relevance
    Least share by which a win or a loss must differ from equal, in place of that of the file.
by
    Compare the choices of one alternative, such as column.
points
    .parquet or .csv for the best chips of all cells; an interrupted run continues when started again.
samples
    Samples of the bands.
front
    Draw the Pareto fronts in the cell of the workload.
of
    Draw the map of one contender against all others.
overwrite
    Overwrite points of another input.
form
    Form of the result.

Examples
--------
neuroest contest -w shd_recurrent_spiking --axis period=1ms..10s:9:log --axis spike_rate=0.5,1,2 -p map.png
"""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import INTERRUPTED, shared
from neuroest.cli.completion import names
from neuroest.cli.exploring import Scheduler, Workers, points_shown
from neuroest.error_analysis.draws import SEED
from neuroest.exploration.contest import SAMPLES, SHIPPED, contest
from neuroest.exploration.space import settings_space
from neuroest.exploration.sweep import Stopped
from neuroest.registry import render


def run(
    rules: Annotated[str, typer.Argument(metavar="CONTEST", autocompletion=names("contest"))] = SHIPPED,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    axes: Annotated[list[str] | None, typer.Option("--axis", metavar="NAME=VALUES")] = None,
    limits: Annotated[list[str] | None, typer.Option("--limit", metavar="COMPARISON")] = None,
    minimize: Annotated[str | None, typer.Option(metavar="RESULT")] = None,
    relevance: Annotated[float | None, typer.Option(min=0.0)] = None,
    by: Annotated[str | None, typer.Option(metavar="ALTERNATIVE")] = None,
    given: shared.Given = None,
    points: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    samples: Annotated[int, typer.Option(min=10)] = SAMPLES,
    seed: shared.Seed = SEED,
    workers: Workers = None,
    scheduler: Scheduler = None,
    plot: shared.Plot = None,
    front: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    of: Annotated[str | None, typer.Option(metavar="CONTENDER")] = None,
    labels: shared.Labels = None,
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Each neuron in its best chip: who wins where.

    All chips run the same network at the same rate. In every cell of the map, every combination of the design
    alternatives is evaluated. -p draws the map.
    """
    named = {axis.name: axis.tracks[axis.name] for axis in settings_space(axes or []).axes}
    asked = None if minimize is None else shared.result_names([minimize], "--minimize")[0]
    try:
        found = contest(
            rules, workload, axes=named, limits=limits or [], minimize=asked, relevance=relevance, by=by,
            points=points, rescue=Path(), workers=workers, scheduler=scheduler, overwrite=overwrite, samples=samples,
            seed=seed, given=given, started=points_shown(),
        )  # fmt: skip
    except Stopped as stop:
        where = f"go on: the same command with --points {stop.file}"
        shared.note(
            [f"stopped; {stop.done} of {stop.chunks} circuits are kept in {stop.file}.parts; {where}"]
        )
        raise typer.Exit(INTERRUPTED if stop.code is None else stop.code) from None
    except (KeyboardInterrupt, SystemExit):
        kept = (
            "nothing was finished"
            if points is None
            else "finished circuits are kept; go on: the same command"
        )
        shared.note([f"stopped; {kept}"])
        raise
    found = found.labelled(shared.parse_labels(labels))
    if plot is not None:
        found.plot(plot, of)
    if front is not None:
        found.plot_front(front)
    if form is shared.Format.MARKDOWN:
        text = render(found, "document").to_markdown()
    else:
        text = shared.in_form(
            form, lambda: render(found, "document", screen=True).to_text(shared.style_for(output)), found.rows,
            f"Map of {found.name} on {found.workload}", found.to_dict(),
        )  # fmt: skip
    shared.emit(text, output)
    if points is not None:
        shared.note([f"candidates: {found.chips * len(found.cells)} points in {points}"])
