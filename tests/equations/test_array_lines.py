"""Arguments for the contracts of its equations, which `test_crossbar.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "row_capacitance": {
        "columns": 128.0,
        "cell_pitch": 0.204e-6,
        "wire_capacitance_per_length": 0.2e-9,
        "gate_capacitance_per_cell": 0.168e-15,
    },
    "column_capacitance": {
        "rows": 128.0,
        "cell_pitch": 0.204e-6,
        "wire_capacitance_per_length": 0.2e-9,
        "junction_capacitance_per_cell": 0.1e-15,
    },
    "line_toggle_energy": {"capacitance": 26.7e-15, "voltage": 0.9},
    "column_swing_energy": {"capacitance": 20e-15, "swing_voltage": 0.2, "supply_voltage": 0.9},
}
