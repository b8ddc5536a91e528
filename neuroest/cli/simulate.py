"""``neuroest simulate``: a neuron in time.

Parameters
----------
stimulus
    constant, pulses, pair, or a CSV file with the columns time [s] and voltage [V] (or current [A]).
level
    Input: a voltage, a current for a leaky integrator.
duration
    Length of a constant input, such as 200 ms.
width
    Length of a pulse.
gap
    Gap between pulses.
pulses
    Number of pulses.
spikes
    Length of a constant input, as the approximate number of spikes; instead of --duration.
behaviour
    Spec with leak and refractory time of a CMOS integrator, such as
    lif_behaviour_generic; default: the file of the neuron itself.
noise
    Noise and differences of devices.
rupture
    Let a complete filament rupture as fast as measured, or use the published rate equations alone.
step
    Longest time step, such as 10 us.
energy
    Energy of one spike by simulation and by closed form, side by side.
hold
    With --energy: time that the input stays on after the switch.
workload
    NEURON is a chip: run the neurons of each layer at the operating point of its
    estimate on this network, next to their estimated spikes and energy.
form
    Form of the result.

Examples
--------
neuroest simulate diffusive_28nm_capacitor --level '0.9 V' -p spikes.png
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import lab, shared
from neuroest.cli.elapsed import progress_shown


def run(
    neuron: lab.Neuron,
    stimulus: Annotated[str, typer.Option(metavar="KIND")] = "constant",
    level: str | None = None,
    duration: str | None = None,
    width: str = "1 ms",
    gap: str = "1 ms",
    pulses: Annotated[int, typer.Option(min=1)] = 100,
    spikes: Annotated[int | None, typer.Option(min=1)] = None,
    behaviour: Annotated[str, typer.Option(metavar="DEVICE")] = "",
    devices: lab.Devices = 1,
    seed: shared.Seed = 0,
    noise: bool = True,
    rupture: bool = True,
    settings: lab.Parameters = None,
    kinetics: lab.Kinetics = "ion_kinetics_silver",
    temperature: lab.Temperature = None,
    barrier_shift: lab.BarrierShift = None,
    step: str | None = None,
    energy: Annotated[bool, typer.Option("--energy")] = False,
    hold: str = "0 s",
    workload: Annotated[str, typer.Option("--workload", "-w")] = "",
    plot: shared.Plot = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Response of a neuron to an input over time, with supply energy."""
    from neuroest.dynamics.run import simulate  # noqa: PLC0415 - loaded for this verb only
    from neuroest.reporting.table_model import Table  # noqa: PLC0415

    if workload:
        _at_operating_point(neuron, workload, shared.changes(settings), form, output)
        return
    shared.check_figure(plot)
    with shared.given_to("--set", "parameter"):
        found = simulate(
            neuron, stimulus, energy=energy, hold=lab.needed(hold, "s", "--hold"), plot=plot, level=level,
            duration=lab.quantity(duration, "s", "--duration"), width=lab.needed(width, "s", "--width"),
            gap=lab.needed(gap, "s", "--gap"), pulses=pulses, devices=devices, seed=seed, noise=noise, rupture=rupture,
            kinetics=kinetics, changes=shared.changes(settings),
            temperature=lab.quantity(temperature, "K", "--temperature"),
            barrier_shift=lab.quantity(barrier_shift, "J", "--barrier-shift") or 0.0,
            step=lab.quantity(step, "s", "--step"), spikes=spikes, behaviour=behaviour, progress=progress_shown(),
        )  # fmt: skip
    rows = Table.of_records(found.rows(), found.table[0])
    shared.emit_in_form(
        output, form, found.to_text, lambda: rows, "Events of the simulated neurons", found.to_dict()
    )
    if plot is not None:
        shared.figure_written(plot)


def _at_operating_point(
    chip: str, workload: str, changes: Mapping[str, str], form: shared.Format, output: Path | None
) -> None:
    from neuroest.network_simulation.at_operating_point import (  # noqa: PLC0415 - loaded for this option only
        simulate_operating_point,
    )
    from neuroest.pipeline.estimate import estimate  # noqa: PLC0415
    from neuroest.reporting.table_model import Table  # noqa: PLC0415

    found = simulate_operating_point(estimate(chip, workload, changes))
    rows = found.rows()
    table = Table.of_records(rows, tuple(rows[0]))
    shared.emit_in_form(
        output, form, found.to_text, lambda: table, "Neurons of a chip in time", {"layers": rows}
    )
