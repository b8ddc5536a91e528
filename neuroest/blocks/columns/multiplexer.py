"""Transmission gates between columns and shared converters or neurons."""

from typing import Literal

import numpy as np

from neuroest.blocks.base import (
    AreaCost,
    Characteristic,
    Check,
    Component,
    Costs,
    EnergyCost,
    NetworkContext,
    StaticCost,
)
from neuroest.blocks.electrical_point import ElectricalPoint, Loads
from neuroest.blocks.model_error import ModelError, model_errors
from neuroest.blocks.process_scaling import at_corner, gate_leakage, threshold_at_corner
from neuroest.core import units as u
from neuroest.equations import crossbar_wires
from neuroest.equations import multiplexing as equations
from neuroest.specs.base import Count, SeriesShare
from neuroest.specs.blocks import DeviceBlock
from neuroest.specs.parameters import CHOSEN, RANGE_END, Record, positive


class TransmissionGateParameters(Record):
    """Transmission gate of an NMOS and a PMOS in parallel, and its select logic."""

    model = "transmission_gate"

    resistance_factor: u.Dimensionless = positive(maximum=2.0, symbol="k")
    """On-resistance of a transistor at small drain voltage, over nominal supply divided by on-current."""
    threshold_voltage: u.Volt = positive(maximum=1.0, symbol="V_T")
    """Threshold voltage at the typical corner."""
    least_overdrive: u.Volt = positive(maximum=1.0, exact=RANGE_END)
    """Minimum of supply minus two thresholds for the resistance law; below it, the resistance is constant."""
    width_ratio: u.Dimensionless = positive(maximum=10.0, symbol="b_p")
    """Width of the PMOS over that of the NMOS with the same conductance."""
    minimum_width_ratio: u.Dimensionless = positive(maximum=1000.0)
    """Minimum NMOS width over the feature size."""
    maximum_width_ratio: u.Dimensionless = positive(exact=CHOSEN)
    """Maximum NMOS width in a column, over the feature size."""
    logic_width_ratio: u.Dimensionless = positive()
    """Width of all transistors at one input of a logic gate, over the feature size."""
    counter_gates: u.Dimensionless = positive(symbol="k_c")
    """Two-input gates per bit of a counter."""


class MultiplexerBlock(DeviceBlock):
    """Transmission gates between columns and the converter or neurons that they share in time."""

    record = TransmissionGateParameters
    model: Literal["multiplexer"]
    resistance_share: SeriesShare
    """Allowed share of the gates in the resistance between source and converter or neuron: of the read signal if a
    column drives them, of the supply if a clamp or mirror does, of the settling if a follower does."""
    levels: Count = 1.0
    """Gates in series: a multi-level tree has short lines for many columns."""


class Multiplexer(Component[TransmissionGateParameters]):
    """Tree of transmission gates, with the counter and decoder that all multiplexers of an array share.

    Model errors
    ------------
    energy
        another tool uses gates half as wide for the same column and charges less of them; boosted gate voltages
        are not in the model
    area
        the same tool needs half of the area for the gates and several times that of the logic
    static_power
        threshold options of the real gates
    """

    schema = MultiplexerBlock
    part_of_array = True
    scales_with_process = True
    owns = ("column switching", "shared line charge", "column selection")
    prior_error = model_errors(energy=ModelError(2, source="neurosim14"), area=2, static_power=3)

    @property
    def selecting(self) -> str:
        """Path under which the select logic is counted."""
        return f"{self.path}:select"

    def conductance_per_width(self) -> u.SiemensPerMetre:
        """Conductance of a closed gate on this die per width of its NMOS."""
        current = at_corner(self, "drive", self.process.on_current)
        return self._conductance_per_width(current, threshold_at_corner(self, self.device.threshold_voltage))

    def drawn_conductance_per_width(self) -> u.SiemensPerMetre:
        """Conductance of a closed gate on a typical die per width of its NMOS, for which gates are sized."""
        return self._conductance_per_width(self.process.on_current, self.device.threshold_voltage)

    def _conductance_per_width(self, on_current: u.AmperePerMetre, threshold: u.Volt) -> u.SiemensPerMetre:
        return equations.transmission_gate_conductance(
            on_current, self.device.resistance_factor, self.process.nominal_supply_voltage,
            self.technology.supply_voltage, threshold, self.device.least_overdrive,
        )  # fmt: skip

    def junctions(self) -> u.FaradPerMetre:
        """Junction capacitance of both transistors on one side of a gate, per width of the NMOS."""
        return self.process.drain_capacitance * (1.0 + self.device.width_ratio)

    def ends(self) -> tuple[u.Metre, u.Metre]:
        """Minimum and maximum width of the NMOS."""
        size = self.process.feature_size
        return self.device.minimum_width_ratio * size, self.device.maximum_width_ratio * size

    def width(self, drawn_source: u.Siemens) -> u.Metre:
        """NMOS width of each gate, sized for the source that drives the path."""
        least, most = self.ends()
        wanted = equations.switch_width(
            drawn_source, self.options["resistance_share"], self.drawn_conductance_per_width(),
            self.options["levels"],
        )  # fmt: skip
        return np.minimum(np.maximum(wanted, least), most)

    def resistance(self, width: u.Metre) -> u.Ohm:
        """Series resistance of all gates of a path on this die."""
        return equations.path_resistance(width, self.conductance_per_width(), self.options["levels"])

    def junction_time(self, inputs: u.Dimensionless) -> u.Second:
        """Time constant of the junctions of a path alone."""
        return equations.junction_time(
            inputs, self.options["levels"], self.junctions(), self.drawn_conductance_per_width(),
            self.options["resistance_share"],
        )  # fmt: skip

    def wire(self, inputs: u.Dimensionless, pitch: u.Metre) -> u.Farad:
        """Wire capacitance of a path, for the distance between neighbouring inputs."""
        length = equations.multiplexer_gates(inputs, self.options["levels"]) * pitch
        return length * self.process.wire_capacitance

    def loads(self, point: ElectricalPoint) -> Loads:
        """Lines and gates between an input and the output."""
        width, inputs = self.width(point.drawn_switch_source), point.switched_inputs
        gates = equations.path_gates(inputs, self.options["levels"])
        load = gates * self.junctions() * width + self.wire(inputs, point.switched_pitch)
        return Loads(column=load, series=self.resistance(width))

    def costs(self, network: NetworkContext, point: ElectricalPoint) -> Costs:
        """Costs of passing one value; area and leakage of one open transmission gate, and of one select logic gate."""
        d, process, width = self.device, self.process, self.width(point.drawn_switch_source)
        pair = equations.transistor_pair_area(
            width, width * d.width_ratio, process.gate_pitch, process.metal_pitch
        )
        logic = d.logic_width_ratio * process.feature_size
        areas = [
            AreaCost(self.path, "switches", pair),
            AreaCost(self.path, "select_logic", process.gate_area, counted_as=self.selecting),
        ]
        statics = [
            StaticCost(self.path, "leakage", gate_leakage(self, width * (1.0 + d.width_ratio))),
            StaticCost(self.path, "select_leakage", gate_leakage(self, logic), self.selecting),
        ]
        return Costs(
            self._passing(width, point), areas, statics, self._gate_checks(width, point.switch_source)
        )

    def characteristics_at(self, point: ElectricalPoint) -> list[Characteristic]:
        """Width of the gates, and resistance of a path."""
        width = self.width(point.drawn_switch_source)
        return [
            self.characteristic("width of the n-type transistor of a gate", width, "m"),
            self.characteristic("resistance of closed gates", self.resistance(width), "ohm"),
        ]

    def _passing(self, width: u.Metre, point: ElectricalPoint) -> list[EnergyCost]:
        """Energies of passing one value: gates, lines by junction and by pitch, and the select logic.

        Each select line crosses the whole array.
        """
        swing, supply = point.switched_swing, point.switched_supply
        d, process, voltage = self.device, self.process, self.technology.supply_voltage
        gate = crossbar_wires.line_toggle_energy(
            process.gate_capacitance * width * (1.0 + d.width_ratio), voltage
        )
        junction = crossbar_wires.column_swing_energy(self.junctions() * width, swing, supply)
        wire = crossbar_wires.column_swing_energy(
            process.wire_capacitance * point.switched_pitch, swing, supply
        )
        logic = process.gate_capacitance * d.logic_width_ratio * process.feature_size
        selecting = crossbar_wires.line_toggle_energy(logic, voltage)
        # each gate has a line for its n-type and one for its p-type transistor
        both_lines = crossbar_wires.line_toggle_energy(
            2.0 * process.wire_capacitance * point.column_span, voltage
        )
        return [
            self.energy("switch", "gates", gate, "column switching"),
            self.energy("line_junction", "shared_line", junction, "shared line charge"),
            self.energy("line_pitch", "shared_line", wire, "shared line charge"),
            self.energy("select", "select_logic", selecting, "column selection"),
            self.energy("select_line", "select_lines", both_lines, "column selection"),
        ]

    def _gate_checks(self, width: u.Metre, source: u.Siemens) -> list[Check]:
        """Whether the gates stay within their share of the path, and within the range of their law at this supply.

        Checks
        ------
        multiplexer_resistance
            the multiplexer gates exceed their resistance_share of the path; the column pitch limits their width, or
            they are slower than drawn
        multiplexer_supply
            the supply barely opens a transmission gate at mid-swing, where its resistance is not known
        """
        share = self.options["resistance_share"]
        conductance = self.conductance_per_width()
        levels = self.options["levels"]
        wanted = equations.switch_width(source, share, conductance, levels)
        taken = equations.switch_resistance_share(source, width, conductance, levels)
        overdrive = self.technology.supply_voltage - 2.0 * threshold_at_corner(
            self, self.device.threshold_voltage
        )
        return [
            self.check("design_rule", "multiplexer_resistance", wanted <= width, taken, share),
            self.require(
                "extrapolation", "multiplexer_supply", overdrive, ">=", self.device.least_overdrive, "V"
            ),
        ]
