from __future__ import annotations

import json

import pytest

from tests.cli.conftest import CHIP, NETWORK, Command

CHIP_ON_SPIKES = "diffusive_28nm_derived"


@pytest.mark.parametrize(
    "quantity",
    [
        "energy",
        "dynamic_energy",
        "static_energy",
        "area",
        "latency",
        "throughput",
        "average_power_W",
        "chip",
        "chip.tile.array",
        "chip.tile.array.readout.neuron",
        "chip.tile.array.readout.neuron.spike.output_branch",
        "chip.tile.array.readout.neuron.area.footprint",
        "chip.tile.array.readout.neuron.static.leakage",
        "chip.overheads.clock.clock",
        "chip.overheads.area.white_space",
        "technology.supply_voltage",
        "workload.timesteps",
        "neuron.field_mobility",
    ],
)
def test_everything_can_be_explained_in_80_columns(command: Command, quantity: str) -> None:
    formatted = command("explain", CHIP_ON_SPIKES, quantity)
    assert formatted.code == 0
    assert formatted.err == ""
    assert max(map(len, formatted.lines)) <= 80


def test_a_term_goes_down_to_equation_unit_basis_and_source(command: Command) -> None:
    formatted = command("explain", CHIP_ON_SPIKES, "neuron.spike.output_branch").out
    assert "spike actions x" in formatted
    flat = " ".join(formatted.split())
    assert "output_branch_energy * burst_spikes" in flat
    assert "docs/models/neurons.md" in flat
    assert "supply_voltage = 0.9 V [assumed] tile.array.readout.neuron.output_supply_voltage" in flat
    assert (
        "drive_voltage = 0.8 V [derived] tile.array.readout.neuron.input_voltage; zhao2025, Fig. 2e" in flat
    )


def test_without_a_quantity_it_lists_results_parts_and_inputs(command: Command) -> None:
    listed = command("explain", CHIP, "-w", NETWORK)
    assert listed.code == 0
    assert len(listed.lines) < 70
    assert max(map(len, listed.lines)) <= 80
    assert "does not apply" not in listed.out
    assert {"energy_per_inference_J", "chip.tile.array.cell", "workload.activity.rate"} <= {
        line.split()[0] for line in listed.lines if line.startswith("  ")
    }


def test_an_action_is_explained_without_its_term(command: Command) -> None:
    explained = command("explain", CHIP_ON_SPIKES, "chip.tile.array.cell.cell_read")
    assert explained.lines[0].startswith("chip.tile.array.cell.cell_read.read_current = ")


def test_a_coefficient_of_a_fit_is_no_input_that_someone_raises(command: Command) -> None:
    moved = command("explain", "digital_int8_28nm", "latency", "-w", "mlp_mnist_dense").out
    assert "raising one input by 1 %" in moved
    assert "delay_linear" not in moved


def test_all_lists_every_name_that_applies(command: Command) -> None:
    listed = command("explain", CHIP, "-w", NETWORK, "--all")
    names = [line.split("\t")[0] for line in listed.lines]
    assert listed.code == 0
    assert {"energy_per_inference_J", "chip.tile.array", "technology.supply_voltage"} <= set(names)
    assert len(names) == len(set(names))


def test_json_is_the_tree(command: Command) -> None:
    reported = json.loads(command("explain", CHIP, "energy", "-w", NETWORK, "--format", "json").out)
    assert reported["quantity"] == "energy_per_inference_J"
    assert sum(part["value"] for part in reported["parts"]) == pytest.approx(reported["value"], rel=1e-9)


@pytest.mark.parametrize(
    ("quantity", "hint"),
    [
        ("enrgy", "unknown quantity 'enrgy'"),
        ("chip.tile.array.readout.neuron.spike.output_brnch", "did you mean"),
        ("leakage", "could be any of"),
    ],
)
def test_an_unknown_or_doubtful_quantity_is_refused(command: Command, quantity: str, hint: str) -> None:
    wrong = command("explain", CHIP_ON_SPIKES, quantity)
    assert wrong.code == 1
    assert wrong.out == ""
    assert hint in wrong.err
    assert len(wrong.err.splitlines()) == 1
