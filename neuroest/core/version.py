"""Version of the installed package."""

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """Return the version of the installed package, or ``unknown`` in a checkout that is not installed."""
    try:
        return version("neuroest")
    except PackageNotFoundError:
        return "unknown"
