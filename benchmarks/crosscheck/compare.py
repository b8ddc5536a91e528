"""Our component values beside those of other tools, and the ratio of each pair.

Run it as ``python benchmarks/crosscheck/compare.py``. The other tools' values stand in component_values.csv with the
version they were obtained with, so that nothing of them has to be installed.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from neuroest.equations import converters, digital, memories, technology
from neuroest.library import load_device

VALUES = Path(__file__).parent / "component_values.csv"
UNITS = {
    "pJ": 1e-12, "fJ": 1e-15, "um2": 1e-12, "mm2": 1e-6, "ns": 1e-9, "mW": 1e-3, "ohm/um": 1e6, "fF/um": 1e-9,
    "uA/um": 1.0, "V": 1.0, "fJ/bit/mm": 1e-12, "ohm": 1.0,
}  # fmt: skip
PROCESSES = {65: "cmos_65nm", 45: "cmos_45nm_lp", 32: "cmos_32nm_lp", 22: "cmos_22nm_lp", 14: "cmos_14nm_lp",
             7: "cmos_7nm_lp"}  # fmt: skip
MEBIBYTE = 8.0 * 2**20


def record(name: str) -> Any:
    """Values of a shipped device."""
    device = load_device(name)
    return device.record.from_values({f"d.{k}": c.value for k, c in device.claims.items()}, "d")


def survey(node: float, bits: float, rate: float) -> tuple[float, float]:
    """Energy and area of the best-case converter of the survey."""
    d = record("adc_survey_best")
    merit = converters.survey_figure_of_merit(
        bits, rate, 1.0, d.speed_merit_constant, d.speed_merit_slope, d.resolution_merit_constant,
        d.resolution_merit_slope,
    )  # fmt: skip
    energy = converters.survey_conversion_energy(
        bits, node, merit, 1e-9, 1e-12, d.energy_constant, d.energy_node_exponent, d.energy_bits_exponent, 0.0
    )
    area = converters.survey_converter_area(
        node, rate, energy, 1e-9, 1.0, 1e-12, 1e-12, d.area_constant, d.area_node_exponent, d.area_rate_exponent,
        d.area_energy_exponent,
    )  # fmt: skip
    return float(energy), float(area)


def logic(library: str, reference: str, process: str, voltage: float) -> tuple[float, float]:
    """Energy and area factor from a library's process and voltage to another."""
    there, here, d = record(reference), record(process), record(library)
    energy = technology.logic_energy_factor(
        voltage, here.energy_quadratic, here.energy_linear, here.energy_constant
    ) / technology.logic_energy_factor(
        d.reference_voltage, there.energy_quadratic, there.energy_linear, there.energy_constant
    )
    return float(energy), float(here.logic_area_factor / there.logic_area_factor)


def sram(name: str, capacity: float, width: float) -> dict[str, float]:
    """Costs of a memory fit on its own process."""
    d = record(name)
    return {
        "read": float(memories.sram_access_energy(
            capacity, width, d.read_energy, d.reference_capacity, d.reference_width, d.read_capacity_exponent,
            d.read_width_exponent)),
        "write": float(memories.sram_access_energy(
            capacity, width, d.write_energy, d.reference_capacity, d.reference_width, d.write_capacity_exponent,
            d.write_width_exponent)),
        "area": float(memories.sram_area(capacity, d.area, d.reference_capacity, d.area_exponent)),
        "time": float(memories.sram_access_time(capacity, d.access_time, d.reference_capacity, d.access_time_exponent)),
    }  # fmt: skip


def _neurosim(case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    node = int(case.split("nm", maxsplit=1)[0])
    process = record(PROCESSES[node])
    best8, size8 = survey(node * 1e-9, 8.0, 1e8)
    best5, size5 = survey(node * 1e-9, 5.0, 1e8)
    yield "converter of 8 bits, energy (survey, best)", best8, peer["SAR8_E_R1e+05"]
    yield "converter of 8 bits, area (survey, best)", size8, peer["SAR8_area"]
    yield "converter of 5 bits, energy (survey, best)", best5, peer["SAR5_E_R1e+05"]
    yield "converter of 5 bits, area (survey, best)", size5, peer["SAR5_area"]
    library = record("logic_45nm_horowitz")
    energy, area = logic("logic_45nm_horowitz", "cmos_45nm_hp", PROCESSES[node], peer["vdd"])
    yield (
        "adder of 16 bits, energy",
        float(digital.adder_energy(library.add_energy, 16.0)) * energy,
        peer["adder16_energy"],
    )
    yield (
        "adder of 16 bits, area",
        float(digital.adder_area(library.adder_area, 16.0)) * area,
        peer["adder16_area"],
    )
    yield "register, energy per bit", float(library.register_energy) * energy, peer["dff_energy_per_bit"]
    yield "register, area per bit", float(library.register_area) * area, peer["dff_area_per_bit"]
    yield "two-input NAND, area", float(process.gate_area), peer["nand2_area"]
    yield "wire, resistance per length", float(process.wire_resistance), peer["wire_R"]
    yield "wire, capacitance per length", float(process.wire_capacitance), peer["wire_C"]
    yield "transistor, on-current per width", float(process.on_current), peer["Ion_n_300K"]


def _survey_tool(case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    node, bits, rate = case.replace("nm", "").replace("b", "").split("_")
    energy, area = survey(float(node) * 1e-9, float(bits), float(rate))
    yield "converter, energy (survey, best)", energy, peer["energy"]
    yield "converter, area (survey, best)", area, peer["area"]


def _library(case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    node = {
        "ISAAC 32nm": 32,
        "FORMS 32nm": 32,
        "Newton 32nm": 32,
        "Jia 65nm 1.2V": 65,
        "TIMELY 65nm": 65,
    }.get(case)
    for bits in (4, 5, 6, 7, 8, 9, 10):
        for name in (f"adc{bits}_energy", f"adc{bits}_energy_scaled"):
            if name in peer and node is not None:
                energy, area = survey(node * 1e-9, float(bits), 1.28e9)
                yield f"converter of {bits} bits, energy (survey, best)", energy, peer[name]
                yield (
                    f"converter of {bits} bits, area (survey, best)",
                    area,
                    peer[name.replace("energy", "area")],
                )
    if "edram_256b_x2048_energy" in peer:
        d = record("edram_isaac_32nm")
        yield (
            "embedded memory of 64 KiB, 256 bits",
            float(256.0 * d.read_energy),
            peer["edram_256b_x2048_energy"],
        )
        yield "embedded memory of 64 KiB, area", float(2.0**19 * d.area), peer["edram_256b_x2048_area"]
        mesh = record("mesh_noxim")
        yield "router, 256 bits one hop", float(256.0 * mesh.router_energy), peer["router_256b_energy"]
        yield "router, area", float(mesh.router_area), peer["router_area"]
    if "adder32_energy" in peer:
        d = record("logic_40nm_aladdin")
        yield (
            "adder of 32 bits, energy",
            float(digital.adder_energy(d.add_energy, 32.0)),
            peer["adder32_energy"],
        )
        yield "adder of 32 bits, area", float(digital.adder_area(d.adder_area, 32.0)), peer["adder32_area"]
        yield (
            "multiplier of 32 bits, energy",
            float(digital.multiplier_energy(d.multiply_energy, 32.0, 32.0)),
            peer["multiplier32_energy"],
        )
        other = record("logic_45nm_horowitz")
        yield (
            "multiplier of 32 bits, energy (Horowitz, 45 nm)",
            float(digital.multiplier_energy(other.multiply_energy, 32.0, 32.0)),
            peer["multiplier32_energy"],
        )
    if "dtc8_energy" in peer:
        yield (
            "pulse-width input of 8 bits",
            float(record("pulse_width_timely").conversion_energy),
            peer["dtc8_energy"],
        )


def _memories(case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    names = {"SRAM": "sram_22nm_lstp", "STT": "stt_mram_28nm", "RRAM": "rram_macro_22nm"}
    name = names[case.split("_", maxsplit=1)[0]]
    if name.startswith("sram"):
        ours = sram(name, MEBIBYTE, 64.0)
        read, write, area, time = ours["read"], ours["write"], ours["area"], ours["time"]
    else:
        d = record(name)
        read, write = float(64.0 * d.read_energy), float(64.0 * d.write_energy)
        area, time = float(MEBIBYTE * d.area), float(d.read_time)
    yield "1 MiB, read of 64 bits", read, peer["read_energy_64b"]
    yield "1 MiB, write of 64 bits", write, peer["write_energy_64b"]
    yield "1 MiB, area", area, peer["area"]
    yield "1 MiB, read time", time, peer["read_latency"]


KINDS: dict[str, Callable[[str, dict[str, float]], Iterator[tuple[str, float, float]]]] = {
    "hwcomponents-adc": _survey_tool,
    "CiMLoop / hwcomponents-library": _library,
    "NVMExplorer": _memories,
    "NeuroSim V1.3 component models": _neurosim,
}


def comparisons() -> Iterator[tuple[str, str, str, float, float]]:
    """Tool, case, quantity, our value and the other's, in SI."""
    peers: dict[tuple[str, str], dict[str, float]] = {}
    with VALUES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            value = float(row["value"]) * UNITS.get(row["unit"], 1.0)
            peers.setdefault((row["tool"], row["case"]), {})[row["quantity"]] = value
    for (tool, case), peer in peers.items():
        compare = next(made for name, made in KINDS.items() if tool.startswith(name))
        for quantity, ours, theirs in compare(case, peer):
            yield tool, case, quantity, ours, theirs


def main() -> None:
    """Print every ratio, those beyond a factor of two marked."""
    last = ""
    for tool, case, quantity, ours, theirs in comparisons():
        if tool != last:
            print(f"\n{tool}\n{'case':<22}{'quantity':<50}{'ours':>11}{'theirs':>11}{'ratio':>8}")
            last = tool
        ratio = ours / theirs
        mark = " *" if not 0.5 <= ratio <= 2.0 else ""
        print(f"{case:<22}{quantity:<50}{ours:>11.3g}{theirs:>11.3g}{ratio:>8.2f}{mark}")


if __name__ == "__main__":
    main()
