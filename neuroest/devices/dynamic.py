"""Dynamic memories: devices off the chip by their data sheets, and embedded ones by their cells and lines."""

from __future__ import annotations

from typing import ClassVar

from neuroest.devices.base import Record, non_negative, positive, quantity
from neuroest.units import (
    Ampere,
    Bit,
    BitPerSecond,
    Dimensionless,
    Farad,
    JoulePerBit,
    Kelvin,
    Metre,
    Ohm,
    Second,
    SquareMetre,
    SquareMetrePerBit,
    Volt,
    Watt,
)


class DramParameters(Record):
    """Dynamic memory off the chip, by the currents and times of its data sheet.

    Currents are those of one channel of one device, times those of its speed grade.
    """

    model: ClassVar[str] = "dram"
    folder: ClassVar[str] = "dram"

    device_capacity: Bit = positive("Capacity of one device: a chip, a package or a stack.")
    device_channels: Dimensionless = quantity(
        "Channels of a device that work on their own.", minimum=1, maximum=1024, integer=True
    )
    device_width: Bit = positive("Data pins of one channel of a device, each with one bit.")
    data_rate: BitPerSecond = positive("Data rate of one pin.")
    burst_length: Dimensionless = quantity(
        "Bits that one pin moves in a burst.", minimum=1, maximum=256, integer=True
    )
    row_size: Bit = positive("Bits of a row in one channel of a device.")
    banks: Dimensionless = quantity("Banks of a channel.", minimum=1, maximum=1024, integer=True)
    open_banks: Dimensionless = quantity(
        "Banks that are open in the loop of the active standby current.",
        minimum=1,
        maximum=1024,
        integer=True,
    )
    refreshed_banks: Dimensionless = quantity(
        "Banks that wait while a refresh goes on: all, or one where they are refreshed one after the other.",
        minimum=1,
        maximum=1024,
        integer=True,
    )

    row_active_time: Second = positive("Shortest time that a row is open.", symbol="t_RAS")
    precharge_time: Second = positive("Time to close a row.", symbol="t_RP")
    row_to_column_time: Second = positive("Time from opening a row to reading from it.", symbol="t_RCD")
    column_time: Second = positive("Time from the read command to the first bit.", symbol="t_CL")
    activation_interval: Second = positive("Shortest time between two activations.", symbol="t_RRD")
    activation_window: Second = positive(
        "Time in which no more than four rows may be opened.", symbol="t_FAW"
    )
    refresh_time: Second = positive("Time that refreshing all banks takes.", symbol="t_RFC")
    refresh_interval: Second = positive("Time from one refresh to the next.", symbol="t_REFI")
    refresh_halving_temperature: Kelvin = positive(
        "Temperature above which rows are refreshed twice as often.", absent=358.15
    )
    maximum_temperature: Kelvin = positive("Highest temperature that the data sheet covers.", absent=368.15)
    power_down_exit_time: Second = non_negative("Time to leave power-down.", symbol="t_XP")
    self_refresh_exit_time: Second = non_negative("Time to leave self-refresh.", symbol="t_XS")

    supply_voltage: Volt = positive("Supply of the core: VDD, or VDD2 of low-power memories.")
    activating_current: Ampere = positive(
        "Current while rows are opened and closed as often as allowed.", symbol="I_DD0"
    )
    precharged_standby_current: Ampere = positive("Current at rest, all rows closed.", symbol="I_DD2N")
    power_down_current: Ampere = positive("Current in power-down, all rows closed.", symbol="I_DD2P")
    active_standby_current: Ampere = positive("Current at rest, rows open.", symbol="I_DD3N")
    reading_current: Ampere = positive("Current of reading without a gap.", symbol="I_DD4R")
    writing_current: Ampere = positive("Current of writing without a gap.", symbol="I_DD4W")
    refreshing_current: Ampere = positive("Current of refreshing without a gap.", symbol="I_DD5B")
    self_refresh_current: Ampere = positive("Current in self-refresh.", symbol="I_DD6")

    second_supply_voltage: Volt = non_negative(
        "Second supply: VPP, or VDD1 of low-power memories; zero where there is none.", absent=0.0
    )
    second_activating_current: Ampere = non_negative("I_DD0 of the second supply.", absent=0.0)
    second_precharged_standby_current: Ampere = non_negative("I_DD2N of the second supply.", absent=0.0)
    second_power_down_current: Ampere = non_negative("I_DD2P of the second supply.", absent=0.0)
    second_active_standby_current: Ampere = non_negative("I_DD3N of the second supply.", absent=0.0)
    second_reading_current: Ampere = non_negative("I_DD4R of the second supply.", absent=0.0)
    second_writing_current: Ampere = non_negative("I_DD4W of the second supply.", absent=0.0)
    second_refreshing_current: Ampere = non_negative("I_DD5B of the second supply.", absent=0.0)
    second_self_refresh_current: Ampere = non_negative("I_DD6 of the second supply.", absent=0.0)

    standby_factor: Dimensionless = positive("Power at rest of a real device over that of the data sheet.")
    activation_factor: Dimensionless = positive(
        "Energy of opening a row of a real device over that of the data sheet."
    )
    reading_factor: Dimensionless = positive(
        "Energy of reading of a real device over that of the data sheet."
    )
    writing_factor: Dimensionless = positive(
        "Energy of writing of a real device over that of the data sheet."
    )
    refresh_factor: Dimensionless = positive(
        "Energy of a refresh of a real device over that of the data sheet."
    )

    interface_voltage: Volt = positive("Supply of the data pins.", symbol="V_DDQ")
    loop_voltage: Volt = positive("Voltage over driver and termination while current flows.")
    driver_resistance: Ohm = positive("Resistance of the driver of a pin.")
    termination_resistance: Ohm = positive("Resistance of the termination of a pin.")
    conducting_share: Dimensionless = quantity(
        "Share of the bits for which current flows through the termination; zero without one.",
        minimum=0,
        maximum=1,
    )
    pin_capacitance: Farad = non_negative("Pads of both ends of a pin and the line between.")
    pin_swing: Volt = positive("Difference of the two levels of a pin.")
    controller_energy: JoulePerBit = non_negative(
        "Controller and interface on the chip, per bit, without the drivers of the pins."
    )
    controller_power: Watt = non_negative("Idle power of controller and interface on the chip, per channel.")
    controller_time: Second = non_negative("Controller and interface, there and back.")
    bus_share: Dimensionless = positive(
        "Share of the time for which the pins move data under load; the rest turns the bus round.",
        maximum=1.0,
    )
    footprint: SquareMetre = non_negative("Controller and interface on the die, per channel.")


class EdramParameters(Record):
    """Embedded dynamic memory of cells with one transistor and one capacitor, by its cells and lines."""

    model: ClassVar[str] = "edram"
    folder: ClassVar[str] = "memories"

    reference_voltage: Volt = positive("Supply of the array that retention and times belong to.")
    minimum_feature_size: Metre = positive("Finest process that the cell may be moved to.")
    maximum_feature_size: Metre = positive("Coarsest process that the cell may be moved to.")
    minimum_capacity: Bit = positive("Smallest memory that the values stand for.")
    maximum_capacity: Bit = positive("Largest memory that the values stand for.")

    cell_area: SquareMetrePerBit = positive("Area of a cell on the device's process.")
    cell_aspect_ratio: Dimensionless = positive(
        "Length of a cell along the bit line over that along the word line."
    )
    cell_capacitance: Farad = positive("Capacitor of a cell.", symbol="C_s")
    access_width: Dimensionless = positive("Width of the access transistor in feature sizes.")
    cells_per_bitline: Dimensionless = quantity("Cells on a bit line.", minimum=1, maximum=4096)
    cells_per_wordline: Dimensionless = quantity("Cells on a word line.", minimum=1, maximum=65536)
    amplifier_capacitance: Farad = non_negative("Amplifier and what else hangs on a bit line.")
    wordline_swing: Volt = positive("From the low to the high level of a word line.", symbol="V_s")
    pump_efficiency: Dimensionless = positive(
        "Share of their energy that the pumps of the word lines deliver.", maximum=1.0
    )
    repeater_factor: Dimensionless = positive(
        "Capacitance of data wires with their repeaters over that of the wires."
    )
    access_energy_factor: Dimensionless = positive(
        "Energy of an access to a real macro over that of its cells and lines."
    )
    lost_share: Dimensionless = quantity(
        "Share of its charge that a cell loses until it is refreshed.", minimum=0, maximum=1
    )
    retention_time: Second = positive("Time within which every cell is refreshed.")
    retention_temperature: Kelvin = positive("Temperature that the retention time belongs to.")
    retention_halving_temperature: Kelvin = positive(
        "Rise of the temperature that halves the retention time."
    )

    array_efficiency: Dimensionless = positive(
        "Share of the cells in the arrays with their amplifiers and drivers.", maximum=1.0
    )
    port_area: SquareMetrePerBit = non_negative("Latches and drivers of one bit of a port.")
    control_area: SquareMetre = non_negative("Decoders, clocks and pumps of a bank.")
    leakage_width: Dimensionless = non_negative(
        "Width that leaks in the area of a two-input gate of everything but cells, in feature sizes."
    )
    access_time: Second = positive("From the address to the data of a small macro.")
    cycle_time: Second = positive("From one access of a bank to the next.")
