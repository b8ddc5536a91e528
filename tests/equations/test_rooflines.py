"""Arguments for the contracts of its equations, which `test_accelerators.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "roofline_time": {
        "operations": 1e9,
        "traffic": 1e9,
        "peak_rate": 989e12,
        "bandwidth": 26.8e12,
        "compute_efficiency": 0.5,
        "bandwidth_efficiency": 0.8,
        "kernels": 10.0,
        "launch_time": 4e-6,
    },
    "kernel_threads": {"operations": 3.2e6, "operations_per_thread": 8e5, "cores": 12.0},
    "call_time_share": {"call_time": 1.3e-3, "batch": 16.0},
    "ridge_intensity": {"peak_rate": 989e12, "bandwidth": 26.8e12},
}
