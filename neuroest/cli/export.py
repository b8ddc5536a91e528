"""``neuroest export``: a neuron for circuit simulators, a chip for other estimators.

Parameters
----------
kind
    spice or verilog-a of a neuron; the others of a chip on a network.
name
    Name of a shipped neuron or architecture, or a file.
workload
    Network that a chip runs.
output
    Folder of circuits and benches; file of a chip.
level
    Input of the benches, with unit; by default the device's own.
settings
    Change a parameter of the neuron, or a value of chip or network by its path; may be repeated.
synapse
    Cells of the column.
cells
    Cells of the column.
check
    Run the benches in ngspice and compare them with `simulate`.
force
    Replace files that exist.
form
    Form of the comparison.

Examples
--------
neuroest export spice switch_generic_28nm -o circuit --check
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import names
from neuroest.core.errors import NeuroestError
from neuroest.registry import EXPORTS, export

if TYPE_CHECKING:
    from neuroest.circuits.export import Export


class Kind(StrEnum):
    """What can be written: languages of circuit simulators, and files of other tools."""

    SPICE = "spice"
    VERILOG_A = "verilog-a"
    SANA_FE = "sana-fe"
    ACCELFORGE = "accelforge"
    NEUROBENCH = "neurobench"


def run(
    kind: Annotated[Kind, typer.Argument(metavar="FORMAT")],
    name: Annotated[str, typer.Argument(metavar="NAME", autocompletion=names("architecture", "device"))],
    workload: shared.OptionalWorkload = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="PATH")] = None,
    level: str | None = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE")] = None,
    synapse: Annotated[str, typer.Option(metavar="DEVICE")] = "rram_passive_generic",
    cells: Annotated[int, typer.Option(min=1, max=4096)] = 16,
    check: Annotated[bool, typer.Option("--check")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
    form: shared.Form = shared.Format.TABLE,
) -> None:
    """Export a neuron as a circuit, or a chip to another estimator.

    spice and verilog-a: the compact model of a neuron with test benches. sana-fe: the chip as a SANA-FE architecture.
    accelforge: its blocks as components with energy, area and leakage. neurobench: the metrics of its network under
    NeuroBench names, with energy, time and area.
    """
    if kind.value in EXPORTS:
        if check or level is not None:
            raise NeuroestError(f"--check and --level go with spice and verilog-a, not with {kind.value}")
        _chip(kind.value, name, workload or shared.DEFAULT_WORKLOAD, settings, output, force=force)
        return
    if workload is not None:
        raise NeuroestError(f"a circuit runs no network; -w is for {', '.join(EXPORTS)}")
    from neuroest.circuits import export as circuits  # noqa: PLC0415 - loaded for this verb only

    changes = shared.changes(settings)
    found = circuits.export(kind.value, name, level=level, changes=changes, synapse=synapse, cells=cells)
    _circuit(found, name, output, form, check=check, force=force)


def _circuit(
    export: Export, name: str, output: Path | None, form: shared.Format, *, check: bool, force: bool
) -> None:
    """Write a neuron as a circuit with its benches, print it, or compare it with `simulate` in ngspice."""
    if output is not None:
        export.write(output, force=force)
        shared.note([f"{', '.join(export.files)} written to {output}"])
        if export.no_bench:
            shared.note([export.no_bench])
        elif not check:
            shared.note([f"run them there: cd {output} && ngspice -b {next(iter(export.benches))}"])
    elif not check:
        shared.emit(export.model)
    if check:
        from neuroest.circuits import export as circuits  # noqa: PLC0415 - as above

        rows = circuits.agreement(export)
        table = circuits.agreement_rows(rows)
        data = {"neuron": name, "rows": table}
        text = partial(circuits.agreement_text, rows)
        shared.emit_in_form(None, form, text, lambda: table, f"{name} in ngspice", data)


def _chip(
    form: str, name: str, workload: str, settings: list[str] | None, output: Path | None, *, force: bool
) -> None:
    """Write a chip on a network as a file of another tool."""
    from neuroest.pipeline.estimate import estimate  # noqa: PLC0415 - circuits need none

    if output is not None and output.exists() and not force:
        raise NeuroestError(f"{output} exists; --force replaces it")
    shared.emit(export(estimate(name, workload, shared.changes(settings)), form), output)
    if shared.file_of(output) is not None:
        shared.note([f"{form} file written to {output}"])
