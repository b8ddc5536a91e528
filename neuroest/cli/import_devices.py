"""``neuroest import`` of cell files and tables: device specs."""

from pathlib import Path

from neuroest.authoring.hardware_files import (
    import_sana_fe_architecture,
    import_zigzag_hardware,
    is_sana_fe_architecture,
    is_zigzag_hardware,
)
from neuroest.authoring.tables import TABLE_SUFFIX, import_cell, import_table, is_cell_file
from neuroest.authoring.templates import ImportedDevice, listed, spec_name
from neuroest.cli import shared
from neuroest.core.errors import NeuroestError
from neuroest.registry import importer_of
from neuroest.specs.file_text import check_new_spec

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
        more = f" and {len(standing) - 1} more" if len(standing) > 1 else ""
        raise NeuroestError(f"{standing[0]}{more} exists; name another folder, or --force to replace")
    output.mkdir(exist_ok=True)
    for device in found:
        shared.emit(device.text, targets[device.name])
    shared.note(f"{targets[d.name]}: taken from {template}: {listed(d.missing)}" for d in found if d.missing)
    shared.emit("".join(f"{targets[device.name]}\n" for device in found))
