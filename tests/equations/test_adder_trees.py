"""Claims about trees of adders inside memories."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import adder_trees
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "changed_sum_bits": {"operand_bits": 3.0, "carried_bits": 1.0, "sum_bits": 24.0},
    "place_tree_adders": {"results": 8.0, "result_bits": 4.0, "places": 1.0},
    "joined_bits": {"results": 8.0, "result_bits": 4.0, "places": 1.0, "sum_bits": 20.0},
    "product_toggle_rate": {"input_density": 0.3, "weight_density": 0.5},
    "booth_toggle_rate": {"input_density": 0.3},
    "compressor_tree_adders": {"inputs": 64.0, "bits": 4.0, "growth": 1.0},
    "operand_activity": {"density": 0.3},
    "tree_activity": {"inputs": 256.0, "bits": 4.0, "growth": 1.0, "toggle_rate": 0.2},
    "slice_toggle_rate": {"toggle_rate": 0.2, "input_bits": 2.0, "weight_bits": 4.0, "product_bits": 6.0},
    "tree_stage_registers": {"inputs": 256.0, "bits": 4.0, "growth": 1.0, "stages": 3.0},
    "ripple_tree_depth": {"inputs": 256.0, "bits": 4.0},
    "carry_save_depth": {"inputs": 256.0},
    "look_ahead_depth": {"bits": 32.0},
    "stage_time": {"depth": 20.0, "stages": 2.0, "adder_delay": 90e-12, "register_delay": 160e-12},
}


def drawn_activity(inputs: int, weight_bits: int, input_bits: int, density: float) -> float:
    """Bits of all operands of a tree that switch, over half of them, for drawn weights and drawn input bits."""
    draw, cycles = np.random.default_rng(7), 600
    weights = draw.integers(0, 2**weight_bits, inputs)
    bits = draw.random((cycles, inputs, input_bits)) < density
    values = (bits @ 2 ** np.arange(input_bits)) * weights
    width = weight_bits + input_bits - (min(weight_bits, input_bits) == 1)
    switched = wide = 0.0
    for level in range(int(np.log2(inputs))):
        changed = values[1:] ^ values[:-1]
        switched += sum(float(np.mean(np.sum((changed >> bit) & 1, axis=1))) for bit in range(width + level))
        wide += values.shape[1] * (width + level) / 2
        values = values[:, 0::2] + values[:, 1::2]
    return switched / wide


@each(
    "weight_bits, input_bits, density, most",
    [
        (4, 1, 0.5, 1.05), (8, 1, 0.5, 1.05), (1, 1, 0.5, 1.1), (1, 2, 0.5, 1.1), (4, 4, 0.5, 1.05),
        (12, 12, 0.5, 1.05), (4, 1, 0.1, 1.2), (8, 1, 0.1, 1.2), (1, 1, 0.1, 1.6), (1, 2, 0.1, 1.3),
        (4, 4, 0.1, 1.2), (12, 12, 0.1, 1.2),
    ],
)  # fmt: skip
def test_activity_is_close_to_that_of_drawn_numbers(
    weight_bits: int, input_bits: int, density: float, most: float
) -> None:
    toggles = adder_trees.product_toggle_rate(density, 0.5)
    width = float(weight_bits + input_bits - (min(weight_bits, input_bits) == 1))
    leaves = adder_trees.slice_toggle_rate(toggles, float(input_bits), float(weight_bits), width)
    found = adder_trees.tree_activity(256.0, width, 1.0, leaves)
    assert 0.96 <= found / drawn_activity(256, weight_bits, input_bits, density) <= most


def test_still_inputs_switch_nothing_and_random_leaves_nearly_everything() -> None:
    assert adder_trees.product_toggle_rate(0.0, 0.5) == adder_trees.product_toggle_rate(1.0, 0.5) == 0.0
    assert adder_trees.slice_toggle_rate(0.0, 4.0, 4.0, 8.0) == 0.0
    assert adder_trees.tree_activity(256.0, 4.0, 1.0, 0.0) == 0.0
    assert adder_trees.tree_activity(256.0, 4.0, 0.0, 0.5) == pytest.approx(1.0)
    assert adder_trees.tree_activity(256.0, 4.0, 1.0, 0.5) == pytest.approx(0.95, abs=0.02)
    assert adder_trees.tree_activity(1.0, 4.0, 1.0, 0.1) == 1  # nothing is added


def test_a_stage_for_each_level_keeps_the_sums_of_each_level_but_the_last() -> None:
    # eight numbers of 4 bits: 4 sums of 5 bits and 2 of 6 inside, plus the root's own
    assert adder_trees.tree_stage_registers(8.0, 4.0, 1.0, 3.0) == pytest.approx(4 * 5 + 2 * 6)
    assert adder_trees.tree_stage_registers(8.0, 4.0, 1.0, 1.0) == 0.0


def test_a_tree_over_places_adder_by_adder() -> None:
    # eight results of 4 bits: 4 adders whose upper number has 4 bits and a carry, 2 that let two places pass, and so on
    assert adder_trees.place_tree_adders(8.0, 4.0, 1.0) == pytest.approx(4 * 5 + 2 * 6 + 1 * 8)
    assert adder_trees.place_tree_adders(1.0, 4.0, 8.0) == 0.0
    largest = sum(15 << place for place in range(8))
    assert adder_trees.joined_bits(8.0, 4.0, 1.0, 20.0) == largest.bit_length()
    assert adder_trees.joined_bits(1.0, 4.0, 8.0, 20.0) == 4


def longest_ripple(inputs: int, bits: int) -> int:
    """Longest chain of full adders, bit by bit: a bit waits for both of its operands' bits and for the carry."""
    ready = [[0] * bits for _ in range(inputs)]
    while len(ready) > 1:
        sums = []
        for left, right in zip(ready[0::2], ready[1::2], strict=True):
            times, carry = [], 0
            for a, b in zip(left, right, strict=True):
                carry = max(a, b, carry) + 1
                times.append(carry)
            sums.append([*times, carry])
        ready = sums
    return max(ready[0])


@each("inputs, bits", [(2, 4), (8, 4), (256, 4), (64, 8), (256, 1)])
def test_depth_of_a_ripple_tree_bit_by_bit(inputs: int, bits: int) -> None:
    assert adder_trees.ripple_tree_depth(float(inputs), float(bits)) == longest_ripple(inputs, bits)


def test_carry_save_depth_is_within_a_level_of_wallace() -> None:
    for inputs in (3, 9, 28, 256):
        levels, left = 0, inputs
        while left > 2:
            left = left - left // 3
            levels += 1
        assert abs(float(adder_trees.carry_save_depth(float(inputs))) - levels) < 2.0


def test_booth_digits_of_random_bits_switch_as_often_as_drawn_ones() -> None:
    draw = np.random.default_rng(1)
    for density in (0.5, 0.2):
        bits = draw.random((40_000, 3)) < density
        digit = -2 * bits[:, 0].astype(int) + bits[:, 1] + bits[:, 2]
        weight = draw.integers(-128, 128, size=1) | 1
        seen = (digit[:, None] * weight)[:, 0]
        # the two's complement of the multiple, or its ones' complement with a carry that is added elsewhere
        chosen = np.where(digit < 0, ~(-seen), seen)
        planes = (chosen[:, None] >> np.arange(1, 8)) & 1
        rate = np.mean(planes[1:] != planes[:-1])
        assert rate == pytest.approx(float(adder_trees.booth_toggle_rate(density)), rel=0.15)


def test_full_adders_that_remove_one_bit_each() -> None:
    # Dadda's scheme column by column: full adders alone until no column has three bits, then a ripple-carry adder
    for inputs, bits in ((16, 4), (64, 4), (128, 2), (32, 8)):
        columns = [inputs] * bits + [0] * 12
        full = 0
        while max(columns) > 2:
            after = [0] * len(columns)
            for place, height in enumerate(columns):
                groups = height // 3
                full += groups
                after[place] += height - 2 * groups
                if groups:
                    after[place + 1] += groups
            columns = after
        full += sum(height == 2 for height in columns)
        assert float(adder_trees.compressor_tree_adders(float(inputs), float(bits), 1.0)) == pytest.approx(
            full, rel=0.08
        )
