"""``neuroest breakeven``: the value at which two chips cost the same.

Parameters
----------
second
    Name of a shipped architecture, or a file.
along
    The parameter and its range; `:log` for decades.
second_workload
    Workload of OTHER, if it differs.
varied
    If both chips have the parameter, vary it in: first, second or both.
result
    Result to compare.
form
    Form of the result; CSV and JSON have the curves.

Examples
--------
neuroest breakeven analog_lif_28nm digital_spiking_28nm -w mlp_mnist_spiking --along
    'workload.activity.rate=0.001..0.3:log'
"""

from dataclasses import replace
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import quantities
from neuroest.cli.elapsed import progress_shown
from neuroest.core.errors import SpecError
from neuroest.exploration.breakeven import breakeven
from neuroest.exploration.space import SETTING
from neuroest.loading.library import labelled


def run(
    first: shared.Architecture,
    second: Annotated[str, typer.Argument(metavar="OTHER", autocompletion=shared.complete_architecture)],
    along: Annotated[str, typer.Option(metavar="PATH=LO..HI", autocompletion=shared.complete_path)],
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    second_workload: Annotated[
        str | None, typer.Option("--other-workload", autocompletion=shared.complete_workload)
    ] = None,
    varied: Annotated[str, typer.Option("--vary")] = "both",
    settings: shared.Settings = None,
    result: Annotated[str, typer.Option(autocompletion=quantities)] = "energy_per_inference_J",
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Values of a parameter at which two chips cost the same.

    The parameter may belong to one of the chips, to both, or to the workload.
    """
    path = along.partition("=")[0]
    changes = shared.changes(settings)
    (asked,) = shared.result_names([result], "--result")
    chips, nets = labelled(
        [first, second], [workload, second_workload or workload], shared.parse_labels(labels)
    )
    try:
        found = breakeven(
            chips[0], chips[1], nets[0], along, varied=varied, second_workload=nets[1],
            quantity=asked, settings=changes, progress=progress_shown(),
        )  # fmt: skip
    except SpecError as error:
        # an axis blames --set, which is where the other verbs have it
        along_it = [p.file == SETTING and p.path.startswith(path.strip()) for p in error.problems]
        reported = zip(error.problems, along_it, strict=True)
        raise SpecError([replace(p, file="--along") if blamed else p for p, blamed in reported]) from None
    if plot is not None:
        found.plot(plot)
    label = f"Break-even of {first} and {second} along {path}"
    shared.emit_in_form(
        output,
        form,
        found.to_text,
        found.to_frame if form is shared.Format.CSV else found.rows,
        label,
        found.to_dict(),
    )
