"""Predicted values of several runs as functions of the scores of all uncertain causes."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.error_analysis.draws import common_cause, discrepancy_claims, spread_over
from neuroest.pipeline.evaluate import evaluate
from neuroest.pipeline.evaluation import Evaluation
from neuroest.results.estimate import Estimate
from neuroest.specs.claims import Claim
from neuroest.validation.expressions import evaluate_expression


@frozen_dataclass(eq=False)
class PredictedLogs:
    """Logarithms of predicted values, from scores.

    Attributes
    ----------
    estimates : mapping
        Estimate of each run.
    expressions : tuple of (str, str)
        Run and expression of each value, in SI units.
    """

    estimates: Mapping[str, Estimate]
    expressions: tuple[tuple[str, str], ...]

    @cached_property
    def claims(self) -> Mapping[str, Mapping[str, Claim]]:
        """Inputs and model errors of each run."""
        return {run: {**one.claims, **discrepancy_claims(one.design)} for run, one in self.estimates.items()}

    @cached_property
    def causes(self) -> tuple[str, ...]:
        """Every cause with a spread, in alphabetical order."""
        return tuple(
            sorted(
                {
                    common_cause(one)
                    for claims in self.claims.values()
                    for one in claims.values()
                    if varies(one)
                }
            )
        )

    def __call__(self, scores: Array) -> Array:
        """Logarithms, draws by values; not finite without an estimate."""
        results = self.evaluations(scores)
        with np.errstate(all="ignore"):
            columns = [
                np.log(evaluate_expression(text, results[run], results)) for run, text in self.expressions
            ]
        return np.stack([np.broadcast_to(one, (len(scores),)) for one in columns], axis=1)

    def evaluations(self, scores: Array) -> Mapping[str, Evaluation]:
        """All runs with one design point per draw."""
        column = {cause: scores[:, [index]] for index, cause in enumerate(self.causes)}
        found = {}
        for run, claims in self.claims.items():
            values: dict[str, u.Numeric] = {
                path: spread_over(claim, column[common_cause(claim)]) if varies(claim) else claim.value
                for path, claim in claims.items()
            }
            with np.errstate(all="ignore"):
                found[run] = evaluate(self.estimates[run].design, self.estimates[run].workload, values)
        return found


def varies(claim: Claim) -> bool:
    """Whether a claim has a distribution."""
    return claim.has_spread and claim.low != claim.high
