"""Accuracy from the curve of a network against simulations of chips that took no part in the curve."""

from pathlib import Path

import numpy as np
import pytest
from accuracy_curve import RATIOS, measure

import neuroest
from neuroest.loading.library import load_workload
from neuroest.network_simulation.files import read_network, read_samples
from neuroest.network_simulation.study import simulate_network
from neuroest.pipeline.accuracy import accuracy_at_ratio
from tests.network_simulation.test_operating_point import changes, finalists

DIGITS = Path(__file__).parents[2] / "examples" / "digits_snn"
WORKLOAD = str(DIGITS / "digits_spiking.yaml")
SAMPLES = DIGITS / "test.npz"
AS_STATED = (
    "analog_lif_low_power_28nm", "analog_lif_circuit_28nm", "mott_neuron_28nm", "digital_spiking_28nm", "loihi_14nm",
    "adc_crossbar_28nm",
)  # fmt: skip


def simulated(chip: str, settings=None):
    found = simulate_network(chip, WORKLOAD, DIGITS / "weights.npz", SAMPLES, settings=settings)
    return {one.name: one for one in found.outcomes}


@pytest.mark.parametrize("chip", AS_STATED)
def test_the_accuracy_of_an_estimate_is_that_of_a_simulation(chip) -> None:
    stated = neuroest.estimate(chip, WORKLOAD).totals["accuracy"]
    assert simulated(chip)["device"].accuracy.value == pytest.approx(stated, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    "chip", ["diffusive_low_power_28nm", "analog_lif_low_power_28nm", "digital_spiking_28nm"]
)
def test_the_digits_keep_their_accuracy_on_the_default_chips(chip) -> None:
    found = simulated(chip)["device"]
    assert found.against_ideal is not None
    assert found.against_ideal.value >= -0.03


FINALISTS = {p.values[1]: p.values for p in finalists() if p.values[0] == "shd_recurrent_spiking"}


@pytest.mark.slow
@pytest.mark.parametrize("contender", ["analog_cmos", "digital_cmos", "phase_change"])
def test_finalists_keep_the_accuracy_of_the_digits_or_a_check_says_why_not(contender) -> None:
    _, _, choices = FINALISTS[contender]
    chip, settings = changes("spiking_neurons", contender, choices)
    found = simulated(chip, settings)["device"]
    checks = neuroest.estimate(chip, WORKLOAD, settings).checks
    kept = next(check.passed for check in checks if check.name == "network_accuracy")
    assert found.against_ideal is not None
    assert found.against_ideal.value >= -0.03 or not kept


def test_a_digital_network_in_exact_numbers_has_the_exact_accuracy() -> None:
    chip = neuroest.estimate("loihi_14nm", WORKLOAD)
    assert chip.totals["accuracy"] == pytest.approx(0.967)
    assert neuroest.estimate("loihi_14nm", "mlp_mnist_spiking").totals["accuracy"] is None


def test_neurons_that_forget_between_timesteps_have_no_accuracy_of_the_curve() -> None:
    assert neuroest.estimate("threshold_switch_28nm", WORKLOAD).totals["accuracy"] is None


def test_the_curve_in_the_file_is_the_one_that_is_measured() -> None:
    spec = load_workload(WORKLOAD).spec
    samples = read_samples(SAMPLES, spec)
    found = measure(read_network(DIGITS / "weights.npz", spec)[0], samples)
    stated = spec.task.against_error
    assert stated.signal_to_error_ratio == RATIOS
    for name in ("lasting", "fluctuating", "between", "within"):
        assert getattr(stated, name) == pytest.approx(getattr(found, name), abs=6e-4)
    for name in ("exact", "signed", "unsigned"):
        assert getattr(stated, name) == pytest.approx(getattr(found, name), abs=6e-4)


def test_a_curve_is_linear_in_decibels_and_ends_at_the_exact_accuracy() -> None:
    ratios, values = np.array([4.0, 16.0]), np.array([0.825, 0.943])
    assert accuracy_at_ratio(8.0, ratios, values, 0.967) == pytest.approx((0.825 + 0.943) / 2.0)
    assert accuracy_at_ratio(1.0, ratios, values, 0.967) == pytest.approx(0.825)
    assert accuracy_at_ratio(160.0, ratios, values, 0.967) == pytest.approx(0.967 - 0.0024)
    assert accuracy_at_ratio(np.inf, ratios, values, 0.967) == pytest.approx(0.967)


def test_more_error_is_less_accuracy_and_the_check_says_what_takes_it() -> None:
    path = "chip.tile.array.cell.conductance_spread"
    found = [
        neuroest.estimate("analog_lif_low_power_28nm", WORKLOAD, {path: spread}) for spread in ("0.05", "0.5")
    ]
    assert found[0].totals["accuracy"] > found[1].totals["accuracy"] + 0.02
    failed = {check.name: check.message for check in found[1].checks if not check.passed}
    assert "errors of the columns" in failed["network_accuracy"]
