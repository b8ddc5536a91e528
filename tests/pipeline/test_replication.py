"""Copies of layers for an area."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroest.design.overrides import design_with
from neuroest.levels.crossbar.packing import Packed, Wanted, copies_within, pack, pieces_of, share_arrays
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.evaluation import evaluate
from tests.chips import arrays, changed, failed, run

SHARED = {"chip.tile.array.sharing": "layers"}
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
    assert found.tolist() == [1, 1]


def test_design_points_stand_before_the_layers() -> None:
    work, sizes = np.array([4.0, 1.0]), np.array([1.0, 1.0])
    found = copies_within(work, sizes, np.ones(2), np.full(2, 9.0), np.array([[2.0], [5.0]]))
    assert found.tolist() == [[1, 1], [4, 1]]


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


def shared(
    layers: list[tuple[int, int, int]], budget: float, tail: float = 0.0
) -> tuple[np.ndarray, float, Packed]:
    """Copies, interval and places of layers (rows, columns, positions) that share arrays of 16 x 12."""
    rows, columns, positions = np.array(layers, float).T
    ones, one = np.ones(len(layers)), np.ones(1)
    found = share_arrays(
        Wanted(
            rows, columns, ones, ones, positions, 0.0 * ones, ones, positions, tail * ones, 16.0 * one, 12.0 * one,
            math.inf * one, budget * one,
        )
    )  # fmt: skip
    times = np.ceil(positions / found.copies) + tail
    interval = max(float(found.time_sharing.busiest(times).item()), float(np.max(times)))
    return (
        found.copies,
        interval,
        Packed(float(found.needed.item()), found.units, found.time_sharing.kinds[0], (), found.waiting),
    )


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 15), st.integers(1, 6)), min_size=1, max_size=3),
    st.integers(1, 12),
    st.sampled_from([0.0, 0.5]),
)
def test_a_budget_counts_arrays_after_packing_and_no_plan_is_much_faster(
    layers: list[tuple[int, int, int]], budget: int, tail: float
) -> None:
    copies, interval, places = shared(layers, float(budget), tail)
    # every way to copy the layers, packed within every sum of turns that may come out
    tried = []
    for many in itertools.product(*(range(1, positions + 1) for *_, positions in layers)):
        times = [math.ceil(layer[2] / n) + tail for layer, n in zip(layers, many, strict=True)]
        pieces = [
            p
            for index, ((r, c, _), n) in enumerate(zip(layers, many, strict=True))
            for p in pieces_of(index, (16.0, 12.0), (float(r), float(c)), 1, n)
        ]
        sums = {sum(some) for k in range(1, len(times) + 1) for some in itertools.combinations(times, k)}
        for limit in sorted(sums):
            if limit >= max(times) and pack(16.0, 12.0, pieces, times, limit * (1 + 1e-9)).arrays <= budget:
                tried.append(limit)
                break
    if not tried:
        assert np.all(copies == 1)  # the fewest copies on the fewest arrays that packing finds
        return
    assert places.arrays <= budget
    assert 0.999 * min(tried) <= interval <= 1.5 * min(tried)
    # what needs no sharing is never slower for being allowed to share
    sizes = [math.ceil(r / 16) * math.ceil(c / 12) for r, c, _ in layers]
    if sum(sizes) <= budget:
        most = max(p for *_, p in layers)
        choices = itertools.product(range(1, most + 1), repeat=len(layers))
        possible = [n for n in choices if sum(a * b for a, b in zip(n, sizes, strict=True)) <= budget]
        alone = min(
            max(math.ceil(p / k) + tail for (*_, p), k in zip(layers, n, strict=True)) for n in possible
        )
        assert interval <= alone * 1.001


def test_two_layers_by_hand() -> None:
    # 8 x 12 and 6 x 12 fit one array of 16 x 12; 4 and 2 positions. On one array 4 + 2 reads; on two 4, each for
    # itself; on three 2, two copies of the first. 6 and 1: the second is next to one of two copies of the first
    found = [shared([(8, 12, 4), (6, 12, 2)], n) for n in (1.0, 2.0, 3.0)]
    assert [(interval, copies.tolist(), places.arrays) for copies, interval, places in found] == [
        (6, [1, 1], 1),
        (4, [1, 1], 2),
        (2, [2, 1], 3),
    ]
    copies, interval, places = shared([(8, 12, 6), (6, 12, 1)], 2.0)
    assert (copies.tolist(), interval, places.arrays) == ([2, 1], 4, 2)


def test_what_sharing_frees_goes_to_copies(tmp_path: Path) -> None:
    network = "mobilenet_v1_imagenet_dense"
    alone = run(CHIP, network, {}, tmp_path)
    budget = int(alone.totals["computing_units"])
    level = "chip.tile.array"
    # as many arrays as without sharing: the interval on the arrays is that without sharing at most
    more = run(CHIP, network, SHARED | {f"{ARRAY}array_budget": budget}, tmp_path)
    plain = run(CHIP, network, {f"{ARRAY}array_budget": budget}, tmp_path)
    slowest = [
        max(
            float(np.max(r.evaluation.timing.resources[level])),
            float(np.max(r.evaluation.timing.time_sharing[level])),
        )
        for r in (plain, more)
    ]
    assert more.totals["computing_units"] <= budget
    assert slowest[1] < 0.9 * slowest[0]
    # fewer arrays than all layers need each for themselves
    fewer = int(0.9 * budget)
    tight = run(CHIP, network, SHARED | {f"{ARRAY}array_budget": fewer}, tmp_path)
    assert tight.totals["computing_units"] <= fewer
    assert "array_budget" not in failed(tight)


def test_a_budget_that_cannot_be_kept_is_reported(tmp_path: Path) -> None:
    result = run(CHIP, NETWORK, SHARED | {f"{ARRAY}array_budget": 10}, tmp_path)
    assert "array_budget" in failed(result)
    assert np.all(result.evaluation.mapped.placement.replication == 1)


def test_a_target_that_cannot_be_kept_is_reported(tmp_path: Path) -> None:
    result = run(CHIP, NETWORK, {f"{ARRAY}target_interval": "1 us"}, tmp_path)
    assert "target_interval" in failed(result)
    plain = run(CHIP, NETWORK, {}, tmp_path)
    kept = {f"{ARRAY}target_interval": f"{plain.totals['initiation_interval_s'] * 0.5} s"}
    assert "target_interval" not in failed(run(CHIP, NETWORK, kept, tmp_path))


def test_a_list_with_a_budget_is_planned_as_each_point_alone(tmp_path: Path) -> None:
    chip = load_architecture(str(changed(CHIP, SHARED | {f"{ARRAY}array_budget": 400}, tmp_path)))
    network, design = load_workload(NETWORK).spec, design_with(chip, {})
    values = {path: claim.value for path, claim in design.claims.items()}
    widths = np.array([10e-9, 13e-9, 20e-9])
    batch = evaluate(design, network, values | {f"{ARRAY}pulse_width": widths[:, None]})
    for index, width in enumerate(widths):
        alone = evaluate(design, network, values | {f"{ARRAY}pulse_width": float(width)})
        for quantity in ("area", "energy", "period"):
            one = float(np.ravel(getattr(alone, quantity))[0])
            assert np.ravel(getattr(batch, quantity))[index] == pytest.approx(one, rel=1e-12)
