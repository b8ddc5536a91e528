"""Layers on the instances of a level, against a loop over all instances and all layers."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroest.core.plan import Plan
from neuroest.core.recording import recording
from neuroest.core.symbolic import Recording
from neuroest.pipeline.unit_allocation import NEAR, UnitAllocation, shared_instances

MANY = settings(max_examples=75)
LEVEL, BLOCK = "chip.tile", "chip.tile.buffer"
Reads = tuple[tuple[int, ...], ...]


def placed(units: Any, each: Any, reads: Reads) -> UnitAllocation:
    """Places of layers that take so many units, on tiles of so many."""
    placement = SimpleNamespace(units=np.asarray(units, dtype=float), shared=False)
    mapped: Any = SimpleNamespace(placement=placement, units_per_child={LEVEL: each}, counts={LEVEL: 1e6})
    return UnitAllocation(mapped, reads)


def by_loop(units: list[float], each: float, reads: Reads, work: list[float]) -> float:
    """Longest work of an instance that works for several layers, each instance compared with each layer."""
    begin, width = [sum(units[:layer]) for layer in range(len(units))], list(units)
    for layer, inputs in enumerate(reads):
        if units[layer] == 0.0 and inputs[0] >= 0:
            begin[layer], width[layer] = begin[inputs[0]], width[inputs[0]]
    longest = 0.0
    for instance in {math.floor(start / each) + after for start in begin for after in (0, 1)}:
        shares = []
        for start, wide in zip(begin, width, strict=True):
            ends = [(end * each - start) / max(wide, NEAR) for end in (instance, instance + 1)]
            before, until = (min(max(end, 0.0), 1.0) for end in ends)
            shares.append(until - before)
        if sum(share > 0.0 for share in shares) > 1:
            longest = max(longest, sum(w * s for w, s in zip(work, shares, strict=True)))
    return longest


@st.composite
def layered(draw: st.DrawFn, points: int) -> tuple[np.ndarray, Reads]:
    """Units of layers at some points in quarters, so that sums are exact, and what each layer reads."""
    layers = draw(st.integers(1, 9))
    weighted = draw(st.lists(st.booleans(), min_size=layers, max_size=layers))
    quarters = st.lists(st.integers(1, 60), min_size=layers, max_size=layers)
    units = np.array([draw(quarters) for _ in range(points)]) / 4.0 * np.array(weighted)
    return units, tuple((draw(st.integers(-1, layer - 1)),) for layer in range(layers))


works = st.lists(st.integers(0, 50), min_size=9, max_size=9)
quarters = st.integers(1, 40).map(lambda n: n / 4.0)


@MANY
@given(layered(5), st.lists(quarters, min_size=5, max_size=5), st.lists(works, min_size=5, max_size=5))
def test_a_list_of_points_is_what_a_loop_over_instances_and_layers_gives(drawn, each, work) -> None:
    units, reads = drawn
    times = np.array(work, float)[:, : units.shape[1]]
    found = placed(units, np.array(each)[:, np.newaxis], reads).busiest(BLOCK, times)
    for point, size in enumerate(each):
        expected = by_loop(units[point].tolist(), size, reads, times[point].tolist())
        assert found[point, 0] == pytest.approx(expected, rel=1e-12)
        alone = placed(units[point], size, reads).busiest(BLOCK, times[point])
        assert alone.item() == found[point, 0]
    backwards = placed(np.asfortranarray(units[::-1]), np.array(each)[::-1, np.newaxis], reads)
    np.testing.assert_array_equal(backwards.busiest(BLOCK, np.asfortranarray(times[::-1])), found[::-1])


@MANY
@given(layered(2), st.lists(quarters, min_size=3, max_size=3), works, works)
def test_an_open_grid_is_what_its_points_are_alone(drawn, each, one, other) -> None:
    units, reads = drawn
    work = np.array([one, other], float)[:, : units.shape[1]]
    grid = placed(units[:, np.newaxis], np.array(each)[:, np.newaxis], reads)
    found = grid.busiest(BLOCK, work[:, np.newaxis])
    slower = grid.busiest(BLOCK, 2.0 * work[:, np.newaxis, np.newaxis])
    same = placed(units[0], each[0], reads).busiest(BLOCK, work)
    assert (found.shape, slower.shape) == ((2, 3, 1), (2, 2, 3, 1))
    for row in range(2):
        assert same[row, 0] == placed(units[0], each[0], reads).busiest(BLOCK, work[row]).item()
        for column, size in enumerate(each):
            alone = placed(units[row], size, reads)
            assert found[row, column, 0] == alone.busiest(BLOCK, work[row]).item()
            assert slower[1 - row, row, column, 0] == pytest.approx(
                2.0 * alone.busiest(BLOCK, work[1 - row]).item(), rel=1e-9
            )


@settings(max_examples=25)
@given(layered(3), st.lists(quarters, min_size=3, max_size=3), st.lists(works, min_size=3, max_size=3))
def test_a_plan_goes_from_layer_to_layer(drawn, each, work) -> None:
    units, reads = drawn
    times = np.array(work, float)[:, : units.shape[1]]
    names = [[f"{what} {layer}" for layer in range(units.shape[1])] for what in ("units", "work")]
    inputs = {"each": np.array(each)}
    for some, table in zip(names, (units, times), strict=True):
        inputs |= dict(zip(some, table.T, strict=True))
    weighted = np.any(units > 0.0, axis=0)
    with recording(Recording()) as recorded:
        point = {name: recorded.input(name, values[:1].reshape(1, 1)) for name, values in inputs.items()}
        own, done = (np.concatenate([point[name] for name in some], axis=-1) for some in names)
        own = np.where(weighted, own, 0.0)  # which layers have weights is the same for all points
        plan = Plan(recorded, [placed(own, point["each"], reads).busiest(BLOCK, done)])
    (found,), right = plan.repeated(inputs, len(each))
    assert right.all()
    expected = placed(units, np.array(each)[:, np.newaxis], reads).busiest(BLOCK, times)
    np.testing.assert_allclose(np.broadcast_to(found, expected.shape), expected, rtol=1e-12)


@MANY
@given(layered(4), quarters)
def test_parts_of_works_grow_as_the_layers_do(drawn, each) -> None:
    units, _ = drawn
    layers = np.arange(units.shape[1])
    found = shared_instances(units.T.copy(), np.array([[each]]), layers, layers)
    assert len(found.shares) <= 3 * units.size
    assert np.all((found.shares > 0.0) & (found.shares <= 1.0))


def test_a_layer_without_weights_is_served_where_its_input_lies() -> None:
    """Ten units on tiles of four: two and a half tiles, also for the pooling that reads them."""
    places = placed([10.0, 0.0, 2.0], 4.0, ((-1,), (0,), (1,)))
    np.testing.assert_array_equal(places.serving(BLOCK), [2.5, 2.5, 1.0])
    # a full tile has 4/10 of the first two layers; the third tile has 2/10 of them and all of the third
    assert places.busiest(BLOCK, np.array([10.0, 5.0, 1.0])).item() == pytest.approx(6.0)
    assert places.busiest(BLOCK, np.array([10.0, 5.0, 7.0])).item() == pytest.approx(10.0)
