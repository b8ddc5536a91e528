"""``neuroest fit``: from measurements to a device spec."""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.completion import fitted_models
from neuroest.cli.lab import bar
from neuroest.cli.shared import Format, Plot, Seed, emit, in_form, note
from neuroest.core.errors import NeuroestError


def run(
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATA...",
            help="Measurements with units in the header, .csv or .xlsx; each file a device.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="SPEC.yaml", help="Device spec to write.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Device model to fit; the one that describes the data best by default.",
            autocompletion=fitted_models,
        ),
    ] = None,
    law: Annotated[
        str | None,
        typer.Option(help="Law to take where several describe an experiment, such as delay_inverse."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DEVICE", help="Spec to start from and to fill up from.")
    ] = None,
    starts: Annotated[int, typer.Option(min=1, max=100, help="Starts of the search.")] = 8,
    seed: Seed = 0,
    plot: Plot = None,
    label: Annotated[
        str, typer.Option(help="Name of the data in the figure, such as 'Ag/SiOx, 6 devices'.")
    ] = "data",
    force: Annotated[bool, typer.Option("--force", help="Replace the spec if it exists.")] = False,
    accept_misfit: Annotated[
        bool,
        typer.Option(
            "--accept-misfit",
            help="Write a spec even if the model does not describe the data, or they contradict each other.",
        ),
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="Form of the report.")] = Format.TABLE,
) -> None:
    """Fit a device spec to measured curves, with error bands."""
    from neuroest.fitting.device_fit import fit  # noqa: PLC0415 - scipy is heavy
    from neuroest.fitting.spec_writer import check_output  # noqa: PLC0415
    from neuroest.plotting.style import check_figure_path  # noqa: PLC0415

    if output is not None:
        check_output(output, force=force)
    if plot is not None:
        check_figure_path(plot)
    with bar("fit") as progress:
        found = fit(data, model=model, law=law, start=start, starts=starts, seed=seed, progress=progress)
    emit(in_form(form, found.to_text, found.rows, f"Fit to {data[0].name}", found.to_dict()))
    if plot is not None:
        found.plot(plot, label)
        note([f"figure written to {plot}"])
    if found.refusal and not accept_misfit:
        raise NeuroestError(f"{found.refusal}; no spec was written")
    if output is not None:
        found.write(output)
        note([f"spec written to {output}; check it with: neuroest check {output}"])
