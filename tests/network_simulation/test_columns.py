"""Columns as they were written: spread of the cells against its law, wires against a solution of all nodes."""

from dataclasses import replace

import numpy as np
import pytest

import neuroest
from neuroest.network_simulation.chip_network import ChipNetwork
from neuroest.network_simulation.columns import ArrayErrors, Columns
from neuroest.network_simulation.networks import Network, NeuronLayer
from tests.equations.nodal import column_errors

IDEAL_CLAMP = {"input_resistance": 0.0, "bias_current": np.inf}
CELLS_ALONE, WIRES_ALONE = ArrayErrors(wires=False), ArrayErrors(errors=False)
HIDDEN = "hidden_1"


@pytest.fixture(scope="module")
def chip():
    return neuroest.estimate("diffusive_bench_28nm", "mlp_mnist_spiking")


def layer_of(weights: np.ndarray, name: str = "layer") -> NeuronLayer:
    return NeuronLayer(name, weights, None, 1.0 / 127.0, 0.9, 1.0)


def path_of(estimate):
    """Signal path of the first layer, with an ideal clamp."""
    name = estimate.evaluation.layers.names[0]
    network = Network((layer_of(np.ones((1, 1)), name),))
    path = ChipNetwork.of(estimate, network, "ion_kinetics_silver").layers[name].weights
    return replace(path, **IDEAL_CLAMP)


def draws(number: int, seed: int = 0) -> list[np.random.Generator]:
    return [np.random.default_rng([seed, chip]) for chip in range(number)]


@pytest.fixture(scope="module")
def path(chip):
    return path_of(chip)


@pytest.mark.parametrize("age", [None, "30 day"])
def test_cells_scatter_around_what_was_meant_as_the_estimate_says(age) -> None:
    array = "chip.tile.array"
    changes = {f"{array}.cell.conductance_spread": "0.2", f"{array}.bits_per_cell": "4"}
    if age is not None:
        changes[f"{array}.time_since_programming"] = age
    estimate = neuroest.estimate("diffusive_bench_28nm", "mlp_mnist_spiking", changes)
    mapper = estimate.evaluation.mapper
    path = replace(path_of(estimate), magnitude_bits=4)
    generator = np.random.default_rng(1)
    # Gaussian weights of one slice, as the estimate takes them: 300 columns of 128 cells
    sigma = 15.0 * float(np.max(mapper.network.mean_absolute_weight)) * np.sqrt(np.pi / 2.0)
    weights = np.clip(np.rint(sigma * generator.standard_normal((300, 128))), -15, 15)
    layer, rows = layer_of(weights), np.ones((1, 128))
    meant = Columns(path, layer, draws(1)).currents(rows)[0]
    found = Columns(path, layer, draws(1), truth=CELLS_ALONE).currents(rows)[0]
    window = path.read_voltage * (path.high - path.low)
    # a pair of cells a weight, and an eighth of chance and rounding
    expected = float(np.max(mapper.compute.weights.cell_error(mapper.network, mapper.compute.weights.age)))
    scatter = np.std(found - meant) / window / np.sqrt(2.0 * 128)
    assert expected > 0.03
    assert scatter == pytest.approx(expected, rel=0.12)
    assert abs(np.mean(found - meant)) < 5.0 * np.std(found - meant) / np.sqrt(300)


def test_without_errors_every_chip_has_the_cells_that_were_meant(path) -> None:
    layer, rows = layer_of(np.array([[90, -30, 0], [127, 0, -127]])), np.ones((4, 3))
    exact = ArrayErrors(errors=False, wires=False)
    found = Columns(path, layer, draws(3), np.arange(4) % 3, exact).currents(rows)
    np.testing.assert_array_equal(found, np.tile(Columns(path, layer, draws(1)).currents(rows[:1]), (4, 1)))


def test_samples_meet_the_cells_of_their_chip(path) -> None:
    layer, rows = layer_of(np.full((3, 20), 60)), np.ones((4, 20))
    found = Columns(path, layer, draws(2, 5), np.arange(4) % 2, CELLS_ALONE).currents(rows)
    np.testing.assert_array_equal(found[0], found[2])
    np.testing.assert_array_equal(found[1], found[3])
    assert np.all(found[0] != found[1])


def test_the_common_gain_of_a_layer_is_trimmed(path) -> None:
    # 3 kohm in front of 16 cells of a few uS take several per cent of every result, which no result shows
    generator = np.random.default_rng(4)
    layer = layer_of(generator.integers(-127, 128, (30, 16)).astype(float))
    rows = (generator.random((200, 16)) < path.wires.active_share).astype(float)
    clamped = replace(path, input_resistance=3e3)
    lossy = Columns(clamped, layer, draws(1))
    exact = rows @ layer.matrix.T
    raw = np.sum(lossy.currents(rows) * exact) / np.sum(Columns(path, layer, draws(1)).currents(rows) * exact)
    assert raw < 0.98
    slope = np.sum(lossy.of(rows) * exact) / np.sum(exact * exact)
    assert slope == pytest.approx(1.0, abs=0.01)


def test_currents_are_those_of_the_columns(path) -> None:
    # 127 of 7 bits in cells of 4: levels 15 and 7 of 15. The mirrors give the upper slice the weight 1, the lower 1/16.
    # Access transistors of 18 kohm: 40 uS become 23.26 uS, 1 uS becomes 0.982 uS.
    low, high = 1e-6 / 1.018, 40e-6 / 1.72

    def clamp(conductance: float) -> float:
        """3 kohm times 12 uA are the 36 mV of weak inversion, by which the column rises as it empties the bias."""
        current = 0.0
        for _ in range(100):
            current = conductance * (0.1 + 36e-3 * np.log1p(-current / 12e-6))
        return current

    upper, lower = low + (high - low) * 7 / 15, high
    expected = clamp(2 * upper) - clamp(2 * low) + (clamp(2 * lower) - clamp(2 * low)) / 16
    real = replace(path, input_resistance=3e3, bias_current=12e-6)
    columns = Columns(real, layer_of(np.array([[127.0, 127.0, 0.0, 0.0]])), draws(1))
    found = columns.currents(np.array([[1.0, 1.0, 0.0, 0.0]]))
    assert found[0, 0] == pytest.approx(expected, rel=1e-6)
    # inputs that are off draw nothing
    assert np.all(columns.currents(np.zeros((1, 4))) == 0.0)
    # and a clamp carries no more than its bias
    assert np.max(np.abs(columns.currents(np.full((1, 4), 50.0)))) <= 12e-6 * (1 + 1 / 16) + 1e-12


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_the_wires_take_what_a_solution_of_all_nodes_says(path, share) -> None:
    # wires three times as resistive as the chip's, so that there is something to see
    generator = np.random.default_rng(3)
    segment = 3.0 * path.wires.segment_resistance
    wires = replace(path.wires, segment_resistance=segment, active_share=share)
    bad = replace(path, magnitude_bits=4, wires=wires)
    weights = generator.integers(0, 16, (64, 128))
    layer = layer_of(weights)
    active = generator.random(128) < share
    kept = Columns(bad, layer, draws(1), truth=WIRES_ALONE).currents(active[None, :])
    meant = Columns(bad, layer, draws(1)).currents(active[None, :])
    level = bad.low + (bad.high - bad.low) * weights / 15.0
    # pairs of columns side by side, the first of them nearest to the drivers; the first input where columns are read
    cells = np.stack([level.T, np.full((128, 64), bad.low)], axis=2).reshape(128, 128)[::-1]
    errors, _ = column_errors(128, 128, cells, segment, segment, active[::-1], gated=True)
    sums = active[::-1] @ cells
    signs = np.tile([1.0, -1.0], 64)
    full = 1.0 - float(np.sum(signs * sums * (1.0 - errors)) / np.sum(signs * sums))
    mean = 1.0 - float(np.sum(kept) / np.sum(meant))
    assert 0.01 < full < 0.6
    assert mean == pytest.approx(full, rel=0.2)
    # columns far from the drivers lose more, by as much as the solution says
    pairs = (signs * sums * (1.0 - errors)).reshape(64, 2).sum(axis=1) / (signs * sums).reshape(64, 2).sum(
        axis=1
    )
    ours = (kept / meant)[0]
    assert np.corrcoef(pairs, ours)[0, 1] > 0.8
