from __future__ import annotations

from pathlib import Path

from tests.authoring.test_cell_file import CELL
from tests.authoring.test_table import HEADER, OTHER, ROW
from tests.cli.conftest import Command
from tests.each import each


@each("kind", ["neuron", "synapse", "memory", "architecture", "workload"])
def test_a_template_is_written_and_passes_the_check(command: Command, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ours.yaml"
    made = command("new", kind, "-o", str(path))
    assert made.code == 0
    assert made.out == ""
    assert "neuroest check" in made.err
    assert "name: ours\n" in path.read_text(encoding="utf-8")
    assert command("check", str(path)).code == 0


def test_without_a_file_the_template_is_printed(command: Command) -> None:
    made = command("new", "synapse", "--model", "passive")
    assert made.code == 0
    assert "name: my_synapse\n" in made.out
    assert made.err == ""


def test_bad_wishes_are_one_line(command: Command, tmp_path: Path) -> None:
    standing = tmp_path / "ours.yaml"
    standing.write_text("mine\n", encoding="utf-8")
    for arguments, reported in (
        (("neuron", "-o", str(standing)), "exists"),
        (("neuron", "-o", str(tmp_path / "My Neuron.yaml")), "small letters"),
        (("neuron", "-o", str(tmp_path / "none" / "ours.yaml")), "does not exist"),
        (("neuron", "--model", "passive"), "unknown model of a neuron"),
        (("neuron", "--like", "nothing"), "unknown device"),
        (("neuron", "--neuron", "diffusive_bench"), "does not go with neuron"),
        (("workload", "--model", "passive"), "does not go with workload"),
        (("architecture", "--like", "gpu_h100", "--neuron", "diffusive_bench"), "has no neuron to replace"),
        (
            ("architecture", "--like", "analog_lif_28nm", "--adc", "sar_macro"),
            "no array of it is read by conv",
        ),
        (("architecture", "--adc", "sar_macro"), "--adc needs --like"),
        (("architecture", "--like", "analog_lif_28nm", "--neuron", "switch_vo2_heated"), "never fires"),
        (("architecture", "--like", "adc_crossbar_28nm", "--cell", "charge_sram_28nm"), "cim_sram_28nm"),
        (
            ("architecture", "--like", "adc_crossbar_28nm", "--adc", "sample_hold_28nm"),
            "is a sample_and_hold_",
        ),
        (("architecture", "--neuron", "rram_hfox_28nm"), "not a neuron"),
    ):
        refused = command("new", *arguments)
        assert refused.code == 1, arguments
        assert reported in refused.err
        assert len(refused.err.splitlines()) == 1
    assert standing.read_text(encoding="utf-8") == "mine\n"
    assert command("new", "chair").code == 2


def test_a_cell_file_becomes_a_synapse_that_can_be_estimated(command: Command, tmp_path: Path) -> None:
    cell, spec = tmp_path / "RRAM.cell", tmp_path / "cell.yaml"
    cell.write_text(CELL, encoding="utf-8")
    made = command("import", str(cell), "-o", str(spec))
    assert made.code == 0
    assert "not in the file, taken from rram_hfox_28nm: verify_time" in made.err
    assert "in the file and not used: CellAspectRatio, ReadMode" in made.err
    assert command("check", str(spec)).code == 0
    setting = f"chip.tile.array.cell.device={spec}"
    assert (
        command("estimate", "diffusive_28nm_derived", "-w", "mlp_mnist_spiking", "--set", setting).code == 0
    )
    assert "exists" in command("import", str(cell), "-o", str(spec)).err
    assert "name: rram\n" in command("import", str(cell)).out


def test_a_table_becomes_a_folder_of_devices_or_nothing(command: Command, tmp_path: Path) -> None:
    table, folder = tmp_path / "devices.csv", tmp_path / "out"
    table.write_text(HEADER + ROW + OTHER.replace(",4\n", ",\n"), encoding="utf-8")
    refused = command("import", str(table), "-o", str(folder))
    assert refused.code == 1
    assert "lacks footprint" in refused.err
    assert not folder.exists()
    made = command("import", str(table), "-o", str(folder), "--from", "lif_28nm_besrour")
    assert made.code == 0
    assert made.lines == [str(folder / "alpha_1.yaml"), str(folder / "beta.yaml")]
    assert "taken from lif_28nm_besrour: footprint" in made.err
    assert command("check", *made.lines).code == 0
    again = command("import", str(table), "-o", str(folder), "--from", "lif_28nm_besrour")
    assert "alpha_1.yaml and 1 more exists" in again.err
    for arguments, reported in (
        ((str(table),), "name a folder"),
        ((str(table), "-o", str(table)), "is not a folder"),
        ((str(table), "-o", str(folder), "--process", "cmos_65nm"), "a column `process`"),
        ((str(tmp_path / "none.csv"), "-o", str(folder)), "no such file"),
        ((str(tmp_path / "none.cell"),), "no such file"),
        (("none.onnx", "--process", "cmos_65nm"), "go with cell files and tables of devices only"),
    ):
        told_off = command("import", *arguments)
        assert told_off.code == 1
        assert reported in told_off.err
        assert len(told_off.err.splitlines()) == 1
