"""Weights in time: what drift does to a chip, how refreshes are charged, and what offset coding takes off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import MappingError, RangeError
from neuroest.pipeline.lifetime import reads_per_cell
from tests.chips import area, arrays, count, energy, failed, known, read_energy_without_wires, run

ARRAY = "chip.tile.array."
DENSE, SPIKING = "mlp_mnist_dense", "mlp_mnist_spiking"
PCM, RRAM, LIF = "pcm_crossbar_28nm", "adc_crossbar_28nm", "analog_lif_28nm"
TIME, REFRESH = f"{ARRAY}time_since_programming", f"{ARRAY}refresh_interval"
PCM_CELL = {"model": "one_transistor_one_resistor", "device": "pcm_28nm_fdsoi"}
ON_NEURONS = {f"{ARRAY}cell": PCM_CELL, f"{ARRAY}read_voltage": "0.05 V"}


def excluded(result, text: str) -> bool:
    return any(text in item for item in result.exclusions)


def test_without_a_time_the_cells_are_as_written_and_the_estimate_says_so(tmp_path: Path) -> None:
    plain = run(PCM, DENSE, {}, tmp_path)
    at_once = run(PCM, DENSE, {TIME: "20 s"}, tmp_path)  # the time of the first reading
    for name in ("energy_per_inference_J", "area_m2", "latency_s", "programming_energy_J"):
        assert plain.totals[name] == pytest.approx(at_once.totals[name], rel=1e-12), name
    assert excluded(plain, "conductance drift after programming")
    assert not excluded(at_once, "drift of the")


def test_currents_fall_with_the_exponents_of_both_states(tmp_path: Path) -> None:
    # a weight of one bit and a sign takes one cell
    whole = {"workload__precision__weights": "2 bit"}
    plain = run(PCM, DENSE, {}, tmp_path, **whole)
    old = run(PCM, DENSE, {TIME: "2e7 s"}, tmp_path, **whole)
    # L = ln(1e6) = 13.816; high 100 uS exp((0.008 L)^2/2 - 0.049 L) = 51.12 uS;
    # low 1 uS exp((0.045 L)^2/2 - 0.1 L) = 0.3047 uS; mean low + (high - low) E|w|/2
    low = np.exp((0.045 * 13.8155) ** 2 / 2 - 0.1 * 13.8155) * 1e-6
    high = np.exp((0.008 * 13.8155) ** 2 / 2 - 0.049 * 13.8155) * 100e-6
    weight = old.evaluation.mapper.network.mean_absolute_weight
    mean = low + (high - low) * weight / 2
    assert known(old, "mean conductance of a cell") == pytest.approx(mean, rel=1e-4)
    ratio = mean / (1e-6 + 99e-6 * weight / 2)
    before, after = (read_energy_without_wires(r.evaluation) for r in (plain, old))
    assert after == pytest.approx(ratio * before, rel=1e-4)
    assert energy(old, term="read_current") < energy(plain, term="read_current")
    assert known(old, "share of a weight that is left") == pytest.approx((high - low) / 99e-6, rel=1e-4)
    # writing is not cheaper because the weights have drifted
    assert old.totals["programming_energy_J"] == pytest.approx(
        plain.totals["programming_energy_J"], rel=1e-12
    )


def test_a_slow_neuron_waits_longer_for_weights_that_have_drifted(tmp_path: Path) -> None:
    # whole integrations in a timestep, which take longer than the link
    whole = {**ON_NEURONS, f"{ARRAY}readout.integration": "within_timestep"}
    new = run(LIF, SPIKING, whole, tmp_path)
    old = run(LIF, SPIKING, {**whole, TIME: "1 year"}, tmp_path)
    right = run(LIF, SPIKING, {**whole, TIME: "1 year", f"{ARRAY}drift_correction": "common_gain"}, tmp_path)
    share = known(old, "share of a weight that is left")
    # the membrane is charged by a current that has fallen in proportion
    held = [r.evaluation.mapper.compute.hold_time(r.evaluation.mapper.network) for r in (new, old, right)]
    assert held[1] == pytest.approx(held[0] / share, rel=1e-6)
    assert held[2] == pytest.approx(held[0])
    # and holds the crossbar for as long
    reads = [r.evaluation.mapper.compute.read_time(r.evaluation.mapper.network) for r in (new, old, right)]
    assert reads[1] == pytest.approx(reads[0] / share)
    assert reads[2] == pytest.approx(reads[0])
    assert old.totals["latency_s"] > new.totals["latency_s"]
    # G falls, t grows: the charge of a read stays, but for the low conductance, which falls faster
    means = [known(r, "mean conductance of a cell") for r in (new, old)]
    charge = read_energy_without_wires(old.evaluation) / read_energy_without_wires(new.evaluation)
    assert charge == pytest.approx(means[1] / means[0] / share)
    assert charge == pytest.approx(1.0, rel=0.05)
    mirrors = [energy(r, component="merge", term="bias") for r in (new, old)]
    assert mirrors[1] == pytest.approx(mirrors[0] / share, rel=1e-6)
    # conveyors give what the cells do not bring, which is less now and for longer
    assert (
        energy(old, component="interface", term="bias")
        > energy(new, component="interface", term="bias") / share
    )
    assert excluded(right, "common gain")


def test_a_diffusive_neuron_that_sees_too_little_never_fires(tmp_path: Path) -> None:
    steep = {**PCM_CELL, "parameters": {"high_drift_exponent": 0.2}}
    changes = {**ON_NEURONS, f"{ARRAY}cell": steep, TIME: "1 year"}
    with pytest.raises(RangeError, match="never fires"):
        run("diffusive_28nm_derived", SPIKING, changes, tmp_path)


def test_neurons_that_do_not_say_what_a_weak_input_does_are_reported(tmp_path: Path) -> None:
    result = run("ferroelectric_neuron_28nm", SPIKING, {**ON_NEURONS, TIME: "1 day"}, tmp_path)
    assert excluded(result, "effect of the weaker input")


def test_a_chosen_refresh_is_charged_as_power_and_wear(tmp_path: Path) -> None:
    result = run(PCM, DENSE, {REFRESH: "1 day"}, tmp_path)
    power = result.totals["programming_energy_J"] / 86400
    rows = [r for r in result.breakdown if r.kind == "static" and r.term == "refresh"]
    assert sum(r.energy_J for r in rows) == pytest.approx(power * result.evaluation.active_time.item())
    assert result.totals["refresh_interval_s"] == pytest.approx(86400)
    assert result.totals["refresh_power_W"] == pytest.approx(power)
    # a million writes of one pulse
    assert result.totals["cell_lifetime_s"] == pytest.approx(86400 * 1e6)
    # seen at the end of the interval
    old = run(PCM, DENSE, {TIME: "1 day"}, tmp_path)
    assert known(result, "mean conductance of a cell") == known(old, "mean conductance of a cell")


def test_refreshes_and_rewriting_by_reads_are_not_paid_twice(tmp_path: Path) -> None:
    cell = {
        "model": "one_transistor_one_resistor",
        "device": "rram_hfox_28nm",
        "parameters": {"disturb_reads": "1e6"},
    }
    often = run(RRAM, DENSE, {f"{ARRAY}cell": cell, REFRESH: "10 ms"}, tmp_path)
    seldom = run(RRAM, DENSE, {f"{ARRAY}cell": cell, REFRESH: "1 day"}, tmp_path)
    stages = often.evaluation
    reads = reads_per_cell(stages.mapper.compute, stages.one_level, stages.counts) / stages.period
    cells = often.evaluation.mapper.programmed_cells(often.evaluation.mapped.placement)
    written = known(often, "energy to program a cell")
    for result, interval in ((often, 0.01), (seldom, 86400.0)):
        rate = np.maximum(1.0 / interval, reads / 1e6)
        assert result.totals["refresh_power_W"] == pytest.approx(
            float(np.sum(cells * rate)) * written, rel=1e-6
        )


def test_weights_older_than_their_refresh_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="exceeds the refresh_interval"):
        run(PCM, DENSE, {TIME: "2 day", REFRESH: "1 day"}, tmp_path)


def test_weights_older_than_their_retention_are_reported(tmp_path: Path) -> None:
    hot = {TIME: "1 year", "technology.temperature": "423.15 K"}  # ten years at 85 C are two days at 150 C
    assert "weights_are_kept" in failed(run(RRAM, DENSE, hot, tmp_path))
    assert "weights_are_kept" not in failed(run(RRAM, DENSE, {TIME: "1 year"}, tmp_path))


def test_relaxation_leaves_about_four_bits_for_three(tmp_path: Path) -> None:
    # 8.1 % of the window a day after writing is more than half of a level of four bits, 3.3 %
    assert "levels_stay_apart" in failed(run(RRAM, DENSE, {TIME: "1 day"}, tmp_path))
    assert "levels_stay_apart" not in failed(
        run(RRAM, DENSE, {TIME: "1 day", f"{ARRAY}bits_per_cell": 2}, tmp_path)
    )


def test_an_error_that_is_allowed_names_the_refresh_it_takes(tmp_path: Path) -> None:
    limit = {f"{ARRAY}weight_error_limit": "6 %"}
    late = run(PCM, DENSE, {TIME: "1 year", **limit}, tmp_path)
    assert "weight_error" in failed(late)
    longest = known(late, "longest refresh interval for the weight error")
    assert 20.0 < longest < 86400.0
    timely = run(PCM, DENSE, {REFRESH: f"{longest} s", **limit}, tmp_path)
    assert "weight_error" not in failed(timely)
    check = next(c for c in timely.checks if c.name == "weight_error")
    assert check.value == pytest.approx(0.06, rel=1e-6)


def test_charges_do_not_age(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="do not age"):
        run("charge_domain_65nm", DENSE, {TIME: "1 day"}, tmp_path)


def test_what_a_device_is_silent_on_can_be_set(tmp_path: Path) -> None:
    cell = f"{ARRAY}cell.".replace(".", "__")
    settings = {f"{cell}high_drift_exponent": "0.05", f"{cell}drift_reference_time": "1 s"}
    old = run(RRAM, DENSE, {TIME: "1000 s"}, tmp_path, **settings)
    path = f"{ARRAY}cell.high_drift_exponent"
    assert old.claims[path].basis == "assumed"
    assert "silent" in str(old.claims[path].rationale)
    # 1000^-0.05 of the high conductance, behind 18 kohm
    high = 40e-6 * 1000.0**-0.05
    share = (high / (1 + 18e3 * high) - 1e-6 / 1.018) / (40e-6 / 1.72 - 1e-6 / 1.018)
    assert known(old, "share of a weight that is left") == pytest.approx(share)


# --- Offset coding --------------------------------------------------------------------------------------------------


def test_a_reference_column_is_cells_reads_conversions_and_subtractions(tmp_path: Path) -> None:
    bare, with_column = (
        run("isaac_like_32nm", DENSE, {f"{ARRAY}offset_subtraction": kind}, tmp_path)
        for kind in ("none", "reference_column")
    )
    assert area(with_column, "cell") == pytest.approx(area(bare, "cell") * 129 / 128)
    assert area(with_column, "sample_and_hold") == pytest.approx(area(bare, "sample_and_hold") * 129 / 128)
    assert area(with_column, "converter") == area(
        bare, "converter"
    )  # the array's one converter reads it as well
    # one more read for each array, plane and position; weights of eight bits in four slices of 784 x 512 ...
    result = with_column.evaluation
    placement, planes = result.mapped.placement, result.mapper.planes
    extra = float(np.sum(result.mapper.on_array * planes * placement.row_blocks * placement.column_blocks))
    assert count(with_column, "converter", "conversion") - count(
        bare, "converter", "conversion"
    ) == pytest.approx(extra)
    outputs = float(np.sum(result.layers.output_elements))
    more = count(with_column, "accumulator", "addition") - count(bare, "accumulator", "addition")
    assert more == pytest.approx(extra + outputs)
    # every driven row meets one more cell in each array
    assert count(with_column, "cell", "reference_read") == pytest.approx(
        count(with_column, "cell", "row_toggle")
    )
    assert energy(with_column, term="reference_current") > 0.0
    assert with_column.totals["latency_s"] > bare.totals["latency_s"]  # 129 columns in turn
    assert excluded(bare, "offset that offset coding subtracts")
    assert not excluded(with_column, "offset that offset coding subtracts")


def test_several_converters_give_the_reference_one_of_its_own(tmp_path: Path) -> None:
    bare, with_column = (
        run(RRAM, DENSE, {f"{ARRAY}weight_encoding": "offset", f"{ARRAY}offset_subtraction": kind}, tmp_path)
        for kind in ("none", "reference_column")
    )
    assert arrays(bare) == arrays(with_column)
    assert area(with_column, "converter") == pytest.approx(area(bare, "converter") * 17 / 16)
    assert with_column.totals["latency_s"] == pytest.approx(bare.totals["latency_s"], rel=0.01)


def test_a_digital_sum_adds_inputs_and_subtracts_from_outputs(tmp_path: Path) -> None:
    bare, digital = (
        run("isaac_like_32nm", DENSE, {f"{ARRAY}offset_subtraction": kind}, tmp_path)
        for kind in ("none", "digital_sum")
    )
    layers = digital.evaluation.layers
    inputs = float(np.sum(layers.input_density * layers.input_taps))
    more = count(digital, "accumulator", "addition") - count(bare, "accumulator", "addition")
    assert more == pytest.approx(inputs + float(np.sum(layers.output_elements)))
    for name in ("cell", "converter", "sample_and_hold"):
        assert area(digital, name) == area(bare, name)


def test_left_out_the_reference_is_a_column_for_resistive_cells_and_none_for_charges(tmp_path: Path) -> None:
    said = run("isaac_like_32nm", DENSE, {f"{ARRAY}offset_subtraction": "reference_column"}, tmp_path)
    silent = run("isaac_like_32nm", DENSE, {f"{ARRAY}offset_subtraction": None}, tmp_path)
    assert silent.totals == said.totals
    charges = run("charge_domain_65nm", DENSE, {}, tmp_path)
    assert count(charges, "cell", "reference_read") == 0.0


@pytest.mark.parametrize(
    ("base", "workload", "changes", "says"),
    [
        (RRAM, DENSE, {f"{ARRAY}offset_subtraction": "reference_column"}, "column_differential has no offset"),
        ("charge_domain_65nm", DENSE, {f"{ARRAY}offset_subtraction": "digital_sum"}, "have no offset"),
        (
            LIF, SPIKING, {f"{ARRAY}weight_encoding": "offset", f"{ARRAY}offset_subtraction": "digital_sum"},
            "digital sum cannot be subtracted",
        ),
    ],
)  # fmt: skip
def test_references_that_serve_nothing_are_refused(base, workload, changes, says, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=says):
        run(base, workload, changes, tmp_path)


def test_neurons_leave_out_the_mirrors_that_subtract(tmp_path: Path) -> None:
    result = run(LIF, SPIKING, {f"{ARRAY}weight_encoding": "offset"}, tmp_path)
    assert excluded(result, "mirrors that subtract the current of the reference column")


STUCK_LOW, STUCK_HIGH = f"{ARRAY}cell.stuck_low_share", f"{ARRAY}cell.stuck_high_share"


def test_stuck_cells_change_currents_and_errors_and_are_reported_where_nothing_is_stated(
    tmp_path: Path,
) -> None:
    plain = run(RRAM, DENSE, {}, tmp_path)
    some = run(RRAM, DENSE, {}, tmp_path, **{STUCK_LOW: "1 %", STUCK_HIGH: "2 %"})
    assert excluded(plain, "stuck cells")
    assert not excluded(some, "stuck cells")
    low, high = plain.evaluation.mapper.compute.memory.ends(None)
    mean = plain.evaluation.mapper.compute.weights.memristor_conductance(
        plain.evaluation.mapper.network, None
    )
    found = some.evaluation.mapper.compute.weights.memristor_conductance(some.evaluation.mapper.network, None)
    assert found == pytest.approx(0.97 * mean + 0.01 * low + 0.02 * high)
    # 0.97 to the power of the rows
    assert known(some, "share of columns without a stuck cell") == pytest.approx(0.97**128)
    assert some.totals["effective_bits"] < plain.totals["effective_bits"]
    causes = some.evaluation.column_errors.causes
    assert np.all(causes["stuck cells"] > 0.0)
    assert "stuck cells" not in plain.evaluation.column_errors.causes


def test_stuck_cells_do_not_blur_the_levels_of_those_that_work(tmp_path: Path) -> None:
    some = run(RRAM, DENSE, {TIME: "1 day", f"{ARRAY}bits_per_cell": 2}, tmp_path, **{STUCK_LOW: "10 %"})
    assert "levels_stay_apart" not in failed(some)


def test_an_array_of_stuck_cells_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="none that can be written"):
        run(RRAM, DENSE, {}, tmp_path, **{STUCK_LOW: "60 %", STUCK_HIGH: "40 %"})


def test_spare_columns_take_over_from_faulty_ones_and_cost_area(tmp_path: Path) -> None:
    stuck, spares = {STUCK_HIGH: "0.1 %"}, f"{ARRAY}spare_columns"
    none, some, many = (
        run(RRAM, DENSE, {spares: number}, tmp_path, **stuck) for number in (0, 8, 32)
    )  # fmt: skip
    # 128 columns and 15.4 faulty ones among them on average
    shares = [r.evaluation.mapper.compute.weights.stuck_shares()[1] for r in (none, some, many)]
    assert shares[0] == pytest.approx(1e-3)
    assert shares[0] > shares[1] > shares[2]
    # 136 columns hold 16.35 faulty ones, of which the spares cover all but 8.35 or so
    assert shares[1] == pytest.approx(1e-3 * (128 - 136 * 0.999**128) / 128 / (1 - 0.999**128), rel=0.02)
    assert shares[2] < 1e-6
    assert known(many, "share of arrays without a stuck cell in use") > 0.99
    assert known(none, "share of arrays without a stuck cell in use") == pytest.approx(0.999 ** (128 * 128))
    assert area(many, "cell") == pytest.approx(1.25 * area(none, "cell"))
    assert energy(many, term="row_line") > energy(none, term="row_line") > 0.0
    assert none.totals["effective_bits"] < some.totals["effective_bits"] < many.totals["effective_bits"]
    assert excluded(some, "switches that replace columns")
    assert not excluded(none, "switches that replace columns")
