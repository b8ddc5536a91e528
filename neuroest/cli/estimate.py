"""``neuroest estimate``: area, energy, latency and throughput of a chip on a network."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

import neuroest
from neuroest.cli import FAILED_CHECK, shared
from neuroest.loading.library import baseline_of
from neuroest.registry import render
from neuroest.reporting.estimate_document import estimate_brief, estimate_document
from neuroest.reporting.formatting import check_line


def run_estimate(
    architecture: shared.OptionalArchitecture = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    settings: shared.Settings = None,
    given: shared.Given = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
    full: Annotated[bool, typer.Option("--full")] = False,
    diagram: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    strict: Annotated[bool, typer.Option("--strict")] = False,
) -> None:
    """Area, energy, latency and throughput of a chip on a network.

    Without ARCH, a chip with memristor neurons is compared with the same chip with CMOS neurons.

    Parameters
    ----------
    form
        Form of the result.
    full
        With breakdowns, all totals, basis and scope.
    diagram
        Draw the chip with joules as widths (.pdf, .svg, .png).
    strict
        Exit with 3 if a design check fails.

    Examples
    --------
    neuroest estimate analog_lif_28nm -w mlp_mnist_spiking --set chip.tile.array.rows=256
    """
    changes = shared.changes(settings)
    shared.check_figure(diagram)
    estimates: tuple[neuroest.Estimate, ...]
    comparison: neuroest.Comparison | None = None
    if architecture is None:
        chip = neuroest.load_architecture(shared.DEFAULT_ARCHITECTURE)
        baseline = baseline_of(chip)
        if baseline is None:
            raise neuroest.NeuroestError(f"{shared.DEFAULT_ARCHITECTURE} names no baseline")
        comparison = neuroest.compare(chip, baseline, workload, changes, given=given)
        estimates = comparison.estimates
    else:
        estimates = (neuroest.estimate(architecture, workload, changes, given=given),)
    if form is shared.Format.TABLE:
        if comparison:
            from neuroest.reporting.comparison_document import comparison_with_answers, side_by_side  # noqa: PLC0415 - a single chip should not wait for it

            document = (side_by_side if full else comparison_with_answers)(comparison)
        else:
            document = (estimate_document if full else estimate_brief)(estimates[0], changes)
        text = document.to_text(shared.style_for(output))
    elif form is shared.Format.MARKDOWN:
        text = render(comparison or estimates[0], "document").to_markdown()
    elif form is shared.Format.LATEX:
        text = render(comparison or estimates[0], "latex")
    elif form is shared.Format.JSON:
        text = json.dumps(_plain(estimates), indent=2, allow_nan=False) + "\n"
    elif form is shared.Format.CSV:
        from neuroest.reporting.data_files import breakdown_csv  # noqa: PLC0415 - a table on the terminal should not wait for it

        text = breakdown_csv(estimates)
    shared.emit(text, output)
    shared.draw(diagram, estimates[0].block_diagram)
    failed = [(result, check) for result in estimates for check in result.remarks]
    if form is not shared.Format.TABLE or output is not None:
        shared.note(f"{result.architecture}: {check_line(check)}" for result, check in failed)
    if strict and any(check.severity != "advice" for _, check in failed):
        raise typer.Exit(FAILED_CHECK)


def _plain(estimates: tuple[neuroest.Estimate, ...]) -> dict[str, Any]:
    """The result as plain data; of two designs the first, with the second under `baseline`."""
    plain = [result.to_dict() for result in estimates]
    return plain[0] if len(plain) == 1 else {**plain[0], "baseline": plain[1]}
