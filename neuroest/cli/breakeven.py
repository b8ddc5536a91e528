"""``neuroest breakeven``: results of chips along one axis, and the values at which they cost the same.

Parameters
----------
others
    Chips to compare with: names or files.
along
    A parameter and its range, `:log` for decades; or integration-time, adc-bits, array-size, spike-rate or
    uniform-spike-rate.
other_workload
    Workload of the others, if it differs.
varied
    If several chips have the parameter of a range, vary it in: first, second (the others) or both.
matched_bits
    Compare a spiking design also with dense networks at as many bits as its timesteps distinguish.
results
    Result to compare; may be repeated.
form
    Form of the result; CSV and JSON have the curves.

Examples
--------
neuroest breakeven analog_lif_28nm digital_spiking_28nm -w mlp_mnist_spiking --along
    'workload.activity.rate=0.001..0.3:log'
neuroest breakeven analog_lif_28nm digital_spiking_28nm loihi_14nm -w mlp_mnist_spiking --along integration-time
neuroest breakeven digital_spiking_28nm digital_int8_28nm -w mlp_mnist_spiking --other-workload mlp_mnist_dense
    --along uniform-spike-rate --result dynamic_energy_J --result energy
"""

from dataclasses import replace
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import quantities
from neuroest.cli.elapsed import progress_shown
from neuroest.core.errors import SpecError
from neuroest.exploration.breakeven import NAMED_AXES, breakeven
from neuroest.exploration.space import SETTING
from neuroest.loading.library import labelled


def _axes(context: typer.Context, incomplete: str) -> list[str]:
    """Axes by name, and paths that can be varied."""
    named = [name for name in NAMED_AXES if name.startswith(incomplete)]
    return [*named, *shared.complete_path(context, incomplete)]


def run(
    design: shared.Architecture,
    along: Annotated[str, typer.Option(metavar="PATH=LO..HI|AXIS", autocompletion=_axes)],
    others: shared.Baselines = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    other_workload: Annotated[
        str | None, typer.Option("--other-workload", autocompletion=shared.complete_workload)
    ] = None,
    varied: Annotated[str, typer.Option("--vary")] = "both",
    settings: shared.Settings = None,
    matched_bits: Annotated[bool, typer.Option("--matched-bits")] = False,
    results: Annotated[list[str] | None, typer.Option("--result", autocompletion=quantities)] = None,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Results of chips along one axis, and where they cost the same.

    The axis is a parameter of one chip, of several, or of the workload; or one by name: the integration time of the
    neurons, the bits of the converters, the size of the arrays, the spike rate relative to that of the network, or one
    rate of its input and all layers.
    """
    path = along.partition("=")[0]
    shared.check_figure(plot)
    asked = shared.result_names(results or ["energy_per_inference_J"], "--result")
    chips, nets = labelled(
        [design, *(others or [])], [workload, other_workload or workload], shared.parse_labels(labels)
    )
    try:
        found = breakeven(
            chips[0], chips[1:], nets[0], along, varied=varied, other_workload=nets[1], quantity=asked,
            matched_bits=matched_bits, settings=shared.changes(settings), progress=progress_shown(),
        )  # fmt: skip
    except SpecError as error:
        # an axis blames --set, which is where the other verbs have it
        along_it = [
            p.file == SETTING and p.path.partition("=")[0].endswith(path.strip()) for p in error.problems
        ]
        reported = zip(error.problems, along_it, strict=True)
        raise SpecError([replace(p, file="--along") if blamed else p for p, blamed in reported]) from None
    if plot is not None:
        found.plot(plot)
    label = f"Break-even of {' and '.join([design, *(others or [])])} along {path}"
    rows = found.to_frame if form is shared.Format.CSV else found.rows
    shared.emit_in_form(output, form, found.to_text, rows, label, found.to_dict())
