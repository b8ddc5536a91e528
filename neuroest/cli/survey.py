"""``neuroest survey``: published neurons or chips in one table.

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

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.core.units import parse_quantity
from neuroest.reporting.survey import survey


def run(
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
    """
    shared.check_figure(plot)
    words = [word.strip() for word in only.split(",") if word.strip()]
    found = survey(subject, own or (), workload=workload, node=parse_quantity(node, "m"), only=words)
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
    if plot is not None:
        found.plot(plot)
        shared.figure_written(plot)
        if form is not shared.Format.TABLE:
            shared.note(found.undrawn)
