"""Register file from the cells of a logic library."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.digital.base import LOGIC_ERROR, LibraryLogic, LogicLibraryParameters, free_clock_costs
from neuroest.blocks.memories.base import Memory, MemoryBlock
from neuroest.blocks.process_scaling import leakage_of_gates, logic_area_ratio
from neuroest.core import units as u
from neuroest.equations import digital
from neuroest.specs.base import Count, Frequency


class RegisterFileBlock(MemoryBlock):
    """Registers of a standard-cell library with a multiplexer."""

    record = LogicLibraryParameters
    model: Literal["register_file"]
    clock_frequency: Frequency
    """Clock; an access takes one cycle."""
    read_ports: Count | None = None
    """Words read per cycle, in addition to writes. Without read_ports and write_ports, the file reads or writes one
    word per cycle."""
    write_ports: Count | None = None
    """Words written per cycle, in addition to reads."""
    free_running_clock: Frequency | None = None
    """Free-running clock of all registers, as in queues without clock gates. Without it, only the registers of a
    written word are clocked."""


_LARGEST_REGISTER_FILE = 32768.0
"""Bits above which flip-flop memories are not built in practice."""


_MOST_REGISTER_PORTS = 8.0
"""Ports above which files are built from multi-ported cells or copies; design practice."""


class RegisterFile(LibraryLogic, Memory):
    """Registers with a read multiplexer."""

    schema = RegisterFileBlock
    compiled_macro = False
    prior_error = LOGIC_ERROR
    device: LogicLibraryParameters

    def words(self) -> u.Dimensionless:
        """Number of words in the capacity."""
        return self.options["capacity"] / self.options["width"]

    @property
    def shared(self) -> bool:
        """Whether reads and writes wait for each other."""
        return not {"read_ports", "write_ports"} & set(self.options)

    def ports(self, name: str) -> u.Dimensionless:
        """Words of one kind of access per cycle."""
        return self.options.get(name, 1.0)

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy per word, which grows with the depth of the multiplexer; a single word is at the outputs already."""
        d = self.device
        energy = digital.register_file_energy(
            d.register_energy, self.options["width"], self.words(), d.register_file_depth
        )
        written = energy
        if self.runs_freely:  # the spreads of both overlap, but a written register takes at least its clock
            written = np.maximum(energy - d.clock_energy * self.options["width"], 0.0)
        selected = np.where(np.asarray(self.words()) > 1.0, 1.0, 0.0)
        return self.accesses(self.scaled(energy) * selected, self.scaled(written))

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of the registers on the chip's process, including the overhead of a real datapath."""
        d = self.device
        further = self.ports("read_ports") + self.ports("write_ports") - 2.0
        area = digital.register_file_area(
            d.register_area, self.options["width"], self.words(), further, d.register_port_area
        )
        return [AreaCost(self.path, "registers", area * logic_area_ratio(self) * d.area_overhead)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of all gates that fit in the area, and power of a free-running clock."""
        area = self.areas(network)[0].area
        leakage = StaticCost(self.path, "leakage", leakage_of_gates(self, area, self.device.leakage_width))
        if not self.runs_freely:
            return [leakage]
        domain = self.options["capacity"], self.options["free_running_clock"]
        return [leakage, *free_clock_costs(self.path, self.scaled(self.device.clock_energy), [domain])]

    def access_time(self) -> u.Second:
        """One cycle."""
        return 1.0 / self.options["clock_frequency"]

    def busy_time(self, reads: u.Numeric, writes: u.Numeric) -> u.Second:
        """Cycles of the busiest ports."""
        if self.shared:
            return super().busy_time(reads, writes)
        cycles = np.maximum(reads / self.ports("read_ports"), writes / self.ports("write_ports"))
        return cycles * self.access_time()

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether a memory of SRAM cells would be the better choice.

        Checks
        ------
        memory_capacity
            register files of this size are built as memory cells
        register_ports
            register files with this many ports are built from multi-port cells or from copies
        """
        ports = self.ports("read_ports") + self.ports("write_ports")
        checks = [
            self.check_range("memory_capacity", self.options["capacity"], 1.0, _LARGEST_REGISTER_FILE, "bit"),
            self.check_range("register_ports", ports, 2.0, _MOST_REGISTER_PORTS, "1"),
        ]
        return [*checks, self.clock_check()] if self.runs_freely else checks
