"""One file, one truth: a spike in time and in the closed forms of the estimate, and one device as two models."""

from pathlib import Path

import pytest
import yaml

from neuroest.core.errors import NeuroestError
from neuroest.dynamics.agreement import compare_spike
from neuroest.dynamics.run import simulate
from neuroest.fitting.device_fit import fit
from neuroest.fitting.headers import example_folder
from neuroest.loading.library import load_device, shipped
from tests.chips import run

NEURONS = [name for name, path in shipped("device").items() if path.parent.name == "neurons"]
SILENT = {"diffusive_28nm_derived"}
"""Neurons without a spike in time, which the estimate flags: the gate follows the filament and removes its drive."""


@pytest.mark.parametrize("name", NEURONS)
def test_a_spike_in_time_costs_and_takes_what_the_estimate_has(name: str) -> None:
    found = compare_spike(name)
    assert {q.name: q.ratio for q in found.quantities if not q.agrees} == {}
    names = {q.name for q in found.quantities}
    assert {"energy", "integration time", "area"} <= names or name in SILENT
    assert bool(found.silent) == (name in SILENT)
    assert found.agrees


def test_a_neuron_without_a_spike_in_time_is_one_that_the_estimate_flags() -> None:
    """Both sides say the same: the rate equations give no spike, and the check of the estimate fails by that cause."""
    found = compare_spike("diffusive_28nm_derived")
    assert found.silent == ("gate_waits",)
    assert "no spike in time" in str(found.blocks()[1])
    assert not compare_spike("diffusive_28nm_capacitor").silent


def test_the_current_before_the_switch_is_that_of_the_growing_filament() -> None:
    """0.27 pJ by the rate equations; the memristor without a filament, 1 Tohm, would take 0.022 pJ."""
    energy = next(q for q in compare_spike("diffusive_28nm_capacitor").quantities if q.name == "energy")
    assert energy.ratio == pytest.approx(1.0, abs=0.15)


@pytest.mark.slow
def test_a_fitted_switch_with_a_delay_agrees(tmp_path: Path) -> None:
    files = [
        example_folder() / f"switch_{name}.csv" for name in ("delays", "sweeps", "relaxation", "capacitors")
    ]
    path = tmp_path / "ag_siox.yaml"
    fit(files).write(path)
    found = compare_spike(str(path))
    assert found.agrees
    by_name = {q.name: q for q in found.quantities}
    # 2 ns exp(9 V/1.2 V) = 3.6 us, and the charge before it
    assert by_name["integration time"].closed == pytest.approx(3.6e-6, rel=0.1)
    assert "more a spike" in found.notes[1]


def test_a_drive_that_is_left_on_and_one_that_ends_are_both_reported() -> None:
    text = " ".join(simulate("switch_vo2_oscillator").to_text().split())
    assert "a spike with the drive left on" in text
    assert "as a chip drives it, ending with the spike: 577 fJ a spike; the estimate has 630 fJ" in text


@pytest.mark.parametrize(("forgets", "ratio"), [(True, 1.0), (False, 0.735)])
def test_the_same_device_as_two_models_costs_the_same_where_both_forget(
    forgets: bool, ratio: float, tmp_path: Path
) -> None:
    neuron, base, workload = "chip.tile.array.readout.neuron", "diffusive_28nm_derived", "mlp_mnist_spiking"
    found = {q.name: q.closed for q in compare_spike("switch_ag_nanodots").quantities}
    # what a group would report of that neuron: energy, time to a spike, rate, area
    reported = {
        "kind": "device", "name": "as_reported", "model": "reported_neuron", "description": "The same neuron.",
        "maturity": {"stage": "concept", "reason": "a test"},
        "fab_compatibility": {"status": "unknown", "reason": "a test"},
        "parameters": {
            key: {"value": value, "basis": "assumed", "rationale": "of the other model", "spread": {"factor": 1.1}}
            for key, value in {
                "spike_energy": f"{found['energy']} J", "input_hold_time": f"{found['integration time']} s",
                "maximum_spike_rate": f"{1.0 / found['shortest interval']} 1/s", "static_power": "0 W",
                "footprint": f"{found['area']} m^2", **({"memory_time": "1 us"} if forgets else {}),
            }.items()
        },
    }  # fmt: skip
    path = tmp_path / "as_reported.yaml"
    path.write_text(yaml.safe_dump(reported), "utf-8")
    load_device(str(path))
    blocks = (
        {"model": "threshold_switch_neuron", "device": "switch_ag_nanodots"},
        {"model": "reported_neuron", "device": str(path)},
    )
    one, other = (run(base, workload, {neuron: block}, tmp_path) for block in blocks)
    # 5 Mohm x 200 fF: a neuron that forgets between timesteps is driven for a whole integration in each, one that does
    # not for half of it in each of two, and the columns with it
    energies = [each.totals["energy_per_inference_J"] for each in (other, one)]
    assert energies[0] / energies[1] == pytest.approx(ratio, rel=0.02)
    assert other.totals["area_m2"] == pytest.approx(one.totals["area_m2"], rel=1e-6)


def test_a_device_that_is_no_neuron_is_refused() -> None:
    with pytest.raises(NeuroestError, match="neuron model"):
        compare_spike("rram_hfox_28nm")
