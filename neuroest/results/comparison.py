"""A design and its baselines as data: what differs between them, ratios of their results, and their causes.

Ratios have factors by what differs between two chips; each is a win, a loss, a tie or level. Energies at one pace
compare chips that do the same work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.text_layout import Exported, Printed
from neuroest.registry import render
from neuroest.results.estimate import SCHEMA_VERSION, Band, Estimate
from neuroest.results.quantities import QUANTITIES, label_and_unit

if TYPE_CHECKING:
    import pandas as pd

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


Pace: TypeAlias = Literal["back_to_back", "equal_pace", "burst", "streaming"]
Part: TypeAlias = Literal["energy", "dynamic_energy", "static_energy", "input_buffer"]

PACES: Mapping[Pace, str] = {
    "back_to_back": "each chip starts an inference as soon as possible",
    "equal_pace": "both start one inference per period of the slower chip",
    "burst": "both start one inference per period of the data, whose inputs a buffer keeps until then",
    "streaming": "the timesteps of both last as long as those of the data, and neurons hold their state meanwhile",
}
"""Paces of a comparison, with their definitions."""
PARTS: Mapping[Part, str] = {
    "energy": "energy", "dynamic_energy": "dynamic energy", "static_energy": "static energy",
    "input_buffer": "input buffer",
}  # fmt: skip
"""Parts of an energy that are shown separately, and their names."""


@frozen_dataclass(eq=False)
class Banded:
    """A number at the stated inputs, with its band.

    Attributes
    ----------
    value : float or None
        Value at the stated inputs; None if the chip does not keep up or a side is zero.
    band : Band or None
        Over the samples in which the chips keep up; None without any.
    """

    value: float | None
    band: Band | None

    @property
    def headline(self) -> float | None:
        """The median of the band, or the value at the stated inputs if there is no band."""
        return self.value if self.band is None else self.band.median

    def to_dict(self) -> dict[str, float | None]:
        """The number as plain data."""
        band = {"low": None, "median": None, "high": None} if self.band is None else asdict(self.band)
        return {"value": self.value, **band}


@frozen_dataclass(eq=False)
class PaceRow:
    """Energy per inference of a design and a baseline at one pace.

    Attributes
    ----------
    pace : str
        One of `PACES`.
    baseline : str
        Architecture of the baseline.
    part : str
        One of `PARTS`.
    off_chip_link : bool
        Whether the input path is included: front ends and off-chip links.
    design_period, baseline_period : Banded
        Time from one inference to the next. [s].
    design, baseline : Banded
        Energy. [J].
    ratio : Banded
        Energy of the design over the baseline; shared parameters are drawn once for both.
    design_keeps_up, baseline_keeps_up : float
        Share of the samples in which the chip is fast enough and, in streaming, its neurons hold their state for a
        timestep.
    attribution : Attribution or None
        The ratio of energies as a product over what differs; None for a part of the energy.
    """

    pace: Pace
    baseline: str
    part: Part
    off_chip_link: bool
    design_period: Banded
    baseline_period: Banded
    design: Banded
    baseline_energy: Banded
    ratio: Banded
    design_keeps_up: float
    baseline_keeps_up: float
    attribution: Attribution | None

    @property
    def label(self) -> str:
        """Label of the row: ``static energy, without the input path``."""
        return PARTS[self.part] + ("" if self.off_chip_link else ", without the input path")

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data, the unit of each number in its name."""
        flat: dict[str, Any] = {
            "pace": self.pace, "baseline": self.baseline, "part": self.part, "off_chip_link": self.off_chip_link,
        }  # fmt: skip
        for name, unit, number in (
            ("design_period", "_s", self.design_period),
            ("baseline_period", "_s", self.baseline_period),
            ("design", "_J", self.design),
            ("baseline", "_J", self.baseline_energy),
            ("ratio", "", self.ratio),
        ):
            flat.update({f"{name}_{key}{unit}": value for key, value in number.to_dict().items()})
        flat.update(design_keeps_up=self.design_keeps_up, baseline_keeps_up=self.baseline_keeps_up)
        if self.attribution is not None:
            flat["attribution"] = self.attribution.to_dict()
        return {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in flat.items()}


LEAST_UNPROVEN = 0.05
"""Share of projected and assumed values from which a ratio is marked."""


@frozen_dataclass(eq=False)
class Difference:
    """One property of the designs that a reader needs to interpret their ratios.

    Attributes
    ----------
    what : str
        The property.
    values : tuple of str
        Its value on each side, the design first.
    """

    what: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the sides differ."""
        return len(set(self.values)) > 1


@frozen_dataclass(eq=False)
class Ratio:
    """Ratio of a result of the design to the same result of a baseline.

    Attributes
    ----------
    quantity : str
        Name of the total.
    baseline : str
        Architecture of the baseline.
    nominal : float
        Ratio of the two estimates with every input as its file states it.
    low, median, high : float or None
        Percentiles; parameters that both designs share are drawn once for both. None without samples.
    unproven : tuple of float
        Share of the result that is based on projected or assumed values, of the design and of the baseline.
    """

    quantity: str
    baseline: str
    nominal: float
    low: float | None
    median: float | None
    high: float | None
    unproven: tuple[float, float]

    @property
    def marked(self) -> bool:
        """Whether a marked share of either side is based on projected or assumed values."""
        return max(self.unproven) >= LEAST_UNPROVEN

    @property
    def band(self) -> Band | None:
        """Percentiles as a band; None without samples."""
        if self.low is None or self.median is None or self.high is None:
            return None
        return Band(self.low, self.median, self.high)

    @property
    def value(self) -> float:
        """Ratio to show first: the median, or the nominal ratio if there is no band."""
        return self.nominal if self.median is None else self.median

    @property
    def words(self) -> str:
        """Ratio and band: ``0.31 (0.2 .. 0.5) times``."""
        band = "" if self.low is None or self.high is None else f" ({self.low:.3g} .. {self.high:.3g})"
        return f"{self.value:.3g}{band} times"


def same_scope(one: Estimate, other: Estimate) -> bool:
    """Whether two designs leave out the same parts."""
    return set(one.exclusions) == set(other.exclusions)


def scope_note(one: Estimate, other: Estimate) -> str:
    """Note after the name of a baseline with a different scope; empty if the scopes are the same."""
    return "" if same_scope(one, other) else " (other scope)"


class Paced(Protocol):
    """The slow part of a comparison, computed once on first use."""

    @property
    def paces(self) -> tuple[PaceRow, ...]:
        """Energies of the design and of each baseline back to back, at equal pace, in a burst and in streaming."""

    @property
    def equal_pace(self) -> tuple[PaceRow, ...]:
        """Those at equal pace."""

    @property
    def attributions(self) -> Mapping[tuple[str, str], Attribution]:
        """Ratios of energy and area as products over what differs, by quantity and baseline."""


@frozen_dataclass(eq=False)
class Comparison(Paced, Printed, Exported):
    """A design, its baselines, and all differences between them.

    Attributes
    ----------
    estimates : tuple of Estimate
        The design first, then its baselines.
    settings : mapping of str to str
        Values that were changed for the run, by path.
    ratios : tuple of Ratio
        Results of the design relative to each baseline.
    relevance : float
        Margin of relevance of a win or a loss.
    """

    estimates: tuple[Estimate, ...]
    settings: Mapping[str, str]
    ratios: tuple[Ratio, ...]
    relevance: float = RELEVANCE

    @property
    def design(self) -> Estimate:
        """The design that is compared."""
        return self.estimates[0]

    @property
    def baselines(self) -> tuple[Estimate, ...]:
        """Baselines."""
        return self.estimates[1:]

    def attribution(self, ratio: Ratio) -> Attribution | None:
        """A ratio as a product over what differs; None for a result other than energy and area."""
        return self.attributions.get((ratio.quantity, ratio.baseline))

    def verdict(self, ratio: Ratio | PaceRow) -> Verdict | None:
        """Whether the design wins, loses, ties or is level by a ratio; None for one without band or attribution."""
        if isinstance(ratio, PaceRow):
            band, attribution = ratio.ratio.band, ratio.attribution
        else:
            band, attribution = ratio.band, self.attribution(ratio)
        if band is None or attribution is None:
            return None
        return verdict(band, attribution.contribution, self.relevance)

    @property
    def command(self) -> str:
        """The command that shows this comparison."""
        names = " ".join(result.architecture for result in self.estimates)
        networks = list(dict.fromkeys(result.workload.name for result in self.estimates))
        if len(networks) > 1:
            networks = [result.workload.name for result in self.estimates]
        return f"`neuroest compare {names} {' '.join(f'-w {name}' for name in networks)}`"

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Compare the sides property by property, including equal properties."""
        return tuple(Difference(what, values) for what, values in render(self, "attributes"))

    @property
    def left_out(self) -> tuple[tuple[str, ...], ...]:
        """Exclusions of each side, without the common ones."""
        common = self.left_out_by_all
        sides = (dict.fromkeys(result.exclusions) for result in self.estimates)
        return tuple(tuple(item for item in side if item not in common) for side in sides)

    @property
    def left_out_by_all(self) -> tuple[str, ...]:
        """Exclusions common to all sides."""
        sides = [set(result.exclusions) for result in self.estimates]
        return tuple(item for item in self.design.exclusions if all(item in side for side in sides))

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data, the layout that ``--format json`` prints."""
        return {
            "schema_version": SCHEMA_VERSION,
            "neuroest_version": package_version(),
            "settings": dict(self.settings),
            "differences": [{**asdict(item), "differs": item.differs} for item in self.differences],
            "left_out": [list(items) for items in self.left_out],
            "left_out_by_all": list(self.left_out_by_all),
            "relevance": self.relevance,
            "ratios": [self._plain(ratio) for ratio in self.ratios],
            "paces": [{**row.to_dict(), "verdict": self.verdict(row)} for row in self.paces],
            "designs": [result.to_dict() for result in self.estimates],
        }

    def _plain(self, ratio: Ratio) -> dict[str, Any]:
        attribution = self.attribution(ratio)
        known = None if attribution is None else attribution.to_dict()
        verdict = self.verdict(ratio)
        return {**asdict(ratio), "value": ratio.value, "attribution": known, "verdict": verdict}

    def to_frame(self) -> pd.DataFrame:
        """The ratios as a table, one row per quantity and baseline."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        return pd.DataFrame(render(self, "rows"))

    def to_text(self, *, full: bool = False) -> str:
        """The comparison as text of 80 columns: results and ratios; in full also paces, properties and exclusions."""
        return str(render(self, "screen" if full else "brief").to_text())

    def __repr__(self) -> str:
        first = self.baselines[0].architecture
        shown = ", ".join(
            f"{label_and_unit(ratio.quantity)[0]} {ratio.words.removesuffix(' times')}"
            f"{f' {verdict}' if (verdict := self.verdict(ratio)) else ''}"
            for ratio in self.ratios
            if ratio.baseline == first and QUANTITIES[ratio.quantity].alias
        )
        others = len(self.baselines) - 1
        more = f"; {others} more baseline{'s' * (others != 1)}" if others else ""
        return f"<Comparison {self.design.architecture} over {first}: {shown}; ratio (p10 .. p90){more}>"

    def plot(self, kind: str = "ratios", path: str | Path | None = None) -> Any:
        """A figure; written to `path` if given, and returned.

        Parameters
        ----------
        kind : str
            ``ratios`` over the baselines, ``tradeoff`` of energy and area, ``energy``, ``area``, ``latency``,
            ``learning`` with shares, ``energy_parts`` and so on in absolute terms, or ``distribution``.
        path : path, optional
            ``.pdf``, ``.svg`` or ``.png``.

        Returns
        -------
        matplotlib.figure.Figure
            The figure.
        """
        return render(self, "figure", kind, path)

    def _repr_html_(self) -> str:
        return str(render(self, "screen").to_html())
