"""Power of a die that waits for work: the law, its data, and what a chip draws."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from neuroest.core.errors import NeuroestError
from neuroest.loading.library import find_file
from tests.chips import run

DATA = Path(__file__).parents[2] / "benchmarks" / "crosscheck" / "resting_powers.csv"
PRODUCTS = DATA.with_name("resting_products.csv")
DENSITY = 0.114e-9 / 1e-6 * 700e6
"""Power over area of a die at rest with a clock of 700 MHz. [W/m^2]."""


SERVER = {"device": "overheads_server_die", "resting_clock": "700 MHz", "resting_area": "331 mm^2"}


def server_die(tmp_path: Path, **more: Any) -> Any:
    """The int8 chip as a part of a die that stays on."""
    changes = {f"chip.overheads.{key}": value for key, value in (SERVER | more).items()}
    return run("digital_in_memory_28nm", "mlp_mnist_dense", changes, tmp_path)


def static_power(result: Any) -> float:
    """Static power of what is on the die. [W]."""
    evaluation = result.evaluation
    outside = {(link.path, term) for link in evaluation.chip.links() for term in link.outside_die}
    rows = [row for row in evaluation.statics if (row.component, row.term) not in outside]
    return float(np.ravel(sum(np.asarray(row.total) for row in rows))[0])


def test_energy_of_a_die_at_rest_is_the_mean_of_seven_products_and_predicts_another() -> None:
    rows = list(csv.DictReader(DATA.read_text(encoding="utf-8").splitlines()))
    energies = {
        row["die"]: float(row["resting_W"]) / float(row["area_mm2"]) / float(row["clock_MHz"]) * 1e3
        for row in rows
    }  # nJ/mm^2
    fitted = [energies[row["die"]] for row in rows if row["fitted"] == "yes"]
    device = yaml.safe_load(find_file("device", "overheads_server_die").read_text(encoding="utf-8"))
    stated = device["parameters"]["resting_energy"]
    value, low, high = (
        float(text.split()[0])
        for text in (stated["value"], stated["spread"]["low"], stated["spread"]["high"])
    )
    assert value == pytest.approx(float(np.exp(np.mean(np.log(fitted)))), rel=0.005)
    assert sum(low <= each <= high for each in fitted) == 6  # K80 is below
    assert value / energies["TPU v1"] == pytest.approx(0.94, abs=0.01)


def test_a_cycle_of_a_small_product_at_rest_is_the_mean_of_three_and_predicts_another() -> None:
    energies: dict[str, list[float]] = {}  # pJ at 0.9 V
    fitted = set()
    for row in csv.DictReader(PRODUCTS.read_text(encoding="utf-8").splitlines()):
        if row["supply_V"]:
            power = float(row["resting_mW"]) * float(row["efficiency"]) / float(row["domains"])
            scale = (0.9 / float(row["supply_V"])) ** 2 / float(row["clock_MHz"]) * 1e3
            energies.setdefault(row["product"], []).append(power * scale)
            if row["fitted"] == "yes":
                fitted.add(row["product"])
    device = yaml.safe_load(find_file("device", "soc_rest").read_text(encoding="utf-8"))
    stated = device["parameters"]["cycle_energy"]
    value, low, high = (
        float(text.split()[0])
        for text in (stated["value"], stated["spread"]["low"], stated["spread"]["high"])
    )
    means = {name: float(np.mean(np.log(each))) for name, each in energies.items()}
    assert len(fitted) == 3
    assert value == pytest.approx(float(np.exp(np.mean([means[name] for name in fitted]))), rel=0.005)
    every = [energy for name in fitted for energy in energies[name]]
    assert (low, high) == pytest.approx((min(every), max(every)), rel=0.01)
    assert value / energies["XyloIMU"][0] == pytest.approx(0.63, abs=0.01)


def test_a_die_at_rest_draws_what_its_area_and_clock_say(tmp_path: Path) -> None:
    result = server_die(tmp_path)
    assert static_power(result) == pytest.approx(DENSITY * 331e-6)
    # leakage of the blocks is part of it
    listed = static_power(run("digital_in_memory_28nm", "mlp_mnist_dense", {}, tmp_path))
    (beyond,) = (row.total for row in result.evaluation.statics if row.term == "at_rest")
    assert float(np.ravel(beyond)[0]) == pytest.approx(DENSITY * 331e-6 - listed)


def test_without_a_stated_area_it_is_that_of_the_estimate(tmp_path: Path) -> None:
    result = server_die(tmp_path, resting_area=None)
    assert static_power(result) == pytest.approx(DENSITY * result.totals["area_m2"])


def test_each_die_of_several_draws_it(tmp_path: Path) -> None:
    changes = {f"chip.overheads.{key}": value for key, value in SERVER.items()} | {"chip.count": 2}
    two = run("digital_spiking_28nm", "mlp_mnist_spiking", changes, tmp_path)
    assert static_power(two) == pytest.approx(2 * DENSITY * 331e-6)


@pytest.mark.parametrize(
    "wrong",
    [{"resting_clock": None}, {"device": "overheads_generic"}, {"resting_clock": None, "resting_area": None}],
)
def test_a_clock_at_rest_and_its_energy_belong_together(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="resting_clock"):
        server_die(tmp_path, **wrong)
