"""Verbs that write reports and papers, rebuild published chips, and compare saved results."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import neuroest
from neuroest.cli import FAILED_CHECK, shared
from neuroest.cli.elapsed import progress_shown
from neuroest.cli.shared import cases
from neuroest.core.errors import NeuroestError
from neuroest.core.units import parse_quantity
from neuroest.plotting.style import VENUES
from neuroest.reporting.formatting import counted

# --- Reports -------------------------------------------------------------------------------------------------------

Venue = StrEnum("Venue", {name.upper(): name for name in VENUES})  # type: ignore[misc]  # names known at import


def run_report(
    architectures: Annotated[
        list[str], typer.Argument(metavar="ARCH...", autocompletion=shared.complete_architecture)
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR")],
    workloads: shared.Workloads = None,
    sweep: Annotated[Path | None, typer.Option("--from", metavar="SWEEP")] = None,
    settings: shared.Settings = None,
    labels: shared.Labels = None,
    venue: Venue | None = None,
    bundle: Annotated[bool, typer.Option("--bundle")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """Write figures, tables and a web page for a paper.

    Writes report.html, tables for LaTeX, figures as PDF, SVG and PNG, CSV, JSON, methods, and references.bib.

    Parameters
    ----------
    architectures
        Names or files; the first is compared with the others.
    output
        Folder to write.
    workloads
        Network; may be repeated, each runs on every design; default: that of `neuroest estimate`.
    sweep
        Also show this sweep, a file written by `neuroest sweep -o`.
    venue
        Widths and least font of the figures.
    bundle
        Pack what `neuroest rerun` needs.
    force
        Replace a report of the same name.

    Examples
    --------
    neuroest report analog_lif_28nm digital_spiking_28nm -w mlp_mnist_spiking -o report
    """
    networks = workloads or [shared.DEFAULT_WORKLOAD]
    found = neuroest.report(
        architectures, networks, shared.changes(settings), sweep, shared.parse_labels(labels)
    )
    neuroest.publish(
        found,
        output,
        venue=venue.value if venue else None,
        force=force,
        bundle=bundle,
        progress=progress_shown(),
    )
    shared.note(
        f"no estimate: {item.architecture} on {item.workload}: {item.reason}" for item in found.refused
    )
    shared.note([f"{counted(len(found.views), 'result')} in {output}; open {output / 'report.html'}"])


# --- Papers --------------------------------------------------------------------------------------------------------


def run_paper(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
    workload: shared.OptionalWorkload = None,
    like: Annotated[
        str | None, typer.Option(metavar="ARCH", autocompletion=shared.complete_architecture)
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="DIR")] = None,
    only: Annotated[str | None, typer.Option(metavar="STEP")] = None,
    again: Annotated[str | None, typer.Option(metavar="STEP")] = None,
    commands: Annotated[bool, typer.Option("--commands")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """From measured curves and a network to a paper, step by step.

    Fits the device, places it in the fabric of a baseline chip, estimates, compares, runs the contest, and writes
    figures, tables, methods, a checklist and a summary. Prints the command of each step. A second run repeats only
    the steps whose inputs changed.

    Parameters
    ----------
    folder
        Folder with curves and a network, or one that this has written.
    workload
        Network, if the folder contains none.
    like
        Chip whose fabric the device replaces the neuron or cell of.
    output
        Folder to write; FOLDER/paper by default.
    only
        Run this step alone.
    again
        Run this step even if nothing has changed.
    commands
        Print the commands and run none.
    force
        Replace files edited by hand where their inputs have changed.

    Examples
    --------
    neuroest paper my_curves -w mlp_mnist_spiking
    """
    from neuroest.publishing.paper.run import paper  # noqa: PLC0415 - loaded for this verb only

    found = paper(
        folder, workload=workload, like=like, output=output, only=only, again=again, commands=commands, force=force,
        say=lambda line: shared.note([line]),
    )  # fmt: skip
    if found.outcomes and only is None:
        shared.note([f"read {found.folder / 'summary.md'}, then {found.folder / 'checklist.md'}"])
    if missing := [
        f"{one.step.name} ({one.reason})" for one in found.outcomes if one.became == "unavailable"
    ]:
        shared.note([f"error: failed steps: {'; '.join(missing)}"])
        raise typer.Exit(1)


# --- Published chips -----------------------------------------------------------------------------------------------

_MOVED = 3  # as for a failed design check


def run_reproduce(
    cases: Annotated[list[str] | None, typer.Argument(metavar="CASE...", autocompletion=cases)] = None,
    layout: Annotated[shared.Format, typer.Option("--format")] = shared.Format.TABLE,
    output: shared.Output = None,
    figure: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    record: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    first: Annotated[bool, typer.Option("--first")] = False,
) -> None:
    """Rebuild published chips: predicted and published values.

    Exits with 3 if a value is outside the range that its case states.

    Parameters
    ----------
    cases
        Shipped cases, or folders of others; all chips that ship if none is given. zhao_2025, which simulates a
        neuron, takes half a minute.
    layout
        Form of the result.
    figure
        Also draw predicted against published.
    record
        Also write the record that reports show, validation/scoreboard.json.
    first
        Also write the first ratios of blind cases next to them, when a case is described. They are never
        changed.

    Examples
    --------
    neuroest reproduce odin --figure scoreboard.png
    """
    from neuroest.validation import board as boards  # noqa: PLC0415 - reports and surveys need no board

    if first and not cases:
        raise NeuroestError("--first writes next to the cases that it is given: name them")
    board = neuroest.reproduce(cases or (), progress_shown())
    if first:
        boards.write_first(board)
        board = neuroest.reproduce(cases or ())
    data = board.to_dict() if layout is shared.Format.JSON else None
    label = "Predicted and published values"
    rows = partial(boards.board_rows, board, reported=layout is shared.Format.CSV)
    shared.emit_in_form(output, layout, lambda: boards.document(board).to_text(), rows, label, data)
    if figure is not None:
        from neuroest.plotting.published import board_figure  # noqa: PLC0415 - matplotlib is heavy
        from neuroest.plotting.style import save_figure  # noqa: PLC0415

        save_figure(board_figure(board), figure)
        shared.figure_written(figure)
    if record is not None:
        shared.emit(boards.record_text(board), record)
    if board.failed:
        raise typer.Exit(_MOVED)


# --- Surveys -------------------------------------------------------------------------------------------------------


def run_survey(
    subject: Annotated[str, typer.Argument(metavar="neurons|chips")],
    own: Annotated[list[str] | None, typer.Argument(metavar="FILE...")] = None,
    workload: shared.Workload = shared.DEFAULT_WORKLOAD,
    node: Annotated[str, typer.Option("--node", metavar="LENGTH")] = "28 nm",
    only: Annotated[str, typer.Option("--only", metavar="WORD,...")] = "",
    bib: Annotated[Path | None, typer.Option("--bib", metavar="FILE")] = None,
    plot: shared.Plot = None,
    labels: shared.Labels = None,
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Published neurons or chips next to your own.

    Prints the table of device and chip papers, raw and normalised, every cell with its source. -p draws energy
    against area.

    Parameters
    ----------
    subject
        `neurons` or `chips`.
    own
        Device specs or chips of your own, whose values are computed and marked, or survey files.
    node
        Feature size of the normalised columns.
    only
        Published rows with one of these words in their name, title, mechanism, material, kind or memory.
    bib
        Write the cited sources to this BibTeX file.
    form
        Form of the table.

    Examples
    --------
    neuroest survey neurons lif_28nm_circuit -p neurons.pdf --bib neurons.bib
    """
    shared.check_figure(plot)
    words = [word.strip() for word in only.split(",") if word.strip()]
    found = neuroest.survey(subject, own or (), workload=workload, node=parse_quantity(node, "m"), only=words)
    found = found.labelled(shared.parse_labels(labels))
    label = f"Published {subject}. {found.legend[0].upper()}{found.legend[1:]}"
    if form is shared.Format.LATEX:
        from neuroest.reporting.latex import to_latex  # noqa: PLC0415 - text needs no LaTeX

        notes = "".join(f"% {note}\n" for note in found.notes)
        shared.emit(to_latex(found.table(brief=True), label) + notes, output)
    else:
        shared.emit_result(found, output, form, label)
    if bib is not None:
        shared.emit(found.to_bibtex(), bib)
    shared.draw(plot, found.plot)
    if plot is not None and form is not shared.Format.TABLE:
        shared.note(found.undrawn)


# --- Saved results -------------------------------------------------------------------------------------------------


def run_rerun(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE")],
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Recompute a bundle and report every number that changed.

    Exits with 3 if any number is not bit-identical.

    Parameters
    ----------
    bundle
        bundle.zip of `neuroest report --bundle`.
    form
        Form of the result.

    Examples
    --------
    neuroest rerun report/bundle.zip
    """
    found = neuroest.rerun(bundle)
    label = f"What moved from version {found.version_before} to {found.version_now}"
    shared.emit_in_form(output, form, found.to_text, found.difference.rows, label, found.to_dict())
    if not found.same:
        raise typer.Exit(FAILED_CHECK)


# --- Differences ---------------------------------------------------------------------------------------------------


def run_diff(
    before: Annotated[Path, typer.Argument(metavar="A.json")],
    after: Annotated[Path, typer.Argument(metavar="B.json")],
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """What changed between two results, by component and cause.

    Parameters
    ----------
    before
        Result that `--format json` or a report wrote.
    after
        The same, later or elsewhere.
    form
        Form of the result.

    Examples
    --------
    neuroest diff before.json after.json
    """
    found = neuroest.diff(before, after)
    shared.emit_in_form(
        output,
        form,
        lambda: found.to_text(shared.style_for(output)),
        found.rows,
        "What changed",
        found.to_dict(),
    )
