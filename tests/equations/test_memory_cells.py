"""Arguments for the contracts of its equations, which `test_crossbar.py` tests."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import memory_cells
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "access_width_in_cell": {"width": 320e-9, "stated_pitch": 0.291e-6, "pitch": 0.22e-6},
    "access_transistor_width": {
        "write_current": 100e-6,
        "on_current_density": 790.0,
        "drive_factor": 0.8,
        "minimum_width": 40e-9,
    },
    "transistor_limited_cell_area": {"access_width": 168e-9, "feature_size": 28e-9},
    "cell_area": {"feature_squares": 53.0, "feature_size": 28e-9, "minimum_area": 0.03e-12},
    "passive_cell_area": {"half_pitch": 20e-9, "layers": 2.0},
    "cell_pitch": {"cell_area": 4.16e-14},
    "sneak_conductance": {"conductance": 10e-6, "rows": 64.0, "columns": 32.0},
    "half_select_power": {
        "rows": 128.0,
        "columns": 64.0,
        "write_voltage": 2.0,
        "write_current": 100e-6,
        "nonlinearity": 10.0,
    },
    "half_voltage": {"write_voltage": 2.0},
    "two_thirds_voltage": {"write_voltage": 2.0},
    "third_voltage_current": {"write_current": 100e-6, "nonlinearity": 10.0},
    "third_select_power": {
        "rows": 128.0,
        "columns": 64.0,
        "write_voltage": 2.0,
        "third_voltage_current": 1e-6,
    },
    "selector_array_side": {"on_current": 100e-6, "half_select_current": 10e-9, "current_margin": 6.0},
}


@each("rows, columns", [(2, 2), (5, 3), (16, 16), (1, 8)])
def test_sneak_conductance_is_that_of_the_floating_network(rows, columns):
    # every row joined to every column by 1 S; drive row 0, ground column 0, all else floats
    laplacian = np.diag(np.r_[np.full(rows, columns), np.full(columns, rows)]).astype(float)
    laplacian[:rows, rows:] = laplacian[rows:, :rows] = -1.0
    inner = [i for i in range(rows + columns) if i not in (0, rows)]
    ends = [0, rows]
    reduced = laplacian[np.ix_(ends, ends)]
    if inner:
        exchange = laplacian[np.ix_(ends, inner)]
        reduced = reduced - exchange @ np.linalg.solve(laplacian[np.ix_(inner, inner)], exchange.T)
    selected = 1.0
    expected = -reduced[0, 1] - selected
    assert memory_cells.sneak_conductance(1.0, rows, columns) == pytest.approx(expected, abs=1e-9)


def test_sneak_paths_drown_the_contrast_of_a_64_by_64_array():
    # 10 uS x 63 x 63 / 127 = 312.5 uS; (312.5 + 10) / (312.5 + 1) = 1.029
    sneak = memory_cells.sneak_conductance(10e-6, 64.0, 64.0)
    assert sneak == pytest.approx(313e-6, rel=3e-3)
    assert (sneak + 10e-6) / (sneak + 1e-6) == pytest.approx(1.03, abs=2e-3)


@pytest.mark.parametrize(("nonlinearity", "expected"), [(2.0, 12.7e-3), (10.0, 2.5e-3), (1e3, 25e-6)])
def test_half_select_power_of_128_by_128(nonlinearity, expected):
    # 254 x 1 V x 100 uA / k
    found = memory_cells.half_select_power(128.0, 128.0, 2.0, 100e-6, nonlinearity)
    assert found == pytest.approx(expected, rel=2e-2)


@pytest.mark.parametrize(("row_bias", "column_bias", "scheme"), [(0.5, 0.5, "half"), (1 / 3, 2 / 3, "third")])
def test_bias_schemes_against_the_sum_over_all_ohmic_cells(row_bias, column_bias, scheme):
    rows, columns, voltage, conductance = 6, 9, 2.0, 1e-6
    row = np.full(rows, row_bias * voltage)
    column = np.full(columns, column_bias * voltage)
    row[2], column[4] = voltage, 0.0
    power = conductance * (row[:, None] - column) ** 2
    unselected = power.sum() - power[2, 4]
    if scheme == "half":
        found = memory_cells.half_select_power(rows, columns, voltage, conductance * voltage, 2.0)
    else:
        third = memory_cells.third_voltage_current(conductance * voltage, 2.0)
        found = memory_cells.third_select_power(rows, columns, voltage, third)
    assert found == pytest.approx(unselected, rel=1e-12)


def test_a_perfect_selector_sets_no_limit():
    assert memory_cells.selector_array_side(1e-4, 0.0, 6.0) == np.inf
