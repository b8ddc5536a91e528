"""Static memory cells that compute, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import static_cells

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
