"""What would have to be true for a memristive chip to cost no more than its CMOS twin: the model inverted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from neuroest.core.statistics import quantiles
from neuroest.core.units import Numeric
from neuroest.error_analysis.draws import SEED, draw
from neuroest.error_analysis.model_error import discrepancy_claims
from neuroest.pipeline.energy import Array
from neuroest.pipeline.evaluate import evaluate
from neuroest.pipeline.evaluation import Evaluation
from neuroest.pipeline.pace import DATA_PERIOD, PERIOD
from neuroest.results.estimate import Estimate
from neuroest.specs.claims import Claim

NEURON = "chip.tile.array.readout.neuron"
SAMPLES = 256
_STEPS = 40
_JOIN = "|"
_SMALL, _LARGE = 1e-9, 1e9
_RATES = ("field_mobility", "residue_rate", "filament_decay", "residue_decay")
Values: TypeAlias = Mapping[str, Numeric]


def energy(result: Evaluation) -> Array:
    """Energy of one inference, infinite for a chip that does not keep up. [J]."""
    late = 0.0
    if result.chip.period is not None:
        late = np.where(np.asarray(result.timing.initiation_interval) <= result.chip.period, 0.0, np.inf)
    with np.errstate(invalid="ignore"):
        return np.asarray(result.energy + late)


def area(result: Evaluation) -> Array:
    """Area of the chip. [m^2]."""
    return np.asarray(result.area)


@dataclass(frozen=True)
class Condition:
    """One thing that would have to be true: a quantity that must not be larger than something.

    Attributes
    ----------
    paths : tuple of str
        Parameters of the memristive chip that one factor multiplies.
    compared : callable
        What is compared between the memristive chip and its twin.
    formatted : callable
        The quantity that the condition is stated in, from the result at the root.
    best, worst : float
        Ends of the factor: where the cost is lowest and where it is highest.
    inverse : tuple of str
        Parameters that the factor divides, such as the time of a rate.
    """

    title: str
    paths: tuple[str, ...]
    compared: Callable[[Evaluation], Array]
    formatted: Callable[[Evaluation, Values], Array]
    unit: str
    claim: str
    best: float
    worst: float
    inverse: tuple[str, ...] = ()

    def changed(self, values: Values, factor: Numeric) -> dict[str, Numeric]:
        """Values with the parameters of the condition moved by a factor."""
        moved = {path: values[path] * factor for path in self.paths if path in values}
        return {**values, **moved, **{path: values[path] / factor for path in self.inverse if path in values}}


def _parameter(path: str) -> Callable[[Evaluation, Values], Array]:
    return lambda _result, values: np.asarray(values[path], dtype=np.float64)


def _integration_time(result: Evaluation, _values: Values) -> Array:
    times = np.asarray(result.mapper.compute.neuron.integration_time(), dtype=np.float64)  # type: ignore[attr-defined]
    return np.max(np.atleast_1d(times), axis=-1, keepdims=True)  # of the slowest layer


def conditions() -> tuple[Condition, ...]:
    """What is solved for."""
    rates = tuple(f"{NEURON}.{name}" for name in _RATES)
    return (
        Condition(
            "integration time", rates, energy, _integration_time, "s",
            "energy of an inference of the whole chip, in real time", _LARGE, _SMALL,
            inverse=(f"{NEURON}.firing_pulse_time",),
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Root:
    """Where a condition holds, over the knowledge spread of all inputs.

    Attributes
    ----------
    today : float
        The value in the device file.
    low, median, high : float
        Percentiles of the largest value that will do, over all samples; zero where a sample has none.
    reachable : float
        Share of the samples in which any value does.
    """

    today: float
    low: float
    median: float
    high: float
    reachable: float


def _joint_samples(pair: Sequence[Estimate]) -> list[dict[str, Numeric]]:
    claims: dict[str, Claim] = {}
    for index, found in enumerate(pair):
        for path, claim in {**found.claims, **discrepancy_claims(found.design)}.items():
            claims[f"{index}{_JOIN}{path}"] = claim
    drawn = draw(claims, SAMPLES, SEED)
    values: list[dict[str, Numeric]] = [{} for _ in pair]
    for key, claim in claims.items():
        place, _, path = key.partition(_JOIN)
        values[int(place)][path] = drawn.get(key, claim.value)
    return values


def in_real_time(found: Estimate) -> Estimate:
    """A chip that is powered through, one inference in the period of its data."""
    period = found.claims[DATA_PERIOD]
    operation = found.design.spec.operation.model_copy(update={"mode": "always_on"})
    spec = found.design.spec.model_copy(update={"operation": operation})
    claims = {**found.claims, PERIOD: replace(period, path=PERIOD)}
    return replace(found, design=replace(found.design, spec=spec), claims=claims)


def solve(condition: Condition, ours: Estimate, twin: Estimate, times_better: float) -> Root:
    """The factor on a condition's parameters at which ours costs `times_better` less than the twin, by bisection.

    All samples are bisected at once on the logarithm of the factor, since a cost rises or falls with each of
    these parameters throughout.
    """
    values, twin_values = _joint_samples((ours, twin))
    with np.errstate(all="ignore"):
        target = condition.compared(evaluate(twin.design, twin.workload, twin_values)) / times_better

    def cost(log_factor: Array) -> tuple[Array, Evaluation, dict[str, Numeric]]:
        changed = condition.changed(values, np.exp(log_factor))
        result = evaluate(ours.design, ours.workload, changed)
        with np.errstate(all="ignore"):  # a sample whose neuron never fires costs without end
            return condition.compared(result) + np.zeros((SAMPLES, 1)), result, changed

    best, worst = (np.full((SAMPLES, 1), np.log(end)) for end in (condition.best, condition.worst))
    reachable = (cost(best)[0] < target)[:, 0]
    for _ in range(_STEPS):
        middle = 0.5 * (best + worst)
        good = cost(middle)[0] < target
        best, worst = np.where(good, middle, best), np.where(good, worst, middle)
    _, result, changed = cost(best)
    found = np.broadcast_to(condition.formatted(result, changed), (SAMPLES, 1))[:, 0]
    nominal = {path: claim.value for path, claim in ours.claims.items()}
    today = float(np.ravel(condition.formatted(ours.evaluation, nominal))[0])
    # a sample that no value helps needs one below all others, so that a band never leaves out the hard cases
    low, median, high = quantiles(np.where(reachable, found, 0.0))
    return Root(today, low, median, high, float(reachable.mean()))
