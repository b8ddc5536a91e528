"""Claims about cutting layers into arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import accelerators, mapping
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "block_count": {"size": 576.0, "capacity": 128.0},
    "strips_reached": {"strips": 7.0, "outputs": 14.0, "kernel": 3.0, "stride": 1.0},
    "cores_of_a_window": {"rows": 3.0, "columns": 3.0, "row_distance": 16.0, "held": 4.0},
    "groups_per_array": {"rows": 128.0, "columns": 128.0, "group_rows": 9.0, "group_columns": 2.0},
    "off_diagonal_groups": {"groups": 64.0, "packed": 14.0},
    "replication_for_interval": {"work": 3136.0, "cycle_time": 100e-9, "interval": 100e-6},
    "units_for": {"needed": 92.0, "per_unit": 8.0},
}


def test_convolution_of_8_bit_weights_on_2_bit_pairs():
    # 3 x 3 x 64 = 576 rows; 64 outputs x 2 columns x 4 slices = 512 columns; 5 x 4 arrays, 0.90 full.
    assert mapping.block_count(576.0, 128.0) * mapping.block_count(512.0, 128.0) == 20
    assert accelerators.tree_utilisation(576.0, 512.0, 1.0, 128.0, 128.0) == pytest.approx(0.90, rel=1e-12)


def test_perceptron_784_512_512_10_takes_92_arrays_in_one_call_over_layers_and_sizes():
    # Columns in pairs: 7 x 8 + 4 x 8 + 4 x 1 = 92 arrays of 128; of 256: 4 x 4 + 2 x 4 + 2 x 1 = 26.
    inputs = np.array([784.0, 512.0, 512.0])[:, None]
    outputs = 2 * np.array([512.0, 512.0, 10.0])[:, None]
    size = np.array([128.0, 256.0])
    arrays = mapping.block_count(inputs, size) * mapping.block_count(outputs, size)
    assert arrays.sum(axis=0).tolist() == [92, 26]
    # 2 x 668 672 cells in 92 x 16 384: 0.887
    assert (inputs * outputs).sum() / (92 * 128**2) == pytest.approx(0.887, rel=1e-3)


@given(*(st.integers(1, 5000) for _ in range(2)), *(st.integers(1, 512) for _ in range(2)))
def test_blocks_hold_the_matrix_and_utilisation_is_at_most_one(reduction, outputs, rows, columns):
    blocks = mapping.block_count(reduction, rows) * mapping.block_count(outputs, columns)
    assert blocks * rows * columns >= reduction * outputs
    utilisation = accelerators.tree_utilisation(reduction, outputs, 1.0, rows, columns)
    assert utilisation == pytest.approx(reduction * outputs / (blocks * rows * columns), rel=1e-12)
    assert 0.0 < utilisation <= 1.0


def test_depthwise_groups_fill_the_diagonal():
    assert mapping.groups_per_array(128.0, 128.0, 9.0, 2.0) == 14  # rows: 128 / 9
    assert mapping.groups_per_array(128.0, 16.0, 9.0, 2.0) == 8  # columns: 16 / 2
    assert mapping.groups_per_array(128.0, 128.0, 200.0, 2.0) == 0.0


def test_replication_meets_the_interval_and_one_copy_less_does_not():
    copies = mapping.replication_for_interval(3136.0, 100e-9, 100e-6)
    assert copies == 4
    assert 3136.0 * 100e-9 / copies <= 100e-6
    assert 3136.0 * 100e-9 / (copies - 1.0) > 100e-6


@each("copies", [1, 2, 3, 7, 10, 49, 3136])
def test_rounding_never_adds_a_copy(copies):
    interval = 3136.0 * 100e-9 / copies
    assert mapping.replication_for_interval(3136.0, 100e-9, interval) == copies


def test_layer_that_is_fast_enough_keeps_one_copy():
    assert mapping.replication_for_interval(1.0, 100e-9, 1.0) == 1


def test_units_without_room_are_visibly_out_and_nothing_needs_none():
    assert mapping.units_for(92.0, 8.0) == 12
    assert mapping.units_for(92.0, 0.0) == np.inf
    assert mapping.units_for(0.0, 8.0) == 0.0
    assert mapping.block_count(576.0, 0.0) == np.inf


@given(st.integers(1, 200), st.integers(1, 30))
def test_off_diagonal_groups_are_the_mean_over_all_groups(groups, packed):
    sizes = [min(packed, groups - start) for start in range(0, groups, packed)]
    mean = sum(size * (size - 1) for size in sizes) / groups
    assert mapping.off_diagonal_groups(float(groups), float(packed)) == pytest.approx(mean, abs=1e-12)
