"""Fit a device spec to measurements: choose a model, fit it, report it, and decide whether it may become a spec."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.core.document import Block, Document, Documented, Gap, Paragraph, Table
from neuroest.core.errors import NeuroestError, did_you_mean, followed_by
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.core.statistics import NORMAL_P90
from neuroest.core.units import article, format_quantity
from neuroest.dynamics.diffusive_cells import load_cells
from neuroest.dynamics.in_time import plain_numbers, refused_alone
from neuroest.fitting.adequacy import condition_labels
from neuroest.fitting.choice import (
    Candidate,
    best_fits,
    candidates,
    chosen_model,
    comparison_blocks,
    composed,
)
from neuroest.fitting.estimation import MISFIT_LIMIT, Fit
from neuroest.fitting.estimation import fit as estimate_parameters
from neuroest.fitting.headers import Experiment, Measurements, Stated
from neuroest.fitting.laws.table import FAMILIES, LAWS, REQUESTED
from neuroest.fitting.measurements import read_devices
from neuroest.fitting.predictions import RATE_EXPERIMENTS, Rows
from neuroest.fitting.spec_writer import spec_text, write_text
from neuroest.fitting.sweeps import MEMORY, Kind, kind_of, loops_of, without_offset
from neuroest.fitting.sweeps import read_voltage as read_voltage_of
from neuroest.loading.library import Device, load_device
from neuroest.registry import render

RATE_EQUATIONS = "diffusive_1m1t1r"
"""Model that is fitted by its rate equations to all experiments at once, not by a closed-form law."""
MODELS: Mapping[str, str] = {
    RATE_EQUATIONS: "diffusive_bench",
    **{name: family.template for name, family in FAMILIES.items()},
}
"""Models that can be fitted, and the spec that supplies values that the data do not determine."""
_CELL = "one_transistor_one_resistor"
"""Model of a memory cell."""
_LIMITS = MappingProxyType({"firing_probability": 0.2, "paired_pulse": 0.5})
"""Median misfit above which the model does not describe an experiment, if different from `MISFIT_LIMIT`."""
_SLOW = frozenset({"current_voltage"})
"""Experiments that are excluded when the rate equations are compared with laws."""
_MOST_COMPARED = 24
"""Number of conditions on which the rate equations are compared."""
_COMPARING_STARTS = 1
"""Number of starting points for the rate equations in a comparison of models."""
_FLOOR = 0.01
"""Log misfit that counts as zero, as for laws."""


@frozen_dataclass(eq=False)
class DeviceFit(Documented):
    """Device parameters fitted to measurements.

    Attributes
    ----------
    data : Path
        File of the measurements.
    template : Device
        Spec that the search started from. It supplies the values that the data do not determine.
    ranking : tuple of Candidate
        The models that were compared, if there was a choice.
    kind : str
        What kind of device the sweeps show, and why; empty without sweeps.
    """

    data: Path
    template: Device
    measurements: Measurements
    result: Fit
    ranking: tuple[Candidate, ...] = ()
    kind: str = ""

    @property
    def refusal(self) -> str:
        """Why the fit should not become a spec; empty if it may."""
        found = self.result
        if not found.converged:
            return "the fit did not converge; increase --starts, or give more informative data"
        if found.contradictions:
            return f"the data contradict each other ({found.contradictions[0]})"
        if found.rejected:
            return found.rejected
        if found.refusals:
            return found.refusals[0]
        conditions = sum(len(np.unique(condition_labels(part))) for part in found.rows)
        if self.ranking and not found.laws and conditions == 1:
            return "one condition cannot decide between models; measure at several, or name the model with --model"
        for name, value in found.misfit.items():
            if not found.laws and value > _LIMITS.get(name, MISFIT_LIMIT):
                return f"the model does not describe {name}: median misfit {100.0 * value:.0f} %"
        return ""

    def write(self, output: Path) -> None:
        """Write the device spec."""
        write_text(output, spec_text(output.stem, self.template, self.measurements, self.result))

    def plot(self, path: Path, label: str = "data") -> None:
        """Plot data, curve and band; `label` names the data in the legend."""
        render(self.result, "figure", path, label)

    def document(self) -> Document:
        """The comparison of models, the laws, the fitted parameters, what is open, and the misfit."""
        found = self.result
        rows = sum(part.experiment.rows for part in found.rows)
        names = ", ".join(part.experiment.layout.name for part in found.rows)
        title = (
            f"{self.measurements.file}: {rows} row{'s' * (rows != 1)}, {names}; "
            f"fitted as {self.template.spec.model}"
        )
        how: list[Block] = [
            f"{found.agreeing_starts} of {found.refined_starts} refined starts end at the same place",
            f"squared residual per degree of freedom: {found.chi_square:.3g}",
        ]
        if found.laws:
            how = [Gap()]
        for fit in found.laws:
            how += (f"{fit.law.experiment}: {fit.formula()}", *_indented(fit.notes))
        return Document(
            title,
            (
                *filter(None, (self.kind,)), *_indented(self.measurements.notes), *comparison_blocks(self.ranking),
                *how, *self._table(), *self._open_blocks(), Gap(), *self._misfit_blocks(),
            ),
        )  # fmt: skip

    def _unit(self, name: str) -> str:
        return self.template.record.parameters()[name].check.unit

    def _table(self) -> Iterator[Block]:
        found, claims = self.result, self.template.claims
        rows = []
        for name in found.fitted:
            law, unit = found.law_of(name), self._unit(name)
            ending = law.law.determined_by[name] if law else format_quantity(claims[name].value, unit)
            plain = unit == "1" and law is not None
            value = f"{found.values[name]:.4g}" if plain else format_quantity(found.values[name], unit)
            factor = found.factor(name)
            within = f"factor {factor:.3g}" if np.isfinite(factor) else "not determined"
            rows.append((name, value, within, ending))
        if rows:
            head = ("fitted", "value", "80 % within", "determined by" if found.laws else "start")
            yield from (Gap(), Table.of(head, rows, "<>><" if found.laws else "<>>>", gap=2))

    def _factor(self, name: str) -> float | None:
        """Factor of the band of a fitted parameter; None if the data do not determine it."""
        return plain_numbers(np.array([self.result.factor(name)]))[0]

    def _open_blocks(self) -> Iterator[Block]:
        found = self.result
        bounds = [
            f"{name}: at most {format_quantity(bound, self._unit(name))}; {fit.law.bounded_by}"
            for fit in found.laws
            for name, bound in fit.bounds.items()
        ]
        chosen = [
            f"{name} {format_quantity(one.value, self._unit(name))}: {one.why}"
            for name, one in found.completions.items()
        ]
        # each parameter with its reason; of laws, which all have the same one, only the names
        held = [f"{name}: {why}" for name, why in found.held.items()]
        if found.laws:
            names = [name for name in found.held if not any(name in fit.bounds for fit in found.laws)]
            held = [", ".join(names)] if names else []
        for heading, texts in (
            ("bounds only:", bounds),
            ("chosen to be consistent with the fit:", chosen),
            (f"not identified, kept at {self.template.spec.name}:", held),
        ):
            if texts:
                yield from (Gap(), heading, *_indented(texts))
        yield from _indented(found.combinations)

    def _misfit_blocks(self) -> Iterator[str]:
        found = self.result
        misfits = ", ".join(f"{name} {100.0 * value:.2g} %" for name, value in found.misfit.items())
        yield f"median misfit: {misfits}"
        if found.rejected:
            yield f"MODEL REJECTED: {found.rejected}"
        reasons: dict[str, list[str]] = {}
        for name in found.fitted:
            for reason in found.reservations_of(name):
                reasons.setdefault(reason, []).append(name)
        for reason, names in reasons.items():
            yield f"not called measured: {', '.join(names)}: {reason}"
        for a, b, c in found.opposed():
            yield f"only a combination of {a} and {b} is determined: correlation {c:.2f}"
        yield from (f"contradiction: {text}" for text in found.contradictions)
        if not any("device" in part.experiment.columns for part in found.rows):
            yield "no column `device`: the bands exclude differences between devices"
        what = "the result" if found.laws else "the drive"
        for words, value in (("devices", found.device_to_device), ("cycles", found.cycle_to_cycle)):
            if value is not None:
                yield f"deviation of {what} between {words}: {100.0 * value:.2g} %"

    def rows(self) -> list[dict[str, Any]]:
        """Parameters as rows of a table."""
        found, claims = self.result, self.template.claims
        fitted = [
            {"parameter": name, "state": "fitted", "value": found.values[name], "unit": self._unit(name),
             "p90_factor": self._factor(name), "start": claims[name].value if name in claims else None, "note": ""}
            for name in found.fitted
        ]  # fmt: skip
        completed = [
            {
                "parameter": name,
                "state": "completed",
                "value": one.value,
                "unit": self._unit(name),
                "note": one.why,
            }
            for name, one in found.completions.items()
        ]
        held = [
            {"parameter": name, "state": "held", "value": found.values[name], "unit": claims[name].unit, "note": why}
            for name, why in found.held.items()
            if name in claims
        ]  # fmt: skip
        return [*fitted, *completed, *held]

    def to_dict(self) -> dict[str, Any]:
        """The fit as plain data."""
        found = self.result
        return {
            "model": self.template.spec.model, "kind": self.kind,
            "laws": {fit.law.experiment: {"name": fit.law.name, "formula": fit.formula()} for fit in found.laws},
            "ranking": [
                {
                    "experiment": one.experiment, "model": one.model, "law": one.name,
                    "criterion": _finite(one.score), "misses_left_out": _finite(one.misses), "rejected": one.rejected,
                    "refused": one.refused,
                }
                for one in self.ranking
            ],
            "fitted": {
                n: {
                    "value": found.values[n], "p90_factor": self._factor(n), "deviation": found.deviations[n],
                    "degrees_of_freedom": min(found.freedoms[n], 1e6), "variance_shares": found.shares.get(n, {}),
                }
                for n in found.fitted
            },
            "completed": {name: {"value": one.value, "why": one.why} for name, one in found.completions.items()},
            "held": found.held, "combinations": list(found.combinations), "misfit": found.misfit,
            "not_measured": {name: list(why) for name in found.fitted if (why := found.reservations_of(name))},
            "chi_square": found.chi_square, "rejected": found.rejected, "converged": found.converged,
            "correlation": found.correlation.tolist(), "singular_values": found.singular_values.tolist(),
            "device_to_device": found.device_to_device, "cycle_to_cycle": found.cycle_to_cycle,
            "contradictions": list(found.contradictions),
        }  # fmt: skip


def _indented(texts: Iterable[str]) -> Iterator[Block]:
    return (Paragraph(text, indent=2) for text in texts)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def fit(
    data: str | Path | Sequence[str | Path], *, model: str | None = None, law: str | None = None,
    start: str | None = None, starts: int = 8, seed: int = 0, progress: Progress = silent, columns: str = "",
    read_voltage: str = "",
) -> DeviceFit:  # fmt: skip
    """Fit a device model to measurements.

    Parameters
    ----------
    data : str, Path or sequence of these
        CSV file or workbook of measurements, with units in its header. If several files are given, a file that names no
        device counts as a separate device.
    model : str, optional
        Device model to fit, one of `MODELS`. By default, the one that describes the data best.
    law : str, optional
        Law to use if the model has several for an experiment. By default, the one that describes the data best.
    start : str, optional
        Device spec to start from. It also supplies values that the data do not determine.
    starts : int
        Number of starting points of the search.
    seed : int
        Seed for the starting points.
    progress : callable, optional
        Called with the completed fraction of the work.
    columns : str
        Header of files without one, such as ``voltage [V],current [A]``; ``-`` for a column that is not needed.
    read_voltage : str
        Voltage at which the states of a cell are read, such as ``0.1 V``; a current at it is a conductance.

    Returns
    -------
    DeviceFit
        Fitted parameters with intervals; `DeviceFit.write` writes a device spec.

    Raises
    ------
    NeuroestError
        If the model cannot be fitted or the data cannot be read.
    """
    for given, known, unknown, those in (
        (model, [*MODELS], f"{model} cannot be fitted", "models that can"),
        (law, [one.name for one in LAWS], f"no law {law!r}", "laws"),
    ):
        if given is not None and given not in known:
            near = did_you_mean(given, known)
            listed = "" if "allowed" in near else f"{those}: {', '.join(known)}"
            raise NeuroestError(followed_by(f"{unknown}{near}", listed))
    if law is not None and model is None:
        model = next(one.model for one in LAWS if one.name == law)
    if start is not None and model is None:
        model = load_device(start).spec.model
    files = [Path(data)] if isinstance(data, str | Path) else [Path(one) for one in data]
    measurements = read_devices(files, Stated(columns, read_voltage))
    seen = {e.layout.name for e in measurements.experiments}
    readers = [RATE_EQUATIONS] if seen & set(RATE_EXPERIMENTS) else []
    asked = chain(LAWS, *REQUESTED.values())
    readers += dict.fromkeys(one.model for one in asked if one.experiment in seen)
    if model is not None and start is not None and model not in readers:
        raise NeuroestError(f"{start} is {article(model)}; --from needs {' or '.join(map(article, readers))}")
    kind = str(_kind(measurements) or "")
    ranking: list[Candidate] = []
    for number, one in enumerate(() if model == RATE_EQUATIONS else measurements.experiments):
        part(progress, 0, 2)(number / len(measurements.experiments))
        ranking += candidates(one, model)
        if model is None and one.layout.name in RATE_EXPERIMENTS:
            ranking.append(_compared_rates(one, measurements, seed, alone=not ranking))
    model = model or chosen_model(ranking) or _without_choice(measurements, ranking)
    template = load_device(start or MODELS[model])
    if template.spec.model != model:
        raise NeuroestError(f"{start} is {article(template.spec.model)}; --from needs {article(model)}")
    if model == RATE_EQUATIONS:
        last = part(progress, 1, 2) if ranking else progress
        result = _rate_equations(measurements, template, start or MODELS[model], starts, seed, last)
        return DeviceFit(files[0], template, measurements, result, tuple(ranking), kind)
    fits, unused = best_fits(measurements, model, law, ranking)
    if not fits:
        raise NeuroestError(
            f"{measurements.file}: " + "; ".join(f"{name}: {why}" for name, why in unused.items())
        )
    result = composed(measurements, FAMILIES[model], template, fits, unused)
    return DeviceFit(files[0], template, measurements, result, tuple(ranking), kind)


def measures_a_cell(files: Sequence[Path]) -> bool:
    """Whether files measure a memory cell and no neuron, by their experiments and the kind of their sweeps."""
    data = read_devices(files)
    kind = _kind(data)
    names = {e.layout.name for e in data.experiments if e.layout.name != "current_voltage"}
    cells = {law.experiment for law in LAWS if law.model == FAMILIES[_CELL].model}
    return names <= cells and (bool(names) or (kind is not None and kind.name == MEMORY))


def _kind(data: Measurements) -> Kind | None:
    """What kind of device the sweeps show; None without sweeps."""
    sweep = data.named("current_voltage")
    loops = [] if sweep is None else loops_of(without_offset(sweep)[0])
    return kind_of(loops, read_voltage_of(loops)) if loops else None


def _without_choice(data: Measurements, ranking: Sequence[Candidate]) -> str:
    """Choose the rate equations if they can use data that no law could be fitted to."""
    if data.named("current_voltage") is not None or not any(
        e.layout.name in RATE_EXPERIMENTS for e in data.experiments
    ):
        # what a sweep shows counts, and not that its rate equations take minutes
        why = dict.fromkeys(one.refused for one in ranking if one.model != RATE_EQUATIONS)
        raise NeuroestError(
            f"{data.file}: " + "; ".join(why or dict.fromkeys(one.refused for one in ranking))
        )
    return RATE_EQUATIONS


def _rate_equations(
    data: Measurements, template: Device, name: str, starts: int, seed: int, progress: Progress = silent
) -> Fit:
    deviations = {
        name: math.log(claim.high / claim.low) / 2.0 / NORMAL_P90
        for name, claim in template.claims.items()
        if claim.has_spread and claim.low > 0.0
    }
    unread = [e.layout.name for e in data.experiments if e.layout.name not in RATE_EXPERIMENTS]
    if unread:
        raise NeuroestError(
            f"{data.file}: a {RATE_EQUATIONS} is not fitted to {', '.join(unread)}; it reads "
            + ", ".join(RATE_EXPERIMENTS)
        )
    # a search may overflow on its way; what it ends with is finite, or not identified
    with np.errstate(all="ignore"):
        result = estimate_parameters(
            data, {key: claim.value for key, claim in template.claims.items()},
            conduction_length=load_cells(name).conduction_length, template_deviations=deviations, starts=starts,
            seed=seed, progress=progress,
        )  # fmt: skip
    values = {**{key: claim.value for key, claim in template.claims.items()}, **result.values}
    kept = {key: value for key, value in values.items() if key in template.record.parameters()}
    return replace(result, refusals=refused_alone(template, kept))


def _compared_rates(experiment: Experiment, data: Measurements, seed: int, *, alone: bool) -> Candidate:
    """Fit the rate equations to the means of the conditions, for comparison with other models."""
    about = (experiment.layout.name, RATE_EQUATIONS, "rate_equations", "ions drift and decay")
    if alone:
        return Candidate(*about)
    if experiment.layout.name == "current_voltage" and "time" not in experiment.columns:
        return Candidate(*about, refused="its rate equations need a column `time [s]`")
    if experiment.layout.name in _SLOW:
        return Candidate(*about, refused=f"takes minutes for a sweep; fit it with --model {RATE_EQUATIONS}")
    # one row per condition: the geometric mean of its results, as if from one device
    results = experiment.columns[experiment.layout.result]
    labels = condition_labels(_all_rows(experiment))
    first = np.unique(labels, return_index=True)[1]
    columns = {name: experiment.columns[name][first] for name in experiment.layout.columns}
    if np.all(results > 0.0):
        columns[experiment.layout.result] = np.exp(np.bincount(labels, np.log(results)) / np.bincount(labels))
    for name in ("time", "compliance", "trials"):
        if name in experiment.columns:
            columns[name] = experiment.columns[name][first]
    # a few dozen conditions show whether the equations fit; more would take minutes
    kept = np.unique(np.linspace(0, len(first) - 1, min(len(first), _MOST_COMPARED)).round().astype(int))
    lines = tuple(experiment.lines[row] for row in first)
    means = replace(experiment, columns=columns, lines=lines).at(kept)
    template = load_device(MODELS[RATE_EQUATIONS])
    try:
        result = _rate_equations(
            replace(data, experiments=(means,)), template, MODELS[RATE_EQUATIONS], _COMPARING_STARTS, seed
        )
    except NeuroestError as error:
        return Candidate(*about, refused=str(error).removeprefix(f"{data.file}: "))
    part = result.rows[0]
    count, size = len(part.used), len(result.fitted)
    with np.errstate(divide="ignore", invalid="ignore"):
        missed = np.log(part.predicted[0] / part.measured)
    if experiment.layout.name in _LIMITS or not np.all(np.isfinite(missed)):
        return Candidate(*about)
    spread = float(np.mean(missed**2)) + _FLOOR**2
    whole = len(np.unique(condition_labels(_all_rows(experiment))))
    return Candidate(
        *about, float(whole * np.log(spread) + size * np.log(whole)),
        float(np.sqrt(np.sum(missed**2) / (count - size))) if count > size else math.nan,
        bool(result.rejected) or float(np.median(np.abs(missed))) > MISFIT_LIMIT,
    )  # fmt: skip


def _all_rows(experiment: Experiment) -> Rows:
    result = experiment.columns[experiment.layout.result]
    every = np.arange(experiment.rows)
    return Rows(experiment, every, result, result[None, :], np.zeros((1, experiment.rows)))
