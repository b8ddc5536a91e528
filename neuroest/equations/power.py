"""Overheads of a chip in addition to its blocks: clock, regulators, heat, boards and cooling."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.equations._numbers import bounded_exponential, divided, lambert_fraction


@equation
def clock_energy(logic_energy: u.Joule, clock_share: u.Dimensionless) -> u.Joule:
    """Energy of the clock tree of synchronous logic, from the energy of the logic. [J].

    Parameters
    ----------
    logic_energy : float or array
        Dynamic energy without the clock tree. [J]
    clock_share : float or array
        Share of the clock tree in the dynamic energy with the clock tree, as chips report it. [1]

    Returns
    -------
    float or array
        Energy of the clock tree alone; infinite at a share of 1 and above. [J]

    Notes
    -----
    Formula: E_clock = E_logic s / (1 - s)

    Valid: synchronous digital circuits with a known clock share of the dynamic energy

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    A quarter of the total is a third of the rest: 3 pJ of logic take 1 pJ of clock.

    >>> f"{clock_energy(3e-12, 0.25):.3g}"
    '1e-12'
    """
    return divided(logic_energy * clock_share, 1.0 - clock_share)


@equation
def power_beyond_blocks(
    resting_power_density: u.WattPerSquareMetre, area: u.SquareMetre, listed: u.Watt
) -> u.Watt:
    """Power of a die at rest beyond what its blocks list. [W].

    Parameters
    ----------
    resting_power_density : float or array
        Power of the die over its area while it waits for work. [W/m^2]
    area : float or array
        Area of the die. [m^2]
    listed : float or array
        Leakage and free-running clocks of the blocks of its description, which are part of this power. [W]

    Returns
    -------
    float or array
        Power; zero if the blocks draw more. [W]

    Notes
    -----
    Formula: P = max(p A - P_listed, 0)

    Valid: dies of data centres with clocks that run while they wait

    References
    ----------
    .. [1] Derivation: docs/models/technology.md, "Power of a die at rest".

    Examples
    --------
    80 kW/m2 on 331 mm2, with 2 W of listed leakage.

    >>> f"{power_beyond_blocks(8e4, 331e-6, 2.0):.2f}"
    '24.48'
    """
    return np.maximum(resting_power_density * area - listed, 0.0)


@equation
def retention_supply(supply_voltage: u.Volt, retention_voltage: u.Volt) -> u.Volt:
    """Supply of a memory in retention: the retention voltage, or the chip's supply if that is lower. [V].

    Parameters
    ----------
    supply_voltage : float or array
        Supply of the chip. [V]
    retention_voltage : float or array
        Supply that just keeps the bits. [V]

    Returns
    -------
    float or array
        Supply asleep. [V]

    Notes
    -----
    Formula: V_s = min(V, V_ret)

    Valid: memories whose regulator can only lower the supply

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    >>> float(retention_supply(0.9, 0.5)), float(retention_supply(0.4, 0.5))
    (0.5, 0.4)
    """
    return np.minimum(supply_voltage, retention_voltage)


@equation
def retention_draw(supply_voltage: u.Volt, kept_voltage: u.Volt, loss: u.Dimensionless) -> u.Volt:
    """Effective supply voltage for the current of a memory in retention, including the regulator. [V].

    Parameters
    ----------
    supply_voltage : float or array
        Supply of the chip. [V]
    kept_voltage : float or array
        Supply of the sleeping cells, not above it. [V]
    loss : float or array
        Share of the difference that is lost: one for a linear regulator or a diode, zero for a second supply. [1]

    Returns
    -------
    float or array
        Power over the current of the cells. [V]

    Notes
    -----
    Formula: V_d = V_s + k (V - V_s)

    Valid: regulators whose own bias current is small compared with the cells'

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    A linear regulator draws the current of the cells from 0.9 V, a second supply from 0.5 V, one with half of the
    loss from 0.7 V.

    >>> [round(float(retention_draw(0.9, 0.5, k)), 3) for k in (1.0, 0.0, 0.5)]
    [0.9, 0.5, 0.7]
    """
    return kept_voltage + loss * (supply_voltage - kept_voltage)


@equation
def domain_capacitance(
    width: u.Metre, gate_capacitance: u.FaradPerMetre, drain_capacitance: u.FaradPerMetre
) -> u.Farad:
    """Capacitance of the nodes that follow the supply of a power domain. [F].

    Parameters
    ----------
    width : float or array
        Width of the transistors whose gates and drains load these nodes. [m]
    gate_capacitance, drain_capacitance : float or array
        Capacitance of gate and of drain per width. [F/m]

    Returns
    -------
    float or array
        Capacitance. [F]

    Notes
    -----
    Formula: C = W (c_g + c_d)

    Valid: nodes with one gate and one drain per transistor, without wires and the capacitors of the grid

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    1 mm of transistors at 1 fF/um of gate and 0.5 fF/um of drain: 1000 um x 1.5 fF/um.

    >>> f"{domain_capacitance(1e-3, 1e-9, 0.5e-9):.3g}"
    '1.5e-12'
    """
    return width * (gate_capacitance + drain_capacitance)


@equation
def wake_energy(capacitance: u.Farad, supply_voltage: u.Volt, asleep_voltage: u.Volt) -> u.Joule:
    """Energy of recharging a power domain at wake-up. [J].

    Parameters
    ----------
    capacitance : float or array
        Capacitance that follows the supply. [F]
    supply_voltage, asleep_voltage : float or array
        Supply awake and asleep. [V]

    Returns
    -------
    float or array
        Energy from the supply; its switch dissipates half. [J]

    Notes
    -----
    Formula: E = C V (V - V_s)

    Valid: a domain that has settled at its supply asleep before it wakes

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    1 pF from 0.5 V to 0.9 V: 1e-12 x 0.9 x 0.4.

    >>> f"{wake_energy(1e-12, 0.9, 0.5):.3g}"
    '3.6e-13'
    """
    return capacitance * supply_voltage * (supply_voltage - asleep_voltage)


@equation
def working_share(working_time: u.Second, interval: u.Second) -> u.Dimensionless:
    """Active share of the time of a block that sleeps when idle. [1].

    Parameters
    ----------
    working_time : float or array
        Time for which it works in an interval. [s]
    interval : float or array
        The interval, above zero. [s]

    Returns
    -------
    float or array
        Share, at most one. [1]

    Notes
    -----
    Formula: s = min(t_w / t, 1)

    Valid: a wake-up time much shorter than the sleep time

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    A router that works for 0.2 us of a timestep of 1 ms.

    >>> f"{working_share(0.2e-6, 1e-3):.3g}"
    '0.0002'
    """
    return np.minimum(working_time / interval, 1.0)


@equation
def regulator_supply_voltage(load_voltage: u.Volt, efficiency: u.Dimensionless) -> u.Volt:
    """Effective supply voltage for the charge of a load behind a regulator of known efficiency. [V].

    Parameters
    ----------
    load_voltage : float or array
        Voltage of the load. [V]
    efficiency : float or array
        Energy of the load per energy drawn from the supply. [1]

    Returns
    -------
    float or array
        Energy drawn per charge of the load; infinite where the efficiency is not positive. [V]

    Notes
    -----
    Formula: V_supply = V_load / eta

    Valid: regulators whose efficiency at the load is known: switched capacitors and buck converters

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    A rail of 0.2 V at 80 %.

    >>> f"{regulator_supply_voltage(0.2, 0.8):.3g}"
    '0.25'
    """
    return divided(load_voltage, efficiency)


@equation
def linear_regulator_efficiency(load_voltage: u.Volt, input_voltage: u.Volt) -> u.Dimensionless:
    """Largest efficiency of a linear regulator. [1].

    Parameters
    ----------
    load_voltage : float or array
        Voltage of the load. [V]
    input_voltage : float or array
        Voltage at the input of the regulator, above zero. [V]

    Returns
    -------
    float or array
        Efficiency; 0 where the input is below the load. [1]

    Notes
    -----
    Formula: eta = V_load / V_in, where V_load <= V_in

    Valid: linear regulators; an exact upper bound, for the regulator's own current is not included

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    0.2 V from 0.9 V.

    >>> f"{linear_regulator_efficiency(0.2, 0.9):.3f}"
    '0.222'
    """
    return load_voltage / input_voltage * np.where(load_voltage <= input_voltage, 1.0, 0.0)


@equation
def average_power(energy: u.Joule, interval: u.Second) -> u.Watt:
    """Mean power of a chip that repeats an inference. [W].

    Parameters
    ----------
    energy : float or array
        Energy of one inference. [J]
    interval : float or array
        Time from one inference to the next, above zero. [s]

    Returns
    -------
    float or array
        Power. [W]

    Notes
    -----
    Formula: P = E / t

    Valid: inferences that follow one another at the interval

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    300 nJ every 2 us.

    >>> f"{average_power(300e-9, 2e-6):.3g}"
    '0.15'
    """
    return energy / interval


@equation
def static_energy(static_power: u.Watt, active_time: u.Second) -> u.Joule:
    """Energy of leakage and bias currents per inference. [J].

    Parameters
    ----------
    static_power : float or array
        Leakage and bias power. [W]
    active_time : float or array
        Time for which the chip is powered for one inference. [s]

    Returns
    -------
    float or array
        Energy. [J]

    Notes
    -----
    Formula: E = P t

    Valid: t = interval if back to back, latency if powered only for the inference, period if always on

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    1 mW for 2 us.

    >>> f"{static_energy(1e-3, 2e-6):.3g}"
    '2e-09'
    """
    return static_power * active_time


@equation
def power_density(power: u.Watt, area: u.SquareMetre) -> u.WattPerSquareMetre:
    """Power per area. [W/m^2].

    Parameters
    ----------
    power : float or array
        Power. [W]
    area : float or array
        Area that dissipates it, above zero. [m^2]

    Returns
    -------
    float or array
        Power density. [W/m^2]

    Notes
    -----
    Formula: q = P / A

    Valid: power that is spread evenly over the area

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    700 W on 814 mm^2: 0.86 W/mm^2.

    >>> f"{power_density(700.0, 814e-6):.2g}"
    '8.6e+05'
    """
    return power / area


@equation
def junction_temperature(
    ambient_temperature: u.Kelvin, power: u.Watt, package_resistance: u.KelvinPerWatt
) -> u.Kelvin:
    """Temperature of a die. [K].

    Parameters
    ----------
    ambient_temperature : float or array
        Temperature around the package. [K]
    power : float or array
        Power of the whole die. [W]
    package_resistance : float or array
        Thermal resistance from the die to the surroundings. [K/W]

    Returns
    -------
    float or array
        Temperature. [K]

    Notes
    -----
    Formula: T = T_ambient + P R_package

    Valid: steady state, one temperature for the whole die; hot spots are hotter

    Leakage grows with the temperature and the temperature with the leakage: `self_heated_temperature` solves both.

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    300 K + 2 W x 10 K/W = 320 K.

    >>> f"{junction_temperature(300.0, 2.0, 10.0):g}"
    '320'
    """
    return ambient_temperature + power * package_resistance


@equation
def self_heated_temperature(
    ambient_temperature: u.Kelvin,
    thermal_resistance: u.KelvinPerWatt,
    constant_power: u.Watt,
    leakage_at_ambient: u.Watt,
    doubling_temperature: u.Kelvin,
) -> u.Kelvin:
    """Temperature at which a die whose leakage grows with temperature dissipates its own power. [K].

    Parameters
    ----------
    ambient_temperature : float or array
        Temperature around the package. [K]
    thermal_resistance : float or array
        Thermal resistance from the die to the surroundings, above zero. [K/W]
    constant_power : float or array
        Power that does not depend on the temperature. [W]
    leakage_at_ambient : float or array
        Leakage that the die would have at the temperature of the surroundings. [W]
    doubling_temperature : float or array
        Rise of the temperature that doubles the leakage, above zero. [K]

    Returns
    -------
    float or array
        The lower of the two balances, which is the stable one; where there is none (`thermal_load` above 1) the
        temperature at which the two would meet. [K]

    Notes
    -----
    Formula: T = T_0 - W_0(-a R P_0 exp(a (T_0 - T_a))) / a, T_0 = T_a + R P_c, a = ln 2 / dT_2

    Valid: steady state; one temperature for the whole die; a R P_0 exp(a R P_c) of at most 1/e

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    20 K/W and 1 W in air of 300 K are 320 K. With 0.1 W of leakage besides, that doubles every 20 K: at 324.71 K it
    leaks 0.1 W x 2^(24.71 / 20) = 0.2355 W, and 20 K/W x 1.2355 W = 24.71 K.

    >>> f"{self_heated_temperature(300.0, 20.0, 1.0, 0.1, 20.0):.2f}"
    '324.71'
    """
    slope = np.log(2.0) / doubling_temperature
    heated = ambient_temperature + thermal_resistance * constant_power
    rise = (
        slope
        * thermal_resistance
        * leakage_at_ambient
        * bounded_exponential(slope * (heated - ambient_temperature))
    )
    warm: u.Kelvin = heated + lambert_fraction(rise) / slope
    return warm


@equation
def thermal_load(
    thermal_resistance: u.KelvinPerWatt,
    constant_power: u.Watt,
    leakage_at_ambient: u.Watt,
    doubling_temperature: u.Kelvin,
) -> u.Dimensionless:
    """Thermal load of a die: above 1 there is thermal runaway. [1].

    Parameters
    ----------
    thermal_resistance : float or array
        Thermal resistance from the die to the surroundings, above zero. [K/W]
    constant_power : float or array
        Power that does not depend on the temperature. [W]
    leakage_at_ambient : float or array
        Leakage that the die would have at the temperature of the surroundings. [W]
    doubling_temperature : float or array
        Rise of the temperature that doubles the leakage, above zero. [K]

    Returns
    -------
    float or array
        Leakage over the largest that this package can carry off in addition to the constant power. [1]

    Notes
    -----
    Formula: x = e a R P_0 exp(a R P_c), a = ln 2 / dT_2

    Valid: steady state; one temperature for the whole die

    References
    ----------
    .. [1] Derivation: docs/models/technology.md.

    Examples
    --------
    Leakage alone that doubles every 20 K, at 20 K/W: at most 20 K / (e ln 2 x 20 K/W) = 0.5307 W.

    >>> f"{thermal_load(20.0, 0.0, 0.5307, 20.0):.3f}"
    '1.000'
    """
    slope = np.log(2.0) / doubling_temperature
    warmed = bounded_exponential(slope * thermal_resistance * constant_power)
    load: u.Dimensionless = np.e * slope * thermal_resistance * leakage_at_ambient * warmed
    return load


@equation
def power_into_shell(
    inside: u.Watt,
    number: u.Dimensionless,
    idle_power: u.Watt,
    active_power: u.Watt,
    duty: u.Dimensionless,
    efficiency: u.Dimensionless,
    overhead: u.Dimensionless,
) -> u.Watt:
    """Power that all shells of one kind take, with everything inside of them. [W].

    Parameters
    ----------
    inside : float or array
        Power of all that is inside: chips, or shells further in. [W]
    number : float or array
        Shells of this kind. [1]
    idle_power : float or array
        Power of the parts of one shell at rest. [W]
    active_power : float or array
        What these parts take more while the system computes. [W]
    duty : float or array
        Share of the time in which it does. [1]
    efficiency : float or array
        Power that arrives inside over power that is converted. [1]
    overhead : float or array
        Power of cooling and distribution over the power that becomes heat in the shell. [1]

    Returns
    -------
    float or array
        Power; infinite where nothing arrives inside. [W]

    Notes
    -----
    Formula: P = (P_in / eta + n (P_idle + d P_active)) (1 + h)

    Valid: mean powers; the efficiency is that at the load of the shell

    References
    ----------
    .. [1] SpiNNMachine, spinn_machine/version/version_5.py and version_spin1.py,
       https://github.com/SpiNNakerManchester/SpiNNMachine.

    Examples
    --------
    A SpiNNaker board of 48 chips in its box: chips at rest 16.82 W, an idle board 26.84 W, so 10.02 W of its own; a box
    5.04 W; 806 busy cores 27.5 W: 31.88 W at rest, 59.38 W at work.

    >>> board = power_into_shell(16.82, 1.0, 10.02, 0.0, 1.0, 1.0, 0.0)
    >>> f"{power_into_shell(board, 1.0, 5.04, 0.0, 1.0, 1.0, 0.0):.2f}"
    '31.88'
    >>> board = power_into_shell(16.82 + 27.5, 1.0, 10.02, 0.0, 1.0, 1.0, 0.0)
    >>> f"{power_into_shell(board, 1.0, 5.04, 0.0, 1.0, 1.0, 0.0):.2f}"
    '59.38'
    """
    own: u.Watt = number * (idle_power + duty * active_power)
    return (divided(inside, efficiency) + own) * (1.0 + overhead)
