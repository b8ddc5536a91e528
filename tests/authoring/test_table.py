from __future__ import annotations

from pathlib import Path

import pytest

from neuroest.authoring.tables import import_table
from neuroest.core.errors import NeuroestError, SpecError
from tests.each import each

HEADER = (
    "name,model,basis,source,spike_energy [pJ],spike_energy factor,input_hold_time [ns],"
    "maximum_spike_rate,static_power [nW],footprint [um^2]\n"
)
ROW = 'Alpha 1,reported_neuron,measured,"Doe 2024, Table 2",2,1.3,10,1 MHz,0,10\n'
OTHER = "beta,reported_neuron,,,3,,20,2 MHz,1,4\n"


def table(folder: Path, text: str) -> Path:
    path = folder / "devices.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_becomes_a_device_with_its_units_source_and_spread(tmp_path: Path) -> None:
    first, second = import_table(table(tmp_path, "# data sheets\n" + HEADER + ROW + OTHER))
    claim = first.device.claims["spike_energy"]
    assert first.name == "alpha_1"
    assert claim.value == pytest.approx(2e-12)
    assert claim.high == pytest.approx(2.6e-12)
    assert claim.basis == "measured"
    assert first.device.spec.sources["data_sheet"].title == "Doe 2024, Table 2"
    assert first.device.claims["maximum_spike_rate"].value == pytest.approx(1e6)
    assert second.device.claims["footprint"].value == pytest.approx(4e-12)
    assert second.device.claims["footprint"].basis == "assumed"  # the row does not say how it is known


def test_semicolons_and_keys_of_the_shared_bibliography_are_understood(tmp_path: Path) -> None:
    text = (HEADER + "gamma,reported_neuron,measured,zhao2025,3,,20,2 MHz,1,4\n").replace(",", ";")
    (device,) = import_table(table(tmp_path, text))
    assert device.device.claims["footprint"].source == "zhao2025"
    assert device.device.spec.sources == {}


def test_devices_of_several_models_share_a_table(tmp_path: Path) -> None:
    head = "name,model,footprint [um^2],high_conductance [uS],low_conductance [uS]\n"
    rows = "a,reported_neuron,4,,\n"
    (made,) = import_table(table(tmp_path, head + rows), "lif_28nm_besrour")
    assert set(made.missing) == {"spike_energy", "maximum_spike_rate", "static_power"}
    cell = "b,one_transistor_one_resistor,,40,1\n"
    (made,) = import_table(table(tmp_path, head + cell), "rram_hfox_28nm")
    assert made.device.claims["high_conductance"].value == pytest.approx(40e-6)
    with pytest.raises(SpecError, match="is a reported_neuron, not a one_transistor"):
        import_table(table(tmp_path, head + rows + cell), "lif_28nm_besrour")


@each(
    "text, reported",
    [
        ("", "has no header line; expected something like `name, model, "),
        (HEADER, "needs a header line and a row"),
        (HEADER.replace("name,", "") + ROW, "lacks a column `name`"),
        (HEADER.replace("footprint", "fotprint") + ROW, "did you mean 'footprint'?"),
        (HEADER.replace("[um^2]", "[moons]") + ROW, "moons"),
        (HEADER.replace("[um^2]", "[V]") + ROW, "footprint: "),
        (HEADER.replace("[um^2]", "") + ROW, "give the column its unit, `footprint [m^2]`"),
        (HEADER.replace("static_power [nW]", "footprint [mm^2]") + ROW, "occurs twice"),
        (HEADER + ROW.replace(",10\n", ",big\n"), "'big' is not a number"),
        (HEADER + ROW.replace(",10\n", ",nan\n"), "devices.csv:2:1: footprint"),
        (HEADER + ROW.replace(",10\n", ",-10\n"), "is below the minimum 0"),
        (HEADER + ROW.replace(",10\n", ",\n"), "lacks footprint; add columns"),
        (HEADER + ROW.replace(",10\n", ",10,11\n"), "11 cells under 10 columns"),
        (HEADER + ROW.replace("1.3", "x"), "factor 'x' is not a number"),
        (HEADER + ROW.replace("1.3", "0.5"), "devices.csv:2: parameters.spike_energy"),
        (HEADER + ROW.replace('"Doe 2024, Table 2"', ""), "what is measured needs one"),
        (HEADER + ROW.replace("measured", "guessed"), "unknown basis 'guessed'"),
        (HEADER + ROW.replace("reported_neuron", "neuron"), "unknown device model 'neuron'"),
        (HEADER + ROW.replace("reported_neuron", "passive"), "passive has no such parameter"),
        (HEADER + ROW + ROW, "alpha_1 is the name of line 2 already"),
        (HEADER + ROW.replace("Alpha 1", ""), "name: is missing"),
    ],
)
def test_bad_tables_are_refused_with_file_and_line(tmp_path: Path, text: str, reported: str) -> None:
    with pytest.raises(SpecError) as refused:
        import_table(table(tmp_path, text))
    assert reported in str(refused.value)
    assert "devices.csv" in str(refused.value)


def test_problems_of_all_rows_come_at_once(tmp_path: Path) -> None:
    bad = ROW.replace(",10\n", ",big\n") + OTHER.replace(",4\n", ",-4\n")
    with pytest.raises(SpecError) as refused:
        import_table(table(tmp_path, HEADER + bad))
    assert len(refused.value.problems) == 2


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(NeuroestError, match="this is UTF-16 text; save it as UTF-8"):
        import_table(path)
