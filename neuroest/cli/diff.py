"""``neuroest diff``: what changed between two saved results.

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

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.reporting.difference import diff


def run(
    before: Annotated[Path, typer.Argument(metavar="A.json")],
    after: Annotated[Path, typer.Argument(metavar="B.json")],
    form: shared.Form = shared.Format.TABLE,
    output: shared.Output = None,
) -> None:
    """What changed between two results, by component and cause."""
    found = diff(before, after)
    text = shared.in_form(
        form, lambda: found.to_text(shared.style_for(output)), found.rows, "What changed", found.to_dict()
    )
    shared.emit(text, output)
