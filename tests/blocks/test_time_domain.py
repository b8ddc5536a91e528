"""Times instead of voltages, and buffers along the lines of large arrays, by hand from TIMELY's component table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from neuroest.core.errors import MappingError, RangeError
from neuroest.loading.kinds import data_folder
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.chips import area, count, energy, known

FOLDER = data_folder("validation_case") / "timely"
CHIPS, ROWS, COLUMNS = 106, 4096, 3072


@pytest.fixture(scope="module")
def whole() -> Estimate:
    return estimate(FOLDER / "chip.yaml", FOLDER / "full_chip.yaml")


def variant(folder: Path, **changes: Any) -> Path:
    data = yaml.safe_load((FOLDER / "chip.yaml").read_text())
    array = data["chip"]["sub_chip"]["array"]
    for name, value in changes.items():
        if value is None:
            array.pop(name)
        else:
            array[name] = value
    for block in (array["cell"], array["input"]):
        block["device"] = (
            str(FOLDER / block["device"]) if block["device"].endswith(".yaml") else block["device"]
        )
    data["name"] = "variant"
    data["chip"]["sub_chip"]["count"] = "auto"
    file = folder / "variant.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def test_every_part_of_the_table_acts_as_often_as_it_must(whole: Estimate) -> None:
    """Both lines have an `analog_buffer` between their segments."""
    inputs, outputs = CHIPS * ROWS, CHIPS * COLUMNS
    assert energy(whole, component="input", term="pulse_width") == pytest.approx(inputs * 37.5e-15)
    assert energy(whole, component="row_buffer") == pytest.approx(inputs * 12 * 0.62e-15)
    assert energy(whole, component="column_buffer") == pytest.approx(outputs * 15 * 2.3e-15)
    assert energy(whole, component="current_adder") == pytest.approx(outputs * 36.8e-15)
    assert energy(whole, component="time_encoder") == pytest.approx(outputs * 41.7e-15)
    assert energy(whole, component="converter") == pytest.approx(outputs * 145e-15, rel=2e-3)


def test_areas_are_those_of_the_table(whole: Estimate) -> None:
    assert area(whole, "row_buffer") == pytest.approx(CHIPS * 16 * 12 * 256 * 5e-12)
    assert area(whole, "column_buffer") == pytest.approx(CHIPS * 15 * 12 * 256 * 5e-12)
    assert area(whole, "time_encoder") == pytest.approx(CHIPS * 12 * 256 * 40e-12)
    assert area(whole, "converter") == pytest.approx(CHIPS * 12 * 32 * 310e-12)
    assert area(whole, "input") == pytest.approx(
        CHIPS * 16 * 32 * 240e-12, rel=0.02
    )  # with a small output stage
    assert area(whole, "cell") == pytest.approx(CHIPS * 16 * 12 * 100e-12, rel=1e-4)


def test_eight_rows_and_eight_columns_take_turns_at_a_converter(whole: Estimate) -> None:
    # 8 x 255 steps of 0.09804 ns at the rows, 8 x 256 steps of 0.098 ns at the columns, one while the other goes on
    assert whole.totals["initiation_interval_s"] == pytest.approx(8 * 256 * 0.098e-9, rel=1e-9)
    assert known(whole, "read time") == pytest.approx(8 * 255 * 0.09804e-9)


def test_buffers_save_the_conversions_between_crossbars(tmp_path: Path, whole: Estimate) -> None:
    plain = estimate(
        variant(tmp_path, rows=256, columns=256, row_buffer=None, column_buffer=None),
        FOLDER / "full_chip.yaml",
    )
    assert plain.totals["computing_units"] == CHIPS * 16 * 12
    assert count(plain, "input", "input") == pytest.approx(12 * count(whole, "input", "input"))
    assert count(plain, "converter", "conversion") == pytest.approx(
        16 * count(whole, "converter", "conversion")
    )
    assert energy(plain, component="cell", term="read_current") == pytest.approx(
        energy(whole, component="cell", term="read_current")
    )


def test_wires_and_settling_are_those_of_a_piece(tmp_path: Path, whole: Estimate) -> None:
    plain = estimate(
        variant(tmp_path, rows=256, columns=256, row_buffer=None, column_buffer=None),
        FOLDER / "full_chip.yaml",
    )
    lost, alone = (next(c.value for c in r.checks if c.name == "ir_drop") for r in (whole, plain))
    assert lost == pytest.approx(alone)
    assert known(whole, "largest row current") == pytest.approx(known(plain, "largest row current"))
    # each piece settles as the small array does, 12 of them along a row and 16 down a column
    assert (
        12 * known(plain, "settling time")
        < known(whole, "settling time")
        < 16 * known(plain, "settling time")
    )


def test_errors_of_buffers_add_up_along_a_line(whole: Estimate) -> None:
    rows, columns = (
        known(whole, f"error that the buffers of {lines} add at their end, over full scale")
        for lines in ("rows", "columns")
    )
    assert rows == pytest.approx(0.005 * 12**0.5)
    assert columns == pytest.approx(0.005 * 15**0.5)


def test_nothing_is_said_to_be_missing_between_columns_and_converters(whole: Estimate) -> None:
    assert not any("sample-and-hold" in text for text in whole.exclusions)


def test_a_resolution_beyond_the_circuit_is_refused() -> None:
    with pytest.raises(RangeError, match="resolution is beyond"):
        estimate(
            FOLDER / "chip.yaml", FOLDER / "full_chip.yaml",
            {"chip.sub_chip.array.readout.converter.bits": 9},
        )  # fmt: skip


def test_charges_on_one_plate_cannot_be_buffered(tmp_path: Path) -> None:
    cell = {
        "model": "charge_domain_sram", "device": "charge_sram_65nm", "product": "and", "accumulation": "joined"
    }  # fmt: skip
    driver = {"model": "one_bit_driver", "device": "row_driver_tapered"}
    chip = variant(tmp_path, cell=cell, input=driver, bits_per_cell=1)
    with pytest.raises(MappingError, match="buffers cannot split"):
        estimate(chip, FOLDER / "full_chip.yaml")
