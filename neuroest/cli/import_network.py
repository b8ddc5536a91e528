"""``neuroest import``: files of others as spec files: networks, cell files, tables of devices.

Parameters
----------
file
    Network, memory cell, or table of devices.
unsupported
    Operators that a workload cannot express: refused, left to a host, or left out.
weight_bits
    Bits of a weight.
activation_bits
    Bits of an activation.
accumulator_bits
    Bits of a partial sum.
timesteps
    Timesteps of a spiking network.
time_step
    Time of one timestep, such as '1 ms'.
input_shape
    Shape of one sample, such as 3,224,224; of one of several inputs with its name, such as ids=16.
axis
    Extent of an open axis, such as sequence=16.
batch
    Samples that a file with fixed shapes computes together; 1 to count everything.
branch
    Branch of an If that the network's input decides: then or else.
template
    Device that fills up what a cell or table lacks.
process
    CMOS process of a cell file.
force
    Replace files that exist.

Examples
--------
neuroest import model.onnx -o my_network.yaml
"""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.import_devices import import_devices
from neuroest.core.errors import NeuroestError, Problem, QuantityError, SpecError
from neuroest.core.units import parse_quantity
from neuroest.workloads.importers import import_network
from neuroest.workloads.importers.network import ImportedNetwork, ImportOptions, UnknownFormatError

_DEVICES = "a memory cell (.cell, or .yaml with MemCellType), hardware of zigzag .yaml, architecture of sana-fe .yaml"
"""What else is read, in messages."""


class Branch(StrEnum):
    """Branches of an If."""

    THEN = "then"
    ELSE = "else"


class Unsupported(StrEnum):
    """Treatment of operators that a workload cannot express."""

    ERROR = "error"
    HOST = "host"
    IGNORE = "ignore"


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    output: shared.Output = None,
    unsupported: Unsupported = Unsupported.ERROR,
    weight_bits: Annotated[int, typer.Option(min=1, max=64)] = 8,
    activation_bits: Annotated[int, typer.Option(min=1, max=64)] = 8,
    accumulator_bits: Annotated[int, typer.Option(min=1, max=64)] = 24,
    timesteps: Annotated[int | None, typer.Option(min=1, max=10**6)] = None,
    time_step: Annotated[str | None, typer.Option(metavar="TIME")] = None,
    input_shape: Annotated[list[str] | None, typer.Option(metavar="[NAME=]EXTENTS")] = None,
    axis: Annotated[list[str] | None, typer.Option(metavar="NAME=EXTENT")] = None,
    batch: Annotated[int | None, typer.Option(min=1, max=10**6)] = None,
    branch: Branch | None = None,
    template: Annotated[str | None, typer.Option("--from", metavar="DEVICE")] = None,
    process: Annotated[str | None, typer.Option(metavar="DEVICE")] = None,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """Convert a network, cell file or device table to spec files.

    A network becomes a workload: .onnx, .nir, NeuroSim NetWork_*.csv, ZigZag workload .yaml, SANA-FE network .yaml.
    Nothing in the file is executed. Its activity is assumed and marked so; `neuroest activity attach` adds a recording.
    A cell file of NVSim, NVMExplorer or AccelForge becomes a synapse, ZigZag hardware .yaml an architecture. A SANA-FE
    architecture becomes a core with its energies per event. A CSV with one device per row becomes one spec per row, in
    the folder given by -o.
    """
    if import_devices(file, output, template=template, process=process, force=force):
        return
    if template is not None or process is not None:
        raise NeuroestError("--from and --process go with cell files and tables of devices only")
    from neuroest.workloads.importers.writing import loaded_workload, workload_data, workload_text  # noqa: PLC0415

    shapes = _by_name(input_shape or (), "--input-shape")
    options = ImportOptions(
        unsupported=unsupported.value, weight_bits=weight_bits, activation_bits=activation_bits,
        accumulator_bits=accumulator_bits, timesteps=timesteps, input_shape=shapes.pop("", None),
        input_shapes=shapes, axes=_axes(axis or ()), batch=batch, branch=branch.value if branch else None,
        time_step=time_of(time_step),
    )  # fmt: skip
    if output is not None and output.is_file() and not force:
        raise NeuroestError(f"{output} exists; name another file, or --force to replace it")
    try:
        network = import_network(file, options)
    except UnknownFormatError as error:
        raise NeuroestError(f"{error}; or {_DEVICES}") from None
    name = output.stem if output is not None and str(output) != "-" else None
    loaded_workload(network, name)
    shared.emit(workload_text(workload_data(network, name)), output)
    shared.note(_summary(network))


def time_of(text: str | None) -> float | None:
    """Seconds of an option, or None without it."""
    if text is None:
        return None
    try:
        seconds = parse_quantity(text, "s")
    except QuantityError as error:
        raise SpecError([Problem("--time-step", 0, 0, text[:40], str(error))]) from None
    if seconds <= 0.0:
        raise SpecError([Problem("--time-step", 0, 0, text[:40], "must be above zero")])
    return seconds


def _by_name(texts: Iterable[str], flag: str) -> dict[str, tuple[int, ...]]:
    """Extents by the name before them, or under no name."""
    found: dict[str, tuple[int, ...]] = {}
    for text in texts:
        name, _, extents = text.rpartition("=")
        try:
            shape = tuple(int(part) for part in extents.replace("x", ",").split(","))
        except ValueError:
            shape = ()
        if not shape or any(extent < 1 for extent in shape):
            raise NeuroestError(
                f"{flag} {text[:60]}: expected whole numbers such as 3,224,224, or such as ids=16 for one input"
            )
        if name in found:
            raise NeuroestError(f"{flag} {text[:60]}: given twice for {name or 'the input'}")
        found[name] = shape
    return found


def _axes(texts: Iterable[str]) -> dict[str, int]:
    """Extents of axes by name."""
    found = _by_name(texts, "--axis")
    for name, extents in found.items():
        if not name or len(extents) > 1:
            raise NeuroestError(
                f"--axis {name[:40]}{'=' if name else ''}{','.join(map(str, extents))}: expected one extent, such as "
                "sequence=16"
            )
    return {name: extents[0] for name, extents in found.items()}


def _summary(network: ImportedNetwork) -> list[str]:
    from neuroest.workloads.importers.network import unsupported_lines  # noqa: PLC0415
    from neuroest.workloads.layers import geometry  # noqa: PLC0415

    shapes = geometry(network.workload().spec)
    unit = "a timestep" if network.coding == "spiking" else "an inference"
    counts = f"{shapes.total_macs:.6g} multiply-accumulates {unit}, {shapes.total_weights:.6g} weights"
    lines = [f"{network.origin}: {len(network.layers)} layers, {counts}", *network.assumed]
    policy = {"host": "on the host", "ignore": "left out"}.get(network.options.unsupported, "")
    lines += [f"{policy}: {line}" for line in unsupported_lines(network)]
    if not network.recorded:
        lines.append("activity is assumed; attach a recording with `neuroest activity attach`")
    return lines
