"""Energies at each pace: by hand from totals, from the estimate of a chip that is operated so, and in order."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.core.errors import SpecError
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import Evaluation
from neuroest.pipeline.pace import at_pace, input_buffer, paces
from neuroest.results.comparison import PaceRow
from neuroest.results.estimate import Estimate
from neuroest.specs.workload import WorkloadSpec, workload_claims
from tests.each import each

SPEECH, DIGITS = "shd_recurrent_spiking", "mlp_mnist_spiking"
SLOW, FAST = "diffusive_sampled_28nm", "analog_lif_28nm"


@pytest.fixture(scope="module")
def pair() -> tuple[Estimate, Estimate]:
    return estimate(SLOW, SPEECH), estimate(FAST, SPEECH)


@pytest.fixture(scope="module")
def rows(pair: tuple[Estimate, Estimate]) -> dict[tuple[str, str, bool], PaceRow]:
    return {(row.pace, row.part, row.off_chip_link): row for row in paces(*pair)}


def test_back_to_back_is_the_estimate(pair: tuple[Estimate, Estimate], rows: dict) -> None:
    row = rows["back_to_back", "energy", True]
    for found, energy in zip(pair, (row.design, row.baseline_energy), strict=True):
        assert energy.value == pytest.approx(found.totals["energy_per_inference_J"], rel=1e-12)
        assert energy.band.median == pytest.approx(
            found.bands.totals["energy_per_inference_J"].median, rel=1e-12
        )
    assert row.ratio.value == pytest.approx(row.design.value / row.baseline_energy.value)


def test_at_equal_pace_the_fast_chip_pays_static_power_for_the_period_of_the_slow_one(pair, rows) -> None:
    slow, fast = pair
    static = rows["equal_pace", "static_energy", True].baseline_energy
    power = fast.totals["static_energy_J"] / fast.totals["initiation_interval_s"]
    assert static.value == pytest.approx(power * slow.totals["initiation_interval_s"], rel=1e-9)
    assert rows["equal_pace", "dynamic_energy", True].baseline_energy.value == fast.totals["dynamic_energy_J"]
    assert rows["equal_pace", "energy", True].design.value == pytest.approx(
        slow.totals["energy_per_inference_J"], rel=1e-12
    )


def test_a_pace_is_the_estimate_of_a_chip_that_is_operated_so(rows: dict) -> None:
    always = {"operation.mode": "always_on", "operation.period": "1.4 s"}
    asked = estimate(FAST, SPEECH, always).totals
    row, buffer = (rows["burst", part, True] for part in ("energy", "input_buffer"))
    own = row.baseline_energy.value - buffer.baseline_energy.value
    assert own == pytest.approx(asked["energy_per_inference_J"], rel=1e-12)
    assert row.baseline_period.value == pytest.approx(1.4)
    streamed = estimate(FAST, SPEECH, {"operation.mode": "streaming"}).totals
    at(rows, "streaming", streamed["energy_per_inference_J"])


def at(rows: dict, pace: str, energy: float) -> None:
    both = at_pace(estimate(FAST, SPEECH), pace, np.full((513, 1), 1.4))
    assert both.parts["energy", True][0] == pytest.approx(energy, rel=1e-12)
    # a membrane of 26 fF holds 0.65 ms
    assert rows[pace, "energy", True].baseline_energy.value is None
    assert rows[pace, "energy", True].baseline_keeps_up < 0.01


def test_a_chip_that_bursts_pays_for_the_buffer_of_a_word(pair) -> None:
    buffer = input_buffer(pair[1])
    # 700 channels, a bit for each of 100 timesteps; 10.5 uW of 64 KiB at 0.9 V, exp(-3.3 (0.9 - 0.5)) of it at 0.5 V
    assert buffer.capacity[0, 0] == pytest.approx(70e3)
    per_bit = 10.5e-6 / (64 * 8192) * np.exp(-3.3 * 0.4)
    assert buffer.retention_power[0, 0] == pytest.approx(70e3 * per_bit, rel=1e-3)
    kept = buffer.retention_energy(np.full((513, 1), 1.4))[0, 0]
    assert kept == pytest.approx(0.524e-6, rel=1e-2)
    # 7000 spikes, each a read of 3.29 pJ and a write of 4.20 pJ of a word of 32 bits, and 2188 words read: 59.6 nJ
    assert buffer.access_energy[0, 0] == pytest.approx(59.6e-9, rel=0.01)
    # the leakage of the macro is known to a factor of 3.8
    assert np.quantile(buffer.retention_power, 0.9) > 3.0 * np.median(buffer.retention_power)


def test_without_the_link_is_all_but_its_own_terms(pair, rows) -> None:
    _, fast = pair
    links = {link.path for link in fast.evaluation.chip.links()}
    own = sum(row.energy_J for row in fast.breakdown if row.component in links)
    whole, rest = (rows["back_to_back", "energy", link].baseline_energy.value for link in (True, False))
    assert own > 0.0
    assert rest == pytest.approx(whole - own, rel=1e-9)


def test_parts_add_up_at_every_pace(rows: dict) -> None:
    for pace in ("back_to_back", "equal_pace", "burst"):
        for link in (True, False):
            energy, dynamic, static = (
                rows[pace, part, link].baseline_energy.value
                for part in ("energy", "dynamic_energy", "static_energy")
            )
            assert energy == pytest.approx(dynamic + static, rel=1e-12)


def test_a_chip_that_is_too_slow_for_the_data_has_no_energy_there() -> None:
    slow, fast = estimate("diffusive_bench_28nm", SPEECH), estimate(FAST, SPEECH)
    row = next(row for row in paces(slow, fast) if row.pace == "burst" and row.part == "energy")
    assert slow.totals["initiation_interval_s"] > 1.4
    assert row.design.value is None
    assert row.ratio.value is None
    assert row.design_keeps_up < 0.5 < row.baseline_keeps_up
    assert row.to_dict()["design_value_J"] is None


def test_data_without_a_pace_have_neither_burst_nor_streaming() -> None:
    one, other = estimate(FAST, DIGITS), estimate("digital_spiking_28nm", DIGITS)
    assert {row.pace for row in paces(one, other)} == {"back_to_back", "equal_pace"}


def test_a_chip_that_switches_itself_off_goes_on_doing_so() -> None:
    off = estimate(FAST, SPEECH, {"operation.mode": "duty_cycled"})
    own, slow = at_pace(off, "back_to_back"), at_pace(off, "burst", 1.4)
    always = at_pace(estimate(FAST, SPEECH), "burst", 1.4)
    assert slow.parts["static_energy", True][0] < 0.01 * always.parts["static_energy", True][0]
    assert own.parts["dynamic_energy", True][0] == slow.parts["dynamic_energy", True][0]


def test_the_period_of_the_data_is_a_claim_with_a_source() -> None:
    claim = workload_claims(load_workload(SPEECH).spec)["workload.period"]
    assert (claim.value, claim.unit, claim.source) == (pytest.approx(1.4, rel=1e-9), "s", "spytorch")
    changed = estimate(FAST, SPEECH, {"workload.period": "20 ms"})
    assert changed.claims["workload.period"].value == pytest.approx(0.02)
    assert changed.totals == estimate(FAST, SPEECH).totals


@each("text", ["1.4 V", "0 s", "-1 s", "soon"])
def test_a_period_that_is_none(text: str) -> None:
    with pytest.raises(SpecError, match=r"workload\.period"):
        estimate(FAST, SPEECH, {"workload.period": text})
    spec = load_workload(SPEECH).spec.model_dump(exclude_none=True, mode="json")
    spec["period"] = {"value": text, "basis": "assumed", "rationale": "none"}
    with pytest.raises(SpecError, match="period"):
        workload_claims(WorkloadSpec.model_validate(spec))


def test_a_pace_without_another_mapping_is_the_same_as_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most chips only get another schedule and static energy; those that are off in between are evaluated again."""
    for chip in ("adc_crossbar_28nm", "diffusive_low_power_28nm", "digital_int8_28nm", "isaac_like_32nm",
                 "mixed_spiking_28nm"):  # fmt: skip
        found = estimate(chip, "mlp_mnist_dense" if chip.startswith("digital") else DIGITS)
        interval = at_pace(found, "back_to_back").interval[:, np.newaxis]
        for period in (None, 3.0 * interval):
            quick = at_pace(found, "equal_pace", period)
            with monkeypatch.context() as patched:
                patched.setattr(Evaluation, "operated", lambda *_: None)
                whole = at_pace(found, "equal_pace", period)
            for part, energy in whole.parts.items():
                assert quick.parts[part] == pytest.approx(energy, rel=1e-12, nan_ok=True), (chip, part)
            for name in ("period", "interval", "exists", "keeps_up"):
                expected = pytest.approx(getattr(whole, name), rel=1e-12, nan_ok=True)
                assert getattr(quick, name) == expected, (chip, name)


@pytest.mark.parametrize(
    ("chip", "settings", "again"),
    [
        ("diffusive_low_power_28nm", {}, False),
        ("digital_spiking_mram_28nm", {}, True),
        ("diffusive_low_power_28nm", {"chip.tile.array.reads": "each_event"}, True),
        ("diffusive_low_power_28nm", {"technology.temperature": None, "technology.ambient_temperature": "300 K",
                                      "technology.thermal_resistance": "30 K/W"}, True),
    ],
    ids=["timesteps", "off in between", "events", "heats itself"],
)  # fmt: skip
def test_a_chip_whose_pace_moves_more_than_its_schedule_is_evaluated_anew(chip, settings, again) -> None:
    always = load_architecture(SLOW).spec.operation.model_copy(update={"mode": "always_on"})
    assert (estimate(chip, SPEECH, settings).evaluation.operated(always, 1.0) is None) is again
