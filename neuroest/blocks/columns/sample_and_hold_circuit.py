"""Sample-and-hold stage sized for its converter: capacitor by noise, follower by settling."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import Check
from neuroest.blocks.columns.sample_and_hold import SampleAndHold
from neuroest.blocks.electrical_point import SampledLoad
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import gate_leakage
from neuroest.core import units as u
from neuroest.equations import crossbar_wires, drivers, multiplexing
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, Record, positive


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
