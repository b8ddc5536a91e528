"""Off-chip DRAM from its data-sheet currents and timings."""

import math
from typing import Any, Literal

import numpy as np
from pydantic import Field

from neuroest.blocks.base import AreaCost, Characteristic, Check, EnergyCost, NetworkContext, StaticCost
from neuroest.blocks.interconnect.on_chip import Link
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.equations import dram as equations
from neuroest.specs.base import BitCountOrAuto, Count, WordWidthOrAuto
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, DEFINED, RANGE_END, Record, non_negative, positive, quantity

_MUST_BE_GIVEN = "a time that the device must be given, whatever it would need"
_DATA_SHEET = "a data-sheet limit; factors state how far below it real devices are"


class DramParameters(Record):
    """Off-chip DRAM, from its data-sheet currents and timings.

    Currents are those of one channel of one device, times those of its speed grade.
    """

    device_capacity: u.Bit = positive(exact=CHOSEN)
    """Capacity of one device: a chip, a package or a stack."""
    device_channels: u.Dimensionless = quantity(minimum=1, maximum=1024, integer=True, exact=CHOSEN)
    """Independent channels of a device."""
    device_width: u.Bit = positive(exact=CHOSEN)
    """Data pins of one channel of a device, each with one bit."""
    data_rate: u.BitPerSecond = positive(exact=CHOSEN)
    """Data rate of one pin."""
    burst_length: u.Dimensionless = quantity(minimum=1, maximum=256, integer=True, exact=CHOSEN)
    """Burst length: bits per pin in a burst."""
    row_size: u.Bit = positive(exact=CHOSEN)
    """Bits of a row in one channel of a device."""
    banks: u.Dimensionless = quantity(minimum=1, maximum=1024, integer=True, exact=CHOSEN)
    """Banks of a channel."""
    open_banks: u.Dimensionless = quantity(minimum=1, maximum=1024, integer=True, exact=DEFINED)
    """Open banks in the measurement loop of the active standby current."""
    refreshed_banks: u.Dimensionless = quantity(minimum=1, maximum=1024, integer=True, exact=CHOSEN)
    """Banks blocked during a refresh: all, or one for per-bank refresh."""

    row_active_time: u.Second = positive(symbol="t_RAS", exact=_MUST_BE_GIVEN)
    """Minimum row-open time (tRAS)."""
    precharge_time: u.Second = positive(symbol="t_RP", exact=_MUST_BE_GIVEN)
    """Time to precharge a row (tRP)."""
    row_to_column_time: u.Second = positive(symbol="t_RCD", exact=_MUST_BE_GIVEN)
    """Time from activating a row to reading from it (tRCD)."""
    column_time: u.Second = positive(symbol="t_CL", exact=_MUST_BE_GIVEN)
    """Time from the read command to the first bit."""
    activation_interval: u.Second = positive(symbol="t_RRD", exact=_MUST_BE_GIVEN)
    """Minimum time between two activations of different banks (tRRD)."""
    activation_window: u.Second = positive(symbol="t_FAW", exact=_MUST_BE_GIVEN)
    """Window with at most four row activations (tFAW)."""
    refresh_time: u.Second = positive(symbol="t_RFC", exact=_MUST_BE_GIVEN)
    """Duration of an all-bank refresh (tRFC)."""
    refresh_interval: u.Second = positive(symbol="t_REFI", exact=_MUST_BE_GIVEN)
    """Refresh interval (tREFI)."""
    refresh_halving_temperature: u.Kelvin = positive(absent=358.15, exact=RANGE_END)
    """Temperature above which rows are refreshed twice as often."""
    maximum_temperature: u.Kelvin = positive(absent=368.15, exact=RANGE_END)
    """Highest temperature that the data sheet covers."""
    power_down_exit_time: u.Second = non_negative(symbol="t_XP", exact=_MUST_BE_GIVEN)
    """Time to leave power-down."""
    self_refresh_exit_time: u.Second = non_negative(symbol="t_XS", exact=_MUST_BE_GIVEN)
    """Time to leave self-refresh."""

    supply_voltage: u.Volt = positive(exact=CHOSEN)
    """Supply of the core: VDD, or VDD2 of low-power memories."""
    activating_current: u.Ampere = positive(symbol="I_DD0", exact=_DATA_SHEET)
    """Current of activating and precharging rows at the maximum rate (IDD0)."""
    precharged_standby_current: u.Ampere = positive(symbol="I_DD2N", exact=_DATA_SHEET)
    """Standby current, all rows closed (IDD2N)."""
    power_down_current: u.Ampere = positive(symbol="I_DD2P", exact=_DATA_SHEET)
    """Current in power-down, all rows closed."""
    active_standby_current: u.Ampere = positive(symbol="I_DD3N", exact=_DATA_SHEET)
    """Standby current, rows open (IDD3N)."""
    reading_current: u.Ampere = positive(symbol="I_DD4R", exact=_DATA_SHEET)
    """Current of gapless read bursts (IDD4R)."""
    writing_current: u.Ampere = positive(symbol="I_DD4W", exact=_DATA_SHEET)
    """Current of gapless write bursts (IDD4W)."""
    refreshing_current: u.Ampere = positive(symbol="I_DD5B", exact=_DATA_SHEET)
    """Current of gapless refresh (IDD5B)."""
    self_refresh_current: u.Ampere = positive(symbol="I_DD6", exact=_DATA_SHEET)
    """Current in self-refresh."""

    second_supply_voltage: u.Volt = non_negative(absent=0.0, exact=CHOSEN)
    """Second supply: VPP, or VDD1 of low-power memories; zero if there is none."""
    second_activating_current: u.Ampere = non_negative(absent=0.0, exact=_DATA_SHEET)
    """I_DD0 of the second supply."""
    second_precharged_standby_current: u.Ampere = non_negative(absent=0.0, exact=_DATA_SHEET)
    """I_DD2N of the second supply."""
    second_power_down_current: u.Ampere = non_negative(absent=0.0, exact=_DATA_SHEET)
    """I_DD2P of the second supply."""
    second_active_standby_current: u.Ampere = non_negative(absent=0.0, exact=_DATA_SHEET)
    """I_DD3N of the second supply."""
    second_reading_current: u.Ampere = non_negative(absent=0.0, exact=_DATA_SHEET)
    """I_DD4R of the second supply."""
    second_writing_current: u.Ampere = non_negative(absent=0.0, exact=_DATA_SHEET)
    """I_DD4W of the second supply."""
    second_refreshing_current: u.Ampere = non_negative(absent=0.0, exact=_DATA_SHEET)
    """I_DD5B of the second supply."""
    second_self_refresh_current: u.Ampere = non_negative(absent=0.0, exact=_DATA_SHEET)
    """I_DD6 of the second supply."""

    standby_factor: u.Dimensionless = positive()
    """Ratio of a typical device's standby power to that of the data sheet."""
    activation_factor: u.Dimensionless = positive()
    """Ratio of a typical device's row-activation energy to that of the data sheet."""
    reading_factor: u.Dimensionless = positive()
    """Ratio of a typical device's read energy to that of the data sheet."""
    writing_factor: u.Dimensionless = positive()
    """Ratio of a typical device's write energy to that of the data sheet."""
    refresh_factor: u.Dimensionless = positive()
    """Ratio of a typical device's refresh energy to that of the data sheet."""

    interface_voltage: u.Volt = positive(symbol="V_DDQ", exact=CHOSEN)
    """Supply of the data pins."""
    loop_voltage: u.Volt = positive(exact=CHOSEN)
    """Voltage across driver and termination while current flows."""
    driver_resistance: u.Ohm = positive()
    """Resistance of a pin driver."""
    termination_resistance: u.Ohm = positive()
    """Termination resistance of a pin."""
    conducting_share: u.Dimensionless = quantity(minimum=0, maximum=1, exact="mean of random bits")
    """Share of the bits for which current flows through the termination; zero without termination."""
    pin_capacitance: u.Farad = non_negative()
    """Capacitance of the pads at both ends of a pin and of the line between them."""
    pin_swing: u.Volt = positive()
    """Voltage swing of a pin."""
    controller_energy: u.JoulePerBit = non_negative()
    """Energy of controller and interface on the chip per bit, without the pin drivers."""
    controller_power: u.Watt = non_negative()
    """Idle power of controller and interface on the chip, per channel."""
    controller_time: u.Second = non_negative()
    """Round-trip time of controller and interface."""
    bus_share: u.Dimensionless = positive(maximum=1.0)
    """Bus utilisation under load; the rest is bus turnaround."""
    footprint: u.SquareMetre = non_negative()
    """Area of controller and interface on the die, per channel."""


class DramBlock(DeviceBlock):
    """Off-chip dynamic memory with its channels, from the data sheet of a device."""

    record = DramParameters
    model: Literal["dram"]
    carries: tuple[Literal["inputs", "outputs", "weights", "activations"], ...] = Field(min_length=1)
    """Contents that are read from it (inputs, weights) and written to it (outputs). weights: weights that do not fit in
    any on-chip memory, and weights that are written into cells in operation; activations: inputs and outputs of a layer
    if together they exceed the activation memory, and intermediate results between parts of a network."""
    channels: Count = 1.0
    """Independent channels."""
    channel_width: WordWidthOrAuto = "auto"
    """Data pins of a channel; auto: those of one channel of a device. Wider channels use devices in parallel."""
    capacity: BitCountOrAuto = "auto"
    """Capacity of all channels; auto: one rank of devices. More capacity takes further ranks, which are idle and
    refreshed."""
    run_length: BitCountOrAuto = "auto"
    """Bits moved from consecutive addresses before the next transfer begins elsewhere; auto: streams that fill their
    rows."""
    rest: Literal["active_standby", "precharged_standby", "power_down", "self_refresh"] = "precharged_standby"
    """State of the devices between transfers."""


_RANDOM_BITS = 1.0 / 2.0**2
"""Average number of line charges per random bit, for a line that keeps its level until the next bit."""


_RESTS = {
    "active_standby": "active_standby_current",
    "precharged_standby": "precharged_standby_current",
    "power_down": "power_down_current",
    "self_refresh": "self_refresh_current",
}


class Dram(Link):
    """Off-chip devices, their channels, and the on-chip interfaces.

    Model errors
    ------------
    energy
        commands, clocks and calibration of the interface and power that depends on the data are not in the model;
        the deviation of devices from their data sheets is a factor of the device
    static_power
        calibration of the interface and states that a controller does not reach
    time
        the loop order in use reads more than the best one, and requests wait for each other
    """

    schema = DramBlock
    outside_die = frozenset({"burst", "activation", "open_row", "standby", "refresh"})
    reads_and_writes = True
    prior_error = model_errors(energy=1.15, static_power=1.3, time=1.15)
    example = "lpddr4_3200_micron"
    device: DramParameters

    # --- organisation

    def channel_width(self) -> u.Bit:
        """Data pins of a channel."""
        return self.options.get("channel_width", self.device.device_width)

    def side_by_side(self) -> u.Dimensionless:
        """Devices, or device channels, in parallel per channel."""
        return self.channel_width() / self.device.device_width

    def devices_of_a_rank(self) -> u.Dimensionless:
        """Devices that form one rank of all channels."""
        return equations.devices_of_a_rank(
            self.options["channels"],
            self.channel_width(),
            self.device.device_width,
            self.device.device_channels,
        )

    def ranks(self) -> u.Dimensionless:
        """Ranks for the capacity."""
        if "capacity" not in self.options:
            return 1.0
        return equations.ranks(
            self.options["capacity"], self.devices_of_a_rank() * self.device.device_capacity
        )

    def devices(self) -> u.Dimensionless:
        """All devices."""
        return self.devices_of_a_rank() * self.ranks()

    def capacity(self) -> u.Bit:
        """Capacity of all devices."""
        return self.devices() * self.device.device_capacity

    def burst_size(self) -> u.Bit:
        """Bits of a burst on one channel."""
        return self.device.burst_length * self.channel_width()

    def rows_per_bit(self) -> u.PerBit:
        """Row activations per bit."""
        return equations.rows_opened_per_bit(
            self.options.get("run_length", math.inf),
            self.device.row_size * self.side_by_side(),
            self.burst_size(),
        )

    # --- power and energy of one channel of one device

    def of_supplies(self, *currents: str) -> list[list[Any]]:
        """Voltages of both supplies, each with its currents of these names."""
        names = ("supply_voltage", *currents)
        return [[getattr(self.device, f"{supply}{name}") for name in names] for supply in ("", "second_")]

    def at_rest(self, current: str) -> u.Watt:
        """Power in a resting state of the device."""
        first, second = (equations.standby_power(*drawn) for drawn in self.of_supplies(current))
        return (first + second) * self.device.standby_factor

    def activation(self) -> u.Joule:
        """Energy of opening and closing one row."""
        d, times = self.device, (self.device.row_active_time, self.row_cycle_time())
        first, second = (
            equations.activation_energy(
                voltage, activating, equations.one_bank_current(closed, opened, d.open_banks), closed, *times
            )
            for voltage, activating, closed, opened in self.of_supplies(
                "activating_current", "precharged_standby_current", "active_standby_current"
            )
        )
        return (first + second) * d.activation_factor

    def command(self, current: str, duration: u.Second, factor: u.Dimensionless) -> u.Joule:
        """Energy of a burst or of a refresh."""
        first, second = (
            equations.energy_above_standby(voltage, drawn, standby, duration)
            for voltage, drawn, standby in self.of_supplies(current, "active_standby_current")
        )
        return (first + second) * factor

    def refreshing(self) -> u.Watt:
        """Mean power of refreshing."""
        energy = self.command("refreshing_current", self.device.refresh_time, self.device.refresh_factor)
        return energy / self.refresh_interval()

    def resting(self) -> u.Watt:
        """Power between transfers; it includes refresh in self-refresh only."""
        return self.at_rest(_RESTS[self.spec.rest])

    def interface(self) -> u.JoulePerBit:
        """Energy of a bit on its pin."""
        d, bit = self.device, 1.0
        terminated = equations.termination_energy(
            d.loop_voltage, d.driver_resistance + d.termination_resistance, d.conducting_share, d.data_rate
        )
        charged = equations.pin_charge_energy(
            _RANDOM_BITS, d.pin_capacitance, d.interface_voltage, d.pin_swing, bit
        )
        return terminated + charged

    def open_rows(self) -> u.JoulePerBit:
        """Energy of keeping the rows of a channel open for the time of one bit."""
        working = self.at_rest("active_standby_current")
        if self.spec.rest == "self_refresh":
            working = working + self.refreshing()
        every = self.side_by_side()
        return equations.open_row_energy(working * every, self.resting() * every, self.channel_rate())

    # --- time

    def row_cycle_time(self) -> u.Second:
        """Row cycle time: from one row of a bank to the next."""
        return self.device.row_active_time + self.device.precharge_time

    def burst_time(self) -> u.Second:
        """Time of one burst on the pins."""
        return self.device.burst_length / (self.device.data_rate / self.one_bit())

    def one_bit(self) -> u.Bit:
        """One bit: the data that a pin moves at a time."""
        return 1.0

    def refresh_interval(self) -> u.Second:
        """Refresh interval at the chip's temperature, which the memory is assumed to share."""
        d = self.device
        return equations.refresh_interval(
            d.refresh_interval, self.technology.temperature, d.refresh_halving_temperature
        )

    def refresh_share(self) -> u.Dimensionless:
        """Share of the time for which refresh blocks a channel."""
        d = self.device
        return equations.refresh_share(d.refresh_time, self.refresh_interval(), d.refreshed_banks, d.banks)

    def channel_rate(self) -> u.BitPerSecond:
        """Sustained data rate of a channel."""
        d = self.device
        interval = equations.row_interval(
            d.activation_interval, d.activation_window, self.row_cycle_time(), d.banks
        )
        peak = d.data_rate * (self.channel_width() / self.one_bit())
        return equations.sustained_rate(
            peak, d.bus_share, self.rows_per_bit(), interval, self.refresh_share()
        )

    def rate(self) -> u.BitPerSecond:
        """Sustained data rate of all channels."""
        return self.channel_rate() * self.options["channels"]

    def wake_time(self) -> u.Second:
        """Time to leave the resting state."""
        if self.spec.rest == "power_down":
            return self.device.power_down_exit_time
        return self.device.self_refresh_exit_time if self.spec.rest == "self_refresh" else 0.0

    def latency(self) -> u.Second:
        """Time from a request to the end of its first burst."""
        d = self.device
        return equations.access_latency(
            d.controller_time, self.wake_time(), d.precharge_time, d.row_to_column_time, d.column_time,
            self.burst_time(), d.refresh_time, self.refresh_share(),
        )  # fmt: skip

    # --- costs

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy per bit read and per bit written."""
        d, bit, every = self.device, 1.0, self.side_by_side()
        bits = d.burst_length * d.device_width
        opened = self.activation() * every * self.rows_per_bit() * bit
        commands = {
            "read": self.command("reading_current", self.burst_time(), d.reading_factor) / bits * bit,
            "write": self.command("writing_current", self.burst_time(), d.writing_factor) / bits * bit,
        }
        common = (
            ("activation", opened),
            ("interface", self.interface() * bit),
            ("open_row", self.open_rows() * bit),
            ("controller", d.controller_energy * bit),
        )
        return [
            self.energy(action, term, energy, "off-chip transfer")
            for action, burst in commands.items()
            for term, energy in (("burst", burst), *common)
        ]

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of interfaces and controllers, which is not subject to the floor plan's utilisation."""
        footprint = self.device.footprint * self.options["channels"]
        return [AreaCost(self.path, "input_output", footprint, placed=True)]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Power of all resting devices, of their refresh, and of the idle channels."""
        number = self.devices() * self.device.device_channels
        own = [] if self.spec.rest == "self_refresh" else [
            StaticCost(self.path, "refresh", self.refreshing() * number)
        ]  # fmt: skip
        return [
            StaticCost(self.path, "standby", self.resting() * number),
            *own,
            StaticCost(self.path, "controller", self.device.controller_power * self.options["channels"]),
            *self._kept(number),
        ]

    def _kept(self, devices: u.Dimensionless) -> list[StaticCost]:
        """Self-refresh while the chip is off, if the memory holds data that the next inference needs."""
        if "weights" not in self.spec.carries:
            return []
        power = self.at_rest("self_refresh_current") * devices
        return [StaticCost(self.path, "self_refresh", power, standby=True)]

    def characteristics(self, network: NetworkContext) -> list[Characteristic]:
        """Figures of merit that a designer asks for: capacity and speed."""
        d = self.device
        peak = d.data_rate * (self.channel_width() / self.one_bit()) * self.options["channels"]
        return [
            self.characteristic("devices", self.devices(), "1"),
            self.characteristic("capacity", self.capacity(), "bit"),
            self.characteristic("peak_rate", peak, "bit/s"),
            self.characteristic("sustained_rate", self.rate(), "bit/s"),
            self.characteristic("access_latency", self.latency(), "s"),
            self.characteristic("refresh_share", self.refresh_share(), "1"),
        ]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the configuration exists and is within the data sheet.

        Checks
        ------
        dram_width
            a channel consists of whole devices in parallel: channel_width must be a multiple of their width
        dram_run_length
            no transfer is shorter than a burst: run_length must not be below it
        dram_refresh
            the rows decay faster than they can be refreshed
        dram_temperature
            the data sheet of the memory does not cover this temperature
        """
        d, side = self.device, self.side_by_side()
        run = self.options.get("run_length", math.inf)
        temperature, whole = self.technology.temperature, np.logical_and(side >= 1.0, side == np.round(side))
        return [
            self.check("infeasible", "dram_width", whole, self.channel_width(), d.device_width, "bit"),
            self.require("infeasible", "dram_run_length", run, ">=", self.burst_size(), "bit"),
            self.require("infeasible", "dram_refresh", self.refresh_share(), "<", 1.0),
            self.require("extrapolation", "dram_temperature", temperature, "<=", d.maximum_temperature, "K"),
        ]
