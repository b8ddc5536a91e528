"""Arguments for the contracts of its equations, which `test_filament_growth.py` tests."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import firing_statistics

_RATES = {
    "field_mobility": 150.0,
    "field_offset": 0.01,
    "residue_rate": 20.0,
    "filament_decay": 600.0,
}
SAMPLES: dict[str, dict[str, float]] = {
    "firing_probability": {"pulse_voltage": 0.9, "median_voltage": 0.886, "spread": 0.061},
    "total_firing_spread": {"pulse_spread": 0.061, "device_spread": 0.062},
    "residue_after_spike": _RATES | {"residue_decay": 5.0, "drive_voltage": 0.8},
    "integration_time_after_spike": _RATES | {"drive_voltage": 0.8, "residue": 0.2},
    "assured_firing_time": {"assured_time": 35e-3, "median_time": 24.5e-3, "pulse_time": 15e-3},
    "erasing_time": {
        "residue": 1.0,
        "reverse_voltage": 0.8,
        "field_mobility": 150.0,
        "field_offset": 0.01,
    },
    "residue_rest_time": {"residue_decay": 5.0, "time_constants": 5.0},
    "activation_factor": {
        "activation_energy": 4.8e-20,
        "temperature": 310.0,
        "reference_temperature": 300.0,
    },
    "firing_correlation": {"residue": 0.152, "drive_voltage": 0.886, "pulse_spread": 0.061, "waits": 5.0},
    "independent_waits": {
        "residue": 0.152,
        "drive_voltage": 0.886,
        "pulse_spread": 0.061,
        "correlation": 0.01,
    },
    "extracted_bits": {"device_spread": 0.062, "pulse_spread": 0.061},
    "units_for_rate": {"bit_rate": 11.0, "unit_rate": 10.0},
}


def test_bits_of_devices_that_share_an_amplitude() -> None:
    """The mean of p (1 - p) over devices whose median amplitudes scatter, by numerical integration."""
    offset = np.linspace(-8.0, 8.0, 20_001)
    density = np.exp(-offset * offset / 2.0) / np.sqrt(2.0 * np.pi)
    spread, noise = 0.062, 0.061
    steps = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2.0 * np.diff(offset))])
    fires = np.interp(offset * spread / noise, offset, steps, left=0.0, right=1.0)
    mean = float(np.trapezoid(fires * (1.0 - fires) * density, offset))
    assert firing_statistics.extracted_bits(spread, noise) == pytest.approx(mean, rel=1e-4)
