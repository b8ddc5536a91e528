"""Embedded dynamic memory."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import (
    AreaCost,
    Characteristic,
    Check,
    EnergyCost,
    NetworkContext,
    StaticCost,
    either,
)
from neuroest.blocks.memories.base import Memory, MemoryBlock
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import leakage_of_gates, logic_area_ratio, logic_delay_ratio
from neuroest.core import units as u
from neuroest.equations import edram as equations
from neuroest.equations import wiring
from neuroest.specs.base import Count
from neuroest.specs.parameters import DEFINED, RANGE_END, Record, non_negative, positive, quantity


class EdramParameters(Record):
    """Embedded dynamic memory of 1T1C cells, computed from its cells and lines."""

    reference_voltage: u.Volt = positive(exact=DEFINED)
    """Array supply for which retention and times are stated."""
    minimum_feature_size: u.Metre = positive(exact=RANGE_END)
    """Smallest node to which the cell may be scaled."""
    maximum_feature_size: u.Metre = positive(exact=RANGE_END)
    """Largest node to which the cell may be scaled."""
    minimum_capacity: u.Bit = positive(exact=RANGE_END)
    """Smallest memory for which the values are valid."""
    maximum_capacity: u.Bit = positive(exact=RANGE_END)
    """Largest memory for which the values are valid."""

    cell_area: u.SquareMetrePerBit = positive()
    """Area of a cell on the device's process."""
    cell_aspect_ratio: u.Dimensionless = positive()
    """Cell length along the bit line over that along the word line."""
    cell_capacitance: u.Farad = positive(symbol="C_s")
    """Capacitor of a cell."""
    access_width: u.Dimensionless = positive()
    """Width of the access transistor in feature sizes."""
    cells_per_bitline: u.Dimensionless = quantity(minimum=1, maximum=4096)
    """Cells on a bit line."""
    cells_per_wordline: u.Dimensionless = quantity(minimum=1, maximum=65536)
    """Cells on a word line."""
    amplifier_capacitance: u.Farad = non_negative()
    """Sense amplifier and other loads of a bit line."""
    wordline_swing: u.Volt = positive(symbol="V_s")
    """Swing of a word line."""
    pump_efficiency: u.Dimensionless = positive(maximum=1.0)
    """Efficiency of the word-line pumps."""
    repeater_factor: u.Dimensionless = positive()
    """Capacitance of repeated data wires over that of bare wires."""
    access_energy_factor: u.Dimensionless = positive()
    """Ratio of a real macro's access energy to that of its cells and lines."""
    lost_share: u.Dimensionless = quantity(minimum=0, maximum=1)
    """Share of the charge that a cell loses between refreshes."""
    retention_time: u.Second = positive()
    """Time within which every cell is refreshed."""
    retention_temperature: u.Kelvin = positive()
    """Temperature of the retention time."""
    retention_halving_temperature: u.Kelvin = positive()
    """Temperature rise that halves the retention time."""

    array_efficiency: u.Dimensionless = positive(maximum=1.0)
    """Share of cells in the area of the arrays with their amplifiers and drivers."""
    port_area: u.SquareMetrePerBit = non_negative()
    """Area of latches and drivers per bit of a port."""
    control_area: u.SquareMetre = non_negative()
    """Area of decoders, clocks and pumps of a bank."""
    leakage_width: u.Dimensionless = non_negative()
    """Leaking width per two-input gate area of everything except cells, in feature sizes."""
    access_time: u.Second = positive()
    """Access time of a small macro, from address to data."""
    cycle_time: u.Second = positive()
    """Cycle time of a bank, from one access to the next."""


class EdramBlock(MemoryBlock):
    """Embedded dynamic memory of one-transistor one-capacitor cells."""

    record = EdramParameters
    model: Literal["edram"]
    banks: Count = 1.0
    """Banks that share the capacity, each with its own port; they refresh in parallel."""
    refresh: Literal["fixed", "tracking"] = "fixed"
    """fixed: at the rate for the stated temperature, and faster above it; tracking: at the rate for the chip's
    temperature."""


_RANDOM_BITS = 1.0 / 2.0**2
"""Average number of line charges per random bit, for a line that keeps its level until the next bit."""


_SUPPLY_MARGIN = 0.15
"""Relative supply range around the stated one within which retention and times are assumed to hold."""


class Edram(Memory):
    """One-transistor one-capacitor cells, whose read is destructive, and their lines.

    Model errors
    ------------
    energy
        redundancy and test; the deviation of a real macro from the model of its lines is a factor of the device
    area
        redundancy and test
    static_power
        threshold options of the real macro
    """

    schema = EdramBlock
    prior_error = model_errors(energy=1.2, area=1.2, static_power=2)
    example = "edram_ibm_32nm"
    device: EdramParameters

    # --- geometry

    def supply(self) -> u.Volt:
        """Array supply: that of the chip."""
        return self.technology.supply_voltage

    def cell_area(self) -> u.SquareMetrePerBit:
        """Area of a cell; between processes it scales with the static memory cell."""
        area = self.device.cell_area
        if self.device_process is None:
            return area
        return area * (self.process.sram_bitcell_area / self.device_process.sram_bitcell_area)

    def cell_width(self) -> u.Metre:
        """Word-line length per cell."""
        return equations.cell_side(self.cell_area(), self.one_bit(), 1.0 / self.device.cell_aspect_ratio)

    def cell_length(self) -> u.Metre:
        """Bit-line length per cell."""
        return equations.cell_side(self.cell_area(), self.one_bit(), self.device.cell_aspect_ratio)

    def one_bit(self) -> u.Numeric:
        """One bit per cell."""
        return 1.0

    def area(self) -> u.SquareMetre:
        """Area of the memory."""
        d, logic = self.device, logic_area_ratio(self)
        return equations.macro_area(
            self.options["capacity"], self.cell_area(), d.array_efficiency, self.options["banks"],
            self.options["width"], d.port_area * logic, d.control_area * logic,
        )  # fmt: skip

    def way(self) -> u.Metre:
        """Mean length of the data path."""
        return equations.mean_way(self.area())

    def activated(self) -> u.Dimensionless:
        """Cells that are read and written back per access."""
        return equations.activated_cells(
            self.options["width"], self.device.cells_per_wordline, self.one_bit()
        )

    # --- energy

    def access_transistor(self) -> u.Metre:
        """Width of a cell's access transistor."""
        return self.device.access_width * self.process.feature_size

    def bitline(self) -> u.Farad:
        """Capacitance of a bit line with its amplifier."""
        line = equations.cell_line_capacitance(
            self.device.cells_per_bitline, self.access_transistor(), self.process.drain_capacitance,
            self.process.wire_capacitance, self.cell_length(),
        )  # fmt: skip
        return line + self.device.amplifier_capacitance

    def wordline(self) -> u.Joule:
        """Energy of raising one word line."""
        line = equations.cell_line_capacitance(
            self.device.cells_per_wordline, self.access_transistor(), self.process.gate_capacitance,
            self.process.wire_capacitance, self.cell_width(),
        )  # fmt: skip
        return equations.wordline_energy(line, self.device.wordline_swing, self.device.pump_efficiency)

    def activation(self) -> u.JoulePerBit:
        """Energy of reading one cell of a word line and writing it back, including its share of the line."""
        sensing = equations.sensing_energy(self.bitline(), self.supply())
        return (sensing + self.wordline() / self.device.cells_per_wordline) / self.one_bit()

    def moving(self) -> u.Joule:
        """Energy of the data wires for a word."""
        per_length = wiring.wire_energy_per_bit_length(
            _RANDOM_BITS,
            self.device.repeater_factor,
            self.process.wire_capacitance,
            self.supply(),
            self.one_bit(),
        )
        return wiring.wire_energy(self.options["width"], self.way(), per_length)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy per word read and per word written."""
        d = self.device
        read = self.activation() * (self.activated() * self.one_bit()) + self.moving()
        charged = equations.written_cell_energy(d.cell_capacitance, self.supply()) / self.one_bit()
        write = read + charged * self.options["width"]
        return self.accesses(read * d.access_energy_factor, write * d.access_energy_factor)

    # --- refreshing

    def refresh_interval(self) -> u.Second:
        """Time from one refresh of a cell to the next."""
        d, here = self.device, self.technology.temperature
        fixed = self.spec.refresh == "fixed"
        asked: u.Kelvin = (
            either(here < d.retention_temperature, d.retention_temperature, here) if fixed else here
        )
        return equations.fading_time(
            d.retention_time, asked, d.retention_temperature, d.retention_halving_temperature
        )

    def refreshing(self) -> u.Watt:
        """Mean refresh power."""
        d = self.device
        faded = equations.faded_cell_energy(d.cell_capacitance, self.supply(), d.lost_share) / self.one_bit()
        each = (self.activation() + faded) * d.access_energy_factor
        return equations.refresh_power(self.options["capacity"], each, self.refresh_interval())

    def refreshing_share(self) -> u.Dimensionless:
        """Share of the time for which a bank refreshes."""
        return equations.refreshing_share(
            self.options["capacity"], self.options["banks"], self.activated() * self.one_bit(), self.cycle_time(),
            self.refresh_interval(),
        )  # fmt: skip

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of everything except cells, and refresh power."""
        others = self.area() - self.options["capacity"] * self.cell_area()
        return [
            StaticCost(self.path, "leakage", leakage_of_gates(self, others, self.device.leakage_width)),
            StaticCost(self.path, "refresh", self.refreshing()),
        ]

    # --- area and time

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the memory."""
        return [AreaCost(self.path, "macro", self.area())]

    def cycle_time(self) -> u.Second:
        """Time from one access of a bank to the next."""
        return self.device.cycle_time * logic_delay_ratio(self, self.device.reference_voltage)

    def access_time(self) -> u.Second:
        """Time from address to data, including the wires across the memory."""
        process = self.process
        constant = wiring.inverter_time_constant(self.supply(), process.gate_capacitance, process.on_current)
        travelling = wiring.repeated_wire_delay(
            self.way(), process.wire_resistance, process.wire_capacitance, constant
        )
        return self.device.access_time * logic_delay_ratio(self, self.device.reference_voltage) + travelling

    def busy_time(self, reads: u.Numeric, writes: u.Numeric) -> u.Second:
        """Time of these accesses, with all banks in parallel, including the time that refresh blocks them."""
        left: u.Dimensionless = np.maximum(1.0 - self.refreshing_share(), 0.0)
        return (reads + writes) * self.cycle_time() / self.options["banks"] / left

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit that a designer asks for: refresh and speed."""
        return [
            self.characteristic("refresh_interval", self.refresh_interval(), "s"),
            self.characteristic("refresh_share", self.refreshing_share(), "1"),
            self.characteristic("access_time", self.access_time(), "s"),
            self.characteristic("cycle_time", self.cycle_time(), "s"),
            self.characteristic("activated_cells", self.activated(), "1"),
        ]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the memory can be built, retains its bits, and is within the range of its values.

        Checks
        ------
        edram_bank
            a bank has fewer cells than one array of its word lines and bit lines
        edram_refresh
            the cells decay faster than they can be refreshed; more banks refresh in parallel
        edram_node
            no such cell is known near this process
        memory_capacity
            capacity is outside the range of the memory's values
        edram_supply
            retention and times were stated for another supply
        """
        d, o = self.device, self.options
        node, supply = self.process.feature_size, self.supply()
        block = self.activated() * d.cells_per_bitline * self.one_bit()
        bank = o["capacity"] / o["banks"]
        low, high = (d.reference_voltage * (1.0 + margin) for margin in (-_SUPPLY_MARGIN, _SUPPLY_MARGIN))
        return [
            self.require("infeasible", "edram_bank", bank, ">=", block, "bit"),
            self.require("infeasible", "edram_refresh", self.refreshing_share(), "<", 1.0),
            self.check_range(
                "edram_node", node, d.minimum_feature_size, d.maximum_feature_size, "m", severity="infeasible"
            ),
            self.check_range("memory_capacity", o["capacity"], d.minimum_capacity, d.maximum_capacity, "bit"),
            self.check_range("edram_supply", supply, low, high, "V"),
        ]
