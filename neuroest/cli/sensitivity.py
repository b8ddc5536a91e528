"""``neuroest sensitivity``: which parameters matter.

Parameters
----------
sobol
    Base samples of Sobol indices, a power of two; 0 for none.
form
    Form of the result.

Examples
--------
neuroest sensitivity analog_lif_28nm -w mlp_mnist_spiking
"""

from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.elapsed import progress_shown
from neuroest.cli.exploring import Results
from neuroest.exploration.sensitivity import DEFAULT_QUANTITIES, sensitivity
from neuroest.loading.library import labelled

_RESULTS = ",".join(DEFAULT_QUANTITIES)
_MOST, _MOST_IN_FULL = 3, 10


def run(
    architecture: shared.Architecture,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    settings: shared.Settings = None,
    results: Results = _RESULTS,
    sobol: int = 0,
    seed: shared.Seed = 0,
    most: Annotated[
        int | None,
        typer.Option(min=1, show_default=False, help=f"Parameters to show of each result; {_MOST}."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help=f"Show {_MOST_IN_FULL} parameters of each result.")
    ] = False,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """The parameters that matter most.

    Reports a tornado, elasticities and shares of the variance. -p draws the tornado of the first result.
    """
    count = most or (_MOST_IN_FULL if full else _MOST)
    names = shared.result_names(results.split(","), "--results")
    (chip,), (network,) = labelled([architecture], [workload], shared.parse_labels(labels))
    found = sensitivity(
        chip,
        network,
        quantities=names,
        settings=shared.changes(settings),
        sobol_samples=sobol,
        seed=seed,
        progress=progress_shown(),
    )
    if plot is not None:
        found.plot(names[0], plot, most or _MOST_IN_FULL)
    label = f"Sensitivity of {architecture} on {workload}"
    shared.emit_in_form(output, form, lambda: found.to_text(count), found.to_frame, label)
    if found.feasible < 1.0:
        shared.note([f"Sobol indices use the {found.feasible:.1%} of the sample sets that have an estimate"])
