"""Copies of layers for an area."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.mapping.replication import copies_within
from tests.components.chips import arrays, failed, run

CHIP, NETWORK, ARRAY = "adc_crossbar_28nm", "vgg9_cifar10_dense", "chip.tile.array."


def fastest(work: list[float], sizes: list[float], budget: float, most: int) -> float:
    """Shortest interval of all combinations of copies within the budget."""
    tried = itertools.product(range(1, most + 1), repeat=len(work))
    possible = [c for c in tried if sum(n * a for n, a in zip(c, sizes, strict=True)) <= budget]
    return min(max(t / n for t, n in zip(work, c, strict=True)) for c in possible)


@given(
    st.lists(st.tuples(st.floats(1e-9, 1e-3), st.integers(1, 5)), min_size=1, max_size=4),
    st.integers(0, 20),
)
def test_no_other_copies_are_faster(layers: list[tuple[float, int]], extra: int) -> None:
    work, sizes = [t for t, _ in layers], [float(a) for _, a in layers]
    budget = sum(sizes) + extra
    found = copies_within(
        np.array(work), np.array(sizes), np.ones(len(work)), np.full(len(work), 4.0), budget
    )
    assert np.sum(found * sizes) <= budget
    assert np.max(np.array(work) / found) == pytest.approx(fastest(work, sizes, budget, 4), rel=1e-9)


def test_a_budget_too_small_leaves_one_copy_each() -> None:
    found = copies_within(np.array([1.0, 2.0]), np.array([3.0, 3.0]), np.ones(2), np.full(2, 9.0), 4.0)
    assert found.tolist() == [1.0, 1.0]


def test_design_points_stand_before_the_layers() -> None:
    work, sizes = np.array([4.0, 1.0]), np.array([1.0, 1.0])
    found = copies_within(work, sizes, np.ones(2), np.full(2, 9.0), np.array([[2.0], [5.0]]))
    assert found.tolist() == [[1.0, 1.0], [4.0, 1.0]]


def test_a_chip_with_more_arrays_is_faster_and_stays_within_them(tmp_path: Path) -> None:
    plain = run(CHIP, NETWORK, {}, tmp_path)
    twice = 2 * plain.totals["computing_units"]
    more = run(CHIP, NETWORK, {f"{ARRAY}array_budget": int(twice)}, tmp_path)
    assert plain.totals["computing_units"] < more.totals["computing_units"] <= twice
    level = "chip.tile.array"
    slow, fast = (np.max(r.evaluation.timing.resources[level]) for r in (plain, more))
    assert fast < slow / 2
    assert arrays(more) >= more.totals["computing_units"]
    assert "network_fits" not in failed(more)
