"""What the tools in the environment of set_up.sh say, written to asked.csv as numbers with units.

Run it as ``.venv/bin/python ask_peers.py``. Every question has a process of its own: hwcomponents-neurosim keeps
answers in a cache whose key leaves out the cell and the node, so that a second device in one process gets the numbers
of the first. A tool that is not installed, or that fails, is named and left out.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cacti_table

ASKED = Path(__file__).with_name("asked.csv")
NODES = (7, 14, 22, 32, 45, 65, 90, 130)
MEMORIES = ((8 * 2**10, 64), (64 * 2**10, 256), (2**20, 64))
"""Bytes and bits of a word."""
ARRAY = {
    "cycle_period": 1e-8, "rows": 128, "cols": 128, "cols_active_at_once": 16, "read_pulse_width": 1e-8,
    "voltage_dac_bits": 1, "temporal_dac_bits": 1, "average_input_value": 0.5, "average_cell_value": 0.5,
}  # fmt: skip
CELLS = ("nvsim_RRAM", "nvmexplorer_RRAM")


def questions() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Tool, case and what makes the object that is asked."""
    yield "hwcomponents-cacti", "edram_32nm_64KiB_256b", {"class": "embedded DRAM"}
    for memory, width in (("LPDDR4", 64), ("HBM2", 2048), ("HBM3", 2048)):
        yield "hwcomponents-cacti", f"{memory}_{width}b", {"class": memory, "width": width}
    for node in NODES:
        tech = {"tech_node": float(f"{node}e-9")}
        for size, width in MEMORIES:
            case = f"{node}nm_{size // 1024}KiB_{width}b"
            yield "hwcomponents-cacti", case, {"class": "SRAM", "size": size * 8, "width": width, **tech}
        for bits in (5, 8):
            for rate in (1e7, 1e9):
                given = {"class": "ADC", "n_bits": bits, "throughput": rate, **tech}
                yield "hwcomponents-adc", f"{node}nm_{bits}b_{rate:.0e}", given
        clock = {"cycle_period": 1e-9, **tech}
        for case, given in (
            ("adder16", {"class": "Adder", "n_bits": 16}),
            ("register8", {"class": "FlipFlop", "n_bits": 8}),
            ("shift_add8in16", {"class": "ShiftAdd", "n_bits": 8, "shift_register_n_bits": 16}),
            ("adder_tree64x8", {"class": "AdderTree", "n_bits": 8, "n_adder_tree_inputs": 64}),
            ("max_pool4x8", {"class": "MaxPool", "n_bits": 8, "pool_window": 4}),
            ("nand2", {"class": "NANDGate"}),
        ):
            yield "hwcomponents-neurosim", f"{node}nm_{case}", {**clock, **given}
        for cell in CELLS:
            array = {**ARRAY, **tech, "cell": cell}
            for case, given in (
                ("row_drivers", {"class": "RowDrivers"}),
                ("cell", {"class": "MemoryCell"}),
                ("flash5", {"class": "ADC", "adc_resolution": 5}),
            ):
                yield "hwcomponents-neurosim", f"{node}nm_{case}_{cell}", {**array, **given}


ACTIONS = {
    "SRAM": ("read", "write"), "LPDDR4": ("read",), "HBM2": ("read",), "HBM3": ("read",), "ADC": ("convert",),
    "Adder": ("add",), "FlipFlop": ("read",), "ShiftAdd": ("read",), "AdderTree": ("add",), "MaxPool": ("read",),
    "NANDGate": (), "RowDrivers": ("read",), "MemoryCell": ("read",),
}  # fmt: skip


def answer(tool: str, given: dict[str, Any]) -> dict[str, tuple[float, str]]:
    """Quantities of one object, in the process that asks nothing else."""
    if given.get("class") == "embedded DRAM":
        row = cacti_table.run(cacti_table.Point("edram", 32, 64 * 1024, 256, 1, 300))
        if row is None:
            raise RuntimeError("CACTI finds no organisation")
        return {
            "area": (float(row["area_mm2"]) * 1e-6, "m2"),
            "read_energy": (float(row["read_pJ"]) * 1e-12, "J"),
        }
    module = importlib.import_module(tool.replace("-", "_"))
    kind = given.pop("class")
    cell = given.pop("cell", None)
    if cell is not None:
        given["cell_config"] = str(Path(str(module.__file__)).parent / "cells" / f"{cell}.cell")
    made = getattr(module, kind)(**given)
    found = {"area": (made.area, "m2"), "leakage": (made.leak_power, "W")}
    for action in ACTIONS[kind]:
        cost = getattr(made, action)()
        found[f"{action}_energy"] = (cost.energy, "J")
        if kind == "SRAM" and action == "read":
            found["read_latency"] = (cost.latency, "s")
    return found


def main() -> None:
    """Ask everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--one", nargs=2, metavar=("TOOL", "JSON"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        tool, text = given.one
        print(json.dumps(answer(tool, json.loads(text))))
        return
    rows: list[dict[str, str]] = []
    missing: set[str] = set()
    for tool, case, what in questions():
        if importlib.util.find_spec(tool.replace("-", "_")) is None:
            missing.add(tool)
            continue
        asked = [sys.executable, __file__, "--one", tool, json.dumps(what)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{tool} {case}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            continue
        name = f"{tool} {importlib.metadata.version(tool)}"
        for quantity, (value, unit) in json.loads(done.stdout.splitlines()[-1]).items():
            rows.append(
                {"tool": name, "case": case, "quantity": quantity, "value": f"{value:.5g}", "unit": unit}
            )
    with ASKED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("tool", "case", "quantity", "value", "unit"), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(
        f"{len(rows)} numbers in {ASKED.name}"
        + (f"; not installed: {', '.join(sorted(missing))}" if missing else "")
    )


if __name__ == "__main__":
    main()
