"""One device on several dies or wafers: the population that a chip is drawn from.

Each die is fitted alone. For every parameter that all of them determine, a random-effects model of the logarithms
gives the median over dies, the scatter between dies beyond the errors of the fits, and the band of a new die. A chip is
one die: what differs between dies shifts all of its devices and is the spread of the parameter. What differs between
devices of one die, or between cycles, averages out over an array and stays the variability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from neuroest.core.document import Document, Documented, Gap, Table
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, part, silent
from neuroest.core.units import format_quantity
from neuroest.fitting.adequacy import quantile
from neuroest.fitting.device_fit import DeviceFit, fit
from neuroest.fitting.spec_writer import spec_text, write_text

_FEWEST = 2
_SMALLEST = 1e-9
"""Standard error below which a value counts as exact."""
_SHARE = 0.8
"""Probability of the band of a spread."""


@frozen_dataclass(eq=False)
class Population:
    """One parameter over dies.

    Attributes
    ----------
    median : float
        Over dies, in SI units.
    factor : float
        p90 over median of a new die: scatter between dies and the error of the median.
    between_dies : float
        Standard deviation of the logarithm between dies.
    values : tuple of float
        Of each die.
    """

    median: float
    factor: float
    between_dies: float
    values: tuple[float, ...]


@frozen_dataclass(eq=False)
class DiesFit(Documented):
    """A device fitted on several dies.

    Attributes
    ----------
    dies : mapping
        Fit of each die, by the name of its file.
    pooled : DeviceFit
        Fit to all files at once, which supplies everything that the population does not.
    parameters : mapping
        Population of each parameter that all dies determine.
    between_devices, between_cycles : float or None
        Relative standard deviation within a die, root mean square over the dies that have several devices or cycles.
    """

    dies: Mapping[str, DeviceFit]
    pooled: DeviceFit
    parameters: Mapping[str, Population]
    between_devices: float | None
    between_cycles: float | None

    @property
    def refusal(self) -> str:
        """Why the population should not become a spec; empty if it may."""
        refused = (f"{name}: {one.refusal}" for name, one in self.dies.items() if one.refusal)
        return next(refused, "" if self.parameters else "no parameter is determined on every die")

    def write(self, output: Path) -> None:
        """Write the device spec: the population in place of the values of one device."""
        # differences between dies are no differences between the devices of one chip
        result = replace(
            self.pooled.result, device_to_device=self.between_devices, cycle_to_cycle=self.between_cycles
        )
        content = yaml.safe_load(
            spec_text(output.stem, self.pooled.template, self.pooled.measurements, result)
        )
        for name, one in self.parameters.items():
            content["parameters"][name] |= self._entry(name, one)
        content["notes"].append(
            f"A population of {len(self.dies)} dies: {', '.join(self.dies)}. Spreads are the band of a new die."
        )
        write_text(output, yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=118))

    def _entry(self, name: str, one: Population) -> dict[str, Any]:
        return {
            "value": format_quantity(float(f"{one.median:.4g}"), self._unit(name)),
            "spread": {"factor": float(f"{max(1.001, one.factor):.4g}")},
            "rationale": (
                f"Median of {len(one.values)} dies, {100.0 * one.between_dies:.2g} % between dies; the spread is the "
                "band of a new die (random effects, Student's t)."
            ),
        }

    def _unit(self, name: str) -> str:
        return self.pooled.template.record.parameters()[name].check.unit

    def rows(self) -> list[dict[str, Any]]:
        """The population as rows of a table."""
        return [
            {
                "parameter": name, "median": one.median, "unit": self._unit(name), "p90_factor": one.factor,
                "between_dies": one.between_dies,
                **dict(zip(self.dies, one.values, strict=True)),
            }
            for name, one in self.parameters.items()
        ]  # fmt: skip

    def document(self) -> Document:
        """The population in a table, the scatter within a die, and the parameters outside of the population."""
        title = f"{len(self.dies)} dies ({', '.join(self.dies)}), each fitted as {self.pooled.template.spec.model}"
        rows = [
            (
                name, format_quantity(float(f"{one.median:.4g}"), self._unit(name)), f"x/ {one.factor:.3g}",
                f"{100.0 * one.between_dies:.2g} %",
            )
            for name, one in self.parameters.items()
        ]  # fmt: skip
        within = (("devices", self.between_devices), ("cycles", self.between_cycles))
        apart = (name for name in self.pooled.result.fitted if name not in self.parameters)
        return Document(title, (
            Gap(), Table.of(("population", "median", "new die, 80 %", "between dies"), rows, "<>>>", gap=2),
            *(f"within a die, between {of}: {100.0 * part:.2g} %" for of, part in within if part is not None),
            *(f"{name}: not determined on every die; the spec has the fit to all of them" for name in apart),
        ))  # fmt: skip


def fit_dies(
    data: Sequence[str | Path], *, model: str | None = None, law: str | None = None, progress: Progress = silent,
    **options: Any,
) -> DiesFit:  # fmt: skip
    """Fit one device on several dies or wafers, one file each.

    Parameters
    ----------
    data : sequence of str or Path
        Files of measurements, one for each die; several devices of a die are in a column `device`.
    model, law, progress
        As in `neuroest.fit`; every die is fitted as the same model.
    **options
        Further arguments of `neuroest.fit`.

    Returns
    -------
    DiesFit
        Population of each parameter; `DiesFit.write` writes a device spec.

    Raises
    ------
    NeuroestError
        With fewer than two files, or if a fit fails.
    """
    files = [Path(one) for one in data]
    names = [file.stem if sum(f.stem == file.stem for f in files) == 1 else str(file) for file in files]
    if len(set(names)) < max(_FEWEST, len(files)):
        raise NeuroestError(
            "a population needs two dies or more; give a different file of measurements for each"
        )
    pooled = fit(files, model=model, law=law, progress=part(progress, 0, len(files) + 1), **options)
    laws = {one.law.experiment: one.law.name for one in pooled.result.laws}
    same = {
        "model": pooled.template.spec.model,
        "law": next(iter(laws.values())) if len(laws) == 1 else law,
        **options,
    }
    dies = {
        name: fit(file, progress=part(progress, number, len(files) + 1), **same)
        for number, (name, file) in enumerate(zip(names, files, strict=True), 1)
    }
    results = [one.result for one in dies.values()]
    parameters = {
        name: population([one.values[name] for one in results], [one.deviations[name] for one in results])
        for name in pooled.result.fitted
        if all(name in one.fitted and np.isfinite(one.factor(name)) for one in results)
    }
    known = ([one.device_to_device for one in results], [one.cycle_to_cycle for one in results])
    squares = ([value**2 for value in of if value is not None] for of in known)
    devices, cycles = (float(np.sqrt(np.mean(of))) if of else None for of in squares)
    return DiesFit(dies, pooled, parameters, devices, cycles)


def population(values: Sequence[float], deviations: Sequence[float]) -> Population:
    """Population of a parameter from its value on each die, by random effects on the logarithm.

    The scatter between dies is the moment estimate of DerSimonian and Laird, Control. Clin. Trials 7, 177 (1986); the
    band of a new die is Student's with one degree of freedom less than dies, Higgins, Thompson and Spiegelhalter,
    J. R. Stat. Soc. A 172, 137 (2009).

    Parameters
    ----------
    values : sequence of float
        Of each die, above zero.
    deviations : sequence of float
        Standard error of the logarithm of each.

    Examples
    --------
    Three dies that are known exactly scatter as their logarithms do.

    >>> import math
    >>> found = population([1.0, 1.2, 1.44], [1e-6, 1e-6, 1e-6])
    >>> round(found.median, 3), round(found.between_dies / math.log(1.2), 3)
    (1.2, 1.0)
    """
    logs, errors = np.log(values), np.maximum(deviations, _SMALLEST)
    weights = errors**-2.0
    mean = np.sum(weights * logs) / weights.sum()
    excess = np.sum(weights * (logs - mean) ** 2) - (len(logs) - 1.0)
    variance = max(0.0, float(excess / (weights.sum() - np.sum(weights**2) / weights.sum())))
    weights = 1.0 / (errors**2 + variance)
    mean = float(np.sum(weights * logs) / weights.sum())
    wide = quantile(_SHARE, len(logs) - 1.0) * float(np.sqrt(variance + 1.0 / weights.sum()))
    return Population(
        float(np.exp(mean)), float(np.exp(wide)), float(np.sqrt(variance)),
        tuple(map(float, values)),
    )  # fmt: skip
