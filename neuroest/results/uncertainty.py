"""Uncertainty of results as data: bands, samples and elasticities."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from neuroest.core.arrays import Array, Mask
from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.core.statistics import quantiles


@frozen_dataclass(eq=False)
class Band:
    """10th, 50th and 90th percentile of a result."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Array) -> Band:
        """Return the band of the finite samples; NaN if there are none."""
        kept = values[np.isfinite(values)]
        return cls(*quantiles(kept)) if kept.size else cls(np.nan, np.nan, np.nan)


@frozen_dataclass(eq=False)
class Bands:
    """Bands of the totals of an estimate.

    Attributes
    ----------
    totals : mapping
        Band by the name of the total.
    feasible : float
        Share of the samples with an estimate; the percentiles use only these.
    causes : mapping
        For each total the parameters that affect it most, with their shares of its variance by rank correlation.
    samples, seed : int
        Of the draw.
    together : mapping
        For a cause that stands for several parameters, which vary together, all of their paths.
    """

    totals: Mapping[str, Band]
    feasible: float
    causes: Mapping[str, tuple[tuple[str, float], ...]]
    samples: int
    seed: int
    together: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def cause(self, path: str, name: str) -> str:
        """Name of a cause, with how many parameters it stands for if these vary together."""
        alike = len(self.together.get(path, ()))
        return f"{name} ({alike} together)" if alike else name


@frozen_dataclass(eq=False)
class Passing:
    """How often a design passes its checks over the samples of its bands.

    Attributes
    ----------
    share : float
        Share of the samples that have an estimate and break no design rule.
    failing : mapping
        Share of the samples that fail a check, by the check's name and component, largest share first; only checks
        that some sample fails.
    """

    share: float
    failing: Mapping[str, float]


@frozen_dataclass(eq=False)
class ScenarioRow:
    """Estimate under another choice of the designer or the fab; no band includes it.

    Attributes
    ----------
    parameter, scenario : str
        Path of the parameter, and the name of the choice.
    value, unit : float, str
        Value of the parameter under it.
    totals : mapping
        Main totals, with all other inputs as stated in the files; None without an estimate.
    """

    parameter: str
    scenario: str
    value: float
    unit: str
    totals: Mapping[str, float | None]


@frozen_dataclass(eq=False)
class Sample:
    """One draw of all uncertain inputs, and the resulting totals.

    Attributes
    ----------
    drawn : mapping
        Samples of each parameter and model error that has a spread, by path.
    totals : mapping
        Samples of each total that has a band, by name.
    feasible : array of bool
        Whether the sample has an estimate.
    seed : int
        Of the draw.
    """

    drawn: Mapping[str, Array]
    totals: Mapping[str, Array]
    feasible: Mask
    seed: int


@frozen_dataclass(eq=False)
class Elasticities:
    """Elasticities, d ln(result) / d ln(parameter), of totals and of single energy and area terms.

    Attributes
    ----------
    paths : tuple of str
        Parameters that were varied: all except choices of the designer and zero values.
    totals : mapping
        Elasticity of each total with respect to each parameter.
    energy_terms, area_terms : mapping
        The same for each term, by component and term, with the value of the term.
    """

    paths: tuple[str, ...]
    totals: Mapping[str, Array]
    energy_terms: Mapping[tuple[str, str], tuple[float, Array]]
    area_terms: Mapping[tuple[str, str], tuple[float, Array]]
