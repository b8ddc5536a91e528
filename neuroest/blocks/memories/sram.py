"""Static memory from power laws anchored at one macro."""

from dataclasses import replace
from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.memories.base import Memory, MemoryBlock
from neuroest.blocks.memories.sram_table import _TWO_PORT_CELL
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import FAR, leakage_at_chip_temperature, logic_energy_ratio, nodes_apart
from neuroest.core import units as u
from neuroest.equations import memories as equations
from neuroest.specs.base import Count
from neuroest.specs.parameters import DEFINED, FIT, RANGE_END, Record, non_negative, positive, quantity


class SramParameters(Record):
    """SRAM from power laws over capacity and word width, fitted to a memory compiler."""

    reference_voltage: u.Volt = positive(exact=DEFINED)
    """Supply of the fit."""
    reference_capacity: u.Bit = positive(exact=DEFINED)
    """Capacity at which the reference values hold."""
    reference_width: u.Bit = positive(exact=DEFINED)
    """Word width at which the reference values hold."""
    read_energy: u.Joule = positive()
    """Energy of one read at the reference."""
    read_width_exponent: u.Dimensionless = quantity(minimum=0, maximum=2, exact=FIT)
    """Exponent of the word width in the read energy."""
    read_capacity_exponent: u.Dimensionless = quantity(minimum=0, maximum=2, exact=FIT)
    """Exponent of the capacity in the read energy."""
    write_energy: u.Joule = positive()
    """Energy of one write at the reference."""
    write_width_exponent: u.Dimensionless = quantity(minimum=0, maximum=2, exact=FIT)
    """Exponent of the word width in the write energy."""
    write_capacity_exponent: u.Dimensionless = quantity(minimum=0, maximum=2, exact=FIT)
    """Exponent of the capacity in the write energy."""
    area: u.SquareMetre = positive()
    """Area at the reference."""
    area_exponent: u.Dimensionless = quantity(minimum=0, maximum=2, exact=FIT)
    """Exponent of the capacity in the area of the cells."""
    area_port_share: u.Dimensionless = quantity(minimum=0, maximum=1, absent=0.0, symbol="s_p")
    """Port share of the reference area, which grows with the word width: amplifiers, drivers and latches."""
    area_control_share: u.Dimensionless = quantity(minimum=0, maximum=1, absent=0.0, symbol="s_c")
    """Size-independent share of the reference area: timing, decoder ends, rings."""
    leakage_power: u.Watt = non_negative()
    """Leakage at the reference."""
    leakage_exponent: u.Dimensionless = quantity(minimum=0, maximum=2, exact=FIT)
    """Exponent of the capacity in the leakage."""
    leakage_temperature: u.Kelvin = positive(exact=DEFINED)
    """Temperature for which the leakage is stated."""
    access_time: u.Second = positive()
    """Access time at the reference."""
    access_time_exponent: u.Dimensionless = quantity(minimum=0, maximum=2, exact=FIT)
    """Exponent of the capacity in the access time."""
    minimum_capacity: u.Bit = positive(exact=RANGE_END)
    """Smallest capacity that the fit covers."""
    maximum_capacity: u.Bit = positive(exact=RANGE_END)
    """Largest capacity that the fit covers."""
    minimum_width: u.Bit = positive(exact=RANGE_END)
    """Narrowest word that the fit covers."""
    maximum_width: u.Bit = positive(exact=RANGE_END)
    """Widest word that the fit covers."""


class SramBlock(MemoryBlock):
    """Static memory."""

    record = SramParameters
    model: Literal["sram"]
    banks: Count = 1.0
    """Equal macros that share the capacity, each with its own ports, so that all can be accessed simultaneously. A bank
    with a word wider than any macro of the device's fit consists of several macros in parallel."""
    ports: Literal["one", "read_and_write"] = "one"
    """one: a macro reads or writes; read_and_write: it does both simultaneously, with eight-transistor cells."""


class Sram(Memory):
    """Static memory with power laws of capacity and word width.

    Model errors
    ------------
    energy
        80th percentile of the absolute log residuals over macros of an open compiler, each left out of the fit that
        predicts it (benchmarks/crosscheck/macro_areas.py); the energy itself has a spread in the device
    area
        as for energy; the share of a macro that cells fill has a spread in the device
    static_power
        threshold options beyond those in the band of the device
    """

    schema = SramBlock
    prior_error = model_errors(energy=1.2, area=1.15, static_power=1.5)
    example = "sram_28nm_anchored"
    device: SramParameters

    @property
    def side_by_side(self) -> u.Dimensionless:
        """Parallel macros per word if it is wider than any macro of the fit; may be a fraction.

        All of them have the widest word of the fit, so that the cost has no step where one more macro begins.
        """
        return np.maximum(self.options["width"] / self.device.maximum_width, 1.0)

    @property
    def macro(self) -> u.Bit:
        """Capacity of one macro."""
        return self.options["capacity"] / self.options["banks"] / self.side_by_side

    @property
    def width(self) -> u.Bit:
        """Bits of a word in one macro."""
        return self.options["width"] / self.side_by_side

    @property
    def cells(self) -> u.Dimensionless:
        """Cell area over that of a single-port cell."""
        return _TWO_PORT_CELL if self.spec.ports == "read_and_write" else 1.0

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one read and one write of a word."""
        d, ratio = self.device, logic_energy_ratio(self, self.device.reference_voltage)
        read = equations.sram_access_energy(
            self.macro, self.width, d.read_energy, d.reference_capacity,
            d.reference_width, d.read_capacity_exponent, d.read_width_exponent,
        )  # fmt: skip
        write = equations.sram_access_energy(
            self.macro, self.width, d.write_energy, d.reference_capacity,
            d.reference_width, d.write_capacity_exponent, d.write_width_exponent,
        )  # fmt: skip
        ratio = ratio * self.side_by_side
        return self.accesses(read * ratio, write * ratio)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of all banks, each with its own ports and control; between processes it scales with the memory cell."""
        d = self.device
        ports = 2.0 if self.spec.ports == "read_and_write" else 1.0
        macro = equations.sram_area(
            self.macro, self.width, d.area, d.reference_capacity, d.reference_width,
            d.area_exponent, d.area_port_share, d.area_control_share, self.cells, ports,
        )  # fmt: skip
        area = macro * self.options["banks"] * self.side_by_side
        if self.device_process is not None:
            area = area * (self.process.sram_bitcell_area / self.device_process.sram_bitcell_area)
        return [AreaCost(self.path, "macro", area)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of the macro."""
        d = self.device
        macro = equations.sram_leakage(self.macro, d.leakage_power, d.reference_capacity, d.leakage_exponent)
        power = macro * self.options["banks"] * self.side_by_side * self.cells
        ratio = self.leakage_ratio(d.reference_voltage, self.flavour)
        leakage = leakage_at_chip_temperature(self, power * ratio, d.leakage_temperature, self.flavour)
        return [StaticCost(self.path, "leakage", leakage)]

    def access_time(self) -> u.Second:
        """Time of one access."""
        d = self.device
        time = equations.sram_access_time(
            self.macro, d.access_time, d.reference_capacity, d.access_time_exponent
        )
        return time * self.delay_ratio(d.reference_voltage, self.flavour)

    def busy_time(self, reads: u.Numeric, writes: u.Numeric) -> u.Second:
        """Time of these accesses, with all banks in parallel, and both ports of a macro in parallel."""
        accesses = np.maximum(reads, writes) if self.spec.ports == "read_and_write" else reads + writes
        return accesses * self.access_time() / self.options["banks"]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether capacity and width are within the fit, and its node is near the chip's.

        Checks
        ------
        memory_capacity
            capacity lies outside the memory fit
        memory_width
            word width lies outside the memory fit
        library_node
            its values are from a node far from the chip's, where energies of memories do not follow those of gates; use
            a memory of a closer node
        """
        d, moved = self.device, nodes_apart(self)
        # the area follows the memory cell of the process
        checks = self.require("extrapolation", "library_node", moved, "<=", FAR)
        far = [replace(checks, quantities=("energy", "static_power"))] if np.any(moved > FAR) else []
        return [
            *self.flavour_checks(),
            *far,
            self.check_range("memory_capacity", self.macro, d.minimum_capacity, d.maximum_capacity, "bit"),
            self.check_range("memory_width", self.width, d.minimum_width, d.maximum_width, "bit"),
        ]
