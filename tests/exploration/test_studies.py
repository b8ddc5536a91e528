from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.exploration.breakeven import breakeven
from neuroest.exploration.optimize import optimize
from neuroest.exploration.pareto import non_dominated, pareto
from neuroest.exploration.sensitivity import sensitivity
from neuroest.exploration.space import ExplorationError, setting_axis, settings_space
from neuroest.exploration.sweep import sweep
from neuroest.exploration.uncertainty import relative_spreads, uncertainty
from neuroest.pipeline.comparison import compare
from neuroest.pipeline.estimate import estimate

CHIP, NET = "diffusive_28nm_derived", "mlp_mnist_spiking"


def test_a_bar_is_the_estimate_at_the_ends_of_the_spread() -> None:
    found = sensitivity(CHIP, NET)
    bar = next(
        b
        for b in found.tornado["energy_per_inference_J"]
        if b.cause == "chip.tile.array.cell.high_conductance"
    )
    claim = estimate(CHIP, NET).claims[bar.cause]
    for end, value in ((claim.low, bar.low), (claim.high, bar.high)):
        one = estimate(CHIP, NET, {bar.cause: f"{end!r} S"})
        assert value == pytest.approx(one.totals["energy_per_inference_J"], rel=1e-9)


def test_elasticities_of_any_result_are_those_of_its_parts() -> None:
    names = (
        "energy_per_inference_J",
        "area_m2",
        "initiation_interval_s",
        "throughput_per_s",
        "average_power_W",
    )
    found = sensitivity(CHIP, NET, quantities=names)
    path = "chip.tile.array.readout.neuron.field_mobility"
    slope = {name: found.elasticity[name][path] for name in names}
    assert slope["throughput_per_s"] == pytest.approx(-slope["initiation_interval_s"], rel=1e-3)
    assert slope["average_power_W"] == pytest.approx(
        slope["energy_per_inference_J"] - slope["initiation_interval_s"], rel=1e-3
    )
    assert slope["area_m2"] == 0.0
    assert f"{slope['throughput_per_s']:+.2f}  {path}" in found.to_text()


def test_bars_are_sorted_and_drawn(tmp_path: Path) -> None:
    found = sensitivity(CHIP, NET)
    # a cause that may halve a result reaches as far as one that may double it
    reach = [abs(math.log(b.high / b.low)) for b in found.tornado["area_m2"]]
    assert reach == sorted(reach, reverse=True)
    found.plot("area_m2", tmp_path / "tornado.pdf")
    assert (tmp_path / "tornado.pdf").read_bytes().startswith(b"%PDF")
    assert "sobol_total" not in found.to_frame().columns


@pytest.mark.parametrize("suffix", ["", ".parquet", ".csv"])
def test_a_sweep_is_drawn_from_memory_and_from_files(tmp_path: Path, suffix: str) -> None:
    space = {
        "chip.tile.array.readout.partial_sums": ["none", "analog_merge"],
        "chip.tile.array.read_voltage": "0.05..0.2 V:4",
        "chip.tile.array.rows": [64, 128],
    }
    output = tmp_path / f"found{suffix}" if suffix else None
    found = sweep(CHIP, space, NET, output=output)
    assert found.parameters == (
        "chip.tile.array.readout.partial_sums", "chip.tile.array.read_voltage_V", "chip.tile.array.rows",
    )  # fmt: skip
    assert found.sample(5)["chip.tile.array.rows"].tolist() == [64] * 4
    axes = found.plot("energy_per_inference_J", path=tmp_path / "s.svg").axes[0]
    assert (tmp_path / "s.svg").stat().st_size > 1000
    assert axes.get_xlabel() == "Array › read voltage (V)"
    # without merging the network does not fit, so those rows have nothing to draw
    lines = axes.get_lines()
    assert [line.get_label() for line in lines] == ["array › rows 64", "array › rows 128"]
    frame = found.to_frame()
    drawn = frame[(frame["chip.tile.array.rows"] == 64.0) & frame["energy_per_inference_J"].notna()]
    assert lines[0].get_ydata() == pytest.approx(drawn["energy_per_inference_J"])
    with pytest.raises(UnknownNameError, match=r"did you mean 'chip\.tile\.array\.rows'"):
        found.plot(along="chip.tile.array.row")


def test_many_points_are_drawn_as_points(tmp_path: Path) -> None:
    found = sweep(CHIP, {"chip.tile.array.rows": "32..256", "chip.tile.array.columns": "32..256"}, NET,
                  sampler="sobol", samples=64)  # fmt: skip
    axes = found.plot("area_m2", "chip.tile.array.columns").axes[0]
    assert sum(len(points.get_offsets()) for points in axes.collections) == 64


def test_sobol_indices_are_next_to_the_bars_of_their_causes() -> None:
    found = sensitivity(CHIP, NET, quantities=["area_m2"], sobol_samples=16)
    left, right = found.plot("area_m2", most=5).axes
    assert len(left.get_yticklabels()) == 5
    total = next(line for line in right.containers if line.get_label() == "total").lines[0]
    of = {share.cause: share.total for share in found.sobol["area_m2"]}
    wanted = [of[bar.cause] for bar in found.tornado["area_m2"][:5]]
    assert total.get_xdata()[::-1] == pytest.approx(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("samples", [256, pytest.param(512, marks=pytest.mark.nightly)])
def test_shares_of_the_variance_add_up_for_an_area(samples: int) -> None:
    # area is nearly a product of its uncertain factors, so its logarithm is nearly additive
    found = sensitivity(CHIP, NET, quantities=["area_m2"], sobol_samples=samples)
    shares = found.sobol["area_m2"]
    assert sum(share.first for share in shares) == pytest.approx(1.0, abs=0.25)
    assert shares[0].total >= shares[-1].total
    assert shares[0].total_confidence > 0.0


@pytest.mark.parametrize("samples", [3, 1])
def test_sobol_wants_a_power_of_two(samples: int) -> None:
    with pytest.raises(ExplorationError, match="power of two"):
        sensitivity(CHIP, NET, sobol_samples=samples)


def test_uncertainty_is_the_same_to_the_bit_for_any_workers() -> None:
    one, two = (uncertainty(CHIP, NET, knowledge=300, variability=3, workers=n) for n in (1, 2))
    for name, values in one.samples.items():
        assert np.array_equal(values, two.samples[name], equal_nan=True)


def test_the_corner_of_the_samples_is_the_estimate() -> None:
    found = uncertainty(CHIP, NET, knowledge=20, variability=2)
    assert found.samples["area_m2"][0, 0] == pytest.approx(estimate(CHIP, NET).totals["area_m2"], rel=1e-12)


@pytest.mark.slow
def test_bands_of_knowledge_are_those_of_an_estimate() -> None:
    found, known = uncertainty(CHIP, NET, variability=1), estimate(CHIP, NET).bands.totals
    for name, band in found.knowledge.items():
        stated = known[name]
        drawn = (band.low, band.median, band.high)
        assert drawn == pytest.approx((stated.low, stated.median, stated.high), rel=1e-12)


@pytest.mark.slow
def test_more_samples_keep_the_first_ones_and_add_others() -> None:
    names = ("area_m2",)
    few, many = (uncertainty(CHIP, NET, knowledge=n, variability=1, quantities=names) for n in (512, 700))
    first, longer = few.samples["area_m2"][:, 0], many.samples["area_m2"][:, 0]
    assert np.array_equal(first, longer[: len(first)], equal_nan=True)
    assert np.intersect1d(first[1:], longer[len(first) :]).size == 0


def test_variability_averages_out_over_the_devices_of_a_chip() -> None:
    from neuroest.exploration.space import Space
    from neuroest.exploration.structures import resolve

    group = resolve(CHIP, NET, Space(())).groups[0]
    spread = relative_spreads(group)["chip.tile.array.cell.low_conductance"]
    claim = group.claims["chip.tile.array.cell.low_conductance"]
    cells = float(np.max(estimate(CHIP, NET).evaluation.mapped.instances["chip.tile.array.cell"]))
    assert claim.device_to_device is not None
    # cycle-to-cycle adds at most what it would with one read a cell
    least = claim.device_to_device / np.sqrt(cells)
    most = np.hypot(claim.device_to_device, claim.cycle_to_cycle or 0.0) / np.sqrt(cells)
    assert least * (1.0 - 1e-12) <= spread <= most * (1.0 + 1e-12)


@pytest.mark.parametrize("options", [{"knowledge": 0}, {"variability": 0}, {"knowledge": 10**10}])
def test_sample_counts_that_make_no_sense(options: dict[str, int]) -> None:
    with pytest.raises(ExplorationError):
        uncertainty(CHIP, NET, **options)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("study", ["uncertainty", "sensitivity", "breakeven", "named axis"])
def test_a_study_reports_the_share_that_is_done(study: str) -> None:
    seen: list[float] = []
    options: dict[str, Any] = {"progress": seen.append}
    if study == "uncertainty":
        uncertainty(CHIP, NET, knowledge=300, variability=1, quantities=("area_m2",), **options)
    elif study == "sensitivity":
        sensitivity(CHIP, NET, quantities=("area_m2",), sobol_samples=16, **options)
    elif study == "breakeven":
        breakeven(
            CHIP, "digital_int8_28nm", NET, "chip.tile.array.rows=16..512", quantity="area_m2", **options
        )
    else:
        breakeven(CHIP, ["digital_int8_28nm"], NET, "array-size", quantity="area_m2", **options)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) > 1 or study == "sensitivity"  # so few samples are one block


@pytest.mark.slow
@given(
    st.integers(2, 4).flatmap(
        lambda d: st.lists(st.tuples(*[st.integers(0, 5)] * d), min_size=1, max_size=40)
    )
)
def test_the_front_is_what_comparing_every_pair_gives(rows: list[tuple[int, ...]]) -> None:
    values = np.array(rows, dtype=float)
    slow = [not any(np.all(b <= a) and np.any(b < a) for b in values) for a in values]
    assert non_dominated(values).tolist() == slow


def test_a_front_of_a_file_is_that_of_memory(tmp_path: Path) -> None:
    space = {"chip.tile.array.rows": [32, 64, 96, 128], "chip.tile.array.columns": [32, 64, 128]}
    names = ("area_m2", "worst_ir_drop")
    memory = sweep(CHIP, space, NET, quantities=names)
    sweep(CHIP, space, NET, quantities=names, output=tmp_path / "s.parquet")
    one, other = memory.pareto(names), pareto(tmp_path / "s.parquet", names)
    assert one.frame["area_m2"].tolist() == other.frame["area_m2"].tolist()
    assert len(one.frame) > 1
    one.plot(tmp_path / "front.svg")
    assert "<svg" in (tmp_path / "front.svg").read_text()


def test_bad_objectives(tmp_path: Path) -> None:
    found = sweep(CHIP, {"chip.tile.array.rows": [64, 128]}, NET)
    with pytest.raises(ExplorationError, match="at least two"):
        found.pareto(["area_m2"])
    with pytest.raises(UnknownNameError, match="area_m2"):
        found.pareto(["area_m", "latency_s"])
    with pytest.raises(ExplorationError, match="not a file of a sweep"):
        pareto(tmp_path / "none.parquet", ["a", "b"])


@pytest.mark.slow
def test_the_search_finds_the_front_of_the_exhaustive_sweep() -> None:
    space = settings_space(
        [
            "chip.tile.array.rows=16,32,64,96,128,192", "chip.tile.array.columns=32,64,128,256",
            "chip.tile.array.readout.neuron.input_voltage=0.4..0.8 V:5",
            "chip.tile.array.readout.partial_sums=none,analog_merge",
        ],
        ["power_density_W_per_m2 <= 0.2 W/mm^2"],
    )  # fmt: skip
    objectives = ["area_m2", "worst_ir_drop"]
    full = sweep(CHIP, space, NET, quantities=[*objectives, "power_density_W_per_m2"]).pareto(objectives)
    found = optimize(CHIP, space, NET, objectives, population=60, generations=25)
    exact = {tuple(row) for row in full.frame[objectives].round(12).to_numpy().tolist()}
    front = {tuple(row) for row in found.to_frame()[objectives].round(12).to_numpy().tolist()}
    assert front == exact
    assert found.evaluations <= 240


def test_a_search_of_continuous_and_mixed_variables_is_reproducible() -> None:
    space = {
        "chip.tile.array.rows": "32..128",
        "chip.tile.array.read_voltage": "0.05..0.1 V",
        "workload": [NET],
    }
    one, two = (
        optimize(CHIP, space, NET, ["energy_per_inference_J"], population=20, generations=5) for _ in range(2)
    )
    assert one.to_frame().equals(two.to_frame())


def test_the_share_of_samples_that_pass_is_that_of_the_estimate_and_a_limit_of_a_search() -> None:
    chip, digits = "diffusive_low_power_28nm", "examples/digits_snn/digits_spiking.yaml"
    space = {"chip.tile.array.rows": [128, 192, 256]}
    size = {"population": 6, "generations": 2}

    def smallest(*limits: str) -> pd.Series:
        return optimize(chip, space, digits, ["area_m2"], limits=limits, **size).to_frame().iloc[0]

    free = smallest()
    alone = estimate(chip, digits, {"chip.tile.array.rows": f"{free['chip.tile.array.rows']:.0f}"})
    # two deviations of the difference of two shares of 512 samples
    drawn = 2.0 * np.sqrt(2.0 * alone.passing.share * (1.0 - alone.passing.share) / 512)
    assert free["passing_share"] == pytest.approx(alone.passing.share, abs=drawn)
    by_share = smallest(f"passing_share > {free['passing_share'] + 1e-6:.6f}")
    assert by_share["area_m2"] > free["area_m2"]
    assert by_share["passing_share"] > free["passing_share"]
    assert smallest("accuracy >= 92 %")["area_m2"] == free["area_m2"]
    with pytest.raises(ExplorationError, match="most fail constraint accuracy >= 99 %"):
        smallest("accuracy >= 99 %")
    with pytest.raises(ExplorationError, match="most fail constraint passing_share >= 1"):
        optimize(chip, space, digits, ["area_m2"], limits=["passing_share >= 1"], **size)
    with pytest.raises(NeuroestError, match="passing_share"):
        optimize(chip, space, digits, ["area_m2"], limits=["passing_share >= 2 mm"])


def test_a_search_without_an_answer_says_so() -> None:
    with pytest.raises(ExplorationError, match=r"none of .* is feasible; most fail constraint"):
        optimize(
            CHIP,
            settings_space(["chip.tile.array.rows=32,64"], ["area_m2 <= 1 um^2"]),
            NET,
            ["area_m2"],
            generations=2,
        )
    with pytest.raises(ExplorationError, match="nothing to optimize"):
        optimize(CHIP, {"chip.tile.array.rows": [64, 128]}, NET)


@pytest.mark.slow
def test_break_even_is_where_both_are_equal() -> None:
    axis = setting_axis("chip.tile.array.readout.neuron.explicit_capacitance", "1 fF..10 pF:log")
    found = breakeven(CHIP, CHIP, NET, axis, quantity="area_m2")
    assert not found.break_even_points
    assert "equal throughout" in found.to_text()
    axis = setting_axis("chip.tile.array.readout.merge.footprint", "1 um^2..100 um^2:log")
    found = breakeven("analog_lif_28nm", "digital_int8_28nm", NET, axis, quantity="area_m2")
    assert len(found.break_even_points) == 1
    for crossing in found.break_even_points:
        one = estimate("analog_lif_28nm", NET, {axis.name: f"{crossing.value!r} m^2"}).totals["area_m2"]
        other = estimate("digital_int8_28nm", NET).totals["area_m2"]
        assert one == pytest.approx(other, rel=1e-6)


def test_at_the_median_of_a_break_even_the_ratio_of_a_comparison_is_one() -> None:
    path = "chip.tile.array.readout.merge.footprint"
    axis = setting_axis(path, "1 um^2..1000 um^2:log")
    (point,) = breakeven(
        "analog_lif_28nm", "digital_int8_28nm", NET, axis, quantity="area_m2"
    ).break_even_points
    assert point.band is not None
    assert point.headline == point.band.median
    set_there = compare("analog_lif_28nm", "digital_int8_28nm", NET, {path: f"{point.headline!r} m^2"})
    (ratio,) = (one for one in set_there.ratios if one.quantity == "area_m2")
    assert ratio.value == pytest.approx(1.0, abs=0.01)  # a step of the range is 11 %, interpolated in between


def test_break_even_of_a_parameter_that_one_chip_has() -> None:
    axis = setting_axis("chip.tile.array.rows", "16..512")
    found = breakeven(CHIP, "digital_spiking_28nm", NET, axis, quantity="area_m2")
    assert np.unique(found.curves[1].nominal).size == 1
    assert np.all(found.values % 1 == 0)


def test_marks_of_a_logarithmic_axis_do_not_crowd() -> None:
    along = setting_axis("chip.tile.array.rows", "16..512:log")
    found = breakeven("analog_lif_28nm", "digital_spiking_28nm", NET, along, quantity="area_m2")
    figure = found.plot()
    figure.draw_without_rendering()
    labels = [label for label in figure.axes[0].get_xticklabels(which="both") if label.get_text()]
    inside = sorted(
        (one for one in labels if 16 <= float(one.get_text()) <= 512), key=lambda one: float(one.get_text())
    )
    assert len(inside) >= 5
    boxes = [label.get_window_extent() for label in inside]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_lines_of_a_sweep_are_named_with_unit() -> None:
    space = {"chip.tile.array.rows": [64, 128], "technology.supply_voltage": ["0.7 V", "0.9 V"]}
    (legend,) = sweep(CHIP, space, NET).plot("energy_per_inference_J").legends
    assert [text.get_text()[-6:] for text in legend.get_texts()] == [" 0.7 V", " 0.9 V"]


@pytest.mark.parametrize(
    ("path", "values", "quantity"),
    [("nowhere.at.all", "1..2", "area_m2"), ("chip.tile.array.rows", "64,128", "area_m2"),
     ("chip.tile.array.rows", "64..128", "aera")],
)  # fmt: skip
def test_break_even_of_nothing(path: str, values: str, quantity: str) -> None:
    with pytest.raises(NeuroestError):
        breakeven(CHIP, "analog_lif_28nm", NET, setting_axis(path, values), quantity=quantity)


def test_a_notebook_shows_the_ends_of_a_long_table() -> None:
    found = sweep(CHIP, {"chip.tile.array.rows": [64, 128]}, NET).pareto(["area_m2", "latency_s"])
    assert len(found.frame) < 20
    assert found._repr_html_().count("<tr") == len(found.frame) + 1
    long = replace(found, frame=pd.concat([found.frame] * 1000))
    assert long._repr_html_().count("<tr") < 30
