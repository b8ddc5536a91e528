"""Cells, row inputs and converters of a crossbar, each against a hand calculation on the shipped 28 nm fabric."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import yaml

from neuroest.core.errors import MappingError, RangeError, SpecError
from neuroest.loading.library import load_device
from neuroest.pipeline.estimate import estimate
from neuroest.workloads.importers.writing import loaded_text, workload_text
from tests.chips import area, arrays, changed, count, energy, failed, known, run
from tests.workloads.test_number_layers import text

ARRAY = "chip.tile.array."
DENSE, SPIKING = "mlp_mnist_dense", "mlp_mnist_spiking"
ADC, NEURON = "adc_crossbar_28nm", "diffusive_28nm_derived"
SAR = {"model": "sar_adc", "device": "sar_28nm_circuit", "clock_frequency": "1 GHz", "bits": 8}
FLASH = {"model": "flash_adc", "device": "flash_28nm_circuit", "clock_frequency": "1 GHz", "bits": 5}
RAMP = {
    "model": "ramp_adc", "device": "ramp_28nm_circuit", "clock_frequency": "1 GHz", "bits": 8, "columns_per_ramp": 128
}  # fmt: skip
SAR_OF_SIX, FLASH_OF_SIX = (
    {key: value for key, value in each.items() if key != "bits"} | {"levels": 6} for each in (SAR, FLASH)
)


def test_selector_cells_have_the_pitch_of_the_wires(tmp_path: Path) -> None:
    cell = {"model": "one_selector_one_resistor", "device": "rram_1s1r_generic"}
    result = run(ADC, DENSE, {f"{ARRAY}cell": cell, f"{ARRAY}read_voltage": "0.6 V"}, tmp_path)
    # (2 * 28 nm)^2 for each of 128 * 128 cells of each array
    assert area(result, "cell") == pytest.approx(arrays(result) * 128**2 * (56e-9) ** 2)
    assert "half_select" not in failed(result)  # 3000 / 6 = 500 cells on a line


def test_a_cell_quoted_at_40_nm_has_its_published_area_on_its_process(tmp_path: Path) -> None:
    foundry = {
        f"{ARRAY}cell": {"model": "one_transistor_one_resistor", "device": "rram_40nm_tsmc"},
        "technology": {"process": "cmos_45nm_lp", "supply_voltage": "1.1 V", "temperature": "300 K"},
    }
    result = run(ADC, DENSE, foundry, tmp_path)
    # 53 squares of 40 nm are 53 x 1600 nm^2 = 0.0848 um^2, not 53 x 2025 nm^2
    assert area(result, "cell") == pytest.approx(arrays(result) * 128**2 * 0.0848e-12, rel=1e-3)


def test_a_selector_that_does_not_open_is_refused(tmp_path: Path) -> None:
    cell = {"model": "one_selector_one_resistor", "device": "rram_1s1r_generic"}
    with pytest.raises(RangeError, match="does not open the selector"):
        run(ADC, DENSE, {f"{ARRAY}cell": cell}, tmp_path)


def test_passive_cells_cannot_be_written_in_a_large_array(tmp_path: Path) -> None:
    cell = {"model": "passive", "device": "rram_passive_generic"}
    result = run(ADC, DENSE, {f"{ARRAY}cell": cell}, tmp_path)
    assert "half_select" in failed(result)  # 10 / 6 is less than two cells on a line


def test_half_selected_cells_are_paid_for_while_a_passive_array_is_written(tmp_path: Path) -> None:
    cell = {"model": "passive", "device": "rram_passive_generic"}
    result = run(ADC, DENSE, {f"{ARRAY}cell": cell, f"{ARRAY}write_circuit": None}, tmp_path)
    # 9 pulses of (2 V * 100 uA + 254 cells * 1 V * 100 uA / 10) * 100 ns = 9 * (20 + 254) pJ, plus lines and reads
    assert known(result, "energy to program a cell") == pytest.approx(9 * 274e-12, rel=0.01)


def test_thirds_of_the_voltage_reach_every_cell(tmp_path: Path) -> None:
    third = {"model": "passive", "device": "rram_passive_generic", "write_scheme": "third"}
    result = run(ADC, DENSE, {f"{ARRAY}cell": third, f"{ARRAY}write_circuit": None}, tmp_path)
    # k = 10: a third of the voltage drives 100 uA / 10^1.585 = 2.6 uA through each of 128^2 - 1 cells
    beside = (128**2 - 1) * (2 / 3) * 100e-6 / 10 ** math.log2(3)
    assert known(result, "power of half-selected cells while one is written") == pytest.approx(beside)
    assert known(result, "energy to program a cell") == pytest.approx(
        9 * (2 * 100e-6 + beside) * 100e-9, rel=0.01
    )
    # 10^1.585 / 6 cells on a line, where half of the voltage allows 10 / 6
    assert known(result, "largest side of an array that can be written") == pytest.approx(
        10 ** math.log2(3) / 6
    )


def test_idle_rows_load_a_column_without_access_transistors(tmp_path: Path) -> None:
    # 40 uS cells of 200 nm pitch: the loss no longer depends on how many rows are active
    cell = {"model": "passive", "device": "rram_passive_generic"}
    quiet = run(ADC, SPIKING, {f"{ARRAY}cell": cell}, tmp_path)
    loud = run(
        ADC,
        SPIKING,
        {f"{ARRAY}cell": cell},
        tmp_path,
        workload__input__activity__rate="0.9",
        workload__activity__rate="0.9",
    )
    loss = [next(c.value for c in r.checks if c.name == "ir_drop") for r in (quiet, loud)]
    assert loss[0] == pytest.approx(loss[1])


def test_programming_is_a_line_of_its_own_and_not_in_the_energy(tmp_path: Path) -> None:
    result = run(ADC, DENSE, {f"{ARRAY}write_circuit": None}, tmp_path)
    # 9 pulses of 2 V * 100 uA * 100 ns = 180 pJ a cell, lines and verification 2 % more
    cell = known(result, "energy to program a cell")
    assert cell == pytest.approx(180e-12, rel=0.03)
    held = result.totals["utilisation"] * result.totals["computing_units"] * 128**2
    assert result.totals["programming_energy_J"] == pytest.approx(held * cell)
    # 128 rows, each 9 * (100 ns + 100 ns) = 0.23 ms an array
    assert result.totals["programming_time_s"] == pytest.approx(result.totals["computing_units"] * 230.4e-6)
    assert energy(result, action="program") == 0.0
    assert any("programming" in text for text in result.exclusions)


def test_amortised_programming_is_a_share_of_it(tmp_path: Path) -> None:
    plain = run(ADC, DENSE, {}, tmp_path)
    often = run(ADC, DENSE, {"operation.inferences_per_programming": 1000}, tmp_path)
    share = plain.totals["programming_energy_J"] / 1000
    assert energy(often, action="program") == pytest.approx(share)
    assert not any("programming of" in text for text in often.exclusions)
    assert often.totals["dynamic_energy_J"] == pytest.approx(plain.totals["dynamic_energy_J"] + share)


def test_cells_that_fade_draw_the_power_of_rewriting_them(tmp_path: Path) -> None:
    fading = {
        "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm",
        "parameters": {"retention_time": "3600 s", "retention_activation_energy": "0 eV"},
    }  # fmt: skip
    result = run(ADC, DENSE, {f"{ARRAY}cell": fading}, tmp_path)
    # only the cells that hold a weight are written again
    power = float(result.totals["programming_energy_J"] or 0.0) / 3600
    rows = [r for r in result.breakdown if r.kind == "static" and r.term == "refresh"]
    assert sum(r.energy_J for r in rows) == pytest.approx(power * result.evaluation.active_time.item())
    assert result.totals["refresh_interval_s"] == pytest.approx(3600)
    assert result.totals["refresh_power_W"] == pytest.approx(power)
    # 1e6 writes of nine pulses each
    endurance = next(c.value for p, c in result.claims.items() if p.endswith("cell.endurance"))
    pulses = next(c.value for p, c in result.claims.items() if p.endswith("cell.write_pulses"))
    assert result.totals["cell_lifetime_s"] == pytest.approx(3600 * endurance / pulses)


def test_heat_shortens_retention_by_its_barrier(tmp_path: Path) -> None:
    fading = {
        "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm",
        "parameters": {"retention_time": "10 year", "retention_temperature": "358.15 K",
                       "retention_activation_energy": "1.5 eV"},
    }  # fmt: skip
    warm = run(ADC, DENSE, {f"{ARRAY}cell": fading, "technology.temperature": "358.15 K"}, tmp_path)
    hot = run(ADC, DENSE, {f"{ARRAY}cell": fading, "technology.temperature": "398.15 K"}, tmp_path)
    assert warm.totals["refresh_interval_s"] == pytest.approx(10 * 31557600.0)
    # exp(-17406.8 K x 2.8051e-4 1/K) = 7.576e-3, see tests/equations/test_ageing.py
    ratio = hot.totals["refresh_interval_s"] / warm.totals["refresh_interval_s"]
    assert ratio == pytest.approx(7.576e-3, rel=1e-3)
    assert known(hot, "retention at the chip's temperature") == hot.totals["refresh_interval_s"]


def test_reads_that_disturb_carry_their_share_of_rewriting(tmp_path: Path) -> None:
    disturbed = {
        "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm", "parameters": {"disturb_reads": "1e6"}
    }  # fmt: skip
    result = run(ADC, DENSE, {f"{ARRAY}cell": disturbed}, tmp_path)
    reads = count(result, "cell", "cell_read")
    written = known(result, "energy to program a cell")
    assert energy(result, term="disturb_rewriting") == pytest.approx(reads * written / 1e6)
    assert result.totals["refresh_interval_s"] is not None
    power = energy(result, term="disturb_rewriting") / result.evaluation.active_time.item()
    assert result.totals["refresh_power_W"] == pytest.approx(power, rel=1e-12)  # at 300 K nothing else fades


def test_a_row_above_the_supply_takes_a_level_shifter(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="level_shifter"):
        run(ADC, DENSE, {f"{ARRAY}input.drive_voltage": "1.8 V"}, tmp_path)
    shifter = {"model": "level_shifter", "device": "level_shifter_28nm"}
    changes = {f"{ARRAY}input.drive_voltage": "1.8 V", f"{ARRAY}input.level_shifter": shifter}
    result, plain = run(ADC, DENSE, changes, tmp_path), run(ADC, DENSE, {}, tmp_path)
    # the gates of a row swing twice as far: four times the energy; each pulse also shifts once for 20 fJ
    assert energy(result, term="row_line") == pytest.approx(4 * energy(plain, term="row_line"))
    assert energy(result, term="shift") == pytest.approx(20e-15 * count(plain, "cell", "row_toggle"))
    with pytest.raises(RangeError, match="rating of the level shifter"):
        run(ADC, DENSE, changes | {f"{ARRAY}input.drive_voltage": "3.3 V"}, tmp_path)


def test_pulse_widths_read_once_and_long_instead_of_bit_by_bit(tmp_path: Path) -> None:
    pulses = {"model": "pulse_width", "device": "pulse_width_timely"}
    wide = run(
        ADC,
        DENSE,
        {f"{ARRAY}input": pulses, f"{ARRAY}pulse_width": "1 ns", f"{ARRAY}readout.converter": SAR},
        tmp_path,
    )
    serial = run(ADC, DENSE, {f"{ARRAY}pulse_width": "1 ns", f"{ARRAY}readout.converter": SAR}, tmp_path)
    assert known(wide, "read time") == pytest.approx(255e-9)
    assert count(wide, "converter", "conversion") * 8 == pytest.approx(
        count(serial, "converter", "conversion")
    )
    # the same charge moves in 255 steps at the mean input as in 8 planes of 1 ns at the same share of ones, 255/8 times
    ratio = energy(wide, term="read_current") / energy(serial, term="read_current")
    assert ratio == pytest.approx(255 / 8)
    inputs = count(wide, "input", "input")
    # of the 65 nm of its device at 1.1 V, here at 28 nm and 0.9 V
    here = (28 / 65) ** 0.71 * (0.9 / 1.1) ** 2
    assert energy(wide, term="pulse_width") == pytest.approx(inputs * 37.5e-15 * here, rel=5e-3)


@pytest.mark.parametrize(
    ("driver", "term", "each", "amplifier"),
    [
        # 0.5 * 2^8 * 1 fF * (0.1 V)^2 = 1.28 fJ
        ({"model": "capacitive_dac", "device": "capacitive_dac_28nm"}, "capacitors", 1.28e-15, 2e-6),
        # (8/6 + 1/9) * 1 fF * (0.1 V)^2 = 14.44 aJ
        (
            {"model": "capacitive_dac", "device": "capacitive_dac_28nm", "topology": "c_2c"},
            "capacitors", 14.444e-18, 2e-6,
        ),
        # (8/12 + 1/18) (0.1 V)^2 / 50 kohm * 10 ns = 0.7222 * 2 fJ
        ({"model": "resistive_ladder", "device": "resistive_ladder_28nm"}, "ladder", 1.4444e-15, 45e-6),
    ],
    ids=["binary", "c_2c", "r_2r"],
)  # fmt: skip
def test_voltages_from_converters_at_the_rows(
    driver: dict[str, str], term: str, each: float, amplifier: float, tmp_path: Path
) -> None:
    result = run(ADC, DENSE, {f"{ARRAY}input": driver, f"{ARRAY}readout.converter": SAR}, tmp_path)
    inputs = count(result, "input", "input")
    assert energy(result, term=term) == pytest.approx(inputs * each, rel=1e-3)
    # a class-AB amplifier takes a fifth of the largest row current and its own from 0.9 V for 10 ns
    bias = 0.2 * known(result, "largest row current") + amplifier
    assert energy(result, term="buffer") == pytest.approx(inputs * bias * 0.9 * 10e-9)


def test_numbers_at_the_rows_need_more_bits_at_the_columns(tmp_path: Path) -> None:
    # ceil(log2(128 * 255 * 15 + 1)) = 19, less four
    driver = {"model": "capacitive_dac", "device": "capacitive_dac_28nm"}
    with pytest.raises(RangeError, match="15"):
        run(ADC, DENSE, {f"{ARRAY}input": driver}, tmp_path)


def test_a_spiking_network_has_no_numbers_for_a_converter_at_the_rows(tmp_path: Path) -> None:
    driver = {"model": "capacitive_dac", "device": "capacitive_dac_28nm"}
    with pytest.raises(MappingError, match="one_bit_driver"):
        run(ADC, SPIKING, {f"{ARRAY}input": driver}, tmp_path)


@pytest.mark.parametrize(
    ("converter", "each", "size", "rate"),
    [
        # 8 (20 + 10) fJ + 0.5 * 256 * 1 fF * 0.81 V^2 = 343.7 fJ; 8*8 + 30 + 128 + 8 um^2; 9 cycles
        (SAR, 343.68e-15, 230e-12, 1e9 / 9),
        # 31 * 20 fJ + 50 fJ; 31 * 30 + 20 um^2; 1 cycle
        (FLASH, 670e-15, 950e-12, 1e9),
        # 256 * 0.5 * 2 fJ + 8 * 1 fJ + 1 pJ / 128; 30 + 12 + 300/128 um^2; 256 cycles
        (
            RAMP,
            271.8125e-15, 44.34375e-12, 1e9 / 256,
        ),
        ({"model": "sense_amplifier", "device": "sense_amplifier_28nm"}, 10e-15, 6e-12, 1e9 / 0.64),
        # six levels: 3 (20 + 10) fJ + 0.5 * 6 * 1 fF * 0.81 V^2; 3*8 + 30 + 6/2 + 3*1 um^2; 4 cycles
        (SAR_OF_SIX, 92.43e-15, 60e-12, 1e9 / 4),
        # 5 * 20 fJ + 50 fJ; 5 * 30 + 20 um^2; 1 cycle
        (FLASH_OF_SIX, 150e-15, 170e-12, 1e9),
    ],
    ids=["sar", "flash", "ramp", "sense", "sar of six levels", "flash of six levels"],
)  # fmt: skip
def test_converters_from_their_circuit(
    converter: dict[str, object], each: float, size: float, rate: float, tmp_path: Path
) -> None:
    result = run(ADC, DENSE, {f"{ARRAY}readout.converter": converter}, tmp_path)
    conversions = count(result, "converter", "conversion")
    assert energy(result, component="converter") == pytest.approx(conversions * each, rel=1e-4)
    assert area(result, "converter") == pytest.approx(arrays(result) * 16 * size, rel=1e-4)
    array = result.evaluation.mapper.compute
    cycle = max(8 / rate, known(result, "read time"))
    assert result.evaluation.mapper.cycle_time() == pytest.approx(cycle * 8)
    assert array.conversion_time(result.evaluation.mapper.network) == pytest.approx(8 / rate)


def test_levels_of_a_ternary_converter_are_added_as_whole_bits(tmp_path: Path) -> None:
    flash = FLASH_OF_SIX | {"levels": 3}
    result = run(ADC, DENSE, {f"{ARRAY}readout.converter": flash}, tmp_path)
    assert known(result, "resolution of the converters") == pytest.approx(math.log2(3))
    assert result.evaluation.mapper.network.result_bits == pytest.approx(2.0)
    four = run(ADC, DENSE, {f"{ARRAY}readout.converter": flash | {"levels": 4}}, tmp_path)
    two_bits = run(ADC, DENSE, {f"{ARRAY}readout.converter": FLASH | {"bits": 2}}, tmp_path)
    assert four.totals == two_bits.totals
    with pytest.raises(SpecError, match="leave out bits"):
        run(ADC, DENSE, {f"{ARRAY}readout.converter": flash | {"bits": 2}}, tmp_path)


@pytest.mark.parametrize(
    ("model", "device", "bits"),
    [("flash_adc", "flash_28nm_circuit", 7), ("sar_adc", "sar_28nm_circuit", 13)],
)
def test_converters_are_refused_beyond_their_kind(model: str, device: str, bits: int, tmp_path: Path) -> None:
    converter = {"model": model, "device": device, "clock_frequency": "1 GHz", "bits": bits}
    with pytest.raises(RangeError, match="beyond the range of this kind"):
        run(ADC, DENSE, {f"{ARRAY}readout.converter": converter}, tmp_path)


def test_converters_are_refused_faster_than_their_comparator(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="faster than the comparator"):
        run(ADC, DENSE, {f"{ARRAY}readout.converter": SAR | {"clock_frequency": "10 GHz"}}, tmp_path)


def test_sample_and_hold_is_counted_at_every_column(tmp_path: Path) -> None:
    stage = {"model": "sample_and_hold", "device": "sample_hold_isaac"}
    result = run(ADC, DENSE, {f"{ARRAY}readout.sample_and_hold": stage}, tmp_path)
    reads = count(result, "converter", "conversion")
    # 5 fF * 0.5 V * 0.9 V, and 0.1 uA at 0.9 V for eight turns of 12 ns: sampling and seven bits of 1.5 ns
    assert energy(result, term="hold_capacitor") == pytest.approx(reads * 2.25e-15)
    assert energy(result, term="follower") == pytest.approx(reads * 0.1e-6 * 0.9 * 96e-9)
    assert area(result, "sample_and_hold") == pytest.approx(
        arrays(result) * 128 * 0.039e-12 * 28 / 32, rel=5e-3
    )
    missing = run(ADC, DENSE, {f"{ARRAY}readout.sample_and_hold": None}, tmp_path)
    assert any("sample-and-hold" in text for text in missing.exclusions)
    assert not any("sample-and-hold" in text for text in result.exclusions)


def test_a_held_result_frees_the_array_while_a_slow_neuron_integrates(tmp_path: Path) -> None:
    clamp = {"model": "sampled_clamp", "device": "sampled_clamp_28nm"}
    whole = {f"{ARRAY}readout.integration": "within_timestep"}
    held = run(NEURON, SPIKING, {**whole, f"{ARRAY}readout.interface": clamp}, tmp_path)
    plain = run(NEURON, SPIKING, whole, tmp_path)
    assert known(plain, "read time") > 0.03
    assert known(held, "read time") == pytest.approx(10e-9)
    ratio = energy(plain, term="read_current") / energy(held, term="read_current")
    assert ratio == pytest.approx(known(plain, "read time") / 10e-9)
    # the follower alone works for the whole integration: 1 nA at 0.9 V
    # behind the mirrors, which merge slices, pairs and arrays: one stage a neuron, 20 steps
    results = count(held, "interface", "hold")
    assert results == pytest.approx(20 * held.totals["physical_neurons"])
    assert energy(held, term="follower") == pytest.approx(
        results * 0.9e-9 * known(plain, "read time"), rel=1e-6
    )
    stages = next(r.area_m2 for r in held.breakdown if r.kind == "area" and r.term == "hold_stage")
    assert stages == pytest.approx(held.totals["physical_neurons"] * 57e-12)
    # without them every column of an output keeps its own, in pairs of two slices and in every array of the fan-in
    bare = run(
        NEURON,
        SPIKING,
        {**whole, f"{ARRAY}readout.interface": clamp, f"{ARRAY}readout.merge": None},
        tmp_path,
    )
    split = bare.evaluation.mapped.placement
    columns = 4 * float(np.sum(split.neurons * split.row_blocks))
    assert count(bare, "interface", "hold") == pytest.approx(20 * columns)
    # a fully connected layer has one position, so that the time step stays that of the neuron
    assert held.totals["initiation_interval_s"] == pytest.approx(
        plain.totals["initiation_interval_s"], rel=1e-4
    )


def test_a_held_result_speeds_up_convolutions_whose_positions_share_an_array(tmp_path: Path) -> None:
    clamp = {"model": "sampled_clamp", "device": "sampled_clamp_28nm"}
    held = run(NEURON, "vgg9_cifar10_spiking", {f"{ARRAY}readout.interface": clamp}, tmp_path)
    plain = run(NEURON, "vgg9_cifar10_spiking", {}, tmp_path)
    # 1024 positions of 35 ms one after the other against 1024 reads of 10 ns and one integration
    assert (
        plain.evaluation.timing.initiation_interval.item()
        > 100 * held.evaluation.timing.initiation_interval.item()
    )


def test_mirrors_merge_what_slices_and_arrays_share(tmp_path: Path) -> None:
    result = run(NEURON, SPIKING, {}, tmp_path)
    plain = run(NEURON, SPIKING, {f"{ARRAY}readout.merge": None}, tmp_path)
    # 4 uA at 0.9 V for the read time, at every column read: every layer of this network is split or sliced
    reads = count(plain, "cell", "column_read")
    assert count(result, "merge", "merge") == pytest.approx(reads)
    assert energy(result, component="merge") == pytest.approx(reads * 4e-6 * 0.9 * known(result, "read time"))
    # two slices of 4 bits: mirrors of 1 and 16 units, 8.5 on average
    assert area(result, "merge") == pytest.approx(arrays(result) * 128 * 8.5 * 4e-12)
    assert any("merge" in text for text in plain.exclusions)
    assert not any("mirrors" in text for text in result.exclusions)


def test_counted_partial_sums_take_a_neuron_at_every_array(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="accumulator"):
        run(NEURON, SPIKING, {f"{ARRAY}readout.partial_sums": "digital_counter"}, tmp_path)
    logic = {"device": "logic_45nm_horowitz", "clock_frequency": "200 MHz"}
    changes = {
        f"{ARRAY}readout.partial_sums": "digital_counter",
        "chip.tile.adder": {"model": "accumulator", "lanes": 64, **logic},
        "chip.tile.digital": {"model": "digital_lif", "state_bits": "16 bit", "lanes": 8, **logic},
        "chip.tile.buffer.stores": ["activations", "state"],
    }
    result = run(NEURON, SPIKING, changes, tmp_path)
    rows = result.evaluation.mapped.placement.row_blocks
    outputs = result.evaluation.layers.output_elements
    assert result.totals["physical_neurons"] == pytest.approx((rows * outputs).sum())
    # every step, the counts of all arrays of an output are added and one digital neuron decides
    steps = result.evaluation.layers.timesteps
    updates = (steps * outputs * (rows > 1)).sum()
    assert count(result, "digital", "update") == pytest.approx(updates)
    assert count(result, "adder", "addition") >= (steps * outputs * (rows - 1)).sum()


def test_fan_out_buffer_drives_wire_and_receivers(tmp_path: Path) -> None:
    buffer = {
        "model": "tapered_buffer",
        "device": "tapered_buffer_28nm",
        "wire_length": "200 um",
        "receivers": 2,
    }
    result = run(NEURON, SPIKING, {f"{ARRAY}readout.fan_out_buffer": buffer}, tmp_path)
    wire = result.evaluation.chip.technology.process.wire_capacitance * 200e-6
    load = wire + 2 * 0.4e-15
    spikes = count(result, "neuron", "spike")
    assert energy(result, component="fan_out_buffer") == pytest.approx(spikes * load * 0.81 * 4 / 3)
    stages = math.ceil(math.log(load / 0.4e-15) / math.log(4))
    chain = 0.37e-12 * (4**stages - 1) / 3
    assert area(result, "fan_out_buffer") == pytest.approx(result.totals["physical_neurons"] * chain)


def test_copies_until_the_wanted_interval_is_kept(tmp_path: Path) -> None:
    wanted = run(ADC, "vgg9_cifar10_dense", {f"{ARRAY}target_interval": "50 us"}, tmp_path)
    plain = run(ADC, "vgg9_cifar10_dense", {}, tmp_path)
    assert wanted.evaluation.timing.resources["chip.tile.array"].max() <= 50e-6 * (1 + 1e-9)
    assert plain.evaluation.timing.resources["chip.tile.array"].max() > 50e-6
    assert wanted.totals["computing_units"] > plain.totals["computing_units"]


def test_thermal_noise_limits_what_a_column_can_resolve(tmp_path: Path) -> None:
    # 128 cells of 6 uS at 10 mV for 10 ns dissipate 0.77 fJ; 24 kT 4^8 = 6.5 fJ
    quiet = run(ADC, DENSE, {f"{ARRAY}read_voltage": "10 mV", f"{ARRAY}readout.converter": SAR}, tmp_path)
    assert "column_noise" in failed(quiet)
    assert "column_noise" not in failed(run(ADC, DENSE, {}, tmp_path))


INTEGRATING = {
    "kind": "device", "name": "integrator", "model": "integrating_adc", "description": "By hand.",
    "maturity": {"stage": "concept", "reason": "For a test."},
    "fab_compatibility": {"status": "standard", "reason": "For a test."},
    "defaults": {"basis": "assumed", "rationale": "for a test"},
    "parameters": {
        "integration_step_time": "200 ns", "sample_time": "300 ns", "conversion_step_time": "100 ns",
        "integration_step_energy": "2 pJ", "sample_energy": "3 pJ", "conversion_step_energy": "1 pJ",
        "footprint": "1000 um^2", "maximum_bits": 10,
    },
}  # fmt: skip


def integrating(folder: Path, **options: object) -> dict[str, object]:
    device = folder / "integrator.yaml"
    device.write_text(yaml.safe_dump(INTEGRATING))
    block = {"model": "integrating_adc", "device": str(device), "bits": 6, "single_phase_bits": 3, **options}
    return {f"{ARRAY}readout.converter": block, f"{ARRAY}readout.columns_per_converter": 1}


def test_an_integrating_converter_takes_all_bits_of_an_input_at_once(tmp_path: Path) -> None:
    serial = run(ADC, DENSE, {}, tmp_path)
    result = run(ADC, DENSE, integrating(tmp_path, sign_bits=1), tmp_path)
    # eight bits with sign: seven of magnitude in halves of four and three, 15 + 7 integrations, 6 + (6 - 4) steps
    each = 22 * 2e-12 + 2 * 3e-12 + 8 * 1e-12
    conversions = count(serial, "readout.converter", "conversion") / 8
    assert count(result, "readout.converter", "conversion") == pytest.approx(conversions)
    assert energy(result, component="readout.converter") == pytest.approx(conversions * each)
    toggles = count(serial, "cell", "row_toggle")
    assert count(result, "cell", "row_toggle") == pytest.approx(toggles * 7 / 8)


def test_an_integrating_converter_needs_bits_one_after_the_other(tmp_path: Path) -> None:
    pulses = {f"{ARRAY}input": {"model": "pulse_width", "device": "pulse_width_timely"}}
    with pytest.raises(MappingError, match="use a one_bit_driver"):
        run(ADC, DENSE, {**integrating(tmp_path), **pulses}, tmp_path)


def test_an_integrating_converter_is_refused_beyond_its_resolution(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="beyond the range of this kind of converter"):
        run(ADC, DENSE, integrating(tmp_path, bits=11), tmp_path)


def test_weights_that_fade_faster_than_they_are_written_fail_a_check(tmp_path: Path) -> None:
    def fading(kept: str) -> dict[str, object]:
        parameters = {"retention_time": kept, "retention_activation_energy": "0 eV"}
        return {
            "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm", "parameters": parameters
        }  # fmt: skip

    time = run(ADC, DENSE, {}, tmp_path).totals["programming_time_s"]
    assert "refresh_keeps_up" in failed(
        run(ADC, DENSE, {f"{ARRAY}cell": fading(f"{0.9 * time} s")}, tmp_path)
    )
    assert "refresh_keeps_up" not in failed(
        run(ADC, DENSE, {f"{ARRAY}cell": fading(f"{1.1 * time} s")}, tmp_path)
    )


def test_an_access_transistor_must_carry_the_programming_current(tmp_path: Path) -> None:
    def cell(**parameters: str) -> dict[str, object]:
        return {f"{ARRAY}cell": {
            "model": "one_transistor_one_resistor", "device": "rram_hfox_28nm", "parameters": parameters
        }}  # fmt: skip

    # 100 uA at 0.45 mA/um of thick oxide, as in the switches of the write circuit, take 222 nm
    thick = [
        load_device(name).claims[current].value
        for name, current in (("rram_hfox_28nm", "access_on_current"), ("write_circuit_2v5", "on_current"))
    ]
    assert thick == pytest.approx([450.0, 450.0])
    assert "access_carries_writing" in failed(run(ADC, DENSE, cell(access_width="221 nm"), tmp_path))
    assert "access_carries_writing" not in failed(run(ADC, DENSE, cell(access_width="223 nm"), tmp_path))
    # 3 (W/F + 1) F^2 = 53 F^2 at W = 16.7 F = 467 nm
    assert "access_fits_cell" in failed(
        run(ADC, DENSE, cell(access_width="480 nm", minimum_cell_area="0 m^2"), tmp_path)
    )
    assert "access_fits_cell" not in failed(run(ADC, DENSE, cell(access_width="460 nm"), tmp_path))


def test_bare_cells_tell_sneak_and_half_select(tmp_path: Path) -> None:
    cell = {"model": "passive", "device": "rram_passive_generic"}
    result = run(ADC, DENSE, {f"{ARRAY}cell": cell}, tmp_path)
    mean = known(result, "mean conductance of a cell")
    # (R - 1)(C - 1)/(R + C - 1) = 127 x 127 / 255 = 63.25 cells
    assert known(result, "sneak conductance past one cell if other lines float") == pytest.approx(
        63.25 * mean, rel=1e-3
    )
    claims = {p.rsplit(".", 1)[-1]: c.value for p, c in result.claims.items() if ".cell." in p}
    half = 254 * claims["program_voltage"] / 2 * claims["program_current"] / claims["nonlinearity"]
    assert known(result, "power of half-selected cells while one is written") == pytest.approx(half)


def test_a_loss_beyond_what_was_solved_is_reported(tmp_path: Path) -> None:
    inside = run(ADC, DENSE, {}, tmp_path)
    outside = run(
        ADC, DENSE, {f"{ARRAY}rows": 1024, f"{ARRAY}columns": 1024, f"{ARRAY}parallel_wires": 1}, tmp_path
    )
    array = outside.evaluation.mapper.compute
    strength = (
        array.weights.conductance(outside.evaluation.mapper.network) * array.segment_resistance() * 1024**2
    )
    found = next(c for c in outside.checks if c.name == "wire_loss_range")
    assert found.value == pytest.approx(float(np.ravel(strength)[0]))
    assert found.passed == (found.value <= 6.6)
    assert "wire_loss_range" in failed(outside)
    assert "wire_loss_range" not in failed(inside)


def test_leakage_far_from_room_temperature_is_reported(tmp_path: Path) -> None:
    assert "temperature" not in failed(run(ADC, DENSE, {"technology.temperature": "358 K"}, tmp_path))
    assert "temperature" in failed(run(ADC, DENSE, {"technology.temperature": "400 K"}, tmp_path))


def test_a_cell_that_reads_disturb_is_dearer(tmp_path: Path) -> None:
    cell = {"model": "one_transistor_one_resistor", "device": "rram_hfox_disturbed_28nm"}
    plain, disturbed = run(ADC, DENSE, {}, tmp_path), run(ADC, DENSE, {f"{ARRAY}cell": cell}, tmp_path)
    reads = count(plain, "cell", "cell_read")
    each = known(plain, "energy to program a cell")
    assert energy(disturbed, component="cell", term="disturb_rewriting") == pytest.approx(reads * each / 8000)
    assert disturbed.totals["cell_lifetime_s"] < plain.totals["cell_lifetime_s"]


def test_a_die_larger_than_an_exposure_is_reported_and_several_chips_help(tmp_path: Path) -> None:
    network = "resnet18_imagenet_dense"
    survey = {
        "model": "survey_adc",
        "device": "adc_survey_median",
        "dropped_bits": 2,
        "sample_rate": "100 MHz",
    }
    large = {f"{ARRAY}readout.converter": survey}
    whole = run(ADC, network, large, tmp_path)
    assert "die_is_exposed_at_once" in failed(whole)
    assert whole.totals["area_m2"] > 858e-6
    parts = run(ADC, network, {**large, "chip.count": "auto", "chip.tile.count": 100}, tmp_path)
    assert float(np.ravel(parts.evaluation.mapped.counts["chip"])[0]) > 1
    assert "die_is_exposed_at_once" not in failed(parts)


def test_isaac_reads_its_cells_at_the_energy_of_its_table() -> None:
    # 0.3 mW an array of 128 x 128 cells, each of which is read once in 100 ns
    result = estimate("isaac_like_32nm", "resnet18_imagenet_dense")
    each = energy(result, component="cell", term="read_current") / count(result, "cell", "cell_read")
    assert each == pytest.approx(0.3e-3 * 100e-9 / 128**2, rel=0.01)
    # a current that thin wires deliver
    assert "ir_drop" not in failed(result)


def test_a_network_on_isaac_takes_what_another_tool_says() -> None:
    # AccelForge with its isaac_isca_2016 as shipped: 1.370 mJ for ResNet-18, 0.196 mJ of it leakage
    # (docs/models/crosscheck.md, benchmarks/peers/chips.csv)
    result = estimate("isaac_like_32nm", "resnet18_imagenet_dense")
    for theirs in (1.370e-3, 1.370e-3 - 0.196e-3):
        assert 1 / 1.3 < result.totals["dynamic_energy_J"] / theirs < 1.3


def test_one_conversion_a_result_takes_no_accumulator(tmp_path: Path) -> None:
    # pulses as wide as the number are read once, a weight of one cell has one slice, and the two cells of a pair stand
    # in one column: 32 inputs in 64 of 128 rows make 16 results of one conversion each
    small = loaded_text(workload_text(text([32], [{"type": "fully_connected", "outputs": 16}])), "n")
    one = {f"{ARRAY}weight_encoding": "row_differential"}
    bits = {"workload.precision.weights": "1 bit"}
    bare, adding = (
        estimate(changed("pulse_width_crossbar_28nm", {**one, **removed}, tmp_path), small, bits)
        for removed in ({"chip.tile.accumulator": None}, {})
    )
    assert count(bare, "converter", "conversion") == 16
    assert count(adding, "accumulator", "addition") == 0
    assert area(bare, "accumulator") == 0.0 < area(adding, "accumulator")
    # a second array for 65 inputs makes every result a sum of two
    tall = loaded_text(workload_text(text([65], [{"type": "fully_connected", "outputs": 16}])), "n")
    with pytest.raises(MappingError, match="need an accumulator block"):
        estimate(
            changed("pulse_width_crossbar_28nm", {**one, "chip.tile.accumulator": None}, tmp_path), tall, bits
        )
    both = estimate(changed("pulse_width_crossbar_28nm", one, tmp_path), tall, bits)
    assert count(both, "accumulator", "addition") == 32


def test_a_clamp_is_drawn_for_the_current_of_its_column(tmp_path: Path) -> None:
    few, many = (run(ADC, DENSE, {f"{ARRAY}rows": rows}, tmp_path) for rows in (64, 128))
    bias = [
        known(r, "mean conductance of a cell") * 0.1 * rows / 2 * 2 for r, rows in ((few, 64), (many, 128))
    ]
    # 80 uA carry 40 uA; energy, area and static power follow
    for result, current in ((few, bias[0]), (many, bias[1])):
        clamp = result.evaluation.mapper.compute.front_end(result.evaluation.mapper.network).device
        assert float(clamp.bias_current) == pytest.approx(current)
        assert float(clamp.input_resistance) == pytest.approx(60.0 * 80e-6 / current)
        assert area(result, "interface") == pytest.approx(arrays(result) * 128 * 40e-12 * current / 80e-6)
    small = run(ADC, DENSE, {f"{ARRAY}read_voltage": "2 mV"}, tmp_path)
    least = small.evaluation.mapper.compute.front_end(small.evaluation.mapper.network).device
    assert float(least.bias_current) == pytest.approx(5e-6)


def test_a_bias_that_stays_on_is_static_power(tmp_path: Path) -> None:
    clamp = {"model": "current_clamp", "device": "current_clamp_regulated_28nm", "bias": "always"}
    gated, always = (
        run(ADC, DENSE, {}, tmp_path),
        run(ADC, DENSE, {f"{ARRAY}readout.interface": clamp}, tmp_path),
    )
    assert energy(gated, component="interface") > 0.0
    assert energy(always, component="interface") == 0.0
    mapper = always.evaluation.mapper
    current = float(mapper.compute.front_end(mapper.network).device.bias_current)
    (standing,) = (c for c in always.evaluation.costs.statics if c.term == "bias")
    assert float(standing.power) == pytest.approx(current * 0.9)
    assert always.totals["static_energy_J"] > 10.0 * gated.totals["static_energy_J"]


def test_a_current_sense_amplifier_holds_its_column(tmp_path: Path) -> None:
    sense = {"model": "whole_adc", "device": "current_sense_28nm", "bits": 4, "takes": "current"}
    result = run(
        ADC, DENSE,
        {f"{ARRAY}readout.converter": sense, f"{ARRAY}readout.interface": None,
         f"{ARRAY}readout.sample_and_hold": None, f"{ARRAY}schedule": None}, tmp_path,
    )  # fmt: skip
    assert energy(result, component="converter") == pytest.approx(
        count(result, "converter", "conversion") * 4 * 40e-15
    )
    assert not any("no interface" in line for line in result.exclusions)


@pytest.mark.parametrize("device", ["capacitive_dac_28nm", "pulse_width_timely"])
def test_both_rows_of_a_pair_share_a_converter_and_have_an_amplifier_each(
    device: str, tmp_path: Path
) -> None:
    chip = "voltage_input_crossbar_28nm" if device.startswith("capacitive") else "pulse_width_crossbar_28nm"
    columns, rows = (
        run(chip, DENSE, {f"{ARRAY}weight_encoding": encoding}, tmp_path)
        for encoding in ("column_differential", "row_differential")
    )
    driven = [count(r, "input", "row_toggle") for r in (columns, rows)]
    inputs = [count(r, "input", "input") for r in (columns, rows)]
    assert inputs[0] == driven[0]
    assert inputs[1] == driven[1] / 2
    each = [area(r, "input") / (arrays(r) * 128) for r in (columns, rows)]
    driver = rows.evaluation.mapper.compute.driver
    network = rows.evaluation.mapper.network
    assert each[0] - each[1] == pytest.approx(float(driver.own_area(network)) / 2, rel=1e-6)


def test_a_memory_transistor_below_threshold_has_the_statistics_of_its_measurement() -> None:
    """Fits of CrossSim's SONOS.py, A (1 - exp(-I/B)) in nanoamperes, at the largest current of the device."""
    parameters = load_device("sonos_40nm_low").claims
    top = parameters["high_conductance"].value * 0.1 * 1e9  # at 0.1 V: 1600 nA is 16 uS there
    assert top == pytest.approx(10.0)

    def spread(scale: float, current: float) -> float:
        return scale * (1.0 - math.exp(-top / current)) / top

    written, day, five = spread(19.88665, 176.3115), spread(25.59102, 186.85544), spread(34.57909, 207.34309)
    assert parameters["conductance_spread"].value == pytest.approx(written, rel=0.01)
    assert parameters["read_noise"].value == pytest.approx(spread(12.58037, 215.36557), rel=0.01)
    wandered = [math.sqrt(later**2 - written**2) for later in (day, five)]
    assert parameters["relaxation_spread"].value == pytest.approx(wandered[0], rel=0.01)
    growth = (wandered[1] - wandered[0]) / math.log10(5.0)
    assert parameters["relaxation_growth"].value == pytest.approx(growth, rel=0.015)


def test_a_cell_of_nanosiemens_saves_what_conducts_and_needs_another_write_circuit() -> None:
    cell, bias = f"{ARRAY}cell.device", f"{ARRAY}readout.interface.bias_follows"
    network = "shd_recurrent_spiking"
    usual, low = (
        estimate("diffusive_28nm_capacitor", network, {cell: device, bias: "mapped_current"})
        for device in ("rram_hfox_28nm", "sonos_40nm_low")
    )
    reads = [energy(result, term="read_current") for result in (usual, low)]
    # 40 uS over 100 nS is 400, and a zero takes 1 uS in the wider window
    assert 1e2 < reads[0] / reads[1] < 1e3
    assert energy(low) < energy(usual) / 4.0  # what is left are the mirrors
    with_oxide = estimate("diffusive_low_power_28nm", network, {cell: "rram_hfox_28nm"})
    assert not failed(with_oxide)
    default = estimate("diffusive_low_power_28nm", network, {cell: "sonos_40nm_low"})
    broken = {c.component.rsplit(".", 1)[-1] for c in default.failed_checks if c.severity != "advice"}
    assert broken == {"write_circuit", "level_shifter", "pump"}  # 7.5 V where they stand 2.75 V
