"""``neuroest show``: one thing in full.

Parameters
----------
name
    Anything that `neuroest list` names, or a path.
form
    Form of the values.
resolved
    The YAML file of an architecture, its `base` resolved.

Examples
--------
neuroest show rram_hfox_28nm
"""

from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import names
from neuroest.core.errors import NeuroestError
from neuroest.reporting.data_sheets import sheets, value_rows, whole_file


def run(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", autocompletion=names("architecture", "device", "workload", "contest")),
    ],
    form: shared.Form = shared.Format.TABLE,
    resolved: Annotated[bool, typer.Option("--resolved")] = False,
) -> None:
    """A device, chip, network, model or source in full.

    Shows every value of a device, a chip as a tree, a network by layers.
    """
    if resolved:
        if form is not shared.Format.TABLE:
            raise NeuroestError("--resolved prints a YAML file; leave out --format")
        shared.emit(whole_file(name))
    elif form is shared.Format.TABLE:
        shared.emit("\n".join(sheets(name, shared.style())))
    else:
        shared.emit_in_form(None, form, str, lambda: value_rows(name), f"Values of {name}")
