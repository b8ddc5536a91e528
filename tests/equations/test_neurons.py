"""Threshold-switch, analog CMOS and digital neurons against published numbers and arithmetic by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import neurons as ne
from neuroest.equations import threshold_switches

SAMPLES: dict[str, dict[str, float]] = {
    "capacitor_area": {"capacitance": 1e-12, "capacitance_density": 2e-3},
    "membrane_hold_time": {
        "membrane_capacitance": 1e-12,
        "threshold_voltage": 0.45,
        "leak_current": 10e-12,
    },
    "membrane_charge_energy": {
        "membrane_capacitance": 10e-15,
        "threshold_voltage": 0.15,
        "supply_voltage": 0.25,
    },
    "ramp_edge_time": {
        "membrane_capacitance": 10e-15,
        "conduction_window": 0.05,
        "input_current": 100e-12,
    },
    "integrator_maximum_rate": {
        "maximum_input_current": 450e-12,
        "membrane_capacitance": 10e-15,
        "threshold_voltage": 0.15,
    },
    "thermal_voltage": {"temperature": 300.0},
    "threshold_mismatch": {"matching_coefficient": 2e-9, "gate_width": 1e-6, "gate_length": 0.1e-6},
    "subthreshold_current_spread": {
        "threshold_mismatch": 6.3e-3,
        "slope_factor": 1.3,
        "thermal_voltage": 25.85e-3,
    },
    "leaky_integration_energy": {
        "decay_energy": 200e-15,
        "add_energy": 30e-15,
        "compare_energy": 10e-15,
    },
    "time_multiplexed_step_time": {
        "updates": 256.0,
        "synaptic_operations": 1744.0,
        "lanes": 4.0,
        "clock_frequency": 100e6,
    },
}

# Threshold switch with a capacitor


def test_period_of_a_one_picofarad_oscillator() -> None:
    # 100 ns ln(0.9/0.3) = 109.9 ns and 5 ns ln(0.9/0.3) = 5.5 ns: 115.4 ns
    charge = threshold_switches.switch_charge_time(100e3, np.inf, 1e-12, 1.2, 0.9, 0.3)
    discharge = threshold_switches.switch_discharge_time(5e3, 1e-12, 0.9, 0.3)
    assert charge + discharge == pytest.approx(115.4e-9, rel=1e-3)


def test_energy_of_a_one_picofarad_oscillator() -> None:
    # 0.72 pJ to recharge, 1.44 V^2/105 kohm * 5.49 ns = 0.075 pJ while discharging: 0.80 pJ
    discharge = threshold_switches.switch_discharge_time(5e3, 1e-12, 0.9, 0.3)
    total = threshold_switches.switch_recharge_energy(
        1e-12, 1.2, 0.9, 0.3
    ) + threshold_switches.switch_discharge_energy(1.2, 100e3, 5e3, discharge)
    assert total == pytest.approx(0.795e-12, rel=5e-3)


def test_capacitor_is_most_of_the_neuron() -> None:
    # 1 pF at the 2 fF/um^2 of a metal-insulator-metal capacitor: 500 um^2, whatever the switch measures; 10
    # fF: 5
    assert ne.capacitor_area(np.array([1e-12, 10e-15]), 2e-3) == pytest.approx([500e-12, 5e-12])
    assert threshold_switches.switch_neuron_area(1e-12, 0.3e-12, 1e-12, 2e-3) == pytest.approx(501e-12)


def test_bench_capacitance_of_ten_picofarad_fills_thousands_of_square_micrometres() -> None:
    # 10 pF: 5000 um^2 of 2 fF/um^2, 1000 um^2 of 10 fF/um^2 MOS capacitor
    areas = ne.capacitor_area(10e-12, np.array([2e-3, 10e-3]))
    np.testing.assert_allclose(areas, [5e-9, 1e-9])


def test_switch_never_fires_at_or_below_its_threshold() -> None:
    charge = threshold_switches.switch_charge_time(100e3, np.inf, 1e-12, np.array([0.0, 0.5, 0.9]), 0.9, 0.3)
    assert np.all(np.isinf(charge))


@given(supply=st.floats(0.9, 5.0), step=st.floats(0.0, 5.0))
def test_more_supply_never_charges_slower(supply, step) -> None:
    slow, fast = threshold_switches.switch_charge_time(
        100e3, np.inf, 1e-12, np.array([supply, supply + step]), 0.9, 0.3
    )
    assert fast <= slow * (1.0 + 1e-12)


def test_series_resistor_at_its_lower_limit_holds_the_switch_exactly_at_the_hold_point() -> None:
    # R_on = 5 kohm at 0.3 V: I_h = 60 uA; 0.9 V/60 uA = 15 kohm; the divider 5/(15 + 5) of 1.2 V is 0.3 V
    # again
    limit = threshold_switches.limiting_series_resistance(1.2, 0.3, 60e-6)
    assert limit == pytest.approx(15e3)
    assert 1.2 * 5e3 / (limit + 5e3) == pytest.approx(0.3)


def test_series_resistor_at_its_upper_limit_just_reaches_the_threshold() -> None:
    limit = threshold_switches.limiting_series_resistance(1.2, 0.9, 1e-6)
    assert 1.2 - limit * 1e-6 == pytest.approx(0.9)


def solved(series, on, off, capacitance, supply, threshold, hold):
    """Energy from the supply and time of charging, of the circuit with all its resistors, by small exact steps."""
    node, energy, charging = hold, 0.0, 0.0
    for resistance, stop in ((off, threshold), (on, hold)):
        rest = supply * resistance / (series + resistance)
        factor = math.exp(-1e-4)
        step = 1e-4 * capacitance * series * resistance / (series + resistance)
        while (node < stop) == (stop == threshold):
            after = rest + (node - rest) * factor
            energy += supply * (supply - (node + after) / 2.0) / series * step
            charging += step if stop == threshold else 0.0
            node = after
    return energy, charging


@pytest.mark.parametrize("off", [200e3, 500e3, 10e6])
def test_leakage_of_the_open_switch_lengthens_the_charging(off) -> None:
    # 0.3 V to 0.9 V behind 50 kohm from 1.2 V; the steps are 1e-4 time constants
    _, charging = solved(50e3, 5e3, off, 1e-12, 1.2, 0.9, 0.3)
    assert threshold_switches.switch_charge_time(50e3, off, 1e-12, 1.2, 0.9, 0.3) == pytest.approx(
        charging, rel=1e-3
    )


def test_named_terms_bound_the_energy_of_the_whole_circuit_from_above_and_closely() -> None:
    series, on, off, capacitance = 100e3, 5e3, 10e6, 1e-12
    charge = threshold_switches.switch_charge_time(series, off, capacitance, 1.2, 0.9, 0.3)
    discharge = threshold_switches.switch_discharge_time(on, capacitance, 0.9, 0.3)
    total = (
        threshold_switches.switch_recharge_energy(capacitance, 1.2, 0.9, 0.3)
        + threshold_switches.switch_discharge_energy(1.2, series, on, discharge)
        + threshold_switches.switch_leakage_energy(1.2, 0.9, off, charge)
    )
    energy, _ = solved(series, on, off, capacitance, 1.2, 0.9, 0.3)
    # 7 %: the node is above 0 while it discharges and below V_t while it leaks
    assert energy < total < 1.07 * energy


def test_nothing_leaks_without_a_supply() -> None:
    assert threshold_switches.switch_leakage_energy(0.0, 0.9, 10e6, np.inf) == 0.0


# Analog CMOS


def test_terms_of_a_28nm_neuron_add_up_to_its_measured_class() -> None:
    # Besrour et al., arXiv:2408.07734: 1.61 fJ per spike, 0.25 V, 300 kHz, 34 um^2, measured as a whole. The
    # split is ours: 10 fF to 0.15 V is 0.375 fJ, 1 nA at 300 kHz is 0.833 fJ; together 75 % of the measured
    # energy.
    charge = ne.membrane_charge_energy(10e-15, 0.15, 0.25)
    bias = 1e-9 * 0.25 / 300e3
    assert charge + bias == pytest.approx(1.208e-15, rel=1e-3)
    assert charge + bias < 1.61e-15
    assert ne.integrator_maximum_rate(450e-12, 10e-15, 0.15) == pytest.approx(300e3)


def test_slow_ramp_keeps_the_comparator_conducting_for_microseconds() -> None:
    assert ne.ramp_edge_time(10e-15, 0.05, 100e-12) == pytest.approx(5e-6)


def test_mismatch_of_small_transistors() -> None:
    # A_VT = 2 mV um: 2/sqrt(0.1) = 6.3 mV and a factor of 1.21; 2/sqrt(0.01) = 20 mV and 1.8 (n = 1.3)
    sigma = ne.threshold_mismatch(2e-9, np.array([1e-6, 0.1e-6]), 0.1e-6)
    np.testing.assert_allclose(sigma, [6.32e-3, 20e-3], rtol=1e-3)
    spread = ne.subthreshold_current_spread(sigma, 1.3, ne.thermal_voltage(300.0))
    np.testing.assert_allclose(spread, [1.21, 1.81], rtol=5e-3)


def test_thermal_voltage_at_room_temperature() -> None:
    assert ne.thermal_voltage(300.0) == pytest.approx(25.852e-3, rel=1e-5)


# Digital


def test_arithmetic_of_an_update_is_the_sum_of_its_operations() -> None:
    arithmetic = ne.leaky_integration_energy(200e-15, 30e-15, 10e-15)
    assert arithmetic == pytest.approx(270e-15)


def test_one_lane_serves_its_neurons_in_turn() -> None:
    # 2000 operations on 4 lanes at 100 MHz
    assert ne.time_multiplexed_step_time(256.0, 1744.0, 4.0, 100e6) == pytest.approx(5e-6)


def test_threshold_of_a_switch_that_heats_itself_vanishes_at_its_transition() -> None:
    # heat V^2/R scales with the distance to the transition: half the voltage where a quarter of the heating is left
    factor = threshold_switches.transition_voltage_factor(
        np.array([300.0, 330.0, 340.0, 400.0]), 340.0, 300.0
    )
    assert factor == pytest.approx([1.0, 0.5, 0.0, 0.0])
    assert threshold_switches.transition_voltage_factor(260.0, 340.0, 300.0) == pytest.approx(np.sqrt(2.0))
    # no transition, no dependence; a threshold that was taken above the transition is none
    assert threshold_switches.transition_voltage_factor(400.0, np.inf, 300.0) == 1
    assert threshold_switches.transition_voltage_factor(300.0, 290.0, 300.0) == 0.0


def test_hold_times_of_membranes_by_hand() -> None:
    # 26 fF x 0.25 V = 6.5 fC, 1 pF x 0.45 V = 0.45 pC; 10 pA take them within 0.65 ms and 45 ms, 20 fA within 22.5 s
    assert ne.membrane_hold_time(26e-15, 0.25, 10e-12) == pytest.approx(0.65e-3)
    assert ne.membrane_hold_time(1e-12, 0.45, 10e-12) == pytest.approx(45e-3)
    assert ne.membrane_hold_time(1e-12, 0.45, 20e-15) == pytest.approx(22.5)


@given(st.floats(1e-15, 1e-10), st.floats(1.0, 1e3), st.floats(0.1, 1.0), st.floats(1e-16, 1e-9))
def test_a_longer_time_constant_never_needs_a_smaller_capacitor(small, times, voltage, leak) -> None:
    one, other = (ne.membrane_hold_time(c, voltage, leak) for c in (small, small * times))
    assert other >= one
