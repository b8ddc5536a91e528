"""Arguments for the contracts of its equations, which `test_accuracy.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "digit_error_gain": {"digit_bits": 2.0, "digits": 4.0},
    "weight_mean_square": {"mean_absolute_weight": 0.266},
    "root_mean_square_conductance": {
        "low_conductance": 1e-6,
        "window": 39e-6,
        "mean_share": 0.266,
        "mean_square_share": 0.111,
    },
    "parallel_cell_spread": {
        "low_conductance": 1e-6,
        "window": 24e-6,
        "mean_square_share": 0.111,
        "low_spread": 0.3,
        "high_spread": 0.04,
    },
    "stuck_cell_spread": {
        "window": 39e-6,
        "mean_share": 0.266,
        "mean_square_share": 0.111,
        "stuck_low_share": 0.09,
        "stuck_high_share": 0.0175,
    },
    "weight_error": {
        "written_spread": 1e-6,
        "opposite_spread": 0.5e-6,
        "full_weight": 39e-6,
        "gain": 0.6,
    },
}
