from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from neuroest import check_files
from neuroest.authoring import templates
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.loading.library import load_device, shipped
from neuroest.pipeline.estimate import estimate
from neuroest.registry import roles_of
from tests.each import each


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@each(
    "kind, model",
    [(kind, model) for kind in ("neuron", "synapse", "memory") for model in templates.models(kind)],
)
def test_a_template_of_every_model_passes_the_check_and_explains_every_value(
    tmp_path: Path, kind: str, model: str
) -> None:
    path = written(tmp_path, "mine", templates.new_device(kind, "mine", model))
    assert check_files([path]) == ()
    lines = path.read_text(encoding="utf-8").splitlines()
    device = load_device(str(path))
    for name, claim in device.claims.items():
        place = lines.index(f"  {name}:")
        assert lines[place - 1].startswith("  # ")
        assert claim.basis == "assumed"
        assert claim.source is None  # a value that its user replaced loses its source


def test_placeholders_are_the_values_of_the_device_they_come_from(tmp_path: Path) -> None:
    for name in ("diffusive_bench", "rram_22nm_intel", "vox_shih2025", "pcm_28nm_fdsoi"):
        example = load_device(name)
        kind = "synapse" if "cell" in roles_of(example.spec.model) else "neuron"
        made = load_device(str(written(tmp_path, "mine", templates.new_device(kind, "mine", like=name))))
        for key, claim in example.claims.items():
            assert made.claims[key].value == pytest.approx(claim.value, rel=1e-5)
            assert made.claims[key].low == pytest.approx(claim.low, rel=1e-5)
            assert made.claims[key].high == pytest.approx(claim.high, rel=1e-5)


def test_a_chip_of_templates_can_be_estimated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "cell", templates.new_device("synapse", "cell"))
    network = written(tmp_path, "net", templates.new_workload("net"))
    for model in templates.models("neuron"):
        written(tmp_path, "neuron", templates.new_device("neuron", "neuron", model))
        text = templates.new_architecture("chip", "neuron.yaml", "cell.yaml")
        chip = written(tmp_path, "chip", text)
        assert check_files([chip, network]) == ()
        # a threshold switch is wired up in a way of its own, which the check does not ask for
        assert estimate(chip, network).totals["energy_per_inference_J"] > 0.0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["architecture", "workload"])
def test_copies_of_all_that_ships_pass_the_check(tmp_path: Path, kind: str) -> None:
    for like in shipped(kind):
        path = written(tmp_path, "mine", templates.copy_of(kind, "mine", like))
        assert check_files([path]) == (), like
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["name"] == "mine"


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="diffusive_1m1t1r"):
        templates.new_device("neuron", "mine", "passive")
    with pytest.raises(NeuroestError, match="leave out"):
        templates.new_device("neuron", "mine", "analog_lif", "diffusive_bench")
    with pytest.raises(NeuroestError, match="not a synapse"):
        templates.new_device("synapse", "mine", like="diffusive_bench")
    with pytest.raises(NeuroestError, match="not a neuron"):
        templates.new_architecture("mine", neuron="rram_hfox_28nm")
    with pytest.raises(UnknownNameError, match="did you mean"):
        templates.copy_of("workload", "mine", "mlp_mnist_dens")
