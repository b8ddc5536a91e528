"""Verbs of the device lab: fits, measured chips, neurons and networks in time, random bits, and circuits."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from neuroest.cli import shared
from neuroest.cli.elapsed import progress_shown
from neuroest.cli.shared import characteristics, fitted_models, names, neuron_parameters
from neuroest.core.errors import NeuroestError
from neuroest.core.units import parse_quantity
from neuroest.error_analysis.draws import SAMPLES, SEED
from neuroest.exploration.random_bits import CORRELATION, PROCESS, STAGES, randomness
from neuroest.loading.library import labelled
from neuroest.registry import EXPORTS, export
from neuroest.reporting.study_documents import contradiction_words
from neuroest.specs.file_text import check_new_spec
from neuroest.validation.calibrate import TARGET, calibrate

# --- Common parts --------------------------------------------------------------------------------------------------

Neuron = Annotated[
    str,
    typer.Argument(
        metavar="NEURON", help="Name of a shipped neuron, or a device file.",
        autocompletion=names("device", folder="neurons"),
    ),
]  # fmt: skip
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE",
        help="Change a parameter of the neuron, such as control_resistance='500 Mohm'; may be repeated.",
        autocompletion=neuron_parameters,
    ),
]  # fmt: skip
Kinetics = Annotated[
    str, typer.Option("--kinetics", metavar="DEVICE", help="Spec with noise and barriers of the ions.")
]
Temperature = Annotated[
    str | None, typer.Option("--temperature", help="Temperature of the device, such as 350 K.")
]
BarrierShift = Annotated[
    str | None,
    typer.Option(
        "--barrier-shift", metavar="ENERGY",
        help="Ion barriers of another species relative to those of the spec, such as '50 meV'.",
    ),
]  # fmt: skip


def quantity(text: str | None, unit: str, option: str) -> float | None:
    """SI value of an option, or None where it was not given.

    Raises
    ------
    NeuroestError
        Naming the option.
    """
    if text is None:
        return None
    try:
        return parse_quantity(text, unit)
    except NeuroestError as error:
        raise NeuroestError(f"{option}: {error}") from None


def needed(text: str, unit: str, option: str) -> float:
    """SI value of an option that has a value."""
    value = quantity(text, unit, option)
    assert value is not None  # noqa: S101
    return value


# --- Fits ----------------------------------------------------------------------------------------------------------


def run_fit(
    data: Annotated[list[Path], typer.Argument(metavar="DATA...")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="SPEC.yaml")] = None,
    model: Annotated[str | None, typer.Option(autocompletion=fitted_models)] = None,
    law: str | None = None,
    start: Annotated[str | None, typer.Option("--from", metavar="DEVICE")] = None,
    starts: Annotated[int, typer.Option(min=1, max=100)] = 8,
    seed: shared.Seed = 0,
    columns: Annotated[str, typer.Option(metavar="HEADER", show_default=False)] = "",
    read_voltage: Annotated[str, typer.Option(metavar="VOLTAGE", show_default=False)] = "",
    plot: shared.Plot = None,
    label: str = "data",
    force: Annotated[bool, typer.Option("--force")] = False,
    accept_misfit: Annotated[bool, typer.Option("--accept-misfit")] = False,
    dies: Annotated[bool, typer.Option("--dies")] = False,
    form: shared.Form = shared.Format.TABLE,
) -> None:
    """Fit a device spec to measured curves, with error bands.

    Parameters
    ----------
    data
        Measurements with units in the header, .csv or .xlsx; one file per device.
    output
        Device spec to write.
    model
        Device model to fit; default: the one that describes the data best.
    law
        Law to use where several describe an experiment, such as delay_inverse.
    start
        Spec that provides starting values and the parameters that the data do not determine.
    starts
        Number of starting points of the search.
    columns
        Header of files that have none, such as 'voltage [V],current [A]'; - for a column that is not needed.
    read_voltage
        Voltage at which states were read, such as '0.1 V'; a current at it is a conductance.
    label
        Name of the data in the figure, such as 'Ag/SiOx, 6 devices'.
    force
        Replace the spec if it exists.
    dies
        Each file is another die or wafer: fit each, and write the population that a chip is drawn from.
    accept_misfit
        Write a spec even if the model does not describe the data, or the data contradict each other.
    form
        Form of the report.

    Examples
    --------
    neuroest fit curves.csv -o my_neuron.yaml -p fit.png
    """
    from neuroest.fitting.device_fit import DeviceFit, fit  # noqa: PLC0415 - scipy is heavy
    from neuroest.fitting.dies import DiesFit, fit_dies  # noqa: PLC0415

    if dies and plot is not None:
        raise NeuroestError("--plot draws one fit; leave out --dies, or fit one file")
    if output is not None:
        check_new_spec(output, force=force)
    shared.check_figure(plot)
    found: DeviceFit | DiesFit = (fit_dies if dies else fit)(
        data, model=model, law=law, start=start, starts=starts, seed=seed, progress=progress_shown(), columns=columns,
        read_voltage=read_voltage,
    )  # fmt: skip
    shared.emit_result(found, None, form, f"Fit to {data[0].name}")
    if isinstance(found, DeviceFit):
        shared.draw(plot, lambda path: found.plot(path, label))
    if found.refusal and not accept_misfit:
        raise NeuroestError(f"{found.refusal}; no spec was written")
    if output is not None:
        found.write(output)
        shared.note([f"spec written to {output}; check it with: neuroest check {output}"])


# --- Measured chips ------------------------------------------------------------------------------------------------


def run_calibrate(
    architecture: shared.Architecture,
    measured: Annotated[Path, typer.Argument(metavar="MEASURED")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write what was learnt, for --given."),
    ] = None,
    target: Annotated[str, typer.Option(metavar="RESULT")] = TARGET,
    seed: shared.Seed = SEED,
    plot: shared.Plot = None,
    form: shared.Form = shared.Format.TABLE,
) -> None:
    """Learn from a measured chip: bands for --given.

    Measured values update the inputs and the errors of the models. Values that contradict are named and do not count.

    Parameters
    ----------
    measured
        File of measured values (kind: measured_values).
    target
        Total that suggested further measurements should narrow.
    form
        Form of the result.

    Examples
    --------
    neuroest calibrate chip.yaml measured.yaml -o ours.yaml
    """
    shared.check_figure(plot)
    (asked,) = shared.result_names([target], "--target")
    found = calibrate(architecture, measured, output, target=asked, seed=seed)
    shared.draw(plot, found.plot)
    shared.emit_result(found, None, form, f"Measured values of {found.architecture}")
    if form is not shared.Format.TABLE:
        shared.note(contradiction_words(one) for one in found.contradictions)
    if output is not None:
        shared.note([f"written: {output}; use it with --given {output}"])


# --- Neurons in time -----------------------------------------------------------------------------------------------


def run_simulate(
    neuron: Neuron,
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
    settings: Parameters = None,
    kinetics: Kinetics = "ion_kinetics_silver",
    temperature: Temperature = None,
    barrier_shift: BarrierShift = None,
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

    Parameters
    ----------
    names
        Characteristics to simulate in place of one input: rate, least_drive, spike_energy, intervals, limits,
        those of its model, or all.
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
        Spec with leak and refractory time of a CMOS integrator, such as lif_behaviour_generic; default: the
        file of the neuron itself.
    noise
        Noise and differences of devices.
    devices
        Devices that are simulated, or repetitions of each point of a characteristic (60 by default).
    compare
        Simulate characteristics under the conditions of the published measurements and compare with them;
        default for diffusive_bench.
    rupture
        Let a complete filament rupture as fast as measured, or use the published rate equations alone.
    step
        Longest time step, such as 10 us.
    energy
        Energy of one spike by simulation and by closed form, side by side.
    hold
        With --energy: time that the input stays on after the switch.
    workload
        NEURON is a chip: run the neurons of each layer at the operating point of its estimate on this network,
        next to their estimated spikes and energy.
    form
        Form of the result.

    Examples
    --------
    neuroest simulate diffusive_28nm_capacitor --level '0.9 V' -p spikes.png
    neuroest simulate diffusive_bench rate limits
    """
    from neuroest.core.document import Table  # noqa: PLC0415
    from neuroest.dynamics.run import simulate  # noqa: PLC0415 - loaded for this verb only

    if workload and names:
        raise typer.BadParameter("characteristics belong to one neuron; leave out --workload")
    if workload:
        from neuroest.network_simulation import at_operating_point  # noqa: PLC0415 - for this option only
        from neuroest.pipeline.estimate import estimate  # noqa: PLC0415

        chip = estimate(neuron, workload, shared.changes(settings))
        layers = at_operating_point.simulate_operating_point(chip)
        data = {"layers": layers.rows()}
        shared.emit_in_form(output, form, layers.to_text, layers.rows, "Neurons of a chip in time", data)
        return
    shared.check_figure(plot)
    with shared.given_to("--set", "parameter"):
        found = simulate(
            neuron, stimulus, characteristics=names or (), compare=compare, energy=energy,
            hold=needed(hold, "s", "--hold"), level=level,
            duration=quantity(duration, "s", "--duration"), width=needed(width, "s", "--width"),
            gap=needed(gap, "s", "--gap"), pulses=pulses, devices=devices, seed=seed, noise=noise, rupture=rupture,
            kinetics=kinetics, changes=shared.changes(settings),
            temperature=quantity(temperature, "K", "--temperature"),
            barrier_shift=quantity(barrier_shift, "J", "--barrier-shift") or 0.0,
            step=quantity(step, "s", "--step"), spikes=spikes, behaviour=behaviour, progress=progress_shown(),
        )  # fmt: skip
    written = [] if plot is None else found.plot(plot)
    rows = Table.of_records(found.rows(), found.table[0])
    shared.emit_in_form(output, form, found.to_text, lambda: rows, f"Simulation of {neuron}", found.to_dict())
    for figure in written:
        shared.figure_written(figure)


# --- Networks in time ----------------------------------------------------------------------------------------------


def run_behave(
    architecture: shared.Architecture,
    workload: shared.Workload,
    weights: Annotated[Path | None, typer.Option(metavar="FILE.npz")] = None,
    samples: Annotated[Path | None, typer.Option(metavar="FILE.npz")] = None,
    calibration: Annotated[Path | None, typer.Option(metavar="FILE.npz")] = None,
    learn: Annotated[Path | None, typer.Option(metavar="FILE.npz")] = None,
    epochs: Annotated[int, typer.Option(min=1)] = 1,
    rate: Annotated[list[float] | None, typer.Option(min=1e-9)] = None,
    fresh: Annotated[bool, typer.Option("--fresh")] = False,
    trim: Annotated[list[str] | None, typer.Option(metavar="LAYER=OFFSET,FULL")] = None,
    without: Annotated[list[str] | None, typer.Option(metavar="EFFECT")] = None,
    recalibrate: Annotated[bool, typer.Option("--recalibrate")] = False,
    resume: Annotated[Path | None, typer.Option(metavar="FILE.npz")] = None,
    count: Annotated[int | None, typer.Option(min=1)] = None,
    chips: Annotated[int, typer.Option(min=1, max=10_000)] = 8,
    seed: shared.Seed = 0,
    settings: shared.Settings = None,
    kinetics: Kinetics = "ion_kinetics_silver",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="WORKLOAD.yaml|NAME")] = None,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
) -> None:
    """Simulate a network with chip errors: accuracy and energy.

    Spiking workloads: the chip that `estimate` prices, with its weights, columns, drives and neurons, timestep by
    timestep. The accuracy is compared with that of ideal neurons. The energy is estimated with the simulated spike
    counts. An .onnx file with weights: convolutions, linear layers and matrix products run on crossbars with ADCs, with
    programming errors, drift, stuck cells, read noise, IR drop, ADC quantization and clipping.

    Parameters
    ----------
    weights
        Integer weights of each layer.
    samples
        Inputs (spikes of a spiking network) and the class of each sample.
    calibration
        Calibration set to choose the full scale of each layer, or the ranges of a dense network's inputs; must
        not overlap the test set.
    learn
        Samples to learn from, by the workload's rule, on the chip's cells.
    epochs
        With --learn: passes over its samples.
    rate
        With --learn: learning rate; may be repeated.
    fresh
        With --learn: start from weights of zero.
    trim
        Offset and full scale of a layer instead of a calibration, such as hidden=0,1.3: the drive at a result
        of zero over the full one, and the result of a full drive in thresholds; may be repeated.
    without
        Repeat without one effect or error source; may be repeated; `all`: each of them, one at a time.
    recalibrate
        Calibrate again for each omission.
    resume
        File that keeps finished samples, so that the same command goes on after an interruption.
    count
        Use only this many samples.
    chips
        Chips among which the samples are divided.
    output
        Workload to write, with the simulated activity; of an .onnx file: the output with the scores of the
        classes.
    form
        Form of the report.

    Examples
    --------
    neuroest behave diffusive_bench_28nm -w my_network.yaml --weights weights.npz --samples test.npz --calibration
        train.npz
    """
    from neuroest.network_simulation import study  # noqa: PLC0415 - loaded for this verb only
    from neuroest.network_simulation.activity import parse_trim  # noqa: PLC0415

    dense = Path(workload).suffix.lower() == ".onnx"
    if output is not None and not dense and not output.parent.is_dir():
        raise NeuroestError(f"{output}: the folder {output.parent} does not exist")
    common: dict[str, Any] = {"count": count, "seed": seed, "settings": shared.changes(settings)}
    # what belongs to some kinds of run and not to others
    given: dict[str, Any] = {
        "--weights": weights, "--samples": samples, "--calibration": calibration, "--learn": learn, "--trim": trim,
        "--without": without, "--recalibrate": recalibrate, "--resume": resume, "--plot": plot, "--output": output,
        "--label": labels,
    }  # fmt: skip
    if dense:
        _refuse(
            f"{workload} is a dense network", given, "--samples", "--calibration", "--without", "--output"
        )
        from neuroest.network_simulation.dense import simulate_dense  # noqa: PLC0415 - for these networks only

        if samples is None or calibration is None:
            raise NeuroestError(f"{workload} is a dense network: give --samples and --calibration")
        found: Any = simulate_dense(
            architecture, workload, samples, calibration, notify=_notify, progress=progress_shown(),
            without=without or (), chips=chips, output=None if output is None else str(output), **common,
        )  # fmt: skip
        shared.emit_result(found, None, form, f"Behaviour of {workload}")
        return
    shared.check_figure(plot)
    if weights is None or samples is None:
        raise NeuroestError("give --weights and --samples of the network")
    if learn is not None:
        _refuse("--learn runs on ideal neurons", given, "--weights", "--samples", "--learn")
        from neuroest.network_simulation.learning import learn_network  # noqa: PLC0415 - for this option only

        found = learn_network(
            architecture, workload, weights, learn, samples, notify=_notify, epochs=epochs, rates=rate or (),
            fresh=fresh, **common,
        )  # fmt: skip
    else:
        (chip,), (network,) = labelled([architecture], [workload], shared.parse_labels(labels))
        found = study.simulate_network(
            chip, network, weights, samples, calibration=calibration,
            trims=dict(parse_trim(text) for text in trim or ()), without=without or (), recalibrate=recalibrate,
            resume=resume, chips=chips, kinetics=kinetics, notify=_notify, progress=progress_shown(), **common,
        )  # fmt: skip
    shared.emit_result(found, None, form, f"Behaviour of {workload}")
    if plot is not None:  # what has learnt has no figure
        shared.draw(plot, found.plot)
    if output is not None:
        shared.emit(found.workload_text(shared.workload_name(output)), output)
        shared.note([f"workload written to {output}; its activity is simulated"])


def _refuse(what: str, given: Mapping[str, Any], *allowed: str) -> None:
    """Refuse options that a kind of run does not take."""
    if extra := [name for name, value in given.items() if value and name not in allowed]:
        raise NeuroestError(f"{what}; leave out {', '.join(extra)}")


def _notify(text: str) -> None:
    shared.note([text])


# --- Random bits ---------------------------------------------------------------------------------------------------


def run_randomness(
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

    Parameters
    ----------
    devices
        Device specs: diffusive neurons, generators (random_bit_generator), logic libraries; default: the
        shipped ones.
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
    shared.check_figure(plot)
    found = randomness(
        devices or (), rate=needed(rate, "1/s", "--rate"), correlation=correlation, stages=stages,
        process=process, samples=samples, seed=seed,
    )  # fmt: skip
    shared.draw(plot, found.plot)
    shared.emit_result(found, output, form, "Random bits")


# --- Circuits and files of other estimators ------------------------------------------------------------------------


class Kind(StrEnum):
    """What can be written: languages of circuit simulators, and files of other tools."""

    SPICE = "spice"
    VERILOG_A = "verilog-a"
    SANA_FE = "sana-fe"
    ACCELFORGE = "accelforge"
    NEUROBENCH = "neurobench"


def run_export(
    kind: Annotated[Kind, typer.Argument(metavar="FORMAT")],
    name: Annotated[str, typer.Argument(metavar="NAME", autocompletion=names("architecture", "device"))],
    workload: shared.OptionalWorkload = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="PATH")] = None,
    level: str | None = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE")] = None,
    synapse: Annotated[str, typer.Option(metavar="DEVICE")] = "rram_passive_generic",
    cells: Annotated[int, typer.Option(min=1, max=4096)] = 16,
    check: Annotated[bool, typer.Option("--check")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
    form: shared.Form = shared.Format.TABLE,
) -> None:
    """Export a neuron as a circuit, or a chip to another estimator.

    spice and verilog-a: the compact model of a neuron with test benches. sana-fe: the chip as a SANA-FE architecture.
    accelforge: its blocks as components with energy, area and leakage. neurobench: the metrics of its network under
    NeuroBench names, with energy, time and area.

    Parameters
    ----------
    kind
        spice or verilog-a of a neuron; the others of a chip on a network.
    name
        Name of a shipped neuron or architecture, or a file.
    workload
        Network that a chip runs.
    output
        Folder of circuits and benches; file of a chip.
    level
        Input of the benches, with unit; by default the device's own.
    settings
        Change a parameter of the neuron, or a value of chip or network by its path; may be repeated.
    synapse
        Cells of the column.
    cells
        Cells of the column.
    check
        Run the benches in ngspice and compare them with `simulate`.
    force
        Replace files that exist.
    form
        Form of the comparison.

    Examples
    --------
    neuroest export spice switch_generic_28nm -o circuit --check
    """
    if kind.value in EXPORTS:
        if check or level is not None:
            raise NeuroestError(f"--check and --level go with spice and verilog-a, not with {kind.value}")
        if output is not None and output.exists() and not force:
            raise NeuroestError(f"{output} exists; --force replaces it")
        from neuroest.pipeline.estimate import estimate  # noqa: PLC0415 - circuits need none

        chip = estimate(name, workload or shared.DEFAULT_WORKLOAD, shared.changes(settings))
        shared.emit(export(chip, kind.value), output)
        if shared.file_of(output) is not None:
            shared.note([f"{kind.value} file written to {output}"])
        return
    if workload is not None:
        raise NeuroestError(f"a circuit runs no network; -w is for {', '.join(EXPORTS)}")
    from neuroest.circuits import export as circuits  # noqa: PLC0415 - loaded for this verb only

    changes = shared.changes(settings)
    found = circuits.export(kind.value, name, level=level, changes=changes, synapse=synapse, cells=cells)
    if output is not None:
        found.write(output, force=force)
        shared.note([f"{', '.join(found.files)} written to {output}"])
        if found.no_bench:
            shared.note([found.no_bench])
        elif not check:
            shared.note([f"run them there: cd {output} && ngspice -b {next(iter(found.benches))}"])
    elif not check:
        shared.emit(found.model)
    if check:
        rows = circuits.agreement(found)
        table = circuits.agreement_rows(rows)
        data = {"neuron": name, "rows": table}
        text = partial(circuits.agreement_text, rows)
        shared.emit_in_form(None, form, text, lambda: table, f"{name} in ngspice", data)
