"""Neurons as blocks: threshold switches, what is known of a design's neurons, mismatch."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from neuroest.blocks.electrical_point import Burst
from neuroest.core.errors import RangeError
from tests.chips import area, energy, failed, known, run
from tests.each import each
from tests.shared import estimated

NEURON = "chip.tile.array.readout.neuron"
BASE, WORKLOAD = "diffusive_28nm_derived", "mlp_mnist_spiking"


def switch(device: str, **parameters: str) -> dict[str, object]:
    block: dict[str, object] = {"model": "threshold_switch_neuron", "device": device}
    return block | ({"parameters": parameters} if parameters else {})


def test_energy_and_time_of_a_threshold_switch(tmp_path: Path) -> None:
    # the example of docs/models/neurons.md: 1 pF, 1.2 V, 0.9 V, 0.3 V, 100 kohm, 5 kohm, 10 Mohm: 117 ns, 0.80 pJ
    neuron = switch("switch_generic_28nm", capacitance="1 pF", relaxation_time="0 s")
    result = run(BASE, WORKLOAD, {NEURON: neuron}, tmp_path)
    terms = result.spike_terms
    assert terms["capacitor"] + terms["discharge"] == pytest.approx(0.80e-12, rel=0.02)
    assert known(result, "integration time") + known(result, "refractory time") == pytest.approx(
        117e-9, rel=0.002
    )


def test_a_selector_of_nanodots_by_hand(tmp_path: Path) -> None:
    result = run(BASE, WORKLOAD, {NEURON: switch("switch_ag_nanodots")}, tmp_path)
    # 5 Mohm x 200 fF x ln(0.5 / 0.206) without the leak, of which 294 Gohm are nothing: in 0.45 us the switch
    # of 806 ohm empties the capacitor before it is off
    assert known(result, "integration time") == pytest.approx(1e-6 * math.log(0.5 / 0.206), rel=1e-3)
    # 0.5 V lies 5.4 deviations of 38 mV above the threshold
    assert 1.0 - known(result, "firing probability") == pytest.approx(3e-8, rel=0.1)
    # behind a plain clamp the columns conduct for as long as it integrates, thousands of times what they need
    assert failed(result) == {"columns_conduct_long"}


def test_the_capacitor_of_a_threshold_switch_is_never_left_out(tmp_path: Path) -> None:
    result = run(BASE, WORKLOAD, {NEURON: switch("switch_ag_bench")}, tmp_path)
    # 4.7 nF at 2 fF/um^2 is 2.35 mm^2, for each of 1034 neurons
    assert area(result, "neuron") == pytest.approx(1034 * (2.35e-6 + 16e-12), rel=1e-4)


def test_a_switch_that_cannot_open_fails_a_check(tmp_path: Path) -> None:
    # (1.2 V - 0.3 V) / 60 uA = 15 kohm is the smallest resistor
    closed = switch("switch_generic_28nm", series_resistance="14 kohm")
    assert "switch_opens" in failed(run(BASE, WORKLOAD, {NEURON: closed}, tmp_path))
    opens = switch("switch_generic_28nm", series_resistance="16 kohm")
    assert "switch_opens" not in failed(run(BASE, WORKLOAD, {NEURON: opens}, tmp_path))


def test_a_switch_whose_leakage_holds_the_capacitor_is_refused(tmp_path: Path) -> None:
    # (1.2 V - 0.9 V) / (0.9 V / 10 Mohm) = 3.3 Mohm is the largest resistor
    leaking = switch("switch_generic_28nm", series_resistance="3.5 Mohm")
    with pytest.raises(RangeError, match="leakage of the open switch"):
        run(BASE, WORKLOAD, {NEURON: leaking}, tmp_path)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [({"supply_voltage": "0.85 V"}, "never fires"), ({"hold_voltage": "0.95 V"}, "does not oscillate")],
)
def test_a_switch_that_never_fires_is_refused(parameters: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(RangeError, match=words):
        run(BASE, WORKLOAD, {NEURON: switch("switch_generic_28nm", **parameters)}, tmp_path)


def test_wear_of_a_threshold_switch(tmp_path: Path) -> None:
    result = run(BASE, WORKLOAD, {NEURON: switch("switch_vo2_oscillator")}, tmp_path)
    # 1e9 cycles at 0.1 spikes a step, each of them twice: the switch forgets in nanoseconds and fires in both of the
    # timesteps that make a threshold of the network
    assert result.totals["neuron_lifetime_s"] == pytest.approx(
        0.5e10 * result.totals["initiation_interval_s"] / 20, rel=1e-6
    )


def test_firing_probability_of_a_design_is_known(tmp_path: Path) -> None:
    # V_50 = 0.886 V, 61 mV from pulse to pulse and 62 mV between devices; the shipped design drives 0.8 V: Phi(-0.99)
    result = run(BASE, WORKLOAD, {}, tmp_path)
    z = (0.8 - 0.886) / math.hypot(0.061, 0.062)
    expected = 0.5 * math.erfc(-z / math.sqrt(2))
    assert known(result, "firing probability") == pytest.approx(expected, rel=1e-5)
    assert known(result, "thermal noise on the gate node") == pytest.approx(
        math.sqrt(1.380649e-23 * 300 / known(result, "capacitance of the gate node"))
    )


def test_mismatch_of_a_circuit_neuron_is_known(tmp_path: Path) -> None:
    result = run("analog_lif_circuit_28nm", WORKLOAD, {}, tmp_path)
    # 2 mV um over the root of 0.1 um^2 is 6.3 mV, a factor exp(6.3/(1.4 * 25.85)) = 1.19
    assert known(result, "mismatch of threshold voltages") == pytest.approx(6.32e-3, rel=1e-3)
    spread = known(result, "factor between currents of two neurons, one standard deviation")
    assert spread == pytest.approx(1.191, rel=1e-3)


def test_a_slow_drive_leaks_through_the_open_switch(tmp_path: Path) -> None:
    result = run(BASE, WORKLOAD, {NEURON: switch("switch_generic_28nm")}, tmp_path)
    # V_s V_t / R_off for the 10 ns of the pulse: 1.2 * 0.9 / 10 Mohm * 10 ns = 1.08 fJ, 1034 neurons, 20 steps; behind
    # plain clamps the mean square of the drive is 0.1299 of a full one, which is 1.85 deviations of the results
    assert energy(result, term="off_leakage") == pytest.approx(1034 * 20 * 1.08e-15 * 0.1299, rel=3e-4)


UNCLAMPED = {
    "chip.tile.array.readout.interface": {"model": "voltage_mode"},
    "chip.tile.array.read_voltage": "0.9 V",
}
BARE = {"model": "passive", "device": "rram_passive_generic"}


def test_an_unclamped_column_of_gated_cells_loses_the_count(tmp_path: Path) -> None:
    # 1T1R: only the active cells conduct, so the column shows their mean whatever their number (models of a column)
    result = run(BASE, WORKLOAD, UNCLAMPED, tmp_path)
    assert "column_counts_spikes" in failed(result)
    reached = next(c for c in result.evaluation.mapped.checks if c.name == "column_reaches_neuron")
    assert float(reached.value.item()) == pytest.approx(0.9)


def test_idle_rows_attenuate_an_unclamped_column(tmp_path: Path) -> None:
    # a tenth of the rows at 0.9 V against grounded ones: 0.09 V, far below the 0.45 V of the neuron
    with pytest.raises(RangeError, match="idle rows attenuate"):
        run(BASE, WORKLOAD, UNCLAMPED | {"chip.tile.array.cell": BARE}, tmp_path)


def test_rates_that_are_not_far_apart_are_reported(tmp_path: Path) -> None:
    # (gamma_1 + beta) / (gamma_2 + beta): 620 / 25 on the bench, 120 / 25 with a filament that lasts longer
    neuron = "chip.tile.array.readout.neuron"
    base, network = "diffusive_bench_28nm", "mlp_mnist_spiking"
    assert "timescale_separation" not in failed(run(base, network, {}, tmp_path))
    slow = run(base, network, {}, tmp_path, **{f"{neuron}.filament_decay": "100 1/s"})
    assert "timescale_separation" in failed(slow)


@each("chip", ["threshold_switch_28nm", "vo2_switch_28nm", "analog_lif_28nm"])
@each("off", [-1e-12, 0.0, 1e-12])
def test_a_drive_that_is_off_by_rounding_fires_as_often(chip: str, off: float) -> None:
    # as long as an integration, and long enough apart for any neuron to forget: a spike in each of three timesteps
    neuron = estimated(chip, "mlp_mnist_spiking").evaluation.mapped.level.compute.neuron
    drive = neuron.integration_time() * (1.0 + off)
    burst = Burst(pulse=drive, period=1.0, steps=3.0, idle=1.0, number=1.0, ends=False)
    assert neuron.spikes_of(burst) == 3
