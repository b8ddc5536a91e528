"""Arguments for the contracts of its equations, which `test_dram.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "row_interval": {
        "activation_interval": 3.3e-9,
        "activation_window": 21e-9,
        "row_cycle_time": 46e-9,
        "banks": 16.0,
    },
    "sustained_rate": {
        "peak_rate": 153.6e9,
        "bus_share": 0.9,
        "rows_per_bit": 1.0 / 512.0,
        "row_interval": 5.25e-9,
        "refresh_share": 0.045,
    },
    "refresh_interval": {"interval": 7.8e-6, "temperature": 300.0, "halving_temperature": 358.15},
    "refresh_share": {
        "refresh_time": 350e-9,
        "refresh_interval": 7.8e-6,
        "refreshed_banks": 16.0,
        "banks": 16.0,
    },
    "access_latency": {
        "controller_time": 20e-9,
        "wake_time": 6e-9,
        "precharge_time": 14.16e-9,
        "row_to_column_time": 14.16e-9,
        "column_time": 14.16e-9,
        "burst_time": 3.33e-9,
        "refresh_time": 350e-9,
        "refresh_share": 0.045,
    },
}
