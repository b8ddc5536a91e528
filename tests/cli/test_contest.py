from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

AXES = ("--axis", "period=10ms,10s", "--axis", "spike_rate=1,2", "--samples", "16")


@pytest.mark.slow
def test_the_shipped_contest_says_who_wins_where(command: Command, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    figure = tmp_path / "map.svg"
    formatted = command("contest", "spiking_synapses", *AXES, "-p", str(figure))
    assert formatted.code == 0
    assert max(map(len, formatted.lines)) <= 80
    assert "Position of the workload: period 1.4 s and spike rate 1" in formatted.out
    assert figure.stat().st_size > 1000


@pytest.mark.slow
def test_json_has_every_cell(command: Command) -> None:
    asked = ("contest", "spiking_synapses", *AXES, "--format", "json", "--limit", "area_m2 <= 5 mm^2")
    found = json.loads(command(*asked).out)
    assert len(found["cells"]) == 3 * 2
    assert found["limits"][-1] == "area_m2 <= 5 mm^2"


def test_bad_input(command: Command) -> None:
    for arguments, hint in (
        (("no_such_contest",), "unknown contest"),
        (("--axis", "period=1ms,1s"), "name both"),
        (("--by", "nothing", *AXES), "unknown alternative"),
    ):
        wrong = command("contest", *arguments)
        assert wrong.code == 1
        assert hint in wrong.err
