"""Energies and times of analog circuits at other supplies than their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from neuroest.core.errors import RangeError
from neuroest.loading.library import find_file, load_device
from neuroest.pipeline.estimate import estimate
from neuroest.validation.cases import data_folder
from tests.chips import area, changed, energy, run

ADC, DENSE, READOUT = "adc_crossbar_28nm", "mlp_mnist_dense", "chip.tile.array.readout."
TIMELY = data_folder("validation_case") / "timely"
CLOCK = {"clock_frequency": "500 MHz"}
CONVERTERS = [
    {"model": "survey_adc", "device": "adc_survey_median", "bits": 8, "sample_rate": "100 MHz"},
    {"model": "flash_adc", "device": "flash_28nm_circuit", "bits": 5, **CLOCK},
    {"model": "ramp_adc", "device": "ramp_28nm_circuit", "bits": 8, "columns_per_ramp": 128, **CLOCK},
    {"model": "sar_adc", "device": "sar_28nm_circuit", "bits": 8, **CLOCK},
    {"model": "reported_adc", "device": "adc_isaac_8bit_32nm"},
]


@pytest.mark.parametrize("converter", CONVERTERS, ids=[c["model"] for c in CONVERTERS])
def test_a_conversion_goes_with_the_square_of_the_supply(converter: dict[str, Any], tmp_path: Path) -> None:
    chip = changed(ADC, {READOUT + "converter": converter}, tmp_path)
    # the nominal supply of 28 nm and of 32 nm is 0.9 V
    low, nominal = (
        energy(estimate(chip, DENSE, {"technology.supply_voltage": supply}), component="converter")
        for supply in ("0.75 V", "0.9 V")
    )
    assert low / nominal == pytest.approx((0.75 / 0.9) ** 2, rel=1e-9)


def test_stages_and_time_encoders_follow_the_supply_too() -> None:
    low, nominal = (
        estimate(TIMELY / "chip.yaml", TIMELY / "full_chip.yaml", {"technology.supply_voltage": supply})
        for supply in ("0.9 V", "1.1 V")
    )
    for part in ("row_buffer", "column_buffer", "current_adder", "time_encoder", "converter"):
        assert energy(low, component=part) / energy(nominal, component=part) == pytest.approx(
            (0.9 / 1.1) ** 2
        )
    assert energy(low, term="pulse_width") / energy(nominal, term="pulse_width") == pytest.approx(
        (0.9 / 1.1) ** 2
    )


def test_a_stated_supply_goes_before_that_of_the_process(tmp_path: Path) -> None:
    chip = changed(ADC, {READOUT + "converter": CONVERTERS[4]}, tmp_path)
    stated = {f"{READOUT}converter.circuit_voltage": "1.8 V"}
    assert 4.0 * energy(estimate(chip, DENSE, stated), component="converter") == pytest.approx(
        energy(estimate(chip, DENSE), component="converter")
    )


def test_the_highest_clock_falls_with_the_supply(tmp_path: Path) -> None:
    # the comparator of 2 GHz at 0.9 V is slower at 0.7 V by the delay of logic at 28 nm
    fast = {**CONVERTERS[3], "clock_frequency": "2 GHz"}
    run(ADC, DENSE, {READOUT + "converter": fast}, tmp_path)
    with pytest.raises(RangeError, match="faster than the comparator of the converter at this supply"):
        run(ADC, DENSE, {READOUT + "converter": fast}, tmp_path, technology__supply_voltage="0.7 V")


def test_a_sense_amplifier_decides_later_at_a_low_supply() -> None:
    low, nominal = (
        estimate("binary_crossbar_28nm", "mlp_mnist_dense", {"technology.supply_voltage": supply})
        for supply in ("0.75 V", "0.9 V")
    )
    process = nominal.evaluation.chip.technology.process

    def delay(volt: float) -> float:
        linear = process.delay_linear * volt + process.delay_constant
        return process.delay_cubic * volt**3 + process.delay_quadratic * volt**2 + linear

    rates = [r.evaluation.mapper.compute.converter.sample_rate(1.0) for r in (low, nominal)]
    assert rates[1] / rates[0] == pytest.approx(delay(0.75) / delay(0.9))
    assert rates[1] > rates[0]


AT_65 = {"technology.process": "cmos_65nm", "technology.supply_voltage": "1.1 V"}
SIDE = 65 / 28


def test_circuits_of_28_nm_follow_powers_of_the_node_to_65_nm(tmp_path: Path) -> None:
    """Energy with 0.71 and the square of the supply, area with 1, time with 0.7 at nominal supplies."""
    sense = {"model": "sense_amplifier", "device": "sense_amplifier_28nm"}
    chip = changed("binary_crossbar_28nm", {READOUT + "converter": sense}, tmp_path)
    here, there = estimate(chip, DENSE), estimate(chip, DENSE, AT_65)
    ratio = energy(there, component="converter") / energy(here, component="converter")
    assert ratio == pytest.approx(SIDE**0.71 * (1.1 / 0.9) ** 2, rel=5e-3)
    assert area(there, "converter") / area(here, "converter") == pytest.approx(SIDE, rel=5e-3)
    rates = [r.evaluation.mapper.compute.converter.sample_rate(1.0) for r in (here, there)]
    assert rates[0] / rates[1] == pytest.approx(SIDE**0.7, rel=5e-3)
    assert "values_process" not in {c.name for c in there.failed_checks if c.component.endswith("converter")}


def test_the_laws_of_the_node_widen_the_band_with_its_distance() -> None:
    def width(process: str, quantity: str) -> float:
        claim = load_device(process).claims[f"analog_{quantity}_factor"]
        return claim.high / claim.low

    for quantity in ("energy", "area", "time"):
        assert width("cmos_28nm_lp", quantity) == 1
        assert (
            1.0
            < width("cmos_45nm_lp", quantity)
            < width("cmos_65nm", quantity)
            < width("cmos_130nm", quantity)
        )


def test_a_process_without_the_laws_leaves_circuits_as_they_are_and_says_so(tmp_path: Path) -> None:
    text = find_file("device", "cmos_65nm").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    kept = {k: v for k, v in data["parameters"].items() if not k.startswith("analog_")}
    own = tmp_path / "own_65nm.yaml"
    own.write_text(yaml.safe_dump({**data, "name": "own_65nm", "parameters": kept}), encoding="utf-8")
    clamp = {"model": "current_clamp", "device": "current_clamp_subthreshold"}
    chip = changed(ADC, {READOUT + "interface": clamp}, tmp_path)
    here = estimate(chip, DENSE)
    there = estimate(chip, DENSE, {**AT_65, "technology.process": str(own)})
    assert area(there, "interface") == pytest.approx(area(here, "interface"))
    assert {c.component for c in there.failed_checks if c.name == "values_process"} >= {READOUT + "interface"}
