"""Bands of a fit: on linear problems whose truth is known, where they must hold it as often as they say."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from neuroest.fitting.adequacy import Linear, Scatter, bands, quantile, variability
from neuroest.fitting.headers import LAYOUTS, Experiment, example_folder
from neuroest.fitting.predictions import Rows

DEVICES, CONDITIONS, CYCLES = 6, 5, 3
TRUTH = np.array([0.3, -0.2])
COVERAGE = example_folder() / "coverage.json"


def rows(values, device, uncertainty=None):
    columns = {
        "voltage": np.tile(np.repeat(np.arange(CONDITIONS) + 1.0, CYCLES), DEVICES),
        "integration_time": np.ones(len(values)), "device": device.astype(float),
    }  # fmt: skip
    if uncertainty is not None:
        columns["uncertainty"] = np.full(len(values), uncertainty)
    experiment = Experiment(LAYOUTS["integration_time"], columns, tuple(range(len(values))), "made")
    return Rows(
        experiment, np.arange(len(values)), np.exp(values), np.ones((1, len(values))), values[None, :] / 0.05
    )


def one(generator, between, within, missed=0.0):
    """A linear model of two parameters: devices shift all their rows alike, conditions miss by their own number."""
    voltage = np.tile(np.repeat(np.linspace(-1.0, 1.0, CONDITIONS), CYCLES), DEVICES)
    device = np.repeat(np.arange(DEVICES), CONDITIONS * CYCLES)
    slopes = np.stack([np.ones_like(voltage), voltage], axis=1)
    shift = between * generator.standard_normal(DEVICES)[device]
    miss = missed * np.tile(np.repeat(generator.standard_normal(CONDITIONS), CYCLES), DEVICES)
    measured = slopes @ TRUTH + shift + miss + within * generator.standard_normal(len(voltage))
    point = np.zeros(2)
    for _ in range(30):
        r = (measured - slopes @ point) / 0.05
        w = 1.0 / np.sqrt(1.0 + r * r)
        point = np.linalg.solve((slopes * w[:, None]).T @ slopes, (slopes * w[:, None]).T @ measured)
    left = measured - slopes @ point
    part = rows(left, device)
    scatter = variability([part], {0: np.ones(len(left))})
    condition = np.tile(np.repeat(np.arange(CONDITIONS), CYCLES), DEVICES)
    drive = np.full(len(left), 1.0 / 0.05)
    linear = Linear(left / 0.05, -slopes / 0.05, drive, np.zeros(len(left), int), condition, device, [part])
    return point, bands(linear, scatter), scatter


@pytest.mark.slow
@pytest.mark.parametrize(
    ("between", "within", "missed"), [(0.0, 0.1, 0.0), (0.1, 0.05, 0.0), (0.3, 0.1, 0.0), (0.05, 0.05, 0.1)]
)
def test_ninety_per_cent_bands_hold_the_truth_in_some_ninety_per_cent(between, within, missed) -> None:
    generator, inside = np.random.default_rng(1), np.zeros(2)
    for _ in range(200):
        point, reported, _ = one(generator, between, within, missed)
        reach = np.array([quantile(0.9, f) for f in reported.freedom]) * reported.deviation
        inside += np.abs(point - TRUTH) <= reach
    # two hundred sets know a coverage to two points; devices are six and conditions five
    assert np.all(inside / 200 > 0.80), inside / 200
    assert np.all(inside / 200 < 0.985), inside / 200


def test_twenty_rows_of_a_device_are_not_twenty_devices() -> None:
    _, reported, scatter = one(np.random.default_rng(3), 0.3, 0.02)
    assert scatter.between == pytest.approx(0.3, rel=0.6)
    assert reported.shares["devices"][0] > 0.9
    assert reported.freedom[0] < 2 * (DEVICES - 1)
    # the deviation of a mean of six devices
    assert reported.deviation[0] == pytest.approx(scatter.between / np.sqrt(DEVICES), rel=0.2)


def test_a_direction_that_no_row_sees_is_not_known() -> None:
    _, reported, _ = one(np.random.default_rng(4), 0.0, 0.1)
    assert np.all(reported.deviation < 1.0)
    part = rows(np.zeros(DEVICES * CONDITIONS * CYCLES), np.zeros(DEVICES * CONDITIONS * CYCLES))
    slopes = np.zeros((DEVICES * CONDITIONS * CYCLES, 2))
    slopes[:, 0] = 20.0
    numbers = np.zeros(len(slopes), int)
    flat = bands(
        Linear(np.zeros(len(slopes)), slopes, slopes[:, 0], numbers, numbers, numbers, [part]), Scatter()
    )
    assert flat.deviation[0] < 0.1
    assert flat.deviation[1] > 100.0


def test_held_parameters_add_what_is_open_of_them() -> None:
    part = rows(np.zeros(DEVICES * CONDITIONS * CYCLES), np.zeros(DEVICES * CONDITIONS * CYCLES))
    slopes = np.full((DEVICES * CONDITIONS * CYCLES, 1), 20.0)
    numbers = np.zeros(len(slopes), int)
    linear = Linear(np.zeros(len(slopes)), slopes, slopes[:, 0], numbers, numbers, numbers, [part])
    # the held parameter acts as the fitted one does; a factor e of it is one of that
    reported = bands(linear, Scatter(), np.full((len(slopes), 1), 20.0))
    assert reported.deviation[0] == pytest.approx(1.0, rel=0.01)
    assert reported.shares["held"][0] > 0.99


def test_students_quantiles_are_wide_for_few() -> None:
    # Student's t, 95 % one-sided, 5 degrees of freedom: 2.015; many: 1.645
    assert quantile(0.9, 5) == pytest.approx(2.015, abs=5e-4)
    assert quantile(0.9, np.inf) == pytest.approx(1.6449, abs=5e-4)


def test_the_recorded_coverage_is_what_the_bands_promise() -> None:
    # examples/measurements/coverage.py: stochastic simulations, each fitted from the bench neuron
    reported = json.loads(COVERAGE.read_text(encoding="utf-8"))
    assert reported["sets"] >= 40
    counted = SimpleNamespace(inside=0, all=0)
    for fitted in reported["fits"]:
        for value, factor in fitted.values():
            counted.inside += abs(np.log(value)) <= np.log(factor)
            counted.all += 1
    assert counted.inside / counted.all == pytest.approx(reported["coverage_of_all"], abs=1e-3)
    assert 0.85 <= reported["coverage_of_all"] <= 0.97
