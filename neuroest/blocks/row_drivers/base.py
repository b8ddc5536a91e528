"""Common part of the row drivers of a crossbar."""

from typing import Any, ClassVar, Literal

import numpy as np

from neuroest.blocks.attributes import chosen
from neuroest.blocks.base import AreaCost, Costs, EnergyCost, NetworkContext
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.blocks.process_scaling import AnalogCircuit, resistance_at_corner
from neuroest.core import units as u
from neuroest.equations import converters, drivers
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import Record, non_negative, positive

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

    def own_energies(
        self, read_voltage: u.Volt, row_current: u.Ampere, read_time: u.Second, network: NetworkContext
    ) -> list[EnergyCost]:
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
        rows, stage = point.get("rows_per_weight", 1.0), output_stage_area(self, point.drawn_row_current)
        self_load = drivers.driver_self_load_energy(point.row_energy, self.device.self_load_fraction)
        energies = [
            self.energy("row_toggle", "self_load", self_load, "row driver self-load"),
            *self.own_energies(point.read_voltage, point.row_current, point.row_time, network),
        ]
        area = (stage + self.row_area()) / (rows if self.drives_pairs else 1.0) + self.own_area(
            network
        ) / rows
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

    def buffer_energy(self, row_current: u.Ampere, read_time: u.Second) -> EnergyCost:
        """Energy of the amplifier's quiescent current while its row is driven."""
        bias = self.device.buffer_overhead * row_current + self.device.amplifier_current
        energy = converters.front_end_bias_energy(bias, self.technology.supply_voltage, read_time)
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
