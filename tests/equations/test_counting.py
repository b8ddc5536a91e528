"""Claims about counting what happens."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import counting
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "spikes": {"timesteps": 20.0, "rate": 0.1, "neurons": 512.0},
    "synaptic_operations": {"timesteps": 20.0, "rate": 0.1, "connections": 668672.0},
    "row_activations": {"spikes": 1024.0, "column_blocks": 8.0, "row_copies": 1.0},
    "cell_events": {"synaptic_operations": 1e6, "row_copies": 1.0, "column_copies": 2.0, "slices": 4.0},
    "silent_block_share": {"rows": 128.0, "active_share": 0.003},
    "conversions": {"timesteps": 20.0, "row_blocks": 7.0, "columns": 1024.0},
    "words_of_items": {"items": 73.0, "item_bits": 8.0, "word_bits": 64.0},
    "items_held": {"capacity": 32768.0, "item_bits": 24.0, "word_bits": 32.0},
    "operations_energy": {
        "additions": 4.0,
        "add_energy": 30e-15,
        "multiplications": 1.0,
        "multiply_energy": 200e-15,
        "comparisons": 2.0,
        "compare_energy": 10e-15,
        "register_energy": 80e-15,
    },
    "gates_energy": {"gates": 1272.0, "gate_area": 0.5e-12, "add_energy": 2e-15, "adder_area": 4e-12},
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


@each(
    "items, bits, word, words",
    [
        (8, 4, 32, 1),
        (9, 4, 32, 2),
        (1, 32, 32, 1),
        (3, 24, 64, 2),
        (3, 33, 64, 3),
        (3, 65, 64, 6),
        (0, 4, 32, 0),
    ],
)
def test_neighbours_share_a_word_and_none_is_split(items: int, bits: int, word: int, words: int) -> None:
    assert counting.words_of_items(float(items), float(bits), float(word)) == words


@each("bits", [4, 7, 24, 33, 65, 200])
@each("word", [8, 32, 64])
def test_what_a_memory_holds_fills_its_words_and_one_more_does_not_fit(bits: int, word: int) -> None:
    held = float(counting.items_held(4096.0, float(bits), float(word)))
    words = [counting.words_of_items(items, float(bits), float(word)) for items in (held, held + 1.0)]
    assert words[0] <= 4096 / word < words[1]


def test_as_many_gates_as_an_adder_has_cost_what_it_costs() -> None:
    # 16 bits of an adder of 4 um2 and 2 fJ a bit are 128 gates of 0.5 um2
    assert counting.gates_energy(128.0, 0.5e-12, 2e-15, 4e-12) == pytest.approx(16 * 2e-15, rel=1e-12)
