from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CHIP, FIXTURES, NETWORK, Command

GOOD = sorted(str(path) for path in FIXTURES.glob("*.yaml"))


def test_good_files_are_reported_to_be_ok(command: Command) -> None:
    checked = command("check", *GOOD)
    # one of them has no memory for numbers, and is for spikes
    (limit,) = checked.err.splitlines()
    assert "chip_adc.yaml: dense networks are refused: nothing on the chip stores activations" in limit
    assert checked.code == 0
    assert checked.lines == [f"{file}: ok" for file in GOOD]


def test_all_problems_of_all_files_are_reported(command: Command, tmp_path: Path) -> None:
    broken = tmp_path / "chip_fast.yaml"
    text = (
        Path(CHIP)
        .read_text()
        .replace("rows: 128", "rows: many")
        .replace("weight_encoding:", "weigth_encoding:")
    )
    broken.write_text(text)
    empty = tmp_path / "empty.yaml"
    empty.write_text("")
    checked = command(
        "check", str(broken), NETWORK, str(empty), str(tmp_path / "missing.yaml"), str(tmp_path)
    )
    assert checked.code == 1
    assert checked.out == f"{NETWORK}: ok\n"
    found = checked.err.splitlines()
    assert any(line.startswith(f"{broken}:") and "rows" in line for line in found)
    assert any("weigth_encoding" in line and "weight_encoding" in line for line in found)
    for file in (empty, tmp_path / "missing.yaml", tmp_path):
        assert any(line.startswith(str(file)) for line in found)
    assert "Traceback" not in checked.err


def test_without_a_file_it_is_wrong_usage(command: Command) -> None:
    assert command("check").code == 2
