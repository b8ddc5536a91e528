"""``neuroest schema``: JSON Schema of the spec files.

Examples
--------
neuroest schema architecture
"""

from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import one_of
from neuroest.loading.kinds import KINDS
from neuroest.reporting.schemas import schema_text


def run(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help=f"One of {', '.join(KINDS)}.", autocompletion=one_of(lambda: KINDS)
        ),
    ],
    output: shared.Output = None,
) -> None:
    """JSON Schema of a kind of spec file, for editors.

    Draft 2020-12, with descriptions, units and examples.
    """
    shared.emit(schema_text(kind), output)
