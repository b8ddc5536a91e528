"""A chip that streams: timesteps as long as those of the data, states that must survive them, sleep in between."""

from __future__ import annotations

import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.pipeline.estimate import estimate

SPEECH, STEP = "shd_recurrent_spiking", 14e-3
IONS, MEMBRANE, DIGITAL = "diffusive_low_power_28nm", "analog_lif_low_power_28nm", "digital_spiking_28nm"
LEAKY = "analog_lif_28nm"
STREAMING = {"operation.mode": "streaming"}
NEURON = "chip.tile.array.readout.neuron"
FASTER = {
    f"{NEURON}.firing_deviations": 1,
    f"{NEURON}.input_voltage": "1 V",
    "technology.supply_voltage": "1 V",
}


def check(chip: str, name: str, **settings: object):
    found = estimate(chip, SPEECH, {**STREAMING, **settings})
    (one,) = [one for one in found.checks if one.name == name]
    return one


@pytest.mark.parametrize("chip", [MEMBRANE, DIGITAL])
def test_a_timestep_is_that_of_the_data(chip: str) -> None:
    found = estimate(chip, SPEECH, STREAMING)
    assert found.evaluation.timing.stage_interval.max() == pytest.approx(STEP)
    assert found.totals["initiation_interval_s"] == pytest.approx(1.4)
    assert found.totals["throughput_per_s"] == pytest.approx(1.0 / 1.4)


def test_ions_are_driven_for_longer_where_they_forget_between_timesteps() -> None:
    found = estimate(IONS, SPEECH, {**STREAMING, **FASTER})
    (level,) = found.evaluation.levels
    array, network = level.mapper.compute, level.mapper.network
    assert found.evaluation.timing.timestep(level) == pytest.approx(STEP)
    # the drive of each timestep fires the neuron in as many of them as the network asks for
    steps = array.neuron.steps_to_fire(array.hold_time(network), STEP)
    assert steps == pytest.approx(array.drive(network).steps + 0.0 * steps, rel=1e-3)
    assert array.drive(network).burst.period == pytest.approx(STEP)


def test_a_chip_that_is_too_slow_for_the_data_does_not_stream() -> None:
    with pytest.raises(NeuroestError, match=r"longer than the stated period"):
        estimate(IONS, SPEECH, {**STREAMING, "operation.period": "0.5 s"})


def test_a_membrane_that_leaks_holds_no_state_for_a_timestep() -> None:
    assert not check(LEAKY, "state_survives_timestep").passed
    held = check(LEAKY, "state_survives_timestep").value
    assert held == pytest.approx(0.65e-3)  # 26 fF x 0.25 V / 10 pA
    large = {NEURON: {"model": "analog_lif", "device": "lif_28nm_circuit",
                      "parameters": {"membrane_capacitance": "1 pF"}}}  # fmt: skip
    assert check(LEAKY, "state_survives_timestep", **large).value == pytest.approx(
        45e-3
    )  # 1 pF x 0.45 V / 10 pA
    small = {NEURON: {"model": "analog_lif", "device": "lif_28nm_circuit",
                      "parameters": {"switch_leakage": "low_leakage"}}}  # fmt: skip
    assert check(LEAKY, "state_survives_timestep", **small).value == pytest.approx(
        0.45
    )  # 20 fF x 0.45 V / 20 fA
    # transistors that leak a hundredth
    assert check(MEMBRANE, "state_survives_timestep").value == pytest.approx(65e-3)
    assert check(IONS, "state_survives_timestep", **FASTER).value == pytest.approx(0.2)  # residue, 1/(5 1/s)


def test_back_to_back_the_leak_of_a_membrane_is_harmless() -> None:
    tight = {f"{NEURON}.switch_leakage": 1e-9}
    leaky, ideal = (estimate(MEMBRANE, SPEECH, settings).totals for settings in ({}, tight))
    assert leaky["energy_per_inference_J"] == pytest.approx(ideal["energy_per_inference_J"], rel=1e-3)
    assert not [one for one in estimate(MEMBRANE, SPEECH).checks if one.name == "state_survives_timestep"]


def test_memories_that_collect_events_stay_on_and_all_else_sleeps_between_timesteps() -> None:
    always = {"operation.mode": "always_on", "operation.period": "1.4 s"}
    streamed, bursts = (estimate(MEMBRANE, SPEECH, mode).evaluation for mode in (STREAMING, always))
    of = {row.when for row in streamed.statics if row.component == "chip.tile.buffer"}
    assert "asleep" not in of
    assert "asleep" in {row.when for row in bursts.statics if row.component == "chip.tile.buffer"}
    assert streamed.static_times["waking"] == pytest.approx(100.0)
    assert streamed.static_times["asleep"] == pytest.approx(1.4 - 100.0 * 2.44e-6, rel=1e-3)


def test_streaming_needs_timesteps_and_a_period() -> None:
    with pytest.raises(NeuroestError, match="dense; use always_on"):
        estimate("adc_crossbar_28nm", "mlp_mnist_dense", STREAMING)
    with pytest.raises(NeuroestError, match="period of the data"):
        estimate(MEMBRANE, "mlp_mnist_spiking", STREAMING)
    stated = estimate(MEMBRANE, "mlp_mnist_spiking", {**STREAMING, "operation.period": "1 s"})
    assert stated.totals["initiation_interval_s"] == pytest.approx(1.0)


def test_points_of_a_list_are_those_of_single_estimates() -> None:
    periods = ["0.2 s", "1.4 s", "14 s"]
    rows = neuroest.sweep(MEMBRANE, {"operation.period": periods}, SPEECH, settings=STREAMING).to_frame()
    for period, energy in zip(periods, rows["energy_per_inference_J"], strict=True):
        alone = estimate(MEMBRANE, SPEECH, {**STREAMING, "operation.period": period})
        assert energy == pytest.approx(alone.totals["energy_per_inference_J"], rel=1e-12)
