"""A device spec from a fit: every value with its basis, its band, and what the data did not see."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from neuroest.core.errors import NeuroestError
from neuroest.core.units import format_quantity
from neuroest.fitting.estimation import Fit
from neuroest.fitting.layouts import Measurements
from neuroest.loading.library import Device, load_device
from neuroest.specs.claims import BASES, Claim

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_SOURCE = "fitted_measurement"
_STAGE = {"measured": "laboratory_device", "simulated": "simulated"}


def check_output(path: Path, *, force: bool = False) -> None:
    """Whether a spec may be written to a path, before anybody waits for a fit.

    Raises
    ------
    NeuroestError
        When the name cannot be that of a device, the folder does not exist, or a file would be overwritten.
    """
    if path.suffix not in {".yaml", ".yml"} or not _NAME.match(path.stem):
        raise NeuroestError(
            f"{path}: the name of a device spec is small letters, digits and underscores, then .yaml; "
            "try my_neuron.yaml"
        )
    if not path.parent.is_dir():
        raise NeuroestError(f"{path}: the folder {path.parent} does not exist")
    if path.exists() and not force:
        raise NeuroestError(f"{path} exists; give another name, or --force to replace it")


def write_spec(path: Path, template: Device, data: Measurements, result: Fit) -> None:
    """Write a device spec, whole or not at all; what would not load is not written.

    Raises
    ------
    NeuroestError
        When the text that would be written is no valid device spec.
    """
    text = spec_text(path.stem, template, data, result)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".neuroest-") as folder:
        draft = Path(folder) / path.name
        draft.write_text(text, encoding="utf-8")
        load_device(str(draft))
        os.replace(draft, path)  # noqa: PTH105


def spec_text(name: str, template: Device, data: Measurements, result: Fit) -> str:
    """The spec as text."""
    basis = data_basis(data)
    content: dict[str, Any] = {
        "kind": "device",
        "name": name,
        "model": template.spec.model,
        "description": (
            f"Fitted to {Path(data.file).name}. What those data do not see is taken from {template.spec.name}, "
            "parameter by parameter as stated."
        ),
        "maturity": {
            "stage": _STAGE.get(basis, "laboratory_device"),
            "reason": f"Fitted to {', '.join(e.layout.about for e in data.experiments)}.",
        },
        "fab_compatibility": template.spec.fab_compatibility.model_dump(),
    }
    if template.spec.process is not None:
        content["process"] = template.spec.process
    groups = result.groups()
    content["parameters"] = {
        key: _fitted(key, claim, data, result, groups)
        if key in result.fitted
        else _held(key, claim, template, result)
        for key, claim in template.claims.items()
    }
    content["sources"] = {
        _SOURCE: {"type": "misc", "title": _title(data), "seen": "primary"},
        **{
            key: value.model_dump(mode="json", exclude_none=True)
            for key, value in template.spec.sources.items()
        },
    }
    content["notes"] = _notes(template, result)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=118)


def data_basis(data: Measurements) -> str:
    """``measured``, unless the file says otherwise in a comment ``# basis:``."""
    stated = data.comments.get("basis", "measured")
    if stated not in BASES:
        raise NeuroestError(f"{data.file}: unknown basis {stated!r}; allowed: {', '.join(BASES)}")
    return stated


def _title(data: Measurements) -> str:
    parts = [f"Measurement {Path(data.file).name}"]
    parts += [
        f"{key}: {data.comments[key]}" for key in ("source", "locator", "cited_in") if key in data.comments
    ]
    return "; ".join(parts)


def _quantity(value: float, claim: Claim, digits: int = 4) -> str | float:
    if claim.unit == "1":
        return float(f"{value:.{digits}g}")
    text = format_quantity(value, claim.unit, digits)
    # far below the smallest prefix nothing is left of the digits
    return text if text[:1] != "0" or value >= 1e-18 else f"{value:.{digits - 1}e} {claim.unit}"


def _fitted(
    name: str, claim: Claim, data: Measurements, result: Fit, groups: Mapping[str, str]
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "value": _quantity(result.values[name], claim),
        "spread": {"factor": float(f"{max(1.001, result.factor(name)):.4g}")},
        "basis": "assumed" if result.rejected else data_basis(data),
        "source": _SOURCE,
        "locator": ", ".join(e.layout.name for e in data.experiments),
        "rationale": (
            f"Fitted, model rejected: {result.rejected}. The spread holds every row by itself."
            if result.rejected
            else "Robust least squares; the spread is that of the fit, with what is open of the held parameters."
        ),
    }
    if name == "firing_median_voltage":
        widths = [e.columns["pulse_width"] for e in data.experiments if e.layout.name == "firing_probability"]
        entry["conditions"] = f"one pulse of {format_quantity(float(widths[0][0]), 's')}"
        entry |= _variability(claim, result)
    if name in groups:
        entry["group"] = groups[name]
    return entry


def _held(name: str, claim: Claim, template: Device, result: Fit) -> dict[str, Any]:
    why = result.held.get(name, "the fit does not touch it")
    entry: dict[str, Any] = {
        "value": _quantity(claim.value, claim, 6),
        "basis": "assumed",
        "rationale": (
            f"Not from this measurement: {why}. Taken from {template.spec.name}, where it is {claim.basis}"
            + (f": {claim.rationale}" if claim.rationale else ".")
        ),
    }
    if claim.has_spread:
        entry["spread"] = claim.spread_entry(lambda end: _quantity(end, claim, 6))
    for key in ("source", "locator", "cited_in", "conditions"):
        if (value := getattr(claim, key)) is not None:
            entry[key] = value
    return entry | _variability(claim, result if name == "firing_median_voltage" else None)


def _variability(claim: Claim, result: Fit | None) -> dict[str, Any]:
    """Deviations between devices and cycles: measured where the data repeat, else the template's."""
    device, cycle = claim.device_to_device, claim.cycle_to_cycle
    if result is not None:
        device = result.device_to_device if result.device_to_device is not None else device
        cycle = result.cycle_to_cycle if result.cycle_to_cycle is not None else cycle
    stated = {"device_to_device": device, "cycle_to_cycle": cycle}
    known = {key: f"{100.0 * value:.3g} %" for key, value in stated.items() if value is not None}
    return {"variability": known} if known else {}


def _notes(template: Device, result: Fit) -> list[str]:
    misfit = ", ".join(f"{name} {100.0 * value:.2g} %" for name, value in result.misfit.items())
    notes = [f"Median misfit of the fit: {misfit}."]
    if result.held:
        held = "; ".join(f"{name} ({why})" for name, why in result.held.items())
        notes.append(f"Held at the values of {template.spec.name}: {held}.")
    notes += [f"Left open by the data, {text}." for text in result.combinations]
    notes += [f"{a} and {b} are known together only (correlation {c:.2f})." for a, b, c in result.opposed()]
    notes += [f"Contradiction in the data: {text}." for text in result.contradictions]
    if result.device_to_device is not None:
        notes.append(f"Deviation of the drive between devices: {100.0 * result.device_to_device:.2g} %.")
    if result.cycle_to_cycle is not None:
        notes.append(f"Deviation of the drive between cycles: {100.0 * result.cycle_to_cycle:.2g} %.")
    return notes
