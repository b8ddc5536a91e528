"""Power and energy of a system at each shell around its chips."""

from collections.abc import Callable
from typing import Any

import numpy as np

from neuroest.blocks.roles import SurroundsChip
from neuroest.core import units as u
from neuroest.core.errors import MappingError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.design.chip import Chip
from neuroest.equations import power as power_equations
from neuroest.pipeline.area import InstanceRow
from neuroest.pipeline.energy import Array, total


@frozen_dataclass(eq=False)
class ShellPower:
    """Power of all shells of one kind, including everything inside.

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


def outwards(chip: Chip) -> list[Any]:
    """Shells from the inside out, each around the previous one.

    Raises
    ------
    MappingError
        If the shells do not form such a sequence.
    """
    found: list[Any] = [block for _, block in chip.find(SurroundsChip)]
    row: list[Any] = []
    inside: str | None = None
    while len(row) < len(found):
        following = [block for block in found if block.spec.around == inside]
        if len(following) != 1:
            names = ", ".join(block.path for block in following or found if block not in row)
            what = "the chips" if inside is None else f"the shell {inside!r}"
            problem = "several shells are" if following else "no shell is"
            raise MappingError(
                f"{names}: {problem} around {what}; each shell but the first says `around` which one"
            )
        row.append(following[0])
        inside = following[0].path.rpartition(".")[2]
    return row


@frozen_dataclass(eq=False)
class Chips:
    """The chips of a system: their number, their power at rest, and their energy in one inference."""

    number: u.Numeric
    idle: Array
    energy: Array


def shell_powers(
    chip: Chip, chips: Chips, period: Array, latency: Array, bits_leaving: Callable[[u.Numeric], Array]
) -> tuple[ShellPower, ...]:
    """The chips, then each shell from the inside out; empty if the chip states no shell.

    Parameters
    ----------
    chip : Chip
        The chip with its shells.
    chips : Chips
        All chips.
    period, latency : array
        Inference period, and latency of one inference. [s]
    bits_leaving : callable
        Bits that leave one of so many shells for another in one inference. [bit]
    """
    found = outwards(chip)
    if not found:
        return ()
    with np.errstate(all="ignore"):  # a point without a period is refused by a check
        inside = np.asarray(power_equations.average_power(chips.energy, period))
        computing = np.minimum(latency / period, 1.0)
    if chip.operation.mode == "back_to_back":
        computing = np.ones_like(computing)
    number, idle = np.asarray(chips.number, dtype=np.float64), chips.idle
    rows = [ShellPower(chip.top.path, number, idle, inside, chips.energy)]
    for shell in found:
        number = np.asarray(shell.number(number))
        sent = shell.device.bit_energy * bits_leaving(number)
        moving = power_equations.average_power(sent, period)
        inside = np.asarray(shell.power(inside + moving, number, computing))
        idle = np.asarray(shell.idle(idle, number))
        rows.append(ShellPower(shell.path, number, idle, inside, np.asarray(inside * period)))
    return tuple(rows)
