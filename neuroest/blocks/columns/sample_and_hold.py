"""Sample-and-hold stages: of stated size, or sized for their converter by noise and settling."""

from typing import Any, ClassVar, Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Characteristic, Check, Costs, NetworkContext
from neuroest.blocks.electrical_point import ElectricalPoint, SampledLoad
from neuroest.blocks.model_error import PUBLISHED, model_errors
from neuroest.blocks.process_scaling import AnalogCircuit, gate_leakage
from neuroest.core import units as u
from neuroest.equations import converters as equations
from neuroest.equations import crossbar_wires, drivers, multiplexing, neuron_geometry
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
        charge = crossbar_wires.column_swing_energy(
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


class SampleAndHoldCircuitParameters(Record):
    """Capacitor with a switch and a source follower, sized for the converter behind them."""

    signal_swing: u.Volt = positive(maximum=10.0, symbol="V", exact=CHOSEN)
    """Largest voltage on the capacitor."""
    noise_share: u.Dimensionless = positive(maximum=10.0, symbol="a")
    """Noise power of a sample over the quantisation noise of the converter."""
    minimum_capacitance: u.Farad = positive()
    """Minimum capacitor, for the charge injection of its switch and the gate of the follower."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A")
    """Density of the capacitor."""
    converter_input_capacitance: u.Farad = positive(symbol="C_in")
    """Input capacitance of a converter whose circuit does not state it."""
    acquisition_share: u.Dimensionless = positive(maximum=1.0)
    """Sampling share of a conversion, if the circuit of the converter does not state it."""
    transconductance_efficiency: u.PerVolt = positive(maximum=40.0, symbol="e")
    """Transconductance of the follower per current."""
    current_linearity: u.Dimensionless = positive(maximum=1.0)
    """Current of the follower's transistors over that of the process at full drive."""
    switch_width_ratio: u.Dimensionless = positive()
    """Width of the sampling switch over the feature size."""


class SampleAndHoldCircuitBlock(DeviceBlock):
    """Sample-and-hold stage sized for its converter: capacitor by noise, follower by settling."""

    record = SampleAndHoldCircuitParameters
    model: Literal["sample_and_hold_circuit"]
    follower: Literal["while_sampled", "while_converted", "while_held"] = "while_sampled"
    """while_sampled: the follower is on only while the converter samples its input; while_converted: during the
    conversion of its column; while_held: until the last of the columns is converted."""


class SampleAndHoldCircuit(SampleAndHold):
    """Sample-and-hold stage sized for its converter.

    Model errors
    ------------
    energy
        bias lines, clocks of the switches and margins of a real stage
    area
        bias and layout overhead
    """

    schema = SampleAndHoldCircuitBlock
    prior_error = model_errors(energy=2, area=1.5)
    device: SampleAndHoldCircuitParameters  # type: ignore[assignment]

    def assumed_input(self) -> tuple[u.Dimensionless, u.Farad]:
        """Sampling share and input capacitance that the device states for converters that do not state them."""
        return self.device.acquisition_share, self.device.converter_input_capacitance

    def capacitance(self, bits: u.Dimensionless) -> u.Farad:
        """Capacitance that keeps thermal noise within its limit."""
        d = self.device
        least = multiplexing.hold_capacitance(
            self.technology.temperature, bits, d.signal_swing, d.noise_share
        )
        return np.maximum(least, d.minimum_capacitance)

    def switch_width(self) -> u.Metre:
        """Width of the sampling switch."""
        return self.device.switch_width_ratio * self.process.feature_size

    def droop_current(self) -> u.Ampere:
        """Leakage of the open sampling switch at the chip's temperature and corner."""
        return gate_leakage(self, self.switch_width()) / self.technology.supply_voltage

    def load_capacitance(self, load: SampledLoad) -> u.Farad:
        """Load of the follower: the converter input, and the wires to it."""
        return load.input_capacitance + load.wire

    def output_conductance(self, load: SampledLoad) -> u.Siemens:
        """Follower transconductance for which it settles in time together with the multiplexer in series."""
        path = multiplexing.settling_conductance(
            self.load_capacitance(load), load.acquisition_time, load.bits, load.own_time
        )
        return path / (1.0 - load.switch_share)

    def follower(self, load: SampledLoad) -> tuple[u.Ampere, u.Second]:
        """Follower current, and the time for which it flows per sample."""
        d, sampled = self.device, load.acquisition_time
        current = multiplexing.follower_current(
            self.output_conductance(load), d.transconductance_efficiency, self.load_capacitance(load),
            d.signal_swing, sampled,
        )  # fmt: skip
        times = {
            "while_sampled": sampled,
            "while_converted": load.conversion_time,
            "while_held": load.held_time,
        }
        return current, times[self.spec.follower]

    def footprint(self, load: SampledLoad) -> u.SquareMetre:
        """Area of capacitor, sampling switch with its dummy, follower and current source."""
        d, process = self.device, self.process
        width = drivers.driver_width(self.follower(load)[0], process.on_current, d.current_linearity)
        switch = self.switch_width()
        pairs = [
            multiplexing.transistor_pair_area(side, side, process.gate_pitch, process.metal_pitch)
            for side in (width, switch)
        ]
        return self.capacitance(load.bits) / d.capacitance_density + pairs[0] + pairs[1]

    def stage_checks(self, load: SampledLoad) -> list[Check]:
        """Droop, and whether the multiplexer leaves the follower enough time.

        Checks
        ------
        multiplexer_settles
            the junctions of the multiplexer alone take more than half of the time in which the converter takes its
            input; use more levels, a larger resistance_share or fewer columns a converter
        """
        alone = crossbar_wires.settling_time(load.own_time, 0.0, load.bits)
        allowed = load.acquisition_time / 2.0
        return [
            *super().stage_checks(load),
            self.require("design_rule", "multiplexer_settles", alone, "<=", allowed, "s"),
        ]
