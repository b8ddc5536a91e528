"""``neuroest uncertainty``: distributions of the results, in two levels.

Parameters
----------
knowledge
    Samples of the uncertain inputs.
variability
    Chips sampled for each of them.
form
    Form of the result.

Examples
--------
neuroest uncertainty analog_lif_28nm -w mlp_mnist_spiking
"""

from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.elapsed import progress_shown
from neuroest.cli.exploring import Results, Scheduler, Workers
from neuroest.error_analysis.draws import SEED
from neuroest.exploration.sensitivity import DEFAULT_QUANTITIES
from neuroest.exploration.uncertainty import KNOWLEDGE, VARIABILITY, uncertainty
from neuroest.loading.library import labelled

_RESULTS = ",".join(DEFAULT_QUANTITIES)


def run(
    architecture: shared.Architecture,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    settings: shared.Settings = None,
    given: shared.Given = None,
    knowledge: Annotated[int, typer.Option("--samples")] = KNOWLEDGE,
    variability: Annotated[int, typer.Option("--chips")] = VARIABILITY,
    seed: shared.Seed = SEED,
    results: Results = _RESULTS,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    output: shared.Output = None,
) -> None:
    """Bands from input uncertainty and device-to-device variability.

    -p draws the first result.
    """
    names = shared.result_names(results.split(","), "--results")
    (chip,), (network,) = labelled([architecture], [workload], shared.parse_labels(labels))
    found = uncertainty(
        chip, network, knowledge=knowledge, variability=variability, quantities=names,
        settings=shared.changes(settings), seed=seed, workers=workers, scheduler=scheduler,
        given=given, progress=progress_shown(),
    )  # fmt: skip
    if plot is not None:
        found.plot(names[0], plot)
    shared.emit_result(found, output, form, f"Uncertainty of {architecture} on {workload}")
    if found.feasible < 1.0:
        shared.note([f"{found.feasible:.2%} of the samples have an estimate; the bands cover only these"])
