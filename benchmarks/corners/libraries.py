"""An inverter of the kits' own libraries of cells, at their corners of process, supply and temperature at once.

``python libraries.py kits`` writes libraries.csv, what the libraries say; a test holds the table of corners against it.
Delay is that of an inverter that drives four of its kind, with the edge that such a chain settles at.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
FILE = HERE / "libraries.csv"
SKY130 = ("tt_100C_1v80", "ss_100C_1v60", "ff_100C_1v65", "ff_100C_1v95")
ASAP7 = {"ss": (0.63, 373.15), "tt": (0.7, 298.15), "ff": (0.77, 273.15)}
HEADING = """\
# One inverter of the kits' own libraries: sky130_fd_sc_hd__inv_2 (google/skywater-pdk-libs-sky130_fd_sc_hd at ac7fb61f,
# cells/inv, files of each corner) and INVx1_ASAP7_75t_R (The-OpenROAD-Project/asap7sc7p5t_28 at f970bd3c, LIB/NLDM,
# asap7sc7p5t_INVBUF_RVT, release 220122). Delay at a fan-out of four from the tables of delay and edge, mean of both
# edges; leakage is the mean of both states. Made by libraries.py.
"""


def chained(edges: np.ndarray, loads: np.ndarray, delay: np.ndarray, edge: np.ndarray, load: float) -> float:
    """Delay at a load with the edge that a chain of such inverters settles at."""

    def at(table: np.ndarray, slope: float) -> float:
        return float(np.interp(slope, edges, [np.interp(load, loads, row) for row in table]))

    slope = float(edges[0])
    for _ in range(50):
        slope = at(edge, slope)
    return at(delay, slope)


def sky130(folder: Path, corner: str) -> tuple[float, float]:
    """Delay in ps and leakage in nW."""
    cell = json.loads((folder / f"sky130_fd_sc_hd__inv_2__{corner}.lib.json").read_text(encoding="utf-8"))
    arc = cell["pin,Y"]["timing"]
    arc = arc[0] if isinstance(arc, list) else arc

    def table(name: str) -> dict[str, Any]:
        return next(value for key, value in arc.items() if key.startswith(name))

    def mean(rise: str, fall: str) -> np.ndarray:
        return (np.asarray(table(rise)["values"]) + np.asarray(table(fall)["values"])) / 2

    axes = (np.asarray(table("cell_fall")[f"index_{i}"], dtype=float) for i in (1, 2))
    load = 4 * float(cell["pin,A"]["capacitance"])
    delay = chained(*axes, mean("cell_rise", "cell_fall"), mean("rise_transition", "fall_transition"), load)
    return 1e3 * delay, float(np.mean([state["value"] for state in cell["leakage_power"]]))


def asap7(folder: Path, corner: str) -> tuple[float, float]:
    """The same of a library in text."""
    text = (folder / f"asap7sc7p5t_INVBUF_RVT_{corner.upper()}_nldm_220122.lib").read_text(encoding="utf-8")
    start = text.index("cell (INVx1_ASAP7_75t_R)")
    cell = text[start : text.index("\n  cell (", start + 1)]

    def numbers(found: str) -> np.ndarray:
        return np.asarray([float(value) for value in found.split(",")])

    def table(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        pattern = rf'{name}\s*\(\w+\)\s*\{{\s*index_1\s*\("([^"]+)"\);\s*index_2\s*\("([^"]+)"\);\s*values\s*\((.*?)\);'
        found = re.search(pattern, cell, re.DOTALL)
        assert found is not None
        return (
            numbers(found[1]),
            numbers(found[2]),
            np.stack([numbers(r) for r in re.findall(r'"([^"]+)"', found[3])]),
        )

    edges, loads, fall = table("cell_fall")
    pin = re.search(r"pin\s*\(A\).*?capacitance\s*:\s*([\d.]+)", cell, re.DOTALL)
    assert pin is not None
    delay, edge = (
        (fall + table("cell_rise")[2]) / 2,
        (table("fall_transition")[2] + table("rise_transition")[2]) / 2,
    )
    leaks = re.findall(r'leakage_power\s*\(\)\s*\{[^}]*?value\s*:\s*"?([\d.eE+-]+)', cell)
    return chained(edges, loads, delay, edge, 4 * float(pin[1])), float(
        np.mean([float(v) for v in leaks])
    ) * 1e-3


def main(kits: Path) -> None:
    """The file again."""
    rows = []
    for name in SKY130:
        corner, warm, volts = name.split("_")
        delay, leakage = sky130(kits / "sky130_hd", name)
        rows.append(
            ("sky130", corner, float(volts.replace("v", ".")), float(warm[:-1]) + 273.15, delay, leakage)
        )
    for corner, (supply, temperature) in ASAP7.items():
        rows.append(("asap7", corner, supply, temperature, *asap7(kits / "asap7_lib", corner)))
    lines = ["kit,corner,supply_V,temperature_K,delay_ps,leakage_nW"]
    lines += [
        f"{kit},{corner},{v:g},{t:g},{delay:.5g},{leakage:.5g}" for kit, corner, v, t, delay, leakage in rows
    ]
    FILE.write_text(HEADING + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
