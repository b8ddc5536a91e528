"""Slow parts of an estimate: breakdowns, bands, elasticities, shares, origins and sources."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from neuroest.blocks.base import Check, NetworkContext
from neuroest.core import units as u
from neuroest.core.arrays import Array, Mask, at_points
from neuroest.core.frozen import named
from neuroest.core.provenance import Parameter, Traced, tracing, used_parameters
from neuroest.core.startup import keep_memory
from neuroest.design.chip import instantiate
from neuroest.error_analysis.draws import SAMPLES, SEED, common_cause, discrepancy_claims, draw
from neuroest.error_analysis.elasticities import basis_shares, moved_one_by_one, unproven_share
from neuroest.error_analysis.repeated import Rows, Structure
from neuroest.loading.library import bibliography
from neuroest.pipeline.breakdown import EstimateRows
from neuroest.pipeline.cost_table import CostTable, cost_components
from neuroest.pipeline.evaluation import Evaluation, evaluate
from neuroest.pipeline.power import with_temperature
from neuroest.pipeline.soundness import estimate_exists, totals_of
from neuroest.results.estimate import Band, Bands, CheckResult, Elasticities, Passing, Sample, ScenarioRow
from neuroest.results.quantities import BANDED
from neuroest.specs.claims import Claim
from neuroest.specs.device import SourceSpec

_NOISE_SIGMAS = 4.0
"""Standard deviations of chance below which a rank correlation counts as noise."""
_FEWEST_SAMPLES = 10
"""Feasible samples needed to name causes."""
_MOST_CAUSES = 5
_NEAR = 0.5
"""Least rank correlation of parameters of one cause; a bound that clips samples takes a part of it."""


def sample_of(result: Evaluation, drawn: Mapping[str, Array], samples: int, seed: int) -> Sample:
    """Totals with bands, one value per sample, from a batch with one point per sample."""
    with np.errstate(all="ignore"):  # later steps leave out samples without an estimate
        values = totals_of(result, BANDED)
        feasible = estimate_exists(result, samples, totals=values)
    totals = {name: at_points(value, samples) for name, value in values.items()}
    return Sample(drawn, totals, feasible, seed)


def bands_of(sample: Sample, claims: Mapping[str, Claim]) -> Bands:
    """Percentiles of the totals over the samples, and the parameters that affect them most.

    Parameters that vary together count once, under the name of the first.
    """
    feasible, drawn = sample.feasible, sample.drawn
    totals: dict[str, Band] = {}
    causes: dict[str, tuple[tuple[str, float], ...]] = {}
    together: dict[int, tuple[str, ...]] = {}
    ranks = _ranks(np.concatenate(list(drawn.values()), axis=1).T[:, feasible]) if drawn else np.empty((0, 0))
    for name, values in sample.totals.items():
        kept = values[feasible]
        if kept.size and np.all(np.isfinite(kept)):
            totals[name] = Band.of(kept)
            causes[name] = _causes(tuple(drawn), ranks, kept, claims, together)
    return Bands(
        named(totals, "result with a band"), float(feasible.mean()), causes, feasible.size, sample.seed,
        {paths[0]: paths for paths in together.values() if len(paths) > 1},
    )  # fmt: skip


def _causes(
    paths: tuple[str, ...], ranks: Array, result: Array, claims: Mapping[str, Claim],
    together: dict[int, tuple[str, ...]],
) -> tuple[tuple[str, float], ...]:  # fmt: skip
    """Squared rank correlations above noise, largest first; `together` keeps what varies together with each."""
    if result.size < _FEWEST_SAMPLES or np.ptp(result) == 0.0 or not paths:
        return ()
    shares = (ranks @ _ranks(result[np.newaxis, :])[0] / result.size) ** 2
    noise = 2.0 * _NOISE_SIGMAS**2 / result.size  # draws of opposite sign say as much as one of them
    found: dict[str, float] = {}
    counted: set[str] = set()
    for index in np.argsort(-shares, kind="stable").tolist():
        if shares[index] <= noise or len(found) == _MOST_CAUSES:
            break
        if paths[index] not in counted:
            if index not in together:
                together[index] = _alike(index, paths, ranks, claims)
            alike = together[index]
            counted.update(alike)
            found[alike[0]] = float(shares[index])
    return tuple(found.items())


def _alike(index: int, paths: tuple[str, ...], ranks: Array, claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """Paths of one common cause, which have the samples of one stream."""
    if paths[index] not in claims:
        return (paths[index],)
    cause = common_cause(claims[paths[index]])
    near = np.flatnonzero(np.abs(ranks @ ranks[index]) > _NEAR * ranks.shape[1])  # spares most of the paths
    return tuple(
        paths[one] for one in near if paths[one] in claims and common_cause(claims[paths[one]]) == cause
    )


def _ranks(rows: Array) -> Array:
    """Ranks along each row, with mean zero and standard deviation one."""
    count = rows.shape[1]
    places = np.arange(count) - (count - 1) / 2.0
    order = np.argsort(rows, axis=1) + count * np.arange(len(rows))[:, np.newaxis]
    ranks = np.empty(rows.size)
    ranks[order] = places / places.std()
    return ranks.reshape(rows.shape)


_WITHOUT_ESTIMATE = "not_finite"
"""What a sample without an estimate fails if it fails no check: a result is negative or no finite number."""


def passing_of(checks: Iterable[Check], exists: Mask) -> Passing:
    """Share of the samples in which a point of a sweep would be feasible, and the share that fails each check.

    Parameters
    ----------
    checks : iterable of Check
        The checks of all samples.
    exists : array of bool
        Whether each sample has an estimate, as `neuroest.pipeline.soundness.estimate_exists` says.

    Returns
    -------
    Passing
        Advice and extrapolation do not make a point infeasible and are not counted.
    """
    passed = exists.copy()
    failing: dict[str, Mask] = {}
    for check in checks:
        if check.severity not in {"infeasible", "design_rule"} or np.all(check.passed):
            continue
        wrong = ~np.broadcast_to(np.asarray(check.passed).reshape(-1), exists.shape)
        passed &= ~wrong
        name = f"{check.name} ({check.component})"
        failing[name] = failing[name] | wrong if name in failing else wrong
    unexplained = ~exists & ~np.any([*failing.values(), np.zeros_like(exists)], axis=0)
    if np.any(unexplained):
        failing[_WITHOUT_ESTIMATE] = unexplained
    shares = {name: float(wrong.mean()) for name, wrong in failing.items()}
    return Passing(float(passed.mean()), dict(sorted(shares.items(), key=lambda one: -one[1])))


def check_result(check: Check) -> CheckResult:
    """A check of one point, with the largest value and limit of its layers."""
    passed = check.passed if isinstance(check.passed, bool) else bool(np.asarray(check.passed).all())
    return CheckResult(
        check.name, check.component, check.severity, passed, check.message, _largest(check.value),
        _largest(check.limit), check.unit,
    )  # fmt: skip


def _largest(value: u.Numeric | None) -> float | None:
    """Largest value of a check, if it is a number."""
    if value is None:
        return None
    found = float(value if isinstance(value, float) else np.asarray(value).max())
    return found if math.isfinite(found) else None


_LIMITS = ("power_density_limit", "largest_die", "leakage_width")
"""Overheads that no cost follows from, or only a static power that is counted as such."""


class AnalysedEstimate(EstimateRows):
    """An estimate that computes its slow parts on first use."""

    _structure: Structure | None = None
    _rows: Rows | None = None

    @classmethod
    def made(
        cls, evaluation: Evaluation | None, structure: Structure | None, rows: Rows | None, **known: Any
    ) -> "AnalysedEstimate":
        """An estimate from its evaluation, or by a plan, without one until something asks for it.

        Parameters
        ----------
        evaluation : Evaluation or None
            The arrays of all stages.
        structure : Structure or None
            What repeats it with other numbers.
        rows : Rows or None
            Its totals and checks by a plan; where there are any, checks are computed when something asks for them.
        known
            All other fields.
        """
        found = cls(evaluation=evaluation, **known)
        own = vars(found)
        own["_structure"], own["_rows"] = structure, rows
        if rows is not None:
            del own["evaluation"], own["checks"]
        return found

    @cached_property
    def evaluation(self) -> Evaluation:  # type: ignore[override]
        """The arrays of all stages."""
        return evaluate(self.design, self.workload, self._values)

    @cached_property
    def checks(self) -> tuple[CheckResult, ...]:
        """Checks with their outcomes."""
        rows = self._rows
        with np.errstate(all="ignore"):
            checks = self.evaluation.checks if rows is None or not rows.about.has_texts else rows.checks
        return tuple(check_result(check) for check in checks if check.severity != "infeasible")

    @property
    def _values(self) -> dict[str, u.Numeric]:
        return {path: claim.value for path, claim in self.claims.items()}

    def __getstate__(self) -> dict[str, Any]:
        # a copy in another process computes the slow parts again, since traced numbers are not sent
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @cached_property
    def _drawn(self) -> Mapping[str, Any]:
        claims = {**self.claims, **discrepancy_claims(self.design)}
        return draw(claims, SAMPLES, SEED, posterior=None if self.given is None else self.given.posterior)

    @cached_property
    def sampled(self) -> Evaluation:
        """The evaluation of all samples."""
        keep_memory()
        return evaluate(self.design, self.workload, {**self._values, **self._drawn})

    @cached_property
    def _repeated(self) -> Rows | None:
        """Totals and checks of all samples by a plan; None without one."""
        if self._structure is None or "sampled" in vars(self):
            return None
        return self._structure.rows(self.design, self.workload, self.claims, self._drawn, SAMPLES)

    @cached_property
    def sample(self) -> Sample:
        """The draw behind the bands; two designs share the samples of common causes."""
        rows = self._repeated
        if rows is None:
            return sample_of(self.sampled, self._drawn, SAMPLES, SEED)
        totals = rows.totals
        banded = {name: np.broadcast_to(totals[name], (SAMPLES,)) for name in BANDED}
        return Sample(self._drawn, banded, rows.feasible, SEED)

    @cached_property
    def bands(self) -> Bands:
        """10th to 90th percentile of the results over the uncertainty of the inputs."""
        return bands_of(self.sample, self.claims)

    @cached_property
    def passing(self) -> Passing:
        """Share of the samples that pass all checks, and the share that fails each."""
        exists, rows = self.sample.feasible, self._repeated
        with np.errstate(all="ignore"):  # samples without an estimate
            return passing_of(self.sampled.checks if rows is None else rows.checks, exists)

    @cached_property
    def _moved(self) -> tuple[Elasticities, tuple[ScenarioRow, ...]]:
        return moved_one_by_one(self.design, self.workload, self.claims)

    @property
    def scenarios(self) -> tuple[ScenarioRow, ...]:
        """The totals under every choice that a claim names as a scenario."""
        return self._moved[1]

    @property
    def sensitivity(self) -> Elasticities:
        """Elasticity of the results with respect to every claim."""
        return self._moved[0]

    @cached_property
    def basis_share(self) -> dict[str, dict[str, float]]:
        """Share of energy and area for each basis of values."""
        return basis_shares(self.sensitivity, self.claims)

    def unproven_share(self, total: str) -> float:
        """Share of a banded total that is based on projected or assumed values."""
        return unproven_share(total, self.basis_share, self.sensitivity, self.claims)

    @cached_property
    def traced(self) -> CostTable:
        """The cost table again, every number with its origin."""
        values = {path: Traced(claim.value, Parameter(path)) for path, claim in self.claims.items()}
        networks = self.evaluation.networks_of_slowest_layers
        numbers = {
            "weight_bits": "workload.precision.weights",
            "accumulator_bits": "workload.precision.accumulator",
            "mean_absolute_weight": "workload.weights.mean_absolute",
        }

        def known(network: NetworkContext) -> NetworkContext:
            paths = dict(numbers)
            if not network.spiking:
                paths["activation_bits"] = "workload.precision.activations"
            stated: dict[str, Any] = {name: values[path] for name, path in paths.items() if path in values}
            return replace(network, **stated)

        with tracing(), np.errstate(all="ignore"):
            chip = instantiate(self.design, with_temperature(values, self.evaluation.heating))
            return cost_components(chip, self.evaluation.mapped, networks.changed(known))

    @cached_property
    def used_paths(self) -> frozenset[str]:
        """Paths of the claims that the results depend on: those read for a cost, and those that move a total."""
        table, counts = self.traced, dict(self.evaluation.counts.actions)
        if self.evaluation.learning is not None:
            counts |= self.evaluation.learning.actions.actions
        counted = {key for key, n in counts.items() if np.any(n > 0.0)}
        numbers = [
            *(cost.energy for cost in table.energies if (cost.component, cost.action) in counted),
            *(area.area for area in table.areas),
            *(static.power for static in table.statics),
            *(getattr(table.around, name) for name in table.around.declared if name not in _LIMITS),
        ]
        used = frozenset[str]().union(*map(used_parameters, numbers))
        found = self.sensitivity
        moved = np.any(np.stack(list(found.totals.values())) != 0.0, axis=0)
        return used | {path for path, moves in zip(found.paths, moved, strict=True) if moves}

    @cached_property
    def source_keys(self) -> tuple[str, ...]:
        """Keys of exactly the sources that the results depend on, in alphabetical order."""
        used = [self.claims[path] for path in self.used_paths]
        keys = {key for claim in used for key in (claim.source, claim.cited_in) if key is not None}
        return tuple(sorted({*keys, *self._measured_source}))

    @property
    def _measured_source(self) -> Mapping[str, SourceSpec]:
        """Bibliography entry of the measured values that the bands are conditioned on."""
        return {} if self.given is None else dict([self.given.calibration.source])

    @cached_property
    def sources(self) -> tuple[tuple[str, SourceSpec], ...]:
        """Bibliography entries of these sources."""
        known = {**bibliography(), **self.design.sources, **self.workload.sources, **self._measured_source}
        return tuple((key, known[key]) for key in self.source_keys)
