"""The page on other estimators names versions that this repository runs, and its tables have a cell for every tool."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "compared.md").read_text(encoding="utf-8")
TOOLS = ("AccelForge", "NeuroSim", "SANA-FE", "ZigZag", "Stream", "mimarsinan", "SpikingJelly")


def tables(section: str) -> list[list[str]]:
    text = PAGE.partition(f"\n## {section}")[2].partition("\n## ")[0]
    return [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]


def test_every_tool_has_a_version_a_date_and_a_primary_source() -> None:
    rows = {row[0].strip(): row for row in tables("Versions")[2:]}
    assert tuple(rows) == TOOLS
    for name, (_, version, date, read) in rows.items():
        assert re.search(r"\d+\.\d+|no releases", version), name
        assert re.search(r"\d{1,2} \w+ 202\d", date), name
        assert "https://github.com/" in read, name


def test_versions_are_those_that_the_benchmarks_install() -> None:
    pinned = dict(
        re.findall(r'"([\w-]+)==([\d.]+)', (ROOT / "benchmarks" / "peers" / "set_up.sh").read_text())
    )
    rows = {row[0].strip(): row[1] for row in tables("Versions")[2:]}
    for package, tool in (("accelforge", "AccelForge"), ("zigzag-dse", "ZigZag"), ("sanafe", "SANA-FE")):
        assert f"{pinned[package]} on PyPI" in rows[tool]


def test_the_comparison_has_a_cell_for_every_tool() -> None:
    head, _, *rows = tables("Side by side")
    assert [name for name in TOOLS if not any(name in cell for cell in head)] == []
    assert {len(row) for row in rows} == {len(head)}
    assert all(cell.strip() for row in rows for cell in row)
