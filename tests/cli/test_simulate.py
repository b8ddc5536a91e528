from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Command
from tests.each import each


def test_a_neuron_spikes_and_says_so(command: Command) -> None:
    formatted = command("simulate", "diffusive_bench", "--duration", "60 ms", "--no-noise")
    assert formatted.code == 0
    assert "first complete filament: 34.9 ms" in formatted.out
    assert "closed form" in formatted.out


def test_energy_by_simulation_and_closed_form_stand_side_by_side(command: Command) -> None:
    reported = json.loads(
        command("simulate", "diffusive_bench", "--energy", "--hold", "5 ms", "--format", "json").out
    )
    terms = {row["term"]: row for row in reported["terms"]}
    # 10 pF, 0.8 V, 0.797 V: 6.37 pJ
    assert terms["gate_charge"]["closed_form_J"] == pytest.approx(6.37e-12, rel=0.01)
    assert terms["gate_charge"]["simulated_J"] == pytest.approx(6.37e-12, rel=0.1)
    assert not reported["latched"]


def test_the_csv_holds_one_spike_a_line(command: Command) -> None:
    lines = command(
        "simulate", "diffusive_bench", "--duration", "60 ms", "--no-noise", "--format", "csv"
    ).lines
    assert lines[0] == "device,spike_time [s]"
    assert float(lines[1].split(",")[1]) == pytest.approx(34.9e-3, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("threshold_switch_example",), "a spike"),
        (("threshold_switch_example", "--set", "series_resistance=10 kohm"), "stays on"),
        (("switch_ag_nanodots", "--level", "1e6 V"), "no oscillation: the switch stays on"),
        (("lif_28nm_circuit", "--level", "0 A"), "spikes: 0 a device"),
        (("ferroelectric_accumulating", "--level", "0 V"), "spikes: 0 a device"),
        (("switch_vo2_oscillator",), "until it is fully off again"),
        (("diffusive_bench", "--level", "0.1 V", "--duration", "5 ms"), "100 mV: never"),
        (("switch_ag_nanodots",), "a spike"),
        (("lif_28nm_circuit", "--level", "2 pA"), "membrane"),
        (
            ("lif_28nm_circuit", "--behaviour", "lif_behaviour_generic"),
            "refractory time from lif_behaviour_generic",
        ),
        (
            ("nbo2_capacitor_reported", "--level", "0.5"),
            "highest rate of such spikes: 1e+06 1/s and 1e+06 1/s",
        ),
        (("lif_behaviour_generic", "--level", "100"), "digital neuron"),
        (("diffusive_bench", "--stimulus", "pair", "--width", "40 ms", "--devices", "3"), "3 devices"),
        (("diffusive_bench", "--no-rupture", "--duration", "150 ms", "--no-noise"), "latching"),
        (("diffusive_bench", "--barrier-shift", "50 meV", "--duration", "20 ms"), "none in 0 of 1"),
    ],
)
def test_each_kind_of_neuron_runs(command: Command, arguments: tuple[str, ...], words: str) -> None:
    formatted = command("simulate", *arguments)
    assert formatted.code == 0, formatted.err
    assert words in formatted.out


def test_a_stimulus_comes_from_a_file_and_a_figure_goes_to_one(command: Command, tmp_path) -> None:
    wave = tmp_path / "wave.csv"
    wave.write_text("# a step\ntime [ms],voltage [mV]\n0,0\n5,800\n60,0\n61,0\n")
    figure = tmp_path / "figure.png"
    formatted = command(
        "simulate", "diffusive_bench", "--stimulus", str(wave), "--no-noise", "-p", str(figure)
    )
    assert formatted.code == 0, formatted.err
    assert "39.9 ms" in formatted.out
    assert figure.stat().st_size > 5000


@each(
    "arguments, words",
    [
        (("diffusive_benc",), "did you mean 'diffusive_bench'"),
        (("rram_hfox_28nm",), "is not a neuron model"),
        (("phase_change_accumulating", "--level", "7"), "nothing of a stronger one"),
        (("nbo2_capacitor_reported", "--level", "-1"), "described from 0 of a full drive"),
        (("lif_behaviour_generic",), "give --level"),
        (("lif_28nm_circuit", "--level", "1 A", "--duration", "1 s"), "at most 2e+06; give a shorter"),
        (("lif_28nm_circuit", "--spikes", "9", "--duration", "1 s"), "leave out --duration"),
        (("lif_28nm_circuit", "--behaviour", "rram_hfox_28nm"), "expected a lif_behaviour"),
        (("diffusive_bench", "--behaviour", "lif_behaviour_generic"), "belongs to CMOS integrators"),
        (("lif_28nm_circuit", "--level", "2 V"), "--level: 2 V is a voltage"),
        (("diffusive_bench", "--duration", "3"), "--duration: 3 has no unit"),
        (("diffusive_bench", "--duration", "-1 ms"), "must be a time above zero"),
        (("diffusive_bench", "--set", "gate_capacitanc=1 pF"), "did you mean 'gate_capacitance'"),
        (("diffusive_bench", "--set", "gate_capacitance=1 V"), "1 V is a voltage"),
        (("diffusive_bench", "--stimulus", "ramp"), "unknown stimulus"),
        (("diffusive_bench", "--stimulus", "missing.csv"), "missing.csv"),
        (("diffusive_bench", "--plot", "figure.gif"), "written as"),
        (("threshold_switch_example", "--temperature", "310 K"), "states no transition temperature"),
        (("nbo2_capacitor_reported", "--barrier-shift", "1 meV"), "belong to diffusive neurons"),
    ],
)
def test_bad_input_is_one_clear_line(command: Command, arguments: tuple[str, ...], words: str) -> None:
    formatted = command("simulate", *arguments)
    assert formatted.code == 1
    assert words in formatted.err
    assert len(formatted.err.strip().splitlines()) == 1


@each(
    "text, words",
    [
        ("", "no header"),
        ("time,voltage\n0,1\n", "with units"),
        ("time [V],voltage [V]\n0,1\n", "must be in s"),
        ("time [s],voltage [V]\n0,1\nx,2\n", ":3: expected two numbers"),
        ("time [s],voltage [V]\n0,1\n1,2\n0.5,2\n", "does not increase at sample 3"),
        ("time [s],voltage [V]\n0,1\n1,nan\n", "not a finite"),
        ("time [s],voltage [V]\n0,1\n", "two samples"),
    ],
)
def test_bad_stimulus_files_are_one_clear_line(command: Command, tmp_path, text: str, words: str) -> None:
    wave = tmp_path / "wave.csv"
    wave.write_text(text)
    formatted = command("simulate", "diffusive_bench", "--stimulus", str(wave))
    assert formatted.code == 1
    assert words in formatted.err
    assert len(formatted.err.strip().splitlines()) == 1
