"""Arrays that add charges, each number by hand from the 65 nm process and the shipped cell."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from neuroest.core.errors import MappingError
from neuroest.loading.kinds import data_folder
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.chips import area, count, energy, failed, known, run

FOLDER = data_folder("validation_case") / "jia_2020"
CELL = "chip.array.cell"
ROWS, COLUMNS, SUPPLY = 2304, 256, 0.85
UNIT = 1.2e-15
PITCH = (426 * (65e-9) ** 2) ** 0.5  # 1.34 um; 426 squares are more than 1.2 fF at 1.5 fF/um^2
PLATE = ROWS * PITCH * 0.2e-9  # wires of 0.2 fF/um, no junctions
FOLDING = 3  # a column lies in three, so that a row line passes 768 cells and serves 256
ROW = COLUMNS * (
    FOLDING * PITCH * 0.2e-9 + 0.13e-6 * 1.08e-9
)  # wire, and a junction of 0.13 um at 1.08 fF/um


def macro(workload: str = "full_array.yaml", **settings: str) -> Estimate:
    return estimate(
        FOLDER / "chip.yaml", FOLDER / workload, {k.replace("__", "."): v for k, v in settings.items()}
    )


def variant(folder: Path, **cell: str | int) -> Path:
    data = yaml.safe_load((FOLDER / "chip.yaml").read_text())
    data["chip"]["array"]["cell"].update(cell)
    data["name"] = "variant"
    file = folder / "variant.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def test_a_common_plate_is_charged_through_the_capacitors_that_stay_low() -> None:
    result = macro()
    ratio = PLATE / UNIT
    charged = ROWS / 2 - (ROWS / 4 + (ROWS / 2) ** 2) / (ROWS + ratio)
    assert count(result, "cell", "charge") == pytest.approx(COLUMNS * charged)
    assert energy(result, term="capacitors") == pytest.approx(COLUMNS * charged * UNIT * SUPPLY**2)


def test_folded_columns_lengthen_the_wires_of_the_rows_and_nothing_else(tmp_path: Path) -> None:
    flat, folded = (
        estimate(variant(tmp_path, column_folding=times), FOLDER / "full_array.yaml") for times in (1, 3)
    )
    wire = COLUMNS * PITCH * 0.2e-9
    more = energy(folded, term="row_line") - energy(flat, term="row_line")
    assert more == pytest.approx(ROWS * 2 * wire * SUPPLY**2)
    for term in ("capacitors", "driven_plates", "conversion"):
        assert energy(folded, term=term) == pytest.approx(energy(flat, term=term))
    assert area(folded, "cell") == pytest.approx(area(flat, "cell"))


def test_the_driven_plates_have_a_capacitance_of_their_own(tmp_path: Path) -> None:
    junction = 0.13e-6 * 1.08e-9
    signed = 0.15 * UNIT + 2 * junction  # two transistors at the plate, one of which conducts
    assert energy(macro(), term="driven_plates") == pytest.approx(COLUMNS * ROWS / 2 * signed * SUPPLY**2)
    plain = estimate(variant(tmp_path, product="and"), FOLDER / "full_array.yaml")
    assert energy(plain, term="driven_plates") == pytest.approx(
        COLUMNS * ROWS / 4 * (0.15 * UNIT + junction) * SUPPLY**2
    )


def test_joined_capacitors_are_charged_one_by_one(tmp_path: Path) -> None:
    result = estimate(variant(tmp_path, accumulation="joined"), FOLDER / "full_array.yaml")
    assert energy(result, term="capacitors") == pytest.approx(COLUMNS * ROWS / 2 * UNIT * SUPPLY**2)


def test_a_signed_input_raises_one_of_two_lines_whatever_it_is() -> None:
    for density in ("0.1", "0.5", "0.9"):
        result = macro(workload__input__activity__bit_density=density)
        assert energy(result, term="row_line") == pytest.approx(ROWS * ROW * SUPPLY**2)


def test_an_unsigned_input_of_zero_moves_nothing(tmp_path: Path) -> None:
    chip = variant(tmp_path, product="and")
    quiet, loud = (
        estimate(chip, FOLDER / "full_array.yaml", {"workload.input.activity.bit_density": text})
        for text in ("0.25", "0.5")
    )
    assert energy(quiet, term="row_line") == pytest.approx(0.25 * ROWS * ROW * SUPPLY**2)
    assert energy(loud, term="row_line") == pytest.approx(2.0 * energy(quiet, term="row_line"))
    # a product of one takes an input and a weight of one: probability 1/8 and 1/4
    ratio = PLATE / UNIT
    for result, p in ((quiet, 0.125), (loud, 0.25)):
        ones = ROWS * p
        charged = ones - (ones * (1 - p) + ones**2) / (ROWS + ratio)
        assert count(result, "cell", "charge") == pytest.approx(COLUMNS * charged)


def test_everything_in_the_array_goes_with_the_square_of_the_supply() -> None:
    low = macro()
    high = macro(technology__supply_voltage="1.2 V", chip__array__read_voltage="1.2 V")
    for term in ("capacitors", "driven_plates", "row_line", "self_load", "conversion"):
        assert energy(high, term=term) == pytest.approx((1.2 / 0.85) ** 2 * energy(low, term=term))


def test_a_level_below_the_supply_is_paid_at_the_supply() -> None:
    full, low = macro(), macro(chip__array__read_voltage="0.5 V")
    for term in ("capacitors", "driven_plates", "row_line", "self_load"):
        # C V from a supply of V_dd behind a linear regulator
        assert energy(low, term=term) == pytest.approx(0.5 / 0.85 * energy(full, term=term))
    assert energy(low, term="conversion") == pytest.approx(energy(full, term="conversion"))


def test_bits_of_an_input_come_one_after_the_other() -> None:
    one, four = macro(), macro(workload__precision__activations="4 bit")
    assert four.totals["initiation_interval_s"] == pytest.approx(4 * one.totals["initiation_interval_s"])
    assert energy(four, term="capacitors") == pytest.approx(4 * energy(one, term="capacitors"))


def test_area_leakage_and_full_scale_of_the_columns() -> None:
    result = macro()
    assert area(result, "cell") == pytest.approx(ROWS * COLUMNS * PITCH**2 / 0.6)
    leaking = next(r for r in result.evaluation.statics if r.component == CELL)
    assert leaking.total == pytest.approx(ROWS * COLUMNS * 10e-12)
    assert known(result, "capacitance of a column") == pytest.approx(ROWS * UNIT + PLATE)
    scale = SUPPLY * ROWS * UNIT / (ROWS * UNIT + PLATE)
    assert known(result, "full scale of a column") == pytest.approx(scale)
    assert known(result, "step of the converters at a column") == pytest.approx(scale / 256)
    # 1 % of mismatch over 2 sqrt(2304) is 1.0e-4 of full scale, and half a step of 8 bits 2.0e-3
    assert known(result, "error of a column from mismatch, over its full scale") == pytest.approx(0.01 / 96)
    assert not failed(result) & {"column_noise", "column_mismatch", "ir_drop"}


def test_mismatch_beyond_half_a_step_is_reported() -> None:
    result = macro(chip__array__cell__capacitance_spread="50 %", chip__array__readout__converter__bits="8")
    assert "column_mismatch" in failed(result)  # 0.5 / 96 = 5.2e-3


def test_a_large_capacitor_sets_the_area_of_the_cell() -> None:
    result = macro(chip__array__cell__unit_capacitance="6 fF")  # 4 um^2 at 1.5 fF/um^2
    assert area(result, "cell") == pytest.approx(ROWS * COLUMNS * 4e-12 / 0.6)


def test_writing_is_word_and_bit_lines_and_wears_nothing_out() -> None:
    result = macro()
    word = PITCH * 0.2e-9 + 2 * 0.13e-6 * 2.155e-9
    bit = ROWS * (PITCH * 0.2e-9 + 0.13e-6 * 1.08e-9)
    assert known(result, "energy to program a cell") == pytest.approx((word + bit) * SUPPLY**2)
    assert known(result, "time to program an array") == pytest.approx(ROWS * 10e-9)
    assert result.totals["cell_lifetime_s"] is None
    often = macro(operation__inferences_per_programming="1")
    assert often.totals["cell_lifetime_s"] is None
    assert energy(often, action="program") == pytest.approx(ROWS * COLUMNS * (word + bit) * SUPPLY**2)


def test_columns_of_charge_need_converters_and_bits(tmp_path: Path) -> None:
    cell = {
        "model": "charge_domain_sram", "device": "charge_sram_65nm", "product": "and", "accumulation": "joined"
    }  # fmt: skip
    neurons = {"chip.tile.array.cell": cell}
    with pytest.raises(MappingError, match="adds charges"):
        run("diffusive_28nm_derived", "mlp_mnist_spiking", neurons, tmp_path)
    with pytest.raises(MappingError, match="adds charges"):
        run("pulse_width_crossbar_28nm", "mlp_mnist_dense", neurons, tmp_path)


def test_no_clamp_fixes_the_voltage_of_a_column_of_charges(tmp_path: Path) -> None:
    clamp = {"model": "current_clamp", "device": "current_clamp_regulated_28nm"}
    with pytest.raises(MappingError, match=r"a current_clamp would fix it; leave out readout\.interface"):
        run("cim_sram_28nm", "mlp_mnist_dense", {"chip.tile.array.readout.interface": clamp}, tmp_path)


def test_switches_that_join_capacitors_are_paid_for_in_every_read() -> None:
    result = macro(chip__array__cell__control_width="0.2 um")
    assert energy(result, term="control") == pytest.approx(COLUMNS * ROWS * 0.2e-6 * 2.155e-9 * SUPPLY**2)


def test_a_voltage_at_the_row_carries_a_whole_input_in_one_read(tmp_path: Path) -> None:
    cell = {
        "model": "charge_domain_sram",
        "device": "charge_sram_65nm",
        "product": "and",
        "accumulation": "joined",
    }
    changes = {"chip.tile.array.cell": cell, "chip.tile.array.readout.converter.bits": 8}
    voltage = {"chip.tile.array.input": {"model": "capacitive_dac", "device": "capacitive_dac_28nm"}}
    bits, whole = (
        run("charge_domain_65nm", "mlp_mnist_dense", changes | more, tmp_path) for more in ({}, voltage)
    )
    assert count(bits, "converter", "conversion") == 8 * count(whole, "converter", "conversion")
    # the mean input is that of its bits, and each capacitor is charged in proportion to it, once and not eight times
    each = [energy(result, component="cell", term="capacitors") for result in (bits, whole)]
    assert each[0] == pytest.approx(8 * each[1])
    array = whole.evaluation.mapper.compute
    row = 256 * (PITCH * 0.2e-9 + 0.13e-6 * 1.08e-9)
    cells = 256 * (1.2e-15 * 1.15 + 0.13e-6 * 1.08e-9)
    current = (row + cells) * 1.0 / 50e-9
    assert array.point(whole.evaluation.mapper.network).row_current == pytest.approx(current)
    inputs = count(whole, "input", "input")
    assert energy(whole, term="buffer") == pytest.approx(inputs * (0.2 * current + 2e-6) * 1.0 * 50e-9)


def test_a_follower_in_each_cell_spares_the_row_its_capacitors(tmp_path: Path) -> None:
    follower = {
        "model": "charge_domain_sram",
        "device": "charge_sram_65nm",
        "product": "and",
        "accumulation": "joined",
        "charged_by": "follower",
        "parameters": {"follower_current": "50 nA"},
    }
    voltage = {"model": "capacitive_dac", "device": "capacitive_dac_28nm"}
    changes = {"chip.tile.array.cell": follower, "chip.tile.array.readout.converter.bits": 8}
    result = run(
        "charge_domain_65nm", "mlp_mnist_dense", changes | {"chip.tile.array.input": voltage}, tmp_path
    )
    array = result.evaluation.mapper.compute
    # the gates of 256 followers, and no capacitor
    row = 256 * (PITCH * 0.2e-9 + 0.13e-6 * float(array.process.gate_capacitance))
    assert array.point(result.evaluation.mapper.network).row_current == pytest.approx(row * 1.0 / 50e-9)
    products = count(result, "cell", "product")
    assert energy(result, term="followers") == pytest.approx(
        products * 50e-9 * 1.0 * known(result, "read time")
    )
    with pytest.raises(MappingError, match="a one_bit_driver gives none"):
        run("charge_domain_65nm", "mlp_mnist_dense", changes, tmp_path)


def test_voltages_make_no_products_of_plus_and_minus_one(tmp_path: Path) -> None:
    changes = {
        "chip.tile.array.cell": {"model": "charge_domain_sram", "device": "charge_sram_65nm", "product": "xnor",
                                 "accumulation": "joined"},
        "chip.tile.array.input": {"model": "capacitive_dac", "device": "capacitive_dac_28nm"},
    }  # fmt: skip
    with pytest.raises(MappingError, match="product: and"):
        run("charge_domain_65nm", "mlp_mnist_dense", changes, tmp_path)


def test_a_spiking_network_runs_on_charges(tmp_path: Path) -> None:
    result = run(
        "adc_crossbar_28nm", "mlp_mnist_spiking",
        {"chip.tile.array.cell": {"model": "charge_domain_sram", "device": "charge_sram_65nm", "product": "and",
                                  "accumulation": "shared_plate"},
         "chip.tile.array.read_voltage": "0.9 V", "chip.tile.array.bits_per_cell": 1,
         "chip.tile.array.write_circuit": None, "chip.tile.array.readout.interface": None},
        tmp_path,
    )  # fmt: skip
    assert energy(result, term="capacitors") > 0.0
    assert energy(result, term="read_current") == 0.0


def test_weights_of_a_small_chip_are_loaded_again_in_every_inference() -> None:
    small = {
        "chip.tile.count": "1",
        "chip.tile.array.count": "8",
        "chip.tile.array.oversize": "time_multiplex",
    }
    result = estimate("cim_sram_28nm", "mlp_mnist_dense", small)
    weights = 784 * 512 + 512 * 512 + 512 * 10
    written = sum(r.count for r in result.breakdown if r.action == "program" and r.component.endswith("cell"))
    assert written == weights * 8
    assert float(result.evaluation.counts.weights["chip.memory"].sum()) == weights * 8
    # 98 arrays in passes of eight, each of them written in 256 rows of 2 ns
    assert result.evaluation.mapped.passes.item() == 13
    assert result.evaluation.timing.writing.item() >= 13 * 256 * 2e-9
