"""Claims about charge-domain columns, tested against their circuits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import charge
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
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
}


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
    found = charge.shared_plate_charges(float(cells), probability, float(capacitors), plate)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(st.integers(1, 4000), st.floats(0.0, 1.0), st.integers(0, 4000), st.floats(0.0, 1e4))
def test_a_common_plate_never_takes_more_than_separate_capacitors(cells, probability, idle, plate):
    shared = charge.shared_plate_charges(float(cells), probability, float(cells + idle), plate)
    separate = charge.separate_charges(float(cells), probability)
    assert -1e-9 <= shared <= separate * (1.0 + 1e-12)


def test_half_of_a_large_column_takes_a_quarter_of_its_capacitors():
    # 2304 cells, fair products, nothing but the capacitors: 2304/4 - 1/4
    assert charge.shared_plate_charges(2304.0, 0.5, 2304.0, 0.0) == pytest.approx(575.75, rel=1e-12)


def test_a_large_plate_makes_the_capacitors_separate():
    assert charge.shared_plate_charges(100.0, 0.3, 100.0, 1e12) == pytest.approx(30.0, rel=1e-9)


def test_noise_floor_is_where_both_noises_are_equal():
    # kT/C against (V/2^b)^2/12, for 1 pF and 10 bits at 300 K
    bits, capacitance, temperature = 10.0, 1e-12, 300.0
    voltage = np.sqrt(charge.charge_noise_energy_floor(temperature, bits) / capacitance)
    thermal = 1.380649e-23 * temperature / capacitance
    assert thermal == pytest.approx((voltage / 2.0**bits) ** 2 / 12.0, rel=1e-12)


def test_mismatch_at_half_scale_by_monte_carlo():
    generator = np.random.default_rng(1)
    cells, spread = 64, 0.02
    capacitors = 1.0 + spread * generator.standard_normal((40000, cells))
    voltage = capacitors[:, : cells // 2].sum(axis=1) / capacitors.sum(axis=1)
    assert voltage.std() == pytest.approx(charge.capacitor_mismatch_error(spread, float(cells)), rel=0.02)


def test_the_larger_of_transistors_and_capacitor_sets_the_area():
    assert charge.stacked_cell_area(2e-12, 1.2e-15, 1.5e-3) == pytest.approx(2e-12)
    assert charge.stacked_cell_area(0.5e-12, 1.2e-15, 1.5e-3) == pytest.approx(0.8e-12)
