"""What Python shows of a result leads with median and band, as the command line does."""

from __future__ import annotations

import pytest

import neuroest
from neuroest.core.units import format_quantity
from neuroest.exploration.space import settings_space
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
    assert "; 1 more baseline>" in repr(both)
    assert "object at 0x" not in repr(both)


def test_a_file_in_place_of_the_name_of_a_figure_is_refused_with_the_argument_for_it() -> None:
    with pytest.raises(neuroest.UnknownNameError, match=r"unknown figure of an estimate 'a\.png'.*path="):
        estimated(CHIP, NETWORK).plot("a.png")


def test_advice_is_no_failed_check() -> None:
    found = neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense", {"converter.bits": "7"})
    assert {check.name for check in found.advice} == {check.name for check in found.remarks}
    assert found.advice
    assert not found.failed_checks


def test_a_sweep_leads_with_its_best_point_and_the_band_that_an_estimate_there_has() -> None:
    space = {"architecture": ["sar_crossbar_28nm", "adc_crossbar_28nm"], "supply": ["0.7 V", "0.9 V"]}
    found = neuroest.sweep("adc_crossbar_28nm", space, workload="mlp_mnist_dense")
    assert found.best is not None
    there = {"supply": f"{found.best['technology.supply_voltage_V']} V"}
    best = neuroest.estimate(found.best["architecture"], "mlp_mnist_dense", there)
    words = best.headline("energy_per_inference_J").words("J")
    assert (
        f"best energy per inference {words} at architecture {best.architecture}, technology.supply"
        in repr(found)
    )
    front = found.pareto(["energy", "area"])
    for one in (found, front):
        assert one.lead in one._repr_html_()
        assert one._repr_html_().count("<tr") == len(
            one.to_text().partition("\n\n")[2].split("\n\n")[0].splitlines()
        )
    nothing = neuroest.sweep(
        "adc_crossbar_28nm", settings_space(["supply=0.9V"], ["area <= 1 um^2"]), workload="mlp_mnist_dense"
    )
    assert repr(nothing) == "<SweepResult: 1 point, 0 feasible; results are nominal>"


def test_the_lead_of_a_result_is_of_its_bands() -> None:
    spread = neuroest.uncertainty("analog_lif_28nm", "mlp_mnist_spiking")
    alone = neuroest.estimate("analog_lif_28nm", "mlp_mnist_spiking")
    assert f"energy per inference {alone.headline('energy_per_inference_J').words('J')}" in repr(spread)
    assert spread._repr_html_().count("<tr") >= 1 + len(spread.base)
