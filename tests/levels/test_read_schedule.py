"""Order of a read: times, energies and counts by hand on the 28 nm fabric with successive-approximation converters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import MappingError, UnknownNameError
from neuroest.results.estimate import Estimate
from neuroest.validation.expressions import evaluate_expression
from tests.chips import area, arrays, count, energy, known, read_energy_without_wires, run

ARRAY = "chip.tile.array."
ADC, DENSE = "adc_crossbar_28nm", "mlp_mnist_dense"
CLOCK = 10e-9  # 100 MHz
CONVERSION = 9 * CLOCK  # eight decisions and a cycle to sample
SAR = {"model": "sar_adc", "device": "sar_28nm_circuit", "clock_frequency": "100 MHz", "bits": 8}
BARE = {f"{ARRAY}readout.converter": SAR, f"{ARRAY}readout.sample_and_hold": None}
PULSE = {"model": "pulse_width", "device": "pulse_width_timely"}
SHARED = 8


def read(folder: Path, changes: dict[str, Any] | None = None, **schedule: object) -> Estimate:
    chosen = {f"{ARRAY}schedule": {"model": "read_schedule", **schedule} if schedule else None}
    return run(ADC, DENSE, {**BARE, **chosen, **(changes or {})}, folder)


def cycle(result: Estimate) -> float:
    """Time of one phase of an input."""
    mapper = result.evaluation.mapper
    return float(np.ravel(mapper.cycle_time() / mapper.conversions_each)[0])


def driven(result: Estimate) -> float:
    return known(result, "read time")


def settled(result: Estimate) -> float:
    mapper = result.evaluation.mapper
    return float(np.ravel(mapper.compute.settled_time(mapper.network))[0])


def test_without_anything_that_holds_the_columns_stay_driven(tmp_path: Path) -> None:
    result = read(tmp_path)
    assert settled(result) == pytest.approx(10e-9)  # the pulse
    assert driven(result) == pytest.approx(10e-9 + SHARED * CONVERSION)
    assert cycle(result) == pytest.approx(10e-9 + SHARED * CONVERSION)


def test_columns_that_wait_for_a_shared_converter_are_reported(tmp_path: Path) -> None:
    def waiting(result: Estimate) -> list[float]:
        return [float(c.value or 0.0) for c in result.advice if c.name == "columns_wait"]

    alone = 10e-9 + CONVERSION
    assert waiting(read(tmp_path)) == pytest.approx([(10e-9 + SHARED * CONVERSION) / alone])
    for better in ({"columns": "in_turn"}, {"holding": "stage"}):
        assert waiting(read(tmp_path, **better)) == []


def test_a_stage_hides_the_shorter_part_and_costs_its_sampling(tmp_path: Path) -> None:
    result = read(tmp_path, holding="stage", sample_time="3 ns", reset_time="2 ns")
    assert driven(result) == pytest.approx(13e-9)
    assert cycle(result) == pytest.approx(SHARED * CONVERSION + 3e-9)
    assert any("sample-and-hold" in text for text in result.exclusions)
    slow = read(
        tmp_path, {f"{ARRAY}pulse_width": "2 us"}, holding="stage", sample_time="3 ns", reset_time="2 ns"
    )
    assert cycle(slow) == pytest.approx(2e-6 + 2e-9 + 3e-9)


def test_a_converter_holds_one_column(tmp_path: Path) -> None:
    result = read(tmp_path, holding="converter")
    # seven whole conversions and the sampling cycle of the eighth, whose decisions leave the column free
    assert driven(result) == pytest.approx(10e-9 + 7 * CONVERSION + CLOCK)
    assert cycle(result) == pytest.approx(8 * CLOCK + CLOCK + 7 * CONVERSION)


def test_the_delay_of_a_layer_is_that_of_one_position(tmp_path: Path) -> None:
    result = read(tmp_path, holding="stage", sample_time="3 ns")
    # eight bits of an input, each at the pace of the conversions, and the conversions of the last one
    phases = 8 * (SHARED * CONVERSION + 3e-9)
    delay = evaluate_expression("delay(chip.tile.array, output)", result.evaluation)
    assert delay == pytest.approx(phases + SHARED * CONVERSION)
    assert evaluate_expression("delay(chip.tile.array)", result.evaluation) == pytest.approx(delay)
    with pytest.raises(UnknownNameError, match="allowed: hidden_1, hidden_2, output"):
        evaluate_expression("delay(chip.tile.array, last)", result.evaluation)


def test_columns_in_turn_settle_by_themselves_and_share_their_clamps(tmp_path: Path) -> None:
    together, turns = read(tmp_path), read(tmp_path, columns="in_turn")
    wait = settled(turns)
    assert driven(turns) == pytest.approx(wait + CONVERSION)
    assert cycle(turns) == pytest.approx(SHARED * (wait + CONVERSION))
    ratio = read_energy_without_wires(turns.evaluation) / read_energy_without_wires(together.evaluation)
    assert ratio == pytest.approx((wait + CONVERSION) / (10e-9 + SHARED * CONVERSION))
    # a row carries the current of fewer columns at a time
    left = [
        np.max(r.evaluation.mapper.compute.current_left(r.evaluation.mapper.network))
        for r in (together, turns)
    ]
    assert left[0] < left[1] < 1.0
    each = area(together, "interface") / (arrays(together) * 128)
    assert area(turns, "interface") == pytest.approx(arrays(turns) * 128 / SHARED * each)
    assert count(turns, "converter", "conversion") == count(together, "converter", "conversion")


def test_held_results_add_to_the_latency_alone(tmp_path: Path) -> None:
    held = read(tmp_path, holding="stage")
    mapper = held.evaluation.mapper
    drain = float(np.sum(mapper.drain_time()))
    layers = float(np.sum(mapper.on_array))
    assert drain == pytest.approx(layers * SHARED * CONVERSION)
    assert held.totals["latency_s"] == pytest.approx(float(np.sum(held.evaluation.timing.step)) + drain)


def test_digits_of_an_input_are_read_and_converted_one_by_one(tmp_path: Path) -> None:
    input_ = {f"{ARRAY}input": PULSE, f"{ARRAY}pulse_width": "1 ns"}
    whole = read(tmp_path, input_, holding="stage")
    halves = read(tmp_path, input_, holding="stage", bits_per_phase=4)
    assert settled(whole) == pytest.approx(255e-9)
    assert settled(halves) == pytest.approx(max(15e-9, known(halves, "settling time")))
    assert count(halves, "converter", "conversion") == 2 * count(whole, "converter", "conversion")
    # the same mean input in two pulses of at most 15 instead of one of at most 255
    ratio = energy(halves, term="read_current") / energy(whole, term="read_current")
    assert ratio == pytest.approx(2 * settled(halves) / 255e-9)


def test_pulses_of_binary_widths_are_converted_once(tmp_path: Path) -> None:
    bitwise = read(tmp_path, {f"{ARRAY}pulse_width": "10 ns"}, holding="stage")
    binary = read(tmp_path, {f"{ARRAY}pulse_width": "10 ns"}, holding="stage", pulse_widths="binary")
    assert 8 * count(binary, "converter", "conversion") == count(bitwise, "converter", "conversion")
    assert count(binary, "input", "row_toggle") == count(bitwise, "input", "row_toggle")
    # 1 + 2 + ... + 128 pulses of 10 ns, which take longer than eight conversions
    assert cycle(binary) == pytest.approx(255 * 10e-9)
    assert energy(binary, term="read_current") / energy(bitwise, term="read_current") == pytest.approx(
        255 / 8
    )


def test_bits_that_share_a_capacitor_are_converted_once(tmp_path: Path) -> None:
    stage = {f"{ARRAY}readout.sample_and_hold": {"model": "sample_and_hold", "device": "sample_hold_isaac"}}
    bitwise = read(tmp_path, stage, holding="stage", sample_time="2 ns")
    shared = read(tmp_path, stage, holding="stage", sample_time="2 ns", pulse_widths="shared")
    assert 8 * count(shared, "converter", "conversion") == count(bitwise, "converter", "conversion")
    # each bit is settled and taken by the stage, and the conversions of the last input go on meanwhile
    assert count(shared, "sample_and_hold", "sample") == count(bitwise, "sample_and_hold", "sample")
    assert cycle(shared) == pytest.approx(max(8 * (10e-9 + 2e-9), SHARED * CONVERSION))
    assert energy(shared, term="read_current") == pytest.approx(energy(bitwise, term="read_current"))


def test_signs_in_turn_take_two_reads_of_a_bit_less(tmp_path: Path) -> None:
    together, turns = (read(tmp_path, holding="stage", input_signs=s) for s in ("together", "in_turn"))
    each = count(together, "converter", "conversion") / 8
    assert count(turns, "converter", "conversion") == pytest.approx(each * 7 * 2)
    assert count(turns, "input", "row_toggle") == pytest.approx(
        count(together, "input", "row_toggle") * 7 / 8
    )


def test_a_result_of_several_reads_drives_its_rows_again(tmp_path: Path) -> None:
    one = read(tmp_path, holding="none", reset_time="2 ns")
    each, last = (
        read(tmp_path, holding="none", reset_time="2 ns", reads_per_result=4, converted=done)
        for done in ("each_read", "last_read")
    )
    for part in (each, last):
        assert count(part, "input", "row_toggle") == pytest.approx(4 * count(one, "input", "row_toggle"))
        assert count(part, "cell", "cell_read") == pytest.approx(4 * count(one, "cell", "cell_read"))
    assert count(each, "converter", "conversion") == pytest.approx(4 * count(one, "converter", "conversion"))
    assert count(last, "converter", "conversion") == pytest.approx(count(one, "converter", "conversion"))
    # four whole reads, or four times reset and pulse before the conversions of eight columns
    assert cycle(each) == pytest.approx(cycle(one))
    assert each.evaluation.mapper.conversions_each == pytest.approx(
        4 * one.evaluation.mapper.conversions_each
    )
    assert cycle(last) == pytest.approx(4 * (2e-9 + 10e-9) + SHARED * CONVERSION)
    # a column is driven for the conversions once
    assert 4 * driven(last) == pytest.approx(4 * 10e-9 + SHARED * CONVERSION)


def test_rows_in_turn_take_a_read_and_a_conversion_each(tmp_path: Path) -> None:
    single = {f"{ARRAY}parallel_wires": 1}
    whole, parts = (
        read(tmp_path, single, holding="stage"), read(tmp_path, single, holding="stage", rows_at_once=16)
    )  # fmt: skip
    # 784 inputs, for instance, take six arrays of 128 rows and one of 16: 6 x 8 + 1 reads
    mapper = parts.evaluation.mapper
    weighted = np.ravel(mapper.on_array) > 0.0
    shape = [
        (int(r), int(o))
        for r, o in zip(mapper.layers.reduction[weighted], mapper.layers.outputs[weighted], strict=True)
    ]
    expected = [sum(-(-min(128, rows - first) // 16) for first in range(0, rows, 128)) for rows, _ in shape]
    assert np.ravel(mapper.row_reads)[weighted].tolist() == expected
    columns = np.asarray(
        [outputs * 2 * float(np.max(mapper.compute.weights.slices(mapper.network))) for _, outputs in shape]
    )
    assert count(parts, "converter", "conversion") == pytest.approx(8 * float(columns @ expected))
    assert np.max(mapper.reads_in_array) == 8
    slowest = [np.max(r.evaluation.timing.resources["chip.tile.array"]) for r in (whole, parts)]
    assert slowest[1] == pytest.approx(8 * slowest[0])
    # the same cells conduct as long, and fewer of them at a time lose less along the wires
    cells = [read_energy_without_wires(r.evaluation) for r in (whole, parts)]
    assert cells[1] == pytest.approx(cells[0])
    assert energy(parts, term="read_current") > energy(whole, term="read_current")
    lossless = {f"{ARRAY}readout.converter": {**SAR, "bits": "auto"}}
    bits = [
        known(read(tmp_path, lossless, holding="stage", rows_at_once=n), "resolution of the converters")
        for n in (16, 128)
    ]
    # 16 x 15 + 1 = 241 levels of four-bit cells, 128 x 15 + 1 = 1921
    assert bits == [8, 11]


def test_reads_do_not_reach_from_one_array_into_the_next(tmp_path: Path) -> None:
    mapper = read(tmp_path, holding="stage", rows_at_once=48).evaluation.mapper
    # 128 rows are read 48, 48 and 32 at a time; 784 inputs take six such arrays and 16 rows of a seventh
    deepest = int(np.argmax(mapper.layers.reduction))
    assert np.ravel(mapper.row_reads)[deepest] == 6 * 3 + 1
    ((rows, _), *_), times = mapper.kinds_of_blocks
    blocks = dict(zip(rows[deepest].tolist(), times[deepest].tolist(), strict=True))
    assert {size: number for size, number in blocks.items() if number} == {48: 12, 32: 6, 16: 1}
    assert rows[deepest] @ times[deepest] == 784
    assert np.max(mapper.reads_in_array) == 3


@pytest.mark.parametrize(
    ("changes", "schedule", "message"),
    [
        ({f"{ARRAY}readout.converter": {**SAR, "model": "flash_adc", "device": "flash_28nm_circuit", "bits": 5}},
         {"holding": "converter"}, "needs its column"),
        ({}, {"pulse_widths": "binary", "holding": "none"}, "adds charges"),
        ({}, {"pulse_widths": "shared", "holding": "stage"}, "capacitors share the results"),
        ({}, {"bits_per_phase": 2}, "applies one bit"),
        ({}, {"rows_at_once": 256}, "more than the 128 rows"),
        ({f"{ARRAY}cell": {"model": "passive", "device": "rram_passive_generic"}, f"{ARRAY}write_circuit": None},
         {"columns": "in_turn"}, "without transistors"),
        ({f"{ARRAY}weight_encoding": "offset"}, {"columns": "in_turn"}, "offset_subtraction: digital_sum"),
    ],
    ids=["flash", "binary", "shared", "bits", "rows", "passive", "offset"],
)  # fmt: skip
def test_what_the_circuits_cannot_do_is_refused(
    changes: dict[str, Any], schedule: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(MappingError, match=message):
        read(tmp_path, changes, **schedule)


def test_a_stated_clock_sets_the_pace_and_has_no_error(tmp_path: Path) -> None:
    free, clocked = read(tmp_path), read(tmp_path, cycle_time="1 us")
    assert cycle(free) == pytest.approx(10e-9 + SHARED * CONVERSION)
    assert cycle(clocked) == pytest.approx(1e-6)
    assert driven(clocked) == pytest.approx(driven(free))  # cells conduct for the read alone
    times = evaluate_expression("time(chip.tile.array)", clocked.sampled)  # eight bits of three layers
    assert times == pytest.approx(np.full_like(times, 24e-6))
    assert np.ptp(evaluate_expression("time(chip.tile.array)", free.sampled)) > 1e-6
    assert not [check for check in clocked.failed_checks if check.name == "read_fits_cycle"]


def test_conversions_take_at_most_what_a_stated_clock_leaves(tmp_path: Path) -> None:
    short = read(tmp_path, cycle_time="400 ns", reset_time="2 ns")
    assert driven(short) == pytest.approx(398e-9)
    (check,) = [check for check in short.failed_checks if check.name == "read_fits_cycle"]
    assert float(np.ravel(check.value)[0]) == pytest.approx(12e-9 + SHARED * CONVERSION)
    in_turn = read(tmp_path, columns="in_turn", cycle_time="200 ns")
    assert cycle(in_turn) == pytest.approx(SHARED * 200e-9)
