"""Networks that are larger than the chip: refused, on several chips, or part by part."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from neuroest.core.errors import MappingError
from tests.chips import count, energy, known, run

ARRAY = "chip.tile.array."
DENSE, ADC, NEURON = "mlp_mnist_dense", "adc_crossbar_28nm", "diffusive_28nm_derived"
LINK = {"model": "off_chip_link", "device": "lpddr4", "carries": ["weights"]}
SMALL = {"chip.tile.count": 4, f"{ARRAY}oversize": "time_multiplex", "chip.dram": LINK}


def test_a_chip_of_fixed_size_refuses_what_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="the chip has 32"):
        run(ADC, DENSE, {"chip.tile.count": 4}, tmp_path)


def test_written_part_by_part_every_inference_pays_for_all_cells(tmp_path: Path) -> None:
    whole, parts = run(ADC, DENSE, {}, tmp_path), run(ADC, DENSE, SMALL, tmp_path)
    assert parts.evaluation.mapped.passes == math.ceil(whole.totals["computing_units"] / 32)
    assert energy(parts, action="program") == pytest.approx(whole.totals["programming_energy_J"])
    # the weights come in over the link: 668 672 of 8 bits
    assert count(parts, "dram", "bit") == pytest.approx(668_672 * 8)
    writing = whole.totals["computing_units"] * known(whole, "time to program an array")
    assert parts.totals["latency_s"] == pytest.approx(writing + whole.totals["latency_s"], rel=0.05)
    assert parts.totals["area_m2"] < whole.totals["area_m2"]


@pytest.mark.parametrize("tiles", [1, 4])
def test_adders_have_the_same_work_in_however_many_parts(tiles: int, tmp_path: Path) -> None:
    """Adders at 1 kHz hold everything up: 64 a cycle and tile for all sums of an inference."""
    slow = {"chip.tile.count": tiles, "chip.tile.accumulator.clock_frequency": "1 kHz"}
    parts = run(ADC, DENSE, SMALL | slow, tmp_path)
    worked = parts.totals["latency_s"] - float(parts.evaluation.timing.writing.item())
    # the last layer has room on one tile, whose adders serve it alone
    assert worked == pytest.approx(count(parts, "accumulator", "addition") / (64 * 1e3 * tiles), rel=0.03)


def test_inferences_that_share_a_part_share_its_writing(tmp_path: Path) -> None:
    one = run(ADC, DENSE, SMALL, tmp_path)
    many = run(ADC, DENSE, SMALL | {f"{ARRAY}inferences_per_pass": 100}, tmp_path)
    assert energy(many, action="program") == pytest.approx(energy(one, action="program") / 100)
    assert count(many, "dram", "bit") == pytest.approx(count(one, "dram", "bit") / 100)
    assert many.totals["initiation_interval_s"] < one.totals["initiation_interval_s"]
    assert many.totals["latency_s"] > one.totals["latency_s"]


def test_cells_wear_out_when_they_are_written_in_operation(tmp_path: Path) -> None:
    parts = run(ADC, DENSE, SMALL, tmp_path)
    # 1e6 writes, nine pulses each time, once a pass
    writes = 9 * parts.evaluation.mapped.passes / parts.totals["initiation_interval_s"]
    assert parts.totals["cell_lifetime_s"] == pytest.approx(1e6 / float(writes.item()))
    # a chip that holds the network writes its cells only because they fade
    kept = run(ADC, DENSE, {}, tmp_path).totals
    assert kept["cell_lifetime_s"] == pytest.approx(kept["refresh_interval_s"] * 1e6 / 9)


def test_a_chip_that_is_large_enough_is_written_once(tmp_path: Path) -> None:
    fits = run(ADC, DENSE, {f"{ARRAY}oversize": "time_multiplex"}, tmp_path)
    plain = run(ADC, DENSE, {}, tmp_path)
    assert fits.totals["energy_per_inference_J"] == plain.totals["energy_per_inference_J"]
    assert fits.totals["latency_s"] == plain.totals["latency_s"]


def test_neurons_that_hold_their_state_cannot_take_another_part(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="state of one output"):
        run(NEURON, "mlp_mnist_spiking", {f"{ARRAY}oversize": "time_multiplex"}, tmp_path)
