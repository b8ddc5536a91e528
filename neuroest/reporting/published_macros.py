"""Where the efficiency of a macro lies among published ones; no number of an estimate depends on it."""

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from neuroest.core.errors import NeuroestError
from neuroest.core.units import formatted
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.levels.digital_in_memory import DigitalInMemoryMapper
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.answers import reliability_words
from neuroest.reporting.survey import Row, kind_of, survey
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import first_number

_SPECS, _KINDS = {".yaml", ".yml"}, ("architecture", "workload")
_STATIC, _RESISTIVE, _MAGNETIC = ("SRAM",), ("PCM", "RRAM"), ("MRAM",)
_CONTRAST = 5.0
"""Ratio of both conductances of a cell above which it is no magnetic junction, whose ratio is two to three."""
_NEAR = 1.5
"""Ratio of feature sizes up to which macros are compared, scaled as in the survey; a convention."""
_LEAST = 3
"""Macros without which there is no range; a convention."""
_SAME = 0.03
"""Relative difference of two supplies below which energies are alike within 6 %; a convention."""
_TERA = 1e12


_BELOW = (
    ", so its energy is unreliable: look for bits that are combined before a conversion, sparse inputs or a lower "
    "supply (docs/describe_a_macro.md)"
)
"""What to look for if a macro is worse than all others: of six chips described like this the energies of four were
estimated three to six times too high."""
_DIGITAL_BELOW = (
    ", so its energy is unreliable: look for compressors, adders of few transistors, bits that switch less or a lower "
    "supply (docs/describe_a_chip.md)"
)
_QUARTER = 0.146
"""Share of ones of bits that switch in a quarter of the cycles, as digital macros are measured: (1 - sqrt(1/2)) / 2."""
_ONES = "workload.input.activity.bit_density"


def place_among_published(files: Iterable[str | Path]) -> list[str]:
    """Where the efficiency of a macro lies among published ones, if files are one chip and one network.

    Parameters
    ----------
    files : iterable of str or Path
        Valid files; other kinds than these two are passed over.

    Returns
    -------
    list of str
        One line, after another one if checks that fail make its energy unreliable; none for chips without an analog
        array and converters, or weights in cells with adders; why a chip refuses the network.
    """
    paths = [path for path in map(Path, files) if path.suffix in _SPECS]
    chips, networks = ([path for path in paths if kind_of(path) == kind] for kind in _KINDS)
    if len(chips) != 1 or len(networks) != 1:
        return []
    try:
        return list(_lines(chips[0], networks[0]))
    except NeuroestError as error:
        return [f"{chips[0]} with {networks[0]}: {error}"]


def _lines(chip: Path, network: Path) -> Iterator[str]:
    """The line of an estimate, if there are published macros of its kind."""
    found = estimate(chip, network)
    of = f"{found.architecture} on {found.workload.name}"
    mapper, efficiency = found.evaluation.mapper, found.totals["tops_per_watt"]
    digital = isinstance(mapper, DigitalInMemoryMapper)
    array = mapper.unit if digital else mapper.compute
    bits = [found.claims.get(f"workload.precision.{name}") for name in ("weights", "activations")]
    analog = isinstance(array, CrossbarArray) and array.converter is not None
    if not (digital or analog) or not efficiency:
        return
    if unreliable := reliability_words(found):
        yield f"{of}: {unreliable}; `neuroest estimate` says what to change"
    memories: tuple[str, ...] = _STATIC
    if analog and array.cell.summation.flows:
        high, low = (found.claims[f"{array.cell.path}.{name}_conductance"].value for name in ("high", "low"))
        memories = _RESISTIVE if high > _CONTRAST * low else _MAGNETIC
    node = first_number(array.process.feature_size)
    others = [one for one in _published(memories, node) if one[0].name != found.architecture]
    if len(others) < _LEAST:
        return
    for claim in bits:
        efficiency *= 1.0 if claim is None else claim.value
    values = [value for _, value in others]
    place = "below all" if efficiency < min(values) else "above all" if efficiency > max(values) else "among"
    sizes, supplies = ([v for row, _ in others if (v := row.number(name))] for name in ("node", "supply"))
    supply = first_number(array.technology.supply_voltage)
    below = _DIGITAL_BELOW if digital else _BELOW
    usual = statistics.median(supplies) if supplies else supply
    at_usual = "" if math.isclose(usual, supply, rel_tol=_SAME) else (
        f"; at {formatted(usual, 'V')} the energy would be about {(usual / supply) ** 2:.2g} of this "
        "(technology.supply_voltage)"
    )  # fmt: skip
    yield (
        f"{of}: {efficiency:.3g} TOPS/W for products of one bit by one bit at "
        f"{formatted(supply, 'V')}; {place} {len(values)} published macros of {' and '.join(memories)} at "
        f"{formatted(min(sizes), 'm')} to {formatted(max(sizes), 'm')}: {_range(values, 'TOPS/W')} at "
        f"{_range(supplies, 'V')}{below if place == 'below all' else ''}{at_usual}"
        f"{_with_their_bits(found, chip, network) if digital else ''}"
    )


def _with_their_bits(found: Estimate, chip: Path, network: Path) -> str:
    """What bits that switch in a quarter of the cycles would change, if those of the inputs switch more often."""
    ones = found.claims.get(_ONES)
    if ones is None or ones.value <= _QUARTER:
        return ""
    rarely = estimate(chip, network, {_ONES: str(_QUARTER)})
    now, then = (one.totals["energy_per_inference_J"] or math.nan for one in (found, rarely))
    return (
        f"; with bits that switch in a quarter of the cycles ({_ONES} {_QUARTER}) the energy would be {then / now:.2g} "
        "of this"
    )


def _range(values: Sequence[float], unit: str) -> str:
    """Smallest and largest value, and the median; nothing known is a dash."""
    if not values:
        return "-"
    low, middle, high = (formatted(v, unit) for v in (min(values), statistics.median(values), max(values)))
    return f"{low} to {high} (median {middle})"


def _published(memories: Sequence[str], node: float) -> Iterator[tuple[Row, float]]:
    """Rows and normalised efficiencies of the published macros of a kind of memory near a node."""
    published = survey("chips", node=node)
    for row in published.entries:
        size, scaled = row.number("node"), published.normalised(row).get("efficiency")
        stated = {name: cell.value for name, cell in row.cells.items()}
        made = stated.get("kind") == "compute in memory" and stated.get("realisation") == "silicon"
        if not made or stated.get("memory") not in memories or scaled is None or size is None:
            continue
        if node / _NEAR <= size <= node * _NEAR:
            yield row, scaled / _TERA
