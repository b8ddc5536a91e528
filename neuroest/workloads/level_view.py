"""A network as one of several computing levels sees it."""

from dataclasses import replace
from typing import Any

import numpy as np

from neuroest.workloads.layers import Array, LayerTable

_NOTHING_HERE = (
    "is_weighted", "is_pooling", "is_addition", "reduction", "recurrent_reduction", "input_elements",
    "output_elements", "connections", "recurrent_connections", "macs", "weights", "input_taps", "window_elements",
    "window_comparisons", "window_additions", "line_buffer_elements", "stationary_elements", "row_elements",
    "time_constant_steps", "shortest_time_constant_steps", "population",
)  # fmt: skip
_ONE_HERE = (
    "outputs", "groups", "kernel_rows", "kernel_columns", "row_stride", "column_stride", "dilation", "output_rows",
    "padded_columns", "positions", "sequential_steps", "input_bits",
)  # fmt: skip


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
    found: dict[str, Any] = {name: np.where(here, getattr(table, name), 0.0) for name in _NOTHING_HERE}
    found |= {name: np.where(here, getattr(table, name), 1.0) for name in _ONE_HERE}
    reads = tuple(inputs if mine else () for inputs, mine in zip(table.reads, here, strict=True))
    return replace(table, reads=reads, in_numbers=None, **found)
