"""What a wheel brings along so that a start reads and checks no shipped file again; `hatch_build.py` runs it."""

from pathlib import Path

from neuroest.core.files import PACKAGE, data_entry, parsed_data, write_packaged
from neuroest.loading.kinds import shipped
from neuroest.loading.library import load_architecture, load_device, load_workload, read_spec
from neuroest.loading.prepared import entry_of
from neuroest.reporting.catalogue import FROM_FILES, read_entries, rows_name, rows_of
from neuroest.specs.device import DeviceSpec


def write_all(folder: str) -> None:
    """Write entries for shipped chips, devices, networks and their catalogue, and for data files of the program.

    Raises
    ------
    SpecError
        If a shipped file has a problem.
    """
    place = Path(folder)
    for name in shipped("architecture"):
        write_packaged(place, *entry_of("architecture", load_architecture(name)))
    for name in shipped("workload"):
        write_packaged(place, *entry_of("workload", load_workload(name)))
    for name, path in shipped("device").items():
        load_device(name)
        write_packaged(place, *entry_of("device", read_spec(DeviceSpec, path)))
    for kind in FROM_FILES:
        write_packaged(place, rows_name(kind), rows_of(read_entries(kind)))
    for file in PACKAGE.rglob("*.yaml"):
        write_packaged(place, data_entry(file), parsed_data(file))
