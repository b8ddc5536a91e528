"""Memories: buffers, stores of weights and of state."""

from typing import ClassVar, Literal

from pydantic import Field

from neuroest.specs.base import BitCount, Count, Frequency, WordWidth
from neuroest.specs.blocks import DeviceBlock


class MemoryBlock(DeviceBlock):
    """A buffer, a weight store or a state store of whatever kind."""

    capacity: BitCount
    """Capacity of one instance."""
    width: WordWidth
    """Bits that one access moves."""
    stores: tuple[Literal["activations", "weights", "partial_sums", "state", "queues"], ...] = Field(
        min_length=1
    )
    """What is kept in it; each kind of traffic goes to the memory that stores it, the nearest level first. queues:
    words that wait between units, and tables; they take area and leak, their accesses are not counted."""


class SramBlock(MemoryBlock):
    """Static memory."""

    device_model: ClassVar[str | None] = "sram"
    model: Literal["sram"]
    banks: Count = 1.0
    """Equal macros that share the capacity, each with ports of its own, so that all can be accessed at once."""
    ports: Literal["one", "read_and_write"] = "one"
    """one: a macro reads or writes; read_and_write: it does both at once, with cells of eight transistors."""


class SramTableBlock(MemoryBlock):
    """Static memory by a table of a memory model."""

    device_model: ClassVar[str | None] = "sram_table"
    model: Literal["sram_table"]
    banks: Count = 1.0
    """Banks that share the capacity, each with a periphery of its own, so that all can be accessed at once."""


class MemoryMacroBlock(MemoryBlock):
    """Memory known by its values per bit: embedded DRAM, magnetic or resistive macros."""

    device_model: ClassVar[str | None] = "memory_macro"
    model: Literal["memory_macro"]


class EdramBlock(MemoryBlock):
    """Embedded dynamic memory of cells with one transistor and one capacitor."""

    device_model: ClassVar[str | None] = "edram"
    model: Literal["edram"]
    banks: Count = 1.0
    """Banks that share the capacity, each with a port of its own; they refresh side by side."""
    refresh: Literal["fixed", "tracking"] = "fixed"
    """fixed: as often as the stated temperature asks for, and more often above it; tracking: as the temperature of the
    chip asks for."""


class RegisterFileBlock(MemoryBlock):
    """Registers of a standard-cell library with a multiplexer."""

    device_model: ClassVar[str | None] = "logic_library"
    model: Literal["register_file"]
    clock_frequency: Frequency
    """Clock; an access takes one cycle."""
    read_ports: Count | None = None
    """Words that can be read in one cycle, beside those that are written. Without read_ports and write_ports, the file
    reads or writes one word in a cycle."""
    write_ports: Count | None = None
    """Words that can be written in one cycle, beside those that are read."""
