"""One law for the energy of a whole column with its conversion, and the supplies at which macros are most efficient.

::

    python docs/tools/whole_columns.py

Reads validation/converters/whole_columns.csv: the static and resistive macros of the benchmark `shanbhag2022`
(device_specs/sources.yaml) with their supplies, and the energy of a read of one column with its conversion, which its
authors compute from the published efficiency. The law has powers of the number of products of a read (rows times
merged columns), of the node and of the supply, a factor for each bit of the converter, and one for resistive cells.
Each paper is left out in turn. Processors, whose efficiency includes more than columns, take no part in the law, and
supplies above 2 V, which are those of writing, in neither. The time of a read of the same macros (`time_ns`: one
group of columns, one group of rows, one phase of an input) follows one of `PERIODS`, by the rule of
docs/calibration.md. The tables are there and in docs/describe_a_macro.md.
"""

from __future__ import annotations

import csv
import math
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

TABLE = Path(__file__).parents[2] / "validation" / "converters" / "whole_columns.csv"
HIGHEST_READ_SUPPLY = 2.0
NODES = ((22.0, 22.0), (28.0, 28.0), (40.0, 45.0), (55.0, 65.0))
LAWS: Mapping[str, tuple[str, ...]] = {
    "bits of the converter": ("bits",),
    "bits, node, supply": ("bits", "node", "supply"),
    "bits, node, supply, products": ("bits", "node", "supply", "products"),
    "the same and cells": ("bits", "node", "supply", "products", "resistive"),
    "the same and one group": ("bits", "node", "supply", "products", "resistive", "group"),
}
PERIODS: Mapping[str, tuple[str, ...]] = {
    "one period": (),
    "kind of sum": ("charge", "current"),
    "kind of sum, bits": ("charge", "current", "bits"),
    "kind of sum, bits, node, supply": ("charge", "current", "bits", "node", "supply"),
}
Row = Mapping[str, str]


def macros() -> list[Row]:
    """Rows of the table at supplies of a read."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if float(row["supply_V"]) <= HIGHEST_READ_SUPPLY]


def paper(row: Row) -> str:
    """What is left out at a time."""
    return f"{row['name']} {row['venue']} {row['year']}"


def variable(row: Row, name: str) -> float:
    """One term of the law."""
    return {
        "bits": float(row["converter_bits"]),
        "node": math.log(float(row["node_nm"]) / 28.0),
        "supply": math.log(float(row["supply_V"]) / 0.9),
        "products": math.log(float(row["rows"]) * float(row["columns"] or 1)),
        "resistive": float(row["cells"] == "resistive"),
        "group": float(bool(row["group"])),
        "charge": float(row["sums"] == "charge"),
        "current": float(row["sums"] == "current"),
    }[name]


def left_out(
    rows: Sequence[Row], terms: Sequence[str], value: str = "energy_fJ"
) -> tuple[list[float], dict[str, list[float]]]:
    """Coefficients of the law, and the logarithms of estimate over published of each paper by that of the others."""
    inputs = np.array([[1.0, *(variable(row, term) for term in terms)] for row in rows])
    energies = np.log([float(row[value]) for row in rows])
    papers = np.array([paper(row) for row in rows])
    errors = {}
    for name in dict.fromkeys(papers.tolist()):
        without = papers != name
        law = np.linalg.lstsq(inputs[without], energies[without], rcond=None)[0]
        errors[name] = (inputs[~without] @ law - energies[~without]).tolist()
    return np.linalg.lstsq(inputs, energies, rcond=None)[0].tolist(), errors


def best_supplies(rows: Iterable[Row]) -> dict[tuple[float, float], list[float]]:
    """Supply of the best efficiency of each paper, by range of nodes."""
    best: dict[str, Row] = {}
    for row in rows:
        before = best.setdefault(paper(row), row)
        if float(row["efficiency_1b_TOPS_per_W"]) > float(before["efficiency_1b_TOPS_per_W"]):
            best[paper(row)] = row
    found: dict[tuple[float, float], list[float]] = defaultdict(list)
    for row in best.values():
        for low, high in NODES:
            if low <= float(row["node_nm"]) <= high:
                found[low, high].append(float(row["supply_V"]))
    return found


def write_periods(rows: Sequence[Row]) -> None:
    """Print how far each law of the time of a read is off, and what p10 and p90 of its errors are."""
    sys.stdout.write(
        "| law of the time of a read | off by, left out | four of five within | p10 to p90 of the ratio |\n"
        "|---|---|---|---|\n"
    )
    for name, terms in PERIODS.items():
        law, errors = left_out(rows, terms, "time_ns")
        each = [statistics.median(found) for found in errors.values()]
        sizes = sorted(map(abs, each))
        off, most = math.exp(statistics.median(sizes)), math.exp(sizes[int(0.8 * len(sizes))])
        low, high = (math.exp(float(np.quantile(each, share))) for share in (0.1, 0.9))
        sys.stdout.write(f"| {name} | {off:.2f} | {most:.1f} | {low:.2f} to {high:.1f} |\n")
        powers = ", ".join(f"{term} {value:.2f}" for term, value in zip(("1", *terms), law, strict=True))
        sys.stdout.write(f"    coefficients: {powers}\n")


def main() -> None:
    """Print the tables."""
    rows = macros()
    columns = [
        row
        for row in rows
        if row["energy_fJ"]
        and row["rows"]
        and row["converter_bits"] not in ("", "0")
        and not row["processor"]
    ]
    papers = len({paper(row) for row in columns})
    sys.stdout.write(f"{len(columns)} values of {papers} papers\n")
    sys.stdout.write("| law | off by, left out | four of five within |\n|---|---|---|\n")
    for name, terms in LAWS.items():
        law, errors = left_out(columns, terms)
        each = sorted(statistics.median(abs(error) for error in found) for found in errors.values())
        middle, most = math.exp(statistics.median(each)), math.exp(each[int(0.8 * len(each))])
        sys.stdout.write(f"| {name} | {middle:.2f} | {most:.1f} |\n")
    powers = ", ".join(f"{term} {value:.2f}" for term, value in zip(("1", *terms), law, strict=True))
    sys.stdout.write(f"coefficients of the last: {powers}\n\n")
    timed = [
        row
        for row in rows
        if row["time_ns"] and row["sums"] and not row["processor"] and row["converter_bits"]
    ]
    write_periods(timed)
    sys.stdout.write("| node | papers | supply of the best efficiency, median | range |\n|---|---|---|---|\n")
    for (low, high), found in sorted(best_supplies(rows).items()):
        nodes = f"{low:g} nm" if low == high else f"{low:g} nm to {high:g} nm"
        median = statistics.median(found)
        sys.stdout.write(
            f"| {nodes} | {len(found)} | {median:.2f} V | {min(found):g} V to {max(found):g} V |\n"
        )


if __name__ == "__main__":
    main()
