"""Layers with widths of their own: each costs what it costs in a network in which all layers have its widths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

import neuroest
from neuroest.core.errors import SpecError
from neuroest.pipeline.energy import energy_rows
from neuroest.reporting.comparison_document import _precision
from neuroest.workloads.importers.writing import loaded_text

CHIPS = Path(__file__).parents[2] / "architectures"
WIDE, NARROW = (8, 8), (4, 3)


def network(first: tuple[int, int], second: tuple[int, int], precision: tuple[int, int], **last: object):
    """Two layers of 256 x 128 and 128 x 64; widths of a layer are stated where the precision has others."""

    def own(widths: tuple[int, int]) -> dict[str, int]:
        names = ("weight_bits", "input_bits")
        return {
            name: bits for name, bits, usual in zip(names, widths, precision, strict=True) if bits != usual
        }

    return {
        "kind": "workload", "name": "two_layers", "description": "Two layers.", "coding": "dense",
        "precision": {"weights": precision[0], "activations": precision[1], "accumulator": 24},
        "weights": {"mean_absolute": 0.2, "basis": "assumed", "rationale": "a test"},
        "input": {
            "shape": [256],
            "activity": {"density": 0.8, "bit_density": 0.4, "basis": "assumed", "rationale": "a test"},
        },
        "activity": {"density": 0.5, "bit_density": 0.2, "basis": "assumed", "rationale": "a test"},
        "layers": [
            {"name": "first", "type": "fully_connected", "outputs": 128, **own(first)},
            {"name": "second", "type": "fully_connected", "outputs": 64, **own(second), **last},
        ],
    }  # fmt: skip


def workload(*widths: tuple[int, int], **last: object):
    return loaded_text(yaml.safe_dump(network(*widths, **last), sort_keys=False), "two_layers.yaml")


def estimated(chip: str, *widths: tuple[int, int]):
    return neuroest.estimate(CHIPS / f"{chip}.yaml", workload(*widths)).evaluation


def by_term(evaluation, unit: str) -> dict[tuple[str, str, str], np.ndarray]:
    """Energy by layer of the computing level's own terms."""
    return {
        (row.component, row.action, row.term): np.broadcast_to(row.energy, (1, 2))[0]
        for row in energy_rows(evaluation.counts, evaluation.costs)
        if row.component.startswith(unit)
    }


@pytest.mark.parametrize(
    ("chip", "unit", "shared"),
    [
        ("digital_int8_28nm", "chip.array.unit", ()),
        ("digital_in_memory_28nm", "chip.macro.unit", ()),
        # converters, and what they are read through, are sized for the widest layer
        ("sar_crossbar_28nm", "chip.tile.array", ("chip.tile.array.readout",)),
    ],
)
def test_a_layer_costs_what_it_does_among_layers_of_its_widths(
    chip: str, unit: str, shared: tuple[str, ...]
) -> None:
    mixed = estimated(chip, WIDE, NARROW, WIDE)
    parts = by_term(mixed, unit)
    assert parts
    for place, uniform in enumerate((WIDE, NARROW)):
        alone = by_term(estimated(chip, uniform, uniform, uniform), unit)
        for key, energy in parts.items():
            if not key[0].startswith(shared):
                assert energy[place] == pytest.approx(alone[key][place], rel=1e-12), key


def test_cells_and_columns_of_a_layer_follow_its_weights() -> None:
    """A pair holds a sign and 7 bits in two cells of 4 bits or one, so columns are 2 x 2 x 128 and 2 x 1 x 64."""
    found = estimated("sar_crossbar_28nm", (8, 8), (4, 8), (8, 8))
    array, network_ = found.mapper.compute, found.mapper.network
    cells = array.cell.storage.bits
    expected = [np.ceil(7.0 / min(float(cells), 7.0)), np.ceil(3.0 / min(float(cells), 3.0))]
    assert np.ravel(array.weights.slices(network_)) == pytest.approx(expected)
    assert np.ravel(array.weights.slices(network_.widest)) == pytest.approx(expected[:1])
    reads = found.counts.actions[array.converter.path, "conversion"]
    alone = estimated("sar_crossbar_28nm", (8, 8), (8, 8), (8, 8)).counts.actions[
        array.converter.path, "conversion"
    ]
    assert np.ravel(reads)[1] / np.ravel(alone)[1] == pytest.approx(expected[1] / expected[0], rel=1e-12)


def test_a_memory_holds_the_bits_of_each_layer() -> None:
    found = estimated("digital_int8_28nm", (8, 8), (4, 8), (8, 8))
    bits = np.ravel(found.mapper.stored_weight_bits())
    assert list(map(int, bits)) == [8 * 256 * 128, 4 * 128 * 64]


def test_a_width_of_a_layer_can_be_swept() -> None:
    path = "workload.layers.second.weight_bits"
    chip = CHIPS / "digital_int8_28nm.yaml"
    loaded = workload((8, 8), (4, 8), (8, 8))
    energies = [
        neuroest.estimate(chip, loaded, {path: bits}).totals["energy_per_inference_J"]
        for bits in ("2 bit", "4 bit", "8 bit")
    ]
    assert energies[0] < energies[1] < energies[2]
    assert energies[2] == pytest.approx(
        neuroest.estimate(chip, workload((8, 8), (8, 8), (8, 8))).totals["energy_per_inference_J"], rel=1e-9
    )
    table = neuroest.sweep(chip, {path: ["2 bit", "4 bit", "8 bit"]}, loaded).to_frame()
    assert table["energy_per_inference_J"].tolist() == pytest.approx(energies, rel=1e-9)


def test_a_comparison_states_from_where_to_where_widths_go() -> None:
    result = neuroest.estimate(CHIPS / "digital_int8_28nm.yaml", workload((8, 8), (4, 3), (8, 8)))
    assert _precision(result) == "weights 4 to 8 bit, activations 3 to 8 bit, accumulator 24 bit"


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ({"type": "element_wise", "weight_bits": 4}, "belongs to a layer with weights"),
        ({"type": "fully_connected", "outputs": 4, "weight_bits": 65}, "65 is above the maximum 64"),
    ],
)
def test_a_width_of_what_a_layer_lacks_is_refused(layer: dict[str, object], message: str) -> None:
    data = network((8, 8), (8, 8), (8, 8))
    data["layers"].append({"name": "third", **layer})
    with pytest.raises(SpecError, match=message):
        loaded_text(yaml.safe_dump(data, sort_keys=False), "n.yaml")


def test_spikes_have_one_bit() -> None:
    data = network((8, 8), (8, 8), (8, 8))
    data["layers"][0]["input_bits"] = 4
    data |= {"coding": "spiking", "timesteps": 4, "precision": {"weights": 8, "accumulator": 24}}
    data["input"]["activity"] = data["activity"] = {"rate": 0.1, "basis": "assumed", "rationale": "a test"}
    with pytest.raises(SpecError, match="a spike has one bit"):
        loaded_text(yaml.safe_dump(data, sort_keys=False), "n.yaml")
