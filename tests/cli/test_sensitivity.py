from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command

FAST = ("sensitivity", "diffusive_28nm_derived", "-w", "mlp_mnist_spiking", "--results", "area_m2")


def test_the_longest_bar_is_first(command: Command) -> None:
    done = command(*FAST, "--most", "3")
    assert done.code == 0
    assert len(done.lines) == 6
    assert "chip." in done.lines[3] or "model_discrepancy." in done.lines[3]


def test_sobol_indices_and_a_figure(command: Command, tmp_path: Path) -> None:
    done = command(*FAST, "--sobol", "16", "-p", str(tmp_path / "t.pdf"))
    assert "ST" in done.out
    assert (tmp_path / "t.pdf").exists()


def test_bad_input(command: Command) -> None:
    assert "power of two" in command(*FAST, "--sobol", "10").err
    assert "a figure ends in" in command(*FAST, "-p", "t.doc").err
    assert command("sensitivity", "nobody").code == 1
    assert "area_m2" in command(*FAST[:-1], "area").err
