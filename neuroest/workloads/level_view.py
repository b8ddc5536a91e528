"""A network as one of several computing levels sees it."""

from dataclasses import fields, replace
from typing import Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.workloads.layers import LayerTable
from neuroest.workloads.shapes import Counts

_ABSENT: dict[str, Any] = {count.name: count.default for count in fields(Counts)} | dict.fromkeys(
    (
        "input_elements", "output_elements", "connections", "recurrent_connections", "macs", "weights",
        "time_constant_steps", "shortest_time_constant_steps",
    ),
    0,
)  # fmt: skip
"""Counts of a layer that is not there."""


def layers_of(table: LayerTable, own: Array) -> LayerTable:
    """The network as one of several computing levels sees it: other layers keep their places and do nothing.

    Parameters
    ----------
    table : LayerTable
        The whole network.
    own : array
        One for the layers of the level, zero for others.
    """
    here = own > 0.0
    found = {name: np.where(here, getattr(table, name), absent) for name, absent in _ABSENT.items()}
    reads = tuple(inputs if mine else () for inputs, mine in zip(table.reads, here, strict=True))
    if table.output_bits is not None and np.any(here):
        for name in ("weight_bits", "activation_bits", "output_bits"):
            bits = getattr(table, name)
            shape = np.broadcast_shapes(np.shape(bits), here.shape)
            least = np.min(np.broadcast_to(bits, shape)[..., here], axis=-1, keepdims=True)
            # what the level shares is as wide as its own layers need
            found[name] = np.where(here, bits, least)
    return replace(table, reads=reads, in_numbers=None, **found)
