"""Timesteps and drives that fit each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from neuroest.blocks.base import UNKNOWN_PACE, Pace
from neuroest.core.arrays import Array
from neuroest.design.overrides import design_with, workload_with
from neuroest.error_analysis.draws import draw
from neuroest.levels.crossbar_roles import is_crossbar
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.assignment import owners
from neuroest.pipeline.evaluation import evaluate
from neuroest.pipeline.pacing import FIRING_SLACK, Points, Settled, TimestepSearch, _timed
from tests.pairs import pairs


def solved(made_by: Callable[[Array], Array], start: Array, most: int = 40) -> tuple[Array, int]:
    """Timesteps that make themselves, and the rounds that it took."""
    search = TimestepSearch.idle(len(start))
    search = search.joined_by(start, made_by(start), made_by(start), np.ones(start.shape, dtype=bool))
    for rounds in range(most):
        if not search.sought.any():
            return search.asked, rounds
        search = search.after(made_by(search.asked))
    raise AssertionError("not found")


def test_a_timestep_is_found_that_makes_itself() -> None:
    # t = 1 + 0.8 t has 5, t = 1 + sqrt(t) has ((1 + sqrt 5)/2)^2; what rises no more has its end
    found, rounds = solved(lambda t: 1.0 + 0.8 * t, np.array([[1.0]]))
    assert found == pytest.approx(5.0, rel=1e-8)
    assert rounds <= 8
    found, _ = solved(lambda t: 1.0 + np.sqrt(t), np.array([[1.0], [0.1]]))
    assert found == pytest.approx(((1.0 + np.sqrt(5.0)) / 2.0) ** 2, rel=1e-8)
    found, rounds = solved(lambda t: np.minimum(1.0 + 1.3 * t, 3.0), np.array([[1.0]]))
    assert found == pytest.approx(3.0, rel=1e-8)


def test_a_jump_past_it_leaves_the_end_at_which_neurons_are_in_time() -> None:
    found, _ = solved(lambda t: np.where(t < 2.0, 3.0, 1.5), np.array([[1.0]]))
    # just above 2 the chip makes less than the drives are sized for, just below it makes more
    assert 2.0 <= found.item() <= 2.0 * (1.0 + 2e-6)
    one = np.array([[1.0]])
    for made, sought in ((2.0 - 1e-8, False), (1.5, True)):
        # sized for 2 s it makes just as much, for a little less 3 s: the upper end is not tried again
        search = TimestepSearch.idle(1).joined_by(one, 3.0 * one, 2.0 * one, one > 0.0).after(made * one)
        search = replace(search, asked=2.0 * one - 1e-6).after(3.0 * one)
        assert search.sought.item() == sought
        assert (search.asked.item() == pytest.approx(2.0, rel=1e-15)) is not sought


def test_what_is_found_for_a_point_does_not_depend_on_the_others() -> None:
    slopes = np.array([[0.2], [0.9], [0.5]])
    together, _ = solved(lambda t: 1.0 + slopes * t, np.ones((3, 1)))
    for place, slope in enumerate(slopes):
        alone, _ = solved(lambda t, slope=slope: 1.0 + slope * t, np.ones((1, 1)))
        assert together[place].tolist() == alone[0].tolist()


def test_neurons_of_a_batch_are_in_time_and_as_each_alone() -> None:
    design, network = (
        design_with(load_architecture("diffusive_28nm_derived"), {}),
        load_workload("mlp_mnist_spiking"),
    )
    claims = {**design.claims, **workload_with(network.spec, {})}
    values = {path: claim.value for path, claim in claims.items()}
    # a model error of time stretches the timestep as a slow network on chip does
    stretched = {"model_discrepancy.crossbar.time": np.array([[1.0], [4.0], [8.0], [4.0]])}
    batch = evaluate(design, network.spec, {**values, **draw(claims, 4, 2), **stretched})
    level = batch.one_level
    array, step = level.mapper.compute, np.asarray(batch.timing.timestep(level))
    late = array.drive(level.mapper.network).overstretched(step)
    assert np.all(late <= 1.0 + FIRING_SLACK)
    asked = np.asarray(level.mapper.network.pace.least_timestep)
    assert np.count_nonzero(asked > 0.0) >= 2
    assert asked[asked > 0.0] == pytest.approx(step[asked > 0.0], rel=1e-8)
    for place in range(4):
        own = {
            path: float(np.broadcast_to(v, (4, 1))[place, 0])
            for path, v in {**draw(claims, 4, 2), **stretched}.items()
        }
        alone = evaluate(design, network.spec, {**values, **own})
        assert float(np.ravel(alone.energy)[0]) == pytest.approx(
            float(np.ravel(batch.energy)[place]), rel=1e-9
        )


def test_what_is_mapped_and_counted_does_not_change_with_the_pace_of_a_level_that_is_not_placed_by_time() -> (
    None
):
    """Rounds of the search take it from the first one; a chip whose levels are placed by time maps it again."""
    compared, different = 0, []
    network = load_workload("shd_recurrent_spiking").spec
    for chip, _ in pairs("shd_recurrent_spiking"):
        design = design_with(load_architecture(chip), {})
        values = {
            path: claim.value for path, claim in {**design.claims, **workload_with(network, {})}.items()
        }
        points = Points(design, network, values)
        owner, _ = owners(design, points.chip, points.layers)
        settled = Settled(owner, None, design.spec.partition)
        alone = _timed(points, settled, [UNKNOWN_PACE] * len(points.chip.computing_levels()))
        if not any(is_crossbar(level.mapper.compute) for level in alone.levels):
            continue
        paces = [Pace(3.0 * alone.timing.timestep(level)) for level in alone.levels]
        again, anew = _timed(points, settled, paces, alone), _timed(points, settled, paces)
        compared += 1
        same = again.counts.actions.keys() == anew.counts.actions.keys()
        same = same and all(
            np.array_equal(n, anew.counts.actions[key]) for key, n in again.counts.actions.items()
        )
        for one, other in zip(again.levels, anew.levels, strict=True):
            same = same and vars(one.mapped.placement).keys() == vars(other.mapped.placement).keys()
            same = same and np.array_equal(one.mapped.placement.units, other.mapped.placement.units)
            same = same and dict(one.mapped.instances) == dict(other.mapped.instances)
            checks = [
                [(c.name, bool(np.all(c.passed)), c.value) for c in each.mapped.checks]
                for each in (one, other)
            ]
            same = same and repr(checks[0]) == repr(checks[1])
        same = same and np.array_equal(again.timing.step, anew.timing.step)
        same = same and np.array_equal(again.timing.latency, anew.timing.latency)
        if not same:
            different.append(chip)
    assert different == []
    assert compared > 20
