"""Driver equations against hand arithmetic and the solution of small networks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import drivers
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "driver_self_load_energy": {"line_energy": 21.6e-15, "self_load_fraction": 0.45},
    "row_current": {"read_voltage": 0.2, "columns": 128.0, "used_fraction": 0.9, "conductance": 6.2e-6},
    "driver_resistance_limit": {
        "allowed_voltage_loss": 0.05,
        "columns": 128.0,
        "used_fraction": 0.9,
        "conductance": 6.2e-6,
    },
    "driver_width": {"row_current": 159e-6, "on_current_density": 790.0, "drive_factor": 0.2},
    "driver_area": {"width": 1e-6, "contacted_gate_pitch": 0.11e-6, "level_shifter_area": 1e-12},
    "capacitive_dac_capacitance": {"bits": 8.0, "unit_capacitance": 1e-15},
    "capacitive_dac_energy": {
        "bits": 6.0,
        "unit_capacitance": 1e-15,
        "reference_voltage": 0.9,
        "switching_factor": 0.5,
    },
    "capacitive_ladder_energy": {"bits": 6.0, "unit_capacitance": 2e-15, "reference_voltage": 0.9},
    "capacitive_ladder_area": {
        "bits": 6.0,
        "unit_capacitance": 2e-15,
        "capacitance_per_area": 2e-3,
        "switch_area": 0.5e-12,
    },
    "capacitive_dac_area": {
        "bits": 6.0,
        "unit_capacitance": 1e-15,
        "capacitance_per_area": 2e-3,
        "switch_area": 0.5e-12,
    },
    "resistive_ladder_energy": {
        "bits": 6.0,
        "reference_voltage": 0.9,
        "unit_resistance": 10e3,
        "on_time": 10e-9,
    },
    "resistive_ladder_area": {"bits": 6.0, "resistor_area": 2e-12},
    "pulse_width_modulation_time": {"mean_input": 0.3, "bits": 4.0, "step_time": 1e-9},
}


def test_an_infinite_chain_that_grows_fourfold_adds_a_third():
    # 1/4 + 1/16 + ... = 1/3
    fraction = sum(0.25**stage for stage in range(1, 30))
    assert drivers.driver_self_load_energy(21.6e-15, fraction) == pytest.approx(7.2e-15)


def test_a_row_of_128_cells_of_6_2_us_needs_a_micrometre_of_driver():
    # 128 x 6.2 uS x 0.2 V = 158.7 uA; 0.05 / 793.6 uS = 63 ohm; 158.7 / (0.2 x 790) um = 1.0 um
    current = drivers.row_current(0.2, 128.0, 1.0, 6.2e-6)
    assert current == pytest.approx(158e-6, rel=1e-2)
    assert drivers.driver_resistance_limit(0.05, 128.0, 1.0, 6.2e-6) == pytest.approx(63.0, rel=1e-3)
    assert drivers.driver_width(current, 790.0, 0.2) == pytest.approx(1.0e-6, rel=1e-2)


@given(st.floats(1e-3, 0.3), st.floats(1.0, 1024.0), st.floats(0.01, 1.0), st.floats(1e-8, 1e-3))
def test_a_driver_at_its_limit_loses_no_more_than_allowed(loss, columns, used, conductance):
    load = columns * used * conductance
    resistance = drivers.driver_resistance_limit(loss, columns, used, conductance)
    lost = resistance * load / (1.0 + resistance * load)
    # exactly loss/(1+loss): the limit uses the full row current, which is conservative
    assert lost == pytest.approx(loss / (1.0 + loss), rel=1e-9)


def test_a_row_without_load_takes_any_driver():
    found = drivers.driver_resistance_limit(0.05, 128.0, np.array([0.0, 1.0]), 1e-6)
    np.testing.assert_allclose(found, [np.inf, 0.05 / 128e-6])


def test_driver_area_counts_two_transistors_and_the_shifter():
    # 2 x 1 um x 0.112 um + 1 um^2 = 1.224 um^2
    assert drivers.driver_area(1e-6, 0.112e-6, 1e-12) == pytest.approx(1.224e-12)


def _mean_energy_of_capacitors(bits, output_floats):
    """Mean over all codes of the energy of switching the capacitors of a code from ground to 1 V."""
    total = 2**bits
    codes = np.arange(total)
    rise = codes / total if output_floats else 0.0
    return np.mean(codes * (1.0 - rise))


@pytest.mark.parametrize(("floats", "factor"), [(True, 1 / 6), (False, 1 / 2)])
def test_switching_factor_of_a_single_step(floats, factor):
    # a sum over 1024 codes instead of the integral: 0.1 %
    expected = _mean_energy_of_capacitors(10, floats)
    assert drivers.capacitive_dac_energy(10.0, 1.0, 1.0, factor) == pytest.approx(expected, rel=2e-3)


def test_conventional_search_takes_two_thirds():
    # sum over i of 2^(n-2i) (2^i - 1) C V^2 for n = 10: 681.7 C V^2, half of the 1363.3 C V^2 of the
    # differential pair in Liu et al., IEEE JSSC 45, 731 (2010)
    expected = sum(2.0 ** (10 - 2 * i) * (2.0**i - 1.0) for i in range(1, 11))
    assert expected == pytest.approx(1363.3 / 2, rel=1e-4)
    assert drivers.capacitive_dac_energy(10.0, 1.0, 1.0, 2 / 3) == pytest.approx(expected, rel=2e-3)


def test_capacitive_area_of_four_bits():
    # 16 fF / (2 fF/um^2) + 4 x 0.5 um^2 = 10 um^2
    assert drivers.capacitive_dac_area(4.0, 1e-15, 2e-3, 0.5e-12) == pytest.approx(10e-12)


@each("bits", range(1, 9))
def test_ladder_energy_is_the_mean_over_all_codes_of_the_solved_network(bits):
    # legs of 2 ohm from each bit, links of 1 ohm, 2 ohm from the first node to ground
    nodes = np.diag(np.full(bits, 0.5))
    nodes[0, 0] += 0.5
    for i in range(bits - 1):
        nodes[i : i + 2, i : i + 2] += np.array([[1.0, -1.0], [-1.0, 1.0]])
    codes = np.array(list(itertools.product((0.0, 1.0), repeat=bits)))
    voltages = np.linalg.solve(nodes, codes.T / 2.0).T
    power = np.sum(codes * (codes - voltages) / 2.0, axis=1)
    assert drivers.resistive_ladder_energy(bits, 1.0, 1.0, 1.0) == pytest.approx(power.mean(), rel=1e-12)


@each("bits", range(1, 9))
def test_capacitive_ladder_takes_the_mean_over_all_codes_of_the_solved_network(bits):
    # legs of 1 F from each bit, links of 2 F, 1 F from the first node to ground
    nodes = np.eye(bits)
    nodes[0, 0] += 1.0
    for i in range(bits - 1):
        nodes[i : i + 2, i : i + 2] += 2.0 * np.array([[1.0, -1.0], [-1.0, 1.0]])
    codes = np.array(list(itertools.product((0.0, 1.0), repeat=bits)))
    voltages = np.linalg.solve(nodes, codes.T).T
    # the output, at the highest bit, has equal steps
    assert np.sort(voltages[:, -1]) == pytest.approx(np.arange(2**bits) / 2**bits)
    energy = np.sum(codes * (codes - voltages), axis=1)
    assert drivers.capacitive_ladder_energy(bits, 1.0, 1.0) == pytest.approx(energy.mean(), rel=1e-12)


def test_ladder_of_two_bits_has_seven_unit_resistors():
    # two legs of 2, one link, one termination of 2
    assert drivers.resistive_ladder_area(2.0, 1.0) == 7


def test_pulse_width_of_the_largest_and_the_mean_input():
    # 4 bits: 15 steps of 1 ns
    found = drivers.pulse_width_modulation_time(np.array([1.0, 0.5]), 4.0, 1e-9)
    np.testing.assert_allclose(found, [15e-9, 7.5e-9])
