"""Common parts of the device lab verbs."""

from typing import Annotated

import typer

from neuroest.cli.completion import names, neuron_parameters
from neuroest.core.errors import NeuroestError
from neuroest.core.units import parse_quantity

Neuron = Annotated[
    str,
    typer.Argument(
        metavar="NEURON", help="Name of a shipped neuron, or a device file.",
        autocompletion=names("device", folder="neurons"),
    ),
]  # fmt: skip
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE",
        help="Change a parameter of the neuron, such as control_resistance='500 Mohm'; may be repeated.",
        autocompletion=neuron_parameters,
    ),
]  # fmt: skip
Kinetics = Annotated[
    str, typer.Option("--kinetics", metavar="DEVICE", help="Spec with noise and barriers of the ions.")
]
Temperature = Annotated[
    str | None, typer.Option("--temperature", help="Temperature of the device, such as 350 K.")
]
BarrierShift = Annotated[
    str | None,
    typer.Option(
        "--barrier-shift", metavar="ENERGY",
        help="Ion barriers of another species relative to those of the spec, such as '50 meV'.",
    ),
]  # fmt: skip


def quantity(text: str | None, unit: str, option: str) -> float | None:
    """SI value of an option, or None where it was not given.

    Raises
    ------
    NeuroestError
        Naming the option.
    """
    if text is None:
        return None
    try:
        return parse_quantity(text, unit)
    except NeuroestError as error:
        raise NeuroestError(f"{option}: {error}") from None


def needed(text: str, unit: str, option: str) -> float:
    """SI value of an option that has a value."""
    value = quantity(text, unit, option)
    assert value is not None  # noqa: S101
    return value
