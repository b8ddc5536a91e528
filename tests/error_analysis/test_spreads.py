"""Spreads with bounds, one-sided and even spreads, parameters that move against each other, and scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import QuantityError, SpecError
from neuroest.error_analysis.draws import SEED, draw
from neuroest.loading.library import load_device
from neuroest.specs.base import QuantityField
from neuroest.specs.claims import Claim, ClaimSpec, resolve_claim
from tests.each import each

CHIP, NET = "analog_lif_28nm", "shd_recurrent_spiking"
SHARES = (0.0, 0.1, 0.5, 0.9, 1.0)


def claim(value: str, spread: Mapping[str, Any], name: str = "time", **more: Any) -> Claim:
    given = ClaimSpec.model_validate(
        {"value": value, "basis": "assumed", "rationale": "test", "spread": spread, **more}
    )
    return resolve_claim(f"chip.{name}", given, QuantityField("s", minimum=0.0), None, origin="test")


def drawn(found: Claim) -> np.ndarray:
    return np.quantile(draw({found.path: found}, 200_000, SEED)[found.path], SHARES)


def test_the_ends_of_a_plain_spread_are_percentiles() -> None:
    low, p10, median, p90, high = drawn(claim("10 ns", {"low": "1 ns", "high": "1 us"}))
    assert (p10, median, p90) == pytest.approx((1e-9, 10e-9, 1e-6), rel=0.03)
    assert low < 1e-9
    assert high > 1e-6


def test_no_sample_passes_a_bound_and_ratios_between_it_and_the_median_are_as_likely() -> None:
    low, p10, median, p90, high = drawn(claim("10 ns", {"low": "1 ns", "high": "1 us", "bound": "hard"}))
    assert low >= 1e-9
    assert high <= 1e-6
    assert median == pytest.approx(10e-9, rel=0.02)
    # four fifths of the way from the median to an end, in the logarithm: 10 ns x 100^0.8 and 10 ns / 10^0.8
    assert (p10, p90) == pytest.approx((10e-9 / 10**0.8, 10e-9 * 100**0.8), rel=0.03)


def test_one_end_alone_can_be_a_bound() -> None:
    low, p10, median, _, high = drawn(claim("10 ns", {"low": "1 ns", "high": "1 us", "bound": "high"}))
    assert low < 1e-9
    assert high <= 1e-6
    assert (p10, median) == pytest.approx((1e-9, 10e-9), rel=0.02)


def test_every_ratio_between_the_ends_is_as_likely_wherever_the_value_lies() -> None:
    found = drawn(claim("2 ns", {"low": "1 ns", "high": "1 us", "shape": "log_uniform"}))
    assert found == pytest.approx([1e-9 * 1000**share for share in SHARES], rel=0.03)


@pytest.mark.parametrize(("bound", "median"), [({}, 0.6745 / 1.6449), ({"bound": "hard"}, 0.5)])
def test_a_one_sided_spread_lies_on_one_side_of_its_value(bound: dict[str, str], median: float) -> None:
    # half of a normal distribution has its median at 0.6745 and its 90th percentile at 1.6449 deviations
    found = drawn(claim("0 s", {"high": "1 s", "shape": "one_sided", **bound}))
    assert found[0] >= 0.0
    assert found[2] == pytest.approx(median, rel=0.02)
    below = drawn(claim("1 s", {"low": "100 ms", "shape": "one_sided", **bound}))
    assert below[-1] <= 1.0
    assert below[2] == pytest.approx(10**-median, rel=0.02)
    assert below[1] == pytest.approx(0.1 if not bound else 10**-0.9, rel=0.03)


def test_what_moves_against_its_group_is_high_where_the_others_are_low() -> None:
    rate = claim("1 s", {"factor": 2}, "rate", group="pace")
    hold = claim("1 s", {"factor": 2}, "hold", group="pace", opposite=True)
    values = draw({found.path: found for found in (rate, hold)}, 512, SEED)
    assert values["chip.rate"] * values["chip.hold"] == pytest.approx(np.ones((512, 1)))


@each(
    "value, spread, message",
    [
        ("0 s", {"low": "0 s", "high": "1 s", "shape": "log_uniform"}, "low end above zero"),
        ("1 s", {"factor": 2, "shape": "log_uniform", "bound": "hard"}, "bounds already"),
        ("1 s", {"low": "0.5 s", "high": "2 s", "shape": "one_sided"}, "needs one end"),
        ("1 s", {"high": "0.5 s", "shape": "one_sided"}, "wrong side"),
        ("1 s", {"high": "2 s", "shape": "one_sided", "bound": "low"}, "a bound already"),
    ],
)
def test_a_spread_that_means_nothing_is_refused(value: str, spread: dict[str, Any], message: str) -> None:
    with pytest.raises(QuantityError, match=message):
        claim(value, spread)


def test_a_scenario_is_in_no_band_and_every_estimate_lists_it() -> None:
    found = neuroest.estimate(CHIP, NET)
    path = "chip.link.static_power"
    assert not np.ptp(found.sample.drawn[path]) if path in found.sample.drawn else True
    rows = {(row.parameter, row.scenario): row for row in found.scenarios}
    row = rows[path, "always_on"]
    assert row.value == pytest.approx(4.2e-3)
    chosen = neuroest.estimate(CHIP, NET, {path: "always_on"})
    assert chosen.totals["energy_per_inference_J"] == pytest.approx(row.totals["energy_per_inference_J"])
    # the link draws 4.2 mW for the interval that an inference is charged for
    more = 4.2e-3 * float(np.squeeze(found.evaluation.active_time))
    assert row.totals["energy_per_inference_J"] == pytest.approx(
        found.totals["energy_per_inference_J"] + more
    )
    assert (path, "always_on") not in {(r.parameter, r.scenario) for r in chosen.scenarios}


def test_a_scenario_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(SpecError, match="or a scenario: always_on"):
        neuroest.estimate(CHIP, NET, {"chip.link.static_power": "allways_on"})


def test_an_architecture_chooses_a_scenario_by_its_name(tmp_path: Path) -> None:
    chip = tmp_path / "chip.yaml"
    chip.write_text(
        f"kind: architecture\nname: chip\ndescription: A link that never sleeps.\nbase: {CHIP}\n"
        "set: {chip.link.parameters: {static_power: always_on}}\n"
    )
    assert neuroest.estimate(chip, NET).claims["chip.link.static_power"].value == pytest.approx(4.2e-3)


def test_a_scenario_states_its_own_spread_and_basis() -> None:
    other = load_device("aer_lvds").claims["static_power"].scenarios["always_on"]
    assert other.has_spread
    assert other.basis == "assumed"


def test_a_sweep_takes_scenarios_by_their_names() -> None:
    path = "chip.link.static_power"
    frame = neuroest.sweep(CHIP, {path: ["0 W", "always_on"]}, NET).to_frame()
    for row, value in enumerate(("0 W", "always_on")):
        alone = neuroest.estimate(CHIP, NET, {path: value}).totals["energy_per_inference_J"]
        assert frame["energy_per_inference_J"].iloc[row] == pytest.approx(alone, rel=1e-12)
