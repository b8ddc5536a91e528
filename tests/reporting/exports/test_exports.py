"""Files of other tools: the same joules by their rules, and what is left out is said."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.registry import export
from tests.cli.conftest import Command, command

__all__ = ["command"]

SPIKING = "mlp_mnist_spiking"


class _Tagged(yaml.SafeLoader):
    """Reads `!Memory` and the like as a mapping that knows its kind."""


_Tagged.add_multi_constructor(
    "!", lambda loader, kind, node: {"kind": kind, **loader.construct_mapping(node, deep=True)}
)


def nodes(chip: str, network: str) -> list[dict[str, Any]]:
    text = export(neuroest.estimate(chip, network), "accelforge").replace(": inf", ": .inf")
    found: list[dict[str, Any]] = yaml.load(text, _Tagged)["arch"]["nodes"]
    return found


def test_published_events_are_those_of_sana_fe_one_for_one() -> None:
    """Davies et al. 2018, Table 2: 23.6 pJ and 3.5 ns an operation, 81 and 52 pJ an update, 1.7 pJ a spike."""
    text = export(neuroest.estimate("loihi_14nm", SPIKING), "sana-fe")
    tile, _inputs = yaml.safe_load(text)["architecture"]["tile"]
    (core,) = tile["core"]
    assert (tile["name"], core["name"]) == ("tile[0..31]", "core[0..3]")
    assert core["synapse"][0]["attributes"]["energy_process_spike"] == pytest.approx(23.6e-12, rel=1e-9)
    assert core["synapse"][0]["attributes"]["latency_process_spike"] == pytest.approx(3.5e-9, rel=1e-9)
    soma = core["soma"][0]["attributes"]
    assert soma["energy_access_neuron"] == pytest.approx(52e-12, rel=1e-9)
    assert soma["energy_access_neuron"] + soma["energy_spike_out"] == pytest.approx(81e-12, rel=1e-9)
    assert core["axon_out"][0]["attributes"]["energy_message_out"] == pytest.approx(1.7e-12, rel=1e-9)


@pytest.mark.parametrize("chip", ["digital_spiking_28nm", "analog_lif_28nm"])
def test_means_of_events_add_up_to_the_dynamic_energy(chip: str) -> None:
    result = neuroest.estimate(chip, SPIKING)
    tile, _inputs = yaml.safe_load(export(result, "sana-fe"))["architecture"]["tile"]
    (core,) = tile["core"]
    layers, level = result.evaluation.layers, result.evaluation.one_level
    steps, neurons = 20, 512 + 512 + 10
    messages = steps * float(np.sum(level.mapper.inputs_active() * level.mapped.placement.reached_units))
    soma = core["soma"][0]["attributes"]
    energy = (
        core["synapse"][0]["attributes"]["energy_process_spike"] * float(layers.synaptic_operations)
        + core["axon_out"][0]["attributes"]["energy_message_out"] * messages
        + soma["energy_access_neuron"] * steps * neurons
        + soma["energy_spike_out"] * steps * neurons * 0.1
    )
    assert energy == pytest.approx(result.totals["dynamic_energy_J"], rel=1e-6)


def test_sana_fe_itself_finds_the_energy_of_each_event(tmp_path: Path) -> None:
    sanafe = pytest.importorskip("sanafe", reason="needs SANA-FE: pip install sanafe")
    result = neuroest.estimate("loihi_14nm", SPIKING)
    path = tmp_path / "chip.yaml"
    path.write_text(export(result, "sana-fe"), "utf-8")
    chip = sanafe.load_arch(str(path))
    cores = [core for tile in chip.tiles for core in tile.cores]
    assert len(cores) == 128 + 1
    network = sanafe.Network()
    source = network.create_neuron_group("source", 1)
    source[0].set_attributes(soma_hw_name="input[0]", model_attributes={"spikes": [True, True]})
    target = network.create_neuron_group(
        "target",
        3,
        model_attributes={"threshold": 1e9},
        soma_hw_name="neuron",
        default_synapse_hw_name="synapse",
    )
    source.connect_neurons_dense(target, {"w": np.zeros(3)})
    source.map_to_core(cores[-1])
    target.map_to_core(cores[0])
    simulated = sanafe.SpikingChip(chip)
    simulated.load(network)
    energy = simulated.sim(2)["energy"]
    assert energy["synapse"] == pytest.approx(2 * 3 * 23.6e-12, rel=1e-9)  # two spikes, three synapses
    assert energy["soma"] == pytest.approx(2 * 3 * 52e-12, rel=1e-9)  # two steps, three silent neurons


def test_components_of_accelforge_hold_the_energy_and_area_of_the_chip() -> None:
    result = neuroest.estimate("digital_int8_28nm", "mlp_mnist_dense")
    found = {node["name"]: node for node in nodes("digital_int8_28nm", "mlp_mnist_dense")}
    unit = found["chip_array_unit"]
    rows = [row for row in result.breakdown if row.component == "chip.array.unit"]
    products = 784 * 512 + 512 * 512 + 512 * 10
    energy = math.fsum(row.energy_J for row in rows if row.kind == "dynamic")
    assert unit["kind"] == "Compute"
    assert unit["actions"][0]["energy"] == pytest.approx(energy / products, rel=1e-6)
    assert unit["area"] * 4096 == pytest.approx(math.fsum(row.area_m2 for row in rows), rel=1e-6)
    weights = found["chip_weights"]
    assert weights["kind"] == "Memory"
    assert {action["name"] for action in weights["actions"]} == {"read", "write"}
    assert all(
        action["energy"] > 0.0 for action in weights["actions"]
    )  # also of what the network does not use


def test_what_has_no_place_is_said() -> None:
    text = export(neuroest.estimate("digital_int8_28nm", "mlp_mnist_dense"), "accelforge")
    assert re.search(r"^# left out: clock, control and white space, .* nJ an inference", text, re.MULTILINE)
    assert "command: neuroest export accelforge digital_int8_28nm -w mlp_mnist_dense" in text


def test_a_network_without_spikes_is_refused() -> None:
    with pytest.raises(NeuroestError, match="mlp_mnist_dense has none; name a spiking network"):
        export(neuroest.estimate("digital_int8_28nm", "mlp_mnist_dense"), "sana-fe")


def test_the_verb_writes_a_chip(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "chip.yaml"
    assert command("export", "sana-fe", "loihi_14nm", "-w", SPIKING, "-o", str(path)).code == 0
    assert path.read_text("utf-8").startswith("# loihi_14nm on mlp_mnist_spiking, written by neuroest")
    again = command("export", "sana-fe", "loihi_14nm", "-w", SPIKING, "-o", str(path))
    assert again.code == 1
    assert "--force replaces it" in again.err


def test_options_of_the_other_kind_are_refused(command: Command) -> None:
    assert "go with spice" in command("export", "accelforge", "loihi_14nm", "--check").err
    assert "a circuit runs no network" in command("export", "spice", "lif_28nm_besrour", "-w", SPIKING).err


# --- data frames, Parquet, xarray


def test_tables_carry_units_and_origin(tmp_path: Path) -> None:
    import pandas as pd

    frame = neuroest.estimate("loihi_14nm", SPIKING).to_frame()
    assert frame.attrs["units"] == {"energy_J": "J", "area_m2": "m^2", "count": "1"}
    assert frame.attrs["architecture"] == "loihi_14nm"
    frame.to_parquet(tmp_path / "estimate.parquet")
    assert pd.read_parquet(tmp_path / "estimate.parquet").attrs == frame.attrs


def test_a_sweep_carries_units_in_memory_and_in_its_file(tmp_path: Path) -> None:
    import pandas as pd
    import pyarrow.parquet as parquet

    space = {"technology.supply_voltage": "0.8..1 V:3"}
    held = neuroest.sweep("analog_lif_28nm", space, SPIKING).to_frame()
    file = tmp_path / "sweep.parquet"
    neuroest.sweep("analog_lif_28nm", space, SPIKING, output=file)
    units = {
        name: held.attrs["units"][name] for name in ("technology.supply_voltage_V", "area_m2", "latency_s")
    }
    assert units == {"technology.supply_voltage_V": "V", "area_m2": "m^2", "latency_s": "s"}
    assert held.attrs["seed"] == 0
    assert pd.read_parquet(file).attrs["units"] == held.attrs["units"]
    assert parquet.read_schema(file).field("area_m2").metadata[b"unit"] == b"m^2"


def test_an_estimate_as_a_data_set() -> None:
    pytest.importorskip("xarray", reason="needs xarray: pip install '.[xarray]'")
    result = neuroest.estimate("loihi_14nm", SPIKING)
    data = result.to_xarray()
    energy = data["energy_per_inference_J"]
    assert energy.attrs["units"] == "J"
    assert float(energy.sel(statistic="nominal")) == result.totals["energy_per_inference_J"]
    assert float(energy.sel(statistic="p90")) == result.bands.totals["energy_per_inference_J"].high
    assert float(data["dynamic_energy_by_layer_J"].sum()) == pytest.approx(
        result.totals["dynamic_energy_J"], rel=1e-12
    )
    assert data.attrs["architecture"] == "loihi_14nm"


def test_a_grid_has_an_axis_for_each_parameter_and_other_points_have_one() -> None:
    pytest.importorskip("xarray", reason="needs xarray: pip install '.[xarray]'")
    space = {"chip.tile.array.rows": [64, 128], "technology.supply_voltage": "0.8..1 V:3"}
    grid = neuroest.sweep("analog_lif_28nm", space, SPIKING).to_xarray()
    assert grid["area_m2"].shape == (2, 3)
    point = grid["area_m2"].sel({"chip.tile.array.rows": 128.0, "technology.supply_voltage_V": 0.8})
    settings = {"chip.tile.array.rows": "128", "technology.supply_voltage": "0.8 V"}
    alone = neuroest.estimate("analog_lif_28nm", SPIKING, settings).totals["area_m2"]
    assert float(point) == pytest.approx(alone, rel=1e-12)
    drawn = {"chip.tile.array.rows": "64..128", "technology.supply_voltage": "0.8..1 V"}
    points = neuroest.sweep("analog_lif_28nm", drawn, SPIKING, samples=4).to_xarray()
    assert points["area_m2"].dims == ("point",)
    assert points["technology.supply_voltage_V"].attrs["units"] == "V"


def test_without_xarray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(NeuroestError, match=re.escape("pip install '.[xarray]'")):
        neuroest.estimate("loihi_14nm", SPIKING).to_xarray()


def test_results_in_the_names_of_neurobench() -> None:
    import json

    result = neuroest.estimate("loihi_14nm", SPIKING)
    found = json.loads(export(result, "neurobench"))
    assert found["SynapticOperations"]["Effective_ACs"] == pytest.approx(result.totals["synaptic_operations"])
    assert found["system"]["energy_per_inference_J"]["nominal"] == result.totals["energy_per_inference_J"]
    assert found["origin"]["workload"] == SPIKING
