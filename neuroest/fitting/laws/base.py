"""The contract of a model to fit, and what a fit of one gives.

A law says of one experiment what each row should be. It names the device model whose parameters it finds, so that its
fit becomes a spec; several laws of a device model may compete for an experiment, and laws of one model on several
experiments together make one spec.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.dynamics.stimulus import Array
from neuroest.fitting.adequacy import Misfit
from neuroest.fitting.intervals import quantile
from neuroest.fitting.layouts import Experiment
from neuroest.fitting.predictions import Rows

Columns = Mapping[str, Array]
Values = Mapping[str, float]
IDENTIFIED_WITHIN = 3.0
"""A parameter is identified when its 80 % interval spans no more than this factor to each side."""
LARGEST_REACH = np.log(1e6)
"""Logarithm of the largest factor that a spread may state; beyond it nothing is known."""
LEAST_DEVIATION = 0.005
"""Deviation of a logarithm below which nothing is known of a measured value: calibration and reading of instruments."""


@dataclass(frozen=True)
class LawFit:
    """A law with its parameters, and how well it describes its experiment.

    Attributes
    ----------
    law : Law
        What was fitted.
    values : dict of str to float
        Every unknown, in SI; those that are parameters of the device model go into the spec.
    settings : dict of str to float
        Parameters of the device that the law or the data fix, such as a reference point.
    deviations, freedoms : dict of str to float
        Standard deviation of the logarithm of each unknown (of the unknown itself, where it may be negative), and its
        degrees of freedom.
    bounds : dict of str to float
        Unknowns of which the data give an upper bound and no value.
    rows : Rows
        Measured and predicted, row by row.
    left_out : float
        Root mean square of the logarithm by which the law misses conditions that it was not fitted to.
    score : float
        Bayesian information criterion over the conditions; lower is better, differences count.
    """

    law: Law
    values: dict[str, float]
    settings: dict[str, float]
    deviations: dict[str, float]
    freedoms: dict[str, float]
    rows: Rows
    misfit: Misfit | None = None
    left_out: float = np.nan
    score: float = np.nan
    conditions: int = 0
    bounds: dict[str, float] = field(default_factory=dict)
    correlation: Array = field(default_factory=lambda: np.eye(0))
    between_devices: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def rejected(self) -> bool:
        """Whether the law does not describe its data."""
        return self.misfit is not None and self.misfit.rejected

    @property
    def left_open(self) -> tuple[str, ...]:
        """Unknowns that are fitted by their logarithms and left open by more than a factor."""
        signed: frozenset[str] = getattr(self.law, "signed", frozenset())
        names = (name for name in self.deviations if name not in signed)
        return tuple(name for name in names if self.factor(name) > IDENTIFIED_WITHIN)

    def factor(self, name: str, share: float = 0.8) -> float:
        """Factor to either side within which an unknown lies with a probability."""
        reach = quantile(share, self.freedoms[name]) * self.deviations[name]
        return float(np.exp(min(reach, LARGEST_REACH)))

    def formula(self) -> str:
        """The law with its numbers."""
        return self.law.formula({**self.settings, **self.values})


@dataclass(frozen=True)
class Law(ABC):
    """One model to fit.

    Attributes
    ----------
    name : str
        Its name, as `--law` takes it.
    model : str
        Device model whose parameters it finds.
    experiment : str
        Layout of the rows that it describes.
    about : str
        What it says, in words.
    determined_by : mapping of str to str
        Each unknown, and what in the data determines it.
    formula : callable
        The law with numbers, for people.
    """

    bounded_by: ClassVar[str] = "every row that would show the value is at compliance"
    """Why the data may give an upper bound and no value."""
    least_of_bound: ClassVar[float] = 1.0 / 2.0
    """Lower end of the spread of an upper bound, over the bound."""
    name: str
    model: str
    experiment: str
    about: str
    determined_by: Mapping[str, str]
    formula: Callable[[Values], str]

    @property
    def unknowns(self) -> tuple[str, ...]:
        """Names of what is fitted."""
        return tuple(self.determined_by)

    @abstractmethod
    def fit(self, experiment: Experiment) -> LawFit:
        """Fit the law to an experiment.

        Raises
        ------
        NeuroestError
            When the rows are too few, or are none of what the law describes.
        """

    def fitted(self, experiment: Experiment) -> LawFit:
        """The fit, if it is one: a search may pass through numbers that no float holds, and must not end there.

        Raises
        ------
        NeuroestError
            As `fit`, and when an unknown, its band or the curve is not finite.
        """
        with np.errstate(all="ignore"):
            found = self.fit(experiment)
        unknown = [*(n for n, value in found.bounds.items() if not np.isfinite(value))]
        unknown += [
            name
            for name, value in found.values.items()
            if not (np.isfinite(value) and np.isfinite(found.deviations[name]))
        ]
        if unknown or not np.all(np.isfinite(found.rows.residuals)):
            names = ", ".join(unknown or self.unknowns)
            raise NeuroestError(f"{self.about}: the data leave {names} without a finite value")
        result = experiment.layout.result
        if result != "probability" and 2 * np.sum(found.rows.predicted[0] <= 0.0) >= len(found.rows.measured):
            raise NeuroestError(f"{self.about}: has no {result} in half of the rows, which have one")
        return found


@dataclass(frozen=True)
class Family:
    """The device model that laws write, with the spec that fills what no law finds.

    Attributes
    ----------
    model : str
        Device model.
    template : str
        Shipped spec that supplies what the data do not determine.
    about : str
        What it is, in words.
    completed : callable
        Values that follow from the fits, or that the designer must choose within them, by name.
    cautions : callable
        What an estimate with the values would not know, in words.
    """

    model: str
    template: str
    about: str
    completed: Callable[[Values, Mapping[str, LawFit]], dict[str, Completion]] = lambda _values, _fits: {}
    cautions: Callable[[Values], tuple[str, ...]] = lambda _values: ()


@dataclass(frozen=True)
class Completion:
    """A value that no row shows directly.

    Attributes
    ----------
    why : str
        Where it comes from, in words.
    chosen : bool
        Whether a designer chooses it, so that it is neither right nor wrong.
    factor : float, optional
        Factor to either side within which a value that follows from a fitted one lies, with 80 %.
    follows : str
        The unknown of a law that it is proportional to, if it is.
    low : float, optional
        Where the value is an upper bound, the end to which the truth may lie below.
    """

    value: float
    why: str
    low: float | None = None
    chosen: bool = False
    factor: float | None = None
    follows: str = ""
