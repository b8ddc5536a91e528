"""A device spec from measurements: the fit, what it says, and whether it may become a spec."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from neuroest.core.errors import NeuroestError
from neuroest.core.statistics import NORMAL_P90
from neuroest.core.text_layout import columns, wrapped
from neuroest.core.units import format_quantity
from neuroest.dynamics.diffusive_cells import load_cells
from neuroest.fitting.estimation import MISFIT_LIMIT, Fit
from neuroest.fitting.estimation import fit as estimate_parameters
from neuroest.fitting.layouts import Measurements, read_devices
from neuroest.fitting.spec_writer import write_spec
from neuroest.loading.library import Device, load_device
from neuroest.registry import render

MODELS: Mapping[str, str] = MappingProxyType({"diffusive_1m1t1r": "diffusive_bench"})
"""Models that can be fitted, and the spec that each starts from."""
_LIMITS = MappingProxyType({"firing_probability": 0.2, "paired_pulse": 0.5})
"""Median misfit above which the model does not describe a measurement, where it is not `MISFIT_LIMIT`."""


@dataclass(frozen=True, eq=False)
class DeviceFit:
    """Parameters of a device as measurements determine them.

    Attributes
    ----------
    data : Path
        File of the measurements.
    template : Device
        Spec that the search started from, and that states what the data do not determine.
    """

    data: Path
    template: Device
    measurements: Measurements
    result: Fit

    @property
    def refusal(self) -> str:
        """Why the fit should not become a spec; empty where it may."""
        found = self.result
        if not found.converged:
            return "the fit did not converge; give --starts more, or data that say more"
        if found.contradictions:
            return f"the data contradict each other ({found.contradictions[0]})"
        if found.rejected:
            return found.rejected
        for name, value in found.misfit.items():
            if value > _LIMITS.get(name, MISFIT_LIMIT):
                return f"the model does not describe {name}: median misfit {100.0 * value:.0f} %"
        return ""

    def write(self, output: Path) -> None:
        """Write the device spec."""
        write_spec(output, self.template, self.measurements, self.result)

    def plot(self, path: Path) -> None:
        """Draw data, fit, residuals and correlations."""
        render(self.result, "figure", path)

    def to_text(self) -> str:
        """The fit for a terminal."""
        found, claims = self.result, self.template.claims
        rows = sum(part.experiment.rows for part in found.rows)
        table = [("fitted", "value", "80 % within", "start")]
        table += [
            (name, format_quantity(found.values[name], claims[name].unit), f"factor {found.factor(name):.3g}",
             format_quantity(claims[name].value, claims[name].unit))
            for name in found.fitted
        ]  # fmt: skip
        names = ", ".join(part.experiment.layout.name for part in found.rows)
        lines = [
            *wrapped(f"{self.data.name}: {rows} rows, {names}", hanging=2),
            f"{found.agreeing_starts} of {found.refined_starts} refined starts end at the same place",
            f"squared residual per degree of freedom: {found.chi_square:.3g}",
            "",
            *columns(table, "<>>>"),
        ]
        if found.held:
            lines += ["", f"not identified, held at {self.template.spec.name}:"]
            lines += [f"  {name}: {why}" for name, why in found.held.items()]
        lines += [f"  {text}" for text in found.combinations]
        misfits = ", ".join(f"{name} {100.0 * value:.2g} %" for name, value in found.misfit.items())
        lines += ["", *wrapped(f"median misfit: {misfits}", hanging=2)]
        lines += wrapped(f"MODEL REJECTED: {found.rejected}", hanging=2) if found.rejected else []
        lines += [f"{a} and {b} are known together only: correlation {c:.2f}" for a, b, c in found.opposed()]
        lines += [f"contradiction: {text}" for text in found.contradictions]
        for words, value in (("devices", found.device_to_device), ("cycles", found.cycle_to_cycle)):
            if value is not None:
                lines.append(f"deviation of the drive between {words}: {100.0 * value:.2g} %")
        return "\n".join(lines) + "\n"

    def rows(self) -> list[dict[str, Any]]:
        """Parameters as rows of a table."""
        found, claims = self.result, self.template.claims
        fitted = [
            {"parameter": name, "state": "fitted", "value": found.values[name], "unit": claims[name].unit,
             "p90_factor": found.factor(name), "start": claims[name].value, "note": ""}
            for name in found.fitted
        ]  # fmt: skip
        held = [
            {"parameter": name, "state": "held", "value": claims[name].value, "unit": claims[name].unit, "note": why}
            for name, why in found.held.items()
            if name in claims
        ]  # fmt: skip
        return [*fitted, *held]

    def to_dict(self) -> dict[str, Any]:
        """The fit as plain data."""
        found = self.result
        return {
            "fitted": {
                n: {
                    "value": found.values[n], "p90_factor": found.factor(n), "deviation": found.deviations[n],
                    "degrees_of_freedom": min(found.freedoms[n], 1e6), "variance_shares": found.shares[n],
                }
                for n in found.fitted
            },
            "held": found.held, "combinations": list(found.combinations), "misfit": found.misfit,
            "chi_square": found.chi_square, "rejected": found.rejected, "converged": found.converged,
            "correlation": found.correlation.tolist(), "singular_values": found.singular_values.tolist(),
            "device_to_device": found.device_to_device, "cycle_to_cycle": found.cycle_to_cycle,
            "contradictions": list(found.contradictions),
        }  # fmt: skip


def fit(
    data: str | Path | Sequence[str | Path], *, model: str = "diffusive_1m1t1r", start: str | None = None,
    starts: int = 8, seed: int = 0,
) -> DeviceFit:  # fmt: skip
    """Fit a device model to measurements.

    Parameters
    ----------
    data : str, Path or sequence of these
        CSV file or workbook of measurements, with units in its header. Each of several files is a device of its own
        where it names none.
    model : str
        Device model to fit, one of `MODELS`.
    start : str, optional
        Device spec to start from and to take from what the data do not determine.
    starts : int
        Starts of the search.
    seed : int
        Seed of the starts.

    Returns
    -------
    DeviceFit
        Parameters with intervals; `DeviceFit.write` writes a device spec.

    Raises
    ------
    NeuroestError
        For a model that cannot be fitted, and for data that cannot be read.
    """
    if model not in MODELS:
        raise NeuroestError(f"{model} cannot be fitted; models that can: {', '.join(MODELS)}")
    template = load_device(start or MODELS[model])
    if template.spec.model != model:
        raise NeuroestError(f"{start} is a {template.spec.model}; --from needs a {model}")
    files = [Path(data)] if isinstance(data, str | Path) else [Path(one) for one in data]
    measurements = read_devices(files)
    deviations = {
        name: math.log(claim.high / claim.low) / 2.0 / NORMAL_P90
        for name, claim in template.claims.items()
        if claim.has_spread and claim.low > 0.0
    }
    result = estimate_parameters(
        measurements, {name: claim.value for name, claim in template.claims.items()},
        conduction_length=load_cells(start or MODELS[model]).conduction_length,
        template_deviations=deviations, starts=starts, seed=seed,
    )  # fmt: skip
    return DeviceFit(files[0], template, measurements, result)
