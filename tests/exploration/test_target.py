"""Requirements of a device: what compare says at them, that easier goals are reached first, files and bad input."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.core.units import format_quantity, formatted
from neuroest.exploration.space import ExplorationError
from neuroest.exploration.target import target
from neuroest.loading.library import devices_of
from neuroest.registry import COMPONENTS, roles_of
from neuroest.results.comparison import Attribution
from neuroest.results.studies import STATISTICS, Target
from tests.each import each

SPEECH, TWIN, CHIP = "shd_recurrent_spiking", "analog_lif_low_power_28nm", "diffusive_low_power_28nm"
ENERGY = "spike_energy=1 fJ..1 uJ"


@pytest.fixture(scope="module")
def found() -> Target:
    return target(TWIN, TWIN, SPEECH, [ENERGY], samples=512)


def test_a_target_shows_today_and_the_share_of_the_draws(found: Target) -> None:
    assert found.today is not None
    assert f"today {found.today.median:.3g} ({found.today.low:.3g} .. {found.today.high:.3g})" in repr(found)
    assert f"wins in {100 * found.reach_win:.0f} %" in repr(found)
    assert found._repr_html_().startswith("<pre>")


def test_a_verdict_of_today_stands_next_to_the_part_of_the_neurons(found: Target) -> None:
    """A ratio of 0.06 that is level has to say why."""
    made = Attribution(0.06, (), 1.0, "neuron", 0.98)
    told = replace(found, attribution_today=made, neuron_share_today=0.012).to_text()
    part = "level; the neurons contribute a factor of 0.98 to it and take 1.2 % of the energy per inference"
    assert part in " ".join(told.split())


def test_at_a_requirement_compare_says_the_margin(found: Target) -> None:
    ((low, high),) = found.intervals("level", "median")
    assert low == pytest.approx(1e-15)
    costly = f"chip.tile.array.readout.neuron.spike_energy={format_quantity(high, 'J')}"
    path, _, value = costly.partition("=")
    pair = [neuroest.estimate(TWIN, SPEECH, {path: value}), neuroest.estimate(TWIN, SPEECH)]
    row = next(
        one for one in neuroest.paces(*pair, {"streaming"}) if one.part == "energy" and one.off_chip_link
    )
    assert row.ratio.band.median == pytest.approx(1.0 + found.relevance, rel=0.01)


def test_easier_is_reached_more_often(found: Target) -> None:
    for goal in ("win", "level"):
        sure, middle = (found.score(goal, statistic) <= 0.0 for statistic in reversed(STATISTICS))
        assert np.all(middle | ~sure)
    for statistic in STATISTICS:
        assert np.all((found.score("level", statistic) <= 0.0) | ~(found.score("win", statistic) <= 0.0))
    assert np.all(found.wins <= found.levels)
    assert found.reach_win <= found.reach_level == pytest.approx(1.0)
    assert found.verdict == "level", "the chip of today is the other one"


def test_none_says_what_dominates(found: Target) -> None:
    assert not found.reached("win", "median")
    text = " ".join(found.to_text().split())
    assert "wins, at the median none" in text
    assert "no value tried wins at the median: at the best the neurons take <0.1 % of it; link" in text
    assert json.loads(found.to_json())["reachable"]["level"] == pytest.approx(1.0)


def test_what_dominates_is_of_the_result_that_is_compared() -> None:
    found = target(TWIN, TWIN, SPEECH, ["footprint=1 um^2..1 mm^2"], quantity="latency_s", samples=16)
    layers = neuroest.estimate(TWIN, SPEECH).layers
    assert {path for path, _ in found.largest} <= {layer.bottleneck for layer in layers}
    assert sum(share for _, share in found.largest) == pytest.approx(1.0)


def test_area_of_a_neuron_by_hand() -> None:
    found = target(TWIN, TWIN, SPEECH, ["footprint=1 um^2..1 mm^2"], quantity="area_m2", samples=512)
    ((_, high),) = found.intervals("level", "median")
    chip = neuroest.estimate(TWIN, SPEECH)
    today = chip.claims["chip.tile.array.readout.neuron.footprint"].value
    space = chip.claims["chip.overheads.floorplan_utilisation"].value
    # a tenth of the area, without its white space, over as many neurons
    room = 0.1 * chip.bands.totals["area_m2"].median * space / chip.totals["physical_neurons"]
    assert high == pytest.approx(today + room, rel=0.15)


def test_two_parameters_are_a_region(tmp_path: Path) -> None:
    file = tmp_path / "region.svg"
    found = target(TWIN, TWIN, SPEECH, ["integration_time=1 us..100 ms", ENERGY], samples=16)
    assert found.median.shape == tuple(len(axis.values) for axis in found.axes)
    assert len(found.to_frame()) == found.median.size
    # a neuron that costs more may not be slower
    latest = [
        max((high for _, high in found.intervals("level", "median", at)), default=0.0)
        for at in found.others()
    ]
    assert latest == sorted(latest, reverse=True)
    assert latest[0] > latest[-1]
    found.plot(file)
    assert "integration time" in file.read_text(encoding="utf-8").lower()


def test_a_range_without_a_change_names_the_nearest_value() -> None:
    found = target(TWIN, TWIN, SPEECH, ["spike_energy=1 uJ..1 mJ"], samples=16)
    assert not found.reached("level", "median")
    assert found.nearest["level"] < 1e-6
    assert f"is level at the median: {formatted(found.nearest['level'], 'J')}" in found.to_text()
    slow = target(CHIP, TWIN, SPEECH, ["integration_time=1 s..10 s"], samples=16)
    assert slow.nearest["level"] < 1.0
    assert "outside of this range that is level at the median: " in slow.to_text()


def test_endurance_counts_by_a_limit() -> None:
    limit = "neuron_lifetime_s >= 10 year"
    found = target(
        CHIP, TWIN, SPEECH, ["endurance=1e4..1e14"], limits=[limit], pace="back_to_back", samples=16
    )
    best = int(np.argmin(found.median))
    assert np.all(np.isinf(found.median[:5]))
    assert found.axes[0].values[best] > 1e6


def test_an_interrupted_search_goes_on(tmp_path: Path) -> None:
    file, asked = tmp_path / "draws.npz", {"vary": ["integration_time=1 us..1 ms", ENERGY], "samples": 96}

    def stop(share: float) -> None:
        if share < 1.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        target(TWIN, TWIN, SPEECH, points=file, progress=stop, **asked)
    seen: list[float] = []
    again = target(TWIN, TWIN, SPEECH, points=file, progress=seen.append, **asked)
    assert again.median == pytest.approx(target(TWIN, TWIN, SPEECH, **asked).median, rel=1e-12)
    assert seen[0] > 0.5, "the first draws are taken from the file"
    with pytest.raises(ExplorationError, match="is of another input"):
        target(TWIN, TWIN, SPEECH, points=file, vary=[ENERGY], samples=96)
    file.write_bytes(b"nothing")
    with pytest.raises(ExplorationError, match="is no file of draws"):
        target(TWIN, TWIN, SPEECH, points=file, **asked)


@each(
    "vary, hint",
    [
        (["spike_enrgy"], "did you mean 'spike_energy'"),
        (["spike_energy=1 mJ..1 J..2 J"], r"expected a range lo\.\.hi"),
        (["spike_energy=1 J..1 mJ"], "the lower end comes first"),
        (["spike_energy=-1 J..1 J"], "the nearest valid value is 0 J"),
        (["endurance"], "states no endurance; give a range"),
        (["static_power"], "is zero today; give a range"),
        (["spike_energy", "spike_energy"], "varied twice"),
        (["spike_energy", "footprint", "memory_time", "endurance"], "give one to 3"),
        (["spike_energy=1 m..2 m"], r"spike_energy=1 m\.\.2 m: 1 m is a length; expected an energy"),
    ],
)
def test_bad_input_is_one_line(vary: list[str], hint: str) -> None:
    with pytest.raises(NeuroestError, match=hint) as caught:
        target(TWIN, TWIN, SPEECH, vary, samples=16)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("limit", "hint"),
    [
        ("foo > 3", "unknown parameter or result 'foo'"),
        ("3 > 2", "unknown parameter or result '3'"),
        ("area_m2 < 3 V", "expected an area"),
    ],
)
def test_a_limit_that_is_none_is_one_line(limit: str, hint: str) -> None:
    with pytest.raises(NeuroestError, match=hint) as caught:
        target(TWIN, TWIN, SPEECH, [ENERGY], limits=[limit], samples=16)
    assert len(str(caught.value).splitlines()) == 1


def test_a_neuron_that_never_fires_says_why() -> None:
    with pytest.raises(ExplorationError, match=r"never fires in .*, such as capacitance"):
        target("switch_vo2_heated", TWIN, SPEECH)
    found = target("switch_vo2_heated", TWIN, SPEECH, ["threshold_voltage"], samples=16)
    assert found.missed == pytest.approx(1.0)
    text = " ".join(found.to_text().split())
    assert "the drive is at or below the threshold of the switch" in text
    assert "--set" not in text, "the values are those of the search, not of the user"
    assert "least median" not in text


def test_what_is_no_neuron_is_refused() -> None:
    with pytest.raises(ExplorationError, match="not a neuron"):
        target("rram_hfox_28nm")
    with pytest.raises(ExplorationError, match="no array of digital_int8_28nm is read by neurons"):
        target("digital_int8_28nm", TWIN, "mlp_mnist_dense")
    with pytest.raises(ExplorationError, match="no `period` of its data"):
        target(TWIN, TWIN, "mlp_mnist_spiking", pace="streaming", samples=16)


NEURONS = sorted(
    model for model in COMPONENTS if "neuron" in roles_of(model) and model in dict.fromkeys(COMPONENTS)
)


@pytest.mark.slow
@pytest.mark.parametrize("model", NEURONS)
def test_every_neuron_model_has_targets(model: str) -> None:
    device = next(iter(devices_of(model)))
    found = target(device, None, SPEECH, samples=16)
    assert found.axes[0].name == "integration_time"
    assert found.to_text()
