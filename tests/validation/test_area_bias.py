"""The area that descriptions do not list is what published chips have, whichever of them is left out."""

from __future__ import annotations

import importlib.util
import math
import statistics
import sys
from pathlib import Path
from typing import Any

import pytest

from neuroest.loading.library import load_device

TOOL = Path(__file__).parents[2] / "docs" / "tools" / "area_bias.py"


@pytest.mark.slow
def test_the_fractions_are_those_of_published_chips_and_hang_on_none(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("area_bias", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool: Any = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "area_bias", tool)
    spec.loader.exec_module(tool)
    found = list(tool.areas())
    claims = load_device("overheads_generic").claims
    shipped = tuple(claims[name].value for name in ("control_area_fraction", "macro_control_area_fraction"))

    def error(pair: tuple[float, float]) -> float:
        return sum(abs(math.log(ratio)) for ratio in tool.by_chip(found, *pair).values())

    # the optimum is flat along the fraction of the logic
    assert error(shipped) <= 1.05 * error(tool.fitted(found))
    ratios = tool.by_chip(found, *shipped)
    assert statistics.median(ratios.values()) == pytest.approx(1.0, abs=0.1)
    left_out = []
    for chip, ratio in ratios.items():
        others = tool.fitted([area for area in found if area.chip != chip])
        assert others[0] == pytest.approx(shipped[0], abs=0.35), chip
        assert others[1] == pytest.approx(shipped[1], abs=0.05), chip
        left_out.append(tool.by_chip(found, *others)[chip])
        assert left_out[-1] == pytest.approx(ratio, rel=0.15), chip
    # hand-made: a chip of memories alone has the published area at a fraction of its own
    area = tool.Area("memories", 2.0, 0.0, 0.0, 1e-9, 0.9, 0.5, 0.9)
    assert area.ratio(0.0, 0.0) == pytest.approx(0.5)
    assert area.fraction_of_macros(0.0) == pytest.approx(0.5 / 0.9)
    assert area.ratio(0.0, 0.5 / 0.9) == pytest.approx(1.0)
    assert statistics.median(left_out) == pytest.approx(1.0, abs=0.12)
