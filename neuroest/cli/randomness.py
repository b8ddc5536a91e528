"""``neuroest randomness``: who makes an independent random bit for the least energy and area.

Parameters
----------
devices
    Device specs: diffusive neurons, generators (random_bit_generator), logic libraries; default: the shipped ones.
rate
    Bits per second that are needed.
correlation
    Largest correlation of two successive bits of a neuron.
stages
    Stages of a shift register.
process
    Process of a shift register, of the node of its library.
samples
    Samples of the bands.
form
    Form of the result.

Examples
--------
neuroest randomness --rate '1 kHz' -p bits.pdf
"""

from typing import Annotated

import typer

from neuroest.cli import lab, shared
from neuroest.cli.completion import names
from neuroest.error_analysis.draws import SAMPLES, SEED
from neuroest.exploration.random_bits import CORRELATION, PROCESS, STAGES, randomness


def run(
    devices: Annotated[
        list[str] | None, typer.Argument(metavar="[DEVICE]...", autocompletion=names("device"))
    ] = None,
    rate: Annotated[str, typer.Option(metavar="RATE")] = "1 kHz",
    correlation: Annotated[float, typer.Option(metavar="SHARE")] = CORRELATION,
    stages: Annotated[int, typer.Option(min=4, max=10_000)] = STAGES,
    process: Annotated[str, typer.Option(metavar="DEVICE", autocompletion=names("device"))] = PROCESS,
    samples: Annotated[int, typer.Option(min=10, max=100_000)] = SAMPLES,
    seed: shared.Seed = SEED,
    plot: shared.Plot = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Random bits: energy and area of neurons and generators.

    A diffusive neuron that fires by chance competes with published generators and with a shift register, which is not
    random. -p draws energy and area against the rate.
    """
    shared.check_figure(plot)
    found = randomness(
        devices or (), rate=lab.needed(rate, "1/s", "--rate"), correlation=correlation, stages=stages,
        process=process, samples=samples, seed=seed,
    )  # fmt: skip
    if plot is not None:
        found.plot(plot)
        shared.figure_written(plot)
    shared.emit_result(found, output, form, "Random bits")
