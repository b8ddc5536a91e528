"""The circuit of the 1M1T1R neuron against the numbers of its paper and its own limits.

Measured values and parameter sets: Zhao et al., Nat. Electron. 8, 1211 (2025), doi:10.1038/s41928-025-01488-x
("the paper"), and its Supplementary Tables 1 (bench device), 7 (65 nm estimate) and 8 (3 nm projection), as
transcribed in the public reproduction github.com/Chaoyi-He1/dm_SNN.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import diffusive_neuron as dn
from neuroest.equations import neuron_geometry, technology

_CHARGED = {"gate_capacitance": 10e-12, "gate_peak_voltage": 0.8}

SAMPLES: dict[str, dict[str, float]] = {
    "gate_peak_voltage": {"input_voltage": 0.8, "on_resistance": 1e6, "control_resistance": 250e6},
    "refractory_time": _CHARGED | {"control_resistance": 250e6, "rearm_voltage": 0.16},
    "control_resistance_for_refractory": {
        "refractory_time": 4e-3,
        "gate_capacitance": 10e-12,
        "peak_to_rearm_ratio": 5.0,
    },
    "lifetime": {"endurance_cycles": 1e8, "spike_rate": 1e3},
    "gate_charge_energy": _CHARGED | {"input_voltage": 0.8, "rearm_voltage": 0.16},
    "divider_energy": {
        "input_voltage": 0.45,
        "on_resistance": 1e6,
        "control_resistance": 1e9,
        "high_time": 10e-3,
    },
    "subthreshold_energy": {"input_voltage": 0.8, "off_resistance": 1e12, "integration_time": 35e-3},
    "unbuffered_row_voltage": {
        "output_supply_voltage": 0.5,
        "load_resistance": 47e3,
        "row_conductance": 1e-4,
    },
    "output_pulse_duration": _CHARGED
    | {"high_time": 1e-3, "control_resistance": 250e6, "output_threshold": 0.2},
    "output_branch_energy": {
        "supply_voltage": 0.5,
        "load_resistance": 47e3,
        "transistor_on_resistance": 1e3,
        "output_pulse_duration": 3.5e-3,
    },
    "output_load_energy": {"load_capacitance": 1e-12, "supply_voltage": 0.5},
    "output_swing": {"supply_voltage": 0.5, "load_resistance": 47e3, "transistor_on_resistance": 3e3},
    "unbuffered_load_limit": {
        "output_pulse_duration": 3.5e-3,
        "load_resistance": 47e3,
        "time_constants": 3.0,
    },
    "slow_edge_energy": {"edge_time": 1e-6, "peak_current": 1e-6, "supply_voltage": 0.9},
}


def test_refractory_time_follows_the_measured_intervals() -> None:
    # Fig. 4d, 0.8 V: some 4 ms at 250 Mohm and 8 ms at 500 Mohm, both read off a figure. 2.5 ms * ln 5 = 4.02
    # ms. The re-arm voltage of 0.16 V was itself read off these two points.
    times = dn.refractory_time(np.array([250e6, 500e6]), 10e-12, 0.8, 0.16)
    np.testing.assert_allclose(times, [4.0e-3, 8.0e-3], rtol=0.02)


def test_refractory_time_misses_the_measured_interval_at_the_largest_resistor() -> None:
    # Fig. 4d: 23.8 ms at 1 Gohm. 10 ms * ln 5 = 16.1 ms, 32 % short; the only point that the re-arm voltage
    # was not fitted to, so this miss is what the formula is worth there.
    time = dn.refractory_time(1e9, 10e-12, 0.8, 0.16)
    assert time == pytest.approx(16.1e-3, rel=1e-2)
    assert time / 23.8e-3 - 1.0 == pytest.approx(-0.32, abs=0.01)


def test_refractory_time_of_the_3nm_projection() -> None:
    # 242 Gohm * 4.14 aF = 1.002 us, the tuned refractory time of Supplementary Note 5 for one time constant
    assert dn.refractory_time(242e9, 4.14e-18, math.e * 0.2, 0.2) == pytest.approx(1.0e-6, rel=5e-3)


def test_no_refractory_time_where_the_gate_stays_below_the_rearm_voltage() -> None:
    assert dn.refractory_time(250e6, 10e-12, 0.1, 0.16) == 0.0
    assert np.isinf(dn.control_resistance_for_refractory(1e-3, 10e-12, 1.0))


@given(
    resistance=st.floats(1e3, 1e12),
    capacitance=st.floats(1e-18, 1e-9),
    ratio=st.floats(1.01, 100.0),
)
def test_sizing_the_resistor_inverts_the_refractory_time(resistance, capacitance, ratio) -> None:
    time = dn.refractory_time(resistance, capacitance, ratio * 0.1, 0.1)
    assert dn.control_resistance_for_refractory(time, capacitance, ratio) == pytest.approx(
        resistance, rel=1e-9
    )


def test_control_resistor_of_an_integrated_neuron() -> None:
    # 28 nm: 1 + 0.195 + 1 fF; a time constant of 1 us needs 1e-6/2.195e-15 = 456 Mohm
    node = neuron_geometry.node_capacitance(
        1e-9, 1e-6, neuron_geometry.plate_capacitance(22.0, 1e-14, 10e-9), 0.2e-9, 5e-6, 0.0
    )
    assert node == pytest.approx(2.195e-15, rel=1e-3)
    assert dn.control_resistance_for_refractory(1e-6, node, math.e) == pytest.approx(456e6, rel=2e-3)


def test_gate_peaks_at_the_divider() -> None:
    # 0.45 V * 242/(242 + 0.1)
    assert dn.gate_peak_voltage(0.45, 100e6, 242e9) == pytest.approx(0.44981, rel=1e-4)


def test_lifetime_of_a_silver_switch() -> None:
    # 1e8 cycles: 1e5 s = 27.8 h at 1 kHz, 1e7 s = 116 days at 10 Hz, infinite without spikes
    hours = dn.lifetime(1e8, np.array([1e3, 10.0, 0.0])) / 3600.0
    np.testing.assert_allclose(hours, [27.8, 116 * 24, np.inf], rtol=5e-3)


def test_quoted_picojoule_is_the_gate_charge_alone() -> None:
    # 10 pF at 0.45 V: C V^2 = 2.03 pJ from the source, half of it stored: the "some 1 pJ per spike" of the
    # paper and the 1.39 pJ of Supplementary Table 7 lie between
    energy = dn.gate_charge_energy(10e-12, 0.45, 0.45, 0.0)
    assert energy == pytest.approx(2.025e-12, rel=1e-9)
    assert energy / 2.0 < 1.39e-12 < energy


def test_quoted_attojoule_is_the_gate_charge_of_a_few_electrons() -> None:
    # 4.14 aF: C V^2 = 0.84 aJ at 0.45 V; 12 electrons; 31.6 mV of noise, 16 % of the threshold
    assert dn.gate_charge_energy(4.14e-18, 0.45, 0.45, 0.0) == pytest.approx(0.84e-18, rel=5e-3)
    assert round(neuron_geometry.stored_electrons(4.14e-18, 0.45)) == 12
    assert neuron_geometry.thermal_noise_voltage(300.0, 4.14e-18) / 0.2 == pytest.approx(0.158, abs=0.001)


def test_bench_output_branch_costs_ten_thousand_times_the_quoted_energy() -> None:
    # 0.25 V^2/47 kohm = 5.32 uW for 2.5 ms * ln(0.8/0.2) = 3.47 ms: 18.4 nJ
    duration = dn.output_pulse_duration(0.0, 250e6, 10e-12, 0.8, 0.2)
    energy = dn.output_branch_energy(0.5, 47e3, 0.0, duration)
    assert energy == pytest.approx(18.4e-9, rel=5e-3)
    assert 0.5e4 < energy / 1.39e-12 < 2e4


def test_attojoule_spike_needs_a_load_of_gigaohms() -> None:
    # Supplementary Table 8 as transcribed has R_l = 242 kohm. For 1.25 us = 1.002 us ln(0.7/0.2) at 0.5 V
    # that is 1.3 pJ, a million times the quoted 1 aJ; 242 Gohm would give 1.3 aJ.
    duration = dn.output_pulse_duration(0.0, 242e9, 4.14e-18, 0.7, 0.2)
    assert dn.output_branch_energy(0.5, 242e3, 0.0, duration) == pytest.approx(1.3e-12, rel=0.02)
    assert dn.output_branch_energy(0.5, 242e9, 0.0, duration) == pytest.approx(1.3e-18, rel=0.02)


def test_a_gigaohm_load_cannot_drive_a_wire() -> None:
    # 1 fF on 242 Gohm is a time constant of 242 us; the pulse of 1.25 us drives 1.7 aF to 95 %
    assert dn.unbuffered_load_limit(1.25e-6, 242e9, 3.0) == pytest.approx(1.72e-18, rel=5e-3)


def test_output_stays_silent_where_the_gate_stays_below_its_threshold() -> None:
    assert dn.output_pulse_duration(1e-3, 250e6, 10e-12, 0.15, 0.2) == 0.0


def test_divider_dominates_a_long_input_of_the_65nm_estimate() -> None:
    # 0.2025 V^2/1.001 Gohm for 10 ms = 2.02 pJ, as much as the gate charge
    assert dn.divider_energy(0.45, 1e6, 1e9, 10e-3) == pytest.approx(2.02e-12, rel=2e-3)


def test_leakage_before_the_switch() -> None:
    # 0.64 V^2/1 Tohm for 34.6 ms = 22 fJ; without input nothing, although the time is infinite
    assert dn.subthreshold_energy(0.8, 1e12, 34.6e-3) == pytest.approx(22.1e-15, rel=5e-3)
    assert dn.subthreshold_energy(0.0, 1e12, np.inf) == 0.0
    assert np.isinf(dn.subthreshold_energy(0.2, 1e12, np.inf))


def test_off_current_of_one_fin_exceeds_attojoule_spikes_at_a_megahertz() -> None:
    # 158 pA/um * 0.101 um * 0.5 V = 8 pW against 1 aJ * 1 MHz = 1 pW
    assert technology.gate_leakage_power(158e-6, 0.101e-6, 0.5) == pytest.approx(8.0e-12, rel=5e-3)


def test_load_is_charged_once() -> None:
    # 1 pF of Supplementary Table 7 at 0.5 V
    assert dn.output_load_energy(1e-12, 0.5) == pytest.approx(0.25e-12)


@given(
    capacitance=st.floats(1e-18, 1e-9),
    voltage=st.floats(0.1, 2.0),
    rearm=st.floats(0.0, 1.0),
)
def test_gate_energy_is_linear_in_the_capacitance_and_not_negative(capacitance, voltage, rearm) -> None:
    one = dn.gate_charge_energy(capacitance, voltage, voltage, rearm)
    assert one >= 0.0
    assert dn.gate_charge_energy(2.0 * capacitance, voltage, voltage, rearm) == pytest.approx(2.0 * one)


def test_slow_edge_is_the_short_circuit_energy_of_veendrick() -> None:
    # Veendrick 1984: P = (beta/12)(V_dd - 2 V_t)^3 tau f for two edges of length tau a cycle, so E =
    # (beta/24)(V_dd - 2 V_t)^3 tau an edge; I_peak = (beta/2)(V_dd/2 - V_t)^2, and both transistors conduct
    # for tau (V_dd - 2 V_t)/V_dd
    strength, supply, threshold, edge = 1e-4, 1.0, 0.3, 2e-9
    peak = strength / 2.0 * (supply / 2.0 - threshold) ** 2
    both_on = edge * (supply - 2.0 * threshold) / supply
    expected = strength / 24.0 * (supply - 2.0 * threshold) ** 3 * edge
    assert dn.slow_edge_energy(both_on, peak, supply) == pytest.approx(expected, rel=1e-12)


def test_swing_is_nearly_the_supply_for_a_strong_transistor() -> None:
    assert dn.output_swing(0.5, 47e3, 3e3) == pytest.approx(0.47)
