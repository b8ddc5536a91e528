from __future__ import annotations

import json
from pathlib import Path

import pytest

from neuroest.loading.kinds import KINDS
from tests.cli.conftest import Command


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_has_a_schema(command: Command, kind: str) -> None:
    printed = command("schema", kind)
    assert printed.code == 0
    assert json.loads(printed.out)["properties"]["kind"]["const"] == kind


def test_a_schema_goes_to_a_file(command: Command, tmp_path: Path) -> None:
    target = tmp_path / "workload.schema.json"
    assert command("schema", "workload", "-o", str(target)).code == 0
    assert json.loads(target.read_text())["title"] == "neuroest workload"


def test_an_unknown_kind_is_refused(command: Command) -> None:
    wrong = command("schema", "workloads")
    assert wrong.code == 1
    assert "did you mean 'workload'?" in wrong.err
