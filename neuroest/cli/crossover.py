"""``neuroest crossover``: below which spike rate a spiking chip needs less energy than a dense one.

Parameters
----------
dense
    The dense chip: name or file.
dense_workload
    The network in dense coding.
scaled
    Scale all rates of the workload together instead of one rate for all layers.
samples
    Samples of the uncertain inputs.
seed
    Seed of the random numbers.
form
    Form of the result.

Examples
--------
neuroest crossover digital_spiking_28nm digital_int8_28nm -w mlp_mnist_spiking --other-workload
    mlp_mnist_dense
"""

from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.elapsed import progress_shown
from neuroest.error_analysis.draws import SAMPLES, SEED
from neuroest.exploration.crossover import crossover
from neuroest.loading.library import labelled


def run(
    spiking: shared.Architecture,
    dense: Annotated[str, typer.Argument(metavar="DENSE", autocompletion=shared.complete_architecture)],
    workload: shared.Workload,
    dense_workload: Annotated[
        str, typer.Option("--other-workload", metavar="WORKLOAD", autocompletion=shared.complete_workload)
    ],
    scaled: Annotated[bool, typer.Option("--scaled")] = False,
    samples: Annotated[int, typer.Option(min=10, max=100_000)] = SAMPLES,
    seed: Annotated[int, typer.Option(min=0)] = SEED,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """The spike rate below which a spiking chip beats a dense one.

    Compares energies, once with the dense network as it is and once with as many bits as the timesteps can encode.
    Reports three scopes: operations only; plus memory and data movement; plus static energy. The prediction of a
    published model is printed for comparison.
    """
    chips, nets = labelled([spiking, dense], [workload, dense_workload], shared.parse_labels(labels))
    found = crossover(
        chips[0], chips[1], nets[0], nets[1], scaled=scaled, samples=samples, seed=seed, progress=progress_shown()
    )  # fmt: skip
    if plot is not None:
        found.plot(plot)
    shared.emit_result(found, output, form, f"Crossover of {spiking} and {dense}")
