"""Ratios as products over what differs: by hand for two blocks, exact for any two chips, and the words of a verdict."""

from __future__ import annotations

import math

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.pipeline.attribution import Ledger, attributed_energy
from neuroest.pipeline.comparison import compared
from neuroest.reporting.comparison_document import comparison_with_answers
from neuroest.results.comparison import INTEGRATING, NEURON, WAITING, Comparison, product, verdict
from neuroest.results.estimate import Band
from tests.each import each
from tests.shared import estimated

SPEECH = "shd_recurrent_spiking"
CHIP, TWIN = "diffusive_low_power_28nm", "analog_lif_low_power_28nm"
SPIKE = "chip.tile.array.readout.neuron.spike_energy"


def by_hand(neuron: float, power: float, time: float, *, paced: bool) -> Ledger:
    """A chip of a neuron that takes an energy, and of a memory that leaks for a time."""
    families = {"chip.neuron": NEURON, "chip.memory": "memories"}
    spent, drawn, at = np.array([neuron]), np.array([power]), np.array([time])
    return Ledger(
        {"chip.neuron": spent}, {"chip.memory": drawn * at}, {"chip.memory": drawn}, {}, families, at, at,
        {"chip.neuron": str(neuron)}, frozenset({"chip.neuron"}), np.array([paced]),
    )  # fmt: skip


def test_two_blocks_by_hand() -> None:
    # 1 J + 1 W x 1 s becomes 2 J + 1 W x 4 s: the neuron alone gives 3/2, the time alone 5/2, both 6/2
    found = attributed_energy(by_hand(2.0, 1.0, 4.0, paced=True), by_hand(1.0, 1.0, 1.0, paced=True), 3.3)
    factors = {factor.name: factor.value for factor in found.factors}
    assert factors == pytest.approx(
        {NEURON: math.sqrt(3 / 2 * 6 / 5), INTEGRATING: math.sqrt(5 / 2 * 6 / 3)}, rel=1e-12
    )
    assert found.skew == pytest.approx(1.1)
    assert found.contribution == pytest.approx(3.0), (
        "a neuron that sets the pace causes the leakage meanwhile"
    )
    waiting = attributed_energy(by_hand(2.0, 1.0, 4.0, paced=False), by_hand(1.0, 1.0, 1.0, paced=False), 3.0)
    assert {factor.name for factor in waiting.factors} == {NEURON, WAITING}
    assert waiting.contribution == pytest.approx(factors[NEURON]), "and otherwise does not"


@pytest.fixture(scope="module", params=[TWIN, "digital_spiking_28nm", "loihi_14nm"])
def pair(request: pytest.FixtureRequest) -> Comparison:
    return compared((estimated(CHIP, SPEECH), estimated(request.param, SPEECH)), {})


def test_factors_multiply_to_the_ratio_of_any_two_chips(pair: Comparison) -> None:
    for ratio in pair.ratios:
        found = pair.attribution(ratio)
        if found is not None:
            assert product(found.factors) == pytest.approx(ratio.nominal, rel=1e-9)
            assert product(found.factors) * found.skew == pytest.approx(ratio.value, rel=1e-9)
    for row in pair.paces:
        if row.attribution is not None:
            assert product(row.attribution.factors) == pytest.approx(row.ratio.value, rel=1e-9)
            assert product(row.attribution.factors) * row.attribution.skew == pytest.approx(
                row.ratio.headline
            )


def test_back_to_back_is_the_ratio_of_the_estimates(pair: Comparison) -> None:
    energy = next(ratio for ratio in pair.ratios if ratio.quantity == "energy_per_inference_J")
    row = next(r for r in pair.paces if (r.pace, r.part, r.off_chip_link) == ("back_to_back", "energy", True))
    assert row.attribution is not None
    assert row.attribution.words == pair.attribution(energy).words
    assert pair.verdict(row) == pair.verdict(energy)


def test_only_what_differs_has_a_factor() -> None:
    costly = neuroest.estimate(TWIN, SPEECH, {SPIKE: "1 nJ"})
    found = compared((costly, estimated(TWIN, SPEECH)), {})
    energy, area = (found.attributions[name, TWIN] for name in ("energy_per_inference_J", "area_m2"))
    assert [factor.name for factor in energy.factors] == [NEURON]
    assert energy.factors[0].value == pytest.approx(
        costly.totals["energy_per_inference_J"] / estimated(TWIN, SPEECH).totals["energy_per_inference_J"], rel=1e-9
    )  # fmt: skip
    assert not area.factors
    assert area.words == "1 = no difference"


def test_every_form_says_it() -> None:
    found = compared((estimated(CHIP, SPEECH), estimated(TWIN, SPEECH)), {})
    energy = next(ratio for ratio in found.ratios if ratio.quantity == "energy_per_inference_J")
    words, said = found.attribution(energy).words, found.verdict(energy)
    assert words.startswith(f"{energy.value:.3g} = neuron ")
    assert f"energy {words}: {said}" in " ".join(found.to_text().split())
    assert f"energy {words}: {said}" in " ".join(comparison_with_answers(found).to_text().split())
    assert words in found._repr_html_()
    assert words in found.to_json()
    plain = next(ratio for ratio in found.to_dict()["ratios"] if ratio["quantity"] == energy.quantity)
    assert (plain["attribution"]["words"], plain["verdict"]) == (words, said)
    frame = found.to_frame().set_index("quantity")
    assert (frame["attribution"][energy.quantity], frame["verdict"][energy.quantity]) == (words, said)


@each(
    "band, contribution, said",
    [
        ((1.2, 1.5, 2.0), 1.2, "loss"),
        ((0.5, 0.7, 0.9), 0.8, "win"),
        ((0.9, 1.5, 2.0), 1.2, "tie"),
        ((1.01, 1.05, 1.3), 1.2, "level"),  # less than the margin
        ((1.2, 1.5, 2.0), 1.09, "level"),  # what is compared has no part in it
        ((1.2, 1.5, 2.0), 0.5, "level"),  # or one in the other direction
        ((0.5, 0.7, 0.9), 1.2, "level"),
        ((math.inf, math.inf, math.inf), 1.2, "loss"),
    ],
)
def test_words_of_a_verdict(band: tuple[float, float, float], contribution: float, said: str) -> None:
    assert verdict(Band(*band), contribution) == said


def test_a_margin_is_stated_by_whoever_asks() -> None:
    sides = (estimated(CHIP, SPEECH), estimated(TWIN, SPEECH))
    wide = compared(sides, {}, relevance=20.0)
    assert {wide.verdict(ratio) for ratio in wide.ratios} == {None, "level"}
    with pytest.raises(NeuroestError, match="a relevance of -1 is not possible"):
        compared(sides, {}, relevance=-1.0)
