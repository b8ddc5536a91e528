"""Version of the installed package."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def package_version() -> str:
    """Return the version of the installed package, or ``unknown`` in a checkout that is not installed."""
    try:
        return version("neuroest")
    except PackageNotFoundError:
        return "unknown"
