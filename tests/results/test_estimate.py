"""What an estimate promises as data: it cannot be changed, it travels, and each part is computed once."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pytest

import neuroest
from neuroest.core.errors import UnknownNameError
from neuroest.error_analysis import analysis, elasticities
from neuroest.registry import COMPONENTS, DEVICE_MODELS, EXPORTS
from neuroest.results.estimate import Estimate


@pytest.fixture(scope="module")
def result() -> Estimate:
    return neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense", {"technology.supply_voltage": "0.8 V"})


@pytest.mark.parametrize("name", ["totals", "claims", "settings"])
def test_mappings_of_an_estimate_cannot_be_changed(result: Estimate, name: str) -> None:
    mapping = getattr(result, name)
    key = next(iter(mapping))
    with pytest.raises(TypeError):
        mapping[key] = mapping[key]
    with pytest.raises(TypeError):
        del mapping[key]


def test_a_name_that_no_mapping_has_is_an_error_of_one_line(result: Estimate) -> None:
    for mapping, name, text in (
        (result.totals, "latency", "unknown result 'latency'; did you mean 'latency_s'?"),
        (result.bands.totals, "latency", "unknown result with a band 'latency'; did you mean 'latency_s'?"),
        (result.claims, "chip.tile.array.row", "did you mean 'chip.tile.array.rows'?"),
        (COMPONENTS, "sar_adcc", "unknown name in neuroest.blocks 'sar_adcc'; did you mean 'sar_adc'?"),
        (DEVICE_MODELS, "sar_adcc", "unknown device model 'sar_adcc'; did you mean 'sar_adc'?"),
        (EXPORTS, "zip", "unknown export format 'zip'; allowed: "),
    ):
        for view in (
            (mapping, pickle.loads(pickle.dumps(mapping))) if mapping is result.totals else (mapping,)
        ):
            assert name not in view
            assert view.get(name) is None
            with pytest.raises(KeyError) as raised:
                view[name]
            assert isinstance(raised.value, UnknownNameError)
            assert text in str(raised.value)
            assert "\n" not in str(raised.value)


def test_an_estimate_cannot_be_changed(result: Estimate) -> None:
    with pytest.raises(AttributeError):
        result.totals = {}  # type: ignore[misc]


def test_an_estimate_travels_before_and_after_everything_was_asked(result: Estimate) -> None:
    fresh = neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense", {"technology.supply_voltage": "0.8 V"})
    whole = result.to_dict()
    for found in (pickle.loads(pickle.dumps(fresh)), pickle.loads(pickle.dumps(result))):
        assert dict(found.totals) == dict(result.totals)
        assert found.to_dict() == whole


def test_a_comparison_travels() -> None:
    both = neuroest.compare("analog_lif_28nm", "digital_spiking_28nm", "mlp_mnist_spiking")
    assert pickle.loads(pickle.dumps(both)).to_text() == both.to_text()
    with pytest.raises(TypeError):
        both.settings["a"] = "b"  # type: ignore[index]


def test_samples_and_elasticities_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    passes = []
    for module in (analysis, elasticities):
        whole = module.evaluate
        monkeypatch.setattr(module, "evaluate", lambda *a, whole=whole: passes.append(1) or whole(*a))
    found = neuroest.estimate("analog_lif_28nm", "mlp_mnist_spiking")
    assert passes == []
    for _ in range(2):
        found.to_dict()
        found._repr_html_()
        assert found.bands is found.bands
        assert found.sources
    assert len(passes) == 2  # the samples, and the steps of the elasticities with the scenario of the link


@pytest.mark.parametrize(
    "file", sorted(Path(neuroest.__file__).parent.glob("results/[a-z]*.py")), ids=lambda f: f.stem
)
def test_results_import_nothing_that_computes_or_prints(file: Path) -> None:
    above = {"pipeline", "error_analysis", "exploration", "validation", "reporting", "plotting", "cli"}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("neuroest."):
            assert node.module.split(".")[1] not in above, node.module


def test_inputs_that_vary_together_are_one_cause(result: Estimate) -> None:
    """The time of a conversion has two parameters of one fit, which share their samples."""
    path = "chip.tile.array.readout.converter.base_time"
    causes = dict(result.bands.causes["latency_s"])
    assert path in causes
    assert result.bands.together[path] == (path, path.replace("base_time", "bit_time"))
    assert sum(causes.values()) <= 1.0
    assert result.bands.cause(path, "base_time") == "base_time (2 together)"
    alike = [paths for paths in result.bands.together.values() if set(paths) & set(causes)]
    assert all(len(set(paths) & set(causes)) == 1 for paths in alike)
