"""The table of accuracy against errors: what is drawn, what was recorded, what the page quotes of it."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import accuracy_against_error as tool
import numpy as np
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "models" / "crossbar.md"


def recorded() -> dict[str, dict[str, float]]:
    with tool.TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        name: {row["signal_to_error_ratio"]: float(row[name]) for row in rows}
        for name in ("mlp", "vgg9", "resnet18")
    }


@pytest.mark.parametrize("ratio", [0.5, 8.0])
def test_errors_are_drawn_at_the_ratio_of_variances(ratio: float) -> None:
    results = np.random.default_rng(2).normal(3.0, 2.0, size=(400, 400)).astype(np.float32)
    errors = tool.with_errors(ratio, 1)(results) - results
    assert float(np.var(results) / np.var(errors)) == pytest.approx(ratio, rel=0.02)
    assert np.array_equal(tool.with_errors(np.inf, 1)(results), results)


def test_the_way_back_of_the_networks_is_the_slope_of_their_loss() -> None:
    network = tool.Network((1, 2, 2), (2 * 4 * 4, 3), 1)
    network.weights = [weight.astype(np.float64) for weight in network.weights]
    x = tool.images(4, 8, 1, 3)[0].astype(np.float64)
    labels = np.array([0, 1, 2, 0])

    def loss() -> float:
        scores, _ = network.forward(x, lambda y: y)
        scores = scores - scores.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(4), labels]))

    changes: dict[int, np.ndarray] = {}
    network._adam = lambda layer, change, rate: changes.__setitem__(layer, change)  # type: ignore[method-assign]
    network._step(x, labels, 0.0)
    for layer, place in ((0, (4, 1)), (1, (7, 0)), (2, (5, 2))):
        weight, step = network.weights[layer], 1e-6
        weight[place] += step
        above = loss()
        weight[place] -= 2 * step
        below = loss()
        weight[place] += step
        assert changes[layer][place] == pytest.approx((above - below) / (2 * step), rel=1e-3)


def test_smaller_errors_leave_more_right_answers() -> None:
    for name, accuracy in recorded().items():
        values = list(accuracy.values())
        assert all(later >= earlier - 0.02 for earlier, later in pairwise(values)), name
        assert values[-1] > values[0] + 0.4


def test_the_page_quotes_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    columns = ("1", "4", "8", "16", "32", "64", "128", "inf")
    for accuracy in recorded().values():
        row = " | ".join(f"{accuracy[ratio]:.0%}".replace("%", " %") for ratio in columns)
        assert f"| {row} |" in text
