"""Neurons that integrate in a material: phase-change cells and ferroelectric transistors."""

from __future__ import annotations

import math
from typing import ClassVar

from neuroest.devices.base import Record, non_negative, positive
from neuroest.units import (
    Ampere,
    CoulombPerSquareMetre,
    Dimensionless,
    Joule,
    Metre,
    Second,
    Siemens,
    SquareMetre,
    Volt,
    VoltPerMetre,
    Watt,
)


class AccumulatingNeuronParameters(Record):
    """What any neuron has whose device adds up input pulses."""

    model: ClassVar[str] = ""
    folder: ClassVar[str] = "neurons"

    pulse_voltage: Volt = positive("Supply of an input pulse.", maximum=20.0, symbol="V_p")
    pulse_time: Second = positive("Width of a full input pulse.", symbol="t_p")
    reset_voltage: Volt = positive("Supply of the reset pulse.", maximum=20.0, symbol="V_reset")
    reset_time: Second = positive("Width of the reset pulse.", symbol="t_reset")
    read_voltage: Volt = positive("Voltage that the state is read with.", maximum=10.0, symbol="V_read")
    read_time: Second = positive("Time of reading the state after a pulse.", symbol="t_read")
    decision_energy: Joule = non_negative("Energy of comparing the state with the threshold.")
    pulses_spread: Dimensionless = positive(
        "Standard deviation of the pulses to fire over their mean, from spike to spike."
    )
    memory_time: Second = positive(
        "Time constant with which the state fades between pulses; without it the state is taken to stay.",
        absent=math.inf,
    )
    idle_power: Watt = non_negative("Power of an idle neuron's circuits.")
    device_area: SquareMetre = positive("Area of the device itself.")
    circuit_area: SquareMetre = positive("Area of the transistors that pulse, read and reset it.")
    endurance: Dimensionless = positive("Resets before the device fails.", symbol="N_end")


class PhaseChangeNeuronParameters(AccumulatingNeuronParameters):
    """Neuron of a phase-change cell that crystallises pulse by pulse and is melted to reset it."""

    model: ClassVar[str] = "phase_change_neuron"

    pulse_current: Ampere = positive("Amplitude of a full crystallising pulse.", symbol="I_p")
    conductance_step: Siemens = positive("Mean rise of the conductance in one full pulse.", symbol="dG")
    threshold_conductance: Siemens = positive("Conductance at which the neuron fires.", symbol="G_fire")
    reset_current: Ampere = positive("Amplitude of the melting pulse.", symbol="I_reset")


class FerroelectricNeuronParameters(AccumulatingNeuronParameters):
    """Neuron of a ferroelectric transistor whose film switches under pulses below its coercive voltage."""

    model: ClassVar[str] = "ferroelectric_neuron"

    film_thickness: Metre = positive("Thickness of the ferroelectric film.", maximum=1e-6, symbol="d")
    film_area: SquareMetre = positive("Area of the film, the gate of the transistor.", symbol="A")
    film_share: Dimensionless = positive(
        "Share of the gate voltage across the film.", maximum=1.0, symbol="s"
    )
    relative_permittivity: Dimensionless = positive("Permittivity of the film.", symbol="eps_r")
    remanent_polarisation: CoulombPerSquareMetre = positive("Remanent polarisation.", symbol="P_r")
    activation_field: VoltPerMetre = positive("Activation field of the switching time.", symbol="E_a")
    field_exponent: Dimensionless = positive("Exponent of the field in the switching time.", symbol="alpha")
    attempt_time: Second = positive("Switching time at an infinite field.", symbol="tau_0")
    read_current: Ampere = positive("Current of the switched transistor while its state is read.")
