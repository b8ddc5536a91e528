from __future__ import annotations

from pathlib import Path

import pytest

from neuroest import check_files
from neuroest.authoring.tables import import_cell, read_cell
from neuroest.core.errors import NeuroestError, SpecError
from tests.each import each

CELL = """\
-MemCellType: memristor
-CellArea (F^2): 53
-CellAspectRatio: 1.000000

-AccessType: CMOS
//-AccessType: diode
-AccessCMOSWidth (F): 6.000000
-ResistanceOnAtReadVoltage (ohm): 1000000
-ResistanceOffAtReadVoltage (ohm): 10000000
-ResistanceOnAtResetVoltage (ohm): 100000
-ResistanceOnAtHalfResetVoltage (ohm): 500000
-CapacitanceOn (F): 1e-16
-CapacitanceOff (F): 1e-16
-ReadMode: current
-ReadVoltage (V): 0.4
-ResetVoltage (V): 2.0
-ResetPulse (ns): 10
-ResetEnergy (pJ): 0.6
-SetVoltage (V): 1.8
-SetPulse (ns): 8
"""


def cell(folder: Path, text: str) -> Path:
    path = folder / "RRAM.cell"
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    assert old in CELL
    return CELL.replace(old, new)


def test_a_cell_with_a_transistor_becomes_a_synapse(tmp_path: Path) -> None:
    made = import_cell(cell(tmp_path, CELL), "mine")
    claims = made.device.claims
    assert made.device.spec.model == "one_transistor_one_resistor"
    assert claims["high_conductance"].value == pytest.approx(1e-6)  # 1 / 1 Mohm
    assert claims["low_conductance"].value == pytest.approx(1e-7)
    assert claims["cell_feature_squares"].value == 53
    assert claims["access_width"].value == pytest.approx(168e-9)  # 6 x 28 nm
    assert claims["program_voltage"].value == 2
    assert claims["program_time"].value == pytest.approx(10e-9)
    assert claims["program_current"].value == pytest.approx(30e-6)  # 0.6 pJ / 2 V / 10 ns
    assert claims["program_current"].basis == "derived"
    assert claims["bits_per_cell"].value == 1
    assert claims["high_conductance"].locator == "line 8, ResistanceOnAtReadVoltage"
    (tmp_path / "mine.yaml").write_text(made.text, encoding="utf-8")
    assert check_files([tmp_path / "mine.yaml"]) == ()


def test_what_the_file_lacks_is_listed_and_assumed(tmp_path: Path) -> None:
    made = import_cell(cell(tmp_path, CELL), "mine")
    assert set(made.missing) == {"verify_time", "write_pulses", "endurance", "access_resistance"}
    assert made.template == "rram_hfox_28nm"
    assert {made.device.claims[name].basis for name in made.missing} == {"assumed"}
    assert "Not in RRAM.cell" in str(made.device.claims["endurance"].rationale)
    assert set(made.unused) == {"CellAspectRatio", "ReadMode"}
    assert set(made.stated) | set(made.missing) == set(made.device.claims)


def test_without_a_transistor_the_area_gives_the_pitch_and_half_voltages_the_nonlinearity(
    tmp_path: Path,
) -> None:
    bare = changed("-AccessType: CMOS", "-AccessType: None").replace("(F^2): 53", "(F^2): 4")
    claims = import_cell(cell(tmp_path, bare), "mine").device.claims
    assert claims["half_pitch"].value == pytest.approx(28e-9)  # sqrt(4) x 28 nm / 2
    assert claims["nonlinearity"].value == pytest.approx(10.0)  # 2 x 500 kohm / 100 kohm
    diode = changed("-AccessType: CMOS", "-AccessType: diode") + "-VoltageDropAccessDevice (V): 0.5\n"
    made = import_cell(cell(tmp_path, diode), "mine").device
    assert made.spec.model == "one_selector_one_resistor"
    assert made.claims["turn_on_voltage"].value == pytest.approx(0.5, rel=1e-9)


def test_stated_currents_go_before_implied_ones(tmp_path: Path) -> None:
    claims = import_cell(
        cell(tmp_path, CELL + "-ResetCurrent (uA): 300\n-SetCurrent (uA): 150\n"), "mine"
    ).device.claims
    assert claims["program_current"].value == pytest.approx(300e-6)


def test_the_node_of_the_file_or_a_process_gives_the_feature_size(tmp_path: Path) -> None:
    node = import_cell(cell(tmp_path, CELL + "-ProcessNode: 22\n"), "mine").device
    assert node.claims["access_width"].value == pytest.approx(132e-9)
    assert node.spec.process == "cmos_22nm_lp"
    named = import_cell(cell(tmp_path, CELL), "mine", process="cmos_65nm").device
    assert named.claims["access_width"].value == pytest.approx(390e-9)
    with pytest.raises(NeuroestError, match="22 nm, and cmos_65nm has 65 nm"):
        import_cell(cell(tmp_path, CELL + "-ProcessNode: 22\n"), "mine", process="cmos_65nm")
    with pytest.raises(NeuroestError, match="no process of 23 nm"):
        import_cell(cell(tmp_path, CELL + "-ProcessNode: 23\n"), "mine")
    with pytest.raises(NeuroestError, match="not a CMOS process"):
        import_cell(cell(tmp_path, CELL), "mine", process="rram_hfox_28nm")


def test_values_can_be_filled_up_from_another_device_of_the_model_only(tmp_path: Path) -> None:
    made = import_cell(cell(tmp_path, CELL), "mine", template="rram_22nm_intel")
    assert made.device.claims["endurance"].value == 10000
    with pytest.raises(NeuroestError, match="--from must be one too"):
        import_cell(cell(tmp_path, CELL), "mine", template="rram_passive_generic")


@each(
    "text, reported",
    [
        ("", "MemCellType: is missing"),
        (changed("memristor", "SRAM"), "stores no weight as a resistance"),
        (changed("memristor", "abacus"), "abacus is unknown"),
        (changed("-AccessType: CMOS", "-AccessType: lever"), "lever is unknown"),
        (
            changed("(ohm): 1000000\n", "(ohm): many\n"),
            "RRAM.cell:8:1: ResistanceOnAtReadVoltage: 'many' is not",
        ),
        (changed("(ohm): 1000000\n", "(ohm): nan\n"), "finite number above zero"),
        (changed("(ohm): 1000000\n", "(ohm): -5\n"), "finite number above zero"),
        (changed("(ohm): 1000000\n", "(ohm): 99000000\n"), "is not above the 9.9e+07 ohm"),
        (changed("-ResistanceOnAtReadVoltage (ohm): 1000000\n", ""), "ResistanceOn: is missing"),
        (changed("(ns): 10", "(V): 10"), "is in V; expected a time"),
        (changed("(ns): 10", ": 10"), "has no unit"),
        (changed("(ns): 10", "(moons): 10"), "moons"),
        (changed("(F^2): 53", "(um^2): 53"), "expected F^2"),
        (changed("(F): 6.0", "(nm): 6.0"), "expected F"),
        (CELL + "something else\n", "RRAM.cell:21:1: expected `-Name (unit): value`"),
        (CELL + "-SetPulse (ns): 9\n", "is already on line 20"),
    ],
)
def test_bad_cells_are_refused_with_file_and_line(tmp_path: Path, text: str, reported: str) -> None:
    with pytest.raises(SpecError) as refused:
        import_cell(cell(tmp_path, text), "mine")
    assert reported in str(refused.value)


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    bad = changed("(ohm): 1000000\n", "(ohm): many\n").replace("(ns): 10", "(V): 10")
    with pytest.raises(SpecError) as refused:
        read_cell(cell(tmp_path, bad))
    assert len(refused.value.problems) == 2


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.cell"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(NeuroestError, match="this is UTF-16 text"):
        read_cell(path)
