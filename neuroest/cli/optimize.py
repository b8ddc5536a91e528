"""``neuroest optimize``: search for the best designs of a space.

Parameters
----------
minimize
    Less is better; may be repeated.
maximize
    More is better; may be repeated.
limits
    What every design must meet, such as `accuracy >= 92 %` or `passing_share >= 0.5`, the share of the samples in which
    it passes all checks; may be repeated.
population
    Designs a generation.
generations
    Generations.
form
    Form of the result.

Examples
--------
neuroest optimize analog_lif_28nm -w mlp_mnist_spiking --set array.rows=64,128,256 --minimize energy
"""

from typing import Annotated

import typer

from neuroest.cli import INTERRUPTED, shared
from neuroest.cli.completion import quantities
from neuroest.cli.elapsed import progress_shown
from neuroest.cli.exploring import Axes, Constraints, SpaceFile, frame_text, space_of
from neuroest.exploration.optimize import GENERATIONS, POPULATION, optimize


def run(
    architecture: shared.Architecture,
    space: SpaceFile = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    axes: Axes = None,
    constraints: Constraints = None,
    minimize: Annotated[list[str] | None, typer.Option(metavar="RESULT", autocompletion=quantities)] = None,
    maximize: Annotated[list[str] | None, typer.Option(metavar="RESULT", autocompletion=quantities)] = None,
    limits: Annotated[list[str] | None, typer.Option("--limit", metavar="COMPARISON")] = None,
    population: int = POPULATION,
    generations: int = GENERATIONS,
    seed: shared.Seed = 1,
    plot: shared.Plot = None,
    form: shared.Form = shared.Format.CSV,
    output: shared.Output = None,
) -> None:
    """Search for the best designs; CSV by default.

    A genetic algorithm searches within the constraints. Ranges without a
    number of points are continuous.
    """
    searched = space_of(space, axes, constraints)
    found = optimize(
        architecture, searched, workload, shared.result_names(minimize, "--minimize"),
        shared.result_names(maximize, "--maximize"), limits=limits or [], population=population,
        generations=generations, seed=seed, progress=progress_shown(),
    )  # fmt: skip
    if plot is not None and len(found.front.objectives) > 1:
        found.plot(plot)
    label = f"Best designs of {architecture}"
    shared.emit_in_form(output, form, lambda: frame_text(found.to_frame()), found.to_frame, label)
    shared.note(found.to_text().splitlines())
    if found.interrupted:
        shared.note(["interrupted: these are the best of the designs evaluated so far"])
        raise typer.Exit(INTERRUPTED)
