"""``neuroest show``: one thing in full."""

from typing import Annotated

import typer

from neuroest.cli.completion import names
from neuroest.cli.shared import Format, emit, in_form, style
from neuroest.core.errors import NeuroestError
from neuroest.reporting.data_sheets import sheets, value_rows, whole_file


def run(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="Anything that `neuroest list` names, or a path.",
            autocompletion=names("architecture", "device", "workload", "contest"),
        ),
    ],
    form: Annotated[Format, typer.Option("--format", help="Form of the values.")] = Format.TABLE,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="The YAML file of an architecture, its `base` resolved.")
    ] = False,
) -> None:
    """A device, chip, network, model or source in full.

    Shows every value of a device, a chip as a tree, a network by layers.
    """
    if resolved:
        if form is not Format.TABLE:
            raise NeuroestError("--resolved prints a YAML file; leave out --format")
        emit(whole_file(name))
    elif form is Format.TABLE:
        emit("\n".join(sheets(name, style())))
    else:
        emit(in_form(form, str, lambda: value_rows(name), f"Values of {name}"))
