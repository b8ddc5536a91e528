"""Arguments for the contracts of its equations, which `test_power.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "poisson_yield": {"area": 1e-4, "defect_density": 1e3},
    "murphy_yield": {"area": 1e-4, "defect_density": 1e3},
    "negative_binomial_yield": {"area": 1e-4, "defect_density": 1e3, "clustering": 3.0},
    "dies_per_wafer": {"wafer_diameter": 0.3, "area": 400e-6},
    "cost_per_good_die": {
        "wafer_cost": 10000.0,
        "dies": 143.0,
        "die_yield": 0.687,
        "test_and_package_cost": 2.0,
    },
}
