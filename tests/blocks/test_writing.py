"""Write circuits of an array, against hand calculations on the shipped 28 nm fabric."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import MappingError, RangeError, SpecError
from neuroest.design.build import build
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import evaluate
from neuroest.results.estimate import Estimate
from tests.chips import area, arrays, changed, energy, failed, known, run
from tests.each import each

ARRAY = "chip.tile.array."
WRITE = f"{ARRAY}write_circuit"
DENSE, SPIKING = "mlp_mnist_dense", "mlp_mnist_spiking"
ADC, PCM = "adc_crossbar_28nm", "pcm_crossbar_28nm"
SHIFTER = {"model": "level_shifter", "device": "level_shifter_2v5"}
PUMP = {"model": "charge_pump", "device": "charge_pump_2v5"}
EXACT = {  # round numbers, so that a value by hand is short
    "gate_length": "300 nm", "contact_length": "200 nm", "on_current": "500 uA/um", "current_linearity": 0.2,
    "minimum_width": "0.4 um", "layout_factor": 1, "latch_gates": 5, "off_current": "0 A/m", "gate_width": "0.5 um",
}  # fmt: skip


def circuit(**changes: Any) -> dict[str, Any]:
    """A write circuit of round numbers; None leaves a field out."""
    block = {
        "model": "write_circuit",
        "device": "write_circuit_2v5",
        "parameters": EXACT,
        "level_shifter": SHIFTER,
    }
    return {key: value for key, value in (block | changes).items() if value is not None}


def with_circuit(
    folder: Path, base: str = ADC, other: dict[str, Any] | None = None, **changes: Any
) -> Estimate:
    """A shipped chip with such a circuit."""
    return run(base, DENSE, {WRITE: circuit(**changes), **(other or {})}, folder)


def term(result: Estimate, name: str) -> float:
    """Area of one term of the write circuit in one array, in square micrometres."""
    found = (
        r.area_m2 for r in result.breakdown if r.kind == "area" and r.term == name and "write" in r.component
    )
    return 1e12 * sum(found) / arrays(result)


def test_decoders_by_their_gates(tmp_path: Path) -> None:
    alone, shared = with_circuit(tmp_path), with_circuit(tmp_path, columns_per_driver=8)
    gate = 0.316
    # 128 + 2 sqrt(128) gates for the rows, and five for the data of each of 128 drivers
    assert term(alone, "decoders") == pytest.approx((128 + 2 * math.sqrt(128) + 5 * 128) * gate)
    # sixteen drivers, and 8 + 2 sqrt(8) gates for which of eight columns each serves
    shares = 128 + 2 * math.sqrt(128) + 8 + 2 * math.sqrt(8) + 5 * 16
    assert term(shared, "decoders") == pytest.approx(shares * gate)


def test_switches_carry_the_current_of_their_lines(tmp_path: Path) -> None:
    # 100 uA/(0.2 x 500 uA/um) = 1 um wide: 2 x 1 um x (0.3 + 0.2) um = 1 um^2; those of a row drive gates: 0.4 um^2
    rows = 128 * 3 * 0.4  # two voltages, and the switch that keeps them from the driver of the read
    alone, shared = with_circuit(tmp_path), with_circuit(tmp_path, columns_per_driver=8)
    # a column has two voltages and one before its read-out, a plate two voltages
    assert term(alone, "switches") == pytest.approx(rows + 128 * (2 + 1 + 2))
    # sixteen drivers of columns and of plates, one switch each that shares them out, one before each read-out
    assert term(shared, "switches") == pytest.approx(rows + 16 * 2 + 128 + 128 + 16 * 2 + 128)


def test_plates_along_rows_carry_all_cells_of_their_row(tmp_path: Path) -> None:
    together = {f"{ARRAY}cells_programmed_together": 4}
    result = with_circuit(tmp_path, other=together, plates="along_rows")
    # four cells of 100 uA: 4 um wide
    assert term(result, "switches") == pytest.approx(128 * 3 * 0.4 + 128 * 3 + 128 * 2 * 4)


def test_the_area_of_the_switches_follows_the_write_current(tmp_path: Path) -> None:
    def cell(current: str) -> dict[str, Any]:
        return {
            f"{ARRAY}cell": {
                "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm",
                "parameters": {"program_current": current},
            }
        }  # fmt: skip

    small, large = (with_circuit(tmp_path, other=cell(i)) for i in ("100 uA", "300 uA"))
    assert term(large, "switches") - term(small, "switches") == pytest.approx(128 * 5 * 2)
    assert term(large, "decoders") == pytest.approx(term(small, "decoders"))


def test_more_lines_take_more_of_everything(tmp_path: Path) -> None:
    small = with_circuit(tmp_path)
    large = with_circuit(tmp_path, other={f"{ARRAY}rows": 256, f"{ARRAY}columns": 256})
    for name in ("decoders", "switches", "shifter"):
        assert term(large, name) > 1.9 * term(small, name)


def test_each_line_above_the_supply_has_a_level_shifter(tmp_path: Path) -> None:
    alone, shared = with_circuit(tmp_path), with_circuit(tmp_path, columns_per_driver=8)
    # rows, columns and plates; then rows, sixteen drivers of either kind and eight lines that select
    assert known(alone, "level shifters of an array") == 3 * 128
    assert known(shared, "level shifters of an array") == 128 + 16 + 16 + 8
    assert term(shared, "shifter") == pytest.approx(168 * 8)
    one = with_circuit(tmp_path, polarity="one", columns_per_driver=8)
    assert known(one, "level shifters of an array") == 128 + 16 + 8


def test_rows_that_have_level_shifters_for_reading_need_no_others(tmp_path: Path) -> None:
    rows = {f"{ARRAY}input.drive_voltage": "1.8 V", f"{ARRAY}input.level_shifter": SHIFTER}
    assert known(with_circuit(tmp_path, other=rows), "level shifters of an array") == 2 * 128


@each(
    "scheme, polarity, rows, columns, shifted",
    [
        # V and V/2 on rows, 0 and V/2 on columns; of both signs V, V/2 and 0 on either
        ("half", "one", 2, 2, 128 + 128),
        ("half", "both", 3, 3, 2 * 128 + 2 * 128),
        # V and V/3 on rows, 0 and 2V/3 on columns; of both signs all four on either
        ("third", "one", 2, 2, 128 + 128),
        ("third", "both", 4, 4, 3 * 128 + 3 * 128),
    ],
)
def test_schemes_ask_for_their_voltages(
    tmp_path: Path, scheme: str, polarity: str, rows: int, columns: int, shifted: int
) -> None:
    cell = {"model": "one_selector_one_resistor", "device": "rram_1s1r_generic", "write_scheme": scheme}
    other = {f"{ARRAY}cell": cell, f"{ARRAY}read_voltage": "0.6 V", f"{ARRAY}cells_programmed_together": 1}
    result = with_circuit(tmp_path, other=other, polarity=polarity)
    assert known(result, "level shifters of an array") == shifted
    # one written cell of 50 uA and 127 others on the line; k = 3000
    beside = 50e-6 / 3000 if scheme == "half" else 50e-6 * 3 ** -math.log2(3000)
    width = 1e6 * (50e-6 + 127 * beside) / (0.2 * 500)
    # each line also has the switch that keeps the voltage from what reads it
    each = 2 * width * 0.5
    assert term(result, "switches") == pytest.approx(128 * (rows + 1 + columns + 1) * each)
    assert any(line.startswith("generation of the fractions") for line in result.exclusions)


def test_a_column_below_the_supply_needs_no_level_shifter(tmp_path: Path) -> None:
    cell = {
        "model": "one_selector_one_resistor", "device": "rram_1s1r_generic",
        "parameters": {"program_voltage": "1.6 V"},
    }  # fmt: skip
    other = {f"{ARRAY}cell": cell, f"{ARRAY}read_voltage": "0.6 V"}
    result = with_circuit(tmp_path, other=other, polarity="one")
    assert known(result, "level shifters of an array") == 128  # columns rise to 0.8 V of 0.9 V


def test_columns_without_transistors_are_held_while_their_driver_writes_another(tmp_path: Path) -> None:
    cell = {"model": "one_selector_one_resistor", "device": "rram_1s1r_generic"}
    other = {f"{ARRAY}cell": cell, f"{ARRAY}read_voltage": "0.6 V", f"{ARRAY}cells_programmed_together": 1}
    result = with_circuit(tmp_path, other=other, columns_per_driver=8)
    each = (50e-6 + 127 * 50e-6 / 3000) / (0.2 * 500) * 1e6
    # rows: three voltages and a read; drivers three voltages; columns shared out, held, and before their read-out
    assert term(result, "switches") == pytest.approx((128 * 4 + 16 * 3 + 128 * 3) * each)


def test_the_pump_by_hand(tmp_path: Path) -> None:
    result = with_circuit(tmp_path, columns_per_driver=8, pump=PUMP)
    # 16 cells of 100 uA at 2 V from 0.9 V: two stages, 4 x 1.6 mA/(100 MHz x 0.7 V) = 91.4 pF, 2/(0.9 x 3.514) = 63.2 %
    assert known(result, "stages of the charge pump") == 2
    assert known(result, "current of the charge pump") == pytest.approx(1.6e-3)
    assert known(result, "capacitance of the charge pump") == pytest.approx(91.43e-12, rel=1e-3, abs=0)
    assert known(result, "efficiency of the charge pump") == pytest.approx(0.6323, rel=1e-3)
    # 91.4 pF at 5 fF/um^2 and half as much again, once for the whole chip
    assert area(result, "pump") == pytest.approx(27.43e-9, rel=1e-3, abs=0)


def test_stages_step_with_the_programming_voltage(tmp_path: Path) -> None:
    def stages(voltage: str) -> float:
        cell = {
            "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm",
            "parameters": {"program_voltage": voltage},
        }  # fmt: skip
        return known(
            with_circuit(tmp_path, other={f"{ARRAY}cell": cell}, pump=PUMP), "stages of the charge pump"
        )

    # 1.3015 (V/0.9 V - 1): 0.87, 1.59, 2.31
    assert [stages(v) for v in ("1.5 V", "2 V", "2.5 V")] == [1, 2, 3]


def test_pumps_are_shared_as_stated(tmp_path: Path) -> None:
    chip = with_circuit(tmp_path, pump=PUMP)
    tiles = with_circuit(tmp_path, pump=PUMP | {"arrays_per_pump": 8})
    assert area(tiles, "pump") == pytest.approx(
        math.ceil(arrays(tiles) / 8) * area(chip, "pump"), rel=1e-9, abs=0
    )
    # four arrays at a time take four times the current of a pump that serves them all
    four = with_circuit(tmp_path, other={f"{ARRAY}arrays_programmed_together": 4}, pump=PUMP)
    assert area(four, "pump") == pytest.approx(4 * area(chip, "pump"), rel=1e-9, abs=0)
    own = {f"{ARRAY}arrays_programmed_together": 4}
    each = with_circuit(tmp_path, other=own, pump=PUMP | {"arrays_per_pump": 1})
    assert area(each, "pump") == pytest.approx(arrays(each) * area(chip, "pump"), rel=1e-9, abs=0)


def test_a_cell_pays_for_its_pump_its_shifters_and_its_address(tmp_path: Path) -> None:
    bare = run(ADC, DENSE, {WRITE: None}, tmp_path)
    outside = with_circuit(tmp_path, columns_per_driver=8)
    inside = with_circuit(tmp_path, columns_per_driver=8, pump=PUMP)
    cell = known(bare, "energy to program a cell")
    # nine pulses of two shifted levels, of column and plate, and of a sixteenth of that of the row
    shifted = 9 * (2 + 1 / 16) * 20e-15
    # both predecoders along 128 lines, 128 x p x 0.2 fF/um and sqrt(128) x 0.5 um x 1.449 fF/um, twice, for 16 cells
    pitch = math.sqrt(53 * 28e-9**2)
    load = 2 * 2 * (128 * pitch * 0.2e-9 + math.sqrt(128) * 0.5e-6 * 1.449e-9)
    addressed = load * 0.9**2 / 16
    # and what 244 gates and 168 shifters leak while the 128 x 128 cells are written, for each of them
    gates = 128 + 2 * math.sqrt(128) + 8 + 2 * math.sqrt(8) + 5 * 16
    leaked = (gates * 0.5e-6 * 1e-4 * 0.9 + 168 * 10e-12) * 128 * 8 * 9 * 200e-9 / 128**2
    beside = known(outside, "energy to program a cell") - cell
    assert beside == pytest.approx(shifted + addressed + leaked, rel=1e-6, abs=0)
    # the pump delivers all but the verifying reads, some 1 % of the energy, and runs on 20 uW meanwhile
    idle = 20e-6 * 128 * 8 * 9 * 200e-9 / 128**2
    lost = known(inside, "energy to program a cell") - known(outside, "energy to program a cell") - idle
    assert lost == pytest.approx(cell * (1 / 0.6323397 - 1), rel=0.02, abs=0)
    assert lost < cell * (1 / 0.6323397 - 1)


def test_writing_is_paid_wherever_cells_are_written(tmp_path: Path) -> None:
    often = {"operation.inferences_per_programming": 1000}
    result = with_circuit(tmp_path, other=often, columns_per_driver=8, pump=PUMP)
    total = float(result.totals["programming_energy_J"] or 0.0)
    held = result.totals["utilisation"] * result.totals["computing_units"] * 128**2
    assert total == pytest.approx(held * known(result, "energy to program a cell"))
    assert energy(result, action="program") == pytest.approx(total / 1000)
    for part, name in (("pump", "pump_loss"), ("level_shifter", "shift"), ("write_circuit", "addressing")):
        assert energy(result, component=part, term=name) > 0.0
    fading = {
        f"{ARRAY}cell": {
            "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm",
            "parameters": {"retention_time": "3600 s", "retention_activation_energy": "0 eV"},
        }
    }  # fmt: skip
    faded = with_circuit(tmp_path, other=fading, columns_per_driver=8, pump=PUMP)
    assert faded.totals["refresh_power_W"] == pytest.approx(total / 3600)


def test_parts_that_are_written_anew_pay_for_their_circuits_as_well(tmp_path: Path) -> None:
    small = {
        "chip.tile.count": 4, f"{ARRAY}oversize": "time_multiplex",
        "chip.link.carries": ["inputs", "outputs", "weights"],
    }  # fmt: skip
    result = with_circuit(tmp_path, other=small, columns_per_driver=8, pump=PUMP)
    assert energy(result, action="program") == pytest.approx(
        float(result.totals["programming_energy_J"] or 0.0)
    )
    assert energy(result, component="pump") > 0.0


def test_fewer_drivers_write_for_longer(tmp_path: Path) -> None:
    row = with_circuit(tmp_path)
    shared = with_circuit(tmp_path, columns_per_driver=8)
    assert known(row, "cells of an array written at once") == 128
    assert known(shared, "cells of an array written at once") == 16
    # 128 rows of eight groups, nine pulses and reads of 200 ns
    assert known(shared, "time to program an array") == pytest.approx(128 * 8 * 9 * 200e-9)
    assert shared.totals["programming_time_s"] == pytest.approx(
        8 * float(row.totals["programming_time_s"] or 0.0)
    )


def test_a_pump_of_a_stated_current_limits_the_cells_written_at_once(tmp_path: Path) -> None:
    small = PUMP | {"largest_current": "0.55 mA"}
    result = with_circuit(tmp_path, columns_per_driver=8, pump=small)
    assert known(result, "cells of an array written at once") == 5
    assert known(result, "current of the charge pump") == pytest.approx(0.55e-3)
    assert "pump_delivers" not in failed(result)
    asked = with_circuit(
        tmp_path, other={f"{ARRAY}cells_programmed_together": 16}, columns_per_driver=8, pump=small
    )
    assert "pump_delivers" in failed(asked)


def test_power_while_nothing_is_written_only_where_it_stays_on(tmp_path: Path) -> None:
    def standing(result: Estimate) -> dict[str, float]:
        found = (r for r in result.breakdown if r.kind == "static" and "write_circuit" in r.component)
        return {f"{r.component.rsplit('.', 1)[-1]} {r.term}": r.energy_J for r in found}

    assert not standing(with_circuit(tmp_path, pump=PUMP))
    result = with_circuit(tmp_path, pump=PUMP, between_writes="powered")
    time, found = result.evaluation.active_time.item(), standing(result)
    assert found["pump idle"] == pytest.approx(20e-6 * time, rel=1e-9, abs=0)
    assert found["level_shifter leakage"] == pytest.approx(
        arrays(result) * 384 * 10e-12 * time, rel=1e-9, abs=0
    )
    # 0.1 nA/um through the gates of 0.5 um at 0.9 V; the switches of this test do not leak
    gates = 128 + 2 * math.sqrt(128) + 5 * 128
    assert found["write_circuit leakage"] == pytest.approx(
        arrays(result) * gates * 0.5e-6 * 1e-4 * 0.9 * time, rel=1e-9, abs=0
    )


def test_what_is_left_out_is_reported(tmp_path: Path) -> None:
    bare = run(ADC, DENSE, {WRITE: None}, tmp_path).exclusions
    outside, inside = with_circuit(tmp_path).exclusions, with_circuit(tmp_path, pump=PUMP).exclusions
    fed = with_circuit(tmp_path, pump=PUMP | {"input_voltage": "1.5 V"}).exclusions
    assert any(line.startswith("write circuits of the cells") for line in bare)
    for reported in (outside, inside, fed):
        assert not any(line.startswith("write circuits of the cells") for line in reported)
        assert any(line.startswith("control and references of programming") for line in reported)
    assert any(line.startswith("generation of the programming voltage") for line in outside)
    assert not any(line.startswith("generation of the programming voltage") for line in inside)
    assert any(line.startswith("generation of the input voltage of the charge pump") for line in fed)


def test_voltages_that_transistors_do_not_stand_are_reported(tmp_path: Path) -> None:
    cell = {
        "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm", "parameters": {"program_voltage": "3 V"}
    }  # fmt: skip
    wrong = failed(with_circuit(tmp_path, other={f"{ARRAY}cell": cell}, pump=PUMP))
    assert {"write_switch_voltage", "write_shifter_voltage", "pump_stands_voltage"} <= wrong
    assert not wrong & failed(with_circuit(tmp_path, pump=PUMP))


def test_more_cells_at_once_than_drivers_are_reported(tmp_path: Path) -> None:
    many = with_circuit(tmp_path, other={f"{ARRAY}cells_programmed_together": 32}, columns_per_driver=8)
    assert "cells_written_together" in failed(many)


def test_a_pump_that_has_nothing_to_do_is_reported(tmp_path: Path) -> None:
    assert "pump_is_needed" in failed(with_circuit(tmp_path, pump=PUMP | {"input_voltage": "2.5 V"}))


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="level_shifter in the write circuit"):
        with_circuit(tmp_path, level_shifter=None)
    with pytest.raises(RangeError, match="do not reach the programming voltage"):
        with_circuit(tmp_path, pump=PUMP | {"stages": 1})
    charges = {
        f"{ARRAY}cell": {"model": "charge_domain_sram", "device": "charge_sram_65nm", "product": "and",
                         "accumulation": "shared_plate"},
    }  # fmt: skip
    with pytest.raises(MappingError, match="leave out write_circuit"):
        with_circuit(tmp_path, other=charges)


@each(
    "changes, message",
    [
        ({"columns_per_driver": 0}, "minimum"),
        ({"columns_per_driver": 1.5}, "whole"),
        ({"polarity": "neither"}, "polarity"),
        ({"pump": PUMP | {"largest_current": "0 A"}}, "above"),
        ({"pump": PUMP | {"largest_current": "2 V"}}, "current"),
        ({"pump": PUMP | {"device": "level_shifter_2v5"}}, "charge_pump"),
        ({"drivers": 3}, "drivers"),
    ],
)
def test_bad_input_is_refused_in_words(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        with_circuit(tmp_path, **changes)


@pytest.mark.parametrize(
    ("node", "supply", "cells", "gates_and_switches", "neurosim"),
    [
        (22, "0.8 V", 381, 1197, 3844 + 480),
        (32, "0.9 V", 805, 1373, 8510 + 952),
        (45, "1.0 V", 1593, 1795, 19360 + 1882),
    ],
)
def test_areas_next_to_those_of_a_peer(
    tmp_path: Path, node: int, supply: str, cells: float, gates_and_switches: float, neurosim: float
) -> None:
    # the table of docs/models/crossbar.md: 48 F^2, 2 V, every column with a driver of its own
    cell = {
        "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm",
        "parameters": {"cell_feature_squares": 48, "minimum_cell_area": "0 um^2"},
    }  # fmt: skip
    other = {
        f"{ARRAY}cell": cell,
        "technology.process": f"cmos_{node}nm_lp",
        "technology.supply_voltage": supply,
    }
    result = with_circuit(tmp_path, other=other, parameters={})
    assert 1e12 * area(result, "cell") / arrays(result) == pytest.approx(cells, rel=2e-3)
    assert term(result, "shifter") == pytest.approx(3 * 128 * 8)
    assert term(result, "decoders") + term(result, "switches") == pytest.approx(gates_and_switches, rel=2e-3)
    ours = gates_and_switches + 3 * 128 * 8
    assert ours < neurosim < 5 * ours  # of 1.01, 2.1 and 4.4: multiples of the node there, none here


def test_shipped_chips_count_their_circuits() -> None:
    for chip, network in ((ADC, DENSE), (PCM, DENSE), ("diffusive_28nm_derived", SPIKING)):
        result = estimate(chip, network)
        assert not any(line.startswith("write circuits") for line in result.exclusions)
        assert area(result, "write_circuit") > 0.0
        assert not failed(result) & {"write_switch_voltage", "pump_delivers", "cells_written_together"}


def test_points_of_a_batch_are_the_points_alone(tmp_path: Path) -> None:
    pump = PUMP | {"largest_current": "1 mA", "arrays_per_pump": 8, "input_voltage": "1 V"}
    block = circuit(columns_per_driver=8, pump=pump, between_writes="powered", parameters={})
    changes = {WRITE: block, f"{ARRAY}refresh_interval": "1000 s"}
    design = build(load_architecture(str(changed(ADC, changes, tmp_path))))
    network = load_workload(DENSE).spec
    moved = {
        f"{ARRAY}cell.program_voltage": (0.8, 2.0, 3.1),
        f"{ARRAY}cell.program_current": (20e-6, 100e-6, 300e-6),
        f"{WRITE}.columns_per_driver": (1.0, 8.0, 16.0),
        f"{WRITE}.pump.largest_current": (50e-6, 1e-3, 5e-3),
        f"{WRITE}.pump.arrays_per_pump": (1.0, 8.0, 64.0),
    }
    batch: dict[str, Any] = design.values | {path: np.array(v)[:, None] for path, v in moved.items()}
    together = evaluate(design, network, batch)
    for point in range(3):
        alone = evaluate(design, network, design.values | {path: v[point] for path, v in moved.items()})
        for quantity in ("area", "energy", "static_power", "programming_energy", "programming_time"):
            found = np.broadcast_to(getattr(together, quantity), (3, 1))[point, 0]
            assert found == pytest.approx(float(np.ravel(getattr(alone, quantity))[0]), rel=1e-12, abs=0)
        reported = {
            (c.name, c.component): bool(np.broadcast_to(c.passed, (3, 1))[point, 0]) for c in together.checks
        }
        assert reported == {(c.name, c.component): bool(np.all(c.passed)) for c in alone.checks}
