"""Arguments for the contracts of its equations, which `test_converters.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "time_converter_energy": {"bits": 8.0, "step_energy": 0.566e-15},
    "successive_approximation_energy": {
        "bits": 8.0,
        "comparator_energy": 20e-15,
        "logic_energy": 30e-15,
        "dac_energy": 100e-15,
    },
    "successive_approximation_time": {"bits": 8.0, "clock_period": 1e-9},
    "successive_approximation_area": {
        "bits": 8.0,
        "logic_area": 10e-12,
        "comparator_area": 40e-12,
        "dac_area": 200e-12,
    },
    "flash_energy": {"bits": 4.0, "comparator_energy": 40e-15, "ladder_energy": 100e-15},
    "flash_time": {"clock_cycles": 2.0, "clock_period": 1e-9},
    "flash_area": {"bits": 4.0, "comparator_area": 40e-12, "ladder_area": 20e-12},
    "ramp_energy": {
        "bits": 6.0,
        "comparator_cycle_energy": 1e-15,
        "mean_fraction": 0.4,
        "latch_energy": 2e-15,
        "generator_energy": 1e-12,
        "sharing_columns": 128.0,
    },
    "ramp_time": {"bits": 6.0, "clock_period": 1e-9},
    "ramp_area": {
        "bits": 6.0,
        "comparator_area": 40e-12,
        "latch_area": 2e-12,
        "generator_area": 1e-9,
        "sharing_columns": 128.0,
    },
}
