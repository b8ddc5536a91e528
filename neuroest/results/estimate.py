"""An estimate as users see it: totals, breakdown, checks, bands, samples, elasticities, sources and exclusions.

All of it is data. `Analysis` lists the slow parts (bands, elasticities, the trace to the sources), which
`error_analysis` computes, each once on first use.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from neuroest.core.arrays import Array, Mask
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.statistics import quantiles
from neuroest.core.text_layout import Exported
from neuroest.core.units import format_quantity
from neuroest.design.build import Design, InputFile
from neuroest.loading.kinds import shipped
from neuroest.registry import render
from neuroest.results.quantities import QUANTITIES, Headline
from neuroest.specs.claims import DESIGN, Claim
from neuroest.specs.device import ReportedValue, SourceSpec
from neuroest.specs.workload import WorkloadSpec

if TYPE_CHECKING:
    import pandas as pd


# --- Rows ----------------------------------------------------------------------------------------------------------


@frozen_dataclass(eq=False)
class BreakdownRow:
    """One term of the result.

    Attributes
    ----------
    kind : str
        ``dynamic``, ``static`` or ``area``; ``learning`` for the energy to learn from a sample beyond its inference.
    layer : str
        Layer of the network; empty if the term belongs to the whole chip.
    component, action, term : str
        Path of the component, its action, and the part of the cost.
    energy_J : float
        Energy per inference.
    area_m2 : float
        Area on the chip.
    count : float
        Actions per inference, or instances on the chip.
    """

    kind: str
    layer: str
    component: str
    action: str
    term: str
    energy_J: float  # noqa: N815 - the unit is part of the column's name
    area_m2: float
    count: float


@frozen_dataclass(eq=False)
class LayerRow:
    """A layer on the chip.

    Attributes
    ----------
    layer, type : str
        Name, and type as in the workload file.
    units, replication, utilisation, neurons : float
        Computing units and copies that store it, the share of them that it fills, and neurons with their own outputs.
    dynamic_energy_J : float
        Dynamic energy per inference.
    step_time_s : float
        Time of one timestep, or of one inference in dense coding.
    bottleneck : str
        Resource that sets this time.
    """

    layer: str
    type: str
    units: float
    replication: float
    utilisation: float
    neurons: float
    dynamic_energy_J: float  # noqa: N815 - the unit is part of the column's name
    step_time_s: float
    bottleneck: str
    level: str = ""
    """Path of the computing level that runs it."""


@frozen_dataclass(eq=False)
class LevelRow:
    """A computing level of a chip, or the blocks outside of all levels. The rows add up to the totals.

    Attributes
    ----------
    level : str
        Path of the level; empty for blocks outside of the levels.
    mapper : str
        Kind of level.
    layers : tuple of str
        Layers that it runs.
    units : float
        Computing units that store them.
    dynamic_energy_J : float
        Dynamic energy of these layers per inference, including blocks that levels share.
    static_energy_J, area_m2 : float
        Static energy and area of the blocks in the branch of the level; white space counts outside of the levels.
    busy_s : float
        Time per inference in which the level is busy; if its layers work in parallel, the sum of their times.
    """

    level: str
    mapper: str
    layers: tuple[str, ...]
    units: float
    dynamic_energy_J: float  # noqa: N815 - the unit is part of the column's name
    static_energy_J: float  # noqa: N815 - the unit is part of the column's name
    area_m2: float
    busy_s: float


@frozen_dataclass(eq=False)
class ShellRow:
    """A shell around the chips with all of its content; the first row is the chips without a shell.

    Attributes
    ----------
    shell : str
        Path of the shell, or of the chip.
    number : float
        Shells of this kind, or chips.
    idle_power_W, power_W : float
        Mean power when idle, and in operation.
    energy_per_inference_J, energy_per_synaptic_operation_J : float
        Energy per inference period, and the same per synaptic operation.
    """

    shell: str
    number: float
    idle_power_W: float  # noqa: N815 - the unit is part of the column's name
    power_W: float  # noqa: N815 - the unit is part of the column's name
    energy_per_inference_J: float  # noqa: N815 - the unit is part of the column's name
    energy_per_synaptic_operation_J: float | None  # noqa: N815 - the unit is part of the column's name


@frozen_dataclass(eq=False)
class TierRow:
    """A tier of a chip with stacked tiers; the first row is the logic.

    Attributes
    ----------
    tier : str
        Path of the tier; that of the chip for the logic.
    area_m2 : float
        Area of its blocks with their white space.
    width : float
        The same over the area of the widest tier.
    vias : float
        Vias to the tier below; zero for the logic.
    power_W : float
        Mean power of it in one die; a block with parts in several tiers counts in the highest one.
    temperature_rise_K : float
        Its temperature above that of the logic.
    good_share : float or None
        Share of the dies in which this tier works; None for a chip without a `die_cost` block.
    blocks : tuple of str
        Paths of the blocks and area terms in it; empty for the logic, which has all others.
    parts_m2 : dict
        Area of each component in it, and of its white space.
    """

    tier: str
    area_m2: float
    width: float
    vias: float
    power_W: float  # noqa: N815 - the unit is part of the column's name
    temperature_rise_K: float  # noqa: N815 - the unit is part of the column's name
    good_share: float | None
    blocks: tuple[str, ...]
    parts_m2: dict[str, float]


@frozen_dataclass(eq=False)
class TrafficRow:
    """Spikes of populations that leave computing units, chips or shells.

    Attributes
    ----------
    level : str
        Path of the chip or shell; empty for computing units.
    places, neurons : float
        Number of these units, chips or shells, and neurons of populations in one of them.
    copies_per_spike : float
        Mean number of other units, chips or shells that receive a spike.
    bits : float
        Bits that leave all of them per inference, with an address for each neuron.
    """

    level: str
    places: float
    neurons: float
    copies_per_spike: float
    bits: float


class Characteristic(NamedTuple):
    """Figure for specialists of a single block, in SI."""

    component: str
    name: str
    value: float
    unit: str


@frozen_dataclass(eq=False)
class LayerErrors:
    """Accuracy of the results of a layer in crossbar arrays.

    Attributes
    ----------
    layer : str
        The layer.
    signal_to_error_ratio : float or None
        Variance of the exact results over the variance of their errors; None without errors.
    effective_bits : float or None
        Bits that a read resolves.
    causes : dict of str to float
        Standard deviation of the error by cause, relative to the standard deviation of the exact results.
    """

    layer: str
    signal_to_error_ratio: float | None
    effective_bits: float | None
    causes: dict[str, float]

    @property
    def error(self) -> float:
        """All causes together."""
        return math.sqrt(sum(error * error for error in self.causes.values()))


@frozen_dataclass(eq=False)
class CheckResult:
    """A check with its outcome for this design.

    Attributes
    ----------
    severity : str
        ``design_rule``: the design does not work or is unwise; ``extrapolation``: a model is used outside of its
        range; ``advice``: the design works, but wastes time or energy.
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


@frozen_dataclass(eq=False)
class Band:
    """10th, 50th and 90th percentile of a result."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Array) -> Band:
        """Return the band of the finite samples; NaN if there are none."""
        kept = values[np.isfinite(values)]
        return cls(*quantiles(kept)) if kept.size else cls(np.nan, np.nan, np.nan)


@frozen_dataclass(eq=False)
class Bands:
    """Bands of the totals of an estimate.

    Attributes
    ----------
    totals : mapping
        Band by the name of the total.
    feasible : float
        Share of the samples with an estimate; the percentiles use only these.
    causes : mapping
        For each total the parameters that affect it most, with their shares of its variance by rank correlation.
    samples, seed : int
        Of the draw.
    together : mapping
        For a cause that stands for several parameters, which vary together, all of their paths.
    """

    totals: Mapping[str, Band]
    feasible: float
    causes: Mapping[str, tuple[tuple[str, float], ...]]
    samples: int
    seed: int
    together: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def cause(self, path: str, name: str) -> str:
        """Name of a cause, with how many parameters it stands for if these vary together."""
        alike = len(self.together.get(path, ()))
        return f"{name} ({alike} together)" if alike else name


@frozen_dataclass(eq=False)
class Passing:
    """How often a design passes its checks over the samples of its bands.

    Attributes
    ----------
    share : float
        Share of the samples that have an estimate and break no design rule.
    failing : mapping
        Share of the samples that fail a check, by the check's name and component, largest share first; only checks
        that some sample fails.
    """

    share: float
    failing: Mapping[str, float]


@frozen_dataclass(eq=False)
class ScenarioRow:
    """Estimate under another choice of the designer or the fab; no band includes it.

    Attributes
    ----------
    parameter, scenario : str
        Path of the parameter, and the name of the choice.
    value, unit : float, str
        Value of the parameter under it.
    totals : mapping
        Main totals, with all other inputs as stated in the files; None without an estimate.
    """

    parameter: str
    scenario: str
    value: float
    unit: str
    totals: Mapping[str, float | None]


@frozen_dataclass(eq=False)
class Sample:
    """One draw of all uncertain inputs, and the resulting totals.

    Attributes
    ----------
    drawn : mapping
        Samples of each parameter and model error that has a spread, by path.
    totals : mapping
        Samples of each total that has a band, by name.
    feasible : array of bool
        Whether the sample has an estimate.
    seed : int
        Of the draw.
    """

    drawn: Mapping[str, Array]
    totals: Mapping[str, Array]
    feasible: Mask
    seed: int


@frozen_dataclass(eq=False)
class Elasticities:
    """Elasticities, d ln(result) / d ln(parameter), of totals and of single energy and area terms.

    Attributes
    ----------
    paths : tuple of str
        Parameters that were varied: all except choices of the designer and zero values.
    totals : mapping
        Elasticity of each total with respect to each parameter.
    energy_terms, area_terms : mapping
        The same for each term, by component and term, with the value of the term.
    """

    paths: tuple[str, ...]
    totals: Mapping[str, Array]
    energy_terms: Mapping[tuple[str, str], tuple[float, Array]]
    area_terms: Mapping[tuple[str, str], tuple[float, Array]]


_OF_A_CLAIM = ("value", "unit", "low", "high", "basis", "source", "locator")
SCHEMA_VERSION = "2.1"
"""Version of the JSON that `Estimate.to_dict` returns."""


def _called(file: InputFile) -> str:
    """Name of a shipped file, or else its path."""
    return file.name if str(shipped(file.kind).get(file.name)) == file.file else file.file


class Analysis(Protocol):
    """Slow parts of an estimate, each computed once on first use."""

    @property
    def breakdown(self) -> tuple[BreakdownRow, ...]:
        """Every term: dynamic energy by layer, static energy and area by component. Their sums are the totals."""

    @property
    def learning(self) -> tuple[BreakdownRow, ...]:
        """Every term of the energy to learn from one sample, on top of its inference; empty without a learning rule."""

    @property
    def layers(self) -> tuple[LayerRow, ...]:
        """Every layer on the chip."""

    @property
    def levels(self) -> tuple[LevelRow, ...]:
        """Every computing level of the chip, and the blocks outside of the levels; the rows add up to the totals."""

    @property
    def shells(self) -> tuple[ShellRow, ...]:
        """The chips, then each shell around them from the inside out; empty if the chip states no shell."""

    @property
    def tiers(self) -> tuple[TierRow, ...]:
        """The logic, then each tier stacked over it from the lowest up; empty for a chip with one tier."""

    @property
    def traffic(self) -> tuple[TrafficRow, ...]:
        """Spikes of populations between units, chips and shells; empty without populations."""

    @property
    def spike_terms(self) -> dict[str, float]:
        """Energy of one spike of a neuron with its own output, by term. [J]; empty without such neurons."""

    @property
    def characteristics(self) -> tuple[Characteristic, ...]:
        """Figures for specialists of single blocks: component, name, value in SI and its unit."""

    @property
    def column_errors(self) -> tuple[LayerErrors, ...]:
        """Errors of the results of every layer in crossbar arrays, except layers whose exact results are all zero."""

    @property
    def sample(self) -> Sample:
        """The draw that the bands come from."""

    @property
    def sampled(self) -> Any:
        """The `Evaluation` of the draw that the bands come from."""

    @property
    def bands(self) -> Bands:
        """10th to 90th percentile of the results over the uncertainty of the inputs."""

    @property
    def passing(self) -> Passing:
        """How often the design passes its checks over the samples of the bands."""

    @property
    def scenarios(self) -> tuple[ScenarioRow, ...]:
        """Totals under other choices of the designer or the fab, one at a time; no band includes them."""

    @property
    def sensitivity(self) -> Elasticities:
        """Elasticity of the results with respect to every claim."""

    @property
    def basis_share(self) -> dict[str, dict[str, float]]:
        """Share of energy and area for each basis of values.

        Each term is split among its inputs in proportion to its sensitivity to them.
        """

    def unproven_share(self, total: str) -> float:
        """Share of a banded total that is based on projected or assumed values.

        Parameters
        ----------
        total : str
            Name of a total with a band.

        Returns
        -------
        float
            Share between 0 and 1.
        """

    @property
    def traced(self) -> Any:
        """The cost table again, every number with its origin."""

    @property
    def used_paths(self) -> frozenset[str]:
        """Paths of the claims that the results depend on: those read for a cost, and those that move a total."""

    @property
    def source_keys(self) -> tuple[str, ...]:
        """Keys of exactly the sources that the results depend on, in alphabetical order."""

    @property
    def sources(self) -> tuple[tuple[str, SourceSpec], ...]:
        """Bibliography entries of exactly the claims that the results depend on, in alphabetical order."""


@frozen_dataclass(eq=False)
class Estimate(Analysis, Exported):
    """Area, energy, latency and throughput of a chip on a network, with their inputs and sources.

    Attributes
    ----------
    design : Design
        The chip.
    workload : WorkloadSpec
        The network.
    claims : mapping
        Every input number, by path.
    totals : mapping
        Results by name, with the unit in the name, for all inputs as stated in the files; None if a quantity does not
        apply. Quote `headline` instead: it leads with the median of the band.
    checks : tuple of CheckResult
        Checks with their outcomes.
    exclusions : tuple of str
        Parts that the estimate does not include.
    files : tuple of InputFile
        Files that were read, with their hashes.
    evaluation : Evaluation
        The arrays of all stages that the totals come from.
    settings : mapping of str to str
        Values that were changed for this run, by path.
    given : Given or None
        What measured values of a chip have taught, if the bands are conditioned on them.
    """

    design: Design
    workload: WorkloadSpec
    claims: Mapping[str, Claim] = field(repr=False)
    evaluation: Any = field(repr=False)
    totals: Mapping[str, float | None]
    checks: tuple[CheckResult, ...] = field(repr=False)
    exclusions: tuple[str, ...] = field(repr=False)
    files: tuple[InputFile, ...] = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)
    given: Any = field(default=None, repr=False)

    @property
    def architecture(self) -> str:
        """Name of the architecture."""
        return self.design.spec.name

    @property
    def title(self) -> str:
        """Name of the architecture in figures and tables: its title, or its name."""
        return self.design.spec.label

    @property
    def network(self) -> str:
        """Name of the workload in figures and tables: its title, or its name."""
        return self.workload.label

    @property
    def label(self) -> str:
        """Architecture and workload in figures and tables."""
        return f"{self.title} on {self.network}"

    @property
    def called(self) -> str:
        """Command-line argument for this architecture: its name if it ships, else its file."""
        return _called(self.files[0])

    @property
    def workload_called(self) -> str:
        """Command-line argument for this workload: its name if it ships, else its file."""
        return _called(next(file for file in self.files if file.kind == "workload"))

    @property
    def failed_checks(self) -> tuple[CheckResult, ...]:
        """Checks that the design fails, without `advice`."""
        return tuple(check for check in self.remarks if check.severity != "advice")

    @property
    def advice(self) -> tuple[CheckResult, ...]:
        """Advice: a design works without following it, but wastes time or energy."""
        return tuple(check for check in self.remarks if check.severity == "advice")

    @property
    def remarks(self) -> tuple[CheckResult, ...]:
        """Failed checks and advice, in the order of the checks."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def reported_values(self) -> tuple[tuple[str, ReportedValue], ...]:
        """Headline numbers from the sources of the devices, with the path of each device."""
        return tuple((path, r) for path, device in self.design.devices.items() for r in device.spec.reported)

    def headline(self, name: str) -> Headline:
        """A total as tables and figures show it: median and band first, the value at nominal inputs second.

        Parameters
        ----------
        name : str
            Name of a total, such as ``area_m2``.

        Returns
        -------
        Headline
            Median, band and nominal value.
        """
        return Headline.of(self.totals[name], self.bands.totals.get(name))

    @property
    def unbounded(self) -> tuple[str, ...]:
        """Paths of used claims that state no spread and therefore count as exact in the bands."""
        exact = (
            p for p in self.used_paths if not self.claims[p].has_spread and self.claims[p].basis != DESIGN
        )
        return tuple(sorted(exact))

    @property
    def origin(self) -> dict[str, Any]:
        """How it was calculated, as plain data: version, chip, network, changed values, files and exclusions."""
        return {
            "neuroest_version": package_version(),
            "architecture": self.architecture,
            "workload": self.workload.name,
            "settings": dict(self.settings),
            "given": None if self.given is None else self.given.to_dict(),
            "inputs": {file.name: file.sha256 for file in self.files},
            "left_out": list(self.exclusions),
        }

    def to_dict(self) -> dict[str, Any]:
        """The whole result as plain data, the layout that ``--format json`` prints."""
        from neuroest.results.glossary import labels  # noqa: PLC0415 - text on a terminal needs no labels

        bands = self.bands
        return {
            "schema_version": SCHEMA_VERSION,
            "neuroest_version": package_version(),
            "architecture": self.architecture,
            "corner": self.design.spec.technology.corner,
            "workload": self.workload.name,
            "titles": {"architecture": self.title, "workload": self.network},
            "settings": dict(self.settings),
            "given": None if self.given is None else self.given.to_dict(),
            "headline": {name: self.headline(name).value for name in self.totals},
            "totals": dict(self.totals),
            "labels": labels(self.totals, self.spike_terms),
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
            "scenarios": [asdict(row) for row in self.scenarios],
            "breakdown": [asdict(row) for row in self.breakdown],
            "learning": [asdict(row) for row in self.learning],
            "spike_terms_J": self.spike_terms,
            "characteristics": [
                {**found._asdict(), "value": found.value if math.isfinite(found.value) else None}
                for found in self.characteristics
            ],
            "layers": [asdict(layer) for layer in self.layers],
            "levels": [asdict(level) for level in self.levels],
            "shells": [asdict(shell) for shell in self.shells],
            "tiers": [asdict(tier) for tier in self.tiers],
            "traffic": [asdict(row) for row in self.traffic],
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
            "assumed": list(self.workload.assumed),
            "exclusions": list(self.exclusions),
            "inputs": [asdict(file) for file in self.files],
        }

    def _parameters(self) -> dict[str, Any]:
        """Every input number, with the elasticity of the totals that depend on it."""
        found = self.sensitivity
        slopes = {
            path: {name: float(values[i]) for name, values in found.totals.items() if values[i] != 0.0}
            for i, path in enumerate(found.paths)
        }
        return {
            path: {**{key: getattr(claim, key) for key in _OF_A_CLAIM}, "elasticity": slopes.get(path, {})}
            for path, claim in self.claims.items()
        }

    def to_frame(self) -> pd.DataFrame:
        """The breakdown as a table, one row per term; `attrs` has the units of its columns and the run metadata."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        from neuroest.results.quantities import column_units  # noqa: PLC0415 - few ask for a table

        frame = pd.DataFrame([asdict(row) for row in self.breakdown])
        about: dict[Any, Any] = {"units": column_units(map(str, frame)), **self.origin}
        frame.attrs = about
        return frame

    def to_xarray(self) -> Any:
        """Totals with their bands, energy by layer and component and area by component as an `xarray.Dataset`.

        Units, labels and definitions are attributes of each variable; version, files and exclusions are attributes of
        the data set.
        """
        return render(self, "xarray")

    def __repr__(self) -> str:
        shown = (
            f"{what} {self.headline(name).words(QUANTITIES[name].unit)}"
            for what, name in (
                ("energy", "energy_per_inference_J"), ("area", "area_m2"), ("latency", "latency_s"),
            )
        )  # fmt: skip
        return (
            f"<Estimate {self.architecture} on {self.workload.name}: {', '.join(shown)}; median (p10 .. p90)>"
        )

    def block_diagram(self, path: str | Path | None = None) -> Any:
        """Draw the chip or system from its spec, with energies as widths; written to `path` if given, and returned.

        Parameters
        ----------
        path : path, optional
            ``.pdf``, ``.svg`` or ``.png``.

        Returns
        -------
        matplotlib.figure.Figure
            The figure.
        """
        return render(self, "block_diagram", path)

    def plot(self, kind: str = "energy", path: str | Path | None = None) -> Any:
        """A figure; written to `path` if given, and returned.

        Parameters
        ----------
        kind : str
            ``energy``, ``area``, ``latency``, ``learning`` with shares; ``energy_parts`` and so on in absolute terms;
            ``area_map``, ``energy_map``, ``tiers``, ``bottleneck``, ``distribution`` or
            ``tornado``.
        path : path, optional
            ``.pdf``, ``.svg`` or ``.png``.

        Returns
        -------
        matplotlib.figure.Figure
            The figure.
        """
        return render(self, "figure", kind, path)

    def _repr_html_(self) -> str:
        return str(render(self, "document").to_html())
