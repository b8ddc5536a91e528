"""Sensors in front of a chip, and links that are chosen for its pace."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import MappingError, RangeError, SpecError
from neuroest.core.units import formatted
from neuroest.loading.kinds import shipped
from neuroest.pipeline.check import check_files
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.comparison_document import comparison_with_answers
from neuroest.reporting.estimate_document import estimate_brief
from neuroest.reporting.formatting import ratio_digits
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate
from tests.each import each

CHIP, TWIN, NET = "diffusive_low_power_28nm", "analog_lif_low_power_28nm", "shd_recurrent_spiking"
WORD = {"operation.mode": "always_on", "operation.period": "1.4 s"}
LINK, SENSOR = "chip.link", "chip.front_end"
BOARD = {f"{LINK}.device": "auto", f"{LINK}.sleep": "auto", f"{LINK}.distance": "5 cm"}
FRONT_ENDS = [name for name, path in shipped("device").items() if path.parent.name == "front_ends"]
# channels and power of each, as its source has them
STATED = {
    "cochlea_180nm": (128, 55e-6), "cochlea_350nm": (512, 14e-3), "event_camera_350nm": (128 * 128, 23e-3),
    "event_camera_vga": (640 * 480, 27e-3), "features_time_mode_65nm": (31, 80e-9),
    "microphone_features_65nm": (16, 405e-6), "plain_pads": (2**17, 20e-9),
}  # fmt: skip
EVENT = {"event_camera_vga": 77e-12, "plain_pads": 10e-12}


def sensor(device: str, placement: str = "on_die") -> dict[str, Any]:
    return {SENSOR: {"model": "front_end", "device": device, "placement": placement}}


def energies(found: Estimate, component: str) -> dict[str, float]:
    """Energy of an inference by term; the same term of several layers is one. [J]."""
    terms: dict[str, float] = {}
    for row in found.breakdown:
        if row.component == component and row.kind != "area":
            terms[row.term] = terms.get(row.term, 0.0) + row.energy_J
    return terms


def total(found: Estimate, name: str) -> float:
    value = found.totals[name]
    assert value is not None
    return float(value)


def ratio(both: Comparison, pace: str) -> float:
    """Ratio of energies at a pace, link included."""
    (row,) = (r for r in both.paces if (r.pace, r.part, r.off_chip_link) == (pace, "energy", True))
    assert row.ratio.headline is not None
    return row.ratio.headline


def area_on_die(found: Estimate, component: str) -> float:
    return sum(row.area_m2 for row in found.breakdown if row.component == component)


# --- sensors


@each("device", FRONT_ENDS)
def test_a_sensor_takes_its_power_for_the_word_and_its_events(device: str) -> None:
    found = estimate(TWIN, NET, {**WORD, **sensor(device)})
    channels, power = STATED[device]
    sensors = math.ceil(700 / channels)  # 700 inputs, a tenth of them active in each of 100 timesteps
    terms = energies(found, SENSOR)
    assert terms["sensing"] == pytest.approx(sensors * power * 1.4, rel=1e-9)
    assert terms["events"] == pytest.approx(7000 * EVENT.get(device, 0.0), rel=1e-9)
    assert not [check for check in found.failed_checks if check.component == SENSOR]


def test_inputs_of_a_sensor_on_the_die_pass_no_link_and_its_area_is_the_chips() -> None:
    bare = estimate(TWIN, NET, WORD)
    on_die, board = (
        estimate(TWIN, NET, {**WORD, **sensor("cochlea_350nm", place)}) for place in ("on_die", "board")
    )
    # 100 spikes of 13 bits leave, 7000 spikes of 13 bits come in
    assert energies(on_die, LINK)["transfer"] == pytest.approx(100 * 13 * 24e-12, rel=1e-9)
    assert energies(board, LINK) == pytest.approx(energies(bare, LINK))
    assert area_on_die(on_die, SENSOR) == pytest.approx(2 * 30e-6)
    assert board.totals["area_m2"] == bare.totals["area_m2"]
    # what another die dissipates does not heat this one
    assert np.squeeze(board.evaluation.die_power) == pytest.approx(
        np.squeeze(bare.evaluation.die_power), rel=1e-6
    )
    assert "area of the sensor, which is not on the die" in board.exclusions


def test_a_chip_says_that_its_sensor_is_left_out() -> None:
    bare, with_sensor = estimate(TWIN, NET), estimate(TWIN, NET, {**WORD, **sensor("plain_pads")})
    text = "the sensor, and the conversion of what it senses into the network's input (no front_end block)"
    assert text in bare.exclusions
    assert text not in with_sensor.exclusions
    no_link = estimate(TWIN, NET, {**WORD, **sensor("plain_pads", "bonded"), f"{LINK}.carries": "outputs"})
    assert (
        "transport of the inputs from the sensor to the chip (no off_chip_link that carries inputs)"
        in no_link.exclusions
    )


def test_a_sensor_is_no_faster_than_its_data() -> None:
    failed = [check.name for check in estimate(TWIN, NET, sensor("cochlea_180nm")).failed_checks]
    assert {"sensor_in_real_time", "sensor_event_rate"} <= set(failed)


def test_several_chips_share_the_sensors_of_their_network() -> None:
    found = estimate("system_2_chips_28nm", "mlp_mnist_spiking", sensor("event_camera_350nm", "board"))
    assert np.squeeze(found.evaluation.mapped.counts["chip"]) == pytest.approx(2.0)
    power = energies(found, SENSOR)["sensing"] / float(np.squeeze(found.evaluation.active_time))
    assert power == pytest.approx(23e-3, rel=1e-9)


def test_a_network_of_numbers_senses_each_number_of_a_frame_once() -> None:
    found = estimate("adc_crossbar_28nm", "keyword_spotting_dense", sensor("event_camera_vga"))
    layers = found.evaluation.layers
    assert energies(found, SENSOR)["events"] == pytest.approx(layers.input_elements_total * 77e-12, rel=1e-9)


def test_a_batch_of_sensors_gives_what_its_points_give() -> None:
    settings = {**WORD, **sensor("event_camera_vga", "bonded")}
    axes = {f"{SENSOR}.power": ["1 mW", "10 mW"], "operation.period": ["1.4 s", "3 s"]}
    frame = neuroest.sweep(TWIN, axes, NET, settings=settings).to_frame()
    for _, row in frame.iterrows():
        point = {
            f"{SENSOR}.power": f"{row[f'{SENSOR}.power_W']!r} W",
            "operation.period": f"{row['operation.period_s']!r} s",
        }
        alone = estimate(TWIN, NET, {**settings, **point})
        assert row["energy_per_inference_J"] == pytest.approx(
            total(alone, "energy_per_inference_J"), rel=1e-12
        )


# --- links


def test_a_link_that_sleeps_between_timesteps_is_awake_for_its_bits_and_its_wake_up() -> None:
    found = estimate(
        TWIN, NET, {**WORD, f"{LINK}.device": "lvds_powered_down", f"{LINK}.sleep": "between_timesteps"}
    )
    # 91 kbit in and 1.3 kbit out at 1 Gbit/s, and 1 us of waking in each of 100 timesteps for both of them
    awake = (7000 + 100) * 13 / 1e9 + 100 * 2 * 1e-6
    terms = energies(found, LINK)
    assert terms["transfer"] == pytest.approx(7100 * 13 * 5.8e-12, rel=1e-9)
    assert terms["idle"] == pytest.approx(4.2e-3 * awake, rel=1e-9)
    assert terms["idle_asleep"] == pytest.approx(12e-6 * (1.4 - awake), rel=1e-9)
    assert terms["idle_waking"] == pytest.approx(0.0, abs=0.0)


def test_a_timestep_waits_for_a_link_that_wakes_in_it() -> None:
    named = {f"{LINK}.device": "serial_board_16nm", "chip.link.wake_time": "10 us"}
    awake, asleep = (
        estimate(TWIN, NET, {**named, f"{LINK}.sleep": mode}) for mode in ("none", "between_timesteps")
    )
    longer = total(asleep, "initiation_interval_s") - total(awake, "initiation_interval_s")
    assert 100 * 5e-6 < longer < 100 * 2 * 10e-6


@pytest.mark.parametrize("pace", [{}, WORD], ids=["back to back", "real time"])
def test_the_chosen_link_is_the_best_of_all_that_keep_the_pace(pace: dict[str, str]) -> None:
    auto = estimate(TWIN, NET, {**pace, **BOARD})
    (choice,) = auto.design.link_choices
    named = {
        (device, sleep): estimate(
            TWIN, NET, {**pace, f"{LINK}.device": device, f"{LINK}.sleep": sleep, f"{LINK}.distance": "5 cm"}
        )
        for device in choice.devices
        for sleep in ("none", "off", "between_timesteps")
    }
    times = {key: total(one, "initiation_interval_s") for key, one in named.items()}
    limit = max(1.01 * min(times.values()), 1.4 if pace else 0.0)
    fits = {key: total(one, "energy_per_inference_J") for key, one in named.items() if times[key] <= limit}
    assert dict(choice.energies) == pytest.approx(fits)
    assert total(auto, "energy_per_inference_J") == pytest.approx(min(fits.values()))
    assert auto.design.devices[LINK].spec.name == choice.device


def test_links_are_those_that_span_the_distance() -> None:
    board, package = (
        estimate(TWIN, NET, {**BOARD, f"{LINK}.distance": length}).design.link_choices[0]
        for length in ("5 cm", "2 mm")
    )
    assert {"pads_package", "ucie_standard"} == set(package.devices) - set(board.devices)
    assert not {"aer_lvds", "lpddr4", "hbm2"} & set(package.devices)


def test_a_comparison_chooses_anew_at_each_pace_and_no_headline_moves_by_two() -> None:
    as_filed, chosen, bonded = (
        neuroest.compare(CHIP, TWIN, NET, settings)
        for settings in ({}, BOARD, {**BOARD, f"{LINK}.distance": "2 mm"})
    )
    fast = {one.device for one in chosen.baselines[0].design.link_choices}
    slow = {one.device for one in chosen.design.design.link_choices}
    assert fast != slow  # each at its own pace
    for pace in ("back_to_back", "equal_pace", "burst", "streaming"):
        base, *others = (ratio(one, pace) for one in (as_filed, chosen, bonded))
        assert all(0.5 < other / base < 2.0 for other in others)
    rows = {(r.pace, r.off_chip_link): r for r in chosen.paces if r.part == "energy"}
    spent = {
        pace: (rows[pace, True].baseline_energy.value or 0.0)
        - (rows[pace, False].baseline_energy.value or 0.0)
        for pace in ("back_to_back", "equal_pace")
    }
    # 92 kbit at 9 pJ and 0.8 mW for 0.5 ms; then at 24 pJ over pads that leak
    assert spent["back_to_back"] == pytest.approx(92.3e3 * 9e-12 + 0.8e-3 * 4.98e-4, rel=0.02)
    assert spent["equal_pace"] == pytest.approx(92.3e3 * 24e-12, rel=0.02)


def test_a_file_may_leave_its_link_open_and_no_other_device(tmp_path: Path) -> None:
    text = f"kind: architecture\nname: mine\ndescription: Mine.\nbase: {TWIN}\nset:\n"
    link = (
        "  chip.link: {model: off_chip_link, device: auto, sleep: auto, distance: 2 mm, carries: [inputs]}\n"
    )
    file = tmp_path / "mine.yaml"
    file.write_text(text + link, encoding="utf-8")
    assert not check_files([file])
    assert estimate(str(file), NET).design.link_choices[0].device == "pads_package"
    file.write_text(text + "  chip.tile.array.cell.device: auto\n", encoding="utf-8")
    assert any("auto" in str(problem) for problem in check_files([file]))


def test_a_link_without_a_sleep_state_draws_the_same_asleep_in_every_sample() -> None:
    awake, asleep = (estimate(TWIN, NET, {**WORD, f"{LINK}.sleep": mode}) for mode in ("none", "off"))
    drawn = (one.sample.totals["static_energy_J"] for one in (awake, asleep))
    assert next(drawn) == pytest.approx(next(drawn), rel=1e-9)


def test_the_summary_says_which_link_was_chosen() -> None:
    text = " ".join(estimate_brief(estimate(TWIN, NET, {**WORD, **BOARD})).to_text().split())
    assert "link: pads_parallel, chosen for 1.4 s an inference, of 6" in text


def test_a_comparison_states_the_energies_without_the_input_path() -> None:
    both = neuroest.compare(CHIP, TWIN, NET)
    text = " ".join(comparison_with_answers(both).to_text().split())
    (row,) = (r for r in both.equal_pace if (r.part, r.off_chip_link) == ("energy", False))
    assert row.ratio.band is not None
    stated = text.partition("without the input path (pads_parallel, named): ")[2]
    assert stated.startswith(f"{formatted(row.design.headline, 'J')} against")
    assert f"ratio {ratio_digits(row.ratio.band.median)} (" in stated
    assert row.attribution is not None
    assert f") = {row.attribution.product}: {both.verdict(row)}" in stated
    compared = " ".join(both.to_text(full=True).split())
    assert (
        f"equal pace, without the input path: energy {row.attribution.words}: {both.verdict(row)}" in compared
    )


@each(
    "settings, error, message",
    [
        ({f"{LINK}.device": "auto", f"{LINK}.distance": None}, SpecError, "needs the `distance`"),
        ({**BOARD, f"{LINK}.distance": "50 cm"}, SpecError, "the farthest is lvds_powered_down with 300 mm"),
        ({**BOARD, f"{LINK}.candidates": ["pads_paralel"]}, SpecError, "did you mean 'pads_parallel'"),
        (
            {**WORD, "operation.period": "520 us", f"{LINK}.device": "pads_parallel", f"{LINK}.distance": "5 cm"},
            RangeError, "the nearest that carries it",
        ),
        (
            {**WORD, "operation.period": "520 us", **BOARD, f"{LINK}.candidates": ["pads_parallel"]},
            MappingError, "the nearest that carries it is lvds_switched_350nm",
        ),
    ],
)  # fmt: skip
def test_bad_links_say_what_would_do(settings: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        estimate(TWIN, NET, settings)
