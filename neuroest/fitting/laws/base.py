"""Interface of a model that can be fitted, and of the result of its fit.

A law predicts each row of one experiment. It names the device model whose parameters it finds, so its fit can become a
spec. Several laws of a device model may compete for an experiment. Laws of one model for several experiments are
combined into one spec.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from string import Formatter
from typing import Any, ClassVar

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity, parse_unit
from neuroest.dynamics.in_time import Array
from neuroest.fitting.adequacy import Misfit, quantile
from neuroest.fitting.headers import Experiment
from neuroest.fitting.predictions import Rows

_LAWS = {
    name: (name, model, words["experiment"], words["about"], words["formula"], words["determined_by"])
    for model, laws in read_data(Path(__file__).with_name("laws.yaml")).items()
    for name, words in laws.items()
}
Columns = Mapping[str, Array]
Values = Mapping[str, float]
IDENTIFIED_WITHIN = 3.0
"""A parameter is identified if its 80 % interval spans at most this factor to each side."""
LARGEST_REACH = np.log(1e6)
"""Logarithm of the largest factor of a spread; beyond it, the value counts as unknown."""
LEAST_DEVIATION = 0.005
"""Smallest standard deviation of the logarithm of a measured value: calibration and reading of instruments."""


@frozen_dataclass
class LawFit:
    """A fitted law with its parameters and its quality of fit.

    Attributes
    ----------
    law : Law
        The law that was fitted.
    values : dict of str to float
        Every unknown, in SI units; those that are parameters of the device model go into the spec.
    settings : dict of str to float
        Device parameters that the law or the data fix, such as a reference point.
    deviations, freedoms : dict of str to float
        Standard deviation of the logarithm of each unknown (of the unknown itself if it may be negative), and its
        degrees of freedom.
    bounds : dict of str to float
        Unknowns for which the data give only an upper bound.
    rows : Rows
        Measured and predicted values, row by row.
    left_out : float
        RMS log error of the law on left-out conditions.
    score : float
        Bayesian information criterion over the conditions. Lower is better; only differences matter.
    between_devices, between_cycles : float or None
        Standard deviation of the logarithm of the result between devices, and between repetitions of one device.
    reservations : tuple of pairs of str
        Why values are not called measured although the law is not rejected: the unknown, empty for all, and the reason.
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
    between_cycles: float | None = None
    notes: tuple[str, ...] = ()
    reservations: tuple[tuple[str, str], ...] = ()

    @property
    def rejected(self) -> bool:
        """Whether the data reject the law."""
        return self.misfit is not None and self.misfit.rejected

    @property
    def left_open(self) -> tuple[str, ...]:
        """Unknowns fitted as logarithms whose interval exceeds `IDENTIFIED_WITHIN`."""
        signed: frozenset[str] = getattr(self.law, "signed", frozenset())
        names = (name for name in self.deviations if name not in signed)
        return tuple(name for name in names if self.factor(name) > IDENTIFIED_WITHIN)

    def factor(self, name: str, share: float = 0.8) -> float:
        """Half-width of the interval of an unknown with a given probability, as a factor."""
        reach = quantile(share, self.freedoms[name]) * self.deviations[name]
        return float(np.exp(min(reach, LARGEST_REACH)))

    def formula(self) -> str:
        """Formula of the law with its fitted numbers."""
        return self.law.text({**self.settings, **self.bounds, **self.values})


class _Numbers(Formatter):
    """Text with numbers by unit, such as ``{delay:s}``, by format, or by both, such as ``{barrier:.3g eV}``."""

    def format_field(self, value: Any, format_spec: str) -> str:
        digits, _, unit = format_spec.rpartition(" ")
        if digits:
            return f"{value / parse_unit(unit)[0]:{digits}} {unit}"
        return format(value, unit) if unit.startswith(".") else format_quantity(value, unit)


@frozen_dataclass
class Law(ABC):
    """One law that can be fitted.

    Attributes
    ----------
    name : str
        Its name, as given to `--law`.
    model : str
        Device model whose parameters it determines.
    experiment : str
        Kind of experiment that it describes.
    about : str
        Description in words.
    formula : sequence of str
        Readable formula with places for numbers, in parts; those after the first are left out without their numbers.
    determined_by : mapping of str to str
        Each unknown, with the part of the data that determines it.
    """

    bounded_by: ClassVar[str] = "every row that would show the value is at compliance"
    """Why the data may give only an upper bound."""
    least_of_bound: ClassVar[float] = 1.0 / 2.0
    """Lower end of the spread of an upper bound, relative to the bound."""
    name: str
    model: str
    experiment: str
    about: str
    formula: Sequence[str]
    determined_by: Mapping[str, str]

    @property
    def unknowns(self) -> tuple[str, ...]:
        """Names of the unknowns."""
        return tuple(self.determined_by)

    def numbers(self, values: Values) -> Values:
        """Numbers of the formula: the values, and what follows from them."""
        return values

    def text(self, values: Values) -> str:
        """Formula with its numbers."""
        writer, known = _Numbers(), self.numbers(values)
        first, *others = self.formula
        stated = [
            part for part in others if {name for _, name, _, _ in writer.parse(part) if name} <= known.keys()
        ]
        return writer.vformat(first + "".join(stated), (), known)

    @abstractmethod
    def fit(self, experiment: Experiment) -> LawFit:
        """Fit the law to an experiment.

        Raises
        ------
        NeuroestError
            If there are too few rows, or if the law does not describe them.
        """

    def fitted(self, experiment: Experiment) -> LawFit:
        """Fit and check that the result is finite: a search may overflow on the way, but not at its end.

        Raises
        ------
        NeuroestError
            As for `fit`, and if an unknown, its band or the curve is not finite.
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


def described(name: str) -> tuple[str, str, str, str, Sequence[str], Mapping[str, str]]:
    """First six fields of a `Law`, as `laws.yaml` states them."""
    return _LAWS[name]


@frozen_dataclass
class Family:
    """A device model for which laws write specs, with the template for values that no law finds.

    Attributes
    ----------
    model : str
        Device model.
    template : str
        Shipped spec that supplies values that the data do not determine.
    completed : callable
        Values that follow from the fits, or that the designer must choose consistently with them, by name.
    cautions : callable
        What an estimate with these values would leave out, in words.
    """

    model: str
    template: str
    completed: Callable[[Values, Mapping[str, LawFit]], dict[str, Completion]] = lambda _values, _fits: {}
    cautions: Callable[[Values, Sequence[LawFit]], tuple[str, ...]] = lambda _values, _fits: ()


@frozen_dataclass
class Completion:
    """A value that the data do not show directly.

    Attributes
    ----------
    why : str
        Its origin, in words.
    chosen : bool
        Whether it is a design choice, which is neither right nor wrong.
    factor : float, optional
        Half-width of the 80 % interval, as a factor, for a value that follows from a fitted one.
    follows : str
        The unknown of a law that it is proportional to, if any.
    low : float, optional
        Lower end of the true value's range, if the value is an upper bound.
    """

    value: float
    why: str
    low: float | None = None
    chosen: bool = False
    factor: float | None = None
    follows: str = ""
