"""Results of the shipped chips stay as the golden table has them; a change of a model updates it in the same commit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.error_analysis.analysis import passing_of
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.structures import candidate
from neuroest.loading.library import shipped
from tests.each import each
from tests.golden.moves import ILL_CONDITIONED, moves, report
from tests.golden.table import FAILS, PASSES, VALUES, Table, computed, every_pair, nominal, read, write
from tests.pairs import EACH_KIND
from tests.shared import estimated, network

HINT = "the golden table differs; where that is meant: python -m tests.golden --update"


def test_nominal_results_and_failing_checks_of_every_chip() -> None:
    pairs = [(chip, network(chip)) for chip in shipped("architecture")]
    table = {row: values for row, values in nominal(read()).items() if row[:2] in pairs}
    text = report(table, computed(pairs, bands=False, estimate=estimated))
    assert not text, f"{HINT}\n{text}"


def test_bands_and_passing_samples_of_chips_of_each_kind() -> None:
    pairs = [(chip, network(chip)) for chip in sorted(EACH_KIND)]
    table = {row: values for row, values in read().items() if row[:2] in pairs}
    text = report(table, computed(pairs, estimate=estimated))
    assert not text, f"{HINT}\n{text}"


@pytest.mark.slow
def test_everything_of_every_pair() -> None:
    text = report(read(), computed(every_pair()))
    assert not text, f"{HINT}\n{text}"


# --- Samples that pass


@each("chip", ["diffusive_28nm_derived", "adc_crossbar_28nm", "digital_int8_28nm", "loihi_14nm"])
def test_samples_pass_where_the_same_points_of_a_list_are_feasible(chip: str) -> None:
    result = estimated(chip, network(chip))
    group = candidate(chip, network(chip), {}, {}).group
    points = evaluate_points(group, result.sample.drawn, (512,), ("area_m2",))
    assert result.passing.share == pytest.approx(float(points.feasible.mean()))
    failed = {points.reasons[code] for code in points.failed if code >= 0}
    assert failed <= set(result.passing.failing)
    shares = list(result.passing.failing.values())
    assert shares == sorted(shares, reverse=True)
    assert max(shares, default=0.0) <= 1.0 - result.passing.share <= sum(shares) + 1e-12


def test_a_sample_without_an_estimate_does_not_pass() -> None:
    result = estimated("digital_in_memory_28nm", "mlp_mnist_dense")
    exists = np.ones(512, dtype=bool)
    assert passing_of(result.sampled.checks, exists).share == pytest.approx(result.passing.share)
    exists[:128] = False
    found = passing_of([], exists)
    assert found.share == pytest.approx(0.75)
    assert found.failing == pytest.approx({"not_finite": 0.25})


# --- The text of what moved

ROW = ("chip_a", "mlp", "energy_per_inference_J")
BEFORE: Table = {
    ROW: (2e-6, 1e-6, 2e-6, 4e-6),
    ("chip_a", "mlp", "latency_s"): (1e-3, None, None, None),
    ("chip_a", "mlp", f"{FAILS}ir_drop (chip.array)"): (1.0, None, None, None),
    ("chip_b", "mlp", PASSES): (0.5, None, None, None),
}


def test_a_table_has_not_moved_from_itself_nor_by_rounding() -> None:
    assert report(BEFORE, BEFORE) == ""
    rounded = {row: tuple(v and v * (1.0 + 5e-10) for v in values) for row, values in BEFORE.items()}
    assert report(BEFORE, rounded) == ""


@each("place", range(4))
def test_any_value_that_moves_is_seen(place: int) -> None:
    values = list(BEFORE[ROW])
    values[place] *= 1.0 + 2e-9
    (move,) = moves(BEFORE, BEFORE | {ROW: tuple(values)})
    assert move.row == ROW
    assert move.value == VALUES[place]


def test_bands_of_ill_conditioned_pairs_have_a_wider_tolerance_and_nominal_values_have_not() -> None:
    for (chip, name), tolerance in ILL_CONDITIONED.items():
        row = (chip, name, "area_m2")
        before: Table = {row: (1.0, 1.0, 1.0, 1.0)}
        assert moves(before, {row: (1.0, 1.0 + 0.9 * tolerance, 1.0, 1.0)}) == []
        assert moves(before, {row: (1.0, 1.0 + 1.1 * tolerance, 1.0, 1.0)})
        assert moves(before, {row: (1.0 + 2e-9, 1.0, 1.0, 1.0)})
        assert (chip, name) in every_pair()


def test_what_moved_reads_most_first() -> None:
    after = dict(BEFORE)
    del after["chip_a", "mlp", f"{FAILS}ir_drop (chip.array)"]
    after["chip_a", "mlp", "latency_s"] = (1.1e-3, None, None, None)
    after[ROW] = (2e-6, 1e-6, 2.1e-6, 12e-6)
    after["chip_b", "mlp", f"{FAILS}settles (chip)"] = (1.0, None, None, None)
    after["chip_b", "mlp", PASSES] = (0.6, None, None, None)
    after["chip_c", "mlp", PASSES] = (1.0, None, None, None)
    assert report(BEFORE, after).splitlines() == [
        "new: chip_c on mlp",
        "ir_drop (chip.array) passes now: chip_a on mlp",
        "settles (chip) fails now: chip_b on mlp",
        "3 of 5 rows moved, of 2 chips. By result, most first:",
        "  energy_per_inference_J: x 3 in 1, most p90 4 uJ -> 12 uJ of chip_a on mlp",
        "  passes: +20 % in 1, most nominal 0.5 -> 0.6 of chip_b on mlp",
        "  latency_s: +10 % in 1, most nominal 1 ms -> 1.1 ms of chip_a on mlp",
        "By chip, most first:",
        "  chip_a on 1: energy_per_inference_J x 3, latency_s +10 %",
        "  chip_b on 1: passes +20 %",
    ]


def test_a_written_table_is_read_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "totals.csv"
    write(BEFORE, file)
    assert report(BEFORE, read(file)) == ""
    assert set(read(file)) == set(BEFORE)
