"""Layers that share cores, filled one after the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.levels.cores import shared_cores
from tests.chips import run

SHARES = st.lists(
    st.tuples(*(st.integers(0, 400).map(lambda n: n / 100) for _ in range(2))), min_size=1, max_size=8
)


def filled_in_steps(layers: list[tuple[float, float]]) -> int:
    """Cores that greedy filling takes, a thousandth of a core at a time."""
    cores, neurons, weights = 1, 0, 0
    for layer in layers:
        for _ in range(1000):
            a, b = (round(1000 * share) for share in layer)
            if neurons + a > 1_000_000 or weights + b > 1_000_000:
                cores, neurons, weights = cores + 1, 0, 0
            neurons, weights = neurons + a, weights + b
    return cores


@given(SHARES)
def test_cores_are_those_of_filling_them_step_by_step(layers: list[tuple[float, float]]) -> None:
    neurons, weights = np.array(layers).T
    packed = shared_cores(neurons, weights)
    cores = float(packed.cores.item())
    least = max(np.sum(neurons), np.sum(weights), 1.0)
    assert np.ceil(least - 1e-6) <= cores <= max(np.ceil(np.sum(np.maximum(neurons, weights)) - 1e-6), 1.0)
    # a step of the count by hand may be too large for what is left of a core
    assert filled_in_steps(layers) - 1 <= cores <= filled_in_steps(layers)
    # all cores but the last are divided as a whole
    assert cores - 1.0 - 1e-6 <= np.sum(packed.units) <= cores + 1e-6
    assert np.all(packed.units <= np.maximum(neurons, weights) + 1e-9)


def test_many_points_are_the_points_one_by_one() -> None:
    random = np.random.default_rng(1)
    neurons, weights = random.uniform(0.0, 3.0, (2, 5, 7))
    together = shared_cores(neurons, weights)
    for point in range(5):
        alone = shared_cores(neurons[point], weights[point])
        assert together.units[point] == pytest.approx(alone.units)
        assert together.cores[point] == pytest.approx(alone.cores)


def test_a_layer_of_many_neurons_shares_a_core_with_one_of_many_weights(tmp_path: Path) -> None:
    # 512, 512 and 10 neurons of 1040; 392, 256 and 5 Ki weights of 656 Ki: 0.49, 0.49 and 0.01 next to 0.6, 0.39, 0.01
    sizes = {
        "chip.core.neurons": 1040, "chip.core.synapse_memory.capacity": "656 KiB",
        "chip.core.state_memory.capacity": "4 KiB", "chip.core.packing": "shared_cores", "chip.core.count": 1,
    }  # fmt: skip
    result = run("digital_spiking_28nm", "mlp_mnist_spiking", sizes, tmp_path)
    assert result.totals["computing_units"] == 1
    units = np.ravel(result.evaluation.mapped.placement.units)
    together = 392 / 656 + 512 / 1040 + 10 / 1040
    assert units == pytest.approx(np.array([392 / 656, 512 / 1040, 10 / 1040]) / together)
