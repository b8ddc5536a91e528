from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from neuroest import NeuroestError, breakeven, estimate, sweep
from neuroest.authoring.templates import new_device
from neuroest.exploration.breakeven import _points
from neuroest.exploration.breakeven_result import BreakevenResult, Curve
from neuroest.exploration.draws_along import break_even_values
from neuroest.loading.library import labelled

NETWORK = "mlp_mnist_spiking"
SCOPES = ("operation_energy_J", "dynamic_energy_J", "energy_per_inference_J")
"""Energies that each contain the one before: operations, with memories and movement, with static energy."""


def test_bands_are_those_of_the_estimate_where_the_design_stands() -> None:
    found = breakeven("adc_crossbar_28nm", ["digital_int8_28nm"], "mlp_mnist_dense", "array-size")
    at = list(found.values).index(found.stated)
    band = found.curves[0].bands()[at]
    stated = estimate("adc_crossbar_28nm", "mlp_mnist_dense").headline("energy_per_inference_J")
    assert band is not None
    drawn = (band.low, band.median, band.high)
    assert drawn == pytest.approx((stated.low, stated.value, stated.high), rel=1e-9)
    level = [band.median for band in found.curves[1].bands() if band]
    assert level == [level[0]] * len(found.values)


def test_the_integration_time_is_that_of_the_model_and_breaks_even_with_all_baselines(tmp_path: Path) -> None:
    """Break-even where the medians cross: the energy of the design at that time is that of the baseline."""
    neuron = tmp_path / "ours.yaml"
    text = new_device("neuron", "ours", "reported_neuron")
    neuron.write_text(text, encoding="utf-8")
    from neuroest.authoring.like import architecture_like

    chip = tmp_path / "mine.yaml"
    chip.write_text(architecture_like("mine", "analog_lif_28nm", {"neuron": str(neuron)}, tmp_path), "utf-8")
    found = breakeven(str(chip), ["digital_spiking_28nm", "loihi_14nm"], NETWORK, "integration-time")
    assert [one.other for one in found.break_even_points] == ["digital_spiking_28nm", "loihi_14nm"]
    for equal, other in zip(found.break_even_points, found.curves[1:], strict=True):
        assert equal.band is not None
        assert equal.band.low <= equal.band.median <= equal.band.high
        mine = [band.median for band in found.curves[0].bands() if band]
        theirs = other.bands()[0]
        assert theirs is not None
        there = np.interp(np.log(equal.band.median), np.log(found.values), np.log(mine))
        assert np.exp(there) == pytest.approx(theirs.median, rel=0.5)
    written = tmp_path / "figure.svg"
    found.plot(written)
    drawn = written.read_text(encoding="utf-8")
    assert "break-even" in drawn  # text is text, not outlines
    assert "Digital spiking, 28 nm" in drawn


def test_failed_checks_and_the_label_of_the_run_reach_every_point(tmp_path: Path) -> None:
    """Long columns miss the limit of the IR drop; the sweep of the same sizes says which."""
    chip = labelled(["analog_lif_28nm"], [], {"analog_lif_28nm": "Mine"})[0][0]
    found = breakeven(chip, [], NETWORK, "array-size")
    swept = sweep(
        "analog_lif_28nm", {"chip.tile.array.rows+chip.tile.array.columns": "32,64,128,256,512"},
        NETWORK,
    ).to_frame()  # fmt: skip
    assert found.curves[0].label == "Mine"
    assert [bool(check) for check in found.curves[0].failed] == list(~swept["feasible"])
    assert any(found.curves[0].failed)
    found.plot(tmp_path / "figure.svg")
    assert "crosses: a check fails" in (tmp_path / "figure.svg").read_text(encoding="utf-8")


def test_break_even_counts_draws_that_pass_outside_of_the_axis() -> None:
    """By hand: lines of slope one against levels 2, 20 and 200, of which the axis from 1 to 100 shows two."""
    values = np.geomspace(1.0, 100.0, 201)
    levels = np.repeat([2.0, 20.0, 200.0], 100)
    both = (
        Curve("a", "a", "area_m2", values, np.tile(values, (300, 1)), ()),
        Curve("b", "b", "area_m2", values, np.tile(levels[:, None], (1, 201)), ()),
    )
    (point,) = _points(*both, values, [], log=True, whole=False)
    assert point.band is not None
    assert point.band.low == pytest.approx(2.0, rel=1e-3)
    assert point.band.median == pytest.approx(20.0, rel=1e-3)
    assert point.band.high == np.inf
    assert (point.other, point.value, point.better_below, point.better_above) == ("b", None, "a", "b")


def test_draws_that_never_cross_count_on_the_side_that_their_sign_tells() -> None:
    """By hand: of three kinds of draws one crosses at 10; the others are better or worse throughout, with any slope."""
    along = np.linspace(0.0, 20.0, 41)
    rising, better, worse = along - 10.0, -5.0 - 0.1 * along, 5.0 - 0.1 * along
    found = break_even_values(along, np.stack([rising, rising, rising, better, worse]))
    assert found is not None
    assert found.tolist() == [10, 10, 10, np.inf, -np.inf]
    none = break_even_values(along, np.stack([rising, better, better, better, better]))
    assert none is not None
    assert not np.isfinite(np.median(none))


def test_more_spikes_cost_more_in_every_design() -> None:
    found = breakeven("analog_lif_28nm", ["digital_spiking_28nm", "loihi_14nm"], NETWORK, "spike-rate")
    for curve in found.curves:
        medians = [band.median for band in curve.bands() if band]
        # membranes that leak are driven a little longer where spikes are rare
        assert all(later > 0.99 * before for before, later in itertools.pairwise(medians))
        assert medians[-1] > 3.0 * medians[0]
    assert len(found.to_frame()) == len(found.values)
    assert found.varied == found.names


def test_a_design_without_such_a_parameter_is_refused() -> None:
    for kind, chip, words in (
        ("integration-time", "digital_spiking_28nm", "is read by neurons"),
        ("adc-bits", "analog_lif_28nm", "has no converters"),
        ("array-size", "loihi_14nm", "has no arrays"),
    ):
        with pytest.raises(NeuroestError, match=words):
            breakeven(chip, [], NETWORK, kind)
    with pytest.raises(NeuroestError, match="which chip varies is chosen along a range only"):
        breakeven("analog_lif_28nm", "loihi_14nm", NETWORK, "array-size", varied="second")
    with pytest.raises(NeuroestError, match="no estimate at the same point"):
        breakeven("loihi_14nm", "odin_28nm", NETWORK, "spike-rate", settings={"supply": "0.5 V"})
    with pytest.raises(NeuroestError, match="did you mean 'array-size'"):
        breakeven("analog_lif_28nm", [], NETWORK, "array-siz")


def test_the_nominal_value_of_a_named_axis_is_where_the_nominal_results_cross() -> None:
    """A range refines it; the axis by name interpolates between points, here within a step of the range."""
    named = breakeven("mott_neuron_28nm", "loihi_14nm", NETWORK, "integration-time")
    (point,) = named.break_even_points
    (mine, _) = named.curves
    assert point.value is not None
    there = np.exp(np.interp(np.log(point.value), np.log(named.values), np.log(mine.nominal)))
    assert there == pytest.approx(estimate("loihi_14nm", NETWORK).totals["energy_per_inference_J"], rel=1e-6)


@pytest.fixture(scope="module")
def along_rates() -> BreakevenResult:
    """A spiking chip against a dense one, at one spike rate of the input and all layers."""
    return breakeven(
        "digital_spiking_28nm", "digital_int8_28nm", NETWORK, "uniform-spike-rate", other_workload="mlp_mnist_dense",
        matched_bits=True, quantity=SCOPES,
    )  # fmt: skip


def test_both_need_the_same_at_the_break_even_rate(along_rates: BreakevenResult) -> None:
    point = along_rates.of("energy_per_inference_J")[1][0]
    rate = f"{point.value:.9g}"
    settings = {"workload.input.activity.rate": rate, "workload.activity.rate": rate}
    spiking = estimate("digital_spiking_28nm", NETWORK, settings).totals["energy_per_inference_J"]
    dense = estimate("digital_int8_28nm", "mlp_mnist_dense").totals["energy_per_inference_J"]
    assert spiking == pytest.approx(dense, rel=2e-3)
    assert along_rates.varied == ("digital_spiking_28nm",)
    assert along_rates.published is not None
    assert along_rates.published.rate == pytest.approx(0.0231, abs=5e-5)
    assert along_rates.stated == pytest.approx(
        0.1184, abs=5e-5
    )  # by hand from the rates and synapses of its file


def test_matched_bits_are_fewer_and_cost_the_dense_chip_less(along_rates: BreakevenResult) -> None:
    for scope in SCOPES:
        (spiking, dense, fewer), points = along_rates.of(scope)
        assert fewer.name == "digital_int8_28nm at 5 bits"  # 20 timesteps
        assert fewer.nominal[0] < dense.nominal[0]
        assert np.ptp(dense.nominal) <= 1e-12 * dense.nominal[0]
        assert np.all(np.diff(spiking.nominal) >= 0.0)
        assert [point.other for point in points] == [dense.name, fewer.name]
        for point in points:
            assert point.band is not None
            assert point.value is not None
            assert point.band.low < point.value < point.band.high


def test_scopes_contain_each_other_and_operations_alone_favour_spikes(along_rates: BreakevenResult) -> None:
    first, second, third = (along_rates.of(scope) for scope in SCOPES)
    for narrow, wide in itertools.pairwise((first, second, third)):
        assert all(np.all(a.nominal < b.nominal) for a, b in zip(narrow[0], wide[0], strict=True))
    # both sides include the register of each sum
    assert first[1][0].value > second[1][0].value
    assert len(along_rates.plot().axes) == len(SCOPES)


def test_matched_bits_need_a_spiking_design_and_a_dense_other() -> None:
    for networks in (("mlp_mnist_dense", NETWORK), (NETWORK, NETWORK)):
        with pytest.raises(NeuroestError, match="matched bits are those of a dense network"):
            breakeven(
                "digital_int8_28nm", "digital_int8_28nm", networks[0], "array-size", other_workload=networks[1],
                matched_bits=True,
            )  # fmt: skip
    with pytest.raises(NeuroestError, match="mlp_mnist_dense states no spike rate"):
        breakeven("digital_int8_28nm", [], "mlp_mnist_dense", "uniform-spike-rate")
