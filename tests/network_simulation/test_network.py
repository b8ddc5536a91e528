"""Spiking networks on chips: the ideal one against its recording, each kind of neuron against what it should do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.blocks.neurons.base import Membrane
from neuroest.core.errors import NeuroestError
from neuroest.dynamics.diffusive_cells import integration_time
from neuroest.loading.library import load_workload
from neuroest.network_simulation.activity import ActivityProvenance, parse_trim, simulated_workload
from neuroest.network_simulation.calibration import calibrate
from neuroest.network_simulation.chip_network import ChipNetwork
from neuroest.network_simulation.columns import Stage, Trim
from neuroest.network_simulation.comparison import WITHOUT
from neuroest.network_simulation.diffusive_neurons import DiffusiveEffects, DiffusiveNeurons
from neuroest.network_simulation.files import read_network, read_samples
from neuroest.network_simulation.networks import NeuronLayer, Reset, Window
from neuroest.network_simulation.neurons import (
    Arithmetic,
    Devices,
    DigitalNeurons,
    Effects,
    IdealNeurons,
    LinearNeurons,
    decided,
    ideal_network,
)
from neuroest.network_simulation.runs import Chips, difference, share
from neuroest.network_simulation.simulation import Conditions, Simulation
from tests.each import each
from tests.network_simulation.small import write

DIGITS = Path(__file__).parents[2] / "examples" / "digits_snn"
QUIET = DiffusiveEffects(noise=False, spread=False)
WITHIN = {"chip.tile.array.readout.integration": "within_timestep"}
BENCH = WITHIN


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    files = write(tmp_path_factory.mktemp("small"))
    workload = load_workload(files["workload"])
    network, _ = read_network(files["weights"], workload.spec)
    samples = read_samples(files["samples"], workload.spec)
    return workload, network, samples


def on(chip, small, settings=None, chips=1):
    workload, network, _ = small
    estimate = neuroest.estimate(chip, workload, settings or {})
    return Simulation(ChipNetwork.of(estimate, network, "ion_kinetics_silver"), Chips(chips, seed=3))


def test_the_ideal_network_repeats_the_recording_of_its_training_spike_for_spike() -> None:
    # examples/digits_snn/train.py recorded snnTorch's spikes of the first 120 test digits
    spec = load_workload(DIGITS / "digits_spiking.yaml").spec
    network, _ = read_network(DIGITS / "weights.npz", spec)
    samples = read_samples(DIGITS / "test.npz", spec)
    found = ideal_network(network, samples.spikes)
    with np.load(DIGITS / "recording.npz") as recorded:
        for name in ("hidden", "output"):
            np.testing.assert_array_equal(found[name][:120], recorded[name])
    assert np.mean(decided(found["output"]) == samples.labels) == pytest.approx(0.9667, abs=5e-5)


# --- linear neurons


def linear(membrane: Membrane, stage: Stage, results, effects: Effects | None = None):
    rng = np.random.default_rng(0)
    devices = Devices(np.zeros(1, dtype=int), 1, 1)
    neurons = LinearNeurons(
        membrane,
        stage,
        stage.trim,
        (1, len(results[0])),
        devices,
        (rng, rng),
        effects or Effects(noise=False),
    )
    for one in results:
        neurons.advance(np.array([one], dtype=float))
    return neurons


def test_a_full_pulse_of_one_threshold_fires_and_halves_add_up() -> None:
    stage = Stage("width", 1.0, 1e-3, 2e-3)
    found = linear(Membrane(1e-3), stage, [[1.0, 0.5], [0.0, 0.5], [0.0, 0.5]])
    assert [one[0].tolist() for one in found.counts] == [[1, 0], [0, 1], [0, 0]]
    assert found.state[0, 1] == pytest.approx(0.5)


def test_a_pulse_is_no_longer_than_its_hold_time_and_takes_no_negative_result() -> None:
    # a full drive at a quarter of a threshold: eight thresholds in one timestep charge a quarter
    stage = Stage("width", 0.25, 1e-3, 2e-3)
    found = linear(Membrane(4e-3), stage, [[8.0, -8.0]])
    assert found.state[0].tolist() == pytest.approx([0.25, 0.0])


def test_a_current_of_the_other_sign_discharges_to_zero_at_most() -> None:
    stage = Stage("amplitude", 1.0, 1e-3, 2e-3, signed=True)
    found = linear(Membrane(1e-3, signed=True), stage, [[0.8, 0.8], [-0.3, -1.0]])
    assert found.state[0].tolist() == pytest.approx([0.5, 0.0])


def test_a_leaky_state_decays_with_its_time_constant_between_drives() -> None:
    # 1 - exp(-1/2) over 1 - exp(-1) after a drive of 1 ms towards X, then 3 ms at 2 ms
    membrane = Membrane(2e-3, 2e-3, 2e-3, 1.0 / -np.expm1(-1.0))
    found = linear(membrane, Stage("width", 1.0, 2e-3, 4e-3), [[0.5]])
    assert found.state[0, 0] == pytest.approx(-np.expm1(-0.5) / -np.expm1(-1.0) * np.exp(-1.5))
    kept = linear(membrane, Stage("width", 1.0, 2e-3, 4e-3), [[0.5]], Effects(noise=False, leak=False))
    assert kept.state[0, 0] == pytest.approx(0.5)


def test_what_is_left_of_a_drive_charges_again_after_the_refractory_time() -> None:
    # 3.5 thresholds, of which each spike costs a tenth of one besides
    stage = Stage("width", 3.5, 3.5e-3, 4e-3)
    found = linear(Membrane(1e-3, refractory=1e-4), stage, [[3.5]])
    assert found.counts[0][0, 0] == 3
    assert found.state[0, 0] == pytest.approx(0.2)
    ended = linear(Membrane(1e-3), replace(stage, ending_delay=0.0), [[3.5]])
    assert ended.counts[0][0, 0] == 1


def test_droop_shortens_pulses_and_weakens_drives() -> None:
    pulse, drive = Stage("width", 1.0, 1.0, 1.0, droop=0.1), Stage("amplitude", 1.0, 1.0, 1.0, droop=0.1)
    assert pulse.shares(np.array([1.0]), pulse.trim)[0] == pytest.approx(1.0 / 1.1)
    assert drive.shares(np.array([1.0]), drive.trim)[0] == pytest.approx(0.95)
    assert drive.shares(np.array([0.01]), drive.trim)[0] == 0.0


def test_mismatch_stays_with_a_neuron_and_turns_change_it() -> None:
    devices = Devices(np.arange(8), 2, 2)
    drawn = devices.drawn(np.random.default_rng(1), 3)
    # samples alternate between two chips, and each chip uses its two neurons an output in turn
    np.testing.assert_array_equal(drawn[0], drawn[4])
    np.testing.assert_array_equal(drawn[1], drawn[5])
    assert len({tuple(row) for row in drawn}) == 4


@pytest.mark.parametrize(
    ("chip", "device"),
    [("analog_lif_28nm", "lif_28nm_besrour"), ("phase_change_neuron_28nm", "phase_change_accumulating")],
)
def test_a_neuron_under_full_pulses_fires_when_its_closed_form_says(small, chip, device) -> None:
    layer = on(chip, small, WITHIN).network.layers["hidden"]
    assert layer.device == device
    stage, kind = layer.stage, layer.kind
    assert isinstance(kind, Membrane)
    assert stage.full == pytest.approx(1.0)
    just = linear(replace(kind, threshold_spread=0.0), stage, [[1.0 + 1e-9]])
    assert just.counts[0][0, 0] == 1
    assert linear(replace(kind, threshold_spread=0.0), stage, [[0.999]]).counts[0][0, 0] == 0


# --- digital neurons


def test_digital_neurons_shift_their_leak_and_saturate() -> None:
    layer = NeuronLayer("layer", np.array([[40.0]]), None, 1.0, 0.9, 100.0)
    neurons = DigitalNeurons(layer, Arithmetic(8, shifts=True), 1)
    spikes = [bool(neurons.advance(np.array([[0.4]]))[0, 0]) for _ in range(4)]
    # 40, 40 + 35 = 75, 40 + floor(65.6) = 105 fires, then 40 + floor(105 x 0.875 - 100) = 31
    assert spikes == [False, False, True, False]
    assert neurons.state[0, 0] == pytest.approx(31.0)
    neurons.advance(np.array([[5.0]]))
    assert neurons.state[0, 0] == pytest.approx(127.0)
    assert neurons.saturated == 1


def test_neurons_without_a_leak_keep_their_state() -> None:
    assert Arithmetic(16, shifts=True, leaks=False).decay(0.9) == pytest.approx(1.0)
    assert Arithmetic(16, shifts=False).decay(0.9) == pytest.approx(0.9)


# --- diffusive neurons


def diffusive(simulation: Simulation, results, trim: Trim | None = None, effects=QUIET):
    layer = simulation.network.layers["hidden"]
    alike = replace(simulation.network.trained.layers[0], weights=np.zeros((len(results[0]), 4)))
    neurons = layer.neurons(alike, 0, trim or layer.stage.trim, simulation.groups(1)[0], effects)
    assert isinstance(neurons, DiffusiveNeurons)
    for one in results:
        neurons.advance(np.array([one], dtype=float))
    return neurons


def test_a_quiet_neuron_fires_when_its_rate_equations_say(small) -> None:
    simulation = on("diffusive_bench_28nm", small, BENCH)
    layer = simulation.network.layers["hidden"]
    top = layer.stage.drive
    assert float(integration_time(layer.kind.cells, top)) < layer.stage.hold
    # the voltage that takes 1.2 of the hold time by the closed form fires in the second timestep only
    fires = diffusive(simulation, [[1.0, 0.0, 0.0]])
    assert fires.counts[0][0].tolist()[0] >= 1
    assert fires.counts[0][0].tolist()[1:] == [0, 0]
    assert fires.latched == 0
    weak = diffusive(simulation, [[0.55, 0.0, 0.0]] * 5)
    steps = np.flatnonzero([one[0, 0] for one in weak.counts])
    assert steps.min() >= 1


def test_pulses_end_where_their_width_says(small) -> None:
    simulation = on("diffusive_low_power_28nm", small, WITHIN)
    layer = simulation.network.layers["hidden"]
    assert layer.stage.form == "width"
    assert layer.neurons_per_output == 5
    closed = float(integration_time(layer.kind.cells, layer.stage.drive)) / layer.stage.hold
    found = diffusive(simulation, [[1.1 * closed, 0.9 * closed, -1.0]], Trim(0.0, 1.0))
    # the closed form is within a few per cent of the rate equations
    assert (found.counts[0][0] > 0).tolist() == [True, False, False]


def test_each_characteristic_left_out_does_what_it_says(small) -> None:
    simulation = on("diffusive_bench_28nm", small, BENCH)
    results = [[1.0, 0.8, 0.6]] * 4

    def counts(name: str) -> float:
        effects = replace(WITHOUT[name].effects, noise=False, spread=False)
        return float(np.sum(diffusive(simulation, results, effects=effects).counts))

    whole = float(np.sum(diffusive(simulation, results).counts))
    # a gate that lets go at once lets the next integration begin sooner
    assert counts("refractory_period") > whole
    # without what is left of the last spike the next comes later
    assert counts("intrinsic_plasticity") < whole
    assert simulation.network.unbuffered_share < 0.2


def test_half_the_step_changes_no_spike_that_is_passed_on(small, monkeypatch) -> None:
    simulation, found = on("diffusive_bench_28nm", small, BENCH), []
    results = [np.linspace(0.3, 0.9, 20) / 0.9] * 3
    for step in (0.1, 0.05):
        monkeypatch.setattr("neuroest.network_simulation.diffusive_neurons.STEP_OF_SETTLING", step)
        found.append(diffusive(simulation, results))
    np.testing.assert_array_equal(np.array(found[0].counts) > 0, np.array(found[1].counts) > 0)
    for term in ("gate_charge", "output_branch"):
        assert found[0].energy[term] == pytest.approx(found[1].energy[term], rel=0.02)


# --- networks


def test_runs_repeat_exactly_and_groups_change_nothing_without_noise(small, monkeypatch) -> None:
    simulation = on("analog_lif_28nm", small, WITHIN, chips=2)
    samples, quiet = small[2], Conditions(DiffusiveEffects(noise=False))
    trims = simulation.network.trims
    whole = simulation.activity(samples.spikes, trims, quiet)
    assert np.all(decided(whole["output"].counts) == samples.labels)
    monkeypatch.setattr("neuroest.network_simulation.simulation._MOST_SAMPLES", 2)
    parts = simulation.activity(samples.spikes, trims, quiet)
    np.testing.assert_array_equal(whole["output"].counts, parts["output"].counts)
    noisy = [simulation.activity(samples.spikes, trims, Conditions()) for _ in range(2)]
    np.testing.assert_array_equal(noisy[0]["output"].counts, noisy[1]["output"].counts)


def test_calibration_finds_trims_that_decide(small, tmp_path) -> None:
    seen = read_samples(write(tmp_path)["calibration"], small[0].spec)
    reported: list[str] = []
    trims = calibrate(on("analog_lif_28nm", small, WITHIN), seen, reported.append)
    assert set(trims) == {"hidden", "output"}
    assert "100.0 % of the calibration samples" in reported[1]


def test_recurrent_layers_see_their_own_spikes(tmp_path) -> None:
    files = write(tmp_path, kind="recurrent")
    workload = load_workload(files["workload"])
    network, _ = read_network(files["weights"], workload.spec)
    samples = read_samples(files["samples"], workload.spec).first(2)
    hidden = network.layers[0]
    alone = replace(network, steps=(replace(hidden, recurrent=0.0 * hidden.recurrent), *network.steps[1:]))
    found, silent = (ideal_network(one, samples.spikes)["hidden"] for one in (network, alone))
    # 127 + 60 against 127 of 127: the threshold is passed by more, which shows in a later timestep
    assert found.sum() >= silent.sum()
    np.testing.assert_array_equal(found[:, 0], silent[:, 0])
    simulation = on("digital_spiking_28nm", (workload, network, samples))
    activity = simulation.activity(samples.spikes, {}, Conditions())
    assert activity["hidden"].spikes.sum() > 0


def test_windows_of_a_convolution_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(2)
    window = Window((2, 5, 6), (3, 2), (2, 1), (1, 0), (1, 2))
    weights = rng.integers(-3, 4, (4, 2 * 3 * 2)).astype(float)
    layer = NeuronLayer("c", weights, None, 1.0, 1.0, 1.0, bias=np.arange(4.0), window=window)
    maps = rng.random((3, 60)) < 0.5
    found = layer.results(layer.rows(maps, np.zeros((3, 0))) @ layer.matrix.T).reshape(3, 4, *window.extent)
    padded = np.pad(maps.reshape(3, 2, 5, 6), ((0, 0), (0, 0), (1, 1), (0, 0)))
    rows, columns = window.extent
    assert (rows, columns) == (3, 4)
    for row in range(rows):
        for column in range(columns):
            patch = padded[:, :, 2 * row : 2 * row + 3, column : column + 3 : 2].reshape(3, -1)
            np.testing.assert_allclose(found[:, :, row, column], patch @ weights.T + np.arange(4.0))


@pytest.mark.parametrize(("reset", "state"), [(0, 0.7 * 1.5 - 1.0), (1, 0.7 * 0.5), (2, 0.0)])
def test_spikes_subtract_what_the_file_says(reset, state) -> None:
    # 1.5 thresholds at once, then nothing, at a decay of 0.7 and with one threshold subtracted after, before or wholly
    layer = NeuronLayer("layer", np.array([[3.0]]), None, 0.5, 0.7, 1.0, reset=Reset(reset))
    neurons = IdealNeurons(layer, 1)
    assert neurons.advance(np.array([[1.5]]))[0, 0]
    neurons.advance(np.array([[0.0]]))
    assert neurons.state[0, 0] == pytest.approx(state)


@pytest.mark.parametrize("bits", [8, 5, 4])
def test_weights_are_rounded_to_the_bits_of_the_chip(small, bits) -> None:
    layer = small[1].layers[1].rounded_to(bits)
    top = 2 ** (bits - 1) - 1
    assert np.max(np.abs(layer.weights)) == top
    meant = small[1].layers[1].step * small[1].layers[1].weights
    np.testing.assert_allclose(layer.step * layer.weights, meant, atol=0.5 * layer.step + 1e-12)


def test_the_chip_states_its_own_bits(small) -> None:
    simulation = on("analog_lif_low_power_28nm", small, WITHIN)
    assert simulation.network.layers["hidden"].bits == 5
    assert np.max(np.abs(simulation.network.stored.layers[0].weights)) == 15
    assert on("loihi_14nm", small).network.layers["hidden"].bits == 8


def test_simulated_activity_says_how_to_repeat_it(small) -> None:
    workload, _, samples = small
    simulation = on("analog_lif_28nm", small, WITHIN)
    found = simulation.activity(samples.spikes, simulation.network.trims, Conditions())
    origin = ActivityProvenance(
        "analog_lif_28nm", ("lif_28nm_besrour",), simulation.network.trims, Chips(2, 3), "ion_kinetics_silver",
        {"weights": "abc"},
    )  # fmt: skip
    changed, text = simulated_workload(
        workload, found, origin, name="changed", spikes=samples.spikes, accuracy=share(np.ones(4, bool)),
        day="2026-01-02",
    )  # fmt: skip
    hidden = changed.spec.layers[0].activity.rate
    assert hidden.basis == "simulated"
    assert hidden.value == pytest.approx(float(found["hidden"].spikes.mean()), rel=1e-6)
    note = changed.spec.sources["simulation"].seen_note
    for part in (
        "neurons: lif_28nm_besrour",
        "seed: 3",
        "chips: 2",
        "samples: 4",
        "sha256 of the weights: abc",
    ):
        assert part in note
    assert changed.spec.task.value == 1
    assert "name: changed" in text
    assert neuroest.estimate("analog_lif_28nm", changed).totals["energy_per_inference_J"] > 0.0


@pytest.mark.parametrize(
    ("chip", "settings", "words"),
    [
        ("diffusive_28nm_derived", {}, "follows the filament"),
        (
            "diffusive_low_power_28nm",
            {"chip.tile.array.reads": "each_event"},
            "each event",
        ),
        ("adc_crossbar_28nm", {"chip.tile.neuron": "null"}, "neuron"),
    ],
)
def test_chips_with_a_part_that_no_run_describes_are_refused(small, chip, settings, words) -> None:
    with pytest.raises(NeuroestError, match=words):
        on(chip, small, settings)


@pytest.mark.parametrize(
    ("right", "low", "high"), [(90, 0.8256, 0.9448), (100, 0.9630, 1.0), (0, 0.0, 0.0370)]
)
def test_shares_have_wilsons_interval(right, low, high) -> None:
    # 90 of 100: 82.56 % to 94.48 %, E. B. Wilson's interval as tables have it
    answers = np.arange(100) < right
    found = share(answers)
    assert found.value == right / 100
    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-4)


def test_differences_on_the_same_samples_forget_what_both_answer_alike() -> None:
    # 20 lost, 10 gained of 100: centre (11 - 21)/102, half 1.96 sqrt((32/102 - (10/102)^2)/102)
    right, reference = np.zeros(100, bool), np.zeros(100, bool)
    reference[:20] = True
    right[20:30] = True
    found = difference(right, reference)
    half = 1.959964 * np.sqrt((32 / 102 - (10 / 102) ** 2) / 102)
    assert found.value == pytest.approx(-0.10)
    assert (found.low, found.high) == pytest.approx((-10 / 102 - half, -10 / 102 + half), rel=1e-6)


def test_intervals_cover_what_they_should() -> None:
    generator, inside = np.random.default_rng(0), 0
    for _ in range(2000):
        right, reference = generator.random(60) < 0.85, generator.random(60) < 0.9
        found = difference(right, reference)
        inside += found.low <= -0.05 <= found.high
    assert 0.93 < inside / 2000 < 0.98


@each(
    "changes, words",
    [
        ({"hidden": None}, "has no array 'hidden'"),
        ({"hidden": np.ones((3, 5))}, "shape"),
        ({"hidden": np.full((3, 4), 0.5)}, "whole numbers"),
        ({"hidden": np.full((3, 4), 200)}, "from -127 to 127"),
        ({"hidden": np.zeros((3, 4))}, "are zero"),
        ({"hidden.decay": 1.5}, "from 0 to 1"),
        ({"hidden.threshold": 0.0}, "above zero"),
        ({"hidden.threshold": None}, "has no hidden.threshold"),
        ({"hidden.reset": 3}, "reset must be one of"),
        ({"hidden.bias": np.zeros(2)}, "bias has the shape"),
        ({"output.step": None}, "has no output.step"),
        ({"output.steps": 1.0}, "did you mean|unknown"),
        ({"hidden": np.full((3, 4), np.nan)}, "not finite"),
    ],
)
def test_weights_that_do_not_fit_are_one_clear_line(tmp_path, changes, words) -> None:
    files = write(tmp_path, **changes)
    with pytest.raises(NeuroestError, match=words) as caught:
        read_network(files["weights"], load_workload(files["workload"]).spec)
    assert "\n" not in str(caught.value)


@each("text", ["hidden", "hidden=1", "=1,2", "hidden=1 V,2", "hidden=1,0", "hidden=nan,1"])
def test_trims_that_are_none_are_refused(text) -> None:
    with pytest.raises(NeuroestError, match="--trim"):
        parse_trim(text)
