"""Memories, networks, links between chips and the cost of a die, against hand calculations."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.chips import area, count, energy, failed, run
from tests.each import each

SPIKING, DENSE = "mlp_mnist_spiking", "mlp_mnist_dense"
CMOS, ADC = "analog_lif_circuit_28nm", "adc_crossbar_28nm"


def test_embedded_memory_is_paid_per_bit_and_refreshed(tmp_path: Path) -> None:
    buffer = {
        "model": "memory_macro", "device": "edram_isaac_32nm", "capacity": "64 KiB", "width": "256 bit",
        "stores": ["activations"],
    }  # fmt: skip
    result = run(ADC, DENSE, {"chip.tile.buffer": buffer}, tmp_path)
    # 256 bits of 80 fJ are 20.5 pJ, the number that the study states
    assert energy(result, component="buffer", action="read") == pytest.approx(
        count(result, "buffer", "read") * 20.48e-12
    )
    tiles = result.evaluation.mapped.counts["chip.tile"].item()
    # 83 000 um^2 for 64 KiB
    assert area(result, "buffer") == pytest.approx(tiles * 82.8e-9, rel=0.001)
    refresh = sum(r.energy_J for r in result.breakdown if r.kind == "static" and r.term == "refresh")
    assert refresh == pytest.approx(tiles * 65536 * 8 * 1e-9 * result.evaluation.active_time.item())
    assert "memory_process" in failed(result)  # 32 nm values on a 28 nm chip, unscaled


def test_register_file_grows_with_its_depth(tmp_path: Path) -> None:
    def file(capacity: str) -> dict[str, object]:
        return {
            "model": "register_file", "device": "logic_45nm_horowitz", "capacity": capacity, "width": "32 bit",
            "stores": ["activations"], "clock_frequency": "200 MHz",
        }  # fmt: skip

    small = run(ADC, DENSE, {"chip.tile.buffer": file("1024 bit")}, tmp_path)
    large = run(ADC, DENSE, {"chip.tile.buffer": file("8192 bit")}, tmp_path)
    # 32 and 256 words: (1 + 8/4) / (1 + 5/4)
    ratio = energy(large, component="buffer") / energy(small, component="buffer")
    assert ratio == pytest.approx(3.0 / 2.25)
    huge = run(ADC, DENSE, {"chip.tile.buffer": file("64 Kibit")}, tmp_path)
    assert "memory_capacity" in failed(huge)


def test_ports_of_a_register_file_take_area_and_save_time(tmp_path: Path) -> None:
    def file(**ports: float) -> dict[str, object]:
        return {
            "model": "register_file", "device": "logic_45nm_horowitz", "capacity": "1024 bit", "width": "32 bit",
            "stores": ["activations"], "clock_frequency": "200 MHz", **ports,
        }  # fmt: skip

    shared = run(ADC, DENSE, {"chip.tile.buffer": file()}, tmp_path)
    two = run(ADC, DENSE, {"chip.tile.buffer": file(read_ports=1, write_ports=1)}, tmp_path)
    three = run(ADC, DENSE, {"chip.tile.buffer": file(read_ports=2)}, tmp_path)
    assert area(two, "buffer") == pytest.approx(area(shared, "buffer"))
    assert area(three, "buffer") == pytest.approx(1.45 * area(shared, "buffer"))
    assert energy(three, component="buffer") == pytest.approx(energy(shared, component="buffer"))

    def busy(result: Any) -> Any:
        return np.asarray(result.evaluation.timing.resources["chip.tile.buffer"])

    reads, writes = (count(shared, "buffer", action) for action in ("read", "write"))
    assert min(reads, writes) > 0.0
    assert np.sum(busy(two)) < np.sum(busy(shared))
    assert np.all(busy(three) <= busy(two))
    assert "register_ports" in failed(run(ADC, DENSE, {"chip.tile.buffer": file(read_ports=9)}, tmp_path))


@pytest.mark.parametrize(("width", "words"), [("64 bit", 1), ("8 bit", 1), ("6 bit", 2)])
def test_an_event_is_written_and_read_by_itself(width: str, words: int, tmp_path: Path) -> None:
    result = run("analog_lif_28nm", "shd_recurrent_spiking", {}, tmp_path, chip__tile__buffer__width=width)
    # 100 steps of 700 inputs at 10 % and 200 own outputs at 0.3 %, in each of the seven tiles that the hidden layer
    # reaches; 200 of its spikes at 0.3 % a step into the output layer. Rows of 128 have addresses of seven bits.
    events = 100 * (700 * 0.1 + 200 * 0.003) * 7 + 100 * 200 * 0.003
    assert count(result, "buffer", "read") == pytest.approx(words * events)
    assert count(result, "buffer", "write") == pytest.approx(words * events)


def wires(model: str) -> dict[str, object]:
    return {
        "model": model, "device": "wires_28nm", "packet": "address_event", "packet_bits": "30 bit",
        "tile_pitch": "0.5 mm", "width": "64 bit", "clock_frequency": "500 MHz",
    }  # fmt: skip


@each("width, cycles", [("64 bit", 1), ("30 bit", 1), ("29 bit", 2), ("8 bit", 4)])
def test_an_event_takes_whole_cycles_of_a_bus(tmp_path: Path, width: str, cycles: int) -> None:
    result = run(CMOS, SPIKING, {"chip.noc": wires("bus") | {"width": width}}, tmp_path)
    events = result.evaluation.mapper.inputs_active().sum()
    # events of 30 bits in one step, one after the other at 500 MHz, after the one cycle of the wire itself
    time = result.evaluation.timing.resources["chip.noc"]
    assert np.max(time) == pytest.approx((events * cycles + 1) / 500e6)


def test_a_bus_charges_its_whole_length_once_for_everybody(tmp_path: Path) -> None:
    result = run(CMOS, SPIKING, {"chip.noc": wires("bus")}, tmp_path)
    events = (20 * result.evaluation.mapper.inputs_active()).sum()
    tiles = result.evaluation.mapped.counts["chip.tile"].item()
    # 30 bits over every tile's 0.5 mm at 110 fJ/bit/mm and 0.9 V; 26 fJ/bit to enter and leave
    assert count(result, "noc", "bit_hop") == pytest.approx(events * 30)
    assert energy(result, component="noc", term="wire") == pytest.approx(
        events * 30 * tiles * 0.5 * 110e-15, rel=1e-6
    )
    assert energy(result, component="noc", term="interface") == pytest.approx(events * 30 * 26e-15, rel=1e-6)


def test_layers_take_turns_on_a_bus(tmp_path: Path) -> None:
    result = run(CMOS, SPIKING, {"chip.noc": wires("bus")}, tmp_path)
    events = result.evaluation.mapper.inputs_active().sum()
    times = result.evaluation.timing.resources["chip.noc"]
    # all events of a step, one a cycle of 500 MHz though 64 wires are wider than 30 bits, and one cycle
    assert times.max() == pytest.approx(events / 500e6 + 2e-9, rel=1e-6)


def test_a_tree_is_climbed_and_descended(tmp_path: Path) -> None:
    result = run(CMOS, SPIKING, {"chip.noc": wires("h_tree")}, tmp_path)
    tiles = result.evaluation.mapped.counts["chip.tile"].item()
    leaves = 4 ** math.ceil(math.log2(tiles) / 2)
    # side of sqrt(leaves) pitches; root to leaf is side * (1 - 1/sqrt(leaves)), twice
    length = 2 * 0.5 * math.sqrt(leaves) * (1 - 1 / math.sqrt(leaves))
    bits = count(result, "noc", "bit_hop")
    assert energy(result, component="noc", term="wire") == pytest.approx(bits * length * 110e-15, rel=1e-6)


def test_multicast_saves_what_destinations_share(tmp_path: Path) -> None:
    mesh = {"model": "mesh", "device": "mesh_noxim", "packet": "address_event", "hops": 6, "destinations": 5}
    single = run(CMOS, SPIKING, {"chip.noc": mesh | {"routing": "unicast"}}, tmp_path)
    shared = run(CMOS, SPIKING, {"chip.noc": mesh}, tmp_path)
    # five packets of six hops each, or six hops and four to the neighbours
    ratio = count(single, "noc", "bit_hop") / count(shared, "noc", "bit_hop")
    assert ratio == pytest.approx(5 * 6 / (6 + 4))
    assert count(single, "noc", "bit_entry") == pytest.approx(count(shared, "noc", "bit_entry"))


def test_layers_on_different_chips_pay_for_the_link(tmp_path: Path) -> None:
    link = {"model": "off_chip_link", "device": "pcie4", "carries": ["between_chips"]}
    changes = {"chip.count": "auto", "chip.tile.count": 4, "chip.board": link}
    result = run(CMOS, SPIKING, changes, tmp_path)
    units = result.evaluation.mapped.placement.units
    each, chips = 4 * 8, result.evaluation.mapped.counts["chip"].item()
    assert chips == math.ceil(units.sum() / each)
    # 112, 64 and 4 arrays on chips of 32: the first layer on four chips, of which one already has the input; the second
    # on three from the fourth on, which has 16/112 of its input; the third on the sixth with 16/64 of its input
    assert units.tolist() == [112, 64, 4]
    assert each == 32
    first, second, third = 20 * result.evaluation.mapper.inputs_active()
    crossed = first * 3 + second * (3 - 16 / 112) + third * (1 - 16 / 64)
    bits = count(result, "board", "bit")
    packet = count(result, "link", "bit") / (
        20 * result.evaluation.layers.input_rate[0] * 784 + 20 * 0.1 * 10
    )
    assert bits == pytest.approx(crossed * packet, rel=1e-6)
    alone = run(CMOS, SPIKING, {"chip.board": link}, tmp_path)
    assert count(alone, "board", "bit") == 0.0


def test_carbon_of_a_die_by_hand(tmp_path: Path) -> None:
    block = {"model": "carbon_footprint", "device": "carbon_28nm"}
    plain, result = run(ADC, DENSE, {}, tmp_path), run(ADC, DENSE, {"chip.carbon": block}, tmp_path)
    square_centimetres = result.totals["area_m2"] * 1e4
    # ACT at 28 nm: 0.9 kWh at 583 g, gases between 175 g and 100 g, materials 500 g a square centimetre; package 150 g
    grams = square_centimetres * (0.9 * 583 + 137.5 + 500)
    assert result.totals["embodied_carbon_kg"] == pytest.approx((grams / 0.875 + 150) / 1000)
    hours = 3 * 365.25 * 24 * 0.1
    kilowatt_hours = result.totals["average_power_W"] / 1000 * hours
    assert result.totals["operational_carbon_kg"] == pytest.approx(kilowatt_hours * 0.301)
    # off between inferences, a chip takes their energy and no more
    slow = {"chip.carbon": block, "operation": {"mode": "duty_cycled", "period": "1 s"}}
    off = run(ADC, DENSE, slow, tmp_path).totals
    assert off["operational_carbon_kg"] == pytest.approx(
        (off["energy_per_inference_J"] or 0.0) / 1.0 / 1000 * hours * 0.301
    )
    assert plain.totals["embodied_carbon_kg"] is None
    assert result.totals["energy_per_inference_J"] == plain.totals["energy_per_inference_J"]
    cost = {"model": "die_cost", "device": "die_cost_28nm"}
    both = run(ADC, DENSE, {"chip.carbon": block, "chip.cost": cost}, tmp_path)
    share = both.totals["die_yield"]
    assert both.totals["embodied_carbon_kg"] == pytest.approx((grams / share + 150) / 1000)


def test_yield_and_cost_of_a_die(tmp_path: Path) -> None:
    block = {"model": "die_cost", "device": "die_cost_28nm"}
    result = run(ADC, DENSE, {"chip.cost": block}, tmp_path)
    plain = run(ADC, DENSE, {}, tmp_path)
    size = result.totals["area_m2"]
    # 0.1 defects a square centimetre, clustering 3; dies on a wafer of 300 mm
    good = (1 + size * 1e4 * 0.1 / 3) ** -3
    dies = math.floor(math.pi * 0.15**2 / size - math.pi * 0.3 / math.sqrt(2 * size))
    assert result.totals["die_yield"] == pytest.approx(good)
    assert result.totals["cost_per_good_die_usd"] == pytest.approx(3400 / (dies * good) + 2)
    assert plain.totals["die_yield"] is None
    defects = size * 1e4 * 0.1
    for model, share in (
        ("poisson", math.exp(-defects)),
        ("murphy", ((1 - math.exp(-defects)) / defects) ** 2),
    ):
        other = run(ADC, DENSE, {"chip.cost": block | {"yield_model": model}}, tmp_path)
        assert other.totals["die_yield"] == pytest.approx(share)
        assert other.totals["cost_per_good_die_usd"] == pytest.approx(3400 / (dies * share) + 2)
    assert result.totals["energy_per_inference_J"] == plain.totals["energy_per_inference_J"]


def test_a_slow_network_is_loaded_above_half_and_says_so(tmp_path: Path) -> None:
    bus = {
        "model": "bus", "device": "wires_28nm", "packet": "address_event", "width": "1 bit", "clock_frequency": "1 MHz"
    }  # fmt: skip
    slow = run("analog_lif_28nm", "mlp_mnist_spiking", {"chip.noc": bus}, tmp_path)
    fast = run(
        "analog_lif_28nm",
        "mlp_mnist_spiking",
        {"chip.noc": bus | {"width": "256 bit", "clock_frequency": "1 GHz"}},
        tmp_path,
    )
    assert "link_load" in failed(slow)
    assert "link_load" not in failed(fast)
    # a network that holds the chip up is busy all the time
    load = next(c for c in slow.failed_checks if c.name == "link_load")
    assert load.value == pytest.approx(1.0, rel=1e-3)


def test_events_wait_for_each_other_on_the_links_of_a_mesh(tmp_path: Path) -> None:
    result = run(CMOS, SPIKING, {}, tmp_path)
    evaluation = result.evaluation
    carried, mesh = evaluation.counts.transport, evaluation.chip.networks()[0][1]
    assert carried is not None
    packet, stage_interval = (
        float(np.ravel(carried.packet)[0]),
        float(np.ravel(evaluation.timing.stage_interval)[0]),
    )
    # an event of less than 64 bits takes one cycle of a link of 64 wires, as a full flit does
    assert packet < 64
    rate = packet / 64 * float(mesh.link_rate())
    for index in range(3):
        # the bits of a step over the links of the boundary, and a mean wait at each router of the way
        bits, lanes, hops = (
            float(np.ravel(x)[index]) for x in (carried.bits / 20, carried.lanes, carried.farthest)
        )
        load = bits / (lanes * rate) / stage_interval
        wait = load / (1 - load) / 2 * packet / rate
        found = float(np.ravel(evaluation.timing.resources["chip.noc"])[index])
        assert found == pytest.approx(
            hops * (float(mesh.hop_time()) + wait) + bits / (lanes * rate), rel=1e-9
        )


def test_frames_come_when_they_are_scheduled_and_do_not_wait(tmp_path: Path) -> None:
    evaluation = run(ADC, DENSE, {}, tmp_path).evaluation
    carried, mesh = evaluation.counts.transport, evaluation.chip.networks()[0][1]
    assert carried is not None
    time = carried.farthest * mesh.hop_time() + carried.bits / (carried.lanes * mesh.link_rate())
    assert evaluation.timing.resources["chip.noc"] == pytest.approx(time)


def test_a_memory_off_the_chip_makes_each_layer_wait_for_its_first_bit(tmp_path: Path) -> None:
    def times(latency: str) -> np.ndarray:
        link = {
            "model": "off_chip_link", "device": "lpddr4", "carries": ["inputs", "outputs", "weights"],
            "parameters": {"latency": latency},
        }  # fmt: skip
        result = run("digital_int8_28nm", DENSE, {"chip.memory": link}, tmp_path)
        return np.asarray(result.evaluation.timing.resources["chip.memory"])

    none, waiting = times("0 ns"), times("1 us")
    moves = none > 0.0
    assert moves.any()
    # only layers that move bits over the link wait
    np.testing.assert_allclose(waiting - none, 1e-6 * moves, rtol=1e-9)


def test_every_kind_of_memory_has_energy_area_standing_power_and_time(tmp_path: Path) -> None:
    words = {"capacity": "64 KiB", "width": "64 bit", "stores": ["activations"]}
    kinds = {
        "register_file": {"device": "logic_45nm_horowitz", "clock_frequency": "200 MHz"}
        | words
        | {"capacity": "4 Kibit"},
        "sram": {"device": "sram_28nm_anchored"} | words,
        "sram_table": {"device": "sram_cacti_lstp"} | words,
        "memory_macro": {"device": "gain_cell_16nm"} | words,
    }
    for model, choices in kinds.items():
        result = run(ADC, DENSE, {"chip.tile.buffer": {"model": model, **choices}}, tmp_path)
        assert energy(result, component="buffer", action="read") > 0.0, model
        assert area(result, "buffer") > 0.0, model
        standing = [r for r in result.breakdown if r.kind == "static" and r.component.endswith(".buffer")]
        assert sum(r.energy_J for r in standing) > 0.0, model
        assert np.all(result.evaluation.timing.resources["chip.tile.buffer"] > 0.0), model
    for device in ("lpddr4", "ddr4", "hbm2"):
        link = {"model": "off_chip_link", "device": device, "carries": ["inputs", "outputs", "weights"]}
        result = run("digital_int8_28nm", DENSE, {"chip.memory": link}, tmp_path)
        assert energy(result, component="memory") > 0.0, device
        assert area(result, "memory") > 0.0, device
        assert (
            sum(r.energy_J for r in result.breakdown if r.kind == "static" and r.component == "chip.memory")
            > 0.0
        )
        assert np.max(result.evaluation.timing.resources["chip.memory"]) > 60e-9, device


def test_a_bus_longer_than_a_cycle_is_reported(tmp_path: Path) -> None:
    slow = run(CMOS, SPIKING, {"chip.noc": wires("bus")}, tmp_path)
    tiles = slow.evaluation.mapped.counts["chip.tile"].item()
    found = next(c for c in slow.checks if c.name == "wire_keeps_up")
    # 2.41 sqrt(tau_0 r c) L: 3 x 0.9 V x 1.449 fF/um / 662 uA/um; half of 7.34 ohm/um at twice the pitch; 0.2 fF/um
    delay = 2.41 * math.sqrt(3 * 0.9 * 1.449e-9 / 662 * 7.34e6 / 2 * 0.2e-9) * tiles * 0.5e-3
    assert found.value == pytest.approx(delay, rel=0.005)
    assert found.passed == (delay <= 2e-9)
    fast = run(CMOS, SPIKING, {"chip.noc": wires("bus") | {"clock_frequency": "2 GHz"}}, tmp_path)
    assert "wire_keeps_up" in failed(fast)
    assert "wire_keeps_up" not in failed(run(CMOS, SPIKING, {}, tmp_path))


@pytest.mark.parametrize("model", ["bus", "h_tree"])
def test_wires_that_do_not_fit_above_the_places_are_reported(tmp_path: Path, model: str) -> None:
    few = run(CMOS, SPIKING, {"chip.noc": wires(model)}, tmp_path)
    tiles, pitch = few.evaluation.mapped.counts["chip.tile"].item(), 0.5e-3
    leaves = 4 ** math.ceil(math.log2(tiles) / 2)
    side = pitch * math.sqrt(leaves)
    length = tiles * pitch if model == "bus" else 1.5 * side * (math.sqrt(leaves) - 1)
    device = few.evaluation.chip.networks()[0][1].device
    found = next(c for c in few.checks if c.name == "wires_fit")
    assert found.passed
    assert found.value == pytest.approx(64 * device.wire_pitch * length / device.metal_layers)
    assert found.limit == pytest.approx(tiles * pitch**2)
    many = run(CMOS, SPIKING, {"chip.noc": wires(model) | {"tile_pitch": "2 um"}}, tmp_path)
    assert "wires_fit" in failed(many)


def test_where_events_take_fewer_bits_than_frames_is_reported(tmp_path: Path) -> None:
    def rates(changes: dict[str, object]) -> list[float]:
        reported = run(CMOS, SPIKING, {"chip.noc": changes}, tmp_path).characteristics
        return [value for _, name, value, _ in reported if "events take fewer bits" in name]

    # 30 bits an event against one bit of a frame
    assert rates(wires("bus")) == [pytest.approx(1 / 30)]
    assert rates(wires("bus") | {"packet": "frame"}) == []


def test_a_linear_regulator_tells_what_it_wastes(tmp_path: Path) -> None:
    result = run(ADC, DENSE, {}, tmp_path)
    array, chip = result.evaluation.mapper.compute, result.evaluation.chip
    found = {name: value for _, name, value, _ in result.characteristics}
    share = array.options["read_voltage"] / chip.technology.supply_voltage
    assert found["largest efficiency of the read supply"] == pytest.approx(share)
    # a read is paid at the supply, whatever the array is read at
    assert array.read_supply_voltage() == pytest.approx(array.options["read_voltage"] / share)


def test_a_processor_tells_where_its_roofline_has_its_ridge(tmp_path: Path) -> None:
    result = run("gpu_h100", DENSE, {}, tmp_path)
    device = result.evaluation.mapper.compute.slots["processor"].device
    (ridge,) = (value for _, name, value, _ in result.characteristics if "computing limits" in name)
    reached = device.peak_rate * device.compute_efficiency / (device.memory_rate * device.memory_efficiency)
    assert ridge == pytest.approx(reached)
