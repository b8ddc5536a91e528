"""Chips and samples of a run with their random numbers, and confidence intervals of an accuracy."""

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array


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


NORMAL_95 = 1.959963984540054
"""97.5 % quantile of the normal distribution."""


@frozen_dataclass
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def percent(self) -> str:
        """A share in percent."""
        return f"{100 * self.value:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f})"


def points(interval: Interval | None) -> str:
    """A difference in percentage points; empty for none."""
    if interval is None:
        return ""
    return f"{100 * interval.value:+.1f} ({100 * interval.low:+.1f} to {100 * interval.high:+.1f})"


def share(right: Array) -> Interval:
    """Share of correct answers with its interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927))."""
    n, z = len(right), NORMAL_95
    p = float(np.mean(right))
    centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n)
    half = z / (1.0 + z * z / n) * np.sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n))
    return Interval(p, max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def difference(right: Array, reference: Array) -> Interval:
    """Accuracy minus the accuracy of a reference on the same samples, with its interval.

    Samples with the same answer from both carry no information. Of the others, one is added to each side
    (D. G. Bonett and R. M. Price, J. Educ. Behav. Stat. 37, 479 (2012)).
    """
    n, z = len(right), NORMAL_95
    gained, lost = int(np.sum(right & ~reference)), int(np.sum(~right & reference))
    up, down = (gained + 1.0) / (n + 2.0), (lost + 1.0) / (n + 2.0)
    centre = up - down
    half = z * np.sqrt((up + down - centre * centre) / (n + 2.0))
    return Interval((gained - lost) / n, max(-1.0, float(centre - half)), min(1.0, float(centre + half)))
