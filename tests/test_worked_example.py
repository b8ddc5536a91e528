"""The hand calculation of docs/worked_example.md, run through the same `estimate` that users call."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.each import each

FOLDER = Path(__file__).parent / "data" / "worked_example"
TWO_PERCENT = 0.02


def run(chip: str, workload: str = "mlp", **settings: str) -> Estimate:
    changes = {path.replace("__", "."): value for path, value in settings.items()}
    return estimate(FOLDER / f"chip_{chip}.yaml", FOLDER / f"{workload}.yaml", changes)


def energy(result: Estimate, component: str, *terms: str) -> float:
    return sum(
        row.energy_J
        for row in result.breakdown
        if row.component.rsplit(".", 1)[-1] == component and (not terms or row.term in terms)
    )


def test_counts_of_the_network() -> None:
    # 784*512 + 512*512 + 512*10 MACs; 20 steps at 0.1 spikes a step use each of them twice
    totals = run("fast").totals
    assert totals["multiply_accumulates"] == 20 * 668_672
    assert totals["synaptic_operations"] == pytest.approx(1.337e6, rel=0.001)


def test_tiles_and_utilisation() -> None:
    # ceil(784/128)*ceil(1024/128) + 4*8 + 4*1 = 56 + 32 + 4; 2*668672/(92*128*128)
    totals = run("fast").totals
    assert totals["computing_units"] == 92
    assert totals["utilisation"] == pytest.approx(0.887, abs=0.0005)


def test_cell_area() -> None:
    # 92 arrays of 128*128 cells of 53*(28 nm)^2
    cells = sum(r.area_m2 for r in run("fast").breakdown if r.term == "cells")
    assert cells == pytest.approx(62_600e-12, rel=TWO_PERCENT)


@each(
    "chip, row, cells, neuron, total, per_operation",
    [
        ("demo", 0.47e-9, 2.82e-3, 2.1e-9, 2.82e-3, 2.11e-9),
        ("fast", 0.47e-9, 282e-9, 2.1e-9, 300e-9, 225e-15),
        ("scaled", 0.47e-9, 28.2e-9, 2.07e-12, 44.3e-9, 33.1e-15),
        ("cmos", 0.47e-9, 28.2e-9, 3.3e-12, 44.3e-9, 33.1e-15),
    ],
)
def test_each_cell_of_the_table(
    chip: str, row: float, cells: float, neuron: float, total: float, per_operation: float
) -> None:
    result = run(chip)
    assert energy(result, "cell", "row_line") == pytest.approx(row, rel=TWO_PERCENT)
    assert energy(result, "cell", "read_current") == pytest.approx(cells, rel=TWO_PERCENT)
    assert energy(result, "neuron") == pytest.approx(neuron, rel=TWO_PERCENT)
    assert energy(result, "noc") == pytest.approx(15.6e-9, rel=TWO_PERCENT)
    assert result.totals["energy_per_inference_J"] == pytest.approx(total, rel=TWO_PERCENT)
    assert result.totals["energy_per_synaptic_operation_J"] == pytest.approx(per_operation, rel=TWO_PERCENT)


@pytest.mark.parametrize(("chip", "step"), [("demo", 1e-3), ("fast", 100e-9), ("scaled", 10e-9)])
def test_times_of_the_pipeline(chip: str, step: float) -> None:
    # the table gives 20 steps, which is the interval; the first output comes after 20 + 3 - 1
    totals = run(chip).totals
    assert totals["initiation_interval_s"] == pytest.approx(20 * step, rel=1e-6)
    assert totals["latency_s"] == pytest.approx(22 * step, rel=1e-6)


def test_converters_instead_of_neurons() -> None:
    # used columns only: 20*(7*1024 + 4*1024 + 4*20) = 226 880 conversions, of 0.83 pJ each (6 bit, best case);
    # the hand calculation converted the unused columns too: 92*128*20 = 235 520
    result = run("adc")
    conversions = sum(r.count for r in result.breakdown if r.term == "conversion")
    assert conversions == 226_880
    assert energy(result, "converter") == pytest.approx(226_880 * 0.83e-12, rel=TWO_PERCENT)
    median = run("adc", chip__tile__array__readout__converter__energy_quality="3")
    assert energy(median, "converter") == pytest.approx(3 * 226_880 * 0.83e-12, rel=TWO_PERCENT)


def test_digital_array() -> None:
    # weights: 668 672 bytes at 5.5 pJ = 3.68 uJ; additions of 42 fJ each and products of 84 fJ, of
    # which a quarter rest, since a zero follows a zero: 28.1 + 42.1 = 70.2 nJ;
    # partial sums: 512*7 + 512*4 + 10*4 = 5672 words of 4 bytes, written and read at 2.51 pJ a byte = 113.9 nJ;
    # activations: 784*4 + 512*4 + 512*1 = 5696 bytes read and 1034 written at 5.5 pJ = 37.0 nJ
    one = run("digital", "mlp_dense")
    assert energy(one, "weights") == pytest.approx(3.68e-6, rel=TWO_PERCENT)
    assert energy(one, "unit") == pytest.approx(70.2e-9, rel=TWO_PERCENT)
    assert energy(one, "partial_sums") == pytest.approx(113.9e-9, rel=TWO_PERCENT)
    assert energy(one, "activations") == pytest.approx(37.0e-9, rel=TWO_PERCENT)
    assert one.totals["energy_per_inference_J"] == pytest.approx(3.90e-6, rel=TWO_PERCENT)
    # batch 16 reads the weights once for all: 230 + 70.2 + 113.9 + 37.0
    sixteen = run("digital", "mlp_dense", chip__array__batch="16")
    assert sixteen.totals["energy_per_inference_J"] == pytest.approx(0.451e-6, rel=TWO_PERCENT)


def test_event_priced_core() -> None:
    # 1.337e6 operations of 23.6 pJ and 1034 neurons * 20 steps * 52 pJ
    result = run("events")
    rows = {r.action: 0.0 for r in result.breakdown}
    for r in result.breakdown:
        rows[r.action] += r.energy_J
    assert rows["synaptic_operation"] == pytest.approx(31.6e-6, rel=TWO_PERCENT)
    assert rows["active_update"] + rows["inactive_update"] == pytest.approx(1.1e-6, rel=0.03)
