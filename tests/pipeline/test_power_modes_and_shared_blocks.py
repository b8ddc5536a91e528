"""What layers share in time, what a chip loses when it is switched off, and circuits in front of converters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from neuroest.loading.library import find_file
from neuroest.pipeline.estimate import estimate
from tests.chips import area, changed, count, energy, failed, known, run

SPIKING, DENSE = "mlp_mnist_spiking", "mlp_mnist_dense"
ADC, INT8, CORES = "adc_crossbar_28nm", "digital_int8_28nm", "digital_spiking_28nm"
WEIGHTS = 784 * 512 + 512 * 512 + 512 * 10  # of the perceptron


def times(result: Any, path: str) -> np.ndarray[Any, Any]:
    return np.ravel(result.evaluation.timing.resources[path])


def test_layers_of_a_pipeline_share_the_link_off_the_chip(tmp_path: Path) -> None:
    result = run(ADC, DENSE, {}, tmp_path)
    # 784 inputs and 10 outputs of 8 bits over one pair of 1 Gbit/s, for each inference
    assert result.totals["initiation_interval_s"] == pytest.approx((784 + 10) * 8 / 1e9)
    # the first layer alone waits for the inputs only
    assert times(result, "chip.link")[0] == pytest.approx(784 * 8 / 1e9)


def test_a_block_that_serves_all_layers_works_for_each_of_them(tmp_path: Path) -> None:
    one = {"model": "vector_unit", "device": "logic_45nm_horowitz", "lanes": 1, "clock_frequency": "10 MHz"}
    result = run(ADC, DENSE, {"chip.tile.vector_unit": None, "chip.vector_unit": one}, tmp_path)
    # one unit applies 512 + 512 + 10 activations at 10 MHz, although each layer needs it for a part of that only
    assert result.totals["initiation_interval_s"] == pytest.approx(1034 / 10e6)
    assert max(times(result, "chip.vector_unit")) == pytest.approx(512 / 10e6)


@pytest.mark.parametrize("batch", [1, 4])
def test_static_weights_are_loaded_again_after_power_off(tmp_path: Path, batch: int) -> None:
    on = run(INT8, DENSE, {"chip.array.batch": batch}, tmp_path)
    off = run(INT8, DENSE, {"chip.array.batch": batch}, tmp_path, operation__mode="duty_cycled")
    loaded = WEIGHTS * 8 / batch
    assert count(off, "memory", "read") - count(on, "memory", "read") == pytest.approx(loaded)
    assert count(off, "weights", "write") == pytest.approx(loaded / 512)
    # LPDDR4 alone is worth five chips that stay on
    assert energy(off, component="memory") > 4.0 * on.totals["energy_per_inference_J"] / batch


def test_a_batch_shares_the_time_that_the_chip_is_powered(tmp_path: Path) -> None:
    result = run(INT8, DENSE, {"chip.array.batch": 16}, tmp_path, operation__mode="duty_cycled")
    powered = result.evaluation.active_time.item()
    assert powered == pytest.approx(result.totals["latency_s"] / 16)
    static = sum(r.energy_J for r in result.breakdown if r.kind == "static")
    assert static == pytest.approx(result.evaluation.static_power.item() * powered)
    assert result.totals["throughput_per_s"] == pytest.approx(1.0 / powered)


def test_nothing_begins_before_the_chip_is_off_again(tmp_path: Path) -> None:
    result = run("digital_spiking_mram_28nm", SPIKING, {}, tmp_path)
    assert result.totals["initiation_interval_s"] < result.totals["latency_s"]
    assert result.totals["throughput_per_s"] == pytest.approx(1.0 / result.totals["latency_s"])


def test_weights_that_nothing_brings_back_are_reported(tmp_path: Path) -> None:
    static = run(CORES, SPIKING, {}, tmp_path, operation__mode="duty_cycled")
    assert "weights_come_back" in failed(static)
    magnetic = run("digital_spiking_mram_28nm", SPIKING, {}, tmp_path)
    assert "weights_come_back" not in failed(magnetic)
    memristors = run(ADC, SPIKING, {}, tmp_path, operation__mode="duty_cycled")
    assert "weights_come_back" not in failed(memristors)
    link = {"model": "off_chip_link", "device": "lpddr4", "carries": ["inputs", "outputs", "weights"]}
    loading = run(CORES, SPIKING, {"chip.link": link}, tmp_path, operation__mode="duty_cycled")
    assert "weights_come_back" not in failed(loading)
    assert count(loading, "synapse_memory", "write") == pytest.approx(WEIGHTS * 8 / 64)


def test_cells_with_capacitors_are_written_after_power_off(tmp_path: Path) -> None:
    on = run("charge_domain_65nm", DENSE, {}, tmp_path)
    off = run("charge_domain_65nm", DENSE, {}, tmp_path, operation__mode="duty_cycled")
    assert energy(off, action="program") == pytest.approx(on.totals["programming_energy_J"])
    assert off.totals["latency_s"] - on.totals["latency_s"] == pytest.approx(on.totals["programming_time_s"])


def test_weights_that_come_from_outside_are_written_into_their_memory(tmp_path: Path) -> None:
    small = {
        "model": "sram", "device": "sram_28nm_anchored", "capacity": "256 KiB", "width": "512 bit",
        "stores": ["weights"],
    }  # fmt: skip
    result = run(INT8, DENSE, {"chip.weights": small}, tmp_path)
    assert count(result, "weights", "write") == pytest.approx(WEIGHTS * 8 / 512)


def test_a_spiking_core_waits_for_its_memories(tmp_path: Path) -> None:
    fast = run("digital_spiking_mram_28nm", SPIKING, {}, tmp_path)
    slow = run(
        "digital_spiking_mram_28nm", SPIKING, {}, tmp_path,
        chip__core__synapse_memory__read_time="1 us",
    )  # fmt: skip
    evaluation = slow.evaluation
    words = evaluation.counts.actions["chip.core.synapse_memory", "read"]
    cores = evaluation.mapped.placement.units
    assert times(slow, "chip.core") == pytest.approx(np.ravel(words / cores / 20 * 1e-6))
    assert slow.totals["latency_s"] > 10.0 * fast.totals["latency_s"]


def test_a_filter_memory_holds_up_the_units_that_read_it(tmp_path: Path) -> None:
    file = {
        "model": "register_file", "device": "logic_45nm_horowitz", "capacity": "3584 bit", "width": "16 bit",
        "stores": ["weights"], "clock_frequency": "100 MHz",
    }  # fmt: skip
    array = {
        "mapper": "row_stationary", "count": 1, "rows": 12, "columns": 14, "filters_per_unit": 16,
        "channels_per_unit": 4, "gating": "none", "clock_frequency": "200 MHz", "batch": 1,
        "unit": {
            "model": "multiply_accumulate", "device": "logic_45nm_horowitz", "weight_bits": "16 bit",
            "activation_bits": "16 bit", "accumulator_bits": "16 bit",
        },
    }  # fmt: skip
    free = run(INT8, "vgg9_cifar10_dense", {"chip.array": array}, tmp_path)
    held = run(INT8, "vgg9_cifar10_dense", {"chip.array": array | {"filter_memory": file}}, tmp_path)
    worked = times(free, "chip.array") > 0.0
    ratio = (times(held, "chip.array")[worked]) / times(free, "chip.array")[worked]
    assert ratio == pytest.approx(2.0)


def test_converters_take_what_a_clamp_hands_them(tmp_path: Path) -> None:
    clamp = {"model": "current_clamp", "device": "current_clamp_regulated_28nm"}
    with_clamp = run(ADC, DENSE, {"chip.tile.array.readout.interface": clamp}, tmp_path)
    without = run(ADC, DENSE, {"chip.tile.array.readout.interface": None}, tmp_path)
    reads = count(with_clamp, "converter", "conversion")
    # a sink of 80 uA for 40 uA at each column that is read, from 0.9 V for a pulse of 10 ns: what the cells bring,
    # which a linear regulator takes from the same supply, the conveyor does not give
    bias = 80e-6 * 64 * known(with_clamp, "mean conductance of a cell") * 0.1 / 40e-6
    cells = energy(with_clamp, component="cell", term="read_current")
    assert cells > 0.0
    assert energy(with_clamp, component="interface") + cells == pytest.approx(reads * bias * 0.9 * 10e-9)
    columns = with_clamp.evaluation.mapped.instances["chip.tile.array.readout.interface"]
    assert area(with_clamp, "interface") == pytest.approx(np.ravel(columns)[0] * 40e-12 * bias / 80e-6)
    text = "circuits that fix the column potentials"
    assert any(text in line for line in without.exclusions)
    assert not any(text in line for line in with_clamp.exclusions)


def test_cores_that_a_network_leaves_empty_leak_only_where_they_are_powered(tmp_path: Path) -> None:
    gated = run("loihi_14nm", SPIKING, {}, tmp_path)
    powered = run("loihi_14nm", SPIKING, {}, tmp_path, chip__core__events__unused_cores="powered")
    # 784 x 512 weights of 10 bits fill four memories of 128 KiB, 512 x 512 fill three, 512 x 10 a core of its own
    power = [float(np.ravel(r.evaluation.statics[0].total)[0]) for r in (gated, powered)]
    assert power == pytest.approx([(4 + 3 + 1) * 0.815e-3, 128 * 0.815e-3])
    static = [r.totals["static_energy_J"] for r in (gated, powered)]
    assert static[1] == pytest.approx(128 / 8 * static[0])
    assert powered.totals["dynamic_energy_J"] == gated.totals["dynamic_energy_J"]
    assert powered.totals["area_m2"] == gated.totals["area_m2"]


def test_a_ramp_needs_its_input_for_as_long_as_it_rises(tmp_path: Path) -> None:
    none = {"chip.tile.array.readout.sample_and_hold": None}
    bare = run("ramp_crossbar_28nm", DENSE, none, tmp_path)
    assert any("while the next read settles" in line for line in bare.exclusions)
    # also where the schedule asks for no stage, since the array waits until all is converted
    waiting = run("ramp_crossbar_28nm", DENSE, {**none, "chip.tile.array.schedule": None}, tmp_path)
    assert any("during the ramp" in line for line in waiting.exclusions)


def test_numbers_at_the_input_of_a_spiking_network_travel_with_all_their_bits(tmp_path: Path) -> None:
    data = yaml.safe_load(find_file("workload", SPIKING).read_text(encoding="utf-8"))
    about = {"basis": "assumed", "rationale": "for this test"}
    numbers = {
        "shape": data["input"]["shape"],
        "bits": 8,
        "activity": {"density": 0.2, "bit_density": 0.1, **about},
    }
    file = tmp_path / f"{data['name']}.yaml"
    file.write_text(yaml.safe_dump({**data, "input": numbers}), encoding="utf-8")
    result = estimate(changed(ADC, {}, tmp_path), file)
    # a frame of 784 numbers of 8 bits in each of 20 steps, and 10 spikes of one bit out of it
    assert count(result, "link", "bit") == pytest.approx(20 * (784 * 8 + 10))
    spikes = run(ADC, SPIKING, {}, tmp_path)
    entered = [r.evaluation.counts.actions["chip.noc", "bit_entry"][0] for r in (result, spikes)]
    assert entered[0] == pytest.approx(8 * entered[1])
