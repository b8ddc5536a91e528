"""Claims about scaling between processes, voltages and temperatures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import technology

# Energy coefficients (e2, e1, e0) and delay coefficients (d3, d2, d1, d0) of Stillmaker and Baas 2017.
ENERGY = {
    "65": (3.755, -4.398, 1.975),
    "HP45": (1.018, -0.3107, 0.1539),
    "HP32": (0.8367, -0.4341, 0.1701),
    "HP20": (0.373, -0.1582, 0.04104),
    "HP16": (0.2958, -0.1241, 0.03024),
    "HP7": (0.1776, -0.09097, 0.02447),
    "LP45": (1.103, -0.362, 0.2767),
    "LP7": (0.09365, -0.03409, 0.02043),
}
DELAY = {
    "130": (-76.65, 334.9, -493.4, 275.8),
    "HP45": (-501.6, 1567.0, -1619.0, 566.1),
    "HP7": (-28.58, 76.6, -70.26, 24.69),
}

SAMPLES: dict[str, dict[str, float]] = {
    "leakage_factor": {
        "feature_size": 14e-9,
        "reference_feature_size": 28e-9,
        "off_current_per_width": 3e-4,
        "reference_off_current_per_width": 1e-4,
        "supply_voltage": 0.8,
        "reference_voltage": 1.0,
    },
    "logic_energy_factor": {
        "supply_voltage": 0.9,
        "quadratic": 0.8367,
        "linear": -0.4341,
        "constant": 0.1701,
    },
    "logic_delay_factor": {
        "supply_voltage": 0.7,
        "cubic": -28.58,
        "quadratic": 76.6,
        "linear": -70.26,
        "constant": 24.69,
    },
    "supply_energy_factor": {"supply_voltage": 0.7, "reference_voltage": 0.8},
    "leakage_at_temperature": {
        "leakage": 1e-3,
        "temperature": 350.0,
        "reference_temperature": 330.0,
        "doubling_temperature": 11.0,
    },
    "off_current_at_supply": {
        "off_current_per_width": 1e-4,
        "slope": 2.5,
        "supply_voltage": 0.7,
        "nominal_supply_voltage": 0.9,
    },
    "mixed_off_current": {
        "low_share": 0.1,
        "standard_share": 0.3,
        "low_off_current_per_width": 0.1,
        "standard_off_current_per_width": 0.01,
        "high_off_current_per_width": 1e-4,
    },
    "gate_leakage_power": {"off_current_per_width": 1e-4, "width": 1e-2, "supply_voltage": 0.9},
    "voltage_scaled_energy": {"energy": 1e-12, "voltage": 0.8, "reference_voltage": 1.0},
    "analog_node_ratio": {"factor": 2.32, "stated_factor": 0.79},
    "corner_factor": {"corner_ratio": 1.2, "depth": 1.5},
    "threshold_at_corner": {"typical_threshold": 0.4, "threshold_shift": 0.025, "depth": 1.5},
    "cell_area_ratio": {"bitcell_area_per_bit": 0.127e-12, "squares_per_bit": 146.0, "feature_size": 28e-9},
}


def test_corrigendum_example_65_nm_to_32_nm():
    # The published example: 1 pJ/op in 65 nm at 1.3 V is 0.1755 pJ/op in 32 nm at 0.9 V; four digits printed.
    source = technology.logic_energy_factor(1.3, *ENERGY["65"])
    target = technology.logic_energy_factor(0.9, *ENERGY["HP32"])
    assert source == pytest.approx(2.604, abs=5e-4)
    assert target == pytest.approx(0.4571, abs=5e-5)
    assert 1e-12 * target / source == pytest.approx(0.1755e-12, rel=5e-4)


@pytest.mark.parametrize(
    ("process", "voltage", "ratio"),
    # By hand: HP45 at 1.0 V 0.8612; HP7 at 0.7 V 0.0478; HP16 at 0.86 V 0.1423.
    [("HP7", 0.7, 0.0555), ("HP16", 0.86, 0.1652)],
)
def test_energy_from_45_nm_at_one_volt(process, voltage, ratio):
    source = technology.logic_energy_factor(1.0, *ENERGY["HP45"])
    target = technology.logic_energy_factor(voltage, *ENERGY[process])
    assert target / source == pytest.approx(ratio, rel=2e-3)  # three digits


@pytest.mark.parametrize(
    ("process", "voltage", "factor"),
    # 130 nm at 1.2 V: -132.45 + 482.26 - 592.08 + 275.8 = 33.5; 45 nm at 1 V: -501.6 + 1567 - 1619 + 566.1.
    [("130", 1.2, 33.5), ("HP45", 1.0, 12.5), ("HP7", 0.7, 3.24)],
)
def test_delay_at_nominal_voltage(process, voltage, factor):
    assert technology.logic_delay_factor(voltage, *DELAY[process]) == pytest.approx(factor, rel=2e-3)


def test_mixing_low_power_and_high_performance_fits_shrinks_too_much():
    # At 0.8 V LP32 0.457 to HP20 0.153 is 0.335, HP32 0.358 to HP20 0.153 is 0.427: the fits do not mix.
    hp20 = technology.logic_energy_factor(0.8, *ENERGY["HP20"])
    hp32 = technology.logic_energy_factor(0.8, *ENERGY["HP32"])
    lp32 = technology.logic_energy_factor(0.8, 0.9559, -0.7823, 0.471)
    assert hp20 / lp32 == pytest.approx(0.335, rel=0.01)
    assert hp20 / hp32 == pytest.approx(0.43, rel=0.01)


def test_delay_fit_of_45_nm_rises_a_little_at_its_nominal_voltage():
    # -1504.8 V^2 + 3134 V - 1619 = 0 at 0.949 V: there 12.21, at 1.0 V 12.5, so a check of the slope would
    # refuse the nominal voltage of the node.
    lowest = technology.logic_delay_factor(0.949, *DELAY["HP45"])
    assert lowest == pytest.approx(12.2, rel=0.01)
    assert technology.logic_delay_factor(1.0, *DELAY["HP45"]) > lowest
    assert technology.logic_delay_factor(0.8, *DELAY["HP45"]) > lowest


def test_delay_fit_far_above_its_range_is_not_positive():
    # 7 nm at 1.4 V: -78.4 + 150.1 - 98.4 + 24.7 = -1.96
    factor = technology.logic_delay_factor(1.4, *DELAY["HP7"])
    assert factor == pytest.approx(-1.96, rel=0.01)


def test_leakage_doubles_per_doubling_temperature_and_halves_below():
    assert technology.leakage_at_temperature(1.0, 341.0, 330.0, 11.0) == pytest.approx(2.0, rel=1e-12)
    assert technology.leakage_at_temperature(1.0, 308.0, 330.0, 11.0) == pytest.approx(0.25, rel=1e-12)


def test_low_standby_transistors_leak_a_thousandth_of_fast_ones():
    # 100 pA/um and 100 nA/um on 1 m of gates at 0.9 V: 90 uW and 90 mW.
    assert technology.gate_leakage_power(1e-4, 1.0, 0.9) == pytest.approx(90e-6, rel=1e-12)
    assert technology.gate_leakage_power(1e-1, 1.0, 0.9) == pytest.approx(90e-3, rel=1e-12)


def test_wire_energy_from_0_9_to_0_55_volt():
    # (0.55 / 0.9)^2 = 0.3735
    assert technology.voltage_scaled_energy(1.0, 0.55, 0.9) == pytest.approx(0.3735, rel=1e-3)


def test_area_of_an_analog_circuit_goes_with_the_node():
    # docs/models/converters.md: power 1 of the node, from 65 nm to 22 nm
    assert technology.analog_node_ratio(22 / 28, 65 / 28) == pytest.approx(22 / 65, rel=1e-12)


def test_cell_of_a_model_against_that_of_a_process():
    # CACTI draws 146 squares of 22 nm, 0.0707 um^2; Intel's cell of 22 nm has 0.092 um^2.
    assert technology.cell_area_ratio(0.092e-12, 146.0, 22e-9) == pytest.approx(0.092 / 0.070664, rel=1e-4)


@given(st.floats(0.05, 20.0), st.floats(0.01, 5.0))
def test_whatever_the_depth_slow_stays_slow(ratio, depth):
    found = technology.corner_factor(ratio, depth)
    assert (found - 1.0) * (ratio - 1.0) >= 0.0
    assert technology.corner_factor(ratio, 1.0) == pytest.approx(ratio)


def test_a_threshold_never_becomes_negative():
    assert technology.threshold_at_corner(0.05, -0.1, 1.0) == 0.0
    assert technology.threshold_at_corner(0.4, 0.025, 1.5) == pytest.approx(0.4375)
