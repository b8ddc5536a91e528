"""Every shipped chip gives the same in a batch of design points as alone."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.core.errors import MappingError
from neuroest.design.overrides import design_with, workload_with
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_architecture, load_workload, shipped
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import Evaluation, evaluate
from tests.each import each

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


@each("name", sorted(shipped("architecture")))
def test_nobody_writes_into_a_remembered_array(name: str) -> None:
    _, _, _, alone = chip_and_network(name)
    # one array for all that ask for nothing
    assert not np.any([level.mapper.zeros() for level in alone.levels])


@each("name", sorted(shipped("architecture")))
def test_a_batch_gives_the_same_as_its_points(name: str) -> None:
    design, workload, values, alone = chip_and_network(name)
    temperature = "technology.temperature"
    batch = {path: np.full((3, 1), value) for path, value in values.items()}
    batch[temperature] = batch[temperature] + np.array([[0.0], [5.0], [10.0]])
    together = evaluate(design, workload, batch)  # type: ignore[arg-type]
    warmer = evaluate(design, workload, values | {temperature: values[temperature] + 10.0})  # type: ignore[arg-type]
    for quantity in RESULTS:
        found = np.broadcast_to(getattr(together, quantity), (3, 1))
        assert found[0, 0] == pytest.approx(float(np.ravel(getattr(alone, quantity))[0]), rel=1e-12)
        assert found[2, 0] == pytest.approx(float(np.ravel(getattr(warmer, quantity))[0]), rel=1e-12)
    assert float(np.ravel(together.static_power)[2]) >= float(np.ravel(together.static_power)[0])


@each("name", sorted(shipped("architecture")))
def test_all_costs_have_a_component_and_no_action_is_without_a_price(name: str) -> None:
    _, _, _, alone = chip_and_network(name)
    priced = {(cost.component, cost.action) for cost in alone.costs.energies}
    counted = {key for key, n in alone.counts.actions.items() if np.any(np.asarray(n) > 0.0)}
    # a neuron may spend nothing in a time step in which it does not fire
    assert {key for key in counted - priced if key[1] != "time_step"} == set()
    for row in (*alone.areas, *alone.statics):
        assert np.all(np.asarray(row.total) >= 0.0)


@pytest.mark.parametrize(
    ("case", "chip", "network", "moved"),
    [
        (
            "timely", "chip", "full_chip",
            {"chip.sub_chip.array.row_buffer.every": (128.0, 256.0, 512.0),
             "chip.sub_chip.array.input.rows_per_converter": (4.0, 8.0, 16.0),
             "chip.sub_chip.array.readout.converter.bits": (6.0, 8.0, 7.0)},
        ),
        (
            "jia_2020", "chip", "full_array",
            {"chip.array.cell.unit_capacitance": (1e-15, 2e-15, 6e-15),
             "technology.supply_voltage": (0.85, 1.0, 1.2),
             "chip.array.readout.converter.circuit_voltage": (0.0, 1.0, 1.2)},
        ),
        (
            "keyword_spotting_processors", "gpu", "spotter",
            {"chip.processor.processor.call_time": (0.0, 1e-3, 2e-3),
             "chip.processor.processor.batch": (1.0, 4.0, 16.0)},
        ),
    ],
)  # fmt: skip
def test_a_batch_of_blocks_that_no_shipped_chip_has_gives_the_same_as_its_points(
    case: str, chip: str, network: str, moved: dict[str, tuple[float, ...]]
) -> None:
    folder = data_folder("validation_case") / case
    nominal = estimate(folder / f"{chip}.yaml", folder / f"{network}.yaml")
    values = {path: claim.value for path, claim in nominal.claims.items()}
    columns = {path: np.array(given).reshape(-1, 1) for path, given in moved.items()}
    batch = evaluate(nominal.design, nominal.workload, {**values, **columns})
    for place in range(3):
        point = {path: given[place] for path, given in moved.items()}
        alone = evaluate(nominal.design, nominal.workload, {**values, **point})
        for name in ("energy", "area", "static_power", "period"):
            together = np.broadcast_to(np.asarray(getattr(batch, name)), (3, 1))[place]
            assert together == pytest.approx(np.ravel(getattr(alone, name)), rel=1e-12)
