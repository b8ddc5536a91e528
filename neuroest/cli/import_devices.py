"""``neuroest import`` of cell files and tables: device specs."""

from pathlib import Path

from neuroest.authoring.cell_file import ImportedCell, import_cell, is_cell_file
from neuroest.authoring.device_text import check_output, listed, spec_name
from neuroest.authoring.sana_fe_architecture import (
    TEMPLATE,
    ImportedArchitecture,
    import_sana_fe_architecture,
    is_sana_fe_architecture,
)
from neuroest.authoring.table import import_table
from neuroest.authoring.zigzag_hardware import import_zigzag_hardware, is_zigzag_hardware
from neuroest.cli import shared
from neuroest.core.errors import NeuroestError


def import_devices(
    file: Path, output: Path | None, *, template: str | None, process: str | None, force: bool
) -> None:
    """Write the devices of a cell file or of a table, and say what was missing.

    Raises
    ------
    NeuroestError
        With what is wrong with the file or with where it should go; then nothing is written.
    """
    if is_zigzag_hardware(file):
        found = import_zigzag_hardware(file, _name(file, output, force=force))
        stated = [
            ("taken", found.stated),
            ("assumed", found.assumed),
            ("in the file and not used", found.unused),
        ]
        lines = [f"{file}: an architecture with a digital_array"]
        lines += [f"{what}: {one}" for what, several in stated for one in several]
        _write(found.text, output, lines)
    elif is_sana_fe_architecture(file):
        device = import_sana_fe_architecture(file, _name(file, output, force=force))
        _write(device.text, output, _filled(file, device, TEMPLATE))
    elif is_cell_file(file):
        cell = import_cell(file, _name(file, output, force=force), process=process, template=template)
        _write(cell.text, output, _filled(file, cell, cell.template))
    elif process is not None:
        raise NeuroestError("--process is for .cell files; a table has a column `process`")
    else:
        _table(file, output, template, force=force)


def _name(file: Path, output: Path | None, *, force: bool) -> str:
    """Name of the spec: that of the file to write, if it may be written."""
    if output is None or str(output) == "-":
        return spec_name(file.stem)
    check_output(output, force=force)
    return output.stem


def _filled(file: Path, found: ImportedCell | ImportedArchitecture, template: str) -> list[str]:
    """How much of a device was in the file."""
    model = found.device.spec.model
    lines = [f"{file}: a {model} with {len(found.stated)} of {len(found.device.claims)} parameters"]
    lines.append(f"not in the file, taken from {template}: {listed(found.missing)}")
    return lines + ([f"in the file and not used: {listed(found.unused)}"] if found.unused else [])


def _write(text: str, output: Path | None, lines: list[str]) -> None:
    shared.emit(text, output)
    shared.note(lines)


def _table(file: Path, output: Path | None, template: str | None, *, force: bool) -> None:
    if output is None or str(output) == "-":
        raise NeuroestError("a table becomes several files; name a folder for them with -o")
    if output.exists() and not output.is_dir():
        raise NeuroestError(f"{output} is no folder")
    found = import_table(file, template)
    targets = {device.name: output / f"{device.name}.yaml" for device in found}
    standing = [str(path) for path in targets.values() if path.exists()]
    if standing and not force:
        more = f" and {len(standing) - 1} more" if len(standing) > 1 else ""
        raise NeuroestError(f"{standing[0]}{more} exists; name another folder, or --force to replace")
    output.mkdir(exist_ok=True)
    for device in found:
        shared.emit(device.text, targets[device.name])
    shared.note(f"{targets[d.name]}: taken from {template}: {listed(d.missing)}" for d in found if d.missing)
    shared.emit("".join(f"{targets[device.name]}\n" for device in found))
