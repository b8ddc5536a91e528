"""Networks as NeuroSim and ZigZag write them down: counts by hand, and refusals with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.registry import importer_of
from neuroest.workloads.layers import geometry
from tests.cli.conftest import Command, command
from tests.each import each
from tests.fuzz.targets import ACCELFORGE_CELL, NEUROSIM, SANA_FE, ZIGZAG

__all__ = ["command"]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- NeuroSim


def test_a_structure_of_neurosim_has_the_operations_of_its_lines(tmp_path: Path) -> None:
    """8 x 8 x 1 to 4 maps, pooled; to 8 maps at stride 2 and a shortcut; 8 maps, pooled whole; 10 outputs."""
    network = neuroest.import_network(written(tmp_path, "NetWork_small.csv", NEUROSIM))
    shapes = geometry(network.workload().spec)
    macs = 8 * 8 * 9 * 4 + 2 * 2 * 9 * 4 * 8 + 2 * 2 * 4 * 8 + 2 * 2 * 9 * 8 * 8 + 8 * 10
    assert shapes.total_macs == macs
    assert shapes.total_weights == 9 * 4 + 9 * 4 * 8 + 4 * 8 + 9 * 8 * 8 + 8 * 10
    kinds = {layer.name: layer for layer in network.layers}
    # line 4 reads what lines 2 and 3 put out, added up
    assert kinds["line_4_sum"].type == "add"
    assert kinds["line_4_sum"].inputs == ("layer_2", "layer_3")
    assert kinds["layer_3"].inputs == kinds["layer_2"].inputs == ("layer_1_pooling",)


def test_vgg_8_as_neurosim_has_it(tmp_path: Path) -> None:
    """Its weights are 12 973 440, its eight layers 615.9 million products; sizes of Peng et al., IEDM 2019."""
    rows = ["32,32,3,3,3,128,0,1", "32,32,128,3,3,128,1,1", "16,16,128,3,3,256,0,1", "16,16,256,3,3,256,1,1"]
    rows += ["8,8,256,3,3,512,0,1", "8,8,512,3,3,512,1,1", "1,1,8192,1,1,1024,0,1", "1,1,1024,1,1,10,0,1"]
    path = written(tmp_path, "NetWork_VGG8.csv", "\n".join(rows))
    shapes = geometry(neuroest.import_network(path).workload().spec)
    assert shapes.total_weights == 12_973_440
    result = neuroest.estimate("digital_int8_28nm", path)
    assert result.workload.name == "network_vgg8"


@each(
    "text, message",
    [
        ("8,8,1,3,3,4,1,1\n9,9,4,3,3,8,0,1\n", ":2:1: reads depth x length x width 4x9x9, which no layer"),
        ("8,8,1,3,3,4,1,1\n4,4,4,3,3,8,2,1\n", ":2:1: expected length, width, depth"),
        ("8,8,1,3,3,4,1,1\n4,4,4,3,3,8,0\n", ":2:1: expected length, width, depth"),
        ("8,8,1,3,3,-4,1,1\n8,8,1,3,3,4,1,1\n", "no such network"),
    ],
)
def test_lines_that_do_not_fit_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(NeuroestError, match=message):
        neuroest.import_network(written(tmp_path, "NetWork_bad.csv", text))


# --- ZigZag


def test_a_workload_of_zigzag_has_the_operations_of_its_loops(tmp_path: Path) -> None:
    network = neuroest.import_network(written(tmp_path, "net.yaml", ZIGZAG))
    shapes = geometry(network.workload().spec)
    assert shapes.total_macs == 8 * 3 * 8 * 8 * 9 + 10 * 8
    assert network.input_shape == (3, 17, 17)  # as far as windows of three at a stride of two reach
    assert (network.options.weight_bits, network.options.accumulator_bits) == (8, 16)
    assert neuroest.estimate("digital_int8_28nm", tmp_path / "net.yaml").totals["latency_s"] > 0.0


@each(
    "old, new, message",
    [
        (
            "[1, 8, 3, 8, 8, 3, 3]",
            "[1, 8, 3, 8, 8, 3]",
            ":6:3: 0.loop_sizes: 7 loops need as many whole numbers",
        ),
        ("iy=2*oy+1*fy", "iy=oy", ":4:39: 0.dimension_relations.1: expected, for example, ix=2"),
        (
            "operator_type: Gemm",
            "operator_type: Softmax",
            "2.operator_type: Softmax is unknown; allowed: Conv",
        ),
        (
            "{I: 1, W: 2}",
            "{I: 7, W: 2}",
            "2.operand_source.I: I comes from 7, which is not an earlier layer: 0, 1",
        ),
        ("[1, 10, 8]", "[1, 10, 9]", "2: gemm_2 expects 9 elements and is given 8"),
        ("- id: 1", "- id: 0", "1.id: 0 appears twice in the file"),
    ],
)
def test_what_zigzag_would_not_mean_is_refused_at_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = ZIGZAG.decode().replace(old, new, 1)
    with pytest.raises(NeuroestError) as refused:
        neuroest.import_network(written(tmp_path, "net.yaml", text))
    assert message in str(refused.value)


def test_spec_files_and_tables_are_no_networks_of_others(tmp_path: Path) -> None:
    assert importer_of(written(tmp_path, "own.yaml", "kind: workload\nname: own\n")) is None
    assert importer_of(written(tmp_path, "table.csv", "name,model\na,b\n")) is None
    assert importer_of(tmp_path / "missing.yaml") is None
    assert importer_of(Path("resnet18_imagenet_dense")) is None


def test_what_is_read_in_addition_to_networks_is_said(command: Command, tmp_path: Path) -> None:
    outcome = command("import", str(written(tmp_path, "table.foo", "abc")))
    assert outcome.code == 1
    assert "allowed: .onnx, .nir" in outcome.err
    assert "a memory cell (.cell" in outcome.err


# --- SANA-FE


def test_a_network_of_sana_fe_has_its_groups_and_connections(tmp_path: Path) -> None:
    from neuroest.workloads.importers.network import ImportOptions

    network = neuroest.import_network(written(tmp_path, "net.yaml", SANA_FE), ImportOptions(timesteps=20))
    assert network.input_shape == (8,)
    assert [(layer.name, layer.type) for layer in network.layers] == [
        ("hidden", "recurrent"), ("last", "fully_connected"),
    ]  # fmt: skip
    loaded = network.workload()
    assert geometry(loaded.spec).total_weights == 8 * 4 + 4 * 4 + 4 * 2
    assert neuroest.estimate("digital_spiking_28nm", loaded).totals["energy_per_inference_J"] > 0.0


SANA_FE_MAPS = """network:
  name: net
  groups:
    - name: image
      neurons: [0..127: []]
    - name: maps
      neurons: [0..107: []]
    - name: last
      neurons:
        - {0: {bias: 6}}
        - {9: {bias: 0}}
  edges:
    - image -> maps:
      - type: conv2d
      - input_width: 8
      - input_height: 8
      - input_channels: 2
      - kernel_width: 3
      - kernel_height: 3
      - kernel_count: 3
    - maps -> last: [type: dense, weight: [1]]
mappings:
  - 0.0: [core: 0.0]
"""


def test_convolutions_of_sana_fe_have_the_sizes_of_the_file(tmp_path: Path) -> None:
    from neuroest.workloads.importers.network import ImportOptions

    network = neuroest.import_network(written(tmp_path, "net.yaml", SANA_FE_MAPS), ImportOptions(timesteps=5))
    shapes = geometry(network.workload().spec)
    # three kernels of 3 x 3 x 2 on 6 x 6 positions, then 108 neurons to ten
    assert shapes.total_weights == 3 * 18 + 108 * 10
    assert shapes.total_macs == 36 * 3 * 18 + 108 * 10
    wrong = written(tmp_path, "wrong.yaml", SANA_FE_MAPS.replace("kernel_count: 3", "kernel_count: 4"))
    with pytest.raises(
        NeuroestError, match="conv2d connects 128 neurons to 144, the groups have 128 and 108"
    ):
        neuroest.import_network(wrong, ImportOptions(timesteps=5))


@each(
    "old, new, message",
    [
        (
            "    - hidden.3 -> last.1: [weight: 1]\n",
            "",
            ":17:7: network.edges.2: 7 of 8 connections of hidden -> last",
        ),
        (
            "source -> hidden: [type: dense",
            "source -> hidden: [type: conv2d",
            ":15:7: network.edges.0: conv2d needs input_channels, a whole number above 0; got 'None'",
        ),
        ("source -> hidden", "source -> hiden", "hiden is in no group"),
        ("hidden -> hidden", "last -> source", "one group must be the input that reads no other: none"),
        ("- 0..7", "- all", "expected the number of a neuron, or 0..9; got 'all'"),
    ],
)
def test_what_a_workload_cannot_say_of_sana_fe_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    from neuroest.workloads.importers.network import ImportOptions

    path = written(tmp_path, "net.yaml", SANA_FE.decode().replace(old, new, 1))
    with pytest.raises(NeuroestError) as refused:
        neuroest.import_network(path, ImportOptions(timesteps=20))
    assert message in str(refused.value)


def test_timesteps_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="import it with --timesteps"):
        neuroest.import_network(written(tmp_path, "net.yaml", SANA_FE))


# --- cells of CiMLoop and AccelForge


def test_a_cell_of_accelforge_becomes_a_synapse(command: Command, tmp_path: Path) -> None:
    made = tmp_path / "cell_of_accelforge.yaml"
    outcome = command("import", str(written(tmp_path, "rram.yaml", ACCELFORGE_CELL)), "-o", str(made))
    assert outcome.code == 0, outcome.err
    assert "in the file and not used: DeviceRoadmap, ReadPulse" in outcome.err
    from neuroest.loading.library import load_device

    claims = load_device(str(made)).claims
    assert claims["high_conductance"].value == pytest.approx(1 / 25e4, rel=1e-6)
    assert claims["program_time"].value == pytest.approx(8.52e-6, rel=1e-6)
    assert "ReadPulse belongs to the array here" in made.read_text("utf-8")


def test_a_cell_that_stores_no_resistance_is_refused_for_that_alone(command: Command, tmp_path: Path) -> None:
    text = (
        ACCELFORGE_CELL.decode().replace("MemCellType: RRAM", "MemCellType: SRAM").replace("(F): 1", "(F): 0")
    )
    outcome = command("import", str(written(tmp_path, "sram.yaml", text)), "-o", str(tmp_path / "no.yaml"))
    assert outcome.code == 1
    assert "sram.yaml:2:1: MemCellType: SRAM stores no weight as a resistance" in outcome.err


def test_hardware_of_zigzag_is_no_network(command: Command, tmp_path: Path) -> None:
    path = written(tmp_path, "tpu.yaml", "name: tpu\nmemories: {}\noperational_array:\n  unit_energy: 0.04\n")
    with pytest.raises(NeuroestError, match="hardware of ZigZag: `neuroest import` makes an architecture"):
        neuroest.import_network(path)
    outcome = command("import", str(path), "-o", str(tmp_path / "no.yaml"))
    assert outcome.code == 1
    assert "tpu.yaml:3:1: operational_array.dimensions: expected a list of texts" in outcome.err
