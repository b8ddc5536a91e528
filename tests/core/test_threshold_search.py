"""The least number at which a rising function reaches a value: known roots, thresholds, ends, and independence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from neuroest.core.arrays import Array
from neuroest.core.threshold_search import least_reaching


def found(
    value: Callable[[Array], Array], wanted: list[float], high: float = 2.0, guess: float = 1.0
) -> Array:
    count = len(wanted)
    return least_reaching(
        lambda _: value, np.array(wanted), np.zeros(count), np.full(count, high), np.full(count, guess)
    )


def test_roots_that_are_known() -> None:
    assert found(lambda x: x**3, [0.001, 1.0, 7.9]) == pytest.approx([0.1, 1.0, 7.9 ** (1 / 3)], rel=1e-12)


def test_above_a_threshold_a_rate_grows_as_a_root() -> None:
    """Nothing up to one, then a slope without end: 0.1 is reached a millionth and a hundred-millionth above."""
    for steepness in (1e2, 1e3, 1e4):
        rate = found(lambda x, s=steepness: s * np.sqrt(np.maximum(x - 1.0, 0.0)), [0.1])  # type: ignore[misc]
        assert rate - 1.0 == pytest.approx([(0.1 / steepness) ** 2], abs=2e-12)


def test_a_jump_is_found_at_its_place() -> None:
    assert found(lambda x: np.where(x >= 0.3, 1.0, 0.0), [1.0]) == pytest.approx([0.3], rel=1e-12)


def test_what_only_the_whole_interval_reaches() -> None:
    assert found(lambda x: np.where(x >= 2.0, 1.0, 0.0), [1.0])[0] == pytest.approx(2.0, rel=2e-12)


def test_the_end_where_the_value_is_not_reached_or_no_number() -> None:
    assert found(lambda x: 0.1 * x, [1.0])[0] == 2
    assert np.isnan(found(lambda x: np.nan * x, [1.0], high=np.nan)[0])


def test_a_function_does_not_depend_on_the_others() -> None:
    wanted = [1e-3, 0.5, 0.999, 1.0, 3.0]
    together = found(np.tanh, wanted)
    alone = [found(np.tanh, [each])[0] for each in wanted]
    assert together.tolist() == alone


def test_a_rate_that_jumps_and_then_falls_is_found_at_its_jump() -> None:
    """No straight line leads to the threshold there, so the interval is halved."""
    calls = []

    def falling(x: np.ndarray) -> np.ndarray:
        calls.append(x)
        return np.where(x < 0.3, 0.0, 2.0 - x)

    one = np.ones(1)
    assert least_reaching(lambda _: falling, one, 0.0 * one, one, one - 1e-5)[0] == pytest.approx(
        0.3, rel=2e-14
    )
    assert len(calls) < 47 + 7  # halvings to fourteen digits, both ends and what is tried first


def test_a_flat_function_is_not_searched_for_longer_than_its_values_tell() -> None:
    """Its value at the root is known to 2e-16, hence the root of a slope of 1e-5 to 2e-11; a kink comes before it."""
    one, calls = np.ones(1), []

    def flat(x: np.ndarray, root: float) -> np.ndarray:
        calls.append(x)
        return np.where(x < root - 0.01, x / root, 1.0 + 1e-5 * (x / root - 1.0))

    for root in (0.31, 0.7, 1.3):
        calls.clear()
        at = least_reaching(lambda _, root=root: partial(flat, root=root), one, 0.0 * one, 2.0 * one, one)  # type: ignore[misc]
        assert at == pytest.approx([root], rel=2e-10)
        assert len(calls) < 20


def test_a_plateau_at_the_value_is_found_at_its_start() -> None:
    assert found(lambda x: np.minimum(x / 0.3, 1.0), [1.0]) == pytest.approx([0.3], rel=2e-12)
    assert found(lambda x: np.where(x < 0.3, 0.5, 1.0), [1.0]) == pytest.approx([0.3], rel=2e-12)
