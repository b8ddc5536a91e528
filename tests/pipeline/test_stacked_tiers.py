"""Blocks in tiers over the logic: area, wires, vias, heat, yield, and what a file may not say."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.design.build import build
from neuroest.loading.library import load_architecture, load_workload
from neuroest.pipeline.evaluation import evaluate
from neuroest.reporting.estimate_document import estimate_document
from neuroest.reporting.latex import estimate_latex
from neuroest.results.estimate import Estimate
from tests.shared import estimated

CHIP, FLAT, NETWORK = "stacked_neurons_28nm", "diffusive_low_power_28nm", "shd_recurrent_spiking"
CELL, NEURON = "chip.tile.array.cell", "chip.tile.array.readout.neuron"
VIA = "inter_tier_via_monolithic"


def tier(over: str, *contains: str, device: str = VIA, **keys: Any) -> dict[str, Any]:
    return {"model": "stacked_tier", "device": device, "over": over, "contains": list(contains), **keys}


def chip(folder: Path, **tiers: dict[str, Any]) -> Path:
    """A file with the fabric of FLAT and these tiers, by name or by path."""
    changes = {name.replace("__", "."): value for name, value in tiers.items()}
    data = {"kind": "architecture", "name": "stack", "description": "For this test.", "base": FLAT,
            "set": {name if "." in name else f"chip.{name}": value for name, value in changes.items()}}  # fmt: skip
    path = folder / "stack.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def stacked(folder: Path, settings: dict[str, str] | None = None, **tiers: dict[str, Any]) -> Estimate:
    return neuroest.estimate(chip(folder, **tiers), NETWORK, settings or {})


def test_a_die_is_as_large_as_its_widest_tier() -> None:
    result = estimated(CHIP, NETWORK)
    areas = [row.area_m2 for row in result.tiers]
    assert result.totals["area_m2"] == pytest.approx(max(areas))
    assert result.totals["silicon_area_m2"] == pytest.approx(sum(areas))
    assert sum(row.area_m2 for row in result.breakdown if row.kind == "area") == pytest.approx(max(areas))
    for row in result.tiers:
        assert sum(row.parts_m2.values()) == pytest.approx(row.area_m2)


def test_tiers_hold_what_the_flat_chip_holds(tmp_path: Path) -> None:
    flat = estimated(FLAT, NETWORK)
    free = {"chip.synapses.blocked_area": "0 um^2", "chip.neurons.blocked_area": "0 um^2"}
    result = neuroest.estimate(CHIP, NETWORK, free)
    assert result.totals["silicon_area_m2"] == pytest.approx(flat.totals["area_m2"])
    cells = sum(row.area_m2 for row in flat.breakdown if row.component == CELL)
    utilised = float(flat.claims["chip.overheads.floorplan_utilisation"].value)
    assert result.tiers[1].area_m2 == pytest.approx(cells / utilised)


def test_the_footprint_of_one_transistor_and_its_capacitor() -> None:
    # a memristor and its resistor over a transistor of 1 um by two gate pitches; 20 fF at 2 fF/um^2
    rows = {
        row.term: row for row in estimated(FLAT, NETWORK).breakdown if row.component == NEURON and row.area_m2
    }
    each = {term: 1e12 * row.area_m2 / row.count for term, row in rows.items()}
    assert each["footprint"] == pytest.approx(0.234, abs=0.001)
    assert each["capacitor"] == pytest.approx(10.0)
    left = {row.term: row.area_m2 for row in estimated(CHIP, NETWORK).breakdown if row.component == NEURON}
    assert left["circuits"] == pytest.approx(rows["circuits"].area_m2)
    assert left["footprint"] == left["capacitor"] == 0.0


def test_wires_of_the_chip_follow_from_the_widest_tier() -> None:
    def wire(result: Estimate) -> float:
        return next(
            float(np.max(cost.energy))
            for cost in result.evaluation.costs.energies
            if (cost.component, cost.action, cost.term) == ("chip.noc", "bit_hop", "wire")
        )

    def blocks(result: Estimate, tiers: bool) -> float:
        rows = result.tiers[0].parts_m2 if tiers else {
            row.component + row.term: row.area_m2 for row in result.breakdown if row.kind == "area"
        }  # fmt: skip
        # the link has a published total area, which is placed apart
        left = ("white_space", "chip.overheads", "chip.link")
        return sum(area for name, area in rows.items() if not name.startswith(left))

    flat, result = estimated(FLAT, NETWORK), estimated(CHIP, NETWORK)
    shorter = math.sqrt(blocks(result, tiers=True) / blocks(flat, tiers=False))
    assert wire(result) / wire(flat) == pytest.approx(shorter)
    assert shorter < 1.0


def test_vias_of_lines_and_of_the_tiers_above_them() -> None:
    result = estimated(CHIP, NETWORK)
    array = result.evaluation.mapper.compute
    lines = 128 + 128  # of 40 arrays; three signals of each of 1100 neurons pass both tiers
    assert [row.vias for row in result.tiers] == pytest.approx([0, 40 * lines + 3 * 1100, 3 * 1100])
    assert result.totals["inter_tier_vias"] == pytest.approx(40 * lines + 2 * 3 * 1100)
    own = estimated(FLAT, NETWORK).evaluation.mapper.compute
    for load in ("row_capacitance", "column_capacitance"):
        assert getattr(array, load)() - getattr(own, load)() == pytest.approx(0.1e-15)
    # 128 mean conductances behind 8 ohm, at the row and, for the active share, at the column
    network = result.evaluation.mapper.network
    more = array.ir_drop(network, 1.0) - own.ir_drop(network, 1.0)
    assert np.all((more > 0.0) & (more < 2.0 * 128 * 8.0 * array.weights.conductance(network)))


def test_a_via_of_a_neuron_takes_its_energy_in_every_tier(tmp_path: Path) -> None:
    result = stacked(tmp_path, low=tier("logic", CELL), high=tier("low", NEURON))
    own = [
        row for row in result.evaluation.costs.energies if (row.component, row.action) == (NEURON, "spike")
    ]
    each = [row.energy for row in own if row.term == "vias"]
    supply = result.claims["technology.supply_voltage"].value
    assert each == pytest.approx([2 * 0.1e-15 * supply**2] * 2)  # C V^2 for input and output


def test_yield_and_cost_of_every_tier(tmp_path: Path) -> None:
    price = {"model": "die_cost", "device": "die_cost_28nm", "yield_model": "poisson"}
    path = chip(tmp_path, price=price, top=tier("logic", NEURON))
    result = neuroest.estimate(path, NETWORK)
    base, above = (row.area_m2 for row in result.tiers)
    good = math.exp(-base * 0.1e4) * math.exp(-above * 0.5e4) * 0.98 * (1.0 - 1e-9) ** 2200
    assert result.totals["die_yield"] == pytest.approx(good)
    assert math.prod(row.good_share or 0.0 for row in result.tiers) == pytest.approx(good)
    dies = math.floor(math.pi * 0.15**2 / base - math.pi * 0.3 / math.sqrt(2.0 * base))
    cost = (3000 + 400 + 800) / (dies * good) + 2
    assert result.totals["cost_per_good_die_usd"] == pytest.approx(cost)


def test_heat_of_every_tier() -> None:
    result = estimated(CHIP, NETWORK)
    logic, cells, neurons = result.tiers
    assert sum(row.power_W for row in result.tiers) == pytest.approx(
        float(result.evaluation.die_power.item())
    )
    # through the oxide below the synapses flows what both tiers take, through the next one that of the neurons
    path = float(result.claims["chip.synapses.tier_thermal_resistance"].value) / result.totals["area_m2"]
    assert (logic.temperature_rise_K, logic.good_share) == (0.0, None)
    assert cells.temperature_rise_K == pytest.approx(path * (cells.power_W + neurons.power_W))
    assert neurons.temperature_rise_K - cells.temperature_rise_K == pytest.approx(path * neurons.power_W)
    assert neurons.temperature_rise_K < result.totals["tier_temperature_rise_K"], (
        "as if all power were at the top"
    )


def test_the_highest_tier_sets_the_temperature(tmp_path: Path) -> None:
    air = {"ambient_temperature": "300 K", "thermal_resistance": "30 K/W", "temperature": None}
    path = chip(tmp_path, technology__ambient_temperature="300 K", top=tier("logic", NEURON))  # type: ignore[arg-type]
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["set"] = {
        "technology": {"process": "cmos_28nm_lp", "supply_voltage": "0.9 V", **air},
        "chip.top": data["set"]["chip.top"],
    }
    del data["set"]["technology"]["temperature"]
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    # so poor a path that it counts: 1e-3 m^2 K/W over 0.68 mm^2 are 1470 K/W
    result = neuroest.estimate(path, NETWORK, {"chip.top.tier_thermal_resistance": "1e-3 m^2*K/W"})
    power, area = float(result.evaluation.die_power.item()), result.totals["area_m2"]
    assert area is not None
    rise = power * 1e-3 / area
    assert result.totals["tier_temperature_rise_K"] == pytest.approx(rise)
    assert result.totals["junction_temperature_K"] == pytest.approx(300.0 + 30.0 * power + rise, abs=1e-4)


def test_a_batch_of_stacked_chips_is_its_points(tmp_path: Path) -> None:
    design, network = build(load_architecture(CHIP)), load_workload(NETWORK).spec
    settings = {
        "chip.overheads.floorplan_utilisation": (0.5, 0.9),
        "chip.synapses.blocked_area": (1e-14, 2e-10),
    }
    grid = {path: np.array([[low], [high]]) for path, (low, high) in settings.items()}
    whole = evaluate(design, network, {**design.values, **grid})
    for index in range(2):
        point = {path: values[index] for path, values in settings.items()}
        one = evaluate(design, network, {**design.values, **point})
        assert whole.area[index, 0] == pytest.approx(one.area.item(0), rel=1e-12)
        assert whole.energy[index, 0] == pytest.approx(one.energy.item(0), rel=1e-12)
        # the logic is the widest, then the tier whose vias take most room
        assert int(np.argmax([area.item(0) for area in one.tier_areas])) == index


WRONG = [
    ({"up": tier("logik", NEURON)}, "there is no tier 'logik'; did you mean 'logic'?"),
    ({"up": tier("logic", NEURON + "s")}, "chip.tile.array.readout.neurons"),
    ({"up": tier("logic", NEURON + ".footprnt")}, "did you mean 'chip.tile.array.readout.neuron.footprint'?"),
    ({"up": tier("logic", "chip.tile")}, "there is no block 'chip.tile'"),
    ({"up": tier("logic", NEURON, device="through_silicon_via_5um")}, "take more room than the block"),
    ({"up": tier("logic", "chip.tile.array.write_circuit")}, "state `signals`"),
    ({"chip__tile__up": tier("logic", CELL)}, "put it into the level `chip`"),
    ({"a": tier("b", CELL), "b": tier("a", NEURON)}, "a and b stand over each other in a circle"),
    ({"a": tier("a", CELL)}, "a stands over itself"),
    ({"a": tier("logic", CELL), "b": tier("logic", NEURON)}, "a stands over logic too"),
    ({"a": tier("logic", CELL), "b": tier("a", CELL)}, "a block belongs to one tier"),
]


@pytest.mark.parametrize(("tiers", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_stack_that_cannot_be_is_refused_in_a_line(
    tmp_path: Path, tiers: dict[str, Any], message: str
) -> None:
    with pytest.raises(NeuroestError) as refused:
        stacked(tmp_path, **tiers)
    assert message in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_chip_with_one_tier_has_no_tiers() -> None:
    flat = estimated(FLAT, NETWORK)
    assert flat.tiers == ()
    assert flat.totals["silicon_area_m2"] is flat.totals["tier_temperature_rise_K"] is None
    with pytest.raises(NeuroestError, match="no stacked tier"):
        flat.plot("tiers")


def test_the_figure_names_each_tier(tmp_path: Path) -> None:
    path = tmp_path / "tiers.svg"
    estimated(CHIP, NETWORK).plot("tiers", path)
    drawn = path.read_text(encoding="utf-8")
    assert all(f">{name}<" in drawn for name in ("logic", "synapses", "neurons"))


def test_tables_for_a_paper_have_the_tiers() -> None:
    result = estimated(CHIP, NETWORK)
    paper, page = estimate_latex(result), estimate_document(result).to_markdown()
    for name in ("synapses", "neurons", "logic"):
        assert f"\n{name} & " in paper
        assert f"| {name} | " in page
