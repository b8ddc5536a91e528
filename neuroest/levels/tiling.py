"""Loop orders around an array, and the traffic of each into the memories next to the units."""

from collections.abc import Sequence

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass


@frozen_dataclass(eq=False)
class LoopOrder:
    """One order of the loops of a layer, with what the memories next to the units hold meanwhile.

    Attributes
    ----------
    inputs_held, weights_held : array
        Bits that such a memory must hold for the order. [bit].
    inputs, weights : array
        Bits that then come into it. [bit].
    """

    inputs_held: Array
    inputs: Array
    weights_held: Array
    weights: Array


def best_order(
    orders: Sequence[LoopOrder],
    inputs_read: Array,
    weights_read: Array,
    inputs_room: u.Bit,
    weights_room: u.Bit,
) -> LoopOrder:
    """The order that brings the fewest bits into memories of these sizes, layer by layer.

    Parameters
    ----------
    orders : sequence of LoopOrder
        All orders that the units can work in.
    inputs_read, weights_read : array
        Bits that the units read, which all come from outside where the memory cannot hold what an order needs. [bit].
    inputs_room, weights_room : float or array
        Sizes of the memories; zero where there is none. [bit].

    Examples
    --------
    >>> one, other = LoopOrder(8.0, 100.0, 0.0, 50.0), LoopOrder(64.0, 25.0, 0.0, 50.0)
    >>> best_order((one, other), 400.0, 50.0, 32.0, 0.0).inputs, best_order((one, other), 400.0, 50.0, 64.0, 0.0).inputs
    (array(100.), array(25.))
    """
    moved = [
        np.where(order.inputs_held <= inputs_room, np.minimum(order.inputs, inputs_read), inputs_read)
        + np.where(order.weights_held <= weights_room, np.minimum(order.weights, weights_read), weights_read)
        for order in orders
    ]
    chosen = np.argmin(np.stack(np.broadcast_arrays(*moved)), axis=0)

    def of_chosen(name: str) -> Array:
        return np.asarray(
            np.choose(chosen, np.broadcast_arrays(chosen, *(getattr(o, name) for o in orders))[1:])
        )

    return LoopOrder(*map(of_chosen, ("inputs_held", "inputs", "weights_held", "weights")))
