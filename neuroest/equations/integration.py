"""Integration over timesteps: the share of the integration per timestep, and the on-time of the input.

A neuron of the network fires once in several timesteps. The same neuron in hardware is driven for a part of
each timestep, its state decays slightly in between, and it fires when the contributions add up. All neurons
use one rule: the input is on for the shortest time per timestep with which the neuron still matches the
firing rate of the network. Neurons differ only in the number of timesteps for a given drive:
`leaky_steps_to_fire` for linear equations (a membrane, a capacitor, an accumulating material),
`filament_steps_to_fire` for a diffusive memristor.
"""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations import filament_growth
from neuroest.equations._numbers import normal_distribution, rounded_down, rounded_up

_LONGEST_MEMORY = 1e6
"""Periods and integrations after which a memory counts as one that keeps everything; numerical, an error of 1e-6."""
_RIPPLE_PERIOD, _RIPPLE_DRIVE = 15.3, 1.25
"""Squared settling times of a period, and settling times of a drive, by which half of the ripple decides: a fit to the
rate equations (docs/models/integration.md)."""


@equation
def timesteps_per_spike(output_rate: u.Dimensionless, timesteps: u.Dimensionless) -> u.Dimensionless:
    """Timesteps over which a neuron of the network integrates one spike. [1].

    Parameters
    ----------
    output_rate : float or ndarray
        Spikes of a neuron in a timestep, r. [1]
    timesteps : float or ndarray
        Timesteps of an inference, T, after which its state is forgotten. [1]

    Returns
    -------
    float or ndarray
        Timesteps for a spike, one at least. [1]

    Notes
    -----
    Formula: n = max(min(1/r, T), 1)

    Valid: a layer whose neurons all fire at its mean rate; a neuron that fires at all does so within an inference

    References
    ----------
    docs/models/integration.md, "Timesteps of a spike".

    Examples
    --------
    One spike in twenty timesteps; and a layer that spikes once in 333 timesteps, in an inference of 100.

    >>> f"{timesteps_per_spike(0.05, 100.0):g} {timesteps_per_spike(0.003, 100.0):g}"
    '20 100'
    """
    spiking = np.asarray(output_rate) > 0.0
    interval = np.where(spiking, 1.0 / np.where(spiking, output_rate, 1.0), np.inf)
    return np.maximum(np.minimum(interval, timesteps), 1.0)


@equation
def full_drives_per_spike(
    threshold: u.Dimensionless, largest_result: u.Dimensionless, interval: u.Dimensionless
) -> u.Dimensionless:
    """Full drives, one in a timestep, that fire a neuron. [1].

    Parameters
    ----------
    threshold : float or ndarray
        Weighted sum at which a neuron fires, over the standard deviation of those of a timestep, theta. [1]
    largest_result : float or ndarray
        Largest result that the columns are made for, in such deviations, c. [1]
    interval : float or ndarray
        Timesteps from one spike to the next, n_r. [1]

    Returns
    -------
    float or ndarray
        Whole timesteps, one at least. [1]

    Notes
    -----
    Formula: n = max(1, min(ceil(theta/c), floor(n_r)))

    Valid: full scale is trimmed to theta/n, so that n full drives are a threshold

    References
    ----------
    docs/models/integration.md, "Timesteps of a spike".

    Examples
    --------
    A threshold of 10.7 deviations, columns of three: 4 timesteps. A neuron that fires in every other has two.

    >>> f"{full_drives_per_spike(10.7, 3.0, 100.0):g} {full_drives_per_spike(10.7, 3.0, 2.0):g}"
    '4 2'
    """
    return np.maximum(np.minimum(rounded_up(threshold / largest_result), rounded_down(interval)), 1.0)


@equation
def trimmed_full_scale(threshold: u.Dimensionless, full_drives: u.Dimensionless) -> u.Dimensionless:
    """Result that makes a full drive, over the standard deviation of the results of a timestep. [1].

    Parameters
    ----------
    threshold : float or ndarray
        Weighted sum at which a neuron fires, in such deviations, theta. [1]
    full_drives : float or ndarray
        Full drives that fire it, n. [1]

    Returns
    -------
    float or ndarray
        Standard deviations. [1]

    Notes
    -----
    Formula: f = theta/n

    Valid: larger results are clipped, but for n = 1, where they fire the neuron in any case

    References
    ----------
    docs/models/integration.md, "Timesteps of a spike".

    Examples
    --------
    A threshold of 10.7 deviations in four timesteps.

    >>> f"{trimmed_full_scale(10.7, 4.0):.3f}"
    '2.675'
    """
    return threshold / full_drives


@equation
def mean_drive_share(full_scale: u.Dimensionless, power: u.Dimensionless) -> u.Dimensionless:
    """Mean of a power of the drive of a neuron over all timesteps, as a share of the full drive. [1].

    Parameters
    ----------
    full_scale : float or ndarray
        Result that makes a full drive, over the standard deviation of the results, f. [1]
    power : float
        1 for the length of a pulse, 2 for what flows through a resistor under a voltage, p. [1]

    Returns
    -------
    float or ndarray
        Share. [1]

    Notes
    -----
    Formula: E[clip(x/f, 0, 1)^p] for x standard normal; p = 1: (phi(0) - phi(f))/f + Phi(-f);
        p = 2: (1/2 - Phi(-f) - f phi(f))/f^2 + Phi(-f)

    Valid: results with a mean of zero; trained layers have a mean below zero, and less drive

    References
    ----------
    docs/models/integration.md, "Timesteps of a spike".

    Examples
    --------
    Full drive at 1.85 deviations: a fifth of the time.

    >>> f"{mean_drive_share(1.85, 1.0):.3f} {mean_drive_share(1.85, 2.0):.3f}"
    '0.209 0.130'
    """
    density = np.exp(-full_scale * full_scale / 2.0) / np.sqrt(2.0 * np.pi)
    beyond = normal_distribution(-full_scale)
    length = (1.0 / np.sqrt(2.0 * np.pi) - density) / full_scale + beyond
    square = (1.0 / 2.0 - beyond - full_scale * density) / (full_scale * full_scale) + beyond
    share: u.Dimensionless = np.where(np.equal(power, 1.0), length, square)
    return share


@equation
def hold_time(integration_time: u.Second, share: u.Dimensionless) -> u.Second:
    """On-time of a neuron's input per timestep. [s].

    Parameters
    ----------
    integration_time : float or ndarray
        Time from an empty state to firing under a full drive, t. [s]
    share : float or ndarray
        Share of it with which the neuron fires within the timesteps of a spike, s. [1]

    Returns
    -------
    float or ndarray
        Time. [s]

    Notes
    -----
    Formula: h = s t, the least h with n(h, T) <= timesteps per spike

    Valid: as `leaky_steps_to_fire` and `filament_steps_to_fire`

    References
    ----------
    docs/models/integration.md.

    Examples
    --------
    A twentieth of 3.33 us.

    >>> f"{1e9 * hold_time(3.33e-6, 0.05):.1f} ns"
    '166.5 ns'
    """
    return integration_time * share


@equation
def leaky_steps_to_fire(
    drive_time: u.Second,
    period: u.Second,
    driven_time_constant: u.Second,
    idle_time_constant: u.Second,
    final_state: u.Dimensionless,
    start_state: u.Dimensionless,
) -> u.Dimensionless:
    """Timesteps until a leaky integrator fires, driven for a part of each. [1].

    Parameters
    ----------
    drive_time : float or ndarray
        Time that the input is on in each timestep, h. [s]
    period : float or ndarray
        From one timestep to the next, T. [s]
    driven_time_constant, idle_time_constant : float or ndarray
        Time constants with which the state settles under its input and fades without, tau and tau_0. [s]
    final_state : float or ndarray
        State at which an input that stays on would end, over that at which the neuron fires, X. [1]
    start_state : float or ndarray
        State after the last spike, over that at which the neuron fires, x_0. [1]

    Returns
    -------
    float or ndarray
        Timesteps, not rounded: the neuron fires in the next whole one. Infinite where the leak between the timesteps
        takes all that a drive adds; one where a single drive is enough. [1]

    Notes
    -----
    Formula: n = 1 + ln((P - x_1)/(P - 1))/(h/tau + (T - h)/tau_0), P = X (1 - exp(-h/tau))/(1 - d),
        x_1 = x_0 exp(-h/tau) + X (1 - exp(-h/tau)), d = exp(-h/tau - (T - h)/tau_0)

    Valid: exact for a first-order linear equation, at integer numbers of timesteps

    References
    ----------
    docs/models/integration.md, "Linear neurons".

    Examples
    --------
    Without a loss to speak of a fifth of the integration in each timestep takes five. With a time constant of ten
    timesteps and drives of no length that add 0.2: P = 0.2/(1 - exp(-0.1)) = 2.1017, n = 1 + ln(1.9017/1.1017)/0.1.

    >>> f"{leaky_steps_to_fire(0.2, 0.2, 1e6, 1e6, 1e6, 0.0):.3f}"
    '5.000'
    >>> f"{leaky_steps_to_fire(1e-9, 1.0, 10.0, 10.0, 0.2e10, 0.0):.2f}"
    '6.46'
    """
    driven = drive_time / driven_time_constant
    with np.errstate(invalid="ignore"):  # an input that never ends leaves no time without it
        idle_time = np.where(np.isfinite(drive_time), period - drive_time, 0.0)
    phase = driven + idle_time / idle_time_constant
    added = final_state * -np.expm1(-driven)
    first = start_state * np.exp(-driven) + added
    peak = added / -np.expm1(-phase)
    fires = (peak > 1.0) & (first < 1.0)
    # (P - x_1)/(P - 1) without the one that it exceeds by little where the memory is long
    more = np.log1p(np.where(fires, 1.0 - first, 0.0) / np.where(fires, peak - 1.0, 1.0)) / phase
    return np.where(first >= 1.0, 1.0, np.where(fires, 1.0 + more, np.inf))


@equation
def leaky_drive_time(
    steps: u.Dimensionless, period: u.Second, time_constant: u.Second, integration_time: u.Second
) -> u.Second:
    """Shortest drive in each timestep with which a leaky integrator fires within so many, from an empty state. [s].

    Parameters
    ----------
    steps : float or ndarray
        Timesteps, one at least, n. [1]
    period : float or ndarray
        From one timestep to the next, T. [s]
    time_constant : float or ndarray
        Time constant of the state with and without its input, tau. [s]
    integration_time : float or ndarray
        Time from an empty state to firing under an input that stays on, t. [s]

    Returns
    -------
    float or ndarray
        Time, at most the whole integration. [s]

    Notes
    -----
    Formula: 1 - exp(-h/tau) = (1 - exp(-t/tau)) (1 - d)/(1 - d^n), d = exp(-T/tau)

    Valid: inverse of `leaky_steps_to_fire` for equal time constants and a start at zero

    References
    ----------
    docs/models/integration.md, "Linear neurons".

    Examples
    --------
    Two timesteps of a time constant each, a whole integration of ln 2 of it: -ln(1 - 0.5 x 0.6321/0.8647) = 0.455.

    >>> f"{1e3 * leaky_drive_time(2.0, 1e-3, 1e-3, 0.6931e-3):.3f} ms"
    '0.455 ms'
    """
    phase, whole = period / time_constant, integration_time / time_constant
    faded, charged, all_faded = -np.expm1(-phase), -np.expm1(-whole), -np.expm1(-steps * phase)
    reached = charged * faded / all_faded
    # what is left of the way, without the one that it differs from by little where the memory is short
    left = (np.exp(-phase) * -np.expm1((1.0 - steps) * phase) + np.exp(-whole) * faded) / all_faded
    near = reached < 1.0 / 2.0
    return -time_constant * np.where(near, np.log1p(-np.where(near, reached, 0.0)), np.log(left))


@equation
def leaky_integration_time(charge_time: u.Second, time_constant: u.Second) -> u.Second:
    """Time to a spike under a full drive with a leak, from the time without a leak. [s].

    Parameters
    ----------
    charge_time : float or ndarray
        Time without a leak, t_0. [s]
    time_constant : float or ndarray
        Time constant of the leak, infinite for none, tau. [s]

    Returns
    -------
    float or ndarray
        Time; infinite where the leak takes all of the drive before the neuron fires. [s]

    Notes
    -----
    Formula: t = -tau ln(1 - t_0/tau)

    Valid: linear leak

    References
    ----------
    docs/models/integration.md, "Linear neurons".

    Examples
    --------
    1 ms without a leak, 2 ms of time constant: 2 ms x ln 2. Without a leak it is the time itself.

    >>> f"{1e3 * leaky_integration_time(1e-3, 2e-3):.3f} ms {1e3 * leaky_integration_time(1e-3, float('inf')):.3f} ms"
    '1.386 ms 1.000 ms'
    """
    leaks = np.isfinite(time_constant)
    share = charge_time / time_constant
    fires = share < 1.0
    constants = -np.log1p(-np.where(fires, share, 1.0 / 2.0)) * np.where(fires, 1.0, np.inf)
    return np.where(leaks, np.where(leaks, time_constant, charge_time) * constants, charge_time)


@equation
def settled_state(integration_time: u.Second, time_constant: u.Second) -> u.Dimensionless:
    """Steady state under a constant full drive, over the firing threshold. [1].

    Parameters
    ----------
    integration_time : float or ndarray
        Time from an empty state to firing under a full drive, t. [s]
    time_constant : float or ndarray
        Time constant of the leak, tau. [s]

    Returns
    -------
    float or ndarray
        State. [1]

    Notes
    -----
    Formula: X = 1/(1 - exp(-t/tau))

    Valid: linear leak, the same with and without a drive

    References
    ----------
    docs/models/integration.md, "Linear neurons".

    Examples
    --------
    A neuron that fires after one time constant: 1/(1 - 1/e).

    >>> f"{settled_state(1e-3, 1e-3):.3f}"
    '1.582'
    """
    return 1.0 / -np.expm1(-integration_time / time_constant)


@equation
def counted_memory(time_constant: u.Second, period: u.Second, integration_time: u.Second) -> u.Second:
    """Time constant of a leak, with an infinite one replaced by a very long one. [s].

    Parameters
    ----------
    time_constant : float or ndarray
        Time constant of the leak, infinite for none, tau. [s]
    period : float or ndarray
        From one timestep to the next, T. [s]
    integration_time : float or ndarray
        Time from an empty state to firing, t. [s]

    Returns
    -------
    float or ndarray
        Time constant. [s]

    Notes
    -----
    Formula: min(tau, 10^6 (T + t))

    Valid: numerical; results of `leaky_steps_to_fire` move by a millionth

    References
    ----------
    docs/models/integration.md, "Linear neurons".

    Examples
    --------
    >>> f"{counted_memory(float('inf'), 1e-3, 1e-3):g} s"
    '2000 s'
    """
    return np.minimum(time_constant, _LONGEST_MEMORY * (period + integration_time))


@equation
def filament_steps_to_fire(
    drive_time: u.Second,
    period: u.Second,
    drive_voltage: u.Volt,
    field_mobility: u.PerVoltSecond,
    field_offset: u.Dimensionless,
    residue_rate: u.PerSecond,
    filament_decay: u.PerSecond,
    residue_decay: u.PerSecond,
) -> u.Dimensionless:
    """Timesteps until a diffusive memristor switches, driven for a part of each. [1].

    Parameters
    ----------
    drive_time : float or ndarray
        Time that the input is on in each timestep, h. [s]
    period : float or ndarray
        From one timestep to the next, T. [s]
    drive_voltage : float or ndarray
        Voltage across the memristor while the input is on, V. [V]
    field_mobility : float or ndarray
        Filament growth per field, mu. [1/V/s]
    field_offset : float or ndarray
        Gap that stays when the filament is complete, alpha. [1]
    residue_rate : float or ndarray
        Rate at which filament turns into residue, beta. [1/s]
    filament_decay : float or ndarray
        Rate at which the filament dissolves, gamma_1. [1/s]
    residue_decay : float or ndarray
        Rate at which the residue dissolves, gamma_2. [1/s]

    Returns
    -------
    float or ndarray
        Timesteps, not rounded; infinite where the drives never add up to a switch. [1]

    Notes
    -----
    Formula: n = t(V e)/T with beta -> beta (D/e) x coth x, x = gamma_2 (T - h)/2, D = h/T,
        e = D + w (p - D), p = (1 - exp(-k h))/(1 - exp(-k T)),
        1/w = 1 + 15.3/(k T)^2 + 1.25/(k h), k = gamma_1 + beta

    Valid: h within 5 % of the rate equations for k T <= 80 and 2 to 300 timesteps, within 10 % for k T <= 300 and 5
        timesteps or more; fewer: conservative by up to 19 %; 0.4 to 1.14 V_fast

    t is `filament_growth.integration_time`. In periods far below the settling time 1/k the filament responds
    to the mean drive, V D. In longer ones it ripples up to p V and reaches the fold at a peak, while the
    residue still grows with the mean.

    References
    ----------
    docs/models/integration.md, "Diffusive memristor".

    Examples
    --------
    Bench device at 0.8 V, half of every millisecond on; the rate equations switch in timestep 200, after 199.25.

    >>> f"{filament_steps_to_fire(0.5e-3, 1e-3, 0.8, 150.0, 0.01, 20.0, 600.0, 5.0):.0f}"
    '197'
    """
    settling = filament_decay + residue_rate
    duty = drive_time / period
    # effective duty cycle of a filament: the mean for short periods, the ripple peak for long ones
    phase, driven = settling * period, settling * drive_time
    peak = np.minimum(np.expm1(-driven) / np.expm1(-phase), 1.0)
    # 1/w = 1/a + b/(k h), so written that neither no drive nor an infinite period divides by zero
    longest = 1.0 / (1.0 + _RIPPLE_PERIOD / (phase * phase))
    share = longest * driven / (driven + _RIPPLE_DRIVE * longest)
    effective = duty + share * (peak - duty)
    # residue at a drive over its mean, since it fades between the drives
    faded = np.maximum(residue_decay * (period - drive_time) / 2.0, np.finfo(float).tiny)
    fed = residue_rate * (duty / effective) * faded / np.tanh(faded)
    rates = field_mobility, field_offset, fed, settling - fed, residue_decay
    return filament_growth.integration_time(drive_voltage * effective, *rates) / period
