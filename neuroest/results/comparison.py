"""A design and its baselines, as data: what differs between them, and ratios of their results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.core.version import package_version
from neuroest.registry import render
from neuroest.results.attribution import RELEVANCE, Attribution, Verdict, verdict
from neuroest.results.estimate import SCHEMA_VERSION, Estimate
from neuroest.results.pace import PaceRow
from neuroest.results.quantities import QUANTITIES, label_and_unit
from neuroest.results.uncertainty import Band

if TYPE_CHECKING:
    import pandas as pd


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
class Comparison(Paced):
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

    def to_json(self) -> str:
        """The comparison as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_frame(self) -> pd.DataFrame:
        """The ratios as a table, one row per quantity and baseline."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        return pd.DataFrame(render(self, "rows"))

    def to_text(self, *, full: bool = False) -> str:
        """The comparison as text of 80 columns: results and ratios; in full also paces, properties and exclusions."""
        return str(render(self, "screen" if full else "brief").to_text())

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        first = self.baselines[0].architecture
        shown = ", ".join(
            f"{label_and_unit(ratio.quantity)[0]} {ratio.words.removesuffix(' times')}"
            f"{f' {verdict}' if (verdict := self.verdict(ratio)) else ''}"
            for ratio in self.ratios
            if ratio.baseline == first and QUANTITIES[ratio.quantity].alias
        )
        more = f"; {len(self.baselines) - 1} more baselines" if len(self.baselines) > 1 else ""
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
