"""Short paths mean the same as whole ones, wherever a path is given."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from neuroest import breakeven, estimate, explain, load_architecture, load_workload, sweep
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.design.overrides import whole_path
from neuroest.exploration.space import constraint
from neuroest.results.quantities import quantity_names
from tests.each import each
from tests.shared import estimated

CHIP, NETWORK = "analog_lif_28nm", "mlp_mnist_spiking"
ROWS, HOLD = "chip.tile.array.rows", "chip.tile.array.readout.neuron.input_hold_time"


@each("short, whole, value", [
    ("array.rows", ROWS, "256"), ("input_hold_time", HOLD, "1 us"), ("corner", "technology.corner", "slow"),
    ("mean_absolute", "workload.weights.mean_absolute", "0.1"),
])  # fmt: skip
def test_a_setting(short: str, whole: str, value: str) -> None:
    changed = estimate(CHIP, NETWORK, {short: value})
    assert dict(changed.settings) == {whole: value}
    assert changed.totals == estimate(CHIP, NETWORK, {whole: value}).totals
    assert changed.totals != estimate(CHIP, NETWORK).totals


def test_an_axis_and_a_constraint() -> None:
    short = sweep(CHIP, {"array.rows": [64, 128, 256]}, NETWORK).to_frame()
    assert short.equals(sweep(CHIP, {ROWS: [64, 128, 256]}, NETWORK).to_frame())
    from neuroest.exploration.space import space_from

    bounded = space_from({"array.rows": [64, 128, 256]}, ["rows > 100"])
    assert list(sweep(CHIP, bounded, NETWORK).to_frame()[ROWS]) == [128, 256]


def test_the_axis_of_a_break_even_belongs_to_the_chip_that_has_it() -> None:
    found = breakeven("digital_spiking_28nm", CHIP, NETWORK, "input_hold_time=1 ns..100 us:log")
    assert found.path == HOLD


def test_what_is_not_one_path_is_refused() -> None:
    with pytest.raises(
        NeuroestError, match=r"'count' could be any of chip\.count, .*; write more of the path"
    ):
        estimate(CHIP, NETWORK, {"count": "2"})
    with pytest.raises(UnknownNameError, match="did you mean 'input_hold_time'"):
        estimate(CHIP, NETWORK, {"input_hol_time": "1 us"})
    with pytest.raises(NeuroestError, match="both mean chip"):
        estimate(CHIP, NETWORK, {"array.rows": "64", ROWS: "128"})


@pytest.mark.parametrize(("words", "expected"), [
    ("neuroest estimate analog_lif_28nm --set chip.tile.array.row", {f"{ROWS}=", "chip.tile.array.row_buffer="}),
    ("neuroest breakeven analog_lif_28nm loihi_14nm --along array.row", {"array.rows=", "array.row_buffer="}),
    ("neuroest sweep analog_lif_28nm -w mlp_mnist_spiking --set mean_abs", {"mean_absolute=", "mean_absolute=0.266"}),
])  # fmt: skip
def test_a_shell_completes_paths(words: str, expected: set[str]) -> None:
    asked = {
        "_NEUROEST_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    printed = subprocess.run(
        [sys.executable, "-m", "neuroest"],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert set(printed.split()) == expected


def test_words_that_results_print_are_taken_back() -> None:
    chip, net = load_architecture("adc_crossbar_28nm"), load_workload("mlp_mnist_dense").spec
    for word in ("supply", "supply_voltage"):
        assert whole_path(word, chip, net) == "technology.supply_voltage"
    assert quantity_names(["energy", "area", "latency", "throughput", "power"]) == (
        "energy_per_inference_J", "area_m2", "latency_s", "throughput_per_s", "average_power_W",
    )  # fmt: skip
    assert str(constraint("area <= 4 mm^2")) == "area_m2 <= 4 mm^2"


def test_bits_of_a_network_need_no_unit() -> None:
    fewer, same = (
        estimate("adc_crossbar_28nm", "mlp_mnist_dense", {"weights": text}).totals["area_m2"]
        for text in ("4", "4 bit")
    )
    assert fewer == pytest.approx(same)


def test_what_explain_prints_of_a_part_is_a_name_of_it() -> None:
    found = estimated("adc_crossbar_28nm", "mlp_mnist_dense")
    for words, path in (
        ("converter", "chip.tile.array.readout.converter"),
        ("tile array", "chip.tile.array"),
        ("supply", "technology.supply_voltage"),
    ):
        assert explain(found, words).quantity == path


@each(
    "chip, settings, place",
    [
        (
            "adc_crossbar_28nm",
            {"converter.bits": "14"},
            "--set: chip.tile.array.readout.converter.bits=14: on ",
        ),
        ("adc_crossbar_28nm", {"array.rows": "1000000"}, "--set: chip.tile.array.rows=1000000: on adc"),
        ("adc_crossbar_28nm", {"cell.model": "no"}, "--set: chip.tile.array.cell.model=no: unknown model"),
        (
            "analog_lif_28nm",
            {},
            "--workload: mlp_mnist_dense: on analog_lif_28nm, chip.tile.array is read by",
        ),
    ],
)
def test_an_error_about_an_option_names_the_option(chip: str, settings: dict[str, str], place: str) -> None:
    with pytest.raises(NeuroestError) as refused:
        estimate(chip, "mlp_mnist_dense", settings)
    assert str(refused.value).startswith(place)
