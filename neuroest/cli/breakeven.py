"""``neuroest breakeven``: where one chip begins to beat another."""

from dataclasses import replace
from typing import Annotated

import typer

from neuroest.cli.completion import quantities
from neuroest.cli.shared import (
    DEFAULT_WORKLOAD,
    Architecture,
    Format,
    Output,
    Plot,
    Settings,
    Workload,
    complete_architecture,
    complete_path,
    complete_workload,
    emit,
    in_form,
)
from neuroest.core.errors import SpecError
from neuroest.design.overrides import parse_settings
from neuroest.exploration.breakeven import breakeven
from neuroest.exploration.space import SETTING


def run(
    first: Architecture,
    second: Annotated[
        str,
        typer.Argument(
            metavar="OTHER",
            help="Name of a shipped architecture, or a file.",
            autocompletion=complete_architecture,
        ),
    ],
    along: Annotated[
        str,
        typer.Option(
            metavar="PATH=LO..HI",
            help="The parameter and its range; `:log` for decades.",
            autocompletion=complete_path,
        ),
    ],
    workload: Workload = DEFAULT_WORKLOAD,
    second_workload: Annotated[
        str | None,
        typer.Option(
            "--other-workload",
            help="Workload of OTHER, if it differs.",
            autocompletion=complete_workload,
        ),
    ] = None,
    varied: Annotated[
        str,
        typer.Option("--vary", help="If both chips have the parameter, vary it in: first, second or both."),
    ] = "both",
    settings: Settings = None,
    result: Annotated[
        str, typer.Option(help="Result to compare.", autocompletion=quantities)
    ] = "energy_per_inference_J",
    plot: Plot = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """Values of a parameter at which two chips cost the same.

    The parameter may belong to one of the chips, to both, or to the workload.
    """
    path = along.partition("=")[0]
    changes = parse_settings(settings or [])
    try:
        found = breakeven(
            first, second, workload, along, varied=varied, second_workload=second_workload, quantity=result,
            settings=changes,
        )  # fmt: skip
    except SpecError as error:
        # an axis blames --set, which is where the other verbs have it
        along_it = [p.file == SETTING and p.path.startswith(path.strip()) for p in error.problems]
        reported = zip(error.problems, along_it, strict=True)
        raise SpecError([replace(p, file="--along") if blamed else p for p, blamed in reported]) from None
    if plot is not None:
        found.plot(plot)
    emit(
        in_form(
            form,
            found.to_text,
            found.to_frame,
            f"Break-even of {first} and {second} along {path}",
            found.to_dict(),
        ),
        output,
    )
