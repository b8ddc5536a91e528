"""Factors of a ratio by what differs between two chips, and when a ratio is a win, a loss, a tie or level, as data."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal, TypeAlias

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.results.uncertainty import Band

Verdict: TypeAlias = Literal["win", "loss", "tie", "level"]
RELEVANCE = 0.1
"""Margin of relevance of a win or a loss; a convention, which contests and comparisons can change."""
MEMORIES = "memories"
NEURON, WAITING, OTHERS, SKEW = "neuron", "leakage while it waits", "the rest", "skew of inputs"
"""Names of the factors that are no family of blocks, and of the neuron."""
INTEGRATING = "leakage while neurons integrate"
"""Name of the factor of the time if neurons set the pace of the slower chip."""
_SHOWN = 0.015
"""Factors nearer to one than this are shown together."""


@frozen_dataclass(eq=False)
class Factor:
    """One factor of a ratio.

    Attributes
    ----------
    name : str
        Family of blocks, or the time.
    value : float
        Factor at the stated inputs.
    band : Band or None
        Factor over the draws; None without draws in which both chips have an estimate.
    """

    name: str
    value: float
    band: Band | None


@frozen_dataclass(eq=False)
class Attribution:
    """A ratio as a product over what differs between two chips.

    Attributes
    ----------
    ratio : float
        The ratio as shown: the product of all factors and the skew.
    factors : tuple of Factor
        The product of their values is the ratio at the stated inputs.
    skew : float
        The ratio as shown, a median over the draws, over the ratio at the stated inputs.
    subject : str
        What the comparison is about: the neuron if the chips have different ones, otherwise the whole chip (empty).
    contribution : float
        Product of the factors of the subject, at the stated inputs or in the median of the draws, whichever is nearer
        to one: the energy of the neurons and, if neurons set the pace of the slower chip, the leakage meanwhile. For
        whole chips the ratio.
    """

    ratio: float
    factors: tuple[Factor, ...]
    skew: float
    subject: str
    contribution: float

    @property
    def shown(self) -> tuple[tuple[str, float], ...]:
        """Name and value of the factors to print; those near one are one factor, the skew is the last."""
        large = [f for f in self.factors if abs(math.log(f.value)) >= _SHOWN or f.name == self.subject]
        small = math.prod(f.value for f in self.factors if f not in large)
        rest = [(OTHERS, small)] if abs(math.log(small)) >= _SHOWN else []
        skew = [(SKEW, self.skew)] if abs(math.log(self.skew)) >= _SHOWN else []
        return (*((factor.name, factor.value) for factor in large), *rest, *skew)

    @property
    def words(self) -> str:
        """The product in one line: ``1.95 = neuron 1.01 x coupling 1.03 x leakage while it waits 1.42 x ...``.

        Examples
        --------
        >>> factors = (Factor("neuron", 1.25, None), Factor("leakage while it waits", 2.0, None))
        >>> Attribution(5.0, factors, 2.0, "neuron", 1.25).words
        '5 = neuron 1.25 x leakage while it waits 2 x skew of inputs 2'
        """
        return f"{self.ratio:.3g} = {self.product}"

    @property
    def product(self) -> str:
        """The factors in one line."""
        return " x ".join(f"{name} {value:.3g}" for name, value in self.shown) or "no difference"

    def to_dict(self) -> dict[str, Any]:
        """The attribution as plain data."""
        return {**asdict(self), "words": self.words}


def check_relevance(relevance: float) -> None:
    """Refuse a margin of relevance that is no share.

    Raises
    ------
    NeuroestError
        For a negative or infinite number.
    """
    if not 0.0 <= relevance < math.inf:
        raise NeuroestError(
            f"a relevance of {relevance:g} is not possible; it is a share of a ratio, such as 0.1"
        )


def verdict(band: Band, contribution: float, relevance: float = RELEVANCE) -> Verdict:
    """Whether a cost ratio is a win, a loss, a tie or level; the one rule of comparisons, contests and pages.

    Parameters
    ----------
    band : Band
        The ratio of costs, the chip in question over the other one: below one is better.
    contribution : float
        Part of the ratio, as a factor, that what is compared contributes: `Attribution.contribution`.
    relevance : float
        Margin of relevance, such as 0.1.

    Returns
    -------
    str
        ``level`` if the contribution, in the direction of the median, is less than the margin; ``tie`` if p10 to p90
        contain one; ``level`` if the median is within the margin; otherwise ``win`` or ``loss``.

    Examples
    --------
    >>> verdict(Band(1.1, 1.5, 3.0), 1.4), verdict(Band(1.1, 1.5, 3.0), 1.01), verdict(Band(0.9, 1.5, 3.0), 1.4)
    ('loss', 'level', 'tie')
    """
    beyond = math.log1p(relevance)
    direction = 1.0 if band.median > 1.0 else -1.0
    if direction * _logarithm(contribution) < beyond:
        return "level"
    if band.low <= 1.0 <= band.high:
        return "tie"
    if math.isfinite(band.median) and abs(_logarithm(band.median)) < beyond:
        return "level"
    return "loss" if direction > 0.0 else "win"


def _logarithm(ratio: float) -> float:
    """Of a ratio that is zero where a bound, such as an ideal neuron, takes nothing."""
    return math.log(ratio) if ratio > 0.0 else -math.inf


def product(factors: Sequence[Factor]) -> float:
    """Product of the values of factors."""
    return math.prod(factor.value for factor in factors)
