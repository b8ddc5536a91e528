"""Arguments for the contracts of its equations, which `test_accuracy.py` tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import weight_spreads
from tests.each import each

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
    "clean_column_fraction": {"stuck_share": 1e-3, "rows": 128.0},
    "faulty_share_after_repair": {"columns": 128.0, "spare_columns": 8.0, "clean_fraction": 0.88},
    "repaired_array_fraction": {"columns": 128.0, "spare_columns": 8.0, "clean_fraction": 0.88},
}


@each(
    "columns, spares, clean",
    [(128, 0, 0.9), (128, 16, 0.88), (64, 4, 0.99), (8, 8, 0.3), (512, 40, 0.95)],
)
def test_repair_is_that_of_every_number_of_faulty_columns(columns: int, spares: int, clean: float) -> None:
    total = columns + spares
    chance = [math.comb(total, j) * clean ** (total - j) * (1 - clean) ** j for j in range(total + 1)]
    left = sum(p * max(j - spares, 0) for j, p in enumerate(chance)) / columns
    found = weight_spreads.faulty_share_after_repair(float(columns), float(spares), clean)
    assert found == pytest.approx(left, rel=1e-9, abs=1e-12)
    whole = weight_spreads.repaired_array_fraction(float(columns), float(spares), clean)
    assert whole == pytest.approx(sum(chance[: spares + 1]), rel=1e-9)


def test_repair_is_that_of_drawn_arrays() -> None:
    generator = np.random.default_rng(4)
    faulty = np.sum(generator.random((20_000, 136)) > 0.95, axis=1)
    left = np.mean(np.maximum(faulty - 8, 0)) / 128
    assert weight_spreads.faulty_share_after_repair(128.0, 8.0, 0.95) == pytest.approx(left, rel=0.05)
    whole = weight_spreads.repaired_array_fraction(128.0, 8.0, 0.95)
    assert whole == pytest.approx(np.mean(faulty <= 8), abs=0.01)


@given(st.integers(1, 256), st.integers(0, 64), st.floats(0.0, 1.0))
def test_more_spares_never_leave_more_faults(columns: int, spares: int, clean: float) -> None:
    few, more = (
        weight_spreads.faulty_share_after_repair(float(columns), float(number), clean)
        for number in (spares, spares + 1)
    )  # fmt: skip
    assert 0.0 <= more <= few + 1e-9 <= 1.0 + 2e-9


def test_ends() -> None:
    assert weight_spreads.faulty_share_after_repair(128.0, 0.0, 0.88) == pytest.approx(0.12)
    assert weight_spreads.faulty_share_after_repair(128.0, 4.0, 1.0) == pytest.approx(0.0, abs=1e-12)
    assert weight_spreads.faulty_share_after_repair(128.0, 4.0, 0.0) == pytest.approx(1.0)
    # a thousand faulty columns: no probability is as small as to spoil the mean
    assert weight_spreads.faulty_share_after_repair(4096.0, 100.0, 0.7) == pytest.approx(
        1 - 4196 * 0.7 / 4096
    )
