"""Arguments for the contracts of its equations, which `test_accelerators.py` tests."""

from __future__ import annotations

SAMPLES: dict[str, dict[str, float]] = {
    "filters_of_a_pass": {
        "filters": 64.0,
        "held_filters": 48.0,
        "buffer_words": 51200.0,
        "input_words": 3616.0,
        "sums_per_filter": 3136.0,
    },
    "channels_of_a_pass": {
        "channels": 64.0,
        "held_channels": 48.0,
        "buffer_words": 51200.0,
        "input_words": 3616.0,
        "sums": 25088.0,
    },
    "rows_with_halo": {"output_rows": 55.0, "strip_rows": 7.0, "kernel_rows": 11.0, "stride": 4.0},
    "row_stationary_cycles": {
        "kernel_rows": 3.0,
        "output_rows": 13.0,
        "pairs": 98304.0,
        "row_operations": 39.0,
        "rows": 12.0,
        "columns": 14.0,
    },
}
