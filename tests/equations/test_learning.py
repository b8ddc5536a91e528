"""Claims about updates, pulses and words of learning."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import learning
from tests.each import each

SAMPLES: dict[str, dict[str, float]] = {
    "any_share": {"share": 0.1, "number": 5.0},
    "either_share": {"first": 0.2, "second": 0.3},
    "asked_steps": {"learning_rate": 0.5, "mean_change": 0.02, "states": 60.0},
    "written_share": {"steps": 0.7},
    "threshold_pulses": {"steps": 0.7},
    "slowest_pulses": {"steps": 2.0, "cells": 128.0},
    "row_readout_area": {"area": 8e-12, "rows": 128.0, "columns": 64.0},
    "step_size": {"state": 0.3, "states": 200.0, "nonlinearity": 1.5},
    "state_after_pulses": {"pulses": 30.0, "states": 100.0, "nonlinearity": 2.0},
    "pulse_energy": {
        "voltage": 2.0, "old_conductance": 1e-5, "new_conductance": 2e-5, "width": 1e-7, "pulses": 3.0,
    },
}  # fmt: skip


@each("steps", [0.5, 1.0, 3.5, 40.0])
def test_pulses_of_exponential_changes_are_those_of_a_monte_carlo(steps: float) -> None:
    changes = np.random.default_rng(1).exponential(steps, 400_000)
    pulses = np.where(changes >= 1.0, np.ceil(changes), 0.0)
    assert learning.written_share(steps) == pytest.approx((changes >= 1.0).mean(), rel=0.03)
    assert learning.threshold_pulses(steps) == pytest.approx(pulses.mean(), rel=0.03)


@pytest.mark.parametrize("cells", [8, 128])
def test_the_slowest_cell_is_that_of_a_monte_carlo(cells: int) -> None:
    changes = np.random.default_rng(2).exponential(3.0, (20_000, cells))
    assert learning.slowest_pulses(3.0, float(cells)) == pytest.approx(
        np.ceil(changes.max(axis=1)).mean(), rel=0.03
    )


def test_nothing_is_written_where_nothing_is_asked() -> None:
    assert learning.written_share(0.0) == 0.0
    assert learning.threshold_pulses(0.0) == 0.0


def test_the_cell_energy_is_that_of_neurosim_worked_by_hand() -> None:
    """ProcessingUnit.cpp of NeuroSim V2.1: V^2 x 2/(1/G_new + 1/G_old) x t_w x N_p, with its default cell."""
    on, ratio = 1 / 240e3, 100.0
    step = (on - on / ratio) / 60.0
    old, new = on / ratio + 10.0 * step, on / ratio + 14.0 * step
    # 1/G: 240 kohm x 60/(0.6 + 9.9) = 1.3714 Mohm and 240 kohm x 60/(0.6 + 13.86) = 995.85 kohm, mean 1.18364 Mohm
    assert 1 / old == pytest.approx(1.3714e6, rel=1e-4)
    assert 1 / new == pytest.approx(0.99585e6, rel=1e-4)
    by_hand = 4.0**2 / 1.18364e6 * 50e-9 * 4.0
    assert learning.pulse_energy(4.0, old, new, 50e-9, 4.0) == pytest.approx(by_hand, rel=1e-2)
