"""Component values of other tools and published blocks beside ours."""

from __future__ import annotations

import csv
import importlib.util
import math
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks" / "crosscheck"
PAGE = ROOT / "docs" / "models" / "crosscheck.md"


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("compare", FOLDER / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ratios(script: Any) -> list[tuple[str, str, str, float]]:
    return [(tool, case, name, ours / theirs) for tool, case, name, ours, theirs in script.comparisons()]


def test_the_survey_regression_is_that_of_the_tool_it_comes_from(
    ratios: list[tuple[str, str, str, float]],
) -> None:
    found = [ratio for tool, _, _, ratio in ratios if tool.startswith("hwcomponents-adc")]
    assert len(found) >= 100
    # its values are printed with four digits; beyond the fourth the constants are rounded too
    assert all(ratio == pytest.approx(1.0, abs=2e-3) for ratio in found)


def test_every_tool_is_compared(ratios: list[tuple[str, str, str, float]]) -> None:
    asked = {"hwcomponents-adc 1.0.21", "hwcomponents-cacti 1.0.40", "hwcomponents-neurosim 1.0.43"}
    assert asked <= {tool for tool, *_ in ratios}
    assert len({tool for tool, *_ in ratios}) == 10
    assert all(ratio > 0.0 and math.isfinite(ratio) for *_, ratio in ratios)


def test_energies_of_converters_that_papers_state_lie_near_the_survey(
    ratios: list[tuple[str, str, str, float]],
) -> None:
    isaac = [
        r
        for _, case, name, r in ratios
        if case == "ISAAC 32nm" and "energy" in name and "10 bits" not in name and "converter" in name
    ]
    assert isaac
    assert all(0.5 < ratio < 2.0 for ratio in isaac)


def test_the_read_energy_of_a_cell_is_that_of_another_tool(ratios: list[tuple[str, str, str, float]]) -> None:
    cells = [r for tool, _, name, r in ratios if "neurosim" in tool and name == "cell, energy of a read"]
    assert len(cells) == 16
    # V^2 G t; NeuroSim keeps more digits than it prints
    assert all(ratio == pytest.approx(1.0, abs=2e-3) for ratio in cells)


def test_the_recorded_ratios_are_those_of_today(ratios: list[tuple[str, str, str, float]]) -> None:
    with (FOLDER / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = "run `python benchmarks/crosscheck/compare.py --record`"
    assert [(r["beside"], r["case"], r["quantity"]) for r in rows] == [r[:3] for r in ratios], told
    for row, (*_, ratio) in zip(rows, ratios, strict=True):
        assert float(row["ratio"]) == pytest.approx(ratio, rel=6e-3), told


def test_the_page_shows_the_summary(script: Any) -> None:
    assert script.table_of_summary() in PAGE.read_text(encoding="utf-8"), (
        "put the output of `python benchmarks/crosscheck/compare.py --summary` into docs/models/crosscheck.md"
    )


# What differs by more than a factor of two, by beginning of tool and quantity, with words of the page that explain it.
EXPLAINED: dict[tuple[str, str], str] = {}


def test_what_differs_by_more_than_two_is_explained(ratios: list[tuple[str, str, str, float]]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    far = {(tool, name) for tool, _, name, ratio in ratios if not 0.5 <= ratio <= 2.0}
    missing = sorted(
        pair for pair in far if not any(pair[0].startswith(t) and pair[1].startswith(q) for t, q in EXPLAINED)
    )
    assert not missing
    idle = [
        key
        for key in EXPLAINED
        if not any(tool.startswith(key[0]) and name.startswith(key[1]) for tool, name in far)
    ]
    assert not idle, "no longer needed"
    assert all(words in page for words in EXPLAINED.values())
