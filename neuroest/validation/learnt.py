"""What measured values of a chip have taught, as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.text_layout import Printed
from neuroest.error_analysis.calibration import Calibration
from neuroest.registry import render
from neuroest.results.estimate import Band

SCHEMA_VERSION = "1.0"
"""Version of the JSON that `Learnt.to_dict` returns."""


@frozen_dataclass(eq=False)
class MeasuredRow:
    """A measured value next to its predictions, in its unit.

    Attributes
    ----------
    distance : float
        Logarithm of measured over predicted, in standard deviations, where the other values are known.
    used : bool
        Whether the posterior uses it.
    """

    name: str
    unit: str
    value: float
    uncertainty: float
    scope: str
    before: Band
    after: Band
    distance: float
    used: bool


@frozen_dataclass(eq=False)
class Contradiction:
    """A measured value that the draws do not reach, and the part that would have to be wrong.

    Attributes
    ----------
    value : str
        Name of the value.
    ratio : float
        Measured value over its median prediction from the values that count.
    distance : float
        The same in standard deviations.
    others : bool
        Whether it contradicts only the other values, and not the model alone.
    cause, path : str
        The cause whose error would explain it with the least deviation, and a path that has it.
    deviations, factor : float
        How far this cause would have to be off, in its standard deviations and as a factor of the cause.
    """

    value: str
    ratio: float
    distance: float
    others: bool
    cause: str
    path: str
    deviations: float
    factor: float


@frozen_dataclass(eq=False)
class LearntCause:
    """An input or a model's error before and after, for the measured chip.

    Attributes
    ----------
    prior, posterior : Band
        p10, median and p90 of the cause.
    moved : float
        Shift of its mean in standard deviations of the prior.
    narrowed : float
        Its standard deviation over that of the prior.
    """

    cause: str
    path: str
    unit: str
    model: bool
    prior: Band
    posterior: Band
    moved: float
    narrowed: float


@frozen_dataclass(eq=False)
class LearntTotal:
    """A total before and after, for this chip and for another chip of the same process."""

    name: str
    prior: Band
    here: Band
    elsewhere: Band


@frozen_dataclass(eq=False)
class Candidate:
    """A further measurement and what it would teach of a total.

    Attributes
    ----------
    quantity, unit : str
        What to measure, as an expression, and its unit.
    expected : float
        Median of the prediction.
    width, reduced : float
        Expected p90 over p10 of the total with this measurement, and the share of the present width that it
        removes, as logarithms.
    """

    quantity: str
    unit: str
    expected: float
    width: float
    reduced: float


@frozen_dataclass(eq=False)
class Learnt(Printed):
    """What measured values of a chip have taught.

    Attributes
    ----------
    calibration : Calibration
        The posterior with its evidence, for `given`.
    architecture, workload : str
        The chip and the network of the first run.
    values : tuple of MeasuredRow
        Measured values and their predictions.
    contradictions : tuple of Contradiction
        Values that the posterior is not based on.
    causes : tuple of LearntCause
        Inputs and model errors, the most changed first.
    totals : tuple of LearntTotal
        Totals of the first run.
    target : str
        Total of `candidates`.
    candidates : tuple of Candidate
        Further measurements, the most useful first.
    effective, draws, iterations : float, int, int
        Effective number of draws, draws of each iteration, and iterations.
    """

    calibration: Calibration
    architecture: str
    workload: str
    values: tuple[MeasuredRow, ...]
    contradictions: tuple[Contradiction, ...]
    causes: tuple[LearntCause, ...]
    totals: tuple[LearntTotal, ...]
    target: str
    candidates: tuple[Candidate, ...]
    effective: float
    draws: int
    iterations: int

    def to_text(self) -> str:
        """One screen of 80 columns."""
        return str(render(self, "document").to_text())

    def rows(self) -> list[dict[str, Any]]:
        """The measured values as rows of a table."""
        return [
            {
                "value": one.name, "measured": one.value, "unit": one.unit, "uncertainty": one.uncertainty,
                "scope": one.scope, "used": one.used, "distance": one.distance,
                **{f"before_{name}": value for name, value in _named(one.before).items()},
                **{f"after_{name}": value for name, value in _named(one.after).items()},
            }
            for one in self.values
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The whole result as plain data."""
        return {
            "schema_version": SCHEMA_VERSION,
            "neuroest_version": package_version(),
            "name": self.calibration.spec.name, "architecture": self.architecture, "workload": self.workload,
            "draws": self.draws, "effective_draws": self.effective, "iterations": self.iterations,
            "values": self.rows(),
            "contradictions": [asdict(one) for one in self.contradictions],
            "causes": [asdict(one) for one in self.causes],
            "totals": [asdict(one) for one in self.totals],
            "target": self.target,
            "candidates": [asdict(one) for one in self.candidates],
        }  # fmt: skip

    def to_json(self) -> str:
        """The whole result as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def plot(self, path: str | Path | None = None) -> Any:
        """Plot causes, measured values and totals before and after; written to `path` if given, and returned."""
        return render(self, "figure", path)

    @property
    def lead(self) -> str:
        """Number of measured values used."""
        used = sum(one.used for one in self.values)
        return f"{used} of {len(self.values)} measured values of {self.architecture}"


def _named(band: Band) -> Mapping[str, float]:
    return {"p10": band.low, "p50": band.median, "p90": band.high}
