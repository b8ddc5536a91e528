"""``neuroest behave``: accuracy of a network on a chip with device errors, and its cost.

Parameters
----------
weights
    Integer weights of each layer.
samples
    Inputs (spikes of a spiking network) and the class of each sample.
calibration
    Calibration set to choose the full scale of each layer, or the ranges of a dense network's inputs; must not overlap
    the test set.
learn
    Samples to learn from, by the workload's rule, on the chip's cells.
epochs
    With --learn: passes over its samples.
rate
    With --learn: learning rate; may be repeated.
fresh
    With --learn: start from weights of zero.
trim
    Offset and full scale of a layer instead of a calibration, such as hidden=0,1.3: the drive at a result of zero over
    the full one, and the result of a full drive in thresholds; may be repeated.
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
    Workload to write, with the simulated activity; of an .onnx file: the output with the scores of the classes.
form
    Form of the report.

Examples
--------
neuroest behave diffusive_bench_28nm -w my_network.yaml --weights weights.npz --samples test.npz --calibration train.npz
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from neuroest.cli import shared
from neuroest.cli.elapsed import progress_shown
from neuroest.cli.lab import Kinetics
from neuroest.core.errors import NeuroestError
from neuroest.loading.library import labelled


def run(
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
        common |= {
            "without": without or (),
            "chips": chips,
            "output": None if output is None else str(output),
        }
        _written(_dense(architecture, workload, samples, calibration, **common), workload, form)
        return
    shared.check_figure(plot)
    if weights is None or samples is None:
        raise NeuroestError("give --weights and --samples of the network")
    if learn is not None:
        _refuse("--learn runs on ideal neurons", given, "--weights", "--samples", "--learn")
        options = {"epochs": epochs, "rates": rate or (), "fresh": fresh}
        found: Any = _learned(architecture, workload, weights, learn, samples, **options, **common)
    else:
        (chip,), (network,) = labelled([architecture], [workload], shared.parse_labels(labels))
        found = study.simulate_network(
            chip, network, weights, samples, calibration=calibration,
            trims=dict(parse_trim(text) for text in trim or ()), without=without or (), recalibrate=recalibrate,
            resume=resume, chips=chips, kinetics=kinetics, notify=_notify, progress=progress_shown(), **common,
        )  # fmt: skip
    _written(found, workload, form, plot, output)


def _refuse(what: str, given: Mapping[str, Any], *allowed: str) -> None:
    """Refuse options that a kind of run does not take."""
    if extra := [name for name, value in given.items() if value and name not in allowed]:
        raise NeuroestError(f"{what}; leave out {', '.join(extra)}")


def _learned(*given: Any, **options: Any) -> Any:
    """A network that learns on the cells of a chip."""
    from neuroest.network_simulation.learning import learn_network  # noqa: PLC0415 - for this option only

    return learn_network(*given, notify=_notify, **options)


def _dense(
    architecture: str, workload: str, samples: Path | None, calibration: Path | None, **options: Any
) -> Any:
    """A dense network on crossbars with converters."""
    from neuroest.network_simulation.dense import simulate_dense  # noqa: PLC0415 - for these networks only

    if samples is None or calibration is None:
        raise NeuroestError(f"{workload} is a dense network: give --samples and --calibration")
    notes: dict[str, Any] = {"notify": _notify, "progress": progress_shown()}
    return simulate_dense(architecture, workload, samples, calibration, **notes, **options)


def _written(
    found: Any, workload: str, form: shared.Format, plot: Path | None = None, output: Path | None = None
) -> None:
    """The report, and the figure and the workload that were asked for."""
    shared.emit_result(found, None, form, f"Behaviour of {workload}")
    if plot is not None:
        found.plot(plot)
        shared.figure_written(plot)
    if output is not None:
        shared.emit(found.workload_text(shared.workload_name(output)), output)
        shared.note([f"workload written to {output}; its activity is simulated"])


def _notify(text: str) -> None:
    shared.note([text])
