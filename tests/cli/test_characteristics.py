from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Command


@pytest.mark.slow
def test_one_characteristic_with_its_figure_and_its_misses(command: Command, tmp_path) -> None:
    formatted = command(
        "simulate", "diffusive_bench", "threshold_firing", "--devices", "10", "-p",
        str(tmp_path / "threshold_firing.png"), "--format", "json",
    )  # fmt: skip
    assert formatted.code == 0, formatted.err
    reported = json.loads(formatted.out)["characteristics"][0]
    assert len(reported["misses"]) == 3
    assert any(series["measured"] for series in reported["series"])
    assert (tmp_path / "threshold_firing.png").stat().st_size > 5000


@pytest.mark.slow
def test_a_neuron_without_published_measurements_is_not_compared(command: Command) -> None:
    formatted = command(
        "simulate", "diffusive_65nm_estimate", "threshold_firing", "--devices", "4", "--format", "csv"
    )
    assert formatted.code == 0, formatted.err
    assert formatted.lines[0] == "characteristic,series,x,y"
    assert "measured" not in formatted.out


def test_bad_input_is_one_clear_line(command: Command) -> None:
    for arguments, words in (
        (("diffusive_bench", "plasticity"), "unknown characteristic"),
        (("rram_hfox_28nm", "all"), "is not a neuron model"),
        (("lif_28nm_circuit", "stochasticity"), "unknown characteristic"),
        (("switch_ag_nanodots", "all", "--temperature", "400 K"), "no transition temperature"),
        (("switch_ag_nanodots", "all", "--set", "hold_voltag=1 V"), "did you mean 'hold_voltage'"),
        (("switch_ag_nanodots", "rate", "--level", "1 V"), "--level belongs to a single input"),
        (("switch_ag_nanodots", "all", "--energy"), "--energy belongs to a single input"),
        (("switch_ag_nanodots", "rate", "--devices", "1"), "needs at least 2"),
        (("diffusive_bench", "--compare"), "--compare belongs to characteristics"),
    ):
        formatted = command("simulate", *arguments)
        assert formatted.code == 1
        assert words in formatted.err
        assert len(formatted.err.strip().splitlines()) == 1


def test_a_neuron_that_gives_no_spikes_to_count_is_refused_at_once(command: Command) -> None:
    reported = command("simulate", "diffusive_28nm_derived", "stochasticity")
    assert reported.code == 1
    assert "follows the filament" in reported.err
    assert len(reported.err.strip().splitlines()) == 1


def test_a_switch_is_characterised_as_text_table_and_data(command: Command, tmp_path) -> None:
    formatted = command(
        "simulate", "switch_ag_nanodots", "all", "-p", str(tmp_path / "switch.png"), "--format", "json"
    )
    assert formatted.code == 0, formatted.err
    by_name = {found["name"]: found for found in json.loads(formatted.out)["characteristics"]}
    assert list(by_name) == ["rate", "least_drive", "spike_energy", "intervals", "limits"]
    least = by_name["least_drive"]["values"][0]
    assert least["simulated"] == pytest.approx(least["closed_form"], rel=0.02)
    assert {path.stem for path in tmp_path.glob("*.png")} == {
        "switch_rate",
        "switch_least_drive",
        "switch_spike_energy",
        "switch_intervals",
    }
    assert "written" in formatted.err
    lines = command("simulate", "switch_ag_nanodots", "limits", "--format", "csv").lines
    assert lines[0] == "characteristic,series,x,y"
