"""A long list that repeats a plan gives what it gives without one, for every shipped chip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neuroest.core import compiled, plan, plans
from neuroest.core.plans import SWITCH, Plans
from neuroest.error_analysis.draws import draw
from neuroest.exploration.batch_evaluation import Points, evaluate_points
from neuroest.exploration.space import space_from
from neuroest.exploration.structures import Group, candidate, resolve
from neuroest.loading.library import shipped
from neuroest.results.quantities import QUANTITIES

ALL = tuple(QUANTITIES)
FEW, DRAWS, MANY = 2, 40, 300
MOST_REFUSED = 2
"""Chips whose evaluation cannot be recorded."""
ARRAY = "chip.tile.array"
MOVED = {
    f"{ARRAY}.rows": "32..256", f"{ARRAY}.read_voltage": "0.05..0.2 V", f"{ARRAY}.pulse_width": "5 ns..50 ns",
    "technology.supply_voltage": "0.7..0.9 V", "workload.input.activity.rate": "0.05..0.2",
}  # fmt: skip


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Points, Points]]:
    """A list with plans, however short, and without."""
    monkeypatch.setattr(plans, "_WORTH", 0)
    monkeypatch.setattr(plans, "_possible", lambda: True)
    monkeypatch.setattr(plans, "_FEWEST", 0.0)

    def evaluated(group: Group, columns: dict[str, np.ndarray], count: int, **options: Any) -> Any:
        found = []
        for switch in ("1", "0"):
            monkeypatch.setenv(SWITCH, switch)
            found.append(evaluate_points(group, columns, (count,), ALL, **options))
        return tuple(found)

    return evaluated


def same(found: Points, expected: Points) -> None:
    """Totals to twelve digits, the same checks and marks."""
    for name in ALL:
        np.testing.assert_allclose(
            found.totals[name], expected.totals[name], rtol=1e-12, atol=0.0, err_msg=name
        )
    reasons = [np.array([*points.reasons, ""])[points.failed] for points in (found, expected)]
    assert np.array_equal(*reasons)
    assert np.array_equal(found.extrapolates, expected.extrapolates)


@pytest.mark.nightly
@pytest.mark.parametrize("network", ["mlp_mnist_spiking", "resnet18_imagenet_dense"])
def test_drawn_points_of_every_chip(both: Callable[..., tuple[Points, Points]], network: str) -> None:
    refused = 0
    for chip in shipped("architecture"):
        group = candidate(chip, network, {}, {}).group
        found, expected = both(group, draw(group.claims, FEW, 7), FEW)
        same(found, expected)
        refused += bool(group.plans.refused) and bool(np.isfinite(expected.totals["area_m2"]).any())
    assert refused <= MOST_REFUSED


@pytest.fixture(params=["numpy", "compiled"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to repeat a plan."""
    if request.param == "compiled":
        pytest.importorskip("llvmlite", reason="needs neuroest[compiled]")
    monkeypatch.setattr(compiled, "possible", lambda: request.param == "compiled")


@pytest.mark.usefixtures("machine")
def test_draws_whose_timesteps_are_searched(both: Callable[..., tuple[Points, Points]]) -> None:
    group = candidate("diffusive_low_power_28nm", "shd_recurrent_spiking", {}, {}).group
    same(*both(group, draw(group.claims, DRAWS, 7), DRAWS, judged=False))
    # a quarter of them is late, for which the rounds are a loop of the plan, with searches of drives in each
    assert group.plans.counts == {"plans": 1, "repeated": DRAWS, "left": 0}


@pytest.mark.usefixtures("machine")
def test_a_list_in_which_other_points_go_other_ways(both: Callable[..., tuple[Points, Points]]) -> None:
    resolved = resolve("diffusive_28nm_derived", "mlp_mnist_spiking", space_from(MOVED))
    places = np.random.default_rng(1).random((len(resolved.numeric), MANY, 1))
    columns = {
        path: track.at(place) for axis, place in zip(resolved.numeric, places, strict=True)
        for path, track in axis.tracks.items()
    }  # fmt: skip
    group = resolved.groups[0]
    same(*both(group, columns, MANY))
    assert group.plans.counts["repeated"] > 0.9 * MANY
    (first, _), *_ = group.plans._plans.popitem()[1]
    assert first.operations < first.recorded


def test_what_cannot_be_recorded_is_evaluated_as_it_stands(
    both: Callable[..., tuple[Points, Points]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def unable(*_: Any) -> None:
        raise TypeError("no such operation\nmore")

    monkeypatch.setattr(plan, "Plan", unable)
    group = candidate("digital_int8_28nm", "mlp_mnist_dense", {}, {}).group
    with caplog.at_level("INFO", "neuroest.core.plans"):
        same(*both(group, draw(group.claims, FEW, 7), FEW))
    assert [*group.plans.refused.values()] == ["no such operation"]
    assert caplog.messages == ["evaluated without a plan: no such operation"]


def test_a_plan_is_no_part_of_a_job_in_another_process() -> None:
    own = Plans()
    own.counts["plans"] = 1
    make, arguments = own.__reduce__()
    assert make(*arguments).counts == {}
