"""``neuroest diff``: what changed between two saved results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.shared import Output, emit, style_for
from neuroest.reporting.difference import difference, read_results


def run(
    before: Annotated[
        Path, typer.Argument(metavar="A.json", help="Result that `--format json` or a report wrote.")
    ],
    after: Annotated[Path, typer.Argument(metavar="B.json", help="The same, later or elsewhere.")],
    output: Output = None,
) -> None:
    """What changed between two results, by component and cause."""
    found = difference(read_results(before), read_results(after))
    emit(found.to_text(style_for(output)), output)
