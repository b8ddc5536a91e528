"""Claims about systolic arrays and rooflines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import accelerators, processors
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "systolic_cycles": {
        "reduction": 576.0,
        "outputs": 64.0,
        "positions": 3136.0,
        "rows": 128.0,
        "columns": 128.0,
    },
    "systolic_utilisation": {
        "reduction": 576.0,
        "outputs": 64.0,
        "positions": 3136.0,
        "rows": 128.0,
        "columns": 128.0,
    },
    "tree_cycles": {
        "reduction": 576.0,
        "outputs": 64.0,
        "positions": 3136.0,
        "rows": 128.0,
        "columns": 128.0,
    },
    "tree_utilisation": {
        "reduction": 576.0,
        "outputs": 64.0,
        "positions": 3136.0,
        "rows": 128.0,
        "columns": 128.0,
    },
    "transform_adders": {"additions": 24.0, "rows": 8.0, "tile_products": 16.0},
    "extended_kernel": {"kernel": 7.0, "stride": 2.0},
    "winograd_tiles": {"output_rows": 13.0, "output_columns": 14.0},
    "bit_serial_cycle_time": {
        "adder_delay": 0.4e-9,
        "weight_bits": 8.0,
        "guard_bits": 7.0,
        "rows": 128.0,
        "registers": 4.0,
        "one_bit": 1.0,
    },
    "repeated_reading": {
        "weights": 8e6,
        "activations": 1e6,
        "weight_capacity": 2e6,
        "activation_capacity": 0.5e6,
    },
    "filters_of_a_pass": {
        "filters": 64.0,
        "held_filters": 48.0,
        "buffer_words": 51200.0,
        "input_words": 3616.0,
        "sums_per_filter": 3136.0,
    },
    "channels_of_a_pass": {
        "channels": 64.0,
        "held_channels": 48.0,
        "buffer_words": 51200.0,
        "input_words": 3616.0,
        "sums": 25088.0,
    },
    "rows_with_halo": {"output_rows": 55.0, "strip_rows": 7.0, "kernel_rows": 11.0, "stride": 4.0},
    "row_stationary_cycles": {
        "kernel_rows": 3.0,
        "output_rows": 13.0,
        "pairs": 98304.0,
        "row_operations": 39.0,
        "rows": 12.0,
        "columns": 14.0,
    },
    "kept_products": {"input_density": 0.3, "weight_density": 0.1},
    "skipped_cycles": {"products": 0.25, "balance": 0.5},
    "packed_share": {"density": 0.1, "bits": 4.0, "index_bits": 4.0},
}


def cycles_of_one_pass(vectors: int, rows: int, columns: int) -> int:
    """Last cycle in which any unit works: on the skewed schedule vector v is in (r, c) at v + r + c."""
    return max(v + r + c for v in range(vectors) for r in range(rows) for c in range(columns)) + 1


@each("vectors, rows, columns", [(1, 1, 1), (1, 4, 3), (7, 4, 3), (5, 1, 8)])
def test_cycles_equal_the_skewed_schedule(vectors, rows, columns):
    expected = cycles_of_one_pass(vectors, rows, columns)
    assert accelerators.systolic_cycles(rows, columns, vectors, rows, columns) == expected


def test_cycles_of_a_convolution():
    # 3 x 3, 64 to 64 channels, 56 x 56 map on 128 x 128: ceil(576/128) x 1 x (3136 + 254) = 5 x 3390.
    assert accelerators.systolic_cycles(576.0, 64.0, 3136.0, 128.0, 128.0) == 16950


@given(*(st.integers(1, 600) for _ in range(5)))
def test_utilisation_is_work_over_slots_and_at_most_one(reduction, outputs, positions, rows, columns):
    utilisation = accelerators.systolic_utilisation(reduction, outputs, positions, rows, columns)
    cycles = accelerators.systolic_cycles(reduction, outputs, positions, rows, columns)
    work = reduction * outputs * positions
    assert utilisation == pytest.approx(work / (cycles * rows * columns), rel=1e-12)
    assert 0.0 < utilisation <= 1.0 + 1e-12


def test_ridge_of_an_h100():
    # 989 TFLOP/s over 3.35 TB/s: 295 operations per byte
    assert 8 * processors.ridge_intensity(989e12, 8 * 3.35e12) == pytest.approx(295.0, rel=2e-3)


def test_compute_and_memory_time_meet_at_the_ridge():
    ridge = processors.ridge_intensity(989e12, 26.8e12)
    at = {"peak_rate": 989e12, "bandwidth": 26.8e12, "compute_efficiency": 1.0, "bandwidth_efficiency": 1.0}
    at |= {"kernels": 0.0, "launch_time": 0.0}
    on = processors.roofline_time(operations=1e12, traffic=1e12 / ridge, **at)
    left = processors.roofline_time(operations=1e12, traffic=2e12 / ridge, **at)
    right = processors.roofline_time(operations=1e12, traffic=0.5e12 / ridge, **at)
    assert left == pytest.approx(2 * on, rel=1e-12)
    assert right == pytest.approx(on, rel=1e-12)


def test_tiny_network_on_a_processor_is_launch_time():
    # 668 672 multiply-accumulates and 5.3 Mbit of weights: 0.2 us of traffic during 3 kernels of 4 us.
    time = processors.roofline_time(2 * 668672.0, 8 * 668672.0, 989e12, 26.8e12, 0.5, 0.8, 3.0, 4e-6)
    assert time == pytest.approx(12.25e-6, rel=2e-3)


@each("batch, threads", [(1, 1), (2, 1), (4, 1), (8, 1), (16, 3), (32, 7), (64, 12), (1024, 12)])
def test_threads_of_a_layer_by_the_rule_of_eigen(batch, threads):
    # a multiply-accumulate is a quarter of a cycle with vectors of four numbers; a thread for each 100 000 cycles
    cycles = 390 * 256 * batch / 4
    assert min(12, max(1, int((cycles - 1e5) / 1e5 + 0.9))) == threads
    assert processors.kernel_threads(2 * 390 * 256 * batch, 8e5, 12.0) == threads


def test_without_a_rule_for_threads_every_kernel_has_all_cores():
    assert processors.kernel_threads(1.0, 0.0, 12.0) == 12
    assert processors.kernel_threads(0.0, 8e5, 12.0) == 1


def test_no_efficiency_is_visibly_out_and_no_work_takes_no_time():
    assert processors.roofline_time(1e9, 1e9, 1e12, 1e12, 0.0, 1.0, 0.0, 0.0) == np.inf
    assert processors.roofline_time(0.0, 0.0, 1e12, 1e12, 0.0, 1.0, 0.0, 0.0) == 0.0


def test_nothing_is_read_twice_where_one_operand_fits():
    assert accelerators.repeated_reading(8e6, 1e6, 2e6, 1e6) == 0.0
    assert accelerators.repeated_reading(2e6, 1e9, 2e6, 1e6) == 0.0


def test_the_cheaper_order_of_loops_is_taken():
    # weights in 2 pieces: 100 Mbit of activations once more; activations in 100 pieces: 3 Mbit of weights 99 times more
    assert accelerators.repeated_reading(3e6, 100e6, 2e6, 1e6) == pytest.approx(100e6, rel=1e-12)


@pytest.mark.parametrize(
    ("kernel_rows", "output_rows", "published"), [(11, 55, 154), (5, 27, 135), (3, 13, 156)]
)
def test_working_units_of_eyeriss_on_alexnet(kernel_rows, output_rows, published):
    # Chen 2017, Table V: 154, 135 and 156 of 168 units work; folds of 55 and 27 rows over 14 columns are not quite full
    cycles = accelerators.row_stationary_cycles(kernel_rows, output_rows, 4800, 100, 12, 14)
    working = kernel_rows * output_rows * 4800 * 100 / cycles
    assert working == pytest.approx(published, rel=0.02)


def test_cycle_of_colonnade_without_pipelining():
    # one register a column: 128 rows, 23 columns of a 16-bit weight and 2 more, 153 adders of 0.4 ns
    assert accelerators.bit_serial_cycle_time(0.4e-9, 16, 7, 128, 1, 1.0) == pytest.approx(61.2e-9, rel=1e-12)


def test_an_array_with_adder_trees_saves_filling_and_draining():
    # 2304 x 256 weights on 64 x 32 units: 36 x 8 blocks; 49 positions each, against 49 + 64 + 32 - 2.
    assert accelerators.tree_cycles(2304, 256, 49, 64, 32) == 36 * 8 * 49
    assert accelerators.systolic_cycles(2304, 256, 49, 64, 32) == 36 * 8 * 143


def test_winograd_saves_two_and_a_quarter_on_even_maps_and_less_on_odd_ones():
    # Lavin and Gray: 16 multiplications for 4 outputs of 9 each.
    for rows, columns, saving in ((56, 56, 2.25), (7, 7, 49 * 9 / (16 * 16))):
        tiles = accelerators.winograd_tiles(rows, columns)
        assert rows * columns * 9 / (16 * tiles) == pytest.approx(saving)


def test_extended_kernels_of_the_vendors_sheet():
    # NVDLA performance sheet, ResNet-50: 8192 KiB for the last strided 1 x 1 kernels of 2048 KiB, and
    # ceil(7 / 2)^2 x 4 for the 7 x 7 kernel of the first layer.
    assert accelerators.extended_kernel(1, 2) ** 2 == 4
    assert accelerators.extended_kernel(7, 2) ** 2 * 49 == pytest.approx(4 * 4**2)


def test_buffer_accesses_of_row_stationary_passes_as_published():
    # Eyeriss, AlexNet with a batch of four, MB by layer, unverified; their sum is the 208.5 MB that we
    # read. Two accesses to a partial sum for each pass over channels, and the input with its halo once for each
    # group of filters; channels and filters of a pass are 1 and 32, 2 and 16, 6 and 32, 6 and 32, 6 and 32.
    layers = (
        # outputs, rows, columns with padding, kernel, stride, strip, channels, channels a pass, groups of filters
        (55 * 55 * 96, 55, 227, 11, 4, 7, 3, 1, 3, 18.5),
        (27 * 27 * 256, 27, 31, 5, 1, 27, 48, 2, 8, 77.6),
        (13 * 13 * 384, 13, 15, 3, 1, 13, 256, 6, 12, 50.2),
        (13 * 13 * 384, 13, 15, 3, 1, 13, 192, 6, 6, 37.4),
        (13 * 13 * 256, 13, 15, 3, 1, 13, 192, 6, 4, 24.9),
    )
    split = (1, 2, 1, 2, 2)  # layers of two groups have their input twice as many channels
    for groups, (outputs, rows, columns, kernel, stride, strip, channels, held, filters, published) in zip(
        split, layers, strict=True
    ):
        inputs = (
            accelerators.rows_with_halo(rows, strip, kernel, stride) * columns * channels * groups * filters
        )
        words = 2 * outputs * np.ceil(channels / held) + inputs
        assert words * 2 * 4 / 1e6 == pytest.approx(published, rel=0.005)


def test_three_percent_of_the_work_are_left_of_a_pruned_layer() -> None:
    # EIE, ISCA 2016: weights of 10 % and activations of 30 %; weights of 4 bits with places of 4 bits
    assert accelerators.kept_products(0.3, 0.1) == pytest.approx(0.03)
    assert accelerators.packed_share(0.1, 4.0, 4.0) == pytest.approx(0.2)


@given(st.floats(0.0, 1.0), st.floats(0.01, 1.0))
def test_an_array_that_skips_zeros_is_never_slower_than_a_dense_one(products: float, balance: float) -> None:
    cycles = accelerators.skipped_cycles(products, balance)
    assert products * (1.0 - 1e-12) <= cycles <= 1.0
