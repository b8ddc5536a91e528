"""Learn from measured values of a chip: update the inputs and the errors of the models, and say what was learnt.

>>> from neuroest.validation.calibrate import calibrate
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, Field

from neuroest.core import errors
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.files import write_whole
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.statistics import NORMAL_P90
from neuroest.core.text_layout import Exported, Printed
from neuroest.error_analysis.calibration import (
    Calibration,
    CalibrationSpec,
    Cause,
    Direction,
    Evidence,
    MeasuredChip,
    calibration_text,
    read_calibration,
)
from neuroest.error_analysis.conditioning import Conditioned, condition, prior_scores
from neuroest.error_analysis.draws import (
    SEED,
    Posterior,
    common_cause,
    discrepancies,
    discrepancy_claims,
    spread_over,
    varies,
)
from neuroest.loading import library
from neuroest.pipeline.evaluation import Evaluation, evaluate
from neuroest.registry import render
from neuroest.results.estimate import Band, Bands, Estimate
from neuroest.results.quantities import BANDED, MAIN, QUANTITIES, quantity_names
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.claims import Claim
from neuroest.specs.device import SourceSpec
from neuroest.specs.loaded import Named
from neuroest.specs.messages import problem_at
from neuroest.specs.reading import Document
from neuroest.validation import expressions
from neuroest.validation.case_spec import checked_value, out_of_bounds
from neuroest.validation.cases import estimate_of_run, run_file
from neuroest.validation.expressions import evaluate_expression, unit_factor

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
class Learnt(Printed, Exported):
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


_NAME = r"^[a-z][a-z0-9_]*$"
_UNCERTAINTY = QuantityField("1", minimum=0, above=True, maximum=2, example="5 %")


class MeasuredRun(Spec):
    """One way in which the chip was operated when it was measured."""

    workload: str
    """Network that it ran: shipped name, or path from the folder of this file."""
    settings: dict[str, str | float] = Field(default_factory=dict)
    """Changed values by path, as with `--set`: supplies, rates, modes."""


class MeasuredValue(Spec):
    """One measured value, with the keys of a validation case."""

    value: Annotated[float, AfterValidator(checked_value)]
    """The measured value, above 0."""
    unit: str = ""
    """Its unit: `mW`, `TOPS`, `GOPS/W`, `fJ/op`, `%`; empty for a plain number."""
    predicted: str
    """The same quantity of the estimate, as an expression over the run in SI units: a total, or
    `area(chip.tile)`, `power(chip.tile.array)`, `energy(chip.tile, conversion)`, `static_power(chip)`."""
    scope: str
    """Part of the chip that was measured, by its path: `chip` for all of it, or a block that was measured alone."""
    uncertainty: Annotated[float, _UNCERTAINTY]
    """Standard uncertainty relative to the value (one standard deviation): of the instrument, of the conditions, and
    between dies if the value stands for several."""
    run: str | None = None
    """Name of the run; by default, the first one."""
    conditions: str | None = None
    """How it was measured."""
    locator: str | None = None
    """Table, figure or file within the source."""


class MeasuredSpec(Spec):
    """Measured values of a chip."""

    kind: Literal["measured_values"]
    """The kind of this file."""
    name: str = Field(pattern=_NAME)
    """Name of the measurement, which results cite."""
    description: str
    """What was measured, on how many dies."""
    runs: dict[Annotated[str, Field(pattern=_NAME)], MeasuredRun] = Field(min_length=1)
    """How the chip was operated, by name."""
    values: dict[Annotated[str, Field(pattern=_NAME)], MeasuredValue] = Field(min_length=1)
    """Measured values by name."""
    source: SourceSpec | None = None
    """Where the values are from, if they are published."""
    notes: tuple[str, ...] = ()
    """Notes for the reader."""


@frozen_dataclass(eq=False)
class Measured:
    """Loaded measured values.

    Attributes
    ----------
    spec : MeasuredSpec
        The file.
    document : Document
        The same, for places in messages.
    folder : Path
        Where it is.
    """

    spec: MeasuredSpec
    document: Document = field(repr=False)
    folder: Path

    def problem(self, name: str, key: str, message: str) -> errors.Problem:
        """A problem of a value, at one of its keys."""
        return problem_at(self.document, ["values", name, key], message, at_value=True)

    def run_of(self, value: MeasuredValue) -> str:
        """Name of the run of a value."""
        return value.run if value.run is not None else next(iter(self.spec.runs))

    def logarithms(self) -> tuple[Array, Array]:
        """Logarithm of each value in SI units, and its standard uncertainty."""
        values = self.spec.values.values()
        logs = np.log([one.value * expressions.unit_factor(one.unit) for one in values])
        return logs, np.array([one.uncertainty for one in values])


def read_measured(path: str | Path) -> Measured:
    """Read measured values from their file.

    Raises
    ------
    SpecError
        With all problems of the file.
    """
    loaded = library.read_spec(MeasuredSpec, Path(path))
    found = Measured(loaded.spec, loaded.document, Path(path).parent)
    errors.raise_all([*_problems(found)])
    return found


def _problems(measured: Measured) -> Iterator[errors.Problem]:
    runs = measured.spec.runs
    for name, value in measured.spec.values.items():
        if value.run is not None and value.run not in runs:
            message = f"unknown run {value.run!r}{errors.did_you_mean(value.run, runs)}"
            yield measured.problem(name, "run", message)
        try:
            expressions.check_predicted(value.predicted, value.unit, runs)
            parts = expressions.expression_parts(value.predicted)
        except errors.QuantityError as error:
            yield measured.problem(name, "unit", str(error))
        except errors.NeuroestError as error:
            yield measured.problem(name, "predicted", str(error))
        else:
            # the scope must be a part that the prediction is of, or the smallest part that contains them all
            known = dict.fromkeys(parts)
            if parts:
                known[os.path.commonpath([part.replace(".", "/") for part in parts]).replace("/", ".")] = None
            if known and value.scope not in known:
                due = " or ".join(known)
                said = f"the scope is {value.scope}, but `{value.predicted}` is of {due}; predict what was measured"
                yield measured.problem(name, "scope", said)


@frozen_dataclass(eq=False)
class PredictedLogs:
    """Logarithms of predicted values, from scores.

    Attributes
    ----------
    estimates : mapping
        Estimate of each run.
    expressions : tuple of (str, str)
        Run and expression of each value, in SI units.
    """

    estimates: Mapping[str, Estimate]
    expressions: tuple[tuple[str, str], ...]

    @cached_property
    def claims(self) -> Mapping[str, Mapping[str, Claim]]:
        """Inputs and model errors of each run."""
        return {run: {**one.claims, **discrepancy_claims(one.design)} for run, one in self.estimates.items()}

    @cached_property
    def causes(self) -> tuple[str, ...]:
        """Every cause with a spread, in alphabetical order."""
        every = (one for claims in self.claims.values() for one in claims.values())
        return tuple(sorted({common_cause(one) for one in every if varies(one)}))

    def __call__(self, scores: Array) -> Array:
        """Logarithms, draws by values; not finite without an estimate."""
        results = self.evaluations(scores)
        with np.errstate(all="ignore"):
            columns = [
                np.log(evaluate_expression(text, results[run], results)) for run, text in self.expressions
            ]
        return np.stack([np.broadcast_to(one, (len(scores),)) for one in columns], axis=1)

    def evaluations(self, scores: Array) -> Mapping[str, Evaluation]:
        """All runs with one design point per draw."""
        column = {cause: scores[:, [index]] for index, cause in enumerate(self.causes)}
        found = {}
        for run, claims in self.claims.items():
            values: dict[str, u.Numeric] = {
                path: spread_over(claim, column[common_cause(claim)]) if varies(claim) else claim.value
                for path, claim in claims.items()
            }
            with np.errstate(all="ignore"):
                found[run] = evaluate(self.estimates[run].design, self.estimates[run].workload, values)
        return found


def estimates_of(measured: Measured, architecture: Named) -> dict[str, Estimate]:
    """The estimate of each run of the chip.

    Raises
    ------
    SpecError
        With all problems of the runs.
    """
    chip = library.load_architecture(architecture)
    estimates: dict[str, Estimate] = {}
    problems: list[errors.Problem] = []
    for name, run in measured.spec.runs.items():
        try:
            net = library.load_workload(
                run_file(measured.document, measured.folder, name, "workload", run.workload)
            )
            estimates[name] = estimate_of_run(measured.document, name, chip, net, run.settings)
        except errors.SpecError as error:
            problems += error.problems
    errors.raise_all(problems)
    return estimates


def predicted_logs(measured: Measured, estimates: Mapping[str, Estimate]) -> PredictedLogs:
    """The predictions that the values are compared with.

    Raises
    ------
    SpecError
        If the chip lacks a part or a total, or a prediction is not a finite value above 0.
    """
    results = {run: one.evaluation for run, one in estimates.items()}
    problems: list[errors.Problem] = []
    for name, value in measured.spec.values.items():
        try:
            found = expressions.evaluate_expression(value.predicted, results[measured.run_of(value)], results)
        except errors.NeuroestError as error:
            problems.append(measured.problem(name, "predicted", str(error)))
            continue
        if np.isnan(found).all():
            message = f"`{value.predicted}` does not apply to this chip and network"
            problems.append(measured.problem(name, "predicted", message))
        elif wrong := out_of_bounds(float(found[0])):
            message = f"`{value.predicted}` is {float(found[0]):.3g} in this estimate; {wrong}"
            problems.append(measured.problem(name, "predicted", message))
    errors.raise_all(problems)
    values = measured.spec.values.values()
    return PredictedLogs(estimates, tuple((measured.run_of(value), value.predicted) for value in values))


TARGET = "energy_per_inference_J"
"""Total that further measurements should narrow, by default."""
_NEW_UNCERTAINTY = 0.05
"""Relative standard uncertainty of a further measurement; a convention."""
_SAME = 0.999
"""Correlation from which on a further measurement is the total itself under another name."""
_NOTHING = 1e-9
"""Component of a direction that is rounding."""
_MEASURABLE = frozenset({"m^2", "J", "W", "s", "1/s"})
"""Units of what instruments measure on a chip; others are ratios of these."""
_CHANGED = 1e-4
"""Change of a mean or a deviation, in standard deviations, above which a cause counts as informed."""


def calibrate(
    architecture: Named,
    measured: str | Path,
    output: str | Path | None = None,
    *,
    target: str = TARGET,
    seed: int = SEED,
) -> Learnt:
    """Learn from measured values of a chip.

    Parameters
    ----------
    architecture : str, Path or Loaded
        The chip: shipped name, path of a file, or a loaded architecture.
    measured : str or Path
        File of measured values.
    output : str or Path, optional
        Where to write the posterior, for `given` of `estimate`, `compare`, `contest` and `uncertainty`.
    target : str
        Total that the suggested further measurements should narrow.
    seed : int
        Of the draws.

    Returns
    -------
    Learnt
        What moved and what contradicts, with the posterior.

    Raises
    ------
    SpecError
        With all problems of the file, its runs and its predictions.
    NeuroestError
        If too few draws have an estimate.

    Notes
    -----
    ``docs/calibration.md`` has the method.
    """
    (target,) = quantity_names((target,))
    values = read_measured(measured)
    estimates = estimates_of(values, architecture)
    predict = predicted_logs(values, estimates)
    logs, deviations = values.logarithms()
    found = condition(predict, predict.causes, logs, with_own_error(deviations), seed)
    study = _Study(values, estimates, predict, found, prior_scores(predict.causes, seed))
    text = calibration_text(study.spec(seed))
    if output is None:
        calibration = Calibration(study.spec(seed), f"{values.spec.name}.yaml", "")
    else:
        write_whole(Path(output), text.encode())
        calibration = read_calibration(output)
    return study.learnt(calibration, target)


def with_own_error(deviations: Array) -> Array:
    """Standard deviations of measured logarithms with the part of the model's error that each value has of its own."""
    own = math.log(discrepancies().between_values.factor) / NORMAL_P90
    return np.asarray(np.sqrt(deviations**2 + own**2))


@frozen_dataclass(eq=False)
class _Study:
    """A chip, its measured values and the posterior."""

    measured: Measured
    estimates: Mapping[str, Estimate]
    predict: PredictedLogs
    found: Conditioned
    scores: Array

    @property
    def first(self) -> Estimate:
        return next(iter(self.estimates.values()))

    @property
    def owners(self) -> Mapping[str, Claim]:
        """One claim of each cause."""
        claims = (claim for one in self.predict.claims.values() for claim in one.values() if varies(claim))
        return {common_cause(claim): claim for claim in reversed([*claims])}

    def bands(self) -> list[tuple[Band, Band]]:
        """Band of each prediction before and after, in the unit of its value."""
        before, after = (
            np.exp(self.predict(scores)) for scores in (self.scores, self.found.posterior.moved(self.scores))
        )
        factors = [unit_factor(value.unit) for value in self.measured.spec.values.values()]
        return [
            (Band.of(before[:, index] / factor), Band.of(after[:, index] / factor))
            for index, factor in enumerate(factors)
        ]

    def spec(self, seed: int) -> CalibrationSpec:
        """The file."""
        posterior, first, measured = self.found.posterior, self.first, self.measured
        owners = self.owners
        informed = np.flatnonzero(np.abs(posterior.directions).max(axis=1, initial=0.0) > _NOTHING)
        files = {file.name: file.sha256 for one in self.estimates.values() for file in one.files}
        evidence = {
            name: Evidence(
                value=value.value, unit=value.unit, uncertainty=value.uncertainty, scope=value.scope,
                predicted=value.predicted, workload=self.estimates[measured.run_of(value)].workload_called,
                settings=dict(self.estimates[measured.run_of(value)].settings), used=bool(used),
                before=astuple(before), after=astuple(after),
            )
            for (name, value), used, (before, after) in zip(
                measured.spec.values.items(), self.found.used, self.bands(), strict=True
            )
        }  # fmt: skip
        causes = {}
        for index in informed:
            claim = owners[posterior.causes[index]]
            causes[posterior.causes[index]] = Cause(
                path=claim.path, prior=(claim.low, claim.value, claim.high),
                along=tuple(float(one) for one in posterior.directions[index]),
            )  # fmt: skip
        return CalibrationSpec(
            kind="calibration", name=measured.spec.name, neuroest_version=package_version(),
            chip=MeasuredChip(name=first.architecture, sha256=first.files[0].sha256),
            inputs={**files, measured.spec.name: measured.document.sha256}, seed=float(seed),
            draws=float(self.found.draws), effective_draws=self.found.effective, source=measured.spec.source,
            evidence=evidence,
            directions=tuple(
                Direction(mean=float(mean), deviation=float(deviation))
                for mean, deviation in zip(posterior.mean, posterior.deviation, strict=True)
            ),
            causes=causes,
        )  # fmt: skip

    def learnt(self, calibration: Calibration, target: str) -> Learnt:
        """The result."""
        rows = tuple(
            MeasuredRow(
                name, value.unit, value.value, value.uncertainty, value.scope, *bands, residual.distance, bool(used)
            )
            for (name, value), bands, residual, used in zip(
                self.measured.spec.values.items(), self.bands(), self.found.residuals, self.found.used, strict=True
            )
        )  # fmt: skip
        return Learnt(
            calibration, self.first.architecture, self.first.workload.name, rows, tuple(self._contradictions()),
            tuple(self._causes()), tuple(self._totals(calibration)), target, tuple(self._candidates(target)),
            self.found.effective, self.found.draws, self.found.iterations,
        )  # fmt: skip

    def _contradictions(self) -> Iterator[Contradiction]:
        slopes, owners = self.found.prior.slopes, self.owners
        for index, name in enumerate(self.measured.spec.values):
            if self.found.used[index]:
                continue
            residual = self.found.residuals[index]
            at = int(np.argmax(np.abs(slopes[:, index])))
            cause = self.predict.causes[at]
            deviations = residual.logarithm / float(slopes[at, index]) if slopes[at, index] else math.inf
            claim = owners[cause]
            moved, stated = spread_over(claim, np.array([deviations, 0.0]))
            others = abs(residual.alone) < abs(residual.distance) * _SAME and self.found.used.any()
            yield Contradiction(
                name, math.exp(residual.logarithm), residual.distance, bool(others), cause, claim.path, deviations,
                float(moved / stated) if stated else math.nan,
            )  # fmt: skip

    def _causes(self) -> Iterator[LearntCause]:
        posterior, owners = self.found.posterior, self.owners
        means, deviations = posterior.means(), posterior.deviations()
        changed = np.abs(means) + (1.0 - deviations)
        for index in np.argsort(-changed, kind="stable"):
            if changed[index] < _CHANGED:
                return
            cause = posterior.causes[index]
            claim, ends = owners[cause], np.array([-NORMAL_P90, 0.0, NORMAL_P90])
            yield LearntCause(
                cause, claim.path, claim.unit, claim.origin == "model_discrepancy",
                Band(*sorted(map(float, spread_over(claim, ends)))),
                Band(*sorted(map(float, spread_over(claim, means[index] + deviations[index] * ends)))),
                float(means[index]), float(deviations[index]),
            )  # fmt: skip

    def _totals(self, calibration: Calibration) -> Iterator[LearntTotal]:
        """Totals of the first run, as `estimate` gives them before and after."""
        first = self.first
        here = calibration.at(first.files[0].sha256, {}, {})
        bands: list[Bands] = [
            first.bands, replace(first, given=here).bands, replace(first, given=calibration.elsewhere()).bands
        ]  # fmt: skip
        for name in MAIN:
            if all(name in one.totals for one in bands):
                yield LearntTotal(name, *(one.totals[name] for one in bands))

    def _candidates(self, target: str) -> Iterator[Candidate]:
        """Further measurements of the first run, by how much each narrows the total."""
        run = next(iter(self.estimates))
        moved = Posterior.moved(self.found.posterior, self.scores)
        results = self.predict.evaluations(moved)
        with np.errstate(all="ignore"):
            aim = np.log(evaluate_expression(target, results[run], results))
        rows = []
        noise = float(with_own_error(np.array([_NEW_UNCERTAINTY]))[0])
        for text, unit in _measurable(self.first, results[run]):
            with np.errstate(all="ignore"):
                one = np.log(np.broadcast_to(evaluate_expression(text, results[run], results), aim.shape))
            known = np.isfinite(one) & np.isfinite(aim)
            if known.sum() < 2 or np.ptp(one[known]) == 0.0 or np.ptp(aim[known]) == 0.0:
                continue
            correlation = float(np.corrcoef(one[known], aim[known])[0, 1])
            if abs(correlation) > _SAME and text != target:
                continue
            variance = float(np.var(one[known]))
            left = math.sqrt(1.0 - correlation**2 * variance / (variance + noise**2))
            width = float(np.ptp(np.quantile(aim[known], [0.1, 0.9])))
            rows.append(
                Candidate(
                    text, unit, math.exp(float(np.median(one[known]))), math.exp(width * left), 1.0 - left
                )
            )
        yield from sorted(rows, key=lambda one: -one.reduced)


def _measurable(estimate: Estimate, result: Evaluation) -> Iterator[tuple[str, str]]:
    """What could be measured on this chip: its totals, and area, power and leakage of its blocks."""
    for name in BANDED:
        if estimate.totals.get(name) and QUANTITIES[name].unit in _MEASURABLE:
            yield name, QUANTITIES[name].unit
    for part in dict.fromkeys(row.component for row in result.areas):
        yield f"area({part})", "m^2"
    for part in dict.fromkeys(row.component for row in result.dynamic):
        yield f"energy({part})", "J"
    for part in dict.fromkeys(row.component for row in result.statics):
        yield f"static_power({part})", "W"
