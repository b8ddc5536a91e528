"""Arguments for the contracts of its equations, which `test_crossbar.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "line_capacitance": {
        "cells": 128.0,
        "cell_pitch": 0.204e-6,
        "wire_capacitance_per_length": 0.2e-9,
        "load_per_cell": 0.168e-15,
    },
    "line_toggle_energy": {"capacitance": 26.7e-15, "voltage": 0.9},
    "column_swing_energy": {"capacitance": 20e-15, "swing_voltage": 0.2, "supply_voltage": 0.9},
}
