"""What is installed: the version of this package, and modules of optional libraries."""

from functools import cache
from importlib import import_module
from typing import Any

from neuroest.core.errors import NeuroestError


@cache
def package_version() -> str:
    """Return the version of the installed package, or ``unknown`` in a checkout that is not installed."""
    from importlib import metadata  # noqa: PLC0415 - it imports e-mail and archives, and few results state a version

    try:
        return metadata.version("neuroest")
    except metadata.PackageNotFoundError:
        return "unknown"


def extra(module: str, name: str) -> Any:
    """Import a module of a library that an extra of this package installs.

    Parameters
    ----------
    module : str
        Module to import.
    name : str
        Extra that installs it.

    Raises
    ------
    NeuroestError
        When the library, or one that it needs, is not installed.

    Examples
    --------
    >>> extra("no_such_library.part", "lab")
    Traceback (most recent call last):
    neuroest.core.errors.NeuroestError: this needs no_such_library: pip install '.[lab]' in the clone
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise NeuroestError(f"this needs {error.name}: pip install '.[{name}]' in the clone") from None
