"""``neuroest optimize``: search for the best designs of a space."""

from typing import Annotated

import typer

from neuroest.cli.exploring import Axes, Constraints, SpaceFile, frame_text, space_of
from neuroest.cli.pareto import Maximize, Minimize
from neuroest.cli.shared import (
    DEFAULT_WORKLOAD,
    Architecture,
    Format,
    Output,
    Plot,
    Seed,
    Workload,
    emit,
    in_form,
    note,
)
from neuroest.exploration.optimize import GENERATIONS, POPULATION, optimize


def run(
    architecture: Architecture,
    space: SpaceFile = None,
    workload: Workload = DEFAULT_WORKLOAD,
    axes: Axes = None,
    constraints: Constraints = None,
    minimize: Minimize = None,
    maximize: Maximize = None,
    population: Annotated[int, typer.Option(help="Designs a generation.")] = POPULATION,
    generations: Annotated[int, typer.Option(help="Generations.")] = GENERATIONS,
    seed: Seed = 1,
    plot: Plot = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.CSV,
    output: Output = None,
) -> None:
    """Search for the best designs; CSV by default.

    A genetic algorithm searches within the constraints. Ranges without a
    number of points are continuous.
    """
    found = optimize(
        architecture, workload, space_of(space, axes, constraints), minimize or [], maximize or [],
        population=population, generations=generations, seed=seed,
    )  # fmt: skip
    if plot is not None and len(found.front.objectives) > 1:
        found.plot(plot)
    reported = in_form(
        form, lambda: frame_text(found.to_frame()), found.to_frame, f"Best designs of {architecture}"
    )
    emit(reported, output)
    note([f"{len(found.to_frame())} best of {found.evaluations} designs"])
