"""``neuroest calibrate``: what measured values of a chip teach.

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

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.error_analysis.draws import SEED
from neuroest.reporting.study_documents import contradiction_words
from neuroest.validation.calibrate import TARGET, calibrate


def run(
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
    """
    shared.check_figure(plot)
    (asked,) = shared.result_names([target], "--target")
    found = calibrate(architecture, measured, output, target=asked, seed=seed)
    if plot is not None:
        found.plot(plot)
        shared.figure_written(plot)
    shared.emit_result(found, None, form, f"Measured values of {found.architecture}")
    if form is not shared.Format.TABLE:
        shared.note(contradiction_words(one) for one in found.contradictions)
    if output is not None:
        shared.note([f"written: {output}; use it with --given {output}"])
