"""``neuroest simulate``: a neuron in time, with one input or by its characteristics.

Parameters
----------
names
    Characteristics to simulate in place of one input: rate, least_drive, spike_energy, intervals, limits, those of its
    model, or all.
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
devices
    Devices that are simulated, or repetitions of each point of a characteristic (60 by default).
compare
    Simulate characteristics under the conditions of the published measurements and compare with them; default for
    diffusive_bench.
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
neuroest simulate diffusive_bench rate limits
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import lab, shared
from neuroest.cli.completion import characteristics
from neuroest.cli.elapsed import progress_shown


def run(
    neuron: lab.Neuron,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CHARACTERISTIC]...", autocompletion=characteristics)
    ] = None,
    stimulus: Annotated[str, typer.Option(metavar="KIND")] = "constant",
    level: str | None = None,
    duration: str | None = None,
    width: str = "1 ms",
    gap: str = "1 ms",
    pulses: Annotated[int, typer.Option(min=1)] = 100,
    spikes: Annotated[int | None, typer.Option(min=1)] = None,
    behaviour: Annotated[str, typer.Option(metavar="DEVICE")] = "",
    devices: Annotated[int | None, typer.Option(min=1, max=100_000)] = None,
    compare: Annotated[bool | None, typer.Option("--compare/--no-compare")] = None,
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
    """Neuron in time: response to one input, or characteristics.

    Characteristics are rate, least drive, energy, delays, limits and those of its kind. Each has a figure; of several,
    --plot adds the name to the file.
    """
    from neuroest.dynamics.run import simulate  # noqa: PLC0415 - loaded for this verb only
    from neuroest.reporting.document import Table  # noqa: PLC0415

    if workload and names:
        raise typer.BadParameter("characteristics belong to one neuron; leave out --workload")
    if workload:
        _at_operating_point(neuron, workload, shared.changes(settings), form, output)
        return
    shared.check_figure(plot)
    with shared.given_to("--set", "parameter"):
        found = simulate(
            neuron, stimulus, characteristics=names or (), compare=compare, energy=energy,
            hold=lab.needed(hold, "s", "--hold"), level=level,
            duration=lab.quantity(duration, "s", "--duration"), width=lab.needed(width, "s", "--width"),
            gap=lab.needed(gap, "s", "--gap"), pulses=pulses, devices=devices, seed=seed, noise=noise, rupture=rupture,
            kinetics=kinetics, changes=shared.changes(settings),
            temperature=lab.quantity(temperature, "K", "--temperature"),
            barrier_shift=lab.quantity(barrier_shift, "J", "--barrier-shift") or 0.0,
            step=lab.quantity(step, "s", "--step"), spikes=spikes, behaviour=behaviour, progress=progress_shown(),
        )  # fmt: skip
    written = [] if plot is None else found.plot(plot)
    rows = Table.of_records(found.rows(), found.table[0])
    shared.emit_in_form(output, form, found.to_text, lambda: rows, f"Simulation of {neuron}", found.to_dict())
    for figure in written:
        shared.figure_written(figure)


def _at_operating_point(
    chip: str, workload: str, changes: Mapping[str, str], form: shared.Format, output: Path | None
) -> None:
    from neuroest.network_simulation.at_operating_point import (  # noqa: PLC0415 - loaded for this option only
        simulate_operating_point,
    )
    from neuroest.pipeline.estimate import estimate  # noqa: PLC0415
    from neuroest.reporting.document import Table  # noqa: PLC0415

    found = simulate_operating_point(estimate(chip, workload, changes))
    rows = found.rows()
    table = Table.of_records(rows, tuple(rows[0]))
    shared.emit_in_form(
        output, form, found.to_text, lambda: table, "Neurons of a chip in time", {"layers": rows}
    )
