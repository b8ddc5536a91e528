"""Claims about what spiking cores read and compute."""

from __future__ import annotations

import pytest

from neuroest.equations import spiking_cores
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
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
    assert spiking_cores.words_of_items(float(items), float(bits), float(word)) == words


@each("bits", [4, 7, 24, 33, 65, 200])
@each("word", [8, 32, 64])
def test_what_a_memory_holds_fills_its_words_and_one_more_does_not_fit(bits: int, word: int) -> None:
    held = float(spiking_cores.items_held(4096.0, float(bits), float(word)))
    words = [spiking_cores.words_of_items(items, float(bits), float(word)) for items in (held, held + 1.0)]
    assert words[0] <= 4096 / word < words[1]


def test_as_many_gates_as_an_adder_has_cost_what_it_costs() -> None:
    # 16 bits of an adder of 4 um2 and 2 fJ a bit are 128 gates of 0.5 um2
    assert spiking_cores.gates_energy(128.0, 0.5e-12, 2e-15, 4e-12) == pytest.approx(16 * 2e-15, rel=1e-12)
