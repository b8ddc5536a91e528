"""Points of a sweep's file, for figures."""

from __future__ import annotations

from pathlib import Path

from neuroest.reporting.data_files import _pieces, _those


def test_a_row_without_a_verdict_is_not_feasible(tmp_path: Path) -> None:

    file = tmp_path / "sweep.csv"
    file.write_text("area_m2,feasible\n1,True\n2,False\n3,\n", encoding="utf-8")
    (frame,) = map(_those, _pieces(file))
    assert list(frame["area_m2"]) == [1]
