from __future__ import annotations

import json

from neuroest.exploration.crossover import SCOPES
from tests.cli.conftest import Command

CHIPS = ("digital_spiking_28nm", "digital_int8_28nm")
NETS = ("mlp_mnist_spiking", "mlp_mnist_dense")


def test_the_verb_prints_all_scopes_and_the_published_comparison(command: Command) -> None:
    done = command("crossover", *CHIPS, "-w", NETS[0], "--other-workload", NETS[1], "--samples", "32")
    assert done.code == 0
    for scope in SCOPES.values():
        assert done.out.count(scope) == 2
    assert "from the energies of yan2026_22nm: 2.31%" in done.out


def test_the_verb_writes_data(command: Command) -> None:
    arguments = (
        "crossover",
        *CHIPS,
        "-w",
        NETS[0],
        "--other-workload",
        NETS[1],
        "--samples",
        "16",
        "--format",
    )
    rows = json.loads(command(*arguments, "json").out)
    assert {row["scope"] for row in rows} == set(SCOPES)
    assert len(command(*arguments, "csv").out.splitlines()) == 7


def test_bad_input_is_one_line(command: Command) -> None:
    done = command("crossover", *CHIPS, "-w", NETS[1], "--other-workload", NETS[1])
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert command("crossover", *CHIPS, "-w", NETS[0], "--other-workload", "nowhere").code == 1
    assert command("crossover", *CHIPS, "-w", NETS[0]).code == 2
