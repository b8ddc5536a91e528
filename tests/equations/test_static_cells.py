"""Static memory cells that compute, by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import static_cells
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "bitcell_area": {"ratio": 1.41, "memory_cell": 0.525e-12, "bits": 1.0},
    "width_at_node": {"width": 0.13e-6, "node": 28e-9, "stated_node": 65e-9},
    "finger_capacitance_density": {"density": 1.5e-3, "pitch": 90e-9, "stated_pitch": 180e-9},
    "transistor_resistance_ratio": {
        "supply_voltage": 0.9, "on_current": 600.0, "width": 56e-9,
        "stated_supply": 1.1, "stated_on_current": 800.0, "stated_width": 130e-9,
    },
    "cell_current": {
        "on_current": 600.0, "width": 1e-7, "linearity": 0.1, "supply_ratio": 0.8, "delay_ratio": 2.0,
    },
    "discharge_swing": {"cells": 16.0, "current": 5e-6, "time": 0.1e-9, "capacitance": 20e-15},
    "discharge_charge": {
        "products": 4.0, "current": 5e-6, "time": 1e-9, "capacitance": 20e-15, "voltage": 0.9,
    },
    "current_mismatch_error": {"relative_spread": 0.06, "cells": 16.0},
    "pull_conductance": {"current": 4e-6, "supply_voltage": 0.8},
    "divider_charge": {"conductance": 1e-5, "voltage": 0.8, "time": 5e-9, "share_of_ones": 0.5},
    "divider_mismatch_error": {"relative_spread": 0.1, "cells": 100.0, "share_of_ones": 0.5},
    "stacked_cell_area": {
        "transistor_area": 1.8e-12,
        "capacitance": 1.2e-15,
        "capacitance_density": 1.5e-3,
    },
    "shared_plate_charges": {"cells": 2000.0, "probability": 0.4, "capacitors": 2304.0, "plate_ratio": 200.0},
    "separate_charges": {"cells": 2000.0, "probability": 0.4},
    "product_probability": {"input_density": 0.3, "weight_density": 0.5},
    "plate_swing": {"drive_voltage": 0.85, "capacitors": 2304.0, "plate_ratio": 200.0},
    "charging_current": {"capacitance": 1e-12, "voltage": 0.9, "time": 10e-9},
    "charge_noise_energy_floor": {"temperature": 300.0, "bits": 8.0},
    "capacitor_mismatch_error": {"relative_spread": 0.01, "capacitors": 2304.0},
}  # fmt: skip


def test_a_published_cell_of_eight_transistors_and_a_capacitor():
    # 41 % larger than the six-transistor cell at 65 nm, 0.525 um^2
    assert static_cells.bitcell_area(1.41, 0.525e-12) == pytest.approx(0.740e-12, rel=1e-3)


def test_a_discharge_is_the_charge_over_the_capacitance():
    # 16 x 5 uA x 0.1 ns = 8 fC from 20 fF
    assert static_cells.discharge_swing(16.0, 5e-6, 1e-10, 20e-15) == pytest.approx(8e-15 / 20e-15)


def test_a_column_gives_no_more_than_it_was_charged_with():
    # 5 uA for 0.1 ns are 0.5 fC; for 1 ns four of them would take 20 fC off the 18 fC of 20 fF at 0.9 V
    assert static_cells.discharge_charge(4.0, 5e-6, 1e-10, 20e-15, 0.9) == pytest.approx(0.5e-15)
    assert 4.0 * static_cells.discharge_charge(4.0, 5e-6, 1e-9, 20e-15, 0.9) == pytest.approx(18e-15)


@pytest.mark.parametrize("ones", [1.0, 64.0, 100.0])
def test_a_divider_draws_the_current_of_two_resistances_in_series(ones: float):
    # cells that pull up, in parallel, in series with those that pull down, across 0.8 V
    up, down = 1.0 / (1e-5 * ones), 1.0 / (1e-5 * (256.0 - ones))
    charge = static_cells.divider_charge(1e-5, 0.8, 5e-9, ones / 256.0)
    assert ones * charge == pytest.approx(0.8 / (up + down) * 5e-9)


@given(st.floats(1e-9, 1e-7), st.floats(1e-9, 1e-7))
def test_a_width_comes_back(node, other):
    there = static_cells.width_at_node(1e-7, node, other)
    assert static_cells.width_at_node(there, other, node) == pytest.approx(1e-7, rel=1e-12)


def energy_from_supply(driven: int, low: int, plate: float) -> float:
    """Charge times voltage that a supply of 1 V gives while `driven` unit capacitors of a floating plate rise to it.

    Charge balance of the plate at v: driven (v - 1) + low v + plate v = 0, from everything at zero.
    """
    v = driven / (driven + low + plate)
    return driven * (1.0 - v)


@each("plate", [0.0, 0.7, 3.0])
@each("cells, capacitors", [(1, 1), (4, 4), (3, 6), (7, 8)])
@each("probability", [0.0, 0.25, 0.5, 1.0])
def test_charges_are_the_mean_over_all_products_of_the_solved_circuit(cells, capacitors, plate, probability):
    expected = 0.0
    for products in itertools.product((0, 1), repeat=cells):
        ones = sum(products)
        chance = probability**ones * (1.0 - probability) ** (cells - ones)
        expected += chance * energy_from_supply(ones, capacitors - ones, plate)
    found = static_cells.shared_plate_charges(float(cells), probability, float(capacitors), plate)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(st.integers(1, 4000), st.floats(0.0, 1.0), st.integers(0, 4000), st.floats(0.0, 1e4))
def test_a_common_plate_never_takes_more_than_separate_capacitors(cells, probability, idle, plate):
    shared = static_cells.shared_plate_charges(float(cells), probability, float(cells + idle), plate)
    separate = static_cells.separate_charges(float(cells), probability)
    assert -1e-9 <= shared <= separate * (1.0 + 1e-12)


def test_half_of_a_large_column_takes_a_quarter_of_its_capacitors():
    # 2304 cells, fair products, nothing but the capacitors: 2304/4 - 1/4
    assert static_cells.shared_plate_charges(2304.0, 0.5, 2304.0, 0.0) == pytest.approx(575.75, rel=1e-12)


def test_a_large_plate_makes_the_capacitors_separate():
    assert static_cells.shared_plate_charges(100.0, 0.3, 100.0, 1e12) == pytest.approx(30.0, rel=1e-9)


def test_noise_floor_is_where_both_noises_are_equal():
    # kT/C against (V/2^b)^2/12, for 1 pF and 10 bits at 300 K
    bits, capacitance, temperature = 10.0, 1e-12, 300.0
    voltage = np.sqrt(static_cells.charge_noise_energy_floor(temperature, bits) / capacitance)
    thermal = 1.380649e-23 * temperature / capacitance
    assert thermal == pytest.approx((voltage / 2.0**bits) ** 2 / 12.0, rel=1e-12)


def test_mismatch_at_half_scale_by_monte_carlo():
    generator = np.random.default_rng(1)
    cells, spread = 64, 0.02
    capacitors = 1.0 + spread * generator.standard_normal((40000, cells))
    voltage = capacitors[:, : cells // 2].sum(axis=1) / capacitors.sum(axis=1)
    assert voltage.std() == pytest.approx(
        static_cells.capacitor_mismatch_error(spread, float(cells)), rel=0.02
    )


def test_the_larger_of_transistors_and_capacitor_sets_the_area():
    assert static_cells.stacked_cell_area(2e-12, 1.2e-15, 1.5e-3) == pytest.approx(2e-12)
    assert static_cells.stacked_cell_area(0.5e-12, 1.2e-15, 1.5e-3) == pytest.approx(0.8e-12)
