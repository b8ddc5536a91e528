"""``neuroest characterise``: the characteristics of a neuron.

Parameters
----------
names
    Characteristics to simulate; default: all.
devices
    Devices or repetitions of each point.
compare
    Simulate under the conditions of the published measurements and compare with them; default for diffusive_bench.
figures
    Folder for one figure per characteristic.
suffix
    png, pdf or svg.
form
    Form of the result.

Examples
--------
neuroest characterise diffusive_bench
"""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import characteristics
from neuroest.cli.elapsed import progress_shown
from neuroest.cli.lab import BarrierShift, Kinetics, Neuron, Parameters, Temperature, quantity


def run(
    neuron: Neuron,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CHARACTERISTIC]...", autocompletion=characteristics)
    ] = None,
    devices: Annotated[int, typer.Option(min=2, max=100_000)] = 60,
    seed: shared.Seed = 0,
    compare: Annotated[bool | None, typer.Option("--compare/--no-compare")] = None,
    settings: Parameters = None,
    kinetics: Kinetics = "ion_kinetics_silver",
    temperature: Temperature = None,
    barrier_shift: BarrierShift = None,
    figures: Annotated[Path | None, typer.Option(metavar="FOLDER")] = None,
    suffix: Annotated[str, typer.Option("--figure-format")] = "png",
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Simulate a neuron's characteristics: rate, energy, delays.

    Least drive, limits and the characteristics of its kind are simulated too.
    """
    from neuroest.dynamics.characterisation import characterise  # noqa: PLC0415 - loaded for this verb only

    if figures is not None:
        figures.mkdir(parents=True, exist_ok=True)
        shared.check_figure(figures / f"any.{suffix.lstrip('.')}")
    found = characterise(
        neuron, names or (), devices=devices, seed=seed, compare=compare, kinetics=kinetics,
        changes=shared.changes(settings), temperature=quantity(temperature, "K", "--temperature"),
        barrier_shift=quantity(barrier_shift, "J", "--barrier-shift") or 0.0, progress=progress_shown(),
    )  # fmt: skip
    shared.emit_result(found, output, form, f"Characteristics of {neuron}")
    if figures is not None:
        drawn = found.plot(figures, suffix.lstrip("."))
        shared.note([f"{drawn} figures written to {figures}"])
