"""Sums of columns and what a converter of limited range takes off them, against drawn ones."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import clipping as equations

SAMPLES: dict[str, dict[str, float]] = {
    "column_sum_mean": {"active_inputs": 25.6, "mean_cell": 0.25, "rows": 128.0},
    "column_sum_variance": {
        "inputs": 128.0,
        "input_mean": 0.2,
        "input_mean_square": 0.2,
        "cell_mean": 0.25,
        "cell_mean_square": 0.25,
        "rows": 128.0,
    },
    "clipping_error": {"mean": 0.05, "variance": 0.0004, "lowest": 0.0, "highest": 0.08},
}


@pytest.mark.slow
@pytest.mark.parametrize("highest", [0.06, 0.08, 0.11])
def test_clipping_is_that_of_drawn_columns(highest: float) -> None:
    generator = np.random.default_rng(3)
    rows, ones, on = 128, 0.4, 0.25
    inputs = generator.random((200_000, rows)) < ones
    sums = (inputs & (generator.random(inputs.shape) < on)).sum(axis=1) / rows
    mean = equations.column_sum_mean(ones * rows, on, rows)
    variance = equations.column_sum_variance(rows, ones, ones, on, on, rows)
    assert sums.mean() == pytest.approx(mean, rel=0.01)
    assert sums.var() == pytest.approx(variance, rel=0.02)
    seen = np.sqrt(np.mean(np.maximum(sums - highest, 0.0) ** 2))
    # whole numbers near the normal distribution
    assert seen == pytest.approx(float(equations.clipping_error(mean, variance, 0.0, highest)), rel=0.06)


def test_a_range_far_outside_of_the_sums_takes_nothing() -> None:
    assert equations.clipping_error(0.5, 1e-4, 0.0, 1.0) == pytest.approx(0.0, abs=1e-12)
