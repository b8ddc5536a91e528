"""Every verb of the command line is a function of the package first."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

import neuroest
from neuroest.cli import VERBS
from tests.each import each

FUNCTIONS = {
    "check": "check_files", "list": "list_entries", "new": "new_device", "import": "import_network",
    "activity": "attach_activity", "behave": "simulate_network",
}  # fmt: skip


@each("verb", VERBS)
def test_a_verb_is_a_documented_function(verb: str) -> None:
    neuroest.estimate("loihi_14nm", "mlp_mnist_spiking")  # imports most rooms, which must not hide a function
    function = getattr(neuroest, FUNCTIONS.get(verb, verb))
    assert callable(function)
    assert "Parameters\n---" in (inspect.getdoc(function) or ""), f"{verb} does not state its parameters"


def test_verbs_answer_from_python(tmp_path: Path) -> None:
    chip = neuroest.estimate("analog_lif_28nm", "mlp_mnist_spiking")
    keys = [key for key, _ in chip.sources]
    assert [
        line.split("]")[0][1:] for line in neuroest.cite(chip).splitlines() if line.startswith("[")
    ] == keys
    assert neuroest.cite(chip, "bibtex").count("\n}") == len(keys) + 1
    with pytest.raises(neuroest.UnknownNameError, match="did you mean 'bibtex'"):
        neuroest.cite(chip, "bibtx")
    assert [entry.name for entry in neuroest.list_entries("neurons", "3 nm")] == ["diffusive_3nm_projection"]
    for name, supply in (("before", "0.9 V"), ("after", "0.85 V")):
        changed = neuroest.estimate(
            "analog_lif_28nm", "mlp_mnist_spiking", {"technology.supply_voltage": supply}
        )
        (tmp_path / f"{name}.json").write_text(changed.to_json())
    moved = neuroest.diff(tmp_path / "before.json", tmp_path / "after.json")
    assert not moved.same
    assert "energy per inference" in moved.to_text()
    assert "setting technology.supply_voltage: 0.9 V -> 0.85 V" in moved.to_text()
    assert neuroest.schema("device")["title"]
    assert json.dumps(neuroest.explain(chip, "energy").to_dict())


def test_a_neuron_is_simulated_from_python() -> None:
    found = neuroest.simulate("diffusive_bench", level="0.8 V", noise=False)
    assert len(found.rows()) == len(found.to_dict()["spikes"]) > 0
    # without noise the one device fires for the first time where the closed form says
    first = neuroest.simulate("diffusive_bench", energy=True, level="0.8 V").to_dict()
    assert {term["term"] for term in first["terms"]} >= {"gate_charge", "output_branch"}
