"""Our component values compared with those of other tools and published blocks, and the ratio of each pair.

Run it as ``python benchmarks/crosscheck/compare.py``, with ``--summary`` for one line for each block and tool, with
``--record`` to write results.csv again. The others' values are next to this file with the version they were obtained
with (component_values.csv, asked.csv, published_memories.csv), so that nothing of them has to be installed.
"""

import argparse
import csv
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

from neuroest.blocks import base, process_scaling
from neuroest.blocks.interconnect.dram import Dram
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.memories.edram import Edram
from neuroest.blocks.memories.sram import Sram
from neuroest.blocks.memories.sram_table import TabulatedSram
from neuroest.core.units import parse_unit
from neuroest.equations import converters, crossbar, crossbar_wires, digital, drivers, memories, technology
from neuroest.loading.library import load_device

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"
PROCESSES = {
    130: "cmos_130nm", 90: "cmos_90nm", 65: "cmos_65nm", 45: "cmos_45nm_lp", 32: "cmos_32nm_lp",
    28: "cmos_28nm_lp", 22: "cmos_22nm_lp", 14: "cmos_14nm_lp", 10: "cmos_10nm_lp", 7: "cmos_7nm_lp",
    5: "cmos_5nm_lp", 3: "cmos_3nm_lp",
}  # fmt: skip
FAST = {45: "cmos_45nm_hp", 32: "cmos_32nm_hp", 22: "cmos_22nm_hp", 14: "cmos_14nm_hp", 7: "cmos_7nm_hp"}
SUPPLIES = {130: 1.3, 90: 1.2, 65: 1.1, 45: 1.0, 32: 0.9, 22: 0.85, 14: 0.8, 7: 0.7}
"""What NeuroSim's low-power logic runs on."""
MEMORIES_OUTSIDE = {"LPDDR4": "lpddr4", "HBM2": "hbm2", "HBM3": "hbm2"}
BY_CURRENTS = {"LPDDR4": "lpddr4_3200_micron", "HBM2": "hbm2_2000", "HBM3": "hbm3e_6400"}
MEBIBYTE = 8.0 * 2**20
ROOM = 300.0
ONE_PORT = SimpleNamespace(ports="one")
# The cells of hwcomponents-neurosim that are queried, and the options to read them.
CONDUCTANCES, ACCESS_RESISTANCE, CELL_SQUARES = (1e-6, 1e-7), 20e3, 53.0
READ_VOLTAGE, READ_TIME = 0.4, 10e-9
NETWORK = base.NetworkContext(
    spiking=False, timesteps=1.0, weight_bits=8.0, activation_bits=8.0, accumulator_bits=24.0,
    mean_absolute_weight=0.25,
)  # fmt: skip


def rows_of(name: str) -> list[dict[str, str]]:
    """Rows of a table next to this file."""
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


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
    """Energy and area factor from a library's process and voltage to another, as on a chip."""
    there, here, d = record(reference), record(process), record(library)
    at = base.TechnologyPoint(here, voltage, ROOM)
    block: Any = base.Component(
        "logic", None, d, None if process == reference else there, {}, at, MappingProxyType({})
    )
    return float(process_scaling.logic_energy_ratio(block, d.reference_voltage)), float(
        process_scaling.logic_area_ratio(block)
    )


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
        "area": float(memories.sram_area(
            capacity, width, d.area, d.reference_capacity, d.reference_width, d.area_exponent, d.area_port_share,
            d.area_control_share, 1.0, 1.0)),
        "time": float(memories.sram_access_time(capacity, d.access_time, d.reference_capacity, d.access_time_exponent)),
    }  # fmt: skip


def shift_and_add(node: int, voltage: float) -> tuple[float, float]:
    """Energy and area of an adder and a register of 16 bits at a node."""
    d = record("logic_45nm_horowitz")
    energy, area = logic("logic_45nm_horowitz", "cmos_45nm_hp", PROCESSES[node], voltage)
    sums = digital.adder_energy(d.add_energy, 16.0) + digital.register_energy(d.register_energy, 16.0)
    places = digital.adder_area(d.adder_area, 16.0) + digital.register_area(d.register_area, 16.0)
    return float(sums) * energy, float(places) * area


def memory(
    name: str, process: str, capacity: float, width: float, voltage: float | None = None, banks: float = 1.0
) -> dict[str, float]:
    """Costs of a memory as a chip on a process has them, at its nominal supply if none is given."""
    device, here = load_device(name), record(process)
    kind: type[Memory] = TabulatedSram if device.spec.model == "sram_table" else Sram
    home = device.spec.process
    made: Any = kind(
        "memory", ONE_PORT, record(name), None if home in (None, process) else record(home),
        {"capacity": capacity, "width": width, "banks": banks},
        base.TechnologyPoint(here, voltage or here.nominal_supply_voltage, ROOM), MappingProxyType({}), device.table,
    )  # fmt: skip
    read, write = made.energies(NETWORK)
    return {
        "read": float(read.energy), "write": float(write.energy), "area": float(made.areas(NETWORK)[0].area),
        "leakage": float(made.statics(NETWORK)[0].power), "time": float(made.access_time()),
    }  # fmt: skip


def dynamic(name: str) -> dict[str, float]:
    """Energy of a bit that is read from a memory off the chip, in streams and one burst from each row."""
    d, found = record(name), dict[str, float]()
    burst = {"run_length": d.burst_length * d.device_width}
    for case, choices in (("stream", {}), ("burst", burst)):
        made: Any = Dram(
            "memory", SimpleNamespace(rest="precharged_standby", carries=("weights",)), d, None,
            {"channels": 1.0, **choices}, base.TechnologyPoint(record("cmos_28nm_lp"), 0.9, ROOM), MappingProxyType({}),
        )  # fmt: skip
        found[case] = sum(float(c.energy) for c in made.energies(NETWORK) if c.action == "read")
    return found


def embedded(name: str, capacity: float, width: float) -> dict[str, float]:
    """Costs of an embedded dynamic memory on its own process."""
    home = record(str(load_device(name).spec.process))
    made: Any = Edram(
        "memory", SimpleNamespace(refresh="fixed"), record(name), home,
        {"capacity": capacity, "width": width, "banks": 1.0},
        base.TechnologyPoint(home, home.nominal_supply_voltage, ROOM), MappingProxyType({}),
    )  # fmt: skip
    read, _ = made.energies(NETWORK)
    return {"read": float(read.energy), "area": sum(float(a.area) for a in made.areas(NETWORK))}


def table(corner: str, node: float, capacity: float, width: float) -> dict[str, float]:
    """What the table of a corner has, without the factors of real macros and at its own supply."""
    name = f"sram_cacti_{corner}"
    process = record(PROCESSES[28])
    point = base.TechnologyPoint(type(process)(**{**vars(process), "feature_size": node}), 1.0, ROOM)
    made = TabulatedSram(
        "table", None, record(name), None, {"capacity": capacity, "width": width, "banks": 1.0}, point,
        MappingProxyType({}), load_device(name).table,
    )  # fmt: skip
    names = {
        "read": "read_pJ",
        "write": "write_pJ",
        "area": "area_mm2",
        "leakage": "leakage_uW",
        "time": "access_ns",
    }
    return {ours: float(made.quantity(column)) for ours, column in names.items()}


def _neurosim(case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    node, corner = int(case.split("nm", maxsplit=1)[0]), case.partition("_")[2]
    name = (PROCESSES if corner == "LSTP" else FAST).get(node)
    if name is None:
        return
    process = record(name)
    yield "two-input NAND, area", float(process.gate_area), peer["nand2_area"]
    yield "wire, resistance per length", float(process.wire_resistance), peer["wire_R"]
    yield "wire, capacitance per length", float(process.wire_capacitance), peer["wire_C"]
    yield "transistor, on-current per width", float(process.on_current), peer["Ion_n_300K"]
    yield "transistor, off-current per width", float(process.off_current), peer["Ioff_n_300K"]
    library = record("logic_45nm_horowitz")
    energy, area = logic("logic_45nm_horowitz", "cmos_45nm_hp", name, peer["vdd"])
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
    yield (
        "register file of 8 KiB, area",
        float(digital.register_file_area(library.register_area, 128.0, 512.0, 0.0, 0.0)) * area,
        peer["DFFbuf_8KB_area"],
    )
    file = digital.register_file_energy(library.register_energy, 128.0, 512.0, library.register_file_depth)
    yield "register file of 8 KiB, read of 128 bits", float(file) * energy, peer["DFFbuf_8KB_read128b"]
    if corner == "LSTP":
        best8, size8 = survey(node * 1e-9, 8.0, 1e8)
        best5, size5 = survey(node * 1e-9, 5.0, 1e8)
        yield "converter of 8 bits, energy (survey, best)", best8, peer["SAR8_E_R1e+05"]
        yield "converter of 8 bits, area (survey, best)", size8, peer["SAR8_area"]
        yield "converter of 5 bits, energy (survey, best)", best5, peer["SAR5_E_R1e+05"]
        yield "converter of 5 bits, area (survey, best)", size5, peer["SAR5_area"]


def _neurosim_technology(case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    node, corner = int(case.split("nm", maxsplit=1)[0]), case.partition("_")[2]
    name = (PROCESSES if corner == "LSTP" else FAST).get(node)
    if name is None:
        return
    process = record(name)
    yield "wire, resistance per length", float(process.wire_resistance), peer["wire_R"]
    yield "transistor, on-current per width", float(process.on_current), peer["Ion_n_300K"]
    yield "transistor, off-current per width", float(process.off_current), peer["Ioff_n_300K"]


def row_pulse(node: int) -> float:
    """Energy of a row of 128 one-transistor cells and its driver, driven half of the time."""
    process, driver = record(PROCESSES[node]), record("row_driver_tapered")
    feature = process.feature_size
    width = (CELL_SQUARES / 3.0 - 1.0) * feature  # the transistor of a cell of 3 (W/F + 1) squares
    line = crossbar_wires.line_capacitance(
        128.0, feature * math.sqrt(CELL_SQUARES), process.wire_capacitance, process.gate_capacitance * width
    )
    pulse = crossbar_wires.line_toggle_energy(line, SUPPLIES[node])
    return float(0.5 * (pulse + drivers.driver_self_load_energy(pulse, driver.self_load_fraction)))


def _neurosim_asked(case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    node, block = int(case.split("nm", maxsplit=1)[0]), case.partition("_")[2]
    library = record("logic_45nm_horowitz")
    energy, area = logic("logic_45nm_horowitz", "cmos_45nm_hp", PROCESSES[node], SUPPLIES[node])
    if block == "shift_add8in16":
        sums, places = shift_and_add(node, SUPPLIES[node])
        yield "shift-and-add of 16 bits, energy", sums, peer["read_energy"]
        yield "shift-and-add of 16 bits, area", places, peer["area"]
    elif block == "adder_tree64x8":
        yield (
            "adder tree of 64 x 8 bits, energy",
            float(digital.adder_tree_energy(64.0, library.add_energy, 8.0, 1.0)) * energy,
            peer["add_energy"],
        )
        yield (
            "adder tree of 64 x 8 bits, area",
            float(digital.adder_tree_area(64.0, library.adder_area, 8.0, 1.0)) * area,
            peer["area"],
        )
    elif block == "max_pool4x8":
        compare = float(digital.comparator_energy(library.compare_energy, 8.0))
        keep = float(digital.register_energy(library.register_energy, 8.0))
        yield (
            "largest of 2 x 2 numbers of 8 bits, energy",
            3.0 * (compare + keep) * energy,
            peer["read_energy"],
        )
    elif block == "row_drivers_nvmexplorer_RRAM":
        yield "row of 128 cells, energy of a read pulse", row_pulse(node), peer["read_energy"]
    elif block.startswith("cell"):
        access = {"cell_nvsim_RRAM": 0.0, "cell_nvmexplorer_RRAM": ACCESS_RESISTANCE}[block]
        mean = sum(crossbar.access_limited_conductance(g, access) for g in CONDUCTANCES) / 2.0
        # driven half of the time, and no regulator in NeuroSim
        ours = 0.5 * crossbar.cell_read_energy(mean, READ_VOLTAGE, READ_VOLTAGE, READ_TIME)
        yield "cell, energy of a read", float(ours), peer["read_energy"]
    elif block.startswith("flash5"):
        best, size = survey(node * 1e-9, 5.0, 1e8)
        yield "converter of 5 bits, energy (survey, best)", best, peer["convert_energy"]
        yield "converter of 5 bits, area (survey, best)", size, peer["area"] / 16.0


def _cacti_asked(case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    first = case.partition("_")[0]
    if first == "edram":
        d = record("edram_isaac_32nm")
        yield "embedded memory of 64 KiB, 256 bits", float(256.0 * d.read_energy), peer["read_energy"]
        yield "embedded memory of 64 KiB, area", float(2.0**19 * d.area), peer["area"]
        cells = embedded("edram_ibm_32nm", 2.0**19, 256.0)
        yield "embedded memory of 64 KiB, 256 bits (by cells and lines)", cells["read"], peer["read_energy"]
        yield "embedded memory of 64 KiB, area (by cells and lines)", cells["area"], peer["area"]
        return
    if first in MEMORIES_OUTSIDE:
        width = float(case.partition("_")[2].rstrip("b"))
        each = peer["read_energy"] / width
        flat, currents = float(record(MEMORIES_OUTSIDE[first]).energy), dynamic(BY_CURRENTS[first])
        yield "memory off the chip, energy per bit", flat, each
        yield "memory off the chip, read in streams (by currents)", currents["stream"], each
        yield "memory off the chip, a burst from each row (by currents)", currents["burst"], each
        return
    node, size, width = (float(re.sub("[a-zA-Z]", "", word)) for word in case.split("_"))
    capacity = size * 8192.0
    if 22 <= node <= 90:
        alone = table("lstp", node * 1e-9, capacity, width)
        for quantity, theirs in (
            ("read", "read_energy"), ("write", "write_energy"), ("area", "area"), ("leakage", "leakage"),
            ("time", "read_latency"),
        ):  # fmt: skip
            yield f"static memory, {quantity} (table alone)", alone[quantity], peer[theirs]
    name = "sram_cacti_lstp" if node <= 90 else "sram_130nm_ihp"
    if node > 90 and (capacity > 2**18 or width > 64.0):
        return  # beyond the macros of the 130 nm kit
    ours = memory(name, PROCESSES[int(node)], capacity, width)
    yield "static memory, read (as used)", ours["read"], peer["read_energy"]
    yield "static memory, write (as used)", ours["write"], peer["write_energy"]
    yield "static memory, area (as used)", ours["area"], peer["area"]


def _puma(_case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    energy, area = survey(32e-9, 8.0, 1.28e9)
    yield "converter of 8 bits, energy (survey, best)", energy, peer["adc8_energy"]
    yield "converter of 8 bits, area (survey, best)", area, peer["adc_area_any_bits"]
    yield "row driver of one bit, area", float(record("row_driver_tapered").minimum_area), peer["dac_area"]
    yield "shift-and-add of 16 bits, area", shift_and_add(32, 0.9)[1], peer["sna_area"]
    edram = record("edram_isaac_32nm")
    yield (
        "embedded memory of 64 KiB, 256 bits",
        float(256.0 * edram.read_energy),
        peer["edram64KB_energy_256b"],
    )
    yield "embedded memory of 64 KiB, area", float(2.0**19 * edram.area), peer["edram64KB_area"]
    cells = embedded("edram_ibm_32nm", 2.0**19, 256.0)
    what = "embedded memory of 64 KiB, {} (by cells and lines)"
    yield what.format("256 bits"), cells["read"], peer["edram64KB_energy_256b"]
    yield what.format("area"), cells["area"], peer["edram64KB_area"]
    yield "router, area", float(record("mesh_noxim").router_area), peer["router_area"]


def _spikesim(_case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    ours = memory("sram_cacti_lstp", "cmos_65nm", 65536.0, 64.0)["area"] / 65536.0
    yield "static memory of 8 KiB, area per bit at 65 nm", ours, peer["area_sram_bit"]


def published_ratios(corner: str) -> Iterator[tuple[str, str, float]]:
    """Source, quantity and published value over the table of a corner with all factors at one.

    Memories above 90 nm are compared with the table of 90 nm, scaled as logic and by the memory cell.
    """
    device = load_device(f"sram_cacti_{corner}")
    factors = {
        **dict.fromkeys(device.record.parameters(), 1.0),
        "cell_squares": record(device.spec.name).cell_squares,
    }
    home = record(str(device.spec.process))
    for row in rows_of("published_memories.csv"):
        node, capacity, width = (float(row[key]) for key in ("node_nm", "capacity_bit", "width_bit"))
        coarse = record(PROCESSES[130]) if node > 90 else None
        near = record(PROCESSES[90] if coarse is not None else PROCESSES.get(int(node), "cmos_45nm_lp"))
        here = near if coarse is not None else type(near)(**{**vars(near), "feature_size": node / 1e9})
        voltage = (
            float(row["supply_V"]) if row["supply_V"] and coarse is None else here.nominal_supply_voltage
        )
        made = TabulatedSram(
            "memory", None, device.record(**factors), home, {"capacity": capacity, "width": width, "banks": 1.0},
            base.TechnologyPoint(here, voltage, ROOM), MappingProxyType({}), device.table,
        )  # fmt: skip
        read, write = made.energies(NETWORK)
        energy, cell, delay = 1.0, 1.0, 1.0
        if coarse is not None:
            volts = float(row["supply_V"])
            energy = _polynomial(coarse, volts) / _polynomial(near, voltage)
            cell = coarse.sram_bitcell_area / near.sram_bitcell_area
            delay = _delay(coarse, volts) / _delay(near, voltage)
        for column, ours, unit in (
            ("read_pJ", read.energy * energy, 1e-12), ("write_pJ", write.energy * energy, 1e-12),
            ("area_mm2", made.areas(NETWORK)[0].area * cell, 1e-6), ("access_ns", made.access_time() * delay, 1e-9),
            ("leakage_uW", made.statics(NETWORK)[0].power, 1e-6),
        ):  # fmt: skip
            if row[column]:
                yield row["source"], column, float(row[column]) * unit / float(ours)


def _polynomial(process: Any, voltage: float) -> float:
    return float(
        technology.logic_energy_factor(
            voltage, process.energy_quadratic, process.energy_linear, process.energy_constant
        )
    )


def _delay(process: Any, voltage: float) -> float:
    terms = process.delay_cubic, process.delay_quadratic, process.delay_linear, process.delay_constant
    return float(technology.logic_delay_factor(voltage, *terms))


def published() -> Iterator[tuple[str, str, str, float, float]]:
    """Published memories compared with those that a chip gets at their size and supply."""
    for row in rows_of("published_memories.csv"):
        node, capacity, width = (float(row[key]) for key in ("node_nm", "capacity_bit", "width_bit"))
        name = PROCESSES.get(int(node), "cmos_45nm_lp")
        voltage = float(row["supply_V"]) if row["supply_V"] else None
        case = f"{row['source']} {node:g}nm {capacity / 8192:g}KiB {width:g}b"
        device = "sram_cacti_lstp" if node <= 90 else "sram_130nm_ihp"
        ours = memory(device, name, capacity, width, voltage)
        for column, key, unit in (
            ("read_pJ", "read", 1e-12), ("write_pJ", "write", 1e-12), ("area_mm2", "area", 1e-6),
            ("access_ns", "time", 1e-9), ("leakage_uW", "leakage", 1e-6),
        ):  # fmt: skip
            if row[column]:
                what, theirs = f"static memory, {key} ({device})", float(row[column]) * unit
                yield "published memories", case, what, ours[key], theirs


def _survey_tool(case: str, peer: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    node, bits, rate = case.replace("nm", "").replace("b", "").split("_")
    energy, area = survey(float(node) * 1e-9, float(bits), float(rate))
    theirs = peer["energy"] if "energy" in peer else peer["convert_energy"] + peer["leakage"] / float(rate)
    yield "converter, energy (survey, best)", energy, theirs
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
        cells = embedded("edram_ibm_32nm", 2.0**19, 256.0)
        what = "embedded memory of 64 KiB, {} (by cells and lines)"
        yield what.format("256 bits"), cells["read"], peer["edram_256b_x2048_energy"]
        yield what.format("area"), cells["area"], peer["edram_256b_x2048_area"]
        mesh = record("mesh_noxim")
        yield "router, 256 bits one hop", float(256.0 * mesh.router_energy), peer["router_256b_energy"]
        yield "router, area", float(mesh.router_area), peer["router_area"]
    if "shift_add_16b_energy" in peer:
        energy, area = shift_and_add(32, 0.9)
        yield "shift-and-add of 16 bits, energy", energy, peer["shift_add_16b_energy"]
        yield "shift-and-add of 16 bits, area", area, peer["shift_add_16b_area"]
    if "adder32_energy" in peer:
        d = record("logic_40nm_aladdin")
        yield "register, energy per bit", float(d.register_energy), peer["register_bit_energy"]
        yield "register, area per bit", float(d.register_area), peer["register_bit_area"]
        yield (
            "adder of 32 bits, energy",
            float(digital.adder_energy(d.add_energy, 32.0)),
            peer["adder32_energy"],
        )
        yield "adder of 32 bits, area", float(digital.adder_area(d.adder_area, 32.0)), peer["adder32_area"]
        yield (
            "multiplier of 32 bits, energy",
            float(digital.multiplier_energy(d.multiply_energy, 32.0, 32.0, d.product_gate_share)),
            peer["multiplier32_energy"],
        )
        other = record("logic_45nm_horowitz")
        yield (
            "multiplier of 32 bits, energy (Horowitz, 45 nm)",
            float(digital.multiplier_energy(other.multiply_energy, 32.0, 32.0, other.product_gate_share)),
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
    "hwcomponents-cacti": _cacti_asked,
    "hwcomponents-neurosim": _neurosim_asked,
    "CiMLoop / hwcomponents-library": _library,
    "NVMExplorer": _memories,
    "NeuroSim V1.3 component models": _neurosim,
    "NeuroSim V1.4 technology": _neurosim_technology,
    "PUMA": _puma,
    "SpikeSim": _spikesim,
}


def comparisons() -> Iterator[tuple[str, str, str, float, float]]:
    """Tool, case, quantity, our value and the other's, in SI."""
    peers: dict[tuple[str, str], dict[str, float]] = {}
    for name in ("component_values.csv", "asked.csv"):
        for row in rows_of(name):
            value = float(row["value"]) * parse_unit(row["unit"])[0]
            peers.setdefault((row["tool"], row["case"]), {})[row["quantity"]] = value
    for (tool, case), peer in peers.items():
        compare = next(made for name, made in KINDS.items() if tool.startswith(name))
        for quantity, ours, theirs in compare(case, peer):
            yield tool, case, quantity, ours, theirs
    yield from published()


def summary() -> Iterator[tuple[str, str, int, float, float, float]]:
    """Tool, block, number of pairs, and the smallest, median and largest ratio."""
    found: dict[tuple[str, str], list[float]] = {}
    for tool, _, quantity, ours, theirs in comparisons():
        found.setdefault((tool, quantity), []).append(ours / theirs)
    for (tool, quantity), ratios in found.items():
        ordered = sorted(ratios)
        middle = math.sqrt(ordered[(len(ordered) - 1) // 2] * ordered[len(ordered) // 2])
        yield tool, quantity, len(ordered), ordered[0], middle, ordered[-1]


def table_of_summary() -> str:
    """The summary as the table of docs/models/crosscheck.md."""
    lines = ["| compared with | block | pairs | smallest | median | largest |", "|---|---|---|---|---|---|"]
    lines += [f"| {t} | {q} | {n} | {a:.2g} | {m:.2g} | {b:.2g} |" for t, q, n, a, m, b in summary()]
    return "\n".join(lines)


def write_results() -> None:
    """All pairs as results.csv."""
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("other", "case", "quantity", "ours_SI", "theirs_SI", "ratio"))
        for tool, case, quantity, ours, theirs in comparisons():
            writer.writerow((tool, case, quantity, f"{ours:.4g}", f"{theirs:.4g}", f"{ours / theirs:.3g}"))


def main() -> None:
    """Print every ratio, those beyond a factor of two marked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--summary", action="store_true", help="one line for each block and tool")
    parser.add_argument("--record", action="store_true", help="write results.csv")
    given = parser.parse_args()
    if given.record:
        write_results()
    if given.summary:
        print(table_of_summary())
        return
    last = ""
    for tool, case, quantity, ours, theirs in comparisons():
        if tool != last:
            print(f"\n{tool}\n{'case':<30}{'quantity':<50}{'ours':>11}{'theirs':>11}{'ratio':>8}")
            last = tool
        ratio = ours / theirs
        mark = " *" if not 0.5 <= ratio <= 2.0 else ""
        print(f"{case:<30}{quantity:<50}{ours:>11.3g}{theirs:>11.3g}{ratio:>8.2f}{mark}")


if __name__ == "__main__":
    main()
