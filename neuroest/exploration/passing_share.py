"""Limits on the share of the samples in which a design passes all checks."""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroest.core.arrays import Array
from neuroest.error_analysis.draws import SAMPLES, SEED, Posterior, draw
from neuroest.exploration.batch_evaluation import Points, in_blocks
from neuroest.exploration.chunks import holds
from neuroest.exploration.space import Constraint, constraint, faults_of, wrong
from neuroest.exploration.structures import Group
from neuroest.results.estimate import Band

PASSING_SHARE = "passing_share"
"""Name of the share in a limit, and its column."""


def share_that_passes(
    group: Group, chosen: Mapping[str, Array], samples: int, seed: int, quantity: str,
    posterior: Posterior | None = None,
) -> float:  # fmt: skip
    """Share of the samples in which a design has an estimate and passes all checks.

    Parameters
    ----------
    group : Group
        Structure of the design.
    chosen : mapping of array
        Value of each path that the design sets, of one element. These are exact; everything else is drawn.
    samples, seed : int
        Samples and seed of the draw.
    quantity : str
        A result that must exist.
    posterior : Posterior, optional
        What measured values have taught of the causes.
    """
    return float(drawn(group, chosen, samples, seed, (quantity,), posterior).feasible.mean())


def drawn(
    group: Group, chosen: Mapping[str, Array], samples: int, seed: int, quantities: Sequence[str],
    posterior: Posterior | None = None,
) -> Points:  # fmt: skip
    """Results of a design in each sample of its uncertain inputs; what the design sets is exact."""
    claims = {path: claim for path, claim in group.claims.items() if path not in chosen}
    values = {**draw(claims, samples, seed, posterior=posterior), **chosen}
    columns = {path: np.broadcast_to(value.reshape(-1), samples) for path, value in values.items()}
    return in_blocks(group, columns, samples, quantities)


def bands_at(group: Group, chosen: Mapping[str, Array], quantities: Sequence[str]) -> dict[str, Band]:
    """Bands of results of a design, with the draws of `neuroest.estimate`; what the design sets is exact."""
    found = drawn(group, chosen, SAMPLES, SEED, quantities)
    return {name: Band.of(found.totals[name]) for name in quantities}


def meets(share: float, limits: Sequence[Constraint]) -> bool:
    """Whether a share meets all limits on it."""
    return all(bool(holds(limit, {PASSING_SHARE: np.array([share])}, 1, "1")[0]) for limit in limits)


def separated(texts: Sequence[str]) -> tuple[tuple[Constraint, ...], tuple[Constraint, ...]]:
    """Limits on results, and limits on the share of the samples that pass.

    Raises
    ------
    SpecError
        For a limit on the share with something else than a share.
    """
    limits = tuple(constraint(text, "--limit") for text in texts)
    on_share = tuple(one for one in limits if PASSING_SHARE in (one.left, one.right))
    for one in on_share:
        if faults := faults_of(one, {PASSING_SHARE: "1"}):
            raise wrong(str(one), faults[0], "--limit")
    return tuple(one for one in limits if one not in on_share), on_share
