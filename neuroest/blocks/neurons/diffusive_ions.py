"""Ions of the diffusive memristor: rates, conduction and rupture, noise, and temperature dependence of the rates."""

import math
from collections.abc import Mapping

from neuroest.core import units as u
from neuroest.equations import filament_growth, firing_statistics
from neuroest.specs.parameters import CHOSEN, DEFINED, EXACT, Record, non_negative, positive, quantity


class IonDynamics(Record):
    """Rates of the filament and residue states of a diffusive memristor, and its firing statistics."""

    field_mobility: u.PerVoltSecond = positive(symbol="mu")
    """Filament growth per field."""
    field_offset: u.Dimensionless = positive(symbol="alpha", exact=EXACT)
    """Remaining gap of a complete filament."""
    residue_rate: u.PerSecond = positive(symbol="beta")
    """Rate at which filament turns into residue."""
    filament_decay: u.PerSecond = positive(symbol="gamma_1")
    """Rate at which the filament dissolves."""
    residue_decay: u.PerSecond = positive(symbol="gamma_2")
    """Rate at which the residue dissolves."""
    on_resistance: u.Ohm = positive(symbol="R_on")
    """Resistance of the complete filament."""
    off_resistance: u.Ohm = positive(symbol="R_off", exact=EXACT)
    """Resistance without a filament."""
    input_voltage: u.Volt = positive(maximum=10.0, symbol="V_in", exact=CHOSEN)
    """Voltage at the neuron's input while it integrates."""
    output_threshold: u.Volt = positive(maximum=10.0, symbol="V_th", exact=EXACT)
    """Gate voltage above which the output is on."""
    rearm_fraction: u.Dimensionless = positive(maximum=1.0)
    """Ratio of the gate voltage at which the neuron can fire again to the input voltage."""
    output_supply_voltage: u.Volt = positive(maximum=10.0, symbol="V_dd", exact=CHOSEN)
    """Supply of the output branch."""
    load_resistance: u.Ohm = positive(symbol="R_l", exact=CHOSEN)
    """Resistor between the supply and the output."""
    load_capacitance: u.Farad = non_negative(symbol="C_l", exact=CHOSEN)
    """Capacitance at the output of the neuron."""
    transistor_on_resistance: u.Ohm = non_negative(symbol="R_ds")
    """Resistance of the output transistor while on."""
    firing_median_voltage: u.Volt = positive(symbol="V_50")
    """Amplitude at which half of all pulses fire, for the pulse width stated."""
    firing_voltage_spread: u.Volt = positive(symbol="sigma_V")
    """Standard deviation of the firing amplitude of one device from pulse to pulse."""
    firing_device_spread: u.Volt = non_negative(absent=0.0, symbol="sigma_D")
    """Standard deviation of the firing amplitude between devices. Without it, all devices are taken to be alike."""
    firing_pulse_time: u.Second = non_negative(absent=0.0, symbol="t_p")
    """Pulse width for firing_median_voltage and firing_voltage_spread. Without it, the statistics apply to no other
    pulse width."""
    endurance_shape: u.Dimensionless = positive(maximum=100.0, symbol="beta", absent=math.inf)
    """Weibull slope of the cycles to failure between neurons; `endurance` is then the 63 % point. Without it, all
    neurons are assumed to fail at the same time."""
    endurance_devices: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Devices that were cycled for the claimed endurance."""
    endurance_points: u.Dimensionless = non_negative(absent=0.0, exact=EXACT)
    """Points of the cycling curve of the claimed endurance."""
    endurance: u.Dimensionless = positive(symbol="N_end")
    """Switching cycles before the device fails."""
    relaxation_time: u.Second = non_negative(symbol="t_relax", absent=0.0)
    """Rupture time of a complete filament without a field. Without this value, rupture is instantaneous and the neuron
    cannot be simulated."""
    conduction_length: u.Dimensionless = quantity(minimum=0.01, symbol="lambda", absent=0.0, exact=EXACT)
    """Decay length of the conduction through the gap, in units of the gap; without it, there is no check whether the
    gate follows the closing gap, and the neuron cannot be simulated."""
    activation_energy: u.Joule = non_negative(symbol="E_a", absent=0.0)
    """Common barrier of all ion rates and of the rupture; without it, they do not depend on temperature."""


ION_BARRIERS: Mapping[str, str] = {
    "field_mobility": "mobility_activation",
    "residue_rate": "residue_activation",
    "filament_decay": "filament_decay_activation",
    "residue_decay": "residue_decay_activation",
}
"""Barrier for each rate of a diffusive memristor."""


class IonKineticsParameters(Record):
    """Noise and temperature dependence of a diffusive memristor, in addition to the parameters of its neuron."""

    model = "ion_kinetics"

    noise_correlation_time: u.Second = positive(symbol="tau_n")
    """Correlation time of the noise of the ion drive."""
    decay_variation: u.Dimensionless = non_negative(exact=CHOSEN)
    """Relative fluctuation of the filament's decay rate within a cycle."""
    mobility_activation: u.Joule = non_negative(symbol="E_mu")
    """Activation energy of the filament's growth."""
    residue_activation: u.Joule = non_negative(symbol="E_beta")
    """Activation energy of the conversion of filament into residue."""
    filament_decay_activation: u.Joule = non_negative(symbol="E_gamma_1")
    """Activation energy of the filament's decay."""
    residue_decay_activation: u.Joule = non_negative(symbol="E_gamma_2")
    """Activation energy of the residue's decay."""
    reference_temperature: u.Kelvin = positive(symbol="T_0", exact=DEFINED)
    """Temperature for which the rates are stated."""
    thermal_resistance: u.KelvinPerWatt = non_negative(symbol="R_th")
    """Temperature rise of the complete filament."""


def at_temperature(
    device: IonDynamics, kinetics: IonKineticsParameters, temperature: u.Kelvin
) -> IonDynamics:
    """Device of a neuron with its rates and times at another temperature than that of the measurement.

    The barriers of single rates take the place of the one that the device states for all of them. The pulses of its
    firing statistics scale as the rate equations do at the median amplitude, and its rupture as the filament decays.
    """
    rates = {
        rate: getattr(device, rate)
        * firing_statistics.activation_factor(
            getattr(kinetics, barrier), temperature, kinetics.reference_temperature
        )
        for rate, barrier in ION_BARRIERS.items()
    }
    warmer = type(device)(**{**vars(device), **rates, "activation_energy": 0.0})
    pulses, before = median_firing_time(warmer), median_firing_time(device)
    return warmer.changed(
        firing_pulse_time=device.firing_pulse_time * pulses / before,
        relaxation_time=device.relaxation_time * device.filament_decay / warmer.filament_decay,
    )


def median_firing_time(device: IonDynamics) -> u.Second:
    """Integration time by the rate equations, at the stated rates, at the median firing amplitude."""
    return filament_growth.integration_time(
        device.firing_median_voltage, device.field_mobility, device.field_offset, device.residue_rate,
        device.filament_decay, device.residue_decay,
    )  # fmt: skip
