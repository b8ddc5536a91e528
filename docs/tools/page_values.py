"""Numbers in the sentences of pages, as `docs/values.yaml` defines them; ``docs/generate.py`` writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from result_tables import ARRAY, digits_row, of, parts_of, read_current, total

import neuroest
from neuroest import Estimate
from neuroest.core.units import parse_unit
from neuroest.results.quantities import QUANTITIES

ROOT = Path(__file__).parents[2]
VALUE = re.compile(r"<!-- value: (?P<name>\w+) -->(?P<shown>[^<]*)<!-- /value -->")
LINE = re.compile(
    r"(?P<number>[\w.]+)(?:\((?P<words>.+)\))?"
    r"(?: of (?P<source>\S+)(?: on (?P<network>\S+)(?: with (?P<settings>.+))?)?)?"
    r", (?P<digits>,?\.\d[fg])(?: (?P<unit>\S+))?"
)
UNITS = {"TOPS": "THz", "mm2": "mm^2", "mm²": "mm^2"}
"""How pages write some units, and how `parse_unit` reads them."""


def with_values(text: str) -> str:
    """A page with the numbers of its sentences computed again."""
    if text.count("<!-- value:") != len(VALUE.findall(text)):
        raise ValueError("a number in a sentence is between <!-- value: NAME --> and <!-- /value -->")
    return VALUE.sub(lambda each: f"<!-- value: {each['name']} -->{shown(each['name'])}<!-- /value -->", text)


@cache
def lines() -> Mapping[str, str]:
    """What `docs/values.yaml` says of each number."""
    read: dict[str, str] = yaml.safe_load((ROOT / "docs" / "values.yaml").read_text("utf-8"))
    return read


@cache
def shown(name: str) -> str:
    """A number of `docs/values.yaml` as pages show it."""
    if name not in lines():
        raise ValueError(f"value: {name} is not in docs/values.yaml")
    line = LINE.fullmatch(lines()[name])
    if line is None:
        raise ValueError(f"docs/values.yaml: {name}: write what the first lines of the file say")
    value, unit = value_of(line), line["unit"]
    if unit is not None:
        factor, dimension = parse_unit(UNITS.get(unit, unit))
        if dimension != parse_unit(unit_of(line["number"]))[1]:
            raise ValueError(f"docs/values.yaml: {name}: {line['number']} is not in {unit}")
        value /= factor
    text = format(value, line["digits"]).replace(",", " ")
    return text if unit is None else f"{text} {unit}"


def value_of(line: re.Match[str]) -> float:
    """The number of a line, in SI units."""
    number, source = line["number"], line["source"]
    if source is None:
        return NAMED[number](*(word.strip() for word in (line["words"] or "").split(";") if word))
    if line["network"] is None:
        read = json.loads((ROOT / source).read_text("utf-8"))
        for key in number.split("."):
            read = read[key]
        return float(read)
    settings = dict(setting.split("=", 1) for setting in (line["settings"] or "").split())
    return total(of(source, line["network"], settings), number)


def unit_of(number: str) -> str:
    """SI unit of a quantity, or what the name of another number ends in."""
    if number in QUANTITIES:
        return QUANTITIES[number].unit
    last = number.rpartition("_")[2]
    return last if last in {"J", "s", "W"} else "1"


def share_of_the_cmos_neuron() -> float:
    """Energy of the fabricated neuron over that of its chip."""
    parts = parts_of(of("analog_lif_28nm", "mlp_mnist_spiking"))
    return parts[f"{ARRAY}readout.neuron"] / sum(parts.values())


@cache
def vo2_spike(part: str) -> float:
    """Energy of a spike of the simulated switch, or what is added by a drive that stays on, in joules."""
    text = " ".join(neuroest.simulate("switch_vo2_oscillator", energy=True).to_text().split())
    words = {"spike": r"spike_energy ([\d.]+) fJ", "drive left on": r"takes up to ([\d.]+) pJ more a spike"}[
        part
    ]
    found = re.search(words, text)
    if found is None:
        raise ValueError(f"`simulate` does not print {words}")
    return float(found[1]) * {"spike": 1e-15, "drive left on": 1e-12}[part]


def buffer_energy(*width: str) -> float:
    """Energy of the buffer of the spoken digits, with its own words or shorter ones."""
    settings = {"buffer.width": width[0]} if width else {}
    return parts_of(of("analog_lif_28nm", "shd_recurrent_spiking", settings))["chip.tile.buffer"]


@cache
def near(capacity: str, tiling: str) -> Estimate:
    """The int8 baseline with a second memory of activations next to the units."""
    memory: Any = {
        "model": "sram", "device": "sram_28nm_anchored", "capacity": capacity, "width": "512 bit", "banks": "4",
        "stores": ["activations"],
    }  # fmt: skip
    settings = {"chip.array.near": memory, "chip.array.tiling": tiling}
    return neuroest.estimate("digital_int8_28nm", "resnet18_imagenet_dense", settings)


def near_memory(capacity: str, tiling: str) -> float:
    """Energy of the larger memory."""
    return parts_of(near(capacity, tiling))["chip.activations"]


def near_all(capacity: str, tiling: str) -> float:
    """Energy of the chip with both memories."""
    return total(near(capacity, tiling), "energy_per_inference_J")


def arrays_saved(network: str) -> float:
    """Arrays of a network that are not needed where layers share arrays."""
    alone, shared = (
        of("adc_crossbar_28nm", network, settings) for settings in ({}, {f"{ARRAY}sharing": "layers"})
    )
    return total(alone, "computing_units") - total(shared, "computing_units")


def share_of_a_brain(*parts: str) -> float:
    """Share of some blocks in the energy of the chips of a brain."""
    energies = parts_of(of("memristive_brain_28nm", "human_brain_spiking"))
    return sum(energies[f"chip.{name}"] for name in parts) / sum(energies.values())


def share_around_a_brain() -> float:
    """Share of supply and cooling in the power of a brain from the wall."""
    shells = of("memristive_brain_28nm", "human_brain_spiking").shells
    return 1.0 - shells[-2].power_W / shells[-1].power_W


def bench_cells(interface: str) -> float:
    """Energy of the cells of the perceptron with a plain or with a sampled clamp."""
    block = f"{ARRAY}readout.interface."
    sampled = {f"{block}model": "sampled_clamp", f"{block}device": "sampled_clamp_28nm"}
    return read_current(
        of("diffusive_bench_28nm", "mlp_mnist_spiking", sampled if interface == "sampled" else {})
    )


def digits_ratio(chip: str, dense: str, scope: str) -> float:
    """Energy of the spiking digits on a chip over that of a dense twin, or the inverse if it is less."""
    spiking = float(digits_row(chip, "digits_spiking_4bit")[scope])
    ratio = spiking / float(digits_row("digital_int8_28nm", dense)[scope])
    return max(ratio, 1.0 / ratio)


def scored(case: str, quantity: str) -> float:
    """Predicted over published value of a case, as the scoreboard has it."""
    rows = json.loads((ROOT / "validation" / "scoreboard.json").read_text("utf-8"))["rows"]
    (ratio,) = (row["ratio"] for row in rows if (row["case"], row["quantity"]) == (case, quantity))
    return float(ratio)


NAMED: dict[str, Callable[..., float]] = {
    "arrays_saved": arrays_saved, "bench_cells_J": bench_cells, "buffer_energy_J": buffer_energy,
    "digits_ratio": digits_ratio,
    "near_all_J": near_all, "near_memory_J": near_memory, "scored": scored,
    "share_around_a_brain": share_around_a_brain, "share_of_a_brain": share_of_a_brain,
    "share_of_the_cmos_neuron": share_of_the_cmos_neuron, "vo2_spike_J": vo2_spike,
}  # fmt: skip
"""Functions of numbers that take more than one total, in SI units, by the name that pages use."""
