"""An estimate as users see it: totals, breakdown, checks, bands, sources, and what is left out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.build import Design, InputFile
from neuroest.equations import accuracy, network
from neuroest.evaluation import Evaluation, trace_costs
from neuroest.exploration.bands import Bands, Sample, sample_bands, sample_estimate
from neuroest.exploration.sensitivity import Sensitivity, attributed_share, sensitivity
from neuroest.library import shipped
from neuroest.provenance import Parameter, Traced, tracing, used_parameters
from neuroest.specs.claims import BASES, DESIGN, Claim
from neuroest.specs.device import ReportedValue, SourceSpec
from neuroest.specs.workload import WorkloadSpec
from neuroest.units import format_quantity

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = "1.0"
"""Version of the JSON that `Estimate.to_dict` returns."""


def package_version() -> str:
    """Version of the installed package."""
    try:
        return version("neuroest")
    except PackageNotFoundError:
        return "unknown"


def _called(file: InputFile) -> str:
    """Name of a file that ships, else its path."""
    return file.name if str(shipped(file.kind).get(file.name)) == file.file else file.file


def first_number(value: Any) -> float:
    """Number of the one point that an estimate is made at."""
    return float(np.asarray(value).reshape(-1)[0])


@dataclass(frozen=True, eq=False)
class BreakdownRow:
    """One term of the result.

    Attributes
    ----------
    kind : str
        ``dynamic``, ``static`` or ``area``.
    layer : str
        Layer of the network; empty where the term belongs to the whole chip.
    component, action, term : str
        Path of the component, what it does, and which part of the cost this is.
    energy_J : float
        Energy in one inference.
    area_m2 : float
        Area on the chip.
    count : float
        Actions in one inference, or instances on the chip.
    """

    kind: str
    layer: str
    component: str
    action: str
    term: str
    energy_J: float  # noqa: N815 - the unit is part of the column's name
    area_m2: float
    count: float


@dataclass(frozen=True, eq=False)
class LayerErrors:
    """How exact the results of a layer are that lies in crossbar arrays.

    Attributes
    ----------
    layer : str
        The layer.
    signal_to_error_ratio : float or None
        Variance of its exact results over that of their errors; None without any error.
    effective_bits : float or None
        Bits that a read tells of a result.
    causes : dict of str to float
        Standard deviation of the error by cause, over that of the exact results.
    """

    layer: str
    signal_to_error_ratio: float | None
    effective_bits: float | None
    causes: dict[str, float]

    @property
    def error(self) -> float:
        """All causes together."""
        return math.sqrt(sum(error * error for error in self.causes.values()))


@dataclass(frozen=True, eq=False)
class CheckResult:
    """A check with its outcome for this design.

    Attributes
    ----------
    severity : str
        ``limit``: the design does not work or is not wise; ``range``: a model extrapolates.
    """

    name: str
    component: str
    severity: str
    passed: bool
    message: str
    value: float | None
    limit: float | None
    unit: str

    def __str__(self) -> str:
        text = f"{self.component}: {self.message}"
        if self.value is not None and self.limit is not None:
            text += (
                f" ({format_quantity(self.value, self.unit)}, limit {format_quantity(self.limit, self.unit)})"
            )
        return text


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """Area, energy, latency and throughput of a chip on a network, and what they rest on.

    Attributes
    ----------
    design : Design
        The chip.
    workload : WorkloadSpec
        The network.
    claims : mapping
        Every number that went in, by path.
    totals : mapping
        The results by name, the unit in the name; None where a quantity does not apply.
    checks : tuple of CheckResult
        What must hold, with its outcome.
    exclusions : tuple of str
        What the estimate leaves out.
    files : tuple of InputFile
        Files that were read, with their hashes.
    settings : mapping of str to str
        Values that were changed for this run, by path.
    """

    design: Design
    workload: WorkloadSpec
    claims: Mapping[str, Claim] = field(repr=False)
    evaluation: Evaluation = field(repr=False)
    totals: Mapping[str, float | None]
    checks: tuple[CheckResult, ...] = field(repr=False)
    exclusions: tuple[str, ...] = field(repr=False)
    files: tuple[InputFile, ...] = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """How an estimate travels between processes: without what is computed again when somebody asks for it."""
        return type(self), tuple(getattr(self, each.name) for each in fields(self))

    @property
    def architecture(self) -> str:
        """Name of the architecture."""
        return self.design.spec.name

    @property
    def called(self) -> str:
        """What a command line must be given to mean this architecture: its name where it ships, else its file."""
        return _called(self.files[0])

    @property
    def workload_called(self) -> str:
        """What a command line must be given to mean this workload: its name where it ships, else its file."""
        return _called(next(file for file in self.files if file.kind == "workload"))

    @property
    def failed_checks(self) -> tuple[CheckResult, ...]:
        """Checks that the design does not pass."""
        return tuple(check for check in self.checks if not check.passed)

    @cached_property
    def breakdown(self) -> tuple[BreakdownRow, ...]:
        """Every term: dynamic energy by layer, static energy and area by component. Their sums are the totals."""
        result, names = self.evaluation, self.evaluation.layers.names
        rows: list[BreakdownRow] = []
        for term in result.dynamic:
            energies = np.broadcast_to(term.energy, (len(names),))
            counts = np.broadcast_to(term.count, (len(names),))
            rows += [
                BreakdownRow(
                    "dynamic", layer, term.component, term.action, term.term, float(e), 0.0, float(n)
                )
                for layer, e, n in zip(names, energies, counts, strict=True)
                if e > 0.0 or n > 0.0
            ]
        rows += [
            BreakdownRow(
                "static",
                "",
                s.component,
                "rest",
                s.term,
                first_number(s.total) * first_number(result.standing_time(s)),
                0.0,
                first_number(s.instances),
            )
            for s in result.statics
        ]
        placed = 0.0
        for area in result.areas:
            placed += first_number(area.total)
            rows.append(
                BreakdownRow(
                    "area",
                    "",
                    area.component,
                    "",
                    area.term,
                    0.0,
                    first_number(area.total),
                    first_number(area.instances),
                )
            )
        white = first_number(result.area) - placed
        if self.evaluation.costs.overheads is not None:
            rows.append(
                BreakdownRow("area", "", self.evaluation.costs.overheads, "", "white_space", 0.0, white, 1.0)
            )
        return tuple(rows)

    @cached_property
    def spike_terms(self) -> dict[str, float]:
        """Energy of one spike of a neuron that an output owns for itself, by term. [J]; empty without such neurons."""
        neuron = getattr(self.evaluation.mapper.compute, "neuron", None)
        if neuron is None:
            return {}
        return {
            cost.term: first_number(cost.energy)
            for cost in self.evaluation.costs.energies
            if cost.component == neuron.path and cost.action == "spike"
        }

    @cached_property
    def characteristics(self) -> tuple[tuple[str, str, float, str], ...]:
        """What experts of single blocks ask for: component, name, value in SI and its unit."""
        result = self.evaluation
        with np.errstate(all="ignore"):
            found = [
                c for part in result.chip.components() for c in part.characteristics(result.mapper.network)
            ]
            carried = result.counts.transport
            if carried is not None and np.any(carried.packet > 0.0):
                rate = network.event_advantage_rate(carried.packet, result.mapper.network.activation_bits)
                name = "spikes per neuron and step below which events take fewer bits than frames"
                found += [mesh.characteristic(name, rate, "1") for _, mesh in result.chip.networks()]
        return tuple((c.component, c.name, first_number(c.value), c.unit) for c in found)

    @cached_property
    def column_errors(self) -> tuple[LayerErrors, ...]:
        """Errors of the results of every layer in crossbar arrays, except those whose exact results are all zero."""
        found, names = self.evaluation.column_errors, self.evaluation.layers.names
        if found is None:
            return ()
        shape = (len(names),)
        result = np.broadcast_to(found.result, shape)
        held = np.flatnonzero((np.broadcast_to(found.held, shape) > 0.0) & (result > 0.0))
        result, ratio = result[held], np.broadcast_to(found.ratio, shape)[held]
        causes = {name: np.broadcast_to(error, shape)[held] / result for name, error in found.causes.items()}
        bits = np.asarray(accuracy.effective_bits(ratio))
        return tuple(
            LayerErrors(
                names[layer],
                float(ratio[i]) if math.isfinite(ratio[i]) else None,
                float(bits[i]) if math.isfinite(ratio[i]) else None,
                {name: float(errors[i]) for name, errors in causes.items()},
            )
            for i, layer in enumerate(held)
        )

    @property
    def reported_values(self) -> tuple[tuple[str, ReportedValue], ...]:
        """Headline numbers that the sources of the devices give, with the path of each device."""
        return tuple((path, r) for path, device in self.design.devices.items() for r in device.spec.reported)

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """Elasticity of the results with respect to every claim."""
        return sensitivity(self.design, self.workload, self.claims)

    @cached_property
    def bands(self) -> Bands:
        """10th to 90th percentile of the results over what is not known of the inputs."""
        return sample_bands(self.sample)

    @cached_property
    def sample(self) -> Sample:
        """The draw that the bands come from."""
        return sample_estimate(self.design, self.workload, self.claims)

    @cached_property
    def basis_share(self) -> dict[str, dict[str, float]]:
        """Share of energy and area that rests on values of each basis.

        Each term is divided among its inputs in proportion to how strongly it depends on them.
        """
        found = self.sensitivity
        bases = [self.claims[path].basis for path in found.paths]
        shares = {}
        for name, terms in (("energy", found.energy_terms), ("area", found.area_terms)):
            share = attributed_share(terms, bases)
            shares[name] = {basis: share.get(basis, 0.0) for basis in (*BASES, DESIGN)}
        return shares

    @cached_property
    def traced(self) -> Any:
        """The cost table once more, every number with its origin."""
        values = {path: Traced(claim.value, Parameter(path)) for path, claim in self.claims.items()}
        network = self.evaluation.mapper.network
        numbers = {
            "weight_bits": "workload.precision.weights",
            "accumulator_bits": "workload.precision.accumulator",
            "mean_absolute_weight": "workload.weights.mean_absolute",
        }
        if not network.spiking:
            numbers["activation_bits"] = "workload.precision.activations"
        known: dict[str, Any] = {name: values[path] for name, path in numbers.items() if path in values}
        with tracing(), np.errstate(all="ignore"):
            return trace_costs(self.design, values, self.evaluation, replace(network, **known))

    @cached_property
    def used_paths(self) -> frozenset[str]:
        """Paths of the claims that the results depend on: those read for a cost, and those that move a total."""
        table = self.traced
        used: set[str] = set()
        counted = {key for key, n in self.evaluation.counts.actions.items() if np.any(n > 0.0)}
        for cost in table.energies:
            if (cost.component, cost.action) in counted:
                used |= used_parameters(cost.energy)
        for area in table.areas:
            used |= used_parameters(area.area)
        for static in table.statics:
            used |= used_parameters(static.power)
        for number in (
            table.clock_fraction,
            table.control_fraction,
            table.control_area_fraction,
            table.floorplan_utilisation,
        ):
            used |= used_parameters(number)
        found = self.sensitivity
        for slopes in found.totals.values():
            used |= {path for path, slope in zip(found.paths, slopes, strict=True) if slope != 0.0}
        return frozenset(used)

    @cached_property
    def source_keys(self) -> tuple[str, ...]:
        """Keys of exactly the sources that the results depend on, in alphabetical order."""
        claims = [self.claims[path] for path in self.used_paths]
        return tuple(sorted({key for c in claims for key in (c.source, c.via) if key is not None}))

    @cached_property
    def sources(self) -> tuple[tuple[str, SourceSpec], ...]:
        """Bibliography entries of exactly the claims that the results depend on, in alphabetical order."""
        from neuroest.library import bibliography  # noqa: PLC0415

        known = {**bibliography(), **self.design.sources, **self.workload.sources}
        return tuple((key, known[key]) for key in self.source_keys)

    @cached_property
    def unbounded(self) -> tuple[str, ...]:
        """Paths of used claims that state no spread and therefore count as exact in the bands."""
        return tuple(
            sorted(
                p for p in self.used_paths if not self.claims[p].has_spread and self.claims[p].basis != DESIGN
            )
        )

    def to_dict(self) -> dict[str, Any]:
        """The whole result as plain data, the layout that ``--format json`` prints."""
        bands = self.bands
        return {
            "schema_version": SCHEMA_VERSION,
            "neuroest_version": package_version(),
            "architecture": self.architecture,
            "corner": self.design.spec.technology.corner,
            "workload": self.workload.name,
            "settings": dict(self.settings),
            "totals": dict(self.totals),
            "bands": {
                "totals": {name: asdict(band) for name, band in bands.totals.items()},
                "causes": {
                    name: [{"parameter": path, "share": share} for path, share in found]
                    for name, found in bands.causes.items()
                },
                "feasible_share": bands.feasible,
                "samples": bands.samples,
                "seed": bands.seed,
                "counted_as_exact": list(self.unbounded),
            },
            "breakdown": [asdict(row) for row in self.breakdown],
            "spike_terms_J": self.spike_terms,
            "characteristics": [
                {
                    "component": path,
                    "name": name,
                    "value": value if math.isfinite(value) else None,
                    "unit": unit,
                }
                for path, name, value, unit in self.characteristics
            ],
            "layers": self._layers(),
            "column_errors": [asdict(errors) for errors in self.column_errors],
            "parameters": self._parameters(),
            "checks": [asdict(check) for check in self.checks],
            "basis_share": self.basis_share,
            "devices": [
                {
                    "path": path,
                    "name": device.spec.name,
                    "maturity": device.spec.maturity.model_dump(),
                    "fab_compatibility": device.spec.fab_compatibility.model_dump(),
                    "reported": [value.model_dump(exclude_none=True) for value in device.spec.reported],
                }
                for path, device in self.design.devices.items()
            ],
            "sources": [
                {"key": key, **source.model_dump(exclude_none=True, mode="json")}
                for key, source in self.sources
            ],
            "exclusions": list(self.exclusions),
            "inputs": [asdict(file) for file in self.files],
        }

    def _parameters(self) -> dict[str, Any]:
        """Every number that went in, with the elasticity of the totals that move with it."""
        found = self.sensitivity
        slopes = {
            path: {name: float(values[i]) for name, values in found.totals.items() if values[i] != 0.0}
            for i, path in enumerate(found.paths)
        }
        return {
            path: {
                "value": claim.value,
                "unit": claim.unit,
                "low": claim.low,
                "high": claim.high,
                "basis": claim.basis,
                "source": claim.source,
                "place": claim.place,
                "elasticity": slopes.get(path, {}),
            }
            for path, claim in self.claims.items()
        }

    def _layers(self) -> list[dict[str, Any]]:
        result, placement = self.evaluation, self.evaluation.mapped.placement
        energy = np.zeros(len(result.layers.names))
        for row in result.dynamic:
            energy = energy + row.energy
        names = list(result.timing.resources)
        table = np.stack([np.broadcast_to(result.timing.resources[n], energy.shape) for n in names])
        slowest = np.argmax(table, axis=0)
        return [
            {
                "layer": name,
                "type": result.layers.types[i],
                "units": float(placement.units[i]),
                "replication": float(placement.replication[i]),
                "utilisation": float(placement.utilisation[i]),
                "neurons": float(placement.neurons[i]),
                "dynamic_energy_J": float(energy[i]),
                "step_time_s": float(result.timing.step[i]),
                "bottleneck": names[int(slowest[i])],
            }
            for i, name in enumerate(result.layers.names)
        ]

    def to_json(self) -> str:
        """The whole result as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_frame(self) -> pd.DataFrame:
        """The breakdown as a table, one row a term."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        return pd.DataFrame([asdict(row) for row in self.breakdown])

    def __repr__(self) -> str:
        totals = self.totals
        return (
            f"<Estimate {self.architecture} on {self.workload.name}: "
            f"{format_quantity(totals['area_m2'] or 0.0, 'm^2')}, "
            f"{format_quantity(totals['energy_per_inference_J'] or 0.0, 'J')} per inference, "
            f"{format_quantity(totals['latency_s'] or 0.0, 's')}>"
        )

    def _repr_html_(self) -> str:
        from neuroest.reporting.html import estimate_html  # noqa: PLC0415

        return estimate_html(self)
