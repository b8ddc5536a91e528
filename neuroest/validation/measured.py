"""Read measured values of a chip, and run the estimates that they are compared with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from neuroest.core import errors
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.loading import library
from neuroest.results.estimate import Estimate
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.device import SourceSpec
from neuroest.specs.loaded import Loaded, Named
from neuroest.specs.messages import problem_at
from neuroest.specs.reading import Document
from neuroest.validation import expressions
from neuroest.validation.case_spec import checked_value, out_of_bounds
from neuroest.validation.cases import estimate_of_run, run_file
from neuroest.validation.descriptions import PredictedLogs

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
            expressions.expression_dimension(value.predicted)
            for run in expressions.expression_runs(value.predicted):
                if run not in runs:
                    raise errors.UnknownNameError("run", run, runs)
            expressions.check_unit(value.predicted, value.unit)
            parts = expressions.expression_parts(value.predicted)
        except errors.QuantityError as error:
            yield measured.problem(name, "unit", str(error))
        except errors.NeuroestError as error:
            yield measured.problem(name, "predicted", str(error))
        else:
            yield from _scope_problem(measured, name, value, parts)


def _scope_problem(
    measured: Measured, name: str, value: MeasuredValue, parts: Sequence[str]
) -> Iterator[errors.Problem]:
    """The scope must be a part that the prediction is of, or the smallest part that contains them all."""
    known = dict.fromkeys(parts)
    if parts:
        known[os.path.commonpath([part.replace(".", "/") for part in parts]).replace("/", ".")] = None
    if known and value.scope not in known:
        due = " or ".join(known)
        message = (
            f"the scope is {value.scope}, but `{value.predicted}` is of {due}; predict what was measured"
        )
        yield measured.problem(name, "scope", message)


def estimates_of(measured: Measured, architecture: Named) -> dict[str, Estimate]:
    """The estimate of each run of the chip.

    Raises
    ------
    SpecError
        With all problems of the runs.
    """
    chip = architecture if isinstance(architecture, Loaded) else library.load_architecture(architecture)
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
