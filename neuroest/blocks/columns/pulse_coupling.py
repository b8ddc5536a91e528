"""Clamp whose result becomes a pulse width at the neuron, so that no analog circuit drives it."""

from typing import Literal

from neuroest.blocks.base import EnergyCost
from neuroest.blocks.columns.current_clamp import CurrentClampBlock
from neuroest.blocks.columns.sampled_clamp import AfterSpike, SampledClamp, SampledClampParameters
from neuroest.blocks.model_error import model_errors
from neuroest.core import units as u
from neuroest.equations import array_lines, converters
from neuroest.specs.parameters import CHOSEN, non_negative, positive


class PulseCouplingParameters(SampledClampParameters):
    """Clamp with a capacitor whose discharge times a supply pulse at the neuron."""

    comparator_capacitance: u.Farad = positive()
    """Capacitance that the comparator charges by the supply when it ends the pulse."""
    comparator_delay: u.Dimensionless = positive(maximum=1.0, exact=CHOSEN)
    """Delay of the comparator over the longest pulse. Its current follows: slow neurons have slow ones."""
    switch_capacitance: u.Farad = non_negative()
    """Capacitance of the switch that connects the neuron to the supply, and of the input that it charges."""
    threshold_error: u.Volt = non_negative(symbol="sigma_V")
    """Standard deviation between neurons of the comparator voltage that ends the pulse."""


class PulseCouplingBlock(CurrentClampBlock):
    """Pulse width as the result of a column: the neuron sees the supply until the column's charge is used up."""

    record = PulseCouplingParameters
    model: Literal["pulse_coupling"]  # type: ignore[assignment]
    after_spike: AfterSpike = "drive_ends"
    """drive_ends: a spike discharges the capacitor, which ends the pulse, so that a neuron which would fire again or
    stay on loses its drive for the rest of the timestep; drive_stays: the pulse lasts as long as the result says."""


class PulseCoupling(SampledClamp):
    """Capacitor that is charged by a column and discharged by a constant current, with a starved comparator.

    While charge is left a switch connects the neuron to the supply, so that its input is at the rail whatever the
    result, and the rows rest. The comparator is biased so that its delay is a stated share of the pulse.

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

    def _hold_energies(self, hold_time: u.Second) -> list[EnergyCost]:
        """Energies of the capacitor, the comparator during the pulse, and the switch that makes it."""
        d, supply = self.device, self.technology.supply_voltage
        charge = array_lines.column_swing_energy(d.hold_capacitance, d.hold_voltage, supply)
        current = converters.comparator_current(
            d.comparator_capacitance, supply, d.comparator_delay * hold_time
        )
        comparator = converters.front_end_bias_energy(d.follower_current + current, supply, hold_time)
        switch = array_lines.line_toggle_energy(d.switch_capacitance, supply)
        ledger = "timed neuron pulse"
        return [
            self.energy("hold", "hold_capacitor", charge, ledger),
            self.energy("hold", "comparator", comparator, ledger),
            self.energy("hold", "switch", switch, ledger),
        ]

    def driven_voltage(self) -> u.Volt:
        """Supply voltage."""
        return self.technology.supply_voltage

    def threshold_spread(self) -> u.Dimensionless:
        """Comparator error, over full scale."""
        return self.device.threshold_error / self.device.hold_voltage
