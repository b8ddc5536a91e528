"""What reaches a terminal, and what happens where there is none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from neuroest.core.errors import NeuroestError, Problem
from neuroest.core.text_layout import Style, for_terminal
from tests.cli.conftest import CHIP, NETWORK, Command

ESCAPE = "\x1b[31mred\x1b]0;title\x07\r\u202egnp"


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("--help",), ("estimate", "--help"), ("estimate", CHIP, "-w", NETWORK), ("list",)],
    ids=" ".join,
)
@pytest.mark.parametrize("target", [">&-", "> /dev/full"])
def test_closed_and_full_output_is_one_line(arguments: tuple[str, ...], target: str) -> None:
    command = subprocess.run(
        ["sh", "-c", f'"$@" {target}', "sh", sys.executable, "-m", "neuroest", *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert command.returncode == 1
    assert command.stderr.startswith("error: ")
    assert len(command.stderr.splitlines()) == 1


def test_a_file_is_written_without_standard_output(tmp_path: Path) -> None:
    arguments = ["estimate", CHIP, "-w", NETWORK, "-o", str(tmp_path / "out.txt")]
    closed = ["sh", "-c", '"$@" >&- 2>&-', "sh", sys.executable, "-m", "neuroest", *arguments]
    assert subprocess.run(closed, check=False).returncode == 0
    assert "area" in (tmp_path / "out.txt").read_text(encoding="utf-8")


def test_text_of_files_does_not_steer_the_terminal(command: Command, tmp_path: Path) -> None:
    cell = tmp_path / "x.cell"
    cell.write_text(f"-MemCellType: {ESCAPE.replace(chr(13), '')}\n", encoding="utf-8")
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    command("estimate", CHIP, "-w", NETWORK, "--format", "json", "-o", str(one))
    result = json.loads(one.read_text(encoding="utf-8"))
    changes = {
        "architecture": ESCAPE,
        "neuroest_version": ESCAPE,
        "settings": {ESCAPE: "1"},
        "exclusions": [ESCAPE],
        "parameters": {ESCAPE: {"value": 1.0}},
    }
    found = [command("import", str(cell))]
    assert "U+001B" in found[0].err
    for key, value in changes.items():
        other.write_text(json.dumps({**result, key: value}), encoding="utf-8")
        found.append(command("diff", str(one), str(other)))
        assert "terminal control characters" in found[-1].err
    for outcome in found:
        assert outcome.code == 1
        assert all(c.isprintable() or c == "\n" for c in outcome.out + outcome.err)


def test_colour_of_our_own_stays() -> None:
    style = Style(colour=True)
    drawn = f"{style.bold('a')} {style.red('b')} {style.dim('c')}\n\td µm²\xa0…"
    assert for_terminal(drawn) == drawn


def test_messages_are_short_and_printable() -> None:
    for formatted in (
        str(NeuroestError(f"{ESCAPE}{'x' * 70_000}")),
        str(Problem("f", 1, 1, "a", "y" * 70_000)),
    ):
        assert len(formatted) < 1100
        assert formatted.isprintable()
        assert "characters ..." in formatted
