"""Whole converters: what their devices say is what the published converters give, at every node and supply."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import converter_fit
import numpy as np
import pytest

import neuroest
from neuroest.design.build import build
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_architecture, load_device
from neuroest.validation.board import reproduce
from tests.chips import changed, energy, known
from tests.chips import run as run_chip
from tests.each import each

SAR = {"model": "whole_adc", "device": "sar_macro", "bits": 8}
CONVERTER = "chip.tile.array.readout.converter"
KINDS = ("sar", "flash", "ramp", "oscillator", "time_to_digital")
LEVELS = {("sar", "energy"): "sar macro", ("sar", "area"): "sar macro", ("flash", "area"): "flash macro"}
"""Levels that the devices take where a kind has several."""


def parameters(kind: str) -> dict[str, float]:
    return {name: claim.value for name, claim in load_device(f"{kind}_macro").claims.items()}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("quantity", ["energy", "area"])
def test_devices_state_what_the_published_converters_give(kind: str, quantity: str) -> None:
    _, fit, _ = converter_fit.fitted(quantity)
    level = fit.levels[LEVELS.get((kind, quantity), kind)] * 1e-12
    steps = kind == "flash" or (quantity == "energy" and kind != "sar")
    given = parameters(kind)
    expected = (0.0, level) if steps else (level, fit.step_share * level if kind == "sar" else 0.0)
    assert (given[f"bit_{quantity}"], given[f"step_{quantity}"]) == pytest.approx(expected, rel=0.005)
    for node in (65, 7):
        other = (
            load_device("cmos_65nm" if node == 65 else "cmos_7nm_lp")
            .claims[f"analog_{quantity}_factor"]
            .value
        )
        assert other == pytest.approx(converter_fit.node_factor(node, fit.exponent, fit.below), rel=0.005)


@each(
    "case, chip, left_out",
    [
        ("jia_2020", "whole_adc.yaml", "Jia 2020"),
        ("converters", "forms_whole_adc.yaml", "FORMS"),
        ("converters", "newton_whole_adc.yaml", "Newton"),
        ("isaac_ce", "chip_whole_adc.yaml", "ISAAC"),
    ],
)
def test_scored_converters_take_no_part_in_the_law_that_they_are_scored_with(
    case: str, chip: str, left_out: str
) -> None:
    design = build(load_architecture(data_folder("validation_case") / case / chip))
    (converter,) = (part for part in design.root.walk() if part.path.endswith("readout.converter"))
    for quantity, exponent in (("energy", None), ("area", converter_fit.AREA_EXPONENT)):
        points = converter_fit.as_in_macros(converter_fit.anchors(quantity), exponent)
        others = [point for point in points if point.name != left_out]
        assert len(others) == len(points) - 1
        fit = converter_fit.fit(others, exponent)
        level = fit.levels["sar macro"] * 1e-12
        given = [design.claims[f"{converter.path}.{part}_{quantity}"].value for part in ("bit", "step")]
        assert given == pytest.approx([level, fit.step_share * level], rel=0.005)


def test_converters_left_out_of_the_fit_stay_near_it() -> None:
    points, _, ratios = converter_fit.fitted("energy")
    macros = [abs(math.log(ratios[p.name])) for p in points if p.level == "sar macro"]
    everything = [abs(math.log(ratio)) for ratio in ratios.values()]
    assert len(macros) == 5
    assert max(macros) < math.log(1.6)
    assert float(np.median(everything)) < math.log(1.6)


def test_a_conversion_of_eight_bits_at_28_nm_by_hand() -> None:
    found = neuroest.block("whole_adc", device="sar_macro", bits=8)
    # 8 x 49.4 fJ + 256 x 3.12 fJ and 8 x 19.7 um2 + 256 x 3.51 um2
    assert float(np.squeeze(found.energies["conversion"])) == pytest.approx(1193.9e-15, rel=1e-3)


def test_area_goes_with_the_node_from_16_nm_to_4_nm() -> None:
    lanes = [p for p in converter_fit.anchors("area", lanes=True) if p.setting == "lane"]
    assert (len(lanes), min(p.node for p in lanes)) == (8, 4)
    alone = converter_fit.fit(lanes)
    assert alone.exponent == pytest.approx(converter_fit.AREA_EXPONENT, abs=0.25)


def test_a_flash_of_a_macro_at_7_nm_fits_into_its_published_share() -> None:
    converter = neuroest.block("whole_adc", process="cmos_7nm_lp", device="flash_macro", bits=4)
    area = float(np.squeeze(converter.area))
    # Dong 2020, by cimloop: 1596 um2 of circuits for sixteen converters, with the counters of the rows
    assert 0.5 < area / (1596e-12 / 16) < 1.0


def test_energy_follows_supply_and_node(tmp_path: Path) -> None:
    chip = changed("adc_crossbar_28nm", {CONVERTER: SAR}, tmp_path)

    def spent(**settings: Any) -> float:
        return energy(neuroest.estimate(chip, "mlp_mnist_dense", settings), component="converter")

    nominal = spent()
    assert spent(**{"technology.supply_voltage": "0.8 V"}) / nominal == pytest.approx((0.8 / 0.9) ** 2)
    smaller = spent(**{"technology.process": "cmos_22nm_lp"})
    assert smaller / nominal == pytest.approx((22 / 28) ** 0.395 * (0.9 / 0.9) ** 2, rel=5e-3)


def test_a_converter_waits_for_its_bits(tmp_path: Path) -> None:
    chip = changed("adc_crossbar_28nm", {CONVERTER: SAR}, tmp_path)
    converter = neuroest.estimate(chip, "mlp_mnist_dense").evaluation.mapper.compute.converter
    # one sampling and eight bits of 1.5 ns
    assert 1.0 / float(converter.sample_rate(8.0)) == pytest.approx(13.5e-9)


@pytest.mark.parametrize(
    ("settings", "check"),
    [({"bits": 10}, "converter_fit"), ({"sample_rate": "1 GHz"}, "converter_rate")],
)
def test_outside_of_the_published_converters_it_says_so(
    settings: dict[str, Any], check: str, tmp_path: Path
) -> None:
    found = run_chip("adc_crossbar_28nm", "mlp_mnist_dense", {CONVERTER: {**SAR, **settings}}, tmp_path)
    failed = {c.name for c in found.checks if not np.all(c.passed)}
    assert check in failed


def test_the_parts_of_a_converter_take_less_than_a_whole_one() -> None:
    core = neuroest.block("sar_adc", device="sar_28nm_circuit", bits=8, clock_frequency="500 MHz")
    whole = neuroest.block("whole_adc", device="sar_macro", bits=8)
    assert np.squeeze(core.energies["conversion"]) < np.squeeze(whole.energies["conversion"])


def test_a_slope_converter_without_a_stage_has_bands() -> None:
    (row,) = (row for row in reproduce(["liu_2020"]).rows if row.quantity == "efficiency")
    assert row.low < row.median < row.high


def test_a_converter_is_as_long_as_the_pitch_of_its_columns_makes_it(tmp_path: Path) -> None:
    result = run_chip("adc_crossbar_28nm", "mlp_mnist_dense", {CONVERTER: SAR}, tmp_path)
    pitch = float(result.evaluation.mapper.compute.column_pitch())
    # 8 x 19.7 um2 + 256 x 3.51 um2 below eight columns
    expected = 1056.2e-12 / (8 * pitch)
    assert known(result, "length of a converter as wide as its columns") == pytest.approx(expected, rel=1e-3)
