"""Spiking cores: what is read for a spike and in a tick, how layers share cores, and what the neuron is made of."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from neuroest.core.errors import MappingError, RangeError, SpecError
from neuroest.loading.library import shipped
from neuroest.pipeline.estimate import estimate
from tests.chips import area, energy, failed, run
from tests.each import each

CHIP, NETWORK = "digital_spiking_28nm", "mlp_mnist_spiking"
PLAIN: dict[str, Any] = {"chip.core.neuron.gates": None}
LARGE_STATES = {
    "chip.core.state_memory.width": "64 bit", "chip.core.neurons": 65536, "chip.core.state_memory.capacity": "128 KiB",
}  # fmt: skip
EVENTS = 20 * np.array([784 * 0.1307, 512 * 0.1, 512 * 0.1])
"""Spikes that enter the layers 784-512-512-10 in 20 steps."""


def counts(result: Any, part: str, action: str) -> Any:
    return np.ravel(result.evaluation.counts.actions[f"chip.core.{part}", action])


def test_an_event_reads_whole_words_of_weights_and_of_states(tmp_path: Path) -> None:
    # 7, 4 and 1 cores: 784 x 512 and 512 x 512 weights of a byte in 64 KiB
    result = run(CHIP, NETWORK, {}, tmp_path)
    cores = np.array([7, 4, 1])
    assert result.totals["computing_units"] == cores.sum()
    targets = np.array([512 / 7, 512 / 4, 10])
    words = EVENTS * cores * np.ceil(targets / 8)
    assert counts(result, "synapse_memory", "read") == pytest.approx(words)
    updates = 20 * cores * np.ceil(np.array([512, 512, 10]) / cores)
    assert counts(result, "state_memory", "read") == pytest.approx(
        EVENTS * cores * np.ceil(targets) + updates
    )


def test_states_that_share_a_word_are_read_once(tmp_path: Path) -> None:
    wide = {"chip.core.state_memory.width": "64 bit"}
    one, four = run(CHIP, NETWORK, {}, tmp_path), run(CHIP, NETWORK, wide, tmp_path)
    cores, targets = np.array([7, 4, 1]), np.array([512 / 7, 512 / 4, 10])
    states = cores * np.ceil(targets / 4) * (EVENTS + 20)
    assert counts(four, "state_memory", "read") == pytest.approx(states)
    assert np.sum(counts(one, "state_memory", "read")) > 3.5 * np.sum(counts(four, "state_memory", "read"))


def test_a_core_that_serves_every_neuron_in_every_tick_reads_all_weights_whatever_fires(
    tmp_path: Path,
) -> None:
    ticks = {"chip.core.order": "every_tick", "chip.core.accumulation": "register"}
    found = [run(CHIP, NETWORK, ticks, tmp_path, workload__activity__rate=rate) for rate in ("0.05", "0.2")]
    # each of 512, 512 and 10 neurons: its row of 784, 512 and 512 weights of 8 bits in words of 64 bits, 20 times
    rows = 20 * np.array([512 * 98, 512 * 64, 10 * 64])
    for result in found:
        assert counts(result, "synapse_memory", "read") == pytest.approx(rows)
        served = 20 * np.array([7 * np.ceil(512 / 7), 512, 10])
        assert counts(result, "state_memory", "read") == pytest.approx(served)
    operations = [np.sum(counts(result, "neuron", "accumulate")) for result in found]
    assert operations[1] > operations[0]


@pytest.mark.parametrize(("groups", "words"), [(1, 9 * 2), (8, 9)])
def test_states_of_other_positions_lie_in_other_words(groups: int, words: int, tmp_path: Path) -> None:
    # eight channels, four states of 16 bits in a word; events far from the border reach nine positions
    layer = {"name": "c", "type": "convolution", "outputs": 8, "kernel": 3, "padding": 1, "groups": groups}
    data = yaml.safe_load(shipped("workload")[NETWORK].read_text("utf-8"))
    data |= {"name": "net", "timesteps": 1, "layers": [layer]}
    data["input"] |= {"shape": [8, 64, 64]}
    path = tmp_path / "net.yaml"
    path.write_text(yaml.safe_dump(data))
    found = estimate(CHIP, path, LARGE_STATES)
    events = 8 * 64 * 64 * data["input"]["activity"]["rate"]
    served = 8 * 64 * 64 / 4
    assert np.sum(counts(found, "state_memory", "read")) == pytest.approx(served + events * words, rel=0.03)


def cores_with_targets(size: int, channels: int, groups: int, stride: int, neurons: int) -> float:
    """Mean number of cores with a target of an event of a 3 x 3 convolution, counted neuron by neuron."""
    out = (size - 1) // stride + 1
    place = np.arange(out * out * channels).reshape(out, out, channels) // neurons
    each = channels // groups
    found = []
    for row, column, group in itertools.product(range(size), range(size), range(groups)):
        rows, columns = ([at for at in range(out) if abs(at * stride - here) <= 1] for here in (row, column))
        reached = place[np.ix_(rows, columns, range(group * each, (group + 1) * each))]
        found.append(len(np.unique(reached)))
    return float(np.mean(found))


@pytest.mark.parametrize(
    ("groups", "stride", "neurons"),
    [(1, 1, 512), (1, 1, 256), (1, 1, 64), (1, 1, 8), (1, 1, 4), (8, 1, 256), (8, 1, 4), (1, 2, 64)],
)
def test_an_event_of_a_convolution_reaches_the_cores_of_its_neighbourhood(
    groups: int, stride: int, neurons: int, tmp_path: Path
) -> None:
    layer = {
        "name": "c", "type": "convolution", "outputs": 8, "kernel": 3, "padding": 1, "stride": stride, "groups": groups,
    }  # fmt: skip
    data = yaml.safe_load(shipped("workload")[NETWORK].read_text("utf-8"))
    data |= {"name": "net", "timesteps": 1, "layers": [layer]}
    data["input"] |= {"shape": [8, 32, 32]}
    path = tmp_path / "net.yaml"
    path.write_text(yaml.safe_dump(data))
    result = estimate(CHIP, path, {"chip.core.neurons": neurons})
    reached = float(np.ravel(result.evaluation.mapped.placement.reached_units)[0])
    # the model takes windows at any place; rows of 32 positions on cores of 8 divide without a rest, and cut fewer
    assert reached == pytest.approx(cores_with_targets(32, 8, groups, stride, neurons), rel=0.065)


def test_sums_in_the_memory_do_not_go_with_serving_in_every_tick(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="write accumulation: register"):
        run(CHIP, NETWORK, {"chip.core.order": "every_tick"}, tmp_path)
    with pytest.raises(MappingError, match="write accumulation: state_memory"):
        run(CHIP, NETWORK, {"chip.core.accumulation": "register"}, tmp_path)


def test_sums_of_their_own_leave_the_states_to_the_updates(tmp_path: Path) -> None:
    apart = {
        "chip.core.accumulation": "sum_memory", "chip.core.sum_bits": "8 bit", "chip.core.sums_per_word": 4,
        "chip.core.sum_memory": {
            "model": "sram", "device": "sram_28nm_anchored", "capacity": "1 KiB", "width": "32 bit",
            "stores": ["partial_sums"],
        },
    }  # fmt: skip
    result = run(CHIP, NETWORK, apart, tmp_path)
    cores, targets = np.array([7, 4, 1]), np.array([512 / 7, 512 / 4, 10])
    updates = 20 * cores * np.ceil(targets)
    assert counts(result, "state_memory", "read") == pytest.approx(updates)
    sums = cores * np.ceil(targets / 4) * (EVENTS + 20)
    assert counts(result, "sum_memory", "read") == pytest.approx(sums)
    assert counts(result, "sum_memory", "write") == pytest.approx(sums)
    assert area(result, "sum_memory") > 0.0
    with pytest.raises(SpecError, match="needs a `sum_memory`"):
        run(CHIP, NETWORK, {"chip.core.accumulation": "sum_memory"}, tmp_path)
    with pytest.raises(SpecError, match="`sum_bits` is for"):
        run(CHIP, NETWORK, {"chip.core.sum_bits": "8 bit"}, tmp_path)
    updated = {"chip.core.neuron.synaptic_operation": "update", "chip.core.neuron_updates": "at_events"}
    with pytest.raises(MappingError, match="so nothing collects"):
        run(CHIP, NETWORK, {**apart, **updated}, tmp_path)


def test_states_in_a_wide_word_are_as_many_as_stated_and_a_guess_is_reported(tmp_path: Path) -> None:
    wide = {"chip.core.state_memory.width": "64 bit"}
    guessed = run(CHIP, NETWORK, wide, tmp_path)
    assert "states_share_words" in failed(guessed)
    four, one = (
        run(CHIP, NETWORK, {**wide, "chip.core.states_per_word": number}, tmp_path) for number in (4, 1)
    )
    assert "states_share_words" not in failed(four) | failed(one)
    assert counts(four, "state_memory", "read") == pytest.approx(counts(guessed, "state_memory", "read"))
    narrow = run(CHIP, NETWORK, {}, tmp_path)
    assert counts(one, "state_memory", "read") == pytest.approx(counts(narrow, "state_memory", "read"))
    with pytest.raises(RangeError, match="fewer values of this width fit"):
        run(CHIP, NETWORK, {**wide, "chip.core.states_per_word": 5}, tmp_path)
    # 4 KiB are 512 words of 64 bits
    with pytest.raises(RangeError, match="more `neurons` than states"):
        run(CHIP, NETWORK, {**wide, "chip.core.states_per_word": 1, "chip.core.neurons": 513}, tmp_path)


def test_neurons_without_a_leak_are_touched_by_events_alone(tmp_path: Path) -> None:
    whole = {"chip.core.neuron.synaptic_operation": "update"}
    at_events = {**whole, "chip.core.neuron_updates": "at_events"}
    each, silent = run(CHIP, NETWORK, whole, tmp_path), run(CHIP, NETWORK, at_events, tmp_path)
    assert np.sum(counts(silent, "neuron", "update")) == 0.0
    assert counts(silent, "neuron", "accumulate") == pytest.approx(counts(each, "neuron", "accumulate"))
    # the states of all neurons, a word each, in each of 20 steps
    saved = counts(each, "state_memory", "write") - counts(silent, "state_memory", "write")
    assert np.sum(saved) == pytest.approx(20 * (512 + 512 + 10), rel=0.02)
    with pytest.raises(MappingError, match="threshold; write synaptic_operation: update"):
        run(CHIP, NETWORK, {"chip.core.neuron_updates": "at_events"}, tmp_path)
    ticks = {**at_events, "chip.core.order": "every_tick", "chip.core.accumulation": "register"}
    with pytest.raises(MappingError, match="so neuron_updates is every_step"):
        run(CHIP, NETWORK, ticks, tmp_path)


def test_layers_that_share_cores_fill_them_and_wait_for_each_other(tmp_path: Path) -> None:
    large = {"chip.core.neurons": 2048, "chip.core.synapse_memory.capacity": "1 MiB"}
    apart = run(CHIP, NETWORK, large, tmp_path)
    together = run(CHIP, NETWORK, {**large, "chip.core.packing": "shared_cores"}, tmp_path)
    assert apart.totals["computing_units"] == 3
    assert together.totals["computing_units"] == 1
    # one core does all operations and updates of a step, one a cycle of 200 MHz
    work = np.sum(counts(together, "neuron", "accumulate") + counts(together, "neuron", "update"))
    assert together.totals["initiation_interval_s"] == pytest.approx(work / 200e6)
    assert together.totals["area_m2"] < 0.4 * apart.totals["area_m2"]
    # 6.125 + 4 + 0.078 memories of 64 KiB are eleven cores, not twelve
    small = run(CHIP, NETWORK, {"chip.core.packing": "shared_cores"}, tmp_path)
    assert small.totals["computing_units"] == 11


def test_a_neuron_costs_what_its_operations_or_gates_cost(tmp_path: Path) -> None:
    least = run(CHIP, NETWORK, PLAIN, tmp_path)
    listed = {"additions": 4, "multiplications": 1, "comparisons": 2, "operation_bits": "12 bit"}
    known = run(CHIP, NETWORK, {**PLAIN, **{f"chip.core.neuron.{k}": v for k, v in listed.items()}}, tmp_path)
    updates = 20 * (512 + 512 + 10)
    # fJ at 28 nm, 0.9 V (logic_spiking_28nm): 1.87 a bit of an adder, 2.12 a cell of a multiplier, 0.495 a bit of a
    # comparator, 4.95 a bit of a register; overhead 3
    cost = 3 * (4 * 12 * 1.87 + (0.2 * 144 + 0.8 * 121) * 2.12 + 2 * 12 * 0.495 + 12 * 4.95) * 1e-15
    ratio = energy(known, component="neuron", action="update") / (updates * cost)
    spared = 3 * (3 * 16 * 1.87 + 16 * 0.495 + 16 * 4.95) * 1e-15
    assert ratio == pytest.approx(energy(least, component="neuron", action="update") / (updates * spared))
    assert energy(known, component="neuron", action="accumulate") == pytest.approx(
        energy(least, component="neuron", action="accumulate") * 12 / 16
    )


def test_a_free_running_clock_reaches_the_registers_of_all_lanes(tmp_path: Path) -> None:
    free = {**PLAIN, "chip.core.neuron.lanes": 4, "chip.core.neuron.free_running_clock": "100 MHz"}
    result, gated = run(CHIP, NETWORK, free, tmp_path), run(CHIP, NETWORK, PLAIN, tmp_path)
    drawn = {
        row.term: float(np.sum(row.total)) for row in result.evaluation.statics if "neuron" in row.component
    }
    written = [energy(each, component="neuron", action="accumulate") for each in (gated, result)]
    operations = np.sum(counts(result, "neuron", "accumulate"))
    # what a write of 16 bits no longer pays for the clock is drawn in every cycle by four such registers in 12 cores
    assert drawn["clock"] == pytest.approx(12 * 4 * 100e6 * (written[0] - written[1]) / operations)


def test_a_free_running_clock_reaches_all_words_of_a_register_file(tmp_path: Path) -> None:
    states = {
        "model": "register_file", "device": "logic_45nm_horowitz", "capacity": "4 KiB", "width": "16 bit",
        "stores": ["state"], "clock_frequency": "100 MHz",
    }  # fmt: skip
    gated, free = (
        run(CHIP, NETWORK, {**PLAIN, "chip.core.state_memory": {**states, **clock}}, tmp_path)
        for clock in ({}, {"free_running_clock": "100 MHz"})
    )
    rows = free.evaluation.statics
    clock = sum(
        float(np.sum(r.total)) for r in rows if (r.component, r.term) == ("chip.core.state_memory", "clock")
    )
    writes = [energy(each, component="state_memory", action="write") for each in (gated, free)]
    reads = [energy(each, component="state_memory", action="read") for each in (gated, free)]
    # a write of 16 bits pays no clock any more, which 4 KiB in each of 12 cores draw in every cycle
    spared = (writes[0] - writes[1]) / np.sum(counts(free, "state_memory", "write"))
    assert clock == pytest.approx(12 * 4 * 8192 / 16 * 100e6 * spared)
    assert reads[0] == reads[1]


def test_a_neuron_known_by_its_gates_is_as_large_as_they_are(tmp_path: Path) -> None:
    gates = [
        run(CHIP, NETWORK, {"chip.core.neuron.gates": number}, tmp_path) for number in (1000, 2000, 3000)
    ]
    areas = [area(result, "neuron") for result in gates]
    assert areas[2] - areas[1] == pytest.approx(areas[1] - areas[0])
    # 12 cores, gates of 0.316 um2, area overhead 1.5
    assert areas[1] - areas[0] == pytest.approx(12 * 1000 * 0.316e-12 * 1.5)
    joules = [energy(result, component="neuron", action="update") for result in gates]
    assert joules[2] == pytest.approx(3 * joules[0])


def test_where_every_event_passes_the_datapath_an_operation_costs_as_much_as_an_update(
    tmp_path: Path,
) -> None:
    result = run(CHIP, NETWORK, {"chip.core.neuron.synaptic_operation": "update"}, tmp_path)
    each = [
        energy(result, component="neuron", action=action) / np.sum(counts(result, "neuron", action))
        for action in ("update", "accumulate")
    ]
    assert each[1] == pytest.approx(each[0])
    plain = run(CHIP, NETWORK, {}, tmp_path)
    assert energy(plain, component="neuron", action="accumulate") < each[0] * np.sum(
        counts(plain, "neuron", "accumulate")
    )


def test_two_cycles_an_operation_take_twice_the_time(tmp_path: Path) -> None:
    one, two = (
        run(CHIP, NETWORK, {"chip.core.neuron.cycles": cycles}, tmp_path).totals["initiation_interval_s"]
        for cycles in (1, 2)
    )
    assert two == pytest.approx(2 * one)


def test_a_mesh_without_a_clock_charges_more_and_is_charged_no_clock(tmp_path: Path) -> None:
    clocked, dual, four, bundled = (
        run(CHIP, NETWORK, {"chip.noc.signalling": name}, tmp_path)
        for name in ("clocked", "dual_rail", "one_of_four", "bundled_data")
    )
    wires = [energy(result, component="noc", term="wire") for result in (clocked, dual, four, bundled)]
    # a flit of 64 bits is acknowledged at once
    assert wires[1] / wires[0] == pytest.approx(4 * (1 + 1 / 64))
    assert wires[2] / wires[0] == pytest.approx(4 * (1 / 2 + 1 / 64))
    assert wires[3] / wires[0] == pytest.approx(1 + 8 / 64)
    routers = [energy(result, component="noc", term="router") for result in (clocked, dual, four, bundled)]
    assert np.array(routers) / routers[0] == pytest.approx([1.0, 4 * (1 + 1 / 64), 4 * (1 / 2 + 1 / 64), 1.0])
    assert "chip.noc" in clocked.evaluation.costs.synchronous
    assert "chip.noc" not in dual.evaluation.costs.synchronous
    noc = dual.evaluation.timing.resources["chip.noc"] / clocked.evaluation.timing.resources["chip.noc"]
    assert np.all(noc > 1.0)


@each(
    "changes, message",
    [
        ({"neuron.additions": 2}, "are the whole datapath; leave out additions"),
        (
            {"neuron.synaptic_operation": "update", "neuron.operation_bits": "9 bit"},
            "leave out operation_bits",
        ),
        ({"synapse_memory.stores": ["weights", "activations"]}, r"it has `stores: \[weights\]`"),
        ({"state_memory.stores": ["queues"]}, r"it has `stores: \[state\]`"),
    ],
)
def test_keys_that_would_do_nothing_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        estimate(CHIP, NETWORK, {f"chip.core.{key}": value for key, value in changes.items()})


def test_the_only_level_runs_the_layers_that_it_names() -> None:
    with pytest.raises(MappingError, match="no level can run layer 'hidden_2'"):
        estimate(CHIP, NETWORK, {"chip.core.layers": "hidden_1"})
    named = estimate(CHIP, NETWORK, {"chip.core.layers": "type:fully_connected"})
    assert named.totals == estimate(CHIP, NETWORK).totals


def test_the_state_memory_holds_all_neurons_of_a_core() -> None:
    # 2048 states of 16 bits fill 4 KiB
    assert estimate(CHIP, NETWORK, {"chip.core.neurons": 2048}).totals["computing_units"] == 12
    with pytest.raises(RangeError, match="than states fit into its memory"):
        estimate(CHIP, NETWORK, {"chip.core.neurons": 2049})
    # a state of 24 bits in words of 32 wastes a quarter of them
    wide = {"chip.core.state_memory.width": "32 bit", "chip.core.neuron.state_bits": "24 bit"}
    with pytest.raises(RangeError, match="than states fit into its memory"):
        estimate(CHIP, NETWORK, {**wide, "chip.core.neurons": 1025})


def test_additions_are_no_narrower_than_weights(tmp_path: Path) -> None:
    # weights of the perceptron have eight bits
    for bits, fails in (("8 bit", False), ("7 bit", True)):
        result = run(
            "digital_spiking_28nm", "mlp_mnist_spiking", {"chip.core.neuron.operation_bits": bits}, tmp_path
        )
        assert ("operation_width" in failed(result)) == fails
