"""Neurons: memristive, analog CMOS and as published."""

from __future__ import annotations

import math
from typing import ClassVar

from neuroest.devices.base import Record, non_negative, positive, quantity
from neuroest.units import (
    Ampere,
    Dimensionless,
    Farad,
    FaradPerSquareMetre,
    Joule,
    Kelvin,
    Metre,
    Ohm,
    OhmMetre,
    PerSecond,
    PerVoltSecond,
    Second,
    SquareMetre,
    Volt,
    VoltMetre,
    Watt,
)


class IonDynamics(Record):
    """Rates of the filament and residue states of a diffusive memristor, and its firing statistics."""

    model: ClassVar[str] = ""
    folder: ClassVar[str] = "neurons"

    field_mobility: PerVoltSecond = positive("Filament growth per field.", symbol="mu")
    field_offset: Dimensionless = positive("Gap that stays when the filament is complete.", symbol="alpha")
    residue_rate: PerSecond = positive("Rate at which filament turns into residue.", symbol="beta")
    filament_decay: PerSecond = positive("Rate at which the filament dissolves.", symbol="gamma_1")
    residue_decay: PerSecond = positive("Rate at which the residue dissolves.", symbol="gamma_2")
    on_resistance: Ohm = positive("Resistance of the complete filament.", symbol="R_on")
    off_resistance: Ohm = positive("Resistance without a filament.", symbol="R_off")
    input_voltage: Volt = positive(
        "Voltage at the neuron's input while it integrates.", maximum=10.0, symbol="V_in"
    )
    output_threshold: Volt = positive(
        "Gate voltage above which the output is on.", maximum=10.0, symbol="V_th"
    )
    rearm_fraction: Dimensionless = positive(
        "Gate voltage at which the neuron can fire again, over the input voltage.", maximum=1.0
    )
    output_supply_voltage: Volt = positive("Supply of the output branch.", maximum=10.0, symbol="V_dd")
    load_resistance: Ohm = positive("Resistor between the supply and the output.", symbol="R_l")
    load_capacitance: Farad = non_negative("Capacitance at the output of the neuron.", symbol="C_l")
    transistor_on_resistance: Ohm = non_negative(
        "Resistance of the output transistor while on.", symbol="R_ds"
    )
    firing_median_voltage: Volt = positive(
        "Amplitude at which half of all pulses fire, for the pulse width stated.", symbol="V_50"
    )
    firing_voltage_spread: Volt = positive("Standard deviation of the firing amplitude.", symbol="sigma_V")
    endurance: Dimensionless = positive("Switching cycles before the device fails.", symbol="N_end")
    relaxation_time: Second = non_negative(
        "Time in which a complete filament ruptures once no field holds it; without it that takes no time.",
        symbol="t_relax",
        absent=0.0,
    )
    conduction_length: Dimensionless = quantity(
        "Decay length of the conduction through the gap, in units of the gap; without it nobody asks whether the gate "
        "follows the closing gap.",
        minimum=0.01,
        symbol="lambda",
        absent=0.0,
    )
    activation_energy: Joule = non_negative(
        "Barrier that all four rates have; without it they are those of room temperature at any temperature.",
        symbol="E_a",
        absent=0.0,
    )


class DiffusiveNeuronParameters(IonDynamics):
    """1M1T1R neuron with its node capacitance, control resistor and footprint stated."""

    model: ClassVar[str] = "diffusive_1m1t1r"

    gate_capacitance: Farad = positive("Total capacitance of the gate node.", symbol="C_g")
    control_resistance: Ohm = positive("Resistor from the gate node to ground.", symbol="R_c")
    transistor_width: Metre = positive("Width of the output transistor.", maximum=1e-2, symbol="W")
    off_current: Ampere = non_negative("Leakage of the output transistor while off.", symbol="I_off")
    footprint: SquareMetre = positive("Area of the neuron as published.")


class IntegratedDiffusiveNeuronParameters(IonDynamics):
    """1M1T1R neuron whose node capacitance, control resistor and footprint follow from its geometry."""

    model: ClassVar[str] = "diffusive_1m1t1r_integrated"

    transistor_width: Metre = positive("Width of the output transistor.", maximum=1e-4, symbol="W")
    transistor_length_pitches: Dimensionless = positive("Length of the transistor's layout in gate pitches.")
    via_side: Metre = positive("Side of the square memristor.", maximum=1e-4)
    oxide_thickness: Metre = positive("Thickness of the switching oxide.", maximum=1e-6, symbol="d")
    relative_permittivity: Dimensionless = positive("Permittivity of the switching oxide.", symbol="eps_r")
    local_wire_length: Metre = positive("Wire between memristor, gate and resistor.", maximum=1e-3)
    explicit_capacitance: Farad = non_negative("Capacitor added on purpose.")
    capacitance_density: FaradPerSquareMetre = positive(
        "Density of that capacitor, which lies beside the rest.", symbol="c_A", absent=math.inf
    )
    refractory_time: Second = positive(
        "Refractory time that the control resistor is sized for.", symbol="t_ref"
    )
    resistor_resistivity: OhmMetre = positive(
        "Resistivity of the thin film of the control resistor.", symbol="rho_f"
    )
    resistor_thickness: Metre = positive("Height of the vertical film of the control resistor.", symbol="t_f")
    restoration_edge_time: Second = positive(
        "Time that the first restoring inverter conducts through; without it the refractory time, since the output "
        "follows the gate.",
        absent=0.0,
    )
    restoration_peak_current: Ampere = positive("Peak of the current through the first restoring inverter.")


class ReportedNeuronParameters(Record):
    """A neuron known by the numbers that its authors report."""

    model: ClassVar[str] = "reported_neuron"
    folder: ClassVar[str] = "neurons"

    spike_energy: Joule = positive("Energy of one spike, within the scope that the source states.")
    input_hold_time: Second = non_negative("Time that the input must be held for the neuron to integrate it.")
    maximum_spike_rate: PerSecond = positive("Highest spike rate.")
    static_power: Watt = non_negative("Power of an idle neuron, where it is not part of the spike energy.")
    footprint: SquareMetre = positive("Area of one neuron.")
    endurance: Dimensionless = positive(
        "Spikes before the device fails; without it nothing is taken to wear out.", absent=math.inf
    )


class AnalogLifParameters(Record):
    """Subthreshold analog CMOS leaky integrate-and-fire neuron, from its circuit."""

    model: ClassVar[str] = "analog_lif"
    folder: ClassVar[str] = "neurons"

    membrane_capacitance: Farad = positive("Membrane capacitor.", symbol="C_mem")
    parasitic_capacitance: Farad = non_negative("Capacitance switched by the comparator and the reset.")
    threshold_voltage: Volt = positive("Membrane voltage at which the neuron fires.", symbol="V_th")
    supply_voltage: Volt = positive("Supply of the neuron.", symbol="V_dd")
    bias_current: Ampere = non_negative("Sum of the bias and leakage currents.")
    maximum_input_current: Ampere = positive("Largest membrane current, which sets the highest rate.")
    short_circuit_energy: Joule = non_negative(
        "Crowbar energy of the comparator per spike, beside that of its slow input edge.", absent=0.0
    )
    short_circuit_current: Ampere = non_negative(
        "Peak of the current straight through the comparator while the membrane crosses its threshold.",
        symbol="I_peak",
        absent=0.0,
    )
    conduction_window: Volt = non_negative(
        "Span of membrane voltages in which the comparator conducts straight through.",
        symbol="dV",
        absent=0.0,
    )
    transistor_area: SquareMetre = positive("Area of the transistors and their wiring.")
    capacitance_density: FaradPerSquareMetre = positive("Density of the membrane capacitor.", symbol="c_A")
    matching_coefficient: VoltMetre = non_negative(
        "Mismatch of threshold voltages times the root of the gate's area.", symbol="A_VT", absent=0.0
    )
    matched_gate_area: SquareMetre = positive(
        "Gate area of the transistors that set the membrane current.", absent=math.inf
    )
    slope_factor: Dimensionless = positive("Subthreshold slope factor.", symbol="n", absent=1.4)


class ThresholdSwitchNeuronParameters(Record):
    """Neuron of a volatile threshold switch with a capacitor across it and a resistor in series."""

    model: ClassVar[str] = "threshold_switch_neuron"
    folder: ClassVar[str] = "neurons"

    supply_voltage: Volt = positive(
        "Voltage that the column presents while it drives the neuron.", symbol="V_s"
    )
    threshold_voltage: Volt = positive("Voltage at which the switch turns on.", symbol="V_t")
    hold_voltage: Volt = positive("Voltage below which it turns off again.", symbol="V_h")
    hold_current: Ampere = positive("Current that keeps it on.", symbol="I_h")
    on_resistance: Ohm = positive("Resistance while on.", symbol="R_on")
    off_resistance: Ohm = positive("Resistance while off.", symbol="R_off")
    series_resistance: Ohm = positive("Resistor between the input and the capacitor.", symbol="R_s")
    capacitance: Farad = positive("Capacitor across the switch, its own included.", symbol="C")
    capacitance_density: FaradPerSquareMetre = positive("Density of that capacitor.", symbol="c_A")
    relaxation_time: Second = non_negative("Time until the switch is fully off again.", symbol="t_rel")
    threshold_spread: Volt = positive(
        "Standard deviation of the threshold from cycle to cycle.", symbol="sigma_V"
    )
    switch_area: SquareMetre = positive("Area of the switch.")
    transistor_area: SquareMetre = non_negative("Area of the transistors below it: output and reset.")
    endurance: Dimensionless = positive("Switching cycles before the device fails.", symbol="N_end")
    transition_temperature: Kelvin = positive(
        "Temperature to which its own heat must bring the switch; without it the thresholds do not depend on the "
        "temperature of the chip.",
        symbol="T_c",
        absent=math.inf,
    )
    reference_temperature: Kelvin = positive(
        "Temperature at which the thresholds were taken; without it room temperature.",
        symbol="T_0",
        absent=0.0,
    )
