"""Read times and areas of storage macros by the parts of analog arrays, for docs/calibration.md, the table on the site.

Run it as ``python docs/tools/storage_macros.py``. The published values are those of the NVMExplorer database
(repository lpentecost/NVMExplorer, commit 16eb289, output/NVM_data), unless a comment says otherwise.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import neuroest

RESISTIVE, MAGNETIC = "rram_macro_40nm", "mram_cell_28nm"
CHIP = """
kind: architecture
name: storage_macro
description: An array of 512 by 512 cells that reads one row at a time, with its write circuit.
technology: {{process: {process}, supply_voltage: {supply}, temperature: 300 K}}
operation: {{mode: back_to_back}}
exclusions: [decoders and word lines of reads, references, error correction and test]
chip:
  count: 1
  overheads: {{model: chip_overheads, device: overheads_macro}}
  outputs: {{model: register_file, device: logic_45nm_horowitz, capacity: 64 bit, width: 64 bit, stores: [activations],
    clock_frequency: 1 GHz, read_ports: 1, write_ports: 1}}
  adders: {{model: accumulator, device: logic_45nm_horowitz, lanes: 64, clock_frequency: 1 GHz}}
  array:
    mapper: crossbar
    count: {arrays}
    cells_programmed_together: 64
    rows: 512
    columns: 512
    weight_encoding: offset
    offset_subtraction: none
    bits_per_cell: 1
    read_voltage: 0.2 V
    pulse_width: 1 ns
    settling_error: 5 %
    parallel_wires: 1
    ir_drop_limit: 20 %
    read_supply: {{model: linear_regulator}}
    cell: {{model: one_transistor_one_resistor, device: {cell}, parameters: {{program_voltage: 2.4 V{area}}}}}
    input: {{model: one_bit_driver, device: row_driver_tapered}}
    write_circuit:
      model: write_circuit
      device: write_circuit_2v5
      columns_per_driver: 8
      level_shifter: {{model: level_shifter, device: level_shifter_2v5}}
      pump: {{model: charge_pump, device: charge_pump_2v5}}
    readout:
      model: adc
      columns_per_converter: 8
      multiplexer: {{model: multiplexer, device: transmission_gate_low_threshold, resistance_share: 40 %}}
      converter: {{model: whole_adc, device: current_sense_28nm, bits: 1, takes: current}}
    schedule: {{model: read_schedule, columns: in_turn, rows_at_once: 1, holding: none}}
"""
MEBI = 2**20
ROWS = COLUMNS = 512
GROUPS = 8
"""Columns that share an amplifier."""
NETWORK = """
kind: workload
name: one_row
description: One row of bits.
coding: dense
precision: {weights: 1, activations: 1, accumulator: 2}
weights: {mean_absolute: 0.5, basis: assumed, rationale: half of the cells conduct}
input:
  shape: [1]
  activity: {density: 1, bit_density: 1, basis: assumed, rationale: the row that is read}
activity: {density: 1, bit_density: 1, basis: assumed, rationale: no part of this estimate depends on it}
layers:
  - {name: row, type: fully_connected, outputs: 512}
"""


@dataclass(frozen=True)
class Macro:
    """A published storage macro: node, supply, kind of cell, and read time or area of a bit and of a cell."""

    name: str
    process: str
    supply: str
    cell: str
    read_ns: float
    megabits: float = 0.0
    bit_um2: float = 0.0
    cell_um2: float = 0.0


def density(megabits_per_mm2: float) -> float:
    """Area of a bit in um^2."""
    return 1e6 / (megabits_per_mm2 * MEBI)


MACROS = (
    Macro("A-SSCC 2017, RRAM, 40 nm", "cmos_40nm_lp", "1.1 V", RESISTIVE, 10.0, 1.4, density(1.4 / 0.28), 0.07),
    Macro("ISSCC 2018 30.1, RRAM, 40 nm", "cmos_40nm_lp", "1.1 V", RESISTIVE, 9.0),
    # the title states 10.1 Mb/mm2, the database 2.8 mm2 for 3.6 Mb
    Macro("ISSCC 2019, RRAM, 22 nm, 0.7 V", "cmos_22nm_lp", "0.7 V", RESISTIVE, 5.0, 3.6, density(10.1), 0.0486),
    Macro("VLSI 2020, RRAM, 28 nm", "cmos_28nm_lp", "0.9 V", RESISTIVE, 3.3),
    Macro("ISSCC 2013, MRAM, 40 nm", "cmos_40nm_lp", "1.1 V", MAGNETIC, 10.0),
    # 57.6 % of the area are cells
    Macro(
        "ISSCC 2015, MRAM, 65 nm", "cmos_65nm", "1.2 V", MAGNETIC, 3.3, 1.0, density(1 / 0.8196),
        0.576 * density(1 / 0.8196),
    ),
    # 75 squares of 28 nm; the title states 1.2 V, above the range of the process
    Macro("ISSCC 2018 30.2, MRAM, 28 nm", "cmos_28nm_lp", "1.1 V", MAGNETIC, 2.8, 1.0, density(1 / 0.214), 0.0588),
    Macro("ISSCC 2018 30.3, MRAM, 28 nm", "cmos_28nm_lp", "0.9 V", MAGNETIC, 1.3),
    Macro("VLSI 2018, MRAM, 40 nm", "cmos_40nm_lp", "1.1 V", MAGNETIC, 17.5, 16.0, density(16 / 3.03), 0.066),
    Macro("ISSCC 2019, MRAM, 22 nm", "cmos_22nm_lp", "0.9 V", MAGNETIC, 4.0, 7.0, density(10.6), 0.0486),
    Macro("VLSI 2020, MRAM, 28 nm", "cmos_28nm_lp", "0.9 V", MAGNETIC, 33.0),
    Macro("ISSCC 2020, MRAM, 22 nm", "cmos_22nm_lp", "0.9 V", MAGNETIC, 10.0),
)  # fmt: skip


def estimated(macro: Macro, folder: Path) -> tuple[float, float]:
    """Time of one read in nanoseconds, and area of a bit in um^2."""
    arrays = max(1, round(macro.megabits * MEBI / (ROWS * COLUMNS)))
    area = f", minimum_cell_area: {macro.cell_um2} um^2, cell_feature_squares: 1" if macro.cell_um2 else ""
    chip, network = folder / "storage_macro.yaml", folder / "one_row.yaml"
    chip.write_text(
        CHIP.format(process=macro.process, supply=macro.supply, cell=macro.cell, area=area, arrays=arrays),
        encoding="utf-8",
    )
    network.write_text(NETWORK, encoding="utf-8")
    found = neuroest.estimate(chip, network)
    [layer] = found.layers
    if layer.bottleneck != "chip.array":
        raise ValueError(f"{macro.name}: {layer.bottleneck} is slower than the array")
    cells = arrays * ROWS * COLUMNS
    return layer.step_time_s / GROUPS * 1e9, found.totals["area_m2"] * 1e12 / cells


def compared() -> tuple[list[str], dict[str, list[float]]]:
    """The table, and the ratios of estimate over published read times and areas in the order of the macros."""
    table = [
        "| macro | read, published | estimate over published | area of a bit | estimate over published |",
        "|---|---|---|---|---|",
    ]
    ratios: dict[str, list[float]] = {"read time": [], "area": []}
    with tempfile.TemporaryDirectory() as folder:
        for macro in MACROS:
            time, area = estimated(macro, Path(folder))
            ratios["read time"].append(time / macro.read_ns)
            columns = [macro.name, f"{macro.read_ns:g} ns", f"{time / macro.read_ns:.2f}", "-", "-"]
            if macro.bit_um2:
                ratios["area"].append(area / macro.bit_um2)
                columns[3:] = [f"{macro.bit_um2:.3f} um^2", f"{area / macro.bit_um2:.2f}"]
            table.append("| " + " | ".join(columns) + " |")
    return table, ratios


def medians(ratios: list[float]) -> tuple[float, float, float]:
    """Median, and the lowest and the highest one with any one macro left out."""
    without = [statistics.median(ratios[:i] + ratios[i + 1 :]) for i in range(len(ratios))]
    return statistics.median(ratios), min(without), max(without)


def main() -> None:
    """Write the table and the medians."""
    table, ratios = compared()
    lines = [*table, ""]
    for what, found in ratios.items():
        lines.append("{}: {:.2f}, {:.2f} to {:.2f}".format(what, *medians(found)))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
