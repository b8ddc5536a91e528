"""Boards, boxes, frames and supplies around chips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

import neuroest
from neuroest.core.errors import MappingError
from neuroest.design.build import build
from neuroest.loading.library import load_architecture, load_device
from neuroest.pipeline.evaluation import evaluate
from neuroest.results.estimate import Estimate
from tests.chips import run

SPINNAKER, NETWORK = "spinnaker_130nm", "mlp_mnist_spiking"
WALL = {"model": "shell", "device": "wall_supply"}


def silent(folder: Path, cores: int) -> Path:
    """A network of so many cores of 256 neurons that never spikes."""
    about = {"basis": "assumed", "rationale": "for this test"}
    data = {
        "kind": "workload", "name": "silent", "description": "Neurons without spikes.", "coding": "spiking",
        "timesteps": 1000, "time_step": "1 ms", "precision": {"weights": 8, "accumulator": 24},
        "weights": {"mean_absolute": 0.3, **about}, "input": {"shape": [1], "activity": {"rate": 0.0, **about}},
        "activity": {"rate": 0.0, **about},
        "layers": [{"name": "neurons", "type": "fully_connected", "outputs": 256 * cores}],
    }  # fmt: skip
    path = folder / "silent.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def board(folder: Path, cores: int) -> Estimate:
    """A SpiNNaker board of 48 chips with so many busy processors."""
    settings = {"chip.count": "48", "operation.mode": "always_on", "operation.period": "1 s"}
    return neuroest.estimate(SPINNAKER, silent(folder, cores), settings)


def test_a_board_of_spinnaker_from_its_parts(tmp_path: Path) -> None:
    # SpiNNMachine, version_spin1.py and version_5.py: boxed board 31.88 W with idle cores, 59.38 W with 806
    # active ones; chips 5.23 + 5.17 + 5.52 + 0.90 W, idle board 26.84 W
    result = board(tmp_path, 806)
    chips, bare, box = result.shells
    assert [row.shell for row in result.shells] == ["chip", "chip.board", "chip.box"]
    assert [row.number for row in result.shells] == [48, 1, 1]
    assert chips.idle_power_W == pytest.approx(16.82, abs=1e-4)
    assert bare.idle_power_W == pytest.approx(26.84, abs=1e-4)
    assert box.idle_power_W == pytest.approx(31.88, abs=1e-4)
    assert box.power_W == pytest.approx(59.38, abs=1e-4)
    assert result.totals["system_power_W"] == box.power_W
    assert result.totals["system_idle_power_W"] == box.idle_power_W
    assert result.totals["system_energy_per_inference_J"] == pytest.approx(59.38, abs=1e-4)  # in a second


def test_a_busy_processor_takes_34_milliwatts(tmp_path: Path) -> None:
    more, less = (board(tmp_path, cores).totals["system_power_W"] for cores in (101, 100))
    assert more is not None
    assert less is not None
    assert more - less == pytest.approx(0.034, rel=0.01)


def test_shells_add_from_the_chip_outwards(tmp_path: Path) -> None:
    shells = {
        "chip.board": {"model": "shell", "device": "board_generic"},
        "chip.rack": {
            **WALL,
            "around": "board",
            "holds": 2,
            "parameters": {"idle_power": "8 W", "active_power": "4 W"},
            "duty": 0.25,
        },
    }
    plain, result = (
        run("digital_int8_28nm", "keyword_spotting_dense", {}, tmp_path),
        run("digital_int8_28nm", "keyword_spotting_dense", shells, tmp_path),
    )
    power, energy = (plain.totals[name] for name in ("average_power_W", "energy_per_inference_J"))
    assert power is not None
    assert energy is not None
    bare = power / 0.85 + 0.05
    wall = (bare / 0.92 + 8.0 + 0.25 * 4.0) * 1.5
    assert [row.power_W for row in result.shells] == pytest.approx([power, bare, wall])
    period = energy / power
    assert result.totals["system_energy_per_inference_J"] == pytest.approx(wall * period)
    assert result.totals["energy_per_inference_J"] == energy  # the chip itself is what it was
    assert plain.totals["system_power_W"] is None
    assert plain.shells == ()


def test_a_chip_that_is_switched_off_between_inferences_rests_at_its_board(tmp_path: Path) -> None:
    settings = {"operation.mode": "duty_cycled", "operation.period": "1 s"}
    shells = {"chip.board": {"model": "shell", "device": "board_generic"}}
    run("adc_crossbar_28nm", "mlp_mnist_dense", shells, tmp_path)
    result = neuroest.estimate(tmp_path / "adc_crossbar_28nm.yaml", "mlp_mnist_dense", settings)
    chips, bare = result.shells
    assert chips.idle_power_W == 0.0
    assert bare.idle_power_W == pytest.approx(0.05)
    # a second at the board, with the energy of one inference behind its regulators
    energy = result.totals["energy_per_inference_J"]
    assert energy is not None
    assert bare.energy_per_inference_J == pytest.approx(0.05 + energy / 0.85)


def test_sources_bands_and_batches_know_the_shells() -> None:
    result = neuroest.estimate(SPINNAKER, NETWORK)
    assert "chip.board.idle_power" in result.used_paths
    assert "spinnmachine" in result.source_keys
    band = result.bands.totals["system_power_W"]
    assert band.low < band.median < band.high
    design = build(load_architecture(SPINNAKER))
    powers = np.array([[5.0], [10.02]])
    batch = evaluate(design, result.workload, {**design.values, "chip.board.idle_power": powers})
    assert batch.shells[-1].power[1, 0] == pytest.approx(result.totals["system_power_W"], rel=1e-12)
    assert batch.shells[-1].power[1, 0] - batch.shells[-1].power[0, 0] == pytest.approx(5.02)


def test_the_parts_of_a_board_are_those_of_its_source() -> None:
    parts = load_device("spinnaker_idle_chip").claims_at("chip")["chip.power"].value
    assert 48 * parts == pytest.approx(5.23 + 5.17 + 5.52 + 0.90, abs=1e-4)


@pytest.mark.parametrize(
    ("around", "words"),
    [(None, "several shells are around the chips"), ("rack", "no shell is around the shell")],
)
def test_shells_that_are_no_row_are_refused_in_words(tmp_path: Path, around: str | None, words: str) -> None:
    shells = {"chip.wall": {**WALL, "around": around}}
    with pytest.raises(MappingError, match=words):
        run(SPINNAKER, NETWORK, shells, tmp_path)


def test_the_order_of_shells_in_the_file_says_nothing(tmp_path: Path) -> None:
    shells = {"chip.box": None, "chip.board": None}
    again = {
        "chip.box": {"model": "shell", "device": "spinnaker_box", "around": "board"},
        "chip.board": {"model": "shell", "device": "spinnaker_board_48", "holds": 48},
    }
    result = run(SPINNAKER, NETWORK, {**shells, **again}, tmp_path)
    assert result.totals == neuroest.estimate(SPINNAKER, NETWORK).totals
