"""Random bits: the law of the neuron's pulses, published numbers that close, and bad input in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.dynamics.compact import simulate
from neuroest.dynamics.diffusive_cells import integration_time, load_cells
from neuroest.dynamics.in_time import Segment
from neuroest.equations import firing_statistics
from neuroest.equations.firing_statistics import (
    extracted_bits,
    firing_correlation,
    independent_waits,
    units_for_rate,
)
from neuroest.exploration.random_bits import RandomBits
from neuroest.validation.board import reproduce
from tests.each import each

NEURON = "diffusive_28nm_capacitor"


@pytest.fixture(scope="module")
def found() -> RandomBits:
    return neuroest.randomness(rate="1 kHz", samples=64)


def test_extraction_is_the_mean_over_devices_that_differ() -> None:
    offsets = np.random.default_rng(3).standard_normal(200_000)
    fires = firing_statistics.firing_probability(0.886 + 0.062 * offsets, 0.886, 0.061)
    assert extracted_bits(0.062, 0.061) == pytest.approx(np.mean(fires * (1.0 - fires)), rel=5e-3)


def test_von_neumann_extracts_what_a_fabricated_corrector_is_compared_with() -> None:
    # R. Zhang, X. Wang, H. Shinohara, IEICE Trans. Electron. (2021): 62.21 % are 2.49 times the rule of von Neumann
    assert extracted_bits(0.0, 0.061) == pytest.approx(0.6221 / 2.49, rel=2e-3)


def test_waiting_brings_the_correlation_to_its_limit() -> None:
    waits = independent_waits(0.152, 0.886, 0.061, 0.02)
    assert firing_correlation(0.152, 0.886, 0.061, waits) == pytest.approx(0.02, rel=1e-12)
    # 2 x 0.152 x 0.886 V over 61 mV are 4.42 deviations, each 0.399
    assert firing_correlation(0.152, 0.886, 0.061, 0.0) == pytest.approx(1.76, rel=2e-3)
    assert independent_waits(0.0001, 0.886, 0.061, 0.02) == 0.0


def test_units_are_whole() -> None:
    np.testing.assert_array_equal(units_for_rate(np.array([0.5, 2.0, 2.5]), 1.0), [1.0, 2.0, 3.0])


def test_a_neuron_waits_for_its_residue_and_leaks_meanwhile(found: RandomBits) -> None:
    waiting, at_once = (one for one in found.generators if one.name == NEURON)
    # pulses of 15 ms, a sixth of a bit each; the residue decays in 200 ms
    assert at_once.rate[0, 0] == pytest.approx(0.165 / 0.015, rel=0.01)
    assert waiting.rate[0, 0] == pytest.approx(0.165 / (0.015 + 5.2 * 0.2), rel=0.02)
    # 90 pW for six seconds are five hundred times the pulses and spikes
    assert waiting.energy_at(1e3)[0, 0] == pytest.approx(90e-12 / waiting.rate[0, 0], rel=0.01)
    assert waiting.energy[0, 0] == pytest.approx(at_once.energy[0, 0], rel=1e-12)


def test_published_energy_at_full_rate_is_found_again(found: RandomBits) -> None:
    (latch,) = (one for one in found.generators if one.name == "trng_latch_45nm")
    assert latch.energy_at(2.4e9)[0, 0] == pytest.approx(2.9e-12, rel=0.01)
    assert latch.gated_energy[0, 0] == pytest.approx(2.9e-12, rel=0.01)


def test_bits_of_a_register_are_not_called_random(found: RandomBits) -> None:
    pseudo = [one.title for one in found.generators if not one.random]
    assert pseudo == ["shift register of 32 stages"]
    assert "follow from the seed" in found.to_text()
    assert found.best is not None
    assert found.best.built


def test_a_shift_register_of_a_layout_is_within_its_factor() -> None:
    (row,) = (one for one in reproduce("lfsr_nangate45").rows if one.quantity == "energy_of_a_bit")
    (found,) = neuroest.randomness(
        ["logic_45nm_horowitz"], stages=8, process="cmos_45nm_hp", samples=16
    ).generators  # fmt: skip
    assert row.predicted == pytest.approx(found.energy[0, 0] * (1.1 / 0.9) ** 2 * 1e15, rel=1e-9)
    assert row.verdict == "within"


def test_energy_of_a_bit_falls_with_the_rate_until_more_units_are_needed(found: RandomBits) -> None:
    for low, middle, high in found.along("energy").values():
        assert np.all(low <= middle)
        assert np.all(middle <= high)
    for one in found.generators:
        at_full = one.energy_at(one.rate)
        np.testing.assert_allclose(at_full, one.energy + one.power / one.rate, rtol=1e-12)


@each(
    "arguments, message",
    [
        ({"devices": ["lif_28nm_besrour"]}, "is a reported_neuron, which makes no random bits"),
        ({"rate": 0.0}, "is not above 0"),
        ({"correlation": 1.0}, "is not between 0 and 1"),
        ({"devices": ["logic_spiking_28nm"], "stages": 3}, "taps need at least 4"),
        ({"devices": ["logic_45nm_horowitz"]}, "give a process of its node, such as cmos_45nm_hp"),
        ({"devices": ["logic_spiking_28nm"], "process": "hbm2_2000"}, "not a process"),
    ],
)
def test_bad_input_is_one_line(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(NeuroestError, match=message) as error:
        neuroest.randomness(**arguments)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_text_fits_a_terminal_and_a_figure_is_drawn(found: RandomBits, tmp_path: Path) -> None:
    assert max(map(len, found.to_text().splitlines())) <= 80
    found.plot(tmp_path / "bits.svg")
    assert (tmp_path / "bits.svg").stat().st_size > 1000


@pytest.mark.slow
def test_a_pulse_without_a_spike_leaves_nearly_the_residue_of_one_with() -> None:
    # so the wait may be needless, and the correlation is an upper bound, as the page says
    cells = load_cells("diffusive_bench")
    median = float(cells.firing_median_voltage)
    pulse = Segment(float(integration_time(cells, median)), median)
    run = simulate(cells.broadcast(300), [pulse, Segment(0.03, 0.0)], generator=np.random.default_rng(1))
    fired = np.isfinite(run.first_switch)
    assert 0.2 < fired.mean() < 0.8
    residue = np.asarray(run.final.residue)
    assert residue[~fired].mean() / residue[fired].mean() == pytest.approx(1.0, abs=0.03)
