"""A block by itself costs what it costs inside of a chip."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

import neuroest
from neuroest.blocks.base import Surroundings
from neuroest.blocks.interconnect.base import NetworkOnChip
from neuroest.core.errors import NeuroestError, RangeError, SpecError, UnknownNameError
from neuroest.design.build import build, numeric_options
from neuroest.design.chip import with_slots
from neuroest.levels.crossbar.array_circuit import ArrayCircuit
from neuroest.loading.library import load_architecture, shipped
from neuroest.pipeline.cost_table import _places, _tile_pitch
from neuroest.pipeline.estimate import estimate
from neuroest.registry import BLOCKS, COMPONENTS
from neuroest.results.estimate import Estimate
from neuroest.specs.blocks import Block
from tests.pairs import runs

SAR = {"device": "sar_28nm_circuit", "clock_frequency": "200 MHz"}
CELL = {"device": "rram_hfox_28nm", "process": "cmos_28nm_lp"}


@cache
def homes() -> dict[str, tuple[str, str]]:
    """A shipped chip with each block and the block's path there; chips that heat up themselves are left out."""
    found: dict[str, tuple[str, str]] = {}
    for name in shipped("architecture"):
        loaded = load_architecture(name)
        if loaded.spec.technology.temperature is None:
            continue
        for part in build(loaded).root.walk():
            if isinstance(part.spec, Block):
                found.setdefault(part.spec.model, (name, part.path))
    return found


@cache
def chip(name: str) -> Estimate:
    return estimate(name, next(workload for chip_, workload in runs() if chip_ == name))


def node(name: str, path: str) -> dict[str, Any]:
    """What the file says of a block."""
    found: Any = load_architecture(name).document.data
    for word in path.split("."):
        found = found[word]
    return dict(found)


def surroundings(result: Estimate, path: str) -> dict[str, Any]:
    """What the array, or the level, around the block is."""
    evaluation = result.evaluation
    component = next(c for c in evaluation.chip.components() if c.path == path)
    if isinstance(component, NetworkOnChip):
        places = _places(component, evaluation.chip, evaluation.mapped)
        pitch = _tile_pitch(component, evaluation.mapped, evaluation.costs.areas, places)
        return {"places": float(np.max(places)), "tile_pitch": f"{float(np.max(pitch))!r} m"}
    array = next((c for c in evaluation.chip.components() if isinstance(c, ArrayCircuit)), None)
    if array is None or not any(part.path == path for part in with_slots(array)):
        return {}
    network = evaluation.mapper.network
    numbers = {
        "rows": array.options["rows"],
        "input_bits": array.driver.bits_per_read(network),
        "cell_bits": array.bits_per_cell(network),
        "slices": array.slices(network),
        "read_time": array.read_time(network),
        "hold_time": array.hold_time(),
        "read_voltage": array.options["read_voltage"],
        "row_current": array.row_current(network),
        "row_energy": array.row_energy(),
    }
    units = {name: info.check.unit for name, info in Surroundings.parameters().items()}
    return {
        name: float(value) if units[name] == "1" else f"{float(value)!r} {units[name]}"
        for name, value in numbers.items()
        if float(value) > 0.0
    }


def costs_in(result: Estimate, path: str) -> dict[tuple[str, str, str], float]:
    table = result.evaluation.costs
    found = {("energy", e.action, e.term): e.energy for e in table.energies if e.component == path}
    found |= {("area", "", a.term): a.area for a in table.areas if a.component == path}
    found |= {("static_power", "", s.term): s.power for s in table.statics if s.component == path}
    return {key: float(np.max(value)) for key, value in found.items()}


@pytest.mark.parametrize("model", [model for model in BLOCKS if not COMPONENTS[model].part_of_array])
def test_a_block_by_itself_costs_what_it_costs_in_a_chip(model: str) -> None:
    if model not in homes():
        pytest.skip("no shipped chip has one")
    name, path = homes()[model]
    result = chip(name)
    spec, said = result.design.spec.technology, node(name, path)
    alone = neuroest.block(
        **said, process=spec.process, supply_voltage=f"{spec.supply_voltage} V", temperature=f"{spec.temperature} K",
        corner=spec.corner, network=result.workload.name, place=surroundings(result, path),
    )  # fmt: skip
    own = {(r.kind, r.action, r.term): r.value for r in alone.rows if r.component == model}
    expected = costs_in(result, path)
    assert {key: own[key] for key in expected} == pytest.approx(expected, rel=1e-12)
    assert {kind for kind, *_ in own} - {kind for kind, *_ in expected} <= {"characteristic"}


@pytest.mark.parametrize("model", [model for model in BLOCKS if COMPONENTS[model].part_of_array])
def test_a_block_of_an_array_costs_inside_of_one_what_it_costs_there(model: str) -> None:
    name, path = homes()[model]
    result = chip(name)
    alone = neuroest.block(**node(name, path), inside=name, network=result.workload.name)
    own = {(r.kind, r.action, r.term): r.value for r in alone.rows if r.component == model}
    assert {key: v for key, v in own.items() if key[0] != "characteristic"} == pytest.approx(
        costs_in(result, path), rel=1e-12
    )
    with pytest.raises(NeuroestError, match="rows, columns and circuits of an array; .* inside="):
        neuroest.block(**{"process": "cmos_28nm_lp", **node(name, path)})


def test_every_block_but_two_stands_in_a_shipped_chip() -> None:
    assert set(BLOCKS) - set(homes()) == set()


def test_arrays_broadcast_and_points_agree_with_single_blocks() -> None:
    energies = np.array([[10e-15], [20e-15]])
    found = neuroest.block("sar_adc", **SAR, bits=[6, 8, 10], parameters={"comparator_energy": energies})
    assert found.shape == (2, 3)
    for row, energy in enumerate(energies.ravel()):
        for column, bits in enumerate((6, 8, 10)):
            one = neuroest.block("sar_adc", **SAR, bits=bits, parameters={"comparator_energy": f"{energy!r} J"})
            assert found.energies["conversion"][row, column] == pytest.approx(one.energies["conversion"], rel=1e-12)
            assert np.broadcast_to(found.area, (2, 3))[row, column] == pytest.approx(one.area, rel=1e-12)
    assert len(found.to_frame()) == 6 * len(found.rows)


def test_a_conversion_by_hand() -> None:
    # 8 x (20 fJ + 10 fJ) + 0.5 x 255 x 1 fF x (0.9 V)^2
    found = neuroest.block("sar_adc", **SAR, bits=8)
    assert found.energies == {"conversion": pytest.approx(240e-15 + 103.9e-15, rel=2e-2)}
    text = repr(found)
    assert "sar_adc conversion conversion  344 fJ" in text
    assert "li2020" in text
    data = json.loads(json.dumps(found.to_dict()))
    assert data["values"]["chip.bits"]["value"] == 8.0
    assert "li2020" in data["sources"]


def test_supply_and_temperature_may_be_lists() -> None:
    found = neuroest.block(
        "sram", device="sram_28nm_anchored", capacity="64 KiB", width="64 bit", stores=["weights"],
        supply_voltage=["0.8 V", "0.9 V"], temperature=["300 K", "350 K"],
    )  # fmt: skip
    assert found.shape == (2,)
    assert found.static_power[1] > found.static_power[0]


def test_points_outside_of_a_model_are_marked_and_none_is_an_error() -> None:
    found = neuroest.block("sar_adc", **SAR, bits=[8, 20])
    assert found.feasible.tolist() == [True, False]
    with pytest.raises(RangeError, match="sar_adc: resolution is beyond"):
        neuroest.block("sar_adc", **SAR, bits=20)


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        ({"model": "sar_adcc"}, UnknownNameError, "unknown block 'sar_adcc'; did you mean 'sar_adc'?"),
        ({"model": "sar_adc", **SAR, "bits": 0.5}, SpecError, "sar_adc: bits: 0.5 is not a whole number"),
        ({"model": "sar_adc", **SAR, "bits": [8, 0.5]}, SpecError, "bits: 0.5 is not a whole number"),
        ({"model": "sar_adc", **SAR, "bit": 8}, SpecError, "unknown key 'bit'; did you mean 'bits'?"),
        ({"model": "sar_adc", **SAR, "parameters": {"logic": "1 fJ"}}, SpecError, "has no parameter 'logic'"),
        ({"model": "sar_adc", **SAR}, NeuroestError, "sar_adc needs rows (Rows that are read at once)"),
        ({"model": "sar_adc", **SAR, "place": {"row": 1}}, UnknownNameError, "did you mean 'rows'?"),
        ({"model": "sar_adc", **SAR, "network": {"steps": 1}}, UnknownNameError, "property of a network 'steps'"),
        ({"model": "sram"}, NeuroestError, "sram needs a process, such as process='cmos_28nm_lp'"),
        ({"model": "sram", "process": "cmos_28nm_lp"}, SpecError, "sram: device: is missing"),
        ({"model": "passive", **CELL, "inside": "loihi_14nm"}, NeuroestError, "loihi_14nm has no place for a passive"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(given: dict[str, Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error) as caught:
        neuroest.block(**given)
    assert told in str(caught.value)
    assert "chip" not in str(caught.value).split(": ", maxsplit=1)[0]


def test_no_number_of_the_surroundings_has_the_name_of_an_option_that_means_something_else() -> None:
    known = {name for schema in BLOCKS.values() for name in numeric_options(schema)}
    # the distance between the places of a network is one thing, stated by the block or by what is around it
    assert set(Surroundings.parameters()) & known == {"tile_pitch"}
