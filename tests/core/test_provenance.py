"""Numbers that know where they come from, and that every cost of every chip is one of them."""

from __future__ import annotations

import asyncio
import operator
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.core.provenance import (
    Call,
    Operation,
    Parameter,
    Traced,
    equation,
    trace,
    tracing,
    used_parameters,
)
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.each import each
from tests.pairs import other_chips_nightly, pairs


@equation
def switching(capacitance: float, voltage: float = 1.0) -> float:
    """Energy of switching.

    Notes
    -----
    Formula: E = C V^2

    Valid: always

    References
    ----------
    .. [1] a textbook.
    """
    return capacitance * voltage * voltage


@equation
def twice(energy: float) -> float:
    """Calls another equation inside.

    Notes
    -----
    Formula: 2 E

    Valid: always

    References
    ----------
    .. [1] a textbook.
    """
    return switching(energy) * 2.0


def parameter(value: float, path: str) -> Traced:
    return Traced(value, Parameter(path))


def leaves(value: Any) -> Iterator[Any]:
    """All nodes of the tree of origins."""
    seen: set[int] = set()
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, Traced) and id(node) not in seen:
            seen.add(id(node))
            yield node.origin
            if isinstance(node.origin, Call):
                stack.extend(argument for _, argument in node.origin.arguments)
            elif isinstance(node.origin, Operation):
                stack.extend(node.origin.operands)


BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
UFUNCS = [np.add, np.multiply, np.maximum, np.minimum, np.power, np.true_divide, np.hypot]


@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
@given(a=st.floats(0.1, 10.0), b=st.floats(0.1, 10.0))
def test_arithmetic_gives_the_same_number_and_remembers(function: Any, a: float, b: float) -> None:
    left, right = parameter(a, "a"), parameter(b, "b")
    for result, used in (
        (function(left, right), {"a", "b"}),
        (function(left, b), {"a"}),
        (function(a, right), {"b"}),
        (function(left, np.float64(b)), {"a"}),
        (function(np.float64(a), right), {"b"}),
    ):
        assert isinstance(result, Traced)
        assert float(result) == pytest.approx(
            function(a, b), rel=4e-16
        )  # powers of numpy may differ by a bit
        assert used_parameters(result) == used
    assert isinstance(function(left, right).origin, Operation)


@pytest.mark.parametrize("function", UFUNCS, ids=lambda f: f.__name__)
def test_functions_of_numpy_remember(function: Any) -> None:
    left, right = parameter(2.5, "a"), parameter(1.5, "b")
    result = function(left, right)
    assert isinstance(result, Traced)
    assert float(result) == function(2.5, 1.5)
    assert used_parameters(result) == {"a", "b"}


@each("function", [np.sqrt, np.exp, np.log, np.ceil, np.abs, np.negative, operator.neg])
def test_functions_of_one_number_remember(function: Any) -> None:
    result = function(parameter(2.5, "a"))
    assert isinstance(result, Traced)
    assert float(result) == float(function(2.5))
    assert used_parameters(result) == {"a"}


def test_comparisons_are_plain() -> None:
    assert (parameter(1.0, "a") < parameter(2.0, "b")) in {True, np.True_}
    assert not isinstance(np.less(parameter(1.0, "a"), 2.0), Traced)
    assert isinstance(parameter(1.0, "a") == 1, bool)
    assert hash(parameter(1.5, "a")) == hash(1.5)


def test_arithmetic_with_what_is_no_number_is_refused() -> None:
    with pytest.raises(TypeError):
        parameter(1.0, "a") + "V"  # type: ignore[operator]


def test_an_array_is_not_traced() -> None:
    array = np.array([1.0, 2.0])
    assert trace(array, Parameter("a")) is array
    result = parameter(2.0, "a") * array
    np.testing.assert_array_equal(np.asarray(result, dtype=float), [2.0, 4.0])


def test_a_traced_number_is_kept_as_it_is() -> None:
    first = parameter(1.0, "a")
    assert trace(first, Parameter("b")) is first


def test_a_traced_number_is_a_float_everywhere_else() -> None:
    value = parameter(2.5, "a")
    assert f"{value:.2f}" == "2.50"
    assert type(float(value)) is float
    assert round(value) == 2
    assert pickle.loads(pickle.dumps(float(value))) == pytest.approx(2.5, rel=1e-9)


def test_outside_of_tracing_nothing_is_recorded() -> None:
    assert type(switching(2.0, 3.0)) is float
    assert not isinstance(switching(np.float64(2.0), 3.0), Traced)


def test_an_equation_records_its_formula_and_arguments() -> None:
    with tracing():
        result = switching(parameter(2.0, "c"), parameter(3.0, "v"))
    assert result == 18
    origin = result.origin  # type: ignore[attr-defined]
    assert isinstance(origin, Call)
    assert (origin.equation, origin.formula, origin.reference) == ("switching", "E = C V^2", "a textbook")
    assert [name for name, _ in origin.arguments] == ["capacitance", "voltage"]
    assert used_parameters(result) == {"c", "v"}


def test_defaults_are_recorded_and_depend_on_nothing() -> None:
    with tracing():
        result = switching(parameter(2.0, "c"))
    assert dict(result.origin.arguments)["voltage"] == 1  # type: ignore[attr-defined]
    assert used_parameters(result) == {"c"}


def test_an_equation_inside_of_an_equation_is_one_step() -> None:
    with tracing():
        result = twice(parameter(2.0, "e"))
    assert [origin.equation for origin in leaves(result) if isinstance(origin, Call)] == ["twice"]


def test_tracing_goes_on_after_an_equation_that_raises() -> None:
    @equation
    def broken(x: float) -> float:
        """Raise."""
        raise ZeroDivisionError

    with tracing():
        with pytest.raises(ZeroDivisionError):
            broken(parameter(1.0, "a"))
        assert isinstance(switching(parameter(1.0, "a")), Traced)
    assert not isinstance(switching(1.0), Traced)


def test_tracing_ends_with_its_block_even_by_an_error() -> None:
    with pytest.raises(KeyError), tracing():
        raise KeyError("x")
    assert not isinstance(switching(1.0), Traced)


def test_tracing_of_one_thread_is_none_of_another() -> None:
    inside, checked = threading.Event(), threading.Event()

    def other() -> type:
        inside.wait(5)
        kind = type(switching(1.0))
        checked.set()
        return kind

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(other)
        with tracing():
            inside.set()
            assert checked.wait(5)
            assert isinstance(switching(1.0), Traced)
        assert future.result() is float


def test_tracing_of_one_task_is_none_of_another() -> None:
    async def traced() -> type:
        with tracing():
            await asyncio.sleep(0.01)
            return type(switching(1.0))

    async def plain() -> type:
        await asyncio.sleep(0.005)
        return type(switching(1.0))

    async def both() -> list[type]:
        return list(await asyncio.gather(traced(), plain()))

    assert asyncio.run(both()) == [Traced, float]


def test_a_deep_tree_is_walked_without_recursion() -> None:
    total: Any = parameter(0.0, "start")
    for step in range(20_000):
        total = total + parameter(1.0, f"p{step % 7}")
    assert used_parameters(total) == {"start", *(f"p{n}" for n in range(7))}


def test_a_tree_with_shared_branches_is_walked_once() -> None:
    value: Any = parameter(1.0, "a")
    for _ in range(200):  # 2^200 paths lead to the leaf
        value = value + value
    assert used_parameters(value) == {"a"}


def test_what_is_not_traced_depends_on_nothing() -> None:
    assert used_parameters(1.0) == frozenset()
    assert used_parameters(np.ones(3)) == frozenset()


# --- Every cost of every chip --------------------------------------------------------------------------------------

# Terms that are arithmetic on stated values and no equation: a price times one bit, a difference of two readings.
# Component model and term; a new line states why no equation is needed.
PRICED_AS_STATED = {
    ("off_chip_link", "transfer"): "published energy per bit, times one bit",
    ("dram", "controller"): "stated energy per bit, times one bit, and stated power of each channel",
    ("dram", "input_output"): "stated area of each channel",
    ("roofline_processor", "work"): "busy power less idle power, for one second",
    ("diffusive_1m1t1r_integrated", "circuits"): "stated area in gates, times that of a gate",
    ("reported_neuron", "reported"): "published energy of a spike, times the spikes for one of the network",
    ("reported_neuron", "level_shift"): "stated energy of a shift, times the spikes for one of the network",
    ("reported_neuron", "level_shifter"): "stated area in gates, times that of a gate",
    ("multiplexer", "select_logic"): "area of a gate, times that of the chip's transistors",
    ("pulse_coupling", "ending"): "stated area in gates, times that of a gate",
    ("sampled_clamp", "ending"): "stated area in gates, times that of a gate",
    ("mesh", "router"): "published router area, scaled by the ratio of two logic areas",
    (
        "current_clamp",
        "conveyor",
    ): "stated area, times the ratio that both processes state for analog circuits",
    **{
        ("memory_macro", term): "published value per bit, times the bits"
        for term in ("read", "write", "macro")
    },
    ("fixed_block", "block"): "published area, shared by the stated number of instances",
    ("fixed_block", "full_activity"): "published power, shared by the stated number of instances",
}


PAIRS = pairs("mlp_mnist_spiking", "vgg9_cifar10_spiking", "mlp_mnist_dense", "vgg9_cifar10_dense")


def costs_of_unknown_origin(result: Estimate) -> list[str]:
    """Costs that come from no equation and are not stated."""
    table = result.traced
    models = {
        path: getattr(part.spec, "model", "") for part in result.design.root.walk() for path in (part.path,)
    }
    numbers = [(row.component, row.term, row.energy) for row in table.energies]
    numbers += [(row.component, row.term, row.area) for row in table.areas]
    numbers += [(row.component, row.term, row.power) for row in table.statics]
    assert numbers
    wrong = []
    for component, term, value in numbers:
        if not isinstance(value, Traced):
            wrong += [f"{component}: {term} has no origin"] if value != 0.0 else []
            continue
        origins = list(leaves(value))
        if not any(isinstance(origin, Parameter) for origin in origins):
            wrong.append(f"{component}: {term} has no source")
        computed = isinstance(value.origin, Parameter) or any(isinstance(origin, Call) for origin in origins)
        if not computed and (models[component], term) not in PRICED_AS_STATED:
            wrong.append(f"{component}: {term} is computed outside of equations")
    return wrong


def differences_of_a_traced_pass(result: Estimate) -> list[str]:
    """Costs that differ when their origins are traced."""
    wrong = []
    plain, traced = result.evaluation.costs, result.traced
    for kind, name in (("energies", "energy"), ("areas", "area"), ("statics", "power")):
        rows, others = getattr(plain, kind), getattr(traced, kind)
        assert [(row.component, row.term) for row in rows] == [(row.component, row.term) for row in others]
        for row, other in zip(rows, others, strict=True):
            by_layer = np.ravel(np.asarray(getattr(row, name), dtype=float))
            # a price that differs from layer to layer is traced for the slowest one
            expected = by_layer[result.evaluation.slowest_layer if by_layer.size > 1 else 0]
            if float(getattr(other, name)) != pytest.approx(expected, rel=1e-12, abs=1e-300):
                wrong.append(f"{row.component}: {row.term}: {getattr(other, name)} is not {expected}")
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize(("chip", "network"), other_chips_nightly(PAIRS))
def test_a_result_knows_where_it_comes_from(chip: str, network: str) -> None:
    result = estimate(chip, network)
    assert costs_of_unknown_origin(result) == []
    assert differences_of_a_traced_pass(result) == []
    assert result.used_paths <= set(result.claims)
    assert all(source.title for _, source in result.sources)
    found = result.sensitivity
    moved = {p for p, slope in zip(found.paths, found.totals["energy"], strict=True) if abs(slope) > 1e-6}
    assert moved
    assert moved <= result.used_paths
    for total in result.basis_share.values():
        assert sum(total.values()) == pytest.approx(1.0, abs=1e-9)
        assert all(0.0 <= share <= 1.0 + 1e-12 for share in total.values())


def test_sources_are_listed_because_they_were_used() -> None:
    result: Estimate = estimate("diffusive_28nm_derived", "mlp_mnist_spiking")
    cited = {
        key
        for path in result.used_paths
        for key in (result.claims[path].source, result.claims[path].cited_in)
        if key is not None
    }
    assert {key for key, _ in result.sources} == cited
    unused = set(result.claims) - result.used_paths
    assert any(result.claims[path].source for path in unused), (
        "every claim counts as used: nothing was traced"
    )
