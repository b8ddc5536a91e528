"""Finding, loading and running the validation cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from neuroest.errors import NeuroestError, Problem, SpecError, UnknownNameError, did_you_mean
from neuroest.estimating import estimate
from neuroest.evaluation import Array, Evaluation, evaluate
from neuroest.exploration.bands import SAMPLES, SEED, draw
from neuroest.exploration.discrepancy import discrepancy_claims
from neuroest.library import bibliography, find_file, load_architecture, load_workload
from neuroest.result import Estimate
from neuroest.specs.claims import Claim
from neuroest.specs.device import SourceSpec
from neuroest.specs.messages import problem_at, validate
from neuroest.specs.reading import Document, read_document
from neuroest.units import Numeric
from neuroest.validating.expressions import evaluate_expression, unit_factor
from neuroest.validating.specs import CaseSpec, Published, joined

_FILE = "published.yaml"
_JOIN = "|"


@dataclass(frozen=True)
class Case:
    """A loaded case.

    Attributes
    ----------
    published : mapping
        Published values by name, each with what its group says of it.
    """

    spec: CaseSpec
    folder: Path
    published: Mapping[str, Published]


@dataclass(frozen=True)
class Prediction:
    """What the estimate says of one published quantity.

    Attributes
    ----------
    value : float
        In the unit of the published value.
    low, median, high : float
        10th, 50th and 90th percentile over what is not known.
    """

    value: float
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class CaseResult:
    """A case with its estimates."""

    case: Case
    estimates: Mapping[str, Estimate]

    def predictions(self, scale: float | None = None) -> Mapping[str, Prediction]:
        """Predictions with bands, for every published quantity.

        Parameters
        ----------
        scale : float, optional
            Exponent of the model discrepancies in place of the shipped one.
        """
        samples = self._samples(scale)
        published = self.case.published
        nominal = {run: found.evaluation for run, found in self.estimates.items()}
        drawn = {
            run: evaluate(found.design, found.workload, samples[run]) for run, found in self.estimates.items()
        }
        found = {}
        for name, stated in published.items():
            value, values = self._value(stated, nominal), self._value(stated, drawn)
            if stated.anchor is not None:
                anchor = published[stated.anchor]
                value = anchor.value * value / self._value(anchor, nominal)
                values = anchor.value * values / self._value(anchor, drawn)
            low, median, high = np.quantile(values[np.isfinite(values)], (0.1, 0.5, 0.9))
            found[name] = Prediction(float(value[0]), float(low), float(median), float(high))
        return found

    def _value(self, stated: Published, results: Mapping[str, Evaluation]) -> Array:
        result = results[run_of(self.case.spec, stated)]
        return evaluate_expression(stated.predicted, result) / unit_factor(stated.unit)

    def _samples(self, scale: float | None) -> Mapping[str, Mapping[str, Numeric]]:
        """Values of every run, drawn together so that what two runs share moves in both."""
        claims: dict[str, Claim] = {}
        for run, found in self.estimates.items():
            for path, claim in {**found.claims, **discrepancy_claims(found.design, scale)}.items():
                claims[f"{run}{_JOIN}{path}"] = claim
        drawn = draw(claims, SAMPLES, SEED)
        values: dict[str, dict[str, Numeric]] = {run: {} for run in self.estimates}
        for key, claim in claims.items():
            run, _, path = key.partition(_JOIN)
            values[run][path] = drawn.get(key, claim.value)
        return values


def run_of(spec: CaseSpec, stated: Published) -> str:
    """The run that a published quantity is held against."""
    return stated.run if stated.run is not None else next(iter(spec.runs))


def cases_folder() -> Path:
    """Folder of the shipped cases: inside the installed package, or in the checkout beside it."""
    package = Path(__file__).parent.parent
    packaged = package / "validation_cases"
    return packaged if packaged.is_dir() else package.parent / "validation"


@cache
def shipped_cases() -> Mapping[str, Path]:
    """Folders of the shipped cases by name."""
    return {p.parent.name: p.parent for p in sorted(cases_folder().glob(f"*/{_FILE}"))}


def load_case(name: str | Path) -> Case:
    """The case of a shipped name, or of the path of its folder.

    Raises
    ------
    SpecError
        With all problems of the file.
    UnknownNameError
        When nothing ships under that name.
    """
    given = Path(name)
    if str(name) in shipped_cases():
        folder = shipped_cases()[str(name)]
    elif (given / _FILE).is_file():
        folder = given
    else:
        raise UnknownNameError(
            "validation case", str(name), shipped_cases(), "or give the path of its folder"
        )
    document = read_document(folder / _FILE)
    spec = validate(CaseSpec, document)
    published, problems = _published(spec, document)
    if problems:
        raise SpecError(problems)
    return Case(spec, folder, published)


def _published(spec: CaseSpec, document: Document) -> tuple[dict[str, Published], list[Problem]]:
    published: dict[str, Published] = {}
    places: dict[str, list[str | int]] = {}
    problems: list[Problem] = []
    for index, group in enumerate(spec.published):
        for name, value in group.values.items():
            where: list[str | int] = ["published", index, "values", name]
            if name in published:
                problems.append(problem_at(document, where, f"{name} stands there twice"))
            try:
                published[name] = Published.model_validate(joined(value, group.defaults))
            except ValidationError as error:
                for detail in error.errors(include_url=False):
                    what = ".".join(str(part) for part in detail["loc"])
                    problems.append(problem_at(document, where, f"{what} {detail['msg']}".strip()))
            places[name] = where
    known = {**bibliography(), **spec.sources}
    for name, stated in published.items():
        problems += _references(spec, stated, published, known, document, places[name])
    return published, problems


def _references(
    spec: CaseSpec, stated: Published, published: Mapping[str, Published], sources: Mapping[str, SourceSpec],
    document: Document, where: Sequence[str | int],
) -> list[Problem]:  # fmt: skip
    """What a value refers to and the case does not have."""
    problems = []
    for role, key, known in (
        ("source", stated.source, sources),
        ("via", stated.via, sources),
        ("run", stated.run, spec.runs),
        ("anchor", stated.anchor, published),
    ):
        if key is not None and key not in known:
            text = f"unknown {role} {key!r}{did_you_mean(key, known)}"
            problems.append(problem_at(document, [*where, role], text, at_value=True))
    try:
        unit_factor(stated.unit)
    except NeuroestError as error:
        problems.append(problem_at(document, [*where, "unit"], str(error), at_value=True))
    return problems


def run_case(case: Case) -> CaseResult:
    """The case with its estimates, made as users make them."""
    estimates = {}
    beside = case.folder / _FILE
    for name, run in case.spec.runs.items():
        chip = load_architecture(_found("architecture", run.architecture, beside))
        net = load_workload(_found("workload", run.workload, beside))
        estimates[name] = estimate(
            chip,
            net,
            {
                path: f"{value:g}" if isinstance(value, float) else value
                for path, value in run.settings.items()
            },
        )
    return CaseResult(case, estimates)


def _found(kind: str, name: str, beside: Path) -> str:
    return str(find_file(kind, name, beside)) if name.endswith(".yaml") else name


def selected_cases(names: Sequence[str]) -> list[Case]:
    """The cases of the given names, all that ship if none is given."""
    return [load_case(name) for name in (names or shipped_cases())]
