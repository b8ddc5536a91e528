"""What drives the rows of a crossbar: spikes, bits one after the other, pulse widths, or voltages from a converter."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from neuroest.components.base import (
    AreaCost,
    Check,
    Component,
    EnergyCost,
    NetworkContext,
    StaticCost,
    leakage_at_chip_temperature,
    resistance_at_corner,
)
from neuroest.devices.arrays import (
    CapacitiveDacParameters,
    LevelShifterParameters,
    PulseWidthDriverParameters,
    ResistiveLadderParameters,
    RowDriverParameters,
    SpikeDriverParameters,
)
from neuroest.equations import converters, drivers
from neuroest.units import Ampere, Dimensionless, Joule, Numeric, Second, SquareMetre, Volt


class LevelShifter(Component[LevelShifterParameters]):
    """Level shifter in front of a row."""

    model: ClassVar[str] = "level_shifter"


class RowDriver(Component[Any]):
    """What the array must know of the circuit at its rows.

    A number can enter bit by bit (`planes` reads of the array), as one pulse whose width is the number, or as one
    voltage. All three give a cell the same charge in the mean: it is proportional to the mean input.
    """

    whole_numbers: ClassVar[bool] = False
    """Whether an input is applied in one read instead of bit by bit."""
    analog: ClassVar[bool] = False
    """Whether the row carries a voltage between zero and the read voltage."""

    def planes(self, network: NetworkContext) -> Numeric:
        """Reads that one input takes."""
        return 1.0 if network.spiking or self.whole_numbers else network.activation_bits

    def bits_per_read(self, network: NetworkContext) -> Numeric:
        """Bits of the input that one read carries."""
        return network.activation_bits if self.whole_numbers and not network.spiking else 1.0

    def drive_time(self, pulse_width: Second, network: NetworkContext) -> Second:
        """Longest time that a row is driven in one read, for the shortest pulse chosen."""
        return pulse_width

    def drive_voltage(self) -> Volt:
        """Voltage that the row line swings by where it ends on transistor gates."""
        return self.technology.supply_voltage

    def self_load_energy(self, line_energy: Joule) -> Joule:
        """Energy of the driver's own gates for one pulse."""
        return drivers.driver_self_load_energy(line_energy, self.device.self_load_fraction)

    def own_energies(
        self, read_voltage: Volt, row_current: Ampere, read_time: Second, network: NetworkContext
    ) -> list[EnergyCost]:
        """What the circuit takes beside its output stage, for one input."""
        return []

    def own_area(self, network: NetworkContext) -> SquareMetre:
        """Area beside the output stage."""
        return 0.0

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of what stands in its slots."""
        return []

    def checks(self, network: NetworkContext) -> list[Check]:
        """What must hold for the driver alone."""
        return []

    def input_energy(self, term: str, energy: Joule) -> EnergyCost:
        """An energy term of one input, in the ledger of row drivers."""
        return self.energy("input", term, energy, "input conversion", owner="input")

    def line_costs(self, term: str, energy: Joule) -> EnergyCost:
        """An energy term of one pulse, in the ledger of row drivers."""
        return self.energy("row_toggle", term, energy, "row driver self-load", owner="input")


class SpikeDriver(RowDriver):
    """One-bit row driver."""

    model: ClassVar[str] = "spike_driver"
    device: SpikeDriverParameters

    @property
    def shifter(self) -> Component[LevelShifterParameters] | None:
        """Level shifter, if there is one."""
        return self.slots.get("level_shifter")

    def drive_voltage(self) -> Volt:
        """Voltage as chosen, or the supply."""
        return self.options.get("drive_voltage", self.technology.supply_voltage)

    def shifter_costs(self) -> list[EnergyCost]:
        """Energy of one shifted pulse."""
        if self.shifter is None:
            return []
        energy = self.shifter.device.toggle_energy
        return [self.shifter.energy("row_toggle", "shift", energy, "level shift")]

    def shifter_areas(self) -> list[AreaCost]:
        """Area of one shifter."""
        return (
            []
            if self.shifter is None
            else [AreaCost(self.shifter.path, "shifter", self.shifter.device.footprint)]
        )

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of the shifter."""
        if self.shifter is None:
            return []
        power = leakage_at_chip_temperature(self.shifter, self.shifter.device.leakage_power)
        return [StaticCost(self.shifter.path, "leakage", power)]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the row's voltage can be made at all."""
        drive, supply = self.drive_voltage(), self.technology.supply_voltage
        if self.shifter is None:
            return [
                Check(
                    "row_voltage", self.path, "refuse", drive <= supply,
                    "rows are driven above the supply without a level_shifter", drive, supply, "V",
                )
            ]  # fmt: skip
        most = self.shifter.device.maximum_voltage
        return [
            Check(
                "shifter_voltage", self.shifter.path, "refuse", drive <= most,
                "the row voltage exceeds what the level shifter stands", drive, most, "V",
            )
        ]  # fmt: skip


class PulseWidthDriver(RowDriver):
    """Row driver that is on for a time in proportion to its input."""

    model: ClassVar[str] = "pulse_width"
    device: PulseWidthDriverParameters
    whole_numbers: ClassVar[bool] = True

    def drive_time(self, pulse_width: Second, network: NetworkContext) -> Second:
        """Time of the largest number, as many shortest pulses as it counts, for each row that shares a converter."""
        longest = drivers.pulse_width_modulation_time(1.0, self.bits_per_read(network), pulse_width)
        return longest * self.options["rows_per_converter"]

    def own_energies(
        self, read_voltage: Volt, row_current: Ampere, read_time: Second, network: NetworkContext
    ) -> list[EnergyCost]:
        """Counter or delay line."""
        return [self.input_energy("pulse_width", self.device.conversion_energy)]

    def own_area(self, network: NetworkContext) -> SquareMetre:
        """Share of one row in a counter or delay line."""
        area: SquareMetre = self.device.converter_area / self.options["rows_per_converter"]
        return area


class _VoltageDriver(RowDriver):
    """Common part of the converters to voltages: the buffer that carries the row's current."""

    whole_numbers: ClassVar[bool] = True
    analog: ClassVar[bool] = True

    def buffer_energy(self, row_current: Ampere, read_time: Second) -> EnergyCost:
        """Quiescent current of the buffer while the row is driven."""
        bias = self.device.buffer_overhead * row_current
        energy = converters.front_end_bias_energy(bias, self.technology.supply_voltage, read_time)
        return self.input_energy("buffer", energy)


class CapacitiveDac(_VoltageDriver):
    """Charge-redistribution converter at each row."""

    model: ClassVar[str] = "capacitive_dac"
    device: CapacitiveDacParameters

    def own_energies(
        self, read_voltage: Volt, row_current: Ampere, read_time: Second, network: NetworkContext
    ) -> list[EnergyCost]:
        """Capacitors, and the buffer."""
        d = self.device
        capacitors = drivers.capacitive_dac_energy(
            self.bits_per_read(network), d.unit_capacitance, read_voltage, d.switching_factor
        )
        return [self.input_energy("capacitors", capacitors), self.buffer_energy(row_current, read_time)]

    def own_area(self, network: NetworkContext) -> SquareMetre:
        """Capacitors and switches."""
        d = self.device
        return drivers.capacitive_dac_area(
            self.bits_per_read(network), d.unit_capacitance, d.capacitance_density, d.switch_area
        )


class ResistiveLadder(_VoltageDriver):
    """R-2R ladder at each row."""

    model: ClassVar[str] = "resistive_ladder"
    device: ResistiveLadderParameters

    def own_energies(
        self, read_voltage: Volt, row_current: Ampere, read_time: Second, network: NetworkContext
    ) -> list[EnergyCost]:
        """Static current of the ladder, and the buffer."""
        ladder = drivers.resistive_ladder_energy(
            self.bits_per_read(network), read_voltage, self.device.unit_resistance, read_time
        )
        return [self.input_energy("ladder", ladder), self.buffer_energy(row_current, read_time)]

    def own_area(self, network: NetworkContext) -> SquareMetre:
        """Resistors."""
        return drivers.resistive_ladder_area(self.bits_per_read(network), self.device.resistor_area)


def output_stage_area(driver: RowDriver, row_current: Ampere) -> SquareMetre:
    """Area of the output stage that carries the static current of a whole row, as drawn for a typical die."""
    d: RowDriverParameters = driver.device
    process = driver.process
    width = drivers.driver_width(row_current, process.on_current, d.current_linearity)
    return np.maximum(drivers.driver_area(width, process.gate_pitch, 0.0), d.minimum_area)


def drive_resistance(driver: RowDriver, columns: Dimensionless, conductance: Any) -> Any:
    """Resistance that the output stage may have for the voltage it may lose; a slow die exceeds it."""
    limit = drivers.driver_resistance_limit(driver.device.voltage_loss, columns, 1.0, conductance)
    return resistance_at_corner(driver, limit)
