"""Claims about learning on a chip: counts, energy and time apart from inference, wear, and what is refused."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.core.errors import MappingError, SpecError, UnknownNameError
from neuroest.design.overrides import design_with
from neuroest.equations import learning as equations
from neuroest.error_analysis.draws import discrepancy_claims
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import evaluate
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import QUANTITIES
from neuroest.specs.learning import named_rules
from neuroest.specs.workload import workload_claims
from neuroest.validation.expressions import evaluate_expression
from neuroest.workloads.layers import layer_table
from neuroest.workloads.learning import LearningCounts, learning_counts
from tests.chips import changed
from tests.each import each
from tests.learning import ENGINE, LEARNS, MEMORY, workload

CROSSBAR, DIGITAL = "analog_lif_28nm", "digital_spiking_28nm"


def counted(folder: Path, **stated: Any) -> LearningCounts:
    spec = load_workload(workload(folder, **stated)).spec
    assert spec.learning is not None
    values = {path: claim.value for path, claim in workload_claims(spec).items()}
    return learning_counts(spec.learning, layer_table(spec), values)


def learned(
    folder: Path, changes: dict[str, Any] | None = None, base: str = CROSSBAR, **stated: Any
) -> Estimate:
    chip = changed(base, {**(LEARNS if base == CROSSBAR else {}), **(changes or {})}, folder)
    return estimate(str(chip), str(workload(folder, **stated)))


# --- counts


def test_pairs_visit_a_row_at_a_spike_before_and_a_column_at_one_behind(tmp_path: Path) -> None:
    row, column = counted(tmp_path).updates
    # 20 steps, 100 inputs and 50 outputs at a rate of 0.1; a trace of 20 steps is there in 1 - 0.9^20 of them
    trace = 1 - 0.9**20
    assert (row.access, column.access) == ("row", "column")
    assert row.events.tolist() == pytest.approx([20 * 0.1 * 100, 20 * 0.1 * 50])
    assert column.events.tolist() == pytest.approx([20 * 0.1 * 50, 20 * 0.1 * 10])
    assert row.values.tolist() == pytest.approx([20 * 0.1 * 100 * 50 * trace, 20 * 0.1 * 50 * 10 * trace])
    assert column.values.tolist() == pytest.approx(row.values.tolist())


def test_spike_driven_plasticity_updates_a_share_of_all_synapses(tmp_path: Path) -> None:
    counts = counted(tmp_path, rule="sdsp", pre=0.2)
    assert counts.synaptic_updates.tolist() == pytest.approx([20 * 0.2 * 5000, 20 * 0.1 * 500])
    assert counts.tag_values.tolist() == [0.0, 0.0]


def test_a_reward_turns_tags_into_one_change_a_sample(tmp_path: Path) -> None:
    counts = counted(tmp_path, rule="reward_stdp")
    assert counts.synaptic_updates.tolist() == pytest.approx([5000, 500])
    assert counts.tag_values.tolist() == [5000, 500]
    assert counts.tag_updates[0] > 20 * 5000  # all of them decay in every step


def test_factorised_traces_belong_to_neurons_and_full_ones_to_synapses(tmp_path: Path) -> None:
    factorised, full = (counted(tmp_path, rule=f"eprop_{kind}") for kind in ("factorised", "full"))
    assert factorised.tag_values.sum() == 0.0
    assert factorised.traces.tolist() == [100, 50]
    assert full.tag_values.tolist() == [5000, 500]
    # each of 50 hidden and 10 output neurons has an error of 10 outputs in each of 20 steps
    assert factorised.error_products.tolist() == [20 * 50 * 10, 20 * 10 * 10]


def test_gradients_through_time_keep_the_activity_of_all_steps(tmp_path: Path) -> None:
    counts = counted(tmp_path, rule="surrogate_bptt")
    assert counts.stored_activity.tolist() == [20 * (100 + 50), 20 * (50 + 10)]
    assert counts.backward_steps.tolist() == [20, 20]


def test_dropped_updates_are_skips(tmp_path: Path) -> None:
    full, half = counted(tmp_path), counted(tmp_path, more="skipped: 0.25")
    assert half.synaptic_updates.sum() == pytest.approx(0.75 * full.synaptic_updates.sum())
    assert half.skipped.sum() == pytest.approx(0.25 * full.synaptic_updates.sum())


def test_samples_that_do_not_learn_visit_nothing(tmp_path: Path) -> None:
    full, tenth, skipped = (
        counted(tmp_path, rule="sdsp", more=more) for more in ("", "samples_that_learn: 0.1", "skipped: 0.9")
    )
    assert tenth.synaptic_updates.sum() == pytest.approx(0.1 * full.synaptic_updates.sum())
    assert tenth.skipped.sum() == pytest.approx(0.9 * full.synaptic_updates.sum())
    events = [sum(float(visit.events.sum()) for visit in each.updates) for each in (full, tenth, skipped)]
    assert events[1] == pytest.approx(0.1 * events[0])
    # a skipped weight still lies in a word that others visit
    assert events[2] == pytest.approx(events[0])
    # traces go on, since the chip decides at the end of a sample
    assert tenth.trace_updates.tolist() == full.trace_updates.tolist()


@pytest.mark.parametrize("more", ["samples_that_learn: 0.1", "words_skipped: 0.9"])
def test_a_tenth_of_the_visits_accesses_a_tenth_of_the_words(tmp_path: Path, more: str) -> None:
    full, tenth = (learned_in_memory(tmp_path, stated) for stated in ("", more))
    assert full > 0.0
    assert tenth == pytest.approx(0.1 * full)


def learned_in_memory(folder: Path, more: str) -> float:
    """Words of the weight memory that learning reads and writes in a sample."""
    result = learned(folder, base="reckon_28nm", rule="eprop_factorised", more=more)
    assert result.evaluation.learning is not None
    actions = result.evaluation.learning.actions.actions
    return float(sum(np.sum(n) for (path, _), n in actions.items() if path.endswith("synapse_memory")))


def test_only_the_named_layers_learn(tmp_path: Path) -> None:
    counts = counted(tmp_path, more="layers: [b]")
    assert counts.synaptic_updates[0] == 0.0
    assert counts.synaptic_updates[1] > 0.0


def test_homeostasis_moves_thresholds_and_no_weight(tmp_path: Path) -> None:
    counts = counted(tmp_path, rule="homeostasis")
    assert counts.synaptic_updates.sum() == 0.0
    assert counts.threshold_updates.tolist() == pytest.approx([50.0, 10.0])


# --- energy, time, area


@each("rule", sorted(named_rules()))
def test_learning_stands_apart_from_inference(tmp_path: Path, rule: str) -> None:
    found = learned(tmp_path, rule=rule)
    still = tmp_path / "still.yaml"
    text = workload(tmp_path, rule=rule).read_text(encoding="utf-8")
    still.write_text(text[: text.index("learning:")].replace("learner", "still"), encoding="utf-8")
    without = estimate(found.called, str(still))
    for name in ("energy_per_inference_J", "latency_s", "throughput_per_s", "static_power_W"):
        assert QUANTITIES[name].number(found.evaluation) == QUANTITIES[name].number(without.evaluation)
    assert without.totals["learning_energy_J"] is None
    assert found.totals["learning_energy_J"] > 0.0
    assert sum(row.energy_J for row in found.learning) == pytest.approx(found.totals["learning_energy_J"])
    assert found.totals["energy_per_sample_J"] == pytest.approx(
        found.totals["energy_per_inference_J"] + found.totals["learning_energy_J"]
    )
    assert found.totals["training_energy_J"] == pytest.approx(1000 * found.totals["energy_per_sample_J"])
    assert not any("training" in text for text in found.exclusions)
    assert any("training" in text for text in without.exclusions)


def test_a_fixed_device_of_each_pair_takes_half_the_energy_of_training(tmp_path: Path) -> None:
    """arXiv 2511.03858, abstract: fixing one device of each pair cuts the energy of training by nearly 50 %."""
    pair = learned(tmp_path, rule="manhattan")
    one = learned(tmp_path, {"chip.tile.array.updated_cells": "one"}, rule="manhattan")
    ratio = one.totals["learning_energy_J"] / pair.totals["learning_energy_J"]
    assert ratio == pytest.approx(0.5, abs=0.05)


def test_columns_without_access_take_a_row_for_each_cell(tmp_path: Path) -> None:
    own = {"chip.tile.array.write_circuit.columns_per_driver": "1"}
    both = learned(tmp_path, own)
    rows = learned(tmp_path, {**own, "chip.tile.array.write_circuit.update_access": "rows"})
    assert rows.totals["learning_time_s"] > 2 * both.totals["learning_time_s"]
    assert rows.totals["learning_area_m2"] < both.totals["learning_area_m2"]


def test_verified_pulses_take_longer_and_more(tmp_path: Path) -> None:
    plain = learned(tmp_path)
    verified = learned(tmp_path, {"chip.tile.array.write_circuit.update_verification": "after_each_pulse"})
    assert verified.totals["learning_time_s"] == pytest.approx(2 * plain.totals["learning_time_s"], rel=0.01)
    assert verified.totals["learning_energy_J"] > plain.totals["learning_energy_J"]


def test_whole_arrays_are_faster_than_rows_where_all_synapses_are_due(tmp_path: Path) -> None:
    rows = learned(tmp_path, rule="sign")
    whole = learned(tmp_path, {"chip.tile.array.write_circuit.update_order": "whole_array"}, rule="sign")
    assert whole.totals["learning_time_s"] < 0.1 * rows.totals["learning_time_s"]


OVERLAP = {
    "chip.tile.array.write_circuit.update_timing": "overlapping_pulses",
    "chip.tile.array.write_circuit.overlap_window": "1 us",
}


def test_overlapping_pulses_need_no_datapath_and_no_traces(tmp_path: Path) -> None:
    bare = {"chip.tile.learning": None, "chip.tile.traces": None, "chip.tile.tags": None}
    found = learned(tmp_path, {**OVERLAP, **bare})
    rows = {(row.component, row.action, row.term): row for row in found.learning if row.layer == "a"}
    array = found.evaluation.mapper.compute
    # 200 spikes a sample drive a row of 128 cells each at half of 2 V for 1 us
    spikes = rows[array.cell.path, "spike_row", "half_selected"]
    conductance = float(np.max(array.weights.mean_conductance(found.evaluation.mapper.network, None)))
    assert spikes.count == pytest.approx(200.0)
    assert spikes.energy_J == pytest.approx(200 * 128 * 1.0**2 * conductance * 1e-6)
    assert found.totals["learning_time_s"] == pytest.approx(20 * 1e-6)
    assert found.totals["pulses_per_cell"] == pytest.approx(learned(tmp_path).totals["pulses_per_cell"])


def test_diffusive_timers_forget_by_themselves(tmp_path: Path) -> None:
    timers = {
        "chip.tile.array.write_circuit.timer_energy": "1 pJ", "chip.tile.array.write_circuit.timer_area": "1 um^2",
    }  # fmt: skip
    stated = {"chip.tile.array.write_circuit.update_timing": "diffusive_timers"}
    chip = changed(CROSSBAR, {**LEARNS, **stated}, tmp_path)
    found = estimate(str(chip), str(workload(tmp_path)), timers)
    (energy,) = (
        r.energy_J for r in found.learning if (r.layer, r.action, r.term) == ("a", "spike_row", "timer")
    )
    assert energy == pytest.approx(200 * 1e-12)
    (area,) = (r.area_m2 for r in found.breakdown if r.term == "timers")
    arrays = found.evaluation.mapped.instances["chip.tile.array"]
    assert area == pytest.approx(256e-12 * float(np.max(arrays)))
    assert found.totals["learning_energy_J"] < learned(tmp_path, OVERLAP).totals["learning_energy_J"]


def test_pulses_that_time_spikes_make_pairs_only(tmp_path: Path) -> None:
    assert "make pairs of spikes only" in refused(tmp_path, OVERLAP, rule="eprop_full")
    timers = {"chip.tile.array.write_circuit.update_timing": "diffusive_timers"}
    assert "states no timer_energy" in refused(tmp_path, timers)
    window = {"chip.tile.array.write_circuit.update_timing": "overlapping_pulses"}
    assert "needs an overlap_window" in refused(tmp_path, window)


def test_copies_of_a_layer_all_learn(tmp_path: Path) -> None:
    found = learned(tmp_path)
    assert found.totals["pulses_per_cell"] > 0.0
    assert float(np.sum(found.evaluation.learning.level.cells)) == 2 * 5500


def test_memories_that_hold_traces_alone_are_area_of_learning(tmp_path: Path) -> None:
    found = learned(tmp_path)
    placed = {
        row.component: row.area_m2 for row in found.breakdown if row.kind == "area" and row.term == "macro"
    }
    own = placed["chip.tile.traces"] + placed["chip.tile.tags"]
    assert found.totals["learning_area_m2"] > own
    assert 0.0 < found.totals["learning_area_share"] < 1.0


def test_tags_in_cells_take_arrays_of_their_own(tmp_path: Path) -> None:
    found = learned(tmp_path, rule="tiki_taka")
    (row,) = (row for row in found.breakdown if row.term == "auxiliary_arrays")
    assert row.area_m2 > 0.0


def test_a_digital_chip_reads_and_writes_words(tmp_path: Path) -> None:
    changes = {
        "chip.core.learning": ENGINE, "chip.core.traces": {**MEMORY, "stores": ["traces"]},
    }  # fmt: skip
    found = learned(tmp_path, changes, DIGITAL, rule="sdsp")
    rows = {(row.component, row.action): row.count for row in found.learning if row.layer == "a"}
    # 200 spikes a sample, 50 weights of 4 bits behind each: 4 words of 64 bits
    assert rows["chip.core.synapse_memory", "read"] == pytest.approx(200 * 4)
    assert rows["chip.core.synapse_memory", "write"] == pytest.approx(200 * 4)
    assert found.totals["first_cell_failure_s"] is None


def test_batches_are_what_single_points_are(tmp_path: Path) -> None:
    chip = load_architecture(changed(CROSSBAR, LEARNS, tmp_path))
    spec = load_workload(workload(tmp_path)).spec
    design = design_with(chip, {})
    claims = {**design.claims, **workload_claims(spec)}
    values = {path: claim.value for path, claim in claims.items()}
    rates = np.array([[0.1], [1.0], [10.0]])
    batch = evaluate(design, spec, {**values, "workload.learning.learning_rate": rates})
    for name in ("learning_energy_J", "learning_time_s", "first_cell_failure_s", "learning_area_m2"):
        found = np.broadcast_to(QUANTITIES[name].of(batch), (3, 1))
        for row, rate in enumerate(rates[:, 0]):
            single = evaluate(design, spec, {**values, "workload.learning.learning_rate": float(rate)})
            assert found[row, 0] == pytest.approx(QUANTITIES[name].number(single), rel=1e-12)


# --- wear


def test_sparser_updates_wear_as_much_less(tmp_path: Path) -> None:
    """10.29 times fewer updates, as the sparse learning of ESSENCE counts them, last 10.29 times as long."""
    dense = learned(tmp_path)
    sparse = learned(tmp_path, more=f"skipped: {1 - 1 / 10.29}")
    ratio = dense.totals["pulses_per_cell"] / sparse.totals["pulses_per_cell"]
    assert ratio == pytest.approx(10.29, rel=0.05)


def test_the_first_of_many_cells_fails_long_before_the_mean_one(tmp_path: Path) -> None:
    steep, flat = (learned_with_shape(tmp_path, shape) for shape in ("1", "2"))
    cells = 2 * 5500
    # Gamma(1.5)/N^(1/2) over Gamma(2)/N of the same N_63
    assert flat.totals["first_cell_failure_s"] / steep.totals["first_cell_failure_s"] == pytest.approx(
        0.886227 * cells**0.5, rel=1e-4
    )
    assert steep.totals["failed_cells_share"] > flat.totals["failed_cells_share"] > 0.0


def learned_with_shape(folder: Path, shape: str, more: str = "") -> Estimate:
    chip = changed(CROSSBAR, LEARNS, folder)
    return estimate(
        str(chip), str(workload(folder, more=more)), {"chip.tile.array.cell.endurance_shape": shape}
    )


def test_the_hottest_cell_fails_first_where_others_are_alike(tmp_path: Path) -> None:
    mean = learned_with_shape(tmp_path, "100")
    hot = learned_with_shape(tmp_path, "100", more="hottest: 8")
    alone = learned_with_shape(tmp_path, "100", more="hottest: 16")
    assert hot.totals["first_cell_failure_s"] < mean.totals["first_cell_failure_s"]
    ratio = hot.totals["first_cell_failure_s"] / alone.totals["first_cell_failure_s"]
    assert ratio == pytest.approx(2.0)


def test_years_follow_the_stated_use(tmp_path: Path) -> None:
    own, slow = learned(tmp_path), learned(tmp_path, more="use_period: 10 s")
    ratio = slow.totals["first_cell_failure_s"] / own.totals["first_cell_failure_s"]
    assert ratio == pytest.approx(10.0 / own.totals["sample_period_s"])


def test_a_chip_that_learns_slower_than_samples_come_says_so(tmp_path: Path) -> None:
    def failed(found: Estimate) -> set[str]:
        return {check.name for check in found.checks if not check.passed}

    soon, own = learned(tmp_path, more="use_period: 1 us"), learned(tmp_path)
    assert failed(soon) - failed(own) == {"use_keeps_up"}
    assert soon.totals["first_cell_failure_s"] == own.totals["first_cell_failure_s"]
    interval, period = own.totals["initiation_interval_s"], own.totals["sample_period_s"]
    between = f"{1e6 * (interval + period) / 2.0} us"
    paced = learned(tmp_path, {"operation": {"mode": "always_on", "period": between}})
    assert failed(paced) - failed(own) == {"learning_keeps_up"}


# --- what is refused


def refused(folder: Path, changes: dict[str, Any], base: str = CROSSBAR, **stated: Any) -> str:
    with pytest.raises(MappingError) as error:
        learned(folder, changes, base, **stated)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_an_update_without_a_write_circuit_is_refused(tmp_path: Path) -> None:
    without = {"chip.tile.array.write_circuit": None}
    for path in LEARNS:
        if path.startswith("chip.tile.array.write_circuit."):
            without[path] = None
    chip = changed(CROSSBAR, {**{k: v for k, v in LEARNS.items() if k not in without},
        "chip.tile.array.write_circuit": None}, tmp_path)  # fmt: skip
    with pytest.raises(
        MappingError, match="has no write_circuit, so a learning rule cannot change its cells"
    ):
        estimate(str(chip), str(workload(tmp_path)))


def two_levels(
    folder: Path, layers: list[str], without: Iterable[str] = ("learning", "traces", "tags")
) -> str:
    """A learning chip with a second set of tiles that runs some layers, by default with weights that stay."""
    tile = copy.deepcopy(load_architecture("learning_crossbar_28nm").document.data["chip"]["tile"])
    for name in without:
        tile.pop(name)
    tile["array"]["layers"] = layers
    tile["array"]["backward_readout"] = "none"
    return str(changed("learning_crossbar_28nm", {"chip.fixed": tile}, folder))


def test_one_level_of_a_mixed_chip_learns_and_the_other_stays(tmp_path: Path) -> None:
    network = str(workload(tmp_path, rule="eprop_factorised", more="layers: [b]"))
    mixed, alone = estimate(two_levels(tmp_path, ["a"]), network), estimate("learning_crossbar_28nm", network)
    rows = [
        {
            (r.action, r.term): float(np.sum(r.energy))
            for r in found.evaluation.learned.rows
            if np.any(r.energy > 0.0) and r.component.startswith("chip.tile.")
        }
        for found in (mixed, alone)
    ]
    # clock and network on chip stand outside, and their wires are as long as the floor plan makes them
    assert rows[0] == pytest.approx(rows[1])
    assert {r.component for r in mixed.evaluation.learned.rows if np.any(r.energy > 0.0)} & {
        "chip.tile.array.cell"
    }
    assert not any(
        r.component.startswith("chip.fixed") for r in mixed.evaluation.learned.rows if np.any(r.energy > 0)
    )
    assert mixed.totals["pulses_per_cell"] == pytest.approx(alone.totals["pulses_per_cell"])
    assert (mixed.totals["first_cell_failure_s"] or 0.0) > 0.0


@pytest.mark.parametrize(
    ("rule", "more", "fixed", "words"),
    [
        (
            "pair_stdp",
            "",
            ["a"],
            "nothing on the chip computes it; add a learning_engine",
        ),
        ("surrogate_bptt", "layers: [a]", ["b"], "errors back through 'b' on chip.fixed.array"),
    ],
)
def test_what_two_levels_cannot_learn_is_one_line(
    tmp_path: Path, rule: str, more: str, fixed: list[str], words: str
) -> None:
    with pytest.raises(MappingError, match=words) as caught:
        estimate(two_levels(tmp_path, fixed), str(workload(tmp_path, rule=rule, more=more)))
    assert "\n" not in str(caught.value)


def test_cells_of_one_level_wear_out(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="the cells of both wear out; name the layers of one"):
        estimate(two_levels(tmp_path, ["a"], without=()), str(workload(tmp_path)))


def test_two_levels_learn_as_much_as_one(tmp_path: Path) -> None:
    core = copy.deepcopy(load_architecture("reckon_28nm").document.data["chip"]["core"])
    chip = str(changed("reckon_28nm", {"chip.other": {**core, "layers": ["a"]}}, tmp_path))
    network = str(workload(tmp_path, rule="eprop_factorised"))
    both, alone = (estimate(each, network).evaluation for each in (chip, "reckon_28nm"))
    for name in ("synaptic_updates", "memory_bits"):
        assert getattr(both.learned, name).item() == pytest.approx(getattr(alone.learned, name).item())
    spent = {
        path: float(np.sum(n))
        for (path, action), n in both.learning.actions.actions.items()
        if action == "update"
    }
    of_one = {
        path: np.sum(n) for (path, action), n in alone.learning.actions.actions.items() if action == "update"
    }
    assert len(spent) == 2
    assert sum(spent.values()) == pytest.approx(sum(of_one.values()))
    fits = [check for check in both.learning.checks if check.name == "learning_fits"]
    assert len(fits) == 2 * len([check for check in alone.learning.checks if check.name == "learning_fits"])


def test_shipped_timers_time_pairs_without_a_datapath() -> None:
    circuit = "chip.tile.array.write_circuit"
    timers = {f"{circuit}.update_timing": "diffusive_timers", f"{circuit}.device": "write_circuit_2v5_timers"}
    rule = {"workload.learning.rule": "pair_stdp"}
    timed, computed = (
        estimate("learning_crossbar_28nm", "shd_recurrent_learning", {**rule, **more})
        for more in (timers, {})
    )
    spent = sum(float(np.sum(r.energy)) for r in timed.evaluation.learned.rows if r.term == "timer")
    switched = sum(
        float(np.sum(count)) for (path, action), count in timed.evaluation.learning.actions.actions.items()
        if path == circuit and action in {"spike_row", "spike_column"}
    )  # fmt: skip
    assert spent == pytest.approx(64e-15 * switched)
    assert "midya2017" in timed.source_keys
    assert not any(
        r.component.endswith(".learning") and np.any(r.energy > 0) for r in timed.evaluation.learned.rows
    )
    assert any(
        np.any(r.energy > 0) for r in computed.evaluation.learned.rows if r.component.endswith(".learning")
    )


def test_a_chip_without_a_datapath_for_the_rule_is_refused(tmp_path: Path) -> None:
    assert "add a learning_engine block" in refused(tmp_path, {"chip.tile.learning": None})


def test_traces_without_a_memory_are_refused(tmp_path: Path) -> None:
    assert "nothing on the chip stores traces" in refused(tmp_path, {"chip.tile.traces": None})


def test_a_weight_in_several_cells_is_refused(tmp_path: Path) -> None:
    text = refused(tmp_path, {"chip.tile.array.weight_bits": "4", "chip.tile.array.bits_per_cell": "1"})
    assert "splits a weight over several cells" in text


def test_errors_back_through_arrays_without_a_second_readout_are_refused(tmp_path: Path) -> None:
    text = refused(tmp_path, {"chip.tile.array.backward_readout": "none"}, rule="surrogate_bptt")
    assert "write backward_readout: at_rows" in text


def test_a_rule_that_reads_weights_needs_converters(tmp_path: Path) -> None:
    assert "nothing reads a single cell" in refused(tmp_path, {}, rule="{update: w*x0}")


def test_a_level_that_cannot_learn_says_which_can(tmp_path: Path) -> None:
    chip = load_architecture("digital_in_memory_28nm")
    text = workload(tmp_path).read_text(encoding="utf-8")
    dense = text.replace("coding: spiking\ntimesteps: 20\n", "coding: dense\n")
    dense = dense.replace("{weights: 4,", "{weights: 4, activations: 8,").replace(
        "{rate: 0.1,", "{density: 0.5, bit_density: 0.2,"
    )
    path = tmp_path / "learner.yaml"
    path.write_text(dense.replace("rule: pair_stdp", "rule: sign"), encoding="utf-8")
    with pytest.raises(MappingError, match="levels learn"):
        estimate(chip, str(path))


# --- published numbers and equations of others


@each("rising, falling", [(1, 1), (8, 8), (32, 32), (64, 64), (112, 16), (0, 128)])
def test_cells_and_lines_are_those_of_neurosim_for_the_same_conductances(
    tmp_path: Path, rising: int, falling: int
) -> None:
    """One row of 128 cells by the equations of GetWriteUpdateEstimation in ProcessingUnit.cpp, NeuroSim V2.1.

    Cells: V^2/((1/G_new + 1/G_old)/2) t N. Lines of cells with a transistor, for each pulse: the word line C V_dd^2;
    while cells rise the source lines of all others C V^2; while cells fall their own source lines C V^2. It adds bit
    lines of the length of a row, one for each column and pulse, where a row that shares its bit line has one. That
    term is left out here; ours has it once, in the row, which goes to the amplitude.
    """
    shared = {"chip.tile.array.write_circuit.update_bit_lines": "along_rows"}
    stated = {"chip.tile.array.cell.update_voltage": "4 V", "chip.tile.array.cell.update_time": "50 ns"}
    chip = changed(CROSSBAR, {**LEARNS, **shared}, tmp_path)
    found = estimate(str(chip), str(workload(tmp_path)), stated)
    array, width, write, supply = found.evaluation.mapper.compute, 128, 4.0, 0.9
    cost = {c.term: float(c.energy) for c in found.evaluation.costs.energies if c.action in {
        "update_pulse", "update_row", "inhibited_column"}}  # fmt: skip
    old, new, pulses = 10e-6, 14e-6, 3
    cells = write**2 / ((1 / new + 1 / old) / 2) * 50e-9 * pulses * (rising + falling)
    ours = equations.pulse_energy(write, old, new, 50e-9, pulses) * (rising + falling)
    assert ours == pytest.approx(cells, rel=0.01)
    slots = pulses * ((rising > 0) + (falling > 0))
    column = float(array.column_capacitance()) * write**2
    by_hand = float(array.row_capacitance()) * supply**2 * slots
    by_hand += column * pulses * ((width - rising) * (rising > 0) + falling)
    # a pulse on a cell has half of a column in it, since as many fall as rise; here they are separate
    assert cost["column_line"] == pytest.approx(column / 2)
    lines = cost["row_line"] * slots + 2 * cost["column_line"] * falling * pulses
    lines += cost["inhibited_column"] * (width - rising) * (rising > 0) * pulses
    once = float(array.row_capacitance()) * (write**2 - supply**2) * slots
    assert lines - once == pytest.approx(by_hand, rel=1e-9)
    assert lines == pytest.approx(by_hand, rel=0.10)


def test_columns_are_held_while_others_rise_where_a_row_shares_its_bit_line(tmp_path: Path) -> None:
    shared = {"chip.tile.array.write_circuit.update_bit_lines": "along_rows"}
    alone, together = learned(tmp_path, rule="sdsp"), learned(tmp_path, shared, rule="sdsp")
    actions = together.evaluation.learning.level.actions
    slots, pulses, held = (
        actions["chip.tile.array.cell", action]
        for action in ("update_row", "update_pulse", "inhibited_column")
    )
    # pairs of 50 and of 10 outputs; the other half of the pulses lowers cells, whose own columns are driven
    assert held == pytest.approx((slots * np.array([100.0, 20.0]) - pulses) / 2)
    assert np.all(held > pulses)  # few cells of a row change, and all others are held
    assert together.totals["learning_energy_J"] > alone.totals["learning_energy_J"]


def test_a_stated_amplitude_makes_the_energy_of_neurosim(tmp_path: Path) -> None:
    stated = {"chip.tile.array.cell.update_voltage": "4 V", "chip.tile.array.cell.update_time": "50 ns"}
    chip = changed(CROSSBAR, LEARNS, tmp_path)
    found = estimate(str(chip), str(workload(tmp_path)), stated)
    array = found.evaluation.mapper.compute
    (cost,) = (c.energy for c in found.evaluation.costs.energies if c.term == "pulse")
    conductance = float(np.max(array.weights.mean_conductance(found.evaluation.mapper.network, None)))
    assert float(cost) == pytest.approx(4.0**2 * conductance * 50e-9, rel=0.01)


def test_terms_and_counts_of_learning_can_be_asked_for(tmp_path: Path) -> None:
    result = learned(tmp_path).evaluation
    cell = "chip.tile.array.cell, update_pulse"
    pulse, line, both = (
        float(np.ravel(evaluate_expression(f"learning({asked})", result))[0])
        for asked in (f"{cell}, pulse", f"{cell}, column_line", cell)
    )
    assert min(pulse, line) > 0.0
    assert pulse + line == pytest.approx(both, rel=1e-12)
    count = float(np.ravel(evaluate_expression(f"count({cell})", result))[0])
    cost = sum(float(c.energy) for c in result.costs.energies if f"{c.component}, {c.action}" == cell)
    assert both == pytest.approx(count * cost, rel=1e-12)
    with pytest.raises(
        UnknownNameError,
        match="'puls'; did you mean 'pulse'",
    ):
        evaluate_expression(f"learning({cell}, puls)", result)


def test_another_rule_can_be_set_by_its_name(tmp_path: Path) -> None:
    chip = changed(CROSSBAR, LEARNS, tmp_path)
    set_ = estimate(str(chip), str(workload(tmp_path)), {"workload.learning.rule": "sdsp"})
    written = estimate(str(chip), str(workload(tmp_path, rule="sdsp")))
    assert set_.totals["learning_energy_J"] == written.totals["learning_energy_J"]
    with pytest.raises(SpecError, match="unknown learning rule 'sdps'; did you mean 'sdsp'"):
        estimate(str(chip), str(workload(tmp_path)), {"workload.learning.rule": "sdps"})
    with pytest.raises(SpecError, match="has no `learning`"):
        estimate(CROSSBAR, "shd_recurrent_spiking", {"workload.learning.rule": "sdsp"})


def test_a_chip_whose_operations_contain_learning_has_no_energy_of_it(tmp_path: Path) -> None:
    found = estimate("odin_28nm", "shd_recurrent_learning", {"workload.learning.rule": "sdsp"})
    assert found.totals["learning_energy_J"] is None
    assert found.totals["energy_per_sample_J"] == found.totals["energy_per_inference_J"]
    with pytest.raises(MappingError, match="learns by sdsp and calcium; the network learns by pair_stdp"):
        estimate("odin_28nm", "shd_recurrent_learning", {"workload.learning.rule": "pair_stdp"})


def test_endurance_without_evidence_has_a_band_that_reaches_down(tmp_path: Path) -> None:
    found = learned(tmp_path)
    claims = discrepancy_claims(found.design)
    doubt = claims["model_discrepancy.endurance_evidence.time"]
    assert (doubt.low, doubt.value, doubt.high) == (pytest.approx(0.1, rel=1e-9), 1, 1)


@each("rule", sorted(named_rules()))
@each("network", ["shd_recurrent_learning", "keyword_spotting_learning"])
def test_the_learning_chip_learns_by_every_rule(network: str, rule: str) -> None:
    found = estimate("learning_crossbar_28nm", network, {"workload.learning.rule": rule})
    assert found.totals["learning_energy_J"] > 0.0
    assert not [check.name for check in found.failed_checks if check.name == "learning_fits"]


def test_rules_that_read_a_neuron_are_refused_where_its_state_is_ions() -> None:
    as_the_other = {
        "chip.tile.array.cell.device": "rram_hfox_28nm",
        "technology.supply_voltage": "0.9 V",
        "chip.tile.array.readout.neuron.input_voltage": "0.9 V",
    }
    with pytest.raises(MappingError, match="ions, which no circuit reads; rules of spikes: pair_stdp, sdsp"):
        estimate("learning_diffusive_28nm", "shd_recurrent_learning")
    spikes = estimate(
        "learning_diffusive_28nm", "shd_recurrent_learning", {**as_the_other, "learning.rule": "pair_stdp"}
    )
    cmos = estimate("learning_crossbar_28nm", "shd_recurrent_learning", {"learning.rule": "pair_stdp"})
    pulses = [
        sum(row.energy for row in one.evaluation.learned.rows if row.action == "update_pulse").sum()
        for one in (spikes, cmos)
    ]
    assert pulses[0] == pytest.approx(pulses[1], rel=1e-9)
