"""Claims about neurons that integrate in a material."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import accumulating

SAMPLES: dict[str, dict[str, float]] = {
    "pulses_to_conductance": {"threshold_conductance": 2e-6, "conductance_step": 0.3e-6},
    "film_field": {"gate_voltage": 2.0, "film_share": 0.75, "film_thickness": 10e-9},
    "ferroelectric_switching_time": {
        "field": 1.5e8,
        "activation_field": 12.7e8,
        "field_exponent": 1.3,
        "attempt_time": 1e-13,
    },
    "pulses_to_switch": {"switching_time": 0.96e-6, "pulse_time": 100e-9},
    "pulse_energy": {"supply_voltage": 2.5, "current": 100e-6, "pulse_time": 50e-9},
    "polarisation_energy": {"remanent_polarisation": 0.16, "area": 1e-14, "voltage": 2.0},
    "firing_energy": {"pulses": 8.0, "energy_of_a_pulse": 12.5e-12},
    "accumulating_interval": {"pulses": 8.0, "pulse_time": 50e-9, "read_time": 1e-6, "reset_time": 1e-6},
}


def test_melting_takes_more_than_all_crystallising_pulses() -> None:
    # Sebastian et al., Nat. Commun. 8, 1115 (2017), text to Fig. 4c: reset 440 uA for 1 us, set up to 100 uA for 50 ns.
    # Charges 440 pC and 5 pC: 88 crystallising pulses at one supply.
    ratio = accumulating.pulse_energy(1.0, 440e-6, 1e-6) / accumulating.pulse_energy(1.0, 100e-6, 50e-9)
    assert ratio == pytest.approx(88.0)


def test_switching_time_is_merz_law_for_an_exponent_of_one() -> None:
    # exp(5) = 148.413 attempts at a fifth of the activation field
    assert accumulating.ferroelectric_switching_time(1.0, 5.0, 1.0, 1e-12) == pytest.approx(
        148.413e-12, rel=1e-5
    )


def test_where_the_field_is_hardly_there_nothing_switches() -> None:
    time = accumulating.ferroelectric_switching_time(np.array([1.0, 1e6]), 12.7e8, 1.3, 1e-13)
    assert np.all(time > 1e60)
    assert np.all(np.isfinite(time))


@given(st.floats(0.2, 5.0), st.floats(1.01, 2.0))
def test_a_stronger_field_never_takes_longer(field: float, factor: float) -> None:
    slow, fast = (
        accumulating.ferroelectric_switching_time(f * 1e8, 12.7e8, 1.3, 1e-13)
        for f in (field, field * factor)
    )
    assert fast <= slow


@given(st.floats(1e-9, 1e-3), st.floats(1e-9, 1e-3))
def test_as_many_pulses_as_the_switching_time_needs(switching: float, pulse: float) -> None:
    pulses = accumulating.pulses_to_switch(switching, pulse)
    assert pulses >= 1.0
    assert pulses * pulse >= switching * (1 - 1e-9)
    assert (pulses - 1.0) * pulse <= switching * (1 + 1e-9)
