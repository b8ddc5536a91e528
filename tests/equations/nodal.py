"""A crossbar with its wires, solved node by node, to test the closed forms."""

from __future__ import annotations

import numpy as np
import scipy.sparse
import scipy.sparse.linalg


def column_errors(rows, columns, conductance, row_segment, column_segment, active, gated):
    """Lost share of every column current by solving all 2 R C nodes; one conductance, or one of each cell."""
    count = rows * columns
    upper = np.arange(count).reshape(rows, columns)
    lower = upper + count
    cells = np.broadcast_to(conductance, (rows, columns))
    conducting = np.where((active | (not gated))[:, None], cells, 0.0)
    branches = [
        (upper, lower, conducting.ravel()),
        (upper[:, :-1], upper[:, 1:], 1.0 / row_segment),
        (lower[:-1], lower[1:], 1.0 / column_segment),
    ]
    first, second, value = (
        np.concatenate([np.broadcast_to(b[k], b[0].size if k == 2 else b[0].shape).ravel() for b in branches])
        for k in range(3)
    )
    diagonal = np.bincount(first, value, 2 * count) + np.bincount(second, value, 2 * count)
    diagonal[upper[:, 0]] += 1.0 / row_segment
    diagonal[lower[-1]] += 1.0 / column_segment
    source = np.zeros(2 * count)
    source[upper[:, 0]] = active / row_segment
    nodes = np.arange(2 * count)
    matrix = scipy.sparse.csc_array(
        (
            np.concatenate([-value, -value, diagonal]),
            (np.concatenate([first, second, nodes]), np.concatenate([second, first, nodes])),
        ),
        shape=(2 * count, 2 * count),
    )
    voltages = scipy.sparse.linalg.spsolve(matrix, source)
    currents = voltages[lower[-1]] / column_segment
    drawn = np.sum(active * (1.0 - voltages[upper[:, 0]])) / row_segment
    return 1.0 - currents / (active @ cells), drawn
