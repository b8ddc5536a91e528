"""Claims about counting what happens."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import counting

SAMPLES: dict[str, dict[str, float]] = {
    "spikes": {"timesteps": 20.0, "rate": 0.1, "neurons": 512.0},
    "synaptic_operations": {"timesteps": 20.0, "rate": 0.1, "connections": 668672.0},
    "row_activations": {"spikes": 1024.0, "column_blocks": 8.0, "row_copies": 1.0},
    "cell_events": {"synaptic_operations": 1e6, "row_copies": 1.0, "column_copies": 2.0, "slices": 4.0},
    "silent_block_share": {"rows": 128.0, "active_share": 0.003},
    "conversions": {"timesteps": 20.0, "row_blocks": 7.0, "columns": 1024.0},
}


def test_perceptron_synaptic_operations_and_spikes():
    # 784 x 512 + 512 x 512 + 512 x 10 = 668 672; x 20 steps x 0.1 = 1.337e6; 1034 neurons spike 2068 times.
    connections = np.array([784.0 * 512, 512.0 * 512, 512.0 * 10])
    assert counting.synaptic_operations(20.0, 0.1, connections).sum() == pytest.approx(1.337e6, rel=1e-3)
    assert counting.spikes(20.0, 0.1, np.array([512.0, 512.0, 10.0])).sum() == pytest.approx(
        2068.0, rel=1e-12
    )


def test_synaptic_operations_are_spikes_times_fan_out_away_from_edges():
    # 56 x 56 x 64 inputs, 3 x 3 to 64 channels at stride 1; connections of a map without edges.
    inputs = 56.0 * 56 * 64
    fan_out = 3.0 * 3 * 64
    sent = counting.spikes(10.0, 0.2, inputs)
    assert counting.synaptic_operations(10.0, 0.2, inputs * fan_out) == pytest.approx(
        sent * fan_out, rel=1e-12
    )


def test_conversions_of_the_perceptron_count_used_columns_only():
    # 20 x (7 x 1024 + 4 x 1024 + 4 x 20) = 226 880; all columns of its 92 arrays would be 235 520.
    found = counting.conversions(20.0, np.array([7.0, 4.0, 4.0]), np.array([1024.0, 1024.0, 20.0]))
    assert found.sum() == 226_880


def test_every_array_along_the_outputs_sees_the_spike():
    # 784 inputs at 0.1 over 20 steps into 8 arrays, two rows each.
    assert counting.row_activations(1568.0, 8.0, 2.0) == 25088


def test_cells_of_a_differential_sliced_weight():
    assert counting.cell_events(1e6, 1.0, 2.0, 4.0) == 8_000_000
