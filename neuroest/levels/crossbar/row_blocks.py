"""Blocks of rows that are read in parallel: number of blocks of each size for a layer's weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.recording import surely
from neuroest.equations._arithmetic import rounded_down, rounded_up


class Rows(NamedTuple):
    """Rows of an array, rows per read, and rows per weight."""

    array: u.Dimensionless
    at_once: u.Dimensionless
    per_weight: u.Dimensionless

    @property
    def reads(self) -> u.Dimensionless:
        """Reads of one array."""
        return rounded_up(self.array / self.at_once)

    @property
    def last(self) -> u.Dimensionless:
        """Rows of the last read of an array."""
        return self.array - (self.reads - 1.0) * self.at_once


class _Filled(NamedTuple):
    """Blocks that this number of rows fills, and the rows left for the next one."""

    whole: u.Dimensionless
    last: u.Dimensionless
    left: u.Dimensionless
    in_last: u.Dimensionless
    """One if they are in the last block of an array, otherwise zero."""
    room: u.Dimensionless
    """Rows of that block."""

    @classmethod
    def by(cls, number: u.Dimensionless, rows: Rows) -> _Filled:
        arrays = rounded_down(number / rows.array)
        rest = np.maximum(number - arrays * rows.array, 0.0)
        inside = np.minimum(rounded_down(rest / rows.at_once), rows.reads - 1.0)
        in_last = np.where(inside >= rows.reads - 1.0, 1.0, 0.0)
        left = np.maximum(rest - inside * rows.at_once, 0.0)
        whole = arrays * (rows.reads - 1.0) + inside
        return cls(whole, arrays, left, in_last, np.where(in_last > 0.0, rows.last, rows.at_once))


class RowBlocks(NamedTuple):
    """Kinds of row blocks, along a last axis.

    Attributes
    ----------
    inputs, fed_back : array
        Weights of inputs, and of outputs that a layer feeds back into itself, in a block of each kind.
    times : array
        Blocks of each kind.
    """

    inputs: Array
    fed_back: Array
    times: Array


def row_blocks(inputs: Array, fed_back: Array, rows: Rows) -> RowBlocks:
    """Row blocks of each layer's weights: inputs first, then outputs fed back into the layer.

    A read never reaches from one array into the next, so that the last one of an array may have fewer rows.

    Parameters
    ----------
    inputs, fed_back : array
        Weights of an output, by layer.
    rows : Rows
        Of the arrays.
    """
    each = rows.per_weight
    own, every = _Filled.by(inputs * each, rows), _Filled.by((inputs + fed_back) * each, rows)
    shared = np.minimum(np.where(own.left > 0.0, own.room - own.left, 0.0), fed_back * each)
    kinds: list[tuple[u.Dimensionless, u.Dimensionless, u.Dimensionless]] = [
        (rows.at_once, 0.0, own.whole),
        (rows.last, 0.0, own.last),
        (own.left, shared, np.where(own.left > 0.0, 1.0, 0.0)),
    ]
    if np.any(fed_back > 0.0):
        # the block that both lie in is one of those that all rows fill, unless they end in it
        filled = np.where(np.logical_and(own.left > 0.0, shared >= own.room - own.left), 1.0, 0.0)
        alone = np.logical_and(every.left > 0.0, np.logical_or(own.left <= 0.0, filled > 0.0))
        kinds += [
            (0.0, rows.at_once, every.whole - own.whole - filled * (1.0 - own.in_last)),
            (0.0, rows.last, every.last - own.last - filled * own.in_last),
            (0.0, every.left, np.where(alone, 1.0, 0.0)),
        ]
    there = [
        (first / each, second / each, times)
        for first, second, times in kinds
        if not surely(np.all(np.equal(times, 0.0)))
    ]
    shape = np.broadcast_shapes(np.shape(inputs), *(np.shape(number) for kind in there for number in kind))
    found = np.zeros((len(RowBlocks._fields), *shape, len(there)))
    for place, kind in enumerate(there):
        for part, number in enumerate(kind):
            found[part, ..., place] = number
    return RowBlocks(*found)
