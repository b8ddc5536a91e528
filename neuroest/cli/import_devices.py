"""``neuroest import`` of cell files and tables: device specs."""

from pathlib import Path

from neuroest.authoring.cell_file import import_cell, is_cell_file
from neuroest.authoring.device_text import check_output, listed, spec_name
from neuroest.authoring.sana_fe_architecture import (
    TEMPLATE,
    import_sana_fe_architecture,
    is_sana_fe_architecture,
)
from neuroest.authoring.table import import_table
from neuroest.authoring.zigzag_hardware import import_zigzag_hardware, is_zigzag_hardware
from neuroest.cli.shared import emit, note
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
        _hardware(file, output, force=force)
    elif is_sana_fe_architecture(file):
        _architecture(file, output, force=force)
    elif is_cell_file(file):
        _cell(file, output, template, process, force=force)
    elif process is not None:
        raise NeuroestError("--process is for .cell files; a table has a column `process`")
    else:
        _table(file, output, template, force=force)


def _cell(file: Path, output: Path | None, template: str | None, process: str | None, *, force: bool) -> None:
    written = output is not None and str(output) != "-"
    if output is not None and written:
        check_output(output, force=force)
    name = output.stem if output is not None and written else spec_name(file.stem)
    cell = import_cell(file, name, process=process, template=template)
    emit(cell.text, output)
    lines = [
        f"{file}: a {cell.device.spec.model} with {len(cell.stated)} of {len(cell.device.claims)} parameters"
    ]
    lines.append(f"not in the file, taken from {cell.template}: {listed(cell.missing)}")
    if cell.unused:
        lines.append(f"in the file and not used: {listed(cell.unused)}")
    note(lines)


def _architecture(file: Path, output: Path | None, *, force: bool) -> None:
    written = output is not None and str(output) != "-"
    if output is not None and written:
        check_output(output, force=force)
    name = output.stem if output is not None and written else spec_name(file.stem)
    found = import_sana_fe_architecture(file, name)
    emit(found.text, output)
    lines = [
        f"{file}: a {found.device.spec.model} with {len(found.stated)} of {len(found.device.claims)} parameters"
    ]
    lines.append(f"not in the file, taken from {TEMPLATE}: {listed(found.missing)}")
    if found.unused:
        lines.append(f"in the file and not used: {listed(found.unused)}")
    note(lines)


def _hardware(file: Path, output: Path | None, *, force: bool) -> None:
    written = output is not None and str(output) != "-"
    if output is not None and written:
        check_output(output, force=force)
    name = output.stem if output is not None and written else spec_name(file.stem)
    found = import_zigzag_hardware(file, name)
    emit(found.text, output)
    note(
        [
            f"{file}: an architecture with a digital_array",
            *(f"taken: {one}" for one in found.stated),
            *(f"assumed: {one}" for one in found.assumed),
            *(f"in the file and not used: {one}" for one in found.unused),
        ]
    )


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
        emit(device.text, targets[device.name])
    note(f"{targets[d.name]}: taken from {template}: {listed(d.missing)}" for d in found if d.missing)
    emit("".join(f"{targets[device.name]}\n" for device in found))
