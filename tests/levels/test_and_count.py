"""Attention in spikes, and dense layers between spiking ones, counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from neuroest.core.errors import MappingError, SpecError
from neuroest.equations import adder_trees
from neuroest.loading.library import load_workload, shipped
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.explanation import explain
from neuroest.results.estimate import Estimate

CHIP, NETWORK = "mixed_spiking_28nm", "spikformer_cifar10_spiking"
STEPS, TOKENS, WIDTH, HEADS, BLOCKS, RATE = 4, 64, 256, 8, 4, 0.15


@pytest.fixture(scope="module")
def result() -> Estimate:
    return estimate(CHIP, NETWORK)


def total(found: Estimate, component: str, action: str) -> float:
    return float(np.sum(found.evaluation.counts.actions[component, action]))


def changed(folder: Path, change: dict[str, dict[str, object]]) -> Path:
    """The shipped network with keys of some layers changed."""
    data = yaml.safe_load(shipped("workload")[NETWORK].read_text("utf-8"))
    for layer in data["layers"]:
        layer.update(change.get(layer["name"], {}))
    path = folder / f"{NETWORK}.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_the_shipped_network_has_the_weights_of_its_paper() -> None:
    stem = 9 * (3 * 32 + 32 * 64 + 64 * 128 + 128 * 256 + 256 * 256)
    weights = stem + BLOCKS * (4 * WIDTH**2 + 2 * WIDTH * 4 * WIDTH) + 10 * WIDTH
    assert weights == 4126048
    assert weights == pytest.approx(4.15e6, rel=0.01)
    assert estimate(CHIP, NETWORK).evaluation.layers.total_weights == weights


def test_each_level_runs_its_layers(result: Estimate) -> None:
    levels = {row.level: row for row in result.levels}
    assert levels["chip.digital.units"].layers == ("stem_1", "mean", "classes")
    assert len(levels["chip.attention.units"].layers) == 2 * BLOCKS
    assert sum(row.dynamic_energy_J for row in levels.values()) == pytest.approx(
        result.totals["dynamic_energy_J"], rel=1e-12
    )


def test_pairs_of_spikes_by_hand(result: Estimate) -> None:
    # scores: 64 x 64 tokens, 32 features a head, eight heads; as many for attention, 64 x 32 outputs of 64 tokens
    pairs = STEPS * BLOCKS * 2 * HEADS * TOKENS * TOKENS * (WIDTH // HEADS)
    # an AND switches where a spike comes or goes, 2 r (1 - r), and the other factor spikes, over that of random bits
    switching = 2 * 2 * RATE * (1 - RATE) * RATE
    assert total(result, "chip.attention.units.unit", "coincidence") == pytest.approx(pairs * switching)
    trees = float(adder_trees.tree_activity(64.0, 1.0, 1.0, switching / 2))
    assert total(result, "chip.attention.units.unit", "tree_addition") == pytest.approx(
        pairs * trees * 63 / 64
    )
    outputs = STEPS * BLOCKS * (HEADS * TOKENS * TOKENS + WIDTH * TOKENS)
    assert total(result, "chip.attention.units.unit", "decide") == outputs


def test_time_of_spiking_attention_by_hand(result: Estimate) -> None:
    # 64 units of 64 inputs: 64 cycles a head for the scores and as many for the attention, and a step of 2 ns
    cycles = BLOCKS * 2 * HEADS * TOKENS
    times = result.evaluation.timing.resources["chip.attention.units"]
    # the digital array waits for all timesteps, so layers hand on those of an inference
    assert float(np.sum(times)) == pytest.approx(STEPS * cycles * 2e-9)


def test_conversions_are_charged_where_they_happen(result: Estimate) -> None:
    # the stem's first layer has 32 maps of 32 x 32, each number compared in every timestep; the mean reads the spikes
    # of 64 tokens of width 256; the class leaves as numbers
    assert total(result, "chip.coder", "encode") == STEPS * 32 * 32 * 32
    assert total(result, "chip.coder", "count") == pytest.approx(STEPS * TOKENS * WIDTH * 0.2)
    names = result.evaluation.layers.names
    encoded = np.ravel(result.evaluation.counts.actions["chip.coder", "encode"])
    counted = np.ravel(result.evaluation.counts.actions["chip.coder", "count"])
    assert names[int(np.argmax(encoded))] == "stem_2"
    assert names[int(np.argmax(counted))] == "mean"


def test_layers_in_numbers_are_computed_once(result: Estimate) -> None:
    macs = result.evaluation.counts.actions["chip.digital.units.unit", "multiply_accumulate"]
    assert float(np.sum(macs)) == 32 * 32 * 32 * 27 + 10 * 256
    spiking = float(result.evaluation.layers.total_macs) - float(np.sum(macs))
    assert result.totals["multiply_accumulates"] == pytest.approx(STEPS * spiking + float(np.sum(macs)))
    told = explain(result, "multiply_accumulates").step
    assert sum(layer.value or 0.0 for layer in told.parts) == pytest.approx(told.value)


def test_a_spiking_chip_with_neurons_behind_the_counts(tmp_path: Path) -> None:
    data = yaml.safe_load(shipped("architecture")[CHIP].read_text("utf-8"))
    data["name"], level = "neurons", data["set"]["chip.attention"]
    level["neuron"] = {
        "model": "digital_lif", "device": "logic_45nm_horowitz", "state_bits": "16 bit", "lanes": 8,
        "clock_frequency": "500 MHz",
    }  # fmt: skip
    level["state"] = {**level["buffer"], "capacity": "128 KiB", "width": "128 bit", "stores": ["state"]}
    level["units"]["outputs"] = "neurons"
    path = tmp_path / "neurons.yaml"
    path.write_text(yaml.safe_dump(data))
    found = estimate(path, NETWORK)
    outputs = STEPS * BLOCKS * (HEADS * TOKENS * TOKENS + WIDTH * TOKENS)
    assert total(found, "chip.attention.neuron", "update") == outputs
    assert ("chip.attention.units.unit", "decide") not in found.evaluation.counts.actions
    with pytest.raises(MappingError, match="the chip has no digital_lif block"):
        estimate(CHIP, NETWORK, {"chip.attention.units.outputs": "neurons"})


def test_what_does_not_go_together_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"runs layer 'stem_2' in spikes and 'stem_1' in numbers"):
        estimate(CHIP, NETWORK, {"chip.digital.units.layers": "mean, classes"})
    with pytest.raises(MappingError, match="layer 'query_1' has weights"):
        estimate(CHIP, NETWORK, {"chip.attention.units.layers": "type:matrix_product, query_1"})
    with pytest.raises(MappingError, match="cannot run a dense network"):
        estimate(CHIP, "keyword_transformer_dense")
    data = yaml.safe_load(shipped("workload")[NETWORK].read_text("utf-8"))
    del data["precision"]["activations"]
    path = tmp_path / f"{NETWORK}.yaml"
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(SpecError, match="layers of `coding: dense` need the bits of an activation"):
        load_workload(path)
    mixing = {"type": "convolution", "kernel": 1, "outputs": 256, "inputs": ["narrow_4"]}
    spikes = {"rate": 0.2, "basis": "assumed", "rationale": "a test"}
    with pytest.raises(SpecError, match="states no 'density'"):
        load_workload(changed(tmp_path, {"block_4": {**mixing, "activity": spikes}}))


def test_a_chip_without_a_coder_cannot_turn_numbers_into_spikes(tmp_path: Path) -> None:
    data = yaml.safe_load(shipped("architecture")[CHIP].read_text("utf-8"))
    data["name"] = "no_coder"
    del data["set"]["chip.coder"]
    path = tmp_path / "no_coder.yaml"
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(MappingError, match="layer 'stem_1' sends numbers and chip"):
        estimate(path, NETWORK)
