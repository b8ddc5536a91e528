"""Samples of what is not known stay within the bounds of their quantities, so no band is negative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from neuroest.error_analysis.draws import SAMPLES, SEED, discrepancy_claims, draw
from neuroest.exploration.sensitivity import in_blocks
from neuroest.exploration.structures import Group
from neuroest.exploration.uncertainty import uncertainty
from neuroest.loading.library import load_workload, shipped
from neuroest.specs.claims import Claim
from tests.each import each
from tests.shared import estimated, spoken_or_written

SPOKEN = "shd_recurrent_spiking"


def from_zero(claims: dict[str, Claim]) -> dict[str, Claim]:
    """The claims, with every spread that may begin at zero beginning there."""
    return {
        path: replace(claim, low=0.0) if claim.has_spread and claim.minimum == 0.0 else claim
        for path, claim in claims.items()
    }


@each("chip", shipped("architecture"))
def test_no_sample_leaves_the_bounds_of_its_quantity(chip: str) -> None:
    found = estimated(chip, spoken_or_written(chip))
    claims = from_zero(dict(found.claims))
    drawn = draw({**claims, **discrepancy_claims(found.design)}, SAMPLES, SEED)
    assert drawn.keys() & claims.keys()
    for path in drawn.keys() & claims.keys():
        assert np.min(drawn[path]) >= claims[path].minimum, path
        assert np.max(drawn[path]) <= claims[path].maximum, path


@pytest.mark.slow
@each("chip", shipped("architecture"))
def test_no_band_is_negative_where_the_spread_of_an_activity_begins_at_zero(chip: str) -> None:
    found = estimated(chip, spoken_or_written(chip))
    claims = dict(found.claims)
    activity = {path: claim for path, claim in claims.items() if ".activity." in path}
    assert activity
    claims |= from_zero(activity)
    bands = replace(found, claims=claims).bands
    assert bands.totals
    for name, band in bands.totals.items():
        assert 0.0 <= band.low <= band.median <= band.high, name


def test_no_chip_with_device_to_device_differences_leaves_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def watched(
        group: Group, columns: dict[str, np.ndarray], count: int, quantities: Sequence[str], **options: bool
    ) -> object:
        for path, values in columns.items():
            claim = group.claims[path]
            seen.append(path)
            assert np.all((values >= claim.minimum) & (values <= claim.maximum)), path
        return in_blocks(group, columns, count, quantities, **options)

    monkeypatch.setattr("neuroest.exploration.uncertainty.in_blocks", watched)
    uncertainty("diffusive_28nm_derived", SPOKEN, knowledge=64, variability=4, workers=1)
    assert seen


def test_the_ends_of_a_spread_from_zero_are_its_percentiles() -> None:
    claims = from_zero(dict(estimated("digital_spiking_28nm", SPOKEN).claims))
    path = "workload.input.activity.rate"
    drawn = draw({path: claims[path]}, 100_000, SEED)[path]
    low, median, high = np.quantile(drawn, (0.1, 0.5, 0.9))
    assert low == pytest.approx(0.0, abs=1e-3)
    assert median == pytest.approx(load_workload(SPOKEN).spec.input.activity.rate, rel=0.01)
    assert high == pytest.approx(claims[path].high, rel=0.01)
