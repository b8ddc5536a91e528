"""A chip of one's own enters a shipped contest."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuroest.authoring.like import architecture_like
from neuroest.authoring.templates import contest_with
from neuroest.core.errors import MappingError, NeuroestError, UnknownNameError
from neuroest.exploration.contest_field import check_contest
from neuroest.exploration.contest_spec import read_contest
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.catalogue import list_entries


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


@pytest.mark.parametrize(
    ("what", "device", "left_out"),
    [("cell", "rram_mlc_4level", []), ("adc", "flash_macro", ["converter"])],
)
def test_no_alternative_replaces_the_device_that_the_chip_enters_with(
    tmp_path: Path, what: str, device: str, left_out: list[str]
) -> None:
    chip, file = tmp_path / "mine_chip.yaml", tmp_path / "mine.yaml"
    chip.write_text(architecture_like("mine_chip", "adc_crossbar_28nm", {what: device}, tmp_path))
    file.write_text(contest_with("mine", "dense_crossbars", str(chip), tmp_path, "mlp_mnist_dense"))
    mine = check_contest(file).spec
    shipped = mine.contenders["rram_hfox_28nm"].alternatives
    kept = tuple(one for one in shipped if one not in left_out)
    assert mine.contenders["mine_chip"].alternatives == kept
    assert ("since the chip has its own" in file.read_text()) == bool(left_out)


def test_a_cell_enters_a_contest_of_neurons_without_the_cells_of_others(tmp_path: Path) -> None:
    chip, file = tmp_path / "mine_chip.yaml", tmp_path / "mine.yaml"
    chip.write_text(
        architecture_like("mine_chip", "analog_lif_low_power_28nm", {"cell": "rram_mlc_4level"}, tmp_path)
    )
    file.write_text(contest_with("mine", "spiking_neurons", str(chip), tmp_path))
    mine = read_contest(file).spec
    assert "cell" not in mine.contenders["mine_chip"].alternatives
    assert "cell" in mine.contenders["analog_cmos"].alternatives


def test_every_baseline_of_dense_networks_competes() -> None:
    rules = read_contest("dense_crossbars").spec
    entered = {contender.architecture for contender in rules.contenders.values()}
    baselines = [
        entry.name for entry in list_entries("architectures", "baseline") if "baseline" in entry.group
    ]
    dense = {name for name in baselines if _runs(name, "mlp_mnist_dense")}
    assert {"gpu_h100", "digital_int8_28nm"} < dense <= entered


def _runs(architecture: str, workload: str) -> bool:
    try:
        estimate(architecture, workload)
    except MappingError:
        return False
    return True
