"""Memories, logic libraries, networks, links and whole processors."""

from __future__ import annotations

import math
from typing import ClassVar

from neuroest.devices.base import Record, non_negative, positive, quantity
from neuroest.devices.tables import MemoryTable
from neuroest.units import (
    Bit,
    BitPerSecond,
    Dimensionless,
    Joule,
    JoulePerBit,
    JoulePerBitMetre,
    JoulePerSquareBit,
    Kelvin,
    Metre,
    PerBit,
    PerSecond,
    Second,
    SquareMetre,
    SquareMetrePerBit,
    SquareMetrePerSquareBit,
    Volt,
    Watt,
    WattPerBit,
)


class SramParameters(Record):
    """Static memory by power laws over capacity and word width, fitted to a memory compiler."""

    model: ClassVar[str] = "sram"
    folder: ClassVar[str] = "memories"

    reference_voltage: Volt = positive("Supply that the fit belongs to.")
    reference_capacity: Bit = positive("Capacity at which the reference values hold.")
    reference_width: Bit = positive("Word width at which the reference values hold.")
    read_energy: Joule = positive("Energy of one read at the reference.")
    read_width_exponent: Dimensionless = quantity(
        "Exponent of the word width in the read energy.", minimum=0, maximum=2
    )
    read_capacity_exponent: Dimensionless = quantity(
        "Exponent of the capacity in the read energy.", minimum=0, maximum=2
    )
    write_energy: Joule = positive("Energy of one write at the reference.")
    write_width_exponent: Dimensionless = quantity(
        "Exponent of the word width in the write energy.", minimum=0, maximum=2
    )
    write_capacity_exponent: Dimensionless = quantity(
        "Exponent of the capacity in the write energy.", minimum=0, maximum=2
    )
    area: SquareMetre = positive("Area at the reference.")
    area_exponent: Dimensionless = quantity("Exponent of the capacity in the area.", minimum=0, maximum=2)
    leakage_power: Watt = non_negative("Leakage at the reference.")
    leakage_exponent: Dimensionless = quantity(
        "Exponent of the capacity in the leakage.", minimum=0, maximum=2
    )
    leakage_temperature: Kelvin = positive("Temperature that the leakage belongs to.")
    access_time: Second = positive("Access time at the reference.")
    access_time_exponent: Dimensionless = quantity(
        "Exponent of the capacity in the access time.", minimum=0, maximum=2
    )
    minimum_capacity: Bit = positive("Smallest capacity that the fit covers.")
    maximum_capacity: Bit = positive("Largest capacity that the fit covers.")
    minimum_width: Bit = positive("Narrowest word that the fit covers.")
    maximum_width: Bit = positive("Widest word that the fit covers.")


class SramTableParameters(Record):
    """Static memory by a table over node, banks, capacity and word width, and what is known of the table's error."""

    model: ClassVar[str] = "sram_table"
    folder: ClassVar[str] = "memories"
    table: ClassVar[type[MemoryTable]] = MemoryTable

    cell_squares: PerBit = positive("Area of the table's memory cell in squares of its node.")
    read_energy_factor: Dimensionless = positive("Energy of a read of a real macro over that of the table.")
    write_energy_factor: Dimensionless = positive("Energy of a write of a real macro over that of the table.")
    area_factor: Dimensionless = positive(
        "Area of a real macro over that of the table with the memory cell of the process."
    )
    leakage_factor: Dimensionless = positive("Leakage of a real macro over that of the table.")
    access_time_factor: Dimensionless = positive("Time of an access to a real macro over that of the table.")


class MemoryMacroParameters(Record):
    """Memory known by energy, area and power per bit: embedded DRAM, magnetic or resistive macros."""

    model: ClassVar[str] = "memory_macro"
    folder: ClassVar[str] = "memories"

    read_energy: JoulePerBit = positive("Energy of reading, per bit, with the periphery of the macro.")
    write_energy: JoulePerBit = positive("Energy of writing, per bit, with the periphery of the macro.")
    area: SquareMetrePerBit = positive("Area of the macro per bit.")
    leakage_power: WattPerBit = non_negative("Leakage per bit.")
    refresh_power: WattPerBit = non_negative("Power of refreshing per bit; zero for what keeps its state.")
    read_time: Second = positive("Time of one read.")
    write_time: Second = positive("Time of one write.")
    minimum_capacity: Bit = positive("Smallest macro that the values stand for.")
    maximum_capacity: Bit = positive("Largest macro that the values stand for.")
    endurance: Dimensionless = positive("Writes before a bit fails.", absent=math.inf)


class LogicLibraryParameters(Record):
    """Arithmetic blocks of a standard-cell library."""

    model: ClassVar[str] = "logic_library"
    folder: ClassVar[str] = "logic"

    reference_voltage: Volt = positive("Supply that the energies belong to.")
    add_energy: JoulePerBit = positive("Energy of an integer addition per bit.")
    multiply_energy: JoulePerSquareBit = positive("Energy of an integer multiplication per product of bits.")
    compare_energy: JoulePerBit = positive("Energy of a comparison per bit.")
    register_energy: JoulePerBit = positive("Energy of writing and reading a register per bit.")
    clock_energy: JoulePerBit = non_negative(
        "Energy of clocking a register that is not written, per bit and cycle; part of the register energy.",
        absent=0.0,
    )
    adder_area: SquareMetrePerBit = positive("Area of an adder per bit.")
    multiplier_area: SquareMetrePerSquareBit = positive("Area of a multiplier per product of bits.")
    comparator_area: SquareMetrePerBit = positive("Area of a comparator per bit.")
    register_area: SquareMetrePerBit = positive("Area of a register per bit.")
    overhead: Dimensionless = positive(
        "Energy of a real datapath with its control over that of its arithmetic.", symbol="kappa_dig"
    )
    area_overhead: Dimensionless = positive(
        "Area of a real datapath with its control over that of its arithmetic."
    )
    leakage_width: Dimensionless = non_negative(
        "Transistor width that leaks in a two-input gate, in feature sizes."
    )
    register_file_depth: Dimensionless = non_negative(
        "Growth of a register file's energy with the logarithm of its words, to base two.", absent=0.0
    )
    register_port_area: Dimensionless = non_negative(
        "Area of one further port of a register file at each stored bit, of the area of that bit.", absent=0.0
    )


class MeshParameters(Record):
    """Routers and wires of an on-chip network."""

    model: ClassVar[str] = "mesh"
    folder: ClassVar[str] = "links"

    reference_voltage: Volt = positive("Supply that the energies belong to.")
    router_energy: JoulePerBit = non_negative("Energy of one router per bit and hop.")
    wire_energy: JoulePerBitMetre = non_negative("Energy of repeated wire per bit and length.")
    interface_energy: JoulePerBit = non_negative("Energy of entering or leaving the network per bit.")
    router_area: SquareMetre = non_negative("Area of one router.")
    router_leakage: Watt = non_negative("Leakage of one router.")
    hop_time: Second = positive("Time of one hop.")
    link_rate: BitPerSecond = positive("Data rate of one link.")
    flit_width: Bit = positive(
        "Bits that a link moves in one cycle, of which a packet takes a whole number.", absent=1.0
    )


class WiresParameters(Record):
    """Wires of an on-chip network without routers."""

    model: ClassVar[str] = "wires"
    folder: ClassVar[str] = "links"

    reference_voltage: Volt = positive("Supply that the energies belong to.")
    wire_energy: JoulePerBitMetre = positive("Energy of repeated wire per bit and length.")
    interface_energy: JoulePerBit = non_negative("Energy of entering or leaving the network per bit.")
    wire_pitch: Metre = positive("Pitch of the wires.", maximum=1e-4)
    metal_layers: Dimensionless = quantity(
        "Metal layers that carry them.", minimum=1, maximum=20, integer=True
    )


class LinkParameters(Record):
    """Link that leaves the chip, or the memory behind it."""

    model: ClassVar[str] = "off_chip_link"
    folder: ClassVar[str] = "links"

    energy: JoulePerBit = positive("Energy per bit, with the far end where the source includes it.")
    rate: BitPerSecond = positive("Data rate.")
    latency: Second = non_negative(
        "Time from a request to its first bit, with the far end where there is one.", absent=0.0
    )
    static_power: Watt = non_negative("Power of the idle link.")
    footprint: SquareMetre = non_negative("Area on the die.")


class FixedBlockParameters(Record):
    """A block known by its published area and power at full activity, such as a row of a paper's component table."""

    model: ClassVar[str] = "fixed_block"
    folder: ClassVar[str] = "measured_chips"

    power: Watt = non_negative("Power while the chip works, whatever the network does.")
    footprint: SquareMetre = non_negative("Area of the block.")


class EventEnergiesParameters(Record):
    """A neuromorphic core known by the energies and times of its events."""

    model: ClassVar[str] = "event_energies"
    folder: ClassVar[str] = "measured_chips"

    synaptic_operation_energy: Joule = positive("Energy of one synaptic operation.")
    active_update_energy: Joule = positive("Energy of updating a neuron that is active.")
    inactive_update_energy: Joule = positive("Energy of updating a neuron that is inactive.")
    spike_energy: Joule = non_negative("Energy of a spike inside its tile.")
    hop_energy: Joule = non_negative("Energy of a spike per hop between tiles.")
    synaptic_operation_time: Second = positive("Time of one synaptic operation.")
    update_time: Second = positive("Time of one neuron update.")
    spike_time: Second = non_negative("Time of a spike inside its tile.")
    hop_time: Second = non_negative("Time of a spike per hop.")
    synchronisation_time: Second = non_negative("Time of the barrier that ends a time step.")
    core_area: SquareMetre = positive("Die area per core.")
    core_static_power: Watt = non_negative("Static power per core.")
    neurons_per_core: Dimensionless = positive("Neurons that one core can hold.")
    synapse_memory: Bit = positive("Memory for synapses per core.")
    bits_per_synapse: Bit = positive("Memory that one synapse takes, its address included.")


class RooflineParameters(Record):
    """A processor known by its peak rate, memory bandwidth and power."""

    model: ClassVar[str] = "roofline_processor"
    folder: ClassVar[str] = "measured_chips"

    peak_rate: PerSecond = positive(
        "Operations per second at the precision used, one multiply-accumulate being two."
    )
    memory_rate: BitPerSecond = positive("Bandwidth of the memory.")
    compute_efficiency: Dimensionless = positive("Share of the peak rate that is reached.", maximum=1.0)
    memory_efficiency: Dimensionless = positive("Share of the bandwidth that is reached.", maximum=1.0)
    launch_time: Second = non_negative("Time to start one kernel.")
    call_time: Second = non_negative(
        "Time of a call beside its kernels: framework and transfer to and from the host; without it none.",
        absent=0.0,
    )
    host_time: Second = non_negative(
        "Time that the host spends on each inference of a batch: making the input, moving it, reading the result.",
        absent=0.0,
    )
    handover_time: Second = non_negative(
        "Time to hand kernels that stand side by side to other threads and to wait for them, for each depth of the "
        "network that has several; zero where one thread starts all kernels.",
        absent=0.0,
    )
    cores: Dimensionless = positive("Cores that share the peak rate.", absent=1.0)
    operations_per_thread: Dimensionless = non_negative(
        "Operations of a kernel for which one more thread is worth starting; without it every kernel has all cores.",
        absent=0.0,
    )
    idle_power: Watt = non_negative("Power of the idle processor.")
    busy_power: Watt = positive("Power at full load, idle power included.")
    die_area: SquareMetre = positive("Area of the die.")
