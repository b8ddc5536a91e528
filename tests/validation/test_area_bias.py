"""The area that descriptions do not list is the median of published chips, whichever of them is left out."""

from __future__ import annotations

import importlib.util
import statistics
from pathlib import Path
from typing import Any

import pytest

from neuroest.loading.library import load_device

TOOL = Path(__file__).parents[2] / "docs" / "tools" / "area_bias.py"


@pytest.mark.slow
def test_the_fraction_is_near_the_median_of_published_chips_and_hangs_on_none() -> None:
    spec = importlib.util.spec_from_file_location("area_bias", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    rows = list(tool.fractions())
    shipped = load_device("overheads_generic").claims["control_area_fraction"].value
    own = {name: fraction for name, _, fraction in rows}
    assert statistics.median(own.values()) == pytest.approx(shipped, abs=0.08)
    assert statistics.median(ratio for _, ratio, _ in rows) == pytest.approx(1.0, abs=0.1)
    for left_out, ratio, needed in rows:
        others = statistics.median(fraction for name, fraction in own.items() if name != left_out)
        # the area is linear in the fraction, and is the published one at the fraction of its own
        slope = (ratio - 1.0) / (shipped - needed)
        assert abs(slope * (others - shipped)) < 0.1 * ratio, left_out
