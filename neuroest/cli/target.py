"""``neuroest target``: what a device would have to be so that its chip wins.

Parameters
----------
subject
    A neuron device or a chip with neurons: a name or a file.
against
    The chip to compare with.
vary
    A parameter of the device, or integration_time for all its times, with a range if wanted; one to three.
host
    Chip that the device is put into.
pace
    Pace of both chips: streaming or back_to_back.
result
    Result to compare.
limits
    A constraint on the chip, such as 'neuron_lifetime_s >= 10 year'; may be repeated.
relevance
    Least share by which a win or a loss must differ from equal: 0.1 for 10 %.
samples
    Draws of the other inputs.
points
    .npz for the draws that are done; an interrupted run continues when started again.
overwrite
    Overwrite draws of another input.
form
    Form of the result; CSV and JSON have the whole region.

Examples
--------
neuroest target my_neuron.yaml --against analog_lif_low_power_28nm -w shd_recurrent_spiking
    --vary 'integration_time=1us..1s' --vary 'spike_energy=1fJ..1nJ' -p region.pdf
"""

from pathlib import Path
from typing import Annotated, cast

import typer

from neuroest.cli import shared
from neuroest.cli.completion import names, quantities
from neuroest.cli.elapsed import progress_shown
from neuroest.error_analysis.draws import SEED
from neuroest.exploration.target import ENERGY, INTEGRATION_TIME, SAMPLES, target
from neuroest.registry import render
from neuroest.results.comparison import RELEVANCE, Pace


def run(
    subject: Annotated[str, typer.Argument(metavar="DEVICE", autocompletion=names("device"))],
    against: Annotated[
        str | None, typer.Option("--against", metavar="ARCH", autocompletion=shared.complete_architecture)
    ] = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    vary: Annotated[list[str] | None, typer.Option("--vary", metavar="NAME[=LO..HI]")] = None,
    host: Annotated[
        str | None, typer.Option("--in", metavar="ARCH", autocompletion=shared.complete_architecture)
    ] = None,
    pace: Annotated[str | None, typer.Option()] = None,
    result: Annotated[str, typer.Option(autocompletion=quantities)] = ENERGY,
    limits: Annotated[list[str] | None, typer.Option("--limit", metavar="COMPARISON")] = None,
    relevance: shared.Relevance = RELEVANCE,
    settings: shared.Settings = None,
    samples: Annotated[int, typer.Option(min=10)] = SAMPLES,
    seed: shared.Seed = SEED,
    points: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Parameters of a neuron at which its chip wins, or is level.

    Says the share of the draws that reach them, and what dominates where no device helps. -p draws the region.
    """
    (asked,) = shared.result_names([result], "--result")
    with shared.given_to("--vary", "parameter of "):
        found = target(
            subject, against, workload, vary or [INTEGRATION_TIME], host=host, pace=cast("Pace | None", pace),
            quantity=asked, limits=limits or [], relevance=relevance, settings=shared.changes(settings),
            samples=samples, seed=seed, points=points, overwrite=overwrite, progress=progress_shown(),
        )  # fmt: skip
    found = found.labelled(shared.parse_labels(labels))
    if plot is not None:
        found.plot(plot)
    shared.emit_in_form(
        output,
        form,
        lambda: render(found, "document").to_text(shared.style_for(output)),
        found.to_frame if form is shared.Format.CSV else found.rows,
        f"What the device would have to be: {found.label}",
        found.to_dict(),
    )
