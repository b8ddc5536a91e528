"""Find, load and run the validation cases."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from pydantic import ValidationError

from neuroest.core import errors
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.design.overrides import SETTING
from neuroest.error_analysis.draws import SAMPLES, SEED, discrepancy_claims, draw
from neuroest.exploration.random_bits import Generator, randomness
from neuroest.loading import library
from neuroest.loading.kinds import data_folder
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import evaluate
from neuroest.results.estimate import Band, Estimate
from neuroest.specs.claims import Claim
from neuroest.specs.device import SourceSpec
from neuroest.specs.file_text import is_file, is_folder, is_path
from neuroest.specs.loaded import Named
from neuroest.specs.messages import problem_at
from neuroest.specs.reading import Document
from neuroest.specs.survey import survey_problems
from neuroest.validation import expressions
from neuroest.validation.case_spec import (
    FIRST_FILE,
    CaseSpec,
    FirstRatiosSpec,
    Published,
    first_of,
    joined,
    out_of_bounds,
)
from neuroest.validation.expressions import SimulatedNeuron, simulate_neuron

_FILE = "published.yaml"
_JOIN = "|"


@frozen_dataclass
class Case:
    """A loaded case.

    Attributes
    ----------
    published : mapping
        Published values by name, each merged with its group.
    document : Document
        The file, for places in messages.
    groups : mapping
        Index of the group of each value.
    first : FirstRatiosSpec or None
        First ratios, if the file next to the case has them.
    """

    spec: CaseSpec
    folder: Path
    published: Mapping[str, Published]
    document: Document = field(repr=False)
    groups: Mapping[str, int] = field(repr=False)
    first: FirstRatiosSpec | None = field(repr=False)

    def problem(self, name: str, keys: Sequence[str], message: str) -> errors.Problem:
        """A problem of a published value, at the first of these keys that it or else its group states."""
        return _problem(self.document, self.groups[name], name, keys, message)


@frozen_dataclass
class Prediction:
    """Prediction of one published quantity.

    Attributes
    ----------
    value : float
        Predicted value in the unit of the published value.
    low, median, high : float
        10th, 50th and 90th percentile over the uncertain inputs.
    """

    value: float
    low: float
    median: float
    high: float

    @classmethod
    def of(cls, value: float, sampled: Array) -> Prediction:
        """A value with the band of its samples."""
        band = Band.of(sampled)
        return cls(value, band.low, band.median, band.high)


@frozen_dataclass
class CaseResult:
    """A case with its estimates, the experiments on its neurons, and its generators of random bits."""

    case: Case
    estimates: Mapping[str, Estimate]
    neurons: Mapping[str, SimulatedNeuron] = field(default_factory=dict)
    generators: Mapping[str, Generator] = field(default_factory=dict)

    def predictions(self, scale: float | None = None, *, described: bool = True) -> Mapping[str, Prediction]:
        """Predictions with bands, for every published quantity.

        Parameters
        ----------
        scale : float, optional
            Exponent of the model discrepancies instead of the shipped one.
        described : bool
            Whether bands contain the error of the description.
        """
        samples = self._samples(scale, described=described)
        published = self.case.published
        nominal: dict[str, expressions.Result] = {
            **{run: found.evaluation for run, found in self.estimates.items()}, **self.neurons,
            **{run: generator.stated for run, generator in self.generators.items()},
        }  # fmt: skip
        drawn: dict[str, expressions.Result] = {
            **{run: neuron.sampled(SAMPLES) for run, neuron in self.neurons.items()}, **self.generators
        }  # fmt: skip
        with np.errstate(all="ignore"):
            for run, found in self.estimates.items():
                drawn[run] = evaluate(found.design, found.workload, samples[run])
        values: dict[str, tuple[float, Array]] = {}
        problems: list[errors.Problem] = []
        for name in published:
            try:
                values[name] = self._values(name, nominal, drawn)
            except errors.SpecError as error:
                problems += error.problems
        errors.raise_all(problems)
        predicted = {}
        for name, stated in published.items():
            value, sampled = values[name]
            if stated.anchor is not None:
                at, at_samples = values[stated.anchor]
                factor = published[stated.anchor].value
                value, sampled = factor * value / at, factor * sampled / at_samples
            predicted[name] = Prediction.of(float(value), sampled)
            self._check(name, predicted[name])
        return predicted

    def _values(
        self, name: str, nominal: Mapping[str, expressions.Result], drawn: Mapping[str, expressions.Result]
    ) -> tuple[float, Array]:
        """Prediction before anchoring, nominal and sampled over the uncertainty of the inputs.

        Raises
        ------
        SpecError
            If it is not an expression over the result, or its value is not finite and above 0.
        """
        stated = self.case.published[name]
        run = run_of(self.case.spec, stated)
        try:
            value, values = (
                expressions.evaluate_expression(stated.predicted, results[run], results)
                / expressions.unit_factor(stated.unit)
                for results in (nominal, drawn)
            )
        except errors.NeuroestError as error:
            raise errors.SpecError([self.case.problem(name, ["predicted"], str(error))]) from None
        self._check(name, Prediction.of(float(value[0]), values))
        return float(value[0]), values

    def _check(self, name: str, found: Prediction) -> None:
        """Reject values that cannot be scored as a ratio."""
        points = {"": found.value, " at p10": found.low, " at p50": found.median, " at p90": found.high}
        for place, value in points.items():
            if wrong := out_of_bounds(value):
                message = f"gives {value:.3g} {self.case.published[name].unit}".rstrip() + f"{place}; {wrong}"
                raise errors.SpecError([self.case.problem(name, ["predicted"], message)])

    def _samples(self, scale: float | None, *, described: bool) -> Mapping[str, Mapping[str, u.Numeric]]:
        """Sampled values of every run, drawn jointly so that shared inputs vary together."""
        claims: dict[str, Claim] = {}
        for run, found in self.estimates.items():
            for path, claim in {
                **found.claims,
                **discrepancy_claims(found.design, scale, described=described),
            }.items():
                claims[f"{run}{_JOIN}{path}"] = claim
        drawn = draw(claims, SAMPLES, SEED)
        values: dict[str, dict[str, u.Numeric]] = {run: {} for run in self.estimates}
        for key, claim in claims.items():
            run, _, path = key.partition(_JOIN)
            values[run][path] = drawn.get(key, claim.value)
        return values


def run_of(spec: CaseSpec, stated: Published) -> str:
    """Name of the run that a published quantity is compared with."""
    return stated.run if stated.run is not None else spec.named_runs[0]


@cache
def shipped_cases() -> Mapping[str, Path]:
    """Folders of the shipped cases by name."""
    return frozen(
        {p.parent.name: p.parent for p in sorted(data_folder("validation_case").glob(f"*/{_FILE}"))}
    )


def load_case(name: str | Path) -> Case:
    """Load a case by shipped name or by the path of its folder.

    Raises
    ------
    SpecError
        With all problems of the file.
    UnknownNameError
        When nothing ships under that name.
    """
    given = Path(name)
    if str(name) in shipped_cases():
        return read_case(shipped_cases()[str(name)] / _FILE)
    if is_file(given / _FILE):
        return read_case(given / _FILE)
    if is_file(given):
        message = "is a file; give the folder of a case"
    elif is_folder(given):
        message = f"no {_FILE} in this folder, which makes it a case"
    elif isinstance(name, Path) or given.name != str(name):
        message = "no such folder"
    else:
        near = errors.did_you_mean(str(name), shipped_cases()).endswith("?")
        hint = "" if near else f"or give the path of a folder with {_FILE}"
        raise errors.UnknownNameError("validation case", str(name), shipped_cases(), hint)
    raise errors.SpecError([errors.Problem(errors.printable(str(given)), 0, 0, "", message)])


def read_case(path: Path) -> Case:
    """Load a case from its file.

    Raises
    ------
    SpecError
        With all problems of the file.
    """
    loaded = library.read_spec(CaseSpec, path)
    folder, spec, document = path.parent, loaded.spec, loaded.document
    published, groups, problems = _published(spec, document)
    own = Path(os.path.abspath(folder)).name  # noqa: PTH100 - the name as given, not what a link leads to
    if spec.name != own:
        message = f"{spec.name!r} is not the name of its folder, {own!r}"
        problems.append(problem_at(document, ["name"], message, at_value=True))
    first = first_of(folder)
    if first is not None and first.name != spec.name:
        message = f"{first.name!r} is not the name of the case, {spec.name!r}"
        problems.append(errors.Problem(errors.printable(str(folder / FIRST_FILE)), 0, 0, "name", message))
    if spec.survey is not None:
        known = {*library.shared_sources(), *spec.sources}
        named = {value for group in spec.published for value in group.values}
        problems += survey_problems(document, ["survey"], "chips", spec.survey, known, named)
    errors.raise_all(problems)
    return Case(spec, folder, published, document, groups, first)


def _problem(
    document: Document, group: int, name: str, keys: Sequence[str], message: str
) -> errors.Problem:  # fmt: skip
    """A problem at the first of these keys that the value states, else its group, else at the value itself."""
    stated = document.data["published"][group]
    value: list[str | int] = ["published", group, "values", name]
    for data, where in (
        (stated["values"][name], value),
        (stated.get("defaults") or {}, ["published", group, "defaults"]),
    ):
        for key in keys:
            if key in data:
                return problem_at(document, [*where, key], message, at_value=True)
    return problem_at(document, value, message)


def _published(
    spec: CaseSpec, document: Document
) -> tuple[dict[str, Published], dict[str, int], list[errors.Problem]]:
    """Published values and group indices by name, and their problems."""
    published: dict[str, Published] = {}
    groups: dict[str, int] = {}
    problems: list[errors.Problem] = []
    for index, group in enumerate(spec.published):
        for name, value in group.values.items():
            if name in groups:
                problems.append(_problem(document, index, name, (), f"{name} appears twice"))
                continue
            groups[name] = index
            try:
                published[name] = Published.model_validate(joined(name, value, group.defaults))
            except ValidationError as error:
                for detail in error.errors(include_url=False):
                    key = str(detail["loc"][0] if detail["loc"] else detail["ctx"]["key"])
                    message = f"{key} is missing" if detail["type"] == "missing" else detail["msg"]
                    problems.append(_problem(document, index, name, (key,), message))
    known = {**library.bibliography(), **spec.sources}
    for name, stated in published.items():
        for keys, message in (
            *_unknown(spec, stated, groups, known),
            *_faults(name, stated, published, spec.named_runs),
        ):
            problems.append(_problem(document, groups[name], name, keys, message))
    return published, groups, problems


_Faults: TypeAlias = Iterator[tuple[tuple[str, ...], str]]


def _unknown(
    spec: CaseSpec, stated: Published, names: Iterable[str], sources: Mapping[str, SourceSpec]
) -> _Faults:
    """References of a value that the case lacks, by key."""
    for role, key, known in (
        ("source", stated.source, sources),
        ("cited_in", stated.cited_in, sources),
        ("run", stated.run, spec.named_runs),
        ("anchor", stated.anchor, names),
    ):
        if key is not None and key not in known:
            yield (role,), f"unknown {role} {key!r}{errors.did_you_mean(key, known)}"


def _faults(
    name: str, stated: Published, published: Mapping[str, Published], runs: Collection[str]
) -> _Faults:
    """Problems of the expression, unit and anchor of a value, by key."""
    try:
        expressions.check_predicted(stated.predicted, stated.unit, runs)
    except errors.QuantityError as error:
        yield ("unit", "predicted"), str(error)
    except errors.NeuroestError as error:
        yield ("predicted",), str(error)
    if stated.anchor is None:
        return
    if stated.quantity_class != "structural":
        yield ("anchor", "class"), f"{stated.quantity_class} has no anchor; only structural values have one"
    if stated.anchor == name:
        yield ("anchor",), "a value cannot be its own anchor; leave it out where others are anchored here"
    anchor = published.get(stated.anchor)
    if anchor is None or anchor is stated:
        return
    if anchor.anchor is not None:
        yield ("anchor",), f"{stated.anchor!r} is itself anchored, at {anchor.anchor!r}; give one that is not"
    if anchor.unit != stated.unit:
        yield (
            ("anchor",),
            f"{stated.anchor!r} is in {anchor.unit or '1'!r}, this value in {stated.unit or '1'!r}; both need one unit",
        )


def run_case(case: Case) -> CaseResult:
    """Run the estimates of a case, as a user would.

    Raises
    ------
    SpecError
        With all problems of its runs, at their place in the case file, and of the referenced files.
    """
    return CaseResult(
        case, _estimates(case), {name: _simulated(case, name) for name in case.spec.neurons},
        {name: _generator(case, name) for name in case.spec.generators},
    )  # fmt: skip


def check_case(path: Path) -> Case:
    """Load a case from its file, and find out whether its runs have an estimate.

    Raises
    ------
    SpecError
        With all problems of the file and of its runs.
    """
    case = read_case(path)
    _estimates(case)
    return case


def _estimates(case: Case) -> dict[str, Estimate]:
    """The estimates of the runs, by name."""
    estimates: dict[str, Estimate] = {}
    problems: list[errors.Problem] = []
    for name in case.spec.runs:
        try:
            run, found = case.spec.runs[name], partial(run_file, case.document, case.folder, name)
            chip = library.load_architecture(found("architecture", run.architecture))
            net = library.load_workload(found("workload", run.workload))
            estimates[name] = estimate_of_run(case.document, name, chip, net, run.settings)
        except errors.SpecError as error:
            problems += error.problems
    errors.raise_all(problems)
    return estimates


def _simulated(case: Case, name: str) -> SimulatedNeuron:
    """Experiments on a neuron that the published values ask for."""
    stated = case.spec.neurons[name]
    texts = [one.predicted for one in case.published.values() if run_of(case.spec, one) == name]
    asked = [experiment for text in texts for experiment in expressions.expression_experiments(text)]
    near = case.folder / stated.neuron
    with _problems_at(case, "neurons", name):
        return simulate_neuron(
            str(near) if is_file(near) else stated.neuron, asked, _as_texts(stated.settings)
        )


def _generator(case: Case, name: str) -> Generator:
    """A generator of random bits with its draws; of a neuron, the one that waits or the one that does not."""
    stated = case.spec.generators[name]
    near = case.folder / stated.device
    device = near if is_file(near) else stated.device
    with _problems_at(case, "generators", name):
        found = randomness([device], stages=stated.stages, process=stated.process).generators
        return found[0 if stated.waits else -1]


@contextmanager
def _problems_at(case: Case, *place: str) -> Iterator[None]:
    """Errors without a place have one in the file of a case."""
    try:
        yield
    except errors.SpecError:
        raise
    except errors.NeuroestError as error:
        raise errors.SpecError([problem_at(case.document, place, str(error))]) from None


def estimate_of_run(
    document: Document, name: str, chip: Named, net: Named, stated: Mapping[str, str | float]
) -> Estimate:
    """The estimate of a run of a file; problems of its settings have their place there."""
    settings = _as_texts(stated)

    def at(path: str, message: str) -> errors.Problem:
        return problem_at(document, ["runs", name, "settings", path], message, at_value=True)

    try:
        return estimate(chip, net, settings)
    except errors.UnknownNameError as error:
        if error.name not in settings:
            raise
        raise errors.SpecError([at(error.name, _unknown_name(error))]) from None
    except errors.SpecError as error:
        raise errors.SpecError(
            at(problem.path.partition("=")[0], problem.message) if problem.file == SETTING else problem
            for problem in error.problems
        ) from None


def _as_texts(settings: Mapping[str, str | float]) -> dict[str, str]:
    return {path: f"{value:g}" if isinstance(value, float) else value for path, value in settings.items()}


def _unknown_name(error: errors.UnknownNameError) -> str:
    """The message without its command-line hints."""
    return f"unknown {error.what} {error.name!r}{errors.did_you_mean(error.name, error.known)}"


def run_file(document: Document, folder: Path, run: str, kind: str, name: str) -> Path | str:
    """Path of the file that a run names, relative to its file or else as given; shipped names are unchanged."""
    where = ["runs", run, kind]
    if not is_path(name.lower()) and not library.is_model_file(name):
        try:
            library.find_file(kind, name)
        except errors.UnknownNameError as error:
            raise errors.SpecError(
                [problem_at(document, where, _unknown_name(error), at_value=True)]
            ) from None
        return name
    near = folder / name
    found = next((path for path in (near, Path(name)) if is_file(path)), None)
    if found is None:
        message = f"no file {errors.printable(str(near))}"
        raise errors.SpecError([problem_at(document, where, message, at_value=True)])
    return found


def selected_cases(names: Sequence[str]) -> list[Case]:
    """Load cases by name; by default, all shipped chips. Duplicates count once.

    Raises
    ------
    SpecError
        If two folders contain cases of the same name, which summaries could not distinguish.
    """
    chosen: dict[str, Case] = {}
    for name in names or shipped_cases():
        case = load_case(name)
        if case.spec.neurons and not names:
            continue
        other = chosen.setdefault(case.spec.name, case)
        if other.folder.resolve() != case.folder.resolve():
            message = f"{case.spec.name!r} is also the case in {errors.printable(str(other.folder))}; give one of them"
            raise errors.SpecError([problem_at(case.document, ["name"], message, at_value=True)])
    return list(chosen.values())
