"""``neuroest simulate``: a neuron in time."""

from typing import Annotated

import typer

from neuroest.cli.lab import (
    BarrierShift,
    Devices,
    Kinetics,
    Neuron,
    Parameters,
    Temperature,
    bar,
    needed,
    quantity,
)
from neuroest.cli.shared import Format, Output, Plot, Seed, emit, in_form, note
from neuroest.design.overrides import parse_settings

Level = Annotated[
    str | None, typer.Option("--level", help="Input: a voltage, a current for a leaky integrator.")
]
StimulusOption = Annotated[
    str,
    typer.Option(
        "--stimulus", metavar="KIND",
        help="constant, pulses, pair, or a CSV file with the columns time [s] and voltage [V] (or current [A]).",
    ),
]  # fmt: skip


def run(
    neuron: Neuron,
    stimulus: StimulusOption = "constant",
    level: Level = None,
    duration: Annotated[str | None, typer.Option(help="Length of a constant input, such as 200 ms.")] = None,
    width: Annotated[str, typer.Option(help="Length of a pulse.")] = "1 ms",
    gap: Annotated[str, typer.Option(help="Gap between pulses.")] = "1 ms",
    pulses: Annotated[int, typer.Option(min=1, help="Number of pulses.")] = 100,
    devices: Devices = 1,
    seed: Seed = 0,
    noise: Annotated[
        bool, typer.Option("--noise/--no-noise", help="Noise and differences of devices.")
    ] = True,
    rupture: Annotated[
        bool,
        typer.Option(
            "--rupture/--no-rupture",
            help="Let a complete filament rupture as fast as measured, or take the published rate equations alone.",
        ),
    ] = True,
    settings: Parameters = None,
    kinetics: Kinetics = "ion_kinetics_silver",
    temperature: Temperature = None,
    barrier_shift: BarrierShift = None,
    step: Annotated[str | None, typer.Option(help="Longest time step, such as 10 us.")] = None,
    energy: Annotated[
        bool, typer.Option("--energy", help="Price one spike by simulation and by closed form, side by side.")
    ] = False,
    hold: Annotated[
        str, typer.Option(help="With --energy: time that the input stays on after the switch.")
    ] = "0 s",
    plot: Plot = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """Response of a neuron to an input over time, with supply energy."""
    from neuroest.dynamics.run import simulate  # noqa: PLC0415 - loaded for this verb only
    from neuroest.reporting.table_model import Table  # noqa: PLC0415

    if plot is not None:
        from neuroest.plotting.style import check_figure_path  # noqa: PLC0415

        check_figure_path(plot)
    with bar("simulate") as progress:
        found = simulate(
            neuron, stimulus, energy=energy, hold=needed(hold, "s", "--hold"), plot=plot, level=level,
            duration=quantity(duration, "s", "--duration"), width=needed(width, "s", "--width"),
            gap=needed(gap, "s", "--gap"), pulses=pulses, devices=devices, seed=seed, noise=noise, rupture=rupture,
            kinetics=kinetics, changes=parse_settings(settings or []),
            temperature=quantity(temperature, "K", "--temperature"),
            barrier_shift=quantity(barrier_shift, "J", "--barrier-shift") or 0.0,
            step=quantity(step, "s", "--step"), progress=progress,
        )  # fmt: skip
    rows = Table.of_records(found.rows(), found.table[0])
    emit(
        in_form(form, found.to_text, lambda: rows, "Events of the simulated neurons", found.to_dict()), output
    )
    if plot is not None:
        note([f"figure written to {plot}"])
