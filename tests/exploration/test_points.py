"""Every result of every shipped chip is the same in a list, in an open grid and alone."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.error_analysis.draws import draw
from neuroest.exploration import batch_evaluation
from neuroest.exploration.batch_evaluation import Labels, block_of, box_of, evaluate_points
from neuroest.exploration.space import Space
from neuroest.exploration.structures import Group, resolve
from neuroest.loading.library import shipped
from neuroest.results.quantities import QUANTITIES
from neuroest.specs.claims import Claim
from neuroest.workloads.layout import points_first
from tests.pairs import other_chips_nightly

ALL = tuple(QUANTITIES)
LIST = 300
NETWORKS = ("mlp_mnist_spiking", "vgg9_cifar10_dense")


def group_of(chip: str) -> Group:
    """A chip on the first network that it runs."""
    for network in NETWORKS:
        group = resolve(chip, network, Space(())).groups[0]
        if np.isfinite(evaluate_points(group, {}, (1,), ("area_m2",)).totals["area_m2"][0]):
            return group
    raise AssertionError(f"{chip} runs none of {NETWORKS}")


def moved(group: Group, count: int) -> dict[str, np.ndarray]:
    """Everything that states a spread, and what a designer or a network may choose freely."""
    random = np.random.default_rng(5)
    columns = draw(group.claims, count, 5)
    for path in ("technology.temperature", "workload.activity.rate", "workload.activity.density"):
        if path in group.claims:
            claim: Claim = group.claims[path]
            columns[path] = claim.value * random.uniform(0.8, 1.0, (count, 1))
    if "workload.timesteps" in group.claims:
        columns["workload.timesteps"] = random.integers(5, 100, (count, 1)).astype(np.float64)
    columns["workload.precision.weights"] = random.integers(2, 9, (count, 1)).astype(np.float64)
    return columns


@pytest.mark.parametrize("chip", other_chips_nightly(sorted(shipped("architecture"))))
def test_a_list_gives_what_each_point_gives_alone(chip: str) -> None:
    group = group_of(chip)
    assert points_first(LIST, len(group.workload.layers))
    columns = moved(group, LIST)
    together = evaluate_points(group, columns, (LIST,), ALL)
    backwards = evaluate_points(group, {p: v[::-1] for p, v in columns.items()}, (LIST,), ALL)
    for name in ALL:
        assert np.array_equal(together.totals[name], backwards.totals[name][::-1], equal_nan=True), name
    for index in (0, 7, LIST - 1):
        point = {path: values[index : index + 1] for path, values in columns.items()}
        alone = evaluate_points(group, point, (1,), ALL)
        for name in ALL:
            assert together.totals[name][index] == pytest.approx(
                alone.totals[name][0], rel=1e-12, nan_ok=True
            ), (name, index)
        assert together.feasible[index] == alone.feasible[0]
        assert together.extrapolates[index] == alone.extrapolates[0]


@pytest.mark.parametrize("chip", ["diffusive_28nm_derived", "adc_crossbar_28nm", "digital_spiking_28nm"])
def test_an_open_grid_gives_what_a_list_of_its_points_gives(chip: str) -> None:
    group = group_of(chip)
    shape = (5, 3, 2)
    drawn = moved(group, 5)
    paths = [p for p in drawn if p.startswith("workload.")] + ["technology.temperature"]
    axes = {path: place % 3 for place, path in enumerate(paths)}
    own = {path: drawn[path][: shape[axis]] for path, axis in axes.items()}
    grid = {}
    for path, axis in axes.items():
        lengths = [1, 1, 1, 1]
        lengths[axis] = shape[axis]
        grid[path] = own[path].reshape(lengths)
    listed = {p: np.broadcast_to(v[..., 0], shape).reshape(-1, 1) for p, v in grid.items()}
    found = evaluate_points(group, grid, shape, ALL)
    expected = evaluate_points(group, listed, (30,), ALL)
    for name in ALL:
        assert found.totals[name] == pytest.approx(expected.totals[name], rel=1e-12, nan_ok=True), name
    assert len(set(expected.totals["energy_per_inference_J"])) > 5


@pytest.mark.parametrize("chip", ["diffusive_low_power_28nm", "analog_lif_low_power_28nm"])
def test_periods_that_no_point_keeps_up_with_are_refused_as_each_alone(
    chip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"operation.mode": "always_on", "operation.period": "1 s"}
    group = resolve(chip, "shd_recurrent_spiking", Space(()), settings).groups[0]
    periods = np.geomspace(1e-6, 10.0, 8)
    grid = {
        # the largest fails another check
        "chip.tile.array.read_voltage": np.array([0.05, 0.1, 1.5]).reshape(3, 1, 1, 1),
        "operation.period": periods.reshape(1, -1, 1, 1),
        "technology.temperature": np.array([290.0, 310.0]).reshape(1, 1, 2, 1),
    }
    whole = evaluate_points(group, grid, (3, 8, 2), ALL)
    monkeypatch.setattr(batch_evaluation, "_MANY_LATE", 0)
    split = evaluate_points(group, grid, (3, 8, 2), ALL)
    late = [reason.startswith("keeps_up") for reason in split.reasons]
    assert 0 < np.sum([late[code] for code in split.failed if code >= 0]) < split.failed.size
    for name in ALL:
        assert np.array_equal(whole.totals[name], split.totals[name], equal_nan=True), name
    assert np.array_equal(whole.extrapolates, split.extrapolates)
    assert np.array_equal(
        Labels(whole.failed, whole.reasons).texts(), Labels(split.failed, split.reasons).texts()
    )


def test_an_energy_per_operation_is_that_of_its_own_row() -> None:
    group = resolve("diffusive_28nm_derived", "mlp_mnist_spiking", Space(())).groups[0]
    rates = np.array([[0.05], [0.1], [0.2]])
    names = ("energy_per_inference_J", "synaptic_operations", "energy_per_synaptic_operation_J")
    energy, operations, each = evaluate_points(
        group, {"workload.activity.rate": rates}, (3,), names
    ).totals.values()
    # the input has a rate of its own; what the layers add grows with theirs
    assert operations[2] - operations[1] == pytest.approx(2.0 * (operations[1] - operations[0]))
    assert each == pytest.approx(energy / operations)


def test_blocks_bound_what_a_call_holds() -> None:
    for network in ("mlp_mnist_spiking", "resnet18_imagenet_dense"):
        group = resolve("adc_crossbar_28nm", network, Space(())).groups[0]
        layers = len(group.workload.layers)
        assert block_of(group) & (block_of(group) - 1) == 0
        assert 8 * layers * block_of(group) <= 2**20
        assert 8 * layers * box_of(group) <= 2**23


def test_a_chip_that_cannot_run_a_network_fails_in_every_point() -> None:
    group = resolve("diffusive_28nm_derived", "mlp_mnist_dense", Space(())).groups[0]
    found = evaluate_points(group, {"technology.temperature": np.full((LIST, 1), 300.0)}, (LIST,), ALL)
    assert not found.feasible.any()
    assert np.isnan(found.totals["area_m2"]).all()
    assert "cannot run a dense network" in found.reasons[0]
