"""Schedules, merging and static cells in a batch of design points, held to each point alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.design.overrides import design_with, workload_with
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.evaluation import evaluate
from tests.chips import changed

ARRAY = "chip.tile.array."
SAR = {"model": "sar_adc", "device": "sar_28nm_circuit", "clock_frequency": "100 MHz", "bits": 8}
MERGE = {"model": "capacitive_merge", "device": "capacitive_merge_28nm"}
CURRENT = {"model": "current_domain_sram", "device": "current_sram_28nm"}


def schedule(**chosen: object) -> dict[str, Any]:
    return {f"{ARRAY}schedule": {"model": "read_schedule", **chosen}}


BARE = {f"{ARRAY}readout.converter": SAR, f"{ARRAY}readout.sample_and_hold": None}
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "in turn": ("adc_crossbar_28nm", BARE | schedule(columns="in_turn", rows_at_once=48, reset_time="1 ns")),
    "converter": ("adc_crossbar_28nm", BARE | schedule(holding="converter")),
    "reads": ("adc_crossbar_28nm", BARE | schedule(reads_per_result=3, converted="last_read", reset_time="1 ns")),
    "binary": ("adc_crossbar_28nm", schedule(holding="stage", pulse_widths="binary")),
    "shared": ("adc_crossbar_28nm", schedule(pulse_widths="shared", sample_time="1 ns")),
    "signs": ("adc_crossbar_28nm", schedule(input_signs="in_turn")),
    "digits": ("pulse_width_crossbar_28nm", schedule(bits_per_phase=3)),
    "merged": ("cim_sram_28nm", {f"{ARRAY}readout.merge": MERGE}),
    "currents": ("cim_sram_28nm", {
        f"{ARRAY}cell": CURRENT, f"{ARRAY}pulse_width": "0.05 ns", **schedule(rows_at_once=16),
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_a_batch_gives_the_same_as_its_points(name: str, tmp_path: Path) -> None:
    base, changes = VARIANTS[name]
    design = design_with(load_architecture(changed(base, changes, tmp_path)), {})
    workload = load_workload("mlp_mnist_dense").spec
    claims = {**design.claims, **workload_with(workload, {})}
    values = {path: claim.value for path, claim in claims.items()}
    supply = "technology.supply_voltage"
    batch: dict[str, Any] = {path: np.full((2, 1), value) for path, value in values.items()}
    batch[supply] = batch[supply] * np.array([[1.0], [1.02]])
    together = evaluate(design, workload, batch)
    for point, factor in enumerate((1.0, 1.02)):
        alone = evaluate(design, workload, values | {supply: values[supply] * factor})
        for quantity in ("energy", "area", "static_power", "period", "signal_to_error_ratio"):
            found = np.broadcast_to(getattr(together, quantity), (2, 1))[point, 0]
            assert found == pytest.approx(float(np.ravel(getattr(alone, quantity))[0]), rel=1e-12), quantity
            assert np.isfinite(found)
            assert found >= 0.0
    priced = {(cost.component, cost.action) for cost in together.costs.energies}
    counted = {key for key, n in together.counts.actions.items() if np.any(np.asarray(n) > 0.0)}
    assert counted <= priced
