"""``neuroest show``: one thing in full."""

from __future__ import annotations

from typing import Annotated

import typer

from neuroest.cli.shared import emit, style
from neuroest.reporting.sheets import sheets


def run(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Anything that `neuroest list` names, or a path.")
    ],
) -> None:
    """One thing in full: device, chip, network, model, source.

    A device with every claim, an architecture as a tree, a network by layers.
    """
    emit("\n".join(sheets(name, style())))
