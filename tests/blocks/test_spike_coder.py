"""Spikes made on the chip and counted at its output, against hand calculations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from neuroest.blocks.digital.units import SpikeCoder
from neuroest.core.errors import RangeError
from tests.chips import area, count, energy, run

CMOS, SPIKING, DENSE = "analog_lif_28nm", "mlp_mnist_spiking", "mlp_mnist_dense"


def coder(**changes: Any) -> dict[str, Any]:
    return {
        "model": "spike_coder", "device": "logic_45nm_horowitz", "input_bits": "8 bit", "output": "class",
        "counters": 10, "lanes": 16, "clock_frequency": "200 MHz", **changes,
    }  # fmt: skip


def test_numbers_enter_once_and_a_class_leaves(tmp_path: Path) -> None:
    result = run(CMOS, SPIKING, {"chip.coder": coder()}, tmp_path)
    # 784 numbers of 8 bits, and the number of one of ten outputs in 4 bits
    assert count(result, "link", "bit") == pytest.approx(784 * 8 + 4)
    # each input is compared with a random number in each of 20 steps
    assert count(result, "coder", "encode") == 20 * 784
    assert count(result, "coder", "decide") == 10
    plain = run(CMOS, SPIKING, {}, tmp_path)
    assert any("no spike_coder" in line for line in plain.exclusions)
    assert not any("no spike_coder" in line for line in result.exclusions)


def test_a_comparison_and_a_random_number_by_hand(tmp_path: Path) -> None:
    result = run(CMOS, SPIKING, {"chip.coder": coder()}, tmp_path)
    block: Any = result.evaluation.chip.find(SpikeCoder)[0][1]
    # 8 bits of a comparison of 0.9 fJ and of a register of 9 fJ in 45 nm at 0.9 V, moved to the chip
    assert energy(result, component="coder", action="encode") == pytest.approx(
        20 * 784 * block.scaled(8 * 9.9e-15), rel=0.01
    )
    # counts of up to 20 spikes take 5 bits
    d = block.device
    lane = 8 * (d.comparator_area + d.register_area) + 5 * d.adder_area
    gates = 16 * lane + 10 * 5 * d.register_area
    scale = block.area(result.evaluation.mapper.network) / block.datapath_area(
        result.evaluation.mapper.network
    )
    assert area(result, "coder") == pytest.approx(gates * scale)


def test_counts_leave_with_all_their_bits(tmp_path: Path) -> None:
    result = run(CMOS, SPIKING, {"chip.coder": coder(output="counts")}, tmp_path)
    assert count(result, "link", "bit") == pytest.approx(784 * 8 + 10 * 5)
    assert count(result, "coder", "decide") == 0


def test_events_of_a_sensor_enter_as_they_are(tmp_path: Path) -> None:
    result = run(CMOS, SPIKING, {"chip.coder": coder(input="events")}, tmp_path)
    plain = run(CMOS, SPIKING, {}, tmp_path)
    assert count(result, "coder", "encode") == 0
    assert count(result, "link", "bit") < count(plain, "link", "bit")


def test_more_outputs_than_counters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="more outputs than the spike_coder"):
        run(CMOS, SPIKING, {"chip.coder": coder(counters=9)}, tmp_path)


def test_it_rests_in_dense_networks(tmp_path: Path) -> None:
    result = run("adc_crossbar_28nm", DENSE, {"chip.coder": coder()}, tmp_path)
    assert energy(result, component="coder") == 0
    assert area(result, "coder") > 0


def test_a_slow_one_holds_up_the_network(tmp_path: Path) -> None:
    result = run(CMOS, SPIKING, {"chip.coder": coder(lanes=1, clock_frequency="1 MHz")}, tmp_path)
    # 784 comparisons a step, and a few spikes to count
    assert result.totals["initiation_interval_s"] == pytest.approx(20 * 784e-6, rel=0.01)
