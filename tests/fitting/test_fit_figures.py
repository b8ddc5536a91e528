"""Figures of fits: curve and band of each experiment, sweeps in the order in which they were measured."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from neuroest.fitting.device_fit import DeviceFit, fit
from neuroest.fitting.headers import example_folder
from neuroest.plotting.device_lab import abscissa, curves

DATA = example_folder()


@cache
def fitted(*names: str) -> DeviceFit:
    """A fit to these examples of a switch."""
    return fit([DATA / f"switch_{name}.csv" for name in names])


@pytest.mark.slow
def test_the_band_holds_the_curve_and_the_law_that_the_data_were_drawn_from() -> None:
    result = fitted("delays").result
    (curve,) = curves(result.rows[0], result.laws[0])
    assert curve.low is not None
    assert curve.high is not None
    assert np.all((curve.low <= curve.y) & (curve.y <= curve.high))
    truth = 2e-9 * np.exp(9.0 / curve.x)
    # 80 % in logarithms; the widest miss is at an end of the voltages
    reach = 2.0 * np.log(curve.high / curve.y)
    assert np.all(np.abs(np.log(curve.y / truth)) <= reach)


def test_each_setting_in_addition_to_the_abscissa_has_a_curve_of_its_own() -> None:
    result = fitted("relaxation").result
    drawn = curves(result.rows[0], result.laws[0])
    assert abscissa(result.rows[0]) == "pulse_width"
    assert [curve.label for curve in drawn] == ["800 mV", "1 V", "1.25 V"]
    assert sum(len(curve.rows) for curve in drawn) == result.rows[0].experiment.rows


def test_rate_equations_have_a_band_too() -> None:
    result = fit(DATA / "zhao2025_firing_probability.csv").result
    (part,) = result.rows
    assert part.low is not None
    assert part.high is not None
    assert np.all((part.low < part.predicted[0]) & (part.predicted[0] < part.high))
    (curve,) = curves(part, None)
    assert curve.low is not None
    assert curve.high is not None
    assert np.min(part.low) < 0.0 <= np.min(curve.low)  # symmetric about the prediction, but no probability
    assert np.max(part.high) > 1.0 >= np.max(curve.high)


def test_the_band_of_a_rate_rises_with_the_current(tmp_path: Path) -> None:
    # a rheobase of 25 nA and 3 us: 75 fC a spike; 2 us of rest
    noise = np.random.default_rng(3)
    currents = np.linspace(30.0, 200.0, 12)
    rates = np.exp(0.02 * noise.standard_normal(12)) / (2e-6 + 3e-6 * np.log(currents / (currents - 25.0)))
    file = tmp_path / "rates.csv"
    rows = "".join(f"{i},{rate}\n" for i, rate in zip(currents, rates, strict=True))
    file.write_text("current [nA],spike rate [Hz]\n" + rows, encoding="utf-8")
    result = fit(file).result
    (curve,) = curves(result.rows[0], result.laws[0])
    assert curve.high is not None
    assert np.all(np.diff(curve.high) >= 0.0)
    assert np.all(curve.high >= curve.y)
    # at the largest current an axis with the band is no taller than the data
    assert curve.high[-1] < 1.2 * np.max(rates)


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [
        ("delays",),
        ("sweeps",),
        pytest.param(("delays", "sweeps", "relaxation", "capacitors"), marks=pytest.mark.nightly),
    ],
)
def test_a_figure_of_one_or_many_experiments_is_written(names: tuple[str, ...], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib").use("agg")
    figure = tmp_path / "fit.pdf"
    fitted(*names).plot(figure, "Ag/SiOx")
    assert figure.stat().st_size > 5000
