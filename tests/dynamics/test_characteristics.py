"""The six experiments: each gives numbers, findings and, for the bench neuron, the misses against its paper."""

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.dynamics.characteristics import CHARACTERISTICS, characterise
from neuroest.dynamics.diffusive_cells import load_cells
from neuroest.dynamics.experiments import Bench
from neuroest.plotting.device_lab import draw_characteristic
from neuroest.plotting.style import check_figure_path

pytestmark = pytest.mark.slow
BENCH = Bench(load_cells("diffusive_bench"), "diffusive_bench", devices=6, step=4e-5)


@pytest.fixture(scope="module")
def found():
    return {name: characterise(BENCH, name) for name in CHARACTERISTICS}


def values(characteristic, words):
    return next(s for s in characteristic.series if words in s.label)


def test_longer_gaps_need_more_pulses_though_fewer_than_measured(found) -> None:
    leaky = found["leaky_integration"]
    simulated, measured = values(leaky, "simulated"), values(leaky, "measured")
    assert simulated.y[-1] > 1.4 * simulated.y[0]
    # another device of the paper, five times slower than the one that the rates were fitted to
    assert all(-0.8 < miss < -0.5 for miss in leaky.misses)
    assert list(measured.y) == [140, 160, 180, 215, 260]


def test_firing_probability_rises_from_none_to_all_and_late(found) -> None:
    curve = values(found["threshold_firing"], "rate equations")
    assert curve.y[0] == 0.0
    assert curve.y[-1] == 1
    # the rate equations fire late near threshold: 1.0 V to 1.2 V instead of 0.89 V
    assert 0.95 < np.interp(0.5, curve.y, curve.x) < 1.15


def test_straight_wiring_fails_and_a_buffer_passes_spikes_on(found) -> None:
    cascade = found["cascaded_connection"]
    assert any("wired straight the link fails" in text for text in cascade.findings)
    assert np.nanmin(cascade.series[0].y) >= 1.0


def test_a_second_pulse_fires_sooner_and_forgets_within_a_second(found) -> None:
    gains = values(found["intrinsic_plasticity"], "simulated").y
    assert np.all(gains > 0.0)
    assert gains[-1] < 0.1 * np.max(gains)


def test_intervals_grow_with_the_control_resistor(found) -> None:
    refractory = found["refractory_period"]
    assert np.all(np.diff(values(refractory, "rate equations").y) > 0.0)
    closed = values(refractory, "closed form").y
    # 4.02, 8.05 and 16.1 ms; the last one misses the measured 23.8 ms by a third
    np.testing.assert_allclose(closed[2:], [4.02e-3, 8.05e-3, 16.1e-3], rtol=5e-3)
    assert any("latch" in text for text in refractory.findings)


def test_noise_of_one_device_has_the_stated_width(found) -> None:
    chance = found["stochasticity"]
    assert chance.intervals is not None
    assert chance.intervals.min() > 0.0
    assert any("coefficient of variation" in text for text in chance.findings)


def test_each_experiment_repeats_exactly(found) -> None:
    again = characterise(BENCH, "threshold_firing")
    np.testing.assert_array_equal(again.series[0].y, found["threshold_firing"].series[0].y)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_figures_are_drawn_in_each_format(found, tmp_path, suffix) -> None:
    path = tmp_path / f"figure.{suffix}"
    draw_characteristic(found["refractory_period"], path)
    assert path.stat().st_size > 5000


def test_svg_is_the_same_each_time(found, tmp_path) -> None:
    for name in ("a", "b"):
        draw_characteristic(found["threshold_firing"], tmp_path / f"{name}.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_another_neuron_is_measured_at_its_own_scale() -> None:
    bench = Bench(
        load_cells("diffusive_3nm_projection"), "diffusive_3nm_projection", devices=4, compare=False
    )
    found = characterise(bench, "leaky_integration")
    assert not found.misses
    assert found.series[0].x.max() < 1e-6


def test_unknown_names_and_formats_are_refused(tmp_path) -> None:
    with pytest.raises(UnknownNameError, match="stochasticity"):
        characterise(BENCH, "stochastic")
    with pytest.raises(NeuroestError, match="written as"):
        check_figure_path(tmp_path / "figure.bmp")
    with pytest.raises(NeuroestError, match="does not exist"):
        check_figure_path(tmp_path / "nowhere" / "figure.png")


def test_a_neuron_that_never_fires_is_refused_in_one_line() -> None:
    cells = load_cells("diffusive_bench", changes={"field_mobility": "2 1/V/s"})
    for name in CHARACTERISTICS:
        if name != "intrinsic_plasticity":
            with pytest.raises(
                NeuroestError, match=f"never fires at 8.. mV, however long, so there is no {name}"
            ):
                characterise(Bench(cells, "diffusive_bench", 2, 0, compare=False), name)
