"""Switches between columns and what they share, and stages sized for their converter, against hand calculations."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import MappingError, NeuroestError, SpecError
from neuroest.design.overrides import design_with
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import evaluate
from neuroest.results.estimate import Estimate
from tests.chips import area, arrays, count, energy, failed, known, run
from tests.test_house import ARCHITECTURES

ARRAY = "chip.tile.array."
READOUT = f"{ARRAY}readout."
DENSE, SPIKING, IMAGES = "mlp_mnist_dense", "mlp_mnist_spiking", "vgg9_cifar10_spiking"
ADC, SAR, NEURON = "adc_crossbar_28nm", "sar_crossbar_28nm", "analog_lif_circuit_28nm"
SWITCHES: dict[str, Any] = {
    "model": "multiplexer", "device": "transmission_gate_low_threshold", "resistance_share": "5 %"
}  # fmt: skip
STAGE: dict[str, Any] = {"model": "sample_and_hold_circuit", "device": "sample_hold_28nm"}

# 28 nm at 0.9 V: 0.5 x 0.9 V / 662 uA/um, twice that in the middle of the supply
CONDUCTANCE = 662.0 / (0.5 * 0.9) * (0.9 - 0.6) / (0.9 - 0.3)
GATE, JUNCTION = 1.449e-9, 0.725e-9


def switched(folder: Path, more: dict[str, Any] | None = None, base: str = ADC, **choices: Any) -> Estimate:
    """A chip whose multiplexers are behind its clamps, without stages."""
    block = {READOUT + "multiplexer": SWITCHES | choices, READOUT + "sample_and_hold": None}
    return run(base, DENSE, block | (more or {}), folder)


def static(result: Estimate, term: str) -> float:
    rows = [r for r in result.breakdown if r.kind == "static" and r.component.endswith("multiplexer")]
    return sum(r.energy_J for r in rows if r.term == term)


def left_out(result: Estimate) -> list[str]:
    return [
        line
        for line in result.exclusions
        if line.startswith(("multiplexers", "sample-and-hold", "switches between"))
    ]


# --- between columns and converters ---


def test_a_gate_behind_a_clamp_drops_its_share_of_the_supply(tmp_path: Path) -> None:
    result = switched(tmp_path)
    # 80 uA carry 40 uA; the conveyor carries half of 128 rows at 0.1 V
    bias = 80e-6 * (64 * known(result, "mean conductance of a cell") * 0.1) / 40e-6
    # it may drop 45 mV more than the rest: 1/20 of 0.9 V over 19/20 of it at its bias
    width = (bias / 0.9) * 0.95 / 0.05 / CONDUCTANCE
    assert known(result, "width of the n-type transistor of a gate") == pytest.approx(width)
    assert known(result, "resistance of closed gates") == pytest.approx(0.05 / 0.95 * 0.9 / bias)
    assert "multiplexer_resistance" not in failed(result)


def test_a_conversion_switches_one_gate_and_moves_one_line(tmp_path: Path) -> None:
    result = switched(tmp_path)
    width = known(result, "width of the n-type transistor of a gate")
    conversions = count(result, "converter", "conversion")
    assert count(result, "multiplexer", "switch") == pytest.approx(conversions)
    # both transistors, the p-type one twice as wide, on and off
    assert energy(result, component="multiplexer", term="gates") == pytest.approx(
        conversions * GATE * 3.0 * width * 0.81
    )
    assert count(result, "multiplexer", "line_junction") == pytest.approx(8 * conversions)
    pitch = math.sqrt(area(result, "cell") / (arrays(result) * 128**2))
    line = 8 * (JUNCTION * 3.0 * width + 0.2e-9 * pitch)
    assert energy(result, component="multiplexer", term="shared_line") == pytest.approx(
        conversions * line * 0.81, rel=1e-6
    )


def test_all_multiplexers_of_an_array_step_together(tmp_path: Path) -> None:
    result = switched(tmp_path)
    steps = count(result, "multiplexer", "select_line")
    mapper = result.evaluation.mapper
    placement = result.evaluation.mapped.placement
    # one position, eight bits of an input, eight columns a converter
    reads = 8 * placement.row_blocks * placement.column_blocks * mapper.on_array
    assert steps == pytest.approx(8 * float(np.sum(reads)))
    # three bits of nine gates, and two outputs of three gates
    assert count(result, "multiplexer", "select") == pytest.approx(steps * 33.0)
    # an input of 12 x 28 nm of transistors
    assert energy(result, component="multiplexer", term="select_logic") == pytest.approx(
        steps * 33.0 * GATE * 12 * 28e-9 * 0.81
    )


def test_gates_and_logic_take_their_place_and_leak(tmp_path: Path) -> None:
    result = switched(tmp_path)
    width = known(result, "width of the n-type transistor of a gate")
    found = {r.term: r for r in result.breakdown if r.kind == "area" and r.component.endswith("multiplexer")}
    assert found["switches"].count == pytest.approx(arrays(result) * 128)
    assert found["switches"].area_m2 == pytest.approx(
        arrays(result) * 128 * 2 * 117e-9 * (3.0 * width + 2 * 90e-9)
    )
    assert found["select_logic"].count == pytest.approx(arrays(result) * (27 + 24))
    powered = result.totals["initiation_interval_s"]
    assert powered is not None
    leak = arrays(result) * 128 * 3.0 * width * 1e-4 * 0.9
    assert static(result, "leakage") == pytest.approx(leak * powered, rel=1e-6)


def test_more_columns_a_converter_load_and_take_more(tmp_path: Path) -> None:
    few, many = (switched(tmp_path, {READOUT + "columns_per_converter": n}) for n in (4, 32))
    for term in ("shared_line", "select_logic"):
        assert energy(few, component="multiplexer", term=term) < energy(
            many, component="multiplexer", term=term
        )
    logic = [
        next(r.area_m2 for r in found.breakdown if r.kind == "area" and r.term == "select_logic")
        for found in (few, many)
    ]
    assert logic[0] < logic[1]
    # one gate a column, however many share a converter
    assert few.totals["area_m2"] is not None
    gates = [
        next(r.count for r in found.breakdown if r.kind == "area" and r.term == "switches")
        for found in (few, many)
    ]
    assert gates[0] == pytest.approx(gates[1])


def test_a_column_with_a_converter_of_its_own_switches_nothing(tmp_path: Path) -> None:
    driven = {"chip.tile.array.schedule": None}  # each column is driven until it has been converted
    result = switched(tmp_path, {READOUT + "columns_per_converter": 1, **driven})
    assert energy(result, component="multiplexer") == area(result, "multiplexer") == 0.0
    bare = run(
        ADC,
        DENSE,
        {
            READOUT + "multiplexer": None,
            READOUT + "sample_and_hold": None,
            READOUT + "columns_per_converter": 1,
            **driven,
        },
        tmp_path,
    )
    assert result.totals == bare.totals
    assert not left_out(bare)


@pytest.mark.parametrize("share", ["1 %", "10 %", "50 %"])
def test_a_larger_loss_allows_smaller_gates(share: str, tmp_path: Path) -> None:
    wide, narrow = switched(tmp_path, resistance_share="0.5 %"), switched(tmp_path, resistance_share=share)
    for quantity in (area, lambda result, name: energy(result, component=name)):
        assert quantity(narrow, "multiplexer") < quantity(wide, "multiplexer")


def test_a_tree_takes_more_gates_and_shorter_lines(tmp_path: Path) -> None:
    columns = {READOUT + "columns_per_converter": 64}
    flat, tree = (switched(tmp_path, columns, levels=levels) for levels in (1, 2))
    conversions = count(flat, "converter", "conversion")
    assert count(flat, "multiplexer", "line_junction") == pytest.approx(64 * conversions)
    assert count(tree, "multiplexer", "line_junction") == pytest.approx(16 * conversions)
    gates = next(r.count for r in tree.breakdown if r.kind == "area" and r.term == "switches")
    assert gates == pytest.approx(arrays(tree) * 2 * 72)
    assert known(tree, "width of the n-type transistor of a gate") == pytest.approx(
        2 * known(flat, "width of the n-type transistor of a gate")
    )


# --- at bare columns ---


def bare_columns(folder: Path, columns: int, multiplexer: dict[str, Any] | None) -> Estimate:
    blocks = {
        READOUT + "multiplexer": multiplexer,
        READOUT + "sample_and_hold": None,
        READOUT + "interface": None,
        READOUT + "columns_per_converter": columns,
        READOUT + "converter": {"model": "sense_amplifier", "device": "sense_amplifier_28nm"},
        "chip.tile.array.parallel_wires": 1,
    }
    return run(ADC, DENSE, blocks, folder)


def test_the_lines_of_a_multiplexer_slow_the_columns_that_drive_them(tmp_path: Path) -> None:
    without = bare_columns(tmp_path, 8, None)
    times = [known(bare_columns(tmp_path, n, SWITCHES), "settling time") for n in (2, 8, 32)]
    assert known(without, "settling time") < times[0] < times[1] < times[2]
    result = bare_columns(tmp_path, 8, SWITCHES)
    width = known(result, "width of the n-type transistor of a gate")
    source = 128 * known(result, "mean conductance of a cell")
    assert width == pytest.approx(source * 19.0 / CONDUCTANCE)
    pitch = math.sqrt(area(result, "cell") / (arrays(result) * 128**2))
    line = 8 * (JUNCTION * 3.0 * width + 0.2e-9 * pitch)
    wire = 128 * 7.34e6 * pitch * 4 / math.pi**2
    on = 1.0 / (CONDUCTANCE * width)
    # within 1 % of the swing, ln 100
    assert times[1] - known(without, "settling time") == pytest.approx(
        (1.0 / source + wire + on) * line * math.log(100.0), rel=1e-3
    )


def test_gates_at_bare_columns_bend_their_results(tmp_path: Path) -> None:
    wide, narrow = (
        bare_columns(tmp_path, 8, SWITCHES | {"resistance_share": share}) for share in ("1 %", "10 %")
    )
    for few, many in zip(wide.column_errors, narrow.column_errors, strict=True):
        cause = "multiplexer resistance"
        assert 0.0 < few.causes[cause] < many.causes[cause]
    assert all("multiplexer resistance" not in row.causes for row in switched(tmp_path).column_errors)


def test_behind_a_clamp_the_column_does_not_see_the_line(tmp_path: Path) -> None:
    with_lines = switched(tmp_path)
    without = run(ADC, DENSE, {READOUT + "multiplexer": None, READOUT + "sample_and_hold": None}, tmp_path)
    assert known(with_lines, "settling time") == known(without, "settling time")


# --- stages sized for their converter ---


def test_a_stage_is_sized_by_noise_and_settling(tmp_path: Path) -> None:
    converter = {"model": "sar_adc", "device": "sar_28nm_circuit", "bits": 8, "clock_frequency": "1 GHz"}
    blocks = {
        READOUT + "sample_and_hold": STAGE,
        READOUT + "multiplexer": None,
        READOUT + "converter": converter,
    }
    result = run(ADC, DENSE, blocks, tmp_path)
    kept = 12 * 1.380649e-23 * 300 * 4**8 / (0.5 * 0.25)
    assert known(result, "capacitor that keeps a sample") == pytest.approx(kept)
    # 256 fF within half a step of 8 bits in 1 ns: 1.6 mS, 106 uA; the step of 0.5 V takes 128 uA
    conductance = 256e-15 * 9 * math.log(2) / 1e-9
    current = max(conductance / 15.0, 256e-15 * 0.5 / 1e-9)
    assert known(result, "current of the follower") == pytest.approx(current)
    reads = count(result, "converter", "conversion")
    assert energy(result, component="sample_and_hold", term="hold_capacitor") == pytest.approx(
        reads * kept * 0.5 * 0.9
    )
    assert energy(result, term="follower") == pytest.approx(reads * current * 0.9 * 1e-9)
    pairs = 2 * 117e-9 * (2 * current / (0.05 * 662.0) + 2 * 3 * 28e-9 + 4 * 90e-9)
    assert area(result, "sample_and_hold") == pytest.approx(arrays(result) * 128 * (kept / 2e-3 + pairs))


@pytest.mark.parametrize(("follower", "time"), [("while_converted", 9e-9), ("while_held", 72e-9)])
def test_a_follower_may_work_for_longer(follower: str, time: float, tmp_path: Path) -> None:
    converter = {"model": "sar_adc", "device": "sar_28nm_circuit", "bits": 8, "clock_frequency": "1 GHz"}
    found = [
        energy(
            run(
                ADC,
                DENSE,
                {READOUT + "converter": converter, READOUT + "sample_and_hold": STAGE | {"follower": choice}},
                tmp_path,
            ),
            term="follower",
        )
        for choice in ("while_sampled", follower)
    ]
    assert found[1] == pytest.approx(found[0] * time / 1e-9)


def test_follower_and_multiplexer_share_the_settling(tmp_path: Path) -> None:
    result = estimate(SAR, DENSE)
    width = known(result, "width of the n-type transistor of a gate")
    on = known(result, "resistance of closed gates")
    pitch = math.sqrt(area(result, "cell") / (arrays(result) * 128**2))
    # 9 bits: gates have 40 % of the path
    load = 512e-15 + 8 * (JUNCTION * 3.0 * width + 0.2e-9 * pitch)
    assert math.exp(-1e-9 / (on / 0.4 * load)) == pytest.approx(2.0**-10, rel=1e-6)
    assert known(result, "current of the follower") == pytest.approx(0.4 / 0.6 / on / 15.0)


def test_junctions_that_are_too_slow_are_reported() -> None:
    result = estimate(SAR, DENSE, {READOUT + "columns_per_converter": "64"})
    check = next(c for c in result.failed_checks if c.name == "multiplexer_settles")
    assert check.severity == "design_rule"
    assert "\n" not in str(check)
    # 64 junctions of three micrometres, 40 % of the path; ten times ln 2 of it for nine bits; half of 1 ns
    assert check.value == pytest.approx(64 * JUNCTION * 3.0 / (0.4 * CONDUCTANCE) * 10 * math.log(2))
    assert check.limit == pytest.approx(0.5e-9)
    assert "multiplexer_settles" not in failed(estimate(SAR, DENSE))


def test_a_warm_switch_leaks_more(tmp_path: Path) -> None:
    def droop(temperature: str) -> float:
        result = estimate(SAR, DENSE, {"technology.temperature": temperature})
        return next(row.causes["droop of held results"] for row in result.column_errors)

    # 19.8 K double the leakage; a capacitor that holds the noise at 340 K is as much larger
    assert droop("340 K") / droop("300 K") == pytest.approx(2 ** (40 / 19.8) * 300 / 340, rel=1e-6)


def test_the_comparator_of_a_ramp_is_driven_by_the_capacitor_alone() -> None:
    result = estimate("ramp_crossbar_28nm", DENSE)
    assert known(result, "current of the follower") == energy(result, term="follower") == 0.0
    assert energy(result, term="hold_capacitor") > 0.0


def test_the_row_of_isaac_is_a_store_and_no_driver(tmp_path: Path) -> None:
    stage = READOUT + "sample_and_hold"
    stated = estimate("isaac_like_32nm", DENSE)
    # 8 x 128 stages of 10 uW and 40 um^2
    assert area(stated, "sample_and_hold") / arrays(stated) / 128 == pytest.approx(40e-12 / 1024, rel=0.01)
    sized = run("isaac_like_32nm", DENSE, {stage: STAGE, READOUT + "multiplexer": None}, tmp_path)
    assert known(sized, "capacitor that keeps a sample") == pytest.approx(26e-15, rel=0.01)
    reads = count(sized, "sample_and_hold", "sample")
    assert energy(sized, term="hold_capacitor") / reads == pytest.approx(11.7e-15, rel=0.01)
    assert known(sized, "current of the follower") == pytest.approx(0.15e-3)
    # what the table has for a sample in 100 ns
    assert energy(sized, component="sample_and_hold") / reads > 10e-6 / 1024 * 100e-9


def test_the_noise_of_a_sample_is_an_error_of_the_column(tmp_path: Path) -> None:
    with_stage = estimate(ADC, DENSE)
    without = run(ADC, DENSE, {READOUT + "sample_and_hold": None}, tmp_path)
    assert all(row.causes["thermal noise of held results"] > 0.0 for row in with_stage.column_errors)
    assert all("thermal noise of held results" not in row.causes for row in without.column_errors)


# --- neurons ---


def test_positions_of_a_map_take_turns_at_a_column(tmp_path: Path) -> None:
    result = run(NEURON, IMAGES, {READOUT + "multiplexer": SWITCHES}, tmp_path)
    layers = result.evaluation.layers
    several = (
        np.where(layers.positions > 1.0, layers.output_elements, 0.0) * result.evaluation.mapper.on_array
    )
    gates = next(r.count for r in result.breakdown if r.kind == "area" and r.term == "switches")
    assert gates == pytest.approx(float(np.sum(several)))  # behind the mirrors one a neuron
    steps = float(layers.timesteps)
    assert count(result, "multiplexer", "switch") == pytest.approx(steps * float(np.sum(several)))
    junctions = float(np.sum(steps * several * layers.positions))
    assert count(result, "multiplexer", "line_junction") == pytest.approx(junctions)


def test_without_mirrors_each_column_has_its_gate(tmp_path: Path) -> None:
    merged = run(NEURON, IMAGES, {READOUT + "multiplexer": SWITCHES}, tmp_path)
    split = run(NEURON, IMAGES, {READOUT + "multiplexer": SWITCHES, READOUT + "merge": None}, tmp_path)
    assert count(split, "multiplexer", "switch") > count(merged, "multiplexer", "switch")


def test_fully_connected_layers_switch_nothing(tmp_path: Path) -> None:
    result = estimate(NEURON, SPIKING)
    bare = run(NEURON, SPIKING, {READOUT + "multiplexer": None}, tmp_path)
    assert result.totals["energy_per_inference_J"] == bare.totals["energy_per_inference_J"]
    assert result.totals["area_m2"] == bare.totals["area_m2"]
    assert not left_out(bare)
    assert left_out(run(NEURON, IMAGES, {READOUT + "multiplexer": None}, tmp_path))


def test_a_tree_shortens_the_lines_of_many_positions(tmp_path: Path) -> None:
    flat, tree = (
        run(NEURON, IMAGES, {READOUT + "multiplexer": SWITCHES | {"levels": levels}}, tmp_path)
        for levels in (1, 2)
    )
    assert count(tree, "multiplexer", "line_junction") < count(flat, "multiplexer", "line_junction")
    # rows of neurons one above the other: as many pitches as gates on the path
    for found in (flat, tree):
        assert count(found, "multiplexer", "line_pitch") == count(found, "multiplexer", "line_junction")
    assert energy(tree, component="multiplexer") < energy(flat, component="multiplexer")


# --- checks, exclusions, bad input ---


def test_a_gate_without_room_for_its_width_is_reported(tmp_path: Path) -> None:
    device = {"parameters": {"maximum_width_ratio": "20"}}
    result = switched(tmp_path, **device)
    check = next(c for c in result.failed_checks if c.name == "multiplexer_resistance")
    assert check.severity == "design_rule"
    assert check.value is not None
    assert check.value > 0.05
    assert known(result, "width of the n-type transistor of a gate") == pytest.approx(20 * 28e-9)


def test_gates_of_a_slow_die_take_more_than_their_share() -> None:
    slow = {"technology.corner": "slow"}
    result = estimate(ADC, DENSE, slow)
    assert "multiplexer_resistance" in failed(result)
    assert "multiplexer_resistance" not in failed(estimate(ADC, DENSE, {"technology.corner": "fast"}))


def test_a_supply_that_hardly_opens_a_gate_is_reported() -> None:
    for supply, inside in (("0.9 V", True), ("0.7 V", True), ("0.62 V", False)):
        result = estimate(ADC, DENSE, {"technology.supply_voltage": supply})
        assert ("multiplexer_supply" not in failed(result)) == inside
    check = next(c for c in result.failed_checks if c.name == "multiplexer_supply")
    assert check.severity == "extrapolation"


def test_shipped_chips_leave_no_switch_and_no_stage_out() -> None:
    for name in ARCHITECTURES:
        for network in (DENSE, IMAGES):
            try:
                result = estimate(name, network)
            except NeuroestError:
                continue
            assert not left_out(result), name


def test_a_list_of_points_gives_what_each_gives_alone() -> None:
    choices = {
        READOUT + "columns_per_converter": [2.0, 8.0, 64.0],
        READOUT + "multiplexer.resistance_share": [0.1, 0.4, 0.5],
        "technology.supply_voltage": [0.9, 0.64, 1.0],
    }
    design = design_with(load_architecture(SAR), {})
    network = load_workload(DENSE).spec
    values: dict[str, Any] = dict(design.values)
    many = evaluate(design, network, values | {k: np.array(v)[:, np.newaxis] for k, v in choices.items()})
    for number in range(3):
        one = evaluate(design, network, values | {k: v[number] for k, v in choices.items()})
        for quantity in ("area", "static_power", "dynamic_energy"):
            found, alone = np.ravel(getattr(many, quantity)), np.ravel(getattr(one, quantity))
            assert found[number] == pytest.approx(alone[0], rel=1e-12)


def test_edges_of_a_time_encoder_are_no_business_of_a_transmission_gate(tmp_path: Path) -> None:
    encoder = {"model": "analog_stage", "device": "charging_comparator_timely"}
    with pytest.raises(MappingError, match="a time_encoder passes on edges; leave out the multiplexer"):
        switched(tmp_path, {READOUT + "time_encoder": encoder})


@pytest.mark.parametrize("share", ["0 %", "95 %", "-5 %"])
def test_a_share_of_nothing_or_of_everything_is_refused_in_one_line(share: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="resistance_share"):
        switched(tmp_path, resistance_share=share)


def test_a_mistyped_field_is_reported_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="did you mean 'levels'"):
        switched(tmp_path, level=2)


def test_a_stage_is_no_multiplexer(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="multiplexer"):
        run(ADC, DENSE, {READOUT + "multiplexer": STAGE}, tmp_path)
