"""Rows of arrays that layers take: blocks that are read in parallel, copies, and packing of several layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.recording import surely
from neuroest.equations._numbers import rounded_down, rounded_up
from neuroest.levels.time_multiplexing import ROUNDING, Flags, TimeMultiplexing


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


_HALVINGS_OF_COPIES = 50
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

    for _ in range(_HALVINGS_OF_COPIES):
        middle = (low + high) / 2.0
        fits = np.sum(arrays * copies(np.exp(middle)), axis=-1, keepdims=True) <= budget
        low, high = np.where(fits, low, middle), np.where(fits, middle, high)
    at_best = copies(np.exp(low))
    fits = np.sum(arrays * at_best, axis=-1, keepdims=True) <= budget
    return np.asarray(np.where(fits, at_best, copies(np.exp(high))))


_PARTS = (1.0, 2.0, 4.0)
"""Divisors of the interval that are tried as limits for the time of a layer."""
_HALVINGS = 16
"""Bisections of the logarithm of the interval for an array budget; relative accuracy about 1e-4."""


class Piece(NamedTuple):
    """Equal rectangles that a layer needs, each in one array."""

    layer: int
    rows: float
    columns: float
    number: int
    cells: float
    """Cells of one rectangle that hold a weight."""


class Spots(NamedTuple):
    """Positions of the pieces of one kind in shared arrays: first row and column of each."""

    piece: Piece
    arrays: NDArray[np.intp]
    top: Array
    left: Array


class Packed(NamedTuple):
    """Positions of all pieces at one design point."""

    arrays: float
    shares: Array
    """Arrays of each layer; a shared array is divided in proportion to the cells used."""
    companies: Flags
    """Layers by shared array; each set of two or more layers once."""
    spots: tuple[Spots, ...]
    waiting: Array
    """Columns of each layer in shared arrays."""


class _Shelves:
    """Arrays divided into shelves of rows, and the columns used on each shelf."""

    def __init__(self, size: tuple[float, float], layers: int, most: int) -> None:
        self.rows, self.columns = size
        self.used = 0
        self.free_rows = np.full(most, self.rows)
        self.free_columns = np.full((most, 0), -1.0)  # by array and shelf; negative where there is none
        self.tops = np.zeros((most, 0))
        self.busy = np.zeros(most)
        self.cells = np.zeros((most, layers))

    def put(self, piece: Piece, time: float, limit: float) -> Spots:
        """Put a piece on a shelf that has room, else on a new shelf, else in a new array: finite first fit."""
        used = self.used
        in_time = self.busy[:used] + time <= limit * (1.0 + ROUNDING)
        allowed = (self.cells[:used, piece.layer] == 0.0) & in_time
        has_shelf = allowed & np.any(self.free_columns[:used] >= piece.columns, axis=1)
        has_rows = allowed & ~has_shelf & (self.free_rows[:used] >= piece.rows)
        on_shelf = np.flatnonzero(has_shelf)[: piece.number]
        on_top = np.flatnonzero(has_rows)[: piece.number - len(on_shelf)]
        self.used += piece.number - len(on_shelf) - len(on_top)
        opened = np.concatenate([on_top, np.arange(used, self.used)])
        if len(opened):  # an empty shelf in each of these arrays, above the present ones
            added = np.full((len(self.free_rows), 1), -1.0)
            added[opened] = self.columns
            tops = (self.rows - self.free_rows)[:, np.newaxis]
            self.free_columns, self.tops = np.hstack([self.free_columns, added]), np.hstack([self.tops, tops])
            self.free_rows[opened] -= piece.rows
        arrays = np.concatenate([on_shelf, opened])
        shelves = np.argmax(self.free_columns[arrays] >= piece.columns, axis=1)
        spots = Spots(
            piece, arrays, self.tops[arrays, shelves], self.columns - self.free_columns[arrays, shelves]
        )
        self.free_columns[arrays, shelves] -= piece.columns
        self.busy[arrays] += time
        self.cells[arrays, piece.layer] = piece.cells
        return spots


def pack(
    rows: float, columns: float, pieces: Iterable[Piece], times: Sequence[float], limit: float = np.inf
) -> Packed:
    """Pack pieces on shelves of arrays, the highest first, each in the first array with room for it.

    No two pieces of one layer share an array, so that a layer is as fast as before and a layer of many copies keeps
    them. Each piece opens one array at most: there are never more than without sharing.

    Parameters
    ----------
    rows, columns : float
        Size of an array.
    pieces : iterable of Piece
        What the layers need.
    times : sequence of float
        Time for which a layer keeps an array busy, by layer.
    limit : float
        Time that the layers of one array may take together.

    Returns
    -------
    Packed
        Arrays, the layers' shares of them, who shares, and where the pieces lie.

    References
    ----------
    .. [1] J. O. Berkey and P. Y. Wang, "Two-dimensional finite bin-packing algorithms", J. Oper. Res. Soc. 38, 423
       (1987), doi:10.1057/jors.1987.70 (finite first fit).
    """
    wanted = sorted((p for p in pieces if p.number), key=lambda p: (-p.rows, -p.columns, p.layer))
    whole = [p for p in wanted if p.rows == rows and p.columns == columns]
    parts = [p for p in wanted if not (p.rows == rows and p.columns == columns)]
    arrays = _Shelves((rows, columns), len(times), sum(p.number for p in parts))
    spots = tuple(arrays.put(piece, times[piece.layer], limit) for piece in parts)
    cells = arrays.cells[: arrays.used]
    shares = np.sum(cells / np.sum(cells, axis=1, keepdims=True), axis=0)
    for piece in whole:
        shares[piece.layer] += piece.number
    together = cells[np.count_nonzero(cells, axis=1) > 1] > 0.0
    companies = np.unique(together, axis=0) if len(together) else np.zeros((0, len(times)), bool)
    several = np.count_nonzero(cells, axis=1) > 1
    waiting = np.zeros(len(times))
    for spot in spots:
        waiting[spot.piece.layer] += spot.piece.columns * np.count_nonzero(several[spot.arrays])
    return Packed(float(arrays.used + sum(p.number for p in whole)), shares, companies, spots, waiting)


@frozen_dataclass(eq=False)
class Sharing:
    """Arrays shared between layers, at all design points.

    Attributes
    ----------
    copies : array
        Copies of each layer.
    needed : array
        Arrays of all layers together.
    units : array
        Arrays of each layer, parts of them too.
    turns : Turns
        Layers that take turns on the arrays that they share.
    waiting : array
        Columns of each layer in such arrays, of all copies together.
    """

    copies: Array
    needed: Array
    units: Array
    time_sharing: TimeMultiplexing
    waiting: Array


class Wanted(NamedTuple):
    """Requirements of the layers of one design point, by layer, and their common limits.

    Attributes
    ----------
    rows, columns : array
        Rows and columns of one group of a copy.
    groups : array
        Groups of a copy.
    least, most : array
        Copies that a layer has in any case, and that it can use; none for a layer without weights.
    alone : array
        One where the arrays of a layer are shared with nobody.
    reads : array
        Time for which one copy is busy with one position.
    positions : array
        Positions that the copies divide among them.
    tail : array
        Time after the last of them.
    array_rows, array_columns : array
        Size of an array.
    limit : array
        Time that the layers of one array may take together; infinite where it does not matter.
    budget : array
        Arrays that all layers may take, for the shortest interval; infinite where no copies are made for it.
    """

    rows: Array
    columns: Array
    groups: Array
    least: Array
    most: Array
    alone: Array
    reads: Array
    positions: Array
    tail: Array
    array_rows: Array
    array_columns: Array
    limit: Array
    budget: Array


def share_arrays(wanted: Wanted) -> Sharing:
    """Arrays that layers share, computed once for all design points with equal requirements.

    Times count in those of the slowest read, so that points which differ in it alone agree. What cannot matter, a time
    without limit and budget, is left out of the comparison.
    """
    layers = max(np.shape(a)[-1] for a in wanted if np.ndim(a))
    shape = np.broadcast_shapes(*(np.shape(a) for a in wanted), (layers,))
    table = np.stack([np.broadcast_to(a, shape).reshape(-1, layers) for a in _scaled(wanted)], axis=1)
    if np.all(table == table[0]):
        points, kind = table[:1], np.zeros(len(table), np.intp)
    else:
        flat, kind = np.unique(table.reshape(len(table), -1), axis=0, return_inverse=True)
        points = flat.reshape(-1, *table.shape[1:])
    found = [_arranged(Wanted(*point)) for point in points]
    copies = np.stack([c for c, _ in found])[kind].reshape(shape)
    units = np.stack([p.shares for _, p in found])[kind].reshape(shape)
    needed = np.array([p.arrays for _, p in found])[kind].reshape((*shape[:-1], 1))
    time_sharing = TimeMultiplexing(tuple(p.companies for _, p in found), kind.reshape(shape[:-1]))
    waiting = np.stack([p.waiting for _, p in found])[kind].reshape(shape)
    return Sharing(copies, needed, units, time_sharing, waiting)


def _scaled(wanted: Wanted) -> Wanted:
    if np.all(np.isinf(wanted.limit)) and np.all(np.isinf(wanted.budget)):
        return wanted._replace(reads=np.zeros(1), tail=np.zeros(1))
    unit = np.max(wanted.reads, axis=-1, keepdims=True)
    unit = np.where(np.isfinite(unit) & (unit > 0.0), unit, 1.0)
    return wanted._replace(reads=wanted.reads / unit, tail=wanted.tail / unit, limit=wanted.limit / unit)


def _arranged(wanted: Wanted) -> tuple[Array, Packed]:
    """Copies and positions at one design point.

    With a budget: those of the shortest interval whose copies and time slots let the layers fit the budget of arrays.
    If even the fewest copies on the fewest arrays exceed the budget, those.
    """
    limit, budget = float(wanted.limit[0]), float(wanted.budget[0])
    if np.isinf(budget):
        return wanted.least, _packed(wanted, wanted.least, limit)
    fewest = _turn_times(wanted, wanted.least)
    longest = min(float(np.sum(fewest)) * (1.0 + ROUNDING), limit)
    best = _within(wanted, longest)
    # a shorter one is known if the copies fit the budget where no arrays are shared
    size = float(wanted.array_rows[0]), float(wanted.array_columns[0])
    blocks = np.stack([wanted.rows, wanted.columns, wanted.groups], axis=-1).tolist()
    arrays = [
        sum(p.number for p in pieces_of(n, size, (r, c), int(g), 1)) for n, (r, c, g) in enumerate(blocks)
    ]
    placed = np.where(wanted.least > 0.0, np.array(arrays, float), 0.0)
    least, most = np.maximum(wanted.least, 1.0), np.maximum(wanted.most, 1.0)
    copies = copies_within(wanted.reads * wanted.positions, placed, least, most, budget)
    alone = float(np.max(_turn_times(wanted, np.where(wanted.least > 0.0, copies, 0.0))))
    if alone < longest:
        found = _within(wanted, alone * (1.0 + ROUNDING))
        best, longest = (best, longest) if found is None else (found, alone)
    if best is None:
        return wanted.least, _packed(wanted, wanted.least, limit)
    shortest = max(float(np.max(_turn_times(wanted, wanted.most))), np.finfo(np.float64).tiny)
    low, high = np.log(shortest), np.log(longest)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        found = _within(wanted, float(np.exp(middle)))
        best, low, high = (best, middle, high) if found is None else (found, low, middle)
    return best


def _within(wanted: Wanted, interval: float) -> tuple[Array, Packed] | None:
    """Copies and positions that meet an interval within the array budget, if there are any.

    With more copies than the interval asks for, a layer's turns are shorter and fit next to those of others.
    """
    budget, work = float(wanted.budget[0]), wanted.reads * wanted.positions
    left = interval - float(np.max(wanted.tail))
    cells = wanted.groups * wanted.rows * wanted.columns
    for parts in _PARTS:
        needed = np.ceil(work * parts / left * (1.0 - ROUNDING)) if left > 0.0 else wanted.most
        copies = np.clip(needed, wanted.least, wanted.most)
        if float(np.sum(copies * cells)) > budget * float(wanted.array_rows[0] * wanted.array_columns[0]):
            return None
        found = _packed(wanted, copies, interval)
        if found.arrays <= budget and float(np.max(_turn_times(wanted, copies))) <= interval * (
            1.0 + ROUNDING
        ):
            return copies, found
    return None


def _turn_times(wanted: Wanted, copies: Array) -> Array:
    """Time for which a layer occupies its arrays."""
    reads = np.ceil(wanted.positions / np.maximum(copies, 1.0)) * wanted.reads + wanted.tail
    return np.where(copies > 0.0, reads, 0.0)


def _packed(wanted: Wanted, copies: Array, limit: float) -> Packed:
    """Positions at one design point with this number of copies."""
    size = float(wanted.array_rows[0]), float(wanted.array_columns[0])
    pieces = []
    blocks = np.stack([wanted.rows, wanted.columns, wanted.groups, copies, wanted.alone], axis=-1).tolist()
    for layer, (height, width, groups, number, alone) in enumerate(blocks):
        own = pieces_of(layer, size, (height, width), int(groups), int(number))
        pieces += [p._replace(rows=size[0], columns=size[1]) for p in own] if alone else own
    return pack(*size, pieces, _turn_times(wanted, copies).tolist(), limit)


def pieces_of(
    layer: int, size: tuple[float, float], block: tuple[float, float], groups: int, copies: int
) -> list[Piece]:
    """Rectangles of a layer's copies: each group cut into arrays, or several groups on the diagonal of one array."""
    (rows, columns), (height, width) = size, block
    down, across = int(np.ceil(height / rows)), int(np.ceil(width / columns))
    if not copies or not height * width:
        return []
    if down == across == 1:
        most = int(min(rows // height, columns // width))
        full, rest = divmod(groups, most)
        counted = [(most, full), (rest, 1 if rest else 0)]
        return [Piece(layer, n * height, n * width, many * copies, n * height * width) for n, many in counted]
    last_rows, last_columns = height - (down - 1) * rows, width - (across - 1) * columns
    sizes = [
        (rows, columns, (down - 1) * (across - 1)),
        (rows, last_columns, down - 1),
        (last_rows, columns, across - 1),
        (last_rows, last_columns, 1),
    ]
    return [Piece(layer, r, c, n * groups * copies, r * c) for r, c, n in sizes]
