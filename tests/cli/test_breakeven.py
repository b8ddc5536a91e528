from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Command

AREA = (
    "breakeven",
    "analog_lif_28nm",
    "digital_spiking_28nm",
    "-w",
    "mlp_mnist_spiking",
    "--result",
    "area_m2",
)
ALONG = "chip.tile.array.readout.merge.footprint=0.1 um^2..10 um^2:log"


def test_the_crossing_is_told(command: Command, tmp_path: Path) -> None:
    done = command(*AREA, "--along", ALONG, "-p", str(tmp_path / "b.svg"))
    assert done.code == 0
    assert "break-even at" in done.out
    assert "below it analog_lif_28nm is better" in done.out
    assert max(map(len, done.lines)) <= 80
    assert (tmp_path / "b.svg").exists()


def test_no_crossing_is_told(command: Command) -> None:
    done = command(*AREA, "--along", "technology.process.logic_area_factor=2..10:log")
    assert done.code == 0
    assert "no break-even in this range: digital_spiking_28nm is better throughout" in done.out


def test_curves_as_data(command: Command) -> None:
    assert len(json.loads(command(*AREA, "--along", ALONG, "--format", "json").out)) == 1025


def test_bad_input(command: Command) -> None:
    assert "expected PATH=LO..HI" in command(*AREA, "--along", "rows").err
    assert "not in a list" in command(*AREA, "--along", "technology.temperature=300 K").err
    assert command(*AREA, "--along", "nowhere.at.all=1..2").code == 1
    assert command(*AREA, "--along", ALONG, "--set", "nowhere.at.all=1").code == 1
    assert command(*AREA, "--along", "technology.supply_voltage=-1..1 V").err.startswith(
        "--along: technology."
    )
