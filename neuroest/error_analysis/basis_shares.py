"""Shares of results for each basis of values."""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroest.core.arrays import Array
from neuroest.results.quantities import QUANTITIES
from neuroest.results.uncertainty import Elasticities
from neuroest.specs.claims import BASES, DESIGN, Claim

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
