"""Resistive crossbar: cells, row drivers, column circuits, and the array they form."""

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
    combined_width_bits,
)
from neuroest.components.neurons import Neuron
from neuroest.devices.arrays import (
    CurrentClampParameters,
    ReportedAdcParameters,
    ResistiveCellParameters,
    SpikeDriverParameters,
    SurveyAdcParameters,
)
from neuroest.equations import converters, drivers, power
from neuroest.equations import crossbar as equations
from neuroest.errors import NeuroestError
from neuroest.units import (
    Ampere,
    Dimensionless,
    Farad,
    Metre,
    Numeric,
    Ohm,
    PerSecond,
    Second,
    Siemens,
    SquareMetre,
    Volt,
)

# Units that the converter survey's regression is stated in.
_NANOMETRE, _HERTZ, _PICOJOULE, _SQUARE_MICROMETRE = 1e-9, 1.0, 1e-12, 1e-12


class ResistiveCell(Component[ResistiveCellParameters]):
    """One resistive memory and its access transistor."""

    model: ClassVar[str] = "one_transistor_one_resistor"

    def area(self) -> SquareMetre:
        """Area of one cell."""
        d = self.device
        return equations.cell_area(d.cell_feature_squares, self.process.feature_size, d.minimum_cell_area)

    def pitch(self) -> Metre:
        """Side of one cell, taken as square."""
        return equations.cell_pitch(self.area())

    def gate_capacitance(self) -> Farad:
        """Gate of one access transistor."""
        return self.process.gate_capacitance * self.device.access_width

    def junction_capacitance(self) -> Farad:
        """What one cell hangs on its column: transistor junction and memristor."""
        return self.process.drain_capacitance * self.device.access_width + self.device.memristor_capacitance


class SpikeDriver(Component[SpikeDriverParameters]):
    """One-bit row driver."""

    model: ClassVar[str] = "spike_driver"


class CurrentClamp(Component[CurrentClampParameters]):
    """Current conveyor between a column and its neuron."""

    model: ClassVar[str] = "current_clamp"

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor."""
        return [AreaCost(self.path, "conveyor", self.device.footprint)]

    def input_resistance(self) -> Ohm:
        """Resistance that the column sees."""
        return self.device.input_resistance


class VoltageMode(Component[None]):
    """No circuit: the neuron sees the voltage of the column."""

    model: ClassVar[str] = "voltage_mode"


class IdealInterface(Component[None]):
    """No circuit and no loss, which the estimate lists as left out."""

    model: ClassVar[str] = "ideal"


class Converter(Component[Any]):
    """Analog-to-digital converter at the columns."""

    def bits(self, rows: Dimensionless, cell_bits: Dimensionless) -> Dimensionless:
        """Resolution."""
        raise NotImplementedError(type(self).__name__)

    def sample_rate(self) -> PerSecond:
        """Conversions per second."""
        raise NotImplementedError(type(self).__name__)


class SurveyAdc(Converter):
    """Converter by the survey regression."""

    model: ClassVar[str] = "survey_adc"
    device: SurveyAdcParameters

    def bits(self, rows: Dimensionless, cell_bits: Dimensionless) -> Dimensionless:
        """Resolution: as chosen, or lossless for one-bit inputs less the dropped bits."""
        if "bits" in self.options:
            return self.options["bits"]
        return converters.lossless_resolution(rows, 1.0, cell_bits) - self.options["dropped_bits"]

    def sample_rate(self) -> PerSecond:
        """Conversions per second as chosen."""
        return self.options["sample_rate"]

    def conversion_energy(self, bits: Dimensionless) -> Numeric:
        """Best-case energy of one conversion by the regression."""
        d = self.device
        merit = converters.survey_figure_of_merit(
            bits, self.sample_rate(), _HERTZ, d.speed_merit_constant, d.speed_merit_slope,
            d.resolution_merit_constant, d.resolution_merit_slope,
        )  # fmt: skip
        return converters.survey_conversion_energy(
            bits, self.process.feature_size, merit, _NANOMETRE, _PICOJOULE, d.energy_constant,
            d.energy_node_exponent, d.energy_bits_exponent, 0.0,
        )  # fmt: skip

    def cost(self, bits: Dimensionless) -> tuple[EnergyCost, AreaCost]:
        """Energy of a conversion and area of a converter, with their quality."""
        d, best = self.device, self.conversion_energy(bits)
        area = converters.survey_converter_area(
            self.process.feature_size, self.sample_rate(), best, _NANOMETRE, _HERTZ, _PICOJOULE, _SQUARE_MICROMETRE,
            d.area_constant, d.area_node_exponent, d.area_rate_exponent, d.area_energy_exponent,
        )  # fmt: skip
        ledger = "analog-to-digital conversion"
        return (
            self.energy("conversion", "conversion", best * d.energy_quality, ledger, owner="converter"),
            AreaCost(self.path, "converter", area * d.area_quality),
        )

    def range_checks(self, bits: Dimensionless) -> list[Check]:
        """Whether resolution, rate and node lie within the survey."""
        d, size = self.device, self.process.feature_size
        return [
            self.check_range(
                "converter_resolution", bits, d.minimum_bits, d.maximum_bits, "1",
                "resolution lies outside the converter survey", severity="refuse",
            ),
            self.check_range(
                "converter_rate", self.sample_rate(), 0.0, d.maximum_sample_rate, "1/s",
                "sampling rate lies outside the converter survey", severity="refuse",
            ),
            self.check_range(
                "converter_node", size, d.minimum_feature_size, d.maximum_feature_size, "m",
                "node lies outside the converter survey, so that its energy and area are extrapolated",
            ),
        ]  # fmt: skip


class ReportedAdc(Converter):
    """Converter as published."""

    model: ClassVar[str] = "reported_adc"
    device: ReportedAdcParameters

    def bits(self, rows: Dimensionless, cell_bits: Dimensionless) -> Dimensionless:
        """Resolution as published."""
        return self.device.bits

    def sample_rate(self) -> PerSecond:
        """Conversions per second as published."""
        return self.device.sample_rate

    def cost(self, bits: Dimensionless) -> tuple[EnergyCost, AreaCost]:
        """Energy of a conversion and area of a converter as published."""
        ledger = "analog-to-digital conversion"
        return (
            self.energy("conversion", "conversion", self.device.conversion_energy, ledger, owner="converter"),
            AreaCost(self.path, "converter", self.device.footprint),
        )

    def range_checks(self, bits: Dimensionless) -> list[Check]:
        """Nothing to leave: the converter is what it is."""
        return []


class CrossbarArray(Component[None]):
    """The array that cells, drivers and column circuits form, with its wires."""

    model: ClassVar[str] = "crossbar"

    @property
    def cell(self) -> ResistiveCell:
        """The cell."""
        return self.slots["cell"]  # type: ignore[return-value]

    @property
    def readout(self) -> Component[Any]:
        """Neuron or converter read-out."""
        return self.slots["readout"]

    @property
    def neuron(self) -> Neuron | None:
        """Neuron at the columns, if the array is read by neurons."""
        return self.readout.slots.get("neuron")  # type: ignore[return-value]

    @property
    def interface(self) -> Component[Any] | None:
        """Circuit between column and neuron."""
        return self.readout.slots.get("interface")

    @property
    def converter(self) -> SurveyAdc | ReportedAdc | None:
        """Converter at the columns, if the array is read by converters."""
        return self.readout.slots.get("converter")  # type: ignore[return-value]

    def devices_per_weight(self) -> tuple[float, float]:
        """Columns and rows that one weight takes, before slicing."""
        return {"column_differential": (2.0, 1.0), "row_differential": (1.0, 2.0), "offset": (1.0, 1.0)}[
            self.spec.pairing
        ]

    def bits_per_cell(self, network: NetworkContext) -> Dimensionless:
        """Bits held by one cell: as chosen, or what the device can hold and the weight needs."""
        if "bits_per_cell" in self.options:
            return self.options["bits_per_cell"]
        return np.minimum(self.cell.device.bits_per_cell, self.magnitude_bits(network))

    def magnitude_bits(self, network: NetworkContext) -> Dimensionless:
        """Bits of a weight without the sign that a pair carries."""
        signed_by_pair = 0.0 if self.spec.pairing == "offset" else 1.0
        return np.maximum(network.weight_bits - signed_by_pair, 1.0)

    def slices(self, network: NetworkContext) -> Dimensionless:
        """Cells side by side that hold the bits of one weight."""
        return equations.slices_per_weight(self.magnitude_bits(network), self.bits_per_cell(network))

    def conductance(self, network: NetworkContext) -> Siemens:
        """Mean conductance of one cell, access transistor included."""
        d = self.cell.device
        if self.spec.pairing == "offset":
            mean = equations.offset_mean_conductance(d.low_conductance, d.high_conductance)
        else:
            mean = equations.pair_mean_conductance(
                d.low_conductance, d.high_conductance, network.mean_absolute_weight
            )
        return equations.access_limited_conductance(mean, d.access_resistance)

    def read_supply_voltage(self) -> Volt:
        """Voltage of the supply that gives the read current."""
        supply = self.slots["read_supply"]
        if supply.spec.model == "linear_regulator":
            return self.technology.supply_voltage
        return power.regulator_supply_voltage(self.options["read_voltage"], supply.options["efficiency"])

    def row_capacitance(self) -> Farad:
        """Capacitance of one row line with its access gates."""
        return equations.row_capacitance(
            self.options["columns"],
            self.cell.pitch(),
            self.process.wire_capacitance,
            self.cell.gate_capacitance(),
        )

    def column_capacitance(self) -> Farad:
        """Capacitance of one column line with its junctions."""
        return equations.column_capacitance(
            self.options["rows"],
            self.cell.pitch(),
            self.process.wire_capacitance,
            self.cell.junction_capacitance(),
        )

    def segment_resistance(self) -> Ohm:
        """Wire between neighbouring cells, the same along rows and columns."""
        return equations.cell_wire_resistance(self.process.wire_resistance, self.cell.pitch())

    def settling_time(self, network: NetworkContext) -> Second:
        """Time until the column is within the settling error."""
        d = self.slots["input"].device
        conductance = self.conductance(network)
        drive = drivers.driver_resistance_limit(d.voltage_loss, self.options["columns"], 1.0, conductance)
        segment = self.segment_resistance()
        row = equations.row_time_constant(drive, self.options["columns"] * segment, self.row_capacitance())
        column_resistance = self.options["rows"] * segment
        total = self.options["rows"] * conductance
        if isinstance(self.interface, CurrentClamp):
            column = equations.column_time_constant_clamped(
                self.interface.input_resistance(), total, column_resistance, self.column_capacitance()
            )
        else:
            column = equations.column_time_constant_floating(
                total, column_resistance, self.column_capacitance()
            )
        return equations.settling_time(row, column, combined_width_bits(self.options["settling_error"]))

    def read_time(self, network: NetworkContext) -> Second:
        """Time that the active rows of one read are driven: the pulse, settling, and what the neuron needs."""
        time = np.maximum(self.options["pulse_width"], self.settling_time(network))
        if self.neuron is not None:
            time = np.maximum(time, self.neuron.input_hold_time())
        return time

    def conversion_time(self) -> Second:
        """Time to convert the columns that share a converter; zero for neurons."""
        if self.converter is None:
            return 0.0
        return converters.shared_read_time(
            self.readout.options["columns_per_converter"], self.converter.sample_rate()
        )

    def resolution(self, network: NetworkContext) -> Dimensionless:
        """Resolution of the converters."""
        if self.converter is None:
            raise NeuroestError(f"{self.path} is read by neurons and has no resolution")
        return self.converter.bits(self.options["rows"], self.bits_per_cell(network))

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Cells, lines, drivers, and the circuits at the columns."""
        cell, driver = self.cell, self.slots["input"]
        supply = self.read_supply_voltage()
        read_time = self.read_time(network)
        toggle = equations.line_toggle_energy(self.row_capacitance(), self.technology.supply_voltage)
        self_load = drivers.driver_self_load_energy(toggle, driver.device.self_load_fraction)
        costs = [
            cell.energy(
                "cell_read",
                "read_current",
                equations.cell_read_energy(
                    self.conductance(network), self.options["read_voltage"], supply, read_time
                ),
                "cell read current",
            ),
            cell.energy("row_toggle", "row_line", toggle, "row line charge"),
            driver.energy("row_toggle", "self_load", self_load, "row driver self-load"),
        ]
        if not isinstance(self.interface, IdealInterface):
            swing = equations.column_swing_energy(
                self.column_capacitance(), self.options["read_voltage"], supply
            )
            costs.append(cell.energy("column_read", "column_line", swing, "column line charge"))
        if isinstance(self.interface, CurrentClamp):
            bias = converters.front_end_bias_energy(
                self.interface.device.bias_current, self.technology.supply_voltage, read_time
            )
            costs.append(self.interface.energy("column_read", "bias", bias, "column interface bias"))
        if self.neuron is not None:
            costs.extend(self.neuron.spike_energies(read_time))
        if self.converter is not None:
            costs.append(self.converter.cost(self.resolution(network))[0])
        return costs

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one cell, one driver, and one circuit at a column."""
        driver, d = self.slots["input"], self.slots["input"].device
        current = drivers.row_current(
            self.options["read_voltage"], self.options["columns"], 1.0, self.conductance(network)
        )
        width = drivers.driver_width(current, self.process.on_current, d.current_linearity)
        area = np.maximum(drivers.driver_area(width, self.process.gate_pitch, 0.0), d.minimum_area)
        costs = [AreaCost(self.cell.path, "cells", self.cell.area()), AreaCost(driver.path, "driver", area)]
        if self.interface is not None:
            costs.extend(self.interface.areas(network))
        if self.neuron is not None:
            costs.extend(self.neuron.areas(network))
        if self.converter is not None:
            costs.append(self.converter.cost(self.resolution(network))[1])
        return costs

    def statics(self, network: NetworkContext) -> list[StaticCost]:
        """Leakage of the neurons; rows at ground and unclamped columns draw nothing."""
        return self.neuron.statics(network) if self.neuron is not None else []

    def checks(self, network: NetworkContext) -> list[Check]:
        """Read disturb, regulator headroom, cell bits and what the circuits at the columns say."""
        d, read = self.cell.device, self.options["read_voltage"]
        checks = [
            Check(
                "read_disturb", self.cell.path, "limit", read <= d.read_voltage_limit,
                "the read voltage disturbs the state of the cells", read, d.read_voltage_limit, "V",
            ),
            Check(
                "read_supply", self.path, "refuse", self.read_supply_voltage() >= read,
                "the read voltage exceeds the supply it is made from", read, self.read_supply_voltage(), "V",
            ),
            Check(
                "bits_per_cell", self.cell.path, "refuse", self.bits_per_cell(network) <= d.bits_per_cell,
                "more bits per cell than the device can hold", self.bits_per_cell(network), d.bits_per_cell,
            ),
        ]  # fmt: skip
        if self.neuron is not None:
            checks.extend(self.neuron.checks(network))
        if self.converter is not None:
            checks.extend(self.converter.range_checks(self.resolution(network)))
        return checks

    def ir_drop(self, network: NetworkContext, active_fraction: Numeric) -> Dimensionless:
        """Mean share of the column current that the wires cost, with idle rows cut off by their transistors."""
        segment = self.segment_resistance()
        return equations.ir_drop_error_mean(
            self.conductance(network), segment, segment, self.options["rows"], self.options["columns"],
            active_fraction,
        )  # fmt: skip

    def column_current(self, network: NetworkContext, active_fraction: Numeric) -> Ampere:
        """Mean current of a clamped column with that share of its rows active."""
        active = active_fraction * self.options["rows"] * self.conductance(network)
        return equations.clamped_column_current(self.options["read_voltage"], active)

    def column_voltage(self, active_fraction: Numeric) -> Volt:
        """Voltage of a floating column with grounded idle rows."""
        return equations.grounded_idle_column_voltage(self.options["read_voltage"], active_fraction, 1.0)
