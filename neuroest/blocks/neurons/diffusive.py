"""1M1T1R neurons: of discrete parts, and integrated, whose capacitance, resistor and area follow from geometry."""

import math
from typing import Literal

import numpy as np

from neuroest.blocks.base import AreaCost, Check, EnergyCost, NetworkContext, either
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.neurons.diffusive_base import DiffusiveBlock, DiffusiveNeuronBase
from neuroest.blocks.neurons.diffusive_ions import IonDynamics
from neuroest.blocks.process_scaling import at_corner, leakage_at_chip_temperature, off_current
from neuroest.core import units as u
from neuroest.equations import diffusive_neuron as diffusive
from neuroest.equations import neuron_geometry, technology
from neuroest.equations.neurons import capacitor_area
from neuroest.specs.parameters import CHOSEN, EXACT, non_negative, positive


class DiffusiveNeuronParameters(IonDynamics):
    """1M1T1R neuron with stated node capacitance, control resistor and footprint."""

    gate_capacitance: u.Farad = positive(symbol="C_g", exact=EXACT)
    """Total capacitance of the gate node."""
    control_resistance: u.Ohm = positive(symbol="R_c", exact=CHOSEN)
    """Resistor from the gate node to ground."""
    transistor_width: u.Metre = positive(maximum=1e-2, symbol="W", exact=CHOSEN)
    """Width of the output transistor."""
    off_current: u.Ampere = non_negative(symbol="I_off")
    """Leakage of the output transistor while off."""
    footprint: u.SquareMetre = positive()
    """Area of the neuron as published."""


class DiffusiveNeuronBlock(DiffusiveBlock):
    """Published neuron of one diffusive memristor, one transistor and one resistor."""

    record = DiffusiveNeuronParameters
    model: Literal["diffusive_1m1t1r"]


class DiffusiveNeuron(DiffusiveNeuronBase):
    """1M1T1R neuron with node capacitance, control resistor and footprint as published.

    Model errors
    ------------
    energy
        the bench circuit was measured, not a circuit on a chip
    """

    schema = DiffusiveNeuronBlock
    example = "diffusive_bench"
    prior_error = model_errors(energy=1.5)
    device: DiffusiveNeuronParameters

    def gate_capacitance(self) -> u.Farad:
        """Gate-node capacitance as stated."""
        return self.device.gate_capacitance

    def control_resistance(self) -> u.Ohm:
        """Control resistor as stated."""
        return self.device.control_resistance

    def off_power(self) -> u.Watt:
        """Leakage of the output transistor from its stated off-current."""
        power = self.device.off_current * self.device.output_supply_voltage
        return leakage_at_chip_temperature(self, power)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Footprint as stated."""
        return [AreaCost(self.path, "footprint", self.device.footprint)]


class IntegratedDiffusiveNeuronParameters(IonDynamics):
    """1M1T1R neuron whose node capacitance, control resistor and footprint follow from its geometry."""

    transistor_width: u.Metre = positive(maximum=1e-4, symbol="W")
    """Width of the output transistor."""
    transistor_length_pitches: u.Dimensionless = positive()
    """Length of the transistor's layout in gate pitches."""
    via_side: u.Metre = positive(maximum=1e-4)
    """Side of the square memristor."""
    oxide_thickness: u.Metre = positive(maximum=1e-6, symbol="d")
    """Thickness of the switching oxide."""
    relative_permittivity: u.Dimensionless = positive(symbol="eps_r")
    """Permittivity of the switching oxide."""
    local_wire_length: u.Metre = positive(maximum=1e-3)
    """Wire between memristor, gate and resistor."""
    explicit_capacitance: u.Farad = non_negative(exact=CHOSEN)
    """Explicit capacitor at the gate node."""
    capacitance_density: u.FaradPerSquareMetre = positive(symbol="c_A", absent=math.inf)
    """Density of the explicit capacitor, which is placed next to the other parts."""
    refractory_time: u.Second = positive(symbol="t_ref", exact=CHOSEN)
    """Refractory time for which the control resistor is sized."""
    resistor_resistivity: u.OhmMetre = positive(symbol="rho_f")
    """Resistivity of the thin film of the control resistor."""
    resistor_thickness: u.Metre = positive(symbol="t_f")
    """Height of the vertical film of the control resistor."""
    circuit_gates: u.Dimensionless = positive()
    """Area of the transistors and resistors around the 1M1T1R in two-input NAND gates of the process: the restoring
    inverters with their current starving, and the load that converts an input current to the input voltage."""
    erasing_gates: u.Dimensionless = positive(absent=0.0)
    """Area of the switches that reverse the pulse, in two-input NAND gates of the process; without it, they take none.
    """
    restoration_edge_time: u.Second = positive(absent=0.0)
    """Conduction time of the first restoring inverter; without it, the refractory time, since the output follows the
    gate."""
    restoration_peak_current: u.Ampere = positive()
    """Peak current of the first restoring inverter."""


class IntegratedDiffusiveNeuronBlock(DiffusiveBlock):
    """1M1T1R neuron with node capacitance, control resistor and footprint computed from its geometry."""

    record = IntegratedDiffusiveNeuronParameters
    model: Literal["diffusive_1m1t1r_integrated"]
    layout: Literal["stacked", "planar"]
    """stacked: memristor and resistor above the transistor; planar: side by side."""


class IntegratedDiffusiveNeuron(DiffusiveNeuronBase):
    """On-chip 1M1T1R neuron: node capacitance, control resistor and footprint follow from its geometry.

    Model errors
    ------------
    energy
        no circuit of this neuron on a chip has been measured
    area
        no layout exists
    """

    schema = IntegratedDiffusiveNeuronBlock
    owns = (*DiffusiveNeuronBase.owns, "neuron output restoration")
    prior_error = model_errors(energy=1.5, area=1.5)
    example = "diffusive_28nm_derived"
    device: IntegratedDiffusiveNeuronParameters

    def memristor_area(self) -> u.SquareMetre:
        """Area of the via that contains the memristor."""
        return self.device.via_side * self.device.via_side

    def memristor_capacitance(self) -> u.Farad:
        """Capacitance of the unswitched memristor."""
        return neuron_geometry.plate_capacitance(
            self.device.relative_permittivity, self.memristor_area(), self.device.oxide_thickness
        )

    def loads(self, point: ElectricalPoint) -> Loads:
        """Memristor without a filament, in front of a node of larger capacitance."""
        return Loads(column=self.memristor_capacitance(), conductance=1.0 / self.device.off_resistance)

    def gate_capacitance(self) -> u.Farad:
        """Capacitance of gate, memristor, local wire and explicit capacitor."""
        d = self.device
        return neuron_geometry.node_capacitance(
            self.process.gate_capacitance, d.transistor_width, self.memristor_capacitance(),
            self.process.wire_capacitance, d.local_wire_length, d.explicit_capacitance,
        )  # fmt: skip

    def control_resistance(self) -> u.Ohm:
        """Resistance for the wanted refractory time with this gate node."""
        ratio = self.device.input_voltage / self.rearm_voltage()
        return diffusive.control_resistance_for_refractory(
            self.device.refractory_time, self.gate_capacitance(), ratio
        )

    def off_power(self) -> u.Watt:
        """Leakage of the output transistor on the chip's process."""
        supply = self.device.output_supply_voltage
        power = technology.gate_leakage_power(
            off_current(self.process, supply), self.device.transistor_width, supply
        )
        return leakage_at_chip_temperature(self, power)

    def areas(self, network: NetworkContext) -> list[AreaCost]:
        """Largest area of transistor, via and resistor if stacked, their sum if planar; capacitor; other circuits."""
        d = self.device
        transistor = d.transistor_width * (d.transistor_length_pitches * self.process.gate_pitch)
        resistor = neuron_geometry.thin_film_resistor_area(
            d.resistor_resistivity, d.resistor_thickness, self.control_resistance()
        )
        combine = (
            neuron_geometry.stacked_footprint
            if self.spec.layout == "stacked"
            else neuron_geometry.planar_footprint
        )
        stacked = combine(transistor, self.memristor_area(), resistor)
        return [
            AreaCost(self.path, "footprint", stacked),
            *(
                [
                    AreaCost(
                        self.path, "capacitor", capacitor_area(d.explicit_capacitance, d.capacitance_density)
                    )
                ]
                if np.any(np.asarray(d.explicit_capacitance) > 0.0)
                else []
            ),
            AreaCost(self.path, "circuits", d.circuit_gates * self.process.gate_area),
            *(
                [AreaCost(self.path, "erasing_switches", d.erasing_gates * self.process.gate_area)]
                if self.reset_between_inferences
                else []
            ),
        ]

    def edge_time(self) -> u.Second:
        """Conduction time of the restoring inverter: that of the gate's fall, unless the device states one."""
        stated = self.device.restoration_edge_time
        return either(stated > 0.0, stated, self.device.refractory_time)

    def ending_delay(self) -> u.Second:
        """Time until the restored output ends the drive."""
        return np.maximum(super().ending_delay(), self.edge_time())

    def spike_energies(
        self, drive_time: u.Second, hold_time: u.Second, on_time: u.Second = 0.0
    ) -> list[EnergyCost]:
        """Energies of the bare neuron, and of the inverter that restores its slow output edge."""
        d = self.device
        edge = diffusive.slow_edge_energy(
            self.edge_time(),
            at_corner(self, "drive", d.restoration_peak_current),
            self.technology.supply_voltage,
        )
        restoration = self.energy("spike", "restoration", edge, "neuron output restoration")
        return [*super().spike_energies(drive_time, hold_time, on_time), restoration]

    def checks(self, network: NetworkContext) -> list[Check]:
        """Feed-through to the small node, and whether all of its area is known.

        Checks
        ------
        input_feedthrough
            the edge of the input couples to the gate node and may trigger the output
        edge_follows_gate
            the stated output edge is much shorter than the fall of the gate that drives it
        capacitor_has_area
            a capacitor was added without its density and would take no area; state capacitance_density
        """
        d, node = self.device, self.gate_capacitance()
        memristor = self.memristor_capacitance()
        allowed = neuron_geometry.feedthrough_limit(
            node - memristor, d.input_voltage, self.output_threshold()
        )
        placed = np.logical_or(np.isfinite(d.capacitance_density), d.explicit_capacitance <= 0.0)
        return [
            *super().checks(network),
            self.require("design_rule", "input_feedthrough", memristor, "<=", allowed, "F"),
            self.require(
                "extrapolation", "edge_follows_gate", self.edge_time(), ">=", d.refractory_time / 2.0, "s"
            ),
            self.check("infeasible", "capacitor_has_area", placed, d.explicit_capacitance, 0.0, "F"),
        ]
