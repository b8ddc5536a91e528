"""Every shipped chip gives the same in a batch of design points as alone."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.errors import MappingError
from neuroest.evaluation import Evaluation, evaluate
from neuroest.library import load_architecture, load_workload, shipped
from neuroest.settings import design_with, workload_with

RESULTS = ("energy", "area", "static_power", "period")


def chip_and_network(name: str) -> tuple[object, object, dict[str, float], Evaluation]:
    design = design_with(load_architecture(name), {})
    for network in ("mlp_mnist_spiking", "mlp_mnist_dense"):
        workload = load_workload(network).spec
        claims = {**design.claims, **workload_with(workload, {})}
        values = {path: claim.value for path, claim in claims.items()}
        try:
            return design, workload, values, evaluate(design, workload, values)
        except MappingError:
            continue
    pytest.fail(f"{name} runs neither network")


@pytest.mark.parametrize("name", sorted(shipped("architecture")))
def test_nobody_writes_into_a_remembered_array(name: str) -> None:
    _, _, _, alone = chip_and_network(name)
    assert not np.any(alone.mapper.zeros())  # one array for all that ask for nothing


@pytest.mark.parametrize("name", sorted(shipped("architecture")))
def test_a_batch_gives_the_same_as_its_points(name: str) -> None:
    design, workload, values, alone = chip_and_network(name)
    temperature = "technology.temperature"
    batch = {path: np.full((3, 1), value) for path, value in values.items()}
    batch[temperature] = batch[temperature] + np.array([[0.0], [5.0], [10.0]])
    together = evaluate(design, workload, batch)  # type: ignore[arg-type]
    for quantity in RESULTS:
        found = np.broadcast_to(getattr(together, quantity), (3, 1))
        assert found[0, 0] == pytest.approx(float(np.ravel(getattr(alone, quantity))[0]), rel=1e-12)
        warmer = evaluate(design, workload, values | {temperature: values[temperature] + 10.0})  # type: ignore[arg-type]
        assert found[2, 0] == pytest.approx(float(np.ravel(getattr(warmer, quantity))[0]), rel=1e-12)
    assert float(np.ravel(together.static_power)[2]) >= float(np.ravel(together.static_power)[0])


@pytest.mark.parametrize("name", sorted(shipped("architecture")))
def test_all_costs_have_a_component_and_no_action_is_without_a_price(name: str) -> None:
    _, _, _, alone = chip_and_network(name)
    priced = {(cost.component, cost.action) for cost in alone.costs.energies}
    counted = {key for key, n in alone.counts.actions.items() if np.any(np.asarray(n) > 0.0)}
    # a neuron may spend nothing in a time step in which it does not fire
    assert {key for key in counted - priced if key[1] != "time_step"} == set()
    for row in (*alone.areas, *alone.statics):
        assert np.all(np.asarray(row.total) >= 0.0)
