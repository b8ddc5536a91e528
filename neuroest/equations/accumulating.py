"""Neurons that integrate in a material: phase-change cells and ferroelectric transistors.

Every input pulse changes the state of the device by a small step (a thinner amorphous plug, more switched
domains), the device fires when the state reaches a threshold, and a stronger pulse resets it. There is no
capacitor, and the state is kept between pulses, so such a neuron leaks little or not at all.

- pulses to fire: `pulses_to_conductance`, `film_field`, `ferroelectric_switching_time`, `pulses_to_switch`
- energy: `pulse_energy`, `polarisation_energy`, `firing_energy`
- time: `accumulating_interval`
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import bounded_exponential, rounded_up


@equation
def pulses_to_conductance(threshold_conductance: u.Siemens, conductance_step: u.Siemens) -> u.Dimensionless:
    """Pulses after which the conductance of a phase-change cell reaches the firing threshold. [1].

    Parameters
    ----------
    threshold_conductance : float or array
        Conductance at which the neuron fires, G_fire. [S]
    conductance_step : float or array
        Mean rise of the conductance in one pulse, dG, above zero. [S]

    Returns
    -------
    float or array
        Whole pulses, one at least. [1]

    Notes
    -----
    Formula: N = ceil(G_fire / dG)

    Valid: the rising part of the accumulation curve, equal pulses after a full reset

    References
    ----------
    .. [1] A. Sebastian et al., "Temporal correlation detection using computational phase-change memory", Nat. Commun.
       8, 1115 (2017), doi:10.1038/s41467-017-01481-9: accumulation curves, Fig. 4c, d.
    .. [2] Derivation: docs/models/neurons.md.

    Examples
    --------
    2 uS in steps of 0.25 uS.

    >>> f"{pulses_to_conductance(2e-6, 0.25e-6):g}"
    '8'
    """
    return np.maximum(rounded_up(threshold_conductance / conductance_step), 1.0)


@equation
def film_field(gate_voltage: u.Volt, film_share: u.Dimensionless, film_thickness: u.Metre) -> u.VoltPerMetre:
    """Field in the ferroelectric film of a gate stack. [V/m].

    Parameters
    ----------
    gate_voltage : float or array
        Voltage at the gate. [V]
    film_share : float or array
        Share of it across the film, s. [1]
    film_thickness : float or array
        Thickness of the film, d. [m]

    Returns
    -------
    float or array
        Field. [V/m]

    Notes
    -----
    Formula: E = s V / d

    Valid: s is the share of the gate voltage across the film

    References
    ----------
    .. [1] docs/models/neurons.md, "Ferroelectric transistor".

    Examples
    --------
    2 V, three quarters of it across 10 nm: 1.5 MV/cm.

    >>> f"{film_field(2.0, 0.75, 10e-9) / 1e8:.2f} MV/cm"
    '1.50 MV/cm'
    """
    return film_share * gate_voltage / film_thickness


@equation
def ferroelectric_switching_time(
    field: u.VoltPerMetre,
    activation_field: u.VoltPerMetre,
    field_exponent: u.Dimensionless,
    attempt_time: u.Second,
) -> u.Second:
    """Time in a constant field until a ferroelectric film has switched. [s].

    Switching accumulates: pulses of one field act like one pulse of their total length, as long as the pauses between
    them do not undo it.

    Parameters
    ----------
    field : float or array
        Field in the film, E, above zero. [V/m]
    activation_field : float or array
        Activation field, E_a. [V/m]
    field_exponent : float or array
        Exponent of the field, alpha; one is Merz's law. [1]
    attempt_time : float or array
        Switching time at an infinite field, tau_0. [s]

    Returns
    -------
    float or array
        Switching time; beyond all times that matter where the field is hardly there. [s]

    Notes
    -----
    Formula: tau = tau_0 exp((E_a / E)^alpha)

    Valid: nucleation-limited switching at one temperature; the field below the activation field

    References
    ----------
    .. [1] A. K. Tagantsev et al., "Non-Debye kinetics of domain switching in ferroelectric thin films", Phys. Rev. B
       66, 214109 (2002), doi:10.1103/PhysRevB.66.214109.

    Examples
    --------
    1.5 MV/cm with 12.7 MV/cm, 1.3 and 0.1 ps: 0.1 ps x exp(8.467^1.3) = 0.1 ps x exp(16.07) = 0.95 us.

    >>> f"{1e6 * ferroelectric_switching_time(1.5e8, 12.7e8, 1.3, 1e-13):.2f} us"
    '0.95 us'
    """
    return attempt_time * bounded_exponential((activation_field / field) ** field_exponent)


@equation
def pulses_to_switch(switching_time: u.Second, pulse_time: u.Second) -> u.Dimensionless:
    """Pulses after which an accumulating ferroelectric device switches abruptly. [1].

    Parameters
    ----------
    switching_time : float or array
        Time that the device must see the field of the pulses, tau. [s]
    pulse_time : float or array
        Width of one pulse, t_p, above zero. [s]

    Returns
    -------
    float or array
        Whole pulses, one at least. [1]

    Notes
    -----
    Formula: N = ceil(tau / t_p)

    Valid: equal pulses whose pauses do not undo the switching

    References
    ----------
    .. [1] H. Mulaosmanovic et al., "Mimicking biological neurons with a nanoscale ferroelectric transistor", Nanoscale
       10, 21755 (2018), doi:10.1039/C8NR07135G: below the coercive voltage a train of pulses switches the transistor
       at one of them, all or nothing.

    Examples
    --------
    0.95 us in pulses of 100 ns.

    >>> f"{pulses_to_switch(0.96e-6, 100e-9):g}"
    '10'
    """
    return np.maximum(rounded_up(switching_time / pulse_time), 1.0)


@equation
def pulse_energy(supply_voltage: u.Volt, current: u.Ampere, pulse_time: u.Second) -> u.Joule:
    """Energy that a supply delivers for a rectangular current pulse. [J].

    Parameters
    ----------
    supply_voltage : float or array
        Voltage of the supply that the current comes from. [V]
    current : float or array
        Amplitude of the pulse. [A]
    pulse_time : float or array
        Width of the pulse. [s]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = V I t

    Valid: rectangular pulses; the energy includes the drop outside the device

    References
    ----------
    .. [1] docs/models/neurons.md, "Phase-change cell".

    Examples
    --------
    100 uA for 50 ns from 2 V: 10 pJ.

    >>> f"{1e12 * pulse_energy(2.0, 100e-6, 50e-9):.1f} pJ"
    '10.0 pJ'
    """
    return supply_voltage * current * pulse_time


@equation
def polarisation_energy(
    remanent_polarisation: u.CoulombPerSquareMetre, area: u.SquareMetre, voltage: u.Volt
) -> u.Joule:
    """Energy that a source delivers to reverse the polarisation of a film. [J].

    The charge 2 P_r A flows through the source once per reversal, for any number of pulses.

    Parameters
    ----------
    remanent_polarisation : float or array
        Remanent polarisation of the film, P_r. [C/m^2]
    area : float or array
        Area of the film, A. [m^2]
    voltage : float or array
        Voltage of the source, V. [V]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = 2 P_r A V

    Valid: complete reversal of the polarisation from a source of constant voltage

    References
    ----------
    .. [1] docs/models/neurons.md, "Ferroelectric transistor".

    Examples
    --------
    16 uC/cm^2 on 0.01 um^2: 3.2 fC, at 2 V 6.4 fJ.

    >>> f"{1e15 * polarisation_energy(0.16, 1e-14, 2.0):.1f} fJ"
    '6.4 fJ'
    """
    return 2.0 * remanent_polarisation * area * voltage


@equation
def firing_energy(pulses: u.Dimensionless, energy_of_a_pulse: u.Joule) -> u.Joule:
    """Energy of the input pulses of one spike. [J].

    Weaker pulses change the state proportionally less, so a spike always needs the dose of N full pulses.

    Parameters
    ----------
    pulses : float or array
        Full pulses from reset to firing, N. [1]
    energy_of_a_pulse : float or array
        Energy of one full pulse, E_p. [J]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = N E_p

    Valid: on average over many spikes: all input pulses are integrated

    References
    ----------
    .. [1] docs/models/neurons.md, "Accumulating neurons".

    Examples
    --------
    Eight pulses of 10 pJ.

    >>> f"{1e12 * firing_energy(8.0, 10e-12):.0f} pJ"
    '80 pJ'
    """
    return pulses * energy_of_a_pulse


@equation
def accumulating_interval(
    pulses: u.Dimensionless, pulse_time: u.Second, read_time: u.Second, reset_time: u.Second
) -> u.Second:
    """Shortest time from one spike of an accumulating neuron to the next. [s].

    Parameters
    ----------
    pulses : float or array
        Full pulses from reset to firing, N. [1]
    pulse_time : float or array
        Width of one pulse, t_p. [s]
    read_time : float or array
        Time of reading the state after a pulse. [s]
    reset_time : float or array
        Time of the reset. [s]

    Returns
    -------
    float or array
        Interval. [s]

    Notes
    -----
    Formula: t = N (t_p + t_read) + t_reset

    Valid: the state is read after every pulse, because the device does not signal firing

    References
    ----------
    .. [1] docs/models/neurons.md, "Accumulating neurons".

    Examples
    --------
    8 x (50 ns + 1 us) + 1 us = 9.4 us.

    >>> f"{1e6 * accumulating_interval(8.0, 50e-9, 1e-6, 1e-6):.1f} us"
    '9.4 us'
    """
    return pulses * (pulse_time + read_time) + reset_time
