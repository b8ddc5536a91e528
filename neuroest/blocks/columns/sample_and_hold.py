"""Stage that holds a column result until the shared converter reads it."""

from typing import Any, ClassVar, Literal

from neuroest.blocks.base import AreaCost, Characteristic, Check, Costs, NetworkContext
from neuroest.blocks.electrical_point import ElectricalPoint, SampledLoad
from neuroest.blocks.model_error import PUBLISHED
from neuroest.blocks.process_scaling import AnalogCircuit
from neuroest.core import units as u
from neuroest.equations import array_lines, neuron_geometry
from neuroest.equations import converters as equations
from neuroest.specs.blocks import Block, DeviceBlock
from neuroest.specs.parameters import CHOSEN, Record, non_negative, positive


class SampleAndHoldParameters(Record):
    """Capacitor with a switch and a follower that holds the result of a column."""

    hold_capacitance: u.Farad = positive(symbol="C_h")
    """Hold capacitor."""
    signal_swing: u.Volt = positive(maximum=10.0, exact=CHOSEN)
    """Largest voltage on the capacitor."""
    hold_current: u.Ampere = non_negative()
    """Current of the follower during hold."""
    droop_current: u.Ampere = non_negative()
    """Leakage of the switch, which discharges the capacitor."""
    footprint: u.SquareMetre = positive()
    """Area of one stage."""


class SampleAndHoldBlock(DeviceBlock):
    """Stage at each column that holds its result until the shared converter reads it."""

    record = SampleAndHoldParameters
    model: Literal["sample_and_hold"]


def droop_check(path: str, lost: u.Volt, half_step: u.Volt) -> Check:
    """Whether a held column result stays within half a step while it waits."""
    return Check(
        "sample_droop", path, "design_rule", lost <= half_step,
        "the stored column result droops by more than half a step while it waits", lost, half_step, "V"
    )  # fmt: skip


class SampleAndHold(AnalogCircuit[Any]):
    """Stage that holds a column result while the columns that share a converter are read in turn."""

    schema: ClassVar[type[Block]] = SampleAndHoldBlock
    family = "sample_and_hold"
    part_of_array = True
    owns = ("sample and hold",)
    prior_error = PUBLISHED
    device: SampleAndHoldParameters

    def assumed_input(self) -> tuple[u.Dimensionless, u.Farad]:
        """Sampling share of a conversion, and input capacitance, for a converter whose circuit does not state them."""
        return 1.0, 0.0

    def capacitance(self, bits: u.Dimensionless) -> u.Farad:
        """Hold capacitor."""
        return self.device.hold_capacitance

    def droop_current(self) -> u.Ampere:
        """Leakage current from the capacitor."""
        return self.device.droop_current

    def output_conductance(self, load: SampledLoad) -> u.Siemens:
        """Output conductance of the follower; it is modelled by its current alone."""
        return self.device.hold_current / self.device.signal_swing

    def follower(self, load: SampledLoad) -> tuple[u.Ampere, u.Second]:
        """Follower current, and the time for which it flows per sample."""
        return self.device.hold_current, load.held_time

    def footprint(self, load: SampledLoad) -> u.SquareMetre:
        """Area of one stage."""
        return self.area_at_node(self.device.footprint)

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Energies of charging the capacitor, and of the follower while the sample is used; area of one stage."""
        load, supply = point.sampled_load, self.technology.supply_voltage
        charge = array_lines.column_swing_energy(
            self.capacitance(load.bits), self.device.signal_swing, supply
        )
        current, time = self.follower(load)
        follower = equations.front_end_bias_energy(current, supply, time)
        return Costs(
            [
                self.energy("sample", "hold_capacitor", charge, "sample and hold"),
                self.energy("sample", "follower", follower, "sample and hold"),
            ],
            [AreaCost(self.path, "stage", self.footprint(load))],
            checks=self.stage_checks(load),
        )

    def characteristics_at(self, point: ElectricalPoint) -> list[Characteristic]:
        """Capacitor of a sample, and current of its follower."""
        load = point.sampled_load
        kept, (current, _) = self.capacitance(load.bits), self.follower(load)
        return [
            self.characteristic("capacitor that keeps a sample", kept, "F"),
            self.characteristic("current of the follower", current, "A"),
        ]

    def lost_voltage(self, held_time: u.Second, bits: u.Dimensionless) -> u.Volt:
        """Voltage lost by a sample in this time."""
        return equations.sample_droop(self.droop_current(), held_time, self.capacitance(bits))

    def noise_voltage(self, bits: u.Dimensionless) -> u.Volt:
        """Thermal noise of a sample."""
        return neuron_geometry.thermal_noise_voltage(self.technology.temperature, self.capacitance(bits))

    def stage_checks(self, load: SampledLoad) -> list[Check]:
        """Whether the sample stays within half a step while it waits."""
        lost = self.lost_voltage(load.held_time, load.bits)
        return [droop_check(self.path, lost, equations.half_step(self.device.signal_swing, load.bits))]
