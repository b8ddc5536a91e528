"""Temperature of a die due to its own power."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neuroest.core import units as u
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.design.build import PROCESS, TEMPERATURE
from neuroest.design.chip import heat_path
from neuroest.equations import power, technology
from neuroest.pipeline.energy import Array
from neuroest.specs.architecture import Technology
from neuroest.specs.base import numeric_options

_LEAST_STEP = 1e-6
"""Least step of the growth of the leakage, over the growth, that still shows how the power follows it."""
_TRIALS = 4
"""Temperatures at which the power is found in addition to the two of the first guess. What leaks by one exponential
is exact after the first; the others are for memories whose tables bend."""


@frozen_dataclass(eq=False)
class SelfHeating:
    """Self-heating of a die without a stated temperature.

    Attributes
    ----------
    temperature : Numeric
        Temperature of the die. [K]
    constant_power, leakage : Numeric
        Power of one die without what grows with the temperature, and what that is at the ambient temperature, both of
        the exponential that touches the power at the temperature of the die. [W]
    load : Numeric
        Leakage over the largest that the package can carry off in addition to the constant power. [1]
    cool : bool or array of bool
        Whether the temperature is below the highest that a file may state; otherwise it is set to that limit.
    of_tiers : Numeric
        Thermal resistance of the stacked tiers of one die; the temperature is that of the highest tier, as if all of
        the power came from there. [K/W]
    """

    temperature: u.Numeric
    constant_power: u.Numeric
    leakage: u.Numeric
    load: u.Numeric
    cool: Any
    of_tiers: u.Numeric = 0.0


def self_heating(
    values: Mapping[str, u.Numeric], power_at: Callable[[u.Numeric], Array], of_tiers: u.Numeric = 0.0
) -> SelfHeating:
    """Find the temperature at which the package removes the power of the die.

    The exponential of the process's leakage and a constant are laid through the power at the two newest temperatures,
    whose balance is known in closed form. Everything that depends on the temperature goes through the same pass as the
    results, so nothing is left out of the balance.

    Parameters
    ----------
    values : mapping
        Value of every claim by path, the temperature left out.
    power_at : callable
        Power of a die at a temperature. [K] -> [W]
    of_tiers : Numeric
        Thermal resistance of the stacked tiers of one die. [K/W]
    """
    ambient, resistance = heat_path(values)
    resistance = resistance + of_tiers
    doubling = values[f"{PROCESS}.leakage_doubling_temperature"]
    hottest = numeric_options(Technology)["temperature"].maximum

    def drawn(temperature: u.Numeric) -> tuple[u.Numeric, u.Numeric]:
        """Growth of the leakage since the ambient temperature, and the power of a die."""
        found = power_at(temperature)
        growth = technology.leakage_at_temperature(1.0, temperature, ambient, doubling)
        return growth, float(found[0]) if found.shape == (1,) else found

    before, last = drawn(ambient), drawn(_plain(np.minimum(ambient + doubling, hottest)))
    leakage: u.Numeric = 0.0
    for _ in range(_TRIALS):
        step = last[0] - before[0]
        moved = np.abs(step) > _LEAST_STEP * last[0]
        slope = (last[1] - before[1]) / np.where(moved, step, 1.0)
        leakage = _plain(np.where(moved, np.maximum(slope, 0.0), leakage))
        constant = last[1] - leakage * last[0]
        trial = power.self_heated_temperature(ambient, resistance, constant, leakage, doubling)
        before, last = last, drawn(_plain(np.minimum(trial, hottest)))
    constant = last[1] - leakage * last[0]
    warm = power.self_heated_temperature(ambient, resistance, constant, leakage, doubling)
    return SelfHeating(
        _plain(np.minimum(warm, hottest)), _plain(constant), leakage,
        power.thermal_load(resistance, constant, leakage, doubling), warm <= hottest, of_tiers,
    )  # fmt: skip


def _plain(value: u.Numeric) -> u.Numeric:
    """A single number as one, as the components of a single point expect it."""
    return float(value) if np.ndim(value) == 0 else value


def with_temperature(values: Mapping[str, Any], heating: SelfHeating | None) -> Mapping[str, Any]:
    """Values with the temperature that the die makes itself, computed from them again so that its origin is known."""
    if heating is None:
        return values
    ambient, resistance = heat_path(values)
    if np.any(np.asarray(heating.of_tiers) > 0.0):
        resistance = resistance + heating.of_tiers
    warm = power.self_heated_temperature(
        ambient, resistance, heating.constant_power, heating.leakage,
        values[f"{PROCESS}.leakage_doubling_temperature"],
    )  # fmt: skip
    return {**values, TEMPERATURE: warm}
