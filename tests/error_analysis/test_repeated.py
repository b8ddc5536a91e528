"""Estimates and bands by a plan are those of an evaluation, number by number and word by word."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import neuroest
from neuroest.core import plans
from neuroest.core.errors import NeuroestError
from neuroest.core.plans import SWITCH
from neuroest.loading.library import shipped
from neuroest.results.estimate import Estimate

CROSSBAR = ("adc_crossbar_28nm", "mlp_mnist_dense")
DEFAULT = ("diffusive_low_power_28nm", "shd_recurrent_spiking")
SUPPLY = {"technology.supply_voltage": "0.85 V"}
CASES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    (*CROSSBAR, {}),
    (*CROSSBAR, SUPPLY),
    (*CROSSBAR, {"chip.tile.array.rows": "64", "workload.weights.mean_absolute": "0.2"}),
    (*DEFAULT, {}),
    (*DEFAULT, SUPPLY),
    ("loihi_14nm", "mlp_mnist_spiking", {}),
    ("reckon_28nm", "keyword_spotting_learning", {}),
)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Any, Any]]:
    """What a function returns with plans, however few points there are, and without."""
    monkeypatch.setattr(plans, "_possible", lambda: True)

    def results(function: Callable[[], Any]) -> tuple[Any, Any]:
        found = []
        for switch, worth in (("1", 0), ("0", 2**62)):
            monkeypatch.setenv(SWITCH, switch)
            monkeypatch.setattr(plans, "_WORTH", worth)
            found.append(function())
        return found[0], found[1]

    return results


def numbers(found: Estimate) -> dict[str, Any]:
    """Totals, bands and the numbers of checks; NaN where there is none."""
    known = {
        **found.totals,
        **{f"{one.name} of {one.component}": one.value for one in found.checks},
        **{f"{one.name} of {one.component}, limit": one.limit for one in found.checks},
        **{
            f"{name} {end}": getattr(band, end)
            for name, band in found.bands.totals.items()
            for end in ("low", "median", "high")
        },
        **{f"fails {name}": share for name, share in found.passing.failing.items()},
        "feasible": found.bands.feasible,
    }
    return {name: math.nan if value is None else value for name, value in known.items()}


def words(found: Estimate) -> list[Any]:
    """All that is no number."""
    checks = [(one.name, one.component, one.severity, one.passed, one.message) for one in found.checks]
    return [checks, found.exclusions, {name: [*causes] for name, causes in found.bands.causes.items()}]


def same(found: Estimate, expected: Estimate) -> None:
    """Twelve digits and every word."""
    assert numbers(found) == pytest.approx(numbers(expected), rel=1e-12, nan_ok=True)
    assert words(found) == words(expected)


@pytest.mark.parametrize(("chip", "network", "settings"), CASES)
def test_estimates_and_bands(
    both: Callable[..., tuple[Estimate, Estimate]], chip: str, network: str, settings: Mapping[str, str]
) -> None:
    def made() -> Estimate:
        found = neuroest.estimate(chip, network, settings)
        assert found.bands.samples > 0
        return found

    found, expected = both(made)
    assert "evaluation" not in vars(found)
    assert "sampled" not in vars(found)
    same(found, expected)
    assert found.breakdown[0].energy_J == pytest.approx(expected.breakdown[0].energy_J, rel=1e-12)


@pytest.mark.nightly
def test_estimates_of_every_chip(both: Callable[..., tuple[Any, Any]]) -> None:
    def made(chip: str, network: str) -> Estimate | str:
        try:
            return neuroest.estimate(chip, network)
        except NeuroestError as error:
            return str(error)

    for chip, network in itertools.product(shipped("architecture"), ("mlp_mnist_spiking", "mlp_mnist_dense")):
        found, expected = both(functools.partial(made, chip, network))
        if isinstance(expected, str):
            assert found == expected
        else:
            same(found, expected)


def test_one_plan_for_other_numbers(both: Callable[..., tuple[Any, Any]]) -> None:
    def made() -> list[Estimate]:
        return [neuroest.estimate(*CROSSBAR, {"supply_voltage": f"{0.8 + 0.01 * n} V"}) for n in range(4)]

    for found, expected in zip(*both(made), strict=True):
        assert found._structure._plans.counts["plans"] == 1
        assert numbers(found) == pytest.approx(numbers(expected), rel=1e-12, nan_ok=True)


def test_a_text_with_numbers_is_of_an_evaluation(both: Callable[..., tuple[Any, Any]]) -> None:
    found, expected = both(lambda: neuroest.estimate("digital_int8_28nm", "mlp_mnist_dense"))
    assert "evaluation" not in vars(found)
    assert found.checks[0].message
    assert "evaluation" in vars(found)
    same(found, expected)


@pytest.mark.parametrize("value", ["0.3 V", "0 V", "1e300 V"])
def test_refusals(both: Callable[..., tuple[Any, Any]], value: str) -> None:
    def message() -> str:
        try:
            neuroest.estimate(*DEFAULT, {"technology.supply_voltage": value})
        except NeuroestError as error:
            return str(error)
        return ""

    neuroest.estimate(*DEFAULT, SUPPLY)
    found, expected = both(message)
    assert found == expected != ""


def test_the_first_estimates_record_nothing() -> None:
    found = neuroest.estimate(*CROSSBAR, {"chip.tile.array.columns": "64"})
    assert found._structure._plans.counts == {}


def test_another_device_is_another_structure() -> None:
    one, other = (
        neuroest.estimate(*CROSSBAR, settings)
        for settings in ({}, {"chip.tile.array.cell.device": "rram_40nm_tsmc"})
    )
    assert one._structure is not other._structure
    assert one._structure is neuroest.estimate(*CROSSBAR)._structure
