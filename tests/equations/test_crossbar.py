"""Crossbar equations against hand arithmetic, published tables and full solutions of small arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import crossbar, crossbar_wires, memory_cells
from tests.each import each
from tests.equations.nodal import column_errors

SAMPLES: dict[str, dict[str, float]] = {
    "slices_per_weight": {"magnitude_bits": 7.0, "bits_per_cell": 2.0},
    "pair_mean_conductance": {
        "low_conductance": 1e-6,
        "high_conductance": 40e-6,
        "mean_absolute_weight": 0.266,
    },
    "stuck_mean_conductance": {
        "written_conductance": 6e-6,
        "low_conductance": 1e-6,
        "high_conductance": 40e-6,
        "stuck_low_share": 0.09,
        "stuck_high_share": 0.0175,
    },
    "offset_mean_conductance": {"low_conductance": 1e-6, "high_conductance": 40e-6},
    "lognormal_relative_spread": {"sigma": 0.3},
    "column_current_spread": {"relative_spread": 0.1, "active_cells": 100.0},
    "access_limited_conductance": {"conductance": 40e-6, "access_resistance": 5e3},
    "cell_read_energy": {
        "conductance": 6.2e-6,
        "read_voltage": 0.2,
        "supply_voltage": 0.9,
        "read_time": 10e-9,
    },
    "thermal_noise_energy_floor": {"temperature": 300.0, "bits": 6.0, "boltzmann": 1.380649e-23},
    "grounded_idle_column_voltage": {
        "drive_voltage": 0.5,
        "active_conductance": 80e-6,
        "total_conductance": 800e-6,
    },
    "clamped_column_current": {"read_voltage": 0.2, "active_conductance": 80e-6},
    "biased_clamp_current": {
        "read_voltage": 0.1,
        "active_conductance": 80e-6,
        "input_resistance": 3e3,
        "bias_current": 12e-6,
    },
    "column_driven_time": {"settling": 10e-9, "sampling": 1e-9, "conversion": 80e-9},
    "read_interval": {"settling": 10e-9, "sampling": 1e-9, "conversion": 10e-9, "conversion_held": 80e-9},
    "input_digits": {"bits": 8.0, "bits_per_phase": 3.0},
    "row_groups": {"rows": 300.0, "array_rows": 256.0, "rows_at_once": 16.0},
    "mean_binary_width": {"bits": 4.0},
    "active_digit_probability": {"bit_density": 0.3, "bits": 2.0},
}


def test_a_53_square_cell_at_28_nm_has_a_pitch_of_204_nm():
    # 53 x (28 nm)^2 = 41552 nm^2, whose root is 203.8 nm
    area = memory_cells.cell_area(53.0, 28e-9, 0.0)
    assert area == pytest.approx(0.0416e-12, rel=2e-3)
    assert memory_cells.cell_pitch(area) == pytest.approx(0.204e-6, rel=2e-3)


def test_the_floor_of_the_access_transistor_does_not_scale():
    areas = memory_cells.cell_area(53.0, np.array([28e-9, 14e-9, 7e-9]), 0.03e-12)
    np.testing.assert_allclose(areas, [41552e-18, 0.03e-12, 0.03e-12])


def test_a_transistor_six_features_wide_needs_21_squares():
    # 3 (6 + 1) = 21
    assert memory_cells.transistor_limited_cell_area(6 * 28e-9, 28e-9) == pytest.approx(21 * 28e-9**2)


def test_a_small_write_current_leaves_the_minimum_width():
    widths = memory_cells.access_transistor_width(np.array([1e-6, 79e-6]), 790.0, 1.0, 50e-9)
    np.testing.assert_allclose(widths, [50e-9, 100e-9])


def test_stacked_passive_layers_share_the_footprint():
    # (2 x 20 nm)^2 / 2 = 800 nm^2
    assert memory_cells.passive_cell_area(20e-9, 2.0) == pytest.approx(800e-18)


def test_slices_are_rounded_up():
    np.testing.assert_array_equal(crossbar.slices_per_weight(np.array([6.0, 7.0, 8.0]), 2.0), [3, 4, 4])


def test_mean_conductance_of_a_pair_and_its_device():
    # E|w|/w_max = 0.266 at 3 sigma; pair: 2 + 39 x 0.266 = 12.4 uS, device: 6.2 uS
    device = crossbar.pair_mean_conductance(1e-6, 40e-6, 0.266)
    assert 2.0 * device == pytest.approx(12.4e-6, rel=5e-3)
    assert device == pytest.approx(6.2e-6, rel=5e-3)


def test_pair_mean_is_the_mean_over_the_pair_for_a_drawn_set_of_weights():
    weights = np.random.default_rng(0).uniform(-1.0, 1.0, 1000)
    positive = 1e-6 + 39e-6 * np.maximum(weights, 0.0)
    negative = 1e-6 + 39e-6 * np.maximum(-weights, 0.0)
    expected = (positive.mean() + negative.mean()) / 2.0
    found = crossbar.pair_mean_conductance(1e-6, 40e-6, np.abs(weights).mean())
    assert found == pytest.approx(expected, rel=1e-12)


def test_offset_coding_sits_in_the_middle_of_the_window():
    assert crossbar.offset_mean_conductance(1e-6, 40e-6) == pytest.approx(20.5e-6)


@given(st.floats(1e-9, 1e-3), st.floats(0.0, 1e6))
def test_a_series_transistor_never_raises_the_conductance(conductance, resistance):
    limited = crossbar.access_limited_conductance(conductance, resistance)
    assert 0.0 < limited <= conductance
    # resistances add
    assert 1.0 / limited == pytest.approx(1.0 / conductance + resistance, rel=1e-9)


def test_a_synapse_pair_takes_22_fj_from_the_supply_and_5_fj_in_the_devices():
    # 12.4 uS x 0.2 V x 0.9 V x 10 ns = 22.3 fJ; x 0.2 V instead of 0.9 V: 4.96 fJ
    assert crossbar.cell_read_energy(12.4e-6, 0.2, 0.9, 10e-9) == pytest.approx(22e-15, rel=2e-2)
    assert crossbar.cell_read_energy(12.4e-6, 0.2, 0.2, 10e-9) == pytest.approx(5e-15, rel=2e-2)


@pytest.mark.parametrize("name", ["conductance", "read_voltage", "supply_voltage", "read_time"])
@given(factor=st.floats(1e-3, 1e3))
def test_read_energy_is_linear_in_each_argument(name, factor):
    sample = SAMPLES["cell_read_energy"]
    scaled = crossbar.cell_read_energy(**(sample | {name: factor * sample[name]}))
    assert scaled == pytest.approx(factor * crossbar.cell_read_energy(**sample), rel=1e-12)


def test_a_row_of_128_cells_at_28_nm_has_26_7_ff_and_takes_21_6_fj():
    # gate: W = 6 F = 168 nm at 1 fF/um = 0.168 fF; wire: 0.2038 um x 0.2 fF/um = 0.0408 fF; x 128 = 26.7 fF
    row = crossbar_wires.line_capacitance(128.0, 0.2038e-6, 0.2e-9, 0.168e-15)
    assert row == pytest.approx(26.7e-15, rel=2e-3)
    assert crossbar_wires.line_toggle_energy(row, 0.9) == pytest.approx(21.6e-15, rel=3e-3)


def test_a_full_swing_is_the_special_case_of_a_column_swing():
    full = crossbar_wires.line_toggle_energy(26.7e-15, 0.9)
    assert crossbar_wires.column_swing_energy(26.7e-15, 0.9, 0.9) == pytest.approx(full, rel=1e-12)


@pytest.mark.parametrize(("bits", "expected"), [(4.0, 0.025e-15), (6.0, 0.41e-15), (8.0, 6.5e-15)])
def test_thermal_floor_at_300_kelvin(bits, expected):
    # 24 x 4.14e-21 J = 9.94e-20 J, times 256, 4096, 65536; two printed digits
    assert crossbar.thermal_noise_energy_floor(300.0, bits) == pytest.approx(expected, rel=2e-2)


def test_grounded_idle_rows_leave_the_error_independent_of_activity():
    everything, _ = column_errors(32, 32, 1e-4, 1.0, 1.0, np.ones(32, bool), gated=False)
    each = [column_errors(32, 32, 1e-4, 1.0, 1.0, np.arange(32) == row, gated=False)[0] for row in range(32)]
    np.testing.assert_allclose(np.mean(each, axis=0), everything, rtol=1e-9)


def test_power_drawn_from_the_rows_falls_by_the_mean_error():
    errors, drawn = column_errors(32, 32, 1e-4, 1.0, 1.0, np.ones(32, bool), gated=False)
    assert drawn == pytest.approx(1e-4 * 32 * 32 * (1.0 - errors.mean()), rel=1e-9)


@given(st.lists(st.floats(1e-7, 1e-4), min_size=2, max_size=20), st.integers(1, 19))
def test_grounded_idle_column_obeys_the_current_law(conductances, active):
    cells = np.array(conductances)
    driven = np.arange(cells.size) < active
    voltage = crossbar.grounded_idle_column_voltage(0.5, cells[driven].sum(), cells.sum())
    into_column = np.sum(cells * (np.where(driven, 0.5, 0.0) - voltage))
    assert into_column == pytest.approx(0.0, abs=1e-9 * 0.5 * cells.sum())


def test_a_column_without_conducting_cells_stays_at_ground():
    assert crossbar.grounded_idle_column_voltage(0.5, 0.0, 0.0) == 0.0


def test_a_clamped_column_counts_the_spikes_that_a_floating_one_loses():
    counts = np.array([1.0, 2.0, 4.0])
    np.testing.assert_allclose(crossbar.clamped_column_current(0.2, 5e-6 * counts), 1e-6 * counts)


def test_spread_of_a_column_of_lognormal_cells_against_drawn_ones():
    # sums of 64 cells drawn 20 000 times: their relative spread has a sampling error of 1/sqrt(2 x 20 000) = 0.5 %
    drawn = np.random.default_rng(1).lognormal(0.0, 0.3, (20_000, 64)).sum(axis=1)
    cell = crossbar.lognormal_relative_spread(0.3)
    assert crossbar.column_current_spread(cell, 64.0) == pytest.approx(drawn.std() / drawn.mean(), rel=0.02)


@each(
    "parts, expected",
    [
        ((20e-9, 0.0, 80e-9, 0.0), 100e-9),  # nothing holds: one after the other
        ((20e-9, 2e-9, 0.0, 80e-9), 82e-9),  # a stage holds: the conversions hide the settling
        ((100e-9, 2e-9, 0.0, 80e-9), 102e-9),  # or the settling the conversions
        ((20e-9, 1e-9, 70e-9, 9e-9), 91e-9),  # eight of 10 ns, the last from the converter's own capacitors
    ],
)
def test_interval_by_hand(parts, expected):
    assert crossbar.read_interval(*parts) == pytest.approx(expected, rel=1e-12)


_TIME = st.floats(0.0, 1e-6)


@given(_TIME, _TIME, _TIME)
def test_holding_never_slows_a_read_and_never_hides_more_than_the_shorter_part(
    settling, sampling, conversion
):
    held = crossbar.read_interval(settling, sampling, 0.0, conversion)
    alone = crossbar.read_interval(settling, sampling, conversion, 0.0)
    assert held <= alone
    assert alone - held == pytest.approx(min(settling, conversion), abs=1e-18)


def test_digits_and_widths_by_hand():
    assert [float(crossbar.input_digits(8.0, b)) for b in (1.0, 2.0, 3.0, 8.0)] == [8, 4, 3, 1]
    assert float(crossbar.mean_binary_width(4.0)) == (1 + 2 + 4 + 8) / 4
    assert float(crossbar.active_digit_probability(0.5, 3.0)) == 7 / 8
