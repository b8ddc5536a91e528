"""A block by itself costs what it costs inside of a chip."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import neuroest
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.interconnect.on_chip import NetworkOnChip
from neuroest.core.errors import NeuroestError, RangeError, SpecError, UnknownNameError
from neuroest.design.build import build
from neuroest.design.chip import with_slots
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.loading.library import devices_of, load_architecture, shipped
from neuroest.pipeline.cost_table import _tile_pitch
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.mapping import children
from neuroest.registry import BLOCKS, COMPONENTS, roles_of
from neuroest.results.estimate import Estimate
from neuroest.specs.blocks import Block
from tests.chips import changed
from tests.each import each
from tests.pairs import runs

VALIDATION = Path(__file__).parents[2] / "validation"
NETWORKS = ("mlp_mnist_spiking", "mlp_mnist_dense", "keyword_transformer_dense")
SAR = {"device": "sar_28nm_circuit", "clock_frequency": "200 MHz"}
CELL = {"device": "rram_hfox_28nm", "process": "cmos_28nm_lp"}
WIRES = {"device": "wires_28nm", "packet": "address_event", "width": "8 bit", "clock_frequency": "10 MHz"}
LOGIC = {"device": "logic_45nm_horowitz"}
ARRAY, READOUT = "chip.tile.array", "chip.tile.array.readout"
VARIANTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bus": ("analog_lif_28nm", "chip.noc", WIRES),
    "h_tree": ("analog_lif_28nm", "chip.noc", WIRES),
    "direct_coupling": ("diffusive_low_power_28nm", f"{READOUT}.interface", {}),
    "multiply_accumulate": ("digital_int8_28nm", "chip.array.unit", {
        **LOGIC, "weight_bits": "8 bit", "activation_bits": "8 bit", "accumulator_bits": "32 bit",
    }),
    "survey_adc": ("adc_crossbar_28nm", f"{READOUT}.converter", {
        "device": "adc_survey_median", "dropped_bits": 2, "sample_rate": "100 MHz",
    }),
    "capacitive_merge": ("charge_domain_65nm", f"{READOUT}.merge", {"device": "capacitive_merge_28nm"}),
    # wide enough a sum for every layer of a network, where a chip gives it the products of computed factors alone
    "and_count_unit": ("mixed_spiking_28nm", "chip.attention.units.unit", {
        **LOGIC, "inputs": 64, "count_bits": "10 bit",
    }),
    # one sensor for the inputs of a network and for the single one of a block by itself
    "front_end": ("analog_lif_28nm", "chip.front_end", {"device": "event_camera_350nm", "placement": "on_die"}),
    "level_shifter": ("sar_crossbar_28nm", f"{ARRAY}.input.level_shifter", {"device": "level_shifter_28nm"}),
}  # fmt: skip
"""Blocks that need keys or surroundings that no shipped chip has, each with its chip and the place there."""
BESIDE = {
    "direct_coupling": {
        "technology.supply_voltage": "1 V",
        f"{ARRAY}.read_voltage": "0.91 V",
        f"{ARRAY}.weight_bits": 3,
        f"{ARRAY}.read_supply": {"model": "linear_regulator"},
        f"{ARRAY}.weight_encoding": "offset",
        f"{ARRAY}.offset_subtraction": "none",
        f"{READOUT}.column_circuits": "per_stack",
        f"{READOUT}.merge": None,
    },
    "multiply_accumulate": {"chip.array.summation": "systolic"},  # a share of a tree is nothing by itself
}
"""What else must change so that the chip works."""
PUBLISHED = ("colonnade/full_arrays", "timely/full_chip", "neurram/full_chip")
"""Published chips with blocks that no other chip has, each with its network."""


@dataclass(frozen=True)
class Home:
    """A chip that has a block, the network that it runs, and the path of the block there."""

    chip: str
    network: str
    path: str

    def node(self) -> dict[str, Any]:
        """What the file says of the block."""
        found: Any = load_architecture(self.chip).document.data
        for word in self.path.split("."):
            found = found[word]
        folder = Path(self.chip).parent if self.chip.endswith(".yaml") else None
        local = folder is not None and str(found.get("device")).endswith(".yaml")
        return {**found, "device": str(folder / found["device"])} if local else dict(found)

    def result(self) -> Estimate:
        return _result(self.chip, self.network)


_result = cache(estimate)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Home]:
    """A chip with each block of the registry. Chips that heat up themselves are left out: they state no temperature.

    A block of no chip takes the place of another one with its role, with the keys that both have.
    """
    found: dict[str, Home] = {}
    for model, (base, path, said) in VARIANTS.items():
        changes = {path: {"model": model, **said}, **BESIDE.get(model, {})}
        file = str(changed(base, changes, tmp_path_factory.mktemp(model)))
        found[model] = Home(file, next(n for n in NETWORKS if runs(base, n)), path)
    chips = [
        *((name, next(n for n in NETWORKS if runs(name, n))) for name in sorted(shipped("architecture"))),
        *((f"{VALIDATION}/{folder}/chip.yaml", f"{VALIDATION}/{folder}/{network}.yaml")
          for folder, network in (text.split("/") for text in PUBLISHED)),
    ]  # fmt: skip
    places: list[tuple[str, Home]] = []
    for name, network in chips:
        loaded = load_architecture(name)
        if loaded.spec.technology.temperature is not None:
            for part in build(loaded).root.walk():
                if isinstance(part.spec, Block):
                    places.append((part.spec.model, Home(name, network, part.path)))
                    found.setdefault(*places[-1])
    for model in BLOCKS.keys() - found.keys():
        found[model] = in_place_of_another(model, places, tmp_path_factory.mktemp(model))
    return found


def in_place_of_another(model: str, places: list[tuple[str, Home]], folder: Path) -> Home:
    """The first chip that takes the block where another one with one of its roles is, or at its top."""
    fields, roles = BLOCKS[model].model_fields, roles_of(model)
    homes = [
        home for other, home in places if home.chip in shipped("architecture") and roles & roles_of(other)
    ]
    for home in homes:
        for device in [COMPONENTS[model].example, *devices_of(model)] if "device" in fields else [None]:
            node = {key: value for key, value in home.node().items() if key in fields} | {"model": model}
            changes = {home.path: node if device is None else {**node, "device": device}}
            made = Home(str(changed(home.chip, changes, folder)), home.network, home.path)
            with suppress(NeuroestError):  # not in this chip
                made.result()
                return made
    pytest.fail(f"no shipped chip has a {model}, and it can replace no other block of {', '.join(sorted(roles))}: "
                f"add a chip with it under architectures/, or a row of VARIANTS in {Path(__file__).name}")  # fmt: skip


def surroundings(result: Estimate, path: str) -> dict[str, Any]:
    """What the array, or the level, around the block is."""
    evaluation = result.evaluation
    component = next(c for c in evaluation.chip.components() if c.path == path)
    if isinstance(component, NetworkOnChip):
        level = next(level for level, block in evaluation.chip.networks() if block is component)
        places = children(level, evaluation.mapped.counts)
        pitch = _tile_pitch(component, evaluation.mapped, evaluation.costs.areas, places)
        return {"places": float(np.max(places)), "tile_pitch": f"{float(np.max(pitch))!r} m"}
    array = next((c for c in evaluation.chip.components() if isinstance(c, CrossbarArray)), None)
    if array is None or not any(part.path == path for part in with_slots(array)):
        return {}
    network = evaluation.network_of(evaluation.one_level)
    # of layers that differ, the largest number, as costs are compared
    point = {**vars(array.point(network)), "input_bits": array.driver.bits_per_read(network)}
    units = {name: info.check.unit for name, info in ElectricalPoint.parameters().items() if name in point}
    numbers = {name: float(np.max(point[name])) for name in units}
    return {
        name: value if units[name] == "1" else f"{value!r} {units[name]}"
        for name, value in numbers.items()
        if value > 0.0
    }


def costs_in(
    result: Estimate, path: str, layer_of: Mapping[tuple[str, str, str], float] = MappingProxyType({})
) -> dict[tuple[str, str, str], float]:
    """Costs of a component: of the layer with the largest, or with that nearest to a number."""
    table = result.evaluation.costs
    found = {("energy", e.action, e.term): e.energy for e in table.energies if e.component == path}
    # the vias of a stacked tier are those of the blocks in it
    own = [a for a in table.areas if a.component == path and a.term != "vias"]
    found |= {("area", "", a.term): a.area for a in own}
    # what the overheads draw for the logic around other blocks is no cost of their own
    own = [s for s in table.statics if s.component == path != table.overheads]
    found |= {("static_power", "", s.term): s.power for s in own}
    return {
        key: float(
            min(np.ravel(value), key=lambda one: abs(one - layer_of[key]))
            if key in layer_of
            else np.max(value)
        )
        for key, value in found.items()
    }


@each("model", [model for model in BLOCKS if not COMPONENTS[model].part_of_array])
def test_a_block_by_itself_costs_what_it_costs_in_a_chip(homes: dict[str, Home], model: str) -> None:
    home = homes[model]
    result, said = home.result(), home.node()
    spec = result.design.spec.technology
    alone = neuroest.block(
        **said, process=spec.process, supply_voltage=f"{spec.supply_voltage} V", temperature=f"{spec.temperature} K",
        corner=spec.corner, transistors=spec.transistors, network=home.network, place=surroundings(result, home.path),
    )  # fmt: skip
    own = {(r.kind, r.action, r.term): r.value for r in alone.rows if r.component == model}
    expected = costs_in(result, home.path)
    for level in result.evaluation.levels:
        array = level.mapper.compute
        if getattr(getattr(array, "neuron", None), "path", "") == home.path:  # a block by itself spikes once
            network = level.mapper.network  # and has a full drive
            times = {"spike": float(np.max(array.drive(network).spikes_for_one))}
            if array.neuron.conducts_while_driven:
                times["time_step"] = float(np.max(array.drive(network).mean_share))
            expected = {k: v / times.get(k[1], 1.0) if k[0] == "energy" else v for k, v in expected.items()}
    # transistors that end a drive belong to neurons that would fire again
    expected.pop(("area", "", "ending"), None)
    assert {key: v for key, v in own.items() if key[0] != "characteristic"} == pytest.approx(
        expected, rel=1e-12
    )


@each("model", [model for model in BLOCKS if COMPONENTS[model].part_of_array])
def test_a_block_of_an_array_costs_inside_of_one_what_it_costs_there(
    homes: dict[str, Home], model: str
) -> None:
    home = homes[model]
    inside = neuroest.block(**home.node(), inside=home.chip, network=home.network)
    own = {(r.kind, r.action, r.term): r.value for r in inside.rows if r.component == model}
    expected = costs_in(home.result(), home.path, own)
    assert {key: v for key, v in own.items() if key[0] != "characteristic"} == pytest.approx(
        expected, rel=1e-12
    )
    with pytest.raises(NeuroestError, match=r"rows, columns and circuits of an array; .* inside="):
        neuroest.block(**{"process": "cmos_28nm_lp", **home.node()})


def test_a_block_inside_of_an_array_has_the_figures_of_merit_that_it_has_there() -> None:
    gates = neuroest.block(
        "multiplexer", device="transmission_gate_low_threshold", resistance_share="40 %",
        inside="adc_crossbar_28nm", network="mlp_mnist_dense",
    )  # fmt: skip
    own = {row.term: row.value for row in gates.rows if row.kind == "characteristic"}
    chip = neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense")
    there = [c for c in chip.characteristics if c.component == "chip.tile.array.readout.multiplexer"]
    assert own == pytest.approx({c.name: c.value for c in there})
    assert own["resistance of closed gates"] > 0.0


def test_arrays_broadcast_and_points_agree_with_single_blocks() -> None:
    energies = np.array([[10e-15], [20e-15]])
    found = neuroest.block("sar_adc", **SAR, bits=[6, 8, 10], parameters={"comparator_energy": energies})
    assert found.shape == (2, 3)
    for row, energy in enumerate(energies.ravel()):
        for column, bits in enumerate((6, 8, 10)):
            one = neuroest.block(
                "sar_adc", **SAR, bits=bits, parameters={"comparator_energy": f"{float(energy)!r} J"}
            )
            assert found.energies["conversion"][row, column] == pytest.approx(
                one.energies["conversion"], rel=1e-12
            )
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
    assert data["values"]["chip.bits"]["value"] == 8
    assert "li2020" in data["sources"]


def test_supply_and_temperature_may_be_lists() -> None:
    found = neuroest.block(
        "sram", device="sram_28nm_anchored", capacity="64 KiB", width="64 bit", stores=["weights"],
        supply_voltage=["0.8 V", "0.9 V"], temperature=["300 K", "350 K"],
    )  # fmt: skip
    assert found.shape == (2,)
    assert found.static_power[1] > found.static_power[0]


def test_numbers_that_no_list_moves_have_its_shape_where_a_check_has() -> None:
    found = neuroest.block(
        "reported_neuron", device="afefet_cao2022", process="cmos_28nm_lp", temperature=["280 K", "330 K"]
    )
    assert found.shape == (2,)
    assert found.energies["spike"][0] == found.energies["spike"][1]


def test_points_outside_of_a_model_are_marked_and_none_is_an_error() -> None:
    found = neuroest.block("sar_adc", **SAR, bits=[8, 20])
    assert found.feasible.tolist() == [True, False]
    with pytest.raises(RangeError, match="sar_adc: resolution is beyond"):
        neuroest.block("sar_adc", **SAR, bits=20)


@each(
    "given, error, text",
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
        ({"model": "mesh", "device": "mesh_noxim", "packet": "frame", "inside": "adc_crossbar_28nm"}, NeuroestError,
         "mesh needs tile_pitch"),
        ({"model": "charge_domain_sram", "device": "charge_sram_65nm", "product": "and",
          "accumulation": "shared_plate", "inside": "adc_crossbar_28nm"}, NeuroestError, "leave out write_circuit"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported_in_one_line(
    given: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error) as caught:
        neuroest.block(**given)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value) or error is SpecError
