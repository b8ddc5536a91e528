"""Data tables of the package: YAML files next to the modules that read them."""

from pathlib import Path
from typing import Any

import yaml

from neuroest.core.cache_folder import PACKAGE, read_entry, write_entry

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_data(file: Path) -> Any:
    """Return the content of a data file of the package; `neuroest.specs.reading` reads and checks user files."""
    name = data_entry(file)
    found = read_entry(name)
    if found is None:
        found = parsed_data(file)
        write_entry(name, found)
    return found


def parsed_data(file: Path) -> Any:
    """Content of a data file, parsed."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - safe loaders only


def data_entry(file: Path) -> str:
    """Name under which the content of a data file is kept; the files are a part of the program, as its source is."""
    return f"data-{'-'.join(file.resolve().relative_to(PACKAGE.resolve()).parts)}.json"
