"""Columns of magnetic junctions in series, by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from neuroest.core.errors import MappingError
from neuroest.results.estimate import Estimate
from tests.chips import arrays, count, energy, known, run

ARRAY = "chip.tile.array."
CELL = {"model": "series_junctions", "device": "series_junctions_28nm"}
TIMES = {"model": "whole_adc", "device": "time_to_digital_macro", "bits": 6, "takes": "time"}
ROWS, SUPPLY = 64, 0.9


def macro(folder: Path, **changes: Any) -> Estimate:
    base = {
        "cell": CELL, "read_voltage": "supply", "pulse_width": "1 ns", "bits_per_cell": 1, "rows": ROWS, "columns": 64,
        "write_circuit": None, "weight_encoding": "offset", "readout.converter": TIMES, "readout.interface": None,
        "readout.sample_and_hold": None, "readout.columns_per_converter": 1, "readout.multiplexer": None,
        "schedule": {"model": "read_schedule", "holding": "none"}, "read_supply": {"model": "linear_regulator"},
        "offset_subtraction": "none",
    }  # fmt: skip
    changed = {f"{ARRAY}{name}": value for name, value in (base | changes).items()}
    return run("adc_crossbar_28nm", "mlp_mnist_dense", changed, folder)


def test_a_read_takes_the_charge_of_a_string_and_no_current(tmp_path: Path) -> None:
    result = macro(tmp_path)
    array, network = result.evaluation.mapper.compute, result.evaluation.mapper.network
    each = array.column_capacitance() / ROWS
    assert array.cell.resistances() == (7000, 11000)
    column = 10e-15 + ROWS * each
    assert energy(result, term="column_line") == pytest.approx(
        count(result, "cell", "column_read") * column * SUPPLY**2
    )
    assert energy(result, term="read_current") == 0.0
    slowest = math.log(2.0) * ROWS * 11e3 * (10e-15 + ROWS * each / 2.0)
    # a converter of times counts from the fastest column, of 7 kohm a cell, to the slowest
    assert 7.0 / 11.0 * slowest < float(array.settling_time(network)) < 0.7 * slowest
    flash = {"model": "flash_adc", "device": "flash_28nm_circuit", "clock_frequency": "1 GHz", "bits": 4}
    voltages = macro(tmp_path, **{"readout.converter": flash}).evaluation.mapper.compute
    assert slowest < float(voltages.settling_time(network)) < 1.1 * slowest
    assert known(result, "time between two sums") == pytest.approx(slowest * 4.0 / 11.0 / ROWS)
    assert known(result, "error of a column from mismatch, over its full scale") == pytest.approx(
        0.06 * math.sqrt((4.0**2 + 8.0**2) / 2.0 / ROWS) / 4.0
    )
    assert not [line for line in result.exclusions if "time_encoder" in line]
    assert arrays(result) > 0.0


def test_longer_strings_are_slower_with_the_square_and_summed_currents_are_not(tmp_path: Path) -> None:
    def time(rows: int) -> float:
        found = macro(tmp_path, rows=rows).evaluation.mapper.compute
        return float(found.string_time(found.cell.resistances()[1]))

    assert time(512) / time(256) > 3.0


def test_what_a_string_cannot_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="in series: its inputs come bit by bit"):
        macro(tmp_path, input={"model": "pulse_width", "device": "pulse_width_timely"})
    with pytest.raises(MappingError, match="all cells of a column are in series"):
        macro(tmp_path, schedule={"model": "read_schedule", "rows_at_once": 16})
