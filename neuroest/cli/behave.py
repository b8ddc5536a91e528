"""``neuroest behave``: what a network does on a chip with the errors of its devices, and what that costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from neuroest.cli.lab import Kinetics, bar
from neuroest.cli.shared import (
    Architecture,
    Format,
    Plot,
    Seed,
    Settings,
    Workload,
    emit,
    in_form,
    note,
    workload_name,
)
from neuroest.core.errors import NeuroestError
from neuroest.design.overrides import parse_settings

_FILE = {"metavar": "FILE.npz"}

DriveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--drive",
        metavar="LAYER=OFFSET,LOAD",
        help="Offset and load of a layer's input circuit, such as hidden='0.1 V,300 kohm'; for each layer.",
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="CHARACTERISTIC",
        help="Repeat without one characteristic or error source; may be repeated; `all`: each of them, one at a time.",
    ),
]
Currents = Annotated[
    Path | None,
    typer.Option(
        "--currents", help="Input currents of a layer in ampere, instead of --weights and --samples.", **_FILE
    ),
]
Calibration = Annotated[
    Path | None,
    typer.Option(
        "--calibration",
        help="Calibration set to choose offset and load, or the ranges of a dense network's inputs; must not overlap "
        "the test set.",
        **_FILE,
    ),
]
WorkloadOutput = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="WORKLOAD.yaml", help="Workload to write, with the simulated activity."
    ),
]


Learn = Annotated[
    Path | None,
    typer.Option(
        "--learn", help="Samples to learn from, by the workload's rule, on the chip's cells.", **_FILE
    ),
]
Epochs = Annotated[int, typer.Option(min=1, help="With --learn: passes over its samples.")]
Rates = Annotated[
    list[float] | None,
    typer.Option("--rate", min=1e-9, help="With --learn: learning rate; may be repeated."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="With --learn: start from weights of zero.")]


def run(
    architecture: Architecture,
    workload: Workload,
    weights: Annotated[Path | None, typer.Option(help="Integer weights of each layer.", **_FILE)] = None,
    samples: Annotated[
        Path | None,
        typer.Option(help="Inputs (spikes of a spiking network) and the class of each sample.", **_FILE),
    ] = None,
    currents: Currents = None,
    calibration: Calibration = None,
    learn: Learn = None,
    epochs: Epochs = 1,
    rate: Rates = None,
    fresh: Fresh = False,
    drive: DriveOption = None,
    without: Without = None,
    recalibrate: Annotated[
        bool,
        typer.Option("--recalibrate", help="Choose offset and load again for each omission."),
    ] = False,
    cell_errors: Annotated[
        bool,
        typer.Option(
            "--cell-errors",
            help="Sample per-cell programming errors and apply IR drop.",
        ),
    ] = False,
    count: Annotated[int | None, typer.Option(min=1, help="Use only this many samples.")] = None,
    chips: Annotated[
        int, typer.Option(min=1, max=10_000, help="Chips among which the samples are divided.")
    ] = 8,
    seed: Seed = 0,
    settings: Settings = None,
    kinetics: Kinetics = "ion_kinetics_silver",
    output: WorkloadOutput = None,
    plot: Plot = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the report.")] = Format.TABLE,
) -> None:
    """Simulate a network with the errors of a chip: accuracy and energy.

    Spiking workloads: the stochastic compact model of the chip's neurons is driven by the column currents. The accuracy
    is compared with that of ideal neurons. The energy is estimated with the simulated spike counts.
    An .onnx file with weights: convolutions, linear layers and matrix products run on crossbars with ADCs, with
    programming errors, drift, stuck cells, read noise, ADC quantization and clipping.
    """  # fmt: skip
    from neuroest.network_simulation.activity import parse_drive  # noqa: PLC0415 - loaded for this verb only
    from neuroest.network_simulation.study import simulate_layers, simulate_network  # noqa: PLC0415

    if output is not None and not output.parent.is_dir():
        raise NeuroestError(f"{output}: the folder {output.parent} does not exist")
    if Path(workload).suffix.lower() == ".onnx":
        unused = {
            "--weights": weights, "--currents": currents, "--learn": learn, "--drive": drive, "--plot": plot,
            "--recalibrate": recalibrate, "--cell-errors": cell_errors, "--output": output,
        }  # fmt: skip
        _dense(
            workload, unused, samples, calibration, form, architecture, without=without or (), count=count,
            chips=chips, seed=seed, settings=parse_settings(settings or []),
        )  # fmt: skip
        return
    if plot is not None:
        from neuroest.plotting.style import check_figure_path  # noqa: PLC0415

        check_figure_path(plot)
    drives = dict(parse_drive(text) for text in drive or ())
    common: dict[str, Any] = {
        "count": count, "chips": chips, "seed": seed, "settings": parse_settings(settings or []), "kinetics": kinetics,
    }  # fmt: skip
    if currents is not None:
        given = {
            "--weights": weights, "--samples": samples, "--calibration": calibration, "--without": without,
            "--plot": plot, "--cell-errors": cell_errors,
        }  # fmt: skip
        extra = [name for name, value in given.items() if value]
        if extra:
            raise NeuroestError(f"--currents drives layers without a network; leave out {', '.join(extra)}")
        if not drives:
            raise NeuroestError("--currents needs --drive LAYER=OFFSET,LOAD for each of its layers")
        found: Any = simulate_layers(architecture, workload, currents, drives, **common)
    elif learn is not None and weights is not None and samples is not None:
        if extra := [name for name, given in {"--calibration": calibration, "--drive": drive, "--without": without,
                     "--cell-errors": cell_errors, "--plot": plot, "--output": output}.items() if given]:  # fmt: skip
            raise NeuroestError(f"--learn runs on ideal neurons; leave out {', '.join(extra)}")
        from neuroest.network_simulation.learning import learn_network  # noqa: PLC0415 - for this option only

        found = learn_network(
            architecture, workload, weights, learn, samples, epochs=epochs, rates=rate or (), fresh=fresh, count=count,
            seed=seed, settings=common["settings"], tell=lambda text: note([text]),
        )  # fmt: skip
    elif weights is None or samples is None:
        raise NeuroestError("give --weights and --samples of the network, or --currents of its layers")
    else:
        with bar("behave") as progress:
            found = simulate_network(
                architecture, workload, weights, samples, calibration=calibration, drives=drives,
                without=without or (), recalibrate=recalibrate, cell_errors=cell_errors,
                tell=lambda text: note([text]), progress=progress, **common,
            )  # fmt: skip
    emit(in_form(form, found.to_text, found.rows, f"Behaviour of {workload}", found.to_dict()))
    if plot is not None:
        found.plot(plot)
        note([f"figure written to {plot}"])
    if output is not None:
        emit(found.workload_text(workload_name(output)), output)
        note([f"workload written to {output}; its activity is simulated"])


def _dense(
    workload: str, unused: dict[str, Any], samples: Path | None, calibration: Path | None, form: Format,
    architecture: str, **options: Any,
) -> None:  # fmt: skip
    """A dense network on crossbars with converters."""
    from neuroest.network_simulation.dense import simulate_dense  # noqa: PLC0415 - for these networks only

    if extra := [name for name, value in unused.items() if value]:
        raise NeuroestError(f"{workload} is a dense network; leave out {', '.join(extra)}")
    if samples is None or calibration is None:
        raise NeuroestError(f"{workload} is a dense network: give --samples and --calibration")
    with bar("behave") as progress:
        found = simulate_dense(
            architecture,
            workload,
            samples,
            calibration,
            tell=lambda text: note([text]),
            progress=progress,
            **options,
        )
    emit(in_form(form, found.to_text, found.rows, f"Behaviour of {workload}", found.to_dict()))
