"""Every shipped chip: what its files state lies within what is believed of it."""

from __future__ import annotations

import pytest

from neuroest.loading.library import shipped
from neuroest.results.quantities import MAIN
from tests.exploration.test_draw_bounds import on_a_network


@pytest.mark.parametrize("chip", shipped("architecture"))
def test_no_nominal_value_lies_outside_of_its_band(chip: str) -> None:
    """A parameter with a bound on one side may move it there; none of the chips that ship has one that does."""
    found = on_a_network(chip)
    for name in MAIN:
        band, nominal = found.bands.totals[name], found.totals[name]
        assert nominal is not None
        assert band.low <= nominal <= band.high, name
