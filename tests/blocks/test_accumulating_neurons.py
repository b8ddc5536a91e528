"""Phase-change and ferroelectric neurons as blocks of a chip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.pipeline.estimate import estimate
from tests.chips import count, energy, failed, known, run

NEURON = "chip.tile.array.readout.neuron"
WORKLOAD = "mlp_mnist_spiking"
PHASE_CHANGE, FERROELECTRIC = "phase_change_neuron_28nm", "ferroelectric_neuron_28nm"


def neuron(model: str, device: str, **parameters: str) -> dict[str, object]:
    return {"model": model, "device": device, "parameters": parameters}


def test_energy_of_a_phase_change_neuron_by_hand() -> None:
    result = estimate(PHASE_CHANGE, WORKLOAD)
    # 2 uS in steps of 0.25 uS: 8 pulses of 2.5 V x 100 uA x 50 ns = 12.5 pJ; melting 2.5 V x 440 uA x 1 us = 1.1 nJ
    assert known(result, "pulses to fire") == 8
    assert result.spike_terms["accumulation"] == pytest.approx(100e-12)
    assert result.spike_terms["reset"] == pytest.approx(1.1e-9)
    # 2 uS x (0.2 V)^2 x 1 us = 80 fJ a read, one after each of the pulses of a timestep
    mapper = result.evaluation.mapper
    pulses = np.unique(np.ceil(mapper.compute.hold_time(mapper.network) / 50e-9 * (1.0 - 1e-4)))
    reads = count(result, "neuron", "time_step") * pulses[0]
    assert pulses == pytest.approx([4.0])
    assert energy(result, component="neuron", term="state_read") == pytest.approx(80e-15 * reads)


def test_the_published_bound_of_phase_change_neurons_holds() -> None:
    # Cao et al., Nat. Commun. 13 (2022), Table 1: more than 50 pJ a spike for a phase-change neuron
    assert sum(estimate(PHASE_CHANGE, WORKLOAD).spike_terms.values()) > 50e-12


def test_every_neuron_is_reset_once_before_an_inference() -> None:
    result = estimate(PHASE_CHANGE, WORKLOAD)
    neurons = result.totals["physical_neurons"]
    assert count(result, "neuron", "inference") == neurons
    assert energy(result, component="neuron", term="reset_before_inference") == pytest.approx(
        1.1e-9 * neurons
    )


def test_resets_wear_out_the_device() -> None:
    result = estimate(PHASE_CHANGE, WORKLOAD)
    # 20 steps x 0.1 spikes and one reset an inference against 3e9
    assert result.totals["neuron_lifetime_s"] == pytest.approx(
        3e9 / 3.0 * result.totals["initiation_interval_s"], rel=1e-6
    )


def test_energy_of_a_ferroelectric_neuron_by_hand() -> None:
    result = estimate(FERROELECTRIC, WORKLOAD)
    # 1.5 MV/cm: 0.95 us, 10 pulses of 100 ns. Gate 30 eps_0 x 0.01 um^2 / 10 nm = 0.2656 fF: 10 x 0.2656 fF x 4 V^2 =
    # 10.63 fJ; 2 x 16 uC/cm^2 x 0.01 um^2 x 2 V = 6.4 fJ
    assert known(result, "pulses to fire") == 10
    assert result.spike_terms["accumulation"] == pytest.approx(17.03e-15, rel=2e-3)
    # 0.2656 fF x 9 V^2 + 3.2 fC x 3 V
    assert result.spike_terms["reset"] == pytest.approx(2.39e-15 + 9.6e-15, rel=2e-3)


def test_a_pulse_that_switches_at_once_is_reported_and_a_weak_one_takes_longer(tmp_path: Path) -> None:
    device = "ferroelectric_accumulating"
    strong = neuron("ferroelectric_neuron", device, pulse_voltage="2.5 V")
    assert "neuron_accumulates" in failed(run(FERROELECTRIC, WORKLOAD, {NEURON: strong}, tmp_path))
    weak = neuron("ferroelectric_neuron", device, pulse_voltage="1.5 V")
    slow, usual = run(FERROELECTRIC, WORKLOAD, {NEURON: weak}, tmp_path), estimate(FERROELECTRIC, WORKLOAD)
    more = known(slow, "pulses to fire") / known(usual, "pulses to fire")
    holds = [r.evaluation.mapper.compute.hold_time(r.evaluation.mapper.network) for r in (slow, usual)]
    assert holds[0] == pytest.approx(more * holds[1], rel=1e-4)


def test_a_reset_too_weak_and_a_read_too_strong_are_reported(tmp_path: Path) -> None:
    device = "ferroelectric_accumulating"
    weak = neuron("ferroelectric_neuron", device, reset_voltage="1.5 V")
    assert "reset_switches" in failed(run(FERROELECTRIC, WORKLOAD, {NEURON: weak}, tmp_path))
    strong = neuron("ferroelectric_neuron", device, read_voltage="2.2 V")
    assert "read_keeps_state" in failed(run(FERROELECTRIC, WORKLOAD, {NEURON: strong}, tmp_path))


def test_the_shipped_devices_pass_their_own_checks() -> None:
    for architecture in (PHASE_CHANGE, FERROELECTRIC, "mott_neuron_28nm"):
        assert not failed(estimate(architecture, WORKLOAD)) & {
            "neuron_fires_in_time", "neuron_accumulates", "reset_switches", "read_keeps_state",
        }  # fmt: skip


def test_a_published_neuron_may_wear_out_too() -> None:
    # 1e12 spikes at two an inference
    result = estimate("mott_neuron_28nm", WORKLOAD)
    assert result.totals["neuron_lifetime_s"] == pytest.approx(
        1e12 / 2.0 * result.totals["initiation_interval_s"], rel=1e-6
    )
