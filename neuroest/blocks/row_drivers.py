"""Circuits at the rows: one-bit drivers, level shifters, pulse widths, converters to voltages, and the read supply."""

from typing import Any, ClassVar, Literal

import numpy as np

from neuroest.blocks.base import (
    AreaCost,
    Check,
    Component,
    Costs,
    EnergyCost,
    NetworkContext,
    StaticCost,
    chosen,
    slot,
)
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import WITHOUT_COSTS, ModelError, ModelErrors, model_errors
from neuroest.blocks.process_scaling import (
    AnalogCircuit,
    CircuitParameters,
    leakage_at_chip_temperature,
    resistance_at_corner,
)
from neuroest.blocks.roles import DrivesOneBit
from neuroest.core import units as u
from neuroest.equations import converters, drivers
from neuroest.specs.base import Count, PositiveFraction, VoltageOrAuto
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import RANGE_END, Record, non_negative, positive


class LinearRegulatorBlock(Block):
    """Linear regulator from the supply to the read voltage: the read current is drawn at the full supply voltage."""

    model: Literal["linear_regulator"]


class SwitchingConverterBlock(Block):
    """Switching converter for the read voltage."""

    model: Literal["switching_converter"]
    efficiency: PositiveFraction
    """Efficiency: output power divided by input power."""


class LinearRegulator(Component[None]):
    """Regulator from the supply to the read voltage; the read current is charged at the full supply voltage."""

    schema = LinearRegulatorBlock
    prior_error = WITHOUT_COSTS


class SwitchingConverter(Component[None]):
    """Converter from the supply to the read voltage, with an efficiency."""

    schema = SwitchingConverterBlock
    prior_error = WITHOUT_COSTS


DRIVER_ERROR: ModelErrors = model_errors(
    energy=ModelError(1.5, "as for one-bit row drivers"), area=ModelError(2.5, "as for one-bit row drivers")
)
"""Error of the model of a row-input circuit."""


class RowDriverParameters(Record):
    """Parameters of the output stage of all row drivers."""

    self_load_fraction: u.Dimensionless = non_negative(symbol="k_self")
    """Ratio of the driver's own gate energy to the energy of its row."""
    voltage_loss: u.Dimensionless = positive(maximum=1.0, symbol="eps_drv")
    """Allowed voltage drop in the driver, as a share of the read voltage."""
    current_linearity: u.Dimensionless = positive(maximum=1.0, symbol="k_lin")
    """Ratio of read current to saturation current."""
    minimum_area: u.SquareMetre = non_negative()
    """Area of the smallest driver."""


class RowDriverBlock(DeviceBlock):
    """Circuit at the rows."""

    rows_per_driver: Literal["one", "pair"] = "one"
    """pair: both rows of a weight (`weight_encoding: row_differential`) have one output stage and one amplifier, as
    where one line selects the cells of both."""


class RowDriver(AnalogCircuit[Any]):
    """Interface between the array and the circuit at its rows.

    A number can enter bit by bit (`planes` reads of the array), as one pulse whose width is the number, or as one
    voltage. All three give a cell the same charge on average: it is proportional to the mean input.
    """

    drives_pairs: bool = chosen("rows_per_driver", "pair")
    """Whether both rows of a pair have one output stage."""
    counts_pulses: bool = False
    """Whether a number is as many pulses."""
    whole_numbers: ClassVar[bool] = False
    """Whether an input is applied in one read instead of bit by bit."""
    analog: ClassVar[bool] = False
    """Whether the row carries a voltage between zero and the read voltage."""
    family = "input"
    owns = ("row driver self-load", "input conversion")

    def planes(self, network: NetworkContext) -> u.Numeric:
        """Reads per input."""
        return 1.0 if network.spiking or self.whole_numbers else network.activation_bits

    def bits_per_read(self, network: NetworkContext) -> u.Numeric:
        """Bits of the input in one read."""
        return network.activation_bits if self.whole_numbers and not network.spiking else 1.0

    def drive_time(self, pulse_width: u.Second, network: NetworkContext) -> u.Second:
        """Longest time for which a row is driven in one read, for the chosen shortest pulse."""
        return pulse_width

    def drive_voltage(self) -> u.Volt:
        """Voltage swing of a row line that ends at transistor gates."""
        return self.technology.supply_voltage

    def own_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Energies in addition to those of the output stage: actions ``input``, and ``row_toggle`` per row."""
        return []

    def own_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of the circuit that converts an input to its signal, shared by both rows of a pair."""
        return 0.0

    def row_area(self) -> u.SquareMetre:
        """Area per row in addition to its output stage."""
        return 0.0

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Energies of one pulse and one input, and the area of one row, whose output stage carries the row current."""
        rows = point.get("rows_per_weight", 1.0)
        stage = output_stage_area(self, point.drawn_row_current) + self.row_area()
        own = point.get("driver_energy", None)
        if own is None:  # of a driver by itself, which is given the energy of its row
            own = drivers.driver_self_load_energy(point.row_energy, self.device.self_load_fraction)
        energies = [
            self.energy("row_toggle", "self_load", own, "row driver self-load"),
            *self.own_energies(network, point),
        ]
        area = stage / (rows if self.drives_pairs else 1.0) + self.own_area(network) / rows
        return Costs(energies, [AreaCost(self.path, "driver", area)], checks=self.checks(network))

    def input_energy(self, term: str, energy: u.Joule) -> EnergyCost:
        """One energy term of an input, in the ledger of row drivers."""
        return self.energy("input", term, energy, "input conversion")


class VoltageDriverParameters(RowDriverParameters):
    """Output amplifier of a digital-to-analog converter, which supplies the row current."""

    buffer_overhead: u.Dimensionless = non_negative()
    """Ratio of the output stage's quiescent current to its largest row current."""
    amplifier_current: u.Ampere = non_negative(absent=0.0)
    """Current of the amplifier's input stage, independent of its load."""
    amplifier_area: u.SquareMetre = non_negative(absent=0.0)
    """Area of the amplifier without its output stage."""


class VoltageDriver(RowDriver):
    """Common part of digital-to-analog row drivers: the amplifier that supplies each row's current."""

    whole_numbers = True
    analog = True

    def buffer_energy(self, point: ElectricalPoint) -> EnergyCost:
        """Energy of the amplifier's quiescent current while its row is driven."""
        bias = self.device.buffer_overhead * point.row_current + self.device.amplifier_current
        energy = converters.front_end_bias_energy(bias, self.technology.supply_voltage, point.row_time)
        return self.energy("row_toggle", "buffer", energy, "input conversion")

    def row_area(self) -> u.SquareMetre:
        """Area of the row amplifier."""
        return self.area_at_node(self.device.amplifier_area)


def output_stage_area(driver: RowDriver, row_current: u.Ampere) -> u.SquareMetre:
    """Area of the output stage for the static current of a whole row, sized on a typical die."""
    d: RowDriverParameters = driver.device
    process = driver.process
    width = drivers.driver_width(row_current, process.on_current, d.current_linearity)
    return np.maximum(drivers.driver_area(width, process.gate_pitch, 0.0), d.minimum_area)


def drive_resistance(driver: RowDriver, columns: u.Dimensionless, conductance: Any) -> Any:
    """Maximum resistance of the output stage for its allowed voltage drop; a slow die exceeds it."""
    limit = drivers.driver_resistance_limit(driver.device.voltage_loss, columns, 1.0, conductance)
    return resistance_at_corner(driver, limit)


class LevelShifterParameters(Record):
    """Level shifter between logic and a row with a voltage above the logic supply."""

    toggle_energy: u.Joule = positive()
    """Energy of one pulse with both edges."""
    maximum_voltage: u.Volt = positive(maximum=100.0, exact=RANGE_END)
    """Maximum voltage of its transistors."""
    leakage_power: u.Watt = non_negative()
    """Leakage of one shifter."""
    footprint: u.SquareMetre = positive()
    """Area of one shifter."""


class LevelShifterBlock(DeviceBlock):
    """Level shifter between logic and a row."""

    record = LevelShifterParameters
    model: Literal["level_shifter"]


class LevelShifter(AnalogCircuit[LevelShifterParameters]):
    """Level shifter in front of a row."""

    schema = LevelShifterBlock
    owns = ("level shift", "write level shift")
    overhead = ("write level shift",)
    prior_error = DRIVER_ERROR

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one level-shifted pulse of a row."""
        return [self.energy("row_toggle", "shift", self.toggle_energy(), "level shift")]

    def toggle_energy(self) -> u.Joule:
        """Energy of one pulse at the chip's node."""
        return self.energy_at_node(self.device.toggle_energy)

    def footprint(self) -> u.SquareMetre:
        """Area of one shifter at the chip's node."""
        return self.area_at_node(self.device.footprint)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one shifter."""
        return [AreaCost(self.path, "shifter", self.footprint())]

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of one shifter."""
        power = leakage_at_chip_temperature(self, self.device.leakage_power)
        return [StaticCost(self.path, "leakage", power)]


class PulseWidthDriverParameters(RowDriverParameters, CircuitParameters):
    """Row driver with a pulse width proportional to its input."""

    conversion_energy: u.Joule = non_negative()
    """Energy of converting one number to one pulse."""
    converter_area: u.SquareMetre = non_negative()
    """Area of the counter or delay line of one row."""


class PulseWidthBlock(RowDriverBlock):
    """Pulse-width driver at the end of each row: one `pulse_width` of the array per input step."""

    record = PulseWidthDriverParameters
    model: Literal["pulse_width"]
    coding: Literal["width", "count"] = "width"
    """width: one pulse that is as long as the number; count: as many pulses of one `pulse_width`, edges included, and
    each of them charges the row."""
    rows_per_converter: Count = 1.0
    """Rows that share one digital-to-time converter in series."""


class PulseWidthDriver(RowDriver):
    """Row driver with a pulse width proportional to its input."""

    schema = PulseWidthBlock
    prior_error = DRIVER_ERROR
    device: PulseWidthDriverParameters
    whole_numbers = True
    counts_pulses: bool = chosen("coding", "count")
    """Whether a number is as many pulses."""

    def drive_time(self, pulse_width: u.Second, network: NetworkContext) -> u.Second:
        """Time of the largest number, in shortest pulses, for each row that shares a converter."""
        longest = drivers.pulse_width_modulation_time(1.0, self.bits_per_read(network), pulse_width)
        return longest * self.options["rows_per_converter"]

    def own_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Energy of the counter or delay line."""
        return [self.input_energy("pulse_width", self.at_supply(self.device.conversion_energy))]

    def own_area(self, network: NetworkContext) -> u.SquareMetre:
        """Share of one row in the area of a counter or delay line."""
        return self.area_at_node(self.device.converter_area) / self.options["rows_per_converter"]


class CapacitiveDacParameters(VoltageDriverParameters):
    """Charge-redistribution DAC at each row, with an output buffer for the row current."""

    unit_capacitance: u.Farad = positive(symbol="C_u")
    """Capacitance of the least significant bit, or of a leg of a ladder, which the highest bit has to match."""
    switching_factor: u.Dimensionless = positive(maximum=4.0, symbol="k_c")
    """Ratio of the conversion energy to the energy of charging all capacitors, of binary weights."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Density of the capacitors."""
    switch_area: u.SquareMetre = non_negative()
    """Area of the switches of one bit."""


class CapacitiveDacBlock(RowDriverBlock):
    """Charge-redistribution digital-to-analog converter at the end of each row."""

    record = CapacitiveDacParameters
    model: Literal["capacitive_dac"]
    topology: Literal["binary", "c_2c"] = "binary"
    """binary: capacitors of 1, 2, 4 and so on units; c_2c: a ladder of equal legs and links of two units, which grows
    with the bits and not with the codes. Parasitic capacitance at its nodes, which limits its linearity, is not
    modelled."""


class CapacitiveDac(VoltageDriver):
    """Charge-redistribution converter at each row."""

    schema = CapacitiveDacBlock
    prior_error = DRIVER_ERROR
    device: CapacitiveDacParameters

    def own_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Energies of the capacitors and the buffer."""
        d, bits = self.device, self.bits_per_read(network)
        capacitors = (
            drivers.capacitive_ladder_energy(bits, d.unit_capacitance, point.read_voltage)
            if self.spec.topology == "c_2c"
            else drivers.capacitive_dac_energy(
                bits, d.unit_capacitance, point.read_voltage, d.switching_factor
            )
        )
        return [self.input_energy("capacitors", capacitors), self.buffer_energy(point)]

    def own_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of capacitors and switches."""
        d, bits = self.device, self.bits_per_read(network)
        area = drivers.capacitive_ladder_area if self.spec.topology == "c_2c" else drivers.capacitive_dac_area
        return self.area_at_node(area(bits, d.unit_capacitance, d.capacitance_density, d.switch_area))


class ResistiveLadderParameters(VoltageDriverParameters):
    """R-2R ladder at each row, with an output buffer for the row current."""

    unit_resistance: u.Ohm = positive(symbol="R")
    """Resistance R of the ladder."""
    resistor_area: u.SquareMetre = positive()
    """Area of one resistor R."""


class ResistiveLadderBlock(RowDriverBlock):
    """R-2R digital-to-analog converter at the end of each row."""

    record = ResistiveLadderParameters
    model: Literal["resistive_ladder"]


class ResistiveLadder(VoltageDriver):
    """R-2R ladder at each row."""

    schema = ResistiveLadderBlock
    prior_error = DRIVER_ERROR
    device: ResistiveLadderParameters

    def own_energies(self, network: NetworkContext, point: ElectricalPoint) -> list[EnergyCost]:
        """Energies of the static current of the ladder, and the buffer."""
        bits, resistance = self.bits_per_read(network), self.device.unit_resistance
        ladder = drivers.resistive_ladder_energy(bits, point.read_voltage, resistance, point.row_time)
        return [self.input_energy("ladder", ladder), self.buffer_energy(point)]

    def own_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of the resistors."""
        area = drivers.resistive_ladder_area(self.bits_per_read(network), self.device.resistor_area)
        return self.area_at_node(area)


class OneBitDriverParameters(RowDriverParameters):
    """One-bit row driver: a tapered inverter chain sized for its row."""


class OneBitDriverBlock(RowDriverBlock):
    """One-bit driver at the end of each row; inputs are bit-serial."""

    slots = ("level_shifter",)
    record = OneBitDriverParameters
    model: Literal["one_bit_driver"]
    drive_voltage: VoltageOrAuto = "auto"
    """Voltage swing of a row of transistor gates; auto: the supply voltage. A swing above the supply needs a level
    shifter."""
    level_shifter: LevelShifterBlock | None = None
    """Level shifter in front of each row, if needed."""


class OneBitDriver(RowDriver, DrivesOneBit):
    """One-bit row driver.

    Model errors
    ------------
    energy
        level shifters and decoders are not in the model
    area
        a peer tool multiplies the area of drivers by 1 to 9 for three compute-in-memory macros
    """

    analog_circuit = False
    schema = OneBitDriverBlock
    prior_error = model_errors(energy=1.5, area=ModelError(2.5, source="andrulis2024cimloop"))
    device: OneBitDriverParameters

    shifter: Component[LevelShifterParameters] | None = slot("level_shifter")
    """Level shifter; None without one."""

    def drive_voltage(self) -> u.Volt:
        """Voltage swing of the row: as chosen, or the supply."""
        return self.options.get("drive_voltage", self.technology.supply_voltage)

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the row voltage can be generated.

        Checks
        ------
        shifter_voltage
            the row voltage exceeds the rating of the level shifter
        row_voltage
            rows are driven above the supply without a level_shifter
        """
        drive, supply = self.drive_voltage(), self.technology.supply_voltage
        if self.shifter is None:
            return [self.require("infeasible", "row_voltage", drive, "<=", supply, "V")]
        most = self.shifter.device.maximum_voltage
        return [self.require("infeasible", "shifter_voltage", drive, "<=", most, "V", path=self.shifter.path)]
