"""Array properties that write circuits need."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass


@frozen_dataclass(eq=False)
class Lines:
    """Lines on one side of an array's cells, for writing.

    Attributes
    ----------
    count : Numeric
        Lines of one array.
    drivers : Numeric
        Drivers of them: one each, or fewer that are switched from line to line.
    levels : float
        Voltages that a driver switches its line to.
    current : Numeric
        Largest current of one line. [A]
    highest : Numeric
        Highest voltage of a line. [V]
    read : bool
        Whether a circuit reads or drives them otherwise, which a switch keeps the programming voltage from.
    shifted : bool
        Whether that circuit has level shifters for these lines already.
    held : bool
        Whether lines that share a driver are held at a voltage while it writes on another one.
    """

    count: u.Dimensionless
    drivers: u.Dimensionless
    levels: float
    current: u.Ampere
    highest: u.Volt
    read: bool
    shifted: bool = False
    held: bool = False

    @property
    def switches(self) -> u.Dimensionless:
        """Switches of all lines: of their drivers, of shared drivers, and in front of the read circuits."""
        each = 2.0 * self.count if self.held else self.count
        shared = np.where(self.drivers < self.count, each, 0.0)
        return self.drivers * self.levels + shared + (self.count if self.read else 0.0)


@frozen_dataclass(eq=False)
class Written:
    """Array properties that write circuits need.

    Attributes
    ----------
    rows, columns, plates : Lines or None
        Lines of the array; cells without a transistor have no plates.
    plates_along_columns : bool
        Whether plates run next to columns, one for each.
    voltage : Numeric
        Programming voltage. [V]
    cell_current : Numeric
        Current from the programming supply for one written cell, half-selected ones included. [A]
    together : Numeric
        Cells that are written at once.
    arrays_together : Numeric
        Arrays of the chip that are written at the same time.
    pulses : Numeric
        Pulses of one write with verification.
    pitch : Numeric
        Distance between two lines. [m]
    time : Numeric
        Time to write the whole array. [s]
    """

    rows: Lines
    columns: Lines
    plates: Lines | None
    plates_along_columns: bool
    voltage: u.Volt
    cell_current: u.Ampere
    together: u.Dimensionless
    arrays_together: u.Dimensionless
    pulses: u.Dimensionless
    pitch: u.Metre
    time: u.Second

    @property
    def lines(self) -> tuple[Lines, ...]:
        """All groups of lines."""
        return (self.rows, self.columns) if self.plates is None else (self.rows, self.columns, self.plates)
