"""Arguments for the contracts of its equations, which `test_digital.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "free_running_clock_power": {"clock_energy": 4.5e-15, "bits": 624.0, "frequency": 200e6},
    "register_energy": {"energy_per_bit": 9e-15, "bits": 16.0},
    "register_area": {"area_per_bit": 5.98e-12, "bits": 16.0},
    "register_file_energy": {"energy_per_bit": 9e-15, "bits": 16.0, "words": 24.0, "depth_coefficient": 0.25},
    "register_file_area": {
        "area_per_bit": 5.98e-12,
        "bits": 16.0,
        "words": 24.0,
        "further_ports": 1.0,
        "port_share": 0.45,
    },
}
