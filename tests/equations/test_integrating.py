"""Integrating read-out against hand calculations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import integrating
from tests.each import each

_STEPS = {"integrations": 7.0, "phases": 1.0, "conversions": 6.0}
SAMPLES: dict[str, dict[str, float]] = {
    "input_phases": {"magnitude_bits": 4.0, "single_phase_bits": 3.0},
    "integration_steps": {"magnitude_bits": 4.0, "single_phase_bits": 3.0},
    "conversion_steps": {"magnitude_bits": 4.0, "single_phase_bits": 3.0, "output_bits": 7.0},
    "integrating_read_time": {
        **_STEPS, "integration_step_time": 0.27e-6, "sample_time": 0.3e-6, "conversion_step_time": 0.3e-6,
    },
    "integrating_read_energy": {
        **_STEPS, "integration_step_energy": 0.5e-12, "sample_energy": 0.4e-12, "conversion_step_energy": 0.5e-12,
    },
}  # fmt: skip


@each(
    "magnitude, output, phases, integrations, conversions",
    [
        (1.0, 4.0, 1.0, 1.0, 4.0),
        (3.0, 6.0, 1.0, 7.0, 6.0),
        (4.0, 7.0, 2.0, 6.0, 12.0),  # 3 + 3; 7 + (7 - 2)
        (5.0, 8.0, 2.0, 10.0, 13.0),  # 7 + 3; 8 + (8 - 3)
        (7.0, 10.0, 2.0, 22.0, 16.0),  # 15 + 7; 10 + (10 - 4)
    ],
)
def test_steps_by_hand(magnitude, output, phases, integrations, conversions):
    assert integrating.input_phases(magnitude, 3.0) == phases
    assert integrating.integration_steps(magnitude, 3.0) == integrations
    assert integrating.conversion_steps(magnitude, 3.0, output) == conversions


def test_read_time_by_hand():
    # another tool's constants for NeuRRAM at 6 bits out and 4 in: 7 x 0.27 + 0.3 + 6 x 0.3 = 3.99 us
    assert integrating.integrating_read_time(7.0, 1.0, 6.0, 0.27e-6, 0.3e-6, 0.3e-6) == pytest.approx(3.99e-6)


@given(st.integers(4, 12))
def test_two_phases_never_integrate_more_often_than_one(bits):
    split, whole = (integrating.integration_steps(float(bits), single) for single in (3.0, 12.0))
    assert split < whole
