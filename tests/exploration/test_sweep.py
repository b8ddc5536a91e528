from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from neuroest.core.errors import NeuroestError, SpecError, UnknownNameError
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.space import ExplorationError, Space, settings_space
from neuroest.exploration.structures import resolve
from neuroest.exploration.sweep import make_job, sweep
from neuroest.pipeline.estimate import estimate
from neuroest.results.quantities import QUANTITIES
from tests.each import each

CHIP, NET = "diffusive_28nm_derived", "mlp_mnist_spiking"
SPACE = {
    "chip.tile.array.rows": [64, 128, 256],
    "technology.supply_voltage": "0.7..0.9 V:4",
    "chip.tile.array.cell.high_conductance": "20 uS..80 uS:3:log",
}
SAMPLED = {"chip.tile.array.rows": "32..256", "technology.supply_voltage": "0.7..0.9 V"}


@each(
    "chip, net",
    [
        (CHIP, NET), ("analog_lif_28nm", "shd_recurrent_spiking"), ("adc_crossbar_28nm", "vgg9_cifar10_dense"),
        ("digital_int8_28nm", "mlp_mnist_dense"), ("loihi_14nm", NET), ("gpu_h100", "resnet18_imagenet_dense"),
    ],
)  # fmt: skip
def test_totals_are_those_of_one_estimate(chip: str, net: str) -> None:
    found = evaluate_points(resolve(chip, net, Space(())).groups[0], {}, (1,), tuple(QUANTITIES))
    one = estimate(chip, net)
    for name, value in one.totals.items():
        assert found.totals[name][0] == pytest.approx(
            np.nan if value is None else value, rel=1e-12, nan_ok=True
        ), name
    assert found.feasible[0] == (not any(c.severity == "design_rule" for c in one.failed_checks))


def test_every_row_of_a_grid_is_one_estimate() -> None:
    frame = sweep(CHIP, SPACE, NET).to_frame()
    assert len(frame) == 36
    for index in (0, 7, 22, 35):
        row = frame.iloc[index]
        one = estimate(
            CHIP, NET,
            {
                "chip.tile.array.rows": f"{row['chip.tile.array.rows']:.0f}",
                "technology.supply_voltage": f"{float(row['technology.supply_voltage_V'])!r} V",
                "chip.tile.array.cell.high_conductance": f"{float(row['chip.tile.array.cell.high_conductance_S'])!r} S",
            },
        )  # fmt: skip
        for name in ("area_m2", "energy_per_inference_J", "latency_s"):
            assert row[name] == pytest.approx(one.totals[name], rel=1e-12)


def test_the_last_axis_is_the_fastest() -> None:
    frame = sweep(
        CHIP, {"chip.tile.array.rows": [64, 128], "chip.tile.array.columns": [32, 64]}, NET
    ).to_frame()
    assert frame["chip.tile.array.columns"].tolist() == [32, 64, 32, 64]


def test_answers_do_not_depend_on_order_or_company() -> None:
    job = make_job(CHIP, SAMPLED, NET, sampler="random", samples=200)
    group, names = job.resolved.groups[0], ("energy_per_inference_J", "area_m2", "latency_s")
    frame = sweep(CHIP, SAMPLED, NET, sampler="random", samples=200).to_frame()
    columns = {
        "chip.tile.array.rows": frame["chip.tile.array.rows"].to_numpy().reshape(-1, 1),
        "technology.supply_voltage": frame["technology.supply_voltage_V"].to_numpy().reshape(-1, 1),
    }
    shuffled = np.random.default_rng(0).permutation(200)
    for order in (np.arange(200), np.arange(200)[::-1], shuffled):
        found = evaluate_points(group, {p: v[order] for p, v in columns.items()}, (200,), names)
        for name in names:
            assert np.array_equal(found.totals[name], frame[name].to_numpy()[order])
    for index in range(0, 200, 13):
        alone = evaluate_points(group, {p: v[index : index + 1] for p, v in columns.items()}, (1,), names)
        for name in names:
            assert alone.totals[name][0] == pytest.approx(frame[name][index], rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["random", "latin_hypercube", "sobol"])
def test_sampled_chunks_are_the_same_for_any_number_of_workers(sampler: str) -> None:
    one = sweep(CHIP, SAMPLED, NET, sampler=sampler, samples=256, chunk_size=64, workers=1).to_frame()  # type: ignore[arg-type]
    two = sweep(CHIP, SAMPLED, NET, sampler=sampler, samples=256, chunk_size=64, workers=2).to_frame()  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert one["chip.tile.array.rows"].between(32, 256).all()
    assert (one["chip.tile.array.rows"] % 1 == 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("chunk_size", [1, 5, 7, 12, 1000])
def test_a_grid_is_the_same_in_chunks_of_any_size(chunk_size: int) -> None:
    whole, cut = (
        sweep(CHIP, SPACE, NET).to_frame(),
        sweep(CHIP, SPACE, NET, chunk_size=chunk_size, workers=1).to_frame(),
    )
    pd.testing.assert_frame_equal(whole, cut, rtol=1e-12)


def test_a_refused_point_has_no_total_and_says_why() -> None:
    sums = {"chip.tile.array.readout.partial_sums": ["none", "analog_merge"], "chip.tile.array.rows": [64]}
    frame = sweep(CHIP, sums, NET).to_frame()
    assert np.isnan(frame["energy_per_inference_J"][0])
    assert frame["failed_check"][0] == "fan_in_fits (chip.tile.array)"
    assert frame["feasible"].tolist() == [False, True]


def test_a_network_that_a_chip_cannot_run_is_a_row_that_says_so() -> None:
    frame = sweep(CHIP, {"workload": ["mlp_mnist_dense", "shd_recurrent_spiking"]}, NET).to_frame()
    assert "cannot run a dense network" in frame["failed_check"][0]
    assert frame["feasible"].tolist() == [False, True]


def test_several_architectures_stand_in_one_table() -> None:
    frame = sweep(
        CHIP, {"architecture": [CHIP, "analog_lif_28nm"], "workload.activity.rate": [0.05, 0.1]}, NET
    ).to_frame()
    other = estimate("analog_lif_28nm", NET, {"workload.activity.rate": "0.1"})
    assert frame["energy_per_inference_J"][3] == pytest.approx(
        other.totals["energy_per_inference_J"], rel=1e-12
    )


def test_constraints_of_parameters_leave_points_out_and_those_of_results_mark_them() -> None:
    space = settings_space(
        ["chip.tile.array.rows=64,128", "chip.tile.array.columns=64,128"],
        ["chip.tile.array.rows <= chip.tile.array.columns", "area_m2 <= 2 mm^2"],
    )
    frame = sweep(CHIP, space, NET).to_frame()
    assert len(frame) == 3
    assert frame["failed_check"][0] == "constraint area_m2 <= 2 mm^2"
    assert not frame["feasible"][0]
    assert frame["area_m2"][0] > 2e-6


def test_a_space_without_points_is_an_error() -> None:
    space = settings_space(["chip.tile.array.rows=64,128"], ["chip.tile.array.rows > 200"])
    with pytest.raises(ExplorationError, match="no point of the space meets its constraints"):
        sweep(CHIP, space, NET)


@each(
    "options, message",
    [
        ({"samples": 0, "sampler": "random"}, "samples is 0"),
        ({"samples": 10**12, "sampler": "random"}, "confirm"),
        ({"samples": 5, "sampler": "grid"}, "a grid has as many points"),
        ({"sampler": "grid"}, "needs the number of points"),
        ({"workers": 0, "samples": 4}, "0 workers"),
    ],
)
def test_runs_that_make_no_sense(options: dict[str, object], message: str) -> None:
    with pytest.raises(NeuroestError, match=message):
        sweep(CHIP, SAMPLED, NET, **options)  # type: ignore[arg-type]


def test_unknown_results_and_sides_of_constraints_name_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="area_m2"):
        sweep(CHIP, SPACE, NET, quantities=["area_m"])
    with pytest.raises(SpecError, match=r"--where: areas <= 3 mm\^2: .* did you mean 'area'"):
        sweep(CHIP, settings_space(["chip.tile.array.rows=64"], ["areas <= 3 mm^2"]), NET)
    with pytest.raises(NeuroestError, match="expected an area"):
        sweep(CHIP, settings_space(["chip.tile.array.rows=64"], ["area_m2 <= 3 mm"]), NET)


def test_a_parquet_file_says_how_it_was_made(tmp_path: Path) -> None:
    file = tmp_path / "found.parquet"
    result = sweep(CHIP, SPACE, NET, output=file)
    known = json.loads(pq.read_schema(file).metadata[b"neuroest"])
    assert {item["kind"] for item in known["inputs"]} == {"architecture", "device", "workload"}
    assert known["rows"] == result.rows == 36
    pd.testing.assert_frame_equal(
        result.to_frame().astype({"failed_check": object}),
        sweep(CHIP, SPACE, NET).to_frame(),
        check_dtype=False,
    )
    assert list(tmp_path.iterdir()) == [file]


def test_a_csv_file_has_the_same_rows(tmp_path: Path) -> None:
    file = tmp_path / "found.csv"
    sweep(CHIP, SPACE, NET, output=file)
    frame = pd.read_csv(file)
    assert np.array_equal(
        frame["area_m2"].to_numpy(), sweep(CHIP, SPACE, NET).to_frame()["area_m2"].to_numpy()
    )
