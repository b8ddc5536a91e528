"""Circuits between a column and a neuron: none, the line itself, or a clamp whose result becomes a pulse width."""

from typing import Literal

from neuroest.blocks.base import Component, Costs, EnergyCost, NetworkContext
from neuroest.blocks.columns.clamps import AfterSpike, CurrentClampBlock, SampledClamp, SampledClampParameters
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.blocks.model_error import WITHOUT_COSTS, exact_model, model_errors
from neuroest.blocks.roles import CouplesDirectly, IdealColumn, LeavesColumnFloating
from neuroest.core import units as u
from neuroest.equations import converters, crossbar_wires
from neuroest.specs.blocks import Block
from neuroest.specs.parameters import CHOSEN, non_negative, positive


class VoltageModeBlock(Block):
    """No circuit: the column voltage is the neuron's input, attenuated by idle rows."""

    model: Literal["voltage_mode"]


class IdealInterfaceBlock(Block):
    """No circuit and no loss; the estimate lists it as an exclusion."""

    model: Literal["ideal"]


class VoltageMode(Component[None], LeavesColumnFloating):
    """No circuit: the neuron sees the column voltage."""

    schema = VoltageModeBlock
    prior_error = WITHOUT_COSTS


class IdealInterface(Component[None], IdealColumn):
    """No circuit and no loss; the estimate lists it as an exclusion."""

    schema = IdealInterfaceBlock
    prior_error = WITHOUT_COSTS


class DirectCouplingBlock(Block):
    """No circuit: pulses on the rows drive the neuron through the cells, and it sees the mean of the active rows."""

    model: Literal["direct_coupling"]


class DirectCoupling(Component[None], CouplesDirectly):
    """Wire from the column to the neuron; the neuron's input is charged with the line."""

    schema = DirectCouplingBlock
    part_of_array = True
    owns = ("neuron input charge",)
    prior_error = exact_model("it has no circuit")

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Charge of the neuron's input to the row voltage, delivered by the supply of the rows."""
        if point.neuron_capacitance is None:
            return Costs()
        charge = crossbar_wires.column_swing_energy(
            point.neuron_capacitance, point.read_voltage, point.read_supply_voltage
        )
        return Costs([self.energy("couple", "input_charge", charge, "neuron input charge")])


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
        charge = crossbar_wires.column_swing_energy(d.hold_capacitance, d.hold_voltage, supply)
        current = converters.comparator_current(
            d.comparator_capacitance, supply, d.comparator_delay * hold_time
        )
        comparator = converters.front_end_bias_energy(d.follower_current + current, supply, hold_time)
        switch = crossbar_wires.line_toggle_energy(d.switch_capacitance, supply)
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
