"""What tables carry along: the unit of each column and how the numbers were calculated, as plain data."""

from collections.abc import Iterable

from neuroest.results.quantities import QUANTITIES, label_and_unit

_TEXT = frozenset(
    {"kind", "layer", "component", "action", "term", "feasible", "extrapolates", "failed_check"}
)


def column_units(names: Iterable[str]) -> dict[str, str]:
    """SI unit of each column that is a number; ``1`` for a plain one.

    Examples
    --------
    >>> column_units(["layer", "energy_J", "count", "latency_s"])
    {'energy_J': 'J', 'count': '1', 'latency_s': 's'}
    """
    return {name: label_and_unit(name)[1] for name in names if name not in _TEXT}


def attributes(name: str) -> dict[str, str]:
    """Unit, words and definition of a column, by the names that climate and forecast conventions give them."""
    label, unit = label_and_unit(name)
    found = {"units": unit, "long_name": label}
    return {**found, "description": QUANTITIES[name].description} if name in QUANTITIES else found
