"""Tables of static memories from CACTI 7, as they ship in device_specs/memories.

Run it in the environment that set_up.sh makes::

    .venv/bin/python cacti_table.py                  all tables again, about 20 minutes on one core
    .venv/bin/python cacti_table.py --check 20       runs 20 rows of the tables that ship again and compares
    .venv/bin/python cacti_table.py --held-out       points between the rows, for the test of the interpolation

CACTI comes as a program inside hwcomponents-cacti. It is called directly: the wrapper of that package fixes the
transistor, optimises leakage and extrapolates above 90 nm from 22 nm. A row is one run and is as CACTI printed it.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import importlib.util
import itertools
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
SPECS = HERE.parents[1] / "device_specs" / "memories"
CORNERS = {
    "lstp": ("itrs-lstp", "itrs-lstp", 1), "lop": ("itrs-lop", "itrs-lop", 2), "hp": ("itrs-hp", "itrs-hp", 0),
    "edram": ("lp-dram", "itrs-hp", 0),
}  # fmt: skip
"""Cells, transistor of the periphery, and its column in CACTI's own files."""
TABLES = ("lstp", "lop", "hp")
NODES = (22, 32, 45, 65, 90)
CAPACITIES = tuple(2**10 * 4**k for k in range(7))  # bytes, 1 KiB to 4 MiB
WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
BANKS = (1, 4, 16)
TEMPERATURES = (320, 340, 370, 400)
"""Without 360 K, where the file of the 22 nm node has a leakage below that of 350 K, a misprint."""
REFERENCE = (64 * 1024, 64, 1)
"""Capacity, width and banks at which the leakage is asked for at other temperatures than 300 K."""
FEWEST_WORDS = 32
COLUMNS = (
    "node_nm", "capacity_bit", "width_bit", "banks", "temperature_K", "supply_V", "read_pJ", "write_pJ", "area_mm2",
    "leakage_uW", "access_ns", "cycle_ns",
)  # fmt: skip
HELD_OUT = HERE / "cacti_between.csv"


class Point(NamedTuple):
    """One memory."""

    corner: str
    node: int
    capacity: int
    width: int
    banks: int
    temperature: int


def program() -> Path:
    """Folder of the program and of its data files."""
    found = importlib.util.find_spec("hwcomponents_cacti")
    if found is None or found.origin is None:
        sys.exit("hwcomponents-cacti is not installed here; run set_up.sh and use its Python")
    return Path(found.origin).parent / "cacti"


def supply(corner: str, node: int) -> float:
    """Supply of a transistor in CACTI's file of the node; between two nodes CACTI interpolates its files linearly."""
    if node not in NODES:
        low, high = max(n for n in NODES if n < node), min(n for n in NODES if n > node)
        part = (node - low) / (high - low)
        return round((1 - part) * supply(corner, low) + part * supply(corner, high), 4)
    text = (program() / "tech_params" / f"{node}nm.dat").read_text(encoding="utf-8")
    line = re.search(r"^-Vdd \(V\)(.*)$", text, re.MULTILINE)
    return float(line[1].split()[CORNERS[corner][2]])


def configuration(point: Point) -> str:
    """What CACTI is asked: the defaults of the package but for what makes the memory."""
    cells, periphery, _ = CORNERS[point.corner]
    wanted = {
        "-Data array cell type": f'- "{cells}"',
        "-Data array peripheral type": f'- "{periphery}"',
        "-Tag array cell type": f'- "{cells}"',
        "-Tag array peripheral type": f'- "{periphery}"',
        "-operating temperature (K)": str(point.temperature),
        "-Optimize ED or ED^2 (ED, ED^2, NONE):": '"ED^2"',
    }
    lines = []
    for line in (program().parent / "default_cfg.cfg").read_text(encoding="utf-8").splitlines():
        key = next((k for k in wanted if line.startswith(k)), None)
        lines.append(f"{key} {wanted[key]}" if key else line)
    lines += [
        f"-size (bytes) {point.capacity}", "-read-write port 1", f"-block size (bytes) {point.width // 8}",
        f"-technology (u) {point.node / 1000}", f"-output/input bus width {point.width}",
        f"-UCA bank count {point.banks}", '-cache type "ram"', "-tag size (b) 0", "-associativity 1",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def run(point: Point) -> dict[str, str] | None:
    """A row of the table, or None where CACTI finds no organisation."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "memory.cfg"
        file.write_text(configuration(point), encoding="utf-8")
        done = subprocess.run(
            ["./cacti", "-infile", str(file)], cwd=program(), capture_output=True, text=True, check=False
        )
        result = Path(f"{file}.out")
        if not result.is_file():
            if "no valid data array organizations found" in done.stdout + done.stderr:
                return None
            sys.exit(f"CACTI failed for {point}: {(done.stdout + done.stderr)[-300:]}")
        with result.open(encoding="utf-8") as lines:
            row = {k.strip(): v for k, v in list(csv.DictReader(lines))[-1].items() if k}

    def number(column: str, factor: float = 1.0) -> str:
        return f"{float(row[column]) * factor:.5g}"

    values = (
        point.node, point.capacity * 8, point.width, point.banks, point.temperature, supply(point.corner, point.node),
        number("Dynamic read energy (nJ)", 1e3), number("Dynamic write energy (nJ)", 1e3), number("Area (mm2)"),
        number("Standby leakage per bank(mW)", 1e3 * point.banks), number("Access time (ns)"),
        number("Random cycle time (ns)"),
    )  # fmt: skip
    return dict(zip(COLUMNS, map(str, values), strict=True))


def points(corner: str) -> Iterator[Point]:
    """All rows of the table of one transistor."""
    for node in NODES:
        for capacity, width, banks in itertools.product(CAPACITIES, WIDTHS, BANKS):
            if capacity * 8 >= FEWEST_WORDS * width * banks:
                yield Point(corner, node, capacity, width, banks, 300)
        for temperature in TEMPERATURES:
            yield Point(corner, node, *REFERENCE, temperature)


def between(corner: str) -> Iterator[Point]:
    """Points that no table has, inside of its range."""
    for node in (22, 45, 90):
        for kibibytes, width in (
            (2, 32),
            (8, 64),
            (8, 24),
            (32, 48),
            (128, 96),
            (512, 192),
            (2048, 384),
        ):
            yield Point(corner, node, kibibytes * 1024, width, 1, 300)
    for node in (28, 40, 55):
        yield Point(corner, node, 32 * 1024, 64, 1, 300)


def heading(corner: str) -> str:
    """What the file says of itself."""
    version = importlib.metadata.version("hwcomponents-cacti")
    return f"""\
# Static memory with one read-write port, transistors of the corner {CORNERS[corner][0]} in cells and periphery.
# Output of CACTI 7 (Balasubramonian et al., ACM TACO 14(2), 14, 2017), the program in hwcomponents-cacti {version},
# default settings, organisation of least energy-delay^2; one run a row, made by benchmarks/crosscheck/cacti_table.py.
# Numbers that a program printed are facts; nothing of CACTI is in this repository.
# Rows above 300 K give the leakage of 64 KiB with words of 64 bits at other temperatures. Energy is of one access.
"""


def write(corner: str, jobs: int) -> None:
    """The table of one transistor."""
    asked = list(points(corner))
    with ThreadPoolExecutor(jobs) as pool:
        rows = [row for row in pool.map(run, asked) if row is not None]
    with (SPECS / f"sram_cacti_{corner}.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(heading(corner))
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{corner}: {len(rows)} rows, {len(asked) - len(rows)} memories without an organisation")


def shipped(corner: str) -> list[dict[str, str]]:
    """Rows of the table that ships."""
    with (SPECS / f"sram_cacti_{corner}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def check(number: int) -> int:
    """Run some rows again; how many differ."""
    rows = [(corner, row) for corner in TABLES for row in shipped(corner)]
    different = 0
    for corner, row in random.Random(7).sample(rows, number):
        point = Point(
            corner, int(row["node_nm"]), int(row["capacity_bit"]) // 8, int(row["width_bit"]), int(row["banks"]),
            int(row["temperature_K"]),
        )  # fmt: skip
        if run(point) != row:
            different += 1
            print(f"{point}: {run(point)} and not {row}")
    print(f"{number - different} of {number} rows are the same")
    return different


def main() -> None:
    """All tables, or what the arguments say."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", type=int, metavar="N", help="run N rows again instead")
    parser.add_argument("--held-out", action="store_true", help="write points between the rows instead")
    parser.add_argument("--corner", choices=TABLES, action="append", help="only this transistor")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    given = parser.parse_args()
    if given.check:
        sys.exit(1 if check(given.check) else 0)
    if given.held_out:
        with HELD_OUT.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ("corner", *COLUMNS), lineterminator="\n")
            writer.writeheader()
            for corner in TABLES:
                writer.writerows(
                    {"corner": corner, **row} for row in map(run, between(corner)) if row is not None
                )
        return
    for corner in given.corner or TABLES:
        write(corner, given.jobs)


if __name__ == "__main__":
    main()
