"""Clamp whose result becomes the width of a pulse at the neuron, so that nothing analog drives it."""

from typing import Literal

from neuroest.blocks.base import EnergyCost
from neuroest.blocks.columns.current_clamp import CurrentClampBlock
from neuroest.blocks.columns.sampled_clamp import SampledClamp, SampledClampParameters
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.equations import array_lines, converters
from neuroest.specs.parameters import non_negative


class PulseCouplingParameters(SampledClampParameters):
    """Clamp with a capacitor whose discharge times a pulse of the supply at the neuron."""

    switch_capacitance: u.Farad = non_negative()
    """Gate of the switch that connects the neuron to the supply, and the input that it charges."""
    threshold_error: u.Volt = non_negative(symbol="sigma_V")
    """Standard deviation of the voltage at which the comparator ends the pulse, between neurons."""


class PulseCouplingBlock(CurrentClampBlock):
    """A column's result is the width of a pulse: the neuron sees the supply until the column's charge is used up."""

    record = PulseCouplingParameters
    model: Literal["pulse_coupling"]  # type: ignore[assignment]


class PulseCoupling(SampledClamp):
    """Capacitor that a column charges, a constant current empties, and a starved comparator watches.

    While charge is left a switch connects the neuron to the supply, so that its input is at the rail whatever the
    result, and the rows rest. `follower_current` is that of the comparator and of what empties the capacitor.

    Model errors
    ------------
    energy
        no such circuit was simulated
    area
        bias and layout overhead
    """

    schema = PulseCouplingBlock
    adds_results = True
    owns = ("column interface bias", "timed neuron pulse")
    prior_error = model_errors(energy=1.5, area=1.5)
    device: PulseCouplingParameters

    def hold_energies(self, hold_time: u.Second) -> list[EnergyCost]:
        """The capacitor, the comparator while the pulse lasts, and the switch that makes it."""
        d, supply = self.device, self.technology.supply_voltage
        charge = array_lines.column_swing_energy(d.hold_capacitance, d.hold_voltage, supply)
        comparator = converters.front_end_bias_energy(d.follower_current, supply, hold_time)
        switch = array_lines.line_toggle_energy(d.switch_capacitance, supply)
        ledger = "timed neuron pulse"
        return [
            self.energy("hold", "hold_capacitor", charge, ledger),
            self.energy("hold", "comparator", comparator, ledger),
            self.energy("hold", "switch", switch, ledger),
        ]

    def driven_voltage(self) -> u.Volt:
        """The supply."""
        return self.technology.supply_voltage

    def threshold_spread(self) -> u.Dimensionless:
        """Error of the comparator, over full scale."""
        return self.device.threshold_error / self.device.hold_voltage
