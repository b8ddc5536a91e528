"""Storage macros test the parts of analog arrays, with the numbers that the page on validation states."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def test_the_page_has_the_medians_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("storage_macros", ROOT / "docs/tools/storage_macros.py")
    assert spec is not None
    assert spec.loader is not None
    tool: Any = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "storage_macros", tool)
    spec.loader.exec_module(tool)
    _, ratios = tool.compared()
    page = (ROOT / "docs/calibration.md").read_text(encoding="utf-8")
    for ratio in ratios.values():
        assert f"; {min(ratio):.2f} to {max(ratio):.2f} over" in page
    time, area = tool.medians(ratios["read time"]), tool.medians(ratios["area"])
    assert "**Read time:** median {:.2f}, {:.2f} to {:.2f}".format(*time) in page
    assert "**Area:** median {:.2f}, {:.2f} to {:.2f}".format(*area) in page
    assert time[2] < 1.0, "one comparison is not too long, whichever macro is left out"
    assert area[1] > 1.0, "arrays with their write circuits are not too small"


@pytest.mark.slow
def test_the_page_has_the_medians_of_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("uniform_macros", ROOT / "docs/tools/uniform_macros.py")
    assert spec is not None
    assert spec.loader is not None
    tool: Any = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "uniform_macros", tool)
    spec.loader.exec_module(tool)
    rows = tool.all_compared()
    page = (ROOT / "docs/calibration.md").read_text(encoding="utf-8")
    assert "\n".join(tool.medians(rows)) in page
