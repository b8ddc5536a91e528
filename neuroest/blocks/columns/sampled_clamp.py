"""Clamp whose result is stored on a capacitor, so that rows are idle while the neuron integrates."""

from dataclasses import replace
from typing import ClassVar, Literal, TypeAlias

from neuroest.blocks.attributes import chosen
from neuroest.blocks.base import AreaCost, Costs, EnergyCost, NetworkContext
from neuroest.blocks.columns.current_clamp import CurrentClamp, CurrentClampBlock, CurrentClampParameters
from neuroest.blocks.columns.sample_and_hold import droop_check
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.roles import HoldsResults
from neuroest.core import units as u
from neuroest.equations import array_lines, converters
from neuroest.specs.blocks import Block
from neuroest.specs.parameters import CHOSEN, non_negative, positive


class SampledClampParameters(CurrentClampParameters):
    """Current conveyor that stores the column result and drives the neuron after the rows go idle."""

    hold_capacitance: u.Farad = positive(symbol="C_h")
    """Capacitor that stores the result."""
    hold_voltage: u.Volt = positive(maximum=10.0, exact=CHOSEN)
    """Largest voltage on the capacitor."""
    follower_current: u.Ampere = non_negative(absent=0.0)
    """Current of the follower while the neuron integrates. Without it, nothing drives the neuron but the capacitor."""
    droop_current: u.Ampere = non_negative()
    """Leakage current from the capacitor."""
    hold_footprint: u.SquareMetre = positive()
    """Area of one capacitor with its switch and follower."""
    ending_gates: u.Dimensionless = non_negative(absent=0.0)
    """Transistors through which a spike discharges the capacitor, in two-input NAND gates of the process; they are
    counted where a spike ends the drive, and what they leak is a part of `droop_current`."""


AfterSpike: TypeAlias = Literal["drive_ends", "drive_stays"]
"""What a spike does to the held result of its neuron."""


class SampledClampBlock(CurrentClampBlock):
    """Current conveyor with a capacitor that stores the result, so that rows are idle while a neuron integrates."""

    record = SampledClampParameters
    model: Literal["sampled_clamp"]  # type: ignore[assignment]
    after_spike: AfterSpike = "drive_ends"
    """drive_ends: a spike discharges the capacitor, so that a neuron which would fire again or stay on loses its drive
    for the rest of the timestep; drive_stays: the drive lasts as long as the result says."""


class SampledClamp(CurrentClamp, HoldsResults):
    """Conveyor with a capacitor that stores the result and drives the neuron.

    Model errors
    ------------
    area
        bias and layout overhead
    """

    schema: ClassVar[type[Block]] = SampledClampBlock
    samples_columns = True
    spike_ends_drive = chosen("after_spike", "drive_ends")
    owns = ("column interface bias", "held column result")
    prior_error = model_errors(area=1.5)
    device: SampledClampParameters

    @property
    def held(self) -> str:
        """Path under which the stages that store a result are counted."""
        return f"{self.path}:held"

    def _hold_energies(self, hold_time: u.Second) -> list[EnergyCost]:
        """Energies of the capacitor, and of the follower while the neuron integrates."""
        d, supply = self.device, self.technology.supply_voltage
        charge = array_lines.column_swing_energy(d.hold_capacitance, d.hold_voltage, supply)
        follower = converters.front_end_bias_energy(d.follower_current, supply, hold_time)
        ledger = "held column result"
        return [
            self.energy("hold", "hold_capacitor", charge, ledger),
            self.energy("hold", "follower", follower, ledger),
        ]

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs with the bias during one read, and with the result held for a neuron.

        In an array, a held value has to stay within half a step while the slowest neuron integrates.
        """
        costs, d = super().costs(network, point), self.device
        areas, checks = list(costs.areas), list(costs.checks)
        if point.get("spike_ends_drive", False):
            ending = d.ending_gates * self.process.gate_area
            areas.append(AreaCost(self.path, "ending", ending, counted_as=self.held))
        bits = point.get("settled_bits", None)
        if bits is not None:
            lost = converters.sample_droop(d.droop_current, point.longest_hold_time, d.hold_capacitance)
            checks.append(droop_check(self.path, lost, converters.half_step(d.hold_voltage, bits)))
        energies = [*costs.energies, *self._hold_energies(point.hold_time)]
        return replace(costs, energies=energies, areas=areas, checks=checks)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Area of one conveyor, and of one stage that stores a result."""
        stage = AreaCost(
            self.path, "hold_stage", self.area_at_node(self.device.hold_footprint), counted_as=self.held
        )
        return [*super().areas(network), stage]

    def held_voltage(self) -> u.Volt:
        """Largest voltage on the capacitor, as stated."""
        return self.device.hold_voltage
