"""What is recorded of one point gives the results of others, operation by operation and compiled."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from neuroest.core import compiled
from neuroest.core.operations import NotRecordedError
from neuroest.core.plan import Plan
from neuroest.core.recording import each_alike, recording, recording_of, surely
from neuroest.core.symbolic import Recording
from neuroest.core.threshold_search import least_reaching, recorded_least_reaching

POINTS = 300
X = np.random.default_rng(3).uniform(-2.0, 3.0, (POINTS, 1))
LAYERS = np.array([1.0, 2.0, 2.0, 0.5])


def planned(function: Callable[[Any], Any], at: float = 0.7) -> Plan:
    """The plan of a function of one number a point."""
    with recording(Recording()) as recorded:
        return Plan(recorded, [function(recorded.input("x", np.array([[at]])))])


def results(function: Callable[[Any], Any], at: float = 0.7) -> tuple[Any, Any]:
    """What the plan gives for all points, and which of them are right."""
    (found,), right = planned(function, at).repeated({"x": X.reshape(-1)}, POINTS)
    return found, right


UFUNCS = (
    np.exp, np.expm1, np.exp2, np.tanh, np.cbrt, np.arctan, np.floor, np.ceil, np.rint, np.absolute, np.isnan,
    np.isfinite, np.square, np.negative, np.sign, np.log1p, np.log2, np.sqrt, np.reciprocal,
)  # fmt: skip
PAIRS = (
    np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.fmax, np.fmin, np.hypot, np.arctan2,
    np.power, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.logical_and,
    np.logical_or, np.logical_xor,
)  # fmt: skip


@pytest.fixture(params=["numpy", "compiled"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to repeat a plan."""
    if request.param == "compiled":
        pytest.importorskip("llvmlite", reason="needs neuroest[compiled]")
    monkeypatch.setattr(compiled, "possible", lambda: request.param == "compiled")
    return str(request.param)


@pytest.mark.usefixtures("machine")
def test_every_operation_gives_what_numpy_gives() -> None:
    def every(x: Any) -> Any:
        one = [function(x * LAYERS) for function in UFUNCS]
        two = [function(x * LAYERS, y) for function in PAIRS for y in (1.3, LAYERS - x, np.nan)]
        return np.stack([0.0 + np.where(LAYERS > 1.0, each, 0.25) for each in (*one, *two)], axis=-1)

    with np.errstate(all="ignore"):
        expected = every(X)
    found, right = results(every)
    assert right.all()
    np.testing.assert_allclose(found, expected, rtol=4e-15, atol=0.0)


@pytest.mark.usefixtures("machine")
def test_shapes_reductions_and_elements_in_place() -> None:
    def every(x: Any) -> Any:
        table = np.zeros((*np.shape(x)[:-1], 4))
        table[..., 1:3] = (x * LAYERS)[..., ::2]
        table[..., 3] += np.sum(x * LAYERS, axis=-1)
        later = np.cumsum(table, axis=-1) + np.max(table, axis=-1, keepdims=True)
        place = np.argmin(np.stack([later, x * LAYERS]), axis=0)
        return np.concatenate([later, np.clip(later, -1.0, 1.0) ** 2, place + 0.0], axis=-1)

    found, right = results(every)
    assert right.all()
    np.testing.assert_allclose(found, every(X), rtol=1e-14)


@pytest.mark.usefixtures("machine")
def test_a_point_with_another_answer_is_left_out() -> None:
    def by_branch(x: Any) -> Any:
        return x + 1.0 if np.all(x > 0.0) else -x

    found, right = results(by_branch)
    assert np.array_equal(right, X[:, 0] > 0.0)
    assert np.array_equal(found[right], X[right] + 1.0)


@pytest.mark.parametrize("sign", [np.sign, np.ones_like])
@pytest.mark.usefixtures("machine")
def test_a_search_is_a_loop_in_which_every_point_goes_its_own_rounds(sign: Callable[[Any], Any]) -> None:
    def search(x: Any) -> Any:
        # the argument at which y^3 + y reaches x^2 + 1 for each layer; no sign is compiled
        wanted, low, high = (x * x + 1.0) * LAYERS, 0.0 * x * LAYERS, 9.0 + 0.0 * x * LAYERS
        value = lambda y: y * y * y + y * sign(y)  # noqa: E731
        if recording_of(x) is not None:
            return recorded_least_reaching(value, wanted, low, high, high / 3.0)
        flat = [each.ravel() for each in (wanted, low, high, high / 3.0)]
        return least_reaching(lambda _: value, *flat).reshape(wanted.shape)

    found, right = results(search)
    assert right.all()
    np.testing.assert_allclose(found, search(X), rtol=1e-12)


@pytest.mark.usefixtures("machine")
def test_a_function_of_each_element_is_one_operation() -> None:
    curve = each_alike(lambda x: np.interp(x, (-1.0, 1.0), (2.0, 4.0)))
    found, _ = results(lambda x: curve(x * LAYERS) * 2.0)
    assert np.array_equal(found, np.interp(X * LAYERS, (-1.0, 1.0), (2.0, 4.0)) * 2.0)


@pytest.mark.usefixtures("machine")
def test_a_loop_may_have_a_loop_in_each_round() -> None:
    def halved(x: Any) -> Any:
        """How often a number is halved until it is below one, for each of its whole parts."""
        times = np.floor(np.abs(x)) + 1.0
        if (recording := recording_of(x)) is None:
            return times * np.maximum(np.floor(np.log2(np.maximum(np.abs(x), 0.5))) + 1.0, 0.0)

        def inner(state: list[Any]) -> list[Any]:
            left, count, going = state
            half = np.where(going, left / 2.0, left)
            return [half, np.where(going, count + 1.0, count), going & (half >= 1.0)]

        def outer(state: list[Any]) -> list[Any]:
            count, turn, going = state
            _, found, _ = recording.loop([np.abs(x) + 0.0 * turn, count, np.abs(x) >= 1.0], inner, 9)
            turn = np.where(going, turn + 1.0, turn)
            return [np.where(going, found, count), turn, going & (turn < times)]

        return recording.loop([0.0 * x, 0.0 * x, times > 0.0], outer, 9)[0]

    found, right = results(halved)
    assert right.all()
    np.testing.assert_allclose(found, halved(X), rtol=1e-14)


def test_equal_operations_are_one_and_what_nobody_reads_is_left_out() -> None:
    def twice(x: Any) -> Any:
        np.exp(x)
        return (x * LAYERS + 1.0) - (x * 2.0 + 1.0)

    plan = planned(twice)
    assert planned(lambda x: np.where(x > x, x, 0.0)).operations == 0  # nothing is larger than itself
    # the number, three products (one by one is itself), sums and differences, and four constants
    assert plan.recorded > plan.operations
    assert sum(one.call is np.exp for one in plan.program.operations.values()) == 0
    assert sum(one.call is np.multiply for one in plan.program.operations.values()) == 2
    assert sum(one.call is np.subtract for one in plan.program.operations.values()) == 3


def test_few_results_wait_for_what_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "possible", lambda: False)
    factors = np.arange(1.0, 65.0)

    def summed(x: Any) -> Any:
        return np.sum(np.exp(x * factors) / (x + factors), axis=-1, keepdims=True)

    # as the program has them, all 64 quotients would wait for their sum
    assert planned(summed).program.height <= 8
    found, _ = results(summed)
    np.testing.assert_allclose(found, summed(X), rtol=1e-13)


def test_numbers_that_move_are_not_lost_in_silence() -> None:
    with recording(Recording()) as recorded:
        x = recorded.input("x", np.ones((1, 1)))
        for lossy in (float, np.linalg.norm, np.sort):
            with pytest.raises(NotRecordedError):
                lossy(x)
        with pytest.raises(NotRecordedError):
            np.sort(LAYERS)[:1] = x
        assert f"{x:.3g}" == "\N{REPLACEMENT CHARACTER}"
        assert not surely(np.all(x > 0.0))
    assert surely(np.all(X < 4.0))
    assert type(np.zeros(1)) is np.ndarray


def test_another_thread_makes_plain_arrays_while_a_point_is_recorded() -> None:
    with recording(Recording()), ThreadPoolExecutor(1) as other:
        assert not isinstance(np.zeros(2), np.ndarray)
        assert isinstance(other.submit(np.zeros, 2).result(), np.ndarray)
    assert isinstance(np.zeros(2), np.ndarray)
