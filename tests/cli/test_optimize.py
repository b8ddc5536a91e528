from __future__ import annotations

import io

import pandas as pd

from neuroest.core.units import format_quantity
from neuroest.pipeline.estimate import estimate
from tests.cli.conftest import Command

CHIP, NETWORK = "analog_lif_28nm", "mlp_mnist_spiking"
QUIET = "keyword_spotting_spiking"  # loads no link of small arrays by more than half

SPACE = ("--set", "chip.tile.array.rows=32,64,128", "--set", "chip.tile.array.columns=32,64,128")


def test_the_smallest_chip_of_nine(command: Command) -> None:
    done = command(
        "optimize",
        CHIP,
        "-w",
        NETWORK,
        *SPACE,
        "--minimize",
        "area_m2",
        "--population",
        "12",
        "--generations",
        "6",
    )
    swept = command("sweep", CHIP, "-w", NETWORK, *SPACE, "--keep", "area_m2")
    frame = pd.read_csv(io.StringIO(swept.out))
    best = pd.read_csv(io.StringIO(done.out))["area_m2"]
    assert best.tolist() == [frame[frame["feasible"]]["area_m2"].min()]


def test_the_best_design_has_its_band_and_a_reason(command: Command) -> None:
    asked = ("optimize", CHIP, "-w", NETWORK, "--set", "supply=0.7V,0.8V,0.9V", "--minimize", "energy")
    done = " ".join(command(*asked, "--population", "6", "--generations", "2").err.split())
    by = estimate(CHIP, NETWORK, {"supply": "0.7 V"}), estimate(CHIP, NETWORK, {"supply": "0.8 V"})
    band = by[0].bands.totals["energy_per_inference_J"]
    ends = [format_quantity(value, "J") for value in (band.median, band.low, band.high)]
    assert f"energy per inference: median {ends[0]}, p10 .. p90 {ends[1]} .. {ends[2]}, nominal" in done
    first, second = (one.totals["energy_per_inference_J"] or 0.0 for one in by)
    more = 100.0 * (second / first - 1.0)
    assert (
        f"technology.supply_voltage 700 mV, because 800 mV costs {more:.3g} % more energy per inference"
        in done
    )


def test_bad_input(command: Command) -> None:
    assert "nothing to optimize" in command("optimize", CHIP, "-w", NETWORK, *SPACE).err
    none = command(
        "optimize", CHIP, "-w", QUIET, *SPACE, "--minimize", "area_m2", "--where", "area_m2 <= 1 um^2"
    )
    assert "is feasible; most fail constraint area_m2 <= 1 um^2" in none.err
    assert "has no axis" in command("optimize", CHIP, "--minimize", "area_m2").err
    twice = command("optimize", CHIP, "-w", NETWORK, *SPACE, "--minimize", "area_m2", "--maximize", "area_m2")
    assert twice.err == "error: each objective is named once, to minimize or to maximize\n"
    one = ("optimize", CHIP, "-w", NETWORK, *SPACE, "--minimize", "area_m2")
    for words in (("--population", "1000000000000"), ("--generations", "0")):
        assert "allowed: 1 to 10" in command(*one, *words).err
