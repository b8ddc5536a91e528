"""What can go wrong while a space is explored."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from neuroest.core.errors import NeuroestError


class ExplorationError(NeuroestError):
    """A space that cannot be explored as asked, or a run that cannot go on."""


def extra(module: str, name: str) -> Any:
    """A module of an optional library.

    Parameters
    ----------
    module : str
        What to import.
    name : str
        The extra of this package that brings it.

    Raises
    ------
    ExplorationError
        When the library is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        library = module.partition(".")[0]
        raise ExplorationError(
            f"this needs {library}, which is not installed: pip install 'neuroest[{name}]'"
        ) from None
