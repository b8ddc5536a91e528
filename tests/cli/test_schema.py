from __future__ import annotations

import json
from pathlib import Path

import pytest

from neuroest.reporting.schemas import schema_text
from tests.cli.conftest import Command

SHIPPED = Path(__file__).parent.parent.parent / "schemas"


@pytest.mark.parametrize("kind", ["architecture", "device", "workload"])
def test_the_shipped_schema_is_up_to_date(kind: str) -> None:
    stored = (SHIPPED / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(kind), f"run: neuroest schema {kind} -o schemas/{kind}.schema.json"


def test_a_schema_goes_to_a_file(command: Command, tmp_path: Path) -> None:
    target = tmp_path / "workload.schema.json"
    assert command("schema", "workload", "-o", str(target)).code == 0
    assert json.loads(target.read_text())["title"] == "neuroest workload"


def test_an_unknown_kind_is_refused(command: Command) -> None:
    wrong = command("schema", "workloads")
    assert wrong.code == 1
    assert "did you mean 'workload'?" in wrong.err
