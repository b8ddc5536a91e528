"""Power and energy of a system at each shell around its chips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neuroest.blocks.roles import SurroundsChip
from neuroest.core import units as u
from neuroest.design.chip import Chip
from neuroest.equations import power as power_equations
from neuroest.pipeline.area import InstanceRow
from neuroest.pipeline.energy import Array, total


@dataclass(frozen=True, eq=False, repr=False)
class ShellPower:
    """Power of all shells of one kind, everything inside of them included.

    Attributes
    ----------
    path : str
        Path of the shell; that of the chip for the chips themselves.
    number : array
        Shells, or chips. [1]
    idle, power : array
        Mean power while no inference runs, and in operation. [W]
    energy : array
        Energy from one inference to the next. [J]
    """

    path: str
    number: Array
    idle: Array
    power: Array
    energy: Array


def idle_power(chip: Chip, rows: tuple[InstanceRow, ...]) -> Array:
    """Power of the chips while they wait for the next inference. [W]."""
    at_rest = {"standby"} if chip.operation.mode == "duty_cycled" else {"powered", "asleep"}
    return total(row.total for row in rows if row.when in at_rest)


def shell_powers(
    chip: Chip, chips: u.Numeric, idle: Array, energy: Array, period: Array, latency: Array
) -> tuple[ShellPower, ...]:
    """The chips, then each shell from the chips outwards; nothing where the chip states no shell.

    Parameters
    ----------
    chip : Chip
        The chip with its shells.
    chips : float or array
        Number of chips. [1]
    idle : array
        Power of all chips at rest. [W]
    energy : array
        Energy of all chips in one inference. [J]
    period : array
        Time from one inference to the next. [s]
    latency : array
        Time of an inference. [s]
    """
    found = chip.find(SurroundsChip)
    if not found:
        return ()
    with np.errstate(all="ignore"):  # a point without a period is refused by a check
        inside = np.asarray(power_equations.average_power(energy, period))
        computing = np.minimum(latency / period, 1.0)
    if chip.operation.mode == "back_to_back":
        computing = np.ones_like(computing)
    number = np.asarray(chips, dtype=np.float64)
    rows = [ShellPower(chip.top.path, number, idle, inside, energy)]
    for _, block in found:
        shell: Any = block
        number = np.asarray(shell.number(number))
        inside = np.asarray(shell.power(inside, number, computing))
        idle = np.asarray(shell.idle(idle, number))
        rows.append(ShellPower(shell.path, number, idle, inside, np.asarray(inside * period)))
    return tuple(rows)
