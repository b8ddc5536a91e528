"""Nodes, noise, resistors and footprints of small neurons, by hand and against the paper.

Measured values and parameter sets: Zhao et al., Nat. Electron. 8, 1211 (2025), doi:10.1038/s41928-025-01488-x
("the paper"), and its Supplementary Tables 1 (bench device), 7 (65 nm estimate) and 8 (3 nm projection), as
transcribed in the public reproduction github.com/Chaoyi-He1/dm_SNN.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import neuron_geometry

SAMPLES: dict[str, dict[str, float]] = {
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
    "stacked_footprint": {"transistor_area": 0.3e-12, "memristor_area": 4e-12, "resistor_area": 0.1e-12},
    "planar_footprint": {"transistor_area": 0.3e-12, "memristor_area": 4e-12, "resistor_area": 0.1e-12},
}


def test_feedthrough_limits_the_via_of_the_projection_to_8_nm() -> None:
    # 4.14 aF/(2 * 0.45/0.2 - 1) = 1.18 aF; 22 eps_0/10 nm = 19.5 mF/m^2: 6.07e-17 m^2, a side of 7.8 nm
    limit = neuron_geometry.feedthrough_limit(4.14e-18, 0.45, 0.2)
    side = math.sqrt(limit / neuron_geometry.plate_capacitance(22.0, 1.0, 10e-9))
    assert side == pytest.approx(7.8e-9, rel=0.01)


def test_a_memristor_at_the_limit_passes_half_the_threshold() -> None:
    limit = neuron_geometry.feedthrough_limit(2e-15, 0.8, 0.2)
    assert limit / (limit + 2e-15) * 0.8 == pytest.approx(0.1)


def test_small_steps_pass_any_memristor() -> None:
    assert np.isinf(neuron_geometry.feedthrough_limit(2e-15, 0.1, 0.2))


def test_noise_floor_of_the_gate_node() -> None:
    # 36 * 4.142e-21/0.04 = 3.73 aF; its own noise is a sixth of the threshold
    smallest = neuron_geometry.noise_limited_capacitance(300.0, 0.2, 6.0)
    assert smallest == pytest.approx(3.73e-18, rel=2e-3)
    assert neuron_geometry.thermal_noise_voltage(300.0, smallest) == pytest.approx(0.2 / 6.0)


@pytest.mark.parametrize(("capacitance", "millivolts"), [(10e-12, 0.02), (72.6e-18, 7.6), (4.14e-18, 31.6)])
def test_thermal_noise_of_the_three_gate_nodes(capacitance, millivolts) -> None:
    # sqrt(4.142e-21 J/C), rounded as printed
    assert neuron_geometry.thermal_noise_voltage(300.0, capacitance) * 1e3 == pytest.approx(
        millivolts, rel=0.02
    )


def test_a_flat_gigaohm_does_not_fit_under_a_neuron_but_a_vertical_film_does() -> None:
    # poly of 2 kohm a square, 0.2 um wide: 5e5 squares of 0.04 um^2 = 2e4 um^2, against 1e3 * 50e-9/1e9 =
    # 0.05 um^2
    assert pytest.approx(2e-8) == 1e9 / 2e3 * 0.2e-6**2
    assert neuron_geometry.thin_film_resistor_area(1e3, 50e-9, 1e9) == pytest.approx(0.05e-12)


@given(areas=st.tuples(*[st.floats(0.0, 1e-6)] * 3))
def test_stacking_never_costs_area(areas) -> None:
    stacked, planar = neuron_geometry.stacked_footprint(*areas), neuron_geometry.planar_footprint(*areas)
    assert max(areas) == stacked <= planar <= 3.0 * stacked * (1.0 + 1e-12)
