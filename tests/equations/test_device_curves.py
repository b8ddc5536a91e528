"""Laws of measured curves against what can be worked by hand or solved otherwise."""

import math

import numpy as np
import pytest

from neuroest.equations import device_curves as curves
from tests.each import each

LAW = {"reference_voltage": 1.0, "reference_delay": 1e-6, "steepness": 9.0, "exponent": -1.0, "floor": 1e-7}
SAMPLES: dict[str, dict[str, float]] = {
    "switching_delay": {"voltage": 1.2, **LAW},
    "incubation_time": {"threshold_voltage": 0.6, "final_voltage": 1.2, "time_constant": 1e-6, **LAW},
    "relaxation_after_pulse": {
        "amplitude": 1.2, "pulse_width": 2e-6, "reference_amplitude": 1.0, "reference_width": 1e-6,
        "reference_time": 4e-4, "amplitude_exponent": 1.0, "width_exponent": 0.5,
    },
    "capacitance_of_area": {"area": 1e-10, "capacitance_density": 2e-3, "parasitic_capacitance": 5e-14},
    "conductance_after_pulses": {
        "pulses": 10.0, "first_conductance": 1e-6, "last_conductance": 1.1e-5, "pulse_constant": 10.0,
    },
    "read_noise_deviation": {"conductance": 1e-5, "constant_noise": 3e-7, "relative_noise": 0.04},
    "surviving_share": {"cycles": 5e5, "characteristic_cycles": 1e6, "shape": 2.0},
    "leaky_firing_rate": {
        "input_current": 2e-9, "rheobase_current": 1e-9, "leak_time_constant": 1e-2, "refractory_time": 2e-3,
    },
}  # fmt: skip


def test_the_three_laws_of_the_delay_by_hand() -> None:
    # t_r = 1 us at 1 V, S = 9, at 1.5 V: exp(-9 * 0.5), 1.5^-9 and exp(9 (1/1.5 - 1))
    found = curves.switching_delay(1.5, 1.0, 1e-6, 9.0, np.array([1.0, 0.0, -1.0]), 0.0)
    expected = 1e-6 * np.array([math.exp(-4.5), 1.5**-9, math.exp(-3.0)])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_floor_is_left_at_any_voltage() -> None:
    # 3 us and exp(-9 * 9) of 1 us at ten times the reference voltage; at the reference voltage the sum
    assert curves.switching_delay(10.0, 1.0, 1e-6, 9.0, 1.0, 3e-6) == pytest.approx(3e-6, rel=1e-12)
    assert curves.switching_delay(1.0, 1.0, 1e-6, 9.0, 1.0, 3e-6) == pytest.approx(4e-6, rel=1e-12)
    assert curves.incubation_time(0.6, 1.2, 1e-9, 1.0, 0.0, 9.0, -1.0, 3e-6) == pytest.approx(3e-6, rel=1e-3)


def test_no_delay_takes_no_time() -> None:
    assert curves.incubation_time(0.6, 1.2, 1e-6, 1.0, 0.0, 9.0, -1.0, 0.0) == 0.0


@each("delay", [1e-9, 1e-7, 1e-6, 1e-5, 1e-3])
@each("exponent, floor", [(1.0, 0.0), (0.0, 0.0), (-1.0, 0.0), (-1.0, 1e-7), (1.0, 1e-5)])
def test_incubation_is_the_integral_of_its_rate(delay: float, exponent: float, floor: float) -> None:
    # solved in ten thousand steps of time
    found = float(curves.incubation_time(0.6, 1.2, 1e-6, 1.0, delay, 9.0, exponent, floor))
    time = np.linspace(0.0, 2.0 * found, 20_001)
    voltage = 1.2 - 0.6 * np.exp(-time / 1e-6)
    rate = 1.0 / curves.switching_delay(voltage, 1.0, delay, 9.0, exponent, floor)
    progress = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2.0 * np.diff(time))])
    assert found == pytest.approx(float(np.interp(1.0, progress, time)), rel=0.01)


def test_at_and_below_the_rheobase_nothing_fires() -> None:
    assert curves.leaky_firing_rate(1e-9, 1e-9, 1e-2, 2e-3) == 0.0
    assert curves.leaky_firing_rate(0.5e-9, 1e-9, 1e-2, 2e-3) == 0.0


def test_a_fast_input_is_limited_by_the_refractory_time_alone() -> None:
    assert curves.leaky_firing_rate(1.0, 1e-9, 1e-2, 2e-3) == pytest.approx(500.0, rel=1e-6)
