"""Claims about spare columns, against all arrays drawn and against the binomial law by its terms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import redundancy
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
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
    found = redundancy.faulty_share_after_repair(float(columns), float(spares), clean)
    assert found == pytest.approx(left, rel=1e-9, abs=1e-12)
    whole = redundancy.repaired_array_fraction(float(columns), float(spares), clean)
    assert whole == pytest.approx(sum(chance[: spares + 1]), rel=1e-9)


def test_repair_is_that_of_drawn_arrays() -> None:
    generator = np.random.default_rng(4)
    faulty = np.sum(generator.random((20_000, 136)) > 0.95, axis=1)
    left = np.mean(np.maximum(faulty - 8, 0)) / 128
    assert redundancy.faulty_share_after_repair(128.0, 8.0, 0.95) == pytest.approx(left, rel=0.05)
    whole = redundancy.repaired_array_fraction(128.0, 8.0, 0.95)
    assert whole == pytest.approx(np.mean(faulty <= 8), abs=0.01)


@given(st.integers(1, 256), st.integers(0, 64), st.floats(0.0, 1.0))
def test_more_spares_never_leave_more_faults(columns: int, spares: int, clean: float) -> None:
    few, more = (
        redundancy.faulty_share_after_repair(float(columns), float(number), clean) for number in (spares, spares + 1)
    )  # fmt: skip
    assert 0.0 <= more <= few + 1e-9 <= 1.0 + 2e-9


def test_ends() -> None:
    assert redundancy.faulty_share_after_repair(128.0, 0.0, 0.88) == pytest.approx(0.12)
    assert redundancy.faulty_share_after_repair(128.0, 4.0, 1.0) == pytest.approx(0.0, abs=1e-12)
    assert redundancy.faulty_share_after_repair(128.0, 4.0, 0.0) == pytest.approx(1.0)
    # a thousand faulty columns: no probability is as small as to spoil the mean
    assert redundancy.faulty_share_after_repair(4096.0, 100.0, 0.7) == pytest.approx(1 - 4196 * 0.7 / 4096)
