"""``neuroest diff``: what changed between two saved results."""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.shared import Format, Output, emit, in_form, style_for
from neuroest.reporting.difference import diff


def run(
    before: Annotated[
        Path, typer.Argument(metavar="A.json", help="Result that `--format json` or a report wrote.")
    ],
    after: Annotated[Path, typer.Argument(metavar="B.json", help="The same, later or elsewhere.")],
    form: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """What changed between two results, by component and cause."""
    found = diff(before, after)
    text = in_form(
        form, lambda: found.to_text(style_for(output)), found.rows, "What changed", found.to_dict()
    )
    emit(text, output)
