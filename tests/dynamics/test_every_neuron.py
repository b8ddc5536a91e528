"""Every shipped neuron runs in time and is characterised or refused with its cause; times: benchmarks/device_lab.py."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from neuroest.dynamics.characterisation import characterise
from neuroest.dynamics.characteristics import CHARACTERISTICS
from neuroest.dynamics.diffusive_cells import NEURON_MODELS
from neuroest.dynamics.in_time import Asked
from neuroest.dynamics.neuron_characteristics import EVERY_NEURON
from neuroest.dynamics.run import simulate
from neuroest.fitting.device_fit import fit
from neuroest.fitting.headers import example_folder
from neuroest.loading.library import load_device, shipped

pytestmark = pytest.mark.slow
NEURONS = {
    name: load_device(name).spec.model
    for name, path in shipped("device").items()
    if path.parent.name == "neurons"
}
RUN_IN_TIME = [name for name, model in NEURONS.items() if model != "reported_neuron"]
SILENT = {"diffusive_28nm_derived", "switch_ag_bench"}
"""Their outputs stay on under a constant drive, which the estimate flags."""
SPIKES = 100
LONG = {"diffusive_28nm_capacitor", "diffusive_65nm_estimate", "diffusive_3nm_projection"}
"""Half a minute each. Residue of their filaments adds up under a constant drive, until an output stays on."""


def others_nightly(names: Iterable[str], long: set[str]) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.nightly) if name in long else name for name in names]


@pytest.mark.parametrize("name", others_nightly(RUN_IN_TIME, LONG))
def test_a_neuron_runs_for_a_hundred_spikes(name: str) -> None:
    data = simulate(name, spikes=SPIKES, noise=False).data
    assert len(data["spikes"]) >= (1 if name in SILENT | LONG else SPIKES), name
    if name in LONG:
        assert data["latched"] == 1, name


def test_a_neuron_that_is_known_by_its_numbers_spikes_as_often_as_published() -> None:
    for name in NEURONS:
        if name not in RUN_IN_TIME:
            data = simulate(name, spikes=SPIKES).data
            times = [spike["time_s"] for spike in data["spikes"]]
            # the digital one states 530 ns and 1.9 MHz, each rounded
            rate = load_device(name).claims["maximum_spike_rate"].value
            assert (len(times) - 1) / (times[-1] - times[0]) == pytest.approx(rate, rel=0.01), name
            claims = load_device(name).claims
            each = claims["spike_energy"].value
            if "supply_voltage" in claims:  # below the circuits' 0.9 V, to which its spikes are shifted
                each += claims["shifter_energy"].value
            assert data["energy_J"]["spikes"] == pytest.approx(len(times) * each), name


# `test_characteristics.py` has the experiments of the bench neuron, `test_characterise_neurons.py` the other neurons
@pytest.mark.nightly
@pytest.mark.parametrize("name", [n for n in RUN_IN_TIME if NEURONS[n] in NEURON_MODELS])
def test_a_neuron_is_characterised_and_says_what_it_does_not_have(name: str) -> None:
    found = characterise(Asked(name), devices=20)
    assert len(found) == len(EVERY_NEURON) + len(CHARACTERISTICS)
    assert all(found[each].findings or found[each].values for each in EVERY_NEURON)
    reasons = {each.absent for each in found.values() if each.absent}
    # one never fires at the input of some experiments, one has a gate that follows
    assert all(re.search("never fires|follows the filament", reason) for reason in reasons), reasons


@pytest.mark.nightly
def test_a_neuron_whose_gate_holds_its_output_latches() -> None:
    found = characterise(Asked("diffusive_28nm_derived"), ["limits"], devices=20)
    assert "latches" in found["limits"].findings[0]


@pytest.mark.nightly
def test_progress_is_reported_to_the_end(tmp_path: Path) -> None:
    seen: list[float] = []
    simulate("switch_vo2_oscillator", progress=seen.append)
    assert seen[-1] == pytest.approx(1.0, rel=0.01)
    told: list[float] = []
    fit(
        example_folder() / "zhao2025_first_spike.csv",
        model="diffusive_1m1t1r",
        starts=2,
        progress=told.append,
    )
    assert told
    assert told == sorted(told)
    assert told[-1] <= 1.0
