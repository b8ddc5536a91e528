"""Lists of design points of digital arrays give what single points give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import evaluate
from tests.chips import changed
from tests.levels.test_digital_arrays import BASE, CONVOLUTION, LINK, POOL, WIDE, network, row_stationary

LAYERS = (
    CONVOLUTION, POOL, {"type": "convolution", "outputs": 32, "kernel": 3, "padding": 1},
    {"type": "add", "inputs": ["l2", "l1"]}, {"type": "convolution", "outputs": 64, "kernel": 1, "stride": 2},
)  # fmt: skip


def largest_difference(result: Any, moved: dict[str, tuple[float, ...]], points: int) -> float:
    """Largest relative difference between a list of points and the first of them alone: time, area and energy."""
    values = {path: claim.value for path, claim in result.claims.items()}
    assert set(moved) <= set(values)
    columns = {path: np.resize(np.array(found), points)[:, np.newaxis] for path, found in moved.items()}
    together = evaluate(result.design, result.workload, {**values, **columns})
    largest = 0.0
    for point in range(4):
        alone = evaluate(
            result.design, result.workload, {**values, **{p: float(c[point, 0]) for p, c in columns.items()}}
        )
        for what in (lambda e: e.timing.latency, lambda e: e.area, lambda e: e.energy):
            here = np.broadcast_to(what(together), (points, 1))[point, 0]
            largest = max(largest, abs(here / float(np.ravel(what(alone))[0]) - 1.0))
    return largest


@pytest.mark.parametrize("points", [5, 300])
def test_trees_tiles_and_external_maps(tmp_path: Path, points: int) -> None:
    changes = {
        "chip.memory": LINK, "chip.array.summation": "tree", "chip.array.convolution": "winograd",
        "chip.array.strides": "extended", "chip.array.layer_outputs": "external",
        "chip.array.unit.free_running_clock": "500 MHz", "chip.activations.banks": 4,
    }  # fmt: skip
    result = estimate(changed(BASE, changes, tmp_path), network(*LAYERS))
    moved = {
        "chip.array.rows": (8.0, 64.0, 128.0, 32.0, 16.0), "chip.array.columns": (4.0, 128.0, 16.0),
        "chip.activations.capacity": (8192.0, 65536.0), "chip.weights.capacity": (4096.0, 8e6, 32768.0),
        "chip.array.unit.clock_energy": (4e-15, 5e-15), "chip.activations.banks": (1.0, 8.0, 2.0),
    }  # fmt: skip
    assert largest_difference(result, moved, points) < 1e-12


@pytest.mark.parametrize("points", [5, 300])
def test_passes_of_row_stationary_arrays(tmp_path: Path, points: int) -> None:
    result = row_stationary(
        tmp_path, network(WIDE, POOL, WIDE, shape=(32, 28, 28)), sums_per_cycle=1, inputs_per_unit=12
    )
    moved = {
        "chip.array.rows": (12.0, 3.0, 24.0), "chip.array.columns": (14.0, 7.0, 28.0, 5.0),
        "chip.activations.capacity": (65536.0, 524288.0, 131072.0), "chip.array.sums_per_cycle": (1.0, 4.0),
        "chip.array.inputs_per_unit": (12.0, 3.0, 6.0), "chip.array.filters_per_unit": (4.0, 16.0),
    }  # fmt: skip
    assert largest_difference(result, moved, points) < 1e-12
