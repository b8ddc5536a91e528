"""Elasticities: relative change of a result over that of a parameter."""

import numpy as np
import pytest

from neuroest.error_analysis.elasticities import slopes


def test_the_end_of_a_search_is_no_effect_of_a_parameter() -> None:
    sizes = np.array([1e-4, 1e-4, 1e-2])
    moved = np.array(
        [2e-16, 2e-12, 2e-12]
    )  # rounding; more than a search leaves open, by a fine and a coarse step
    found = slopes(1.0 + np.concatenate(([0.0], moved, -moved)), sizes)
    assert not found[0]
    assert found[1:] == pytest.approx([2e-8, 2e-10], rel=1e-3)
