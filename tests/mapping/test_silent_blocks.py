"""Reads of blocks of rows without an event, against drawn spikes."""

from __future__ import annotations

import numpy as np
import pytest

import neuroest


def test_columns_of_silent_blocks_are_skipped_as_often_as_drawn_spikes_leave_them_silent() -> None:
    """A recurrent layer of 700 inputs at 10 % and 200 own outputs at 0.3 %, in blocks of 128 rows."""
    array = "chip.tile.array"
    every, skipped = (
        neuroest.estimate("analog_lif_28nm", "shd_recurrent_spiking", {f"{array}.silent_blocks": kind})
        for kind in ("read", "skip")
    )
    active = np.random.default_rng(3).random((20_000, 900)) < np.repeat([0.1, 0.003], [700, 200])
    drawn = sum(np.any(active[:, first : first + 128], axis=1).mean() for first in range(0, 900, 128)) / 8
    reads = [r.evaluation.counts.actions[f"{array}.cell", "column_read"][0] for r in (every, skipped)]
    assert reads[1] / reads[0] == pytest.approx(drawn, rel=0.005)
    assert skipped.totals["dynamic_energy_J"] < every.totals["dynamic_energy_J"]
    assert skipped.totals["latency_s"] == every.totals["latency_s"]
    assert any("wake its columns" in line for line in skipped.exclusions)
