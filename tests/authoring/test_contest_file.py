"""A chip of one's own enters a shipped contest."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuroest.authoring.contest_file import contest_with
from neuroest.authoring.like import architecture_like
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.exploration.contest_spec import read_contest


@pytest.fixture
def chip(tmp_path: Path) -> Path:
    text = architecture_like(
        "my_chip", "analog_lif_low_power_28nm", {"neuron": "switch_generic_28nm"}, tmp_path
    )
    (tmp_path / "my_chip.yaml").write_text(text)
    return tmp_path / "my_chip.yaml"


def test_a_chip_enters_with_the_alternatives_of_its_fabric(chip: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(contest_with("mine", "spiking_neurons", str(chip), tmp_path))
    mine, shipped = read_contest(file).spec, read_contest("spiking_neurons").spec
    assert list(mine.contenders) == ["my_chip", *shipped.contenders]
    assert mine.contenders["my_chip"].alternatives == shipped.contenders["analog_cmos"].alternatives
    assert mine.contenders["my_chip"].architecture == "./my_chip.yaml"
    assert mine.limits == shipped.limits
    assert mine.regime == shipped.regime


def test_spike_rates_that_a_network_cannot_have_are_left_out(chip: Path, tmp_path: Path) -> None:
    network = tmp_path / "busy.yaml"
    text = Path("examples/digits_snn/digits_spiking.yaml").read_text(encoding="utf-8")
    network.write_text(text.replace("name: digits_spiking", "name: busy"))
    # the busiest rate is that of the input, 0.306 of a spike a timestep, so that 5 times as many are too many
    file = tmp_path / "mine.yaml"
    file.write_text(contest_with("mine", "spiking_neurons", str(chip), tmp_path, str(network)))
    assert (
        "  # 5 left out: more than one spike a timestep of busy\n  spike_rate: [0.1, 0.2, 0.5, 1, 2]\n"
        in file.read_text()
    )
    same = contest_with("mine", "spiking_neurons", str(chip), tmp_path, "shd_recurrent_spiking")
    assert "spike_rate: [0.1, 0.2, 0.5, 1, 2, 5]" in same


def test_a_chip_of_another_fabric_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="fabric is that of no contender"):
        contest_with("mine", "spiking_neurons", "loihi_14nm", tmp_path)
    with pytest.raises(UnknownNameError, match="did you mean 'spiking_neurons'"):
        contest_with("mine", "spiking_neuron", "loihi_14nm", tmp_path)
