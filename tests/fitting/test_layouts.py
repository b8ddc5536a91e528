"""Reading measurements: units, and everything that can be wrong with a file."""

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError, SpecError
from neuroest.fitting.adequacy import contradictions_of
from neuroest.fitting.headers import LAYOUTS, example_folder
from neuroest.fitting.measurements import read_devices, read_measurements
from tests.each import each


def read(tmp_path, text):
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8")
    return read_measurements(path)


def test_units_of_the_header_are_taken(tmp_path) -> None:
    data = read(tmp_path, "# source: me\nvoltage [mV],integration_time [ms]\n800,34.6\n")
    columns = data.experiments[0].columns
    assert columns["voltage"][0] == pytest.approx(0.8)
    assert columns["integration_time"][0] == pytest.approx(34.6e-3)
    assert data.comments["source"] == "me"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_understood(tmp_path, separator) -> None:
    text = "voltage [V],integration_time [ms]\n0.8,34.6\n".replace(",", separator)
    assert read(tmp_path, text).experiments[0].rows == 1


def test_several_experiments_share_a_file(tmp_path) -> None:
    data = read(
        tmp_path,
        "experiment,voltage [V],integration_time [ms],pulse_width [ms],gap [ms],pulses_to_fire\n"
        "integration_time,0.8,34.6,,,\npulse_train,0.9,,1,1,60\n",
    )
    assert [e.layout.name for e in data.experiments] == ["integration_time", "pulse_train"]


@pytest.mark.parametrize("path", sorted(example_folder().glob("*.csv")), ids=lambda p: p.stem)
def test_shipped_measurements_read_and_state_their_source(path) -> None:
    data = read_measurements(path)
    assert data.comments["source"]
    # where the source gives no unit, a scale is assumed and nothing that depends on it is measured
    assert data.comments["basis"] == "derived" if "conversion" in data.comments else data.comments["basis"] in {
        "measured", "simulated",
    }  # fmt: skip
    for experiment in data.experiments:
        assert not contradictions_of(experiment)


@each(
    "text, words",
    [
        ("", "no header line"),
        ("# only a comment\n", "no header line"),
        ("voltage [V],integration_time [ms]\n", "no data"),
        ("voltage,integration_time [ms]\n0.8,3\n", "column voltage has no unit; write it as `voltage [V]`"),
        ("voltage [A],integration_time [ms]\n0.8,3\n", "expected a voltage"),
        ("voltage [furlong],integration_time [ms]\n0.8,3\n", "unknown unit"),
        ("voltag [V],integration_time [ms]\n0.8,3\n", "did you mean 'voltage'"),
        ("voltage [V],voltage [V],integration_time [ms]\n1,1,3\n", "occurs twice"),
        ("voltage [V]\n0.8\n", "lacks integration_time"),
        (
            "voltage [V],integration_time [ms]\n0.8,nan\n",
            "data.csv:2:1: integration_time: 'nan' is not a finite number",
        ),
        ("voltage [V],integration_time [ms]\n0.8,inf\n", "not a finite number"),
        ("voltage [V],integration_time [ms]\n0.8,soon\n", "'soon' is not a number"),
        ("voltage [V],integration_time [ms]\n0.8,-3\n", "is negative"),
        ("voltage [V],integration_time [ms]\n0.8,0\n", "must be above zero"),
        ("voltage [V],integration_time [ms]\n0.8,\n", "needs a value for integration_time"),
        ("voltage [V],integration_time [ms]\n0.8,3,4\n", "has 3 cells, the header 2"),
        ("voltage [V],pulse_width [ms],probability [%]\n0.8,15,120\n0.9,15,50\n", "above 100 %"),
        ("voltage [V],pulse_width [ms],probability [%]\n0.8,15,12\n", "at least 2 are needed"),
        ("experiment,voltage [V],integration_time [ms]\nwobble,0.8,3\n", "unknown experiment 'wobble'"),
        (
            "time [s],voltage [V],current [A]\n0,0,0\n1,0.1,1e-12\n0.5,0.2,1e-12\n2,.3,1e-12\n3,.4,1e-12\n",
            "data.csv:4:1: time does not increase",
        ),
        ("time [s],voltage [V],current [A]\n0,0,0\n1,0.1,1e-12\n", "at least 5 are needed"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, text, words) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)


def test_all_problems_come_at_once(tmp_path) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, "voltage [V],integration_time [ms]\nx,1\n0.8,-1\n")
    assert len(caught.value.problems) == 2


def test_a_cause_is_reported_once_however_many_rows_have_it(tmp_path) -> None:
    with pytest.raises(SpecError) as error:
        read(tmp_path, "voltage [V],integration_time [ms]\n" + "0.8,\n" * 5 + "0.9,1,2\n" * 3)
    first, second = str(error.value).splitlines()
    assert first.endswith(
        "data.csv:2:1: integration_time needs a value for integration_time; delete the row if it was not read; "
        "4 more rows as well"
    )
    assert second.endswith("data.csv:7:1: has 3 cells, the header 2; 2 more rows as well")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("-0.8,1", "voltage: '-0.8' is negative; give the amplitude"), ("0,1", "voltage: '0' must be above zero"),
        ("1e9,1", "voltage: '1e9' is not a plausible measurement; between 1e-09 and 1e+06 V is allowed"),
    ],
)  # fmt: skip
def test_a_drive_is_an_amplitude_that_somebody_can_apply(tmp_path, row, words) -> None:
    with pytest.raises(SpecError) as error:
        read(tmp_path, f"voltage [V],integration_time [ms]\n{row}\n")
    assert words in str(error.value)


def test_a_file_counts_as_one_device_once(tmp_path) -> None:
    path, link = tmp_path / "data.csv", tmp_path / "other.csv"
    path.write_text("voltage [V],integration_time [ms]\n0.8,34.6\n", encoding="utf-8")
    link.symlink_to(path)
    with pytest.raises(NeuroestError, match="is given twice"):
        read_devices([path, link])


def test_contradictions_are_found(tmp_path) -> None:
    data = read(tmp_path, "voltage [V],integration_time [ms]\n0.8,3\n0.8,300\n")
    assert "differ by a factor 100" in contradictions_of(data.experiments[0])[0]
    data = read(tmp_path, "voltage [V],integration_time [ms]\n0.6,3\n0.8,30\n1,300\n")
    assert "rises with voltage" in contradictions_of(data.experiments[0])[0]


def test_every_layout_measures_one_of_its_columns() -> None:
    for layout in LAYOUTS.values():
        assert layout.result in layout.columns
        assert not np.any([name in layout.columns for name in layout.optional])
