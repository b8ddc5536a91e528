"""The 1M1T1R neuron against the numbers of its paper, a solution of its rate equations, and its own limits.

Measured values and parameter sets: Zhao et al., Nat. Electron. 8, 1211 (2025), doi:10.1038/s41928-025-01488-x
("the paper"), and its Supplementary Tables 1 (bench device), 7 (65 nm estimate) and 8 (3 nm projection), as
transcribed in the public reproduction github.com/Chaoyi-He1/dm_SNN.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import diffusive_neuron as dn
from neuroest.equations._special import complementary_error_function, normal_distribution

# field_mobility, field_offset, residue_rate, filament_decay, residue_decay
BENCH = (150.0, 0.01, 20.0, 600.0, 5.0)  # Supplementary Table 1
ESTIMATE_65NM = (300.0, 0.01, 20.0, 600.0, 5.0)  # Supplementary Table 7
PROJECTION_3NM = (3e7, 0.01, 2e6, 6e7, 5e5)  # Supplementary Table 8
SLOW = (16.0, 0.1, 0.2, 50.0, 0.42)  # SPICE model, github.com/TongWang-USC/Memristor-Model

_RATES = {
    "field_mobility": 150.0,
    "field_offset": 0.01,
    "residue_rate": 20.0,
    "filament_decay": 600.0,
}
_CHARGED = {"gate_capacitance": 10e-12, "gate_peak_voltage": 0.8}

SAMPLES: dict[str, dict[str, float]] = {
    "filament_gain": {"field_mobility": 150.0, "filament_decay": 600.0, "residue_rate": 20.0},
    "dc_threshold_voltage": _RATES | {"residue_decay": 5.0},
    "immediate_switching_voltage": _RATES,
    "timescale_separation": {"residue_rate": 20.0, "filament_decay": 600.0, "residue_decay": 5.0},
    "quasi_steady_integration_time": _RATES | {"residue_decay": 5.0, "drive_voltage": 0.8},
    "driven_integration_time": _RATES | {"drive_voltage": 2.0},
    "residue_assisted_integration_time": _RATES | {"drive_voltage": 2.0},
    "integration_time": _RATES | {"residue_decay": 5.0, "drive_voltage": 0.8},
    "memristor_resistance": {
        "state": 0.5,
        "on_resistance": 1e6,
        "off_resistance": 1e12,
        "conduction_length": 0.2,
    },
    "firing_probability": {"pulse_voltage": 0.9, "median_voltage": 0.886, "spread": 0.061},
    "gate_peak_voltage": {"input_voltage": 0.8, "on_resistance": 1e6, "control_resistance": 250e6},
    "refractory_time": _CHARGED | {"control_resistance": 250e6, "rearm_voltage": 0.16},
    "control_resistance_for_refractory": {
        "refractory_time": 4e-3,
        "gate_capacitance": 10e-12,
        "peak_to_rearm_ratio": 5.0,
    },
    "residue_rest_time": {"residue_decay": 5.0, "time_constants": 5.0},
    "maximum_spike_rate": {"integration_time": 35e-3, "refractory_time": 4e-3, "relaxation_time": 250e-9},
    "lifetime": {"endurance_cycles": 1e8, "spike_rate": 1e3},
    "activation_factor": {
        "activation_energy": 4.8e-20,
        "temperature": 310.0,
        "reference_temperature": 300.0,
    },
    "filament_heating": {"drive_voltage": 0.45, "on_resistance": 1e6, "thermal_resistance": 1e6},
    "gate_charge_energy": _CHARGED | {"input_voltage": 0.8, "rearm_voltage": 0.16},
    "divider_energy": {
        "input_voltage": 0.45,
        "on_resistance": 1e6,
        "control_resistance": 1e9,
        "high_time": 10e-3,
    },
    "subthreshold_energy": {"input_voltage": 0.8, "off_resistance": 1e12, "integration_time": 35e-3},
    "output_pulse_duration": _CHARGED
    | {"high_time": 1e-3, "control_resistance": 250e6, "output_threshold": 0.2},
    "output_branch_energy": {
        "supply_voltage": 0.5,
        "load_resistance": 47e3,
        "transistor_on_resistance": 1e3,
        "output_pulse_duration": 3.5e-3,
    },
    "output_load_energy": {"load_capacitance": 1e-12, "supply_voltage": 0.5},
    "off_state_power": {"off_current_per_width": 158e-6, "width": 0.101e-6, "supply_voltage": 0.5},
    "output_swing": {"supply_voltage": 0.5, "load_resistance": 47e3, "transistor_on_resistance": 3e3},
    "gap_closing_time": {
        "drive_voltage": 0.8,
        "field_mobility": 150.0,
        "field_offset": 0.01,
        "control_resistance": 250e6,
        "off_resistance": 1e12,
        "conduction_length": 0.2,
    },
    "transresistance_voltage": {
        "column_current": 3e-6,
        "transresistance": 200e3,
        "offset_voltage": 0.1,
        "supply_voltage": 0.9,
    },
    "unbuffered_row_voltage": {
        "output_supply_voltage": 0.5,
        "load_resistance": 47e3,
        "row_conductance": 1e-4,
    },
    "unbuffered_load_limit": {
        "output_pulse_duration": 3.5e-3,
        "load_resistance": 47e3,
        "time_constants": 3.0,
    },
    "slow_edge_energy": {"edge_time": 1e-6, "peak_current": 1e-6, "supply_voltage": 0.9},
    "tapered_buffer_stages": {
        "load_capacitance": 64e-15,
        "input_capacitance": 1e-15,
        "stage_ratio": 4.0,
    },
    "tapered_buffer_energy": {"load_capacitance": 64e-15, "supply_voltage": 0.9, "stage_ratio": 4.0},
    "tapered_buffer_area": {"inverter_area": 0.5e-12, "stages": 3.0, "stage_ratio": 4.0},
    "plate_capacitance": {"relative_permittivity": 22.0, "area": 1e-14, "thickness": 10e-9},
    "node_capacitance": {
        "gate_capacitance_per_width": 1e-9,
        "gate_width": 1e-6,
        "memristor_capacitance": 0.195e-15,
        "wire_capacitance_per_length": 0.2e-9,
        "local_wire_length": 5e-6,
        "explicit_capacitance": 1e-15,
    },
    "feedthrough_limit": {"gate_capacitance": 4.14e-18, "input_voltage": 0.45, "output_threshold": 0.2},
    "thermal_noise_voltage": {"temperature": 300.0, "capacitance": 4.14e-18},
    "noise_limited_capacitance": {"temperature": 300.0, "output_threshold": 0.2, "sigmas": 6.0},
    "stored_electrons": {"capacitance": 4.14e-18, "voltage": 0.45},
    "thin_film_resistor_area": {"resistivity": 1e3, "thickness": 50e-9, "resistance": 500e6},
    "serpentine_resistor_area": {"resistance": 1e9, "sheet_resistance": 2e3, "line_width": 0.2e-6},
    "stacked_footprint": {"transistor_area": 0.3e-12, "memristor_area": 4e-12, "resistor_area": 0.1e-12},
    "planar_footprint": {"transistor_area": 0.3e-12, "memristor_area": 4e-12, "resistor_area": 0.1e-12},
}


def solved_integration_time(drive, mobility, offset, residue_rate, filament_decay, residue_decay):
    """First time that filament plus residue reaches 1, by fourth-order Runge-Kutta with steps in the state.

    The step shrinks as the gap closes, where the field runs away.
    """

    def slope(filament, residue):
        field = drive / (offset + abs(1.0 - filament - residue))
        growth = mobility * field - (filament_decay + residue_rate) * filament
        return growth, residue_rate * filament - residue_decay * residue

    filament = residue = time = 0.0
    while filament + residue < 1.0:
        growth, _ = slope(filament, residue)
        gap = offset + 1.0 - filament - residue
        step = min(0.1 / (filament_decay + residue_rate), 0.02 * gap / abs(growth))
        k1 = slope(filament, residue)
        k2 = slope(filament + 0.5 * step * k1[0], residue + 0.5 * step * k1[1])
        k3 = slope(filament + 0.5 * step * k2[0], residue + 0.5 * step * k2[1])
        k4 = slope(filament + step * k3[0], residue + step * k3[1])
        filament += step / 6.0 * (k1[0] + 2.0 * k2[0] + 2.0 * k3[0] + k4[0])
        residue += step / 6.0 * (k1[1] + 2.0 * k2[1] + 2.0 * k3[1] + k4[1])
        time += step
    return time


# Integration


def test_two_thresholds_of_the_bench_device() -> None:
    # q = 150/620 = 0.24194 /V; 1.01^2/(4 q) = 1.0541 V; a fifth of it, as 1 + 20/5 = 5
    assert dn.immediate_switching_voltage(*BENCH[:4]) == pytest.approx(1.0541, rel=1e-4)
    assert dn.dc_threshold_voltage(*BENCH) == pytest.approx(0.2108, rel=1e-3)


def test_two_thresholds_of_the_3nm_projection() -> None:
    # q = 3e7/6.2e7 = 0.48387 /V; 1.0201/(4 q) = 0.52705 V; a fifth of it
    assert dn.immediate_switching_voltage(*PROJECTION_3NM[:4]) == pytest.approx(0.52705, rel=1e-4)
    assert dn.dc_threshold_voltage(*PROJECTION_3NM) == pytest.approx(0.10541, rel=1e-4)


@pytest.mark.parametrize(("drive", "milliseconds"), [(0.6, 77.6), (0.8, 34.9), (1.0, 15.4)])
def test_bench_integration_time_agrees_with_the_independent_reproduction(drive, milliseconds) -> None:
    # ODE results of github.com/Chaoyi-He1/dm_SNN with the parameters of Supplementary Table 1; 3 % as the
    # closed form leaves out the first 1/gamma_1 and takes the passage of the fold for itself
    assert dn.integration_time(drive, *BENCH) * 1e3 == pytest.approx(milliseconds, rel=0.03)


@pytest.mark.parametrize(("drive", "nanoseconds"), [(0.45, 231.0), (0.70, 53.0)])
def test_projected_integration_time_agrees_with_an_independent_solution(drive, nanoseconds) -> None:
    assert dn.integration_time(drive, *PROJECTION_3NM) * 1e9 == pytest.approx(nanoseconds, rel=0.03)


def test_projected_integration_time_without_residue_at_a_strong_drive() -> None:
    # u = 0.8 * 0.48387 = 0.38710, s = 1.01, d = sqrt(4 u - s^2) = 0.72651
    # [ln(0.38710/0.37710)/2 + 1.39021 (0.93756 + 0.94729)] / 6.2e7/s = [0.01309 + 2.62033]/6.2e7 = 42.5 ns
    assert dn.driven_integration_time(0.8, *PROJECTION_3NM[:4]) * 1e9 == pytest.approx(42.5, abs=0.1)


@pytest.mark.parametrize(
    ("device", "drives"),
    [
        (BENCH, (0.25, 0.4, 0.6, 0.8, 0.95, 1.0541, 1.06, 1.1, 1.2, 1.6, 3.0)),
        (PROJECTION_3NM, (0.2, 0.45, 0.527, 0.54, 0.6, 0.8)),
        (SLOW, (0.7, 0.85, 0.95, 1.0, 1.2)),
    ],
)
def test_closed_form_follows_the_rate_equations(device, drives) -> None:
    # 5 % everywhere but at V_fast, where the drive neither lets the filament ride nor grows it: 10 %
    fast = dn.immediate_switching_voltage(*device[:4])
    for drive in drives:
        allowed = 0.10 if abs(drive / fast - 1.0) < 0.02 else 0.05
        solved = solved_integration_time(drive, *device)
        assert dn.integration_time(drive, *device) == pytest.approx(solved, rel=allowed), drive


def test_poorly_separated_time_scales_make_the_closed_form_too_short() -> None:
    # 'DC symmetric' set of the Yang-lab compact model: gamma_1 60, beta 40, gamma_2 40; the ratio warns of it
    device = (60.0, 0.01, 40.0, 60.0, 40.0)
    assert dn.timescale_separation(40.0, 60.0, 40.0) == 1.25
    drive = 1.1 * dn.dc_threshold_voltage(*device)
    assert dn.integration_time(drive, *device) < 0.8 * solved_integration_time(drive, *device)


def test_never_fires_at_or_below_the_dc_threshold() -> None:
    threshold = dn.dc_threshold_voltage(*BENCH)
    drives = np.array([-0.5, 0.0, 0.5 * threshold, threshold])
    assert np.all(np.isinf(dn.integration_time(drives, *BENCH)))


def test_integration_time_diverges_towards_the_dc_threshold_like_an_inverse_square_root() -> None:
    # (s beta/(a d)) pi with d ~ sqrt(V - V_dc): a hundred times nearer takes ten times longer
    threshold = dn.dc_threshold_voltage(*BENCH)
    near, nearer = dn.integration_time(threshold * (1.0 + np.array([1e-6, 1e-8])), *BENCH)
    assert nearer / near == pytest.approx(10.0, rel=1e-2)


def test_integration_time_is_continuous_at_the_upper_threshold() -> None:
    fast = dn.immediate_switching_voltage(*BENCH[:4])
    below, at, above = dn.integration_time(fast * np.array([1.0 - 1e-9, 1.0, 1.0 + 1e-9]), *BENCH)
    assert below == pytest.approx(at, rel=1e-4)
    assert above == pytest.approx(at, rel=1e-12)


devices = st.builds(
    lambda filament_decay, residue, decay, mobility, offset: (
        mobility * filament_decay,
        offset,
        residue * filament_decay,
        filament_decay,
        decay * filament_decay,
    ),
    filament_decay=st.floats(1.0, 1e9),
    residue=st.floats(1e-3, 0.1),
    decay=st.floats(1e-5, 0.1),
    mobility=st.floats(0.01, 10.0),
    offset=st.floats(1e-4, 0.2),
)


@given(device=devices, low=st.floats(1e-3, 20.0), ratio=st.floats(1.0, 3.0))
def test_more_drive_never_takes_longer(device, low, ratio) -> None:
    drive = low * dn.immediate_switching_voltage(*device[:4])
    slow, fast = dn.integration_time(np.array([drive, drive * ratio]), *device)
    assert fast <= slow * (1.0 + 1e-9)


@given(device=devices, excess=st.floats(1e-6, 100.0))
def test_residue_only_ever_shortens_the_integration(device, excess) -> None:
    drive = dn.immediate_switching_voltage(*device[:4]) * (1.0 + excess)
    without = dn.driven_integration_time(drive, *device[:4])
    assert dn.residue_assisted_integration_time(drive, *device[:4]) <= without * (1.0 + 1e-9)
    assert dn.integration_time(drive, *device) <= without * (1.0 + 1e-9)


@given(device=devices, drive=st.floats(-10.0, 100.0))
def test_integration_time_is_positive_and_never_nan(device, drive) -> None:
    assert dn.integration_time(drive, *device) > 0.0


@given(device=devices, factor=st.floats(1e-6, 1e6))
def test_faster_ions_shorten_the_time_in_proportion(device, factor) -> None:
    mobility, offset, *rates = device
    drive = 1.5 * dn.dc_threshold_voltage(*device)
    faster = (mobility * factor, offset, *(rate * factor for rate in rates))
    expected = dn.integration_time(drive, *device) / factor
    assert dn.integration_time(drive, *faster) == pytest.approx(expected, rel=1e-6)


def test_without_residue_there_is_one_threshold_only() -> None:
    device = (150.0, 0.01, 0.0, 600.0, 5.0)
    fast = dn.immediate_switching_voltage(*device[:4])
    assert dn.dc_threshold_voltage(*device) == pytest.approx(fast, rel=1e-12)
    assert np.isinf(dn.integration_time(fast, *device))
    # with nothing to help, the assisted time is the plain one
    drive = 1.5 * fast
    assert dn.integration_time(drive, *device) == pytest.approx(
        dn.driven_integration_time(drive, *device[:4]), rel=1e-12
    )


def test_resistance_runs_from_off_to_on() -> None:
    ends = dn.memristor_resistance(np.array([-0.1, 0.0, 1.0, 1.3]), 1e6, 1e12, 0.2)
    np.testing.assert_allclose(ends, [1e12, 1e12, 1e6, 1e6], rtol=1e-12)


def test_resistance_does_not_overflow_for_a_short_conduction_length() -> None:
    # exp(1/0.001) has no double; e^-500 of 1 Tohm is nothing next to half of R_on
    assert dn.memristor_resistance(0.5, 1e6, 1e12, 0.001) == pytest.approx(0.5e6, rel=1e-12)


# Stochastic firing


def test_error_function_is_that_of_the_standard_library() -> None:
    points = np.concatenate([np.linspace(-6.0, 26.0, 641), [0.0, 1e-12, -1e-12]])
    reference = np.array([math.erfc(x) for x in points])
    np.testing.assert_allclose(complementary_error_function(points), reference, rtol=2e-12)


def test_normal_distribution_is_defined_out_to_infinity() -> None:
    np.testing.assert_array_equal(
        normal_distribution(np.array([-np.inf, -1e200, 1e200, np.inf])), [0, 0, 1, 1]
    )


def test_firing_curve_of_15_ms_pulses() -> None:
    # Fig. 3c,d: 5, 76 and 95 %. Their probits -1.645, 0.706 and 1.645 fit the line (V - 0.886 V)/61 mV, which
    # meets the outer points within 3 points of a per cent and misses the middle one by 17: three points at
    # 0.1 V distance do not pin the shape, and the normal law is an assumption.
    low, middle, high = dn.firing_probability(np.array([0.8, 0.9, 1.0]), 0.886, 0.061)
    assert low == pytest.approx(0.05, abs=0.03)
    assert high == pytest.approx(0.95, abs=0.03)
    assert middle == pytest.approx(0.76 - 0.17, abs=0.01)


@given(voltage=st.floats(-5.0, 5.0), step=st.floats(0.0, 5.0))
def test_firing_probability_rises_with_the_pulse(voltage, step) -> None:
    low, high = dn.firing_probability(np.array([voltage, voltage + step]), 0.886, 0.061)
    assert 0.0 <= low <= high * (1.0 + 1e-11) <= 1.0 + 2e-11


# Reset and rate


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
    node = dn.node_capacitance(1e-9, 1e-6, dn.plate_capacitance(22.0, 1e-14, 10e-9), 0.2e-9, 5e-6, 0.0)
    assert node == pytest.approx(2.195e-15, rel=1e-3)
    assert dn.control_resistance_for_refractory(1e-6, node, math.e) == pytest.approx(456e6, rel=2e-3)


def test_gate_peaks_at_the_divider() -> None:
    # 0.45 V * 242/(242 + 0.1)
    assert dn.gate_peak_voltage(0.45, 100e6, 242e9) == pytest.approx(0.44981, rel=1e-4)


def test_spike_rate_is_limited_by_the_slower_of_reset_and_relaxation() -> None:
    assert dn.maximum_spike_rate(1e-6, 1e-6, 250e-9) == pytest.approx(0.5e6)
    assert dn.maximum_spike_rate(1e-6, 0.0, 250e-9) == pytest.approx(0.8e6)


def test_a_neuron_below_its_threshold_never_spikes() -> None:
    never = dn.integration_time(0.2, *BENCH)
    assert dn.maximum_spike_rate(never, 4e-3, 250e-9) == 0.0


def test_residue_is_the_longest_memory() -> None:
    # gamma_2 = 5/s: 200 ms, the time in which the measured paired-pulse gain halves (Fig. 4b); 5e5/s: 2 us
    assert dn.residue_rest_time(5.0, 1.0) == pytest.approx(0.2)
    assert dn.residue_rest_time(5e5, 5.0) == pytest.approx(10e-6)


def test_lifetime_of_a_silver_switch() -> None:
    # 1e8 cycles: 1e5 s = 27.8 h at 1 kHz, 1e7 s = 116 days at 10 Hz, for ever in silence
    hours = dn.lifetime(1e8, np.array([1e3, 10.0, 0.0])) / 3600.0
    np.testing.assert_allclose(hours, [27.8, 116 * 24, np.inf], rtol=5e-3)


def test_ten_kelvin_speed_up_the_ions_by_some_forty_per_cent() -> None:
    # 0.3 eV: exp(0.3/8.617e-5 (1/300 - 1/310)) = exp(0.3743) = 1.454
    assert dn.activation_factor(0.3 * 1.602176634e-19, 310.0, 300.0) == pytest.approx(1.454, rel=1e-3)
    assert dn.activation_factor(0.3 * 1.602176634e-19, 300.0, 300.0) == 1.0


def test_filament_heating_is_negligible_for_the_resistive_filament_only() -> None:
    # (0.45 V)^2/1 Mohm = 0.2 uW; (0.8 V)^2/17 kohm = 37.6 uW
    assert dn.filament_heating(0.45, 1e6, 1e7) == pytest.approx(2.0, rel=0.02)
    assert dn.filament_heating(0.8, 17e3, 1e7) == pytest.approx(376.0, rel=0.01)


# Energy


def test_quoted_picojoule_is_the_gate_charge_alone() -> None:
    # 10 pF at 0.45 V: C V^2 = 2.03 pJ from the source, half of it stored: the "some 1 pJ per spike" of the
    # paper and the 1.39 pJ of Supplementary Table 7 lie between
    energy = dn.gate_charge_energy(10e-12, 0.45, 0.45, 0.0)
    assert energy == pytest.approx(2.025e-12, rel=1e-9)
    assert energy / 2.0 < 1.39e-12 < energy


def test_quoted_attojoule_is_the_gate_charge_of_a_few_electrons() -> None:
    # 4.14 aF: C V^2 = 0.84 aJ at 0.45 V; 12 electrons; 31.6 mV of noise, 16 % of the threshold
    assert dn.gate_charge_energy(4.14e-18, 0.45, 0.45, 0.0) == pytest.approx(0.84e-18, rel=5e-3)
    assert round(dn.stored_electrons(4.14e-18, 0.45)) == 12
    assert dn.thermal_noise_voltage(300.0, 4.14e-18) / 0.2 == pytest.approx(0.158, abs=0.001)


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
    assert dn.off_state_power(158e-6, 0.101e-6, 0.5) == pytest.approx(8.0e-12, rel=5e-3)


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


# Passing the spike on


def test_slow_edge_is_the_short_circuit_energy_of_veendrick() -> None:
    # Veendrick 1984: P = (beta/12)(V_dd - 2 V_t)^3 tau f for two edges of length tau a cycle, so E =
    # (beta/24)(V_dd - 2 V_t)^3 tau an edge; I_peak = (beta/2)(V_dd/2 - V_t)^2, and both transistors conduct
    # for tau (V_dd - 2 V_t)/V_dd
    strength, supply, threshold, edge = 1e-4, 1.0, 0.3, 2e-9
    peak = strength / 2.0 * (supply / 2.0 - threshold) ** 2
    both_on = edge * (supply - 2.0 * threshold) / supply
    expected = strength / 24.0 * (supply - 2.0 * threshold) ** 3 * edge
    assert dn.slow_edge_energy(both_on, peak, supply) == pytest.approx(expected, rel=1e-12)


def test_tapered_buffer_by_hand() -> None:
    # 1 fF to 64 fF in steps of 4: 3 inverters of 1, 4 and 16 units; they charge 4 + 16 + 64 = 84 fF, and the
    # closed form 64 * 4/3 = 85.3 fF is the sum of an endless chain
    stages = dn.tapered_buffer_stages(64e-15, 1e-15, 4.0)
    assert stages == 3.0
    assert dn.tapered_buffer_area(1e-12, stages, 4.0) == pytest.approx(21e-12)
    exact = 84e-15 * 0.81
    energy = dn.tapered_buffer_energy(64e-15, 0.9, 4.0)
    assert exact < energy < 1.02 * exact


def test_even_a_small_load_needs_one_inverter() -> None:
    # the drain output is inverted
    assert dn.tapered_buffer_stages(0.5e-15, 1e-15, 4.0) == 1.0


@given(power=st.integers(1, 12), ratio=st.floats(1.5, 10.0))
def test_exact_powers_are_not_rounded_up_to_one_stage_more(power, ratio) -> None:
    assert dn.tapered_buffer_stages(1e-15 * ratio**power, 1e-15, ratio) == power


def test_swing_is_nearly_the_supply_for_a_strong_transistor() -> None:
    assert dn.output_swing(0.5, 47e3, 3e3) == pytest.approx(0.47)


# Geometry and noise


def test_feedthrough_limits_the_via_of_the_projection_to_8_nm() -> None:
    # 4.14 aF/(2 * 0.45/0.2 - 1) = 1.18 aF; 22 eps_0/10 nm = 19.5 mF/m^2: 6.07e-17 m^2, a side of 7.8 nm
    limit = dn.feedthrough_limit(4.14e-18, 0.45, 0.2)
    side = math.sqrt(limit / dn.plate_capacitance(22.0, 1.0, 10e-9))
    assert side == pytest.approx(7.8e-9, rel=0.01)


def test_a_memristor_at_the_limit_passes_half_the_threshold() -> None:
    limit = dn.feedthrough_limit(2e-15, 0.8, 0.2)
    assert limit / (limit + 2e-15) * 0.8 == pytest.approx(0.1)


def test_small_steps_pass_any_memristor() -> None:
    assert np.isinf(dn.feedthrough_limit(2e-15, 0.1, 0.2))


def test_noise_floor_of_the_gate_node() -> None:
    # 36 * 4.142e-21/0.04 = 3.73 aF; its own noise is a sixth of the threshold
    smallest = dn.noise_limited_capacitance(300.0, 0.2, 6.0)
    assert smallest == pytest.approx(3.73e-18, rel=2e-3)
    assert dn.thermal_noise_voltage(300.0, smallest) == pytest.approx(0.2 / 6.0)


@pytest.mark.parametrize(("capacitance", "millivolts"), [(10e-12, 0.02), (72.6e-18, 7.6), (4.14e-18, 31.6)])
def test_thermal_noise_of_the_three_gate_nodes(capacitance, millivolts) -> None:
    # sqrt(4.142e-21 J/C), rounded as printed
    assert dn.thermal_noise_voltage(300.0, capacitance) * 1e3 == pytest.approx(millivolts, rel=0.02)


def test_a_flat_gigaohm_does_not_fit_under_a_neuron_but_a_vertical_film_does() -> None:
    # poly of 2 kohm a square, 0.2 um wide: 5e5 squares of 0.04 um^2 = 2e4 um^2, against 1e3 * 50e-9/1e9 =
    # 0.05 um^2
    assert dn.serpentine_resistor_area(1e9, 2e3, 0.2e-6) == pytest.approx(2e-8)
    assert dn.thin_film_resistor_area(1e3, 50e-9, 1e9) == pytest.approx(0.05e-12)


@given(areas=st.tuples(*[st.floats(0.0, 1e-6)] * 3))
def test_stacking_never_costs_area(areas) -> None:
    stacked, planar = dn.stacked_footprint(*areas), dn.planar_footprint(*areas)
    assert max(areas) == stacked <= planar <= 3.0 * stacked * (1.0 + 1e-12)
