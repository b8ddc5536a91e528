"""Networks on diffusive neurons: the ideal one against its recording, the device against its own rate equations."""

import json
from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.dynamics.diffusive_cells import integration_time
from neuroest.loading.library import load_workload
from neuroest.network_simulation.activity import ActivityProvenance, parse_drive, simulated_workload
from neuroest.network_simulation.calibration import calibrate
from neuroest.network_simulation.columns import Columns
from neuroest.network_simulation.comparison import WITHOUT
from neuroest.network_simulation.conditions import Chips, operating_conditions
from neuroest.network_simulation.files import read_network, read_samples
from neuroest.network_simulation.reference import decided, ideal_network
from neuroest.network_simulation.spiking import Drive, SimulationOptions, run_layer, run_network
from neuroest.network_simulation.statistics import difference, share
from neuroest.workloads.importers.files import file_sha256
from tests.network_simulation.small import write

DIGITS = Path(__file__).parents[2] / "examples" / "digits_snn"
QUIET = SimulationOptions(noise=False, spread=False)
DRIVES = {"hidden": Drive(0.0, 408e3), "output": Drive(0.0, 699e3)}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    files = write(tmp_path_factory.mktemp("small"))
    workload = load_workload(files["workload"])
    layers, _ = read_network(files["weights"], workload.spec)
    samples = read_samples(files["samples"], workload.spec)
    place = operating_conditions(
        neuroest.estimate("diffusive_bench_28nm", workload), layers, "ion_kinetics_silver"
    )
    return workload, layers, samples, place


def test_the_ideal_network_repeats_the_recording_of_its_training_spike_for_spike() -> None:
    # examples/digits_snn/train.py recorded snnTorch's spikes of the first 120 test digits
    spec = load_workload(DIGITS / "digits_spiking.yaml").spec
    layers, _ = read_network(DIGITS / "weights.npz", spec)
    samples = read_samples(DIGITS / "test.npz", spec)
    found = ideal_network(layers, samples.spikes)
    with np.load(DIGITS / "recording.npz") as recorded:
        for name in ("hidden", "output"):
            np.testing.assert_array_equal(found[name][:120], recorded[name])
    assert np.mean(decided(found["output"]) == samples.labels) == pytest.approx(0.9667, abs=5e-5)


def test_currents_are_those_of_the_columns(small) -> None:
    _, layers, samples, place = small
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
    columns = Columns(place, layers[0])
    found = columns.currents(samples.spikes[:1, 0])
    assert found[0, 0] == pytest.approx(expected, rel=1e-6)
    # inputs that are off draw nothing
    assert np.all(columns.currents(np.zeros((1, 4), dtype=bool)) == 0.0)


def test_a_clamp_carries_no_more_than_its_bias(small) -> None:
    _, layers, samples, place = small
    loud = Columns(place, layers[0]).currents(samples.spikes[:1, 0], amplitude=50.0)
    assert np.max(np.abs(loud)) <= 12e-6 * (1 + 1 / 16) + 1e-12


def test_a_quiet_neuron_fires_when_its_rate_equations_say(small) -> None:
    place = small[3]
    level = 0.9
    closed = float(integration_time(place.cells, level))
    assert closed < place.hold
    found = run_layer(place, Drive(0.0, 1e6), np.full((1, 1, 1), level * 1e-6), QUIET)
    # the closed form is within a few per cent of the rate equations
    assert found.first_spike[0, 0] == pytest.approx(closed, rel=0.05)
    assert found.latched == 0.0


def test_no_current_no_spike_and_a_small_one_needs_several_timesteps(small) -> None:
    place = small[3]
    found = run_layer(place, Drive(0.0, 1e6), np.array([[[0.0, 0.5e-6]] * 5]), QUIET)
    assert found.counts[0, :, 0].sum() == 0
    steps = np.flatnonzero(found.counts[0, :, 1])
    # 0.5 V takes 128 ms at once, more than one held input of 34.6 ms: the residue carries over
    assert steps.min() >= 2


@pytest.mark.slow
def test_the_network_decides_rightly_and_repeats_exactly(small) -> None:
    _, layers, samples, place = small
    runs = [run_network(place, layers, DRIVES, samples.spikes, chips=Chips(2, seed=3)) for _ in range(2)]
    np.testing.assert_array_equal(runs[0]["output"].counts, runs[1]["output"].counts)
    assert np.all(decided(runs[0]["output"].counts) == samples.labels)
    # the recorded small case: seed 3, two chips, without noise, whose draws follow the steps of time to the last bit
    still = run_network(
        place, layers, DRIVES, samples.spikes, SimulationOptions(noise=False), chips=Chips(2, seed=3)
    )
    assert still["hidden"].spikes.sum(axis=(1, 2)).tolist() == HIDDEN_SPIKES
    assert still["output"].spikes.sum(axis=(1, 2)).tolist() == OUTPUT_SPIKES


HIDDEN_SPIKES = [3, 4, 3, 4]
OUTPUT_SPIKES = [2, 3, 2, 3]


@pytest.mark.slow
def test_each_characteristic_left_out_does_what_it_says(small) -> None:
    _, layers, samples, place = small
    quiet = {**WITHOUT}
    drives = DRIVES
    whole = run_network(place, layers, drives, samples.spikes, QUIET)

    def without(name):
        given = quiet[name]
        setting = SimulationOptions(
            noise=False,
            spread=False,
            leak=given.leak,
            restoration=given.restoration,
            idealised=given.idealised,
        )
        return run_network(place, layers, drives, samples.spikes, setting)

    # what never fades piles up until it conducts by itself, and the output stays on
    kept = without("leaky_integration")["hidden"]
    assert np.all(kept.first_spike <= whole["hidden"].first_spike)
    assert kept.counts[:, -1].sum() < whole["hidden"].counts[:, -1].sum()
    # a gate that lets go at once lets the next integration begin sooner
    assert without("refractory_period")["hidden"].counts.sum() > whole["hidden"].counts.sum()
    # without what is left of the last spike the next comes later
    assert without("intrinsic_plasticity")["hidden"].counts.sum() < whole["hidden"].counts.sum()
    # 0.5 V through 47 kohm into 128 cells is a sixth of the read voltage: nothing fires
    assert without("cascaded_connection")["output"].counts.sum() == 0
    assert place.unbuffered_share["hidden"] < 0.2


@pytest.mark.slow
def test_calibration_finds_drives_that_decide(small, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("neuroest.network_simulation.calibration.GAINS", (0.2, 1.0))
    monkeypatch.setattr("neuroest.network_simulation.calibration.OFFSETS", (0.0,))
    workload, layers, _, place = small
    files = write(tmp_path)
    seen = read_samples(files["calibration"], workload.spec)
    reported: list[str] = []
    drives = calibrate(place, layers, seen.first(2), Chips(1), reported.append)
    assert set(drives) == {"hidden", "output"}
    assert "100.0 % of the calibration samples" in reported[1]


def test_recurrent_layers_see_their_own_spikes(tmp_path) -> None:
    files = write(tmp_path, kind="recurrent")
    workload = load_workload(files["workload"])
    layers, _ = read_network(files["weights"], workload.spec)
    samples = read_samples(files["samples"], workload.spec).first(2)
    with_own = ideal_network(layers, samples.spikes)
    silent = [
        layers[0].__class__("hidden", layers[0].weights, np.zeros((3, 3)), *_numbers(layers[0])),
        layers[1],
    ]
    # 127 + 60 against 127 of 127: the threshold is passed by more, which shows in the third timestep
    assert with_own["hidden"].sum() >= ideal_network(silent, samples.spikes)["hidden"].sum()
    place = operating_conditions(
        neuroest.estimate("diffusive_bench_28nm", workload), layers, "ion_kinetics_silver"
    )
    found = run_network(place, layers, DRIVES, samples.spikes, QUIET)
    assert found["hidden"].spikes.sum() > 0


def _numbers(layer):
    return layer.step, layer.decay, layer.threshold


def test_simulated_activity_says_how_to_repeat_it(small) -> None:
    workload, layers, samples, place = small
    found = run_network(place, layers, DRIVES, samples.spikes, QUIET)
    origin = ActivityProvenance(
        "diffusive_bench_28nm", place, DRIVES, Chips(2, 3), "ion_kinetics_silver", {"weights": "abc"}
    )
    changed, text = simulated_workload(
        workload, found, origin, name="changed", spikes=samples.spikes, accuracy=share(np.ones(4, bool)),
        day="2026-01-02",
    )  # fmt: skip
    hidden = changed.spec.layers[0].activity.rate
    assert hidden.basis == "simulated"
    assert hidden.value == pytest.approx(float(found["hidden"].spikes.mean()), rel=1e-6)
    note = changed.spec.sources["simulation"].seen_note
    for part in (
        "neuron: diffusive_bench",
        "seed: 3",
        "chips: 2",
        "samples: 4",
        "sha256 of the weights: abc",
    ):
        assert part in note
    assert changed.spec.task.value == 1
    assert "name: changed" in text
    # and it feeds an estimate
    assert neuroest.estimate("diffusive_bench_28nm", changed).totals["energy_per_inference_J"] > 0.0


@pytest.mark.parametrize(
    ("chip", "words"),
    [
        ("diffusive_28nm_derived", "follows the filament"),
        ("analog_lif_circuit_28nm", "neuron model is analog_lif"),
        ("adc_crossbar_28nm", "not read by neurons"),
        ("digital_spiking_28nm", "not read by neurons"),
    ],
)
def test_chips_whose_neurons_give_no_spikes_are_refused(small, chip, words) -> None:
    workload, layers, *_ = small
    with pytest.raises(NeuroestError, match=words):
        operating_conditions(neuroest.estimate(chip, workload), layers, "ion_kinetics_silver")


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


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hidden": None}, "has no array 'hidden'"),
        ({"hidden": np.ones((3, 5))}, "shape"),
        ({"hidden": np.full((3, 4), 0.5)}, "whole numbers"),
        ({"hidden": np.full((3, 4), 200)}, "from -127 to 127"),
        ({"hidden": np.zeros((3, 4))}, "are zero"),
        ({"hidden.decay": 1.5}, "from 0 to 1"),
        ({"hidden.threshold": 0.0}, "above zero"),
        ({"output.step": None}, "must be one number"),
        ({"output.steps": 1.0}, "did you mean|unknown"),
        ({"hidden": np.full((3, 4), np.nan)}, "not finite"),
    ],
)
def test_weights_that_do_not_fit_are_one_clear_line(tmp_path, changes, words) -> None:
    files = write(tmp_path, **changes)
    with pytest.raises(NeuroestError, match=words) as caught:
        read_network(files["weights"], load_workload(files["workload"]).spec)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["hidden", "hidden=1 V", "=1 V,2 ohm", "hidden=1 V,2 kg", "hidden=1 V,0 ohm"]
)
def test_drives_that_are_none_are_refused(text) -> None:
    with pytest.raises(NeuroestError, match="--drive"):
        parse_drive(text)


def test_the_recorded_run_of_the_digits_belongs_to_its_files() -> None:
    reported = json.loads((DIGITS / "behaviour.json").read_text(encoding="utf-8"))
    files = {"weights": "weights.npz", "samples": "test.npz", "calibration samples": "calibration.npz"}
    assert reported["files"] == {what: file_sha256(DIGITS / name) for what, name in files.items()}
    runs = {run["name"]: run for run in reported["runs"]}
    assert set(runs) == {
        "ideal_neurons",
        "ideal_behind_columns",
        "device",
        *(f"without_{n}" for n in WITHOUT),
    }
    # what docs/device_lab.md says of them
    assert runs["ideal_neurons"]["accuracy"][0] == pytest.approx(0.9667, abs=5e-5)
    assert runs["device"]["accuracy"][0] == pytest.approx(0.928, abs=5e-4)
    assert runs["device"]["against_ideal"] == pytest.approx([-0.039, -0.061, -0.016], abs=6e-4)
    quiet = runs["without_intrinsic_plasticity"]
    # one spike a timestep is what an estimate prices
    assert quiet["simulated_neuron_energy_J"] == pytest.approx(quiet["estimated_neuron_energy_J"], rel=0.01)
    assert runs["device"]["simulated_neuron_energy_J"] > 4.0 * runs["device"]["estimated_neuron_energy_J"]


def test_half_the_step_changes_no_spike_that_is_passed_on(small, monkeypatch) -> None:
    place, found = small[3], []
    currents = np.tile(np.linspace(0.3e-6, 0.9e-6, 20), (1, 3, 1))
    for step in (0.1, 0.05):
        monkeypatch.setattr("neuroest.network_simulation.spiking.STEP_OF_SETTLING", step)
        found.append(run_layer(place, Drive(0.0, 1e6), currents, QUIET))
    np.testing.assert_array_equal(found[0].spikes, found[1].spikes)
    assert found[0].counts.sum() == pytest.approx(found[1].counts.sum(), rel=0.01)
    for term in ("gate_charge", "output_branch"):
        assert found[0].energy[term] == pytest.approx(found[1].energy[term], rel=0.02)
