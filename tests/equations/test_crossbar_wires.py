"""Wires of a crossbar: closed forms against exact modes and full solutions of the array, and their own limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import crossbar_wires
from tests.each import each
from tests.equations.nodal import column_errors

_loads = st.floats(1e-6, 1e2)
_shares = st.floats(0.0, 1.0)

SAMPLES: dict[str, dict[str, float]] = {
    "current_left": {"loss": 0.179, "beyond": 1.0},
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
    "ir_drop_error_at": {
        "row_conductance": 5e-6,
        "column_conductance": 5e-6,
        "row_segment_resistance": 2.0,
        "column_segment_resistance": 6.0,
        "rows": 128.0,
        "columns": 128.0,
        "active_fraction": 1.0,
        "row": 128.0,
        "column": 128.0,
    },
    "ir_drop_error_far": {
        "conductance": 5e-6,
        "row_segment_resistance": 2.0,
        "column_segment_resistance": 6.0,
        "rows": 128.0,
        "columns": 64.0,
        "conducting_fraction": 0.5,
    },
    "wires_within_loss": {"loss_of_one": 0.179, "allowed_loss": 0.05},
    "line_width_capacitance": {"wires": 20.0, "cell_pitch": 360e-9, "metal_pitch": 90e-9},
    "ir_drop_residual_spread": {"near_error": 0.14, "far_error": 0.2},
    "maximum_array_side": {
        "allowed_error": 0.05,
        "conductance": 1e-6,
        "segment_resistance": 2.0,
        "conducting_fraction": 1.0,
    },
    "line_capacitance": {
        "cells": 128.0,
        "cell_pitch": 0.204e-6,
        "wire_capacitance_per_length": 0.2e-9,
        "load_per_cell": 0.168e-15,
    },
    "line_toggle_energy": {"capacitance": 26.7e-15, "voltage": 0.9},
    "column_swing_energy": {"capacitance": 20e-15, "swing_voltage": 0.2, "supply_voltage": 0.9},
}


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


def _every(rows, period):
    active = np.zeros(rows, bool)
    active[period // 2 :: period] = True
    return active


# Wire width, resistance per length, and resistance of a cell of 4 and of 12 wire widths: widths and
# resistivity with barrier of NeuroSim 1.4 (Chen, Peng and Yu, IEEE TCAD 37, 3067, 2018), two digits each.
@each(
    "width, per_length, short, long",
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
    assert crossbar_wires.cell_wire_resistance(per_length, 4 * width) == pytest.approx(short, rel=3e-2)
    assert crossbar_wires.cell_wire_resistance(per_length, 12 * width) == pytest.approx(long, rel=3e-2)


@each("ratio", [1e-3, 0.03, 0.1, 0.3, 1.0, 3.0, 30.0])
def test_row_time_constant_is_0_to_6_percent_above_the_slowest_mode(ratio):
    exact = _slowest_time_constant(1.0 / ratio, np.zeros(200), 1.0, 1.0)
    assert 1.0 - 1e-4 <= crossbar_wires.row_time_constant(ratio, 1.0, 1.0) / exact <= 1.06


def test_an_ideally_driven_row_has_the_textbook_mode():
    # an open line of length L has the modes (2n+1)^2 pi^2 / (4 RC)
    assert crossbar_wires.row_time_constant(0.0, 256.0, 26.7e-15) == pytest.approx(
        4 / math.pi**2 * 256 * 26.7e-15
    )


@each("input_resistance", [1e-3, 0.1, 1.0, 10.0])
@each("conductance", [0.0, 0.1, 1.0, 10.0])
def test_clamped_column_is_never_faster_than_formula_allows(input_resistance, conductance):
    exact = _slowest_time_constant(1.0 / input_resistance, np.full(200, conductance / 200), 1.0, 1.0)
    found = crossbar_wires.column_time_constant_clamped(input_resistance, conductance, 1.0, 1.0)
    assert found >= exact * (1.0 - 1e-4)


@each("conductance", [0.01, 1.0, 100.0])
@each("shape", ["even", "near", "far"])
def test_floating_column_is_never_faster_than_formula_allows(conductance, shape):
    position = np.arange(200)
    cells = {"even": position >= 0, "near": position < 5, "far": position >= 195}[shape].astype(float)
    exact = _slowest_time_constant(0.0, cells * conductance / cells.sum(), 1.0, 1.0)
    assert crossbar_wires.column_time_constant_floating(conductance, 1.0, 1.0) >= exact * (1.0 - 1e-2)


def test_floating_column_without_conducting_cells_never_settles():
    found = crossbar_wires.column_time_constant_floating(np.array([0.0, 1e-6]), 0.0, 1e-15)
    np.testing.assert_allclose(found, [np.inf, 1e-9])


@each("ratio", [1e-3, 0.1, 0.5, 0.999, 1.5, 10.0, 1e3])
@each("bits", [1.0, 4.0, 8.0, 12.0])
def test_two_poles_in_cascade_have_settled_to_half_a_step(ratio, bits):
    time = crossbar_wires.settling_time(1.0, ratio, bits)
    remainder = (math.exp(-time) - ratio * math.exp(-time / ratio)) / (1.0 - ratio)
    assert remainder <= 2.0 ** -(bits + 1.0)


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
    errors, _ = column_errors(rows, columns, conductance, row_segment, column_segment, active, gated)
    fraction = active.mean() if gated else 1.0
    near = crossbar_wires.ir_drop_error_near(conductance, column_segment, rows, fraction)
    mean = crossbar_wires.ir_drop_error_mean(
        conductance, row_segment, column_segment, rows, columns, fraction
    )
    far = crossbar_wires.ir_drop_error_far(conductance, row_segment, column_segment, rows, columns, fraction)
    # the closed form is first order in G r N^2, closed by x/(1+x), and takes sums as integrals
    assert mean == pytest.approx(errors.mean(), rel=0.05)
    assert near == pytest.approx(errors[0], rel=0.15)
    assert far == pytest.approx(errors[-1], rel=0.15)
    assert crossbar_wires.ir_drop_residual_spread(errors[0], errors[-1]) == pytest.approx(
        errors.std(), rel=0.05
    )


def test_ir_drop_of_128_by_128_cells_of_5_us():
    # x = 5e-6 x 6 x 128^2/3 = 0.1638; plus 5e-6 x 2 x 128^2/3 = 0.0546 or /2 = 0.0819
    # 0.1638/1.1638 = 14.1 %, 0.2185/1.2185 = 17.9 %, 0.2458/1.2458 = 19.7 %
    assert crossbar_wires.ir_drop_error_near(5e-6, 6.0, 128.0, 1.0) == pytest.approx(0.141, abs=5e-4)
    assert crossbar_wires.ir_drop_error_mean(5e-6, 2.0, 6.0, 128.0, 128.0, 1.0) == pytest.approx(
        0.179, abs=5e-4
    )
    assert crossbar_wires.ir_drop_error_far(5e-6, 2.0, 6.0, 128.0, 128.0, 1.0) == pytest.approx(
        0.197, abs=5e-4
    )


@given(_loads, _loads, _shares)
def test_ir_drop_lies_between_0_and_1_and_grows_from_near_to_far(row, column, fraction):
    arguments = (1e-4, row, column, 64.0, 64.0, fraction)
    near = crossbar_wires.ir_drop_error_near(1e-4, column, 64.0, fraction)
    assert (
        0.0
        <= near
        <= crossbar_wires.ir_drop_error_mean(*arguments)
        <= crossbar_wires.ir_drop_error_far(*arguments)
        < 1.0
    )


def test_ir_drop_vanishes_with_the_wire_resistance():
    assert crossbar_wires.ir_drop_error_far(1e-4, 0.0, 0.0, 256.0, 256.0, 1.0) == 0.0


def test_maximum_side_of_1_us_cells_on_2_ohm_wires():
    # to first order sqrt(0.05 / (1e-6 x 2 x 5/6)) = 173; error = x/(1+x) allows sqrt(1/0.95) more: 177.7
    side = crossbar_wires.maximum_array_side(0.05, 1e-6, 2.0, 1.0)
    assert side * math.sqrt(0.95) == pytest.approx(173.0, abs=0.5)
    assert side == pytest.approx(177.7, abs=0.05)


@given(st.floats(1e-4, 0.9), st.floats(1e-8, 1e-3), st.floats(1e-2, 1e2), _shares)
def test_the_maximum_side_has_just_the_allowed_error(error, conductance, segment, fraction):
    side = crossbar_wires.maximum_array_side(error, conductance, segment, fraction)
    far = crossbar_wires.ir_drop_error_far(conductance, segment, segment, side, side, fraction)
    assert far == pytest.approx(error, rel=1e-9)


def test_an_array_without_loss_has_no_maximum_side():
    np.testing.assert_array_equal(
        crossbar_wires.maximum_array_side(
            np.array([0.05, 0.0, 1.0, 2.0]), np.array([0.0, 0.0, 1e-6, 1e-6]), 2.0, 1.0
        ),
        np.inf,
    )
