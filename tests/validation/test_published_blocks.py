"""Blocks of a crossbar occur in a case with published values, or meet a published number here."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

import neuroest
from neuroest import registry
from neuroest.loading.kinds import data_folder
from tests.each import each

ROLES = (
    "cell",
    "row_driver",
    "converter",
    "converter_interface",
    "sample_and_hold",
    "multiplexer",
    "merge",
    "line_buffer",
    "write_circuit",
)
HERE = frozenset({"one_selector_one_resistor", "passive", "flash_adc", "ramp_adc", "sample_and_hold"})
"""Blocks that no case has, with a published number in this file."""


def models(node: Any, *, inside: bool) -> Iterator[str]:
    """Models of the blocks of crossbars in a file, and of the blocks that a variant of one changes."""
    if not isinstance(node, dict):
        return
    inside = inside or node.get("mapper") == "crossbar"
    if inside and isinstance(node.get("model"), str):
        yield node["model"]
    for key, part in node.items():
        yield from models(part, inside=inside or ".array." in str(key))


def test_each_block_of_a_crossbar_has_a_published_number() -> None:
    used: set[str] = set()
    for file in data_folder("validation_case").glob("*/*.yaml"):
        text = file.read_text(encoding="utf-8")
        if text.startswith("kind: architecture"):
            used |= set(models(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)), inside=False))
    blocks = {model for model in registry.BLOCKS if any(role in registry.roles_of(model) for role in ROLES)}
    assert "whole_adc" in blocks
    assert blocks - used - {"ideal"} == HERE  # an ideal end of a column costs nothing


def test_passive_cells_have_the_density_of_the_densest_published_crossbar() -> None:
    # arXiv:1804.09848, half pitch of 6 nm: 4.5 terabits on a square inch in one layer
    cell = neuroest.block(
        "passive", device="rram_passive_generic", inside="selector_crossbar_28nm",
        parameters={"half_pitch": "6 nm", "layers": "1"},
    )  # fmt: skip
    assert 0.0254**2 / cell.area == pytest.approx(4.5e12, rel=0.01)


def test_cells_with_selectors_take_most_of_the_array_of_a_sold_memory() -> None:
    # 128 Gbit in two layers at 20 nm: a die of 206.5 mm2 (TechInsights 2017), about 90 % of it array (AnandTech 2015);
    # redundancy, error correction and the edges of its tiles are not in the cell
    cell = neuroest.block(
        "one_selector_one_resistor", device="rram_1s1r_generic", inside="selector_crossbar_28nm",
        parameters={"half_pitch": "20 nm", "layers": "2"},
    )  # fmt: skip
    assert 0.5 < 128 * 2**30 * cell.area / (0.9 * 206.5e-6) < 1.0


def test_stages_have_the_area_of_the_table_that_they_come_from() -> None:
    # Shafiee et al., ISCA 2016, Table I: 8 x 128 stages of 0.00004 mm2 in all
    stage = neuroest.block("sample_and_hold", device="sample_hold_isaac", inside="isaac_like_32nm")
    assert 1024 * stage.area == pytest.approx(0.00004e-6, rel=0.01)


CONVERTERS = {
    # published converters by themselves (validation/converters/whole_converters.csv) over the sum of the parts
    "VLSI 2013 21.3": ("flash_adc", "flash_28nm_circuit", (0.8, 2.0)),
    "VLSI 2012 4.1": ("flash_adc", "flash_28nm_circuit", (0.8, 2.0)),
    # parts of a ramp are a lower bound, far below what an array of them takes without its ramps
    "ISSCC 2024 22.5": ("ramp_adc", "ramp_28nm_circuit", (15.0, 60.0)),
}


@each("name", list(CONVERTERS))
def test_parts_of_a_converter_are_within_reach_of_published_ones(name: str) -> None:
    model, device, (least, most) = CONVERTERS[name]
    table = data_folder("validation_case") / "converters" / "whole_converters.csv"
    with table.open(encoding="utf-8", newline="") as file:
        (row,) = (found for found in csv.DictReader(file) if found["name"] == name)
    node = int(row["node_nm"])
    shared = {"columns_per_ramp": "128"} if model == "ramp_adc" else {}
    made = neuroest.block(
        model, device=device, bits=row["bits"], clock_frequency="1 GHz", inside="adc_crossbar_28nm",
        process=f"cmos_{node}nm" if node > 65 else f"cmos_{node}nm_lp", supply_voltage=f"{row['supply_V']} V",
        **shared,
    )  # fmt: skip
    assert least < float(row["energy_pJ"]) * 1e-12 / made.energies["conversion"] < most


def test_amplifiers_of_currents_take_no_more_than_published_converters_of_as_many_bits() -> None:
    # docs/calibration.md: converters by themselves divided by 2.2, as in docs/tools/converter_fit.py
    table = data_folder("validation_case") / "converters" / "whole_converters.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["energy_pJ"] and 4 <= int(row["bits"]) <= 6]
    ratios: dict[str, list[float]] = {"current_sense_28nm": [], "dual_bit_current_sense_28nm": []}
    highest = {"current_sense_28nm": 5, "dual_bit_current_sense_28nm": 6}
    for row in rows:
        node, bits = int(row["node_nm"]), int(row["bits"])
        published = float(row["energy_pJ"]) * 1e-12 / (2.2 if row["setting"] == "single" else 1)
        for device, found in ratios.items():
            made = neuroest.block(
                "whole_adc", device=device, bits=min(bits, highest[device]), takes="current",
                inside="adc_crossbar_28nm", process=f"cmos_{node}nm" if node >= 65 else f"cmos_{node}nm_lp",
                supply_voltage=f"{row['supply_V']} V",
            )  # fmt: skip
            found.append(published / made.energies["conversion"])
    assert len(rows) == 9
    assert min(ratios["current_sense_28nm"]) > 1.2
    assert sum(ratio > 1.0 for ratio in ratios["dual_bit_current_sense_28nm"]) >= 7


def test_amplifiers_of_currents_take_less_than_the_two_that_macros_state() -> None:
    # docs/calibration.md: 3.7 and 3.1 times, at nodes of the law
    table = data_folder("validation_case") / "converters" / "sense_amplifiers.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["whole"] == "yes" and int(row["node_nm"]) <= 130]
    for row in rows:
        made = neuroest.block(
            "whole_adc", device="current_sense_28nm", bits=row["bits"], takes="current", inside="adc_crossbar_28nm",
            process=f"cmos_{row['node_nm']}nm_lp", supply_voltage=f"{row['supply_V']} V",
        )  # fmt: skip
        assert 3.0 < float(row["energy_fJ"]) * 1e-15 / made.energies["conversion"] < 3.8
    assert [row["name"] for row in rows] == ["Ye 2023", "Xue 2020"]
