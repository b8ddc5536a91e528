"""``python -OO`` drops docstrings, and the output stays the same: their texts are a part of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import in_one_process

ROOT = Path(__file__).parents[1]
COMMANDS = (
    "list models", "list", "--help", "sweep --help", "show sar_adc", "schema device", "schema architecture",
    "estimate diffusive_28nm_derived -w mlp_mnist_spiking --full", "explain diffusive_28nm_derived energy",
    "estimate analog_lif_28nm -w mlp_mnist_spiking --set chip.tile.array.columns=1769", "cite loihi_14nm",
    "export verilog-a switch_generic_28nm -o circuit",
)  # fmt: skip


@pytest.mark.nightly
def test_the_output_is_the_same(tmp_path: Path) -> None:
    said, files = [], []
    for option in ("-O", "-OO"):
        folder = tmp_path / option
        folder.mkdir()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
        said.append(in_one_process(COMMANDS, folder, environment, option))
        files.append({file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()})
    for command, kept, dropped in zip(COMMANDS, *said, strict=True):
        assert kept.code == 0, (command, kept.err)
        assert kept.out or kept.err, command
        assert kept == dropped, command
    assert files[0]
    assert files[0] == files[1]


def test_python_itself_drops_them() -> None:
    code = "def f():\n    'a text'\nprint(f.__doc__)"
    done = subprocess.run([sys.executable, "-OO", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"
