"""Random bits from neurons that fire by chance, against numbers by hand."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import random_bits

SAMPLES: dict[str, dict[str, float]] = {
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
    assert random_bits.extracted_bits(spread, noise) == pytest.approx(mean, rel=1e-4)
