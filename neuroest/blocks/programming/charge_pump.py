"""Charge pump that generates the programming voltage."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Characteristic, Check, Component, EnergyCost
from neuroest.blocks.electrical_point import Written
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.equations import power, write_circuits
from neuroest.specs.base import CountOrAuto, CurrentOrAuto, VoltageOrAuto
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import RANGE_END, Record, non_negative, positive, quantity


class ChargePumpParameters(Record):
    """Dickson charge pump: capacitors, parasitics and surrounding circuits."""

    maximum_voltage: u.Volt = positive(maximum=100.0, exact=RANGE_END)
    """Maximum voltage of its transistors and capacitors."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Density of the capacitors."""
    parasitic_fraction: u.Dimensionless = positive(maximum=1.0, symbol="alpha")
    """Capacitance of a clocked plate to ground over that of the capacitor."""
    clock_frequency: u.PerSecond = positive(symbol="f_p")
    """Clock of the pump."""
    area_factor: u.Dimensionless = quantity(minimum=1.0, maximum=100.0)
    """Ratio of the pump area (with switches, clock drivers and regulation) to its capacitor area."""
    idle_power: u.Watt = non_negative()
    """No-load power of its oscillator and regulation."""


class ChargePumpBlock(DeviceBlock):
    """Dickson charge pump that generates the programming voltage from a lower voltage."""

    record = ChargePumpParameters
    model: Literal["charge_pump"]
    stages: CountOrAuto = "auto"
    """Number of stages; auto: the number with the lowest power."""
    input_voltage: VoltageOrAuto = "auto"
    """Supply and clock voltage; auto: the chip's supply. Any other voltage is supplied externally."""
    largest_current: CurrentOrAuto = "auto"
    """Design current, which limits the cells written in parallel; auto: the current that the drivers need."""
    arrays_per_pump: CountOrAuto = "auto"
    """Arrays that share one pump; auto: all arrays of a chip."""


class ChargePump(Component[ChargePumpParameters]):
    """Dickson charge pump.

    Model errors
    ------------
    energy
        losses in switches and regulation are not in the model
    area
        reservoirs of charge and test logic are not in the model
    static_power
        oscillators and references differ
    """

    schema = ChargePumpBlock
    part_of_array = True
    owns = ("write supply loss",)
    overhead = ("write supply loss",)
    prior_error = model_errors(energy=1.4, area=2, static_power=3)
    device: ChargePumpParameters

    def input_voltage(self) -> u.Volt:
        """Supply voltage of the pump: as chosen, or the chip's."""
        return self.options.get("input_voltage", self.technology.supply_voltage)

    def stages(self, voltage: u.Volt) -> u.Dimensionless:
        """Stages: as chosen, or the number with the lowest power."""
        if "stages" in self.options:
            return self.options["stages"]
        return write_circuits.charge_pump_stages(
            voltage, self.input_voltage(), self.device.parasitic_fraction
        )

    def efficiency(self, voltage: u.Volt) -> u.Dimensionless:
        """Efficiency: output power over input power."""
        return write_circuits.charge_pump_efficiency(
            self.stages(voltage), self.input_voltage(), voltage, self.device.parasitic_fraction
        )

    def arrays_served(self, arrays_together: u.Dimensionless) -> u.Dimensionless:
        """Arrays behind one pump that are written simultaneously: in the worst case all of them."""
        behind = self.options.get("arrays_per_pump", np.inf)
        return np.minimum(behind, arrays_together)

    def needed_current(self, written: Written) -> u.Ampere:
        """Current of all cells that are written simultaneously."""
        return written.together * written.cell_current * self.arrays_served(written.arrays_together)

    def current(self, written: Written) -> u.Ampere:
        """Design current."""
        return self.options.get("largest_current", self.needed_current(written))

    def capacitance(self, written: Written) -> u.Farad:
        """Total capacitance of all stages."""
        return write_circuits.charge_pump_capacitance(
            self.stages(written.voltage), self.current(written), self.device.clock_frequency,
            self.input_voltage(), written.voltage,
        )  # fmt: skip

    def area_cost(self, written: Written) -> AreaCost:
        """Area of one pump."""
        d = self.device
        area = write_circuits.charge_pump_area(
            self.capacitance(written), d.capacitance_density, d.area_factor
        )
        return AreaCost(self.path, "pump", area)

    def loss(self, output_energy: u.Joule, voltage: u.Volt) -> EnergyCost:
        """Energy loss in addition to the output energy."""
        lost = write_circuits.supply_loss_energy(output_energy, self.efficiency(voltage))
        return self.energy("program", "pump_loss", lost, "write supply loss")

    def idling(self, written: Written) -> EnergyCost:
        """Share of one cell in the no-load energy while its array, and others behind the pump, are written."""
        cells = written.rows.count * written.columns.count * self.arrays_served(written.arrays_together)
        energy = power.static_energy(self.device.idle_power, written.time) / cells
        return self.energy("program", "idle", energy, "write supply loss")

    def written_characteristics(self, written: Written) -> list[Characteristic]:
        """Figures of merit that a designer of pumps asks for."""
        voltage = written.voltage
        return [
            self.characteristic("stages of the charge pump", self.stages(voltage), "1"),
            self.characteristic("current of the charge pump", self.current(written), "A"),
            self.characteristic("capacitance of the charge pump", self.capacitance(written), "F"),
            self.characteristic("efficiency of the charge pump", self.efficiency(voltage), "1"),
        ]

    def written_checks(self, written: Written) -> list[Check]:
        """Whether the pump reaches the voltage, tolerates it, and delivers the current.

        Checks
        ------
        pump_reaches_voltage
            the stages of the charge pump do not reach the programming voltage; give it more, or auto
        pump_is_needed
            the programming voltage is not above the input voltage of the charge pump
        pump_stands_voltage
            the programming voltage exceeds the rating of the charge pump
        pump_delivers
            the cells written at once draw more current than the charge pump is designed for
        """
        source, voltage = self.input_voltage(), written.voltage
        open_voltage = write_circuits.charge_pump_open_voltage(self.stages(voltage), source)
        needed, current = self.needed_current(written), self.current(written)
        return [
            self.require("infeasible", "pump_reaches_voltage", voltage, "<", open_voltage, "V"),
            self.require("design_rule", "pump_is_needed", voltage, ">", source, "V"),
            self.require(
                "design_rule", "pump_stands_voltage", voltage, "<=", self.device.maximum_voltage, "V"
            ),
            self.require("design_rule", "pump_delivers", needed, "<=", current, "A"),
        ]
