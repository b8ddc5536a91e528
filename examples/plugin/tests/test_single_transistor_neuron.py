"""The neuron of the example by hand, alone and in a chip."""

import pytest

import neuroest

NEURON = {"device": "single_transistor_soi", "process": "cmos_28nm_lp"}


def test_energy_of_a_drive_by_hand() -> None:
    # 2.8 V x 250 uA x 50 ns
    neuron = neuroest.block("single_transistor_neuron", **NEURON)
    assert neuron.energies == {"time_step": pytest.approx(35e-12)}
    assert neuron.area == pytest.approx(6.8e-12)


def test_a_drain_voltage_beyond_breakdown_is_reported() -> None:
    neuron = neuroest.block(
        "single_transistor_neuron", **NEURON, parameters={"drain_voltage": ["3 V", "4 V"]}
    )
    (failed,) = neuron.failed_checks
    assert failed.name == "drain_voltage"
    assert failed.passed.tolist() == [True, False]


def test_every_neuron_is_driven_in_every_step_of_a_chip() -> None:
    result = neuroest.estimate("single_transistor_28nm", "mlp_mnist_spiking")
    rows = [row for row in result.breakdown if row.term == "channel"]
    # a threshold of 3.7 deviations takes two full drives, 25 ns of the 50 each: 2.8 V x 250 uA x 25 ns
    assert sum(row.energy_J for row in rows) == pytest.approx(20 * 1034 * 17.5e-12)
