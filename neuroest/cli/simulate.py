"""``neuroest simulate``: a neuron in time."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any

import typer

from neuroest.cli.lab import (
    BarrierShift,
    Devices,
    Kinetics,
    Neuron,
    Parameters,
    Plot,
    Seed,
    Temperature,
    changes,
    needed,
    quantity,
)
from neuroest.cli.shared import Format, Output, emit, in_form, note

Level = Annotated[
    str | None,
    typer.Option("--level", show_default=False, help="Input: a voltage, a current for a leaky integrator."),
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
    duration: Annotated[
        str | None,
        typer.Option("--duration", show_default=False, help="Length of a constant input, such as 200 ms."),
    ] = None,
    width: Annotated[str, typer.Option("--width", help="Length of a pulse.")] = "1 ms",
    gap: Annotated[str, typer.Option("--gap", help="Gap between pulses.")] = "1 ms",
    pulses: Annotated[int, typer.Option("--pulses", min=1, help="Number of pulses.")] = 100,
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
    step: Annotated[
        str | None, typer.Option("--step", show_default=False, help="Longest time step, such as 10 us.")
    ] = None,
    energy: Annotated[
        bool, typer.Option("--energy", help="Price one spike by simulation and by closed form, side by side.")
    ] = False,
    hold: Annotated[
        str, typer.Option("--hold", help="With --energy: time that the input stays on after the switch.")
    ] = "0 s",
    plot: Plot = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """What a neuron does under an input, with its supply energy."""
    from neuroest.dynamics.run import Request, energy_report, simulate_neuron  # noqa: PLC0415

    if plot is not None:
        from neuroest.plotting.style import check_figure_path  # noqa: PLC0415

        check_figure_path(plot)
    request = Request(
        neuron=neuron, stimulus=stimulus, level=level, duration=quantity(duration, "s", "--duration"),
        width=needed(width, "s", "--width"), gap=needed(gap, "s", "--gap"), pulses=pulses, devices=devices,
        seed=seed, noise=noise, rupture=rupture, changes=changes(settings), kinetics=kinetics,
        temperature=quantity(temperature, "K", "--temperature"),
        barrier_shift=quantity(barrier_shift, "J", "--barrier-shift") or 0.0,
        step=quantity(step, "s", "--step"),
    )  # fmt: skip
    report = (
        energy_report(request, needed(hold, "s", "--hold"), plot)
        if energy
        else simulate_neuron(request, plot)
    )
    emit(_written(report, form), output)
    if plot is not None:
        note([f"figure written to {plot}"])


def _written(report: Any, form: Format) -> str:
    if form is Format.JSON:
        return json.dumps(report.data, indent=2, allow_nan=False) + "\n"
    if form is Format.CSV:
        return str(report.csv)
    return in_form(form, lambda: str(report.text), partial(_rows, report), "Events of the simulated neurons")


def _rows(report: Any) -> Any:
    from neuroest.reporting.row_export import Table  # noqa: PLC0415 - documents only

    head, *body = report.table
    return Table([dict(zip(head, map(_number, row), strict=True)) for row in body], head)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
