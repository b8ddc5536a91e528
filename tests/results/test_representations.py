"""What Python shows of a result leads with median and band, as the command line does."""

from __future__ import annotations

import neuroest
from neuroest.core.units import format_quantity
from tests.shared import estimated

CHIP, TWIN, NETWORK = "diffusive_low_power_28nm", "analog_lif_low_power_28nm", "mlp_mnist_spiking"


def test_an_estimate_leads_with_median_and_band() -> None:
    found = estimated(CHIP, NETWORK)
    energy = found.headline("energy_per_inference_J")
    low, median, high = (format_quantity(end or 0.0, "J") for end in (energy.low, energy.median, energy.high))
    assert f"energy {median} ({low} .. {high})" in repr(found)
    assert repr(found).endswith("median (p10 .. p90)>")
    assert found._repr_html_().index("median") < found._repr_html_().index("nominal")


def test_a_comparison_names_its_ratios_with_verdicts() -> None:
    both = neuroest.compare(CHIP, [TWIN, "loihi_14nm"], NETWORK)
    ratio = next(one for one in both.ratios if one.quantity == "energy_per_inference_J")
    assert f"energy per inference {ratio.words.removesuffix(' times')} {both.verdict(ratio)}" in repr(both)
    assert "1 more baselines" in repr(both)
    assert "object at 0x" not in repr(both)


def test_advice_is_no_failed_check() -> None:
    found = neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense", {"converter.bits": "7"})
    assert {check.name for check in found.advice} == {check.name for check in found.remarks}
    assert found.advice
    assert not found.failed_checks
