"""Every notebook runs, and shows what its cells print."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

NOTEBOOKS = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "tools" / "notebooks.py"))
NEEDS = {"a_network_from_snntorch": "snntorch", "a_design_space": "pymoo"}


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS["names"]())
def test_a_notebook_runs_and_shows_what_it_prints(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip(NEEDS.get(name, "matplotlib"))
    monkeypatch.setenv("MPLBACKEND", "agg")
    shown = NOTEBOOKS["read"](name)
    again = NOTEBOOKS["with_outputs"](shown, NOTEBOOKS["outputs"](shown))
    assert again == shown, f"run: python docs/tools/notebooks.py {name}"


def test_there_are_notebooks_for_a_device_a_space_a_network_and_a_result() -> None:
    assert NOTEBOOKS["names"]() == [
        "a_design_space",
        "a_device",
        "a_network_from_snntorch",
        "reading_a_result",
    ]
    for name in NOTEBOOKS["names"]():
        page = NOTEBOOKS["page"](NOTEBOOKS["read"](name))
        assert page.startswith("# ")
        assert page.count("```text") >= 4
