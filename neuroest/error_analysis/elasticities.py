"""Elasticity of each result with respect to each parameter, shares of each basis, and one number doubled."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array, at_points
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.startup import keep_memory
from neuroest.design.build import Design
from neuroest.pipeline.evaluation import Evaluation, evaluate
from neuroest.pipeline.soundness import estimate_exists, faults, totals_of
from neuroest.results.estimate import Elasticities, ScenarioRow
from neuroest.results.quantities import MAIN, QUANTITIES
from neuroest.specs.claims import BASES, DESIGN, Claim
from neuroest.specs.workload import WorkloadSpec

_Term: TypeAlias = tuple[float, Array]
"""Value of a term, and its elasticities."""

_STEP = 1e-4
"""Relative step of the finite difference: small compared with any curvature here, large compared with rounding."""
_COARSE_STEP = 1e-2
"""The same for numbers of a population, which change whole arrays: a smaller step would stay within the last array."""

_ACCURACY = 1e-12
"""Relative accuracy of a result, at which its searches end: a step that moves it by less is one without an effect."""


def moved_one_by_one(
    design: Design, workload: WorkloadSpec, claims: Mapping[str, Claim]
) -> tuple[Elasticities, tuple[ScenarioRow, ...]]:
    """Elasticities of an estimate with respect to every claim, and its totals under every other scenario, in one batch.

    Each parameter is varied up and down by a ten-thousandth, numbers of a population by a hundredth. If the two results
    disagree, as at a rounding edge, the smaller change counts. A change below 10^-12 counts as none: it is rounding, or
    the end of a search, and would be an elasticity of 10^-8.
    """
    others = [
        (path, name, other.value)
        for path, claim in claims.items()
        for name, other in claim.scenarios.items()
        if other.value != claim.value
    ]
    stepped = steps(claims, len(others))
    paths, stated = tuple(stepped), 2 * len(stepped) + 1
    rows = stated + len(others)
    for place, (path, _, value) in enumerate(others, stated):
        if path not in stepped:
            stepped[path] = np.full((rows, 1), claims[path].value)
        stepped[path][place] = value
    values: dict[str, u.Numeric] = {path: claim.value for path, claim in claims.items()}
    keep_memory()
    result = evaluate(design, workload, values | stepped)

    sizes = step_sizes(paths)

    def elasticity(quantity: u.Numeric) -> _Term:
        array = at_points(quantity, rows)[:stated]
        return float(array[0]), slopes(array, sizes)

    totals = {
        name: elasticity(quantity.of(result))[1]
        for quantity in QUANTITIES.values()
        for name, exponent in (quantity.elasticity,)
        if name and exponent == 1.0
    }
    energy: dict[tuple[str, str], _Term] = {}
    for row in result.dynamic:
        _store(energy, (row.component, row.term), elasticity(np.sum(row.energy, axis=-1)))
    for static in result.statics:
        found = elasticity(static.total * result.leakage_time(static))
        _store(energy, (static.component, static.term), found)
    area = {(r.component, r.term): elasticity(r.total) for r in result.areas}
    with np.errstate(all="ignore"):  # rows without an estimate are left out
        sound = estimate_exists(result, rows)[stated:] if others else ()
        under = {name: at_points(QUANTITIES[name].of(result), rows)[stated:] for name in MAIN}
    scenarios = tuple(
        ScenarioRow(
            path, name, value, claims[path].unit,
            {total: float(array[place]) if sound[place] and np.isfinite(array[place]) else None
             for total, array in under.items()},
        )
        for place, (path, name, value) in enumerate(others)
    )  # fmt: skip
    return Elasticities(paths, totals, energy, area), scenarios


def steps(claims: Mapping[str, Claim], further: int = 0) -> dict[str, Array]:
    """Values of every claim except designer choices and zeros: unchanged, one step up, one step down.

    Row 0 is unchanged. In the next rows each parameter alone goes up, in as many again each goes down, and `further`
    rows are unchanged.
    """
    paths = [path for path, claim in claims.items() if claim.basis != DESIGN and claim.value != 0.0]
    count, sizes = len(paths), step_sizes(paths)
    stated = np.array([claims[path].value for path in paths], dtype=np.float64)
    columns = np.repeat(stated[:, np.newaxis], 2 * count + 1 + further, axis=1)
    each = np.arange(count)
    columns[each, 1 + each] *= 1.0 + sizes
    columns[each, 1 + count + each] *= 1.0 - sizes
    return {path: column[:, np.newaxis] for path, column in zip(paths, columns, strict=True)}


def step_sizes(paths: Iterable[str]) -> Array:
    """Relative step of each parameter."""
    coarse = (path.startswith("workload.layers.") and ".activity." not in path for path in paths)
    return np.array([_COARSE_STEP if one else _STEP for one in coarse])


def slopes(array: Array, sizes: Array) -> Array:
    """Elasticity of a result with respect to each parameter, from the result in all rows of `steps`."""
    base, count = float(array[0]), array.size // 2
    if base == 0.0 or not np.isfinite(base):
        return np.zeros(count)
    up = (array[1 : count + 1] / base - 1.0) / sizes
    down = (1.0 - array[count + 1 :] / base) / sizes
    found = np.where(np.abs(up) < np.abs(down), up, down)
    return np.asarray(np.where(np.abs(found) * sizes > _ACCURACY, found, 0.0))


def _store(table: dict[tuple[str, str], _Term], key: tuple[str, str], item: _Term) -> None:
    if key not in table:
        table[key] = item
        return
    (old, slope), (new, other) = table[key], item
    total = old + new
    table[key] = (total, (old * slope + new * other) / total if total else slope)


_UNPROVEN = ("projected", "assumed")


def basis_shares(found: Elasticities, claims: Mapping[str, Claim]) -> dict[str, dict[str, float]]:
    """Share of energy and area for each basis of values.

    Each term is split among its inputs in proportion to its sensitivity to them.
    """
    bases = [claims[path].basis for path in found.paths]
    shares = {}
    for name, terms in (("energy", found.energy_terms), ("area", found.area_terms)):
        share = attributed_share(terms, bases)
        shares[name] = {basis: share.get(basis, 0.0) for basis in (*BASES, DESIGN)}
    return shares


def unproven_share(
    total: str, shares: Mapping[str, Mapping[str, float]], found: Elasticities, claims: Mapping[str, Claim]
) -> float:
    """Share of a total that is based on projected or assumed values."""
    key, _ = QUANTITIES[total].elasticity
    share = shares.get(key)
    if share is None:
        labels = [claims[path].basis for path in found.paths]
        share = attributed_share({("", ""): (1.0, found.totals[key])}, labels)
    return sum(share.get(basis, 0.0) for basis in _UNPROVEN)


def attributed_share(
    terms: Mapping[tuple[str, str], tuple[float, Array]], labels: Sequence[str]
) -> dict[str, float]:
    """Share of a sum of terms for each label of the parameters.

    Every term is split among its parameters in proportion to the magnitude of its elasticities. A term that depends on
    no parameter counts as ``design``.
    """
    shares: dict[str, float] = {}
    total = 0.0
    for value, slopes in terms.values():
        total += value
        weights = np.abs(slopes)
        if weights.sum() == 0.0:
            shares[DESIGN] = shares.get(DESIGN, 0.0) + value
            continue
        weights /= weights.sum()
        for index in np.flatnonzero(weights).tolist():
            label = labels[index]
            shares[label] = shares.get(label, 0.0) + value * float(weights[index])
    return {label: share / total for label, share in shares.items()} if total else {}


_SAME = 1e-9
"""Relative difference below which two numbers count as equal."""


@frozen_dataclass
class Doubled:
    """The estimate with a number doubled, compared with the original estimate.

    Attributes
    ----------
    refusal : str
        Why there is no estimate; empty if there is one.
    ratios : mapping of str to float
        Totals that change, relative to the original.
    not_doubled : tuple
        Terms whose energy per inference does not double either: name, energy before [J] and factor. The largest first;
        empty if no term changes.
    """

    refusal: str
    ratios: Mapping[str, float]
    not_doubled: tuple[tuple[str, float, float], ...] = ()


def doubled(design: Design, workload: WorkloadSpec, claims: Mapping[str, Claim], path: str) -> Doubled:
    """Compute the totals with the value of one claim doubled.

    Parameters
    ----------
    design, workload, claims
        Inputs of the estimate.
    path : str
        The claim, whose value is not zero.
    """
    values: dict[str, u.Numeric] = {name: claim.value for name, claim in claims.items()}
    one = evaluate(design, workload, values)
    try:
        two = evaluate(design, workload, values | {path: 2.0 * claims[path].value})
        refusal = next(_refusals(two), "")
    except (NeuroestError, ArithmeticError) as error:
        refusal = str(error).splitlines()[0]
    if refusal:
        return Doubled(refusal, {})
    before, after = (
        {name: float(np.reshape(QUANTITIES[name].of(result), -1)[0]) for name in MAIN}
        for result in (one, two)
    )
    ratios = {
        name: after[name] / value
        for name, value in before.items()
        if value > 0.0 and not math.isclose(after[name], value, rel_tol=_SAME)
    }
    single, double = (
        {f"{row.component}.{row.action}.{row.term}": float(np.sum(row.energy)) for row in result.dynamic}
        for result in (one, two)
    )
    factors = {name: double.get(name, 0.0) / energy for name, energy in single.items() if energy > 0.0}
    others = []
    if not all(math.isclose(factor, 1.0, rel_tol=_SAME) for factor in factors.values()):
        others = [name for name, factor in factors.items() if not math.isclose(factor, 2.0, rel_tol=_SAME)]
    others.sort(key=lambda name: -single[name])
    return Doubled("", ratios, tuple((name, single[name], factors[name]) for name in others))


def _refusals(result: Evaluation) -> Iterator[str]:
    """Why an estimate gives no result."""
    for check in result.refusing_checks:
        if not np.all(check.passed):
            yield f"{check.component}: {check.message}"
    yield from (fault for fault, _ in faults(result, totals_of(result)))
