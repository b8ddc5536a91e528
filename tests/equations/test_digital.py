"""Claims about digital blocks: arithmetic, registers, pooling, time-multiplexed neurons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import digital
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "adder_energy": {"energy_per_bit": 3e-15, "bits": 16.0},
    "product_bits": {"bits_a": 8.0, "bits_b": 4.0},
    "adder_area": {"area_per_bit": 8.7e-12, "bits": 16.0},
    "adder_tree_energy": {"inputs": 128.0, "energy_per_bit": 3e-15, "bits": 8.0, "growth": 1.0},
    "adder_tree_area": {"inputs": 128.0, "area_per_bit": 8.7e-12, "bits": 8.0, "growth": 1.0},
    "multiplier_energy": {"cell_energy": 3e-15, "bits_a": 8.0, "bits_b": 4.0, "gate_share": 0.2},
    "multiplier_area": {"area_per_square_bit": 6.2e-12, "bits_a": 8.0, "bits_b": 4.0},
    "transistor_area": {"gate_area": 1.35e-12, "transistors": 34.0},
    "comparator_energy": {"energy_per_bit": 0.9e-15, "bits": 16.0},
    "comparator_area": {"area_per_bit": 2.2e-12, "bits": 16.0},
    "control_energy": {"datapath_energy": 10e-12, "control_fraction": 0.2},
    "free_running_clock_power": {"clock_energy": 4.5e-15, "bits": 624.0, "frequency": 200e6},
    "register_energy": {"energy_per_bit": 9e-15, "bits": 16.0},
    "register_area": {"area_per_bit": 5.98e-12, "bits": 16.0},
    "register_file_energy": {"energy_per_bit": 9e-15, "bits": 16.0, "words": 24.0, "depth_coefficient": 0.25},
    "register_file_area": {
        "area_per_bit": 5.98e-12,
        "bits": 16.0,
        "words": 24.0,
        "further_ports": 1.0,
        "port_share": 0.45,
    },
}


def test_8_bit_addition_follows_from_the_32_bit_one_at_45_nm():
    # Horowitz, ISSCC 2014: 0.1 pJ for 32 bits, 0.03 pJ for 8; linear in the width gives 0.025, printed 0.03.
    per_bit = 0.1e-12 / 32
    assert digital.adder_energy(per_bit, 8.0) == pytest.approx(0.03e-12, rel=0.2)


def test_32_bit_multiplications_of_two_tables_are_on_both_sides_of_what_their_8_bit_ones_say():
    # Horowitz, ISSCC 2014, 45 nm: 0.2 pJ and 3.1 pJ; Jouppi et al., ISCA 2021 (as quoted), 7 nm: 0.07 and 1.48 pJ
    of_8_bits = digital.multiplier_energy(1.0, 8.0, 8.0, 0.2)
    horowitz, jouppi = (
        digital.multiplier_energy(narrow / of_8_bits, 32.0, 32.0, 0.2) / wide
        for narrow, wide in ((0.2e-12, 3.1e-12), (0.07e-12, 1.48e-12))
    )
    assert horowitz == pytest.approx(1.21, rel=0.01)
    assert jouppi == pytest.approx(0.89, rel=0.01)


@given(a=st.integers(1, 32), b=st.integers(1, 32))
def test_multipliers_have_a_gate_for_each_pair_of_bits_and_adders_that_reduce_them(a, b):
    # each adder makes two bits of three, until the a b bits of the gates are the a + b - 1 places of the product
    gates, adders = a * b, a * b - (a + b - 1)
    cells = digital.multiplier_energy(1.0, float(a), float(b), 0.2)
    assert cells == pytest.approx(0.2 * gates + 0.8 * adders)
    assert cells == pytest.approx(digital.multiplier_energy(1.0, float(b), float(a), 0.2))


def test_two_libraries_differ_by_four_times_for_one_multiplier():
    # Aladdin (Shao et al. 2014) 12.7 pJ at 40 nm against 3.1 pJ at 45 nm: choose one library per study.
    aladdin = digital.multiplier_energy(12.7e-12 / 974, 32.0, 32.0, 0.2)
    assert aladdin / 3.1e-12 == pytest.approx(4.1, rel=0.01)


def adders_of_a_tree(inputs: int, bits: int, growth: int) -> int:
    total, width = 0, bits
    while inputs > 1:
        inputs //= 2
        total += inputs * width
        width += growth
    return total


@each("growth", [0, 1])
@each("inputs", [1, 2, 4, 128, 1024])
def test_adder_tree_is_the_sum_of_its_adders(inputs, growth):
    expected = adders_of_a_tree(inputs, 8, growth)
    assert digital.adder_tree_energy(inputs, 1.0, 8.0, growth) == pytest.approx(expected, rel=1e-12)
    assert digital.adder_tree_area(inputs, 1.0, 8.0, growth) == pytest.approx(expected, rel=1e-12)


@given(st.integers(2, 4096), st.floats(1.0, 32.0))
def test_adder_tree_is_on_average_less_than_one_bit_wider_than_its_leaves(inputs, bits):
    energy = digital.adder_tree_energy(float(inputs), 1.0, bits, 1.0)
    assert (inputs - 1) * bits * (1 - 1e-12) <= energy < (inputs - 1) * (bits + 1)


def test_register_file_of_one_word_is_a_register():
    file = digital.register_file_energy(9e-15, 16.0, 1.0, 0.25)
    assert file == pytest.approx(digital.register_energy(9e-15, 16.0), rel=1e-12)
    # 24 words: 16 x 9 fJ x (1 + 4.585 / 4) = 309 fJ
    assert digital.register_file_energy(9e-15, 16.0, 24.0, 0.25) == pytest.approx(309e-15, rel=2e-3)


def test_areas_of_the_40_nm_library():
    # Aladdin (Shao et al. 2014): adder 278 um^2 and comparator 71 um^2 of 32 bits, register 5.98 um^2 a bit.
    assert digital.adder_area(278e-12 / 32, 16.0) == pytest.approx(139e-12, rel=1e-12)
    assert digital.comparator_area(71e-12 / 32, 16.0) == pytest.approx(35.5e-12, rel=1e-12)
    assert digital.register_file_area(5.98e-12, 8.0, 16.0, 0.0, 0.45) == pytest.approx(765.4e-12, rel=1e-3)
    assert digital.multiplier_area(6350e-12 / 1024, 8.0, 8.0) == pytest.approx(397e-12, rel=1e-3)


def test_one_more_port_of_a_register_file_is_one_multiplexer_a_bit():
    # Nangate 45 nm: a flip-flop of 3.23 um by 1.4 um, a multiplexer of two inputs of 1.33 um.
    alone, wider = (
        digital.register_file_area(3.23 * 1.4e-12, 32.0, 32.0, p, 1.33 / 3.23) for p in (0.0, 1.0)
    )
    assert wider - alone == pytest.approx(1024 * 1.33 * 1.4e-12, rel=1e-12)


def test_control_is_a_share_of_the_datapath():
    assert digital.control_energy(8e-12, 0.25) == pytest.approx(2e-12, rel=1e-12)
