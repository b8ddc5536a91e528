"""Common part of the converters at crossbar columns."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.base import AreaCost, Check, Costs, EnergyCost, NetworkContext
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.blocks.process_scaling import AnalogCircuit, CircuitParameters
from neuroest.core import units as u
from neuroest.equations import converters as equations
from neuroest.specs.base import DroppedBits, Frequency, LevelNumber, ResolutionOrAuto, Voltage
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import RANGE_END, positive

CORE_ERROR: ModelErrors = model_errors(
    energy=ModelError(
        2.5,
        "an ideal core, without reference, clock and calibration, as for the successive-approximation converter",
    ),
    area=ModelError(2.5, "as for its energy"),
)
"""Error of the model of a converter computed from its circuit."""


class ClockedAdcParameters(CircuitParameters):
    """Parameters of all converters that are computed from their circuit."""

    comparator_area: u.SquareMetre = positive()
    """Area of one comparator."""
    maximum_bits: u.Dimensionless = positive(exact=RANGE_END)
    """Highest resolution of the circuit."""
    maximum_clock_frequency: u.PerSecond = positive()
    """Maximum clock frequency of comparators and counters at the supply of the circuit."""


class ResolvedAdcBlock(DeviceBlock):
    """Converter whose resolution follows from its input range, unless the file states it."""

    bits: ResolutionOrAuto = "auto"
    """Resolution; auto: the lossless resolution minus `dropped_bits`."""
    dropped_bits: DroppedBits = 0.0
    """Bits below the lossless resolution, if the network tolerates fewer."""
    levels: LevelNumber | None = None
    """Levels that the converter distinguishes, where their number is no power of two: 3 of a ternary result, 6 of a
    flash with five comparators. The resolution is then log2(levels), in place of `bits`."""
    supply_voltage: Voltage | None = None
    """Supply of the converters, if they have their own. Default: that of the chip."""

    @model_validator(mode="after")
    def _one_resolution(self) -> Self:
        if self.levels is not None and not (self.bits == "auto" and self.dropped_bits == 0.0):
            raise PydanticCustomError(
                "resolution", "levels states the resolution; leave out bits and dropped_bits"
            )
        return self


class ClockedAdcBlock(ResolvedAdcBlock):
    """Converter computed from its circuit."""

    clock_frequency: Frequency | None = None
    """Clock of the converter. Default: the fastest clock of its comparator at the chip's supply."""


class Converter(AnalogCircuit[Any], ABC):
    """Analog-to-digital converter at the columns."""

    integrates: ClassVar[bool] = False
    """Whether one conversion covers all bits of an input, instead of one conversion per array read."""
    takes_columns: bool = False
    """Whether its input is the column itself, instead of a voltage that a circuit makes from the column current."""
    rounds: ClassVar[bool] = True
    """Whether it rounds its input to one of several codes, instead of deciding between two."""
    takes_times: bool = False
    """Whether its input is a time."""
    family = "converter"
    owns = ("analog-to-digital conversion",)

    counts_during_pulse: bool = False
    """Whether its counter runs while the rows are driven, so that it converts no longer than they are."""

    @property
    def may_count_during_pulse(self) -> bool:
        """Whether its counter runs while the rows are driven, if the circuits around it allow it."""
        return False

    @property
    def steps_in_time(self) -> bool:
        """Whether it passes its steps one after the other."""
        return False

    @property
    def holds_input(self) -> bool:
        """Whether its own capacitors hold the input during conversion, so that the column is free after sampling."""
        return False

    @property
    def ramps(self) -> bool:
        """Whether it compares its input over many cycles."""
        return False

    def supply_voltage(self) -> u.Volt:
        """Supply of the converter: its own, or that of the chip."""
        return self.options.get("supply_voltage", self.technology.supply_voltage)

    def bits(
        self, rows: u.Dimensionless, input_bits: u.Dimensionless, cell_bits: u.Dimensionless
    ) -> u.Dimensionless:
        """Resolution: as chosen, or lossless minus the dropped bits."""
        if "bits" in self.options:
            return self.options["bits"]
        if "levels" in self.options:
            return equations.resolution_of_levels(self.options["levels"])
        lossless = equations.lossless_resolution(rows, input_bits, cell_bits)
        return lossless - self.options["dropped_bits"]

    @abstractmethod
    def rate(self, bits: u.Dimensionless, network: NetworkContext) -> u.PerSecond:
        """Results per second on this network."""

    @abstractmethod
    def energy_costs(self, bits: u.Dimensionless, network: NetworkContext) -> list[EnergyCost]:
        """Energy of a conversion."""

    @abstractmethod
    def area(self, bits: u.Dimensionless) -> u.SquareMetre:
        """Area of one converter."""

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs at the resolution that an array needs, as chosen, or lossless for this number of rows."""
        bits = point.get("resolution", None)
        if bits is None:
            chosen = {"bits", "levels"} & set(self.options) or type(self).bits is not Converter.bits
            bits = self.bits(*(1.0, 1.0, 1.0) if chosen else (point.rows, point.input_bits, point.cell_bits))
        area = AreaCost(self.path, "converter", self.area(bits))
        return Costs(self.energy_costs(bits, network), [area], checks=self.resolution_checks(bits))

    def input_capacitance(self, bits: u.Dimensionless, given: u.Farad) -> u.Farad:
        """Capacitance charged for a conversion: as given if the circuit does not state it."""
        return given

    def acquisition_time(
        self, given_share: u.Dimensionless, bits: u.Dimensionless, network: NetworkContext
    ) -> u.Second:
        """Time to sample the input: the given share of a conversion if the circuit does not state it."""
        return given_share / self.rate(bits, network)

    def booked(self, term: str, energy: u.Joule) -> EnergyCost:
        """An energy term of one conversion, in the ledger of converters."""
        return self.energy("conversion", term, energy, "analog-to-digital conversion")

    def resolution_checks(self, bits: u.Dimensionless) -> list[Check]:
        """Checks of the range of the model, and of a supply of its own.

        Checks
        ------
        converter_supply
            the converters have a supply outside the range of the process
        """
        found = self.range_checks(bits)
        if "supply_voltage" not in self.options:
            return found
        low, high = self.process.minimum_supply_voltage, self.process.maximum_supply_voltage
        return [*found, self.check_range("converter_supply", self.supply_voltage(), low, high, "V")]

    def range_checks(self, bits: u.Dimensionless) -> list[Check]:
        """Whether the resolution is within the limit of the circuit, if its device states one.

        Checks
        ------
        converter_resolution
            resolution is beyond the range of this kind of converter
        """
        most = getattr(self.device, "maximum_bits", None)
        if most is None:
            return []
        return [self.check_range("converter_resolution", bits, 1.0, most, "1", severity="infeasible")]


class SampledConverter(Converter):
    """Common part of the converters whose rate and energy do not depend on the network."""

    @abstractmethod
    def sample_rate(self, bits: u.Dimensionless) -> u.PerSecond:
        """Conversions per second."""

    @abstractmethod
    def conversion_energy(self, bits: u.Dimensionless) -> u.Joule:
        """Energy of one conversion."""

    def rate(self, bits: u.Dimensionless, network: NetworkContext) -> u.PerSecond:
        """Results per second, whatever the network."""
        return self.sample_rate(bits)

    def energy_costs(self, bits: u.Dimensionless, network: NetworkContext) -> list[EnergyCost]:
        """Energy of a conversion, whatever the network."""
        return [self.booked("conversion", self.conversion_energy(bits))]


class ClockedConverter(SampledConverter):
    """Common part of the converters that are computed from their circuit."""

    device: ClockedAdcParameters

    def fastest_clock(self) -> u.PerSecond:
        """Maximum clock frequency of the comparator at the chip's supply."""
        return self.device.maximum_clock_frequency / self.time_at_supply(1.0)

    def clock_frequency(self) -> u.PerSecond:
        """Clock frequency as stated, or the maximum."""
        return self.options.get("clock_frequency", self.fastest_clock())

    def clock_period(self) -> u.Second:
        """Period of the converter's clock."""
        return 1.0 / self.clock_frequency()

    def left_out(self) -> list[str]:
        """Exclusions: circuits that the model does not contain."""
        parts = (
            "reference, its buffers, clocks and calibration of a converter that is computed from its parts"
        )
        return [f"{self.path}: {parts}, a lower bound (whole_adc is a whole one)"]

    def range_checks(self, bits: u.Dimensionless) -> list[Check]:
        """Whether resolution and clock are within the limits of the circuit.

        Checks
        ------
        converter_clock
            the clock is faster than the comparator of the converter at this supply
        """
        clock, fastest = self.clock_frequency(), self.fastest_clock()
        return [
            *super().range_checks(bits),
            self.check_range("converter_clock", clock, 0.0, fastest, "1/s", severity="infeasible"),
        ]
