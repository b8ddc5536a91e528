"""Common parts of the exploration verbs: options, the space on the command line, progress."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from neuroest.cli import shared
from neuroest.cli.completion import last_of_several, quantities
from neuroest.cli.elapsed import progress_shown
from neuroest.exploration.space import ExplorationError, Space, constraint, read_space, settings_space

SpaceFile = Annotated[Path | None, typer.Argument(metavar="SPACE.yaml", help="File that states the space.")]
Axes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "--axis",
        metavar="PATH=VALUES",
        help="An axis: path=a,b,c, or path=lo..hi:n[:log]; one+other=... links two paths; may be repeated. A "
        "path may be shortened to its last parts if these are unambiguous. The paths architecture and workload choose "
        "whole files.",
        autocompletion=shared.complete_path,
    ),
]
Constraints = Annotated[
    list[str] | None,
    typer.Option(
        "--where", metavar="COMPARISON", help="A constraint, such as 'area <= 4 mm^2'; may be repeated."
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", show_default=False, help="Worker processes; default: one per processor."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler", help="Compute on Dask: `local`, or the tcp:// or tls:// address of a scheduler."
    ),
]
Results = Annotated[
    str,
    typer.Option(
        "--results",
        help="Results, separated by commas.",
        autocompletion=last_of_several(quantities),
    ),
]


def space_of(file: Path | None, axes: list[str] | None, constraints: list[str] | None) -> Space:
    """The space of a file, of options, or of both: options add axes and replace those of the same path."""
    given = settings_space(axes or [])
    if file is None:
        space = given
    else:
        base = read_space(file)
        own = {path for axis in given.axes for path in axis.tracks}
        kept = tuple(axis for axis in base.axes if not own & set(axis.tracks))
        space = replace(base, axes=(*kept, *given.axes))
    if not space.axes:
        raise ExplorationError("the space has no axis; give a SPACE.yaml or --set path=a,b,c")
    return replace(space, constraints=(*space.constraints, *(constraint(text) for text in constraints or [])))


def frame_text(frame: Any) -> str:
    """A data frame as aligned columns for a terminal, four digits a number; `-` where there is nothing."""
    from neuroest.reporting.document import Table  # noqa: PLC0415 - other forms do not need it

    return Table.of_records(frame).to_text()


def points_shown() -> Callable[[int, int], Callable[[int], None]]:
    """Progress callback of a run over points, called with their number and with how many of them are there already."""
    move = progress_shown()

    def started(points: int, there: int) -> Callable[[int], None]:
        done = there

        def tick(rows: int) -> None:
            nonlocal done
            done += rows
            move(done / points)

        tick(0)
        return tick

    return started
