"""Claims about clock, regulators, heat, yield and cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import dies as equations
from neuroest.equations import power

SQUARE_CENTIMETRE = 1e-4
PER_SQUARE_CENTIMETRE = 1e4

SAMPLES: dict[str, dict[str, float]] = {
    "retention_supply": {"supply_voltage": 0.9, "retention_voltage": 0.5},
    "retention_draw": {"supply_voltage": 0.9, "kept_voltage": 0.5, "loss": 0.5},
    "domain_capacitance": {"width": 1e-3, "gate_capacitance": 1e-9, "drain_capacitance": 0.5e-9},
    "wake_energy": {"capacitance": 1e-12, "supply_voltage": 0.9, "asleep_voltage": 0.5},
    "working_share": {"working_time": 0.2e-6, "interval": 1e-3},
    "clock_energy": {"logic_energy": 3e-12, "clock_share": 0.25},
    "linear_regulator_efficiency": {"load_voltage": 0.2, "input_voltage": 0.9},
    "regulator_supply_voltage": {"load_voltage": 0.2, "efficiency": 0.85},
    "average_power": {"energy": 300e-9, "interval": 2e-6},
    "static_energy": {"static_power": 1e-3, "active_time": 2e-6},
    "power_density": {"power": 700.0, "area": 814e-6},
    "junction_temperature": {
        "ambient_temperature": 300.0,
        "power": 2.0,
        "package_resistance": 10.0,
    },
    "self_heated_temperature": {
        "ambient_temperature": 300.0,
        "thermal_resistance": 20.0,
        "constant_power": 1.0,
        "leakage_at_ambient": 0.1,
        "doubling_temperature": 20.0,
    },
    "power_beyond_blocks": {"resting_power_density": 8e4, "area": 331e-6, "listed": 2.0},
    "thermal_load": {
        "thermal_resistance": 20.0,
        "constant_power": 1.0,
        "leakage_at_ambient": 0.1,
        "doubling_temperature": 20.0,
    },
    "power_into_shell": {
        "inside": 44.32,
        "number": 1.0,
        "idle_power": 10.02,
        "active_power": 3.0,
        "duty": 0.5,
        "efficiency": 0.85,
        "overhead": 0.5,
    },
}


@pytest.mark.parametrize(
    ("square_centimetres", "expected"),
    # (1 + 0.1/3)^-3, (1 + 0.4/3)^-3, (1 + 0.814/3)^-3
    [(1.0, 0.906), (4.0, 0.687), (8.14, 0.487)],
)
def test_clustered_yield_of_small_and_large_dies(square_centimetres, expected):
    found = equations.negative_binomial_yield(
        square_centimetres * SQUARE_CENTIMETRE, 0.1 * PER_SQUARE_CENTIMETRE, 3.0
    )
    assert found == pytest.approx(expected, abs=5e-4)


@given(st.floats(0.0, 10.0), st.floats(0.5, 50.0))
def test_yield_models_agree_in_order_and_stay_between_zero_and_one(defects, clustering):
    # Spread of the defect density can only help: Poisson is the lower bound of both.
    poisson = equations.poisson_yield(1.0, defects)
    murphy = equations.murphy_yield(1.0, defects)
    clustered = equations.negative_binomial_yield(1.0, defects, clustering)
    assert 0.0 <= poisson <= murphy * (1 + 1e-12) <= 1.0 + 1e-9
    assert poisson <= clustered * (1 + 1e-12) <= 1.0 + 1e-9


def test_clustered_yield_becomes_poisson_without_clusters():
    found = equations.negative_binomial_yield(1e-4, 1e4, 1e7)
    assert found == pytest.approx(equations.poisson_yield(1e-4, 1e4), rel=1e-6)


def test_perfect_process_yields_every_die():
    assert equations.poisson_yield(1e-4, 0.0) == 1
    assert equations.murphy_yield(1e-4, 0.0) == 1
    assert equations.negative_binomial_yield(1e-4, 0.0, 3.0) == 1


def test_murphy_near_zero_is_smooth():
    # [(1 - e^-x) / x]^2 = 1 - x + 7 x^2 / 12 - ...
    assert equations.murphy_yield(1.0, 1e-9) == pytest.approx(1.0 - 1e-9, rel=1e-15)


def test_dies_of_400_square_millimetres_on_a_300_millimetre_wafer():
    # pi 150^2 / 400 = 176.7; pi 300 / sqrt(800) = 33.3; 143.4
    assert equations.dies_per_wafer(0.3, 400e-6) == 143


def test_die_as_large_as_the_wafer_yields_none_and_costs_infinitely():
    dies = equations.dies_per_wafer(0.3, 0.07)
    assert dies == 0.0
    assert equations.cost_per_good_die(1e4, dies, 0.5, 2.0) == np.inf


def test_cost_of_a_good_die():
    # 10 000 / (143 x 0.687) + 2 = 101.8 + 2
    assert equations.cost_per_good_die(1e4, 143.0, 0.687, 2.0) == pytest.approx(103.8, rel=1e-3)


def test_linear_regulator_from_0_9_to_0_2_volt_wastes_78_percent():
    efficiency = power.linear_regulator_efficiency(0.2, 0.9)
    assert efficiency == pytest.approx(0.222, rel=2e-3)
    # The same charge flows through both, so it is paid at the input voltage.
    assert power.regulator_supply_voltage(0.2, efficiency) == pytest.approx(0.9, rel=1e-12)


def test_switching_regulator_is_worth_four_times_a_linear_one_at_0_2_volt():
    # 0.9 V against 0.2 / 0.85 = 0.235 V
    ratio = 0.9 / power.regulator_supply_voltage(0.2, 0.85)
    assert ratio == pytest.approx(3.825, rel=1e-3)


def test_linear_regulator_cannot_raise_a_voltage():
    assert power.linear_regulator_efficiency(1.0, 0.9) == 0.0
    assert power.regulator_supply_voltage(1.0, 0.0) == np.inf


def test_clock_of_a_quarter_of_the_total_is_a_third_of_the_logic():
    clock = power.clock_energy(3e-12, 0.25)
    assert clock == pytest.approx(1e-12, rel=1e-12)
    assert clock / (clock + 3e-12) == pytest.approx(0.25, rel=1e-12)
    assert power.clock_energy(3e-12, 1.0) == np.inf
    assert power.clock_energy(3e-12, 0.0) == 0.0


def test_power_density_of_an_h100():
    # 700 W on 814 mm^2: 0.86 W/mm^2
    assert power.power_density(700.0, 814e-6) / 1e6 == pytest.approx(0.86, rel=1e-3)


def test_average_power_times_interval_is_the_energy():
    assert power.average_power(316e-9, 2e-6) == pytest.approx(0.158, rel=1e-12)


def test_idle_sensor_is_dominated_by_leakage():
    # 10 uW for a period of 0.1 s is 1 uJ, three times 316 nJ of dynamic energy.
    assert power.static_energy(10e-6, 0.1) == pytest.approx(1e-6, rel=1e-12)


def test_a_die_is_warmer_than_the_air_by_power_times_resistance():
    # 300 + 2 x 10
    assert power.junction_temperature(300.0, 2.0, 10.0) == pytest.approx(320.0, rel=1e-12)


def balance_by_bisection(ambient, resistance, constant, leakage, doubling):
    """The lower temperature at which a die dissipates its own power, by search up to where the curves are parallel."""
    slope = np.log(2.0) / doubling
    steepest = ambient + np.log(1.0 / (slope * resistance * leakage)) / slope
    low, high = ambient, steepest
    for _ in range(200):
        middle = (low + high) / 2.0
        taken = constant + leakage * 2.0 ** ((middle - ambient) / doubling)
        low, high = (middle, high) if ambient + resistance * taken > middle else (low, middle)
    return low


@given(
    st.floats(250.0, 400.0),
    st.floats(0.1, 100.0),
    st.floats(0.0, 1.0),
    st.floats(1e-6, 1.0),
    st.floats(8.0, 25.0),
)
def test_a_die_gives_off_what_it_takes(ambient, resistance, constant, leakage, doubling):
    found = power.self_heated_temperature(ambient, resistance, constant, leakage, doubling)
    load = power.thermal_load(resistance, constant, leakage, doubling)
    assert np.isfinite(found)
    assert found >= ambient
    if load > 1.0:
        # nowhere does the package carry off what the die takes
        warm = np.linspace(ambient, ambient + 600.0, 6001)
        taken = constant + leakage * 2.0 ** ((warm - ambient) / doubling)
        assert np.all(ambient + resistance * taken > warm)
    elif load < 0.999:
        assert found == pytest.approx(
            balance_by_bisection(ambient, resistance, constant, leakage, doubling), rel=1e-9
        )
        taken = constant + leakage * 2.0 ** ((found - ambient) / doubling)
        assert found - ambient == pytest.approx(resistance * taken, rel=1e-6)


def test_without_leakage_a_die_is_as_warm_as_its_package_makes_it():
    assert power.self_heated_temperature(300.0, 20.0, 2.0, 0.0, 12.0) == pytest.approx(340.0)
    assert power.self_heated_temperature(300.0, 20.0, 0.0, 0.0, 12.0) == pytest.approx(300.0)


def test_at_runaway_the_leakage_heats_by_one_step_of_its_exponential():
    # d ln P / dT = 1 / (R P) there: the rise above the constant part is dT_2 / ln 2
    doubling, resistance = 14.0, 30.0
    most = doubling / (np.e * np.log(2.0) * resistance)
    assert power.thermal_load(resistance, 0.0, most, doubling) == pytest.approx(1.0)
    found = power.self_heated_temperature(300.0, resistance, 0.0, most, doubling)
    assert found == pytest.approx(300.0 + doubling / np.log(2.0), rel=1e-6)


def test_each_loss_counts_once() -> None:
    # 10 W behind a supply of 80 % take 12.5 W; two boards of 1 W and, half of the time, 2 W more; a fifth for cooling
    found = power.power_into_shell(10.0, 2.0, 1.0, 2.0, 0.5, 0.8, 0.2)
    assert found == pytest.approx((12.5 + 4.0) * 1.2)


def test_a_supply_that_passes_nothing_on_is_visible() -> None:
    assert power.power_into_shell(**SAMPLES["power_into_shell"] | {"efficiency": 0.0}) == np.inf
