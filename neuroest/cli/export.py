"""``neuroest export``: the compact model of a neuron for a circuit simulator."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.lab import Neuron, Parameters
from neuroest.cli.shared import Format, emit, in_form, note
from neuroest.design.overrides import parse_settings


class Language(StrEnum):
    """Languages of circuit simulators."""

    SPICE = "spice"
    VERILOG_A = "verilog-a"


def run(
    language: Annotated[Language, typer.Argument(metavar="LANGUAGE", help="spice or verilog-a.")],
    neuron: Neuron,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="Folder for the model and its benches."),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option("--level", help="Input of the benches, with unit; by default the device's own."),
    ] = None,
    settings: Parameters = None,
    synapse: Annotated[
        str, typer.Option(metavar="DEVICE", help="Cells of the column.")
    ] = "rram_passive_generic",
    cells: Annotated[int, typer.Option(min=1, max=4096, help="Cells of the column.")] = 16,
    check: Annotated[
        bool, typer.Option("--check", help="Run the benches in ngspice and compare them with `simulate`.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    form: Annotated[Format, typer.Option("--format", help="Form of the comparison.")] = Format.TABLE,
) -> None:
    """A neuron as SPICE or Verilog-A, with benches."""
    from neuroest.circuits import export as circuits  # noqa: PLC0415 - loaded for this verb only

    found = circuits.export(
        language.value,
        neuron,
        level=level,
        changes=parse_settings(settings or []),
        synapse=synapse,
        cells=cells,
    )
    if output is not None:
        found.write(output, force=force)
        note([f"{', '.join(found.files)} written to {output}"])
        if found.no_bench:
            note([found.no_bench])
        elif not check:
            note([f"run them there: cd {output} && ngspice -b {next(iter(found.benches))}"])
    elif not check:
        emit(found.model)
    if check:
        rows = circuits.agreement(found)
        emit(
            in_form(
                form, lambda: circuits.agreement_text(rows), lambda: circuits.agreement_rows(rows),
                f"{neuron} in ngspice", {"neuron": neuron, "rows": circuits.agreement_rows(rows)},
            )
        )  # fmt: skip
