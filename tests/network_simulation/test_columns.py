"""Columns as they were written: spread of the cells against its law, wires against a solution of all nodes."""

from dataclasses import replace

import numpy as np
import pytest

import neuroest
from neuroest.levels.crossbar.weight_errors import cell_error
from neuroest.network_simulation.columns import ArrayErrors, Columns
from neuroest.network_simulation.conditions import Chips, operating_conditions
from neuroest.network_simulation.files import NeuronLayer
from tests.equations.nodal import column_errors

IDEAL_CLAMP = {"input_resistance": 0.0, "bias_current": np.inf}


@pytest.fixture(scope="module")
def chip():
    return neuroest.estimate("diffusive_bench_28nm", "mlp_mnist_spiking")


def place_of(estimate):
    return replace(operating_conditions(estimate, [], "ion_kinetics_silver"), **IDEAL_CLAMP)


@pytest.fixture(scope="module")
def place(chip):
    return place_of(chip)


def layer_of(weights: np.ndarray) -> NeuronLayer:
    return NeuronLayer("layer", weights, None, 1.0 / 127.0, 0.9, 1.0)


@pytest.mark.parametrize("age", [None, "30 day"])
def test_cells_scatter_around_what_was_meant_as_the_estimate_says(age) -> None:
    array = "chip.tile.array"
    changes = {f"{array}.cell.conductance_spread": "0.2", f"{array}.bits_per_cell": "4"}
    if age is not None:
        changes[f"{array}.time_since_programming"] = age
    estimate = neuroest.estimate("diffusive_bench_28nm", "mlp_mnist_spiking", changes)
    mapper = estimate.evaluation.mapper
    place = replace(place_of(estimate), magnitude_bits=4)
    generator = np.random.default_rng(1)
    # Gaussian weights of one slice, as the estimate takes them: 300 columns of 128 cells
    sigma = 15.0 * float(np.max(mapper.network.mean_absolute_weight)) * np.sqrt(np.pi / 2.0)
    weights = np.clip(np.rint(sigma * generator.standard_normal((300, 128))), -15, 15)
    layer, rows = layer_of(weights), np.ones((1, 128))
    meant = Columns(place, layer).currents(rows)[0]
    found = Columns(place, layer, Chips(1), truth=ArrayErrors(wires=False)).currents(rows)[0]
    window = place.read_voltage * (place.high - place.low)
    # a pair of cells a weight, and an eighth of chance and rounding
    expected = float(np.max(cell_error(mapper.compute, mapper.network, mapper.compute.age)))
    scatter = np.std(found - meant) / window / np.sqrt(2.0 * 128)
    assert expected > 0.03
    assert scatter == pytest.approx(expected, rel=0.12)
    assert abs(np.mean(found - meant)) < 5.0 * np.std(found - meant) / np.sqrt(300)


def test_without_errors_every_chip_has_the_cells_that_were_meant(place) -> None:
    layer, rows = layer_of(np.array([[90, -30, 0], [127, 0, -127]])), np.ones((4, 3))
    found = Columns(place, layer, Chips(3), truth=ArrayErrors(errors=False, wires=False)).currents(rows)
    np.testing.assert_array_equal(found, np.tile(Columns(place, layer).currents(rows[:1]), (4, 1)))


def test_samples_meet_the_cells_of_their_chip_and_layers_have_cells_of_their_own(place) -> None:
    layer, rows = layer_of(np.full((3, 20), 60)), np.ones((4, 20))
    columns = Columns(place, layer, Chips(2, seed=5), truth=ArrayErrors(wires=False))
    found = columns.currents(rows)
    np.testing.assert_array_equal(found[0], found[2])
    np.testing.assert_array_equal(found[1], found[3])
    assert np.all(found[0] != found[1])
    other = Columns(place, layer, Chips(2, seed=5), number=1, truth=ArrayErrors(wires=False)).currents(rows)
    assert np.all(other != found)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_the_wires_take_what_a_solution_of_all_nodes_says(place, share) -> None:
    # wires three times as resistive as the chip's, so that there is something to see; weights anywhere in the array
    generator = np.random.default_rng(3)
    bad = replace(place, segment_resistance=3.0 * place.segment_resistance, magnitude_bits=4)
    weights = generator.integers(0, 16, (64, 128))
    layer = layer_of(weights)
    active = generator.random(128) < share
    kept = Columns(bad, layer, truth=ArrayErrors(errors=False)).currents(active[None, :])
    meant = Columns(bad, layer).currents(active[None, :])
    level = bad.low + (bad.high - bad.low) * weights / 15.0
    cells = generator.permutation(np.hstack([level.T, np.full((128, 64), bad.low)]).T).T
    errors, _ = column_errors(
        128, 128, cells, bad.segment_resistance, bad.segment_resistance, active, gated=True
    )
    sums = active @ cells
    full = float(np.sum(sums * errors) / np.sum(sums))
    mean = 1.0 - float(np.sum(kept) / np.sum(meant))
    assert 0.01 < full < 0.6
    assert mean == pytest.approx(full, rel=0.2)
