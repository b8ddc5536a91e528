"""Arguments for the contracts of its equations, which `test_filament_growth.py` tests."""

from __future__ import annotations

_RATES = {
    "field_mobility": 150.0,
    "field_offset": 0.01,
    "residue_rate": 20.0,
    "filament_decay": 600.0,
}
SAMPLES: dict[str, dict[str, float]] = {
    "gate_charging": {
        "drive_voltage": 0.8,
        "field_mobility": 150.0,
        "field_offset": 0.01,
        "gate_capacitance": 2.64e-15,
        "control_resistance": 235e6,
        "on_resistance": 1e6,
        "off_resistance": 1e12,
        "conduction_length": 0.2,
    },
    "integrating_conductance": _RATES
    | {
        "residue_decay": 5.0,
        "drive_voltage": 0.8,
        "on_resistance": 1e6,
        "off_resistance": 1e12,
        "conduction_length": 0.2,
        "control_resistance": 27.4e6,
    },
    "memristor_resistance": {
        "state": 0.5,
        "on_resistance": 1e6,
        "off_resistance": 1e12,
        "conduction_length": 0.2,
    },
}
