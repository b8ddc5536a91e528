"""What a shell completes, as the shell asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASKED = {
    "neuroest sweep analog_lif_28nm --set array.ro": "array.rows=",
    "neuroest breakeven analog_lif_28nm loihi_14nm --along array.ro": "array.rows=",
    "neuroest simulate diffusive_bench --set con": "control_resistance=",
    "neuroest simulate switch_": "switch_vo2_oscillator",
    "neuroest estimate analog_l": "analog_lif_28nm",
    "neuroest estimate my_": "my_chip.yaml",
    "neuroest check specs/": "specs/my_cell.yaml",
    "neuroest check ./sp": "./specs/my_cell.yaml",  # a shell adds no space behind a folder
    "neuroest estimate analog_lif_28nm --set technology.supply_v": "technology.supply_voltage=900mV",
    "neuroest compare analog_lif_28nm digital_spiking": "digital_spiking_28nm",
    "neuroest reproduce odi": "odin",
    "neuroest fit curves.csv --model thr": "threshold_switch_neuron",
    "neuroest sensitivity analog_lif_28nm --results area_m2,lat": "area_m2,latency_s",
    "neuroest compare analog_lif_28nm digital_spiking_28nm -w shd": "shd_recurrent_spiking",
    "neuroest contest spik": "spiking_neurons",
    "neuroest show rram_h": "rram_hfox_28nm",
    "neuroest new neuron --model thr": "threshold_switch_neuron",
    "neuroest explain analog_lif_28nm ener": "energy_per_inference_J",
}


@pytest.mark.slow
@pytest.mark.parametrize("typed", ASKED)
def test_a_shell_completes(typed: str, tmp_path: Path) -> None:
    (tmp_path / "my_chip.yaml").touch()
    (tmp_path / "my_notes.txt").touch()
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "my_cell.yaml").touch()
    asked = {
        "_NEUROEST_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split()) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "neuroest"], cwd=tmp_path, env={**os.environ, **asked},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    offered = done.stdout.split()
    assert ASKED[typed] in offered
    assert all(one.startswith(typed.split()[-1]) for one in offered)
    assert "my_notes.txt" not in offered
