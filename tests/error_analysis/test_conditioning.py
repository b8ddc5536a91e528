"""Conditioning on measured values: theory of the linear case, what carries over, contradictions, honest bands."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.error_analysis.conditioning import condition, linear, prior_scores
from neuroest.error_analysis.draws import Posterior

NAMES = tuple(f"cause:{index}" for index in range(6))
SLOPES = np.random.default_rng(3).normal(size=(6, 4)) * 0.4
ERRORS = np.array([0.05, 0.1, 0.2, 0.3])


def straight(scores):
    return scores @ SLOPES + 1.0


def theory(slopes, errors, gap):
    """Mean and covariance of a normal distribution given linear values: Bayes' rule with the precision matrix."""
    precision = np.eye(len(slopes)) + (slopes / errors**2) @ slopes.T
    covariance = np.linalg.inv(precision)
    return covariance @ (slopes / errors**2) @ gap, covariance


def test_straight_lines_give_the_posterior_of_theory() -> None:
    gap = np.array([0.3, -0.2, 0.4, 0.1])
    found = condition(straight, NAMES, 1.0 + gap, ERRORS)
    mean, covariance = theory(SLOPES, ERRORS, gap)
    assert found.used.all()
    assert found.iterations <= 2
    assert found.posterior.means() == pytest.approx(mean, abs=1e-9)
    assert found.posterior.deviations() == pytest.approx(np.sqrt(np.diag(covariance)), abs=1e-9)


def test_draws_have_the_mean_and_the_covariance_of_theory() -> None:
    gap = np.array([0.3, -0.2, 0.4, 0.1])
    posterior = condition(straight, NAMES, 1.0 + gap, ERRORS).posterior
    mean, covariance = theory(SLOPES, ERRORS, gap)
    root = posterior.moved(np.eye(6)) - posterior.moved(np.zeros((6, 6)))
    assert posterior.moved(np.zeros((1, 6)))[0] == pytest.approx(mean, abs=1e-9)
    assert root @ root.T == pytest.approx(covariance, abs=1e-9)


def test_the_band_of_a_value_narrows_as_theory_says() -> None:
    # one value with a standard deviation s before and an error e has s e / sqrt(s^2 + e^2) afterwards
    slopes = np.array([[0.3], [0.4]])
    found = condition(lambda z: z @ slopes, ("a", "b"), np.zeros(1), np.array([0.25]))
    scores = prior_scores(("a", "b"))
    after = np.cov((found.posterior.moved(scores) @ slopes).T) / np.cov((scores @ slopes).T)
    assert float(np.sqrt(after)) == pytest.approx(0.25 / np.hypot(0.5, 0.25), rel=1e-6)


def test_another_chip_shares_only_what_correlates() -> None:
    gap = np.array([0.3, -0.2, 0.4, 0.1])
    posterior = condition(straight, NAMES, 1.0 + gap, ERRORS).posterior
    shares = np.array([1.0, 0.7, 0.0, 1.0, 0.7, 0.5])
    other = posterior.carried(lambda cause: float(shares[NAMES.index(cause)]))
    # scores of the other chip are s z + sqrt(1 - s^2) v with a fresh v
    mean, covariance = theory(SLOPES, ERRORS, gap)
    expected = np.outer(shares, shares) * covariance + np.diag(1.0 - shares**2)
    root = other.moved(np.eye(6)) - other.moved(np.zeros((6, 6)))
    assert other.means() == pytest.approx(shares * mean, abs=1e-9)
    assert root @ root.T == pytest.approx(expected, abs=1e-9)


def test_a_value_ten_times_off_is_left_out_and_the_others_stay() -> None:
    gap = np.array([0.1, 0.0, 0.1, np.log(10.0)])
    found = condition(straight, NAMES, 1.0 + gap, np.full(4, 0.1))
    assert found.used.tolist() == [True, True, True, False]
    assert found.residuals[3].distance > 2.576
    mean, _ = theory(SLOPES[:, :3], np.full(3, 0.1), gap[:3])
    assert found.posterior.means() == pytest.approx(mean, abs=1e-9)


def test_causes_without_an_effect_keep_their_draws() -> None:
    def bent(scores):
        return np.log(np.exp(0.5 * scores[:, [0]]) + np.exp(0.5 * scores[:, [1]]))

    names = tuple(f"cause:{index}" for index in range(40))
    found = condition(bent, names, np.array([1.2]), np.array([0.05]))
    scores = prior_scores(names)
    moved = found.posterior.moved(scores)
    assert moved[:, 2:] == pytest.approx(scores[:, 2:], abs=1e-12)
    assert found.effective > 100.0


def test_bands_after_conditioning_cover_the_truth_where_the_estimate_bends() -> None:
    def bent(scores):
        terms = np.exp(np.array([0.8, 0.5, 0.6]) * scores[:, :3])
        return np.log(np.stack([terms.sum(axis=1), terms[:, :2].sum(axis=1)], axis=1))

    random, names, inside = np.random.default_rng(1), ("a", "b", "c"), []
    scores = prior_scores(names)
    for truth in random.standard_normal((200, 3)):
        measured = bent(truth[np.newaxis])[0] + 0.2 * random.standard_normal(2)
        posterior = condition(bent, names, measured, np.full(2, 0.2)).posterior
        low, high = np.quantile(posterior.moved(scores)[:, :3], (0.1, 0.9), axis=0)
        inside.append((low <= truth) & (truth <= high))
    assert 0.75 <= np.mean(inside) <= 0.85


def test_too_few_draws_with_an_estimate_are_refused() -> None:
    scores = np.zeros((10, 6))
    with pytest.raises(NeuroestError, match="too few to learn from"):
        linear(scores, np.full((10, 1), np.nan))


def test_no_direction_leaves_the_scores() -> None:
    scores = prior_scores(NAMES)
    found = Posterior.of(NAMES, np.zeros(6), np.zeros((6, 1)))
    assert found.mean.size == 0
    assert found.moved(scores) == pytest.approx(scores)
