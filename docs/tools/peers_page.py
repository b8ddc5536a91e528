"""Write the table of chips of other tools in ``docs/compared.md``: their recorded numbers, ours for the same inputs.

::

    python docs/tools/peers_page.py

The numbers of the others are in ``benchmarks/peers/chips.csv``, which ``benchmarks/peers/chips.py`` writes.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neuroest
from neuroest.core.units import format_quantity

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"
PAGE = ROOT / "docs" / "compared.md"
BEGIN, END = "<!-- begin: docs/tools/peers_page.py -->", "<!-- end: docs/tools/peers_page.py -->"
NETWORKS = {"mlp": "mlp_mnist_dense", "resnet18": "resnet18_imagenet_dense"}
ISAAC = "isaac_like_32nm"
CLOCK = 1e9
"""Clock at which the cycles of ZigZag are times, as its hardware is imported. [1/s]"""

Recorded = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Pair:
    """One chip of a tool with one network, and ours.

    Attributes
    ----------
    ours : callable
        Energy [J] and time [s] with the inputs of the other tool, or None where no time compares.
    shipped : callable
        Energy of our own chip as it ships, or None where there is none. [J]
    """

    chip: str
    words: str
    ours: Callable[[Recorded], tuple[float, float | None]]
    shipped: Callable[[], float] | None


def recorded() -> Recorded:
    """What the other tools said, by chip and quantity; cycles as seconds."""
    found: Recorded = {}
    with (PEERS / "chips.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            value = float(row["value"]) / (CLOCK if row["unit"] == "cycles" else 1.0)
            about: dict[str, Any] = {"tool": row["tool"], "version": row["version"]}
            found.setdefault(row["chip"], about)[row["quantity"]] = value
    return found


def dynamic_of(estimate: neuroest.Estimate, component: str) -> float:
    """Dynamic energy of a component. [J]."""
    rows = (row for row in estimate.breakdown if row.kind == "dynamic" and row.component == component)
    return sum(float(row.energy_J or 0.0) for row in rows)


def isaac(network: str, said: Recorded) -> tuple[float, None]:
    """Our ISAAC with AccelForge's energies of a conversion, of all cell reads and of shift-and-add, without leakage.

    Times are of 8 arrays there and of as many as the network needs here.
    """
    peer = said[f"isaac, {network}"]
    plain = neuroest.estimate(ISAAC, NETWORKS[network])
    cell, adder = "chip.tile.array.cell", "chip.tile.accumulator"
    cells = peer["energy of CimUnit"] / dynamic_of(plain, cell)
    sums = peer["energy of ShiftAdd"] / dynamic_of(plain, adder)

    def scaled(path: str, factor: float) -> str:
        claim = plain.claims[path]
        return f"{claim.value * factor:.9g} {claim.unit}"

    conversion = peer["energy of ADC"] / peer["actions of ADC"]
    settings = {"chip.tile.array.readout.converter.conversion_energy": f"{conversion:.6g} J"}
    for path, factor in (
        *((f"{cell}.{end}_conductance", cells) for end in ("low", "high")),
        *((f"{adder}.{name}", sums) for name in ("add_energy", "register_energy", "clock_energy")),
    ):
        settings[path] = scaled(path, factor)
    matched = neuroest.estimate(ISAAC, NETWORKS[network], settings)
    return float(matched.totals["dynamic_energy_J"] or 0.0), None


def imported(network: str) -> tuple[float, float]:
    """ZigZag's `tpu_like` as `neuroest import` makes it; the file ships with ZigZag, its import with the benchmark."""
    totals = neuroest.estimate(str(PEERS / "zigzag_tpu_like.yaml"), NETWORKS[network]).totals
    return float(totals["energy_per_inference_J"] or 0.0), float(totals["latency_s"] or 0.0)


def in_memory(network: str) -> tuple[float, float]:
    """Our analog array with the memories of ZigZag's `aimc`."""
    totals = neuroest.estimate(str(PEERS / "zigzag_aimc.yaml"), NETWORKS[network]).totals
    return float(totals["dynamic_energy_J"] or 0.0), float(totals["latency_s"] or 0.0)


def loihi(place: int) -> tuple[float, float]:
    """Our Loihi with SANA-FE's energies and times of an event, on the same cores."""
    sys.path.insert(0, str(PEERS))
    from loihi_in_time import CASES, estimated  # noqa: PLC0415 - a script of the benchmark

    time, energy = estimated(CASES[place])
    return energy, time


def _total(architecture: str, workload: str) -> float:
    return float(neuroest.estimate(architecture, workload).totals["energy_per_inference_J"] or 0.0)


def _isaac_pair(network: str, words: str) -> Pair:
    return Pair(f"isaac, {network}", f"ISAAC, {words}", lambda said: isaac(network, said),
                lambda: _total(ISAAC, NETWORKS[network]))  # fmt: skip


PAIRS = (
    _isaac_pair("mlp", "perceptron"),
    _isaac_pair("resnet18", "ResNet-18"),
    Pair("tpu_like, mlp", "`tpu_like`, perceptron", lambda _: imported("mlp"), None),
    Pair("tpu_like, resnet18", "`tpu_like`, ResNet-18", lambda _: imported("resnet18"), None),
    Pair("aimc, mlp", "`aimc`, perceptron", lambda _: in_memory("mlp"), None),
    Pair("aimc, resnet18", "`aimc`, ResNet-18", lambda _: in_memory("resnet18"), None),
    Pair("loihi, mlp on 3 cores", "Loihi, spiking perceptron on 3 cores", lambda _: loihi(0),
         lambda: _total("loihi_14nm", "mlp_mnist_spiking")),
    Pair("loihi, mlp on 8 cores", "the same on 8 cores", lambda _: loihi(1), None),
    Pair("loihi, mlp on 8 cores, out of step", "the same, neurons out of step", lambda _: loihi(4), None),
)  # fmt: skip


COLUMNS = (
    "chip and network", "tool", "energy", "ours, its inputs", "ratio", "ours as shipped", "time", "ours", "ratio",
    "processor time of the tool, search included", "of neuroest, given mapping",
)  # fmt: skip


def table(said: Recorded) -> str:
    """One line for each chip and network that is recorded."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    for pair in PAIRS:
        if pair.chip not in said:
            continue
        peer: Any = said[pair.chip]
        energy, time = pair.ours(said)
        theirs = peer["energy"] - peer.get("leakage", 0.0)
        shipped = format_quantity(pair.shipped(), "J", 3) if pair.shipped is not None else ""
        times = ("", "", "")
        if time is not None:
            times = (
                format_quantity(peer["latency"], "s", 3), format_quantity(time, "s", 3), f"{time / peer['latency']:.2f}"
            )  # fmt: skip
        cells = (
            pair.words, f"{peer['tool']} {peer['version']}", format_quantity(theirs, "J", 3),
            format_quantity(energy, "J", 3), f"{energy / theirs:.2f}", shipped, *times,
            *(_seconds(peer.get(name)) for name in ("processor time", "processor time of neuroest")),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3g} s"


def page_with_table(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(recorded())}\n{END}{after}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pair"]:  # how long our part of a pair takes, for chips.py
        next(pair for pair in PAIRS if pair.chip == sys.argv[2]).ours(recorded())
        raise SystemExit
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
