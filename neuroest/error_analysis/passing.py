"""How often a design passes its checks, over the uncertainty of the inputs."""

import numpy as np

from neuroest.core.arrays import Mask
from neuroest.pipeline.evaluation import Evaluation
from neuroest.results.uncertainty import Passing

_WITHOUT_ESTIMATE = "not_finite"
"""What a sample without an estimate fails if it fails no check: a result is negative or no finite number."""


def passing_of(sampled: Evaluation, exists: Mask) -> Passing:
    """Share of the samples in which a point of a sweep would be feasible, and the share that fails each check.

    Parameters
    ----------
    sampled : Evaluation
        A batch with one point per sample.
    exists : array of bool
        Whether each sample has an estimate, as `neuroest.pipeline.soundness.estimate_exists` says.

    Returns
    -------
    Passing
        Advice and extrapolation do not make a point infeasible and are not counted.
    """
    passed = exists.copy()
    failing: dict[str, Mask] = {}
    with np.errstate(all="ignore"):  # samples without an estimate
        checks = sampled.checks
    for check in checks:
        if check.severity not in {"infeasible", "design_rule"} or np.all(check.passed):
            continue
        wrong = ~np.broadcast_to(np.asarray(check.passed).reshape(-1), exists.shape)
        passed &= ~wrong
        name = f"{check.name} ({check.component})"
        failing[name] = failing[name] | wrong if name in failing else wrong
    unexplained = ~exists & ~np.any([*failing.values(), np.zeros_like(exists)], axis=0)
    if np.any(unexplained):
        failing[_WITHOUT_ESTIMATE] = unexplained
    shares = {name: float(wrong.mean()) for name, wrong in failing.items()}
    return Passing(float(passed.mean()), dict(sorted(shares.items(), key=lambda one: -one[1])))
