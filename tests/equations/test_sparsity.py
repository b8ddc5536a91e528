"""Arrays that pass over zeros, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.equations import sparsity

SAMPLES: dict[str, dict[str, float]] = {
    "kept_products": {"input_density": 0.3, "weight_density": 0.1},
    "skipped_cycles": {"products": 0.25, "balance": 0.5},
    "packed_share": {"density": 0.1, "bits": 4.0, "index_bits": 4.0},
}


def test_three_percent_of_the_work_are_left_of_a_pruned_layer() -> None:
    # EIE, ISCA 2016: weights of 10 % and activations of 30 %; weights of 4 bits with places of 4 bits
    assert sparsity.kept_products(0.3, 0.1) == pytest.approx(0.03)
    assert sparsity.packed_share(0.1, 4.0, 4.0) == pytest.approx(0.2)


@given(st.floats(0.0, 1.0), st.floats(0.01, 1.0))
def test_an_array_that_skips_zeros_is_never_slower_than_a_dense_one(products: float, balance: float) -> None:
    cycles = sparsity.skipped_cycles(products, balance)
    assert products * (1.0 - 1e-12) <= cycles <= 1.0
