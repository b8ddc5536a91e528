"""Version of the installed package."""

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """Version of the installed package, ``unknown`` where it runs from a checkout that is not installed."""
    try:
        return version("neuroest")
    except PackageNotFoundError:
        return "unknown"
