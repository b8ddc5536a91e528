"""Files that others published in packages: counted as ONNX Runtime counts them, where the package is installed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

pytest.importorskip("onnxruntime")
BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def corpus():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("foreign_networks")
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.nightly
def test_files_of_installed_packages_have_no_unexplained_difference(corpus) -> None:
    there = [(row, path) for row in corpus.rows() if (path := row.path(None)) is not None]
    assert there, "onnx itself ships some"
    for row, path in there:
        found = corpus.compared(row, path)
        assert isinstance(found.products, int), f"{row.file}: {found.products}"
        assert found.difference in {0, None} or row.explained, f"{row.file}: {found}"


def test_the_table_names_at_least_sixty_files_by_hash(corpus) -> None:
    rows = corpus.rows()
    assert len(rows) >= 60
    assert all(len(row.sha256) == 64 for row in rows)
    assert len({(row.source, row.file) for row in rows}) == len(rows)
    for row in rows:
        row.options()
