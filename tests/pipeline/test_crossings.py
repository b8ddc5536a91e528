"""What leaves a chip, what tiles exchange, and what a network that is too large costs; all by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from neuroest.design.overrides import design_with
from neuroest.levels.crossbar.mapper import CrossbarMapper
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.evaluation import evaluate
from neuroest.reporting.estimate_document import estimate_document
from neuroest.reporting.explanation import explain
from neuroest.results.estimate import Estimate
from tests.chips import changed, count, energy, failed, known, run

ADC, NEURON, ARRAY = "adc_crossbar_28nm", "diffusive_28nm_derived", "chip.tile.array."
DENSE, SPIKING = "mlp_mnist_dense", "mlp_mnist_spiking"


def network(folder: Path, shape: list[int], layers: list[dict[str, Any]], name: str = "made") -> str:
    """A dense network of 8 bits with these layers."""
    data = yaml.safe_load(Path(load_workload(DENSE).file).read_text(encoding="utf-8"))
    data["name"], data["input"]["shape"], data["layers"] = name, shape, layers
    data.pop("accuracy", None)
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return str(file)


def at(result: Estimate, path: str, action: str) -> list[float]:
    """Counts of an action by layer."""
    return [float(n) for n in np.ravel(result.evaluation.counts.actions[path, action])]


def residual(folder: Path) -> str:
    """Two convolutions of 64 channels on 8 x 8 with a way around them."""
    convolution = {"type": "convolution", "outputs": 64, "kernel": 3, "padding": 1}
    return network(
        folder,
        [64, 8, 8],
        [
            {"name": "stem", **convolution},
            {"name": "first", **convolution},
            {"name": "second", **convolution},
            {"name": "sum", "type": "add", "inputs": ["stem", "second"]},
        ],
    )


LINK = {"model": "off_chip_link", "device": "pcie4", "carries": ["between_chips"]}


def test_a_way_around_layers_crosses_chips_too(tmp_path: Path) -> None:
    # 5 x 2 arrays a layer (576 rows, 64 x 2 columns of two slices) on chips of 8: 0-10, 10-20 and 20-30; the sum stands
    # where the last layer ends, on the fourth chip
    changes = {"chip.count": "auto", "chip.tile.count": 1, "chip.board": LINK}
    result = run(ADC, residual(tmp_path), changes, tmp_path)
    assert np.ravel(result.evaluation.mapped.placement.units).tolist() == [10, 10, 10, 0.0]
    assert result.evaluation.mapped.counts["chip"].item() == 4
    bits = at(result, "chip.board", "bit")
    size = 64 * 8 * 8 * 8
    sums = (
        32 * 8 * 8 * 24
    )  # each layer is cut once within a column of five arrays, which sums up half of the outputs
    expected = [
        size + sums,
        size * (2 - 2 / 10) + sums,
        size * (2 - 4 / 10) + sums,
        size + size * (1 - 6 / 10),
    ]
    assert bits == pytest.approx(expected)


def test_several_chips_without_a_link_for_it_say_so(tmp_path: Path) -> None:
    changes = {"chip.count": "auto", "chip.tile.count": 1}
    text = " ".join(run(ADC, residual(tmp_path), changes, tmp_path).exclusions)
    assert "transport between the chips" in text


def test_inputs_reach_every_tile_that_needs_them_and_sums_meet_in_one(tmp_path: Path) -> None:
    result = run(ADC, DENSE, {}, tmp_path)
    placement = result.evaluation.mapped.placement
    # 784 rows on seven arrays, which are in one tile of eight; 2048 columns on sixteen: each input goes to 16 tiles
    assert placement.row_blocks.tolist() == [7, 4, 4]
    assert placement.column_blocks.tolist() == [16, 16, 1]
    entries = at(result, "chip.noc", "bit_entry")
    # of the second layer two columns of four arrays are in a tile: eight tiles
    assert entries == pytest.approx([784 * 8 * 16, 512 * 8 * 8, 512 * 8])
    # buffers of 64 bits: each tile has its inputs written once and reads them once; outputs are written once
    written = at(result, "chip.tile.buffer", "write")
    assert written == pytest.approx([784 * 16 / 8 + 512 / 8, 512 * 7 / 8 + 512 / 8, 10 / 8])
    assert at(result, "chip.tile.buffer", "read") == pytest.approx([784 * 16 / 8, 512 * 8 / 8, 512 / 8])


def test_sums_of_more_tiles_than_one_go_to_the_neighbour(tmp_path: Path) -> None:
    # four arrays a tile: seven blocks of rows take two tiles, so 512 sums of 24 bits pass from one to the other
    result = run(ADC, DENSE, {f"{ARRAY}count": 4}, tmp_path)
    entries = at(result, "chip.noc", "bit_entry")
    assert entries == pytest.approx([784 * 8 * 16 + 512 * 24, 512 * 8 * 16, 512 * 8])
    # currents of arrays with a common neuron meet on its line and are no bits
    small, large = (run(NEURON, SPIKING, {f"{ARRAY}count": n}, tmp_path) for n in (4, 8))
    assert at(small, "chip.noc", "bit_entry")[0] == pytest.approx(at(large, "chip.noc", "bit_entry")[0])


def test_copies_have_their_inputs_sent_and_stored(tmp_path: Path) -> None:
    # 14 x 14 inputs of one array; each is used in nine windows, so at most nine copies ask for it
    chain = [{"name": "only", "type": "convolution", "outputs": 16, "kernel": 3, "padding": 1}]
    file = network(tmp_path, [8, 14, 14], chain)
    one = run(ADC, file, {f"{ARRAY}count": 1}, tmp_path)
    four = run(ADC, file, {f"{ARRAY}count": 1, f"{ARRAY}array_budget": 4}, tmp_path)
    taps = one.evaluation.layers
    uses = float(np.ravel(taps.input_taps / taps.input_elements)[0])
    assert uses > 4.0
    assert (one.totals["computing_units"], four.totals["computing_units"]) == (1, 4)
    sent = [sum(at(r, "chip.noc", "bit_entry")) for r in (one, four)]
    assert sent[1] == pytest.approx(4 * sent[0])
    stored = [sum(at(r, "chip.tile.buffer", "write")) * 64 / 8 for r in (one, four)]
    assert stored[1] - stored[0] == pytest.approx(3 * 8 * 14 * 14)
    # each copy reads its own positions only, and is programmed like the first
    read = [sum(at(r, "chip.tile.buffer", "read")) for r in (one, four)]
    assert read[1] == pytest.approx(read[0])
    assert four.totals["programming_energy_J"] == pytest.approx(4 * one.totals["programming_energy_J"])
    assert four.totals["programming_time_s"] == pytest.approx(4 * one.totals["programming_time_s"])


def lstm(folder: Path, steps: int = 20) -> str:
    return network(
        folder,
        [40, steps, 1],
        [
            {"name": "cell", "type": "recurrent_cell", "cell": "lstm", "outputs": 32},
            {"name": "words", "type": "fully_connected", "outputs": 12},
        ],
        name="memory",
    )


def test_steps_of_a_recurrent_cell_wait_for_each_other(tmp_path: Path) -> None:
    plain = run(ADC, lstm(tmp_path), {}, tmp_path)
    for wish in ({"target_interval": "1 us"}, {"array_budget": 1000}, {"sequential_reads": 1}):
        more = run(ADC, lstm(tmp_path), {f"{ARRAY}{k}": v for k, v in wish.items()}, tmp_path)
        assert np.ravel(more.evaluation.mapped.placement.replication)[0] == 1
    # from the end of a reading to the next: adders keep up with the arrays, all else comes after them
    timing = plain.evaluation.timing
    parts = {path.rpartition(".")[2]: float(np.ravel(t)[0]) for path, t in timing.resources.items()}
    reading = max(parts.pop("array"), parts.pop("accumulator"))
    outside = parts.pop("link")
    assert np.ravel(timing.step)[0] == pytest.approx(max(reading + sum(parts.values()), outside))
    assert np.ravel(timing.step)[0] > max(reading, *parts.values())


def test_state_of_a_long_short_term_memory_is_read_and_written_in_each_step(tmp_path: Path) -> None:
    result = run(ADC, lstm(tmp_path), {}, tmp_path)
    # 32 numbers of 24 bits in 20 steps, words of 64 bits
    assert at(result, "chip.tile.state", "read")[0] == pytest.approx(20 * 32 * 24 / 64)
    assert at(result, "chip.tile.state", "write")[0] == pytest.approx(20 * 32 * 24 / 64)
    # inputs and own outputs: (40 + 32) x 20
    assert at(result, "chip.tile.buffer", "read")[0] == pytest.approx(72 * 20 * 8 / 64)


WEIGHTS = {"model": "off_chip_link", "device": "lpddr4", "carries": ["weights"]}
ROWS_AT_ONCE = {f"{ARRAY}write_circuit": None}  # a row is written at once, by circuits that are left out
SMALL = ROWS_AT_ONCE | {"chip.tile.count": 4, f"{ARRAY}oversize": "time_multiplex", "chip.dram": WEIGHTS}


def test_weights_come_while_cells_are_written(tmp_path: Path) -> None:
    fast = run(ADC, DENSE, SMALL, tmp_path)
    timing = fast.evaluation.timing
    writing = fast.totals["computing_units"] * known(fast, "time to program an array")
    assert float(np.ravel(timing.writing)[0]) == pytest.approx(writing)
    # the layers' own times do not contain the way of the weights
    assert "chip.dram" not in timing.resources or np.all(timing.resources["chip.dram"] == 0.0)
    # over a thin link the cells wait for the weights: 668 672 of 8 bits at 1 Gbit/s are 5.3 ms
    thin = WEIGHTS | {"device": "aer_lvds"}
    many = {f"{ARRAY}arrays_programmed_together": 92}
    slow = run(ADC, DENSE, SMALL | many | {"chip.dram": thin}, tmp_path)
    assert float(np.ravel(slow.evaluation.timing.writing)[0]) == pytest.approx(668_672 * 8 / 1e9)
    # 112, 64 and 4 arrays on 32 are read in four, three and one parts, all positions in each
    step, parts = slow.evaluation.timing.step, np.array([4.0, 3.0, 1.0])
    # adders, memories and links divide the same work among the parts
    longest = np.maximum(step, slow.evaluation.timing.resources["chip.tile.array"] * parts)
    # what is held at the end of a part is converted before the next is written: as long as one of eight readings
    held = float(step[-1]) / 8
    worked = float(np.sum(longest + held * parts))
    assert slow.totals["latency_s"] == pytest.approx(668_672 * 8 / 1e9 + worked)


def test_every_pass_and_every_chip_is_written_for_itself(tmp_path: Path) -> None:
    each = known(run(ADC, DENSE, ROWS_AT_ONCE, tmp_path), "time to program an array")
    # 180 arrays on 32, 20 at a time: five passes of two goes, and the last 20 in one
    parts = run(ADC, DENSE, SMALL | {f"{ARRAY}arrays_programmed_together": 20}, tmp_path)
    assert parts.totals["programming_time_s"] == pytest.approx(11 * each)
    # six chips of 32 write at the same time
    chips = run(ADC, DENSE, ROWS_AT_ONCE | {"chip.count": "auto", "chip.tile.count": 4}, tmp_path)
    assert chips.evaluation.mapped.counts["chip"].item() == 6
    assert chips.totals["programming_time_s"] == pytest.approx(32 * each)


def test_a_chip_that_writes_its_cells_says_so_and_does_not_leave_it_out(tmp_path: Path) -> None:
    parts = run(ADC, DENSE, SMALL, tmp_path)
    assert not any("programming of" in text for text in parts.exclusions)
    text = " ".join(estimate_document(parts).to_text().split())
    assert "cells are written for 41.5 ms of each inference" in text
    assert "take turns" not in text


def test_an_explanation_tells_loops_and_writing(tmp_path: Path) -> None:
    loop = explain(run(ADC, lstm(tmp_path), {}, tmp_path), "latency_s").step
    rules = {part.name: part.how for part in loop.parts}
    assert rules["layer cell"].endswith("then the transfer of its output")
    assert rules["layer words"] == "slowest of"
    parts = explain(run(ADC, DENSE, SMALL, tmp_path), "latency_s").step
    assert "the parts of the network" in parts.how
    writing = next(part for part in parts.parts if part.name == "writing of cells")
    assert writing.value == pytest.approx(180 * 230.4e-6)


def test_sums_wait_while_the_arrays_of_a_layer_have_their_turns(tmp_path: Path) -> None:
    # two layers of 192 rows and 20 outputs of four columns: each has 128 rows in an array of 80 columns and 64 rows in
    # another. What is 80 x 64 of both fits one array, next to or above each other, and the 20 sums of each wait
    layers = [
        {"name": "first", "type": "fully_connected", "outputs": 20},
        {"name": "wide", "type": "fully_connected", "outputs": 192},
        {"name": "second", "type": "fully_connected", "outputs": 20},
    ]
    file = network(tmp_path, [192], layers)
    memory = {
        "model": "sram", "device": "sram_28nm_anchored", "capacity": "16 KiB", "width": "64 bit",
        "stores": ["partial_sums"],
    }  # fmt: skip
    shared = run(ADC, file, {f"{ARRAY}sharing": "layers", "chip.tile.sums": memory}, tmp_path)
    level = shared.evaluation.mapper
    assert isinstance(level, CrossbarMapper)
    assert level._sharing is not None
    columns = np.ravel(level._sharing.waiting)
    sums = np.ravel(level.pending_partial_sums())
    split = np.ravel(shared.evaluation.mapped.placement.row_blocks) > 1.0
    assert sums == pytest.approx(np.where(split, columns / 4, 0.0))
    assert sums[0] == 20
    moved = at(shared, "chip.tile.sums", "write")
    assert moved == pytest.approx(list(sums * 24 / 64))
    assert at(shared, "chip.tile.sums", "read") == moved
    reported = run(ADC, file, {f"{ARRAY}sharing": "layers"}, tmp_path)
    assert any("partial_sums" in text for text in reported.exclusions)
    assert not any("partial_sums" in text for text in run(ADC, file, {}, tmp_path).exclusions)


def test_rows_that_a_kernel_needs_fit_the_buffer_or_it_is_reported(tmp_path: Path) -> None:
    # two rows of 8 x 64 numbers of 8 bits: 8192; a tile of eight arrays holds all five blocks of rows
    file = residual(tmp_path)
    buffer = {
        "model": "sram", "device": "sram_28nm_anchored", "capacity": "1 KiB", "width": "64 bit",
        "stores": ["activations"],
    }  # fmt: skip
    assert "line_buffer" not in failed(run(ADC, file, {"chip.tile.buffer": buffer}, tmp_path))
    small = buffer | {"capacity": "1023 B"}
    assert "line_buffer" in failed(run(ADC, file, {"chip.tile.buffer": small}, tmp_path))
    # of four arrays a tile, each holds four of the five blocks at most
    fewer = {"chip.tile.buffer": small, f"{ARRAY}count": 4}
    assert "line_buffer" not in failed(run(ADC, file, fewer, tmp_path))


def test_weights_that_come_over_no_link_are_reported(tmp_path: Path) -> None:
    changes = {key: value for key, value in SMALL.items() if key != "chip.dram"}
    assert any("weights to the chip" in text for text in run(ADC, DENSE, changes, tmp_path).exclusions)
    assert not any("weights to the chip" in text for text in run(ADC, DENSE, SMALL, tmp_path).exclusions)


def test_weights_that_are_renewed_now_and_then_take_their_time_and_their_way(tmp_path: Path) -> None:
    plain = run(ADC, DENSE, {"chip.dram": WEIGHTS}, tmp_path)
    often = run(ADC, DENSE, {"chip.dram": WEIGHTS, "operation.inferences_per_programming": 1000}, tmp_path)
    share = plain.totals["programming_time_s"] / 1000
    assert often.totals["initiation_interval_s"] == pytest.approx(
        plain.totals["initiation_interval_s"] + share
    )
    assert often.totals["latency_s"] == plain.totals["latency_s"]
    assert count(often, "dram", "bit") == pytest.approx(668_672 * 8 / 1000)
    assert count(plain, "dram", "bit") == 0.0
    assert energy(often, component="dram") > 0.0


def test_what_waits_between_two_parts_needs_room(tmp_path: Path) -> None:
    # 112, 64 and 4 arrays on 32: the first layer goes on in the next part three times, the second twice
    one = run(ADC, DENSE, SMALL, tmp_path)
    assert "results_between_parts" not in failed(one)
    room = 4 * 64 * 1024 * 8
    # at the end of the first part the 784 inputs and the 512 outputs of the layer wait
    fits = math.floor(room / ((784 + 512) * 8))
    for number, reported in ((fits, False), (fits + 1, True)):
        result = run(ADC, DENSE, SMALL | {f"{ARRAY}inferences_per_pass": number}, tmp_path)
        assert ("results_between_parts" in failed(result)) == reported
    # with a way out they go and come at the end of each part
    both = SMALL | {"chip.dram": WEIGHTS | {"carries": ["weights", "activations"]}}
    out = run(ADC, DENSE, both | {f"{ARRAY}inferences_per_pass": fits + 1}, tmp_path)
    assert "results_between_parts" not in failed(out)
    weights = 668_672 * 8 / (fits + 1)
    assert count(out, "dram", "bit") == pytest.approx(weights + 2 * (3 * (784 + 512) + 2 * (512 + 512)) * 8)


LARGE = {
    "turns": {f"{ARRAY}sharing": "layers"},
    "turns within a budget": {f"{ARRAY}sharing": "layers", f"{ARRAY}array_budget": 300},
    "chips": {"chip.count": "auto", "chip.tile.count": 2, "chip.board": LINK},
    "parts": {
        "chip.tile.count": 2, f"{ARRAY}oversize": "time_multiplex", f"{ARRAY}inferences_per_pass": 400,
        "chip.dram": WEIGHTS | {"carries": ["weights", "activations"]},
    },
    "renewed": {"operation.inferences_per_programming": 50, "chip.dram": WEIGHTS},
}  # fmt: skip


@pytest.mark.parametrize("way", LARGE)
@pytest.mark.parametrize("file", [DENSE, "memory", "residual"])
def test_a_list_is_what_each_of_its_points_is(way: str, file: str, tmp_path: Path) -> None:
    named = {"memory": lstm, "residual": residual}
    spec = load_workload(named[file](tmp_path) if file in named else file).spec
    design = design_with(load_architecture(str(changed(ADC, LARGE[way], tmp_path))), {})
    values = {path: claim.value for path, claim in design.claims.items()}
    moved = {
        f"{ARRAY}columns": np.array([32.0, 128.0, 128.0, 512.0]),
        f"{ARRAY}rows": np.array([128.0, 64.0, 128.0, 256.0]),
        f"{ARRAY}pulse_width": np.array([10e-9, 30e-9, 20e-9, 10e-9]),
    }
    batch = evaluate(design, spec, values | {path: each[:, None] for path, each in moved.items()})
    for index in range(4):
        one = evaluate(design, spec, values | {path: float(each[index]) for path, each in moved.items()})
        for name in ("energy", "area", "period", "programming_time"):
            expected = float(np.ravel(getattr(one, name))[0])
            found = np.broadcast_to(getattr(batch, name), (4, 1))[index, 0]
            assert found == pytest.approx(expected, rel=1e-12), name
        latency = np.broadcast_to(batch.timing.latency, (4, 1))[index, 0]
        assert latency == pytest.approx(float(np.ravel(one.timing.latency)[0]), rel=1e-12)
        alone = {check.name: bool(np.all(check.passed)) for check in one.checks}
        for check in batch.checks:
            assert bool(np.broadcast_to(check.passed, (4, 1))[index, 0]) == alone.get(check.name, True), (
                check.name
            )
