"""Chips and samples of a run, and the random numbers that belong to them."""

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.stimulus import Array


@frozen_dataclass
class Chips:
    """Chips used in a run; each has its own neurons and cells.

    Attributes
    ----------
    number : int
        Number of chips; the samples are assigned to them in round-robin order.
    seed : int
        Seed of the devices and cells of all chips, and of the noise.
    """

    number: int = 8
    seed: int = 0


@frozen_dataclass
class Run:
    """Samples that run together, on the chips of a run.

    Attributes
    ----------
    samples : ndarray of int
        Numbers of the samples in the whole run.
    """

    samples: Array
    chips: Chips

    def generator(self, layer: int, purpose: int, chip: int | None = None) -> np.random.Generator:
        """Random numbers of one layer for one purpose, the same for all samples of a chip."""
        own = () if chip is None else (chip,)
        return np.random.default_rng([self.chips.seed, layer, purpose, *own])

    def noise(self, layer: int, purpose: int) -> np.random.Generator:
        """Random numbers of one layer that differ between groups of samples."""
        return np.random.default_rng([self.chips.seed, layer, purpose, int(self.samples[0])])
