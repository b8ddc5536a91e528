"""The default pair and hand-built relatives of it: `fairness_cases.csv`, and how far one choice moves the headline.

::

    python benchmarks/fairness_cases.py                    # compute and print, with the difference from the file
    python benchmarks/fairness_cases.py --update           # write the rows of this version
    python benchmarks/fairness_cases.py --update --as NAME # as those of another version, run there

The cases are those that a referee built by hand, and exchanges of one library alternative on both sides. A ratio is
that of the energy of an inference, sample by sample, median and p10 to p90; an exchange *moves* the headline by the
factor between its median and that of the pair. A case that a version cannot describe or that fails says why.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.pace import paces
from neuroest.results.comparison import Pace
from neuroest.results.estimate import Band, Estimate

FILE = Path(__file__).with_name("fairness_cases.csv")
NETWORK = "shd_recurrent_spiking"
MEMRISTOR, TWIN, DIGITAL = "diffusive_low_power_28nm", "analog_lif_low_power_28nm", "digital_spiking_28nm"
REGIMES: dict[str, Pace] = {
    "back to back": "back_to_back", "equal pace": "equal_pace", "burst": "burst", "streaming": "streaming",
}  # fmt: skip
"""Regimes by name, and the pace that they are in a comparison."""
ARRAY, BUFFER = "chip.tile.array", "chip.tile.buffer"
NEURON, INTERFACE = f"{ARRAY}.readout.neuron", f"{ARRAY}.readout.interface"
CHOSEN = "chosen for the pace"
"""End of the name of a case whose links are those that `device: auto` takes, in all regimes."""
COLUMNS = (
    "version", "case", "exchange", "regime", "low", "median", "high", "area_low", "area_median", "area_high", "passes",
    "twin_passes", "fails",
)  # fmt: skip


def sram(capacity: str) -> dict[str, Any]:
    """A memory of the library in place of the latches."""
    return {
        BUFFER: {
            "model": "sram", "device": "sram_28nm_anchored", "capacity": capacity, "width": "8 bit",
            "stores": ["activations"], "sleep": "off",
        }
    }  # fmt: skip


def membrane(capacitance_fF: float) -> dict[str, Any]:
    """The neuron of the twin with a capacitor of 2 fF/um^2 next to its circuit of 34 um^2."""
    return {f"{NEURON}.footprint": f"{34 + max(capacitance_fF - 26, 0) / 2:g} um^2"}


@dataclass(frozen=True)
class Case:
    """A pair of chips: what both change, and what each changes alone."""

    name: str
    both: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, Any] = field(default_factory=dict)
    second: Mapping[str, Any] = field(default_factory=dict)
    chips: tuple[str, str] = (MEMRISTOR, TWIN)
    exchange: bool = False
    regimes: tuple[str, ...] = ("back to back", "streaming")


def cases() -> Iterator[Case]:
    """Exchanges of one alternative on both sides, then pairs that were built by hand."""
    yield Case("the pair", regimes=tuple(REGIMES))
    link = {"model": "off_chip_link", "carries": ["inputs", "outputs"]}
    chosen = {**link, "device": "auto", "sleep": "auto"}
    exchanges: dict[str, dict[str, Any]] = {
        "low-power transistors": {"technology.transistors": None},
        "256 B of latches": {f"{BUFFER}.capacity": "256 B"},
        "256 B of SRAM": sram("256 B"),
        "no sleep between timesteps": {"chip.tile.vector_unit.sleep": "off", "chip.noc.sleep": "off"},
        "4 bit": {f"{ARRAY}.weight_bits": 4},
        "64 x 64 cells": {f"{ARRAY}.rows": 64, f"{ARRAY}.columns": 64, f"{ARRAY}.count": 32},
        "linear regulator of the rows": {f"{ARRAY}.read_supply": {"model": "linear_regulator"}},
        f"link of 5 cm {CHOSEN}": {"chip.link": {**chosen, "distance": "5 cm"}},
        f"link of 2 mm {CHOSEN}": {"chip.link": {**chosen, "distance": "2 mm"}},
        "LVDS that wakes for nothing": {"chip.link": {**link, "device": "aer_lvds", "sleep": "off"}},
        "1.1 V on both": {"technology.supply_voltage": "1.1 V"},
    }
    for device in ("rram_hfox_28nm", "rram_28nm_industrial", "rram_22nm_intel", "pcm_28nm_fdsoi"):
        exchanges[f"cell {device}"] = {f"{ARRAY}.cell.device": device}
    for name, changes in exchanges.items():
        everywhere = {"regimes": tuple(REGIMES)} if CHOSEN in name else {}
        yield Case(name, changes, exchange=True, **everywhere)
    for capacity in ("1 KiB", "8 KiB"):
        yield Case(f"{capacity} of SRAM", sram(capacity))
    yield Case("UCIe", {"chip.link": {**link, "device": "ucie_standard"}})
    yield Case(
        "LVDS that stays on",
        {"chip.link": {**link, "device": "aer_lvds"}, "chip.link.static_power": "4.2 mW"},
    )
    yield Case("link of 0.1 pJ/bit", {"chip.link.energy": "0.1 pJ/bit"})
    for current in ("0.01", "0.03", "0.1", "1"):
        plain = {"technology.transistors": None, "technology.process.off_current": f"{current} nA/um"}
        yield Case(f"off-current of {current} nA/um", plain)
    yield Case(
        "supply of 0.9 V", first={"technology.supply_voltage": "0.9 V", f"{NEURON}.input_voltage": "0.9 V"}
    )
    for capacitance in (20, 200, 1000, 5000):
        yield Case(f"CMOS membrane of {capacitance} fF", second=membrane(capacitance))
    yield Case(
        "ions 2e5 times faster",
        first={f"{NEURON}.field_mobility": "3e7 1/V/s", f"{NEURON}.firing_pulse_time": "75 ns"},
    )
    yield Case("direct coupling", first={
        INTERFACE: {"model": "direct_coupling"}, f"{ARRAY}.readout.column_circuits": "per_stack",
        f"{ARRAY}.readout.merge": None, f"{ARRAY}.weight_encoding": "offset", f"{ARRAY}.offset_subtraction": "none",
        f"{ARRAY}.read_voltage": "0.91 V", f"{ARRAY}.read_supply": {"model": "linear_regulator"},
    })  # fmt: skip
    yield Case("events without timesteps", {f"{ARRAY}.reads": "each_event"}, second={
        INTERFACE: {"model": "pulse_coupling", "device": "pulse_coupling_28nm", "bias_follows": "mapped_current"},
    })  # fmt: skip
    pads = {"chip.link": {**link, "device": "pads_parallel"}}
    thrifty = pads | {"workload.precision.weights": "5 bit", "technology.supply_voltage": "0.7 V"}
    wide = {"chip.core.state_memory.width": "128 bit", "chip.core.neuron.lanes": 8}
    yield Case("digital cores as shipped", first=pads, chips=(DIGITAL, TWIN), regimes=("back to back",))
    yield Case("digital cores, 5 bit, 0.7 V", first=thrifty, chips=(DIGITAL, TWIN), regimes=("back to back",))
    yield Case(
        "and words of 128 bit, 8 lanes",
        first=thrifty | wide,
        chips=(DIGITAL, TWIN),
        regimes=("back to back",),
    )
    yield Case(
        "and 0.6 V", first=thrifty | wide | {"technology.supply_voltage": "0.6 V"}, chips=(DIGITAL, TWIN),
        regimes=("back to back",),
    )  # fmt: skip


def failed(result: Estimate) -> list[str]:
    """Checks that a chip fails, without advice."""
    return [check.name for check in result.checks if not check.passed and check.severity != "advice"]


def area_ratio(first: Estimate, second: Estimate) -> Band:
    """Ratio of the areas, sample by sample, over the samples in which both have an estimate."""
    both = first.sample.feasible & second.sample.feasible
    return Band.of((first.sample.totals["area_m2"] / second.sample.totals["area_m2"])[both])


def rows_of(case: Case, version: str) -> Iterator[dict[str, str]]:
    """Results of a case in each of its regimes."""
    settings = [{**case.both, **alone} for alone in (case.first, case.second)]
    for regime in case.regimes:
        found = {
            "version": version, "case": case.name, "exchange": "yes" if case.exchange else "", "regime": regime,
        }  # fmt: skip
        try:
            chips = [estimate(chip, NETWORK, of) for chip, of in zip(case.chips, settings, strict=True)]
            if regime == "streaming":  # its checks are those of chips that stream
                streaming = [
                    estimate(chip, NETWORK, {**of, "operation.mode": "streaming"})
                    for chip, of in zip(case.chips, settings, strict=True)
                ]
                fails = [name for one in streaming for name in failed(one)]
            else:
                fails = [name for one in chips for name in failed(one)]
        except NeuroestError as error:
            yield {**found, "fails": str(error).splitlines()[0].rpartition(": ")[2][:120]}
            continue
        energy = next(
            one for one in paces(*chips, [REGIMES[regime]]) if one.part == "energy" and one.off_chip_link
        )
        area = area_ratio(*chips)
        values = {
            "area_low": area.low, "area_median": area.median, "area_high": area.high,
            "passes": chips[0].passing.share, "twin_passes": chips[1].passing.share,
        }  # fmt: skip
        if (band := energy.ratio.band) is not None:
            values = {"low": band.low, "median": band.median, "high": band.high, **values}
        numbers = {name: f"{value:.4g}" for name, value in values.items()}
        yield {**found, **numbers, "fails": " ".join(dict.fromkeys(fails))}


def printed(rows: list[dict[str, str]], before: Mapping[tuple[str, str], str]) -> None:
    """The table, and the farthest move of the headline in each regime by an exchange after which both pass."""
    exchanges = {case.name for case in cases() if case.exchange}
    heads = {
        one["regime"]: float(one["median"]) for one in rows if one["case"] == "the pair" and "median" in one
    }
    moves: dict[str, tuple[float, str]] = {}
    for one in rows:
        text = f"{one['case']:32} {one['regime']:20}"
        if "median" in one:
            text += f"{one['low']:>8} {one['median']:>8} {one['high']:>8}   area {one['area_median']:>7}"
        text += f"   {one['fails']}"
        past = before.get((one["case"], one["regime"]))
        print(text + (f"   before: {past}" if past else ""))
        if one["case"] in exchanges and "median" in one and not one["fails"] and one["regime"] in heads:
            moved = float(np.exp(abs(np.log(float(one["median"]) / heads[one["regime"]]))))
            moves[one["regime"]] = max(moves.get(one["regime"], (1.0, "")), (moved, one["case"]))
    for regime, (moved, name) in moves.items():
        print(f"{regime}: one exchange moves the headline by {moved:.2f} at most ({name})")


def main() -> int:
    """Compute, print and perhaps write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="write the rows of this version")
    parser.add_argument("--as", dest="version", default="present", help="name of the version")
    given = parser.parse_args()
    kept = list(csv.DictReader(FILE.open(encoding="utf-8"))) if FILE.exists() else []
    rows = [row for case in cases() for row in rows_of(case, given.version)]
    others = [one for one in kept if one["version"] != given.version]
    printed(rows, {(one["case"], one["regime"]): one["median"] or one["fails"] for one in others})
    if given.update:
        with FILE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows([*others, *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
