"""The contest: cells against estimates, ties of equals, chips that may not win, break-even by hand, bad files."""

from __future__ import annotations

import copy
import json
import math
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from neuroest.core.errors import NeuroestError, SpecError, UnknownNameError
from neuroest.core.units import format_quantity
from neuroest.exploration.chunks import plain
from neuroest.exploration.contest import _job, contest, contests
from neuroest.exploration.contest_field import check_contest
from neuroest.exploration.contest_outcome import _crossing
from neuroest.exploration.contest_spec import read_contest
from neuroest.exploration.space import ExplorationError
from neuroest.exploration.sweep import Stopped
from neuroest.loading.library import shipped
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.study_documents import contest_document
from neuroest.results.studies import Contest
from tests.each import each

SPEECH = "shd_recurrent_spiking"
READ_SUPPLY = {"model": "switching_converter", "efficiency": "85 %"}
RULES: dict[str, Any] = {
    "kind": "contest",
    "name": "two",
    "description": "An analog and a digital chip.",
    "contenders": {
        "analog": {"title": "analog", "architecture": "analog_lif_28nm", "alternatives": ["supply", "array"]},
        "digital": {"title": "digital", "architecture": "digital_spiking_28nm"},
    },
    "alternatives": {
        "supply": {"linear": {}, "switching": {"chip.tile.array.read_supply": READ_SUPPLY}},
        "array": {
            "128 rows": {},
            "256 rows": {
                "chip.tile.array.rows": 256, "chip.tile.array.columns": 256, "chip.tile.array.parallel_wires": 1,
            },
        },
    },
    "regime": {"period": ["10 ms", "10 s"], "spike_rate": [0.5, 2]},
}  # fmt: skip


def written(folder: Path, **changes: Any) -> Path:
    """The rules with some places of them changed, as a file; a place is written with two underscores."""
    data = copy.deepcopy(RULES)
    for place, value in changes.items():
        *parents, last = place.split("__")
        node = data
        for parent in parents:
            node = node[parent]
        node[last] = value
    file = folder / "two.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contest")


@pytest.fixture(scope="module")
def found(folder: Path) -> Contest:
    return contest(written(folder), SPEECH, samples=32, points=folder / "points.csv")


def operated(period: str, **settings: Any) -> dict[str, Any]:
    return {"operation.mode": "always_on", "operation.period": period, **settings}


def test_a_contest_shows_its_order_with_bands(found: Contest) -> None:
    first = found.standings[0]
    assert first.value is not None
    ends = [format_quantity(end, "J") for end in (first.value.median, first.value.low, first.value.high)]
    assert f"median (p10 .. p90): {first.title} {ends[0]} ({ends[1]} .. {ends[2]})" in repr(found)
    assert "<table" in found._repr_html_()


def test_the_workload_itself_is_a_cell_of_the_map(found: Contest) -> None:
    x, y = found.axes
    assert x.values == pytest.approx((0.01, 1.4, 10.0))
    assert (x.reference, x.stated) == (1, True)
    assert y.values == (pytest.approx(0.5, rel=1e-9), 1, 2)
    assert (y.reference, y.stated) == (1, True)
    assert len(found.cells) == 9
    assert found.chips == 5


def test_every_point_is_the_estimate_of_that_chip(found: Contest, folder: Path) -> None:
    rows = pd.read_csv(folder / "points.csv")
    rates = {
        "workload.input.activity.rate": "0.2",
        "workload.layers.hidden.activity.rate": "0.006",
        "workload.layers.output.activity.rate": "0.1",
    }
    for choices, name, settings in (
        ({"contender": "digital"}, "digital_spiking_28nm", {}),
        (
            {"contender": "analog", "supply": "switching", "array": "128 rows"},
            "analog_lif_28nm",
            {"chip.tile.array.read_supply": READ_SUPPLY},
        ),
    ):
        totals = estimate(name, SPEECH, operated("10 s", **settings, **rates)).totals
        here = np.isclose(rows["operation.period_s"], 10.0)
        for column, label in choices.items():
            here &= rows[column] == label
        row = rows[here & np.isclose(rows["workload.input.activity.rate"], 0.2)].iloc[0]
        for total in ("energy_per_inference_J", "area_m2", "initiation_interval_s"):
            assert row[total] == pytest.approx(totals[total], rel=1e-9)


def test_the_best_chip_is_the_cheapest_of_its_alternatives(found: Contest) -> None:
    best = next(one for one in found.standings if one.contender == "analog")
    linear, switching = (
        estimate("analog_lif_28nm", SPEECH, operated("1.4 s", **settings)).totals["energy_per_inference_J"]
        for settings in ({}, {"chip.tile.array.read_supply": READ_SUPPLY})
    )
    assert switching < linear
    # columns that conduct in every timestep take nearly the same from both supplies
    assert best.chip.endswith("array 128 rows")
    assert best.totals["energy_per_inference_J"] == pytest.approx(switching, rel=1e-3)


def test_a_chip_that_fails_a_check_does_not_win_whatever_it_costs(folder: Path, found: Contest) -> None:
    rows = pd.read_csv(folder / "points.csv")
    large = rows[rows["array"] == "256 rows"]
    assert large["chips"].sum() == 2 * len(found.cells)
    assert large["failed_check"].notna().all()  # the wires of so large an array take too much of the current
    assert not any("256" in cell.chip for cell in found.cells)
    alone = contest(
        written(folder, contenders__analog__alternatives=["array"], alternatives={
            "array": {"256 rows": RULES["alternatives"]["array"]["256 rows"]}}),
        SPEECH, samples=16,
    )  # fmt: skip
    assert {cell.winner for cell in alone.cells if cell.x > 0} == {"digital"}
    assert {cell.verdict for cell in alone.cells if cell.x > 0} == {"alone"}
    assert "ir_drop" in alone.cells[-1].reasons["analog"]
    assert "ir_drop" in next(one.reason for one in alone.standings if one.contender == "analog")


def test_equals_are_level_with_a_margin_of_exactly_one(folder: Path) -> None:
    same = {"title": "the same", "architecture": "digital_spiking_28nm"}
    tied = contest(
        written(folder, contenders={"one": same, "other": same}, alternatives={}), SPEECH, samples=16
    )
    for cell in tied.cells:
        if cell.winner:
            assert cell.verdict == "level"
            assert (cell.margin.low, cell.margin.median, cell.margin.high) == pytest.approx(
                (1, 1, 1), rel=1e-9
            )


def test_a_margin_is_that_of_the_runner_up_over_the_winner(found: Contest) -> None:
    for cell in found.cells:
        if cell.margin is not None:
            # the winner is ahead in half of the samples, and of each other contender's ratio its own is the inverse
            assert cell.margin.median >= 1.0
            assert cell.ratio[cell.winner].median == pytest.approx(1.0 / cell.margin.median, rel=0.05)
            assert (
                cell.ratio[cell.runner_up] == cell.margin
                or cell.ratio[cell.runner_up].median == cell.margin.median
            )
            assert cell.margin.low <= cell.margin.median <= cell.margin.high
            assert (cell.verdict == "win") == (cell.margin.low > 1.0 and cell.margin.median >= 1.1)


def test_a_limit_on_what_a_chip_does_not_have_is_met(folder: Path) -> None:
    limits = ["neuron_lifetime_s >= 1000 year", "signal_to_error_ratio >= 1"]
    kept = contest(written(folder, limits=limits), SPEECH, samples=16)
    assert kept.standings[0].value is not None
    small = written(
        folder, contenders__analog__alternatives=["supply"], alternatives={"supply": RULES["alternatives"]["supply"]}
    )  # fmt: skip
    tight = contest(small, SPEECH, samples=16, limits=["area_m2 <= 0.9 mm^2"])
    assert {cell.winner for cell in tight.cells} <= {"digital", ""}
    assert tight.cell(1, 1).reasons["analog"] == "area_m2 <= 0.9 mm^2: 2 of 2"


def test_numbers_of_a_circuit_are_searched_together_as_each_alone(folder: Path) -> None:
    """Bits and supply in every combination, one label leaving the file's number: each chip is its own estimate."""
    alternatives = {
        "bits": {"as in the file": {}, "4 bit": {"workload.precision.weights": "4 bit"}},
        "supply": {
            "0.8 V": {"technology.supply_voltage": "0.8 V"},
            "1 V": {"technology.supply_voltage": "1 V"},
        },
    }
    file = written(
        folder, contenders__analog__alternatives=["bits"], contenders__digital__alternatives=["bits", "supply"],
        alternatives=alternatives,
    )  # fmt: skip
    found = contest(file, SPEECH, samples=16, points=folder / "numbers.csv")
    rows = pd.read_csv(folder / "numbers.csv")
    assert found.chips == 2 + 4
    digital = rows[(rows["contender"] == "digital") & np.isclose(rows["operation.period_s"], 10.0)]
    digital = digital[np.isclose(digital["workload.input.activity.rate"], 0.1)]
    assert len(digital) == 4
    for _, row in digital.iterrows():
        settings = {**alternatives["bits"][row["bits"]], **alternatives["supply"][row["supply"]]}
        alone = estimate("digital_spiking_28nm", SPEECH, operated("10 s", **settings))
        assert row["energy_per_inference_J"] == pytest.approx(
            alone.totals["energy_per_inference_J"], rel=1e-9
        )
    best = min(digital["energy_per_inference_J"])
    here = next(one for one in found.standings if one.contender == "digital")
    assert here.chip == "bits 4 bit, supply 0.8 V"
    assert best == digital[digital["supply"] == "0.8 V"]["energy_per_inference_J"].min()


def test_a_file_that_several_circuits_read_is_one_input(folder: Path) -> None:
    file = read_contest(written(folder))
    job = _job(file, SPEECH, file.axes, (), ("energy_per_inference_J",), None, 0)
    inputs = [(one["kind"], one["name"]) for one in job.description()["inputs"]]
    assert len(job.field.structures) == 5
    assert {("architecture", "analog_lif_28nm"), ("workload", SPEECH), ("contest", "two")} <= {*inputs}
    assert len(inputs) == len({*inputs})


def test_circuits_that_differ_in_devices_are_evaluated_together_as_each_alone(folder: Path) -> None:
    """A link with and without a stated latency, and two cells: four circuits that differ in devices alone."""
    link = {"model": "off_chip_link", "distance": "5 cm", "carries": ["inputs"], "sleep": "off"}
    alternatives = {
        "cell": {
            name: {"chip.tile.array.cell.device": name} for name in ("rram_hfox_28nm", "sonos_40nm_low")
        },
        "link": {
            name: {"chip.link": {**link, "device": name}}
            for name in ("pads_parallel", "serial_rapid_on_65nm")
        },
    }
    rules = written(
        folder, contenders__analog__alternatives=["cell", "link"], alternatives=alternatives
    )  # fmt: skip
    file = read_contest(rules)
    job = _job(file, SPEECH, file.axes, (), ("energy_per_inference_J", "area_m2"), None, 0)
    family, _ = job.field.families
    assert family.firsts == (0, 1, 2, 3)
    assert [axis.size for axis in family.axes] == [2, 2]
    together = plain(job.compute(0))
    alone = replace(job, field=replace(job.field, structures=job.field.structures))
    alone.field.__dict__["families"] = tuple(alone.field.family((one,)) for one in range(4))
    each = [plain(alone.compute(one)) for one in range(alone.chunks)]
    for name, values in together.items():
        expected = np.concatenate([one[name] for one in each])
        if values.dtype == object:
            assert values.tolist() == expected.tolist(), name
        else:
            np.testing.assert_allclose(values, expected, rtol=1e-12, err_msg=name)


def test_a_worker_gets_no_design_but_those_of_its_families(folder: Path) -> None:
    file = read_contest(written(folder))
    job = _job(file, SPEECH, file.axes, (), ("energy_per_inference_J",), None, 0)
    sent = pickle.loads(pickle.dumps(job))
    assert not sent.resolved.groups
    assert not sent.field.structures
    for number in range(job.chunks):
        here, there = plain(job.compute(number)), plain(sent.compute(number))
        assert here.keys() == there.keys()
        for name, values in here.items():
            np.testing.assert_array_equal(values, there[name], err_msg=name)


def test_a_band_is_that_of_the_same_chip_estimated_alone(folder: Path) -> None:
    digital = {"title": "digital", "architecture": "digital_spiking_28nm"}
    voltages = {name: {"technology.supply_voltage": name} for name in ("0.8 V", "1 V")}
    contenders = {"digital": {**digital, "alternatives": ["supply"]}, "other": digital}
    file = written(folder, contenders=contenders, alternatives={"supply": voltages})
    found = contest(file, SPEECH, samples=512, axes={"period": ["1.4 s", "3 s"], "spike_rate": [1, 2]})
    alone = estimate("digital_spiking_28nm", SPEECH, operated("1.4 s", **voltages["0.8 V"]))
    cost = next(one.value for one in found.standings if one.contender == "digital")
    assert cost is not None
    assert cost.median == pytest.approx(alone.bands.totals["energy_per_inference_J"].median, rel=0.1)


def test_the_share_of_samples_that_pass_is_that_of_the_chip_estimated_alone(folder: Path) -> None:
    """And a limit on it leaves out chips that pass in fewer of them."""
    rules = written(folder, regime={"period": ["10 ms", "10 s"], "spike_rate": [1, 2]})
    free = contest(rules, SPEECH, samples=64)
    shares = {one.contender: one.passes for one in free.standings}
    alone = estimate("digital_spiking_28nm", SPEECH, operated("10 s"))
    assert shares["digital"] == pytest.approx(alone.passing.share, abs=0.02)
    assert 0.0 < shares["analog"] < 1.0
    assert "passes" in free.to_text()
    bound = contest(rules, SPEECH, samples=64, limits=[f"passing_share >= {shares['analog'] + 0.01:.4f}"])
    assert {one.contender for one in bound.standings if one.value is not None} == {"digital"}
    with pytest.raises(NeuroestError, match="passing_share"):
        contest(rules, SPEECH, samples=64, limits=["passing_share >= 2 mm"])


def test_the_accuracy_of_a_network_replaces_a_limit_on_the_error_of_its_results(folder: Path) -> None:
    regime = {"period": ["10 ms", "10 s"], "spike_rate": [1, 2]}
    limits = ["signal_to_error_ratio >= 1000", "accuracy >= 90 %"]
    unmeasured = contest(written(folder, regime=regime, limits=limits[:1]), SPEECH, samples=16)
    assert next(one for one in unmeasured.standings if one.contender == "analog").value is None
    rules = written(folder, regime=regime, limits=limits)
    measured = contest(rules, "examples/digits_snn/digits_spiking.yaml", samples=16)
    assert measured.limits == ("accuracy >= 90 %",)
    assert not any("signal_to_error_ratio" in str(end) for one in measured.standings for end in one.dead_ends)


def test_a_faster_chip_stands_in_where_the_cheapest_have_no_estimate_often_enough(folder: Path) -> None:
    """The thriftiest chip just keeps up, so that half of its samples do not; the same at a higher voltage is faster."""
    neuron = "chip.tile.array.readout.neuron"
    drives = {
        name: {f"{neuron}.input_voltage": name, "technology.supply_voltage": "1 V"}
        for name in ("0.9 V", "1 V")
    }
    contenders = {
        "silver": {"title": "silver", "architecture": "diffusive_low_power_28nm", "alternatives": ["drive"]},
        "digital": {"title": "digital", "architecture": "digital_spiking_28nm"},
    }
    file = written(folder, contenders=contenders, alternatives={"drive": drives})
    interval = {
        name: estimate("diffusive_low_power_28nm", SPEECH, values).totals["initiation_interval_s"]
        for name, values in drives.items()
    }
    assert interval["1 V"] < 0.9 * interval["0.9 V"]
    near = f"{1.001 * interval['0.9 V']} s"
    found = contest(file, SPEECH, samples=64, axes={"period": [near, "10 s"], "spike_rate": [1, 1.1]})
    cell = found.cell(0, 0)
    assert "silver" not in cell.reasons or "(2 were sampled)" in cell.reasons["silver"]


def test_choices_without_a_chip_are_named_with_what_they_fail_by(folder: Path) -> None:
    """Columns of a stack lose too much of the current of microsiemens along their wires; 0.2 uS lose little."""
    alternatives = {
        "circuits": {"one array": {}, "stack": {"chip.tile.array.readout.column_circuits": "per_stack"}},
        "cell": {"strong": {}, "weak": read_contest("spiking_neurons").spec.alternatives["cell"]["ECRAM"]},
    }
    analog = {
        "title": "analog",
        "architecture": "analog_lif_low_power_28nm",
        "set": {"chip.tile.array.parallel_wires": 1},
        "alternatives": list(alternatives),
    }
    contenders = {"analog": analog, "digital": RULES["contenders"]["digital"]}
    file = written(folder, contenders=contenders, alternatives=alternatives)
    found = contest(file, SPEECH, samples=16, axes={"period": ["1.4 s", "3 s"], "spike_rate": [1, 2]})
    ends = next(one.dead_ends for one in found.standings if one.contender == "analog")
    assert [(end.choices, dict(end.reasons), end.of) for end in ends] == [
        ({"circuits": "stack", "cell": "strong"}, {"ir_drop (chip.tile.array)": 1}, 1)
    ]
    assert "circuits stack, cell strong A ir_drop" in " ".join(found.to_text().split())
    assert "circuits stack, cell strong" in contest_document(found).to_markdown()


def test_choices_of_an_alternative_may_compete(folder: Path) -> None:
    by = contest(written(folder), SPEECH, samples=16, by="supply")
    assert list(by.titles) == ["linear", "switching", "digital"]
    with pytest.raises(UnknownNameError, match="did you mean 'supply'"):
        contest(written(folder), SPEECH, by="suply")


def test_break_even_of_two_power_laws_by_hand() -> None:
    # ratio 4 at 1 and 1/4 at 100: it falls as the power -0.602 of the axis and is one at 10
    assert _crossing(4.0, 0.25, 1.0, 100.0) == pytest.approx(10.0)
    assert _crossing(2.0, 3.0, 1.0, 100.0) is None
    assert _crossing(math.inf, 0.5, 1.0, 100.0) is None
    assert _crossing(4.0, 0.25, 0.0, 1.0) == pytest.approx(0.5)


def test_a_line_lies_where_static_power_makes_up_for_dynamic_energy(folder: Path) -> None:
    """Two chips of one kind: a wider link idles for more and takes less for a bit, so that the pace decides."""
    link = "chip.link"
    contenders = {
        "thrifty": {"title": "thrifty", "architecture": "analog_lif_28nm",
                    "set": {f"{link}.energy": "12 pJ/bit", f"{link}.static_power": "0 W"}},
        "fast": {"title": "fast", "architecture": "analog_lif_28nm",
                 "set": {f"{link}.energy": "10 pJ/bit", f"{link}.static_power": "1 uW"}},
    }  # fmt: skip
    axes = {"period": "10 ms..1 s:21:log", "spike_rate": [1, 1.1]}
    drawn = contest(written(folder, contenders=contenders, alternatives={}), SPEECH, axes=axes, samples=128)
    lines = [line for line in drawn.lines if line.along == "period" and line.at == 1.0]
    costs = {
        name: estimate("analog_lif_28nm", SPEECH, {k: str(v) for k, v in one["set"].items()})
        for name, one in contenders.items()
    }
    dynamic = [costs[name].totals["dynamic_energy_J"] for name in ("thrifty", "fast")]
    by_hand = (dynamic[0] - dynamic[1]) / 1e-6
    assert len(lines) == 1
    assert (lines[0].before, lines[0].after) == ("fast", "thrifty")
    assert lines[0].value == pytest.approx(by_hand, rel=0.1)
    assert lines[0].low <= lines[0].value <= lines[0].high


def test_a_stopped_contest_keeps_its_circuits(folder: Path, found: Contest, tmp_path: Path) -> None:
    def started(points: int, there: int) -> Any:
        done = iter(range(points))

        def tick(rows: int) -> None:
            if next(done) == 1:
                raise KeyboardInterrupt

        return tick

    with pytest.raises(Stopped) as stop:
        contest(written(folder), SPEECH, samples=32, rescue=tmp_path, workers=1, started=started)
    stopped = stop.value
    assert 0 < stopped.done < stopped.chunks
    left: list[int] = []
    again = contest(
        written(folder), SPEECH, samples=32, points=stopped.file, workers=1,
        started=lambda points, there: left.append(there) or (lambda rows: None),
    )  # fmt: skip
    assert left[0] > 0
    assert again.to_dict()["cells"] == found.to_dict()["cells"]


def test_points_are_kept_and_used_again(folder: Path, found: Contest) -> None:
    before = (folder / "points.csv").read_bytes()
    ticks: list[int] = []

    def started(points: int, there: int) -> Any:
        ticks.append(points - there)
        return ticks.append

    again = contest(written(folder), SPEECH, samples=32, points=folder / "points.csv", started=started)
    assert ticks == []
    assert (folder / "points.csv").read_bytes() == before
    assert again.to_dict()["cells"] == found.to_dict()["cells"]
    with pytest.raises(ExplorationError, match="comes from another input"):
        contest(written(folder, alternatives__supply__switching={}), SPEECH, points=folder / "points.csv")
    written(folder)


def test_text_and_data_have_one_content(found: Contest) -> None:
    text = found.to_text()
    assert max(map(len, text.splitlines())) <= 80
    plain = json.loads(found.to_json())
    assert [one["contender"] for one in plain["standings"]] == [one.contender for one in found.standings]
    assert len(plain["cells"]) == len(found.to_frame()) == 9
    markdown = contest_document(found).to_markdown()
    for one in found.standings:
        assert one.title in text
        assert one.title in markdown


def test_figures(found: Contest, tmp_path: Path) -> None:
    found.plot(tmp_path / "map.svg")
    found.plot_front(tmp_path / "front.png")
    assert {path.name for path in tmp_path.iterdir() if path.stat().st_size > 1000} == {
        "map.svg",
        "front.png",
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped("contest"))
def test_shipped_contests_build_every_chip(name: str) -> None:
    file = check_contest(name)
    assert file.spec.name == name
    assert file.spec.limits


@pytest.mark.parametrize("name", shipped("contest"))
def test_a_chip_that_sleeps_leaves_no_block_awake(name: str) -> None:
    """A block that nobody puts to sleep would leak through every period, and hide what the neurons differ by."""
    spec = read_contest(name).spec
    of_kind = {}
    for one in spec.contenders.values():
        asleep = [label for label in one.alternatives if label.endswith("sleep")]
        settings = {
            path: value
            for label in asleep
            for path, value in spec.alternatives[label]["between inferences"].items()
        }
        of_kind.setdefault((one.architecture, tuple(asleep)), {**one.settings, **settings})
    for (architecture, asleep), settings in of_kind.items():
        network = "mlp_mnist_dense" if name == "dense_crossbars" else "mlp_mnist_spiking"
        design = estimate(architecture, network, {**settings, **operated("1 s")}).design
        awake = [part.path for part in design.root.walk() if getattr(part.spec, "sleep", "") == "none"]
        assert not asleep or not awake, architecture


@each(
    "changes, hint",
    [
        ({"contenders__analog__alternatives": ["suply"]}, "did you mean 'supply'"),
        ({"contenders__analog__alternatives": ["supply"]}, "alternative of no contender"),
        ({"contenders__analog__alternatives": ["supply", "array", "supply"]}, "appears twice"),
        ({"contenders__analog__architecture": "analog_lif"}, "unknown architecture 'analog_lif'"),
        ({"contenders__analog__set": {"chip.tile.array.row": 3}}, "did you mean"),
        ({"contenders__analog__set": {"chip.tile.array.rows": "many"}}, "two.yaml:.*contenders.analog"),
        ({"alternatives__array__128 rows": {"chip.tile.array.read_supply": READ_SUPPLY}}, "'supply' sets as well"),
        ({"contenders": {"analog": {"title": "alone", "architecture": "analog_lif_28nm"}}}, "at least 2"),
        ({"regime": {"period": ["1 ms", "2 ms"]}}, "needs two axes"),
        ({"regime__spike_rate": [1, 20]}, "more than one a timestep"),
        ({"regime__spike_rate": [0, 1]}, "above zero"),
        ({"regime": {"period": ["1 V", "2 V"], "spike_rate": [1, 2]}}, "1 V"),
        ({"regime": {"period": {"from": "1 ms", "to": "1 s"}, "spike_rate": [1, 2]}}, "number of points"),
        ({"regime": {"period": ["1 ms", "1 s"], "chip.tile.array.rows": [64, 128]}}, "chip.tile.array.rows"),
        ({"limits": ["area_m2"]}, "expected a comparison"),
        ({"limits": ["rows <= 4 mm^2"]}, "compares a result"),
        ({"limits": ["area_m2 <= 4 s"]}, "4 s"),
        ({"minimize": "energy"}, "energy"),
    ],
)  # fmt: skip
def test_bad_files(tmp_path: Path, changes: dict[str, Any], hint: str) -> None:
    with pytest.raises(NeuroestError, match=hint):
        contest(written(tmp_path, **changes), SPEECH, samples=16)


def test_a_dense_network_has_no_spikes(folder: Path) -> None:
    with pytest.raises(SpecError, match="has no spikes"):
        contest(written(folder), "mlp_mnist_dense")


def test_a_map_has_two_axes(folder: Path) -> None:
    with pytest.raises(SpecError, match="name both"):
        contest(written(folder), SPEECH, axes={"period": ["1 ms", "1 s"]})


def test_each_cell_takes_the_link_that_fits_its_pace(folder: Path) -> None:
    left_open = {
        "chip.link.device": "auto", "chip.link.sleep": "auto", "chip.link.distance": "5 cm",
        "chip.link.candidates": ["pads_parallel", "serial_rapid_on_65nm"],
    }  # fmt: skip
    file = written(
        folder, contenders__analog__set=left_open, contenders__analog__alternatives=["supply"],
        contenders__digital__set=left_open, alternatives={"supply": RULES["alternatives"]["supply"]},
    )  # fmt: skip
    found = contest(file, SPEECH, samples=16, axes={"period": ["1 ms", "10 s"], "spike_rate": [1, 2]})
    fast, *_, slow = found.axes[0].values
    assert (fast, slow) == (pytest.approx(1e-3), pytest.approx(10.0))
    chips = {cell.x: cell.chip for cell in found.cells if cell.chip}
    assert "link serial rapid on 65nm" in chips[0]
    assert "link pads parallel" in chips[len(found.axes[0].values) - 1]
    # the cell of the data's own pace takes what an estimate at that pace takes
    (one,) = estimate("analog_lif_28nm", SPEECH, operated("1.4 s", **left_open)).design.link_choices
    assert one.device.replace("_", " ") in chips[found.axes[0].reference]


def test_the_highest_wins_if_more_is_better(folder: Path) -> None:
    file = written(folder, minimize="throughput_per_s")
    fast = contest(
        file, SPEECH, samples=16, axes={"technology.temperature": ["300 K", "310 K"], "spike_rate": [1, 2]}
    )
    assert "highest throughput wins" in fast.to_text()
    cell = fast.cells[0]
    assert cell.median[cell.winner] == max(cell.median.values())


IONS = {"title": "ions", "architecture": "diffusive_low_power_28nm"}
YEAR = 365.25 * 86400.0


def test_no_wear_is_the_best_lifetime_and_more_than_enough_is_no_better(folder: Path) -> None:
    contenders = {"ions": IONS, "digital": RULES["contenders"]["digital"]}
    file = written(
        folder,
        contenders=contenders,
        alternatives={},
        regime={"period": ["3 s", "5 s"], "spike_rate": [1, 8]},
    )
    found = contest(file, SPEECH, samples=32, minimize="neuron_lifetime_s")
    rare, often = found.cell(1, 0), found.cell(1, 1)
    for cell in (rare, often):
        assert cell.winner == "digital"
        assert cell.median["digital"] == pytest.approx(10 * YEAR)
        assert cell.median["ions"] <= 10 * YEAR
        assert cell.ratio["ions"].low >= 1.0
    assert often.median["ions"] < rare.median["ions"]
    assert often.verdicts["ions"] == "tie", "one in ten outlives its use"
    assert "beyond 10 year all are equal" in " ".join(found.to_text().split())
    assert json.loads(found.to_json())["points"]["neuron_lifetime_s"][-1] == pytest.approx(10 * YEAR)


def test_several_objectives_of_one_search_are_those_of_each_alone(folder: Path) -> None:
    asked = ("area_m2", "energy_per_spike_J")
    file = written(folder)
    together = contests(file, SPEECH, asked, samples=16)
    for objective, found in zip(asked, together, strict=True):
        alone = contest(file, SPEECH, minimize=objective, samples=16)
        assert found.objective == objective
        assert found.to_dict()["cells"] == alone.to_dict()["cells"]
        assert found.to_dict()["standings"] == alone.to_dict()["standings"]
