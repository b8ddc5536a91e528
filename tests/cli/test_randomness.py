"""``neuroest randomness``: table, figure and one-line errors."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command

DEVICES = ("diffusive_28nm_capacitor", "trng_latch_28nm")


def test_the_verb_prints_a_table_and_draws(command: Command, tmp_path: Path) -> None:
    done = command("randomness", *DEVICES, "--samples", "16", "-p", str(tmp_path / "bits.svg"))
    assert done.code == 0
    assert "least energy of those that were built and have noise: trng latch 28nm" in done.out
    assert (tmp_path / "bits.svg").is_file()


def test_bad_input_is_one_line(command: Command) -> None:
    for arguments in (("--rate", "3 V"), ("lif_28nm_besrour",), ("diffusive_28nm_capacitr",)):
        done = command("randomness", *arguments)
        assert done.code == 1
        assert done.err.count("\n") == 1, done.err
