"""Routing of population spikes: destinations in a hierarchy, from the distance law."""

import numpy as np

from neuroest.blocks.base import Check
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.equations import network
from neuroest.workloads.layers import LayerTable

_SHORTEST = 1e-12
"""Length that stands for one that is not stated, so that nothing is divided by zero; numerical. [m]."""


def any_population(layers: LayerTable) -> bool:
    """Whether the network has a population."""
    return bool(np.any(layers.population > 0.0))


def checks(layers: LayerTable) -> tuple[Check, ...]:
    """Whether the numbers of each population agree, which a sweep or a setting may have moved."""
    if not any_population(layers):
        return ()
    own = layers.population > 0.0
    fan_out = layers.recurrent_connections / np.maximum(layers.population, 1.0)
    most = np.max(np.where(own, fan_out / np.maximum(layers.population, 1.0), 0.0), axis=-1, keepdims=True)
    nowhere = own & (layers.long_range_share > 0.0) & (layers.long_range_distance <= 0.0)
    return (
        Check(
            "synapses_of_a_population", "workload", "infeasible", most <= 1.0,
            "a neuron has more synapses within its population than there are neurons", most, 1.0,
        ),
        Check(
            "distance_of_far_areas", "workload", "infeasible", ~np.any(nowhere, axis=-1, keepdims=True),
            "synapses in distant areas need the `long_range_distance` of these areas",
        ),
    )  # fmt: skip


def sheet_area(layers: LayerTable, places: u.Numeric) -> Array:
    """Area of the sheet whose neurons one of so many places holds; one elsewhere. [m^2]."""
    neurons = layers.population / np.maximum(places, 1.0)
    return np.asarray(np.where(neurons > 0.0, neurons / np.maximum(layers.sheet_density, 1.0), 1.0))


def copies(layers: LayerTable, places: u.Numeric) -> Array:
    """Places of so many that a spike of a population goes to, its own among them; one for other layers.

    A spike is sent once to each place and copied there. Distant targets lie in areas of their own, and it reaches
    each of them like its surroundings.
    """
    area = sheet_area(layers, places)
    per_neuron = layers.recurrent_connections / np.maximum(layers.population, 1.0)
    far = per_neuron * layers.long_range_share
    length, areas = np.maximum(layers.decay_length, _SHORTEST), layers.long_range_areas
    near = network.reached_places(per_neuron - far, area, length)
    each = far / np.maximum(areas, 1.0)
    distant = areas * np.minimum(network.reached_places(each, area, length), each)
    reached = near + np.where(far > 0.0, distant, 0.0)
    return np.asarray(np.where(layers.population > 0.0, np.clip(reached, 1.0, np.maximum(places, 1.0)), 1.0))


def steps_on_grid(layers: LayerTable, places: u.Numeric, of: u.Numeric) -> Array:
    """Mean steps of a spike of a population on a grid of places, at most half way through all `of` them."""
    area = sheet_area(layers, places)
    near = network.mean_grid_steps(np.maximum(layers.decay_length, _SHORTEST), area)
    far = network.mean_grid_steps(np.maximum(layers.long_range_distance, _SHORTEST) / 2.0, area)
    mean = near + layers.long_range_share * (far - near)
    return np.asarray(np.clip(mean, 1.0, np.maximum(np.sqrt(of), 1.0)))


def links_of_a_copy(layers: LayerTable, places: u.Numeric) -> Array:
    """Links of a grid of places that a spike passes for each further place that it goes to.

    Neighbours pass it on, one link each; distant areas are reached one after the other along rows and columns.
    """
    others = np.maximum(copies(layers, places) - 1.0, 1.0)
    area = sheet_area(layers, places)
    way = network.mean_grid_steps(np.maximum(layers.long_range_distance, _SHORTEST) / 2.0, area)
    far = np.where(layers.long_range_share > 0.0, layers.long_range_areas * np.maximum(way - 1.0, 0.0), 0.0)
    return np.asarray(1.0 + far / others)
