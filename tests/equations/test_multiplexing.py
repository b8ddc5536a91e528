"""Claims about switches between columns and what they share, and about stages that keep their results."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import crossbar_wires
from neuroest.equations import multiplexing as mx
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "transmission_gate_conductance": {
        "on_current": 662.0,
        "resistance_factor": 0.5,
        "nominal_supply_voltage": 0.9,
        "supply_voltage": 0.9,
        "threshold_voltage": 0.3,
        "least_overdrive": 0.05,
    },
    "switch_width": {
        "source_conductance": 1e-3,
        "resistance_share": 0.05,
        "conductance_per_width": 1839.0,
        "levels": 2.0,
    },
    "switch_resistance_share": {
        "source_conductance": 1e-3,
        "width": 2e-6,
        "conductance_per_width": 1839.0,
        "levels": 2.0,
    },
    "path_resistance": {"width": 2e-6, "conductance_per_width": 1839.0, "levels": 2.0},
    "multiplexer_gates": {"inputs": 128.0, "levels": 2.0},
    "path_gates": {"inputs": 128.0, "levels": 2.0},
    "select_gates": {"inputs": 128.0, "levels": 2.0, "counter_gates": 9.0},
    "select_switching": {"inputs": 128.0, "counter_gates": 9.0},
    "transistor_pair_area": {
        "first_width": 1e-6,
        "second_width": 2e-6,
        "gate_pitch": 117e-9,
        "metal_pitch": 90e-9,
    },
    "hold_capacitance": {"temperature": 300.0, "bits": 8.0, "signal_swing": 0.5, "noise_share": 0.5},
    "junction_time": {
        "inputs": 8.0,
        "levels": 1.0,
        "junction_capacitance": 2.2e-9,
        "conductance_per_width": 1839.0,
        "resistance_share": 0.4,
    },
    "settling_conductance": {
        "load_capacitance": 256e-15,
        "acquisition_time": 1e-9,
        "bits": 8.0,
        "own_time": 20e-12,
    },
    "follower_current": {
        "transconductance": 1.6e-3,
        "transconductance_efficiency": 15.0,
        "load_capacitance": 256e-15,
        "signal_swing": 0.5,
        "acquisition_time": 1e-9,
    },
}


# --- transmission gates ---


def square_law(overdrive: float) -> float:
    """Conductance at zero voltage across a transistor whose saturated current is overdrive^2/2."""
    return max(overdrive, 0.0)


@each("signal", np.linspace(0.0, 0.9, 19))
def test_a_gate_never_conducts_less_than_in_the_middle_of_the_supply(signal):
    # both transistors of one threshold and one conductance; in between, their overdrives add up to V - 2 V_T
    both = square_law(0.9 - signal - 0.3) + square_law(signal - 0.3)
    full = square_law(0.9 - 0.3)
    least = mx.transmission_gate_conductance(1.0, 1.0, 0.9, 0.9, 0.3, 0.05) * 0.9
    assert both / full >= least - 1e-12
    assert least == pytest.approx(0.3 / 0.6)


def test_the_gate_of_28_nm_has_a_kiloohm_and_a_third_of_a_micrometre():
    # 0.5 x 0.9 V / 662 uA/um = 680 ohm um at full drive, twice that in the middle
    conductance = mx.transmission_gate_conductance(662.0, 0.5, 0.9, 0.9, 0.3, 0.05)
    assert 1e6 / conductance == pytest.approx(1359.5, rel=1e-4)


def test_a_low_supply_keeps_the_least_overdrive():
    at = [mx.transmission_gate_conductance(662.0, 0.5, 0.9, v, 0.3, 0.05) for v in (0.5, 0.6, 0.65, 0.7)]
    assert at == pytest.approx([at[0], at[0], at[0], 2.0 * at[0]])


@given(st.floats(1e-9, 1.0), st.floats(0.01, 0.99), st.floats(1.0, 1e5), st.integers(1, 6))
def test_a_gate_of_the_width_for_a_share_takes_that_share(source, share, conductance, levels):
    width = mx.switch_width(source, share, conductance, float(levels))
    assert mx.switch_resistance_share(source, width, conductance, float(levels)) == pytest.approx(share)
    # the same as resistances: R_on over R_on and R_s
    gates = mx.path_resistance(width, conductance, float(levels))
    assert gates / (gates + 1.0 / source) == pytest.approx(share)


def test_a_larger_loss_allows_a_narrower_gate():
    widths = mx.switch_width(1e-3, np.array([0.01, 0.05, 0.2, 0.5]), 1839.0, 1.0)
    assert np.all(np.diff(widths) < 0.0)
    assert widths[0] / widths[-1] == pytest.approx(99.0)


@each("fan_in, levels", [(2, 1), (8, 1), (2, 3), (4, 2), (16, 2), (3, 4)])
def test_gates_are_those_of_a_drawn_tree(fan_in, levels):
    drawn = sum(fan_in**level for level in range(1, levels + 1))
    inputs = float(fan_in**levels)
    assert mx.multiplexer_gates(inputs, float(levels)) == pytest.approx(drawn)
    assert mx.path_gates(inputs, float(levels)) == pytest.approx(levels * fan_in)
    # lines of a path: the first spans the inputs of its own gates, the last one all
    assert mx.multiplexer_gates(inputs, 1.0) == pytest.approx(inputs)


def test_one_input_needs_no_switch():
    for levels in (1.0, 3.0):
        assert mx.multiplexer_gates(1.0, levels) == mx.path_gates(1.0, levels) == 0.0
        assert mx.select_gates(1.0, levels, 9.0) == mx.select_switching(1.0, 9.0) == 0.0
        assert mx.junction_time(1.0, levels, 2.2e-9, 1839.0, 0.4) == 0.0


@given(st.integers(1, 4096), st.integers(1, 4096))
def test_more_columns_take_more_of_everything(first, second):
    few, many = sorted((float(first), float(second)))
    for count in (mx.multiplexer_gates, mx.path_gates):
        assert count(few, 1.0) <= count(many, 1.0)
    assert mx.select_gates(few, 1.0, 9.0) <= mx.select_gates(many, 1.0, 9.0)
    assert mx.select_switching(few, 9.0) <= mx.select_switching(many, 9.0)


def test_levels_shorten_the_lines_of_many_inputs_and_not_of_few():
    assert mx.path_gates(256.0, 2.0) < mx.path_gates(256.0, 1.0)
    # two gates in series must each be twice as wide, so 8 inputs settle no faster in two levels
    junctions = (2.2e-9, 1839.0, 0.4)
    assert mx.junction_time(256.0, 2.0, *junctions) < mx.junction_time(256.0, 1.0, *junctions)
    assert mx.junction_time(8.0, 2.0, *junctions) > mx.junction_time(8.0, 1.0, *junctions)


def test_eight_inputs_are_selected_by_a_counter_of_three_bits_and_a_decoder():
    assert mx.select_gates(8.0, 1.0, 9.0) == pytest.approx(3.0 * 9.0 + 8.0 * 3.0)
    assert mx.select_gates(16.0, 2.0, 9.0) == pytest.approx(4.0 * 9.0 + 2.0 * 4.0 * 2.0)
    # 64 outputs of two gates, and two decoders of 8 outputs and 3 gates each before them
    assert mx.select_gates(64.0, 1.0, 9.0) == pytest.approx(6.0 * 9.0 + 64.0 * 2.0 + 2.0 * 8.0 * 3.0)


def test_gates_are_twice_as_wide_as_those_of_neurosim():
    # NeuroSim 1.4, Mux.cpp run at 32 nm, low power, 0.9 V: 2.3992 um for 312.5 ohm for a column of 1250 ohm, from
    # both transistors fully on with half of the conductance each
    conductance = mx.transmission_gate_conductance(600.0, 0.5, 1.0, 1.0, 0.3, 0.05)
    width = mx.switch_width(1.0 / 1250.0, 0.2, conductance, 1.0)
    assert mx.path_resistance(width, conductance, 1.0) == pytest.approx(312.5)
    assert width / 2.3992e-6 == pytest.approx(1.945, rel=1e-3)
    # 1.51 um^2 a gate there, 3.6 here
    area = mx.transistor_pair_area(width, 2.0 * width, 126e-9, 100e-9)
    assert area == pytest.approx(3.58e-12, rel=1e-3)


# --- sample-and-hold stages ---


@each("bits", [4.0, 6.0, 8.0, 10.0])
def test_the_noise_of_the_capacitor_is_the_share_of_that_of_the_quantisation(bits):
    capacitance = mx.hold_capacitance(300.0, bits, 0.5, 0.5)
    noise = 1.380649e-23 * 300.0 / capacitance
    step = 0.5 / 2.0**bits
    assert noise == pytest.approx(0.5 * step**2 / 12.0)


def test_two_more_bits_take_sixteen_times_the_capacitor():
    assert mx.hold_capacitance(300.0, 8.0, 0.5, 0.5) == pytest.approx(
        16.0 * mx.hold_capacitance(300.0, 6.0, 0.5, 0.5)
    )


@pytest.mark.parametrize("own_time", [0.0, 50e-12])
def test_the_path_settles_to_half_a_step_in_time(own_time):
    conductance = mx.settling_conductance(256e-15, 1e-9, 8.0, own_time)
    constant = 256e-15 / conductance + own_time
    assert math.exp(-1e-9 / constant) == pytest.approx(2.0**-9)
    assert crossbar_wires.settling_time(256e-15 / conductance, own_time, 8.0) == pytest.approx(1e-9)


def test_junctions_are_given_half_of_the_time_constant_at_most():
    half = 1e-9 / (9.0 * math.log(2.0)) / 2.0
    assert mx.settling_conductance(256e-15, 1e-9, 8.0, 200e-12) == pytest.approx(256e-15 / half)


def test_the_charge_of_a_follower_is_the_same_at_any_speed():
    # I t = C ln 2^(b + 1) / e: 64 fF, 7 ln 2 and 15/V are 20.7 fC
    for time in (1e-9, 1e-8):
        path = mx.settling_conductance(64e-15, time, 6.0, 0.0)
        charge = mx.follower_current(path, 15.0, 64e-15, 0.1, time) * time
        assert charge == pytest.approx(64e-15 * 7.0 * math.log(2.0) / 15.0)


def test_a_large_step_is_limited_by_the_current():
    assert mx.follower_current(1e-6, 15.0, 100e-15, 0.5, 1e-9) == pytest.approx(50e-6)
