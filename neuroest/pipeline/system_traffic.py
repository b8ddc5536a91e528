"""Spikes of populations between the units, the chips and the shells of a system."""

from collections.abc import Iterable

import numpy as np

from neuroest.core import units as u
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.equations import network
from neuroest.levels.base import NetworkMapping
from neuroest.levels.populations import any_population, copies
from neuroest.pipeline.energy import Array
from neuroest.pipeline.shells import ShellPower
from neuroest.workloads.layers import LayerTable


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
