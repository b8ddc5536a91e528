"""Columns of static cells that are discharged, by hand on the 28 nm cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import MappingError
from neuroest.results.estimate import Estimate
from tests.chips import area, arrays, count, energy, failed, known, run

ARRAY = "chip.tile.array."
ADC, DENSE = "adc_crossbar_28nm", "mlp_mnist_dense"
CELL = {"model": "current_domain_sram", "device": "current_sram_28nm"}
FLASH = {"model": "flash_adc", "device": "flash_28nm_circuit", "clock_frequency": "1 GHz", "bits": 4}
PULSE = {"model": "pulse_width", "device": "pulse_width_timely"}
ON, SUPPLY = 662.0, 0.9  # A/m of cmos_28nm_lp at its nominal supply
CURRENT = 0.25 * ON * 0.08e-6
AREA = 1.6 * 0.127e-12


def macro(folder: Path, changes: dict[str, Any] | None = None, **settings: str) -> Estimate:
    base = {
        "cell": CELL, "read_voltage": "0.9 V", "pulse_width": "0.1 ns", "bits_per_cell": 1, "write_circuit": None,
        "weight_encoding": "offset", "readout.converter": FLASH, "readout.interface": None,
        "readout.sample_and_hold": None, "schedule": {"model": "read_schedule", "rows_at_once": 16},
    }  # fmt: skip
    found = {f"{ARRAY}{name}": value for name, value in (base | (changes or {})).items()}
    return run(ADC, DENSE, found, folder, **settings)


def drive(result: Estimate) -> float:
    mapper = result.evaluation.mapper
    return float(np.ravel(mapper.compute.drive_time(mapper.network))[0])


def test_a_product_takes_its_current_for_the_pulse(tmp_path: Path) -> None:
    result = macro(tmp_path)
    assert result.evaluation.mapper.compute.cell.current() == pytest.approx(CURRENT)
    assert area(result, "cell") == pytest.approx(arrays(result) * 128**2 * AREA / 0.6)
    products = count(result, "cell", "charge")
    assert energy(result, term="discharge") == pytest.approx(products * CURRENT * drive(result) * SUPPLY)
    # half of the weight bits are one, in every read of an input bit that is one
    layers = result.evaluation.mapper.layers
    ones = float(np.sum(layers.input_bit_density * layers.connections * result.evaluation.mapper.on_array))
    assert products == pytest.approx(8 * 8 * ones / 2)


def test_an_emptied_column_gives_what_it_held(tmp_path: Path) -> None:
    result = macro(tmp_path, {"pulse_width": "20 ns"})
    assert "column_in_saturation" in failed(result)
    reads = count(result, "cell", "column_read")
    held = known(result, "capacitance of a column") * 0.9 * SUPPLY
    assert 0.0 < energy(result, term="discharge") <= reads * held * (1.0 + 1e-9)


def test_conversions_leave_the_columns_alone(tmp_path: Path) -> None:
    fast, slow = (
        macro(tmp_path),
        macro(tmp_path, {"readout.converter": FLASH | {"clock_frequency": "10 MHz"}}),
    )
    assert energy(fast, term="discharge") == pytest.approx(energy(slow, term="discharge"))
    assert slow.evaluation.mapper.cycle_time().max() > 9 * fast.evaluation.mapper.cycle_time().max()


def test_swing_and_saturation(tmp_path: Path) -> None:
    few, many = macro(tmp_path), macro(tmp_path, {"schedule": None})
    pitch = AREA**0.5
    wire, junction = 0.2e-9, 0.725e-9
    column = 128 * (pitch * wire + 0.08e-6 * junction)
    assert known(few, "capacitance of a column") == pytest.approx(column, rel=0.15)  # wires of the process
    swing = 16 * CURRENT * drive(few) / known(few, "capacitance of a column")
    assert known(few, "full scale of a column") == pytest.approx(swing)
    assert known(many, "full scale of a column") == pytest.approx(8 * swing)
    assert "column_in_saturation" in failed(many)


def test_mismatch_is_that_of_the_cells_read_at_once(tmp_path: Path) -> None:
    result = macro(tmp_path)
    assert known(result, "error of a column from mismatch, over its full scale") == pytest.approx(0.08 / 4)


def test_a_pulse_carries_a_number(tmp_path: Path) -> None:
    bits, whole = macro(tmp_path), macro(tmp_path, {"input": PULSE, "pulse_width": "1 ps"})
    assert count(bits, "converter", "conversion") == 8 * count(whole, "converter", "conversion")


def test_neurons_are_refused(tmp_path: Path) -> None:
    cells = {f"{ARRAY}cell": CELL, f"{ARRAY}weight_encoding": "offset", f"{ARRAY}bits_per_cell": 1}
    with pytest.raises(MappingError, match="its columns are read by converters"):
        run("analog_lif_28nm", "mlp_mnist_spiking", cells, tmp_path)


def test_voltages_of_rows_make_currents_in_proportion(tmp_path: Path) -> None:
    schedule = {"model": "read_schedule", "rows_at_once": 16, "bits_per_phase": 4}
    dac = {"model": "capacitive_dac", "device": "capacitive_dac_28nm"}
    long, pulses = (
        macro(tmp_path, {"pulse_width": width, "input": driver, "schedule": schedule})
        for width, driver in (("1.5 ns", dac), ("0.1 ns", PULSE))
    )
    # fifteen shortest pulses are as long as one that has the voltage of the largest digit, with the same mean digit
    assert drive(long) == pytest.approx(drive(pulses))
    assert energy(long, term="discharge") == pytest.approx(energy(pulses, term="discharge"))
    assert energy(long, component="input", term="buffer") > 0.0
    assert any("nonlinearity of the cell current" in line for line in long.exclusions)


def test_a_cell_of_another_node_follows_its_memory_cell(tmp_path: Path) -> None:
    there = macro(tmp_path, technology__process="cmos_65nm", technology__supply_voltage="1.1 V")
    assert area(there, "cell") == pytest.approx(arrays(there) * 128**2 * 1.6 * 0.525e-12 / 0.6)
    current = there.evaluation.mapper.compute.cell.current()
    process = there.evaluation.chip.technology.process
    ratio = 1.1 / process.nominal_supply_voltage
    assert current == pytest.approx(0.25 * process.on_current * 0.08e-6 * 65 / 28 * ratio, rel=0.02)


def test_columns_are_charged_to_the_supply_without_a_second_key(tmp_path: Path) -> None:
    slower = {"readout.converter": FLASH | {"clock_frequency": "500 MHz"}}
    low = {"technology__supply_voltage": "0.7 V"}
    both = macro(tmp_path, slower | {"read_voltage": "0.7 V"}, **low)
    one = macro(tmp_path, slower | {"read_voltage": "supply"}, **low)
    assert energy(one) == energy(both)
    assert one.evaluation.mapper.compute.options["read_voltage"] == pytest.approx(0.7, rel=1e-9)


def test_a_lower_supply_slows_the_discharge(tmp_path: Path) -> None:
    slower = {"readout.converter": FLASH | {"clock_frequency": "500 MHz"}}
    low = macro(tmp_path, slower | {"read_voltage": "0.7 V"}, technology__supply_voltage="0.7 V")
    assert low.evaluation.mapper.compute.cell.current() < CURRENT * 0.7 / 0.9
