"""Digital arrays and what belongs to them, against hand calculations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from neuroest import block
from neuroest.blocks.digital.multiply_accumulate import MultiplyAccumulate
from neuroest.core.errors import NeuroestError
from neuroest.loading.library import load_device
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from neuroest.workloads.importers.writing import loaded_text, workload_text
from tests.chips import SYSTOLIC, area, changed, count, energy
from tests.workloads.test_number_layers import text

BASE = "digital_int8_28nm"
LINK = {
    "model": "off_chip_link",
    "device": "lpddr4",
    "carries": ["inputs", "outputs", "weights", "activations"],
}
CONVOLUTION = {"type": "convolution", "outputs": 32, "kernel": 3, "padding": 1}
NARROW = {"weights": 4, "activations": 8, "accumulator": 24}
POOL = {"type": "pooling", "mode": "maximum", "kernel": 2}


def network(*layers: dict[str, Any], shape: tuple[int, int, int] = (16, 8, 8)) -> Any:
    return loaded_text(workload_text(text(list(shape), list(layers))), "n")


def run(folder: Path, workload: Any, changes: dict[str, Any] | None = None) -> Estimate:
    return estimate(changed(BASE, {**SYSTOLIC, **(changes or {})}, folder), workload)


def cycles(result: Estimate) -> float:
    return float(np.sum(result.evaluation.timing.resources["chip.array"])) * 500e6


def bits(result: Estimate) -> float:
    return count(result, "memory", "bit")


def test_a_tree_of_adders_neither_fills_nor_drains(tmp_path: Path) -> None:
    # 144 inputs on 128 rows are two blocks, 32 outputs one; 64 positions
    one = network(CONVOLUTION)
    assert cycles(run(tmp_path, one)) == pytest.approx(2 * (64 + 128 + 128 - 2))
    tree = run(tmp_path, one, {"chip.array.summation": "tree"})
    assert cycles(tree) == pytest.approx(2 * 64)
    assert tree.evaluation.mapped.placement.utilisation.item() == pytest.approx(144 * 32 / (2 * 128 * 128))


def test_groups_of_a_depthwise_layer_lie_on_the_diagonal(tmp_path: Path) -> None:
    # 16 kernels of 9 weights: 14 of them fit the diagonal of 128 x 128, so that two passes of 64 positions do
    depthwise = network({"type": "convolution", "outputs": 16, "groups": 16, "kernel": 3, "padding": 1})
    result = run(tmp_path, depthwise)
    assert cycles(result) == pytest.approx(2 * (64 + 254))
    # the zeros off the diagonal are not multiplied
    assert count(result, "unit", "multiply_accumulate") == 64 * 9 * 16
    used = 16 * 9 * 64 / (2 * (64 + 254) * 128 * 128)
    assert result.evaluation.mapped.placement.utilisation.item() == pytest.approx(used)


def test_weights_come_anew_for_each_part_of_a_map_whose_sums_fit(tmp_path: Path) -> None:
    # 64 x 32 sums of 24 bits are 6 KiB, three parts of 2 KiB; 144 x 32 weights of 8 bits
    one, two_kib = network(CONVOLUTION), {"chip.partial_sums.capacity": "2 KiB"}
    assert count(run(tmp_path, one), "weights", "read") * 512 == 144 * 32 * 8
    assert count(run(tmp_path, one, two_kib), "weights", "read") * 512 == 3 * 144 * 32 * 8
    # one block of rows leaves no partial sum behind, so its weights pass once
    short = network({**CONVOLUTION, "kernel": 1, "padding": 0})
    assert count(run(tmp_path, short, two_kib), "weights", "read") * 512 == 16 * 32 * 8


def test_a_tree_adds_all_products_of_a_column_but_one(tmp_path: Path) -> None:
    # 144 inputs are blocks of 128 and 16: 127 and 15 additions, and one at the root for each of the two sums
    one = network(CONVOLUTION)
    tree, chain = run(tmp_path, one, {"chip.array.summation": "tree"}), run(tmp_path, one)
    vectors = 64 * 32
    assert count(tree, "unit", "tree_sum") == vectors * (127 + 15)
    assert count(tree, "unit", "column_sum") == vectors * 2
    assert (
        count(tree, "unit", "multiply_accumulate")
        == count(chain, "unit", "multiply_accumulate")
        == vectors * 144
    )
    assert energy(tree, component="unit") < energy(chain, component="unit")
    assert area(tree, "unit") < area(chain, "unit")
    # on trees of 8 inputs the 16 products of a tile never meet
    tiles = {"chip.array.summation": "tree", "chip.array.convolution": "winograd"}
    assert count(run(tmp_path, one, tiles), "unit", "tree_sum") == 16 * 32 * (16 * 16 - 2 * 16)
    narrow = run(tmp_path, one, {**tiles, "chip.array.rows": 8})
    assert count(narrow, "unit", "tree_sum") == 0
    assert count(narrow, "unit", "column_sum") == 64 * 32 * 32


def test_sums_that_stay_take_weights_for_each_group_of_positions(tmp_path: Path) -> None:
    # 64 positions in 128 rows and 32 outputs in 128 columns: one pass of 144 + 128 + 128 - 2 cycles, weights once
    one = network(CONVOLUTION)
    kept = run(tmp_path, one, {"chip.array.dataflow": "output_stationary"})
    assert cycles(kept) == pytest.approx(144 + 254)
    assert count(kept, "weights", "read") * 512 == 144 * 32 * 8
    assert count(kept, "partial_sums", "write") == 0
    assert kept.evaluation.mapped.placement.utilisation.item() == pytest.approx(
        144 * 32 * 64 / (398 * 128**2)
    )
    # the other way round takes 2 x (64 + 254) = 636 cycles, and the faster one is taken
    fastest = run(tmp_path, one, {"chip.array.dataflow": "fastest"})
    assert cycles(fastest) == cycles(kept)
    # 256 positions are two groups: 2 x 398 cycles and weights twice; 2 x (256 + 254) cycles with weights that stay
    large = network(CONVOLUTION, shape=(16, 16, 16))
    kept = run(tmp_path, large, {"chip.array.dataflow": "output_stationary"})
    assert cycles(kept) == pytest.approx(2 * 398)
    assert count(kept, "weights", "read") * 512 == 2 * 144 * 32 * 8
    # 1024 positions: 8 x 398 cycles against 2 x (1024 + 254), so weights stay
    larger = network(CONVOLUTION, shape=(16, 32, 32))
    assert cycles(run(tmp_path, larger, {"chip.array.dataflow": "fastest"})) == pytest.approx(
        2 * (1024 + 254)
    )
    with pytest.raises(NeuroestError, match="a tree of adders keeps weights or sums"):
        run(tmp_path, one, {"chip.array.dataflow": "fastest", "chip.array.summation": "tree"})


def test_trees_whose_sums_stay_read_weights_for_every_position(tmp_path: Path) -> None:
    # 144 inputs on 128 rows are two blocks, 32 outputs one; 64 positions, or 16 for each of four arrays
    one, tree = (
        network(CONVOLUTION),
        {"chip.array.summation": "tree", "chip.array.dataflow": "output_stationary"},
    )
    kept = run(tmp_path, one, {"chip.array.summation": "tree"})
    for arrays, groups in ((1, 64), (4, 16)):
        sums = run(tmp_path, one, {**tree, "chip.array.count": arrays})
        assert cycles(sums) == pytest.approx(2 * 64 / arrays)
        assert count(sums, "weights", "read") * 512 == groups * 144 * 32 * 8
        assert count(sums, "partial_sums", "read") == 0
        assert energy(sums, component="unit") == pytest.approx(energy(kept, component="unit"))
    assert count(kept, "weights", "read") * 512 == 144 * 32 * 8


def test_an_array_waits_before_each_layer_with_weights(tmp_path: Path) -> None:
    two = network(CONVOLUTION, POOL, {"type": "fully_connected", "outputs": 10})
    plain, waiting = run(tmp_path, two), run(tmp_path, two, {"chip.array.layer_setup": "10 us"})
    assert waiting.totals["latency_s"] == pytest.approx(plain.totals["latency_s"] + 2 * 10e-6)
    batch = run(tmp_path, two, {"chip.array.layer_setup": "10 us", "chip.array.batch": 4})
    assert cycles(batch) == pytest.approx(
        cycles(run(tmp_path, two, {"chip.array.batch": 4})) + 2 * 10e-6 / 4 * 500e6
    )
    program = run(tmp_path, two, {"chip.array.layer_setup_cycles": 5000})
    assert cycles(program) == pytest.approx(cycles(plain) + 2 * 5000)
    with pytest.raises(NeuroestError, match="leave one of them out"):
        run(tmp_path, two, {"chip.array.layer_setup": "1 us", "chip.array.layer_setup_cycles": 5000})


def test_inputs_that_stay_take_weights_for_each_group_of_positions(tmp_path: Path) -> None:
    # 49 positions of 512 outputs with a fan-in of 144: two blocks of inputs, which 512 vectors of weights pass
    layer = network({**CONVOLUTION, "outputs": 512}, shape=(16, 7, 7))
    kept = run(tmp_path, layer, {"chip.array.dataflow": "input_stationary"})
    assert cycles(kept) == pytest.approx(2 * (512 + 254))
    assert count(kept, "weights", "read") * 512 == 144 * 512 * 8
    # each input comes once, where four blocks of 128 outputs would read it four times
    assert count(kept, "activations", "read") * 512 == 144 * 49 * 8
    assert count(kept, "partial_sums", "write") * 512 == 2 * 49 * 512 * 24
    # weights that stay take 2 x 4 x (49 + 254) cycles, sums 4 x (144 + 254)
    assert cycles(run(tmp_path, layer, {"chip.array.dataflow": "fastest"})) == pytest.approx(2 * (512 + 254))
    # 200 positions in 128 columns are two groups, which all weights pass
    large = run(
        tmp_path, network(CONVOLUTION, shape=(16, 10, 20)), {"chip.array.dataflow": "input_stationary"}
    )
    assert cycles(large) == pytest.approx(2 * 2 * (32 + 254))
    assert count(large, "weights", "read") * 512 == 2 * 144 * 32 * 8


def test_multipliers_rest_where_a_zero_follows_a_zero(tmp_path: Path) -> None:
    # half of the inputs are not zero, so a quarter of the products are those of the zero before
    one = network(CONVOLUTION)
    chain, tree = run(tmp_path, one), run(tmp_path, one, {"chip.array.summation": "tree"})
    for result in (chain, tree, row_stationary(tmp_path, one)):
        assert result.evaluation.layers.input_density.item() == pytest.approx(0.5, rel=1e-9)
        macs = count(result, "unit", "multiply_accumulate")
        assert count(result, "unit", "multiply") == pytest.approx(macs * 0.75)
    # leaves of a tree switch less, its sums and registers do not
    assert 0.8 < count(tree, "unit", "tree_addition") / count(tree, "unit", "tree_sum") < 1.0
    gated = row_stationary(tmp_path, one, gating="zero_inputs")
    assert (
        count(gated, "unit", "multiply") == count(gated, "unit", "multiply_accumulate") == 64 * 144 * 32 / 2
    )


def test_a_unit_takes_its_weights_slice_by_slice(tmp_path: Path) -> None:
    one, tree, slice_ = network(CONVOLUTION), {"chip.array.summation": "tree"}, "chip.array.unit.weight_slice"
    whole, serial = (run(tmp_path, one, {**tree, slice_: bits}) for bits in ("8 bit", "2 bit"))
    assert whole.totals == run(tmp_path, one, tree).totals
    # two blocks of 64 positions, four slices each; two bits of weight by eight four times are as many gates
    # as eight by eight, and 28 of its 49 adders; the other sums are in the tree
    assert cycles(serial) == pytest.approx(4 * 2 * 64)
    assert serial.totals["peak_operations_per_s"] == pytest.approx(whole.totals["peak_operations_per_s"] / 4)
    less = (0.2 * 64 + 0.8 * 4 * 7) / (0.2 * 64 + 0.8 * 49)
    assert energy(serial, action="multiply") == pytest.approx(less * energy(whole, action="multiply"))
    assert energy(serial, action="column_sum") == pytest.approx(4 * energy(whole, action="column_sum"))
    # in the middle of seven levels sums of 10 bits and growth four times, where 16 bits come once
    sums = energy(serial, action="tree_sum") / energy(whole, action="tree_sum")
    assert sums == pytest.approx(4 * (10 + 3.5) / (16 + 3.5))
    assert area(serial, "unit") < 0.6 * area(whole, "unit")
    half = loaded_text(workload_text(text([16, 8, 8], [CONVOLUTION], precision=NARROW)), "n")
    assert cycles(run(tmp_path, half, {**tree, slice_: "2 bit"})) == pytest.approx(2 * 2 * 64)
    with pytest.raises(NeuroestError, match=r"weight_slice: a row-stationary array multiplies all bits"):
        row_stationary(tmp_path, one, unit_changes={"weight_slice": "2 bit"})


def test_winograd_multiplies_tiles(tmp_path: Path) -> None:
    one = network(CONVOLUTION, {"type": "convolution", "outputs": 32, "kernel": 3, "stride": 2})
    plain = run(tmp_path, one, {"chip.array.summation": "tree"})
    fast = run(tmp_path, one, {"chip.array.summation": "tree", "chip.array.convolution": "winograd"})
    # 8 x 8 outputs are 16 tiles of 16 products; the second layer has a stride and stays: 3 x 3 outputs
    strided = 9 * 32 * 9 * 32
    assert count(plain, "unit", "multiply_accumulate") == 64 * 32 * 9 * 16 + strided
    assert count(fast, "unit", "multiply_accumulate") == 16 * 16 * 16 * 32 + strided
    # 256 inputs on 128 rows are two blocks of 16 vectors; 288 inputs three blocks of 9
    assert cycles(fast) == pytest.approx(2 * 16 + 3 * 9)
    # 32 additions a tile and channel for one group of columns, 24 a tile and filter for two blocks of rows
    assert count(fast, "unit", "input_addition") == 32 * 16 * 16
    assert count(fast, "unit", "output_addition") == 24 * 16 * 32 * 2
    # transformed weights are 16/9 as many
    assert count(fast, "weights", "read") * 512 == pytest.approx((16 * 16 * 32 + 9 * 32 * 32) * 8)
    # 24 adders of 32 bits in each of 128 columns, 2 a row of 8 bits: 11 um^2 a bit at 45 nm, with wiring
    added = area(fast, "array") / (128 * 24 * 32 + 2 * 128 * 8)
    unit = area(plain, "unit") / 128**2
    # a unit has 64 products of 7.85 um^2 and 16 registers of 7.57 um^2; 128 of them have 127 adders of 16 bits and up,
    # on average 120/127 wider, registers in the middle of seven levels, and 32 bits of either at the root
    adders, registers = 127 * 16 + 120 + 32, 128 * 2**-3.5 * (16 + 3.5) + 32
    by_hand = 64 * 7.85 + adders / 128 * 11 + (16 + registers / 128) * 7.57
    assert added / unit == pytest.approx(11 / by_hand, rel=1e-6)


def test_spikes_are_not_transformed(tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="winograd, whose transformed inputs are not spikes"):
        estimate(changed(BASE, {"chip.array.convolution": "winograd"}, tmp_path), "mlp_mnist_spiking")


def test_dilated_kernels_are_not_transformed(tmp_path: Path) -> None:
    one = network({"type": "convolution", "outputs": 32, "kernel": 3, "padding": 2, "dilation": 2})
    plain, fast = (run(tmp_path, one, {"chip.array.convolution": how}) for how in ("direct", "winograd"))
    assert count(fast, "unit", "multiply_accumulate") == count(plain, "unit", "multiply_accumulate")


def test_spikes_stay_on_the_chip(tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="external, but spikes stay on the chip"):
        estimate(changed(BASE, {"chip.array.layer_outputs": "external"}, tmp_path), "mlp_mnist_spiking")


def test_external_maps_leave_after_what_follows_at_once(tmp_path: Path) -> None:
    one = network(
        CONVOLUTION, POOL, {"type": "convolution", "outputs": 32, "kernel": 1},
        {"type": "add", "inputs": ["l2", "l1"]}, {"type": "convolution", "outputs": 8, "kernel": 1},
    )  # fmt: skip
    external = {"chip.memory": LINK, "chip.array.layer_outputs": "external"}
    result = run(tmp_path, one, external)
    pooled = 32 * 4 * 4
    # input and output of the network, the pooled map written once and read by l2 and l3, the sum written and read;
    # the map before pooling and the output of l2 never leave, and the weights stay on the chip
    assert bits(result) == 8 * (16 * 64 + 8 * 16 + 3 * pooled + 2 * pooled)
    counts, names = result.evaluation.counts.actions, result.evaluation.layers.names
    activations, comparisons = (
        dict(zip(names, counts["chip.vector_unit", action], strict=True))
        for action in ("activation", "comparison")
    )
    # activation of 64 positions and three comparisons of 16 windows count with the convolution that they follow
    assert (activations["l0"], comparisons["l0"]) == (32 * 64, 3 * pooled)
    assert comparisons["l1"] == 0
    kept = run(tmp_path, one, {"chip.memory": LINK})
    assert bits(kept) == 8 * (16 * 64 + 8 * 16)


def test_external_maps_need_a_link(tmp_path: Path) -> None:
    with pytest.raises(
        NeuroestError, match="layer_outputs is external, but no off_chip_link carries activations"
    ):
        run(
            tmp_path,
            network(CONVOLUTION),
            {"chip.array.layer_outputs": "external", "chip.memory.carries": ["weights"]},
        )


def test_extended_kernels_are_stored_with_their_zeros(tmp_path: Path) -> None:
    one = network({"type": "convolution", "outputs": 32, "kernel": 1, "stride": 2})
    plain = run(tmp_path, one)
    longer = run(tmp_path, one, {"chip.array.strides": "extended"})
    assert count(longer, "weights", "read") == 4 * count(plain, "weights", "read")
    assert cycles(longer) == cycles(plain)


def test_what_stays_has_the_room_that_streaming_leaves(tmp_path: Path) -> None:
    # 32 KiB for both; 128 channels of 16 x 16 are 32 KiB, 128 kernels of 3 x 3 x 128 are 144 KiB
    memory = {
        "model": "sram", "device": "sram_28nm_anchored", "capacity": "32 KiB", "width": "512 bit",
        "stores": ["weights", "activations"],
    }  # fmt: skip
    one = network({"type": "convolution", "outputs": 128, "kernel": 3, "padding": 1}, shape=(128, 16, 16))
    result = run(tmp_path, one, {
        "chip.memory": LINK, "chip.weights": memory, "chip.activations": None, "chip.array.layer_outputs": "external",
    })  # fmt: skip
    # three rows of 2 KiB leave 26 KiB for weights, which come in six pieces; the kernels of all columns would not
    # fit, so activations have half of the memory and would come in two, with 144 KiB of weights read again
    maps, weights = 128 * 16 * 16 * 8, 128 * 128 * 9 * 8
    assert bits(result) == 2 * maps + weights + min(5 * maps, weights)


def row_stationary(folder: Path, workload: Any, **options: Any) -> Estimate:
    data = yaml.safe_load(Path(changed(BASE, {}, folder)).read_text(encoding="utf-8"))
    chip = data["chip"]
    chip["memory"] = LINK
    chip["activations"]["stores"] = ["activations", "partial_sums"]
    chip["activations"]["width"] = "16 bit"
    chip["activations"]["capacity"] = options.pop("capacity", "64 KiB")
    del chip["partial_sums"], chip["neuron"]
    memory, unit = options.pop("filter_memory", None), options.pop("unit_changes", {})
    chip["array"] = {
        "mapper": "row_stationary", "count": 1, "rows": 12, "columns": 14, "filters_per_unit": 4,
        "channels_per_unit": 4, "gating": "none", "clock_frequency": "500 MHz", "batch": 1,
        "unit": {**chip["array"]["unit"], "accumulator_bits": "16 bit", **unit}, **options,
    }  # fmt: skip
    if memory is not None:
        chip["array"]["filter_memory"] = memory
    file = folder / f"{data['name']}.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return estimate(file, workload)


WIDE = {"type": "convolution", "outputs": 32, "kernel": 3, "padding": 1}


def test_passes_of_a_row_stationary_array(tmp_path: Path) -> None:
    one = network(WIDE, shape=(32, 28, 28))
    result = row_stationary(tmp_path, one)
    # four sets of three rows hold 16 filters and add four channels: two groups of filters, eight of channels.
    # Two strips of 14 rows read 16 rows of 30 inputs each, of 8 bits; sums go there and back eight times. Inputs come
    # in once, since 32 channels of 28 x 28 and 16 x 14 x 28 sums are less than 32 Ki words.
    inputs, sums = 2 * 16 * 30 * 32 * 2, 28 * 28 * 32 * 8
    assert count(result, "activations", "read") == pytest.approx(inputs / 2 + sums)
    assert count(result, "activations", "write") == pytest.approx(28 * 28 * 32 / 2 + sums)
    # a buffer of half the size holds 16 filters too, but not all inputs: they come in for both groups
    small = row_stationary(tmp_path, one, capacity="32 KiB")
    assert count(small, "activations", "write") == pytest.approx(inputs / 2 + sums)


def test_a_small_buffer_makes_passes_smaller(tmp_path: Path) -> None:
    one = network(WIDE, shape=(32, 28, 28))
    result = row_stationary(tmp_path, one, capacity="8 KiB")
    # 4096 words: (4096 - 480) / 392 = 9 filters with 568 words left for one channel of 16 x 30
    placed = result.evaluation.mapped.placement
    assert (placed.column_blocks.item(), placed.row_blocks.item()) == (4, 32)


def test_inputs_of_a_unit_limit_its_channels(tmp_path: Path) -> None:
    one = network(WIDE, shape=(32, 28, 28))
    placed = row_stationary(tmp_path, one, inputs_per_unit=6).evaluation.mapped.placement
    assert placed.row_blocks.item() == 16  # two windows of three columns


def test_moving_sums_may_take_longer_than_multiplying(tmp_path: Path) -> None:
    one = network(WIDE, shape=(32, 28, 28))
    free, bound = row_stationary(tmp_path, one), row_stationary(tmp_path, one, sums_per_cycle=1)
    # 1024 pairs in groups of four sets, two strips, 28 x 3 a row; against 25088 outputs eight times
    assert cycles(free) == pytest.approx(256 * 3 / 3 * 2 * 28 * 3)
    assert cycles(bound) == pytest.approx(28 * 28 * 32 * 8)


def test_filters_may_lie_in_a_memory_of_each_unit(tmp_path: Path) -> None:
    memory = {
        "model": "sram", "device": "sram_28nm_anchored", "capacity": "16 Kibit", "width": "16 bit",
        "stores": ["weights"],
    }  # fmt: skip
    one = network(WIDE, shape=(32, 28, 28))
    plain, result = row_stationary(tmp_path, one), row_stationary(tmp_path, one, filter_memory=memory)
    macs = 28 * 28 * 32 * 32 * 9
    assert count(result, "filter_memory", "read") == macs * 8 / 16
    # a weight and an input of 8 bits and a sum of 16 bits, read and written
    assert count(plain, "unit", "storage_bit") == macs * (8 + 8 + 32)
    assert count(result, "unit", "storage_bit") == macs * (8 + 32)
    assert result.evaluation.mapped.instances["chip.array.filter_memory"] == 12 * 14
    # two strips of 14 rows take all filters again
    assert count(result, "filter_memory", "write") == 2 * 32 * 32 * 9 * 8 / 16
    assert count(result, "weights", "read") == 2 * 32 * 32 * 9 * 8 / 512


def test_banks_share_a_capacity_and_work_side_by_side(tmp_path: Path) -> None:
    one = network(CONVOLUTION)
    plain = run(tmp_path, one)
    banked = run(tmp_path, one, {"chip.activations.banks": 16})
    ported = run(tmp_path, one, {"chip.activations.ports": "read_and_write"})
    # each of sixteen macros of a sixteenth has a port and a control: 1.493 memory cells a bit, 182 a bit of the port
    # and 3679 a macro; 16^-0.476 of the energy of a read
    cells, port, control = 1.493 * 8 * 2**20, 182 * 512, 3679
    one_macro = cells + port + control
    assert area(banked, "activations") / area(plain, "activations") == pytest.approx(
        (cells + 16 * (port + control)) / one_macro, rel=1e-3
    )
    read = {"component": "activations", "action": "read"}
    assert energy(banked, **read) / energy(plain, **read) == pytest.approx(16**-0.476)
    before, after, two = (
        r.evaluation.timing.resources["chip.activations"].item() for r in (plain, banked, ported)
    )
    assert after / before == pytest.approx(16**-0.282 / 16)
    # 144 x 64 bytes are read and 32 x 64 written, at once with a port for either
    assert two / before == pytest.approx(144 / (144 + 32))
    assert area(ported, "activations") / area(plain, "activations") == pytest.approx(
        (cells * 8 / 6 + 2 * port + control) / one_macro, rel=1e-3
    )


def test_queues_take_area_and_no_accesses(tmp_path: Path) -> None:
    queue = {
        "model": "sram", "device": "sram_28nm_anchored", "capacity": "64 KiB", "width": "64 bit", "stores": ["queues"],
    }  # fmt: skip
    result = run(tmp_path, network(CONVOLUTION), {"chip.queue": queue})
    assert area(result, "queue") == pytest.approx(0.1014e-6)
    assert count(result, "queue", "read") == count(result, "queue", "write") == 0


def test_a_clock_that_runs_freely_is_paid_whether_or_not_units_work(tmp_path: Path) -> None:
    one = network(CONVOLUTION)
    plain = run(tmp_path, one)
    result = run(tmp_path, one, {"chip.array.unit.free_running_clock": "500 MHz"})
    table = {
        r.term: r.energy_J
        for r in result.breakdown
        if r.kind == "static" and r.component == "chip.array.unit"
    }
    registers = {"component": "unit", "term": "registers"}
    # half of a register's energy of 9 fJ is its clock: what a written bit costs falls by half
    assert energy(result, **registers) == pytest.approx(energy(plain, **registers) / 2)
    macs = count(plain, "unit", "multiply_accumulate")
    bit = energy(plain, **registers) / (macs * 40)  # of 32 bits of sum and 8 of the activation
    time = result.evaluation.active_time.item()
    assert table["clock"] == pytest.approx(bit / 2 * 48 * 128**2 * 500e6 * time)
    tree = {
        r.term: r.energy_J for r in result.breakdown if r.kind == "static" and r.component == "chip.overheads"
    }
    assert tree["clock_tree"] == pytest.approx(table["clock"] / 3)  # a quarter of all is a third of the rest
    assert tree["control"] == pytest.approx(table["clock"] * 0.15)  # as of energies per action


def test_a_storage_has_a_clock_domain_of_its_own(tmp_path: Path) -> None:
    # 48 registers of the datapath and 100 bits of storage in each of 128 x 128 units
    unit, one = "chip.array.unit", network(CONVOLUTION)

    def clock(**keys: str) -> float:
        result = run(tmp_path, one, {f"{unit}.{key}": value for key, value in keys.items()})
        rows = [r for r in result.evaluation.statics if (r.component, r.term) == (unit, "clock")]
        return float(np.squeeze(sum(r.total for r in rows)))

    free = {"storage": "100 bit", "free_running_clock": "500 MHz"}
    bit = clock(free_running_clock="500 MHz") / 48 / 500e6
    assert clock(**free) == pytest.approx(148 * 500e6 * bit)
    # words of 32 bits, the widest operand: four gates
    assert clock(**free, storage_clock="gated") == pytest.approx((48 + 4) * 500e6 * bit)
    assert clock(**free, storage_clock="250 MHz") == pytest.approx((48 * 500e6 + 100 * 250e6) * bit)
    assert clock(storage="100 bit", storage_clock="250 MHz") == pytest.approx(100 * 250e6 * bit)
    assert clock(storage="100 bit", storage_clock="gated") == 0.0
    with pytest.raises(NeuroestError, match="needs a `storage`"):
        clock(storage_clock="gated")


def test_a_storage_that_is_gated_pays_the_clock_of_what_it_writes() -> None:
    keys = {
        "weight_bits": "8 bit",
        "activation_bits": "8 bit",
        "accumulator_bits": "32 bit",
        "storage": "100 bit",
    }
    device = "logic_45nm_horowitz"
    costs = {
        domain: block(
            "multiply_accumulate", device=device, **keys, free_running_clock="500 MHz", storage_clock=domain
        )
        for domain in ("gated", "500 MHz")
    }
    # a register takes 9 fJ a bit, half of it its clock
    gated, free = (costs[domain].energies["storage_bit"] for domain in ("gated", "500 MHz"))
    assert gated == pytest.approx(2.0 * free)


def test_a_free_clock_needs_the_energy_of_the_library(tmp_path: Path) -> None:
    from neuroest.loading.library import find_file

    library = find_file("device", "logic_45nm_horowitz").read_text(encoding="utf-8")
    start, end = library.index("  clock_energy:"), library.index("  adder_area:")
    silent = library[:start] + library[end:]
    (tmp_path / "silent.yaml").write_text(
        silent.replace("name: logic_45nm_horowitz", "name: silent"), encoding="utf-8"
    )
    changes = {"chip.array.unit.free_running_clock": "500 MHz", "chip.array.unit.device": "silent.yaml"}
    with pytest.raises(NeuroestError, match="clock_energy"):
        run(tmp_path, network(CONVOLUTION), changes)


def test_switching_energy_follows_the_square_of_the_supply(tmp_path: Path) -> None:
    one = network(CONVOLUTION)
    high, low = (
        estimate(changed(BASE, {}, tmp_path), one, {"technology.supply_voltage": v})
        for v in ("0.9 V", "0.7 V")
    )
    for part in ("unit", "weights", "vector_unit"):
        assert energy(low, component=part) / energy(high, component=part) == pytest.approx((0.7 / 0.9) ** 2)


def test_a_tree_keeps_sums_where_its_stages_end(tmp_path: Path) -> None:
    one = network(CONVOLUTION)
    size = {"chip.array.rows": 64, "chip.array.columns": 32, "chip.array.summation": "tree"}
    fewest = run(tmp_path, one, size)
    stages = {n: run(tmp_path, one, size | {"chip.array.tree_stages": n}) for n in (1, 2, 6)}

    def kept(result: Estimate) -> float:
        unit = next(
            c for c in result.evaluation.mapper.compute.slots.values() if isinstance(c, MultiplyAccumulate)
        )
        return float(np.sum(unit.tree_registers(16.0)))

    # 64 products of 16 bits, each level one bit wider; behind the third of six levels eight sums of 19 bits
    assert kept(stages[6]) == pytest.approx(32 * 17 + 16 * 18 + 8 * 19 + 4 * 20 + 2 * 21)
    assert kept(stages[1]) == pytest.approx(0)
    assert kept(stages[2]) == pytest.approx(8 * 19)
    energies = [r.totals["energy_per_inference_J"] for r in stages.values()]
    assert energies == sorted(energies)
    assert count(stages[1], "unit", "tree_addition") == count(stages[6], "unit", "tree_addition")
    # unstated: two settle in a cycle of 2 ns, and no clock is so fast that a level needs more than one
    assert kept(fewest) == pytest.approx(kept(stages[2]))
    slow, fast = (run(tmp_path, one, size | {"chip.array.clock_frequency": f}) for f in ("10 MHz", "20 GHz"))
    assert kept(slow) == pytest.approx(0)
    assert kept(fast) == pytest.approx(kept(stages[6]))
    # a ripple of 16 + 2 x 6 - 2 full adders, at 500 MHz: too long for one stage of this process, fine in two
    settles = {n: next(c for c in r.checks if c.name == "tree_settles") for n, r in stages.items()}
    assert settles[1].limit == settles[2].limit == pytest.approx(2e-9, rel=1e-9)
    assert not settles[1].passed
    assert settles[2].passed
    register = load_device("logic_45nm_horowitz").claims["register_delay"].value
    adder = load_device("logic_45nm_horowitz").claims["full_adder_delay"].value
    assert settles[1].value / settles[2].value == pytest.approx(
        (26 * adder + register) / (13 * adder + register)
    )
    assert not [c for c in fewest.checks if c.name == "tree_settles"]


def test_a_clock_that_no_adder_can_follow_fails_a_check(tmp_path: Path) -> None:
    def settles(clock: str, **more: object) -> Any:
        found = run(tmp_path, network(CONVOLUTION), {"chip.array.clock_frequency": clock, **more}).checks
        return next((c for c in found if (c.name, c.component) == ("clock_settles", "chip.array.unit")), None)

    fast = settles("20 GHz")
    assert fast.limit == pytest.approx(50e-12, rel=1e-9)
    assert not fast.passed
    assert settles("500 MHz") is None  # a cycle of 2 ns
    # five gates and a register for sums of 32 bits, four for 16, on the same process
    library = load_device("logic_45nm_horowitz").claims
    adder, register = (library[name].value for name in ("full_adder_delay", "register_delay"))
    narrow = settles("20 GHz", **{"chip.array.unit.accumulator_bits": "16 bit"})
    assert fast.value / narrow.value == pytest.approx((5 * adder + register) / (4 * adder + register))
    assert (
        fast.value > 5 * adder + register
    )  # the 28 nm process of low power is slower than that of the library


def test_an_accumulator_narrower_than_a_product_is_reported(tmp_path: Path) -> None:
    # a weight of 8 bits times an activation of 8 bits has 16
    results = [
        run(tmp_path, network(CONVOLUTION), {"chip.array.unit.accumulator_bits": f"{bits} bit"})
        for bits in (15, 16)
    ]
    found = [next(c for c in one.checks if c.name == "accumulator_width") for one in results]
    assert [bool(check.passed) for check in found] == [False, True]
    assert found[0].limit == 16


def test_inputs_go_to_the_arrays_whose_positions_need_them(tmp_path: Path) -> None:
    def reached(layer: dict[str, Any], arrays: int) -> float:
        result = run(tmp_path, network(layer), {"chip.array.count": arrays})
        return float(np.sum(result.evaluation.mapped.placement.reached_units))

    # 8 x 8 positions of 3 x 3: strips of two rows need four of ten input rows, single rows need three
    assert reached(CONVOLUTION, 1) == pytest.approx(1.0)
    assert reached(CONVOLUTION, 4) == pytest.approx(4 * 4 / 10)
    assert reached(CONVOLUTION, 8) == pytest.approx(8 * 3 / 10)
    # two columns more: each half of the map needs six of ten input columns
    assert reached(CONVOLUTION, 16) == pytest.approx(8 * 3 / 10 * 2 * 6 / 10)
    assert reached({**CONVOLUTION, "kernel": 1, "padding": 0}, 8) == pytest.approx(1.0)
    # one position: its outputs are shared, and each array needs all inputs
    dense = {"type": "fully_connected", "outputs": 256}
    assert reached(dense, 4) == pytest.approx(256 / 128)


def test_arrays_behind_one_feeder_get_an_input_from_one_read(tmp_path: Path) -> None:
    dense = {"type": "fully_connected", "outputs": 1024}

    def inputs_read(layer: dict[str, Any], feed: str) -> float:
        stated = {"chip.array.count": 3, "chip.array.input_feed": feed}
        return count(run(tmp_path, network(layer), stated), "activations", "read")

    # 1024 outputs in eight blocks of 128 columns, three at a time: three reads of an input for eight
    each, shared = (inputs_read(dense, feed) for feed in ("each_array", "shared"))
    assert shared / each == pytest.approx(3 / 8)
    # enough positions: each array has some of its own
    assert inputs_read(CONVOLUTION, "shared") == pytest.approx(inputs_read(CONVOLUTION, "each_array"))
