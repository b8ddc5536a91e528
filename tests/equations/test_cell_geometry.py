"""Arguments for the contracts of its equations, which `test_crossbar.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "access_width_in_cell": {"width": 320e-9, "stated_pitch": 0.291e-6, "pitch": 0.22e-6},
    "access_transistor_width": {
        "write_current": 100e-6,
        "on_current_density": 790.0,
        "drive_factor": 0.8,
        "minimum_width": 40e-9,
    },
    "transistor_limited_cell_area": {"access_width": 168e-9, "feature_size": 28e-9},
    "cell_area": {"feature_squares": 53.0, "feature_size": 28e-9, "minimum_area": 0.03e-12},
    "passive_cell_area": {"half_pitch": 20e-9, "layers": 2.0},
    "cell_pitch": {"cell_area": 4.16e-14},
}
