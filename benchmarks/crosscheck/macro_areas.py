"""Areas of published memory macros: the fit behind the 28 nm and 7 nm memories, and what it misses when left out.

A macro is its cells over the efficiency of a large array, a strip of amplifiers and latches a bit of its port, and a
control of fixed size: ``A = a_cell (S / eta + p W + c)``. Port and control are fitted to the one foundry compiler whose
macros are open (ihp130, 18 of them); the array term is the geometric mean of the sources. Run it as
``python benchmarks/crosscheck/macro_areas.py``.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from neuroest.loading.library import load_device

HERE = Path(__file__).parent
CELL_PROCESS = {"ihp130": "cmos_130nm", "frenkel2019": "cmos_28nm_lp"}
"""Process whose memory cell the macros of a source are taken to have."""
COMPILER = "ihp130"


class Macro(NamedTuple):
    """A published macro; its area in cells where the cell is known, else in square micrometres."""

    source: str
    capacity: float
    width: float
    area: float


def published() -> Iterator[Macro]:
    """Macros whose cell is known, their areas in cells."""
    with (HERE / "published_memories.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["area_mm2"] and row["source"] in CELL_PROCESS:
                cell = load_device(CELL_PROCESS[row["source"]]).claims["sram_bitcell_area"].value
                area = float(row["area_mm2"]) * 1e-6 / cell
                yield Macro(row["source"], float(row["capacity_bit"]), float(row["width_bit"]), area)


def open_macros(source: str) -> list[Macro]:
    """Macros of an open kit whose cell is not known, in square micrometres."""
    with (HERE / "macro_areas.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return [
        Macro(source, float(r["words"]) * float(r["width_bit"]), float(r["width_bit"]), float(r["area_um2"]))
        for r in rows
        if r["source"] == source
    ]


def fitted(macros: list[Macro]) -> tuple[np.ndarray, float]:
    """Array, port and control terms by least squares of the relative error, and the largest one that is left."""
    capacity, width, area = (
        np.array([getattr(m, name) for m in macros]) for name in ("capacity", "width", "area")
    )
    terms = np.stack([capacity, width, np.ones_like(width)], axis=1) / area[:, np.newaxis]
    found, *_ = np.linalg.lstsq(terms, np.ones_like(area), rcond=None)
    return found, float(np.abs(terms @ found - 1.0).max())


def array_terms(macros: list[Macro], port: float, control: float) -> dict[str, float]:
    """One over the efficiency of a large array, by source: the geometric mean of its macros."""
    found: dict[str, list[float]] = {}
    for m in macros:
        found.setdefault(m.source, []).append((m.area - port * m.width - control) / m.capacity)
    return {source: math.exp(float(np.mean(np.log(values)))) for source, values in found.items()}


def left_out(macros: list[Macro], port: float, control: float) -> dict[str, float]:
    """Predicted over published area of each source with its array term left out: the median of its macros."""
    terms = array_terms(macros, port, control)
    ratios = {}
    for source in terms:
        others = math.exp(float(np.mean([math.log(v) for name, v in terms.items() if name != source])))
        own = [m for m in macros if m.source == source]
        ratios[source] = float(
            np.median([(others * m.capacity + port * m.width + control) / m.area for m in own])
        )
    return ratios


def error_factors() -> tuple[float, float]:
    """p90 over median of an energy and of an area, from the macros of the compiler, each left out of its fit.

    It is the exponential of the 80th percentile of the absolute logarithm of the residuals. Energies of reading and of
    writing are power laws of capacity and width.
    """
    with (HERE / "published_memories.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == COMPILER]
    capacity, width = (np.log([float(row[f"{name}_bit"]) for row in rows]) for name in ("capacity", "width"))
    terms = np.stack([np.ones_like(capacity), capacity, width], axis=1)
    energies = []
    for column in ("read_pJ", "write_pJ"):
        energy = np.log([float(row[column]) for row in rows])
        for n in range(len(rows)):
            others = np.arange(len(rows)) != n
            found, *_ = np.linalg.lstsq(terms[others], energy[others], rcond=None)
            energies.append(energy[n] - terms[n] @ found)
    macros, areas = [m for m in published() if m.source == COMPILER], []
    for n, macro in enumerate(macros):
        (array, port, control), _ = fitted(macros[:n] + macros[n + 1 :])
        areas.append(math.log((array * macro.capacity + port * macro.width + control) / macro.area))
    energy_factor, area_factor = (
        math.exp(float(np.quantile(np.abs(each), 0.8))) for each in (energies, areas)
    )
    return energy_factor, area_factor


def main() -> None:
    """Print the fit and what it misses."""
    print("p90 over median, each macro left out: energy {:.3f}, area {:.3f}".format(*error_factors()))
    macros = list(published())
    (_, port, control), worst = fitted([m for m in macros if m.source == COMPILER])
    terms = array_terms(macros, port, control)
    mean = math.exp(float(np.mean([math.log(v) for v in terms.values()])))
    print(
        f"port {port:.0f} cells a bit, control {control:.0f} cells; of {COMPILER} the worst is off by {worst:.0%}"
    )
    print(f"array term {mean:.3f}, an efficiency of {1 / mean:.0%}")
    for source, ratio in left_out(macros, port, control).items():
        print(
            f"  {source:<12} array term {terms[source]:.2f}; left out, predicted over published {ratio:.2f}"
        )
    for kibibytes, width in ((0.25, 8), (1, 64), (8, 64), (64, 64), (8, 512)):
        capacity = kibibytes * 8192.0
        share = capacity / (mean * capacity + port * width + control)
        print(f"  {kibibytes:>5} KiB of {width:>3} bits: cells are {share:.0%} of the macro")
    for source in ("gf180mcu", "sram22"):
        found, worst = fitted(open_macros(source))
        each = found / found[0]
        print(
            f"  {source}: port {each[1]:.0f} and control {each[2]:.0f} times its array term a bit, worst {worst:.0%}"
        )


if __name__ == "__main__":
    main()
