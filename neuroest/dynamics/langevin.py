"""A particle in a pinning potential, with its temperature and its circuit: a research model.

Everything is dimensionless. The numbers of such models are fits, not material constants, so nothing is estimated
from it; it shows how heating and noise make a volatile switch fire by chance. Form: Jiang et al., Nat. Commun. 8,
882 (2017), doi:10.1038/s41467-017-00869-x; Ushakov et al., Chaos, Solitons and Fractals 145, 110803 (2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.dynamics.parameters import LangevinParameters
from neuroest.dynamics.stimulus import Array

RESEARCH_MODEL = "research model: dimensionless, fitted to no device; nothing is estimated from it"
_EDGE = 1e-3


@dataclass
class LangevinRun:
    """Position, temperature, voltage and conductance of the particles that are kept."""

    time: Array
    position: Array
    temperature: Array
    voltage: Array
    conductance: Array


def potential_force(parameters: LangevinParameters, position: Array) -> Array:
    """Force of the pinning potential, minus its derivative."""
    p, x = parameters, position
    inner = p.confinement_slope * x + p.confinement_offset
    wall = p.confinement_power * p.confinement_slope * np.power(np.abs(inner), p.confinement_power - 1.0)
    slope = (
        -2.0 * p.wall_repulsion / (x + 1.0) ** 3
        + p.wall_attraction / (x + 1.0) ** 2
        + p.far_wall / (x - 1.0) ** 2
        + np.sign(inner) * wall
    )
    result: Array = -slope
    return result


def simulate_langevin(
    parameters: LangevinParameters,
    voltage: float,
    duration: float,
    step: float,
    *,
    devices: int = 1,
    generator: np.random.Generator | None = None,
    kept: int = 1,
) -> LangevinRun:
    """Euler-Maruyama steps of the particle, exact exponential steps of circuit and temperature.

    Noise grows with the square root of the step, so that its statistics do not depend on it. The force of the
    walls is stiff: a particle moves at most a tenth of the gap in a step, and never through a wall.
    """
    steps = round(duration / step) if step > 0.0 else 0
    if not 1 <= steps <= 20_000_000:
        raise NeuroestError(f"a step of {step:g} would take {steps} steps")
    p = parameters
    position = np.full(devices, -0.8)
    temperature = np.full(devices, float(p.base_temperature))
    across = np.zeros(devices)
    rows = []
    for count in range(steps):
        shape = np.cosh(position / p.tunnelling_length)
        conductance = 1.0 / shape
        rate = (1.0 + p.external_resistance * conductance) / p.circuit_time
        final = voltage / (rate * p.circuit_time)
        across = final + (across - final) * np.exp(-rate * step)
        balance = p.base_temperature + p.heating * across * across * conductance / p.cooling
        temperature = balance + (temperature - balance) * np.exp(-p.cooling * step)
        force = potential_force(p, position) + p.charge * across / 2.0
        move = force / p.viscosity * step
        if generator is not None:
            size = np.sqrt(2.0 * p.diffusion * temperature / p.viscosity * step)
            move = move + size * generator.standard_normal(devices)
        position = np.clip(position + np.clip(move, -0.1, 0.1), -1.0 + _EDGE, 1.0 - _EDGE)
        rows.append((count * step, position[:kept], temperature[:kept], across[:kept], conductance[:kept]))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return LangevinRun(*columns)
