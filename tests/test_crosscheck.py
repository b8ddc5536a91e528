"""Component values of other tools and published blocks compared with ours."""

from __future__ import annotations

import csv
import importlib.util
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.loading.library import load_device
from neuroest.registry import COMPONENTS
from tests.each import each

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks" / "crosscheck"
PAGE = ROOT / "docs" / "models" / "crosscheck.md"


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("compare", FOLDER / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ratios(script: Any) -> list[tuple[str, str, str, float]]:
    return [(tool, case, name, ours / theirs) for tool, case, name, ours, theirs in script.comparisons()]


def test_the_survey_regression_is_that_of_the_tool_it_comes_from(
    ratios: list[tuple[str, str, str, float]],
) -> None:
    found = [ratio for tool, _, _, ratio in ratios if tool.startswith("hwcomponents-adc")]
    assert len(found) >= 100
    # its values are printed with four digits; beyond the fourth the constants are rounded too
    assert all(ratio == pytest.approx(1.0, abs=2e-3) for ratio in found)


def test_every_tool_is_compared(ratios: list[tuple[str, str, str, float]]) -> None:
    asked = {"hwcomponents-adc 1.0.21", "hwcomponents-cacti 1.0.40", "hwcomponents-neurosim 1.0.43"}
    assert asked <= {tool for tool, *_ in ratios}
    assert len({tool for tool, *_ in ratios}) == 11
    assert all(ratio > 0.0 and math.isfinite(ratio) for *_, ratio in ratios)


def test_energies_of_converters_that_papers_state_lie_near_the_survey(
    ratios: list[tuple[str, str, str, float]],
) -> None:
    isaac = [
        r
        for _, case, name, r in ratios
        if case == "ISAAC 32nm" and "energy" in name and "10 bits" not in name and "converter" in name
    ]
    assert isaac
    assert all(0.5 < ratio < 2.0 for ratio in isaac)


def test_the_read_energy_of_a_cell_is_that_of_another_tool(ratios: list[tuple[str, str, str, float]]) -> None:
    cells = [r for tool, _, name, r in ratios if "neurosim" in tool and name == "cell, energy of a read"]
    assert len(cells) == 16
    # V^2 G t; NeuroSim keeps more digits than it prints
    assert all(ratio == pytest.approx(1.0, abs=2e-3) for ratio in cells)


COMPILED, ROUGH = "ihp130", {"horowitz2014", "keckler2011"}


def middle(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def by_source(script: Any, corner: str, column: str, sources: set[str]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for source, name, ratio in script.published_ratios(corner):
        if name == column and source in sources:
            found.setdefault(source, []).append(ratio)
    return found


@each(
    "corner, column, sources, parameter",
    [
        *((corner, "read_pJ", {COMPILED, *ROUGH}, "read_energy_factor") for corner in ("lstp", "lop", "hp")),
        *((corner, "area_mm2", {COMPILED, "frenkel2019"}, "area_factor") for corner in ("lstp", "lop", "hp")),
        *((corner, "access_ns", {COMPILED, "wang2008"}, "access_time_factor") for corner in ("lstp", "lop")),
    ],
)
def test_the_factors_of_the_memory_table_are_those_of_published_memories(
    script: Any, corner: str, column: str, sources: set[str], parameter: str
) -> None:
    found = by_source(script, corner, column, sources)
    assert set(found) == sources
    claim = load_device(f"sram_cacti_{corner}").claims[parameter]
    assert claim.value == pytest.approx(middle([middle(ratios) for ratios in found.values()]), rel=0.05)
    every = [ratio for ratios in found.values() for ratio in ratios]
    assert claim.low == pytest.approx(min(every), rel=0.06)
    assert claim.high == pytest.approx(max(every), rel=0.06)


def test_the_leakage_of_the_memory_table_is_that_of_a_memory_and_below_that_of_a_whole_chip(
    script: Any,
) -> None:
    found = by_source(script, "lstp", "leakage_uW", {"frenkel2019", "wang2008"})
    claim = load_device("sram_cacti_lstp").claims["leakage_factor"]
    assert claim.value == pytest.approx(middle(found["wang2008"]), rel=0.05)
    assert claim.high < middle(found["frenkel2019"])


def test_writes_of_published_macros_lie_in_the_band_of_reads(script: Any) -> None:
    claim = load_device("sram_cacti_lstp").claims["write_energy_factor"]
    writes = by_source(script, "lstp", "write_pJ", {COMPILED})[COMPILED]
    assert len(writes) == 18
    assert claim.low < min(writes)
    assert max(writes) < claim.high


def test_the_laws_of_the_130_nm_memory_are_the_least_squares_of_its_macros() -> None:
    with (FOLDER / "published_memories.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == COMPILED]
    assert len(rows) == 18
    claims = load_device("sram_130nm_ihp").claims
    capacity = np.log([float(row["capacity_bit"]) / 65536.0 for row in rows])
    width = np.log([float(row["width_bit"]) / 64.0 for row in rows])
    for column, unit, reference, exponents in (
        ("read_pJ", 1e-12, "read_energy", ("read_capacity_exponent", "read_width_exponent")),
        ("write_pJ", 1e-12, "write_energy", ("write_capacity_exponent", "write_width_exponent")),
        ("access_ns", 1e-9, "access_time", ("access_time_exponent",)),
    ):
        matrix = np.stack([np.ones_like(capacity), capacity, width][: 1 + len(exponents)], axis=1)
        values = np.log([float(row[column]) * unit for row in rows])
        solution, *_ = np.linalg.lstsq(matrix, values, rcond=None)
        assert claims[reference].value == pytest.approx(math.exp(solution[0]), rel=2e-3)
        for place, name in enumerate(exponents, 1):
            assert claims[name].value == pytest.approx(solution[place], abs=2e-3)
        # the band holds 80 % of normal residuals
        spread = math.exp(1.2816 * float(np.std(values - matrix @ solution)))
        assert claims[reference].high / claims[reference].value == pytest.approx(spread, rel=0.02)


@pytest.fixture(scope="module")
def areas() -> Any:
    found = importlib.util.spec_from_file_location("macro_areas", FOLDER / "macro_areas.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["macro_areas"] = module
    found.loader.exec_module(module)
    return module


def test_the_area_of_the_130_nm_memory_is_the_fit_through_its_macros(areas: Any) -> None:
    macros = [macro for macro in areas.published() if macro.source == COMPILED]
    (cells, port, control), worst = areas.fitted(macros)
    claims = load_device("sram_130nm_ihp").claims
    reference = cells * 65536.0 + port * 64.0 + control
    square = load_device("cmos_130nm").claims["sram_bitcell_area"].value
    assert claims["area"].value == pytest.approx(reference * square, rel=1e-3)
    assert claims["area_port_share"].value == pytest.approx(port * 64.0 / reference, rel=5e-3)
    assert claims["area_control_share"].value == pytest.approx(control / reference, rel=5e-3)
    assert worst < 0.17


@pytest.mark.parametrize(("name", "process"), [("28nm", "cmos_28nm_lp"), ("7nm", "cmos_7nm_lp")])
def test_the_areas_of_fine_memories_are_those_of_published_macros_in_cells(
    areas: Any, name: str, process: str
) -> None:
    macros = list(areas.published())
    (_, port, control), _ = areas.fitted([macro for macro in macros if macro.source == COMPILED])
    terms = areas.array_terms(macros, port, control)
    array = math.prod(terms.values()) ** (1.0 / len(terms))
    claims = load_device(f"sram_{name}_anchored").claims
    reference = array * 64 * 8192.0 + port * 64.0 + control
    cell = load_device(process).claims["sram_bitcell_area"].value
    assert claims["area"].value == pytest.approx(reference * cell, rel=2e-3)
    assert claims["area_port_share"].value == pytest.approx(port * 64.0 / reference, rel=5e-3)
    assert claims["area_control_share"].value == pytest.approx(control / reference, rel=5e-3)
    # the centre of what each source says of the other
    missed = areas.left_out(macros, port, control)
    assert math.prod(missed.values()) == pytest.approx(1.0, abs=0.15)
    assert max(max(ratio, 1.0 / ratio) for ratio in missed.values()) < 1.4


def test_the_errors_of_static_memories_are_those_of_macros_left_out_of_the_fit(areas: Any) -> None:
    stated = (COMPONENTS["sram"].prior_error[quantity].factor for quantity in ("energy", "area"))
    for factor, found in zip(stated, areas.error_factors(), strict=True):
        assert factor - 0.05 < found <= factor


def test_macros_of_other_kits_have_an_area_of_the_same_form(areas: Any) -> None:
    for source, limit in (("gf180mcu", 0.01), ("sram22", 0.25)):
        terms, worst = areas.fitted(areas.open_macros(source))
        assert np.all(terms > 0.0), source
        assert worst < limit, source


def test_the_recorded_ratios_are_those_of_today(ratios: list[tuple[str, str, str, float]]) -> None:
    with (FOLDER / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    reported = "run `python benchmarks/crosscheck/compare.py --record`"
    assert [(r["other"], r["case"], r["quantity"]) for r in rows] == [r[:3] for r in ratios], reported
    for row, (*_, ratio) in zip(rows, ratios, strict=True):
        assert float(row["ratio"]) == pytest.approx(ratio, rel=6e-3), reported


def test_the_page_shows_the_summary(script: Any) -> None:
    assert script.table_of_summary() in PAGE.read_text(encoding="utf-8"), (
        "put the output of `python benchmarks/crosscheck/compare.py --summary` into docs/models/crosscheck.md"
    )


# What differs by more than a factor of two, by beginning of tool and quantity, with words of the page that explain it.
EXPLAINED: dict[tuple[str, str], str] = {
    ("NeuroSim V1.3", "converter of"): "converter energy, survey best case to NeuroSim's SAR and flash",
    ("hwcomponents-neurosim", "converter of"): "hwcomponents-neurosim are three times as large",
    ("NeuroSim V1.3", "wire, resistance"): "Releases of NeuroSim differ in resistivity and barrier",
    ("NeuroSim V1.3", "adder of 16 bits, area"): "NeuroSim draws cells from gate pitches",
    ("NeuroSim V1.3", "register, energy"): "a wide cell and its full clock load",
    ("NeuroSim V1.3", "register, area"): "a wide cell and its full clock load",
    (
        "NeuroSim V1.3",
        "register file of 8 KiB, area",
    ): "register file of 8 KiB, area to NeuroSim's buffer of flip-flops",
    (
        "NeuroSim V1.3",
        "register file of 8 KiB, read",
    ): "Ours grows by a quarter for each doubling of the words",
    ("NeuroSim V1.3", "adder of 16 bits, energy"): "NeuroSim's fast transistors need two thirds",
    ("hwcomponents-neurosim", "shift-and-add of 16 bits, area"): "NeuroSim draws cells from gate pitches",
    ("hwcomponents-neurosim", "shift-and-add of 16 bits, energy"): "half of the fit at 130 nm",
    ("hwcomponents-neurosim", "adder tree of 64 x 8 bits, energy"): "half of the fit at 130 nm",
    ("hwcomponents-neurosim", "adder tree of 64 x 8 bits, area"): "NeuroSim draws cells from gate pitches",
    ("hwcomponents-neurosim", "largest of 2 x 2"): "largest of 2 x 2 numbers, energy to NeuroSim",
    ("hwcomponents-neurosim", "row of 128 cells"): "row of 128 cells, a read pulse, to NeuroSim",
    ("CiMLoop", "converter of"): "converter energy, survey to FORMS (4 bits), Newton (9 bits), Jia (8 bits)",
    ("CiMLoop", "router, area"): "ISAAC's router has 256-bit flits",
    ("CiMLoop", "multiplier of 32 bits, energy (Horowitz"): "Both libraries are published",
    ("CiMLoop", "shift-and-add"): "shift-and-add of 16 bits to ISAAC and PUMA at 32 nm",
    ("PUMA", "shift-and-add"): "shift-and-add of 16 bits to ISAAC and PUMA at 32 nm",
    ("PUMA", "converter of 8 bits, area"): "to ISAAC, FORMS, Newton, Jia, PUMA",
    ("PUMA", "embedded memory of 64 KiB, 256 bits"): "PUMA's file has 8.6 pJ",
    ("hwcomponents-cacti", "embedded memory of 64 KiB, 256 bits (by"): "In CACTI 7 a write needs 54 times",
    ("hwcomponents-cacti", "memory off the chip, a burst"): "do not include row activation",
    ("NVMExplorer", "1 MiB"): "NVSim optimises banks and mats",
    ("hwcomponents-cacti", "static memory, read (as used)"): "static memory as used to hwcomponents-cacti",
    ("hwcomponents-cacti", "static memory, write (as used)"): "static memory as used to hwcomponents-cacti",
    ("hwcomponents-cacti", "static memory, area (as used)"): "scales from 22 nm, which is wrong",
    ("published memories", "static memory, read (sram_cacti_lstp)"): "custom design with charge recycling",
    ("published memories", "static memory, time (sram_cacti_lstp)"): "runs at 1.1 GHz",
    ("published memories", "static memory, leakage (sram_cacti_lstp)"): "leakage of a complete chip",
    ("published memories", "static memory, read (sram_130nm_ihp)"): "a picojoule a bit",
}


def test_what_differs_by_more_than_two_is_explained(ratios: list[tuple[str, str, str, float]]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    far = {(tool, name) for tool, _, name, ratio in ratios if not 0.5 <= ratio <= 2.0}
    missing = sorted(
        pair for pair in far if not any(pair[0].startswith(t) and pair[1].startswith(q) for t, q in EXPLAINED)
    )
    assert not missing
    idle = [
        key
        for key in EXPLAINED
        if not any(tool.startswith(key[0]) and name.startswith(key[1]) for tool, name in far)
    ]
    assert not idle, "no longer needed"
    assert all(words in page for words in EXPLAINED.values())
