"""Spikes of large populations."""

import numpy as np
import pytest

from neuroest.equations import populations
from tests.each import each

SAMPLES = {
    "reached_places": {"targets": 4000.0, "place_area": 1e-8, "decay_length": 3e-4},
    "mean_grid_steps": {"decay_length": 3e-4, "place_area": 1e-8},
}


@each("peak", [0.01, 1.0, 8.0, 11.9, 12.1, 50.0, 4000.0])
def test_the_touched_area_is_the_integral(peak: float) -> None:
    x = np.linspace(0.0, 60.0, 600_001)
    y = -np.expm1(-peak * np.exp(-x)) * x
    integral = float(np.sum(y[1:] + y[:-1]) * (x[1] - x[0]) / 2)
    assert populations._touched(peak) == pytest.approx(integral, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("side", [2e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2])
def test_places_against_drawn_targets(side: float) -> None:
    # targets drawn from the law around neurons anywhere in a square place, and the places that hold one counted
    rng, targets, length = np.random.default_rng(1), 4000, 3e-4
    found = []
    for _ in range(200):
        distance = rng.gamma(2.0, length, targets)
        angle = rng.uniform(0.0, 2.0 * np.pi, targets)
        here = rng.uniform(0.0, side, 2)
        x, y = here[0] + distance * np.cos(angle), here[1] + distance * np.sin(angle)
        places = {(0, 0), *zip(np.floor(x / side).astype(int), np.floor(y / side).astype(int), strict=True)}
        found.append(len(places))
    # at most a third too many, where a place is as large as the cloud of targets
    assert 0.95 < populations.reached_places(float(targets), side**2, length) / np.mean(found) < 1.35


def test_a_spike_reaches_no_more_places_than_targets() -> None:
    areas = np.array([1e-16, 1e-12, 1e-8, 1e-4, 1.0])
    reached = populations.reached_places(7000.0, areas, 3e-4)
    assert np.all(np.diff(reached) < 0.0) or reached[0] == reached[1]
    assert np.all((reached >= 1.0) & (reached <= 7001.0))


def test_the_mean_step_is_that_of_drawn_targets() -> None:
    rng = np.random.default_rng(2)
    distance, angle = rng.gamma(2.0, 3e-4, 200_000), rng.uniform(0.0, 2.0 * np.pi, 200_000)
    drawn = np.mean(distance * (np.abs(np.cos(angle)) + np.abs(np.sin(angle)))) / 1e-3
    assert populations.mean_grid_steps(3e-4, 1e-6) == pytest.approx(drawn, rel=0.01)
