"""Every shipped chip: what its files state lies within what is believed of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from neuroest.loading.library import shipped
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import MAIN
from tests.each import each
from tests.shared import estimated, spoken_or_written


def outside(found: Estimate) -> list[str]:
    """Main totals whose nominal value lies outside of a band."""
    bands, totals = found.bands.totals, found.totals
    return [name for name in MAIN if not bands[name].low <= totals[name] <= bands[name].high]


@pytest.mark.slow
@each("chip", shipped("architecture"))
def test_a_nominal_value_lies_outside_of_its_band_for_a_stated_bound_only(chip: str) -> None:
    """A parameter that states a limit as its value, such as a thermal design power, moves the result to one side."""
    found = estimated(chip, spoken_or_written(chip))
    if not outside(found):
        return
    bounded = {path for path, claim in found.claims.items() if claim.shape != "two_sided" or claim.bound}
    assert bounded, outside(found)
    loose = {
        path: replace(claim, has_spread=claim.has_spread and path not in bounded)
        for path, claim in found.claims.items()
    }
    assert not outside(replace(found, claims=loose))
