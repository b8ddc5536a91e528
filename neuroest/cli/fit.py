"""``neuroest fit``: from measurements to a device spec.

Parameters
----------
data
    Measurements with units in the header, .csv or .xlsx; one file per device.
output
    Device spec to write.
model
    Device model to fit; default: the one that describes the data best.
law
    Law to use where several describe an experiment, such as delay_inverse.
start
    Spec that provides starting values and the parameters that the data do not determine.
starts
    Number of starting points of the search.
columns
    Header of files that have none, such as 'voltage [V],current [A]'; - for a column that is not needed.
read_voltage
    Voltage at which states were read, such as '0.1 V'; a current at it is a conductance.
label
    Name of the data in the figure, such as 'Ag/SiOx, 6 devices'.
force
    Replace the spec if it exists.
dies
    Each file is another die or wafer: fit each, and write the population that a chip is drawn from.
accept_misfit
    Write a spec even if the model does not describe the data, or the data contradict each other.
form
    Form of the report.

Examples
--------
neuroest fit curves.csv -o my_neuron.yaml -p fit.png
"""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import fitted_models
from neuroest.cli.elapsed import progress_shown
from neuroest.core.errors import NeuroestError
from neuroest.specs.file_text import check_new_spec


def run(
    data: Annotated[list[Path], typer.Argument(metavar="DATA...")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="SPEC.yaml")] = None,
    model: Annotated[str | None, typer.Option(autocompletion=fitted_models)] = None,
    law: str | None = None,
    start: Annotated[str | None, typer.Option("--from", metavar="DEVICE")] = None,
    starts: Annotated[int, typer.Option(min=1, max=100)] = 8,
    seed: shared.Seed = 0,
    columns: Annotated[str, typer.Option(metavar="HEADER", show_default=False)] = "",
    read_voltage: Annotated[str, typer.Option(metavar="VOLTAGE", show_default=False)] = "",
    plot: shared.Plot = None,
    label: str = "data",
    force: Annotated[bool, typer.Option("--force")] = False,
    accept_misfit: Annotated[bool, typer.Option("--accept-misfit")] = False,
    dies: Annotated[bool, typer.Option("--dies")] = False,
    form: shared.Form = shared.Format.TABLE,
) -> None:
    """Fit a device spec to measured curves, with error bands."""
    from neuroest.fitting.device_fit import DeviceFit, fit  # noqa: PLC0415 - scipy is heavy
    from neuroest.fitting.dies import DiesFit, fit_dies  # noqa: PLC0415

    if dies and plot is not None:
        raise NeuroestError("--plot draws one fit; leave out --dies, or fit one file")
    if output is not None:
        check_new_spec(output, force=force)
    shared.check_figure(plot)
    found: DeviceFit | DiesFit = (fit_dies if dies else fit)(
        data, model=model, law=law, start=start, starts=starts, seed=seed, progress=progress_shown(), columns=columns,
        read_voltage=read_voltage,
    )  # fmt: skip
    shared.emit_result(found, None, form, f"Fit to {data[0].name}")
    if plot is not None and isinstance(found, DeviceFit):
        found.plot(plot, label)
        shared.figure_written(plot)
    if found.refusal and not accept_misfit:
        raise NeuroestError(f"{found.refusal}; no spec was written")
    if output is not None:
        found.write(output)
        shared.note([f"spec written to {output}; check it with: neuroest check {output}"])
