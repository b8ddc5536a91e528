"""Columns of static cells that are dividers of resistances, by hand on the 65 nm cell at 28 nm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import MappingError
from neuroest.results.estimate import Estimate
from tests.chips import area, arrays, count, energy, known, run

ARRAY = "chip.tile.array."
ADC, DENSE = "adc_crossbar_28nm", "mlp_mnist_dense"
CELL = {"model": "divider_sram", "device": "divider_sram_65nm"}
FLASH = {"model": "flash_adc", "device": "flash_28nm_circuit", "clock_frequency": "1 GHz", "bits": 4}
SUPPLY, ROWS = 0.9, 128
CURRENT = 0.33 * 662.0 * 0.13e-6 * 28 / 65
"""Of one cell: on current of cmos_28nm_lp at its nominal supply, widths in proportion to the node."""


def macro(folder: Path, cell: dict[str, Any] | None = None, **changes: Any) -> Estimate:
    base = {
        "cell": CELL | (cell or {}), "read_voltage": "supply", "pulse_width": "1 ns", "bits_per_cell": 1,
        "write_circuit": None, "weight_encoding": "offset", "readout.converter": FLASH, "readout.interface": None,
        "readout.sample_and_hold": None, "schedule": {"model": "read_schedule", "columns": "in_turn"},
        "read_supply": {"model": "linear_regulator"}, "offset_subtraction": "none",
    }  # fmt: skip
    return run(ADC, DENSE, {f"{ARRAY}{name}": value for name, value in (base | changes).items()}, folder)


def test_a_column_draws_current_for_as_long_as_it_is_read(tmp_path: Path) -> None:
    result = macro(tmp_path)
    array, network = result.evaluation.mapper.compute, result.evaluation.mapper.network
    assert array.cell.current() == pytest.approx(CURRENT)
    time = float(np.ravel(array.read_time(network))[0])
    assert time == pytest.approx(2e-9)  # the pulse, then a conversion that needs the column
    # n cells, half of which pull up, are n/2 resistances in series with n/2 others: n g V^2 t / 4
    cells = 2.0 * count(result, "cell", "charge")
    assert energy(result, term="divider") == pytest.approx(
        cells * (2.0 * CURRENT / SUPPLY) * SUPPLY**2 * time / 4.0, rel=0.05
    )
    assert area(result, "cell") == pytest.approx(arrays(result) * ROWS**2 * 3 * 0.127e-12 / 0.6)
    assert known(result, "error of a column from mismatch, over its full scale") == pytest.approx(
        0.08 / 2 / ROWS**0.5
    )


def test_columns_that_all_conduct_while_one_is_converted_take_more(tmp_path: Path) -> None:
    turns = energy(macro(tmp_path), term="divider")
    at_once = macro(tmp_path, schedule={"model": "read_schedule", "columns": "together"})
    assert energy(at_once, term="divider") > 2.0 * turns


def test_what_a_divider_cannot_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="one_bit_driver"):
        macro(tmp_path, input={"model": "pulse_width", "device": "pulse_width_timely"})
    stage = {"model": "sample_and_hold", "device": "sample_hold_isaac"}
    binary = {"model": "read_schedule", "pulse_widths": "binary"}
    with pytest.raises(MappingError, match="voltage of a divider"):
        macro(tmp_path, schedule=binary, **{"readout.sample_and_hold": stage})
