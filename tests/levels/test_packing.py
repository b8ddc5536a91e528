"""Arrays that hold pieces of several layers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neuroest.core.errors import MappingError
from neuroest.design.overrides import design_with
from neuroest.levels.crossbar.packing import Packed, Piece, Wanted, pack, pieces_of, share_arrays
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.evaluation import evaluate
from neuroest.results.estimate import Estimate
from tests.chips import arrays, changed, count, energy, failed, run

ADC, NEURON, ARRAY = "adc_crossbar_28nm", "diffusive_28nm_derived", "chip.tile.array."
SHARED = {f"{ARRAY}sharing": "layers"}
SIZE = (16.0, 12.0)
MANY = settings(max_examples=60)

LAYERS = st.lists(
    st.tuples(
        st.integers(1, 40), st.integers(1, 40), st.integers(1, 9), st.integers(1, 3), st.floats(0.1, 2.0)
    ),
    min_size=1,
    max_size=6,
)
"""Rows and columns of a group, groups, copies and time of each layer."""


def pieces(layers: list[tuple[int, int, int, int, float]]) -> list[Piece]:
    return [
        piece
        for layer, (rows, columns, groups, copies, _) in enumerate(layers)
        for piece in pieces_of(layer, SIZE, (float(rows), float(columns)), groups, copies)
    ]


def packed(layers: list[tuple[int, int, int, int, float]], limit: float = math.inf) -> Packed:
    return pack(*SIZE, pieces(layers), [time for *_, time in layers], limit)


@MANY
@given(LAYERS)
def test_pieces_hold_all_cells_of_a_layer(layers: list[tuple[int, int, int, int, float]]) -> None:
    for layer, (rows, columns, groups, copies, _) in enumerate(layers):
        own = [p for p in pieces(layers) if p.layer == layer]
        assert sum(p.number * p.cells for p in own) == rows * columns * groups * copies
        assert all(p.rows <= SIZE[0] and p.columns <= SIZE[1] and p.cells <= p.rows * p.columns for p in own)


@MANY
@given(LAYERS)
def test_sharing_never_takes_more_arrays_and_never_fewer_than_the_cells_fill(
    layers: list[tuple[int, int, int, int, float]],
) -> None:
    found = packed(layers)
    cells = sum(rows * columns * groups * copies for rows, columns, groups, copies, _ in layers)
    assert cells / (SIZE[0] * SIZE[1]) <= found.arrays <= sum(p.number for p in pieces(layers))
    assert np.sum(found.shares) == pytest.approx(found.arrays, rel=1e-12)
    assert np.all(found.shares > 0.0)


@MANY
@given(LAYERS)
def test_no_two_pieces_overlap_and_none_leaves_its_array(
    layers: list[tuple[int, int, int, int, float]],
) -> None:
    found = packed(layers)
    taken: dict[int, np.ndarray[Any, Any]] = {}
    for piece, where, top, left in found.spots:
        for array, row, column in zip(where.tolist(), top.astype(int), left.astype(int), strict=True):
            cells = taken.setdefault(array, np.zeros((int(SIZE[0]), int(SIZE[1])), int))
            spot = cells[row : row + int(piece.rows), column : column + int(piece.columns)]
            assert spot.size == piece.rows * piece.columns
            spot += 1
    assert all(cells.max() == 1 for cells in taken.values())
    whole = sum(p.number for p in pieces(layers) if (p.rows, p.columns) == SIZE)
    assert len(taken) + whole == found.arrays


@MANY
@given(LAYERS)
def test_a_layer_never_meets_itself(layers: list[tuple[int, int, int, int, float]]) -> None:
    by_layer: dict[int, list[int]] = {}
    for piece, where, _, _ in packed(layers).spots:
        by_layer.setdefault(piece.layer, []).extend(where.tolist())
    assert all(len(where) == len(set(where)) for where in by_layer.values())


@MANY
@given(LAYERS, st.floats(0.1, 6.0))
def test_a_limit_on_the_turns_is_kept_wherever_layers_share(
    layers: list[tuple[int, int, int, int, float]], limit: float
) -> None:
    times = np.array([time for *_, time in layers])
    assert np.all(packed(layers, limit).companies @ times <= limit * (1 + 1e-12))
    assert packed(layers).arrays <= packed(layers, 0.0).arrays == sum(p.number for p in pieces(layers))


@MANY
@given(st.lists(LAYERS.filter(lambda found: len(found) == 3), min_size=1, max_size=4), st.booleans())
# three turns that fill the limit of 3.0 but for rounding
@example([[(1, 1, 1, 1, 1.1), (1, 1, 1, 1, 1.1), (1, 1, 1, 1, 0.8)]] * 2, True)  # noqa: FBT003
def test_many_design_points_are_packed_as_one_each(
    points: list[list[tuple[int, int, int, int, float]]], limited: bool
) -> None:
    points = [p[:3] for p in points]
    table = np.array(points, float)  # point, layer, property
    rows, columns, groups, copies, times = np.moveaxis(table, -1, 0)
    one = np.ones(1)
    found = share_arrays(
        Wanted(
            rows, columns, groups, copies, copies, 0.0 * rows, times, copies, 0.0 * times, SIZE[0] * one,
            SIZE[1] * one, np.array([3.0 if limited else math.inf]), math.inf * one,
        )
    )  # fmt: skip
    for index, layers in enumerate(points):
        alone = packed(layers, 3.0 if limited else math.inf)
        assert found.needed[index, 0] == alone.arrays
        assert found.units[index] == pytest.approx(alone.shares, rel=1e-12)
        longest = max((float(times[index] @ company) for company in alone.companies), default=0.0)
        assert found.time_sharing.busiest(times)[index, 0] == pytest.approx(longest, rel=1e-12)


def test_three_layers_by_hand() -> None:
    # 16 x 12: the first takes the left 5 columns, the second is next to it, the third on a shelf above both
    found = pack(16.0, 12.0, [Piece(0, 9.0, 5.0, 1, 45.0), Piece(1, 8.0, 7.0, 1, 56.0), Piece(2, 7.0, 12.0, 1, 84.0)],
                 [1.0, 2.0, 4.0])  # fmt: skip
    assert found.arrays == 1
    assert [(s.top[0], s.left[0]) for s in found.spots] == [(0.0, 0.0), (0.0, 5), (9, 0.0)]
    assert found.shares == pytest.approx(np.array([45.0, 56.0, 84.0]) / 185.0)
    assert found.companies.tolist() == [[True, True, True]]


def small_network(folder: Path, *, spiking: bool = False) -> Path:
    """Three layers that fill a corner of an array each: 40-20-20-10."""
    data = yaml.safe_load(
        Path(load_workload("mlp_mnist_spiking" if spiking else "mlp_mnist_dense").file).read_text(
            encoding="utf-8"
        )
    )
    data["name"], data["input"]["shape"] = "small", [40]
    data["layers"] = [
        {"name": name, "type": "fully_connected", "outputs": outputs}
        for name, outputs in (("first", 20), ("second", 20), ("third", 10))
    ]
    file = folder / "small.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return file


def both(chip: str, folder: Path, *, spiking: bool = False, **more: Any) -> tuple[Estimate, Estimate]:
    network = str(small_network(folder, spiking=spiking))
    changes = {f"{ARRAY}{name}": value for name, value in more.items()}
    return run(chip, network, changes, folder), run(chip, network, SHARED | changes, folder)


def test_small_layers_in_one_array_take_turns(tmp_path: Path) -> None:
    alone, shared = both(ADC, tmp_path, columns=512)
    assert (alone.totals["computing_units"], shared.totals["computing_units"]) == (3, 1)
    level = "chip.tile.array"
    time_sharing = float(np.sum(shared.evaluation.timing.resources[level]))
    assert shared.totals["initiation_interval_s"] == pytest.approx(time_sharing)
    assert alone.totals["initiation_interval_s"] < time_sharing
    # while the last results of a layer are still converted, other inferences take the array that the next one waits for
    later = shared.totals["latency_s"] - alone.totals["latency_s"]
    assert 0.0 <= later <= time_sharing
    assert shared.totals["utilisation"] == pytest.approx(3 * alone.totals["utilisation"])
    # the same cells are read and written, in a third of the arrays
    assert energy(shared, component="cell", term="read_current") == pytest.approx(
        energy(alone, component="cell", term="read_current")
    )
    assert shared.totals["programming_energy_J"] == pytest.approx(alone.totals["programming_energy_J"])
    assert shared.totals["programming_time_s"] == pytest.approx(alone.totals["programming_time_s"] / 3)


def test_every_output_keeps_its_neuron(tmp_path: Path) -> None:
    alone, shared = both(NEURON, tmp_path, spiking=True)
    assert shared.totals["computing_units"] < alone.totals["computing_units"]
    assert shared.totals["physical_neurons"] == alone.totals["physical_neurons"] == 50
    stage_interval = float(np.ravel(shared.evaluation.timing.stage_interval)[0])
    times = np.ravel(shared.evaluation.timing.resources["chip.tile.array"])
    assert stage_interval == pytest.approx(float(np.sum(times)))
    steps = 20 + 3 - 1
    assert shared.totals["latency_s"] == pytest.approx(steps * stage_interval)


def test_a_target_lets_layers_share_only_as_long_as_it_is_kept(tmp_path: Path) -> None:
    _, free = both(ADC, tmp_path, columns=512)
    times = np.ravel(free.evaluation.timing.resources["chip.tile.array"])
    two = float(np.sort(times)[-2:].sum()) * 1.01
    _, bound = both(ADC, tmp_path, columns=512, target_interval=f"{two} s")
    assert bound.totals["computing_units"] == 2
    assert bound.totals["initiation_interval_s"] <= two


def test_arrays_whose_currents_meet_are_not_shared(tmp_path: Path) -> None:
    changes = {f"{ARRAY}readout.partial_sums": "analog_merge"}
    alone = run(NEURON, "mlp_mnist_spiking", changes, tmp_path)
    shared = run(NEURON, "mlp_mnist_spiking", changes | SHARED, tmp_path)
    # all three layers of 784-512-512-10 are split over rows of arrays
    assert shared.totals["computing_units"] == alone.totals["computing_units"]


@pytest.mark.parametrize(
    ("chip", "kind"),
    [("selector_crossbar_28nm", "cells without transistors"), ("charge_domain_65nm", "charge-domain cells")],
)
def test_cells_that_cannot_be_cut_off_are_not_shared(chip: str, kind: str, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=f"{kind} .* every column"):
        run(chip, "mlp_mnist_dense", SHARED, tmp_path)


def test_edges_of_large_layers_share_arrays_too(tmp_path: Path) -> None:
    alone, shared = (run(ADC, "vgg9_cifar10_dense", changes, tmp_path) for changes in ({}, SHARED))
    assert shared.totals["computing_units"] < alone.totals["computing_units"]
    assert shared.totals["area_m2"] < alone.totals["area_m2"]
    assert shared.totals["initiation_interval_s"] >= alone.totals["initiation_interval_s"]
    assert arrays(shared) >= shared.totals["computing_units"]
    held, filled = (
        float(np.sum(x)) for x in (
            shared.evaluation.mapped.placement.units,
            shared.evaluation.mapped.placement.units * shared.evaluation.mapped.placement.utilisation,
        )
    )  # fmt: skip
    assert held == pytest.approx(shared.totals["computing_units"])
    assert filled == pytest.approx(alone.totals["utilisation"] * alone.totals["computing_units"])
    assert "network_fits" not in failed(shared)


def test_a_batch_over_sizes_shares_as_each_alone(tmp_path: Path) -> None:
    chip = load_architecture(str(changed(ADC, SHARED, tmp_path)))
    network = load_workload(str(small_network(tmp_path))).spec
    design = design_with(chip, {})
    values = {path: claim.value for path, claim in design.claims.items()}
    sizes = [32.0, 64.0, 128.0, 512.0]
    batch = evaluate(design, network, values | {f"{ARRAY}columns": np.array(sizes)[:, None]})
    for index, size in enumerate(sizes):
        alone = evaluate(design, network, values | {f"{ARRAY}columns": size})
        for quantity in ("area", "energy", "period"):
            one = float(np.ravel(getattr(alone, quantity))[0])
            assert np.ravel(getattr(batch, quantity))[index] == pytest.approx(one, rel=1e-12)


def depthwise_network(folder: Path, channels: int) -> Path:
    data = yaml.safe_load(Path(load_workload("vgg9_cifar10_dense").file).read_text(encoding="utf-8"))
    data["name"], data["input"]["shape"] = "depthwise", [channels, 8, 8]
    data["layers"] = [
        {
            "name": "each",
            "type": "convolution",
            "outputs": channels,
            "kernel": 3,
            "padding": 1,
            "groups": channels,
        }
    ]
    file = folder / "depthwise.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return file


def test_groups_on_a_diagonal_read_the_cells_next_to_it(tmp_path: Path) -> None:
    result = run(ADC, str(depthwise_network(tmp_path, 64)), {}, tmp_path)
    layer = result.evaluation.layers
    array = result.evaluation.mapper.compute
    columns = 2 * float(np.ravel(array.weights.slices(result.evaluation.mapper.network))[0])
    most = min(128 // 9, int(128 // columns))
    full, rest = divmod(64, most)
    assert result.totals["computing_units"] == full + (rest > 0)
    # each driven row meets the columns of all other groups of its array
    beside = (full * most * (most - 1) + rest * (rest - 1)) / 64
    rows = count(result, "cell", "row_toggle")
    assert count(result, "cell", "off_diagonal_read") == pytest.approx(rows * beside * columns)
    # at the low conductance of the device, from the regulator's supply for the time of a read
    low = array.cell.limited(array.cell.device.low_conductance)
    network = result.evaluation.mapper.network
    each = float(np.ravel(low * 0.1 * 0.9 * array.read_time(network) * array.current_left(network))[0])
    assert energy(result, component="cell", action="off_diagonal_read") == pytest.approx(
        rows * beside * columns * each
    )
    assert np.ravel(layer.groups)[0] == 64


def test_depthwise_layers_of_mobilenet_leave_room_for_others(tmp_path: Path) -> None:
    network = "mobilenet_v1_imagenet_dense"
    alone = run(ADC, network, {}, tmp_path)
    shared = run(ADC, network, SHARED, tmp_path)
    assert shared.totals["computing_units"] < 0.9 * alone.totals["computing_units"]
    assert shared.totals["area_m2"] < 0.9 * alone.totals["area_m2"]
    slowest = alone.totals["initiation_interval_s"]
    assert slowest < shared.totals["initiation_interval_s"]
    kept = run(ADC, network, SHARED | {f"{ARRAY}target_interval": f"{slowest * 1.001} s"}, tmp_path)
    assert kept.totals["initiation_interval_s"] <= slowest * 1.001
    assert shared.totals["computing_units"] < kept.totals["computing_units"] < alone.totals["computing_units"]
