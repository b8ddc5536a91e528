"""Cells of CSV files and their lines."""

from pathlib import Path

import pytest

from neuroest.core.errors import SpecError
from neuroest.specs.file_text import read_csv


def written(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_keep_their_lines_next_to_comments_and_quotes(tmp_path: Path) -> None:
    table = read_csv(written(tmp_path, '# by, "me\n\na, b\n1,"x, y"\n  # more\n,,\n2 , z\n'))
    assert (table.heading, table.line) == (["a", "b"], 3)
    assert table.rows == [(4, ["1", "x, y"]), (7, ["2", "z"])]
    assert table.comments == ['# by, "me', "# more"]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_separators_are_those_of_the_header(tmp_path: Path, sign: str) -> None:
    assert read_csv(written(tmp_path, f"a{sign}b\n1{sign}2\n")).rows == [(2, ["1", "2"])]


def test_all_cells_that_are_no_numbers_are_reported_at_their_lines(tmp_path: Path) -> None:
    table = read_csv(written(tmp_path, "a,b,c\n1,2,\n0,inf\n-1,2,3\n"))
    with pytest.raises(SpecError) as error:
        table.numbers(["a", "b", "c"], may_be_empty=["c"])
    assert [(p.line, p.path, p.message.split()[0]) for p in error.value.problems] == [
        (3, "a", "'0'"), (3, "b", "'inf'"), (4, "a", "'-1'"),
    ]  # fmt: skip
    assert table.numbers(["c"], ["c"])["c"][2] == 3


def test_a_file_without_a_header_is_refused_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no header line; expected something like `a, b`"):
        read_csv(written(tmp_path, "# nothing\n\n"), "a, b")
