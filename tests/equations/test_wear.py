"""Claims about wear as a distribution."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import wear

SAMPLES: dict[str, dict[str, float]] = {
    "failed_share": {"cycles": 1e5, "endurance": 1e6, "shape": 2.0},
    "cycles_to_failure": {"endurance": 1e6, "shape": 2.0, "cells": 1e4, "groups": 8.0, "spares": 2.0},
    "cycles_to_share": {"share": 0.01, "endurance": 1e6, "shape": 1.5},
    "wear_lifetime": {"cycles": 1e6, "per_sample": 2.0, "sample_rate": 10.0},
}


@pytest.mark.parametrize("shape", [1.0, 1.7, 4.0])
def test_the_first_failure_is_that_of_a_monte_carlo(shape: float) -> None:
    rng, cells, draws = np.random.default_rng(3), 500, 20_000
    first = np.concatenate(
        [(1e6 * rng.weibull(shape, (2000, cells))).min(axis=1) for _ in range(draws // 2000)]
    )
    law = wear.cycles_to_failure(1e6, shape, float(cells), 1.0, 0.0)
    assert law == pytest.approx(first.mean(), rel=0.02)


def test_the_failed_share_is_that_of_a_monte_carlo() -> None:
    lives = 1e6 * np.random.default_rng(4).weibull(1.5, 400_000)
    for cycles in (1e5, 5e5, 1e6):
        assert wear.failed_share(cycles, 1e6, 1.5) == pytest.approx((lives < cycles).mean(), rel=0.02)


def test_the_share_that_has_failed_tells_the_cycles_and_back() -> None:
    cycles = wear.cycles_to_share(0.07, 1e6, 1.5)
    assert wear.failed_share(cycles, 1e6, 1.5) == pytest.approx(0.07, rel=1e-12)


def test_spares_of_every_group_last_no_less_than_they_do_in_a_monte_carlo() -> None:
    rng, groups, cells, spares = np.random.default_rng(5), 200, 100, 1
    lives = np.sort(1e6 * rng.weibull(2.0, (300, groups, cells)), axis=-1)
    drawn = lives[..., spares].min(axis=-1).mean()
    law = wear.cycles_to_failure(1e6, 2.0, float(cells), float(groups), float(spares))
    assert 0.85 * drawn < law <= 1.02 * drawn
    assert law > wear.cycles_to_failure(1e6, 2.0, float(cells), float(groups), 0.0)


def test_groups_without_spares_are_one_group() -> None:
    one = wear.cycles_to_failure(1e6, 2.0, 6400.0, 1.0, 0.0)
    assert wear.cycles_to_failure(1e6, 2.0, 100.0, 64.0, 0.0) == pytest.approx(one, rel=1e-12)


def test_cells_that_are_all_alike_fail_at_once() -> None:
    assert wear.cycles_to_failure(1e6, np.inf, 1e9, 64.0, 3.0) == 1_000_000
    assert wear.failed_share(0.99e6, 1e6, np.inf) == 0.0
    assert wear.failed_share(1.01e6, 1e6, np.inf) == 1


def test_cells_that_are_never_rewritten_last_for_ever():
    np.testing.assert_allclose(wear.wear_lifetime(1e6, np.array([0.0, 10.0]), 1.0), [np.inf, 1e5])
