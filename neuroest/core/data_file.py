"""Tables of the package that are data: YAML files next to the modules that read them."""

from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_data(file: Path) -> Any:
    """What a file of the package says. Files of users are read by `neuroest.specs.reading`, which reports faults."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - safe loaders only
