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


def test_a_follower_of_opposed_rows_gives_its_standing_current_and_the_difference() -> None:
    """The difference of n pairs is V dG sqrt(n d E[g^2]), of which the mean magnitude is sqrt(2/pi)."""
    case = Path(data_folder("validation_case")) / "yao_2020"
    follower = {"chip.array.readout.interface.device": "current_follower_28nm"}
    found = [
        estimate(
            case / "chip.yaml", case / "vector.yaml",
            follower | {"workload.input.activity.bit_density": share},
        )
        for share in (0.1, 0.4)
    ]  # fmt: skip
    standing, given = (
        [
            sum(row.energy_J for row in one.breakdown if (row.action, row.term) == ("column_bias", term))
            for one in found
        ]
        for term in ("standing", "column_current")
    )
    # 1024 reads of 50 ns and a sample of 2 ns, of 9 uA from 1.2 V
    assert standing == pytest.approx([1024 * 52e-9 * 9e-6 * 1.2] * 2)
    assert given[1] / given[0] == pytest.approx(2.0)
