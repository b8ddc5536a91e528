"""The chip that the command line starts with works by its own checks, and so does its twin, built with equal care."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.cli.shared import DEFAULT_ARCHITECTURE
from neuroest.loading.library import load_architecture
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.pace import paces
from neuroest.results.comparison import PACES
from tests.chips import failed, known
from tests.each import each

SHD = "shd_recurrent_spiking"
TWIN = load_architecture(DEFAULT_ARCHITECTURE).spec.baseline
BITS = "chip.tile.array.weight_bits"


@each("network", [SHD, "mlp_mnist_spiking", "keyword_spotting_spiking"])
@each("chip", [DEFAULT_ARCHITECTURE, TWIN])
def test_the_default_and_its_twin_pass_every_check(chip: str, network: str) -> None:
    # an advice: a drive for the slowest of the diffusive neurons fires the typical one twice
    assert failed(estimate(chip, network)) <= {"neuron_fires_once"}


def test_only_the_neuron_and_what_drives_it_differ_from_the_twin() -> None:
    one, other = (
        load_architecture(name).document.data["chip"]["tile"] for name in (DEFAULT_ARCHITECTURE, TWIN)
    )
    assert one["buffer"] == other["buffer"]
    different = {key for key in one["array"] if one["array"][key] != other["array"][key]}
    assert different == {"readout"}
    readouts = one["array"]["readout"], other["array"]["readout"]
    assert {key for key in readouts[0] if readouts[0][key] != readouts[1].get(key)} == {
        "neuron",
        "interface",
        "neurons_per_output",
    }


LINK = "chip.link"


@pytest.mark.parametrize("chip", [DEFAULT_ARCHITECTURE, TWIN])
@pytest.mark.parametrize(
    "operation",
    [{"operation.mode": "streaming"}, {"operation.mode": "always_on", "operation.period": "1.4 s"}],
)
def test_the_link_is_the_one_chosen_for_the_pace_of_the_data(chip: str, operation: dict[str, str]) -> None:
    named = load_architecture(chip).document.data["chip"]["link"]["device"]
    (choice,) = estimate(
        chip, SHD, {f"{LINK}.device": "auto", f"{LINK}.sleep": "auto", **operation}
    ).design.link_choices
    assert choice.device == named


@pytest.mark.slow
@pytest.mark.parametrize("distance", ["5 cm", "2 mm"])
def test_a_link_chosen_for_the_pace_moves_no_headline_by_two(distance: str) -> None:
    """Over a board and in a package, in every regime; `benchmarks/fairness_cases.py` says by how much."""
    link = {
        "model": "off_chip_link",
        "device": "auto",
        "sleep": "auto",
        "distance": distance,
        "carries": ["inputs", "outputs"],
    }
    medians = []
    for settings in ({}, {LINK: link}):
        pair = [estimate(chip, SHD, settings) for chip in (DEFAULT_ARCHITECTURE, TWIN)]
        rows = [row for row in paces(*pair) if row.part == "energy" and row.off_chip_link]
        medians.append({row.pace: row.ratio.band.median for row in rows if row.ratio.band is not None})
    assert medians[0].keys() == set(PACES)
    for pace, median in medians[0].items():
        assert 0.5 < medians[1][pace] / median < 2.0, pace


def test_sampled_columns_conduct_for_the_pulse_alone() -> None:
    result = estimate(DEFAULT_ARCHITECTURE, SHD)
    assert known(result, "read time") == pytest.approx(10e-9)
    naive = estimate("diffusive_28nm_capacitor", SHD)
    assert naive.totals["energy_per_inference_J"] > 1e3 * result.totals["energy_per_inference_J"]


def test_weights_of_fewer_bits_take_fewer_cells_and_are_rounded() -> None:
    # eight bits are two slices of four; five are one, with a step of 1/15 of the largest weight
    wide, narrow = (estimate(DEFAULT_ARCHITECTURE, SHD, {BITS: bits}) for bits in ("8", "5"))
    held = [r.evaluation.mapper.compute.weights.slices(r.evaluation.mapper.network) for r in (wide, narrow)]
    assert held == [2, 1]
    errors = [
        r.evaluation.mapper.compute.weights.errors(r.evaluation.mapper.network, None) for r in (wide, narrow)
    ]
    assert errors[1].lasting["rounding"] == pytest.approx(1.0 / 15.0 / np.sqrt(12.0))
    assert errors[0].lasting["rounding"] == 0.0
    assert narrow.totals["effective_bits"] < wide.totals["effective_bits"]
    assert narrow.totals["area_m2"] < 0.6 * wide.totals["area_m2"]


def test_bias_follows_the_current_of_each_layer() -> None:
    result = estimate(TWIN, SHD)
    mapper = result.evaluation.mapper
    array, network = mapper.compute, mapper.network
    bias = array.front_end(network).device.bias_current
    cell = 0.1 * array.weights.conductance(network)
    # 700 inputs at 0.1 and 200 fed back at 0.003 share the rows; the output layer has less than one of 128 rows active
    assert bias == pytest.approx(5.0 * cell * np.array([128 * 70.6 / 900, 1.0]))
    # n U_T over the bias
    assert array.column_end(network).clamp * bias == pytest.approx(3e3 * 12e-6)
    reads = [
        row for row in result.evaluation.dynamic if row.term == "bias" and row.component.endswith("interface")
    ]
    stated = estimate(TWIN, SHD, {"chip.tile.array.readout.interface.bias_follows": "stated_current"})
    fixed = [
        row for row in stated.evaluation.dynamic if row.term == "bias" and row.component.endswith("interface")
    ]
    assert fixed[0].energy[-1] > 3.0 * reads[0].energy[-1]


def test_a_busy_network_asks_for_more_bias_than_stated() -> None:
    assert "clamp_carries_current" not in failed(estimate(TWIN, "vgg9_cifar10_spiking"))
    stated = estimate(
        TWIN, "vgg9_cifar10_spiking", {"chip.tile.array.readout.interface.bias_follows": "stated_current"}
    )
    assert "clamp_carries_current" in failed(stated)
