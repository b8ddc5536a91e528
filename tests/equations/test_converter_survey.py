"""Arguments for the contracts of its equations, which `test_converters.py` tests."""

from __future__ import annotations

FIGURE_OF_MERIT = {
    "reference_rate": 1.0,
    "speed_limited_intercept": 213.7806687348118,
    "speed_limited_slope": -2.8719030399529957,
    "resolution_limited_intercept": 128.3068287398817,
    "resolution_limited_slope": 3.2205115109776,
}
ENERGY = {
    "reference_length": 1e-9,
    "reference_energy": 1e-12,
    "intercept": 26.0496215686518,
    "feature_size_exponent": 1.8800369206815004,
    "bits_exponent": -2.8291256050594527,
    "best_case_shift": -1.4702022133784405,
}
AREA = {
    "reference_length": 1e-9,
    "reference_rate": 1.0,
    "reference_energy": 1e-12,
    "reference_area": 1e-12,
    "intercept": 1.3461916439910742,
    "feature_size_exponent": 0.9932794744745022,
    "rate_exponent": 0.18071538424508238,
    "energy_exponent": 0.29912426192653485,
}
SAMPLES: dict[str, dict[str, float]] = {
    "survey_figure_of_merit": {"bits": 8.0, "sample_rate": 1e9, **FIGURE_OF_MERIT},
    "survey_conversion_energy": {
        "bits": 8.0,
        "feature_size": 28e-9,
        "figure_of_merit": 154.0,
        **ENERGY,
    },
    "survey_converter_area": {
        "feature_size": 28e-9,
        "sample_rate": 1e8,
        "conversion_energy": 1.33e-12,
        **AREA,
    },
}
