"""Crossbar equations against hand arithmetic, published tables and full solutions of small arrays."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.linalg
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import crossbar

SAMPLES: dict[str, dict[str, float]] = {
    "lognormal_relative_spread": {"sigma": 0.3},
    "column_current_spread": {"relative_spread": 0.1, "active_cells": 100.0},
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
    "array_area": {"rows": 128.0, "columns": 64.0, "cell_area": 4.16e-14},
    "slices_per_weight": {"magnitude_bits": 7.0, "bits_per_cell": 2.0},
    "pair_mean_conductance": {
        "low_conductance": 1e-6,
        "high_conductance": 40e-6,
        "mean_absolute_weight": 0.266,
    },
    "offset_mean_conductance": {"low_conductance": 1e-6, "high_conductance": 40e-6},
    "clipped_gaussian_mean_weight": {"clip_sigmas": 3.0},
    "access_limited_conductance": {"conductance": 40e-6, "access_resistance": 5e3},
    "cell_read_energy": {
        "conductance": 6.2e-6,
        "read_voltage": 0.2,
        "supply_voltage": 0.9,
        "read_time": 10e-9,
    },
    "row_capacitance": {
        "columns": 128.0,
        "cell_pitch": 0.204e-6,
        "wire_capacitance_per_length": 0.2e-9,
        "gate_capacitance_per_cell": 0.168e-15,
    },
    "column_capacitance": {
        "rows": 128.0,
        "cell_pitch": 0.204e-6,
        "wire_capacitance_per_length": 0.2e-9,
        "junction_capacitance_per_cell": 0.1e-15,
    },
    "line_toggle_energy": {"capacitance": 26.7e-15, "voltage": 0.9},
    "column_swing_energy": {"capacitance": 20e-15, "swing_voltage": 0.2, "supply_voltage": 0.9},
    "thermal_noise_energy_floor": {"temperature": 300.0, "bits": 6.0, "boltzmann": 1.380649e-23},
    "cell_wire_resistance": {"resistance_per_length": 11.6e6, "cell_pitch": 0.16e-6},
    "row_time_constant": {
        "driver_resistance": 60.0,
        "row_resistance": 256.0,
        "row_capacitance": 26.7e-15,
    },
    "column_time_constant_clamped": {
        "input_resistance": 1e3,
        "column_conductance": 0.8e-3,
        "column_resistance": 768.0,
        "column_capacitance": 20e-15,
    },
    "column_time_constant_floating": {
        "conducting_conductance": 80e-6,
        "column_resistance": 768.0,
        "column_capacitance": 20e-15,
    },
    "settling_time": {"row_time_constant": 5e-12, "column_time_constant": 20e-12, "bits": 8.0},
    "ir_drop_error_near": {
        "conductance": 5e-6,
        "column_segment_resistance": 6.0,
        "rows": 128.0,
        "conducting_fraction": 0.5,
    },
    "ir_drop_error_mean": {
        "conductance": 5e-6,
        "row_segment_resistance": 2.0,
        "column_segment_resistance": 6.0,
        "rows": 128.0,
        "columns": 64.0,
        "conducting_fraction": 0.5,
    },
    "ir_drop_error_far": {
        "conductance": 5e-6,
        "row_segment_resistance": 2.0,
        "column_segment_resistance": 6.0,
        "rows": 128.0,
        "columns": 64.0,
        "conducting_fraction": 0.5,
    },
    "ir_drop_residual_spread": {"near_error": 0.14, "far_error": 0.2},
    "maximum_array_side": {
        "allowed_error": 0.05,
        "conductance": 1e-6,
        "segment_resistance": 2.0,
        "conducting_fraction": 1.0,
    },
    "sneak_conductance": {"conductance": 10e-6, "rows": 64.0, "columns": 32.0},
    "half_select_power": {
        "rows": 128.0,
        "columns": 64.0,
        "write_voltage": 2.0,
        "write_current": 100e-6,
        "nonlinearity": 10.0,
    },
    "third_select_power": {
        "rows": 128.0,
        "columns": 64.0,
        "write_voltage": 2.0,
        "third_voltage_current": 1e-6,
    },
    "selector_array_side": {"on_current": 100e-6, "half_select_current": 10e-9, "current_margin": 6.0},
    "grounded_idle_column_voltage": {
        "drive_voltage": 0.5,
        "active_conductance": 80e-6,
        "total_conductance": 800e-6,
    },
    "biased_clamp_current": {
        "read_voltage": 0.1,
        "active_conductance": 80e-6,
        "input_resistance": 3e3,
        "bias_current": 12e-6,
    },
    "clamped_column_current": {"read_voltage": 0.2, "active_conductance": 80e-6},
    "write_verify_energy": {
        "pulses": 9.0,
        "write_voltage": 2.0,
        "write_current": 100e-6,
        "pulse_width": 100e-9,
        "line_energy": 0.1e-12,
        "verify_energy": 20e-15,
    },
    "array_programming_time": {
        "cells": 16384.0,
        "parallel_cells": 128.0,
        "pulses": 9.0,
        "pulse_width": 100e-9,
        "verify_time": 50e-9,
    },
    "write_lifetime": {"endurance": 1e6, "update_rate": 1e-3, "pulses": 9.0},
    "refresh_power": {"array_programming_energy": 0.27e-3, "retention_time": 1e6},
    "retention_time": {
        "attempt_time": 1e-13,
        "activation_energy": 1.602e-19,
        "temperature": 358.0,
        "boltzmann": 1.380649e-23,
    },
    "drifted_conductance": {
        "initial_conductance": 40e-6,
        "time": 1e4,
        "reference_time": 1.0,
        "drift_exponent": 0.01,
    },
}

_loads = st.floats(1e-6, 1e2)
_shares = st.floats(0.0, 1.0)


def test_a_53_square_cell_at_28_nm_has_a_pitch_of_204_nm():
    # 53 x (28 nm)^2 = 41552 nm^2, whose root is 203.8 nm
    area = crossbar.cell_area(53.0, 28e-9, 0.0)
    assert area == pytest.approx(0.0416e-12, rel=2e-3)
    assert crossbar.cell_pitch(area) == pytest.approx(0.204e-6, rel=2e-3)


def test_the_floor_of_the_access_transistor_does_not_scale():
    areas = crossbar.cell_area(53.0, np.array([28e-9, 14e-9, 7e-9]), 0.03e-12)
    np.testing.assert_allclose(areas, [41552e-18, 0.03e-12, 0.03e-12])


def test_a_transistor_six_features_wide_needs_21_squares():
    # 3 (6 + 1) = 21
    assert crossbar.transistor_limited_cell_area(6 * 28e-9, 28e-9) == pytest.approx(21 * 28e-9**2)


def test_a_small_write_current_leaves_the_minimum_width():
    widths = crossbar.access_transistor_width(np.array([1e-6, 79e-6]), 790.0, 1.0, 50e-9)
    np.testing.assert_allclose(widths, [50e-9, 100e-9])


def test_stacked_passive_layers_share_the_footprint():
    # (2 x 20 nm)^2 / 2 = 800 nm^2
    assert crossbar.passive_cell_area(20e-9, 2.0) == pytest.approx(800e-18)


def test_slices_are_rounded_up():
    np.testing.assert_array_equal(crossbar.slices_per_weight(np.array([6.0, 7.0, 8.0]), 2.0), [3, 4, 4])


def test_mean_conductance_of_a_pair_and_its_device():
    # E|w|/w_max = 0.266 at 3 sigma; pair: 2 + 39 x 0.266 = 12.4 uS, device: 6.2 uS
    device = crossbar.pair_mean_conductance(1e-6, 40e-6, crossbar.clipped_gaussian_mean_weight(3.0))
    assert 2.0 * device == pytest.approx(12.4e-6, rel=5e-3)
    assert device == pytest.approx(6.2e-6, rel=5e-3)


def test_pair_mean_is_the_mean_over_the_pair_for_a_drawn_set_of_weights():
    weights = np.random.default_rng(0).uniform(-1.0, 1.0, 1000)
    positive = 1e-6 + 39e-6 * np.maximum(weights, 0.0)
    negative = 1e-6 + 39e-6 * np.maximum(-weights, 0.0)
    expected = (positive.mean() + negative.mean()) / 2.0
    found = crossbar.pair_mean_conductance(1e-6, 40e-6, np.abs(weights).mean())
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("clip", [0.5, 1.0, 2.0, 3.0, 4.0])
def test_clipped_gaussian_mean_is_the_integral_over_the_distribution(clip):
    z = np.linspace(0.0, 12.0, 240_001)
    density = np.exp(-(z**2) / 2.0) * math.sqrt(2.0 / math.pi)
    expected = np.trapezoid(np.minimum(z, clip) / clip * density, z)
    # trapezoids of width 5e-5: far below 1e-8
    assert crossbar.clipped_gaussian_mean_weight(clip) == pytest.approx(expected, rel=1e-8)


def test_clipped_gaussian_mean_nears_the_unclipped_form_and_its_limits():
    # sqrt(2/pi)/3 = 0.26596; the tail beyond 3 sigma moves it by 0.1 %
    assert crossbar.clipped_gaussian_mean_weight(3.0) == pytest.approx(math.sqrt(2 / math.pi) / 3, rel=1.2e-3)
    assert crossbar.clipped_gaussian_mean_weight(2.0) == pytest.approx(math.sqrt(2 / math.pi) / 2, rel=2.5e-2)
    assert crossbar.clipped_gaussian_mean_weight(0.0) == 1.0
    assert crossbar.clipped_gaussian_mean_weight(1e-6) == pytest.approx(1.0, abs=1e-6)


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
    row = crossbar.row_capacitance(128.0, 0.2038e-6, 0.2e-9, 0.168e-15)
    assert row == pytest.approx(26.7e-15, rel=2e-3)
    assert crossbar.line_toggle_energy(row, 0.9) == pytest.approx(21.6e-15, rel=3e-3)


def test_a_full_swing_is_the_special_case_of_a_column_swing():
    full = crossbar.line_toggle_energy(26.7e-15, 0.9)
    assert crossbar.column_swing_energy(26.7e-15, 0.9, 0.9) == pytest.approx(full, rel=1e-12)


@pytest.mark.parametrize(("bits", "expected"), [(4.0, 0.025e-15), (6.0, 0.41e-15), (8.0, 6.5e-15)])
def test_thermal_floor_at_300_kelvin(bits, expected):
    # 24 x 4.14e-21 J = 9.94e-20 J, times 256, 4096, 65536; two printed digits
    assert crossbar.thermal_noise_energy_floor(300.0, bits) == pytest.approx(expected, rel=2e-2)


# Wire width, resistance per length, and resistance of a cell of 4 and of 12 wire widths: widths and
# resistivity with barrier of NeuroSim 1.4 (Chen, Peng and Yu, IEEE TCAD 37, 3067, 2018), two digits each.
@pytest.mark.parametrize(
    ("width", "per_length", "short", "long"),
    [
        (175e-9, 0.48e6, 0.34, 1.0),
        (105e-9, 1.43e6, 0.60, 1.8),
        (80e-9, 2.60e6, 0.83, 2.5),
        (56e-9, 5.70e6, 1.3, 3.8),
        (40e-9, 11.6e6, 1.9, 5.6),
        (32e-9, 19.7e6, 2.5, 7.6),
        (20e-9, 69.5e6, 5.6, 17.0),
        (15e-9, 166e6, 10.0, 30.0),
        (12e-9, 293e6, 14.0, 42.0),
    ],
)
def test_wire_resistance_per_cell(width, per_length, short, long):
    assert crossbar.cell_wire_resistance(per_length, 4 * width) == pytest.approx(short, rel=3e-2)
    assert crossbar.cell_wire_resistance(per_length, 12 * width) == pytest.approx(long, rel=3e-2)


def _slowest_time_constant(foot_conductance, cells, line_resistance, line_capacitance):
    """Slowest mode of an RC ladder with one conductance to ground at its foot and one at each node."""
    count = len(cells)
    link = (count - 1) / line_resistance
    matrix = np.diag(np.array(cells, float))
    for i in range(count - 1):
        matrix[i : i + 2, i : i + 2] += link * np.array([[1.0, -1.0], [-1.0, 1.0]])
    matrix[0, 0] += foot_conductance
    # end nodes stand for half a section
    node = np.full(count, line_capacitance / (count - 1))
    node[[0, -1]] /= 2.0
    root = np.sqrt(node)
    return 1.0 / np.linalg.eigvalsh(matrix / np.outer(root, root))[0]


@pytest.mark.parametrize("ratio", [1e-3, 0.03, 0.1, 0.3, 1.0, 3.0, 30.0])
def test_row_time_constant_is_0_to_6_percent_above_the_slowest_mode(ratio):
    exact = _slowest_time_constant(1.0 / ratio, np.zeros(200), 1.0, 1.0)
    assert 1.0 - 1e-4 <= crossbar.row_time_constant(ratio, 1.0, 1.0) / exact <= 1.06


def test_an_ideally_driven_row_has_the_textbook_mode():
    # an open line of length L has the modes (2n+1)^2 pi^2 / (4 RC)
    assert crossbar.row_time_constant(0.0, 256.0, 26.7e-15) == pytest.approx(4 / math.pi**2 * 256 * 26.7e-15)


@pytest.mark.parametrize("input_resistance", [1e-3, 0.1, 1.0, 10.0])
@pytest.mark.parametrize("conductance", [0.0, 0.1, 1.0, 10.0])
def test_clamped_column_is_never_faster_than_formula_allows(input_resistance, conductance):
    exact = _slowest_time_constant(1.0 / input_resistance, np.full(200, conductance / 200), 1.0, 1.0)
    found = crossbar.column_time_constant_clamped(input_resistance, conductance, 1.0, 1.0)
    assert found >= exact * (1.0 - 1e-4)


@pytest.mark.parametrize("conductance", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("shape", ["even", "near", "far"])
def test_floating_column_is_never_faster_than_formula_allows(conductance, shape):
    position = np.arange(200)
    cells = {"even": position >= 0, "near": position < 5, "far": position >= 195}[shape].astype(float)
    exact = _slowest_time_constant(0.0, cells * conductance / cells.sum(), 1.0, 1.0)
    assert crossbar.column_time_constant_floating(conductance, 1.0, 1.0) >= exact * (1.0 - 1e-2)


def test_floating_column_without_conducting_cells_never_settles():
    found = crossbar.column_time_constant_floating(np.array([0.0, 1e-6]), 0.0, 1e-15)
    np.testing.assert_allclose(found, [np.inf, 1e-9])


@pytest.mark.parametrize("ratio", [1e-3, 0.1, 0.5, 0.999, 1.5, 10.0, 1e3])
@pytest.mark.parametrize("bits", [1.0, 4.0, 8.0, 12.0])
def test_two_poles_in_cascade_have_settled_to_half_a_step(ratio, bits):
    time = crossbar.settling_time(1.0, ratio, bits)
    remainder = (math.exp(-time) - ratio * math.exp(-time / ratio)) / (1.0 - ratio)
    assert remainder <= 2.0 ** -(bits + 1.0)


def _column_errors(rows, columns, conductance, row_segment, column_segment, active, gated):
    """Lost share of every column current by solving all 2 R C nodes."""
    count = rows * columns
    upper = np.arange(count).reshape(rows, columns)
    lower = upper + count
    conducting = np.where(active | (not gated), conductance, 0.0)
    branches = [
        (upper, lower, np.repeat(conducting, columns)),
        (upper[:, :-1], upper[:, 1:], 1.0 / row_segment),
        (lower[:-1], lower[1:], 1.0 / column_segment),
    ]
    first, second, value = (
        np.concatenate([np.broadcast_to(b[k], b[0].size if k == 2 else b[0].shape).ravel() for b in branches])
        for k in range(3)
    )
    diagonal = np.bincount(first, value, 2 * count) + np.bincount(second, value, 2 * count)
    diagonal[upper[:, 0]] += 1.0 / row_segment
    diagonal[lower[-1]] += 1.0 / column_segment
    source = np.zeros(2 * count)
    source[upper[:, 0]] = active / row_segment
    nodes = np.arange(2 * count)
    matrix = scipy.sparse.csc_array(
        (
            np.concatenate([-value, -value, diagonal]),
            (np.concatenate([first, second, nodes]), np.concatenate([second, first, nodes])),
        ),
        shape=(2 * count, 2 * count),
    )
    voltages = scipy.sparse.linalg.spsolve(matrix, source)
    currents = voltages[lower[-1]] / column_segment
    drawn = np.sum(active * (1.0 - voltages[upper[:, 0]])) / row_segment
    return 1.0 - currents / (conductance * active.sum()), drawn


def _every(rows, period):
    active = np.zeros(rows, bool)
    active[period // 2 :: period] = True
    return active


@pytest.mark.parametrize(
    ("rows", "columns", "conductance", "row_segment", "column_segment", "period", "gated"),
    [
        (128, 128, 5e-6, 2.0, 6.0, 1, False),
        (32, 32, 1e-4, 1.0, 1.0, 1, False),
        (64, 64, 1e-6, 1.0, 1.0, 1, False),
        (64, 64, 1e-4, 1.0, 1.0, 1, False),
        (64, 64, 1.6e-3, 1.0, 1.0, 1, False),
        (64, 128, 2e-5, 1.0, 1.0, 1, False),
        (128, 64, 2e-5, 1.0, 1.0, 1, False),
        (128, 128, 5e-6, 2.0, 6.0, 8, True),
        (64, 64, 5e-6, 8.0, 8.0, 4, True),
    ],
)
def test_ir_drop_agrees_with_the_full_nodal_solution(
    rows, columns, conductance, row_segment, column_segment, period, gated
):
    active = _every(rows, period)
    errors, _ = _column_errors(rows, columns, conductance, row_segment, column_segment, active, gated)
    fraction = active.mean() if gated else 1.0
    near = crossbar.ir_drop_error_near(conductance, column_segment, rows, fraction)
    mean = crossbar.ir_drop_error_mean(conductance, row_segment, column_segment, rows, columns, fraction)
    far = crossbar.ir_drop_error_far(conductance, row_segment, column_segment, rows, columns, fraction)
    # the closed form is first order in G r N^2, closed by x/(1+x), and takes sums as integrals
    assert mean == pytest.approx(errors.mean(), rel=0.05)
    assert near == pytest.approx(errors[0], rel=0.15)
    assert far == pytest.approx(errors[-1], rel=0.15)
    assert crossbar.ir_drop_residual_spread(errors[0], errors[-1]) == pytest.approx(errors.std(), rel=0.05)


def test_ir_drop_of_128_by_128_cells_of_5_us():
    # x = 5e-6 x 6 x 128^2/3 = 0.1638; plus 5e-6 x 2 x 128^2/3 = 0.0546 or /2 = 0.0819
    # 0.1638/1.1638 = 14.1 %, 0.2185/1.2185 = 17.9 %, 0.2458/1.2458 = 19.7 %
    assert crossbar.ir_drop_error_near(5e-6, 6.0, 128.0, 1.0) == pytest.approx(0.141, abs=5e-4)
    assert crossbar.ir_drop_error_mean(5e-6, 2.0, 6.0, 128.0, 128.0, 1.0) == pytest.approx(0.179, abs=5e-4)
    assert crossbar.ir_drop_error_far(5e-6, 2.0, 6.0, 128.0, 128.0, 1.0) == pytest.approx(0.197, abs=5e-4)


def test_grounded_idle_rows_leave_the_error_independent_of_activity():
    everything, _ = _column_errors(32, 32, 1e-4, 1.0, 1.0, np.ones(32, bool), gated=False)
    each = [_column_errors(32, 32, 1e-4, 1.0, 1.0, np.arange(32) == row, gated=False)[0] for row in range(32)]
    np.testing.assert_allclose(np.mean(each, axis=0), everything, rtol=1e-9)


def test_power_drawn_from_the_rows_falls_by_the_mean_error():
    errors, drawn = _column_errors(32, 32, 1e-4, 1.0, 1.0, np.ones(32, bool), gated=False)
    assert drawn == pytest.approx(1e-4 * 32 * 32 * (1.0 - errors.mean()), rel=1e-9)


@given(_loads, _loads, _shares)
def test_ir_drop_lies_between_0_and_1_and_grows_from_near_to_far(row, column, fraction):
    arguments = (1e-4, row, column, 64.0, 64.0, fraction)
    near = crossbar.ir_drop_error_near(1e-4, column, 64.0, fraction)
    assert (
        0.0 <= near <= crossbar.ir_drop_error_mean(*arguments) <= crossbar.ir_drop_error_far(*arguments) < 1.0
    )


def test_ir_drop_vanishes_with_the_wire_resistance():
    assert crossbar.ir_drop_error_far(1e-4, 0.0, 0.0, 256.0, 256.0, 1.0) == 0.0


def test_maximum_side_of_1_us_cells_on_2_ohm_wires():
    # to first order sqrt(0.05 / (1e-6 x 2 x 5/6)) = 173; error = x/(1+x) allows sqrt(1/0.95) more: 177.7
    side = crossbar.maximum_array_side(0.05, 1e-6, 2.0, 1.0)
    assert side * math.sqrt(0.95) == pytest.approx(173.0, abs=0.5)
    assert side == pytest.approx(177.7, abs=0.05)


@given(st.floats(1e-4, 0.9), st.floats(1e-8, 1e-3), st.floats(1e-2, 1e2), _shares)
def test_the_maximum_side_has_just_the_allowed_error(error, conductance, segment, fraction):
    side = crossbar.maximum_array_side(error, conductance, segment, fraction)
    far = crossbar.ir_drop_error_far(conductance, segment, segment, side, side, fraction)
    assert far == pytest.approx(error, rel=1e-9)


def test_an_array_without_loss_has_no_maximum_side():
    np.testing.assert_array_equal(
        crossbar.maximum_array_side(
            np.array([0.05, 0.0, 1.0, 2.0]), np.array([0.0, 0.0, 1e-6, 1e-6]), 2.0, 1.0
        ),
        np.inf,
    )


@pytest.mark.parametrize(("rows", "columns"), [(2, 2), (5, 3), (16, 16), (1, 8)])
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
    assert crossbar.sneak_conductance(1.0, rows, columns) == pytest.approx(expected, abs=1e-9)


def test_sneak_paths_drown_the_contrast_of_a_64_by_64_array():
    # 10 uS x 63 x 63 / 127 = 312.5 uS; (312.5 + 10) / (312.5 + 1) = 1.029
    sneak = crossbar.sneak_conductance(10e-6, 64.0, 64.0)
    assert sneak == pytest.approx(313e-6, rel=3e-3)
    assert (sneak + 10e-6) / (sneak + 1e-6) == pytest.approx(1.03, abs=2e-3)


@pytest.mark.parametrize(("nonlinearity", "expected"), [(2.0, 12.7e-3), (10.0, 2.5e-3), (1e3, 25e-6)])
def test_half_select_power_of_128_by_128(nonlinearity, expected):
    # 254 x 1 V x 100 uA / k
    found = crossbar.half_select_power(128.0, 128.0, 2.0, 100e-6, nonlinearity)
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
        found = crossbar.half_select_power(rows, columns, voltage, conductance * voltage, 2.0)
    else:
        found = crossbar.third_select_power(rows, columns, voltage, conductance * voltage / 3.0)
    assert found == pytest.approx(unselected, rel=1e-12)


def test_a_perfect_selector_sets_no_limit():
    assert crossbar.selector_array_side(1e-4, 0.0, 6.0) == np.inf


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


def test_programming_1_5_million_cells():
    # 2 V x 100 uA x 100 ns = 20 pJ; 9 pulses 180 pJ; x 1.5e6 = 0.27 mJ
    cell = crossbar.write_verify_energy(9.0, 2.0, 100e-6, 100e-9, 0.0, 0.0)
    assert cell == pytest.approx(180e-12)
    assert 1.5e6 * cell == pytest.approx(0.27e-3)
    # ceil(1.5e6 / 128) = 11719 groups x 9 x 200 ns = 21.1 ms
    found = crossbar.array_programming_time(1.5e6, 128.0, 9.0, 100e-9, 100e-9)
    assert found == pytest.approx(21.1e-3, rel=2e-3)


def test_lines_and_verify_reads_are_paid_for_every_pulse():
    # 3 x (2 x 1e-6 x 1e-6 + 1e-12 + 2e-12) = 3 x 5 pJ
    assert crossbar.write_verify_energy(3.0, 2.0, 1e-6, 1e-6, 1e-12, 2e-12) == pytest.approx(15e-12)


def test_cells_that_are_never_rewritten_last_for_ever():
    np.testing.assert_allclose(crossbar.write_lifetime(1e6, np.array([0.0, 10.0]), 1.0), [np.inf, 1e5])


def test_a_state_that_is_kept_for_ever_needs_no_refresh():
    np.testing.assert_allclose(crossbar.refresh_power(0.27e-3, np.array([np.inf, 1e3])), [0.0, 0.27e-6])


def test_retention_falls_with_temperature_by_arrhenius():
    barrier = 1.602176634e-19
    hot, cold = crossbar.retention_time(1e-13, barrier, np.array([398.0, 358.0]))
    # 1 eV / k = 11604.5 K; 11604.5 x (1/358 - 1/398) = 3.2578; exp = 26.0
    assert cold / hot == pytest.approx(26.0, rel=2e-3)


def test_drift_of_exponent_0_01_takes_2_3_percent_a_decade():
    # 10^-0.01 = 0.97724
    assert crossbar.drifted_conductance(1.0, 10.0, 1.0, 0.01) == pytest.approx(0.97724, rel=1e-5)


def test_nothing_has_drifted_before_the_reference_time():
    np.testing.assert_array_equal(crossbar.drifted_conductance(1.0, np.array([0.0, 0.5, 1.0]), 1.0, 0.1), 1.0)


def test_spread_of_a_column_of_lognormal_cells_against_drawn_ones():
    # sums of 64 cells drawn 20 000 times: their relative spread has a sampling error of 1/sqrt(2 x 20 000) = 0.5 %
    drawn = np.random.default_rng(1).lognormal(0.0, 0.3, (20_000, 64)).sum(axis=1)
    cell = crossbar.lognormal_relative_spread(0.3)
    assert crossbar.column_current_spread(cell, 64.0) == pytest.approx(drawn.std() / drawn.mean(), rel=0.02)
