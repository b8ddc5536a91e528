"""Errors by chip family: analog, digital and spiking chips, and processors.

Only bottom-up values of chips count. A ratio is the median of the band, the headline value of results, over the
published value. It is converted to a cost ratio: twice the published efficiency is half the energy, and twice the
published rate is half the time.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

from neuroest.core.frozen import frozen_dataclass
from neuroest.validation.case_spec import FAMILIES
from neuroest.validation.expressions import unit_dimension
from neuroest.validation.first_ratios import FirstValue
from neuroest.validation.scoring import CHIPS, Row

Kind: TypeAlias = Literal["area", "energy", "time"]
_COSTS: Mapping[str, tuple[Kind, float]] = {
    "m^2": ("area", 1.0), "J": ("energy", 1.0), "W": ("energy", 1.0), "1/J": ("energy", -1.0),
    "s": ("time", 1.0), "1/s": ("time", -1.0),
}  # fmt: skip
"""Units of costs and of inverse costs: kind of cost, and sign of its logarithm."""
_NODES: Sequence[tuple[str, float]] = (
    ("above 28 nm", 30e-9), ("20 nm to 28 nm", 19e-9), ("below 20 nm", 0.0),
)  # fmt: skip
"""Ranges of nodes and their lower ends in metres, with a margin; FinFET processes begin below 20 nm."""
_ENOUGH_CHIPS = 8
"""Chips whose median says something about others. A convention."""
_BIAS = 1.25
"""Median of that many chips, or of its inverse, from which on models are wrong there. A convention."""
LOGIC = frozenset({"digital", "spiking"})
"""Families whose costs are those of logic and memories."""
SUMMED_BY_NODE = LOGIC | {"analog"}
"""Families with enough chips for a summary by kind of cost and node."""
EVERY_NODE = "all"
"""Range that has all nodes."""


@frozen_dataclass
class FamilySummary:
    """Bottom-up values of the chips of one family.

    Attributes
    ----------
    family : str
        How the chips compute.
    blind : bool
        Whether only chips that were described before their ratios were seen are included.
    chips, values : int
        Number of chips and values.
    median_factor : float
        Exponential of the median of |ln(p50 / published)| over the values.
    left_out_factor : float or None
        The same for nominal ratios, after each chip's values are divided by the median of
        the other chips, separately for areas, energies and times: the error that remains after centering on the other
        chips. None with fewer than three chips.
    area_median, energy_median : float or None
        Median over chips of p50 over published value, for areas, and for energies and powers; each chip counts once.
    coverage, coverage_by_chip : float
        Share of the values inside p10 to p90, and the mean of the chips' shares.
    mean_band_width : float
        Mean of ln(p90 / p10).
    """

    family: str
    blind: bool
    chips: int
    values: int
    median_factor: float
    left_out_factor: float | None
    area_median: float | None
    energy_median: float | None
    coverage: float
    coverage_by_chip: float
    mean_band_width: float


@frozen_dataclass
class NodeSummary:
    """Bottom-up values of the chips of a family at some nodes, for one kind of cost.

    Attributes
    ----------
    kind : str
        Areas, energies (and powers) or times.
    nodes : str
        Range of nodes.
    family : str
        How the chips compute, or ``both`` for digital and spiking ones.
    chips, values : int
        Number of chips and values.
    median : float
        Median over chips of p50 over published cost; each chip counts once.
    left_out_factor : float or None
        Exponential of the median of |ln| of each chip's median over that of the other chips: the error that remains
        after centering on them. None with fewer than three chips.
    coverage, coverage_by_chip : float
        Share of the values inside p10 to p90, and the mean of the chips' shares.
    mean_band_width : float
        Mean of ln(p90 / p10).
    """

    kind: Kind
    nodes: str
    family: str
    chips: int
    values: int
    median: float
    left_out_factor: float | None
    coverage: float
    coverage_by_chip: float
    mean_band_width: float

    @property
    def biased(self) -> bool:
        """Whether eight chips or more have a median outside 0.8 to 1.25."""
        return self.chips >= _ENOUGH_CHIPS and abs(math.log(self.median)) > math.log(_BIAS)


@frozen_dataclass
class Errors:
    """Errors of some bottom-up values and their bands.

    Attributes
    ----------
    median_factor : float
        Exponential of the median of |ln(p50 / published)|.
    coverage : float
        Share of the values inside p10 to p90.
    mean_band_width : float
        Mean of ln(p90 / p10).
    """

    median_factor: float
    coverage: float
    mean_band_width: float


@frozen_dataclass
class FirstSummary:
    """Bottom-up values of the blind chips of one family, as first predicted and as predicted now.

    Attributes
    ----------
    family : str
        How the chips compute, or ``all``.
    chips, values : int
        Number of chips, and of values with a band both times.
    first, present : Errors
        Before any change that the ratio could have led to, and now.
    """

    family: str
    chips: int
    values: int
    first: Errors
    present: Errors


def cost_of(unit: str) -> tuple[Kind, float] | None:
    """Kind of cost that a unit measures, and -1 if it is an inverse cost, else 1; None for other units.

    Examples
    --------
    >>> cost_of("TOPS/W"), cost_of("mm^2"), cost_of("%")
    (('energy', -1.0), ('area', 1.0), None)
    """
    by_dimension = {unit_dimension(known): cost for known, cost in _COSTS.items()}
    return by_dimension.get(unit_dimension(unit))


def family_summaries(
    rows: Sequence[Row], families: Mapping[str, str], blind: frozenset[str]
) -> list[FamilySummary]:
    """Summaries of each family, of its blind chips and of all.

    Parameters
    ----------
    rows : sequence of Row
        Scored values of any cases.
    families : mapping
        Family by case name; a case that is not in it is ignored.
    blind : frozenset of str
        Cases that were described before their ratios were seen.
    """
    scored = [
        row
        for row in rows
        if row.quantity_class == "bottom_up" and row.banded and row.evidence in CHIPS and row.case in families
    ]
    return [
        _summary(chosen, family, only_blind)
        for family in FAMILIES
        for only_blind in (True, False)
        if (
            chosen := [
                row
                for row in scored
                if families[row.case] == family and (row.case in blind or not only_blind)
            ]
        )
    ]


def first_summaries(
    rows: Sequence[Row], families: Mapping[str, str], first: Mapping[tuple[str, str], FirstValue]
) -> list[FirstSummary]:
    """First and present errors of the blind chips of each family, and of all.

    Parameters
    ----------
    rows : sequence of Row
        Scored values of any cases.
    families : mapping
        Family by case name; a case that is not in it is ignored.
    first : mapping
        First predictions by case and name of the value; values without one are ignored.
    """
    pairs = [
        (_as_first(row, first[row.case, row.quantity]), row)
        for row in rows
        if (row.case, row.quantity) in first and row.case in families
        and row.quantity_class == "bottom_up" and row.evidence in CHIPS
    ]  # fmt: skip
    banded = [(before, now) for before, now in pairs if before.banded and now.banded]
    groups = [(family, [pair for pair in banded if families[pair[1].case] == family]) for family in FAMILIES]
    return [
        FirstSummary(
            family, len({now.case for _, now in chosen}), len(chosen),
            _errors([before for before, _ in chosen]), _errors([now for _, now in chosen]),
        )
        for family, chosen in (*groups, ("all", banded))
        if chosen
    ]  # fmt: skip


def _as_first(row: Row, value: FirstValue) -> Row:
    """The row as it was scored first."""
    return replace(
        row, unit=value.unit, published=value.published, predicted=value.predicted, low=value.p10, median=value.p50,
        high=value.p90, ratio=value.ratio, inside=value.inside,
    )  # fmt: skip


def _errors(rows: Sequence[Row]) -> Errors:
    return Errors(
        math.exp(statistics.median(abs(_of_band(row)) for row in rows)),
        statistics.mean(row.inside for row in rows),
        statistics.mean(math.log(row.high / row.low) for row in rows),
    )


def node_summaries(
    rows: Sequence[Row], families: Mapping[str, str], nodes: Mapping[tuple[str, str], float]
) -> list[NodeSummary]:
    """Summaries of analog, digital and spiking chips by kind of cost and node.

    Parameters
    ----------
    rows : sequence of Row
        Scored values of any cases.
    families : mapping
        Family by case name; a case that is not in it is ignored.
    nodes : mapping
        Node of the run that a value belongs to, by case and name of the value. [m]
    """
    found: dict[tuple[Kind, str], list[Row]] = {}
    for row in rows:
        counts = row.quantity_class == "bottom_up" and row.banded and row.evidence in CHIPS
        cost, node = cost_of(row.unit), nodes.get((row.case, row.quantity))
        if counts and cost is not None and node is not None and families.get(row.case) in SUMMED_BY_NODE:
            for nodes_of_row in (EVERY_NODE, _range_of(node)):
                found.setdefault((cost[0], nodes_of_row), []).append(row)
    ranges = [EVERY_NODE, *(name for name, *_ in _NODES)]
    keys = [(kind, name) for kind in get_args(Kind) for name in ranges if (kind, name) in found]
    return [
        _node_summary(*key, family, chosen)
        for key in keys
        for family, chosen in _by_family(found[key], families)
    ]


def _by_family(rows: Sequence[Row], families: Mapping[str, str]) -> list[tuple[str, list[Row]]]:
    """Values of each family, and of both with logic and memories where there are two."""
    found = {
        family: [row for row in rows if families[row.case] == family] for family in sorted(SUMMED_BY_NODE)
    }
    if all(found[family] for family in LOGIC):
        found["both"] = [row for row in rows if families[row.case] in LOGIC]
    return [(family, chosen) for family, chosen in found.items() if chosen]


def _range_of(node: float) -> str:
    return next(name for name, smallest in _NODES if node >= smallest)


def _node_summary(kind: Kind, nodes: str, family: str, rows: Sequence[Row]) -> NodeSummary:
    by_chip: dict[str, list[Row]] = {}
    for row in rows:
        by_chip.setdefault(row.case, []).append(row)
    medians = [statistics.median(_cost_log(row, _of_band) for row in own) for own in by_chip.values()]
    left_out = [
        abs(median - statistics.median(medians[:place] + medians[place + 1 :]))
        for place, median in enumerate(medians)
        if len(medians) > 2
    ]
    return NodeSummary(
        kind, nodes, family, len(by_chip), len(rows), math.exp(statistics.median(medians)),
        math.exp(statistics.median(left_out)) if left_out else None,
        statistics.mean(row.inside for row in rows),
        statistics.mean(statistics.mean(row.inside for row in own) for own in by_chip.values()),
        statistics.mean(math.log(row.high / row.low) for row in rows),
    )  # fmt: skip


def _summary(rows: Sequence[Row], family: str, blind: bool) -> FamilySummary:
    by_chip: dict[str, list[Row]] = {}
    for row in rows:
        by_chip.setdefault(row.case, []).append(row)
    centres = {chip: _centres(found, _of_band) for chip, found in by_chip.items()}
    nominal = {chip: _centres(found, _of_nominal) for chip, found in by_chip.items()}
    errors = _errors(rows)
    left_out = [
        abs(_cost_log(row, _of_nominal) - _median_of(nominal, row.unit, without=row.case))
        for row in rows
        if cost_of(row.unit) is not None
    ]
    return FamilySummary(
        family, blind, len(by_chip), len(rows),
        errors.median_factor,
        math.exp(statistics.median(left_out)) if len(by_chip) > 2 and left_out else None,
        _over_chips(centres, "area"), _over_chips(centres, "energy"),
        errors.coverage,
        statistics.mean(statistics.mean(row.inside for row in found) for found in by_chip.values()),
        errors.mean_band_width,
    )  # fmt: skip


def _of_band(row: Row) -> float:
    return math.log(row.median / row.published)


def _of_nominal(row: Row) -> float:
    return math.log(row.ratio)


def _cost_log(row: Row, log: Callable[[Row], float]) -> float:
    cost = cost_of(row.unit)
    return log(row) * (1.0 if cost is None else cost[1])


def _centres(rows: Sequence[Row], log: Callable[[Row], float]) -> dict[Kind, float]:
    """Median logarithm of a chip's ratios for each kind of cost."""
    found: dict[Kind, list[float]] = {}
    for row in rows:
        if (cost := cost_of(row.unit)) is not None:
            found.setdefault(cost[0], []).append(_cost_log(row, log))
    return {kind: statistics.median(values) for kind, values in found.items()}


def _median_of(centres: Mapping[str, Mapping[Kind, float]], unit: str, *, without: str) -> float:
    """Median logarithm of the other chips for the cost of this unit; 0 where no other chip has one."""
    cost = cost_of(unit)
    others = [
        found[cost[0]]
        for chip, found in centres.items()
        if chip != without and cost is not None and cost[0] in found
    ]
    return statistics.median(others) if others else 0.0


def _over_chips(centres: Mapping[str, Mapping[Kind, float]], kind: Kind) -> float | None:
    found = [chip[kind] for chip in centres.values() if kind in chip]
    return math.exp(statistics.median(found)) if found else None
