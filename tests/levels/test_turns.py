"""Layers that take turns: interval and latency against a simulation that knows neither formula nor plan."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroest.levels.time_multiplexing import (
    TimeMultiplexing,
    critical_path,
    modulo_schedule,
    no_sharing,
    single_shared_unit,
)
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.estimate_document import estimate_document
from tests.chips import run
from tests.levels.test_packing import ADC, ARRAY, NEURON, SHARED, both

MANY = settings(max_examples=80)


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[int], tuple[tuple[int, ...], ...], list[list[bool]]]:
    """Whole times of layers, what each reads, and which layers lie on each unit."""
    layers = draw(st.integers(1, 6))
    times = draw(st.lists(st.integers(1, 5), min_size=layers, max_size=layers))
    reads = [
        tuple(
            draw(st.lists(st.integers(-1, layer - 1), min_size=1, max_size=2, unique=True)) if layer else [-1]
        )
        for layer in range(layers)
    ]
    units = draw(st.lists(st.lists(st.booleans(), min_size=layers, max_size=layers), max_size=4))
    return times, tuple(reads), [unit for unit in units if sum(unit) > 1]


def turns_of(units: list[list[bool]], layers: int) -> TimeMultiplexing:
    table = np.array(units, bool) if units else np.zeros((0, layers), bool)
    return TimeMultiplexing((table,), np.zeros((), np.intp))


def planned(
    times: list[int], reads: tuple[tuple[int, ...], ...], units: list[list[bool]], period: float
) -> float:
    own = np.array(times, float)
    found = modulo_schedule(own, reads, [(turns_of(units, len(times)), own)], np.array([period]))
    return float(found.item())


def simulated(
    times: list[int], reads: tuple[tuple[int, ...], ...], units: list[list[bool]], period: int
) -> int:
    """Latency when inferences follow each other, tick by tick.

    In each tick a unit works for one layer: in the order of the network each layer has the ticks that those before it
    leave, as every unit repeats its plan after a period.
    """
    taken: list[set[int]] = [set() for _ in units]  # ticks of a period that are given away, by unit
    ends: list[int] = []
    for layer, time in enumerate(times):
        ready = max((ends[source] for source in reads[layer] if source >= 0), default=0)
        end = ready + time
        for unit, ticks in zip(units, taken, strict=True):
            if unit[layer]:
                tick, left = ready, time
                while left:
                    if tick % period not in ticks:
                        ticks.add(tick % period)
                        left -= 1
                    tick += 1
                end = max(end, tick)
        ends.append(end)
    return max(ends)


def streamed(
    times: list[int], reads: tuple[tuple[int, ...], ...], units: list[list[bool]], period: int, number: int
) -> list[int]:
    """Latencies of inferences that come every period, by events and without a plan.

    In each tick a unit works for one of the layers that wait for it: the earliest of the network, of its inferences the
    oldest.
    """
    jobs = [(n, layer) for n in range(number) for layer in range(len(times))]
    left = {(*job, u): times[job[1]] for job in jobs for u, unit in enumerate(units) if unit[job[1]]}
    begun: dict[tuple[int, int], int] = {}
    done: dict[tuple[int, int], int] = {}
    for tick in itertools.count():
        for n, layer in jobs:  # in this order an end is seen by those who wait for it
            if (n, layer) in done or n * period > tick:
                continue
            if all((n, source) in done for source in reads[layer] if source >= 0):
                begin = begun.setdefault((n, layer), tick)
                worked = all(left.get((n, layer, u), 0) == 0 for u in range(len(units)))
                if worked and tick >= begin + times[layer]:
                    done[n, layer] = tick
        if len(done) == len(jobs):
            break
        for u in range(len(units)):
            waiting = [(layer, n) for n, layer in begun if left.get((n, layer, u), 0)]
            if waiting:
                layer, n = min(waiting)
                left[n, layer, u] -= 1
    return [max(done[n, layer] for layer in range(len(times))) - n * period for n in range(number)]


@MANY
@given(networks(), st.integers(0, 6))
def test_the_plan_is_that_of_a_table_of_ticks(network, more) -> None:
    times, reads, units = network
    bound = max([sum(t for t, on in zip(times, unit, strict=True) if on) for unit in units] + times)
    assert float(turns_of(units, len(times)).busiest(np.array(times, float)).item()) <= bound
    assert planned(times, reads, units, bound + more) == pytest.approx(
        simulated(times, reads, units, bound + more)
    )


@MANY
@given(networks())
def test_a_stream_at_the_interval_is_worked_off_and_a_faster_one_is_not(network) -> None:
    times, reads, units = network
    if not units:
        return
    shared = max(sum(t for t, on in zip(times, unit, strict=True) if on) for unit in units)
    interval = int(turns_of(units, len(times)).busiest(np.array(times, float)).item())
    assert interval == shared
    # an inference never takes longer than if it waited for a whole plan of its unit at each layer
    latencies = streamed(times, reads, units, interval, 12)
    assert max(latencies) <= sum(times) + interval * len(times)
    assert planned(times, reads, units, interval) <= sum(times) + interval * len(times)
    # one tick less, and inferences pile up in front of the busiest unit: each comes a tick later
    piled = streamed(times, reads, units, interval - 1, 24)
    assert max(piled[-6:]) >= 24 - 6 + min(times) - 1


@MANY
@given(networks())
def test_alone_on_the_chip_only_branches_wait(network) -> None:
    times, reads, units = network
    way = float(critical_path(np.array(times, float), reads).item())
    found = planned(times, reads, units, 10.0 * sum(times))
    assert way - 1e-9 <= found <= sum(times) + 1e-9
    assert streamed(times, reads, units, 1000, 1)[0] == pytest.approx(found)


@MANY
@given(networks(), st.lists(st.floats(0.5, 3.0), min_size=1, max_size=4))
def test_many_points_are_planned_as_one_each(network, scales) -> None:
    times, reads, units = network
    own = np.array(times, float) * np.array(scales)[:, None]
    time_sharing = turns_of(units, len(times))
    period = np.maximum(time_sharing.busiest(own), np.max(own, axis=-1, keepdims=True)) * 1.1
    batch = modulo_schedule(own, reads, [(time_sharing, own)], period)
    for index in range(len(scales)):
        one = modulo_schedule(own[index], reads, [(time_sharing, own[index])], period[index])
        assert batch[index] == pytest.approx(one, rel=1e-12)


def test_a_plan_by_hand() -> None:
    # a, b, c in a row; a (2) and c (2) on one array, b (1) alone; one inference every 4
    # a takes 0..2, b ends at 3; c may use what a leaves of each period, 2..4: one at 3..4 and one at 6..7
    on = [[True, False, True]]
    reads = ((-1,), (0,), (1,))
    assert planned([2, 1, 2], reads, on, 4.0) == 7
    # every 5 there is room from 3 to 5 in one piece
    assert planned([2, 1, 2], reads, on, 5.0) == 5


def test_layers_of_a_branch_run_in_parallel() -> None:
    # a to b (5) and c (3), both to d: 1 + 5 + 1; on one array b and c take turns
    reads = ((-1,), (0,), (0,), (1, 2))
    assert critical_path(np.array([1.0, 5.0, 3.0, 1.0]), reads).item() == 7
    assert planned([1, 5, 3, 1], reads, [[False, True, True, False]], 100.0) == 10


def test_nobody_shares_nothing() -> None:
    assert no_sharing(3).busiest(np.ones(3)).item() == 0.0
    assert single_shared_unit(np.array([0.0, 1.0, 1.0])).busiest(np.array([5.0, 2.0, 3.0])).item() == 5


def test_inferences_in_a_stream_wait_for_each_other_and_one_alone_does_not(tmp_path: Path) -> None:
    alone, shared = both(ADC, tmp_path, columns=512)
    level = "chip.tile.array"
    step = np.ravel(shared.evaluation.timing.step)
    time_sharing = np.ravel(shared.evaluation.timing.resources[level])
    interval = shared.totals["initiation_interval_s"]
    assert interval == pytest.approx(float(np.sum(time_sharing)))
    assert shared.totals["latency_s"] >= alone.totals["latency_s"] - 1e-15
    assert shared.totals["latency_s"] <= float(np.sum(step)) + len(step) * interval
    duty = run(
        ADC, str(tmp_path / "small.yaml"), SHARED | {f"{ARRAY}columns": 512, "operation": {"mode": "duty_cycled"}},
        tmp_path,
    )  # fmt: skip
    # eight columns share a converter of 12 ns, which converts the last results of each layer after its last read
    assert duty.totals["latency_s"] == pytest.approx(float(np.sum(step)) + len(step) * 96e-9)


def test_a_chip_that_all_layers_share_has_no_pipeline_to_hold_up() -> None:
    result = estimate("digital_int8_28nm", "resnet18_imagenet_dense")
    assert result.evaluation.timing.bottleneck is None
    assert "take turns" not in estimate_document(result).to_text()


def test_blocks_of_a_tile_work_for_all_layers_in_it(tmp_path: Path) -> None:
    # 40-20-20-10 on three arrays of one tile: its adders, 64 lanes of 200 MHz, add up what all three convert
    alone, _ = both(ADC, tmp_path)
    assert alone.evaluation.mapped.counts["chip.tile"].item() == 1
    additions = np.ravel(alone.evaluation.counts.actions["chip.tile.accumulator", "addition"])
    assert np.count_nonzero(additions) == 3
    time_sharing = alone.evaluation.timing.time_sharing
    assert float(time_sharing["chip.tile.accumulator"].item()) == pytest.approx(
        np.sum(additions) / (64 * 200e6)
    )
    # in tiles of two arrays the first two layers share one block, the third has its own
    two = run(ADC, str(tmp_path / "small.yaml"), {f"{ARRAY}count": 2}, tmp_path)
    busiest = max(additions[0] + additions[1], additions[2]) / (64 * 200e6)
    assert float(two.evaluation.timing.time_sharing["chip.tile.accumulator"].item()) == pytest.approx(busiest)
    # one block at the top of the chip works for all
    unit = {"model": "accumulator", "device": "logic_45nm_horowitz", "lanes": 1, "clock_frequency": "20 MHz"}
    top = run(
        ADC, str(tmp_path / "small.yaml"), {"chip.tile.accumulator": None, "chip.adders": unit}, tmp_path
    )
    assert top.totals["initiation_interval_s"] == pytest.approx(np.sum(additions) / 20e6)
    assert top.evaluation.timing.bottleneck == "chip.adders"
    link = np.ravel(alone.evaluation.timing.resources["chip.link"])
    assert float(time_sharing["chip.link"].item()) == pytest.approx(np.sum(link))


def test_steps_of_a_spiking_network_take_their_turns_in_every_slot(tmp_path: Path) -> None:
    # three layers in one array: in each slot it works once for every layer, on the spikes that the slot before gave
    _, shared = both(NEURON, tmp_path, spiking=True)
    level = "chip.tile.array"
    times = [float(t) for t in np.ravel(shared.evaluation.timing.resources[level])]
    steps, slot = 20, sum(times)
    clock = 0.0
    done = [0] * len(times)  # steps that each layer has worked off
    while done[-1] < steps:
        ready = [steps, *done[:-1]]  # what the slot before left for each layer
        done = [own + (own < given) for own, given in zip(done, ready, strict=True)]
        clock += slot  # as long as its time slots, whether or not all layers work in it
    assert shared.totals["latency_s"] == pytest.approx(clock)
    rest = float(np.ravel(shared.evaluation.timing.rest)[0])
    assert shared.totals["initiation_interval_s"] == pytest.approx(steps * slot + rest)
