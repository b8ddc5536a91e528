"""``neuroest activity attach``: recorded spikes or densities in a workload.

Parameters
----------
action
    What to do: attach.
workload
    Name of a shipped workload, or a file.
recording
    Spikes or rates: .npz, .csv, NIRData in .h5, or results .json of NeuroBench.
dataset
    What the samples were drawn from.
samples
    Samples of the recording, where it does not say.
date
    Day of the recording; today by default.
time_step
    Timestep of recorded event times, such as '1 ms'.
rename
    Layer of a recorded name, such as a node of NIR; may be repeated.
force
    Replace a file that exists.

Examples
--------
neuroest activity attach my_network.yaml spikes.npz --dataset 'test set' -o measured.yaml
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.core.errors import NeuroestError
from neuroest.loading.library import load_workload


class Action(StrEnum):
    """What is done with a recording."""

    ATTACH = "attach"


def run(
    action: Annotated[Action, typer.Argument(metavar="attach")],
    workload: Annotated[str, typer.Argument(metavar="WORKLOAD", autocompletion=shared.complete_workload)],
    recording: Annotated[Path, typer.Argument(metavar="RECORDING")],
    dataset: Annotated[str, typer.Option()],
    output: shared.Output = None,
    samples: Annotated[int | None, typer.Option(min=1)] = None,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD")] = None,
    time_step: Annotated[str | None, typer.Option(metavar="TIME")] = None,
    rename: Annotated[list[str] | None, typer.Option(metavar="RECORDED=LAYER")] = None,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """Attach recorded activity to a workload.

    Data set, samples, date and hash become its source. The original workload file is not changed. Spikes are arrays of
    shape (samples, timesteps, neurons), named after the layers.
    """
    del action  # there is one so far
    from datetime import date as day  # noqa: PLC0415

    from neuroest.cli.import_network import time_of  # noqa: PLC0415 - one reading of a time
    from neuroest.workloads.importers.recordings import (  # noqa: PLC0415
        attach_activity,
        read_recording,
        renamed,
    )

    if date is not None:
        try:
            day.fromisoformat(date)
        except ValueError:
            raise NeuroestError(f"--date {date[:40]}: expected year-month-day, such as 2026-03-31") from None
    loaded = load_workload(workload)
    found = renamed(read_recording(recording, samples=samples, time_step=time_of(time_step)), rename or ())
    name = shared.workload_name(output)
    if output is not None and Path(loaded.file).exists() and output.resolve() == Path(loaded.file).resolve():
        raise NeuroestError(f"{output} is the workload itself, which is not changed; name another file")
    if output is not None and output.is_file() and not force:
        raise NeuroestError(f"{output} exists; name another file, or --force to replace it")
    changed, text = attach_activity(loaded, found, dataset=dataset, day=date, name=name)
    shared.emit(text, output)
    shared.note([f"{changed.spec.name}: recorded activity of {', '.join(one.name for one in found.layers)}"])
