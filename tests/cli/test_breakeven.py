from __future__ import annotations

import json
from pathlib import Path

import pytest

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


def test_the_crossing_is_reported(command: Command, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    # the array of int8 units is the larger chip until the mirrors of every column take more than some 40 um^2
    wide = "chip.tile.array.readout.merge.footprint=0.1 um^2..1000 um^2:log"
    chips = ("breakeven", "analog_lif_28nm", "digital_int8_28nm", *AREA[3:])
    done = command(*chips, "--along", wide, "-p", str(tmp_path / "b.svg"))
    assert done.code == 0
    assert "break-even at" in done.out
    assert "below it analog_lif_28nm is better" in done.out.replace("\n  ", " ")
    assert max(map(len, done.lines)) <= 80
    assert (tmp_path / "b.svg").exists()


def test_no_crossing_is_reported(command: Command) -> None:
    done = command(*AREA, "--along", "technology.process.logic_area_factor=2..10:log")
    assert done.code == 0
    assert "no break-even in this range: digital_spiking_28nm is better throughout" in done.out


def test_curves_as_data(command: Command) -> None:
    wide = "chip.tile.array.readout.merge.footprint=0.01 um^2..10000 um^2:log"
    found = json.loads(
        command(
            "breakeven",
            "analog_lif_28nm",
            "digital_int8_28nm",
            *AREA[3:],
            "--along",
            wide,
            "--format",
            "json",
        ).out
    )
    area = found["results"]["area_m2"]
    assert len(found["values"]) == len(area["curves"]["analog_lif_28nm"]["nominal"]) == 65
    (crossing,) = area["break_even_points"]
    assert crossing["band"]["low"] < crossing["band"]["high"]
    assert found["varied"] == ["analog_lif_28nm"]


def test_the_parameter_of_one_chip_alone_may_move(command: Command) -> None:
    both = ("breakeven", "diffusive_28nm_derived", "analog_lif_28nm", "-w", "mlp_mnist_spiking", "--along")
    along = "chip.tile.buffer.capacity=4 KiB..64 KiB:log"
    assert "varied in diffusive_28nm_derived and analog_lif_28nm" in command(*both, along).out.replace(
        "\n  ", " "
    )
    alone = command(*both, along, "--vary", "first")
    assert "varied in diffusive_28nm_derived\n" in alone.out
    wrong = command(*both, along, "--vary", "none")
    assert "allowed: both, first, second" in wrong.err


def test_bad_input(command: Command) -> None:
    assert "expected PATH=LO..HI" in command(*AREA, "--along", "rows").err
    assert "not in a list" in command(*AREA, "--along", "technology.temperature=300 K").err
    assert command(*AREA, "--along", "nowhere.at.all=1..2").code == 1
    assert command(*AREA, "--along", ALONG, "--set", "nowhere.at.all=1").code == 1
    assert command(*AREA, "--along", "technology.supply_voltage=-1..1 V").err.startswith(
        "--along: technology."
    )


def test_several_results_of_spiking_and_dense_with_the_published_comparison(command: Command) -> None:
    arguments = (
        "breakeven", "digital_spiking_28nm", "digital_int8_28nm", "-w", "mlp_mnist_spiking", "--other-workload",
        "mlp_mnist_dense", "--along", "uniform-spike-rate", "--result", "operation_energy_J", "--result", "energy",
        "--matched-bits",
    )  # fmt: skip
    done = command(*arguments)
    assert done.code == 0
    assert done.out.count("break-even with digital_int8_28nm at 5 bits at") == 2
    assert "by the energies of yan2026_22nm: 0.0231" in done.out
    rows = command(*arguments, "--format", "csv").out.splitlines()
    assert len(rows) == 2 * 97 + 1
    assert {row.partition(",")[0] for row in rows[1:]} == {"operation_energy_J", "energy_per_inference_J"}
