"""Data of laws that the model does not know make no spec, and no narrow band."""

from dataclasses import fields
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from neuroest.dynamics.pulse_response import Rates, first_spike
from neuroest.fitting.adequacy import misfit, needed_shift
from neuroest.fitting.estimation import Fit, fit
from neuroest.fitting.headers import LAYOUTS, Experiment, Measurements
from neuroest.fitting.predictions import Rows, compliance_current, on_resistance_bound, predict
from neuroest.loading.library import load_device

TEMPLATE = {name: claim.value for name, claim in load_device("diffusive_bench").claims.items()}
LAW = {0.6: 5793e-6, 0.8: 153.6e-6, 1.0: 16.28e-6, 1.2: 3.908e-6, 1.5: 0.8186e-6}
"""Voltage and median delay of ln(delay) = ln(2 ns) + 9 V/V, with some scatter; no diffusive neuron has this law."""


def experiment(name: str, **columns: np.ndarray | list[float]) -> Experiment:
    arrays = {key: np.asarray(value, dtype=float) for key, value in columns.items()}
    return Experiment(LAYOUTS[name], arrays, tuple(range(len(next(iter(arrays.values()))))), "test")


def times(measured: list[float], predicted: list[float], voltage: list[float]) -> Rows:
    found = experiment("integration_time", voltage=voltage, integration_time=measured)
    residuals = np.log(np.array(predicted) / np.array(measured))[None, :] / found.layout.error
    return Rows(found, np.arange(len(measured)), np.array(measured), np.array(predicted)[None, :], residuals)


@cache
def fitted(first: int, last: int) -> Fit:
    """A fit to some rows of the law."""
    rows = dict(list(LAW.items())[first:last])
    data = experiment("integration_time", voltage=[*rows], integration_time=[*rows.values()])
    return fit(Measurements("test", (data,)), TEMPLATE, conduction_length=0.2, starts=1)


def test_repeated_rows_tell_scatter_from_misfit() -> None:
    # four repetitions that scatter by 2 %, and a model that misses both voltages by 40 %, once up and once down
    scatter = [1.02, 0.98, 1.02, 0.98]
    measured = [*scatter, *(2.0 * s for s in scatter)]
    voltage = [0.8] * 4 + [1.0] * 4
    bad = misfit(times(measured, [1.4] * 4 + [2.0 / 1.4] * 4, voltage), 1)
    good = misfit(times(measured, [1.0] * 4 + [2.0] * 4, voltage), 1)
    assert bad is not None
    assert good is not None
    assert bad.rejected
    assert bad.systematic == pytest.approx(np.log(1.4), rel=0.02)
    assert not good.rejected


def test_scatter_of_single_rows_is_no_misfit() -> None:
    # six voltages, one row each, 25 % scatter: a typical switch, and nothing to reject a model for
    predicted = [1.0, 0.7, 0.5, 0.35, 0.25, 0.2]
    measured = [p * s for p, s in zip(predicted, [1.25, 0.8, 1.1, 0.75, 1.3, 0.9], strict=True)]
    found = misfit(times(measured, predicted, [0.6, 0.7, 0.8, 0.9, 1.0, 1.1]), 1)
    assert found is not None
    assert not found.rejected


def test_the_band_reaches_to_where_each_row_can_be_met() -> None:
    shifts = np.linspace(-3.0, 3.0, 61)
    rows = np.stack([shifts - 1.0, -2.0 * (shifts + 2.0), np.ones_like(shifts)], axis=1)
    # met at +1 and at -2; the third nowhere
    assert needed_shift(shifts, rows) == pytest.approx(2.0, abs=0.11)


@pytest.mark.nightly
def test_a_law_that_the_model_does_not_know_is_rejected_and_its_subsets_agree_within_their_bands() -> None:
    every = fitted(0, len(LAW))
    subsets = [every, *(fitted(start, start + 3) for start in (0, 2))]
    assert "the model does not describe integration_time" in every.rejected
    assert all(found.rejected for found in subsets)
    for one, other in pairwise(subsets):
        apart = abs(np.log(one.values["field_mobility"] / other.values["field_mobility"]))
        reach = np.log(one.factor("field_mobility")) + np.log(other.factor("field_mobility"))
        assert apart <= reach


@pytest.mark.slow
def test_three_rows_cannot_carry_three_parameters() -> None:
    found = fitted(0, 3)
    assert len(found.fitted) == 1
    assert any("conditions can determine at most" in why for why in found.held.values())


def test_what_is_shown_is_the_model_and_no_penalty() -> None:
    # the second time is one that this device is far too slow for
    data = experiment("integration_time", voltage=[0.8, 1.0], integration_time=[23e-3, 1e-4])
    (searched,), (shown,) = (
        predict(Measurements("test", (data,)), {n: np.array([v]) for n, v in TEMPLATE.items()}, 0.2, patience)
        for patience in (2.5, 1e3)
    )
    rates = Rates(*(TEMPLATE[field.name] for field in fields(Rates)))
    true = first_spike(rates, np.array([0.8, 1.0]), 1.0, 1.0, 1).time
    assert shown.predicted[0] == pytest.approx(true, rel=1e-6)
    assert searched.predicted[0][1] > 1.5 * true[1]


def test_an_on_state_at_compliance_is_a_bound() -> None:
    voltage = np.array([0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0])
    current = np.array([1e-10, 2e-10, 1e-8, 5e-5, 5e-5, 5e-5, 5e-5])
    stated = experiment(
        "current_voltage", time=voltage, voltage=voltage, current=current, compliance=[5e-5] * 7
    )
    assert on_resistance_bound(stated) == pytest.approx(0.7 / 5e-5)
    open_ended = experiment("current_voltage", time=voltage, voltage=voltage, current=voltage / 12e3)
    assert on_resistance_bound(open_ended) is None


def test_a_plateau_is_a_compliance_that_nobody_stated() -> None:
    voltage = np.linspace(0.1, 1.5, 15)
    current = np.minimum(voltage / 12e3, 5e-5)
    found = experiment("current_voltage", time=voltage, voltage=voltage, current=current)
    assert compliance_current(found) == pytest.approx(np.full(15, 5e-5))
