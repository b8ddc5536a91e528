from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import Command

FAST = ("sensitivity", "diffusive_28nm_derived", "-w", "mlp_mnist_spiking", "--results", "area_m2")


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (FAST[1], FAST),
        ("lif_28nm_circuit", ("survey", "neurons", "lif_28nm_circuit")),
        (
            "analog_lif_28nm",
            ("target", "mott_neuron_28nm", "--against", "analog_lif_28nm", "-w", "mlp_mnist_spiking",
             "--vary", "integration_time=1us..2us", "--samples", "10"),
        ),
    ],
)  # fmt: skip
def test_a_label_names_a_design_in_the_figure(
    command: Command, tmp_path: Path, named: str, words: Sequence[str]
) -> None:
    figure = tmp_path / "t.svg"
    assert command(*words, "--label", f"{named}=Own neuron", "-p", str(figure)).code == 0
    drawn = " ".join(re.findall(r">([^<>]+)</t", figure.read_text("utf-8")))
    assert "Own neuron" in drawn
    assert named not in drawn
    assert "--label" in command(*words, "--label", "nobody=x").err


def test_the_longest_bar_is_first(command: Command) -> None:
    done = command(*FAST, "--most", "3")
    assert done.code == 0
    bars = [line for line in done.lines if " chip." in line or " model_discrepancy." in line]
    assert len(bars) == 3
    assert "more have less effect" in done.lines[-1]


def test_the_table_fits_a_terminal(command: Command) -> None:
    done = command(*FAST[:4], "--sobol", "4")
    assert max(map(len, done.lines)) <= 80
    assert "chip.tile.array.readout.neuron.field_mobility" in done.out  # a path may be copied
    ends = [line.split()[:4] for line in done.lines if " chip." in line]
    assert all(low != high for *low, high in ends), "a bar whose ends read alike"


@pytest.mark.slow
def test_sobol_indices_and_a_figure(command: Command, tmp_path: Path) -> None:
    done = command(*FAST, "--sobol", "16", "-p", str(tmp_path / "t.pdf"))
    assert "ST" in done.out
    assert done.out == command(*FAST, "--sobol", "16").out  # the default seed repeats the bootstraps, too
    assert (tmp_path / "t.pdf").exists()


def test_bad_input(command: Command) -> None:
    assert "power of two" in command(*FAST, "--sobol", "10").err
    assert "figures are written as" in command(*FAST, "-p", "t.doc").err
    assert command("sensitivity", "nobody").code == 1
    assert "area_m2" in command(*FAST[:-1], "area_m").err
