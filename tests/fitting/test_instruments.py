"""What instruments and programs write is read as it is, or with the one command that the message prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import SpecError
from neuroest.fitting.choice import candidates
from neuroest.fitting.device_fit import measures_a_cell
from neuroest.fitting.headers import LAYOUTS, Experiment, Stated, column_of
from neuroest.fitting.measurements import read_measurements
from tests.each import each

SWEEP = np.concatenate([np.arange(0.0, 1.01, 0.1), np.arange(0.9, -0.01, -0.1)])


def write(folder: Path, text: str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def rows(form: str) -> str:
    """A resistor of 1 kohm, one row a reading."""
    return "".join(form.format(n=n, t=0.1 * n, v=v, i=v * 1e-3, m=v * 1e3) for n, v in enumerate(SWEEP))


def same(found: Experiment) -> None:
    assert found.layout.name == "current_voltage"
    assert found.columns["voltage"] == pytest.approx(SWEEP, abs=1e-12)
    assert found.columns["current"] == pytest.approx(1e-3 * SWEEP, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "Time\tAI\tAV\tRESISTANCE\tI\tNORM_COND\n" + rows("{t}\t{i}\t{v}\t#REF\t9\t1\n"),
        "Item,Smu1.Time[1][1],Smu1.V[1][1],Smu1.I[1][1]\n" + rows("{n},{t},{v},{i}\n"),
        "voltage_V,current_A\n" + rows("{v},{i}\n"),
        "U / mV\t|I| / A\tR (Ohm)\n" + rows("{m}\t{i}\t1000\n"),
        "V_mV,I_A,absI,res_max\n" + rows("{m},{i},{i},1e9\n"),
        "Voltage (V),Current (A),Resistance (ohm)\n" + rows("{v},{i},1000\n"),
        "WE(1).Potential (V);WE(1).Current (A);Potential applied (V);Q+;Current range\n"
        + rows("{v};{i};9;0;1 mA\n"),
        "Voltage [V]  Current [A]  Time [s]\n" + rows("{v}\t{i}\t{t}\n"),
        "time [s],voltage [V],current [A]\n"
        + rows("{t},{v},{i}\n").replace("0.0,0.0,0.0", "-0.1,-6.17e-16,0.0", 1),
    ],
    ids=[
        "4200",
        "b2900",
        "suffixes",
        "amount",
        "more columns",
        "resistance too",
        "potentiostat",
        "blanks",
        "before the trigger",
    ],
)
def test_a_sweep_is_read_as_it_was_written(tmp_path: Path, text: str) -> None:
    (found,) = read_measurements(write(tmp_path, text)).experiments
    same(found)


def test_columns_that_are_not_needed_are_listed(tmp_path: Path) -> None:
    found = read_measurements(
        write(tmp_path, "Item,voltage [V],current [A],,address,R\n" + rows("{n},{v},{i},5,7,9\n"))
    )
    assert found.notes == ("columns not read: column 4 (without a name), Item, address, R",)


def test_flags_of_compliance_are_no_current_and_a_column_for_each_condition_says_how_to_write_it(
    tmp_path: Path,
) -> None:
    text = "Voltage (V),Current (A),Compliance\n" + rows("{v},{i},F\n").replace("F\n", "T\n", 1)
    found = read_measurements(write(tmp_path, text))
    same(found.experiments[0])
    assert "compliance" not in found.experiments[0].columns
    assert found.notes == ("columns not read: Compliance",)
    wide = write(tmp_path, "trial,V=0.5 V,V=0.6 V\n1,8.1,2.2\n2,,2.4\n", "wide data.csv")
    with pytest.raises(SpecError, match=r"`voltage \[V\],integration_time \[us\]`, then `0.5,\.\.\.`"):
        read_measurements(wide)


def test_a_unit_of_a_column_that_is_not_needed_stops_nothing(tmp_path: Path) -> None:
    same(read_measurements(write(tmp_path, "V (V),I (A),N (A)\n" + rows("{v},{i},2\n"))).experiments[0])


def test_a_resistance_and_a_current_at_a_read_voltage_are_conductances(tmp_path: Path) -> None:
    text = "# resistance (ohms),time (s),res min\n1e6,0,1\n2e6,1,1\n4e6,10,1\n"
    found = read_measurements(write(tmp_path, text))
    assert found.experiments[0].columns["conductance"] == pytest.approx([1e-6, 5e-7, 2.5e-7])
    assert "conductance is 1 over the resistance" in found.notes
    file = write(tmp_path, "time [s],current [uA]\n0,-10\n1,-9\n10,-8\n")
    with pytest.raises(SpecError, match=r"needs a conductance.*--read-voltage '0.1 V'"):
        read_measurements(file)
    (read,) = read_measurements(file, Stated(read_voltage="0.1 V")).experiments
    assert read.columns["conductance"] == pytest.approx([1e-4, 9e-5, 8e-5])
    (own,) = read_measurements(
        write(tmp_path, "# read_voltage: 0.2 V\ntime [s],current [uA]\n0,2\n1,2\n9,2\n")
    ).experiments
    assert own.columns["conductance"] == pytest.approx([1e-5] * 3)


@each(
    "text",
    [rows("{v},{i}\n"), rows("{v},{i},{t}\n"), "voltage,current\n" + rows("{v},{i}\n"),
     "voltage,current,colour\n" + rows("{v},{i},red\n")],
)  # fmt: skip
def test_one_message_prints_the_command_that_reads_the_file(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SpecError) as caught:
        read_measurements(file)
    (problem,) = caught.value.problems
    command = re.search(r"neuroest fit .*'", str(problem))
    assert command is not None
    verb, what, path, option, columns = shlex.split(command[0])
    assert (verb, what, path, option) == ("neuroest", "fit", str(file), "--columns")
    same(read_measurements(path, Stated(columns=columns)).experiments[0])


def test_settings_of_a_4200_are_no_readings(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs neuroest[lab]")
    book = openpyxl.Workbook()
    book.active.title = "Data"
    book.active.append(["AV", "AI", "I", "ILRS"])
    for v in SWEEP:
        book.active.append([float(v), float(v) * 1e-3, "#REF!", None])
    settings = book.create_sheet("Settings")
    for row in (["Test Name", "sweep"], ["Name", "N", "I", "V"], ["AV", "1", "0.1", "Compliance"]):
        settings.append(row)
    book.save(tmp_path / "data.xlsx")
    found = read_measurements(tmp_path / "data.xlsx")
    same(found.experiments[0])
    assert found.notes == (
        "sheets without a header of measurements, not read: Settings",
        "columns not read: I, ILRS",
    )


def test_an_old_workbook_is_read_and_arrays_are_refused_with_the_remedy(tmp_path: Path) -> None:
    pytest.importorskip("xlrd", reason="needs neuroest[lab]")
    found = read_measurements(Path(__file__).with_name("old_workbook.xls"))
    (sweep,) = found.experiments
    # up to 1.5 V in steps of 0.1 V and back, 1 uS before it is set and 1 mS after
    assert sweep.columns["voltage"][[0, 14, 28]] == pytest.approx([0.1, 1.5, 0.1])
    assert sweep.columns["current"][[0, 14, 28]] == pytest.approx([1e-7, 1.5e-3, 1e-4])
    assert found.notes == (
        "sheets without a header of measurements, not read: Settings",
        "columns not read: R",
    )
    (tmp_path / "cut.xls").write_bytes(Path(__file__).with_name("old_workbook.xls").read_bytes()[:600])
    with pytest.raises(SpecError, match=r"is not a workbook that can be read .*; save it as \.csv"):
        read_measurements(tmp_path / "cut.xls")
    (tmp_path / "data.mat").write_bytes(b"MATLAB 5.0 MAT-file\0")
    with pytest.raises(SpecError, match=r"binary file of MATLAB; write its columns as \.csv"):
        read_measurements(tmp_path / "data.mat")


def test_runs_next_to_each_other_are_read_one_after_the_other(tmp_path: Path) -> None:
    # as Origin writes them: units and comments below the names, and later columns without a name
    text = "V,I,,,V,I\nV,A,,,V,A\nfirst,,second,,third,\n" + rows("{v},{i},{v},2e-9,{v},3e-9\n")
    found = read_measurements(write(tmp_path, text))
    (sweep,) = found.experiments
    assert sweep.columns["voltage"] == pytest.approx(np.tile(SWEEP, 3), abs=1e-9)
    assert sweep.columns["current"][len(SWEEP) :] == pytest.approx(np.repeat([2e-9, 3e-9], len(SWEEP)))
    assert sweep.columns["cycle"] == pytest.approx(np.repeat([0.0, 1.0, 2.0], len(SWEEP)))
    assert found.notes == ("runs side by side are read one after the other",)
    # a time that all share, and a run that ends before the others
    (traces,) = read_measurements(
        write(tmp_path, "t [s],R [ohm],R [ohm]\n0,1e6,2e6\n1,1e6,4e6\n2,5e5,\n")
    ).experiments
    assert traces.columns["time"] == pytest.approx([0.0, 1.0, 2.0, 0.0, 1.0])
    assert traces.columns["conductance"] == pytest.approx([1e-6, 1e-6, 2e-6, 5e-7, 2.5e-7])
    # as a Keithley 4200 numbers them
    (numbered,) = read_measurements(
        write(tmp_path, "AV(1),AI(1),AV(2),AI(2)\n" + rows("{v},{i},{v},2e-9\n"))
    ).experiments
    assert numbered.columns["cycle"] == pytest.approx(np.repeat([0.0, 1.0], len(SWEEP)))
    # and with the command of the message, of a file whose name has blanks
    (tmp_path / "run 1.csv").write_text("V,I,V,I\n" + rows("{v},{i},{v},2e-9\n"))
    with pytest.raises(SpecError) as caught:
        read_measurements(tmp_path / "run 1.csv")
    words = shlex.split(str(caught.value).partition("read the file with: ")[2])
    (again,) = read_measurements(Path(words[2]), Stated(columns=words[4])).experiments
    assert again.columns["cycle"] == pytest.approx(np.repeat([0.0, 1.0], len(SWEEP)))


def test_an_oscilloscope_counts_from_its_trigger(tmp_path: Path) -> None:
    lines = "".join(f"{1e-6 * (n - 20) or -3.4e-21:g},{0.3 + 0.1 * (n % 5):g}\n" for n in range(60))
    (found,) = read_measurements(write(tmp_path, "x-axis,1\nsecond,Volt\n" + lines)).experiments
    assert found.layout.name == "voltage_trace"
    assert found.columns["time"][-1] == pytest.approx(59e-6)


def test_a_conductance_below_zero_is_noise_and_a_time_before_zero_is_left_out(tmp_path: Path) -> None:
    pulses = "".join(f"{n},{g}\n" for n, g in enumerate((-0.01, 0.02, 1.0, 2.0, 3.0, 4.0)))
    found = read_measurements(write(tmp_path, "pulse,conductance [mS]\n" + pulses))
    assert found.experiments[0].rows == 6
    assert "conductance is not above zero in 1 of 6 rows" in found.notes[0]
    found = read_measurements(write(tmp_path, "time [s],conductance [mS]\n-1,5\n0,4\n1,3\n2,3\n"))
    assert found.experiments[0].rows == 3
    assert "1 rows before time zero are left out" in found.notes


@each(
    "heading, name, unit",
    [
        ("voltage_mV", "voltage", "mV"), ("I_uA", "current", "uA"), ("Smu1.V[1][1]", "voltage", None),
        ("WE(1).Current (A)", "current", "A"), ("control_resistance", "control_resistance", None),
        ("read_V", "read_voltage", None), ("time_s", "time", "s"),
    ],
)  # fmt: skip
def test_units_as_suffixes_and_places_in_names(heading: str, name: str, unit: str | None) -> None:
    assert column_of(heading) == (name, unit)


EASY_EXPERT = """SetupTitle, Mott switch
TestParameter, Channel.IName, Ig, Itop
TestParameter, Channel.VName, Vg, Vtop
TestParameter, Channel.Func, CONST, VAR1
{padding}
Dimension1, 6, 6
DataName, Itop, Vtop, R
{rows}
"""


def test_channels_that_the_user_named_are_what_the_preamble_says(tmp_path: Path) -> None:
    # a preamble of a B1500 has some 250 lines, and every run repeats it
    rows = "\n".join(f"DataValue, {1e-5 * at:g}, {0.2 * at:g}, 2e4" for at in (1, 2, 3, 4, 3, 2))
    run = EASY_EXPERT.format(padding="\n".join(["AnalysisSetup, x, 1"] * 250), rows=rows)
    found = read_measurements(write(tmp_path, run + run))
    (sweep,) = found.experiments
    assert sweep.columns["voltage"][:6] == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.6, 0.4])
    assert sweep.columns["current"][3] == pytest.approx(4e-5)
    assert sweep.columns["cycle"].astype(int).tolist() == [0] * 6 + [1] * 6
    assert found.notes == ("columns not read: R",)


def test_runs_below_titles_of_their_own_are_numbered_and_empty_cells_at_the_end_are_none(
    tmp_path: Path,
) -> None:
    run = "device 7\tcycle\t\nU / V\tI / A\n0.1\t1e-6\t\t\t\n0.2\t2e-6\t\t\t\n0.1\t1e-6\t\t\t\n"
    (sweep,) = read_measurements(write(tmp_path, run + run, "data.qtj")).experiments
    assert sweep.columns["cycle"].astype(int).tolist() == [0, 0, 0, 1, 1, 1]


TRAINS = "(U2;4) tprog: 0.0002\nGprog, 9e-7, 6e-7, 4e-7\nGerase, 1e-9, 2e-9, 4e-9\n"


def test_trains_along_rows_are_read_after_the_message_that_says_how(tmp_path: Path) -> None:
    file = write(tmp_path, TRAINS)
    with pytest.raises(SpecError, match=r"neuroest fit \S+ --columns '-,conductance \[S\],\.\.\.'"):
        read_measurements(file)
    (found,) = read_measurements(file, Stated("-,conductance [S],...")).experiments
    assert found.layout.name == "pulse_response"
    assert found.columns["pulse"].astype(int).tolist() == [0, 1, 2] * 2
    assert found.columns["cycle"].astype(int).tolist() == [0] * 3 + [1] * 3
    assert found.columns["conductance"] == pytest.approx([9e-7, 6e-7, 4e-7, 1e-9, 2e-9, 4e-9])


def test_a_line_in_the_file_states_its_columns_and_a_folder_of_such_files_is_a_cell(tmp_path: Path) -> None:
    sweep = "".join(f"{v:.2f} {v / (1e3 if v > 1.2 or at > 20 else 1e6):.6g} 9.91e37\n" for at, v in enumerate(
        np.concatenate([np.arange(0.1, 2.05, 0.1), np.arange(1.9, 0.05, -0.1)])))  # fmt: skip
    file = write(tmp_path, "# columns: voltage [V],current [A],-\n" + sweep, "cell.txt")
    assert measures_a_cell([file])


def test_repeated_readings_of_a_row_belong_to_its_pulse(tmp_path: Path) -> None:
    text = "# pulse_v,pulse_width,meas_v,i_0,i_1\n4.2,5e-7,-0.1,-1e-9,-2e-9\n4.4,5e-7,-0.1,-3e-9,-4e-9\n"
    file = write(tmp_path, text)
    asked = r"--columns 'voltage \[V\],pulse_width \[s\],read_voltage \[V\],current \[A\],\.\.\.'"
    with pytest.raises(SpecError, match=asked):
        read_measurements(file)
    stated = Stated("voltage [V],pulse_width [s],read_voltage [V],current [A],...")
    found = read_measurements(file, stated)
    assert found.experiments[0].columns["pulse"].astype(int).tolist() == [0, 0, 1, 1]
    assert found.experiments[0].columns["conductance"] == pytest.approx([1e-8, 2e-8, 3e-8, 4e-8])
    assert "each row is a pulse, in their order" in found.notes


def test_states_may_be_currents_next_to_columns_of_another_experiment(tmp_path: Path) -> None:
    # as a program of a Keithley 4200 writes its results: states twice, and a sweep whose columns are empty
    text = (
        "Index\tILRS\tIHRS\tVSET\tILRS\tIHRS\tVRESET\tAI\tAV\n"
        + "1\t2e-4\t2e-6\t1.1\t1e-4\t1e-6\t0.9\t\t\n" * 3
    )
    file = write(tmp_path, text, "data.txt")
    with pytest.raises(SpecError) as caught:
        read_measurements(file)
    said = str(caught.value)
    assert "on_current occurs twice; off_current occurs twice" in said
    columns = "-,on_current [A],off_current [A],set_voltage [V],-,-,reset_voltage [V]"
    assert f"--columns '{columns}' --read-voltage '0.1 V'" in said
    (found,) = read_measurements(file, Stated(columns, "0.2 V")).experiments
    assert found.columns["low_resistance"] == pytest.approx([1e3] * 3)
    assert found.columns["high_resistance"] == pytest.approx([1e5] * 3)


def test_states_of_several_levels_are_no_scatter_of_one() -> None:
    generator = np.random.default_rng(0)
    for levels, why in (([1e-5], False), ([1e-5, 1.1e-5, 1.2e-5, 1e-4], True)):
        states = np.tile(levels, 40) * np.exp(0.1 * generator.standard_normal(40 * len(levels)))
        rows = Experiment(
            LAYOUTS["programmed_states"], {"conductance": states}, tuple(range(len(states))), ""
        )
        found = candidates(rows, "one_transistor_one_resistor")[0].fit
        assert found is not None
        assert bool(found.reservations) == why


def test_a_column_of_states_is_their_spread_and_a_train_without_its_pulses_is_not(tmp_path: Path) -> None:
    states = [50e-6, 44e-6, 55e-6, 41e-6, 47e-6, 52e-6]
    (found,) = read_measurements(
        write(tmp_path, "\n".join(map(str, states))), Stated("conductance [S]")
    ).experiments
    (best, *_) = candidates(found)
    assert best.fit is not None
    assert best.fit.values["conductance_spread"] == pytest.approx(np.std(np.log(states), ddof=1))
    # a typing error is no list of states
    with pytest.raises(SpecError, match="did you mean 'pulse'"):
        read_measurements(write(tmp_path, "pulze,conductance [S]\n" + "1,1e-6\n" * 5))
    rising = "conductance [S]\n" + "\n".join(f"{1e-6 * at:g}" for at in range(1, 30))
    (train,) = read_measurements(write(tmp_path, rising)).experiments
    assert "change along the file" in candidates(train)[0].refused
