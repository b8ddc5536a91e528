"""Report of many designs on many networks, with everything for a paper, in one folder."""

import json
import platform
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.document import Table, records_csv
from neuroest.core.errors import MappingError, NeuroestError, RangeError
from neuroest.core.files import being_written, clear_folders, working_folder
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.design.overrides import settings_of
from neuroest.loading.library import labelled, load_architecture, load_workload
from neuroest.pipeline.comparison import compared, distinct, settings_of_each
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.bibliography import references_bibtex
from neuroest.reporting.data_files import breakdown_csv, comparison_csv
from neuroest.reporting.estimate_views import View, slowest
from neuroest.reporting.methods import Methods, methods
from neuroest.reporting.validation_coverage import ValidationCoverage, scoreboard_rows, validation_coverage
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import SCHEMA_VERSION, Estimate
from neuroest.specs.claims import Claim
from neuroest.specs.device import SourceSpec
from neuroest.specs.loaded import Named, listed

MOST_RESULTS = 400
"""Maximum number of results in one report."""
_UNPROVEN = ("assumed", "projected")


@frozen_dataclass
class Refused:
    """Design without an estimate on a network, and the reason."""

    architecture: str
    workload: str
    reason: str


@frozen_dataclass
class Report:
    """Results of designs on networks.

    Attributes
    ----------
    views : tuple of View
        One a result, network by network, the designs in the order that they were given.
    refused : tuple of Refused
        Pairs that have no estimate.
    settings : mapping of str to str
        What was changed, by path.
    sweep : Path, optional
        File of a sweep that is shown too.
    """

    views: tuple[View, ...]
    refused: tuple[Refused, ...]
    settings: Mapping[str, str]
    sweep: Path | None = None

    @property
    def results(self) -> tuple[Estimate, ...]:
        """The estimates."""
        return tuple(view.estimate for view in self.views)

    @cached_property
    def networks(self) -> tuple[tuple[str, tuple[View, ...]], ...]:
        """The views of each network."""
        names = dict.fromkeys(view.workload for view in self.views)
        return tuple((name, tuple(v for v in self.views if v.workload == name)) for name in names)

    @cached_property
    def comparisons(self) -> Mapping[str, Comparison]:
        """For each network with several designs, the first compared with the others."""
        return {
            name: compared([view.estimate for view in views], self.settings)
            for name, views in self.networks
            if len(views) > 1
        }

    @cached_property
    def methods(self) -> Methods:
        """Methods text of the results."""
        refused = [f"{r.architecture} on {r.workload} ({r.reason})" for r in self.refused]
        return methods(self.results, refused, self.validation_coverage)

    @cached_property
    def validation_coverage(self) -> ValidationCoverage:
        """Accuracy of the kinds of model against published chips."""
        return validation_coverage(self.views)

    @cached_property
    def sources(self) -> tuple[tuple[str, SourceSpec], ...]:
        """Sources of the values that the results depend on."""
        found = {key: source for result in self.results for key, source in result.sources}
        return tuple(sorted(found.items()))

    @cached_property
    def assumptions(self) -> tuple[tuple[str, Claim], ...]:
        """Assumed and projected values that the results depend on, each once, with its file."""
        found: dict[tuple[Any, ...], tuple[str, Claim]] = {}
        for result in self.results:
            for path in sorted(result.used_paths):
                claim = result.claims[path]
                if claim.basis in _UNPROVEN:
                    name = path.rpartition(".")[2] if claim.origin else path
                    key = (claim.origin, name, claim.value, claim.low, claim.high)
                    found.setdefault(key, (claim.origin or result.workload.name, claim))
        return tuple(found.values())

    @cached_property
    def drawn(self) -> Mapping[str, list[dict[str, Any]]]:
        """Rows shown only in figures: tornado, times, rooflines and distributions of every design."""
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in _DRAWN}
        for view in self.views:
            who = view.who
            base = view.estimate.totals[_DRAWN_TOTAL]
            found["tornado"] += [
                {**who, "quantity": _DRAWN_TOTAL, "cause": bar.cause, "base": base, "at_p10": _known(bar.low),
                 "at_p90": _known(bar.high)}
                for bar in view.tornado(_DRAWN_TOTAL)
            ]  # fmt: skip
            for layer, times in view.occupation:
                limits = slowest(times)
                found["times"] += [
                    {**who, "layer": layer, "resource": name, "time_s": time, "limits": name in limits}
                    for name, time in times.items()
                ]
            roof = view.roofline
            found["roofline"] += [
                {**who, "layer": point.layer, "resource": point.resource, "operations_per_bit": point.intensity,
                 "operations_per_s": point.attained, "limits": point.limits,
                 "bits_per_s_of_the_resource": roof.rates[point.resource],
                 "operations_per_s_of_the_units": roof.computing}
                for point in roof.points
            ]  # fmt: skip
            found["samples"] += [
                {**who, "quantity": _DRAWN_TOTAL, "value": value} for value in view.samples[_DRAWN_TOTAL].tolist()
            ]  # fmt: skip
        return found

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, the content of `results.json`."""
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "report",
            "neuroest_version": package_version(),
            "python_version": platform.python_version(),
            "numpy_version": np.__version__,
            "settings": dict(self.settings),
            "results": [plain_result(result) for result in self.results],
            "refused": [asdict(item) for item in self.refused],
            "comparisons": [
                {
                    **one.to_dict(), "designs": [result.architecture for result in one.estimates],
                    "workload": one.design.workload.name,
                }
                for one in self.comparisons.values()
            ],
            "breakdowns": [{**v.who, **asdict(b)} for v in self.views for b in v.breakdowns],
            "drawn": {
                **{name: rows for name, rows in self.drawn.items() if name != "samples"},
                "samples": [
                    {**v.who, "quantity": _DRAWN_TOTAL, "values": v.samples[_DRAWN_TOTAL].tolist()}
                    for v in self.views
                ],
            },
            "scoreboard": {
                "neuroest_version": self.validation_coverage.record.version,
                "left_out_coverage": self.validation_coverage.record.left_out_coverage,
                "designs": [
                    {
                        "architecture": d.architecture, "level": d.level, "chips": [case.name for case in d.chips],
                        "models_in_no_chip": dict(d.unseen), "their_energy_share": list(d.unseen_share),
                    }
                    for d in self.validation_coverage.designs
                ],
                "by_level": {
                    level: [asdict(found) for found in summaries]
                    for level, summaries in self.validation_coverage.by_level
                },
                "all_chips": [asdict(found) for found in self.validation_coverage.chips],
                "values": scoreboard_rows(self.validation_coverage),
            },
        }  # fmt: skip


def plain_result(result: Estimate) -> dict[str, Any]:
    """A result as plain data, without the folders of this machine."""
    plain = result.to_dict()
    plain["inputs"] = [{**file, "file": Path(file["file"]).name} for file in plain["inputs"]]
    return plain


def report(
    architectures: Named | Sequence[Named],
    workloads: Named | Sequence[Named],
    settings: Mapping[str, str] | None = None,
    sweep: str | Path | None = None,
    labels: Mapping[str, str] | None = None,
) -> Report:
    """Estimate every design on every network; a pair without an estimate is listed with its reason.

    Parameters
    ----------
    architectures, workloads : str, Path or Loaded, or a sequence of them
        Designs, the one that is compared first, and networks.
    settings : mapping of str to str, optional
        Changed values by path, as `neuroest.estimate` takes them.
    sweep : str or Path, optional
        File of a sweep that the report shows too.
    labels : mapping of str to str, optional
        Names of architectures and workloads in figures, tables and text by their names, instead of their titles.

    Returns
    -------
    Report
        Numbers and text; `neuroest.publish` writes them as a folder.

    Raises
    ------
    NeuroestError
        When no pair has an estimate, or when there are too many for one report.

    Examples
    --------
    >>> found = report(["diffusive_28nm_derived", "analog_lif_28nm"], ["shd_recurrent_spiking"])
    >>> [view.architecture for view in found.views]
    ['diffusive_28nm_derived', 'analog_lif_28nm']
    """
    designs, networks = labelled(listed(architectures), listed(workloads), labels or {})
    if not designs or not networks:
        raise NeuroestError("a report needs a design and a workload")
    if len(designs) * len(networks) > MOST_RESULTS:
        raise NeuroestError(
            f"{len(designs) * len(networks)} results are too many for a report (at most {MOST_RESULTS}); "
            "sweep them and give the file with --from"
        )
    chips = distinct([*map(load_architecture, designs)])
    nets = distinct([*map(load_workload, networks)])
    changes = settings_of(settings)
    shares_of = [settings_of_each(chips, [net] * len(chips), changes) for net in nets]
    views, refused = [], []
    for net, shares in zip(nets, shares_of, strict=True):
        for chip, share in zip(chips, shares, strict=True):
            try:
                views.append(View(estimate(chip, net, share)))
            except (MappingError, RangeError) as error:
                refused.append(Refused(chip.spec.name, net.spec.name, " ".join(str(error).split())))
    if not views:
        reasons = "\n".join(f"{r.architecture} on {r.workload}: {r.reason}" for r in refused)
        raise NeuroestError(f"no design has an estimate on any of the workloads\n{reasons}")
    return Report(tuple(views), tuple(refused), changes, None if sweep is None else Path(sweep))


def slug(name: str) -> str:
    """A name that is valid on every file system.

    Examples
    --------
    >>> slug("my chip/<script>"), slug("con"), slug("...")
    ('my-chip-script', 'con_', 'unnamed')
    """
    text = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:80]
    if not text:
        return "unnamed"
    reserved = re.fullmatch(r"(?i)con|prn|aux|nul|(com|lpt)\d", text)
    return f"{text}_" if reserved else text


def unique_slugs(names: Sequence[str]) -> dict[str, str]:
    """File names that differ even on case-insensitive file systems."""
    taken: set[str] = set()
    slugs = {}
    for name in names:
        base = slug(name)
        text, number = base, 1
        while text.lower() in taken:
            number += 1
            text = f"{base}-{number}"
        taken.add(text.lower())
        slugs[name] = text
    return slugs


def write_folder(target: Path, files: Any, *, force: bool = False) -> None:
    """Write a folder with `files(folder)`; it gets its name only when complete."""
    target = target.absolute()
    exists = f"{target.name} exists and is kept; choose another folder, or --force to replace it"
    clear_folders(target)
    if target.exists() and not force:
        raise NeuroestError(exists)
    if target.exists() and not (target.is_dir() and not target.is_symlink()):
        raise NeuroestError(f"{target.name} is not a folder")
    if target.exists() and any(target.iterdir()) and not (target / "results.json").is_file():
        raise NeuroestError(f"{target.name} contains no report, so even --force does not replace it")
    staging, old = working_folder(target), working_folder(target, former=True)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with being_written(staging):
            files(staging)
            if target.exists():
                if not force:  # another report has come first
                    raise NeuroestError(exists)
                target.rename(old)
            staging.rename(target)
    except OSError as error:
        if old.exists() and not target.exists():
            old.rename(target)
        raise NeuroestError(f"cannot write {target}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


_DRAWN: Mapping[str, tuple[str, ...]] = {
    "tornado": ("architecture", "workload", "quantity", "cause", "base", "at_p10", "at_p90"),
    "times": ("architecture", "workload", "layer", "resource", "time_s", "limits"),
    "roofline": (
        "architecture", "workload", "layer", "resource", "operations_per_bit", "operations_per_s", "limits",
        "bits_per_s_of_the_resource", "operations_per_s_of_the_units",
    ),
    "samples": ("architecture", "workload", "quantity", "value"),
}  # fmt: skip
"""Columns of drawn data that are in no other table."""
_DRAWN_TOTAL = "energy_per_inference_J"
"""Totals with a tornado and a distribution."""


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def write_tables(report: Report, folder: Path) -> None:
    """Write every number shown as CSV, and the JSON that ``neuroest diff`` reads."""
    folder.mkdir(exist_ok=True)
    write_file(folder / "breakdown.csv", breakdown_csv(report.results))
    totals = []
    for view in report.views:
        for name in view.estimate.totals:
            found = view.estimate.headline(name)
            totals.append(
                {
                    **view.who, "quantity": name, "value": found.value, "p10": found.low, "p90": found.high,
                    "nominal": found.nominal, "unproven_share": view.unproven.get(name),
                }
            )  # fmt: skip
    write_file(folder / "totals.csv", records_csv((), totals))
    slices = [
        {**v.who, "quantity": b.quantity, "by": b.by, "unit": b.unit, **asdict(s)}
        for v in report.views for b in v.breakdowns for s in b.slices
    ]  # fmt: skip
    write_file(folder / "shares.csv", records_csv((), slices))
    for name, reported in report.drawn.items():
        write_file(folder / f"{name}.csv", records_csv(_DRAWN[name], reported))
    rows = [
        (owner, c.path, c.value, c.unit, c.low, c.high, c.basis, c.source, c.rationale)
        for owner, c in report.assumptions
    ]
    columns = ("file", "parameter", "value", "unit", "p10", "p90", "basis", "source", "reason")
    write_file(folder / "assumptions.csv", Table.of(columns, rows).to_csv())
    write_file(folder / "scoreboard.csv", records_csv((), scoreboard_rows(report.validation_coverage)))
    names = unique_slugs(list(report.comparisons))
    for name, comparison in report.comparisons.items():
        write_file(folder / f"comparison_{names[name]}.csv", comparison_csv(comparison))


def write_text(report: Report, folder: Path) -> None:
    """Write methods, bibliography and JSON."""
    write_file(folder / "methods.md", "# Methods\n\n" + report.methods.to_markdown())
    write_file(folder / "methods.tex", report.methods.to_latex())
    write_file(
        folder / "supplement.md", "# Supplement to the methods\n\n" + report.methods.supplement_markdown()
    )
    write_file(folder / "supplement.tex", report.methods.supplement_latex())
    write_file(folder / "references.bib", references_bibtex(report.sources))
    write_file(folder / "results.json", json.dumps(report.to_dict(), indent=1, allow_nan=False) + "\n")


def write_file(file: Path, text: str) -> None:
    """Write a text with line feeds as line ends."""
    file.write_text(text, encoding="utf-8", newline="\n")
