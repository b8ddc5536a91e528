"""One circuit for the columns of all arrays of an output, against numbers by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import MappingError, NeuroestError
from neuroest.design.overrides import design_with, workload_with
from neuroest.equations import crossbar_wires
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.evaluation import evaluate
from tests.blocks.test_direct_coupling import BENCH
from tests.chips import changed

ARRAY = "chip.tile.array"
STACK = {f"{ARRAY}.readout.column_circuits": "per_stack"}
CHIP, NETWORK = "diffusive_low_power_28nm", "shd_recurrent_spiking"
BLOCKS = [8, 2]
"""Hidden layer: 700 inputs and 200 outputs fed back, in arrays of 128 rows; output layer: 200."""


def estimates(changes: dict[str, object], chip: str = CHIP) -> list[neuroest.Estimate]:
    return [neuroest.estimate(chip, NETWORK, {**changes, **kind}) for kind in ({}, STACK)]


def test_circuits_and_reads_of_columns_are_those_of_one_array() -> None:
    alone, stacked = estimates({})
    for block in ("interface", "merge"):
        path = f"{ARRAY}.readout.{block}"
        before, after = (e.evaluation.mapped.instances[path] for e in (alone, stacked))
        arrays = alone.evaluation.mapped.placement.units
        # every array of a stack but one loses its 128 circuits
        lost = sum(each * (1 - 1 / blocks) for each, blocks in zip(arrays, BLOCKS, strict=True))
        assert float(np.sum(before - after)) == pytest.approx(128 * lost)
    reads = [e.evaluation.counts.actions for e in (alone, stacked)]
    lines = [r[f"{ARRAY}.cell", "column_read"] for r in reads]
    assert lines[0] == pytest.approx(lines[1])  # the same lines are charged
    merged = [r[f"{ARRAY}.readout.merge", "merge"] for r in reads]
    assert np.all(merged[0] > 0.0)
    assert np.all(merged[1] == 0.0)  # one slice, so that nothing is left to merge
    assert stacked.totals["area_m2"] < alone.totals["area_m2"]


def test_the_clamp_carries_the_current_of_the_stack_through_a_longer_line() -> None:
    alone, stacked = (e.evaluation.mapper for e in estimates({f"{ARRAY}.cell.device": "ecram_wox_lab"}))
    one, all_of_them = (m.compute.column_current(m.network, m.driven_share()) for m in (alone, stacked))
    left = [1.0 - m.compute.ir_drop(m.network, m.driven_share()) for m in (alone, stacked)]
    assert (all_of_them / left[1]) == pytest.approx(one / left[0] * BLOCKS)
    bias = [m.compute.front_end(m.network).device.bias_current for m in (alone, stacked)]
    assert np.asarray(bias[1] / bias[0])[0] == pytest.approx(8.0)
    array, network = stacked.compute, stacked.network
    rows = 128.0 * np.asarray(BLOCKS)
    column = crossbar_wires.column_time_constant_clamped(
        array.column_end(network).clamp, rows * array.weights.conductance(network),
        rows * array.segment_resistance(), array.column_capacitance() * np.asarray(BLOCKS),
    )  # fmt: skip
    short = crossbar_wires.column_time_constant_clamped(
        alone.compute.column_end(network).clamp, 128.0 * array.weights.conductance(network),
        128.0 * array.segment_resistance(), array.column_capacitance(),
    )  # fmt: skip
    longer = array.settling_time(network) - alone.compute.settling_time(network)
    assert longer == pytest.approx((column - short) * (array.settled_bits() + 1.0) * np.log(2.0))


def test_cells_of_microsiemens_fail_on_the_line_of_a_stack_and_weak_ones_pass() -> None:
    strong = {
        c.name for c in estimates({f"{ARRAY}.parallel_wires": 1})[1].evaluation.checks if not np.all(c.passed)
    }
    weak = {
        c.name
        for c in estimates({f"{ARRAY}.cell.device": "ecram_wox_lab"})[1].evaluation.checks
        if not np.all(c.passed)
    }
    assert {"ir_drop", "wire_loss_range"} <= strong
    assert not {"ir_drop", "wire_loss_range", "clamp_carries_current", "stack_stands_together"} & weak


def test_a_bias_that_does_not_follow_is_exceeded_and_a_short_place_is_reported() -> None:
    fixed = {f"{ARRAY}.readout.interface.bias_follows": "stated_current", f"{ARRAY}.count": 4}
    alone, stacked = estimates(fixed)
    names = [{c.name for c in e.evaluation.checks if not np.all(c.passed)} for e in (alone, stacked)]
    assert "clamp_carries_current" not in names[0]
    assert {"clamp_carries_current", "stack_stands_together"} <= names[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({f"{ARRAY}.sharing": "layers"}, "sharing is layers"),
        ({f"{ARRAY}.readout.partial_sums": "none"}, "partial_sums is none"),
    ],
)
def test_what_cannot_be_joined_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(MappingError, match=said):
        neuroest.estimate(CHIP, NETWORK, change | STACK)


def test_converters_have_no_stacks() -> None:
    with pytest.raises(NeuroestError, match="column_circuits"):
        neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense", STACK)


@pytest.mark.parametrize("direct", [False, True], ids=["clamped", "direct"])
def test_a_batch_of_stacks_gives_the_same_as_its_points(direct: bool, tmp_path: Path) -> None:
    """Arrays of 64 and of 128 rows, so that stacks of one batch have 15 and 8 arrays."""
    changes = BENCH if direct else {f"{ARRAY}.readout.column_circuits": "per_stack"}
    design = design_with(load_architecture(changed(CHIP, changes, tmp_path)), {})
    workload = load_workload(NETWORK).spec
    claims = {**design.claims, **workload_with(workload, {})}
    values = {path: claim.value for path, claim in claims.items()}
    rows = f"{ARRAY}.rows"
    batch = {path: np.full((2, 1), value) for path, value in values.items()}
    batch[rows] = np.array([[64.0], [128.0]])
    together = evaluate(design, workload, batch)
    for point, height in enumerate((64.0, 128.0)):
        alone = evaluate(design, workload, values | {rows: height})
        for quantity in ("energy", "area", "static_power", "period", "signal_to_error_ratio"):
            found = np.broadcast_to(getattr(together, quantity), (2, 1))[point, 0]
            assert found == pytest.approx(float(np.ravel(getattr(alone, quantity))[0]), rel=1e-12), quantity
