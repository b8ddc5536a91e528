"""The short view of an estimate says what a reader asks first, with the numbers of the whole one."""

from pathlib import Path

import pytest

from neuroest import compare, estimate
from neuroest.core.units import formatted, percent
from neuroest.reporting.comparison_document import comparison_with_answers
from neuroest.reporting.estimate_document import estimate_brief

CHIP, SPEECH = "analog_lif_28nm", "shd_recurrent_spiking"


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_summary_leads_with_the_median_and_shows_the_band() -> None:
    result = estimate(CHIP, SPEECH)
    text = estimate_brief(result).to_text()
    for name, unit in (("energy_per_inference_J", "J"), ("area_m2", "m^2"), ("latency_s", "s")):
        assert formatted(result.bands.totals[name].median, unit) in text
    assert "p10..p90" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_largest_terms_of_the_energy_are_named_with_their_shares() -> None:
    result = estimate(CHIP, SPEECH)
    sums: dict[tuple[str, str], float] = {}
    for row in result.breakdown:
        place = row.component, row.term
        sums[place] = sums.get(place, 0.0) + row.energy_J
    share = max(sums.values()) / sum(sums.values())
    assert percent(share) in flat(estimate_brief(result).to_text()).split("energy: ")[1].split(",")[0]


def test_failed_checks_come_before_the_numbers() -> None:
    result = estimate(
        "diffusive_28nm_derived", SPEECH, {"chip.tile.array.readout.neuron.input_voltage": "0.8 V"}
    )
    assert result.failed_checks
    text = estimate_brief(result).to_text()
    assert text.index("! ") < text.index("median")


def test_the_strongest_parameter_saves_what_the_summary_promises() -> None:
    result = estimate(CHIP, SPEECH)
    words = flat(estimate_brief(result).to_text()).split("lever: ")[1].split(" of the energy")[0]
    change, _, rest = words.partition(" % ")
    more, path, _, saved, _ = rest.split(" ")
    (whole,) = [known for known in result.claims if known.endswith(f".{path}")]
    value = result.claims[whole].value
    factor = 1.0 - float(change) / 100.0 if more == "less" else 1.0 + float(change) / 100.0
    unit = result.claims[whole].unit
    moved = estimate(CHIP, SPEECH, {whole: f"{value * factor!r} {unit}".strip()})
    before, after = (each.totals["energy_per_inference_J"] or 0.0 for each in (result, moved))
    assert 1.0 - after / before == pytest.approx(float(saved) / 100.0, abs=0.005)


def test_designs_that_leave_out_different_parts_are_marked() -> None:
    text = comparison_with_answers(compare("diffusive_28nm_derived", ["loihi_14nm", CHIP], SPEECH)).to_text()
    ratios = [line.split("  ")[0] for line in text.splitlines() if line.startswith(" ratio")]
    assert ratios == [
        " ratio #",
        " ratio",
    ]  # Loihi leaves out other parts; the other chip has the same fabric
    text = flat(text)
    assert "NOT THE SAME SCOPE as the first: other parts are left out" in text


def test_designs_in_different_operation_are_reported_next_to_their_ratio(tmp_path: Path) -> None:
    slow = tmp_path / "slow.yaml"
    slow.write_text(
        f"{{kind: architecture, name: slow, description: Slow., base: {CHIP},"
        " operation: {mode: always_on, period: 2 s}}",
        "utf-8",
    )
    text = flat(comparison_with_answers(compare(str(slow), [CHIP], SPEECH)).to_text())
    assert f"NOT THE SAME OPERATION: slow always on, an inference every 2 s, {CHIP} back to back" in text
    alike = flat(comparison_with_answers(compare(CHIP, ["diffusive_28nm_derived"], SPEECH)).to_text())
    assert "NOT THE SAME OPERATION" not in alike


def test_samples_without_an_estimate_are_said() -> None:
    chip, network = "selector_crossbar_28nm", "mobilenet_v1_imagenet_dense"
    result = estimate(chip, network)
    missing = f"the design has no estimate in {percent(1.0 - result.bands.feasible)} of the band samples"
    assert missing in flat(estimate_brief(result).to_text())
    shown = flat(compare(chip, ["adc_crossbar_28nm"], network).to_text())
    assert f"{chip}: {missing}" in shown
    assert "adc_crossbar_28nm: in " not in shown
    assert not result.remarks  # clamps are biased for the layer that they serve


def test_nominal_values_below_the_band_are_said() -> None:
    """Energies of updates, spikes and hops are zero at least for this chip: all samples take more."""
    chip, network = "odin_28nm", "cortical_microcircuit_spiking"
    energy = estimate(chip, network).headline("energy_per_inference_J")
    assert energy.nominal is not None
    assert energy.low is not None
    assert energy.nominal < energy.low
    shown = flat(compare(chip, ["spinnaker_130nm"], network).to_text(full=True))
    assert f"{chip}: energy: the stated values give less than p10" in shown
