"""Energy and activity of arrays: more active inputs never cost less, and clamps of opposed rows cost their bias."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.loading.kinds import data_folder
from neuroest.pipeline.estimate import estimate
from tests.pairs import other_chips_nightly, pairs
from tests.shared import estimated

_NETWORKS = ("mlp_mnist_dense", "mlp_mnist_spiking")
_VALUES = ("workload.input.activity", "workload.activity")
_LEVELS = {"rate": (0.01, 0.1, 0.5), "bit_density": (0.02, 0.25, 0.5), "density": (0.5, 0.75, 1.0)}


@pytest.mark.slow
@pytest.mark.parametrize(("chip", "network"), other_chips_nightly(pairs(*_NETWORKS)))
def test_no_energy_falls_when_activity_rises(chip: str, network: str) -> None:
    mappers = {getattr(part.spec, "mapper", None) for part in estimated(chip, network).design.root.walk()}
    if "crossbar" not in mappers:
        return
    for key in ("rate",) if network.endswith("spiking") else ("bit_density", "density"):
        energies = [
            estimate(chip, network, {f"{where}.{key}": share for where in _VALUES}).totals["dynamic_energy_J"]
            for share in _LEVELS[key]
        ]
        assert np.all(np.diff(energies) >= -1e-9 * energies[0]), key


def test_clamps_of_opposed_rows_cost_their_bias_in_every_read() -> None:
    case = Path(data_folder("validation_case")) / "yao_2020"
    actions = []
    for share in (0.02, 0.5):
        found = estimate(
            case / "chip.yaml", case / "vector.yaml", {"workload.input.activity.bit_density": share}
        )
        path = "chip.array.readout.interface"
        actions.append(float(np.sum(found.evaluation.counts.actions[path, "column_bias"])))
        assert sum(row.energy_J for row in found.breakdown if row.component == path) > 0.0
    # 128 columns in eight reads, one for each bit of an input
    assert actions == pytest.approx([1024.0, 1024.0])
