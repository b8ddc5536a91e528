"""What the time-domain models need beyond what an estimate needs."""

from __future__ import annotations

from typing import ClassVar

from neuroest.core.units import Dimensionless, Farad, Ohm, Second, Volt
from neuroest.specs.parameters import Record, non_negative, positive, quantity


class ThresholdSwitchParameters(Record):
    """Volatile threshold switch with a series resistor and a capacitor across it."""

    model: ClassVar[str] = "threshold_switch"
    folder: ClassVar[str] = "lab"

    supply_voltage: Volt = positive("Supply behind the series resistor.", symbol="V_s")
    threshold_voltage: Volt = positive("Voltage at which the switch turns on.", symbol="V_t")
    hold_voltage: Volt = positive("Voltage at which the switch turns off.", symbol="V_h")
    series_resistance: Ohm = positive("Resistor between supply and capacitor.", symbol="R_s")
    on_resistance: Ohm = positive("Resistance of the switch while on.", symbol="R_on")
    off_resistance: Ohm = positive("Resistance of the switch while off.", symbol="R_off")
    capacitance: Farad = positive("Capacitor across the switch.", symbol="C")
    threshold_variation: Dimensionless = non_negative("Relative deviation of the threshold between cycles.")
    threshold_mismatch: Dimensionless = non_negative("Relative deviation of the threshold between devices.")


class LifBehaviourParameters(Record):
    """Behaviour in time of a leaky integrate-and-fire neuron, beside the parameters of its cost."""

    model: ClassVar[str] = "lif_behaviour"
    folder: ClassVar[str] = "lab"

    leak_time_constant: Second = positive("Time constant of the membrane.", symbol="tau")
    refractory_time: Second = non_negative("Time after a spike in which the input is ignored.")
    threshold_variation: Dimensionless = non_negative("Relative deviation of the threshold between cycles.")
    threshold_mismatch: Dimensionless = non_negative("Relative deviation of the threshold between devices.")
    state_bits: Dimensionless = quantity("Width of the digital state.", minimum=2, maximum=48, integer=True)
    digital_threshold: Dimensionless = positive("Threshold of the digital neuron, in its least bits.")
    decay_shift: Dimensionless = quantity(
        "The digital state loses itself shifted right by this many bits in a step.",
        minimum=0,
        maximum=48,
        integer=True,
    )


class LangevinParameters(Record):
    """Dimensionless particle in a pinning potential, with its temperature and its circuit: a research model."""

    model: ClassVar[str] = "langevin_particle"
    folder: ClassVar[str] = "lab"

    wall_repulsion: Dimensionless = positive("Weight of 1/(x + 1)^2 in the potential.")
    wall_attraction: Dimensionless = non_negative("Weight of -1/(x + 1) in the potential.")
    far_wall: Dimensionless = positive("Weight of -1/(x - 1) in the potential.")
    confinement_slope: Dimensionless = positive("Slope inside the power that keeps the particle in the gap.")
    confinement_offset: Dimensionless = non_negative("Offset inside that power.")
    confinement_power: Dimensionless = positive("The power itself.")
    charge: Dimensionless = positive("Force on the particle per voltage.", symbol="q")
    viscosity: Dimensionless = positive("Friction of the particle.", symbol="eta")
    diffusion: Dimensionless = non_negative("Noise energy per temperature.", symbol="k")
    tunnelling_length: Dimensionless = positive("Decay length of the tunnelling gaps.", symbol="l_t")
    external_resistance: Dimensionless = positive(
        "Series resistor over the smallest resistance of the device."
    )
    circuit_time: Dimensionless = positive("Time constant of resistor and capacitor.", symbol="tau_c")
    base_temperature: Dimensionless = positive("Temperature of the surroundings.", symbol="T_0")
    heating: Dimensionless = non_negative("Rise of the temperature per power and time.", symbol="1/C_h")
    cooling: Dimensionless = positive("Rate at which the particle cools.", symbol="kappa")
