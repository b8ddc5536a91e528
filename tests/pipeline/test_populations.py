"""Populations of neurons: counts by hand, traffic by level, brains, and what 20 W ask for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import neuroest
from neuroest.core.errors import NeuroestError, SpecError
from neuroest.design.build import build
from neuroest.exploration.breakeven import breakeven
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.evaluation import evaluate
from neuroest.workloads.layers import geometry
from tests.chips import energy
from tests.each import each

ABOUT = {"basis": "assumed", "rationale": "for this test"}
CIRCUIT, MOUSE, HUMAN = "cortical_microcircuit_spiking", "mouse_brain_spiking", "human_brain_spiking"
ATP = 8.303e-20  # 50 kJ/mol


def network(folder: Path, *layers: dict[str, Any], inputs: int = 1) -> Path:
    data = {
        "kind": "workload", "name": "given", "description": "A population.", "coding": "spiking", "timesteps": 100,
        "precision": {"weights": 8, "accumulator": 24}, "weights": {"mean_absolute": 0.3, **ABOUT},
        "input": {"shape": [inputs], "activity": {"rate": 0.1, **ABOUT}}, "activity": {"rate": 0.05, **ABOUT},
        "layers": list(layers),
    }  # fmt: skip
    path = folder / "given.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def cells(**changed: Any) -> dict[str, Any]:
    return {
        "name": "cells", "type": "population", "neurons": 1000, "synapses": 1000, "sheet_density": "1e4 1/mm^2",
        "decay_length": "1 mm", **changed,
    }  # fmt: skip


def test_counts_by_hand(tmp_path: Path) -> None:
    t = geometry(load_workload(network(tmp_path, cells(synapses=50, crosspoint_density=0.1))).spec)
    assert t.recurrent_connections[0] == t.weights[0] == 1000 * 50
    assert t.recurrent_reduction[0] == 500  # rows among which a neuron finds its synapses
    assert t.output_elements[0] == t.population[0] == 1000


def test_a_population_in_which_all_are_connected_is_a_recurrent_layer(tmp_path: Path) -> None:
    fc = {"name": "cells", "type": "recurrent", "outputs": 1000}
    one = neuroest.estimate("analog_lif_28nm", network(tmp_path, fc, inputs=10))
    other = neuroest.estimate("analog_lif_28nm", network(tmp_path, cells(input_synapses=10), inputs=10))
    dense, many = one.totals, other.totals
    for name in ("synaptic_operations", "area_m2", "computing_units", "multiply_accumulates"):
        assert many[name] == pytest.approx(dense[name]), name
    for name in ("cell", "interface", "neuron", "input"):
        assert energy(one, component=name) == pytest.approx(energy(other, component=name)), name


def test_populations_stand_next_to_layers(tmp_path: Path) -> None:
    readout = {"name": "readout", "type": "fully_connected", "outputs": 10}
    result = neuroest.estimate("analog_lif_28nm", network(tmp_path, cells(), readout))
    assert [row.type for row in result.layers] == ["population", "fully_connected"]
    assert result.totals["synaptic_operations"] == pytest.approx(100 * 0.05 * (1000 * 1000 + 1000 * 10))


@each(
    "changed, words",
    [
        ({"synapses": 2000}, "more than the 1000 neurons"),
        ({"long_range_share": 0.5}, "`long_range_share` needs it"),
        ({"neurons": 0}, "below the minimum"),
        ({"decay_length": "3 s"}, "length"),
    ],
)
def test_wrong_populations_are_refused_in_words(tmp_path: Path, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        neuroest.estimate("loihi_14nm", network(tmp_path, cells(**changed)))


def test_grey_matter_takes_what_its_budget_says() -> None:
    # Attwell and Laughlin 2001: 3.29e9 ATP/s a neuron at 4 Hz, 8000 synapses each
    result = neuroest.estimate("grey_matter", MOUSE)
    power = result.totals["average_power_W"]
    assert power is not None
    assert power / 7.1e7 / ATP == pytest.approx(3.29e9, rel=0.01)
    terms = {row.term: row.energy_J / power for row in result.breakdown if row.energy_J}
    assert terms["active update"] == pytest.approx(0.47, abs=0.01)
    assert terms["static"] == pytest.approx(0.13, abs=0.01)
    rate = 4.0 * (3.84e8 + 2000.0 * 1.64e5) + 4.44e8
    assert power == pytest.approx(7.1e7 * ATP * rate, rel=1e-3)


@pytest.mark.parametrize(
    "architecture", ["loihi_14nm", "spinnaker_130nm", "brain_budget", "memristive_brain_28nm"]
)
def test_a_human_brain_is_numbers_and_no_lists(architecture: str) -> None:
    neuroest.estimate(architecture, HUMAN)
    best = min(_seconds(lambda: neuroest.estimate(architecture, HUMAN)) for _ in range(7))
    assert best < 0.05


def _seconds(of: Any) -> float:
    start = time.process_time()
    of()
    return time.process_time() - start


def test_traffic_falls_from_level_to_level() -> None:
    result = neuroest.estimate("memristive_brain_28nm", HUMAN)
    assert [row.level for row in result.traffic] == ["", "chip", "chip.board", "chip.wall"]
    leaving = [row.copies_per_spike for row in result.traffic]
    assert leaving[0] > leaving[1] > leaving[2] == leaving[3] > 10  # ten distant areas at least
    assert leaving[0] <= 7001
    # the link between chips carries these copies with the address that the mesh names
    spikes = 8.6e10 * 1000 * 0.001
    chip = result.traffic[1]
    assert chip.bits == pytest.approx(spikes * chip.copies_per_spike * 37)  # 37 bits name 8.6e10 neurons
    assert result.totals["wafers"] > 1000


def test_distance_moves_traffic_and_nothing_else(tmp_path: Path) -> None:
    near, far = (
        neuroest.estimate("brain_budget", network(tmp_path, cells(neurons=1e8, decay_length=length)))
        for length in ("0.1 mm", "10 mm")
    )
    assert near.totals["synaptic_operations"] == far.totals["synaptic_operations"]
    assert near.traffic[0].copies_per_spike < far.traffic[0].copies_per_spike
    assert near.totals["dynamic_energy_J"] < far.totals["dynamic_energy_J"]


def test_a_batch_is_its_points() -> None:
    design, spec = build(load_architecture("memristive_brain_28nm")), load_workload(MOUSE).spec
    rates = np.array([[0.001], [0.004], [0.02]])
    batch = evaluate(design, spec, {**design.values, "workload.layers.brain.activity.rate": rates})
    for index, rate in enumerate(rates[:, 0]):
        one = evaluate(design, spec, {**design.values, "workload.layers.brain.activity.rate": float(rate)})
        assert batch.energy[index, 0] == pytest.approx(float(one.energy[0]), rel=1e-12)
        assert batch.shells[-1].power[index, 0] == pytest.approx(float(one.shells[-1].power[0]), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("synapses", [1000.0, 3000.0, 7000.0]),
        ("neurons", [5e9, 8.6e10, 1e11]),
        ("crosspoint_density", [0.05, 0.1, 0.5]),
        ("decay_length", [1e-4, 3e-4, 1e-3]),
        ("long_range_share", [0.0, 0.5, 1.0]),
    ],
)
def test_every_number_of_a_population_may_vary(name: str, values: list[float]) -> None:
    design, spec = build(load_architecture("memristive_brain_28nm")), load_workload(HUMAN).spec
    path = f"workload.layers.brain.{name}"
    several = (np.array(values).reshape(-1, 1), np.resize(values, 300).reshape(-1, 1))
    lists = [evaluate(design, spec, {**design.values, path: column}) for column in several]
    weights = np.array([[[0.1], [0.3]]])
    moved = {path: several[0][:, np.newaxis], "workload.weights.mean_absolute": weights}
    grid = evaluate(design, spec, {**design.values, **moved})
    assert grid.shells[-1].power.shape[0] == len(values)
    powers = []
    for index, value in enumerate(values):
        one = evaluate(design, spec, {**design.values, path: value})
        powers.append(float(one.shells[-1].power[0]))
        for quantity in ("energy", "area", "multiply_accumulates"):
            single = float(np.ravel(getattr(one, quantity))[0])
            for found in lists:
                points = np.broadcast_to(getattr(found, quantity), (len(found.energy), 1))
                assert points[index, 0] == pytest.approx(single, rel=1e-12), quantity
    assert len(set(powers)) == len(values)


def test_what_is_not_known_of_a_population_widens_the_band() -> None:
    result = neuroest.estimate("brain_budget", HUMAN)
    assert "workload.layers.brain.synapses" in result.used_paths
    known = {
        f"workload.layers.brain.{name}": str(value)
        for name, value in (("synapses", 7000), ("neurons", 8.6e10))
    }
    wide, narrow = (
        neuroest.estimate("brain_budget", HUMAN, settings).bands.totals["average_power_W"]
        for settings in ({}, known)
    )
    assert wide.high / wide.low > narrow.high / narrow.low


def test_what_moves_whole_arrays_has_an_elasticity() -> None:
    found = neuroest.estimate("memristive_brain_28nm", HUMAN).sensitivity
    slopes = dict(zip(found.paths, found.totals["area"], strict=True))
    # 547 blocks of 128 rows a neuron; arrays and what is next to them go with these blocks
    assert slopes["workload.layers.brain.synapses"] == pytest.approx(1.0, abs=0.2)
    assert slopes["workload.layers.brain.crosspoint_density"] == pytest.approx(-1.0, abs=0.2)
    assert slopes["workload.layers.brain.neurons"] == pytest.approx(1.0, abs=0.05)


def test_a_setting_that_populations_cannot_have_is_refused() -> None:
    with pytest.raises(NeuroestError, match="more synapses within its population than there are neurons"):
        neuroest.estimate("loihi_14nm", CIRCUIT, {"workload.layers.circuit.synapses": "1e5"})
    with pytest.raises(NeuroestError, match="need the `long_range_distance`"):
        neuroest.estimate("loihi_14nm", CIRCUIT, {"workload.layers.circuit.long_range_share": "0.5"})


def test_a_plastic_population_learns_as_a_recurrent_layer_does(tmp_path: Path) -> None:
    def updates(layer: dict[str, Any]) -> float:
        path = network(tmp_path, layer)
        data = yaml.safe_load(path.read_text("utf-8"))
        data["learning"] = {"rule": "pair_stdp", "samples": 1, "mean_change": 0.01, **ABOUT}
        path.write_text(yaml.safe_dump(data), encoding="utf-8")
        found = neuroest.estimate("loihi_14nm", path).totals["synaptic_updates"]
        assert found is not None
        return found

    recurrent = updates({"name": "cells", "type": "recurrent", "outputs": 1000})
    assert updates(cells(input_synapses=1)) == pytest.approx(recurrent)
    assert updates(cells(synapses=100)) / updates(cells()) == pytest.approx(0.1)


def test_what_twenty_watts_ask_of_a_synaptic_event() -> None:
    found = breakeven(
        "brain_budget", "twenty_watts", HUMAN, "chip.core.events.synaptic_operation_energy=0.1 fJ..1 pJ:log",
        quantity="average_power_W",
    )  # fmt: skip
    value = found.break_even_points[0].value
    again = neuroest.estimate(
        "brain_budget", HUMAN, {"chip.core.events.synaptic_operation_energy": f"{value} J"}
    )
    assert again.totals["average_power_W"] == pytest.approx(20.0, rel=1e-3)
