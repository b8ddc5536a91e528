"""Verbs that read files of others: networks, devices, hardware, and recorded activity."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from neuroest.authoring.hardware_files import (
    import_sana_fe_architecture,
    import_zigzag_hardware,
    is_sana_fe_architecture,
    is_zigzag_hardware,
)
from neuroest.authoring.tables import TABLE_SUFFIX, import_cell, import_table, is_cell_file
from neuroest.authoring.templates import ImportedDevice, listed, spec_name
from neuroest.cli import shared
from neuroest.core.errors import NeuroestError, Problem, QuantityError, SpecError, first_few
from neuroest.core.units import parse_quantity
from neuroest.loading.library import load_workload
from neuroest.registry import importer_of
from neuroest.specs.file_text import check_new_spec
from neuroest.workloads.importers import import_network
from neuroest.workloads.importers.network import ImportedNetwork, ImportOptions, UnknownFormatError

# --- Networks ------------------------------------------------------------------------------------------------------

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


def run_import(
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


# --- Devices and hardware ------------------------------------------------------------------------------------------

_UNUSED = "in the file and not used"


def import_devices(
    file: Path, output: Path | None, *, template: str | None, process: str | None, force: bool
) -> bool:
    """Write the devices of a cell file or of a table, and say what was missing; False for any other file.

    Raises
    ------
    NeuroestError
        With what is wrong with the file or with where it should go; then nothing is written.
    """
    if is_cell_file(file):
        _write_device(
            file, import_cell(file, _name(file, output, force=force), process=process, template=template), output
        )  # fmt: skip
    elif is_sana_fe_architecture(file):
        _write_device(file, import_sana_fe_architecture(file, _name(file, output, force=force)), output)
    elif is_zigzag_hardware(file):
        found = import_zigzag_hardware(file, _name(file, output, force=force))
        shared.emit(found.text, output)
        shared.note([f"{file}: an architecture with a digital_array"])
        for what, several in (("taken", found.stated), ("assumed", found.assumed), (_UNUSED, found.unused)):
            shared.note(f"{what}: {one}" for one in several)
    elif file.suffix.lower() != TABLE_SUFFIX or importer_of(file) is not None:
        return False
    elif process is not None:
        raise NeuroestError("--process is for .cell files; a table has a column `process`")
    else:
        _table(file, output, template, force=force)
    return True


def _name(file: Path, output: Path | None, *, force: bool) -> str:
    """Name of the spec: that of the file to write, if it may be written."""
    if output is None or str(output) == "-":
        return spec_name(file.stem)
    check_new_spec(output, force=force)
    return output.stem


def _write_device(file: Path, imported_device: ImportedDevice, output: Path | None) -> None:
    """Write a device, and how much of it was in the file."""
    shared.emit(imported_device.text, output)
    stated = f"{len(imported_device.stated)} of {len(imported_device.device.claims)} parameters"
    shared.note([f"{file}: a {imported_device.device.spec.model} with {stated}"])
    shared.note(
        [f"not in the file, taken from {imported_device.template}: {listed(imported_device.missing)}"]
    )
    if imported_device.unused:
        shared.note([f"{_UNUSED}: {listed(imported_device.unused)}"])


def _table(file: Path, output: Path | None, template: str | None, *, force: bool) -> None:
    if output is None or str(output) == "-":
        raise NeuroestError("a table becomes several files; name a folder for them with -o")
    if output.exists() and not output.is_dir():
        raise NeuroestError(f"{output} is not a folder")
    found = import_table(file, template)
    targets = {device.name: output / f"{device.name}.yaml" for device in found}
    standing = [str(path) for path in targets.values() if path.exists()]
    if standing and not force:
        raise NeuroestError(f"{first_few(standing, 1)} exists; name another folder, or --force to replace")
    output.mkdir(exist_ok=True)
    for device in found:
        shared.emit(device.text, targets[device.name])
    shared.note(f"{targets[d.name]}: taken from {template}: {listed(d.missing)}" for d in found if d.missing)
    shared.emit("".join(f"{targets[device.name]}\n" for device in found))


# --- Activity ------------------------------------------------------------------------------------------------------


class Action(StrEnum):
    """What is done with a recording."""

    ATTACH = "attach"


def run_activity(
    action: Annotated[Action, typer.Argument(metavar="attach")],
    workload: Annotated[str, typer.Argument(metavar="WORKLOAD", autocompletion=shared.complete_workload)],
    recording: Annotated[Path, typer.Argument(metavar="RECORDING")],
    dataset: Annotated[str, typer.Option()],
    output: shared.Output = None,
    samples: Annotated[int | None, typer.Option(min=1)] = None,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD")] = None,
    time_step: Annotated[str | None, typer.Option(metavar="TIME")] = None,
    rename: Annotated[list[str] | None, typer.Option(metavar="RECORDED=LAYER")] = None,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """Attach recorded activity to a workload.

    Data set, samples, date and hash become its source. The original workload file is not changed. Spikes are arrays of
    shape (samples, timesteps, neurons), named after the layers.

    Parameters
    ----------
    action
        What to do: attach.
    workload
        Name of a shipped workload, or a file.
    recording
        Spikes or rates: .npz, .csv, NIRData in .h5, or results .json of NeuroBench.
    dataset
        What the samples were drawn from.
    samples
        Samples of the recording, where it does not say.
    date
        Day of the recording; today by default.
    time_step
        Timestep of recorded event times, such as '1 ms'.
    rename
        Layer of a recorded name, such as a node of NIR; may be repeated.
    force
        Replace a file that exists.

    Examples
    --------
    neuroest activity attach my_network.yaml spikes.npz --dataset 'test set' -o measured.yaml
    """
    del action  # there is one so far
    from datetime import date as day  # noqa: PLC0415

    from neuroest.workloads.importers.recordings import (  # noqa: PLC0415
        attach_activity,
        read_recording,
        renamed,
    )

    if date is not None:
        try:
            day.fromisoformat(date)
        except ValueError:
            raise NeuroestError(f"--date {date[:40]}: expected year-month-day, such as 2026-03-31") from None
    loaded = load_workload(workload)
    found = renamed(read_recording(recording, samples=samples, time_step=time_of(time_step)), rename or ())
    name = shared.workload_name(output)
    if output is not None and Path(loaded.file).exists() and output.resolve() == Path(loaded.file).resolve():
        raise NeuroestError(f"{output} is the workload itself, which is not changed; name another file")
    if output is not None and output.is_file() and not force:
        raise NeuroestError(f"{output} exists; name another file, or --force to replace it")
    changed, text = attach_activity(loaded, found, dataset=dataset, day=date, name=name)
    shared.emit(text, output)
    shared.note([f"{changed.spec.name}: recorded activity of {', '.join(one.name for one in found.layers)}"])
