"""`neuroest calibrate` and `--given`: what is learnt, who is given it, what is said, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import neuroest
from neuroest.cli import main
from neuroest.core.errors import NeuroestError, SpecError
from neuroest.error_analysis.calibration import read_calibration
from neuroest.reporting.methods import methods
from neuroest.validation.calibrate import read_measured
from neuroest.validation.cases import shipped_cases
from tests.each import each
from tests.exploration.test_contest import written

CASE = shipped_cases()["odin"]
CHIP, EVENTS = CASE / "chip.yaml", CASE / "one_event_each.yaml"
VALUES: dict[str, Any] = {
    "area": {
        "value": 0.086, "unit": "mm^2", "predicted": "area_m2", "scope": "chip", "uncertainty": "2 %",
    },
    "memory": {
        "value": 0.0446, "unit": "mm^2", "predicted": "area(chip.core.synapse_memory)",
        "scope": "chip.core.synapse_memory", "uncertainty": "2 %",
    },
    "operation": {
        "value": 12.7, "unit": "pJ/SOP", "predicted": "energy_per_inference_J / synaptic_operations", "scope": "chip",
        "uncertainty": "5 %",
    },
}  # fmt: skip


def file_of(folder: Path, values: dict[str, Any] = VALUES, **more: Any) -> Path:
    content = {
        "kind": "measured_values", "name": "on_the_bench", "description": "A die of ours.",
        "runs": {"full_rate": {"workload": str(EVENTS)}}, "values": values, **more,
    }  # fmt: skip
    path = folder / "measured.yaml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    return path


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("learnt")
    ours = folder / "ours.yaml"
    return neuroest.calibrate(CHIP, file_of(folder), ours), ours


def test_estimate_gives_the_bands_that_calibrate_shows(learnt) -> None:
    found, ours = learnt
    given = neuroest.estimate(CHIP, EVENTS, given=ours)
    for total in found.totals:
        band = given.bands.totals[total.name]
        assert (band.low, band.median, band.high) == pytest.approx(
            (total.here.low, total.here.median, total.here.high), rel=1e-12
        )
        assert total.here.high / total.here.low <= 1.01 * total.prior.high / total.prior.low
    assert given.totals == neuroest.estimate(CHIP, EVENTS).totals  # what the files state is not moved


def test_the_values_are_between_the_ends_afterwards_and_the_bands_are_narrower(learnt) -> None:
    found, _ = learnt
    assert all(row.used for row in found.values)
    for row in found.values:
        assert row.after.low <= row.value <= row.after.high
        assert np.log(row.after.high / row.after.low) < 0.9 * np.log(row.before.high / row.before.low)
    energy = next(one for one in found.totals if one.name == "energy_per_inference_J")
    widths = [np.log(band.high / band.low) for band in (energy.here, energy.elsewhere, energy.prior)]
    assert widths == sorted(widths)  # another chip learns less than this one, and more than nothing


def test_uncertainty_has_the_draws_of_estimate(learnt) -> None:
    _, ours = learnt
    known = neuroest.uncertainty(CHIP, EVENTS, variability=1, given=ours)
    band, other = (
        known.knowledge["area_m2"],
        neuroest.estimate(CHIP, EVENTS, given=ours).bands.totals["area_m2"],
    )
    assert (band.low, band.median, band.high) == pytest.approx(
        (other.low, other.median, other.high), rel=1e-9
    )
    assert "given on_the_bench" in known.to_text()


def test_a_changed_circuit_is_another_chip_and_another_supply_is_not(learnt) -> None:
    _, ours = learnt
    for setting, same in (("technology.supply_voltage", True), ("chip.core.count", False)):
        value = {"technology.supply_voltage": "0.7 V", "chip.core.count": "2"}[setting]
        found = neuroest.estimate(CHIP, EVENTS, {setting: value}, given=ours)
        assert found.given.measured is same
    shared = neuroest.estimate("digital_spiking_28nm", EVENTS, given=ours).given.shared
    assert 0 < shared <= len(read_calibration(ours).spec.causes)


def test_result_sources_and_methods_say_so(learnt) -> None:
    _, ours = learnt
    found = neuroest.estimate(CHIP, EVENTS, given=ours)
    assert found.to_dict()["given"]["values_used"] == 3
    assert "measured_on_on_the_bench" in dict(found.sources)
    text = methods([found]).paragraphs[0]
    assert "conditioned on measured values of odin, the same chip" in text
    assert "area (0.086 mm^2, standard uncertainty 2.0 %)" in text
    both = neuroest.compare(CHIP, "digital_spiking_28nm", EVENTS, given=ours)
    assert [one.given.measured for one in both.estimates] == [True, False]
    text = methods(
        [*both.estimates, replace(found, settings={f"a.b{n}": "0.123 V to 0.456 V " * 9 for n in range(40)})]
    )
    assert "another chip" in " ".join(text.paragraphs)
    assert " ".join(text.paragraphs).count("conditioned on") == 1
    assert len(" ".join(text.paragraphs).split()) <= 400


def test_contest_is_given_it(learnt) -> None:
    _, ours = learnt
    rules = written(ours.parent, regime={"period": ["1.4 s", "2.8 s"], "spike_rate": [1, 2]})
    found = neuroest.contest(rules, samples=16, workers=1, given=ours)
    assert "on_the_bench" in found.to_dict()["given"]
    assert "on_the_bench" in found.to_text()


def test_a_value_ten_times_off_is_named_with_what_would_be_wrong(tmp_path: Path) -> None:
    values = VALUES | {"memory": VALUES["memory"] | {"value": 0.446}}
    found = neuroest.calibrate(CHIP, file_of(tmp_path, values))
    (one,) = found.contradictions
    assert one.value == "memory"
    assert 7.0 < one.ratio < 12.0
    assert one.cause == "model_discrepancy:spiking_description.area"
    assert abs(one.deviations) > 3.0
    assert "would have to be" in " ".join(found.to_text().split())
    without = neuroest.calibrate(CHIP, file_of(tmp_path, {k: v for k, v in VALUES.items() if k != "memory"}))
    assert found.values[0].after.median == pytest.approx(without.values[0].after.median, rel=1e-6)


def test_further_measurements_are_ranked_by_what_they_would_narrow(learnt) -> None:
    found, _ = learnt
    shares = [one.reduced for one in found.candidates]
    assert shares == sorted(shares, reverse=True)
    assert 0.0 < shares[0] < 1.0
    # the energy of an operation was measured, so that measuring it again narrows less than the first time did
    energy = next(one for one in found.totals if one.name == found.target)
    first = 1.0 - np.log(energy.here.high / energy.here.low) / np.log(energy.prior.high / energy.prior.low)
    assert shares[0] < first


def test_same_file_for_the_same_values(learnt, tmp_path: Path) -> None:
    _, ours = learnt
    again = tmp_path / "again.yaml"
    neuroest.calibrate(CHIP, file_of(tmp_path), again)
    assert again.read_text("utf-8") == ours.read_text("utf-8")


def test_an_input_that_has_changed_since_is_refused(learnt, tmp_path: Path) -> None:
    _, ours = learnt
    spec = yaml.safe_load(ours.read_text("utf-8"))
    name = next(name for name in spec["causes"] if not name.startswith("model_discrepancy"))
    spec["causes"][name]["prior"][1] *= 1.1
    changed = tmp_path / "changed.yaml"
    changed.write_text(yaml.safe_dump(spec), "utf-8")
    with pytest.raises(SpecError, match="run `neuroest calibrate` again"):
        neuroest.estimate(CHIP, EVENTS, given=changed)


def test_a_file_that_was_edited_is_refused(learnt, tmp_path: Path) -> None:
    _, ours = learnt
    spec = yaml.safe_load(ours.read_text("utf-8"))
    next(iter(spec["causes"].values()))["along"][0] = 5.0
    changed = tmp_path / "changed.yaml"
    changed.write_text(yaml.safe_dump(spec), "utf-8")
    with pytest.raises(SpecError, match="not orthonormal"):
        read_calibration(changed)


@each(
    "key, value, message",
    [
        ("uncertainty", None, "uncertainty: is missing: Standard uncertainty"),
        ("uncertainty", "0 %", "must be above 0"),
        ("scope", "chip.core", "the scope is chip.core, but `area_m2` is of chip; predict what was measured"),
        ("unit", "mW", "'mW' is the unit of"),
        ("predicted", "areas_m2", "unknown total 'areas_m2'; did you mean 'area_m2'?"),
        ("predicted", "area(chip.sram)", "is of chip.sram"),
        ("value", -1.0, "must be finite and above 0"),
        ("run", "slow", "unknown run 'slow'"),
    ],
)
def test_a_bad_value_is_refused_in_one_line(tmp_path: Path, key: str, value: Any, message: str) -> None:
    area = {name: item for name, item in (VALUES["area"] | {key: value}).items() if item is not None}
    with pytest.raises(SpecError) as refused:
        read_measured(file_of(tmp_path, {"area": area}))
    assert message in str(refused.value).replace("values.area.", "")
    assert str(refused.value).count("\n") == 0


@pytest.mark.parametrize(
    ("predicted", "unit", "scope", "message"),
    [
        ("area(chip.crossbar)", "mm^2", "chip.crossbar", "unknown part with an area 'chip.crossbar'"),
        ("energy_per_sample_J", "J", "chip", "does not apply to this chip and network"),
    ],
)
def test_what_the_chip_does_not_have_is_refused_in_one_line(
    tmp_path: Path, predicted: str, unit: str, scope: str, message: str
) -> None:
    value = {"value": 1, "unit": unit, "predicted": predicted, "scope": scope, "uncertainty": "5 %"}
    with pytest.raises(NeuroestError) as refused:
        neuroest.calibrate(CHIP, file_of(tmp_path, {"one": value}))
    assert message in str(refused.value)
    assert str(refused.value).count("\n") == 0


def test_verb_writes_file_figure_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib").use("agg")
    measured, ours, figure = file_of(tmp_path), tmp_path / "ours.yaml", tmp_path / "learnt.png"
    with pytest.raises(SystemExit) as stopped:
        main(["calibrate", str(CHIP), str(measured), "-o", str(ours), "-p", str(figure), "--format", "json"])
    assert not stopped.value.code
    assert figure.stat().st_size > 10_000
    data = json.loads(capsys.readouterr().out)
    assert [row["value"] for row in data["values"]] == list(VALUES)
    with pytest.raises(SystemExit) as stopped:
        main(["estimate", str(CHIP), "-w", str(EVENTS), "--given", str(ours)])
    assert not stopped.value.code
    assert "given on_the_bench: bands are conditioned on 3 measured values of odin" in capsys.readouterr().out


def test_text_fits_a_terminal(learnt) -> None:
    found, _ = learnt
    lines = found.to_text().splitlines()
    assert len(lines) < 45
    assert max(map(len, lines)) <= 80
