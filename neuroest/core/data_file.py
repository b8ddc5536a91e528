"""Data tables of the package: YAML files next to the modules that read them."""

from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_data(file: Path) -> Any:
    """Return the content of a data file of the package; `neuroest.specs.reading` reads and checks user files."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - safe loaders only
