"""Component values of other tools beside ours."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "crosscheck" / "compare.py"


@pytest.fixture(scope="module")
def ratios() -> list[tuple[str, str, str, float]]:
    spec = importlib.util.spec_from_file_location("compare", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [(tool, case, name, ours / theirs) for tool, case, name, ours, theirs in module.comparisons()]


def test_the_survey_regression_is_that_of_the_tool_it_comes_from(
    ratios: list[tuple[str, str, str, float]],
) -> None:
    found = [ratio for tool, _, _, ratio in ratios if tool.startswith("hwcomponents-adc")]
    assert len(found) >= 50
    # its values are printed with four digits; beyond the fourth the constants are rounded too
    assert all(ratio == pytest.approx(1.0, abs=2e-3) for ratio in found)


def test_every_tool_is_compared(ratios: list[tuple[str, str, str, float]]) -> None:
    assert len({tool for tool, *_ in ratios}) == 4
    assert all(ratio > 0.0 for *_, ratio in ratios)


def test_energies_of_converters_that_papers_state_lie_near_the_survey(
    ratios: list[tuple[str, str, str, float]],
) -> None:
    isaac = [
        r
        for _, case, name, r in ratios
        if case == "ISAAC 32nm" and "energy" in name and "10 bits" not in name
    ]
    assert all(0.5 < ratio < 2.0 for ratio in isaac)
