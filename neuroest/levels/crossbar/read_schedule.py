"""Sequence of an array read, and the duration of each step."""

from dataclasses import replace
from typing import Self

import numpy as np

from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import read_schedule as equations


@frozen_dataclass(eq=False)
class ReadSchedule:
    """Steps of a read of one group of columns, and their repetitions in one phase of an input.

    Attributes
    ----------
    settling : Second
        Time for which the columns are driven until they have settled, in one pulse of an input.
    reset : Second
        Time before it in which the columns are reset.
    sampling : Second
        Time in which a stage or a converter takes the result.
    converting : Second
        Time of the conversions for which the columns must stay driven.
    held : Second
        Time of the conversions of held results.
    groups : Dimensionless
        Groups of columns that are driven one after the other.
    pulses : Dimensionless
        Pulses of an input that one conversion covers.
    cycle : Second, optional
        Time from one read to the next, if the chip's clock sets it.
    """

    settling: u.Second
    reset: u.Second
    sampling: u.Second
    converting: u.Second
    held: u.Second
    groups: u.Dimensionless
    pulses: u.Dimensionless
    cycle: u.Second | None = None

    def clocked(self, cycle: u.Second) -> Self:
        """The same reads at a stated time from one to the next: conversions take at most what it leaves."""
        taken = self.reset + self.pulses * self.settling + self.sampling
        left = np.maximum(cycle - taken, 0.0)
        held = np.minimum(self.held, np.maximum(cycle - self.sampling - self.converting, 0.0))
        return replace(self, converting=np.minimum(self.converting, left), held=held, cycle=cycle)

    @property
    def column_time(self) -> u.Second:
        """Time for which a column is driven in one pulse; pulses share one sampling and one conversion."""
        return equations.column_driven_time(
            self.settling, self.sampling / self.pulses, self.converting / self.pulses
        )

    @property
    def row_time(self) -> u.Second:
        """Time for which a row is driven in one pulse, for all groups of columns."""
        return self.groups * self.column_time

    @property
    def interval(self) -> u.Second:
        """Time from one phase of an input to the next, with all groups read in sequence."""
        if self.cycle is not None:
            return self.groups * self.cycle
        settling = self.reset + self.pulses * self.settling
        return self.groups * equations.read_interval(settling, self.sampling, self.converting, self.held)
