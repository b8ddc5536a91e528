"""Files as laboratories write them: names and units in many forms, what instruments write above, decimal commas."""

from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import SpecError
from neuroest.fitting.headers import column_of
from neuroest.fitting.layouts import read_devices, read_measurements

COLUMNS = ["voltage", "integration_time", "current"]


def write(folder: Path, text: str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("heading", "name", "unit"),
    [
        ("voltage [V]", "voltage", "V"),
        ("Voltage (V)", "voltage", "V"),
        ("U / mV", "voltage", "mV"),
        ("Bias voltage, V", "voltage", "V"),
        ("Delay (us)", "integration_time", "us"),
        ("Integration Time [us]", "integration_time", "us"),
        ("t_delay in ns", "integration_time", "ns"),
        ("I", "current", None),
        ("colour", "colour", None),
    ],
)
def test_a_heading_is_a_name_and_a_unit(heading: str, name: str, unit: str | None) -> None:
    assert column_of(heading, COLUMNS) == (name, unit)


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
    ],
    ids=["parentheses", "slashes", "decimals", "commas", "preamble", "keysight", "units below", "index"],
)
def test_each_form_gives_the_same_numbers(tmp_path: Path, text: str) -> None:
    (found,) = read_measurements(write(tmp_path, text)).experiments
    assert found.columns["voltage"] == pytest.approx([0.6, 0.8])
    assert found.columns["integration_time"] == pytest.approx([5793e-6, 153.6e-6])


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


def test_a_workbook_is_read_as_its_first_sheet(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs neuroest[lab]")
    book = openpyxl.Workbook()
    for row in (["Voltage (V)", "Delay (us)"], [0.6, 5793], [0.8, 153.6]):
        book.active.append(row)
    book.save(tmp_path / "data.xlsx")
    (found,) = read_measurements(tmp_path / "data.xlsx").experiments
    assert found.columns["integration_time"] == pytest.approx([5793e-6, 153.6e-6])
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    with pytest.raises(SpecError, match="is no workbook"):
        read_measurements(tmp_path / "broken.xlsx")


def test_devices_may_have_names(tmp_path: Path) -> None:
    rows = "0.6,100,D1\n0.6,120,B7\n0.8,20,D1\n"
    (found,) = read_measurements(write(tmp_path, "Voltage (V),Delay (us),Device\n" + rows)).experiments
    device = found.columns["device"]
    assert device[0] == device[2] != device[1]
