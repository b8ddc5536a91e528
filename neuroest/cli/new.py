"""``neuroest new``: a spec file to start from."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.shared import emit, note
from neuroest.core.errors import NeuroestError


class Template(StrEnum):
    """Kinds of files that can be started."""

    NEURON = "neuron"
    SYNAPSE = "synapse"
    MEMORY = "memory"
    ARCHITECTURE = "architecture"
    WORKLOAD = "workload"


_DEVICES = {Template.NEURON, Template.SYNAPSE, Template.MEMORY}


def run(
    kind: Annotated[Template, typer.Argument(metavar="KIND", help=f"One of {', '.join(Template)}.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="SPEC.yaml", help="File; its name becomes that of the spec."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Device model of a neuron, synapse or memory.")] = None,
    like: Annotated[
        str | None, typer.Option(metavar="NAME", help="Shipped file whose values to start from.")
    ] = None,
    neuron: Annotated[
        str | None, typer.Option(metavar="DEVICE", help="Neuron of a new architecture.")
    ] = None,
    synapse: Annotated[
        str | None, typer.Option(metavar="DEVICE", help="Synapse of a new architecture.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """A commented template that passes the check.

    Devices: every value is marked as an assumption until you replace it. Architectures: --neuron and --synapse put
    your own devices in.
    """
    from neuroest.authoring import templates  # noqa: PLC0415
    from neuroest.authoring.device_text import check_output  # noqa: PLC0415

    _applicable(kind, {"--model": model}, _DEVICES)
    _applicable(kind, {"--neuron": neuron, "--synapse": synapse}, {Template.ARCHITECTURE})
    if like is not None and (neuron is not None or synapse is not None):
        raise NeuroestError(
            "--like copies a shipped chip as it is; change its devices there, or leave out --like"
        )
    written = output is not None and str(output) != "-"
    if output is not None and written:
        check_output(output, force=force)
    name = output.stem if output is not None and written else f"my_{kind.value}"
    if kind in _DEVICES:
        text = templates.new_device(kind.value, name, model, like)
    elif like is not None:
        text = templates.copy_of(kind.value, name, like)
    elif kind is Template.ARCHITECTURE:
        text = templates.new_architecture(name, neuron, synapse)
    else:
        text = templates.new_workload(name)
    emit(text, output)
    if written:
        note([f"{kind.value} written to {output}; check it with: neuroest check {output}"])


def _applicable(kind: Template, options: dict[str, str | None], kinds: set[Template]) -> None:
    for option, value in options.items():
        if value is not None and kind not in kinds:
            raise NeuroestError(f"{option} does not go with {kind.value}")
