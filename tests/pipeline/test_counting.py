"""Arrays below levels with counts of their own: what counts is how many there are, not how they are nested."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroest.core.errors import NeuroestError
from neuroest.exploration.sweep import sweep
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_architecture
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.timing import KERNELS, MEMORY, SETUP
from neuroest.results.estimate import CheckResult, Estimate
from tests.chips import SYSTOLIC, changed, count
from tests.levels.test_digital_arrays import network, run

CONVOLUTION = {"type": "convolution", "outputs": 32, "kernel": 3, "padding": 1}
ROW_STATIONARY = {
    "mapper": "row_stationary", "rows": 12, "columns": 14, "filters_per_unit": 4, "channels_per_unit": 4,
    "gating": "none", "clock_frequency": "500 MHz", "batch": 1,
}  # fmt: skip


def nested(folder: Path, counts: tuple[Any, ...], mapper: str = "digital_array") -> Estimate:
    """The int8 baseline whose arrays are below a level for each further count, the outermost count first."""
    data = copy.deepcopy(load_architecture("digital_int8_28nm").document.data)
    array = data["chip"].pop("array")
    if mapper == "row_stationary":
        array = {**ROW_STATIONARY, "unit": array["unit"]}
    inner = {**array, "count": counts[-1]}
    for depth, number in enumerate(reversed(counts[:-1])):
        inner = {"count": number, f"level_{depth}": inner}
    data["chip"]["group"] = inner
    file = folder / f"{data['name']}.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return estimate(file, network(CONVOLUTION))


def unit_time(result: Estimate) -> float:
    evaluation = result.evaluation
    return float(evaluation.timing.resources[evaluation.mapped.level.path].sum())


def totals(result: Estimate) -> dict[str, float]:
    return {name: value for name, value in result.totals.items() if value is not None}


@st.composite
def nestings(draw: st.DrawFn) -> tuple[int, ...]:
    """Counts of one to four levels whose product is 64."""
    cuts = sorted(draw(st.lists(st.integers(0, 6), max_size=3)))
    return tuple(2 ** (high - low) for low, high in zip([0, *cuts], [*cuts, 6], strict=True))


@pytest.mark.parametrize("mapper", ["digital_array", "row_stationary"])
def test_nested_arrays_work_side_by_side(tmp_path_factory: pytest.TempPathFactory, mapper: str) -> None:
    folder = tmp_path_factory.mktemp("nested")
    flat = nested(folder, (64,), mapper)
    # 64 arrays share the work of one
    assert unit_time(flat) == pytest.approx(unit_time(nested(folder, (1,), mapper)) / 64, rel=1e-12)

    @settings(max_examples=12)
    @given(nestings())
    def same(counts: tuple[int, ...]) -> None:
        assert totals(nested(folder, counts, mapper)) == pytest.approx(totals(flat), rel=1e-12)

    same()


@pytest.mark.parametrize(
    ("case", "level", "workload"),
    [
        ("chih_2021", "macro", "bits_4"),
        ("valavi_2019", "array", "hidden_layer"),
        ("morphic", "core", "one_event_each"),
    ],
)
def test_nested_macros_and_cores_of_published_chips_equal_flat_ones(
    case: str, level: str, workload: str, tmp_path: Path
) -> None:
    """Digital compute-in-memory, a charge-domain crossbar and spiking cores: 64, eight times eight and 4 x 4 x 4."""
    folder = data_folder("validation_case") / case
    found = []
    for counts in ((64,), (8, 8), (4, 4, 4)):
        data = yaml.safe_load((folder / "chip.yaml").read_text(encoding="utf-8"))
        inner = {level: {**data["chip"].pop(level), "count": counts[-1]}}
        for depth, number in enumerate(reversed(counts[:-1])):
            inner = {f"level_{depth}": {"count": number, **inner}}
        data["chip"].update(inner)
        file = tmp_path / f"{case}.yaml"
        file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
        found.append(totals(estimate(file, folder / f"{workload}.yaml")))
    assert found[1] == pytest.approx(found[0], rel=1e-12)
    assert found[2] == pytest.approx(found[0], rel=1e-12)


def test_a_count_that_is_auto_adds_no_arrays(tmp_path: Path) -> None:
    # the fewest groups that hold the four arrays that are chosen: one
    assert totals(nested(tmp_path, ("auto", 4))) == pytest.approx(totals(nested(tmp_path, (4,))))


def hierarchy(folder: Path, inner: dict[str, Any], clusters: int = 1, **array_keys: str) -> Estimate:
    """A systolic array with a further memory near it, and as many clusters of one array each."""
    data = yaml.safe_load(changed("digital_int8_28nm", SYSTOLIC, folder).read_text(encoding="utf-8"))
    array = data["chip"].pop("array") | array_keys
    memory = {"model": "sram", "device": "sram_28nm_anchored", "width": "64 bit", **inner}
    data["chip"]["cluster"] = {"count": clusters, "near": memory, "array": array}
    file = folder / f"{data['name']}.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return estimate(file, network(CONVOLUTION, {**CONVOLUTION, "outputs": 160}))


def test_a_near_memory_reads_each_activation_once_from_the_far_one(tmp_path: Path) -> None:
    near = {"capacity": "16 KiB", "stores": ["activations"]}
    one = hierarchy(tmp_path, near)
    # 144 inputs of 64 positions for 32 outputs, and 288 of them for two blocks of 128 of 160 outputs, of 8 bits
    units = 64 * (144 + 2 * 288) * 8
    # 16 maps and 32 maps of 64 elements, 1 KiB and 2 KiB, which the near memory holds
    once = 64 * (16 + 32) * 8
    assert count(one, "near", "read") * 64 == pytest.approx(units)
    assert count(one, "near", "write") * 64 == count(one, "activations", "read") * 512 == pytest.approx(once)
    # 32 and 160 maps of results go to the far one
    assert count(one, "activations", "write") * 512 == pytest.approx(64 * (32 + 160) * 8)
    # of four clusters, strips of two rows, an input reaches 1.6, which are two; the far memory reads it once for all
    four = hierarchy(tmp_path, near, clusters=4)
    assert count(four, "near", "write") * 64 == pytest.approx(2 * once)
    assert count(four, "activations", "read") == count(one, "activations", "read")


def test_what_a_near_memory_cannot_hold_comes_anew_for_every_access(tmp_path: Path) -> None:
    # 1 KiB holds the 16 maps of the first layer and not the 32 of the second, whose 2 x 288 inputs all come from afar
    result = hierarchy(tmp_path, {"capacity": "1 KiB", "stores": ["activations"]})
    far = 64 * (16 + 2 * 288) * 8
    assert count(result, "activations", "read") * 512 == count(result, "near", "write") * 64 == far


@pytest.mark.parametrize(
    ("size", "first", "second"),
    [
        # all 16 maps of the first layer fit; of the second, 128 of 288 rows of 32 maps (7282 bits) for both blocks
        ("1 KiB", 1, 1),
        # three rows of 8 positions and 14 or 15 channels (2731 bits) fit both: once for each block of columns
        ("512 byte", 1, 2),
        # not even those: every one of nine positions of a window comes again
        ("256 byte", 9, 18),
    ],
)
def test_a_search_of_the_order_of_loops_keeps_what_a_small_memory_can_hold(
    tmp_path: Path, size: str, first: int, second: int
) -> None:
    near = {"capacity": size, "stores": ["activations"]}
    found = hierarchy(tmp_path, near, tiling="search")
    # maps of 8 x 8 with a border of zeros for windows, 16 and 32 channels of 8 bits
    windows = {1: 64, 9: 64 * 9}
    expected = 8 * (16 * windows[first] + 32 * (64 * second if second < 9 else 64 * 9 * 2))
    assert count(found, "near", "write") * 64 == pytest.approx(expected)
    assert count(found, "activations", "read") * 512 == pytest.approx(expected)
    # what the units read does not ask for the order, and without the search nothing is held
    plain = hierarchy(tmp_path, near)
    assert count(found, "near", "read") == count(plain, "near", "read")
    assert count(plain, "near", "write") >= count(found, "near", "write")


def test_a_search_weighs_inputs_against_weights_where_sums_stay(tmp_path: Path) -> None:
    # 64 positions fit 128 rows, so that weights come once in any order and the map once for each block of columns or
    # once for all: the search takes the latter
    near = {"capacity": "1 KiB", "stores": ["activations"]}
    found = hierarchy(tmp_path, near, tiling="search", dataflow="output_stationary")
    assert count(found, "near", "write") * 64 == pytest.approx(8 * 64 * (16 + 32))


def test_weights_that_fit_near_the_arrays_stay_there(tmp_path: Path) -> None:
    weights = (144 * 32 + 288 * 160) * 8  # bits; 4.5 KiB and 45 KiB
    for capacity, from_afar in (("64 KiB", 0), ("48 KiB", weights)):
        result = hierarchy(tmp_path, {"capacity": capacity, "stores": ["weights"]})
        assert count(result, "near", "read") * 64 == pytest.approx(weights)
        assert count(result, "near", "write") * 64 == pytest.approx(from_afar)
        assert count(result, "weights", "read") * 512 == pytest.approx(from_afar)


def test_sums_lie_in_the_nearest_memory_that_holds_them(tmp_path: Path) -> None:
    # 64 x 32 sums of 24 bits are 6 KiB, 64 x 160 are 30 KiB; 144 inputs are two blocks of 128, 288 are three
    result = hierarchy(tmp_path, {"capacity": "8 KiB", "stores": ["partial_sums"]})
    for action in ("read", "write"):
        assert count(result, "near", action) * 64 == 64 * 32 * 24 * 2
        assert count(result, "partial_sums", action) * 512 == 64 * 160 * 24 * 3


def test_two_memories_of_one_level_do_not_serve_each_other(tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="both store weights in one level"):
        run(tmp_path, network(CONVOLUTION), {"chip.more": {
            "model": "sram", "device": "sram_28nm_anchored", "capacity": "64 KiB", "width": "64 bit",
            "stores": ["weights"],
        }})  # fmt: skip


def check(result: Estimate, name: str, component: str) -> CheckResult:
    return next(c for c in result.checks if (c.name, c.component) == (name, component))


def test_a_port_that_holds_the_columns_up_is_advised_on(tmp_path: Path) -> None:
    one = network(CONVOLUTION)
    plain = run(tmp_path, one)
    # 64 positions of 32 sums of 24 bits, written and read for each of two blocks of rows, 512 bits an access; the units
    # take 64 + 128 + 128 - 2 cycles for each block
    words = 2 * 64 * 32 * 24 * 2 / 512
    memory = next(m for m in plain.evaluation.chip.memories() if m.path == "chip.partial_sums")
    needed = 512 * words * memory.access_time() / (2 * (64 + 254) / 500e6)
    found = check(plain, "port_width", "chip.partial_sums")
    assert found.value == pytest.approx(needed)
    assert found.limit == 512
    assert found.passed == (needed <= 512)
    # on a tree of adders, which takes 2 x 64 cycles, the same port is too narrow; in 16 banks it is wide enough
    tree = {"chip.array.summation": "tree"}
    assert not check(run(tmp_path, one, tree), "port_width", "chip.partial_sums").passed
    banked = run(tmp_path, one, {**tree, "chip.partial_sums.banks": 16, "chip.activations.banks": 16})
    assert check(banked, "port_width", "chip.partial_sums").passed
    assert banked.totals["latency_s"] < run(tmp_path, one, tree).totals["latency_s"]


def test_the_share_of_the_peak_names_what_holds_the_units_up(tmp_path: Path) -> None:
    one = network(CONVOLUTION)
    result = run(
        tmp_path, one, {"chip.array.rows": 144, "chip.array.columns": 32, "chip.array.summation": "tree"}
    )
    # 144 x 32 multipliers at 500 MHz; they multiply 64 vectors, in 64 cycles if nothing held them up
    assert result.totals["peak_operations_per_s"] == 2 * 144 * 32 * 500_000_000
    done = 2 * 64 * 144 * 32 / result.totals["initiation_interval_s"]
    assert result.totals["share_of_peak"] == pytest.approx(done / (2 * 144 * 32 * 500e6))
    slow = run(tmp_path, one, {"chip.partial_sums.width": "8 bit"})
    found = check(slow, "share_of_peak", "chip.array")
    assert not found.passed
    assert "the main cause is chip.partial_sums, for 100 % of the time" in found.message
    # four arrays have four times the peak
    four = run(tmp_path, one, {"chip.array.count": 4})
    assert four.totals["peak_operations_per_s"] == 4 * 2 * 128 * 128 * 500_000_000


def test_maps_that_nothing_carries_off_the_chip_fit_its_memory(tmp_path: Path) -> None:
    one, inside = network(CONVOLUTION), {"chip.memory.carries": ["inputs", "outputs", "weights"]}
    # 16 channels of 8 x 8 go in, 32 come out
    small, whole = (
        {"chip.activations.capacity": f"{size} B", "chip.activations.banks": 1} for size in (3071, 3072)
    )
    assert check(run(tmp_path, one, whole | inside), "maps_fit", "chip.activations").passed
    assert not check(run(tmp_path, one, small | inside), "maps_fit", "chip.activations").passed
    # the shipped chip moves them over its external memory
    assert not [c for c in run(tmp_path, one, small).checks if c.name == "maps_fit"]


def test_an_advice_leaves_a_design_feasible() -> None:
    frame = sweep("digital_int8_28nm", {"chip.array.batch": [1, 2]}, "resnet18_imagenet_dense").to_frame()
    assert frame["feasible"].all()


def test_crossbars_and_spiking_cores_have_a_share_of_their_peak() -> None:
    # one layer of 128 inputs and 64 outputs of two devices each fills an array: the share is that of its reads
    mapped = estimate("adc_crossbar_28nm", "keyword_spotting_dense")
    mapper, e = mapped.evaluation.mapper, mapped.evaluation
    columns, rows = mapper.compute.weights.devices_per_weight()
    held = 128 / rows * 128 / columns / mapper.compute.weights.slices(mapper.network)
    fastest = min(np.broadcast_to(mapper.cycle_time(), mapper.on_array.shape)[mapper.on_array > 0.0])
    arrays = e.mapped.counts[e.mapped.level.path].item()
    assert mapped.totals["peak_operations_per_s"] == pytest.approx(2 * held / fastest * arrays)
    assert 0.0 < mapped.totals["share_of_peak"] <= 1.0
    # cores: two operations for each synaptic operation of a lane, one a cycle; silent inputs take no time
    spiking = estimate("digital_spiking_28nm", "shd_recurrent_spiking")
    core = spiking.evaluation.mapper.compute.slots["neuron"]
    cores = spiking.evaluation.mapped.counts[spiking.evaluation.mapped.level.path].item()
    assert spiking.totals["peak_operations_per_s"] == pytest.approx(2 * core.action_rate() * cores)
    done = 2 * spiking.totals["synaptic_operations"] * spiking.totals["throughput_per_s"]
    assert spiking.totals["share_of_peak"] == pytest.approx(done / spiking.totals["peak_operations_per_s"])
    # units that hold layers wait for the slowest: a low share is no advice
    assert not [c for c in mapped.checks + spiking.checks if c.name == "share_of_peak"]


def test_what_a_measured_accelerator_lacks_of_its_peak_has_causes() -> None:
    result = estimate("edge_accelerator_hailo8", "resnet18_imagenet_dense")
    shares = result.evaluation.timing.idle_shares(result.evaluation.levels)
    busy = 1.0 - shares[SETUP]
    assert shares[SETUP] == pytest.approx(53e-6 / result.totals["latency_s"])
    # poolings and the last layer, with a weight for each product, wait for the memory, for few of the operations
    assert shares[MEMORY] > 0.0
    assert shares[KERNELS] / 0.59 + shares[MEMORY] == pytest.approx(busy, rel=1e-3)
    # poolings and sums of residuals, 0.5 % of the operations of kernels, are none of the network
    assert result.totals["share_of_peak"] == pytest.approx(0.41 * busy, rel=0.01)
    assert sum(shares.values()) + result.totals["share_of_peak"] == pytest.approx(1.0, rel=1e-3)


def test_a_kernel_that_waits_for_memory_says_so() -> None:
    result = estimate("gpu_h100", "mlp_mnist_dense")
    shares = result.evaluation.timing.idle_shares(result.evaluation.levels)
    # inputs, outputs and weights of three layers at 0.8 of 3.35 TB/s; products at 1979 Tera operations per second
    moved = (784 + 512 + 784 * 512) + (512 + 512 + 512 * 512) + (512 + 10 + 512 * 10)
    lost = moved / (0.8 * 3.35e12) - 2 * (784 * 512 + 512 * 512 + 512 * 10) / 1979e12
    assert shares[MEMORY] == pytest.approx(lost / result.totals["latency_s"])
    assert shares[KERNELS] == 0.0
    assert sum(shares.values()) + result.totals["share_of_peak"] == pytest.approx(1.0)
