"""Metadata of tables: the unit of each column and how the numbers were calculated, as plain data."""

from collections.abc import Iterable

from neuroest.results.quantities import QUANTITIES, label_and_unit

_TEXT = frozenset(
    {"kind", "layer", "component", "action", "term", "feasible", "extrapolates", "failed_check"}
)


def column_units(names: Iterable[str]) -> dict[str, str]:
    """Return the SI unit of each numeric column; ``1`` for a dimensionless one.

    Examples
    --------
    >>> column_units(["layer", "energy_J", "count", "latency_s"])
    {'energy_J': 'J', 'count': '1', 'latency_s': 's'}
    """
    return {name: label_and_unit(name)[1] for name in names if name not in _TEXT}


def attributes(name: str) -> dict[str, str]:
    """Return unit, label and definition of a column, with attribute names of the climate and forecast conventions."""
    label, unit = label_and_unit(name)
    found = {"units": unit, "long_name": label}
    return {**found, "description": QUANTITIES[name].description} if name in QUANTITIES else found
