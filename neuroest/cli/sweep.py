"""``neuroest sweep``: every point of a design space.

Parameters
----------
output
    .parquet or .csv; an interrupted run continues when started again.
sampler
    How the points are sampled.
samples
    Number of points, for a sampler other than grid.
seed
    Seed of the random numbers.
keep
    Results to keep, separated by commas.
along
    Horizontal axis of the figure: a parameter.
shown
    Vertical axis of the figure: one of --keep.
form
    Format of the printed points, without -o.
yes
    Allow more than 10^9 points.
overwrite
    Overwrite an output of another input.

Examples
--------
neuroest sweep analog_lif_28nm -w mlp_mnist_spiking --set chip.tile.array.rows=64,128,256 -o sweep.csv
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import exploring, shared
from neuroest.cli.completion import last_of_several, quantities
from neuroest.core.text_layout import wrapped
from neuroest.exploration.space import SAMPLERS, ExplorationError
from neuroest.exploration.sweep import STANDARD, SweepResult, sweep

_SHOWN = 10_000
_HELD = 1_000_000
"""Points that are computed without -o; constraints may leave few enough to print."""


class SamplerName(StrEnum):
    """Ways to choose points."""

    GRID, RANDOM, LATIN_HYPERCUBE, SOBOL = SAMPLERS


def run(
    architecture: shared.Architecture,
    space: exploring.SpaceFile = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    axes: exploring.Axes = None,
    constraints: exploring.Constraints = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
    sampler: SamplerName | None = None,
    samples: int | None = None,
    seed: Annotated[int | None, typer.Option(min=0)] = None,
    keep: Annotated[
        str, typer.Option(metavar="RESULTS", autocompletion=last_of_several(quantities))
    ] = ",".join(STANDARD),
    workers: exploring.Workers = None,
    scheduler: exploring.Scheduler = None,
    plot: shared.Plot = None,
    along: Annotated[str | None, typer.Option("-x", metavar="PATH")] = None,
    shown: Annotated[str | None, typer.Option("-y", metavar="RESULT")] = None,
    form: shared.Form = shared.Format.CSV,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
) -> None:
    """Evaluate every point of a design space.

    Each row has the parameters, the totals, whether the design is feasible, and the first check that fails. Without
    -o a small sweep is printed as CSV; a large one needs -o or -p. X
    against the first numeric parameter; -x and -y choose others.
    """
    if samples is not None and samples < 1:
        raise ExplorationError(f"the number of samples is {samples}; ask for at least 1")
    kept = shared.result_names(keep.split(","), "--keep")
    drawn = _drawn(plot, along, shown, kept)
    found_space = exploring.space_of(space, axes, constraints)
    try:
        result = sweep(
            architecture, found_space, workload, output=output, sampler=sampler.value if sampler else None,
            samples=samples, seed=seed, quantities=kept, workers=workers, scheduler=scheduler,
            confirmed=yes, overwrite=overwrite, most_in_memory=_HELD,
            started=exploring.points_shown(),
        )  # fmt: skip
    except KeyboardInterrupt:
        if output is not None:
            shared.note([f"finished chunks are kept; run the same command again to go on with {output}"])
        raise
    if plot is not None:
        with shared.given_to("-x", "parameter"):
            result.plot(drawn, along, path=plot)
    if output is None and (plot is None or result.rows <= _SHOWN):
        shared.emit(_printed(result, form))
    failure = result.most_common_failure() if result.feasible < result.rows else None
    shared.note(
        [*wrapped(result.lead, hanging=2), *([f"most of the others fail {failure}"] if failure else [])]
    )


def _drawn(plot: Path | None, along: str | None, shown: str | None, kept: list[str]) -> str | None:
    """The result that the figure shows, if it is stated; axes without a figure are refused."""
    for option, given in (("-x", along), ("-y", shown)):
        if given is not None and plot is None:
            raise ExplorationError(
                f"{option} {given}: there is no figure to draw; name its file with -p FILE"
            )
    shared.check_figure(plot)
    if shown is None:
        return None
    (drawn,) = shared.result_names([shown], "-y")
    if drawn not in kept:
        raise ExplorationError(f"-y {shown}: --keep must name it too; it has {', '.join(kept)}")
    return drawn


def _printed(result: SweepResult, form: shared.Format) -> str:
    if result.rows > _SHOWN:
        raise ExplorationError(f"{result.rows} points are too many to print; name a file with -o FILE")
    return shared.in_form(
        form, lambda: exploring.frame_text(result.to_frame()), result.to_frame, "Points of a sweep"
    )
