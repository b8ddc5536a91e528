"""Spreads of choices of a chip that somebody else built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from neuroest.core.errors import SpecError
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.chips import changed
from tests.each import each

BASE, NET, ARRAY = "digital_int8_28nm", "mlp_mnist_dense", "chip.array"
WHY = {"rationale": "not published"}


def run(folder: Path, uncertain: dict[str, Any]) -> Estimate:
    changes = {f"{ARRAY}.layer_setup": "10 us", f"{ARRAY}.uncertain": uncertain}
    return estimate(changed(BASE, changes, folder), NET)


def test_a_choice_with_a_spread_widens_the_band_and_moves_nothing(tmp_path: Path) -> None:
    exact = run(tmp_path, {})
    spread = run(tmp_path, {"layer_setup": {"spread": {"low": "5 us", "high": "40 us"}, **WHY}})
    assert spread.totals["latency_s"] == exact.totals["latency_s"]
    one, other = (result.bands.totals["latency_s"] for result in (exact, spread))
    assert other.low < one.low
    assert other.high > one.high
    # three layers wait for most of the time: 40 us each is the upper end of the setup alone
    assert other.high > 2.0 * one.high
    claim = spread.claims[f"{ARRAY}.layer_setup"]
    assert (claim.basis, claim.low, claim.high, claim.rationale) == (
        "assumed",
        pytest.approx(5e-6, rel=1e-9),
        pytest.approx(4e-5, rel=1e-9),
        "not published",
    )
    assert f"{ARRAY}.layer_setup" not in {c.path for c in spread.claims.values() if not c.has_spread}


@each(
    "uncertain, message",
    [
        ({"layer_setpu": {"spread": {"factor": 2}, **WHY}}, "did you mean 'layer_setup'"),
        ({"rows": {"spread": {"factor": 2}, **WHY}}, "number of things"),
        ({"layer_setup": {"spread": {"low": "20 us", "high": "40 us"}, **WHY}}, "does not contain the value"),
        ({"layer_setup": {"spread": {"factor": 2}}}, "rationale"),
        ({"weight_slice": {"spread": {"factor": 2}, **WHY}}, "not a number stated here"),
    ],
)
def test_what_cannot_be_uncertain_is_refused(tmp_path: Path, uncertain: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        run(tmp_path, uncertain)
