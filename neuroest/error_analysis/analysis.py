"""Slow parts of an estimate: breakdowns, bands, elasticities, shares, origins and sources."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from neuroest.blocks.base import NetworkContext
from neuroest.core import units as u
from neuroest.core.provenance import Parameter, Traced, tracing, used_parameters
from neuroest.core.startup import keep_memory
from neuroest.design.chip import instantiate
from neuroest.error_analysis import basis_shares
from neuroest.error_analysis.bands import bands_of, sample_of
from neuroest.error_analysis.draws import SAMPLES, SEED, draw
from neuroest.error_analysis.elasticities import elasticities
from neuroest.error_analysis.model_error import discrepancy_claims
from neuroest.error_analysis.passing import passing_of
from neuroest.error_analysis.scenarios import scenario_rows
from neuroest.loading.library import bibliography
from neuroest.pipeline.breakdown import EstimateRows
from neuroest.pipeline.cost_table import CostTable, cost_components
from neuroest.pipeline.evaluate import evaluate
from neuroest.pipeline.evaluation import Evaluation
from neuroest.pipeline.self_heating import with_temperature
from neuroest.results.uncertainty import Bands, Elasticities, Passing, Sample, ScenarioRow
from neuroest.specs.device import SourceSpec

_LIMITS = ("power_density_limit", "largest_die", "leakage_width")
"""Overheads that no cost follows from, or only a static power that is counted as such."""


class AnalysedEstimate(EstimateRows):
    """An estimate that computes its slow parts on first use."""

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
        values: dict[str, u.Numeric] = {path: claim.value for path, claim in self.claims.items()}
        keep_memory()
        return evaluate(self.design, self.workload, {**values, **self._drawn})

    @cached_property
    def sample(self) -> Sample:
        """The draw behind the bands; two designs share the samples of common causes."""
        return sample_of(self.sampled, self._drawn, SAMPLES, SEED)

    @cached_property
    def bands(self) -> Bands:
        """10th to 90th percentile of the results over the uncertainty of the inputs."""
        return bands_of(self.sample, self.claims)

    @cached_property
    def passing(self) -> Passing:
        """Share of the samples that pass all checks, and the share that fails each."""
        return passing_of(self.sampled, self.sample.feasible)

    @cached_property
    def scenarios(self) -> tuple[ScenarioRow, ...]:
        """The totals under every choice that a claim names as a scenario."""
        return scenario_rows(self.design, self.workload, self.claims)

    @cached_property
    def sensitivity(self) -> Elasticities:
        """Elasticity of the results with respect to every claim."""
        return elasticities(self.design, self.workload, self.claims)

    @cached_property
    def basis_share(self) -> dict[str, dict[str, float]]:
        """Share of energy and area for each basis of values."""
        return basis_shares.basis_shares(self.sensitivity, self.claims)

    def unproven_share(self, total: str) -> float:
        """Share of a banded total that is based on projected or assumed values."""
        return basis_shares.unproven_share(total, self.basis_share, self.sensitivity, self.claims)

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
