"""Where the efficiency of an analog macro lies among published ones; no number of an estimate depends on it."""

import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path

from neuroest.core.errors import NeuroestError
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.formatting import formatted
from neuroest.reporting.survey import kind_of, survey
from neuroest.results.estimate import Estimate

_SPECS, _KINDS = {".yaml", ".yml"}, ("architecture", "workload")
_STATIC, _RESISTIVE = ("SRAM",), ("PCM", "RRAM")
_NEAR = 1.5
"""Ratio of feature sizes up to which macros are compared, scaled as in the survey; a convention."""
_LEAST = 3
"""Macros without which there is no range; a convention."""
_TERA = 1e12


def place_among_published(files: Iterable[str | Path]) -> list[str]:
    """Where the efficiency of an analog macro lies among published ones, if files are one chip and one network.

    Parameters
    ----------
    files : iterable of str or Path
        Valid files; other kinds than these two are passed over.

    Returns
    -------
    list of str
        One line; none for chips without an analog array and converters, and why a chip refuses the network.
    """
    paths = [path for path in map(Path, files) if path.suffix in _SPECS]
    chips, networks = ([path for path in paths if kind_of(path) == kind] for kind in _KINDS)
    if len(chips) != 1 or len(networks) != 1:
        return []
    try:
        return list(_lines(estimate(chips[0], networks[0])))
    except NeuroestError as error:
        return [f"{chips[0]} with {networks[0]}: {error}"]


def _lines(found: Estimate) -> Iterator[str]:
    """The line of an estimate, if there are published macros of its kind."""
    array, efficiency = found.evaluation.mapper.compute, found.totals["tops_per_watt"]
    bits = [found.claims.get(f"workload.precision.{name}") for name in ("weights", "activations")]
    if not isinstance(array, CrossbarArray) or array.converter is None or not efficiency:
        return
    static = array.adds_charges or array.cell.discharges or array.cell.divides
    memories, node = _STATIC if static else _RESISTIVE, array.process.feature_size
    others = [(size, value) for name, size, value in _published(memories, node) if name != found.architecture]
    if len(others) < _LEAST:
        return
    for claim in bits:
        efficiency *= 1.0 if claim is None else claim.value
    nodes, values = ([one[place] for one in others] for place in range(2))
    low, high = min(values), max(values)
    place = "below all of" if efficiency < low else "above all of" if efficiency > high else "among"
    yield (
        f"{found.architecture} on {found.workload.name}: {efficiency:.3g} TOPS/W for products of one bit by one bit, "
        f"{place} {len(values)} published macros of {' and '.join(memories)} at {formatted(min(nodes), 'm')} to "
        f"{formatted(max(nodes), 'm')}: {low:.3g} to {high:.3g}, {statistics.median(values):.3g} in the median"
    )


def _published(memories: Iterable[str], node: float) -> Iterator[tuple[str, float, float]]:
    """Name, feature size and normalised efficiency of the published macros of a kind of memory near a node."""
    published = survey("chips", node=node)
    for row in published.entries:
        size, scaled = row.number("node"), published.normalised(row).get("efficiency")
        stated = {name: cell.value for name, cell in row.cells.items()}
        made = stated.get("kind") == "compute in memory" and stated.get("realisation") == "silicon"
        if (
            made
            and stated.get("memory") in memories
            and size is not None
            and scaled is not None
            and node / _NEAR <= size <= node * _NEAR
        ):
            yield row.name, size, scaled / _TERA
