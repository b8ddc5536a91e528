"""Copies of each layer for a given number of arrays."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.levels.time_multiplexing import ROUNDING

_HALVINGS = 50
"""Bisections of the logarithm of the interval; relative accuracy about 1e-12."""


def copies_within(work: Array, arrays: Array, least: Array, most: Array, budget: u.Numeric) -> Array:
    """Copies of each layer for the shortest interval within an array budget.

    The interval of a pipeline is that of its slowest layer, so a layer needs as many copies as bring its time below it,
    and what the slowest layer cannot use goes to nobody: the arrays of the result may be fewer than the budget.

    Parameters
    ----------
    work : array
        Time of each layer with one copy; the layers on the last axis.
    arrays : array
        Arrays of one copy; zero for a layer that holds none.
    least, most : array
        Copies that a layer has in any case, and that it can use.
    budget : float or array
        Arrays that all layers may take.

    Returns
    -------
    array
        Whole copies; `least` where the budget does not suffice for more.
    """
    placed = np.where(arrays > 0.0, work, 0.0)
    longest = np.maximum(np.max(placed / least, axis=-1, keepdims=True), np.finfo(np.float64).tiny)
    shortest = np.maximum(np.max(placed / most, axis=-1, keepdims=True), np.finfo(np.float64).tiny)
    low, high = np.log(shortest), np.log(longest)

    def copies(interval: Array) -> Array:
        # a whole number that is a rounding error too large would cost a copy
        return np.asarray(np.clip(np.ceil(placed / interval * (1.0 - ROUNDING)), least, most))

    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        fits = np.sum(arrays * copies(np.exp(middle)), axis=-1, keepdims=True) <= budget
        low, high = np.where(fits, low, middle), np.where(fits, middle, high)
    at_best = copies(np.exp(low))
    fits = np.sum(arrays * at_best, axis=-1, keepdims=True) <= budget
    return np.asarray(np.where(fits, at_best, copies(np.exp(high))))
