from __future__ import annotations

from pathlib import Path

import pytest

from neuroest.loading.library import shipped
from tests.cli.conftest import CHIP, NETWORK, Command
from tests.each import each


@each(
    "name",
    [
        *shipped("architecture"),
        *shipped("workload"),
        "diffusive_bench",
        "crossbar",
        "mesh",
        "zhao2025",
        CHIP,
        NETWORK,
    ],
)
def test_what_ships_can_be_shown_in_80_columns(command: Command, name: str) -> None:
    formatted = command("show", name)
    assert formatted.code == 0
    assert formatted.err == ""
    wide = [line for line in formatted.lines if len(line) > 80]
    assert all(" " not in line.strip() for line in wide), wide


@each("name", shipped("device"))
def test_a_device_shows_every_parameter_with_its_basis(command: Command, name: str) -> None:
    from neuroest.loading.library import load_device

    formatted = command("show", name).out
    for parameter, claim in load_device(name).claims.items():
        assert f"  {parameter} = " in formatted
        assert f"[{claim.basis}]" in formatted


def test_one_name_of_two_things_shows_both(command: Command) -> None:
    formatted = command("show", "diffusive_28nm_derived")
    assert "architecture diffusive_28nm_derived" in formatted.out
    assert "device diffusive_28nm_derived" in formatted.out


def test_a_path_is_shown(command: Command, tmp_path: Path) -> None:
    copy = tmp_path / "diffusive_bench.yaml"
    copy.write_bytes(shipped("device")["diffusive_bench"].read_bytes())
    assert command("show", str(copy)).out == command("show", "diffusive_bench").out


@pytest.mark.parametrize(
    ("name", "hint"),
    [("difusive_bench", "did you mean"), ("no/such.yaml", "no/such.yaml"), ("nothing", "`neuroest list`")],
)
def test_an_unknown_name_is_refused(command: Command, name: str, hint: str) -> None:
    wrong = command("show", name)
    assert wrong.code == 1
    assert wrong.out == ""
    assert hint in wrong.err


def test_a_file_of_another_kind_is_refused(command: Command, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("kind: recipe\n")
    wrong = command("show", str(other))
    assert wrong.code == 1
    assert "recipe" in wrong.err


def test_large_numbers_are_shown_without_their_zeros(command: Command) -> None:
    formatted = command("show", "phase_change_accumulating").out
    assert "endurance = 3e9" in formatted
    assert "also 1e12" in formatted


def test_a_model_shows_the_keys_of_its_block_and_its_shipped_devices(command: Command) -> None:
    unit = command("show", "matrix_unit").out
    assert "device model: logic_library" in unit
    assert "operand_bits: Bits of each factor." in unit
    neuron = command("show", "ferroelectric_neuron").out
    assert "shipped devices" in neuron
    assert "ferroelectric_accumulating" in neuron
    assert "memory_time (s, optional)" in neuron


def test_a_contest_is_shown_like_everything_that_is_listed(command: Command) -> None:
    lines = " ".join(command("show", "spiking_neurons").out.split())
    assert "decides: least energy_per_inference_J" in lines
    assert "digital_mram: digital CMOS with MRAM, in digital_spiking_mram_28nm" in lines
    assert "cell: HfOx, ECRAM, SONOS" in lines
