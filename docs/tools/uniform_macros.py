"""Columns of macros of a published benchmark, all described by one rule, for the table of docs/calibration.md.

Run it as ``python docs/tools/uniform_macros.py``. The values are those of Benchmarking_Data.csv of the repository
UIUC-IMC/UIUC-IMC-Benchmarking at 1d3f0ae (`shanbhag2022` in device_specs/sources.yaml): bits, rows and columns of a
bank, supply, and the energy of the macro over its conversions. Left out are the cases of `validation/`, processors,
whose efficiency includes sparsity and data flow, dynamic and flash memories, supplies below the range of the
process, converters that are finer than the sums, and more than 16 merged columns.

Nothing of a paper is used, so that a single ratio says little; the medians say whether the models are too high or
too low for macros that nobody described by hand. Rows and columns are those of a read; cells follow from the kind
of sum; converters of one bit are sense amplifiers, up to five bits flash converters or current-mode sense
amplifiers of resistive columns, and above by successive approximation, behind a clamp where a column carries a
current; inputs of several bits are pulses for currents and voltages for charges; half of all bits are one; an input
register, an accumulator for each converter, clock tree and white space are around the array.
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import neuroest
from neuroest.validation.expressions import evaluate_expression

CELLS: dict[str, dict[str, Any]] = {
    "charge": {"model": "charge_domain_sram", "product": "and", "accumulation": "shared_plate"},
    "current": {
        "model": "current_domain_sram", "device": "current_sram_28nm", "current_linearity": "auto",
    },
    "divider": {"model": "divider_sram", "device": "divider_sram_65nm"},
    "resistive": {"model": "one_transistor_one_resistor", "device": "rram_macro_40nm"},
    "magnetic": {"model": "one_transistor_one_resistor", "device": "mram_cell_28nm"},
}  # fmt: skip
RESISTIVE = ("resistive", "magnetic")
READ_VOLTAGE = {"resistive": "0.2 V", "magnetic": "0.1 V"}
MOST_FLASH_BITS = 5


@dataclass(frozen=True)
class Macro:
    """A macro at one supply: bits and numbers of a bank, and the energy of a column with its conversion."""

    name: str
    process: str
    supply: float
    cell: str
    input_bits: int
    converter_bits: int
    rows: int
    merged: int
    """Columns of a weight that one conversion takes."""
    shared: int
    """Columns of a converter."""
    converters: int
    energy_fJ: float  # noqa: N815 - a unit
    time_ns: float
    """Time of a read of one column of each converter."""
    area_mm2: float = 0.0


MACROS = (
    Macro("Rasul 2021", "cmos_65nm", 0.7, "charge", 5, 5, 128, 1, 2, 64, 773.41, 325.0, 1.056),
    Macro("Lee 2021", "cmos_28nm_lp", 0.9, "charge", 5, 8, 1152, 1, 1, 256, 1987.58, 480.0, 0.510),
    Macro("Zhang 2022, 0.8 V", "cmos_28nm_lp", 0.8, "charge", 2, 6, 128, 4, 4, 32, 723.164, 72.8, 0.0310),
    Macro("Zhang 2022, 1.0 V", "cmos_28nm_lp", 1.0, "charge", 2, 6, 128, 4, 4, 32, 920.863, 16.05),
    Macro("Z. Chen 2022, 0.8 V", "cmos_65nm", 0.8, "charge", 4, 8, 576, 1, 1, 128, 3577.64, 40.0, 0.227),
    Macro("Z. Chen 2022, 1.0 V", "cmos_65nm", 1.0, "charge", 4, 8, 576, 1, 1, 128, 5074.89, 25.0),
    Macro("Choi 2022, 0.85 V", "cmos_65nm", 0.85, "charge", 4, 5, 64, 4, 4, 16, 958.227, 15.6, 0.200),
    Macro("Choi 2022, 1.2 V", "cmos_65nm", 1.2, "charge", 4, 5, 64, 4, 4, 16, 2446.016, 9.8),
    Macro("Si 2019, 27 rows", "cmos_55nm_lp", 1.0, "current", 2, 5, 27, 5, 5, 8, 720.0, 5.0),
    Macro("Si 2019, 64 rows", "cmos_55nm_lp", 1.0, "current", 2, 5, 64, 5, 5, 8, 1410.93, 5.0, 0.0370),
    Macro("T. Chen 2019", "cmos_180nm", 1.8, "current", 5, 5, 10, 1, 2, 32, 9334.89, 90.0),
    Macro("H. Wang 2024", "cmos_22nm_lp", 0.6, "current", 8, 8, 64, 8, 8, 4, 3004.69, 20.83),
    Macro("Kim 2019", "cmos_28nm_lp", 1.0, "divider", 1, 1, 192, 1, 1, 64, 1280.0, 40.0, 0.00933),
    Macro("Khwa 2018", "cmos_65nm", 0.725, "divider", 1, 1, 64, 1, 1, 64, 1146.95, 2.3),
    Macro("Deaville 2021", "cmos_22nm_lp", 0.8, "magnetic", 1, 4, 128, 1, 4, 128, 50196.08, 315.8),
    Macro("Deaville 2022", "cmos_22nm_lp", 0.8, "magnetic", 1, 6, 128, 1, 4, 128, 24615.38, 400.0, 0.137),
    Macro("Yin 2020, 90 nm", "cmos_90nm", 1.2, "resistive", 1, 3, 128, 1, 8, 8, 5311.2, 6.5, 0.0462),
    Macro("Li 2021", "cmos_40nm_lp", 0.9, "resistive", 1, 3, 7, 1, 8, 8, 1650.943, 70.0),
    Macro("Yoon 2021", "cmos_40nm_lp", 0.9, "resistive", 1, 4, 9, 1, 8, 8, 317.63, 10.0),
    Macro("Spetalnick 2022", "cmos_40nm_lp", 0.83, "resistive", 1, 4, 9, 1, 256, 8, 677.71, 15.6),
    Macro("Spetalnick 2023", "cmos_40nm_lp", 1.05, "resistive", 1, 6, 64, 1, 16, 16, 2022.117, 11.11, 0.0262),
)


def readout(macro: Macro) -> dict[str, Any]:
    """Converters of a macro, with what is in front of them."""
    bits, resistive = macro.converter_bits, macro.cell in RESISTIVE
    converter: dict[str, Any] = {"model": "whole_adc", "device": "sar_macro", "bits": bits}
    found: dict[str, Any] = {"model": "adc", "columns_per_converter": macro.shared, "converter": converter}
    if resistive and bits <= MOST_FLASH_BITS:
        converter |= {"device": "current_sense_28nm", "takes": "current"}
    elif resistive:
        found["interface"] = {"model": "current_clamp", "device": "current_clamp_regulated_28nm"}
    elif bits == 1:
        converter["device"] = "voltage_sense_28nm"
    elif bits <= MOST_FLASH_BITS:
        converter["device"] = "flash_macro"
    if macro.merged > 1:
        found["merge"] = {"model": "capacitive_merge", "device": "capacitive_merge_28nm"}
    return found


def chip(macro: Macro) -> dict[str, Any]:
    """Architecture of a macro by the rule of this module."""
    resistive, charge = macro.cell in RESISTIVE, macro.cell == "charge"
    cell = dict(CELLS[macro.cell])
    if charge:
        cell["device"] = (
            "charge_sram_65nm" if macro.process in ("cmos_65nm", "cmos_90nm") else "charge_sram_28nm"
        )
    whole = {"model": "capacitive_dac", "device": "capacitive_dac_28nm"}
    pulses = {"model": "pulse_width", "device": "pulse_width_timely"}
    bitwise = {"model": "one_bit_driver", "device": "row_driver_tapered"}
    one_by_one = resistive or macro.cell == "divider"
    held = {"holding": "converter"} if charge and macro.converter_bits > MOST_FLASH_BITS else {}
    turns = {"columns": "in_turn"} if one_by_one and macro.shared > 1 else {}
    register, logic = (
        f"{macro.rows * macro.input_bits} bit",
        {"device": "logic_45nm_horowitz", "clock_frequency": "200 MHz"},
    )
    return {
        "kind": "architecture", "name": "uniform", "description": macro.name,
        "technology": {"process": macro.process, "supply_voltage": f"{macro.supply} V", "temperature": "300 K"},
        "operation": {"mode": "back_to_back"},
        "chip": {
            "count": 1,
            "overheads": {"model": "chip_overheads", "device": "overheads_macro"},
            "inputs": {
                "model": "register_file", "capacity": register, "width": register, "stores": ["activations"],
                "read_ports": 1, "write_ports": 1, **logic,
            },
            "adders": {
                "model": "accumulator", "lanes": macro.converters, "operand_bits": "auto", "results_joined": "auto",
                **logic,
            },
            "array": {
                "mapper": "crossbar", "count": 1, "rows": macro.rows, "columns": macro.converters * macro.shared,
                "weight_encoding": "offset", "offset_subtraction": "none", "bits_per_cell": 1,
                "read_voltage": READ_VOLTAGE.get(macro.cell, "supply"),
                "pulse_width": "0.2 ns" if macro.cell == "current" and macro.input_bits > 1 else "1 ns",
                "settling_error": "1 %", "ir_drop_limit": "10 %", "read_supply": {"model": "linear_regulator"},
                "cell": cell, "readout": readout(macro),
                "input": bitwise if macro.input_bits == 1 else whole if charge else pulses,
                "schedule": {"model": "read_schedule", **held, **turns},
            },
        },
    }  # fmt: skip


def network(macro: Macro) -> dict[str, Any]:
    """Random vectors that fill a macro."""
    active = {"bit_density": 0.5, "basis": "assumed", "rationale": "random inputs"}
    density = 0.5 if macro.input_bits == 1 else 1
    return {
        "kind": "workload", "name": "fill", "description": "Random vectors.", "coding": "dense",
        "precision": {"weights": macro.merged, "activations": macro.input_bits, "accumulator": 24},
        "weights": {"mean_absolute": 0.5, "basis": "assumed", "rationale": "random weights"},
        "input": {"shape": [macro.rows], "activity": {"density": density, **active}},
        "activity": {"density": density, **active},
        "layers": [
            {
                "name": "products", "type": "fully_connected",
                "outputs": macro.converters * macro.shared // macro.merged,
            }
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """Medians of a macro over its published values, and whether the band contains the energy."""

    macro: Macro
    energy: float
    inside: bool
    time: float
    area: float | None


def compared(macro: Macro, folder: Path) -> Compared:
    """A macro next to its published energy of a conversion, and its area where the table has one of a single bank."""
    for name, described in (("chip", chip(macro)), ("network", network(macro))):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(described, sort_keys=False), encoding="utf-8")
    result = neuroest.estimate(folder / "chip.yaml", folder / "network.yaml")
    conversions = sum(row.count for row in result.breakdown if row.action == "conversion")
    published = macro.energy_fJ * 1e-15 * conversions
    energy = result.bands.totals["energy_per_inference_J"]
    area = result.bands.totals["area_m2"].median * 1e6 / macro.area_mm2 if macro.area_mm2 else None
    reads = macro.shared / macro.merged
    time = evaluate_expression("delay(chip.array)", result.sampled) / reads / (macro.time_ns * 1e-9)
    inside = energy.low < published < energy.high
    return Compared(macro, energy.median / published, inside, statistics.median(time.tolist()), area)


def middle(ratios: list[float]) -> tuple[float, float]:
    """Median of ratios, and the median factor by which they are off."""
    logs = [math.log(ratio) for ratio in ratios]
    return math.exp(statistics.median(logs)), math.exp(statistics.median(map(abs, logs)))


def table(rows: list[Compared]) -> list[str]:
    """Lines of the table of the page, one for each macro."""
    lines = [
        "| macro | cells | converter | energy, published | estimate over it | inside | time | area |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        macro, area = row.macro, "-" if row.area is None else f"{row.area:.2f}"
        inside = "yes" if row.inside else "no"
        cells = [
            macro.name, macro.cell, f"{macro.converter_bits} bit", f"{macro.energy_fJ:.4g} fJ", f"{row.energy:.2f}",
            inside, f"{row.time:.2f}", area,
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def medians(rows: list[Compared]) -> list[str]:
    """Medians over the static, the resistive and all macros."""
    kinds = {
        "static": [row for row in rows if row.macro.cell not in RESISTIVE],
        "resistive": [row for row in rows if row.macro.cell in RESISTIVE],
        "all": rows,
    }
    lines = [
        "| cells | values | energy, median | median factor | inside | time, median | areas | area, median |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, some in kinds.items():
        centre, off = middle([row.energy for row in some])
        areas = [row.area for row in some if row.area is not None]
        inside = sum(row.inside for row in some)
        lines.append(
            f"| {name} | {len(some)} | {centre:.2f} | {off:.2f} | {inside} of {len(some)} "
            f"| {middle([row.time for row in some])[0]:.2f} | {len(areas)} | {middle(areas)[0]:.2f} |"
        )
    return lines


def all_compared() -> list[Compared]:
    """Every macro next to its published values."""
    with tempfile.TemporaryDirectory() as folder:
        return [compared(macro, Path(folder)) for macro in MACROS]


if __name__ == "__main__":
    made = all_compared()
    sys.stdout.write("\n".join([*table(made), "", *medians(made), ""]))
