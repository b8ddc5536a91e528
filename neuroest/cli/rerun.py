"""``neuroest rerun``: a report's numbers once more, from its bundle.

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

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import FAILED_CHECK, shared
from neuroest.reporting.bundle import rerun


def run(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE")],
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """Recompute a bundle and report every number that changed.

    Exits with 3 if any number is not bit-identical.
    """
    found = rerun(bundle)
    label = f"What moved from version {found.version_before} to {found.version_now}"
    shared.emit_in_form(output, form, found.to_text, found.difference.rows, label, found.to_dict())
    if not found.same:
        raise typer.Exit(FAILED_CHECK)
