"""Arguments for the contracts of its equations, which `test_filament_growth.py` tests."""

from __future__ import annotations

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
}
