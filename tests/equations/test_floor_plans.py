"""Claims about the area of a die around its blocks."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import floor_plans

SAMPLES: dict[str, dict[str, float]] = {
    "floorplan_area": {"block_area": 0.7e-6, "utilisation": 0.7},
    "pad_ring_area": {"core_area": 4e-6, "width": 0.2e-3, "dies": 2.0},
}


def test_floor_plan_is_larger_than_its_blocks():
    assert floor_plans.floorplan_area(0.7e-6, 0.7) == pytest.approx(1e-6, rel=1e-12)
    assert floor_plans.floorplan_area(0.7e-6, 0.0) == np.inf


def test_pads_stand_around_each_die() -> None:
    # dies of 2 mm by 2 mm become dies of 2.4 mm by 2.4 mm
    assert floor_plans.pad_ring_area(4e-6, 0.2e-3) == pytest.approx(1.76e-6)
    assert floor_plans.pad_ring_area(12e-6, 0.2e-3, 3.0) == pytest.approx(3 * 1.76e-6)
