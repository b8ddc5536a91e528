"""``neuroest sweep``: every point of a design space."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.completion import last_of_several, quantities
from neuroest.cli.exploring import (
    Axes,
    Constraints,
    Scheduler,
    SpaceFile,
    Workers,
    frame_text,
    progress,
    space_of,
)
from neuroest.cli.shared import DEFAULT_WORKLOAD, Architecture, Format, Plot, Workload, emit, in_form, note
from neuroest.exploration.errors import ExplorationError
from neuroest.exploration.space import SAMPLERS
from neuroest.exploration.sweep import STANDARD, SweepResult, sweep

_SHOWN = 10_000
_HELD = 1_000_000
"""Points that are computed without -o, of which constraints may leave few enough to print."""


class SamplerName(StrEnum):
    """Ways to choose points."""

    GRID, RANDOM, LATIN_HYPERCUBE, SOBOL = SAMPLERS


def run(
    architecture: Architecture,
    space: SpaceFile = None,
    workload: Workload = DEFAULT_WORKLOAD,
    axes: Axes = None,
    constraints: Constraints = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE",
            help=".parquet or .csv; a run that was cut off goes on when it is started again.",
        )
    ] = None,
    sampler: Annotated[
        SamplerName | None, typer.Option(help="How the points are sampled.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(help="Number of points, for a sampler other than grid.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of the random numbers.")
    ] = None,
    keep: Annotated[
        str,
        typer.Option(
            metavar="RESULTS", help="Results to keep, separated by commas.",
            autocompletion=last_of_several(quantities),
        )
    ] = ",".join(STANDARD),
    workers: Workers = None,
    scheduler: Scheduler = None,
    plot: Plot = None,
    along: Annotated[
        str | None, typer.Option("-x", metavar="PATH", help="Horizontal axis of the figure: a parameter.")
    ] = None,
    shown: Annotated[
        str | None, typer.Option("-y", metavar="RESULT", help="Vertical axis of the figure: one of --keep.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Format of the printed points, without -o.")] = Format.CSV,
    yes: Annotated[bool, typer.Option("--yes", help="Allow more than 10^9 points.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Overwrite an output of another input.")] = False,
) -> None:  # fmt: skip
    """Evaluate every point of a design space.

    Each row has the parameters, the totals, whether the design is feasible, and the first check that fails. Without
    -o a small sweep is printed as CSV; a large one needs -o or -p. The figure shows the first result that varies
    against the first numeric parameter; -x and -y choose others.
    """
    if samples is not None and samples < 1:
        raise ExplorationError(f"the number of samples is {samples}; ask for at least 1")
    found_space = space_of(space, axes, constraints)
    try:
        with progress("sweep") as started:
            result = sweep(
                architecture, workload, found_space, output=output, sampler=sampler.value if sampler else None,
                samples=samples, seed=seed, quantities=[word.strip() for word in keep.split(",")], workers=workers,
                scheduler=scheduler, confirmed=yes, overwrite=overwrite, most_in_memory=_HELD, started=started,
            )  # fmt: skip
    except KeyboardInterrupt:
        if output is not None:
            note([f"finished chunks are kept; run the same command again to go on with {output}"])
        raise
    if plot is not None:
        result.plot(shown, along, path=plot)
    if output is None and (plot is None or result.rows <= _SHOWN):
        emit(_printed(result, form))
    words = f"{result.rows} points, {result.feasible} feasible"
    if result.feasible < result.rows and (reason := result.most_common_failure()):
        words += f"; most of the others fail {reason}"
    note([words + (f", in {output}" if output else "")])


def _printed(result: SweepResult, form: Format) -> str:
    if result.rows > _SHOWN:
        raise ExplorationError(f"{result.rows} points are too many to print; name a file with -o FILE")
    return in_form(form, lambda: frame_text(result.to_frame()), result.to_frame, "Points of a sweep")
