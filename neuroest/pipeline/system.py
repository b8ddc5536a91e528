"""A system around chips: power and energy at each shell, and spikes of populations between its places."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from neuroest.blocks.roles import SurroundsChip
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.errors import MappingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.design.chip import Chip
from neuroest.equations import network
from neuroest.equations import power as power_equations
from neuroest.levels.base import NetworkMapping
from neuroest.levels.populations import any_population, copies
from neuroest.pipeline.area import InstanceRow
from neuroest.pipeline.energy import total
from neuroest.workloads.layers import LayerTable


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


@frozen_dataclass(eq=False)
class PlaceTraffic:
    """Spikes that leave places of one kind: computing units, chips, or shells of one kind.

    Attributes
    ----------
    path : str
        Path of the places.
    places : array
        How many there are. [1]
    neurons : array
        Neurons of populations in one of them. [1]
    copies : array
        Other places that a spike goes to, on average. [1]
    bits : array
        Bits that leave all of them in one inference. [bit]
    """

    path: str
    places: Array
    neurons: Array
    copies: Array
    bits: Array


def spikes(layers: LayerTable) -> Array:
    """Spikes of the populations in one inference, by layer. [1]."""
    return np.asarray(layers.timesteps * layers.output_rate * layers.population)


def bits_leaving(layers: LayerTable, places: u.Numeric) -> Array:
    """Bits of these spikes that leave one of so many places for another: an address that names each neuron. [bit]."""
    if not any_population(layers):
        return np.zeros(1)
    packet = network.address_bits(np.maximum(layers.population, 2.0), 1.0)
    sent = spikes(layers) * (copies(layers, places) - 1.0) * packet
    return np.asarray(np.sum(sent, axis=-1, keepdims=True))


def traffic(
    layers: LayerTable, mapped: NetworkMapping, chip: str, shells: Iterable[ShellPower]
) -> tuple[PlaceTraffic, ...]:
    """Traffic between computing units, then between chips, then between the shells of each kind."""
    if not any_population(layers):
        return ()
    neurons = np.sum(layers.population, axis=-1, keepdims=True)
    fired = np.sum(spikes(layers), axis=-1, keepdims=True)
    chips = np.asarray(mapped.counts[chip], dtype=np.float64)
    kinds = [("", np.maximum(np.asarray(mapped.placement.needed, dtype=np.float64), 1.0)), (chip, chips)]
    kinds += [(shell.path, shell.number) for shell in shells if shell.path != chip]
    rows = []
    for path, places in kinds:
        sent = np.sum(spikes(layers) * (copies(layers, places) - 1.0), axis=-1, keepdims=True)
        mean = np.where(fired > 0.0, sent / np.where(fired > 0.0, fired, 1.0), 0.0)
        rows.append(PlaceTraffic(path, places, neurons / places, mean, bits_leaving(layers, places)))
    return tuple(rows)
