"""Architectures of SANA-FE: what is exported comes back, and what is no number is refused at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

import neuroest
from neuroest.core.errors import SpecError
from neuroest.loading.library import load_device
from neuroest.registry import export
from tests.cli.conftest import Command, command
from tests.each import each

__all__ = ["command"]


@pytest.fixture(scope="module")
def chip() -> str:
    return export(neuroest.estimate("loihi_14nm", "mlp_mnist_spiking"), "sana-fe")


def test_what_is_exported_comes_back(command: Command, tmp_path: Path, chip: str) -> None:
    source, made = tmp_path / "chip.yaml", tmp_path / "loihi_again.yaml"
    source.write_text(chip, "utf-8")
    outcome = command("import", str(source), "-o", str(made))
    assert outcome.code == 0, outcome.err
    lacking = "core_area, core_static_power, synapse_memory, bits_per_synapse"
    assert f"not in the file, taken from loihi_events: {lacking}" in outcome.err
    ours, shipped = load_device(str(made)).claims, load_device("loihi_events").claims
    for name in (
        "synaptic_operation_energy", "synaptic_operation_time", "inactive_update_energy", "active_update_energy",
        "update_time", "active_update_time", "spike_energy", "spike_time", "hop_energy", "hop_time",
        "synchronisation_time", "neurons_per_core", "cores_per_tile",
    ):  # fmt: skip
        assert ours[name].value == pytest.approx(shipped[name].value, rel=1e-6), name


@each(
    "old, new, message",
    [
        (
            "energy_process_spike: 2.36e-11",
            "energy_process_spike: 23 pJ",
            "energy_process_spike: is '23 pJ'; expected",
        ),
        (
            "energy_message_out: 1.7e-12",
            "energy_message_out: -1.0",
            "energy_message_out: is '-1.0'; expected",
        ),
        (
            "energy_spike_out: 2.9e-11",
            "energy_spike: 1.0",
            "energy_spike_out: is missing; expected a number in SI",
        ),
        ("latency_sync: 4.65e-07", "latency_sync: soon", "latency_sync: expected times in seconds"),
        # as in the file for TrueNorth that ships with SANA-FE, all of whose costs are zero
        (
            "latency_process_spike: 3.5e-09",
            "latency_process_spike: 0.0",
            "latency_process_spike: is '0.0'; expected a number in SI units, above 0",
        ),
    ],
)
def test_what_is_no_number_is_refused_at_its_place(
    tmp_path: Path, chip: str, old: str, new: str, message: str
) -> None:
    from neuroest.authoring.hardware_files import import_sana_fe_architecture

    path = tmp_path / "chip.yaml"
    assert old in chip
    path.write_text(chip.replace(old, new, 1), "utf-8")
    with pytest.raises(SpecError) as refused:
        import_sana_fe_architecture(path, "chip")
    assert message in str(refused.value)
    assert "chip.yaml:" in str(refused.value)
