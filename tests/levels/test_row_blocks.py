"""Kinds of blocks of rows against blocks counted one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np

from neuroest.levels.crossbar.packing import Rows, row_blocks


def one_by_one(
    inputs: int, fed_back: int, rows: int, at_once: int, per_weight: int
) -> Counter[tuple[float, ...]]:
    """Every read of every array, with the weights of inputs and of outputs fed back in it."""
    found: Counter[tuple[float, ...]] = Counter()
    for first in range(0, (inputs + fed_back) * per_weight, rows):
        for start in range(first, first + rows, at_once):
            end = min(start + at_once, first + rows)
            own = max(min(inputs, end / per_weight) - start / per_weight, 0.0)
            every = max(min(inputs + fed_back, end / per_weight) - start / per_weight, 0.0)
            found[own, every - own] += 1
    del found[0.0, 0.0]
    return found


def test_kinds_of_blocks_are_those_counted_one_by_one() -> None:
    random = np.random.default_rng(1)
    for _ in range(400):
        rows = int(random.integers(1, 40))
        at_once, per_weight = int(random.integers(1, rows + 1)), int(random.integers(1, 3))
        inputs, fed_back = int(random.integers(0, 100)), int(random.integers(0, 60) * random.integers(0, 2))
        kinds = row_blocks(
            np.array([inputs, 0.0]),
            np.array([fed_back, 0.0]),
            Rows(float(rows), float(at_once), float(per_weight)),
        )
        found: Counter[tuple[float, ...]] = Counter()
        for own, back, times in zip(kinds.inputs[0], kinds.fed_back[0], kinds.times[0], strict=True):
            if times:
                found[float(own), float(back)] += int(times)
        assert found == one_by_one(inputs, fed_back, rows, at_once, per_weight)
        assert not np.any(kinds.times[1])


def test_points_of_a_list_are_as_each_alone() -> None:
    rows = np.array([[64.0], [100.0], [128.0]])
    inputs, fed_back = np.array([784.0, 100.0]), np.array([0.0, 30.0])
    together = row_blocks(inputs, fed_back, Rows(rows, 48.0, 1.0))
    for place, each in enumerate(rows[:, 0]):
        alone = row_blocks(inputs, fed_back, Rows(float(each), 48.0, 1.0))
        for power in (1.0, 2.0):
            seen = np.sum(alone.times * (alone.inputs + 3.0 * alone.fed_back) ** power, axis=-1)
            batch = together.times * (together.inputs + 3.0 * together.fed_back) ** power
            assert np.sum(batch, axis=-1)[place].tolist() == seen.tolist()
