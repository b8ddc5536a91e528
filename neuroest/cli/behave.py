"""``neuroest behave``: what a network does on a chip of diffusive neurons, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from neuroest.cli.lab import Kinetics, Plot, Seed
from neuroest.cli.shared import Architecture, Format, Settings, Workload, emit, in_form, note
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.design.overrides import parse_settings

_FILE = {"show_default": False, "metavar": "FILE.npz"}

DriveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--drive",
        metavar="LAYER=OFFSET,LOAD",
        show_default=False,
        help="Offset and load of a layer's input circuit, such as hidden='0.1 V,300 kohm'; for each layer.",
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="CHARACTERISTIC",
        show_default=False,
        help="Leave out one characteristic as well; may be repeated; all for each in turn.",
    ),
]
Currents = Annotated[
    Path | None,
    typer.Option("--currents", help="Instead of both: input currents of a layer, in ampere.", **_FILE),
]
Calibration = Annotated[
    Path | None,
    typer.Option("--calibration", help="Samples to choose offset and load on; none of the test.", **_FILE),
]
WorkloadOutput = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="WORKLOAD.yaml",
        show_default=False,
        help="Workload to write, as active as simulated.",
    ),
]


def run(
    architecture: Architecture,
    workload: Workload,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Whole-number weights of each layer.", **_FILE)
    ] = None,
    samples: Annotated[
        Path | None, typer.Option("--samples", help="Input spikes and the class of each sample.", **_FILE)
    ] = None,
    currents: Currents = None,
    calibration: Calibration = None,
    drive: DriveOption = None,
    without: Without = None,
    recalibrate: Annotated[
        bool,
        typer.Option("--recalibrate", help="Choose offset and load anew wherever something is left out."),
    ] = False,
    cell_errors: Annotated[
        bool,
        typer.Option(
            "--cell-errors",
            help="Draw each cell with the errors of the estimate, and lose what the wires take.",
        ),
    ] = False,
    count: Annotated[
        int | None, typer.Option("--count", min=1, show_default=False, help="Only so many of the samples.")
    ] = None,
    chips: Annotated[
        int, typer.Option("--chips", min=1, max=10_000, help="Chips that the samples are dealt out to.")
    ] = 8,
    seed: Seed = 0,
    settings: Settings = None,
    kinetics: Kinetics = "ion_kinetics_silver",
    output: WorkloadOutput = None,
    plot: Plot = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the report.")] = Format.TABLE,
) -> None:
    """A network in spikes: accuracy beside energy.

    Spikes come from the stochastic compact model of the chip's neurons, driven by the currents of its columns. The
    accuracy stands beside that of ideal neurons, and the energy is that of an estimate with the simulated spikes.
    """  # fmt: skip
    asked = _Asked(
        architecture, workload, weights, samples, currents, calibration, tuple(drive or ()), tuple(without or ()),
        recalibrate, cell_errors, count, chips, seed, parse_settings(settings or []), kinetics, output, plot, form,
    )  # fmt: skip
    _check(asked)
    if asked.currents is not None:
        _layers(asked)
    else:
        _network(asked)


@dataclass(frozen=True)
class _Asked:
    """The options."""

    architecture: str
    workload: str
    weights: Path | None
    samples: Path | None
    currents: Path | None
    calibration: Path | None
    drive: tuple[str, ...]
    without: tuple[str, ...]
    recalibrate: bool
    cell_errors: bool
    count: int | None
    chips: int
    seed: int
    settings: dict[str, str]
    kinetics: str
    output: Path | None
    plot: Path | None
    form: Format


def _check(asked: _Asked) -> None:
    """Whether the options go together, before anybody waits."""
    from neuroest.network_simulation.comparison import check_names  # noqa: PLC0415

    check_names([name for name in asked.without if name != "all"])
    if asked.currents is not None:
        given = {"--weights": asked.weights, "--samples": asked.samples, "--calibration": asked.calibration}
        extra = [name for name, value in given.items() if value is not None]
        others = [
            *extra, *(["--without"] if asked.without else []), *(["--plot"] if asked.plot else []),
            *(["--cell-errors"] if asked.cell_errors else []),
        ]  # fmt: skip
        if others:
            raise NeuroestError(f"--currents drives layers without a network; leave out {', '.join(others)}")
        if not asked.drive:
            raise NeuroestError("--currents needs --drive LAYER=OFFSET,LOAD for each of its layers")
    elif asked.weights is None or asked.samples is None:
        raise NeuroestError("give --weights and --samples of the network, or --currents of its layers")
    elif asked.calibration is None and not asked.drive:
        raise NeuroestError("give --calibration to choose offset and load of each layer on, or --drive")
    if asked.recalibrate and asked.calibration is None:
        raise NeuroestError("--recalibrate needs --calibration")
    if asked.calibration is not None and asked.samples is not None and (
        asked.calibration.resolve() == asked.samples.resolve()
    ):  # fmt: skip
        raise NeuroestError("--calibration must not be the samples that the accuracy is measured on")
    if asked.output is not None and not asked.output.parent.is_dir():
        raise NeuroestError(f"{asked.output}: the folder {asked.output.parent} does not exist")
    if asked.plot is not None:
        from neuroest.plotting.style import check_figure_path  # noqa: PLC0415

        check_figure_path(asked.plot)


def _drives(asked: _Asked, names: list[str]) -> dict[str, Any]:
    from neuroest.network_simulation.activity import parse_drive  # noqa: PLC0415

    found = dict(parse_drive(text) for text in asked.drive)
    for name in found:
        if name not in names:
            raise UnknownNameError("layer", name, names)
    missing = [name for name in names if name not in found]
    if missing:
        raise NeuroestError(f"--drive is missing for {', '.join(missing)}")
    return found


def _network(asked: _Asked) -> None:
    import neuroest  # noqa: PLC0415
    from neuroest.loading.library import load_workload  # noqa: PLC0415
    from neuroest.network_simulation.activity import ActivityProvenance  # noqa: PLC0415
    from neuroest.network_simulation.calibration import calibrate  # noqa: PLC0415
    from neuroest.network_simulation.columns import IDEAL, ArrayErrors  # noqa: PLC0415
    from neuroest.network_simulation.comparison import WITHOUT, Experiment, compare  # noqa: PLC0415
    from neuroest.network_simulation.conditions import Chips, operating_conditions  # noqa: PLC0415
    from neuroest.network_simulation.files import read_network, read_samples  # noqa: PLC0415
    from neuroest.network_simulation.spiking import SimulationOptions  # noqa: PLC0415

    assert asked.weights is not None and asked.samples is not None  # noqa: S101, PT018 - checked
    workload = load_workload(asked.workload)
    layers, weights_hash = read_network(asked.weights, workload.spec)
    samples = read_samples(asked.samples, workload.spec).first(asked.count)
    seen = read_samples(asked.calibration, workload.spec) if asked.calibration is not None else None
    chip = neuroest.estimate(asked.architecture, asked.workload, asked.settings)
    place, chips = operating_conditions(chip, layers, asked.kinetics), Chips(asked.chips, asked.seed)
    names = [layer.name for layer in layers]
    files = {"weights": weights_hash, "samples": samples.sha256}
    if asked.drive:
        drives = _drives(asked, names)
    else:
        assert seen is not None  # noqa: S101 - checked
        note(["choosing offset and load of each layer"])
        drives = calibrate(
            place,
            layers,
            seen,
            chips,
            lambda text: note([f"  {text}"]),
            SimulationOptions(array=ArrayErrors() if asked.cell_errors else IDEAL),
        )
        files["calibration samples"] = seen.sha256
    origin = ActivityProvenance(
        chip.architecture,
        place,
        drives,
        chips,
        asked.kinetics,
        neuroest.__version__,
        files,
        asked.cell_errors,
    )
    study = Experiment(chip, workload, layers, samples, origin, asked.settings)
    without = list(WITHOUT) if "all" in asked.without else list(dict.fromkeys(asked.without))
    outcomes = compare(
        study, without, seen if asked.recalibrate else None, lambda text: note([f"running {text}"])
    )
    _told(asked, study, outcomes)


def _told(asked: _Asked, study: Any, outcomes: list[Any]) -> None:
    from neuroest.network_simulation.activity import simulated_workload  # noqa: PLC0415
    from neuroest.network_simulation.report import (  # noqa: PLC0415
        activity_lines,
        condition_lines,
        outcome_data,
        outcome_rows,
        outcome_table,
    )

    device = next(one for one in outcomes if one.name == "device")
    head = [
        (
            f"{study.workload.spec.name}: {len(study.labels)} samples dealt out to {study.chips.number} chips, "
            f"seed {study.chips.seed}"
        )
    ]
    if study.cell_errors:
        head.append(
            "cells of the arrays hold their weights with the errors of the estimate, others on each chip; wires lose"
        )
    lines = [
        *head, *condition_lines(study.chip.architecture, study.place, study.drives),
        *activity_lines(study.place, device.activity), "", *outcome_table(outcomes),
    ]  # fmt: skip
    _emit(asked, lines, outcome_data(study, outcomes), outcome_rows(outcomes))
    if asked.plot is not None:
        from neuroest.plotting.network_simulation import draw_outcomes  # noqa: PLC0415

        draw_outcomes(outcomes, f"{study.workload.spec.name} on {study.chip.architecture}", asked.plot)
        note([f"figure written to {asked.plot}"])
    if asked.output is not None:
        written = simulated_workload(
            study.workload, device.activity, study.origin, name=_name(asked.output), spikes=study.samples.spikes,
            accuracy=device.accuracy,
        )[1]  # fmt: skip
        _write(asked, written)


def _layers(asked: _Asked) -> None:
    import neuroest  # noqa: PLC0415
    from neuroest.loading.library import load_workload  # noqa: PLC0415
    from neuroest.network_simulation.activity import ActivityProvenance, simulated_workload  # noqa: PLC0415
    from neuroest.network_simulation.conditions import Chips, operating_conditions  # noqa: PLC0415
    from neuroest.network_simulation.files import read_currents  # noqa: PLC0415
    from neuroest.network_simulation.report import activity_data, activity_lines, condition_lines  # noqa: PLC0415
    from neuroest.network_simulation.spiking import run_layer  # noqa: PLC0415

    assert asked.currents is not None  # noqa: S101 - checked
    workload = load_workload(asked.workload)
    found, digest = read_currents(asked.currents, workload.spec)
    chip = neuroest.estimate(asked.architecture, asked.workload, asked.settings)
    place, chips = operating_conditions(chip, [], asked.kinetics), Chips(asked.chips, asked.seed)
    drives = _drives(asked, list(found))
    done = {
        name: run_layer(place, drives[name], current[: asked.count], chips=chips, number=number)
        for number, (name, current) in enumerate(found.items())
    }
    origin = ActivityProvenance(
        chip.architecture, place, drives, chips, asked.kinetics, neuroest.__version__, {"currents": digest}
    )
    changed, written = simulated_workload(workload, done, origin, name=_name(asked.output))
    priced = neuroest.estimate(chip.called, changed, asked.settings)
    energy = priced.totals["energy_per_inference_J"]
    lines = [
        *condition_lines(chip.architecture, place, drives), *activity_lines(place, done),
        f"energy of one inference with these spikes: {energy:.4g} J",
    ]  # fmt: skip
    layers = activity_data(done)
    data = {
        "architecture": chip.architecture, "workload": workload.spec.name, "neuron": place.neuron.spec.name,
        "timestep_s": place.timestep, "layers": layers, "energy_per_inference_J": energy,
    }  # fmt: skip
    rows: list[tuple[str, ...]] = [("layer", "rate", "spikes_per_timestep")]
    rows += [(name, f"{v['rate']:.6g}", f"{v['spikes_per_timestep']:.6g}") for name, v in layers.items()]
    _emit(asked, lines, data, rows)
    if asked.output is not None:
        _write(asked, written)


def _emit(asked: _Asked, lines: list[str], data: Mapping[str, Any], rows: list[tuple[str, ...]]) -> None:
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    table = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    emit(in_form(asked.form, lambda: text, lambda: table, f"Behaviour of {asked.workload}", data))


def _name(output: Path | None) -> str | None:
    from neuroest.workloads.importers.network import fitting_name  # noqa: PLC0415

    return None if output is None else fitting_name(output.stem, "network")


def _write(asked: _Asked, text: str) -> None:
    emit(text, asked.output)
    note([f"workload written to {asked.output}; its activity is simulated"])
