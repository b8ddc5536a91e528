"""Each promise of the page on reliability names the tests that hold it, and these exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")
ROW = re.compile(r"^\| (?P<promise>[^|]+) \| (?P<tests>`tests/[^|]+) \|$", re.MULTILINE)


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_promise_names_tests_that_exist() -> None:
    promises, _, _ = PAGE.partition("## Mutated files")
    rows = list(ROW.finditer(promises))
    lines = [line for line in promises.splitlines() if line.startswith("| ") and "| tests |" not in line]
    assert len(rows) == len(lines) > 30, "each row has a promise and its tests"
    missing = [
        f"{row['promise']}: {name}"
        for row in rows
        for name in re.findall(r"`([^`]+)`", row["tests"])
        if (parts := name.split("::"))[-1] not in functions_of(parts[0])
    ]
    assert not missing
    assert all(name.startswith("test_") for row in rows for name in re.findall(r"::(\w+)", row["tests"]))
