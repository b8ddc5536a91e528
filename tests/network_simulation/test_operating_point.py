"""What an estimate prices is what its neurons do: spikes and energy at the operating point, against runs in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from neuroest.core.errors import NeuroestError
from neuroest.exploration.contest_spec import read_contest
from neuroest.network_simulation.at_operating_point import simulate_operating_point
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.operating_point import operating_points

SHD = "shd_recurrent_spiking"
CHIPS = [
    "diffusive_low_power_28nm", "analog_lif_low_power_28nm", "diffusive_28nm_capacitor", "diffusive_sampled_28nm",
    "diffusive_bench_28nm", "diffusive_65nm_estimate_28nm", "diffusive_3nm_projection_28nm", "threshold_switch_28nm",
    "vo2_switch_28nm", "mott_neuron_28nm", "ferroelectric_neuron_28nm", "phase_change_neuron_28nm",
    "analog_lif_circuit_28nm",
]  # fmt: skip
"""The default pair, and chips with every kind of neuron at their columns."""
HOLDERS = Path(__file__).parents[2] / "examples" / "slow_state"
FAIRNESS = Path(__file__).parents[2] / "docs" / "fairness.md"


def finalists() -> Iterator[Any]:
    """Best chips of the neuron contest as its page has them: workload, contender and what it chose."""
    spec = read_contest("spiking_neurons").spec
    # a bound takes nothing and no time, so nothing of it can be simulated
    by_title = {contender.title: name for name, contender in spec.contenders.items() if not contender.bound}
    words = {name.replace("_", " "): name for name in spec.alternatives}
    workload, chosen = "", {}
    for line in FAIRNESS.read_text(encoding="utf-8").splitlines():
        if head := re.match(r"### (\w+): one inference", line):
            workload, chosen = head[1], {}
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if not workload or cells[0] not in by_title or len(cells) != 6 or cells[1] == "-":
            continue
        like = re.match(r"as (.+?)(?:, but |$)", cells[-1])
        choices, rest = dict(chosen[like[1]]) if like else {}, cells[-1]
        labels = [(w, label) for w, n in words.items() for label in spec.alternatives[n]]
        for word, label in sorted(labels, key=lambda one: -len(" ".join(one))):
            if re.search(rf"(^|, |, but ){re.escape(f'{word} {label}')}(,|$)", rest):
                choices[words[word]] = label
                rest = rest.replace(f"{word} {label}", "", 1)
        chosen[cells[0]] = choices
        yield pytest.param(workload, by_title[cells[0]], choices, id=f"{workload}-{by_title[cells[0]]}")
    assert workload, f"{FAIRNESS} has no section of a network"


def changes(contest: str, contender: str, choices: dict[str, str]) -> tuple[str, dict[str, Any]]:
    spec = read_contest(contest).spec
    chip = spec.contenders[contender]
    settings: dict[str, Any] = dict(chip.settings)
    for name, label in choices.items():
        settings |= spec.alternatives[name][label]
    return chip.architecture, settings


@pytest.mark.parametrize("chip", CHIPS)
def test_a_neuron_does_what_its_chip_is_priced_for(chip: str) -> None:
    report = simulate_operating_point(estimate(chip, SHD))
    assert len(report.points) == 2
    assert all(point.agrees for point in report.points), report.to_text()


@pytest.mark.parametrize(
    "chip",
    [
        "diffusive_low_power_28nm",
        "analog_lif_low_power_28nm",
        *(HOLDERS / f"{n}.yaml" for n in ("ions", "capacitor")),
    ],
)
def test_a_neuron_that_streams_does_what_its_chip_is_priced_for(chip: str | Path) -> None:
    """Its timestep is that of the data, and what it keeps from one to the next is in both."""
    network = HOLDERS / "fan_in_256.yaml" if isinstance(chip, Path) else SHD
    found = estimate(chip, network, {"operation.mode": "streaming"})
    data = found.claims["workload.period"].value
    report = simulate_operating_point(found)
    for run in report.points:
        assert run.point.burst.period == pytest.approx(data / run.point.timesteps)
        assert run.agrees, report.to_text()


def test_a_stated_drive_is_what_neurons_conduct(tmp_path: Path) -> None:
    """A tenth of a full drive more, in 10 timesteps of 96 neurons."""
    text = (Path(__file__).parents[2] / "examples" / "digits_snn" / "digits_spiking.yaml").read_text(
        encoding="utf-8"
    )
    energies = []
    for drive in (0.2, 0.3):
        data = yaml.safe_load(text)
        data["layers"][0]["activity"]["drive"] = {"value": drive, "basis": "assumed", "rationale": "made up"}
        (tmp_path / "digits.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
        found = estimate("diffusive_low_power_28nm", tmp_path / "digits.yaml")
        energies += [
            row.energy_J for row in found.breakdown if (row.layer, row.term) == ("hidden", "sub_threshold")
        ]
    point: Any = operating_points(found)[0]
    power = point.neuron.device.input_voltage**2 / float(np.ravel(point.neuron.integrating_resistance())[0])
    assert energies[1] - energies[0] == pytest.approx(0.1 * 10 * 96 * power * point.full_pulse, rel=0.02)


@pytest.mark.parametrize(("workload", "contender", "choices"), list(finalists()))
def test_finalists_of_the_contest_do_what_they_are_priced_for(
    workload: str, contender: str, choices: dict[str, str]
) -> None:
    chip, settings = changes("spiking_neurons", contender, choices)
    if contender.startswith("digital"):
        with pytest.raises(NeuroestError, match="has neurons behind columns"):
            operating_points(estimate(chip, workload))
        return
    report = simulate_operating_point(estimate(chip, workload, settings))
    assert all(point.agrees for point in report.points), report.to_text()


@pytest.mark.parametrize("column", sorted(read_contest("spiking_synapses").spec.alternatives["column"]))
def test_columns_of_the_contest_of_synapses(column: str) -> None:
    """All its chips have the same CMOS neuron; what drives it is the column."""
    chip, settings = changes("spiking_synapses", "rram_hfox_28nm", {"column": column})
    report = simulate_operating_point(estimate(chip, SHD, settings))
    assert all(point.agrees for point in report.points), report.to_text()


def test_the_third_contest_has_no_neurons_behind_columns() -> None:
    contest = read_contest("dense_crossbars").spec
    assert all("readout.neuron" not in path for c in contest.contenders.values() for path in c.settings)


AT = {"technology.supply_voltage": "0.9 V", "chip.tile.array.readout.neuron.input_voltage": "0.9 V"}
"""Supply and drive of the numbers by hand."""


def test_a_drive_that_lasts_latches_and_is_reported() -> None:
    """Without circuits that end it, the typical neuron of the default chip fires again and then stays on."""
    stays = AT | {"chip.tile.array.readout.interface.after_spike": "drive_stays"}
    ended, lasting = (
        estimate("diffusive_low_power_28nm", SHD, AT),
        estimate("diffusive_low_power_28nm", SHD, stays),
    )
    points = [operating_points(one)[1] for one in (ended, lasting)]
    assert points[0].own_spikes == pytest.approx(2.0)  # one in each of its two driven timesteps
    assert points[1].own_spikes > 3.0
    assert points[1].energy > 100.0 * points[0].energy
    assert ended.totals["neuron_lifetime_s"] > lasting.totals["neuron_lifetime_s"]
    assert {c.name for c in lasting.failed_checks} == {"drive_releases"}
    assert not ended.failed_checks
    report = simulate_operating_point(lasting)
    assert all(point.agrees for point in report.points), report.to_text()


def test_own_simulation_of_a_burst() -> None:
    """Euler steps of the rate equations, written for this test, with every spike ending its pulse."""
    point = operating_points(estimate("diffusive_low_power_28nm", SHD, AT))[1]
    burst, slow = point.burst, float(point.neuron.typical_slowness())
    mobility, residue_rate, decay, residue_decay = (rate / slow for rate in (150.0, 20.0, 600.0, 5.0))
    filament = residue = 0.0
    spikes = 0
    for _ in range(3):
        for _ in range(round(float(burst.steps))):
            steps, on = 20_000, True
            for _ in range(steps):
                gap = max(1.0 - filament - residue, 0.0)
                grown = mobility * 0.9 / (0.01 + gap) if on else 0.0
                length = float(burst.pulse) / steps
                filament, residue = (
                    filament + length * (grown - (decay + residue_rate) * filament),
                    residue + length * (residue_rate * filament - residue_decay * residue),
                )
                if filament + residue >= 1.0:
                    spikes, filament, on = spikes + 1, 0.0, False
        filament, residue = 0.0, residue * np.exp(-residue_decay * float(burst.idle))
    assert spikes / 3.0 == pytest.approx(point.own_spikes, rel=0.2)
