"""Files as laboratories write them: names and units in many forms, what instruments write above, decimal commas."""

from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import SpecError
from neuroest.fitting.headers import column_of
from neuroest.fitting.measurements import read_devices, read_measurements
from tests.each import each


def write(folder: Path, text: str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@each(
    "heading, name, unit",
    [
        ("voltage [V]", "voltage", "V"),
        ("Voltage (V)", "voltage", "V"),
        ("U / mV", "voltage", "mV"),
        ("Bias voltage, V", "voltage", "V"),
        ("Delay (us)", "integration_time", "us"),
        ("Integration Time [us]", "integration_time", "us"),
        ("t_delay in ns", "integration_time", "ns"),
        ("I", "current", None),
        ("SMU-1 Voltage (V)", "voltage", "V"),
        ("Measured Current (A)", "current", "A"),
        ("AnodeI", "current", None),
        ("Verzögerung [µs]", "integration_time", "µs"),
        ("colour", "colour", None),
    ],
)
def test_a_heading_is_a_name_and_a_unit(heading: str, name: str, unit: str | None) -> None:
    assert column_of(heading) == (name, unit)


@pytest.mark.parametrize(
    "text",
    [
        "Voltage (V),Delay (us),Device,Cycle\n0.6,5793,1,1\n0.8,153.6,1,1\n",
        "U / V\tSwitching delay / us\n0.6\t5793\n0.8\t153.6\n",
        "voltage [V];integration_time [us]\n0,60;5,793e+03\n0,80;153,6\n",
        "Voltage, V;Delay, us\n0,6;5793\n0,8;153,6\n",
        "Keithley 2450 SourceMeter\nSerial,04412345\n\nVoltage (V),Delay (us)\n0.6,5793\n0.8,153.6\n",
        "SetupTitle, tau\nDataName, Voltage (V), Delay (us)\nDataValue, 0.6, 5793\nDataValue, 0.8, 153.6\n",
        "Voltage,Delay\nV,us\n0.6,5793\n0.8,153.6\n",
        "Index,Voltage [V],Delay [us]\n1,0.6,5793\n2,0.8,153.6\n",
        "KickStart\nInstrument,2636B\n\nIndex,SMU-1 Voltage (V),SMU-1 Delay (us),Range\n1,0.6,5793,2\n2,0.8,153.6,2\n",
        "SetupTitle, tau\nDataName, V1, Delay, I2\nDataValue, 0.6, 5.793e-3, 0\nDataValue, 0.8, 1.536e-4, 0\n",
        "Voltage (V)  Delay (us)\n0.6   5793\n0.8   153.6\n",
        "# Voltage (V) Delay (us)\n6.0e-01 5.793e+03\n8.0e-01 1.536e+02\n",
    ],
    ids=[
        "parentheses",
        "slashes",
        "decimals",
        "commas",
        "preamble",
        "keysight",
        "units below",
        "index",
        "kickstart",
        "easyexpert",
        "blanks",
        "numpy",
    ],
)
def test_each_form_gives_the_same_numbers(tmp_path: Path, text: str) -> None:
    (found,) = read_measurements(write(tmp_path, text)).experiments
    assert found.columns["voltage"] == pytest.approx([0.6, 0.8])
    assert found.columns["integration_time"] == pytest.approx([5793e-6, 153.6e-6])


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "latin-1"])
def test_each_coding_gives_the_same_numbers(tmp_path: Path, coding: str) -> None:
    (tmp_path / "data.csv").write_bytes("Voltage [V];Delay [µs]\n0,60;5793\n0,80;153,6\n".encode(coding))
    (found,) = read_measurements(tmp_path / "data.csv").experiments
    assert found.columns["integration_time"] == pytest.approx([5793e-6, 153.6e-6])


def test_terminals_of_a_4200_are_in_si_units_and_other_channels_are_named(tmp_path: Path) -> None:
    rows = "".join(f"{at * 1e-9},{at / 10},{at}\n" for at in range(1, 6))
    read = read_measurements(write(tmp_path, "AnodeI,AnodeV,CathodeV\n" + rows))
    assert read.experiments[0].columns["current"][4] == pytest.approx(5e-9)
    assert read.notes == ("columns not read: CathodeV",)


@each(
    "text, words",
    [
        ("Model,2450\nIndex,Reading,Unit\n1,2,Amp DC\n", "there is no header line; expected something like"),
        ("voltage [V],D1 [us],D2 [us]\n0.6,1,2\n", "columns 2 to 3: unknown columns 'D1 [us]', 'D2 [us]'"),
        ("voltage [V],delay [us]\n0.6,9.91e37\n", "is what an instrument writes on overflow"),
        ("voltage [V];delay [us]\n0,6;5.793,0\n", "write it without marks between the thousands"),
    ],
)
def test_what_instruments_and_tables_of_people_need_is_said_in_one_line(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(SpecError) as caught:
        read_measurements(write(tmp_path, text))
    (problem,) = caught.value.problems
    assert words in str(problem)


def test_degrees_celsius_and_yes_or_no(tmp_path: Path) -> None:
    (found,) = read_measurements(write(tmp_path, "T (°C),Vth (V)\n20,2\n60,1\n")).experiments
    assert found.columns["temperature"] == pytest.approx([293.15, 333.15])
    (found,) = read_measurements(write(tmp_path, "Cycles,Failed\n1e5,yes\n1e6,no\n1e6,0\n")).experiments
    assert list(found.columns["failed"]) == [1, 0.0, 0.0]


def test_a_numbered_pulse_with_a_conductance_is_no_count(tmp_path: Path) -> None:
    rows = "".join(f"{at},{10 + at}\n" for at in range(1, 6))
    (found,) = read_measurements(write(tmp_path, "Pulse number,G / uS\n" + rows)).experiments
    assert found.layout.name == "pulse_response"


def test_one_message_a_cause(tmp_path: Path) -> None:
    rows = "".join(f"0.{at},x{at}\n" for at in range(1, 9))
    with pytest.raises(SpecError) as caught:
        read_measurements(write(tmp_path, "voltage [V],integration_time [us]\n" + rows))
    (problem,) = caught.value.problems
    assert "integration_time: 'x1' is not a number; 7 more cells of this column as well" in str(problem)


def test_an_unknown_column_shows_what_a_header_looks_like(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"unknown column 'colour'.* a header looks like `voltage \[V\]"):
        read_measurements(write(tmp_path, "voltage [V],colour\n0.6,red\n"))


def test_each_file_is_a_device(tmp_path: Path) -> None:
    head = "voltage [V],integration_time [us]\n"
    files = [
        write(tmp_path, f"{head}0.6,{time}\n0.8,{time / 10}\n", f"{time}.csv") for time in (100, 200, 400)
    ]
    (found,) = read_devices(files).experiments
    assert found.rows == 6
    assert list(found.columns["device"]) == [0, 0, 1, 1, 2, 2]
    assert found.columns["integration_time"][4] == pytest.approx(400e-6)


def test_files_that_name_devices_keep_them_apart(tmp_path: Path) -> None:
    head = "voltage [V],integration_time [us],device\n"
    files = [write(tmp_path, f"{head}0.6,100,1\n0.6,120,2\n", f"{name}.csv") for name in "ab"]
    (found,) = read_devices(files).experiments
    assert len(np.unique(found.columns["device"])) == 4


def test_sheets_are_runs_of_one_device(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs neuroest[lab]")
    book = openpyxl.Workbook()
    book.active.title = "Settings"
    book.active.append(["Instrument", "4200A-SCS"])
    for name in ("Data", "Append1"):
        sheet = book.create_sheet(name)
        for row in (["Voltage (V)", "Delay (us)"], [0.6, 5793], [0.8, 153.6]):
            sheet.append(row)
    book.save(tmp_path / "data.xlsx")
    read = read_measurements(tmp_path / "data.xlsx")
    (found,) = read.experiments
    assert found.rows == 4
    assert len(np.unique(found.columns["cycle"])) == 2
    assert len(np.unique(found.column("device", 0.0))) == 1
    assert "not read: Settings" in read.notes[0]
    assert "sheets Data, Append1 are read as runs of one device" in read.notes[1]


def test_a_workbook_is_read_as_its_first_sheet(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs neuroest[lab]")
    book = openpyxl.Workbook()
    for row in (["Voltage (V)", "Delay (us)"], [0.6, 5793], [0.8, 153.6]):
        book.active.append(row)
    book.save(tmp_path / "data.xlsx")
    (found,) = read_measurements(tmp_path / "data.xlsx").experiments
    assert found.columns["integration_time"] == pytest.approx([5793e-6, 153.6e-6])
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    with pytest.raises(SpecError, match="is not a workbook"):
        read_measurements(tmp_path / "broken.xlsx")


def test_devices_may_have_names(tmp_path: Path) -> None:
    rows = "0.6,100,D1\n0.6,120,B7\n0.8,20,D1\n"
    (found,) = read_measurements(write(tmp_path, "Voltage (V),Delay (us),Device\n" + rows)).experiments
    device = found.columns["device"]
    assert device[0] == device[2] != device[1]
