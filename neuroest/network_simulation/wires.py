"""Share of the current of each cell that the wires of its array take, on average over the inputs."""

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.stimulus import Array
from neuroest.equations import crossbar_wires


@frozen_dataclass
class WireLoss:
    """Wires of the arrays of one layer.

    Attributes
    ----------
    low : float
        Conductance of unused cells. [S]
    rows, columns : int
        Cells of an array.
    segment_resistance : float
        Wire resistance from one cell to the next. [ohm]
    line_rows, line_columns : float
        Cells between two buffers along a column and along a row.
    active_share : float
        Mean share of the rows that are on.
    """

    low: float
    rows: int
    columns: int
    segment_resistance: float
    line_rows: float
    line_columns: float
    active_share: float

    def lost(self, conductance: Array) -> Array:
        """Lost share of each cell, in the shape of `conductance`.

        Outputs take neighbouring columns, with the slices and the lines of a pair of each side by side, and inputs take
        neighbouring rows, the first of them where the column is read.

        Parameters
        ----------
        conductance : ndarray of shape (slices, lines, outputs, inputs)
            Of the cells. [S]
        """
        slices, lines, outputs, inputs = conductance.shape
        columns = slices * lines * outputs
        of_rows, of_columns = min(inputs / self.rows, 1.0), min(columns / self.columns, 1.0)
        along = of_columns * float(np.mean(conductance)) + (1.0 - of_columns) * self.low
        down = of_rows * np.mean(conductance, axis=(2, 3), keepdims=True) + (1.0 - of_rows) * self.low
        number = np.moveaxis(np.arange(columns).reshape(outputs, slices, lines), 0, 2)
        return np.asarray(
            crossbar_wires.ir_drop_error_at(
                along, down, self.segment_resistance, self.segment_resistance, self.line_rows, self.line_columns,
                self.active_share, np.asarray(np.arange(inputs) % self.line_rows + 1.0, dtype=np.float64),
                np.asarray(number % self.line_columns + 1.0)[..., np.newaxis],
            )
        )  # fmt: skip
