"""Pieces of several layers in one array, on shelves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neuroest.mapping.base import Array
from neuroest.mapping.turns import Flags, Turns
from neuroest.units import Numeric


class Piece(NamedTuple):
    """Equal rectangles that a layer needs, each in an array of its own."""

    layer: int
    rows: float
    columns: float
    number: int
    cells: float
    """Cells of one of them that hold a weight."""


class Spots(NamedTuple):
    """Where the pieces of one kind lie that arrays hold beside others: one each, by its first row and column."""

    piece: Piece
    arrays: NDArray[np.intp]
    top: Array
    left: Array


class Packed(NamedTuple):
    """Where the pieces of one design point lie."""

    arrays: float
    shares: Array
    """Arrays of each layer; an array that several share is divided by the cells that they fill."""
    companies: Flags
    """Layers by array, each set of two or more that share one once."""
    spots: tuple[Spots, ...]


class _Shelves:
    """Arrays with rows of them given away as shelves, and the columns of each shelf."""

    def __init__(self, size: tuple[float, float], layers: int, most: int) -> None:
        self.rows, self.columns = size
        self.used = 0
        self.free_rows = np.full(most, self.rows)
        self.free_columns = np.full((most, 0), -1.0)  # by array and shelf; negative where there is none
        self.tops = np.zeros((most, 0))
        self.busy = np.zeros(most)
        self.cells = np.zeros((most, layers))

    def put(self, piece: Piece, time: float, limit: float) -> Spots:
        """First on a shelf that has room, then on a new shelf, then in a new array: finite first fit."""
        used = self.used
        allowed = (self.cells[:used, piece.layer] == 0.0) & (self.busy[:used] + time <= limit)
        has_shelf = allowed & np.any(self.free_columns[:used] >= piece.columns, axis=1)
        has_rows = allowed & ~has_shelf & (self.free_rows[:used] >= piece.rows)
        on_shelf = np.flatnonzero(has_shelf)[: piece.number]
        on_top = np.flatnonzero(has_rows)[: piece.number - len(on_shelf)]
        self.used += piece.number - len(on_shelf) - len(on_top)
        opened = np.concatenate([on_top, np.arange(used, self.used)])
        self._open(opened, piece.rows)
        arrays = np.concatenate([on_shelf, opened])
        shelves = np.argmax(self.free_columns[arrays] >= piece.columns, axis=1)
        spots = Spots(
            piece, arrays, self.tops[arrays, shelves], self.columns - self.free_columns[arrays, shelves]
        )
        self.free_columns[arrays, shelves] -= piece.columns
        self.busy[arrays] += time
        self.cells[arrays, piece.layer] = piece.cells
        return spots

    def _open(self, arrays: NDArray[np.intp], height: float) -> None:
        """An empty shelf in each of these arrays, above those that it has."""
        if len(arrays):
            added = np.full((len(self.free_rows), 1), -1.0)
            added[arrays] = self.columns
            tops = (self.rows - self.free_rows)[:, np.newaxis]
            self.free_columns, self.tops = np.hstack([self.free_columns, added]), np.hstack([self.tops, tops])
            self.free_rows[arrays] -= height


def pack(
    rows: float, columns: float, pieces: Iterable[Piece], times: Sequence[float], limit: float = np.inf
) -> Packed:
    """Pieces on shelves of arrays, the highest first, each in the first array that has room for it.

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
    return Packed(float(arrays.used + sum(p.number for p in whole)), shares, companies, spots)


@dataclass(frozen=True, eq=False)
class Sharing:
    """Who shares arrays with whom, at all design points.

    Attributes
    ----------
    needed : array
        Arrays of all layers together.
    units : array
        Arrays of each layer, parts of them too.
    turns : Turns
        Layers that take turns on the arrays that they share.
    """

    needed: Array
    units: Array
    turns: Turns


def share_arrays(
    size: tuple[Numeric, Numeric], blocks: Sequence[Numeric], times: Array, limit: Numeric | None
) -> Sharing:
    """Arrays that layers share, worked out once for all design points that agree in what matters.

    Parameters
    ----------
    size : tuple
        Rows and columns of an array.
    blocks : sequence of array
        By layer: rows and columns of one group of a copy, groups, copies (none for a layer without weights), and one
        where the arrays of a layer are shared with nobody.
    times : array
        Time for which a layer keeps its arrays busy.
    limit : float or array, optional
        Time that the layers of one array may take together.
    """
    layers = np.shape(times)[-1]
    inputs: list[Numeric] = [*size, *blocks]
    if limit is not None:
        inputs += [times, limit]
    shape = np.broadcast_shapes(*(np.shape(i) for i in inputs), (layers,))
    table = np.stack([np.broadcast_to(i, shape).reshape(-1, layers) for i in inputs], axis=1)
    if np.all(table == table[0]):
        points, kind = table[:1], np.zeros(len(table), np.intp)
    else:
        flat, kind = np.unique(table.reshape(len(table), -1), axis=0, return_inverse=True)
        points = flat.reshape(-1, *table.shape[1:])
    kinds = tuple(_packed(*np.split(point, [len(size), len(size) + len(blocks)])) for point in points)
    units = np.stack([k.shares for k in kinds])[kind].reshape(shape)
    needed = np.array([k.arrays for k in kinds])[kind].reshape((*shape[:-1], 1))
    return Sharing(needed, units, Turns(tuple(k.companies for k in kinds), kind.reshape(shape[:-1])))


def _packed(size: Array, blocks: Array, turns: Array) -> Packed:
    """One design point, each row a value by layer; `turns` are times and their limit, or nothing without a limit."""
    rows, columns = size[:, 0].tolist()
    times, limit = turns if len(turns) else (np.zeros(size.shape[-1]), np.array([np.inf]))
    pieces = []
    for layer, (height, width, groups, copies, alone) in enumerate(blocks.T.tolist()):
        own = pieces_of(layer, (rows, columns), (height, width), int(groups), int(copies))
        pieces += [p._replace(rows=rows, columns=columns) for p in own] if alone else own
    return pack(rows, columns, pieces, times.tolist(), float(limit[0]))


def pieces_of(
    layer: int, size: tuple[float, float], block: tuple[float, float], groups: int, copies: int
) -> list[Piece]:
    """Rectangles of a layer's copies, each group cut into arrays, or several groups on the diagonal of one."""
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
