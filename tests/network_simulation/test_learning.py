"""Claims about networks that learn by their rule on the cells of a chip."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.network_simulation.learned_cells import LearningCells, PulseResponse
from neuroest.network_simulation.learning import LearnedNetwork, Training, learn_network
from neuroest.network_simulation.networks import Network, NeuronLayer
from neuroest.network_simulation.neurons import ideal_network
from neuroest.network_simulation.rule import RuleState, gradients_through_time
from neuroest.specs.learning import named_rules

DIGITS = Path(__file__).parents[2] / "examples" / "digits_snn"
CHIP = "learning_crossbar_28nm"


def learned(**options: Any) -> LearnedNetwork:
    given: dict[str, Any] = {"fresh": True, "rates": [0.03], **options}
    return learn_network(
        CHIP, str(DIGITS / "digits_learning.yaml"), DIGITS / "weights.npz", DIGITS / "calibration.npz",
        DIGITS / "test.npz", **given,
    )  # fmt: skip


@cache
def from_nothing() -> Training:
    """The training that several tests look at."""
    return learned().trainings[0]


def test_a_layer_learns_the_digits_from_nothing() -> None:
    found = from_nothing()
    assert found.before == pytest.approx(0.1, abs=0.03)
    assert found.after > 0.85
    assert found.ideal > 0.85


def test_the_estimate_has_the_pulses_that_the_training_takes() -> None:
    found = from_nothing()
    # steps at random, each on both cells of a pair: the mean change in steps of 15 states
    expected = found.due * found.mean_change * 15 * 2 / (2 * 96 * 10)
    assert found.pulses_per_cell == pytest.approx(expected, rel=0.1)
    assert found.chip.totals["pulses_per_cell"] == pytest.approx(found.pulses_per_cell, rel=0.1)
    assert found.energy == pytest.approx(found.chip.totals["energy_per_sample_J"] * 200)


def test_faster_learning_wears_faster() -> None:
    slow, fast = learned(rates=[0.003, 0.3]).trainings
    assert fast.chip.totals["first_cell_failure_s"] < slow.chip.totals["first_cell_failure_s"]
    assert fast.mean_change > slow.mean_change


def test_the_same_seed_gives_the_same_training() -> None:
    assert learned().trainings[0].row() == from_nothing().row()


@pytest.mark.parametrize("nonlinearity", [0.0, 1.0, 4.0])
def test_pulses_follow_the_curve_of_the_response(nonlinearity: float) -> None:
    response = PulseResponse(states=200.0, rising=nonlinearity, falling=nonlinearity)
    cells = LearningCells(np.full((1, 1), -1.0), response, np.random.default_rng(0), "sign")
    for _ in range(100):
        cells.change(np.ones((1, 1)))
    half = 0.5 if nonlinearity == 0.0 else (1 - np.exp(-nonlinearity / 2)) / (1 - np.exp(-nonlinearity))
    # one cell of the pair rises from the bottom, the other falls from the top
    assert cells.weights[0, 0] == pytest.approx(2 * half - 1, abs=0.02)


def test_a_threshold_drops_what_is_below_a_step_and_a_sum_keeps_it() -> None:
    response, rng = PulseResponse(states=10.0), np.random.default_rng(0)
    dropped, kept = (
        LearningCells(np.zeros((1, 1)), response, rng, write) for write in ("threshold", "accumulated")
    )
    for _ in range(25):
        dropped.change(np.full((1, 1), 0.04))
        kept.change(np.full((1, 1), 0.04))
    assert dropped.weights[0, 0] == 0.0
    assert kept.weights[0, 0] == pytest.approx(1.0)


def test_noise_and_spread_scatter_steps() -> None:
    response = PulseResponse(states=1000.0, noise=0.5, spread=0.3)
    cells = LearningCells(np.zeros((100, 100)), response, np.random.default_rng(1), "sign")
    for _ in range(100):
        cells.change(np.ones((100, 100)))
    # both cells of a pair have a gain of their own, and noise that averages over 100 pulses
    assert cells.weights.mean() == pytest.approx(0.2, rel=0.02)
    assert cells.weights.std() == pytest.approx(0.1 * np.sqrt(2 * (0.3**2 + 0.5**2 / 100)), rel=0.05)


WINDOWED = ("pair_stdp", "three_factor", "surrogate_bptt", "mixed_precision", "tiki_taka", "sign")


@pytest.mark.slow
@pytest.mark.parametrize("rule", WINDOWED)
def test_every_rule_with_windows_runs(rule: str) -> None:
    # pairs need outputs that fire, which weights of zero have not
    (found,) = learned(settings={"workload.learning.rule": rule}, count=20, fresh=False).trainings
    assert 0.0 <= found.after <= 1.0
    assert found.due > 0.0


def test_a_rule_of_shares_cannot_be_simulated() -> None:
    with pytest.raises(NeuroestError, match="states a share for the trace y1"):
        learned(settings={"workload.learning.rule": "sdsp"})


def test_samples_that_are_learned_are_not_those_of_the_test() -> None:
    with pytest.raises(NeuroestError, match="must not be the samples that the accuracy is measured on"):
        learn_network(
            CHIP, str(DIGITS / "digits_learning.yaml"), DIGITS / "weights.npz", DIGITS / "test.npz",
            DIGITS / "test.npz",
        )  # fmt: skip


@pytest.mark.parametrize("rule", ["pair_stdp", "eprop_full", "mixed_precision"])
def test_recurrent_synapses_learn_as_synapses_from_the_spikes_of_the_step_before(rule: str) -> None:
    rng = np.random.default_rng(5)
    inputs, outputs, steps = 12, 6, 15
    weights, own = rng.integers(-3, 8, (outputs, inputs)), rng.integers(-3, 4, (outputs, outputs))
    layer = NeuronLayer("a", weights.astype(float), own.astype(float), step=0.1, decay=0.9, threshold=0.5)
    spikes = (rng.random((steps, inputs)) < 0.3).astype(float)
    fired = ideal_network(Network((layer,)), spikes[np.newaxis])["a"][0].astype(float)
    before = np.vstack([np.zeros(outputs), fired[:-1]])
    wide = NeuronLayer("a", layer.matrix, None, step=0.1, decay=0.9, threshold=0.5)
    changes = []
    for one, given in ((layer, spikes), (wide, np.hstack([spikes, before]))):
        cells = {
            0: LearningCells(
                one.matrix / 8.0, PulseResponse(exact=True), np.random.default_rng(0), "threshold"
            )
        }
        state = RuleState(named_rules()[rule], [one], cells, np.random.default_rng(1))
        changes.append([change for _, change in state.sample(given, 2)])
    assert len(changes[0]) == len(changes[1]) > 0
    assert np.sum(np.abs(changes[0][-1][:, inputs:])) > 0.0
    for one, other in zip(*changes, strict=True):
        np.testing.assert_allclose(one, other)


def test_a_step_that_no_potential_can_take_is_refused(tmp_path: Path) -> None:
    arrays = {**np.load(DIGITS / "weights.npz"), "output.step": np.array(1e300)}
    np.savez(tmp_path / "weights.npz", **arrays)
    with pytest.raises(NeuroestError, match=r"output\.step must lie from 1e-30 to 1e\+30"):
        learn_network(
            CHIP, str(DIGITS / "digits_learning.yaml"), tmp_path / "weights.npz", DIGITS / "calibration.npz",
            DIGITS / "test.npz", count=2,
        )  # fmt: skip


def test_gradients_through_time_are_those_that_run_forward_with_the_neurons() -> None:
    """The gradient that is carried forward, dU/dw of every weight in every timestep, against the one that goes back."""
    rng = np.random.default_rng(3)
    steps, inputs, outputs, label = 7, 5, 4, 1
    weights, own = rng.integers(-3, 8, (outputs, inputs)), rng.integers(-4, 5, (outputs, outputs))
    layer = NeuronLayer("a", weights.astype(float), own.astype(float), step=0.1, decay=0.8, threshold=0.5)
    spikes = (rng.random((steps, inputs)) < 0.5).astype(float)
    cells = {
        0: LearningCells(layer.matrix / 8.0, PulseResponse(exact=True), np.random.default_rng(0), "threshold")
    }
    state = RuleState(named_rules()["surrogate_bptt"], [layer], cells, np.random.default_rng(1))
    ((_, change),) = state.sample(spikes, label)

    due = np.eye(outputs)[label]
    potential, before, wanted = np.zeros(outputs), np.zeros(outputs), np.zeros(layer.matrix.shape)
    carried = np.zeros((outputs, *layer.matrix.shape))  # of potential i against weight (j, k)
    for given in spikes:
        slope = 1.0 / (1.0 + np.abs(potential - 0.5) / 0.5) ** 2
        way = 0.8 * np.eye(outputs) + 0.1 / 0.5 * layer.recurrent * slope
        carried = np.einsum("ij,jkl->ikl", way, carried)
        row = np.concatenate([given, before])
        carried[np.arange(outputs), np.arange(outputs)] += row
        potential = 0.8 * potential + 0.1 * layer.matrix @ row - 0.5 * before
        before = (potential > 0.5).astype(float)
        wanted += np.einsum("i,ikl->kl", due - before, carried)
    np.testing.assert_allclose(change, wanted, rtol=1e-12)


def test_gradients_of_hidden_layers_go_back_through_time() -> None:
    """Two neurons in a row, three timesteps: by hand, with slopes of the hidden one of 1, 1/4 and 4/9."""
    hidden = NeuronLayer("a", np.array([[1.0]]), None, step=1.0, decay=0.5, threshold=1.0)
    output = NeuronLayer("b", np.array([[2.0]]), None, step=1.0, decay=0.25, threshold=1.0)
    slopes = iter([4.0 / 9.0, 1.0 / 4.0, 1.0])  # from the last timestep to the first

    def slope(place: int, _: np.ndarray) -> np.ndarray:
        return np.array([next(slopes) if place == 0 else 1.0])

    nothing = [np.zeros(1), np.zeros(1)]
    found = gradients_through_time(
        [hidden, output], [np.array([e]) for e in (1.0, -1.0, 2.0)], [nothing] * 3, slope
    )
    behind = [float(step[1][0]) for step in found]
    assert behind == pytest.approx([1.0 - 0.5 * 0.25, -0.5, 2.0])
    assert [float(step[0][0]) for step in found] == pytest.approx([
        0.875 + 0.5 * (-0.125 + 0.5 * 8.0 / 9.0), -0.125 + 0.5 * 8.0 / 9.0, 8.0 / 9.0,
    ])  # fmt: skip


def test_a_recurrent_layer_learns_the_digits(tmp_path: Path) -> None:
    text = (DIGITS / "digits_learning.yaml").read_text(encoding="utf-8")
    network = tmp_path / "digits_learning.yaml"
    network.write_text(text.replace("type: fully_connected", "type: recurrent"), encoding="utf-8")
    arrays = dict(np.load(DIGITS / "weights.npz"))
    for name in [name for name in arrays if "." not in name]:
        outputs = len(arrays[name])
        arrays[f"{name}.recurrent"] = np.eye(
            outputs, dtype=arrays[name].dtype
        )  # one step each, next to nothing
    np.savez(tmp_path / "weights.npz", **arrays)
    found = learn_network(
        CHIP, str(network), tmp_path / "weights.npz", DIGITS / "calibration.npz", DIGITS / "test.npz",
        fresh=True, rates=[0.03],
    ).trainings[0]  # fmt: skip
    assert found.before < 0.2
    assert found.after > 0.8
