"""``neuroest sensitivity``: which parameters matter."""

from typing import Annotated

import typer

from neuroest.cli.exploring import Results
from neuroest.cli.shared import (
    DEFAULT_WORKLOAD,
    Architecture,
    Format,
    Output,
    Plot,
    Seed,
    Settings,
    Workload,
    emit,
    in_form,
    note,
)
from neuroest.design.overrides import parse_settings
from neuroest.exploration.sensitivity import DEFAULT_QUANTITIES, sensitivity

_RESULTS = ",".join(DEFAULT_QUANTITIES)
_MOST, _MOST_IN_FULL = 3, 10


def run(
    architecture: Architecture,
    workload: Workload = DEFAULT_WORKLOAD,
    settings: Settings = None,
    results: Results = _RESULTS,
    sobol: Annotated[
        int, typer.Option(help="Base samples of Sobol indices, a power of two; 0 for none.")
    ] = 0,
    seed: Seed = 0,
    most: Annotated[
        int | None,
        typer.Option(min=1, show_default=False, help=f"Parameters to show of each result; {_MOST}."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help=f"Show {_MOST_IN_FULL} parameters of each result.")
    ] = False,
    plot: Plot = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """The parameters that matter most.

    Reports a tornado, elasticities and shares of the variance. -p draws the tornado of the first result.
    """
    count = most or (_MOST_IN_FULL if full else _MOST)
    names = [word.strip() for word in results.split(",")]
    found = sensitivity(
        architecture,
        workload,
        quantities=names,
        settings=parse_settings(settings or []),
        sobol_samples=sobol,
        seed=seed,
    )
    if plot is not None:
        found.plot(names[0], plot, most or _MOST_IN_FULL)
    emit(
        in_form(
            form, lambda: found.to_text(count), found.to_frame, f"Sensitivity of {architecture} on {workload}"
        ),
        output,
    )
    if found.feasible < 1.0:
        note([f"Sobol indices use the {found.feasible:.1%} of the sample sets that have an estimate"])
