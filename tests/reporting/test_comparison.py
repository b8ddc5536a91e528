from __future__ import annotations

import json
import re

import pytest

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.pipeline.comparison import compare
from neuroest.reporting.latex import comparison_tables
from neuroest.results.comparison import Comparison

SPEECH = "shd_recurrent_spiking"


@pytest.fixture(scope="module")
def twins() -> Comparison:
    return compare("diffusive_28nm_derived", "analog_lif_28nm", SPEECH)


def difference(comparison: Comparison, what: str) -> tuple[str, ...]:
    return next(item.values for item in comparison.differences if item.what.startswith(what))


def test_all_that_a_fair_comparison_needs_is_reported(twins: Comparison) -> None:
    reported = " ".join(item.what for item in twins.differences)
    for what in (
        "workload", "coding", "accuracy", "precision", "node", "supply", "temperature", "operation", "activity",
        "maturity", "basis of the energy", "basis of the area",
    ):  # fmt: skip
        assert what in reported


def test_ratios_are_design_over_baseline(twins: Comparison) -> None:
    ratios = {ratio.quantity: ratio for ratio in twins.ratios}
    design, baseline = twins.design.totals, twins.baselines[0].totals
    for name, ratio in ratios.items():
        above, below = design[name], baseline[name]
        assert above is not None
        assert below is not None
        assert ratio.nominal == pytest.approx(above / below)
        assert ratio.value == ratio.median
        assert ratio.low is not None
        assert ratio.high is not None
        assert ratio.low <= ratio.value <= ratio.high


def test_what_two_designs_share_cancels_in_the_band_of_their_ratio(twins: Comparison) -> None:
    area = next(ratio for ratio in twins.ratios if ratio.quantity == "area_m2")
    own = twins.design.bands.totals["area_m2"]
    assert area.low is not None
    assert area.high is not None
    assert area.high / area.low < 1.2 < own.high / own.low


def test_a_design_with_itself_has_ratios_of_exactly_one() -> None:
    same = compare("loihi_14nm", "loihi_14nm", SPEECH)
    assert not [item for item in same.differences if item.differs]
    for ratio in same.ratios:
        assert (ratio.value, ratio.low, ratio.high) == pytest.approx((1, 1, 1), rel=1e-9)


def test_results_on_projected_or_assumed_values_are_marked(twins: Comparison) -> None:
    energy = next(ratio for ratio in twins.ratios if ratio.quantity == "energy_per_inference_J")
    shares = twins.baselines[0].basis_share["energy"]
    assert energy.unproven[1] == pytest.approx(shares["projected"] + shares["assumed"])
    assert "* at least 5 % of a side is projected or assumed" in " ".join(twins.to_text().split())


def test_draws_without_an_estimate_say_nothing_on_the_terminal() -> None:
    # some draws of this chip on this network need infinitely long; warnings are errors here
    both = compare("analog_lif_28nm", "diffusive_28nm_derived", "vgg9_cifar10_spiking")
    assert both.ratios
    assert both.baselines[0].bands.feasible < 1.0


def test_published_chips_say_so() -> None:
    both = compare("diffusive_28nm_derived", ["loihi_14nm", "digital_spiking_28nm"], SPEECH)
    modelled, published, other = difference(both, "kind")
    assert modelled == other == "modelled through all stages"
    assert "published" in published
    assert len({ratio.baseline for ratio in both.ratios}) == 2


def test_a_setting_changes_every_design_that_has_it() -> None:
    both = compare(
        "diffusive_28nm_derived",
        ["analog_lif_28nm", "loihi_14nm"],
        SPEECH,
        {"technology.supply_voltage": "1.0 V", "chip.tile.array.rows": "64", "workload.timesteps": "50"},
    )
    assert difference(both, "supply") == ("1 V", "1 V", "0.75 V")
    assert set(difference(both, "coding")) == {"spiking, 50 timesteps"}
    assert both.estimates[1].claims["chip.tile.array.rows"].value == 64


def test_a_setting_that_no_design_has_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="nonsense"):
        compare("loihi_14nm", "digital_spiking_28nm", SPEECH, {"chip.nonsense.rows": "3"})


def test_networks_are_one_for_all_or_one_for_each() -> None:
    with pytest.raises(NeuroestError, match="2 workloads for 3 designs"):
        compare("loihi_14nm", ["gpu_h100", "digital_int8_28nm"], ["mlp_mnist_spiking", "mlp_mnist_dense"])
    with pytest.raises(NeuroestError, match="needs a baseline"):
        compare("loihi_14nm", [], SPEECH)


def test_spiking_next_to_dense_says_that_coding_and_precision_differ() -> None:
    both = compare("loihi_14nm", "digital_int8_28nm", ["mlp_mnist_spiking", "mlp_mnist_dense"])
    differing = {item.what for item in both.differences if item.differs}
    assert {"workload", "coding", "activity"} <= differing
    assert "-w mlp_mnist_spiking -w mlp_mnist_dense" in both.command


def test_what_each_side_leaves_out_is_reported_once(twins: Comparison) -> None:
    both = compare("diffusive_28nm_derived", "loihi_14nm", SPEECH)
    text = " ".join(both.to_text(full=True).split())
    for result in both.estimates:
        for item in result.exclusions:
            assert text.count(item) == 1
    assert set(twins.left_out_by_all) <= set(twins.design.exclusions)


def test_the_forms_of_a_comparison(twins: Comparison) -> None:
    reported = json.loads(twins.to_json())
    assert len(reported["ratios"]) == len(twins.ratios)
    assert list(twins.to_frame()["quantity"]) == [ratio.quantity for ratio in twins.ratios]
    assert str(twins) == twins.to_text()


def test_captions_are_short_and_tables_name_chips_by_their_titles(twins: Comparison) -> None:
    tables = comparison_tables(twins)
    captions = re.findall(r"\\caption\{(.*)\}$", tables["ratios"], re.MULTILINE)
    assert len(captions) == 2  # the ratios, and what they consist of
    assert max(len(caption.split()) for caption in captions) < 80
    (baseline,) = twins.baselines
    assert tables["ratios"].count(baseline.title) >= len(twins.ratios)
    assert baseline.architecture.replace("_", r"\_") not in tables["ratios"].replace(r"\allowbreak{}", "")


def test_a_short_path_applies_to_every_design_that_has_it() -> None:
    both = compare("diffusive_28nm_derived", "analog_lif_28nm", SPEECH, {"array.rows": "64"})
    assert [dict(one.settings) for one in both.estimates] == [{"chip.tile.array.rows": "64"}] * 2
