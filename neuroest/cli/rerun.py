"""``neuroest rerun``: a report's numbers once more, from its bundle."""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import FAILED_CHECK
from neuroest.cli.shared import Format, Output, emit, in_form
from neuroest.reporting.bundle import rerun


def run(
    bundle: Annotated[
        Path, typer.Argument(metavar="BUNDLE", help="bundle.zip of `neuroest report --bundle`.")
    ],
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """Recompute a bundle and report every number that changed.

    Exits with 3 if any number is not bit-identical.
    """
    found = rerun(bundle)
    label = f"What moved from version {found.version_before} to {found.version_now}"
    emit(in_form(form, found.to_text, found.difference.rows, label, found.to_dict()), output)
    if not found.same:
        raise typer.Exit(FAILED_CHECK)
