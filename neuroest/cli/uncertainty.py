"""``neuroest uncertainty``: distributions of the results, in two levels."""

from typing import Annotated

import typer

from neuroest.cli.exploring import Results, Scheduler, Workers
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
from neuroest.error_analysis.draws import SEED
from neuroest.exploration.sensitivity import DEFAULT_QUANTITIES
from neuroest.exploration.uncertainty import KNOWLEDGE, VARIABILITY, uncertainty

_RESULTS = ",".join(DEFAULT_QUANTITIES)


def run(
    architecture: Architecture,
    workload: Workload = DEFAULT_WORKLOAD,
    settings: Settings = None,
    knowledge: Annotated[int, typer.Option("--samples", help="Samples of the uncertain inputs.")] = KNOWLEDGE,
    variability: Annotated[
        int, typer.Option("--chips", help="Chips sampled for each of them.")
    ] = VARIABILITY,
    seed: Seed = SEED,
    results: Results = _RESULTS,
    plot: Plot = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    output: Output = None,
) -> None:
    """Bands from input uncertainty and device-to-device variability.

    -p draws the first result.
    """
    names = [word.strip() for word in results.split(",")]
    found = uncertainty(
        architecture, workload, knowledge=knowledge, variability=variability, quantities=names,
        settings=parse_settings(settings or []), seed=seed, workers=workers, scheduler=scheduler,
    )  # fmt: skip
    if plot is not None:
        found.plot(names[0], plot)
    emit(in_form(form, found.to_text, found.to_frame, f"Uncertainty of {architecture} on {workload}"), output)
    if found.feasible < 1.0:
        note([f"{found.feasible:.2%} of the samples have an estimate; the bands are of those"])
