"""How the result of a column reaches its neuron in a timestep: as the length of a pulse, or as its strength."""

from typing import Literal

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.stimulus import Array


@frozen_dataclass
class Trim:
    """Two numbers of a layer that its circuits are set to; none belongs to a single neuron.

    Attributes
    ----------
    offset : float
        Drive at a result of zero, as a share of the full drive.
    full : float
        Result that makes a full drive, less the offset, in thresholds of the network.
    """

    offset: float
    full: float


@frozen_dataclass
class Stage:
    """Circuit between a column and its neuron, as the estimate prices it.

    Attributes
    ----------
    form : str
        ``width``: the result sets for how long the full drive is on; ``amplitude``: how strong the drive is.
    full : float
        Result that makes a full drive, in thresholds of the network.
    hold, period : float
        Time of a full pulse, and of a timestep. [s]
    drive : float
        Voltage of a full drive; not a number for neurons that take a current. [V]
    signed : bool
        Whether results below zero discharge the neuron; otherwise they give no drive.
    offset_spread : float
        Standard deviation between neurons of the point at which a pulse ends, over the full drive.
    droop : float
        Share of a held full drive that is lost at its end.
    error, offset : float
        Errors of a result that are not drawn cell by cell, over the deviation of the results: those that are new in
        each read, such as thermal noise, and those that stay, such as that of mirrors.
    ending_delay : float or None
        Time after a spike at which circuits end the drive of its timestep; None where it stays on. [s]
    """

    form: Literal["width", "amplitude"]
    full: float
    hold: float
    period: float
    drive: float = np.nan
    signed: bool = False
    offset_spread: float = 0.0
    droop: float = 0.0
    error: float = 0.0
    offset: float = 0.0
    ending_delay: float | None = None

    @property
    def trim(self) -> Trim:
        """Setting without any calibration: no offset, and the full drive of the estimate."""
        return Trim(0.0, self.full)

    def shares(self, results: Array, trim: Trim, offsets: Array | float = 0.0) -> Array:
        """Drives, as shares of the full drive.

        Parameters
        ----------
        results : ndarray
            In thresholds.
        trim : Trim
            Setting of the layer.
        offsets : ndarray
            Error of each neuron's stage, as a share of the full drive.
        """
        share = trim.offset + results / trim.full + offsets
        share = np.clip(share, -1.0 if self.signed else 0.0, 1.0)
        if (
            self.form == "width"
        ):  # what leaks empties the capacitor together with the current that times the pulse
            return np.asarray(share / (1.0 + self.droop))
        return np.asarray(np.sign(share) * np.maximum(np.abs(share) - self.droop / 2.0, 0.0))
