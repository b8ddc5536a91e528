"""The estimate with one number doubled: a choice of the designer, which changes in steps."""

import math
from collections.abc import Iterator, Mapping

import numpy as np

from neuroest.core import units as u
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.build import Design
from neuroest.pipeline.evaluate import evaluate
from neuroest.pipeline.evaluation import Evaluation
from neuroest.pipeline.soundness import faults, totals_of
from neuroest.results.quantities import MAIN, QUANTITIES
from neuroest.specs.claims import Claim
from neuroest.specs.workload import WorkloadSpec

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
    return Doubled("", ratios, _not_doubled(one, two))


def _refusals(result: Evaluation) -> Iterator[str]:
    """Why an estimate gives no result."""
    for check in result.refusing_checks:
        if not np.all(check.passed):
            yield f"{check.component}: {check.message}"
    yield from (fault for fault, _ in faults(result, totals_of(result)))


def _not_doubled(one: Evaluation, two: Evaluation) -> tuple[tuple[str, float, float], ...]:
    before, after = (
        {f"{row.component}.{row.action}.{row.term}": float(np.sum(row.energy)) for row in result.dynamic}
        for result in (one, two)
    )
    factors = {name: after.get(name, 0.0) / energy for name, energy in before.items() if energy > 0.0}
    if all(math.isclose(factor, 1.0, rel_tol=_SAME) for factor in factors.values()):
        return ()
    others = [name for name, factor in factors.items() if not math.isclose(factor, 2.0, rel_tol=_SAME)]
    return tuple((name, before[name], factors[name]) for name in sorted(others, key=lambda n: -before[n]))
