"""``neuroest crossover``: below which spike rate a spiking chip needs less energy than a dense one."""

from typing import Annotated

import typer

from neuroest.cli.shared import (
    Architecture,
    Format,
    Output,
    Workload,
    complete_architecture,
    complete_workload,
    emit,
    in_form,
)
from neuroest.error_analysis.draws import SAMPLES, SEED
from neuroest.exploration.crossover import crossover


def run(
    spiking: Architecture,
    dense: Annotated[
        str,
        typer.Argument(
            metavar="DENSE", help="The dense chip: name or file.", autocompletion=complete_architecture
        ),
    ],
    workload: Workload,
    dense_workload: Annotated[
        str,
        typer.Option(
            "--other-workload",
            metavar="WORKLOAD",
            help="The network in dense coding.",
            autocompletion=complete_workload,
        ),
    ],
    scaled: Annotated[
        bool,
        typer.Option(
            "--scaled", help="Scale all rates of the workload together instead of one rate for all layers."
        ),
    ] = False,
    samples: Annotated[
        int, typer.Option(min=10, max=100_000, help="Samples of the uncertain inputs.")
    ] = SAMPLES,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")] = SEED,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """The spike rate below which a spiking chip beats a dense one.

    Compares energies, once with the dense network as it is and once with as many bits as the timesteps can encode.
    Reports three scopes: operations only; plus memory and data movement; plus static energy. The prediction of a
    published model is printed for comparison.
    """
    found = crossover(spiking, dense, workload, dense_workload, scaled=scaled, samples=samples, seed=seed)
    emit(in_form(form, found.to_text, found.to_frame, f"Crossover of {spiking} and {dense}"), output)
