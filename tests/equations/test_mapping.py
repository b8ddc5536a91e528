"""Claims about cutting layers into arrays and counting what happens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import mapping

SAMPLES: dict[str, dict[str, float]] = {
    "rewritten_cells": {"elements": 524288.0, "cells_per_value": 8.0},
    "rewriting_limit": {"endurance": 1e6, "pulses": 9.0},
    "block_count": {"size": 576.0, "capacity": 128.0},
    "array_utilisation": {"reduction": 576.0, "outputs": 512.0, "rows": 128.0, "columns": 128.0},
    "groups_per_array": {"rows": 128.0, "columns": 128.0, "group_rows": 9.0, "group_columns": 2.0},
    "groups_beside": {"groups": 64.0, "packed": 14.0},
    "stage_interval": {"work": 3136.0, "cycle_time": 100e-9, "replication": 4.0},
    "replication_for_interval": {"work": 3136.0, "cycle_time": 100e-9, "interval": 100e-6},
    "units_for": {"needed": 92.0, "per_unit": 8.0},
    "spikes": {"timesteps": 20.0, "rate": 0.1, "neurons": 512.0},
    "synaptic_operations": {"timesteps": 20.0, "rate": 0.1, "connections": 668672.0},
    "convolution_fan_out": {
        "kernel_height": 3.0,
        "kernel_width": 3.0,
        "output_channels": 64.0,
        "stride": 2.0,
    },
    "physical_neurons": {"positions": 784.0, "outputs": 32.0, "replication": 3.0},
    "row_activations": {"spikes": 1024.0, "column_blocks": 8.0, "row_copies": 1.0},
    "dense_row_activations": {
        "positions": 3136.0,
        "reduction": 576.0,
        "column_blocks": 4.0,
        "input_planes": 8.0,
        "one_probability": 0.25,
    },
    "cell_events": {"synaptic_operations": 1e6, "row_copies": 1.0, "column_copies": 2.0, "slices": 4.0},
    "conversions": {"timesteps": 20.0, "row_blocks": 7.0, "columns": 1024.0},
    "silent_block_fraction": {"rate": 0.01, "rows": 128.0},
    "line_buffer_capacity": {"kernel_height": 3.0, "map_width": 58.0, "channels": 64.0, "bits": 8.0},
    "layer_pipelined_latency": {"timesteps": 20.0, "step_time": 100e-9, "layers": 3.0},
    "initiation_interval": {"timesteps": 20.0, "step_time": 100e-9, "rest_time": 500e-9},
    "dynamic_attention_writes": {"sequence_length": 512.0, "width": 512.0, "cells_per_value": 8.0},
}


def test_convolution_of_8_bit_weights_on_2_bit_pairs():
    # 3 x 3 x 64 = 576 rows; 64 outputs x 2 columns x 4 slices = 512 columns; 5 x 4 arrays, 0.90 full.
    assert mapping.block_count(576.0, 128.0) * mapping.block_count(512.0, 128.0) == 20.0
    assert mapping.array_utilisation(576.0, 512.0, 128.0, 128.0) == pytest.approx(0.90, rel=1e-12)


def test_perceptron_784_512_512_10_takes_92_arrays_in_one_call_over_layers_and_sizes():
    # Columns in pairs: 7 x 8 + 4 x 8 + 4 x 1 = 92 arrays of 128; of 256: 4 x 4 + 2 x 4 + 2 x 1 = 26.
    inputs = np.array([784.0, 512.0, 512.0])[:, None]
    outputs = 2 * np.array([512.0, 512.0, 10.0])[:, None]
    size = np.array([128.0, 256.0])
    arrays = mapping.block_count(inputs, size) * mapping.block_count(outputs, size)
    assert arrays.sum(axis=0).tolist() == [92.0, 26.0]
    # 2 x 668 672 cells in 92 x 16 384: 0.887
    assert (inputs * outputs).sum() / (92 * 128**2) == pytest.approx(0.887, rel=1e-3)


def test_perceptron_synaptic_operations_and_spikes():
    # 784 x 512 + 512 x 512 + 512 x 10 = 668 672; x 20 steps x 0.1 = 1.337e6; 1034 neurons spike 2068 times.
    connections = np.array([784.0 * 512, 512.0 * 512, 512.0 * 10])
    assert mapping.synaptic_operations(20.0, 0.1, connections).sum() == pytest.approx(1.337e6, rel=1e-3)
    assert mapping.spikes(20.0, 0.1, np.array([512.0, 512.0, 10.0])).sum() == pytest.approx(2068.0, rel=1e-12)


def test_synaptic_operations_are_spikes_times_fan_out_away_from_edges():
    # 56 x 56 x 64 inputs, 3 x 3 to 64 channels at stride 1; connections of a map without edges.
    inputs = 56.0 * 56 * 64
    fan_out = mapping.convolution_fan_out(3.0, 3.0, 64.0, 1.0)
    assert fan_out == 576.0
    sent = mapping.spikes(10.0, 0.2, inputs)
    assert mapping.synaptic_operations(10.0, 0.2, inputs * fan_out) == pytest.approx(
        sent * fan_out, rel=1e-12
    )


@given(*(st.integers(1, 5000) for _ in range(2)), *(st.integers(1, 512) for _ in range(2)))
def test_blocks_hold_the_matrix_and_utilisation_is_at_most_one(reduction, outputs, rows, columns):
    blocks = mapping.block_count(reduction, rows) * mapping.block_count(outputs, columns)
    assert blocks * rows * columns >= reduction * outputs
    utilisation = mapping.array_utilisation(reduction, outputs, rows, columns)
    assert utilisation == pytest.approx(reduction * outputs / (blocks * rows * columns), rel=1e-12)
    assert 0.0 < utilisation <= 1.0


def test_depthwise_groups_fill_the_diagonal():
    assert mapping.groups_per_array(128.0, 128.0, 9.0, 2.0) == 14.0  # rows: 128 / 9
    assert mapping.groups_per_array(128.0, 16.0, 9.0, 2.0) == 8.0  # columns: 16 / 2
    assert mapping.groups_per_array(128.0, 128.0, 200.0, 2.0) == 0.0


def test_replication_meets_the_interval_and_one_copy_less_does_not():
    copies = mapping.replication_for_interval(3136.0, 100e-9, 100e-6)
    assert copies == 4.0
    assert mapping.stage_interval(3136.0, 100e-9, copies) <= 100e-6
    assert mapping.stage_interval(3136.0, 100e-9, copies - 1.0) > 100e-6


@pytest.mark.parametrize("copies", [1, 2, 3, 7, 10, 49, 3136])
def test_rounding_never_adds_a_copy(copies):
    interval = mapping.stage_interval(3136.0, 100e-9, float(copies))
    assert mapping.replication_for_interval(3136.0, 100e-9, interval) == copies


def test_layer_that_is_fast_enough_keeps_one_copy():
    assert mapping.replication_for_interval(1.0, 100e-9, 1.0) == 1.0


def test_units_without_room_are_visibly_out_and_nothing_needs_none():
    assert mapping.units_for(92.0, 8.0) == 12.0
    assert mapping.units_for(92.0, 0.0) == np.inf
    assert mapping.units_for(0.0, 8.0) == 0.0
    assert mapping.block_count(576.0, 0.0) == np.inf


@pytest.mark.parametrize("replication", [1.0, 2.0, 3.0, 784.0])
def test_stateful_neurons_are_as_many_as_positions_times_outputs(replication):
    neurons = mapping.physical_neurons(784.0, 32.0, replication)
    assert 784 * 32 <= neurons < 784 * 32 + replication * 32


def test_fully_connected_layer_has_one_neuron_an_output():
    assert mapping.physical_neurons(1.0, 512.0, 1.0) == 512.0
    assert mapping.physical_neurons(1.0, 512.0, 0.0) == np.inf


def test_conversions_of_the_perceptron_count_used_columns_only():
    # 20 x (7 x 1024 + 4 x 1024 + 4 x 20) = 226 880; all columns of its 92 arrays would be 235 520.
    found = mapping.conversions(20.0, np.array([7.0, 4.0, 4.0]), np.array([1024.0, 1024.0, 20.0]))
    assert found.sum() == 226880.0


def test_blocks_of_128_rows_are_hardly_ever_silent_at_ten_percent():
    # 0.9^128 = exp(-13.486) = 1.39e-6; 0.99^128 = 0.276
    assert mapping.silent_block_fraction(0.1, 128.0) == pytest.approx(1.39e-6, rel=5e-3)
    assert mapping.silent_block_fraction(0.01, 128.0) == pytest.approx(0.276, rel=2e-3)


def test_silence_is_certain_without_and_impossible_with_full_activity():
    assert mapping.silent_block_fraction(0.0, 128.0) == 1.0
    assert mapping.silent_block_fraction(1.0, 128.0) == 0.0
    assert mapping.silent_block_fraction(1.2, 128.0) == 0.0


def test_every_array_along_the_outputs_sees_the_spike():
    # 784 inputs at 0.1 over 20 steps into 8 arrays, two rows each.
    assert mapping.row_activations(1568.0, 8.0, 2.0) == 25088.0


def test_bit_serial_convolution_drives_rows_plane_by_plane():
    # 3136 x 576 x 4 x 8 / 4
    assert mapping.dense_row_activations(3136.0, 576.0, 4.0, 8.0, 0.25) == 14450688.0


def test_cells_of_a_differential_sliced_weight():
    assert mapping.cell_events(1e6, 1.0, 2.0, 4.0) == 8e6


def test_line_buffer_holds_all_but_one_row_of_the_kernel():
    assert mapping.line_buffer_capacity(1.0, 58.0, 64.0, 8.0) == 0.0
    assert mapping.line_buffer_capacity(3.0, 58.0, 64.0, 8.0) == 2 * 58 * 64 * 8


def test_latency_and_interval_are_different_numbers():
    # 20 steps of 100 ns through 3 layers: 2.2 us to the last output, the next inference after 2 us.
    assert mapping.layer_pipelined_latency(20.0, 100e-9, 3.0) == pytest.approx(2.2e-6, rel=1e-12)
    assert mapping.initiation_interval(20.0, 100e-9, 0.0) == pytest.approx(2.0e-6, rel=1e-12)


def test_pipeline_latency_equals_the_schedule():
    # Layer l works on step t at t + l: the last of T = 5 steps leaves the last of L = 4 layers after 8 slots.
    slots = max(step + layer for step in range(5) for layer in range(4)) + 1
    assert mapping.layer_pipelined_latency(5.0, 1.0, 4.0) == slots


def test_waiting_for_the_residue_dominates_a_fast_interval():
    # Five time constants of 200 ms against 20 steps of 1 us.
    interval = mapping.initiation_interval(20.0, 1e-6, 5 * 0.2)
    assert interval == pytest.approx(1.0, rel=1e-4)


def test_dynamic_attention_wears_cells_out_in_a_day():
    # 2 x 512 x 512 x 8 = 4.19e6 writes a layer and sequence, each cell once: 1e6 cycles at 10 sequences per
    # second last 1e5 s = 28 h.
    assert mapping.dynamic_attention_writes(512.0, 512.0, 8.0) == pytest.approx(4.2e6, rel=5e-3)


@given(st.integers(1, 200), st.integers(1, 30))
def test_groups_beside_are_the_mean_over_all_groups(groups, packed):
    sizes = [min(packed, groups - start) for start in range(0, groups, packed)]
    mean = sum(size * (size - 1) for size in sizes) / groups
    assert mapping.groups_beside(float(groups), float(packed)) == pytest.approx(mean, abs=1e-12)
