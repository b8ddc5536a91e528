"""A particle in a pinning potential, with its temperature and its circuit: a research model.

Everything is dimensionless. The numbers of such models are fits, not material constants, so no estimate uses it. It
shows how heating and noise make a volatile switch fire by chance. Form: Jiang et al., Nat. Commun. 8, 882 (2017),
doi:10.1038/s41467-017-00869-x; Ushakov et al., Chaos, Solitons and Fractals 145, 110803 (2021).

::

    python examples/langevin/particle.py --level 2 --duration 20
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import yaml
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
_EDGE = 1e-3


@dataclass(frozen=True)
class Parameters:
    """The particle, its temperature and its circuit."""

    wall_repulsion: float
    """Weight of 1/(x + 1)^2 in the potential."""
    wall_attraction: float
    """Weight of -1/(x + 1) in the potential."""
    far_wall: float
    """Weight of -1/(x - 1) in the potential."""
    confinement_slope: float
    """Slope inside the power that keeps the particle in the gap."""
    confinement_offset: float
    """Offset inside that power."""
    confinement_power: float
    """The power itself."""
    charge: float
    """Force on the particle per voltage."""
    viscosity: float
    """Friction of the particle."""
    diffusion: float
    """Noise energy per temperature."""
    tunnelling_length: float
    """Decay length of the tunnelling gaps."""
    external_resistance: float
    """Series resistor over the smallest resistance of the device."""
    circuit_time: float
    """Time constant of resistor and capacitor."""
    base_temperature: float
    """Temperature of the surroundings."""
    heating: float
    """Rise of the temperature per power and time."""
    cooling: float
    """Rate at which the particle cools."""


def read_parameters() -> Parameters:
    """Numbers of the file next to this one."""
    path = Path(__file__).with_name("parameters.yaml")
    return Parameters(**yaml.safe_load(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Run:
    """Position, temperature, voltage and conductance of the particles that are kept."""

    time: Array
    position: Array
    temperature: Array
    voltage: Array
    conductance: Array


def potential_force(parameters: Parameters, position: Array) -> Array:
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


def simulate(
    parameters: Parameters,
    voltage: float,
    duration: float,
    step: float,
    *,
    devices: int = 1,
    generator: np.random.Generator | None = None,
    kept: int = 1,
) -> Run:
    """Euler-Maruyama steps of the particle, exact exponential steps of circuit and temperature.

    Noise grows with the square root of the step, so that its statistics do not depend on it. The force of the
    walls is stiff: a particle moves at most a tenth of the gap in a step, and never through a wall.
    """
    steps = round(duration / step) if step > 0.0 else 0
    if not 1 <= steps <= 20_000_000:
        raise ValueError(f"a step of {step:g} would take {steps} steps")
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
    return Run(*columns)


def main() -> None:
    """Run one particle at a constant input."""
    parser = argparse.ArgumentParser(
        description="A particle in a pinning potential; all numbers dimensionless."
    )
    parser.add_argument("--level", type=float, default=2.0, help="input")
    parser.add_argument("--duration", type=float, default=200.0, help="simulated time")
    parser.add_argument("--step", type=float, default=2e-3, help="time step")
    parser.add_argument("--seed", type=int, default=0, help="seed of the noise")
    asked = parser.parse_args()
    generator = np.random.default_rng(asked.seed)
    run = simulate(read_parameters(), asked.level, asked.duration, asked.step, generator=generator)
    print(f"position {run.position.min():.3g} to {run.position.max():.3g}")  # noqa: T201 - a program
    print(f"temperature up to {run.temperature.max():.3g}")  # noqa: T201 - a program
    print(f"rises of the conductance through half its largest possible value: {rises(run)}")  # noqa: T201 - a program


def rises(run: Run) -> int:
    """How often the first particle starts to conduct."""
    return int(np.sum(np.diff((run.conductance[:, 0] > 0.5).astype(int)) == 1))


if __name__ == "__main__":
    main()
