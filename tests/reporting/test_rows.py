from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from neuroest.core.document import Table
from neuroest.reporting.latex import to_latex
from tests.reporting.conftest import EVIL
from tests.reporting.latex_here import needs_latex

ROWS = [
    {"name": EVIL, "value": 1.5e-13, "count": 3, "seen": True, "none": None},
    {"name": "a|b", "value": np.float64("nan"), "count": 4, "seen": np.bool_(0), "more": [1.0, 2.0]},
]


def test_rows_come_back_from_csv_and_json() -> None:
    reported = list(csv.DictReader(io.StringIO(Table.of_records(ROWS).to_csv())))
    assert [row["name"] for row in reported] == [EVIL, "a|b"]
    assert float(reported[0]["value"]) == pytest.approx(1.5e-13, rel=1e-9)
    assert reported[1]["value"] == ""  # no number is no text such as nan
    plain = json.loads(Table.of_records(ROWS).to_json())
    assert plain[0] == {
        "name": EVIL,
        "value": pytest.approx(1.5e-13, rel=1e-9),
        "count": 3,
        "seen": True,
        "none": None,
    }
    assert plain[1]["value"] is None
    assert plain[1]["count"] == 4
    assert plain[1]["seen"] is False  # numpy's False too


def test_markdown_obeys_no_name() -> None:
    lines = Table.of_records(ROWS).to_markdown().splitlines()
    assert len(lines) == 4
    assert lines[1].count("--:") == 2
    assert "<script>" not in lines[2].replace("\\<", "")
    assert r"a\|b" in lines[3]


def test_a_data_frame_is_its_rows() -> None:
    import pandas as pd

    found = Table.of_records(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    assert found == Table(("a", "b"), ((1, "x"), (2, "y")))


def test_no_rows_are_an_empty_table_and_nothing_at_all_is_said() -> None:
    import pandas as pd

    empty = Table.of_records(pd.DataFrame({"device": [], "time [s]": []}))
    assert Table.of_records(empty).to_csv() == "device,time [s]\n"
    assert Table.of_records(empty).to_json() == "[]\n"
    assert Table.of_records(empty).to_markdown().splitlines() == ["| device | time \\[s\\] |", "|---|---|"]
    assert r"\midrule" in to_latex(Table.of_records(empty), "none")
    assert Table.of_records([]).to_markdown() == "Nothing.\n"
    assert to_latex(Table.of_records([]), "fits") == "% fits: nothing\n"


@needs_latex
@pytest.mark.parametrize("columns", ["onecolumn", "twocolumn"])
def test_any_table_compiles_without_warnings(columns: str, tmp_path: Path) -> None:
    long = [
        {"path": f"chip.tile.array.readout.neuron.parameter_{i}", "why": "as it is given " * (i % 9), "value": i * 1e-7}
        for i in range(60)
    ]  # fmt: skip
    wide = [{f"column {i}": 10.0**i for i in range(12)} for _ in range(9)]
    few = [{f"a_quantity_of_some_length_{i}": float(i) for i in range(14)}]
    hashes = [{"commit": "0123456789abcdef" * 4, "address": "https://example.org/" + "a/b" * 30}]
    tables = [to_latex(Table.of_records(rows), EVIL) for rows in (ROWS, long, wide, few, hashes)]
    text = "\n".join(
        [
            rf"\documentclass[{columns}]{{article}}", r"\usepackage[T1]{fontenc}\usepackage{lmodern}",
            r"\usepackage{booktabs,siunitx,array,graphicx}", r"\begin{document}", *tables, r"\end{document}",
        ]
    )  # fmt: skip
    (tmp_path / "t.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = run.stdout.decode("latin-1")
    assert run.returncode == 0, log[-2000:]
    reported = [line for line in log.splitlines() if "Warning" in line or line.startswith("Overfull")]
    assert reported == []
