"""Table of process corners, as it ships in device_specs/transistors: transistors of open design kits, simulated.

Needs ngspice and the design kits that set_up.sh fetches::

    python simulate.py kits              the table again, some minutes on one core
    python simulate.py kits --check 20   runs 20 rows of the table that ships again and compares

Every kit is asked the same at the same supply and temperature, so that the ratio of two rows is the process alone:
delay and energy of an inverter that drives four of its kind, its leakage, and the currents of both transistors. The
libraries of the same kits have corners of process, supply and temperature at once, which cannot be taken apart.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import math
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
TABLE = HERE.parents[1] / "device_specs" / "transistors" / "corners_open_kits.csv"
PURE = ("ss", "tt", "ff")
CORNERS = (*PURE, "sf", "fs")
SHARES = (0.7, 0.8, 0.9, 1.0, 1.1)
"""Supplies over the nominal one."""
WATCHED = 16
FINS = 3
"""Fins of a transistor of the kit that has them, each 2 x 32 nm + 6.5 nm wide."""
"""Inverters in the stage whose supply current is integrated."""
AT_REST = ("vhigh", "vlow", "vn", "vno", "vp", "vpo")
"""Sources of inverters in either state and of transistors that are on and off."""
TEMPERATURES = (300, 350, 400)
COLUMNS = (
    "kit", "node_nm", "nominal_V", "corner", "supply_share", "temperature_K", "delay_ps", "energy_fJ", "leakage_pA",
    "drive_n_uA", "drive_p_uA", "off_n_pA", "off_p_pA",
    "threshold_n_mV",
)  # fmt: skip


HEADING = """\
# Transistors of open design kits at the corners of their process, simulated at the same supplies and temperatures.
# The kits with their commits: benchmarks/corners/set_up.sh; the circuits: simulate.py there. A row is a run of ngspice,
# or of BSIM-CMG 107 for asap7. An inverter that drives four of its kind: mean delay, energy of a whole cycle, mean
# leakage of both states; its transistors when they are on and off; the gate voltage at 100 nA times width over length.
# ss and ff are slow and fast, both kinds of transistors alike, sf a slow n-type with a fast p-type, fs the other way.
"""


class Kit(NamedTuple):
    """A design kit and the inverter that is made of it.

    Attributes
    ----------
    models : str
        Lines that load the models of a corner, with ``{folder}`` and its names instead of braces.
    corners : mapping
        Name of each corner in the kit.
    n, p : str
        Instance of a transistor after its nodes.
    letter : str
        Of a transistor, or of a subcircuit.
    period : float
        Period of the input at the nominal supply. [s]
    shape : float
        Width over length of the n-type transistor.
    """

    node: float
    supply: float
    models: str
    corners: dict[str, str]
    n: str
    p: str
    letter: str
    period: float
    shape: float


_THRESHOLD_CURRENT = 1e-7
"""Drain current over width and length at which the gate is at the threshold, a convention. [A]"""

_REPEATABLE = 1e-3
"""Difference of two runs that other steps in time explain."""

SAME = {c: c for c in CORNERS}
KITS = {
    "gf180mcu": Kit(
        180, 3.3,
        ".param sw_stat_global=0 sw_stat_mismatch=0 mc_skew=3 fnoicor=0\n.lib '{folder}/sm141064.ngspice' {corner}",
        SAME | {"tt": "typical"},
        "nmos_3p3 w=0.82u l=0.28u ad=0.36p as=0.36p pd=2.5u ps=2.5u",
        "pmos_3p3 w=1.22u l=0.28u ad=0.54p as=0.54p pd=3.3u ps=3.3u",
        "x", 40e-9, 0.82 / 0.28,
    ),
    "sky130": Kit(
        130, 1.8,
        ".option scale=1u\n.param "
        + " ".join(
            f"sky130_fd_pr__{t}__{name}=0"
            for t in ("nfet_01v8", "pfet_01v8_hvt")
            for name in ("toxe_slope", "vth0_slope", "vth0_slope1", "voff_slope", "nfactor_slope")
        )
        + "\n"
        ".include '{folder}/nfet_01v8/sky130_fd_pr__nfet_01v8__{corner}.pm3.spice'\n"
        ".include '{folder}/pfet_01v8_hvt/sky130_fd_pr__pfet_01v8_hvt__{corner}.pm3.spice'",
        SAME | {"sf": "fs", "fs": "sf"},  # this kit names the p-type first
        "sky130_fd_pr__nfet_01v8 w=0.65 l=0.15 ad=0.17 as=0.17 pd=1.82 ps=1.82",
        "sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15 ad=0.26 as=0.26 pd=2.52 ps=2.52",
        "x", 16e-9, 0.65 / 0.15,
    ),
    "freepdk45": Kit(
        45, 1.1,
        ".include '{folder}/models_{corner}/NMOS_VTG.inc'\n.include '{folder}/models_{corner}/PMOS_VTG.inc'",
        {"ss": "ss", "tt": "nom", "ff": "ff"},
        "NMOS_VTG w=415n l=50n ad=0.04p as=0.04p pd=1.02u ps=1.02u",
        "PMOS_VTG w=630n l=50n ad=0.06p as=0.06p pd=1.45u ps=1.45u",
        "m", 4e-9, 415 / 50,
    ),
    "asap7": Kit(7, 0.7, "", {"ss": "ss", "tt": "tt", "ff": "ff"}, "", "", "", 0.0, FINS * 70.5 / 21),
}  # fmt: skip


class Point(NamedTuple):
    """One row."""

    kit: str
    corner: str
    share: float
    temperature: int

    @property
    def switches(self) -> bool:
        """Whether the row has delay and energy, which hardly depend on the temperature."""
        return self.temperature == TEMPERATURES[0] or self.share == 1.0


def deck(point: Point, folder: Path) -> str:
    """What ngspice is asked: the currents and the threshold at rest, and where the row has them delay and energy."""
    kit = KITS[point.kit]
    supply = kit.supply * point.share
    lines = [
        f"{point.kit} {point.corner}",
        kit.models.format(folder=folder / point.kit, corner=kit.corners[point.corner]),
        f".temp {point.temperature - 273.15}",
        ".option method=gear",
        f"vdd vdd 0 {supply}",
        # one inverter at rest in each state, and each transistor alone
        f"vhigh high 0 {supply}", f"vlow low 0 {supply}", f"vn non 0 {supply}", f"vno noff 0 {supply}",
        "vp pon 0 0", "vpo poff 0 0", "vg g 0 0", f"vt dt 0 {supply}",
        f"{kit.letter}hn oh vdd 0 0 {kit.n}", f"{kit.letter}hp oh vdd high high {kit.p}",
        f"{kit.letter}ln ol 0 0 0 {kit.n}", f"{kit.letter}lp ol 0 low low {kit.p}",
        f"{kit.letter}don non vdd 0 0 {kit.n}", f"{kit.letter}dof noff 0 0 0 {kit.n}",
        f"{kit.letter}pon pon 0 vdd vdd {kit.p}", f"{kit.letter}pof poff vdd vdd vdd {kit.p}",
        f"{kit.letter}dt dt g 0 0 {kit.n}",
    ]  # fmt: skip
    control = [
        "option gmin=1e-18 abstol=1e-17",  # the currents of transistors that are off
        "op", f"print {' '.join(f'i({name})' for name in AT_REST)}",
        f"dc vg 0 {supply} {supply / 200}", f"meas dc threshold when i(vt)={-_THRESHOLD_CURRENT * kit.shape}",
    ]  # fmt: skip
    if point.switches:
        chain, measures = switching(point)
        lines += chain
        control += measures
    return "\n".join([*lines, ".control", *control, ".endc", ".end"]) + "\n"


def period(point: Point) -> float:
    """Of the input. [s]."""
    return KITS[point.kit].period * (4.0 if point.share < 0.95 else 1.0)


def switching(point: Point) -> tuple[list[str], list[str]]:
    """Four inverters in a row of which the third is watched, and what is asked of them."""
    kit, cycle = KITS[point.kit], period(point)
    supply, edge = kit.supply * point.share, cycle / 400
    lines = [
        f"vin in 0 pulse(0 {supply} {cycle / 4} {edge} {edge} {cycle / 2 - edge} {cycle})",
        f"vown own 0 {supply}",
    ]
    # each stage drives four of its kind; the third has a supply of its own
    for stage, (here, there) in enumerate(itertools.pairwise(("in", "a", "b", "c", "d"))):
        rail, many = "own" if stage == 2 else "vdd", 4**stage
        times = "" if kit.letter == "x" else f" m={many}"  # a subcircuit does not pass it on
        for copy in range(many if kit.letter == "x" else 1):
            lines += [
                f"{kit.letter}n{stage}_{copy} {there} {here} 0 0 {kit.n}{times}",
                f"{kit.letter}p{stage}_{copy} {there} {here} {rail} vdd {kit.p}{times}",
            ]
    return lines, [
        "option gmin=1e-14 abstol=1e-13",
        f"tran {cycle / 4000} {2.25 * cycle}",
        f"meas tran fall trig v(a) val={supply / 2} rise=2 targ v(b) val={supply / 2} fall=2",
        f"meas tran rise trig v(a) val={supply / 2} fall=2 targ v(b) val={supply / 2} rise=2",
        f"meas tran charge integ i(vown) from={cycle} to={2 * cycle}",
    ]


def run(point: Point, folder: Path) -> dict[str, str]:
    """A row of the table."""
    values = fins(point, folder) if point.kit == "asap7" else spice(point, folder)
    kit = KITS[point.kit]
    head = (
        point.kit,
        f"{kit.node:g}",
        f"{kit.supply:g}",
        point.corner,
        f"{point.share:g}",
        str(point.temperature),
    )
    return dict(zip(COLUMNS, (*head, *("" if math.isnan(v) else f"{v:.5g}" for v in values)), strict=True))


def fins(point: Point, folder: Path) -> tuple[float, ...]:
    """Values of a row of the kit with fins."""
    from finfet import measured  # noqa: PLC0415 - needs openvaf_py

    kit = KITS[point.kit]
    found = measured(
        folder, kit.corners[point.corner], kit.supply * point.share, float(point.temperature),
        WATCHED if point.switches else 0, _THRESHOLD_CURRENT * kit.shape,
    )  # fmt: skip
    scales = (1e12, 1e15, 1e12, 1e6, 1e6, 1e12, 1e12, 1e3)
    return tuple(value * scale for value, scale in zip(found, scales, strict=True))


def spice(point: Point, folder: Path) -> tuple[float, ...]:
    """Values of a row of a kit that ngspice reads."""
    kit = KITS[point.kit]
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "deck.spice"
        file.write_text(deck(point, folder), encoding="utf-8")
        done = subprocess.run(["ngspice", "-b", str(file)], capture_output=True, text=True, check=False)
    pattern = r"^(?:i\()?(\w+)\)?\s+=\s+([-+.\deE]+)"
    found = {name: float(value) for name, value in re.findall(pattern, done.stdout, re.MULTILINE)}
    wanted = {"threshold", *AT_REST} | ({"fall", "rise", "charge"} if point.switches else set())
    missing = wanted - found.keys()
    if missing:
        sys.exit(f"ngspice has no {sorted(missing)} for {point}: {(done.stdout + done.stderr)[-2000:]}")
    leakage = (abs(found["vhigh"]) + abs(found["vlow"])) / 2
    delay = energy = math.nan
    if point.switches:
        delay = (found["fall"] + found["rise"]) / 2
        energy = (abs(found["charge"]) / WATCHED - leakage * period(point)) * kit.supply * point.share
    return (
        delay * 1e12, energy * 1e15, leakage * 1e12, abs(found["vn"]) * 1e6, abs(found["vp"]) * 1e6,
        abs(found["vno"]) * 1e12, abs(found["vpo"]) * 1e12, found["threshold"] * 1e3,
    )  # fmt: skip


def points() -> Iterator[Point]:
    """All rows."""
    for name, kit in KITS.items():
        for corner in kit.corners:
            warm = TEMPERATURES if corner in PURE else TEMPERATURES[:1]
            for share, temperature in itertools.product(SHARES, warm):
                yield Point(name, corner, share, temperature)


def text(row: dict[str, str]) -> str:
    """A line of the file."""
    return ",".join(row.values())


def shipped() -> dict[tuple[str, ...], dict[str, str]]:
    """Rows of the table that ships, by what makes them."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {tuple(row[name] for name in COLUMNS[:6]): row for row in csv.DictReader(lines)}


def main() -> None:
    """The table again, or some of its rows again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kits", type=Path, help="folder that set_up.sh has made")
    parser.add_argument("--check", type=int, metavar="ROWS", help="run so many rows again and compare")
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args()
    wanted = list(points())
    if chosen.check:
        wanted = random.Random(0).sample(wanted, chosen.check)
    with ThreadPoolExecutor(chosen.jobs) as pool:
        found = list(pool.map(lambda point: run(point, chosen.kits.resolve()), wanted))
    if not chosen.check:
        TABLE.write_text(HEADING + "\n".join([",".join(COLUMNS), *map(text, found)]) + "\n", encoding="utf-8")
        return
    known = shipped()
    for row in found:
        ships = known[tuple(row[name] for name in COLUMNS[:6])]
        off = {
            name: f"{value} for {ships[name]}"
            for name, value in row.items()
            if value != ships[name] and abs(float(value) / float(ships[name]) - 1.0) > _REPEATABLE
        }
        print(f"{' '.join(row[name] for name in COLUMNS[:6])}: {off or 'as shipped'}")


if __name__ == "__main__":
    main()
