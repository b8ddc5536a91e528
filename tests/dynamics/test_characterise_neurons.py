"""Every shipped neuron under a drive that stays on, by one contract, against its closed forms and numbers by hand."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.units import parse_quantity
from neuroest.dynamics.agreement import TIME_TOLERANCE
from neuroest.dynamics.characterisation import characterise, characteristics_report
from neuroest.dynamics.experiments import Characteristic
from neuroest.dynamics.in_time import Asked, NeuronInTime, neuron_in_time
from neuroest.dynamics.neuron_characteristics import EVERY_NEURON, typical
from neuroest.dynamics.run import simulate
from neuroest.loading.library import load_device, shipped
from neuroest.plotting.device_lab import draw_characteristic
from neuroest.registry import Filling

NEURONS = [name for name, path in shipped("device").items() if path.parent.name == "neurons"]
QUICK = [name for name in NEURONS if not load_device(name).spec.model.startswith("diffusive")]
"""Those whose ions need no steps; `test_every_neuron.py` has the others."""


@cache
def running(name: str) -> NeuronInTime:
    return neuron_in_time(Asked(name, {}))


@cache
def found(name: str) -> dict[str, Characteristic]:
    return characterise(Asked(name), devices=10)


def value(name: str, characteristic: str, words: str) -> tuple[float, float]:
    values = found(name)[characteristic].values
    one = next(v for v in values if words in v.name)
    return one.simulated, one.closed


def test_every_neuron_block_names_what_runs_it_in_time() -> None:
    for model in Filling("neuron"):
        example = next(name for name in NEURONS if load_device(name).spec.model == model)
        assert running(example).drive.nominal > 0.0


@pytest.mark.slow
def test_rate_and_energy_are_the_closed_forms_at_every_drive_that_makes_it_spike() -> None:
    compared = 0
    # closed forms let a switch empty its capacitor alone; near the drive that keeps it on, that drive slows it down
    kept_on = {name: value(name, "limits", "stays on")[0] for name in ("switch_vo2_heated", "switch_ots_gst")}
    for name in QUICK:
        neuron = running(name)
        curve = typical(neuron, neuron.levels(6))
        for level, rate, energy in zip(curve.levels, curve.rate, curve.energy, strict=True):
            closed = neuron.closed(float(level))
            if (
                rate > 0.0
                and closed.energy > 0.0
                and np.isfinite(closed.interval)
                and level < 0.75 * kept_on.get(name, np.inf)
            ):
                assert rate * closed.interval == pytest.approx(1.0, rel=TIME_TOLERANCE), (name, level)
                assert energy / closed.energy == pytest.approx(1.0, rel=TIME_TOLERANCE), (name, level)
                compared += 1
    assert compared > 6 * len(QUICK) / 2


@pytest.mark.slow
def test_every_neuron_has_the_five_or_says_why_not() -> None:
    for name in [*QUICK, "threshold_switch_example", "lif_behaviour_generic"]:
        text = characteristics_report(name, found(name)).to_text()
        for characteristic in found(name).values():
            assert characteristic.title in text
            assert characteristic.values or characteristic.findings or characteristic.absent
        assert set(EVERY_NEURON) <= set(found(name))
    absent = found("lif_behaviour_generic")["spike_energy"].absent
    assert "states no energies" in absent


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        # 100 nA/(20 fF x 0.45 V)
        ("lif_28nm_circuit", 11.11e6),
        # 1 MHz as published: 300 ns of input and 700 ns of pause
        ("nbo2_capacitor_reported", 1e6),
        # charge and discharge of `test_references.py`
        ("threshold_switch_example", 1.0 / 117.375e-9),
        # eight pulses of 50 ns with reads of 1 us; the reset of 1 us takes one more period of the clock
        ("phase_change_accumulating", 1.0 / (9 * 1.05e-6)),
    ],
)  # fmt: skip
def test_rates_by_hand(name: str, rate: float) -> None:
    assert value(name, "rate", "rate at")[0] == pytest.approx(rate, rel=1e-3)


def test_a_half_of_the_drive_integrates_twice_as_long_and_the_pause_stays() -> None:
    # 2 x 300 ns + 700 ns
    curve = typical(running("nbo2_capacitor_reported"), np.array([0.5]))
    assert curve.interval[0] == pytest.approx(1.3e-6, rel=1e-6)


def test_least_drives_by_hand() -> None:
    # the divider of 100 kohm and 10 Mohm: 0.9 V x 1.01; (1023 >> 4) + 1 = 64
    assert running("threshold_switch_example").least_drive() == pytest.approx(0.909)
    assert value("threshold_switch_example", "least_drive", "least drive")[0] == pytest.approx(
        0.909, rel=0.01
    )
    assert value("lif_behaviour_generic", "least_drive", "least drive")[0] == pytest.approx(64, abs=0.5)
    # a switch of 0.1 um at 0.1 nA/um
    assert "10 pA" in found("lif_28nm_circuit")["least_drive"].findings[0]


def test_energy_at_a_low_rate_is_static_power() -> None:
    series = {s.label: s for s in found("lif_28nm_circuit")["spike_energy"].series}
    whole, spikes = series["simulated, with static power"], series["simulated, drive stays on"]
    # 1 nA x 0.9 V shared by the spikes of a second: 2.47 pJ at 365 Hz, near the least current that fires it
    assert whole.x[0] == pytest.approx(365.0, rel=1e-3)
    assert whole.y - spikes.y == pytest.approx(0.9e-9 / whole.x, rel=1e-6)


def test_the_variation_of_cycles_is_that_of_the_file() -> None:
    # pulses to fire scatter by a quarter, in whole pulses of ten
    devices = characterise(Asked("ferroelectric_accumulating"), ["intervals"], devices=60)
    names = {v.name: v.simulated for v in devices["intervals"].values}
    assert names["coefficient of variation of the delay"] == pytest.approx(0.25, rel=0.3)
    assert (
        "repeats exactly"
        in characteristics_report("lif_behaviour_generic", found("lif_behaviour_generic")).to_text()
    )


def test_a_switch_that_its_drive_keeps_on_says_from_where() -> None:
    simulated, _ = value("switch_ag_bench", "limits", "stays on")
    device = running("switch_ag_bench").component.device
    # the closed switch divides the supply to its hold voltage
    held = float(device.hold_voltage * (1.0 + device.series_resistance / device.on_resistance))
    assert simulated == pytest.approx(held, rel=0.05)
    assert "check switch_opens fails" in " ".join(
        characteristics_report("switch_ag_bench", found("switch_ag_bench")).to_text().split()
    )


def test_a_neuron_whose_drive_is_too_weak_is_characterised_above_it() -> None:
    found = characterise(Asked("switch_ag_nanodots", {"supply_voltage": "100 mV"}), ["rate", "least_drive"])
    rate, least = found["rate"], found["least_drive"]
    assert np.isnan(rate.values[0].simulated)
    assert rate.values[1].simulated > 0.0
    # the threshold of its file: an open switch of 294 Gohm takes nothing from 5 Mohm
    assert least.values[0].simulated == pytest.approx(0.294, rel=0.01)


def test_another_temperature_moves_a_mott_switch_and_is_refused_where_it_does_nothing() -> None:
    cold, warm = (neuron_in_time(Asked("switch_vo2_oscillator", {}, temperature=t)) for t in (290.0, 320.0))
    assert warm.least_drive() < 0.8 * cold.least_drive()
    for name, words in (
        ("switch_vo2_oscillator", "never opens"), ("nbo2_capacitor_reported", "published numbers"),
        ("switch_ag_nanodots", "no transition temperature"),
    ):  # fmt: skip
        with pytest.raises(NeuroestError, match=words):
            neuron_in_time(Asked(name, {}, temperature=400.0))
    with pytest.raises(NeuroestError, match="belong to diffusive"):
        neuron_in_time(Asked("switch_ag_nanodots", {}, barrier_shift=1e-20))


def test_what_a_neuron_does_not_have_is_refused_by_name_and_explained_without() -> None:
    with pytest.raises(NeuroestError, match="no spike_energy"):
        characterise(Asked("lif_behaviour_generic"), ["spike_energy"])
    with pytest.raises(UnknownNameError, match="least_drive"):
        characterise(Asked("switch_ag_nanodots"), ["leaky_integration"])
    with pytest.raises(NeuroestError, match="not a neuron model"):
        characterise(Asked("rram_hfox_28nm"))


@pytest.mark.slow
def test_each_curve_is_drawn(tmp_path) -> None:
    for name in ("switch_ag_nanodots", "lif_28nm_circuit", "lif_behaviour_generic"):
        for drawn in (each for each in found(name).values() if each.series):
            draw_characteristic(drawn, tmp_path / f"{name}_{drawn.name}.png")
    sizes = [path.stat().st_size for path in tmp_path.glob("*.png")]
    assert len(sizes) >= 10
    assert min(sizes) > 5000


def test_a_check_that_passes_between_two_drives_is_reported_as_two_ranges(tmp_path: Path) -> None:
    known = {
        "switching_delay": "100 ns", "delay_steepness": "5", "reference_voltage": "1.2 V", "delay_exponent": "0",
        "lowest_delay_voltage": "1.1 V", "highest_delay_voltage": "1.4 V",
    }  # fmt: skip
    delay = "".join(f"  {name}: {{value: {text}, rationale: a test}}\n" for name, text in known.items())
    text = shipped("device")["switch_generic_28nm"].read_text("utf-8")
    spec = tmp_path / "narrow.yaml"
    spec.write_text(
        text.replace("28nm\n", "narrow\n", 1).replace("parameters:\n", f"parameters:\n{delay}"), "utf-8"
    )
    limits = " ".join(simulate(str(spec), characteristics="limits", devices=2).to_text().split())
    (below, above) = re.findall(
        r"from ([\d.]+ m?V) to ([\d.]+ m?V)", limits.partition("delay_in_range fails ")[2]
    )[:2]
    volts = [parse_quantity(text, "V") for text in (*below, *above)]
    # almost no voltage is lost in the series resistor: 100 kohm before 10 Mohm
    assert volts[0] < volts[1] < 1.1 * 1.02
    assert 1.4 < volts[2] < volts[3]
